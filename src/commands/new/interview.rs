//! The questions: missing answers that do not follow from others are asked for, and each answer is checked as it is
//! given.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use crate::cli::answers::NONE;
use crate::commands::ask::{Choice, Pick, Question, Reply, Terminal, pick};
use crate::commands::new::desk::{Desk, Earlier, Remark};
use crate::commands::new::follow::{self, Following};
use crate::commands::new::{answer, people};
use crate::error::Error;
use crate::register::Tier;
use crate::register::draft::Draft;
use crate::register::fields::{
    APPROVER, CONTROL, ENVIRONMENT, EXPIRES, EXPOSURE, Field, Kind, REASON, REQUESTER, SYSTEM, TIER, TITLE,
};
use crate::register::precedent::Common;
use crate::rule::Level;
use crate::text::{counted, shown};

/// The choices that are shown with a question; the smallest terminal has 24 lines.
const LISTED: usize = 8;

/// The earlier requests for the same that are shown.
const EARLIER: usize = 4;

/// The earlier ones for the same control or system alone that are shown.
const ALIKE: usize = 2;

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A field.
    Field(Field),
    /// A key of an item of a list.
    Item(Field, usize),
    /// The name of the file.
    Id,
}

/// Where the next question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    On,
    Back,
}

/// A conversation about one exception.
pub(super) struct Interview<'i> {
    pub(super) terminal: Terminal,
    pub(super) desk: &'i Desk,
    /// The answers that were given.
    pub(super) draft: Draft,
    /// The id; empty while it follows from the title.
    pub(super) id: String,
    /// Who is at the keyboard, if that is known.
    pub(super) asker: Option<String>,
    /// What is asked for though it was given, because somebody wants to.
    pub(super) again: BTreeSet<Field>,
    /// What the questions begin with, because `--ask` names it.
    pub(super) first: BTreeSet<Field>,
    /// What `--ask` names and nobody has answered yet.
    pub(super) unanswered: BTreeSet<Field>,
    /// What is asked for though it was given, because it is refused.
    pub(super) refused: BTreeSet<Field>,
    /// What was given with the command, and is not asked for.
    pub(super) settled: BTreeSet<Field>,
    /// Answers that were begun when somebody went elsewhere.
    pub(super) begun: BTreeMap<Step, String>,
    /// The exception that this one was said to renew.
    pub(super) noted: Option<String>,
    /// The earlier requests for the same that the reason has been looked at for.
    pub(super) answered: Vec<String>,
    /// Where remarks are printed.
    pub(super) out: &'i mut dyn Write,
}

