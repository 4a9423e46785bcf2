//! Whether there is an exception behind a suppression.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::grammar::{End, What};
use super::inventory::{Before, Claim, Extent, Identity, Inventory, Item};
use crate::policy::{Allowed, Breadth, Policy, SuppressionBaseline};
use crate::register::{Cover, Exception, Files, Register, Text};
use crate::source::FileId;
use crate::sync;
use crate::time::{Today, Zone};
use crate::tools::{Ids, Name, Pattern, Selector};

/// The exception behind a suppression.
#[derive(Clone, Copy, Debug)]
pub enum Standing<'r, 'a> {
    /// An exception in force.
    InForce(&'r Exception<'a>),
    /// Its own end has passed, and the tool reports again.
    Over,
    /// An exception that has ended.
    Ended(&'r Exception<'a>),
    /// An exception that is not in force yet.
    NotYet(&'r Exception<'a>),
    /// An exception in force that does not cover as much.
    Wider(&'r Exception<'a>),
    /// The exception that a marker names, and why it is not behind this.
    NotCovered(&'r Exception<'a>, Lack),
    /// A marker that names no exception.
    Unknown,
    /// Nothing.
    Nothing,
}

/// What the `covers` of an exception lack to hold a suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// There are none.
    Covers,
    /// None is of the tool.
    Tool,
    /// None names the rule.
    Rule,
    /// None names the file.
    File,
    /// They hold a part of it.
    Rest,
}

/// The exceptions of a register, by their ids and by what they cover.
#[derive(Debug)]
pub struct Permits<'r, 'a> {
    by_id: FxHashMap<String, &'r Exception<'a>>,
    by_tool: FxHashMap<Name, OfTool<'r, 'a>>,
    zone: Zone,
    today: Today,
    /// By file, in their order, the entries that are exactly what an exception allows; of two for one entry the first
    /// is of an exception in force, if there is any.
    held: BTreeMap<FileId, Vec<(Range<usize>, &'r Exception<'a>)>>,
}

/// The covers of a tool.
#[derive(Debug, Default)]
struct OfTool<'r, 'a> {
    all: Vec<Permit<'r, 'a>>,
    /// Which of them can be about a rule, by the forms of its name.
    by_form: FxHashMap<String, Vec<usize>>,
    /// Which of them are about every rule.
    of_every_rule: Vec<usize>,
}

/// A cover of an exception.
#[derive(Debug)]
struct Permit<'r, 'a> {
    exception: &'r Exception<'a>,
    cover: &'r Cover<'a>,
    paths: Vec<Pattern>,
}

impl<'r, 'a> Permits<'r, 'a> {
    /// Takes the exceptions of a register on a day.
    #[must_use]
    pub fn new(register: &'r Register<'a>, policy: &Policy, today: Today) -> Self {
        let zone = policy.timezone;
        let (by_id, by_tool, held) = Default::default();
        let mut permits = Self { by_id, by_tool, zone, today, held };
        for exception in register.exceptions() {
            // Of two with one id the first counts, as everywhere.
            permits.by_id.entry(exception.id.to_lowercase()).or_insert(exception);
            for cover in exception.covers.iter().filter(|cover| cover.is_whole()) {
                let Some(name) = cover.name() else { continue };
                let paths: Option<Vec<Pattern>> =
                    cover.paths.iter().map(|path| Pattern::parse(path.as_str()).ok()).collect();
                let Some(paths) = paths else { continue };
                let of_tool = permits.by_tool.entry(name.clone()).or_default();
                of_tool.add(name.ids(), Permit { exception, cover, paths });
            }
        }
        permits
    }

    /// Takes in what is in ignore files. `sync` writes some covers as expressions, or joins them, and only it can tell
    /// that such an entry allows no more than its exception.
    #[must_use]
    pub fn with_entries(mut self, register: &'r Register<'a>, inventory: &Inventory, files: &Files) -> Self {
        let mut by_tool: BTreeMap<&'static str, BTreeMap<FileId, &str>> = BTreeMap::new();
        for item in inventory.items.iter().filter(|item| item.found.is_entry) {
            by_tool.entry(item.found.tool).or_default().insert(item.file, &item.path);
        }
        for (tool, of_tool) in by_tool {
            for allowed in
                [sync::Allowed::new, sync::Allowed::not_now].map(|of| of(tool, register, self.zone, self.today))
            {
                let texts = of_tool.iter().map(|(file, path)| (*file, *path, files.source(*file).text()));
                for (file, held) in allowed.held(texts) {
                    let Some(exception) = self.by_id.get(&held.exception.to_lowercase()) else { continue };
                    self.held.entry(file).or_default().push((held.at, exception));
                }
            }
        }
        for held in self.held.values_mut() {
            held.sort_by_key(|(at, _)| at.start);
        }
        self
    }

