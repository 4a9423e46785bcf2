//! What an import read, what it made of it, and the next steps.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::import::{Column, Note, Reading, Target};
use crate::output::escape;
use crate::register::fields::Field;
use crate::rule::Level;
use crate::text::{counted, shown};

/// A format of the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: counts, and the first of each.
    #[default]
    Text,
    /// For scripts: everything.
    Json,
}

/// The version of the JSON; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

/// How many of a kind are listed unless all are asked for.
const FIRST: usize = 5;

/// The longest cell or heading in a table, in characters.
const WIDEST_CELL: usize = 36;

/// One entry as it was, or would be, written.
#[derive(Debug)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// Its file, relative to the root.
    pub path: String,
    /// The line of the source.
    pub line: usize,
    /// The fields that are missing, according to the schemas.
    pub missing: Vec<String>,
    /// The rules that find something else.
    pub rules: Vec<&'static str>,
    /// What could not be carried over unchanged.
    pub notes: Vec<Note>,
}

/// An entry that is already in the register.
#[derive(Debug)]
pub struct Skipped {
    /// The line of the source.
    pub line: usize,
    /// Its id.
    pub id: String,
    /// The file that is there.
    pub path: String,
}

/// A baseline as it was, or would be, written.
#[derive(Clone, Debug, Serialize)]
pub struct Tolerance {
    /// Its file, relative to the root.
    pub path: &'static str,
    /// The last day on which anything is tolerated.
    pub until: String,
    /// How many exceptions it names.
    pub exceptions: usize,
    /// How many findings in them.
    pub findings: usize,
}

/// The outcome of an import.
#[derive(Debug)]
pub struct Outcome<'o> {
    /// The file that was read, as the user names it.
    pub file: &'o str,
    /// What was read from it.
    pub reading: &'o Reading,
    /// The folder that is written to, relative to the root.
    pub folder: &'o str,
    /// The root, if that is not the current folder.
    pub elsewhere: Option<String>,
    /// Whether the root is in a git work tree.
    pub in_git: bool,
    /// The commands that bring the new files into a pull request, typed at the root.
    pub steps: Vec<String>,
    /// The new entries.
    pub drafts: Vec<Draft>,
    /// The entries that are there already.
    pub skipped: Vec<Skipped>,
    /// The baseline, where one is asked for; what it tolerates is not among the findings.
    pub baseline: Option<Tolerance>,
    /// What the rules say about the new entries apart from missing fields, the worst first.
    pub findings: Vec<(Level, &'static str, usize)>,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Whether everything is listed.
    pub verbose: bool,
}

/// Writes what was read, before anything else is done. The JSON contains it together with the result. `asked` are the
/// fields that the schema requires of every entry.
///
/// # Errors
///
/// If the writer fails.
pub fn render_reading(
    format: Format,
    file: &str,
    reading: &Reading,
    asked: &[String],
    verbose: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Json {
        return Ok(());
    }
    let facts: Vec<&str> =
        std::iter::once(reading.format.name()).chain(reading.facts.iter().map(String::as_str)).collect();
    let entries = match reading.stopped {
        Some(_) => String::new(),
        None => format!(", {}", counted(reading.entries.len(), "entry")),
    };
    line(out, &format!("{}: {}{entries}", shown(file), facts.join(", ")))?;
    columns(reading, asked, verbose, out)?;
    if !reading.dates.is_empty() {
        line(out, "\ndates")?;
        for (heading, how) in &reading.dates {
            line(out, &format!("  {}: {how}", cut(heading)))?;
        }
    }
    if !reading.words.is_empty() {
        line(out, "\nwords that were recognised")?;
        for ((field, word, ours), count) in &reading.words {
            line(out, &format!("  {}: `{}` is {ours} ({count})", field.name(), shown(word)))?;
        }
    }
    if !reading.remarks.is_empty() {
        line(out, "\nnotes")?;
        for remark in &reading.remarks {
            line(out, &format!("  {remark}"))?;
        }
    }
    Ok(())
}

fn columns(reading: &Reading, asked: &[String], verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    if reading.columns.is_empty() {
        return Ok(());
    }
    let rows: Vec<[String; 4]> =
        reading.columns.iter().filter(|column| verbose || is_worth_a_line(column)).map(row).collect();
    let widths = [0, 1, 2].map(|at| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0));
    let heads = ["column", "becomes", "filled"];
    let widths: Vec<usize> = widths.iter().zip(heads).map(|(width, head)| (*width).max(head.len())).collect();
    let head = format!("\n  {}  {}  {}  example", pad(heads[0], widths[0]), pad(heads[1], widths[1]), heads[2]);
    writeln!(out, "{head}")?;
    for [heading, target, filled, example] in &rows {
        let filled = format!("{filled:>0$}", widths[2]);
        let text = format!("  {}  {}  {filled}  {example}", pad(heading, widths[0]), pad(target, widths[1]));
        line(out, text.trim_end())?;
    }
    let is_open = |field: &&String| {
        let fills = |column: &Column| match column.target {
            Target::Field(filled) => filled.name().starts_with(field.as_str()),
            _ => false,
        };
        !reading.columns.iter().any(fills)
    };
    let open: Vec<&str> = asked.iter().filter(is_open).map(String::as_str).collect();
    if !open.is_empty() {
        line(out, &format!("  no column for: {}", open.join(", ")))?;
    }
    line(out, "  to change a field: `--map expires=\"Valid until\"`; to leave a column out: `--map ignore=Comment`")
}

