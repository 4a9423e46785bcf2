//! Makes text of an exception harmless, with one function per syntax.
//!
//! The author of a pull request writes the text, and a reader of the result must see only that.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter, Serializer};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub use crate::text::{is_hostile, shell_word};

/// Turns a message into one line, and what to do about it into a second one.
#[must_use]
pub fn with_help(message: &str, help: Option<&str>) -> String {
    let mut lines = line(message).into_owned();
    if let Some(help) = help {
        lines.push('\n');
        lines.push_str(&line(help));
    }
    lines
}

/// Turns a text into one line for a terminal or a log: hostile characters are written `\u{1b}`, and whatever GitHub,
/// Azure and TeamCity take for a command in a log is broken up.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) && !text.contains('#') && !text.contains(':') {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hostile(c) {
            safe.extend(c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(break_commands(&safe))
}

/// Puts a backslash into what log parsers take for commands: a doubled colon at the start of a line, and `##[`,
/// `##vso[` or `##teamcity[` anywhere in it.
///
/// GitHub's runner compares by culture (`ActionCommand.cs`), which ignores some combining marks, so every character
/// outside ASCII counts as nothing here.
#[must_use]
pub fn break_commands(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 2);
    let start = first_sign(text);
    for (at, c) in text.char_indices() {
        if at == start && is_line_command(&text[at..]) {
            safe.push('\\');
        }
        safe.push(c);
        if c == '#' && is_command(&text[at..]) {
            safe.push('\\');
        }
    }
    safe
}

/// Returns the position of the first character that a log parser notices: ASCII, and not white space.
fn first_sign(text: &str) -> usize {
    text.find(|c: char| c.is_ascii() && !c.is_ascii_whitespace() && c != '\u{b}').unwrap_or(text.len())
}

/// Returns whether a text begins with a doubled colon.
fn is_line_command(text: &str) -> bool {
    after(text, ':').is_some_and(|rest| rest.starts_with(':'))
}

/// Returns whether a text begins with `##[`, or with a word between the signs and the bracket.
fn is_command(text: &str) -> bool {
    let name = after(text, '#').and_then(|rest| after(rest, '#'));
    name.is_some_and(|name| {
        name.trim_start_matches(|c: char| c.is_ascii_alphabetic() || !c.is_ascii()).starts_with('[')
    })
}

/// Returns what follows `first` and any characters outside ASCII.
fn after(text: &str, first: char) -> Option<&str> {
    text.strip_prefix(first).map(|rest| rest.trim_start_matches(|c: char| !c.is_ascii()))
}

/// Escapes the message of a GitHub workflow command (`@actions/core`, `escapeData`).
#[must_use]
pub fn github_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a GitHub workflow command (`@actions/core`, `escapeProperty`).
#[must_use]
pub fn github_property(text: &str) -> String {
    github_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Escapes the message of a logging command of Azure Pipelines (`microsoft/azure-pipelines-agent`, `Command.cs`).
#[must_use]
pub fn azure_data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a logging command of Azure Pipelines.
#[must_use]
pub fn azure_property(text: &str) -> String {
    azure_data(text).replace(']', "%5D").replace(';', "%3B")
}

/// Turns a text into one line of plain text for an issue title, in which GitHub and others find no mention and no
/// reference.
#[must_use]
pub fn title(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        push_visible(c, &mut safe);
        if is_broken_behind(&text[..at], c, &text[at + c.len_utf8()..]) {
            safe.push('\u{200b}');
        }
    }
    break_commands(&safe)
}

/// Appends a character: white space as a space, and one that would act, hide or reorder as its number.
fn push_visible(c: char, safe: &mut String) {
    match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => safe.push(' '),
        _ if is_hostile(c) => {
            let _ = write!(safe, "U+{:04X}", u32::from(c));
        }
        _ => safe.push(c),
    }
}

