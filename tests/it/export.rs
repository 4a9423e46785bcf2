//! `export` as its readers see it: tables, JSON Lines and calendars are read back and compared with the files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use stopgap::internal::output::escape;

use crate::support::{Run, Sandbox, TODAY, exception};

const FORMATS: [&str; 5] = ["csv", "jsonl", "ics", "oscal-poam", "oscal-ar"];

fn export(sandbox: &Sandbox, format: &str, arguments: &[&str]) -> Run {
    let mut command = sandbox.command();
    command.args(["export", "--format", format]);
    if !arguments.contains(&"--today") {
        command.args(["--today", TODAY]);
    }
    Run::of(command.args(arguments))
}

fn printed(sandbox: &Sandbox, format: &str) -> String {
    let run = export(sandbox, format, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{format}");
    run.stdout
}

fn fixture(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(name).to_str().unwrap().to_owned()
}

/// Reads a table: each row by its headings.
fn rows(table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().from_reader(table.as_bytes());
    let head = reader.headers().unwrap().clone();
    let row =
        |record: csv::StringRecord| head.iter().zip(&record).map(|(key, cell)| (key.into(), cell.into())).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn lines(text: &str) -> Vec<Value> {
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An event of a calendar: its properties, and the triggers of its alarms.
#[derive(Debug, Default)]
struct Event {
    properties: BTreeMap<String, String>,
    triggers: Vec<String>,
}

impl Event {
    fn get(&self, name: &str) -> &str {
        &self.properties[name]
    }
}

/// Reads a calendar: unfolds its lines and undoes the escapes (RFC 5545, sections 3.1 and 3.3.11).
fn events(calendar: &str) -> Vec<Event> {
    let body = calendar.strip_suffix("\r\n").unwrap();
    for line in body.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
    }
    let mut events: Vec<Event> = Vec::new();
    let mut inside = Vec::new();
    for line in body.replace("\r\n ", "").split("\r\n") {
        let (name, value) = line.split_once(':').unwrap();
        match (name, inside.last().copied()) {
            ("BEGIN", _) => {
                inside.push(if value == "VEVENT" { "event" } else { "other" });
                if value == "VEVENT" {
                    events.push(Event::default());
                }
            }
            ("END", _) => assert!(inside.pop().is_some()),
            (name, Some("event")) => {
                assert_eq!(events.last_mut().unwrap().properties.insert(name.into(), unescaped(value)), None);
            }
            ("TRIGGER", _) => events.last_mut().unwrap().triggers.push(value.into()),
            _ => {}
        }
    }
    assert!(inside.is_empty());
    events
}

fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next().unwrap() {
                'n' => text.push('\n'),
                escaped => {
                    assert!("\\;,".contains(escaped), "{value}");
                    text.push(escaped);
                }
            },
            _ => {
                assert!(!";,".contains(c), "{value}");
                text.push(c);
            }
        }
    }
    text
}

fn full_exception() -> String {
    exception(&[
        ("title", "Old certificate, \"SHA-1\"; lp-07"),
        ("scope.team", "Logistics"),
        ("risk.exposure", "[authentication, data]"),
        ("references", "[OPS-12, \"https://tickets.example.com/OPS-13\"]"),
        ("reviews", "[{date: 2026-11-20, by: Luis Prado, note: \"Maker confirmed, on time.\"}]"),
        (
            "renewals",
            "[{requested: 2026-11-20, requester: Luis Prado, reason: The maker moved the tool to May., \
             risk_check: Nothing new., approver: Mei Tanaka, decided: 2026-11-21, expires: 2026-12-20}]",
        ),
        ("covers", "[{tool: grype, id: CVE-2026-0001, package: {name: libc6, version: 2.36-9}, paths: [/lib, /usr]}]"),
        ("x-cost-centre", "0417"),
        ("x-racks", "[{row: 1, units: [3, 4]}, b]"),
        ("x-empty", "~"),
    ])
}

