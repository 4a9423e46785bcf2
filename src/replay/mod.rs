//! The change rules over the commits of the past, each against the one below it on the main line.
//!
//! Where it is not certain which parent of a merge was the branch, the commits down from the other one are judged too:
//! nothing is lost by how somebody merges.
//!
//! Only what a commit changes is read, each content once. A running state of the tree and of the register supplies the
//! rest. Today's work tree plays no part.

mod merged;
mod stretch;
mod touch;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::rc::Rc;

use chrono::{DateTime, Utc};

use crate::error::{Error, GitError, Input};
use crate::files::{self, CommitFiles, MAX_BYTES_BESIDE, ReadFile, Repository};
use crate::gate::{Gate, Judged, Reach};
use crate::git::{Commit, CommitInfo, Git, TreeChange, TreeFile};
use crate::history::PolicyFile;
use crate::history::main_line::Step;
use crate::history::past::Line;
use crate::history::rule_books::RuleBooks;
use crate::history::snapshot::{prefix, shown};
use crate::history::{Approved, Change, Changes, Circumstances, Document, Edit, Signatures, Verifier, decisions};
use crate::policy::places::{CI_FILES, CODEOWNERS, SIGNERS, WORKFLOWS, is_beside};
use crate::policy::{Policy, RuleBook};
use crate::register::{self, Exception, Files, is_named_like_one};
use crate::replay::merged::Merges;
use crate::replay::stretch::{Stretch, Stretches};
pub use crate::replay::touch::{Answer, Made, Touch};
use crate::rule::{Finding, Findings, LooksAt};
use crate::rules::{self, Judge};
use crate::signoff::{Merge, Ownership, Pulls, Unanswered};
use crate::source::FileId;
use crate::text::counted;
use crate::time::{Day, Moment, Today, Zone};
use crate::yaml::{self, Node};

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
    /// How many of them touch the register or what decides how it is judged.
    pub judged: usize,
    /// The commits that contain a decision, and whose pull requests show who approved it.
    pub decided: Vec<Commit>,
    /// What brought the commits with decisions to the branch, where the pull requests were given.
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
    let open = |slips: HashMap<String, Vec<Slip>>| -> Result<Replay<'_>, Error> {
        let opened = Replay::open(git, root, &main, policy, load)?;
        Ok(Replay { merges: merges.as_ref(), told, only, slips, ..opened })
    };
    let mut replay = open(HashMap::new())?;
    replay.follow_line(&main)?;
    // What an edit puts back may have been changed before the first of them.
    let edited: BTreeSet<String> = replay.slips.keys().map(|id| id.to_lowercase()).collect();
    if let (Some(before), false) = (&main.below, edited.is_empty())
        && let Some(earlier) = Stretches::before(git, &head, before, now.unwrap_or(i64::MAX))?
    {
        let mut past = Replay { only: Some(&edited), ..Replay::open(git, root, &earlier, policy, load)? };
        past.follow_line(&earlier)?;
        if !past.slips.is_empty() {
            replay = open(past.slips)?;
            replay.follow_line(&main)?;
        }
    }
    if replay.past.judged == 0 && replay.is_without_register() && replay.held.is_empty() {
        return Err(Error::NoRegister { folder: replay.folder, root: root.display().to_string() });
    }
    replay.answered()?;
    let mut past = replay.past;
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
        let Some(tip) = side.chain.last().filter(|_| other.judged > 0) else { return };
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

