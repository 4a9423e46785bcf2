//! Which tests reach which mutants, and how long each test takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::tree::{Program, Tree};
use super::trial::{self, Ended};
use crate::failed;

/// A test that passes without a mutant.
#[derive(Clone, Debug)]
pub struct Test {
    /// The program, by its position.
    pub program: usize,
    pub name: String,
    pub seconds: f64,
    pub mutants: BTreeSet<usize>,
}

/// How long one test may take that nothing slows down.
const LONGEST: Duration = Duration::from_secs(120);

/// Runs every test once, each in a process of its own. What the tests of the command line reach is dear to record, and
/// kept until somebody asks for a new record: a test that is new or a mutant that is new is recorded in any case.
///
/// # Errors
///
/// If a test fails, or cannot be run, although there is no mutant.
pub fn tests(tree: &Tree, home: &Path, without: &[String], anew: bool, jobs: usize) -> Result<Vec<Test>, String> {
    let kept = if anew { Kept::new() } else { kept(tree, home) };
    let (mut known, mut left) = (Vec::new(), Vec::new());
    for (index, program) in tree.programs.iter().enumerate() {
        let asked = |name: &String| program.name != "it" || !without.iter().any(|module| name.starts_with(module));
        for name in names(program, tree)?.into_iter().filter(asked) {
            match kept.get(&(program.name.clone(), name.clone())) {
                Some((seconds, mutants)) => {
                    known.push(Test { program: index, name, seconds: *seconds, mutants: mutants.clone() });
                }
                None => left.push((index, name)),
            }
        }
    }
    println!("recording what {} tests reach; {} are known", left.len(), known.len());
    let (next, recorded, failing) = (AtomicUsize::new(0), Mutex::new(known), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for job in 0..jobs {
            let (left, next, recorded, failing) = (&left, &next, &recorded, &failing);
            scope.spawn(move || {
                let log = home.join(format!("reached-{job}"));
                while let Some((program, name)) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match (record(tree, *program, name, &log), recorded.lock(), failing.lock()) {
                        (Some(test), Ok(mut recorded), _) => recorded.push(test),
                        (_, _, Ok(mut failing)) => failing.push(name.as_str()),
                        _ => {}
                    }
                }
            });
        }
    });
    let (Ok(recorded), Ok(failing)) = (recorded.into_inner(), failing.into_inner()) else {
        return Err("a test could not be recorded".to_owned());
    };
    let asked = |name: &str| tree.programs.iter().any(|program| program.name == name);
    let others = kept.into_iter().filter(|((program, _), _)| !asked(program));
    keep(tree, home, &recorded, others)?;
    match failing.is_empty() {
        true => Ok(recorded),
        false => Err(format!("without any mutant, these tests fail: {}", failing.join(", "))),
    }
}

fn names(program: &Program, tree: &Tree) -> Result<Vec<String>, String> {
    let mut command = std::process::Command::new(&program.path);
    let output = command.args(["--list", "--format", "terse"]).current_dir(&tree.folder).output();
    let output = output.map_err(|error| format!("{} cannot be run: {error}", program.path.display()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

fn record(tree: &Tree, program: usize, name: &str, log: &Path) -> Option<Test> {
    let _ = fs::remove_file(log);
    let start = Instant::now();
    let log_path = log.to_string_lossy().into_owned();
    let ended = trial::run(tree, program, &[name], &[("MUTANT_LOG", &log_path)], LONGEST);
    let seconds = start.elapsed().as_secs_f64();
    let text = fs::read_to_string(log).unwrap_or_default();
    let mutants = text.lines().filter_map(|line| line.parse().ok()).collect();
    (ended == Ok(Ended::Passed)).then(|| Test { program, name: name.to_owned(), seconds, mutants })
}

/// By program and test: how long it takes, and what it reaches.
type Kept = BTreeMap<(String, String), (f64, BTreeSet<usize>)>;

/// Reads what was recorded before, as far as it still holds.
fn kept(tree: &Tree, home: &Path) -> Kept {
    let read = || -> Option<Kept> {
        let value: Value = serde_json::from_slice(&fs::read(home.join("reached.json")).ok()?).ok()?;
        let same = value["tree"].as_u64() == Some(tree.hash);
        let old: Vec<&str> = value["mutants"].as_array()?.iter().filter_map(Value::as_str).collect();
        let now: BTreeMap<&str, usize> =
            tree.mutants.iter().enumerate().map(|(number, mutant)| (mutant.name.as_str(), number)).collect();
        let known: BTreeSet<&str> = old.iter().copied().collect();
        let fresh: Vec<usize> = (0..tree.mutants.len()).filter(|n| !known.contains(&*tree.mutants[*n].name)).collect();
        let mut kept = Kept::new();
        for test in value["tests"].as_array()? {
            let program = test["program"].as_str()?.to_owned();
            if !same && program != "it" {
                continue;
            }
            let numbers = test["mutants"].as_array()?.iter().filter_map(Value::as_u64);
            let reached: Vec<&str> = numbers.filter_map(|number| old.get(number as usize).copied()).collect();
            let files: BTreeSet<&str> = reached.iter().filter_map(|name| name.split(": ").next()).collect();
            let mut mutants: BTreeSet<usize> = reached.iter().filter_map(|name| now.get(name).copied()).collect();
            // A test that reached the file of a new mutant may reach the mutant.
            mutants.extend(fresh.iter().filter(|n| files.contains(tree.mutants[**n].file.as_str())));
            let key = (program, test["name"].as_str()?.to_owned());
            kept.insert(key, (test["seconds"].as_f64()?, mutants));
        }
        Some(kept)
    };
    read().unwrap_or_default()
}

/// Writes what was recorded, and what is known of programs that were not asked.
fn keep(
    tree: &Tree,
    home: &Path,
    tests: &[Test],
    others: impl Iterator<Item = ((String, String), (f64, BTreeSet<usize>))>,
) -> Result<(), String> {
    let row = |program: &str, name: &str, seconds: f64, mutants: &BTreeSet<usize>| json!({ "program": program, "name": name, "seconds": seconds, "mutants": mutants });
    let recorded =
        tests.iter().map(|test| row(&tree.programs[test.program].name, &test.name, test.seconds, &test.mutants));
    let others = others.map(|((program, name), (seconds, mutants))| row(&program, &name, seconds, &mutants));
    let list: Vec<Value> = recorded.chain(others).collect();
    let names: Vec<&str> = tree.mutants.iter().map(|mutant| mutant.name.as_str()).collect();
    let value = json!({ "tree": tree.hash, "mutants": names, "tests": list });
    let path = home.join("reached.json");
    fs::write(&path, value.to_string()).map_err(|error| failed(&path, &error))
}
