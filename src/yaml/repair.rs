//! Finds the slips that make a text invalid YAML, each with the change that lets reading continue.
//!
//! A reader stops at the first fault, so an author of three bare handles would learn of only one. Here the likely slip
//! of a line is corrected in a copy; if reading then gets past that line, the search continues. Only once the whole
//! text is read, with every key where it was, are the changes offered; anything that needs more than quotes and spaces
//! is left to people.

use std::collections::BTreeSet;

use crate::source::Span;
use crate::text::{counted, is_space, shown, space_name};
use crate::yaml::fix::{Fix, Replacement};
use crate::yaml::problem::Problem;
use crate::yaml::read::{Key, MAX_PROBLEMS, Unread, odd_indent, read, read_with_keys};
use crate::yaml::write::{Quotes, quoted, scalar};

/// The colon of East Asian keyboards, which YAML takes for a letter.
const WIDE_COLON: char = '：';

/// A larger text is only read up to its first fault, so that no file costs a hundred readings of its own size.
const LONGEST: usize = 32 * 1024;

/// The most slips that are righted to find out whether the whole text can be read; not all of them are listed.
const MOST_SLIPS: usize = 2 * MAX_PROBLEMS;

/// Lists what is wrong with a text that cannot be read, in its order.
pub(super) fn list(text: &str, unread: Unread) -> Vec<Problem> {
    if unread.fault.is_none() || text.len() > LONGEST {
        return unread.problems;
    }
    let mut copy = Copy { text: text.to_owned(), done: Vec::new() };
    let mut found: Vec<Found> = Vec::new();
    let keys = unread.keys.clone();
    let mut unread = Some(unread);
    while let Some(Unread { problems, fault: Some(fault), .. }) = &mut unread {
        let Some(mut problem) = problems.pop() else { break };
        problem.span = copy.original(problem.span);
        let Some((slip, rest)) = right(&copy.text, fault.to_owned()) else {
            found.push(Found { told: problem, righted: None });
            break;
        };
        let edits: Vec<Replacement> = slip.edits.iter().map(|edit| copy.at_original(edit)).collect();
        let mut righted = problem.clone();
        righted.span = copy.place(&slip, *fault).map_or(problem.span, |span| copy.original(span));
        righted.message = slip.message.unwrap_or(righted.message);
        righted.help = Some(slip.help);
        righted.fix = Some(Box::new(Fix::new(slip.description, edits)));
        let is_there = slip.edits.iter().any(|edit| edit.span.range().contains(fault));
        found.push(Found { told: problem, righted: Some((righted, is_there)) });
        copy.take(slip.edits);
        unread = rest;
        if found.len() >= MOST_SLIPS {
            break;
        }
    }
    let is_read = unread.as_ref().is_none_or(|unread| unread.fault.is_none()) && copy.keeps(&keys);
    let mut listed = Vec::new();
    for Found { told, righted } in found {
        match righted {
            Some((righted, _)) if is_read => listed.push(righted),
            // What is wrong right here is wrong whatever else is.
            Some((righted, true)) => listed.push(Problem { fix: None, ..righted }),
            // Nothing confirms the slip, and what follows builds on it.
            _ => {
                listed.push(told);
                break;
            }
        }
    }
    // What else lies outside the safe subset is listed as it is in the last copy.
    let others = unread.map(|unread| unread.problems).unwrap_or_default();
    listed.extend(others.into_iter().map(|problem| copy.moved_back(problem)));
    listed.sort_by_key(|problem| problem.span);
    listed.truncate(MAX_PROBLEMS);
    listed
}

/// A fault as the reader tells of it, and as the slip behind it, with whether that is where the fault is.
struct Found {
    told: Problem,
    righted: Option<(Problem, bool)>,
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

    /// Tells whether the keys that were read in the text that was given are read here too, below the same ones.
    fn keeps(&self, keys: &[Key]) -> bool {
        let (_, _, now) = read_with_keys(&self.text);
        let before = |key: &Key| (self.byte(key.start as usize), key.parent, key.item);
        now.len() >= keys.len()
            && keys.iter().zip(&now).all(|(old, new)| (old.start as usize, old.parent, old.item) == before(new))
    }

