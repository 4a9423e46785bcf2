//! What each format prints is read back: the same findings in the same order and places, whatever the text of an
//! exception contains.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use stopgap::internal::output::escape;
use stopgap::internal::rules;
use stopgap::internal::text::shown;

use crate::support::git::Repo;
use crate::support::{Run, Sandbox, TODAY, exception};

const FORMATS: [&str; 10] =
    ["text", "concise", "json", "sarif", "github", "azure", "gitlab", "junit", "rdjson", "markdown"];

/// A finding as a reader of any format sees it.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    rule: String,
    level: String,
    path: String,
    start: (usize, usize),
}

/// A finding as a reader of a format with regions sees it.
#[derive(Clone, Debug, PartialEq)]
struct Region {
    seen: Seen,
    end: (usize, usize),
    message: String,
}

fn check(root: &Path, format: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().stdin(Stdio::null()).args(["check", "--today", TODAY, "--format", format, "--root"]).arg(root);
    let run = Run::of(&mut command);
    assert!(run.code < 2 && run.stderr.is_empty(), "{run:?}");
    run.stdout
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn read_json(printed: &str) -> Vec<Region> {
    let report: Value = serde_json::from_str(printed).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let region = |finding: &Value| Region {
        seen: Seen {
            rule: text_of(&finding["rule"]),
            level: text_of(&finding["level"]),
            path: text_of(&finding["path"]),
            start: (number(&finding["line"]), number(&finding["column"])),
        },
        end: (number(&finding["end_line"]), number(&finding["end_column"])),
        message: with_help(&text_of(&finding["message"]), finding["help"].as_str()),
    };
    findings.iter().map(region).collect()
}

fn with_help(message: &str, help: Option<&str>) -> String {
    help.map_or(message.to_owned(), |help| format!("{message}\n{help}"))
}

fn read_sarif(printed: &str) -> Vec<Region> {
    let log: Value = serde_json::from_str(printed).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let region = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        let (region, rule) = (&place["region"], text_of(&result["ruleId"]));
        assert_eq!(run["tool"]["driver"]["rules"][number(&result["ruleIndex"])]["id"], rule);
        Region {
            seen: Seen {
                rule,
                level: text_of(&result["level"]),
                path: percent_decoded(&text_of(&place["artifactLocation"]["uri"])),
                start: (number(&region["startLine"]), number(&region["startColumn"])),
            },
            end: (number(&region["endLine"]), number(&region["endColumn"])),
            message: text_of(&result["message"]["text"]),
        }
    };
    results.iter().map(region).collect()
}

