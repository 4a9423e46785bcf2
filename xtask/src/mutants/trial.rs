//! One mutant against the tests that reach it, the most promising first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::record::Test;
use super::results::{Outcome, Results};
use super::tree::Tree;

/// How a run of tests ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    Passed,
    /// With the test that failed.
    Failed(String),
    /// Without a word about a test: it crashed, used too much memory or took many times as long as it should.
    Broke,
}

pub struct Trials<'t> {
    tree: &'t Tree,
    tests: Vec<Test>,
    /// For each mutant, the tests that reach it, from the most promising.
    reaching: Vec<Vec<usize>>,
    /// How long the tests of one mutant may take together, in seconds as they were recorded.
    most: f64,
    /// The test that killed each mutant before.
    before: BTreeMap<String, usize>,
    /// The tests that killed something in a file lately.
    killers: Mutex<BTreeMap<String, VecDeque<usize>>>,
}

impl<'t> Trials<'t> {
    pub fn new(tree: &'t Tree, tests: Vec<Test>, results: &Results, most: f64) -> Self {
        let mut reaching = vec![Vec::new(); tree.mutants.len()];
        for (index, test) in tests.iter().enumerate() {
            for number in &test.mutants {
                reaching[*number].push(index);
            }
        }
        // A test that reaches what few others reach in a file is about that file.
        let mut worth: BTreeMap<(&str, usize), f64> = BTreeMap::new();
        for (mutant, reaching) in tree.mutants.iter().zip(&reaching) {
            for test in reaching {
                *worth.entry((&mutant.file, *test)).or_default() += 1.0 / reaching.len() as f64;
            }
        }
        for (mutant, reaching) in tree.mutants.iter().zip(&mut reaching) {
            let cost = |test: &usize| tests[*test].seconds / worth.get(&(mutant.file.as_str(), *test)).unwrap_or(&1.0);
            reaching.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
        }
        let known: BTreeMap<&str, usize> =
            tests.iter().enumerate().map(|(index, test)| (test.name.as_str(), index)).collect();
        let before = results.killers().filter_map(|(name, test)| Some((name.to_owned(), *known.get(test)?))).collect();
        Self { tree, tests, reaching, most, before, killers: Mutex::new(BTreeMap::new()) }
    }

    /// Tells whether only tests of the command line reach a mutant, which are dear.
    pub fn is_dear(&self, number: usize) -> bool {
        let mut programs = self.reaching[number].iter().map(|test| &self.tree.programs[self.tests[*test].program].name);
        programs.len() > 0 && programs.all(|name| name == "it")
    }

    /// Runs tests until one fails.
    ///
    /// # Errors
    ///
    /// If the tests cannot be run, which says nothing about the mutant.
    pub fn of(&self, number: usize) -> Result<Outcome, String> {
        let reaching = &self.reaching[number];
        if reaching.is_empty() {
            return Ok(Outcome::Unreached);
        }
        let mutant = &self.tree.mutants[number];
        let mut order: Vec<usize> = self.before.get(&mutant.name).copied().into_iter().collect();
        if let Ok(killers) = self.killers.lock() {
            order.extend(killers.get(&mutant.file).into_iter().flatten().filter(|test| reaching.contains(test)));
        }
        order.extend(reaching);
        let mut seen = vec![false; self.tests.len()];
        order.retain(|test| !std::mem::replace(&mut seen[*test], true));
        let all = order.len();
        order.retain(|test| self.tests[*test].seconds < self.most);
        let is_dear = order.len() < all;
        let (mut spent, mut most) = (0.0, 0.3);
        let text = number.to_string();
        while !order.is_empty() && spent < self.most {
            let batch = self.batch(&mut order, most);
            match self.run(&batch, Some(&text))? {
                Ended::Passed => {}
                Ended::Failed(name) => {
                    self.remember(&mutant.file, &name, &batch);
                    return Ok(Outcome::Killed(name));
                }
                // The mutant may be innocent: the machine may be slow, or its disk full.
                Ended::Broke => {
                    return Ok(match self.run(&batch, None)? {
                        Ended::Passed => Outcome::Killed(self.tests[batch[0]].name.clone()),
                        _ => Outcome::NotFinished,
                    });
                }
            }
            spent += self.seconds(&batch);
            most *= 2.0;
        }
        Ok(if order.is_empty() && !is_dear { Outcome::Survived } else { Outcome::NotFinished })
    }

