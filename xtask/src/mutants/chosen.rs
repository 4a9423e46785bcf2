//! Which mutant this process runs, read once from the environment.
//!
//! `MUTANT` is its number; without it, nothing is mutated. Where `MUTANT_LOG` is the path of a file, the number of each
//! mutant that would have made a difference is appended to it, once.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

const UNREAD: u32 = u32::MAX;
const RECORDS: u32 = u32::MAX - 1;
const NONE: u32 = u32::MAX - 2;

static CHOSEN: AtomicU32 = AtomicU32::new(UNREAD);
static SEEN: [AtomicBool; crate::mutant_count::COUNT] = [const { AtomicBool::new(false) }; crate::mutant_count::COUNT];
static LOG: OnceLock<Option<File>> = OnceLock::new();

fn chosen() -> u32 {
    match CHOSEN.load(Relaxed) {
        UNREAD => read(),
        known => known,
    }
}

#[cold]
fn read() -> u32 {
    let number = std::env::var("MUTANT").ok().and_then(|number| number.parse().ok());
    let value = number.unwrap_or(if std::env::var_os("MUTANT_LOG").is_some() { RECORDS } else { NONE });
    CHOSEN.store(value, Relaxed);
    value
}

#[cold]
fn record(number: u32) {
    if SEEN[number as usize].swap(true, Relaxed) {
        return;
    }
    let open = || OpenOptions::new().append(true).create(true).open(std::env::var_os("MUTANT_LOG")?).ok();
    if let Some(mut log) = LOG.get_or_init(open).as_ref() {
        let _ = log.write_all(format!("{number}\n").as_bytes());
    }
}

/// Whether this mutant runs; where its place is reached, it would make a difference.
#[inline]
pub fn is(number: u32) -> bool {
    let chosen = chosen();
    if chosen == RECORDS {
        record(number);
    }
    chosen == number
}

/// Returns a truth value, or what a mutant makes of it.
#[inline]
pub fn pick<const N: usize>(original: bool, others: [(u32, bool); N]) -> bool {
    let chosen = chosen();
    if chosen == RECORDS {
        others.iter().filter(|(_, other)| *other != original).for_each(|(number, _)| record(*number));
    }
    others.iter().find(|(number, _)| *number == chosen).map_or(original, |(_, other)| *other)
}

/// Whether the second half of `a && b` is asked for, and of `a || b` where the mutant runs.
#[inline]
pub fn and(number: u32, first: bool) -> bool {
    let chosen = chosen();
    if chosen == RECORDS && !first {
        record(number);
    }
    first != (chosen == number)
}

/// Whether the second half of `a || b` is asked for, and of `a && b` where the mutant runs.
#[inline]
pub fn or(number: u32, first: bool) -> bool {
    let chosen = chosen();
    if chosen == RECORDS && first {
        record(number);
    }
    first == (chosen == number)
}

/// Returns the second half; `whole` is what the mutant would have said without it.
#[inline]
pub fn second(number: u32, second: bool, whole: bool) -> bool {
    if chosen() == RECORDS && second != whole {
        record(number);
    }
    second
}

/// Whether this mutant runs, without a record.
#[inline]
pub fn runs(number: u32) -> bool {
    chosen() == number
}

/// Returns a value, or nothing.
#[inline]
pub fn blank<T: Blank>(number: u32, value: T) -> T {
    let chosen = chosen();
    if chosen == RECORDS && !value.is_blank() {
        record(number);
    }
    if chosen == number { T::blank() } else { value }
}

/// A type that has a value for nothing.
pub trait Blank {
    fn blank() -> Self;
    fn is_blank(&self) -> bool;
}

impl<T> Blank for Option<T> {
    fn blank() -> Self {
        None
    }
    fn is_blank(&self) -> bool {
        self.is_none()
    }
}

impl<T> Blank for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Blank for String {
    fn blank() -> Self {
        Self::new()
    }
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Blank for &str {
    fn blank() -> Self {
        ""
    }
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Blank for &[T] {
    fn blank() -> Self {
        &[]
    }
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}