/// Returns whether GitHub would go on to read a mention, a reference or an address after a character.
fn is_broken_behind(before: &str, c: char, behind: &str) -> bool {
    let ends_in = |word: &str| {
        let tail = before.len().checked_sub(word.len()).and_then(|start| before.get(start..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(word))
    };
    match c {
        '@' | '#' => behind.starts_with(|next: char| !next.is_whitespace()),
        '-' => ends_in("gh") && behind.starts_with(|next: char| next.is_ascii_digit()),
        ':' => behind.starts_with("//"),
        '.' => ends_in("www"),
        _ => false,
    }
}

/// Turns a path into a relative reference (RFC 3986, section 4.2): everything but unreserved characters and `/` is
/// percent-encoded, so that no first segment looks like a scheme.
#[must_use]
pub fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// Takes away what makes an embedded link of a SARIF message (SARIF 2.1.0, section 3.11.6).
#[must_use]
pub fn unlinked(text: &str) -> String {
    text.replace("](", "]\\(")
}

/// Puts a text on one line: line breaks and tabs, with the blanks around them, become one blank.
#[must_use]
pub fn folded(text: &str) -> Cow<'_, str> {
    let breaks = |c: char| matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let text = text.trim();
    if !text.contains(breaks) {
        return Cow::Borrowed(text);
    }
    let words = text.split(breaks).map(str::trim).filter(|part| !part.is_empty());
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

/// The longest text of an exception, in characters, in every format of the report but JSON.
const LONGEST: usize = 300;

/// Returns a text of an exception as a page for people repeats it: on one line, at most 300 characters.
#[must_use]
pub fn brief(text: &str) -> Cow<'_, str> {
    match folded(text) {
        Cow::Borrowed(text) => cut(text),
        Cow::Owned(text) => Cow::Owned(cut(&text).into_owned()),
    }
}

/// Returns how many columns of a terminal a text takes at most. Terminals disagree on sequences such as a family of
/// emoji: some draw them as one, others draw each part.
#[must_use]
pub fn columns(text: &str) -> usize {
    let parts: usize = text.chars().map(|c| c.width().unwrap_or_default()).sum();
    parts.max(text.width())
}

/// Shortens a text to at most `room` columns of a terminal, the last of which is an ellipsis if something is missing.
#[must_use]
pub fn fit(text: &str, room: usize) -> Cow<'_, str> {
    if columns(text) <= room {
        return Cow::Borrowed(text);
    }
    let ends = text.char_indices().map(|(start, c)| start + c.len_utf8());
    let end = ends.take_while(|end| columns(&text[..*end]) < room).last().unwrap_or_default();
    Cow::Owned(if room == 0 { String::new() } else { format!("{}…", &text[..end]) })
}

fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Escapes a text for content and attributes of XML; what XML 1.0 cannot contain (section 2.2) is written `\u{1b}`, as
/// on a [`line`].
#[must_use]
pub fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\n' => safe.push('\n'),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => safe.extend(c.escape_unicode()),
            _ => safe.push(c),
        }
    }
    safe
}

/// Creates a finished HTML page harmless to a terminal or a log that it passes through: hostile characters other than
/// line breaks are written `\u{1b}`, and the first character of what a log takes for a command (see [`break_commands`])
/// becomes a character reference. Its texts must already be escaped for HTML.
#[must_use]
pub fn page(html: &str) -> String {
    let mut safe = String::with_capacity(html.len() + 64);
    for line in html.split_inclusive('\n') {
        let colon = Some(first_sign(line)).filter(|at| is_line_command(&line[*at..]));
        for (at, c) in line.char_indices() {
            match c {
                '#' if is_command(&line[at..]) => safe.push_str("&#35;"),
                ':' if colon == Some(at) => safe.push_str("&#58;"),
                '\n' => safe.push(c),
                c if is_hostile(c) => safe.extend(c.escape_unicode()),
                c => safe.push(c),
            }
        }
    }
    safe
}

