//! The case file: `stopgap show` as a story, in text, Markdown, HTML and JSON.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::git::Repo;
use crate::support::{Run, exception, schema};

const FILE: &str = "exceptions/printer.yaml";

fn run(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().env("COLUMNS", "80").current_dir(repo.path()).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(arguments))
}

fn show(repo: &Repo, id: &str, arguments: &[&str]) -> Run {
    run(repo, &[&["show", id, "--today", "2026-06-01"], arguments].concat())
}

fn document(repo: &Repo, id: &str, arguments: &[&str]) -> Value {
    let run = show(repo, id, &[&["--format", "json"], arguments].concat());
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"))
}

fn steps(document: &Value) -> Vec<String> {
    let story = document["story"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let step = |it: &Value| {
        let agrees = match it["agrees"].as_bool() {
            Some(true) => "agrees",
            Some(false) => "disagrees",
            None => "-",
        };
        format!("{} {} {agrees}", text(&it["day"]), text(&it["what"]))
    };
    story.iter().map(step).collect()
}

fn doubts(document: &Value) -> String {
    let story = document["story"].as_array().unwrap();
    let doubts = story.iter().flat_map(|step| step["doubts"].as_array().unwrap());
    doubts.map(|doubt| doubt.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// An exception decided on the day of the first commit, 2026-01-02.
fn printer(fields: &[(&str, &str)]) -> String {
    let usual = [("decided", "2026-01-02"), ("starts", "2026-01-02"), ("expires", "2026-02-01")];
    exception(&[fields, &usual[..]].concat())
}

const RENEWAL: &str = "{requested: 2026-01-30, requester: Luis Prado, reason: The maker is late., approver: Mei Tanaka, decided: 2026-01-31, expires: 2026-03-01}";
const REVIEW: &str = "{date: 2026-01-10, by: Luis Prado, note: Still needed.}";
const CLOSURE: &str = "{date: 2026-03-04, by: Luis Prado, verified_by: Mei Tanaka, note: Replaced.}";

fn whole() -> String {
    let (renewals, reviews) = (format!("[{RENEWAL}]"), format!("[{REVIEW}]"));
    printer(&[("renewals", &renewals), ("reviews", &reviews), ("status", "closed"), ("closure", CLOSURE)])
}

#[test]
fn steps_that_arrived_in_one_commit_are_all_there() {
    let repo = Repo::new();
    repo.commits.set(70);
    repo.write(FILE, &whole()).commit("Everything at once");
    let document = document(&repo, "printer", &[]);
    let told: Vec<String> =
        steps(&document).iter().map(|step| step.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    let wanted = [
        "2026-01-02 asked",
        "2026-01-02 decided",
        "2026-01-02 began",
        "2026-01-10 reviewed",
        "2026-01-31 renewed",
        "2026-03-01 ended",
        "2026-03-04 closed",
    ];
    // Only the request has no day of its own: it was made before the decision, however late it was committed.
    assert_eq!(told, wanted);
    assert!(
        doubts(&document).contains("the record says decided on 2026-01-02, but it was first written 70 days later")
    );
    let said = |name: &str| {
        let story = document["story"].as_array().unwrap();
        let says = story.iter().flat_map(|step| step["says"].as_array().unwrap());
        says.filter(|said| said["name"] == name)
            .map(|said| said["text"].as_str().unwrap())
            .collect::<Vec<_>>()
            .join("|")
    };
    assert_eq!(said("verified by"), "Mei Tanaka");
    assert_eq!(said("approver"), "Mei Tanaka|Mei Tanaka");
    assert!(said("reason").contains("The maker is late."));
}

#[test]
fn each_step_has_the_commit_that_wrote_it_and_the_merge_that_brought_it() {
    let repo = Repo::new();
    repo.write("README.md", "x\n").commit("Begin");
    repo.branch("ask");
    let asked = repo.write(FILE, &printer(&[("decided", "2026-01-04"), ("starts", "2026-01-04")])).commit("Ask");
    repo.switch("main");
    repo.commits.set(repo.commits.get() + 1);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "Merge pull request #7 from acme/ask", "ask"]);
    let merged = repo.rev("HEAD");
    let reviewed =
        [("decided", "2026-01-04"), ("starts", "2026-01-04"), ("reviews", "[{date: 2026-01-05, by: Luis Prado}]")];
    let squashed = repo.write(FILE, &printer(&reviewed)).commit("Review the printer (#8)");
    let document = document(&repo, "printer", &[]);
    assert_eq!(
        steps(&document)[..4],
        [
            "2026-01-03 asked agrees",
            "2026-01-04 decided agrees",
            "2026-01-04 began agrees",
            "2026-01-05 reviewed agrees"
        ]
    );
    let story = &document["story"];
    assert_eq!(story[1]["written"]["commit"], json!(asked));
    assert_eq!(story[1]["merged"]["commit"], json!(merged));
    assert_eq!(story[1]["request"], json!("#7"));
    assert_eq!(story[3]["written"]["commit"], json!(squashed));
    assert_eq!(story[3]["request"], json!("#8"));
    assert_eq!(story[3]["approvals"], Value::Null, "nobody knows");
}

#[test]
fn an_approver_who_wrote_the_commit_is_named() {
    for (approver, says) in [("Dana Ortiz", true), ("dana@example.com", true), ("Mei Tanaka", false)] {
        let repo = Repo::new();
        repo.write(FILE, &printer(&[("approver", approver), ("requester", "Dana Ortiz")])).commit("Ask");
        let document = document(&repo, "printer", &[]);
        let remarks = |step: usize| document["story"][step]["remarks"].to_string();
        assert_eq!(document["story"][1]["what"], json!("decided"));
        assert_eq!(remarks(1).contains("the approver wrote the commit"), says, "{approver}: {}", remarks(1));
        // Whoever asks may write it down.
        assert!(!remarks(0).contains("wrote the commit"), "{}", remarks(0));
    }
}

/// What somebody writes down late is doubtful where it decides, and good to know elsewhere.
#[test]
fn the_days_of_the_record_are_compared_with_those_of_the_commit() {
    let repo = Repo::new();
    repo.commits.set(9);
    // Everything comes to the branch on 2026-01-11.
    let fields = |day: &str| {
        [
            ("requested", day.to_owned()),
            ("decided", day.to_owned()),
            ("starts", day.to_owned()),
            ("reviews", format!("[{{date: {day}, by: Luis Prado, note: Still needed.}}]")),
        ]
    };
    for (name, day) in [("two", "2026-01-09"), ("one", "2026-01-10"), ("none", "2026-01-11"), ("ahead", "2026-01-12")] {
        let fields = fields(day);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let text = exception(&[&fields[..], &[("expires", "2026-02-01")]].concat());
        repo.write(&format!("exceptions/{name}.yaml"), &text);
    }
    repo.commit("Write all down");
    let told = |id: &str| -> Vec<String> {
        let document = document(&repo, id, &[]);
        let story = document["story"].as_array().unwrap();
        let own = |text: &Value| text.as_str().filter(|text| !text.contains('[')).map(str::to_owned);
        let line = |step: &Value| {
            let said = ["doubts", "remarks"].map(|key| step[key].as_array().unwrap().iter().filter_map(own).collect());
            let [doubts, remarks]: [Vec<String>; 2] = said;
            format!("{}: {} | {}", step["what"].as_str().unwrap(), doubts.join("; "), remarks.join("; "))
        };
        story.iter().map(line).filter(|line| !line.ends_with(":  | ")).collect()
    };
    assert_eq!(
        told("two"),
        [
            "asked:  | it was written down 2 days later",
            "decided: the record says decided on 2026-01-09, but it was first written 2 days later | ",
            "began: it began on 2026-01-09, 2 days before it reached the branch | ",
            "reviewed:  | it was written down 2 days later",
        ]
    );
    assert_eq!(told("one"), ["began: it began on 2026-01-10, 1 day before it reached the branch | "]);
    assert_eq!(told("none"), [""; 0]);
    let before = "the record says 2026-01-12, but it reached the branch 1 day before | ";
    assert_eq!(told("ahead"), ["asked", "decided", "reviewed"].map(|act| format!("{act}: {before}")));
}

#[test]
fn what_was_rewritten_or_taken_out_is_told_with_the_commit() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[("reviews", &format!("[{REVIEW}]"))])).commit("Ask");
    repo.write(FILE, &printer(&[("approver", "Hanna Vogel"), ("expires", "2026-09-01")])).commit("Tidy up");
    let tidied = repo.rev("HEAD")[..12].to_owned();
    let document = document(&repo, "printer", &[]);
    let lost = document["story"].as_array().unwrap().iter().filter(|step| {
        let doubts = step["doubts"].as_array().unwrap();
        doubts.iter().any(|doubt| doubt.as_str().unwrap().contains(&format!("{tidied} removed or rewrote it")))
    });
    let lost: Vec<&str> = lost.map(|step| step["what"].as_str().unwrap()).collect();
    assert_eq!(lost, ["decided", "began", "reviewed"]);
    assert!(doubts(&document).contains("error[expiry-moved]"), "{}", doubts(&document));
    // What nobody has committed yet is not the record of anybody.
    repo.write(FILE, &printer(&[("status", "closed"), ("closure", CLOSURE)]));
    let document = self::document(&repo, "printer", &[]);
    assert!(steps(&document).contains(&"2026-03-04 closed disagrees".to_owned()));
}