#[test]
fn a_line_of_json_contains_the_whole_record_in_order() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/a.yaml", full_exception());
    let text = printed(&sandbox, "jsonl");
    let line = &lines(&text)[0];
    let record = &line["record"];
    assert_eq!(record["title"], "Old certificate, \"SHA-1\"; lp-07");
    assert_eq!(record["scope"]["team"], "Logistics");
    assert_eq!(record["risk"]["exposure"], json!(["authentication", "data"]));
    assert_eq!(record["renewals"][0]["expires"], "2026-12-20");
    assert_eq!(record["covers"][0]["package"], json!({"name": "libc6", "version": "2.36-9"}));
    assert_eq!(record["x-cost-centre"], "0417");
    assert_eq!(record["x-racks"], json!([{"row": "1", "units": ["3", "4"]}, "b"]));
    assert_eq!(record.get("x-empty"), None);
    let keys = ["\"record\":{\"title\"", "\"control\"", "\"reason\"", "\"scope\":{\"system\"", "\"x-racks\""];
    let places: Vec<usize> = keys.iter().map(|key| text.find(key).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn json_lines_have_the_keys_of_the_contract_in_order() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/a.yaml", exception(&[]));
    let expected = "{\"version\":1,\"today\":\"2026-11-23\",\"id\":\"a\",\"path\":\"exceptions/a.yaml\",\"live\":true,\
                    \"in_force\":true,\"ended\":false,\"days_left\":23,\"first_day\":\"2026-11-16\",\
                    \"last_day\":\"2026-12-16\",\"current_expiry\":\"2026-12-16\",\"ends_at\":\"2026-12-17T00:00:00Z\",\
                    \"current_approver\":\"Mei Tanaka\",\"renewals_used\":0,\"problem\":null,\"record\":{\"title\":";
    let text = printed(&sandbox, "jsonl");
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn the_state_of_an_exception_is_computed_in_the_zone_of_the_policy() {
    let sandbox = Sandbox::new();
    let closure = "{date: 2026-11-20, by: Luis Prado, verified_by: Mei Tanaka, note: Certificate replaced.}";
    let cases = [
        ("active", &[][..], json!([true, true, false, 23, "2026-12-16", "2026-12-16T23:00:00Z"])),
        (
            "closed",
            &[("status", "closed"), ("closure", closure)],
            json!([false, false, true, null, "2026-12-16", "2026-12-16T23:00:00Z"]),
        ),
        (
            "rejected",
            &[("status", "rejected"), ("starts", ""), ("expires", "")],
            json!([false, false, true, null, null, null]),
        ),
        (
            "overdue",
            &[("status", "expired"), ("expires", "2026-11-20")],
            json!([true, false, true, -3, "2026-11-20", "2026-11-20T23:00:00Z"]),
        ),
        ("later", &[("starts", "2026-12-01")], json!([true, false, false, 23, "2026-12-16", "2026-12-16T23:00:00Z"])),
        (
            "noon",
            &[("expires", "2026-12-16T12:00")],
            json!([true, true, false, 23, "2026-12-16", "2026-12-16T11:00:00Z"]),
        ),
        ("soon", &[("expires", "soon")], json!([true, false, null, null, null, null])),
        ("unstarted", &[("starts", "")], json!([true, false, false, 23, "2026-12-16", "2026-12-16T23:00:00Z"])),
        (
            "approved",
            &[("status", "approved")],
            json!([false, false, null, null, "2026-12-16", "2026-12-16T23:00:00Z"]),
        ),
        (
            "past",
            &[("status", ""), ("expires", "2026-11-22")],
            json!([false, false, true, null, "2026-11-22", "2026-11-22T23:00:00Z"]),
        ),
    ];
    sandbox.file("stopgap.yaml", "timezone: Europe/Berlin\n");
    for (id, fields, _) in &cases {
        sandbox.file(format!("exceptions/{id}.yaml"), exception(fields));
    }
    let lines = lines(&printed(&sandbox, "jsonl"));
    let table = rows(&printed(&sandbox, "csv"));
    let facts = ["live", "in_force", "ended", "days_left", "last_day", "ends_at"];
    for (id, _, expected) in &cases {
        let line = lines.iter().find(|line| line["id"] == *id).unwrap();
        assert_eq!(Value::from(facts.map(|fact| line[fact].clone()).to_vec()), *expected, "{id}");
        let row = table.iter().find(|row| row["id"] == *id).unwrap();
        for fact in facts {
            let value = &line[fact];
            let cell = value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace("null", "");
            assert_eq!(row[fact], cell, "{id} {fact}");
        }
    }
}

/// Removes the apostrophes that keep a cell from being a formula, as documented.
fn plain(cell: &str) -> String {
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let part = |part: &str| {
        let start = part.trim_start();
        match start.strip_prefix('\'') {
            Some(rest) if rest.trim_start_matches('\'').starts_with(signs) => part.replacen('\'', "", 1),
            _ => part.to_owned(),
        }
    };
    cell.split_inclusive(';').map(part).collect()
}

/// Returns the texts of a record by the columns that contain them.
fn texts(record: &Value) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (key, value) in record.as_object().into_iter().flatten() {
        if let Some(text) = value.as_str() {
            texts.insert(key.clone(), text.to_owned());
        }
        for (inner, value) in value.as_object().into_iter().flatten() {
            if let Some(text) = value.as_str() {
                texts.insert(format!("{key}.{inner}"), text.to_owned());
            }
        }
    }
    texts
}

