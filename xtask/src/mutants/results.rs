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

/// The outcomes that still hold, and the tests that killed something before.
pub struct Results {
    file: File,
    tree: u64,
    outcomes: BTreeMap<String, Outcome>,
    killers: BTreeMap<String, String>,
}

impl Results {
    /// Reads what was found out before. A kill holds as long as the mutated file is the same; that a mutant lives holds as
    /// long as nothing changed, and that it was not tried to the end until somebody asks for more. With `anew`, nothing
    /// holds.
    pub fn open(home: &Path, tree: &Tree, most: f64, anew: bool) -> Result<Self, String> {
        let path = home.join("results.jsonl");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let file = OpenOptions::new().append(true).create(true).open(&path);
        let file = file.map_err(|error| failed(&path, &error))?;
        let mut results = Self { file, tree: tree.hash, outcomes: BTreeMap::new(), killers: BTreeMap::new() };
        let mutants: BTreeMap<&str, &Mutant> =
            tree.mutants.iter().map(|mutant| (mutant.name.as_str(), mutant)).collect();
        for line in text.lines() {
            let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
            let Some((name, mutant)) = value["mutant"].as_str().and_then(|name| mutants.get_key_value(name)) else {
                continue;
            };
            let is_same_tree = value["tree"].as_u64() == Some(tree.hash);
            let (outcome, holds) = match value["outcome"].as_str() {
                Some("killed") => {
                    let test = value["test"].as_str().unwrap_or_default();
                    results.killers.insert((*name).to_owned(), test.to_owned());
                    (Outcome::Killed(test.to_owned()), value["source"].as_u64() == Some(mutant.source))
                }
                Some("unreached") => (Outcome::Unreached, is_same_tree),
                Some("survived") => (Outcome::Survived, is_same_tree),
                _ => (Outcome::NotFinished, is_same_tree && value["most"].as_f64() >= Some(most)),
            };
            if holds && !anew {
                results.outcomes.insert((*name).to_owned(), outcome);
            } else {
                results.outcomes.remove(*name);
            }
        }
        Ok(results)
    }

    pub fn of(&self, name: &str) -> Option<&Outcome> {
        self.outcomes.get(name)
    }

    pub fn is_killed(&self, name: &str) -> bool {
        self.of(name).is_some_and(Outcome::killed)
    }

    /// Returns each mutant with the test that killed it last.
    pub fn killers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.killers.iter().map(|(name, test)| (name.as_str(), test.as_str()))
    }

    /// Keeps an outcome; `most` is how many seconds of tests were to be run.
    pub fn add(&mut self, mutant: &Mutant, outcome: Outcome, most: f64) -> Result<(), String> {
        let (word, test) = match &outcome {
            Outcome::Killed(test) => ("killed", test.as_str()),
            Outcome::Survived => ("survived", ""),
            Outcome::NotFinished => ("not finished", ""),
            Outcome::Unreached => ("unreached", ""),
        };
        let line = json!({
            "mutant": mutant.name, "outcome": word, "test": test, "tree": self.tree, "source": mutant.source, "most": most,
        });
        writeln!(self.file, "{line}").map_err(|error| format!("the results cannot be kept: {error}"))?;
        self.outcomes.insert(mutant.name.clone(), outcome);
        Ok(())
    }

    /// Prints a row for each module, and every survivor that nobody explained.
    pub fn print(&self, tree: &Tree, chosen: &[usize], explained: &Explained) {
        let row = |name: &str, numbers: &[usize]| {
            let killed = numbers.iter().filter(|n| self.is_killed(&tree.mutants[**n].name)).count();
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
            .filter(|mutant| !self.is_killed(&mutant.name) && !explained.has(&mutant.name))
            .collect();
        open.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        for mutant in open {
            let how = match self.of(&mutant.name) {
                Some(Outcome::Unreached) => "no test reaches it",
                Some(Outcome::NotFinished) => "not every test that reaches it was run",
                _ => "all tests pass",
            };
            println!("{}:{}: {} ({how})", mutant.file, mutant.line, mutant.name);
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
