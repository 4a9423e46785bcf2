//! Linters that find a few things about security among many others: only what silences those is listed.
//!
//! White space is what the tool treats as such: Python has four more characters (U+001C to U+001F), JavaScript
//! the byte-order mark.

use std::ops::Range;

use super::scanners::{go, python};
use super::{Grammar, Match, Matches, Pattern, Piece, Place, Reach, What, group, range, rules, unescaped};
use crate::suppressions::language::Language;
use crate::text::{Glossary, WordList};

const NOQA: &str = r"(?i)#([\s\x1c-\x1f]*)((?:flake8|ruff)\s*[:=]\s*)?noqa";

/// What Ruff alone reads: its codes in brackets.
const RUFF: &str = r"#\s*ruff\s*:\s*(disable|file-ignore|ignore)\s*\[([^\]]*)\]";

pub(super) static ALL: [Grammar; 10] = [
    Grammar {
        tool: "eslint",
        literals: &["eslint"],
        pattern: Pattern::new(r"^[\s\x{feff}]*(eslint(?:-disable(?:(?:-next)?-line)?)?)(?:[\s\x{feff}]|$)"),
        reads: |language, _| matches!(language, Language::Script | Language::Markup),
        place: Place::Insides,
        read: eslint,
    },
    Grammar {
        tool: "gosec",
        literals: &["nolint"],
        pattern: Pattern::new(r"^\s*(nolint(?::([^\n]*))?)(?:[\s/]|$)"),
        reads: go,
        place: Place::Insides,
        read: nolint,
    },
    Grammar {
        tool: "ruff",
        literals: &["noqa"],
        pattern: Pattern::new(NOQA),
        reads: python,
        place: Place::Comments,
        read: noqa,
    },
    Grammar {
        tool: "ruff",
        literals: &["ruff"],
        pattern: Pattern::new(RUFF),
        reads: python,
        place: Place::Comments,
        read: ruff,
    },
    // flake8 searches the lines of a statement, strings included.
    Grammar {
        tool: "ruff",
        literals: &["noqa"],
        pattern: Pattern::new(concat!(
            r"(?i)^[\s\x1c-\x1f]*(# flake8[:=][\s\x1c-\x1f]*noqa)",
            r"|# noqa(?::[\s\x1c-\x1f]?((?:[A-Z]+[0-9]+(?:[,\s\x1c-\x1f]+)?)+))?"
        )),
        reads: python,
        place: Place::Strings,
        read: noqa_in_string,
    },
    // In a notebook the code is in strings.
    Grammar {
        tool: "ruff",
        literals: &["noqa"],
        pattern: Pattern::new(NOQA),
        reads: notebook,
        place: Place::Cells,
        read: noqa,
    },
    Grammar {
        tool: "ruff",
        literals: &["ruff"],
        pattern: Pattern::new(RUFF),
        reads: notebook,
        place: Place::Cells,
        read: ruff,
    },
    Grammar {
        tool: "pylint",
        literals: &["pylint:"],
        pattern: Pattern::new(r"#.*?\b(pylint:[\s\x1c-\x1f]*([^;#\n]+))"),
        reads: python,
        place: Place::Comments,
        read: pylint,
    },
    Grammar {
        tool: "shellcheck",
        literals: &["shellcheck"],
        pattern: Pattern::new(r"^\s*(shellcheck\s.*)"),
        reads: |language, _| matches!(language, Language::Hash | Language::Other),
        place: Place::Insides,
        read: shellcheck,
    },
    Grammar {
        tool: "rubocop",
        literals: &["rubocop"],
        pattern: Pattern::new(concat!(
            r"#\s*(rubocop\s*:\s*(?:(?:disable|todo)(-next)?\b\s*([\w/]+(?:\s*,\s*[\w/]+)*)",
            r"|(push|next)\s+([+-][\w/]+(?:\s+[+-][\w/]+)*)))"
        )),
        reads: |language, _| matches!(language, Language::Ruby | Language::Hash | Language::Other),
        place: Place::Comments,
        read: rubocop,
    },
];

fn notebook(_: Language, path: &str) -> bool {
    path.ends_with(".ipynb")
}

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

