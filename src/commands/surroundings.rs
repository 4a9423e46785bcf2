//! What a check looks at besides the register: the suppressions and markers of the tracked files, and whose commits a
//! change is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::commands::place;
use crate::error::Error;
use crate::files::{ReadFile, name_of};
use crate::git::{Commit, CommitInfo, Git, TreeChange};
use crate::history::{Head, Snapshot};
use crate::policy::places::SUPPRESSIONS;
use crate::policy::{Policy, RuleBook, Suppressing, SuppressionBaseline};
use crate::register::Files;
use crate::register::fields::Field;
use crate::rules::{Around, Judge};
use crate::source::Source;
use crate::suppressions::{Inventory, Reader, Tracked, Unread};
use crate::text::shown;
use crate::time::Day;
use crate::yaml;

/// Reads what is around a register as it is; its suppressions `in_any_case`, or if the policy says so.
///
/// # Errors
///
/// When `git` does not deliver.
pub(super) fn of_register(
    head: &Head,
    root: &Path,
    judge: &Judge,
    in_any_case: bool,
    files: &mut Files,
) -> Result<Around, Error> {
    let Some(reader) = reader(&judge.policy, judge.suppressed.is_some() || in_any_case) else {
        return Ok(Around::default());
    };
    let git = Git::open(root)?;
    let inventory = inventory(head, git.as_ref(), root, &[&judge.policy], &reader, files)?;
    Ok(Around { inventory: Some(inventory), ..Around::default() })
}

/// Reads what is around a change, which is made of `commits`, newest first. The rule books are the base's and the head's, of which each can have more read.
///
/// # Errors
///
/// When `git` does not deliver.
pub(super) fn of_change(
    (head, base, git): (&Head, &Snapshot, &Git),
    commits: &[(Commit, Option<CommitInfo>)],
    root: &Path,
    (judge, book): (&Judge, Option<&RuleBook>),
    in_any_case: bool,
    files: &mut Files,
) -> Result<Around, Error> {
    let work = Work::of(git, commits, judge)?;
    let by_agents = work.by_agents(base.prefix());
    let mut around = Around { inventory: None, by_agents, writers: work.writers.clone() };
    let brought = in_any_case || book.is_some_and(|book| book.suppressed.is_some());
    if let Some(reader) = reader(&judge.policy, judge.suppressed.is_some() || brought) {
        let books: Vec<&Policy> = std::iter::once(&judge.policy).chain(book.map(|book| &book.policy)).collect();
        let mut inventory = inventory(head, Some(git), root, &books, &reader, files)?;
        let before = base.top().below(base.prefix());
        let changed = || changed(head, base, git);
        inventory.compare(&before, changed, files)?;
        work.attribute(&mut inventory, base, git)?;
        around.inventory = Some(inventory);
    }
    Ok(around)
}

/// Makes the reader of what a policy judges; `None` if that is nothing.
fn reader(policy: &Policy, has_baseline: bool) -> Option<Reader> {
    let suppressing = policy.suppressing(has_baseline);
    let markers = policy.markers.unwrap_or(suppressing.is_some());
    let tools = match suppressing {
        Some(Suppressing::All) => None,
        Some(Suppressing::Tools(tools)) => Some(tools),
        None if markers => Some(Vec::new()),
        None => return None,
    };
    Some(Reader::new(tools).with_markers(markers))
}

/// Reads the tracked files below the root, without the register and what judges it.
///
/// # Errors
///
/// When `git` does not deliver.
fn inventory(
    head: &Head,
    git: Option<&Git>,
    root: &Path,
    books: &[&Policy],
    reader: &Reader,
    files: &mut Files,
) -> Result<Inventory, Error> {
    let tracked = match (git, head.commit_files()) {
        (Some(git), Some(commit)) => Tracked::Commit(git, commit),
        (Some(git), None) => Tracked::Index(git),
        (None, _) => Tracked::Folder,
    };
    read(tracked, root, books, reader, files)
}

/// Reads tracked files below the root, without the exceptions and what judges them. The first of the policies is the one in
/// force.
///
/// # Errors
///
/// When `git` does not deliver.
pub(super) fn read(
    tracked: Tracked<'_>,
    root: &Path,
    books: &[&Policy],
    reader: &Reader,
    files: &mut Files,
) -> Result<Inventory, Error> {
    let own: BTreeSet<String> = exceptions(books, files).chain(rule_book(books)).collect();
    let prefix = place::below_work_tree(root);
    Inventory::read(tracked, (root, &prefix), reader, &|path| !own.contains(path), files)
}

