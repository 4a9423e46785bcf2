//! `stopgap new`: from answers to a file that passes the gate, and to the pull request that asks.

mod desk;
mod field;
mod handoff;
mod interview;
mod people;
mod shelf;

use std::io::Write;
use std::process::ExitCode;

use crate::cli;
use crate::commands::ask::{Choice, Terminal};
use crate::commands::candidate::{Before, Judged};
use crate::commands::opened::Opened;
use crate::commands::turn::Turn;
use crate::commands::{World, subfolder, write};
use crate::error::Error;
use crate::git::Identity;
use crate::output::escape;
use crate::register::draft::{Alternative, Draft};
use crate::text::shown;

use desk::Desk;
use field::Field;
use handoff::Handoff;
use interview::{Interview, answer};

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
        let help = "name another, or leave `--id` out: it is then made of the title".to_owned();
        return Err(Error::Usage { message: format!("`--id`: {why}"), help });
    }
    let draft = draft_of(arguments, &desk)?;
    let asker = people::at_the_keyboard(&desk, &Identity::of(&desk.root));
    let run = Run { arguments, world, desk };
    run.make(draft, id, asker, out, errors)
}

/// Makes a draft of the arguments; the day of the decision and the start are today where they were
/// not given.
fn draft_of(arguments: &cli::New, desk: &Desk) -> Result<Draft, Error> {
    let (options, reasons) = (&arguments.alternative, &arguments.rejected);
    if options.len() != reasons.len() {
        return Err(Error::Usage {
            message: format!("`{}` times `--alternative` and `{}` times `--rejected`", options.len(), reasons.len()),
            help: "give each `--alternative OPTION` its own `--rejected WHY`".into(),
        });
    }
    let today = desk.today().day.to_string();
    let or_today = |text: &Option<String>| text.as_ref().map_or_else(|| today.clone(), |text| answer(Some(text)));
    let pair =
        |(option, why): (&String, &String)| Alternative { option: answer(Some(option)), rejected: answer(Some(why)) };
    let person = |text: &Option<String>| people::as_known(desk, &answer(text.as_ref()));
    if arguments.exposure.len() > 1 && arguments.exposure.iter().any(|kind| kind == "none") {
        return Err(Error::Usage {
            message: "`--exposure none` states that it opens nothing, and other kinds are given too".into(),
            help: "leave one of them out".into(),
        });
    }
    let kinds = arguments.exposure.iter().filter(|kind| *kind != "none").cloned();
    Ok(Draft {
        title: answer(arguments.title.as_ref()),
        control: control(&answer(arguments.control.as_ref()), desk),
        reason: answer(arguments.reason.as_ref()),
        system: answer(arguments.system.as_ref()),
        environment: answer(arguments.environment.as_ref()),
        team: answer(arguments.team.as_ref()),
        process: answer(arguments.process.as_ref()),
        tier: answer(arguments.tier.as_ref()),
        exposure: (!arguments.exposure.is_empty()).then(|| kinds.collect()),
        statement: answer(arguments.statement.as_ref()),
        alternatives: options.iter().zip(reasons).map(pair).collect(),
        removal: answer(arguments.removal.as_ref()),
        requester: person(&arguments.requester),
        owner: person(&arguments.owner),
        approver: person(&arguments.approver),
        decided: or_today(&arguments.decided),
        status: "active".to_owned(),
        starts: or_today(&arguments.starts),
        expires: answer(arguments.expires.as_ref()),
        references: arguments.reference.iter().map(|text| answer(Some(text))).collect(),
        incident: answer(arguments.incident.as_ref()),
        ..Draft::default()
    })
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
        let is_given = |field: &Field| match field {
            Field::Starts => self.arguments.starts.is_some(),
            field => field.is_given(&draft),
        };
        let given: Vec<Field> = Field::ALL.into_iter().filter(is_given).collect();
        let mut complete = draft.clone();
        if complete.requester.is_empty() {
            complete.requester = asker.clone().unwrap_or_default();
        }
        let missing: Vec<Field> =
            Field::ALL.into_iter().filter(|field| field.is_required(&complete) && !field.is_given(&complete)).collect();
        if !self.world.interactive && !missing.is_empty() {
            return Err(self.missing(&missing, &complete));
        }
        let proposed = if id.is_empty() { self.desk.shelf.propose(&draft.title) } else { id.clone() };
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
            let words = field.words();
            let about = match (field, self.desk.latest(draft)) {
                (Field::Expires, Some((tier, _, last))) => {
                    format!("{}; tier {}: {last} at the latest", words.help, tier.name())
                }
                (Field::Tier, _) => "low, moderate, high or emergency: how much harm is possible".to_owned(),
                _ => words.help.to_owned(),
            };
            (words.argument.to_owned(), about)
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
            let gap = " ".repeat(12_usize.saturating_sub(field.words().name.len()));
            Choice { value: field.words().name.to_owned(), about: gap + &field.get(&interview.draft) }
        };
        let asked = |field: &Field| *field != Field::Incident || field.is_required(&interview.draft);
        let fields: Vec<Field> = Field::ALL.into_iter().filter(asked).collect();
        let mut choices: Vec<Choice> = fields.iter().map(|field| about(*field)).collect();
        choices.push(Choice { value: "id".to_owned(), about: format!("          {}", interview.id) });
        let at = interview.terminal.choose("Which answer?", "type to filter", &choices, 0)?;
        match fields.get(at) {
            Some(Field::Tier) => {
                interview.ask(Field::Tier)?;
                let incident = Field::Incident.is_required(&interview.draft) && interview.draft.incident.is_empty();
                if incident { interview.ask(Field::Incident) } else { Ok(()) }
            }
            Some(field) => interview.ask(*field),
            None => interview.ask_id(),
        }
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
        let _turn = Turn::take(&self.desk.root.join(&self.desk.shelf.register))?;
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

    /// Judges the finished text among the whole register as it lies there now.
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
