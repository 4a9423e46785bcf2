//! The change rules over the commits of the past, each against the one below it on the main line.
//!
//! Where it is not certain which parent of a merge was the branch, the commits down from the other one are judged too:
//! nothing is lost by how somebody merges.
//!
//! Only what a commit changes is read, each content once. A running state of the tree and of the register supplies the
//! rest. Today's work tree plays no part.

mod approvals;
mod comparison;
mod joined;
mod merged;
mod slips;
mod state;
mod stretch;
mod touch;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::rc::Rc;

use chrono::{DateTime, Utc};

use crate::error::{Error, GitError};
use crate::files::{self, Repository};
use crate::git::{Commit, CommitInfo, Git, TreeChange};
use crate::history::PolicyFile;
use crate::history::main_line::Step;
use crate::history::past::Line;
use crate::history::rule_books::RuleBooks;
use crate::history::{Changes, Signatures, Verifier, decisions};
use crate::policy::places::{SIGNERS, is_beside};
use crate::policy::{Policy, RuleBook};
use crate::register::{Files, is_named_like_one};
use crate::replay::approvals::Approvals;
use crate::replay::comparison::Comparison;
use crate::replay::merged::Merges;
use crate::replay::slips::Slips;
use crate::replay::state::{Before, State, stem_of};
use crate::replay::stretch::{Stretch, Stretches};
pub use crate::replay::touch::{Answer, Made, Touch};
use crate::rule::{Finding, Findings};
use crate::rules::Judge;
use crate::signoff::{Merge, Pulls};
use crate::text::counted;
use crate::time::{Day, Moment, Today, Zone};

/// Reads the rule book in a commit.
pub type LoadBook<'r> = dyn Fn(&Repository) -> Result<RuleBook, Error> + 'r;

/// What the commits of the past did.
#[derive(Debug, Default)]
pub struct Past {
    /// The newest commit.
    pub head: Option<Commit>,
    /// The commits with findings, oldest first.
    pub verdicts: Vec<Verdict>,
    /// How many commits were looked at.
    pub commits: usize,
    /// Those of them that touch the register or what decides how it is judged.
    pub judged: BTreeSet<Commit>,
    /// The commits that contain a decision, and whose pull requests show who approved it.
    pub decided: Vec<Commit>,
    /// What brought the commits with decisions to the branch, and the others of which that is known.
    pub merges: BTreeMap<Commit, Merge>,
    /// What could not be judged as it should be, for people.
    pub remarks: Vec<String>,
    /// What the commits did to each exception, oldest first, where that was asked for.
    pub touched: Vec<Touch>,
}

/// Which commits are judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Between<'c> {
    /// The commit after which they begin; `None` for all of them.
    pub since: Option<&'c Commit>,
    /// The last one; `None` for `HEAD`.
    pub tip: Option<&'c Commit>,
    /// The moment, in seconds since 1970-01-01 UTC, after which no commit can be dated.
    pub now: Option<i64>,
    /// Whether everything that they did is told, and not only what is wrong with it.
    pub told: bool,
    /// The only exceptions that are judged, by their ids in lower case; `None` for all of them, and the rule book too.
    pub only: Option<&'c BTreeSet<String>>,
}

/// What one commit did.
#[derive(Debug)]
pub struct Verdict {
    /// The commit.
    pub commit: Commit,
    /// The root of the register that it was judged for, from the top of the work tree, where there are several.
    pub register: Option<String>,
    /// What it says of itself.
    pub info: CommitInfo,
    /// The day on which it was committed, in the register's time zone.
    pub day: Day,
    /// The day on which the branch had reached it, whatever it is dated: no earlier than that of a commit below it.
    pub reached: Day,
    /// The folder of the register by the rule book that judged it, relative to the root.
    pub folder: String,
    /// The files that findings name, as in the commit and the one below it; all others are empty.
    pub files: Files,
    /// The findings.
    pub findings: Findings,
}

/// The most pull requests that a remark names.
const MOST_NAMED: usize = 10;

/// How many commits are read at once.
const CHUNK: usize = 1000;

