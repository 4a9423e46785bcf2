//! `check --fix` and `--diff`: fixes that need no decision, file by file, until none is left.
//!
//! The fixes come with the findings. After each round the register is judged again, and what no file may become is
//! worse: one that could be read and no longer can, or one with more against its form than before.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use crate::commands::write;
use crate::error::Error;
use crate::files;
use crate::output::{Look, diff};
use crate::register::{Files, Form, Register};
use crate::rule::{Finding, Findings};
use crate::source::FileId;
use crate::text::counted;
use crate::yaml::{self, Fix};

/// Fixes that overlap are made in rounds; more of them than this are a fault of a fix.
const MOST_ROUNDS: usize = 16;

/// What was found, and what stands against the form of each file.
pub(super) struct Verdict {
    findings: Findings,
    forms: BTreeMap<FileId, Form>,
}

impl Verdict {
    /// Makes a verdict of a judged register.
    pub(super) fn new(findings: Findings, register: &Register<'_>) -> Self {
        let forms = register.faults.iter().map(|(file, faults)| (*file, faults.form())).collect();
        Self { findings, forms }
    }

    fn form(&self, file: FileId) -> Form {
        self.forms.get(&file).copied().unwrap_or_default()
    }
}

/// A file, and what becomes of it.
struct Step {
    old: FileId,
    path: String,
    text: String,
    fixes: usize,
}

/// A file that was fixed.
struct Fixed {
    before: String,
    after: String,
    fixes: usize,
}

/// What was fixed, by the paths of the files.
#[derive(Default)]
pub(super) struct Fixes {
    files: BTreeMap<String, Fixed>,
}

impl Fixes {
    /// Fixes files of a register in memory, as often as `judge` finds something that can be fixed.
    ///
    /// # Errors
    ///
    /// Those of `judge`.
    pub(super) fn make(
        files: &mut Files,
        mut judge: impl FnMut(&Files) -> Result<Verdict, Error>,
    ) -> Result<Self, Error> {
        let mut made = Self::default();
        let mut given_up: Vec<String> = Vec::new();
        let mut verdict = judge(files)?;
        for _ in 0..MOST_ROUNDS {
            let steps = steps(&verdict.findings, files, &given_up);
            if steps.is_empty() {
                break;
            }
            for step in &steps {
                put(files, &step.path, &step.text);
            }
            let now = judge(files)?;
            let is_worse = |step: &Step| {
                let new = files.find(&step.path).map(|file| now.form(file)).unwrap_or_default();
                new.is_worse_than(verdict.form(step.old))
            };
            let (worse, better): (Vec<Step>, Vec<Step>) = steps.into_iter().partition(is_worse);
            better.into_iter().for_each(|step| made.add(step, files));
            let undone = !worse.is_empty();
            for step in worse {
                let before = files.source(step.old).text().to_owned();
                put(files, &step.path, &before);
                given_up.push(step.path);
            }
            verdict = if undone { judge(files)? } else { now };
        }
        Ok(made)
    }

    fn add(&mut self, step: Step, files: &Files) {
        let before = || files.source(step.old).text().to_owned();
        let file =
            self.files.entry(step.path).or_insert_with(|| Fixed { before: before(), after: String::new(), fixes: 0 });
        file.after = step.text;
        file.fixes += step.fixes;
    }

    /// Tells whether nothing could be fixed.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Writes each file that still holds what was read.
    ///
    /// # Errors
    ///
    /// When one was changed meanwhile or cannot be written; those before it are written by then.
    pub(super) fn write(&self, root: &Path) -> Result<(), Error> {
        self.files.iter().try_for_each(|(path, file)| write::replace(&root.join(path), &file.before, &file.after))
    }

    /// Shows the changes.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub(super) fn show(&self, look: Look, out: &mut dyn Write) -> std::io::Result<()> {
        self.files.iter().try_for_each(|(path, file)| diff::render(path, &file.before, &file.after, look, out))
    }

    /// Says how much was fixed, or would be.
    pub(super) fn count(&self) -> String {
        let fixes: usize = self.files.values().map(|file| file.fixes).sum();
        format!("{} in {}", counted(fixes, "change"), counted(self.files.len(), "file"))
    }
}

/// Returns what the fixes of the findings make of each file.
fn steps(findings: &Findings, files: &Files, given_up: &[String]) -> Vec<Step> {
    let mut by_file: BTreeMap<FileId, Vec<&Fix>> = BTreeMap::new();
    for Finding { file, fix, .. } in findings.iter() {
        if let Some(fix) = fix {
            by_file.entry(*file).or_default().push(fix);
        }
    }
    let step = |(old, fixes): (FileId, Vec<&Fix>)| {
        let source = files.source(old);
        let path = source.path().to_owned();
        let is_own = files.find(&path) == Some(old) && !given_up.contains(&path);
        let (text, fixes) = yaml::apply(source.text(), &fixes).filter(|_| is_own)?;
        Some(Step { old, path, text, fixes })
    };
    by_file.into_iter().filter_map(step).collect()
}

fn put(files: &mut Files, path: &str, text: &str) {
    files.put(files::decode(text.as_bytes().to_vec(), path.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Level;
    use crate::rules;
    use crate::source::Span;
    use crate::yaml::{Place, Replacement};

    const BEFORE: &str = "title: a\nowner: b\n";

    /// Judges by a rule that wants another text, and holds `form` against what it makes.
    fn judged(files: &Files, text: &str, form: Form) -> Verdict {
        let file = files.own()[0];
        let is_new = files.source(file).text() != BEFORE;
        let edit = Replacement::new(Span::new(0, BEFORE.len()), text);
        let finding = Finding {
            rule: rules::all()[0],
            level: Level::Error,
            file,
            span: Span::default(),
            message: String::new(),
            help: None,
            labels: Vec::new(),
            place: Place::default(),
            fix: Some(Fix::new("write it anew", vec![edit]).touching("").respelling()),
            gates: true,
            stands_for: 1,
        };
        let found = if is_new { Vec::new() } else { vec![finding] };
        let forms = if is_new { [(file, form)].into() } else { BTreeMap::new() };
        Verdict { findings: Findings::new(found, |file| files.source(file)), forms }
    }

    #[test]
    fn no_file_is_made_worse() {
        for (form, count) in [
            (Form { unread: 0, unfit: 0 }, "1 change in 1 file"),
            (Form { unread: 1, unfit: 0 }, "0 changes in 0 files"),
            (Form { unread: 0, unfit: 1 }, "0 changes in 0 files"),
        ] {
            let mut files = Files::from_read(vec![files::decode(BEFORE.into(), "exceptions/a.yaml".into())]);
            let fixes = Fixes::make(&mut files, |files| Ok(judged(files, "title: c\n", form))).unwrap();
            assert_eq!(fixes.count(), count);
            let text = files.source(files.own()[0]).text();
            assert_eq!(text, if fixes.is_empty() { BEFORE } else { "title: c\n" });
        }
    }

    #[test]
    fn a_fix_that_cannot_be_proved_is_not_made() {
        let mut files = Files::from_read(vec![files::decode(BEFORE.into(), "exceptions/a.yaml".into())]);
        let fixes = Fixes::make(&mut files, |files| Ok(judged(files, "title: [c\n", Form::default()))).unwrap();
        assert!(fixes.is_empty());
    }
}