/// Turns a text into plain prose in GitHub's Markdown, in a paragraph, a list item or a table cell: nothing in it is
/// markup, HTML, a link, a mention or a reference, and it stays on its line.
#[must_use]
pub fn markdown(text: &str) -> String {
    let folded = folded(text);
    let safe = line(&folded);
    // A list, a rule or an underlined heading can begin only at the start of a line.
    let digits = safe.len() - safe.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mark = match safe[digits..].chars().next() {
        Some(c @ ('-' | '+' | '=')) if digits == 0 => Some(c),
        Some(c @ ('.' | ')')) if digits > 0 => Some(c),
        _ => None,
    };
    let mut written = String::with_capacity(safe.len() + 16);
    let start = match mark {
        Some(c) => {
            written.push_str(&safe[..digits]);
            written.push_str(&entity(c));
            digits + c.len_utf8()
        }
        None => 0,
    };
    push_prose(&safe[start..], &mut written);
    written
}

/// Turns a message into Markdown for one cell of a table (GitHub Flavored Markdown): what is between backticks becomes
/// code, and the rest shows as it is. Tables are not broken, and no HTML, link, mention, reference, emoji or formula
/// results.
#[must_use]
pub fn markdown_message(text: &str) -> String {
    let safe = line(text);
    let mut written = String::with_capacity(safe.len() + 16);
    let parts: Vec<&str> = safe.split('`').collect();
    for (index, part) in parts.iter().enumerate() {
        let (behind_tick, last) = (index % 2 == 1, index + 1 == parts.len());
        match (behind_tick, last) {
            (true, false) if part.is_empty() => written.push_str("&#96;&#96;"),
            (true, false) => push_code(part, &mut written),
            // A backtick without a partner stays a backtick.
            (true, true) => {
                written.push_str("&#96;");
                push_prose(part, &mut written);
            }
            (false, _) => push_prose(part, &mut written),
        }
    }
    written
}

/// Turns a text into Markdown code for one cell of a table.
#[must_use]
pub fn markdown_code(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    push_code(&line(text), &mut written);
    written
}

/// Adds a code span. A pipe would end the cell even there, and a backtick the span: both go between spans.
fn push_code(text: &str, written: &mut String) {
    for part in text.split_inclusive(['|', '`']) {
        let (code, end) = match part.strip_suffix(['|', '`']) {
            Some(code) => (code, &part[code.len()..]),
            None => (part, ""),
        };
        if !code.is_empty() {
            // Two adjacent spans would be read as one with two backticks in it.
            let gap = if written.ends_with('`') { ZERO_WIDTH } else { "" };
            // If both ends are blanks, one of each is not part of the code (CommonMark, section 6.1).
            let pad = if code.starts_with(' ') && code.ends_with(' ') && !code.trim().is_empty() { " " } else { "" };
            let _ = write!(written, "{gap}`{pad}{code}{pad}`");
        }
        written.extend(end.chars().map(entity));
    }
}

/// A zero-width space. GitHub looks for mentions, references and addresses in the text that Markdown leaves, after
/// backslashes and entities are gone; only a character in between stops it.
const ZERO_WIDTH: &str = "&#8203;";

/// Adds plain words. Entities, unlike backslashes, mean the same inside and outside a cell.
fn push_prose(text: &str, written: &mut String) {
    let (mut word, mut commit) = (0, is_commit(text));
    for (at, c) in text.char_indices() {
        let before = &text[word..at];
        if !c.is_ascii_alphanumeric() {
            word = at + c.len_utf8();
            commit = is_commit(&text[word..]);
        }
        match c {
            '@' | '#' => {
                written.push_str(&entity(c));
                written.push_str(ZERO_WIDTH);
            }
            '&' | '<' | '>' | '|' | '[' | ']' | '*' | '_' | '~' | '\\' | '`' => written.push_str(&entity(c)),
            // What GitHub's page on mathematical expressions recommends for a sign that does not begin one.
            '$' => written.push_str("<span>$</span>"),
            ':' if text[at..].starts_with("://") || is_emoji(&text[at + 1..]) => {
                written.push(c);
                written.push_str(ZERO_WIDTH);
            }
            _ => {
                let referring = match c {
                    '.' => before.eq_ignore_ascii_case("www"),
                    '-' => before.eq_ignore_ascii_case("gh"),
                    _ => commit && word < at && before.len().is_multiple_of(COMMIT - 1),
                };
                if referring {
                    written.push_str(ZERO_WIDTH);
                }
                written.push(c);
            }
        }
    }
}

