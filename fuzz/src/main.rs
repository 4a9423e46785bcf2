//! Throws inputs at stopgap: `cargo run --package stopgap-fuzz --profile fuzz -- --seconds 60`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use stopgap_fuzz::run::{self, Care, Stretch};
use stopgap_fuzz::seeds::root;
use stopgap_fuzz::{TARGETS, Target, find};

const USAGE: &str = "\
usage: stopgap-fuzz [--seconds N] [--count N] [--seed N] [--from N] [--patience N] [--keep FOLDER] [TARGET…]
       stopgap-fuzz --replay FILE TARGET

Without a target all are run, one after the other. --seconds (10 if nothing is said) and --count bound each of
them; the seed is the day's if none is given, and is printed. An input that breaks a promise, or takes longer
than --patience seconds (30), is made smaller and kept in --keep (fuzz/crashes).
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut out = io::stdout();
    let done = Arguments::read(&words)
        .and_then(|arguments| arguments.run(&words, &mut out).map_err(|error| error.to_string()));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            let _ = write!(io::stderr(), "{why}\n\n{USAGE}");
            for target in TARGETS {
                let _ = writeln!(io::stderr(), "  {:13} {}", target.name, target.about);
            }
            ExitCode::from(2)
        }
    }
}

#[derive(Default)]
struct Arguments {
    seconds: Option<u64>,
    count: Option<u64>,
    seed: Option<u64>,
    from: u64,
    patience: Option<u64>,
    keep: Option<PathBuf>,
    replay: Option<PathBuf>,
    /// Set in a worker: where it says which input it tries.
    state: Option<PathBuf>,
    targets: Vec<&'static Target>,
}

impl Arguments {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut arguments = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                arguments.targets.push(find(word).ok_or_else(|| format!("no target `{word}`"))?);
                continue;
            }
            let value = words.next().ok_or_else(|| format!("`{word}` needs a value"))?;
            let number = || value.parse::<u64>().map_err(|_| format!("`{word}` needs a number, not `{value}`"));
            match word.as_str() {
                "--seconds" => arguments.seconds = Some(number()?),
                "--count" => arguments.count = Some(number()?),
                "--seed" => arguments.seed = Some(number()?),
                "--from" => arguments.from = number()?,
                "--patience" => arguments.patience = Some(number()?),
                "--keep" => arguments.keep = Some(value.into()),
                "--replay" => arguments.replay = Some(value.into()),
                "--state" => arguments.state = Some(value.into()),
                _ => return Err(format!("no option `{word}`")),
            }
        }
        let needs_one = arguments.replay.is_some() || arguments.state.is_some();
        if needs_one && arguments.targets.len() != 1 {
            return Err("name one target".to_owned());
        }
        if arguments.targets.is_empty() {
            arguments.targets = TARGETS.to_vec();
        }
        Ok(arguments)
    }

    fn run(&self, words: &[String], out: &mut dyn Write) -> io::Result<bool> {
        let target = self.targets[0];
        if let Some(path) = &self.replay {
            return run::replay(target, path, out);
        }
        let seconds = self.seconds.or(if self.count.is_some() { None } else { Some(10) });
        let seed = self.seed.unwrap_or_else(of_the_day);
        let stretch = Stretch { seed, from: self.from, count: self.count, time: seconds.map(Duration::from_secs) };
        let care = Care {
            patience: self.patience.map_or(run::PATIENCE, Duration::from_secs),
            folder: self.keep.clone().unwrap_or_else(|| root().join("fuzz/crashes")),
        };
        if let Some(state) = &self.state {
            return run::work(target, stretch, &care, state, out);
        }
        writeln!(out, "seed {seed}")?;
        let mut all_hold = true;
        for target in &self.targets {
            all_hold &= run::watch(target, stretch, &care, worker(words, seed, target)?, out)?;
        }
        Ok(all_hold)
    }
}

/// Returns the command of a worker: this program again, for one target and with the seed said.
fn worker(words: &[String], seed: u64, target: &Target) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    // A value is never a target's name, and a second seed counts for the first.
    command.args(words.iter().filter(|word| find(word).is_none()));
    command.args(["--seed", &seed.to_string(), target.name]);
    Ok(command)
}

/// Returns the number of days since 1970: every run of a day tries the same, and each day others.
fn of_the_day() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    since.as_secs() / (24 * 60 * 60)
}
