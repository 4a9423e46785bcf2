//! Running a target: a process for each, so that what ends it (an overflow of the stack, an abort, a loop without end) is
//! caught as well, and the input that did it is kept, made smaller and told.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::{Outcome, Target, make};

/// How long one input may take if nothing else is said.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How many smaller inputs are tried.
const MOST_TRIALS: usize = 3_000;

/// How long smaller inputs are looked for.
const LONGEST_SEARCH: Duration = Duration::from_secs(20);

/// Which inputs are tried.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// What all inputs follow from.
    pub seed: u64,
    /// The number of the first one.
    pub from: u64,
    /// How many at most.
    pub count: Option<u64>,
    /// How long at most.
    pub time: Option<Duration>,
}

/// What is done about inputs that break a promise.
#[derive(Clone, Debug)]
pub struct Care {
    /// How long one input may take.
    pub patience: Duration,
    /// Where they are kept.
    pub folder: PathBuf,
}

/// Tries inputs in this process and prints the figures; false if a promise is broken.
///
/// # Errors
///
/// If the state or the input cannot be written.
pub fn work(target: &Target, stretch: Stretch, care: &Care, state: &Path, out: &mut dyn Write) -> io::Result<bool> {
    listen();
    let seeds = (target.seeds)();
    let mut state = OpenOptions::new().write(true).create(true).truncate(true).open(state)?;
    let start = Instant::now();
    let (mut number, mut taken) = (stretch.from, 0_u64);
    let mut places = BTreeSet::new();
    let end = stretch.count.map_or(u64::MAX, |count| stretch.from.saturating_add(count));
    let told_every = Duration::from_secs(60);
    let mut told = start;
    while number < end && stretch.time.is_none_or(|time| start.elapsed() < time) {
        state.seek(SeekFrom::Start(0))?;
        state.write_all(&number.to_le_bytes())?;
        let data = make::input(&seeds, stretch.seed, number);
        let run = target.quick.filter(|_| !number.is_multiple_of(10)).unwrap_or(target.run);
        match attempt(run, &data) {
            Ok(outcome) => taken += u64::from(outcome == Outcome::Taken),
            // One promise is told once, and the others are still tried.
            Err(broken) if places.insert(broken.place.clone()) => {
                let breaks = |less: &[u8]| attempt(run, less).is_err_and(|other| other.place == broken.place);
                let small = smaller(data, breaks);
                // Whatever breaks only sometimes is told as it was seen.
                let broken = attempt(run, &small).err().unwrap_or(broken);
                writeln!(out, "{}: broken by input {number} of seed {}: {}", target.name, stretch.seed, broken.place)?;
                writeln!(out, "{}\n\n{}\n", broken.message, String::from_utf8_lossy(&small).escape_debug())?;
                say_where(target, &keep(target, &small, care)?, out)?;
            }
            Err(_) => {}
        }
        number += 1;
        if told.elapsed() > told_every {
            told = Instant::now();
            tell(target, (number - stretch.from, taken), start.elapsed(), out)?;
        }
    }
    tell(target, (number - stretch.from, taken), start.elapsed(), out)?;
    Ok(places.is_empty())
}

fn say_where(target: &Target, path: &Path, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "kept in {}; again: --replay {} {}\n", path.display(), path.display(), target.name)
}

fn tell(target: &Target, (done, taken): (u64, u64), time: Duration, out: &mut dyn Write) -> io::Result<()> {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    let (rate, share) = (done.saturating_mul(1000) / millis, taken.saturating_mul(100) / done.max(1));
    writeln!(
        out,
        "{:12} {done:>11} inputs in {:>5} s, {rate:>7} a second, {share:>3} % taken",
        target.name,
        millis / 1000
    )?;
    out.flush()
}

/// Runs a worker and watches it; false if a promise is broken, or the process did not end by itself.
///
/// # Errors
///
/// If the worker cannot be started.
pub fn watch(
    target: &Target,
    stretch: Stretch,
    care: &Care,
    mut worker: Command,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let state = tempfile::NamedTempFile::new()?;
    let mut worker = worker.arg("--state").arg(state.path()).spawn()?;
    let (mut last, mut since) = (None, Instant::now());
    let fall = loop {
        if let Some(status) = worker.try_wait()? {
            match status.code() {
                Some(0) => return Ok(true),
                Some(1) => return Ok(false),
                _ => break Fall::Ends(status),
            }
        }
        let number = number_in(state.path());
        if number.is_none() || number != last {
            (last, since) = (number, Instant::now());
        } else if since.elapsed() > care.patience {
            end(&mut worker)?;
            break Fall::Lasts(care.patience);
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let number = number_in(state.path()).unwrap_or(stretch.from);
    let data = make::input(&(target.seeds)(), stretch.seed, number);
    writeln!(out, "{}: input {number} of seed {} {fall}", target.name, stretch.seed)?;
    let falls_too = |less: &[u8]| apart(target, less, care).is_ok_and(|other| other == Some(fall));
    let data = if falls_too(&data) {
        smaller(data, falls_too)
    } else {
        writeln!(out, "not when it is tried alone, so it is kept as it is")?;
        data
    };
    writeln!(out, "{}\n", String::from_utf8_lossy(&data).escape_debug())?;
    say_where(target, &keep(target, &data, care)?, out)?;
    Ok(false)
}

/// Why a process did not come to its own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fall {
    Ends(ExitStatus),
    Lasts(Duration),
}

impl fmt::Display for Fall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ends(status) => write!(f, "ends the process ({status})"),
            Self::Lasts(time) => write!(f, "takes longer than {} s", time.as_secs()),
        }
    }
}

