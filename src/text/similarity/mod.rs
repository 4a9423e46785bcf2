//! Which of many reasons repeat an older one.
//!
//! Every reason is compared with every older one, exactly: no sampling, no seeds, the same answer on any number of
//! threads. Only a register whose reasons share very few words reaches the budget of comparisons; where it ends, near
//! copies are still found and the reasons not compared in full are named. Equal statements are collapsed by hash first.
//! The rest is a join of word sets under a Jaccard threshold:
//!
//! ```text
//! words -> sets, rarest word first -> index: word -> sets by size, oldest first -> each set's closest older one
//! ```
//!
//! Of many sets, a block at a time is indexed, and searched for all that are newer: the index would be most of what a
//! comparison keeps in memory.
//!
//! Two sets similar enough share a word among the rarest few of each (Bayardo, Ma, Srikant: "Scaling up all pairs
//! similarity search", 2007), so only those few are indexed. Sets of another size and sets whose fingerprints differ
//! in too many bits are dropped unread. Knows nothing about exceptions or dates: the caller sorts.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash};
use std::ops::{Range, RangeInclusive};

use foldhash::quality::FixedState;

use crate::cores::{Cores, FEW};

use super::normalise::{Kind, fold, tokens};
use lengthened::{Kept, Lengthened};
use sets::{Sets, Words};

mod lengthened;
mod sets;

/// Sets of fewer words are alike too easily: they are copies only if the words and their order are equal.
const MIN_WORDS: usize = 6;

/// Candidates looked at in one call (about a nanosecond each), shared out evenly; a reason always gets [`MIN_BUDGET`].
/// Only a register whose reasons use the same few words comes near it: of an honest one, the number of candidates of a
/// reason grows with the register, and at 100,000 reasons is still below the least.
const TOTAL_BUDGET: usize = 400_000_000;
const MIN_BUDGET: usize = 16_000;

/// How many sets are indexed at a time: enough that nearly all registers have a single block, few enough that the index
/// is small beside the reasons of a larger one.
const BLOCK: usize = if cfg!(test) { 48 } else { 1 << 15 };

/// What was found among all reasons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Copies {
    /// For each reason that has one, the closest older one that is close enough.
    pub closest: BTreeMap<usize, Closest>,
    /// Indices of reasons without a copy whose budget of comparisons ran out, ascending. Even for these it is known
    /// that no older reason is equal or differs only in one added, removed or replaced word.
    pub incomplete: Vec<usize>,
}

impl Copies {
    /// Finds the statements that are equal to an older one, by their keys, and returns the indices of the others with
    /// enough words to be compared.
    fn collapse(&mut self, keys: &[Key], words: &Words, cores: Cores) -> Vec<usize> {
        // A table of them would take three times as much memory, at the point where most is needed.
        let mut order: Vec<(u64, u32)> = (0..).zip(keys).map(|(index, key)| (key.0, index)).collect();
        cores.sort(&mut order);
        for alike in order.chunk_by(|left, right| left.0 == right.0).filter(|alike| alike.len() > 1) {
            let key = |at: usize| keys[alike[at].1 as usize];
            for at in 1..alike.len() {
                if let Some(first) = (0..at).find(|first| key(*first) == key(at)) {
                    let of = alike[first].1 as usize;
                    self.closest.insert(alike[at].1 as usize, Closest { of, similarity: 1.0, added: None });
                }
            }
        }
        let is_original = |index: &usize| !self.closest.contains_key(index) && words.count(*index) >= MIN_WORDS;
        (0..keys.len()).filter(is_original).collect()
    }
}

/// The older reason that a reason is closest to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closest {
    /// Index of the older reason.
    pub of: usize,
    /// Jaccard similarity of the two word sets, 1.0 if they are equal; of one that was lengthened, the share of the
    /// older set that is in the newer one.
    pub similarity: f64,
    /// Whether the older reason was kept and only lengthened, by how many words.
    pub added: Option<u32>,
}

