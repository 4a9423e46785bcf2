//! The table of contents of all rules, and the one loop that runs them.
//!
//! A rule is added by its file, its line here, and its folder under `fixtures/rules/`.

mod chain;
mod context;
mod renewing;
mod scanned;
mod takeover;
mod tolerance;

use std::collections::BTreeSet;
use std::sync::OnceLock;

pub(crate) use context::declare_rule;
pub use context::{Applies, Around, Check, Context, Judge};
pub(crate) use renewing::{Renewals, advice};
pub use takeover::{Agreed, Takeover};
pub use tolerance::{BaselineUse, Tolerance};

use crate::cores::{Cores, FEW};
use crate::history::{Changes, Circumstances};
use crate::register::{Exception, Files, Register};
use crate::rule::{Family, Finding, Findings, Level, LooksAt, Rule};
use crate::scan::Scan;
use crate::signoff::Ownership;
use crate::source::FileId;
use crate::suppressions::Permits;

macro_rules! rules {
    ($($family:ident { $($rule:ident,)+ })+) => {
        $(mod $family { $(pub(super) mod $rule;)+ })+
        static RULES: &[&Rule] = &[$($(&$family::$rule::RULE,)+)+];
        /// In the order of [`RULES`].
        static CHECKS: &[Check] = &[$($($family::$rule::CHECK,)+)+];
    };
}

rules! {
    record {
        invalid_yaml,
        ambiguous_scalar,
        schema,
        duplicate_id,
        placeholder_text,
        unknown_control,
        unwaivable_control,
        bad_reference,
        stored_text_differs,
        baseline,
        baseline_too_long,
        baseline_unused,
    }
    time {
        expired,
        expiring_soon,
        term_too_long,
        approved_ahead,
        dates_out_of_order,
        recorded_late,
        status_mismatch,
        review_overdue,
    }
    people {
        self_approval,
        owner_not_a_person,
        unknown_person,
        departed_owner,
        departed_approver,
        self_verified_closure,
        agent_decided,
    }
    renewals {
        too_many_renewals,
        renewal_too_long,
        renewal_late,
        renewal_not_escalated,
        refiled_exception,
        asked_again,
    }
    text {
        copied_reason,
        vague_reason,
        vague_text,
        vague_control,
        broad_scope,
        long_reason,
        no_alternative,
        understated_tier,
        unstated_exposure,
    }
    change {
        record_removed,
        expiry_moved,
        approved_content_changed,
        log_rewritten,
        forbidden_transition,
        back_dated,
        renewal_decided_late,
        policy_loosened,
        baseline_extended,
        baseline_dropped,
        expired_first,
        unsigned_decision,
    }
    signoff {
        not_code_owned,
        approver_not_code_owner,
        author_is_approver,
        approval_missing,
        decision_date_mismatch,
        closure_unverified,
        merged_unapproved,
        baseline_unapproved,
    }
    enforcement {
        unregistered_finding,
        unregistered_suppression,
        suppression_outlives_exception,
        unknown_marker,
        stale_marker,
        fix_available,
        unused_cover,
        cover_too_broad,
    }
}

use change::approved_content_changed::names;
pub(crate) use change::unsigned_decision::taken_on_trust;
pub(crate) use renewals::refiled_exception::{all_taken_up, taken_up};
pub(crate) use signoff::merged_unapproved::unseen;
pub(crate) use text::understated_tier::fits;
pub(crate) use text::unstated_exposure::spoken_of;

/// The rule that reports a suppression that no exception in force covers.
pub static UNREGISTERED: &Rule = &enforcement::unregistered_suppression::RULE;

/// The rules on suppressions and markers.
pub const OF_SUPPRESSIONS: [&str; 4] =
    ["unregistered-suppression", "suppression-outlives-exception", "unknown-marker", "stale-marker"];

/// Returns all rules, by family in the order of the documentation.
#[must_use]
pub fn all() -> &'static [&'static Rule] {
    RULES
}

/// Returns the rule of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Tells whether a rule is about whether a decision is signed off: approved, or signed where that is asked for.
#[must_use]
pub fn is_of_decision(rule: &Rule) -> bool {
    rule.family == Family::SignOff || rule.id == "unsigned-decision"
}