/// The shortest commit name that GitHub links, in hexadecimal digits.
const COMMIT: usize = 7;

fn is_commit(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    end >= COMMIT && text[..end].bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Returns whether a text continues as `tada:` does after a colon.
fn is_emoji(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
    text.trim_start_matches(inside).starts_with(':') && !text.starts_with(':')
}

fn entity(c: char) -> String {
    format!("&#{};", u32::from(c))
}

/// Turns a text into a spreadsheet cell: on one line, hostile characters written out, and an apostrophe before whatever
/// a spreadsheet takes for the start of a formula.
///
/// Such a sign counts at the start of the cell and after a semicolon, which separates cells where the comma is a
/// decimal mark; apostrophes before it are skipped, so that removing one restores the text (OWASP, CSV Injection).
#[must_use]
pub fn cell(text: &str) -> String {
    let safe = line(&folded(text)).into_owned();
    let mut written = String::with_capacity(safe.len() + 1);
    for part in safe.split_inclusive(';') {
        let start = part.trim_start();
        if start.trim_start_matches('\'').starts_with(FORMULA) {
            written.push_str(&part[..part.len() - start.len()]);
            written.push('\'');
            written.push_str(start);
        } else {
            written.push_str(part);
        }
    }
    written
}

/// What begins a formula; the wide forms do with Chinese or Japanese keyboards.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Escapes a TEXT value of iCalendar (RFC 5545, section 3.3.11); a line feed stays one.
#[must_use]
pub fn calendar_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Removes markup from a description: calendars are known to render HTML in one.
#[must_use]
pub fn untagged(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        safe.push(c);
        if c == '<' && text[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || "/!?".contains(next)) {
            safe.push(' ');
        }
    }
    safe
}

/// The longest line of iCalendar, in octets without its end (RFC 5545, section 3.1).
const CALENDAR_LINE: usize = 75;

/// Folds a content line of iCalendar between characters and ends it. No line begins with a doubled colon, which a log
/// would take for a command: its second one goes to the next line.
#[must_use]
pub fn calendar_line(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + line.len() / CALENDAR_LINE * 3 + 2);
    let mut length = 0;
    let mut only_a_colon = false;
    let mut blank = true;
    for c in line.chars() {
        if length + c.len_utf8() > CALENDAR_LINE || (c == ':' && only_a_colon) {
            folded.push_str("\r\n ");
            (length, only_a_colon, blank) = (1, false, true);
        }
        folded.push(c);
        length += c.len_utf8();
        if c.is_ascii() && c != ' ' {
            (only_a_colon, blank) = (c == ':' && blank, false);
        }
    }
    folded.push_str("\r\n");
    folded
}

/// Writes JSON whose strings decode to the exact text and whose bytes do nothing in a terminal or a log: hostile
/// characters and the first sign of `##[` are written `\uXXXX`.
///
/// # Errors
///
/// If the writer fails.
pub fn json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, SafeJson(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// Writes JSON as [`json`] does, on one line.
///
/// # Errors
///
/// If the writer fails.
pub fn json_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, SafeJson(CompactFormatter)))?;
    out.write_all(b"\n")
}

/// JSON with more escapes than the syntax needs.
struct SafeJson<F>(F);

impl<F: Formatter> SafeJson<F> {
    fn write_escaped<W: ?Sized + Write>(writer: &mut W, c: char) -> io::Result<()> {
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(writer, "\\u{unit:04x}")?;
        }
        Ok(())
    }
}

impl<F: Formatter> Formatter for SafeJson<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, c) in fragment.char_indices() {
            if is_hostile(c) || (c == '#' && is_command(&fragment[at..])) {
                writer.write_all(&fragment.as_bytes()[written..at])?;
                Self::write_escaped(writer, c)?;
                written = at + c.len_utf8();
            }
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_hides_or_reorders_is_hostile() {
        for c in
            "\0\t\n\u{1b}\u{7f}\u{9b}\u{ad}\u{61c}\u{200d}\u{202e}\u{2066}\u{2028}\u{feff}\u{fe0f}\u{e0041}\u{e01ef}"
                .chars()
        {
            assert!(is_hostile(c), "{c:?}");
        }
        for c in "aé漢ʼ·€́😀\u{a0}\u{3000}‘”–…`\\<%".chars() {
            assert!(!is_hostile(c), "{c:?}");
        }
    }

