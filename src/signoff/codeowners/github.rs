//! CODEOWNERS as GitHub reads it: the last line whose pattern matches a path names the path's owners.
//!
//! The rules are those of GitHub's page "About code owners" and of the errors that its API lists
//! (`GET /repos/{owner}/{repo}/codeowners/errors`).

use super::{Codeowners, Demand, Matcher, Owner, OwnerKind, Problem, Rule, character, words};
use crate::source::Span;
use crate::text::shown;

/// The characters, besides ASCII letters and digits, of a user's or team's name.
const NAME: &str = "-_";
/// The characters, besides ASCII letters and digits, of a mail address.
const MAIL: &str = "-_.+%";

/// Reads a file's lines.
pub(super) fn read<'a>(file: &mut Codeowners<'a>, text: &'a str) {
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    for (index, line) in text[start..].split('\n').enumerate() {
        match Line::new(line, start, index + 1).rule() {
            Ok(Some((rule, remark))) => {
                file.rules.push(rule);
                remark.into_iter().for_each(|remark| file.report(remark));
            }
            Ok(None) => {}
            Err(problem) => file.report(problem),
        }
        start += line.len() + 1;
    }
    file.sections = vec![(0..file.rules.len()).collect()];
}

/// One line while it is read; offsets are those in the whole text.
struct Line<'a> {
    text: &'a str,
    start: usize,
    number: usize,
}

impl<'a> Line<'a> {
    fn new(line: &'a str, start: usize, number: usize) -> Self {
        let text = line.trim_ascii_start();
        Self { text: text.trim_ascii_end(), start: start + (line.len() - text.len()), number }
    }

    /// Returns the line's rule and a remark on it, `None` for a blank line or a comment, or why the line is skipped.
    fn rule(&self) -> Result<Option<(Rule<'a>, Option<Problem>)>, Problem> {
        if self.text.is_empty() || self.text.starts_with('#') {
            return Ok(None);
        }
        let pattern = &self.text[..pattern_end(self.text)];
        if let Some((message, help)) = pattern_fault(pattern) {
            return Err(self.problem(0, pattern.len(), message, help));
        }
        let rest = &self.text[pattern.len()..];
        let rest = &rest[..rest.find('#').unwrap_or(rest.len())];
        let mut owners = Vec::new();
        let mut remark = self.glued_comment(pattern).or_else(|| self.owner_as_pattern(pattern));
        for (at, text) in words(rest) {
            let at = pattern.len() + at;
            let Some(kind) = owner_kind(text) else {
                let message = format!("`{}` is not an owner, so GitHub skips the line", shown(text));
                return Err(self.problem(at, text.len(), message, owner_help(text)));
            };
            if kind == OwnerKind::Nobody {
                let message = format!("nobody has the name `{}`", shown(text));
                remark = Some(self.problem(at, text.len(), message, "put a space between two owners".into()));
            }
            owners.push(Owner { text, kind, span: self.span(at, text.len()) });
        }
        let length = pattern.len() + rest.trim_ascii_end().len();
        let rule = Rule {
            line: self.number,
            span: self.span(0, length),
            pattern,
            owners: owners.into_boxed_slice(),
            section: None,
            demand: Demand::Approvals(1),
            matcher: Matcher::GitHub(Pattern::new(pattern)),
        };
        Ok(Some((rule, remark)))
    }

    /// Remarks on a `#` that ends a pattern although it looks like part of it.
    fn glued_comment(&self, pattern: &str) -> Option<Problem> {
        self.text[pattern.len()..].starts_with('#').then(|| {
            let message = format!("the comment begins at the `#`, so `{}` is left without owners", shown(pattern));
            let help = "write `?` for a `#` that is part of a name, or a space before the comment".to_owned();
            self.problem(pattern.len(), 1, message, help)
        })
    }

    /// Remarks on an owner where the pattern should be: GitHub takes it for a file's name.
    fn owner_as_pattern(&self, pattern: &str) -> Option<Problem> {
        let owner = pattern.starts_with('@') && owner_kind(pattern).is_some();
        owner.then(|| {
            let message = format!("`{}` is where the pattern should be, so it is read as a file name", shown(pattern));
            let help = format!("begin the line with a pattern: `* {}`", shown(self.text));
            self.problem(0, pattern.len(), message, help)
        })
    }

