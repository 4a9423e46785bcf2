//! Where the comments of a file are, so that a string that only looks like one suppresses nothing.
//!
//! This is no parser: it knows comments, strings and nothing else. Where it cannot tell, as after a quote that is never
//! closed, it takes the text for code, so that a suppression is rather listed than missed.

use std::ops::Range;

/// How a language writes comments and strings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    /// What begins a comment up to the end of the line.
    pub(super) line: &'static [&'static str],
    /// What begins and ends a comment of several lines.
    pub(super) block: &'static [(&'static str, &'static str)],
    /// Strings; longer delimiters come first.
    pub(super) texts: &'static [Text],
    /// Whether there are templates in backticks and regular expressions between slashes.
    pub(super) templates: bool,
    /// Whether a comment begins only at a line's start or after white space.
    pub(super) spaced: bool,
    /// Whether a comment begins only where nothing else stands before it on the line.
    pub(super) own_line: bool,
    /// Texts that are told by their indentation.
    pub(super) scalars: Scalars,
}

impl Syntax {
    pub(super) const NONE: Self = Self {
        line: &[],
        block: &[],
        texts: &[],
        templates: false,
        spaced: false,
        own_line: false,
        scalars: Scalars::None,
    };
}

/// Texts that are told by their indentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalars {
    /// There are none.
    None,
    /// Block scalars after `|` and `>`.
    Yaml,
}

/// A kind of string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    delimiter: &'static str,
    /// Whether it may hold line ends.
    lines: bool,
    /// Whether a backslash hides the delimiter.
    escapes: bool,
}

impl Text {
    pub(super) const fn line(delimiter: &'static str) -> Self {
        Self { delimiter, lines: false, escapes: true }
    }

    pub(super) const fn block(delimiter: &'static str) -> Self {
        Self { delimiter, lines: true, escapes: true }
    }

    pub(super) const fn raw(delimiter: &'static str) -> Self {
        Self { delimiter, lines: true, escapes: false }
    }
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// With its signs.
    pub(super) whole: Range<usize>,
    /// Without them.
    pub(super) inner: Range<usize>,
    /// Whether it may hold several lines.
    pub(super) is_block: bool,
}

/// Finds the comments of a text.
pub(super) fn comments(text: &str, syntax: Syntax) -> Vec<Comment> {
    let budget = text.len() * LOOKS + LONGEST_EXPRESSION;
    let mut lexer = Lexer { text, bytes: text.as_bytes(), syntax, at: 0, found: Vec::new(), open: Vec::new(), budget };
    lexer.run();
    lexer.found
}

/// The longest regular expression that is passed over, in bytes.
const LONGEST_EXPRESSION: usize = 4096;

