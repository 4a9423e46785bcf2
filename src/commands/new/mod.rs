//! `stopgap new`: from answers to a file that passes the gate, and to the pull request that asks.

mod answer;
mod desk;
mod handoff;
mod interview;
mod people;
mod shelf;

use std::io::Write;
use std::process::ExitCode;

use crate::cli;
use crate::cli::answers::NONE;
use crate::commands::ask::{Choice, Terminal, tidy};
use crate::commands::candidate::{Before, Judged};
use crate::commands::lock::Lock;
use crate::commands::opened::Opened;
use crate::commands::{World, subfolder, write};
use crate::error::{self, Error};
use crate::git::Identity;
use crate::output::escape;
use crate::register::Status;
use crate::register::draft::Draft;
use crate::register::fields::{
    Argument, CONTROL, DECIDED, EXPIRES, Field, Kind, REQUESTER, STARTS, STATUS, TIER, TITLE,
};
use crate::text::shown;

use desk::Desk;
use handoff::Handoff;
use interview::Interview;

/// Makes a new exception.
pub(super) fn run(
    arguments: &cli::New,
    world: &World,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<ExitCode, Error> {
    let opened = Opened::open(&arguments.place, arguments.today.as_deref(), world)?;
    let mut desk = Desk::new(opened)?;
    if let Some(folder) = &arguments.folder {
        desk.shelf.folder = subfolder::read(folder, &desk.shelf.register, &desk.root)?;
    }
    let id = arguments.id.clone().unwrap_or_default();
    if let Some(why) = arguments.id.as_ref().and_then(|id| desk.shelf.id_problem(id)) {
        return Err(Error::from(error::Argument::Id { why }));
    }
    let draft = draft_of(arguments, &desk)?;
    let asker = people::at_the_keyboard(&desk, &Identity::of(&desk.root));
    let run = Run { arguments, world, desk };
    run.make(draft, id, asker, out, errors)
}

/// Makes a draft of the arguments; the day of the decision and the start are today where they were
/// not given.
fn draft_of(arguments: &cli::New, desk: &Desk) -> Result<Draft, Error> {
    let answers = &arguments.answers;
    let mut lists = Field::tops().filter(|field| field.kind() == Kind::Mappings);
    lists.try_for_each(|list| refuse_half_items(list, answers))?;
    let mut draft = Draft::default();
    draft.set(STATUS, Status::Active.name());
    for field in [DECIDED, STARTS] {
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
                texts.for_each(|text| draft.set(field, field.as_typed(&text, from)));
            }
            _ if field == CONTROL => texts.for_each(|text| draft.set(field, control(&text, desk))),
            _ => texts.for_each(|text| draft.set(field, text)),
        }
    }
    Ok(draft)
}

/// Refuses the arguments of a list of mappings where some are given more often than others.
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

/// Reads a list of words; the one that states that there is none stands alone.
fn words(field: Field, given: &[String]) -> Result<Vec<String>, Error> {
    if given.len() > 1 && given.iter().any(|word| word == NONE) {
        let flag = field.argument().map_or("", |argument| argument.flag);
        return Err(Error::from(error::Argument::NoneAndMore { flag, none: NONE }));
    }
    Ok(given.iter().filter(|word| *word != NONE).cloned().collect())
}

/// Writes a control's name behind an id that stands alone.
fn control(written: &str, desk: &Desk) -> String {
    let whole = desk.with_controls(|controls| {
        let known = controls.iter().find(|control| control.id.eq_ignore_ascii_case(written))?;
        Some(format!("{} {}", known.id, known.name).trim_end().to_owned())
    });
    whole.flatten().unwrap_or_else(|| written.to_owned())
}

/// One run of the command.
struct Run<'r> {
    arguments: &'r cli::New,
    world: &'r World,
    desk: Desk,
}

/// What somebody wants to do with a finished text.
enum Wish {
    Write,
    Change,
}

