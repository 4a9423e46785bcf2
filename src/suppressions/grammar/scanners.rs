//! Scanners whose comments are about security alone.

use std::sync::LazyLock;

use regex::Regex;

use super::{End, Grammar, Match, Piece, Place, Reach, What, items, rules};
use crate::suppressions::language::Language;
use crate::text::Glossary;
use crate::time::Day;
use crate::time::until::{Clock, Until};

pub(super) static ALL: &[Grammar] = &[
    Grammar {
        tool: "trivy",
        literals: &["trivy:ignore"],
        reads: infrastructure,
        place: Place::Lines,
        read: |piece, found| trivy(piece, "trivy:", found),
    },
    Grammar {
        tool: "tfsec",
        literals: &["tfsec:ignore"],
        reads: infrastructure,
        place: Place::Lines,
        read: |piece, found| trivy(piece, "tfsec:", found),
    },
    Grammar {
        tool: "checkov",
        literals: &["checkov:skip=", "bridgecrew:skip=", "cortex:skip="],
        reads: not_prose,
        place: Place::Lines,
        read: checkov,
    },
    Grammar { tool: "semgrep", literals: &["nosem"], reads: not_prose, place: Place::Lines, read: semgrep },
    Grammar { tool: "bandit", literals: &["nosec"], reads: python, place: Place::Comments, read: bandit },
    Grammar { tool: "gosec", literals: &["nosec", "gosec:disable"], reads: go, place: Place::Comments, read: gosec },
    Grammar { tool: "hadolint", literals: &["hadolint"], reads: dockerfile, place: Place::Comments, read: hadolint },
    Grammar { tool: "kics", literals: &["kics-scan"], reads: infrastructure, place: Place::Comments, read: kics },
    Grammar { tool: "zizmor", literals: &["zizmor:"], reads: workflow, place: Place::Comments, read: zizmor },
    Grammar { tool: "tflint", literals: &["tflint-ignore"], reads: terraform, place: Place::Comments, read: tflint },
    Grammar { tool: "terrascan", literals: &["ts:skip="], reads: infrastructure, place: Place::Lines, read: terrascan },
    Grammar {
        tool: "gitleaks",
        literals: &["gitleaks:allow"],
        reads: any,
        place: Place::Lines,
        read: |piece, found| substring(piece, "gitleaks:allow", found),
    },
    Grammar {
        tool: "trufflehog",
        literals: &["trufflehog:ignore"],
        reads: any,
        place: Place::Lines,
        read: |piece, found| substring(piece, "trufflehog:ignore", found),
    },
    Grammar {
        tool: "kingfisher",
        literals: &["kingfisher:ignore"],
        reads: any,
        place: Place::Lines,
        read: |piece, found| substring(piece, "kingfisher:ignore", found),
    },
    Grammar {
        tool: "detect-secrets",
        literals: &["pragma: allowlist", "pragma:allowlist", "pragma: whitelist", "pragma:whitelist"],
        reads: any,
        place: Place::Lines,
        read: detect_secrets,
    },
    Grammar { tool: "devskim", literals: &["devskim:"], reads: not_prose, place: Place::Lines, read: devskim },
    Grammar { tool: "bearer", literals: &["bearer:disable"], reads: code, place: Place::Comments, read: bearer },
    Grammar { tool: "ash", literals: &["ash-ignore"], reads: not_prose, place: Place::Lines, read: ash },
    Grammar { tool: "codeql", literals: &["lgtm", "codeql["], reads: code, place: Place::Comments, read: codeql },
    Grammar { tool: "snyk", literals: &["deepcode ignore"], reads: code, place: Place::Comments, read: deepcode },
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

/// Words between blanks, of which one begins `trivy:` or `tfsec:` once `#`, `/` and `*` are gone; then pairs of words
/// with colons between (`pkg/iac/ignore/parse.go`).
fn trivy(piece: Piece<'_>, prefix: &str, found: &mut Vec<Match>) {
    let mut at = 0;
    for word in piece.text.split(' ') {
        let start = at;
        at += word.len() + 1;
        let token = word.trim().trim_start_matches(['#', '/', '*']);
        let Some(pairs) = token.strip_prefix(prefix) else { continue };
        let mut parts = pairs.split(':');
        let (Some("ignore"), Some(id)) = (parts.next(), parts.next()) else { continue };
        let id = id.split('[').next().unwrap_or(id);
        let mut end = None;
        let mut applies = !id.is_empty();
        while let Some(key) = parts.next() {
            let value = parts.next().unwrap_or_default();
            match (key, Day::parse(value)) {
                ("exp", Ok(day)) => end = Until::day(day, Clock::Utc).map(End::At),
                // What is no date makes trivy drop the rule.
                ("exp", Err(_)) => applies = false,
                ("ws", _) => {}
                _ if end.is_none() => end = Some(End::Unread(format!("{key}:{value}"))),
                _ => {}
            }
        }
        if applies {
            let what = if id == "*" { What::All } else { What::Rule(id.to_owned()) };
            found.push(Match { end, ..Match::new(what, start..start + word.trim_end().len(), Reach::Next) });
        }
    }
}

/// `checkov/common/comment/enum.py`.
fn checkov(piece: Piece<'_>, found: &mut Vec<Match>) {
    static SKIP: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:checkov:skip=|bridgecrew:skip=|cortex:skip=) *([A-Za-z_\d-]+(?:,[A-Za-z_\d-]+)*)?").ok()
    });
    for captures in SKIP.iter().flat_map(|skip| skip.captures_iter(piece.text)) {
        let Some(whole) = captures.get(0) else { continue };
        rules(captures.get(1).iter().flat_map(|ids| ids.as_str().split(',')), &whole.range(), Reach::Block, found);
    }
}

