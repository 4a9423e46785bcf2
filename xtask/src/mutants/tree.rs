//! A copy of the repository in which every mutant is a choice at run time, and its programs.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::find::{self, Mutant, Site};
use crate::failed;

/// The sources that are mutated.
pub const MODULES: [&str; 7] =
    ["src/rules/", "src/history/", "src/signoff/", "src/register/", "src/people/", "src/time/", "src/gate.rs"];

/// A program of tests.
pub struct Program {
    pub name: String,
    pub path: PathBuf,
}

/// A copy that compiles.
pub struct Tree {
    pub folder: PathBuf,
    pub mutants: Vec<Mutant>,
    /// Those that do not compile.
    pub unviable: BTreeSet<usize>,
    pub programs: Vec<Program>,
    /// What tells this build from others.
    pub hash: u64,
}

struct Source {
    path: String,
    text: String,
    sites: Vec<Site>,
}

impl Tree {
    /// Copies the repository, mutates it and builds it; the tests of the command line only if it need not be quick.
    /// `accept` sees the mutants before anything is built.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written, what is left does not compile, or `accept` says so.
    pub fn build(
        root: &Path,
        quick: bool,
        accept: impl FnOnce(&[Mutant]) -> Result<(), String>,
    ) -> Result<Self, String> {
        let home = root.join("target/mutants");
        let folder = home.join("tree");
        let mut mutants = Vec::new();
        let mut sources = Vec::new();
        let mut hasher = DefaultHasher::new();
        let mut kept = BTreeSet::from(["src/mutant.rs".to_owned(), "src/mutant_count.rs".to_owned()]);
        for path in listed(root)? {
            let from = root.join(&path);
            let bytes = fs::read(&from).map_err(|error| failed(&from, &error))?;
            // What makes and reads the mutants is none of the program.
            if !path.starts_with("xtask/") {
                (&path, &bytes).hash(&mut hasher);
            }
            kept.insert(path.clone());
            if is_mutated(&path) {
                let text = String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8"))?;
                let sites = find::find(&path, &text, &mut mutants)?;
                sources.push(Source { path, text, sites });
            } else {
                put(&folder.join(&path), &prepared(&path, bytes)?)?;
                copy_permissions(&from, &folder.join(&path))?;
            }
        }
        accept(&mutants)?;
        remove_others(&folder, &kept)?;
        // Below `target/`, git would ignore it, and fixtures with it; and some tests look only at what git knows.
        git(&folder, &["init", "--quiet"])?;
        git(&folder, &["add", "--all", "--force"])?;
        put(&folder.join("src/mutant.rs"), include_bytes!("chosen.rs"))?;
        let count = format!("pub const COUNT: usize = {};\n", mutants.len());
        put(&folder.join("src/mutant_count.rs"), count.as_bytes())?;
        let mut tree = Self { folder, mutants, unviable: BTreeSet::new(), programs: Vec::new(), hash: hasher.finish() };
        tree.leave_out_known(&home, &sources);
        tree.compile(&home, &sources, quick)?;
        Ok(tree)
    }

    /// Leaves out what did not compile last time.
    fn leave_out_known(&mut self, home: &Path, sources: &[Source]) {
        let known = fs::read_to_string(home.join("unviable.txt")).unwrap_or_default();
        let known: BTreeSet<&str> = known.lines().collect();
        for site in sources.iter().flat_map(|source| &source.sites) {
            if site.mutants.clone().any(|number| known.contains(self.mutants[number].name.as_str())) {
                self.unviable.extend(site.mutants.clone());
            }
        }
    }

    /// Builds the programs; a site that does not compile is left out.
    fn compile(&mut self, home: &Path, sources: &[Source], quick: bool) -> Result<(), String> {
        loop {
            let ranges = self.write(sources)?;
            let errors = self.cargo(home, &["check", "--lib"])?.errors;
            if errors.is_empty() {
                break;
            }
            let before = self.unviable.len();
            for error in &errors {
                self.leave_out(error, sources, &ranges);
            }
            println!("{} mutants do not compile and are left out", self.unviable.len());
            if self.unviable.len() == before {
                let text: Vec<&str> = errors.iter().filter_map(|error| error["rendered"].as_str()).collect();
                return Err(format!("the mutated sources do not compile:\n{}", text.join("\n")));
            }
            let names: Vec<&str> = self.unviable.iter().map(|number| self.mutants[*number].name.as_str()).collect();
            put(&home.join("unviable.txt"), names.join("\n").as_bytes())?;
        }
        let all = ["test", "--no-run", "--lib", "--bins", "--test", "fixtures", "--test", "it"];
        let built = self.cargo(home, if quick { &all[..6] } else { &all })?;
        if !built.errors.is_empty() {
            let text: Vec<&str> = built.errors.iter().filter_map(|error| error["rendered"].as_str()).collect();
            return Err(format!("the tests do not compile:\n{}", text.join("\n")));
        }
        self.programs = built.programs;
        // The cheapest first.
        self.programs.sort_by_key(|program| (program.name == "it", program.name == "fixtures"));
        Ok(())
    }

    fn write(&self, sources: &[Source]) -> Result<Vec<Vec<Range<usize>>>, String> {
        sources
            .iter()
            .map(|source| {
                let viable = |site: &&Site| !site.mutants.clone().all(|number| self.unviable.contains(&number));
                let (text, ranges) = find::write(&source.text, &source.sites, viable);
                put(&self.folder.join(&source.path), text.as_bytes()).map(|()| ranges)
            })
            .collect()
    }

