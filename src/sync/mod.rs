//! The ignore files of scanners, written from the exceptions in force.
//!
//! ```text
//! exceptions in force -> covers of a tool -> entries as its file says them -> the file, edited in place
//! ```
//!
//! An entry that has the mark `stopgap: ID`, or that is equal to a cover in force, is ours: it is kept in step with the
//! register. Every other entry was added by hand; it is reported and stays. Nothing here reads or writes a file.

mod bracket;
mod datum;
mod documents;
mod flags;
mod formats;
mod hint;
mod lines;
mod permit;
mod shelf;
#[cfg(test)]
mod tests;
mod tree;
mod xml;

use std::collections::BTreeMap;
use std::ops::Range;

pub(crate) use documents::parts as documents_in;
pub use flags::tools as tools_with_flags;
pub(crate) use formats::trivy_section;
use formats::{Format, Syntax, Wanted};
use permit::Permit;
use shelf::{Shelf, Slot, Splice};
pub(crate) use tree::json;
use tree::{Tree, Unreadable};

use crate::policy::Target;
use crate::register::{Cover, Exception, Register};
use crate::source::{FileId, Span};
use crate::text::{shell_word, shown};
use crate::time::until::Until;
use crate::time::{Day, Today, Zone};
use crate::tools::{Name, Tool};
use crate::yaml::{self, Problem};

/// What a target is to hold, and what it holds.
#[derive(Debug)]
pub struct Plan {
    /// The text that the file is to have; `None` if it is as it should be.
    pub text: Option<String>,
    /// How many entries come.
    pub added: usize,
    /// How many entries change.
    pub changed: usize,
    /// How many entries go.
    pub removed: usize,
    /// How many entries belong to exceptions in force.
    pub held: usize,
    /// The entries that were added by hand.
    pub strays: Vec<Stray>,
}

/// An entry that was added by hand.
#[derive(Debug)]
pub struct Stray {
    /// Where it is in the text as it was.
    pub span: Span,
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// A cover that a file cannot express without suppressing more.
#[derive(Debug)]
pub struct Unsaid {
    /// The exception.
    pub exception: String,
    /// What the cover names.
    pub id: String,
    /// Why.
    pub why: String,
    /// The exception's file.
    pub file: FileId,
    /// The cover.
    pub span: Span,
}

impl Unsaid {
    /// Returns whether both are about one cover.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.file == other.file && self.span == other.span
    }
}

/// An entry of a file that suppresses exactly what an exception allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where it is.
    pub at: Range<usize>,
    /// The id of the exception; of several the one that ends last.
    pub exception: String,
}

/// What one tool may suppress today.
#[derive(Debug)]
pub struct Allowed<'r, 'a> {
    tool: &'static str,
    covers: Vec<(&'r Exception<'a>, &'r Cover<'a>, Permit)>,
    today: Today,
    zone: Zone,
}

/// Returns the tools that have an ignore file, each with its usual name.
#[must_use]
pub fn tools_with_files() -> Vec<(&'static str, &'static str)> {
    Format::tools()
}

/// Returns the usual name of a target, and where the entries of the lists stand that `sync` writes; whatever else its tool
/// is told there stands elsewhere.
#[must_use]
pub fn lists(target: &Target, text: &str) -> Option<(&'static str, Vec<Range<usize>>)> {
    let format = Format::of(target.tool, &target.path)?;
    Some((format.usual, read(format, text).ok()?.slots.iter().map(extent).collect()))
}

impl<'r, 'a> Allowed<'r, 'a> {
    /// Takes the covers of a tool from the exceptions that are in force.
    #[must_use]
    pub fn new(tool: &'static str, register: &'r Register<'a>, zone: Zone, today: Today) -> Self {
        let counts = |exception: &Exception<'_>| exception.grants(zone, today);
        Self::of(tool, register, (zone, today), counts)
    }

    /// Takes the covers of a tool from the exceptions that are not in force, for what is left of them.
    #[must_use]
    pub fn not_now(tool: &'static str, register: &'r Register<'a>, zone: Zone, today: Today) -> Self {
        Self::of(tool, register, (zone, today), |exception| !exception.is_in_force(zone, today))
    }

