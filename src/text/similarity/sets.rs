//! Sets of words as numbers, the rarest word of all first.
//!
//! The words of all statements are most of what a comparison keeps in memory. So they are numbers of four bytes from
//! the start: first by the vocabulary of a few statements, then, in the same place, by that of all.

use std::ops::{Index, Range};

use rustc_hash::FxHashMap;

use super::narrow;
use crate::cores::Cores;

/// How many statements share a vocabulary: enough that it is small in comparison, few enough to keep all cores busy.
const PART: usize = if cfg!(test) { 16 } else { 2048 };

/// Some statements in a row.
#[derive(Debug, Default)]
struct Part {
    /// The hash of each word, as long as the words are numbered by part.
    vocabulary: Vec<u64>,
    /// The words of all its statements, one after the other.
    words: Vec<u32>,
    /// Where those of each statement end.
    ends: Vec<u32>,
}

impl Part {
    fn range(&self, at: usize) -> Range<usize> {
        at.checked_sub(1).map_or(0, |before| self.ends[before] as usize)..self.ends[at] as usize
    }
}

/// The sets of some statements, left where they were read: a copy of them would be what a comparison needs most memory
/// for.
#[derive(Debug)]
pub(super) struct Sets {
    parts: Vec<Part>,
    /// The index of each set's statement.
    statements: Vec<u32>,
}

impl Sets {
    /// Returns how many sets there are.
    pub(super) fn len(&self) -> usize {
        self.statements.len()
    }

    /// Returns all sets, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len()).map(|at| &self[at])
    }

    /// Returns the index of a set's statement.
    pub(super) fn statement(&self, at: usize) -> usize {
        self.statements[at] as usize
    }
}

impl Index<usize> for Sets {
    type Output = [u32];

    fn index(&self, at: usize) -> &[u32] {
        let statement = self.statement(at);
        let part = &self.parts[statement / PART];
        &part.words[part.range(statement % PART)]
    }
}

/// The words of statements, still numbered by part.
pub(super) struct Words {
    parts: Vec<Part>,
}

impl Words {
    /// Reads statements on all cores: `read` returns the hashes of a statement's distinct words and something else,
    /// which is returned for each of them.
    pub(super) fn read<T: Sync, R: Send>(
        statements: &[T],
        read: impl Fn(&T) -> (Vec<u64>, R) + Sync,
        cores: Cores,
    ) -> (Self, Vec<R>) {
        let read_part = |statements: &&[T]| {
            let mut numbers: FxHashMap<u64, u32> = FxHashMap::default();
            let (mut part, mut others) = (Part::default(), Vec::with_capacity(statements.len()));
            for statement in *statements {
                let (words, other) = read(statement);
                part.words.extend(words.iter().map(|hash| {
                    *numbers.entry(*hash).or_insert_with(|| {
                        part.vocabulary.push(*hash);
                        narrow(part.vocabulary.len() - 1)
                    })
                }));
                part.ends.push(narrow(part.words.len()));
                others.push(other);
            }
            part.vocabulary.shrink_to_fit();
            part.words.shrink_to_fit();
            (part, others)
        };
        let parts: Vec<&[T]> = statements.chunks(PART).collect();
        let (parts, others): (Vec<Part>, Vec<Vec<R>>) = cores.one_by_one().map(&parts, read_part).into_iter().unzip();
        (Self { parts }, others.into_iter().flatten().collect())
    }

    /// Returns how many distinct words a statement has.
    pub(super) fn count(&self, statement: usize) -> usize {
        self.parts[statement / PART].range(statement % PART).len()
    }

    /// Returns the words of some statements, given by ascending index, as sets of numbers: the rarest word among these
    /// statements is 0, and the numbers in a set ascend. Returns too how many words there are.
    pub(super) fn into_sets(mut self, statements: &[usize], cores: Cores) -> (Sets, usize) {
        let mut wanted: Vec<&[usize]> = vec![&[]; self.parts.len()];
        for some in statements.chunk_by(|left, right| left / PART == right / PART) {
            wanted[some[0] / PART] = some;
        }
        let cores = cores.one_by_one();
        let count = |at: usize| {
            let part = &self.parts[at];
            let mut counts = vec![0_u32; part.vocabulary.len()];
            let words = wanted[at].iter().flat_map(|statement| &part.words[part.range(statement % PART)]);
            words.for_each(|word| counts[*word as usize] += 1);
            counts
        };
        let counts = cores.map_range(self.parts.len(), count);
        let mut numbers: FxHashMap<u64, u32> = FxHashMap::default();
        for (part, counts) in self.parts.iter().zip(counts) {
            for (hash, count) in part.vocabulary.iter().zip(counts).filter(|(_, count)| *count > 0) {
                *numbers.entry(*hash).or_default() += count;
            }
        }
        let mut rarest: Vec<(u32, u64)> = numbers.iter().map(|(hash, count)| (*count, *hash)).collect();
        cores.sort(&mut rarest);
        numbers.extend((0..).zip(rarest).map(|(number, (_, hash))| (hash, number)));
        let renumber = |at: usize, part: &mut Part| {
            // A word that only others use has no number, and is not looked up.
            let vocabulary = std::mem::take(&mut part.vocabulary);
            let new: Vec<u32> = vocabulary.iter().map(|hash| numbers.get(hash).copied().unwrap_or_default()).collect();
            for statement in wanted[at] {
                let range = part.range(statement % PART);
                let set = &mut part.words[range];
                set.iter_mut().for_each(|word| *word = new[*word as usize]);
                set.sort_unstable();
            }
        };
        cores.map_mut(&mut self.parts, renumber);
        let statements = statements.iter().map(|statement| narrow(*statement)).collect();
        (Sets { parts: self.parts, statements }, numbers.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cores::FEW;

    #[test]
    fn the_rarest_word_of_the_statements_that_are_asked_for_comes_first() {
        // Every statement has the word 7; each second one 8 too; the last one 9.
        let statements: Vec<usize> = (0..=2 * PART).collect();
        let read = |at: &usize| {
            let words = [(7, true), (8, at.is_multiple_of(2)), (9, *at == 2 * PART)];
            (words.into_iter().filter_map(|(word, is_there)| is_there.then_some(word)).collect(), 10 * at)
        };
        let cores = Cores::for_items(statements.len(), FEW);
        let (words, others) = Words::read(&statements, read, cores);
        assert!(others.into_iter().eq((0..=2 * PART).map(|at| 10 * at)));
        assert_eq!([0, 1, 2 * PART].map(|at| words.count(at)), [2, 1, 3]);
        let (sets, count) = words.into_sets(&[0, 1, PART + 1, 2 * PART], cores);
        assert_eq!(count, 3);
        assert!(sets.iter().eq([&[1, 2][..], &[2], &[2], &[0, 1, 2]]));
        let (words, _) = Words::read(&statements, read, cores);
        let (sets, count) = words.into_sets(&[PART + 1], cores);
        assert_eq!((sets.len(), &sets[0], count), (1, &[0][..], 1));
    }
}
