//! The code that a suppression is on, so that it is recognised after its line has moved or was reformatted.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::comments::Comment;

/// Brackets that go on are followed for so many lines.
const MOST_LINES: usize = 30;

/// A bracket that holds a line is looked for in so many lines above it.
const MOST_ABOVE: usize = 100;

/// And for so many bytes.
const MOST_BYTES: usize = 16 * 1024;

/// Code that is shorter than this could be anybody's.
const SHORTEST: usize = 8;

/// The name if there is no code.
pub(super) const NONE: &str = "-";

/// Tells whether a name is one of code that is too short to be known again in another file.
pub(super) fn is_short(name: &str) -> bool {
    name.starts_with(NONE)
}

/// What names a suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The line, and those to which its own brackets go on.
    Line,
    /// The statement, also where the line is between brackets that others open and close.
    Statement,
}

/// Names the statement of a line: the line itself and those before and after it to which its brackets go on, without
/// comments, white space, trailing commas and differences between quotes. `line` is counted from 0; one that holds no
/// code stands for the next that does.
pub(super) fn fingerprint(text: &str, starts: &[usize], comments: &[Comment], line: usize, part: Part) -> String {
    let code = |line: usize| code_of(text, starts, comments, line);
    let last = (line + MOST_LINES).min(starts.len());
    let first = (line..last).find(|line| !code(*line).trim().is_empty()).unwrap_or(line);
    let own = code(first);
    let around = match part {
        Part::Statement => around(&code, first, starts.len()),
        Part::Line => None,
    };
    named(&normal(&around.unwrap_or_else(|| with_brackets(&code, first, &own, starts.len()))))
}

/// Names code.
fn named(plain: &str) -> String {
    match plain.len() {
        0..SHORTEST => in_file(plain),
        SHORTEST.. => hash(plain),
    }
}

/// Names what could be anybody's, and is known in its file alone.
pub(super) fn in_file(plain: &str) -> String {
    if plain.is_empty() { NONE.to_owned() } else { format!("{NONE}{}", hash(plain)) }
}

/// Returns a line with those to which its own brackets go on.
fn with_brackets(code: &impl Fn(usize) -> String, first: usize, own: &str, lines: usize) -> String {
    let (mut begin, mut end) = (first, first);
    let (opened, closed) = unbalanced(own);
    let mut written = own.to_owned();
    if closed > 0 {
        let mut depth = closed;
        while depth > 0 && begin > 0 && first - begin < MOST_LINES && written.len() < MOST_BYTES {
            begin -= 1;
            let above = code(begin);
            let (opens, closes) = unbalanced(&above);
            depth = (depth + closes).saturating_sub(opens);
            written.insert_str(0, &above);
        }
        if depth > 0 {
            own.clone_into(&mut written);
        }
    }
    if opened > 0 {
        let kept = written.len();
        let mut depth = opened;
        while depth > 0 && end + 1 < lines && end - first < MOST_LINES && written.len() < MOST_BYTES {
            end += 1;
            let below = code(end);
            let (opens, closes) = unbalanced(&below);
            depth = depth.saturating_sub(closes) + opens;
            written.push_str(&below);
        }
        if depth > 0 {
            written.truncate(kept);
        }
    }
    written
}

/// Returns the lines between whose brackets a line is, from the outermost on; `None` if it is in none, or they are
/// too far apart.
fn around(code: &impl Fn(usize) -> String, line: usize, lines: usize) -> Option<String> {
    // How many brackets are open before the line, of those that are opened from here on.
    let (mut depth, mut most, mut begin) = (0_isize, 0, None);
    let mut bytes = 0;
    for above in (line.saturating_sub(MOST_ABOVE)..line).rev() {
        let code = code(above);
        bytes += code.len();
        if bytes > MOST_BYTES {
            break;
        }
        let (opens, closes) = unbalanced(&code);
        depth += isize::try_from(opens).unwrap_or_default();
        if depth > most {
            (most, begin) = (depth, Some(above));
        }
        depth -= isize::try_from(closes).unwrap_or_default();
    }
    let begin = begin?;
    let (mut open, mut written) = (0, String::new());
    for at in begin..lines.min(line + MOST_ABOVE) {
        let code = code(at);
        let (opens, closes) = unbalanced(&code);
        open = usize::saturating_sub(open, closes) + opens;
        written.push_str(&code);
        if written.len() > MOST_BYTES {
            return None;
        }
        if open == 0 {
            return (at >= line).then_some(written);
        }
    }
    None
}

