use std::borrow::Cow;
use std::collections::HashMap;

use crate::history::Changes;
use crate::people::{People, PersonId, fold_person};
use crate::register::{Exception, Spanned};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports a new exception whose owner still owns one that has expired.
    ///
    /// ## Why
    ///
    /// Anyone who requests another exception is thinking about exceptions right now. That is the best moment to finish
    /// the old one, whose risk is no longer accepted.
    ///
    /// ## What to do
    ///
    /// Carry out the removal of the expired exception and close it, in the same pull request or before it. If it has a
    /// new owner by now, update its `owner`.
    id: "expired-first",
    family: Change,
    level: Warning,
    since: "0.1.0",
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let (judge, register) = (cx.judge, cx.register);
    let added: Vec<_> = changes
        .list
        .iter()
        .filter_map(|change| change.added())
        .filter(|exception| exception.is_judged_as_live())
        .collect();
    if added.is_empty() {
        return;
    }
    let mut held: HashMap<Owner<'_>, Vec<&Exception<'_>>> = HashMap::new();
    for exception in register.exceptions() {
        let ended = |expiry: &Spanned<_>| judge.today.has_ended(judge.policy.timezone, expiry.value);
        let Some(owner) = exception.owner.as_ref().filter(|_| exception.is_judged_as_live()) else { continue };
        if exception.current_expiry().is_some_and(ended) {
            held.entry(Owner::new(&judge.people, owner.as_str())).or_default().push(exception);
        }
    }
    for exception in added {
        let Some(owner) = &exception.owner else { continue };
        let mine = held.get(&Owner::new(&judge.people, owner.as_str()));
        let mine: Vec<_> = mine.into_iter().flatten().filter(|held| held.file != exception.file).collect();
        let Some((first, expiry)) = mine.first().and_then(|first| Some((**first, first.current_expiry()?))) else {
            continue;
        };
        let id = shown(first.id);
        let held = match mine.len() {
            1 => format!("`{id}`, which expired on `{}`", judge.policy.timezone.last_day(expiry.value)),
            count => format!("`{count}` expired exceptions, such as `{id}`"),
        };
        cx.report_in(exception.file, owner, format!("`{}` still owns {held}", shown(owner.as_str())))
            .label_in(first.file, expiry.span(), "expired, and not closed")
            .help(format!("carry out the removal of `{id}` and close it first"));
    }
}

/// Who owns an exception, whichever way it is spelled.
#[derive(PartialEq, Eq, Hash)]
enum Owner<'a> {
    Known(PersonId),
    Unknown(Cow<'a, str>),
}

impl<'a> Owner<'a> {
    fn new(people: &People, written: &'a str) -> Self {
        match people.roster().and_then(|roster| roster.find(written)) {
            Some(person) => Self::Known(person),
            None => Self::Unknown(fold_person(written)),
        }
    }
}
