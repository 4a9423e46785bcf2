//! Command-line flags for tools without an ignore file.

use crate::register::Cover;

/// A tool and its command-line flag for suppressing a finding.
struct Flag {
    tool: &'static str,
    flag: &'static str,
    /// The flag for what is suppressed until there is a fix.
    until_fixed: Option<&'static str>,
}

const fn row(tool: &'static str, flag: &'static str) -> Flag {
    Flag { tool, flag, until_fixed: None }
}

/// All of them.
const FLAGS: &[Flag] = &[
    row("pip-audit", "--ignore-vuln"),
    Flag { until_fixed: Some("--ignore-until-fixed"), ..row("uv-audit", "--ignore") },
    row("cargo-audit", "--ignore"),
    row("bundler-audit", "--ignore"),
    row("checkov", "--skip-check"),
    row("semgrep", "--exclude-rule"),
    row("hadolint", "--ignore"),
];

/// Returns the tools that have such a flag.
#[must_use]
pub fn tools() -> Vec<&'static str> {
    FLAGS.iter().map(|flag| flag.tool).collect()
}

/// Returns the flag for a cover.
///
/// # Errors
///
/// If the tool has no flag that says exactly this.
pub(super) fn of(tool: &str, cover: &Cover<'_>) -> Result<String, String> {
    let flag = FLAGS.iter().find(|flag| flag.tool == tool).ok_or("there is no flag for it")?;
    let id = cover.id.as_ref().map_or("", |id| id.as_str().trim());
    // What a shell could split or expand is not an id of these tools.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._:/@+-".contains(c);
    if id.is_empty() || id.starts_with('-') || !id.chars().all(is_plain) {
        return Err("the id contains characters that a shell would interpret".to_owned());
    }
    let is_until_fixed = cover.until_fixed.as_ref().is_some_and(|flag| flag.value);
    if !cover.paths.is_empty() {
        return Err("a flag cannot narrow it to paths".to_owned());
    }
    match (is_until_fixed, flag.until_fixed) {
        (true, Some(name)) => Ok(format!("{name}={id}")),
        (true, None) => Err("a flag cannot end when a fix appears".to_owned()),
        (false, _) => Ok(format!("{}={id}", flag.flag)),
    }
}