fn percent_decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            assert!(byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte), "{uri}");
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A workflow command as GitHub's runner reads one (`ActionCommand.TryParseV2`).
fn command(line: &str) -> Option<(&str, BTreeMap<&str, String>, String)> {
    let (info, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let unescape = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    let properties = properties.trim().split(',').filter_map(|property| {
        let (key, value) = property.split_once('=')?;
        Some((key, unescape(value).replace("%3A", ":").replace("%2C", ",").replace("%25", "%")))
    });
    Some((name, properties.collect(), unescape(data).replace("%25", "%")))
}

fn read_github(printed: &str) -> Vec<Region> {
    let region = |(name, properties, message): (&str, BTreeMap<&str, String>, String)| {
        let (rule, level) = properties["title"].strip_suffix(')').unwrap().split_once(" (").unwrap();
        assert_eq!(name, if level == "note" { "notice" } else { level });
        let number = |key: &str| properties[key].parse::<usize>().unwrap();
        Region {
            seen: Seen {
                rule: rule.to_owned(),
                level: level.to_owned(),
                path: properties["file"].clone(),
                start: (number("line"), number("col")),
            },
            end: (number("endLine"), number("endColumn")),
            message,
        }
    };
    printed.lines().filter_map(command).map(region).collect()
}

/// A logging command as the agent of Azure Pipelines reads one (`Command.TryParse`).
fn logging_command(line: &str) -> Option<(BTreeMap<&str, String>, String)> {
    let (info, data) = line.split_once("##vso[task.logissue ")?.1.split_once(']')?;
    let unescape = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    let properties = info.split(';').filter(|property| !property.is_empty()).map(|property| {
        let (key, value) = property.split_once('=').unwrap();
        (key, unescape(value).replace("%3B", ";").replace("%5D", "]").replace("%AZP25", "%"))
    });
    Some((properties.collect(), unescape(data).replace("%AZP25", "%")))
}

/// The issues of a run, with the message of each, and the notes of its log.
fn read_azure(printed: &str) -> Vec<(Seen, Option<String>)> {
    let issue = |(properties, message): (BTreeMap<&str, String>, String)| {
        let number = |key: &str| properties[key].parse::<usize>().unwrap();
        let start = (number("linenumber"), number("columnnumber"));
        let [rule, level, path] = ["code", "type", "sourcepath"].map(|key| properties[key].clone());
        (Seen { rule, level, path, start }, Some(message))
    };
    let notes = printed.lines().filter(|line| line.contains(": note[")).map(str::to_owned);
    let notes = notes.chain(printed.lines().last().map(str::to_owned)).collect::<Vec<_>>().join("\n");
    let issues = printed.lines().filter_map(logging_command).map(issue);
    issues.chain(read_concise(&notes).into_iter().map(|note| (note, None))).collect()
}

fn place(text: &str) -> (String, (usize, usize)) {
    let mut parts = text.rsplitn(3, ':');
    let mut number = || parts.next().unwrap().parse().unwrap();
    let (column, line) = (number(), number());
    (parts.next().unwrap().to_owned(), (line, column))
}

fn read_concise(printed: &str) -> Vec<Seen> {
    let mut lines: Vec<&str> = printed.lines().collect();
    while !lines.pop().unwrap().contains(" live, on 2026-11-23: ") {}
    let seen = |line: &str| {
        let [path, row, column, rest] = line.splitn(4, ':').collect::<Vec<_>>().try_into().unwrap();
        let (level, rest) = rest.strip_prefix(' ').unwrap().split_once('[').unwrap();
        let (rule, message) = rest.split_once("] ").unwrap();
        assert!(!message.is_empty());
        let start = (row.parse().unwrap(), column.parse().unwrap());
        Seen { rule: rule.into(), level: level.into(), path: path.replace("\\u{3a}", ":"), start }
    };
    lines.into_iter().map(seen).collect()
}

fn read_text(printed: &str) -> Vec<Seen> {
    let mut found = Vec::new();
    let mut head = None;
    for line in printed.lines() {
        let is_head = |level: &&&str| line.starts_with(&format!("{level}["));
        if let Some(level) = ["error", "warning", "note"].iter().find(is_head) {
            let rule = line[level.len() + 1..].split_once("]:").unwrap().0;
            assert!(head.replace((rule.to_owned(), (*level).to_owned())).is_none(), "no place before {line}");
        } else if let Some((_, after)) = line.split_once("╭─[")
            && let Some((rule, level)) = head.take()
        {
            let (path, start) = place(after.strip_suffix(']').unwrap());
            found.push(Seen { rule, level, path, start });
        }
    }
    assert!(head.is_none());
    found
}

fn read_gitlab(printed: &str) -> Vec<Region> {
    let issues: Vec<Value> = serde_json::from_str(printed).unwrap();
    let point = |value: &Value| (number(&value["line"]), number(&value["column"]));
    let region = |issue: &Value| Region {
        seen: Seen {
            rule: text_of(&issue["check_name"]),
            level: level_of(&text_of(&issue["severity"]), ["major", "minor", "info"]),
            path: text_of(&issue["location"]["path"]),
            start: point(&issue["location"]["positions"]["begin"]),
        },
        end: point(&issue["location"]["positions"]["end"]),
        message: text_of(&issue["description"]),
    };
    issues.iter().map(region).collect()
}

fn level_of(word: &str, words: [&str; 3]) -> String {
    let at = words.iter().position(|other| *other == word).unwrap();
    ["error", "warning", "note"][at].to_owned()
}

/// Reads the report, its columns turned from bytes into characters.
fn read_rdjson(root: &Path, printed: &str) -> Vec<Region> {
    let result: Value = serde_json::from_str(printed).unwrap();
    assert_eq!(result["source"]["name"], "stopgap");
    let region = |finding: &Value| {
        let path = text_of(&finding["location"]["path"]);
        let text = String::from_utf8_lossy(&fs::read(root.join(&path)).unwrap_or_default()).into_owned();
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let point = |value: &Value| {
            let line = number(&value["line"]);
            let before = &text.split('\n').nth(line - 1).unwrap()[..number(&value["column"]) - 1];
            (line, before.chars().count() + 1)
        };
        let range = &finding["location"]["range"];
        Region {
            end: point(&range["end"]),
            seen: Seen {
                rule: text_of(&finding["code"]["value"]),
                level: level_of(&text_of(&finding["severity"]), ["ERROR", "WARNING", "INFO"]),
                start: point(&range["start"]),
                path,
            },
            message: text_of(&finding["message"]),
        }
    };
    result["diagnostics"].as_array().unwrap().iter().map(region).collect()
}

/// Undoes the references of XML, of which there are five.
fn xml_text(text: &str) -> String {
    assert!(!text.contains(['<', '"', '\'']), "{text}");
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    assert_eq!(text.matches('&').count(), text.matches("&amp;").count(), "{text}");
    text.replace("&amp;", "&")
}

/// Returns an attribute of a tag whose text follows its name.
fn attribute(tag: &str, name: &str) -> String {
    let tag = format!(" {tag}");
    let from = tag.find(&format!(" {name}=\"")).unwrap_or_else(|| panic!("no {name} in{tag}"));
    xml_text(tag[from + name.len() + 3..].split('"').next().unwrap())
}

/// Reads the tests that are findings; each has its message twice, the second time with its help.
fn read_junit(printed: &str) -> Vec<(Seen, String)> {
    let all = printed.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites ").unwrap();
    let mut found = Vec::new();
    let mut failures = 0;
    for suite in all.split("<testsuite ").skip(1) {
        let path = attribute(suite, "name");
        let cases: Vec<&str> = suite.split("<testcase ").skip(1).collect();
        assert_eq!(attribute(suite, "tests"), cases.len().to_string());
        for case in cases.iter().filter(|case| !case.lines().next().unwrap().ends_with("/>")) {
            let element = if case.contains("<failure ") { "failure" } else { "skipped" };
            let inner = case.split(&format!("<{element} ")).nth(1).unwrap();
            let level = attribute(inner, "type");
            assert_eq!(element == "failure", level == "error");
            failures += usize::from(element == "failure");
            let content = inner.split_once('>').unwrap().1.split(&format!("</{element}>")).next().unwrap();
            let content = xml_text(content);
            let (start, rest) = content.strip_prefix(&path).unwrap().split_once(": ").unwrap();
            let (_, start) = place(start);
            let (rule, message) = rest.strip_prefix(&format!("{level}[")).unwrap().split_once("] ").unwrap();
            assert_eq!(attribute(case, "name").split(' ').next(), Some(rule));
            assert_eq!(Some(attribute(inner, "message").as_str()), message.split('\n').next());
            found.push((Seen { rule: rule.into(), level, path: path.clone(), start }, message.to_owned()));
        }
    }
    assert_eq!(attribute(all, "tests"), found.len().max(1).to_string());
    assert_eq!(attribute(all, "failures"), failures.to_string());
    found
}

/// Reads the rows of the page, and how many findings it says are left out.
fn read_markdown(printed: &str) -> (Vec<(Seen, String)>, usize) {
    let row = |row: &str| {
        let cells: Vec<&str> = row.strip_prefix("| ").unwrap().strip_suffix(" |").unwrap().split('|').collect();
        let [level, rule, at, _, message] = cells.try_into().unwrap_or_else(|_| panic!("{row}"));
        let at = at.replace('`', "").replace("&#8203;", "").replace("&#96;", "`").replace("&#124;", "|");
        let (path, start) = place(at.trim());
        let rule = rule.trim().trim_matches('`').to_owned();
        (Seen { rule, level: level.trim().into(), path, start }, message.trim().to_owned())
    };
    let mut lines = printed.lines().skip_while(|line| !line.starts_with('|'));
    if let Some(head) = lines.next() {
        assert_eq!((head, lines.next()), ("| level | rule | place | owner | finding |", Some("|---|---|---|---|---|")));
    }
    let rows: Vec<_> = lines.by_ref().take_while(|line| line.starts_with('|')).map(row).collect();
    let left_out = lines.next().map_or(0, |line| {
        let counts = line.strip_prefix("The page is full; left out: ").unwrap().split(". ").next().unwrap();
        counts.split(", ").map(|count| count.split(' ').next().unwrap().parse::<usize>().unwrap()).sum()
    });
    assert_eq!(lines.next(), None);
    (rows, left_out)
}

/// Compares all formats with each other; returns the findings and their exact messages.
fn read_all(root: &Path) -> Vec<Region> {
    let findings = read_json(&check(root, "json"));
    let as_line = |finding: &Region| {
        let seen = &finding.seen;
        Seen { path: escape::line(&seen.path).into_owned(), ..seen.clone() }
    };
    let shown: Vec<Seen> = findings.iter().map(as_line).collect();
    assert_eq!(read_concise(&check(root, "concise")), shown);
    assert_eq!(read_text(&check(root, "text")), shown);

    let readable = |text: &str| text.split('\n').map(escape::line).collect::<Vec<_>>().join("\n");
    let sarif = read_sarif(&check(root, "sarif"));
    let unlinked =
        |finding: &Region| Region { message: escape::unlinked(&readable(&finding.message)), ..finding.clone() };
    assert_eq!(sarif, findings.iter().map(unlinked).collect::<Vec<_>>());

    let annotation =
        |finding: &Region| Region { seen: as_line(finding), message: readable(&finding.message), ..finding.clone() };
    let github = check(root, "github");
    let mut annotations: Vec<_> = findings.iter().map(annotation).collect();
    annotations.sort_by_key(|finding| weight(&finding.seen));
    assert_eq!(read_github(&github), annotations);
    let issue = |finding: &Region| {
        let message = readable(&finding.message);
        (as_line(finding), Some(message).filter(|_| finding.seen.level != "note"))
    };
    let mut issues: Vec<_> = findings.iter().map(issue).collect();
    issues.sort_by_key(|(seen, _)| weight(seen));
    assert_eq!(read_azure(&check(root, "azure")), issues);

    let plain = github.lines().filter(|line| !line.starts_with("::")).count();
    assert!(plain <= 2 && github.lines().count() == findings.len() + plain, "{github}");

    let described = |finding: &Region| {
        let message = format!("{}: {}", finding.seen.rule, finding.message.replace('\n', "; "));
        Region { message: escape::line(&message).into_owned(), ..finding.clone() }
    };
    let gitlab = check(root, "gitlab");
    assert_eq!(read_gitlab(&gitlab), findings.iter().map(described).collect::<Vec<_>>());

    let marked = |message: &str, between: &str| {
        message.split('\n').map(escape::markdown_message).collect::<Vec<_>>().join(between)
    };
    let commented = |finding: &Region| Region { message: marked(&finding.message, "\n"), ..finding.clone() };
    assert_eq!(read_rdjson(root, &check(root, "rdjson")), findings.iter().map(commented).collect::<Vec<_>>());

    let tested = |finding: &Region| (as_line(finding), readable(&finding.message));
    assert_eq!(read_junit(&check(root, "junit")), findings.iter().map(tested).collect::<Vec<_>>());

    let page = check(root, "markdown");
    let (rows, left_out) = read_markdown(&page);
    let mut listed: Vec<_> =
        findings.iter().map(|finding| (as_line(finding), marked(&finding.message, "<br>"))).collect();
    listed.sort_by_key(|(seen, _)| weight(seen));
    assert_eq!((rows.len() + left_out, &rows[..]), (findings.len(), &listed[..rows.len()]));
    assert!(page.len() < 65_536 && (left_out == 0 || page.len() > 40_000), "{}", page.len());
    findings
}

/// What comes first where people see only the beginning.
fn weight(seen: &Seen) -> impl Ord + use<> {
    let level = ["error", "warning", "note"].iter().position(|level| *level == seen.level);
    (level, rules::find(&seen.rule).map(|rule| rule.weight))
}

#[test]
fn the_first_ten_annotations_hold_what_has_ended_and_what_was_signed_by_nobody() {
    let annotations = read_github(&check(&fixture("drift"), "github"));
    let shown = |rule: &str| annotations.iter().take(10).filter(|finding| finding.seen.rule == rule).count();
    let all = |rule: &str| annotations.iter().filter(|finding| finding.seen.rule == rule).count();
    for (rule, there) in [("expired", 3), ("self-approval", 2), ("status-mismatch", 2)] {
        assert_eq!((shown(rule), all(rule)), (there, there), "{rule}");
    }
}

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(name)
}

