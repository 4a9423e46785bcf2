//! How a rule judges: its input, its context, and where it reports.
//!
//! A rule chooses neither its level nor its place in the order, cannot fail and does no I/O. A milder case of the same
//! defect may be reported at a lower level than the rule's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::history::Signatures;
use crate::history::{Change, Changes};
use crate::people::People;
use crate::policy::places::There;
use crate::policy::{Baseline, Policy, RuleBook, SuppressionBaseline};
use crate::register::{Controls, Exception, Files, Register, Status, Twin};
use crate::rule::{Finding, Level, LooksAt, Rule};
use crate::rules::{Agreed, BaselineUse, Renewals, Takeover};
use crate::scan::Scan;
use crate::signoff::{Merge, Ownership};
use crate::source::{FileId, Source};
use crate::suppressions::{Inventory, Permits};
use crate::text::Phrases;
use crate::time::Today;
use crate::yaml::{Problem, Spot};

/// Which exceptions a [`Check::Entry`] rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// All of them, whatever their status: rejected and closed ones too.
    Always,
    /// `active`, `expired` and `closed` ones.
    LiveOrClosed,
    /// Those whose grant is judged: `active` and `expired` ones, and `closed` ones that a change adds or edits, because
    /// nobody judged those while they were live.
    Granted,
    /// `active` and `expired` ones, about which something is still to be done.
    Live,
}