    #[test]
    fn a_line_shows_its_text_and_does_nothing() {
        assert_eq!(line("plain: text, #12"), "plain: text, #12");
        assert_eq!(line("\u{1b}[2Ja\nb\u{202e}c"), "\\u{1b}[2Ja\\u{a}b\\u{202e}c");
        assert_eq!(line("::error::x"), "\\::error::x");
        assert_eq!(line("\u{200b}::error::x"), "\\u{200b}::error::x");
    }

    /// Lines that `ActionCommandL0.cs` of GitHub's runner takes for commands, and some more.
    #[test]
    fn no_log_parser_finds_a_command() {
        let v1 = [
            "##[do-something k1=v1;]msg",
            "##[do-something]",
            "##[do-something k1=%3B=%0D=%0A=%5D;]%3B-%0D-%0A-%5D",
            "##[do-something k1=%253B=%250D=%250A=%255D;]%253B-%250D-%250A-%255D",
            "##[do-something k1=;k2=;]",
            ">>>   ##[do-something k1=v1;]msg",
            "###[group]",
            "##\u{591}[set-output name=a;]b",
            "##vso[task.complete]",
            "##teamcity[buildStatus]",
        ];
        for text in v1 {
            let safe = break_commands(text);
            assert_eq!(safe.replace('\\', ""), text);
            let seen: String = safe.chars().filter(char::is_ascii).collect();
            assert!(["##[", "##vso[", "##teamcity["].iter().all(|command| !seen.contains(command)), "{safe}");
        }
        let v2 = [
            "::do-something k1=v1,::msg",
            "::do-something::",
            "::do-something k1=;=%2C=%0D=%0A=]=%3A,::;-%0D-%0A-]-:-,",
            "   ::do-something k1=v1,::msg",
            "\t\u{b}\u{a0}\u{3000}::do-something::",
            "\u{591}:\u{591}:do-something::",
        ];
        for text in v2 {
            let safe = break_commands(text);
            assert_eq!(safe.replacen('\\', "", 1), text);
            let seen: String = safe.chars().filter(char::is_ascii).collect();
            assert!(seen.trim_start_matches(['\u{b}', '\t', ' ']).starts_with('\\'), "{safe}");
        }
        for harmless in ["   >>>   ::do-something k1=v1,::msg", "a::b", "# [x]", "## Why", "##1[", "C#[0]", ": :a"] {
            assert_eq!(break_commands(harmless), harmless);
        }
    }

    #[test]
    fn workflow_commands_are_escaped_as_the_toolkit_does() {
        assert_eq!(
            github_data("Entry: 100%, expired\nsecond \"line\" ::x"),
            "Entry: 100%25, expired%0Asecond \"line\" ::x"
        );
        assert_eq!(github_property("rule: a,b"), "rule%3A a%2Cb");
        assert_eq!(github_property("exceptions/a,b:c%.yaml"), "exceptions/a%2Cb%3Ac%25.yaml");
        assert_eq!(github_property("%3A\r\n"), "%253A%0D%0A");
    }

    #[test]
    fn a_page_does_nothing_to_a_terminal_or_log_and_keeps_its_lines() {
        let plain = "<p title=\"a::b\">Größe: 3, #12</p>\n<p>x</p>\n";
        assert_eq!(page(plain), plain);
        assert_eq!(page("<b>##[group]\u{1b}\r\n\u{202e}"), "<b>&#35;#[group]\\u{1b}\\u{d}\n\\u{202e}");
        assert_eq!(page("::a::\n é::b ##vso[c"), "&#58;:a::\n é&#58;:b &#35;#vso[c");
    }

