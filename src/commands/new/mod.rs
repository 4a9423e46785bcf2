//! `stopgap new`: from answers to a file that passes the gate, and to the pull request that asks for it.

mod answer;
mod desk;
mod follow;
mod glance;
mod handoff;
mod interview;
mod people;
mod scanned;
mod shelf;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::ExitCode;

use crate::cli;
use crate::cli::answers::NONE;
use crate::commands::ask::{Terminal, tidy};
use crate::commands::candidate::{Before, Judged};
use crate::commands::lock::Lock;
use crate::commands::opened::Opened;
use crate::commands::{World, place, steps, subfolder, write};
use crate::error::{self, Error};
use crate::git::Identity;
use crate::output::escape;
use crate::register::draft::Draft;
use crate::register::fields::{
    Argument, CONTROL, DECIDED, EXPIRES, Field, Kind, REQUESTED, REQUESTER, STARTS, STATUS, TIER, TITLE,
};
use crate::register::{Status, typed_cover};
use crate::rule::Level;
use crate::text::{counted, shown};
use crate::time::{Day, MomentError};
use crate::yaml::write::Value;

use desk::{Desk, Remark};
use glance::Wish;
use handoff::{Handoff, Unfinished};
use interview::Interview;
use scanned::Scanned;

/// Creates a new exception.
pub(super) fn run(
    arguments: &cli::New,
    world: &World,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<ExitCode, Error> {
    let opened = Opened::open(&arguments.place, arguments.today.as_deref(), world)?;
    steps::refuse_without_git(arguments.git, &opened.root)?;
    let mut desk = Desk::new(opened)?;
    if let Some(folder) = &arguments.folder {
        desk.shelf.folder = subfolder::read(folder, &desk.shelf.register, &desk.root)?;
    }
    let id = arguments.id.clone().unwrap_or_default();
    if let Some(why) = arguments.id.as_ref().and_then(|id| desk.shelf.id_problem(id)) {
        return Err(Error::from(error::Argument::Id { why }));
    }
    let mut draft = draft_of(arguments, &desk, world.interactive)?;
    let scanned = Scanned::open(arguments, world)?;
    if let Some(scanned) = scanned.as_ref().filter(|_| draft.covers.is_empty()) {
        match scanned.choose(world, out) {
            Err(error @ Error::Left) => {
                writeln!(errors, "\ncancelled, and nothing is written")?;
                return Ok(error.exit_code());
            }
            chosen => draft.covers = chosen?,
        }
    }
    if !draft.covers.is_empty() && !draft.is_given(TITLE) {
        draft.set(TITLE, scanned::title(&draft.covers));
    }
    let asker = people::at_the_keyboard(&desk, &Identity::of(&desk.root).unwrap_or_default());
    let run = Run { arguments, world, desk, scanned };
    run.make(draft, id, asker, out, errors)
}

/// Creates a draft from the arguments; the days of the request and of the decision and the start are today if they were
/// not given. `is_asked` tells whether somebody can be asked for what cannot be taken.
fn draft_of(arguments: &cli::New, desk: &Desk, is_asked: bool) -> Result<Draft, Error> {
    let answers = &arguments.answers;
    let mut lists = Field::tops().filter(|field| field.kind() == Kind::Mappings);
    lists.try_for_each(|list| refuse_half_items(list, answers))?;
    let mut draft = Draft::default();
    draft.set(STATUS, Status::Active.name());
    draft.covers = arguments.cover.iter().map(|text| cover(text)).collect::<Result<_, Error>>()?;
    for field in [REQUESTED, DECIDED, STARTS] {
        draft.set(field, desk.today().day.to_string());
    }
    for (field, given) in answers.iter() {
        let texts = given.iter().map(|text| tidy(text));
        match field.kind() {
            Kind::Words(_) => draft.set_list(field, words(field, given)?),
            Kind::Texts => texts.filter(|text| !text.is_empty()).for_each(|text| draft.push(field, text)),
            _ if field.is_in_list() => texts.for_each(|text| draft.push(field, text)),
            Kind::Person => texts.for_each(|text| draft.set(field, people::as_known(desk, &text))),
            Kind::Day | Kind::Moment => {
                let from = if field == EXPIRES { desk.start(&draft) } else { desk.today().day };
                for text in texts {
                    let option = format!("--{}", field.argument().map_or("", |argument| argument.flag));
                    let value = match typed(field, option, &text, from) {
                        Err(_) if is_asked => text,
                        read => read?,
                    };
                    draft.set(field, value);
                }
            }
            _ if field == CONTROL => texts.for_each(|text| draft.set(field, control(&text, desk))),
            _ => texts.for_each(|text| draft.set(field, text)),
        }
    }
    Ok(draft)
}

/// Reads a field's text as a person types it, a date above all; `option` names it on the command line.
///
/// # Errors
///
/// If it should be a date, and is not one or is ambiguous.
pub(super) fn typed(field: Field, option: String, text: &str, from: Day) -> Result<String, Error> {
    let refused = |error: MomentError| {
        let (value, why, help) = (text.to_owned(), error.to_string(), format!("write {}", field.dates()));
        Error::from(error::Argument::Value { option, value, why, help })
    };
    field.typed(text, from).map_err(refused)
}

/// Reads an item of `covers` as it is typed.
///
/// # Errors
///
/// If it is none.
pub(in crate::commands) fn cover(text: &str) -> Result<Vec<(String, Value)>, Error> {
    typed_cover::read(text).map_err(|(why, help)| {
        Error::from(error::Argument::Value { option: "--cover".to_owned(), value: text.to_owned(), why, help })
    })
}

/// Refuses the arguments of a list of mappings if some are given more often than others.
fn refuse_half_items(list: Field, answers: &cli::Answers) -> Result<(), Error> {
    let given = |(part, argument): (Field, &'static Argument)| (argument, answers.of(part).map_or(0, <[String]>::len));
    let mut parts = list.parts().filter_map(|part| Some((part, part.argument()?))).map(given);
    let Some((first, count)) = parts.next() else { return Ok(()) };
    match parts.find(|(_, other)| *other != count) {
        None => Ok(()),
        Some((other, others)) => Err(Error::from(error::Argument::Unpaired {
            counts: [count, others],
            flags: [first.flag, other.flag],
            values: [first.value, other.value],
        })),
    }
}

/// Reads a list of words; the one that states that there are none must be alone.
fn words(field: Field, given: &[String]) -> Result<Vec<String>, Error> {
    if given.len() > 1 && given.iter().any(|word| word == NONE) {
        let flag = field.argument().map_or("", |argument| argument.flag);
        return Err(Error::from(error::Argument::NoneAndMore { flag, none: NONE }));
    }
    Ok(given.iter().filter(|word| *word != NONE).cloned().collect())
}

/// Writes a control's name after an id that is on its own.
fn control(written: &str, desk: &Desk) -> String {
    let whole = desk.with_controls(|controls| {
        let known = controls.iter().find(|control| control.id.eq_ignore_ascii_case(written))?;
        Some(format!("{} {}", known.id, known.name).trim_end().to_owned())
    });
    whole.flatten().unwrap_or_else(|| written.to_owned())
}

/// A file that was just written.
struct Written {
    draft: Draft,
    id: String,
    path: String,
}

/// One run of the command.
struct Run<'r> {
    arguments: &'r cli::New,
    world: &'r World,
    desk: Desk,
    scanned: Option<Scanned>,
}

impl Run<'_> {
    fn make(
        &self,
        draft: Draft,
        id: String,
        asker: Option<String>,
        out: &mut dyn Write,
        errors: &mut dyn Write,
    ) -> Result<ExitCode, Error> {
        let again = if self.world.interactive { self.again(&draft) } else { BTreeSet::new() };
        let is_given = |field: &Field| match *field {
            STARTS => self.arguments.answers.of(STARTS).is_some(),
            field => draft.is_given(field),
        };
        let given: BTreeSet<Field> = Field::asked().into_iter().filter(is_given).collect();
        let mut complete = draft.clone();
        if !complete.is_given(REQUESTER) {
            complete.set(REQUESTER, asker.clone().unwrap_or_default());
        }
        let is_missing = |field: &Field| {
            again.contains(field) || answer::is_required(*field, &complete) && !complete.is_given(*field)
        };
        let missing: Vec<Field> = Field::asked().into_iter().filter(is_missing).collect();
        if !self.world.interactive && !missing.is_empty() {
            return Err(self.missing(&missing, &complete));
        }
        let proposed = if id.is_empty() { self.desk.shelf.propose(draft.text(TITLE)) } else { id.clone() };
        let path = self.desk.shelf.path(&proposed);
        if !self.world.interactive
            || (missing.is_empty() && !given.iter().any(|field| self.is_refused(*field, &given, &complete, &path)))
        {
            return self.finish(&complete, &proposed, out, errors);
        }
        self.talk(draft, id, asker, (given, again), out, errors)
    }

    /// Returns the fields that somebody wants to be asked for though they are given.
    fn again(&self, draft: &Draft) -> BTreeSet<Field> {
        // The title that follows from the covers is a proposal.
        let is_proposed = self.arguments.answers.of(TITLE).is_none() && !draft.covers.is_empty();
        let wanted = |field: &Field| self.names(*field) || (*field == TITLE && is_proposed);
        Field::asked().into_iter().filter(wanted).collect()
    }

    /// Tells whether `--ask` names a field.
    fn names(&self, field: Field) -> bool {
        self.arguments.ask.iter().any(|label| label == field.label())
    }

    /// Tells whether a rule at error has something against an answer. What is found on another of those that were given
    /// is held against that one.
    fn is_refused(&self, field: Field, given: &BTreeSet<Field>, draft: &Draft, path: &str) -> bool {
        let is_of_other = |remark: &Remark| {
            let mut others = given.iter().filter(|other| **other != field);
            !remark.is_about(&field.pointer()) && others.any(|other| remark.is_about(&other.pointer()))
        };
        let remarks = self.desk.caused_by(field, draft, path);
        remarks.iter().any(|remark| remark.level == Level::Error && !is_of_other(remark))
    }

    /// Asks for what is missing. Whatever ends the questions early, the answers are not lost.
    fn talk(
        &self,
        mut draft: Draft,
        id: String,
        asker: Option<String>,
        (settled, again): (BTreeSet<Field>, BTreeSet<Field>),
        out: &mut dyn Write,
        errors: &mut dyn Write,
    ) -> Result<ExitCode, Error> {
        if !settled.contains(&STARTS) {
            draft.clear(STARTS);
        }
        let terminal = Terminal::new(self.world);
        let (desk, begun, refused) = (&self.desk, BTreeMap::new(), BTreeSet::new());
        let first: BTreeSet<Field> = Field::asked().into_iter().filter(|field| self.names(*field)).collect();
        let mut interview = Interview {
            terminal,
            desk,
            draft,
            id,
            asker,
            again,
            first: first.clone(),
            unanswered: first,
            refused,
            settled,
            begun,
            noted: None,
            answered: Vec::new(),
            out,
        };
        let (whole, path) = (interview.whole(), interview.path());
        let is_refused = |field: &Field| {
            !interview.again.contains(field) && self.is_refused(*field, &interview.settled, &whole, &path)
        };
        interview.refused = interview.settled.iter().copied().filter(is_refused).collect();
        let result = self.converse(&mut interview);
        let Interview { terminal, draft, id, begun, unanswered, .. } = interview;
        drop(terminal);
        match result {
            Ok(written) => self.hand_over(written.as_ref(), out),
            Err(error) => {
                let (begun, unanswered) = (&begun, &unanswered);
                let unfinished = Unfinished { draft: &draft, id: &id, begun, unanswered, arguments: self.arguments };
                unfinished.resume().tell(&error, self.world, errors)
            }
        }
    }

    /// Returns the error that answers are missing, and how to give them.
    fn missing(&self, missing: &[Field], draft: &Draft) -> Error {
        let line = |field: &Field| {
            let help = field.question().map_or("", |question| question.help);
            let about = match (*field, self.desk.latest(draft)) {
                (EXPIRES, Some((tier, _, last))) => format!("{help}; tier {}: {last} at the latest", tier.name()),
                (TIER, _) => "low, moderate, high or emergency: how much harm is possible".to_owned(),
                _ => help.to_owned(),
            };
            (answer::argument(*field), about)
        };
        Error::Missing { command: "stopgap new".to_owned(), answers: missing.iter().map(line).collect() }
    }

    /// Asks, shows everything once, and changes answers until somebody is content.
    fn converse(&self, interview: &mut Interview<'_>) -> Result<Option<Written>, Error> {
        self.begin(interview)?;
        interview.run()?;
        loop {
            let (path, draft) = (interview.path(), interview.whole());
            let text = self.text(&draft, &path);
            let judged = self.judge(&path, &text)?;
            interview.show_all()?;
            interview.out.write_all(judged.text.as_bytes())?;
            self.say_reach(&draft, &text, &mut *interview.out)?;
            if let Some(note) = interview.renewal_note() {
                writeln!(interview.out, "{}", interview.terminal.wrap(&note, "  "))?;
            }
            match interview.confirm(judged.errors, self.arguments.dry_run)? {
                Wish::Write => return self.settle(draft, interview.id(), path, &text),
                Wish::Look => {}
            }
        }
    }

    /// Says what comes.
    fn begin(&self, interview: &mut Interview<'_>) -> Result<(), Error> {
        let questions = match interview.steps().len() {
            0 => "only a summary".to_owned(),
            1 => "1 question, then a summary of all answers".to_owned(),
            count => format!("{count} questions, then a summary of all answers"),
        };
        let folder = self.folder();
        let words = format!("A new exception for `{folder}`: {questions}. {}", interview.terminal.keys());
        writeln!(interview.out, "{}", interview.terminal.wrap(&words, ""))?;
        Ok(())
    }

    /// Ends a run without questions: a text with findings at error level is not written.
    fn finish(&self, draft: &Draft, id: &str, out: &mut dyn Write, errors: &mut dyn Write) -> Result<ExitCode, Error> {
        let path = self.desk.shelf.path(id);
        let text = self.text(draft, &path);
        let judged = self.judge(&path, &text)?;
        let refused = judged.errors > 0;
        if self.arguments.dry_run {
            out.write_all(text.as_bytes())?;
            errors.write_all(judged.text.as_bytes())?;
            return Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS });
        }
        if refused {
            out.write_all(judged.text.as_bytes())?;
            let errors = counted(judged.errors, "error");
            let more = judged.refused_by.map(|rule| format!("; run `stopgap explain {rule}` for details"));
            writeln!(out, "nothing is written: {errors}{}", more.unwrap_or_default())?;
            return Ok(ExitCode::FAILURE);
        }
        self.show(&path, &text, out)?;
        out.write_all(judged.text.as_bytes())?;
        self.say_reach(draft, &text, out)?;
        if let Some((count, older)) = self.desk.taken_up(draft, &path) {
            let max = self.desk.max_renewals();
            let older = escape::line(&older);
            writeln!(out, "note: it counts as a renewal of `{older}`: {count} in a row, the policy allows {max}\n")?;
        }
        let written = self.settle(draft.clone(), id.to_owned(), path, &text)?;
        self.hand_over(written.as_ref(), out)
    }

    /// Writes the file.
    fn settle(&self, draft: Draft, id: String, path: String, text: &str) -> Result<Option<Written>, Error> {
        if self.arguments.dry_run {
            return Ok(None);
        }
        let _lock = Lock::take(&self.desk.root, &self.desk.shelf.register)?;
        write::new(&[(self.desk.root.join(&path), text.as_bytes())], &self.desk.root)?;
        Ok(Some(Written { draft, id, path }))
    }

    /// Says what is written, and how it is asked for.
    fn hand_over(&self, written: Option<&Written>, out: &mut dyn Write) -> Result<ExitCode, Error> {
        let Some(Written { draft, id, path }) = written else {
            writeln!(out, "nothing is written: `--dry-run`")?;
            return Ok(ExitCode::SUCCESS);
        };
        let (root, register) = (self.desk.root.as_path(), self.desk.shelf.register.as_str());
        let (place, today) = (&self.arguments.place, self.arguments.today.as_deref());
        let is_wanted = self.arguments.git;
        let handoff = Handoff { root, path, id, place, today, draft, register, is_wanted, world: self.world };
        handoff.print(out)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Says what the covers silence in the scanners' logs, or what they name where there is no log.
    fn say_reach(&self, draft: &Draft, text: &str, out: &mut dyn Write) -> Result<(), Error> {
        if draft.covers.is_empty() {
            return Ok(());
        }
        let lines = match &self.scanned {
            Some(scanned) => scanned.reach(text)?,
            None => scanned::words(text),
        };
        for line in lines {
            writeln!(out, "{}", escape::line(&line))?;
        }
        writeln!(out)?;
        Ok(())
    }

    fn folder(&self) -> String {
        escape::line(&shown(&self.desk.shelf.folder)).into_owned()
    }

    fn text(&self, draft: &Draft, path: &str) -> String {
        draft.to_yaml(place::schema_copy(&self.desk.root, path).as_deref())
    }

    /// Judges the finished text among the whole register as it is now.
    fn judge(&self, path: &str, text: &str) -> Result<Judged, Error> {
        let opened = Opened::open(&self.arguments.place, self.arguments.today.as_deref(), self.world)?;
        opened.judge_with(path, text, Before::AsItIs, self.world.look())
    }

    fn show(&self, path: &str, text: &str, out: &mut dyn Write) -> Result<(), Error> {
        writeln!(out, "{}:\n", escape::line(path))?;
        for line in text.lines() {
            writeln!(out, "  {}", escape::line(line))?;
        }
        writeln!(out)?;
        Ok(())
    }
}