/// `Nosemgrep.ml`; the blank before the word is part of it.
fn semgrep(piece: Piece<'_>, found: &mut Vec<Match>) {
    static NOSEM: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i) nosem(?:grep)?(?:[:=]\s?)?").ok());
    let first = piece.text.bytes().position(|byte| byte.is_ascii_alphanumeric());
    for word in NOSEM.iter().flat_map(|nosem| nosem.find_iter(piece.text)) {
        let named = word.as_str().trim_end().ends_with([':', '=']);
        let alone = first.is_none_or(|first| word.start() <= first);
        let reach = if alone { Reach::Next } else { Reach::Line };
        let mut ids = Vec::new();
        let mut end = word.end();
        let mut after_comma = true;
        for (at, item) in items(&piece.text[word.end()..], word.end()).take_while(|_| named) {
            let id = item.trim_end_matches("*/").trim_end_matches("-->");
            let is_id = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            let listed = after_comma || id.trim_matches(['.', '-']).contains(['.', '-', '_']);
            if id.is_empty() || !is_id || !listed || id.bytes().all(|byte| byte == b'-') {
                break;
            }
            ids.push(id);
            end = at + id.len();
            after_comma = piece.text[at + item.len()..].starts_with(',');
        }
        rules(ids.into_iter(), &(word.start() + 1..end.max(word.start() + 1)), reach, found);
    }
}

/// `bandit/core/manager.py`: of ids without a blank between them only the last counts, and a word that is no id and no
/// name of a test is passed over, so that nothing but such words suppresses everything.
fn bandit(piece: Piece<'_>, found: &mut Vec<Match>) {
    const TESTS: Glossary = Glossary::new(include_str!("../words/bandit.txt"));
    static NOSEC: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"#\s*nosec:?\s*([^#]+)?#?").ok());
    static IDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)(?:(B\d+|[a-z\d_]+),?)+").ok());
    static IS_ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^B\d{3}$").ok());
    let Some(captures) = NOSEC.as_ref().and_then(|nosec| nosec.captures(piece.text)) else { return };
    let (Some(whole), tests) = (captures.get(0), captures.get(1).map_or("", |tests| tests.as_str())) else { return };
    let lists = IDS.iter().flat_map(|ids| ids.find_iter(tests)).map(|list| list.as_str());
    let last = lists.filter_map(|list| list.trim_end_matches(',').rsplit(',').next());
    let known = last.filter_map(|id| {
        let is_id = IS_ID.as_ref().is_some_and(|is_id| is_id.is_match(id)) && TESTS_BY_ID.contains(&id);
        if is_id { Some(id) } else { TESTS.meaning(id) }
    });
    let end = whole.start() + whole.as_str().trim_end_matches('#').trim_end().len();
    rules(known, &(whole.start()..end), Reach::Line, found);
}

/// The ids of bandit's tests.
static TESTS_BY_ID: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    include_str!("../words/bandit.txt").lines().filter_map(|line| Some(line.split_once(" = ")?.1)).collect()
});

