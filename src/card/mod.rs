//! The approval card: what an approver agrees to by approving an entry, a renewal, an amendment or a closure.
//!
//! A card is plain facts, sentences and names, in the order in which an approver asks; a format draws
//! it. Everything in it may have been written by the author of the pull request. Knows nothing about formats.

mod before;
mod facts;
mod subject;
mod unusual;

use chrono::Utc;

use crate::history::Changes;
use crate::people::People;
use crate::register::{Exception, Register, Spanned, Text};
use crate::rules::Judge;
use crate::scan::Scan;
use crate::signoff::{Evidence, ReviewState};
use crate::source::{FileId, Source, Span};
use crate::text::shown;
use crate::time::Day;
use crate::yaml::Node;

use before::Before;
pub use facts::Fact;
use facts::Versions;
pub use subject::Subject;
use unusual::Register as Known;

/// The most cards of one change: an approver of more reads none of them.
const MOST: usize = 50;

/// The most lines between two that a suggestion changes.
const FARTHEST: usize = 10;

/// The cards of one change whose precedents are listed outside of a card.
const TOLD: usize = 5;

/// What an approver is asked to agree to.
#[derive(Clone, Debug)]
pub struct Card {
    /// The exception's id.
    pub id: String,
    /// What is to be decided.
    pub subject: Subject,
    /// The exception's title.
    pub title: String,
    /// Its file.
    pub file: FileId,
    /// What is asked, in the order of an approver's questions.
    pub asked: Vec<Fact>,
    /// What a renewal, an amendment or a closure follows: the request that was granted.
    pub before: Vec<Fact>,
    /// Whether this is the record before an amendment; otherwise that is unknown, and it is the record as it is now.
    pub is_compared: bool,
    /// What sets it apart from the usual exception, a sentence each.
    pub unusual: Vec<String>,
    /// What was requested before for the same control or system, and what became of it; a line each.
    pub precedents: Vec<String>,
    /// Who must agree, and who does.
    pub approvals: Vec<Approval>,
    /// The line that changes the decision date, if it is dated on another day.
    pub suggestion: Option<Suggestion>,
}

/// One person whose agreement is requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The person, as the record spells them and as the roster does.
    pub who: String,
    /// Their account, without `@`.
    pub account: Option<String>,
    /// The state of their approval.
    pub standing: Standing,
}

/// The state of a requested approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They approved what the file says now.
    Approved(Day),
    /// They approved, and the file has changed since, or the commit is not known.
    Outdated(Day),
    /// They ask for changes, or their approval was dismissed.
    Against,
    /// They have not said anything.
    Waiting,
    /// They have no account that is known.
    NoAccount,
    /// The approver is unknown; the day is that of the record.
    Unknown(Option<Day>),
}

/// The lines of the file that date a decision, as they should read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The number of the first in the file, from 1.
    pub first: usize,
    /// That of the last.
    pub last: usize,
    /// The whole lines, without the end of the last.
    pub text: String,
    /// The day that the decision then has.
    pub day: Day,
    /// The day that it has now.
    pub dated: Day,
}

/// The cards of a change.
#[derive(Clone, Debug, Default)]
pub struct Cards {
    /// The first of them, by id.
    pub list: Vec<Card>,
    /// How many there are beyond those.
    pub left_out: usize,
    /// Whether what covers silence was counted.
    is_counted: bool,
}

/// What cards are made from.
struct Desk<'d, 'a> {
    judge: &'d Judge,
    known: Known<'d>,
    evidence: Option<&'d Evidence>,
    changes: Option<&'d Changes<'a>>,
    before: Before<'d>,
    /// The versions of the one record of a desk without changes.
    versions: Versions<'d>,
    scan: Option<&'d Scan>,
}

impl Cards {
    /// Those of a run that compares nothing.
    pub const NONE: &'static Self = &Self { list: Vec::new(), left_out: 0, is_counted: false };

