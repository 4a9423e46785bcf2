//! `stopgap amend`: corrects a record, and notes the correction in it.

use std::io::Write;
use std::process::ExitCode;

use super::answers::Answers;
use super::asks::Asks;
use super::{Plan, Subject, each_once, given, revise};
use crate::cli;
use crate::cli::answers::NONE;
use crate::commands::ask::{Choice, Pick, Question, pick, tidy};
use crate::commands::{World, new};
use crate::error::{Argument, Error, Named, Refusal};
use crate::register::fields::{COVERS, Change, Field, Kind, RENEWALS};
use crate::text::nearest;
use crate::yaml::edit::Edit;
use crate::yaml::write::Value;

/// Returns whether a field may be corrected at all, with or without somebody who agrees.
fn is_corrected(field: Field) -> bool {
    matches!(field.change(), Change::Amended | Change::Apart | Change::Free)
}

/// Returns the fields that `--set` can set: those of one text, and lists of words.
pub(in crate::commands) fn settable() -> impl Iterator<Item = Field> {
    let is_one = |field: &Field| !matches!(field.kind(), Kind::Texts | Kind::Mapping | Kind::Mappings);
    Field::all().filter(|field| is_corrected(*field) && !field.is_in_list()).filter(is_one)
}

/// Amends an exception.
pub(in crate::commands) fn run(arguments: &cli::Amend, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let cli::Amend { by, approver, note, date, .. } = arguments;
    let mut given = given([("by", by), ("approver", approver), ("note", note), ("date", date)]);
    given.extend(arguments.set.iter().map(|text| ("set", text.clone())));
    given.extend(arguments.field.iter().map(|text| ("field", text.clone())));
    given.extend(arguments.cover.iter().map(|text| ("cover", text.clone())));
    revise(&arguments.revise, "amend", world, given, out, |subject| plan(arguments, subject))
}

fn plan(arguments: &cli::Amend, subject: &Subject<'_>) -> Result<Plan, Error> {
    let today = subject.judge.today.day;
    let as_typed = |(name, value): (String, String)| {
        let Some(field) = Field::of_name(&name) else { return Ok((name, value)) };
        let value = new::typed(field, format!("--set {name}"), &value, today)?;
        Ok((name, value))
    };
    let covers: Vec<Value> =
        arguments.cover.iter().map(|text| new::cover(text).map(flow)).collect::<Result<_, Error>>()?;
    let is_asked = arguments.set.is_empty() && arguments.field.is_empty() && covers.is_empty();
    let covers = subject.without_known(covers);
    let given = match subject.asks.filter(|_| is_asked) {
        Some(asks) => {
            let asked = ask_for_change(subject, asks)?;
            asks.note("set", &asked);
            vec![asked]
        }
        None => arguments.set.clone(),
    };
    let changes = given.iter().map(|given| change(given).and_then(as_typed));
    let changes: Vec<(String, String)> = changes.collect::<Result<_, _>>()?;
    refuse_twice(&changes)?;
    if let Some((field, _)) = changes.iter().find(|(field, _)| field.starts_with("x-") && subject.holds_several(field))
    {
        return Err(Error::from(Refusal::SeveralTexts { field: field.clone() }));
    }
    let changes: Vec<(String, String)> =
        changes.into_iter().filter(|(field, value)| !subject.says(field, value)).collect();
    let mut edits: Vec<Edit> = changes.iter().map(|(field, value)| set(field, value)).collect();
    edits.extend(covers.iter().map(|cover| Edit::append(COVERS.name(), cover.clone())));
    let added = (!covers.is_empty()).then(|| COVERS.name().to_owned());
    let by_hand: Vec<String> = arguments.field.iter().map(|given| by_hand(given)).collect::<Result<_, _>>()?;
    let fields = changes.iter().map(|(field, _)| field).chain(&added).chain(&by_hand);
    let fields = each_once(fields.map(String::as_str));
    if fields.is_empty() {
        let nothing = given.is_empty() && arguments.cover.is_empty();
        return Err(Error::from(if nothing { Refusal::NothingToCorrect } else { Refusal::SaidAlready }));
    }
    let is_explained =
        !by_hand.is_empty() && changes.is_empty() && covers.is_empty() && by_hand.iter().all(|it| is_log(it));
    let done = if is_explained { "is annotated" } else { "is corrected" };
    let said = format!("{done}: {}", fields.join(", "));
    let told = [&arguments.by, &arguments.approver, &arguments.note].into_iter().any(Option::is_some);
    if !told && fields.iter().all(|field| is_free(field)) {
        return match edits.is_empty() {
            false => Ok(Plan::new(edits, said)),
            true => Err(Error::from(Refusal::FreeToEdit { fields: fields.into_iter().map(str::to_owned).collect() })),
        };
    }
    let mut answers = Answers::new("amend", subject);
    let date = answers.day("date", arguments.date.as_deref())?;
    let by = answers.person("by", "Who corrects the record?", "who writes the correction", arguments.by.as_deref())?;
    let approver = answers.approver(
        "Who approves it?",
        "who approves it; must be someone else",
        arguments.approver.as_deref(),
        &by,
    )?;
    let note = answers.need(
        "note",
        "What was wrong or has changed?",
        "what was wrong or has changed",
        arguments.note.as_deref(),
    )?;
    answers.all()?;
    subject.refuse_departed(&[("by", &by), ("approver", &approver)], date)?;
    if let Some(field) = by_hand.iter().find(|field| !is_log(field) && !subject.has_changed(field)) {
        return Err(Error::from(Refusal::Unchanged { field: field.clone() }));
    }
    let hint = format!("{approver} signs it off by approving the pull request");
    let amendment = vec![
        ("date".to_owned(), Value::text(date.to_string())),
        ("by".to_owned(), Value::text(by)),
        ("approver".to_owned(), Value::text(approver)),
        ("fields".to_owned(), Value::flow_list(fields)),
        ("note".to_owned(), Value::text(note)),
    ];
    edits.push(Edit::append("amendments", Value::Flow(Box::new(Value::Map(amendment)))));
    let mut plan = Plan::new(edits, said);
    plan.hints.push(hint);
    plan.by_hand = by_hand;
    Ok(plan)
}