    /// Returns the exception that allows exactly what an entry says, one in force if there is any.
    fn behind(&self, item: &Item) -> Option<&'r Exception<'a>> {
        let span = item.found.span.range();
        let held = self.held.get(&item.file).filter(|_| item.found.is_entry)?;
        let last = held.get(held.partition_point(|(at, _)| at.start <= span.start).checked_sub(1)?)?.0.start;
        let same = held.get(held.partition_point(|(at, _)| at.start < last)..)?.iter();
        same.take_while(|(at, _)| at.start == last).find(|(at, _)| span.start < at.end).map(|(_, exception)| *exception)
    }

    /// Returns the exception that a marker names.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&'r Exception<'a>> {
        self.by_id.get(&id.to_lowercase()).copied()
    }

    /// Returns the ids of all exceptions.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> {
        self.by_id.values().map(|exception| exception.id)
    }

    /// Returns whether an exception is over.
    #[must_use]
    pub fn is_over(&self, exception: &Exception<'_>) -> bool {
        exception.phase(self.zone, self.today).is_over()
    }

    /// Says what is behind a suppression whose marker names `marker`. A marker says which exception is meant, and no
    /// more: one of its covers must hold the suppression, as without a marker.
    #[must_use]
    pub fn standing(&self, item: &Item, marker: Option<&str>) -> Standing<'r, 'a> {
        if let Some(End::At(until)) = &item.found.end
            && until.has_passed(self.zone, self.today)
        {
            return Standing::Over;
        }
        if matches!(item.found.what, What::Unread { .. }) {
            return Standing::Nothing;
        }
        let by_cover = self.by_cover(item, |_| true);
        let Some(marker) = marker.filter(|_| !matches!(by_cover, Standing::InForce(_))) else { return by_cover };
        let Some(named) = self.named(marker) else { return Standing::Unknown };
        match self.by_cover(item, |exception| std::ptr::eq(exception, named)) {
            Standing::Nothing => Standing::NotCovered(named, self.lack(item, named)),
            standing => standing,
        }
    }

    /// Says what is behind a suppression of a change, or with `is_base` what was behind it before: what covered it where it
    /// was then says nothing about where it is now.
    #[must_use]
    pub fn judged(&self, item: &Item, is_base: bool) -> Standing<'r, 'a> {
        if !is_base {
            return self.standing(item, item.marker.as_deref());
        }
        let Some(before) = &item.before else { return self.standing(item, None) };
        let marker = before.marker.as_deref();
        // An entry is looked up by where it stands, and its file is good for the same as before.
        if !item.found.is_entry {
            let Before { path, links, found, .. } = before.clone();
            let old = Item { path, links, found, ..item.clone() };
            if let standing @ (Standing::InForce(_) | Standing::Over) = self.standing(&old, marker) {
                return standing;
            }
        }
        self.standing(item, marker)
    }

    /// Says what is behind a suppression among the exceptions for which `is_asked` says so.
    fn by_cover(&self, item: &Item, is_asked: impl Fn(&Exception<'a>) -> bool) -> Standing<'r, 'a> {
        let mut best = match self.behind(item).filter(|exception| is_asked(exception)) {
            Some(exception) if exception.grants(self.zone, self.today) => return Standing::InForce(exception),
            Some(exception) if self.is_over(exception) => Standing::Ended(exception),
            Some(exception) => Standing::NotYet(exception),
            None => Standing::Nothing,
        };
        for name in names(item) {
            for permit in self.about(item, &name) {
                let exception = permit.exception;
                let Some(fits) = permit.fits(item, &name).filter(|_| is_asked(exception)) else { continue };
                let found = match (exception.grants(self.zone, self.today), fits) {
                    (true, true) => return Standing::InForce(exception),
                    (true, false) => Standing::Wider(exception),
                    (false, true) if self.is_over(exception) => Standing::Ended(exception),
                    (false, true) => Standing::NotYet(exception),
                    (false, false) => continue,
                };
                if rank(&found) > rank(&best) {
                    best = found;
                }
            }
        }
        best
    }

    /// Returns, in their order, the covers of a tool that can be about a suppression.
    fn about(&self, item: &Item, name: &Name) -> Vec<&Permit<'r, 'a>> {
        self.by_tool.get(name).map(|of_tool| of_tool.about(item, name)).unwrap_or_default()
    }

    /// Says what the covers of an exception lack to hold a suppression.
    fn lack(&self, item: &Item, exception: &Exception<'a>) -> Lack {
        let names = names(item);
        let is_of_tool = |cover: &Cover<'_>| cover.name().is_some_and(|name| names.contains(&name));
        let own = names.iter().flat_map(|name| self.about(item, name).into_iter().map(move |it| (it, name)));
        let own: Vec<_> = own.filter(|(permit, _)| std::ptr::eq(permit.exception, exception)).collect();
        match () {
            () if exception.covers.is_empty() => Lack::Covers,
            () if !exception.covers.iter().any(is_of_tool) => Lack::Tool,
            () if own.is_empty() => Lack::Rule,
            () if own.iter().all(|(permit, name)| permit.fits(item, name).is_none()) => Lack::File,
            () => Lack::Rest,
        }
    }
}