    /// Returns where a slip is, if the reader stumbled only on a line below it.
    fn place(&self, slip: &Slip, fault: usize) -> Option<Span> {
        if slip.at.is_some() {
            return slip.at;
        }
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
#[derive(Default)]
struct Slip {
    /// What is wrong, and where, if that is not what the reader says.
    message: Option<String>,
    at: Option<Span>,
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
    let slips = indentation(text, fault).into_iter().chain(lines.first_indented(fault)).chain(lines.slips(fault));
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

fn is_odd(sign: char) -> bool {
    sign != ' ' && (sign == '\t' || is_space(sign))
}

/// Returns the white space at the start of a line, whatever its width.
fn blanks_of(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches(|sign| sign == ' ' || is_odd(sign)).len()]
}

/// Replaces what is no space in the indentation of the line of a fault, or of the one above it: in every line by the
/// same width, or in this one by the column of other keys. Where those put its key below different ones, nobody knows
/// what was meant.
fn indentation(text: &str, fault: usize) -> Option<Slip> {
    let start = [start_of_line(text, fault)]
        .into_iter()
        .chain(Lines::around(text, fault).above().take(1))
        .find(|start| blanks_of(&text[*start..]).contains(is_odd))?;
    let line = &text[start..end_of_line(text, start)];
    let blanks = blanks_of(line);
    let rest = line.trim_start_matches(|sign| sign == ' ' || is_odd(sign));
    let (odd, sign) = blanks.char_indices().find(|(_, sign)| is_odd(*sign))?;
    // Where the key is, behind the dashes of a list.
    let behind = rest.len() - rest.trim_start_matches(['-', ' ']).len();
    let mut meant: Option<(Vec<Replacement>, Vec<Key>)> = None;
    let every_line = [2, 4, 8].into_iter().filter(|_| !has_block_text(text)).map(|width| tab_stops(text, width));
    let own = Replacement::new(Span::new(start, start + blanks.len()), "");
    let this_line = columns(text).map(|column| vec![Replacement { text: " ".repeat(column), ..own.clone() }]);
    for edits in every_line.chain(this_line) {
        let mut copy = Copy { text: text.to_owned(), done: Vec::new() };
        copy.take(edits.clone());
        let (_, fault, keys) = read_with_keys(&copy.text);
        let is_here = |key: &Key| copy.byte(key.start as usize) == start + blanks.len() + behind;
        if fault.is_some() || !keys.iter().any(is_here) {
            continue;
        }
        match &meant {
            Some((_, first)) if !first.iter().map(Key::home).eq(keys.iter().map(Key::home)) => return None,
            Some(_) => {}
            None => meant = Some((edits, keys)),
        }
    }
    let (edits, _) = meant?;
    let spaced = edits.iter().filter(|edit| edit.span.range().start == start);
    let spaces: String = spaced.map(|edit| edit.text.as_str()).collect();
    let there = if edits.len() > 1 { ", here and in the other lines" } else { "" };
    let what = if sign == '\t' { "tabs".to_owned() } else { space_name(sign) };
    let at = Span::new(start + odd, start + odd + sign.len_utf8());
    Some(Slip {
        message: Some(odd_indent(at, sign).message),
        at: Some(at),
        help: format!("replace {what} with spaces{there}: `{}`", shown(&(spaces + rest.trim_end()))),
        description: "indent with spaces".to_owned(),
        edits,
        is_item: false,
    })
}

/// Replaces the white space at the start of every line that has a tab or the like there, up to the next multiple of a
/// width for each tab.
fn tab_stops(text: &str, width: usize) -> Vec<Replacement> {
    let mut edits = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let blanks = blanks_of(line);
        if blanks.contains(is_odd) {
            let column = blanks.chars().fold(0, |column, sign| match sign {
                '\t' => (column / width + 1) * width,
                _ => column + 1,
            });
            edits.push(Replacement::new(Span::new(start, start + blanks.len()), " ".repeat(column)));
        }
        start += line.len();
    }
    edits
}

/// Lists the columns behind the first in which lines begin, and keys behind a dash.
fn columns(text: &str) -> impl Iterator<Item = usize> {
    const MOST: usize = 8;
    let starts = text.lines().filter(|line| !blanks_of(line).contains(is_odd)).flat_map(|line| {
        let indent = indent_of(line);
        [indent, line.len() - line.trim_start_matches(['-', ' ']).len()]
    });
    let columns: BTreeSet<usize> = starts.filter(|column| *column > 0).collect();
    columns.into_iter().take(MOST)
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
        // As one string it would no longer have its key.
        if Pair::at(self.text, self.start).is_some_and(|pair| pair.value.0 > pair.colon) {
            return None;
        }
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
        // A line above that is no key may be the slip.
        Pair::at(self.text, self.above().next()?)?;
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
        // It stays below the same key, or in the same item, and is beside another one there.
        let is_beside = self.parent_of(level, nearest.start) == self.parent_of(level, pair.start);
        if !is_beside || self.parent_of(indent, pair.start) != self.parent_of(level, pair.start) {
            return None;
        }
        let key = shown(pair.name());
        let spaces = counted(level, "space");
        Some(Slip {
            help: format!("write `{key}:` right below `{}:`, with {spaces} before it", shown(beside)),
            description: format!("align `{key}` with `{}`", shown(beside)),
            edits: vec![Replacement::new(Span::new(pair.start, pair.key), " ".repeat(level))],
            ..Slip::default()
        })
    }