    /// Makes the cards of what a change brings.
    #[must_use]
    pub fn of_change(judge: &Judge, register: &Register<'_>, changes: &Changes<'_>, scan: Option<&Scan>) -> Self {
        let subjects = subject::of_change(changes);
        let left_out = subjects.len().saturating_sub(MOST);
        let subjects: Vec<(Subject, &Exception<'_>)> = subjects.into_iter().take(MOST).collect();
        if subjects.is_empty() {
            return Self::default();
        }
        let known = Known::new(judge, register, Some(changes), &subjects);
        let evidence = changes.evidence.as_ref();
        let before = Before::new(judge, register, Some(changes));
        let desk = Desk { judge, known, evidence, changes: Some(changes), before, versions: Versions::default(), scan };
        let list = subjects.iter().map(|(subject, exception)| desk.card(*subject, exception)).collect();
        Self { list, left_out, is_counted: scan.is_some() }
    }

    /// Says in a line each what was requested before, and what covers silence: for reports without cards;
    /// each with the file that it is about.
    #[must_use]
    pub fn remarks(&self) -> Vec<(FileId, String)> {
        let mut lines = Vec::new();
        let mut told: Option<FileId> = None;
        // An import brings hundreds, which nobody decides one by one.
        for card in self.list.iter().take(TOLD).filter(|card| !card.precedents.is_empty()) {
            if told.replace(card.file) != Some(card.file) {
                lines.extend(
                    card.precedents.iter().map(|line| (card.file, format!("before `{}`, {line}", shown(&card.id)))),
                );
            }
        }
        let silences = |card: &&Card| !matches!(card.subject, Subject::Refusal | Subject::Closure);
        for card in self.list.iter().filter(|_| self.is_counted).filter(silences) {
            let facts = card.asked.iter().chain(&card.before).filter(|fact| fact.label == facts::SILENCES);
            lines.extend(facts.map(|fact| (card.file, format!("`{}` silences {}", shown(&card.id), fact.text))));
        }
        lines.dedup();
        lines
    }

    /// Takes over the cards of another register behind its own; the ids of its files begin at `first`.
    pub fn absorb(&mut self, other: Self, first: usize) {
        let moved = |card: Card| Card { file: FileId::new(card.file.index() + first), ..card };
        self.list.extend(other.list.into_iter().map(moved));
        self.left_out += other.left_out + self.list.len().saturating_sub(MOST);
        self.list.truncate(MOST);
        self.is_counted |= other.is_counted;
    }

    /// Makes the card of what was last decided about an exception, as the record says it. `trees` is how the file reads
    /// now and, if it is known, how it read before its last amendment.
    #[must_use]
    pub fn of_record(
        judge: &Judge,
        register: &Register<'_>,
        exception: &Exception<'_>,
        (before, now): (Option<&Node<'_>>, Option<&Node<'_>>),
        scan: Option<&Scan>,
    ) -> Card {
        let subjects = [(subject::latest(exception), exception)];
        let known = Known::new(judge, register, None, &subjects);
        let was = before.map(|tree| Exception::from_node(exception.file, exception.id, tree.clone()));
        let versions = Versions { before: was.as_ref().zip(before), now };
        let before = Before::new(judge, register, None);
        let desk = Desk { judge, known, evidence: None, changes: None, before, versions, scan };
        desk.card(subjects[0].0, exception)
    }
}

impl<'a> Desk<'_, 'a> {
    fn card(&self, subject: Subject, exception: &Exception<'_>) -> Card {
        let deciding = deciding(subject, exception);
        let policy = &self.judge.policy;
        let edit = self.changes.and_then(|changes| changes.edit_of(exception.file));
        let versions = edit.as_ref().map_or(self.versions, |edit| Versions {
            before: Some((edit.base, edit.base_tree)),
            now: Some(edit.head_tree),
        });
        Card {
            id: exception.id.to_owned(),
            subject,
            title: exception.title.as_ref().map(|title| title.as_str().to_owned()).unwrap_or_default(),
            file: exception.file,
            asked: facts::asked(subject, exception, versions, policy, &self.judge.people, self.scan),
            before: facts::before(subject, exception, versions, policy, &self.judge.people, self.scan),
            is_compared: versions.before.is_some(),
            unusual: self.known.unusual(subject, exception, &self.before, self.judge),
            precedents: self.before.lines(subject, exception, self.judge),
            approvals: deciding.iter().map(|(who, day)| self.approval(who, *day, exception.file)).collect(),
            suggestion: deciding.first().and_then(|(who, day)| self.suggestion(subject, who, (*day)?, exception)),
        }
    }

