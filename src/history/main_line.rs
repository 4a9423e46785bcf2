//! Which commits a branch consists of: its main line, whichever way round its merges were made.
//!
//! `git pull` on a branch with unpushed commits creates a merge whose *second* parent is what the others had pushed.
//! Along first parents alone, what was pushed would then be missing from the branch's history, with whatever was wrong
//! in it.

use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::error::Error;
use crate::git::{Commit, CommitInfo, Git};

/// A commit, and the one below it on its line.
pub(crate) type Step<'c> = (&'c Commit, Option<&'c Commit>);

/// Pairs each commit of a line, oldest first, with the one below it; `below` is that of the oldest.
pub(crate) fn steps<'c>(chain: &'c [Commit], below: Option<&'c Commit>) -> Vec<Step<'c>> {
    chain.iter().zip(std::iter::once(below).chain(chain.iter().map(Some))).collect()
}

/// Turns a line round, and parts the commits from what they say.
pub(crate) fn oldest_first(commits: Vec<(Commit, CommitInfo)>) -> (Vec<Commit>, Vec<CommitInfo>) {
    commits.into_iter().rev().unzip()
}

/// The commits of a history with what they say, by name.
type Graph = HashMap<Commit, CommitInfo>;

/// The main line of a branch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MainLine {
    /// Its commits with what they say, newest first.
    pub(crate) commits: Vec<(Commit, CommitInfo)>,
    /// The commit below the oldest of them, which is not in this clone.
    pub(crate) base: Option<Commit>,
    /// What may be the branch as well.
    pub(crate) sides: Vec<Side>,
}

/// The commits of a parent at which the line does not go on, although it may be the branch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Side {
    /// The merge that joined it, on the line or on another side.
    pub(crate) merge: Commit,
    /// The commits that the parent at which the line continues does not reach, newest first.
    pub(crate) commits: Vec<(Commit, CommitInfo)>,
    /// The commit below the oldest of them.
    pub(crate) base: Option<Commit>,
}

impl MainLine {
    /// Reads the main line down from a tip as far as this clone goes.
    ///
    /// # Errors
    ///
    /// When `git` cannot deliver the commits.
    pub(crate) fn read(git: &Git, tip: &Commit) -> Result<Self, Error> {
        let mut graph = Graph::new();
        let chain = git.first_parents(tip)?;
        add(&mut graph, git, &chain)?;
        // What lies beside the first parents is asked only where it may decide.
        if !graph.values().all(is_settled) {
            add(&mut graph, git, &git.commits(tip, None)?)?;
        }
        Ok(main_line(&graph, tip))
    }
}

fn add(graph: &mut Graph, git: &Git, commits: &[Commit]) -> Result<(), Error> {
    let new: Vec<&Commit> = commits.iter().filter(|commit| !graph.contains_key(*commit)).collect();
    let infos = git.infos(&new)?;
    graph.extend(new.into_iter().zip(infos).filter_map(|(commit, info)| Some((commit.clone(), info?))));
    Ok(())
}

/// Finds the main line from a tip down to where the graph ends.
///
/// A merge that the forge made continues at its first parent; the one that brings a branch up to date, at the second.
/// Of other merges both the message and the work count that was merged into either side (merges of third branches, and
/// the forge's squashes). The person who pushes a merge writes its message, and can merge what they like into their
/// side first: so wherever either speaks for the parent at which the line does not go on, that one is a side.
fn main_line(graph: &Graph, tip: &Commit) -> MainLine {
    let generations = generations(graph, tip);
    let (commits, base, mut doubts) = walk(graph, &generations, tip, &mut |commit| graph.contains_key(commit));
    let mut seen: HashSet<Commit> = commits.iter().cloned().collect();
    let mut sides = Vec::new();
    while let Some(Doubt { merge, parent, taken }) = doubts.pop() {
        let own: HashSet<&Commit> = exclusive(graph, &generations, &parent, &taken).into_iter().collect();
        let is_new = &mut |commit: &Commit| own.contains(commit) && seen.insert(commit.clone());
        let (commits, base, more) = walk(graph, &generations, &parent, is_new);
        doubts.extend(more);
        if !commits.is_empty() {
            sides.push(Side { merge, commits: told(graph, commits), base });
        }
    }
    MainLine { commits: told(graph, commits), base, sides }
}