/// A column without a heading and without cells is not worth a line.
fn is_worth_a_line(column: &Column) -> bool {
    column.filled > 0 || column.named || matches!(column.target, Target::Id | Target::Field(_))
}

fn row(column: &Column) -> [String; 4] {
    let target = column.target.name().unwrap_or("(left out)");
    [cut(&column.heading), cut(target), column.filled.to_string(), cut(&column.example)]
}

/// Writes the outcome.
///
/// # Errors
///
/// If the writer fails.
pub fn render_result(format: Format, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    if format == Format::Json {
        return escape::json(&Document::new(outcome), out);
    }
    notes(outcome, out)?;
    unread(outcome, out)?;
    written(outcome, out)?;
    missing(outcome, out)?;
    told(&outcome.findings, out)?;
    baseline(outcome, out)?;
    next(outcome, out)
}

fn notes(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut groups: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
    for draft in &outcome.drafts {
        for note in &draft.notes {
            groups.entry(&note.about).or_default().push((draft.line, &note.text));
        }
    }
    if groups.is_empty() {
        return Ok(());
    }
    let count: usize = groups.values().map(Vec::len).sum();
    line(out, &format!("\nnot carried over unchanged: {count}"))?;
    for (about, notes) in groups {
        line(out, &format!("  {}", cut(about)))?;
        let lines = notes.iter().map(|(at, text)| format!("line {at}: {text}"));
        listed(lines, notes.len(), outcome.verbose, 4, out)?;
    }
    Ok(())
}

fn unread(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Outcome { reading, skipped, .. } = outcome;
    if !reading.unread.is_empty() {
        line(out, &format!("\nnot read: {}", reading.unread.len()))?;
        for (at, why) in &reading.unread {
            line(out, &format!("  line {at}: {why}"))?;
        }
    }
    if !reading.repeats.is_empty() {
        let rows = counted(reading.repeats.len(), "row");
        line(out, &format!("\nleft out, duplicates: {rows}"))?;
        let lines = reading.repeats.iter().map(|(at, first)| format!("line {at} repeats line {first}"));
        listed(lines, reading.repeats.len(), outcome.verbose, 2, out)?;
    }
    if !skipped.is_empty() {
        line(out, &format!("\nleft out, already in the register: {}", skipped.len()))?;
        let lines = skipped.iter().map(|it| format!("line {}: {} is {}", it.line, it.id, it.path));
        listed(lines, skipped.len(), outcome.verbose, 2, out)?;
    }
    Ok(())
}

fn written(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let count = outcome.drafts.len();
    let files = counted(count, "file");
    let text = match (count, outcome.dry_run) {
        (0, _) if outcome.skipped.is_empty() && outcome.reading.unread.is_empty() => {
            "the file contains no entries, so nothing is written: check that this is the right sheet and that no \
             filter is active"
                .to_owned()
        }
        (0, _) => "nothing new to write".to_owned(),
        (_, true) => format!("{files} would be written to {}", outcome.folder),
        (_, false) => format!("{files} written to {}", outcome.folder),
    };
    line(out, &format!("\n{text}"))?;
    let entry = |draft: &Draft| {
        let lacks = if draft.missing.is_empty() { "complete".to_owned() } else { draft.missing.join(", ") };
        format!("{} (line {}): {lacks}", draft.path, draft.line)
    };
    listed(outcome.drafts.iter().map(entry), count, outcome.verbose, 2, out)
}

