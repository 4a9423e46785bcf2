//! All suppressions and markers of the tracked files, and which of them a change adds.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::grammar::{End, Reach, What};
use super::page::{Found, Marker, Page, Reader};
use super::statement;
use super::tracked::{self, Tracked, Unread};
use crate::error::Error;
use crate::files::{CommitFiles, ReadFile};
use crate::policy::{Allowed, Breadth};
use crate::register::Files;
use crate::source::{FileId, Source};
use crate::time::Day;

/// A suppression in its file.
#[derive(Clone, Debug)]
pub struct Item {
    /// The file.
    pub file: FileId,
    /// Its path from the root.
    pub path: String,
    /// The links that lead to it.
    pub links: Vec<String>,
    /// What is there.
    pub found: Found,
    /// The id of the marker that belongs to it.
    pub marker: Option<String>,
    /// Whether the compared change brings a marker of that id to the file.
    pub marker_is_new: bool,
    /// Whether the compared change brings it.
    pub is_new: bool,
    /// Whether it was there before, and an exception from it was not removed with the compared change: an entry of an
    /// ignore file that is wider now although it is the same.
    pub is_widened: bool,
    /// What it was before the change, if it was there.
    pub before: Option<Before>,
    /// The agent whose commit brings it.
    pub agent: Option<String>,
    /// What tells it from every other one: its identity and a number.
    pub pointer: String,
}

/// A suppression as it was before a change.
#[derive(Clone, Debug)]
pub struct Before {
    /// The path that its file had.
    pub path: String,
    /// The links that led to it.
    pub links: Vec<String>,
    /// What stood there.
    pub found: Found,
    /// The id of the marker that belonged to it.
    pub marker: Option<String>,
}

impl Item {
    /// Creates one of a file that is not numbered, without a marker or a change.
    pub(crate) fn of(path: &str, found: Found) -> Self {
        Self {
            file: FileId(0),
            path: path.to_owned(),
            links: Vec::new(),
            found,
            marker: None,
            marker_is_new: false,
            is_new: false,
            is_widened: false,
            before: None,
            agent: None,
            pointer: String::new(),
        }
    }
}

/// A marker in its file.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The file.
    pub file: FileId,
    /// What is there.
    pub marker: Marker,
    /// Whether the compared change brings it.
    pub is_new: bool,
    /// What tells it from every other one.
    pub pointer: String,
}

/// What was found in the tracked files.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The suppressions, by path and line.
    pub items: Vec<Item>,
    /// The markers, by path and line.
    pub tags: Vec<Tag>,
    /// Files that were not read.
    pub unread: Vec<Unread>,
    /// How many files were looked at.
    pub looked_at: usize,
    /// The paths of all files.
    paths: BTreeSet<String>,
    /// What ignore files except from the patterns above that, by their paths.
    excepted: FxHashMap<String, Vec<(usize, String)>>,
    /// What looked at them.
    reader: Reader,
}

/// What tells suppressions apart: the tool, what it names, and what it is on. The line and the reason do not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity<'i> {
    /// The path from the root.
    pub path: &'i str,
    /// The tool's key.
    pub tool: &'i str,
    /// The rule; empty where none is named.
    pub id: &'i str,
    /// The name of the statement or the entry.
    pub code: &'i str,
}

/// How much of the code that it is on a suppression covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// How much code it is good for. An entry of an ignore file says that itself.
    pub breadth: Breadth,
    /// The first day on which its tool reports again; `None` where that is never.
    pub end: Option<Day>,
}

impl Extent {
    /// Tells whether another suppression of the same suppresses no more.
    fn holds(self, other: Self) -> bool {
        let ends = self.end.is_none_or(|end| other.end.is_some_and(|other| other <= end));
        other.breadth <= self.breadth && ends
    }
}

/// A suppression, and how much it suppresses.
pub type Claim<'i> = (Identity<'i>, Extent);

impl Item {
    /// Returns what tells it from others.
    #[must_use]
    pub fn identity(&self) -> Identity<'_> {
        identity(&self.path, &self.found)
    }

    /// Returns how much it suppresses.
    #[must_use]
    pub fn extent(&self) -> Extent {
        extent(&self.found)
    }

    /// Returns both.
    #[must_use]
    pub fn claim(&self) -> Claim<'_> {
        (self.identity(), self.extent())
    }
}

