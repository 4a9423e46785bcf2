//! `sync` as scanners see it: what stands in their files while an exception lasts, and what is left afterwards.

use std::fs;

use crate::support::{Run, Sandbox, exception};

/// The policy's targets, each with a cover of that tool.
const TARGETS: [(&str, &str, &str); 16] = [
    ("trivy", ".trivyignore.yaml", "{tool: trivy, id: CVE-2026-1, paths: [app/Gemfile.lock]}"),
    ("trivy", ".trivyignore", "{tool: trivy, id: DS-0002}"),
    ("osv-scanner", "osv-scanner.toml", "{tool: osv-scanner, id: GHSA-aaaa-bbbb-cccc}"),
    ("grype", ".grype.yaml", "{tool: grype, id: CVE-2026-1, package: {name: libstdc++6, type: deb}}"),
    ("cargo-deny", "deny.toml", "{tool: cargo-deny, id: RUSTSEC-2026-0001}"),
    ("cargo-audit", ".cargo/audit.toml", "{tool: cargo-audit, id: RUSTSEC-2026-0001}"),
    ("snyk", ".snyk", "{tool: snyk, id: SNYK-JS-A-1, paths: [a > b]}"),
    ("dependency-check", "suppressions.xml", "{tool: dependency-check, id: CVE-2026-1, purls: ['pkg:maven/a.b/lib']}"),
    ("audit-ci", "audit-ci.jsonc", "{tool: audit-ci, id: GHSA-aaaa-bbbb-cccc, paths: ['a>b']}"),
    ("better-npm-audit", ".nsprc", "{tool: better-npm-audit, id: '1234'}"),
    ("bundler-audit", ".bundler-audit.yml", "{tool: bundler-audit, id: CVE-2026-1}"),
    ("gitleaks", ".gitleaks.toml", "{tool: gitleaks, id: aws-access-token, paths: ['tests/**/*.py']}"),
    ("inspec", "waivers.yaml", "{tool: inspec, id: xccdf_control_1}"),
    (
        "kyverno",
        "policy-exceptions.yaml",
        "{tool: kyverno, id: disallow-host-path, namespace: kyv, match: [\"object.metadata.name == 'legacy'\"]}",
    ),
    ("kubescape", "exceptions.json", "{tool: kubescape, id: C-0057}"),
    ("azure", "exemptions.json", "{tool: azure, id: deny-ip, scope: /subscriptions/0, assignment: /providers/x}"),
];

const DURING: &str = "2026-11-23";

fn policy(zone: &str) -> String {
    let mut text = format!("timezone: {zone}\nsync:\n  trivy: [.trivyignore.yaml, .trivyignore]\n");
    for (tool, file, _) in TARGETS.iter().filter(|(tool, ..)| *tool != "trivy") {
        text.push_str(&format!("  {tool}: {file}\n"));
    }
    text
}

/// A register with one exception that covers something of every tool.
fn repository(zone: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", policy(zone));
    let covers: Vec<&str> = TARGETS.iter().map(|(.., cover)| *cover).collect();
    sandbox.file("exceptions/season.yaml", exception(&[("covers", &format!("[{}]", covers.join(", ")))]));
    sandbox
}

fn sync(sandbox: &Sandbox, today: &str, arguments: &[&str]) -> Run {
    Run::of(sandbox.command().args(["sync", "--today", today]).args(arguments))
}

fn text(sandbox: &Sandbox, file: &str) -> String {
    fs::read_to_string(sandbox.path(file)).unwrap_or_default()
}

#[test]
fn each_format_has_the_end_in_its_own_meaning() {
    for zone in ["UTC", "America/New_York"] {
        let sandbox = repository(zone);
        let run = sync(&sandbox, DURING, &[]);
        assert_eq!(run.code, 0, "{run:?}");
        let files = TARGETS.map(|(_, file, _)| format!("=== {file}\n{}", text(&sandbox, file)));
        insta::assert_snapshot!(format!("sync_{}", zone.to_lowercase().replace('/', "_")), files.join("\n"));
    }
}

#[test]
fn what_is_not_in_force_is_in_no_file() {
    let others: [(&str, &[(&str, &str)]); 4] = [
        ("expired", &[("expires", "2026-11-22")]),
        ("rejected", &[("status", "rejected")]),
        ("future", &[("starts", "2026-11-24")]),
        (
            "closed",
            &[
                ("status", "closed"),
                ("closure", "{date: 2026-11-20, by: Luis Prado, verified_by: Mei Tanaka, note: gone}"),
            ],
        ),
    ];
    let covers: Vec<&str> = TARGETS.iter().map(|(.., cover)| *cover).collect();
    let covers = format!("[{}]", covers.join(", "));
    for (name, fields) in others {
        let sandbox = Sandbox::new();
        sandbox.file("stopgap.yaml", policy("UTC"));
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("covers", covers.as_str())]).collect();
        sandbox.file(format!("exceptions/{name}.yaml"), exception(&fields));
        let run = sync(&sandbox, DURING, &[]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
        for (_, file, _) in TARGETS {
            assert!(!sandbox.path(file).exists(), "{name}: {file}");
        }
    }
    // The honest neighbour: the day before the first of them was over.
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", policy("UTC"));
    sandbox.file("exceptions/expired.yaml", exception(&[("expires", "2026-11-22"), ("covers", &covers)]));
    assert_eq!(sync(&sandbox, "2026-11-22T23:59", &[]).code, 0);
    assert!(TARGETS.iter().all(|(_, file, _)| sandbox.path(file).exists()));
    assert_eq!(sync(&sandbox, "2026-11-23", &["--check"]).code, 1);
    assert_eq!(sync(&sandbox, "2026-11-23", &[]).code, 0);
    for (_, file, _) in TARGETS {
        assert!(!text(&sandbox, file).contains("stopgap: "), "{file}");
    }
}

