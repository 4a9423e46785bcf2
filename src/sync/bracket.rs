//! A list or a mapping in brackets: in JSON, TOML or YAML on one line. Comments and white space stay where they are.

use std::ops::Range;

use super::permit::MARK;

/// What becomes of an existing entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fate {
    Stays,
    Goes,
    /// Another text takes its place, with a comment after it.
    Becomes(String, Option<String>),
}

/// What a syntax allows between entries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// How a comment to the end of the line begins; `None` if there are none.
    pub(super) comment: Option<&'static str>,
    /// Whether `/* … */` is a comment.
    pub(super) blocks: bool,
    /// Whether a new list may end with a comma.
    pub(super) last_comma: bool,
    /// Whether the closing bracket must be further in than the line on which the list opens.
    pub(super) end_is_inside: bool,
}

/// An entry between brackets.
struct Chunk<'t> {
    /// What comes before it: white space and comments.
    lead: &'t str,
    body: &'t str,
    /// Comments between it and its comma.
    between: &'t str,
    has_comma: bool,
    /// The comment behind it on its line.
    trail: &'t str,
}

/// Returns the text behind an entry and its comma, up to the end of its line, where that is nothing but a comment.
pub(super) fn trail(text: &str, from: usize, to: usize, style: Style) -> &str {
    let rest = text.get(from..to).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let own = line.trim();
    let is_line = style.comment.is_some_and(|start| own.starts_with(start));
    let is_block = style.blocks && own.starts_with("/*") && own.find("*/") == own.len().checked_sub(2);
    if is_line || is_block { line.trim_end() } else { "" }
}

/// Finds the comma after an entry, outside comments.
fn comma(text: &str, from: usize, to: usize, style: Style) -> Option<usize> {
    let mut at = from;
    while at < to {
        let rest = &text[at..to];
        if rest.starts_with(',') {
            return Some(at);
        }
        let skipped = if style.comment.is_some_and(|start| rest.starts_with(start)) {
            rest.find('\n').unwrap_or(rest.len())
        } else if style.blocks && rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += skipped;
    }
    None
}

/// A list or mapping in brackets, taken apart.
pub(super) struct Bracket<'t> {
    text: &'t str,
    /// What is between the brackets.
    inner: Range<usize>,
    /// The comment behind the bracket of an empty one.
    head: &'t str,
    chunks: Vec<Chunk<'t>>,
    tail: &'t str,
    style: Style,
}

