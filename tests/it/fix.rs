//! `check --fix` and `--diff`, what they write and what they leave, and the options that choose among findings.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use serde_yaml::Value as Oracle;
use similar::{DiffOp, TextDiff};
use stopgap::internal::register;
use stopgap::internal::yaml::{self, Fix};

use crate::support::{Run, Sandbox, exception};

const FILE: &str = "exceptions/label-printer.yaml";

/// An entry with slips that need no decision, and one that does.
fn slipped() -> String {
    let text = exception(&[]);
    let text = text.replace("status: active", "status: open # since Monday");
    text.replace("expires:", "expiry:")
        .replace("requester: \"@", "requester: @")
        .replace("requester: '@", "requester: @")
}

fn sandbox(text: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file(FILE, text);
    sandbox
}

fn text_of(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path(FILE)).unwrap()
}

#[test]
fn a_list_that_was_written_as_a_text_gets_its_items() {
    for (written, list) in [
        ("references: SEC-1, SEC-2", "references: [SEC-1, SEC-2]"),
        ("references: \"https://example.com/a,b\"", "references: [\"https://example.com/a,b\"]"),
        ("references: the ticket SEC-1", "references: [the ticket SEC-1]"),
    ] {
        let text = exception(&[]);
        let sandbox = sandbox(&format!("{text}{written}\n"));
        let run = sandbox.check(&[]);
        assert!(run.stdout.contains(&format!("write `{list}`")), "{}", run.stdout);
        sandbox.check(&["--fix"]);
        assert_eq!(text_of(&sandbox), format!("{text}{list}\n"));
    }
}

/// The list that it would become lacks nearly everything that an item needs.
#[test]
fn a_fix_that_is_not_made_is_offered_nowhere() {
    let text = format!("{}renewals: {{requested: 2026-11-20}}\n", exception(&[]));
    let sandbox = sandbox(&text);
    let (diff, fix) = (sandbox.check(&["--diff"]), sandbox.check(&["--fix"]));
    assert_eq!((diff.code, diff.stdout.as_str()), (0, "nothing to fix\n"));
    assert!(fix.stderr.contains("nothing to fix") || fix.stdout.contains("nothing to fix"), "{fix:?}");
    for arguments in [&[][..], &["--fix"], &["--statistics"], &["--format", "concise"]] {
        let run = sandbox.check(arguments);
        assert!(!run.stdout.contains("can be fixed") && !run.stderr.contains("can be fixed"), "{run:?}");
    }
    let report: Value = serde_json::from_str(&sandbox.check(&["--format", "json"]).stdout).unwrap();
    assert_eq!(report["findings"][0]["fixes"], serde_json::json!([]));
    assert_eq!(text_of(&sandbox), text);
    // What is right beside it is made all the same.
    sandbox.file(FILE, text.replace("status: active", "status: open"));
    let diff = sandbox.check(&["--diff"]);
    assert!(
        diff.stdout.contains("+status: active") && diff.stdout.ends_with("would make 1 change in 1 file\n"),
        "{diff:?}"
    );
}