#[test]
fn every_format_lists_the_same_findings_in_the_same_order() {
    assert!(read_all(&fixture("drift")).len() > 40);
    read_all(&fixture("acme"));
}

/// Returns what is at a region of a file as an editor counts: without a byte order mark, lines without their ends,
/// columns in code points.
fn slice(root: &Path, finding: &Region) -> String {
    let bytes = fs::read(root.join(&finding.seen.path)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let (line, column) = finding.seen.start;
    assert_eq!(finding.end.0, line, "{finding:?}");
    let line = text.split('\n').nth(line - 1).unwrap();
    let characters: Vec<char> = line.strip_suffix('\r').unwrap_or(line).chars().collect();
    characters[column - 1..finding.end.1 - 1].iter().collect()
}

#[test]
fn a_region_names_something_on_one_line() {
    let root = fixture("drift");
    for finding in read_all(&root) {
        let slice = slice(&root, &finding);
        assert_eq!(slice.trim(), slice, "{finding:?}");
        let whole_file = finding.seen.start == (1, 1);
        let is_blank = ["an anchor", "a tab in the indentation"].iter().any(|it| finding.message.starts_with(it));
        assert!(!slice.is_empty() || whole_file || is_blank, "{finding:?}");
    }
}

#[test]
fn regions_give_back_what_is_wrong_in_a_file_with_wide_characters() {
    let body = exception(&[
        ("title", "\"Tür-Öffner 😀 für Łódź\"  # ¼ é"),
        ("risk.tier", "hö"),
        ("owner", "\"security@münchen.example\""),
        ("references", "[\"Gespräch 😀 im Büro\", 'naïve idée', SEC-12]"),
        ("x-größe", "0417"),
    ]);
    let body = format!("# 😀 Überschrift: é\n{body}größe: 😀\n");
    let expected = [
        ("schema", "hö"),
        ("owner-not-a-person", "\"security@münchen.example\""),
        ("bad-reference", "\"Gespräch 😀 im Büro\""),
        ("bad-reference", "'naïve idée'"),
        ("ambiguous-scalar", "0417"),
        ("schema", "größe"),
    ];
    let windows = format!("\u{feff}{}", body.replace('\n', "\r\n"));
    for (path, body) in [("a.yaml", body.as_str()), ("größe 😀/b.yaml", body.trim_end()), ("c.yaml", &windows)] {
        let sandbox = Sandbox::new();
        sandbox.file(format!("exceptions/{path}"), body);
        let root = sandbox.path("");
        let found = read_all(&root);
        let slices: Vec<_> = found.iter().map(|finding| (finding.seen.rule.as_str(), slice(&root, finding))).collect();
        assert_eq!(slices, expected.map(|(rule, slice)| (rule, slice.to_owned())), "{path}");
    }
}

/// Texts that try to act on whoever prints them.
const HOSTILE: [&str; 22] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m",
    "::error::x",
    "::set-output name=exit-code::0",
    "##[set-output name=exit-code;]0",
    ">>>   ##[group]\u{ad}##\u{591}[set-output name=a;]b",
    "##vso[task.complete result=Succeeded]",
    "two\nlines\n::error::x\n##[endgroup]",
    "carriage\r::error::x\u{85}::error::y\u{2028}::error::z",
    "\u{202e}detrever\u{2066} \u{200b}zero\u{200d}width\u{feff}",
    "tags \u{e0041}\u{e0042} and \u{fe0f}selectors\u{e01ef}",
    "%0A::error::x%0D%25%3A",
    "`code` ``` \\` 'quote' \"double\"",
    "<script>alert(1)</script> <img src=x onerror=y> &amp;",
    "[link](https://evil.example) ![image](x) [1](2) | table | @everyone #1",
    "]: error[expired] exceptions/a.yaml:1:1: error[expired] forged",
    "title=x,file=y,line=1::forged",
    "{\"rule\": \"forged\"}\\u001b\\",
    "=cmd|' /C calc'!A0",
    "exceptions/x.yaml:1:1: error[expired] forged",
    "no characters \u{fffe}\u{ffff} and ]]>",
    "GH-1 www.evil.example a@evil.example $x$ `|` |||",
    "x \
     \u{3000}\u{a0}::error::x",
];

