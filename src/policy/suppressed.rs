//! The suppressions that existed before exceptions were required, and until when they are tolerated.

use crate::policy::day;
use crate::policy::places::SUPPRESSIONS;
use crate::source::FileId;
use crate::text::counted;
use crate::time::Day;
use crate::yaml::Node;
use crate::yaml::write::{self, Layout, Value};

/// A baseline of suppressions.
#[derive(Clone, Debug)]
pub struct SuppressionBaseline {
    /// The last day on which they are tolerated.
    pub until: Day,
    /// What is tolerated, by path, tool, rule and code.
    pub entries: Vec<Allowed>,
    /// The file's text; empty where it is yet to be written.
    pub text: String,
    /// Its place among the files of a run, where it is one of them.
    pub file: Option<FileId>,
}

/// One suppression; equal ones are listed as often as they are there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Allowed {
    /// The path from the root.
    pub path: String,
    /// The tool's key.
    pub tool: String,
    /// The rule; empty where none is named.
    pub id: String,
    /// How much code it is good for; `None` for an entry of an ignore file, and where the baseline does not say.
    pub breadth: Option<Breadth>,
    /// The name of the code or entry that it is on.
    pub code: String,
}

/// How much code a suppression is good for, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breadth {
    /// A line, or the statement on it.
    Line,
    /// A block, or everything up to where it is ended.
    Block,
    /// A file.
    File,
}

impl Breadth {
    const WORDS: [(&str, Self); 3] = [("line", Self::Line), ("block", Self::Block), ("file", Self::File)];

    fn read(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, breadth)| *breadth)
    }

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, breadth)| *breadth == self).map_or("", |(word, _)| word)
    }
}

impl SuppressionBaseline {
    /// Makes one of suppressions as they come.
    #[must_use]
    pub fn new(until: Day, mut entries: Vec<Allowed>) -> Self {
        entries.sort();
        Self { until, entries, text: String::new(), file: None }
    }

    /// Says how many of those that were looked for are left, and until when they are tolerated.
    #[must_use]
    pub fn what_is_left(&self, left: usize, looked_for: usize, today: Day) -> String {
        let all = counted(looked_for, "suppression");
        let are = if left == 1 { "is" } else { "are" };
        let tolerated = match today.days_until(self.until) {
            0 => "tolerated until tonight".to_owned(),
            days @ 1.. => format!("tolerated until {}, for {}", self.until, counted(days, "more day")),
            _ => format!("tolerated until {} and no longer", self.until),
        };
        format!("{left} of {all} in `{SUPPRESSIONS}` {are} left, {tolerated}")
    }

    /// Writes the file: what stands above the first key of the old one, or else what the file is for, then the paths.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let head: String = self.text.split_inclusive('\n').take_while(|line| line.starts_with('#')).collect();
        let head = if head.is_empty() { HEAD } else { &head };
        let mut paths: Vec<(String, Value)> = Vec::new();
        for some in self.entries.chunk_by(|a, b| a.path == b.path) {
            let Some(first) = some.first() else { continue };
            let items = some.iter().map(|it| {
                let mut keys = vec![("tool".to_owned(), Value::text(it.tool.clone()))];
                if !it.id.is_empty() {
                    keys.push(("id".to_owned(), Value::text(it.id.clone())));
                }
                keys.extend(it.breadth.map(|breadth| ("reach".to_owned(), Value::text(breadth.word().to_owned()))));
                keys.push(("code".to_owned(), Value::text(it.code.clone())));
                Value::Flow(Box::new(Value::Map(keys)))
            });
            paths.push((first.path.clone(), Value::List(items.collect())));
        }
        let is_empty = paths.is_empty();
        let map = Value::Map(paths);
        let map = if is_empty { Value::Flow(Box::new(map)) } else { map };
        let keys = [("until".to_owned(), Value::text(self.until.to_string())), ("suppressions".to_owned(), map)];
        format!("{head}{}", write::entries(&keys, 0, Layout::default()))
    }
}

const HEAD: &str = "# Suppressions that were there before they needed exceptions: by path, tool and rule.\n\
                    # `stopgap suppressions --write-baseline` drops what is gone. From the day after `until` on, all count.\n";

/// Takes over a tree that fits the schema.
pub(super) fn from_node(node: &Node<'_>, text: &str) -> Option<SuppressionBaseline> {
    let until = day(node.get("until"))?;
    let mut entries = Vec::new();
    for path in node.get("suppressions").and_then(Node::as_map).unwrap_or_default() {
        for item in path.value.as_seq().unwrap_or_default() {
            let of = |key: &str| item.get(key).and_then(Node::as_text).unwrap_or_default().to_owned();
            let breadth = Breadth::read(&of("reach"));
            let (path, tool, id, code) = (path.key.to_string(), of("tool"), of("id"), of("code"));
            entries.push(Allowed { path, tool, id, breadth, code });
        }
    }
    Some(SuppressionBaseline { until, entries, text: text.to_owned(), file: None })
}

/// The word for every tool.
pub(super) const ALL: &str = "all";
