//! A message with the lines of the file that it is about, for a terminal.
//!
//! miette does the drawing. What it draws is a window of a few lines in which every hostile character is written out
//! and long lines are cut, so neither a terminal escape nor a line of 200 KB reaches the reader; line and column
//! numbers stay those of the file.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::output::escape;
use crate::output::wrap::wrap;
use crate::source::{Source, Span};

/// How the terminal looks; read once, at the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether to colour.
    pub color: bool,
    /// Whether box-drawing characters can be shown.
    pub unicode: bool,
    /// Whether a word can be a link (OSC 8).
    pub links: bool,
    /// Whether lines that others may search or copy are broken at that width too: not where they go to a file or a job's
    /// log.
    pub wraps: bool,
    /// Width in columns.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: false, unicode: true, links: false, wraps: false, width: 100 }
    }
}

/// How much a message weighs; decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Red.
    Error,
    /// Yellow.
    Warning,
    /// Blue.
    Note,
}

/// A message and the places that it is about.
#[derive(Debug)]
pub struct Snippet<'s> {
    /// Decides the colour.
    pub severity: Severity,
    /// What comes before the message, such as `error[expired]`.
    pub head: String,
    /// The message.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The place itself, if there is one.
    pub place: Option<(&'s Source, Span)>,
    /// Further places with their words.
    pub labels: Vec<(&'s Source, Span, String)>,
}

/// Labels within this many lines of the place share its window; others get their own.
const NEAR: usize = 5;

/// How many columns are before each line of a help.
const BEFORE_HELP: usize = "  help: ".len();

/// How many characters of a line are shown around what is marked in it.
const LONGEST_LINE: usize = 240;

/// Draws a snippet.
#[must_use]
pub fn render(snippet: &Snippet<'_>, look: Look) -> String {
    let line = |source: &Source, span: Span| source.position(span.start).line;
    let (mut near, mut far) = (Vec::new(), Vec::new());
    for label in &snippet.labels {
        let beside = snippet.place.is_some_and(|(source, span)| {
            std::ptr::eq(source, label.0) && line(source, span).abs_diff(line(label.0, label.1)) <= NEAR
        });
        if beside { near.push((label.1, label.2.as_str())) } else { far.push(label) }
    }
    let mut views = vec![View {
        message: escape::line(&snippet.message).into_owned(),
        help: None,
        window: snippet.place.map(|(source, span)| Window::new(source, Some(span), &near)),
    }];
    views.extend(far.into_iter().map(|(source, span, message)| View {
        message: String::new(),
        help: None,
        window: Some(Window::new(source, None, &[(*span, message.as_str())])),
    }));
    if let Some(last) = views.last_mut() {
        last.help = snippet.help.as_deref().map(|help| {
            let help = escape::line(help);
            if look.wraps { wrap(&help, "", look.width.saturating_sub(BEFORE_HELP)) } else { help.into_owned() }
        });
    }
    let mut head = Some(snippet.head.as_str());
    let drawn = views.iter().map(|view| draw(view, head.take(), snippet.severity, look));
    safe_lines(&drawn.collect::<String>())
}

fn draw(view: &View, head: Option<&str>, severity: Severity, look: Look) -> String {
    let mut characters = if look.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let word = head.map(|head| format!("{head}:")).unwrap_or_default();
    (characters.error, characters.warning, characters.advice) = (word.clone(), word.clone(), word);
    let mut styles = if look.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let mark = match severity {
        Severity::Error => styles.error,
        Severity::Warning => styles.warning,
        Severity::Note => styles.advice,
    };
    (styles.error, styles.warning, styles.advice) = (mark, mark, mark);
    styles.highlights = vec![mark, styles.help];
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_width(look.width)
        .with_context_lines(NEAR)
        .with_wrap_lines(false)
        .with_links(false);
    let mut text = String::new();
    if handler.render_report(&mut text, view).is_err() {
        text = format!("{}\n", view.message);
    }
    match head {
        Some(_) => text.strip_prefix("  ").map_or(text.clone(), str::to_owned),
        // A place without a message of its own: only its window is needed.
        None => text.split_inclusive('\n').skip_while(|line| line.trim().is_empty()).collect(),
    }
}

/// Breaks up what a log parser would take for a command, line by line.
fn safe_lines(text: &str) -> String {
    let lines = text.lines().map(|line| escape::break_commands(line.trim_end()) + "\n");
    lines.collect::<String>().trim_end_matches('\n').to_owned() + "\n"
}

/// What miette draws.
#[derive(Debug)]
struct View {
    message: String,
    help: Option<String>,
    window: Option<Window>,
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for View {}

impl miette::Diagnostic for View {
    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.window.as_ref().map(|window| window as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let window = self.window.as_ref()?;
        Some(Box::new(window.labels.iter().cloned()))
    }
}

/// A few lines of a file, made safe to print.
#[derive(Debug)]
struct Window {
    name: String,
    text: String,
    /// Lines of the file before the window.
    skipped: usize,
    labels: Vec<LabeledSpan>,
    /// The column of the first place, as the header shows it.
    column: usize,
}

impl Window {
    fn new(source: &Source, place: Option<Span>, labels: &[(Span, &str)]) -> Self {
        let spans = || place.into_iter().chain(labels.iter().map(|(span, _)| *span));
        let first = spans().map(|span| source.position(span.start).line).min().unwrap_or(1);
        let last = spans().map(|span| source.position(span.end).line).max().unwrap_or(1);
        let mut window = Self {
            name: escape::line(source.path()).into_owned(),
            text: String::new(),
            skipped: first - 1,
            labels: Vec::new(),
            column: spans().next().map_or(1, |span| source.position(span.start).column),
        };
        let mut places: Vec<(Span, Option<String>, bool)> = place.map(|span| (span, None, true)).into_iter().collect();
        places.extend(labels.iter().map(|(span, text)| (*span, Some(escape::line(text).into_owned()), false)));
        let mut start = source.line_start(first);
        for _ in first..=last {
            let line = source.line_at(start);
            window.push_line(source, line, &places);
            start = line.end + 1;
        }
        window
    }

    /// Copies one line, written out and cut, and moves the places in it accordingly.
    fn push_line(&mut self, source: &Source, line: Span, places: &[(Span, Option<String>, bool)]) {
        let inside: Vec<_> = places.iter().filter(|(span, ..)| line.contains(*span)).collect();
        let from = inside.iter().map(|(span, ..)| span.start).min().unwrap_or(line.start);
        let line_text = source.slice(line).trim_end_matches('\r');
        let cut = Cut::around(line_text, (from - line.start) as usize);
        if cut.start > 0 {
            self.text.push('…');
        }
        let mut starts = vec![None; inside.len()];
        let mut ends = vec![None; inside.len()];
        for (at, c) in line_text[cut.start..cut.end].char_indices() {
            let offset = line.start as usize + cut.start + at;
            for (index, (span, ..)) in inside.iter().enumerate() {
                if span.start as usize <= offset && starts[index].is_none() {
                    starts[index] = Some(self.text.len());
                }
                if span.end as usize <= offset && ends[index].is_none() {
                    ends[index] = Some(self.text.len());
                }
            }
            if c != '\t' && escape::is_hostile(c) {
                self.text.extend(c.escape_unicode());
            } else {
                self.text.push(c);
            }
        }
        for (index, (_, label, primary)) in inside.iter().enumerate() {
            let end = ends[index].unwrap_or(self.text.len());
            let start = starts[index].unwrap_or(end);
            let span = (start, end.saturating_sub(start));
            self.labels.push(if *primary {
                LabeledSpan::new_primary_with_span(label.clone(), span)
            } else {
                LabeledSpan::new_with_span(label.clone(), span)
            });
        }
        self.text.push_str(if cut.end < line_text.len() { "…\n" } else { "\n" });
    }
}

/// The part of a long line that is shown.
struct Cut {
    start: usize,
    end: usize,
}

impl Cut {
    fn around(line: &str, at: usize) -> Self {
        if line.len() <= LONGEST_LINE {
            return Self { start: 0, end: line.len() };
        }
        let before = if at > LONGEST_LINE / 2 { at - LONGEST_LINE / 4 } else { 0 };
        let boundary = |mut at: usize| {
            while !line.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        Self { start: boundary(before), end: boundary((before + LONGEST_LINE).min(line.len())) }
    }
}

impl SourceCode for Window {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.as_str().read_span(span, before, after)?;
        let column = if inner.line() == 0 && inner.column() > 0 { self.column - 1 } else { inner.column() };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line() + self.skipped,
            column,
            inner.line_count(),
        )))
    }
}