/// Writes a text as a double-quoted YAML value in plain ASCII.
fn quoted(text: &str) -> String {
    let mut yaml = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => yaml.extend(['\\', c]),
            ' '..='~' => yaml.push(c),
            _ => write!(yaml, "\\U{:08X}", u32::from(c)).unwrap(),
        }
    }
    yaml + "\""
}

fn hostile_exception(text: &str) -> String {
    let value = quoted(text);
    let list = format!("[{value}, SEC-1]");
    let fields = ["title", "control", "reason", "scope.system", "risk.tier", "requester", "owner", "expires"];
    let mut written: Vec<(&str, &str)> = fields.iter().map(|field| (*field, value.as_str())).collect();
    written.extend([("references", list.as_str()), ("x-block", "|\n  ::error::x\n  ##[group]y")]);
    exception(&written) + &format!("{value}: x\n")
}

/// Fails if a printed line could do something to a terminal or a log parser.
fn assert_harmless(format: &str, printed: &str) {
    for (number, line) in printed.split('\n').enumerate() {
        assert!(!line.contains(escape::is_hostile), "{format}, line {number}: {line:?}");
        // GitHub's runner compares by culture, which ignores some characters outside ASCII.
        let seen: String = line.chars().filter(char::is_ascii).collect();
        let foreign = match format {
            "azure" => seen.strip_prefix("##vso[task.logissue type=").unwrap_or(&seen),
            _ => &seen,
        };
        assert!(!foreign.contains("##[") && !foreign.contains("##vso["), "{format}, line {number}: {line:?}");
        let own = format == "github"
            && ["::error title=", "::warning title=", "::notice title="].iter().any(|own| line.starts_with(own));
        assert!(own || !seen.trim_start().starts_with("::"), "{format}, line {number}: {line:?}");
    }
}