#[test]
fn a_table_has_a_row_for_each_file_and_a_cell_for_each_text() {
    for name in ["acme", "drift"] {
        let sandbox = Sandbox::new();
        let root = fixture(name);
        let table = export(&sandbox, "csv", &["--root", &root]).stdout;
        assert!(table.ends_with("\r\n") && !table.replace("\r\n", "").contains(['\r', '\n']));
        let rows = rows(&table);
        let lines = lines(&export(&sandbox, "jsonl", &["--root", &root]).stdout);
        assert_eq!(rows.len(), lines.len());
        let mut cells = 0;
        for (row, line) in rows.iter().zip(&lines) {
            assert_eq!((&row["id"], &row["path"]), (&text(&line["id"]), &text(&line["path"])));
            for (column, text) in texts(&line["record"]) {
                match row.get(&column) {
                    Some(cell) => assert_eq!(plain(cell), text.trim_end(), "{column} of {}", row["id"]),
                    None => assert!(row["other"].contains(&format!("{column}: {text}")), "{column} of {}", row["id"]),
                }
                cells += 1;
            }
        }
        assert!(cells > 500, "{cells}");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn lists_are_written_out_and_nothing_is_lost_from_a_table() {
    let sandbox = Sandbox::new();
    let body = full_exception() + "color: red\nincident: none\nalternative: {scope.team: 1}\n";
    sandbox.file("exceptions/a.yaml", body.replace("  team:", "  x-hall: 3\n  team:"));
    let row = &rows(&printed(&sandbox, "csv"))[0];
    let expected = [
        ("risk.exposure", "authentication, data"),
        ("references", "OPS-12, https://tickets.example.com/OPS-13"),
        ("reviews", "date: 2026-11-20, by: Luis Prado, note: Maker confirmed, on time."),
        ("covers", "tool: grype, id: CVE-2026-0001, package: {name: libc6, version: 2.36-9}, paths: [/lib, /usr]"),
        ("x-cost-centre", "0417"),
        ("x-racks", "row: 1, units: [3, 4] | b"),
        ("scope.team", "Logistics"),
        ("incident.id", ""),
        ("other", "scope.x-hall: 3 | color: red | incident: none | alternative: {scope.team: 1}"),
        ("renewals_used", "1"),
        ("current_expiry", "2026-12-20"),
        ("expires", "2026-12-16"),
    ];
    for (column, cell) in expected {
        assert_eq!(row[column], cell, "{column}");
    }
    assert!(!row.contains_key("x-empty"));
}

#[test]
fn a_file_that_invents_thousands_of_keys_does_not_widen_the_table() {
    let sandbox = Sandbox::new();
    let keys: String = (0..3_000).map(|number| format!("x-{number:04}: {number}\n")).collect();
    sandbox.file("exceptions/a.yaml", exception(&[("x-used", "1")]) + &keys);
    sandbox.file("exceptions/b.yaml", exception(&[("x-used", "2")]));
    let rows = rows(&printed(&sandbox, "csv"));
    let own = rows[0].keys().filter(|key| key.starts_with("x-")).count();
    assert_eq!((own, rows[1]["x-used"].as_str()), (32, "2"));
    assert!(rows[0]["other"].ends_with("x-2998: 2998 | x-2999: 2999"));
}

/// Texts that try to act on whoever opens an export.
const HOSTILE: [&str; 15] = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2-3; @SUM(1); =1",
    "@dana",
    "'=1",
    "\t=1",
    "＝1＋1",
    "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m",
    "::error::x",
    "##[set-output name=exit-code;]0",
    "two\r\nlines\n::error::x\nEND:VCALENDAR\nBEGIN:VEVENT",
    "\u{202e}detrever\u{2066} \u{200b}zero\u{fffe}",
    "a\\b;c,d\"e\"",
    "\u{591}\u{591}::error::x <img src=x onerror=y>",
    "ééééééééééééééééééééééééééééééééééééééééééééééééé::error::x",
];

/// Writes a text as a double-quoted YAML value in plain ASCII.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        ' '..='~' => c.to_string(),
        _ => format!("\\U{:08X}", u32::from(c)),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

fn hostile_register() -> Sandbox {
    let sandbox = Sandbox::new();
    for (number, text) in HOSTILE.iter().enumerate() {
        let value = quoted(text);
        let fields =
            ["title", "control", "reason", "scope.system", "removal", "requester", "owner", "approver", "x-own"];
        let fields: Vec<_> = fields.iter().map(|field| (*field, value.as_str())).collect();
        sandbox.file(format!("exceptions/hostile-{number:02}.yaml"), exception(&fields));
    }
    for name in ["=cmd", "@x", "::error::x", "##[group]", "a;=1,\"b\"", "-1"] {
        sandbox.file(format!("exceptions/{name}.yaml"), exception(&[]));
    }
    sandbox
}

#[test]
fn nothing_in_an_export_does_anything_to_its_reader() {
    let sandbox = hostile_register();
    for format in FORMATS {
        for line in printed(&sandbox, format).replace("\r\n", "\n").split('\n') {
            assert!(!line.contains(escape::is_hostile), "{format}: {line:?}");
            let seen: String = line.chars().filter(char::is_ascii).collect();
            assert!(!seen.contains("##[") && !seen.trim_start().starts_with("::"), "{format}: {line:?}");
        }
    }
    for row in rows(&printed(&sandbox, "csv")) {
        for (column, cell) in row {
            let acts = |part: &str| part.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
            assert!(!cell.split(';').any(acts), "{column}: {cell}");
        }
    }
}

#[test]
fn hostile_texts_are_all_there() {
    let sandbox = hostile_register();
    let lines = lines(&printed(&sandbox, "jsonl"));
    let rows = rows(&printed(&sandbox, "csv"));
    let events = events(&printed(&sandbox, "ics"));
    assert_eq!((rows.len(), events.len()), (lines.len(), lines.len()));
    for (number, text) in HOSTILE.iter().enumerate() {
        let id = format!("hostile-{number:02}");
        let line = lines.iter().find(|line| line["id"] == id).unwrap();
        let row = rows.iter().find(|row| row["id"] == id).unwrap();
        let event = events.iter().find(|event| event.get("UID") == format!("{id}@stopgap")).unwrap();
        let visible = escape::line(&escape::folded(text)).into_owned();
        for column in ["title", "reason", "owner", "x-own"] {
            assert_eq!((&line["record"][column], plain(&row[column])), (&Value::from(*text), visible.clone()));
        }
        assert_eq!(event.get("SUMMARY"), format!("Last day: {visible}"));
        assert!(event.get("DESCRIPTION").contains(&format!("Owner: {}", escape::untagged(&visible))));
    }
}

#[test]
fn what_cannot_be_read_keeps_its_row_and_is_named() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/a.yaml", exception(&[]));
    sandbox.file("exceptions/broken.yaml", "title: [\n").file("exceptions/list.yaml", "- a\n");
    sandbox.file("exceptions/endless.yaml", exception(&[("expires", "soon")]));
    for format in FORMATS {
        let run = export(&sandbox, format, &[]);
        let named = |name: &str| run.stderr.contains(&format!("`exceptions/{name}.yaml` is "));
        let expected = [("a", false), ("broken", true), ("list", true), ("endless", format == "ics")];
        assert_eq!((run.code, expected.map(|(name, _)| (name, named(name)))), (0, expected), "{}", run.stderr);
    }
    let lines = lines(&export(&sandbox, "jsonl", &[]).stdout);
    let rows = rows(&export(&sandbox, "csv", &[]).stdout);
    let ids = ["a", "broken", "endless", "list"];
    assert_eq!(lines.iter().map(|line| text(&line["id"])).collect::<Vec<_>>(), ids);
    assert_eq!(rows.iter().map(|row| row["id"].as_str()).collect::<Vec<_>>(), ids);
    let (line, row) = (&lines[3], &rows[3]);
    assert_eq!((&line["record"], &line["live"]), (&Value::Null, &Value::Null));
    assert_eq!(line["problem"], "the file contains a list, not a mapping");
    assert_eq!((row["problem"].as_str(), row["title"].as_str()), ("the file contains a list, not a mapping", ""));
    assert_eq!((row["path"].as_str(), row["live"].as_str()), ("exceptions/list.yaml", ""));
}