    /// Leaves out the innermost site around an error.
    fn leave_out(&mut self, error: &Value, sources: &[Source], ranges: &[Vec<Range<usize>>]) {
        let spans = error["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
        let primary = spans.iter().filter(|span| span["is_primary"] == true);
        for span in primary.chain(spans) {
            let place = |key: &str| span[key].as_u64().unwrap_or_default() as usize;
            let (start, end) = (place("byte_start"), place("byte_end"));
            let Some(index) = sources.iter().position(|source| span["file_name"] == source.path.as_str()) else {
                continue;
            };
            let around = sources[index].sites.iter().zip(&ranges[index]);
            let around = around.filter(|(_, range)| range.start <= start && end <= range.end && !range.is_empty());
            if let Some((site, _)) = around.min_by_key(|(_, range)| range.len()) {
                self.unviable.extend(site.mutants.clone());
                return;
            }
        }
    }

    fn cargo(&self, home: &Path, arguments: &[&str]) -> Result<Built, String> {
        let output = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
            .args(arguments)
            .args(["--locked", "--message-format=json"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", home.join("build"))
            // The dependencies are those of the repository, and built already.
            .env("CARGO_BUILD_BUILD_DIR", home.parent().unwrap_or(home))
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cargo cannot be run: {error}"))?;
        let messages: Vec<Value> =
            output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        let errors = messages.iter().filter(|message| message["message"]["level"] == "error");
        let errors: Vec<Value> = errors.map(|message| message["message"].clone()).collect();
        if !output.status.success() && errors.is_empty() {
            return Err(format!("cargo {} failed", arguments.join(" ")));
        }
        let program = |message: &Value| {
            let is_test = message["profile"]["test"] == true && message["target"]["kind"][0] != "bin";
            let path = message["executable"].as_str().filter(|_| is_test)?;
            Some(Program { name: message["target"]["name"].as_str()?.to_owned(), path: path.into() })
        };
        Ok(Built { programs: messages.iter().filter_map(program).collect(), errors })
    }
}

struct Built {
    errors: Vec<Value>,
    programs: Vec<Program>,
}

/// Tests that fill a file of their own are none of the program.
fn is_mutated(path: &str) -> bool {
    path.ends_with(".rs") && !path.ends_with("/tests.rs") && MODULES.iter().any(|module| path.starts_with(module))
}

fn git(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let status = Command::new("git").args(arguments).current_dir(folder).status();
    match status.map_err(|error| format!("git cannot be run: {error}"))?.success() {
        true => Ok(()),
        false => Err(format!("git {} failed in {}", arguments.join(" "), folder.display())),
    }
}

/// Lists the files of the repository, also those that are not committed yet.
fn listed(root: &Path) -> Result<BTreeSet<String>, String> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let output = git.output().map_err(|error| format!("git cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let paths = text.split('\0').filter(|path| !path.is_empty() && root.join(path).is_file());
    Ok(paths.map(str::to_owned).collect())
}

/// Makes the programs read which mutant they run, also where a test empties the environment.
fn prepared(path: &str, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let text = || String::from_utf8(bytes.clone()).map_err(|_| format!("{path} is not UTF-8"));
    match path {
        "src/lib.rs" => {
            const BEFORE: &str = "#![allow(warnings, arithmetic_overflow, unconditional_panic)]\n";
            const AFTER: &str = "\n#[doc(hidden)]\npub mod mutant;\nmod mutant_count;\n";
            Ok([BEFORE, &text()?, AFTER].concat().into_bytes())
        }
        "tests/fixtures/main.rs" => {
            const ALL: &str = ".collect();\n    libtest_mimic::run";
            const WANTED: &str = ".filter(|test: &Trial| std::env::var(\"MUTANT_TESTS\").map_or(true, |names| \
                                  names.lines().any(|name| name == test.name()))).collect();\n    libtest_mimic::run";
            let text = text()?;
            match text.contains(ALL) {
                true => Ok(text.replace(ALL, WANTED).into_bytes()),
                false => Err(format!("{path} no longer has the line that lists its tests")),
            }
        }
        _ if path.starts_with("tests/") && path.ends_with(".rs") => Ok(text()?
            .replace(
                ".env_clear()",
                ".env_clear().envs(std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with(\"MUTANT\")))",
            )
            .into_bytes()),
        _ => Ok(bytes),
    }
}

/// Writes a file if it differs, so that what did not change is not built again.
fn put(path: &Path, contents: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|old| old == contents) {
        return Ok(());
    }
    crate::write(path, contents)
}

fn copy_permissions(from: &Path, to: &Path) -> Result<(), String> {
    fs::metadata(from)
        .and_then(|metadata| fs::set_permissions(to, metadata.permissions()))
        .map_err(|error| failed(to, &error))
}

/// Removes what the repository no longer has.
fn remove_others(folder: &Path, kept: &BTreeSet<String>) -> Result<(), String> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let entries = fs::read_dir(&next).map_err(|error| failed(&next, &error))?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.is_dir() {
                folders.extend(Some(path).filter(|path| !path.ends_with(".git")));
            } else if path.strip_prefix(folder).is_ok_and(|inside| !kept.contains(&*inside.to_string_lossy())) {
                fs::remove_file(&path).map_err(|error| failed(&path, &error))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::results::Explained;

    #[test]
    fn what_is_explained_is_there() {
        let root = crate::root();
        let mut mutants = Vec::new();
        for path in listed(&root).unwrap().into_iter().filter(|path| is_mutated(path)) {
            find::find(&path, &fs::read_to_string(root.join(&path)).unwrap(), &mut mutants).unwrap();
        }
        assert!(mutants.len() > 4000, "{}", mutants.len());
        Explained::read(&root).unwrap().check(&mutants).unwrap();
    }
}