/// A text is looked through so many times for regular expressions that turn out to be none.
const LOOKS: usize = 8;

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    syntax: Syntax,
    at: usize,
    found: Vec<Comment>,
    /// The depth of braces in each template that is open.
    open: Vec<usize>,
    /// How many bytes may still be looked at for nothing.
    budget: usize,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while self.at < self.bytes.len() {
            let before = self.at;
            if self.syntax.scalars == Scalars::Yaml && self.is_line_start() && self.block_scalar() {
                continue;
            }
            if !(self.comment() || self.string() || self.syntax.templates && self.template()) {
                // What follows a backslash begins no string.
                self.at += if self.bytes[self.at] == b'\\' { 2 } else { 1 };
            }
            debug_assert!(self.at > before);
        }
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn is_line_start(&self) -> bool {
        self.at == 0 || self.bytes[self.at - 1] == b'\n'
    }

    fn line_end(&self, from: usize) -> usize {
        self.bytes[from..].iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |at| from + at)
    }

    fn find(&self, needle: &str, from: usize) -> Option<usize> {
        self.text.get(from..)?.find(needle).map(|at| from + at)
    }

    fn may_begin(&self) -> bool {
        if self.syntax.own_line {
            let before = self.bytes[..self.at].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
            return before.is_none_or(|byte| *byte == b'\n');
        }
        !self.syntax.spaced || self.at == 0 || self.bytes[self.at - 1].is_ascii_whitespace()
    }

    fn comment(&mut self) -> bool {
        for (open, close) in self.syntax.block {
            if !self.rest().starts_with(open.as_bytes()) {
                continue;
            }
            let inner = self.at + open.len();
            let end = self.find(close, inner);
            let whole = self.at..end.map_or(self.bytes.len(), |end| end + close.len());
            self.at = whole.end;
            self.found.push(Comment { inner: inner..end.unwrap_or(whole.end), whole, is_block: true });
            return true;
        }
        for sign in self.syntax.line {
            if !self.rest().starts_with(sign.as_bytes()) || !self.may_begin() {
                continue;
            }
            let end = self.line_end(self.at);
            let trimmed = end - usize::from(end > self.at && self.bytes[end - 1] == b'\r');
            let inner = (self.at + sign.len()).min(trimmed)..trimmed;
            self.found.push(Comment { whole: self.at..trimmed, inner, is_block: false });
            self.at = end;
            return true;
        }
        false
    }

    fn string(&mut self) -> bool {
        for kind in self.syntax.texts {
            let quote = kind.delimiter.as_bytes();
            if !self.rest().starts_with(quote) {
                continue;
            }
            let mut at = self.at + quote.len();
            let end = loop {
                match self.bytes.get(at) {
                    None => break None,
                    Some(b'\n') if !kind.lines => break None,
                    Some(b'\\') if kind.escapes => at += 2,
                    Some(_) if self.bytes[at..].starts_with(quote) => break Some(at + quote.len()),
                    Some(_) => at += 1,
                }
            };
            // One that is never closed is taken for code.
            self.at = end.unwrap_or(self.at + quote.len());
            return true;
        }
        false
    }

    /// Passes over what JavaScript has besides: templates, with code in their braces, and regular expressions.
    fn template(&mut self) -> bool {
        match self.bytes[self.at] {
            b'`' => {
                self.at += 1;
                self.template_text();
                true
            }
            b'{' => {
                if let Some(depth) = self.open.last_mut() {
                    *depth += 1;
                }
                false
            }
            b'}' => match self.open.last_mut() {
                Some(0) => {
                    self.open.pop();
                    self.at += 1;
                    self.template_text();
                    true
                }
                Some(depth) => {
                    *depth -= 1;
                    false
                }
                None => false,
            },
            b'/' => self.regular_expression(),
            _ => false,
        }
    }

    /// Goes to the end of a template's text, or to the code in it. One that is never closed is taken for code.
    fn template_text(&mut self) {
        let start = self.at;
        let mut at = self.at;
        loop {
            match self.bytes.get(at) {
                None => {
                    self.open.clear();
                    break self.at = start;
                }
                Some(b'\\') => at += 2,
                Some(b'`') => break self.at = at + 1,
                Some(b'$') if self.bytes.get(at + 1) == Some(&b'{') => {
                    self.open.push(0);
                    break self.at = at + 2;
                }
                Some(_) => at += 1,
            }
        }
    }

    fn regular_expression(&mut self) -> bool {
        // `</p>` closes an element.
        if self.at > 0 && self.bytes[self.at - 1] == b'<' {
            return false;
        }
        let before = self.bytes[..self.at].trim_ascii_end();
        let word_before = || {
            let start = before.iter().rposition(|byte| !byte.is_ascii_alphabetic()).map_or(0, |at| at + 1);
            ["return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "await", "yield"]
                .iter()
                .any(|word| word.as_bytes() == &before[start..])
        };
        let begins = before.last().is_none_or(|byte| b"(,=:[!&|?{};+-*%~^<>".contains(byte)) || word_before();
        if !begins {
            return false;
        }
        let (mut at, mut in_class) = (self.at + 1, false);
        loop {
            match self.bytes.get(at) {
                None | Some(b'\n') => {
                    self.budget = self.budget.saturating_sub(at - self.at);
                    return false;
                }
                Some(_) if at - self.at > LONGEST_EXPRESSION.min(self.budget) => {
                    self.budget = self.budget.saturating_sub(at - self.at);
                    return false;
                }
                Some(b'\\') => at += 2,
                Some(b'[') => (in_class, at) = (true, at + 1),
                Some(b']') => (in_class, at) = (false, at + 1),
                Some(b'/') if !in_class => break self.at = at + 1,
                Some(_) => at += 1,
            }
        }
        true
    }

    /// Passes over a line of YAML that ends in `|` or `>`, and the text below it.
    fn block_scalar(&mut self) -> bool {
        let end = self.line_end(self.at);
        let line = &self.text[self.at..end];
        if !opens_scalar(line) {
            return false;
        }
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        // The text of a list item's key is indented by more than the item's hyphen.
        let own = indent(line);
        let mut next = (end + 1).min(self.bytes.len());
        while next < self.bytes.len() {
            let end = self.line_end(next);
            let below = &self.text[next..end];
            if !below.trim().is_empty() && indent(below) <= own {
                break;
            }
            next = (end + 1).min(self.bytes.len());
        }
        self.at = next.max(self.at + 1);
        true
    }
}