fn told(graph: &Graph, commits: Vec<Commit>) -> Vec<(Commit, CommitInfo)> {
    commits.into_iter().filter_map(|commit| graph.get(&commit).cloned().map(|info| (commit, info))).collect()
}

/// A parent that may be the branch although the line continues at another.
struct Doubt {
    merge: Commit,
    parent: Commit,
    /// The parent at which it continues.
    taken: Commit,
}

/// Follows a line as long as its commits are wanted; returns them, newest first, the commit below, and the doubts on the
/// way.
fn walk(
    graph: &Graph,
    generations: &HashMap<&Commit, u64>,
    tip: &Commit,
    is_wanted: &mut dyn FnMut(&Commit) -> bool,
) -> (Vec<Commit>, Option<Commit>, Vec<Doubt>) {
    let (mut commits, mut doubts, mut next) = (Vec::new(), Vec::new(), Some(tip.clone()));
    while let Some(commit) = next.take() {
        let Some(info) = graph.get(&commit).filter(|_| is_wanted(&commit)) else {
            return (commits, Some(commit), doubts);
        };
        if let Some((taken, others)) = onward(graph, generations, info) {
            let doubt = |parent: Commit| Doubt { merge: commit.clone(), parent, taken: taken.clone() };
            doubts.extend(others.into_iter().map(doubt));
            next = Some(taken);
        }
        commits.push(commit);
    }
    (commits, None, doubts)
}

/// Returns the parent at which a line continues, and the others that may be the branch.
fn onward(graph: &Graph, generations: &HashMap<&Commit, u64>, info: &CommitInfo) -> Option<(Commit, Vec<Commit>)> {
    let (first, others) = info.parents.split_first()?;
    let mut doubts = Vec::new();
    if is_settled(info) {
        return Some((first.clone(), doubts));
    }
    let merged = Merged::of(info);
    for other in others.iter().filter(|other| graph.contains_key(*other)) {
        let theirs = integrates(graph, generations, other, first);
        let ours = || integrates(graph, generations, first, other);
        let is_branch = match merged {
            Merged::Branch => info.by_forge || theirs || !ours(),
            Merged::Other => false,
            Merged::Unsaid => theirs && !ours(),
        };
        if is_branch {
            return Some((other.clone(), vec![first.clone()]));
        }
        doubts.extend((theirs || merged == Merged::Branch).then(|| other.clone()));
    }
    Some((first.clone(), doubts))
}

/// Tells whether a commit continues at its first parent, whatever its other parents are.
fn is_settled(info: &CommitInfo) -> bool {
    info.parents.len() < 2 || (info.by_forge && Merged::of(info) != Merged::Branch)
}

/// Returns whether the commits that `tip` has and `other` does not have contain work that was merged there: a merge of
/// a branch that `other` does not have either, or a squash that the forge made. That the forge created a commit says
/// nothing by itself: it also does so for an edit in the browser, on any branch.
fn integrates(graph: &Graph, generations: &HashMap<&Commit, u64>, tip: &Commit, other: &Commit) -> bool {
    exclusive(graph, generations, tip, other).iter().any(|commit| {
        let Some(info) = graph.get(*commit) else { return false };
        match info.parents.as_slice() {
            [_, rest @ ..] if !rest.is_empty() => {
                // Merging what `other` has too is how a branch is brought up to date.
                rest.iter().any(|parent| exclusive(graph, generations, parent, other).contains(&parent))
            }
            _ => info.by_forge && info.request.is_some(),
        }
    })
}