    fn problem(&self, at: usize, length: usize, message: String, help: String) -> Problem {
        Problem { line: self.number, span: self.span(at, length), message, help }
    }

    fn span(&self, at: usize, length: usize) -> Span {
        Span::new(self.start + at, self.start + at + length)
    }
}

/// Returns the byte at which the pattern ends: at a blank or `#` that no backslash escapes.
///
/// The backslash of `\#` counts here, so that the whole of it can be shown; [`pattern_fault`] refuses it.
fn pattern_end(line: &str) -> usize {
    let mut escaped = false;
    let end = line.bytes().position(|byte| {
        let ends = !escaped && (byte.is_ascii_whitespace() || byte == b'#');
        escaped = !escaped && byte == b'\\';
        ends
    });
    end.unwrap_or(line.len())
}

/// Returns why GitHub skips a line with this pattern, and what to write instead.
fn pattern_fault(pattern: &str) -> Option<(String, String)> {
    let name = shown(pattern);
    if pattern.contains("***") {
        let mut better = pattern.to_owned();
        while better.contains("***") {
            better = better.replace("***", "**");
        }
        let message = format!("`{name}` has three asterisks in a row, so GitHub skips the line");
        return Some((message, format!("write `{}`", shown(&better))));
    }
    if pattern == "/" {
        let message = "`/` never matches a file, so GitHub skips the line".to_owned();
        return Some((message, "write `*` for every file of the repository".to_owned()));
    }
    if pattern.starts_with('!') {
        let message = format!("`{name}` begins with `!`, which CODEOWNERS does not support, so GitHub skips the line");
        let bare = pattern.trim_start_matches('!');
        let help = format!("write `{}` without owners, below the line that it is an exception from", shown(bare));
        return Some((message, help));
    }
    escape_fault(pattern)
}

/// Looks for brackets that are not escaped and for escapes that GitHub does not support.
fn escape_fault(pattern: &str) -> Option<(String, String)> {
    let name = shown(pattern);
    let (mut bracket, mut hash, mut open) = (false, false, false);
    let mut better = String::new();
    for c in pattern.chars() {
        bracket |= !open && matches!(c, '[' | ']');
        hash |= open && c == '#';
        if !open && matches!(c, '[' | ']') {
            better.push('\\');
        }
        open = !open && c == '\\';
        better.push(c);
    }
    if open {
        let message = format!("`{name}` ends in a backslash that escapes nothing, so the line is skipped");
        return Some((message, "put `/` between folders, and no backslash at the end".to_owned()));
    }
    if hash {
        let message = format!("`{name}` escapes a `#`, which does not work in CODEOWNERS, so the line is skipped");
        return Some((message, format!("write `?` for the `#`: `{}`", shown(&better.replace("\\#", "?")))));
    }
    bracket.then(|| {
        let message = format!("`{name}` has a `[` or `]` without a backslash, so GitHub skips the line");
        (message, format!("escape both: `{}`; there are no character ranges", shown(&better)))
    })
}

fn owner_kind(text: &str) -> Option<OwnerKind> {
    let made_of = |text: &str, signs: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
    };
    let Some(name) = text.strip_prefix('@') else {
        let (local, domain) = text.split_once('@')?;
        return (made_of(local, MAIL) && made_of(domain, MAIL)).then_some(OwnerKind::Mail);
    };
    if made_of(name, NAME) {
        return Some(OwnerKind::User);
    }
    if let Some((org, team)) = name.split_once('/')
        && made_of(org, NAME)
        && made_of(team, NAME)
    {
        return Some(OwnerKind::Team);
    }
    let glued = name.contains('@') && name.split('@').all(|part| made_of(part, "-_./+%"));
    glued.then_some(OwnerKind::Nobody)
}

fn owner_help(text: &str) -> String {
    let bare = text.trim_end_matches([',', ';']);
    let handle = format!("@{}", bare.trim_start_matches('@'));
    let better = match (owner_kind(bare), owner_kind(&handle)) {
        (Some(OwnerKind::Mail), _) => bare,
        (_, Some(OwnerKind::User | OwnerKind::Team)) => &handle,
        _ => return "write `@user`, `@org/team` or an email address, separated by spaces".to_owned(),
    };
    if bare.len() < text.len() {
        format!("put only a space between two owners: `{}`", shown(better))
    } else {
        format!("write `{}`", shown(better))
    }
}