#[test]
fn hostile_values_do_not_change_a_format() {
    let sandbox = Sandbox::new();
    sandbox.file("people.yaml", "people: [{handle: \"@dana\", name: Dana Ortiz}]\n");
    sandbox.file("controls.yaml", "controls: [{id: ACC-07, name: Vendors hold no access}]\n");
    for (number, text) in HOSTILE.iter().enumerate() {
        sandbox.file(format!("exceptions/hostile-{number:02}.yaml"), hostile_exception(text));
    }
    let root = sandbox.path("");
    for format in FORMATS {
        assert_harmless(format, &check(&root, format));
    }
    for columns in ["1", "47", "63", "80"] {
        let mut command = sandbox.command();
        let narrow = Run::of(command.args(["check", "--today", TODAY]).env("COLUMNS", columns));
        assert_harmless("text", &narrow.stdout);
    }
    let found = read_all(&root);
    for (number, text) in HOSTILE.iter().enumerate() {
        let path = format!("exceptions/hostile-{number:02}.yaml");
        let messages = || found.iter().filter(|finding| finding.seen.path == path).map(|finding| &finding.message);
        assert!(
            messages().any(|message| message.contains(&*shown(text))),
            "{text:?} in {:#?}",
            messages().collect::<Vec<_>>()
        );
        assert!(messages().count() > 4, "{text:?}");
    }
}

#[test]
fn hostile_names_of_files_and_folders_do_not_change_a_format() {
    let sandbox = Sandbox::new();
    let folder = "::error::f, 100% \u{1b}[2J ##[group]\n::error::g";
    sandbox.file("stopgap.yaml", format!("exceptions: {}\n", quoted(folder)));
    let names = HOSTILE.iter().filter(|name| !name.contains('/') && name.len() < 200);
    let mut count = 0;
    for name in names.chain(&["a b,c:d%0Ae", "ok"]) {
        sandbox.file(format!("{folder}/{name}.yaml"), exception(&[("status", "finished")]));
        count += 1;
    }
    let root = sandbox.path("");
    for format in FORMATS {
        assert_harmless(format, &check(&root, format));
    }
    let found = read_all(&root);
    for name in HOSTILE.iter().filter(|name| !name.contains('/')) {
        let path = format!("{folder}/{name}.yaml");
        assert!(found.iter().any(|finding| finding.seen.path == path), "{path:?}");
    }
    let files: std::collections::BTreeSet<_> = found.into_iter().map(|finding| finding.seen.path).collect();
    assert_eq!(files.len(), count);
}

