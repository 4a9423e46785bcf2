//! From a spreadsheet to a green pull request and on to a complete register, by commands alone: the baseline, the table
//! of gaps and the way back.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

/// A repository that `init` has set up, with the sheet beside it.
struct Ramp {
    repo: Repo,
}

impl Ramp {
    fn new() -> Self {
        let ramp = Self { repo: Repo::new() };
        let run = ramp.run(&["init", "--owners", "@dana", "--owners", "@olek"]);
        assert_eq!(run.code, 0, "{run:?}");
        ramp.repo.commit("Set up the register");
        ramp
    }

    /// Makes one whose default branch has imported two entries with gaps and a baseline until `until`.
    fn imported() -> Self {
        Self::imported_from(SHEET)
    }

    fn imported_from(sheet: &str) -> Self {
        let ramp = Self::new();
        ramp.repo.branch("import");
        ramp.sheet("sheet.csv", sheet);
        let run = ramp.run(&["import", "../sheet.csv", "--today", TODAY, "--baseline=2027-01-31"]);
        assert_eq!(run.code, 0, "{run:?}");
        ramp.repo.commit("Import");
        ramp.repo.switch("main");
        ramp.repo.merge("import");
        ramp.repo.branch("topic");
        ramp
    }

    /// Writes a file beside the repository.
    fn sheet(&self, name: &str, text: &str) {
        fs::write(self.repo.path().join("..").join(name), text).unwrap();
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("HOME", self.repo.sandbox.path()).current_dir(self.repo.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command().args(arguments))
    }

    /// Runs the gate on the work tree as it is committed, and returns whether it passes and `level[rule]` of what it
    /// prints.
    fn gate(&self, more: &[&str]) -> (bool, Vec<String>) {
        self.repo.commit("change");
        let run = self.run(&[&["check", "--base", "main", "--today", TODAY, "--format", "json"], more].concat());
        assert!(run.code < 2, "{run:?}");
        (run.code == 0, found(&run))
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.repo.path().join(path)).unwrap()
    }

    fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{old}\n{text}");
        self.repo.write(path, &text.replace(old, new));
    }
}

/// Lists the findings that gate.
fn found(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let findings = report["findings"].as_array().unwrap();
    let findings = findings.iter().filter(|finding| finding["gates"].as_bool().unwrap());
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings.map(|it| format!("{}[{}]", word(it, "level"), word(it, "rule"))).collect()
}

const SHEET: &str = "ID,Title,Control,Reason,System,Environment,Tier,Requester,Owner,Approver,Decided,Starts,Expires,Status\n\
    EXC-1,Old printer,SYS-04 Supported systems only,The label printers need the driver that only runs there.,\
    prn-01,production,M,Luis Prado,Luis Prado,Hanna Vogel,2026-11-02,2026-11-02,2027-02-28,open\n\
    EXC-2,Old scanner,SYS-04 Supported systems only,The gate scanners are replaced with the building in spring.,\
    scan-02,production,L,Luis Prado,,Hanna Vogel,2026-11-04,2026-11-04,2027-03-31,open\n";

#[test]
fn a_messy_spreadsheet_becomes_a_green_pull_request_by_commands_alone() {
    let ramp = Ramp::new();
    let sheet = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import/ausnahmen.csv");
    fs::copy(sheet, ramp.repo.path().join("../ausnahmen.csv")).unwrap();

    ramp.repo.branch("import-exceptions");
    let import = ["import", "../ausnahmen.csv", "--folder", "imported", "--baseline", "--today", TODAY];
    let run = ramp.run(&import);
    assert_eq!(run.code, 0, "{run:?}");
    for said in [
        "header in line 4, 55 entries",
        "Genehmigt am: month first, which `09/28/2026` (line 6) decides",
        "risk.tier: `N` is low (16)",
        "4 rows are totals and are left out",
        "`Zoë Krüger / Dana Ortiz` names several people, of whom `Zoë Krüger` is taken",
        "line 65 repeats line 17",
        "55 files written to exceptions/imported",
        "error    expired (2)",
        "tolerated until 2027-02-21: 226 findings in 55 exceptions, named in baseline.yaml",
        "git add -- exceptions/imported baseline.yaml",
    ] {
        assert!(run.stdout.contains(said), "{said}\n{}", run.stdout);
    }

    // What has expired is not a gap: its removal is done, and it is closed.
    let (passes, found) = ramp.gate(&[]);
    assert_eq!(
        (passes, found),
        (false, vec!["warning[baseline]".into(), "error[expired]".into(), "error[expired]".into()])
    );
    for (id, note) in [
        ("AUS-054", "Der Scanner läuft wieder auf allen Postfächern."),
        ("AUS-055", "Die Türen am Eingang Süd haben wieder Leser."),
    ] {
        let run = ramp.run(&[
            "close",
            id,
            "--by",
            "Karl Abt",
            "--verified-by",
            "Mei Tanaka",
            "--note",
            note,
            "--today",
            TODAY,
        ]);
        assert_eq!(run.code, 0, "{run:?}");
    }
    // A closed exception that a change adds is held to the rules for live ones, so its gaps are still tolerated.
    let (passes, found) = ramp.gate(&[]);
    assert_eq!((passes, found), (true, vec!["warning[baseline]".to_owned()]));

    // With the table of gaps filled in, nothing is left but terms that were agreed too long, and four old reasons.
    let gaps = ramp.run(&["export", "--format", "csv", "--gaps", "--today", TODAY]);
    assert_eq!(gaps.code, 0, "{gaps:?}");
    ramp.sheet("gaps.csv", &filled(&gaps.stdout));
    let run = ramp.run(&["import", "../gaps.csv", "--update", "--today", TODAY]);
    assert_eq!(run.code, 0, "{run:?}");
    let (passes, found) = ramp.gate(&[]);
    assert_eq!((passes, found), (true, vec!["warning[baseline]".to_owned()]));
    let baseline = ramp.read("baseline.yaml");
    let count = |what: &str| baseline.matches(what).count();
    assert_eq!((count("/removal"), count("/alternatives"), count("/risk/statement")), (0, 0, 0), "{baseline}");
    assert!(count("term-too-long") > 30, "{baseline}");
    let run = ramp.run(&["check", "--base", "main", "--today", TODAY]);
    assert!(run.stdout.contains("tolerated until `2027-02-21`, for `90` more days"), "{}", run.stdout);
}