/// Returns for each missing field how many lack it, the field that most lack first.
fn lacking<'o>(outcome: &'o Outcome<'_>) -> Vec<(&'o str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for field in outcome.drafts.iter().flat_map(|draft| &draft.missing) {
        *counts.entry(field).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

fn missing(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = lacking(outcome);
    if outcome.drafts.is_empty() {
        return Ok(());
    }
    if counts.is_empty() {
        return line(out, "\nno field is missing");
    }
    let gaps: usize = counts.iter().map(|(_, count)| count).sum();
    let complete = outcome.drafts.iter().filter(|draft| draft.missing.is_empty()).count();
    let complete = match outcome.drafts.len() {
        1 => String::new(),
        all => format!(", and {complete} of {all} entries lack nothing"),
    };
    line(out, &format!("\nmissing fields: {gaps}{complete}"))?;
    let widest = counts.iter().map(|(field, _)| width(field)).max().unwrap_or(0);
    for (field, count) in counts {
        let which = match count == outcome.drafts.len() {
            true if count > 1 => "all".to_owned(),
            _ => examples(outcome, field),
        };
        line(out, &format!("  {}  {count:>6}  {which}", pad(field, widest)))?;
    }
    Ok(())
}

fn examples(outcome: &Outcome<'_>, field: &str) -> String {
    const EXAMPLES: usize = 3;
    let mut lacking = outcome.drafts.iter().filter(|draft| draft.missing.iter().any(|missing| missing == field));
    let ids: Vec<&str> = lacking.by_ref().take(EXAMPLES).map(|draft| draft.id.as_str()).collect();
    let more = if lacking.next().is_some() { ", …" } else { "" };
    ids.join(", ") + more
}

/// Writes what the rules say besides, counted.
pub(super) fn told(findings: &[(Level, &'static str, usize)], out: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    line(out, "\nother findings of `stopgap check`")?;
    for (level, rule, count) in findings {
        line(out, &format!("  {:7}  {rule} ({count})", level.name()))?;
    }
    Ok(())
}

fn baseline(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(Tolerance { path, until, exceptions, findings }) = &outcome.baseline else { return Ok(()) };
    let names = if outcome.dry_run { "to be named in" } else { "named in" };
    line(
        out,
        &format!(
            "\ntolerated until {until}: {} in {}, {names} {path}",
            counted(*findings, "finding"),
            counted(*exceptions, "exception")
        ),
    )?;
    line(out, &format!("an owner of {path} other than the author of the pull request approves all of them at once"))
}

fn next(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut steps: Vec<String> = Vec::new();
    let again = !outcome.reading.unread.is_empty();
    if again {
        steps.push(format!(
            "fix what could not be read in {}, and run the same command again: exceptions that are already in the \
             register are not changed",
            shown(outcome.file)
        ));
    }
    if outcome.drafts.is_empty() && outcome.baseline.is_none() {
        return if again { list_steps(outcome, &steps, out) } else { Ok(()) };
    }
    let settable: Vec<&str> = lacking(outcome)
        .into_iter()
        .filter(|(_, count)| *count > 1 && count * 2 > outcome.drafts.len())
        .filter(|(field, _)| Field::of_name(field).is_some_and(Field::is_shared))
        .map(|(field, _)| field)
        .take(FIRST)
        .collect();
    let set = (!settable.is_empty()).then(|| {
        format!(
            "if all entries have the same value, `--set FIELD=VALUE` gives it to those without one: {}",
            settable.join(", ")
        )
    });
    if outcome.dry_run {
        steps.extend(set);
        steps.push("run it again without `--dry-run`".to_owned());
        return list_steps(outcome, &steps, out);
    }
    if let Some(set) = set {
        steps.push(format!("{set} (delete the files first, then import again)"));
    }
    let check = format!("stopgap check {}", escape::shell_word(outcome.folder));
    if outcome.baseline.is_some() {
        steps.push(format!("see what is not tolerated, and fix that first:\n       {check}"));
    } else if lacking(outcome).is_empty() {
        steps.push(format!("see their findings:\n       {check}"));
    } else {
        steps.push(format!(
            "fill the gaps in an editor: each is a key without a value. This lists them with their lines:\n       {check}"
        ));
        steps.push(
            "or tolerate them for a while: run it again with `--baseline`, which lists them in `baseline.yaml`"
                .to_owned(),
        );
    }
    if !outcome.steps.is_empty() {
        let commands = outcome.steps.join("\n       ");
        steps.push(format!("submit them for review:\n       {commands}"));
    } else if !outcome.in_git {
        steps.push("put the folder under git, so that approvals are on record: `git init`".to_owned());
    }
    list_steps(outcome, &steps, out)
}

fn list_steps(outcome: &Outcome<'_>, steps: &[String], out: &mut dyn Write) -> io::Result<()> {
    let place = outcome.elsewhere.as_ref().map(|root| format!(" (in {root})")).unwrap_or_default();
    line(out, &format!("\nnext steps{place}"))?;
    for (at, step) in steps.iter().enumerate() {
        for (row, text) in step.split('\n').enumerate() {
            let text = if row == 0 { format!("  {}. {text}", at + 1) } else { text.to_owned() };
            line(out, &text)?;
        }
    }
    Ok(())
}

/// Lists lines, the first ones or all.
pub(super) fn listed(
    lines: impl Iterator<Item = String>,
    count: usize,
    all: bool,
    indent: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    // One line over the limit is as short as the hint that there is one more.
    let limit = if all || count <= FIRST + 1 { count } else { FIRST };
    for text in lines.take(limit) {
        line(out, &format!("{:indent$}{text}", ""))?;
    }
    if limit < count {
        line(out, &format!("{:indent$}and {} more: --verbose", "", count - limit))?;
    }
    Ok(())
}

/// Writes a line whose text may come from the file. It may begin with a line feed of our own.
pub(super) fn line(out: &mut dyn Write, text: &str) -> io::Result<()> {
    if let Some(text) = text.strip_prefix('\n') {
        writeln!(out)?;
        return line(out, text);
    }
    writeln!(out, "{}", escape::line(text))
}

fn cut(text: &str) -> String {
    let text = shown(text);
    if text.chars().count() <= WIDEST_CELL {
        return text.into_owned();
    }
    let mut cut: String = text.chars().take(WIDEST_CELL - 1).collect();
    cut.push('…');
    cut
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn pad(text: &str, to: usize) -> String {
    format!("{text}{:1$}", "", to.saturating_sub(width(text)))
}

#[derive(Serialize)]
struct Document<'o> {
    version: u32,
    file: &'o str,
    format: &'static str,
    facts: &'o [String],
    dry_run: bool,
    folder: &'o str,
    columns: Vec<ColumnItem<'o>>,
    dates: Vec<DateItem<'o>>,
    words: Vec<WordItem<'o>>,
    remarks: &'o [String],
    entries: Vec<EntryItem<'o>>,
    unread: Vec<LineItem<'o>>,
    repeats: Vec<RepeatItem>,
    skipped: Vec<SkippedItem<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<&'o Tolerance>,
    missing: BTreeMap<&'o str, usize>,
    findings: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct ColumnItem<'o> {
    column: &'o str,
    becomes: Option<&'o str>,
    named: bool,
    filled: usize,
}

#[derive(Serialize)]
struct DateItem<'o> {
    column: &'o str,
    read: &'o str,
}

#[derive(Serialize)]
struct WordItem<'o> {
    field: &'static str,
    word: &'o str,
    read: &'o str,
    count: usize,
}

#[derive(Serialize)]
struct EntryItem<'o> {
    id: &'o str,
    path: &'o str,
    line: usize,
    missing: &'o [String],
    findings: &'o [&'static str],
    notes: Vec<NoteItem<'o>>,
}

