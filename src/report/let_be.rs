//! What is tolerated besides exceptions: gaps by a baseline, suppressions in the code, and markers of workarounds.

use crate::register::Files;
use crate::rule::{Finding, Findings};
use crate::rules::{Judge, OF_SUPPRESSIONS};
use crate::text::shown;
use crate::time::Day;

/// One thing that is tolerated, or should no longer be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetBe {
    /// The register, where there are several.
    pub register: Option<String>,
    /// What kind it is, for scripts.
    pub kind: &'static str,
    /// How many there are of it.
    pub count: usize,
    /// The last day of a baseline.
    pub until: Option<Day>,
    /// What the meeting hears.
    pub what: String,
    /// The command that settles it.
    pub command: String,
}

/// The most markers of workarounds that are named one by one.
const MOST_NAMED: usize = 10;

impl LetBe {
    /// Lists what is tolerated in a register, and removes the findings about suppressions from the findings. `left` is
    /// how many suppressions its baseline still tolerates, and how many of its entries were looked for.
    #[must_use]
    pub fn list(findings: &mut Findings, files: &Files, judge: &Judge, left: Option<(usize, usize)>) -> Vec<Self> {
        let mut list: Vec<Self> =
            findings.iter().filter(|it| it.rule.id == "baseline").map(|it| gaps(it, judge)).collect();
        if let Some((baseline, (left, looked_for))) = judge.suppressed.as_ref().zip(left) {
            let what = baseline.what_is_left(left, looked_for, judge.today.day);
            let command = "stopgap suppressions".to_owned();
            list.push(Self {
                register: None,
                kind: "suppressions",
                count: left,
                until: Some(baseline.until),
                what,
                command,
            });
        }
        let of = |rule: &str| findings.iter().filter(|it| it.rule.id == rule).collect::<Vec<_>>();
        let [unregistered, outlived, unknown, stale] = OF_SUPPRESSIONS.map(of);
        list.extend(sum(
            "unregistered",
            unregistered.len(),
            "suppression has no exception in force",
            "suppressions have no exception in force",
        ));
        list.extend(sum(
            "outlived",
            outlived.len(),
            "suppression outlives its exception",
            "suppressions outlive their exceptions",
        ));
        list.extend(sum(
            "unknown",
            unknown.len(),
            "comment `stopgap: ID` names no exception",
            "comments `stopgap: ID` name no exception",
        ));
        list.extend(stale.iter().take(MOST_NAMED).map(|finding| marker(finding, files)));
        if let Some(more) = stale.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
            let what = format!("{more} more workarounds outlive their exceptions");
            list.push(Self {
                register: None,
                kind: "stale",
                count: more,
                until: None,
                what,
                command: CHECK.to_owned(),
            });
        }
        findings.retain(|finding| !OF_SUPPRESSIONS.contains(&finding.rule.id));
        list
    }

    /// Names the register, where there are several, to people and to the command.
    #[must_use]
    pub fn of_register(mut self, name: &str, word: &str) -> Self {
        self.what = format!("{}: {}", shown(name), self.what);
        self.register = Some(name.to_owned());
        self.command = format!("{} --root {word}", self.command);
        self
    }
}

const CHECK: &str = "stopgap suppressions --check";

fn sum(kind: &'static str, count: usize, one: &str, many: &str) -> Option<LetBe> {
    let what = format!("{count} {}", if count == 1 { one } else { many });
    let command = if kind == "unknown" { CHECK } else { "stopgap suppressions --open" }.to_owned();
    (count > 0).then_some(LetBe { register: None, kind, count, until: None, what, command })
}

/// Returns what the rule says of the baseline.
fn gaps(finding: &Finding, judge: &Judge) -> LetBe {
    let baseline = judge.baseline.as_ref();
    let is_over = baseline.is_some_and(|baseline| judge.today.day > baseline.until);
    LetBe {
        register: None,
        kind: "baseline",
        count: baseline.map_or(0, |baseline| baseline.entries.len()),
        until: baseline.map(|baseline| baseline.until),
        what: format!("`baseline.yaml`: {}", finding.message),
        command: if is_over { "stopgap check" } else { "stopgap export --format csv --gaps" }.to_owned(),
    }
}

fn marker(finding: &Finding, files: &Files) -> LetBe {
    let source = files.source(finding.file);
    let line = source.position(finding.span.start).line;
    let what = format!("`{}:{line}`: {}", shown(source.path()), finding.message);
    LetBe { register: None, kind: "stale", count: 1, until: None, what, command: CHECK.to_owned() }
}
