//! What became of each mutant, and the mutants that no test can kill.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::find::Mutant;
use super::tree::{MODULES, Tree};
use crate::failed;

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The test that noticed it.
    Killed(String),
    Survived,
    /// Some of its tests were too dear to run.
    NotFinished,
    Unreached,
}

impl Outcome {
    pub fn killed(&self) -> bool {
        matches!(self, Self::Killed(_))
    }
}

/// The outcomes of this build and of the builds before.
pub struct Results {
    file: File,
    hash: u64,
    /// Whether some tests were not asked, so that a survivor is none yet.
    quick: bool,
    now: BTreeMap<String, Outcome>,
    before: BTreeMap<String, Outcome>,
}

impl Results {
    pub fn open(home: &Path, hash: u64, quick: bool) -> Result<Self, String> {
        let path = home.join("results.jsonl");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let (mut now, mut before) = (BTreeMap::new(), BTreeMap::new());
        for line in text.lines() {
            let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
            let Some(name) = value["mutant"].as_str() else { continue };
            let outcome = match value["outcome"].as_str() {
                Some("killed") => Outcome::Killed(value["test"].as_str().unwrap_or_default().to_owned()),
                Some("unreached") => Outcome::Unreached,
                Some("not finished") => Outcome::NotFinished,
                _ => Outcome::Survived,
            };
            if value["tree"].as_u64() == Some(hash) {
                now.insert(name.to_owned(), outcome.clone());
            }
            before.insert(name.to_owned(), outcome);
        }
        let file = OpenOptions::new().append(true).create(true).open(&path);
        let file = file.map_err(|error| failed(&path, &error))?;
        Ok(Self { file, hash, quick, now, before })
    }

    pub fn of(&self, name: &str) -> Option<&Outcome> {
        self.now.get(name)
    }

    /// Returns the last outcome, of whichever build.
    pub fn before(&self, name: &str) -> Option<&Outcome> {
        self.before.get(name)
    }

    pub fn all_before(&self) -> impl Iterator<Item = (&str, &Outcome)> {
        self.before.iter().map(|(name, outcome)| (name.as_str(), outcome))
    }

    pub fn add(&mut self, name: &str, outcome: Outcome) {
        let (word, test) = match &outcome {
            Outcome::Killed(test) => ("killed", test.as_str()),
            Outcome::Survived => ("survived", ""),
            Outcome::NotFinished => ("not finished", ""),
            Outcome::Unreached => ("unreached", ""),
        };
        let line = json!({ "mutant": name, "outcome": word, "test": test, "tree": self.hash });
        if !self.quick || word == "killed" {
            let _ = writeln!(self.file, "{line}");
        }
        self.now.insert(name.to_owned(), outcome);
    }

    /// Prints a row for each module, and every survivor that nobody explained.
    pub fn print(&self, tree: &Tree, chosen: &[usize], explained: &Explained) {
        let row = |name: &str, numbers: &[usize]| {
            let is_killed = |n: &&usize| self.of(&tree.mutants[**n].name).is_some_and(Outcome::killed);
            let killed = numbers.iter().filter(is_killed).count();
            let known = numbers.iter().filter(|n| explained.has(&tree.mutants[**n].name)).count();
            let all = numbers.len() - known;
            let part = if all == 0 { 100.0 } else { 100.0 * killed.min(all) as f64 / all as f64 };
            println!("{name:<16}{:>8}{killed:>8}{:>10}{known:>11}{part:>9.1} %", numbers.len(), all - killed.min(all));
        };
        println!(
            "\n{:<16}{:>8}{:>8}{:>10}{:>11}{:>11}",
            "module", "mutants", "killed", "survived", "explained", "killed"
        );
        for module in MODULES {
            let of_it: Vec<usize> =
                chosen.iter().copied().filter(|n| tree.mutants[*n].file.starts_with(module)).collect();
            if !of_it.is_empty() {
                row(module, &of_it);
            }
        }
        row("all", chosen);
        let mut open: Vec<&Mutant> = chosen
            .iter()
            .map(|number| &tree.mutants[*number])
            .filter(|mutant| !self.of(&mutant.name).is_some_and(Outcome::killed) && !explained.has(&mutant.name))
            .collect();
        open.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        for mutant in open {
            println!("{}:{}: {} ({:?})", mutant.file, mutant.line, mutant.name, self.of(&mutant.name));
        }
    }
}

/// The mutants that no test can kill, each with the reason, and the tests that are not asked (`xtask/mutants.toml`).
pub struct Explained {
    names: BTreeSet<String>,
    /// Modules of `tests/it` that are dear and about something else.
    pub without: Vec<String>,
}

impl Explained {
    pub fn read(root: &Path) -> Result<Self, String> {
        let path = root.join("xtask/mutants.toml");
        let text = fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
        let document =
            toml_edit::Document::parse(text.as_str()).map_err(|error| format!("{}: {error}", path.display()))?;
        let tables = document.get("explained").and_then(|item| item.as_array_of_tables());
        let mut names = BTreeSet::new();
        for table in tables.into_iter().flatten() {
            let why = table.get("why").and_then(|why| why.as_str()).unwrap_or_default();
            let mutants = table.get("mutants").and_then(|list| list.as_array());
            let mutants: Vec<&str> = mutants.into_iter().flatten().filter_map(|name| name.as_str()).collect();
            if why.is_empty() || mutants.is_empty() {
                return Err(format!("{}: each entry needs `mutants` and `why`", path.display()));
            }
            names.extend(mutants.into_iter().map(str::to_owned));
        }
        let without = document.get("without").and_then(|item| item.as_array());
        let without = without.into_iter().flatten().filter_map(|name| Some(format!("{}::", name.as_str()?)));
        Ok(Self { names, without: without.collect() })
    }

    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Refuses a list that speaks of mutants that are no longer there.
    pub fn check(&self, mutants: &[Mutant]) -> Result<(), String> {
        let known: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
        let gone: Vec<&str> = self.names.iter().map(String::as_str).filter(|name| !known.contains(name)).collect();
        match gone.is_empty() {
            true => Ok(()),
            false => Err(format!("xtask/mutants.toml explains mutants that do not exist:\n  {}", gone.join("\n  "))),
        }
    }
}