/// Returns the commits that are reachable from `tip` and not from `other`.
fn exclusive<'g>(
    graph: &'g Graph,
    generations: &HashMap<&'g Commit, u64>,
    tip: &'g Commit,
    other: &'g Commit,
) -> Vec<&'g Commit> {
    const OURS: u8 = 1;
    const THEIRS: u8 = 2;
    const BOTH: u8 = OURS | THEIRS;
    let generation = |commit: &Commit| generations.get(commit).copied().unwrap_or_default();
    let mut colours: HashMap<&Commit, u8> = HashMap::from([(tip, OURS), (other, THEIRS)]);
    let mut queue = BinaryHeap::from([tip, other].map(|commit| (generation(commit), commit)));
    let mut found = Vec::new();
    let mut open = usize::from(tip != other);
    // Children come before their parents, so a colour is final when its commit is taken from the queue.
    while let Some((_, commit)) = queue.pop() {
        let colour = colours.get(commit).copied().unwrap_or(BOTH);
        if colour == OURS {
            found.push(commit);
            open = open.saturating_sub(1);
        }
        for parent in graph.get(commit).into_iter().flat_map(|info| &info.parents) {
            let old = colours.get(parent).copied();
            let new = old.unwrap_or_default() | colour;
            colours.insert(parent, new);
            match old {
                None => {
                    queue.push((generation(parent), parent));
                    open += usize::from(new == OURS);
                }
                Some(OURS) if new != OURS => open = open.saturating_sub(1),
                Some(_) => {}
            }
        }
        if open == 0 {
            break;
        }
    }
    found
}

/// Returns how many commits are on the longest way down from each; a parent's number is smaller than its child's.
fn generations<'g>(graph: &'g Graph, tip: &'g Commit) -> HashMap<&'g Commit, u64> {
    let mut numbers: HashMap<&Commit, u64> = HashMap::new();
    let mut stack = vec![(tip, false)];
    while let Some((commit, done)) = stack.pop() {
        if numbers.contains_key(commit) {
            continue;
        }
        let parents = graph.get(commit).map_or(&[][..], |info| &info.parents);
        if done {
            let highest = parents.iter().filter_map(|parent| numbers.get(parent)).max().copied().unwrap_or_default();
            numbers.insert(commit, highest + 1);
        } else {
            stack.push((commit, true));
            stack.extend(parents.iter().filter(|parent| !numbers.contains_key(parent)).map(|parent| (parent, false)));
        }
    }
    numbers
}

/// How default branches are called. Which one a branch is called after must follow from the commits alone: any clone
/// finds the same line.
const DEFAULT_NAMES: [&str; 5] = ["main", "master", "trunk", "develop", "development"];

/// What a merge's message says that its second parent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Merged {
    /// The branch itself, as others had pushed it, or as a topic was brought up to date with it.
    Branch,
    /// Another branch.
    Other,
    /// It does not say.
    Unsaid,
}

impl Merged {
    /// Reads what git and the forges write: `Merge branch 'main' of <url>`, `Merge remote-tracking branch 'origin/main'`,
    /// `Merge branch 'main' into topic`, `Merge pull request #12 from topic`. Whose repository a URL is, nobody knows: a
    /// branch of another name is not the one that it is merged into.
    fn of(info: &CommitInfo) -> Self {
        if info.request.is_some() {
            return Self::Other;
        }
        let subject = info.subject.as_str();
        let (remote, rest) = match subject.strip_prefix("Merge remote-tracking branch '") {
            Some(rest) => (true, rest),
            None => match subject.strip_prefix("Merge branch '") {
                Some(rest) => (false, rest),
                None => return Self::Unsaid,
            },
        };
        let Some((name, rest)) = rest.split_once('\'') else { return Self::Unsaid };
        let name = if remote { name.split_once('/').map_or(name, |(_, name)| name) } else { name };
        let into = rest.rsplit_once(" into ").map(|(_, into)| into.trim().trim_matches('\''));
        let is_remote = remote || rest.starts_with(" of ");
        let is_default = |name: &str| DEFAULT_NAMES.contains(&name);
        let is_branch = match into {
            Some(into) => (is_remote && name == into) || (is_default(name) && !is_default(into)),
            None => is_remote && is_default(name),
        };
        if is_branch { Self::Branch } else { Self::Other }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    /// Finds the line in commits such as `m a b: Merge branch 'x'`, and its sides: `m+b(a)` is the commit `b` down from the
    /// merge `m`, above `a`. `*` after the name marks a commit of the forge.
    fn line(text: &str) -> String {
        let name = |word: &str| Commit::from_digits(&word.repeat(40)).unwrap();
        let mut graph = Graph::new();
        let mut tip = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (commits, subject) = line.split_once(':').unwrap_or((line, ""));
            let mut words = commits.split_whitespace();
            let word = words.next().unwrap();
            let commit = name(word.trim_end_matches('*'));
            tip.get_or_insert(commit.clone());
            let info = CommitInfo {
                parents: words.map(name).collect(),
                committed: 0,
                request: subject.split('#').nth(1).map(str::to_owned),
                author: String::new(),
                co_authors: Vec::new(),
                subject: subject.trim().to_owned(),
                by_forge: word.ends_with('*'),
            };
            graph.insert(commit, info);
        }
        let found = main_line(&graph, &tip.unwrap());
        let letter = |commit: &Commit| commit.as_str()[..1].to_owned();
        let letters = |commits: &[(Commit, CommitInfo)]| commits.iter().map(|(it, _)| letter(it)).collect::<String>();
        let base = |base: &Option<Commit>| base.iter().map(|base| format!("({})", letter(base))).collect::<String>();
        let side = |side: &Side| format!(" {}+{}{}", letter(&side.merge), letters(&side.commits), base(&side.base));
        let sides: String = found.sides.iter().map(side).collect();
        letters(&found.commits) + &base(&found.base) + &sides
    }

