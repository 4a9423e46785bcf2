use std::collections::HashMap;

use crate::people::{Roster, not_a_person};
use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::{nearest, shown};

declare_rule! {
    /// Reports a person who is not in the roster.
    ///
    /// ## Why
    ///
    /// A person who is not listed cannot be reminded, asked or matched with a review. The name is a typo, somebody from
    /// outside, or an account that was made up for this approval.
    ///
    /// ## What to do
    ///
    /// Write the person as the roster does: handle, name or mail address. Add missing people to the roster; people who
    /// have left stay in it, with their last day as `left`. A roster that does not list everybody yet sets `complete:
    /// false`: then this rule reports nobody, and unlisted people are judged by the spelling alone.
    id: "unknown-person",
    family: People,
    level: Error,
    since: "0.1.0",
    yields_to: &["owner-not-a-person", "no-alternative", "vague-reason", "vague-control", "broad-scope"],
    check: Check::Register(check),
}

/// How many pairs of spellings are compared for a suggestion. If more are unknown, the roster is at fault.
const MOST_COMPARED: usize = 2_000_000;

fn check(cx: &mut Context<'_>) {
    let (judge, register) = (cx.judge, cx.register);
    let Some(roster) = judge.people.roster().filter(|roster| roster.is_complete()) else { return };
    let mut suggestions = Suggestions::new(roster);
    for exception in register.exceptions() {
        judge_one(exception, roster, &mut suggestions, cx);
    }
}

fn judge_one<'r>(
    exception: &'r Exception<'_>,
    roster: &Roster,
    suggestions: &mut Suggestions<'r>,
    cx: &mut Context<'_>,
) {
    for (role, text) in exception.people() {
        let written = text.as_str();
        if roster.find(written).is_some() {
            continue;
        }
        let message = format!("the {} `{}` is not in the roster", role.name(), shown(written));
        let help = help(written, suggestions, cx.policy().people_path());
        cx.report_in(exception.file, text, message).help(help);
    }
}

fn help<'r>(written: &'r str, suggestions: &mut Suggestions<'r>, file: &str) -> String {
    let file = shown(file);
    if not_a_person(written).is_some() {
        return format!("name one person, as `{file}` writes them");
    }
    match suggestions.find(written) {
        Some(near) => format!("did you mean `{}`? if not, add the person to `{file}`", shown(near)),
        None => format!("add the person to `{file}`, or name somebody who is listed in it"),
    }
}

/// The nearest spelling for each unknown one; each is looked up once.
struct Suggestions<'r> {
    spellings: Vec<&'r str>,
    found: HashMap<&'r str, Option<&'r str>>,
    left: usize,
}

impl<'r> Suggestions<'r> {
    fn new(roster: &'r Roster) -> Self {
        let spellings: Vec<&str> = roster.spellings().collect();
        let left = MOST_COMPARED.checked_div(spellings.len()).unwrap_or_default();
        Self { spellings, found: HashMap::new(), left }
    }

    fn find(&mut self, written: &'r str) -> Option<&'r str> {
        if let Some(found) = self.found.get(written) {
            return *found;
        }
        self.left = self.left.checked_sub(1)?;
        let bare = |text: &'r str| text.trim_start_matches('@');
        let near = nearest(bare(written), self.spellings.iter().map(|spelling| bare(spelling)));
        let found = near.and_then(|near| self.spellings.iter().copied().find(|spelling| bare(spelling) == near));
        self.found.insert(written, found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_spellings_are_compared_than_there_is_time_for() {
        let mut suggestions = Suggestions { spellings: vec!["@dana", "Olek Mazur"], found: HashMap::new(), left: 2 };
        assert_eq!(suggestions.find("@dna"), Some("@dana"));
        assert_eq!(suggestions.find("Olek Mazurr"), Some("Olek Mazur"));
        assert_eq!(suggestions.find("@danna"), None);
        // What is known already costs nothing.
        assert_eq!(suggestions.find("@dna"), Some("@dana"));
    }
}
