//! The editor of files.

use std::str::from_utf8;

use fastrand::Rng;
use serde_yaml::Value as Oracle;
use stopgap::internal::source::Span;
use stopgap::internal::yaml::edit::{Edit, Refusal, apply as edit};
use stopgap::internal::yaml::write::{Quotes, Value, quoted};
use stopgap::internal::yaml::{
    Fix, Kind, Node, SIGNS, ambiguous, apply as fix, by_each_reader, check_text, comments, parse,
};

use super::{choices, oracle};
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "editor",
    about: "an edit reads back, by libyaml too; comments, other lines and line ends stay; a fix changes nothing else",
    seeds: seeds::exceptions,
    run,
    quick: None,
};

/// The order of some keys.
const ORDER: [&str; 8] = ["title", "scope", "status", "expires", "reviews", "renewals", "amendments", "closure"];

/// The most characters of a key on a line (YAML 1.2.2, section 7.4.2). One of many hidden characters, which are escaped
/// for the person who is to write it, may become longer.
const LONGEST_KEY: usize = 1024;

fn run(data: &[u8]) -> Outcome {
    let Ok(text) = from_utf8(data) else { return Outcome::Refused };
    if check_text(text).is_some() {
        return Outcome::Refused;
    }
    let mut random = choices(data);
    match parse(text) {
        Ok(root) => {
            let fixes = ambiguous(&root).into_iter().filter_map(|problem| problem.fix);
            check_fixes(text, Some(&root), &fixes.collect::<Vec<_>>());
            let step = step(&root, text, &mut random);
            check_edit(text, &step)
        }
        Err(problems) => {
            let fixes = problems.into_iter().filter_map(|problem| problem.fix);
            check_fixes(text, None, &fixes.collect::<Vec<_>>());
            Outcome::Refused
        }
    }
}

/// Chooses what to edit: something that is there, or a key that is missing.
fn step(root: &Node<'_>, text: &str, random: &mut Rng) -> Edit {
    let mut path = Vec::new();
    let mut node = root;
    while random.u8(..4) != 0 || path.is_empty() {
        let next = match &node.kind {
            Kind::Map(entries) if !entries.is_empty() && random.u8(..5) != 0 => {
                let entry = &entries[random.usize(..entries.len())];
                Some((entry.key.to_string(), &entry.value))
            }
            Kind::Seq(items) if !items.is_empty() => {
                let at = random.usize(..items.len());
                Some((at.to_string(), &items[at]))
            }
            _ => None,
        };
        match next {
            Some((key, value)) => {
                path.push(key);
                node = value;
            }
            None => {
                path.push(ORDER[random.usize(..ORDER.len())].to_owned());
                break;
            }
        }
    }
    match random.u8(..3) {
        0 => Edit::Append { path, item: value(text, random, 0) },
        _ => Edit::Set { path, value: value(text, random, 0) },
    }
}

fn path_of(step: &Edit) -> &[String] {
    let (Edit::Set { path, .. } | Edit::Append { path, .. }) = step;
    path
}

/// Chooses a value: texts that need care, and pieces of the file itself.
fn value(text: &str, random: &mut Rng, depth: usize) -> Value {
    match random.u8(..8) {
        0 if depth < 2 => Value::List((0..random.usize(1..3)).map(|_| value(text, random, depth + 1)).collect()),
        1 if depth < 2 => {
            let keys = ["date", "by", "note"];
            let entries = keys[..random.usize(1..=3)].iter();
            Value::Map(entries.map(|key| ((*key).to_owned(), value(text, random, depth + 1))).collect())
        }
        2 if depth < 2 => Value::flow_map([("date", "2026-11-24"), ("note", &words(text, random))]),
        _ => Value::Text(words(text, random)),
    }
}

fn words(text: &str, random: &mut Rng) -> String {
    if random.bool() {
        return SIGNS[random.usize(..SIGNS.len())].to_owned();
    }
    let from = text.floor_char_boundary(random.usize(..=text.len()));
    let end = text.floor_char_boundary(text.len().min(from + random.usize(..30)));
    text[from..end.max(from)].to_owned()
}

fn check_edit(text: &str, step: &Edit) -> Outcome {
    let new = match edit(text, std::slice::from_ref(step), &ORDER) {
        Ok(new) => new,
        Err(Refusal { why, by_hand }) => {
            let fits = path_of(step).iter().all(|key| quoted(key, Quotes::Double).chars().count() <= LONGEST_KEY);
            assert!(!why.is_empty() && (parse(&by_hand).is_ok() || !fits), "no lines to write by hand: {by_hand:?}");
            return Outcome::Refused;
        }
    };
    let (quick, general) = by_each_reader(&new);
    let tree = general.unwrap_or_else(|problems| panic!("{step:?} writes what cannot be read: {problems:?}\n{new}"));
    assert!(quick.is_none_or(|quick| quick == tree), "the readers disagree on\n{new}");
    // libyaml refuses a line of nothing but blanks and a tab behind some values, and takes it behind others.
    let after = oracle::read(&new);
    assert!(
        after.is_some() || text.contains('\t') || oracle::read(text).is_none(),
        "libyaml refuses it after {step:?}\n{new}"
    );
    if let Some((before, after)) = oracle::read(text).zip(after) {
        let expected = intended(trimmed(before), step).unwrap_or_else(|| panic!("{step:?} cannot be made"));
        assert_eq!(trimmed(after), expected, "{step:?}\n{new}");
    }
    let own = |text: &str| comments(text).iter().map(|comment| comment.text.to_owned()).collect::<Vec<_>>();
    assert_eq!(own(text), own(&new), "comments\n{new}");
    check_bytes(text, &new, step);
    Outcome::Taken
}

