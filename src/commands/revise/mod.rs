//! The edits of one exception: `renew`, `review`, `close`, `reject`, `amend`, `decide`.
//!
//! Each command says what is to change; what they share is here: the edit is made on the text, proved, judged as the
//! gate will judge it, and only then written.

mod amend;
mod answers;
mod close;
mod decide;
mod reject;
mod renew;
mod review;

use std::io::Write;
use std::process::ExitCode;

pub(super) use amend::{run as amend, settable};
pub(super) use close::run as close;
pub(super) use decide::run as decide;
pub(super) use reject::run as reject;
pub(super) use renew::run as renew;
pub(super) use review::run as review;

use crate::cli;
use crate::commands::candidate::Before;
use crate::commands::opened::{self, Opened};
use crate::commands::steps::{Steps, branch};
use crate::commands::{World, write};
use crate::error::{Argument, Error, Over, Refusal};
use crate::output::{Look, escape};
use crate::register::fields::Field;
use crate::register::{Exception, FileRef, Lists, Register, Status, differences};
use crate::rules::Judge;
use crate::time::Day;
use crate::yaml::edit::{self, Edit};
use crate::yaml::{self, Node, Problem};

/// What a command wants to change.
struct Plan {
    /// The edits, in order.
    edits: Vec<Edit>,
    /// What is true once they are made, after the id: `is renewed until 2026-11-30`.
    said: String,
    /// What the people still have to do, a sentence each.
    hints: Vec<String>,
    /// What the edit is compared with.
    before: Before,
}

impl Plan {
    fn new(edits: Vec<Edit>, said: impl Into<String>) -> Self {
        Self { edits, said: said.into(), hints: Vec::new(), before: Before::AsItIs }
    }
}

/// The exception that a command is about.
struct Subject<'s> {
    exception: &'s Exception<'s>,
    file: FileRef<'s>,
    judge: &'s Judge,
    opened: &'s Opened,
}

impl Subject<'_> {
    /// Returns whether a field meets a condition.
    fn is(&self, field: &str, test: impl Fn(&Node<'_>) -> bool) -> bool {
        let tree = yaml::parse(self.opened.files.source(self.file.id).text());
        tree.is_ok_and(|tree| yaml::lookup(&tree, &pointer(field)).is_some_and(|(_, node)| test(node)))
    }

    /// Returns whether a field contains a list or a mapping.
    fn holds_several(&self, field: &str) -> bool {
        self.is(field, |node| node.as_seq().is_some() || node.as_map().is_some())
    }

    /// Returns whether a field contains this text already.
    fn says(&self, field: &str, value: &str) -> bool {
        let says = |node: &Node<'_>| match node.as_seq() {
            Some(items) => items.iter().map(Node::as_text).eq(amend::kinds(value).into_iter().map(Some)),
            None => node.as_text() == Some(value),
        };
        self.is(field, says)
    }

    /// Returns whether a field differs from the commit that the gate will compare it with; true if there is no such
    /// commit, or the exception is not in it.
    fn has_changed(&self, field: &str) -> bool {
        let before = self.opened.merged_text(self.file.stem).ok().flatten();
        let Some(before) = before else { return true };
        let pointer = pointer(field);
        let now = self.opened.files.source(self.file.id).text();
        match (yaml::parse(&before), yaml::parse(now)) {
            (Ok(before), Ok(now)) => {
                let value = |tree| yaml::lookup(tree, &pointer).map(|(_, node)| node);
                !differences(value(&before), value(&now), &pointer, Lists::Whole).is_empty()
            }
            _ => true,
        }
    }

    /// Refuses people who had left by the day on which they are said to have acted.
    fn refuse_departed(&self, people: &[(&str, &str)], day: Day) -> Result<(), Error> {
        let Some(roster) = self.judge.people.roster() else { return Ok(()) };
        for (flag, person) in people {
            let left = roster.find(person).and_then(|known| roster.left(known)).filter(|left| *left <= day);
            if let Some(left) = left {
                let (option, person) = (format!("--{flag}"), (*person).to_owned());
                return Err(Error::from(Argument::Departed { option, person, left, day }));
            }
        }
        Ok(())
    }

    /// Refuses what is over or was never approved.
    fn refuse_unless_live(&self, done: &'static str) -> Result<(), Error> {
        let over = match self.exception.status.as_ref().map(|status| status.value) {
            Some(Status::Closed) => Over::Closed,
            Some(Status::Rejected) => Over::Rejected,
            Some(Status::Active | Status::Expired) | None => return Ok(()),
        };
        Err(Error::from(Refusal::Over { id: self.exception.id.to_owned(), done, over }))
    }
}

/// Returns the JSON Pointer of a field that is written with dots.
fn pointer(field: &str) -> String {
    format!("/{}", field.replace('.', "/"))
}