#[test]
fn removed_and_renamed_records_have_their_story() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[])).commit("Ask");
    repo.git(&["mv", FILE, "exceptions/label-printer.yaml"]);
    repo.write("exceptions/label-printer.yaml", &printer(&[("removal", "Replace the printer.")])).commit("Rename");
    let old = document(&repo, "printer", &[]);
    assert_eq!(old["removed_in"], json!(repo.rev("HEAD")));
    assert!(old["story"].to_string().contains(r#""name":"goes on as","text":"label-printer""#), "{}", old["story"]);
    let new = document(&repo, "label-printer", &[]);
    let wanted =
        ["2026-01-02 asked agrees", "2026-01-02 decided agrees", "2026-01-02 began agrees", "2026-02-01 ended -"];
    let told = steps(&new);
    assert!(wanted.iter().all(|step| told.contains(&(*step).to_owned())), "{told:?}");
    assert_eq!(new["story"][0]["written"]["commit"], json!(repo.rev("HEAD~1")));
    std::fs::remove_file(repo.path().join("exceptions/label-printer.yaml")).unwrap();
    repo.commit("Remove");
    let gone = show(&repo, "label-printer", &[]);
    let commit = &repo.rev("HEAD")[..12];
    assert!(gone.stdout.contains(&format!("no longer in the register: removed in {commit};")), "{}", gone.stdout);
    assert!(gone.stdout.contains("! a record is closed, never removed"), "{}", gone.stdout);
    assert_eq!(show(&repo, "nothing", &[]).code, 2);
    assert!(!steps(&document(&repo, "label-printer", &[])).iter().any(|step| step.contains("added")));
    // That it came back is told as that it went is.
    repo.git(&["checkout", "-q", "HEAD~1", "--", "exceptions"]);
    repo.commit("Restore");
    let back = steps(&document(&repo, "label-printer", &[]));
    assert_eq!(back.iter().filter(|step| step.contains("added")).count(), 1, "{back:?}");
}

#[test]
fn what_only_git_tells_has_its_fields_and_its_words() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[])).commit("Ask");
    repo.write(FILE, &printer(&[("removal", "Replace the printer.")])).commit("Edit");
    std::fs::create_dir(repo.path().join("exceptions/hall-3")).unwrap();
    repo.git(&["mv", FILE, "exceptions/hall-3/printer.yaml"]);
    repo.commit("Move");
    let document = document(&repo, "printer", &[]);
    let says = |what: &str| {
        let step = document["story"].as_array().unwrap().iter().find(|step| step["what"] == what).unwrap();
        step["says"].clone()
    };
    assert_eq!(says("edited"), json!([{"name": "fields", "text": "removal"}]));
    let words = "from `exceptions/printer.yaml` to `exceptions/hall-3/printer.yaml`";
    assert_eq!(says("moved"), json!([{"name": "what", "text": words}]));
}

