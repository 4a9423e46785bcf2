//! The saved response of `GET /repos/{owner}/{repo}/pulls/{number}/reviews`: who approved a pull request.
//!
//! Forgejo and Gitea give the same answer in other words: `REQUEST_CHANGES` and `COMMENT`, and `dismissed: true` in
//! addition to the state that the review had. A review that is not `official` is by somebody whose approval the branch
//! protection does not count. Its commit shows whether it is `stale`, as with GitHub.
//!
//! GitHub lists every review that was ever given. For each person the latest opinion counts, and a dismissed one is an
//! opinion that is gone: it does not revive an older one.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess};

use crate::github::json::{Field, Object, commit, time};
use crate::github::pages::{self, Listed};
use crate::github::{Account, InputError, User};
use crate::text::shown;

/// What a review says, from the mildest to the one that wins if two copies of a review differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewState {
    /// Begun and not submitted.
    Pending,
    /// Submitted without an opinion.
    Commented,
    /// In favour.
    Approved,
    /// Against.
    ChangesRequested,
    /// Taken back by somebody, or by a push.
    Dismissed,
}

impl ReviewState {
    /// All states by the name that the REST API writes; webhooks write it in lower case. The last three are those of
    /// Forgejo and Gitea.
    const ALL: [(&'static str, Self); 8] = [
        ("PENDING", Self::Pending),
        ("COMMENTED", Self::Commented),
        ("APPROVED", Self::Approved),
        ("CHANGES_REQUESTED", Self::ChangesRequested),
        ("DISMISSED", Self::Dismissed),
        ("REQUEST_REVIEW", Self::Pending),
        ("COMMENT", Self::Commented),
        ("REQUEST_CHANGES", Self::ChangesRequested),
    ];

    /// Reads a state in either case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, state)| *state)
    }

    /// Returns whether it is an opinion, or was one.
    fn is_opinion(self) -> bool {
        !matches!(self, Self::Pending | Self::Commented)
    }
}

/// One review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its number; a later review has a larger one.
    pub id: u64,
    /// Who gave it; `None` if the account has been deleted.
    pub user: Option<Account>,
    /// What it says.
    pub state: ReviewState,
    /// The head of the pull request that was reviewed.
    pub commit: Option<String>,
    /// When it was submitted; `None` while it is pending.
    pub submitted_at: Option<DateTime<FixedOffset>>,
}

/// What GitHub, Forgejo and Gitea write about a review, as far as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    id: Field<u64>,
    user: Field<User>,
    state: Field<String>,
    dismissed: Field<bool>,
    official: Field<bool>,
    commit_id: Field<String>,
    submitted_at: Field<String>,
    message: Field<String>,
}

impl Object for Written {}

impl Written {
    fn review(&self) -> Result<Review, String> {
        let id = *self.id.required("id")?;
        self.rest(id).map_err(|why| format!("review {id}: {why}"))
    }

    fn rest(&self, id: u64) -> Result<Review, String> {
        let state = self.state()?;
        let submitted_at =
            self.submitted_at.optional("submitted_at")?.map(|sent| time("submitted_at", sent)).transpose()?;
        if submitted_at.is_none() && state.is_opinion() {
            return Err("has no `submitted_at`, so the latest review cannot be determined".to_owned());
        }
        let reviewed = self.commit_id.optional("commit_id")?.filter(|text| !text.is_empty());
        let reviewed = reviewed.map(|text| commit("commit_id", text)).transpose()?;
        Ok(Review { id, user: Account::at(&self.user, "user")?, state, commit: reviewed, submitted_at })
    }

    fn state(&self) -> Result<ReviewState, String> {
        let written = self.state.required("state")?;
        let state = ReviewState::parse(written)
            .ok_or_else(|| format!("`state` is `{}`, which is not a state of a review", shown(written)))?;
        Ok(match state {
            _ if state.is_opinion() && self.dismissed.optional("dismissed")? == Some(&true) => ReviewState::Dismissed,
            ReviewState::Approved if self.official.optional("official")? == Some(&false) => ReviewState::Commented,
            _ => state,
        })
    }
}

impl Review {
    /// Orders reviews by time; of two copies of one review, the less favourable one comes last.
    fn order(&self) -> (Option<DateTime<FixedOffset>>, u64, ReviewState) {
        (self.submitted_at, self.id, self.state)
    }
}

/// The opinion of one person: their latest review that is not a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// The account's name.
    pub login: &'a str,
    /// `Approved`, `ChangesRequested` or `Dismissed`; the last counts for nothing.
    pub state: ReviewState,
    /// The commit that was reviewed.
    pub commit: Option<&'a str>,
    /// When the review was submitted.
    pub submitted_at: DateTime<FixedOffset>,
}

