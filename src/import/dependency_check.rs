//! Suppressions of OWASP dependency-check, schema 1.0 to 1.4.
//!
//! `until` names the day from which the finding is reported again. A document type is refused, so no entity is ever
//! expanded and nothing is fetched.

use roxmltree::Node;

use crate::error::Error;
use crate::import::decode;
use crate::import::tree::{self, Ignore, folded, list};
use crate::import::{Format, Options, Reading};
use crate::source::{Source, Span};
use crate::text::shown;
use crate::xml::{self, Why};
use crate::yaml::Problem;

const TOOL: &str = "dependency-check";

/// Reads the file.
pub(super) fn read(name: &str, bytes: Vec<u8>, options: &Options) -> Result<Reading, Error> {
    let (text, _) = decode::decode(bytes);
    let source = Source::new(name, text);
    let document = xml::parse(source.text()).map_err(|fault| broken(&source, &fault))?;
    let mut reading = Reading::new(Format::DependencyCheck);
    let root = document.root_element();
    if root.tag_name().name() != "suppressions" {
        reading.unread.push((1, "the file contains no `<suppressions>`".to_owned()));
        return Ok(reading);
    }
    let suppressions = root.descendants().filter(|node| node.is_element() && node.tag_name().name() == "suppress");
    for node in suppressions {
        let start = node.range().start;
        let line = source.position(Span::new(start, start).start).line;
        match one(line, node, options) {
            Some(ignore) => reading.entries.push(ignore.finish()),
            None => reading.unread.push((line, "a suppression that names no finding, package or file".to_owned())),
        }
    }
    for node in root.children().filter(Node::is_element) {
        let name = node.tag_name().name();
        if !matches!(name, "suppress" | "suppressionGroup") {
            reading.remarks.push(format!("`<{}>` is not a suppression, so it was not imported", shown(name)));
        }
    }
    Ok(reading)
}

fn broken(source: &Source, fault: &xml::Fault) -> Error {
    let span = match fault.why {
        Why::Crowded | Why::Deep => Span::new(fault.at, fault.at + 1),
        Why::DocumentType | Why::Syntax(_) => source.line_at(u32::try_from(fault.at).unwrap_or(u32::MAX)),
    };
    let help = match fault.why {
        Why::DocumentType => "delete the declaration and write its entities out",
        Why::Crowded | Why::Deep => "no suppression file has one: is it the right file?",
        Why::Syntax(_) => "dependency-check cannot read it either: fix it there",
    };
    tree::unusable(source, vec![Problem::new(span, fault.why.to_string(), help)])
}

/// What a suppression is about.
#[derive(Default)]
struct Suppression {
    ids: Vec<String>,
    purls: Vec<String>,
    paths: Vec<String>,
    /// What narrows it and cannot be written in `covers`.
    narrower: Vec<(String, String)>,
    /// What it suppresses and is not a single finding.
    wider: Vec<(String, String)>,
    notes: String,
}

fn one(line: usize, node: Node<'_, '_>, options: &Options) -> Option<Ignore> {
    let parts = Suppression::of(node);
    if parts.is_empty() {
        return None;
    }
    let file = parts.notes.strip_prefix("file name:").map(|file| file.trim().to_owned());
    let what = match parts.ids.as_slice() {
        [] => parts.wider.first().map_or_else(
            || "findings".to_owned(),
            |(name, text)| if text.starts_with(name) { text.clone() } else { format!("{name} {text}") },
        ),
        [id] => id.clone(),
        [id, rest @ ..] => format!("{id} and {} more", rest.len()),
    };
    let place = file.as_ref().or(parts.purls.first()).or(parts.paths.first());
    let place = place.or(parts.narrower.first().map(|(_, text)| text));
    let mut ignore = Ignore::new(TOOL, line, &what, place.map(String::as_str));
    parts.cover(&mut ignore);
    if file.is_none() {
        ignore.reason(&parts.notes);
    } else {
        ignore.keep_quietly("notes", &parts.notes);
    }
    if let Some(until) = node.attribute("until") {
        ignore.ends("until", until, TOOL, options);
    }
    if node.attribute("base").is_some_and(|flag| matches!(flag, "true" | "1")) {
        ignore.keep_quietly("base", "true");
    }
    Some(ignore)
}

impl Suppression {
    fn is_empty(&self) -> bool {
        [&self.ids, &self.purls, &self.paths].iter().all(|list| list.is_empty())
            && self.narrower.is_empty()
            && self.wider.is_empty()
    }

    fn of(node: Node<'_, '_>) -> Self {
        let mut parts = Self::default();
        for child in node.children().filter(Node::is_element) {
            let name = child.tag_name().name();
            let text = folded(&texts(child));
            let is_pattern = child.attribute("regex").is_some_and(|flag| matches!(flag, "true" | "1"));
            let pattern = |text: String| if is_pattern { format!("the pattern {text}") } else { text };
            match name {
                _ if text.is_empty() => {}
                "notes" => parts.notes = text,
                "cve" => parts.ids.push(text),
                "vulnerabilityName" if !is_pattern => parts.ids.push(text),
                "packageUrl" if !is_pattern && text.starts_with("pkg:") => parts.purls.push(text),
                "filePath" if !is_pattern => parts.paths.push(text),
                "packageUrl" | "filePath" | "sha1" | "gav" => parts.narrower.push((name.to_owned(), pattern(text))),
                _ => parts.wider.push((name.to_owned(), pattern(text))),
            }
        }
        parts
    }

    /// Permits the findings, unless that would ignore more than the file does.
    fn cover(&self, ignore: &mut Ignore) {
        if self.narrower.is_empty() {
            for id in &self.ids {
                let selectors = [list("purls", self.purls.clone()), list("paths", self.paths.clone())];
                ignore.cover(id, selectors.into_iter().flatten().collect());
            }
        } else {
            let ids: Vec<&str> = self.ids.iter().map(String::as_str).collect();
            ignore.keep_quietly("findings", &ids.join(", "));
            ignore.keep_quietly("purls", &self.purls.join(", "));
            ignore.keep_quietly("paths", &self.paths.join(", "));
        }
        for (name, text) in &self.narrower {
            ignore.keep(
                name,
                text,
                "narrows it, which `covers` cannot express: a cover without it would ignore more, so none was written",
            );
        }
        for (name, text) in &self.wider {
            ignore.keep(name, text, "names no single finding, as `covers` must");
        }
    }
}

/// Returns the text directly inside an element, CDATA included.
fn texts(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect::<Vec<_>>().join(" ")
}
