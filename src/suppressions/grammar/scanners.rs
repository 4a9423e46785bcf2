//! Scanners whose comments are only about security.
//!
//! White space is what the tool treats as such: Python has four more characters (U+001C to U+001F).

use std::sync::LazyLock;

use super::{End, Grammar, Match, Matches, Pattern, Piece, Place, Reach, What, group, range, rules};
use crate::suppressions::language::Language;
use crate::text::Glossary;
use crate::time::Day;
use crate::time::until::{Clock, Until};

const CHECKOV: &str = r"(?:checkov|bridgecrew|cortex):skip= *([A-Za-z_\d-]+(?:,[A-Za-z_\d-]+)*)?";

pub(super) static ALL: [Grammar; 23] = [
    Grammar {
        tool: "trivy",
        literals: &["trivy:"],
        pattern: Pattern::new(r"(?:^| )(\s*[#/*]*trivy:([^ ]*))"),
        reads: infrastructure,
        place: Place::Lines,
        read: trivy,
    },
    Grammar {
        tool: "tfsec",
        literals: &["tfsec:"],
        pattern: Pattern::new(r"(?:^| )(\s*[#/*]*tfsec:([^ ]*))"),
        reads: infrastructure,
        place: Place::Lines,
        read: trivy,
    },
    Grammar {
        tool: "checkov",
        literals: &["checkov:skip=", "bridgecrew:skip=", "cortex:skip="],
        pattern: Pattern::new(CHECKOV),
        reads: |language, _| !language.is_prose() && language != Language::Dockerfile,
        place: Place::Lines,
        read: |_, matches, found| checkov(matches, Reach::Block, found),
    },
    // In a Dockerfile it holds for all of it.
    Grammar {
        tool: "checkov",
        literals: &["checkov:skip=", "bridgecrew:skip=", "cortex:skip="],
        pattern: Pattern::new(CHECKOV),
        reads: dockerfile,
        place: Place::Lines,
        read: |_, matches, found| checkov(matches, Reach::File, found),
    },
    Grammar {
        tool: "semgrep",
        literals: &["nosem", "no\u{17f}em"],
        pattern: Pattern::new(r"(?:^[^a-zA-Z0-9]*| )((?i:nosem(?:grep)?))(?:[:=]\s?([^,\s].*))?"),
        reads: not_prose,
        place: Place::Lines,
        read: semgrep,
    },
    Grammar {
        tool: "bandit",
        literals: &["nosec"],
        pattern: Pattern::new(r"#[\s\x1c-\x1f]*nosec:?[\s\x1c-\x1f]*([^#]+)?#?"),
        reads: python,
        place: Place::Comments,
        read: bandit,
    },
    Grammar {
        tool: "gosec",
        literals: &["nosec", "gosec:disable"],
        pattern: Pattern::new(r"(?m)^([^\S\n]*)(?:#nosec|(gosec:disable))([^\n]*)"),
        reads: go,
        place: Place::Insides,
        read: gosec,
    },
    Grammar {
        tool: "hadolint",
        literals: &["hadolint"],
        pattern: Pattern::new(concat!(
            r"^[ \t]*(hadolint[ \t]+(global[ \t]+|stage[ \t]+)?ignore[ \t]*=[ \t]*",
            r"([DLSC0-9]+(?:[ \t]*,[ \t]*[DLSC0-9]+)*))[ \t]*(?:#.*)?$"
        )),
        reads: dockerfile,
        place: Place::Insides,
        read: hadolint,
    },
    Grammar {
        tool: "kics",
        literals: &["kics-scan", "\u{212a}ics-scan"],
        pattern: Pattern::new(r"(?m)^[\s/#;]*((?:\x{212a}|(?i-u:k))(?i-u:ics-scan)([^\n]*))"),
        reads: infrastructure,
        place: Place::Insides,
        read: kics,
    },
    Grammar {
        tool: "zizmor",
        literals: &["zizmor:"],
        pattern: Pattern::new(r"(# zizmor: ignore\[(.+)\])(?:\s+.*)?$"),
        reads: workflow,
        place: Place::Comments,
        read: zizmor,
    },
    Grammar {
        tool: "tflint",
        literals: &["tflint-ignore"],
        pattern: Pattern::new(r"tflint-ignore(-file)?: ([^\n*/#]+)"),
        reads: terraform,
        place: Place::Insides,
        read: tflint,
    },
    Grammar {
        tool: "terrascan",
        literals: &["ts:skip="],
        pattern: Pattern::new(r"#ts:skip=\s*([A-Za-z0-9_.\-]+)"),
        reads: infrastructure,
        place: Place::Lines,
        read: |_, matches, found| each(matches, Reach::Block, found),
    },
    Grammar {
        tool: "gitleaks",
        literals: &["gitleaks:allow"],
        pattern: Pattern::new("gitleaks:allow"),
        reads: any,
        place: Place::Lines,
        read: word,
    },
    Grammar {
        tool: "trufflehog",
        literals: &["trufflehog:ignore"],
        pattern: Pattern::new("trufflehog:ignore"),
        reads: any,
        place: Place::Lines,
        read: word,
    },
    Grammar {
        tool: "kingfisher",
        literals: &["kingfisher:ignore", "\u{212a}ingfisher:ignore"],
        pattern: Pattern::new(r"(?:\x{212a}|(?i-u:k))(?i-u:ingfisher:ignore)"),
        reads: any,
        place: Place::Lines,
        read: word,
    },
    Grammar {
        tool: "detect-secrets",
        literals: &["pragma: allowlist", "pragma:allowlist", "pragma: whitelist", "pragma:whitelist"],
        pattern: Pattern::new(concat!(
            r"[ \t]*(?:#|//|/\*|'|--|<!--[# \t]*) *",
            r"(pragma: ?(?:allow|white)list[ -](nextline[ -])?secret)"
        )),
        reads: any,
        place: Place::Lines,
        read: detect_secrets,
    },
    Grammar {
        tool: "devskim",
        // A letter may be one that only differs in case: U+017F of `s`, U+212A of `k`.
        literals: &["devskim:", "dev\u{17f}kim:", "devs\u{212a}im:", "dev\u{17f}\u{212a}im:"],
        pattern: Pattern::new(r"(?i)DevSkim:\s+ignore\s([a-z\d,:]+)(?:\s+until\s(\d{4}-\d{2}-\d{2}))?"),
        reads: not_prose,
        place: Place::Lines,
        read: devskim,
    },
    Grammar {
        tool: "bearer",
        literals: &["bearer:disable"],
        pattern: Pattern::new(r"(?s)^\s*(bearer:disable(.*))"),
        reads: code,
        place: Place::Insides,
        read: bearer,
    },
    Grammar {
        tool: "ash",
        literals: &["ash-ignore", "a\u{17f}h-ignore"],
        pattern: Pattern::new(r"(?i)(?:#|//)[\s\x1c-\x1f]*ash-ignore(-next-line)?:[\s\x1c-\x1f]*(\S+)"),
        reads: not_prose,
        place: Place::Lines,
        read: ash,
    },
    Grammar {
        tool: "codeql",
        literals: &["lgtm", "codeql"],
        pattern: Pattern::new(concat!(
            r"(?i)(?:(?:^|;)\s*)?\b((?:lgtm|codeql)\s*\[([^\]]*)\])",
            r"|(?:^|;)\s*(lgtm)\b"
        )),
        reads: code,
        place: Place::Insides,
        read: codeql,
    },
    Grammar {
        tool: "snyk",
        literals: &["deepcode"],
        pattern: Pattern::new(concat!(
            r"((file\s+)?deepcode\s+ignore\s+([^\s:,]+(?:\s*,\s*[^\s:,]+)*))",
            r"\s*(?::|$)"
        )),
        reads: code,
        place: Place::Insides,
        read: deepcode,
    },
    Grammar {
        tool: "sonar",
        literals: &["nosonar"],
        pattern: Pattern::new(r"(?i-u:nosonar)(?:\s*\(([\w:,\s-]+)\))?"),
        reads: not_prose,
        place: Place::Comments,
        read: nosonar,
    },
    Grammar {
        tool: "sonar",
        literals: &["sonar-resolve"],
        pattern: Pattern::new(concat!(
            r"(?m)^[\s*/!#]*((?i-u:sonar-resolve)(?:[\s*/!#]+\[(?i-u:accept|fp)\])?",
            r"(?:[\s*/!#]+([\w:]+(?:[\s*/!#]*,[\s*/!#]*[\w:]+)*))?)",
            r#"(?:[\s,"'`(\[{]|$)"#
        )),
        reads: not_prose,
        place: Place::Insides,
        read: sonar_resolve,
    },
];

