//! Which commits a branch consists of: its main line, whichever way round its merges were made.
//!
//! `git pull` on a branch with unpushed commits creates a merge whose *second* parent is what the others had pushed.
//! Along first parents alone, what was pushed would then be missing from the branch's history, with whatever was wrong
//! in it.

use std::collections::{BinaryHeap, HashMap};

use crate::git::{Commit, CommitInfo};

/// The commits of a history with what they say, by name.
pub(crate) type Graph = HashMap<Commit, CommitInfo>;

/// The main line of a branch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MainLine {
    /// Its commits, newest first.
    pub(crate) commits: Vec<Commit>,
    /// The commit below the oldest of them, which is not in the graph.
    pub(crate) base: Option<Commit>,
}

/// Finds the main line from a tip down to where the graph ends.
///
/// A merge continues at its first parent unless it was made the other way round: another parent brings commits in which
/// others' work was merged (merges of third branches, or commits that the forge created), and the first parent brings
/// none; or its subject is the one that `git pull` writes. If neither decides, the first parent counts, as for git
/// itself.
pub(crate) fn main_line(graph: &Graph, tip: &Commit) -> MainLine {
    let generations = generations(graph, tip);
    let (mut commits, mut next) = (Vec::new(), Some(tip.clone()));
    while let Some(commit) = next.take() {
        let Some(info) = graph.get(&commit) else { return MainLine { commits, base: Some(commit) } };
        next = main_parent(graph, &generations, info);
        commits.push(commit);
    }
    MainLine { commits, base: None }
}

fn main_parent(graph: &Graph, generations: &HashMap<&Commit, u64>, info: &CommitInfo) -> Option<Commit> {
    let (first, others) = info.parents.split_first()?;
    let known = |other: &&Commit| graph.contains_key(*other);
    for other in others.iter().filter(known) {
        let theirs = integrates(graph, generations, other, first);
        let ours = integrates(graph, generations, first, other);
        if (theirs && !ours) || (theirs == ours && is_pull(&info.subject)) {
            return Some(other.clone());
        }
    }
    Some(first.clone())
}

/// Returns whether the commits that `tip` has and `other` does not have contain work that was merged there: a merge of
/// a branch that `other` does not have either, or a commit that a forge created.
fn integrates(graph: &Graph, generations: &HashMap<&Commit, u64>, tip: &Commit, other: &Commit) -> bool {
    exclusive(graph, generations, tip, other).iter().any(|commit| {
        let Some(info) = graph.get(*commit) else { return false };
        match info.parents.as_slice() {
            [_, rest @ ..] if !rest.is_empty() => {
                // Merging what `other` has too is how a branch is brought up to date.
                rest.iter().any(|parent| exclusive(graph, generations, parent, other).contains(&parent))
            }
            _ => info.by_forge,
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

/// Returns whether a merge's subject is the one that `git pull` writes: `Merge branch 'main' of <url>` or
/// `Merge remote-tracking branch 'origin/main'`.
fn is_pull(subject: &str) -> bool {
    let pulled = subject.strip_prefix("Merge branch '").and_then(|rest| rest.split_once("' of "));
    let into = |rest: &str| rest.contains(" into ");
    pulled.is_some_and(|(_, rest)| !into(rest))
        || subject.strip_prefix("Merge remote-tracking branch '").is_some_and(|rest| !into(rest))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    /// Creates a graph from lines such as `m a b: Merge branch 'x'`; `*` after the name marks a commit of the forge.
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
                authored: 0,
                request: None,
                author: String::new(),
                co_authors: Vec::new(),
                subject: subject.trim().to_owned(),
                by_forge: word.ends_with('*'),
            };
            graph.insert(commit, info);
        }
        let found = main_line(&graph, &tip.unwrap());
        let letter = |commit: &Commit| commit.as_str()[..1].to_owned();
        let base = found.base.iter().map(|base| format!("({})", letter(base)));
        found.commits.iter().map(letter).chain(base).collect()
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
    fn a_pull_continues_at_what_the_others_had_pushed() {
        let pulled = "f b e: Merge branch 'main' of github.com:acme/register\ne d\nd a\nb a\na";
        assert_eq!(line(pulled), "feda");
        assert_eq!(line(&pulled.replace("of github.com:acme/register", "")), "fba");
        assert_eq!(line("f b e: Merge remote-tracking branch 'origin/main'\ne d\nd a\nb a\na"), "feda");
        assert_eq!(line("f b e: Merge remote-tracking branch 'origin/main' into topic\ne d\nd a\nb a\na"), "fba");
    }

    #[test]
    fn merged_work_reveals_the_main_line_whatever_the_message_says() {
        // `e` merged the branch `c`, and the local commit `b` merged nothing.
        assert_eq!(line("f b e: mine\ne d c: Merge pull request #2\nd a\nc a\nb a\na"), "feda");
        assert_eq!(line("f b e: mine\ne* d\nd a\nb a\na"), "feda");
        // Both sides merged something: the first parent counts.
        assert_eq!(line("f b e: mine\ne* d\nd a\nb* a\na"), "fba");
    }

    /// Commits by number, each with parents of smaller numbers.
    fn graph(parents: &[Vec<usize>]) -> (Graph, Vec<Commit>) {
        let commits: Vec<Commit> =
            (0..parents.len()).map(|number| Commit::from_digits(&format!("{number:040x}")).unwrap()).collect();
        let info = |parents: &Vec<usize>| CommitInfo {
            parents: parents.iter().map(|parent| commits[*parent].clone()).collect(),
            committed: 0,
            authored: 0,
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
