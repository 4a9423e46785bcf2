//! Foreign registers become exception files: nothing is lost, nothing is made up, and what is
//! missing is what `check` then names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use stopgap::internal::schema::{Schema, Shipped};
use stopgap::internal::yaml;

use crate::support::git::Repo;
use crate::support::{Run, Sandbox, TODAY, exception};

/// Imports a file of the sandbox on [`TODAY`].
fn import(sandbox: &Sandbox, file: &str, arguments: &[&str]) -> Run {
    let mut command = sandbox.command();
    command.arg("import").arg(file).arg("--root").arg(sandbox.path("")).args(["--today", TODAY]);
    Run::of(command.args(arguments))
}

fn import_json(sandbox: &Sandbox, file: &str, arguments: &[&str]) -> Value {
    let run = import(sandbox, file, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// Imports a text on its own and returns the result with the files that it wrote.
fn imported(name: &str, text: impl AsRef<[u8]>, arguments: &[&str]) -> (Run, BTreeMap<String, String>) {
    let sandbox = Sandbox::new();
    sandbox.file(name, text);
    let run = import(&sandbox, name, arguments);
    (run, files(&sandbox))
}

/// Returns the texts of the register's files by their name.
fn files(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let folder = walkdir::WalkDir::new(sandbox.path("exceptions")).into_iter().flatten();
    let files = folder.filter(|entry| entry.file_type().is_file());
    files.map(|it| (it.file_name().to_string_lossy().into_owned(), fs::read_to_string(it.path()).unwrap())).collect()
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import").join(name)).unwrap()
}

/// A spreadsheet as a German Excel exports it: a mark, a title, semicolons, texts over two lines, Excel's numbers for
/// dates, and some dirt.
fn sheet(rows: usize) -> String {
    const TIERS: [&str; 4] = ["Hoch", "Mittel", "Niedrig", "Kritisch"];
    const PEOPLE: [&str; 4] = ["Dana Ortiz", "Zoë Krüger <zoe@example.com>", "olek@example.com", "Jörg Müller"];
    let mut text = "\u{feff}Ausnahmeregister;;;;;;;;;;;;\r\n\r\nAusnahme-Nr.;Titel;Richtlinie;Begründung;\
        Betroffenes System;Umgebung;Risiko;Antragsteller/in;Verantwortlich;Genehmigt von;Genehmigt am;Status;Gültig bis;Bemerkung\r\n"
        .to_owned();
    for row in 1..=rows {
        let person = |offset: usize| PEOPLE[(row + offset) % PEOPLE.len()];
        let owner = if row % 25 == 0 { "" } else { person(1) };
        let end = match row % 10 {
            0 => "46349".to_owned(),
            1 => "bis auf Weiteres".to_owned(),
            2 => String::new(),
            _ => format!("{:02}.12.2026 00:00", row % 28 + 1),
        };
        let note = if row % 7 == 0 { "\"erste Zeile\nzweite; mit \"\"Zitat\"\"\"" } else { "" };
        let _ = write!(
            text,
            "AUS-{row:04};Gerät {row} behält die alte Firmware;KRY-04 Firmware ist unterstützt;\
             \"Das Teil w{row}x für\nGerät y{row}z kommt erst später\";Gerät {row} in Halle {};Produktion;{};{};{owner};{};15.11.2026;Offen;{end};{note}\r\n",
            row % 9,
            TIERS[row % 4],
            person(0),
            person(2),
        );
        if row % 100 == 0 {
            text.push_str(";;;;;;;;;;;;;\r\n");
        }
    }
    text
}

#[test]
fn a_spreadsheet_of_500_rows_is_imported_in_one_go_and_check_names_exactly_its_gaps() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path(".git")).unwrap();
    sandbox.file("register.csv", sheet(500));
    let expected = import_json(&sandbox, "register.csv", &["--dry-run", "--folder", "2026/q4"]);
    assert!(!sandbox.path("exceptions").exists(), "a dry run wrote something");
    let prefixed = import_json(&sandbox, "register.csv", &["--dry-run", "--folder", "exceptions/2026/q4"]);
    assert_eq!(prefixed, expected);
    let run = import(&sandbox, "register.csv", &["--folder", "2026/q4"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    for said in [
        "csv, UTF-8, separated by a semicolon, header in line 3, 500 entries",
        "line 1 is above the header and is left out: `Ausnahmeregister`",
        "Gültig bis          expires",
        "numbers are Excel's (1900 system): `46349`",
        "`Kritisch` is high, and kept as `x-risiko` (125)",
        "500 files written to exceptions/2026/q4",
        "exceptions/2026/q4/AUS-0001.yaml (line 4): risk.statement, alternatives, removal, starts, expires",
        "and 495 more: --verbose",
        "expires            100  AUS-0001, AUS-0002, AUS-0011, …",
        "owner               20  AUS-0025, AUS-0050, AUS-0075, …",
        "stopgap check exceptions/2026/q4",
        "       git switch -c import-exceptions &&\n       git add -- exceptions/2026/q4 &&\n",
    ] {
        assert!(run.stdout.contains(said), "{said}\n{}", run.stdout);
    }
    assert!(run.stdout.lines().count() < 100, "500 rows must stay readable");

    let checked: Value = serde_json::from_str(&sandbox.check(&["--format", "json"]).stdout).unwrap();
    let mut named: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for finding in checked["findings"].as_array().unwrap() {
        let message = finding["message"].as_str().unwrap();
        if finding["rule"] == "schema" {
            let field = message.strip_suffix(" is empty").unwrap_or_else(|| panic!("{message}"));
            let id = finding["exception"].as_str().unwrap();
            named.entry(id).or_default().insert(field.trim_matches('`').to_owned());
        }
    }
    let entries = expected["entries"].as_array().unwrap();
    assert_eq!((entries.len(), named.len()), (500, 500));
    for entry in entries {
        let missing = entry["missing"].as_array().unwrap().iter().map(|field| field.as_str().unwrap().to_owned());
        assert_eq!(named[entry["id"].as_str().unwrap()], missing.collect(), "{entry}");
    }
    assert_eq!(checked["summary"]["exceptions"], 500);

    let files = files(&sandbox);
    let one = &files["AUS-0007.yaml"];
    for line in [
        "title: Gerät 7 behält die alte Firmware\n",
        "reason: Das Teil w7x für Gerät y7z kommt erst später\n",
        "  tier: high\n",
        "requester: Jörg Müller\n",
        "owner: Dana Ortiz\n",
        "approver: zoe@example.com\n",
        "decided: 2026-11-15\n",
        "status: active\n",
        "expires: 2026-12-08\n",
        "x-bemerkung: \"erste Zeile\\nzweite; mit \\\"Zitat\\\"\"\n",
    ] {
        assert!(one.contains(line), "{line}{one}");
    }
    assert!(files["AUS-0010.yaml"].contains("expires: 2026-11-23\n"));
    let open = &files["AUS-0011.yaml"];
    assert!(open.contains("expires:\n") && open.contains("x-gueltig-bis: bis auf Weiteres\n"), "{open}");

    let again = import(&sandbox, "register.csv", &["--folder", "elsewhere"]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    assert!(
        again.stdout.contains("left out, already in the register: 500")
            && again.stdout.contains("nothing new to write")
    );
    assert!(!sandbox.path("exceptions/elsewhere").exists());
}

#[test]
fn windows_1252_and_utf_16_give_the_same_files_as_utf_8() {
    let text = sheet(20);
    let (_, expected) = imported("a.csv", &text, &[]);
    assert_eq!(expected.len(), 20);
    let plain = text.trim_start_matches('\u{feff}');
    let single: Vec<u8> = plain.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let double: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [single, double] {
        let (run, files) = imported("a.csv", bytes, &[]);
        assert_eq!(files, expected, "{}", run.stdout);
    }
}

#[test]
fn rows_that_cannot_be_read_are_listed_and_the_others_are_written() {
    let text = "Title,Owner,Reason,Status,Valid until\na,x,\"one\",Open,2026-12-01\nb,x,one, two,Open,2026-12-01\n\
        Total: 3,,,,\na,x,\"one\",Open,2026-12-01\nTitle,Owner,Reason,Status,Valid until\nc,#REF!,three,Pending,2026-12-01\n\"d,x,four,Open,2026-12-01\n";
    let (run, files) = imported("r.csv", text, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    for said in [
        "line 3: it has 6 cells and the header 5",
        "1 row is a total and is left out: line 4, `Total: 3`",
        "line 5 repeats line 2",
        "1 row repeats the header again, first in line 6",
        "`#REF!` is a spreadsheet error; kept as `x-owner`",
        "1 row is not decided yet and left without a status",
        "line 8: a quote that opens in this row is never closed",
        "fix what could not be read in r.csv",
    ] {
        assert!(run.stdout.contains(said), "{said}\n{}", run.stdout);
    }
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.yaml", "c.yaml"]);
    assert!(files["c.yaml"].contains("status:\n") && files["c.yaml"].contains("x-status: Pending"));
}

#[test]
fn an_order_of_dates_is_proven_or_asked_for() {
    let text =
        |end: &str| format!("Title,Owner,Approval date,Valid until\na,x,03/04/2026,{end}\nb,y,05/06/2026,04/05/2027\n");
    let (run, files) = imported("r.csv", text("04/05/2027"), &[]);
    assert_eq!((run.code, files.len()), (2, 0));
    assert!(run.stderr.contains("`03/04/2026` (line 2), which is ambiguous"), "{}", run.stderr);
    assert!(run.stderr.contains("--date-order dmy"), "{}", run.stderr);
    assert!(run.stdout.contains("Valid until    expires       2"), "the columns come first: {}", run.stdout);
    for (arguments, end, expected) in [
        (&["--date-order", "dmy"][..], "04/05/2027", ["decided: 2026-04-03", "expires: 2027-05-04"]),
        (&["--date-order", "mdy"][..], "04/05/2027", ["decided: 2026-03-04", "expires: 2027-04-05"]),
        // The other column of the same sheet decides.
        (&[][..], "23/05/2027", ["decided: 2026-04-03", "expires: 2027-05-23"]),
        (&[][..], "05/23/2027", ["decided: 2026-03-04", "expires: 2027-05-23"]),
    ] {
        let (run, files) = imported("r.csv", text(end), arguments);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(expected.iter().all(|line| files["a.yaml"].contains(line)), "{end}: {}", files["a.yaml"]);
    }
}

#[test]
fn a_date_beside_another_weekday_is_kept_and_named() {
    let text = "Title;Owner;Approval date;Valid until\na;x;Fri 20 Nov 2026;Thursday 4 December 2026\n";
    let (run, files) = imported("r.csv", text, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let said = "`Thursday 4 December 2026` is not one day: `2026-12-04` is a Friday, not a Thursday; kept as";
    assert!(run.stdout.contains(said), "{}", run.stdout);
    let file = &files["a.yaml"];
    assert!(
        file.contains("decided: 2026-11-20\n") && file.contains("x-valid-until: Thursday 4 December 2026"),
        "{file}"
    );
}

#[test]
fn the_user_decides_what_a_column_is_and_what_all_have() {
    let text = "Thing;Who;Until;Secret;CC\nTill stays;Dana Ortiz;2026-12-01;s3cret;4711\nScale stays;;2026-12-02;;\n";
    let arguments = [
        "--map",
        "title=Thing",
        "--map",
        "owner=who",
        "--map",
        "expires=Until",
        "--map",
        "ignore=Secret",
        "--map",
        "x-cost-centre=CC",
        "--set",
        "owner=@dana",
        "--set",
        "environment=production",
        "--set",
        "x-source=grc",
    ];
    let (run, files) = imported("r.csv", text, &arguments);
    assert_eq!(run.code, 0, "{run:?}");
    let (till, scale) = (&files["till-stays.yaml"], &files["scale-stays.yaml"]);
    assert!(till.contains("owner: Dana Ortiz\n") && till.contains("x-cost-centre: \"4711\"\n"), "{till}");
    assert!(scale.contains("owner: \"@dana\"\n") && scale.contains("environment: production\n"), "{scale}");
    assert!(!till.contains("s3cret") && till.contains("x-source: grc"), "{till}");

    for (arguments, said) in [
        (["--map", "expires=Untill"], "did you mean `Until`?"),
        (["--map", "expired_at=Until"], "did you mean `expires`?"),
        (["--map", "Until"], "does not have the form"),
        (["--set", "approver=@olek"], "decisions are never made up"),
        (["--set", "decided=2026-11-01"], "decisions are never made up"),
        (["--set", "risk.tier=medium"], "did you mean `moderate`?"),
        (["--set", "expires=01/12/2026"], "could be two different days"),
        (["--folder", "../x"], "must be in the register"),
        (["--folder", "/x"], "must be in the register"),
        (["--folder", "x/.git/y"], "git tracks nothing"),
    ] {
        let (run, files) = imported("r.csv", text, &[&["--map", "title=Thing"], &arguments[..]].concat());
        assert_eq!((run.code, files.len()), (2, 0), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_value_for_all_may_deny_what_a_cell_may_deny() {
    let text = "ID,Title,Exposure\nA-1,Label printer,\nA-2,Till,data\n";
    for none in ["none", "None"] {
        let (run, files) = imported("r.csv", text, &["--set", &format!("risk.exposure={none}")]);
        assert_eq!((run.code, files.len()), (0, 2), "{run:?}");
        assert!(files["A-1.yaml"].contains("exposure: []\n"), "{}", files["A-1.yaml"]);
        assert!(files["A-2.yaml"].contains("data") && !files["A-2.yaml"].contains("[]"), "{}", files["A-2.yaml"]);
    }
}

#[test]
fn what_has_ended_is_expired_and_approvals_are_not_made_up() {
    let text = "Title,Owner,Status,Valid until,Closed on,Approved by\na,x,Approved,2026-11-22,,\nb,x,Open,2026-11-23,,\nc,x,Closed,2026-01-01,2026-01-01,\nd,x,Denied,,,olek@example.com\n";
    let (run, files) = imported("r.csv", text, &[]);
    let status =
        |id: &str| files[&format!("{id}.yaml")].lines().find(|line| line.starts_with("status:")).unwrap().to_owned();
    assert_eq!(
        ["a", "b", "c", "d"].map(status),
        ["status: expired", "status: active", "status: closed", "status: rejected"]
    );
    assert!(
        run.stdout.contains("1 row counts as active and ended before today: the status is `expired`"),
        "{}",
        run.stdout
    );
    assert!(
        files["a.yaml"].contains("approver:\ndecided:\n") && files["c.yaml"].contains("  date: 2026-01-01\n  by:\n")
    );
    assert!(!files["d.yaml"].contains("owner: \n"), "{}", files["d.yaml"]);
}

/// A fixture, its real name, its format, how many entries it has, the id of one of them, and what its file must
/// contain.
type Given = (&'static str, &'static str, &'static str, usize, &'static str, &'static [&'static str]);

#[test]
fn each_ignore_file_gives_its_reason_its_end_and_what_it_covers() {
    let cases: &[Given] = &[
        (
            "trivyignore.yaml",
            ".trivyignore.yaml",
            "trivy",
            4,
            "trivy-cve-2026-1234-app-gemfile-lock",
            &[
                "title: trivy may ignore CVE-2026-1234 in app/Gemfile.lock",
                "expires: 2026-11-30",
                "reason: The patched gem breaks the export until the vendor ships 4.2.",
                "- {tool: trivy, id: CVE-2026-1234, paths: [app/Gemfile.lock]}",
            ],
        ),
        (
            "trivyignore.yaml",
            ".trivyignore.yaml",
            "trivy",
            4,
            "trivy-avd-aws-0031",
            &["kind: misconfiguration}", "x-expires-at: 2026-12-01", "expires:\n"],
        ),
        (
            "trivyignore.yaml",
            ".trivyignore.yaml",
            "trivy",
            4,
            "trivy-aws-account-id",
            &["status: expired", "kind: secret}", "expires: 2026-05-31"],
        ),
        (
            "trivyignore",
            ".trivyignore",
            "trivy",
            4,
            "trivy-cve-2018-14618",
            &["reason: Accept the risk until the image is rebuilt", "expires: 2026-12-04"],
        ),
        // Trivy takes the first end that it finds, even after a `#`.
        ("trivyignore", ".trivyignore", "trivy", 4, "trivy-cve-2020-4", &["expires: 2026-11-30"]),
        ("trivyignore", ".trivyignore", "trivy", 4, "trivy-cve-2020-6", &["reason: until", "expires: 2026-12-31"]),
        (
            "osv-scanner.toml",
            "osv-scanner.toml",
            "osv-scanner",
            3,
            "osv-scanner-ghsa-8c26-wmh5-6g9v",
            &[
                "expires: 2026-11-30",
                "reason: No ssh server in the image",
                "- {tool: osv-scanner, id: GHSA-8c26-wmh5-6g9v}",
            ],
        ),
        (
            "osv-scanner.toml",
            "osv-scanner.toml",
            "osv-scanner",
            3,
            "osv-scanner-every-finding-in-npm-left-pad-1-0-0",
            &["expires: 2026-11-30", "x-package-name: left-pad"],
        ),
        (
            "snyk.yaml",
            ".snyk",
            "snyk",
            3,
            "snyk-snyk-js-lodash-12345",
            &[
                "reason:\n",
                "requester: ada@example.com",
                "starts: 2026-11-01",
                "expires: 2026-11-30",
                "approver:\n",
                "- {tool: snyk, id: SNYK-JS-LODASH-12345}",
            ],
        ),
        (
            "snyk.yaml",
            ".snyk",
            "snyk",
            3,
            "snyk-npm-ms-20151024-a-ms",
            &["expires: 2026-12-01T12:00Z", "paths: [a > ms]"],
        ),
        (
            "snyk.yaml",
            ".snyk",
            "snyk",
            3,
            "snyk-npm-ms-20151024-b-ms",
            &["- {tool: snyk, id: \"npm:ms:20151024\", paths: [b > ms], until_fixed: true}"],
        ),
        (
            "inspec.yaml",
            "waivers.yaml",
            "inspec",
            2,
            "inspec-control-cis-1-2-3",
            &["control: cis-1.2.3", "expires: 2026-11-30", "x-run: \"false\"", "- {tool: inspec, id: cis-1.2.3}"],
        ),
        ("inspec.csv", "waivers.csv", "inspec", 1, "inspec-control-cis-1", &["reason: a, b", "expires: 2026-11-30"]),
        (
            "dependency-check.xml",
            "suppressions.xml",
            "dependency-check",
            2,
            "dependency-check-cve-2026-0001-and-1-more-pkg-maven-org-example",
            &[
                "expires: 2026-11-30",
                "reason: The library only reads our own files.",
                "id: CVE-2026-0002, purls: [\"pkg:maven/org.example/lib@1.0\"]}",
            ],
        ),
        (
            "dependency-check.xml",
            "suppressions.xml",
            "dependency-check",
            2,
            "dependency-check-cpe-a-apache-struts-2-0-0-some-jar",
            &["x-sha1: 66734244CE86857018B023A8C56AE0635C56B6A1", "x-cpe: cpe:/a:apache:struts:2.0.0", "reason:\n"],
        ),
    ];
    let schema = Schema::shipped(Shipped::Exception);
    for (source, name, format, count, id, lines) in cases {
        for (name, arguments) in [(*name, vec![]), ("other", vec!["--from", *format])] {
            // Trivy itself distinguishes its two files by their ending.
            let name = if name == "other" && source.ends_with(".yaml") { "other.yaml" } else { name };
            let (run, files) = imported(name, fixture(source), &arguments);
            assert_eq!(files.len(), *count, "{source}: {run:?}");
            let text = files.get(&format!("{id}.yaml")).unwrap_or_else(|| panic!("{id}: {:?}", files.keys()));
            assert!(lines.iter().all(|line| text.contains(line)), "{source}: {lines:?}\n{text}");
            for text in files.values() {
                let problems = schema.check(text, &yaml::parse(text).unwrap());
                let wrong: Vec<_> = problems.iter().filter(|problem| problem.place.missing().is_none()).collect();
                assert!(wrong.is_empty(), "{source}: {wrong:?}\n{text}");
            }
        }
    }
}

#[test]
fn nobody_is_lost_and_nothing_is_guessed() {
    let sandbox = Sandbox::new();
    let sheet = "ID,Title,Requested by,Approved by,Status,Cost\n\
        SEC/2026/07,One,Bob <bob@x.org>; Al <al@x.org>,Dana Ortiz (for the CISO) <d@x.org>,Approved with conditions,3\n\
        EXC-2,Two,\"Ortiz, Dana <dana@x.org>\",olek@x.org,Approved,4\n\
        Total,,,,,7\n";
    sandbox.file("in/r.csv", sheet);
    let run = import(&sandbox, "in/r.csv", &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("1 row is a total and is left out: line 4, `Total 7`"), "{}", run.stdout);
    assert!(run.stdout.contains("names several people, of whom `bob@x.org` is taken"), "{}", run.stdout);
    let files = files(&sandbox);
    assert_eq!(files.len(), 2, "{files:?}");
    let one = &files["SEC-2026-07.yaml"];
    for kept in [
        "requester: bob@x.org",
        "x-requested-by: Bob <bob@x.org>; Al <al@x.org>",
        "Dana Ortiz (for the CISO) <d@x.org>",
        "SEC/2026/07",
        "Approved with conditions",
        "status: active",
    ] {
        assert!(one.contains(kept), "{kept}\n{one}");
    }
    assert!(files["EXC-2.yaml"].contains("requester: dana@x.org\n"), "{}", files["EXC-2.yaml"]);
}

#[test]
fn columns_that_contradict_each_other_are_not_read_both_ways() {
    let sandbox = Sandbox::new();
    let sheet = "ID,Title,Valid from,Valid until\nE-1,A,01/11/2026,31/12/2026\nE-2,B,12/31/2026,13/01/2027\n";
    sandbox.file("in/r.csv", sheet);
    let run = import(&sandbox, "in/r.csv", &[]);
    assert_eq!(run.code, 2, "{run:?}");
    let said = run.stderr.replace("\n        ", " ");
    assert!(said.contains("the column `Valid until` in `31/12/2026` (line 2) writes the day first"), "{said}");
    assert!(said.contains("and the column `Valid from` in `12/31/2026` (line 3) the month first"), "{said}");
    assert_eq!(import(&sandbox, "in/r.csv", &["--date-order", "dmy"]).code, 0);
}

#[test]
fn a_sheet_with_only_a_header_is_reported() {
    let sandbox = Sandbox::new();
    sandbox.file("in/r.csv", "ID,Title,Valid from,Valid until\n");
    assert!(import(&sandbox, "in/r.csv", &[]).stdout.contains("this is the right sheet"));
}

#[test]
fn hostile_cells_stay_data() {
    let text = "ID,Title,Owner,Reason\n../../x,=HYPERLINK(1),\"'@dana\",\u{1b}[2J::error::no\nCON,##[set-output name=a;]b,x,y\n\
        cON,second,x,z\n/etc/passwd,a: b # c,\"- x\",\"two\nlines: \"\"q\"\"\"\n";
    let long = format!("{},long,x,y\n,{},x,y\n", "n".repeat(300), "word ".repeat(60));
    let sandbox = Sandbox::new();
    sandbox.file("in/r.csv", format!("{text}{long}"));
    let run = import(&sandbox, "in/r.csv", &["--verbose"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains("##["), "{}", run.stdout);
    let files = files(&sandbox);
    for (id, line) in [
        ("x", "title: \"=HYPERLINK(1)\"\n"),
        ("x", "owner: \"@dana\"\n"),
        ("x", "reason: \"\\x1b[2J::error::no\"\n"),
        ("exception-CON", "title: \"\\x23#[set-output name=a;]b\"\n"),
        ("exception-cON-2", "title: second\n"),
        ("etc-passwd", "title: \"a: b # c\"\n"),
    ] {
        let text = files.get(&format!("{id}.yaml")).unwrap_or_else(|| panic!("{id}: {:?}", files.keys()));
        assert!(text.contains(line), "{line}{text}");
    }
    assert_eq!(files.len(), 6);
    assert!(files.keys().all(|name| name.len() <= 105), "{:?}", files.keys());
    let outside: Vec<_> = fs::read_dir(sandbox.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside.len(), 2, "{outside:?}");
    let checked = sandbox.check(&["--format", "concise"]);
    assert!(!checked.stdout.contains("invalid-yaml"), "{}", checked.stdout);
}

#[test]
fn huge_and_broken_files_end_in_an_error_and_not_in_memory() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE s [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><suppressions><suppress><notes>&b;</notes></suppress></suppressions>";
    let external = "<!DOCTYPE s SYSTEM \"file:///etc/passwd\"><suppressions><suppress/></suppressions>";
    let laughs =
        format!("vulnerabilities:\n  - &a [x, x]\n{}", (0..30).map(|_| "  - [*a, *a, *a]\n").collect::<String>());
    let crowded = format!(
        "<suppressions><suppress {}/></suppressions>",
        (0..200_000).fold(String::new(), |mut text, n| {
            let _ = write!(text, "a{n}=\"1\" ");
            text
        })
    );
    let deep = format!("<suppressions>{}", "<suppress>".repeat(200_000));
    let nested = format!("a = {}", "[".repeat(200_000));
    let wide = format!("Title,Owner,{}\n", "x,".repeat(1_000_000));
    let workbook = b"PK\x03\x04rest".to_vec();
    let cases: [(&str, &[u8], &str); 10] = [
        ("s.xml", bomb.as_bytes(), "a document type"),
        ("s.xml", external.as_bytes(), "a document type"),
        ("s.xml", crowded.as_bytes(), "attributes"),
        ("s.xml", deep.as_bytes(), "elements within each other"),
        (".trivyignore.yaml", laughs.as_bytes(), "is not allowed"),
        (".snyk", b"ignore: {a: [{'*': !!str x}]}\n", "a tag"),
        ("osv-scanner.toml", nested.as_bytes(), "not valid TOML"),
        ("r.csv", wide.as_bytes(), "1000002 cells"),
        ("r.xlsx", &workbook, "a workbook"),
        ("r.csv", b"nothing,here\n1,2\n", "no row of `r.csv` is a header"),
    ];
    for (name, bytes, said) in cases {
        let (run, files) = imported(name, bytes, &[]);
        assert_eq!((run.code, files.len()), (2, 0), "{name} {said}: {}", run.stdout);
        assert!(
            run.stderr.contains(said) && run.stderr.len() < 100_000,
            "{said}: {}",
            &run.stderr[..run.stderr.len().min(2000)]
        );
    }
    let cell = format!("Title,Owner,Reason\nbig,x,{}\nsmall,x,y\n", "a".repeat(10_000_000));
    let (run, files) = imported("r.csv", cell, &[]);
    assert_eq!((run.code, files.len()), (2, 1), "{}", run.stderr);
    assert!(run.stdout.contains("line 2: its file would have") && run.stdout.len() < 20_000);
}

#[test]
fn nothing_is_overwritten_and_links_are_not_followed() {
    let sandbox = Sandbox::new();
    let kept = exception(&[]);
    sandbox.file("exceptions/sub/Till.yaml", &kept).file("r.csv", "ID,Title,Owner\ntill,Till,x\nscale,Scale,y\n");
    let report = import_json(&sandbox, "r.csv", &[]);
    assert_eq!(report["skipped"][0]["path"], "exceptions/sub/Till.yaml");
    assert_eq!(fs::read_to_string(sandbox.path("exceptions/sub/Till.yaml")).unwrap(), kept);
    assert_eq!(files(&sandbox).keys().collect::<Vec<_>>(), ["Till.yaml", "scale.yaml"]);

    #[cfg(unix)]
    {
        let sandbox = Sandbox::new();
        sandbox.file("outside/keep", "").file("exceptions/a.yaml", &kept);
        sandbox.file("r.csv", "ID,Title,Owner\none,One,x\ntwo,Two,y\n");
        std::os::unix::fs::symlink(sandbox.path("outside"), sandbox.path("exceptions/out")).unwrap();
        let run = import(&sandbox, "r.csv", &["--folder", "out"]);
        assert_eq!(run.code, 2, "{run:?}");
        // A folder in place of the second file: the first one is removed again.
        fs::remove_file(sandbox.path("exceptions/out")).unwrap();
        fs::create_dir(sandbox.path("exceptions/two.yaml")).unwrap();
        let run = import(&sandbox, "r.csv", &[]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains("two.yaml"), "{}", run.stderr);
        assert_eq!(files(&sandbox).len(), 1);
        assert_eq!(fs::read_dir(sandbox.path("outside")).unwrap().count(), 1);
    }
}

#[test]
fn a_table_from_a_pipe_is_read() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command();
    command.args(["import", "/dev/stdin", "--dry-run", "--today", TODAY]).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"ID,Title,Owner\nA-1,Label printer,Dana Ortiz\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("csv, UTF-8, separated by a comma"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_import_after_its_files_were_deleted_tolerates_nothing_of_the_one_before() {
    let sandbox = Sandbox::new();
    sandbox.file("sheet.csv", "ID,Title,Owner\nA-1,Label printer,Dana Ortiz\n");
    let entries = |arguments: &[&str]| {
        assert_eq!(import(&sandbox, "sheet.csv", &[&["--baseline"], arguments].concat()).code, 0);
        fs::read_to_string(sandbox.path("baseline.yaml")).unwrap()
    };
    assert!(entries(&[]).contains("removal"));
    fs::remove_file(sandbox.path("exceptions/A-1.yaml")).unwrap();
    let again = entries(&["--set", "removal=Disable the account."]);
    assert!(again.contains("A-1") && !again.contains("removal"), "{again}");
}

#[test]
fn a_letter_is_a_tier_in_the_language_of_its_column() {
    let tiers = |letters: [&str; 3]| {
        let row = |(at, letter): (usize, &&str)| format!("E-{at},T{at},{letter}\n");
        let text = "ID,Title,Risk level\n".to_owned() + &letters.iter().enumerate().map(row).collect::<String>();
        let (_, files) = imported("r.csv", text, &[]);
        let tier =
            |text: &String| text.lines().find_map(|line| line.trim().strip_prefix("tier:")).unwrap().trim().to_owned();
        files.values().map(tier).collect::<Vec<_>>()
    };
    assert_eq!(tiers(["H", "M", "N"]), ["high", "moderate", "low"]);
    assert_eq!(tiers(["h", "m", "L"]), ["high", "moderate", "low"]);
    // Beside an English `L`, nobody knows what `N` means.
    assert_eq!(tiers(["N", "M", "L"]), ["", "moderate", "low"]);
}

#[test]
fn a_row_of_totals_holds_nothing_but_numbers_beside_its_word() {
    let text = "ID,Title,Owner,Reason,Cost\nE-1,Total Commander stays,Ann Lee,Old macros need it,3\n\
        Total,Owner of sums,Bo Ray,They ask for it,4\nSumme,2,,,\"1.234,50 €\"\nGesamt: 2,,,,\nGrand total,,,,12%\n";
    let (run, files) = imported("r.csv", text, &[]);
    assert_eq!((run.code, files.len()), (0, 2), "{run:?}");
    assert!(run.stdout.contains("3 rows are totals and are left out: the first in line 4"), "{}", run.stdout);
}

#[test]
fn of_several_people_the_first_is_taken_and_said() {
    for (cell, owner) in [
        ("Ann Lee / Bo Ray", Some("Ann Lee")),
        ("Ann Lee und Bo Ray", Some("Ann Lee")),
        ("\"Ann Lee, Bo Ray\"", Some("Ann Lee")),
        ("\"@ann; @bo\"", Some("\"@ann\"")),
        ("\"ann@x.org\nbo@x.org\"", Some("ann@x.org")),
        ("IT team / Bo Ray", Some("Bo Ray")),
        // One person, a team, and nobody at all.
        ("\"Lee, Ann\"", None),
        ("@acme/security", None),
        ("IT team", None),
    ] {
        let (run, files) = imported("r.csv", format!("ID,Title,Owner\nE-1,T,{cell}\n"), &[]);
        let text = &files["E-1.yaml"];
        let said = run.stdout.contains("names several people, of whom");
        assert_eq!(said, owner.is_some(), "{cell}: {}", run.stdout);
        let kept = text.contains("\nx-owner: ");
        assert_eq!(kept, owner.is_some(), "{cell}: {text}");
        let Some(owner) = owner else { continue };
        assert!(text.contains(&format!("\nowner: {owner}\n")), "{cell}: {text}");
    }
}

#[test]
fn the_first_line_leads_to_the_copy_of_the_schema_at_the_top_of_the_work_tree() {
    for (copy, line) in [
        ("schema/exception.schema.json", "# yaml-language-server: $schema=../../../schema/exception.schema.json\n"),
        ("team/schema/exception.schema.json", "# yaml-language-server: $schema=../../schema/exception.schema.json\n"),
        ("elsewhere/exception.schema.json", "title: One\n"),
    ] {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.path(".git")).unwrap();
        sandbox.file(copy, "{}").file("team/r.csv", "ID,Title,Owner\none,One,x\n");
        let mut command = sandbox.command();
        command.args(["import", "team/r.csv", "--root", "team", "--folder", "2026", "--today", TODAY]);
        let run = Run::of(&mut command);
        assert_eq!(run.code, 0, "{run:?}");
        let text = fs::read_to_string(sandbox.path("team/exceptions/2026/one.yaml")).unwrap();
        assert!(text.starts_with(line), "{copy}: {text}");
    }
}

/// Headings, tiers, states, months and totals in the languages of the neighbours.
#[test]
fn a_sheet_in_french_spanish_or_dutch_is_understood() {
    for (sheet, says) in [
        (
            "derogations.csv",
            &[
                "Identifiant          id",
                "Politique            control",
                "Justification        reason",
                "Système              scope.system",
                "Criticité            risk.tier",
                "Demandeur            requester",
                "Responsable          owner",
                "Approbateur          approver",
                "Date d'approbation   decided",
                "Date de fin          expires",
                "Statut               status",
            ][..],
        ),
        (
            "excepciones.csv",
            &[
                "Título               title",
                "Motivo               reason",
                "Entorno              scope.environment",
                "Riesgo               risk.tier",
                "Propietario          owner",
                "Aprobador            approver",
                "Vencimiento          expires",
                "Estado               status",
            ],
        ),
        (
            "uitzonderingen.csv",
            &[
                "Maatregel         control",
                "Reden             reason",
                "Systeem           scope.system",
                "Niveau            risk.tier",
                "Aanvrager         requester",
                "Eigenaar          owner",
                "Goedgekeurd door  approver",
                "Einddatum         expires",
            ],
        ),
    ] {
        let sandbox = Sandbox::new();
        sandbox.file(sheet, fixture(sheet));
        let run = import(&sandbox, sheet, &["--dry-run", "--date-order", "dmy"]);
        assert!(run.stderr.is_empty(), "{run:?}");
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        for line in says {
            assert!(squeezed(&run.stdout).contains(&squeezed(line)), "{line}\n{}", run.stdout);
        }
        // The Dutch sheet has its titles in a column that may be a title or a reason.
        let kept: Vec<&str> =
            run.stdout.lines().filter(|line| line.starts_with("  ") && line.contains("  x-")).collect();
        assert!(sheet == "uitzonderingen.csv" || kept.is_empty(), "{}", run.stdout);
    }
}

#[test]
fn a_baseline_is_committed_with_the_exceptions_of_the_import_before_it() {
    let repo = Repo::new();
    repo.write("exceptions/.gitkeep", "").write("exceptions/label-printer.yaml", &exception(&[]));
    repo.write(".trivyignore", "CVE-2026-1234\nCVE-2026-2222 exp:2026-12-05\n").commit("Begin");
    let import = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(repo.path());
        let run = Run::of(command.args(["import", ".trivyignore", "--today", TODAY]).args(arguments));
        assert_eq!(run.code, 0, "{run:?}");
        run.stdout
    };
    import(&[]);
    repo.write("exceptions/draft.yaml", "title: Of somebody else\n");
    let steps = import(&["--baseline"]);
    let added =
        steps.lines().find(|line| line.trim_start().starts_with("git add")).unwrap_or_else(|| panic!("{steps}"));
    for path in ["exceptions/trivy-cve-2026-1234.yaml", "exceptions/trivy-cve-2026-2222.yaml", "baseline.yaml"] {
        assert!(added.contains(path), "{added}");
    }
    assert!(!added.contains("label-printer"), "{added}");
}

#[test]
fn a_sheet_with_a_single_column_is_read_and_counted_in_the_singular() {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", "version: 1\n").file("one.csv", "Title\nOld printer\n");
    let run = Run::of(sandbox.command().args(["import", "one.csv", "--dry-run", "--today", "2026-11-23"]));
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("old-printer.yaml (line 2)"), "{}", run.stdout);
    assert!(run.stdout.contains("\nmissing fields: ") && !run.stdout.contains("lack none"), "{}", run.stdout);
}

/// Its columns are for reading: lists are written out, and renewals are missing.
#[test]
fn a_table_that_export_wrote_is_refused_with_another_way() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/label-printer.yaml", exception(&[]));
    let table = Run::of(sandbox.command().args(["export", "--format", "csv", "--today", TODAY])).stdout;
    let (run, files) = imported("register.csv", table, &[]);
    assert_eq!((run.code, files.len()), (2, 0), "{run:?}");
    assert!(run.stderr.contains("a table that `stopgap export` wrote"), "{run:?}");
    assert!(run.stderr.contains("copy the YAML files"), "{run:?}");
}