#[derive(Serialize)]
struct NoteItem<'o> {
    about: &'o str,
    text: &'o str,
}

#[derive(Serialize)]
struct LineItem<'o> {
    line: usize,
    why: &'o str,
}

#[derive(Serialize)]
struct RepeatItem {
    line: usize,
    repeats: usize,
}

#[derive(Serialize)]
struct SkippedItem<'o> {
    line: usize,
    id: &'o str,
    path: &'o str,
}

impl<'o> Document<'o> {
    fn new(outcome: &'o Outcome<'o>) -> Self {
        let reading = outcome.reading;
        let column = |it: &'o Column| ColumnItem {
            column: &it.heading,
            becomes: it.target.name(),
            named: it.named,
            filled: it.filled,
        };
        let note = |it: &'o Note| NoteItem { about: &it.about, text: &it.text };
        let entry = |it: &'o Draft| EntryItem {
            id: &it.id,
            path: &it.path,
            line: it.line,
            missing: &it.missing,
            findings: &it.rules,
            notes: it.notes.iter().map(note).collect(),
        };
        let word = |((field, word, read), count): (&'o (Field, String, String), &usize)| WordItem {
            field: field.name(),
            word,
            read,
            count: *count,
        };
        Self {
            version: VERSION,
            file: outcome.file,
            format: reading.format.name(),
            facts: &reading.facts,
            dry_run: outcome.dry_run,
            folder: outcome.folder,
            columns: reading.columns.iter().map(column).collect(),
            dates: reading.dates.iter().map(|(column, read)| DateItem { column, read }).collect(),
            words: reading.words.iter().map(word).collect(),
            remarks: &reading.remarks,
            entries: outcome.drafts.iter().map(entry).collect(),
            unread: reading.unread.iter().map(|(line, why)| LineItem { line: *line, why }).collect(),
            repeats: reading.repeats.iter().map(|(line, first)| RepeatItem { line: *line, repeats: *first }).collect(),
            skipped: outcome
                .skipped
                .iter()
                .map(|it| SkippedItem { line: it.line, id: &it.id, path: &it.path })
                .collect(),
            baseline: outcome.baseline.as_ref(),
            missing: lacking(outcome).into_iter().collect(),
            findings: outcome.findings.iter().map(|(_, rule, count)| (*rule, *count)).collect(),
        }
    }
}