/// `lib/shared/directives.js` and `@eslint/plugin-kit`: a label at the comment's beginning, rules with commas between,
/// each in quotes or not, and the reason after two hyphens. A configuration is JSON, or nearly.
fn eslint(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    static REASON: Pattern = Pattern::new(r"[\s\x{feff}]-{2,}[\s\x{feff}]");
    // A severity of zero has many spellings: `0`, `-0`, `0.0`, `0x0`, `0e1`.
    static OFF: Pattern = Pattern::new(concat!(
        r#"["']?([@\w/-]+)["']?\s*:\s*\[?\s*"#,
        r#"(?:["'](?:off|0)["']|off\b|[-+]?(?:0x0+|\.?0[0.]*(?:e[-+]?\d+)?)(?:[^\w.]|$))"#
    ));
    let Some(label) = matches.next().and_then(|captures| captures.get(1)) else { return };
    let rest = &piece.inner()[label.end()..];
    let reason = REASON.first(rest).and_then(|reason| reason.get(0));
    let list = reason.map_or(rest, |reason| &rest[..reason.start()]);
    let at = label.start()..label.end() + list.trim_end().len();
    let reach = match label.as_str() {
        "eslint-disable-line" => Reach::Line,
        "eslint-disable-next-line" => Reach::Next,
        // In a line comment these two say nothing.
        _ if !piece.is_block => return,
        "eslint-disable" => Reach::Block,
        _ => {
            let list = unescaped(list);
            let off: Vec<&str> =
                OFF.all(&list).filter_map(|it| Some(it.get(1)?.as_str())).filter(|rule| is_secure_rule(rule)).collect();
            if !off.is_empty() {
                rules(off.into_iter(), &at, Reach::File, found);
            }
            return;
        }
    };
    let is_blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    let named = list.split(',').map(|rule| unquoted(rule.trim_matches(is_blank)));
    let named: Vec<&str> = named.filter(|rule| !rule.is_empty()).collect();
    let secure = named.iter().copied().filter(|rule| is_secure_rule(rule));
    if named.is_empty() || secure.clone().next().is_some() {
        rules(secure, &at, reach, found);
    }
}

/// Returns a text without the quotes around it.
fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// golangci-lint's directive: `//nolint`, `//nolint:gosec,errcheck // reason`. It names linters, never their rules.
/// Above all code it holds for the file.
fn nolint(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    let Some(captures) = matches.next() else { return };
    let names = captures.get(2).map_or("all", |names| names.as_str()).split("//").next().unwrap_or_default();
    let is_meant = |name: &str| matches!(name.trim().to_ascii_lowercase().as_str(), "gosec" | "all" | "gas");
    // A reason may follow without the slashes.
    let first_words = names.split(',').map(|name| name.split_whitespace().next().unwrap_or_default());
    if first_words.clone().any(is_meant) {
        let start = range(&captures, 1).start;
        let end = captures.get(2).map_or(start + "nolint".len(), |list| list.start() + names.trim_end().len());
        let reach = if piece.leads { Reach::File } else { piece.reach() };
        found.push(Match::new(What::Unnamed, start..end, reach));
    }
}

/// flake8's and Ruff's `noqa`: of the codes those of flake8-bandit, which begin with `S`. The two differ, and what
/// either takes for more counts: flake8 (`flake8/defaults.py`) wants one space before the word and none before the
/// colon, and takes everything for meant where no code follows; Ruff reads codes without anything between.
fn noqa(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    static FLAKE8: Pattern = Pattern::new(r"(?i)^:[\s\x1c-\x1f]?((?:[A-Z]+[0-9]+(?:[,\s\x1c-\x1f]+)?)+)");
    static RUFF: Pattern = Pattern::new(r"(?i)^(\s*:\s*)?((?:[A-Z]+[0-9]+[,\s]*)*)");
    for captures in matches {
        let at = range(&captures, 0);
        let rest = &piece.text[at.end..];
        let of_file = captures.get(2).map(|tool| tool.as_str().to_ascii_lowercase());
        let reach = if of_file.is_some() { Reach::File } else { Reach::Line };
        let by_flake8 = FLAKE8.first(rest);
        let Some(by_ruff) = RUFF.first(rest) else { continue };
        let codes = group(&by_ruff, 2);
        let is_blanket_of_ruff =
            by_ruff.get(1).is_none() && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let is_blanket = match of_file.as_deref() {
            // flake8 passes over the file, whatever codes follow.
            Some(tool) if tool.starts_with("flake8") => true,
            Some(_) => is_blanket_of_ruff,
            None => is_blanket_of_ruff || group(&captures, 1) == " " && by_flake8.is_none(),
        };
        if is_blanket {
            rules(std::iter::empty(), &at, reach, found);
            continue;
        }
        if by_ruff.get(1).is_some() {
            let of_flake8 = by_flake8.as_ref().map_or("", |by_flake8| group(by_flake8, 1));
            let longer = if of_flake8.len() > codes.len() { of_flake8 } else { codes };
            let end = at.end + rest.find(longer).unwrap_or_default() + longer.trim_end().len();
            secure_codes(longer, &(at.start..end), reach, found);
        }
    }
}