/// Checks that what does not belong to the edited value is as it was, byte by byte.
fn check_bytes(text: &str, new: &str, step: &Edit) {
    let root = parse(text).expect("it was read before");
    if let Some(span) = place(&root, path_of(step)) {
        let start = text[..span.range().start].rfind('\n').map_or(0, |end| end + 1);
        let end = span.range().end;
        let end = text[end..].find('\n').map_or(text.len(), |length| end + length + 1);
        // A block of text ends where the next line begins.
        let end = if text[..span.range().end].ends_with('\n') { span.range().end } else { end };
        assert!(new.starts_with(&text[..start]), "{step:?} changes what is above\n{new}");
        // A comment that is indented further belongs to the value, and what is added may come behind it.
        let mut written = new.lines();
        let stays = text[end..].lines().all(|line| written.any(|other| other == line));
        assert!(stays, "{step:?} changes what is below\n{new}");
    }
    let has_other_end = |text: &str| text.replace("\r\n", "").contains('\n');
    let is_crlf = text.contains('\n') && !has_other_end(text);
    assert!(!is_crlf || !has_other_end(new), "{step:?} writes another line end\n{new:?}");
    if text.ends_with('\n') {
        assert!(new.ends_with('\n'), "{step:?} loses the last line end\n{new:?}");
    }
}

/// Returns the bytes of a key and its value.
fn place(root: &Node<'_>, path: &[String]) -> Option<Span> {
    let mut node = root;
    let mut span = None;
    for key in path {
        match &node.kind {
            Kind::Map(entries) => {
                let entry = entries.iter().find(|entry| entry.key == key.as_str())?;
                span = Some(Span { start: entry.key_span.start, end: entry.value.span.end });
                node = &entry.value;
            }
            Kind::Seq(items) => {
                node = items.get(key.parse::<usize>().ok()?)?;
                span = Some(node.span);
            }
            Kind::Scalar(_) => return None,
        }
    }
    span
}

/// Makes the edit on what the other reader sees.
fn intended(mut value: Oracle, step: &Edit) -> Option<Oracle> {
    let (path, new, appends) = match step {
        Edit::Set { path, value } => (path, written(value), false),
        Edit::Append { path, item } => (path, written(item), true),
    };
    let mut place = &mut value;
    for key in path {
        place = match place {
            Oracle::Sequence(items) => items.get_mut(key.parse::<usize>().ok()?)?,
            // The other reader takes a plain `0x1F` for a number, as a key too.
            Oracle::Mapping(map) => {
                let plain = oracle::resolved(key).filter(|plain| map.contains_key(plain));
                map.entry(plain.unwrap_or_else(|| Oracle::from(key.as_str()))).or_insert(Oracle::from(""))
            }
            _ => return None,
        };
    }
    // A text of nothing but blanks, also such as U+00A0, is a missing value.
    match (appends, place.as_str().is_some_and(|text| text.chars().all(char::is_whitespace))) {
        (false, _) => *place = new,
        (true, true) => *place = Oracle::Sequence(vec![new]),
        (true, false) => place.as_sequence_mut()?.push(new),
    }
    Some(value)
}

fn written(value: &Value) -> Oracle {
    match value {
        Value::Text(text) => trimmed(Oracle::from(text.as_str())),
        Value::List(items) => items.iter().map(written).collect::<Vec<_>>().into(),
        Value::Map(entries) => {
            Oracle::Mapping(entries.iter().map(|(key, value)| (Oracle::from(key.as_str()), written(value))).collect())
        }
        Value::Flow(value) => written(value),
        Value::Flag(flag) => Oracle::from(*flag),
    }
}

/// Takes a missing value for an empty text, and leaves the line ends at the end of texts out.
fn trimmed(value: Oracle) -> Oracle {
    match value {
        Oracle::Null => Oracle::from(""),
        Oracle::String(text) => Oracle::from(text.trim_end_matches('\n')),
        Oracle::Sequence(items) => Oracle::Sequence(items.into_iter().map(trimmed).collect()),
        Oracle::Mapping(map) => Oracle::Mapping(map.into_iter().map(|(key, value)| (key, trimmed(value))).collect()),
        other => other,
    }
}

/// Checks that fixes settle something, and that a file that was readable stays so and says the same.
fn check_fixes(text: &str, root: Option<&Node<'_>>, fixes: &[Box<Fix>]) {
    let all: Vec<&Fix> = fixes.iter().map(|fix| &**fix).collect();
    let Some((new, made)) = fix(text, &all).filter(|_| !all.is_empty()) else { return };
    assert!((1..=all.len()).contains(&made) && new != text);
    if let Some(root) = root {
        let tree = parse(&new).unwrap_or_else(|problems| panic!("a fix breaks the file: {problems:?}\n{new}"));
        assert!(same_texts(root, &tree), "a fix changes a value\n{new}");
    }
}

fn same_texts(one: &Node<'_>, other: &Node<'_>) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Scalar(one), Kind::Scalar(other)) => one.text == other.text,
        (Kind::Seq(one), Kind::Seq(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_texts(one, other))
        }
        (Kind::Map(one), Kind::Map(other)) => {
            let same = one.iter().zip(other).all(|(a, b)| a.key == b.key && same_texts(&a.value, &b.value));
            one.len() == other.len() && same
        }
        _ => false,
    }
}
