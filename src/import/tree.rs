//! What the ignore files have in common: their text, their YAML, and the draft of one ignore.
//!
//! YAML goes through the register's own reader, which knows only the safe subset: anchors, tags and several documents
//! are refused where they are, so a file that expands to gigabytes never does, and no two readers disagree on what a
//! file says.

use crate::error::Error;
use crate::files;
use crate::import::{Entry, Note, Options, id, own};
use crate::register::Status;
use crate::register::draft::Draft;
use crate::register::fields::{EXPIRES, Field, REASON, STARTS, STATUS, TITLE};
use crate::source::Source;
use crate::text::phrases::is_placeholder;
use crate::text::shown;
use crate::time::until::{self, Until};
use crate::yaml::write::Value;
use crate::yaml::{self, Node, Problem};

/// What such a file is called in an error.
const KIND: &str = "the ignore file";

/// Creates a text from bytes that must be UTF-8.
pub(super) fn text(name: &str, bytes: Vec<u8>) -> Result<Source, Error> {
    let read = files::decode(bytes, name.to_owned());
    match read.fault {
        Some(fault) => Err(unusable(&read.source, vec![*fault])),
        None => Ok(read.source),
    }
}

/// Reads a text as YAML.
pub(super) fn yaml(source: &Source) -> Result<Node<'_>, Error> {
    yaml::parse(source.text()).map_err(|problems| unusable(source, problems))
}

/// Reports what makes a file unusable, at its places.
pub(super) fn unusable(source: &Source, problems: Vec<Problem>) -> Error {
    Error::config(KIND, Source::new(source.path(), source.text().to_owned()), problems)
}

/// Returns the line of a value.
pub(super) fn line_of(source: &Source, node: &Node<'_>) -> usize {
    source.position(node.span.start).line
}

/// One ignore on its way to a draft.
pub(super) struct Ignore {
    tool: &'static str,
    line: usize,
    id: String,
    draft: Draft,
    notes: Vec<Note>,
}

impl Ignore {
    /// Starts with what the tool ignores: one finding or several, and where, if that is said.
    pub(super) fn new(tool: &'static str, line: usize, what: &str, place: Option<&str>) -> Self {
        let place_text = place.map(|place| format!(" in {place}")).unwrap_or_default();
        let title = folded(&format!("{tool} may ignore {what}{place_text}"));
        let id = id::from_words(&format!("{tool} {what} {}", place.unwrap_or_default()));
        let mut draft = Draft::default();
        draft.set(TITLE, title);
        Self { tool, line, id, draft, notes: Vec::new() }
    }

    /// Permits a finding, with the tool's own selectors.
    pub(super) fn cover(&mut self, id: &str, selectors: Vec<(String, Value)>) {
        let mut cover = vec![("tool".to_owned(), Value::text(self.tool)), ("id".to_owned(), Value::text(id))];
        cover.extend(selectors);
        self.draft.covers.push(cover);
    }

    /// Takes the reason, unless it says nothing.
    pub(super) fn reason(&mut self, text: &str) {
        let text = folded(text);
        if is_placeholder(&text).is_none_or(|found| found != text) {
            self.draft.set(REASON, text);
        }
    }

    /// Takes the end as the tool means it. `key` is what the tool calls it.
    pub(super) fn ends(&mut self, key: &str, text: &str, tool: &str, options: &Options) {
        match Until::of_entry(text, tool).map(|until| until.expiry(options.zone)) {
            Some(end) => {
                self.draft.set(EXPIRES, end.to_string());
                if options.today.has_ended(options.zone, end) {
                    self.draft.set(STATUS, Status::Expired.name());
                }
            }
            None => self.keep(key, text, "is not a readable date"),
        }
    }

    /// Takes the day from which it is ignored.
    pub(super) fn starts(&mut self, key: &str, text: &str, options: &Options) {
        match until::read(text) {
            Some(moment) => self.draft.set(STARTS, options.zone.first_day(moment).to_string()),
            None => self.keep(key, text, "is not a readable date"),
        }
    }

    /// Keeps what fits no field under a key of the organisation's own, and notes it.
    pub(super) fn keep(&mut self, key: &str, text: &str, why: &str) {
        let own_key = id::own_key(&unjoined(key));
        own(&mut self.draft, &own_key, text.trim());
        self.note(key, format!("`{}` {why}; kept as `{own_key}`", shown(text.trim())));
    }

    /// Keeps what needs no note.
    pub(super) fn keep_quietly(&mut self, key: &str, text: &str) {
        own(&mut self.draft, &id::own_key(&unjoined(key)), text.trim());
    }

    /// Notes what could not be carried over.
    pub(super) fn note(&mut self, about: &str, text: impl Into<String>) {
        self.notes.push(Note { about: about.to_owned(), text: text.into() });
    }

    /// Sets a field that only one tool knows.
    pub(super) fn set(&mut self, field: Field, text: String) {
        self.draft.set(field, text);
    }

    /// Finishes the entry.
    pub(super) fn finish(self) -> Entry {
        Entry { line: self.line, called: self.id.clone(), id: self.id, draft: self.draft, notes: self.notes }
    }
}

/// Separates the words of `reasonType`.
fn unjoined(key: &str) -> String {
    let mut parted = String::with_capacity(key.len() + 2);
    for c in key.chars() {
        if c.is_uppercase() && !parted.is_empty() {
            parted.push(' ');
        }
        parted.push(c);
    }
    parted
}

/// Returns a text on one line.
pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a list of texts as a selector, each text once; `None` if there are none.
pub(super) fn list(key: &str, items: impl IntoIterator<Item = String>) -> Option<(String, Value)> {
    let mut texts: Vec<String> = Vec::new();
    for item in items {
        if !item.is_empty() && !texts.contains(&item) {
            texts.push(item);
        }
    }
    (!texts.is_empty()).then(|| (key.to_owned(), Value::List(texts.into_iter().map(Value::Text).collect())))
}

/// Returns the texts of a list, or of a single text.
pub(super) fn texts(node: Option<&Node<'_>>) -> Vec<String> {
    let text = |node: &Node<'_>| node.as_text().map(|text| text.trim().to_owned());
    match node {
        None => Vec::new(),
        Some(node) => match node.as_seq() {
            Some(items) => items.iter().filter_map(text).collect(),
            None => text(node).into_iter().collect(),
        },
    }
}

/// Returns a value for an own key: a text as it is, anything else as one line of YAML.
pub(super) fn as_line(source: &Source, node: &Node<'_>) -> String {
    node.as_text().map_or_else(|| folded(source.slice(node.span)), str::to_owned)
}