/// What flake8 reads outside of comments as well (`flake8/defaults.py`): anywhere in a statement, and of the file only at
/// the beginning of a line.
fn noqa_in_string(_: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches {
        match (captures.get(1), captures.get(2)) {
            (Some(of_file), _) => rules(std::iter::empty(), &of_file.range(), Reach::File, found),
            (None, None) => rules(std::iter::empty(), &range(&captures, 0), Reach::Line, found),
            (None, Some(codes)) => {
                let end = codes.start() + codes.as_str().trim_end_matches(|c: char| !c.is_alphanumeric()).len();
                secure_codes(codes.as_str(), &(range(&captures, 0).start..end), Reach::Line, found);
            }
        }
    }
}

/// Adds those of Ruff's codes that are about security; some are without anything between them.
fn secure_codes(codes: &str, at: &Range<usize>, reach: Reach, found: &mut Vec<Match>) {
    static CODE: Pattern = Pattern::new(r"(?i)[A-Z]+[0-9]+");
    let is_secure =
        |code: &String| code.strip_prefix('S').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let codes: Vec<String> = CODE.words(codes).map(str::to_uppercase).filter(is_secure).collect();
    if !codes.is_empty() {
        rules(codes.iter().map(String::as_str), at, reach, found);
    }
}

/// Ruff's own comments, `crates/ruff_linter/src/suppression.rs`: codes, or names of rules, of version 0.17. A name that
/// is not known may be one of a rule about security that a newer version has.
fn ruff(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    const NAMES: Glossary = Glossary::new(include_str!("../words/ruff.txt"));
    // Some rules that are not about security have none yet.
    const NO_CODE: &str = "-";
    static CODE: Pattern = Pattern::new("^[A-Z]+[0-9]+$");
    for captures in matches {
        let reach = match group(&captures, 1) {
            "disable" => Reach::Block,
            "file-ignore" => Reach::File,
            _ => piece.reach(),
        };
        let at = range(&captures, 0);
        let items = group(&captures, 2).split(',').map(str::trim).filter(|item| !item.is_empty());
        let is_code = |item: &&str| CODE.first(item).is_some();
        let coded = items.map(|item| NAMES.meaning(item).unwrap_or(item));
        let (codes, names): (Vec<&str>, Vec<&str>) = coded.filter(|item| *item != NO_CODE).partition(is_code);
        secure_codes(&codes.join(","), &at, reach, found);
        if !names.is_empty() {
            rules(names.into_iter(), &at, reach, found);
        }
    }
}