/// Judges the commits of the main line between two of them, those beside it that may be the branch as well, and with
/// `pulls` also who had approved what they brought.
///
/// # Errors
///
/// If `HEAD` names no commit, if the history or a content is not in this clone, if there never was a register, or if an
/// answer is missing in `pulls`.
pub fn replay(
    git: &Git,
    root: &Path,
    between: Between<'_>,
    policy: &PolicyFile,
    load: &LoadBook<'_>,
    pulls: Option<&Pulls>,
) -> Result<Past, Error> {
    let Between { since, tip, now, told, only } = between;
    let head = match tip {
        Some(tip) => Some(tip.clone()),
        None => git.head()?,
    };
    let Some(head) = head else { return Err(GitError::NothingToReplay.into()) };
    let Stretches { main, sides, ahead } = Stretches::of(git, &head, since, now.unwrap_or(i64::MAX))?;
    let Stretch { chain, infos, reached, .. } = &main;
    let merges = pulls.map(|pulls| Merges::new(git, pulls, chain.iter().zip(infos))).transpose()?;
    let open = |slips: Slips| -> Result<Replay<'_>, Error> {
        let opened = Replay::open(git, root, &main, policy, load)?;
        Ok(Replay { merges: merges.as_ref(), told, only, slips, ..opened })
    };
    let mut replay = open(Slips::default())?;
    replay.follow_line(&main)?;
    // What an edit puts back may have been changed before the first of them.
    let edited = replay.slips.ids();
    if let (Some(before), false) = (&main.below, edited.is_empty())
        && let Some(earlier) = Stretches::before(git, &head, before, now.unwrap_or(i64::MAX))?
    {
        let mut past = Replay { only: Some(&edited), ..Replay::open(git, root, &earlier, policy, load)? };
        past.follow_line(&earlier)?;
        if !past.slips.ids().is_empty() {
            replay = open(past.slips)?;
            replay.follow_line(&main)?;
        }
    }
    if replay.past.judged.is_empty() && replay.is_without_register() && replay.state.held.is_empty() {
        return Err(Error::NoRegister { folder: replay.state.folder, root: root.display().to_string() });
    }
    let mut past = replay.past;
    past.remarks.extend(replay.approvals.remarks()?);
    let zone = replay.judge.as_ref().map_or(Zone::UTC, |judge| judge.policy.timezone);
    past.remarks.extend(ahead.iter().take(MOST_NAMED).map(|ahead| ahead.remark(zone)));
    let mut order: HashMap<Commit, usize> = chain.iter().cloned().zip(0..).collect();
    let steps: Vec<Vec<Step<'_>>> = sides.iter().map(|(_, side)| side.steps()).collect();
    let mut changes = match steps.concat() {
        all if all.is_empty() => Vec::new(),
        all => git.tree_changes(&all, &[])?,
    };
    for ((merge, side), steps) in sides.iter().zip(&steps) {
        let place = order.get(merge).copied().unwrap_or_default();
        order.extend(side.chain.iter().map(|commit| (commit.clone(), place)));
        let rest = changes.split_off(steps.len());
        let changes = std::mem::replace(&mut changes, rest);
        // Most are a day's work on the code, which is not worth reading a register for.
        if changes.iter().flatten().any(|change| can_matter(&change.path)) {
            let mut other = Replay::open(git, root, side, policy, load)?;
            other.only = only;
            other.go_on(steps, &side.infos, &changes)?;
            // Before the merge nobody could tell that the branch had them.
            let joined = reached.get(place).map_or(Day::FIRST, |seconds| zone.day_of(instant(*seconds)));
            for verdict in &mut other.past.verdicts {
                verdict.reached = verdict.reached.max(joined);
            }
            let is_before = |verdict: &Verdict| order.get(&verdict.commit).is_some_and(|at| *at < place);
            let place = past.verdicts.iter().take_while(|verdict| is_before(verdict)).count();
            past.absorb(place, (merge, side), other.past);
        }
    }
    Ok(Past { head: Some(head), commits: chain.len(), ..past })
}

/// Tells whether a file, named from the top of the work tree, can be an exception or decide how one is judged.
fn can_matter(path: &[u8]) -> bool {
    let path = files::name_of(path);
    is_named_like_one(&path) || is_beside(&path) || path.ends_with(SIGNERS) || path.ends_with(".json")
}