#[test]
fn many_that_cannot_be_read_are_counted() {
    let sandbox = Sandbox::new();
    for number in 0..25 {
        sandbox.file(format!("exceptions/{number}.yaml"), "- a\n");
    }
    let run = export(&sandbox, "ics", &[]);
    assert_eq!(run.stderr.matches("warning:").count(), 11);
    assert!(run.stderr.contains("`15` more files"), "{}", run.stderr);
}

#[test]
fn a_calendar_has_the_last_covered_day_of_each_live_exception() {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", "timezone: Europe/Berlin\nreminders: [14, 3]\n");
    let closure = "{date: 2026-11-20, by: Luis Prado, verified_by: Mei Tanaka, note: Certificate replaced.}";
    let renewals = "[{requested: 2026-11-20, requester: Luis Prado, reason: The maker moved the tool to May., \
                    risk_check: Nothing new., approver: Mei Tanaka, decided: 2026-11-21, expires: 2026-12-20}]";
    for (id, fields) in [
        ("active", &[][..]),
        ("closed", &[("status", "closed"), ("closure", closure)]),
        ("rejected", &[("status", "rejected")]),
        ("midnight", &[("expires", "2026-12-01T00:00")]),
        ("abroad", &[("expires", "2026-12-01T03:00+09:00")]),
        ("overdue", &[("expires", "2026-11-20")]),
        ("renewed", &[("renewals", renewals)]),
        ("short", &[("starts", "2026-11-20"), ("expires", "2026-11-25")]),
    ] {
        sandbox.file(format!("exceptions/{id}.yaml"), exception(fields));
    }
    let events = events(&printed(&sandbox, "ics"));
    let seen: Vec<_> = events
        .iter()
        .map(|event| {
            let [uid, day, stamp, sequence] =
                ["UID", "DTSTART;VALUE=DATE", "DTSTAMP", "SEQUENCE"].map(|name| event.get(name));
            (uid.strip_suffix("@stopgap").unwrap(), day, stamp, sequence, event.triggers.join(" "))
        })
        .collect();
    let decided = "20261115T000000Z";
    let expected = [
        ("abroad", "20261130", decided, "0", "-P7D -P3D"),
        ("active", "20261216", decided, "0", "-P14D -P3D"),
        ("midnight", "20261130", decided, "0", "-P7D -P3D"),
        ("overdue", "20261120", decided, "0", ""),
        ("renewed", "20261220", "20261121T000000Z", "1", "-P14D -P3D"),
        ("short", "20261125", decided, "0", "-P2D"),
    ];
    assert_eq!(seen, expected.map(|(id, day, stamp, sequence, alarms)| (id, day, stamp, sequence, alarms.to_owned())));
    let summary = |id: &str| events.iter().find(|event| event.get("UID").starts_with(id)).unwrap().get("SUMMARY");
    assert_eq!(summary("active"), "Last day: Label printer keeps its old certificate");
    assert_eq!(summary("overdue"), "Overdue: Label printer keeps its old certificate");
    let noon = events[0].get("DESCRIPTION");
    assert!(noon.starts_with("Ends at: 2026-12-01T03:00+09:00\nRemoval: Install the new certificate"), "{noon}");
    assert!(noon.ends_with("\nFile: exceptions/abroad.yaml"), "{noon}");
}