/// Finds for each reason the closest older one; `reasons` are sorted oldest first.
///
/// Two reasons are copies if they have the same words in the same order after masking
/// ([`tokens`](super::normalise::tokens)), or if both have six distinct words or more and the Jaccard similarity of the
/// two sets reaches `threshold` (above 0, at most 1). If masking leaves no word, the folded texts are compared. The
/// highest similarity wins, then the oldest. Without such a copy, a reason that holds nearly all words of an older one
/// of eight words or more repeats that one: nine tenths of them, or `threshold` if that is more.
///
/// Only the `wanted` reasons get an answer; the others are what those may repeat.
#[must_use]
pub fn closest_older<T: AsRef<str> + Sync>(
    reasons: &[T],
    wanted: impl Fn(usize) -> bool + Sync,
    threshold: f64,
) -> Copies {
    let searches = (0..reasons.len()).filter(|index| wanted(*index)).count();
    closest_within(reasons, wanted, threshold, narrow((TOTAL_BUDGET / searches.max(1)).max(MIN_BUDGET)))
}

fn closest_within<T: AsRef<str> + Sync>(
    reasons: &[T],
    wanted: impl Fn(usize) -> bool + Sync,
    threshold: f64,
    budget: u32,
) -> Copies {
    let cores = Cores::for_items(reasons.len(), FEW);
    let (words, keys) = Words::read(reasons, |reason| read(reason.as_ref()), cores);
    let mut copies = Copies::default();
    let originals = copies.collapse(&keys, &words, cores);
    drop(keys);
    let threshold = if threshold > 0.0 { threshold.min(1.0) } else { f64::MIN_POSITIVE };
    let (sets, words) = words.into_sets(&originals, cores);
    drop(originals);
    let measure = Measure { sets: &sets, threshold };
    let mut found: Vec<Search> = (0..sets.len()).map(|_| Search { best: None, budget }).collect();
    for first in (0..sets.len()).step_by(BLOCK) {
        let join = Join::new(measure, first..sets.len().min(first + BLOCK), words, cores);
        let search = |at: usize, search: &mut Search| {
            if wanted(sets.statement(first + at)) {
                join.search(first + at, search);
            }
        };
        cores.map_mut(&mut found[first..], search);
    }
    measure.complete(&mut found, cores);
    let lengthened = Lengthened::new(&sets, words, threshold);
    let kept = |rank: usize, search: &mut Search| match search.best {
        None if wanted(sets.statement(rank)) => lengthened.search(rank, search),
        _ => None,
    };
    let kept: Vec<Option<Kept>> = cores.map_mut(&mut found, kept);
    for (rank, (search, kept)) in found.into_iter().zip(kept).enumerate() {
        let index = sets.statement(rank);
        let alike = |best: Best| Closest {
            of: sets.statement(best.rank as usize),
            similarity: best.overlap.jaccard(),
            added: None,
        };
        let longer = |kept: Kept| Closest {
            of: sets.statement(kept.rank as usize),
            similarity: kept.share(),
            added: Some(narrow(sets[rank].len()) - kept.shared),
        };
        let closest = search.best.map(alike).or_else(|| kept.map(longer));
        if search.budget == 0 && closest.is_none() {
            copies.incomplete.push(index);
        }
        copies.closest.extend(closest.map(|closest| (index, closest)));
    }
    copies
}

/// Equal for two statements that are equal: a hash of 128 bits.
type Key = (u64, u64);

/// What a text says, for comparing it with a list of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Said(Key);

/// Returns what a text says: equal for two texts that [`closest_older`] would call equal.
#[must_use]
pub fn said(text: &str) -> Said {
    Said(read(text).1)
}

/// Tells whether two texts have the same words, those that are masked for a comparison included, in any order.
#[must_use]
pub fn is_said_alike(left: &str, right: &str) -> bool {
    let sorted = |folded: &str| {
        let mut all: Vec<String> = tokens(folded).iter().map(|token| token.text.to_owned()).collect();
        all.sort_unstable();
        all
    };
    sorted(&fold(left)) == sorted(&fold(right))
}

/// Reads what a reason says: its distinct words as hashes, and the key that it shares with its equals.
fn read(text: &str) -> (Vec<u64>, Key) {
    let folded = fold(text);
    let mut words: Vec<u64> =
        tokens(&folded).iter().filter(|token| token.kind == Kind::Word).map(|token| hash(token.text)).collect();
    let ordered_key = if words.is_empty() { key(&*folded) } else { key(&words) };
    words.sort_unstable();
    words.dedup();
    // Equal sets of enough words are copies in any order, so the set is the key.
    let key = if words.len() < MIN_WORDS { ordered_key } else { key(&words) };
    (words, key)
}

/// Hashes alike in each run, so that the order of words, and with it what a budget reaches, is always the same.
fn hash(value: impl Hash) -> u64 {
    FixedState::with_seed(0).hash_one(value)
}

