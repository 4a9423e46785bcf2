//! The editor on files as people write them: each edit is right by another YAML reader's word, or
//! refused, and every byte that it has no reason to touch stays.

use serde_yaml::Value as Oracle;
use stopgap::yaml::edit::{Edit, Refusal, apply};
use stopgap::yaml::write::Value;

/// The order of the keys of the layouts.
const ORDER: [&str; 8] = ["title", "scope", "status", "expires", "reviews", "renewals", "amendments", "closure"];

/// One exception's skeleton in the layouts that people, editors and scripts leave behind. Each has
/// a `status` and a `title`; the rest may be missing, empty or written in any way.
const LAYOUTS: &[(&str, &str)] = &[
    ("plain", "title: a\nscope:\n  system: s\nstatus: active\nexpires: 2026-11-20\n"),
    ("no final line end", "title: a\nscope:\n  system: s\nstatus: active"),
    (
        "no final line end behind a list",
        "title: a\nstatus: active\nscope: {system: s}\nreviews:\n  - {date: 2026-11-01, note: n}",
    ),
    (
        "CRLF",
        "title: a\r\nscope:\r\n  system: s\r\nstatus: active\r\nreviews:\r\n  - date: 2026-11-01\r\n    note: n\r\n",
    ),
    ("CRLF without a final line end", "title: a\r\nscope:\r\n  system: s\r\nstatus: active"),
    (
        "comments everywhere",
        "# top\ntitle: a # why\n# above scope\nscope: # here\n  # inside\n  system: s # host\n  # deeper end\n# above status\nstatus: active # since\n# end\n",
    ),
    (
        "comments in a list",
        "title: a\nscope: {system: s}\nstatus: active\nreviews:\n  # first\n  - date: 2026-11-01 # day\n    # in the item\n    note: n\n    # end of the item\n  # end of the list\n# outside\n",
    ),
    (
        "a commented-out key at the end",
        "title: a\nscope: {system: s}\nstatus: active\nrenewals:\n  - {expires: 2026-11-23}\n# closure:\n#   {date: 2026-11-20}\n",
    ),
    (
        "indentless list",
        "title: a\nscope:\n  system: s\nstatus: active\nreviews:\n- date: 2026-11-01\n  note: n\nrenewals:\n- expires: 2026-11-23\n",
    ),
    (
        "indentless list of flow items",
        "title: a\nscope: {system: s}\nstatus: active\nreviews:\n- {date: 2026-11-01, note: n}\n",
    ),
    (
        "deep indentation",
        "title: a\nscope:\n        system: s\nstatus: active\nreviews:\n        -   date: 2026-11-01\n            note: n\n",
    ),
    ("wide dashes", "title: a\nscope:\n    system: s\nstatus: active\nreviews:\n    -   {date: 2026-11-01, note: n}\n"),
    ("flow list", "title: a\nscope: {system: s}\nstatus: active\nreviews: [{date: 2026-11-01, note: n}]\n"),
    (
        "flow list with a last comma",
        "title: a\nscope: {system: s}\nstatus: active\nreviews: [{date: 2026-11-01, note: n}, ]\n",
    ),
    (
        "flow list on many lines",
        "title: a\nscope: {system: s}\nstatus: active\nreviews: [\n  {date: 2026-11-01, note: n}, # one\n  {date: 2026-11-02, note: m}  # two\n  ]\n",
    ),
    (
        "flow list on many lines with a last comma",
        "title: a\nscope: {system: s}\nstatus: active\nreviews: [\n  {date: 2026-11-01, note: n},\n ]\n",
    ),
    ("empty flow list", "title: a\nscope: {system: s}\nstatus: active\nreviews: []\nrenewals: []\n"),
    (
        "empty flow list with a comment",
        "title: a\nscope: {system: s}\nstatus: active\nreviews: [] # none yet\nrenewals: [ ]   # none\n",
    ),
    ("empty flow list at the end without a line end", "title: a\nscope: {system: s}\nstatus: active\nreviews: []"),
    ("missing values", "title: a\nscope:\n  system:\nstatus: active\nreviews:\nrenewals: # later\nexpires:\n"),
    ("nulls", "title: a\nscope:\n  system: ~\nstatus: active\nreviews: null\nrenewals: ~ # later\nexpires: Null\n"),
    ("empty quotes", "title: a\nscope:\n  system: ''\nstatus: active\nreviews: \"\"\n"),
    ("whole file in braces", "{title: a, scope: {system: s}, status: active, reviews: [{date: 2026-11-01}]}\n"),
    (
        "whole file in braces on many lines",
        "{\n  title: a, # t\n  scope: {system: s},\n  status: active, # st\n  reviews: [],\n}\n",
    ),
    (
        "JSON",
        "{\"title\": \"a\", \"scope\": {\"system\": \"s\"}, \"status\": \"active\", \"reviews\": [{\"date\": \"2026-11-01\"}]}\n",
    ),
    (
        "quoted keys",
        "\"title\": a\n'scope':\n  \"system\": s\n\"status\": active\n'reviews':\n  - 'date': 2026-11-01\n",
    ),
    (
        "single quotes",
        "title: 'a'\nscope:\n  system: 's'\nstatus: 'active'\nreviews:\n  - date: '2026-11-01'\n    by: '@dana'\n",
    ),
    (
        "double quotes",
        "title: \"a\"\nscope:\n  system: \"s\"\nstatus: \"active\"\nreviews:\n  - {date: \"2026-11-01\", by: \"@dana\"}\n",
    ),
    ("tabs behind colons", "title:\ta\nscope:\n  system:\ts\nstatus:\tactive\t# tabbed\n"),
    ("blanks before colons", "title : a\nscope :\n  system : s\nstatus : active\n"),
    (
        "blanks at line ends",
        "title: a  \nscope:  \n  system: s  \nstatus: active  \nreviews:  \n  - date: 2026-11-01  \n",
    ),
    ("literal block", "title: |\n  a\n  b\nscope:\n  system: |-\n    s\n    t\nstatus: active\n"),
    ("folded block with comments", "title: > # why\n  a\n  b\n\nscope:\n  system: >-\n    s\n# next\nstatus: active\n"),
    (
        "kept block at the end",
        "title: a\nscope: {system: s}\nstatus: active\nreviews:\n  - date: 2026-11-01\n    note: |+\n      kept\n\n\n",
    ),
    (
        "block at the end without a line end",
        "title: a\nscope: {system: s}\nstatus: active\nreviews:\n  - date: 2026-11-01\n    note: |\n      text",
    ),
    (
        "blocks below each other in a mapping",
        "title: a\nscope:\n    system: >-\n        s\n    zone: |\n        z\n    deeper: c\nstatus: active\n",
    ),
    ("block as a whole item", "title: a\nscope: {system: s}\nstatus: active\nreviews:\n  - |\n    text\n    more\n"),
    ("block with an indentation indicator", "title: |2-\n    a\n   b\nscope: {system: s}\nstatus: active\n"),
    ("status as a block", "title: a\nscope: {system: s}\nstatus: |-\n  active\nreviews:\n  - a\n"),
    (
        "plain over lines",
        "title: a\n  goes\n  on\nscope:\n  system: s\n    t\nstatus:\n  active\nreviews:\n  -\n    date: 2026-11-01\n",
    ),
    ("quoted over lines", "title: \"a\n  goes\n\n  on\"\nscope:\n  system: 's\n    t'\nstatus: active\n"),
    ("document marks", "---\ntitle: a\nscope:\n  system: s\nstatus: active\n...\n"),
    ("document start with a comment", "--- # one\ntitle: a\nscope: {system: s}\nstatus: active\n...\n# after\n"),
    (
        "blank lines between",
        "\n\ntitle: a\n\nscope:\n\n  system: s\n\nstatus: active\n\nreviews:\n\n  - date: 2026-11-01\n\n  - date: 2026-11-02\n\n\nrenewals: []\n\n",
    ),
    (
        "keys in another order",
        "closure_x: 1\nreviews:\n  - {date: 2026-11-01}\nstatus: active\ntitle: a\nscope:\n  system: s\n",
    ),
    (
        "a map as the last value",
        "title: a\nstatus: active\nscope:\n  system: s\n  deeper:\n    than: this\n    # still inside\n  # inside\n",
    ),
    (
        "not ASCII",
        "title: Größe №1 日本 🚀 # Überschrift\nscope:\n  system: Schlüssel\nstatus: active\nreviews:\n  - {note: ärger 🚀}\n",
    ),
    (
        "signs in texts",
        "title: \"a # no comment\"\nscope: {system: 's: # t'}\nstatus: active\nreviews:\n  - {note: \"[x], {y} # z\"}\n",
    ),
    ("a hash inside a word", "title: a#b\nscope: {system: s#t}\nstatus: active\nreviews: [a#b]\n"),
    (
        "a comment between dash and item",
        "title: a\nscope: {system: s}\nstatus: active\nreviews:\n  - # c\n    date: 2026-11-01\n",
    ),
    ("a list of lists", "title: a\nscope: {system: s}\nstatus: active\nreviews:\n  - - a\n    - b\n  - [c]\n"),
    ("an empty last item", "title: a\nscope: {system: s}\nstatus: active\nreviews:\n  - a\n  -\nrenewals:\n  -\n"),
    ("an explicit key", "title: a\nscope: {system: s}\n? status\n: active\n"),
];

