//! Linters that find a few things about security among many others: only what silences those is listed.

use std::sync::LazyLock;

use regex::Regex;

use super::scanners::{go, python};
use super::{Grammar, Match, Piece, Place, Reach, What, rules};
use crate::suppressions::language::Language;
use crate::text::WordList;

pub(super) static ALL: &[Grammar] = &[
    Grammar {
        tool: "eslint",
        literals: &["eslint-disable", "/* eslint ", "/*eslint "],
        reads: |language, _| matches!(language, Language::Script | Language::Markup),
        place: Place::Comments,
        read: eslint,
    },
    Grammar { tool: "gosec", literals: &["nolint"], reads: go, place: Place::Comments, read: nolint },
    Grammar { tool: "ruff", literals: &["noqa"], reads: python, place: Place::Comments, read: noqa },
    Grammar { tool: "pylint", literals: &["pylint:"], reads: python, place: Place::Comments, read: pylint },
    Grammar {
        tool: "shellcheck",
        literals: &["shellcheck disable"],
        reads: |language, _| matches!(language, Language::Hash | Language::Other),
        place: Place::Comments,
        read: shellcheck,
    },
    Grammar {
        tool: "rubocop",
        literals: &["rubocop:disable", "rubocop:todo", "rubocop : disable"],
        reads: |language, _| matches!(language, Language::Ruby | Language::Hash),
        place: Place::Comments,
        read: rubocop,
    },
    Grammar {
        tool: "sonar",
        literals: &["nosonar"],
        reads: |language, _| !language.is_prose(),
        place: Place::Comments,
        read: nosonar,
    },
];

/// ESLint's own rules and plugins that are about security.
const ESLINT: WordList = WordList::new(include_str!("../words/eslint.txt"));

/// Tells whether a rule of ESLint is about security.
pub(in crate::suppressions) fn is_secure_rule(rule: &str) -> bool {
    is_listed(ESLINT, rule)
}

/// Tells whether a list names a rule: itself, or the beginning of its name up to a slash.
fn is_listed(list: WordList, rule: &str) -> bool {
    let folders = rule.match_indices('/').map(|(at, _)| &rule[..=at]);
    list.find(rule).is_some() || folders.into_iter().any(|folder| list.find(folder).is_some())
}

/// `lib/shared/directives.js` and `lib/linter/apply-disable-directives.js`: a label at the comment's beginning, rules
/// with commas between, and the reason after two hyphens.
fn eslint(piece: Piece<'_>, found: &mut Vec<Match>) {
    static LABEL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\s*(eslint(?:-disable(?:(?:-next)?-line)?)?)(?:\s|$)").ok());
    static REASON: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\s-{2,}\s").ok());
    static OFF: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"["']?([@\w/-]+)["']?\s*:\s*\[?\s*(?:["']off["']|off\b|0\b|["']0["'])"#).ok());
    let inner = piece.inner();
    let Some(label) = LABEL.as_ref().and_then(|label| label.captures(inner)?.get(1)) else { return };
    let rest = &inner[label.end()..];
    let list = REASON.as_ref().and_then(|reason| reason.find(rest)).map_or(rest, |reason| &rest[..reason.start()]);
    let from = piece.inner.0;
    let at = from + label.start()..from + label.end() + list.trim_end().len();
    let reach = match label.as_str() {
        "eslint-disable-line" => Reach::Line,
        "eslint-disable-next-line" => Reach::Next,
        // In a line comment these two say nothing.
        _ if !piece.is_block => return,
        "eslint-disable" => Reach::Block,
        _ => {
            let off = OFF.iter().flat_map(|off| off.captures_iter(list)).filter_map(|it| Some(it.get(1)?.as_str()));
            let off: Vec<&str> = off.filter(|rule| is_secure_rule(rule)).collect();
            if !off.is_empty() {
                rules(off.into_iter(), &at, Reach::File, found);
            }
            return;
        }
    };
    let named: Vec<&str> = list.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect();
    let secure = named.iter().copied().filter(|rule| is_secure_rule(rule));
    if named.is_empty() || secure.clone().next().is_some() {
        rules(secure, &at, reach, found);
    }
}

/// golangci-lint's directive: `//nolint`, `//nolint:gosec,errcheck // reason`. It names linters, never their rules.
fn nolint(piece: Piece<'_>, found: &mut Vec<Match>) {
    static DIRECTIVE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\s*(nolint(?::\s*([\w-]+(?:\s*,\s*[\w-]+)*))?)(?:\s|/|$)").ok());
    let Some(captures) = DIRECTIVE.as_ref().and_then(|directive| directive.captures(piece.inner())) else { return };
    let Some(whole) = captures.get(1) else { return };
    let names = captures.get(2).map_or("all", |names| names.as_str());
    if names.split(',').any(|name| matches!(name.trim().to_ascii_lowercase().as_str(), "gosec" | "all" | "gas")) {
        let from = piece.inner.0;
        found.push(Match::new(What::Unnamed, from + whole.start()..from + whole.end(), piece.reach()));
    }
}

/// flake8's and ruff's `noqa`: of the codes those of flake8-bandit, which begin with `S`.
fn noqa(piece: Piece<'_>, found: &mut Vec<Match>) {
    static NOQA: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)#\s*((?:flake8|ruff)\s*:\s*)?noqa(?:\s*:[\s]?([A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?").ok()
    });
    let Some(captures) = NOQA.as_ref().and_then(|noqa| noqa.captures(piece.text)) else { return };
    let Some(whole) = captures.get(0) else { return };
    let reach = if captures.get(1).is_some() { Reach::File } else { Reach::Line };
    let after = piece.text[whole.end()..].trim_start();
    match captures.get(2) {
        // A code that it cannot read leaves a colon behind, and then nothing is silenced.
        None if after.starts_with(':') => {}
        None => rules(std::iter::empty(), &whole.range(), reach, found),
        Some(codes) => {
            let is_secure = |code: &&str| {
                code.strip_prefix(['S', 's']).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            };
            let codes: Vec<String> =
                codes.as_str().split([',', ' ', '\t']).filter(is_secure).map(str::to_ascii_uppercase).collect();
            if !codes.is_empty() {
                rules(codes.iter().map(String::as_str), &whole.range(), reach, found);
            }
        }
    }
}

