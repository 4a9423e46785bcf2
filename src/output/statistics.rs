//! How many findings of each rule, the most first.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::output::Report;
use crate::rule::Level;

/// What is counted of a rule.
#[derive(Default)]
struct Count {
    level: Option<Level>,
    findings: usize,
    fixable: usize,
}

/// Writes a line for each rule that has gating findings: how many, their level, the rule, and how many can be fixed.
///
/// # Errors
///
/// When the writer fails.
pub fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for finding in report.gating() {
        let count = counts.entry(finding.rule.id).or_default();
        count.level = count.level.max(Some(finding.level));
        count.findings += finding.stands_for;
        count.fixable += usize::from(finding.fix.is_some());
    }
    let width = counts.keys().map(|rule| rule.len()).max().unwrap_or_default();
    let mut counts: Vec<(&str, Count)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse((count.level, count.findings)));
    for (rule, count) in counts {
        let level = count.level.map_or("", Level::name);
        let fixable = if count.fixable == 0 { String::new() } else { format!("{} can be fixed", count.fixable) };
        let line = format!("{:>5}  {level:7}  {rule:width$}  {fixable}", count.findings);
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
