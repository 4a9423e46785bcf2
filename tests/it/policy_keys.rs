//! Every key of the policy does something: the same register has a different outcome once it is set.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::enforce::{enforce, log, result};
use crate::support::git::Repo;
use crate::support::{Run, Sandbox, TODAY, exception};

/// A key of the policy, the register that it judges, and what is found with and without it.
struct Case {
    key: &'static str,
    policy: &'static str,
    files: Vec<(&'static str, String)>,
    without: &'static str,
    with: &'static str,
}

/// Keys that apply only to changes, or to nothing: an accepted value, and one that is not.
const VALIDATED: [(&str, &str, &str); 5] = [
    ("version", "version: 1\n", "version: 2\n"),
    ("back_dating", "back_dating: 5d\n", "back_dating: 5\n"),
    ("signed_decisions", "signed_decisions: true\n", "signed_decisions: always\n"),
    ("forge_signer", "forge_signer: noreply@github.com\n", "forge_signer: [noreply@github.com]\n"),
    ("sync", "sync: {trivy: .trivyignore.yaml}\n", "sync: {trivy: ../.trivyignore.yaml}\n"),
];

fn case(
    key: &'static str,
    policy: &'static str,
    fields: &[(&str, &str)],
    without: &'static str,
    with: &'static str,
) -> Case {
    Case { key, policy, files: vec![("exceptions/label-printer.yaml", exception(fields))], without, with }
}

impl Case {
    fn file(mut self, path: &'static str, text: impl Into<String>) -> Self {
        self.files.push((path, text.into()));
        self
    }
}

/// The log of a scanner, which `enforce` judges.
const RESULTS: &str = "results.sarif";

/// Returns what a check finds, as `level[rule]` in order; `refused` if it could not be done.
fn outcome(sandbox: &Sandbox) -> String {
    let arguments = ["-q", "--format", "concise"];
    let run = match sandbox.path(RESULTS).exists() {
        true => enforce(sandbox, &[&["results.sarif"], arguments.as_slice()].concat()),
        false => sandbox.check(&arguments),
    };
    assert_eq!(run.stderr.is_empty(), run.code < 2, "{run:?}");
    if run.code == 2 {
        return "refused".to_owned();
    }
    let found = run.stdout.lines().map(|line| line.split(' ').nth(1).unwrap_or_default());
    found.collect::<Vec<_>>().join(" ")
}

fn cases() -> Vec<Case> {
    let roster = "people: [{name: Hanna Vogel}, {name: Mei Tanaka}]\n";
    let late: &[(&str, &str)] = &[("decided", "2026-10-15"), ("starts", "2026-10-16"), ("expires", "2026-11-02")];
    let mut cases = term_cases();
    let covers: &[(&str, &str)] = &[("covers", "[{tool: trivy, id: DS-0002, paths: [Dockerfile]}]")];
    let twice = log("Trivy", &[result("DS-0002", "Dockerfile"), result("DS-0002", "Dockerfile")]);
    let open = || log("Trivy", &[result("DS-0026", "Dockerfile")]);
    cases.extend([
        case("enforce.level", "enforce: {level: error}\n", &[], "error[unregistered-finding]", "")
            .file(RESULTS, open()),
        case("enforce.tools", "enforce: {tools: {trivy: off}}\n", &[], "error[unregistered-finding]", "")
            .file(RESULTS, open()),
        case("enforce.most_covered", "enforce: {most_covered: 1}\n", covers, "", "warning[cover-too-broad]")
            .file(RESULTS, twice),
        case("exceptions", "exceptions: security\n", &[], "", "error[expired]")
            .file("security/till.yaml", exception(late)),
        case("people", "people: security/roster.yaml\n", &[], "", "error[unknown-person]")
            .file("security/roster.yaml", roster),
        case("forge", "forge: gitlab\n", &[], "", "warning[not-code-owned]")
            .file(".git/HEAD", "ref: refs/heads/main\n")
            .file(".github/CODEOWNERS", "* @mei @olek\n"),
        case(
            "timezone",
            "timezone: America/New_York\n",
            &[("expires", "2026-11-23T01:00Z")],
            "note[expiring-soon]",
            "error[expired]",
        ),
        case("asked_again", "asked_again: 10d\n", &[("follows", "[refused]")], "error[asked-again]", "").file(
            "exceptions/refused.yaml",
            exception(&[
                ("status", "rejected"),
                ("approver", "Ines Falk"),
                ("decided", "2026-11-02"),
                ("reason", "Nobody has the time to look at the printer before Christmas."),
            ]),
        ),
        case("exposure_tier", "exposure_tier: low\n", &[("risk.exposure", "[data]")], "error[understated-tier]", ""),
        case(
            "reminders",
            "reminders: [15]\n",
            &[("decided", "2026-11-01"), ("starts", "2026-11-01"), ("expires", "2026-12-01")],
            "",
            "note[expiring-soon]",
        ),
        case(
            "renewals.max",
            "renewals: {max: 0}\n",
            &[
                ("decided", "2026-11-01"),
                ("starts", "2026-11-01"),
                ("expires", "2026-11-20"),
                (
                    "renewals",
                    "[{requested: 2026-11-18, requester: Luis Prado, reason: The courier lost the first tool., \
                     risk_check: Nobody else reached the printer., approver: Mei Tanaka, decided: 2026-11-19, \
                     expires: 2026-12-15}]",
                ),
            ],
            "",
            "error[too-many-renewals]",
        ),
        case(
            "copied_reason.similarity",
            "copied_reason: {similarity: 0.5}\n",
            &[("reason", "The supplier delivers the replacement shelf for the storage cluster on Friday.")],
            "",
            "error[copied-reason]",
        )
        .file(
            "exceptions/older.yaml",
            exception(&[
                ("scope.system", "backup cluster bk-02"),
                ("decided", "2026-11-14"),
                ("reason", "The supplier delivers a spare controller for the storage cluster on Friday."),
            ]),
        ),
        case(
            "vague_phrases",
            "vague_phrases: [waiting for the steering group]\n",
            &[("reason", "Waiting for the steering group.")],
            "",
            "error[vague-reason]",
        ),
        case("schema", "schema: own.json\n", &[], "", "error[schema]")
            .file("own.json", r#"{"required": ["x-cost-centre"]}"#),
        case("controls", "controls: security/controls.yaml\n", &[], "", "error[unknown-control]")
            .file("security/controls.yaml", "controls: [{id: ACC-07}]\n"),
        case(
            "baseline.max",
            "baseline: {max: 30d}\n",
            &[("removal", "")],
            "warning[baseline]",
            "warning[baseline] error[baseline-too-long]",
        )
        .file("baseline.yaml", "until: 2027-01-31\nentries: {label-printer: {schema: [/removal]}}\n"),
        case("suppressions", "suppressions: [bandit]\n", &[], "", "error[unregistered-suppression]")
            .file("app/run.py", "eval(x)  # nosec\n"),
        case("markers", "markers: true\n", &[], "", "error[unknown-marker]")
            .file("app/run.py", "eval(x)  # stopgap: nobody\n"),
        case(
            "agents.logins",
            "agents: {logins: ['@acme-coder']}\n",
            &[("requester", "\"@acme-coder\"")],
            "",
            "error[agent-decided]",
        ),
        case(
            "agents.mails",
            "agents: {mails: ['*@agents.example.com']}\n",
            &[("requester", "coder@agents.example.com")],
            "",
            "error[agent-decided]",
        ),
        case(
            "agents.trailers",
            "agents: {trailers: [Acme Coder]}\n",
            &[("requester", "Acme Coder")],
            "",
            "error[agent-decided]",
        ),
        case("rules", "rules: {expired: warning}\n", late, "error[expired]", "warning[expired]"),
    ]);
    cases
}

/// One exception that lasts as long as its tier allows.
fn term_cases() -> Vec<Case> {
    let term = |tier, decided, starts, expires| {
        [("risk.tier", tier), ("decided", decided), ("starts", starts), ("expires", expires)]
    };
    let mut emergency = term("emergency", "2026-11-21", "2026-11-22", "2026-11-25").to_vec();
    emergency.push(("incident", "{id: INC-311}"));
    let long = "error[term-too-long]";
    vec![
        case("tiers.low", "tiers: {low: 29d}\n", &[], "", long),
        case(
            "tiers.moderate",
            "tiers: {moderate: 13d}\n",
            &term("moderate", "2026-11-18", "2026-11-19", "2026-12-03"),
            "",
            long,
        ),
        case("tiers.high", "tiers: {high: 6d}\n", &term("high", "2026-11-19", "2026-11-20", "2026-11-27"), "", long),
        case("tiers.emergency", "tiers: {emergency: 2d}\n", &emergency, "", long),
        case("tiers.low", "tiers: {low: 60d}\n", &[("expires", "2026-12-20")], long, ""),
    ]
}

#[test]
fn each_key_changes_an_outcome() {
    for Case { key, policy, files, without, with } in cases() {
        let sandbox = Sandbox::new();
        for (path, text) in files {
            sandbox.file(path, text);
        }
        assert_eq!(outcome(&sandbox), without, "without {key}");
        sandbox.file("stopgap.yaml", policy);
        assert_eq!(outcome(&sandbox), with, "with {policy}");
    }
}

#[test]
fn a_boolean_means_the_same_in_each_spelling_of_yaml() {
    let sealed = "controls: [{id: CRY-04, waivable: false}]\n";
    let partial = "complete: false\npeople: [{name: Noor Bakker}]\n";
    let marked = ("shelf/a.py", "# stopgap: nowhere\n");
    let files = [("controls.yaml", sealed), ("people.yaml", partial), ("stopgap.yaml", "markers: true\n"), marked];
    let found: Vec<String> = [str::to_owned, capital, |text: &str| text.to_uppercase()]
        .iter()
        .map(|spelling: &fn(&str) -> String| {
            let sandbox = Sandbox::new();
            sandbox.file("exceptions/label-printer.yaml", exception(&[]));
            for (path, text) in files {
                let spelt =
                    |word: &str, text: &str| text.replace(&format!(": {word}"), &format!(": {}", spelling(word)));
                sandbox.file(path, spelt("true", &spelt("false", text)));
            }
            outcome(&sandbox)
        })
        .collect();
    assert_eq!(found, ["error[unwaivable-control] error[unknown-marker]"; 3]);
    for (strict, loose) in [("signed_decisions: True\n", "version: 1\n"), ("markers: TRUE\n", "markers: False\n")] {
        assert_eq!(loosened(strict, loose).len(), 1, "{strict}");
        assert_eq!(loosened(&strict.to_lowercase(), strict), Vec::<String>::new(), "{strict}");
    }
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

#[test]
fn a_key_of_another_command_is_accepted_and_checked() {
    for (key, good, bad) in VALIDATED {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/label-printer.yaml", exception(&[])).file("stopgap.yaml", good);
        assert_eq!(outcome(&sandbox), "", "{key}");
        sandbox.file("stopgap.yaml", bad);
        assert_eq!(outcome(&sandbox), "refused", "{key}");
    }
}

#[test]
fn a_key_that_nothing_reads_is_refused_by_its_name() {
    for policy in ["ignore_files: {trivy: .trivyignore.yaml}\n", "suppress: [semgrep]\n"] {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/label-printer.yaml", exception(&[])).file("stopgap.yaml", policy);
        let run = sandbox.check(&[]);
        let key = policy.split(':').next().unwrap();
        assert!(run.code == 2 && run.stderr.contains(&format!("unknown key `{key}`")), "{run:?}");
    }
}

#[test]
fn a_roster_or_catalogue_in_the_root_does_not_need_a_key() {
    for (name, text, found) in [
        ("people.yaml", "people: [{name: Hanna Vogel}, {name: Mei Tanaka}]\n", "error[unknown-person]"),
        ("controls.yaml", "controls: [{id: ACC-07}]\n", "error[unknown-control]"),
        ("controls.yaml", "controls: [{id: CRY-04, waivable: false}]\n", "error[unwaivable-control]"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/label-printer.yaml", exception(&[])).file(name, text);
        assert_eq!(outcome(&sandbox), found, "{name}");
        sandbox.file("other.yaml", if name == "people.yaml" { "people: []\n" } else { "controls: []\n" });
        let key = name.trim_end_matches(".yaml");
        sandbox.file("stopgap.yaml", format!("{key}: other.yaml\n"));
        assert_ne!(outcome(&sandbox), "", "the named file wins over {name}");
    }
}

#[test]
fn a_policy_in_the_github_folder_counts_unless_the_root_has_one() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/label-printer.yaml", exception(&[]));
    sandbox.file(".github/stopgap.yaml", "tiers: {low: 5d}\n");
    assert_eq!(outcome(&sandbox), "error[term-too-long]");
    sandbox.file("stopgap.yaml", "tiers: {low: 30d}\n");
    assert_eq!(outcome(&sandbox), "");
}

/// Lists the keys of the policy, by their paths.
fn keys_of_the_schema() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/policy.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut keys = BTreeSet::new();
    for (key, value) in schema["properties"].as_object().unwrap() {
        match value["properties"].as_object() {
            // The tests of `sync` write a file for each tool.
            Some(_) if key == "sync" => {
                keys.insert(key.clone());
            }
            Some(inner) => keys.extend(inner.keys().map(|inner| format!("{key}.{inner}"))),
            None => {
                keys.insert(key.clone());
            }
        }
    }
    keys
}

/// A new key needs a case above in which it changes an outcome.
#[test]
fn every_key_of_the_schema_has_its_case() {
    let listed = cases().into_iter().map(|case| case.key).chain(VALIDATED.map(|(key, ..)| key));
    assert_eq!(listed.map(str::to_owned).collect::<BTreeSet<_>>(), keys_of_the_schema());
}

/// Each key with a policy, and one that is looser by it alone.
const LOOSER: [(&str, &str, &str); 31] = [
    ("exceptions", "exceptions: security\n", "exceptions: exceptions\n"),
    ("people", "people: roster.yaml\n", "people: other.yaml\n"),
    ("controls", "controls: catalogue.yaml\n", "controls: other-catalogue.yaml\n"),
    ("schema", "schema: own.json\n", "version: 1\n"),
    ("forge", "forge: github\n", "forge: gitlab\n"),
    ("timezone", "timezone: Europe/Berlin\n", "timezone: America/New_York\n"),
    ("tiers.low", "tiers: {low: 20d}\n", "tiers: {low: 30d}\n"),
    ("tiers.moderate", "tiers: {moderate: 10d}\n", "tiers: {moderate: 14d}\n"),
    ("tiers.high", "tiers: {high: 5d}\n", "version: 1\n"),
    ("tiers.emergency", "version: 1\n", "tiers: {emergency: 4d}\n"),
    ("exposure_tier", "exposure_tier: high\n", "exposure_tier: moderate\n"),
    ("renewals.max", "renewals: {max: 1}\n", "renewals: {max: 2}\n"),
    ("reminders", "reminders: [14, 3]\n", "reminders: [14]\n"),
    ("copied_reason.similarity", "version: 1\n", "copied_reason: {similarity: 0.9}\n"),
    ("back_dating", "back_dating: 2d\n", "back_dating: 9d\n"),
    ("asked_again", "asked_again: 90d\n", "asked_again: 30d\n"),
    ("signed_decisions", "signed_decisions: true\n", "version: 1\n"),
    ("forge_signer", "signed_decisions: true\n", "signed_decisions: true\nforge_signer: forge@example.com\n"),
    ("baseline.max", "baseline: {max: 30d}\n", "baseline: {max: 31d}\n"),
    ("vague_phrases", "vague_phrases: [as discussed]\n", "vague_phrases: []\n"),
    ("sync", "sync: {trivy: .trivyignore.yaml}\n", "version: 1\n"),
    ("suppressions", "suppressions: [bandit, semgrep]\n", "suppressions: [bandit]\n"),
    ("markers", "markers: true\n", "markers: false\n"),
    ("agents.logins", "agents: {logins: ['@coder']}\n", "version: 1\n"),
    ("agents.mails", "agents: {mails: ['*@coder.example']}\n", "agents: {mails: []}\n"),
    ("agents.trailers", "agents: {trailers: [Coder]}\n", "agents: {trailers: [Other]}\n"),
    ("enforce.level", "enforce: {level: note}\n", "enforce: {level: error}\n"),
    ("enforce.tools", "version: 1\n", "enforce: {tools: {trivy: off}}\n"),
    ("enforce.most_covered", "enforce: {most_covered: 5}\n", "enforce: {most_covered: 6}\n"),
    ("rules", "version: 1\n", "rules: {vague-reason: note}\n"),
    ("rules", "rules: {baseline: error}\n", "version: 1\n"),
];

/// Keys of which no value is looser than another, each with the reason.
const NEITHER: [(&str, &str); 1] = [("version", "there is one layout, and another one is refused")];

/// A repository with a policy, and everything that one of the policies above names.
fn register_with(policy: &str) -> Repo {
    let repo = Repo::new();
    repo.write("stopgap.yaml", policy).write("exceptions/.keep", "").write("security/.keep", "");
    repo.write("roster.yaml", "people: [{name: Hanna Vogel}]\n").write("other.yaml", "people: [{name: Mei Tanaka}]\n");
    repo.write("catalogue.yaml", "controls: [{id: ACC-07}]\n");
    repo.write("other-catalogue.yaml", "controls: [{id: ACC-08}]\n").write("own.json", "{}\n");
    repo.commit("Begin");
    repo.branch("topic");
    repo
}

/// Returns what the gate says of a change of the policy alone.
fn loosened(from: &str, to: &str) -> Vec<String> {
    let repo = register_with(from);
    repo.write("stopgap.yaml", to).commit("Edit the policy");
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path))).current_dir(repo.path());
    let run = Run::of(command.args(["check", "--base", "main", "--today", TODAY, "--format", "concise", "-q"]));
    assert!(run.code < 2, "{from}{to}{run:?}");
    let said = |line: &&str| line.contains("[policy-loosened]");
    run.stdout.lines().filter(said).map(str::to_owned).collect()
}