/// Pylint's `disable`, `disable-next` and `skip-file`.
fn pylint(piece: Piece<'_>, found: &mut Vec<Match>) {
    const RULES: WordList = WordList::new(include_str!("../words/pylint.txt"));
    static PRAGMA: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"pylint:\s*(?:(skip-file)|(disable|disable-next)\s*=\s*([\w-]+(?:\s*,\s*[\w-]+)*))").ok()
    });
    let Some(captures) = PRAGMA.as_ref().and_then(|pragma| pragma.captures(piece.text)) else { return };
    let Some(whole) = captures.get(0) else { return };
    if captures.get(1).is_some() {
        return rules(std::iter::empty(), &whole.range(), Reach::File, found);
    }
    let reach = match captures.get(2).map_or("", |word| word.as_str()) {
        "disable-next" => Reach::Next,
        _ if piece.own_line => Reach::Block,
        _ => Reach::Line,
    };
    let names = captures.get(3).map_or("", |names| names.as_str()).split(',').map(str::trim);
    let secure: Vec<&str> = names.filter(|name| *name == "all" || RULES.find(name).is_some()).collect();
    if !secure.is_empty() {
        rules(secure.into_iter(), &whole.range(), reach, found);
    }
}

/// ShellCheck's directive; a range `SC1000-SC9999` holds those in it.
fn shellcheck(piece: Piece<'_>, found: &mut Vec<Match>) {
    const RULES: WordList = WordList::new(include_str!("../words/shellcheck.txt"));
    static DISABLE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\s*(shellcheck\s(?:.*\s)?disable=([\w,-]+))").ok());
    let inner = piece.inner();
    let Some(captures) = DISABLE.as_ref().and_then(|disable| disable.captures(inner)) else { return };
    let (Some(whole), Some(codes)) = (captures.get(1), captures.get(2)) else { return };
    let number = |code: &str| code.trim_start_matches("SC").parse::<u32>().ok();
    let mut secure: Vec<String> = Vec::new();
    for code in codes.as_str().split(',') {
        match code.split_once('-').map(|(first, last)| (number(first), number(last))) {
            Some((Some(first), Some(last))) => {
                let in_range = |rule: &&str| number(rule).is_some_and(|it| (first..=last).contains(&it));
                secure.extend(RULES.iter().filter(in_range).map(str::to_owned));
            }
            _ if code == "all" => secure.push(code.to_owned()),
            _ => secure.extend(RULES.find(&format!("SC{}", code.trim_start_matches("SC"))).map(str::to_owned)),
        }
    }
    if !secure.is_empty() {
        let from = piece.inner.0;
        rules(secure.iter().map(String::as_str), &(from + whole.start()..from + whole.end()), Reach::Next, found);
    }
}

/// RuboCop's `disable` and `todo`: the department `Security`, or all of them.
fn rubocop(piece: Piece<'_>, found: &mut Vec<Match>) {
    static DISABLE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"#\s*(rubocop\s*:\s*(?:disable|todo)\s+([A-Za-z/]+(?:\s*,\s*[A-Za-z/]+)*))").ok());
    let Some(captures) = DISABLE.as_ref().and_then(|disable| disable.captures(piece.text)) else { return };
    let (Some(whole), Some(names)) = (captures.get(1), captures.get(2)) else { return };
    let reach = if piece.own_line { Reach::Block } else { Reach::Line };
    let is_secure = |name: &&str| *name == "all" || *name == "Security" || name.starts_with("Security/");
    let secure: Vec<&str> = names.as_str().split(',').map(str::trim).filter(is_secure).collect();
    if !secure.is_empty() {
        rules(secure.into_iter(), &whole.range(), reach, found);
    }
}

/// Sonar's `NOSONAR`, anywhere in a comment; newer analysers read rules in parentheses.
fn nosonar(piece: Piece<'_>, found: &mut Vec<Match>) {
    static NOSONAR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bNOSONAR\b(?:\s*\(([\w:,\s-]+)\))?").ok());
    let Some(captures) = NOSONAR.as_ref().and_then(|nosonar| nosonar.captures(piece.text)) else { return };
    let Some(whole) = captures.get(0) else { return };
    match captures.get(1) {
        Some(ids) => rules(ids.as_str().split(','), &whole.range(), Reach::Line, found),
        None => found.push(Match::new(What::Unnamed, whole.range(), Reach::Line)),
    }
}