/// The state after a commit.
struct Replay<'r> {
    git: &'r Git,
    prefix: String,
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
    /// What was not saved.
    unanswered: Vec<Unanswered>,
    /// The pull requests with an approval of a commit that this clone lacks.
    unseen: BTreeSet<u64>,
    /// How many decisions count as signed by the forge although nobody knows whether their approvers agreed.
    on_trust: usize,
    /// All files, by their path from the top of the work tree.
    top: CommitFiles,
    /// The folder of the register, relative to the root.
    folder: String,
    /// The register, by path relative to the root.
    held: BTreeMap<String, Rc<Held>>,
    /// The paths of each stem in lower case.
    stems: BTreeMap<String, BTreeSet<String>>,
    /// The paths of live exceptions by their owner as spelled.
    owners: BTreeMap<String, BTreeSet<String>>,
    /// The last readable version of each exception that is gone or cannot be read now, by its stem in lower case, with
    /// its path relative to the root.
    lost: BTreeMap<String, (String, Rc<Held>)>,
    /// The last usable rule book; `None` before the first one.
    judge: Option<Judge>,
    books: RuleBooks,
    /// Contents that later commits bring.
    blobs: HashMap<String, Option<Vec<u8>>>,
    /// The edits that rules objected to so far, by the exception's id.
    slips: HashMap<String, Vec<Slip>>,
    /// The exceptions that were given another id so far: the old one and the new one.
    renamed: BTreeSet<(String, String)>,
    /// The exceptions that the commit puts back where they were gone, by their stems in lower case.
    put_back: BTreeSet<String>,
    /// The last commit that removed a baseline.
    former_baseline: Option<Commit>,
    /// The latest date of the commits so far, in seconds since 1970-01-01 UTC.
    committed: Option<i64>,
    past: Past,
}

/// A file of the register.
struct Held {
    file: TreeFile,
    bytes: Option<Vec<u8>>,
    claim: Option<Claim>,
    /// Whether rules can compare it: a mapping in the safe YAML subset.
    readable: bool,
}

/// What is known about a live exception without reading it again.
struct Claim {
    owner: String,
    ends: Option<Moment>,
}

impl Held {
    fn new(path: &str, file: &TreeFile, bytes: Option<Vec<u8>>) -> Result<Self, Error> {
        let mut held = Self { file: file.clone(), bytes, claim: None, readable: false };
        let read = held.read(path)?;
        if read.fault.is_none()
            && let Ok(tree) = yaml::parse(read.source.text())
            && tree.as_map().is_some()
        {
            held.readable = true;
            let exception = Exception::from_node(FileId(0), "", tree);
            held.claim = exception.owner.as_ref().filter(|_| exception.is_judged_as_live()).map(|owner| Claim {
                owner: owner.as_str().to_owned(),
                ends: exception.current_expiry().map(|expiry| expiry.value),
            });
        }
        Ok(held)
    }

    fn read(&self, path: &str) -> Result<ReadFile, Error> {
        files::from_blob(path, &self.file, self.bytes.clone(), yaml::MAX_BYTES)
    }
}

/// An edit that a rule objected to: it is fixed by putting the old value back.
struct Slip {
    rule: &'static str,
    pointer: String,
    /// The value before and after, in its canonical form.
    before: Option<String>,
    after: Option<String>,
}

impl Slip {
    fn new(finding: &Finding, edit: &Edit<'_, '_>) -> Self {
        let pointer = finding.place.pointer.clone();
        let value = |tree| yaml::lookup(tree, &pointer).map(|(_, node)| node.canonical());
        let (before, after) = (value(edit.base_tree), value(edit.head_tree));
        Self { rule: finding.rule.id, pointer, before, after }
    }

    /// Returns whether this edit reverts an earlier one, and nothing else.
    fn undoes(&self, earlier: &Self) -> bool {
        let named = self.rule == earlier.rule && self.pointer == earlier.pointer;
        named && self.after == earlier.before && self.before == earlier.after
    }
}

/// Returns the exception that a change removes with a file.
fn removed<'c, 'a>(changes: &'c Changes<'a>, file: FileId) -> Option<(&'c str, &'c Node<'a>)> {
    let is_it = |change: &&Change<'_>| change.head.is_none();
    let gone = changes.list.iter().filter(is_it).filter_map(|change| Some((change.id, change.base.as_ref()?)));
    gone.filter(|(_, base)| base.file == file).find_map(|(id, base)| Some((id, base.tree.as_ref()?)))
}

/// Returns the id under which a change adds the same record.
fn added_again<'c>(changes: &'c Changes<'_>, tree: &Node<'_>) -> Option<&'c str> {
    let is_same = |change: &&Change<'_>| {
        let head = change.head.as_ref().filter(|_| change.base.is_none()).and_then(|head| head.tree.as_ref());
        head.is_some_and(|head| head.same_value(tree))
    };
    changes.list.iter().find(is_same).map(|change| change.id)
}

/// What was at the paths that a commit changes, from the top of the work tree.
type Before = BTreeMap<String, Option<TreeFile>>;

