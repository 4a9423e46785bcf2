//! `--all-registers`: several registers of one repository, as one.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::git::Repo;
use crate::support::{Run, exception};

const EXPIRED: &[(&str, &str)] = &[("expires", "2026-11-20"), ("status", "active")];

/// Three registers: `apps/pay` with something expired, `apps/web` with nothing wrong, and one at the top whose policy
/// makes no sense unless `fixed`. The id `badge` is in each; what git does not know holds a fourth.
fn monorepo(fixed: bool) -> Repo {
    let repo = Repo::new();
    repo.write(".gitignore", "/build/\n").write(".github/CODEOWNERS", "* @mei @luis\n");
    repo.write("stopgap.yaml", if fixed { "version: 1\n" } else { "version: 1\nlimits: never\n" });
    repo.write("exceptions/badge.yaml", &exception(&[]));
    repo.write("apps/pay/stopgap.yaml", "version: 1\n");
    repo.write("apps/pay/exceptions/badge.yaml", &exception(EXPIRED));
    repo.write("apps/web/.github/stopgap.yaml", "version: 1\nexceptions: waivers\n");
    repo.write("apps/web/waivers/badge.yaml", &exception(&[]));
    repo.write("build/stopgap.yaml", "version: 1\nlimits: never\n");
    repo.commit("Begin");
    repo
}

fn run(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path().join("apps")).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(arguments).args(["--all-registers", "--today", "2026-11-23"]))
}

