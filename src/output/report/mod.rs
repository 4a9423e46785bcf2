//! The weekly meeting, one module per format, and the words that all of them use.

mod html;
mod json;
mod markdown;
mod settle;
mod text;
mod trend;
mod words;

use std::io::{self, Write};
use std::path::Path;

use crate::output::Look;
use crate::output::record::View;
use crate::report::Meeting;

/// A format of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For an issue, a wiki or a step summary on GitHub, of at most 1 MiB.
    Markdown,
    /// One page with a timeline and a table that sorts and filters; nothing in it needs a network.
    Html,
    /// For scripts.
    Json,
}

impl Format {
    /// Returns the format that a file's ending names; text if it has none, `None` if it is another one's.
    #[must_use]
    pub fn of_file(path: &Path) -> Option<Self> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("md" | "markdown") => Some(Self::Markdown),
            Some("html" | "htm") => Some(Self::Html),
            Some("json") => Some(Self::Json),
            Some("txt" | "text" | "log") | None => Some(Self::Text),
            Some(_) => None,
        }
    }

    /// Returns the name that arguments use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Json => "json",
        }
    }
}

/// Writes a meeting in a format. `view` is the register that it is about.
///
/// # Errors
///
/// If the writer fails.
pub fn render<'m>(
    format: Format,
    meeting: &'m Meeting<'m>,
    view: View<'m>,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::render(meeting, look, out),
        Format::Markdown => markdown::render(meeting, out),
        Format::Html => html::render(meeting, out),
        Format::Json => json::render(meeting, view, out),
    }
}
