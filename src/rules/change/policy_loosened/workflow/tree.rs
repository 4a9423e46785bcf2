//! CI files as the register's own reader reads them: keys with their values, whatever style they are written in.

use std::collections::BTreeMap;

use super::{Call, Home, Kind, MOST_STEPS, Override, Parts, STEERING, Softening, Step, VARIABLES};
use crate::ci::command::{Command, ends_with_kept, keeps_exit_code, numbered};
use crate::ci::github::local_paths;
use crate::ci::gitlab::{NO_JOBS, component, included_file};
use crate::ci::origin::{Origin, image_name, is_stopgap};
use crate::ci::softening;
use crate::source::{FileId, Source, Span};
use crate::yaml::{Entry, Kind as Value, Node, Style};

/// Keys whose values run nothing.
const INERT: [&str; 4] = ["name", "run-name", "description", "if"];

/// Reads a file.
pub(super) fn read(file: FileId, source: &Source, home: Home, root: &Node<'_>) -> Parts {
    let entries = root.as_map().unwrap_or_default();
    let mut reader = Reader { file, source, home, around: Vec::new(), job: None, found: Parts::default() };
    match root.as_map() {
        Some(entries) => reader.entries(entries, ""),
        None => reader.value(root, root.span, ""),
    }
    let mut found = reader.found;
    if home == Home::Pipeline {
        let jobs = entries.iter().filter(|entry| !NO_JOBS.contains(&&*entry.key));
        found.jobs = jobs.map(|job| (job.key.to_string(), changed(file, source, job, &found.steps))).collect();
    }
    found
}

/// Returns what an entry of a pipeline says of a job that may come from elsewhere.
fn changed(file: FileId, source: &Source, job: &Entry<'_>, steps: &[Step]) -> Override {
    let entries = job.value.as_map().unwrap_or_default();
    let script = entries.iter().find(|entry| entry.key == "script" && !entry.value.is_empty());
    let runs = steps.iter().any(|step| step.kind != Kind::Setting && job.value.span.contains(step.span));
    Override {
        soft: soft_key(file, source, entries),
        script: script.map(|script| softening_of(file, source, script)),
        runs,
    }
}

/// Returns the bytes of a key and its value.
pub(super) fn whole(entry: &Entry<'_>) -> Span {
    Span { end: entry.value.span.end, ..entry.key_span }
}

fn softening_of(file: FileId, source: &Source, entry: &Entry<'_>) -> Softening {
    let span = whole(entry);
    let written = source.slice(span).trim();
    let what = match written.contains('\n') {
        false => written.to_owned(),
        true => match entry.value.as_text() {
            Some(text) => format!("{}: {}", entry.key, text.trim()),
            None => format!("{}:", entry.key),
        },
    };
    Softening { file, span, what }
}

/// Returns the key of a step or job that makes it pass or never run.
fn soft_key(file: FileId, source: &Source, entries: &[Entry<'_>]) -> Option<Softening> {
    let is_soft = |entry: &&Entry<'_>| {
        !entry.value.is_empty() && softening::is_soft_key(&entry.key, softening::said(&entry.value))
    };
    entries.iter().find(is_soft).map(|entry| softening_of(file, source, entry))
}

/// A part of a script: a text, and the bytes that show it.
type Part<'n, 's> = (&'n Node<'s>, Span);

struct Reader<'n, 's> {
    file: FileId,
    source: &'s Source,
    home: Home,
    /// The mappings around what is read, the innermost last.
    around: Vec<&'n [Entry<'s>]>,
    /// The key at the top of a pipeline that is read.
    job: Option<&'n str>,
    found: Parts,
}