fn extent(found: &Found) -> Extent {
    let breadth = match found.reach {
        Reach::Block => Breadth::Block,
        Reach::File => Breadth::File,
        Reach::Line | Reach::Next | Reach::Project => Breadth::Line,
    };
    let end = match &found.end {
        Some(End::At(until)) => Some(until.first_day()),
        Some(End::Unread(_)) | None => None,
    };
    Extent { breadth, end }
}

fn identity<'i>(path: &'i str, found: &'i Found) -> Identity<'i> {
    let id = match &found.what {
        What::Rule(id) => id.as_str(),
        What::All | What::Unnamed | What::Unread { .. } => "",
    };
    Identity { path, tool: found.tool, id, code: &found.code }
}

/// Lists what the text of an ignore file tells its tool. `name` is the usual one of such a file, by which it is read.
#[must_use]
pub fn entries_in(tool: &str, path: &str, name: &str, text: &str) -> Vec<Item> {
    let page = Reader::new(Some(vec![tool.to_owned()])).read(name, text.as_bytes());
    let own = page.into_iter().flat_map(|page| page.found).filter(|found| found.is_entry && found.tool == tool);
    own.map(|found| Item::of(path, found)).collect()
}

/// The exceptions of an ignore file from its patterns that a change removes, or moves up.
struct Gone {
    /// By the line on which an exception was, in that order: the first line on which one from there on is now, 0 where it
    /// is gone. A later line of the same exception counts.
    first_now: Vec<(usize, usize)>,
}

impl Gone {
    fn of(before: &[(usize, String)], now: &[(usize, String)]) -> Self {
        let last = |list: &[(usize, String)]| -> FxHashMap<String, usize> {
            list.iter().map(|(line, text)| (text.clone(), *line)).collect()
        };
        let now = last(now);
        let mut first_now: Vec<(usize, usize)> =
            last(before).into_iter().map(|(text, line)| (line, now.get(&text).copied().unwrap_or_default())).collect();
        first_now.sort_unstable();
        let mut least = usize::MAX;
        for (_, line) in first_now.iter_mut().rev() {
            least = least.min(*line);
            *line = least;
        }
        Self { first_now }
    }

    /// Tells whether an exception that was below a line is not below it now.
    fn is_below(&self, before: usize, now: usize) -> bool {
        let from = self.first_now.partition_point(|(line, _)| *line <= before);
        self.first_now.get(from).is_some_and(|(_, line)| *line < now)
    }
}

impl Inventory {
    /// Reads the tracked files below the root for which `keep` says so, and adds those with something in them to
    /// `files`. `prefix` is where the root lies in the work tree: empty, or ending in `/`.
    ///
    /// # Errors
    ///
    /// When `git` does not deliver.
    pub fn read(
        tracked: Tracked<'_>,
        (root, prefix): (&Path, &str),
        reader: &Reader,
        keep: &(dyn Fn(&str) -> bool + Sync),
        files: &mut Files,
    ) -> Result<Self, Error> {
        let scan = tracked.read(root, prefix, reader, keep)?;
        let mut inventory = Self {
            unread: scan.unread,
            looked_at: scan.looked_at,
            paths: scan.paths,
            reader: scan.reader,
            ..Self::default()
        };
        let mut seen: FxHashMap<String, usize> = FxHashMap::default();
        for page in scan.pages {
            inventory.take(page, &mut seen, files);
        }
        Ok(inventory)
    }

    /// Returns what looked at the files.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Tells whether what a baseline lists was looked for, so that it is gone if it was not found.
    #[must_use]
    pub fn looked_for(&self, entry: &Allowed) -> bool {
        self.reader.wants(&entry.tool) && !self.unread.iter().any(|file| file.path == entry.path)
    }

    fn take(&mut self, page: Page, seen: &mut FxHashMap<String, usize>, files: &mut Files) {
        let Page { path, links, text, found, markers, excepted } = page;
        if found.is_empty() && markers.is_empty() {
            return;
        }
        if !excepted.is_empty() {
            self.excepted.insert(path.clone(), excepted);
        }
        let file = files.add(ReadFile::from(Source::new(path.clone(), text)));
        let mut number = |name: String| {
            let number = seen.entry(name.clone()).and_modify(|number| *number += 1).or_insert(1);
            format!("{name}/{number}")
        };
        for found in found {
            let Identity { tool, id, code, .. } = identity(&path, &found);
            let pointer = number(format!("/{path}/{tool}/{id}/{code}"));
            let marker = found.marker.and_then(|index| markers.get(index)).map(|marker| marker.id.clone());
            self.items.push(Item { file, links: links.clone(), marker, pointer, ..Item::of(&path, found) });
        }
        for marker in markers {
            let pointer = number(format!("/{path}/stopgap/{}", marker.id));
            self.tags.push(Tag { file, marker, is_new: false, pointer });
        }
    }