/// A new key needs a line above, with a value that makes later checks less strict, or a reason why it has none.
#[test]
fn every_key_of_the_schema_is_compared_and_only_the_looser_one_is_said() {
    let listed = LOOSER.iter().map(|(key, ..)| *key).chain(NEITHER.map(|(key, _)| key));
    assert_eq!(listed.map(str::to_owned).collect::<BTreeSet<_>>(), keys_of_the_schema());
    // Of these, each way is another place, and nobody can say which is stricter.
    let alike = ["exceptions", "people", "controls", "forge", "agents.trailers"];
    for (key, strict, loose) in LOOSER {
        assert!(!loosened(strict, loose).is_empty(), "{key}: nothing is said of {strict}=> {loose}");
        if !alike.contains(&key) {
            assert_eq!(loosened(loose, strict), Vec::<String>::new(), "{key}: {loose}=> {strict}");
        }
    }
}

/// What lasts longer is what ends later: a zone further west, in half-hours too, and one that is west for a part of the
/// year. Of a zone further east nothing is said, nor of another name of the same one.
#[test]
fn a_time_zone_is_looser_where_a_day_ends_later() {
    for (before, after, says) in [
        ("UTC", "America/New_York", "ends up to `5 hours` later in `America/New_York` than in `UTC`"),
        ("Asia/Tokyo", "Asia/Kolkata", "`210 minutes` later"),
        ("Europe/Berlin", "Europe/Helsinki", ""),
        ("Europe/Berlin", "Europe/Paris", ""),
        // Only while clocks in London are put forward.
        ("Europe/London", "UTC", "`1 hour` later"),
        ("UTC", "Europe/London", ""),
        ("Pacific/Kiritimati", "Etc/GMT+12", "`26 hours` later"),
    ] {
        let found = loosened(&format!("timezone: {before}\n"), &format!("timezone: {after}\n")).join("\n");
        assert!(if says.is_empty() { found.is_empty() } else { found.contains(says) }, "{before} {after}: {found}");
    }
}