/// Fills every empty cell of the table of gaps, as somebody would in a spreadsheet.
fn filled(table: &str) -> String {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let head = reader.headers().unwrap().clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&head).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        let id = row.get(0).unwrap().to_owned();
        let cell = |(name, cell): (&str, &str)| match (name, cell) {
            ("risk.statement", "") => format!("Somebody could read or change what {id} leaves open."),
            ("alternatives.option", "") => format!("Switch the system of {id} off at night"),
            ("alternatives.rejected", "") => "The night shift needs it.".to_owned(),
            ("removal", "") => format!("Take back the setting that {id} allows, and test it."),
            ("owner", "") => "Noor Peters".to_owned(),
            (_, cell) => cell.to_owned(),
        };
        writer.write_record(head.iter().zip(row.iter()).map(cell)).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// A pull request that imports the sheet, by Dana, and its reviews.
struct Import {
    ramp: Ramp,
    head: String,
}

impl Import {
    fn new(ramp: Ramp) -> Self {
        ramp.repo.branch("import");
        ramp.sheet("sheet.csv", SHEET);
        assert_eq!(ramp.run(&["import", "../sheet.csv", "--today", TODAY, "--baseline"]).code, 0);
        let head = ramp.repo.commit("Import");
        Self { ramp, head }
    }

    /// Judges the pull request with reviews, each an account, what it says and the commit.
    fn check(&self, reviews: &[(&str, &str, &str)]) -> (i32, Vec<String>, String) {
        let review = |(id, (login, state, commit)): (usize, &(&str, &str, &str))| {
            json!({
                "id": id + 1, "user": {"login": login, "id": 100 + login.len(), "type": "User"}, "state": state,
                "commit_id": Some(commit).filter(|commit| !commit.is_empty()), "submitted_at": format!("2026-11-22T09:{id:02}:00Z"),
            })
        };
        let reviews: Vec<Value> = reviews.iter().enumerate().map(review).collect();
        self.ramp.sheet("reviews.json", &Value::from(reviews).to_string());
        self.ramp.sheet("event.json", &self.event("dana").to_string());
        self.run(&["--event", "../event.json", "--reviews", "../reviews.json"])
    }

    fn event(&self, author: &str) -> Value {
        json!({
            "pull_request": {
                "number": 7,
                "user": {"login": author, "id": 1, "type": "User"},
                "head": {"sha": self.ramp.repo.rev("HEAD")},
                "base": {"sha": self.ramp.repo.rev("main"), "ref": "main"},
            },
            "repository": {"full_name": "acme/register"},
        })
    }

    fn run(&self, more: &[&str]) -> (i32, Vec<String>, String) {
        let run = |format: &str| {
            let arguments = ["check", "--base", "main", "--today", TODAY, "--format", format];
            let run = self.ramp.run(&[&arguments[..], more].concat());
            assert!(run.code < 2, "{run:?}");
            run
        };
        let json = run("json");
        let text =
            run("concise").stdout.lines().filter(|line| line.contains("baseline")).collect::<Vec<_>>().join("\n");
        (json.code, found(&json), text)
    }
}

const ONE: &str = "warning[baseline]";
const UNAPPROVED: &str = "error[baseline-unapproved]";