/// What the rules are run on.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The rule book and the moment.
    pub judge: &'a Judge,
    /// The register: the head's, if a change is judged.
    pub register: &'a Register<'a>,
    /// What the change does, if one is judged.
    pub changes: Option<&'a Changes<'a>>,
    /// Who owns the files, in a git work tree.
    pub ownership: Option<&'a Ownership>,
    /// What is known of the repository in addition to its register.
    pub around: Option<&'a Around>,
    /// What scanners found, if their logs are judged too.
    pub scan: Option<&'a Scan>,
    /// All files.
    pub files: &'a Files,
}

impl<'a> Case<'a> {
    /// Creates a case of a register as it is, with no change to judge.
    #[must_use]
    pub fn whole(
        judge: &'a Judge,
        register: &'a Register<'a>,
        ownership: Option<&'a Ownership>,
        files: &'a Files,
    ) -> Self {
        Self { judge, register, changes: None, ownership, around: None, scan: None, files }
    }

    /// Also judges what is around the register.
    #[must_use]
    pub fn with(self, around: &'a Around) -> Self {
        Self { around: Some(around), ..self }
    }

    /// Takes the results of scanners into account.
    #[must_use]
    pub fn with_scan(self, scan: Option<&'a Scan>) -> Self {
        Self { scan, ..self }
    }

    /// Runs only the rules of the family Enforcement, over the register as it is and the results of scanners.
    #[must_use]
    pub fn run_scan(self) -> Findings {
        let mut on = on(self.judge);
        on.retain(|on| on.rule.family == Family::Enforcement);
        let run = Run { case: self, on, touching: None, is_base: false, takeover: None, renewals: OnceLock::new() };
        let mut findings =
            Findings::new(run.whole(Cores::for_items(self.register.files.len(), FEW)), |file| self.files.source(file));
        findings.narrow();
        findings
    }

    /// Runs every rule that the policy leaves on over the whole register; rules that judge a change run if there is
    /// one. What a baseline tolerates is left out, unless a change is judged.
    #[must_use]
    pub fn run(self) -> Findings {
        let tolerance = Tolerance::of(self.judge, self.changes);
        let mut findings = self.found(tolerance);
        // Which findings of a change gate is known later, and only those may hide others.
        if self.changes.is_none() {
            if let Some(tolerance) = tolerance {
                findings.retain(|finding| !tolerance.covers(finding, self.files));
            }
            findings.narrow();
        }
        findings
    }

    /// Runs the rules as [`Case::run`] does, as if there were no baseline. Nothing is narrowed yet.
    #[must_use]
    pub fn run_strictly(self) -> Findings {
        self.found(None)
    }

    fn found(self, tolerance: Option<Tolerance<'_>>) -> Findings {
        let (on, takeover) = (on(self.judge), self.takeover());
        let run = Run { case: self, on, touching: self.changes, is_base: false, takeover, renewals: OnceLock::new() };
        let entries: Vec<&Exception<'a>> = self.register.exceptions().collect();
        let cores = Cores::for_items(entries.len(), FEW);
        let (mut findings, whole) = cores.both(|| run.entries(&entries, cores), || run.whole(cores));
        findings.extend(whole);
        findings.extend(run.changes());
        let used = tolerance.and_then(|tolerance| self.used(tolerance, &findings));
        let dropped = Tolerance::dropped(self.judge, self.changes);
        let dropped = dropped.and_then(|tolerance| tolerance.used(&findings, self.files));
        let dropped = dropped.map(|used| BaselineUse { is_dropped: true, ..used });
        findings.extend(used.iter().chain(&dropped).flat_map(|used| run.baseline(used)));
        Findings::new(findings, |file| self.files.source(file))
    }

    /// Returns what the change takes over, and who agrees to that.
    fn takeover(self) -> Option<(Takeover, Agreed)> {
        let changes = self.changes?;
        let takeover = Takeover::of(self.judge, changes)?;
        let prefix = self.ownership.map_or("", |ownership| ownership.prefix.as_str());
        let agreed = takeover.agreed(self.judge, changes, prefix);
        Some((takeover, agreed))
    }

