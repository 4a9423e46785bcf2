use std::cell::LazyCell;

use crate::people::{begins_group_name, is_group_name};
use crate::register::{Exception, Text};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::normalise::bare;
use crate::text::phrases::{has_number, is_no_alternative};
use crate::text::shown;

declare_rule! {
    /// Reports a text other than the reason that says next to nothing: one letter, empty words, or a group.
    ///
    /// ## Why
    ///
    /// "Low risk", "not possible", "checked, all good" and "the security team" fit every exception. An approver has
    /// five questions: what could happen, what safer alternative there was, what ends it, whether somebody looked, and
    /// how it ended. An empty answer hides that nobody asked.
    ///
    /// ## What to do
    ///
    /// Write what is specific to this case:
    ///
    /// - `risk.statement`: who could do what, and how much it would touch.
    /// - `rejected`: the fact that rules the alternative out.
    /// - `removal`: what must be done, so that somebody else can see that it is done.
    /// - `risk_check` and the note of a review: what was looked at, and what was seen.
    /// - the note of a closure or an amendment: what was done.
    ///
    /// Words that fit every record do not count ("risk", "removed", "approved"), and neither do stock phrases,
    /// including the policy's `vague_phrases`.
    id: "vague-text",
    family: Text,
    level: Error,
    since: "0.1.0",
    yields_to: &["placeholder-text"],
    check: Check::Entry(Applies::Granted, check),
}

/// What a field is to say.
#[derive(Clone, Copy)]
struct Field {
    name: &'static str,
    /// How many words must remain.
    needed: usize,
    /// What a good one says.
    good: &'static str,
}

const fn field(name: &'static str, needed: usize, good: &'static str) -> Field {
    Field { name, needed, good }
}

const STATEMENT: Field =
    field("risk.statement", 2, "say who could do what, and to whom or to how much: what could happen at worst");
const REJECTED: Field = field("rejected", 1, "say the fact that rules this option out: what it costs, breaks or takes");
const REMOVAL: Field =
    field("removal", 1, "say what must be done before it can be closed, so that somebody else can see it done");
const RISK_CHECK: Field = field("risk_check", 2, "say what was looked at since the last decision, and what was seen");
const REVIEW: Field =
    field("note", 2, "say what was looked at and what was seen: how far the removal is, who you are waiting for");
const AMENDMENT: Field = field("note", 1, "say what was corrected, and how it was noticed");
const CLOSURE: Field = field("note", 2, "say how it was removed, and what shows that it is gone");

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let mut judge = |field: Field, text: &Option<Text<'_>>| {
        if let Some(text) = text {
            judge(field, text, exception, cx);
        }
    };
    judge(STATEMENT, &exception.risk.statement);
    // If there is no option, `no-alternative` says so, and there is nothing to reject.
    let is_one = |option: &Option<Text<'_>>| !option.as_ref().is_some_and(|option| is_no_alternative(option.as_str()));
    for alternative in exception.alternatives.iter().filter(|alternative| is_one(&alternative.option)) {
        judge(REJECTED, &alternative.rejected);
    }
    judge(REMOVAL, &exception.removal);
    for review in &exception.reviews {
        judge(REVIEW, &review.note);
    }
    for renewal in &exception.renewals {
        judge(RISK_CHECK, &renewal.risk_check);
    }
    for amendment in &exception.amendments {
        judge(AMENDMENT, &amendment.note);
    }
    if let Some(closure) = &exception.closure {
        judge(CLOSURE, &closure.note);
    }
}

fn judge(field: Field, text: &Text<'_>, exception: &Exception<'_>, cx: &mut Context<'_>) {
    let whole = || shown(text.value.trim());
    // Most texts neither begin like another one nor like a group.
    let words: LazyCell<String, _> = LazyCell::new(|| bare(text.as_str()));
    let message = if let Some(other) = repeated(text.as_str(), || words.as_str(), exception) {
        format!("`{}` only repeats `{other}`", field.name)
    } else if may_be_group(text.as_str()) && is_group_name(&words.split(' ').collect::<Vec<_>>()) {
        format!("`{}` is a group; `{}` must be specific to this case", whole(), field.name)
    } else {
        let phrases = &cx.judge.phrases;
        let words = phrases.first_remaining(text.as_str(), "", field.needed).len();
        let remaining = words + usize::from(words < field.needed && has_number(text.as_str()));
        if remaining >= field.needed {
            return;
        }
        match phrases.first_phrase(text.as_str()) {
            Some(phrase) if remaining == 0 => {
                format!("`{}` says nothing but stock phrases such as `{}`", field.name, shown(phrase))
            }
            _ => format!("`{}` would fit every exception; `{}` must be specific to this one", whole(), field.name),
        }
    };
    cx.report(text, message).help(field.good);
}

/// Returns the field whose words a text repeats.
fn repeated<'w>(text: &str, words: impl Fn() -> &'w str, exception: &Exception<'_>) -> Option<&'static str> {
    let others = [("title", &exception.title), ("reason", &exception.reason), ("control", &exception.control)];
    let options = exception.alternatives.iter().map(|alternative| ("option", &alternative.option));
    // Punctuation and white space are few.
    let is_as_long = |other: &str| other.len().abs_diff(words().len()) <= words().len() / 2;
    others.into_iter().chain(options).find_map(|(name, other)| {
        let other =
            other.as_ref().map(Text::as_str).filter(|other| !begins_otherwise(other, text) && is_as_long(other))?;
        (!words().is_empty() && bare(other) == words()).then_some(name)
    })
}

/// Tells quickly that two texts have different words: their first letters are plain and differ.
fn begins_otherwise(one: &str, other: &str) -> bool {
    let first = |text: &str| match text.as_bytes() {
        // What follows may be an accent of the first letter.
        [first, second, ..] if first.is_ascii_alphanumeric() && second.is_ascii() => Some(first.to_ascii_lowercase()),
        _ => None,
    };
    first(one).zip(first(other)).is_some_and(|(one, other)| one != other)
}

/// Tells quickly whether a text could be the name of a group: by its first word, if it is plain.
fn may_be_group(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    !text.is_ascii() || words.next().is_some_and(|word| begins_group_name(&word.to_ascii_lowercase()))
}