fn key(value: impl Hash) -> Key {
    (hash(&value), FixedState::with_seed(1).hash_one(value))
}

/// The number of words that two sets share and that they have together: the similarity as an exact fraction.
#[derive(Clone, Copy, Debug)]
struct Overlap {
    shared: u32,
    union: u32,
}

impl Overlap {
    fn of(shared: usize, left: usize, right: usize) -> Self {
        Self::within(shared, left + right - shared)
    }

    fn within(shared: usize, union: usize) -> Self {
        Self { shared: narrow(shared), union: narrow(union) }
    }

    /// The division is rounded correctly, so 8 of 10 is the same number as a threshold written `0.8`.
    fn jaccard(self) -> f64 {
        f64::from(self.shared) / f64::from(self.union)
    }

    fn cmp_exactly(self, other: Self) -> std::cmp::Ordering {
        let product = |one: u32, other: u32| u64::from(one) * u64::from(other);
        product(self.shared, other.union).cmp(&product(other.shared, self.union))
    }
}

/// The best older set found so far.
#[derive(Clone, Copy, Debug)]
struct Best {
    overlap: Overlap,
    rank: u32,
}

impl Best {
    fn beats(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| self.overlap.cmp_exactly(other.overlap).then(other.rank.cmp(&self.rank)).is_gt())
    }
}

/// The search for one set: what it found, and how many candidates it may still look at.
struct Search {
    best: Option<Best>,
    budget: u32,
}

/// The word sets by age ("rank" 0 is the oldest), and how alike two of them must be.
#[derive(Clone, Copy)]
struct Measure<'s> {
    sets: &'s Sets,
    threshold: f64,
}

/// The index over the prefixes of some sets in a row.
struct Join<'s> {
    measure: Measure<'s>,
    /// The rank of the first of them.
    first: usize,
    fingerprints: Vec<u128>,
    /// Where each word's postings start; one more at the end.
    starts: Vec<u32>,
    /// Size and rank of the indexed sets, ascending for each word.
    postings: Vec<(u32, u32)>,
    /// Half of the postings' fingerprints, which is enough to drop nearly all, side by side so that a scan reads memory
    /// in order.
    posted_halves: Vec<u64>,
}

/// The set whose closest older one is sought.
struct Sought<'s> {
    rank: usize,
    set: &'s [u32],
    fingerprint: u128,
}

impl Measure<'_> {
    /// Returns how many of a set's rarest words must be looked at: a similar set has one of them among its own.
    fn prefix(&self, size: usize) -> usize {
        size + 1 - self.fewest(size, self.threshold, |shared| Overlap::within(shared, size))
    }

    /// Returns the fewest shared words with which sets of these two sizes reach the threshold; more than they have if
    /// none do.
    fn needed(&self, left: usize, right: usize) -> usize {
        let share = self.threshold / (1.0 + self.threshold);
        self.fewest(left + right, share, |shared| Overlap::of(shared, left, right))
    }

    /// Returns the smallest number, at least 1, whose overlap reaches the threshold: starts a little under `share` of
    /// `words` and counts up.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate of a small positive number"
    )]
    fn fewest(&self, words: usize, share: f64, overlap: impl Fn(usize) -> Overlap) -> usize {
        let estimate = (words as f64 * share - 0.01).max(1.0) as usize;
        (estimate..).find(|shared| overlap(*shared).jaccard() >= self.threshold).unwrap_or(estimate)
    }
}

impl<'s> Join<'s> {
    /// Indexes the sets of some ranks; there are so many `words`.
    fn new(measure: Measure<'s>, ranks: Range<usize>, words: usize, cores: Cores) -> Self {
        let sets = measure.sets;
        let prefix = |rank: usize| &sets[rank][..measure.prefix(sets[rank].len())];
        let mut starts = vec![0_u32; words + 1];
        for word in ranks.clone().flat_map(prefix) {
            starts[*word as usize + 1] += 1;
        }
        for word in 0..words {
            starts[word + 1] += starts[word];
        }
        // Sets go in by size, then by age, so each word's postings are sorted.
        let mut order: Vec<(u32, u32)> = ranks.clone().map(|rank| (narrow(sets[rank].len()), narrow(rank))).collect();
        cores.sort(&mut order);
        let fingerprints: Vec<u128> = ranks.clone().map(|rank| fingerprint(&sets[rank])).collect();
        let mut next = starts.clone();
        let mut postings = vec![(0, 0); starts[words] as usize];
        let mut posted_halves = vec![0; postings.len()];
        for (size, rank) in order {
            for word in prefix(rank as usize) {
                let at = next[*word as usize] as usize;
                postings[at] = (size, rank);
                posted_halves[at] = half(fingerprints[rank as usize - ranks.start]);
                next[*word as usize] += 1;
            }
        }
        Self { measure, first: ranks.start, fingerprints, starts, postings, posted_halves }
    }