fn any(_: Language, _: &str) -> bool {
    true
}

fn not_prose(language: Language, _: &str) -> bool {
    !language.is_prose()
}

fn code(language: Language, _: &str) -> bool {
    language.is_code()
}

fn infrastructure(language: Language, _: &str) -> bool {
    language.is_infrastructure()
}

pub(super) fn python(language: Language, _: &str) -> bool {
    language == Language::Python
}

pub(super) fn go(language: Language, _: &str) -> bool {
    language == Language::Go
}

fn dockerfile(language: Language, _: &str) -> bool {
    language == Language::Dockerfile
}

fn terraform(language: Language, _: &str) -> bool {
    language == Language::Terraform
}

fn workflow(language: Language, _: &str) -> bool {
    language == Language::Yaml
}

/// Words between spaces, of which one begins `trivy:` or `tfsec:` once `#`, `/` and `*` are gone; then pairs of words
/// with colons between, in any order, of which the last of a kind counts (`pkg/iac/ignore/parse.go`).
fn trivy(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        let mut parts = group(&captures, 2).trim_end().split(':');
        let (mut id, mut end, mut other, mut applies) = ("", None, None, true);
        while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
            match (key, Day::parse(value)) {
                ("ignore", _) if value.is_empty() => {}
                ("ignore", _) => id = value.split('[').next().unwrap_or(value),
                ("exp", Ok(day)) => end = Until::day(day, Clock::Utc).map(End::At),
                // What is not a date makes trivy drop the rule.
                ("exp", Err(_)) => applies = false,
                ("ws", _) => {}
                _ => other = other.or_else(|| Some(End::Unread(format!("{key}:{value}")))),
            }
        }
        if applies && !id.is_empty() {
            let what = if id == "*" { What::All } else { What::Rule(id.to_owned()) };
            let at = range(&captures, 1);
            let at = at.start..at.start + group(&captures, 1).trim_end().len();
            found.push(Match { end: end.or(other), ..Match::new(what, at, Reach::Next) });
        }
    }
}

