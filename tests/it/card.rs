//! The approval card: for the shipped registers as a terminal and a page show it, and for what a change brings.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::enforce;
use crate::support::git::Repo;
use crate::support::{Run, Sandbox, TODAY, exception};

fn shipped(register: &str, id: &str, format: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(register);
    let sandbox = Sandbox::new();
    let mut command = sandbox.command();
    command.args(["card", id, "--today", TODAY, "--format", format, "--root"]).arg(root);
    let run = Run::of(&mut command);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    run.stdout
}

/// An entry, a renewal beside its request, an emergency, a third renewal, a re-filing, and closures.
const SHIPPED: [(&str, &str); 8] = [
    ("acme", "reporting-image-libxslt"),
    ("acme", "payroll-vendor-hr-export"),
    ("acme", "harbour-gateway-break-glass"),
    ("acme", "auditor-read-access"),
    ("drift", "payroll-vendor-hr-export"),
    ("drift", "carrier-portal-db-november"),
    ("drift", "slot-planner-patch"),
    ("drift", "backup-agent-old-account"),
];

#[test]
fn cards_of_the_shipped_registers_for_a_terminal() {
    for (register, id) in SHIPPED {
        let card = shipped(register, id, "text");
        let wide: Vec<&str> = card.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{wide:?}");
        insta::assert_snapshot!(format!("{register}-{id}-text"), card);
    }
}

#[test]
fn cards_of_the_shipped_registers_for_a_page() {
    for (register, id) in SHIPPED {
        insta::assert_snapshot!(format!("{register}-{id}-markdown"), shipped(register, id, "markdown"));
    }
}

#[test]
fn scripts_get_the_same_facts() {
    let card: Value = serde_json::from_str(&shipped("drift", "payroll-vendor-hr-export", "json")).unwrap();
    assert_eq!((&card["version"], &card["subject"], &card["number"]), (&1.into(), &"renewal".into(), &3.into()));
    assert_eq!(card["asked"][0], json!({"label": "asked by", "text": "@dana on 2026-11-13"}));
    assert!(card["unusual"].as_array().unwrap().contains(&"the third renewal; the policy allows 2".into()));
    assert_eq!(card["suggestion"], Value::Null, "a record that nobody changes is dated as it is");
}

#[test]
fn an_exception_that_is_not_there_or_cannot_be_read_has_no_card() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/printer.yaml", exception(&[])).file("exceptions/torn.yaml", "title: [\n");
    let card = |id: &str| Run::of(sandbox.command().args(["card", id]));
    let unknown = card("printr");
    assert!(unknown.code == 2 && unknown.stderr.contains("did you mean `stopgap card printer`?"), "{unknown:?}");
    let torn = card("torn");
    assert!(torn.code == 2 && torn.stderr.contains("`stopgap check exceptions/torn.yaml` says where"), "{torn:?}");
}

const PRINTER: &str = "exceptions/label-printer.yaml";

/// A branch that changes a register, and the pull request for it.
struct Pull {
    repo: Repo,
    reviews: Vec<Value>,
}

impl Pull {
    fn new(before: &[(&str, &str)], after: &[(&str, &str)]) -> Self {
        let repo = Repo::new();
        repo.write("stopgap.yaml", "back_dating: 30d\n");
        repo.write(
            "exceptions/other.yaml",
            &exception(&[
                ("scope.system", "another printer"),
                ("reason", "Its rollers are worn and cannot be bought before May."),
            ]),
        );
        before.iter().for_each(|(path, text)| _ = repo.write(path, text));
        repo.commit("base");
        repo.branch("topic");
        after.iter().for_each(|(path, text)| _ = repo.write(path, text));
        repo.commit("change");
        Self { repo, reviews: Vec::new() }
    }

    fn review(mut self, login: &str, state: &str, at: &str) -> Self {
        self.reviews.push(json!({
            "id": 100 + self.reviews.len(), "user": {"login": login, "id": login.len(), "type": "User"}, "body": "",
            "state": state, "commit_id": self.repo.rev("HEAD"), "submitted_at": at, "author_association": "MEMBER",
        }));
        self
    }