    /// Tells which suppressions and markers were not there before. `before` are the files of the base below the root,
    /// and `changed` names those of its paths that the change touches.
    ///
    /// # Errors
    ///
    /// When `git` does not deliver.
    pub fn compare(
        &mut self,
        before: &CommitFiles,
        changed: impl FnOnce() -> Result<Vec<String>, Error>,
        files: &Files,
    ) -> Result<(), Error> {
        let mine: BTreeSet<&str> = self
            .items
            .iter()
            .map(|item| item.path.as_str())
            .chain(self.tags.iter().map(|tag| files.source(tag.file).path()))
            .collect();
        let there: Vec<&str> = mine.into_iter().filter(|path| before.files().contains_key(*path)).collect();
        let read: BTreeSet<String> = there.iter().map(|path| (*path).to_owned()).collect();
        let mut pages = tracked::read_stored(before, &there, &self.reader)?;
        let is_unread = |item: &Item| matches!(item.found.what, What::Unread { .. });
        let mut touched = Vec::new();
        if self.pair(&pages).iter().any(Option::is_none) || self.items.iter().any(is_unread) {
            touched = changed()?;
            let more: Vec<&str> = touched
                .iter()
                .map(String::as_str)
                .filter(|path| before.files().contains_key(*path) && !read.contains(*path))
                .collect();
            pages.extend(tracked::read_stored(before, &more, &self.reader)?);
        }
        let pairs = self.pair(&pages);
        let known: Vec<(&Page, &Found)> =
            pages.iter().flat_map(|page| page.found.iter().map(move |found| (page, found))).collect();
        let mut gone: FxHashMap<(&str, String), Gone> = FxHashMap::default();
        for (item, pair) in self.items.iter_mut().zip(pairs) {
            // What is too large to read now was so then, and is known by its path alone.
            item.is_new = match is_unread(item) {
                true => touched.contains(&item.path) || !before.files().contains_key(item.path.as_str()),
                false => pair.is_none(),
            };
            let (page, found) = match pair.and_then(|index| known.get(index)) {
                Some(before) => *before,
                None => continue,
            };
            if !page.excepted.is_empty() && found.is_entry {
                let now = self.excepted.get(&item.path).map(Vec::as_slice).unwrap_or_default();
                let gone = gone.entry((&page.path, item.path.clone())).or_insert_with(|| Gone::of(&page.excepted, now));
                if gone.is_below(found.line, item.found.line) {
                    (item.is_new, item.is_widened) = (true, true);
                    continue;
                }
            }
            let marker = found.marker.and_then(|index| page.markers.get(index)).map(|marker| marker.id.clone());
            item.before =
                Some(Before { path: page.path.clone(), links: page.links.clone(), found: found.clone(), marker });
        }
        let mut markers: FxHashMap<(&str, &str), usize> = FxHashMap::default();
        for (page, marker) in pages.iter().flat_map(|page| page.markers.iter().map(move |marker| (page, marker))) {
            *markers.entry((&page.path, &marker.id)).or_default() += 1;
        }
        for tag in &mut self.tags {
            let path = files.source(tag.file).path();
            let left = markers.get_mut(&(path, tag.marker.id.as_str())).filter(|left| **left > 0);
            tag.is_new = left.is_none();
            if let Some(left) = left {
                *left -= 1;
            }
        }
        let new: FxHashSet<(FileId, &str)> =
            self.tags.iter().filter(|tag| tag.is_new).map(|tag| (tag.file, tag.marker.id.as_str())).collect();
        for item in &mut self.items {
            item.marker_is_new = item.marker.as_deref().is_some_and(|marker| new.contains(&(item.file, marker)));
        }
        Ok(())
    }