    /// Runs the rules over `base`, the register before the change, as far as the head's findings may be known from there:
    /// only rules of which the head has findings run, and those that look at one exception only over the files that the
    /// change touches. What a baseline tolerates depends on all that is found, so where there was one all rules run.
    #[must_use]
    pub fn run_base(self, base: &'a Register<'a>, head: &Findings) -> Findings {
        let leaves = |file: FileId| self.changes.is_some_and(|changes| changes.leaves(file));
        let case = Case { register: base, changes: None, ..self };
        let tolerance = self.changes.and_then(|changes| Tolerance::before(self.judge, changes));
        let mut on = on(self.judge);
        if tolerance.is_none() {
            let found: BTreeSet<&str> = head.iter().map(|finding| finding.rule.id).collect();
            on.retain(|on| found.contains(on.rule.id));
        }
        let run = Run { case, on, touching: self.changes, is_base: true, takeover: None, renewals: OnceLock::new() };
        let touched: Vec<&Exception<'a>> = base.exceptions().filter(|exception| !leaves(exception.file)).collect();
        let cores = Cores::for_items(touched.len(), FEW);
        let (mut findings, whole) = cores.both(|| run.entries(&touched, cores), || run.whole(cores));
        findings.extend(whole);
        let used = tolerance.and_then(|tolerance| case.used(tolerance, &findings));
        findings.extend(used.iter().flat_map(|used| run.baseline(used)));
        Findings::new(findings, |file| self.files.source(file))
    }

    /// Says what a run found of the baseline, and what else the gate finds of it in the change that brings the exceptions:
    /// nobody knows here whether that is merged.
    fn used<'b>(self, tolerance: Tolerance<'b>, findings: &[Finding]) -> Option<BaselineUse<'b>> {
        let mut used = tolerance.used(findings, self.files)?;
        let open: Vec<(&str, &str, &str)> =
            tolerance.baseline.lines().filter(|line| !used.found.contains(line)).collect();
        if open.is_empty() || tolerance.is_over {
            return Some(used);
        }
        let (rules, ids): (BTreeSet<&str>, BTreeSet<&str>) = open.iter().map(|(id, rule, _)| (*rule, *id)).unzip();
        let nothing = Files::default();
        let before = Register::parse(&nothing, None);
        let circumstances = Circumstances::of_draft(self.judge.book());
        let changes = Changes::between(self.files, &before, self.register, circumstances);
        let mut on = on(self.judge);
        on.retain(|on| rules.contains(on.rule.id));
        let case = Case { changes: Some(&changes), around: None, scan: None, ..self };
        let run = Run { case, on, touching: Some(&changes), is_base: false, takeover: None, renewals: OnceLock::new() };
        let entries: Vec<&Exception<'_>> = self.register.exceptions().filter(|it| ids.contains(it.id)).collect();
        let cores = Cores::for_items(entries.len(), FEW);
        let mut brought = run.entries(&entries, cores);
        brought.extend(run.whole(cores));
        used.brought = tolerance.named(&brought, self.files).difference(&used.found).copied().collect();
        Some(used)
    }

    /// Runs the rules of the family Change for a change of the past, and those on what was merged if that is known; the
    /// rest is judged as it is today.
    #[must_use]
    pub fn run_past(self) -> Findings {
        let mut on = on(self.judge);
        on.retain(|on| judges_the_past(on.rule));
        let run = Run {
            case: self,
            on,
            touching: self.changes,
            is_base: false,
            takeover: self.takeover(),
            renewals: OnceLock::new(),
        };
        Findings::new(run.changes(), |file| self.files.source(file))
    }
}

/// Tells whether a rule judges changes of the past; none of those yields to another.
fn judges_the_past(rule: &Rule) -> bool {
    rule.family == Family::Change || rule.looks_at == LooksAt::Merge
}

fn on(judge: &Judge) -> Vec<On> {
    let rules = RULES.iter().zip(CHECKS);
    let on = rules.map(|(rule, check)| On { rule, check: *check, level: judge.policy.level(rule) });
    on.filter(|on| on.level != Level::Off).collect()
}

/// A rule that the policy leaves on.
#[derive(Clone, Copy)]
struct On {
    rule: &'static Rule,
    check: Check,
    level: Level,
}