/// Names the declaration that an annotation is on: the line behind it and behind the other annotations that follow it.
/// `at` is somewhere in its name. Other files may well declare the same, so that it is known in its file alone.
pub(super) fn declaration(text: &str, comments: &[Comment], at: usize) -> String {
    let last = text.floor_char_boundary(text.len().min(at.saturating_add(MOST_BYTES)));
    let comment_end = |at: usize| {
        let after = comments.partition_point(|comment| comment.whole.start <= at);
        comments.get(after.checked_sub(1)?).map(|comment| comment.whole.end).filter(|end| at < *end)
    };
    let next = |at: usize| text.get(at..last)?.chars().next();
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '`' | '[' | '$' | '\\');
    let past_name = |at: usize| at + text[at..last].find(|c| !is_of_name(c)).unwrap_or(last - at);
    let past_blank = |mut at: usize| {
        while let Some(c) = next(at).filter(|c| c.is_whitespace()) {
            at += c.len_utf8();
        }
        at
    };
    // Behind the parentheses that follow a name, if there are any.
    let past_arguments = |at: usize| {
        let (mut here, mut depth, mut is_quoted) = (past_blank(at), 0_usize, false);
        if next(here) != Some('(') {
            return at;
        }
        while let Some(c) = next(here) {
            here += c.len_utf8();
            match c {
                '"' => is_quoted = !is_quoted,
                '(' if !is_quoted => depth += 1,
                ')' if !is_quoted && depth == 1 => return here,
                ')' if !is_quoted => depth -= 1,
                _ => {}
            }
        }
        here
    };
    let mut at = past_arguments(past_name(at));
    while let Some(c) = next(at) {
        if let Some(end) = comment_end(at) {
            at = end;
        } else if c.is_whitespace() || matches!(c, ']' | ',') {
            at += c.len_utf8();
        } else if c == '@' || text[at..].starts_with("#[") {
            at = past_arguments(past_name(at + c.len_utf8()));
        } else {
            break;
        }
    }
    let rest = text.get(at..last).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    in_file(&normal(&without_comments(text, comments, at, at + line.len())))
}

/// Names a text that is not code, such as the entry of an ignore file.
pub(super) fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    HEXLOWER.encode(&digest[..8])
}

/// Returns a line without its comments.
fn code_of(text: &str, starts: &[usize], comments: &[Comment], line: usize) -> String {
    let Some(start) = starts.get(line).copied() else { return String::new() };
    let end = starts.get(line + 1).copied().unwrap_or(text.len()).min(start + MOST_BYTES);
    without_comments(text, comments, start, end)
}

/// Returns a part of a text without comments.
fn without_comments(text: &str, comments: &[Comment], start: usize, end: usize) -> String {
    let from = comments.partition_point(|comment| comment.whole.end <= start);
    let mut code = String::new();
    let mut at = start;
    for comment in comments[from..].iter().take_while(|comment| comment.whole.start < end) {
        code.push_str(text.get(at..comment.whole.start.max(at)).unwrap_or_default());
        at = comment.whole.end.max(at);
    }
    code.push_str(text.get(at..end.max(at)).unwrap_or_default());
    code
}

/// Counts the round and square brackets that are opened and not closed in a line, and those that are closed and were
/// not opened in it. Braces hold whole blocks, which are not part of a statement.
fn unbalanced(code: &str) -> (usize, usize) {
    let (mut open, mut closed) = (0, 0);
    for byte in code.bytes() {
        match byte {
            b'(' | b'[' => open += 1,
            b')' | b']' if open > 0 => open -= 1,
            b')' | b']' => closed += 1,
            _ => {}
        }
    }
    (open, closed)
}

