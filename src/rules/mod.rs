//! The table of contents of all rules, and the one loop that runs them.
//!
//! Adding a rule is its file, its line here, and its folder under `fixtures/rules/`.

use rayon::prelude::*;

use crate::finding::{Finding, Findings, Level};
use crate::history::Changes;
use crate::register::{Exception, Register, Status};
use crate::rule::{Applies, Check, Context, Family, Judge, Rule};
use crate::source::{FileId, Source};

macro_rules! rules {
    ($($family:ident { $($rule:ident,)+ })+) => {
        $(mod $family { $(pub(super) mod $rule;)+ })+
        static RULES: &[&Rule] = &[$($(&$family::$rule::RULE,)+)+];
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
    }
    time {
        expired,
        expiring_soon,
        term_too_long,
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
        self_verified_closure,
    }
    renewals {
        too_many_renewals,
        renewal_too_long,
        renewal_late,
        renewal_not_escalated,
        refiled_exception,
    }
    text {
        copied_reason,
        vague_reason,
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
        policy_loosened,
        expired_first,
    }
    signoff {
        not_code_owned,
        approver_not_code_owner,
        author_is_approver,
        approval_missing,
        decision_date_mismatch,
    }
}

pub(crate) use renewals::refiled_exception::{control_key, taken_up};
pub(crate) use text::unstated_exposure::spoken_of;

/// Returns all rules, by family in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().copied()
}

/// Returns the rule of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Runs every rule that the policy leaves on over the whole register; the rules that judge a
/// change run where there is one.
#[must_use]
pub fn run<'a>(
    judge: &'a Judge,
    register: &'a Register<'a>,
    changes: Option<&'a Changes<'a>>,
    sources: &[Source],
) -> Findings {
    let run = Run { judge, register, changes, on: on(judge) };
    let (mut findings, whole) = rayon::join(|| run.entries(&register.exceptions), || run.whole());
    findings.extend(whole);
    findings.extend(run.changes());
    let mut findings = Findings::new(findings, sources);
    // Which findings of a change gate is known later, and only those that do may hide others.
    if changes.is_none() {
        findings.narrow();
    }
    findings
}

/// Runs the rules over the base of a change, so far as its findings can differ from the head's:
/// the rules that look at one exception run only over the files that the change touches.
#[must_use]
pub fn run_base<'a>(
    judge: &'a Judge,
    base: &'a Register<'a>,
    changes: &'a Changes<'a>,
    sources: &[Source],
) -> Findings {
    let run = Run { judge, register: base, changes: None, on: on(judge) };
    let touched: Vec<Exception<'a>> =
        base.exceptions.iter().filter(|exception| !changes.leaves(exception.file)).cloned().collect();
    let (mut findings, whole) = rayon::join(|| run.entries(&touched), || run.whole());
    findings.extend(whole);
    Findings::new(findings, sources)
}

/// Runs the rules of the family Change alone, for a change of the past: who signed it off is not
/// known any more, and the rest is judged as it lies there today.
#[must_use]
pub fn run_past<'a>(
    judge: &'a Judge,
    register: &'a Register<'a>,
    changes: &'a Changes<'a>,
    sources: &[Source],
) -> Findings {
    let mut on = on(judge);
    on.retain(|(rule, _)| rule.family == Family::Change);
    let run = Run { judge, register, changes: Some(changes), on };
    let mut findings = Findings::new(run.changes(), sources);
    findings.narrow();
    findings
}

fn on(judge: &Judge) -> Vec<(&'static Rule, Level)> {
    all().map(|rule| (rule, judge.policy.level(rule))).filter(|(_, level)| *level != Level::Off).collect()
}

/// One run of the rules.
struct Run<'a> {
    judge: &'a Judge,
    register: &'a Register<'a>,
    changes: Option<&'a Changes<'a>>,
    on: Vec<(&'static Rule, Level)>,
}

impl<'a> Run<'a> {
    fn entries(&self, exceptions: &[Exception<'a>]) -> Vec<Finding> {
        exceptions
            .par_iter()
            .with_min_len(64)
            .fold(Vec::new, |mut findings, exception| {
                for (rule, level) in &self.on {
                    if let Check::Entry(applies, check) = rule.check
                        && looks(applies, exception)
                    {
                        check(exception, &mut self.context(rule, *level, exception.file, &mut findings));
                    }
                }
                findings
            })
            .reduce(Vec::new, |mut all, mut more| {
                all.append(&mut more);
                all
            })
    }

    fn whole(&self) -> Vec<Finding> {
        let run = |(rule, level): &(&'static Rule, Level)| {
            let mut findings = Vec::new();
            if let Check::Register(check) = rule.check {
                check(&mut self.context(rule, *level, FileId(0), &mut findings));
            }
            findings
        };
        self.on.par_iter().flat_map_iter(run).collect()
    }

    fn changes(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some(changes) = self.changes else { return findings };
        for (rule, level) in &self.on {
            match rule.check {
                Check::Change(check) => {
                    for change in &changes.list {
                        let Some(side) = change.head.as_ref().or(change.base.as_ref()) else { continue };
                        check(change, &mut self.context(rule, *level, side.file, &mut findings));
                    }
                }
                Check::Changes(check) => check(changes, &mut self.context(rule, *level, FileId(0), &mut findings)),
                Check::Entry(..) | Check::Register(_) => {}
            }
        }
        findings
    }

    fn context<'c>(
        &'c self,
        rule: &'static Rule,
        level: Level,
        file: FileId,
        findings: &'c mut Vec<Finding>,
    ) -> Context<'c> {
        Context { judge: self.judge, register: self.register, changes: self.changes, rule, level, file, findings }
    }
}

fn looks(applies: Applies, exception: &Exception<'_>) -> bool {
    match applies {
        Applies::Always => true,
        Applies::Live => exception.is_live(),
        Applies::LiveOrClosed => exception.is_live() || exception.is(&[Status::Closed]),
    }
}