    #[test]
    fn a_merged_branch_is_not_followed() {
        assert_eq!(line("f e c: Merge pull request #1\ne d\nd a\nc b\nb a\na"), "feda");
        assert_eq!(line("f e c: Merge branch 'topic'\ne d\nd a\nc b\nb a\na"), "feda");
        // A branch that merged the main line does not become the main line by that.
        assert_eq!(
            line("f e c: Merge pull request #1\nc b d: Merge branch 'main' into topic\ne d\nd a\nb a\na"),
            "feda"
        );
    }

    #[test]
    fn a_pull_continues_at_what_the_others_had_pushed_and_what_was_local_is_a_side() {
        let pulled = "f b e: Merge branch 'main' of github.com:acme/register\ne d\nd a\nb a\na";
        let says = |subject: &str| line(&pulled.replace("Merge branch 'main' of github.com:acme/register", subject));
        assert_eq!(line(pulled), "feda f+b(a)");
        for subject in [
            "Merge branch 'main' of github.com:acme/register into main",
            "Merge branch 'stable' of https://example.com/acme/register into stable",
            "Merge remote-tracking branch 'origin/main'",
            "Merge remote-tracking branch 'origin/main' into main",
            // A topic that was brought up to date, and to which the branch was forwarded.
            "Merge remote-tracking branch 'origin/main' into topic",
            "Merge branch 'main' into topic",
            "Merge branch 'main' into 'topic'",
            "Merge branch 'main' of github.com:acme/register into topic",
        ] {
            assert_eq!(says(subject), "feda f+b(a)", "{subject}");
        }
        for subject in [
            "Merge branch 'main'",
            "Merge branch 'topic'",
            "Merge branch 'topic' into main",
            "Merge branch 'main' into develop",
            "Merge branch 'topic' of https://example.com/somebody/register",
            "Merge branch 'topic' of https://example.com/somebody/register into main",
            "Merge branch 'main' into 'release' See merge request acme/register#12",
            "Update",
        ] {
            assert_eq!(says(subject), "fba", "{subject}");
        }
    }

    #[test]
    fn the_forge_merges_into_the_first_parent_except_where_it_brings_a_topic_up_to_date() {
        // In the topic, third branches were merged or squashed, and nothing came to the branch but pushes.
        let merged = "f* e b: Merge pull request #5 from acme/docs\ne d\nd a\nb* a: Ask (#4)\na";
        assert_eq!(line(merged), "feda");
        assert_eq!(line(&merged.replace("Merge pull request #5 from acme/docs", "Docs")), "feda");
        assert_eq!(line("f* b e: Merge branch 'main' into topic\ne d\nd a\nb a\na"), "feda f+b(a)");
        // A merge that only says so is not believed that easily.
        assert_eq!(line(&merged.replace("f*", "f")), "feda f+b(a)");
    }