    fn of(
        tool: &'static str,
        register: &'r Register<'a>,
        (zone, today): (Zone, Today),
        counts: impl Fn(&Exception<'_>) -> bool,
    ) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        // Of two files with one id the first counts, as everywhere.
        let first = register.exceptions().filter(|exception| seen.insert(exception.id.to_lowercase()));
        let covers = first
            .filter(|exception| counts(exception))
            .flat_map(|exception| exception.covers.iter().map(move |cover| (exception, cover)));
        let own = covers.filter(|(_, cover)| cover.is_whole() && cover.name() == Some(Name::Known(tool)));
        let permitted = own.filter_map(|(exception, cover)| Some((exception, cover, Permit::of(exception, zone)?)));
        Self { tool, covers: permitted.collect(), today, zone }
    }

    /// Returns the flags for a tool that is told on its command line, each once, sorted, and what they cannot say.
    #[must_use]
    pub fn flags(&self) -> (Vec<String>, Vec<Unsaid>) {
        let (mut flags, mut unsaid) = (Vec::new(), Vec::new());
        for (exception, cover, _) in &self.covers {
            match flags::of(self.tool, cover) {
                Ok(flag) => flags.push(flag),
                Err(why) => unsaid.push(unsaid_of(exception, cover, why)),
            }
        }
        flags.sort_unstable();
        flags.dedup();
        (flags, unsaid)
    }

    /// Returns the entries that a file is to hold, in an order that only the register decides, and what it cannot say.
    fn wanted(&self, format: &Format) -> (Vec<Wanted>, Vec<Unsaid>) {
        let mut unsaid = Vec::new();
        let mut groups: BTreeMap<String, Vec<(&Cover<'_>, Permit)>> = BTreeMap::new();
        for (exception, cover, permit) in &self.covers {
            match format.entries(cover, permit) {
                Ok(entries) => {
                    for entry in entries {
                        groups.entry(entry.identity).or_default().push((*cover, permit.clone()));
                    }
                }
                Err(why) => unsaid.push(unsaid_of(exception, cover, why)),
            }
        }
        let joined = groups.into_iter().filter_map(|(identity, mut of)| {
            // The cover of the exception that ends last is the one that is written.
            of.sort_by(|(_, one), (_, other)| other.end.cmp(&one.end).then_with(|| one.ids.cmp(&other.ids)));
            let cover = of.first()?.0;
            let permit = Permit::joined(of.into_iter().map(|(_, permit)| permit).collect())?;
            format.entries(cover, &permit).ok()?.into_iter().find(|entry| entry.identity == identity)
        });
        (joined.collect(), unsaid)
    }

    /// Lists the covers that a target holds, each by its file and its item.
    #[must_use]
    pub fn written(&self, target: &Target) -> Vec<(FileId, Span)> {
        let Some(format) = Format::of(self.tool, &target.path) else { return Vec::new() };
        let (_, unsaid) = self.wanted(format);
        let is_said = |it: &(FileId, Span)| unsaid.iter().all(|unsaid| (unsaid.file, unsaid.span) != *it);
        self.covers.iter().map(|(exception, cover, _)| (exception.file, cover.item.span())).filter(is_said).collect()
    }

    /// Finds the entries of files, each with its path and its text, that suppress exactly what the exceptions allow,
    /// whatever they say about their end and their reason. There are none in a file that cannot be read.
    #[must_use]
    pub fn held<'t>(&self, files: impl Iterator<Item = (FileId, &'t str, &'t str)>) -> Vec<(FileId, Held)> {
        let mut held = Vec::new();
        if self.covers.is_empty() {
            return held;
        }
        // What is allowed depends on the format alone; there may be many files.
        let mut by_format: BTreeMap<&str, BTreeMap<String, (String, String)>> = BTreeMap::new();
        for (file, path, text) in files {
            let Some(format) = Format::of(self.tool, path) else { continue };
            let Ok(read) = read(format, text) else { continue };
            let allowed = by_format.entry(format.usual).or_insert_with(|| self.overlooked(format));
            held.extend(read.slots.iter().filter_map(|slot| {
                let (overlooked, exception) = allowed.get(&slot.identity)?;
                let is_same = format.overlooked(&slot.value) == *overlooked;
                is_same.then(|| (file, Held { at: extent(slot), exception: exception.clone() }))
            }));
        }
        held
    }

