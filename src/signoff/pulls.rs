//! The saved responses about what was merged: the pull requests of each commit and their reviews, as
//! `action/fetch-pulls` writes them.
//!
//! Each line is one page of one answer, so an unfinished file can be continued, and a missing page is noticed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess};

use crate::github::json::{Field, Object, commit, explain_at, time};
use crate::github::pages::{Listed, Page};
use crate::github::{Account, InputError, User};
use crate::signoff::{MergedPull, Review, Reviews, Verdict, Worth};
use crate::text::shown;

/// A pull request, as the list of a commit's pull requests writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Who opened it; `None` if the account has been deleted.
    pub author: Option<Account>,
    /// The last commit of its branch.
    pub head: String,
    /// When it was merged; `None` if it was not.
    pub merged_at: Option<DateTime<FixedOffset>>,
    /// The commit that the merge created: the merge commit, the squashed one, or the last of the rebased ones.
    pub merge_commit: Option<String>,
}

/// All saved answers.
#[derive(Debug, Default)]
pub struct Pulls {
    commits: BTreeMap<String, Vec<Pull>>,
    reviews: BTreeMap<u64, Reviews>,
}

/// A commit whose pull requests are asked for.
#[derive(Clone, Copy)]
pub struct Landed<'a> {
    /// Its name.
    pub commit: &'a str,
    /// When it was committed.
    pub committed: DateTime<FixedOffset>,
    /// Returns whether a merge commit of a pull request can be the last of the rebased commits of which this is one.
    pub leads_to: &'a dyn Fn(&str) -> bool,
}

/// A pull request that brought a commit to the branch.
#[derive(Debug)]
pub struct Candidate<'p> {
    /// The pull request.
    pub pull: &'p Pull,
    /// The commit that its merge created.
    pub merge: &'p str,
    /// An approval that came later does not count.
    pub until: DateTime<FixedOffset>,
    /// All its reviews.
    pub reviews: &'p Reviews,
}

/// An answer that was not saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unanswered {
    /// Which pull requests the commit belongs to.
    Commit,
    /// The reviews of the pull request with this number.
    Reviews(u64),
}

impl Pulls {
    /// Reads saved answers, each file with a name for messages.
    ///
    /// # Errors
    ///
    /// If a line is not such an answer, a page is missing, or two repositories answered; with the name of the file.
    pub fn parse(files: &[(String, Vec<u8>)]) -> Result<Self, (String, InputError)> {
        let mut saved = Saved::default();
        for (name, bytes) in files {
            saved.read(bytes).map_err(|why| (name.clone(), unusable(why)))?;
        }
        let last = files.last().map(|(name, _)| name.clone()).unwrap_or_default();
        saved.whole().map_err(|why| (last, unusable(why)))
    }

    /// Returns the commits that pull requests and reviews name.
    #[must_use]
    pub fn named(&self) -> BTreeSet<&str> {
        let pulls = self.commits.values().flatten();
        let merged = pulls.flat_map(|pull| pull.merge_commit.iter().chain([&pull.head]));
        let reviewed = self.reviews.values().flat_map(Reviews::list).filter_map(|review| review.commit.as_ref());
        merged.chain(reviewed).map(String::as_str).collect()
    }

    /// Returns the first thing that these answers say of something merged and that answers from later do not: a pull
    /// request or a review. Later ones may say more.
    #[must_use]
    pub fn beyond(&self, later: &Self) -> Option<String> {
        let merged = self.commits.iter().find_map(|(commit, pulls)| {
            let Some(theirs) = later.commits.get(commit) else { return Some(format!("commit {commit}")) };
            // One that is not merged continues: its last commit and its end are others later.
            let pull = pulls.iter().find(|pull| pull.merged_at.is_some() && !theirs.contains(pull))?;
            Some(format!("pull request #{} of commit {commit}", pull.number))
        });
        merged.or_else(|| {
            self.reviews.iter().find_map(|(number, reviews)| {
                let Some(theirs) = later.reviews.get(number) else { return Some(format!("pull request #{number}")) };
                let review = reviews.list().iter().find(|review| !theirs.list().contains(review))?;
                Some(format!("review {} of pull request #{number}", review.id))
            })
        })
    }