impl Run<'_> {
    fn make(
        &self,
        mut draft: Draft,
        mut id: String,
        asker: Option<String>,
        out: &mut dyn Write,
        errors: &mut dyn Write,
    ) -> Result<ExitCode, Error> {
        let is_given = |field: &Field| match *field {
            STARTS => self.arguments.answers.of(STARTS).is_some(),
            field => draft.is_given(field),
        };
        let given: Vec<Field> = Field::asked().into_iter().filter(is_given).collect();
        let mut complete = draft.clone();
        if !complete.is_given(REQUESTER) {
            complete.set(REQUESTER, asker.clone().unwrap_or_default());
        }
        let is_missing = |field: &Field| answer::is_required(*field, &complete) && !complete.is_given(*field);
        let missing: Vec<Field> = Field::asked().into_iter().filter(is_missing).collect();
        if !self.world.interactive && !missing.is_empty() {
            return Err(self.missing(&missing, &complete));
        }
        let proposed = if id.is_empty() { self.desk.shelf.propose(draft.text(TITLE)) } else { id.clone() };
        let refused = |field: &Field| {
            let remarks = self.desk.caused_by(*field, &complete, &self.desk.shelf.path(&proposed));
            remarks.iter().any(|remark| remark.level == crate::rule::Level::Error)
        };
        if !self.world.interactive || (missing.is_empty() && !given.iter().any(refused)) {
            return self.finish(&complete, &proposed, out, errors);
        }
        let mut interview = Interview {
            terminal: Terminal { look: self.world.look() },
            desk: &self.desk,
            draft: std::mem::take(&mut draft),
            id: std::mem::take(&mut id),
            asker,
            noted: None,
            out,
        };
        match self.converse(&mut interview, &given) {
            Err(Error::Left) => {
                let again = handoff::command(&interview.draft, &interview.id, self.arguments);
                writeln!(errors, "\nleft, and nothing is written; to go on from here:\n\n  {again}")?;
                Ok(Error::Left.exit_code())
            }
            result => result,
        }
    }

    /// Says which answers are missing, and how to give them.
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

    /// Asks, shows the result, and changes answers until somebody is content.
    fn converse(&self, interview: &mut Interview<'_>, given: &[Field]) -> Result<ExitCode, Error> {
        let terminal = interview.terminal;
        writeln!(interview.out, "A new exception for `{}`. Ctrl-C leaves and writes nothing.\n", self.folder())?;
        interview.run(given)?;
        loop {
            let path = self.desk.shelf.path(&interview.id);
            let text = self.text(&interview.draft, &path);
            let judged = self.judge(&path, &text)?;
            writeln!(interview.out)?;
            self.show(&path, &text, interview.out)?;
            interview.out.write_all(judged.text.as_bytes())?;
            if let Some(note) = interview.renewal_note() {
                writeln!(interview.out, "{}\n", terminal.wrap(&note, "  "))?;
            }
            interview.out.flush()?;
            match wish(&terminal, &path, judged.errors, self.arguments.dry_run)? {
                Wish::Write => return self.settle(&interview.draft, &interview.id, &path, &text, interview.out),
                Wish::Change => self.change(interview)?,
            }
        }
    }

    /// Lets somebody choose an answer and asks for it again.
    fn change(&self, interview: &mut Interview<'_>) -> Result<(), Error> {
        let about = |field: Field| {
            let gap = " ".repeat(12_usize.saturating_sub(field.label().len()));
            Choice { value: field.label().to_owned(), about: gap + &answer::get(field, &interview.draft) }
        };
        let asked = |field: &Field| answer::applies(*field, &interview.draft);
        let fields: Vec<Field> = Field::asked().into_iter().filter(asked).collect();
        let mut choices: Vec<Choice> = fields.iter().map(|field| about(*field)).collect();
        choices.push(Choice { value: "id".to_owned(), about: format!("          {}", interview.id) });
        let at = interview.terminal.choose("Which answer?", "type to filter", &choices, 0)?;
        let Some(field) = fields.get(at).copied() else { return interview.ask_id() };
        interview.ask(field)?;
        // Another tier may ask for more.
        let more = Field::asked().into_iter().filter(|field| !fields.contains(field));
        for field in more.collect::<Vec<_>>() {
            if answer::applies(field, &interview.draft) && !interview.draft.is_given(field) {
                interview.ask(field)?;
            }
        }
        Ok(())
    }

    /// Ends a run without questions: what has findings at error is not written.
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
            let errors = if judged.errors == 1 { "1 error".to_owned() } else { format!("{} errors", judged.errors) };
            let more = judged.refused_by.map(|rule| format!("; `stopgap explain {rule}` says more"));
            writeln!(out, "nothing is written: {errors}{}", more.unwrap_or_default())?;
            return Ok(ExitCode::FAILURE);
        }
        self.show(&path, &text, out)?;
        out.write_all(judged.text.as_bytes())?;
        if let Some((count, older)) = self.desk.taken_up(draft, &path) {
            let max = self.desk.max_renewals();
            let older = escape::line(&older);
            writeln!(out, "note: it counts as a renewal of `{older}`: {count} in a row, the policy allows {max}\n")?;
        }
        self.settle(draft, id, &path, &text, out)
    }

    fn settle(&self, draft: &Draft, id: &str, path: &str, text: &str, out: &mut dyn Write) -> Result<ExitCode, Error> {
        if self.arguments.dry_run {
            writeln!(out, "nothing is written: `--dry-run`")?;
            return Ok(ExitCode::SUCCESS);
        }
        let _lock = Lock::take(&self.desk.root.join(&self.desk.shelf.register))?;
        write::new(&[(self.desk.root.join(path), text.as_bytes())], &self.desk.root)?;
        let handoff = Handoff { root: &self.desk.root, current: &self.world.folder, path, id, draft };
        handoff.print(out)?;
        Ok(ExitCode::SUCCESS)
    }

    fn folder(&self) -> String {
        escape::line(&shown(&self.desk.shelf.folder)).into_owned()
    }

    fn text(&self, draft: &Draft, path: &str) -> String {
        draft.to_yaml(shelf::schema_copy(&self.desk.root, path).as_deref())
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

fn wish(terminal: &Terminal, path: &str, errors: usize, dry_run: bool) -> Result<Wish, Error> {
    let write = if dry_run { "end here, nothing is written".to_owned() } else { format!("write {path}") };
    let leave = Choice::plain("leave, and write nothing");
    let change = Choice::plain("change an answer");
    let (ask, choices) = match errors {
        0 => ("Is that right?".to_owned(), [Choice::plain(write), change, leave]),
        1 => (
            "The gate will refuse it: 1 error".to_owned(),
            [change, leave, Choice::plain(format!("{write} all the same"))],
        ),
        more => (
            format!("The gate will refuse it: {more} errors"),
            [change, leave, Choice::plain(format!("{write} all the same"))],
        ),
    };
    let at = terminal.choose(&ask, "", &choices, 0)?;
    match (errors, at) {
        (0, 0) | (1.., 2) => Ok(Wish::Write),
        (0, 1) | (1.., 0) => Ok(Wish::Change),
        _ => Err(Error::Left),
    }
}