fn rank(standing: &Standing<'_, '_>) -> u8 {
    match standing {
        Standing::Wider(_) => 3,
        Standing::Ended(_) => 2,
        Standing::NotYet(_) => 1,
        _ => 0,
    }
}

/// Returns the tools whose covers hold a suppression: its own; Trivy's for comments that were written for tfsec; and
/// Bandit's for the codes that Ruff and flake8 took over from it.
fn names(item: &Item) -> Vec<Name> {
    let other = match item.found.tool {
        "tfsec" => Some("trivy"),
        "ruff" => Some("bandit"),
        _ => None,
    };
    std::iter::once(item.found.tool).chain(other).map(Name::read).collect()
}

impl<'r, 'a> OfTool<'r, 'a> {
    fn add(&mut self, ids: Ids, permit: Permit<'r, 'a>) {
        let Some(id) = &permit.cover.id else { return };
        let at = self.all.len();
        if permit.cover.is_of_every_rule() {
            self.of_every_rule.push(at);
        } else {
            ids.reported(id.as_str()).for_each(|form| self.by_form.entry(form).or_default().push(at));
        }
        self.all.push(permit);
    }

    /// Returns, in their order, the covers that can be about a suppression.
    fn about(&self, item: &Item, name: &Name) -> Vec<&Permit<'r, 'a>> {
        let What::Rule(rule) = &item.found.what else { return self.all.iter().collect() };
        let Some(rule) = rule_of(rule, item, name) else { return Vec::new() };
        let forms = name.ids().reported(&rule).filter_map(|form| self.by_form.get(&form));
        let indices: BTreeSet<usize> = forms.flatten().chain(&self.of_every_rule).copied().collect();
        indices.into_iter().filter_map(|index| self.all.get(index)).collect()
    }
}

/// Returns the id by which a tool's covers name a suppressed rule; `None` if it has no such rule.
fn rule_of<'i>(rule: &'i str, item: &Item, name: &Name) -> Option<Cow<'i, str>> {
    let is_foreign = item.found.tool == "ruff" && name.key() == "bandit";
    if is_foreign { ported(rule).map(Cow::Owned) } else { Some(Cow::Borrowed(rule)) }
}

impl Permit<'_, '_> {
    /// Returns whether the cover holds all of a suppression; false where it holds only a part of it, and `None` where
    /// it is about something else.
    fn fits(&self, item: &Item, name: &Name) -> Option<bool> {
        let holds = |path: &String| self.paths.is_empty() || self.paths.iter().any(|pattern| pattern.matches(path));
        if !item.found.is_entry && !holds(&item.path) {
            return None;
        }
        let id = self.cover.id.as_ref()?.as_str();
        let is_of_every_rule = self.cover.is_of_every_rule();
        let is_id = match &item.found.what {
            What::Rule(rule) => {
                let rule = rule_of(rule, item, name)?;
                is_of_every_rule || is_within(name.ids(), &rule, id)?
            }
            // A suppression that names no rule suppresses every rule of its own tool.
            What::All | What::Unnamed => is_of_every_rule && item.found.tool == name.key(),
            What::Unread { .. } => return None,
        };
        if item.found.is_entry {
            let is_here = match item.found.what {
                What::All => self.holds_all(&passed_over(item)),
                _ => self.cover.selectors().all(|selector| self.holds_entry(selector, item)),
            };
            return Some(is_id && is_here);
        }
        // A comment says nothing else about what it suppresses.
        let is_narrower = self.cover.selectors().any(|selector| selector != Selector::Paths);
        Some(is_id && !is_narrower && item.links.iter().all(holds))
    }