#[test]
fn hostile_lines_of_a_file_do_not_change_a_format() {
    let sandbox = Sandbox::new();
    let endless = "word ".repeat(40_000);
    sandbox.file("exceptions/endless.yaml", exception(&[("reason", &endless), ("status", "finished")]));
    sandbox.file(
        "exceptions/one-line.yaml",
        format!("{{title: {}, status: \"\u{202e}::error::x\"", endless.replace(' ', "😀")),
    );
    sandbox.file("exceptions/commands.yaml", "::error::x\n::error::y: ##[group]z\n ::set-output name=a::b\n");
    sandbox.file("exceptions/escape.yaml", "title: \u{1b}[2J\u{1b}[31m::error::x\n");
    sandbox.file("exceptions/bytes.yaml", b"title: \xff\xfe\x1b[2J\n::error::x\n");
    let root = sandbox.path("");
    for format in FORMATS {
        let printed = check(&root, format);
        assert_harmless(format, &printed);
        assert!(format == "sarif" || printed.len() < 20_000, "{format}: {}", printed.len());
    }
    assert!(read_all(&root).len() >= 5);
}

#[test]
fn colours_are_the_only_escapes() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/a.yaml", hostile_exception(HOSTILE[0]));
    for format in FORMATS {
        let plain = sandbox.check(&["--format", format, "--color", "never"]).stdout;
        let coloured = sandbox.check(&["--format", format, "--color", "always"]).stdout;
        let mut stripped = String::new();
        for (number, part) in coloured.split("\u{1b}[").enumerate() {
            let end = part.find('m').filter(|_| number > 0).map_or(0, |end| end + 1);
            assert!(
                number == 0 || part[..end].trim_end_matches('m').bytes().all(|b| b.is_ascii_digit() || b == b';'),
                "{part:?}"
            );
            stripped.push_str(&part[end..]);
        }
        assert_eq!(stripped, plain, "{format}");
        assert_harmless(format, &stripped);
    }
}

#[test]
fn json_has_the_keys_of_the_contract_in_order() {
    let printed = check(&fixture("drift"), "json");
    let keys = |before: &str, indent: usize| -> Vec<String> {
        let from = printed.find(before).unwrap() + before.len();
        let start = format!("\n{}\"", " ".repeat(indent));
        let inside = printed[from..].split(&format!("\n{}}}", " ".repeat(indent - 2))).next().unwrap();
        inside.split(&start).skip(1).map(|part| part.split('"').next().unwrap().to_owned()).collect()
    };
    assert_eq!(keys("{", 2), ["version", "today", "base", "cards", "findings", "summary"]);
    let place = ["path", "line", "column", "end_line", "end_column", "message"];
    assert_eq!(keys("\"labels\": [\n        {", 10), place);
    let finding = ["rule", "level", "path", "exception", "line", "column", "end_line", "end_column", "message", "help"];
    assert_eq!(keys("\"findings\": [\n    {", 6), [&finding[..], &["labels", "fixes", "gates"]].concat());
    assert_eq!(keys("\"summary\": {", 4), ["exceptions", "live", "errors", "warnings", "notes", "elsewhere"]);

    let report: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((&report["version"], &report["today"], &report["base"]), (&1.into(), &TODAY.into(), &Value::Null));
    let findings = report["findings"].as_array().unwrap();
    for level in ["error", "warning", "note"] {
        let count = findings.iter().filter(|finding| finding["level"] == level).count();
        assert_eq!(report["summary"][format!("{level}s")], count);
    }
    for finding in findings {
        let stem = Path::new(finding["path"].as_str().unwrap()).file_stem().unwrap().to_str().unwrap();
        assert_eq!((&finding["exception"], &finding["gates"]), (&stem.into(), &true.into()));
    }
}

#[test]
fn fingerprints_are_unique_and_survive_moved_lines() {
    let fingerprints = |root: &Path| -> Vec<String> {
        let log: Value = serde_json::from_str(&check(root, "sarif")).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let sarif: Vec<_> =
            results.iter().map(|result| text_of(&result["partialFingerprints"]["primaryLocationLineHash"])).collect();
        let issues: Vec<Value> = serde_json::from_str(&check(root, "gitlab")).unwrap();
        assert_eq!(issues.iter().map(|issue| text_of(&issue["fingerprint"])).collect::<Vec<_>>(), sarif);
        sarif
    };
    let drift = fingerprints(&fixture("drift"));
    assert_eq!(drift.iter().collect::<std::collections::BTreeSet<_>>().len(), drift.len());

    let sandbox = Sandbox::new();
    let body = exception(&[("references", "[a chat, another chat]"), ("risk.tier", "tiny"), ("owner", "")]);
    sandbox.file("exceptions/a.yaml", &body);
    let before = fingerprints(&sandbox.path(""));
    sandbox.file("exceptions/a.yaml", format!("# moved\n\n{body}"));
    let moved = fingerprints(&sandbox.path(""));
    fs::remove_file(sandbox.path("exceptions/a.yaml")).unwrap();
    sandbox.file("exceptions/2026/a.yml", &body);
    assert_eq!((&before, &before), (&moved, &fingerprints(&sandbox.path(""))));
    assert!(before.len() >= 4);
}