    fn judged(&self, format: &str) -> String {
        let event = json!({
            "action": "synchronize", "number": 7,
            "pull_request": {
                "number": 7, "draft": false, "user": {"login": "hanna", "id": 1, "type": "User"},
                "created_at": "2026-11-14T08:00:00Z", "head": {"ref": "topic", "sha": self.repo.rev("HEAD")},
                "base": {"ref": "main", "sha": self.repo.rev("main")},
            },
        });
        let beside = self.repo.path().parent().unwrap().to_path_buf();
        let save = |name: &str, value: &Value| {
            std::fs::write(beside.join(name), value.to_string()).unwrap();
            beside.join(name)
        };
        let (event, reviews) = (save("event.json", &event), save("reviews.json", &self.reviews.clone().into()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(self.repo.path());
        command.args(["check", "--today", TODAY, "--base", "main", "--format", format, "--event"]).arg(event);
        let run = Run::of(command.arg("--reviews").arg(reviews));
        assert!(run.code < 2, "{run:?}");
        run.stdout
    }

    fn cards(&self) -> Vec<Value> {
        let report: Value = serde_json::from_str(&self.judged("json")).unwrap();
        report["cards"].as_array().unwrap().clone()
    }
}

fn said(card: &Value, list: &str, label: &str) -> String {
    let facts = card[list].as_array().unwrap().iter();
    let texts: Vec<&str> =
        facts.filter(|fact| fact["label"] == label).map(|fact| fact["text"].as_str().unwrap()).collect();
    texts.join(" | ")
}

fn printer(fields: &[(&str, &str)]) -> String {
    let mut all = vec![("approver", "\"@mei\"")];
    all.extend(fields);
    exception(&all)
}

#[test]
fn a_new_exception_waits_for_its_approver_and_is_dated_by_the_approval() {
    let pull = Pull::new(&[], &[(PRINTER, &printer(&[]))]);
    let [card] = pull.cards().try_into().unwrap();
    assert_eq!((&card["id"], &card["subject"]), (&"label-printer".into(), &"entry".into()));
    assert_eq!(said(&card, "asked", "until"), "2026-12-16, 30 days from 2026-11-16; tier low allows 30 days");
    assert_eq!(card["approvals"][0]["standing"], "waiting");
    let line = |card: &Value| card["suggestion"]["text"].as_str().unwrap().to_owned();
    let dated = |day: &str| format!("decided: {day}\nstatus: active\nstarts: {day}");
    assert_eq!(line(&card), dated("2026-11-23"), "today, as long as nobody has approved");
    assert_eq!(card["suggestion"]["block"], format!("```suggestion\n{}\n```\n", dated("2026-11-23")));

    let pull = pull.review("mei", "APPROVED", "2026-11-20T10:00:00Z");
    let [card] = pull.cards().try_into().unwrap();
    assert_eq!(
        (&card["approvals"][0]["standing"], &card["approvals"][0]["day"]),
        (&"approved".into(), &"2026-11-20".into())
    );
    assert_eq!(line(&card), dated("2026-11-20"), "the day of the approval");
    let page = pull.judged("markdown");
    assert!(page.contains("## What an approval agrees to\n\n### label-printer: new exception\n"), "{page}");
    assert!(page.contains("- the decision is dated 2026-11-15, and was made on 2026-11-20\n"), "{page}");
    assert!(page.contains(&format!("```suggestion\n{}\n```", dated("2026-11-20"))), "{page}");

    let pull = pull.review("mei", "CHANGES_REQUESTED", "2026-11-21T10:00:00Z");
    assert_eq!(pull.cards()[0]["approvals"][0]["standing"], "against");
    let right = Pull::new(&[], &[(PRINTER, &printer(&[("decided", TODAY)]))]);
    assert_eq!(right.cards()[0]["suggestion"], Value::Null);
}

#[test]
fn a_renewal_an_amendment_and_a_closure_have_cards_of_their_own() {
    let renewal = "[{requested: 2026-11-22, requester: Hanna Vogel, reason: The lorry with the tool is stuck behind a landslide., \
                   risk_check: Print log shows own jobs only., approver: \"@mei\", decided: 2026-11-22, expires: 2026-12-20}]";
    let amendment = "[{date: 2026-11-22, by: Luis Prado, approver: \"@mei\", fields: [scope.system], note: Renamed.}]";
    let after = printer(&[("renewals", renewal), ("amendments", amendment), ("scope.system", "lp-08 in hall 3")]);
    let pull = Pull::new(&[(PRINTER, &printer(&[]))], &[(PRINTER, &after)]);
    let [renewed, amended] = pull.cards().try_into().unwrap();
    assert_eq!((&renewed["subject"], &amended["subject"]), (&"renewal".into(), &"amendment".into()));
    assert_eq!(said(&renewed, "asked", "until"), "2026-12-20, 4 days longer than 2026-12-16");
    assert_eq!(said(&renewed, "before", "decided"), "by @mei on 2026-11-15");
    assert_eq!(
        said(&amended, "asked", "corrects"),
        "scope.system: from \u{201c}label printer lp-07 in hall 3\u{201d} to \u{201c}lp-08 in hall 3\u{201d}"
    );
    assert_eq!(said(&renewed, "before", "where"), "lp-08 in hall 3, production");
    assert_eq!(said(&amended, "before", "where"), "label printer lp-07 in hall 3, production");
    assert!(renewed["suggestion"]["text"].as_str().unwrap().contains("decided: 2026-11-23, expires: 2026-12-20"));

    let closure = "{date: 2026-11-22, by: Luis Prado, verified_by: \"@mei\", note: A test label printed.}";
    let closed = printer(&[("status", "closed"), ("closure", closure)]);
    let [card] = Pull::new(&[(PRINTER, &printer(&[]))], &[(PRINTER, &closed)]).cards().try_into().unwrap();
    assert_eq!((&card["subject"], &card["suggestion"]), (&"closure".into(), &Value::Null));
    assert_eq!(said(&card, "asked", "ended"), "24 days before its last day, 2026-12-16");
    assert_eq!(card["approvals"][0]["who"], "@mei");
}

#[test]
fn what_is_unusual_is_said() {
    let refused =
        printer(&[("status", "rejected"), ("starts", ""), ("expires", ""), ("reason", "Nobody found the tool.")]);
    let again = printer(&[
        ("risk.tier", "high"),
        ("risk.exposure", "[data]"),
        ("reason", "Its rollers are worn and cannot be bought before the end of May."),
        ("decided", TODAY),
        ("starts", TODAY),
        ("expires", "2026-11-30"),
    ]);
    let third = printer(&[
        ("scope.system", "lp-09"),
        ("reason", "Ink of the new kind sticks to labels until they are heated."),
    ]);
    let pull =
        Pull::new(&[("exceptions/refused.yaml", &refused), ("exceptions/third.yaml", &third)], &[(PRINTER, &again)]);
    let [card] = pull.cards().try_into().unwrap();
    let unusual: Vec<&str> = card["unusual"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert_eq!(
        unusual,
        [
            "tier high, whose approval lasts 7 days at most",
            "exposes data",
            "requested again: the same request was refused before",
            "Luis Prado owns 3 live exceptions",
            "76 % of the words of its reason are those of the reason of other",
        ]
    );
    let quiet = Pull::new(&[], &[(PRINTER, &printer(&[]))]);
    assert_eq!(quiet.cards()[0]["unusual"], json!([]));
}

#[test]
fn a_suggestion_moves_a_start_that_would_be_before_the_decision() {
    let friday = [("decided", "2026-11-20"), ("starts", "2026-11-20")];
    let pull = Pull::new(&[], &[(PRINTER, &printer(&friday))]);
    let [card] = pull.cards().try_into().unwrap();
    let text = std::fs::read_to_string(pull.repo.path().join(PRINTER)).unwrap();
    let at = |key: &str| 1 + text.lines().position(|line| line.starts_with(key)).unwrap();
    let suggestion = &card["suggestion"];
    let (first, last) = (at("decided:").min(at("starts:")), at("decided:").max(at("starts:")));
    assert_eq!((&suggestion["line"], &suggestion["last_line"]), (&first.into(), &last.into()));
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let asked = lines[first - 1..last].join("\n").replace("2026-11-20", TODAY);
    assert_eq!(suggestion["text"], asked);
    // Accepted, it is dated as it should be.
    let accepted = [lines[..first - 1].join("\n"), asked, lines[last..].join("\n")].join("\n") + "\n";
    let right = Pull::new(&[], &[(PRINTER, &accepted)]);
    assert_eq!(right.cards()[0]["suggestion"], Value::Null);
    assert!(!right.judged("concise").contains("recorded-late"));
    // A start that is still to come stays.
    let later = Pull::new(&[], &[(PRINTER, &printer(&[("decided", "2026-11-20"), ("starts", "2026-11-25")]))]);
    assert_eq!(later.cards()[0]["suggestion"]["block"], "```suggestion\ndecided: 2026-11-23\n```\n");
}

#[test]
fn what_was_asked_for_before_is_said_once() {
    let refused = printer(&[("status", "rejected"), ("starts", ""), ("expires", ""), ("decided", "2026-11-15")]);
    let pull = Pull::new(&[("exceptions/refused.yaml", &refused)], &[(PRINTER, &printer(&[]))]);
    let line = "for the same control and system: `refused`, refused by @mei on 2026-11-15";
    assert_eq!(pull.cards()[0]["precedents"], json!([line, "more: 1 for the control"]));
    let page = pull.judged("markdown");
    assert_eq!(page.matches("refused by").count(), 1, "{page}");
    assert_eq!(pull.judged("text").matches(&format!("before `label-printer`, {line}")).count(), 1);
    // Two requests of one change are not each before the other.
    let twin = printer(&[("title", "Label printer in hall 4 without a login")]);
    let pull = Pull::new(&[], &[(PRINTER, &printer(&[])), ("exceptions/twin.yaml", &twin)]);
    let told =
        |card: &Value| ["for the same", "`twin`"].iter().any(|word| card["precedents"].to_string().contains(word));
    assert!(pull.cards().len() == 2 && !pull.cards().iter().any(told), "{:?}", pull.cards());
    // The record of the past knows only what came before it.
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/first.yaml", printer(&[("decided", "2026-10-01")]));
    sandbox.file("exceptions/second.yaml", printer(&[("decided", "2026-11-01")]));
    let card = |id: &str| Run::of(sandbox.command().args(["card", id, "--today", TODAY])).stdout;
    assert!(!card("first").contains("requested before"), "{}", card("first"));
    assert!(card("second").contains("control and system: `first`"), "{}", card("second"));
}

#[test]
fn what_covers_silence_is_counted_for_the_approver() {
    let covers = "[{tool: trivy, id: AVD-DS-0002, paths: [Dockerfile]}, {tool: grype, id: CVE-2026-1}]";
    let text = printer(&[("covers", covers), ("starts", "2026-11-25"), ("decided", TODAY)]);
    let pull = Pull::new(&[("exceptions/old.yaml", &printer(&[("covers", covers)]))], &[(PRINTER, &text)]);
    let results = |count: usize| {
        let all: Vec<Value> = (0..count).map(|_| enforce::result("DS-0002", "Dockerfile")).collect();
        enforce::log("Trivy", &all)
    };
    let sarif = pull.repo.path().parent().unwrap().join("a.sarif");
    std::fs::write(&sarif, results(2)).unwrap();
    let stopgap = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(pull.repo.path());
        Run::of(command.args(arguments).args(["--today", TODAY, "--scan"]).arg(&sarif)).stdout
    };
    // It begins in two days, and the approver is asked today.
    let trivy = "trivy AVD-DS-0002 in Dockerfile: 2 results in 1 file";
    let card = stopgap(&["card", "label-printer"]);
    assert!(card.contains(&format!("  silences    {trivy}\n")), "{card}");
    assert!(card.contains("not counted, because no log\n              of this tool is given"), "{card}");
    let gate = stopgap(&["check", "--base", "main"]);
    assert!(
        gate.contains(&format!("`label-printer` silences {trivy}\n")) && !gate.contains("`old` silences"),
        "{gate}"
    );
    let page = stopgap(&["check", "--base", "main", "--format", "markdown"]);
    assert_eq!(page.matches("2 results in 1 file").count(), 1, "{page}");
    assert!(page.contains("- **silences:** trivy AVD-DS-0002 in Dockerfile: 2 results in 1 file"), "{page}");
    // Of what the change does not touch, nothing gates.
    std::fs::write(&sarif, results(51)).unwrap();
    let found = stopgap(&["check", "--base", "main", "--format", "concise", "--select", "cover-too-broad"]);
    let broad = found.lines().filter(|line| line.contains("silences `51` results")).collect::<Vec<_>>();
    assert!(broad.len() == 1 && broad[0].starts_with(PRINTER), "{found}");
    std::fs::write(&sarif, results(0)).unwrap();
    let found = stopgap(&["check", "--base", "main", "--format", "concise", "--select", "unused-cover"]);
    assert!(!found.contains("[unused-cover]"), "{found}");
}

#[test]
fn a_refusal_says_who_answered_what() {
    let note = "[{date: 2026-11-15, by: \"@mei\", note: Use hall 2.}]";
    let sandbox = Sandbox::new();
    sandbox.file(PRINTER, printer(&[("status", "rejected"), ("reviews", note), ("decided", "2026-11-15")]));
    let card = Run::of(sandbox.command().args(["card", "label-printer", "--today", TODAY])).stdout;
    assert!(card.contains("\n  answer      Use hall 2.\n"), "{card}");
    assert!(card.ends_with("\n  @mei rejects it, on 2026-11-15 as the record says\n"), "{card}");
}

#[test]
fn the_card_of_a_branch_is_shown_from_another_one() {
    let pull = Pull::new(&[], &[(PRINTER, &printer(&[]))]);
    pull.repo.git(&["switch", "--quiet", "main"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(pull.repo.path());
    let run = Run::of(command.args(["card", "label-printer", "--at", "topic"]));
    assert!(run.code == 0 && run.stdout.starts_with("label-printer: new exception\n"), "{run:?}");
}

#[test]
fn a_change_without_a_decision_has_no_card() {
    let owner = printer(&[("owner", "Hanna Vogel")]);
    let pull = Pull::new(&[(PRINTER, &printer(&[]))], &[(PRINTER, &owner)]);
    assert_eq!(pull.cards(), Vec::<Value>::new());
    assert!(!pull.judged("markdown").contains("What an approval agrees to"));
}

#[test]
fn a_line_that_would_end_the_block_is_not_suggested() {
    let flow = "[{requested: 2026-11-22, requester: Hanna Vogel, reason: \"```\", risk_check: Read the log., approver: \"@mei\", \
                decided: 2026-11-22, expires: 2026-12-20}]";
    let pull = Pull::new(&[(PRINTER, &printer(&[]))], &[(PRINTER, &printer(&[("renewals", flow)]))]);
    assert_eq!(pull.cards()[0]["suggestion"]["block"], Value::Null);
}

#[test]
fn many_decisions_are_counted_where_the_page_is_full() {
    let many: Vec<(String, String)> = (0..70)
        .map(|at| {
            let reason = format!("\"{} {at}\"", "The tool is on its way and the road is closed ".repeat(12).trim());
            (
                format!("exceptions/e{at}.yaml"),
                printer(&[("scope.system", &format!("press {at}")), ("reason", &reason)]),
            )
        })
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let pull = Pull::new(&[], &many);
    let page = pull.judged("markdown");
    assert!(page.len() <= 65_000, "{}", page.len());
    let shown = page.matches(": new exception\n").count();
    assert!(
        shown > 5
            && page
                .trim_end()
                .ends_with(&format!("{} more to decide; `stopgap card ID` shows each of them.", 70 - shown)),
        "{shown}"
    );
    assert_eq!(pull.cards().len(), 50);
}

#[test]
fn an_amendment_is_what_was_last_asked_and_is_compared_with_what_it_corrects() {
    let card = |repo: &Repo| -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(repo.path());
        let run = Run::of(command.args(["card", "label-printer", "--today", TODAY, "--format", "json"]));
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"))
    };
    let amendment = |day: &str| {
        format!("[{{date: {day}, by: Luis Prado, approver: \"@olek\", fields: [risk.tier], note: It holds names.}}]")
    };
    let renewal = "[{requested: 2026-11-22, requester: Hanna Vogel, reason: The tool is late., approver: \"@mei\", decided: 2026-11-22, expires: 2026-12-20}]";
    let repo = Repo::new();
    repo.write(PRINTER, &printer(&[("risk.tier", "low")])).commit("Ask");
    let amended = |day: &str| printer(&[("risk.tier", "moderate"), ("amendments", &amendment(day))]);
    // Whether it is committed already or not.
    for commit in [false, true] {
        repo.write(PRINTER, &amended("2026-11-21"));
        if commit {
            repo.commit("Amend");
        }
        let card = card(&repo);
        assert_eq!((&card["subject"], &card["approvals"][0]["who"]), (&"amendment".into(), &"@olek".into()));
        assert_eq!(said(&card, "asked", "corrects"), "risk.tier: from \u{201c}low\u{201d} to \u{201c}moderate\u{201d}");
        assert!(said(&card, "before", "at worst").ends_with("; tier low"), "{card}");
    }
    // A renewal of a later day is what was asked last.
    for (day, last) in [("2026-11-21", "renewal"), ("2026-11-22", "amendment"), ("soon", "amendment")] {
        let fields = [("risk.tier", "moderate"), ("renewals", renewal), ("amendments", &amendment(day))];
        repo.write(PRINTER, &printer(&fields));
        assert_eq!(card(&repo)["subject"], last, "{day}");
    }
    // Where nobody knows what was before, nothing is said to be it.
    let sandbox = Sandbox::new();
    sandbox.file(PRINTER, amended("2026-11-21"));
    let run =
        Run::of(sandbox.command().args(["card", "label-printer", "--today", TODAY, "--root"]).arg(sandbox.path("")));
    assert!(run.stdout.contains("risk.tier: is now \u{201c}moderate\u{201d}"), "{run:?}");
    assert!(run.stdout.contains("\nthe record as it reads now\n"), "{run:?}");
}

#[test]
fn the_command_in_a_summary_finds_the_same() {
    let pull = Pull::new(&[], &[(PRINTER, &printer(&[]))]);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(pull.repo.path());
        Run::of(command.args(arguments).args(["--base", "main", "--format", "markdown"])).stdout
    };
    let command = |page: &str| {
        let block = page.split("```sh\n").nth(1).unwrap_or_else(|| panic!("{page}"));
        block.lines().next().unwrap().to_owned()
    };
    for (arguments, same) in [
        (&["check", "--today", TODAY][..], format!("stopgap check --today {TODAY}")),
        (
            &["check", "--today", "2026-11-23T09:00", "--ignore", "schema,expired", "--fail-on", "warning"],
            "stopgap check --ignore schema,expired --fail-on warning --today 2026-11-23T09:00".to_owned(),
        ),
        (&["check", "--select", "expired"], "stopgap check --select expired".to_owned()),
        (&["suppressions", "--check"], "stopgap suppressions --check".to_owned()),
    ] {
        let page = run(arguments);
        let printed = command(&page);
        let Some(base) = printed.strip_prefix(&format!("{same} --base ")) else { panic!("{printed}") };
        assert!(base.len() == 40 && !base.contains(' '), "{printed}");
        let again: Vec<&str> = printed.split(' ').skip(1).take_while(|word| *word != "--base").collect();
        assert_eq!(run(&again), page);
    }
    // A clone does not have what the policy of this run was.
    let page = run(&["check", "--policy", "stopgap.yaml"]);
    assert!(!page.contains("```sh"), "{page}");
}
