//! `stopgap evidence`: the same commits give the same bytes, and whatever was altered is named.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::git::Repo;
use crate::support::{Run, exception, schema};

const FILE: &str = "exceptions/printer.yaml";

fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().env("COLUMNS", "80").current_dir(folder).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(arguments))
}

/// An exception that is decided by Mei on 2026-01-03.
fn printer(fields: &[(&str, &str)]) -> String {
    let usual = [("decided", "2026-01-03"), ("starts", "2026-01-04"), ("expires", "2026-02-01")];
    exception(&[fields, &usual[..]].concat())
}

const RENEWAL: &str = "{requested: 2026-01-07, requester: Luis Prado, reason: The maker is late., approver: Mei Tanaka, decided: 2026-01-07, expires: 2026-03-01}";
const CLOSURE: &str = "{date: 2026-01-09, by: Luis Prado, verified_by: Mei Tanaka, note: Replaced.}";

/// A register with a merged entry, a renewal, a refusal, an edit that passed no gate, a closure, and the answers about
/// the merges.
struct Scene {
    repo: Repo,
    pulls: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let repo = Repo::new();
        let roster = "people:\n  - {name: Mei Tanaka, handle: '@mei'}\n  - {name: Luis Prado, handle: '@luis'}\n  - {name: Hanna Vogel, handle: '@hanna'}\n";
        repo.write("people.yaml", roster)
            .write("stopgap.yaml", "timezone: UTC\n")
            .write("exceptions/.keep", "")
            .commit("Begin");
        repo.branch("ask");
        let head = repo.write(FILE, &printer(&[])).commit("Ask");
        repo.switch("main");
        let merged = repo.merge("ask");
        let (renewals, closed) = (format!("[{RENEWAL}]"), [("status", "closed"), ("closure", CLOSURE)]);
        repo.commits.set(repo.commits.get() + 2);
        let renewed = repo.write(FILE, &printer(&[("renewals", &renewals)])).commit("Renew (#8)");
        repo.write("exceptions/scanner.yaml", &printer(&[("status", "rejected")])).commit("Turn down the scanner");
        repo.write("exceptions/scanner.yaml", &printer(&[("status", "rejected"), ("risk.tier", "high")]))
            .commit("Edit");
        repo.write(FILE, &printer(&[&[("renewals", renewals.as_str())], &closed[..]].concat())).commit("Close");
        let pulls = repo.sandbox.path().canonicalize().unwrap().join("pulls.jsonl");
        let scene = Self { repo, pulls };
        scene.answer(&[(7, &merged, &head, "mei"), (8, &renewed, &renewed, "mei")]);
        scene
    }

    /// Saves answers about merges: the number, the merge, the last commit and who approved it.
    fn answer(&self, merges: &[(u64, &str, &str, &str)]) {
        let mut text = String::new();
        for (number, commit, head, reviewer) in merges {
            let seconds: i64 = self.repo.git(&["show", "-s", "--format=%ct", commit]).parse().unwrap();
            let at = |before: i64| {
                chrono::DateTime::from_timestamp(seconds - before, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
            };
            let pull = json!({"number": number, "user": {"login": "luis", "id": 1, "type": "User"}, "head": {"sha": head}, "merged_at": at(0), "merge_commit_sha": commit});
            let review = json!({"id": number, "user": {"login": reviewer, "id": 2, "type": "User"}, "state": "APPROVED", "commit_id": head, "submitted_at": at(60)});
            for line in [
                json!({"repository": "acme/register", "commit": commit, "page": 1, "last": true, "pulls": [pull]}),
                json!({"repository": "acme/register", "pull": number, "page": 1, "last": true, "reviews": [review]}),
            ] {
                text.push_str(&format!("{line}\n"));
            }
        }
        fs::write(&self.pulls, text).unwrap();
    }

    fn make(&self, repo: &Repo, name: &str) -> PathBuf {
        let folder = self.repo.sandbox.path().canonicalize().unwrap().join(name);
        let arguments = ["evidence", "--from", "2026-01-03", "--to", "2026-02-10", "--pulls"];
        let run = run_in(
            repo.path(),
            &[&arguments[..], &[self.pulls.to_str().unwrap(), "--output", folder.to_str().unwrap()]].concat(),
        );
        assert_eq!(run.code, 0, "{run:?}");
        folder
    }

    fn verify(&self, repo: &Repo, pack: &Path, arguments: &[&str]) -> Run {
        run_in(repo.path(), &[&["evidence", "verify", pack.to_str().unwrap()], arguments].concat())
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
    files.map(|entry| (name(entry.path()), fs::read(entry.path()).unwrap())).collect()
}

fn records(pack: &Path, file: &str) -> Vec<Value> {
    let document: Value = serde_json::from_slice(&fs::read(pack.join(file)).unwrap()).unwrap();
    document["records"].as_array().unwrap().clone()
}

fn texts(records: &[Value], keys: &[&str]) -> Vec<String> {
    let text = |record: &Value, key: &str| record[key].as_str().map_or_else(|| record[key].to_string(), str::to_owned);
    records.iter().map(|record| keys.iter().map(|key| text(record, key)).collect::<Vec<_>>().join(" ")).collect()
}

/// Writes the manifest of a pack again, as somebody would who alters it.
fn sign_again(pack: &Path) {
    use sha2::Digest as _;
    let sums = files(pack)
        .into_iter()
        .filter(|(name, _)| name != "SHA256SUMS")
        .map(|(name, bytes)| format!("{}  {name}\n", data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(bytes))));
    fs::write(pack.join("SHA256SUMS"), sums.collect::<String>()).unwrap();
}