    fn approval(&self, who: &Text<'_>, decided: Option<&Spanned<Day>>, file: FileId) -> Approval {
        let people = &self.judge.people;
        let account = people.account(who.as_str()).map(str::to_owned);
        let verdicts = self.evidence.and_then(|evidence| evidence.verdicts.as_ref().map(|_| evidence));
        let standing = match (verdicts, &account) {
            (None, _) => Standing::Unknown(decided.map(|day| day.value)),
            (Some(_), None) => Standing::NoAccount,
            (Some(evidence), Some(account)) => match evidence.verdict(account, file) {
                None => Standing::Waiting,
                Some(verdict) => {
                    let day = self.judge.policy.timezone.day_of(verdict.submitted_at.with_timezone(&Utc));
                    match verdict.state {
                        ReviewState::Approved if verdict.holds_for(file) => Standing::Approved(day),
                        ReviewState::Approved => Standing::Outdated(day),
                        _ => Standing::Against,
                    }
                }
            },
        };
        Approval { who: person(who.as_str(), people), account, standing }
    }

    /// Writes the line of the decision with the day on which it is really made: that of the approval, or today. What
    /// would then have begun before it was decided begins on that day.
    fn suggestion(
        &self,
        subject: Subject,
        who: &Text<'_>,
        decided: &Spanned<Day>,
        exception: &Exception<'_>,
    ) -> Option<Suggestion> {
        let changes = self.changes?;
        if matches!(subject, Subject::Closure | Subject::Refusal) {
            return None;
        }
        let standing = self.approval(who, None, exception.file).standing;
        let day = if let Standing::Approved(day) = standing { day } else { self.judge.today.day };
        if decided.value == day {
            return None;
        }
        let zone = self.judge.policy.timezone;
        let starts = exception.starts.as_ref().filter(|_| subject == Subject::Entry && decided.value < day);
        let starts = starts.filter(|starts| zone.first_day(starts.value) < day);
        let spans = std::iter::once(decided.span()).chain(starts.map(|starts| starts.span())).collect();
        let (first, last, text) = redated(changes.files.source(exception.file), spans, day)?;
        Some(Suggestion { first, last, text, day, dated: decided.value })
    }
}

/// Writes lines with another day at some places: the number of the first and of the last, and their text. `None` if a
/// place has more than one line, or they are so far apart that the difference would be hard to see.
fn redated(source: &Source, mut spans: Vec<Span>, day: Day) -> Option<(usize, usize, String)> {
    spans.sort_unstable_by_key(|span| span.start);
    let (first, last) = (source.position(spans.first()?.start).line, source.position(spans.last()?.end).line);
    let is_one_line = |span: &Span| source.position(span.start).line == source.position(span.end).line;
    if last - first > FARTHEST || !spans.iter().all(is_one_line) {
        return None;
    }
    let from = source.line_start(first) as usize;
    let to = source.line_at(source.line_start(last)).range().end;
    let whole = source.text();
    let (mut text, mut at) = (String::new(), from);
    for span in spans {
        let written = span.range();
        let quote = whole.get(written.start..=written.start).filter(|sign| matches!(*sign, "\"" | "'"));
        let quote = quote.unwrap_or_default();
        text += whole.get(at..written.start)?;
        text += &format!("{quote}{day}{quote}");
        at = written.end;
    }
    text += whole.get(at..to)?;
    Some((first, last, text.trim_end_matches(['\r', '\n']).replace("\r\n", "\n")))
}

/// Returns whose agreement a subject needs, with the day that the record gives it.
fn deciding<'e, 'a>(subject: Subject, exception: &'e Exception<'a>) -> Vec<(&'e Text<'a>, Option<&'e Spanned<Day>>)> {
    let of =
        |who: &'e Option<Text<'a>>, day: &'e Option<Spanned<Day>>| who.iter().map(|who| (who, day.as_ref())).collect();
    match subject {
        Subject::Entry | Subject::Refusal => of(&exception.approver, &exception.decided),
        Subject::Renewal(at) => exception.renewals.get(at).map(|it| of(&it.approver, &it.decided)).unwrap_or_default(),
        Subject::Amendment(at) => exception.amendments.get(at).map(|it| of(&it.approver, &it.date)).unwrap_or_default(),
        Subject::Closure => exception.closure.as_ref().map(|it| of(&it.verified_by, &it.date)).unwrap_or_default(),
    }
}

/// Writes a person as the record does, with the roster's name next to it.
fn person(written: &str, people: &People) -> String {
    match people.name_of(written) {
        name if name.trim() == written.trim() => written.to_owned(),
        name => format!("{written} ({name})"),
    }
}