    /// Returns whether all that some patterns match is in the cover's paths.
    fn holds_all(&self, patterns: &[String]) -> bool {
        let is_here = |other: &String| self.paths.iter().any(|pattern| pattern.contains(other));
        !patterns.is_empty() && patterns.iter().all(is_here)
    }

    /// Returns whether an entry is narrowed at least as much as the cover by one of its selectors.
    fn holds_entry(&self, selector: Selector, item: &Item) -> bool {
        let found = &item.found;
        let narrowed = |key: &str| -> &[String] {
            found.narrowed.iter().find(|(name, _)| name == key).map_or(&[], |(_, values)| values)
        };
        let only = |key: &str, wanted: &str| matches!(narrowed(key), [one] if one == wanted);
        match selector {
            Selector::Paths => !found.paths.is_empty() && found.paths.iter().all(|path| self.holds_path(path, item)),
            Selector::Purls => {
                let is_ours = |purl: &String| self.cover.purls.iter().any(|other| other.as_str() == purl);
                !narrowed("purls").is_empty() && narrowed("purls").iter().all(is_ours)
            }
            Selector::Package => {
                let Some(package) = &self.cover.package else { return false };
                let parts = [("version", &package.version), ("type", &package.kind), ("ecosystem", &package.ecosystem)];
                let name = package.name.as_ref().map(|name| name.as_str()).unwrap_or_default();
                // Grype reads the name as an expression.
                let is_named = !is_expression(name) && only("package.name", name);
                let is_part = |(key, wanted): &(&str, &Option<Text<'_>>)| {
                    wanted.as_ref().is_none_or(|wanted| only(&format!("package.{key}"), wanted.as_str()))
                };
                is_named && parts.iter().all(is_part)
            }
            Selector::Kind => {
                let kind = self.cover.kind.as_ref().map(|kind| kind.as_str()).unwrap_or_default();
                let section = if found.tool == "trivy" { sync::trivy_section(kind) } else { Some(kind) };
                section.is_some_and(|section| only("kind", section))
            }
            Selector::Namespace => {
                self.cover.namespace.as_ref().is_some_and(|namespace| only("namespace", namespace.as_str()))
            }
            // An entry for one state of a fix ends with that state; only `fixed` would go on.
            Selector::UntilFixed => {
                let is_off = self.cover.until_fixed.as_ref().is_some_and(|flag| !flag.value);
                let is_unfixed = |state: &String| ["not-fixed", "wont-fix", "unknown"].contains(&state.as_str());
                let states = narrowed("fix-state");
                is_off || (!states.is_empty() && states.iter().all(is_unfixed)) || only("until-fixed", "true")
            }
            Selector::Match | Selector::Scope | Selector::Assignment => false,
        }
    }

    /// Returns whether the cover holds what an entry says of paths, which only Trivy reads as a pattern like ours.
    fn holds_path(&self, path: &str, item: &Item) -> bool {
        let path = path.strip_prefix("./").unwrap_or(path);
        if item.found.tool == "trivy" {
            return self.paths.iter().any(|pattern| pattern.contains(path));
        }
        let is_plain =
            !path.contains(['*', '?', '[', '{', '\\']) && path.split('/').all(|step| !matches!(step, "" | "." | ".."));
        is_plain && self.paths.iter().any(|pattern| pattern.matches(path))
    }
}

/// Returns the patterns of all files that an entry passes over, whatever their rule; nothing where that is not certain.
#[must_use]
pub fn passed_over(item: &Item) -> Vec<String> {
    let [path] = item.found.paths.as_slice() else { return Vec::new() };
    let is_of = |signs: &str| path.chars().all(|c| c.is_alphanumeric() || signs.contains(c)) && !path.contains("..");
    match item.found.tool {
        "semgrep" if is_of("/._-+@*?") => as_of_git(path, &item.path),
        "ash" if is_of("/._-+@ ") => vec![path.clone()],
        "bandit" if is_of("/._-") => anywhere(path),
        // It is an expression there.
        "checkov" if is_of("/_-") => anywhere(path),
        _ => Vec::new(),
    }
}

/// Returns the patterns of all paths from the root in which a text is.
fn anywhere(text: &str) -> Vec<String> {
    let bare = text.trim_start_matches("./").trim_start_matches('/');
    match bare.trim_end_matches('/') {
        "" => Vec::new(),
        named if bare.ends_with('/') => vec![format!("**/*{named}/**")],
        named => vec![format!("**/*{named}*"), format!("**/*{named}*/**")],
    }
}