/// What the register had at the paths that a commit changes, relative to the root.
type Touched = BTreeMap<String, Option<Rc<Held>>>;

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
            git,
            prefix: prefix(git, root),
            policy,
            load,
            merges: None,
            told: false,
            only: None,
            verifier: None,
            unanswered: Vec::new(),
            unseen: BTreeSet::new(),
            on_trust: 0,
            top: CommitFiles::list(git, before)?,
            folder: Policy::default().exceptions,
            held: BTreeMap::new(),
            stems: BTreeMap::new(),
            owners: BTreeMap::new(),
            lost: BTreeMap::new(),
            judge: None,
            books: RuleBooks::default(),
            blobs: HashMap::new(),
            slips: HashMap::new(),
            renamed: BTreeSet::new(),
            put_back: BTreeSet::new(),
            former_baseline: None,
            committed,
            past: Past::default(),
        };
        if let Some(before) = before.filter(|_| !replay.is_without_register())
            && let Some(book) = replay.load_book(before)?
        {
            replay.take(book)?;
        }
        replay.index()?;
        Ok(replay)
    }

    /// Judges the commits of a line.
    fn follow_line(&mut self, line: &Stretch) -> Result<(), Error> {
        for (steps, infos) in line.steps().chunks(CHUNK).zip(line.infos.chunks(CHUNK)) {
            self.go_on(steps, infos, &self.git.tree_changes(steps, &[])?)?;
        }
        Ok(())
    }

    /// Judges commits of a line one after the other.
    fn go_on(&mut self, steps: &[Step<'_>], infos: &[CommitInfo], changes: &[Vec<TreeChange>]) -> Result<(), Error> {
        self.read_ahead(changes)?;
        for (index, (step, info)) in steps.iter().zip(infos).enumerate() {
            let folder = self.folder.clone();
            self.step(*step, info, &changes[index])?;
            if self.folder != folder {
                self.read_ahead(&changes[index + 1..])?;
            }
        }
        Ok(())
    }

    /// Judges one commit and moves to its state.
    fn step(&mut self, (commit, below): Step<'_>, info: &CommitInfo, changes: &[TreeChange]) -> Result<(), Error> {
        self.put_back.clear();
        let first = self.judge.is_none();
        let fresh = first || self.is_without_register();
        let before = self.apply(changes);
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
        let mut touched = self.touch(&before)?;
        if fresh && !first {
            self.find_again(&mut touched);
        }
        let moved = self.come_from_elsewhere(commit, &before, &mut touched)?;
        self.follow(loaded.as_ref(), &mut touched)?;
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
                beside,
            };
            let (files, findings) = comparison.judge(self)?;
            self.past.judged += 1;
            if !findings.is_empty() {
                let (day, folder) = (judge.today.day, judge.policy.exceptions.clone());
                let reached = self.committed.map_or(day, |seconds| zone.day_of(instant(seconds)));
                let (commit, info) = (commit.clone(), info.clone());
                self.past.verdicts.push(Verdict { commit, info, day, reached, folder, files, findings });
            }
        } else if fresh && touches_book && self.only.is_none() {
            // It brings the rule book, and there is nothing to compare that with.
            self.past.judged += 1;
        }
        self.judge = Some(judge);
        match loaded {
            Some(book) => self.take(book),
            None => Ok(()),
        }
    }

    /// Moves to another folder with a register whose old folder is gone: it is compared there.
    fn follow(&mut self, head: Option<&RuleBook>, touched: &mut Touched) -> Result<(), Error> {
        let Some(folder) = head.map(|head| &head.policy.exceptions) else { return Ok(()) };
        if *folder == self.folder {
            return Ok(());
        }
        self.folder.clone_from(folder);
        let before = std::mem::take(&mut self.held);
        self.index()?;
        for (path, old) in &before {
            if !self.held.contains_key(path) {
                touched.entry(path.clone()).or_insert_with(|| Some(Rc::clone(old)));
            }
        }
        for path in self.held.keys().filter(|path| !before.contains_key(*path)) {
            touched.entry(path.clone()).or_insert(None);
        }
        self.remember(touched);
        Ok(())
    }

    /// Compares what a commit brings back that had lost its whole register, by naming another folder or none.
    fn find_again(&mut self, touched: &mut Touched) {
        let lost = |path: &&String| self.lost.contains_key(&stem_of(path));
        for path in self.held.keys().filter(lost) {
            touched.entry(path.clone()).or_insert(None);
        }
        self.remember(touched);
    }

    /// Brings the tree to a commit and returns what was at the changed paths.
    fn apply(&mut self, changes: &[TreeChange]) -> Before {
        let mut before = Before::new();
        for change in changes {
            let path = files::name_of(&change.path).into_owned();
            before.insert(path.clone(), self.top.files().get(&path).cloned());
            self.top.set(&path, change.file.clone());
        }
        before
    }

    /// Brings the register to a commit and returns what it had at the changed paths.
    fn touch(&mut self, before: &Before) -> Result<Touched, Error> {
        let mut touched = BTreeMap::new();
        for (path, old) in before {
            let Some(entry) = self.entry(path).map(str::to_owned) else { continue };
            let known = self.held.get(&entry).filter(|held| old.as_ref() == Some(&held.file)).cloned();
            let old = match (known, old) {
                (None, Some(old)) => Some(self.hold(&entry, &old.clone())?),
                (known, _) => known,
            };
            match self.top.files().get(path).cloned() {
                Some(file) => {
                    let held = self.hold(&entry, &file)?;
                    self.insert(&entry, held);
                }
                None => self.remove(&entry),
            }
            touched.insert(entry, old);
        }
        self.remember(&mut touched);
        Ok(touched)
    }

    /// Compares an exception that comes from outside the register, such as from under another root, with what it was
    /// there, and returns whether there is one.
    fn come_from_elsewhere(&mut self, commit: &Commit, before: &Before, touched: &mut Touched) -> Result<bool, Error> {
        let added: BTreeSet<String> =
            touched.iter().filter(|(_, old)| old.is_none()).map(|(path, _)| stem_of(path)).collect();
        let mut folders: BTreeMap<String, usize> = BTreeMap::new();
        for (path, old) in before {
            let Some(old) = old.as_ref().filter(|_| !self.top.files().contains_key(path)) else { continue };
            if self.entry(path).is_some() || !is_named_like_one(path) || !added.contains(&stem_of(path)) {
                continue;
            }
            let shown_as = shown(&self.prefix, path);
            let held = self.hold(&shown_as, old)?;
            if held.readable {
                touched.insert(shown_as, Some(held));
                *folders.entry(path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()).or_default() += 1;
            }
        }
        let came = !folders.is_empty();
        for (folder, count) in folders {
            let what = counted(count, "exception");
            self.past.remarks.push(format!(
                "commit {} brings {what} from `{}`: earlier changes there are not checked here; check out the commit \
                 before it and run `stopgap history` there",
                commit.short(),
                crate::text::shown(&folder)
            ));
        }
        Ok(came)
    }

    /// Compares what comes back with the last version that could be read, and remembers the last version of what goes:
    /// a file that was unreadable, oversized, a link or missing in between is not a new one.
    fn remember(&mut self, touched: &mut Touched) {
        let readable = |held: &Option<Rc<Held>>| held.clone().filter(|held| held.readable);
        let had: BTreeSet<String> =
            touched.iter().filter(|(_, old)| old.is_some()).map(|(path, _)| stem_of(path)).collect();
        let mut last = Touched::new();
        for (path, old) in touched.iter() {
            let stem = stem_of(path);
            let now = self.stems.get(&stem).into_iter().flatten();
            let is_back = now.clone().any(|path| self.held.get(path).is_some_and(|held| held.readable));
            match readable(old) {
                Some(old) if !is_back => drop(self.lost.insert(stem, (path.clone(), old))),
                Some(_) => drop(self.lost.remove(&stem)),
                None if is_back => {
                    if let Some((path, held)) = self.lost.remove(&stem) {
                        if !had.contains(&stem) {
                            self.put_back.insert(stem);
                        }
                        last.insert(path, Some(held));
                    }
                }
                None => {}
            }
        }
        for (path, held) in last {
            // If it is at its old place again, this is what was there before.
            touched.insert(path, held);
        }
    }

    fn insert(&mut self, path: &str, held: Rc<Held>) {
        self.remove(path);
        self.stems.entry(stem_of(path)).or_default().insert(path.to_owned());
        if let Some(claim) = &held.claim {
            self.owners.entry(claim.owner.clone()).or_default().insert(path.to_owned());
        }
        self.held.insert(path.to_owned(), held);
    }

    fn remove(&mut self, path: &str) {
        let Some(held) = self.held.remove(path) else { return };
        let owner = held.claim.as_ref().map(|claim| claim.owner.as_str()).unwrap_or_default();
        for paths in [self.stems.get_mut(&stem_of(path)), self.owners.get_mut(owner)].into_iter().flatten() {
            paths.remove(path);
        }
    }

    fn hold(&mut self, path: &str, file: &TreeFile) -> Result<Rc<Held>, Error> {
        let bytes = match self.blobs.get(&file.oid) {
            Some(bytes) => bytes.clone(),
            None => self.git.blobs(&[&file.oid], yaml::MAX_BYTES)?.pop().flatten(),
        };
        Ok(Rc::new(Held::new(path, file, bytes)?))
    }

    /// Adopts a rule book; the register may then be in another folder.
    fn take(&mut self, book: RuleBook) -> Result<(), Error> {
        let moved = self.folder != book.policy.exceptions;
        self.folder.clone_from(&book.policy.exceptions);
        let today = Today::from_clock(book.policy.timezone, instant(self.committed.unwrap_or_default()));
        self.judge = Some(Judge::new(book, today));
        if moved { self.index() } else { Ok(()) }
    }

    /// Reads the whole register of the state.
    fn index(&mut self) -> Result<(), Error> {
        self.held.clear();
        self.stems.clear();
        self.owners.clear();
        let entries: Vec<(String, TreeFile)> = (self.top.files().iter())
            .filter_map(|(path, file)| Some((self.entry(path)?.to_owned(), file.clone())))
            .collect();
        let oids: Vec<&str> = entries.iter().map(|(_, file)| file.oid.as_str()).collect();
        let blobs = self.git.blobs(&oids, yaml::MAX_BYTES)?;
        for ((path, file), bytes) in entries.iter().zip(blobs) {
            self.insert(path, Rc::new(Held::new(path, file, bytes)?));
        }
        Ok(())
    }

    /// Reads what the next commits bring to the register, in one process.
    fn read_ahead(&mut self, changes: &[Vec<TreeChange>]) -> Result<(), Error> {
        self.blobs.clear();
        let files = changes.iter().flatten().filter_map(|change| change.file.as_ref());
        let wanted = files.filter(|file| self.entry(&files::name_of(&file.path)).is_some());
        let oids: BTreeSet<&str> = wanted.map(|file| file.oid.as_str()).collect();
        let oids: Vec<&str> = oids.into_iter().collect();
        let blobs = self.git.blobs(&oids, yaml::MAX_BYTES)?;
        self.blobs = oids.into_iter().map(str::to_owned).zip(blobs).collect();
        Ok(())
    }

    /// Returns the path of an exception file relative to the root; `None` for any other file.
    fn entry<'p>(&self, path: &'p str) -> Option<&'p str> {
        let path = path.strip_prefix(&self.prefix)?;
        path.strip_prefix(&self.folder).filter(|rest| rest.starts_with('/') && is_named_like_one(rest))?;
        Some(path)
    }

    /// Reads the rule book of the state; if it cannot be used, the previous one stays in force.
    fn load_book(&mut self, commit: &Commit) -> Result<Option<RuleBook>, Error> {
        let load = || (self.load)(&Repository::Commit(self.top.below(&self.prefix)));
        self.books.read(Some(commit), self.judge.is_some(), load, &mut self.past.remarks)
    }

    /// Notes that a commit contains decisions, and what is not known about who approved them.
    fn note_decisions(&mut self, commit: &Commit, first: bool, judge: &Judge, changes: &Changes<'_>) {
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
        self.unseen.extend(rules::unseen(judge, changes));
        self.on_trust += rules::taken_on_trust(judge, changes);
        if let Some(Ok(merge)) = &changes.merge {
            self.past.merges.insert(commit.clone(), merge.clone());
        }
        self.unanswered.extend(changes.merge.as_ref().and_then(|merge| merge.as_ref().err()).copied());
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
        let (commit, below) = step;
        let allowed = policy.signers.as_deref().unwrap_or_default();
        let verifier = match &self.verifier {
            Some((text, verifier)) if text == allowed => Rc::clone(verifier),
            _ => Rc::new(Verifier::new(self.git, allowed)?),
        };
        self.verifier = Some((allowed.to_owned(), Rc::clone(&verifier)));
        let mut steps = vec![(commit.clone(), below.cloned())];
        if let (Some(below), [_, _, ..]) = (below, info.parents.as_slice()) {
            let merged = self.git.commits(commit, Some(below))?;
            let infos = self.git.infos(&merged.iter().collect::<Vec<_>>())?;
            let single = merged.into_iter().zip(infos).filter_map(|(commit, info)| Some((commit, info?.parents)));
            steps.extend(
                single
                    .filter(|(_, parents)| parents.len() < 2)
                    .map(|(commit, parents)| (commit, parents.into_iter().next())),
            );
        }
        let steps: Vec<(&Commit, Option<&Commit>)> =
            steps.iter().map(|(commit, parent)| (commit, parent.as_ref())).collect();
        let folder = format!("{}{}", self.prefix, self.folder);
        Signatures::of(self.git, &verifier, &steps, &folder)
    }

    /// Refuses answers that say nothing about a commit with a decision, and reports which approvals could not be
    /// compared.
    fn answered(&mut self) -> Result<(), Error> {
        if !self.unanswered.is_empty() {
            return Err(unanswered(&self.unanswered));
        }
        if self.on_trust > 0 {
            let what = counted(self.on_trust, "decision");
            let verb = if self.on_trust == 1 { "counts" } else { "count" };
            self.past.remarks.push(format!(
                "{what} {verb} as signed by the forge's key, which signs for everybody; `--pulls` shows whether the \
                 approvers had approved"
            ));
        }
        if !self.unseen.is_empty() {
            let list = |prefix: &str, suffix: &str| {
                let names = self.unseen.iter().take(MOST_NAMED).map(|number| format!("{prefix}{number}{suffix}"));
                names.collect::<Vec<_>>()
            };
            let more = if self.unseen.len() > MOST_NAMED { " and others" } else { "" };
            self.past.remarks.push(format!(
                "approvals of {}{more} are of commits that this clone lacks, and count although it is unknown whether \
                 the entry said the same then: `git fetch origin {}` fetches them",
                list("#", "").join(", "),
                list("refs/pull/", "/head").join(" ")
            ));
        }
        Ok(())
    }

    /// Drops the findings of edits that revert an earlier one, and remembers the others.
    fn drop_undone(&mut self, findings: &mut Findings, changes: &Changes<'_>) {
        let edits =
            changes.list.iter().filter_map(|change| Some((change.head.as_ref()?.file, (change.id, change.edit()?))));
        let edits: BTreeMap<FileId, (&str, Edit<'_, '_>)> = edits.collect();
        findings.retain(|finding| {
            // Reverting a decision without an approval is a new decision.
            let edit = edits.get(&finding.file).filter(|_| finding.rule.looks_at != LooksAt::Merge);
            let Some((id, edit)) = edit else {
                let Some((id, tree)) = removed(changes, finding.file) else { return true };
                if self.is_renamed_back(id, tree) {
                    return false;
                }
                let new = added_again(changes, tree).map(|new| (id.to_owned(), new.to_owned()));
                self.renamed.extend(new);
                return true;
            };
            let slip = Slip::new(finding, edit);
            let slips = self.slips.entry((*id).to_owned()).or_default();
            let undone = slips.iter().any(|earlier| slip.undoes(earlier));
            slips.extend((!undone).then_some(slip));
            !undone
        });
    }

    /// Tells whether an exception that a commit removes is back under the id from which it had been renamed.
    fn is_renamed_back(&self, id: &str, tree: &Node<'_>) -> bool {
        let before = self.renamed.iter().filter(|(_, new)| new == id).map(|(old, _)| old.to_lowercase());
        let back = before.filter(|old| self.put_back.contains(old));
        let paths = back.filter_map(|old| self.stems.get(&old)).flatten();
        let mut files = paths.filter_map(|path| self.held.get(path)?.read(path).ok());
        files.any(|file| yaml::parse(file.source.text()).is_ok_and(|now| now.same_value(tree)))
    }

    fn touches_book(&self, before: &Before) -> bool {
        let policy = self.judge.as_ref().map(|judge| judge.policy.clone()).unwrap_or_default();
        self.book_paths(&policy).iter().any(|path| before.contains_key(path))
    }

    /// Tells whether the keys change by which signatures are told of, where none is asked for.
    fn touches_signers(&self, before: &Before) -> bool {
        self.told && before.contains_key(&format!("{}{SIGNERS}", self.prefix))
    }

    fn book_paths(&self, policy: &Policy) -> Vec<String> {
        policy.book_paths().map(|name| format!("{}{name}", self.prefix)).collect()
    }

    /// Returns whether there is neither a policy nor an exception under the default folder.
    fn is_without_register(&self) -> bool {
        self.policy.is_without_register(&self.top, &self.prefix)
    }
}