#[test]
fn no_target_decides_how_the_register_is_judged() {
    let targets = [
        (".github/CODEOWNERS", "a file of CODEOWNERS"),
        ("docs/codeowners", "a file of CODEOWNERS"),
        (".GitHub/Workflows/check.yml", "a file of CI"),
        ("./tools//gate/action.YML", "a file of CI"),
        (".gitlab-ci.yml", "a file of CI"),
        (".gitlab/stopgap.yml", "a file of CI"),
        ("exceptions/.gitattributes", "in the register"),
        ("api/.gitattributes", "a file that git reads"),
        ("Exceptions/season.yaml", "in the register"),
        ("stopgap.yaml", "the policy"),
        (".github/stopgap.yaml", "a policy"),
        ("teams/people.yaml", "the roster"),
        ("Controls.yaml", "the catalogue"),
        ("baseline.yaml", "the baseline"),
        ("suppressions.yaml", "the baseline of suppressions"),
        ("allowed_signers", "the allowed signers"),
    ];
    for (target, what) in targets {
        let sandbox = Sandbox::new();
        let policy = format!("people: teams/people.yaml\nsync: {{osv-scanner: osv-scanner.toml, trivy: {target}}}\n");
        sandbox.file("stopgap.yaml", policy);
        sandbox.file("exceptions/season.yaml", exception(&[]));
        for command in ["check", "sync"] {
            let run = Run::of(sandbox.command().args([command, "--today", DURING]));
            assert_eq!(run.code, 2, "{run:?}");
            let is_said = run.stderr.contains(&format!("is {what}, not an ignore file"));
            assert!(is_said && run.stderr.contains("stopgap.yaml:2:"), "{target}: {run:?}");
        }
        assert!(!sandbox.path("osv-scanner.toml").exists(), "{target}");
    }
    for (first, second) in [(".trivyignore", ".TrivyIgnore"), (".trivyignore", "./.trivyignore")] {
        let sandbox = Sandbox::new();
        sandbox.file("stopgap.yaml", format!("sync: {{trivy: [{first}, {second}]}}\n"));
        let run = sync(&sandbox, DURING, &[]);
        assert!(run.code == 2 && run.stderr.contains("is already the file of `trivy`"), "{run:?}");
    }
}

#[test]
fn a_file_that_can_say_nothing_of_what_is_in_force_is_not_called_unneeded() {
    let said = |covers: &str| {
        let sandbox = Sandbox::new();
        sandbox.file("stopgap.yaml", "sync: {trivy: .trivyignore}\n");
        sandbox.file("exceptions/season.yaml", exception(&[("covers", covers)]));
        let run = sync(&sandbox, DURING, &[]);
        assert!(!sandbox.path(".trivyignore").exists(), "{run:?}");
        run.stdout
    };
    assert_eq!(said("[]"), ".trivyignore: not needed, nothing is in force for Trivy\n");
    assert_eq!(
        said("[{tool: trivy, id: CVE-2026-1, paths: [app/Gemfile.lock]}]"),
        ".trivyignore: not needed, nothing that is in force for Trivy can be written there\n"
    );
}