/// Nobody knows who wrote what is older than the clone, or when.
#[test]
fn a_shallow_clone_accuses_nobody() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[])).commit("Ask");
    repo.commits.set(9);
    repo.write("readme.md", "More.\n").commit("Something else");
    let clone = repo.clone_shallow(1);
    let told = document(&clone, "printer", &[]);
    let wanted = ["2026-01-02 decided -", "2026-01-02 began -", "2026-01-11 present -", "2026-02-01 ended -"];
    let steps = steps(&told);
    assert!(wanted.iter().all(|step| steps.contains(&(*step).to_owned())), "{steps:?}");
    assert_eq!(doubts(&told), "");
    let remarks = told["story"].to_string();
    assert_eq!(remarks.matches("it is older than this shallow clone").count(), 3, "{remarks}");
}

/// The commit of midnight in UTC is one of the evening before in California.
#[test]
fn each_commit_is_dated_in_the_time_zone_of_its_policy() {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "timezone: UTC\n").write(FILE, &printer(&[])).commit("Ask");
    repo.write("stopgap.yaml", "timezone: America/Los_Angeles\n").commit("Move");
    let told = document(&repo, "printer", &[]);
    assert_eq!(doubts(&told), "");
    assert_eq!(told["story"][0]["written"]["day"], json!("2026-01-02"));
    assert_eq!(told["timeline"][0]["day"], json!("2026-01-02"));
}