fn review(text: &str) -> Value {
    Value::flow_map([("date", "2026-11-24"), ("by", "@dana"), ("note", text)])
}

fn renewal() -> Value {
    let pairs = [
        ("requested", "2026-11-24"),
        ("requester", "@dana"),
        ("reason", "still: needed # yes"),
        ("expires", "2026-12-01"),
    ];
    Value::Map(pairs.map(|(key, text)| (key.to_owned(), Value::text(text))).to_vec())
}

/// The edits of all commands, and texts that need care.
fn edits() -> Vec<(&'static str, Vec<Edit>)> {
    let closure = Value::flow_map([("date", "2026-11-24"), ("by", "@ilse"), ("note", "Gone: \"all\" of it.")]);
    vec![
        ("review", vec![Edit::append("reviews", review("Seen, and {odd}: #1"))]),
        ("renew", vec![Edit::set("status", "active"), Edit::append("renewals", renewal())]),
        ("close", vec![Edit::set("status", "closed"), Edit::Set { path: vec!["closure".into()], value: closure }]),
        ("reject", vec![Edit::set("status", "rejected")]),
        ("amend", vec![Edit::set("scope.system", "new: host #2"), Edit::append("amendments", review("Renamed."))]),
        ("retitle", vec![Edit::set("title", "yes")]),
        ("extend the scope", vec![Edit::set("scope.environment", "production")]),
        ("two lists", vec![Edit::append("reviews", review("One")), Edit::append("reviews", review("Two"))]),
    ]
}