/// Lists the files that are read as exceptions, which hold the ids of suppressions as text. Of a folder that only the head's
/// policy names they must be some.
fn exceptions<'f>(books: &'f [&Policy], files: &'f Files) -> impl Iterator<Item = String> + 'f {
    let folder = books.first().map(|policy| format!("{}/", policy.exceptions)).unwrap_or_default();
    let is_one = move |source: &Source| {
        let is_field = |key: &str| Field::tops().any(|field| field.key() == key);
        let keys = || Some(yaml::parse(source.text()).ok()?.as_map()?.iter().all(|entry| is_field(&entry.key)));
        source.path().starts_with(&folder) || keys().unwrap_or_default()
    };
    let own = files.own().iter().map(|id| files.source(*id));
    own.filter(move |source| is_one(source)).map(|source| source.path().to_owned())
}

/// Lists the files of the rule book in force: a policy that a change brings hides nothing.
fn rule_book<'b>(books: &'b [&Policy]) -> impl Iterator<Item = String> + 'b {
    books.first().into_iter().flat_map(|policy| policy.book_paths()).map(str::to_owned)
}

/// Lists the paths below the root that a change touches.
fn changed(head: &Head, base: &Snapshot, git: &Git) -> Result<Vec<String>, Error> {
    let before = base.top().below(base.prefix());
    let Some(after) = head.commit_files() else {
        let Some(commit) = &base.commit else { return Ok(Vec::new()) };
        let paths = git.edited(commit, base.prefix())?;
        let below = |path: &Vec<u8>| Some(name_of(path).strip_prefix(base.prefix())?.to_owned());
        return Ok(paths.iter().filter_map(below).collect());
    };
    let differs = |path: &str, oid: &str| after.files().get(path).is_none_or(|file| file.oid != oid);
    let files = before.files().iter();
    Ok(files.filter(|(path, file)| differs(path, &file.oid)).map(|(path, _)| path.clone()).collect())
}

/// Gives the baseline of suppressions its place among the files of a run.
pub(super) fn place_baseline(judge: &mut Judge, files: &mut Files) {
    if let Some(baseline) = &mut judge.suppressed {
        baseline.file = Some(files.add(ReadFile::from(Source::new(SUPPRESSIONS, baseline.text.clone()))));
    }
}

/// Counts the suppressions that a baseline still tolerates, and its entries that were looked for; `None` if there is no
/// baseline, or suppressions were not searched for.
pub(super) fn left(around: &Around, baseline: Option<&SuppressionBaseline>) -> Option<(usize, usize)> {
    let (inventory, baseline) = around.inventory.as_ref().zip(baseline)?;
    let items: Vec<_> = inventory.items.iter().collect();
    let left = baseline.lets_be(inventory, &items).into_iter().filter(|is_left| *is_left).count();
    Some((left, baseline.looked_for(inventory)))
}

/// Says what of a baseline is left on a day, and which files were not read.
pub(super) fn remarks(around: &Around, baseline: Option<&SuppressionBaseline>, today: Day) -> Vec<String> {
    let Some(inventory) = &around.inventory else { return Vec::new() };
    let left = baseline.zip(left(around, baseline));
    let left = left.map(|(baseline, (left, looked_for))| baseline.what_is_left(left, looked_for, today));
    left.into_iter().chain(unread(&inventory.unread)).collect()
}

/// Says which files were not read.
pub(super) fn unread(files: &[Unread]) -> Option<String> {
    let (first, rest) = files.split_first()?;
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    Some(format!("not searched for suppressions: `{}`{more}: {}", shown(&first.path), first.why))
}

/// Who has written the commits of a change, and the commits if agents have made any of them.
#[derive(Debug, Default)]
struct Work {
    /// The name and the mail address of each author.
    writers: BTreeSet<(String, String)>,
    /// Oldest first.
    commits: Vec<Step>,
}

/// A commit that is not a merge.
#[derive(Debug)]
struct Step {
    /// The agent among its authors.
    agent: Option<String>,
    /// Whether a person is among them.
    has_person: bool,
    changes: Vec<TreeChange>,
}

