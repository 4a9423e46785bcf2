//! The approval card: what somebody agrees to who approves an entry, a renewal, an amendment or a closure.
//!
//! A card is plain facts, sentences and names, in the order in which an approver asks; a format draws
//! it. Everything in it may have been written by whoever opened the pull request. Knows nothing of formats.

mod facts;
mod subject;
mod unusual;

use chrono::Utc;

use crate::history::Changes;
use crate::people::People;
use crate::register::{Exception, Register, Spanned, Text};
use crate::rules::Judge;
use crate::signoff::{Evidence, ReviewState};
use crate::source::FileId;
use crate::time::Day;

pub use facts::Fact;
pub use subject::Subject;
use unusual::Register as Known;

/// The most cards of one change: whoever approves more at once reads none of them.
const MOST: usize = 50;

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
    /// What sets it apart from the usual exception, a sentence each.
    pub unusual: Vec<String>,
    /// Who must agree, and who does.
    pub approvals: Vec<Approval>,
    /// The line that dates the decision anew, if it is dated on another day.
    pub suggestion: Option<Suggestion>,
}

/// One person whose agreement is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The person, as the record spells them and as the roster does.
    pub who: String,
    /// Their account, without `@`.
    pub account: Option<String>,
    /// Where they stand.
    pub standing: Standing,
}

/// Where a person stands whose agreement is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They approved what the file says now.
    Approved(Day),
    /// They approved, and the file has been edited since, or the commit is not known.
    Outdated(Day),
    /// They ask for changes, or their approval was dismissed.
    Against,
    /// They have not said anything.
    Waiting,
    /// They have no account that is known.
    NoAccount,
    /// Nobody said who approved; the day is that of the record.
    Unknown(Option<Day>),
}

/// A line of the file, as it should read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Its number in the file, from 1.
    pub line: usize,
    /// The whole line, without its end.
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
}

/// What cards are made from.
struct Desk<'d, 'a> {
    judge: &'d Judge,
    known: Known<'d>,
    evidence: Option<&'d Evidence>,
    changes: Option<&'d Changes<'a>>,
}

impl Cards {
    /// Those of a run that compares nothing.
    pub const NONE: &'static Self = &Self { list: Vec::new(), left_out: 0 };

    /// Makes the cards of what a change brings.
    #[must_use]
    pub fn of_change(judge: &Judge, register: &Register<'_>, changes: &Changes<'_>) -> Self {
        let subjects = subject::of_change(changes);
        let left_out = subjects.len().saturating_sub(MOST);
        let subjects: Vec<(Subject, &Exception<'_>)> = subjects.into_iter().take(MOST).collect();
        if subjects.is_empty() {
            return Self::default();
        }
        let known = Known::new(judge, register, Some(changes), &subjects);
        let evidence = changes.evidence.as_ref();
        let desk = Desk { judge, known, evidence, changes: Some(changes) };
        Self { list: subjects.iter().map(|(subject, exception)| desk.card(*subject, exception)).collect(), left_out }
    }

    /// Makes the card of what was last decided about an exception, as the record says it.
    #[must_use]
    pub fn of_record(judge: &Judge, register: &Register<'_>, exception: &Exception<'_>) -> Card {
        let subjects = [(subject::latest(exception), exception)];
        let known = Known::new(judge, register, None, &subjects);
        let desk = Desk { judge, known, evidence: None, changes: None };
        desk.card(subjects[0].0, exception)
    }
}

impl<'a> Desk<'_, 'a> {
    fn card(&self, subject: Subject, exception: &Exception<'_>) -> Card {
        let deciding = deciding(subject, exception);
        let policy = &self.judge.policy;
        Card {
            id: exception.id.to_owned(),
            subject,
            title: exception.title.as_ref().map(|title| title.as_str().to_owned()).unwrap_or_default(),
            file: exception.file,
            asked: facts::asked(subject, exception, self.changes, policy, &self.judge.people),
            before: facts::before(subject, exception, policy, &self.judge.people),
            unusual: self.known.unusual(subject, exception, self.judge),
            approvals: deciding.iter().map(|(who, day)| self.approval(who, *day, exception.file)).collect(),
            suggestion: deciding.first().and_then(|(who, day)| self.suggestion(subject, who, (*day)?, exception.file)),
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

    /// Writes the line of the decision with the day on which it is really made: that of the approval, or today.
    fn suggestion(&self, subject: Subject, who: &Text<'_>, decided: &Spanned<Day>, file: FileId) -> Option<Suggestion> {
        let changes = self.changes?;
        if matches!(subject, Subject::Closure | Subject::Refusal) {
            return None;
        }
        let standing = self.approval(who, None, file).standing;
        let day = if let Standing::Approved(day) = standing { day } else { self.judge.today.day };
        let source = changes.files.source(file);
        let (start, end) = (source.position(decided.span.start), source.position(decided.span.end));
        if decided.value == day || start.line != end.line {
            return None;
        }
        let line_start = source.line_start(start.line);
        let line = source.slice(source.line_at(line_start)).trim_end_matches(['\r', '\n']);
        let written = decided.span.range();
        let (from, to) = (written.start - line_start as usize, written.end - line_start as usize);
        let quote = line.get(from..from + 1).filter(|sign| matches!(*sign, "\"" | "'")).unwrap_or_default();
        let text = format!("{}{quote}{day}{quote}{}", line.get(..from)?, line.get(to..)?);
        Some(Suggestion { line: start.line, text, day, dated: decided.value })
    }
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

/// Writes a person as the record does, with the roster's name beside it.
fn person(written: &str, people: &People) -> String {
    match people.name_of(written) {
        name if name.trim() == written.trim() => written.to_owned(),
        name => format!("{written} ({name})"),
    }
}