fn check(repo: &Repo, arguments: &[&str]) -> Run {
    run(repo, &[&["check"], arguments].concat())
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[test]
fn all_registers_are_judged_and_one_that_cannot_be_makes_it_two() {
    let repo = monorepo(false);
    let broken = check(&repo, &[]);
    assert_eq!(broken.code, 2, "{broken:?}");
    assert!(broken.stdout.contains("apps/pay/exceptions/badge.yaml:"), "{}", broken.stdout);
    assert!(broken.stdout.contains("2 exceptions in 2 registers, 2 live, on 2026-11-23: 1 error"), "{}", broken.stdout);
    assert!(broken.stdout.contains("\n  apps/pay: 1 error"), "{}", broken.stdout);
    assert!(
        broken.stdout.contains("the register `.` could not be judged: the policy is not usable"),
        "{}",
        broken.stdout
    );
    assert!(broken.stderr.starts_with("in the register `.`:\nerror: the policy is not usable"), "{}", broken.stderr);
    assert!(!broken.stdout.contains("build/"), "{}", broken.stdout);

    let repo = monorepo(true);
    let failed = check(&repo, &["--format", "concise"]);
    assert_eq!((failed.code, failed.stderr.as_str()), (1, ""), "{failed:?}");
    assert!(failed.stdout.starts_with("apps/pay/exceptions/badge.yaml:"), "{}", failed.stdout);
    let passed = check(&repo, &["--skip", "pay"]);
    assert_eq!(passed.code, 0, "{passed:?}");
    let top = check(&repo, &["--skip", "."]);
    assert!(top.code == 0 || !top.stderr.contains("``"), "{}", top.stderr);
    let unknown = check(&repo, &["--skip", "pax"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("did you mean `apps/pay`?"), "{unknown:?}");
    let elsewhere = check(&repo, &["--root", "pay"]);
    assert_eq!(elsewhere.code, 2, "{elsewhere:?}");
}

#[test]
fn what_keeps_a_register_from_being_judged_is_named_where_it_is() {
    let repo = monorepo(true);
    let policy = "apps/web/.github/stopgap.yaml";
    repo.write(policy, "version: 1\nexceptions: waivers\nlimits: never\nlimit: never\n");
    repo.write("apps/pay/people.yaml", "people:\n  - {name: Mei, é: 1}\n");
    let all = |format: &str| check(&repo, &["--format", format]);
    let roster = "apps/pay/people.yaml";
    let document = json(&all("json"));
    let places: Vec<String> = document["not_judged"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            assert!(
                it["message"].as_str().unwrap().contains(&format!(
                    "{}:{}:{}: ",
                    it["path"].as_str().unwrap(),
                    it["line"],
                    it["column"]
                )),
                "{it}"
            );
            format!("{}:{}:{}", it["path"].as_str().unwrap(), it["line"], it["column"])
        })
        .collect();
    assert_eq!(places, [format!("{roster}:2:17"), format!("{policy}:3:1")]);
    assert!(document["not_judged"][1]["message"].as_str().unwrap().ends_with("; 1 more problem"), "{document}");

    let gitlab = json(&all("gitlab"));
    assert_eq!(gitlab[0]["location"]["positions"]["begin"], serde_json::json!({"line": 2, "column": 17}));
    assert_eq!(gitlab[1]["location"]["path"], policy);
    let rdjson = json(&all("rdjson"));
    assert_eq!(rdjson["diagnostics"][0]["location"]["range"]["start"], serde_json::json!({"line": 2, "column": 17}));
    for (format, said) in [
        ("github", "::error title=not judged,file=apps/pay/people.yaml,line=2,col=17::"),
        ("azure", "sourcepath=apps/web/.github/stopgap.yaml;linenumber=3;columnnumber=1;]"),
        ("junit", "<testsuite name=\"apps/pay/people.yaml\""),
        ("text", "apps/pay/people.yaml:2:17: "),
        ("markdown", "apps/web/.github/stopgap.yaml:&#8203;3:&#8203;1"),
        ("sarif", "apps/pay/people.yaml:2:17: "),
    ] {
        let run = all(format);
        assert!(run.code == 2 && run.stdout.contains(said), "{format}: {}", run.stdout);
    }

    // The name of the commit that has it is no part of the path.
    let commit = repo.commit("Break two");
    fs::write(repo.path().join(roster), "people: [{name: Mei Tanaka}]\n").unwrap();
    let document = json(&check(&repo, &["--format", "json", "--at", "HEAD"]));
    assert_eq!(document["not_judged"][0]["path"], roster, "{document}");
    let said = format!("{roster}:2:17 as {} has it: ", &commit[..12]);
    assert!(document["not_judged"][0]["message"].as_str().unwrap().contains(&said), "{document}");
}

#[test]
fn each_format_is_one_document_that_names_the_register_everywhere() {
    let repo = monorepo(false);
    let document = json(&check(&repo, &["--format", "json"]));
    let finding = &document["findings"][0];
    assert_eq!((finding["register"].as_str(), finding["exception"].as_str()), (Some("apps/pay"), Some("badge")));
    assert_eq!(finding["path"], "apps/pay/exceptions/badge.yaml");
    assert_eq!(document["summary"]["exceptions"], 2);
    let registers = document["registers"].as_array().unwrap();
    let names: Vec<&str> = registers.iter().map(|it| it["register"].as_str().unwrap()).collect();
    assert_eq!(names, ["apps/pay", "apps/web"]);
    assert_eq!(
        (document["not_judged"][0]["register"].as_str(), registers[0]["findings"].as_i64()),
        (Some("."), Some(1))
    );

    let sarif = json(&check(&repo, &["--format", "sarif"]));
    let runs = sarif["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let result = &runs[0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "apps/pay/exceptions/badge.yaml");
    assert_eq!(result["properties"]["register"], "apps/pay");
    let invocation = &runs[0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let text = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("the register `.` could not be judged"), "{text}");

    let issues = json(&check(&repo, &["--format", "gitlab"]));
    let paths: Vec<&str> =
        issues.as_array().unwrap().iter().map(|it| it["location"]["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["stopgap.yaml", "apps/pay/exceptions/badge.yaml"]);

    let rdjson = json(&check(&repo, &["--format", "rdjson"]));
    let paths: Vec<&str> =
        rdjson["diagnostics"].as_array().unwrap().iter().map(|it| it["location"]["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["stopgap.yaml", "apps/pay/exceptions/badge.yaml"]);

    let junit = check(&repo, &["--format", "junit"]).stdout;
    assert!(junit.contains("<testsuites name=\"stopgap\" tests=\"2\" failures=\"1\" errors=\"1\">"), "{junit}");
    assert!(junit.contains("classname=\"apps/pay/badge\"") && junit.contains("classname=\".\""), "{junit}");
    assert_eq!(junit.matches("<?xml").count(), 1);

    let markdown = check(&repo, &["--format", "markdown"]).stdout;
    assert!(
        markdown.contains("apps/pay/exceptions/badge.yaml:") && markdown.contains("could not be judged"),
        "{markdown}"
    );
    assert_eq!(markdown.matches("| level |").count(), 1);

    let github = check(&repo, &["--format", "github"]).stdout;
    assert!(github.contains("::error title=not judged,file=stopgap.yaml,line=2,col=1::the register `.`"), "{github}");
    assert!(github.contains("file=apps/pay/exceptions/badge.yaml,"), "{github}");

    let statistics = check(&repo, &["--statistics"]);
    assert!(statistics.code == 2 && statistics.stdout.contains("1  error    expired"), "{statistics:?}");
}

#[test]
fn the_same_id_in_two_registers_is_two_findings_to_a_forge() {
    let repo = monorepo(true);
    repo.write("apps/web/waivers/badge.yaml", &exception(EXPIRED));
    for (format, pointer, field) in
        [("sarif", "/runs/0/results", "/partialFingerprints/primaryLocationLineHash"), ("gitlab", "", "/fingerprint")]
    {
        let document = json(&check(&repo, &["--format", format]));
        let found = document.pointer(pointer).unwrap().as_array().unwrap();
        let of = |at: usize| found[at].pointer(field).unwrap().as_str().unwrap().to_owned();
        assert_eq!(found.len(), 2, "{document}");
        assert_ne!(of(0).split(':').next(), of(1).split(':').next(), "{format}");
    }
}

#[test]
fn the_list_has_a_column_with_the_register() {
    let repo = monorepo(false);
    let table = run(&repo, &["list", "--columns", "register,id,left"]);
    assert_eq!(table.code, 2, "{table:?}");
    assert!(table.stdout.starts_with("REGISTER  ID     LEFT\napps/pay  badge  3 days overdue\n"), "{}", table.stdout);
    assert!(table.stdout.contains("not readable: stopgap.yaml"), "{}", table.stdout);
    let csv = run(&repo, &["list", "--format", "csv"]).stdout;
    assert!(csv.starts_with("register,id,") && csv.contains("\r\napps/web,badge,"), "{csv}");
    let document = json(&run(&repo, &["list", "--format", "json"]));
    assert_eq!(document["exceptions"][0]["register"], "apps/pay");
    assert_eq!(document["exceptions"][0]["path"], "apps/pay/exceptions/badge.yaml");
    assert_eq!(document["unreadable"][0]["register"], Value::Null);
    assert!(document["unreadable"][0]["problem"].as_str().unwrap().starts_with("the register `.` could not be read"));
    let table = run(&monorepo(true), &["list"]);
    assert_eq!((table.code, table.stderr.as_str()), (0, ""), "{table:?}");
    assert!(table.stdout.starts_with("REGISTER  LEFT"), "{}", table.stdout);
    let alone = run(&repo, &["list", "--skip", "../apps"]);
    assert!(alone.code == 2 && alone.stderr.contains("the policy is not usable"), "{alone:?}");
}

#[test]
fn the_report_and_the_reminders_are_one_for_all() {
    let repo = monorepo(false);
    for format in ["text", "markdown", "html", "json"] {
        let report = run(&repo, &["report", "--format", format]);
        assert_eq!(report.code, 2, "{report:?}");
        for told in ["apps/pay/exceptions/badge.yaml", "could not be read"] {
            assert!(report.stdout.contains(told), "{format}: {told}: {}", report.stdout);
        }
    }
    let report = json(&run(&repo, &["report", "--format", "json"]));
    assert_eq!(report["agenda"]["expired"][0]["register"], "apps/pay");
    assert_eq!((report["metrics"]["live"].as_i64(), report["metrics"]["expired"].as_i64()), (Some(2), Some(1)));
    for (format, told) in [
        ("text", "apps/pay/exceptions/badge.yaml"),
        ("markdown", "- `badge` in `apps/pay` **expired"),
        ("json", "\"register\": \"apps/pay\""),
    ] {
        let reminders = run(&repo, &["remind", "--format", format]);
        assert!(reminders.code == 2 && reminders.stdout.contains(told), "{reminders:?}");
    }
    let plan = run(&repo, &["remind", "--existing", "issues.json"]);
    assert_eq!(plan.code, 2, "{plan:?}");
}

#[test]
fn the_command_in_a_summary_leaves_out_the_same_registers() {
    let repo = monorepo(true);
    let base = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    repo.branch("ask");
    repo.write("apps/web/waivers/other.yaml", "title: x\n").commit("Ask");
    let page = check(&repo, &["--skip", "pay", "--base", "main", "--format", "markdown"]).stdout;
    let command = format!("stopgap check --today 2026-11-23 --all-registers --skip apps/pay --base {base}\n");
    assert!(page.contains(&command), "{page}");
    // It is for the top, where the folders begin.
    let words: Vec<&str> = command.trim_end().split(' ').skip(1).collect();
    let mut again = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    again.env_clear().current_dir(repo.path()).stdin(Stdio::null());
    again.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    let again = Run::of(again.args(words).args(["--format", "markdown"]));
    assert_eq!(again.stdout.lines().next(), page.lines().next(), "{again:?}");
}

#[test]
fn each_register_has_its_own_time_zone_and_limits() {
    let repo = monorepo(true);
    repo.write(
        "apps/web/.github/stopgap.yaml",
        "version: 1\nexceptions: waivers\ntimezone: Pacific/Kiritimati\nrenewals: {max: 7}\n",
    );
    repo.write("apps/web/waivers/badge.yaml", &exception(&[("expires", "2026-11-23T12:00")]));
    let document = json(&run(&repo, &["list", "--format", "json"]));
    let of = |register: &str| {
        let all = document["exceptions"].as_array().unwrap();
        all.iter().find(|it| it["register"] == register).unwrap().clone()
    };
    assert_eq!(of("apps/web")["ends_at"], "2026-11-22T22:00:00Z");
    let table = run(&repo, &["list", "--columns", "register,renewed"]).stdout;
    assert!(table.contains("apps/web  0/7") && table.contains("apps/pay  0/2"), "{table}");
}

#[test]
fn a_change_is_judged_in_every_register_and_by_its_own_base() {
    let repo = monorepo(true);
    repo.branch("change");
    repo.write("apps/web/waivers/gate.yaml", &exception(EXPIRED));
    repo.commit("Ask");
    let run = check(&repo, &["--base", "main", "--format", "json"]);
    let document = json(&run);
    assert_eq!(run.code, 1, "{run:?}");
    let gating: Vec<&str> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["gates"] == true)
        .map(|it| it["register"].as_str().unwrap())
        .collect();
    assert!(!gating.is_empty() && gating.iter().all(|register| *register == "apps/web"), "{document}");
    assert_eq!(document["base"].as_str().unwrap(), repo.rev("main"));
    let automatic = json(&check(&repo, &["--base", "auto", "--format", "json"]));
    assert_eq!(automatic["findings"], document["findings"]);
}

#[test]
fn a_register_that_the_change_adds_is_judged_and_one_that_it_removes_is_not_forgotten() {
    let repo = monorepo(true);
    repo.branch("change");
    repo.write("apps/new/stopgap.yaml", "version: 1\n").write("apps/new/exceptions/x.yaml", &exception(EXPIRED));
    repo.commit("Add");
    let added = check(&repo, &["--base", "main", "--format", "concise"]);
    assert!(added.code == 1 && added.stdout.contains("apps/new/exceptions/x.yaml:"), "{added:?}");

    for (gone, into) in [("apps/pay", Some("apps/payments")), ("apps/pay", None)] {
        let repo = monorepo(true);
        repo.branch("change");
        match into {
            Some(into) => drop(repo.git(&["mv", gone, into])),
            None => drop(repo.git(&["rm", "--quiet", "-r", gone])),
        }
        repo.commit("Move");
        let run = check(&repo, &["--base", "main"]);
        assert_eq!(run.code, 2, "{run:?}");
        let told = "the register `apps/pay` could not be judged: this change removes the register of `apps/pay`, which has 1 exception";
        assert!(run.stdout.contains(told), "{}", run.stdout);
    }
    // Only its policy goes: what is left would be judged by nobody.
    let repo = monorepo(true);
    repo.branch("change");
    repo.git(&["rm", "--quiet", "apps/pay/stopgap.yaml"]);
    repo.commit("Hide");
    let run = check(&repo, &["--base", "main"]);
    assert!(run.code == 2 && run.stdout.contains("removes the register of `apps/pay`"), "{run:?}");
    // The honest neighbour: a register without exceptions may go.
    let repo = monorepo(true);
    repo.write("apps/old/stopgap.yaml", "version: 1\n").write("apps/old/exceptions/README.md", "").commit("Begin");
    repo.branch("change");
    repo.git(&["rm", "--quiet", "-r", "apps/old"]);
    repo.commit("Tidy");
    let run = check(&repo, &["--base", "main"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn the_code_owners_of_the_top_count_for_all_and_are_one_finding() {
    let repo = monorepo(true);
    repo.write(".github/CODEOWNERS", "* @acme/security\n").commit("Own");
    repo.branch("change");
    repo.write(".github/CODEOWNERS", "# nobody\n").commit("Disown");
    let document = json(&check(&repo, &["--base", "main", "--format", "json"]));
    let found: Vec<&Value> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["rule"] == "policy-loosened" && it["gates"] == true)
        .collect();
    assert!(found.iter().all(|it| it["path"] == ".github/CODEOWNERS"), "{document}");
    let mut messages: Vec<&str> = found.iter().map(|it| it["message"].as_str().unwrap()).collect();
    messages.sort_unstable();
    let before = messages.len();
    messages.dedup();
    assert!(before > 0 && messages.len() == before, "{document}");
}

#[test]
fn fixes_are_made_in_every_register() {
    let repo = monorepo(true);
    let unquoted = exception(&[("expires", "2026/12/16")]);
    repo.write("apps/web/waivers/badge.yaml", &unquoted).write("exceptions/badge.yaml", &unquoted);
    let run = check(&repo, &["--fix"]);
    assert!(run.stdout.contains("\n., apps/web: made 1 change in 1 file\n"), "{run:?}");
    for path in ["apps/web/waivers/badge.yaml", "exceptions/badge.yaml"] {
        assert!(fs::read_to_string(repo.path().join(path)).unwrap().contains("2026-12-16"), "{path}");
    }
}

#[test]
fn submodules_and_repositories_inside_are_not_entered() {
    let repo = monorepo(true);
    let inner = repo.path().join("vendor/inner");
    fs::create_dir_all(inner.join("exceptions")).unwrap();
    fs::write(inner.join("stopgap.yaml"), "limits: never\n").unwrap();
    repo.git(&["init", "--quiet", "vendor/inner"]);
    let run = check(&repo, &["--skip", "pay"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn the_agenda_is_one_over_all_registers() {
    let repo = monorepo(true);
    repo.write("apps/web/waivers/gate.yaml", &exception(&[("owner", "Mei Tanaka"), ("approver", "Mei Tanaka")]));
    repo.write("exceptions/badge.yaml", &exception(&[("expires", "2026-12-18")]));
    repo.commit("Past the gate");
    repo.git(&["init", "--quiet", "--bare", "-b", "main", "../origin.git"]);
    repo.git(&["remote", "add", "origin", "../origin.git"]);
    repo.git(&["push", "--quiet", "-u", "origin", "main"]);
    repo.branch("ask");
    repo.write("apps/pay/exceptions/vendor.yaml", &exception(&[])).commit("Ask");
    repo.git(&["push", "--quiet", "origin", "ask"]);
    repo.git(&["switch", "--quiet", "main"]);
    let report = json(&run(&repo, &["report", "--since", "2020-01-01", "--format", "json"]));
    let of = |value: &Value| (value["register"].clone(), value["path"].clone());
    let pay = |name: &str| (Value::from("apps/pay"), Value::from(format!("apps/pay/exceptions/{name}.yaml")));
    let web = |name: &str| (Value::from("apps/web"), Value::from(format!("apps/web/waivers/{name}.yaml")));
    assert_eq!(of(&report["pending"][0]), pay("vendor"), "{}", report["pending"]);
    assert_eq!(report["pending"].as_array().unwrap().len(), 1);
    assert_eq!(of(&report["agenda"]["expired"][0]), pay("badge"));
    assert_eq!(report["agenda"]["expired"][0]["commands"][0], "stopgap close badge --root apps/pay");
    let against = report["agenda"]["against"].as_array().unwrap();
    assert!(against.iter().any(|it| of(it) == web("gate")), "{}", report["agenda"]["against"]);
    let week = report["trend"].as_array().unwrap().last().unwrap();
    assert_eq!(week["live"], report["metrics"]["live"], "{}", report["trend"]);
    let slips = report["slips"].as_array().unwrap();
    assert!(
        slips.iter().any(|it| of(it) == (Value::from("."), Value::from("exceptions/badge.yaml"))),
        "{}",
        report["slips"]
    );
    let told: Vec<String> = slips.iter().map(|it| format!("{}{}{}", it["commit"], it["path"], it["message"])).collect();
    let once: std::collections::BTreeSet<&String> = told.iter().collect();
    assert_eq!(once.len(), told.len(), "what is beside all registers is told once: {told:?}");
    for format in ["text", "markdown", "html"] {
        let shown = run(&repo, &["report", "--since", "2020-01-01", "--format", format]).stdout;
        for told in ["stopgap card vendor --root apps/pay --at origin/ask", "stopgap close badge --root apps/pay"] {
            assert!(shown.contains(told), "{format}: {told}: {shown}");
        }
    }
}

/// The commands of the agenda do what they say, at the top of the work tree.
#[test]
fn a_command_of_the_agenda_finds_the_register() {
    let repo = monorepo(true);
    repo.write("apps/web/waivers/gate.yaml", &exception(&[("owner", "Mei Tanaka"), ("approver", "Mei Tanaka")]));
    repo.write("apps/web/waivers/torn.yaml", "title: [\n").commit("Past the gate");
    let report = json(&run(&repo, &["report", "--format", "json"]));
    let mut commands: Vec<String> = Vec::new();
    for list in ["expired", "new", "expiring"] {
        let items = report["agenda"][list].as_array().unwrap().iter();
        commands
            .extend(items.flat_map(|it| it["commands"].as_array().unwrap()).map(|it| it.as_str().unwrap().to_owned()));
    }
    let findings =
        report["agenda"]["against"].as_array().unwrap().iter().flat_map(|it| it["findings"].as_array().unwrap());
    commands.extend(findings.map(|it| it["command"].as_str().unwrap().to_owned()));
    assert!(commands.len() >= 2, "{commands:?}");
    for typed in commands {
        let words: Vec<&str> = typed.split(' ').skip(1).collect();
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().current_dir(repo.path()).stdin(Stdio::null());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        let run = Run::of(command.args(words).args(["--today", "2026-11-23"]));
        // What is missing is asked for: it was found.
        let found = run.code == 0 || run.code == 1 || run.stderr.contains("missing");
        assert!(found, "{typed}: {run:?}");
    }
}

#[test]
fn all_registers_are_read_as_they_stood() {
    let repo = monorepo(true);
    let before = repo.rev("HEAD");
    // A register goes, another comes, and one exception is closed.
    repo.git(&["rm", "--quiet", "-r", "apps/pay"]);
    repo.write("apps/new/stopgap.yaml", "version: 1\n").write("apps/new/exceptions/x.yaml", &exception(EXPIRED));
    repo.write("apps/web/waivers/badge.yaml", &exception(&[("status", "rejected")])).commit("Go on");
    let names = |document: &Value| -> Vec<String> {
        let all = document["registers"].as_array().unwrap().iter();
        all.map(|it| it["register"].as_str().unwrap().to_owned()).collect()
    };
    let now = check(&repo, &["--format", "json"]);
    assert_eq!(names(&json(&now)), [".", "apps/new", "apps/web"]);
    let then = check(&repo, &["--at", &before, "--format", "json"]);
    assert_eq!(names(&json(&then)), [".", "apps/pay", "apps/web"]);
    assert_eq!(then.code, 1, "{then:?}");
    let note = format!("note: the registers as commit {} of ", &before[..12]);
    assert!(then.stderr.starts_with(&note) && then.stderr.lines().count() == 1, "{}", then.stderr);
    let list = json(&run(&repo, &["list", "--at", &before, "--format", "json"]));
    let paths: Vec<&str> =
        list["exceptions"].as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
    assert_eq!(paths.len(), 3, "{paths:?}");
    assert!(paths.contains(&"apps/pay/exceptions/badge.yaml") && paths.contains(&"apps/web/waivers/badge.yaml"));
    for command in ["report", "remind"] {
        let then = run(&repo, &[command, "--at", &before, "--format", "json"]);
        assert!(then.code == 0 && then.stdout.contains("apps/pay/exceptions/badge.yaml"), "{then:?}");
        assert!(!then.stdout.contains("apps/new/"), "{then:?}");
    }
    // What is gone counts by its last version, in its own register.
    let gone = json(&run(&repo, &["list", "--in-force", "2026-11-01..", "--skip", "new", "--format", "json"]));
    assert_eq!(gone["in_force"]["removed"].as_array().map(Vec::len), Some(0), "its register is gone too: {gone}");
    repo.git(&["rm", "--quiet", "exceptions/badge.yaml"]);
    repo.write("exceptions/README.md", "").commit("Remove");
    let gone = json(&run(&repo, &["list", "--in-force", "2026-11-01..", "--format", "json"]));
    let removed = &gone["in_force"]["removed"][0];
    assert_eq!((removed["id"].as_str(), removed["register"].as_str()), (Some("badge"), Some(".")), "{gone}");
}

#[test]
fn the_cards_of_all_registers_name_theirs() {
    let repo = monorepo(true);
    repo.branch("change");
    repo.write("apps/web/waivers/gate.yaml", &exception(&[])).write("exceptions/gate.yaml", &exception(&[]));
    repo.commit("Ask");
    let document = json(&check(&repo, &["--base", "main", "--format", "json"]));
    let cards: Vec<(&str, &str)> = document["cards"]
        .as_array()
        .unwrap()
        .iter()
        .map(|card| (card["register"].as_str().unwrap(), card["path"].as_str().unwrap()))
        .collect();
    assert_eq!(cards, [(".", "exceptions/gate.yaml"), ("apps/web", "apps/web/waivers/gate.yaml")]);
    let page = check(&repo, &["--base", "main", "--format", "markdown"]).stdout;
    assert!(page.contains("### gate in apps/web: ") && page.contains("### gate in .: "), "{page}");
}

#[test]
fn what_a_register_held_that_is_no_more_is_listed() {
    let repo = monorepo(true);
    repo.git(&["rm", "--quiet", "-r", "apps/pay"]);
    repo.commit("Remove a register");
    repo.git(&["mv", "apps/web", "apps/shop"]);
    repo.commit("Move a register");
    let listed = run(&repo, &["list", "--in-force", "2026-11-16..2026-11-20", "--format", "json"]);
    let document = json(&listed);
    let records = document["exceptions"].as_array().unwrap_or_else(|| panic!("{document}"));
    let mut paths: Vec<&str> = records.iter().map(|it| it["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["apps/pay/exceptions/badge.yaml", "apps/shop/waivers/badge.yaml", "exceptions/badge.yaml"]);
    let listed = run(&repo, &["list", "--in-force", "2026-11-16..2026-11-20", "--skip", "pay", "--format", "json"]);
    assert!(!listed.stdout.contains("apps/pay"), "{listed:?}");
}

/// Three registers with a bypass in two of them, one of which is then removed, and one that never had anything.
fn bypassed() -> Repo {
    let repo = monorepo(true);
    repo.write("apps/old/stopgap.yaml", "version: 1\n").write("apps/old/exceptions/badge.yaml", &exception(&[]));
    repo.commit("One more");
    let moved = fs::read_to_string(repo.path().join("apps/web/waivers/badge.yaml")).unwrap();
    let moved = moved.replace("\nexpires: 2026-12", "\nexpires: 2027-12");
    repo.write("apps/web/waivers/badge.yaml", &moved).commit("Longer");
    fs::remove_file(repo.path().join(".github/CODEOWNERS")).unwrap();
    repo.commit("No owners");
    fs::remove_dir_all(repo.path().join("apps/old")).unwrap();
    repo.commit("No more");
    repo
}

fn history(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path().join("apps")).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(["history", "--all-registers"]).args(arguments))
}

#[test]
fn the_history_of_all_registers_is_one() {
    let repo = bypassed();
    let found = history(&repo, &["--format", "concise"]);
    assert_eq!((found.code, found.stderr.as_str()), (1, ""), "{found:?}");
    let rules: Vec<String> = found
        .stdout
        .lines()
        .filter_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (path, rest) = rest.split_once(':')?;
            Some(format!("{path} {}", rest.split_once('[')?.1.split_once(']')?.0))
        })
        .collect();
    assert_eq!(
        rules,
        [
            "apps/web/waivers/badge.yaml expiry-moved",
            ".github/CODEOWNERS policy-loosened",
            "apps/old/exceptions/badge.yaml record-removed"
        ],
        "{}",
        found.stdout
    );
    assert!(found.stdout.contains("in 4 registers, "), "{}", found.stdout);
    assert!(found.stdout.contains("\n  apps/web: 1 error\n"), "{}", found.stdout);
    let text = history(&repo, &[]).stdout;
    assert!(text.contains(" in `apps/web` by ") && text.contains("[apps/web/waivers/badge.yaml:"), "{text}");
    let github = history(&repo, &["--format", "github"]).stdout;
    assert!(github.contains("apps/web/waivers/badge.yaml:") && github.contains(" in `apps/old` by "), "{github}");
    let document = json(&history(&repo, &["--format", "json"]));
    let of: Vec<&str> =
        document["findings"].as_array().unwrap().iter().map(|it| it["register"].as_str().unwrap()).collect();
    assert_eq!(of, ["apps/web", ".", "apps/old"]);
    let of_old = document["registers"].as_array().unwrap().iter().find(|it| it["register"] == "apps/old");
    assert_eq!(of_old, Some(&serde_json::json!({"register": "apps/old", "findings": 1})));
    assert_eq!(document["not_judged"], serde_json::json!([]));
    // A commit with decisions in two registers is one.
    repo.write("apps/pay/exceptions/lift.yaml", &exception(&[]));
    let both = repo.write("apps/web/waivers/lift.yaml", &exception(&[])).commit("Two more");
    assert_eq!(json(&history(&repo, &["--format", "json"]))["decided"], serde_json::json!([both]));
}

#[test]
fn the_history_of_all_registers_leaves_out_what_it_is_told_to() {
    let repo = bypassed();
    let skipped = history(&repo, &["--skip", "web", "--skip", "old", "--format", "concise"]);
    assert_eq!(skipped.code, 0, "{skipped:?}");
    assert!(!skipped.stdout.contains("apps/web") && !skipped.stdout.contains("apps/old"), "{}", skipped.stdout);
    // What ended before is no register that cannot be judged.
    let since = history(&repo, &["--since", "HEAD"]);
    assert_eq!((since.code, since.stderr.as_str()), (0, ""), "{since:?}");
    assert!(since.stdout.contains("in 3 registers, "), "{}", since.stdout);
    // A new register has no past yet.
    repo.write("apps/new/stopgap.yaml", "version: 1\n").write("apps/new/exceptions/badge.yaml", &exception(&[]));
    let new = history(&repo, &["--quiet"]);
    assert_eq!((new.code, new.stderr.as_str()), (1, ""), "{new:?}");
    for other in [&["--root", "web"][..], &["--policy", "x.yaml"]] {
        assert_eq!(history(&repo, other).code, 2, "{other:?}");
    }
}

#[test]
fn no_output_of_a_history_replaces_a_part_of_any_register() {
    let repo = bypassed();
    for (file, code) in
        [("json=pay/exceptions/badge.yaml", 2), ("json=web/.github/stopgap.yaml", 2), ("json=../h.json", 1)]
    {
        let run = history(&repo, &["--output", file]);
        assert_eq!(run.code, code, "{file}: {run:?}");
    }
}
