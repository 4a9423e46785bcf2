//! A JUnit report in the form that Jenkins' xUnit schema accepts (`junit-10.xsd`): a suite is a file, a test is a
//! finding.
//!
//! A finding that makes the run fail is a failure: an error, or what `--fail-on` says. The others are skipped tests, which
//! show their message without failing, so that the report is red exactly if the exit code is 1. A run that finds nothing is one passed test, because Jenkins refuses a
//! report without any.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::output::{Broken, Place, Report, escape};
use crate::rule::Finding;

/// Writes the findings that gate.
pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let findings: Vec<&Finding> = report.gating().collect();
    let failures = failures(report, &findings);
    let errors = report.broken().len();
    let tests = (findings.len() + errors).max(1);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"stopgap\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">")?;
    report.broken().iter().try_for_each(|broken| write_broken(broken, out))?;
    for suite in findings.chunk_by(|a, b| a.file == b.file) {
        write_suite(report, suite, out)?;
    }
    if findings.is_empty() && errors == 0 {
        writeln!(out, "  <testsuite name=\"stopgap\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">")?;
        writeln!(out, "    <testcase name=\"check\" classname=\"stopgap\" time=\"0\"/>\n  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// Writes a register that could not be judged.
fn write_broken(broken: &Broken, out: &mut dyn Write) -> io::Result<()> {
    let (path, name, why) = (attribute(broken.source.path()), attribute(&broken.name), attribute(&broken.sentence()));
    writeln!(out, "  <testsuite name=\"{path}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">")?;
    writeln!(out, "    <testcase name=\"check\" classname=\"{name}\" time=\"0\">")?;
    write!(out, "      <error type=\"error\" message=\"{why}\">{why}")?;
    if let Some(help) = &broken.help {
        write!(out, "\n{}", attribute(help))?;
    }
    writeln!(out, "</error>\n    </testcase>\n  </testsuite>")
}

/// Writes the findings of one file.
fn write_suite(report: &Report<'_>, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
    let Some(file) = findings.first().map(|finding| finding.file) else { return Ok(()) };
    let path = report.repository_path(file);
    let owner = report.exception(file).unwrap_or(&path);
    let owner = match report.register_of(file) {
        Some(register) if owner != path => format!("{register}/{owner}"),
        _ => owner.to_owned(),
    };
    let (name, class) = (attribute(&path), attribute(&owner));
    let (tests, failures) = (findings.len(), failures(report, findings));
    let skipped = tests - failures;
    write!(out, "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\"")?;
    writeln!(out, " errors=\"0\" skipped=\"{skipped}\">")?;
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        let rule = finding.rule.id;
        // A test is recognised by its name from run to run, so the name contains no line number.
        let number = numbers.entry(rule).and_modify(|number| *number += 1).or_insert(1);
        let name = if *number == 1 { rule.to_owned() } else { format!("{rule} {number}") };
        writeln!(out, "    <testcase name=\"{name}\" classname=\"{class}\" time=\"0\">")?;
        write_outcome(report, finding, &path, out)?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}

fn write_outcome(report: &Report<'_>, finding: &Finding, path: &str, out: &mut dyn Write) -> io::Result<()> {
    let Place { start, .. } = report.place(finding.file, finding.span);
    let (level, rule) = (finding.level.name(), finding.rule.id);
    let element = if report.failing.contains(&finding.level) { "failure" } else { "skipped" };
    let message = attribute(&finding.message);
    write!(out, "      <{element} type=\"{level}\" message=\"{message}\">")?;
    write!(out, "{}:{}:{}: {level}[{rule}] {message}", attribute(path), start.line, start.column)?;
    if let Some(help) = &finding.help {
        write!(out, "\n{}", attribute(help))?;
    }
    writeln!(out, "</{element}>")
}

fn failures(report: &Report<'_>, findings: &[&Finding]) -> usize {
    findings.iter().filter(|finding| report.failing.contains(&finding.level)).count()
}

/// Creates a text fit for an attribute, and for a line of content.
fn attribute(text: &str) -> String {
    escape::xml(&escape::line(text))
}