/// Returns the patterns of a line as `.gitignore` means it: without a slash before its end it is good for every folder
/// below its file, and what it names may be a folder.
fn as_of_git(line: &str, file: &str) -> Vec<String> {
    let folder = file.rfind('/').map_or("", |at| &file[..=at]);
    let bare = line.trim_end_matches('/');
    let anywhere = if bare.contains('/') { "" } else { "**/" };
    let named = format!("{}{anywhere}{}", Pattern::literal(folder), bare.trim_start_matches('/'));
    let below = format!("{named}/**");
    match () {
        () if bare.ends_with("/**") => vec![named],
        () if line.ends_with('/') => vec![below],
        () => vec![named, below],
    }
}

/// Returns whether a text means something else as a regular expression.
fn is_expression(text: &str) -> bool {
    text.contains(['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$'])
}

/// Tells whether a suppression of one rule suppresses only what a cover names. In rules with dots either may leave out
/// the folder; one that leaves out more suppresses more.
fn is_within(ids: Ids, rule: &str, cover: &str) -> Option<bool> {
    let (one, other) = (ids.form(rule), ids.form(cover));
    if one == other || ids.reported(rule).any(|form| form == other) {
        return Some(true);
    }
    ids.reported(cover).any(|form| form == one).then_some(false)
}

/// Returns Bandit's id of one of Ruff's codes: `S602` is `B602`.
fn ported(rule: &str) -> Option<String> {
    let digits = rule.strip_prefix('S').filter(|digits| digits.len() == 3)?;
    Some(format!("B{digits}"))
}

/// Returns what an entry of the baseline tolerates; the baseline has one end for all of them.
fn claim(it: &Allowed) -> Claim<'_> {
    let extent = Extent { breadth: it.breadth.unwrap_or(Breadth::Line), end: None };
    (Identity { path: &it.path, tool: &it.tool, id: &it.id, code: &it.code }, extent)
}

impl SuppressionBaseline {
    /// Counts its entries that were looked for.
    #[must_use]
    pub fn looked_for(&self, inventory: &Inventory) -> usize {
        self.entries.iter().filter(|entry| inventory.looked_for(entry)).count()
    }

