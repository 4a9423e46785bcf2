//! What is written is read again, whatever a cover says.

use super::*;
use crate::files::ReadFile;
use crate::register::Files;
use crate::source::Source;
use crate::text::is_hostile;
use crate::time::Moment;
use crate::yaml::check_text;

/// Characters that some syntax uses, line ends of any kind, and invisible characters.
const ODD: &str = "#\"'\\:|<>&/-!%@`,;=$~()\t\n\r \0\u{8}\u{1b}\u{7f}\u{85}\u{9b}\u{a0}\u{ad}\u{200b}\u{200d}\u{202e}\u{2028}\u{2029}\u{3000}\u{fdd0}\u{feff}\u{fff9}\u{fffe}\u{ffff}\u{1fffe}\u{e0001}é";

/// For each file a cover that it can hold, and covers with a text in each place that it writes.
const FILES: [(&str, &str, &str, &[&str]); 19] = [
    (
        "trivy",
        ".trivyignore.yaml",
        "id: CVE-1",
        &["id: ODD", "id: x, paths: [ODD]", "id: x, purls: [ODD]", "id: ODD, kind: misconfiguration"],
    ),
    ("trivy", ".trivyignore", "id: CVE-1", &["id: ODD"]),
    ("osv-scanner", "osv-scanner.toml", "id: CVE-1", &["id: ODD"]),
    (
        "grype",
        ".grype.yaml",
        "id: CVE-1",
        &["id: ODD", "id: x, paths: [ODD]", "id: x, package: {name: ODD, version: ODD, type: ODD}"],
    ),
    ("cargo-deny", "deny.toml", "id: CVE-1", &["id: ODD"]),
    ("cargo-audit", ".cargo/audit.toml", "id: CVE-1", &["id: ODD"]),
    ("snyk", ".snyk", "id: CVE-1", &["id: ODD", "id: x, paths: [ODD]"]),
    (
        "dependency-check",
        "suppressions.xml",
        "id: CVE-1",
        &["id: ODD", "id: x, paths: [ODD]", "id: x, purls: [ODD]", "id: x, purls: ['pkg:a/b@1', ODD]"],
    ),
    ("audit-ci", "audit-ci.jsonc", "id: CVE-1", &["id: ODD", "id: x, paths: [ODD]"]),
    ("better-npm-audit", ".nsprc", "id: CVE-1", &["id: ODD"]),
    ("bundler-audit", ".bundler-audit.yml", "id: CVE-1", &["id: ODD"]),
    ("gitleaks", ".gitleaks.toml", "id: r, paths: [a.txt]", &["id: ODD, paths: [b.txt]", "id: x, paths: [ODD]"]),
    ("gitleaks", ".gitleaksignore", "id: 'a.txt:rule:3'", &["id: ODD"]),
    ("inspec", "waivers.yaml", "id: CVE-1", &["id: ODD"]),
    (
        "kyverno",
        "policy-exceptions.yaml",
        "id: CVE-1",
        &["id: ODD", "id: x, namespace: ODD", "id: x, match: [ODD, 'true']"],
    ),
    ("kubescape", "exceptions.json", "id: CVE-1", &["id: ODD"]),
    ("azure", "exemptions.json", "id: CVE-1, scope: a", &["id: ODD, scope: a", "id: x, scope: ODD"]),
    ("azure", "exemptions.jsonc", "id: CVE-1, scope: a", &["id: ODD, scope: a", "id: x, scope: ODD"]),
    ("azure", "more.json", "id: CVE-1, scope: a", &["id: x, scope: a, assignment: ODD"]),
];

fn files(name: &str, covers: &str) -> Files {
    let text = format!(
        "status: active\ntitle: It stays\nrequester: Luis Prado\napprover: Mei Tanaka\ndecided: 2026-01-02\nstarts: 2026-01-02\nexpires: 2026-12-30\ncovers: [{covers}]\n"
    );
    Files::from_read(vec![ReadFile::from(Source::new(format!("exceptions/{name}.yaml"), text))])
}

/// Writes a text as YAML does in quotes, each character by its number.
fn quoted(text: &str) -> String {
    let numbers: String = text.chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect();
    format!("\"{numbers}\"")
}

/// Writes a file, reads it again, and returns how many entries it holds and what it cannot say.
fn written(files: &Files, (tool, path): (&'static str, &str)) -> (usize, Vec<Unsaid>) {
    let register = Register::parse_unjudged(files, &[]).0;
    assert_eq!(register.exceptions().count(), 1, "{tool} {path}");
    let today = Today::from_clock(Zone::UTC, Zone::UTC.starts_at(Moment::parse("2026-06-01").unwrap()));
    let allowed = Allowed::new(tool, &register, Zone::UTC, today);
    let target = Target { tool, path: path.to_owned() };
    let (plan, unsaid) = allowed.plan(&target, None, false).unwrap_or_else(|problem| panic!("{path}: {problem:?}"));
    let text = plan.text.as_deref();
    assert!(text.is_none_or(|text| check_text(text).is_none()), "{path}: {text:?}");
    let (again, _) = allowed.plan(&target, text, false).unwrap_or_else(|problem| panic!("{path}: {problem:?}"));
    assert_eq!((again.text, again.held, again.strays.len()), (None, plan.held, 0), "{path}: {text:?}");
    (plan.held, unsaid)
}

#[test]
fn whatever_is_written_is_read_again() {
    for c in ODD.chars() {
        for (tool, path, honest, odd) in FILES {
            for place in odd {
                for text in [format!("{c}a:r:3"), format!("a{c}b:r:3"), format!("a:r:3{c}")] {
                    let odd = place.replace("ODD", &quoted(&text));
                    let files = files("one", &format!("{{tool: {tool}, {honest}}}, {{tool: {tool}, {odd}}}"));
                    let (held, unsaid) = written(&files, (tool, path));
                    assert!(held > 0 && unsaid.iter().all(|it| it.id != "CVE-1"), "{path}: {odd} {text:?}");
                    assert!(held > 1 || unsaid.len() == 1, "{path}: {odd} {text:?} is lost");
                    // White space at the ends is not part of a text, and an expression may have lines.
                    let is_layout =
                        (c.is_whitespace() && !text.trim().contains(c)) || (tool == "kyverno" && "\t\n".contains(c));
                    assert!(!is_hostile(c) || is_layout || unsaid.len() == 1, "{path}: {odd} {text:?} is written");
                }
            }
        }
    }
}

#[test]
fn the_name_of_an_exception_ends_no_line() {
    for c in ODD.chars().filter(|c| is_hostile(*c)) {
        let name = format!("one{c}CVE-2");
        for (tool, path, honest, _) in FILES {
            let (held, unsaid) = written(&files(&name, &format!("{{tool: {tool}, {honest}}}")), (tool, path));
            assert_eq!((held, unsaid.len()), (0, 1), "{path} {c:?}");
            assert!(
                unsaid[0].why.starts_with("the name of the exception contains the invisible character U+"),
                "{}",
                unsaid[0].why
            );
        }
    }
}
