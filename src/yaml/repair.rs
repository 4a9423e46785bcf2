//! Finds the slips that make a text invalid YAML, each with the change that lets reading continue.
//!
//! A reader stops at the first fault, so an author of three bare handles would learn of only one. Here the likely slip
//! of a line is corrected in a copy; if reading then gets past that line, the slip is confirmed and the search
//! continues. Only quotes and spaces are ever inserted; anything that needs more is left to people.

use crate::source::Span;
use crate::text::{shown, space_name};
use crate::yaml::fix::{Fix, Replacement};
use crate::yaml::problem::Problem;
use crate::yaml::read::{MAX_PROBLEMS, Unread, read};
use crate::yaml::write::{Quotes, quoted, scalar};

/// The colon of East Asian keyboards, which YAML takes for a letter.
const WIDE_COLON: char = '：';

/// A larger text is only read up to its first fault, so that no file costs a hundred readings of its own size.
const LONGEST: usize = 32 * 1024;

/// Lists what is wrong with a text that cannot be read, in its order.
pub(super) fn list(text: &str, unread: Unread) -> Vec<Problem> {
    if unread.fault.is_none() || text.len() > LONGEST {
        return unread.problems;
    }
    let mut copy = Copy { text: text.to_owned(), done: Vec::new() };
    let mut found: Vec<Problem> = Vec::new();
    let mut unread = unread;
    while let (Some(fault), Some(mut problem)) = (unread.fault, unread.problems.pop()) {
        problem.span = copy.original(problem.span);
        let Some((slip, rest)) = right(&copy.text, fault) else {
            found.push(problem);
            break;
        };
        let edits: Vec<Replacement> = slip.edits.iter().map(|edit| copy.at_original(edit)).collect();
        problem.span = copy.place(&slip, fault).map_or(problem.span, |span| copy.original(span));
        problem.help = Some(slip.help);
        problem.fix = Some(Box::new(Fix::new(slip.description, edits)));
        found.push(problem);
        copy.take(slip.edits);
        match rest {
            Some(rest) if found.len() < MAX_PROBLEMS => unread = rest,
            _ => return found,
        }
    }
    // What else lies outside the safe subset is listed as it is in the last copy.
    found.extend(unread.problems.into_iter().map(|problem| copy.moved_back(problem)));
    found.sort_by_key(|problem| problem.span);
    found.truncate(MAX_PROBLEMS);
    found
}

/// A text that is righted from its start on.
struct Copy {
    text: String,
    /// The byte behind each change in the text as it is now, and how many bytes it has added.
    done: Vec<(usize, isize)>,
}

impl Copy {
    fn take(&mut self, edits: Vec<Replacement>) {
        let mut moved = 0;
        for edit in edits {
            let range = edit.span.range();
            let start = range.start.saturating_add_signed(moved);
            let end = range.end.saturating_add_signed(moved);
            let added = edit.text.len().cast_signed() - range.len().cast_signed();
            for (behind, _) in self.done.iter_mut().filter(|(behind, _)| *behind > start) {
                *behind = behind.saturating_add_signed(added);
            }
            self.text.replace_range(start..end, &edit.text);
            self.done.push((start + edit.text.len(), added));
            moved += added;
        }
    }

    /// Returns where a byte was in the text that was given.
    fn byte(&self, at: usize) -> usize {
        let added: isize = self.done.iter().filter(|(behind, _)| *behind <= at).map(|(_, added)| added).sum();
        at.saturating_add_signed(-added)
    }

    /// Returns where a slip is, if the reader stumbled only on a line below it.
    fn place(&self, slip: &Slip, fault: usize) -> Option<Span> {
        let start = start_of_line(&self.text, slip.edits.first()?.span.range().start);
        let end = end_of_line(&self.text, start);
        let line = self.text.get(start..end).filter(|_| end < fault)?;
        Some(Span::new(start + indent_of(line), end))
    }

    fn original(&self, span: Span) -> Span {
        let range = span.range();
        Span::new(self.byte(range.start), self.byte(range.end))
    }

    fn at_original(&self, edit: &Replacement) -> Replacement {
        Replacement::new(self.original(edit.span), edit.text.clone())
    }

