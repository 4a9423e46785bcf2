//! What a check costs beyond reading and parsing: `cargo bench`, `cargo bench -- --entries 100000`,
//! and `cargo bench -- --write 10000 FOLDER` for a register to try other things on.
//!
//! What `enforce` costs is measured apart ([`results`]).
//!
//! A register is generated ([`generate`]) and everything is measured on it in one process, with the
//! library's own functions and its own threads, files in the page cache. Each stage is timed from
//! its start to its end, what it allocated being freed again; the stages take turns, and the best
//! and the median of all rounds are printed.
//!
//! - *read*: `register::read`: walk the folder, read every file, check that it is text, sort.
//! - *read, parse*: the same, then `yaml::parse` of every file on all threads; each tree is dropped
//!   where it was made. This is what the limits of a check are counted against.
//! - *read, parse, model*: the same, then the schema and the model, as `Register::parse` does it.
//! - *check*: policy, roster, catalogue, `register::read`, `Register::parse`, `rules::run`.
//! - *check, json*: the same, then the findings as JSON.
//!
//! Then each rule alone: `rules::run` on the register in memory with all other rules off, less a run
//! with all rules off. Then the search for copies among as many reasons, of each kind that is hard for
//! it, and each look at a single text ([`texts`]). Peak memory is `VmHWM` of a fresh process of this
//! program that does *check, json* once. The processor time of one entry is what the kernel counted for
//! many runs of the released command on a register of one entry (`cutime` and `cstime` in
//! `/proc/self/stat`), start-up included. The last two need Linux.

mod generate;
mod results;
mod texts;

use std::error::Error;
use std::fs::DirEntry;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use stopgap::internal::files::Repository;
use stopgap::internal::output::{self, Format, Look, Report};
use stopgap::internal::policy::{Policy, RuleBook};
use stopgap::internal::register::{self, Files, Register};
use stopgap::internal::rule::{Findings, Level};
use stopgap::internal::rules::{self, Case, Judge};
use stopgap::internal::time::Today;
use stopgap::internal::yaml;
use tempfile::TempDir;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<usize>().ok()
    };
    let mut out = io::stdout().lock();
    if let Some(at) = arguments.iter().position(|argument| argument == "--peak") {
        return peak_of_this_process(Path::new(&arguments[at + 1]), &mut out);
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--write") {
        return Ok(generate::write(Path::new(&arguments[at + 2]), arguments[at + 1].parse()?, generate::SEED)?);
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--write-results") {
        return Ok(results::write(Path::new(&arguments[at + 2]), arguments[at + 1].parse()?)?);
    }
    if let Some(count) = number("--results") {
        return Ok(results::measure(count, &mut out)?);
    }
    // `cargo test --all-targets` starts this too, without the word: then it only has to run.
    let usual = if arguments.iter().any(|argument| argument == "--bench") { 10_000 } else { 100 };
    let entries = number("--entries").unwrap_or(usual);
    let rounds = number("--rounds").unwrap_or(5).max(1);
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
    generate::write(folder.path(), entries, generate::SEED)?;
    let bench = Bench { root: folder.path().to_path_buf(), rounds };
    let files = bench.read()?;
    let bytes = files.own().iter().map(|id| files.source(*id).text().len() as u64).sum();
    let threads = rayon::current_num_threads();
    writeln!(out, "{entries} entries, {bytes} bytes, {threads} threads, {rounds} rounds")?;
    bench.in_good_order(&files, &mut out)?;
    bench.stages(entries, &mut out)?;
    bench.by_rule(&files, &mut out)?;
    texts::run(entries, &mut out)?;
    bench.memory(bytes, &mut out)?;
    bench.one_entry(&mut out)
}

/// A register on disk.
struct Bench {
    root: PathBuf,
    rounds: usize,
}

impl Bench {
    fn read(&self) -> Outcome<Files> {
        Ok(register::read(&self.root, "exceptions")?)
    }

    fn read_and_parse(&self) -> Outcome<()> {
        let files = self.read()?;
        files.own().par_iter().with_min_len(32).for_each(|file| {
            let _ = black_box(yaml::parse(files.source(*file).text()));
        });
        Ok(())
    }

    fn read_and_model(&self) -> Outcome<()> {
        black_box(Register::parse(&self.read()?, None));
        Ok(())
    }