impl Past {
    /// Adds, at their place, what the commits of a side did. What its merge did in the same place is told there.
    fn absorb(&mut self, at: usize, (merge, side): (&Commit, &Stretch), other: Self) {
        let Some(tip) = side.chain.last().filter(|_| !other.judged.is_empty()) else { return };
        let joined = self.verdicts.iter().find(|verdict| verdict.commit == *merge);
        let brought: BTreeSet<(&str, String, String)> = joined
            .into_iter()
            .flat_map(|verdict| verdict.findings.iter().map(|finding| key(verdict, finding)))
            .collect();
        let mut verdicts = other.verdicts;
        for verdict in &mut verdicts {
            let mut findings = std::mem::take(&mut verdict.findings);
            findings.retain(|finding| !brought.contains(&key(verdict, finding)));
            verdict.findings = findings;
        }
        verdicts.retain(|verdict| !verdict.findings.is_empty());
        self.remarks.push(format!(
            "it is not certain which parent of the merge {} was the branch: {} down from {}, next to the main line, {} \
             checked too",
            merge.short(),
            counted(side.chain.len(), "commit"),
            tip.short(),
            if side.chain.len() == 1 { "is" } else { "are" },
        ));
        let new: Vec<String> = other.remarks.into_iter().filter(|remark| !self.remarks.contains(remark)).collect();
        self.remarks.extend(new);
        self.verdicts.splice(at..at, verdicts);
    }
}

/// Returns what a finding objects to, and where.
fn key(verdict: &Verdict, finding: &Finding) -> (&'static str, String, String) {
    (finding.rule.id, verdict.files.source(finding.file).path().to_owned(), finding.place.pointer.clone())
}

/// Returns the commit that a branch had when a day began; `None` if there is none. A date after `now`, in seconds since
/// 1970-01-01 UTC, cannot be.
///
/// # Errors
///
/// If the history is not in this clone.
pub fn last_before(git: &Git, tip: Option<&Commit>, day: Day, now: i64, zone: Zone) -> Result<Option<Commit>, Error> {
    let Some(tip) = tip else { return Ok(None) };
    let line = Line::read(git, tip, now)?;
    Ok(line.at(zone.starts_at(Moment::Day(day)).timestamp() - 1).cloned())
}

/// The commits of a line, one after the other.
struct Replay<'r> {
    policy: &'r PolicyFile,
    load: &'r LoadBook<'r>,
    /// Who approved what was merged, if that was saved.
    merges: Option<&'r Merges<'r>>,
    /// Whether everything that commits did is told.
    told: bool,
    /// The only exceptions that are judged.
    only: Option<&'r BTreeSet<String>>,
    /// The keys that may sign, with the text that they are from.
    verifier: Option<(String, Rc<Verifier>)>,
    approvals: Approvals,
    state: State<'r>,
    /// The last usable rule book; `None` before the first one.
    judge: Option<Judge>,
    books: RuleBooks,
    slips: Slips,
    /// The last commit that removed a baseline.
    former_baseline: Option<Commit>,
    /// The latest date of the commits so far, in seconds since 1970-01-01 UTC.
    committed: Option<i64>,
    past: Past,
}

impl<'r> Replay<'r> {
    fn open(
        git: &'r Git,
        root: &Path,
        stretch: &Stretch,
        policy: &'r PolicyFile,
        load: &'r LoadBook<'r>,
    ) -> Result<Self, Error> {
        let before = stretch.below.as_ref();
        let committed = match before {
            Some(_) if stretch.reached_below.is_some() => stretch.reached_below,
            Some(before) => {
                let oldest = stretch.reached.first().copied().unwrap_or(i64::MAX);
                git.info(before)?.map(|info| info.committed.min(oldest))
            }
            None => None,
        };
        let mut replay = Self {
            policy,
            load,
            merges: None,
            told: false,
            only: None,
            verifier: None,
            approvals: Approvals::default(),
            state: State::open(git, root, before)?,
            judge: None,
            books: RuleBooks::default(),
            slips: Slips::default(),
            former_baseline: None,
            committed,
            past: Past::default(),
        };
        if let Some(before) = before.filter(|_| !replay.is_without_register())
            && let Some(book) = replay.load_book(before)?
        {
            replay.take(book)?;
        }
        replay.state.index()?;
        Ok(replay)
    }

    /// Judges the commits of a line.
    fn follow_line(&mut self, line: &Stretch) -> Result<(), Error> {
        for (steps, infos) in line.steps().chunks(CHUNK).zip(line.infos.chunks(CHUNK)) {
            self.go_on(steps, infos, &self.state.git.tree_changes(steps, &[])?)?;
        }
        Ok(())
    }