    /// Returns the pull requests that brought a commit to the branch, and the numbers of the others that it belongs to.
    ///
    /// # Errors
    ///
    /// If an answer was not saved.
    pub fn of(&self, landed: Landed<'_>) -> Result<(Vec<Candidate<'_>>, Vec<u64>), Unanswered> {
        let (mut candidates, mut others) = (Vec::new(), Vec::new());
        for pull in self.commits.get(landed.commit).ok_or(Unanswered::Commit)? {
            match landed.brought_by(pull) {
                Some((merge, until)) => {
                    let reviews = self.reviews.get(&pull.number).ok_or(Unanswered::Reviews(pull.number))?;
                    candidates.push(Candidate { pull, merge, until, reviews });
                }
                None => others.push(pull.number),
            }
        }
        Ok((candidates, others))
    }
}

impl Candidate<'_> {
    /// Returns the approvals that stood at the merge, each account with the time of its review.
    #[must_use]
    pub fn approvals(&self) -> Vec<(String, DateTime<FixedOffset>)> {
        let reviews = self.reviews.until(self.until);
        let approvals = reviews.approvals(self.pull.author.as_ref()).into_iter();
        approvals.map(|approval| (approval.login.to_owned(), approval.submitted_at)).collect()
    }

    /// Says where each reviewer stood at the merge. `worth` returns what the approval of a commit is worth for what was
    /// merged, or `None` where this clone lacks that commit.
    ///
    /// # Errors
    ///
    /// Those of `worth`.
    pub fn merged<E>(&self, mut worth: impl FnMut(&str) -> Result<Option<Worth>, E>) -> Result<MergedPull, E> {
        let author = self.pull.author.as_ref();
        let mut verdicts = Vec::new();
        for standing in self.reviews.until(self.until).standing(author) {
            verdicts.push(Verdict {
                login: standing.login.to_owned(),
                state: standing.state,
                commit: standing.commit.map(str::to_owned),
                submitted_at: standing.submitted_at,
                worth: standing.commit.map(&mut worth).transpose()?.flatten(),
            });
        }
        let approvals = self.reviews.approvals(author).into_iter();
        let late = approvals.filter(|approval| approval.submitted_at > self.until);
        Ok(MergedPull {
            number: self.pull.number,
            author: self.pull.author.clone(),
            verdicts,
            late: late.map(|approval| (approval.login.to_owned(), approval.submitted_at)).collect(),
        })
    }
}

impl Landed<'_> {
    /// Returns the commit that the merge of a pull request created, and until when approvals count, if it was this
    /// merge that brought the commit.
    fn brought_by<'p>(&self, pull: &'p Pull) -> Option<(&'p str, DateTime<FixedOffset>)> {
        let (merged_at, merge) = (pull.merged_at?, pull.merge_commit.as_deref()?);
        if merge == self.commit || (merge == pull.head && (self.leads_to)(merge)) {
            return Some((merge, merged_at));
        }
        // GitHub creates new commits for what it rebases. A commit that is older than the merge was there before it.
        (self.leads_to)(merge).then(|| (merge, merged_at.min(self.committed)))
    }
}

fn unusable(why: String) -> InputError {
    InputError {
        why,
        help:
            "delete the file, or the line that is named, and run `action/fetch-pulls` again: it fetches what is missing"
                .to_owned(),
    }
}

/// One line of the file, with the keys of both kinds.
#[derive(Deserialize)]
struct Line {
    repository: Option<String>,
    commit: Option<String>,
    pulls: Option<Page<Pull>>,
    pull: Option<u64>,
    reviews: Option<Page<Review>>,
    page: Option<u32>,
    last: Option<bool>,
    message: Option<String>,
}

/// What has been read so far.
#[derive(Default)]
struct Saved {
    repository: Option<String>,
    commits: BTreeMap<String, Pages<Pull>>,
    reviews: BTreeMap<u64, Pages<Review>>,
}

/// The pages of one answer.
struct Pages<T> {
    items: Vec<T>,
    /// Whether another page comes after each one.
    goes_on: BTreeMap<u32, bool>,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { items: Vec::new(), goes_on: BTreeMap::new() }
    }
}

impl<T> Pages<T> {
    fn add(&mut self, page: u32, last: bool, mut items: Vec<T>) {
        *self.goes_on.entry(page).or_default() |= !last;
        self.items.append(&mut items);
    }

    /// Returns the items, or the number of the first page that is missing.
    fn whole(self) -> Result<Vec<T>, u32> {
        let mut next = 1;
        let mut goes_on = true;
        for (page, more) in self.goes_on {
            if page != next {
                return Err(next);
            }
            next += 1;
            goes_on = more;
        }
        if goes_on { Err(next) } else { Ok(self.items) }
    }
}