#[test]
fn an_event_keeps_its_name_when_its_exception_is_renewed_or_moved() {
    let sandbox = Sandbox::new();
    let uids = || events(&printed(&sandbox, "ics")).iter().map(|event| event.get("UID").to_owned()).collect::<Vec<_>>();
    sandbox.file("exceptions/a.yaml", exception(&[]));
    let before = uids();
    fs::remove_file(sandbox.path("exceptions/a.yaml")).unwrap();
    sandbox.file("exceptions/2026/a.yaml", exception(&[("expires", "2026-12-10")]));
    assert_eq!(uids(), before);
    sandbox.file("exceptions/2027/a.yaml", exception(&[]));
    assert_eq!(uids(), ["a@stopgap", "a/2@stopgap"]);
}

#[test]
fn a_calendar_is_the_same_on_every_day_before_the_end() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/a.yaml", exception(&[]));
    let on = |today: &str| export(&sandbox, "ics", &["--today", today]).stdout;
    assert_eq!(on("2026-11-23"), on("2026-12-16"));
    assert_ne!(on("2026-11-23"), on("2026-12-17"));
}

#[test]
fn findings_do_not_stop_an_export_nor_does_an_empty_register() {
    let sandbox = Sandbox::new();
    for (format, count) in [("csv", 41), ("jsonl", 40)] {
        let run = export(&sandbox, format, &["--root", &fixture("drift")]);
        assert_eq!((run.code, run.stdout.lines().count()), (0, count));
    }
    fs::create_dir(sandbox.path("exceptions")).unwrap();
    assert_eq!(printed(&sandbox, "jsonl"), "");
    assert_eq!(rows(&printed(&sandbox, "csv")).len(), 0);
    let calendar = printed(&sandbox, "ics");
    assert_eq!(events(&calendar).len(), 0);
    // RFC 5545 asks for a component at least.
    assert!(calendar.contains("BEGIN:VTIMEZONE\r\n") && calendar.ends_with("END:VTIMEZONE\r\nEND:VCALENDAR\r\n"));
}

