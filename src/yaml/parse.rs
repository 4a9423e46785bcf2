//! Parses a text: reads it, and if it is not YAML, lists the slips that cause this.

use crate::source::Span;
use crate::yaml::node::Node;
use crate::yaml::place::Spot;
use crate::yaml::plain_part;
use crate::yaml::pointer::field_at;
use crate::yaml::problem::Problem;
use crate::yaml::read::{check_text, read};
use crate::yaml::repair;

/// Parses a text into its tree.
///
/// # Errors
///
/// Every place outside the safe subset, the first 20 of them, in order. A syntax error whose cause is not recognised
/// ends the reading and comes last. A character that is refused everywhere is the only one: no reader is asked about a
/// text with one, because they disagree about where its lines end, and about every place behind that.
pub fn parse(text: &str) -> Result<Node<'_>, Vec<Problem>> {
    match check_text(text) {
        None => parse_checked(text),
        Some(problem) => Err(vec![problem]),
    }
}

/// Parses a text in which [`check_text`] has found nothing when its file was read.
///
/// # Errors
///
/// Those of [`parse`].
pub fn parse_checked(text: &str) -> Result<Node<'_>, Vec<Problem>> {
    #[cfg(test)]
    counted::note(text);
    match plain_part::read(text) {
        Some(root) => Ok(root),
        None => read(text).map_err(|unread| repair::list(text, unread)),
    }
}

/// Reads a text with the quick reader and with the general one, each alone; whatever the quick one reads, the other
/// must read alike.
///
/// # Errors
///
/// What is wrong with it, as far as the general reader comes.
pub fn by_each_reader(text: &str) -> (Option<Node<'_>>, Result<Node<'_>, Vec<Problem>>) {
    match check_text(text) {
        None => (plain_part::read(text), read(text).map_err(|unread| unread.problems)),
        Some(problem) => (None, Err(vec![problem])),
    }
}

impl Spot {
    /// Creates the spot of bytes that were found by their text, and looks up which field they are in.
    #[must_use]
    pub fn found_in(text: &str, span: Span) -> Self {
        let place = read(text).map(|root| field_at(&root, span)).unwrap_or_default();
        Self { span, place }
    }
}

/// How often a text was parsed that asks for that.
#[cfg(test)]
pub(crate) mod counted {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    static TIMES: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

    /// How the first line of such a text begins; what follows is its name.
    pub(crate) const MARK: &str = "# counted: ";

    pub(super) fn note(text: &str) {
        if let Some(name) = text.lines().next().and_then(|line| line.strip_prefix(MARK)) {
            *TIMES.lock().unwrap().entry(name.to_owned()).or_default() += 1;
        }
    }

    /// Returns how often a text of this name was parsed.
    pub(crate) fn times(name: &str) -> usize {
        TIMES.lock().unwrap().get(name).copied().unwrap_or_default()
    }
}