/// Makes the edits on what another reader sees.
fn intended(mut value: Oracle, edits: &[Edit]) -> Option<Oracle> {
    for edit in edits {
        let (path, new, append) = match edit {
            Edit::Set { path, value } => (path, oracle(value), false),
            Edit::Append { path, item } => (path, oracle(item), true),
        };
        let mut place = &mut value;
        for key in path {
            let map = place.as_mapping_mut()?;
            place = map.entry(Oracle::from(key.as_str())).or_insert(Oracle::Null);
        }
        match (append, place.is_null() || place.as_str() == Some("")) {
            (false, _) => *place = new,
            (true, true) => *place = Oracle::Sequence(vec![new]),
            (true, false) => place.as_sequence_mut()?.push(new),
        }
    }
    Some(value)
}

fn oracle(value: &Value) -> Oracle {
    match value {
        Value::Text(text) => Oracle::from(text.as_str()),
        Value::List(items) => items.iter().map(oracle).collect::<Vec<_>>().into(),
        Value::Map(entries) => {
            Oracle::Mapping(entries.iter().map(|(key, value)| (Oracle::from(key.as_str()), oracle(value))).collect())
        }
        Value::Flow(value) => oracle(value),
    }
}

/// Reads a text the other way. A line end behind a block scalar at the end of a file is no part of
/// the comparison.
fn read(text: &str) -> Oracle {
    let value: Oracle = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    trimmed(value)
}