    /// Returns the byte of the key or the dash that a line would be below if its key were in a column.
    fn parent_of(&self, column: usize, line: usize) -> Option<usize> {
        let own = Pair::at(self.text, line).filter(|pair| pair.column() == column);
        let dash_of = |start: usize| {
            let indent = indent_of(&self.text[start..]);
            self.text[start + indent..].starts_with("- ").then_some((indent, start + indent))
        };
        if let Some((_, dash)) = own.and_then(|pair| dash_of(pair.start)) {
            return Some(dash);
        }
        // Of what is behind a line of another key, nothing is open but that which is less indented.
        let mut open = column;
        Lines { text: self.text, start: line }.above().find_map(|start| {
            let key = Pair::at(self.text, start).filter(|pair| pair.column() < open);
            if let Some(pair) = key.filter(|pair| pair.value().is_empty()) {
                return Some(pair.key);
            }
            if let Some((_, at)) = dash_of(start).filter(|(dash, _)| *dash < open) {
                return Some(at);
            }
            open = key.map_or(open, |pair| pair.column());
            None
        })
    }

    /// Puts the first line of a text, which alone is indented, where the others begin.
    fn first_indented(&self, fault: usize) -> Option<Slip> {
        let first = self.above().last()?;
        let own = Pair::at(self.text, self.start).filter(|pair| pair.column() == 0)?;
        let pair = Pair::at(self.text, first).filter(|pair| pair.column() > 0 && first < own.start)?;
        let indent = Span::new(pair.start, pair.key);
        let is_blank = self.text[indent.range()].bytes().all(|byte| byte == b' ');
        (is_blank && fault >= own.start).then(|| Slip {
            message: Some("the first key is indented, and those below it are not".to_owned()),
            at: Some(Span::new(pair.key, pair.end)),
            help: format!("write `{}:` at the start of its line", shown(pair.name())),
            description: format!("align `{}` with `{}`", shown(pair.name()), shown(own.name())),
            edits: vec![Replacement::new(indent, "")],
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
        ..Slip::default()
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
        ..Slip::default()
    })
}

#[cfg(test)]
mod tests {
    use super::MAX_PROBLEMS;
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
        let handles = "requester: @maria\nowner: @dana # since May\nreviews: [{by: @olek, note: x}]\n";
        let (found, text) = righted(handles);
        assert_eq!((found, text.lines().next()), (3, Some("requester: \"@maria\"")));
        assert!(text.contains("owner: \"@dana\" # since May\nreviews: [{by: \"@olek\", note: x}]"), "{text}");
    }

    #[test]
    fn more_slips_than_are_listed_are_still_righted() {
        let text: String = (0..25).map(|n| format!("k{n}: @a\n")).collect();
        let (found, righted) = righted(&text);
        assert_eq!((found, righted.matches('"').count()), (MAX_PROBLEMS, 2 * MAX_PROBLEMS));
    }