#[test]
fn fields_that_may_be_edited_freely_are_no_disagreement() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[])).commit("Ask");
    repo.write(FILE, &printer(&[("owner", "Hanna Vogel"), ("x-ticket", "RISK-12")])).commit("Another owner");
    let free = document(&repo, "printer", &[]);
    assert!(steps(&free).contains(&"2026-01-03 edited agrees".to_owned()), "{:?}", steps(&free));
    let mixed = [("owner", "Luis Prado"), ("x-ticket", "RISK-12"), ("risk.tier", "high")];
    repo.write(FILE, &printer(&mixed)).commit("Another owner and another tier");
    let told = doubts(&document(&repo, "printer", &[]));
    assert!(told.contains("the record does not say that these were changed: risk.tier"), "{told}");
}

#[test]
fn a_removed_record_does_not_end_after_it_is_gone() {
    for (days, ends) in [(10, false), (40, true)] {
        let repo = Repo::new();
        repo.write(FILE, &printer(&[])).commit("Ask");
        repo.commits.set(days);
        std::fs::remove_file(repo.path().join(FILE)).unwrap();
        repo.commit("Remove");
        let steps = steps(&document(&repo, "printer", &[]));
        assert_eq!(steps.iter().any(|step| step.contains("ended")), ends, "{steps:?}");
        assert!(steps.last().unwrap().contains("removed"), "{steps:?}");
    }
}

