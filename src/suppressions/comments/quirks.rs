//! Syntax of single languages other than comments and quotes.

use super::{Comment, Heredoc, Lexer, Quirk, State};

impl Quirk {
    /// Returns the bytes that may begin it.
    pub(super) fn first_bytes(&self) -> &'static [u8] {
        match self {
            Self::Slashes => b"/",
            Self::HtmlSigns => b"<-",
            Self::Elements => b">}",
            Self::Lifetimes | Self::DigitQuotes => b"'",
            Self::Hashes(_) | Self::Directives => b"#",
            Self::RawParentheses => b"\"",
            Self::ManyQuotes => b"\"$",
            Self::Heredocs(_) => b"<\n",
            Self::Percent => b"%",
            Self::Scalars => b"|>",
            Self::Islands => b"?",
            Self::QuestionMarks | Self::ContinuedComments | Self::EarlyEnds => b"",
        }
    }
}

/// What a slash is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slash {
    Division,
    Expression,
    /// It may be either.
    Either,
}

/// The words after which no value ends, so that a regular expression may begin.
const WORDS: [&str; 13] = [
    "return",
    "typeof",
    "case",
    "in",
    "do",
    "else",
    "void",
    "delete",
    "default",
    "extends",
    "throw",
    "new",
    "instanceof",
];

/// The words that may also be names.
const MAYBE_WORDS: [&str; 3] = ["of", "await", "yield"];