    fn judge(&self) -> Outcome<Judge> {
        let place = Repository::Folder(self.root.clone());
        let policy = Policy::load(&place, None, rules::all())?;
        let today = Today::parse(generate::TODAY, policy.timezone)?;
        Ok(Judge::new(RuleBook::read(&place, policy, rules::all())?, today))
    }

    fn check(&self) -> Outcome<()> {
        let judge = self.judge()?;
        let files = self.read()?;
        let register = Register::parse(&files, None);
        black_box(Case::whole(&judge, &register, None, &files).run());
        Ok(())
    }

    fn check_and_render(&self) -> Outcome<()> {
        let judge = self.judge()?;
        let files = self.read()?;
        let register = Register::parse(&files, None);
        let findings = Case::whole(&judge, &register, None, &files).run();
        let counts = (register.files.len(), register.live());
        let report = Report::new(&findings, &files, counts, "exceptions", judge.today);
        let mut bytes = Vec::new();
        output::render(Format::Json, &report, Look::default(), &mut bytes)?;
        black_box(bytes);
        Ok(())
    }

    /// A register with errors would be a different benchmark: most of its time would go into messages.
    fn in_good_order(&self, files: &Files, out: &mut impl Write) -> Outcome<()> {
        let judge = self.judge()?;
        let register = Register::parse(files, None);
        let findings = Case::whole(&judge, &register, None, files).run();
        let count = |level| findings.count(level);
        if let Some(first) = findings.iter().find(|finding| finding.level > Level::Note) {
            let path = files.source(first.file).path();
            return Err(format!("the generated register is at fault: {path}: {}", first.message).into());
        }
        writeln!(out, "{} live, {} notes\n", register.live(), count(Level::Note))?;
        Ok(())
    }