/// One person: by number if GitHub gives it, because a name can change.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Person {
    Id(u64),
    Login(String),
}

/// All reviews of a pull request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviews {
    list: Vec<Review>,
}

impl Reviews {
    /// Reads the saved answer, however its pages were saved.
    ///
    /// # Errors
    ///
    /// If it is not JSON, contains something else, or a review lacks what decides.
    pub fn parse(json: &[u8]) -> Result<Self, InputError> {
        pages::read(json).map(|list| Self { list }).map_err(|why| InputError {
            why,
            help: "save all pages of the response: `gh api --paginate repos/OWNER/REPO/pulls/NUMBER/reviews > \
                 reviews.json`"
                .to_owned(),
        })
    }

    /// Collects reviews that were read one by one.
    pub(super) fn of(list: Vec<Review>) -> Self {
        Self { list }
    }

    /// Returns the reviews that had been submitted by a moment. GitHub does not say when one was dismissed, so a review
    /// that is dismissed now is treated as dismissed then.
    #[must_use]
    pub fn until(&self, moment: DateTime<FixedOffset>) -> Self {
        let sent = |review: &&Review| review.submitted_at.is_some_and(|sent| sent <= moment);
        Self { list: self.list.iter().filter(sent).cloned().collect() }
    }

    /// Returns the reviews as they are listed.
    #[must_use]
    pub fn list(&self) -> &[Review] {
        &self.list
    }

    /// Returns the opinion of each person, sorted by login.
    ///
    /// Bots, deleted accounts and the author of the pull request have none.
    #[must_use]
    pub fn standing(&self, author: Option<&Account>) -> Vec<Standing<'_>> {
        let ids = self.ids();
        let mut latest: BTreeMap<Person, (&Review, &Account)> = BTreeMap::new();
        for review in self.list.iter().filter(|review| review.state.is_opinion()) {
            let Some(user) = &review.user else { continue };
            if user.is_bot() || author.is_some_and(|author| user.is_one_with(author)) {
                continue;
            }
            let key = user.key();
            let person = user.id.or_else(|| ids.get(&key).copied()).map_or(Person::Login(key), Person::Id);
            let seen = latest.entry(person).or_insert((review, user));
            if seen.0.order() < review.order() {
                *seen = (review, user);
            }
        }
        let mut standing: Vec<Standing<'_>> = latest.into_values().filter_map(stand).collect();
        standing.sort_by_cached_key(|standing| (standing.login.to_lowercase(), standing.submitted_at));
        standing
    }

    /// Returns the approvals in force: those of people whose latest review that is not a comment approves.
    #[must_use]
    pub fn approvals(&self, author: Option<&Account>) -> Vec<Standing<'_>> {
        let mut standing = self.standing(author);
        standing.retain(|standing| standing.state == ReviewState::Approved);
        standing
    }

    /// Returns the numbers of the accounts, for reviews that were saved without them.
    fn ids(&self) -> BTreeMap<String, u64> {
        let users = self.list.iter().filter_map(|review| review.user.as_ref());
        users.filter_map(|user| Some((user.key(), user.id?))).collect()
    }
}

fn stand<'a>((review, user): (&'a Review, &'a Account)) -> Option<Standing<'a>> {
    let submitted_at = review.submitted_at?;
    Some(Standing { login: &user.login, state: review.state, commit: review.commit.as_deref(), submitted_at })
}

impl Listed for Review {
    const NOUN: &'static str = "reviews";

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        let written = Written::deserialize(MapAccessDeserializer::new(map))?;
        if let (Field::Missing, Ok(Some(message))) = (&written.state, written.message.optional("message")) {
            return Err(A::Error::custom(format!(
                "contains GitHub's error response `{}`, not reviews",
                shown(message)
            )));
        }
        written.review().map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013";
    const OLD: &str = "0b7d6e4452c1a98f3e60d5b2147cf8896a0e3d21";