#[test]
fn a_diff_writes_nothing_and_a_fix_writes_what_it_showed() {
    let text = "title: a\ncontrol: b\nstatus: open # since Monday\nscope: c\nowner: @dana\n";
    let sandbox = sandbox(text);
    let diff = sandbox.check(&["--diff"]);
    insta::assert_snapshot!(diff.stdout, @r#"
    --- exceptions/label-printer.yaml
    +++ exceptions/label-printer.yaml
    @@ -1,5 +1,5 @@
     title: a
     control: b
    -status: open # since Monday
    -scope: c
    -owner: @dana
    +status: active # since Monday
    +scope: {system: c}
    +owner: "@dana"
    would make 3 changes in 1 file
    "#);
    assert_eq!((diff.code, text_of(&sandbox).as_str()), (1, text));
    let fixed = sandbox.check(&["--fix", "--format", "concise"]);
    insta::assert_snapshot!(fixed.stdout, @r#"
    exceptions/label-printer.yaml:1:1: error[schema] `alternatives` is missing
    exceptions/label-printer.yaml:1:1: error[schema] `approver` is missing
    exceptions/label-printer.yaml:1:1: error[schema] `decided` is missing
    exceptions/label-printer.yaml:1:1: error[schema] `expires` is missing
    exceptions/label-printer.yaml:1:1: error[schema] `reason` is missing
    exceptions/label-printer.yaml:1:1: error[schema] `removal` is missing
    exceptions/label-printer.yaml:1:1: error[schema] `requester` is missing
    exceptions/label-printer.yaml:1:1: error[schema] `risk` is missing
    exceptions/label-printer.yaml:1:1: error[schema] `starts` is missing
    exceptions/label-printer.yaml:4:1: error[schema] `scope.environment` is missing
    1 exception, 1 live, on 2026-11-23: 10 errors
    made 3 changes in 1 file
    "#);
    assert_eq!(fixed.code, 1);
    insta::assert_snapshot!(text_of(&sandbox), @r#"
    title: a
    control: b
    status: active # since Monday
    scope: {system: c}
    owner: "@dana"
    "#);
    let diff = sandbox.check(&["--diff"]);
    assert_eq!((diff.code, diff.stdout.as_str()), (0, "nothing to fix\n"));
    let again = sandbox.check(&["--fix", "--quiet", "--format", "concise"]);
    assert_eq!(again.stdout, sandbox.check(&["--quiet", "--format", "concise"]).stdout);
}

#[test]
fn line_ends_a_byte_order_mark_and_comments_stay() {
    let text = format!("\u{feff}# top\r\n{}", slipped().replace('\n', "\r\n"));
    let sandbox = sandbox(&text);
    let run = sandbox.check(&["--fix"]);
    assert_eq!(run.code, 0, "{run:?}");
    let right = format!("\u{feff}# top\r\n{}", exception(&[]).replace('\n', "\r\n"));
    let right = right.replace("status: active", "status: active # since Monday");
    assert_eq!(text_of(&sandbox).replace('\'', "\""), right.replace('\'', "\""));
}

#[test]
fn where_nobody_keeps_what_is_written_nothing_is_fixed() {
    let sandbox = sandbox(&slipped());
    for variable in ["GITHUB_ACTIONS", "GITLAB_CI"] {
        let mut command = sandbox.command();
        let run = Run::of(command.args(["check", "--fix"]).env(variable, "true"));
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains("`--fix` does not run in a CI job") && run.stderr.contains("`--diff`"), "{run:?}");
        let run = Run::of(sandbox.command().args(["check", "--diff"]).env(variable, "true"));
        assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    }
    for arguments in [&["--fix", "--base", "main"][..], &["--diff", "--base", "main"], &["--fix", "--diff"]] {
        assert_eq!(sandbox.check(arguments).code, 2, "{arguments:?}");
    }
    assert_eq!(text_of(&sandbox), slipped());
}

#[test]
fn only_the_chosen_rules_and_files_are_fixed() {
    let sandbox = sandbox("title: 012\nstatus: open\n");
    sandbox.file("exceptions/other.yaml", "title: 012\nstatus: open\n");
    sandbox.check(&["--fix", "--select", "ambiguous-scalar", "exceptions/other.yaml"]);
    assert_eq!(text_of(&sandbox), "title: 012\nstatus: open\n");
    assert_eq!(fs::read_to_string(sandbox.path("exceptions/other.yaml")).unwrap(), "title: \"012\"\nstatus: open\n");
    sandbox.check(&["--fix", "--ignore", "ambiguous-scalar"]);
    assert_eq!(text_of(&sandbox), "title: 012\nstatus: active\n");
}

/// A register with an error, a warning and a note.
fn three_levels() -> Sandbox {
    let sandbox = sandbox(&exception(&[]).replace("status: active", "status: active\nx-answer: no"));
    sandbox.file("exceptions/none.yaml", exception(&[("owner", "")]));
    sandbox.file("exceptions/ticket.yaml", exception(&[]) + "references: [somewhere]\n");
    sandbox
}

fn rules(run: &Run) -> Vec<String> {
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn findings_are_chosen_by_rule() {
    let sandbox = three_levels();
    let all = rules(&sandbox.check(&["--format", "json"]));
    assert!(["schema", "ambiguous-scalar", "bad-reference"].iter().all(|rule| all.contains(&(*rule).to_owned())));
    let some = sandbox.check(&["--format", "json", "--select", "schema,bad-reference", "--ignore", "bad-reference"]);
    assert_eq!((rules(&some), some.code), (vec!["schema".to_owned()], 1));
    assert_eq!(sandbox.check(&["--select", "ambiguous-scalar"]).code, 0);
    let none = sandbox.check(&["--ignore", "schema", "--ignore", "bad-reference"]);
    assert!(none.stdout.contains("`schema`, `bad-reference` left out\n"), "{}", none.stdout);
    let nothing = sandbox.check(&["--select", "schema", "--ignore", "bad-reference,schema"]);
    let said = "`--ignore bad-reference,schema` leaves no rule that counts, so the check could not fail";
    assert!(nothing.code == 2 && nothing.stderr.contains(said), "{nothing:?}");
    for option in ["--select", "--ignore"] {
        let run = sandbox.check(&[option, "ambigous-scalar"]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(&format!("did you mean `{option} ambiguous-scalar`?")), "{run:?}");
    }
}

#[test]
fn the_level_that_fails_is_chosen() {
    let sandbox = sandbox(&exception(&[]).replace("status: active", "status: active\nx-answer: no"));
    for (level, code) in [("error", 0), ("warning", 1), ("note", 1), ("never", 0)] {
        assert_eq!(sandbox.check(&["--fail-on", level]).code, code, "{level}");
    }
    let sandbox = three_levels();
    for (level, code) in [("error", 1), ("warning", 1), ("never", 0)] {
        assert_eq!(sandbox.check(&["--fail-on", level]).code, code, "{level}");
    }
}

#[test]
fn a_long_list_is_cut_and_summed_up() {
    let sandbox = Sandbox::new();
    sandbox.file(FILE, "title: a\nscope: {system: no, environment: on}\nx-a: 012\nx-b: 1:30\n");
    let run = sandbox.check(&["--format", "concise", "--limit", "2"]);
    insta::assert_snapshot!(run.stdout, @r#"
    exceptions/label-printer.yaml:1:1: error[schema] `alternatives` is missing
    exceptions/label-printer.yaml:1:1: error[schema] `approver` is missing
    14 more findings are not listed
    1 exception, 0 live, on 2026-11-23: 12 errors, 4 warnings
    4 can be fixed: `stopgap check --diff` shows how, `stopgap check --fix` does it
    "#);
    let run = sandbox.check(&["--statistics"]);
    insta::assert_snapshot!(run.stdout, @r#"
    12  error    schema
     4  warning  ambiguous-scalar  4 can be fixed
    "#);
    let text = sandbox.check(&[]).stdout;
    let end: Vec<&str> = text.lines().rev().take(6).collect();
    insta::assert_snapshot!(end.into_iter().rev().collect::<Vec<_>>().join("\n"), @r#"

       12  error    schema
        4  warning  ambiguous-scalar  4 can be fixed

    1 exception, 0 live, on 2026-11-23: 12 errors, 4 warnings
    4 can be fixed: `stopgap check --diff` shows how, `stopgap check --fix` does it
    "#);
    let refused = sandbox.check(&["--format", "json", "--limit", "2"]);
    assert_eq!(refused.code, 2);
}

/// Puts edits into a text, the last first, by their lines and columns.
fn edited(
    text: &str,
    edits: &[Value],
    place: impl Fn(&Value, bool) -> (u64, u64),
    in_bytes: bool,
    new: &str,
) -> String {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        let byte = |(line, column): (u64, u64)| {
            let start: usize = text.split_inclusive('\n').take(line as usize - 1).map(str::len).sum();
            let column = column as usize - 1;
            if in_bytes {
                start + column
            } else {
                start + text[start..].chars().take(column).map(char::len_utf8).sum::<usize>()
            }
        };
        let range = byte(place(edit, false))..byte(place(edit, true));
        text.replace_range(range, edit.pointer(new).unwrap().as_str().unwrap());
    }
    text
}

#[test]
fn each_format_holds_the_same_fix() {
    let text = "title: Zoë's α # ä\nstatus: active\nx-ü: no\nsystem: β\nenvironment: γ\n";
    let (sandbox, folder) = (sandbox(text), "exceptions/label-printer.yaml");
    let parsed = |format: &str| -> Value {
        serde_json::from_str(&sandbox.check(&["--format", format, "--ignore", "status-mismatch"]).stdout).unwrap()
    };
    let number = |value: &Value, pointer: &str| value.pointer(pointer).unwrap().as_u64().unwrap();
    let (json, sarif, rdjson) = (parsed("json"), parsed("sarif"), parsed("rdjson"));
    let mut seen = 0;
    for (at, finding) in json["findings"].as_array().unwrap().iter().enumerate() {
        let Some(fix) = finding["fixes"].get(0) else { continue };
        let place = |edit: &Value, end: bool| match end {
            false => (number(edit, "/line"), number(edit, "/column")),
            true => (number(edit, "/end_line"), number(edit, "/end_column")),
        };
        let by_json = edited(text, fix["edits"].as_array().unwrap(), place, false, "/text");
        let change = &sarif["runs"][0]["results"][at]["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["artifactLocation"]["uri"], folder);
        let place = |edit: &Value, end: bool| match end {
            false => (number(edit, "/deletedRegion/startLine"), number(edit, "/deletedRegion/startColumn")),
            true => (number(edit, "/deletedRegion/endLine"), number(edit, "/deletedRegion/endColumn")),
        };
        let replacements = change["replacements"].as_array().unwrap();
        assert_eq!(edited(text, replacements, place, false, "/insertedContent/text"), by_json);
        let place = |edit: &Value, end: bool| {
            let end = if end { "end" } else { "start" };
            (number(edit, &format!("/range/{end}/line")), number(edit, &format!("/range/{end}/column")))
        };
        let suggestions = rdjson["diagnostics"][at]["suggestions"].as_array().unwrap();
        assert_eq!(edited(text, suggestions, place, true, "/text"), by_json);
        assert!(yaml::parse(&by_json).is_ok() && by_json != text);
        seen += 1;
    }
    assert_eq!(seen, 3);
}

/// Returns what is wrong with the form of a text, as the register reads it.
fn problems(text: &str) -> Vec<yaml::Problem> {
    match yaml::parse(text) {
        Err(problems) => problems,
        Ok(tree) => register::schema().check(text, &tree).into_iter().chain(yaml::ambiguous(&tree)).collect(),
    }
}

#[test]
fn a_key_in_quotes_keeps_them_when_it_is_renamed() {
    for (written, right) in [
        ("{\"scope\":{\"sistem\":\"s\"}}\n", "{\"scope\":{\"system\":\"s\"}}\n"),
        ("scope: {'sistem':, environment: prod}\n", "scope: {'system':, environment: prod}\n"),
        ("scope: {sistem: , environment: prod}\n", "scope: {system: , environment: prod}\n"),
        ("scope:\n  \"sistem\": s\n", "scope:\n  \"system\": s\n"),
    ] {
        let found = problems(written);
        let rename =
            found.iter().filter_map(|problem| problem.fix.as_deref()).find(|fix| fix.description.contains("rename"));
        let fixed = yaml::apply(written, &[rename.unwrap()]);
        assert_eq!(fixed, Some((right.to_owned(), 1)), "{written}");
        serde_yaml::from_str::<Oracle>(right).unwrap();
    }
}

/// Returns a value without the fields that a fix touches.
fn without(mut value: Oracle, touches: &[String]) -> Oracle {
    for pointer in touches {
        let mut keys: Vec<&str> = pointer.split('/').skip(1).collect();
        let last = keys.pop().unwrap();
        let holder = keys.iter().try_fold(&mut value, |value, key| match key.parse::<usize>() {
            Ok(at) => value.get_mut(at),
            Err(_) => value.get_mut(*key),
        });
        match holder {
            Some(Oracle::Mapping(map)) => drop(map.remove(last)),
            Some(Oracle::Sequence(items)) => items[last.parse::<usize>().unwrap()] = Oracle::Null,
            _ => {}
        }
    }
    value
}

fn leaves(value: &Oracle) -> Vec<String> {
    let mut found = match value {
        Oracle::Sequence(items) => items.iter().flat_map(leaves).collect(),
        Oracle::Mapping(map) => map.values().flat_map(leaves).collect(),
        Oracle::Null => Vec::new(),
        other => vec![serde_yaml::to_string(other).unwrap().trim().trim_matches(['"', '\'']).to_owned()],
    };
    found.sort();
    found
}

/// Holds one step to its word, by another reader of YAML.
fn assert_no_more(before: &str, after: &str, fix: &Fix) {
    if yaml::parse(before).is_err() {
        let signs = |text: &str| text.replace(['"', '\\', ' ', '\t'], "");
        assert_eq!(signs(before), signs(after), "{fix:?}");
        return;
    }
    let read = |text: &str| serde_yaml::from_str::<Oracle>(text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let (was, is) = (read(before), read(after));
    // Quotes are what that reader needs to take `no` for a text.
    if fix.touches.is_empty() {
        assert_eq!(leaves(&was).len(), leaves(&is).len(), "{before}\n{after}");
    } else {
        assert_eq!(without(was.clone(), &fix.touches), without(is.clone(), &fix.touches), "{before}\n{after}");
    }
    if !fix.respells && !fix.touches.is_empty() {
        let mut left = leaves(&is);
        for leaf in leaves(&was) {
            let at = left.iter().position(|other| *other == leaf).unwrap_or_else(|| panic!("{leaf} is lost:\n{after}"));
            left.remove(at);
        }
    }
}

/// Mixes an entry as it was written with what was meant: a part each, as `choices` say.
fn mixed(written: &str, meant: &str, choices: &[bool]) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (written.split_inclusive('\n').collect(), meant.split_inclusive('\n').collect());
    let mut choices = choices.iter().cycle();
    let mut text = String::new();
    for op in TextDiff::from_lines(written, meant).ops() {
        let is_old = matches!(op, DiffOp::Equal { .. }) || *choices.next().unwrap();
        let lines = if is_old { &old[op.old_range()] } else { &new[op.new_range()] };
        text.extend(lines.iter().copied());
    }
    text
}

#[test]
fn a_fix_changes_nothing_that_it_does_not_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/slips");
    let mut slips: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    slips.sort();
    let read = |folder: &Path, name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let case = (0..slips.len(), prop::collection::vec(any::<bool>(), 1..12), any::<bool>(), 0..30usize);
    let mut runner = TestRunner::default();
    let result = runner.run(&case, |(at, choices, crlf, comment)| {
        let mut text = mixed(&read(&slips[at], "written.yaml"), &read(&slips[at], "meant.yaml"), &choices);
        let lines: Vec<&str> = text.lines().collect();
        let noted =
            |(at, line): (usize, &&str)| if at == comment { format!("{line} # a note") } else { (*line).to_owned() };
        text = lines.iter().enumerate().map(noted).collect::<Vec<_>>().join(if crlf { "\r\n" } else { "\n" }) + "\n";
        for _ in 0..20 {
            let found = problems(&text);
            let Some(next) = found.iter().filter_map(|problem| problem.fix.as_deref()).find_map(|fix| {
                let (after, count) = yaml::apply(&text, &[fix])?;
                assert_eq!(count, 1);
                assert_no_more(&text, &after, fix);
                Some(after)
            }) else {
                return Ok(());
            };
            let notes = |text: &str| text.matches("# a note").count();
            prop_assert_eq!(notes(&text), notes(&next));
            text = next;
        }
        Err(TestCaseError::fail(format!("it never ends:\n{text}")))
    });
    result.unwrap();
}