impl Applies {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 4] = [Self::Always, Self::LiveOrClosed, Self::Granted, Self::Live];

    /// Tells whether a rule looks at an exception; `touching` is the change that the exception is a side of.
    pub(crate) fn to(self, exception: &Exception<'_>, touching: Option<&Changes<'_>>) -> bool {
        let live = exception.is_judged_as_live();
        let closed = || exception.is(&[Status::Closed]);
        match self {
            Self::Always => true,
            Self::Live => live,
            Self::LiveOrClosed => live || closed(),
            Self::Granted => {
                live || (closed() && touching.is_some_and(|changes| changes.judges_closed(exception.file)))
            }
        }
    }
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub enum Check {
    /// One exception.
    Entry(Applies, fn(&Exception<'_>, &mut Context<'_>)),
    /// The whole register.
    Register(fn(&mut Context<'_>)),
    /// The baseline, after the other rules have run; only if there is one among the files.
    Baseline(fn(&BaselineUse<'_>, &mut Context<'_>)),
    /// One exception that a change adds, edits or removes.
    Change(fn(&Change<'_>, &mut Context<'_>)),
    /// A change as a whole.
    Changes(fn(&Changes<'_>, &mut Context<'_>)),
    /// A past change, and what merged it.
    Merge(fn(&Merge, &Changes<'_>, &mut Context<'_>)),
}

impl Check {
    /// Returns what the check looks at.
    pub(crate) const fn looks_at(&self) -> LooksAt {
        match self {
            Self::Entry(..) => LooksAt::Entry,
            Self::Register(_) | Self::Baseline(_) => LooksAt::Register,
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
        $(weight: $weight:ident,)?
        since: $since:literal,
        $(yields_to: $yields_to:expr,)?
        check: $check:expr $(,)?
    ) => {
        $(#[doc = $doc])+
        pub(crate) static RULE: $crate::rule::Rule = $crate::rule::Rule {
            id: $id,
            family: $crate::rule::Family::$family,
            level: $crate::rule::Level::$level,
            weight: $crate::rules::declare_rule!(@weight $family $($weight)?),
            since: $since,
            yields_to: $crate::rules::declare_rule!(@yields $($yields_to)?),
            doc: concat!($($doc, "\n"),+),
            looks_at: CHECK.looks_at(),
        };
        pub(crate) const CHECK: $crate::rules::Check = $check;
    };
    (@weight $family:ident) => { $crate::rule::Family::$family.weight() };
    (@weight $family:ident $weight:ident) => { $crate::rule::Weight::$weight };
    (@yields) => { &[] };
    (@yields $yields_to:expr) => { $yields_to };
}

pub(crate) use declare_rule;

/// Everything that judges a register: read once at the edge, and passed on from there.
#[derive(Debug)]
pub struct Judge {
    /// The policy in force.
    pub policy: Policy,
    /// The roster, if there is one.
    pub people: People,
    /// The catalogue of controls, if there is one.
    pub controls: Option<Controls>,
    /// What is tolerated in imported exceptions, if there is a baseline.
    pub baseline: Option<Baseline>,
    /// Which suppressions are tolerated, if there is a baseline of them.
    pub suppressed: Option<SuppressionBaseline>,
    /// Stock phrases, the policy's included.
    pub phrases: Phrases,
    /// The moment of the check.
    pub today: Today,
    /// Who signed what a change writes; `None` if that was not requested.
    pub signatures: Option<Signatures>,
}

impl Judge {
    /// Creates a judge from a rule book and a moment.
    #[must_use]
    pub fn new(book: RuleBook, today: Today) -> Self {
        let RuleBook { policy, people, controls, baseline, suppressed } = book;
        let phrases = Phrases::new(&policy.vague_phrases);
        Self { policy, people, controls, baseline, suppressed, phrases, today, signatures: None }
    }

    /// Tells whether somebody whom a record names is an agent.
    #[must_use]
    pub fn is_agent(&self, written: &str) -> bool {
        self.policy.agents.is_person(&self.people, written)
    }

    /// Returns which optional files of the rule book exist.
    #[must_use]
    pub fn there(&self) -> There {
        There::of(&self.people, self.controls.as_ref(), self.baseline.as_ref(), self.suppressed.as_ref())
    }

    /// Returns the rule book of this judge.
    #[must_use]
    pub fn book(&self) -> RuleBook {
        RuleBook {
            policy: self.policy.clone(),
            people: self.people.clone(),
            controls: self.controls.clone(),
            baseline: self.baseline.clone(),
            suppressed: self.suppressed.clone(),
        }
    }
}

/// What is known of a repository in addition to its register, as far as it is judged.
#[derive(Debug, Default)]
pub struct Around {
    /// The suppressions and markers of the tracked files, if those are judged.
    pub inventory: Option<Inventory>,
    /// The exception files that only agents have touched in the change, by path, each with one of them.
    pub by_agents: BTreeMap<String, String>,
    /// The name and the mail address of everybody who has written a commit of the change.
    pub writers: BTreeSet<(String, String)>,
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
    /// What is known of the repository in addition to its register.
    pub around: Option<&'c Around>,
    /// What scanners found, if their logs are judged too.
    pub scan: Option<&'c Scan>,
    /// What the change takes over by its baseline, and who agrees to that.
    pub(crate) takeover: Option<&'c (Takeover, Agreed)>,
    /// How often exceptions were renewed, once a rule asks.
    pub(crate) renewals: &'c OnceLock<Renewals>,
    /// The exceptions behind suppressions and markers, if those are judged and the rule looks at the whole register.
    pub(crate) permits: Option<&'c Permits<'c, 'c>>,
    /// The change that has the register as one of its sides.
    pub(crate) touching: Option<&'c Changes<'c>>,
    pub(crate) files: &'c Files,
    /// Whether this is the register before a change.
    pub(crate) is_base: bool,
    pub(crate) rule: &'static Rule,
    pub(crate) level: Level,
    pub(crate) file: FileId,
    pub(crate) findings: &'c mut Vec<Finding>,
}

impl<'c> Context<'c> {
    /// Reports a defect in the current exception: on one of its values, on a part of one, or on another [`Spot`].
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
            fix: None,
            gates: true,
            stands_for: 1,
        });
        &mut self.findings[at]
    }

    /// Reports what reading a file found, with its help, its fix and its label.
    pub fn report_problem(&mut self, file: FileId, problem: &Problem) {
        let finding = self.report_in(file, problem, problem.message.as_str());
        finding.help.clone_from(&problem.help);
        finding.fix = problem.fix.as_deref().cloned();
        if let Some(related) = &problem.related {
            finding.label(related.span, related.message.as_str());
        }
    }

    /// Returns whether the grant of an exception is judged, see [`Applies::Granted`].
    #[must_use]
    pub fn judges_grant(&self, exception: &Exception<'_>) -> bool {
        Applies::Granted.to(exception, self.touching)
    }

    /// Tells whether what was granted with an exception is merged, so that only an amendment changes it; `None` where
    /// nobody knows. One that is over is not asked about, and what the base has unfinished is still asked for.
    #[must_use]
    pub fn is_merged(&self, exception: &Exception<'_>) -> Option<bool> {
        let changes = self.changes?;
        let is_asked = changes.adds(exception.file) || !exception.is_judged_as_live();
        let is_finished = |before: &Exception<'_>| before.status.is_some() && before.expires.is_some();
        Some(!is_asked && changes.before(exception.file).is_none_or(is_finished))
    }

    /// Tells whether the policy allows one more renewal of an exception.
    #[must_use]
    pub fn has_renewal_left(&self, exception: &Exception<'_>) -> bool {
        self.renewals().is_left(exception)
    }

    /// Returns how often exceptions were renewed.
    pub(crate) fn renewals(&self) -> &'c Renewals {
        self.renewals.get_or_init(|| Renewals::new(self.judge, self.register.exceptions(), self.changes))
    }

    /// Returns the suppressions and markers of the tracked files, if they are judged.
    #[must_use]
    pub fn inventory(&self) -> Option<&'c Inventory> {
        self.around.and_then(|around| around.inventory.as_ref())
    }

    /// Returns a file's path and text.
    #[must_use]
    pub fn source(&self, file: FileId) -> &'c Source {
        self.files.source(file)
    }

    /// Lists the files whose stored text differs from the checkout; in the register before a change, those to which the
    /// same applied then.
    pub fn twins(&self) -> impl Iterator<Item = Twin> + use<'c> {
        let is_base = self.is_base;
        self.files.twins().iter().copied().filter(move |twin| twin.untouched || !is_base)
    }

    /// Returns what stopped the reading of a file.
    #[must_use]
    pub fn fault(&self, file: FileId) -> Option<&'c Problem> {
        self.files.fault(file)
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