    /// Returns by the identity of an entry what it may suppress, and the exception that allows it.
    fn overlooked(&self, format: &Format) -> BTreeMap<String, (String, String)> {
        let of = |wanted: Wanted| (wanted.identity, (format.overlooked(&wanted.value.tree()), wanted.exception));
        self.wanted(format).0.into_iter().map(of).collect()
    }

    /// Compares a target with what it is to hold. `text` is what it holds; `None` if there is no such file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is written so that nothing can be added.
    pub fn plan(&self, target: &Target, text: Option<&str>, prune: bool) -> Result<(Plan, Vec<Unsaid>), Problem> {
        let Some(format) = Format::of(self.tool, &target.path) else {
            return Err(Problem::new(Span::default(), "no ignore file of this tool", "correct `sync` in the policy"));
        };
        let (wanted, unsaid) = self.wanted(format);
        let before = text.unwrap_or_default();
        // A file that only a skeleton would be in is not written.
        if text.is_none() && wanted.is_empty() {
            let plan = Plan { text: None, added: 0, changed: 0, removed: 0, held: 0, strays: Vec::new() };
            return Ok((plan, unsaid));
        }
        let is_new = before.trim().is_empty() && !format.skeleton.is_empty();
        let begun = if is_new { format.skeleton } else { before };
        let problem = |fault: Unreadable| {
            let at = if is_new { 0 } else { fault.at.min(before.len()) };
            let message = format!("nothing can be written into it: {}", fault.why);
            Problem::new(Span::new(at, at), message, "fix the file, or write the entries by hand")
        };
        let edit = Edit { format, wanted: &wanted, prune, today: self.today, zone: self.zone };
        let mut plan = edit.plan(begun).map_err(problem)?;
        let after = plan.text.take().unwrap_or_else(|| begun.to_owned());
        edit.prove(begun, &after, &plan).map_err(problem)?;
        plan.text = (after != before).then_some(after);
        Ok((plan, unsaid))
    }
}

/// Returns the bytes from the first to the last of an entry.
fn extent(slot: &Slot) -> Range<usize> {
    fn last(tree: &Tree) -> usize {
        let items = tree.items().iter().map(last);
        items.chain(tree.pairs().iter().map(|pair| last(&pair.value))).max().unwrap_or(0).max(tree.at.end)
    }
    slot.at.start.min(slot.value.at.start)..slot.at.end.max(last(&slot.value))
}

fn unsaid_of(exception: &Exception<'_>, cover: &Cover<'_>, why: String) -> Unsaid {
    let id = cover.id.as_ref().map_or_else(String::new, |id| id.as_str().to_owned());
    Unsaid { exception: exception.id.to_owned(), id, why, file: exception.file, span: cover.item.span() }
}

/// One edit of one file.
struct Edit<'e> {
    format: &'e Format,
    wanted: &'e [Wanted],
    prune: bool,
    today: Today,
    zone: Zone,
}

/// What becomes of the slots of a shelf.
struct Sorted<'e> {
    fates: Vec<Option<&'e Wanted>>,
    goes: Vec<bool>,
    new: Vec<&'e Wanted>,
}

impl<'e> Edit<'e> {
    fn plan(&self, text: &str) -> Result<Plan, Unreadable> {
        let mut plan =
            Plan { text: None, added: 0, changed: 0, removed: 0, held: self.wanted.len(), strays: Vec::new() };
        let all: Vec<&Wanted> = self.wanted.iter().collect();
        let splices = match self.format.syntax {
            Syntax::Lines => {
                let slots = lines::slots(text, self.format);
                let sorted = self.sort(&slots, &all, &mut plan);
                lines::edit(text, &slots, &sorted.fates, &sorted.goes, &sorted.new)
            }
            Syntax::Xml => {
                let slots = xml::slots(text)?;
                let sorted = self.sort(&slots, &all, &mut plan);
                xml::edit(text, &slots, &sorted.fates, &sorted.goes, &sorted.new)?
            }
            Syntax::Documents => {
                let slots = documents::slots(text)?;
                let sorted = self.sort(&slots, &all, &mut plan);
                documents::edit(text, &slots, &sorted.fates, &sorted.goes, &sorted.new)
            }
            _ => self.in_tree(text, &mut plan)?,
        };
        if !splices.is_empty() {
            plan.text = Some(spliced(text, splices));
        }
        Ok(plan)
    }

