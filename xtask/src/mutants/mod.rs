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

use results::{Explained, Outcome, Results};
use tree::Tree;
use trial::Trials;

const USAGE: &str =
    "usage: cargo xtask mutants [--sample N] [--seed WORD] [--quick] [--seconds N] [--record] [--jobs N] [PATH…]

  --sample N   try N mutants, drawn by the seed, and fail if more than 5 % of them survive unexplained
  --seed WORD  what the sample is drawn by (default: the commit)
  --quick      ask only the unit tests and the fixtures: who survives may still be killed by the others
  --seconds N  run at most so many seconds of tests for a mutant (default: 60)
  --record     record anew which tests reach which mutants
  --jobs N     how many mutants to try at once (default: one per core)
  PATH         try only mutants whose file or function contains this, in the order of the paths";

struct Options<'w> {
    sample: Option<usize>,
    seed: String,
    quick: bool,
    seconds: f64,
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
        seconds: 60.0,
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
            "--seconds" => options.seconds = number(value()?)? as f64,
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
    // Who is not killed by the quick tests was not tried to the end.
    let most = if options.quick { 0.0 } else { options.seconds };
    let mut results = Results::open(&home, &tree, most, options.sample.is_some())?;
    let chosen = choose(options, &tree, &explained);
    if chosen.is_empty() {
        return Err("there is no such mutant".into());
    }
    if let Some(sample) = options.sample {
        println!("a sample of {} mutants, drawn by --seed {} (asked for {sample})", chosen.len(), options.seed);
    }
    let records = record::tests(&tree, &home, &explained.without, options.record, options.jobs)?;
    let trials = Trials::new(&tree, records, &results, options.seconds);
    try_all(&chosen, &tree, &trials, &mut results, options)?;
    results.print(&tree, &chosen, &explained);
    let survives = |name: &String| !results.is_killed(name) && !explained.has(name);
    let survivors = chosen.iter().filter(|number| survives(&tree.mutants[**number].name)).count();
    Ok(if survivors * 20 > chosen.len() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Draws what to try.
fn choose(options: &Options<'_>, tree: &Tree, explained: &Explained) -> Vec<usize> {
    let name = |number: &usize| tree.mutants[*number].name.as_str();
    let path = |number: &usize| options.paths.iter().position(|path| name(number).contains(path));
    let mut all: Vec<usize> = (0..tree.mutants.len())
        .filter(|number| !tree.unviable.contains(number))
        .filter(|number| options.paths.is_empty() || path(number).is_some())
        .collect();
    if let Some(sample) = options.sample {
        all.retain(|number| !explained.has(name(number)));
        all.sort_by_key(|number| find::fnv(&format!("{} {}", options.seed, name(number))));
        all.truncate(sample);
        all.sort_unstable();
    }
    all.sort_by_key(path);
    all
}

/// Tries what is not known yet, and then whether the tests that killed something pass without a mutant.
fn try_all(
    chosen: &[usize],
    tree: &Tree,
    trials: &Trials<'_>,
    results: &mut Results,
    options: &Options<'_>,
) -> Result<(), String> {
    let most = if options.quick { 0.0 } else { options.seconds };
    let left: Vec<usize> =
        chosen.iter().copied().filter(|number| results.of(&tree.mutants[*number].name).is_none()).collect();
    println!(
        "{} mutants are to be tried; of {} it is known what becomes of them",
        left.len(),
        chosen.len() - left.len()
    );
    let (next, done, shared) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(&mut *results));
    let work = || -> Result<(), String> {
        while let Some(number) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mutant = &tree.mutants[*number];
            let mut outcome = trials.of(*number).inspect_err(|_| next.store(left.len(), Ordering::Relaxed))?;
            if options.quick && !outcome.killed() {
                outcome = Outcome::NotFinished;
            }
            if !outcome.killed() {
                println!("survived: {} (line {})", mutant.name, mutant.line);
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if done.is_multiple_of(100) {
                println!("{done} of {} tried", left.len());
            }
            shared.lock().map_err(|_| "a thread panicked".to_owned())?.add(mutant, outcome, most)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..options.jobs).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err("a thread panicked".to_owned())))
    })?;
    let killer = |number: &usize| match results.of(&tree.mutants[*number].name) {
        Some(Outcome::Killed(test)) => Some(test.clone()),
        _ => None,
    };
    let killers: Vec<(usize, String)> = left.iter().filter_map(|number| Some((*number, killer(number)?))).collect();
    let failing = trials.fail_alone(&killers.iter().map(|(_, test)| test.as_str()).collect())?;
    for (number, _) in killers.iter().filter(|(_, test)| failing.contains(test.as_str())) {
        results.add(&tree.mutants[*number], Outcome::NotFinished, most)?;
    }
    if !failing.is_empty() {
        let names: Vec<&str> = failing.into_iter().collect();
        println!(
            "what these tests killed is not counted, because they fail without a mutant as well: {}",
            names.join(", ")
        );
    }
    Ok(())
}
