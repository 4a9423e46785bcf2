//! Older reasons that were kept nearly whole and only made longer.
//!
//! The similarity of two sets of words falls with every word that is added, so twenty words of padding hide a copy.
//! Here only the older set counts: how much of it is in the newer one. Of each older set the rarest words are indexed,
//! as few as a set that contains enough of the others cannot lack; a search looks up all words of the newer set, rarest
//! first.

use std::cmp::Ordering;

use super::sets::Sets;
use super::{Search, narrow, shared};

/// Sets of fewer words are contained in others too easily.
const MIN_WORDS: usize = 8;

/// Less than this share of an older reason is not that reason lengthened, however low the threshold for copies.
const LEAST: f64 = 0.9;

/// The older set that a set holds the most of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// How many words of it.
    pub shared: u32,
    /// Of how many.
    pub size: u32,
    /// Its rank.
    pub rank: u32,
}

impl Kept {
    /// The share of the older reason that was kept.
    pub(super) fn share(self) -> f64 {
        f64::from(self.shared) / f64::from(self.size)
    }

    fn beats(self, other: Option<Self>) -> bool {
        other.is_none_or(|other| {
            let product = |one: u32, other: u32| u64::from(one) * u64::from(other);
            let share = product(self.shared, other.size).cmp(&product(other.shared, self.size));
            share.then(self.size.cmp(&other.size)).then(other.rank.cmp(&self.rank)) == Ordering::Greater
        })
    }
}

/// The index over the rarest words of the sets.
pub(super) struct Lengthened<'j> {
    sets: &'j Sets,
    /// For each set the bits of its words: a set that lacks some bits of another lacks as many of its words.
    bits: Vec<u64>,
    least: f64,
    /// Where each word's ranks start; one more at the end.
    starts: Vec<u32>,
    /// The ranks of the sets among whose rarest words it is, ascending for each word.
    ranks: Vec<u32>,
}

impl<'j> Lengthened<'j> {
    /// Indexes word sets, oldest first; `threshold` is that of copies.
    pub(super) fn new(sets: &'j Sets, words: usize, threshold: f64) -> Self {
        let bits = sets.iter().map(bits).collect();
        let mut it = Self { sets, bits, least: threshold.max(LEAST), starts: vec![0; words + 1], ranks: Vec::new() };
        for set in sets.iter() {
            for word in it.indexed(set) {
                it.starts[*word as usize + 1] += 1;
            }
        }
        for word in 0..words {
            it.starts[word + 1] += it.starts[word];
        }
        let mut next = it.starts.clone();
        it.ranks = vec![0; it.starts[words] as usize];
        for (rank, set) in sets.iter().enumerate() {
            for word in it.indexed(set) {
                let at = &mut next[*word as usize];
                it.ranks[*at as usize] = narrow(rank);
                *at += 1;
            }
        }
        it
    }

    /// Returns how many words of an older set a newer one must hold.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a small number"
    )]
    fn needed(&self, size: usize) -> usize {
        (size as f64 * self.least - 1e-9).ceil() as usize
    }

    fn indexed(&self, set: &'j [u32]) -> &'j [u32] {
        if set.len() < MIN_WORDS { &[] } else { &set[..=set.len() - self.needed(set.len())] }
    }

    /// Finds the older set that a set holds the most of, if it holds enough of one.
    pub(super) fn search(&self, rank: usize, search: &mut Search) -> Option<Kept> {
        let set = &self.sets[rank];
        let mut best: Option<Kept> = None;
        if set.len() < MIN_WORDS {
            return None;
        }
        let own = self.bits[rank];
        // No older one that fits into this set may lack more.
        let most_lacking = set.len() - self.needed(set.len());
        for word in set {
            let (start, end) = (self.starts[*word as usize] as usize, self.starts[*word as usize + 1] as usize);
            for older in self.ranks[start..end].iter().map(|older| *older as usize).take_while(|older| *older < rank) {
                search.spend(1);
                if search.budget == 0 {
                    return best;
                }
                let lacking = (self.bits[older] & !own).count_ones() as usize;
                if lacking > most_lacking {
                    continue;
                }
                let size = self.sets[older].len();
                let needed = self.needed(size);
                if size > set.len() || lacking > size - needed {
                    continue;
                }
                search.spend((set.len() + size) / 2);
                if let Some(shared) = shared(set, &self.sets[older], needed) {
                    let kept = Kept { shared: narrow(shared), size: narrow(size), rank: narrow(older) };
                    if kept.beats(best) {
                        best = Some(kept);
                    }
                }
            }
        }
        best
    }
}

/// Returns a bit for each word, several words for some of them.
fn bits(set: &[u32]) -> u64 {
    set.iter().fold(0, |bits, word| bits | 1 << (word % u64::BITS))
}