fn alter(pack: &Path, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(pack.join(file)).unwrap();
    assert!(text.contains(from), "{file} has no {from}: {text}");
    fs::write(pack.join(file), text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_pack_tells_everything_of_the_period() {
    let scene = Scene::new();
    let pack = scene.make(&scene.repo, "pack");
    let decisions = records(&pack, "decisions.json");
    assert_eq!(
        texts(&decisions, &["id", "what", "approver", "decided", "request", "verdict"]),
        [
            "printer the exception Mei Tanaka 2026-01-03 #7 approved",
            "printer renewal 1 Mei Tanaka 2026-01-07 #8 approved",
        ]
    );
    assert_eq!(decisions[0]["approvals"][0]["login"], json!("mei"));
    assert_eq!(decisions[0]["signatures"][0]["problem"], json!("it carries no signature"));
    let events = texts(&records(&pack, "events.json"), &["id", "what", "details"]);
    let wanted = [
        "printer added ",
        "printer renewed until 2026-03-01, approved by `Mei Tanaka`",
        "scanner refused by `Mei Tanaka` on 2026-01-03",
        "scanner edited ",
        "printer closed by `Luis Prado`, verified by `Mei Tanaka`",
    ];
    assert_eq!(events, wanted);
    let header: Value = serde_json::from_slice(&fs::read(pack.join("evidence.json")).unwrap()).unwrap();
    let milestones = texts(header["register"].as_array().unwrap(), &["name", "exceptions", "live"]);
    assert_eq!(milestones, ["start 0 0", "2026-01-31 2 0", "end 2 0"]);
    assert!(
        texts(&records(&pack, "slips.json"), &["rule"]).contains(&"unamended-change".to_owned())
            || !records(&pack, "slips.json").is_empty()
    );
    let page = fs::read_to_string(pack.join("evidence.html")).unwrap();
    for word in ["renewal 1", "refused", "Mei Tanaka", "@mei approved on"] {
        assert!(page.contains(word), "{word}: {page}");
    }
}

#[test]
fn a_finding_stands_from_the_day_it_came_to_the_day_it_went() {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "timezone: UTC\n").write(FILE, &printer(&[("expires", "2026-01-10")])).commit("Ask");
    repo.commits.set(20);
    repo.write(
        FILE,
        &printer(&[
            ("expires", "2026-01-10"),
            ("status", "closed"),
            ("closure", "{date: 2026-01-21, by: Luis Prado, verified_by: Mei Tanaka, note: Gone.}"),
        ]),
    )
    .commit("Close");
    let pack = repo.sandbox.path().canonicalize().unwrap().join("pack");
    let of = |from: &str, to: &str| {
        let _ = fs::remove_dir_all(&pack);
        let run = run_in(repo.path(), &["evidence", "--from", from, "--to", to, "--output", pack.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{run:?}");
        let found = records(&pack, "findings.json");
        let expired: Vec<Value> = found.into_iter().filter(|it| it["rule"] == "expired").collect();
        texts(&expired, &["id", "first", "last", "days", "stood_before", "standing"])
    };
    // The 10th is covered, and on the 22nd, the day of the last commit, it is closed.
    assert_eq!(of("2026-01-05", "2026-01-31"), ["printer 2026-01-11 2026-01-21 11 false false"]);
    assert_eq!(of("2026-01-15", "2026-01-18"), ["printer 2026-01-15 2026-01-18 4 true true"]);
    assert_eq!(of("2026-01-23", "2026-01-31"), [""; 0]);
    // On the day of the closure it was open only until then.
    assert_eq!(of("2026-01-22", "2026-01-31"), [""; 0]);
}

#[test]
fn two_folders_and_two_clones_give_equal_bytes() {
    let scene = Scene::new();
    let first = files(&scene.make(&scene.repo, "first"));
    assert!(first.len() > 12, "{:?}", first.keys());
    let clone = scene.repo.clone_whole();
    // What the clone, its work tree and the job's environment say must not matter.
    clone.git(&["config", "core.quotePath", "true"]);
    clone.git(&["config", "diff.renames", "copies"]);
    clone.git(&["config", "log.date", "relative"]);
    clone.git(&["config", "i18n.logOutputEncoding", "latin1"]);
    clone.write("exceptions/not-committed.yaml", "title: x\n").write("stopgap.yaml", "nonsense: 1\n");
    assert_eq!(files(&scene.make(&clone, "second")), first);
    // Commits after the period change nothing.
    scene.repo.commits.set(60);
    scene.repo.write("exceptions/later.yaml", &printer(&[])).commit("Later");
    assert_eq!(files(&scene.make(&scene.repo, "third")), first);
    for text in first.values().map(|bytes| String::from_utf8_lossy(bytes)) {
        assert!(!text.contains(scene.repo.sandbox.path().to_str().unwrap()), "{text}");
    }
    let manifest = String::from_utf8(first["SHA256SUMS"].clone()).unwrap();
    assert_eq!(manifest.lines().count(), first.len() - 1);
    let verified = scene.verify(&clone, &scene.repo.sandbox.path().canonicalize().unwrap().join("first"), &[]);
    assert_eq!(verified.code, 0, "{verified:?}");
}

#[test]
fn a_shallow_clone_is_refused_with_what_to_do() {
    let scene = Scene::new();
    let clone = scene.repo.clone_shallow(2);
    let run = run_in(clone.path(), &["evidence", "--from", "2026-01-05", "--to", "2026-01-31", "--output", "q"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("git fetch --unshallow"), "{}", run.stderr);
    assert!(!clone.path().join("q").exists());
}

#[test]
fn what_was_altered_is_named() {
    let scene = Scene::new();
    let pack = scene.make(&scene.repo, "pack");
    let check = |wanted: &[&str]| {
        let run = scene.verify(&scene.repo, &pack, &[]);
        assert_eq!(run.code, 1, "{run:?}");
        for words in wanted {
            assert!(run.stdout.contains(words), "`{words}` is not in {}", run.stdout);
        }
        fs::remove_dir_all(&pack).unwrap();
        scene.make(&scene.repo, "pack");
    };
    // One byte, with the old sums and with new ones.
    alter(&pack, "register/end.json", "Label printer", "label printer");
    check(&[
        "register/end.json: it was changed",
        "register/end.json: record 1 (printer)",
        "the pack says:",
        "the clone says:",
    ]);
    alter(&pack, "register/end.json", "Label printer", "label printer");
    sign_again(&pack);
    check(&["register/end.json: record 1 (printer), `record.title`", "\"label printer keeps"]);
    alter(&pack, "evidence.html", "renewal 1", "renewal 2");
    sign_again(&pack);
    check(&["evidence.html: line "]);
    // Files that are missing or do not belong there.
    fs::remove_file(pack.join("findings.csv")).unwrap();
    check(&["findings.csv: it is missing"]);
    fs::write(pack.join("notes.txt"), "x").unwrap();
    check(&["notes.txt: it does not belong to the pack"]);
    fs::remove_file(pack.join("slips.json")).unwrap();
    sign_again(&pack);
    check(&["slips.json: it is missing: the clone makes it"]);
    // A decision that is left out, and an approver who never was.
    let text = fs::read_to_string(pack.join("decisions.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    document["records"].as_array_mut().unwrap().remove(0);
    fs::write(pack.join("decisions.json"), document.to_string()).unwrap();
    sign_again(&pack);
    check(&["decisions.json: record 1 (printer, the exception, commit ", "the pack says:  nothing"]);
    alter(&pack, "decisions.json", "\"approver\": \"Mei Tanaka\"", "\"approver\": \"Hanna Vogel\"");
    sign_again(&pack);
    check(&[
        "decisions.json: record 1 (printer, the exception, commit ",
        "`approver`",
        "\"Hanna Vogel\"",
        "\"Mei Tanaka\"",
    ]);
    assert_eq!(scene.verify(&scene.repo, &pack, &[]).code, 0);
}

#[test]
fn a_forged_approval_is_named() {
    let scene = Scene::new();
    let (merged, renewed) = (scene.repo.rev("HEAD~4"), scene.repo.rev("HEAD~3"));
    let (head, honest) = (scene.repo.rev("HEAD~4^2"), fs::read(&scene.pulls).unwrap());
    let pack = scene.make(&scene.repo, "pack");
    // In the record of the decision alone.
    alter(&pack, "decisions.json", "\"login\": \"mei\"", "\"login\": \"hanna\"");
    sign_again(&pack);
    let run = scene.verify(&scene.repo, &pack, &[]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("record 1 (printer, the exception, commit ") && run.stdout.contains("`approvals[0].login`"),
        "{}",
        run.stdout
    );
    // In the answers too, so that the pack agrees with itself: answers fetched now say otherwise.
    scene.answer(&[(7, &merged, &head, "luis"), (8, &renewed, &renewed, "mei")]);
    let truth = fs::read(&scene.pulls).unwrap();
    fs::write(&scene.pulls, &honest).unwrap();
    let forged = scene.make(&scene.repo, "forged");
    assert_eq!(scene.verify(&scene.repo, &forged, &[]).code, 0);
    fs::write(&scene.pulls, truth).unwrap();
    let fresh = ["--pulls", scene.pulls.to_str().unwrap()];
    let run = scene.verify(&scene.repo, &forged, &fresh);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("decisions.json: record 1 (printer, the exception"), "{}", run.stdout);
    // And a pack made from that truth says that nobody else had approved it.
    let pack = scene.make(&scene.repo, "true");
    assert_eq!(records(&pack, "decisions.json")[0]["verdict"], json!("not in order"));
    assert_eq!(records(&pack, "decisions.json")[0]["objections"][0]["rule"], json!("merged-unapproved"));
    fs::write(&scene.pulls, honest).unwrap();
    assert_eq!(scene.verify(&scene.repo, &forged, &fresh).code, 0, "the honest neighbour");
}

/// Whoever gives answers of their own still wants to know whether those in the pack are what they seem.
#[test]
fn answers_of_the_pack_that_are_not_those_given_are_named() {
    let scene = Scene::new();
    let pack = scene.make(&scene.repo, "pack");
    let (answers, honest) = (pack.join("pulls.jsonl"), fs::read_to_string(&scene.pulls).unwrap());
    let fresh = ["--pulls", scene.pulls.to_str().unwrap()];
    let lines: Vec<&str> = honest.lines().collect();
    let mei = "\"login\":\"mei\"";
    assert!(honest.contains(mei), "{honest}");
    for (own, wanted) in [
        (Some("nonsense\n".to_owned()), "pulls.jsonl: it is not a pull-request file: line 1 is not an object"),
        (Some(honest.replacen(mei, "\"login\":\"zoe\"", 1)), "pulls.jsonl: its data for review 7 of pull request #7"),
        (Some(lines[1..].join("\n")), "pulls.jsonl: the pack cannot be regenerated from it: "),
        (Some(honest.trim_end().to_owned()), "pulls.jsonl: line "),
        (None, "pulls.jsonl: it is missing: "),
    ] {
        match &own {
            Some(own) => fs::write(&answers, own).unwrap(),
            None => fs::remove_file(&answers).unwrap(),
        }
        // The manifest names it first, and only that.
        let run = scene.verify(&scene.repo, &pack, &fresh);
        assert_eq!((run.code, run.stdout.matches("pulls.jsonl: ").count()), (1, 1), "{run:?}");
        sign_again(&pack);
        let run = scene.verify(&scene.repo, &pack, &fresh);
        assert_eq!(run.code, 1, "{wanted}: {run:?}");
        assert!(run.stdout.contains(wanted) && !run.stdout.contains("byte for byte"), "{wanted}: {run:?}");
        fs::write(&answers, &honest).unwrap();
        sign_again(&pack);
    }
    // Answers in another order, with one that came later.
    let later = r#"{"id":99,"user":{"login":"zoe","id":3,"type":"User"},"state":"COMMENTED","submitted_at":"2026-11-01T10:00:00Z"}"#;
    let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let reviewed = lines.iter_mut().find(|line| line.contains("\"reviews\":[")).unwrap();
    *reviewed = reviewed.replace("\"reviews\":[", &format!("\"reviews\":[{later},"));
    lines.reverse();
    fs::write(&scene.pulls, lines.join("\n")).unwrap();
    let run = scene.verify(&scene.repo, &pack, &fresh);
    assert_eq!((run.code, run.stdout.contains("byte for byte")), (0, true), "{run:?}");
}

#[test]
fn answers_that_were_cut_are_named_by_the_manifest() {
    let scene = Scene::new();
    let pack = scene.make(&scene.repo, "pack");
    let answers = pack.join("pulls.jsonl");
    let whole = fs::read_to_string(&answers).unwrap();
    fs::write(&answers, &whole[..whole.len() / 2]).unwrap();
    let run = scene.verify(&scene.repo, &pack, &[]);
    assert!(run.code == 1 && run.stdout.contains("pulls.jsonl"), "{run:?}");
}

#[test]
fn a_missing_commit_and_a_rewritten_history_are_named() {
    let scene = Scene::new();
    let pack = scene.make(&scene.repo, "pack");
    let clone = scene.repo.clone_whole();
    // The last commit is missing.
    clone.git(&["checkout", "--quiet", "--detach", "HEAD~1"]);
    for name in ["refs/remotes/origin/main", "refs/heads/main"] {
        clone.git(&["update-ref", name, "HEAD"]);
    }
    let run = scene.verify(&clone, &pack, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("evidence.json: `head`"), "{}", run.stdout);
    assert!(run.stdout.contains("events.json: record 5 (printer, closed, commit "), "{}", run.stdout);
    // Somebody else's history: the same files, other commits.
    let run = {
        let other = scene.repo.clone_whole();
        other.git(&["switch", "--quiet", "main"]);
        other.git(&["filter-branch", "--msg-filter", "sed s/Renew/Extend/", "--", "main"]);
        other.git(&["update-ref", "refs/remotes/origin/main", "main"]);
        scene.verify(&other, &pack, &[])
    };
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("the default branch did not have that commit"), "{}", run.stdout);
    // The answers of the pack are about commits that are gone, so the steps tell where it begins.
    assert!(run.stdout.contains("events.json: record 2 (printer, renewed, commit "), "{}", run.stdout);
}

#[test]
fn hostile_texts_do_nothing_and_each_file_fits_the_schema() {
    let repo = Repo::new();
    let hostile = "</p><script>x</script> ::error::x =HYPERLINK(1) \\u{1b}[2J @mei ]]> -->";
    let quoted = format!("\"{}\"", hostile.replace('\\', "\\\\").replace('"', "\\\""));
    let formula = "'=cmd|x'";
    repo.write("stopgap.yaml", "timezone: UTC\n").commit("Begin");
    repo.write(FILE, &printer(&[("title", &quoted), ("reason", &quoted), ("approver", formula), ("owner", formula)]))
        .commit("=1+1 </td><script>alert(1)</script> \u{1b}[2J (#1)");
    repo.write(FILE, &printer(&[("title", &quoted), ("approver", "'@x'"), ("risk.tier", "high")])).commit("Tidy");
    let pack = repo.sandbox.path().canonicalize().unwrap().join("pack");
    let run = run_in(
        repo.path(),
        &["evidence", "--from", "2026-01-01", "--to", "2026-02-28", "--output", pack.to_str().unwrap()],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let validator = schema::closed("evidence");
    let mut seen = 0;
    for (name, bytes) in files(&pack) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains('\u{1b}'), "{name}");
        if name.ends_with(".csv") {
            for record in csv::Reader::from_reader(text.as_bytes()).records() {
                for cell in record.unwrap().iter().filter(|cell| cell.parse::<i64>().is_err()) {
                    assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}: {cell}");
                }
            }
        }
        if name.ends_with(".html") {
            assert_eq!(text.matches("<script>").count(), 1, "{text}");
            assert!(!text.contains("<script>alert") && !text.contains("<script>x"));
        }
        if name.ends_with(".json") && !name.starts_with("schema/") && !name.starts_with("oscal/") {
            let mut document: Value = serde_json::from_str(&text).unwrap();
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert_eq!(errors, [""; 0], "{name}: {document}");
            document["kind"] = json!("invented");
            assert!(!validator.is_valid(&document));
            seen += 1;
        }
    }
    assert!(seen >= 7, "{seen}");
    assert_eq!(run_in(repo.path(), &["evidence", "verify", pack.to_str().unwrap()]).code, 0);
}

#[test]
fn a_wrong_period_and_a_folder_that_holds_something_are_refused() {
    let scene = Scene::new();
    let of = |from: &str, to: &str, output: &str| {
        let run = run_in(scene.repo.path(), &["evidence", "--from", from, "--to", to, "--output", output]);
        assert_eq!(run.code, 2, "{run:?}");
        run.stderr
    };
    assert!(of("2026-02-01", "2026-01-01", "q").contains("the period ends before that, with `--to 2026-01-01`"));
    assert!(of("2026-01-01", "2999-01-01", "q").contains("`--to"));
    assert!(of("soon", "2026-01-31", "q").contains("`--from soon`"));
    assert!(of("2025-01-01", "2025-12-31", "q").contains("`--to 2025-12-31` is before the first commit"));
    assert!(of("2026-01-01", "2026-01-31", "exceptions").contains("is not an empty folder"));
    assert!(of("2026-01-01", "2026-01-31", "exceptions/pack").contains("exceptions/pack"));
    assert_eq!(run_in(scene.repo.path(), &["evidence", "--to", "2026-01-31", "--output", "q"]).code, 2);
    assert_eq!(run_in(scene.repo.path(), &["evidence", "verify", "nothing"]).code, 2);
    assert_eq!(run_in(scene.repo.path(), &["evidence", "verify", "exceptions"]).code, 2);
}

#[cfg(unix)]
#[test]
fn a_temporary_folder_that_cannot_be_used_is_named() {
    let scene = Scene::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(scene.repo.path()).stdin(Stdio::null()).env("TMPDIR", "/nonexistent");
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    let run = Run::of(command.args(["evidence", "--from", "2026-01-05", "--to", "2026-01-31", "--output", "q"]));
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("cannot write to the temporary folder `/nonexistent`: No such file"), "{run:?}");
    assert!(run.stderr.contains("help: set `TMPDIR` to a folder"), "{run:?}");
}

/// Makes a pack of a period, at the root's end of the sandbox.
fn pack_of(repo: &Repo, name: &str, (from, to): (&str, &str), more: &[&str]) -> (Run, PathBuf) {
    let pack = repo.sandbox.path().canonicalize().unwrap().join(name);
    let arguments = ["evidence", "--from", from, "--to", to, "--output", pack.to_str().unwrap()];
    (run_in(repo.path(), &[&arguments[..], more].concat()), pack)
}

#[test]
fn what_is_put_back_as_it_was_is_an_event() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[])).commit("Ask");
    fs::remove_file(repo.path().join(FILE)).unwrap();
    repo.write("exceptions/.keep", "").commit("Remove");
    repo.write(FILE, &printer(&[])).commit("Put back");
    fs::remove_file(repo.path().join(FILE)).unwrap();
    repo.commit("Remove");
    repo.write(FILE, &printer(&[("removal", "Install it.")])).commit("Put back otherwise");
    let (_, pack) = pack_of(&repo, "pack", ("2026-01-01", "2026-01-31"), &[]);
    let events = texts(&records(&pack, "events.json"), &["id", "what"]);
    let wanted =
        ["printer added", "printer removed", "printer added", "printer removed", "printer added", "printer edited"];
    assert_eq!(events, wanted);
}

