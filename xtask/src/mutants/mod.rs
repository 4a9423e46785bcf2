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

impl Options<'_> {
    /// Returns how many seconds of tests an outcome stands for: who is not killed by the quick tests was not tried to the
    /// end.
    fn most(&self) -> f64 {
        if self.quick { 0.0 } else { self.seconds }
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
    let tree = Tree::build(root, options.quick, |mutants| explained.check(mutants))?;
    let home = root.join("target/mutants");
    let mut results = Results::open(&home, &tree, options.most(), options.sample.is_some())?;
    let chosen = choose(options, &tree, &explained);
    if chosen.is_empty() {
        return Err("there is no such mutant".into());
    }
    if let Some(sample) = options.sample {
        if chosen.len() < sample {
            return Err(format!("there are only {} mutants to draw {sample} from", chosen.len()));
        }
        println!("a sample of {sample} mutants, drawn by --seed {}", options.seed);
    }
    let records = record::tests(&tree, &home, &explained.without, options.record, options.jobs)?;
    let trials = Trials::new(&tree, records, &results, options.seconds);
    try_all(&chosen, &tree, &trials, &mut results, options)?;
    results.print(&tree, &chosen, &explained);
    let known = |number: &&usize| explained.has(&tree.mutants[**number].name);
    let all = chosen.len() - chosen.iter().filter(known).count();
    let killed =
        chosen.iter().filter(|number| !known(number) && results.is_killed(&tree.mutants[**number].name)).count();
    if options.sample.is_some() {
        let (least, most) = interval(killed, all);
        println!(
            "\n{killed} of {all} are killed; of all mutants, it would be {least:.1} % to {most:.1} % (95 % confidence)"
        );
    }
    Ok(if killed * 20 < all * 19 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Returns between which parts, in per cent, the whole lies of which so many of a sample are good: Wilson's score interval
/// at 95 % (<https://www.itl.nist.gov/div898/handbook/prc/section2/prc241.htm>).
fn interval(good: usize, all: usize) -> (f64, f64) {
    const Z: f64 = 1.96;
    let (n, p) = (all as f64, good as f64 / all as f64);
    let (middle, half) = (p + Z * Z / (2.0 * n), Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt());
    let part = |value: f64| 100.0 * value / (1.0 + Z * Z / n);
    (part(middle - half), part(middle + half))
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
    let mut left: Vec<usize> =
        chosen.iter().copied().filter(|number| results.of(&tree.mutants[*number].name).is_none()).collect();
    // What an interrupted run has found is a sample of the rest.
    left.sort_by_key(|number| (trials.is_dear(*number), find::fnv(&tree.mutants[*number].name)));
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
            shared.lock().map_err(|_| "a thread panicked".to_owned())?.add(mutant, outcome, options.most())?;
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
        results.add(&tree.mutants[*number], Outcome::NotFinished, options.most())?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_says_how_little_it_says() {
        for (good, all, least, most) in [(95, 100, 88.8, 97.8), (100, 100, 96.3, 100.0), (0, 10, 0.0, 27.8)] {
            let (from, to) = interval(good, all);
            assert!((from - least).abs() < 0.05 && (to - most).abs() < 0.05, "{good} of {all}: {from} to {to}");
        }
    }
}