    fn stages(&self, entries: usize, out: &mut impl Write) -> Outcome<()> {
        type Stage = (&'static str, fn(&Bench) -> Outcome<()>);
        const BASE: usize = 1;
        let stages: [Stage; 5] = [
            ("read", |bench| bench.read().map(drop)),
            ("read, parse", Self::read_and_parse),
            ("read, parse, model", Self::read_and_model),
            ("check", Self::check),
            ("check, json", Self::check_and_render),
        ];
        let mut rounds: [Vec<Cost>; 5] = Default::default();
        for _ in 0..self.rounds {
            for ((_, stage), costs) in stages.iter().zip(&mut rounds) {
                costs.push(Cost::of(|| stage(self))?);
            }
        }
        let figures: Vec<[Duration; 3]> = rounds.iter_mut().map(|costs| Cost::figures(costs)).collect();
        writeln!(
            out,
            "{:20}{:>10}{:>10}{:>10}{:>10}{:>24}",
            "", "best", "median", "processor", "best", "ratio to read, parse"
        )?;
        writeln!(
            out,
            "{:20}{:>10}{:>10}{:>10}{:>10}{:>24}",
            "", "ms", "ms", "ms", "us/entry", "best median processor"
        )?;
        for ((name, _), figures_of) in stages.iter().zip(&figures) {
            let [best, median, processor] = figures_of.map(millis);
            let each = best * 1e3 / of_count(entries);
            write!(out, "{name:20}{best:>10.1}{median:>10.1}{processor:>10.1}{each:>10.2}    ")?;
            for (figure, base) in figures_of.iter().zip(&figures[BASE]) {
                write!(out, "{:>7.3}", figure.as_secs_f64() / base.as_secs_f64())?;
            }
            writeln!(out)?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// Times every rule with the others off; the slowest ten are printed.
    fn by_rule(&self, files: &Files, out: &mut impl Write) -> Outcome<()> {
        let register = Register::parse(files, None);
        let all: Vec<&'static str> = rules::all().iter().map(|rule| rule.id).collect();
        let mut judge = self.judge()?;
        let mut alone = |on: &[&'static str]| {
            judge.policy.rules = all.iter().filter(|id| !on.contains(id)).map(|id| (*id, Level::Off)).collect();
            let run = || -> Findings { Case::whole(&judge, &register, None, files).run() };
            best_of(self.rounds, || drop(black_box(run())))
        };
        let idle = alone(&[]);
        let whole = alone(&all).saturating_sub(idle);
        let mut times: Vec<(Duration, &str)> = all.iter().map(|id| (alone(&[id]).saturating_sub(idle), *id)).collect();
        times.sort_by(|a, b| b.cmp(a));
        writeln!(out, "{:24}{:>10}", "rules", "best ms")?;
        writeln!(out, "{:24}{:>10.1}", format!("all {}", all.len()), millis(whole))?;
        for (time, id) in times.iter().take(10) {
            writeln!(out, "{id:24}{:>10.1}", millis(*time))?;
        }
        writeln!(out)?;
        Ok(())
    }

    fn memory(&self, bytes: u64, out: &mut impl Write) -> Outcome<()> {
        const MIB: f64 = 1_048_576.0;
        let run = Command::new(std::env::current_exe()?).arg("--peak").arg(&self.root).output()?;
        let Ok(peak) = String::from_utf8(run.stdout)?.trim().parse::<u32>() else {
            writeln!(out, "peak memory: not measured on this system")?;
            return Ok(());
        };
        let peak = f64::from(peak) * 1_024.0;
        let limit = 3.0 * of_count(usize::try_from(bytes)?) + 50.0 * MIB;
        let times = (peak - 50.0 * MIB).max(0.0) / of_count(usize::try_from(bytes)?);
        writeln!(
            out,
            "peak memory: {:.0} MiB; files x 3 + 50 MiB = {:.0} MiB; without 50 MiB it is files x {times:.2}",
            peak / MIB,
            limit / MIB
        )?;
        Ok(())
    }

    /// Measures start-up and check of one entry by the command itself.
    fn one_entry(&self, out: &mut impl Write) -> Outcome<()> {
        const RUNS: u32 = 100;
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
        generate::write(folder.path(), 1, generate::SEED)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.args(["check", "--today", generate::TODAY, "--root"]).arg(folder.path());
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut run = || -> Outcome<()> {
            let status = command.status()?;
            if status.success() { Ok(()) } else { Err(format!("the command ended with {status}").into()) }
        };
        run()?;
        let (ticks, start) = (children_ticks(), Instant::now());
        (0..RUNS).try_for_each(|_| run())?;
        let wall = millis(start.elapsed()) / f64::from(RUNS);
        match ticks.zip(children_ticks()) {
            Some((before, after)) => {
                let time = f64::from(after - before) * MILLIS_PER_TICK / f64::from(RUNS);
                writeln!(out, "one entry: {time:.1} ms of processor time, {wall:.1} ms of wall time")?;
            }
            None => writeln!(out, "one entry: {wall:.1} ms of wall time")?,
        }
        Ok(())
    }
}

/// What one round of a stage took.
struct Cost {
    wall: Duration,
    processor: Duration,
}

impl Cost {
    fn of(stage: impl FnOnce() -> Outcome<()>) -> Outcome<Self> {
        let (before, start) = (processor_time(), Instant::now());
        stage()?;
        Ok(Self { wall: start.elapsed(), processor: processor_time().saturating_sub(before) })
    }

    /// Returns the best and median wall time, and the best processor time.
    fn figures(costs: &mut [Self]) -> [Duration; 3] {
        costs.sort_by_key(|cost| cost.wall);
        let processor = costs.iter().map(|cost| cost.processor).min().unwrap_or_default();
        [costs[0].wall, costs[costs.len() / 2].wall, processor]
    }
}

/// Returns the processor time of all threads of this process, in the nanoseconds of the Linux scheduler; nothing
/// elsewhere.
fn processor_time() -> Duration {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Duration::ZERO };
    let of_thread = |thread: io::Result<DirEntry>| {
        let line = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.filter_map(of_thread).sum())
}

/// Linux counts in hundredths of a second for its readers (`USER_HZ`, proc(5)), but more finely inside.
const MILLIS_PER_TICK: f64 = 10.0;

/// Returns the processor time of all children that have ended: fields 16 and 17 of proc(5) `stat`.
fn children_ticks() -> Option<u32> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, behind_name) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = behind_name.split_whitespace().collect();
    Some(fields.get(13)?.parse::<u32>().ok()? + fields.get(14)?.parse::<u32>().ok()?)
}

/// Checks once and prints the peak of this process's memory, in KiB.
fn peak_of_this_process(root: &Path, out: &mut impl Write) -> Outcome<()> {
    Bench { root: root.to_path_buf(), rounds: 1 }.check_and_render()?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    writeln!(out, "{}", peak.unwrap_or_default().trim_end_matches("kB").trim())?;
    Ok(())
}

fn best_of(rounds: usize, mut run: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..rounds).map(time).min().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "a count of files or bytes, far below 2^53")]
fn of_count(count: usize) -> f64 {
    count as f64
}