/// `pylint/utils/pragma_parser.py`: of several comments in one the last counts, and in it there may be several actions.
/// A message may be named by its checker or its category.
fn pylint(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    const RULES: WordList = WordList::new(include_str!("../words/pylint.txt"));
    static WORD: Pattern = Pattern::new(concat!(
        r"\b(?:disable-next|disable-msg|disable-all|enable-msg|skip-file|disable|enable)\b",
        r"|[0-9A-Za-z_-]{2,}|=|[CREIWF]\d*"
    ));
    let Some(captures) = matches.last() else { return };
    let at = range(&captures, 1);
    let at = at.start..at.start + group(&captures, 1).trim_end().len();
    let own = if piece.own_line { Reach::Block } else { Reach::Line };
    // What is known of a message is its number, its name, its checker in any case, or the letter of its category.
    let known = |name: &str| {
        RULES.find(name).or_else(|| RULES.find(&name.to_uppercase())).or_else(|| RULES.find(&name.to_lowercase()))
    };
    let mut silence = |action: &str, messages: &[&str]| match action {
        "skip-file" | "disable-all" => rules(std::iter::empty(), &at, Reach::File, found),
        "disable" if messages.contains(&"all") => rules(std::iter::empty(), &at, Reach::File, found),
        "disable" | "disable-msg" | "disable-next" => {
            let reach = if action == "disable-next" { Reach::Next } else { own };
            let all = messages.iter().find(|name| **name == "all").copied();
            let named: Vec<&str> = messages.iter().filter_map(|name| known(name)).chain(all).collect();
            if !named.is_empty() {
                rules(named.into_iter(), &at, reach, found);
            }
        }
        _ => {}
    };
    let (mut action, mut messages, mut wants_sign) = ("", Vec::new(), false);
    for word in WORD.words(group(&captures, 2)) {
        match word {
            "=" if wants_sign => wants_sign = false,
            // What cannot be read ends it, and the action that it is part of is not taken.
            "=" => return,
            _ if wants_sign => return,
            "disable" | "disable-next" | "disable-msg" | "disable-all" | "enable" | "enable-msg" | "skip-file" => {
                silence(action, &messages);
                messages.clear();
                action = word;
                wants_sign = !matches!(word, "disable-all" | "skip-file");
            }
            _ => messages.push(word),
        }
    }
    silence(action, &messages);
}

/// ShellCheck's directive (`src/ShellCheck/Parser.hs`); a range `SC1000-SC9999` ends before its last code. Above all code it holds for the file.
fn shellcheck(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    const RULES: WordList = WordList::new(include_str!("../words/shellcheck.txt"));
    static DISABLE: Pattern = Pattern::new(r#"\sdisable\s*=\s*("[^"]*"|'[^']*'|[\w",'-]+)"#);
    let Some(captures) = matches.next() else { return };
    let number = |code: &str| code.trim_start_matches(['S', 'C', 's', 'c']).parse::<u32>().ok();
    let mut secure: Vec<String> = Vec::new();
    let mut end = 0;
    for disable in DISABLE.all(group(&captures, 1)) {
        end = range(&disable, 1).end;
        for code in group(&disable, 1).split([',', ' ', '"', '\'']).filter(|code| !code.is_empty()) {
            match code.split_once('-').map(|(first, last)| (number(first), number(last))) {
                Some((Some(first), Some(last))) => {
                    let in_range = |rule: &&str| number(rule).is_some_and(|it| (first..last).contains(&it));
                    secure.extend(RULES.iter().filter(in_range).map(str::to_owned));
                }
                _ if code == "all" => secure.push(code.to_owned()),
                _ => {
                    secure
                        .extend(number(code).and_then(|number| RULES.find(&format!("SC{number}"))).map(str::to_owned));
                }
            }
        }
    }
    if !secure.is_empty() {
        let start = range(&captures, 1).start;
        let reach = if piece.leads { Reach::File } else { Reach::Next };
        rules(secure.iter().map(String::as_str), &(start..start + end), reach, found);
    }
}

/// RuboCop's directives (`lib/rubocop/directive_comment.rb`): the department `Security`, one of its cops with or without the
/// department, or all of them. `push` and `next` switch off what a hyphen stands before. What is said of the next statement
/// says nothing at the end of a line of code.
fn rubocop(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    const COPS: WordList = WordList::new(include_str!("../words/rubocop.txt"));
    let is_secure = |name: &&str| {
        *name == "all" || *name == "Security" || name.starts_with("Security/") || COPS.find(name).is_some()
    };
    for captures in matches {
        let off = group(&captures, 5).split_whitespace().filter_map(|cop| cop.strip_prefix('-'));
        let listed = group(&captures, 3).split(',').map(str::trim);
        let secure: Vec<&str> = listed.chain(off).filter(is_secure).collect();
        let is_of_next = captures.get(2).is_some() || group(&captures, 4) == "next";
        let reach = match is_of_next {
            true => Reach::Next,
            false if piece.own_line || group(&captures, 4) == "push" => Reach::Block,
            false => Reach::Line,
        };
        if !secure.is_empty() && (!is_of_next || piece.own_line) {
            rules(secure.into_iter(), &range(&captures, 1), reach, found);
        }
    }
}