    /// Goes on with the search for the closest older set of one set.
    fn search(&self, rank: usize, search: &mut Search) {
        let set = &self.measure.sets[rank];
        let sought = Sought { rank, set, fingerprint: fingerprint(set) };
        for position in 0..self.measure.prefix(set.len()) {
            // A set found only from here on has none of the words before, so it shares at most the others.
            let bound = Overlap::within(set.len() - position, set.len());
            if search.budget == 0 || search.best.is_some_and(|best| bound.cmp_exactly(best.overlap).is_lt()) {
                break;
            }
            self.search_word(&sought, position, search);
        }
    }

    /// Goes through the older sets that have the word at `position` in their prefix, size by size.
    fn search_word(&self, sought: &Sought<'_>, position: usize, search: &mut Search) {
        let set = sought.set;
        let word = set[position] as usize;
        let (start, end) = (self.starts[word] as usize, self.starts[word + 1] as usize);
        let smallest = set.len() + 1 - self.measure.prefix(set.len());
        let mut at = start + self.postings[start..end].partition_point(|posting| (posting.0 as usize) < smallest);
        while at < end && search.budget > 0 {
            let size = self.postings[at].0;
            let same_size = self.postings[at..end].partition_point(|posting| posting.0 == size);
            let older = self.postings[at..at + same_size].partition_point(|posting| (posting.1 as usize) < sought.rank);
            let most = (set.len() - position).min(size as usize);
            let reaching = self.measure.needed(set.len(), size as usize);
            if reaching <= most {
                self.scan(sought, at..at + older, reaching..=most, search);
            } else if size as usize >= set.len() {
                break;
            }
            search.spend(1);
            at += same_size;
        }
    }

    /// Compares a set with candidates of one size, oldest first. They must share so many words, and cannot share more.
    fn scan(&self, sought: &Sought<'_>, candidates: Range<usize>, sharing: RangeInclusive<usize>, search: &mut Search) {
        let (left, right) = (sought.set.len(), self.postings[candidates.start].0 as usize);
        let mut at = candidates.start;
        while at < candidates.end && search.budget > 0 {
            // An older one than the best wins with equal overlap, a newer one only with more.
            let (need, end) = match search.best {
                None => (*sharing.start(), candidates.end),
                Some(best) => {
                    let rest = &self.postings[at..candidates.end];
                    let older = rest.partition_point(|posting| posting.1 < best.rank);
                    let Overlap { shared, union } = best.overlap;
                    let equal = shared as usize * (left + right);
                    let parts = shared as usize + union as usize;
                    if older > 0 { (equal.div_ceil(parts), at + older) } else { (equal / parts + 1, candidates.end) }
                }
            };
            let end = end.min(at + search.budget as usize);
            if need > *sharing.end() {
                at = end;
                continue;
            }
            let found = self.first_sharing(sought, at..end, need, search);
            let seen = found.map_or(end, |(found, _)| found + 1);
            search.spend(seen - at);
            if let Some((found, shared)) = found {
                let overlap = Overlap::of(shared, left, right);
                search.improve(Best { overlap, rank: self.postings[found].1 });
            }
            at = seen;
        }
    }

    /// Finds the first candidate that shares `need` words or more, and how many it shares; reading a set costs its
    /// length.
    fn first_sharing(
        &self,
        sought: &Sought<'_>,
        candidates: Range<usize>,
        need: usize,
        search: &mut Search,
    ) -> Option<(usize, usize)> {
        let Sought { set, fingerprint, .. } = *sought;
        let words = set.len() + self.postings[candidates.start].0 as usize;
        let may_differ = words - 2 * need;
        for at in candidates {
            if (half(fingerprint) ^ self.posted_halves[at]).count_ones() as usize > may_differ {
                continue;
            }
            let older = self.postings[at].1 as usize;
            if (fingerprint ^ self.fingerprints[older - self.first]).count_ones() as usize > may_differ {
                continue;
            }
            search.spend(words / 2);
            if let Some(shared) = shared(set, &self.measure.sets[older], need) {
                return Some((at, shared));
            }
            if search.budget == 0 {
                break;
            }
        }
        None
    }
}