    /// Returns those of the tests that fail without a mutant: what they killed may live.
    ///
    /// # Errors
    ///
    /// If the tests cannot be run.
    pub fn fail_alone<'n>(&self, names: &BTreeSet<&'n str>) -> Result<BTreeSet<&'n str>, String> {
        let mut failing = BTreeSet::new();
        for program in 0..self.tree.programs.len() {
            let of_it =
                |test: &usize| self.tests[*test].program == program && names.contains(self.tests[*test].name.as_str());
            let tests: Vec<usize> = (0..self.tests.len()).filter(of_it).collect();
            if !tests.is_empty() && self.run(&tests, None)? != Ended::Passed {
                for test in tests {
                    if self.run(&[test], None)? != Ended::Passed {
                        failing.extend(names.get(self.tests[test].name.as_str()));
                    }
                }
            }
        }
        Ok(failing)
    }

    fn run(&self, batch: &[usize], mutant: Option<&str>) -> Result<Ended, String> {
        let names: Vec<&str> = batch.iter().map(|test| self.tests[*test].name.as_str()).collect();
        let limit = Duration::from_secs_f64(10.0 + 15.0 * self.seconds(batch));
        let variables = mutant.map(|number| ("MUTANT", number));
        run(self.tree, self.tests[batch[0]].program, &names, variables.as_slice(), limit)
    }

    fn seconds(&self, batch: &[usize]) -> f64 {
        batch.iter().map(|test| self.tests[*test].seconds).sum()
    }

    /// Takes the next tests of one program, for some seconds.
    fn batch(&self, order: &mut Vec<usize>, most: f64) -> Vec<usize> {
        let program = self.tests[order[0]].program;
        let mut batch = vec![order.remove(0)];
        let mut seconds = self.tests[batch[0]].seconds;
        order.retain(|index| {
            let test = &self.tests[*index];
            let taken = test.program == program && seconds + test.seconds <= most;
            if taken {
                seconds += test.seconds;
                batch.push(*index);
            }
            !taken
        });
        batch
    }

    fn remember(&self, file: &str, name: &str, batch: &[usize]) {
        let (Some(test), Ok(mut killers)) =
            (batch.iter().find(|test| self.tests[**test].name == name), self.killers.lock())
        else {
            return;
        };
        let list = killers.entry(file.to_owned()).or_default();
        list.retain(|other| other != test);
        list.push_front(*test);
        list.truncate(4);
    }
}

/// Runs tests of one program, one after the other, in a process that may use 4 GiB.
///
/// # Errors
///
/// If the program cannot be run.
pub fn run(
    tree: &Tree,
    program: usize,
    names: &[&str],
    variables: &[(&str, &str)],
    limit: Duration,
) -> Result<Ended, String> {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let number = RUNS.fetch_add(1, Ordering::Relaxed);
    let out = std::env::temp_dir().join(format!("mutants-{}-{number}", std::process::id()));
    let ended = run_into(tree, program, names, variables, limit, &out);
    let _ = fs::remove_file(&out);
    ended.map_err(|error| format!("{} cannot be run: {error}", tree.programs[program].path.display()))
}

fn run_into(
    tree: &Tree,
    program: usize,
    names: &[&str],
    variables: &[(&str, &str)],
    limit: Duration,
    out: &Path,
) -> std::io::Result<Ended> {
    let program = &tree.programs[program];
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 4194304; ulimit -f 200000; exec \"$@\"", "sh"]).arg(&program.path);
    command.args(["--test-threads", "1"]);
    match program.name.as_str() {
        "fixtures" => command.env("MUTANT_TESTS", names.join("\n")),
        _ => command.arg("--exact").args(names),
    };
    command
        .current_dir(&tree.folder)
        .envs(variables.iter().copied())
        .env("INSTA_UPDATE", "no")
        .env("INSTA_WORKSPACE_ROOT", &tree.folder)
        .env("PROPTEST_RNG_SEED", "1")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true")
        .stdin(Stdio::null())
        .stdout(File::create(out)?)
        .stderr(Stdio::null());
    own_group(&mut command);
    let mut child = command.spawn()?;
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            end(&mut child);
            return Ok(Ended::Broke);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    if status.success() {
        return Ok(Ended::Passed);
    }
    let text = String::from_utf8_lossy(&fs::read(out)?).into_owned();
    let failed = names.iter().find(|name| text.lines().any(|line| is_failure(line, name)));
    Ok(failed.map_or(Ended::Broke, |name| Ended::Failed((*name).to_owned())))
}

fn is_failure(line: &str, name: &str) -> bool {
    let rest = line.strip_prefix("test ").unwrap_or_default();
    rest.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with("... FAILED"))
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

/// Ends a test and all that it started.
fn end(child: &mut Child) {
    let _ = Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).status();
    let _ = child.kill();
    let _ = child.wait();
}