#[test]
fn a_record_that_went_to_another_register_says_where() {
    let repo = Repo::new();
    for root in ["a", "b"] {
        repo.write(&format!("{root}/stopgap.yaml"), "version: 1\n").write(&format!("{root}/exceptions/.keep"), "");
    }
    repo.write(&format!("a/{FILE}"), &printer(&[])).commit("Ask");
    repo.git(&["mv", &format!("a/{FILE}"), &format!("b/{FILE}")]);
    repo.commit("Move");
    let told = document(&repo, "printer", &["--root", "a"]);
    let wanted = format!(r#"{{"name":"moved to","text":"../b/{FILE}"}}"#);
    assert!(told["story"].to_string().contains(&wanted), "{}", told["story"]);
}

/// What `action/fetch-pulls` saves about one merge.
fn pulls(commit: &str, head: &str, reviewer: &str, at: &str) -> String {
    format!(
        r#"{{"repository":"acme/register","commit":"{commit}","page":1,"last":true,"pulls":[{{"number":7,"user":{{"login":"luis","id":1,"type":"User"}},"head":{{"sha":"{head}"}},"merged_at":"2026-01-04T00:00:00Z","merge_commit_sha":"{commit}"}}]}}
{{"repository":"acme/register","pull":7,"page":1,"last":true,"reviews":[{{"id":1,"user":{{"login":"{reviewer}","id":2,"type":"User"}},"state":"APPROVED","commit_id":"{head}","submitted_at":"{at}"}}]}}
"#
    )
}

#[test]
fn approvals_are_told_where_they_are_known_and_a_forged_one_is_doubted() {
    let repo = Repo::new();
    let roster = "people:\n  - {name: Mei Tanaka, handle: '@mei'}\n  - {name: Luis Prado, handle: '@luis'}\n  - {name: Hanna Vogel, handle: '@hanna'}\n";
    repo.write("people.yaml", roster)
        .write("stopgap.yaml", "timezone: UTC\n")
        .write("exceptions/.keep", "")
        .commit("Begin");
    repo.branch("ask");
    let head = repo.write(FILE, &printer(&[("decided", "2026-01-03"), ("starts", "2026-01-04")])).commit("Ask");
    repo.switch("main");
    let merged = repo.merge("ask");
    let told = |reviewer: &str| {
        repo.write("../pulls.jsonl", &pulls(&merged, &head, reviewer, "2026-01-03T12:00:00Z"));
        let pulls = repo.path().join("../pulls.jsonl");
        document(&repo, "printer", &["--pulls", pulls.to_str().unwrap()])
    };
    let honest = told("mei");
    let decided = |document: &Value| {
        document["story"].as_array().unwrap().iter().find(|it| it["what"] == "decided").cloned().unwrap()
    };
    let wanted = json!([{"request": "#7", "login": "mei", "state": "approved", "day": "2026-01-03"}]);
    assert_eq!(decided(&honest)["approvals"], wanted, "{honest}");
    assert!(!doubts(&honest).contains("merged-unapproved"), "{}", doubts(&honest));
    let forged = told("luis");
    assert!(doubts(&forged).contains("error[merged-unapproved]"), "{}", doubts(&forged));
}

/// They are saved for the commits with decisions; whoever saves more is told more.
#[test]
fn the_reviewers_of_a_closure_are_told_where_they_were_saved() {
    let repo = Repo::new();
    repo.write("exceptions/.keep", "").write(FILE, &printer(&[])).commit("Begin");
    repo.branch("close");
    let closed = printer(&[
        ("status", "closed"),
        ("closure", "{date: 2026-01-04, by: Luis Prado, verified_by: Mei Tanaka, note: Replaced.}"),
    ]);
    let head = repo.write(FILE, &closed).commit("Close");
    repo.switch("main");
    let merged = repo.merge("close");
    repo.write("../pulls.jsonl", &pulls(&merged, &head, "mei", "2026-01-03T12:00:00Z"));
    let pulls = repo.path().join("../pulls.jsonl");
    let told = document(&repo, "printer", &["--pulls", pulls.to_str().unwrap()]);
    let step = told["story"].as_array().unwrap().iter().find(|it| it["what"] == "closed").unwrap();
    assert_eq!(step["approvals"][0]["login"], json!("mei"), "{step}");
}

#[test]
fn hostile_texts_stay_texts_and_lines_fit() {
    let repo = Repo::new();
    let hostile = "</p><script>x</script> ::error::x ##[group] \\u{1b}[2J @mei [a](http://b) |x| <!-- ";
    let text = format!("\"{}\"", hostile.replace('\\', "\\\\").replace('"', "\\\""));
    let fields = [
        ("title", text.as_str()),
        ("reason", &text),
        ("reviews", &format!("[{{date: 2026-01-02, by: {text}, note: {text}}}]")),
    ];
    repo.write(FILE, &printer(&fields)).commit("\u{1b}[2J ::error::x <script>alert(1)</script> (#1)");
    let text = show(&repo, "printer", &[]).stdout;
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 80, "{longest}: {text}");
    assert!(!text.contains('\u{1b}') && !text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
    let html = show(&repo, "printer", &["--format", "html"]).stdout;
    assert_eq!(html.matches("<script>").count(), 1, "{html}");
    assert!(!html.contains('\u{1b}') && html.contains("&lt;script&gt;alert(1)"), "{html}");
    let markdown = show(&repo, "printer", &["--format", "markdown"]).stdout;
    assert!(
        !markdown.contains("<script>") && !markdown.contains(" @mei") && !markdown.contains("](http"),
        "{markdown}"
    );
    let path = repo.path().join("case.html");
    let run = show(&repo, "printer", &["--output", &format!("html={}", path.display())]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(std::fs::read_to_string(path).unwrap(), html);
}

#[test]
fn the_json_is_what_its_schema_says() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[("reviews", &format!("[{REVIEW}]"))])).commit("Ask");
    repo.write(FILE, &whole()).commit("Close (#3)");
    let validator = schema::closed("show");
    for arguments in [[].as_slice(), &["--at", "HEAD~1"]] {
        let mut document = document(&repo, "printer", arguments);
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| format!("{} {error}", error.instance_path())).collect();
        assert_eq!(errors, [""; 0], "{document}");
        document["story"][0]["what"] = json!("invented");
        assert!(!validator.is_valid(&document));
    }
}