impl Measure<'_> {
    /// Completes the searches that ran out of budget, as promised: finds copies that differ in one word only.
    ///
    /// Two such sets are equal once each lacks one word (or one of them does), so equal sums of word hashes bring them
    /// together.
    fn complete(&self, searches: &mut [Search], cores: Cores) {
        if searches.iter().all(|search| search.budget > 0) {
            return;
        }
        let sums_of = |rank: usize| {
            let set = &self.sets[rank];
            let sum = set.iter().fold(0_u64, |sum, word| sum.wrapping_add(spread(*word)));
            let rank = narrow(rank);
            let lacking_one = set.iter().map(move |word| (sum.wrapping_sub(spread(*word)), rank, false));
            lacking_one.chain(std::iter::once((sum, rank, true))).collect::<Vec<_>>()
        };
        let mut sums: Vec<(u64, u32, bool)> = cores.map_range(self.sets.len(), sums_of).concat();
        cores.sort(&mut sums);
        for alike in sums.chunk_by(|left, right| left.0 == right.0) {
            let oldest = |whole| alike.iter().find(|sum| sum.2 == whole).map(|sum| sum.1 as usize);
            let (whole, lacking) = (oldest(true), oldest(false));
            for (_, rank, _) in alike {
                let rank = *rank as usize;
                for older in [whole, lacking].into_iter().flatten().filter(|older| *older < rank) {
                    if searches[rank].budget == 0 {
                        self.compare(rank, older, &mut searches[rank]);
                    }
                }
            }
        }
    }

    fn compare(&self, rank: usize, older: usize, search: &mut Search) {
        let (set, other) = (&self.sets[rank], &self.sets[older]);
        if let Some(shared) = shared(set, other, self.needed(set.len(), other.len())) {
            search.improve(Best { overlap: Overlap::of(shared, set.len(), other.len()), rank: narrow(older) });
        }
    }
}

impl Search {
    /// Takes candidates off the budget.
    fn spend(&mut self, candidates: usize) {
        self.budget = self.budget.saturating_sub(narrow(candidates));
    }

    fn improve(&mut self, found: Best) {
        if found.beats(self.best.as_ref()) {
            self.best = Some(found);
        }
    }
}