fn normal(code: &str) -> String {
    let mut plain = String::with_capacity(code.len());
    for c in code.chars().filter(|c| !c.is_whitespace() && *c != '\\') {
        match c {
            ')' | ']' | '}' => {
                while plain.ends_with(',') {
                    plain.pop();
                }
                plain.push(c);
            }
            '\'' | '`' => plain.push('"'),
            c => plain.push(c),
        }
    }
    plain.trim_end_matches([';', ',']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suppressions::comments::comments;
    use crate::suppressions::language::Language;

    fn of(text: &str, line: usize) -> String {
        in_python(text, line, Part::Line)
    }

    fn in_python(text: &str, line: usize, part: Part) -> String {
        let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let found = comments(text, Language::Python.syntax());
        fingerprint(text, &starts, &found, line, part)
    }

    #[test]
    fn a_statement_is_the_same_however_it_is_broken() {
        let one = of("x = 1\nsubprocess.call(cmd, 'a', shell=True)  # nosec\ny = 2\n", 1);
        assert_ne!(one, NONE);
        for (text, line) in [
            ("subprocess.call(cmd, \"a\", shell=True) # nosec B602 # stopgap: a", 0),
            ("    subprocess.call(  # nosec\n        cmd,\n        'a',\n        shell=True,\n    )\nz = 3\n", 0),
            ("subprocess.call(\n    cmd,\n    'a',\n    shell=True,\n)  # nosec\n", 4),
            ("subprocess.call(\n    cmd,  # why\n    'a',\n    shell=True,  # nosec\n)\n", 0),
            ("# nosec\n\n# and more\nsubprocess.call(cmd, 'a', shell=True)", 0),
        ] {
            assert_eq!(of(text, line), one, "{text}");
        }
        for other in ["subprocess.call(cmd, 'b', shell=True)  # nosec", "subprocess.run(cmd, 'a', shell=True)  # nosec"]
        {
            assert_ne!(of(other, 0), one, "{other}");
        }
    }

    #[test]
    fn a_statement_is_known_by_all_that_its_brackets_hold() {
        let call = |flag: &str| {
            format!("x = 1\ny = subprocess.run(\n    [a, b],\n    shell={flag},\n    check=True,  # nosec\n)\nz = 2\n")
        };
        let of = |text: &str, line: usize| in_python(text, line, Part::Statement);
        assert_ne!(of(&call("True"), 4), of(&call("False"), 4));
        assert_eq!(of(&call("True"), 4), of(&call("True"), 1));
        assert_eq!(of(&call("True"), 4), of(&call("True"), 2));
        assert_eq!(of("f(a)\n  (\n", 0), of("f(a)\n", 0));
        assert_eq!(of("a(\nb(c)  # nosec\n", 1), of("b(c)", 0));
        let deep = "f(\n".repeat(200) + "evaluate(x)  # nosec\n" + &")\n".repeat(200);
        assert_eq!(of(&deep, 200), of("evaluate(x)", 0));
    }

    #[test]
    fn little_code_is_known_in_its_file_alone_and_no_text_makes_it_fail() {
        let short = of("x = 1  # nosec", 0);
        assert!(is_short(&short) && short != NONE && short == of("x=1  # nosec", 0));
        assert_ne!(short, of("x = 2  # nosec", 0));
        assert!(!is_short(&of("evaluate(x)  # nosec", 0)));
        assert_eq!(of("# nosec", 0), NONE);
        for text in ["", "\n", "(", ")", "((((\n", "))))\n", "# a", "\u{e9}(\n"] {
            for line in 0..3 {
                of(text, line);
                in_python(text, line, Part::Statement);
            }
        }
    }

    #[test]
    fn an_annotation_is_known_by_the_declaration_that_it_is_on() {
        let of = |text: &str| {
            let found = comments(text, Language::Braces.syntax());
            declaration(text, &found, text.find("Suppress").unwrap())
        };
        let one = of("@SuppressWarnings(\"java:S1\") void run(String q) {\n}\n");
        assert!(is_short(&one) && one != NONE);
        for same in [
            "@SuppressWarnings(\"java:S1\")\nvoid run(String q) {\n  a();\n}\n",
            "@SuppressWarnings({\"java:S1\", \"a)b\"})\n// why\n@Override /* x */\n  void run(String q) {",
            "@java.lang.SuppressWarnings (\"java:S1\")\n@Get(path = \"(\", of = @A(1))\nvoid run(String q) {",
        ] {
            assert_eq!(of(same), one, "{same}");
        }
        assert_ne!(of("@SuppressWarnings(\"java:S1\") void walk(String q) {\n}\n"), one);
        assert_eq!(of("@Suppress"), NONE);
        for text in ["@Suppress(", "@Suppress(\"\u{e9}", "@Suppress\u{e9}@", "Suppress)@(#["] {
            of(text);
        }
    }
}
