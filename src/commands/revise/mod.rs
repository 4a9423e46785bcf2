//! The edits of one exception: `renew`, `review`, `close`, `reject`, `amend`, `decide`.
//!
//! Each command says what is to change; what they share is here: the edit is made on the text, proved, judged as the
//! gate will judge it, and only then written.

mod amend;
mod answers;
mod asks;
mod close;
mod decide;
mod owners;
mod reject;
mod renew;
mod review;

use std::cell::OnceCell;
use std::io::Write;
use std::process::ExitCode;

pub(super) use amend::{run as amend, settable};
pub(super) use close::run as close;
pub(super) use decide::run as decide;
pub(super) use reject::run as reject;
pub(super) use renew::run as renew;
pub(super) use review::run as review;

use asks::Asks;

use crate::cli;
use crate::commands::candidate::Before;
use crate::commands::opened::{self, Opened};
use crate::commands::steps::{self, CardOf, Steps, branch};
use crate::commands::{World, write};
use crate::error::{Argument, Error, Over, Refusal};
use crate::output::{Look, escape};
use crate::register::fields::{COVERS, Field};
use crate::register::{Exception, FileRef, Lists, Register, Status, differences};
use crate::rules::Judge;
use crate::time::Day;
use crate::yaml::edit::{self, Edit};
use crate::yaml::write::{self as yaml_write, Quotes, Value};
use crate::yaml::{self, Node, Problem};

/// What a command wants to change.
struct Plan {
    /// The edits, in order.
    edits: Vec<Edit>,
    /// What is true once they are made, after the id: `is renewed until 2026-11-30`.
    said: String,
    /// What the people still have to do, a sentence each.
    hints: Vec<String>,
    /// What the edit is compared with, if it is not what the gate compares every edit with.
    before: Option<Before>,
    /// The fields that were edited by hand before, which the edit is about.
    by_hand: Vec<String>,
}

impl Plan {
    fn new(edits: Vec<Edit>, said: impl Into<String>) -> Self {
        Self { edits, said: said.into(), hints: Vec::new(), before: None, by_hand: Vec::new() }
    }
}

/// The exception that a command is about.
struct Subject<'s> {
    exception: &'s Exception<'s>,
    file: FileRef<'s>,
    judge: &'s Judge,
    opened: &'s Opened,
    /// The person who can be asked for missing answers.
    asks: Option<&'s Asks>,
}