/// Asks which field is wrong, and for the right value, and returns both as `--set` takes them.
fn ask_for_change(subject: &Subject<'_>, asks: &Asks) -> Result<String, Error> {
    let choices: Vec<Choice> = settable().map(|field| Choice::plain(field.name())).collect();
    let picked = |typed: &str| match pick(typed, &choices) {
        Pick::One(choice) => Some(choice.value.clone()),
        Pick::Several(_) | Pick::None => None,
    };
    let question = Question {
        ask: "Which field should be corrected?".to_owned(),
        help: format!(
            "its name, or a part of it{}; correct a list of several items in the file, and name it with `--field`",
            asks.dialogue.tab()
        ),
        choices: choices.clone(),
        ..Question::default()
    };
    let check = |typed: &str| match picked(typed) {
        Some(_) => None,
        None => Some("that is not exactly one field: type its name, such as `scope.system`".to_owned()),
    };
    let typed = asks.ask_with(subject, "set", question, &check)?;
    let field = picked(&typed).unwrap_or(typed);
    let now = subject.text_of(&field).map(|text| format!("now: {text}")).unwrap_or_default();
    let question =
        Question { ask: format!("What is the correct value of `{field}`?"), help: now, ..Question::default() };
    let check = |typed: &str| match change(&format!("{field}={typed}")) {
        Err(error) => Some(error.to_string()),
        Ok((field, value)) if subject.says(&field, &value) => Some("the record already says that".to_owned()),
        Ok(_) => None,
    };
    Ok(format!("{field}={}", asks.ask_with(subject, &format!("set {field}="), question, &check)?))
}

fn flow(item: Vec<(String, Value)>) -> Value {
    Value::Flow(Box::new(Value::Map(item)))
}

/// Returns whether a field may change without a decision.
fn is_free(field: &str) -> bool {
    field.starts_with("x-") || Field::at(field).is_some_and(|field| field.change() == Change::Free)
}

fn set(field: &str, value: &str) -> Edit {
    if !is_list(field) {
        return Edit::set(field, value);
    }
    let kinds = kinds(value);
    Edit::Set { path: field.split('.').map(str::to_owned).collect(), value: Value::flow_list(kinds) }
}

/// Returns whether a field is a list of words, which may be empty.
fn is_list(field: &str) -> bool {
    Field::of_name(field).is_some_and(|field| matches!(field.kind(), Kind::Words(_)))
}

/// Returns the words that a text lists, each once; none of them where it says that there is none, as an answer to `new`
/// does.
pub(super) fn kinds(value: &str) -> Vec<&str> {
    let listed = value.split(',').map(str::trim).filter(|kind| !kind.is_empty());
    match each_once(listed).as_slice() {
        [NONE] => Vec::new(),
        kinds => kinds.to_vec(),
    }
}