/// Sets whose fingerprints differ in some bits differ in at least as many words. The last, most frequent words each get
/// a bit to themselves.
fn fingerprint(set: &[u32]) -> u128 {
    set.iter().fold(0, |bits, word| bits ^ (1 << (word % u128::BITS)))
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
fn half(fingerprint: u128) -> u64 {
    fingerprint as u64
}

/// Counts the words that two sets share; `None` if there are fewer than `need`.
fn shared(left: &[u32], right: &[u32], need: usize) -> Option<usize> {
    let (mut l, mut r, mut shared) = (0, 0, 0);
    while l < left.len() && r < right.len() {
        if shared + (left.len() - l).min(right.len() - r) < need {
            return None;
        }
        let (a, b) = (left[l], right[r]);
        shared += usize::from(a == b);
        l += usize::from(a <= b);
        r += usize::from(b <= a);
    }
    (shared >= need).then_some(shared)
}

/// Spreads a word's number over 64 bits, so that sums of a few of them do not collide (Steele, Lea, Flood:
/// `SplitMix64`, 2014).
fn spread(word: u32) -> u64 {
    let mixed = (u64::from(word) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Narrows counts of sets, of words in a set and of candidates: all far below 2^32, because each was read from a file.
#[expect(clippy::cast_possible_truncation, reason = "the doc comment above")]
fn narrow(count: usize) -> u32 {
    count as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::{Index, subsequence};

    use super::super::normalise::words;
    use super::*;

    /// Asks for every reason.
    fn closest_older(reasons: &[&str], threshold: f64) -> Copies {
        super::closest_older(reasons, |_| true, threshold)
    }

    /// Returns a word for a number: letters only, because a number in a word would be folded away.
    fn word(number: usize) -> String {
        let digits = [number / 676, number / 26, number].map(|digit| char::from(b'a' + (digit % 26) as u8));
        digits.iter().collect::<String>() + "word"
    }

    /// Draws one of so many words by Zipf's law, the way words of a language occur.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        reason = "test data"
    )]
    fn zipf(words: usize) -> impl Strategy<Value = String> + Clone {
        (0.0..1.0_f64).prop_map(move |fraction| word((words as f64).powf(fraction) as usize - 1))
    }

    /// Draws some of so many words, each once.
    fn distinct(words: usize, count: usize) -> impl Strategy<Value = String> {
        let all: Vec<String> = (0..words).map(word).collect();
        subsequence(all, count).prop_shuffle().prop_map(|some| some.join(" "))
    }

    /// How a reason comes to be, after others.
    #[derive(Clone, Debug)]
    enum Written {
        Anew(Vec<String>),
        Longer(Index, String),
        Replaced(Index, String, String),
    }

    /// Draws reasons of so many words, some of them taken from an older one.
    fn reasons(words: usize) -> impl Strategy<Value = Vec<String>> {
        let one = zipf(words);
        let written = prop_oneof![
            2 => vec(one.clone(), 0..16).prop_map(Written::Anew),
            1 => (any::<Index>(), one.clone()).prop_map(|(old, new)| Written::Longer(old, new)),
            1 => (any::<Index>(), one.clone(), one).prop_map(|(of, old, new)| Written::Replaced(of, old, new)),
        ];
        vec(written, 150).prop_map(|all| {
            let mut reasons: Vec<String> = vec![String::new()];
            for written in all {
                reasons.push(match written {
                    Written::Anew(words) => words.join(" "),
                    Written::Longer(of, word) => format!("{} {word}", of.get(&reasons)),
                    Written::Replaced(of, old, new) => of.get(&reasons).replacen(&old, &new, 1),
                });
            }
            reasons
        })
    }

    fn borrowed(reasons: &[String]) -> Vec<&str> {
        reasons.iter().map(String::as_str).collect()
    }

    fn closest(reasons: &[&str]) -> Vec<Option<(usize, f64)>> {
        let copies = closest_older(reasons, 0.8);
        assert!(copies.incomplete.is_empty());
        let found = |index: usize| copies.closest.get(&index).map(|closest| (closest.of, closest.similarity));
        (0..reasons.len()).map(found).collect()
    }

    /// The definition, pair by pair.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn brute_force(reasons: &[&str], threshold: f64) -> BTreeMap<usize, Closest> {
        let said: Vec<(Vec<String>, BTreeSet<String>, String)> = reasons
            .iter()
            .map(|text| (words(text), words(text).into_iter().collect(), fold(text).into_owned()))
            .collect();
        let similarity = |new: usize, old: usize| {
            let ((a, a_set, a_text), (b, b_set, b_text)) = (&said[new], &said[old]);
            if a == b && (!a.is_empty() || a_text == b_text) {
                return 1.0;
            }
            let is_long = a_set.len().min(b_set.len()) >= MIN_WORDS;
            if is_long {
                Overlap::of(a_set.intersection(b_set).count(), a_set.len(), b_set.len()).jaccard()
            } else {
                0.0
            }
        };
        let lengthened = |new: usize| {
            let (_, set, _) = &said[new];
            let kept = (0..new).filter_map(|of| {
                let (_, older, _) = &said[of];
                let shared = older.intersection(set).count();
                let kept = shared as f64 / older.len() as f64;
                let is_kept = (8..=set.len()).contains(&older.len()) && kept >= threshold.max(0.9);
                is_kept.then_some((kept, older.len(), std::cmp::Reverse(of), shared))
            });
            let (similarity, _, of, shared) = kept.max_by(|a, b| a.partial_cmp(b).unwrap())?;
            Some(Closest { of: of.0, similarity, added: Some(narrow(set.len() - shared)) })
        };
        let best_of = |new: usize| {
            let mut best: Option<Closest> = None;
            for of in 0..new {
                let similarity = similarity(new, of);
                if similarity >= threshold && best.is_none_or(|best| similarity > best.similarity) {
                    best = Some(Closest { of, similarity, added: None });
                }
            }
            best.or_else(|| lengthened(new))
        };
        (0..reasons.len()).filter_map(|new| Some((new, best_of(new)?))).collect()
    }

    #[test]
    fn what_is_not_asked_for_does_not_change_the_answers() {
        let reasons = [
            "The scanner firmware cannot speak the new protocol before May.",
            "The scanner firmware cannot speak the new protocol before June.",
            "Wages are due on the day on which the directory is moved.",
            "The scanner firmware cannot speak that new protocol before July.",
        ];
        let all = closest_older(&reasons, 0.7);
        let last = super::closest_older(&reasons, |index| index == 3, 0.7);
        assert_eq!(last.closest, BTreeMap::from([(3, all.closest[&3])]));
    }

    #[test]
    fn a_copy_with_a_new_date_id_or_look_is_a_copy() {
        let found = closest(&[
            "The vendor must read INC-311 before 2026-11-23.",
            "the  VENDOR must read inc-999, before 4 December!",
            "Must the vendor read before?",
        ]);
        assert_eq!(found, [None, Some((0, 1.0)), None]);
    }

    #[test]
    fn eight_words_of_ten_reach_a_threshold_of_eight_tenths() {
        let found = closest(&["a b c d e f g h i", "b c d e f g h i j", "c d e f g h i j k l"]);
        assert_eq!(found, [None, Some((0, 0.8)), Some((1, 8.0 / 11.0))].map(|found| found.filter(|(_, j)| *j >= 0.8)));
        assert_eq!(
            closest(&["a b c d e", "a b c d e f", "f e d c b a", "b a c d e"]),
            [None, None, Some((1, 1.0)), None]
        );
    }

    #[test]
    fn the_closest_wins_then_the_oldest() {
        let found = closest(&[
            "one two three four five six seven eight nine ten",
            "one two three four five six seven eight nine eleven",
            "one two three four five six seven eight nine",
            "one two three four five six seven eight nine eleven twelve",
        ]);
        assert_eq!(found[1], Some((0, 9.0 / 11.0)));
        assert_eq!(found[2], Some((0, 0.9)));
        assert_eq!(found[3], Some((1, 10.0 / 11.0)));
    }

    #[test]
    fn texts_without_words_are_compared_as_they_are() {
        assert_eq!(
            closest(&["INC-311", "INC-312", " inc-311", "", "42", ""]),
            [None, None, Some((0, 1.0)), None, None, Some((3, 1.0))]
        );
    }

    #[test]
    fn nothing_is_a_copy_of_nothing() {
        assert_eq!(closest_older(&[], 0.8), Copies::default());
        let reasons = ["one two three four five six"; 2];
        for threshold in [-1.0, 0.0, f64::MIN_POSITIVE, 1.0, 7.0, f64::NAN, f64::INFINITY] {
            assert!(closest_older(&reasons, threshold).closest.contains_key(&1));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn the_join_finds_what_brute_force_finds(reasons in prop_oneof![reasons(14), reasons(40), reasons(300)]) {
            let reasons = borrowed(&reasons);
            for threshold in [0.05, 0.5, 2.0 / 3.0, 0.75, 0.8, 0.9, 1.0] {
                let (found, expected) = (closest_older(&reasons, threshold).closest, brute_force(&reasons, threshold));
                prop_assert_eq!(found, expected, "{}", threshold);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn without_budget_a_changed_word_is_still_found_and_the_rest_is_named(mut reasons in vec(distinct(30, 15), 200)) {
            let original = reasons[0].clone();
            let (first, rest) = original.split_once(' ').unwrap();
            let (second, shorter) = rest.split_once(' ').unwrap();
            reasons.push(format!("replaced {rest}"));
            reasons.push(format!("added {original}"));
            reasons.push(format!("{first} {shorter}"));
            reasons.push(format!("both changed {shorter} {second}").replace(second, "words"));
            let reasons = borrowed(&reasons);
            let (broken_off, whole) = (closest_within(&reasons, |_| true, 0.8, 1), brute_force(&reasons, 0.8));
            for index in 200..203 {
                prop_assert_eq!(broken_off.closest.get(&index), whole.get(&index));
            }
            prop_assert!(broken_off.incomplete.is_sorted() && !broken_off.incomplete.is_empty());
            for index in whole.keys() {
                let found = broken_off.closest.contains_key(index);
                prop_assert!(found || broken_off.incomplete.contains(index), "{}", index);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2))]

        #[test]
        fn the_answer_does_not_depend_on_the_number_of_threads(reasons in vec(distinct(60, 12), 2_000)) {
            let reasons = borrowed(&reasons);
            let run = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| closest_within(&reasons, |_| true, 0.6, 300))
            };
            prop_assert_eq!(run(1), run(4));
        }
    }
}