/// Creates an edit: finds the exception, lets `plan` say what is to change, and writes it if the check does not object.
fn revise(
    arguments: &cli::Revise,
    verb: &str,
    world: &World,
    out: &mut dyn Write,
    plan: impl FnOnce(&Subject<'_>) -> Result<Plan, Error>,
) -> Result<ExitCode, Error> {
    let (opened, lock) = Opened::open_to_edit(&arguments.place, arguments.today.as_deref(), world)?;
    let (path, text, plan) = {
        let register = opened.register();
        let file = the_one(&register, &arguments.id, verb)?;
        let Some(exception) = register.exception(file.id) else {
            return Err(unreadable(file.path, opened.files.fault(file.id)).into());
        };
        let plan = plan(&Subject { exception, file, judge: &opened.judge, opened: &opened })?;
        (file.path.to_owned(), opened.files.source(file.id).text().to_owned(), plan)
    };
    let id = arguments.id.as_str();
    let id = if crate::register::is_named_like_one(id) { crate::register::stem(id).to_owned() } else { id.to_owned() };
    let (edited, lines) = edited(&path, &text, &plan.edits)?;
    refuse_too_large(&path, &edited)?;
    let root = opened.root.clone();
    let look = world.look();
    let judged = opened.judge_with(&path, &edited, plan.before, look)?;
    show_lines(out, &path, &lines, look)?;
    if !judged.text.is_empty() {
        writeln!(out, "\n{}", judged.text.trim_end())?;
    }
    if judged.errors > 0 {
        let what = if judged.errors == 1 { "this error".to_owned() } else { format!("these {} errors", judged.errors) };
        writeln!(out, "\nnothing was written: the check would fail with {what}")?;
        return Ok(ExitCode::FAILURE);
    }
    if arguments.dry_run {
        writeln!(out, "\nnothing was written (`--dry-run`)")?;
        return Ok(ExitCode::SUCCESS);
    }
    let target = root.join(&path);
    write::replace(&target, &text, &edited)?;
    lock.sweep(target.parent().unwrap_or(&root));
    drop(lock);
    writeln!(out, "\n{}", escape::line(&format!("{id} {}", plan.said)))?;
    for hint in &plan.hints {
        writeln!(out, "{}", escape::line(hint))?;
    }
    let (message, branch) = ([format!("exceptions: {verb} {id}"), format!("{id} {}", plan.said)], branch(verb, &id));
    let (current, tools) = (world.folder.as_path(), world.tools.as_slice());
    let steps = Steps {
        root: &root,
        current,
        path: &path,
        beside: None,
        branch: &branch,
        message: &message,
        register: None,
        tools,
    }
    .lines();
    if !steps.is_empty() {
        writeln!(out, "\nto bring it into a pull request:\n")?;
        for line in steps {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Finds the only file of an id.
fn the_one<'a>(register: &Register<'a>, id: &str, verb: &str) -> Result<FileRef<'a>, Error> {
    let found = opened::find(register, id, verb)?;
    match found.as_slice() {
        [file] => Ok(*file),
        files => {
            let paths = files.iter().map(|file| file.path.to_owned()).collect();
            Err(Error::from(Refusal::SeveralFiles { id: id.to_owned(), paths }))
        }
    }
}

/// Returns why a file has no tree: it was not read at all, or it does not contain an exception.
fn unreadable(path: &str, fault: Option<&Problem>) -> Refusal {
    let path = path.to_owned();
    match fault {
        Some(Problem { message, help, .. }) => Refusal::Unread { path, why: message.clone(), help: help.clone() },
        None => Refusal::NoYaml { path },
    }
}

/// Refuses what the check would not even read; a byte order mark counts too.
fn refuse_too_large(path: &str, edited: &str) -> Result<(), Error> {
    const MARK: u64 = 3;
    if edited.len() as u64 + MARK <= yaml::MAX_BYTES {
        return Ok(());
    }
    Err(Error::from(Refusal::TooLarge { path: path.to_owned(), most: yaml::MAX_BYTES }))
}

/// The lines that an edit removes and adds.
#[derive(Debug, PartialEq, Eq)]
struct Hunk {
    gone: Vec<String>,
    new: Vec<String>,
}

/// Makes the edits, and notes the lines that each changes.
fn edited(path: &str, text: &str, edits: &[Edit]) -> Result<(String, Vec<Hunk>), Error> {
    let order: Vec<&str> = Field::tops().map(Field::key).collect();
    let mut now = text.to_owned();
    let mut hunks = Vec::new();
    for edit in edits {
        // Nothing is written then, so the person makes the other edits by hand too.
        let next = edit::apply(&now, std::slice::from_ref(edit), &order).map_err(|refusal| Error::ByHand {
            path: path.to_owned(),
            why: refusal.why,
            lines: edits.iter().map(Edit::by_hand).collect(),
        })?;
        hunks.push(hunk(&now, &next));
        now = next;
    }
    Ok((now, hunks))
}

fn hunk(before: &str, after: &str) -> Hunk {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let owned = |lines: &[&str]| lines[..lines.len() - tail].iter().map(|line| (*line).to_owned()).collect();
    Hunk { gone: owned(old), new: owned(new) }
}

fn show_lines(out: &mut dyn Write, path: &str, hunks: &[Hunk], look: Look) -> std::io::Result<()> {
    let (red, green, plain) = if look.color { ("\u{1b}[31m", "\u{1b}[32m", "\u{1b}[0m") } else { ("", "", "") };
    writeln!(out, "{}", escape::line(path))?;
    for hunk in hunks {
        for line in &hunk.gone {
            writeln!(out, "{red}-   {}{plain}", escape::line(line))?;
        }
        for line in &hunk.new {
            writeln!(out, "{green}+   {}{plain}", escape::line(line))?;
        }
    }
    Ok(())
}