#[test]
fn a_clean_run_is_a_report_too() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/a.yaml", exception(&[]));
    let printed = |format: &str| check(&sandbox.path(""), format);
    assert_eq!(printed("gitlab"), "[]\n");
    assert_eq!(serde_json::from_str::<Value>(&printed("rdjson")).unwrap()["diagnostics"], Value::Array(Vec::new()));
    assert_eq!(printed("markdown"), "## stopgap: nothing found\n\n1 exception, 1 live, on 2026-11-23\n");
    let junit = printed("junit");
    assert!(junit.contains("tests=\"1\" failures=\"0\"") && junit.contains("<testcase name=\"check\""), "{junit}");
    assert_eq!(sandbox.check(&["--format", "markdown", "--quiet"]).stdout, "");
}

#[test]
fn a_full_page_contains_the_worst_and_counts_the_rest() {
    let sandbox = Sandbox::new();
    for number in 0..300 {
        let tier = if number < 200 { "low" } else { "tiny" };
        let title = format!("Machine {number:03} keeps its old certificate");
        let fields = [("title", title.as_str()), ("risk.tier", tier), ("references", "[a chat]")];
        sandbox.file(format!("exceptions/{number:03}.yaml"), exception(&fields));
    }
    let root = sandbox.path("");
    let findings = read_all(&root);
    let (rows, left_out) = read_markdown(&check(&root, "markdown"));
    assert!(left_out > 0 && rows.len() + left_out == findings.len());
    let levels: Vec<&str> = rows.iter().map(|(seen, _)| seen.level.as_str()).collect();
    assert!(levels.is_sorted() && levels[0] == "error", "{levels:?}");
}

#[test]
fn reports_for_ci_carry_paths_from_the_top_of_the_work_tree() {
    let repo = Repo::new();
    repo.write("security/exceptions/a.yaml", &exception(&[("references", "[a chat]")])).commit("Begin");
    for (variable, path) in [("GITLAB_CI", "security/"), ("GITHUB_ACTIONS", "security/"), ("CI", "")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path))).current_dir(repo.path());
        command.args(["check", "--root", "security", "--today", TODAY, "--format", "gitlab"]).env(variable, "true");
        let issues: Vec<Value> = serde_json::from_str(&Run::of(&mut command).stdout).unwrap();
        assert_eq!(issues[0]["location"]["path"], format!("{path}exceptions/a.yaml"), "{variable}");
    }
}

#[test]
fn annotations_beyond_what_github_shows_are_counted() {
    let sandbox = Sandbox::new();
    let things = ["door", "pump", "mast", "lift", "kiln", "oven", "reel", "vane", "yoke", "tank", "lamp", "gate"];
    for thing in things {
        let reason = format!("The {thing} is repaired by its maker next week.");
        let fields = [("risk.tier", "tiny"), ("references", "[a chat]"), ("reason", &reason)];
        sandbox.file(format!("exceptions/{thing}.yaml"), exception(&fields));
    }
    let printed = sandbox.check(&["--format", "github"]).stdout;
    let levels: Vec<&str> = printed.lines().filter_map(command).map(|(name, ..)| name).collect();
    let errors = levels.iter().filter(|name| **name == "error").count();
    assert!(errors >= 12 && levels.len() - errors == 12, "{printed}");
    assert!(printed.contains(&format!("only in this log: {} errors, 2 warnings\n", errors - 10)), "{printed}");
    let quiet = sandbox.check(&["--format", "github", "--quiet"]).stdout;
    assert_eq!(quiet.lines().count(), levels.len());
}

#[test]
fn the_exit_code_is_the_same_in_every_format() {
    for (name, code) in [("acme", 0), ("drift", 1)] {
        for format in FORMATS {
            let sandbox = Sandbox::new();
            let root = fixture(name);
            let mut command = sandbox.command();
            command.args(["check", "--quiet", "--today", TODAY, "--format", format, "--root"]).arg(root);
            let run = Run::of(&mut command);
            assert_eq!((run.code, run.stderr.as_str()), (code, ""), "{name} {format}");
        }
    }
}

/// Runs `check` in a job of GitHub Actions, or of GitLab.
fn in_a_job(repo: &Repo, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path))).current_dir(repo.path());
    Run::of(command.envs(variables.iter().copied()).args(["check", "--today", TODAY]).args(arguments))
}

const GITHUB: [(&str, &str); 3] = [
    ("GITHUB_ACTIONS", "true"),
    ("GITHUB_SERVER_URL", "https://github.example"),
    ("GITHUB_REPOSITORY", "acme/register"),
];
const GITLAB: [(&str, &str); 2] = [("GITLAB_CI", "true"), ("CI_PROJECT_URL", "https://gitlab.example/sec/register")];