#[test]
fn a_cover_of_every_rule_is_written_only_where_an_entry_can_be_for_every_rule() {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", "sync: {gitleaks: [.gitleaks.toml, .gitleaksignore]}\nsuppressions: [all]\n");
    let covers = "[{tool: gitleaks, id: all, paths: [tests/keys/]}, {tool: semgrep, id: all, paths: [web/vendor/]}]";
    sandbox.file("exceptions/season.yaml", exception(&[("covers", covers)]));
    let run = sync(&sandbox, DURING, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let written = text(&sandbox, ".gitleaks.toml");
    assert!(written.contains("[[allowlists]]") && written.contains("^tests/keys/.*$"), "{written}");
    assert!(!written.contains("targetRules") && !sandbox.path(".gitleaksignore").exists(), "{written}");
    assert_eq!(unregistered(&sandbox, DURING), Vec::<String>::new());
    sandbox.file(".gitleaks.toml", written.replace("tests/keys/", ""));
    assert_eq!(unregistered(&sandbox, DURING).len(), 1);
    let run = sync(&sandbox, DURING, &["--print", "semgrep"]);
    assert!(run.stdout.is_empty() && run.stderr.contains("a flag cannot narrow it to paths"), "{run:?}");
    // What the check refuses is written nowhere.
    fs::remove_file(sandbox.path(".gitleaks.toml")).unwrap();
    sandbox.file("exceptions/season.yaml", exception(&[("covers", "[{tool: gitleaks, id: all, paths: ['**']}]")]));
    assert_eq!(sync(&sandbox, DURING, &[]).code, 0);
    assert!(!sandbox.path(".gitleaks.toml").exists());
}

/// Files that people wrote, with comments and keys that are none of our business.
const BY_HAND: [(&str, &str); 13] = [
    (
        ".trivyignore.yaml",
        "# ours\nvulnerabilities:\n- id: CVE-2020-1   # by hand\n  paths: # the lock\n    - a.lock\n  expired_at: 2027-01-01\n\n# about licences\nlicenses: []\nmisconfigurations: [] # none\nsecrets:\n  - {id: aws-key, expires_at: 2027-01-01}\n",
    ),
    (".trivyignore", "# head\nCVE-2020-1 exp:2027-01-01\n\n# why\nCVE-2020-2 until:2027-01-01\n"),
    (
        "osv-scanner.toml",
        "# head\nGoVersionOverride = \"1.2\"\n\n[[IgnoredVulns]]\nid = \"GO-1\" # hand\nreason = \"x\"\n\n[[PackageOverrides]]\nname = \"a\" # keep\nignore = true\n",
    ),
    (
        ".grype.yaml",
        "output: \"json\"\nignore:\n  # hand\n  - vulnerability: CVE-2020-1\ncheck-for-app-update: false\n",
    ),
    (
        "deny.toml",
        "[graph]\ntargets = []\n\n[advisories]\nversion = 2 # two\nignore = [\n    # first\n    \"RUSTSEC-2020-0001\", # hand\n    { crate = \"a@1.0\", reason = \"yanked\" },\n]\n\n[licenses]\nallow = [\"MIT\"]\n",
    ),
    (".cargo/audit.toml", "[advisories]\nignore = [\n  \"RUSTSEC-2020-0001\", # all\n]\n[database]\npath = \"x\"\n"),
    (
        ".snyk",
        "# Snyk\nversion: v1.25.0\nignore:\n  # hand\n  SNYK-JS-A-1:\n    - 'x > y': # path\n        reason: hand\n        expires: soon\n  SNYK-JS-Z-1:\n    - '*':\n        expiry: 2027-01-01\npatch: {}\n",
    ),
    (
        "suppressions.xml",
        "<?xml version=\"1.0\"?>\n<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n   <!-- hand -->\n   <suppress>\n      <notes><![CDATA[x]]></notes>\n      <cve>CVE-2020-1</cve>\n   </suppress>\n</suppressions>\n",
    ),
    (
        "audit-ci.jsonc",
        "{\n    // our level\n    \"low\": true, /* really */\n    \"allowlist\": [\n        'GHSA-zzzz-zzzz-zzzz', // hand\n        \"lodash\",\n    ],\n    skip_dev: true,\n}\n",
    ),
    (
        ".nsprc",
        "{\n\t\"999\": {\"active\": true, \"notes\": \"x\", \"expires\": \"2027-01-01\"},\n\t\"998\": \"text\"\n}\n",
    ),
    (".bundler-audit.yml", "---\nignore:\n  - CVE-2020-1 # hand\n  # end\n"),
    ("waivers.yaml", "# w\nc1:\n  run: false # r\n  justification: \"x\"\n"),
    (
        "policy-exceptions.yaml",
        "# a\napiVersion: policies.kyverno.io/v1\nkind: PolicyException\nmetadata: {name: hand}\nspec:\n  policyRefs: [{name: p, kind: ValidatingPolicy}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\n# end\n",
    ),
];

#[test]
fn what_people_wrote_is_there_before_during_and_after_byte_for_byte() {
    for line_end in ["\n", "\r\n"] {
        let sandbox = repository("UTC");
        let written = BY_HAND.map(|(file, text)| (file, text.replace('\n', line_end)));
        for (file, text) in &written {
            sandbox.file(file, text);
        }
        let run = sync(&sandbox, DURING, &[]);
        assert_eq!(run.code, 1, "{run:?}");
        let during: Vec<String> = written.iter().map(|(file, _)| text(&sandbox, file)).collect();
        for ((file, before), during) in written.iter().zip(&during) {
            assert_ne!(before, during, "{file}");
            // An empty list in brackets becomes one of lines.
            let before = before.replace("misconfigurations: []", "misconfigurations:");
            let mut left = during.lines();
            assert!(
                before.lines().all(|line| left.any(|other| other.trim_end_matches(',') == line.trim_end_matches(','))),
                "{file}:\n{during}"
            );
            assert!(line_end == "\n" || !during.replace("\r\n", "").contains('\n'), "{file}");
        }
        assert_eq!(sync(&sandbox, DURING, &["-q"]).code, 1);
        assert_eq!(sync(&sandbox, "2027-01-01", &["-q"]).code, 1);
        for ((file, before), during) in written.iter().zip(&during) {
            assert_eq!(text(&sandbox, file), *before, "{file}, during:\n{during}");
        }
    }
}

#[test]
fn a_second_run_changes_nothing() {
    let sandbox = repository("Europe/Berlin");
    for (file, text) in BY_HAND {
        sandbox.file(file, text);
    }
    sync(&sandbox, DURING, &[]);
    let once: Vec<String> = TARGETS.iter().map(|(_, file, _)| text(&sandbox, file)).collect();
    let run = sync(&sandbox, DURING, &[]);
    let twice: Vec<String> = TARGETS.iter().map(|(_, file, _)| text(&sandbox, file)).collect();
    assert_eq!(once, twice);
    assert_eq!(run.stdout.matches("nothing to do").count(), TARGETS.len(), "{}", run.stdout);
}

#[test]
fn an_entry_with_an_end_that_its_tool_takes_for_none_goes_on() {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", policy("UTC"));
    sandbox.file("exceptions/season.yaml", exception(&[]));
    for (file, text) in [
        (".trivyignore", "AWS-0107 exp:0001-01-01\nAWS-0108 exp:2020-01-01\nAWS-0109 exp:soon\n"),
        (".trivyignore.yaml", "misconfigurations:\n  - id: AWS-0110\n    expired_at: 0001-01-01\n"),
        ("osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GO-1\"\nignoreUntil = 0001-01-01T00:00:00Z\n"),
        (".nsprc", "{\"1065\": {\"active\": true, \"expiry\": \"1970-01-01\"}}\n"),
    ] {
        sandbox.file(file, text);
    }
    let run = sync(&sandbox, DURING, &["--check"]);
    for line in [
        "Trivy `AWS-0107`, and no exception in force covers it; Trivy does not read `0001-01-01` as an end",
        "Trivy `AWS-0110`, and no exception in force covers it; Trivy does not read `0001-01-01` as an end",
        "does not read `0001-01-01T00:00:00Z` as an end",
        "does not read `1970-01-01` as an end",
    ] {
        assert!(run.stdout.contains(line), "{line}\n{}", run.stdout);
    }
    assert!(!run.stdout.contains("AWS-0108") && !run.stdout.contains("AWS-0109"), "{}", run.stdout);
}

#[test]
fn an_entry_added_by_hand_is_reported_at_its_line_and_goes_on_request() {
    let sandbox = repository("UTC");
    sandbox.file(".trivyignore.yaml", BY_HAND[0].1);
    sandbox.file(".snyk", BY_HAND[6].1);
    let run = sync(&sandbox, DURING, &["--check"]);
    assert_eq!(run.code, 1);
    for line in [
        "error[unregistered-suppression]: this suppresses Trivy `CVE-2020-1`",
        ".trivyignore.yaml:3:7",
        "this suppresses Trivy `aws-key`, and no exception in force covers it; Trivy does not read `expires_at`",
        "this suppresses Snyk `SNYK-JS-A-1`, and no exception in force covers it; Snyk does not read `soon` as an end",
        "Snyk does not read `expiry`",
    ] {
        assert!(run.stdout.contains(line), "{line}\n{}", run.stdout);
    }
    assert_eq!(text(&sandbox, ".trivyignore.yaml"), BY_HAND[0].1);
    assert_eq!(sync(&sandbox, DURING, &["--prune"]).code, 0);
    assert!(!text(&sandbox, ".trivyignore.yaml").contains("CVE-2020-1"));
    assert!(text(&sandbox, ".trivyignore.yaml").contains("# about licences"));
    assert_eq!(sync(&sandbox, DURING, &["--check"]).code, 0);
}

#[test]
fn scripts_are_told_what_became_of_each_file() {
    let sandbox = repository("UTC");
    sandbox.file(".trivyignore.yaml", BY_HAND[0].1);
    let run = sync(&sandbox, DURING, &["--check", "--tool", "trivy", "--format", "json"]);
    assert_eq!(run.code, 1);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let files = told["files"].as_array().unwrap();
    assert_eq!((told["version"].as_u64(), told["today"].as_str(), files.len()), (Some(1), Some(DURING), 2));
    let first = &files[0];
    assert_eq!((first["tool"].as_str(), first["path"].as_str()), (Some("trivy"), Some(".trivyignore.yaml")));
    assert_eq!((first["differs"].as_bool(), first["in_force"].as_u64()), (Some(true), Some(2)));
    assert_eq!(first["findings"][0]["rule"], "unregistered-suppression");
    assert_eq!(first["findings"][0]["line"], 3);
    assert_eq!(files[1]["left_out"][0]["id"], "CVE-2026-1");
    assert_eq!(sync(&sandbox, DURING, &["-q", "--prune"]).code, 0);
    let run = sync(&sandbox, DURING, &["--check", "--format", "json"]);
    assert!(run.code == 0 && !run.stdout.contains("\"differs\": true"), "{run:?}");
}

/// What is in `check` on suppressions in files of these formats.
fn unregistered(sandbox: &Sandbox, today: &str) -> Vec<String> {
    let run = Run::of(sandbox.command().args(["suppressions", "--check", "--today", today, "--format", "json"]));
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    let findings = report["findings"].as_array().unwrap();
    let told =
        |it: &serde_json::Value| format!("{}: {}", it["path"].as_str().unwrap(), it["message"].as_str().unwrap());
    findings.iter().map(told).collect()
}

/// For each target one more entry, and what it is put in front of; none where the entry is a line at the end.
const FOREIGN: [(&str, &str, &str); 12] = [
    (".trivyignore.yaml", "vulnerabilities:\n", "  - id: CVE-2020-1\n"),
    (".trivyignore", "", "CVE-2020-1\n"),
    ("osv-scanner.toml", "", "[[IgnoredVulns]]\nid = \"CVE-2020-1\"\n"),
    (".grype.yaml", "ignore:\n", "  - vulnerability: CVE-2020-1\n"),
    ("deny.toml", "ignore = [", "\"RUSTSEC-2020-0001\", "),
    (".cargo/audit.toml", "ignore = [", "\"RUSTSEC-2020-0001\", "),
    (".snyk", "  SNYK-JS-A-1:\n", "    - '*':\n        reason: all of it\n"),
    ("suppressions.xml", "\">\n", "  <suppress><cve>CVE-2020-1</cve></suppress>\n"),
    ("audit-ci.jsonc", "\"allowlist\": [", "\"GHSA-aaaa-bbbb-cccc\", "),
    (".nsprc", "{", "\"1\": true,"),
    (".bundler-audit.yml", "ignore:\n", "  - CVE-2020-1\n"),
    (".gitleaks.toml", "", "[[allowlists]]\ntargetRules = [\"aws-access-token\"]\npaths = [\".*\"]\n"),
];

#[test]
fn what_it_writes_is_in_order_and_one_entry_more_is_found() {
    let sandbox = repository("Europe/Berlin");
    // The title makes entries longer than what is shown of a file.
    let covers: Vec<&str> = TARGETS.iter().map(|(.., cover)| *cover).collect();
    let paths = "{tool: trivy, id: CVE-2026-9, paths: [a/1, a/2, a/3, a/4, a/5, a/6, a/7, a/8, a/9]}";
    let covers = format!("[{}, {paths}]", covers.join(", "));
    sandbox.file("exceptions/season.yaml", exception(&[("covers", &covers)]));
    sandbox.file("stopgap.yaml", format!("{}suppressions: [all]\n", policy("Europe/Berlin")));
    assert_eq!(sync(&sandbox, DURING, &["-q"]).code, 0);
    assert_eq!(unregistered(&sandbox, DURING), Vec::<String>::new());
    let listed = Run::of(sandbox.command().args(["suppressions", "--today", DURING, "--format", "json"]));
    for (_, file, _) in TARGETS.iter().filter(|(.., file, _)| FOREIGN.iter().any(|(other, ..)| other == file)) {
        assert!(listed.stdout.contains(&format!("\"{file}\"")), "{file} is looked at: {}", listed.stdout);
    }
    for (file, before, entry) in FOREIGN {
        let synced = text(&sandbox, file);
        let at = if before.is_empty() { synced.len() } else { synced.find(before).unwrap() + before.len() };
        sandbox.file(file, format!("{}{entry}{}", &synced[..at], &synced[at..]));
        let found = unregistered(&sandbox, DURING);
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("{file}: ")),
            "{file}: {found:#?}\n{}",
            text(&sandbox, file)
        );
        sandbox.file(file, synced);
    }
    let after = unregistered(&sandbox, "2026-12-17");
    assert!(after.iter().all(|it| !it.contains("no exception covers it")), "{after:#?}");
}