    /// Returns for each of some suppressions whether the baseline lets it be. Each entry lets one be.
    #[must_use]
    pub fn lets_be(&self, inventory: &Inventory, items: &[&Item]) -> Vec<bool> {
        let known: Vec<Claim<'_>> = self.entries.iter().map(claim).collect();
        let mine: Vec<Claim<'_>> = items.iter().map(|item| item.claim()).collect();
        let found = inventory.match_up(&mine, &known);
        let mut lets: Vec<bool> = found.iter().map(Option::is_some).collect();
        // An entry that does not say how much it tolerates is for whatever existed before.
        let used: FxHashSet<usize> = found.into_iter().flatten().collect();
        let left = self.entries.iter().enumerate().filter(|(at, it)| it.breadth.is_none() && !used.contains(at));
        let left: Vec<Claim<'_>> = left.map(|(_, it)| claim(it)).collect();
        let open: Vec<usize> = (0..items.len()).filter(|at| !lets[*at] && !items[*at].is_new).collect();
        let as_line = |at: &usize| (mine[*at].0, Extent { breadth: Breadth::Line, ..mine[*at].1 });
        let old: Vec<Claim<'_>> = open.iter().map(as_line).collect();
        for (at, found) in open.iter().zip(inventory.match_up(&old, &left)) {
            lets[*at] = found.is_some();
        }
        lets
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::suppressions::{Reader, Unread};
    use crate::time::Day;
    use crate::yaml;

    fn items(path: &str, text: &str) -> Vec<Item> {
        let page = Reader::new(None).read(path, text.as_bytes());
        let found = page.into_iter().flat_map(|page| page.found);
        found.map(|found| Item::of(path, found)).collect()
    }

    #[test]
    fn what_a_baseline_lists_in_a_file_that_was_not_read_is_not_gone() {
        let entry = |path: &str| Allowed {
            path: path.to_owned(),
            tool: "bandit".to_owned(),
            id: "B602".to_owned(),
            breadth: Some(Breadth::Line),
            code: "0123456789abcdef".to_owned(),
        };
        let until = Day::parse("2027-01-31").unwrap();
        let baseline = SuppressionBaseline::new(until, vec![entry("a.py"), entry("b.py")]);
        let mut inventory = Inventory::default();
        assert_eq!(baseline.looked_for(&inventory), 2);
        inventory.unread.push(Unread { path: "a.py".to_owned(), why: "permission denied".to_owned() });
        assert_eq!(baseline.looked_for(&inventory), 1);
    }

    /// Returns what a cover holds of each suppression of a file.
    fn fits(cover: &str, path: &str, text: &str) -> Vec<Option<bool>> {
        let source = format!("covers: [{cover}]\n");
        let exception = Exception::from_node(FileId(0), "x", yaml::parse(&source).unwrap());
        let cover = &exception.covers[0];
        let paths = cover.paths.iter().map(|path| Pattern::parse(path.as_str()).unwrap()).collect();
        let permit = Permit { exception: &exception, cover, paths };
        items(path, text).iter().map(|item| permit.fits(item, &cover.name().unwrap())).collect()
    }

    #[test]
    fn an_entry_is_held_by_a_cover_of_the_same_and_by_none_that_is_narrower() {
        let grype = |package: &str| format!("ignore:\n  - vulnerability: CVE-1\n    package: {package}\n");
        let trivy = |rest: &str| format!("vulnerabilities:\n  - id: CVE-1\n{rest}");
        for (cover, path, text, expected) in [
            ("{tool: grype, id: CVE-1, package: ssl}", ".grype.yaml", grype("{name: ssl}"), true),
            ("{tool: grype, id: CVE-1, package: ssl}", ".grype.yaml", grype("{name: libssl-dev}"), false),
            ("{tool: grype, id: CVE-1, package: ssl}", ".grype.yaml", grype("{type: ssl}"), false),
            ("{tool: grype, id: CVE-1, package: ssl}", ".grype.yaml", grype("{name: '.*'}"), false),
            ("{tool: grype, id: CVE-1, package: {name: a, version: 1}}", ".grype.yaml", grype("{name: a}"), false),
            (
                "{tool: grype, id: CVE-1, package: {name: a, type: deb}}",
                ".grype.yaml",
                grype("{name: a, type: deb}"),
                true,
            ),
            (
                "{tool: grype, id: CVE-1, package: {name: a, type: deb}}",
                ".grype.yaml",
                grype("{name: a, type: rpm}"),
                false,
            ),
            ("{tool: grype, id: CVE-1, package: {name: a, ecosystem: npm}}", ".grype.yaml", grype("{name: a}"), false),
            ("{tool: grype, id: CVE-1, until_fixed: true}", ".grype.yaml", grype("{name: a}"), false),
            (
                "{tool: grype, id: CVE-1, until_fixed: true}",
                ".grype.yaml",
                "ignore: [{vulnerability: CVE-1, fix-state: not-fixed}]".to_owned(),
                true,
            ),
            (
                "{tool: grype, id: CVE-1, until_fixed: true}",
                ".grype.yaml",
                "ignore: [{vulnerability: CVE-1, fix-state: fixed}]".to_owned(),
                false,
            ),
            ("{tool: trivy, id: CVE-1, kind: vulnerability}", ".trivyignore.yaml", trivy(""), true),
            ("{tool: trivy, id: CVE-1, kind: secret}", ".trivyignore.yaml", trivy(""), false),
            ("{tool: trivy, id: CVE-1, until_fixed: true}", ".trivyignore.yaml", trivy(""), false),
            ("{tool: trivy, id: CVE-1, paths: ['a/*']}", ".trivyignore.yaml", trivy("    paths: ['a/**']\n"), false),
            ("{tool: trivy, id: CVE-1, paths: ['a/**']}", ".trivyignore.yaml", trivy("    paths: ['a/*']\n"), true),
            (
                "{tool: trivy, id: DS-0002, purls: ['pkg:npm/a']}",
                "Dockerfile",
                "# trivy:ignore:DS002\n".to_owned(),
                false,
            ),
            ("{tool: trivy, id: DS-0002}", "Dockerfile", "# trivy:ignore:DS002\n".to_owned(), true),
            ("{tool: bandit, id: all, paths: [a.py]}", "a.py", "x()  # nosec\n".to_owned(), true),
            ("{tool: bandit, id: ALL, paths: [a.py]}", "a.py", "x()  # nosec B602\n".to_owned(), true),
            ("{tool: bandit, id: B602, paths: [a.py]}", "a.py", "x()  # nosec\n".to_owned(), false),
            ("{tool: bandit, id: all, paths: [a.py]}", "a.py", "x()  # noqa: S602\n".to_owned(), true),
            ("{tool: bandit, id: all, paths: [a.py]}", "a.py", "x()  # noqa\n".to_owned(), false),
            ("{tool: ruff, id: all, paths: [a.py]}", "a.py", "x()  # noqa\n".to_owned(), true),
            ("{tool: pylint, id: all, paths: [a.py]}", "a.py", "# pylint: disable=all\n".to_owned(), true),
            ("{tool: pylint, id: exec-used, paths: [a.py]}", "a.py", "# pylint: disable=all\n".to_owned(), false),
            ("{tool: kics, id: all, paths: [a.tf]}", "a.tf", "# kics-scan disable=all\n".to_owned(), true),
            ("{tool: sonar, id: all, paths: [a.js]}", "a.js", "x() // NOSONAR\n".to_owned(), true),
            ("{tool: sonar, id: 'javascript:S1', paths: [a.js]}", "a.js", "x() // NOSONAR\n".to_owned(), false),
            ("{tool: gitleaks, id: jwt, paths: [a.js]}", "a.js", "x() // gitleaks:allow\n".to_owned(), false),
            ("{tool: semgrep, id: all, paths: [a/]}", ".semgrepignore", "/a/\n".to_owned(), true),
            ("{tool: semgrep, id: all, paths: [a/]}", ".semgrepignore", "a/b/**\n".to_owned(), true),
            ("{tool: semgrep, id: all, paths: [a/]}", ".semgrepignore", "a/\n".to_owned(), false),
            ("{tool: semgrep, id: all, paths: ['**/a/']}", ".semgrepignore", "a/\n".to_owned(), true),
            ("{tool: semgrep, id: all, paths: [b/a/]}", "b/.semgrepignore", "/a/\n".to_owned(), true),
            ("{tool: semgrep, id: all, paths: [a/b]}", ".semgrepignore", "a/b\n".to_owned(), false),
            ("{tool: semgrep, id: all, paths: [a/b, a/b/]}", ".semgrepignore", "a/b\n".to_owned(), true),
            ("{tool: semgrep, id: no-eval, paths: [a/]}", ".semgrepignore", "/a/\n".to_owned(), false),
            ("{tool: bandit, id: all, paths: [tests/]}", ".bandit", "[bandit]\nexclude: tests/\n".to_owned(), false),
            (
                "{tool: bandit, id: all, paths: ['**/*tests/']}",
                ".bandit",
                "[bandit]\nexclude: ./tests/\n".to_owned(),
                true,
            ),
            (
                "{tool: bandit, id: all, paths: ['**/*tests*']}",
                "pyproject.toml",
                "[tool.bandit]\nexclude_dirs = ['tests']\n".to_owned(),
                false,
            ),
            (
                "{tool: bandit, id: all, paths: ['**/*tests*', '**/*tests*/']}",
                "pyproject.toml",
                "[tool.bandit]\nexclude_dirs = ['tests']\n".to_owned(),
                true,
            ),
            ("{tool: checkov, id: all, paths: ['**/*old/']}", ".checkov.yaml", "skip-path: [old/]\n".to_owned(), true),
            (
                "{tool: checkov, id: all, paths: ['**/*old*', '**/*old*/']}",
                ".checkov.yaml",
                "skip-path: [o.*d]\n".to_owned(),
                false,
            ),
            (
                "{tool: detect-secrets, id: all, paths: [a.py]}",
                ".secrets.baseline",
                "{\"results\": {\"a.py\": [{\"type\": \"JSON Web Token\", \"hashed_secret\": \"ab\"}]}}".to_owned(),
                true,
            ),
            ("{tool: semgrep, id: a.no-eval}", "a.py", "eval(x)  # nosemgrep: no-eval\n".to_owned(), false),
            ("{tool: semgrep, id: no-eval}", "a.py", "eval(x)  # nosemgrep: a.no-eval\n".to_owned(), true),
        ] {
            assert_eq!(fits(cover, path, &text), [Some(expected)], "{cover} {text}");
        }
    }

    const IDS: [&str; 3] = ["CVE-1", "cve-1", "CVE-2"];
    const GLOBS: [&str; 12] =
        ["a", "a/b", "a/*", "a/**", "**/b", "*/b", "a/?", "a/**/b", "b/", "a/{b,c}", "a/[bc]", "./a/b"];
    const PATHS: [&str; 9] = ["a", "b", "a/b", "a/c", "b/b", "a/b/b", "a/c/b", "b/c", "a/b/c"];
    const NAMES: [&str; 5] = ["ssl", "libssl", "ss.", ".*", "a+"];
    const PACKAGES: [&str; 5] = ["ssl", "libssl", "ss.", "ssx", "a+"];

    fn some<T: std::fmt::Debug + Copy + 'static>(of: &'static [T]) -> impl Strategy<Value = Option<T>> {
        proptest::option::of(select(of))
    }

