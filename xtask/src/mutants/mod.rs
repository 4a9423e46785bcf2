//! Whether the tests notice when the code is wrong: `cargo xtask mutants`.
//!
//! All mutants are built into one program and chosen at run time, so that a mutant costs only the tests that reach it.

mod find;
mod record;
mod results;
mod tree;
mod trial;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use results::{Explained, Results};
use tree::Tree;
use trial::Trials;

const USAGE: &str =
    "usage: cargo xtask mutants [--sample N] [--seed WORD] [--quick] [--again] [--record] [--jobs N] [PATH…]

  --sample N   try N mutants, drawn by the seed, and fail if more than 5 % of them survive unexplained
  --seed WORD  what the sample is drawn by (default: the commit)
  --quick      ask only the unit tests and the fixtures: who survives may still be killed by the others
  --again      try only the mutants that survived last time
  --record     record anew which tests reach which mutants
  --jobs N     how many mutants to try at once (default: one per core)
  PATH         try only mutants whose file or function contains this";

struct Options<'w> {
    sample: Option<usize>,
    seed: String,
    quick: bool,
    again: bool,
    record: bool,
    jobs: usize,
    paths: Vec<&'w str>,
}

pub fn main(root: &Path, words: &[&str]) -> ExitCode {
    match parse(root, words).and_then(|options| run(root, &options)) {
        Ok(code) => code,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}

fn parse<'w>(root: &Path, words: &[&'w str]) -> Result<Options<'w>, String> {
    let jobs = std::thread::available_parallelism().map_or(1, Into::into);
    let mut options = Options {
        sample: None,
        seed: String::new(),
        quick: false,
        again: false,
        record: false,
        jobs,
        paths: Vec::new(),
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().copied().ok_or_else(|| format!("{word} needs a value\n{USAGE}"));
        let number = |text: &str| text.parse::<usize>().map_err(|_| format!("`{text}` is not a number"));
        match *word {
            "--sample" => options.sample = Some(number(value()?)?),
            "--seed" => options.seed = value()?.to_owned(),
            "--jobs" => options.jobs = number(value()?)?.max(1),
            "--quick" => options.quick = true,
            "--again" => options.again = true,
            "--record" => options.record = true,
            other if other.starts_with('-') => return Err(format!("there is no option {other}\n{USAGE}")),
            path => options.paths.push(path),
        }
    }
    if options.seed.is_empty() {
        options.seed = commit(root);
    }
    Ok(options)
}

fn commit(root: &Path) -> String {
    let output = std::process::Command::new("git").args(["rev-parse", "HEAD"]).current_dir(root).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

fn run(root: &Path, options: &Options<'_>) -> Result<ExitCode, String> {
    let explained = Explained::read(root)?;
    let tree = Tree::build(root, options.quick)?;
    explained.check(&tree.mutants)?;
    let home = root.join("target/mutants");
    let mut results = Results::open(&home, tree.hash, options.quick)?;
    let chosen = choose(options, &tree, &results, &explained);
    if let Some(sample) = options.sample {
        println!("a sample of {} mutants, drawn by --seed {} (asked for {sample})", chosen.len(), options.seed);
    }
    let records = record::tests(&tree, &home, &explained.without, options.record, options.jobs)?;
    let trials = Trials::new(&tree, records, &results);
    try_all(&chosen, &tree, &trials, &mut results, options.jobs);
    results.print(&tree, &chosen, &explained);
    let survivors = chosen.iter().filter(|number| {
        let name = &tree.mutants[**number].name;
        results.of(name).is_some_and(|outcome| !outcome.killed()) && !explained.has(name)
    });
    let survivors = survivors.count();
    let asked = chosen.len().max(1);
    Ok(if survivors * 20 > asked { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Draws what to try.
fn choose(options: &Options<'_>, tree: &Tree, results: &Results, explained: &Explained) -> Vec<usize> {
    let wanted = |number: &usize| {
        let mutant = &tree.mutants[*number];
        !tree.unviable.contains(number)
            && (options.paths.is_empty() || options.paths.iter().any(|path| mutant.name.contains(path)))
            && (!options.again || results.before(&mutant.name).is_none_or(|outcome| !outcome.killed()))
    };
    let mut all: Vec<usize> = (0..tree.mutants.len()).filter(wanted).collect();
    if let Some(sample) = options.sample {
        all.retain(|number| !explained.has(&tree.mutants[*number].name));
        all.sort_by_key(|number| fnv(&format!("{} {}", options.seed, tree.mutants[*number].name)));
        all.truncate(sample);
        all.sort_unstable();
    }
    all
}

/// FNV-1a, which is the same on every machine.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn try_all(chosen: &[usize], tree: &Tree, trials: &Trials<'_>, results: &mut Results, jobs: usize) {
    let left: Vec<usize> =
        chosen.iter().copied().filter(|number| results.of(&tree.mutants[*number].name).is_none()).collect();
    let (next, shared) = (AtomicUsize::new(0), Mutex::new((results, 0_usize)));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(number) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = trials.of(*number);
                    let Ok(mut shared) = shared.lock() else { return };
                    let (results, done) = &mut *shared;
                    *done += 1;
                    if !outcome.killed() {
                        println!("survived: {} (line {})", tree.mutants[*number].name, tree.mutants[*number].line);
                    }
                    if done.is_multiple_of(100) {
                        println!("{done} of {} tried", left.len());
                    }
                    results.add(&tree.mutants[*number].name, outcome);
                }
            });
        }
    });
}