/// A pattern, parsed once and matched against every path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pattern<'a> {
    /// The parts that must match, with `/` between them.
    parts: &'a str,
    /// Whether they may start at any folder.
    anywhere: bool,
    /// What may follow.
    tail: Tail,
}

/// What may be left of a path when a pattern's parts are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    /// Nothing: `docs/*` means the files of the folder, not those below it.
    Nothing,
    /// Nothing or anything: `docs` means the file or the whole folder.
    Anything,
    /// At least one part: `docs/` and `docs/**` mean what is in the folder.
    Inside,
}

impl<'a> Pattern<'a> {
    fn new(text: &'a str) -> Self {
        let bare = text.strip_suffix('/').unwrap_or(text);
        let folder = bare.len() < text.len();
        let (rooted, mut parts) = bare.strip_prefix('/').map_or((bare.contains('/'), bare), |parts| (true, parts));
        let mut inside = folder;
        while let Some(shorter) = parts.strip_suffix("/**") {
            parts = shorter;
            inside = true;
        }
        let tail = match parts.rsplit('/').next() {
            _ if inside => Tail::Inside,
            Some("*") => Tail::Nothing,
            _ => Tail::Anything,
        };
        Self { parts, anywhere: !rooted, tail }
    }

    /// Walks pattern and path side by side. After a mismatch only the latest `**` takes one more folder, which is
    /// enough: an earlier one could do no better. So the work is bounded by the product of the two lengths.
    pub(super) fn matches(&self, path: &str) -> bool {
        let (mut parts, mut rest) = (Parts::of(self.parts), Parts::of(path));
        let mut retry = self.anywhere.then_some((parts, rest));
        loop {
            let fits = match parts.next() {
                None if self.tail.allows(rest) => return true,
                None => false,
                Some(b"**") => {
                    retry = Some((parts, rest));
                    continue;
                }
                Some(part) => match rest.next() {
                    Some(name) => part_matches(part, name),
                    // A later start would leave even fewer folders.
                    None => return false,
                },
            };
            if !fits {
                let Some((after, from)) = &mut retry else { return false };
                if from.next().is_none() {
                    return false;
                }
                (parts, rest) = (*after, *from);
            }
        }
    }
}

impl Tail {
    fn allows(self, rest: Parts<'_>) -> bool {
        match self {
            Self::Nothing => rest.0.is_none(),
            Self::Anything => true,
            Self::Inside => rest.0.is_some(),
        }
    }
}

/// The parts between slashes that are still to come; `None` once even the last has been taken.
#[derive(Clone, Copy)]
struct Parts<'t>(Option<&'t [u8]>);

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Self {
        Self(Some(text.as_bytes()))
    }

    fn next(&mut self) -> Option<&'t [u8]> {
        let text = self.0?;
        let end = text.iter().position(|byte| *byte == b'/');
        self.0 = end.and_then(|end| text.get(end + 1..));
        Some(&text[..end.unwrap_or(text.len())])
    }
}

