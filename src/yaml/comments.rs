//! The comments of a text, which are not part of any value.

use granit_parser::Event;

use crate::source::Span;
use crate::yaml::read::events;

/// A comment of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'t> {
    /// Its text with the `#`, without trailing white space.
    pub text: &'t str,
    /// The bytes of that text.
    pub span: Span,
}

/// Lists the comments of a text in order; if it is not YAML, those before its fault.
///
/// Outside scalars, a `#` after a space or at the start of a line begins a comment, up to the end of the line (YAML
/// 1.2.2, section 6.6). Only the positions of the scalars are needed for that, not the tree.
#[must_use]
pub fn comments(text: &str) -> Vec<Comment<'_>> {
    let mut scalars = Vec::new();
    let mut end = text.len();
    for event in events(text) {
        match event {
            Ok((Event::Scalar(..), span)) => scalars.extend(span.byte_range()),
            Ok(_) => {}
            Err(error) => end = error.marker().byte_offset().map_or(end, |fault| fault.min(end)),
        }
    }
    let mut found = Vec::new();
    let mut at = 0;
    for scalar in scalars.into_iter().chain(std::iter::once(end..end)) {
        while let Some(comment) = first_between(text, at, scalar.start) {
            at = comment.span.range().end;
            found.push(comment);
        }
        at = at.max(scalar.end);
    }
    found
}

/// Returns the first comment that begins between two bytes between which there is no scalar.
fn first_between(text: &str, start: usize, end: usize) -> Option<Comment<'_>> {
    let signs = text.get(start..end)?.match_indices('#').map(|(at, _)| start + at);
    let begins = |at: &usize| text[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let start = signs.into_iter().find(begins)?;
    let line = text[start..].split('\n').next().unwrap_or_default();
    let text = line.trim_end();
    Some(Comment { text, span: Span::new(start, start + text.len()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Vec<&str> {
        let found = comments(text);
        for comment in &found {
            assert_eq!(&text[comment.span.range()], comment.text, "{text}");
        }
        found.iter().map(|comment| comment.text).collect()
    }

    #[test]
    fn a_comment_is_outside_of_every_value() {
        let text = "\
# é  \r
title: a#b 'c' # one
scope: {system: \"# no\", # two
  team: '#'} #three
empty: # four
# five
reason: | # six
  # no comment
  text

  # nor this
# seven
list:
- # eight
  a
-   b # nine
# last";
        let expected =
            ["# é", "# one", "# two", "#three", "# four", "# five", "# six", "# seven", "# eight", "# nine", "# last"];
        assert_eq!(listed(text), expected);
        assert_eq!(listed("# only one\n"), ["# only one"]);
        assert_eq!(listed(""), [""; 0]);
    }

    #[test]
    fn comments_before_a_fault_are_still_listed() {
        assert_eq!(listed("# one\na: &x#1 b # two\nc: [d\n# three\n"), ["# one", "# two"]);
    }
}
