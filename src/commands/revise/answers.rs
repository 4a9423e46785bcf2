//! What the arguments answer, and the list of what they leave open.

use crate::commands::ask::tidy;
use crate::error::{Argument, Error};
use crate::git::Identity;
use crate::text::argument;
use crate::time::Day;
use crate::time::typed::{self, Toward};

use super::Subject;
use super::asks::Kind;
use super::owners::Owners;

/// Collects answers, so that everything that is missing is reported at once.
pub(super) struct Answers<'s> {
    command: String,
    subject: &'s Subject<'s>,
    missing: Vec<(String, String)>,
}

impl<'s> Answers<'s> {
    pub(super) fn new(verb: &str, subject: &'s Subject<'s>) -> Self {
        let command = format!("stopgap {verb} {}", argument(subject.exception.id));
        Self { command, subject, missing: Vec::new() }
    }

    /// Returns an answer that is required: `ask` is the question for it, `what` says what an answer is.
    pub(super) fn need(&mut self, flag: &str, ask: &str, what: &str, given: Option<&str>) -> Result<String, Error> {
        self.answer(flag, Kind::Prose, (ask, what), given, "")
    }

    /// Returns a person.
    pub(super) fn somebody(&mut self, flag: &str, ask: &str, what: &str, given: Option<&str>) -> Result<String, Error> {
        self.answer(flag, Kind::Person, (ask, what), given, "")
    }

    /// Returns who decides on what `requester` asks for.
    pub(super) fn approver(
        &mut self,
        ask: &str,
        what: &str,
        given: Option<&str>,
        requester: &str,
    ) -> Result<String, Error> {
        self.answer("approver", Kind::Approver(requester), (ask, what), given, "")
    }

    /// Returns a person, by default the user if the roster knows the git identity.
    pub(super) fn person(&mut self, flag: &str, ask: &str, what: &str, given: Option<&str>) -> Result<String, Error> {
        match (given, user(self.subject)) {
            (None, Some(user)) => Ok(user),
            _ => self.somebody(flag, ask, what, given),
        }
    }

    /// Returns an answer that may be left out, and that only a terminal asks for.
    pub(super) fn optional(&mut self, flag: &str, ask: &str, what: &str, given: Option<&str>) -> Result<String, Error> {
        match (given, self.subject.asks) {
            (None, None) => Ok(String::new()),
            (None, Some(_)) => self.answer(flag, Kind::Optional, (ask, what), None, ""),
            (Some(text), _) => Ok(tidy(text)),
        }
    }

    fn answer(
        &mut self,
        flag: &str,
        kind: Kind<'_>,
        (ask, what): (&str, &str),
        given: Option<&str>,
        default: &str,
    ) -> Result<String, Error> {
        match (given.map(tidy).filter(|text| !text.is_empty()), self.subject.asks) {
            (Some(text), _) => Ok(text),
            (None, Some(asks)) => asks.ask(self.subject, flag, kind, (ask, what), default),
            (None, None) => {
                let owners = Owners::of(self.subject, kind)?.deciders();
                let named = match owners.is_empty() {
                    true => what.to_owned(),
                    false => format!("{what}; may decide: {}", owners[..owners.len().min(5)].join(", ")),
                };
                self.missing.push((format!("--{flag}"), named));
                Ok(String::new())
            }
        }
    }

    /// Returns a day, by default today.
    pub(super) fn day(&self, flag: &str, given: Option<&str>) -> Result<Day, Error> {
        match given {
            None => Ok(self.subject.judge.today.day),
            Some(text) => typed::read_day(text, self.subject.judge.today.day, Toward::Past).map_err(|error| {
                Error::from(Argument::Value {
                    option: format!("--{flag}"),
                    value: text.to_owned(),
                    why: error.to_string(),
                    help: format!("write {}", typed::PAST_DAY),
                })
            }),
        }
    }

    /// Refuses a day in the future, where no rule would.
    pub(super) fn refuse_ahead(&self, flag: &str, day: Day) -> Result<(), Error> {
        let today = self.subject.judge.today.day;
        if day <= today {
            return Ok(());
        }
        Err(Error::from(Argument::Ahead { option: format!("--{flag}"), day, today }))
    }

    /// Returns an end: a date that a person types, counted from `from`; in a terminal `default` is proposed.
    pub(super) fn end(
        &mut self,
        flag: &str,
        (ask, what): (&str, &str),
        given: Option<&str>,
        from: Day,
        default: &str,
    ) -> Result<String, Error> {
        let text = self.answer(flag, Kind::End(from), (ask, what), given, default)?;
        match typed::read(&text, from, Toward::Future) {
            _ if text.is_empty() => Ok(text),
            Ok(moment) => Ok(moment.to_string()),
            Err(error) => Err(Error::from(Argument::Value {
                option: format!("--{flag}"),
                value: text,
                why: error.to_string(),
                help: format!("write {what}, as {}", typed::FUTURE_MOMENT),
            })),
        }
    }

    /// Returns whether something is missing.
    pub(super) fn lacks_some(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Returns an error if something is missing.
    pub(super) fn all(self) -> Result<(), Error> {
        match self.missing.is_empty() {
            true => Ok(()),
            false => Err(Error::Missing { command: self.command, answers: self.missing }),
        }
    }
}

/// Finds the user in the roster by the identity that git writes into commits.
fn user(subject: &Subject<'_>) -> Option<String> {
    let roster = subject.judge.people.roster()?;
    let Identity { name, email } = Identity::of(&subject.opened.root).unwrap_or_default();
    let known = [email, name].into_iter().flatten().find_map(|spelling| roster.find(&spelling))?;
    Some(roster.display(known).to_owned())
}
