//! The editor on files as people write them: each edit is confirmed by another YAML reader, or refused, and every byte
//! that it has no reason to touch stays.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use serde_yaml::Value as Oracle;
use stopgap::internal::yaml::edit::{Edit, Refusal, apply};
use stopgap::internal::yaml::write::Value;

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

/// Returns the edits of all commands, and texts that need care.
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

/// Makes the edits on what the other reader sees.
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
        Value::Flag(flag) => Oracle::from(*flag),
        Value::List(items) => items.iter().map(oracle).collect::<Vec<_>>().into(),
        Value::Map(entries) => {
            Oracle::Mapping(entries.iter().map(|(key, value)| (Oracle::from(key.as_str()), oracle(value))).collect())
        }
        Value::Flow(value) => oracle(value),
    }
}

/// Reads a text with the other reader. A line end after a block scalar at the end of a file is not part of the
/// comparison.
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
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn what_ends_in_a_block_of_text_is_replaced_without_its_line_end() {
    let set = |text: &str| apply(text, &[Edit::set("reviews", "none")], &ORDER).unwrap();
    assert_eq!(set("reviews:\n  - note: |\n      one\n"), "reviews: none\n");
    assert_eq!(set("reviews:\n  - note: >\n      one\nstatus: active\n"), "reviews: none\nstatus: active\n");
    assert_eq!(set("reviews:\n  note: |\n    one"), "reviews: none");
    assert_eq!(set("a:\n  reviews: x\nreviews: [one]\n"), "a:\n  reviews: x\nreviews: none\n");
}

#[test]
fn a_key_of_an_item_is_edited_where_it_stands() {
    let set = |text: &str, path: &str| apply(text, &[Edit::set(path, "2026-11-25")], &ORDER);
    for text in [
        "reviews:\n- {date: OLD, by: b} # c\n- {date: 2026-11-03, by: c}\n",
        "reviews:\n  - by: b\n    # c\n    date: OLD\n  - x\n",
        "reviews:\r\n  -\r\n    date: OLD\r\n    by: b\r\n",
        "reviews: [{by: b, date: \"OLD\"}, {by: c}]",
        "reviews:\n  - date: 'OLD'\n",
    ] {
        let edited = set(&text.replace("OLD", "2026-11-01"), "reviews.0.date").unwrap();
        assert_eq!(edited, text.replace("OLD", "2026-11-25"));
    }
    assert_eq!(set("a: [{b: 1}]\n", "a.0.c").unwrap(), "a: [{b: 1, c: 2026-11-25}]\n");
    for path in ["a.1.b", "a.x.b", "a.-1.b", "a.0", "b.0.b"] {
        assert!(set("a:\n  - b: 1\n", path).is_err(), "{path}");
    }
}

#[test]
fn an_item_that_is_added_leaves_every_other_line_as_it_was() {
    for (name, text) in LAYOUTS {
        let Ok(new) = apply(text, &[Edit::append("reviews", review("n"))], &ORDER) else { continue };
        let mut written = new.lines();
        for line in text.lines().filter(|line| !line.contains("reviews")) {
            // A comma is put after the last part of a list in brackets.
            let is = |other: &str| other == line || other.replacen("},", "}", 1) == line;
            assert!(written.any(is), "{name} has lost or moved `{line}`\n{new}");
        }
    }
}

/// Files of an exception's skeleton, laid out in any way.
mod layout {
    use std::fmt::Write as _;

    use proptest::bool::weighted;
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn of(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
        select(texts)
    }

    fn scalar(in_flow: bool) -> impl Strategy<Value = String> {
        let words =
            of(&["host", "a b", "größe", "x#y", "2026-11-20", "http://a/b", "it's", "n-1", "日本 🚀", "a: b", "# c"]);
        (words, 0..4).prop_map(move |(word, quotes)| {
            let quoted = word.contains(": ") || word.starts_with('#') || (in_flow && word.contains(':'));
            match quotes {
                0 | 1 if !quoted => word.to_owned(),
                2 => format!("'{}'", word.replace('\'', "''")),
                _ => format!("\"{word}\""),
            }
        })
    }

    fn comment() -> impl Strategy<Value = String> {
        let some = (of(&[" ", "  ", "\t"]), of(&["why", "it's", "- a", "k: v", "[x"]));
        let written = some.prop_map(|(gap, words)| format!("{gap}# {words}"));
        prop_oneof![3 => Just(String::new()), 1 => written]
    }