impl Subject<'_> {
    /// Returns whether a field meets a condition.
    fn is(&self, field: &str, test: impl Fn(&Node<'_>) -> bool) -> bool {
        let tree = yaml::parse(self.opened.files.source(self.file.id).text());
        tree.is_ok_and(|tree| yaml::lookup(&tree, &pointer(field)).is_some_and(|(_, node)| test(node)))
    }

    /// Returns the text of a field, a list's items with commas between.
    fn text_of(&self, field: &str) -> Option<String> {
        let tree = yaml::parse(self.opened.files.source(self.file.id).text()).ok()?;
        let (_, node) = yaml::lookup(&tree, &pointer(field))?;
        match node.as_seq() {
            Some(items) => Some(items.iter().filter_map(Node::as_text).collect::<Vec<_>>().join(",")),
            None => node.as_text().map(str::to_owned),
        }
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

    /// Returns the covers, each once, that the record does not have yet.
    fn without_known(&self, covers: Vec<Value>) -> Vec<Value> {
        let text = |cover: &Value| yaml_write::flow(cover, Quotes::Double);
        let mut new: Vec<Value> = Vec::new();
        for cover in covers {
            let written = text(&cover);
            let is_it = |node: &Node<'_>| yaml::parse(&written).is_ok_and(|cover| cover.same_value(node));
            let is_known = self.is(COVERS.name(), |list| list.as_seq().is_some_and(|items| items.iter().any(is_it)));
            if !is_known && new.iter().all(|other| text(other) != written) {
                new.push(cover);
            }
        }
        new
    }

    /// Returns whether a field differs from the commit that the gate will compare it with; true if there is no such
    /// commit, or the exception is not in it.
    fn has_changed(&self, field: &str) -> bool {
        let before = self.opened.merged_text(self.file.stem()).ok().flatten();
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

/// Returns words in their order, each once.
fn each_once<'n>(words: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut once = Vec::new();
    for word in words {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    once
}

/// Returns the arguments that are given.
fn given<const N: usize>(all: [(&'static str, &Option<String>); N]) -> Vec<(&'static str, String)> {
    all.into_iter().filter_map(|(flag, text)| Some((flag, text.clone()?))).collect()
}

/// Creates an edit: finds the exception, lets `plan` say what is to change, and writes it if the check does not object.
fn revise(
    arguments: &cli::Revise,
    verb: &str,
    world: &World,
    given: Vec<(&'static str, String)>,
    out: &mut dyn Write,
    plan: impl Fn(&Subject<'_>) -> Result<Plan, Error>,
) -> Result<ExitCode, Error> {
    let (opened, lock) = Opened::open_to_edit(&arguments.place, arguments.today.as_deref(), world)?;
    steps::refuse_without_git(arguments.git, &opened.root)?;
    let look = world.look();
    let asks = world.interactive.then(|| Asks::new(world, given));
    let ready = {
        let register = opened.register();
        let file = the_one(&register, &arguments.id, verb)?;
        let Some(exception) = register.exception(file.id) else {
            return Err(unreadable(file.path, opened.files.fault(file.id)).into());
        };
        let subject = Subject { exception, file, judge: &opened.judge, opened: &opened, asks: asks.as_ref() };
        let once = || ready(&subject, arguments, world, &plan);
        match &asks {
            Some(asks) => asks.dialogue.run(once),
            None => once(),
        }
    };
    // What was answered is not lost, whatever happens before the file is written.
    let resume = asks.as_ref().filter(|asks| asks.has_asked()).map(|asks| asks.resume(verb, arguments));
    drop(asks);
    let not_written = |error: Error| match &resume {
        Some(resume) => resume.tell(&error, world, &mut std::io::stderr().lock()),
        None => Err(error),
    };
    let ready = match ready {
        Ok(ready) => ready,
        Err(error) => return not_written(error),
    };
    let is_agreed = resume.is_some();
    let Ready { path, text, edited, lines, plan, before } = ready;
    let id = arguments.id.as_str();
    let id = if crate::register::is_named_like_one(id) { crate::register::stem(id).to_owned() } else { id.to_owned() };
    let root = opened.root.clone();
    let mut earlier = opened.uncommitted(&path, &text)?;
    earlier.retain(|key| plan.by_hand.iter().all(|field| field.split('.').next() != Some(key)));
    let lacks_branch = before == Before::AsItIs && opened.lacks_default_branch()?;
    let judged = opened.judge_with(&path, &edited, before, look)?;
    if !is_agreed {
        show_lines(out, &path, &lines, look)?;
        if !judged.text.is_empty() {
            writeln!(out, "\n{}", judged.text.trim_end())?;
        }
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
    if let Err(error) = write::replace(&target, &text, &edited) {
        return not_written(error);
    }
    drop(lock);
    writeln!(out, "\n{}", escape::line(&format!("{id} {}", plan.said)))?;
    for hint in &plan.hints {
        writeln!(out, "{}", escape::line(hint))?;
    }
    if lacks_branch {
        writeln!(out, "{NO_DEFAULT_BRANCH}")?;
    }
    let mut told = format!("{id} {}", plan.said);
    if !earlier.is_empty() {
        let keys = earlier.join("`, `");
        let line =
            format!("the file has other edits that are not committed yet, and the commit contains them too: `{keys}`");
        writeln!(out, "{}", escape::line(&line))?;
        told.push_str(&format!("; the commit also contains earlier edits of `{keys}`"));
    }
    let (message, branch) = ([format!("exceptions: {verb} {id}"), told], branch(verb, &id));
    let (current, tools, paths) = (world.folder.as_path(), world.tools.as_slice(), [path]);
    // A look at an exception asks nobody for anything.
    let card =
        (verb != "review").then(|| CardOf { place: &arguments.place, id: &id, today: arguments.today.as_deref() });
    let (root, branch) = (root.as_path(), branch.as_str());
    let steps = Steps {
        root,
        current,
        paths: &paths,
        branch,
        message: &message,
        register: None,
        tools,
        card,
        opened: OnceCell::new(),
    };
    steps.offer(arguments.git, "to open a pull request with it:", world, out)?;
    Ok(ExitCode::SUCCESS)
}

/// What is said of an edit that could not be compared with anything.
const NO_DEFAULT_BRANCH: &str = "note: this clone lacks the remote's default branch, so the edit was judged as one of a \
                                 request that is not merged yet; the gate may refuse it";

/// An edit that could be made.
struct Ready {
    path: String,
    text: String,
    edited: String,
    lines: Vec<Hunk>,
    plan: Plan,
    before: Before,
}

/// Plans an edit; if something was asked for it, shows it and asks whether it is right.
fn ready(
    subject: &Subject<'_>,
    arguments: &cli::Revise,
    world: &World,
    plan: &dyn Fn(&Subject<'_>) -> Result<Plan, Error>,
) -> Result<Ready, Error> {
    subject.asks.iter().for_each(|asks| asks.begin());
    let mut plan = plan(subject)?;
    let before = plan.before.take().map_or_else(|| subject.opened.before(subject.file.stem()), Ok)?;
    let path = subject.file.path.to_owned();
    let text = subject.opened.files.source(subject.file.id).text().to_owned();
    let (edited, lines) = edited(&path, &text, &plan.edits)?;
    refuse_too_large(&path, &edited)?;
    if let Some(asks) = subject.asks.filter(|asks| asks.has_asked()) {
        let look = world.look();
        let opened = Opened::open(&arguments.place, arguments.today.as_deref(), world)?;
        let judged = opened.judge_with(&path, &edited, before.clone(), look)?;
        let mut shown = b"\n".to_vec();
        show_lines(&mut shown, &path, &lines, look)?;
        if !judged.text.is_empty() {
            writeln!(shown, "\n{}", judged.text.trim_end())?;
        }
        asks.say(&String::from_utf8_lossy(&shown))?;
        asks.confirm(judged.errors, arguments.dry_run)?;
    }
    Ok(Ready { path, text, edited, lines, plan, before })
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
    let help = "use fewer words, and link to longer texts";
    Err(Error::from(Refusal::TooLarge { path: path.to_owned(), most: yaml::MAX_BYTES, help }))
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