    #[test]
    fn nothing_is_changed_before_the_whole_text_can_be_read() {
        let text = "requester: @maria\nowner: @dana\n- @x\n";
        assert_eq!(righted(text), (3, text.to_owned()));
        let told: Vec<_> = parse(text).unwrap_err().into_iter().map(|problem| problem.help.unwrap()).collect();
        assert_eq!(told[..2], ["quote the string: `requester: \"@maria\"`", "quote the string: `owner: \"@dana\"`"]);
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
            ("a:\n    b: 1\n\tc: 2\n\td: 3\n", "a:\n    b: 1\n    c: 2\n    d: 3\n"),
            ("a:\n  \tb: 1\n   c: 2\nd: 3\n", "a:\n   b: 1\n   c: 2\nd: 3\n"),
            ("a:\n  \tb: 1\n  c: 2\nd: 3\n", "a:\n  b: 1\n  c: 2\nd: 3\n"),
            ("a:\n  - b: c\n\td: e\nf: g\n", "a:\n  - b: c\n    d: e\nf: g\n"),
            ("a:\n  - b: c\n    \td: e\nf: g\n", "a:\n  - b: c\n    d: e\nf: g\n"),
            ("a:\n  - b\n  \t- c: d\n  - c: d\n", "a:\n  - b\n  - c: d\n  - c: d\n"),
            ("a:\n\u{a0} b: 1\n  c: 2\nd: 3\n", "a:\n  b: 1\n  c: 2\nd: 3\n"),
            ("a:\n  b: 1\n\u{a0}\u{a0}c: 2\nd: 3\n", "a:\n  b: 1\n  c: 2\nd: 3\n"),
            (" a: 1\nb: 2\nc:\n  d: 3\n", "a: 1\nb: 2\nc:\n  d: 3\n"),
            ("# x\n\n  a: 1\nb: 2\n", "# x\n\na: 1\nb: 2\n"),
            ("a:\n  - b: c\n     d: e\nf: g\n", "a:\n  - b: c\n    d: e\nf: g\n"),
            ("a:\n b: 1\n  c: 2\n", "a:\n b: 1\n c: 2\n"),
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
    fn a_slip_is_told_where_it_is() {
        let told = |text: &str| {
            let problem = parse(text).unwrap_err().remove(0);
            (problem.message, problem.help.unwrap(), problem.span.range().start)
        };
        for (text, message, help, at) in [
            ("a:\n\tb: 1\nc: 2\n", "a tab in the indentation", "replace tabs with spaces: `  b: 1`", 3),
            (
                "a:\n\tb: 1\n\tc: 2\n",
                "a tab in the indentation",
                "replace tabs with spaces, here and in the other lines: `  b: 1`",
                3,
            ),
            (
                "a:\n\u{a0} b: 1\n  c: 2\n",
                "a no-break space (U+00A0) in the indentation",
                "replace a no-break space (U+00A0) with spaces: `  b: 1`",
                3,
            ),
            (
                "# x\n a: 1\nb: 2\n",
                "the first key is indented, and those below it are not",
                "write `a:` at the start of its line",
                5,
            ),
            (
                "a:\n b: 1\n  c: 2\n",
                "a `:` where a key cannot be",
                "write `c:` right below `b:`, with 1 space before it",
                12,
            ),
        ] {
            assert_eq!(told(text), (message.to_owned(), help.to_owned(), at), "{text:?}");
        }
        let nested = format!("a: {}{}\n", "[".repeat(100), "]".repeat(100));
        assert_eq!(righted(&nested), (1, nested));
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
            "a:\n  b:\n    c: 1\n\td: 2\n",
            "a:\n  b = 1\n  c: 2\nd: 3\n",
            "a:\n  • b: 1\n    c: 2\nd:\n  e: 3\n",
            "x:\n  y: 1\na:\n  • b: 1\n    c: 2\n",
            "a:\n - b: 1\n   - c: d: 2\n",
            "a: &x 1\nb: *x\n",
            "<<<<<<< HEAD\na: 1\n",
        ] {
            assert_eq!(righted(text).1, text, "{text}");
        }
    }
}