#[test]
fn the_import_needs_one_owner_of_the_baseline_and_not_every_old_approver() {
    let import = Import::new(Ramp::new());
    let head = import.head.as_str();
    let (code, found, text) = import.check(&[]);
    assert_eq!((code, found), (1, vec![ONE.to_owned(), UNAPPROVED.to_owned()]), "{text}");
    assert!(text.contains("`2` exceptions are taken over without a sign-off of their own, and no owner"), "{text}");
    let (code, found, text) = import.check(&[("olek", "APPROVED", head)]);
    assert_eq!((code, found), (0, vec![ONE.to_owned()]), "{text}");
    assert!(text.contains("`2` exceptions are taken over on the approval of `@olek`"), "{text}");
    // Neither the author, nor somebody who owns nothing, nor a review that approves nothing any more.
    for reviews in [
        vec![("dana", "APPROVED", head)],
        vec![("mallory", "APPROVED", head)],
        vec![("olek", "COMMENTED", head)],
        vec![("olek", "APPROVED", head), ("olek", "CHANGES_REQUESTED", head)],
        vec![("olek", "APPROVED", head), ("olek", "DISMISSED", head)],
        vec![("olek", "APPROVED", "0123456789012345678901234567890123456789")],
    ] {
        let (code, found, text) = import.check(&reviews);
        assert!(code == 1 && found.contains(&UNAPPROVED.to_owned()), "{reviews:?}: {text}");
    }
    for (commit, why) in [
        ("0123456789012345678901234567890123456789", "pull request at `012345678901`, which is not in this clone"),
        ("", "pull request, but the review does not say which commit"),
    ] {
        let (code, _, text) = import.check(&[("olek", "APPROVED", commit)]);
        assert!(code == 1 && text.contains(&format!("`@olek` approved the {why}")), "{text}");
    }
    // Where no reviews are known, it is said who answers for it.
    let (code, found, text) = import.run(&[]);
    assert_eq!((code, found), (0, vec![ONE.to_owned()]), "{text}");
    let says = "`2` exceptions are taken over without a sign-off of their own, and merging this accepts all of";
    assert!(text.contains(says), "{text}");
    // The same entries without a line in the baseline are new ones.
    let baseline = import.ramp.read("baseline.yaml");
    let none = format!("{}entries: {{}}\n", baseline.split("entries:").next().unwrap());
    import.ramp.repo.write("baseline.yaml", &none);
    let (code, found, _) = import.check(&[("olek", "APPROVED", head)]);
    assert!(code == 1 && found.contains(&"error[approval-missing]".to_owned()), "{found:?}");
}

#[test]
fn an_approval_of_the_import_covers_nothing_that_came_after_it() {
    for (path, old, new) in [
        ("baseline.yaml", "  EXC-1:\n", "  EXC-1:\n    vague-reason: [/reason]\n"),
        ("exceptions/EXC-2.yaml", "scan-02", "every scanner"),
    ] {
        let import = Import::new(Ramp::new());
        let reviewed = import.head.clone();
        import.ramp.edit(path, old, new);
        let head = import.ramp.repo.commit("Slip in");
        let (code, found, text) = import.check(&[("olek", "APPROVED", &reviewed)]);
        assert!(code == 1 && found.contains(&UNAPPROVED.to_owned()), "{path}: {found:?}");
        assert!(
            text.contains("`@olek` approved the pull request at `") && text.contains("has been edited since"),
            "{text}"
        );
        assert_eq!(import.check(&[("olek", "APPROVED", &head)]).0, 0, "{path}");
    }
    // A baseline may be larger than any exception.
    for notes in [0, 10_000] {
        let import = Import::new(Ramp::new());
        let baseline = import.ramp.read("baseline.yaml");
        let large = "# Taken over from the old list.\n".repeat(notes) + &baseline;
        let reviewed = import.ramp.repo.write("baseline.yaml", &large).commit("Say where it is from");
        import.ramp.repo.write("README.md", "The register.\n").commit("Something else");
        let (code, found, text) = import.check(&[("olek", "APPROVED", &reviewed)]);
        assert_eq!(code, 0, "{notes} {found:?}: {text}");
    }
}

#[test]
fn anybodys_exception_with_a_baseline_of_its_own_is_not_merged_without_an_approval() {
    let ramp = Ramp::new();
    ramp.repo.branch("import");
    let days = [("decided", "2026-11-22"), ("starts", "2026-11-22")];
    ramp.repo.write("exceptions/till-drawer.yaml", &exception(&days));
    ramp.repo.write("baseline.yaml", "until: 2027-01-31\nentries: {till-drawer: {}}\n");
    let head = ramp.repo.commit("Take the till over");
    let import = Import { ramp, head };
    let (code, found, _) = import.check(&[("mei", "APPROVED", &import.head)]);
    assert_eq!((code, found), (1, vec![ONE.to_owned(), UNAPPROVED.to_owned()]));
    // Whoever brings the CODEOWNERS, too, changes nothing: the base's counts.
    import.ramp.repo.write(".github/CODEOWNERS", "* @mallory @dana\n").commit("Own it");
    let head = import.ramp.repo.rev("HEAD");
    assert_eq!(import.check(&[("mallory", "APPROVED", &head)]).0, 1);
}

#[test]
fn without_owners_somebody_else_than_the_author_must_agree() {
    let ramp = Ramp::new();
    ramp.repo.git(&["rm", "-q", ".github/CODEOWNERS"]);
    ramp.repo.commit("Without owners");
    let import = Import::new(ramp);
    let head = import.head.as_str();
    let (code, found, text) = import.check(&[]);
    assert!(code == 1 && found.contains(&UNAPPROVED.to_owned()), "{found:?}");
    assert!(text.contains("nobody but its author has approved it"), "{text}");
    assert_eq!(import.check(&[("dana", "APPROVED", head)]).0, 1);
    assert_eq!(import.check(&[("ines", "APPROVED", head)]).0, 0);
    // The change's own CODEOWNERS counts where the base has none.
    import.ramp.repo.write(".github/CODEOWNERS", "/baseline.yaml @olek @dana\n/exceptions/ @olek @dana\n");
    let head = import.ramp.repo.commit("Name owners");
    assert_eq!(import.check(&[("ines", "APPROVED", &head)]).0, 1);
    assert_eq!(import.check(&[("olek", "APPROVED", &head)]).0, 0);
}

