//! What scanners are told to overlook, in code and in ignore files.

use std::str::from_utf8;

use stopgap::internal::suppressions::{Reader, literals};

use super::choices;
use crate::seeds::Seeds;
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "suppressions",
    about: "what is found stands where it says; the quick look never passes over a file that holds something",
    seeds: || Seeds {
        texts: seeds::files("fixtures", |name| !name.ends_with(".snap")),
        pieces: pieces(),
        tokens: tokens(),
        versions: 1,
    },
    run,
    quick: None,
};

const PATHS: [&str; 40] = [
    "a.py",
    "a.go",
    "a.ts",
    "a.java",
    "a.rs",
    "a.php",
    "a.rb",
    "a.sh",
    "a.yaml",
    "a.tf",
    "a.html",
    "a.sql",
    "a.json",
    "a.md",
    "Dockerfile",
    "Makefile",
    "unknown",
    ".trivyignore",
    ".trivyignore.yaml",
    ".grype.yaml",
    "osv-scanner.toml",
    "deny.toml",
    ".cargo/audit.toml",
    ".snyk",
    ".nsprc",
    "audit-ci.jsonc",
    "audit-resolve.json",
    ".bundler-audit.yml",
    ".gitleaksignore",
    ".gitleaks.toml",
    ".semgrepignore",
    ".checkov.yaml",
    ".checkov.baseline",
    ".hadolint.yaml",
    ".kube-linter.yaml",
    "zizmor.yml",
    ".bandit",
    "pyproject.toml",
    "config/brakeman.ignore",
    "suppressions.xml",
];

/// Lines that tell one tool or another to overlook something, around which the rest is made.
fn pieces() -> Vec<Vec<u8>> {
    const LINES: &[&str] = &[
        "x = eval(y)  # nosec B307\n",
        "x = 1  # noqa: S101\n",
        "eval(x) // nosemgrep: rules.eval\n",
        "// eslint-disable-next-line no-eval -- why\n",
        "/* eslint-disable no-eval, security/detect-object-injection */\n",
        "x := 1 // #nosec G101 -- why\n",
        "//nolint:gosec // why\n",
        "# checkov:skip=CKV_AWS_18: why\n",
        "#trivy:ignore:AVD-AWS-0086:exp:2026-12-31\n",
        "#tfsec:ignore:aws-s3-enable-versioning\n",
        "# hadolint ignore=DL3008,DL3009\n",
        "password = 'a' # gitleaks:allow\n",
        "# stopgap: audit-log-bucket\n",
        "// NOSONAR why\n",
        "# rubocop:disable Security/Eval\n",
        "@SuppressWarnings(\"squid:S2068\")\n",
        "# pragma: allowlist secret\n",
        "# zizmor: ignore[unpinned-uses]\n",
        "CVE-2024-1234 exp:2026-12-31 # why\n",
        "[[IgnoredVulns]]\nid = \"GHSA-aaaa-bbbb-cccc\"\nignoreUntil = 2026-12-31\nreason = \"why\"\n",
        "vulnerabilities:\n  - id: CVE-2024-1234\n    expired_at: 2026-12-31\n    paths: [a/b]\n",
        "ignore:\n  - vulnerability: CVE-2024-1234\n    package: {name: a, version: 1}\n",
        "ignore:\n  SNYK-JS-A-1:\n    - '*':\n        reason: why\n        expires: 2026-12-31T00:00:00.000Z\n",
        "{\"allowlist\": [\"GHSA-aaaa-bbbb-cccc\"]}\n",
        "[advisories]\nignore = [{ id = \"RUSTSEC-2024-0001\", reason = \"why\" }]\n",
        "rules:\n  unpinned-uses:\n    ignore: [a.yml:1:2]\n",
        "<suppressions><suppress until=\"2026-12-31Z\"><notes>dependency-suppression</notes><cve>CVE-2024-1234</cve></suppress></suppressions>\n",
        "skip-check:\n  - CKV_AWS_18\n",
        "ignored:\n  - DL3008\n",
        "def f():\n    \"\"\"nosec\"\"\"\n    return 1\n",
        "// #nosec\n/* nosemgrep */\n<!-- nosemgrep -->\n",
    ];
    LINES.iter().map(|line| line.as_bytes().to_vec()).collect()
}

fn tokens() -> Vec<&'static str> {
    const SIGNS: &[&str] = &[
        "#",
        "//",
        "/*",
        "*/",
        "\"",
        "'",
        "\"\"\"",
        "`",
        "\\",
        "<!--",
        "-->",
        "\n",
        "\r\n",
        " ",
        "\t",
        ",",
        ":",
        ";",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "=",
        "*",
        "**",
        "-- why",
        "exp:2026-12-31",
        "until 2026-13-40",
        "stopgap: ",
        "é",
        "\u{feff}",
        "\u{202e}",
        "\0",
        "R\"(",
        "#{",
        "r#\"",
        "%q(",
        "<<EOF\n",
        "EOF\n",
    ];
    literals().chain(SIGNS.iter().copied()).collect()
}

fn run(data: &[u8]) -> Outcome {
    let Ok(text) = from_utf8(data) else { return Outcome::Refused };
    let path = PATHS[choices(data).usize(..PATHS.len())];
    let Some(page) = Reader::new(None).read(path, data) else { return Outcome::Refused };
    assert!(Reader::may_hold(path, data), "{path} is passed over, and holds {page:?}");
    assert_eq!(page.path, path);
    let lines = text.lines().count().max(1);
    for found in &page.found {
        let code = page.text.get(found.span.range()).unwrap_or_else(|| panic!("{found:?} is not in the page"));
        assert!(!code.contains('\n'), "{found:?} is on several lines");
        assert!((1..=lines).contains(&found.line), "{found:?} is on no line of {lines}");
        assert!(found.marker.is_none_or(|marker| marker < page.markers.len()), "{found:?}");
    }
    for marker in &page.markers {
        assert_eq!(page.text.get(marker.span.range()), Some(marker.id.as_str()), "{marker:?}");
        assert!((1..=lines).contains(&marker.line), "{marker:?} is on no line of {lines}");
    }
    Outcome::Taken
}