impl Saved {
    fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let number = index + 1;
            if !line.trim_start().starts_with('{') {
                return Err(format!(
                    "line {number} is not an object with the response about a commit or a pull \
                                    request"
                ));
            }
            let read: Line = serde_json::from_str(line).map_err(|error| explain_at(&error, number))?;
            self.add(read).map_err(|why| format!("line {number} {why}"))?;
        }
        Ok(())
    }

    fn add(&mut self, line: Line) -> Result<(), String> {
        if let Some(message) = line.message {
            return Err(format!("contains GitHub's error response `{}`", shown(&message)));
        }
        let missing = |key: &str| format!("has no `{key}`");
        let repository = line.repository.ok_or_else(|| missing("repository"))?.to_lowercase();
        let first = self.repository.get_or_insert_with(|| repository.clone());
        if *first != repository {
            return Err(format!("is of `{}`, but an earlier one of `{}`", shown(&repository), shown(first)));
        }
        let (page, last) = (line.page.ok_or_else(|| missing("page"))?, line.last.ok_or_else(|| missing("last"))?);
        match (line.commit, line.pulls, line.pull, line.reviews) {
            (Some(name), Some(pulls), None, None) => {
                self.commits.entry(commit("commit", &name)?).or_default().add(page, last, pulls.0);
            }
            (None, None, Some(number), Some(reviews)) => {
                self.reviews.entry(number).or_default().add(page, last, reviews.0);
            }
            _ => return Err("has neither the `pulls` of a `commit` nor the `reviews` of a `pull`".to_owned()),
        }
        Ok(())
    }

    fn whole(self) -> Result<Pulls, String> {
        let mut pulls = Pulls::default();
        for (commit, pages) in self.commits {
            let gap = |page| format!("lacks page {page} of the pull requests of commit {commit}");
            let mut list = pages.whole().map_err(gap)?;
            list.sort_by_key(|pull| pull.number);
            list.dedup();
            pulls.commits.insert(commit, list);
        }
        for (number, pages) in self.reviews {
            let gap = |page| format!("lacks page {page} of the reviews of pull request #{number}");
            pulls.reviews.insert(number, Reviews::of(pages.whole().map_err(gap)?));
        }
        Ok(pulls)
    }
}

/// What GitHub writes about a pull request, as far as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    number: Field<u64>,
    user: Field<User>,
    head: Field<Head>,
    merged_at: Field<String>,
    merge_commit_sha: Field<String>,
    message: Field<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Head {
    sha: Field<String>,
}

impl Object for Written {}
impl Object for Head {}

impl Listed for Pull {
    const NOUN: &'static str = "pull requests";

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let written = Written::deserialize(MapAccessDeserializer::new(map))?;
        if let (Field::Missing, Ok(Some(message))) = (&written.number, written.message.optional("message")) {
            return Err(A::Error::custom(format!(
                "contains GitHub's error response `{}`, not pull requests",
                shown(message)
            )));
        }
        written.pull().map_err(A::Error::custom)
    }
}

impl Written {
    fn pull(&self) -> Result<Pull, String> {
        let Some(number) = self.number.optional("number")? else {
            return Err("has a pull request without a `number`".to_owned());
        };
        self.rest(*number).map_err(|why| format!("pull request {number}: {why}"))
    }