#[test]
fn what_its_approver_alone_has_written_is_taken_over_by_nobody() {
    let ramp = Ramp::new();
    ramp.repo.write("people.yaml", "people: [{name: Hanna Vogel, handle: '@hanna', email: hanna@example.com}]\n");
    ramp.repo.commit("A roster");
    let import = Import::new(ramp);
    // Somebody else has committed it.
    assert_eq!(import.run(&[]).0, 0);
    // The event says that the approver opened the request.
    import.ramp.sheet("event.json", &import.event("hanna").to_string());
    let (code, found, _) = import.run(&["--event", "../event.json"]);
    assert!(code == 1 && found.contains(&"error[author-is-approver]".to_owned()), "{found:?}");
    // The commit says so.
    import.ramp.repo.git(&["commit", "--quiet", "--amend", "--no-edit", "--author", "Hanna <hanna@example.com>"]);
    let (code, found, text) = import.run(&[]);
    assert!(code == 1 && found.contains(&UNAPPROVED.to_owned()), "{found:?}");
    assert!(text.contains("on the word of `Hanna Vogel` alone, who wrote every commit of this change"), "{text}");
    // With an owner's approval it does not matter who carried it over.
    let head = import.ramp.repo.rev("HEAD");
    assert_eq!(import.check(&[("olek", "APPROVED", &head)]).0, 0);
}

#[test]
fn a_baseline_does_not_go_before_its_gaps_and_does_not_come_back() {
    let ramp = Ramp::imported();
    let baseline = ramp.read("baseline.yaml");
    ramp.repo.git(&["rm", "-q", "baseline.yaml"]);
    let (passes, found) = ramp.gate(&[]);
    assert!(!passes && found.contains(&"error[baseline-dropped]".to_owned()), "{found:?}");
    // Its last day over, it goes.
    let late = ramp.run(&["check", "--base", "main", "--today", "2027-02-01", "--format", "concise"]);
    assert!(!late.stdout.contains("baseline-dropped"), "{}", late.stdout);
    // Merged all the same, and brought back by the next change.
    ramp.repo.switch("main");
    ramp.repo.merge("topic");
    ramp.repo.branch("again");
    ramp.repo.write("exceptions/till-drawer.yaml", &exception(&[("removal", "")]));
    let again = "until: 2027-01-31\nentries:\n  till-drawer: {schema: [/removal]}\n";
    ramp.repo.write("baseline.yaml", again);
    let (passes, found) = ramp.gate(&[]);
    assert!(!passes && found.contains(&"error[baseline-extended]".to_owned()), "{found:?}");
    let text = ramp.run(&["check", "--base", "main", "--today", TODAY, "--format", "concise"]).stdout;
    assert!(text.contains("the baseline was removed in commit"), "{text}");
    // So is the old one itself.
    ramp.repo.git(&["rm", "-q", "exceptions/till-drawer.yaml"]);
    ramp.repo.write("baseline.yaml", &baseline);
    assert!(!ramp.gate(&[]).0);
}

/// With the saved answers, the past is held to the same: one finding for all that was taken over.
#[test]
fn an_import_that_no_owner_approved_is_found_in_the_past() {
    let unowned = "no owner of `baseline.yaml` had approved it";
    let cases: [(Option<&str>, &str, &[&str]); 6] = [
        (None, "HEAD", &["when #7 was merged, no owner of `baseline.yaml` had approved it"]),
        (Some("olek"), "HEAD", &[]),
        (
            Some("olek"),
            "HEAD~1",
            &["`@olek` had approved the pull request at `", "`, but what was taken over had been edited since"],
        ),
        // Its commit is lost, and nobody can get it back.
        (Some("olek"), "", &[]),
        (Some("mallory"), "HEAD", &["`2` exceptions are taken over without a sign-off of their own", unowned]),
        (Some("dana"), "", &[unowned]),
    ];
    for (reviewer, at, says) in cases {
        let import = Import::new(Ramp::new());
        import.ramp.edit("exceptions/EXC-2.yaml", "scan-02", "every scanner");
        let head = import.ramp.repo.commit("Widen it");
        let reviewed = if at.is_empty() { "0".repeat(40) } else { import.ramp.repo.rev(at) };
        import.ramp.repo.switch("main");
        import.ramp.repo.merge("import");
        let merge = import.ramp.repo.rev("HEAD");
        let user = |login: &str| json!({"login": login, "id": login.as_bytes()[0], "type": "User"});
        let review = |login: &str| {
            json!({"id": 1, "user": user(login), "state": "APPROVED", "commit_id": reviewed,
                "submitted_at": "2026-01-01T00:00:00Z"})
        };
        let reviews: Vec<Value> = reviewer.map(review).into_iter().collect();
        let pulls = json!([{"number": 7, "user": user("dana"), "head": {"sha": head},
            "merged_at": "2030-01-01T00:00:00Z", "merge_commit_sha": merge}]);
        let saved = [
            json!({"repository": "acme/register", "commit": merge, "page": 1, "last": true, "pulls": pulls}),
            json!({"repository": "acme/register", "pull": 7, "page": 1, "last": true, "reviews": reviews}),
        ];
        import.ramp.sheet("pulls.jsonl", &saved.map(|line| format!("{line}\n")).concat());
        let run = import.ramp.run(&["history", "--pulls", "../pulls.jsonl", "--format", "concise", "-q"]);
        assert!(run.code < 2, "{run:?}");
        let found: Vec<&str> = run.stdout.lines().filter(|line| line.contains("[merged-unapproved]")).collect();
        assert_eq!(found.len(), usize::from(!says.is_empty()), "{run:?}");
        assert!(says.iter().all(|says| run.stdout.contains(says)), "{says:?}: {run:?}");
    }
}