/// `analyzer.go`: a comment, or a line of one, that begins `#nosec`, or a comment that begins `//gosec:disable`.
fn gosec(piece: Piece<'_>, found: &mut Vec<Match>) {
    static RULE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"G\d{3}").ok());
    let inner = piece.inner();
    let mut at = piece.inner.0;
    for line in inner.split('\n') {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len() + 1;
        let text = line.trim();
        let disables = text.strip_prefix("gosec:disable").filter(|_| !piece.is_block && line.starts_with("gosec"));
        let Some(rest) = text.strip_prefix("#nosec").or(disables) else { continue };
        if disables.is_some() && !rest.is_empty() && !rest.starts_with([' ', '\t']) {
            continue;
        }
        let named = rest.split("--").next().unwrap_or(rest);
        let is_block = named.split_whitespace().any(|word| word == "block");
        let ids = RULE.iter().flat_map(|rule| rule.find_iter(named)).map(|id| id.as_str());
        let reach = if is_block { Reach::Block } else { piece.reach() };
        rules(ids, &(start..start + text.len() - rest.len() + named.trim_end().len()), reach, found);
    }
}

/// `src/Hadolint/Pragma.hs`: the whole comment, and text only after a second `#`.
fn hadolint(piece: Piece<'_>, found: &mut Vec<Match>) {
    static IGNORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^[ \t]*(hadolint[ \t]+(global[ \t]+|stage[ \t]+)?ignore[ \t]*=[ \t]*([DLSC0-9]+(?:[ \t]*,[ \t]*[DLSC0-9]+)*))[ \t]*(?:#.*)?$").ok()
    });
    let Some(captures) = IGNORE.as_ref().and_then(|ignore| ignore.captures(piece.inner())) else { return };
    let (Some(whole), Some(ids)) = (captures.get(1), captures.get(3)) else { return };
    let reach = match captures.get(2).map_or("", |scope| scope.as_str().trim()) {
        "global" => Reach::File,
        "stage" => Reach::Block,
        _ => Reach::Next,
    };
    let from = piece.inner.0;
    rules(ids.as_str().split(','), &(from + whole.start()..from + whole.end()), reach, found);
}

/// KICS's documentation, "Using commands on scanned files as comments".
fn kics(piece: Piece<'_>, found: &mut Vec<Match>) {
    let inner = piece.inner();
    let text = inner.trim();
    let Some(command) = text.strip_prefix("kics-scan").filter(|rest| rest.starts_with([' ', '\t'])) else { return };
    let command = command.trim();
    let start = piece.inner.0 + (inner.len() - inner.trim_start().len());
    let at = start..start + text.len();
    match command.split_whitespace().next().unwrap_or_default() {
        "ignore" => found.push(Match::new(What::All, at, Reach::File)),
        "ignore-line" => found.push(Match::new(What::All, at, Reach::Next)),
        "ignore-block" => found.push(Match::new(What::All, at, Reach::Block)),
        word => {
            let Some(ids) = word.strip_prefix("disable=") else { return };
            let more = command.strip_prefix(word).unwrap_or_default();
            let ids = format!("{ids}{}", if ids.ends_with(',') { more } else { "" });
            rules(ids.split(','), &at, Reach::File, found);
        }
    }
}

/// zizmor's documentation, "Ignoring results": exactly one blank after the `#` and after the colon.
fn zizmor(piece: Piece<'_>, found: &mut Vec<Match>) {
    static IGNORE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"# zizmor: ignore\[(.+?)\](?:\s+.*)?$").ok());
    let Some(captures) = IGNORE.as_ref().and_then(|ignore| ignore.captures(piece.text)) else { return };
    let (Some(whole), Some(ids)) = (captures.get(0), captures.get(1)) else { return };
    rules(ids.as_str().split(','), &(whole.start()..ids.end() + 1), Reach::Line, found);
}

/// TFLint's documentation, "Annotations".
fn tflint(piece: Piece<'_>, found: &mut Vec<Match>) {
    static IGNORE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\s*tflint-ignore(-file)?: ([^\n*/#]+)").ok());
    let Some(captures) = IGNORE.as_ref().and_then(|ignore| ignore.captures(piece.inner())) else { return };
    let (Some(whole), Some(ids)) = (captures.get(0), captures.get(2)) else { return };
    let reach = if captures.get(1).is_some() { Reach::File } else { piece.reach() };
    let from = piece.inner.0;
    let text = whole.as_str();
    let at =
        from + whole.start() + (text.len() - text.trim_start().len())..from + whole.start() + text.trim_end().len();
    rules(ids.as_str().split(','), &at, reach, found);
}

fn terrascan(piece: Piece<'_>, found: &mut Vec<Match>) {
    static SKIP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"#ts:skip=\s*([A-Za-z0-9_.\-]+)").ok());
    for captures in SKIP.iter().flat_map(|skip| skip.captures_iter(piece.text)) {
        let (Some(whole), Some(id)) = (captures.get(0), captures.get(1)) else { continue };
        rules(std::iter::once(id.as_str()), &whole.range(), Reach::Block, found);
    }
}

