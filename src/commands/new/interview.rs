//! The questions: what is missing is asked for, and each answer is judged as it is given.

use std::cell::RefCell;
use std::io::Write;

use crate::commands::ask::{Choice, Line, Terminal};
use crate::commands::new::desk::{Desk, Remark};
use crate::commands::new::{answer, people};
use crate::error::Error;
use crate::register::Tier;
use crate::register::draft::Draft;
use crate::register::fields::{
    APPROVER, CONTROL, ENVIRONMENT, EXPIRES, EXPOSURE, Field, Kind, OWNER, REQUESTER, STARTS, TIER, TITLE,
};
use crate::rule::Level;
use crate::text::shown;

/// A conversation about one exception.
pub(super) struct Interview<'i> {
    pub(super) terminal: Terminal,
    pub(super) desk: &'i Desk,
    /// The answers so far.
    pub(super) draft: Draft,
    /// The id; empty until it is known.
    pub(super) id: String,
    /// Who is at the keyboard, if that is known.
    pub(super) asker: Option<String>,
    /// The exception that this one was said to renew.
    pub(super) noted: Option<String>,
    /// Where remarks are printed.
    pub(super) out: &'i mut dyn Write,
}

impl Interview<'_> {
    /// Asks for everything that was not given, and again for what was given and is refused.
    ///
    /// # Errors
    ///
    /// If the questions are cancelled, or the terminal fails.
    pub(super) fn run(&mut self, given: &[Field]) -> Result<(), Error> {
        for field in Field::asked() {
            if !answer::applies(field, &self.draft) {
                continue;
            }
            let refused = if given.contains(&field) { self.refused(field) } else { Vec::new() };
            self.say_refused(&refused)?;
            if !given.contains(&field) || !refused.is_empty() {
                self.ask(field)?;
            }
        }
        if self.id.is_empty() { self.ask_id() } else { Ok(()) }
    }

    /// Asks for one answer, beginning with what is there.
    ///
    /// # Errors
    ///
    /// If the question is cancelled, or the terminal fails.
    pub(super) fn ask(&mut self, field: Field) -> Result<(), Error> {
        self.out.flush()?;
        match (field, field.kind()) {
            (CONTROL, _) if self.desk.with_controls(|controls| controls.iter().len() > 0) == Some(true) => {
                self.choose_control()?;
            }
            (TIER, _) => self.choose_tier()?,
            (STARTS | EXPIRES, _) => self.ask_date(field)?,
            (ENVIRONMENT, _) => {
                let known: Vec<Choice> = self.desk.environments.iter().map(Choice::plain).collect();
                self.ask_line(field, help(field), "", (&known, known.len()))?;
            }
            (_, Kind::Word(words)) => {
                let choices: Vec<Choice> = words.iter().copied().map(Choice::plain).collect();
                let current = words.iter().position(|word| *word == self.draft.text(field)).unwrap_or_default();
                self.judged_choice(field, help(field), &choices, current)?;
            }
            (_, Kind::Words(words)) => self.mark(field, words)?,
            (_, Kind::Person) => self.ask_person(field)?,
            (_, Kind::Mappings) => self.ask_items(field)?,
            _ => self.ask_line(field, help(field), "", (&[], 0))?,
        }
        self.say_what_passes(field)
    }

    /// Asks for the id, which is the file's name.
    ///
    /// # Errors
    ///
    /// If the question is cancelled, or the terminal fails.
    pub(super) fn ask_id(&mut self) -> Result<(), Error> {
        self.out.flush()?;
        let proposed =
            if self.id.is_empty() { self.desk.shelf.propose(self.draft.text(TITLE)) } else { self.id.clone() };
        let help = format!("the file will be {}; the name never changes", self.desk.shelf.path("ID"));
        let line = Line { ask: "What is its id?", help: &help, initial: &proposed, ..Line::default() };
        self.id = self.terminal.line(&line, &|id| self.desk.shelf.id_problem(id))?;
        Ok(())
    }

    fn path(&self) -> String {
        let id = if self.id.is_empty() { self.desk.shelf.propose(self.draft.text(TITLE)) } else { self.id.clone() };
        self.desk.shelf.path(&id)
    }

    /// Returns the errors that an answer causes.
    fn refused(&self, field: Field) -> Vec<Remark> {
        let mut remarks = self.desk.caused_by(field, &self.draft, &self.path());
        remarks.retain(|remark| remark.level == Level::Error);
        remarks
    }

    fn say_refused(&mut self, refused: &[Remark]) -> Result<(), Error> {
        for remark in refused {
            writeln!(self.out, "! {}", self.terminal.wrap(&remark.text(), "  "))?;
        }
        self.out.flush()?;
        Ok(())
    }

    /// Prints the objections of rules to an answer that they let pass, and whether the exception counts as a renewal of
    /// another.
    fn say_what_passes(&mut self, field: Field) -> Result<(), Error> {
        let remarks = self.desk.caused_by(field, &self.draft, &self.path());
        let warnings = remarks.iter().filter(|remark| remark.level == Level::Warning);
        let mut notes: Vec<String> = warnings.map(|remark| format!("warning: {}", remark.text())).collect();
        let note = self.renewal_note();
        if note != self.noted {
            notes.extend(note.clone());
            self.noted = note;
        }
        for note in notes {
            writeln!(self.out, "  {}", self.terminal.wrap(&note, "    "))?;
        }
        self.out.flush()?;
        Ok(())
    }

    /// Returns the note that the exception takes up another one, if it does.
    pub(super) fn renewal_note(&self) -> Option<String> {
        let (count, id) = self.desk.taken_up(&self.draft, &self.path())?;
        let max = self.desk.max_renewals();
        Some(format!(
            "note: `{}` was an exception from the same rule on the same system, so this one counts as a renewal of it: \
             {count} in a row, the policy allows {max}",
            shown(&id)
        ))
    }

    /// Asks for a line; some of the suggestions are shown before anything is typed.
    fn ask_line(
        &mut self,
        field: Field,
        help: &str,
        default: &str,
        (suggestions, at_once): (&[Choice], usize),
    ) -> Result<(), Error> {
        let example = answer::example(field);
        let help = if example.is_empty() { help.to_owned() } else { format!("{help}\nsuch as: {example}") };
        let help = if suggestions.is_empty() { help } else { format!("{help}\ntab or arrows choose what is listed") };
        let initial = answer::get(field, &self.draft);
        let default = if initial.is_empty() { default } else { "" };
        let line = Line { ask: ask(field), help: &help, default, initial: &initial, suggestions, at_once };
        let answer = self.judged_line(&line, &|draft, answer| self.take(field, draft, answer), &field.pointer())?;
        let mut draft = std::mem::take(&mut self.draft);
        self.take(field, &mut draft, &answer);
        self.draft = draft;
        Ok(())
    }

    /// Stores an answer in the form in which the file will contain it.
    fn take(&self, field: Field, draft: &mut Draft, answer: &str) {
        match field.kind() {
            Kind::Person => answer::set(field, draft, &people::as_known(self.desk, answer)),
            _ => answer::set(field, draft, answer),
        }
    }

    /// Asks for a line until nothing in it is refused. The same answer given twice is kept: a person who is not in the
    /// roster yet must not be a dead end, and the gate has the last word.
    fn judged_line(&self, line: &Line<'_>, take: &dyn Fn(&mut Draft, &str), pointer: &str) -> Result<String, Error> {
        let path = self.path();
        let mut without = self.draft.clone();
        take(&mut without, "");
        let before = self.desk.judge(&without, &path);
        let last = RefCell::new(None);
        let check = |answer: &str| {
            let mut draft = self.draft.clone();
            take(&mut draft, answer);
            let remarks = self.desk.judge(&draft, &path);
            let caused = Remark::caused(&before, remarks, pointer).into_iter();
            let refused: Vec<String> =
                caused.filter(|remark| remark.level == Level::Error).map(|remark| remark.text()).collect();
            let again = last.replace(Some(answer.to_owned())).as_deref() == Some(answer);
            match refused.is_empty() || (again && !answer.is_empty()) {
                true => None,
                false if answer.is_empty() => Some(refused.join("\n")),
                false => Some(format!("{}\n(enter again keeps it, but the gate will refuse it)", refused.join("\n"))),
            }
        };
        self.terminal.line(line, &check)
    }

    /// Lets somebody choose until nothing in it is refused, or the same is chosen twice.
    fn judged_choice(&mut self, field: Field, help: &str, choices: &[Choice], mut start: usize) -> Result<(), Error> {
        let mut last = None;
        loop {
            let at = self.terminal.choose(ask(field), help, choices, start)?;
            answer::set(field, &mut self.draft, choices.get(at).map_or("", |choice| &choice.value));
            let refused = self.refused(field);
            if refused.is_empty() || last == Some(at) {
                return Ok(());
            }
            self.say_refused(&refused)?;
            (start, last) = (at, Some(at));
        }
    }

    fn choose_control(&mut self) -> Result<(), Error> {
        let choices = self.desk.with_controls(|controls| {
            let choice = |control: &crate::register::Control| Choice {
                value: format!("{} {}", control.id, control.name).trim_end().to_owned(),
                about: if control.waivable { String::new() } else { "(nobody may break it)".to_owned() },
            };
            controls.iter().map(choice).collect::<Vec<_>>()
        });
        let choices = choices.unwrap_or_default();
        let current = choices.iter().position(|choice| choice.value == self.draft.text(CONTROL)).unwrap_or_default();
        self.judged_choice(CONTROL, "type to filter, arrows and enter to choose", &choices, current)
    }

    fn choose_tier(&mut self) -> Result<(), Error> {
        let meaning = |tier: Tier| match tier {
            Tier::Low => "a nuisance, easily undone",
            Tier::Moderate => "one team or one system",
            Tier::High => "customers, personal data or the business",
            Tier::Emergency => "an incident is in progress, and this helps to end it",
        };
        let days = |tier: Tier| match self.desk.limit(tier) {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        };
        let about =
            |tier: Tier| format!("{}at most {}: {}", " ".repeat(9 - tier.name().len()), days(tier), meaning(tier));
        let choices = Tier::ALL.map(|tier| Choice { value: tier.name().to_owned(), about: about(tier) });
        let exposed = self.draft.list(EXPOSURE).is_some_and(|kinds| !kinds.is_empty());
        let least = if exposed { self.desk.exposure_tier() } else { Tier::Low };
        let current = Tier::parse(self.draft.text(TIER)).unwrap_or(least);
        let start = Tier::ALL.iter().position(|tier| *tier == current).unwrap_or_default();
        let help = match exposed {
            true => format!("what it opens calls for `{}` at least", least.name()),
            false => help(TIER).to_owned(),
        };
        self.judged_choice(TIER, &help, &choices, start)
    }

    /// Lets somebody mark some words of a list.
    fn mark(&mut self, field: Field, words: &[&'static str]) -> Result<(), Error> {
        const KINDS: [(&str, &str); 4] = [
            ("remote-access", "  a way in from outside: VPN, SSH, RDP, an open port"),
            ("authentication", " a weaker proof of identity: no MFA, a shared account"),
            ("data", "           personal, customer or secret data can be read"),
            ("vendor-access", "  someone outside the organisation gets in"),
        ];
        let about = |word: &str| KINDS.iter().find(|(kind, _)| *kind == word).map_or("", |(_, about)| about);
        let choice = |word: &&str| Choice { value: (*word).to_owned(), about: about(word).to_owned() };
        let choices: Vec<Choice> = words.iter().map(choice).collect();
        let spoken = self.desk.spoken_of(&self.draft).filter(|_| field == EXPOSURE);
        let help = help(field);
        let (marked, help) = match (self.draft.list(field), spoken) {
            (Some(marked), _) => (marked.to_vec(), help.to_owned()),
            (None, Some((word, kind))) => {
                let hint = format!("{kind} is marked, because you mention `{}`", shown(&word));
                (vec![kind.to_owned()], format!("{help}\n{hint}"))
            }
            (None, None) => (Vec::new(), help.to_owned()),
        };
        let places = (0..words.len()).filter(|at| marked.iter().any(|word| word == words[*at]));
        let marked = self.terminal.mark(ask(field), &help, &choices, &places.collect::<Vec<_>>())?;
        self.draft.set_list(field, marked.into_iter().map(|at| words[at].to_owned()).collect());
        Ok(())
    }

    /// Asks for the items of a list until one is left empty; the first cannot be.
    fn ask_items(&mut self, list: Field) -> Result<(), Error> {
        let Some(first) = list.parts().next() else { return Ok(()) };
        let former = self.draft.clone();
        self.draft.clear(list);
        for at in 0.. {
            let example = format!("{}\nsuch as: {}", help(list), answer::example(list));
            let (ask, help) = match at {
                0 => (ask(list), example.as_str()),
                _ => ("And another one?", "enter alone if there is none"),
            };
            let pointer = format!("{}/{at}/{}", list.pointer(), first.key());
            let set = |draft: &mut Draft, text: &str| {
                draft.truncate(list, at);
                draft.set_item(first, at, text);
            };
            let line = Line { ask, help, initial: former.item(first, at), ..Line::default() };
            let text = match at {
                0 => self.judged_line(&line, &set, &pointer)?,
                _ => self.optional_line(&line, &set, &pointer)?,
            };
            if text.is_empty() {
                self.draft.truncate(list, at);
                return Ok(());
            }
            set(&mut self.draft, &text);
            for part in list.parts().filter(|part| part.question().is_some()) {
                self.ask_part(list, part, at, former.item(part, at))?;
            }
        }
        Ok(())
    }

    /// Asks for one key of an item.
    fn ask_part(&mut self, list: Field, part: Field, at: usize, old: &str) -> Result<(), Error> {
        let set = |draft: &mut Draft, text: &str| draft.set_item(part, at, text);
        let help = format!("{}\nsuch as: {}", help(part), answer::example(part));
        let line = Line { ask: ask(part), help: &help, initial: old, ..Line::default() };
        let text = self.judged_line(&line, &set, &format!("{}/{at}/{}", list.pointer(), part.key()))?;
        set(&mut self.draft, &text);
        Ok(())
    }

    /// A line that may stay empty.
    fn optional_line(&self, line: &Line<'_>, set: &dyn Fn(&mut Draft, &str), pointer: &str) -> Result<String, Error> {
        let before = self.desk.judge(&self.draft, &self.path());
        let path = self.path();
        let check = |answer: &str| {
            let mut draft = self.draft.clone();
            set(&mut draft, answer);
            let caused = Remark::caused(&before, self.desk.judge(&draft, &path), pointer);
            let refused = caused.iter().find(|remark| remark.level == Level::Error && !answer.is_empty());
            refused.map(Remark::text)
        };
        self.terminal.line(line, &check)
    }

    fn ask_person(&mut self, field: Field) -> Result<(), Error> {
        let requester = self.draft.text(REQUESTER).to_owned();
        let deciders = match field {
            APPROVER => people::deciders(self.desk, &requester, &self.path()),
            _ => Vec::new(),
        };
        let default = match field {
            REQUESTER => self.asker.clone().unwrap_or_default(),
            OWNER => requester,
            APPROVER => deciders.first().cloned().unwrap_or_default(),
            _ => String::new(),
        };
        let suggestions = people::to_choose(self.desk, &deciders);
        self.ask_line(field, help(field), &default, (&suggestions, deciders.len()))
    }

    fn ask_date(&mut self, field: Field) -> Result<(), Error> {
        let today = self.desk.today().day.to_string();
        if field == STARTS {
            if self.draft.text(STARTS) == today {
                self.draft.clear(STARTS);
            }
            return self.ask_line(field, help(field), &today, (&[], 0));
        }
        let Some((tier, limit, last)) = self.desk.latest(&self.draft) else {
            return self.ask_line(field, help(field), "", (&[], 0));
        };
        let days = if limit == 1 { "1 day".to_owned() } else { format!("{limit} days") };
        let help = format!("tier {}: at most {days}, {last} at the latest; that day is covered too", tier.name());
        self.ask_line(field, &help, &last.to_string(), (&[], 0))
    }
}

/// Returns the question for a field.
fn ask(field: Field) -> &'static str {
    field.question().map_or("", |question| question.ask)
}

/// Returns what a good answer for a field contains.
fn help(field: Field) -> &'static str {
    field.question().map_or("", |question| question.help)
}
