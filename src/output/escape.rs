//! Text of an entry made harmless, one function a syntax.
//!
//! Whoever opens a pull request writes the text, and whoever reads the result must see only that.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter, Serializer};

/// Tells whether a character may act on a terminal, hide, or reorder what is beside it: control
/// characters, bidirectional controls (UAX 9), the line and paragraph separator, annotation
/// controls, and all that Unicode lists as `Default_Ignorable_Code_Point`, tags and variation
/// selectors among them.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Makes one line for a terminal or a log: hostile characters are written `\u{1b}`, and what
/// GitHub, Azure and TeamCity take for a command in a log is broken up.
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

/// Puts a backslash into what log parsers take for commands: a doubled colon at the start of a
/// line, and `##[`, `##vso[` or `##teamcity[` anywhere in it.
///
/// GitHub's runner compares by culture (`ActionCommand.cs`), which overlooks some combining marks,
/// so every character outside ASCII counts as nothing here.
#[must_use]
pub fn break_commands(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 2);
    let start = text.find(|c: char| c.is_ascii() && !c.is_ascii_whitespace() && c != '\u{b}').unwrap_or(text.len());
    for (at, c) in text.char_indices() {
        if at == start && after(&text[at..], ':').is_some_and(|rest| rest.starts_with(':')) {
            safe.push('\\');
        }
        safe.push(c);
        if c == '#' && is_command(&text[at..]) {
            safe.push('\\');
        }
    }
    safe
}

/// Tells whether a text begins with `##[`, or with a word between the signs and the bracket.
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

/// Makes a relative reference of a path (RFC 3986, section 4.2): everything but unreserved
/// characters and `/` is percent-encoded, so that no first segment looks like a scheme.
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

/// Writes JSON whose strings decode to the exact text and whose bytes do nothing in a terminal or
/// a log: hostile characters and the first sign of `##[` are written `\uXXXX`.
///
/// # Errors
///
/// When the writer fails.
pub fn json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, SafeJson(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// Pretty JSON with more escapes than the syntax needs.
struct SafeJson(PrettyFormatter<'static>);

impl SafeJson {
    fn write_escaped<W: ?Sized + Write>(writer: &mut W, c: char) -> io::Result<()> {
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(writer, "\\u{unit:04x}")?;
        }
        Ok(())
    }
}

impl Formatter for SafeJson {
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
    fn a_line_shows_what_it_holds_and_does_nothing() {
        assert_eq!(line("plain: text, #12"), "plain: text, #12");
        assert_eq!(line("\u{1b}[2Ja\nb\u{202e}c"), "\\u{1b}[2Ja\\u{a}b\\u{202e}c");
        assert_eq!(line("::error::x"), "\\::error::x");
        assert_eq!(line("\u{200b}::error::x"), "\\u{200b}::error::x");
    }

    /// The lines that `ActionCommandL0.cs` of GitHub's runner takes for commands, and some more.
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
    fn a_message_holds_no_link() {
        assert_eq!(unlinked("`[x](https://a.example)` [1]"), "`[x]\\(https://a.example)` [1]");
    }
}