/// `checkov/common/comment/enum.py`.
fn checkov(matches: Matches<'_, '_>, reach: Reach, found: &mut Vec<Match>) {
    for captures in matches {
        rules(group(&captures, 1).split(','), &range(&captures, 0), reach, found);
    }
}

/// The rule that the first group names, in each match.
fn each(matches: Matches<'_, '_>, reach: Reach, found: &mut Vec<Match>) {
    for captures in matches {
        rules(std::iter::once(group(&captures, 1)), &range(&captures, 0), reach, found);
    }
}

/// `Nosemgrep.ml`; the space before the word is part of it, unless no letter or digit is before it, as on the line
/// above a finding. The ids are the first words between commas, up to the end of the line; where none follows the colon
/// at once, every rule is meant.
fn semgrep(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    let is_id = |id: &&str| {
        !id.trim_matches('-').is_empty()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let first = piece.text.bytes().position(|byte| byte.is_ascii_alphanumeric());
    for captures in matches {
        let word = range(&captures, 1);
        let reach = if first.is_none_or(|first| word.start <= first) { Reach::Next } else { Reach::Line };
        let named = range(&captures, 2);
        let words = group(&captures, 2).split(',').filter_map(|item| item.split_whitespace().next());
        let ids: Vec<&str> = words.map(|id| id.trim_end_matches("*/").trim_end_matches("-->")).filter(is_id).collect();
        let end = ids.last().and_then(|id| Some(named.start + group(&captures, 2).rfind(id)? + id.len()));
        rules(ids.into_iter(), &(word.start..end.unwrap_or(word.end)), reach, found);
    }
}

/// `bandit/core/manager.py`: of ids without a space between them only the last counts, and a word that is no id and no
/// name of a test is passed over, so that nothing but such words suppresses everything.
fn bandit(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    const TESTS: Glossary = Glossary::new(include_str!("../words/bandit.txt"));
    static IDS: Pattern = Pattern::new(r"(?i)(?:(B\d+|[a-z\d_]+),?)+");
    static IS_ID: Pattern = Pattern::new(r"^B\d{3}$");
    let Some(captures) = matches.next() else { return };
    let lists = IDS.words(group(&captures, 1));
    let last = lists.filter_map(|list| list.trim_end_matches(',').rsplit(',').next());
    let known = last.filter_map(|id| {
        let is_id = IS_ID.first(id).is_some() && TESTS_BY_ID.contains(&id);
        if is_id { Some(id) } else { TESTS.meaning(id) }
    });
    let start = range(&captures, 0).start;
    let end = start + group(&captures, 0).trim_end_matches('#').trim_end().len();
    rules(known, &(start..end), Reach::Line, found);
}

/// The ids of bandit's tests.
static TESTS_BY_ID: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    include_str!("../words/bandit.txt").lines().filter_map(|line| Some(line.split_once(" = ")?.1)).collect()
});