/// The commits of a branch are drafts of one change, which the gate judges as a whole; on the default branch each of them
/// counts.
#[test]
fn a_branch_that_is_not_merged_is_no_edit_of_what_was_approved() {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "version: 1\n").write("exceptions/.keep", "").commit("Begin");
    repo.branch("ask");
    repo.write(FILE, &printer(&[])).commit("Ask");
    let dated = run(&repo, &["decide", "printer", "--on", "2026-01-03", "--today", "2026-01-04"]);
    assert_eq!(dated.code, 0, "{dated:?}");
    repo.commit("Date it by its approval");
    repo.write(
        FILE,
        &printer(&[("decided", "2026-01-03"), ("reason", "The maker delivers the new tool in May only.")]),
    );
    repo.commit("Say it better");
    let shown = document(&repo, "printer", &[]);
    assert_eq!(doubts(&shown), "");
    assert!(shown["slips"].as_array().unwrap().is_empty(), "{}", shown["slips"]);
    let text = show(&repo, "printer", &[]).stdout;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("not merged yet: `main` lacks it"), "{text}");
    // Pushed without a pull request, the last two are edits of what had been approved.
    repo.switch("main");
    repo.git(&["merge", "--quiet", "--ff-only", "ask"]);
    let shown = document(&repo, "printer", &[]);
    assert!(shown["slips"].to_string().contains("approved-content-changed"), "{}", shown["slips"]);
    assert!(!show(&repo, "printer", &[]).stdout.contains("not merged yet"));
    // What was there before is judged from a branch, too.
    repo.branch("later");
    repo.write("README.md", "x\n").commit("Something else");
    let shown = document(&repo, "printer", &[]);
    assert!(shown["slips"].to_string().contains("approved-content-changed"), "{}", shown["slips"]);
}

#[test]
fn a_step_says_what_was_decided_on_and_an_amendment_what_it_changed() {
    let repo = Repo::new();
    let asked = printer(&[("risk.tier", "low"), ("removal", "Install it.")]);
    let draft = asked.replace("decided: 2026-01-02\n", "").replace("Install it.", "To be written.");
    repo.write(FILE, &draft).commit("Draft");
    repo.write(FILE, &asked).commit("Ask");
    let decided = repo.rev("HEAD")[..12].to_owned();
    let amendments = "[{date: 2026-01-04, by: Luis Prado, approver: Mei Tanaka, fields: [risk.tier, scope.process], note: It holds names.}]";
    let amended = [("risk.tier", "moderate"), ("scope.process", "labels"), ("removal", "Install it.")];
    repo.write(FILE, &printer(&[&amended[..], &[("amendments", amendments)]].concat())).commit("Amend");
    let document = document(&repo, "printer", &[]);
    let said = |what: &str, name: &str| {
        let step = document["story"].as_array().unwrap().iter().find(|step| step["what"] == what).unwrap();
        let says = step["says"].as_array().unwrap().iter().find(|said| said["name"] == name);
        says.unwrap_or_else(|| panic!("{step}"))["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(said("asked", "tier"), "low");
    assert_eq!(said("asked", "removal"), "Install it.");
    assert!(document["story"].to_string().contains(&format!("as it was decided, in {decided}")), "{document}");
    let fields =
        "risk.tier: from \u{201c}low\u{201d} to \u{201c}moderate\u{201d}; scope.process: adds \u{201c}labels\u{201d}";
    assert_eq!(said("amended", "fields"), fields);
}

fn step<'d>(document: &'d Value, what: &str) -> &'d Value {
    document["story"].as_array().unwrap().iter().find(|step| step["what"] == what).unwrap()
}

