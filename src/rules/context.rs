//! How a rule judges: what it looks at, what it is given, and where it reports to.
//!
//! A rule chooses neither its level nor its place in the order, cannot fail and does no I/O.

use crate::history::{Change, Changes};
use crate::people::People;
use crate::policy::{Policy, RuleBook};
use crate::register::{Controls, Exception, Files, Register};
use crate::rule::{Finding, Level, LooksAt, Rule};
use crate::signoff::{Merge, Ownership};
use crate::source::{FileId, Source};
use crate::text::Phrases;
use crate::time::Today;
use crate::yaml::{self, Comment, Problem, Spot};

/// Which exceptions an [`Check::Entry`] rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// Each, whatever its status: rejected and closed ones too.
    Always,
    /// `active`, `expired` and `closed` ones.
    LiveOrClosed,
    /// `active` and `expired` ones.
    Live,
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub enum Check {
    /// One exception.
    Entry(Applies, fn(&Exception<'_>, &mut Context<'_>)),
    /// The whole register.
    Register(fn(&mut Context<'_>)),
    /// One exception that a change adds, edits or removes.
    Change(fn(&Change<'_>, &mut Context<'_>)),
    /// A change as a whole.
    Changes(fn(&Changes<'_>, &mut Context<'_>)),
    /// What a change of the past did, and what merged it.
    Merge(fn(&Merge, &Changes<'_>, &mut Context<'_>)),
}

impl Check {
    /// Returns what the check looks at.
    pub(crate) const fn looks_at(&self) -> LooksAt {
        match self {
            Self::Entry(..) => LooksAt::Entry,
            Self::Register(_) => LooksAt::Register,
            Self::Change(_) | Self::Changes(_) => LooksAt::Change,
            Self::Merge(_) => LooksAt::Merge,
        }
    }
}

/// Declares a rule as `pub(crate) static RULE`; its doc comment is the rule's documentation.
macro_rules! declare_rule {
    (
        $(#[doc = $doc:literal])+
        id: $id:literal,
        family: $family:ident,
        level: $level:ident,
        since: $since:literal,
        $(yields_to: $yields_to:expr,)?
        check: $check:expr $(,)?
    ) => {
        $(#[doc = $doc])+
        pub(crate) static RULE: $crate::rule::Rule = $crate::rule::Rule {
            id: $id,
            family: $crate::rule::Family::$family,
            level: $crate::rule::Level::$level,
            since: $since,
            yields_to: $crate::rules::declare_rule!(@yields $($yields_to)?),
            doc: concat!($($doc, "\n"),+),
            looks_at: CHECK.looks_at(),
        };
        pub(crate) const CHECK: $crate::rules::Check = $check;
    };
    (@yields) => { &[] };
    (@yields $yields_to:expr) => { $yields_to };
}

pub(crate) use declare_rule;

/// Everything that judges a register: read once at the edge, then only passed on.
#[derive(Debug)]
pub struct Judge {
    /// The policy in force.
    pub policy: Policy,
    /// The roster, if there is one.
    pub people: People,
    /// The catalogue of controls, if there is one.
    pub controls: Option<Controls>,
    /// Stock phrases, the policy's included.
    pub phrases: Phrases,
    /// The moment of the check.
    pub today: Today,
}

impl Judge {
    /// Creates a judge from a rule book and a moment.
    #[must_use]
    pub fn new(book: RuleBook, today: Today) -> Self {
        let RuleBook { policy, people, controls } = book;
        let phrases = Phrases::new(&policy.vague_phrases);
        Self { policy, people, controls, phrases, today }
    }

    /// Returns the rule book that it judges by.
    #[must_use]
    pub fn book(&self) -> RuleBook {
        RuleBook { policy: self.policy.clone(), people: self.people.clone(), controls: self.controls.clone() }
    }
}

/// What a rule sees, and where it reports to.
pub struct Context<'c> {
    /// Policy, people, controls, phrases and the day.
    pub judge: &'c Judge,
    /// All exceptions.
    pub register: &'c Register<'c>,
    /// What the compared change does, if one is judged.
    pub changes: Option<&'c Changes<'c>>,
    /// Who owns the files of the register, in a git work tree.
    pub ownership: Option<&'c Ownership>,
    pub(crate) files: &'c Files,
    pub(crate) rule: &'static Rule,
    pub(crate) level: Level,
    pub(crate) file: FileId,
    pub(crate) findings: &'c mut Vec<Finding>,
}

impl<'c> Context<'c> {
    /// Reports a defect in the exception that is looked at: on one of its values, on a part of one, or on another
    /// [`Spot`].
    pub fn report(&mut self, on: impl Into<Spot>, message: impl Into<String>) -> &mut Finding {
        self.report_in(self.file, on, message)
    }

    /// Reports a defect in another file.
    pub fn report_in(&mut self, file: FileId, on: impl Into<Spot>, message: impl Into<String>) -> &mut Finding {
        let Spot { span, place } = on.into();
        let at = self.findings.len();
        self.findings.push(Finding {
            rule: self.rule,
            level: self.level,
            file,
            span,
            place,
            message: message.into(),
            help: None,
            labels: Vec::new(),
            gates: true,
        });
        &mut self.findings[at]
    }

    /// Reports what reading a file found, with its help and its label.
    pub fn report_problem(&mut self, file: FileId, problem: &Problem) {
        let finding = self.report_in(file, problem, problem.message.as_str());
        finding.help.clone_from(&problem.help);
        if let Some(related) = &problem.related {
            finding.label(related.span, related.message.as_str());
        }
    }

    /// Returns a file's path and text.
    #[must_use]
    pub fn source(&self, file: FileId) -> &'c Source {
        self.files.source(file)
    }

    /// Lists the comments of a file, which are not part of the tree. Scans the file for them.
    #[must_use]
    pub fn comments(&self, file: FileId) -> Vec<Comment<'c>> {
        yaml::comments(self.source(file).text())
    }

    /// Returns the policy in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.judge.policy
    }

    /// Returns the moment of the check.
    #[must_use]
    pub fn today(&self) -> Today {
        self.judge.today
    }
}