impl<'t> Bracket<'t> {
    /// Parses one. `at` is its place with the brackets, `entries` those of its entries.
    pub(super) fn new(text: &'t str, at: &Range<usize>, entries: &[Range<usize>], style: Style) -> Self {
        let inner = at.start + 1..at.end - 1;
        // Where there are no entries, a comment behind the bracket is before those that come.
        let head = if entries.is_empty() { trail(text, inner.start, inner.end, style) } else { "" };
        let mut position = inner.start + head.len();
        let mut chunks = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let until = entries.get(index + 1).map_or(inner.end, |next| next.start);
            let comma = comma(text, entry.end, until, style);
            let after = comma.map_or(entry.end, |at| at + 1);
            let trail = trail(text, after, until, style);
            chunks.push(Chunk {
                lead: &text[position..entry.start],
                body: &text[entry.clone()],
                between: &text[entry.end..comma.unwrap_or(entry.end)],
                has_comma: comma.is_some(),
                trail,
            });
            position = after + trail.len();
        }
        Self { text, head, tail: &text[position..inner.end], inner, chunks, style }
    }

    /// Returns whether an entry has our mark behind it.
    pub(super) fn is_marked(&self, index: usize) -> bool {
        self.chunks.get(index).is_some_and(|chunk| chunk.trail.contains(MARK))
    }

    fn is_multiline(&self) -> bool {
        self.text[self.inner.clone()].contains('\n')
    }

    /// Returns the white space before new entries.
    pub(super) fn pad(&self, unit: &str) -> String {
        let own = self.chunks.iter().find_map(|chunk| chunk.lead.get(chunk.lead.rfind('\n')? + 1..));
        own.map_or_else(|| format!("{}{unit}", self.outer()), str::to_owned)
    }

    /// Returns the white space before the line on which it opens.
    fn outer(&self) -> &str {
        let line = self.text[..self.inner.start].rfind('\n').map_or(0, |at| at + 1);
        let line = &self.text[line..self.inner.start];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Returns what belongs between the brackets. `fates` has one for each entry; `new` come last, each with the
    /// comment behind it.
    pub(super) fn rewritten(
        &self,
        fates: &[Fate],
        new: &[(String, Option<String>)],
        unit: &str,
    ) -> (Range<usize>, String) {
        let spread =
            self.is_multiline() || !new.is_empty() || fates.iter().any(|fate| matches!(fate, Fate::Becomes(..)));
        let pad = format!("\n{}", self.pad(unit));
        let note = |comment: &Option<String>| match (comment, self.style.comment) {
            (Some(comment), Some(start)) => format!(" {start} {comment}"),
            _ => String::new(),
        };
        let mut carry = self.head.to_owned();
        let mut parts: Vec<(String, String, String)> = Vec::new();
        for (chunk, fate) in self.chunks.iter().zip(fates) {
            let lead = if spread && !chunk.lead.contains('\n') { pad.as_str() } else { chunk.lead };
            let lead = std::mem::take(&mut carry) + lead;
            let old = chunk.between;
            match fate {
                Fate::Stays => parts.push((lead, format!("{}{old}", chunk.body), chunk.trail.to_owned())),
                Fate::Becomes(body, comment) => {
                    let kept = if chunk.trail.contains(MARK) { "" } else { chunk.trail };
                    let trail = if comment.is_some() { note(comment) } else { kept.to_owned() };
                    parts.push((lead, format!("{body}{old}"), trail));
                }
                Fate::Goes if lead.trim().is_empty() => {}
                Fate::Goes => carry = lead.trim_end().to_owned(),
            }
        }
        for (body, comment) in new {
            parts.push((std::mem::take(&mut carry) + &pad, body.clone(), note(comment)));
        }
        let tail = if spread && !self.is_multiline() {
            let inside = if self.style.end_is_inside { unit } else { "" };
            format!("\n{}{inside}", self.outer())
        } else {
            self.tail.to_owned()
        };
        let ends_with_comma = self.chunks.last().map_or(self.style.last_comma, |chunk| chunk.has_comma);
        let count = parts.len();
        let mut text = String::new();
        for (index, (lead, body, trail)) in parts.into_iter().enumerate() {
            let comma = if index + 1 < count || (ends_with_comma && spread) { "," } else { "" };
            let first = self.chunks.first().map(|chunk| chunk.lead).filter(|_| index == 0 && !spread);
            text.push_str(&format!("{}{body}{comma}{trail}", first.unwrap_or(&lead)));
        }
        let rest = carry + &tail;
        if count > 0 || !rest.trim().is_empty() {
            text.push_str(&rest);
        }
        (self.inner.clone(), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: Style = Style { comment: Some("#"), blocks: false, last_comma: true, end_is_inside: false };
    const JSON: Style = Style { comment: None, blocks: false, last_comma: false, end_is_inside: false };

    /// Rewrites a list of quoted words.
    fn rewrite(text: &str, fates: &[Fate], new: &[&str], style: Style) -> String {
        let quotes: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
        let entries: Vec<_> = quotes.chunks(2).map(|pair| pair[0]..pair[1] + 1).collect();
        let at = text.find('[').unwrap()..text.rfind(']').unwrap() + 1;
        let new: Vec<_> = new.iter().map(|text| ((*text).to_owned(), Some("stopgap: x".to_owned()))).collect();
        let (range, inner) = Bracket::new(text, &at, &entries, style).rewritten(fates, &new, "  ");
        format!("{}{inner}{}", &text[..range.start], &text[range.end..])
    }

    #[test]
    fn comments_stay_when_entries_come_and_go() {
        let text = "x = [\n  # one, first\n  \"a\", # why\n  \"b\",\n]\n";
        assert_eq!(rewrite(text, &[Fate::Goes, Fate::Stays], &[], TOML), "x = [\n  # one, first\n  \"b\",\n]\n");
        assert_eq!(
            rewrite(text, &[Fate::Stays, Fate::Goes], &["\"c\""], TOML),
            "x = [\n  # one, first\n  \"a\", # why\n  \"c\", # stopgap: x\n]\n"
        );
        assert_eq!(rewrite("x = [\"a\"]", &[Fate::Goes], &[], TOML), "x = []");
    }

    #[test]
    fn a_comment_behind_the_bracket_stays_there() {
        for (text, there) in [
            ("x = [ # head\n]\n", "x = [ # head\n  \"a\", # stopgap: x\n]\n"),
            ("x = [ # head\n  # b\n]\n", "x = [ # head\n  \"a\", # stopgap: x\n  # b\n]\n"),
        ] {
            assert_eq!(rewrite(text, &[], &["\"a\""], TOML), there);
            assert_eq!(rewrite(there, &[Fate::Goes], &[], TOML), text);
        }
    }

    #[test]
    fn a_line_is_spread_for_what_comes() {
        assert_eq!(
            rewrite("x = [\"a\"]", &[Fate::Stays], &["\"b\""], TOML),
            "x = [\n  \"a\",\n  \"b\" # stopgap: x\n]"
        );
        assert_eq!(rewrite("[]", &[], &["\"b\""], JSON), "[\n  \"b\"\n]");
    }

    #[test]
    fn strict_json_has_no_last_comma() {
        let text = "[\n  \"a\",\n  \"b\"\n]";
        assert_eq!(rewrite(text, &[Fate::Stays, Fate::Goes], &[], JSON), "[\n  \"a\"\n]");
        assert_eq!(rewrite(text, &[Fate::Goes, Fate::Goes], &[], JSON), "[]");
    }
}