    #[test]
    fn markdown_prose_shows_the_text_and_nothing_else() {
        for (text, safe) in [
            ("Vendor reads the HR export-folder, see (a).", "Vendor reads the HR export-folder, see (a)."),
            ("ask @dana or a@b.c", "ask &#64;&#8203;dana or a&#64;&#8203;b.c"),
            ("fixes #12, GH-4 gh-x", "fixes &#35;&#8203;12, GH&#8203;-4 gh&#8203;-x"),
            ("https://a.example WWW.b.example", "https:&#8203;//a.example WWW&#8203;.b.example"),
            ("<!-- x --> <b>&amp;", "&#60;!-- x --&#62; &#60;b&#62;&#38;amp;"),
            ("[a](b) ![c](d)", "&#91;a&#93;(b) !&#91;c&#93;(d)"),
            ("# a", "&#35;&#8203; a"),
            ("- a", "&#45; a"),
            ("-- a", "&#45;- a"),
            ("12. a", "12&#46; a"),
            ("12 a. b", "12 a. b"),
            ("===", "&#61;=="),
            (" a\r\n\r\n- b\u{2028}```", "a - b &#96;&#96;&#96;"),
            ("\u{1b}[2J", "&#92;u{1b}&#91;2J"),
            ("", ""),
        ] {
            assert_eq!(markdown(text), safe);
        }
    }

    #[test]
    fn a_title_is_one_line_without_a_mention() {
        assert_eq!(title("a\n@dana #12 ::b"), "a @\u{200b}dana #\u{200b}12 ::b");
        assert_eq!(title("::error::##[x]"), "\\::error::#\\\u{200b}#\u{200b}[x]");
    }

    #[test]
    fn a_path_becomes_a_relative_reference() {
        assert_eq!(uri("exceptions/a-b_c.~1.yaml"), "exceptions/a-b_c.~1.yaml");
        assert_eq!(uri("é:a b%?#[\n].yaml"), "%C3%A9%3Aa%20b%25%3F%23%5B%0A%5D.yaml");
    }