/// `analyzer.go`: a comment, or a line of one, that begins `#nosec`, or a comment that begins `//gosec:disable`. The rules
/// of the former may be named up to the end of the group of comments. Above all code it is good for the file.
fn gosec(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    static RULE: Pattern = Pattern::new(r"G\d{3}");
    for captures in matches {
        let rest = group(&captures, 3);
        if captures.get(2).is_some() {
            let begins = !piece.is_block && group(&captures, 1).is_empty();
            if !begins || !(rest.trim_end().is_empty() || rest.starts_with([' ', '\t'])) {
                continue;
            }
        }
        let named = rest.split("--").next().unwrap_or(rest);
        let is_block = named.split_whitespace().any(|word| word == "block");
        let reach = match () {
            () if is_block => Reach::Block,
            () if piece.leads => Reach::File,
            () => piece.reach(),
        };
        let (start, end) = (range(&captures, 1).end, range(&captures, 3).start + named.trim_end().len());
        let goes_on = captures.get(2).is_none() && named.len() == rest.len() && RULE.first(named).is_some();
        let more = if goes_on { rest_of_group(piece, range(&captures, 3).end) } else { String::new() };
        let more = more.split("--").next().unwrap_or_default();
        rules(RULE.words(named).chain(RULE.words(more)), &(start..end), reach, found);
    }
}

/// Returns the text of a comment of Go from a byte of its inside on, with that of the comments in the lines below it.
fn rest_of_group(piece: Piece<'_>, from: usize) -> String {
    const LONGEST: usize = 16 * 1024;
    static DIRECTIVE: Pattern = Pattern::new("^(?:[a-z0-9]+:[a-z0-9]|line |extern |export )");
    let mut text = piece.inner()[from..].to_owned();
    let mut below = if piece.is_block || piece.own_line { piece.below } else { "" };
    while text.len() < LONGEST {
        let line = below.split('\n').next().unwrap_or_default();
        let start = below.trim_start_matches([' ', '\t', '\r']);
        let end = if let Some(comment) = start.strip_prefix("//") {
            let comment = comment.split('\n').next().unwrap_or_default();
            if DIRECTIVE.first(comment).is_none() {
                text.extend(["\n", comment]);
            }
            line.len()
        } else if let Some((comment, rest)) = start.strip_prefix("/*").and_then(|comment| comment.split_once("*/")) {
            text.extend(["\n", comment]);
            below.len() - rest.len()
        } else {
            break;
        };
        below = &below[end..];
        let after = below.trim_start_matches([' ', '\t', '\r']);
        below = after.strip_prefix('\n').unwrap_or(after);
    }
    text
}

/// `src/Hadolint/Pragma.hs`: the whole comment, and text only after a second `#`.
fn hadolint(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        let reach = match group(&captures, 2).trim() {
            "global" => Reach::File,
            "stage" => Reach::Block,
            _ => Reach::Next,
        };
        rules(group(&captures, 3).split(','), &range(&captures, 1), reach, found);
    }
}

/// `pkg/model/comment_yaml.go` and `pkg/parser/parser.go`: any of the words behind `kics-scan`, in any case, may be the
/// command about lines; what is said of the file is the first word.
fn kics(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        let at = range(&captures, 1);
        let at = at.start..at.start + group(&captures, 1).trim_end().len();
        let text = group(&captures, 2).trim();
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let about_lines = words.iter().find_map(|word| match word.as_str() {
            "ignore-line" => Some(Reach::Next),
            "ignore-block" => Some(Reach::Block),
            _ => None,
        });
        let first = words.first().map_or("", String::as_str);
        match (about_lines, first.split_once('=')) {
            (Some(reach), _) => found.push(Match::new(What::All, at, reach)),
            (None, Some(("disable", _))) => {
                // A list may continue after a comma and a space.
                let list = text.split_once('=').map_or("", |(_, list)| list);
                let end =
                    list.char_indices().find(|(at, c)| c.is_whitespace() && !list[..*at].trim_end().ends_with(','));
                rules(list[..end.map_or(list.len(), |(at, _)| at)].split(','), &at, Reach::File, found);
            }
            // What is enabled alone disables everything else.
            (None, Some(("enable", _))) => found.push(Match::new(What::All, at, Reach::File)),
            _ if first == "ignore" => found.push(Match::new(What::All, at, Reach::File)),
            _ => {}
        }
    }
}