#[test]
fn a_baseline_may_only_get_shorter() {
    let longer: [(&str, &str, &str); 4] = [
        ("a later day", "until: 2027-01-31", "until: 2027-02-01"),
        ("another field", "  EXC-1:\n    schema: [", "  EXC-1:\n    schema: [/owner, "),
        ("another rule", "  EXC-2:\n", "  EXC-2:\n    vague-reason: [/reason]\n"),
        ("another exception", "entries:\n", "entries:\n  till-drawer: {}\n"),
    ];
    for (what, old, new) in longer {
        let ramp = Ramp::imported();
        ramp.edit("baseline.yaml", old, new);
        let (passes, found) = ramp.gate(&[]);
        assert!(!passes && found.contains(&"error[baseline-extended]".to_owned()), "{what}: {found:?}");
        // Where those who own the policy have allowed it, it is said and passes.
        let ramp = Ramp::imported();
        ramp.repo.switch("main");
        ramp.edit("stopgap.yaml", "version: 1\n", "version: 1\nrules: {baseline-extended: warning}\n");
        ramp.repo.commit("Allow it");
        ramp.repo.switch("topic");
        ramp.repo.merge("main");
        ramp.edit("baseline.yaml", old, new);
        let (passes, found) = ramp.gate(&[]);
        assert!(passes && found.contains(&"warning[baseline-extended]".to_owned()), "{what}: {found:?}");
    }
    let ramp = Ramp::imported();
    ramp.edit("baseline.yaml", "until: 2027-01-31", "until: 2026-12-31");
    assert_eq!(ramp.gate(&[]), (true, Vec::new()), "an earlier day is silent");
    ramp.edit("exceptions/EXC-2.yaml", "\nowner:\n", "\nowner: Noor Peters\n");
    ramp.edit("baseline.yaml", "/owner, ", "");
    assert_eq!(ramp.gate(&[]), (true, Vec::new()), "so is a gap that is filled and no longer named");
}

#[test]
fn each_entry_may_only_get_better_and_a_new_one_needs_everything() {
    let ramp = Ramp::imported();
    // A line that is edited for the better.
    ramp.edit(
        "exceptions/EXC-1.yaml",
        "\nremoval:\n",
        "\nremoval: Replace the printer, and take the old one off the net.\n",
    );
    assert_eq!(ramp.gate(&[]), (true, vec!["note[baseline-unused]".to_owned()]));
    ramp.repo.switch("main");
    ramp.repo.merge("topic");
    ramp.repo.branch("worse");
    // It is still named in the baseline, and must not come back all the same.
    let fixed = ramp.read("exceptions/EXC-1.yaml");
    ramp.edit("exceptions/EXC-1.yaml", "removal: Replace the printer, and take the old one off the net.", "removal:");
    let (passes, found) = ramp.gate(&[]);
    assert_eq!((passes, found), (false, vec!["error[schema]".to_owned()]));
    // Nor may another defect come.
    ramp.repo.write("exceptions/EXC-1.yaml", &fixed.replace("prn-01", "\"*\""));
    let (passes, found) = ramp.gate(&[]);
    assert!(!passes && found.contains(&"error[broad-scope]".to_owned()), "{found:?}");
    ramp.repo.write("exceptions/EXC-1.yaml", &fixed);
    ramp.repo.write(
        "exceptions/till-drawer.yaml",
        &exception(&[("removal", ""), ("decided", "2026-11-22"), ("starts", "2026-11-22")]),
    );
    let (passes, found) = ramp.gate(&[]);
    assert!(!passes && found.contains(&"error[schema]".to_owned()), "{found:?}");
}

#[test]
fn after_the_last_day_all_counts_and_until_then_nothing_but_one_warning() {
    let ramp = Ramp::imported();
    let whole = |today: &str| {
        let run = ramp.run(&["check", "--today", today, "--format", "json"]);
        (run.code, found(&run))
    };
    assert_eq!(whole(TODAY), (0, vec!["warning[baseline]".to_owned()]));
    let (code, last) = whole("2027-01-31");
    assert!(code == 0 && last.iter().all(|it| !it.starts_with("error")), "{last:?}");
    let (code, after) = whole("2027-02-01");
    assert!(code == 1 && after.iter().filter(|it| *it == "error[schema]").count() >= 6, "{after:?}");
    assert!(after.contains(&"warning[baseline]".to_owned()), "{after:?}");
    // The policy's limit is from today.
    ramp.edit("baseline.yaml", "until: 2027-01-31", "until: 2027-03-31");
    let (code, long) = whole(TODAY);
    assert_eq!((code, long), (1, vec!["warning[baseline]".to_owned(), "error[baseline-too-long]".to_owned()]));
}