    fn in_tree(&self, text: &str, plan: &mut Plan) -> Result<Vec<Splice>, Unreadable> {
        let root = shelf::parse(text, self.format)?;
        let shelves = shelf::shelves(text, &root, self.format)?;
        let mut splices = Vec::new();
        let mut gone: Vec<String> = Vec::new();
        for shelf in shelves.iter().filter(|shelf| !shelf.holds_lists()) {
            let wanted: Vec<&Wanted> = self.wanted.iter().filter(|wanted| is_on(wanted, shelf)).collect();
            let sorted = self.sort(&shelf.slots, &wanted, plan);
            let is_nested = self.format.holders.iter().any(|holder| matches!(holder, formats::Holder::Lists(_)));
            let empties = !shelf.slots.is_empty() && sorted.new.is_empty() && sorted.goes.iter().all(|goes| *goes);
            if is_nested && empties {
                gone.extend(shelf.path.last().cloned());
                continue;
            }
            splices.extend(shelf.edit(text, &root, self.format, &sorted.fates, &sorted.goes, &sorted.new)?);
        }
        for shelf in shelves.iter().filter(|shelf| shelf.holds_lists()) {
            let there = |wanted: &Wanted| shelves.iter().any(|other| is_on(wanted, other));
            let mut new: BTreeMap<&str, Vec<&Wanted>> = BTreeMap::new();
            for wanted in self.wanted.iter().filter(|wanted| !there(wanted)) {
                new.entry(wanted.path.last().map_or("", String::as_str)).or_default().push(wanted);
            }
            plan.added += new.values().map(Vec::len).sum::<usize>();
            let new: Vec<_> = new.into_iter().collect();
            let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
            splices.extend(shelf.edit_lists(text, &root, &gone, &new)?);
        }
        Ok(splices)
    }