#[test]
fn a_record_is_followed_through_the_folders_of_the_register() {
    let repo = Repo::new();
    let named = |name: &str| printer(&[("title", name), ("scope.system", name)]);
    for name in ["alpha", "beta", "gamma", "delta"] {
        repo.write(&format!("exceptions/{name}.yaml"), &named(name));
    }
    repo.commit("Begin");
    std::fs::remove_file(repo.path().join("exceptions/beta.yaml")).unwrap();
    let removed = repo.commit("Remove beta");
    repo.git(&["mv", "exceptions/delta.yaml", "exceptions/epsilon.yaml"]);
    repo.commit("Rename delta");
    repo.git(&["mv", "exceptions", "waivers"]);
    std::fs::remove_file(repo.path().join("waivers/gamma.yaml")).unwrap();
    let moved = repo.write("stopgap.yaml", "exceptions: waivers\n").commit("Move");
    for (id, commit) in [("beta", &removed), ("gamma", &moved)] {
        let told = document(&repo, id, &[]);
        assert_eq!(told["removed_in"], json!(commit), "{id}");
        assert_eq!(told["timeline"].as_array().unwrap().len(), 2, "{id}: {}", told["timeline"]);
    }
    let renamed = document(&repo, "delta", &[]);
    assert!(renamed["story"].to_string().contains("epsilon"), "{}", renamed["story"]);
    let listed =
        run(&repo, &["list", "--in-force", "2026-01-02..2026-01-02", "--today", "2026-01-20", "--columns", "id"]);
    for id in ["alpha", "beta", "gamma", "epsilon"] {
        assert!(listed.stdout.lines().any(|line| line.starts_with(id)), "{id}: {listed:?}");
    }
    assert!(!listed.stdout.contains("delta"), "{listed:?}");
}

#[test]
fn an_edit_of_one_of_two_files_with_one_id_is_told_where_it_was_made() {
    let repo = Repo::new();
    repo.write("exceptions/a/printer.yaml", &printer(&[])).write("exceptions/b/printer.yaml", &printer(&[]));
    repo.commit("Begin");
    let edited = repo.write("exceptions/b/printer.yaml", &printer(&[("removal", "Install it.")])).commit("Edit");
    std::fs::remove_file(repo.path().join("exceptions/a/printer.yaml")).unwrap();
    repo.commit("Remove the other one");
    let told = document(&repo, "printer", &[]);
    assert_eq!(step(&told, "edited")["written"]["commit"], json!(edited), "{}", told["story"]);
}

#[test]
fn a_record_is_followed_to_another_root() {
    let repo = Repo::new();
    let asked = repo.write(FILE, &printer(&[])).write("stopgap.yaml", "version: 1\n").commit("Ask");
    repo.commits.set(12);
    std::fs::create_dir(repo.path().join("sub")).unwrap();
    repo.git(&["mv", "exceptions", "stopgap.yaml", "sub"]);
    repo.commit("Move the register");
    let told = document(&repo, "printer", &["--root", "sub"]);
    assert_eq!(step(&told, "asked")["written"]["commit"], json!(asked), "{}", told["story"]);
    assert!(!doubts(&told).contains("before it came to the branch"), "{}", doubts(&told));
    let moved = step(&told, "moved")["says"].to_string();
    assert!(moved.contains("from `../exceptions/printer.yaml` to `exceptions/printer.yaml`"), "{moved}");
}

/// Commits as somebody else than Dana Ortiz.
fn commit_as(repo: &Repo, author: &str, message: &str) -> String {
    repo.commits.set(repo.commits.get() + 1);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--author", &format!("{author} <{author}@example.com>"), "-m", message]);
    repo.rev("HEAD")
}