#[test]
fn an_entry_with_other_words_or_another_end_overlooks_no_more() {
    let sandbox = repository("UTC");
    sandbox.file("stopgap.yaml", format!("{}suppressions: [all]\n", policy("UTC")));
    assert_eq!(sync(&sandbox, DURING, &["-q"]).code, 0);
    for (file, from, to, is_more) in [
        (".gitleaks.toml", "stopgap: season until 2026-12-16", "old words", false),
        (".gitleaks.toml", "aws-access-token", "private-key", true),
        (".gitleaks.toml", "^tests/", "^.*", true),
        (".grype.yaml", "reason:", "include-aliases: true\n    reason:", true),
        (".snyk", "2026-12-17T00", "2026-12-01T00", false),
        (".snyk", "- a > b:", "- a > c:", true),
        ("suppressions.xml", "2026-12-17Z", "2026-12-01Z", false),
        ("suppressions.xml", "lib(@.*)?$", ".*$", true),
        ("audit-ci.jsonc", "|a>b", "|a>c", true),
    ] {
        let synced = text(&sandbox, file);
        assert!(synced.contains(from), "{from}: {synced}");
        sandbox.file(file, synced.replacen(from, to, 1));
        assert_eq!(
            unregistered(&sandbox, DURING).len(),
            usize::from(is_more),
            "{file}: {to}\n{}",
            text(&sandbox, file)
        );
        sandbox.file(file, synced);
    }
}

#[test]
fn of_two_exceptions_for_one_id_the_later_end_is_written_with_both_names() {
    let sandbox = repository("UTC");
    let cover = "[{tool: osv-scanner, id: ghsa-AAAA-bbbb-cccc}]";
    sandbox.file("exceptions/shorter.yaml", exception(&[("expires", "2026-11-30"), ("covers", cover)]));
    sync(&sandbox, DURING, &[]);
    let file = text(&sandbox, "osv-scanner.toml");
    assert_eq!(file.matches("[[IgnoredVulns]]").count(), 1, "{file}");
    assert!(
        file.contains("2026-12-17T00:00:00Z") && file.contains("stopgap: season, shorter until 2026-12-16"),
        "{file}"
    );
}

#[test]
fn an_entry_that_says_the_same_is_taken_over() {
    let sandbox = repository("UTC");
    sandbox.file("osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GHSA-aaaa-bbbb-cccc\"\nreason = \"for ever\"\n");
    sandbox.file(".bundler-audit.yml", "ignore: [CVE-2026-1]\n");
    assert_eq!(sync(&sandbox, DURING, &[]).code, 0);
    assert!(!text(&sandbox, "osv-scanner.toml").contains("for ever"));
    assert_eq!(sync(&sandbox, DURING, &["--check"]).code, 0);
    assert_eq!(sync(&sandbox, "2027-01-01", &[]).code, 0);
    assert_eq!(text(&sandbox, "osv-scanner.toml"), "");
}

#[test]
fn what_a_file_cannot_say_is_named_and_not_widened() {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", "sync: {osv-scanner: osv-scanner.toml, trivy: .trivyignore, kubescape: k.json}\n");
    let covers = "[{tool: osv-scanner, id: CVE-2026-1, package: left-pad}, {tool: trivy, id: CVE-2026-1, paths: [a.lock]}, {tool: trivy, id: CVE-2026-2, until_fixed: true}, {tool: kubescape, id: C-1, paths: [a.yaml]}]";
    sandbox.file("exceptions/narrow.yaml", exception(&[("covers", covers)]));
    let run = sync(&sandbox, DURING, &[]);
    assert_eq!((run.code, run.stderr.matches("is not written for").count()), (0, 4), "{run:?}");
    assert!(["osv-scanner.toml", ".trivyignore", "k.json"].iter().all(|file| !sandbox.path(file).exists()));
}

