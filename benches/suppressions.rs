//! What it costs to look through a repository: `cargo bench --bench suppressions`, and
//! `cargo bench --bench suppressions -- --files 50000 --mib 1024` for the size that the limits are stated for.
//!
//! A repository is generated: programs in six languages, of many sizes, a few with suppressions, and some binary files.
//! Then `stopgap suppressions` and `rg` for the same literals take turns as whole processes on two threads, files in the
//! page cache; the best and the median of all rounds are printed. `rg` is looked for in `PATH`; without it stopgap alone
//! is timed.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use stopgap::internal::suppressions::literals;
use tempfile::TempDir;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<usize>().ok()
    };
    let is_bench = arguments.iter().any(|argument| argument == "--bench");
    let files = number("--files").unwrap_or(if is_bench { 5_000 } else { 50 });
    let mib = number("--mib").unwrap_or(if is_bench { 100 } else { 1 });
    let rounds = number("--rounds").unwrap_or(if is_bench { 5 } else { 1 }).max(1);
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
    let bytes = generate(folder.path(), files, mib * 1024 * 1024)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{files} files, {bytes} bytes, {rounds} rounds")?;
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for _ in 0..rounds {
        ours.push(time(stopgap(folder.path()))?);
        if let Ok(time) = time(ripgrep(folder.path())) {
            theirs.push(time);
        }
    }
    let said = |name: &str, times: &mut Vec<Duration>, out: &mut dyn Write| -> Outcome<Option<Duration>> {
        times.sort_unstable();
        let (Some(best), Some(median)) = (times.first(), times.get(times.len() / 2)) else { return Ok(None) };
        writeln!(out, "{name}: best {best:.2?}, median {median:.2?}")?;
        Ok(Some(*median))
    };
    let one = said("stopgap suppressions", &mut ours, &mut out)?;
    let other = said("rg for the same literals", &mut theirs, &mut out)?;
    if let (Some(one), Some(other)) = (one, other) {
        writeln!(out, "{:.2} times rg", one.as_secs_f64() / other.as_secs_f64())?;
    }
    Ok(())
}

fn time(mut command: Command) -> Outcome<Duration> {
    let start = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    // Both say with 1 that nothing was found.
    if status.code().is_none_or(|code| code > 1) {
        return Err(format!("{command:?} failed").into());
    }
    Ok(start.elapsed())
}

fn stopgap(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.current_dir(root).args(["suppressions", "--format", "json", "--today", "2026-11-23"]);
    command.env("RAYON_NUM_THREADS", "2");
    command
}

fn ripgrep(root: &Path) -> Command {
    let mut command = Command::new("rg");
    command.current_dir(root).args(["--no-config", "--hidden", "--threads", "2", "-i", "-F", "--count"]);
    for literal in literals() {
        command.args(["-e", literal]);
    }
    command.arg(".");
    command
}

/// Words of which lines of code are made.
const WORDS: [&str; 24] = [
    "account", "balance", "cache", "deliver", "entry", "fetch", "guard", "handle", "index", "journal", "kernel",
    "ledger", "message", "number", "order", "parcel", "queue", "record", "schedule", "transfer", "update", "vendor",
    "window", "zone",
];

/// The endings of the files, how a comment begins there, and a suppression.
const KINDS: [(&str, &str, &str); 6] = [
    ("py", "# ", "# nosec B602"),
    ("go", "// ", "// #nosec G402 -- old"),
    ("ts", "// ", "// eslint-disable-line no-eval"),
    ("tf", "# ", "#checkov:skip=CKV_AWS_18:old"),
    ("yaml", "# ", "# kics-scan ignore-line"),
    ("java", "// ", "// NOSONAR"),
];

/// Writes a repository of so many files and about so many bytes, and an index that lists them.
fn generate(root: &Path, files: usize, bytes: usize) -> Outcome<u64> {
    let mut seed = 0x5EED_0F57_0B6A_9001_u64;
    let mut next = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    fs::create_dir_all(root.join("exceptions"))?;
    let git = |arguments: &[&str]| Command::new("git").current_dir(root).args(arguments).status();
    git(&["init", "--quiet"])?;
    let mut index = String::new();
    let mut written = 0;
    let average = bytes / files.max(1);
    for number in 0..files {
        let (ending, comment, suppression) = KINDS[number % KINDS.len()];
        let folder = format!("part{:03}/{}", number / 250, WORDS[next(WORDS.len())]);
        let path = format!("{folder}/{}{number}.{ending}", WORDS[next(WORDS.len())]);
        fs::create_dir_all(root.join(&folder))?;
        let size = average / 4 + next(average.max(1) * 3 / 2 + 1);
        let mut text = String::with_capacity(size + 200);
        while text.len() < size {
            match next(12) {
                0 => text.push_str(&format!("{comment}{} {}\n", WORDS[next(24)], WORDS[next(24)])),
                1 => text.push('\n'),
                _ => text.push_str(&format!(
                    "    {} = {}({}, {}[{}]) + \"{}\"\n",
                    WORDS[next(24)],
                    WORDS[next(24)],
                    WORDS[next(24)],
                    WORDS[next(24)],
                    next(1000),
                    WORDS[next(24)]
                )),
            }
        }
        if number % 50 == 0 {
            text.push_str(&format!("{}({})  {suppression}\n", WORDS[next(24)], WORDS[next(24)]));
        }
        if number % 40 == 7 {
            text.insert(0, '\0');
        }
        written += text.len() as u64;
        fs::write(root.join(&path), text)?;
        // The index only lists the files; nobody asks for their contents.
        index.push_str(&format!("100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\t{path}\n"));
    }
    let mut child =
        Command::new("git").current_dir(root).args(["update-index", "--index-info"]).stdin(Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("no pipe")?.write_all(index.as_bytes())?;
    child.wait()?;
    Ok(written)
}
