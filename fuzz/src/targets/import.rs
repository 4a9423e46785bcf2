//! Spreadsheets and ignore files as drafts of exceptions.

use std::collections::{BTreeMap, BTreeSet};

use stopgap::internal::import::{DateOrder, Format, Options, read};
use stopgap::internal::time::{Today, Zone};
use stopgap::internal::yaml::{check_text, parse};

use super::choices;
use super::register::TODAY;
use crate::seeds::Seeds;
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "import",
    about: "drafts are YAML that can be read; ids are unique; each note and each unread row has a line",
    seeds: || Seeds { texts: seeds::files("fixtures/import", |_| true), tokens: TOKENS.to_vec(), ..Seeds::default() },
    run,
    quick: None,
};

const TOKENS: &[&str] = &[
    ",",
    ";",
    "\t",
    "|",
    "\"",
    "\"\"",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "=cmd|'a'!A1",
    "@dana",
    "2026-11-23",
    "23.11.2026",
    "11/12/26",
    "45000",
    "31/02/2026",
    "high",
    "Hoch",
    "open",
    "id",
    "title",
    "expires",
    "owner",
    "approver",
    "Status",
    "CVE-2024-1234",
    "exp:2026-12-31",
    "- id: ",
    "  ",
    "#",
    "[[IgnoredVulns]]\n",
    "id = \"a\"\n",
    "<suppress>",
    "</suppress>",
    "<cve>",
    "&amp;",
    "&#0;",
    "<!DOCTYPE a [",
    "]]>",
    "<![CDATA[",
    "ignore:\n",
    "'*':\n",
    "é",
    "ü",
    "\u{202e}",
    "\u{2028}",
    "x-own",
    "vulnerabilities:\n",
    "expiration_date: 2026-12-31\n",
];

fn options(from: Option<Format>, date_order: Option<DateOrder>) -> Options {
    Options {
        from,
        map: Vec::new(),
        date_order,
        set: Vec::new(),
        picks: BTreeMap::new(),
        update: false,
        zone: Zone::UTC,
        today: Today::parse(TODAY, Zone::UTC).expect("a day"),
    }
}

/// Returns a name by which the format is guessed.
fn name_for(data: &[u8]) -> &'static str {
    let holds = |word: &str| data.windows(word.len()).any(|window| window == word.as_bytes());
    let names = [
        ("<suppress", "a.xml"),
        ("[[Ignored", "osv-scanner.toml"),
        ("vulnerabilities:", ".trivyignore.yaml"),
        ("ignore:", ".snyk"),
        ("expiration_date", "waivers.yaml"),
        (",", "exceptions.csv"),
        (";", "exceptions.csv"),
    ];
    names.into_iter().find(|(word, _)| holds(word)).map_or(".trivyignore", |(_, name)| name)
}

fn run(data: &[u8]) -> Outcome {
    let mut random = choices(data);
    let format = match random.u8(..4) {
        0 => Some(Format::ALL[random.usize(..Format::ALL.len())].1),
        _ => None,
    };
    let order = [None, Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst)][random.usize(..3)];
    let name = name_for(data);
    let Ok(reading) = read(name, data.to_vec(), &options(format, order)) else { return Outcome::Refused };
    let (mut ids, lines) = (BTreeSet::new(), data.iter().filter(|byte| **byte == b'\n' || **byte == b'\r').count() + 1);
    for entry in &reading.entries {
        assert!(ids.insert(entry.id.to_lowercase()), "two entries are `{}`", entry.id);
        assert!((1..=lines).contains(&entry.line), "line {} of {lines}", entry.line);
        let yaml = entry.draft.to_yaml(None);
        assert!(check_text(&yaml).is_none(), "{yaml}");
        if let Err(problems) = parse(&yaml) {
            panic!("a draft cannot be read: {problems:?}\n{yaml}");
        }
        assert!(entry.notes.iter().all(|note| !note.text.is_empty()), "{:?}", entry.notes);
    }
    for (line, why) in &reading.unread {
        assert!(*line <= lines && !why.is_empty(), "line {line} of {lines}: {why}");
    }
    Outcome::taken(!reading.entries.is_empty())
}