fn header(pack: &Path) -> Value {
    serde_json::from_slice(&fs::read(pack.join("evidence.json")).unwrap()).unwrap()
}

#[test]
fn where_there_was_no_register_there_is_no_pack() {
    let period = ("2026-01-01", "2026-01-31");
    let refused = |repo: &Repo, words: &str| {
        let (run, pack) = pack_of(repo, "pack", period, &[]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(words) && !pack.exists(), "{words}: {run:?}");
    };
    let repo = Repo::new();
    repo.write("README.md", "x\n").commit("Begin");
    refused(&repo, "no register: the folder `exceptions`");
    repo.write("a/stopgap.yaml", "version: 1\n").write("a/exceptions/x.yaml", &printer(&[])).commit("Below");
    refused(&repo, "no register: the folder `exceptions`");
    repo.write("stopgap.yaml", "exceptions: waivers\n").commit("A folder that is not there");
    refused(&repo, "no register: the folder `waivers`");
    let link = format!("160000,{},waivers", repo.rev("HEAD"));
    repo.git(&["update-index", "--add", "--cacheinfo", &link]);
    repo.commits.set(repo.commits.get() + 1);
    repo.git(&["commit", "--quiet", "-m", "A submodule"]);
    refused(&repo, "`waivers` is a submodule");
}