    /// A line between others, before its indentation.
    fn between() -> impl Strategy<Value = Option<&'static str>> {
        option::weighted(1.0 / 3.0, of(&["", "# between", "# k: v", "#"]))
    }

    fn indented(indent: usize, line: Option<&str>) -> String {
        match line {
            None => String::new(),
            Some("") => "\n".to_owned(),
            Some(line) => format!("{}{line}\n", " ".repeat(indent)),
        }
    }

    fn flow_item() -> impl Strategy<Value = String> {
        (scalar(true), scalar(true)).prop_map(|(date, note)| format!("{{date: {date}, note: {note}}}"))
    }

    /// An item of a list after its dash: its lines, the first of which is on the dash's line.
    fn item() -> impl Strategy<Value = Vec<String>> {
        let line = |text, comment| vec![format!("{text}{comment}")];
        let block = |sign: &str| [sign, "one # no comment", "two"].map(str::to_owned).to_vec();
        let field =
            |name| (scalar(false), comment()).prop_map(move |(text, comment)| format!("{name}: {text}{comment}"));
        prop_oneof![
            (flow_item(), comment()).prop_map(move |(text, comment)| line(text, comment)),
            (scalar(false), comment()).prop_map(move |(text, comment)| line(text, comment)),
            of(&["|", "|-", "|+", ">", ">-"]).prop_map(block),
            (field("date"), field("note")).prop_map(|(date, note)| vec![date, note]),
        ]
    }

    fn block_list(key: &'static str) -> impl Strategy<Value = String> {
        let items = vec((between(), item()), 1..4);
        (comment(), 0..5_usize, 1..4_usize, items).prop_map(move |(comment, indent, gap, items)| {
            let mut text = format!("{key}:{comment}\n");
            for (line, item) in items {
                text.push_str(&indented(indent, line));
                let dash = format!("{}-{}", " ".repeat(indent), " ".repeat(gap));
                let _ = writeln!(text, "{dash}{}", item.join(&format!("\n{}", " ".repeat(indent + 1 + gap))));
            }
            text
        })
    }

    fn flow_list(key: &'static str) -> impl Strategy<Value = String> {
        let parts = (vec(flow_item(), 1..4), of(&[", ", ",\n   "]), of(&["", ",", " ,"]), comment());
        parts.prop_map(move |(items, separator, last, comment)| {
            format!("{key}: [{}{last}]{comment}\n", items.join(separator))
        })
    }

    /// A list under a key at column 0, or nothing.
    fn list(key: &'static str) -> impl Strategy<Value = String> {
        let empty = (of(&["", " []", " [ ]", " ~", " null", " ''"]), comment());
        let empty = empty.prop_map(move |(empty, comment)| format!("{key}:{empty}{comment}\n"));
        prop_oneof![4 => Just(String::new()), 3 => empty, 3 => flow_list(key), 6 => block_list(key)]
    }

    fn scope() -> impl Strategy<Value = String> {
        let flow = (scalar(true), comment());
        let flow = flow.prop_map(|(system, comment)| format!("scope: {{system: {system}}}{comment}\n"));
        let block = (comment(), 1..7_usize, between(), scalar(false), comment(), between());
        let block = block.prop_map(|(comment, indent, before, system, inner, after)| {
            let (before, after) = (indented(indent, before), indented(indent, after));
            format!("scope:{comment}\n{before}{}system: {system}{inner}\n{after}", " ".repeat(indent))
        });
        prop_oneof![1 => flow, 2 => block]
    }

    fn text(key: &'static str) -> impl Strategy<Value = String> {
        let parts = (of(&[": ", ":  ", " : "]), scalar(false), comment());
        parts.prop_map(move |(colon, text, comment)| format!("{key}{colon}{text}{comment}\n"))
    }

    fn title() -> impl Strategy<Value = String> {
        let block = (of(&["|", "|-", ">", ">-", "|+"]), comment());
        let block = block.prop_map(|(sign, comment)| format!("title: {sign}{comment}\n   several\n   lines # here\n"));
        prop_oneof![1 => block, 2 => text("title")]
    }

    fn status() -> impl Strategy<Value = String> {
        let parts = (of(&[" ", "  ", "\t"]), comment());
        parts.prop_map(|(blank, comment)| format!("status:{blank}active{comment}\n"))
    }

    /// A whole file.
    pub(super) fn file() -> impl Strategy<Value = String> {
        let fields = (title(), scope(), status(), text("expires"), list("reviews"), list("renewals"));
        let order = vec(weighted(1.0 / 3.0), 5);
        let ends = (of(&["", "", "# top of the file\n", "---\n"]), weighted(0.25), weighted(0.25));
        (fields, order, vec(between(), 6), ends).prop_map(|(fields, order, between, (top, crlf, cut))| {
            let (title, scope, status, expires, reviews, renewals) = fields;
            let mut fields = [title, scope, status, expires, reviews, renewals];
            for (at, _) in order.iter().enumerate().rev().filter(|(_, swapped)| **swapped) {
                fields.swap(at + 1, at);
            }
            let mut text = top.to_owned();
            for (field, line) in fields.iter().zip(between) {
                text.push_str(&indented(0, line));
                text.push_str(field);
            }
            if cut {
                text.truncate(text.trim_end_matches('\n').len());
            }
            if crlf { text.replace('\n', "\r\n") } else { text }
        })
    }
}