/// One commit compared with the one below it.
struct Comparison<'c> {
    commit: &'c Commit,
    /// The one below it.
    below: Option<&'c Commit>,
    info: &'c CommitInfo,
    /// Whether it brings the first register.
    first: bool,
    judge: &'c mut Judge,
    head: Option<RuleBook>,
    base_day: Option<Day>,
    before: &'c Before,
    /// The exceptions at the changed paths, as they are below.
    touched: &'c Touched,
    /// Whether the commit touches a file outside the register that decides how it is judged.
    beside: bool,
}

impl Comparison<'_> {
    fn judge(&mut self, state: &mut Replay<'_>) -> Result<(Files, Findings), Error> {
        let paths = self.paths(state);
        let read = |path: &String| state.held.get(path).map(|held| held.read(path));
        let mut files = Files::from_read(paths.iter().filter_map(read).collect::<Result<_, _>>()?);
        let is_same = |file: &&FileId| {
            let path = files.source(**file).path();
            let same = |old: &Rc<Held>| state.held.get(path).is_some_and(|held| held.file == old.file);
            self.touched.get(path).is_none_or(|old| old.as_ref().is_some_and(same))
        };
        let mut base: Vec<FileId> = files.own().iter().filter(is_same).copied().collect();
        let differs = |path: &str, old: &Held| state.held.get(path).is_none_or(|held| held.file != old.file);
        let old = self.touched.iter().filter_map(|(path, old)| Some((path, old.as_ref()?)));
        let old = old.filter(|(path, old)| differs(path, old)).map(|(path, old)| old.read(path));
        let old: Vec<ReadFile> = old.collect::<Result<_, _>>()?;
        base.extend(old.into_iter().map(|file| files.add(file)));
        let documents = if self.beside { self.documents(state, &mut files)? } else { Vec::new() };

        self.judge.signatures = if self.first {
            None
        } else {
            state.signatures(&self.judge.policy, (self.commit, self.below), self.info)?
        };
        let prefix = state.prefix.clone();
        let ownership = Ownership {
            forge: self.judge.policy.forge(),
            file: FileId(0),
            text: None,
            unread: None,
            path: String::new(),
            prefix,
        };
        let folder = state.folder.clone();
        let approved = Approved { git: state.git, prefix: &ownership.prefix, folder: &folder };
        let (commit, info, judge) = (self.commit, self.info, &*self.judge);
        let read = state.merges.filter(|_| !self.first);
        let read = read.map(|merges| |changes: &Changes<'_>| merges.of((commit, info), &approved, changes, judge));
        let brings = judge.baseline.is_none() && self.head.as_ref().is_some_and(|head| head.baseline.is_some());
        let former_baseline = state.former_baseline.clone().filter(|_| brings);
        let removes = judge.baseline.is_some() && self.head.as_ref().is_some_and(|head| head.baseline.is_none());
        if removes {
            state.former_baseline = Some(commit.clone());
        }
        let gate = Gate {
            judge,
            ownership: Some(&ownership),
            files: &files,
            base: &base,
            circumstances: Circumstances {
                base_day: self.base_day,
                head: self.head.take(),
                documents,
                former_baseline,
            },
            around: None,
            is_last: false,
            reach: read.as_ref().map_or(Reach::ChangeAlone, |merge| Reach::Merged { merge }),
        };
        let mut touched = Vec::new();
        let findings = gate.judge(|Judged { changes, mut findings, .. }| {
            state.note_decisions(commit, self.first, judge, changes);
            touched = state.tell((commit, info), (self.first, judge), changes);
            state.drop_undone(&mut findings, changes);
            findings.shorten();
            findings
        })?;
        let touched = state.sign(((commit, self.below), info), judge, touched, &files)?;
        state.past.touched.extend(touched);
        let used: BTreeSet<FileId> = findings
            .iter()
            .flat_map(|finding| finding.labels.iter().map(|label| label.file).chain([finding.file]))
            .collect();
        files.keep(|file| used.contains(&file));
        Ok((files, findings))
    }

    /// Lists the files of the register that the rules need to see: the changed ones, all of their ids, and the expired
    /// ones of the owners of added ones.
    fn paths(&self, state: &Replay<'_>) -> BTreeSet<String> {
        if self.beside {
            return state.held.keys().cloned().collect();
        }
        let mut paths: BTreeSet<String> = self.touched.keys().cloned().collect();
        for path in self.touched.keys() {
            paths.extend(state.stems.get(&stem_of(path)).into_iter().flatten().cloned());
        }
        let added = self.touched.iter().filter(|(_, old)| old.is_none()).filter_map(|(path, _)| state.held.get(path));
        let owners: BTreeSet<&str> = added.filter_map(|held| Some(held.claim.as_ref()?.owner.as_str())).collect();
        let (today, zone) = (self.judge.today, self.judge.policy.timezone);
        let ended = |path: &&String| {
            let claim = state.held.get(*path).and_then(|held| held.claim.as_ref());
            claim.and_then(|claim| claim.ends).is_some_and(|ends| today.has_ended(zone, ends))
        };
        let same = |other: &str| owners.iter().any(|owner| self.judge.people.same(owner, other));
        let theirs = state.owners.iter().filter(|(owner, _)| same(owner));
        paths.extend(theirs.flat_map(|(_, paths)| paths).filter(ended).cloned());
        paths
    }

    /// Reads, before and after, the files outside the register that decide how it is judged.
    fn documents(&self, state: &Replay<'_>, files: &mut Files) -> Result<Vec<Document>, Error> {
        let now = state.top.files();
        let workflows = now.range(WORKFLOWS.to_owned()..).map(|(path, _)| path);
        let workflows = workflows.take_while(|path| path.starts_with(WORKFLOWS));
        let mut names: BTreeSet<String> =
            workflows.chain(self.before.keys().filter(|path| is_beside(path))).cloned().collect();
        names.extend(CODEOWNERS.iter().chain(&CI_FILES).map(|name| (*name).to_owned()));
        for policy in [Some(&self.judge.policy), self.head.as_ref().map(|head| &head.policy)].into_iter().flatten() {
            names.extend(state.book_paths(policy));
        }
        let mut documents = Vec::new();
        for path in names {
            let head = now.get(&path);
            let base = self.before.get(&path).map_or(head, Option::as_ref);
            let mut add = |file: &TreeFile| -> Result<FileId, Error> {
                let bytes = state.git.blobs(&[&file.oid], MAX_BYTES_BESIDE)?.pop().flatten();
                Ok(files.add(files::from_blob(&shown(&state.prefix, &path), file, bytes, MAX_BYTES_BESIDE)?))
            };
            let (base, head) = (base.map(&mut add).transpose()?, head.map(&mut add).transpose()?);
            if base.is_some() || head.is_some() {
                documents.push(Document { path, base, head });
            }
        }
        Ok(documents)
    }
}

fn stem_of(path: &str) -> String {
    register::stem(path).to_lowercase()
}

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

fn unanswered(missing: &[Unanswered]) -> Error {
    let commits = missing.iter().filter(|missing| matches!(missing, Unanswered::Commit)).count();
    let pulls: BTreeSet<u64> = missing
        .iter()
        .filter_map(|missing| match missing {
            Unanswered::Reviews(number) => Some(*number),
            Unanswered::Commit => None,
        })
        .collect();
    Error::from(Input::Unanswered { commits, pulls: pulls.len(), first: pulls.first().copied() })
}