#[test]
fn a_register_that_went_in_the_period_is_told_of() {
    let repo = Repo::new();
    repo.write(FILE, &printer(&[])).commit("Ask");
    fs::remove_dir_all(repo.path().join("exceptions")).unwrap();
    let gone = repo.commit("Remove everything")[..12].to_owned();
    repo.write("README.md", "x\n").commit("Go on");
    let (run, pack) = pack_of(&repo, "gone", ("2026-01-01", "2026-01-31"), &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let remark = format!(
        "there was no register from 2026-01-03 to the end of the period: commit {gone} has no folder `exceptions`"
    );
    assert!(run.stdout.contains(&remark), "{run:?}");
    assert_eq!(header(&pack)["remarks"][0], json!(remark));
    repo.write(FILE, &printer(&[])).commit("Put it back");
    let (run, _) = pack_of(&repo, "back", ("2026-01-01", "2026-01-31"), &[]);
    assert!(run.stdout.contains("there was no register from 2026-01-03 to 2026-01-04"), "{run:?}");
    let (run, _) = pack_of(&repo, "between", ("2026-01-04", "2026-01-04"), &[]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn a_period_before_the_first_commit_has_no_milestones() {
    let repo = Repo::new();
    repo.write("README.md", "x\n").commit("Begin");
    repo.commits.set(35);
    repo.write(FILE, &printer(&[])).commit("Ask");
    let (run, pack) = pack_of(&repo, "pack", ("0001-01-01", "2026-03-10"), &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let document = header(&pack);
    let names = texts(document["register"].as_array().unwrap(), &["name", "exceptions"]);
    assert_eq!(names, ["start 0", "2026-02-28 1", "end 1"]);
    assert!(run.stdout.contains("1 finding was open") || !run.stdout.contains("1 finding were"), "{run:?}");
}

#[test]
fn a_commit_at_the_boundary_is_in_one_pack_whatever_becomes_of_the_time_zone() {
    for (before, after) in [("UTC", "America/Los_Angeles"), ("America/Los_Angeles", "UTC")] {
        let repo = Repo::new();
        let zone = |zone: &str| format!("timezone: {zone}\n");
        repo.write("stopgap.yaml", &zone(before)).write(FILE, &printer(&[])).commit("Ask");
        repo.commits.set(3);
        // At midnight in UTC the 5th begins; in California it is the 4th.
        let sneaked = repo.write(FILE, &printer(&[("risk.tier", "high")])).commit("Sneak");
        repo.commit("Nothing");
        repo.write("stopgap.yaml", &zone(after)).commit("Move");
        repo.commits.set(20);
        repo.commit("Nothing");
        let slips = |name: &str, period: (&str, &str)| {
            let (run, pack) = pack_of(&repo, name, period, &[]);
            assert_eq!(run.code, 0, "{run:?}");
            let slips = records(&pack, "slips.json");
            let own = slips.iter().filter(|it| it["rule"] == "approved-content-changed");
            assert!(own.clone().all(|it| it["commit"]["id"] == json!(sneaked)));
            (own.count(), run)
        };
        let (one, _) = slips("one", ("2026-01-01", "2026-01-04"));
        let (other, run) = slips("other", ("2026-01-05", "2026-01-15"));
        assert_eq!(one + other, 1, "{before}");
        assert!(run.stdout.contains(&format!("it begins in {before}, and its days and its end are those of {after}")));
    }
}

/// The dates of a record are days of the time zone that was in force when they were written.
#[test]
fn a_later_time_zone_invents_no_findings_on_earlier_days() {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "timezone: UTC\n").write("exceptions/.keep", "").commit("Begin");
    // At midnight in UTC the 3rd begins; in California it is the 2nd.
    repo.write(FILE, &printer(&[("starts", "2026-01-03")])).commit("Ask");
    repo.write("stopgap.yaml", "timezone: America/Los_Angeles\n").commit("Move");
    let (run, pack) = pack_of(&repo, "pack", ("2026-01-01", "2026-01-04"), &[]);
    let found: Vec<Value> = records(&pack, "findings.json").iter().map(|it| it["rule"].clone()).collect();
    assert!(!found.contains(&json!("dates-out-of-order")), "{found:?} {run:?}");
}

#[test]
fn an_exception_from_another_register_is_an_event_and_a_decision_of_the_one_that_gets_it() {
    let repo = Repo::new();
    for root in ["a", "b"] {
        repo.write(&format!("{root}/stopgap.yaml"), "timezone: UTC\n").write(&format!("{root}/exceptions/.keep"), "");
    }
    repo.commit("Begin");
    repo.write(&format!("a/{FILE}"), &printer(&[])).commit("Ask");
    repo.git(&["mv", &format!("a/{FILE}"), &format!("b/{FILE}")]);
    repo.commit("Move");
    let (_, pack) = pack_of(&repo, "b", ("2026-01-01", "2026-01-31"), &["--root", "b"]);
    let [event] = records(&pack, "events.json").try_into().unwrap();
    let from = format!("from `../a/{FILE}`");
    assert_eq!((&event["what"], &event["details"]), (&json!("added"), &json!(from)), "{event}");
    assert_eq!(records(&pack, "decisions.json").len(), 1);
}

#[test]
fn a_pack_names_its_root_and_is_verified_from_anywhere_in_the_clone() {
    let repo = Repo::new();
    for root in ["a", "b"] {
        repo.write(&format!("{root}/stopgap.yaml"), "timezone: UTC\n");
        repo.write(&format!("{root}/{FILE}"), &printer(&[]));
    }
    repo.commit("Ask");
    let (run, pack) = pack_of(&repo, "a", ("2026-01-01", "2026-01-31"), &["--root", "a"]);
    assert!(run.code == 0 && run.stdout.contains("of the register in `a`"), "{run:?}");
    assert_eq!(header(&pack)["root"], json!("a"));
    let verify = |folder: &str, more: &[&str]| {
        run_in(&repo.path().join(folder), &[&["evidence", "verify", pack.to_str().unwrap()], more].concat())
    };
    for (folder, more) in [("", &[][..]), ("b", &[]), ("", &["--root", "a"]), ("a", &["--root", "."])] {
        let run = verify(folder, more);
        assert_eq!(run.code, 0, "{folder} {more:?}: {run:?}");
    }
    let run = verify("", &["--root", "b"]);
    assert!(run.code == 2 && run.stderr.contains("whose root is `a`"), "{run:?}");
    fs::create_dir(pack.join("more")).unwrap();
    let run = verify("", &[]);
    assert!(run.code == 1 && run.stdout.starts_with("more/: it is an empty folder"), "{run:?}");
    fs::remove_dir(pack.join("more")).unwrap();
    alter(&pack, "evidence.json", "\"root\": \"a\"", "\"root\": \"../a\"");
    let run = verify("", &[]);
    assert!(run.code == 2 && run.stderr.contains("its root is not a folder"), "{run:?}");
}