impl Lexer<'_> {
    /// Passes over what a language has besides, if it begins here.
    pub(super) fn quirk(&mut self) -> bool {
        self.syntax.quirks.iter().any(|quirk| match quirk {
            Quirk::Slashes => self.slash(),
            Quirk::HtmlSigns => self.html_sign(),
            Quirk::Elements => self.element(),
            Quirk::Lifetimes => self.character(),
            Quirk::DigitQuotes => self.digit_quote(),
            Quirk::Hashes(words) => self.hashes(words),
            Quirk::RawParentheses => self.raw_parentheses(),
            Quirk::ManyQuotes => self.many_quotes(),
            Quirk::Heredocs(sign) => self.heredoc(sign),
            Quirk::Percent => self.percent(),
            Quirk::Directives => self.directive(),
            Quirk::Scalars => self.block_scalar(),
            Quirk::Islands => self.starts(self.now.at, "?>") && self.sea(),
            Quirk::QuestionMarks | Quirk::ContinuedComments | Quirk::EarlyEnds => false,
        })
    }

    fn slash(&mut self) -> bool {
        let at = self.now.at;
        if self.bytes[at] != b'/' {
            return false;
        }
        let kind = self.kind_of_slash();
        if kind == Slash::Division {
            return false;
        }
        let Some(end) = self.expression_end() else { return false };
        if kind == Slash::Either {
            self.fork(at + 1);
        }
        self.now.at = end;
        true
    }

    /// Tells by what is before a slash what it can be.
    fn kind_of_slash(&self) -> Slash {
        let before = self.bytes[..self.now.at].trim_ascii_end();
        let Some(last) = before.last() else { return Slash::Expression };
        match last {
            b']' | b'"' | b'\'' | b'`' => Slash::Division,
            b'(' | b',' | b'=' | b':' | b'[' | b'&' | b'|' | b'?' | b'{' | b';' | b'*' | b'%' | b'~' | b'^' => {
                Slash::Expression
            }
            b'+' | b'-' if before.len() < 2 || before[before.len() - 2] != *last => Slash::Expression,
            b'>' if before.ends_with(b"=>") => Slash::Expression,
            _ if !(last.is_ascii_alphanumeric() || matches!(last, b'_' | b'$') || !last.is_ascii()) => Slash::Either,
            _ => {
                let is_before = |word: &&str| {
                    let rest = before.strip_suffix(word.as_bytes());
                    let joins =
                        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii();
                    rest.filter(|rest| !rest.last().is_some_and(joins))
                };
                match WORDS.iter().find_map(is_before) {
                    // Behind a dot it is a name, unless that is the last of three.
                    Some(rest) if rest.trim_ascii_end().ends_with(b".") => Slash::Either,
                    Some(rest) if rest.ends_with(b"#") => Slash::Division,
                    Some(_) => Slash::Expression,
                    None if MAYBE_WORDS.iter().any(|word| is_before(word).is_some()) => Slash::Either,
                    // A method of Ruby may be called without parentheses.
                    None if self.has(Quirk::Percent) && before.len() < self.now.at => Slash::Either,
                    None => Slash::Division,
                }
            }
        }
    }

    /// Returns where a regular expression that begins here would end.
    fn expression_end(&mut self) -> Option<usize> {
        let (mut at, mut in_class) = (self.now.at + 1, false);
        loop {
            match self.bytes.get(at) {
                None | Some(b'\n' | b'\r') => {
                    self.spend(at.min(self.bytes.len()) - self.now.at);
                    return None;
                }
                // It cannot hold the end of a line.
                Some(b'\\') if matches!(self.bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 1,
                Some(b'\\') => at += 2,
                Some(b'[') => (in_class, at) = (true, at + 1),
                Some(b']') => (in_class, at) = (false, at + 1),
                Some(b'/') if !in_class => return Some(at + 1),
                Some(_) => at += 1,
            }
        }
    }

    /// Passes over a comment that begins as in HTML, which is code in a module.
    fn html_sign(&mut self) -> bool {
        let at = self.now.at;
        let closes = || {
            let before = self.before(at);
            before.last().is_none_or(|byte| matches!(byte, b'\n' | b'\r')) || before.ends_with(b"*/")
        };
        let sign = match () {
            () if self.starts(at, "<!--") => 4,
            () if self.starts(at, "-->") && closes() => 3,
            () => return false,
        };
        self.fork(at + sign);
        self.line_comment(sign);
        true
    }

    /// Begins a second reading behind a line that is for the preprocessor, in which quotes and delimiters have no
    /// meaning.
    fn directive(&mut self) -> bool {
        let at = self.now.at;
        if self.bytes[at] == b'#' && self.before(at).last().is_none_or(|byte| matches!(byte, b'\n' | b'\r')) {
            self.fork(self.line_end(at));
        }
        false
    }

    /// Begins a second reading behind the text of an element, which may contain any character but brackets.
    fn element(&mut self) -> bool {
        let at = self.now.at;
        if !self.has_elements || !matches!(self.bytes[at], b'>' | b'}') || self.bytes[..at].ends_with(b"=") {
            return false;
        }
        let text = &self.bytes[at + 1..];
        let end = text.iter().position(|byte| matches!(byte, b'<' | b'{' | b'>' | b'}'));
        self.spend(end.unwrap_or(text.len()));
        let holds_signs = |end: &usize| text[..*end].iter().any(|byte| matches!(byte, b'"' | b'\'' | b'`' | b'/'));
        if let Some(end) = end.filter(|end| matches!(text[*end], b'<' | b'{')).filter(holds_signs) {
            self.fork(at + 1 + end);
        }
        false
    }

    /// Begins a second reading behind a string that may be the value of an attribute, which knows no escapes and holds
    /// line ends.
    pub(super) fn attribute(&mut self, at: usize) {
        let before = self.bytes[..at].trim_ascii_end();
        if before.ends_with(b"=") {
            let from = at + 1;
            let end = memchr::memchr(self.bytes[at], &self.bytes[from..]);
            self.spend(end.unwrap_or(self.bytes.len() - from));
            if let Some(end) = end {
                self.fork(from + end + 1);
            }
        }
    }

    /// Passes over a character, or the beginning of a lifetime.
    fn character(&mut self) -> bool {
        const LONGEST: usize = 16;
        let at = self.now.at;
        if self.bytes[at] != b'\'' {
            return false;
        }
        let rest = &self.bytes[at + 1..];
        let rest = &rest[..rest.len().min(LONGEST)];
        let length = match rest.first() {
            Some(b'\\') => rest.iter().skip(2).position(|byte| *byte == b'\'').map(|close| close + 2),
            Some(_) => {
                let wide = rest.iter().skip(1).take_while(|byte| **byte & 0xc0 == 0x80).count() + 1;
                (rest.get(wide) == Some(&b'\'')).then_some(wide)
            }
            None => None,
        };
        self.now.at += length.map_or(1, |length| length + 2);
        true
    }

    /// Passes over a quote between digits.
    fn digit_quote(&mut self) -> bool {
        const LONGEST: usize = 40;
        let at = self.now.at;
        if self.bytes[at] != b'\'' || !self.bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) {
            return false;
        }
        let near = &self.bytes[at.saturating_sub(LONGEST)..at];
        let is_of_number = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'\'' | b'.');
        let start = near.iter().rposition(|byte| !is_of_number(byte)).map_or(0, |last| last + 1);
        if !near.get(start).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.')
            && (start > 0 || near.len() < LONGEST)
        {
            return false;
        }
        self.fork(at + 1);
        false
    }

    /// Passes over a string between quotes and any number of hashes.
    fn hashes(&mut self, words: &[&str]) -> bool {
        let at = self.now.at;
        if self.bytes[at] != b'#' || !self.is_after(at, words) {
            return false;
        }
        let count = self.bytes[at..].iter().take_while(|byte| **byte == b'#').count();
        if self.bytes.get(at + count) != Some(&b'"') {
            return false;
        }
        let start = at + count + 1;
        let mut from = start;
        while let Some(quote) = memchr::memchr(b'"', &self.bytes[from..]).map(|offset| from + offset) {
            let hashes = self.bytes[quote + 1..].iter().take(count).take_while(|byte| **byte == b'#').count();
            if hashes == count {
                self.now.at = quote + 1 + count;
                return true;
            }
            from = quote + 1;
        }
        self.spend(self.bytes.len() - start);
        self.now.at = start;
        true
    }

    /// Passes over a raw string of C++.
    fn raw_parentheses(&mut self) -> bool {
        const LONGEST: usize = 16;
        let at = self.now.at;
        if self.bytes[at] != b'"' || !self.is_after(at, &["R", "LR", "uR", "UR", "u8R"]) {
            return false;
        }
        let rest = &self.bytes[at + 1..];
        let Some(open) = rest.iter().take(LONGEST + 1).position(|byte| *byte == b'(') else { return false };
        let mut close = Vec::with_capacity(open + 2);
        close.push(b')');
        close.extend_from_slice(&rest[..open]);
        close.push(b'"');
        match memchr::memmem::find(&rest[open..], &close) {
            Some(end) => self.now.at += 1 + open + end + close.len(),
            None => {
                self.spend(rest.len());
                self.now.at += 1;
            }
        }
        true
    }

    /// Passes over a string between three quotes or more.
    fn many_quotes(&mut self) -> bool {
        let run = |from: usize, sign: u8| self.bytes[from..].iter().take_while(|byte| **byte == sign).count();
        let open = self.now.at + run(self.now.at, b'$');
        let count = run(open, b'"');
        if count < 3 {
            return false;
        }
        let start = open + count;
        let mut from = start;
        while let Some(quote) = memchr::memchr(b'"', &self.bytes[from..]).map(|offset| from + offset) {
            let quotes = self.bytes[quote..].iter().take_while(|byte| **byte == b'"').count();
            if quotes >= count {
                self.now.at = quote + quotes;
                return true;
            }
            from = quote + quotes;
        }
        self.spend(self.bytes.len() - start);
        self.now.at = start;
        true
    }

    /// Notes a heredoc, and passes over its text behind the line on which it begins.
    fn heredoc(&mut self, sign: &str) -> bool {
        let at = self.now.at;
        if self.bytes[at] == b'\n' {
            return self.heredoc_texts();
        }
        if !self.starts(at, sign) {
            return false;
        }
        let rest = &self.bytes[at + sign.len()..];
        let rest = if sign == "<<<" { rest.trim_ascii_start() } else { rest };
        let is_marked = rest.first().is_some_and(|byte| matches!(byte, b'~' | b'-'));
        let rest = if is_marked { &rest[1..] } else { rest };
        let quote = rest.first().copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
        let rest = if quote.is_some() { &rest[1..] } else { rest };
        let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
        let joins = |byte: &u8| *byte == b'-' && !self.has(Quirk::Percent);
        let length = match quote {
            Some(quote) => rest.iter().take_while(|byte| **byte != quote && **byte != b'\n').count(),
            None => rest.iter().take_while(|byte| is_of_word(byte) || joins(byte)).count(),
        };
        let start = self.bytes.len() - rest.len();
        let word = start..start + length;
        if length == 0 || rest[0].is_ascii_digit() || quote.is_some_and(|quote| rest.get(length) != Some(&quote)) {
            return false;
        }
        let after = word.end + usize::from(quote.is_some());
        let line_end = self.line_end(after);
        self.spend(line_end - after);
        if self.heredoc_end(&word, line_end).is_none() {
            return false;
        }
        if !is_marked && quote.is_none() {
            // It may be a shift.
            self.fork(after);
        }
        self.heredocs.push(Heredoc { word, before: self.now.heredoc });
        self.now = State { at: after, heredoc: self.heredocs.len(), ..self.now };
        true
    }

    /// Returns the end of the line that closes a heredoc whose text begins behind a line end.
    fn heredoc_end(&mut self, word: &std::ops::Range<usize>, line_end: usize) -> Option<usize> {
        let word = &self.bytes[word.clone()];
        let mut at = line_end;
        while at < self.bytes.len() {
            let start = at + 1;
            at = self.line_end(start.min(self.bytes.len()));
            let line = self.bytes.get(start..at).unwrap_or_default().trim_ascii_start();
            let rest = line.strip_prefix(word);
            // In PHP the statement may go on behind the word.
            let ends = |rest: &[u8]| match self.has(Quirk::Islands) {
                true => !rest.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'),
                false => rest.trim_ascii().is_empty(),
            };
            if rest.is_some_and(ends) {
                self.spend(at - line_end);
                return Some(at - rest.map_or(0, <[u8]>::len));
            }
        }
        self.spend(self.bytes.len() - line_end);
        None
    }

    fn heredoc_texts(&mut self) -> bool {
        let mut words = Vec::new();
        while let Some(heredoc) = self.now.heredoc.checked_sub(1).map(|index| &self.heredocs[index]) {
            words.push(heredoc.word.clone());
            self.now.heredoc = heredoc.before;
        }
        let line_end = self.now.at;
        for word in words.into_iter().rev() {
            let from = self.line_end(self.now.at);
            self.now.at = self.heredoc_end(&word, from).unwrap_or(self.now.at);
        }
        self.now.at > line_end
    }

    /// Begins a second reading behind a literal of Ruby that may be a remainder.
    fn percent(&mut self) -> bool {
        let at = self.now.at;
        if self.bytes[at] != b'%' {
            return false;
        }
        let letter = self.bytes.get(at + 1).is_some_and(|byte| b"qQwWiIrsx".contains(byte));
        let from = at + 1 + usize::from(letter);
        let Some(open) = self.bytes.get(from).copied().filter(u8::is_ascii_punctuation) else { return false };
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            other => other,
        };
        let (mut end, mut depth) = (from + 1, 0);
        loop {
            match self.bytes.get(end) {
                None => {
                    self.spend(self.bytes.len() - from);
                    return false;
                }
                Some(b'\\') => end += 1,
                Some(byte) if *byte == close && depth == 0 => break,
                Some(byte) if *byte == close => depth -= 1,
                Some(byte) if *byte == open => depth += 1,
                Some(_) => {}
            }
            end += 1;
        }
        self.spend(end - from);
        self.fork(at + 1);
        self.now.at = end + 1;
        true
    }

    /// Tells whether a quote of YAML begins a string, and is not a character of a plain one. Where that depends on the
    /// lines above, both are read.
    pub(super) fn begins_scalar(&mut self) -> bool {
        let at = self.now.at;
        let Some(last) = at.checked_sub(1).map(|before| self.bytes[before]) else { return true };
        let before = self.before(at);
        match before.last() {
            Some(b':') if before.len() < at => {}
            _ if !matches!(last, b' ' | b'\t' | b'\n' | b'\r' | b'[' | b'{' | b',' | b':') => return false,
            Some(b'-') => {
                let dashes = before.iter().rposition(|byte| !matches!(byte, b' ' | b'-'));
                if dashes.is_some_and(|last| before[last] != b'\n') {
                    self.fork(at + 1);
                }
            }
            _ => self.fork(at + 1),
        }
        true
    }

    /// Passes over a YAML block scalar, which ends by its indentation, after `|` or `>` at the end of a line.
    fn block_scalar(&mut self) -> bool {
        let at = self.now.at;
        if !matches!(self.bytes[at], b'|' | b'>') || !self.bytes[..at].ends_with(b" ") {
            return false;
        }
        let signs = self.bytes[at + 1..].iter().take_while(|byte| matches!(byte, b'+' | b'-' | b'1'..=b'9')).count();
        let header = at + 1 + signs;
        let blanks = self.bytes[header..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        let is_end = match self.bytes.get(header + blanks) {
            None | Some(b'\n') => true,
            Some(b'#') => blanks > 0,
            Some(_) => false,
        };
        let Some((own, is_certain)) = is_end.then(|| self.indent_of_parent(at)).flatten() else { return false };
        let end = self.line_end(header);
        if let Some(sign) = memchr::memchr(b'#', &self.bytes[header..end]).map(|offset| header + offset) {
            let trimmed = end - usize::from(self.bytes[..end].ends_with(b"\r"));
            let (whole, inner) = (sign..trimmed, (sign + 1).min(trimmed)..trimmed);
            self.found.push(Comment { whole, inner, is_block: false });
        }
        if !is_certain {
            self.fork(end);
        }
        let digit = self.bytes[at + 1..header].iter().find(|byte| byte.is_ascii_digit());
        self.now.at = self.scalar_end(end, own, digit.map(|digit| usize::from(digit - b'0')));
        true
    }

    /// Returns the column of the key or hyphen whose value begins at a byte, and whether that is certain.
    fn indent_of_parent(&self, at: usize) -> Option<(usize, bool)> {
        let start = self.bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let line = &self.bytes[start..at];
        let mut before = line.trim_ascii_end();
        // A tag and an anchor may be between.
        while let Some(word) = before.iter().rposition(|byte| *byte == b' ').map(|blank| blank + 1) {
            if !before.get(word).is_some_and(|byte| matches!(byte, b'!' | b'&')) {
                break;
            }
            before = before[..word].trim_ascii_end();
        }
        let key = line.iter().enumerate().position(|(index, byte)| {
            let is_mark = matches!(byte, b'-' | b'?') && line.get(index + 1) == Some(&b' ');
            *byte != b' ' && !is_mark
        });
        match before.last()? {
            b':' => Some((key?, true)),
            b'-' if before.iter().all(|byte| matches!(byte, b' ' | b'-')) => Some((before.len() - 1, false)),
            _ => None,
        }
    }

    /// Returns the end of the line on which such a text ends.
    fn scalar_end(&self, header: usize, own: usize, given: Option<usize>) -> usize {
        let mut least = given.map(|given| own + given);
        let mut end = header;
        while end < self.bytes.len() {
            let next = self.line_end(end + 1);
            let line = &self.bytes[end + 1..next];
            let indent = line.iter().take_while(|byte| **byte == b' ').count();
            if !line.trim_ascii().is_empty() && indent < *least.get_or_insert(indent.max(own + 1)) {
                break;
            }
            end = next;
        }
        end
    }

    /// Reads what is outside of the code, character by character, up to where the next code begins.
    pub(super) fn sea(&mut self) -> bool {
        let from = self.now.at;
        let end = self.find("<?", from);
        // A text without any code is read as if it were some.
        if from == 0 && end.is_none() {
            return false;
        }
        let end = end.map_or(self.bytes.len(), |open| open + 2);
        if from < end {
            self.every_sign(from..end);
        }
        self.now = State { at: end, hole: 0, depth: 0, heredoc: 0 };
        true
    }
}
