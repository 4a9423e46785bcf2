//! Work that all cores share, where there is enough of it: a small register is judged before a second thread would run.

use std::cmp::Ordering;
use std::io::ErrorKind;
use std::num::NonZero;
use std::sync::{Once, OnceLock, mpsc};

use rayon::prelude::*;

/// Up to this many exceptions, or parts of one, are one core's work.
pub const FEW: usize = 64;

/// Whether some work is shared by all cores or done by this one alone.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    are_all: bool,
    /// Up to this many items go to one core together.
    least: usize,
}

impl Cores {
    /// Takes all cores for more than `least` items, which one core works through sooner than another one begins.
    #[must_use]
    pub fn for_items(count: usize, least: usize) -> Self {
        let are_all = count > least;
        if are_all {
            start();
        }
        Self { are_all, least }
    }

    /// Makes something of each item, in their order.
    pub fn map<T: Sync, R: Send>(self, items: &[T], make: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
        self.map_range(items.len(), |at| make(&items[at]))
    }

    /// Makes something of each number below a count, in their order.
    pub fn map_range<R: Send>(self, count: usize, make: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
        match self.are_all {
            true => (0..count).into_par_iter().with_min_len(self.least).map(make).collect(),
            false => (0..count).map(make).collect(),
        }
    }

    /// Makes something of each item and its place, in their order, and may change the item.
    pub fn map_mut<T: Send, R: Send>(self, items: &mut [T], make: impl Fn(usize, &mut T) -> R + Send + Sync) -> Vec<R> {
        let make = |(at, item): (usize, &mut T)| make(at, item);
        match self.are_all {
            true => items.par_iter_mut().enumerate().with_min_len(self.least).map(make).collect(),
            false => items.iter_mut().enumerate().map(make).collect(),
        }
    }

    /// Makes something of each item, in their order, with something that each core makes once.
    pub fn map_with<T: Sync, W, R: Send>(
        self,
        items: &[T],
        with: impl Fn() -> W + Send + Sync,
        make: impl Fn(&mut W, &T) -> R + Send + Sync,
    ) -> Vec<R> {
        match self.are_all {
            true => items.par_iter().with_min_len(self.least).map_init(with, make).collect(),
            false => {
                let mut with = with();
                items.iter().map(|item| make(&mut with, item)).collect()
            }
        }
    }

    /// Sorts items; equal ones may change places.
    pub fn sort<T: Ord + Send>(self, items: &mut [T]) {
        match self.are_all {
            true => items.par_sort_unstable(),
            false => items.sort_unstable(),
        }
    }

    /// Sorts items; equal ones keep their order.
    pub fn sort_by<T: Send>(self, items: &mut [T], compare: impl Fn(&T, &T) -> Ordering + Sync) {
        match self.are_all {
            true => items.par_sort_by(compare),
            false => items.sort_by(compare),
        }
    }

    /// Does two things, if possible at once.
    pub fn both<A: Send, B: Send>(self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        match self.are_all {
            true => rayon::join(one, other),
            false => (one(), other()),
        }
    }

    /// The same cores for items each of which may go to another one.
    #[must_use]
    pub fn one_by_one(self) -> Self {
        Self { least: 1, ..self }
    }
}

/// How many threads share the work, asked when the first of them is needed; one for each core where nobody says.
static COUNT: OnceLock<fn() -> usize> = OnceLock::new();

/// Says how many threads share the work; of several answers the first counts.
pub fn share(count: fn() -> usize) {
    let _ = COUNT.set(count);
}

/// Starts the threads that share the work, as many as the system gives, before their first use. The main thread is one of
/// them, so there is always one.
fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        // A thread that ends while others count on it would leave them waiting; only the main one lasts.
        let is_main = std::thread::current().name() == Some("main");
        // Of threads that were promised and never started, the first use would wait for ever: they start before they are.
        let start = |_| {
            let (hand_over, given) = mpsc::channel::<rayon::ThreadBuilder>();
            let run = move || given.into_iter().for_each(rayon::ThreadBuilder::run);
            std::thread::Builder::new().spawn(run).ok().map(|_| hand_over)
        };
        let own = usize::from(is_main);
        let usual: fn() -> usize = || std::thread::available_parallelism().map_or(1, NonZero::get);
        let count = COUNT.get().unwrap_or(&usual)();
        let mut started: Vec<_> = (own..count).map_while(start).collect();
        let count = started.len() + own;
        let hand_over = |thread| match started.pop().map(|to| to.send(thread)) {
            Some(Ok(())) => Ok(()),
            _ => Err(ErrorKind::WouldBlock.into()),
        };
        let builder = rayon::ThreadPoolBuilder::new().num_threads(count);
        let builder = if is_main { builder.use_current_thread() } else { builder };
        // It fails only where there are threads already.
        let _ = builder.spawn_handler(hand_over).build_global();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_core_and_all_of_them_make_the_same() {
        for count in [0, 1, 3, 4, 1_000] {
            let cores = Cores::for_items(count, 3);
            assert_eq!(cores.are_all, count > 3);
            let mut items: Vec<usize> = (0..count).collect();
            let expected: Vec<usize> = (0..count).map(|at| 2 * at).collect();
            assert_eq!(cores.map(&items, |item| 2 * item), expected);
            assert_eq!(cores.one_by_one().map_range(count, |at| 2 * at), expected);
            let was = |at: usize, item: &mut usize| {
                *item += 1;
                *item + at - 1
            };
            assert_eq!(cores.map_mut(&mut items, was), expected);
            assert!(items.iter().copied().eq(1..=count));
            assert_eq!(cores.map_with(&expected, || 1, |one, item| item * *one), expected);
            let mut sorted: Vec<usize> = expected.iter().rev().copied().collect();
            cores.sort(&mut sorted);
            assert_eq!(sorted, expected);
            cores.sort_by(&mut sorted, |a, b| (a % 6).cmp(&(b % 6)));
            assert!(sorted.is_sorted_by_key(|item| (item % 6, *item)));
            assert_eq!(cores.both(|| count, || items.len()), (count, count));
        }
    }
}