#[test]
fn a_file_gets_what_would_be_printed() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/a.yaml", exception(&[]));
    for format in FORMATS {
        let name = format!("out.{format}");
        let run = export(&sandbox, format, &["--output", &name]);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
        assert_eq!(fs::read_to_string(sandbox.path(&name)).unwrap(), printed(&sandbox, format));
    }
}

#[test]
fn an_export_that_cannot_be_done_says_so_and_writes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/a.yaml", exception(&[]));
    for (format, arguments, words) in [
        ("csv", &["--output", "exceptions/a.yaml"][..], "`--output` would replace `exceptions/a.yaml`"),
        ("csv", &["--output", "stopgap.yaml/x"], "cannot write"),
        ("pdf", &[], "csv, jsonl, ics, openvex, cyclonedx-vex, oscal-poam, oscal-ar"),
        ("csv", &["--today", "soon"], "`--today soon`"),
        ("csv", &["--root", "nowhere"], "is not a folder"),
    ] {
        let run = export(&sandbox, format, arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    assert_eq!(fs::read_to_string(sandbox.path("exceptions/a.yaml")).unwrap(), exception(&[]));
    assert_eq!(Run::of(sandbox.command().arg("export")).code, 2);
}

/// Returns every UUID that a document of OSCAL defines, and every one that it refers to.
fn uuids(value: &Value, defined: &mut Vec<String>, named: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_str() {
                    Some(uuid) if key == "uuid" => defined.push(uuid.to_owned()),
                    Some(uuid) if key.ends_with("-uuid") => named.push(uuid.to_owned()),
                    _ => uuids(value, defined, named),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| uuids(value, defined, named)),
        _ => {}
    }
}

