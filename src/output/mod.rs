//! The formats: one module each, all with the same findings in the same order.
//!
//! Whatever an exception's text contains, it is data here: each format passes it through [`escape`] for its own syntax,
//! so that it does nothing to a terminal, log parser or page.

mod azure;
pub mod card;
mod concise;
pub mod diff;
pub mod doctor;
pub mod escape;
pub mod evidence;
pub mod explain;
pub mod export;
mod fingerprint;
mod github;
mod gitlab;
pub mod history;
mod html;
mod identity;
pub mod import;
pub mod import_update;
mod json;
mod junit;
mod links;
pub mod list;
mod markdown;
mod rdjson;
pub mod record;
pub mod remind;
pub mod report;
mod sarif;
pub mod schemas;
mod several;
pub mod show;
mod snippet;
mod statistics;
pub mod suppressions;
pub mod sync;
mod text;
mod wrap;

use std::collections::BTreeMap;
use std::io::{self, Write};

pub use identity::Identity;
pub use several::{Broken, Named, Several};
pub use snippet::{Look, Severity, Snippet, render as render_snippet};
pub use statistics::render as render_statistics;
pub use wrap::{Folded, NARROWEST, wrap};

use crate::card::Cards;
use crate::files::{self, is_below};
use crate::register::{self, Files};
use crate::report::Links;
use crate::rule::{Finding, Findings, Level, Rule, total};
use crate::scan::Scan;
use crate::source::{FileId, Position, Source, Span};
use crate::time::Today;
use crate::yaml::Fix;

/// A format of the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Format {
    /// Snippets of the files with what is wrong and what to do, for people.
    #[default]
    Text,
    /// One line per finding: `path:line:col: level[rule] message`.
    Concise,
    /// The stable contract for scripts.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that GitHub Actions shows as annotations.
    Github,
    /// Logging commands that Azure Pipelines shows as issues.
    Azure,
    /// A Code Quality report, for GitLab's merge requests.
    Gitlab,
    /// A JUnit report, for Jenkins and other tools that show tests: one test per finding.
    Junit,
    /// Reviewdog's Diagnostic Format.
    Rdjson,
    /// A page with one table, worst first, for a job summary or a comment.
    Markdown,
}

/// The counts in a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Exception files.
    pub exceptions: usize,
    /// Exceptions whose status is `active` or `expired`.
    pub live: usize,
    /// Gating findings at error.
    pub errors: usize,
    /// Gating findings at warning.
    pub warnings: usize,
    /// Gating findings at note.
    pub notes: usize,
    /// Findings that the compared change did not cause.
    pub elsewhere: usize,
}

/// Where something is, for a reader.
#[derive(Clone, Copy, Debug)]
pub struct Place<'r> {
    /// The file, relative to the root.
    pub path: &'r str,
    /// The first character.
    pub start: Position,
    /// After the last character.
    pub end: Position,
}

/// What surrounds a result: whose it is, and where people look at it.
#[derive(Debug, Default)]
pub struct Setting {
    /// Where the program is at home.
    pub identity: Identity,
    /// Where files can be looked at, if that is known.
    pub links: Option<Links>,
    /// Where the root is in the work tree, whatever the paths of the result start at: empty, or ending in `/`.
    pub below: String,
    /// The levels that the policy gives to rules; of several registers the heaviest.
    pub levels: BTreeMap<&'static str, Level>,
    /// What tells the result apart from that of the plain check of the same register, such as `enforce`; or empty.
    pub part: &'static str,
}

impl Setting {
    /// That of a result which is only shown to the user of the command.
    pub const PLAIN: &'static Self =
        &Self { identity: Identity::OWN, links: None, below: String::new(), levels: BTreeMap::new(), part: "" };

    /// Returns the level of a rule.
    fn level(&self, rule: &Rule) -> Level {
        self.levels.get(rule.id).copied().unwrap_or(rule.level)
    }
}

/// The result of a check, ready to be printed.
#[derive(Debug)]
pub struct Report<'r> {
    /// The findings, in order.
    pub findings: &'r Findings,
    /// All files that a finding may name.
    pub files: &'r Files,
    /// Exception files, and how many of them are live.
    pub counts: (usize, usize),
    /// The folder of the exceptions, relative to the root.
    pub folder: &'r str,
    /// Where the root is in the repository: empty, or ending in `/`.
    pub prefix: &'r str,
    /// The moment of the check.
    pub today: Today,
    /// The revision that was compared with.
    pub base: Option<&'r str>,
    /// The subcommand that finds the same with that revision, and what it was given that decides what it finds; `None`
    /// where a clone does not hold what that names.
    pub again: Option<&'r str>,
    /// The levels of which a finding makes the run fail.
    pub failing: &'static [Level],
    /// What the result does not cover, for people.
    pub remarks: &'r [String],
    /// Whether the summary is left out of the formats for people.
    pub quiet: bool,
    /// How many findings `text` and `concise` list; all of them count.
    pub limit: Option<usize>,
    /// The registers, if the result is about several; all paths are then from the top of the work tree.
    pub several: Option<&'r Several>,
    /// What the compared change asks somebody to approve.
    pub cards: &'r Cards,
    /// What scanners found, if their logs were judged.
    pub scan: Option<&'r Scan>,
    /// What surrounds it.
    pub setting: &'r Setting,
}