    /// Judges commits of a line one after the other.
    fn go_on(&mut self, steps: &[Step<'_>], infos: &[CommitInfo], changes: &[Vec<TreeChange>]) -> Result<(), Error> {
        self.state.read_ahead(changes)?;
        for (index, (step, info)) in steps.iter().zip(infos).enumerate() {
            let folder = self.state.folder.clone();
            self.step(*step, info, &changes[index])?;
            if self.state.folder != folder {
                self.state.read_ahead(&changes[index + 1..])?;
            }
        }
        Ok(())
    }

    /// Judges one commit and moves to its state.
    fn step(&mut self, (commit, below): Step<'_>, info: &CommitInfo, changes: &[TreeChange]) -> Result<(), Error> {
        self.state.put_back.clear();
        let first = self.judge.is_none();
        let fresh = first || self.is_without_register();
        let before = self.state.apply(changes);
        // One that is dated back is not a base that makes the next one look recorded in time.
        let base_committed = self.committed;
        self.committed = base_committed.max(Some(info.committed));
        let (touches_book, is_due) = (self.touches_book(&before), self.books.is_due());
        let mut loaded = None;
        if (touches_book || is_due || self.touches_signers(&before) || fresh) && !(fresh && self.is_without_register())
        {
            loaded = self.load_book(commit)?;
        }
        // In a repository that had no register and no policy before, the commit brings both.
        if fresh && let Some(book) = loaded.take() {
            self.take(book)?;
        }
        let Some(mut judge) = self.judge.take() else { return Ok(()) };
        let is_usable_again = is_due && loaded.is_some();
        let beside = !fresh && (touches_book || is_usable_again || before.keys().any(|path| is_beside(path)));
        let mut touched = self.state.touch(&before)?;
        if fresh && !first {
            self.state.find_again(&mut touched);
        }
        let names = self.policy.names();
        let elsewhere = self.state.come_from_elsewhere(&before, &mut touched, &names, self.load)?;
        let moved = !elsewhere.is_empty();
        self.past.remarks.extend(comes_from(commit, &elsewhere));
        if let Some(book) = &loaded {
            self.state.follow(&book.policy.exceptions, &mut touched)?;
        }
        let concerns = self.only.is_none_or(|only| touched.keys().any(|path| only.contains(&stem_of(path))));
        if concerns && (beside || !touched.is_empty()) {
            let zone = judge.policy.timezone;
            judge.today = Today::from_clock(zone, instant(info.committed));
            let mut comparison = Comparison {
                commit,
                below,
                info,
                first: first && !moved,
                head: (!fresh).then(|| loaded.clone().unwrap_or_else(|| judge.book())),
                base_day: base_committed.map(|seconds| zone.day_of(instant(seconds))),
                judge: &mut judge,
                before: &before,
                touched: &touched,
                // A register that moves as a whole brings its decisions along.
                elsewhere: if first { BTreeSet::new() } else { elsewhere },
                beside,
            };
            let (files, findings) = comparison.judge(self)?;
            self.past.judged.insert(commit.clone());
            if !findings.is_empty() {
                let (day, folder) = (judge.today.day, judge.policy.exceptions.clone());
                let reached = self.committed.map_or(day, |seconds| zone.day_of(instant(seconds)));
                let (commit, info) = (commit.clone(), info.clone());
                let verdict = Verdict { commit, register: None, info, day, reached, folder, files, findings };
                self.past.verdicts.push(verdict);
            }
        } else if fresh && touches_book && self.only.is_none() {
            // It brings the rule book, and there is nothing to compare that with.
            self.past.judged.insert(commit.clone());
        }
        self.judge = Some(judge);
        match loaded {
            Some(book) => self.take(book),
            None => Ok(()),
        }
    }

    /// Adopts a rule book; the register may then be in another folder.
    fn take(&mut self, book: RuleBook) -> Result<(), Error> {
        let folder = book.policy.exceptions.clone();
        let today = Today::from_clock(book.policy.timezone, instant(self.committed.unwrap_or_default()));
        self.judge = Some(Judge::new(book, today));
        self.state.adopt(&folder)
    }

    /// Reads the rule book of the state; if it cannot be used, the previous one stays in force.
    fn load_book(&mut self, commit: &Commit) -> Result<Option<RuleBook>, Error> {
        let load = || (self.load)(&Repository::Commit(self.state.top.below(&self.state.prefix)));
        self.books.read(Some(commit), self.judge.is_some(), load, &mut self.past.remarks)
    }

    /// Notes that a commit contains decisions, and what is not known about who approved them.
    fn note_decisions(&mut self, commit: &Commit, first: bool, judge: &Judge, changes: &Changes<'_>) {
        if let Some(Ok(merge)) = changes.merge.as_ref().filter(|_| !first)
            && !merge.pulls.is_empty()
        {
            self.past.merges.insert(commit.clone(), merge.clone());
        }
        let count = decisions(changes).len();
        if count == 0 {
            return;
        }
        if first {
            // It brings a past of its own, which was decided elsewhere.
            let what = counted(count, "decision");
            let remark =
                || format!("commit {} adds the first register: who approved its {what} is not checked", commit.short());
            self.past.remarks.extend(self.merges.map(|_| remark()));
            return;
        }
        self.past.decided.push(commit.clone());
        self.approvals.note(judge, changes);
        if let Some(Ok(merge)) = &changes.merge {
            self.past.merges.insert(commit.clone(), merge.clone());
        }
    }

    /// Verifies a commit and those that it merged, where the policy asks for signed decisions.
    fn signatures(&mut self, policy: &Policy, step: Step<'_>, info: &CommitInfo) -> Result<Option<Signatures>, Error> {
        if !policy.signed_decisions {
            return Ok(None);
        }
        self.signers(policy, step, info).map(Some)
    }

    /// Verifies a commit and those that it merged.
    fn signers(&mut self, policy: &Policy, step: Step<'_>, info: &CommitInfo) -> Result<Signatures, Error> {
        let git = self.state.git;
        let (commit, below) = step;
        let allowed = policy.signers.as_deref().unwrap_or_default();
        let verifier = match &self.verifier {
            Some((text, verifier)) if text == allowed => Rc::clone(verifier),
            _ => Rc::new(Verifier::new(git, allowed)?),
        };
        self.verifier = Some((allowed.to_owned(), Rc::clone(&verifier)));
        let mut steps = vec![(commit.clone(), below.cloned())];
        if let (Some(below), [_, _, ..]) = (below, info.parents.as_slice()) {
            let merged = git.commits(commit, Some(below))?;
            let infos = git.infos(&merged.iter().collect::<Vec<_>>())?;
            let single = merged.into_iter().zip(infos).filter_map(|(commit, info)| Some((commit, info?.parents)));
            steps.extend(
                single
                    .filter(|(_, parents)| parents.len() < 2)
                    .map(|(commit, parents)| (commit, parents.into_iter().next())),
            );
        }
        let steps: Vec<(&Commit, Option<&Commit>)> =
            steps.iter().map(|(commit, parent)| (commit, parent.as_ref())).collect();
        let folder = format!("{}{}", self.state.prefix, self.state.folder);
        Signatures::of(git, &verifier, &steps, &folder)
    }

    fn touches_book(&self, before: &Before) -> bool {
        let policy = self.judge.as_ref().map(|judge| judge.policy.clone()).unwrap_or_default();
        self.state.book_paths(&policy).iter().any(|path| before.contains_key(path))
    }

    /// Tells whether the keys change by which signatures are told of, where none is asked for.
    fn touches_signers(&self, before: &Before) -> bool {
        self.told && before.contains_key(&format!("{}{SIGNERS}", self.state.prefix))
    }

    /// Returns whether there is neither a policy nor an exception under the default folder.
    fn is_without_register(&self) -> bool {
        self.policy.is_without_register(&self.state.top, &self.state.prefix)
    }
}

/// Says, for each other register, how many exceptions come from it.
fn comes_from(commit: &Commit, elsewhere: &BTreeSet<String>) -> Vec<String> {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for path in elsewhere {
        *folders.entry(path.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default() += 1;
    }
    let remark = |(folder, count): (&str, usize)| {
        format!(
            "commit {} brings {} from the register in `{}`: earlier changes there are not checked here; run `stopgap \
             history` with the `--root` of that register, in a checkout of the commit before it if the register is gone",
            commit.short(),
            counted(count, "exception"),
            crate::text::shown(folder)
        )
    };
    folders.into_iter().map(remark).collect()
}

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