fn trimmed(value: Oracle) -> Oracle {
    match value {
        Oracle::String(text) => Oracle::String(text.trim_end_matches('\n').to_owned()),
        Oracle::Sequence(items) => Oracle::Sequence(items.into_iter().map(trimmed).collect()),
        Oracle::Mapping(map) => Oracle::Mapping(map.into_iter().map(|(key, value)| (key, trimmed(value))).collect()),
        other => other,
    }
}

#[test]
fn each_edit_of_each_layout_is_right_by_another_reader_or_refused() {
    let mut refused = Vec::new();
    let mut made = 0;
    for (name, text) in LAYOUTS {
        for (edit, steps) in edits() {
            let context = format!("{edit} on {name}");
            match apply(text, &steps, &ORDER) {
                Ok(new) => {
                    let expected = intended(read(text), &steps).unwrap_or_else(|| panic!("{context} cannot be right"));
                    assert_eq!(read(&new), expected, "{context}\n{new}");
                    assert_eq!(new.contains("\r\n"), text.contains("\r\n"), "{context}");
                    assert!(!new.replace("\r\n", "").contains('\r'), "{context}");
                    if text.contains("\r\n") {
                        assert!(
                            !new.replace("\r\n", "").contains('\n'),
                            "{context}: a line end of the other kind\n{new:?}"
                        );
                    }
                    assert_eq!(new.ends_with('\n'), text.ends_with('\n'), "{context}: the end of the file\n{new:?}");
                    let hashes = |text: &str| {
                        text.lines()
                            .filter_map(|line| Some(line.split_once(" # ")?.1.trim_end().to_owned()))
                            .collect::<Vec<_>>()
                    };
                    let signs = ["signs in texts", "a hash inside a word"].contains(name);
                    for comment in hashes(text).into_iter().filter(|_| !signs) {
                        assert!(new.contains(&comment), "{context}: lost the comment {comment}\n{new}");
                    }
                    made += 1;
                }
                Err(Refusal { by_hand, .. }) => {
                    assert!(!by_hand.is_empty(), "{context}");
                    refused.push(context);
                }
            }
        }
    }
    assert!(LAYOUTS.len() >= 40 && made > 350, "{made} edits of {} layouts", LAYOUTS.len());
    assert_eq!(refused, REFUSED.map(|edit| format!("{edit} on an explicit key")));
}

/// What the editor leaves to people: edits of a key that is written `? key`, below its line.
const REFUSED: [&str; 6] = ["review", "renew", "close", "reject", "amend", "two lists"];

#[test]
fn an_item_that_is_added_leaves_every_other_line_as_it_was() {
    for (name, text) in LAYOUTS {
        let Ok(new) = apply(text, &[Edit::append("reviews", review("n"))], &ORDER) else { continue };
        let mut written = new.lines();
        for line in text.lines().filter(|line| !line.contains("reviews")) {
            // Behind the last part of a list in brackets a comma is put.
            let is = |other: &str| other == line || other.replacen("},", "}", 1) == line;
            assert!(written.any(is), "{name} has lost or moved `{line}`\n{new}");
        }
    }
}