#[test]
fn edits_of_generated_files_are_right_by_another_reader() {
    let [made, refused, unread] = [const { Cell::new(0) }; 3];
    let count = |of: &Cell<u32>| of.set(of.get() + 1);
    let config = ProptestConfig { cases: 1_200, ..ProptestConfig::with_source_file(file!()) };
    let result = TestRunner::new(config).run(&layout::file(), |text| {
        let (Ok(tree), Ok(other)) = (stopgap::internal::yaml::parse(&text), serde_yaml::from_str::<Oracle>(&text))
        else {
            count(&unread);
            return Ok(());
        };
        prop_assert!(tree.as_map().is_some());
        let other = trimmed(other);
        for (edit, steps) in edits() {
            match (apply(&text, &steps, &ORDER), intended(other.clone(), &steps)) {
                (Ok(new), Some(expected)) => {
                    prop_assert_eq!(read(&new), expected, "{}\n{}\nbecame\n{}", edit, text, new);
                    count(&made);
                }
                (Ok(new), None) => prop_assert!(false, "{edit} cannot be right\n{new}"),
                (Err(_), _) => count(&refused),
            }
        }
        Ok(())
    });
    result.unwrap();
    let [made, refused, unread] = [made, refused, unread].map(|count| count.get());
    assert!(made > 9_000 && refused * 50 < made && unread < 100, "{made} made, {refused} refused, {unread} not read");
}

/// A change that breaks a file somewhere.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Insert(&'static str),
    CutAfter,
    CutBefore,
}

fn damage() -> impl Strategy<Value = Damage> {
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
    prop_oneof![select(parts.to_vec()).prop_map(Damage::Insert), Just(Damage::CutAfter), Just(Damage::CutBefore)]
}

fn damaged(layout: &str, damages: Vec<(Index, Damage)>) -> String {
    let mut text = layout.to_owned();
    for (at, damage) in damages {
        let at = text.floor_char_boundary(at.index(text.len() + 1));
        match damage {
            Damage::Insert(part) => text.insert_str(at, part),
            Damage::CutAfter => text.truncate(at),
            Damage::CutBefore => drop(text.drain(..at)),
        }
    }
    text
}

#[test]
fn no_text_makes_the_editor_panic_and_what_it_makes_reads_back() {
    let made = Cell::new(0);
    let config = ProptestConfig { cases: 8_000, ..ProptestConfig::with_source_file(file!()) };
    let cases = (select(LAYOUTS), vec((any::<Index>(), damage()), 1..4), any::<Index>());
    let result = TestRunner::new(config).run(&cases, |((_, layout), damages, edit)| {
        let text = damaged(layout, damages);
        let all = edits();
        let (edit, steps) = edit.get(&all);
        if let Ok(new) = apply(&text, steps, &ORDER) {
            prop_assert!(stopgap::internal::yaml::parse(&new).is_ok(), "{}\n{}\n{}", edit, text, new);
            made.set(made.get() + 1);
        }
        Ok(())
    });
    result.unwrap();
    assert!(made.get() > 1_000, "{}", made.get());
}
