//! Who may decide on an edit, as far as the check will ask.

use super::Subject;
use super::asks::Kind;
use crate::commands::deciders;
use crate::commands::signoff::{self, Owners as Place};
use crate::error::Error;
use crate::register::Files;
use crate::rule::Level;
use crate::rules;
use crate::signoff::Ownership;
use crate::text::shown;

/// The code owners of an exception's file and the requester; nobody unless a decision is asked for.
pub(super) struct Owners<'s> {
    subject: &'s Subject<'s>,
    requester: &'s str,
    ownership: Option<Ownership>,
}

impl<'s> Owners<'s> {
    /// Reads CODEOWNERS if the check asks who owns the file, and the answer is somebody who decides.
    ///
    /// # Errors
    ///
    /// If CODEOWNERS cannot be read.
    pub(super) fn of(subject: &'s Subject<'s>, kind: Kind<'s>) -> Result<Self, Error> {
        let policy = &subject.judge.policy;
        let is_asked = rules::find("approver-not-code-owner").is_some_and(|rule| policy.level(rule) == Level::Error);
        let (requester, ownership) = match kind {
            Kind::Approver(requester) if is_asked => {
                let place = Place::WorkTree(&subject.opened.root);
                (requester, signoff::ownership(policy.forge(), &place, &mut Files::default())?)
            }
            _ => ("", None),
        };
        Ok(Self { subject, requester, ownership: ownership.filter(|it| it.codeowners().is_some()) })
    }

    /// Lists those who may decide, the requester's manager first; nobody where the check does not ask.
    pub(super) fn deciders(&self) -> Vec<String> {
        let Some(ownership) = &self.ownership else { return Vec::new() };
        let (people, today) = (&self.subject.judge.people, self.subject.judge.today.day);
        deciders::deciders(people, Some(ownership), today, self.requester, self.subject.file.path)
    }

    /// Says that somebody may not decide.
    pub(super) fn refuse(&self, person: &str) -> Option<String> {
        let ownership = self.ownership.as_ref()?;
        let people = &self.subject.judge.people;
        let owners = ownership.people(&ownership.codeowners()?, people, self.subject.file.path);
        (!owners.people.is_empty() && !owners.has(people, person))
            .then(|| format!("`{}` is not a code owner of this file", shown(person)))
    }
}