    fn moved_back(&self, mut problem: Problem) -> Problem {
        problem.span = self.original(problem.span);
        if let Some(related) = &mut problem.related {
            related.span = self.original(related.span);
        }
        problem
    }
}

/// A slip of a line.
struct Slip {
    /// What to type.
    help: String,
    /// What the change does.
    description: String,
    /// The change, in the order of the text.
    edits: Vec<Replacement>,
    /// Whether it is in a part of a line, between brackets.
    is_item: bool,
}

/// Finds the slip behind a fault, with what the reading says once it is righted: nothing if it reaches the end.
fn right(text: &str, fault: usize) -> Option<(Slip, Option<Unread>)> {
    let lines = Lines::around(text, fault);
    let slips = tabs(text, fault).into_iter().chain(lines.slips(fault));
    slips.into_iter().find_map(|slip| {
        let mut copy = Copy { text: text.to_owned(), done: Vec::new() };
        copy.take(slip.edits.clone());
        let last = slip.edits.last().map_or(fault, |edit| edit.span.range().end).max(fault);
        let added: isize = copy.done.iter().map(|(_, added)| added).sum();
        let behind = last.saturating_add_signed(added).min(copy.text.len());
        // Behind a comma the next item may have a slip of its own.
        let passed = if slip.is_item { behind } else { end_of_line(&copy.text, behind) };
        match read(&copy.text) {
            Ok(_) => Some((slip, None)),
            Err(unread) if unread.fault.is_none_or(|fault| fault > passed) => Some((slip, Some(unread))),
            Err(_) => None,
        }
    })
}

fn start_of_line(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

fn end_of_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length)
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// Replaces every tab of the indentation with spaces: one line alone would not fit the others.
fn tabs(text: &str, fault: usize) -> Option<Slip> {
    const WIDTH: usize = 2;
    let line = &text[start_of_line(text, fault)..end_of_line(text, fault)];
    if !line[..indent_of(line)].contains('\t') || has_block_text(text) {
        return None;
    }
    let mut edits = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let tabs = line[..indent_of(line)].match_indices('\t');
        edits.extend(tabs.map(|(at, _)| Replacement::new(Span::new(start + at, start + at + 1), " ".repeat(WIDTH))));
        start += line.len();
    }
    let spaced = line[..indent_of(line)].replace('\t', &" ".repeat(WIDTH)) + line.trim();
    let help = format!("replace tabs with spaces, here and in the other lines: `{}`", shown(&spaced));
    Some(Slip { help, description: "indent with spaces".to_owned(), edits, is_item: false })
}

/// Tells whether a text may have a block scalar, in which white space at the start of a line is content.
fn has_block_text(text: &str) -> bool {
    text.lines().any(|line| {
        line.trim_end().trim_end_matches(|c: char| c.is_ascii_digit() || "+-".contains(c)).ends_with(['|', '>'])
    })
}

/// A `key: value` on a line of its own, by its bytes.
#[derive(Clone, Copy)]
struct Pair<'t> {
    text: &'t str,
    start: usize,
    key: usize,
    /// Where the key ends.
    end: usize,
    /// The byte behind the colon.
    colon: usize,
    /// Where the value starts and ends; without what follows as a comment.
    value: (usize, usize),
}

impl<'t> Pair<'t> {
    /// Reads the line that starts at a byte.
    fn at(text: &'t str, start: usize) -> Option<Self> {
        let line = text.get(start..end_of_line(text, start))?.trim_end();
        let own = line.trim_start_matches([' ', '-']);
        let key = start + line.len() - own.len();
        let (name, sign) = own.char_indices().find(|(_, sign)| matches!(*sign, ':' | WIDE_COLON))?;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
        if name == 0 || !own[..name].chars().all(is_name) || own[..name].ends_with(' ') {
            return None;
        }
        let colon = key + name + sign.len_utf8();
        let rest = &own[name + sign.len_utf8()..];
        let value = colon + rest.len() - rest.trim_start().len();
        let value_text = rest.trim_start();
        let end = value_text.find(" #").map_or(value_text.len(), |at| value_text[..at].trim_end().len());
        Some(Self { text, start, key, end: key + name, colon, value: (value, value + end) })
    }