#[test]
fn drift_and_conflicts_of_interest_are_never_tolerated() {
    let ramp = Ramp::new();
    ramp.sheet("sheet.csv", &SHEET.replace("Hanna Vogel,2026-11-02", "Luis Prado,2026-11-02"));
    let run = ramp.run(&["import", "../sheet.csv", "--today", TODAY, "--baseline"]);
    assert!(run.stdout.contains("error    self-approval (1)"), "{}", run.stdout);
    assert!(!ramp.read("baseline.yaml").contains("self-approval"));
    ramp.edit("baseline.yaml", "  EXC-1:\n", "  EXC-1:\n    self-approval: [/approver]\n");
    let run = ramp.run(&["check", "--today", TODAY]);
    assert!(run.code == 2 && run.stderr.contains("`self-approval` is never tolerated"), "{run:?}");
    let run = ramp.run(&["import", "../sheet.csv", "--today", TODAY, "--baseline=2028-01-01"]);
    assert_eq!(run.code, 2, "{run:?}");
    ramp.repo.write("baseline.yaml", "until: 2027-01-31\nentries: {}\n");
    ramp.repo.write("stopgap.yaml", "baseline: {max: 0d}\n");
    let run = ramp.run(&["import", "../sheet.csv", "--today", TODAY, "--baseline"]);
    assert!(run.code == 2 && run.stderr.contains("the policy allows no baseline"), "{run:?}");
}

#[test]
fn an_update_fills_what_is_missing_keeps_comments_and_replaces_nothing_that_was_approved() {
    let ramp = Ramp::imported();
    ramp.edit("exceptions/EXC-2.yaml", "owner:\n", "owner: # ask the site manager\n");
    let gaps = ramp.run(&["export", "--format", "csv", "--gaps", "--today", TODAY]);
    assert!(gaps.stdout.starts_with("id,missing,title,risk.statement,"), "{}", gaps.stdout);
    let filled = filled(&gaps.stdout).replace("Old scanner", "New scanner") + "EXC-9,,Nobody\n";
    ramp.sheet(
        "gaps.csv",
        &filled.replace(
            "EXC-9,,Nobody",
            &format!("EXC-9,,Nobody{}", ",".repeat(gaps.stdout.lines().next().unwrap().matches(',').count() - 2)),
        ),
    );
    let before = ramp.read("exceptions/EXC-2.yaml");
    let run = ramp.run(&["import", "../gaps.csv", "--update", "--today", TODAY, "--dry-run"]);
    assert_eq!((run.code, ramp.read("exceptions/EXC-2.yaml")), (2, before), "{run:?}");
    let run = ramp.run(&["import", "../gaps.csv", "--update", "--today", TODAY]);
    assert_eq!(run.code, 2, "a row is not in the register: {run:?}");
    for said in
        ["not in the register: 1", "EXC-9", "title of EXC-2 says `Old scanner` already", "filled in 2 exceptions"]
    {
        assert!(run.stdout.contains(said), "{said}\n{}", run.stdout);
    }
    let text = ramp.read("exceptions/EXC-2.yaml");
    for line in ["title: Old scanner\n", "owner: Noor Peters # ask the site manager\n", "  statement: Somebody could"] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // The default branch has the entries, so one that is complete drops out.
    let baseline = ramp.read("baseline.yaml");
    assert!(!baseline.contains("schema") && baseline.contains("term-too-long"), "{baseline}");
    assert_eq!(ramp.gate(&[]), (true, Vec::new()));
    let again = ramp.run(&["import", "../gaps.csv", "--update", "--today", TODAY]);
    assert!(again.stdout.contains("0 fields filled in 0 exceptions"), "{}", again.stdout);
    assert!(!again.stdout.contains("commit it"), "{}", again.stdout);
}