/// Tries an input in a process of its own.
fn apart(target: &Target, data: &[u8], care: &Care) -> io::Result<Option<Fall>> {
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), data)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--replay").arg(file.path()).arg(target.name).stdout(Stdio::null()).stderr(Stdio::null());
    let (mut process, start) = (command.spawn()?, Instant::now());
    loop {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(Fall::Ends(status)).filter(|_| !matches!(status.code(), Some(0 | 1))));
        }
        if start.elapsed() > care.patience {
            end(&mut process)?;
            return Ok(Some(Fall::Lasts(care.patience)));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn end(worker: &mut Child) -> io::Result<()> {
    worker.kill()?;
    worker.wait().map(drop)
}

fn number_in(state: &Path) -> Option<u64> {
    let mut bytes = [0; 8];
    File::open(state).ok()?.read_exact(&mut bytes).ok()?;
    Some(u64::from_le_bytes(bytes))
}

/// Tries the input that a file holds, and prints what comes of it.
///
/// # Errors
///
/// If the file cannot be read.
pub fn replay(target: &Target, path: &Path, out: &mut dyn Write) -> io::Result<bool> {
    listen();
    let data = fs::read(path)?;
    match attempt(target.run, &data) {
        Ok(outcome) => writeln!(out, "{}: {outcome:?}", target.name).map(|()| true),
        Err(broken) => writeln!(out, "{}: {}\n{}", target.name, broken.place, broken.message).map(|()| false),
    }
}

/// A promise that was broken.
struct Broken {
    /// The line of code that noticed.
    place: String,
    message: String,
}

thread_local! {
    /// Where the last panic of this thread was.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Notes where a panic is, instead of printing it.
fn listen() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        PLACE.with_borrow_mut(|last| *last = place);
    }));
}

fn attempt(run: fn(&[u8]) -> Outcome, data: &[u8]) -> Result<Outcome, Broken> {
    panic::catch_unwind(|| run(data))
        .map_err(|panic| Broken { place: PLACE.with_borrow(String::clone), message: words(&*panic) })
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// Looks for a smaller input that breaks the same promise, without longer stretches first, then without single bytes.
fn smaller(mut data: Vec<u8>, breaks: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let (start, mut trials) = (Instant::now(), 0);
    let mut length = data.len().div_ceil(2);
    while length > 0 {
        let (mut at, before) = (0, data.len());
        while at < data.len() && trials < MOST_TRIALS && start.elapsed() < LONGEST_SEARCH {
            let end = (at + length).min(data.len());
            let less: Vec<u8> = data[..at].iter().chain(&data[end..]).copied().collect();
            trials += 1;
            if breaks(&less) {
                data = less;
            } else {
                at = end;
            }
        }
        length = if length == 1 && data.len() < before { 1 } else { length / 2 };
    }
    data
}

/// Writes an input where it is found again.
fn keep(target: &Target, data: &[u8], care: &Care) -> io::Result<PathBuf> {
    fs::create_dir_all(&care.folder)?;
    let sum = data.iter().fold(0_u32, |sum, byte| sum.rotate_left(5) ^ u32::from(*byte));
    let path = care.folder.join(format!("{}-{sum:08x}", target.name));
    fs::write(&path, data)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TARGETS;
    use crate::seeds::{self, Seeds};

    const PICKY: Target = Target {
        name: "picky",
        about: "no input holds a b behind an a",
        seeds: Seeds::default,
        run: |data| {
            let first = data.iter().position(|byte| *byte == b'a').unwrap_or(data.len());
            assert!(!data[first..].contains(&b'b'));
            Outcome::Taken
        },
        quick: None,
    };

    #[test]
    fn what_breaks_a_promise_is_made_as_small_as_can_be() {
        listen();
        let data = b"one\ntwo a\nthree\nbut b\nfive\n".to_vec();
        let place = attempt(PICKY.run, &data).expect_err("it holds both").place;
        let breaks = |less: &[u8]| attempt(PICKY.run, less).is_err_and(|other| other.place == place);
        assert_eq!(smaller(data, breaks), b"ab");
    }

    #[test]
    fn the_seeds_of_every_target_keep_its_promises() {
        for target in TARGETS {
            let seeds = (target.seeds)();
            assert!(!seeds.texts.is_empty(), "{} has no seeds", target.name);
            let inputs = seeds
                .texts
                .iter()
                .take(20)
                .map(|text| vec![text.as_slice(); seeds.versions.max(1)].join(&seeds::SEPARATOR));
            let taken = inputs.filter(|data| (target.run)(data) == Outcome::Taken).count();
            // Versions that are all the same change nothing.
            assert!(taken > 0 || seeds.versions > 1, "{} takes none of its seeds", target.name);
        }
    }
}