impl<'r> Report<'r> {
    /// Creates the result of one register that was compared with nothing: with all paths from its root, all findings
    /// listed, and nothing said beside them.
    #[must_use]
    pub fn new(
        findings: &'r Findings,
        files: &'r Files,
        counts: (usize, usize),
        folder: &'r str,
        today: Today,
    ) -> Self {
        Self {
            findings,
            files,
            counts,
            folder,
            prefix: "",
            today,
            base: None,
            again: None,
            failing: &[Level::Error],
            remarks: &[],
            quiet: false,
            limit: None,
            several: None,
            cards: Cards::NONE,
            scan: None,
            setting: Setting::PLAIN,
        }
    }
}

impl Report<'_> {
    /// Returns the findings that gate, in order.
    pub fn gating(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.gates)
    }

    /// Returns the findings that gate, the heaviest first: for a format of which people see only the beginning.
    fn by_weight(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.gating().collect();
        findings.sort_by_key(|finding| (std::cmp::Reverse(finding.level), finding.rule.weight));
        findings
    }

    /// Returns the findings that the formats for people list, in their order, and how many they leave out.
    fn listed(&self) -> (impl Iterator<Item = &Finding>, usize) {
        let limit = self.limit.unwrap_or(usize::MAX);
        (self.gating().take(limit), total(self.gating().skip(limit)))
    }

    /// Returns the fix of a finding for a program that shows what it puts in on a page; nothing that hides or ends
    /// a block of code is handed to one.
    fn shown_fix<'f>(&self, finding: &'f Finding) -> Option<&'f Fix> {
        let is_plain = |line: &str| !line.contains("```") && escape::line(line) == line;
        let is_shown = |text: &str| text.split(['\n', '\r']).all(is_plain);
        let source = self.source(finding.file);
        finding
            .fix
            .as_ref()
            .filter(|fix| is_shown(source.slice(fix.span())) && fix.edits.iter().all(|edit| is_shown(&edit.text)))
    }

    /// Counts the gating findings that can be fixed.
    fn fixable(&self) -> usize {
        self.gating().filter(|finding| finding.fix.is_some()).count()
    }

    /// Returns the file with an id.
    #[must_use]
    pub fn source(&self, file: FileId) -> &Source {
        self.files.source(file)
    }

    /// Returns where a span is.
    #[must_use]
    pub fn place(&self, file: FileId, span: Span) -> Place<'_> {
        let source = self.source(file);
        Place { path: source.path(), start: source.position(span.start), end: source.position(span.end) }
    }

    /// Returns a file's path from the repository's top, as code scanning and annotations want it.
    #[must_use]
    pub fn repository_path(&self, file: FileId) -> String {
        files::below(self.prefix, self.source(file).path())
    }

    /// Returns the root of the register that a file belongs to, from the top of the work tree: empty for the top itself.
    fn root(&self, file: FileId) -> &str {
        match self.register_of(file) {
            Some(".") => "",
            Some(name) => name,
            None => self.setting.below.trim_end_matches('/'),
        }
    }

    /// Returns the page of a rule, if the documentation has an address.
    fn page_of(&self, rule: &Rule) -> Option<String> {
        self.setting.identity.rule(rule.id)
    }

    /// Returns where the line of a finding can be looked at, if that is known.
    fn address(&self, finding: &Finding) -> Option<String> {
        let Place { path, start, .. } = self.place(finding.file, finding.span);
        self.setting.links.as_ref()?.line(path, start.line)
    }

    /// Returns the id of the exception in a file; `None` for a file outside the register.
    #[must_use]
    pub fn exception(&self, file: FileId) -> Option<&str> {
        let path = self.source(file).path();
        let folder = self.several.and_then(|several| several.of(file)).map_or(self.folder, |named| &named.folder);
        is_below(path, folder).then(|| register::stem(path))
    }

    /// Returns the name of the register that a finding is about, if there are several.
    fn register_of(&self, file: FileId) -> Option<&str> {
        Some(self.several?.of(file)?.name.as_str())
    }

    /// Returns the registers that could not be judged.
    fn broken(&self) -> &[Broken] {
        self.several.map_or(&[], |several| &several.broken)
    }

    /// Counts.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let (exceptions, live) = self.several.map_or(self.counts, Several::counts);
        Summary {
            exceptions,
            live,
            errors: self.findings.count(Level::Error),
            warnings: self.findings.count(Level::Warning),
            notes: self.findings.count(Level::Note),
            elsewhere: self.findings.elsewhere(),
        }
    }
}

/// Writes a report in a format.
///
/// # Errors
///
/// If the writer fails.
pub fn render(format: Format, report: &Report<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::render(report, look, out),
        Format::Concise => concise::render(report, out),
        Format::Json => json::render(report, out),
        Format::Sarif => sarif::render(report, out),
        Format::Github => github::render(report, out),
        Format::Azure => azure::render(report, out),
        Format::Gitlab => gitlab::render(report, out),
        Format::Junit => junit::render(report, out),
        Format::Rdjson => rdjson::render(report, out),
        Format::Markdown => markdown::render(report, out),
    }
}

#[cfg(test)]
mod testing;
