//! What a rule is: its text, its level, what it looks at, and the context it reports into.
//!
//! A rule chooses neither its level nor its place in the order, cannot fail and does no I/O.

use crate::finding::{Finding, Level};
use crate::history::{Change, Changes};
use crate::policy::{Controls, Policy};
use crate::register::{Exception, People, Register, Today};
use crate::signoff::Ownership;
use crate::source::{FileId, Span};
use crate::text::Phrases;
use crate::yaml::Problem;

/// The families of spec section 4, in the order of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The file itself.
    Record,
    /// Dates and terms.
    Time,
    /// Who asks, approves, owns.
    People,
    /// Renewals.
    Renewals,
    /// What the texts say.
    Text,
    /// What a change does to the register.
    Change,
    /// Who signed a change off.
    SignOff,
}

impl Family {
    /// Returns the folder of its rules in `src/rules/`.
    #[must_use]
    pub fn folder(self) -> String {
        self.name().to_lowercase().replace('-', "")
    }

    /// Returns the family's name as headings write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Record => "Record",
            Self::Time => "Time",
            Self::People => "People",
            Self::Renewals => "Renewals",
            Self::Text => "Text",
            Self::Change => "Change",
            Self::SignOff => "Sign-off",
        }
    }
}

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
}

/// A rule. Declare one with [`declare_rule!`](crate::declare_rule).
pub struct Rule {
    /// Kebab-case name of the defect.
    pub id: &'static str,
    /// The family it belongs to.
    pub family: Family,
    /// Its level unless the policy says otherwise.
    pub level: Level,
    /// The version that brought it.
    pub since: &'static str,
    /// Rules that are narrower: where one of them names the same value, this one is silent.
    pub yields_to: &'static [&'static str],
    /// The doc comment: a summary line, `## Why`, `## What to do`.
    pub doc: &'static str,
    /// What it looks at.
    pub check: Check,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Rule {
    /// Tells whether the rule judges a change and never the register as it lies there.
    #[must_use]
    pub fn judges_changes(&self) -> bool {
        matches!(self.check, Check::Change(_) | Check::Changes(_))
    }

    /// Tells whether the rule's answer for an exception depends on that exception alone.
    #[must_use]
    pub fn looks_at_one_entry(&self) -> bool {
        matches!(self.check, Check::Entry(..))
    }

    /// Returns the first paragraph of the documentation.
    #[must_use]
    pub fn summary(&self) -> String {
        self.section(None)
    }

    /// Returns why the rule exists.
    #[must_use]
    pub fn why(&self) -> String {
        self.section(Some("## Why"))
    }

    /// Returns what to do about a finding.
    #[must_use]
    pub fn what_to_do(&self) -> String {
        self.section(Some("## What to do"))
    }

    /// Returns the page of the documentation that describes the rule.
    #[must_use]
    pub fn doc_path(&self) -> String {
        format!("docs/rules.md#{}", self.id)
    }

    fn section(&self, heading: Option<&str>) -> String {
        let mut lines = self.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        if let Some(heading) = heading {
            lines.find(|line| *line == heading);
        }
        let text: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
        text.join("\n").trim().to_owned()
    }
}

/// Declares a rule as `pub(crate) static RULE`, its doc comment being the rule's documentation.
#[macro_export]
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
            level: $crate::finding::Level::$level,
            since: $since,
            yields_to: $crate::declare_rule!(@yields $($yields_to)?),
            doc: concat!($($doc, "\n"),+),
            check: $check,
        };
    };
    (@yields) => { &[] };
    (@yields $yields_to:expr) => { $yields_to };
}

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
    /// Who owns the files of the register, in a git work tree.
    pub ownership: Option<Ownership>,
}

impl Judge {
    /// Makes a judge of a rule book and a day.
    #[must_use]
    pub fn new(policy: Policy, people: People, controls: Option<Controls>, today: Today) -> Self {
        let phrases = Phrases::new(&policy.vague_phrases);
        Self { policy, people, controls, phrases, today, ownership: None }
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
    pub(crate) rule: &'static Rule,
    pub(crate) level: Level,
    pub(crate) file: FileId,
    pub(crate) findings: &'c mut Vec<Finding>,
}

impl Context<'_> {
    /// Reports a defect in the exception that is looked at.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> &mut Finding {
        self.report_in(self.file, span, message)
    }

    /// Reports a defect in another file of the register.
    pub fn report_in(&mut self, file: FileId, span: Span, message: impl Into<String>) -> &mut Finding {
        let at = self.findings.len();
        self.findings.push(Finding {
            rule: self.rule,
            level: self.level,
            file,
            span,
            message: message.into(),
            help: None,
            labels: Vec::new(),
            field: None,
            gates: true,
        });
        &mut self.findings[at]
    }

    /// Reports what reading a file found, with its help and its other half.
    pub fn report_problem(&mut self, file: FileId, problem: &Problem) {
        let finding = self.report_in(file, problem.span, problem.message.as_str());
        finding.help.clone_from(&problem.help);
        finding.field.clone_from(&problem.missing);
        if let Some(related) = &problem.related {
            finding.label(related.span, related.message.as_str());
        }
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