    #[test]
    fn json_decodes_to_the_text_and_its_bytes_are_harmless() {
        let text = "\u{1b}[2J \"q\" \\ \u{7f}\u{9b}\u{202e}\u{e0041}\u{2028} ##[set-output name=x;]y\n::error::x é😀";
        let mut bytes = Vec::new();
        json(&[text], &mut bytes).unwrap();
        let written = String::from_utf8(bytes).unwrap();
        assert!(!written.contains("##[") && written.contains("\\u0023#["), "{written}");
        assert!(!written.contains(|c| c != '\n' && is_hostile(c)), "{written}");
        assert!(written.contains("\\udb40\\udc41") && written.contains("é😀"), "{written}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&written).unwrap(), [text]);
    }

    #[test]
    fn a_message_contains_no_link() {
        assert_eq!(unlinked("`[x](https://a.example)` [1]"), "`[x]\\(https://a.example)` [1]");
    }

    #[test]
    fn a_folded_text_is_on_one_line() {
        assert_eq!(folded("  one  two \r\n\n\tthree\u{2028}four\n"), "one  two three four");
        assert!(matches!(folded(" plain "), Cow::Borrowed("plain")));
    }

    #[test]
    fn xml_contains_no_markup_and_only_allowed_characters() {
        assert_eq!(xml("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&apos;");
        assert_eq!(xml("a\0\u{1b}\r\u{fffe}\u{ffff}\nb😀"), "a\\u{0}\\u{1b}\\u{d}\\u{fffe}\\u{ffff}\nb😀");
    }

    #[test]
    fn a_markdown_message_shows_the_text_and_nothing_else() {
        assert_eq!(
            markdown_message("expired on `2026-10-14`, `40` days ago"),
            "expired on `2026-10-14`, `40` days ago"
        );
        assert_eq!(
            markdown_message("a|b [x](y) *z* _u_ ~s~ <i> & \\ $m$"),
            "a&#124;b &#91;x&#93;(y) &#42;z&#42; &#95;u&#95; &#126;s&#126; &#60;i&#62; &#38; &#92; <span>$</span>m<span>$</span>"
        );
        assert_eq!(
            markdown_message("@dana a@b.example #1 o/r#2 GH-3"),
            "&#64;&#8203;dana a&#64;&#8203;b.example &#35;&#8203;1 o/r&#35;&#8203;2 GH&#8203;-3"
        );
        assert_eq!(
            markdown_message("https://x.example WWW.x.example"),
            "https:&#8203;//x.example WWW&#8203;.x.example"
        );
        assert_eq!(markdown_message("a :tada: 0123456789abcdef"), "a :&#8203;tada: 012345&#8203;6789ab&#8203;cdef");
        let plain = "é-- a-b ghost.www 09:00 so: x::y facade1x 2026-11-23";
        assert_eq!(markdown_message(plain), plain);
    }

    #[test]
    fn markdown_code_ends_where_it_should() {
        assert_eq!(markdown_message("`@dana|#1`"), "`@dana`&#124;`#1`");
        assert_eq!(markdown_message("lone ` and @x"), "lone &#96; and &#64;&#8203;x");
        assert_eq!(markdown_message("`a` ` <b>"), "`a` &#96; &#60;b&#62;");
        assert_eq!(markdown_message("```code"), "&#96;&#96;&#96;code");
        assert_eq!(markdown_message("`a``b`"), "`a`&#8203;`b`");
        assert_eq!(markdown_code("a`b|\\|c`"), "`a`&#96;`b`&#124;`\\`&#124;`c`&#96;");
        assert_eq!(markdown_code(" a "), "`  a  `");
        assert_eq!(markdown_code("two\nlines"), "`two\\u{a}lines`");
    }

    #[test]
    fn a_cell_is_not_a_formula_and_loses_nothing() {
        for (text, expected) in [
            ("plain - text", "plain - text"),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@dana", "'@dana"),
            (" \t-1", "'-1"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("'quoted'", "'quoted'"),
            ("a; =1;-2; b", "a; '=1;'-2; b"),
            ("two\r\n=lines", "two =lines"),
            ("\u{1b}=1\u{202e}", "\\u{1b}=1\\u{202e}"),
            ("\u{200b}=1", "\\u{200b}=1"),
            ("::error::x", "\\::error::x"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn calendar_lines_are_short_and_unfold_to_the_text() {
        for text in ["SUMMARY:short", &"é".repeat(200), &"a😀b漢".repeat(40), &":".repeat(9), "\u{591}::error::x", ""]
        {
            let folded = calendar_line(text);
            let line = folded.strip_suffix("\r\n").unwrap();
            assert_eq!(line.replace("\r\n ", ""), text);
            for line in line.split("\r\n") {
                assert!(line.len() <= 75, "{line}");
                let seen: String = line.chars().filter(char::is_ascii).collect();
                assert!(!seen.trim_start().starts_with("::"), "{line}");
            }
        }
        assert_eq!(calendar_line(&"x".repeat(75)).len(), 77);
        assert_eq!(calendar_line("a::b c: :d"), "a::b c: :d\r\n");
        assert_eq!(calendar_text("a\\b;c,d\ne:\"f\""), "a\\\\b\\;c\\,d\\ne:\"f\"");
    }

    #[test]
    fn a_description_contains_no_tag() {
        assert_eq!(untagged("<b>x</b> 1 < 2 <!-- <3 <"), "< b>x< /b> 1 < 2 < !-- <3 <");
    }

    #[test]
    fn a_line_of_json_is_as_safe_as_a_page_of_it() {
        let mut bytes = Vec::new();
        json_line(&["\u{1b}\n##[group]"], &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "[\"\\u001b\\n\\u0023#[group]\"]\n");
    }

    #[test]
    fn a_shell_reads_back_every_word() {
        for word in ["plain", "", "two words", "it's", "$(rm -rf ~)", "`id`", "a\nb", "-n", "!x", "\\", "'\"'"] {
            let line = format!("printf '%s\\0' {}", shell_word(word));
            let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{word}\0"), "{line}");
        }
    }
}