#[test]
fn hostile_words_stay_words() {
    let sandbox = repository("UTC");
    let title = "\"x]]></notes></suppress> \\\" ''' # \\n - {a: b} */ \u{202e}\\x1b[31m\"";
    let covers: Vec<&str> = TARGETS.iter().map(|(.., cover)| *cover).collect();
    let covers = format!("[{}]", covers.join(", "));
    sandbox.file("exceptions/season.yaml", exception(&[("title", title), ("covers", &covers)]));
    let run = sync(&sandbox, DURING, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(sync(&sandbox, DURING, &["--check"]).code, 0);
    for (_, file, _) in TARGETS {
        let text = text(&sandbox, file);
        assert!(!text.is_empty() && !text.contains(['\u{202e}', '\u{1b}']), "{file}\n{text}");
        assert!(!file.ends_with(".xml") || text.matches("</notes>").count() == 1, "{file}\n{text}");
    }
}

#[test]
fn a_file_that_cannot_be_edited_is_left_alone() {
    for (file, text, says) in [
        (".trivyignore.yaml", "vulnerabilities: {a: b}\n", "`vulnerabilities` is not a list"),
        (".trivyignore.yaml", "vulnerabilities: [\n", "ignore file is not usable"),
        ("deny.toml", "advisories = 1\n[x\n", "not valid TOML"),
        (".nsprc", "{\"a\": 1,}\n", "not valid JSON"),
        ("suppressions.xml", "<suppressions>", "not valid XML"),
        (".gitleaks.toml", "[allowlist]\npaths = [\"a\"]\n", "rename it to `[[allowlists]]`"),
    ] {
        let sandbox = repository("UTC");
        sandbox.file(file, text);
        let run = sync(&sandbox, DURING, &[]);
        assert_eq!(run.code, 2, "{file}: {run:?}");
        assert!(run.stderr.contains(says), "{file}: {}", run.stderr);
        assert_eq!(fs::read_to_string(sandbox.path(file)).unwrap(), text);
        assert!(!sandbox.path("osv-scanner.toml").exists(), "all or none");
    }
}

#[cfg(unix)]
#[test]
fn links_are_never_followed_and_nothing_outside_is_written() {
    let sandbox = repository("UTC");
    sandbox.file("elsewhere/.keep", "");
    std::os::unix::fs::symlink(sandbox.path("elsewhere"), sandbox.path(".cargo")).unwrap();
    let run = sync(&sandbox, DURING, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("link"), "{}", run.stderr);
    assert!(!sandbox.path("elsewhere/audit.toml").exists());
}

#[test]
fn flags_are_printed_one_a_line() {
    let sandbox = repository("UTC");
    let covers = "[{tool: pip-audit, id: PYSEC-2026-2}, {tool: pip-audit, id: CVE-2026-1}, {tool: pip-audit, id: '$(rm x)'}, {tool: uv-audit, id: CVE-2026-1, until_fixed: true}]";
    sandbox.file("exceptions/py.yaml", exception(&[("covers", covers)]));
    let run = sync(&sandbox, DURING, &["--print", "pip-audit"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "--ignore-vuln=CVE-2026-1\n--ignore-vuln=PYSEC-2026-2\n"));
    assert!(run.stderr.contains("a shell"), "{}", run.stderr);
    assert_eq!(sync(&sandbox, DURING, &["--print", "uv-audit"]).stdout, "--ignore-until-fixed=CVE-2026-1\n");
    assert_eq!(sync(&sandbox, "2027-01-01", &["--print", "pip-audit"]).stdout, "");
    for (tool, says, help) in [
        ("trivy", "`trivy` takes no such flags", "it reads a file: `sync: {trivy: .trivyignore.yaml}`"),
        ("Snyk", "`Snyk` takes no such flags", "it reads a file: `sync: {snyk: .snyk}`"),
        ("bandit", "`bandit` takes no such flags", "the tools with flags are pip-audit"),
        ("nobodys", "there is no known tool `nobodys`", "the tools with flags are pip-audit"),
    ] {
        let run = sync(&sandbox, DURING, &["--print", tool]);
        assert!(run.code == 2 && run.stderr.contains(says) && run.stderr.contains(help), "{tool}: {run:?}");
    }
    // The same of one whose file the policy does not name; it is told what can be done.
    sandbox.file("stopgap.yaml", "sync: {trivy: .trivyignore}\n");
    for (tool, says, help) in [
        (
            "pip-audit",
            "the policy names no ignore file of `pip-audit`",
            "`stopgap sync --print pip-audit` prints its flags",
        ),
        (
            "grype",
            "the policy names no ignore file of `grype`",
            "name its file in the policy: `sync: {grype: .grype.yaml}`",
        ),
        ("eslint", "the policy names no ignore file of `eslint`", "the tools with files are trivy, "),
        ("nobodys", "there is no known tool `nobodys`", "the tools with files are trivy, "),
    ] {
        let run = sync(&sandbox, DURING, &["--tool", tool]);
        assert!(run.code == 2 && run.stderr.contains(says) && run.stderr.contains(help), "{tool}: {run:?}");
    }
}

/// One cover that no file can hold stands in the way of no other, and what was written is read again.
#[test]
fn characters_that_nobody_sees_are_in_no_file_and_block_none() {
    let sandbox = repository("UTC");
    let honest: Vec<&str> = TARGETS.iter().map(|(.., cover)| *cover).collect();
    let odd = [
        r##"{tool: osv-scanner, id: "GHSA-8c26-wmh5-6g9v\ufeff"}"##,
        r##"{tool: trivy, id: "CVE-2026-9\0"}"##,
        r##"{tool: trivy, id: "CVE-2026-9\ufffe"}"##,
        r##"{tool: cargo-deny, id: "RUSTSEC-2026-0009\ufeff"}"##,
        r##"{tool: gitleaks, id: rule, paths: ["a\u2028b"]}"##,
        r##"{tool: dependency-check, id: "CVE\e-2026-9"}"##,
        r##"{tool: audit-ci, id: GHSA-x, paths: ["a\x85b"]}"##,
    ];
    let covers = format!("[{}]", [&honest[..], &odd].concat().join(", "));
    sandbox.file("exceptions/season.yaml", exception(&[("covers", &covers)]));
    for arguments in [&[][..], &[], &["--check"]] {
        let run = sync(&sandbox, DURING, arguments);
        assert_eq!((run.code, run.stderr.matches("the invisible character").count()), (0, odd.len()), "{run:?}");
    }
    assert!(TARGETS.iter().all(|(_, file, _)| sandbox.path(file).exists()));
    let check = Run::of(sandbox.command().args(["check", "--today", DURING]));
    assert!(check.stdout.contains("`covers[16].id` contains the invisible character U+FEFF"), "{check:?}");
    // What begins with the sign of a comment is read from one kind of file and not from the other.
    let covers = r##"[{tool: trivy, id: "#CVE"}, {tool: trivy, id: CVE-2026-2}]"##;
    sandbox.file("exceptions/season.yaml", exception(&[("covers", covers)]));
    let sandbox_of = |files: &str| sandbox.file("stopgap.yaml", format!("sync: {{trivy: {files}}}\n"));
    sandbox_of(".trivyignore");
    let run = sync(&sandbox, DURING, &[]);
    assert!(run.code == 0 && run.stderr.contains("a line that begins with `#` is a comment there"), "{run:?}");
    assert!(text(&sandbox, ".trivyignore").contains("\nCVE-2026-2 exp:"));
    sandbox_of(".trivyignore.yaml");
    let run = sync(&sandbox, DURING, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    assert_eq!(sync(&sandbox, DURING, &["--check"]).code, 0);
}

/// What is wrong with a file that a tool reads is not said of YAML.
#[test]
fn a_character_that_no_ignore_file_may_hold_is_named_without_yaml() {
    for (file, c) in [("osv-scanner.toml", '\u{fffe}'), (".nsprc", '\u{85}'), (".trivyignore", '\u{1b}')] {
        let sandbox = repository("UTC");
        sandbox.file(file, format!("# a{c}b\n"));
        let run = sync(&sandbox, DURING, &[]);
        assert!(run.code == 2 && run.stderr.contains(&format!("U+{:04X}", u32::from(c))), "{run:?}");
        assert!(!run.stderr.contains("YAML"), "{run:?}");
    }
}

#[test]
fn vex_says_affected_until_a_day_and_nothing_else() {
    let sandbox = repository("UTC");
    let export =
        |format: &str, today: &str| Run::of(sandbox.command().args(["export", "--format", format, "--today", today]));
    let openvex = export("openvex", DURING);
    assert_eq!((openvex.code, &openvex.stdout), (0, &export("openvex", "2026-11-24").stdout));
    let document: serde_json::Value = serde_json::from_str(&openvex.stdout).unwrap();
    let statements = document["statements"].as_array().unwrap();
    let names: Vec<&str> = statements.iter().map(|it| it["vulnerability"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["CVE-2026-1", "GHSA-aaaa-bbbb-cccc", "RUSTSEC-2026-0001", "SNYK-JS-A-1"]);
    assert!(statements.iter().all(|it| it["status"] == "affected"));
    assert!(!openvex.stdout.contains("not_affected") && !openvex.stdout.contains("Hanna"));
    let cyclonedx: serde_json::Value = serde_json::from_str(&export("cyclonedx-vex", DURING).stdout).unwrap();
    for it in cyclonedx["vulnerabilities"].as_array().unwrap() {
        assert_eq!(it["analysis"]["state"], "exploitable");
        assert_eq!(it["analysis"]["response"], serde_json::json!(["will_not_fix"]));
    }
    let none = export("openvex", "2027-01-01");
    assert!(none.code == 2 && none.stdout.is_empty(), "{none:?}");
    let none: serde_json::Value = serde_json::from_str(&export("cyclonedx-vex", "2027-01-01").stdout).unwrap();
    assert_eq!(none["vulnerabilities"], serde_json::json!([]));
}

/// A register of two systems with the same package: one ends before the other, and one is closed.
fn two_systems() -> Sandbox {
    let sandbox = Sandbox::new();
    let shop = [
        ("scope.system", "shop"),
        ("decided", "2026-11-20"),
        ("starts", "2026-11-20"),
        ("expires", "2026-12-05"),
        ("covers", "[{tool: trivy, id: CVE-2026-1, purls: ['pkg:deb/debian/libc6@2.36']}]"),
    ];
    let kiosk = [
        ("scope.system", "kiosk"),
        ("decided", "2026-11-25"),
        ("starts", "2026-11-25"),
        ("expires", "2026-11-28"),
        ("covers", "[{tool: trivy, id: CVE-2026-2, purls: ['pkg:deb/debian/libc6@2.36']}]"),
    ];
    sandbox.file("exceptions/shop.yaml", exception(&shop)).file("exceptions/kiosk.yaml", exception(&kiosk));
    sandbox
}

fn vex(sandbox: &Sandbox, format: &str, today: &str) -> serde_json::Value {
    let run = Run::of(sandbox.command().args(["export", "--format", format, "--today", today]));
    assert_eq!(run.code, 0, "{run:?}");
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn cyclonedx_says_in_which_system_a_vulnerability_of_a_package_is_accepted() {
    let document = vex(&two_systems(), "cyclonedx-vex", "2026-11-26");
    for (system, id) in [("shop", "CVE-2026-1"), ("kiosk", "CVE-2026-2")] {
        let components = document["components"].as_array().unwrap();
        let own = components.iter().find(|it| it["name"] == system).unwrap();
        let part = &own["components"][0];
        assert_eq!((&own["type"], &part["type"]), (&"application".into(), &"library".into()));
        assert_eq!(part["purl"], "pkg:deb/debian/libc6@2.36");
        let found = document["vulnerabilities"].as_array().unwrap().iter().find(|it| it["id"] == id).unwrap();
        assert_eq!(found["affects"], serde_json::json!([{"ref": part["bom-ref"]}]));
    }
    let refs: Vec<&str> = document["components"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|it| [&it["bom-ref"], &it["components"][0]["bom-ref"]])
        .map(|it| it.as_str().unwrap())
        .collect();
    assert_eq!(refs.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "{refs:?}");
}

#[test]
fn a_later_vex_document_is_never_dated_before_an_earlier_one() {
    let sandbox = two_systems();
    let dates = |format: &str, days: &[&str]| -> Vec<String> {
        let at = |day: &&str| {
            let document = vex(&sandbox, format, day);
            let stamp = if format == "openvex" { &document["timestamp"] } else { &document["metadata"]["timestamp"] };
            stamp.as_str().unwrap()[..10].to_owned()
        };
        days.iter().map(at).collect()
    };
    let days = ["2026-11-20", "2026-11-26", "2026-11-28", "2026-11-29", "2026-12-05"];
    let dated = ["2026-11-25", "2026-11-25", "2026-11-25", "2026-11-29", "2026-11-29"];
    assert_eq!(dates("openvex", &days), dated);
    assert_eq!(dates("cyclonedx-vex", &days), dated);
    assert_eq!(dates("cyclonedx-vex", &["2026-12-06"]), ["2026-12-06"]);
    let closed = [
        ("decided", "2026-11-20"),
        ("starts", "2026-11-20"),
        ("expires", "2026-12-05"),
        ("status", "closed"),
        ("closure", "{date: 2026-12-01, by: Luis Prado, verified_by: Mei Tanaka, note: Done.}"),
        ("covers", "[{tool: trivy, id: CVE-2026-1}]"),
    ];
    sandbox.file("exceptions/shop.yaml", exception(&closed));
    assert_eq!(dates("cyclonedx-vex", &["2026-12-01"]), ["2026-12-01"]);
    let none = Sandbox::new();
    none.file("exceptions/plain.yaml", exception(&[]));
    assert_eq!(vex(&none, "cyclonedx-vex", DURING)["metadata"].get("timestamp"), None);
}

#[test]
fn an_id_that_would_turn_the_text_around_is_escaped_in_vex() {
    let sandbox = Sandbox::new();
    let covers = [("covers", "[{tool: trivy, id: CVE-2026-1, purls: ['pkg:deb/debian/libc6@2.36']}]")];
    sandbox.file("exceptions/shop\u{202e}gpj.yaml", exception(&covers));
    for format in ["openvex", "cyclonedx-vex"] {
        let run = Run::of(sandbox.command().args(["export", "--format", format, "--today", DURING]));
        assert!(run.code == 0 && run.stdout.contains("shop\\u202egpj"), "{run:?}");
        assert!(!run.stdout.contains('\u{202e}'), "{run:?}");
    }
}

/// Writes a file, and returns it as it is while an exception is in force, and afterwards.
fn during_and_after(tool: &str, file: &str, cover: &str, before: &str) -> (Run, String, String) {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", format!("sync: {{{tool}: {file}}}\n"));
    sandbox.file("exceptions/season.yaml", exception(&[("covers", &format!("[{{tool: {tool}, {cover}}}]"))]));
    sandbox.file(file, before);
    let run = sync(&sandbox, DURING, &[]);
    let during = text(&sandbox, file);
    sandbox.file("exceptions/season.yaml", exception(&[("expires", "2026-11-22"), ("covers", "[]")]));
    sync(&sandbox, DURING, &[]);
    (run, during, text(&sandbox, file))
}

#[test]
fn what_is_odd_about_a_file_is_there_afterwards() {
    for (tool, file, before) in [
        ("cargo-deny", "deny.toml", "[advisories]\nignore = [ # head\n]\n"),
        ("cargo-audit", ".cargo/audit.toml", "[advisories]\nignore = [ # head\n  # own\n]\n"),
        ("audit-ci", "audit-ci.jsonc", "{\n  \"allowlist\": [ // head\n  ]\n}\n"),
        ("osv-scanner", "osv-scanner.toml", "IgnoredVulns = [ # head\n]\n"),
        (
            "osv-scanner",
            "osv-scanner.toml",
            "[[IgnoredVulns]]\nid = \"GO-1\"\nignoreUntil = 2020-01-01\n# about it\n\n# end\n",
        ),
        ("grype", ".grype.yaml", "ignore: [ # head\n  ]\n"),
        ("grype", ".grype.yaml", "---\ncheck-for-app-update: false\n...\n"),
        ("better-npm-audit", ".nsprc", "{\n  \"5\": {\"active\": false}\n}\n"),
    ] {
        let (run, during, after) = during_and_after(tool, file, "id: GO-2", before);
        assert_eq!(run.code, 0, "{before}: {run:?}");
        assert!(during.contains("GO-2") && during.contains("stopgap: season"), "{during}");
        let is_added = tool == "grype" && before.ends_with("...\n");
        let expected = if is_added { "---\ncheck-for-app-update: false\nignore: []\n...\n" } else { before };
        assert_eq!(after, expected, "{during}");
    }
}

#[test]
fn keys_are_known_in_any_case_where_the_tool_knows_them() {
    for (tool, file, before, found) in [
        (
            "osv-scanner",
            "osv-scanner.toml",
            "[[ignoredvulns]]\nID = \"GO-1\"\n",
            "`GO-1`, and no exception in force covers it",
        ),
        ("grype", ".grype.yaml", "Ignore:\n  - Vulnerability: GO-1\n", "`GO-1`, and no exception in force covers it"),
        (
            "better-npm-audit",
            ".nsprc",
            "{\"GO-1\": {\"active\": \"false\"}}\n",
            "`GO-1`, and no exception in force \
          covers it",
        ),
    ] {
        let (run, during, after) = during_and_after(tool, file, "id: GO-2", before);
        assert_eq!(run.code, 1, "{before}: {run:?}");
        assert!(run.stdout.contains(found) && !run.stdout.contains("refuses the whole file"), "{run:?}");
        assert!(!during.contains("IgnoredVulns") && !during.contains("ignore:"), "{during}");
        if tool != "better-npm-audit" {
            assert_eq!(after, before, "{during}");
        }
    }
    let both = "Ignore: []\nignore: []\n";
    let (run, during, _) = during_and_after("grype", ".grype.yaml", "id: GO-2", both);
    assert_eq!((run.code, during.as_str()), (2, both), "{run:?}");
}

#[test]
fn what_leaves_something_out_beside_the_lists_is_reported() {
    for (tool, file, text, expected) in [
        ("osv-scanner", "osv-scanner.toml", "[[PackageOverrides]]\nname = \"lodash\"\nignore = true\n", 1),
        ("osv-scanner", "osv-scanner.toml", "[[PackageOverrides]]\nname = \"lodash\"\nreason = \"x\"\n", 0),
        ("grype", ".grype.yaml", "exclude: [\"./vendor/**\"]\nonly-fixed: true\n", 2),
        ("grype", "ci/grype.yaml", "only-fixed: true\n", 1),
        ("snyk", ".snyk", "version: v1.25.0\nexclude:\n  global: [\"app/**\"]\n", 1),
        ("cargo-deny", "deny.toml", "[graph]\nexclude = [\"openssl\"]\n[advisories]\nunmaintained = \"none\"\n", 2),
        ("gitleaks", ".gitleaks.toml", "[extend]\nuseDefault = true\ndisabledRules = [\"jwt\"]\n", 1),
        ("gitleaks", ".gitleaks.toml", "[extend]\nuseDefault = true\n", 0),
    ] {
        let sandbox = Sandbox::new();
        sandbox.file("stopgap.yaml", format!("sync: {{{tool}: {file}}}\n")).file(file, text);
        sandbox.file("exceptions/printer.yaml", exception(&[]));
        let run = sync(&sandbox, DURING, &["--check"]);
        let count = run.stdout.matches("error[unregistered-suppression]").count();
        assert_eq!((run.code, count), (i32::from(expected > 0), expected), "{text}: {run:?}");
        // Nobody but a person takes it out.
        let run = sync(&sandbox, DURING, &["--prune"]);
        assert_eq!((run.code, self::text(&sandbox, file).as_str()), (i32::from(expected > 0), text), "{run:?}");
    }
}

/// The command that a finding offers leads to an exception that covers what the entry suppresses, and no more.
#[test]
fn the_cover_that_is_offered_allows_the_entry_and_nothing_else() {
    let yaml = ".trivyignore.yaml";
    for (tool, file, before, typed, cover) in [
        (
            "trivy",
            yaml,
            "vulnerabilities:\n  - id: CVE-2020-1\n    paths: [a/b, c]\n",
            "tool=trivy,id=CVE-2020-1,paths=a/b,paths=c",
            "{tool: trivy, id: CVE-2020-1, paths: [a/b, c]}",
        ),
        (
            "trivy",
            yaml,
            "secrets:\n  - id: s1\n",
            "tool=trivy,id=s1,kind=secret",
            "{tool: trivy, id: s1, kind: secret}",
        ),
        ("trivy", yaml, "misconfigurations:\n  - id: DS-0002\n", "tool=trivy,id=DS-0002", "{tool: trivy, id: DS-0002}"),
        (
            "grype",
            ".grype.yaml",
            "ignore:\n  - vulnerability: CVE-1\n    package: {name: 'libstdc\\+\\+', type: deb}\n",
            "tool=grype,id=CVE-1,package.name=libstdc++,package.type=deb",
            "{tool: grype, id: CVE-1, package: {name: libstdc++, type: deb}}",
        ),
        (
            "snyk",
            ".snyk",
            "ignore:\n  SNYK-1:\n    - 'a > b':\n        disregardIfFixable: true\n",
            "tool=snyk,id=SNYK-1,paths=a > b,until_fixed=true",
            "{tool: snyk, id: SNYK-1, paths: [a > b], until_fixed: true}",
        ),
        (
            "audit-ci",
            "audit-ci.json",
            "{\"allowlist\": [\"GHSA-1|a>b\"]}\n",
            "tool=audit-ci,id=GHSA-1,paths=a>b",
            "{tool: audit-ci, id: GHSA-1, paths: [a>b]}",
        ),
        (
            "azure",
            "ex.json",
            "{\"exemptions\": [{\"name\": \"hand\", \"scope\": \"/s/1\", \"policyDefinitionName\": \"p\", \
             \"exemptionCategory\": \"Waiver\"}]}\n",
            "tool=azure,id=p,scope=/s/1",
            "{tool: azure, id: p, scope: /s/1}",
        ),
    ] {
        let sandbox = Sandbox::new();
        sandbox.file("stopgap.yaml", format!("sync: {{{tool}: {file}}}\n")).file(file, before);
        sandbox.file("exceptions/season.yaml", exception(&[("covers", "[]")]));
        let run = sync(&sandbox, DURING, &["--format", "json"]);
        let said = format!("stopgap new --cover {typed}`");
        assert!(run.code == 1 && run.stdout.replace('\'', "").contains(&said), "{said}: {}", run.stdout);
        sandbox.file("exceptions/season.yaml", exception(&[("covers", &format!("[{cover}]"))]));
        assert_eq!(sync(&sandbox, DURING, &[]).code, 0, "{before}");
        assert_eq!(sync(&sandbox, DURING, &["--check"]).code, 0, "{before}");
        assert_eq!(text(&sandbox, file).matches("stopgap: season").count(), 1, "{}", text(&sandbox, file));
    }
    // What no cover can say is offered none.
    for (tool, file, before) in [
        ("azure", "ex.json", "{\"exemptions\": [{\"name\": \"hand\", \"policyDefinitionName\": \"p\"}]}\n"),
        ("gitleaks", ".gitleaks.toml", "[[allowlists]]\ntargetRules = [\"a\"]\nregexes = [\"x\"]\n"),
        ("grype", ".grype.yaml", "ignore:\n  - vulnerability: CVE-1\n    namespace: nvd\n"),
        ("grype", ".grype.yaml", "ignore:\n  - vulnerability: CVE-1\n    package: {name: 'lib.*'}\n"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.file("stopgap.yaml", format!("sync: {{{tool}: {file}}}\n")).file(file, before);
        sandbox.file("exceptions/season.yaml", exception(&[("covers", "[]")]));
        let run = sync(&sandbox, DURING, &[]);
        assert!(run.code == 1 && !run.stdout.contains("stopgap new"), "{before}: {}", run.stdout);
    }
}

#[test]
fn an_entry_that_names_only_a_package_is_read_as_the_tool_reads_it() {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", "sync: {grype: .grype.yaml}\n");
    sandbox.file(".grype.yaml", "ignore:\n  - package:\n      name: foo\n      type: rpm\n");
    sandbox.file("exceptions/season.yaml", exception(&[("covers", "[]")]));
    let run = sync(&sandbox, DURING, &[]);
    assert!(run.stdout.contains("whatever Grype finds in the package `foo`"), "{}", run.stdout);
    assert!(!run.stdout.contains("does not read") && !run.stdout.contains("id=package"), "{}", run.stdout);
}

#[test]
fn a_file_with_nothing_but_comments_suppresses_nothing() {
    let files = [
        ("trivy", ".trivyignore.yaml"),
        ("grype", ".grype.yaml"),
        ("snyk", ".snyk"),
        ("bundler-audit", ".bundler-audit.yml"),
    ];
    let sandbox = Sandbox::new();
    let targets: Vec<String> = files.iter().map(|(tool, file)| format!("{tool}: {file}")).collect();
    sandbox.file("stopgap.yaml", format!("sync: {{{}}}\nsuppressions: [all]\n", targets.join(", ")));
    sandbox.file("exceptions/season.yaml", exception(&[("covers", "[]")]));
    for (_, file) in files {
        sandbox.file(file, "# Nothing is ignored at present.\n");
    }
    let run = sync(&sandbox, DURING, &["--check"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(unregistered(&sandbox, DURING), Vec::<String>::new());
    let covers =
        "[{tool: trivy, id: CVE-1}, {tool: grype, id: CVE-1}, {tool: snyk, id: S}, {tool: bundler-audit, id: CVE-1}]";
    sandbox.file("exceptions/season.yaml", exception(&[("covers", covers)]));
    let run = sync(&sandbox, DURING, &[]);
    assert_eq!((run.code, run.stdout.contains("unregistered")), (0, false), "{run:?}");
}

#[test]
fn no_file_is_written_that_could_not_be_read_again() {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", "sync: {trivy: .trivyignore.yaml}\n");
    for file in 0..26 {
        let cover = |at: usize| format!("{{tool: trivy, id: CVE-{file}-{at}-{}}}", "9".repeat(180));
        let covers: Vec<String> = (0..1100).map(cover).collect();
        let fields = [("covers", format!("[{}]", covers.join(", ")))];
        let fields = fields.each_ref().map(|(key, value)| (*key, value.as_str()));
        sandbox.file(format!("exceptions/a{file}.yaml"), exception(&fields));
    }
    let run = sync(&sandbox, "2026-11-23", &[]);
    let words = "`.trivyignore.yaml` would be larger than `8388608` bytes, the most that is read";
    assert!(run.code == 2 && run.stderr.contains(words), "{} {}", run.stdout, run.stderr);
    assert_eq!(text(&sandbox, ".trivyignore.yaml"), "");
}
