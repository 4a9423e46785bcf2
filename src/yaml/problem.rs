//! What is wrong with a text, and what to do about it.

use crate::source::Span;
use crate::yaml::fix::Fix;
use crate::yaml::place::{Place, Spot};

/// The most values of one file that are listed by [`Problem::first_of`].
pub const MAX_LISTED: usize = 100;

/// A place outside the safe subset, or a value that the schema refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub span: Span,
    /// What is wrong, one lower-case sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The other place involved, such as the first of two equal keys.
    pub related: Option<Box<Related>>,
    /// The field that it is about; the file as a whole if that is not known.
    pub place: Place,
    /// The change that settles it, where nothing is left to decide.
    pub fix: Option<Box<Fix>>,
}

impl From<&Problem> for Spot {
    fn from(problem: &Problem) -> Self {
        Self { span: problem.span, place: problem.place.clone() }
    }
}

/// A second place that explains a [`Problem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub message: String,
}

impl Problem {
    /// Creates a problem with its help.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        let place = Place::default();
        Self { span, message: message.into(), help: Some(help.into()), related: None, place, fix: None }
    }

    /// Adds the change that settles it.
    #[must_use]
    pub fn fixed_by(self, fix: Option<Fix>) -> Self {
        Self { fix: fix.map(Box::new), ..self }
    }

    /// Says which field it is about.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// Lists at most [`MAX_LISTED`] problems of a file, and says if there are more: a file full of faults must not cost
    /// much time or flood the log.
    #[must_use]
    pub fn first_of(mut problems: Vec<Self>) -> Vec<Self> {
        if problems.len() > MAX_LISTED {
            let next = problems.swap_remove(MAX_LISTED);
            problems.truncate(MAX_LISTED);
            let message = format!("`{MAX_LISTED}` problems in this file are listed, and there are more from here on");
            problems.push(Self::new(next.span, message, "fix those first, then check again").at(next.place));
        }
        problems
    }
}