    fn rest(&self, number: u64) -> Result<Pull, String> {
        let merged_at = self.merged_at.present("merged_at")?;
        let merge_commit = self.merge_commit_sha.present("merge_commit_sha")?;
        Ok(Pull {
            number,
            author: Account::at(&self.user, "user")?,
            head: commit("head.sha", self.head.required("head")?.sha.required("head.sha")?)?,
            merged_at: merged_at.map(|text| time("merged_at", text)).transpose()?,
            merge_commit: merge_commit.map(|text| commit("merge_commit_sha", text)).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MERGE: &str = "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013";
    const EARLIER: &str = "0b7d6e4452c1a98f3e60d5b2147cf8896a0e3d21";
    const HEAD: &str = "7d40e1c95ab2f38860e7c4d1b92f05a3c6e8d714";

    fn pull(number: u64) -> String {
        format!(
            r#"{{"number": {number}, "state": "closed", "user": {{"login": "nadia", "id": 63, "type": "User"}},
            "head": {{"ref": "ask", "sha": "{HEAD}"}}, "base": {{"ref": "main", "sha": "{EARLIER}"}},
            "merged_at": "2026-11-23T10:00:00Z", "merge_commit_sha": "{MERGE}"}}"#
        )
        .replace('\n', " ")
    }

    fn commit_line(page: u32, last: bool, pulls: &str) -> String {
        format!(
            r#"{{"repository": "acme/register", "commit": "{MERGE}", "page": {page}, "last": {last}, "pulls": {pulls}}}"#
        )
    }

    fn reviews_line(number: u64, page: u32, last: bool) -> String {
        format!(r#"{{"repository": "Acme/register", "pull": {number}, "page": {page}, "last": {last}, "reviews": []}}"#)
    }

    fn parse(lines: &[String]) -> Result<Pulls, String> {
        Pulls::parse(&[("pulls.jsonl".to_owned(), lines.join("\n").into_bytes())]).map_err(|(_, error)| error.why)
    }

    fn of(pulls: &Pulls, commit: &str, committed: &str, leads: bool) -> Result<Vec<(u64, String)>, Unanswered> {
        let committed = DateTime::parse_from_rfc3339(committed).unwrap();
        let (found, _) = pulls.of(Landed { commit, committed, leads_to: &|merge| leads && merge == MERGE })?;
        Ok(found.iter().map(|one| (one.pull.number, one.until.format("%H:%M").to_string())).collect())
    }

    #[test]
    fn what_later_answers_do_not_say_is_named() {
        let review = |state: &str| {
            let user = r#"{"login": "mei", "id": 2, "type": "User"}"#;
            let review = format!(
                r#"[{{"id": 31, "user": {user}, "state": "{state}", "submitted_at": "2026-11-23T09:00:00Z"}}]"#
            );
            reviews_line(12, 1, true).replace("[]", &review)
        };
        let answers = |list: &str, review: String| parse(&[commit_line(1, true, list), review]).unwrap();
        let open = pull(13).replace("\"2026-11-23T10:00:00Z\"", "null");
        let early = answers(&format!("[{}, {open}]", pull(12)), review("APPROVED"));
        assert_eq!(early.beyond(&early), None);
        // An open one was merged meanwhile, and the order says nothing.
        let later = answers(&format!("[{}, {}, {}]", pull(14), pull(13), pull(12)), review("APPROVED"));
        assert_eq!(early.beyond(&later), None);
        assert_eq!(later.beyond(&early), Some(format!("pull request #13 of commit {MERGE}")));
        let other = answers(&format!("[{}]", pull(12)), review("COMMENTED"));
        assert_eq!(early.beyond(&other), Some("review 31 of pull request #12".to_owned()));
        assert_eq!(early.beyond(&Pulls::default()), Some(format!("commit {MERGE}")));
    }

    #[test]
    fn the_pull_request_whose_merge_is_the_commit_counts() {
        let other = pull(11).replace(MERGE, EARLIER);
        let open = pull(13).replace("\"2026-11-23T10:00:00Z\"", "null");
        let list = format!("[{}, {other}, {open}]", pull(12));
        let pulls = parse(&[commit_line(1, true, &list), reviews_line(12, 1, true)]).unwrap();
        assert_eq!(of(&pulls, MERGE, "2026-11-22T10:00:00Z", false).unwrap(), [(12, "10:00".to_owned())]);
        assert_eq!(of(&pulls, EARLIER, "2026-11-22T10:00:00Z", false), Err(Unanswered::Commit));
        let unread = parse(&[commit_line(1, true, &list)]).unwrap();
        assert_eq!(of(&unread, MERGE, "2026-11-22T10:00:00Z", false), Err(Unanswered::Reviews(12)));
    }

    #[test]
    fn pull_requests_are_in_the_order_of_their_numbers_and_each_is_one() {
        let pages = [
            commit_line(1, false, &format!("[{}, {}]", pull(12), pull(9))),
            commit_line(2, true, &format!("[{}, {}]", pull(12), pull(10))),
        ];
        let lines = [&pages[..], &[9, 10, 12].map(|number| reviews_line(number, 1, true))].concat();
        let found = of(&parse(&lines).unwrap(), MERGE, "2026-11-22T10:00:00Z", false).unwrap();
        assert_eq!(found.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [9, 10, 12]);
    }

    #[test]
    fn for_a_rebased_commit_the_earlier_time_counts() {
        let line = commit_line(1, true, &format!("[{}]", pull(12))).replacen(MERGE, EARLIER, 1);
        let pulls = parse(&[line.clone(), reviews_line(12, 1, true)]).unwrap();
        let at = |committed: &str, leads: bool| of(&pulls, EARLIER, committed, leads).unwrap();
        assert_eq!(at("2026-11-23T10:00:00Z", true), [(12, "10:00".to_owned())]);
        assert_eq!(at("2026-11-23T08:00:00Z", true), [(12, "08:00".to_owned())]);
        assert_eq!(at("2026-11-23T10:00:00Z", false), []);
        // A branch that was pushed as it is keeps its own times.
        let pushed = parse(&[line.replace(HEAD, MERGE), reviews_line(12, 1, true)]).unwrap();
        assert_eq!(of(&pushed, EARLIER, "2026-11-20T08:00:00Z", true).unwrap(), [(12, "10:00".to_owned())]);
    }

    #[test]
    fn a_page_that_is_missing_is_named() {
        let lacks = |page| Err(format!("lacks page {page} of the reviews of pull request #12"));
        let seen = |pages: &[(u32, bool)]| {
            let lines: Vec<String> = pages.iter().map(|(page, last)| reviews_line(12, *page, *last)).collect();
            parse(&lines).map(drop)
        };
        assert_eq!(seen(&[(1, true)]), Ok(()));
        assert_eq!(seen(&[(3, true), (1, false), (2, false)]), Ok(()));
        assert_eq!(seen(&[(1, false)]), lacks(2));
        assert_eq!(seen(&[(2, true)]), lacks(1));
        assert_eq!(seen(&[(1, false), (3, true)]), lacks(2));
        // Of two copies, the longer one is the later one.
        assert_eq!(seen(&[(1, true), (1, false)]), lacks(2));
        assert_eq!(seen(&[(0, true)]), lacks(1));
        let of_commit = parse(&[commit_line(1, false, "[]")]).map(drop);
        assert_eq!(of_commit, Err(format!("lacks page 2 of the pull requests of commit {MERGE}")));
    }

    #[test]
    fn what_is_not_such_an_answer_is_named_with_its_line() {
        let good = commit_line(1, true, &format!("[{}]", pull(12)));
        for (from, to, says) in [
            ("{\"repository\"", "[{\"repository\"", "line 2 is not an object with the response about a commit"),
            (
                "\"repository\": \"acme/register\"",
                "\"repository\": \"acme/other\"",
                "line 2 is of `acme/other`, but an earlier one of `acme/register`",
            ),
            ("\"repository\": \"acme/register\", ", "", "line 2 has no `repository`"),
            ("\"page\": 1", "\"page\": \"1\"", "contains a string in the place of a whole number"),
            ("\"page\": 1, ", "", "line 2 has no `page`"),
            ("\"last\": true, ", "", "line 2 has no `last`"),
            (MERGE, "HEAD", "line 2 `commit` is `HEAD`, not a full commit"),
            ("\"pulls\": [", "\"pulls\": null, \"x\": [", "line 2 has neither the `pulls` of a `commit`"),
            ("\"number\": 12, ", "", "has a pull request without a `number` (line 2"),
            ("\"merged_at\": \"2026-11-23T10:00:00Z\", ", "", "pull request 12: has no `merged_at` (line 2"),
            ("2026-11-23T10:00:00Z", "yesterday", "pull request 12: `merged_at` is `yesterday`, not a time"),
            (HEAD, "x", "pull request 12: `head.sha` is `x`, not a full commit"),
            ("\"user\"", "\"author\"", "pull request 12: has no `user`"),
        ] {
            assert!(good.contains(from), "{from}");
            let found = parse(&[reviews_line(1, 1, true), good.replacen(from, to, 1)]).unwrap_err();
            assert!(found.starts_with(says), "{found}");
        }
        let cut = parse(&[reviews_line(1, 1, true), good[..good.len() - 9].to_owned()]).unwrap_err();
        assert!(cut.starts_with("breaks off at line 2, column "), "{cut}");
        let refusal = r#"{"message": "Not Found", "status": "404"}"#;
        assert_eq!(parse(&[refusal.to_owned()]).unwrap_err(), "line 1 contains GitHub's error response `Not Found`");
        let gone = parse(&[reviews_line(1, 1, true).replace("[]", refusal)]).unwrap_err();
        assert!(gone.starts_with("contains GitHub's error response `Not Found`, not reviews (line 1, "), "{gone}");
        assert_eq!(Pulls::parse(&[(String::new(), vec![0xff, 0xfe])]).unwrap_err().1.why, "is not UTF-8");
    }
}