    fn name(&self) -> &'t str {
        &self.text[self.key..self.end]
    }

    fn value(&self) -> &'t str {
        &self.text[self.value.0..self.value.1]
    }

    /// The column of the key.
    fn column(&self) -> usize {
        self.key - self.start
    }
}

/// The line of a fault and those above it.
struct Lines<'t> {
    text: &'t str,
    start: usize,
}

impl<'t> Lines<'t> {
    fn around(text: &'t str, fault: usize) -> Self {
        Self { text, start: start_of_line(text, fault) }
    }

    fn slips(&self, fault: usize) -> Vec<Slip> {
        let own = Pair::at(self.text, self.start);
        let above = self.above().find_map(|start| Pair::at(self.text, start));
        let quotes = [self.quote_in_brackets(fault), own.and_then(|pair| self.quote(pair)), self.quote_item(fault)];
        let spaces = [own, above].into_iter().flatten().filter_map(space_behind);
        let above_quoted = above.and_then(|pair| self.quote(pair));
        quotes
            .into_iter()
            .flatten()
            .chain(spaces)
            .chain(own.and_then(|pair| self.align(pair)))
            .chain(above_quoted)
            .collect()
    }

    /// The starts of the lines above that say something, the nearest first.
    fn above(&self) -> impl Iterator<Item = usize> {
        let mut start = self.start;
        std::iter::from_fn(move || {
            start = start.checked_sub(1).map(|end| start_of_line(self.text, end))?;
            Some(start)
        })
        .filter(|start| {
            let line = self.text[*start..end_of_line(self.text, *start)].trim();
            !line.is_empty() && !line.starts_with('#')
        })
    }

    /// Quotes the value of a key, if it ends with its line.
    fn quote(&self, pair: Pair<'_>) -> Option<Slip> {
        let value = pair.value();
        let next = self.text.get(end_of_line(self.text, pair.start) + 1..).unwrap_or_default();
        let goes_on =
            next.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| indent_of(line) > pair.column());
        if value.is_empty() || goes_on || value.starts_with(['"', '\'', '|', '>', '{', '#']) || is_list(value) {
            return None;
        }
        // A `#` took the rest of the list for a comment.
        let is_cut = self.text[pair.value.1..].trim_start_matches([' ', '\t']).starts_with('#');
        if is_cut && value.starts_with('[') && !value.contains(']') {
            return None;
        }
        // A list was meant, and none is more than one line here.
        if let Some(item) = value.strip_prefix("- ").map(str::trim).filter(|item| !item.is_empty()) {
            // Several words are a sentence, and no item of a list.
            let (new, what, done) = match item.contains(' ') {
                true => (scalar(item, Quotes::Double, false), "remove the dash", "remove the dash".to_owned()),
                false => {
                    let new = format!("[{}]", scalar(item, Quotes::Double, true));
                    (new, "write the list in brackets", format!("put `{}` in brackets", shown(item)))
                }
            };
            return Some(rewrite((pair.name(), value, pair.value.0), new, what, done));
        }
        Some(quote(pair.name(), value, pair.value.0))
    }

    /// Quotes the item of a block list.
    fn quote_item(&self, fault: usize) -> Option<Slip> {
        let line = &self.text[self.start..end_of_line(self.text, fault)];
        let item = line.trim_start().strip_prefix("- ")?.trim();
        let at = self.start + line.find(item).filter(|_| !item.is_empty())?;
        (!item.starts_with(['"', '\'', '{', '[', '|', '>', '-'])).then(|| quote("", item, at))
    }

    /// Quotes what is between commas and brackets.
    fn quote_in_brackets(&self, fault: usize) -> Option<Slip> {
        let before = &self.text[self.start..fault];
        let opened = before.matches(['[', '{']).count() > before.matches([']', '}']).count();
        let rest = &self.text[fault..end_of_line(self.text, fault)];
        let value = rest[..rest.find([',', ']', '}', '"', '\''])?].trim_end();
        (opened && !value.is_empty()).then(|| Slip { is_item: true, ..quote("", value, fault) })
    }

    /// Puts a line below its neighbours.
    fn align(&self, pair: Pair<'_>) -> Option<Slip> {
        const NEAR: usize = 2;
        let indent = indent_of(&self.text[pair.start..pair.key]);
        let next = self.text.get(end_of_line(self.text, pair.start) + 1..).unwrap_or_default();
        let holds_more =
            next.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| indent_of(line) > pair.column());
        let levels: Vec<Pair<'_>> = self.above().filter_map(|start| Pair::at(self.text, start)).collect();
        let off = |pair: &Pair<'_>| pair.column().abs_diff(indent);
        let nearest = levels.iter().min_by_key(|pair| off(pair))?;
        let (level, beside) = (nearest.column(), nearest.name());
        // As near to the keys above as to those below them, it may belong to either.
        if levels.iter().any(|other| other.column() != level && off(other) == off(nearest)) {
            return None;
        }
        if pair.key != pair.start + indent || holds_more || level == indent || level.abs_diff(indent) > NEAR {
            return None;
        }
        let key = shown(pair.name());
        Some(Slip {
            help: format!("write `{key}:` right below `{}:`, with {level} spaces before it", shown(beside)),
            description: format!("align `{key}` with `{}`", shown(beside)),
            edits: vec![Replacement::new(Span::new(pair.start, pair.key), " ".repeat(level))],
            is_item: false,
        })
    }
}