#[test]
fn oscal_is_the_same_all_day_and_keeps_the_uuids_of_a_subject() {
    let sandbox = Sandbox::new();
    sandbox
        .file("exceptions/a.yaml", exception(&[]))
        .file("exceptions/b.yaml", exception(&[("expires", "2026-11-20")]));
    let closed =
        [("status", "closed"), ("closure", "{date: 2026-11-20, by: Luis Prado, verified_by: Mei Tanaka, note: Gone.}")];
    sandbox.file("exceptions/c.yaml", exception(&closed));
    for (format, name) in [("oscal-poam", "plan-of-action-and-milestones"), ("oscal-ar", "assessment-results")] {
        let on = |today: &str| -> Value {
            serde_json::from_str(&export(&sandbox, format, &["--today", today]).stdout).unwrap()
        };
        let (day, evening, next) = (on("2026-11-23"), on("2026-11-23T21:00"), on("2026-11-24"));
        assert_eq!(day, evening, "{format}");
        let body = &day[name];
        assert_ne!(body["uuid"], next[name]["uuid"], "{format}");
        let part = if format == "oscal-ar" { &body["results"][0] } else { body };
        assert_eq!(part["risks"].as_array().unwrap().len(), 2, "closed ones are not open: {part}");
        let statuses: Vec<String> = part["risks"].as_array().unwrap().iter().map(|it| text(&it["status"])).collect();
        assert_eq!(statuses, ["deviation-approved", "open"], "b has ended");
        assert_eq!(part["risks"][0]["deadline"], "2026-12-17T00:00:00Z");
        let later = if format == "oscal-ar" { &next[name]["results"][0] } else { &next[name] };
        assert_eq!(part["risks"][0]["uuid"], later["risks"][0]["uuid"]);
        let (mut defined, mut named) = (Vec::new(), Vec::new());
        uuids(&day, &mut defined, &mut named);
        let count = defined.len();
        defined.sort();
        defined.dedup();
        assert_eq!(defined.len(), count, "{format}: one is there twice");
        assert!(!named.is_empty() && named.iter().all(|uuid| defined.contains(uuid)), "{format}: {named:?}");
        assert_eq!(part["findings"].is_array(), format == "oscal-ar");
    }
    let assessed: Value = serde_json::from_str(&printed(&sandbox, "oscal-ar")).unwrap();
    let observations = assessed["assessment-results"]["results"][0]["observations"].as_array().unwrap();
    assert!(observations.iter().any(|it| it["title"] == "expired"), "{observations:?}");
    let finding = &assessed["assessment-results"]["results"][0]["findings"][0]["target"];
    assert_eq!((&finding["target-id"], &finding["status"]["state"]), (&"CRY-04".into(), &"not-satisfied".into()));
}