impl Work {
    /// Takes the commits of a change, newest first.
    fn of(git: &Git, commits: &[(Commit, Option<CommitInfo>)], judge: &Judge) -> Result<Self, Error> {
        let steps: Vec<(&Commit, &CommitInfo)> = commits
            .iter()
            .rev()
            .filter_map(|(commit, info)| Some((commit, info.as_ref().filter(|info| info.parents.len() < 2)?)))
            .collect();
        let made: Vec<(Option<String>, bool)> = steps.iter().map(|(_, info)| makers(info, judge)).collect();
        let writers = steps.iter().flat_map(|(_, info)| authors(info)).collect();
        if made.iter().all(|(agent, _)| agent.is_none()) {
            return Ok(Self { writers, ..Self::default() });
        }
        let pairs: Vec<(&Commit, Option<&Commit>)> =
            steps.iter().map(|(commit, info)| (*commit, info.parents.first())).collect();
        let changes = git.tree_changes(&pairs, &[])?;
        let steps = made.into_iter().zip(changes);
        let commits = steps.map(|((agent, has_person), changes)| Step { agent, has_person, changes }).collect();
        Ok(Self { writers, commits })
    }

    /// Returns the files that only agents have touched, by path from the root.
    fn by_agents(&self, prefix: &str) -> BTreeMap<String, String> {
        let mut touched: BTreeMap<String, Option<String>> = BTreeMap::new();
        for step in &self.commits {
            for change in &step.changes {
                let path = name_of(&change.path);
                let Some(path) = path.strip_prefix(prefix) else { continue };
                let agent = step.agent.clone().filter(|_| !step.has_person);
                let known = touched.entry(path.to_owned()).or_insert_with(|| agent.clone());
                if agent.is_none() {
                    *known = None;
                }
            }
        }
        touched.into_iter().filter_map(|(path, agent)| Some((path, agent?))).collect()
    }

    /// Finds out which suppressions an agent's commit has brought: those that a file has after it and had not before.
    fn attribute(&self, inventory: &mut Inventory, base: &Snapshot, git: &Git) -> Result<(), Error> {
        let (prefix, reader) = (base.prefix(), inventory.reader().clone());
        let paths: BTreeSet<String> =
            inventory.items.iter().filter(|item| item.is_new).map(|item| format!("{prefix}{}", item.path)).collect();
        let mut last: BTreeMap<&str, Option<String>> = BTreeMap::new();
        for path in &paths {
            last.insert(path, base.oid(path).map(str::to_owned));
        }
        for step in &self.commits {
            for change in &step.changes {
                let path = name_of(&change.path);
                let Some(before) = last.get_mut(&*path) else { continue };
                let after = change.file.as_ref().map(|file| file.oid.clone());
                let before = std::mem::replace(before, after.clone());
                let (Some(agent), Some(after)) = (&step.agent, after) else { continue };
                let below = path.strip_prefix(prefix).unwrap_or(&path);
                let oids: Vec<&str> = std::iter::once(after.as_str()).chain(before.as_deref()).collect();
                let mut texts = git.blobs(&oids, MOST_BYTES)?.into_iter();
                let read = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| reader.read(below, &bytes));
                let (now, then) = (read(texts.next().flatten()), read(texts.next().flatten()));
                inventory.blame(below, now.as_ref(), then.as_ref(), agent);
            }
        }
        Ok(())
    }
}

/// The largest file that is read for its past, in bytes.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// Lists the names and mail addresses of a commit's authors.
fn authors(info: &CommitInfo) -> impl Iterator<Item = (String, String)> {
    std::iter::once(&info.author).chain(&info.co_authors).map(|author| {
        let parts = author.rsplit_once('<');
        let (name, mail) =
            parts.map_or((author.as_str(), ""), |(name, mail)| (name.trim(), mail.trim_end_matches('>').trim()));
        (name.to_owned(), mail.to_owned())
    })
}

/// Returns the agent among a commit's authors, and whether there is a person among them.
fn makers(info: &CommitInfo, judge: &Judge) -> (Option<String>, bool) {
    let mut agent = None;
    let mut has_person = false;
    for (name, mail) in authors(info) {
        if judge.policy.agents.is_committer(&judge.people, &name, &mail) {
            agent.get_or_insert(if name.is_empty() { mail } else { name });
        } else {
            has_person = true;
        }
    }
    (agent, has_person)
}
