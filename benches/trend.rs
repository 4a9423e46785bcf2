//! What the weeks of the report cost: `cargo bench --bench trend`, `cargo bench --bench trend -- --commits 20000`.
//!
//! A repository is written with 500 exceptions and so many commits of one change each, spread over 53 weeks ([`past`]).
//! Then the library reads its weeks, as `stopgap report` does: the first-parent commits, what each changes, and each
//! content once. The best and the median of some rounds are printed.

mod past;

use std::error::Error;
use std::io::{self, Write};
use std::process::Command;
use std::time::Instant;

use stopgap::internal::git::Git;
use stopgap::internal::report::trend;
use stopgap::internal::time::{Today, Zone};
use tempfile::TempDir;

/// The exceptions of the register.
const ENTRIES: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = arguments.iter().position(|argument| argument == "--commits");
    let given = given.and_then(|at| arguments.get(at + 1)?.parse().ok());
    // `cargo test --all-targets` starts this too, without the word: then it only has to run.
    let usual = if arguments.iter().any(|argument| argument == "--bench") { 5_000 } else { 50 };
    let commits = given.unwrap_or(usual);
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
    let init = Command::new("git").args(["init", "--quiet", "-b", "main"]).current_dir(folder.path()).status()?;
    if !init.success() {
        return Err("git init failed".into());
    }
    past::write(folder.path(), ENTRIES, commits)?;
    let today = Today::parse(past::LAST, Zone::UTC)?;
    let mut times = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        let git = Git::open(folder.path())?.ok_or("not in git")?;
        let trend = trend::read(&git, git.head()?.as_ref(), folder.path(), "exceptions", Zone::UTC, today)?
            .ok_or("no weeks")?;
        times.push((started.elapsed(), trend.weeks.len()));
    }
    times.sort();
    let ((best, weeks), (median, _)) = (times[0], times[times.len() / 2]);
    let mut out = io::stdout().lock();
    writeln!(out, "{ENTRIES} exceptions, {commits} commits, {weeks} weeks: best {best:.2?}, median {median:.2?}")?;
    Ok(())
}