#[test]
fn the_page_leads_to_the_line_on_the_forge_where_that_is_known() {
    let repo = Repo::new();
    repo.write("sec team/exceptions/a(b).yaml", &exception(&[("references", "[a chat]"), ("owner", "'@dana'")]));
    let commit = repo.commit("Begin");
    let root = ["--root", "sec team", "--format", "markdown"];
    let place = "sec%20team/exceptions/a%28b%29.yaml#L19";
    for (variables, address) in [
        (&GITHUB[..], format!("https://github.example/acme/register/blob/{commit}/{place}")),
        (&GITLAB[..], format!("https://gitlab.example/sec/register/-/blob/{commit}/{place}")),
    ] {
        let page = in_a_job(&repo, variables, &root).stdout;
        let row = format!("| [`sec team/exceptions/a(b).yaml:19:14`]({address}) | `@dana` |");
        assert!(page.contains(&row), "{row}\n{page}");
    }
    // Elsewhere a link would lead nowhere until the commit is on the remote.
    repo.git(&["remote", "add", "origin", "git@github.com:acme/register.git"]);
    assert!(!in_a_job(&repo, &[], &root).stdout.contains("]("));
    repo.git(&["update-ref", "refs/remotes/origin/main", &commit]);
    let page = in_a_job(&repo, &[], &root).stdout;
    assert!(page.contains(&format!("](https://github.com/acme/register/blob/{commit}/{place})")), "{page}");
    // What a variable holds may be anything.
    let odd = [GITHUB[0], GITHUB[1], ("GITHUB_REPOSITORY", "acme/re) [x](https://evil.example")];
    assert!(!in_a_job(&repo, &odd, &root).stdout.contains("evil"));
}

#[test]
fn the_base_can_be_copied() {
    let repo = Repo::new();
    repo.write("sec/exceptions/a.yaml", &exception(&[]));
    let base = repo.commit("Begin");
    repo.branch("ask");
    repo.write("sec/exceptions/b.yaml", &exception(&[("risk.tier", "tiny")])).commit("Ask");
    let page = in_a_job(&repo, &GITHUB, &["--root", "sec", "--base", "main", "--format", "markdown"]).stdout;
    let command = format!("```sh\nstopgap check --today 2026-11-23 --root sec --base {base}\n```\n");
    assert!(page.contains(&command), "{page}");
    let page = in_a_job(&repo, &GITHUB, &["--root", "sec", "--format", "markdown"]).stdout;
    assert!(!page.contains("```"), "{page}");
}

#[test]
fn an_alert_keeps_its_identity_while_the_file_grows_and_registers_have_one_category_each() {
    let repo = Repo::new();
    let entry = exception(&[("references", "[a chat]"), ("owner", "TBD")]);
    for root in ["", "team/"] {
        repo.write(&format!("{root}stopgap.yaml"), "timezone: UTC\n")
            .write(&format!("{root}exceptions/a.yaml"), &entry);
    }
    repo.commit("Begin");
    let run = |arguments: &[&str]| -> Value {
        let printed = in_a_job(&repo, &GITHUB, &[arguments, &["--format", "sarif"]].concat()).stdout;
        serde_json::from_str::<Value>(&printed).unwrap()["runs"][0].clone()
    };
    let alerts = |run: &Value| -> BTreeMap<String, String> {
        let one = |result: &Value| {
            let path = text_of(&result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]);
            let print = text_of(&result["partialFingerprints"]["primaryLocationLineHash"]);
            (print, format!("{path} {}", text_of(&result["ruleId"])))
        };
        run["results"].as_array().unwrap().iter().map(one).collect()
    };
    let (top, team) = (run(&["--root", "."]), run(&["--root", "team"]));
    assert_eq!([&top["automationDetails"]["id"], &team["automationDetails"]["id"]], ["stopgap/", "stopgap/team/"]);
    assert_eq!(top["versionControlProvenance"][0]["repositoryUri"], "https://github.example/acme/register");
    // All at once or one by one: the same alerts, and no two of them the same.
    let mut each = alerts(&top);
    each.extend(alerts(&team));
    let all = alerts(&run(&["--all-registers"]));
    assert_eq!(all, each);
    assert_eq!(all.len(), alerts(&top).len() + alerts(&team).len());
    assert!(alerts(&team).len() >= 2);
    let grown =
        format!("{entry}reviews:\n  - {{date: 2026-11-20, by: Luis Prado, note: The maker confirmed Thursday.}}\n");
    repo.write("exceptions/a.yaml", &grown).commit("Review");
    assert_eq!(alerts(&run(&["--root", "."])), alerts(&top));
}

/// A report is red exactly if the run fails.
#[test]
fn a_junit_report_fails_at_the_level_that_fails_the_run() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/label-printer.yaml", exception(&[]));
    for level in ["never", "error", "warning", "note"] {
        let arguments = ["check", "--today", TODAY, "--format", "junit", "--fail-on", level];
        let run = Run::of(sandbox.command().args(arguments));
        assert_eq!(run.stdout.contains(" failures=\"0\""), run.code == 0, "{level}: {}", run.stdout);
    }
}