    fn quoted(key: &str, value: Option<&str>) -> String {
        value.map(|value| format!(", {key}: '{value}'")).unwrap_or_default()
    }

    fn listed(key: &str, value: Option<&str>) -> String {
        value.map(|value| format!(", {key}: ['{value}']")).unwrap_or_default()
    }

    proptest! {
        #[test]
        fn nothing_passes_trivy_that_its_cover_does_not_mean(
            entry in (select(&IDS[..]), some(&GLOBS), some(&["pkg:npm/a", "pkg:npm/b"])),
            cover in (select(&IDS[..]), some(&GLOBS), some(&["pkg:npm/a", "pkg:npm/b"]), some(&["vulnerability", "secret"])),
            result in (select(&IDS[..]), select(&PATHS[..]), select(&["pkg:npm/a", "pkg:npm/b"][..])),
        ) {
            let text = format!("vulnerabilities:\n- {{id: {}{}{}}}\n", entry.0, listed("paths", entry.1), listed("purls", entry.2));
            let written = format!(
                "{{tool: trivy, id: {}{}{}{}}}", cover.0, listed("paths", cover.1), listed("purls", cover.2), quoted("kind", cover.3)
            );
            let means = |id: &str, glob: Option<&str>, purl: Option<&str>| {
                id.eq_ignore_ascii_case(result.0)
                    && glob.is_none_or(|glob| Pattern::parse(glob).unwrap().matches(result.1))
                    && purl.is_none_or(|purl| purl == result.2)
            };
            if fits(&written, ".trivyignore.yaml", &text) == [Some(true)] && means(entry.0, entry.1, entry.2) {
                prop_assert!(means(cover.0, cover.1, cover.2) && cover.3 != Some("secret"), "{written} {text} {result:?}");
            }
        }

        #[test]
        fn nothing_passes_grype_that_its_cover_does_not_mean(
            entry in (some(&IDS), some(&NAMES), some(&["1", "2"]), some(&["deb", "rpm"]), some(&["fixed", "not-fixed"])),
            cover in (select(&IDS[..]), some(&PACKAGES), some(&["1", "2"]), some(&["deb", "rpm"]), any::<bool>()),
            result in (
                select(&IDS[..]), select(&PACKAGES[..]), select(&["1", "2"][..]), select(&["deb", "rpm"][..]), any::<bool>(),
            ),
        ) {
            let package = [quoted("name", entry.1), quoted("version", entry.2), quoted("type", entry.3)].concat();
            let package = if package.is_empty() { String::new() } else { format!(", package: {{{}}}", &package[2..]) };
            let id = quoted("vulnerability", entry.0);
            let text = format!("ignore:\n- {{x: y{id}{package}{}}}\n", quoted("fix-state", entry.4));
            let parts = [quoted("version", cover.2), quoted("type", cover.3)].concat();
            let package = cover.1.map(|name| format!(", package: {{name: '{name}'{parts}}}")).unwrap_or_default();
            let written = format!("{{tool: grype, id: {}{package}, until_fixed: {}}}", cover.0, cover.4);
            let is_fixed = result.4;
            let is_overlooked = entry.0.is_none_or(|id| id.eq_ignore_ascii_case(result.0))
                && entry.1.is_none_or(|name| regex::Regex::new(&format!("^({name})$")).unwrap().is_match(result.1))
                && entry.2.is_none_or(|version| version == result.2)
                && entry.3.is_none_or(|kind| kind == result.3)
                && entry.4.is_none_or(|state| (state == "fixed") == is_fixed);
            let is_meant = cover.0.eq_ignore_ascii_case(result.0)
                && cover.1.is_none_or(|name| {
                    name == result.1
                        && cover.2.is_none_or(|version| version == result.2)
                        && cover.3.is_none_or(|kind| kind == result.3)
                })
                && !(cover.4 && is_fixed);
            if fits(&written, ".grype.yaml", &text) == [Some(true)] && is_overlooked {
                prop_assert!(is_meant, "{written} {text} {result:?}");
            }
        }

        #[test]
        fn a_pattern_contains_only_what_it_matches(
            wide in "[a*?/]{1,8}", narrow in "[a*?/]{1,8}", path in "a?(/?[ab]){1,6}",
        ) {
            if let (Ok(wide), Ok(inner)) = (Pattern::parse(&wide), Pattern::parse(&narrow))
                && wide.contains(&narrow)
                && inner.matches(&path)
            {
                prop_assert!(wide.matches(&path));
            }
        }
    }
}