#[test]
fn the_commit_that_wrote_the_text_is_named_and_so_are_those_who_wrote_it_otherwise() {
    let dated = |more: &[(&str, &str)]| {
        printer(&[more, &[("decided", "2026-01-04"), ("starts", "2026-01-04"), ("expires", "2026-02-01")]].concat())
    };
    let wide = [("scope.environment", "everything in production")];
    for by_merge in [false, true] {
        let repo = Repo::new();
        repo.write("exceptions/.keep", "").commit("Begin");
        repo.branch("ask");
        repo.write(FILE, &dated(&[]));
        let asked = commit_as(&repo, "maria", "Ask");
        repo.write(FILE, &dated(&wide));
        let mut edited = if by_merge { asked.clone() } else { commit_as(&repo, "mallory", "Small fix") };
        if by_merge {
            repo.git(&["checkout", "--quiet", "."]);
        } else {
            let draft = document(&repo, "printer", &[]);
            assert_eq!(step(&draft, "asked")["written"]["commit"], json!(edited), "{draft}");
            assert!(step(&draft, "asked")["remarks"].to_string().contains("maria"), "{draft}");
        }
        repo.switch("main");
        repo.commits.set(repo.commits.get() + 1);
        repo.git(&["merge", "--quiet", "--no-ff", "-m", "Merge pull request #7 from acme/ask", "ask"]);
        if by_merge {
            repo.write(FILE, &dated(&wide)).git(&["add", "--all"]);
            repo.git(&["commit", "--quiet", "--amend", "--no-edit", "--reset-author"]);
            edited = repo.rev("HEAD");
        }
        let told = document(&repo, "printer", &[]);
        let request = step(&told, "asked");
        assert!(request["says"].to_string().contains("everything in production"), "{request}");
        assert_eq!(request["written"]["commit"], json!(edited));
        let remarks = request["remarks"].to_string();
        let wanted = format!("maria <maria@example.com> had written it differently, in commit {}", &asked[..12]);
        assert!(remarks.contains(&wanted), "{remarks}");
        // The request keeps the day on which it was first written.
        assert_eq!(request["day"], json!("2026-01-03"));
        let decided = step(&told, "decided");
        assert_eq!(decided["written"]["commit"], json!(asked));
        let after = format!("the text was edited after that, in commit {}", &edited[..12]);
        assert!(decided["remarks"].to_string().contains(&after), "{decided}");
    }
}

#[test]
fn the_date_of_the_author_counts_for_nothing() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[])).git(&["add", "--all"]);
    repo.commits.set(12);
    repo.git(&["commit", "--quiet", "--date", "2026-01-02T00:00:00Z", "-m", "Ask"]);
    let told = document(&repo, "printer", &[]);
    assert_eq!(step(&told, "decided")["written"]["day"], json!("2026-01-13"));
    assert!(doubts(&told).contains("it was first written 11 days later"), "{}", doubts(&told));
}

#[test]
fn a_date_that_cannot_be_is_named_beside_every_step_of_its_commit() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[])).commit("Ask");
    repo.commits.set(100);
    repo.write(FILE, &printer(&[("removal", "Install it.")])).commit("Edit, dated ahead");
    for day in 3..6 {
        repo.commits.set(day);
        repo.commit("Nothing");
    }
    let told = document(&repo, "printer", &[]);
    assert!(step(&told, "edited")["remarks"].to_string().contains("is dated 2026-04-12"), "{told}");
}

#[test]
fn what_a_rule_says_is_under_the_step_that_it_is_about() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[])).commit("Ask");
    let reviewed = [("reviews", "[{date: 2026-01-03, by: Luis Prado}]"), ("risk.statement", "Labels could be wrong.")];
    repo.write(FILE, &printer(&reviewed)).commit("Review, and edit");
    let told = document(&repo, "printer", &[]);
    assert!(step(&told, "edited")["doubts"].to_string().contains("approved-content-changed"), "{told}");
    assert!(!step(&told, "reviewed")["doubts"].to_string().contains("approved-content-changed"), "{told}");
}