/// Matches one part of a pattern, where `*` is any text and `?` any character, against one name of a path.
fn part_matches(part: &[u8], name: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let fits = match (part.get(at), name.get(seen)) {
            (Some(b'*'), _) => {
                at += 1;
                retry = Some((at, seen));
                continue;
            }
            (Some(b'\\'), _) if part.get(at + 1).is_none() => {
                at += 1;
                continue;
            }
            (None, None) => return true,
            (Some(_), None) => return false,
            (None, Some(_)) => false,
            (Some(b'?'), Some(_)) => {
                seen += character(&name[seen..]);
                at += 1;
                continue;
            }
            (Some(b'\\'), Some(found)) => {
                at += 1;
                part.get(at) == Some(found)
            }
            (Some(wanted), Some(found)) => wanted == found,
        };
        if fits {
            (at, seen) = (at + 1, seen + 1);
        } else {
            let Some((after, from)) = &mut retry else { return false };
            *from += character(&name[*from..]);
            (at, seen) = (*after, *from);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::policy::Forge;
    use crate::signoff::codeowners::MOST_PROBLEMS;

    fn parse(text: &str) -> Codeowners<'_> {
        Codeowners::parse(Forge::GitHub, text)
    }

    fn rule<'f, 'a>(file: &'f Codeowners<'a>, path: &str) -> Option<&'f Rule<'a>> {
        file.deciding(path).first().copied()
    }

    fn matches(pattern: &str, path: &str) -> bool {
        let text = format!("{pattern} @dana\n");
        let file = parse(&text);
        assert_eq!(file.problems(), [], "{pattern}");
        rule(&file, path).is_some()
    }

    fn owners(text: &str, path: &str) -> Option<Vec<String>> {
        let file = parse(text);
        let rule = rule(&file, path)?;
        Some(rule.owners.iter().map(|owner| owner.text.to_owned()).collect())
    }

    fn problem(text: &str) -> (String, String, String) {
        let file = parse(text);
        let problem = file.problems().first().cloned().unwrap();
        (text[problem.span.range()].to_owned(), problem.message, problem.help)
    }

    /// A pattern, paths that it matches, paths that it does not.
    type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

    const TABLE: &[Row] = &[
        ("*", &["README.md", "exceptions/a.yaml", ".github/x"], &[]),
        ("**", &["README.md", "a/b/c"], &[]),
        ("/**", &["README.md", "a/b/c"], &[]),
        ("/*", &["README.md", ".env"], &["docs/a.md"]),
        ("*.yaml", &["a.yaml", "exceptions/hr/a.yaml", ".yaml", "a.yaml/b"], &["a.yml", "yaml", "a.yamlx"]),
        ("/*.yaml", &["a.yaml"], &["exceptions/a.yaml"]),
        ("docs/*", &["docs/a.md", "docs/.keep"], &["docs/it/a.md", "docs", "x/docs/a.md", "docsx/a.md"]),
        ("docs/*.md", &["docs/a.md"], &["docs/it/a.md", "x/docs/a.md", "docs/a.txt"]),
        ("docs/*/a.md", &["docs/it/a.md", "docs/it/a.md/b"], &["docs/a.md", "docs/x/y/a.md"]),
        ("docs/*/*", &["docs/it/a.md"], &["docs/a.md", "docs/x/y/a.md"]),
        ("apps/", &["apps/a", "x/apps/a", "x/y/apps/z/a"], &["apps", "x/apps", "myapps/a"]),
        ("/docs/", &["docs/a.md", "docs/it/a.md"], &["docs", "x/docs/a.md"]),
        ("/docs", &["docs", "docs/a.md", "docs/it/a.md"], &["x/docs", "docs.md", "docsx/a"]),
        ("docs", &["docs", "docs/a", "x/docs", "x/docs/y/a"], &["docs.md", "xdocs", "mydocs/a"]),
        ("build/logs", &["build/logs", "build/logs/a"], &["x/build/logs", "build/log", "build/logsx"]),
        ("build/logs/", &["build/logs/a", "build/logs/x/a"], &["build/logs", "x/build/logs/a"]),
        ("**/logs", &["logs", "logs/a", "x/logs/a", "x/y/logs"], &["xlogs", "logs.txt"]),
        ("**/build/logs", &["build/logs/a", "x/build/logs"], &["build/x/logs"]),
        ("logs/**", &["logs/a", "logs/x/a"], &["logs", "x/logs/a"]),
        ("logs/**/", &["logs/x/a"], &["logs", "x/logs/a"]),
        ("a/**/b", &["a/b", "a/x/b", "a/x/y/b", "a/b/c", "a/x/b/c"], &["a", "b", "x/a/b", "a/xb"]),
        ("a/**/*", &["a/b", "a/x/b"], &["a", "b/a"]),
        ("a/**/b/*", &["a/b/c", "a/x/b/c", "a/b/b/c"], &["a/b", "a/b/c/d"]),
        ("**/*.md", &["a.md", "x/y/a.md"], &["a.mdx"]),
        ("**/**/a", &["a", "x/a", "x/y/z/a"], &["b", "xa"]),
        ("*/", &["x/a", "x/y/a"], &["a"]),
        ("/*/", &["x/a", "x/y/a"], &["a"]),
        ("/f*/", &["foo/a"], &["f", "x/foo/a"]),
        ("**browser**", &["browser", "x/my_browser_view.cc", "x/browsers/a"], &["brows/er"]),
        ("a**b", &["ab", "axxb", "x/a-b"], &["a/b", "axxbc"]),
        ("f?o", &["foo", "x/f.o/a", "féo"], &["fo", "fooo", "f/o"]),
        (r"f\?o", &["f?o"], &["foo"]),
        (r"f\*o", &["f*o"], &["foo", "fxo"]),
        (r"f\*", &["f*", "x/f*/a"], &["f", "fo"]),
        (r"my\ docs/", &["my docs/a"], &["my/a", r"my\ docs/a"]),
        (r"pages/\[id\].tsx", &["pages/[id].tsx"], &["pages/i.tsx", r"pages/\[id\].tsx"]),
        (r"a\\b", &[r"a\b"], &["ab", r"a\\b"]),
        (r"a\/b", &["a/b"], &[r"a\/b"]),
        ("Docs/", &["Docs/a"], &["docs/a", "DOCS/a"]),
        ("a.b", &["a.b"], &["axb"]),
        ("{a,b}", &["{a,b}"], &["a", "b"]),
        ("a|b^(c)$+~:@=%&,'", &["a|b^(c)$+~:@=%&,'"], &["a"]),
        ("straße/Ü*", &["straße/Übung.md"], &["strasse/Übung.md", "straße/übung.md"]),
        ("//a", &[], &["a", "x/a"]),
        ("a//", &[], &["a", "a/b"]),
        ("a//b", &[], &["a/b"]),
        ("./a", &[], &["a"]),
        ("@types/", &["@types/a", "x/@types/a"], &["types/a"]),
    ];

    #[test]
    fn patterns_match_as_github_reads_them() {
        for (pattern, yes, no) in TABLE {
            for path in *yes {
                assert!(matches(pattern, path), "`{pattern}` should match `{path}`");
            }
            for path in *no {
                assert!(!matches(pattern, path), "`{pattern}` should not match `{path}`");
            }
        }
    }

    /// Matches by trying everything: obviously right, and slow.
    fn slow(parts: &[&str], path: &[&str], tail: Tail) -> bool {
        match parts.split_first() {
            None => match tail {
                Tail::Nothing => path.is_empty(),
                Tail::Anything => true,
                Tail::Inside => !path.is_empty(),
            },
            Some((&"**", after)) => (0..=path.len()).any(|skip| slow(after, &path[skip..], tail)),
            Some((part, after)) => path.split_first().is_some_and(|(name, rest)| {
                let (part, name): (Vec<char>, Vec<char>) = (part.chars().collect(), name.chars().collect());
                slow_part(&part, &name) && slow(after, rest, tail)
            }),
        }
    }

    fn slow_part(part: &[char], name: &[char]) -> bool {
        match part.split_first() {
            None => name.is_empty(),
            Some(('*', after)) => (0..=name.len()).any(|skip| slow_part(after, &name[skip..])),
            Some(('?', after)) => !name.is_empty() && slow_part(after, &name[1..]),
            Some((c, after)) => name.first() == Some(c) && slow_part(after, &name[1..]),
        }
    }

    /// A pattern of a few parts, each ended by nothing or a slash.
    fn pattern() -> impl Strategy<Value = String> {
        let part = select(&["a", "b", "*", "**", "*a*", "?", "a*b", "ab"][..]);
        let parts = vec((part, select(&["", "/", "/"][..])), 1..5);
        let text = (select(&["", "/", ""][..]), parts);
        text.prop_map(|(first, parts)| parts.into_iter().fold(first.to_owned(), |text, (part, end)| text + part + end))
            .prop_filter("GitHub knows no `***`", |text| !text.contains("***"))
    }

    fn path() -> impl Strategy<Value = String> {
        let below = vec(select(&["/a", "/b", "/ab", "/aab", "b"][..]), 0..4);
        (select(&["a", "b", "ab"][..]), below).prop_map(|(first, below)| first.to_owned() + &below.concat())
    }

    #[test]
    fn the_fast_match_agrees_with_trying_everything() {
        const PATHS: usize = 20;
        let matched = Cell::new(0);
        let config = ProptestConfig { cases: 10_000, ..ProptestConfig::with_source_file(file!()) };
        let agrees = |(text, paths): (String, Vec<String>)| {
            let pattern = Pattern::new(&text);
            let mut parts: Vec<&str> = pattern.parts.split('/').collect();
            if pattern.anywhere {
                parts.insert(0, "**");
            }
            for path in &paths {
                let names: Vec<&str> = path.split('/').collect();
                let expected = slow(&parts, &names, pattern.tail);
                prop_assert_eq!(pattern.matches(path), expected, "`{}` and `{}`", text, path);
                matched.set(matched.get() + usize::from(expected));
            }
            Ok(())
        };
        TestRunner::new(config).run(&(pattern(), vec(path(), PATHS)), agrees).unwrap();
        assert!(matched.get() > 20_000, "{}", matched.get());
    }

    #[test]
    fn the_last_matching_line_replaces_all_before_it() {
        let text = "* @org/everyone\n/exceptions/ @org/security @olek\n*.md docs@example.com\n/exceptions/drafts/\n";
        assert_eq!(owners(text, "src/a.rs").unwrap(), ["@org/everyone"]);
        assert_eq!(owners(text, "exceptions/a.yaml").unwrap(), ["@org/security", "@olek"]);
        assert_eq!(owners(text, "exceptions/README.md").unwrap(), ["docs@example.com"]);
        assert_eq!(owners(text, "exceptions/drafts/a.md").unwrap(), [""; 0]);
        assert_eq!(owners("/exceptions/ @olek\n/exceptions/ @priya\n", "exceptions/a.yaml").unwrap(), ["@priya"]);
        assert_eq!(owners("/docs/ @olek\n", "exceptions/a.yaml"), None);
        assert_eq!(owners("", "a"), None);
    }

    #[test]
    fn a_rule_knows_its_line_its_bytes_and_its_owners() {
        let text = "\u{feff}# who signs what\r\n\r\n \t/exceptions/\t@olek  @org/sec-team é@x # not yet\r\n";
        let file = parse(text);
        assert!(file.rules().is_empty() && file.problems().len() == 1);
        let text = text.replace("é@x", "Dana.Ortiz+x@mail.example.com");
        let file = parse(&text);
        let rule = rule(&file, "exceptions/a.yaml").unwrap();
        assert_eq!((rule.line, rule.pattern), (3, "/exceptions/"));
        assert_eq!(&text[rule.span.range()], "/exceptions/\t@olek  @org/sec-team Dana.Ortiz+x@mail.example.com");
        let kinds: Vec<_> = rule.owners.iter().map(|owner| owner.kind).collect();
        assert_eq!(kinds, [OwnerKind::User, OwnerKind::Team, OwnerKind::Mail]);
        assert!(rule.owners.iter().all(|owner| &text[owner.span.range()] == owner.text));
    }

    #[test]
    fn comments_may_follow_a_rule() {
        for text in ["a @olek # b", "a @olek #b @priya", "a\t@olek#x", "  a @olek", "a @olek\r"] {
            assert_eq!(owners(text, "a").unwrap(), ["@olek"], "{text:?}");
        }
        assert_eq!(owners("a # @olek", "a").unwrap(), [""; 0]);
        assert_eq!(owners("# a @olek\n  # a @olek", "a"), None);
        let (at, message, help) = problem("docs/c# @olek");
        assert_eq!(
            (at.as_str(), message.as_str()),
            ("#", "the comment begins at the `#`, so `docs/c` is left without owners")
        );
        assert!(help.starts_with("write `?` for"), "{help}");
    }

    #[test]
    fn a_line_that_github_skips_is_reported_and_ignored() {
        for (line, at, says, help) in [
            ("***/*.rb @olek", "***/*.rb", "three asterisks in a row", "write `**/*.rb`"),
            ("a/***** @olek", "a/*****", "three asterisks in a row", "write `a/**`"),
            ("/ @olek", "/", "`/` never matches a file", "write `*` for every file"),
            ("!docs/ @olek", "!docs/", "begins with `!`", "write `docs/` without owners"),
            (
                "pages/[id].tsx @olek",
                "pages/[id].tsx",
                "a `[` or `]` without a backslash",
                r"escape both: `pages/\[id\].tsx`;",
            ),
            (
                r"pages/\[id].tsx",
                r"pages/\[id].tsx",
                "a `[` or `]` without a backslash",
                r"escape both: `pages/\[id\].tsx`;",
            ),
            (r"\#notes @olek", r"\#notes", "escapes a `#`", "write `?` for the `#`: `?notes`"),
            (r"docs\", r"docs\", "ends in a backslash", "put `/` between folders"),
            ("* user", "user", "`user` is not an owner", "write `@user`"),
            ("*.txt docs@", "docs@", "`docs@` is not an owner", "write `@user`, `@org/team` or"),
            ("* @olek, @priya", "@olek,", "`@olek,` is not an owner", "put only a space between two owners: `@olek`"),
            ("* @org/a/b", "@org/a/b", "is not an owner", "write `@user`, `@org/team` or"),
            (
                "* dana@example.com; @olek",
                "dana@example.com;",
                "is not an owner",
                "put only a space between two owners: `dana@example.com`",
            ),
            ("* @o!rg/team", "@o!rg/team", "is not an owner", "write `@user`, `@org/team` or"),
            ("* @org/te!am", "@org/te!am", "is not an owner", "write `@user`, `@org/team` or"),
            ("* @olek org/team", "org/team", "is not an owner", "write `@org/team`"),
            ("* @ölek", "@ölek", "is not an owner", "write `@user`, `@org/team` or"),
            ("* @olek\u{a0}@priya", "@olek\u{a0}@priya", "is not an owner", "write `@user`,"),
            ("* @", "@", "`@` is not an owner", "write `@user`,"),
        ] {
            let text = format!("* @org/everyone\n{line}");
            let (found, message, advice) = problem(&text);
            assert_eq!(found, at, "{line}");
            assert!(message.contains(says) && message.contains("skip"), "{message}");
            assert!(advice.starts_with(help), "{advice}");
            let file = parse(&text);
            assert_eq!((file.rules().len(), file.problems().len(), file.problems()[0].line), (1, 1, 2));
        }
    }

    #[test]
    fn an_owner_without_a_pattern_is_read_as_a_name() {
        let text = "@acme/security @olek";
        assert_eq!(owners(text, "exceptions/a.yaml"), None);
        assert_eq!(owners(text, "@acme/security").unwrap(), ["@olek"]);
        let (at, message, help) = problem(text);
        assert_eq!(at, "@acme/security");
        assert_eq!(message, "`@acme/security` is where the pattern should be, so it is read as a file name");
        assert_eq!(help, "begin the line with a pattern: `* @acme/security @olek`");
        assert_eq!(parse("@dana/notes.txt @olek\n@types/ @olek").problems(), []);
    }

    #[test]
    fn two_handles_in_one_word_are_nobody_but_keep_the_line() {
        let text = "/exceptions/ @dana@olek @priya";
        let file = parse(text);
        assert_eq!(rule(&file, "exceptions/a.yaml").unwrap().owners[0].kind, OwnerKind::Nobody);
        assert_eq!(problem(text).1, "nobody has the name `@dana@olek`");
    }

    #[test]
    fn a_file_of_three_megabytes_is_not_loaded() {
        let line = "* @olek\n";
        let mut text = line.repeat(Codeowners::TOO_LARGE / line.len() - 1);
        assert_eq!(owners(&text, "a").unwrap(), ["@olek"]);
        text.push_str(line);
        assert_eq!(owners(&text, "a"), None);
        assert!(problem(&text).1.contains("3000000 bytes"));
    }

    #[test]
    fn hostile_patterns_end_soon() {
        let name = "a".repeat(4_000);
        let deep = "a/".repeat(2_000) + "b";
        for (pattern, path) in [
            ("*a".repeat(1_000) + "b", &name),
            ("**/".repeat(700_000) + "c", &deep),
            ("**/a/".repeat(500_000) + "c", &deep),
            ("*/".repeat(1_400_000) + "c", &deep),
            ("*a*".repeat(900_000) + "c", &name),
            ("?".repeat(2_900_000), &name),
        ] {
            let pattern = pattern.replace("***", "**");
            assert!(!matches(&pattern, path));
        }
        let lines = "![\n".repeat(900_000);
        let file = parse(&lines);
        assert_eq!((file.problems().len(), file.rules().len()), (MOST_PROBLEMS, 0));
    }

    #[test]
    fn no_text_breaks_a_span() {
        let seeds =
            ["é \\\u{a0}# @ö", "\\ \\\\ [ü]\t@a@\r\n!\u{feff}", "\u{feff}\u{feff}a @b\n\u{2028}", "/\\\n**\\ @a#é"];
        for seed in seeds {
            for (at, _) in seed.char_indices() {
                for text in [&seed[..at], &seed[at..]] {
                    let file = parse(text);
                    assert!(file.problems().iter().all(|problem| text.get(problem.span.range()).is_some()), "{text:?}");
                    assert!(file.rules().iter().all(|rule| text.get(rule.span.range()).is_some()), "{text:?}");
                    let _ = rule(&file, "é");
                }
            }
        }
    }
}