/// Tells whether a line of YAML ends in the sign of a block scalar.
fn opens_scalar(line: &str) -> bool {
    let line = line.trim_end();
    let code = line.split(" #").next().unwrap_or(line).trim_end();
    let sign = code.rsplit([' ', '\t']).next().unwrap_or_default();
    let is_sign = sign.starts_with(['|', '>']) && sign[1..].chars().all(|c| matches!(c, '+' | '-' | '1'..='9'));
    let before = code.strip_suffix(sign).unwrap_or_default().trim_end();
    is_sign && (before.ends_with(':') || before.ends_with('-')) && !line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suppressions::language::Language;

    fn of(text: &str, language: Language) -> Vec<&str> {
        comments(text, language.syntax()).into_iter().map(|comment| &text[comment.inner]).collect()
    }

    #[test]
    fn a_comment_in_a_string_is_none() {
        assert_eq!(of("x = '# a'  # b\n\"\"\"\n# c\n\"\"\"\n# d", Language::Python), [" b", " d"]);
        assert_eq!(of("x := `// a` // b\n/* c\n*/", Language::Go), [" b", " c\n"]);
        assert_eq!(of("a: '# b' # c\nrun: |\n  # d\n  x\ne: f#g # h\n", Language::Yaml), [" c", " h"]);
        assert_eq!(of("run: > # folded\n  # d\n# e", Language::Yaml), [" e"]);
        assert_eq!(of("fn a<'a>() { \"// x\" } // y", Language::Rust), [" y"]);
        assert_eq!(of("RUN echo a # b\n  # c\n", Language::Dockerfile), [" c"]);
        assert_eq!(of("Text `# a` <!-- b -->", Language::Prose), [" b "]);
    }

    #[test]
    fn templates_and_regular_expressions_of_javascript_are_passed_over() {
        let text = "a = `// x ${ f({}) /* y */ } // z`; // b\nc = /[/'\"]/.test(d) // e\nf = g / h // i\n";
        assert_eq!(of(text, Language::Script), [" y ", " b", " e", " i"]);
        assert_eq!(of("<p>Don't</p> // a\nx // b", Language::Script), [" a", " b"]);
    }

    #[test]
    fn what_is_never_closed_is_taken_for_code() {
        assert_eq!(of("x = \"\"\"\n# a\n", Language::Python), [" a"]);
        assert_eq!(of("x = ` // a\n// b\n", Language::Script), [" a", " b"]);
        assert_eq!(of("/* a", Language::Script), [" a"]);
        for text in ["\\", "'\\", "`\\", "`${", "`${`${", "/\\", "\"\"\"\\", "|", "a: |", "a: |\n", "é'"] {
            for language in [Language::Python, Language::Script, Language::Yaml, Language::Other, Language::Ruby] {
                of(text, language);
            }
        }
    }
}