/// A word anywhere in the line of a secret. A text for people is only read where it could hold one.
fn substring(piece: Piece<'_>, word: &str, found: &mut Vec<Match>) {
    if let Some(at) = piece.text.find(word) {
        found.push(Match::new(What::Unnamed, at..at + word.len(), Reach::Line));
    }
}

/// `detect_secrets/filters/allowlist.py`.
fn detect_secrets(piece: Piece<'_>, found: &mut Vec<Match>) {
    static ALLOW: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"[ \t]*(?:#|//|/\*|'|--|<!--) *(pragma: ?(?:allow|white)list[ -](nextline[ -])?secret)").ok()
    });
    let Some(captures) = ALLOW.as_ref().and_then(|allow| allow.captures(piece.text)) else { return };
    let Some(whole) = captures.get(1) else { return };
    let reach = if captures.get(2).is_some() { Reach::Next } else { Reach::Line };
    found.push(Match::new(What::Unnamed, whole.range(), reach));
}

/// `Suppression.cs`.
fn devskim(piece: Piece<'_>, found: &mut Vec<Match>) {
    static IGNORE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)DevSkim:\s+ignore\s([a-z\d,:]+)(?:\s+until\s(\d{4}-\d{2}-\d{2}))?").ok());
    for captures in IGNORE.iter().flat_map(|ignore| ignore.captures_iter(piece.text)) {
        let (Some(whole), Some(ids)) = (captures.get(0), captures.get(1)) else { continue };
        let before = found.len();
        rules(ids.as_str().split(','), &whole.range(), Reach::Line, found);
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
fn bearer(piece: Piece<'_>, found: &mut Vec<Match>) {
    let inner = piece.inner();
    let text = inner.trim();
    let Some(ids) = text.strip_prefix("bearer:disable") else { return };
    let start = piece.inner.0 + (inner.len() - inner.trim_start().len());
    let named = ids.split(" stopgap:").next().unwrap_or(ids);
    rules(named.split(','), &(start..start + text.len() - ids.len() + named.trim_end().len()), Reach::Next, found);
}

/// `automated_security_helper/utils/suppression_matcher.py`.
fn ash(piece: Piece<'_>, found: &mut Vec<Match>) {
    static IGNORE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)(?:#|//)\s*ash-ignore(-next-line)?:\s*(\S+)").ok());
    for captures in IGNORE.iter().flat_map(|ignore| ignore.captures_iter(piece.text)) {
        let (Some(whole), Some(id)) = (captures.get(0), captures.get(2)) else { continue };
        let reach = if captures.get(1).is_some() { Reach::Next } else { Reach::Line };
        rules(std::iter::once(id.as_str()), &whole.range(), reach, found);
    }
}

/// The library `AlertSuppression.qll` of CodeQL.
fn codeql(piece: Piece<'_>, found: &mut Vec<Match>) {
    static IGNORE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)^\s*(?:lgtm|codeql)\s*\[([^\]\n]*)\]|[\s;]lgtm\s*\[([^\]\n]*)\]").ok());
    static BLANKET: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)^\s*lgtm\s*$").ok());
    let inner = piece.inner();
    let from = piece.inner.0;
    for captures in IGNORE.iter().flat_map(|ignore| ignore.captures_iter(inner)) {
        let Some(whole) = captures.get(0) else { continue };
        let ids = captures.get(1).or_else(|| captures.get(2)).map_or("", |ids| ids.as_str());
        let at = from + whole.start() + (whole.len() - whole.as_str().trim_start().len())..from + whole.end();
        rules(ids.split(','), &at, piece.reach(), found);
    }
    if BLANKET.as_ref().is_some_and(|blanket| blanket.is_match(inner)) {
        let start = from + inner.len() - inner.trim_start().len();
        found.push(Match::new(What::All, start..start + inner.trim().len(), Reach::Line));
    }
}

/// Snyk Code's documentation, "Ignore issues in code".
fn deepcode(piece: Piece<'_>, found: &mut Vec<Match>) {
    static IGNORE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(file\s+)?deepcode ignore\s+([^\s:,]+(?:\s*,\s*[^\s:,]+)*)\s*(?::|$)").ok());
    let from = piece.inner.0;
    for captures in IGNORE.iter().flat_map(|ignore| ignore.captures_iter(piece.inner())) {
        let (Some(whole), Some(ids)) = (captures.get(0), captures.get(2)) else { continue };
        let reach = if captures.get(1).is_some() { Reach::File } else { Reach::Next };
        rules(ids.as_str().split(','), &(from + whole.start()..from + ids.end()), reach, found);
    }
}