/// One run of the rules.
struct Run<'a> {
    case: Case<'a>,
    on: Vec<On>,
    /// The change that has the register as one of its sides.
    touching: Option<&'a Changes<'a>>,
    /// Whether this is the register before a change.
    is_base: bool,
    /// What the change takes over, and who agrees to that.
    takeover: Option<(Takeover, Agreed)>,
    /// How often exceptions were renewed, once a rule asks.
    renewals: OnceLock<Renewals>,
}

impl<'a> Run<'a> {
    fn entries(&self, exceptions: &[&Exception<'a>], cores: Cores) -> Vec<Finding> {
        let judge = |some: &&[&Exception<'a>]| {
            let mut findings = Vec::new();
            for exception in *some {
                let applying = Applies::ALL.map(|applies| applies.to(exception, self.touching));
                for on in &self.on {
                    if let Check::Entry(applies, check) = on.check
                        && applying[applies as usize]
                    {
                        check(exception, &mut self.context(on, exception.file, &mut findings));
                    }
                }
            }
            findings
        };
        let shares: Vec<&[&Exception<'a>]> = exceptions.chunks(FEW).collect();
        cores.one_by_one().map(&shares, judge).into_iter().flatten().collect()
    }

    fn whole(&self, cores: Cores) -> Vec<Finding> {
        let permits = self.permits();
        let run = |on: &On| {
            let mut findings = Vec::new();
            if let Check::Register(check) = on.check {
                let context = self.context(on, FileId(0), &mut findings);
                check(&mut Context { permits: permits.as_ref(), ..context });
            }
            findings
        };
        cores.one_by_one().map(&self.on, run).into_iter().flatten().collect()
    }

    /// Prepares once what several rules ask of suppressions and markers.
    fn permits(&self) -> Option<Permits<'a, 'a>> {
        let Case { judge, register, around, files, .. } = self.case;
        let inventory = around?.inventory.as_ref()?;
        let is_asked = self.on.iter().any(|on| OF_SUPPRESSIONS.contains(&on.rule.id));
        let permits = is_asked.then(|| Permits::new(register, &judge.policy, judge.today))?;
        Some(permits.with_entries(register, inventory, files))
    }

    fn baseline(&self, used: &BaselineUse<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for on in &self.on {
            if let Check::Baseline(check) = on.check {
                check(used, &mut self.context(on, used.file, &mut findings));
            }
        }
        findings
    }

    fn changes(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some(changes) = self.case.changes else { return findings };
        for on in &self.on {
            match on.check {
                Check::Change(check) => {
                    for change in &changes.list {
                        let Some(side) = change.head.as_ref().or(change.base.as_ref()) else { continue };
                        check(change, &mut self.context(on, side.file, &mut findings));
                    }
                }
                Check::Changes(check) => check(changes, &mut self.context(on, FileId(0), &mut findings)),
                Check::Merge(check) => {
                    if let Some(Ok(merge)) = &changes.merge {
                        check(merge, changes, &mut self.context(on, FileId(0), &mut findings));
                    }
                }
                Check::Entry(..) | Check::Register(_) | Check::Baseline(_) => {}
            }
        }
        findings
    }

    fn context<'c>(&'c self, on: &On, file: FileId, findings: &'c mut Vec<Finding>) -> Context<'c> {
        let &On { rule, level, .. } = on;
        let Case { judge, register, changes, ownership, around, scan, files } = self.case;
        let (touching, is_base) = (self.touching, self.is_base);
        Context {
            judge,
            register,
            changes,
            ownership,
            around,
            scan,
            takeover: self.takeover.as_ref(),
            renewals: &self.renewals,
            permits: None,
            touching,
            files,
            is_base,
            rule,
            level,
            file,
            findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rule_that_judges_the_past_yields_to_another() {
        let of_past: Vec<&Rule> = all().iter().copied().filter(|rule| judges_the_past(rule)).collect();
        assert!(of_past.len() > 10, "{of_past:?}");
        for rule in &of_past {
            assert!(of_past.iter().all(|other| !rule.yields_to.contains(&other.id)), "{rule:?}");
        }
    }
}
