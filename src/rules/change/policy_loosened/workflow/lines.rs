//! CI files that the register's own reader refuses, compared as lines of text.
//!
//! GitLab's files often hold tags and anchors, which are outside the safe subset. A line that names the check counts,
//! whatever is around it, and what makes it pass is searched for on that line and among the keys that are indented less.

use std::collections::BTreeMap;

use super::{Call, Kind, MOST_STEPS, Parts, STEERING, Softening, Step, VARIABLES};
use crate::ci::command::{Command, ends_with_kept, keeps_exit_code};
use crate::ci::github::local_paths;
use crate::ci::origin::{Origin, image_name, is_stopgap};
use crate::ci::softening;
use crate::source::{FileId, Span};

/// One line with its place.
struct Line<'t> {
    text: &'t str,
    start: usize,
    indent: usize,
    /// Where its first key is, after the dash of a list.
    inner: usize,
}

impl<'t> Line<'t> {
    fn new(text: &'t str, start: usize) -> Option<Self> {
        let trimmed = text.trim_start_matches(' ');
        let indent = text.len() - trimmed.len();
        let inner = indent + trimmed.len() - trimmed.trim_start_matches(['-', ' ']).len();
        let inner = if trimmed.starts_with("- ") { inner } else { indent };
        let content = trimmed.trim_end();
        (!content.is_empty() && !content.starts_with('#')).then_some(Self { text, start, indent, inner })
    }

    fn content(&self) -> &'t str {
        without_comment(self.text.get(self.inner..).unwrap_or_default()).trim_end()
    }

    fn span(&self) -> Span {
        Span::new(self.start + self.inner, self.start + self.inner + self.content().len())
    }
}

fn without_comment(text: &str) -> &str {
    text.find(" #").map_or(text, |at| &text[..at])
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .filter_map(|line| {
            let at = start;
            start += line.len();
            Line::new(line.trim_end_matches(['\n', '\r']), at)
        })
        .collect()
}