impl<'n, 's> Reader<'n, 's> {
    fn entries(&mut self, entries: &'n [Entry<'s>], under: &str) {
        let is_top = self.around.is_empty() && self.home == Home::Pipeline;
        self.around.push(entries);
        for entry in entries.iter().filter(|entry| !entry.value.is_empty()) {
            if is_top {
                self.job = Some(&entry.key);
            }
            self.entry(entry, under);
        }
        self.around.pop();
    }

    fn entry(&mut self, entry: &'n Entry<'s>, under: &str) {
        let (key, value) = (&*entry.key, &entry.value);
        match key {
            "uses" | "component" if let Some(reference) = value.as_text() => self.reference(entry, reference),
            "include" if self.home == Home::Pipeline && self.around.len() == 1 => {
                let items = value.as_seq().unwrap_or(std::slice::from_ref(value));
                for item in items {
                    if let Some(path) = included_file(item) {
                        self.call(vec![path], item.span);
                    }
                }
                self.value(value, whole(entry), key);
            }
            // An input belongs to the component or action, which is looked at as a whole.
            "image" if !["inputs", "with"].contains(&under) && self.image(entry) => {}
            key if INERT.contains(&key) && value.as_text().is_some() => {}
            key if VARIABLES.contains(&key) => {
                if let Some(said) = value.as_word().or_else(|| value.get("value")?.as_word()) {
                    self.setting(whole(entry), (key, said));
                }
            }
            _ => self.value(value, whole(entry), key),
        }
    }

    fn value(&mut self, value: &'n Node<'s>, at: Span, under: &str) {
        match &value.kind {
            Value::Scalar(_) => self.script(&[(value, at)]),
            Value::Map(entries) => self.entries(entries, under),
            Value::Seq(items) => {
                // The items of a list are the lines of one script.
                let mut parts = Vec::new();
                self.items(items, &mut parts, under);
                self.script(&parts);
            }
        }
    }

    fn items(&mut self, items: &'n [Node<'s>], parts: &mut Vec<Part<'n, 's>>, under: &str) {
        for item in items {
            match &item.kind {
                Value::Scalar(_) => parts.push((item, item.span)),
                Value::Seq(items) => self.items(items, parts, under),
                Value::Map(entries) => self.entries(entries, under),
            }
        }
    }

    fn is_full(&self) -> bool {
        self.found.steps.len() + self.found.calls.len() >= MOST_STEPS
    }

    fn step(&mut self, kind: Kind, span: Span, softened: Option<Softening>, steers: BTreeMap<String, String>) {
        if !self.is_full() {
            let job = self.job.map(str::to_owned);
            self.found.steps.push(Step { softened, steers, job, ..Step::new(self.file, kind, span) });
        }
    }

    fn setting(&mut self, span: Span, (name, value): (&str, &str)) {
        if !value.is_empty() {
            self.step(Kind::Setting, span, None, BTreeMap::from([(name.to_owned(), value.to_owned())]));
        }
    }

    /// Notes an image that has stopgap, or says that it is another one.
    fn image(&mut self, entry: &'n Entry<'s>) -> bool {
        let named = entry.value.as_map().and_then(|entries| entries.iter().find(|entry| entry.key == "name"));
        let named = named.unwrap_or(entry);
        let Some(image) = named.value.as_text().filter(|image| is_stopgap(image)) else { return false };
        self.setting(whole(named), ("image", image_name(image)));
        true
    }

    fn call(&mut self, targets: Vec<String>, span: Span) {
        if !self.is_full() {
            let softened = self.soft_key();
            self.found.calls.push(Call { targets, span, softened });
        }
    }

    /// Notes a step or job that uses an action, a workflow or the component.
    fn reference(&mut self, entry: &'n Entry<'s>, reference: &str) {
        let span = whole(entry);
        let targets = local_paths(reference);
        if !targets.is_empty() {
            self.call(targets, span);
        }
        let Some((path, _)) = reference.split_once('@').filter(|_| softening::action_version(reference).is_some())
        else {
            return;
        };
        let own = self.around.last().copied().unwrap_or_default();
        let inputs = own.iter().filter(|entry| ["with", "inputs"].contains(&&*entry.key));
        let inputs: Vec<&Entry<'_>> = inputs.flat_map(|entry| entry.value.as_map().unwrap_or_default()).collect();
        let said = |entry: &Entry<'_>| entry.value.as_word().unwrap_or_default().trim().to_owned();
        let soft = inputs.iter().find(|entry| softening::is_soft_input(&entry.key, &said(entry)));
        let soft = soft.map(|entry| softening_of(self.file, self.source, entry)).or_else(|| self.soft_key());
        // GitHub takes the names of inputs in any case.
        let named = inputs.iter().map(|entry| (entry.key.to_ascii_lowercase(), said(entry)));
        let mut steers: BTreeMap<String, String> =
            named.filter(|(name, value)| STEERING.contains(&name.as_str()) && !value.is_empty()).collect();
        steers.insert("owner".to_owned(), path.to_owned());
        if entry.key != "component" {
            self.step(Kind::Action, span, soft, steers);
            return;
        }
        let mut steers = Some(steers);
        for (job, kind) in component_jobs() {
            let steers = if kind == Kind::Action { steers.take().unwrap_or_default() } else { BTreeMap::new() };
            let softened = soft.clone().filter(|_| kind == Kind::Action);
            if !self.is_full() {
                self.found.steps.push(Step {
                    softened,
                    steers,
                    job: Some(job),
                    is_elsewhere: true,
                    ..Step::new(self.file, kind, span)
                });
            }
        }
    }

    /// Returns the key of what is read, or of something around it, that makes it pass or never run.
    fn soft_key(&self) -> Option<Softening> {
        self.around.iter().rev().find_map(|entries| soft_key(self.file, self.source, entries))
    }

    /// Notes what a script runs, and where it says that stopgap comes from.
    fn script(&mut self, parts: &[Part<'n, 's>]) {
        let text = |part: &Part<'n, 's>| part.0.as_text().unwrap_or_default();
        if !parts.iter().any(|part| names_it(text(part))) {
            return;
        }
        let of_part = |part| numbered(text(part)).into_iter().map(move |(number, line)| (*part, number, line));
        let lines: Vec<(Part<'n, 's>, usize, String)> = parts.iter().flat_map(of_part).collect();
        for (at, (part, number, line)) in lines.iter().enumerate().filter(|(_, (.., line))| names_it(line)) {
            if self.is_full() {
                return;
            }
            // This looks at the whole script, so it is done for little.
            let span = || self.place(*part, *number, line);
            let Some(command) = Command::read(line) else {
                let assigned = line.split_once('=').map(|(name, value)| (name, value.trim_matches(['"', '\''])));
                let source = || Origin::of(line).and_then(|origin| Some(origin.place()?.to_owned()));
                let said = assigned.filter(|(name, _)| VARIABLES.contains(name));
                let source = if said.is_none() { source() } else { None };
                if let Some(said) = said.or_else(|| Some(("source", source.as_deref()?))) {
                    let span = span();
                    self.setting(span, said);
                }
                continue;
            };
            let is_kept = |passes: &String| {
                keeps_exit_code(passes)
                    .is_some_and(|kept| lines[at + 1..].iter().any(|(.., line)| ends_with_kept(line, kept)))
            };
            let passes = command.passes.filter(|passes| !is_kept(passes)).map(|what| (span(), what));
            let off = || lines[..at].iter().rev().find(|(.., line)| line == "set +e");
            let passes =
                passes.or_else(|| off().map(|(part, number, line)| (self.place(*part, *number, line), line.clone())));
            let softened = passes.map(|(span, what)| Softening { file: self.file, span, what });
            let softened = softened.or_else(|| self.soft_key());
            let (kind, span) = (Kind::of(command.subcommand, line), span());
            self.step(kind, span, softened, command.steers);
        }
    }

    /// Returns the bytes that show a line: of a block those of the line itself, otherwise those of the whole value. `number`
    /// is its place among the lines that are not blank, as long as the block is not folded.
    fn place(&self, (node, at): Part<'n, 's>, number: usize, line: &str) -> Span {
        if !matches!(&node.kind, Value::Scalar(scalar) if scalar.style == Style::Block) {
            return at;
        }
        let mut start = 0;
        let mut written = self.source.slice(node.span).split_inclusive('\n').filter_map(move |text| {
            let indent = start + text.len() - text.trim_start().len();
            start += text.len();
            let text = text.trim();
            (!text.is_empty()).then(|| (text, node.span.within(indent, indent + text.len())))
        });
        let begins = |(text, _): &(&str, Span)| line.starts_with(text.trim_end_matches('\\').trim_end());
        let numbered = written.clone().nth(number).filter(begins);
        numbered.or_else(|| written.find(begins)).map_or(node.span, |(_, span)| span)
    }
}

fn names_it(text: &str) -> bool {
    text.contains("stopgap") || text.contains("STOPGAP")
}

/// Returns the jobs of the component, each with what it does.
fn component_jobs() -> Vec<(String, Kind)> {
    let jobs = component().map(|component| component.jobs).unwrap_or_default();
    let does = |script: &str| {
        let mut commands = numbered(script).into_iter().filter_map(|(_, line)| Some(Command::read(&line)?.subcommand));
        commands.next().map(|subcommand| Kind::of(subcommand, ""))
    };
    let kind = |kind| if kind == Kind::Check { Kind::Action } else { kind };
    jobs.into_iter().filter_map(|job| Some((job.name, kind(does(job.script.as_deref()?)?)))).collect()
}