    /// Writes a review by an account `login/number`, submitted at the minute of its id.
    fn review(id: u64, who: &str, state: &str) -> String {
        let (login, number) = who.split_once('/').unwrap();
        let user = format!(r#"{{"login": "{login}", "id": {number}, "type": "User", "site_admin": false}}"#);
        let time = format!("2026-11-23T09:{id:02}:00Z");
        format!(
            r#"{{"id": {id}, "user": {user}, "body": "looks right", "state": "{state}", "commit_id": "{HEAD}",
            "submitted_at": "{time}", "_links": {{"html": {{"href": "x"}}}}, "author_association": "MEMBER"}}"#
        )
    }

    fn page(reviews: &[String]) -> String {
        format!("[{}]", reviews.join(", "))
    }

    fn parse(json: &str) -> Reviews {
        Reviews::parse(json.as_bytes()).unwrap()
    }

    fn why(json: &str) -> String {
        Reviews::parse(json.as_bytes()).unwrap_err().why
    }

    fn approvers(reviews: &[String], author: Option<&str>) -> Vec<String> {
        let author = author.map(|login| Account { login: login.to_owned(), ..Account::default() });
        parse(&page(reviews)).approvals(author.as_ref()).iter().map(|standing| standing.login.to_owned()).collect()
    }

    #[test]
    fn an_approval_stands_until_a_later_opinion() {
        let approved = review(1, "olek/2", "APPROVED");
        for (later, stands) in [
            ("COMMENTED", true),
            ("PENDING", true),
            ("APPROVED", true),
            ("CHANGES_REQUESTED", false),
            ("DISMISSED", false),
        ] {
            let both = [approved.clone(), review(2, "olek/2", later)];
            assert_eq!(approvers(&both, None).len(), usize::from(stands), "{later}");
            let listed_backwards = [both[1].clone(), both[0].clone()];
            assert_eq!(approvers(&listed_backwards, None).len(), usize::from(stands), "{later}");
        }
        for earlier in ["COMMENTED", "CHANGES_REQUESTED", "DISMISSED"] {
            assert_eq!(approvers(&[review(1, "olek/2", earlier), review(2, "olek/2", "APPROVED")], None), ["olek"]);
        }
    }

    #[test]
    fn a_dismissed_review_revives_nothing_older() {
        let reviews =
            [review(1, "olek/2", "APPROVED"), review(2, "olek/2", "APPROVED"), review(3, "olek/2", "DISMISSED")];
        let reviews = parse(&page(&reviews));
        assert!(reviews.approvals(None).is_empty());
        assert_eq!(reviews.standing(None)[0].state, ReviewState::Dismissed);
    }

    /// Returns a review as Forgejo and Gitea list it (`PullReview` in their published API description).
    fn of_forgejo(id: u64, state: &str, more: &str) -> String {
        review(id, "olek/2", state).replace(
            "\"body\": \"looks right\"",
            &format!(
                "\"body\": \"\", \"team\": null, \"comments_count\": 0, \"html_url\": \"x\", \"pull_request_url\": \"x\"{more}"
            ),
        )
    }

    #[test]
    fn forgejo_says_apart_from_the_state_that_a_review_is_dismissed() {
        let plain = r#", "stale": false, "official": true, "dismissed": false"#;
        let gone = r#", "stale": true, "official": true, "dismissed": true"#;
        assert_eq!(approvers(&[of_forgejo(1, "APPROVED", plain)], None), ["olek"]);
        let dismissed = [of_forgejo(1, "APPROVED", plain), of_forgejo(2, "APPROVED", gone)];
        assert!(approvers(&dismissed, None).is_empty());
        assert_eq!(parse(&page(&dismissed)).standing(None)[0].state, ReviewState::Dismissed);
        assert!(approvers(&[of_forgejo(1, "APPROVED", gone)], None).is_empty());
        let asked = [of_forgejo(1, "APPROVED", plain), of_forgejo(2, "REQUEST_CHANGES", plain)];
        assert_eq!(parse(&page(&asked)).standing(None)[0].state, ReviewState::ChangesRequested);
        for later in ["COMMENT", "REQUEST_REVIEW", "PENDING"] {
            let both = [of_forgejo(1, "APPROVED", plain), of_forgejo(2, later, plain)];
            assert_eq!(approvers(&both, None), ["olek"], "{later}");
        }
    }

    #[test]
    fn an_approval_that_branch_protection_does_not_count_is_ignored() {
        let unofficial = r#", "stale": false, "official": false, "dismissed": false"#;
        assert!(approvers(&[of_forgejo(1, "APPROVED", unofficial)], None).is_empty());
        let official = r#", "stale": true, "official": true, "dismissed": false"#;
        let stale = parse(&page(&[of_forgejo(1, "APPROVED", official)]));
        assert_eq!(stale.approvals(None)[0].commit, Some(HEAD), "the commit tells what it is still good for");
        let bare = of_forgejo(1, "APPROVED", official).replace(HEAD, "");
        assert_eq!(parse(&page(&[bare])).approvals(None)[0].commit, None);
        assert!(
            why(&page(&[of_forgejo(7, "APPROVED", r#", "dismissed": "yes""#)])).contains("`dismissed` is a string")
        );
    }

    #[test]
    fn of_two_copies_of_one_review_the_first_counts() {
        let other = |state| review(1, "olek/2", state).replace(HEAD, OLD);
        let commits = |reviews: &[String]| {
            let reviews = parse(&page(reviews));
            reviews.standing(None).iter().map(|it| (it.state, it.commit == Some(HEAD))).collect::<Vec<_>>()
        };
        assert_eq!(commits(&[review(1, "olek/2", "APPROVED"), other("APPROVED")]), [(ReviewState::Approved, true)]);
        assert_eq!(commits(&[review(1, "olek/2", "APPROVED"), other("DISMISSED")]), [(ReviewState::Dismissed, false)]);
    }

    #[test]
    fn two_people_have_an_opinion_each() {
        let reviews = [
            review(1, "priya/3", "APPROVED"),
            review(2, "olek/2", "APPROVED"),
            review(3, "priya/3", "CHANGES_REQUESTED"),
            review(4, "dana/1", "COMMENTED"),
        ];
        let reviews = parse(&page(&reviews));
        let standing: Vec<_> = reviews.standing(None).iter().map(|s| (s.login, s.state)).collect();
        assert_eq!(standing, [("olek", ReviewState::Approved), ("priya", ReviewState::ChangesRequested)]);
    }

    #[test]
    fn people_are_in_the_order_of_their_names() {
        let reviews = [review(1, "Zoe/1", "APPROVED"), review(2, "olek/2", "APPROVED"), review(3, "Ada/3", "APPROVED")];
        assert_eq!(approvers(&reviews, None), ["Ada", "olek", "Zoe"]);
    }

    #[test]
    fn an_approval_keeps_its_commit() {
        let old = review(1, "olek/2", "APPROVED").replace(HEAD, OLD);
        let none = review(2, "priya/3", "APPROVED").replace(&format!("\"{HEAD}\""), "null");
        let reviews = parse(&page(&[old, none]));
        let commits: Vec<_> = reviews.approvals(None).iter().map(|standing| standing.commit).collect();
        assert_eq!(commits, [Some(OLD), None]);
    }

    #[test]
    fn the_author_a_bot_and_a_deleted_account_count_for_nobody() {
        let bot = review(1, "renovate[bot]/9", "APPROVED");
        let app = review(2, "deployer/8", "APPROVED").replace(r#""type": "User""#, r#""type": "Bot""#);
        let author = review(3, "Maria/4", "APPROVED");
        let user = r#"{"login": "gone", "id": 5, "type": "User", "site_admin": false}"#;
        let gone = review(4, "gone/5", "APPROVED").replace(user, "null");
        assert!(gone.contains(r#""user": null"#));
        let all = [bot, app, author, gone];
        assert!(approvers(&all, Some("mariA")).is_empty());
        assert_eq!(approvers(&all, Some("@maria")), [""; 0]);
        assert_eq!(approvers(&all, Some("dana")), ["Maria"]);
    }

    #[test]
    fn people_are_distinguished_by_number_or_by_login_without_case() {
        let renamed = [review(1, "olek/2", "APPROVED"), review(2, "olek-k/2", "CHANGES_REQUESTED")];
        assert!(approvers(&renamed, None).is_empty());
        let bare =
            |id: u64, login: &str, state: &str| review(id, &format!("{login}/0"), state).replace(r#""id": 0, "#, "");
        assert!(approvers(&[bare(1, "Olek", "APPROVED"), bare(2, "olek", "DISMISSED")], None).is_empty());
        assert!(approvers(&[review(1, "olek/2", "APPROVED"), bare(2, "OLEK", "DISMISSED")], None).is_empty());
        assert_eq!(approvers(&[bare(1, "olek", "APPROVED"), bare(2, "priya", "DISMISSED")], None), ["olek"]);
    }

    #[test]
    fn the_same_minute_is_decided_by_the_number_and_an_offset_is_understood() {
        let at = |review: String, time: &str| {
            let start = review.find("\"submitted_at\": \"").unwrap() + 17;
            format!("{}{time}{}", &review[..start], &review[start + 20..])
        };
        let same = [
            at(review(2, "olek/2", "CHANGES_REQUESTED"), "2026-11-23T09:00:00Z"),
            at(review(1, "olek/2", "APPROVED"), "2026-11-23T09:00:00Z"),
        ];
        assert!(approvers(&same, None).is_empty());
        let offset = [
            at(review(1, "olek/2", "APPROVED"), "2026-11-23T09:30:00Z"),
            at(review(2, "olek/2", "DISMISSED"), "2026-11-23T10:00:00+01:00"),
        ];
        assert_eq!(approvers(&offset, None), ["olek"]);
    }

    #[test]
    fn every_way_to_save_pages_gives_the_same_reviews() {
        let (one, two) = (review(1, "olek/2", "APPROVED"), review(2, "priya/3", "approved"));
        let whole = parse(&page(&[one.clone(), two.clone()]));
        assert_eq!(whole.approvals(None).len(), 2);
        let (first, second) = (page(std::slice::from_ref(&one)), page(std::slice::from_ref(&two)));
        for saved in [
            format!("{first}{second}"),
            format!("{first}\n{second}\n"),
            format!("{first}[]{second}[]"),
            format!("[{first}, {second}]"),
            format!("{one}\n{two}\n"),
            format!("\u{feff}{first}{second}"),
        ] {
            assert_eq!(parse(&saved), whole, "{saved}");
        }
        assert!(parse("[]").list().is_empty() && parse("[[]]").list().is_empty());
    }

    #[test]
    fn a_review_on_two_pages_counts_once_and_its_dismissal_wins() {
        let approved = review(1, "olek/2", "APPROVED");
        assert_eq!(approvers(&[approved.clone(), approved.clone()], None), ["olek"]);
        let dismissed = review(1, "olek/2", "DISMISSED");
        assert!(approvers(&[approved.clone(), dismissed.clone()], None).is_empty());
        assert!(approvers(&[dismissed, approved], None).is_empty());
    }

    #[test]
    fn a_pending_review_has_no_time_and_an_opinion_must_have_one() {
        let timeless = |state: &str| page(&[review(7, "olek/2", state).replace("\"2026-11-23T09:07:00Z\"", "null")]);
        assert!(parse(&timeless("PENDING")).standing(None).is_empty());
        let says = why(&timeless("APPROVED"));
        assert!(says.starts_with("review 7: has no `submitted_at`, so the latest review cannot"), "{says}");
    }

    #[test]
    fn what_is_not_reviews_is_named() {
        let good = page(&[review(7, "olek/2", "APPROVED")]);
        for (from, to, says) in [
            (
                "APPROVED",
                "BLESSED",
                "review 7: `state` is `BLESSED`, which is not a state of a review (line 2, column 118)",
            ),
            ("\"id\": 7", "\"id\": \"7\"", "`id` is a string, not a whole number"),
            ("\"id\": 7,", "", "has no `id`"),
            ("\"user\"", "\"author\"", "review 7: has no `user`"),
            ("\"login\": \"olek\"", "\"login\": 5", "review 7: `user.login` is a number, not a string"),
            (
                "2026-11-23T09:07:00Z",
                "23 November",
                "review 7: `submitted_at` is `23 November`, not a time such as `2026-11-23T09:00:00Z`",
            ),
            (HEAD, "HEAD~1", "review 7: `commit_id` is `HEAD~1`, not a full commit"),
            ("[{", "[[[{", "contains lists within lists within lists, not reviews"),
            ("[{", "[null, {", "contains null, not reviews (line 1, column 5)"),
        ] {
            assert!(good.contains(from), "{from}");
            let found = why(&good.replacen(from, to, 1));
            assert!(found.starts_with(says), "{found}");
        }
        let refusal =
            r#"{"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}"#;
        assert_eq!(why(refusal), "contains GitHub's error response `Not Found`, not reviews (line 1, column 94)");
        assert_eq!(why(""), "is empty");
        assert_eq!(
            why(&good[..good.len() - 1]),
            format!(
                "breaks off at line 2, column {}: EOF while parsing a list",
                good.lines().last().unwrap().len() - 1
            )
        );
        assert!(why(&format!("{good}, {good}")).starts_with("is not JSON: expected value at line 2"));
        assert!(why("\"reviews\"").starts_with("contains a string"));
    }

    #[test]
    fn hostile_sizes_end_soon() {
        for text in ["[".repeat(200_000), r#"{"user":"#.repeat(200_000), "[]".repeat(200_000), "{}".repeat(200_000)] {
            let _ = Reviews::parse(text.as_bytes());
        }
        let one = review(1, "olek/2", "APPROVED");
        let many: Vec<String> =
            (0..20_000).map(|id| one.replace("olek", &format!("o{id}")).replace(": 2,", &format!(": {id},"))).collect();
        assert_eq!(parse(&many.concat()).approvals(None).len(), 20_000);
    }
}