#[test]
fn reminders_are_looser_where_one_is_missing_or_comes_later() {
    for (before, after, looser) in [
        ("[7, 1]", "[7]", true),
        ("[7, 1]", "[]", true),
        ("[7, 1]", "[5, 1]", true),
        ("[7, 1]", "[14, 1]", false),
        ("[7, 1]", "[14, 7, 1]", false),
        ("[7, 1]", "[7, 2]", false),
    ] {
        let found = loosened(&format!("reminders: {before}\n"), &format!("reminders: {after}\n"));
        assert_eq!(!found.is_empty(), looser, "{before} {after}: {found:?}");
    }
}

/// What the policy names and nobody finds is shown where it is named.
#[test]
fn a_file_that_the_policy_names_in_vain_is_shown_at_its_line() {
    for (line, said) in [
        ("people: nope.yaml", "cannot read the roster `nope.yaml`: there is no such file"),
        ("controls: nope.yaml", "cannot read the catalogue of controls `nope.yaml`: there is no such file"),
        ("schema: nope.json", "cannot read the organisation's schema `nope.json`: there is no such file"),
        ("exceptions: excepions", "`exceptions`: there is no folder `excepions`"),
        ("schema: https://example.com/own.json", "`schema` is an address, and nothing is read from the network"),
    ] {
        let sandbox = Sandbox::new();
        sandbox
            .file("exceptions/label-printer.yaml", exception(&[]))
            .file("stopgap.yaml", format!("version: 1\n{line}\n"));
        let run = sandbox.check(&[]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(said) && run.stderr.contains("stopgap.yaml:2:"), "{line}: {}", run.stderr);
    }
}