/// zizmor's documentation, "Ignoring results": exactly one space after the `#` and after the colon. The list goes up to
/// the last bracket that white space or the end follows.
fn zizmor(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        let ids = group(&captures, 2).split(',').map(|id| id.trim().trim_end_matches(']'));
        rules(ids, &range(&captures, 1), Reach::Line, found);
    }
}

/// TFLint's `tflint/annotation.go`: anywhere in a comment.
fn tflint(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        let reach = if captures.get(1).is_some() { Reach::File } else { piece.reach() };
        let start = range(&captures, 0).start;
        let at = start..start + group(&captures, 0).trim_end().len();
        rules(group(&captures, 2).split(','), &at, reach, found);
    }
}

/// A word anywhere in the line of a secret. A text for people is only read where it could hold one.
fn word(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    found.extend(matches.next().map(|captures| Match::new(What::Unnamed, range(&captures, 0), Reach::Line)));
}

/// `detect_secrets/filters/allowlist.py`.
fn detect_secrets(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    let Some(captures) = matches.next() else { return };
    let reach = if captures.get(2).is_some() { Reach::Next } else { Reach::Line };
    found.push(Match::new(What::Unnamed, range(&captures, 1), reach));
}

/// `Suppression.cs`.
fn devskim(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        let before = found.len();
        rules(group(&captures, 1).split(','), &range(&captures, 0), Reach::Line, found);
        if let Some(until) = captures.get(2) {
            // An impossible day counts as past.
            match Until::read(until.as_str(), Clock::of("devskim")) {
                Some(until) => found[before..].iter_mut().for_each(|one| one.end = Some(End::At(until))),
                None => found.truncate(before),
            }
        }
    }
}

/// Bearer's documentation, "Skip or ignore specific rules".
fn bearer(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        let ids = group(&captures, 2);
        let named = ids.split(" stopgap:").next().unwrap_or(ids);
        let at = range(&captures, 1).start..range(&captures, 2).start + named.trim_end().len();
        rules(named.split(','), &at, Reach::Next, found);
    }
}

/// `automated_security_helper/utils/suppression_matcher.py`.
fn ash(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        let reach = if captures.get(1).is_some() { Reach::Next } else { Reach::Line };
        rules(std::iter::once(group(&captures, 2)), &range(&captures, 0), reach, found);
    }
}

/// The library `AlertSuppression.qll` of CodeQL: rules in brackets anywhere, and `lgtm` alone at the beginning or after
/// a semicolon.
fn codeql(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        match captures.get(3) {
            Some(word) if !piece.inner()[word.end()..].trim_start().starts_with('[') => {
                found.push(Match::new(What::All, word.range(), Reach::Line));
            }
            Some(_) => {}
            None => rules(group(&captures, 2).split(','), &range(&captures, 1), piece.reach(), found),
        }
    }
}

/// Snyk Code's documentation, "Ignore issues in code".
fn deepcode(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        let reach = if captures.get(2).is_some() { Reach::File } else { Reach::Next };
        rules(group(&captures, 3).split(','), &range(&captures, 1), reach, found);
    }
}

/// Sonar's `NOSONAR`, anywhere in a comment, in any case for some languages; newer analysers read rules in parentheses.
fn nosonar(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        match captures.get(1) {
            Some(ids) => rules(ids.as_str().split(','), &range(&captures, 0), Reach::Line, found),
            None => found.push(Match::new(What::Unnamed, range(&captures, 0), Reach::Line)),
        }
    }
}

/// Sonar's `sonar-resolve` (`SonarResolve.java` of `sonar-analyzer-commons`): a line of a comment that begins with it, a
/// status in brackets, rules, and why.
fn sonar_resolve(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        let named = group(&captures, 2).split(|c: char| c != ':' && c != '_' && !c.is_alphanumeric());
        let ids: Vec<&str> = named.filter(|id| id.contains(':')).collect();
        // The rules may stand in the comment on the next line.
        let goes_on = || captures.get(2).is_none() && piece.inner()[range(&captures, 0).end..].trim().is_empty();
        if !ids.is_empty() || goes_on() {
            rules(ids.into_iter(), &range(&captures, 1), piece.reach(), found);
        }
    }
}