    /// Decides what becomes of each entry.
    fn sort(&self, slots: &[Slot], wanted: &[&'e Wanted], plan: &mut Plan) -> Sorted<'e> {
        let mut sorted = Sorted { fates: vec![None; slots.len()], goes: vec![false; slots.len()], new: Vec::new() };
        let mut by_identity: BTreeMap<&str, &'e Wanted> =
            wanted.iter().map(|wanted| (wanted.identity.as_str(), *wanted)).collect();
        for (index, slot) in slots.iter().enumerate() {
            match by_identity.remove(slot.identity.as_str()) {
                Some(wanted)
                    if slot.value.canonical() == wanted.value.tree().canonical() && self.is_told(slot, wanted) => {}
                Some(wanted) => {
                    sorted.fates[index] = Some(wanted);
                    plan.changed += 1;
                }
                None if slot.is_ours => {
                    sorted.goes[index] = true;
                    plan.removed += 1;
                }
                None => {
                    if let Some(stray) = self.stray(slot, wanted) {
                        if self.prune {
                            sorted.goes[index] = true;
                            plan.removed += 1;
                        } else {
                            plan.strays.push(stray);
                        }
                    }
                }
            }
        }
        sorted.new =
            wanted.iter().copied().filter(|wanted| by_identity.contains_key(wanted.identity.as_str())).collect();
        plan.added += sorted.new.len();
        sorted
    }

    /// Returns whether an entry without room for words carries the mark next to it.
    fn is_told(&self, slot: &Slot, wanted: &Wanted) -> bool {
        wanted.comment.is_none() || slot.is_ours
    }

    /// Says what is wrong with an entry that was added by hand; `None` if it has no effect, or no more than an
    /// exception in force allows.
    fn stray(&self, slot: &Slot, wanted: &[&Wanted]) -> Option<Stray> {
        let tool = Tool::of_key(self.format.tool).map_or(self.format.tool, |tool| tool.name);
        let end = self.end_of(slot);
        if slot.is_off || matches!(end, End::Over) {
            return None;
        }
        let ids = Tool::of_key(self.format.tool).map_or(crate::tools::Ids::Plain, |tool| tool.ids);
        let is_within = |wanted: &&Wanted| {
            !wanted.is_narrow && slot.id.as_ref().is_some_and(|id| ids.form(id) == ids.form(&wanted.id))
        };
        if !matches!(end, End::Unread(_)) && wanted.iter().any(is_within) {
            return None;
        }
        let package = || slot.details.down(&["package", "name"]).and_then(Tree::text);
        let what = match (&slot.id, package()) {
            (Some(id), _) => format!("{tool} `{}`", shown(id)),
            (None, Some(name)) => format!("whatever {tool} finds in the package `{}`", shown(name)),
            (None, None) => format!("{tool} results"),
        };
        let unread = match end {
            End::Unread(text) => format!("; {tool} does not read `{}` as an end", shown(&text)),
            _ => match self.format.unknown_key(&slot.details) {
                Some(key) if self.format.refuses_unknown => {
                    format!("; {tool} refuses the whole file because of `{}`", shown(key))
                }
                Some(key) => format!("; {tool} does not read `{}`", shown(key)),
                None => String::new(),
            },
        };
        let message = format!("this suppresses {what}, and no exception in force covers it{unread}");
        let help = match hint::cover_of(self.format, slot) {
            Some(cover) => {
                let cover = shell_word(&cover);
                format!("delete it (`stopgap sync --prune`), or request an exception: `stopgap new --cover {cover}`")
            }
            None => "delete it (`stopgap sync --prune`), or request an exception that covers it".to_owned(),
        };
        Some(Stray { span: Span::new(slot.at.start, slot.at.end), message, help })
    }

    /// Reads the end of an entry that was added by hand.
    fn end_of(&self, slot: &Slot) -> End {
        let tool = self.format.tool;
        if self.format.syntax == Syntax::Lines && tool == "trivy" {
            let text = slot.value.text().unwrap_or_default();
            let end = text.split_whitespace().find_map(|word| word.strip_prefix("exp:"));
            return match (end, lines::odd_field(text)) {
                // Trivy drops the line.
                (Some(end), _) if Day::parse(end).is_err() => End::Over,
                (Some(end), _) => match Until::of_entry(end, tool) {
                    None => End::Unread(end.to_owned()),
                    Some(until) if until.has_passed(self.zone, self.today) => End::Over,
                    Some(_) => End::None,
                },
                (None, Some(odd)) => End::Unread(odd.to_owned()),
                (None, None) => End::None,
            };
        }
        let Some(text) = self.format.end.and_then(|key| slot.details.get(key)?.text()) else { return End::None };
        match Until::of_entry(text, tool) {
            None => End::Unread(text.to_owned()),
            Some(until) if until.has_passed(self.zone, self.today) => End::Over,
            Some(_) => End::None,
        }
    }

    /// Proves that a reader of the format finds in the edited file what it is to hold, what was added by hand, and all
    /// else as it was.
    fn prove(&self, before: &str, after: &str, plan: &Plan) -> Result<(), Unreadable> {
        const UNPROVED: &str = "its layout does not allow a safe automatic edit";
        let unproved = |fault: Unreadable| Unreadable { at: 0, why: format!("{UNPROVED} ({})", fault.why) };
        let (old, new) = (read(self.format, before)?, read(self.format, after).map_err(unproved)?);
        let wanted: std::collections::BTreeSet<(String, String)> =
            self.wanted.iter().map(|wanted| (wanted.identity.clone(), wanted.value.tree().canonical())).collect();
        let found: std::collections::BTreeSet<(String, String)> =
            new.slots.iter().map(|slot| (slot.identity.clone(), slot.value.canonical())).collect();
        let by_hand = |read: &Read| {
            let is_wanted = |slot: &&Slot| self.wanted.iter().any(|wanted| wanted.identity == slot.identity);
            let own = read.slots.iter().filter(|slot| !slot.is_ours && !is_wanted(slot));
            own.map(|slot| slot.value.canonical()).collect::<Vec<_>>()
        };
        let is_kept = self.prune || by_hand(&old) == by_hand(&new);
        let is_same = old.rest == new.rest;
        let comments = |text: &str| hand_comments(text, self.format.syntax);
        let lost = plan.removed == 0 && plan.changed == 0 && comments(before) != comments(after);
        // What the next run would not even open is not written.
        let is_open = yaml::check_text(after).is_none();
        let proved = wanted.is_subset(&found) && is_kept && is_same && !lost && is_open;
        if proved { Ok(()) } else { Err(Unreadable { at: 0, why: UNPROVED.to_owned() }) }
    }
}

fn read(format: &Format, text: &str) -> Result<Read, Unreadable> {
    let of = |slots: Vec<Slot>| Read { slots, rest: String::new() };
    match format.syntax {
        Syntax::Lines => Ok(of(lines::slots(text, format))),
        Syntax::Xml => Ok(of(xml::slots(text)?)),
        Syntax::Documents => Ok(of(documents::slots(text)?)),
        _ => {
            let root = shelf::parse(text, format)?;
            let shelves = shelf::shelves(text, &root, format)?;
            let paths: Vec<Vec<String>> = shelves.iter().map(|shelf| shelf.path.clone()).collect();
            let slots = shelves.into_iter().flat_map(|shelf| shelf.slots).collect();
            Ok(Read { slots, rest: rest(&root, &mut Vec::new(), &paths) })
        }
    }
}

/// What a reader makes of a file.
struct Read {
    slots: Vec<Slot>,
    /// Everything outside the shelves.
    rest: String,
}

/// What an entry says about its own end.
enum End {
    /// Nothing that matters.
    None,
    /// It has passed, or the tool does not read the entry.
    Over,
    /// The tool does not read it.
    Unread(String),
}

fn is_on(wanted: &Wanted, shelf: &Shelf) -> bool {
    let same = |(one, other): (&String, &String)| one.eq_ignore_ascii_case(other);
    wanted.path.len() == shelf.path.len() && wanted.path.iter().zip(&shelf.path).all(same)
}

/// Returns the values outside the shelves in one form.
fn rest(tree: &Tree, path: &mut Vec<String>, shelves: &[Vec<String>]) -> String {
    let mut text = String::new();
    for pair in tree.pairs() {
        path.push(pair.key.clone());
        let is_shelf = shelves.iter().any(|shelf| shelf == path || shelf.is_empty());
        let holds_one = shelves.iter().any(|shelf| shelf.len() > path.len() && shelf.starts_with(path));
        if holds_one {
            text.push_str(&rest(&pair.value, path, shelves));
        } else if !is_shelf {
            text.push_str(&format!("{path:?}={}\n", pair.value.canonical()));
        }
        path.pop();
    }
    text
}

/// Returns the comments that are not ours, sorted.
fn hand_comments(text: &str, syntax: Syntax) -> Vec<String> {
    let start = match syntax {
        Syntax::Json { strict: false } => "//",
        Syntax::Json { strict: true } | Syntax::Xml => return Vec::new(),
        _ => "#",
    };
    let of = |line: &str| Some(line.trim().strip_prefix(start)?.trim().to_owned());
    let mut comments: Vec<String> =
        text.lines().filter_map(of).filter(|comment| !comment.starts_with(permit::MARK)).collect();
    comments.sort_unstable();
    comments
}

/// Replaces ranges that do not overlap; what is put in at one byte stays in its order. New lines end as the others do.
fn spliced(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|(range, _)| range.start);
    let is_crlf = text.find('\n').is_some_and(|at| text[..at].ends_with('\r'));
    let mut edited = String::with_capacity(text.len() + 1024);
    let mut at = 0;
    for (range, new) in splices {
        edited.push_str(text.get(at..range.start).unwrap_or_default());
        edited.push_str(&if is_crlf { new.replace("\r\n", "\n").replace('\n', "\r\n") } else { new });
        at = at.max(range.end);
    }
    edited.push_str(text.get(at..).unwrap_or_default());
    edited
}