/// Reads a file. What a pipeline includes is not read: whether it is taken in is then not known.
pub(super) fn read(file: FileId, text: &str) -> Parts {
    let lines = lines(text);
    let command = |at: usize| -> String {
        let continued = |line: &&Line<'_>| line.content().ends_with('\\');
        let more = lines[at..].iter().take_while(continued).count();
        lines[at..]
            .iter()
            .take(more + 1)
            .map(|line| line.content().trim_end_matches('\\').trim())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut found = Parts::default();
    for (at, line) in lines.iter().enumerate() {
        if found.steps.len() + found.calls.len() == MOST_STEPS {
            break;
        }
        let command = command(at);
        let soft = |soft: Option<(Span, String)>| soft.map(|(span, what)| Softening { file, span, what });
        let targets = line.content().strip_prefix("uses:").map(|named| local_paths(named.trim().trim_matches(QUOTES)));
        if let Some(targets) = targets.filter(|targets| !targets.is_empty()) {
            let softened = soft(softened(&lines, at, &command));
            found.calls.push(Call { targets, span: line.span(), softened });
            continue;
        }
        let setting = setting(&lines, at);
        let Some(kind) = kind(line.content(), &command).or_else(|| (!setting.is_empty()).then_some(Kind::Setting))
        else {
            continue;
        };
        let new = |softened, steers| Step { steers, softened, ..Step::new(file, kind, line.span()) };
        found.steps.push(match kind {
            Kind::Setting => new(None, setting),
            Kind::Action => {
                let softened = soft_input(&lines, at).or_else(|| softened(&lines, at, &command));
                new(soft(softened), inputs(&lines, at))
            }
            _ => {
                let steers = Command::read(&command).map(|command| command.steers).unwrap_or_default();
                new(soft(softened(&lines, at, &command)), steers)
            }
        });
    }
    found
}

const QUOTES: [char; 2] = ['"', '\''];

/// Returns what a line says of where stopgap comes from and of what it judges.
fn setting(lines: &[Line<'_>], at: usize) -> BTreeMap<String, String> {
    let content = lines[at].content();
    let assigned = content.split_once('=').map(|(key, value)| (key, value.trim_matches(QUOTES)));
    let pairs_there = pairs(&lines[at]).filter_map(pair).chain(assigned);
    let variables = pairs_there.filter(|(key, value)| VARIABLES.contains(key) && !value.is_empty());
    let mut found: BTreeMap<String, String> =
        variables.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let above = lines[..at].iter().rev().find(|line| line.inner < lines[at].inner).map_or("", Line::content);
    let name = || pairs(&lines[at]).filter_map(pair).find(|(key, _)| *key == "name").map(|(_, image)| image);
    let image = match (pair(content), above) {
        (Some(("image", inner)), _) if inner.starts_with('{') => name(),
        // An input belongs to the component or action, which is looked at as a whole.
        (Some(("image", image)), above) if !["inputs:", "with:"].contains(&above) => Some(image),
        (Some(("name", image)), "image:") => Some(image),
        _ => None,
    };
    match image.filter(|image| is_stopgap(image)) {
        Some(image) => drop(found.insert("image".to_owned(), image_name(image).to_owned())),
        None => {
            let place = Origin::of(content).and_then(|origin| Some(origin.place()?.to_owned()));
            found.extend(place.map(|place| ("source".to_owned(), place)));
        }
    }
    found
}

fn kind(line: &str, command: &str) -> Option<Kind> {
    if line.starts_with("name:") {
        return None;
    }
    if let Some(action) = line.strip_prefix("uses:").or_else(|| line.strip_prefix("component:")) {
        let action = action.trim().trim_matches(QUOTES);
        return softening::action_version(action).map(|_| Kind::Action);
    }
    Command::runs(line, command).map(|subcommand| Kind::of(subcommand, command))
}

/// Returns what keeps a step from failing: on its line, or a key of its step or job.
fn softened(lines: &[Line<'_>], at: usize, command: &str) -> Option<(Span, String)> {
    let own = &lines[at];
    if Command::runs(own.content(), command).is_some()
        && let Some(passes) = Command::read(command).and_then(|command| command.passes)
        && !keeps_exit_code(&passes)
            .is_some_and(|kept| lines[at + 1..].iter().any(|line| ends_with_kept(line.content(), kept)))
    {
        return Some((own.span(), passes));
    }
    let found = |line: &Line<'_>| (line.span(), line.content().to_owned());
    // A key belongs to the step or to what contains it as long as nothing between them is indented less.
    let mut left = own.indent;
    for line in lines[..at].iter().rev() {
        if line.inner <= left && (is_soft(line.content()) || line.content() == "set +e") {
            return Some(found(line));
        }
        left = left.min(line.indent);
    }
    let mut left = own.inner;
    for line in &lines[at + 1..] {
        left = left.min(line.indent);
        if line.inner <= left && is_soft(line.content()) {
            return Some(found(line));
        }
    }
    None
}

/// Returns the lines of an action's step, its own first.
fn step_lines<'l, 't>(lines: &'l [Line<'t>], at: usize) -> impl Iterator<Item = &'l Line<'t>> {
    let own = &lines[at];
    let below = std::iter::once(own).chain(lines[at + 1..].iter().take_while(|line| line.indent >= own.inner));
    let mut started = own.indent < own.inner;
    let above = lines[..at].iter().rev().take_while(move |line| {
        let inside = !started && line.inner >= own.inner;
        started |= line.indent < own.inner;
        inside
    });
    below.chain(above)
}

/// Returns the pairs of a line, including those of a mapping in braces.
fn pairs<'t>(line: &Line<'t>) -> impl Iterator<Item = &'t str> {
    line.content().split(['{', '}', ',']).map(str::trim)
}

/// Returns the input of an action's step that makes it judge less.
fn soft_input(lines: &[Line<'_>], at: usize) -> Option<(Span, String)> {
    let mut step = step_lines(lines, at);
    step.find(|line| pairs(line).any(is_soft_input)).map(|line| (line.span(), line.content().to_owned()))
}

/// Returns whose action a step uses, and its inputs that matter.
fn inputs(lines: &[Line<'_>], at: usize) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (key, value) in step_lines(lines, at).flat_map(pairs).filter_map(pair) {
        // GitHub takes the names of inputs in any case.
        let input = key.to_ascii_lowercase();
        if STEERING.contains(&input.as_str()) && !value.is_empty() {
            found.insert(input, value.to_owned());
        } else if let ("uses" | "component", Some((path, _))) = (key, value.split_once('@')) {
            found.insert("owner".to_owned(), path.to_owned());
        }
    }
    found
}

/// Splits a pair of YAML.
fn pair(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').map(|(key, value)| (key.trim_matches(QUOTES), value.trim().trim_matches(QUOTES)))
}

fn is_soft_input(text: &str) -> bool {
    pair(text).is_some_and(|(key, value)| softening::is_soft_input(key, value))
}

fn is_soft(text: &str) -> bool {
    pair(text).is_some_and(|(key, value)| softening::is_soft_key(key, value))
}