/// Refuses a field that is given two values.
fn refuse_twice(changes: &[(String, String)]) -> Result<(), Error> {
    for (index, (field, _)) in changes.iter().enumerate() {
        if changes[..index].iter().any(|(earlier, _)| earlier == field) {
            return Err(Error::from(Argument::TwoValues { field: field.clone() }));
        }
    }
    Ok(())
}

/// Refuses what no amendment can cover.
fn refuse_never_corrected(place: &str) -> Result<(), Error> {
    let Some(field) = Field::at(place).filter(|field| !is_corrected(*field)) else { return Ok(()) };
    let is_renewal = field == RENEWALS || field.parent() == Some(RENEWALS);
    let field_name = place.to_owned();
    Err(Error::from(match field.change() == Change::Renewed || is_renewal {
        true => Refusal::NeverCorrected { field: field_name },
        false => Refusal::WrittenByCommands { field: field_name },
    }))
}

/// Returns whether a field is part of the log, which is never edited: an amendment explains what was wrong in it.
fn is_log(place: &str) -> bool {
    let is_written = |field: Field| matches!(field.change(), Change::Once | Change::Appended(_));
    let field = Field::at(place).filter(|field| field.parent() != Some(RENEWALS));
    field.is_some_and(|field| is_written(field) || field.parent().is_some_and(is_written))
}

/// Reads the name of a field that was corrected by hand: one that an amendment can cover or that is free, or one of the log
/// that it explains. It is written
/// with dots, as the schema requires: `covers[0].id` becomes `covers.0.id`.
fn by_hand(given: &str) -> Result<String, Error> {
    let field = given.trim();
    if !is_log(field) {
        refuse_never_corrected(field)?;
    }
    let parts: Vec<&str> = field.split(['.', '/', '[', ']']).filter(|part| !part.is_empty()).collect();
    let dotted = parts.join(".");
    let holder = Field::at(&dotted);
    let in_list = holder.is_some_and(|it| it.is_in_list() || matches!(it.kind(), Kind::Texts | Kind::Words(_)));
    if in_list || field.starts_with("x-") || holder.is_some_and(|it| it.name() == dotted || it.kind() == Kind::Mappings)
    {
        return Ok(dotted);
    }
    Err(no_field("--field", field, &dotted))
}

/// Says that an exception has no such field, and which one may have been meant.
fn no_field(option: &'static str, given: &str, dotted: &str) -> Error {
    let known = Field::all().filter(|field| is_corrected(*field) && !field.is_in_list()).map(Field::name);
    Error::from(Argument::NotFound {
        what: Named::AmendableField(option),
        name: given.to_owned(),
        help: match nearest(dotted, known) {
            Some(best) => format!("did you mean `{best}`?"),
            None => "name it as the file writes it, such as `scope.system` or `covers`".into(),
        },
    })
}

/// Reads `FIELD=VALUE`.
fn change(given: &str) -> Result<(String, String), Error> {
    let valueless = |help: &str| {
        let (option, value) = ("--set", given.to_owned());
        Err(Error::from(Argument::Form { option, value, fault: "has no value", help: help.to_owned() }))
    };
    let Some((field, value)) = given.split_once('=').map(|(field, value)| (field.trim(), tidy(value))) else {
        return valueless("write `--set scope.system=sftp-hr-02`");
    };
    refuse_never_corrected(field)?;
    let known = || settable().map(Field::name);
    let own = field.strip_prefix("x-").is_some_and(|rest| !rest.is_empty() && !rest.contains('.'));
    if !own && !known().any(|name| name == field) {
        let below = format!("{field}.");
        let parts: Vec<String> =
            known().filter(|name| name.starts_with(&below)).map(|name| format!("`{name}`")).collect();
        let help = match nearest(field, known()) {
            _ if field == COVERS.name() => {
                "`--cover tool=TOOL,id=ID` adds one; to change or remove one, edit the file and name `--field covers`"
                    .into()
            }
            _ if !parts.is_empty() => format!("name one of {}", parts.join(", ")),
            Some(best) => format!("did you mean `{best}`?"),
            None if Field::at(field).is_none() => return Err(no_field("--set", field, field)),
            None => "edit the file, and name the field with `--field`".into(),
        };
        return Err(Error::from(Argument::NotFound { what: Named::SettableField, name: field.to_owned(), help }));
    }
    if value.is_empty() && !is_list(field) {
        return valueless("write the correct value after `=`");
    }
    Ok((field.to_owned(), value))
}
