//! The questions in a terminal when an edit lacks answers: after the record, its last term, and what was promised then.

use std::cell::{Cell, RefCell};
use std::io::{Write, stdout};

use super::Subject;
use super::owners::Owners;
use crate::cli;
use crate::commands::World;
use crate::commands::ask::{Choice, Dialogue, Question};
use crate::commands::deciders;
use crate::commands::resume::Resume;
use crate::error::Error;
use crate::output::wrap;
use crate::register::{Exception, Text};
use crate::text::counted;
use crate::time::Day;
use crate::time::typed::{self, Toward};

/// Somebody who can be asked about one edit.
pub(super) struct Asks {
    pub(super) dialogue: Dialogue,
    width: usize,
    /// Whether the record was shown.
    is_shown: Cell<bool>,
    /// The arguments that were given.
    given: Vec<(&'static str, String)>,
    /// Those that say what was answered, in order.
    known: RefCell<Vec<(String, String)>>,
    /// The argument that is being asked for.
    current: RefCell<String>,
}

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// Prose.
    Prose,
    /// Prose that may be left out.
    Optional,
    /// Somebody.
    Person,
    /// Somebody who may decide on what this person asks for.
    Approver(&'a str),
    /// An end, counted from a day.
    End(Day),
}

impl Asks {
    pub(super) fn new(world: &World, given: Vec<(&'static str, String)>) -> Self {
        let (known, current) = (RefCell::default(), RefCell::default());
        let width = world.look().width;
        Self { dialogue: Dialogue::new(world, ""), width, given, is_shown: Cell::new(false), known, current }
    }

    /// Begins a run through the questions.
    pub(super) fn begin(&self) {
        self.known.borrow_mut().clear();
    }

    /// Notes an argument that is answered.
    pub(super) fn note(&self, flag: &str, value: &str) {
        self.known.borrow_mut().push((flag.to_owned(), value.to_owned()));
    }

    /// Tells whether something was asked.
    pub(super) fn has_asked(&self) -> bool {
        self.is_shown.get()
    }

    /// Writes something between two questions.
    pub(super) fn say(&self, text: &str) -> Result<(), Error> {
        let mut out = stdout();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// Asks for an answer.
    pub(super) fn ask(
        &self,
        subject: &Subject<'_>,
        flag: &str,
        kind: Kind<'_>,
        (ask, help): (&str, &str),
        default: &str,
    ) -> Result<String, Error> {
        self.show(subject)?;
        flag.clone_into(&mut self.current.borrow_mut());
        let owners = Owners::of(subject, kind)?;
        let first = owners.deciders();
        let is_person = matches!(kind, Kind::Person | Kind::Approver(_));
        let choices = if is_person { people(subject, &first) } else { Vec::new() };
        let listed = if first.is_empty() || choices.len() <= LISTED { choices.len() } else { first.len() };
        let question = Question {
            ask: ask.to_owned(),
            help: help.to_owned(),
            default: default.to_owned(),
            listed: listed.min(LISTED),
            choices,
            prose: matches!(kind, Kind::Prose | Kind::Optional),
            ..Question::default()
        };
        let check = |answer: &str| refused(subject, kind, answer).or_else(|| owners.refuse(&chosen(subject, answer)));
        let answer = self.dialogue.line(question, &check, &mut stdout())?;
        let answer = if is_person { chosen(subject, &answer) } else { answer };
        self.note(flag, &answer);
        Ok(answer)
    }

    /// Asks with a check of its own; `flag` is the argument that is asked for.
    pub(super) fn ask_with(
        &self,
        subject: &Subject<'_>,
        flag: &str,
        question: Question,
        check: &dyn Fn(&str) -> Option<String>,
    ) -> Result<String, Error> {
        self.show(subject)?;
        flag.clone_into(&mut self.current.borrow_mut());
        self.dialogue.line(question, check, &mut stdout())
    }

    /// Asks whether an edit that was shown is right; one with errors is never written.
    pub(super) fn confirm(&self, errors: usize, dry_run: bool) -> Result<(), Error> {
        self.current.borrow_mut().clear();
        if errors > 0 {
            let question = Question {
                ask: format!("The check would fail with {}, so nothing is written", counted(errors, "error")),
                help: "go back and change an answer, or press enter to quit".to_owned(),
                ..Question::default()
            };
            self.dialogue.line(question, &|_| None, &mut stdout())?;
            return Err(Error::Left);
        }
        let choices = ["yes", "no"].map(Choice::plain);
        let ask = if dry_run { "Is that right?" } else { "Write it?" };
        match self.dialogue.choose(ask, "", &choices, 0, &mut stdout())? {
            0 => Ok(()),
            _ => Err(Error::Left),
        }
    }

    /// Returns the command that continues with the answers so far.
    pub(super) fn resume(&self, verb: &str, revise: &cli::Revise) -> Resume {
        let mut resume = Resume::new(verb);
        resume.id(&revise.id);
        self.given.iter().for_each(|(name, value)| resume.unless_empty(name, value));
        self.known.borrow().iter().for_each(|(name, value)| resume.unless_empty(name, value));
        resume.place(&revise.place, revise.today.as_deref());
        resume.switch("git", revise.git);
        resume.switch("dry-run", revise.dry_run);
        let (current, begun) = (self.current.borrow(), self.dialogue.begun());
        if !current.is_empty() && !begun.is_empty() {
            resume.begun(&current, &begun);
        }
        resume
    }

    /// Shows the record, once.
    fn show(&self, subject: &Subject<'_>) -> Result<(), Error> {
        if self.is_shown.replace(true) {
            return Ok(());
        }
        let mut text = String::new();
        let title = subject.exception.title.as_ref().map_or("(no title)", Text::as_str);
        text.push_str(&wrap(&format!("{}: {title}", subject.exception.id), "  ", self.width));
        text.push('\n');
        for (key, value) in facts(subject.exception, subject.judge.policy.max_renewals) {
            // A word as wide as the name with its gaps keeps the room on the first line.
            let room = "x".repeat(KEY + 3);
            let lines = wrap(&format!("{room} {value}"), &" ".repeat(KEY + 4), self.width);
            let lines = lines.strip_prefix(&room).unwrap_or(&lines).trim_start();
            text.push_str(&format!("  {key:KEY$}  {lines}\n"));
        }
        let keys = self.dialogue.keys();
        self.say(&format!("{text}\n{}\n", wrap(keys, "", self.width)))
    }
}

/// The most people that are shown with a question.
const LISTED: usize = 8;

/// How wide the names of the facts are, in columns.
const KEY: usize = 10;

/// Returns what the record says, the last term, and what was promised then.
fn facts(it: &Exception<'_>, max_renewals: usize) -> Vec<(&'static str, String)> {
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    let mut add = |key, text: Option<String>| facts.extend(text.map(|text| (key, text)));
    let own = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.as_str().to_owned());
    add("control", own(&it.control));
    add("reason", own(&it.reason));
    let scope: Vec<&str> = it.scope.parts().map(|(_, text)| text.as_str()).collect();
    add("scope", (!scope.is_empty()).then(|| scope.join(", ")));
    let statement = own(&it.risk.statement).map(|statement| format!(": {statement}")).unwrap_or_default();
    add("risk", it.risk.tier.as_ref().map(|tier| format!("{}{statement}", tier.value.name())));
    add("requester", own(&it.requester));
    add("owner", own(&it.owner));
    add("approver", own(&it.approver));
    let term = it.starts.as_ref().zip(it.expires.as_ref());
    add("term", term.map(|(starts, expires)| format!("{} to {}", starts.value, expires.value)));
    for (at, renewal) in it.renewals.iter().enumerate() {
        let until = renewal.expires.as_ref().map(|end| format!(" until {}", end.value)).unwrap_or_default();
        let who = own(&renewal.approver).map(|who| format!(", approved by {who}")).unwrap_or_default();
        let why = own(&renewal.reason).map(|why| format!(": {why}")).unwrap_or_default();
        add("renewal", Some(format!("{} of {max_renewals}{until}{who}{why}", at + 1)));
        add("checked", own(&renewal.risk_check));
    }
    for review in &it.reviews {
        let day = review.date.as_ref().map(|day| day.value.to_string()).unwrap_or_default();
        let by = own(&review.by).map(|by| format!(", {by}")).unwrap_or_default();
        add("review", own(&review.note).map(|note| format!("{day}{by}: {note}")));
    }
    add("promised", own(&it.removal));
    facts
}

/// Lists the people of the roster who have not left, those of `first` before the others.
fn people(subject: &Subject<'_>, first: &[String]) -> Vec<Choice> {
    deciders::to_choose(&subject.judge.people, subject.judge.today.day, first)
}

/// Returns the person whom an answer chooses, as the roster writes them; otherwise the answer.
fn chosen(subject: &Subject<'_>, answer: &str) -> String {
    use crate::commands::ask::{Pick, pick};
    let Some(roster) = subject.judge.people.roster() else { return answer.to_owned() };
    match roster.find(answer) {
        Some(id) if roster.spellings_of(id).any(|spelling| spelling == answer) => answer.to_owned(),
        Some(id) => roster.display(id).to_owned(),
        None => match pick(answer, &people(subject, &[])) {
            Pick::One(choice) => choice.value.clone(),
            Pick::Several(_) | Pick::None => answer.to_owned(),
        },
    }
}

/// Returns what is wrong with an answer before it is judged.
fn refused(subject: &Subject<'_>, kind: Kind<'_>, answer: &str) -> Option<String> {
    if answer.is_empty() {
        return (kind != Kind::Optional).then(|| "this needs an answer".to_owned());
    }
    match kind {
        Kind::Prose | Kind::Optional => None,
        Kind::End(from) => typed::read(answer, from, Toward::Future)
            .err()
            .map(|error| format!("{error}; write {}", typed::FUTURE_MOMENT)),
        Kind::Person | Kind::Approver(_) => {
            let roster = subject.judge.people.roster()?;
            let known = roster.find(&chosen(subject, answer)).is_some();
            (!known && roster.is_complete())
                .then(|| "no match in the roster; try a different part of the name".to_owned())
        }
    }
}