/// A small generator of its own, so that a failure is found again by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }

    fn scalar(&mut self, in_flow: bool) -> String {
        let word = self.pick(&[
            "host",
            "a b",
            "größe",
            "x#y",
            "2026-11-20",
            "http://a/b",
            "it's",
            "n-1",
            "日本 🚀",
            "a: b",
            "# c",
        ]);
        let quoted = word.contains(": ") || word.starts_with('#') || (in_flow && word.contains(':'));
        match self.roll(4) {
            0 | 1 if !quoted => word.to_owned(),
            2 => format!("'{}'", word.replace('\'', "''")),
            _ => format!("\"{word}\""),
        }
    }

    fn comment(&mut self) -> String {
        if self.roll(4) == 0 {
            format!("{}# {}", self.pick(&[" ", "  ", "\t"]), self.pick(&["why", "it's", "- a", "k: v", "[x"]))
        } else {
            String::new()
        }
    }

    fn between(&mut self, indent: usize, text: &mut String, end: &str) {
        for _ in 0..self.roll(3).saturating_sub(1) {
            let line = self.pick(&["", "# between", "# k: v", "#"]);
            let blank = if line.is_empty() { 0 } else { indent };
            text.push_str(&format!("{}{line}{end}", " ".repeat(blank)));
        }
    }

    fn flow_item(&mut self) -> String {
        let (date, note) = (self.scalar(true), self.scalar(true));
        format!("{{date: {date}, note: {note}}}")
    }

    /// A list under a key at column 0.
    fn list(&mut self, key: &str, text: &mut String, end: &str) {
        let count = self.roll(4);
        if count == 0 {
            let empty = self.pick(&["", " []", " [ ]", " ~", " null", " ''"]);
            text.push_str(&format!("{key}:{empty}{}{end}", self.comment()));
        } else if self.roll(3) == 0 {
            let items: Vec<String> = (0..count).map(|_| self.flow_item()).collect();
            let separator = if self.roll(2) == 0 { ", ".to_owned() } else { format!(",{end}   ") };
            let last = self.pick(&["", ",", " ,"]);
            text.push_str(&format!("{key}: [{}{last}]{}{end}", items.join(&separator), self.comment()));
        } else {
            let (indent, gap) = (self.roll(5), 1 + self.roll(3));
            text.push_str(&format!("{key}:{}{end}", self.comment()));
            for _ in 0..count {
                self.between(indent, text, end);
                let dash = format!("{}-{}", " ".repeat(indent), " ".repeat(gap));
                match self.roll(4) {
                    0 => text.push_str(&format!("{dash}{}{}{end}", self.flow_item(), self.comment())),
                    1 => text.push_str(&format!("{dash}{}{}{end}", self.scalar(false), self.comment())),
                    2 => {
                        let block = self.pick(&["|", "|-", "|+", ">", ">-"]);
                        let inner = " ".repeat(indent + 1 + gap);
                        text.push_str(&format!("{dash}{block}{end}{inner}one # no comment{end}{inner}two{end}"));
                    }
                    _ => {
                        let inner = " ".repeat(indent + 1 + gap);
                        let (date, note) = (self.scalar(false), self.scalar(false));
                        let (first, second) = (self.comment(), self.comment());
                        text.push_str(&format!("{dash}date: {date}{first}{end}{inner}note: {note}{second}{end}"));
                    }
                }
            }
        }
    }

    /// A file of an exception's skeleton in a random layout.
    fn file(&mut self) -> String {
        let end = if self.roll(4) == 0 { "\r\n" } else { "\n" };
        let mut keys = vec!["title", "scope", "status", "expires", "reviews", "renewals"];
        for at in (1..keys.len()).rev() {
            if self.roll(3) == 0 {
                keys.swap(at, at - 1);
            }
        }
        let mut text = self.pick(&["", "", "# top of the file\n", "---\n"]).replace('\n', end);
        for key in keys {
            self.between(0, &mut text, end);
            match key {
                "reviews" | "renewals" if self.roll(4) > 0 => self.list(key, &mut text, end),
                "reviews" | "renewals" => {}
                "scope" if self.roll(3) == 0 => {
                    text.push_str(&format!("scope: {{system: {}}}{}{end}", self.scalar(true), self.comment()));
                }
                "scope" => {
                    let indent = 1 + self.roll(6);
                    text.push_str(&format!("scope:{}{end}", self.comment()));
                    self.between(indent, &mut text, end);
                    text.push_str(&format!(
                        "{}system: {}{}{end}",
                        " ".repeat(indent),
                        self.scalar(false),
                        self.comment()
                    ));
                    self.between(indent, &mut text, end);
                }
                "title" if self.roll(3) == 0 => {
                    let block = self.pick(&["|", "|-", ">", ">-", "|+"]);
                    text.push_str(&format!("title: {block}{}{end}   several{end}   lines # here{end}", self.comment()));
                }
                "status" => {
                    let (blank, comment) = (self.pick(&[" ", "  ", "\t"]), self.comment());
                    text.push_str(&format!("status:{blank}active{comment}{end}"));
                }
                _ => {
                    let colon = self.pick(&[": ", ":  ", " : "]);
                    text.push_str(&format!("{key}{colon}{}{}{end}", self.scalar(false), self.comment()));
                }
            }
        }
        if self.roll(4) == 0 {
            let length = text.trim_end_matches(['\r', '\n']).len();
            text.truncate(length);
        }
        text
    }
}

