//! Chores of the repository: `cargo xtask new-rule FAMILY ID`, `cargo xtask site` and `cargo xtask mutants`.

mod mutants;
mod site;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The exception that every new fixture begins with: nothing is wrong with it on the tests' day.
const EXCEPTION: &str = include_str!("exception.yaml");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["new-rule", family, id] => NewRule::prepare(&root(), family, id).and_then(|rule| rule.write()),
        ["site"] => site::build(&root()),
        ["mutants", words @ ..] => return mutants::main(&root(), words),
        _ => {
            Err("usage: cargo xtask new-rule FAMILY ID\n       cargo xtask site\n       cargo xtask mutants".to_owned())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}

/// Returns the top of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// A rule that is about to be added.
struct NewRule {
    root: PathBuf,
    id: String,
    /// The folder of its family in `src/rules/`.
    family: String,
    /// `src/rules/mod.rs` with its line.
    contents: String,
}

impl NewRule {
    /// Checks the words, and that nothing is in the way.
    fn prepare(root: &Path, family: &str, id: &str) -> Result<Self, String> {
        let plain = |part: &str| part.starts_with(|c: char| c.is_ascii_lowercase()) && is_plain(part);
        if !id.split('-').all(plain) {
            return Err(format!("`{id}` is not an id: write lower-case words joined by hyphens that name the defect"));
        }
        let table = root.join("src/rules/mod.rs");
        let text = fs::read_to_string(&table).map_err(|error| failed(&table, &error))?;
        let families = families(&text);
        if !families.contains(&family) {
            return Err(format!("there is no family `{family}`: the families are {}", families.join(", ")));
        }
        let module = id.replace('-', "_");
        let contents = with_line(&text, family, &module).ok_or(format!("there is a rule `{id}` already"))?;
        Ok(Self { root: root.to_path_buf(), id: id.to_owned(), family: family.to_owned(), contents })
    }

    fn write(&self) -> Result<(), String> {
        let file = format!("src/rules/{}/{}.rs", self.family, self.id.replace('-', "_"));
        let fixtures = format!("fixtures/rules/{}", self.id);
        self.create(&file, &self.source())?;
        let sides: &[&str] = if self.judges_changes() { &["base", "fail", "pass"] } else { &["fail", "pass"] };
        for side in sides {
            self.create(&format!("{fixtures}/{side}/exceptions/museum-lift-controller.yaml"), EXCEPTION)?;
        }
        let table = self.root.join("src/rules/mod.rs");
        fs::write(&table, &self.contents).map_err(|error| failed(&table, &error))?;
        println!("wrote {file}, its line in src/rules/mod.rs, and {fixtures}/");
        println!("Next: write its doc comment and its check, give `fail` the defect, then");
        println!("  INSTA_UPDATE=always cargo test");
        println!("  git diff");
        Ok(())
    }

    fn create(&self, path: &str, text: &str) -> Result<(), String> {
        let place = self.root.join(path);
        if place.exists() {
            return Err(format!("{path} exists already"));
        }
        write(&place, text.as_bytes())
    }

    fn judges_changes(&self) -> bool {
        ["change", "signoff"].contains(&self.family.as_str())
    }

    /// Returns the rule's file, up to what only its author knows.
    fn source(&self) -> String {
        let (uses, applies, check, function) = match self.family.as_str() {
            "change" => ("history::Change", "", "Check::Change(check)", "change: &Change<'_>"),
            "signoff" => ("history::Changes", "", "Check::Changes(check)", "changes: &Changes<'_>"),
            _ => {
                ("register::Exception", "Applies, ", "Check::Entry(Applies::Live, check)", "exception: &Exception<'_>")
            }
        };
        let name = function.split(':').next().unwrap_or_default();
        format!(
            "use crate::{uses};
use crate::rules::declare_rule;
use crate::rules::{{{applies}Check, Context}};

declare_rule! {{
    /// Reports (say what, in one sentence).
    ///
    /// ## Why
    ///
    /// (What goes wrong where nobody sees it.)
    ///
    /// ## What to do
    ///
    /// (What makes the finding go away, for the right reason.)
    id: \"{id}\",
    family: {family},
    level: Error,
    since: \"{version}\",
    check: {check},
}}

fn check({function}, cx: &mut Context<'_>) {{
    // Report what is wrong: cx.report(value, \"what and which number\").help(\"what to type\");
    let _ = ({name}, cx);
}}
",
            id = self.id,
            family = camel(&self.family),
            version = version(&self.root),
        )
    }
}

fn is_plain(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Writes a file, and the folders that it is in.
fn write(path: &Path, contents: &[u8]) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).and_then(|()| fs::write(path, contents)).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Returns the variant of `Family` whose folder is given.
fn camel(family: &str) -> String {
    if family == "signoff" {
        return "SignOff".to_owned();
    }
    let (first, rest) = family.split_at(1.min(family.len()));
    first.to_uppercase() + rest
}

/// Returns the version that the next release has.
fn version(root: &Path) -> String {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
    line.and_then(|rest| rest.split('"').next()).unwrap_or("0.1.0").to_owned()
}

/// Returns the families that the table of rules lists.
fn families(table: &str) -> Vec<&str> {
    body(table).filter_map(|line| line.strip_prefix("    ")?.strip_suffix(" {")).collect()
}

fn body(table: &str) -> impl Iterator<Item = &str> {
    table.lines().skip_while(|line| *line != "rules! {").skip(1).take_while(|line| *line != "}")
}

/// Puts a rule at the end of its family; `None` where it is listed already.
fn with_line(table: &str, family: &str, module: &str) -> Option<String> {
    let line = format!("        {module},");
    if body(table).any(|other| other == line) {
        return None;
    }
    let head = format!("    {family} {{");
    let (mut result, mut inside) = (String::new(), false);
    for old in table.lines() {
        inside |= old == head;
        if inside && old == "    }" {
            result.push_str(&line);
            result.push('\n');
            inside = false;
        }
        result.push_str(old);
        result.push('\n');
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "x\nrules! {\n    time {\n        expired,\n    }\n    change {\n        b,\n    }\n}\ny\n";

    #[test]
    fn a_rule_is_listed_at_the_end_of_its_family() {
        assert_eq!(families(TABLE), ["time", "change"]);
        let with = with_line(TABLE, "time", "too_soon").unwrap();
        assert_eq!(with, TABLE.replace("expired,\n", "expired,\n        too_soon,\n"));
        assert_eq!(with_line(TABLE, "time", "expired"), None);
    }

    #[test]
    fn a_senseless_request_is_refused_before_anything_is_written() {
        for (family, id) in
            [("time", "Bad"), ("time", "a--b"), ("time", "../x"), ("nowhere", "late"), ("time", "expired")]
        {
            assert!(NewRule::prepare(&root(), family, id).is_err(), "{family} {id}");
        }
        assert!(NewRule::prepare(&root(), "time", "far-too-late").is_ok());
    }
}
