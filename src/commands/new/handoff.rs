//! From the file to the pull request: commands that can be pasted into a shell unchanged.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use crate::cli;
use crate::cli::answers::NONE;
use crate::commands::new::answer;
use crate::commands::new::interview::Step;
use crate::commands::resume::Resume;
use crate::commands::steps::{CardOf, Steps, branch};
use crate::commands::{World, place};
use crate::error::Error;
use crate::output::{Folded, escape};
use crate::register::draft::Draft;
use crate::register::fields::{
    APPROVER, DECIDED, EXPIRES, Field, Kind, OWNER, REASON, REQUESTED, REQUESTER, STARTS, STATEMENT, TIER, TITLE,
};
use crate::register::typed_cover;
use crate::text::shown;

/// A file that was just written.
pub(super) struct Handoff<'h> {
    pub(super) root: &'h Path,
    /// Its path, relative to the root.
    pub(super) path: &'h str,
    pub(super) id: &'h str,
    /// How the register is named on the command line.
    pub(super) place: &'h cli::Place,
    pub(super) today: Option<&'h str>,
    pub(super) draft: &'h Draft,
    /// The register's folder, relative to the root.
    pub(super) register: &'h str,
    /// Whether the commands are run too.
    pub(super) is_wanted: bool,
    pub(super) world: &'h World,
}

impl Handoff<'_> {
    /// Prints where the file is and how to ask for its approval.
    pub(super) fn print(&self, out: &mut dyn Write) -> Result<(), Error> {
        writeln!(out, "wrote {}", escape::line(self.path))?;
        let message = self.message();
        let Self { root, id, register, is_wanted, world, .. } = *self;
        let (branch, paths) = (branch("exception", id), [self.path.to_owned()]);
        let (current, tools) = (world.folder.as_path(), world.tools.as_slice());
        let register = Some(register);
        let card = Some(CardOf { place: self.place, id, today: self.today });
        let steps = Steps {
            root,
            current,
            paths: &paths,
            branch: &branch,
            message: &message,
            register,
            tools,
            card,
            opened: OnceCell::new(),
        };
        if !steps.offer(is_wanted, "to request it:", world, out)? {
            writeln!(out, "this is not a git repository: an exception counts once it is committed and approved")?;
            return Ok(());
        }
        let approver = shown(self.draft.text(APPROVER));
        let then = if steps.tool().is_some() { "" } else { "then open the pull request; " };
        let out = &mut Folded::new(out, world.look());
        writeln!(out, "\n{then}the approval of `{}` there is the sign-off", escape::line(&approver))?;
        let (id, place) = (escape::shell_word(id), place::options(self.place));
        writeln!(
            out,
            "if it comes on a later day, `stopgap decide {id}{place}` sets the date, and the approval remains valid"
        )?;
        Ok(())
    }

    /// Returns what the approver reads first, a paragraph each.
    fn message(&self) -> [String; 3] {
        let text = |field| self.draft.text(field);
        let risk = format!("Risk, {}: {}", text(TIER), text(STATEMENT));
        let who = format!(
            "From {} to {}. {} asks, {} removes it, {} decides.",
            text(STARTS),
            text(EXPIRES),
            text(REQUESTER),
            text(OWNER),
            text(APPROVER)
        );
        [self.title(), text(REASON).to_owned(), format!("{risk} {who}")]
    }

    /// A title that would look different in a terminal stays in the file.
    fn title(&self) -> String {
        const LONGEST: usize = 72;
        let whole = format!("Request {}: {}", self.id, self.draft.text(TITLE));
        let fits = whole.chars().count() <= LONGEST && escape::line(&whole) == whole;
        if fits { whole } else { format!("Request {}", self.id) }
    }
}

/// Questions that were left before they came to an end.
pub(super) struct Unfinished<'r> {
    pub(super) draft: &'r Draft,
    pub(super) id: &'r str,
    /// Answers that were begun and not taken.
    pub(super) begun: &'r BTreeMap<Step, String>,
    /// What was to be asked for once more, and was not answered.
    pub(super) unanswered: &'r BTreeSet<Field>,
    pub(super) arguments: &'r cli::New,
}

impl Unfinished<'_> {
    /// Returns the command that continues with what was answered, and with what was half typed.
    pub(super) fn resume(&self) -> Resume {
        let mut resume = Resume::new("new");
        let mut draft = self.draft.clone();
        let mut id = self.id;
        let given = self.unanswered.iter().filter(|field| draft.is_given(**field));
        let mut again: Vec<&str> = given.map(|field| field.label()).collect();
        for (step, text) in self.begun {
            let field = match *step {
                Step::Id => {
                    id = text;
                    continue;
                }
                Step::Field(field) if !fits(field, text) => continue,
                Step::Field(field) => {
                    answer::set(field, &mut draft, text);
                    field
                }
                Step::Item(part, at) => {
                    draft.set_item(part, at, text);
                    part.parent().unwrap_or(part)
                }
            };
            if !again.contains(&field.label()) {
                again.push(field.label());
            }
        }
        for (name, value) in answers(&draft, self.arguments) {
            resume.option(name, &value);
        }
        let Self { arguments, .. } = *self;
        draft.covers.iter().for_each(|cover| resume.option("cover", &typed_cover::typed(cover)));
        arguments.scan.iter().for_each(|log| resume.path("scan", log));
        again.into_iter().for_each(|label| resume.option("ask", label));
        resume.unless_empty("id", id);
        resume.unless_empty("folder", arguments.folder.as_deref().unwrap_or_default());
        resume.place(&arguments.place, arguments.today.as_deref());
        resume.switch("git", arguments.git);
        resume.switch("dry-run", arguments.dry_run);
        resume
    }
}

/// Tells whether a half-typed answer is one that the argument takes.
fn fits(field: Field, text: &str) -> bool {
    match field.kind() {
        Kind::Word(words) => words.contains(&text),
        Kind::Words(words) => text.split(',').all(|word| word == NONE || words.contains(&word)),
        _ => true,
    }
}

/// Returns the arguments that set the answers of a draft: what is asked for, then the rest.
fn answers(draft: &Draft, arguments: &cli::New) -> Vec<(&'static str, String)> {
    let unasked = Field::all().filter(|field| field.question().is_none() && !field.is_in_list());
    let is_default = |field: Field| match field {
        STARTS => draft.text(STARTS) == draft.text(DECIDED),
        field => field == REQUESTED || field == DECIDED,
    };
    let mut given = Vec::new();
    for field in Field::asked().into_iter().chain(unasked) {
        let flag = field.argument().map_or("", |argument| argument.flag);
        match field.kind() {
            _ if arguments.answers.of(field).is_none() && is_default(field) => {}
            Kind::Mappings => {
                for at in 0..draft.count(field) {
                    // What is not answered yet keeps its place: each item has all of its arguments.
                    let part = |part: Field| Some((part.argument()?.flag, draft.item(part, at).to_owned()));
                    given.extend(field.parts().filter_map(part));
                }
            }
            Kind::Texts => given.extend(draft.list(field).unwrap_or_default().iter().map(|it| (flag, it.clone()))),
            _ if flag.is_empty() || !draft.is_given(field) => {}
            _ => given.push((flag, answer::get(field, draft))),
        }
    }
    given
}
