//! What a pull request does to the register: each way around the record is caught, and its honest neighbour is left
//! alone. Real repositories, the command as shipped.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

const PRINTER: &str = "exceptions/2026-q4/label-printer-certificate.yaml";

/// The days of an exception that was decided just before the check.
const RECENT: [(&str, &str); 2] = [("decided", "2026-11-20"), ("starts", "2026-11-20")];

/// A branch that left `main` and will be compared with it.
struct Branch {
    repo: Repo,
}

/// What the gate says.
#[derive(Debug)]
struct Verdict {
    code: i32,
    /// `rule path:line message`, of the findings that gate.
    found: Vec<String>,
    elsewhere: u64,
}

impl Branch {
    /// Commits files to `main` and branches off.
    fn from(files: &[(&str, &str)]) -> Self {
        let repo = Repo::new();
        for (path, text) in files {
            repo.write(path, text);
        }
        repo.commit("before");
        repo.branch("topic");
        Self { repo }
    }

    /// Branches off a `main` that contains one exception, with some fields written differently.
    fn of(fields: &[(&str, &str)]) -> Self {
        Self::from(&[(PRINTER, &exception(fields))])
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        self.repo.write(path, text);
        self
    }

    /// Rewrites the exception.
    fn edit(&self, fields: &[(&str, &str)]) -> &Self {
        self.write(PRINTER, &exception(fields))
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.repo.path().join(path)).unwrap()
    }

    fn remove(&self, path: &str) -> &Self {
        self.repo.git(&["rm", "-r", "--quiet", path]);
        self
    }

    fn rename(&self, from: &str, to: &str) -> &Self {
        let text = self.read(from);
        self.remove(from).write(to, &text)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().stdin(Stdio::null()).current_dir(self.repo.path());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.arg("check");
        if !arguments.contains(&"--today") {
            command.args(["--today", TODAY]);
        }
        Run::of(command.args(arguments))
    }

    /// Returns the rules that gate, in order.
    fn verdict_of_rules(&self) -> Vec<String> {
        self.repo.commit("after");
        let run = self.run(&["--base", "main", "--format", "json"]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let gating = findings.iter().filter(|finding| finding["gates"] == true);
        gating.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    }

    /// Commits and lets the gate judge.
    fn verdict(&self) -> Verdict {
        self.verdict_on(TODAY)
    }

    fn verdict_on(&self, today: &str) -> Verdict {
        self.repo.commit("after");
        let run = self.run(&["--base", "main", "--format", "json", "--today", today]);
        assert!(run.stderr.is_empty(), "{}", run.stderr);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        for finding in report["findings"].as_array().unwrap() {
            let beside = !finding["path"].as_str().unwrap().starts_with("exceptions/");
            assert_eq!(finding["exception"].is_null(), beside, "{finding}");
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let gates = |finding: &&Value| finding["gates"] == true;
        let line = |finding: &Value| {
            format!(
                "{} {}:{} {}",
                text(&finding["rule"]),
                text(&finding["path"]),
                finding["line"],
                text(&finding["message"])
            )
        };
        Verdict {
            code: run.code,
            found: report["findings"].as_array().unwrap().iter().filter(gates).map(line).collect(),
            elsewhere: report["summary"]["elsewhere"].as_u64().unwrap(),
        }
    }

    /// Asserts that the gate says this and nothing else.
    #[track_caller]
    fn is_told(&self, code: i32, findings: &[&str]) {
        let verdict = self.verdict();
        assert_eq!(
            (verdict.code, verdict.found.as_slice()),
            (code, findings.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>().as_slice())
        );
    }

    #[track_caller]
    fn is_refused(&self, finding: &str) {
        self.is_told(1, &[finding]);
    }

    #[track_caller]
    fn is_warned(&self, finding: &str) {
        self.is_told(0, &[finding]);
    }

    #[track_caller]
    fn passes(&self) {
        self.is_told(0, &[]);
    }
}

const RENEWAL: &str = "{requested: 2026-11-20, requester: Luis Prado, reason: The maker posted the tool to the wrong site and sends another., \
     risk_check: Only hall 3 can reach the printer., approver: Mei Tanaka, decided: 2026-11-21, expires: 2026-12-20}";
const SECOND: &str = "{requested: 2026-11-22, requester: Luis Prado, reason: The second parcel stays at customs over the holidays., \
     risk_check: The printer printed parcel labels and nothing else., approver: Mei Tanaka, decided: 2026-11-22, expires: 2026-12-22}";

fn amendment(fields: &str) -> String {
    format!(
        "[{{date: 2026-11-22, by: Luis Prado, approver: Mei Tanaka, fields: [{fields}], note: The record was wrong.}}]"
    )
}

mod expiry {
    use super::*;

    #[test]
    fn a_bumped_date_is_not_a_renewal() {
        let branch = Branch::of(&[]);
        branch.edit(&[("expires", "2027-03-16")]);
        let verdict = branch.verdict();
        let moved = "expiry-moved exceptions/2026-q4/label-printer-certificate.yaml:18 `expires` was moved from `2026-12-16` \
             to `2027-03-16`, `90` days later, instead of renewed";
        assert_eq!((verdict.code, verdict.found[0].as_str()), (1, moved));
        assert!(verdict.found[1].starts_with("term-too-long "), "{verdict:?}");
    }

    #[test]
    fn an_amendment_does_not_excuse_it() {
        let branch = Branch::of(&[("expires", "2026-12-10")]);
        branch.edit(&[("expires", "2026-12-16"), ("amendments", &amendment("expires"))]).is_refused(
            "expiry-moved exceptions/2026-q4/label-printer-certificate.yaml:18 `expires` was moved from `2026-12-10` \
             to `2026-12-16`, `6` days later, instead of renewed",
        );
    }

    #[test]
    fn an_earlier_end_needs_a_closure() {
        Branch::of(&[]).edit(&[("expires", "2026-12-15")]).is_refused(
            "expiry-moved exceptions/2026-q4/label-printer-certificate.yaml:18 `expires` was moved from `2026-12-16` \
             to `2026-12-15`, a day earlier, instead of renewed",
        );
    }

    #[test]
    fn an_expiry_does_not_disappear() {
        let verdict = Branch::of(&[]).edit(&[("expires", "")]).verdict();
        assert_eq!(verdict.code, 1);
        let gone = "`expires` was agreed as `2026-12-16`, and was removed";
        assert!(
            verdict.found.iter().any(|found| found.starts_with("expiry-moved ") && found.ends_with(gone)),
            "{verdict:?}"
        );
    }

    #[test]
    fn the_same_moment_written_differently_has_not_moved() {
        Branch::of(&[]).edit(&[("expires", "'2026-12-17T00:00Z'")]).passes();
    }

    #[test]
    fn a_renewal_is_the_allowed_way() {
        Branch::of(&[]).edit(&[("renewals", &format!("[{RENEWAL}]"))]).passes();
    }
}

mod log {
    use super::*;

    fn renewed(renewals: &[&str]) -> String {
        format!("[{}]", renewals.join(", "))
    }

    fn changed(before: &[&str], after: &[&str]) -> Vec<String> {
        let branch = Branch::of(&[("renewals", &renewed(before))]);
        branch.edit(&[("renewals", if after.is_empty() { String::new() } else { renewed(after) }.as_str())]);
        let found = branch.verdict().found;
        let own = found.iter().filter_map(|found| found.strip_prefix("log-rewritten "));
        own.map(|found| found.split_once(' ').unwrap().1.to_owned()).collect()
    }

    #[test]
    fn a_renewal_stays_as_it_was_and_where_it_was() {
        let edited = RENEWAL.replace("expires: 2026-12-20", "expires: 2026-12-21");
        let third = SECOND.replace("customs", "the wrong customs office");
        let cases: [(&[&str], &[&str], &[&str]); 8] = [
            (&[RENEWAL, SECOND], &[RENEWAL], &["renewal `2` was removed after it was written"]),
            (&[RENEWAL, SECOND], &[SECOND], &["renewal `1` was removed after it was written"]),
            (&[RENEWAL], &[], &["renewal `1` was removed after it was written"]),
            (&[RENEWAL], &[&edited], &["renewal `1` was edited after it was written"]),
            (&[RENEWAL, SECOND], &[&edited, SECOND], &["renewal `1` was edited after it was written"]),
            (
                &[RENEWAL, SECOND],
                &[SECOND, RENEWAL],
                &["the items of `renewals` were reordered, starting at renewal `1`"],
            ),
            (&[RENEWAL], &[SECOND, RENEWAL], &["a new item was inserted before renewal `1`, which was written first"]),
            (&[RENEWAL, SECOND], &[SECOND, &third], &["renewal `1` was removed after it was written"]),
        ];
        for (before, after, expected) in cases {
            assert_eq!(changed(before, after), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn what_is_new_comes_last() {
        assert!(changed(&[RENEWAL], &[RENEWAL, SECOND]).is_empty());
        assert!(
            changed(&[RENEWAL], &[&RENEWAL.replace(", ", ",   ").replace("2026-11-20", "\"2026-11-20\"")]).is_empty()
        );
        assert!(changed(&[RENEWAL, RENEWAL], &[RENEWAL, RENEWAL, RENEWAL]).is_empty());
    }

    const CLOSURE: &str =
        "{date: 2026-11-20, by: Luis Prado, verified_by: Hanna Vogel, note: A test label printed with the new one.}";

    #[test]
    fn a_closed_record_keeps_its_closure() {
        let closed = [("status", "closed"), ("closure", CLOSURE)];
        let other = CLOSURE.replace("Hanna Vogel", "Luis Prado");
        let branch = Branch::of(&closed);
        let verdict = branch.edit(&[("status", "closed"), ("closure", &other)]).verdict();
        assert_eq!(verdict.code, 1);
        assert!(
            verdict.found.iter().any(|found| found.ends_with("`closure` was edited after it was written")),
            "{verdict:?}"
        );
        Branch::of(&closed)
            .edit(&[("status", "closed"), ("closure", CLOSURE), ("removal", "Install it and print.")])
            .passes();
        Branch::of(&[]).edit(&closed).passes();
        let list = format!("[{RENEWAL}]");
        let renewed = [closed[0], closed[1], ("renewals", list.as_str())];
        let verdict = Branch::of(&closed).edit(&renewed).verdict();
        let said = |found: &String| found.ends_with("a renewal was added after the exception was closed");
        assert!(verdict.code == 1 && verdict.found.iter().any(said), "{verdict:?}");
    }

    #[test]
    fn the_end_of_an_incident_is_written_once() {
        let of = |incident: &'static str| {
            [
                ("risk.tier", "emergency"),
                ("decided", "2026-11-21"),
                ("starts", "2026-11-21"),
                ("expires", "2026-11-24"),
                ("incident", incident),
            ]
        };
        Branch::of(&of("{id: INC-7, ended: 2026-11-23}")).edit(&of("{id: INC-7, ended: 2026-11-22}")).is_refused(
            "log-rewritten exceptions/2026-q4/label-printer-certificate.yaml:19 `incident.ended` was edited after it was written",
        );
        Branch::of(&of("{id: INC-7}")).edit(&of("{id: INC-7, ended: 2026-11-22}")).passes();
        let branch = Branch::of(&of("{id: INC-7, ended: 2026-11-23}"));
        branch.edit(&of("{id: INC-7, ended: 2026-11-22}")).repo.commit("after");
        let run = branch.run(&["--base", "main", "--today", TODAY]);
        assert!(
            run.stdout.contains("`stopgap amend label-printer-certificate --field incident.ended`"),
            "{}",
            run.stdout
        );
    }

    #[test]
    fn an_amendment_and_a_review_stay_too() {
        let both = |note: &str| {
            vec![
                ("reviews", format!("[{{date: 2026-11-18, by: Luis Prado, note: {note}}}]")),
                ("amendments", amendment("title")),
            ]
        };
        let (before, after) = (both("The tool is on its way."), both("The tool was sent back."));
        let fields = |list: &'static [(&'static str, String)]| {
            list.iter().map(|(key, value)| (*key, value.as_str())).collect::<Vec<_>>()
        };
        let branch = Branch::of(&fields(before.leak()));
        branch.edit(&fields(after.leak())[..1]);
        let found = branch.verdict().found;
        let messages: Vec<&str> = found.iter().map(|found| found.splitn(3, ' ').nth(2).unwrap()).collect();
        assert_eq!(
            messages,
            ["amendment `1` was removed after it was written", "review `1` was edited after it was written"]
        );
    }
}

mod record {
    use super::*;

    const GONE: &str = "record-removed exceptions/2026-q4/label-printer-certificate.yaml:1 the record `label-printer-certificate` is gone";

    #[test]
    fn a_deleted_file_leaves_a_hole() {
        let branch = Branch::of(&[]);
        branch.write("exceptions/.keep", "").remove(PRINTER).is_refused(&format!("{GONE} from the register"));
    }

    #[test]
    fn another_folder_or_ending_is_not_a_change() {
        Branch::of(&[]).rename(PRINTER, "exceptions/hall-3/label-printer-certificate.yml").passes();
    }

    #[test]
    fn another_id_is_another_record() {
        let said = format!("{GONE}, and `label-printer-tls` repeats it under another id");
        Branch::of(&RECENT).rename(PRINTER, "exceptions/2026-q4/label-printer-tls.yaml").is_refused(&said);
    }

    #[test]
    fn a_record_that_comes_back_younger_still_counts_as_gone() {
        let branch = Branch::of(&[]);
        let fields = [
            ("decided", "2026-11-22"),
            ("starts", "2026-11-22"),
            ("expires", "2026-12-22"),
            ("title", "Label printer"),
        ];
        branch.remove(PRINTER).write("exceptions/2026-q4/label-printer-again.yaml", &exception(&fields));
        branch.is_refused(&format!("{GONE}, and `label-printer-again` repeats it under another id"));
    }

    #[test]
    fn a_copy_of_an_id_may_get_its_own_name() {
        let other = exception(&[
            ("title", "Label printer two"),
            ("reason", "The stock of rolls for the new head arrives by ship."),
            RECENT[0],
            RECENT[1],
        ]);
        let branch =
            Branch::from(&[(PRINTER, &exception(&[])), ("exceptions/b/label-printer-certificate.yaml", &other)]);
        branch.rename("exceptions/b/label-printer-certificate.yaml", "exceptions/b/label-printer-rolls.yaml").passes();
        let branch =
            Branch::from(&[(PRINTER, &exception(&[])), ("exceptions/b/label-printer-certificate.yaml", &other)]);
        let verdict = branch.remove("exceptions/b/label-printer-certificate.yaml").verdict();
        assert!(verdict.code == 1 && verdict.found[0].starts_with("record-removed exceptions/b/"), "{verdict:?}");
    }

    #[test]
    fn a_register_that_is_gone_is_all_its_records() {
        let branch = Branch::from(&[
            (PRINTER, &exception(&[])),
            ("exceptions/phone.yaml", &exception(&[("status", "closed")])),
            ("stopgap.yaml", "version: 1\n"),
        ]);
        let verdict = branch.remove("exceptions").verdict();
        assert_eq!(verdict.code, 1);
        assert!(
            verdict.found.len() == 2 && verdict.found.iter().all(|found| found.starts_with("record-removed ")),
            "{verdict:?}"
        );
    }

    #[test]
    fn a_register_that_the_policy_points_away_from_is_left_and_the_new_one_is_judged() {
        let branch = Branch::from(&[(PRINTER, &exception(&[])), ("stopgap.yaml", "version: 1\n")]);
        branch.write("stopgap.yaml", "version: 1\nexceptions: register\n");
        let alone = exception(&[("approver", "Luis Prado"), ("requester", "Luis Prado"), ("title", "Label maker")]);
        branch.write("register/label-maker.yaml", &alone);
        branch.repo.commit("after");
        let said = branch.run(&["--base", "main", "--format", "concise"]).stdout;
        for finding in [
            "error[record-removed]",
            "register/label-maker.yaml:14:11: error[self-approval]",
            "warning[policy-loosened]",
        ] {
            assert!(said.contains(finding), "{finding}: {said}");
        }
        // Moved as a whole it is not a change of its records.
        branch.repo.git(&["rm", "-r", "--quiet", "register"]);
        branch.rename(PRINTER, "register/label-printer-certificate.yaml");
        let rules: Vec<String> = branch.verdict_of_rules();
        assert_eq!(rules, ["policy-loosened"]);
        branch.write("stopgap.yaml", "version: 1\nexceptions: nowhere\n");
        let run = branch.run(&["--base", "main"]);
        assert!(run.code == 2 && run.stderr.contains("nowhere"), "{run:?}");
    }

    #[test]
    fn a_policy_of_another_name_is_the_bases_too() {
        let policy = |rules: &str| format!("version: 1\nexceptions: security/exceptions\n{rules}");
        let (file, book) = ("security/exceptions/label-printer.yaml", "security/stopgap.yaml");
        let branch = Branch::from(&[(file, &exception(&[])), (book, &policy(""))]);
        branch.write(book, &policy("rules: {expiry-moved: \"off\"}\n"));
        branch.write(file, &exception(&[("expires", "2026-12-17")]));
        branch.repo.commit("after");
        for command in [&["--base", "main", "--format", "concise"][..], &["--base", "main", "--format", "github"]] {
            let run = branch.run(&[&["--policy", book], command].concat());
            assert!(run.code == 1 && run.stdout.contains("expiry-moved"), "{run:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_text_can_be_removed_like_any_other() {
        use std::os::unix::ffi::OsStrExt;
        let repo = Repo::new();
        repo.write("exceptions/a\nb.yaml", &exception(&[]))
            .write("exceptions/c.yaml", &exception(&[("status", "rejected")]));
        let bytes = std::ffi::OsStr::from_bytes(b"exceptions/d\xff\xfe.yaml");
        fs::write(
            repo.path().join(bytes),
            exception(&[("reason", "The spare head is being welded in the yard of the maker.")]),
        )
        .unwrap();
        repo.commit("before");
        repo.branch("topic");
        let branch = Branch { repo };
        branch.passes();
        fs::remove_file(branch.repo.path().join(bytes)).unwrap();
        fs::remove_file(branch.repo.path().join("exceptions/a\nb.yaml")).unwrap();
        let verdict = branch.verdict();
        assert_eq!((verdict.code, verdict.found.len()), (1, 2), "{verdict:?}");
        assert!(verdict.found.iter().all(|found| found.starts_with("record-removed ")), "{verdict:?}");
    }
}

mod content {
    use super::*;

    const AT: &str = "approved-content-changed exceptions/2026-q4/label-printer-certificate.yaml";

    #[test]
    fn a_wider_scope_needs_its_own_approval() {
        Branch::of(&[]).edit(&[("scope.system", "label printers in all halls")]).is_refused(&format!(
            "{AT}:5 `scope.system` was approved as `label printer lp-07 in hall 3` and now says `label printers in all halls`"
        ));
    }

    #[test]
    fn an_amendment_of_the_same_change_corrects_the_record() {
        for fields in ["scope.system", "scope", "removal, scope"] {
            let amended = [("scope.system", "label printer lp-70 in hall 3"), ("amendments", &amendment(fields))];
            Branch::of(&[]).edit(&amended).passes();
        }
    }

    #[test]
    fn an_amendment_corrects_what_it_names() {
        let amended = [("scope.system", "label printer lp-70"), ("amendments", &amendment("scope.environment"))];
        Branch::of(&[]).edit(&amended).is_refused(&format!(
            "{AT}:5 `scope.system` was approved as `label printer lp-07 in hall 3` and now says `label printer lp-70`"
        ));
    }

    #[test]
    fn an_old_amendment_is_used_up() {
        let before = [("amendments", amendment("title"))];
        let branch = Branch::of(&[("amendments", &before[0].1)]);
        branch.edit(&[("title", "Printer"), ("amendments", &before[0].1)]).is_refused(&format!(
            "{AT}:1 `title` was approved as `Label printer keeps its old certificate` and now says `Printer`"
        ));
    }

    #[test]
    fn every_approved_field_is_protected() {
        for (field, value) in [
            ("control", "CRY-05 Keys are rotated"),
            ("reason", "The belt of the printer is being repaired by its maker until Thursday."),
            ("scope.environment", "staging"),
            ("scope.team", "shipping"),
            ("risk.tier", "moderate"),
            ("risk.exposure", "[data]"),
            ("risk.exposure", "[]"),
            ("risk.statement", "Nothing can happen."),
            ("requester", "Luis Prado"),
            ("approver", "Hanna Wirth"),
            ("decided", "2026-11-14"),
            ("starts", "2026-11-17"),
            ("covers", "[{tool: trivy, id: CVE-2026-1234}]"),
        ] {
            let verdict = Branch::of(&[]).edit(&[(field, value)]).verdict();
            let own: Vec<_> = verdict.found.iter().filter(|found| found.starts_with(AT)).collect();
            assert!(
                verdict.code == 1 && own.len() == 1 && own[0].contains(&format!("`{field}`")),
                "{field}: {verdict:?}"
            );
        }
    }

    #[test]
    fn the_way_out_and_the_owner_are_free() {
        Branch::of(&[])
            .edit(&[
                ("owner", "Hanna Vogel"),
                ("removal", "Install the new certificate with the maker's tool."),
                ("alternatives", "[{option: Print by hand, rejected: Two thousand parcels leave every day.}]"),
                ("references", "[SHIP-17]"),
                ("x-cost-centre", "4711"),
            ])
            .passes();
    }

    #[test]
    fn a_key_that_says_nothing_may_be_removed() {
        for empty in [("covers", "[]"), ("scope.team", "''"), ("x-note", "''")] {
            Branch::of(&[empty]).edit(&[]).passes();
        }
    }

    #[test]
    fn an_edit_that_changes_no_value_is_not_a_change() {
        let branch = Branch::of(&[("renewals", &format!("[{RENEWAL}]"))]);
        let text = branch.read(PRINTER);
        let mut lines: Vec<&str> = text.lines().collect();
        let middle = lines.iter().position(|line| line.starts_with("alternatives")).unwrap();
        lines.rotate_left(middle);
        let reordered =
            lines.join("\r\n").replace("title: Label printer keeps", "title: >-\r\n  Label printer\r\n  keeps");
        let quoted = reordered.replace("decided: 2026-11-15", "decided:   '2026-11-15'  # signed on paper");
        branch.write(PRINTER, &format!("# reformatted\r\n{quoted}\r\n")).passes();
    }
}

mod status {
    use super::*;

    #[test]
    fn only_the_allowed_transitions_pass() {
        const CLOSURE: (&str, &str) =
            ("closure", "{date: 2026-11-20, by: Luis Prado, verified_by: Hanna Vogel, note: A test label printed.}");
        let past = [("decided", "2026-10-01"), ("starts", "2026-10-01"), ("expires", "2026-10-20")];
        let said = |before: &[(&str, &str)], after: &[(&str, &str)]| {
            let found = Branch::of(before).edit(after).verdict().found;
            let own = found.iter().find_map(|found| found.strip_prefix("forbidden-transition "));
            own.map(|found| found.split_once(' ').unwrap().1.to_owned())
        };
        let with = |fields: &[(&'static str, &'static str)]| past.iter().chain(fields).copied().collect::<Vec<_>>();
        assert_eq!(
            said(&[], &[("status", "rejected")]).unwrap(),
            "`status` went from `active` to `rejected`, though it was approved"
        );
        assert_eq!(
            said(&[("status", "rejected")], &[]).unwrap(),
            "`status` went from `rejected` to `active`: a refusal is final"
        );
        assert_eq!(
            said(&[("status", "closed"), CLOSURE], &[CLOSURE]).unwrap(),
            "`status` went from `closed` to `active`: a closed record cannot be reopened"
        );
        assert_eq!(
            said(&with(&[("status", "expired")]), &with(&[])).unwrap(),
            "`status` went from `expired` to `active` without a renewal"
        );
        assert_eq!(said(&with(&[]), &with(&[("status", "expired")])), None);
        assert_eq!(said(&with(&[("status", "expired")]), &with(&[("status", "closed"), CLOSURE])), None);
        assert_eq!(said(&[], &[("status", "closed"), CLOSURE]), None);
        let renewal: &str = format!("[{RENEWAL}]").leak();
        assert_eq!(said(&with(&[("status", "expired")]), &with(&[("renewals", renewal)])), None);
        assert!(
            said(&with(&[("status", "expired"), ("renewals", renewal)]), &with(&[("renewals", renewal)])).is_some()
        );
    }
}

/// The commits of these repositories are made on the first days of 2026.
mod dates {
    use super::*;

    fn filed(decided: &str) -> String {
        exception(&[("decided", decided), ("starts", "2026-01-04"), ("expires", "2026-01-30")])
    }

    /// The register is made on 2 January and the change is checked on the 4th, at another hour in each time zone.
    fn doubted(zone: (&str, &str), policy: &str, decided: &str) -> Vec<String> {
        let policy = format!("timezone: {}\n{policy}", zone.0);
        let branch = Branch::from(&[("stopgap.yaml", &policy), ("exceptions/.keep", "")]);
        branch.write(PRINTER, &filed(decided)).verdict_on(zone.1).found
    }

    const ZONES: [(&str, &str); 2] =
        [("Pacific/Auckland", "2026-01-04T00:30"), ("America/Los_Angeles", "2026-01-04T23:30")];

    #[test]
    fn a_decision_from_long_before_today_is_doubted() {
        for zone in ZONES {
            let said = "back-dated exceptions/2026-q4/label-printer-certificate.yaml:15 the decision is dated \
                        `2025-12-31`, `4` days before it was recorded (`2026-01-04`); the policy allows `3`";
            assert_eq!(doubted(zone, "", "2025-12-31"), [said]);
            assert_eq!(doubted(zone, "", "2026-01-01"), [""; 0]);
            assert_eq!(doubted(zone, "", "2026-01-02"), [""; 0]);
            assert_eq!(doubted(zone, "back_dating: 4d\n", "2025-12-31"), [""; 0]);
        }
    }

    #[test]
    fn no_day_of_a_check_is_earlier_than_the_commit_under_it() {
        let branch = Branch::from(&[("stopgap.yaml", "version: 1\n"), ("exceptions/.keep", "")]);
        let verdict = branch.write(PRINTER, &filed("2025-12-29")).verdict_on("2025-12-30");
        let said = "back-dated exceptions/2026-q4/label-printer-certificate.yaml:15 the decision is dated `2025-12-29`, `4` days before \
             the newest commit it is based on (`2026-01-02`); the policy allows `3`";
        assert_eq!((verdict.code, verdict.found.as_slice()), (0, [said.to_owned()].as_slice()));
    }

    #[test]
    fn a_base_that_is_dated_ahead_of_the_clock_accuses_nobody() {
        let repo = Repo::new();
        repo.write("stopgap.yaml", "version: 1\n").write("exceptions/.keep", "");
        repo.commits.set(20_000);
        repo.commit("before");
        repo.commits.set(3);
        repo.branch("topic");
        let verdict = Branch { repo }.write(PRINTER, &filed("2026-01-04")).verdict_on("2026-01-04");
        assert_eq!((verdict.code, verdict.found.as_slice()), (0, &[][..]));
    }

    #[test]
    fn a_renewal_that_is_decided_after_the_end_says_so() {
        let fields = [("decided", "2025-12-20"), ("starts", "2025-12-20"), ("expires", "2026-01-02")];
        for zone in ZONES {
            let said = ["2026-01-01", "2026-01-02", "2026-01-03"].map(|decided| {
                let policy = format!("timezone: {}\nback_dating: 9d\n", zone.0);
                let branch = Branch::from(&[("stopgap.yaml", &policy), (PRINTER, &exception(&fields))]);
                let renewal = RENEWAL
                    .replace("requested: 2026-11-20", "requested: 2026-01-01")
                    .replace("decided: 2026-11-21", &format!("decided: {decided}"));
                let renewal = renewal.replace("2026-12-20", "2026-01-20");
                branch.write(PRINTER, &format!("{}renewals:\n  - {renewal}\n", exception(&fields)));
                branch.verdict_on(zone.1).found
            });
            let late = "renewal-decided-late exceptions/2026-q4/label-printer-certificate.yaml:20 decided `1` day \
                        after the end of the term it extends";
            assert_eq!(said, [vec![], vec![], vec![late.to_owned()]], "{}", zone.0);
        }
    }

    #[test]
    fn so_are_a_review_a_renewal_and_a_closure() {
        let base =
            filed("2025-12-20").replace("starts: 2026-01-04", "starts: 2025-12-20").replace("2026-01-30", "2026-01-10");
        let added = format!(
            "{}reviews:\n  - {{date: 2025-12-22, by: Luis Prado, note: Seen.}}\nrenewals:\n  - {}\nclosure: {{date: 2025-12-24, by: \
             Luis Prado, verified_by: Hanna Vogel, note: Printed a label.}}\n",
            base.replace("status: active", "status: closed"),
            RENEWAL.replace("2026-11-2", "2025-12-2")
        );
        let branch = Branch::from(&[(PRINTER, &base)]);
        let found = branch.write(PRINTER, &added).verdict_on("2026-01-04").found;
        let own: Vec<&str> = found.iter().filter_map(|found| found.strip_prefix("back-dated ")).collect();
        let what: Vec<&str> =
            own.iter().map(|found| found.split_once(' ').unwrap().1.split(" is dated").next().unwrap()).collect();
        assert_eq!(what, ["review `1`", "renewal `1`", "the closure"]);
    }
}

mod rule_book {
    use super::*;

    fn warned(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
        let branch = Branch::from(&[&[(PRINTER, exception(&[]).as_str())], before].concat());
        for (path, _) in before {
            branch.remove(path);
        }
        for (path, text) in after {
            branch.write(path, text);
        }
        let verdict = branch.verdict();
        assert!(
            verdict.found.iter().all(|found| verdict.code == 0 && found.starts_with("policy-loosened ")),
            "{verdict:?}"
        );
        verdict.found.iter().map(|found| found.trim_start_matches("policy-loosened ").to_owned()).collect()
    }

    fn policy(before: &str, after: &str) -> Vec<String> {
        warned(&[("stopgap.yaml", before)], &[("stopgap.yaml", after)])
    }

    #[test]
    fn every_looser_value_is_named_at_its_place() {
        for (before, after, said) in [
            (
                "tiers: {low: 20d}\n",
                "version: 1\ntiers: {low: 21d}\n",
                ":2 an approval of tier `low` lasts `21` days instead of `20`",
            ),
            ("tiers: {low: 20d}\n", "version: 1\n", ":1 an approval of tier `low` lasts `30` days instead of `20`"),
            (
                "version: 1\n",
                "rules:\n  expired: warning\n",
                ":2 the level of rule `expired` is lowered from `error` to `warning`",
            ),
            (
                "version: 1\n",
                "rules: {expiring-soon: 'off'}\n",
                ":1 the level of rule `expiring-soon` is lowered from `note` to `off`",
            ),
            ("version: 1\n", "renewals: {max: 3}\n", ":1 an exception may be renewed `3` times instead of `2`"),
            ("version: 1\n", "back_dating: 9d\n", ":1 entries may be back-dated by `9` days instead of `3`"),
            (
                "version: 1\n",
                "copied_reason: {similarity: 0.9}\n",
                ":1 a reason counts as a copy from a similarity of `0.9` instead of `0.8`",
            ),
            (
                "version: 1\n",
                "exposure_tier: low\n",
                ":1 an exception with any exposure may have tier `low`; `high` was required",
            ),
            (
                "vague_phrases: [we need it]\n",
                "vague_phrases: [wie besprochen]\n",
                ":1 `we need it` is no longer listed as a vague phrase",
            ),
        ] {
            assert_eq!(policy(before, after), [format!("stopgap.yaml{said}")], "{after}");
        }
    }

    #[test]
    fn stricter_equal_or_unrelated_values_are_not_reported() {
        let strict = "tiers: {low: 29d, moderate: 14d, high: 1d}\nrenewals: {max: 1}\nback_dating: 0d\ncopied_reason: {similarity: 0.5}\n\
             exposure_tier: emergency\nvague_phrases: [we need it]\nrules: {long-reason: error}\nreminders: [14, 7, 3, 1]\ntimezone: Asia/Tokyo\n";
        assert_eq!(policy("version: 1\nvague_phrases: [We  need it]\n", strict), [""; 0]);
        assert_eq!(policy("exceptions: exceptions\n", "exceptions: ./exceptions/\n"), [""; 0]);
        assert_eq!(warned(&[("stopgap.yaml", "tiers: {low: 30d}\n")], &[]), [""; 0]);
        assert_eq!(warned(&[(".github/stopgap.yaml", "version: 1\n")], &[("stopgap.yaml", "version: 1\n")]), [""; 0]);
    }

    #[test]
    fn a_policy_that_is_gone_loosens_what_it_tightened() {
        let said = "stopgap.yaml:1 an approval of tier `low` lasts `30` days instead of `20`";
        assert_eq!(warned(&[("stopgap.yaml", "tiers: {low: 20d}\n")], &[]), [said]);
    }

    #[test]
    fn a_policy_that_hides_another_is_named() {
        let both = [(".github/stopgap.yaml", "version: 1\n"), ("stopgap.yaml", "version: 1\n")];
        let said = "stopgap.yaml:1 this file replaces `.github/stopgap.yaml`, which is no longer read";
        assert_eq!(warned(&both[..1], &both), [said]);
        assert_eq!(warned(&both[1..], &both), [""; 0]);
    }

    const NEW_ROSTER: &str =
        "people.yaml:1 the roster is new: it says under which login people approve, and who is above whom";
    const PEOPLE: &str = "people:\n  - {handle: '@hanna', name: Hanna Vogel, manager: Mei Tanaka}\n  - {name: Luis Prado, aliases: ['@luis']}\n  \
         - {name: Mei Tanaka}\n  - {name: Ada Brook, left: 2026-10-01}\n";
    const CONTROLS: &str =
        "controls:\n  - {id: CRY-04, name: Young certificates}\n  - {id: ACC-09, name: Sealed root, waivable: false}\n";

    #[test]
    fn the_rest_of_the_rule_book_must_stay_where_it_was() {
        let people = [("people.yaml", PEOPLE), ("stopgap.yaml", "version: 1\n")];
        let gone = "people.yaml:1 the roster is no longer read: `people.yaml` is gone or not named";
        assert_eq!(warned(&people, &people[1..]), [gone]);
        let moved = [("staff.yaml", PEOPLE), ("stopgap.yaml", "people: staff.yaml\n")];
        assert_eq!(
            warned(&people, &moved),
            ["stopgap.yaml:1 the roster is read from `staff.yaml` instead of `people.yaml`"]
        );
        let controls = [("controls.yaml", CONTROLS), ("stopgap.yaml", "controls: controls.yaml\n")];
        let gone = "stopgap.yaml:1 the catalogue of controls is no longer read: `controls.yaml` is gone or not named";
        assert_eq!(warned(&controls, &[("stopgap.yaml", "version: 1\n")]), [gone]);
        assert_eq!(warned(&controls, &[controls[0], ("stopgap.yaml", "version: 1\n")]), [""; 0]);
        let schema = [("our.json", "{}"), ("stopgap.yaml", "schema: our.json\n")];
        let gone = "stopgap.yaml:1 the organisation's schema is no longer read: `our.json` is gone or not named";
        assert_eq!(warned(&schema, &[schema[0], ("stopgap.yaml", "version: 1\n")]), [gone]);
    }

    #[test]
    fn a_register_that_moves_with_its_policy_loses_nothing() {
        let branch = Branch::from(&[(PRINTER, &exception(&[])), ("stopgap.yaml", "version: 1\n")]);
        branch.write("stopgap.yaml", "exceptions: records\n").rename(PRINTER, "records/label-printer-certificate.yaml");
        branch.is_told(
            0,
            &["policy-loosened stopgap.yaml:1 the register is read from `records` instead of `exceptions`"],
        );
    }

    #[test]
    fn an_approver_who_is_named_afterwards_must_sign_too() {
        let before = exception(&[]);
        let branch = Branch::from(&[(PRINTER, &before), (".github/CODEOWNERS", "* @mei @luis\n")]);
        let amendment =
            "{date: 2026-11-23, by: Luis Prado, approver: Mei Tanaka, fields: [approver], note: Wrong name.}";
        branch.write(PRINTER, &exception(&[("approver", "'@ana'"), ("amendments", &format!("[{amendment}]"))]));
        let verdict = branch.verdict();
        let named = |line: &String| line.starts_with("approver-not-code-owner") && line.contains("`@ana`");
        assert!(verdict.code == 1 && verdict.found.iter().any(named), "{:?}", verdict.found);
    }

    #[test]
    fn where_stopgap_comes_from_stays() {
        let commit = "1".repeat(40);
        let workflow = format!(
            "jobs:\n  gate:\n    steps:\n      - run: |\n          git fetch https://a.b/acme/stopgap {commit}\n          stopgap check --base auto\n"
        );
        let path = ".github/workflows/stopgap.yml";
        let other = workflow.replace("acme", "mallory");
        let said =
            "the source of the check is now `https://a.b/mallory/stopgap`, and was `https://a.b/acme/stopgap` before";
        assert_eq!(warned(&[(path, &workflow)], &[(path, &other)]), [format!("{path}:5 {said}")]);
        let newer = workflow.replace('1', "2");
        let named = "the job `gate`, which runs the check, was edited: `run` of step `1`";
        assert_eq!(warned(&[(path, &workflow)], &[(path, &newer)]), [format!("{path}:5 {named}")]);
        let job = "stopgap:\n  image:\n    name: a.b/stopgap@sha256:1\n  variables:\n    STOPGAP_SIGN_OFF: required\n  script:\n    - |\n      code=0\n      stopgap check || code=$?\n      exit \"$code\"\n";
        let path = ".gitlab/stopgap.yml";
        for (old, new, said) in [
            ("name: a.b/", "name: c.d/", ":3 `image` of the check is now `c.d/stopgap`, and was `a.b/stopgap` before"),
            ("required", "\"off\"", ":5 `STOPGAP_SIGN_OFF` of the check is now `off`, and was `required` before"),
            ("exit \"$code\"", "exit 0", ":9 `|| code=$?` lets the check pass whatever it finds"),
        ] {
            assert_eq!(warned(&[(path, job)], &[(path, &job.replace(old, new))]), [format!("{path}{said}")], "{new}");
        }
        assert_eq!(warned(&[(path, job)], &[(path, &job.replace("sha256:1", "sha256:2"))]), [""; 0]);
        let job = "stopgap:\n  script:\n    - |\n      STOPGAP_SIGN_OFF='required'\n      stopgap check\n";
        let said = ":4 `STOPGAP_SIGN_OFF` of the check is now `optional`, and was `required` before";
        assert_eq!(warned(&[(path, job)], &[(path, &job.replace("required", "optional"))])[0], format!("{path}{said}"));
        let gate = "jobs:\n  gate:\n    steps:\n      - run: stopgap check --base auto\n";
        let other = gate.replace("auto", "\"${{ github.event.pull_request.base.sha }}\"");
        let path = ".github/workflows/stopgap.yml";
        let said =
            "`--base` of the check is now `\"${{ github.event.pull_request.base.sha }}\"`, and was `auto` before";
        assert_eq!(warned(&[(path, gate)], &[(path, &other)]), [format!("{path}:4 {said}")]);
        let component = "include:\n  - component: a.b/c/stopgap@1\n    inputs:\n      image: a.b/stopgap@sha256:1\n";
        let path = ".gitlab-ci.yml";
        let found = warned(&[(path, component)], &[(path, &component.replace("a.b/stopgap@", "c.d/stopgap@"))]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn a_roster_that_is_no_longer_complete_is_named() {
        let open = format!("complete: false\n{PEOPLE}");
        let said = "people.yaml:1 people outside the roster may be named: it is no longer marked as complete";
        assert_eq!(warned(&[("people.yaml", PEOPLE)], &[("people.yaml", &open)]), [said]);
        assert_eq!(warned(&[("people.yaml", &open)], &[("people.yaml", PEOPLE)]), [""; 0]);
        assert_eq!(
            warned(&[("people.yaml", &open)], &[("people.yaml", &open.replace("2026-10-01", "2026-09-01"))]),
            [""; 0]
        );
        assert_eq!(warned(&[], &[("people.yaml", &open)]), [NEW_ROSTER]);
        let teams = "teams: {'@acme/security': ['@hanna']}\n";
        let found = warned(&[("people.yaml", PEOPLE)], &[("people.yaml", teams)]);
        assert!(found.iter().any(|found| found.ends_with("no longer marked as complete")), "{found:?}");
    }

    #[test]
    fn people_and_their_names_stay() {
        for (from, to, said) in [
            (", aliases: ['@luis']", "", ":3 `@luis` no longer means `Luis Prado`, so it counts as somebody else"),
            (
                ", manager: Mei Tanaka",
                "",
                ":2 `@hanna` no longer has the manager `Mei Tanaka`, so nobody is above them",
            ),
            (
                ", left: 2026-10-01",
                "",
                ":5 `Ada Brook` no longer has `left: 2026-10-01`: they may own exceptions again",
            ),
            (
                "manager: Mei Tanaka",
                "manager: Luis Prado",
                ":2 `Luis Prado` is now above `@hanna`, instead of `Mei Tanaka`",
            ),
            ("left: 2026-10-01", "left: 2027-01-01", ":5 `Ada Brook` leaves on `2027-01-01` instead of `2026-10-01`"),
            ("  - {name: Ada Brook, left: 2026-10-01}\n", "", ":1 `Ada Brook` is gone from the roster"),
            (
                "'@hanna', name: Hanna Vogel",
                "'@hv', name: Hanna Vogel",
                ":2 `@hanna` no longer means `@hv`, so it counts as somebody else",
            ),
        ] {
            let after = PEOPLE.replace(from, to);
            let mut found = warned(&[("people.yaml", PEOPLE)], &[("people.yaml", &after)]);
            // The last of them also gives her another login.
            found.retain(|found| !found.contains("`@hv` is a new login of `@hanna`"));
            assert_eq!(found, [format!("people.yaml{said}")], "{to}");
        }
        let taken = PEOPLE.replace("aliases: ['@luis']", "aliases: ['@luis', '@mallory']");
        assert_eq!(
            warned(&[("people.yaml", PEOPLE)], &[("people.yaml", &taken)]),
            ["people.yaml:3 `@mallory` is a new login of `Luis Prado`: anyone who has it can approve as them"]
        );
        let managed = PEOPLE.replace("Luis Prado,", "Luis Prado, manager: '@hanna',");
        let said = "`@hanna` is now above `Luis Prado`, who had nobody above them, and may decide what they refused";
        assert_eq!(warned(&[("people.yaml", PEOPLE)], &[("people.yaml", &managed)]), [format!("people.yaml:3 {said}")]);
        let stricter =
            PEOPLE.replace("Luis Prado,", "Luis Prado, left: 2026-12-31,").replace("2026-10-01", "2026-09-01");
        assert_eq!(
            warned(&[("people.yaml", PEOPLE)], &[("people.yaml", &(stricter + "  - {name: Noor Bakker}\n"))]),
            [""; 0]
        );
    }

    #[test]
    fn controls_must_stay_and_stay_unwaivable() {
        let changed = |from: &str, to: &str| {
            warned(&[("controls.yaml", CONTROLS)], &[("controls.yaml", &CONTROLS.replace(from, to))])
        };
        assert_eq!(
            changed(", waivable: false", ""),
            ["controls.yaml:3 the control `ACC-09` may now be waived, and could not be before"]
        );
        let gone = changed("  - {id: ACC-09, name: Sealed root, waivable: false}\n", "");
        assert_eq!(gone, ["controls.yaml:1 the control `ACC-09` is gone from the catalogue"]);
        assert_eq!(changed("Young certificates", "Certificates are young, waivable: false"), [""; 0]);
    }

    #[test]
    fn code_owners_must_stay() {
        const OWNERS: &str = "* @luis\n/exceptions/ @acme/security\n/.github/ @hanna @mei\n";
        const TEAMS: &str = "people:\n  - {name: Hanna Vogel, handle: '@hanna'}\n  - {name: Luis Prado, handle: '@luis'}\n  - {name: Mei Tanaka, \
             handle: '@mei'}\nteams: {'@acme/security': ['@hanna', '@mei']}\n";
        let changed = |after: &str| {
            let before = [(".github/CODEOWNERS", OWNERS), ("people.yaml", TEAMS)];
            let mut found = warned(&before, &[(".github/CODEOWNERS", after), ("people.yaml", TEAMS)]);
            found.iter_mut().for_each(|found| *found = found.trim_start_matches(".github/CODEOWNERS:").to_owned());
            found
        };
        for (from, to, said) in [
            (
                "@acme/security",
                "@acme/security @luis",
                "2 `@luis` may now approve `exceptions/` and `1` more file; only `@acme/security` could before",
            ),
            (
                "@acme/security",
                "",
                "2 approval is no longer required for `exceptions/` and `1` more file; `@acme/security` was required \
                 before",
            ),
            (
                "/exceptions/ @acme/security\n",
                "",
                "1 `@luis` may now approve `exceptions/` and `1` more file; only `@acme/security` could before",
            ),
            ("@mei", "@hans", "3 `@hans` may now approve `.github/CODEOWNERS`; only `@hanna @mei` could before"),
            (
                "/.github/",
                "*-certificate.yaml @luis\n/.github/",
                "3 `@luis` may now approve `exceptions/2026-q4/label-printer-certificate.yaml`; only `@acme/security` \
                 could before",
            ),
        ] {
            assert_eq!(changed(&OWNERS.replace(from, to)), [said], "{to}");
        }
        // Nor may others join a team that has to approve, while its line stays.
        let joined = |members: &str, owners: &str| {
            let roster = TEAMS.replace("['@hanna', '@mei']", members);
            assert!(roster != TEAMS, "{members}");
            let before = [(".github/CODEOWNERS", OWNERS), ("people.yaml", TEAMS)];
            warned(&before, &[(".github/CODEOWNERS", owners), ("people.yaml", &roster)])
        };
        let may = "people.yaml:5 `Luis Prado` may now approve `exceptions/` and `1` more file, as a member of \
                   `@acme/security`";
        assert_eq!(joined("['@hanna', '@mei', Luis Prado]", OWNERS), [may]);
        assert_eq!(joined("['@hanna', '@mei', Luis Prado]", &OWNERS.replace("@mei", "")), [may]);
        assert_eq!(joined("['@mei', Hanna Vogel]", OWNERS), [""; 0]);
        assert_eq!(joined("['@mei']", OWNERS), [""; 0]);
        let listed = TEAMS.replace("'@acme/security'", "'@acme/other'");
        let before = [(".github/CODEOWNERS", OWNERS), ("people.yaml", listed.as_str())];
        let found = warned(&before, &[(".github/CODEOWNERS", OWNERS), ("people.yaml", TEAMS)]);
        assert!(found.len() == 2 && found[0].contains("`@hanna` may now approve `exceptions/`"), "{found:?}");
        for (from, to) in [
            ("@acme/security", "@Mei @hanna"),
            ("@acme/security", "mei"),
            ("* @luis", "# ours\n*   @LUIS"),
            ("@hanna @mei", "@mei"),
        ] {
            let to = if to == "mei" { "@mei" } else { to };
            assert_eq!(changed(&OWNERS.replace(from, to)), [""; 0], "{to}");
        }
        let shadowed =
            warned(&[("CODEOWNERS", "* @mei\n")], &[("CODEOWNERS", "* @mei\n"), (".github/CODEOWNERS", "* @luis\n")]);
        assert!(
            shadowed.len() == 1 && shadowed[0].starts_with(".github/CODEOWNERS:1 `@luis` may now approve"),
            "{shadowed:?}"
        );
        let gone = warned(&[("CODEOWNERS", "* @mei\n")], &[]);
        assert!(gone[0].starts_with("CODEOWNERS:1 CODEOWNERS is gone"), "{gone:?}");
    }

    #[test]
    fn code_owners_are_asked_for_a_register_below_the_top() {
        let owners = "/team/exceptions/ @mei\n";
        let repo = Repo::new();
        repo.write("team/exceptions/a.yaml", &exception(&[])).write("CODEOWNERS", owners);
        repo.write("team/stopgap.yaml", "version: 1\n").commit("before");
        repo.branch("topic");
        let branch = Branch { repo };
        branch.write("CODEOWNERS", &owners.replace("@mei", "@luis"));
        let run = branch.run(&["--base", "main", "--root", "team", "--format", "concise"]);
        let said = "`@luis` may now approve `team/exceptions/` and `1` more file; only `@mei` could before";
        assert!(run.code == 0 && run.stdout.contains(said), "{run:?}");
    }

    #[test]
    fn the_check_must_keep_running_and_failing() {
        const GATE: &str = "on: pull_request\njobs:\n  gate:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v5\n        \
             with: {fetch-depth: 2}\n      - run: stopgap check --base auto\n";
        const PATH: &str = ".github/workflows/gate.yml";
        let changed = |after: &str| warned(&[(PATH, GATE)], &[(PATH, after)]);
        for (from, to, said) in [
            ("base auto", "base auto || true", ":8 `|| true` lets the check pass whatever it finds"),
            (
                "base auto\n",
                "base auto\n        continue-on-error: True\n",
                ":9 `continue-on-error: True` lets the check pass whatever it finds",
            ),
            (
                "    steps:",
                "    continue-on-error: true\n    steps:",
                ":5 `continue-on-error: true` lets the check pass whatever it finds",
            ),
            (
                "- run: stopgap",
                "# - run: stopgap",
                ":8 a step that ran the pull-request gate (`stopgap check --base`) is gone",
            ),
            (" --base auto", "", ":8 a step that ran the pull-request gate (`stopgap check --base`) is gone"),
        ] {
            assert_eq!(changed(&GATE.replace(from, to)), [format!("{PATH}{said}")], "{to}");
        }
        assert_eq!(
            warned(&[(PATH, GATE)], &[]),
            [format!("{PATH}:8 a step that ran the pull-request gate (`stopgap check --base`) is gone")]
        );
        assert_eq!(warned(&[(PATH, GATE)], &[(".github/workflows/checks.yaml", GATE)]), [""; 0]);
        assert_eq!(
            changed(&GATE.replace("base auto", "base auto --format github").replace("checkout@v5", "checkout@v6")),
            [""; 0]
        );
        assert_eq!(
            changed(&format!("{GATE}      - run: make docs || true\n  docs:\n    continue-on-error: true\n")),
            [""; 0]
        );
        let (before, after) =
            ("gate:\n  script: [make]\nregister:\n  script:\n    - stopgap check\n", "  allow_failure: true\n");
        let said = ".gitlab-ci.yml:6 `allow_failure: true` lets the check pass whatever it finds";
        assert_eq!(warned(&[(".gitlab-ci.yml", before)], &[(".gitlab-ci.yml", &format!("{before}{after}"))]), [said]);
    }

    #[test]
    fn the_check_must_keep_looking_at_the_same_register_with_the_same_program() {
        const GATE: &str = "on: pull_request\njobs:\n  gate:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: stopgap check --base auto \
             --root team --reviews r.json\n";
        const PATH: &str = ".github/workflows/gate.yml";
        let changed = |from: &str, to: &str| warned(&[(PATH, GATE)], &[(PATH, &GATE.replace(from, to))]);
        for (from, to, said) in [
            ("--root team", "--root decoy", "`--root` of the check is now `decoy`, and was `team` before"),
            (" --reviews r.json", "", "`--reviews` of the check is now nothing, and was `r.json` before"),
            ("auto", "origin/x", "`--base` of the check is now `origin/x`, and was `auto` before"),
            (
                "stopgap check",
                "./bin/stopgap check",
                "the program of the check is now `./bin/stopgap`, and was nothing before",
            ),
            (
                "run: stopgap",
                "run: PATH=.:$PATH stopgap",
                "`PATH` of the check is now `PATH=.:$PATH`, and was nothing before",
            ),
            ("team", "team --policy p.yaml", "`--policy` of the check is now `p.yaml`, and was nothing before"),
        ] {
            assert_eq!(changed(from, to), [format!("{PATH}:6 {said}")], "{to}");
        }
        for (from, to, said) in [
            ("--base auto", "--base HEAD", "`--base HEAD`"),
            ("r.json", "r.json||true", "`|| true`"),
            ("r.json", "r.json | cat", "`| cat`"),
            ("r.json", "r.json --help", "`--help`"),
            ("run: stopgap", "run: echo stopgap", "`echo`"),
        ] {
            assert_eq!(changed(from, to), [format!("{PATH}:6 {said} lets the check pass whatever it finds")], "{to}");
        }
        assert_eq!(changed("--reviews r.json", "--reviews r.json --format github || exit 1"), [""; 0]);
        let action = "jobs:\n  gate:\n    steps:\n      - uses: acme/stopgap@v1\n        with:\n          root: team\n          version: 0.1.0\n";
        let action_changed = |from: &str, to: &str| warned(&[(PATH, action)], &[(PATH, &action.replace(from, to))]);
        assert_eq!(action_changed("@v1", "@v2"), [""; 0]);
        for (from, to, said) in [
            ("acme/", "evil/", "the action of the check is now `evil/stopgap`, and was `acme/stopgap` before"),
            ("0.1.0", "0.0.1", "`version` of the check is now `0.0.1`, and was `0.1.0` before"),
            ("root: team", "root: decoy", "`root` of the check is now `decoy`, and was `team` before"),
            (
                "root: team",
                "root: team\n          mode: register",
                "`mode` of the check is now `register`, and was nothing before",
            ),
        ] {
            assert_eq!(action_changed(from, to), [format!("{PATH}:4 {said}")], "{to}");
        }
    }

    const JOB: &str = "name: stopgap\non:\n  pull_request:\n    types: [opened, edited]\n  schedule: [{cron: 17 5 * * *}]\njobs:\n  gate:\n    \
         name: Exceptions\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n        \
         with: {fetch-depth: 0}\n      - name: Pull request\n        run: |\n          gh api \"$PULLS/reviews\" > r.json\n          \
         stopgap check --base auto --reviews r.json\n      - run: make docs\n  docs:\n    runs-on: ubuntu-24.04\n    steps: [{run: make}]\n";

    #[test]
    fn every_other_edit_of_what_runs_the_check_is_named() {
        const PATH: &str = ".github/workflows/stopgap.yml";
        let changed = |from: &str, to: &str| {
            assert!(JOB.contains(from), "{from}");
            warned(&[(PATH, JOB)], &[(PATH, &JOB.replacen(from, to, 1))])
        };
        for (from, to, said) in [
            ("    runs-on", "    if: github.actor != 'x'\n    runs-on", "9 job `if`"),
            ("    runs-on", "    env: {GITHUB_EVENT_NAME: push}\n    runs-on", "9 job `env`"),
            ("ubuntu-24.04", "self-hosted", "9 job `runs-on`"),
            ("name: Exceptions", "name: Other", "8 job `name`"),
            ("81273ba90b1 # v7.0.1", "81273ba90b2 # v7.0.2", "11 job `uses` of step `1`"),
            ("3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7", "11 job `uses` of step `1`"),
            ("fetch-depth: 0", "fetch-depth: 0, ref: main", "12 job `with.ref` of step `1`"),
            ("        run: |", "        shell: bash {0}\n        run: |", "14 job `shell` of step `2`"),
            ("          stopgap", "          exit 0\n          stopgap", "15 job `run` of step `2`"),
            ("          stopgap", "          if false; then\n          stopgap", "15 job `run` of step `2`"),
            ("> r.json", "| jq 'map(.state=\"APPROVED\")' > r.json", "15 job `run` of step `2`"),
            (
                "      - name: Pull",
                "      - run: git checkout main\n      - name: Pull",
                "13 job step `2`, which is new",
            ),
            ("  gate:\n    name: Exceptions\n", "  other:\n    name: Other\n", "8 job `name`"),
            ("  schedule: [{cron: 17 5 * * *}]\n", "", "3 workflow `on.schedule`"),
            ("17 5 * *", "17 5 30 2", "5 workflow `on.schedule`"),
            ("opened, edited", "labeled", "4 workflow `on.pull_request.types`"),
            (
                "edited]\n",
                "edited]\n    paths-ignore: [\"exceptions/**\"]\n",
                "5 workflow `on.pull_request.paths-ignore`",
            ),
            ("jobs:", "defaults: {run: {shell: bash}}\njobs:", "6 workflow `defaults`"),
            ("name: stopgap", "name: &stopgap stopgap", "1 unread"),
        ] {
            let (line, said) = said.split_once(' ').unwrap();
            let said = said
                .replacen("job", "the job `gate`, which runs the check, was edited:", 1)
                .replacen("workflow", "the workflow that runs the check was edited:", 1)
                .replace(
                    "unread",
                    "what runs the check was edited, and cannot be compared: stopgap cannot read it as YAML",
                );
            assert_eq!(changed(from, to), [format!("{PATH}:{line} {said}")], "{to}");
        }
        // What is certain to let it pass keeps its own words, and so does a list of files.
        for (from, to, said) in [
            (
                "        run: |",
                "        continue-on-error: ${{ github.actor == 'x' }}\n        run: |",
                "14 `continue-on-error: ${{ github.actor == 'x' }}` lets the check pass whatever it finds",
            ),
            (
                "--base auto",
                "exceptions/a.yaml --base auto",
                "16 the list of files of the check is now `exceptions/a.yaml`, and was nothing before",
            ),
        ] {
            assert_eq!(changed(from, to), [format!("{PATH}:{said}")], "{to}");
        }
        for (from, to) in [
            ("name: Pull request", "name: Gate"),
            ("name: stopgap", "name: Register # the gate"),
            ("  schedule", "  workflow_dispatch:\n  schedule"),
            ("auto --reviews r.json", "auto --reviews r.json --format github --output sarif=s.sarif"),
            ("run: make docs", "run: make docs || true"),
            ("run: make}", "run: make all}"),
            ("      - run: make docs", "      - run: make docs\n      - run: make more"),
            ("          gh api", "          # Fetched in the same job.\n          gh api"),
        ] {
            let found = changed(from, to);
            let is_step = to.contains("|| true");
            assert_eq!(found.len(), usize::from(is_step), "{to}: {found:?}");
        }
        let many: String = ["env: {A: b}", "if: true", "needs: docs", "permissions: {}", "timeout-minutes: 9"]
            .map(|key| format!("    {key}\n"))
            .concat();
        let edited =
            "9 the job `gate`, which runs the check, was edited: `runs-on`, `env`, `if`, `needs`, `permissions`";
        for (image, more) in [("ubuntu-24.04", ""), ("self-hosted", ", `1` more")] {
            let found = changed("    runs-on: ubuntu-24.04\n", &format!("{many}    runs-on: {image}\n"));
            let named = match more {
                "" => edited.replace("`runs-on`, ", "") + ", `timeout-minutes`",
                _ => edited.replacen('9', "14", 1) + more,
            };
            assert_eq!(found, [format!("{PATH}:{named}")]);
        }
        let step = "      - run: stopgap check --base auto --reviews r.json\n";
        // A second job that runs it is not the first one under another key.
        let second = format!("  second:\n    runs-on: ubuntu-24.04\n    steps:\n{step}  docs:\n");
        let unnamed = JOB.replace("    name: Exceptions\n", "");
        assert_eq!(warned(&[(PATH, &unnamed)], &[(PATH, &unnamed.replace("  docs:\n", &second))]), [""; 0]);
        let renamed = format!("{PATH}:7 the job `gate`, which runs the check, was edited: its key");
        assert_eq!(warned(&[(PATH, &unnamed)], &[(PATH, &unnamed.replace("  gate:", "  other:"))]), [renamed]);
        let other = format!("  docs:\n    if: github.actor != 'x'\n    runs-on: ubuntu-24.04\n    steps:\n{step}");
        let (before, _) = JOB.split_once("  gate:\n").unwrap();
        let moved = "1 the job `gate`, which ran the check, is gone: another job runs it now";
        assert_eq!(warned(&[(PATH, JOB)], &[(PATH, &format!("{before}{other}"))]), [format!("{PATH}:{moved}")]);
        let branch = Branch::from(&[(PRINTER, exception(&[]).as_str()), (PATH, JOB)]);
        branch.write(PATH, &JOB.replace("ubuntu-24.04", "self-hosted")).repo.commit("Elsewhere");
        let run = branch.run(&["--base", "main", "--format", "concise"]);
        assert!(run.code == 0 && run.stdout.contains("note[policy-loosened]"), "{run:?}");
    }

    #[test]
    fn so_it_is_in_a_pipeline() {
        const PATH: &str = ".gitlab-ci.yml";
        const PIPELINE: &str = "variables: {GIT_DEPTH: \"0\"}\nregister:\n  rules:\n    - if: $CI_MERGE_REQUEST_IID\n  script:\n    - \
             stopgap check --base auto\n  artifacts: {paths: [a]}\nlint:\n  script: [make]\n";
        for (from, to, said) in [
            (
                "GIT_DEPTH: \"0\"",
                "GIT_DEPTH: \"1\"",
                Some("1 the pipeline that runs the check was edited: `variables.GIT_DEPTH`"),
            ),
            ("_IID", "_IID == \"1\"", Some("4 the job `register`, which runs the check, was edited: `rules`")),
            (
                "    - stopgap",
                "    - exit 0\n    - stopgap",
                Some("6 the job `register`, which runs the check, was edited: `script`"),
            ),
            ("[make]", "[make all]", None),
            ("paths: [a]", "paths: [b]", None),
            (
                "register:\n",
                "image: debian:13\nregister:\n",
                Some("2 the pipeline that runs the check was edited: `image`"),
            ),
        ] {
            let found = warned(&[(PATH, PIPELINE)], &[(PATH, &PIPELINE.replacen(from, to, 1))]);
            assert_eq!(found, said.map(|said| format!("{PATH}:{said}")).into_iter().collect::<Vec<_>>(), "{to}");
        }
        let edited = "3 the job `register`, which runs the check, was edited: `image`";
        for (before, after, said) in [
            ("acme/stopgap:0.1.0", "acme/stopgap:0.2.0", None),
            ("{name: acme/stopgap:0.1.0}", "{name: acme/stopgap:0.2.0}", None),
            (
                "{name: acme/stopgap:0.1.0}",
                "{name: acme/stopgap:0.1.0, entrypoint: [sh]}",
                Some(&*edited.replace("image", "image.entrypoint")),
            ),
            ("debian:12", "debian:13", Some(edited)),
            ("{name: debian:13}", "{name: debian:12}", Some(&*edited.replace("image", "image.name"))),
            (
                "{name: acme/stopgap:0.1.0, entrypoint: [a]}",
                "{name: acme/stopgap:0.2.0, entrypoint: [b]}",
                Some(&*edited.replace("image", "image.entrypoint")),
            ),
        ] {
            let [before, after] =
                [before, after].map(|image| PIPELINE.replace("register:\n", &format!("register:\n  image: {image}\n")));
            let found = warned(&[(PATH, &before)], &[(PATH, &after)]);
            assert_eq!(found, said.map(|said| format!("{PATH}:{said}")).into_iter().collect::<Vec<_>>(), "{after}");
        }
    }

    const WORKFLOW: &str =
        "on: pull_request\njobs:\n  gate:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v5\n";

    #[test]
    fn no_style_of_yaml_hides_what_lets_the_check_pass() {
        const PATH: &str = ".github/workflows/gate.yml";
        let changed = |before: &str, after: &str| {
            let [before, after] = [before, after].map(|steps| format!("{WORKFLOW}{steps}"));
            warned(&[(PATH, &before)], &[(PATH, &after)])
        };
        let gate = "      - run: stopgap check --base auto\n";
        for (after, said) in [
            ("      - run: \"stopgap check --base auto ; exit 0\"\n", "7 `; exit 0`"),
            ("      - run: 'stopgap check --base auto || true'\n", "7 `|| true`"),
            ("      - run: >-\n          stopgap check --base auto\n          || true\n", "8 `|| true`"),
            ("      - {run: stopgap check --base auto, continue-on-error: true}\n", "7 `continue-on-error: true`"),
            (
                "      - run: stopgap check --base auto\n        \"continue-on-error\": true\n",
                "8 `\"continue-on-error\": true`",
            ),
            ("      - run: stopgap check --base auto\n        \"if\": false\n", "8 `\"if\": false`"),
        ] {
            assert_eq!(
                changed(gate, after),
                [format!("{PATH}:{said} lets the check pass whatever it finds")],
                "{after}"
            );
        }
        for same in [
            "      - run: \"stopgap check --base auto\"\n",
            "      - {run: stopgap check --base auto}\n",
            "      - run: >-\n          stopgap check\n          --base auto\n",
        ] {
            assert_eq!(changed(gate, same), [""; 0], "{same}");
        }
        let action = "      - uses: acme/stopgap@v1\n        with: {root: team}\n";
        let soft = action.replace("root", "\"fail-on\": never, root");
        let said = "`\"fail-on\": never` lets the check pass whatever it finds";
        assert_eq!(changed(action, &soft), [format!("{PATH}:8 {said}")]);
        let path = ".gitlab-ci.yml";
        let component = "include:\n  - component: a.b/acme/stopgap@1\n    inputs:\n      image: a.b/stopgap@sha256:1\n";
        let soft = format!("{component}      sign-off: \"off\"\n");
        let said = "`sign-off: \"off\"` lets the check pass whoever approved";
        assert_eq!(warned(&[(path, component)], &[(path, &soft)]), [format!("{path}:5 {said}")]);
    }

    #[test]
    fn what_a_pipeline_says_of_a_job_from_elsewhere_counts() {
        const PATH: &str = ".gitlab-ci.yml";
        const JOB: &str = ".gitlab/stopgap.yml";
        let component = "include:\n  - component: a.b/acme/stopgap@1\n    inputs: {image: a.b/stopgap@sha256:1}\n";
        let included = "include:\n  - local: /.gitlab/stopgap.yml\n";
        let job = "stopgap:\n  image: a.b/stopgap@sha256:1\n  script:\n    - STOPGAP_ROOT=team\n    - stopgap check --base auto\n    - stopgap check\nstopgap-history:\n  script:\n    - stopgap history\n";
        for (main, other) in [(component, None), (included, Some((JOB, job)))] {
            let before: Vec<(&str, &str)> = other.into_iter().chain([(PATH, main)]).collect();
            let changed = |more: &str| {
                let after = format!("{main}{more}");
                let after: Vec<(&str, &str)> = other.into_iter().chain([(PATH, after.as_str())]).collect();
                let line = main.lines().count();
                let found = warned(&before, &after);
                found.iter().map(|found| found.replace(&format!("{PATH}:{}", line + 2), "")).collect::<Vec<_>>()
            };
            for soft in ["allow_failure: true", "\"when\": manual", "when: never", "script: [\"true\"]"] {
                let said = format!(" `{soft}` lets the check pass whatever it finds");
                assert_eq!(changed(&format!("stopgap:\n  {soft}\n")), [said], "{soft}");
                let said = format!(" `{soft}` hides what `stopgap history` finds");
                assert_eq!(changed(&format!("stopgap-history:\n  {soft}\n")), [said], "{soft}");
            }
            let edited =
                |key: &str, named: &str| format!(" the job `{key}`, which runs the check, was edited: `{named}`");
            for (keys, named) in [
                ("rules: [{if: $X}]", "rules"),
                ("before_script: [make]", "before_script"),
                ("variables: {GIT_STRATEGY: none}", "variables"),
                ("only: [main]", "only"),
                ("except: [main]", "except"),
                ("image: alpine", "image"),
                ("extends: .other", "extends"),
                ("allow_failure: false", "allow_failure"),
            ] {
                for key in ["stopgap", "stopgap-history"] {
                    assert_eq!(changed(&format!("{key}:\n  {keys}\n")), [edited(key, named)], "{keys}");
                }
            }
            assert_eq!(changed("stopgap:\n  artifacts: {paths: [a]}\nlint:\n  allow_failure: true\n"), [""; 0]);
            // An override of its own may run the check, and is then looked at as any other job.
            let own = changed("stopgap:\n  script: [stopgap check --base auto]\n  allow_failure: true\n");
            let said =
                other.map_or("a step that used the action is gone", |_| "`allow_failure: true` lets the check pass");
            assert!(own.iter().any(|found| found.contains(said)), "{own:?}");
        }
        let gone = warned(&[(PATH, included), (JOB, job)], &[(PATH, "lint:\n  script: [make]\n"), (JOB, job)]);
        let said = "a step that ran the pull-request gate (`stopgap check --base`) is gone";
        assert_eq!(gone, [format!("{PATH}:2 {said}")]);
        assert_eq!(warned(&[(PATH, component)], &[(PATH, "lint:\n  script: [make]\n")]).len(), 1);
        // A pattern takes the file in as its path does.
        let pattern = included.replace("stopgap.yml", "*.yml");
        let found = warned(&[(PATH, included), (JOB, job)], &[(PATH, &pattern), (JOB, job)]);
        assert_eq!(found, [format!("{PATH}:2 the pipeline that runs the check was edited: `include`")]);
    }

    #[test]
    fn what_lets_the_caller_of_the_check_pass_lets_the_check_pass() {
        const PATH: &str = ".github/workflows/gate.yml";
        const ACTION: &str = ".github/actions/gate/action.yml";
        const CALLED: &str = ".github/workflows/called.yml";
        let caller = format!("{WORKFLOW}      - uses: ./.github/actions/gate\n");
        let action = "name: gate\nruns:\n  using: composite\n  steps:\n    - run: stopgap check --base auto\n      shell: bash\n";
        let step = [(PATH, caller.as_str()), (ACTION, action)];
        let soft = "lets the check pass whatever it finds";
        for key in ["continue-on-error: true", "if: false"] {
            let after = format!("{caller}        {key}\n");
            assert_eq!(
                warned(&step, &[(PATH, &after), (ACTION, action)]),
                [format!("{PATH}:8 `{key}` {soft}")],
                "{key}"
            );
        }
        let softer = action.replace("base auto", "base auto || true");
        assert_eq!(warned(&step, &[(PATH, &caller), (ACTION, &softer)]), [format!("{ACTION}:5 `|| true` {soft}")]);
        let edited = action.replace("    - run", "    - run: git checkout main\n      shell: bash\n    - run");
        let said = "the action that runs the check was edited: step `1`, which is new";
        assert_eq!(warned(&step, &[(PATH, &caller), (ACTION, &edited)]), [format!("{ACTION}:5 {said}")]);
        let gone = "a step that ran the pull-request gate (`stopgap check --base`) is gone";
        assert_eq!(warned(&step, &[(PATH, WORKFLOW), (ACTION, action)]), [format!("{PATH}:7 {gone}")]);
        // What moves into an action counts as long as a step uses it.
        let direct = format!("{WORKFLOW}      - run: stopgap check --base auto\n");
        let moved = warned(&[(PATH, &direct)], &step);
        assert!(moved.len() == 1 && moved[0].contains("was edited"), "{moved:?}");
        assert_eq!(warned(&[(PATH, &direct)], &[(PATH, WORKFLOW), (ACTION, action)])[0], format!("{PATH}:7 {gone}"));
        let calls = "on: pull_request\njobs:\n  gate:\n    uses: ./.github/workflows/called.yml\n";
        let called = "on: workflow_call\njobs:\n  check:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: stopgap check --base auto\n";
        let both = [(PATH, calls), (CALLED, called)];
        let after = format!("{calls}    if: false\n");
        assert_eq!(warned(&both, &[(PATH, &after), (CALLED, called)]), [format!("{PATH}:5 `if: false` {soft}")]);
        let gone = warned(&both, &[(PATH, "on: pull_request\njobs: {}\n"), (CALLED, called)]);
        assert!(gone.len() == 1 && gone[0].starts_with(&format!("{PATH}:4 a step that ran")), "{gone:?}");
        let softer = called.replace("    steps:", "    continue-on-error: true\n    steps:");
        let said = format!("{CALLED}:5 `continue-on-error: true` {soft}");
        assert_eq!(warned(&both, &[(PATH, calls), (CALLED, &softer)]), std::slice::from_ref(&said));
        // Another repository may call it.
        assert_eq!(warned(&[(CALLED, called)], &[(CALLED, &softer)]), [said]);
        // Files that call one another in a circle end.
        let circle = action.replace("    - run", "    - uses: ./.github/actions/gate\n    - run");
        let step = [(PATH, caller.as_str()), (ACTION, circle.as_str())];
        assert_eq!(warned(&step, &[(PATH, &caller), (ACTION, &circle.replace("auto", "HEAD"))]).len(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_compared_line_by_line() {
        const PATH: &str = ".github/workflows/gate.yml";
        let gate = format!("{WORKFLOW}      - &gate\n        run: stopgap check --base auto\n");
        let changed = |after: &str| warned(&[(PATH, &gate)], &[(PATH, after)]);
        let soft = "lets the check pass whatever it finds";
        assert_eq!(changed(&gate.replace("auto", "auto || true")), [format!("{PATH}:8 `|| true` {soft}")]);
        let key = format!("{gate}        \"continue-on-error\": true\n");
        assert_eq!(changed(&key), [format!("{PATH}:9 `\"continue-on-error\": true` {soft}")]);
        let plain = gate.replace(" &gate\n       ", "");
        let unread = "what runs the check was edited, and cannot be compared: stopgap cannot read it as YAML";
        assert_eq!(warned(&[(PATH, &plain)], &[(PATH, &gate)]), [format!("{PATH}:1 {unread}")]);
        let caller = gate.replace("run: stopgap check --base auto", "uses: ./.github/actions/gate");
        let action = "runs:\n  steps:\n    - run: stopgap check\n      shell: bash\n";
        let step = [(PATH, caller.as_str()), (".github/actions/gate/action.yml", action)];
        let after = [(PATH, &*format!("{caller}        if: false\n")), step[1]];
        assert_eq!(warned(&step, &after), [format!("{PATH}:9 `if: false` {soft}")]);
        // Whether it still includes the job is not known.
        let path = ".gitlab-ci.yml";
        let job = (".gitlab/stopgap.yml", "stopgap:\n  script: [stopgap check]\n");
        let main = "include: .gitlab/stopgap.yml\nlint:\n  script: [make]\n";
        let tagged = main.replace("[make]", "!reference [.a, script]");
        assert_eq!(warned(&[(path, main), job], &[(path, &tagged), job]), [format!("{path}:1 {unread}")]);
        let more = format!("{tagged}stopgap:\n  allow_failure: true\n");
        assert_eq!(warned(&[(path, &tagged), job], &[(path, &more), job]), [format!("{path}:1 {unread}")]);
    }

    #[test]
    fn a_second_job_of_the_name_of_the_check_is_named() {
        const PATH: &str = ".github/workflows/gate.yml";
        const OTHER: &str = ".github/workflows/docs.yml";
        let gate = format!("{WORKFLOW}      - run: stopgap check --base auto\n");
        let named = gate.replace("    runs-on", "    name: Exceptions\n    runs-on");
        let other = "on: pull_request\njobs:\n  gate:\n    runs-on: ubuntu-24.04\n    steps: [{run: make}]\n";
        let said = |key: &str, name: &str| {
            format!(
                "the job `{key}` is a check called `{name}`, like the one that runs stopgap, and does not run it: a branch \
                 that requires `{name}` accepts either"
            )
        };
        let both = |before: &str, after: &str| warned(&[(PATH, before)], &[(PATH, before), (OTHER, after)]);
        assert_eq!(both(&gate, other), [format!("{OTHER}:3 {}", said("gate", "gate"))]);
        assert_eq!(both(&named, other), [""; 0]);
        let titled = other.replace("    runs-on", "    name: \"Exceptions\"\n    runs-on");
        assert_eq!(both(&named, &titled), [format!("{OTHER}:4 {}", said("gate", "Exceptions"))]);
        assert_eq!(both(&gate, &titled), [""; 0]);
        let same = format!("{gate}  other: {{name: gate, runs-on: ubuntu-24.04, steps: [{{run: make}}]}}\n");
        assert_eq!(warned(&[(PATH, &gate)], &[(PATH, &same)]), [format!("{PATH}:8 {}", said("other", "gate"))]);
        let beside = other.replace("make", "stopgap history");
        assert_eq!(both(&gate, &beside), [format!("{OTHER}:3 {}", said("gate", "gate"))]);
        assert_eq!(both(&gate, &other.replace("pull_request", "{schedule: [{cron: 1 1 * * *}]}")), [""; 0]);
        assert_eq!(both(&gate, &other.replace("make", "stopgap check --base auto")), [""; 0]);
        let soft = other.replace("make", "stopgap check --base auto || true");
        assert_eq!(both(&gate, &soft), [format!("{OTHER}:3 {}", said("gate", "gate"))]);
        // Nor may another job take the name that the first one gives up.
        let found = warned(&[(PATH, &gate)], &[(PATH, &gate.replace("  gate:", "  real:")), (OTHER, other)]);
        assert_eq!(found[0], format!("{OTHER}:3 {}", said("gate", "gate")));
        let two = format!("{gate}  docs:\n    runs-on: ubuntu-24.04\n    steps: [{{run: make}}]\n");
        let swapped = two.replace("  gate:", "  other:").replace("  docs:", "  gate:");
        let found = warned(&[(PATH, &two)], &[(PATH, &swapped)]);
        assert!(found.contains(&format!("{PATH}:8 {}", said("gate", "gate"))), "{found:?}");
        // One that was there before is not this change's.
        let before = [(PATH, gate.as_str()), (OTHER, other)];
        assert_eq!(warned(&before, &[(PATH, &gate), (OTHER, &other.replace("make", "make all"))]), [""; 0]);
        let calls = "on: pull_request\njobs:\n  gate:\n    uses: ./.github/workflows/called.yml\n";
        let called = ".github/workflows/called.yml";
        let inner = gate.replace("on: pull_request", "on: workflow_call").replace("  gate:", "  check:");
        let fake = other.replace("    runs-on", "    name: gate / check\n    runs-on");
        let before = [(PATH, calls), (called, inner.as_str())];
        let found = warned(&before, &[before[0], before[1], (OTHER, &fake)]);
        assert_eq!(found, [format!("{OTHER}:4 {}", said("gate", "gate / check"))]);
    }

    #[test]
    fn a_roster_that_is_new_is_named_and_so_is_who_has_two_logins() {
        let two = "people.yaml:2 `@hanna` and `@mei` are one person: either can approve as the other";
        let people = |name: &str| {
            let others = "  - {name: Luis Prado}\n";
            format!("people:\n  - {{handle: '@hanna', name: '{name}'}}\n{others}complete: false\n")
        };
        assert_eq!(warned(&[], &[("people.yaml", &people("@mei"))]), [NEW_ROSTER, two]);
        assert_eq!(warned(&[], &[("people.yaml", &people("Hanna Vogel"))]), [NEW_ROSTER]);
    }

    #[test]
    fn what_judges_scanners_and_their_files_must_keep_running_and_failing() {
        const PATH: &str = ".github/workflows/scan.yml";
        let gate = |step: &str| format!("jobs:\n  scan:\n    steps:\n      - run: stopgap {step}\n");
        for (before, after, said) in [
            ("enforce a.sarif", "enforce a.sarif || true", "`|| true` lets the check pass whatever it finds"),
            ("enforce a.sarif", "enforce b.sarif", "the log of the check is now `b.sarif`, and was `a.sarif` before"),
            (
                "enforce a.sarif",
                "enforce a.sarif --fail-on never",
                "`--fail-on never` lets the check pass whatever it finds",
            ),
            (
                "enforce a.sarif --baseline base.sarif",
                "enforce a.sarif",
                "`--baseline` of the check is now nothing, and was `base.sarif` before",
            ),
            ("enforce a.sarif", "list", "a step that ran `stopgap enforce` is gone"),
            ("sync --check", "sync", "a step that ran `stopgap sync --check` is gone"),
            ("sync --check", "sync --check --tool snyk", "`--tool` of the check is now `snyk`, and was nothing before"),
            ("suppressions --check", "suppressions", "a step that ran `stopgap suppressions --check` is gone"),
        ] {
            let found = warned(&[(PATH, &gate(before))], &[(PATH, &gate(after))]);
            assert_eq!(found, [format!("{PATH}:4 {said}")], "{after}");
        }
        let longer = gate("enforce a.sarif --annotate b.sarif --format github");
        assert_eq!(warned(&[(PATH, &gate("enforce a.sarif"))], &[(PATH, &longer)]), [""; 0]);
    }

    #[test]
    fn a_new_limit_does_not_help_an_exception_in_the_same_change() {
        let branch = Branch::from(&[("stopgap.yaml", "version: 1\n"), ("exceptions/.keep", "")]);
        branch
            .write("stopgap.yaml", "version: 1\ntiers: {low: 365d}\n")
            .write(PRINTER, &exception(&[("expires", "2027-09-12"), RECENT[0], RECENT[1]]));
        let verdict = branch.verdict();
        let rules: Vec<&str> = verdict.found.iter().map(|found| found.split_once(' ').unwrap().0).collect();
        assert_eq!(
            (verdict.code, rules.as_slice()),
            (1, ["term-too-long", "policy-loosened"].as_slice()),
            "{verdict:?}"
        );
        assert!(verdict.found[1].ends_with("lasts `365` days instead of `30`"), "{verdict:?}");
    }
}

mod owner {
    use super::*;

    const OLD: &str = "exceptions/scanner-firmware.yaml";

    fn old(status: &str) -> String {
        let fields = [
            ("title", "Scanner in hall 1 runs old firmware"),
            ("control", "VUL-02 Firmware is the newest"),
            ("reason", "The newest firmware reads no torn labels, and its maker mends that in October."),
            ("scope.system", "scanner sc-1"),
            ("decided", "2026-10-01"),
            ("starts", "2026-10-01"),
            ("expires", "2026-10-20"),
        ];
        let mut fields = fields.to_vec();
        fields.push(("status", status));
        if status == "closed" {
            fields.push((
                "closure",
                "{date: 2026-11-20, by: Luis Prado, verified_by: Hanna Vogel, note: Firmware 8 reads all.}",
            ));
        }
        exception(&fields)
    }

    #[test]
    fn whoever_asks_again_must_finish_the_old_one_first() {
        let said = "expired-first exceptions/2026-q4/label-printer-certificate.yaml:13 `Luis Prado` still owns \
                    `scanner-firmware`, which \
             expired on `2026-10-20`";
        Branch::from(&[(OLD, &old("active"))]).edit(&RECENT).is_warned(said);
        Branch::from(&[(OLD, &old("expired"))])
            .edit(&[("owner", "luis  prado"), RECENT[0], RECENT[1]])
            .is_warned(&said.replace("Luis Prado", "luis  prado"));
        Branch::from(&[(OLD, &old("expired"))]).edit(&[("owner", "Hanna Vogel"), RECENT[0], RECENT[1]]).passes();
        Branch::from(&[(OLD, &old("expired"))]).write(OLD, &old("closed")).edit(&RECENT).passes();
        Branch::from(&[(OLD, &old("expired")), (PRINTER, &exception(&[]))])
            .edit(&[("removal", "Print a label.")])
            .passes();
    }
}

mod gate {
    use super::*;

    const OLD: (&str, &str) = ("exceptions/scanner-firmware.yaml", "exceptions/scanner-battery.yaml");

    fn expired(title: &str, reason: &str, system: &str) -> String {
        let dates =
            [("decided", "2026-10-01"), ("starts", "2026-10-01"), ("expires", "2026-10-20"), ("owner", "Noor Bakker")];
        exception(&[&dates[..], &[("title", title), ("reason", reason), ("scope.system", system)]].concat())
    }

    #[test]
    fn an_unrelated_pull_request_passes_while_something_is_expired() {
        let scanner = expired(
            "Scanner firmware",
            "The newest firmware reads no torn labels before its maker mends it.",
            "scanner 1",
        );
        let branch = Branch::from(&[(OLD.0, &scanner)]);
        branch.edit(&RECENT);
        let verdict = branch.verdict();
        assert_eq!((verdict.code, verdict.found.as_slice()), (0, [].as_slice()));
        assert!(verdict.elsewhere > 0);
        let gate = branch.run(&["--base", "main"]);
        let line = |line: &&str| line.contains("did not cause");
        assert_eq!((gate.code, gate.stdout.lines().filter(line).count()), (0, 1), "{}", gate.stdout);
        for format in ["concise", "sarif", "github", "azure", "gitlab", "junit", "rdjson", "markdown"] {
            let run = branch.run(&["--base", "main", "--format", format]);
            assert!(run.code == 0 && !run.stdout.contains("scanner-firmware"), "{format}: {}", run.stdout);
            let counted = ["concise", "github", "azure", "markdown"].contains(&format);
            assert_eq!(run.stdout.lines().filter(line).count(), usize::from(counted), "{format}: {}", run.stdout);
        }
        let whole = branch.run(&[]);
        assert!(whole.code == 1 && whole.stdout.contains("error[expired]"), "{}", whole.stdout);
    }

    #[test]
    fn what_was_wrong_before_gates_where_the_change_edits_its_field() {
        let missing = [("removal", "TBD"), RECENT[0], RECENT[1]];
        let with = |more: &[(&'static str, &'static str)]| [&missing[..], more].concat();
        let branch = Branch::of(&missing);
        branch.edit(&with(&[("owner", "Hanna Vogel")]));
        let verdict = branch.verdict();
        assert_eq!((verdict.code, verdict.found.as_slice()), (0, [].as_slice()));
        assert!(verdict.elsewhere > 0);
        let branch = Branch::of(&missing);
        branch.edit(&[("removal", "TODO"), RECENT[0], RECENT[1]]);
        assert_eq!(branch.verdict_of_rules(), ["placeholder-text"]);
    }

    #[test]
    fn a_copy_that_is_dated_before_its_original_is_still_a_copy() {
        for status in ["active", "rejected"] {
            let branch = Branch::of(&[("status", status), ("decided", "2026-11-21"), ("starts", "2026-11-21")]);
            let earlier = [("decided", "2026-11-20"), ("starts", "2026-11-21"), ("scope.system", "another printer")];
            branch.write("exceptions/a-copy.yaml", &exception(&earlier));
            assert_eq!(branch.verdict_of_rules(), ["copied-reason"], "{status}");
        }
    }

    #[test]
    fn a_filing_in_the_far_future_does_not_end_a_row_of_filings() {
        let words = ["The first box came empty.", "The second box came with a wrong key.", "The third box is at sea."];
        let filed = |at: usize, starts: &'static str, decided: &'static str, expires: &'static str| {
            exception(&[("reason", words[at]), ("starts", starts), ("decided", decided), ("expires", expires)])
        };
        let branch = Branch::from(&[
            ("stopgap.yaml", "version: 1\nrenewals: {max: 0}\n"),
            ("exceptions/first.yaml", &filed(0, "2026-11-01", "2026-11-01", "2026-11-20")),
        ]);
        branch.write("exceptions/second.yaml", &filed(1, "2027-02-01", "2026-11-21", "2027-02-20"));
        branch.write("exceptions/third.yaml", &filed(2, "2026-11-23", "2026-11-22", "2026-12-10"));
        let rules = branch.verdict_of_rules();
        assert!(rules.contains(&"refiled-exception".to_owned()), "{rules:?}");
    }

    #[test]
    fn a_renewal_beyond_too_many_is_one_too_many_again() {
        let third = "  - {requested: 2026-11-20, requester: Luis Prado, reason: The third box came without its screws., risk_check: Log read., approver: Mei Tanaka, decided: 2026-11-20, expires: 2026-12-19}\n";
        let base = exception(&[]) + "renewals:\n" + &third.replace("12-19", "12-17") + &third.replace("12-19", "12-18");
        let branch = Branch::from(&[("stopgap.yaml", "version: 1\nrenewals: {max: 1}\n"), (PRINTER, &base)]);
        branch.write(PRINTER, &(base.clone() + third));
        assert!(branch.verdict_of_rules().contains(&"too-many-renewals".to_owned()), "{:?}", branch.verdict_of_rules());
        let branch = Branch::from(&[("stopgap.yaml", "version: 1\nrenewals: {max: 1}\n"), (PRINTER, &base)]);
        branch.write(PRINTER, &base.replace("owner: Luis Prado", "owner: Hanna Vogel"));
        assert!(!branch.verdict_of_rules().contains(&"too-many-renewals".to_owned()));
    }

    #[test]
    fn a_policy_names_its_files_with_or_without_their_folder() {
        let people = "people: [{name: Hanna Vogel}, {name: Luis Prado}, {name: Mei Tanaka}]\n";
        let book = "version: 1\npeople: ./people.yaml\n";
        let branch = Branch::from(&[("stopgap.yaml", book), ("people.yaml", people), (PRINTER, &exception(&[]))]);
        branch.edit(&[("owner", "Hanna Vogel")]).passes();
    }

    const CLOSURE: (&str, &str) =
        ("closure", "{date: 2026-11-22, by: Luis Prado, verified_by: Hanna Vogel, note: A test label printed.}");

    /// A record with these days, by default good ones.
    fn closed(status: &'static str, decided: &'static str, expires: &'static str) -> Vec<(&'static str, &'static str)> {
        let mut fields = vec![("decided", decided), ("starts", decided), ("expires", expires), ("status", status)];
        fields.extend(Some(CLOSURE).filter(|_| status == "closed"));
        fields
    }

    #[test]
    fn an_entry_that_is_added_as_closed_is_held_to_the_rules_for_live_ones() {
        let empty = [("stopgap.yaml", "version: 1\n"), ("exceptions/.keep", "")];
        let added = |fields: &[(&str, &str)]| Branch::from(&empty).edit(fields).verdict_of_rules();
        assert_eq!(added(&closed("closed", "2026-11-20", "2026-12-20")), [""; 0]);
        assert_eq!(added(&closed("closed", "2026-11-20", "2026-12-21")), ["term-too-long"]);
        let vague =
            [&closed("closed", "2026-11-20", "2026-12-20")[..], &[("reason", "For business reasons.")]].concat();
        assert_eq!(added(&vague), ["vague-reason"]);
        let late = closed("closed", "2026-11-20", "2026-12-01");
        let late: Vec<_> =
            late.into_iter().map(|(key, day)| (key, if key == "decided" { "2026-11-21" } else { day })).collect();
        assert_eq!(added(&late), ["recorded-late"]);
        // Nothing is left to be done about it.
        let old = [&closed("closed", "2026-11-20", "2026-11-21")[..], &[("owner", "nobody in particular")]].concat();
        assert!(!added(&old).iter().any(|rule| rule == "expired"));
    }

    #[test]
    fn an_entry_that_is_edited_into_a_closed_one_is_too() {
        let long = closed("closed", "2026-11-20", "2026-12-21");
        let becomes = |before: &[(&str, &str)]| Branch::of(before).edit(&long).verdict_of_rules();
        let refused = closed("rejected", "2026-11-20", "2026-12-21");
        assert_eq!(becomes(&refused), ["forbidden-transition", "term-too-long"]);
        let draft = closed("", "2026-11-20", "2026-12-21");
        assert!(becomes(&draft).contains(&"term-too-long".to_owned()), "{:?}", becomes(&draft));
    }

    #[test]
    fn what_was_judged_while_it_was_live_is_not_held_against_its_closure() {
        let live = closed("active", "2026-11-20", "2026-12-21");
        let gone = closed("closed", "2026-11-20", "2026-12-21");
        let verdict = Branch::of(&live).edit(&gone).verdict();
        assert_eq!((verdict.code, verdict.found.len()), (0, 0), "{verdict:?}");
        let other = [&gone[..], &[("removal", "Print a test label with the new certificate.")]].concat();
        let verdict = Branch::of(&gone).edit(&other).verdict();
        assert_eq!((verdict.code, verdict.found.len()), (0, 0), "{verdict:?}");
        // A renewal that the same change brings was not.
        let renewed = format!("[{}]", RENEWAL.replace("2026-12-20", "2026-12-22"));
        let with = [&closed("closed", "2026-11-20", "2026-12-20")[..], &[("renewals", &*renewed)]].concat();
        let branch = Branch::of(&closed("active", "2026-11-20", "2026-12-20"));
        assert_eq!(branch.edit(&with).verdict_of_rules(), ["renewal-too-long"]);
        let branch = Branch::of(&closed("closed", "2026-11-20", "2026-12-20"));
        assert_eq!(branch.edit(&with).verdict_of_rules(), ["log-rewritten", "renewal-too-long"]);
    }

    #[test]
    fn the_first_register_brings_what_is_over() {
        let branch = Branch::from(&[("README.md", "A list.\n")]);
        branch.write("stopgap.yaml", "version: 1\n").edit(&closed("closed", "2026-09-20", "2026-12-21")).passes();
    }

    #[test]
    fn what_lands_on_an_untouched_file_still_gates() {
        let later =
            exception(&[("title", "Printer in hall 9"), ("scope.system", "printer 9"), ("decided", "2026-11-16")]);
        let branch = Branch::from(&[("exceptions/b/hall-nine-printer.yaml", &later)]);
        let verdict = branch.write("exceptions/a/hall-nine-printer.yaml", &exception(&[])).verdict();
        let found: Vec<&str> = verdict.found.iter().map(|found| found.split(':').next().unwrap()).collect();
        assert_eq!(verdict.code, 1);
        let expected =
            ["copied-reason exceptions/a/hall-nine-printer.yaml", "duplicate-id exceptions/a/hall-nine-printer.yaml"];
        assert!(expected.iter().all(|expected| found.contains(expected)), "{verdict:?}");
    }

    #[test]
    fn whoever_takes_an_id_that_is_taken_is_named() {
        let other = exception(&[("title", "Printer in hall 9"), ("scope.system", "printer 9"), RECENT[0], RECENT[1]]);
        for (path, says) in [
            ("exceptions/2026-01/label-printer-certificate.yaml", "is taken by"),
            ("exceptions/z/label-printer-certificate.yaml", "is taken by"),
            ("exceptions/2026-01/Label-Printer-Certificate.yaml", "differs only in case from that of"),
        ] {
            let verdict = Branch::of(&[]).write(path, &other).verdict();
            let found: Vec<_> = verdict.found.iter().filter(|found| found.starts_with("duplicate-id")).collect();
            let named = found.iter().any(|it| it.starts_with(&format!("duplicate-id {path}:1 ")) && it.contains(says));
            assert!(found.len() == 1 && named, "{path}: {found:?}");
        }
        // Where both are there already, an edit of either is not to blame.
        let both = [(PRINTER, exception(&[])), ("exceptions/z/label-printer-certificate.yaml", other.clone())];
        for (path, text) in &both {
            let files: Vec<(&str, &str)> = both.iter().map(|(path, text)| (*path, text.as_str())).collect();
            let edited = text.replace("label printer", "label-printer");
            let found = Branch::from(&files).write(path, &edited).verdict().found;
            assert!(found.iter().all(|found| !found.starts_with("duplicate-id")), "{path}: {found:?}");
        }
    }

    #[test]
    fn a_change_that_brings_the_register_is_judged_by_what_it_brings() {
        let branch = Branch::from(&[("README.md", "# Ours\n")]);
        branch.write("stopgap.yaml", "tiers: {low: 60d}\n").edit(&[
            ("decided", "2025-11-15"),
            ("starts", "2026-11-16"),
            ("expires", "2027-01-10"),
        ]);
        let verdict = branch.verdict();
        assert!(
            verdict.code == 0 && verdict.found.iter().all(|found| found.starts_with("not-code-owned ")),
            "{verdict:?}"
        );
    }
}

/// `main` was merged into the branch, and an early part of the branch into `main`: two merge bases, and each lacks what the
/// other has.
mod merges_both_ways {
    use super::*;

    const OURS: &str = "exceptions/belt-scales.yaml";
    const THEIRS: &str = "exceptions/scanner-firmware.yaml";

    /// An exception with a term that is too long by far.
    fn long(title: &str, reason: &str, system: &str) -> String {
        let fields = [("title", title), ("reason", reason), ("scope.system", system), ("expires", "2027-06-01")];
        exception(&[&fields[..], &RECENT].concat())
    }

    fn ours() -> String {
        long("Belt scales", "The weights office seals the scales again after its visit.", "belt scales 2")
    }

    fn theirs() -> String {
        long("Scanner", "The newest firmware reads no torn labels before its maker mends it.", "scanner 1")
    }

    /// Leaves the branch `topic`, which has done nothing since but to merge.
    fn crossed() -> Branch {
        let branch = Branch::from(&[("stopgap.yaml", "version: 1\n"), (PRINTER, &exception(&[]))]);
        let (repo, topic) = (&branch.repo, branch.write(OURS, &ours()).repo.commit("ours"));
        repo.switch("main");
        let policy = "version: 1\nrenewals: {max: 9}\n";
        let main =
            repo.write(THEIRS, &theirs()).write("stopgap.yaml", policy).write(PRINTER, &printer()).commit("theirs");
        repo.merge(&topic);
        repo.switch("topic");
        repo.merge(&main);
        let bases = repo.git(&["merge-base", "--all", "main", "topic"]);
        assert_eq!(bases.lines().count(), 2, "{bases}");
        branch
    }

    /// What `main` has made of an exception that is older than both.
    fn printer() -> String {
        exception(&[("owner", "Hanna Vogel")]) + &format!("renewals: [{RENEWAL}]\n")
    }

    #[test]
    fn what_came_by_a_merge_is_nobodys_change() {
        let branch = crossed();
        branch.write("README.md", "Notes.\n").passes();
        let run = branch.run(&["--base", "main"]);
        assert!(run.stdout.contains("one of 2 merge bases of `HEAD` and `main`"), "{}", run.stdout);
        // `main` has gone on since.
        branch.repo.switch("main");
        let closed = ours().replace("status: active", "status: closed")
            + "closure: {date: 2026-11-22, by: Luis Prado, verified_by: Hanna Vogel, note: Sealed again.}\n";
        branch.repo.write(OURS, &closed).write(THEIRS, &theirs().replace("Luis Prado", "Ines Prado")).commit("on main");
        branch.repo.switch("topic");
        branch.write("README.md", "More notes.\n").passes();
    }

    #[test]
    fn what_the_branch_does_itself_is_its_change() {
        let edited = ours().replace("2027-06-01", "2027-06-02");
        assert_eq!(crossed().write(OURS, &edited).verdict_of_rules(), ["expiry-moved", "term-too-long"]);
        let edited = theirs().replace("2027-06-01", "2027-06-02");
        assert_eq!(crossed().write(THEIRS, &edited).verdict_of_rules(), ["expiry-moved", "term-too-long"]);
        assert_eq!(crossed().remove(THEIRS).verdict_of_rules(), ["record-removed"]);
        let looser = crossed().write("stopgap.yaml", "version: 1\nrenewals: {max: 10}\n").verdict_of_rules();
        assert_eq!(looser, ["policy-loosened"]);
    }

    #[test]
    fn what_one_merge_base_has_left_as_it_was_takes_nothing_of_the_other_back() {
        assert_eq!(crossed().edit(&[]).verdict_of_rules(), ["log-rewritten"]);
        assert_eq!(crossed().write("stopgap.yaml", "version: 1\n").verdict_of_rules(), [""; 0]);
    }

    #[test]
    fn what_was_picked_from_the_branch_that_it_is_for_is_no_change_either() {
        let branch = Branch::from(&[("stopgap.yaml", "version: 1\n"), ("exceptions/.keep", "")]);
        branch.repo.switch("main");
        let main = branch.repo.write(THEIRS, &theirs()).commit("theirs");
        branch.repo.write("README.md", "Notes.\n").commit("on main");
        branch.repo.switch("topic");
        branch.repo.git(&["cherry-pick", &main]);
        branch.passes();
        assert_eq!(
            branch.write(THEIRS, &theirs().replace("2027-06-01", "2027-07-01")).verdict_of_rules(),
            ["term-too-long"]
        );
    }
}

/// What a push past the gate changed, and a change that puts it back.
mod restored {
    use super::*;

    /// A branch off a `main` that was edited past the gate, and the exception as it was before.
    fn bypassed(edit: impl Fn(&Branch, &str)) -> (Branch, String) {
        let text =
            exception(&RECENT) + "reviews:\n  - {date: 2026-11-20, by: Luis Prado, note: The tool left by lorry.}\n";
        let branch = Branch::from(&[(PRINTER, &text)]);
        branch.repo.switch("main");
        edit(&branch, &text);
        branch.repo.commit("past the gate");
        branch.repo.branch("back");
        (branch, text)
    }

    fn remarks(branch: &Branch) -> String {
        branch.run(&["--base", "main"]).stdout
    }

    #[test]
    fn what_was_changed_past_the_gate_may_be_put_back_exactly() {
        for (from, to) in
            [("expires: 2026-12-16", "expires: 2026-12-30"), ("hall 3", "every hall"), ("by lorry", "by train")]
        {
            let (branch, text) = bypassed(|branch, text| {
                assert!(text.contains(from), "{from}: {text}");
                branch.write(PRINTER, &text.replace(from, to));
            });
            branch.write(PRINTER, &text).passes();
            let said = remarks(&branch);
            let commit = &branch.repo.rev("main")[..12];
            assert!(
                said.contains(&format!("commit {commit} changed `label-printer-certificate` past the gate")),
                "{said}"
            );
            let more = text.replace("Luis Prado", "Hanna Vogel");
            assert_eq!(branch.write(PRINTER, &more).verdict().code, 1, "{from}: and nothing else");
        }
    }

    #[test]
    fn a_record_that_was_renamed_past_the_gate_gets_its_name_back() {
        let other = "exceptions/2026-q4/printer.yaml";
        let (branch, text) = bypassed(|branch, _| {
            branch.rename(PRINTER, other);
        });
        branch.remove(other).write(PRINTER, &text);
        assert!(!branch.verdict_of_rules().contains(&"record-removed".to_owned()), "{:?}", branch.verdict());
        let history = {
            let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
            command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
            Run::of(command.current_dir(branch.repo.path()).args(["history", "--format", "concise"]))
        };
        assert_eq!(history.stdout.matches("record-removed").count(), 1, "{history:?}");
    }

    #[test]
    fn what_was_replaced_properly_is_not_brought_back() {
        // By an amendment, alone or in a commit that bypassed the gate for something else.
        for also in ["hall 3", "expires: 2026-12-16"] {
            let (branch, text) = bypassed(|branch, text| {
                let amended = text.replace("hall 3", "hall 4").replace(also, "expires: 2026-12-30");
                branch.write(PRINTER, &format!("{amended}amendments: [{}]\n", amendment("scope.system")));
            });
            assert_eq!(branch.write(PRINTER, &text).verdict().code, 1, "{also}");
        }
        // What was changed past the gate, and has been amended since.
        let (branch, text) = bypassed(|branch, text| {
            branch.write(PRINTER, &text.replace("hall 3", "hall 4"));
        });
        branch.repo.switch("main");
        let amended = text.replace("hall 3", "hall 4");
        branch.write(PRINTER, &format!("{amended}amendments: [{}]\n", amendment("scope.system"))).repo.commit("agreed");
        branch.repo.branch("later");
        assert_eq!(branch.write(PRINTER, &text).verdict().code, 1);
    }
}

mod twice {
    use super::*;

    #[test]
    fn one_of_two_files_with_the_same_content_may_go() {
        let copy = "exceptions/copy/label-printer-certificate.yaml";
        let text = exception(&RECENT);
        for gone in [PRINTER, copy] {
            let branch = Branch::from(&[(PRINTER, &text), (copy, &text)]);
            branch.remove(gone).passes();
        }
        let other = text.replace("hall 3", "hall 4");
        let branch = Branch::from(&[(PRINTER, &text), (copy, &other)]);
        assert_eq!(branch.remove(copy).verdict_of_rules(), ["record-removed"]);
        let branch = Branch::from(&[(PRINTER, &text), (copy, &text)]);
        assert!(branch.remove(copy).remove(PRINTER).verdict_of_rules().contains(&"record-removed".to_owned()));
    }
}

mod end_moved {
    use super::*;

    /// Returns the help for an end that was moved.
    fn help(base: &str, from: &str, to: &str) -> String {
        let branch = Branch::from(&[(PRINTER, base)]);
        assert!(base.contains(from), "{base}");
        branch.write(PRINTER, &base.replacen(from, to, 1)).repo.commit("after");
        let run = branch.run(&["--base", "main", "--format", "json"]);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let moved = findings.iter().find(|finding| finding["rule"] == "expiry-moved");
        moved.unwrap_or_else(|| panic!("{report}"))["help"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_renewal_is_advised_only_where_one_would_pass() {
        let base = exception(&[("decided", "2026-11-01"), ("starts", "2026-11-01"), ("expires", "2026-11-28")]);
        let moved = |base: &str, to: &str| help(base, "expires: 2026-11-28", &format!("expires: {to}"));
        assert!(moved(&base, "2026-12-02").ends_with("`expires: 2026-12-02`, its own reason and its own approver"));
        assert!(
            moved(&base, "2027-06-01").contains("` at the latest, its own reason"),
            "{}",
            moved(&base, "2027-06-01")
        );
        let renewed = format!("{base}renewals: [{}]\n", RENEWAL.replace("2026-12-20", "2026-12-10"));
        assert_eq!(
            moved(&renewed, "2026-12-05"),
            "put `expires: 2026-11-28` back: the exception was renewed until 2026-12-10 already"
        );
        let ended = base.replace("2026-11-28", "2026-11-20");
        let ended = help(&ended, "expires: 2026-11-20", "expires: 2026-12-05");
        assert!(ended.contains("it has ended: request a new exception that names it in `follows`"), "{ended}");
        let closed = base.replace("status: active", "status: closed")
            + "closure: {date: 2026-11-21, by: Luis Prado, verified_by: Mei Tanaka, note: A test label was printed.}\n";
        assert_eq!(
            moved(&closed, "2026-12-05"),
            "put `expires: 2026-11-28` back; if the rule must be broken again, request a new exception"
        );
    }
}

mod looser_places {
    use super::*;

    #[test]
    fn an_exception_that_leaves_the_folder_of_its_owners_is_named() {
        let owners = "* @mei @luis\n/exceptions/2026-q4/ @mei\n";
        let branch = Branch::from(&[(PRINTER, &exception(&RECENT)), (".github/CODEOWNERS", owners)]);
        branch.rename(PRINTER, "exceptions/label-printer-certificate.yaml").is_warned(&format!(
            "policy-loosened exceptions/label-printer-certificate.yaml:1 `@luis` may now approve \
             `exceptions/label-printer-certificate.yaml`; at `{PRINTER}`, only `@mei` could"
        ));
        let all = [(PRINTER, &*exception(&RECENT)), (".github/CODEOWNERS", "* @mei @luis\n")];
        Branch::from(&all).rename(PRINTER, "exceptions/label-printer-certificate.yaml").passes();
    }

    #[test]
    fn a_new_control_that_takes_texts_from_one_without_exceptions_is_named() {
        let catalogue = "controls:\n  - {id: ACC-15, name: The root account is sealed, waivable: false}\n";
        for (line, warns) in [
            ("{id: ACC-15 The root account, name: Root}", true),
            ("{id: acc-15/b, name: Root}", true),
            ("{id: ACC-15/b, name: Root, waivable: false}", false),
            ("{id: ACC-151, name: Root}", false),
        ] {
            let branch = Branch::from(&[(PRINTER, &exception(&RECENT)), ("controls.yaml", catalogue)]);
            branch.write("controls.yaml", &format!("{catalogue}  - {line}\n"));
            let verdict = branch.verdict();
            let is_named = verdict.found.iter().any(|it| it.contains("may now be waived; it counted as `ACC-15`"));
            assert_eq!(is_named, warns, "{line}: {verdict:?}");
        }
    }

    #[test]
    fn what_the_policy_still_asks_for_is_not_said_to_be_gone() {
        for (before, after, said) in [
            ("suppressions: [all]\n", "suppressions: [trivy]\n", "suppressions of all tools except `trivy` no longer"),
            ("suppressions: [all]\n", "suppressions: []\n", "suppressions of every tool no longer"),
            ("reminders: [7, 1]\n", "reminders: [1]\n", "people are reminded `1` day before the end instead of"),
        ] {
            let branch = Branch::from(&[(PRINTER, &exception(&RECENT)), ("stopgap.yaml", before)]);
            let found = branch.write("stopgap.yaml", after).verdict().found;
            assert!(found.iter().any(|it| it.contains(said)), "{after}: {found:?}");
        }
    }

    #[test]
    fn an_item_that_is_put_in_front_makes_no_old_one_back_dated() {
        let old = "  - {date: 2026-11-10, by: Luis Prado, note: The tool left by lorry.}\n";
        let text = exception(&[("decided", "2026-11-08"), ("starts", "2026-11-08")]) + "reviews:\n";
        let branch = Branch::from(&[(PRINTER, &format!("{text}{old}"))]);
        let new = "  - {date: 2026-11-23, by: Luis Prado, note: The tool has arrived.}\n";
        assert_eq!(branch.write(PRINTER, &format!("{text}{new}{old}")).verdict_of_rules(), ["log-rewritten"]);
        let late = old.replace("lorry", "train");
        assert_eq!(branch.write(PRINTER, &format!("{text}{old}{late}")).verdict_of_rules(), ["back-dated"]);
    }
}