/// Tells whether a value begins as a list and is not a bracketed word before a text.
fn is_list(value: &str) -> bool {
    let word = value.find(']').is_some_and(|end| !value[end + 1..].trim().is_empty());
    value.starts_with('[') && !word
}

fn quote(key: &str, value: &str, at: usize) -> Slip {
    rewrite((key, value, at), quoted(value, Quotes::Double), "quote the string", format!("quote `{}`", shown(value)))
}

/// Writes a value of a key, if it has one, in another way.
fn rewrite((key, value, at): (&str, &str, usize), new: String, what: &str, description: String) -> Slip {
    let typed = if key.is_empty() { shown(&new).into_owned() } else { format!("{}: {}", shown(key), shown(&new)) };
    Slip {
        help: format!("{what}: `{typed}`"),
        description,
        edits: vec![Replacement::new(Span::new(at, at + value.len()), new)],
        is_item: false,
    }
}

/// Puts a colon and a plain space between a key and its value.
fn space_behind(pair: Pair<'_>) -> Option<Slip> {
    let value = pair.value();
    let between = &pair.text[pair.end..pair.value.0];
    let strange = between.chars().find(|sign| !sign.is_ascii());
    if value.is_empty() || (strange.is_none() && between != ":") || value.starts_with("//") {
        return None;
    }
    let new = if value.starts_with(['@', '`', '%']) { quoted(value, Quotes::Double) } else { value.to_owned() };
    let key = shown(pair.name());
    let typed = format!("`{key}: {}`", shown(&new));
    let mut edits = match strange {
        Some(_) => vec![Replacement::new(Span::new(pair.end, pair.value.0), ": ")],
        None => vec![Replacement::insert(pair.colon, " ")],
    };
    if new != value {
        edits.push(Replacement::new(Span::new(pair.value.0, pair.value.1), new));
    }
    Some(Slip {
        help: match strange {
            Some(WIDE_COLON) => format!("the colon after `{key}` is a full-width one (U+FF1A): write {typed}"),
            Some(sign) => format!("what follows `{key}:` is {}: write {typed}, with a plain space", space_name(sign)),
            None => format!("put a space after the colon: {typed}"),
        },
        description: match strange {
            Some(WIDE_COLON) => format!("put a plain colon after `{key}`"),
            Some(_) => format!("put a plain space after `{key}:`"),
            None => format!("put a space after `{key}:`"),
        },
        edits,
        is_item: false,
    })
}

#[cfg(test)]
mod tests {
    use crate::yaml::{apply, parse};

    /// Rights a text by its fixes until it is read.
    fn righted(text: &str) -> (usize, String) {
        let problems = parse(text).unwrap_err();
        let fixes: Vec<_> = problems.iter().filter_map(|problem| problem.fix.as_deref()).collect();
        for problem in &problems {
            assert!(text.get(problem.span.range()).is_some(), "{text}");
        }
        (problems.len(), apply(text, &fixes).map_or_else(|| text.to_owned(), |(text, _)| text))
    }