/// The change that brings a closed exception is held to the rules for live ones.
#[test]
fn the_gaps_of_a_closed_row_are_tolerated_too() {
    let row = "EXC-3,Old gateway,SYS-04 Supported systems only,Business need,gw-03,production,L,Luis Prado,Luis Prado,\
               Hanna Vogel,2026-01-02,2026-01-02,2026-03-31,closed\n";
    let ramp = Ramp::new();
    ramp.repo.branch("import");
    ramp.sheet("sheet.csv", &format!("{SHEET}{row}"));
    let run = ramp.run(&["import", "../sheet.csv", "--today", TODAY, "--baseline=2027-01-31"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(ramp.read("baseline.yaml").contains("vague-reason"), "{}", ramp.read("baseline.yaml"));
    assert_eq!(ramp.gate(&[]), (true, vec!["warning[baseline]".to_owned()]));
    // Again, before it is merged.
    let run = ramp.run(&["import", "../sheet.csv", "--today", TODAY, "--baseline=2027-01-31"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(ramp.gate(&[]), (true, vec!["warning[baseline]".to_owned()]));
}

/// Without a column of ids, namesakes are told apart by what they say, whatever the order of their rows.
#[test]
fn a_row_that_is_mended_is_not_taken_for_its_namesake() {
    let ramp = Ramp::new();
    let import = |rows: &[&str]| {
        ramp.sheet("r.csv", &format!("Title,Control,System,Reason\n{}\n", rows.join("\n")));
        ramp.run(&["import", "../r.csv", "--today", TODAY])
    };
    let one = "Old TLS,ACC-1 x,gw-1,\"The first box, and its maker\"";
    let (two, three) = ("Old TLS,ACC-2 y,gw-2,The second box", "Old TLS,ACC-3 z,gw-3,The third box");
    let broken = one.replace('"', "");
    assert_eq!(import(&[&broken, two]).code, 2);
    let control = |id: &str| {
        let text = ramp.read(&format!("exceptions/{id}.yaml"));
        text.lines().find(|line| line.starts_with("control: ")).unwrap().to_owned()
    };
    assert_eq!(control("old-tls"), "control: ACC-2 y");
    let run = import(&[one, two]);
    assert_eq!((run.code, control("old-tls-2")), (0, "control: ACC-1 x".to_owned()), "{run:?}");
    let run = import(&[three, two, one]);
    assert_eq!((run.code, control("old-tls-3")), (0, "control: ACC-3 z".to_owned()), "{run:?}");
    assert!(run.stdout.contains("already in the register: 2"), "{}", run.stdout);
    // One that was edited since is still the same.
    ramp.edit("exceptions/old-tls-2.yaml", "ACC-1 x", "ACC-9 q");
    let run = import(&[three, two, one]);
    assert!(run.stdout.contains("already in the register: 3"), "{}", run.stdout);
}

#[test]
fn an_update_with_an_id_twice_fills_neither_it_nor_another() {
    let ramp = Ramp::imported();
    fs::write(ramp.repo.path().join("exceptions/EXC-2-2.yaml"), ramp.read("exceptions/EXC-2.yaml")).unwrap();
    let before = ["EXC-2", "EXC-2-2"].map(|id| ramp.read(&format!("exceptions/{id}.yaml")));
    ramp.sheet("gaps.csv", "id,risk.statement\nEXC-2,The first one.\nexc-2,The second one.\n");
    let run = ramp.run(&["import", "../gaps.csv", "--update", "--today", TODAY]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("not read: 2") && run.stdout.contains("the id of line 3 too"), "{}", run.stdout);
    assert!(!run.stdout.contains("status"), "{}", run.stdout);
    assert_eq!(["EXC-2", "EXC-2-2"].map(|id| ramp.read(&format!("exceptions/{id}.yaml"))), before);
}

#[test]
fn what_the_items_of_a_list_lack_is_filled_as_well() {
    let sheet = SHEET
        .replace(",Status\n", ",Status,Alternatives\n")
        .replace("28,open\n", "28,open,Print in hall 2\n")
        .replace("31,open\n", "31,open,\n");
    let ramp = Ramp::imported_from(&sheet);
    let gaps = ramp.run(&["export", "--format", "csv", "--gaps", "--today", TODAY]);
    let heading = gaps.stdout.lines().next().unwrap();
    assert!(heading.contains(",alternatives.option,alternatives.rejected,"), "{}", gaps.stdout);
    assert!(gaps.stdout.contains("alternatives[0].rejected"), "{}", gaps.stdout);
    ramp.sheet(
        "gaps.csv",
        "id,alternatives.option,alternatives.rejected\nEXC-1,,The belt there is full until 9 December.\n\
         EXC-2,Scan by hand,Forty parcels a minute are too many for it.\n",
    );
    let run = ramp.run(&["import", "../gaps.csv", "--update", "--today", TODAY]);
    assert!(run.code == 0 && run.stdout.contains("filled in 2 exceptions"), "{run:?}");
    let option = |option: &str, why: &str| format!("alternatives:\n  - option: {option}\n    rejected: {why}\n");
    let first = option("Print in hall 2", "The belt there is full until 9 December.");
    assert!(ramp.read("exceptions/EXC-1.yaml").contains(&first), "{}", ramp.read("exceptions/EXC-1.yaml"));
    let second = option("Scan by hand", "Forty parcels a minute are too many for it.");
    assert!(ramp.read("exceptions/EXC-2.yaml").contains(&second), "{}", ramp.read("exceptions/EXC-2.yaml"));
    assert_eq!(ramp.gate(&[]), (true, Vec::new()));
    ramp.sheet("gaps.csv", "id,alternatives.rejected\nEXC-1,Another reason.\n");
    let run = ramp.run(&["import", "../gaps.csv", "--update", "--today", TODAY]);
    let said = "alternatives of EXC-1 says `Print in hall 2, The belt there is full until 9 December.` already";
    assert!(run.stdout.contains(said), "{}", run.stdout);
}

/// A gap is what an exception needs and lacks: what may be left out is decided on, whatever the baseline names.
#[test]
fn a_baseline_does_not_let_an_optional_field_in() {
    let ramp = Ramp::imported();
    ramp.repo.switch("main");
    let entry = ramp.read("baseline.yaml").lines().find(|line| line.contains("schema:")).unwrap().to_owned();
    ramp.edit("baseline.yaml", &entry, &entry.replacen('[', "[/covers, ", 1));
    ramp.repo.commit("Name what is no gap");
    ramp.repo.git(&["branch", "--force", "topic", "main"]);
    ramp.repo.switch("topic");
    let path = ramp.repo.git(&["ls-files", "exceptions/*.yaml"]).lines().next().unwrap().to_owned();
    let text = ramp.read(&path);
    ramp.repo.write(&path, &format!("{text}covers: [{{tool: trivy, id: CVE-2026-1}}]\n"));
    let (passes, found) = ramp.gate(&[]);
    assert!(!passes && found.contains(&"error[approved-content-changed]".to_owned()), "{found:?}");
}

/// What only the gate finds in the change that brings an exception is needed until that is merged, and nobody has caused a
/// note about it afterwards.
#[test]
fn what_the_gate_tolerates_is_not_called_unused_by_the_check() {
    let row = "EXC-3,Old gateway,SYS-04 Supported systems only,Business need,gw-03,production,L,Luis Prado,Luis Prado,\
               Hanna Vogel,2026-01-02,2026-01-02,2026-03-31,closed\n";
    let ramp = Ramp::new();
    ramp.repo.branch("import");
    ramp.sheet("sheet.csv", &format!("{SHEET}{row}"));
    let run = ramp.run(&["import", "../sheet.csv", "--today", TODAY, "--baseline=2027-01-31"]);
    assert_eq!(run.code, 0, "{run:?}");
    let check = || ramp.run(&["check", "--today", TODAY]).stdout;
    assert!(check().contains("tolerated until") && !check().contains("baseline-unused"), "{}", check());
    ramp.repo.commit("Import");
    ramp.repo.switch("main");
    ramp.repo.merge("import");
    assert!(!check().contains("baseline-unused"), "{}", check());
    // What is fixed is still named, and so is an exception that is not there.
    ramp.edit(
        "exceptions/EXC-3.yaml",
        "reason: Business need",
        "reason: The gateway waits for the new line of the carrier.",
    );
    let baseline = ramp.read("baseline.yaml").replace("  EXC-1:", "  EXC-9:\n    schema: [/removal]\n  EXC-1:");
    ramp.repo.write("baseline.yaml", &baseline);
    let said = check();
    assert!(said.contains("`vague-reason` no longer finds anything in `EXC-3`"), "{said}");
    assert!(said.contains("there is no exception `EXC-9`") && said.contains("delete the entry"), "{said}");
}

/// A baseline that only the branch has stays on it, and what is written already is not submitted for review again.
#[test]
fn the_steps_of_an_import_can_be_pasted_on_the_branch_of_an_import() {
    let ramp = Ramp::new();
    ramp.repo.branch("import");
    ramp.sheet("sheet.csv", SHEET);
    let import = |sheet: &str| ramp.run(&["import", sheet, "--today", TODAY, "--baseline=2027-01-31"]);
    assert!(import("../sheet.csv").stdout.contains("submit them for review"));
    ramp.repo.commit("Import");
    let again = import("../sheet.csv");
    assert_eq!(again.code, 0, "{again:?}");
    assert!(!again.stdout.contains("git add") && !again.stdout.contains("git switch"), "{}", again.stdout);
    ramp.sheet("more.csv", &SHEET.replace("EXC-", "EXC-7"));
    let more = import("../more.csv");
    assert!(more.stdout.contains("git add -- ") && more.stdout.contains(" baseline.yaml"), "{}", more.stdout);
    assert!(!more.stdout.contains("git switch"), "{}", more.stdout);
}

/// A live record lacks no closure, whatever the sheet has in those columns.
#[test]
fn an_update_closes_nothing_and_says_what_the_check_says() {
    let ramp = Ramp::imported();
    ramp.sheet(
        "gaps.csv",
        "id,owner,removal,closure.date,closure.by,closure.note\n\
         EXC-2,The printer team,Take the scanner down.,2026-11-20,Luis Prado,Taken down.\n",
    );
    let run = ramp.run(&["import", "../gaps.csv", "--update", "--today", TODAY]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("closure: 'EXC-2' is not closed; 'stopgap close' closes it"), "{}", run.stdout);
    assert!(!ramp.read("exceptions/EXC-2.yaml").contains("closure"), "{}", ramp.read("exceptions/EXC-2.yaml"));
    assert!(run.stdout.contains("other findings of `stopgap check`\n"), "{}", run.stdout);
    assert!(run.stdout.contains("error    owner-not-a-person (1)"), "{}", run.stdout);
    assert!(!run.stdout.contains("status-mismatch"), "{}", run.stdout);
}

#[test]
fn a_null_is_an_empty_cell_of_the_table_of_gaps() {
    let ramp = Ramp::imported();
    ramp.edit("exceptions/EXC-1.yaml", "\nremoval:\n", "\nremoval: ~\n");
    ramp.edit("exceptions/EXC-2.yaml", "\nremoval:\n", "\nremoval: null\n");
    let gaps = ramp.run(&["export", "--format", "csv", "--gaps", "--today", TODAY]);
    assert!(gaps.code == 0 && gaps.stdout.contains("removal"), "{gaps:?}");
    assert!(!gaps.stdout.contains('~') && !gaps.stdout.contains("null"), "{}", gaps.stdout);
}