impl Interview<'_> {
    /// Asks for everything that was not given and does not follow, and again for what was given and
    /// is refused.
    ///
    /// # Errors
    ///
    /// If the questions are cancelled, or the terminal fails.
    pub(super) fn run(&mut self) -> Result<(), Error> {
        self.go_on_from(0)
    }

    /// Goes back to the last question.
    ///
    /// # Errors
    ///
    /// If the questions are cancelled, or the terminal fails.
    pub(super) fn back(&mut self) -> Result<(), Error> {
        self.go_on_from(self.steps().len().saturating_sub(1))
    }

    fn go_on_from(&mut self, mut at: usize) -> Result<(), Error> {
        // What was begun before somebody went back is asked for again on the way.
        while let Some(step) = self.steps().get(at).copied() {
            let progress = format!("{} of {}", at + 1, self.steps().len() + 1);
            at = match self.ask(step, &progress, at > 0)? {
                Moved::On => {
                    self.ask_what_is_different()?;
                    at + 1
                }
                Moved::Back => at.saturating_sub(1),
            };
        }
        Ok(())
    }

    /// Asks once more for a reason that was given before it was known that the same had been asked for.
    fn ask_what_is_different(&mut self) -> Result<(), Error> {
        let earlier: Vec<String> = self.asked_for_the_same().into_iter().map(|it| it.id).collect();
        if earlier.is_empty() || earlier == self.answered || !self.draft.is_given(REASON) {
            return Ok(());
        }
        self.answered = earlier;
        self.ask(Step::Field(REASON), "", true).map(drop)
    }

    /// Lists the earlier requests for the same control and system.
    fn asked_for_the_same(&self) -> Vec<Earlier> {
        let mut earlier = self.desk.asked_before(&self.draft);
        earlier.retain(|it| it.common == Common::Both);
        earlier
    }

    /// Returns the questions, in their order.
    pub(super) fn steps(&self) -> Vec<Step> {
        let whole = self.whole();
        let asked = Field::asked().into_iter().filter(|field| answer::applies(*field, &whole) && self.is_open(*field));
        let steps = |field: Field| match field.kind() {
            Kind::Mappings => field.parts().map(|part| Step::Item(part, 0)).collect(),
            _ => vec![Step::Field(field)],
        };
        let mut asked: Vec<Field> = asked.collect();
        asked.sort_by_key(|field| !self.first.contains(field));
        asked.into_iter().flat_map(steps).collect()
    }

    /// Asks for what has become necessary by another answer.
    ///
    /// # Errors
    ///
    /// If the questions are cancelled, or the terminal fails.
    pub(super) fn catch_up(&mut self) -> Result<(), Error> {
        let is_missing = |step: &Step| match *step {
            Step::Field(field) => !self.draft.is_given(field),
            Step::Item(part, at) => self.draft.item(part, at).is_empty(),
            Step::Id => false,
        };
        for step in self.steps().into_iter().filter(is_missing).collect::<Vec<_>>() {
            self.ask(step, "", false)?;
        }
        Ok(())
    }

    /// Tells whether there is a question for a field.
    pub(super) fn is_open(&self, field: Field) -> bool {
        self.again.contains(&field)
            || self.refused.contains(&field)
            || !(self.settled.contains(&field) || self.following(field).is_some())
    }

    /// Returns the answer that follows for a field, where one does.
    pub(super) fn following(&self, field: Field) -> Option<Following> {
        follow::follows(field, &self.whole(), self.desk, self.asker.as_deref(), &self.path())
    }

    /// Returns the answers that were given and those that follow.
    pub(super) fn whole(&self) -> Draft {
        follow::complete(&self.draft, self.desk, self.asker.as_deref(), &self.path())
    }

    /// Returns the id, which follows from the title where no other is wanted.
    pub(super) fn id(&self) -> String {
        if self.id.is_empty() { self.desk.shelf.propose(self.draft.text(TITLE)) } else { self.id.clone() }
    }

    pub(super) fn path(&self) -> String {
        self.desk.shelf.path(&self.id())
    }

    /// Asks one question, beginning with what is there, until its answer is taken.
    ///
    /// # Errors
    ///
    /// If the question is cancelled, or the terminal fails. What was typed then is kept as begun.
    pub(super) fn ask(&mut self, step: Step, progress: &str, back: bool) -> Result<Moved, Error> {
        let mut standing = self.begun.remove(&step).unwrap_or_else(|| self.standing(step));
        let mut question = self.question(step);
        question.progress = progress.to_owned();
        // A change goes back to where it was wanted.
        question.back = back || progress.is_empty();
        if !standing.is_empty() {
            question.default.clear();
        }
        self.terminal.show(&question, self.out)?;
        let mut last = self.object(step, &standing)?.then(|| standing.clone());
        loop {
            let text = match self.terminal.read(&question, &standing, self.out)? {
                Reply::Answer(text) if text.is_empty() => question.default.clone(),
                Reply::Answer(text) => text,
                Reply::Back(text) => {
                    self.keep_begun(step, text);
                    return Ok(Moved::Back);
                }
                Reply::Left(text) => {
                    self.keep_begun(step, text);
                    return Err(Error::Left);
                }
            };
            let again = last.as_deref() == Some(text.as_str());
            match self.take(step, &text, again)? {
                None => {
                    if let Some(field) = field_of(step) {
                        self.unanswered.remove(&field);
                    }
                    return Ok(Moved::On);
                }
                Some(why) => self.terminal.refuse(&why, self.out)?,
            }
            standing.clone_from(&text);
            last = Some(text);
        }
    }

    /// Says what is wrong with an answer that was given with the command, or together with the wish to
    /// change it; tells whether anything is.
    fn object(&mut self, step: Step, standing: &str) -> Result<bool, Error> {
        let Some(field) = field_of(step) else { return Ok(false) };
        if standing.is_empty() || !self.refused.remove(&field) {
            return Ok(false);
        }
        self.again.insert(field);
        let why = match self.reading(step, standing) {
            Ok(read) => {
                let mut draft = self.draft.clone();
                put(step, &mut draft, &read);
                refusal(&self.refusals(step, &draft, &read), &read)
            }
            Err(why) => why,
        };
        if !why.is_empty() {
            self.terminal.refuse(&why, self.out)?;
        }
        Ok(!why.is_empty())
    }

    fn keep_begun(&mut self, step: Step, text: String) {
        if !text.is_empty() && text != self.standing(step) {
            self.begun.insert(step, text);
        }
    }

    /// Returns what was answered before.
    fn standing(&self, step: Step) -> String {
        match step {
            Step::Field(field) if self.draft.is_given(field) => answer::get(field, &self.draft),
            // What follows is asked for only where somebody wants to change it.
            Step::Field(field) if self.following(field).is_some() => answer::get(field, &self.whole()),
            Step::Field(_) => String::new(),
            Step::Item(part, at) => self.draft.item(part, at).to_owned(),
            Step::Id => self.id(),
        }
    }

    /// Takes an answer; says what is wrong with it where it is refused. The same answer once more is
    /// kept: a person who is not in the roster yet must not be a dead end, and the gate has the last
    /// word.
    ///
    /// # Errors
    ///
    /// If the terminal fails.
    pub(super) fn take(&mut self, step: Step, text: &str, again: bool) -> Result<Option<String>, Error> {
        let read = match self.reading(step, text) {
            Ok(read) => read,
            Err(why) => return Ok(Some(why)),
        };
        if step == Step::Id {
            if let Some(why) = self.desk.shelf.id_problem(&read) {
                return Ok(Some(why));
            }
            self.id = read;
            return Ok(None);
        }
        let mut draft = self.draft.clone();
        put(step, &mut draft, &read);
        let refused: Vec<String> = self.refusals(step, &draft, &read);
        if !refused.is_empty() && read.is_empty() {
            return Ok(Some("this needs an answer".to_owned()));
        }
        if !refused.is_empty() && !again {
            return Ok(Some(refusal(&refused, &read)));
        }
        self.draft = draft;
        if !refused.is_empty() {
            writeln!(self.out, "{} kept as it is, and the gate will refuse it", self.terminal.red("!"))?;
        } else if read != text {
            writeln!(self.out, "  = {}", self.terminal.wrap(&read, "    "))?;
        }
        self.say_what_passes(step)?;
        Ok(None)
    }

    /// Returns what rules at error have against an answer.
    fn refusals(&self, step: Step, draft: &Draft, answer: &str) -> Vec<String> {
        // No further item ends the list.
        if answer.is_empty() && matches!(step, Step::Item(part, 1..) if is_first(part)) {
            return Vec::new();
        }
        let after = follow::complete(draft, self.desk, self.asker.as_deref(), &self.path());
        let mut before = after.clone();
        put(step, &mut before, "");
        let (before, after) = (self.desk.judge(&before, &self.path()), self.desk.judge(&after, &self.path()));
        let caused = Remark::caused(&before, after, &pointer(step)).into_iter();
        caused.filter(|remark| remark.level == Level::Error).map(|remark| remark.text()).collect()
    }

    /// Prints the objections of rules to an answer that they let pass, and whether the exception counts
    /// as a renewal of another.
    fn say_what_passes(&mut self, step: Step) -> Result<(), Error> {
        let Some(field) = field_of(step) else { return Ok(()) };
        let remarks = self.desk.caused_by(field, &self.whole(), &self.path());
        let warnings = remarks.iter().filter(|remark| remark.level == Level::Warning);
        let mut notes: Vec<String> = warnings.map(|remark| format!("warning: {}", remark.text())).collect();
        if matches!(field, CONTROL | SYSTEM) {
            notes.extend(self.earlier_notes(field));
        }
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

    /// Returns what was asked for before, as far as an answer has brought it up.
    fn earlier_notes(&self, field: Field) -> Vec<String> {
        let mut earlier = self.desk.asked_before(&self.draft);
        // The question for what is different shows the same right away.
        let is_asked = self.draft.is_given(REASON);
        earlier.retain(|it| match it.common {
            Common::Both => !is_asked,
            Common::System => true,
            Common::Control => field == CONTROL,
        });
        let mut notes = Vec::new();
        for common in [Common::Both, Common::System, Common::Control] {
            let found: Vec<&Earlier> = earlier.iter().filter(|it| it.common == common).collect();
            let listed = if common == Common::Both { EARLIER } else { ALIKE };
            notes.extend(found.iter().take(listed).map(|it| format!("before, same {}: {}", common.name(), it.line)));
            if found.len() > listed {
                notes.push(format!("and {} more for the same {}", found.len() - listed, common.name()));
            }
        }
        notes
    }

    /// Returns the note that the exception takes up another one, if it does.
    pub(super) fn renewal_note(&self) -> Option<String> {
        let (count, id) = self.desk.taken_up(&self.whole(), &self.path())?;
        let max = self.desk.max_renewals();
        Some(format!(
            "note: `{}` was an exception from the same rule on the same system, so this one counts as a renewal of it: \
             {count} in a row, the policy allows {max}",
            shown(&id)
        ))
    }

    /// Reads an answer as the file will hold it.
    ///
    /// # Errors
    ///
    /// What is wrong where it can be read in several ways or in none.
    pub(super) fn reading(&self, step: Step, text: &str) -> Result<String, String> {
        let Step::Field(field) = step else { return Ok(text.to_owned()) };
        let choices = self.question(step).choices;
        match field.kind() {
            _ if text.is_empty() => Ok(String::new()),
            Kind::Word(_) => chosen(text, &choices),
            Kind::Words(_) => {
                let words = text.split([',', ' ']).filter(|word| !word.is_empty());
                let words: Vec<String> = words.map(|word| chosen(word, &choices)).collect::<Result<_, _>>()?;
                match words.as_slice() {
                    [_, _, ..] if words.iter().any(|word| word == NONE) => {
                        Err(format!("`{NONE}` cannot be combined with other values"))
                    }
                    _ => Ok(words.join(",")),
                }
            }
            Kind::Person if people::is_known(self.desk, text) => Ok(people::as_known(self.desk, text)),
            Kind::Person => one_or_itself(text, &choices),
            Kind::Day | Kind::Moment => {
                let today = self.desk.today().day;
                let from = if field == EXPIRES { self.desk.start(&self.whole()) } else { today };
                field.typed(text, from).map_err(|error| {
                    let why = error.to_string();
                    // What to write is said once.
                    let why = why.split(": write").next().unwrap_or_default();
                    format!("{why}: write {}", field.dates())
                })
            }
            _ if field == CONTROL => one_or_itself(text, &choices),
            _ => Ok(text.to_owned()),
        }
    }

    /// Returns the question for a step.
    fn question(&self, step: Step) -> Question {
        match step {
            Step::Field(field) => self.question_of(field),
            Step::Item(part, at) => item(part, at),
            Step::Id => {
                let help = format!("the file will be {}; the name never changes", self.desk.shelf.path("ID"));
                Question { ask: "What is its id?".to_owned(), help, ..Question::default() }
            }
        }
    }

    fn question_of(&self, field: Field) -> Question {
        let (ask, mut help) = (ask(field).to_owned(), help(field).to_owned());
        let example = answer::example(field);
        if !example.is_empty() {
            help = format!("{help}\nsuch as: {example}");
        }
        let plain = Question { ask, help, ..Question::default() };
        match (field, field.kind()) {
            (REASON, _) => self.reason(plain),
            (CONTROL, _) if self.desk.has_controls() => self.control(plain),
            (TIER, _) => self.tier(plain),
            (EXPIRES, _) => self.end(plain),
            (ENVIRONMENT, _) => {
                let choices: Vec<Choice> = self.desk.environments.iter().map(Choice::plain).collect();
                Question { listed: LISTED, choices, ..plain }
            }
            (_, Kind::Word(words)) => {
                let choices: Vec<Choice> = words.iter().copied().map(Choice::plain).collect();
                Question { listed: choices.len(), choices, ..plain }
            }
            (_, Kind::Words(words)) => self.words(field, words, plain),
            (_, Kind::Person) => self.person(field, plain),
            (_, kind) => Question { prose: kind == Kind::Line, ..plain },
        }
    }

    /// The reason of a request that was made before says what is different.
    fn reason(&self, plain: Question) -> Question {
        let earlier = self.asked_for_the_same();
        if earlier.is_empty() {
            return Question { prose: true, ..plain };
        }
        let lines: Vec<&str> = earlier.iter().take(EARLIER).map(|it| it.line.as_str()).collect();
        let help = format!(
            "an earlier request covers the same control and system:\n{}\nsay in the reason what has changed since, \
             still in one sentence",
            lines.join("\n")
        );
        Question { ask: "Why now, and what is different this time?".to_owned(), help, prose: true, ..plain }
    }

    fn control(&self, plain: Question) -> Question {
        let choice = |control: &crate::register::Control| Choice {
            value: format!("{} {}", control.id, control.name).trim_end().to_owned(),
            about: if control.waivable { String::new() } else { "(no exceptions allowed)".to_owned() },
        };
        let choices = self.desk.with_controls(|controls| controls.iter().map(choice).collect::<Vec<_>>());
        let choices = choices.unwrap_or_default();
        let few = choices.len() <= LISTED;
        let help = match few {
            true => "its id, or any of its words".to_owned(),
            false => format!("one of {}: its id, or any of its words{}", choices.len(), self.terminal.tab()),
        };
        Question { help, listed: if few { choices.len() } else { 0 }, choices, ..plain }
    }

    fn tier(&self, plain: Question) -> Question {
        let about = |tier| format!("at most {}: {}", counted(self.desk.limit(tier), "day"), follow::meaning(tier));
        let choices = Tier::ALL.map(|tier| Choice { value: tier.name().to_owned(), about: about(tier) }).to_vec();
        let least = follow::least_tier(&self.draft, self.desk);
        let help = match least {
            Tier::Low => plain.help,
            least => format!("its exposure requires at least `{}`", least.name()),
        };
        Question { help, listed: choices.len(), choices, ..plain }
    }

    /// The end that is proposed is a short one: asking again is cheaper than a hole that is forgotten.
    fn end(&self, plain: Question) -> Question {
        let whole = self.whole();
        let Some((tier, limit, last)) = self.desk.latest(&whole) else { return plain };
        let help = format!(
            "tier {}: at most {}, {last} at the latest; `7d` and `friday` are dates too, and the day is covered",
            tier.name(),
            counted(limit, "day"),
        );
        let proposed = self.desk.start(&whole).plus(follow::short(limit)).to_string();
        Question { help, default: proposed, ..plain }
    }

    fn words(&self, field: Field, words: &[&'static str], plain: Question) -> Question {
        const KINDS: [(&str, &str); 5] = [
            ("remote-access", "a way in from outside: VPN, SSH, RDP, an open port"),
            ("authentication", "a weaker proof of identity: no MFA, a shared account"),
            ("data", "personal, customer or secret data can be read"),
            ("vendor-access", "someone outside the organisation gets in"),
            (NONE, "nothing of that kind"),
        ];
        let about = |word: &str| KINDS.iter().find(|(kind, _)| *kind == word).map_or("", |(_, about)| about);
        let choice = |word: &str| Choice { value: word.to_owned(), about: about(word).to_owned() };
        let choices: Vec<Choice> = words.iter().copied().chain([NONE]).map(choice).collect();
        let spoken = self.desk.spoken_of(&self.draft).filter(|_| field == EXPOSURE);
        let (default, help) = match spoken {
            Some((word, kind)) => {
                let hint = format!("`{kind}` is proposed, because you mention `{}`", shown(&word));
                (kind, format!("{}\n{hint}", plain.help))
            }
            None => (NONE, plain.help),
        };
        Question { help, default: default.to_owned(), listed: choices.len(), choices, several: true, ..plain }
    }

    fn person(&self, field: Field, plain: Question) -> Question {
        let whole = self.whole();
        let deciders = match field {
            APPROVER => self.desk.deciders(whole.text(REQUESTER), &self.path()),
            _ => Vec::new(),
        };
        let default = deciders.first().cloned().unwrap_or_default();
        let choices = self.desk.to_choose(&deciders);
        let listed = if choices.len() <= LISTED { choices.len() } else { deciders.len().min(LISTED) };
        let help = match choices.is_empty() {
            true => plain.help,
            false => format!("{}\ntype any part of a name{}", plain.help, self.terminal.tab()),
        };
        Question { help, default, listed, choices, ..plain }
    }
}

/// Returns the question for a key of an item: that of the list for the first one.
fn item(part: Field, at: usize) -> Question {
    let list = part.parent().unwrap_or(part);
    let (ask, help) = match (is_first(part), at) {
        (true, 0) => (ask(list), format!("{}\nsuch as: {}", help(list), answer::example(list))),
        (true, _) => ("Another one?", "press enter if there is none".to_owned()),
        (false, _) => (ask(part), format!("{}\nsuch as: {}", help(part), answer::example(part))),
    };
    Question { ask: ask.to_owned(), help, prose: true, ..Question::default() }
}

/// Tells whether a key of an item is the one that the item begins with.
pub(super) fn is_first(part: Field) -> bool {
    part.parent().and_then(|list| list.parts().next()) == Some(part)
}

/// Returns the field that a question is about, the list of an item's.
pub(super) fn field_of(step: Step) -> Option<Field> {
    match step {
        Step::Field(field) => Some(field),
        Step::Item(part, _) => Some(part.parent().unwrap_or(part)),
        Step::Id => None,
    }
}

/// Puts an answer where its question says.
fn put(step: Step, draft: &mut Draft, text: &str) {
    match step {
        Step::Field(field) if text.is_empty() => draft.clear(field),
        Step::Field(field) => answer::set(field, draft, text),
        Step::Item(part, at) => draft.set_item(part, at, text),
        Step::Id => {}
    }
}

/// Returns the JSON Pointer of what a question is about.
fn pointer(step: Step) -> String {
    match step {
        Step::Field(field) => field.pointer(),
        Step::Item(part, at) => {
            format!("{}/{at}/{}", part.parent().map(Field::pointer).unwrap_or_default(), part.key())
        }
        Step::Id => String::new(),
    }
}

/// Says what is wrong with an answer, and that it can be kept all the same; empty where nothing is.
fn refusal(refused: &[String], answer: &str) -> String {
    let can_be_kept = !refused.is_empty() && !answer.is_empty();
    let hint = if can_be_kept { "\n(enter again keeps it, but the gate will refuse it)" } else { "" };
    refused.join("\n") + hint
}

/// Finds the choice that is typed.
fn chosen(text: &str, choices: &[Choice]) -> Result<String, String> {
    match pick(text, choices) {
        Pick::One(choice) => Ok(choice.value.clone()),
        Pick::Several(found) => Err(could_be(text, &found)),
        Pick::None => {
            let all: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
            Err(format!("`{}` is not one of them: {}", shown(text), all.join(", ")))
        }
    }
}

/// Finds the choice that is typed, else takes the text itself, which rules then judge.
fn one_or_itself(text: &str, choices: &[Choice]) -> Result<String, String> {
    match pick(text, choices) {
        Pick::One(choice) => Ok(choice.value.clone()),
        Pick::Several(found) => Err(could_be(text, &found)),
        Pick::None => Ok(text.to_owned()),
    }
}

fn could_be(text: &str, found: &[&Choice]) -> String {
    let more = if found.len() > LISTED { format!("\nand {} more", found.len() - LISTED) } else { String::new() };
    let names: Vec<&str> = found.iter().take(LISTED).map(|choice| choice.value.as_str()).collect();
    format!("`{}` matches several:\n{}{more}", shown(text), names.join("\n"))
}

/// Returns the question for a field.
fn ask(field: Field) -> &'static str {
    field.question().map_or("", |question| question.ask)
}

/// Returns what a good answer for a field contains.
fn help(field: Field) -> &'static str {
    field.question().map_or("", |question| question.help)
}