    #[test]
    fn every_bare_handle_is_found_at_once() {
        let (found, text) =
            righted("requester: @maria\nowner: @dana # since May\nreviews: [{by: @olek, note: x}]\n- @x\n");
        assert_eq!((found, text.lines().next()), (4, Some("requester: \"@maria\"")));
        assert!(text.contains("owner: \"@dana\" # since May\nreviews: [{by: \"@olek\", note: x}]"), "{text}");
    }

    #[test]
    fn a_slip_of_one_line_is_righted() {
        for (slip, right) in [
            ("a: Hall 3: b\nc: d\n", "a: \"Hall 3: b\"\nc: d\n"),
            ("a: [P2] b\n", "a: \"[P2] b\"\n"),
            ("a: `b` c\n", "a: \"`b` c\"\n"),
            ("a: %b\n", "a: \"%b\"\n"),
            ("a: *.b\n", "a: \"*.b\"\n"),
            ("a: [@b, @c]\n", "a: [\"@b\", \"@c\"]\n"),
            ("a: {b: %c d, e: f}\n", "a: {b: \"%c d\", e: f}\n"),
            ("a:\n  b: 1\n  c:2\nd: 3\n", "a:\n  b: 1\n  c: 2\nd: 3\n"),
            ("a:\n  b: 1\n   c: 2\nd: 3\n", "a:\n  b: 1\n  c: 2\nd: 3\n"),
            ("a:\n    b: 1\n   c: 2\nd: 3\n", "a:\n    b: 1\n    c: 2\nd: 3\n"),
            ("a:\n\tb: 1\n\tc:\n\t\t- d\n", "a:\n  b: 1\n  c:\n    - d\n"),
            ("a:\n  - b: say: x\n", "a:\n  - b: \"say: x\"\n"),
            ("a:@b\nc: d\n", "a: \"@b\"\nc: d\n"),
            ("a: 1\nb:\u{a0}2\nc: d\n", "a: 1\nb: 2\nc: d\n"),
            ("a: 1\nb:\u{202f}@x # y\nc: d\n", "a: 1\nb: \"@x\" # y\nc: d\n"),
            ("a:\u{3000}1\nb: 2\n", "a: 1\nb: 2\n"),
            ("a: 1\nb：2\nc: d\n", "a: 1\nb: 2\nc: d\n"),
            ("a: 1\nb：\u{3000}2\nc: d\n", "a: 1\nb: 2\nc: d\n"),
        ] {
            assert_eq!(righted(slip).1, right, "{slip}");
        }
    }

    #[test]
    fn a_dash_before_a_sentence_is_not_a_list() {
        let help = |text: &str| parse(text).unwrap_err()[0].help.clone().unwrap();
        assert_eq!(help("a: - b\n"), "write the list in brackets: `a: [b]`");
        assert_eq!(help("a: - b c d\n"), "remove the dash: `a: b c d`");
    }

    #[test]
    fn a_space_that_only_looks_like_one_is_named() {
        let help = |text: &str| parse(text).unwrap_err()[0].help.clone().unwrap();
        assert_eq!(
            help("a: 1\nowner:\u{a0}Dana\nb: 2\n"),
            "what follows `owner:` is a no-break space (U+00A0): write `owner: Dana`, with a plain space"
        );
        assert_eq!(
            help("a: 1\nowner:\u{2003}\"@dana\"\nb: 2\n"),
            "what follows `owner:` is a space of another width (U+2003): write `owner: \"@dana\"`, with a plain space"
        );
        assert_eq!(
            help("a: 1\nowner：Dana\nb: 2\n"),
            "the colon after `owner` is a full-width one (U+FF1A): write `owner: Dana`"
        );
    }

    #[test]
    fn what_may_mean_two_things_is_left_alone() {
        for text in [
            "a: Hall 3: b\n  and more\n",
            "a: \"b\" because\n",
            "a: 'it's'\n",
            "a: |\n\tb\n",
            "a: [b, c\nd: e\n",
            "a:\n  b: 1\n c: 2\nd: 3\n",
            "a: &x 1\nb: *x\n",
            "<<<<<<< HEAD\na: 1\n",
        ] {
            assert_eq!(righted(text).1, text, "{text}");
        }
    }
}