#[test]
fn edits_of_generated_files_are_right_by_another_reader() {
    let (mut made, mut refused, mut unread) = (0, 0, 0);
    for seed in 1..=1_200_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let text = dice.file();
        let (Ok(tree), Ok(other)) = (stopgap::yaml::parse(&text), serde_yaml::from_str::<Oracle>(&text)) else {
            unread += 1;
            continue;
        };
        assert!(tree.as_map().is_some());
        let other = trimmed(other);
        for (edit, steps) in edits() {
            match (apply(&text, &steps, &ORDER), intended(other.clone(), &steps)) {
                (Ok(new), Some(expected)) => {
                    assert_eq!(read(&new), expected, "seed {seed}: {edit}\n{text}\nbecame\n{new}");
                    made += 1;
                }
                (Ok(new), None) => panic!("seed {seed}: {edit} cannot be right\n{new}"),
                (Err(_), _) => refused += 1,
            }
        }
    }
    assert!(made > 9_000 && refused * 50 < made && unread < 100, "{made} made, {refused} refused, {unread} not read");
}

#[test]
fn no_text_makes_the_editor_panic_and_what_it_makes_reads_back() {
    let mut dice = Dice(0x5EED);
    let parts = [
        "status",
        ":",
        " ",
        "\n",
        "-",
        "[",
        "]",
        "{",
        "}",
        ",",
        "#",
        "|",
        ">",
        "'",
        "\"",
        "~",
        "é",
        "\t",
        "  ",
        "reviews: ",
        "? ",
        "\r\n",
    ];
    let mut made = 0;
    for _ in 0..8_000 {
        let (_, layout) = LAYOUTS[dice.roll(LAYOUTS.len())];
        let mut text = layout.to_owned();
        for _ in 0..=dice.roll(3) {
            let mut at = dice.roll(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match dice.roll(3) {
                0 => text.insert_str(at, dice.pick(&parts)),
                1 => text.truncate(at),
                _ => drop(text.drain(..at)),
            }
        }
        let all = edits();
        let (edit, steps) = &all[dice.roll(all.len())];
        if let Ok(new) = apply(&text, steps, &ORDER) {
            let tree = stopgap::yaml::parse(&new);
            assert!(tree.is_ok(), "{edit}\n{text}\n{new}");
            made += 1;
        }
    }
    assert!(made > 1_000, "{made}");
}