    /// Notes the agent in whose commit a file got suppressions; `now` and `then` are the file after and before it.
    pub fn blame(&mut self, path: &str, now: Option<&Page>, then: Option<&Page>, agent: &str) {
        let claims = |page: Option<&'_ Page>| -> Vec<Found> { page.map(|page| page.found.clone()).unwrap_or_default() };
        let is_same = |a: &Found, b: &Found| (identity(path, a), extent(a)) == (identity(path, b), extent(b));
        let mut brought = claims(now);
        for before in claims(then) {
            if let Some(at) = brought.iter().position(|it| is_same(it, &before)) {
                brought.swap_remove(at);
            }
        }
        for item in self.items.iter_mut().filter(|item| item.is_new && item.path == path) {
            if brought.iter().any(|it| is_same(it, &item.found)) {
                item.agent = Some(agent.to_owned());
            }
        }
    }

    fn pair(&self, pages: &[Page]) -> Vec<Option<usize>> {
        let mine: Vec<Claim<'_>> = self.items.iter().map(Item::claim).collect();
        let known: Vec<Claim<'_>> = pages
            .iter()
            .flat_map(|page| page.found.iter().map(|found| (identity(&page.path, found), extent(found))))
            .collect();
        self.match_up(&mine, &known)
    }

    /// Finds for each suppression of `mine` the matching one of `known`, or one that suppresses more of the same: at
    /// the same path first; then the one that named no rule there, so that naming one is nothing new; then one that was
    /// moved, with its code, from another file. Each of the known ones is found once, and one that named no rule once
    /// for each rule.
    #[must_use]
    pub fn match_up(&self, mine: &[Claim<'_>], known: &[Claim<'_>]) -> Vec<Option<usize>> {
        let mut at_path: FxHashMap<Identity<'_>, VecDeque<usize>> = FxHashMap::default();
        for (index, (identity, _)) in known.iter().enumerate() {
            at_path.entry(*identity).or_default().push_back(index);
        }
        let mut used = vec![false; known.len()];
        let mut found: Vec<Option<usize>> = vec![None; mine.len()];
        let is_same = |known: Extent, mine: Extent| known == mine;
        for fits in [is_same as fn(Extent, Extent) -> bool, Extent::holds] {
            for ((identity, extent), found) in mine.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                let Some(others) = at_path.get_mut(identity) else { continue };
                let fits = |index: &usize| known.get(*index).is_some_and(|(_, other)| fits(*other, *extent));
                *found = others.iter().position(fits).and_then(|at| others.remove(at));
                if let Some(used) = found.and_then(|index| used.get_mut(index)) {
                    *used = true;
                }
            }
        }
        let mut blanket: FxHashMap<Identity<'_>, Vec<usize>> = FxHashMap::default();
        for (index, (identity, _)) in known.iter().enumerate().filter(|(_, (identity, _))| identity.id.is_empty()) {
            if !used.get(index).copied().unwrap_or_default() {
                blanket.entry(*identity).or_default().push(index);
            }
        }
        for ((identity, extent), found) in
            mine.iter().zip(&mut found).filter(|((identity, _), found)| found.is_none() && !identity.id.is_empty())
        {
            let others = blanket.get(&Identity { id: "", ..*identity }).map(Vec::as_slice).unwrap_or_default();
            let fits = |index: &&usize| known.get(**index).is_some_and(|(_, other)| other.holds(*extent));
            *found = others.iter().find(fits).copied();
            if let Some(used) = found.and_then(|index| used.get_mut(index)) {
                *used = true;
            }
        }
        let mut moved: FxHashMap<(&str, &str, &str), VecDeque<usize>> = FxHashMap::default();
        for (index, (it, _)) in known.iter().enumerate().filter(|(index, _)| !used.get(*index).copied().unwrap_or(true))
        {
            moved.entry((it.tool, it.id, it.code)).or_default().push_back(index);
        }
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        for ((it, extent), found) in mine.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let Some(others) = moved.get_mut(&(it.tool, it.id, it.code)) else { continue };
            // Code that could be anybody's goes only where its file goes, and entries of ignore files only to another
            // name: in another folder they are good for other files.
            let goes = |index: &usize| {
                known.get(*index).is_some_and(|(other, known)| {
                    let gone = || !self.paths.contains(other.path);
                    let is_there = match () {
                        () if super::ignore_files::is_one(it.path) => gone() && folder(it.path) == folder(other.path),
                        () if it.code == statement::NONE => gone() && name(it.path) == name(other.path),
                        () => !statement::is_short(it.code) || gone(),
                    };
                    is_there && known.holds(*extent)
                })
            };
            if let Some(at) = others.iter().position(goes) {
                *found = others.remove(at);
            }
        }
        found
    }
}