    #[test]
    fn merged_work_reveals_the_main_line_where_the_message_is_silent() {
        // `e` merged the branch `c`, and the local commit `b` merged nothing.
        assert_eq!(line("f b e: mine\ne d c: Merge pull request #2\nd a\nc a\nb a\na"), "feda f+b(a)");
        assert_eq!(line("f b e: mine\ne* d: Ask (#2)\nd a\nb a\na"), "feda f+b(a)");
        // What somebody wrote in the browser, or what calls itself a squash, was not merged by the forge.
        assert_eq!(line("f b e: mine\ne* d\nd a\nb a\na"), "fba");
        assert_eq!(line("f b e: mine\ne d: Ask (#2)\nd a\nb a\na"), "fba");
        // The message names another branch: the first parent counts, and the other one may be the branch.
        assert_eq!(line("f b e: Merge branch 'x'\ne d c: Merge pull request #2\nd a\nc a\nb a\na"), "fba f+ed(a)");
        // Both sides merged something: the same.
        assert_eq!(line("f b e: mine\ne* d: Ask (#2)\nd a\nb* a: Ask (#3)\na"), "fba f+ed(a)");
        // What the message says of the second parent, merged work says of the first.
        assert_eq!(line("f b e: Merge branch 'main' into x\ne d\nd a\nb* a: Ask (#3)\na"), "fba f+ed(a)");
    }

    #[test]
    fn a_side_has_sides_of_its_own_and_each_commit_is_on_one_of_them() {
        let nested = "f b e: Merge branch 'main' of x\nb c d: Merge branch 'main' of x\ne d\nd a\nc a\na";
        assert_eq!(line(nested), "feda f+b(d) b+c(a)");
        assert_eq!(line("f b e: Merge branch 'main' of x\nb c\ne c\nc d\nd"), "fecd f+b(c)");
    }

    /// Commits by number, each with parents of smaller numbers.
    fn graph(parents: &[Vec<usize>]) -> (Graph, Vec<Commit>) {
        let commits: Vec<Commit> =
            (0..parents.len()).map(|number| Commit::from_digits(&format!("{number:040x}")).unwrap()).collect();
        let info = |parents: &Vec<usize>| CommitInfo {
            parents: parents.iter().map(|parent| commits[*parent].clone()).collect(),
            committed: 0,
            request: None,
            author: String::new(),
            co_authors: Vec::new(),
            subject: String::new(),
            by_forge: false,
        };
        (commits.iter().cloned().zip(parents.iter().map(info)).collect(), commits)
    }

    #[test]
    fn a_generation_is_the_longest_way_down() {
        let (graph, commits) = graph(&[vec![], vec![0], vec![1, 0], vec![0, 2], vec![3]]);
        let numbers = generations(&graph, &commits[4]);
        assert_eq!(commits.iter().map(|commit| numbers[commit]).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    }

    proptest! {
        #[test]
        fn what_one_commit_has_and_another_has_not_is_what_a_plain_walk_finds(
            parents in prop::collection::vec(prop::collection::vec(any::<Index>(), 0..3), 2..14),
            tip in any::<Index>(),
            other in any::<Index>(),
        ) {
            let parents: Vec<Vec<usize>> = parents
                .iter()
                .enumerate()
                .map(|(number, parents)| match number {
                    0 => Vec::new(),
                    _ => parents.iter().map(|parent| parent.index(number)).collect(),
                })
                .collect();
            let (graph, commits) = graph(&parents);
            let below = |from: usize| {
                let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
                while let Some(number) = left.pop() {
                    if seen.insert(number) {
                        left.extend(&parents[number]);
                    }
                }
                seen
            };
            let (tip, other) = (tip.index(commits.len()), other.index(commits.len()));
            let mut numbers = generations(&graph, &commits[tip]);
            numbers.extend(generations(&graph, &commits[other]));
            let found = exclusive(&graph, &numbers, &commits[tip], &commits[other]);
            let wanted: BTreeSet<&Commit> = below(tip).difference(&below(other)).map(|at| &commits[*at]).collect();
            prop_assert_eq!(found.len(), wanted.len());
            prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted);
        }
    }

    #[test]
    fn a_graph_that_ends_names_the_commit_below() {
        assert_eq!(line("c b\nb a"), "cb(a)");
        assert_eq!(line("c"), "c");
    }
}
