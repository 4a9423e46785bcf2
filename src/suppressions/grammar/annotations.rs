//! Suppressions in the resource itself: annotations of Kubernetes, metadata of CloudFormation and ARM; and in code:
//! annotations of Java, Kotlin and PHP.
//!
//! No file is parsed for it: many are templates, which are not YAML before they are filled in. A key is looked for in
//! each line, in which letters may be written as escapes, and its value behind it and below.

use std::borrow::Cow;
use std::ops::Range;

use super::{Grammar, Match, Matches, Pattern, Piece, Place, Reach, group, range, rules, unescaped};
use crate::suppressions::language::Language;

pub(super) static ALL: [Grammar; 12] = [
    // `checkov/kubernetes/kubernetes_utils.py`: any key that holds one of these.
    Grammar {
        tool: "checkov",
        literals: &["checkov.io/skip", "bridgecrew.io/skip", "cortex.io/skip"],
        pattern: Pattern::new(concat!(
            r"(?:checkov|bridgecrew|cortex)\.io/skip",
            r#"(?:[^"',{}\n]*?(?:["']\s*:|:(?:\s|$))|([^:\n]*$|\w*["']?\s*[,}\]]))"#
        )),
        reads: manifests,
        place: Place::Data,
        read: |piece, matches, found| {
            static ID: Pattern = Pattern::new(r"^([A-Za-z_\d-]+)");
            annotation(piece, matches, &ID, found);
        },
    },
    // `checkov/cloudformation/context_parser.py`: `Metadata: {checkov: {skip: [{id: CKV_AWS_18}]}}`.
    Grammar {
        tool: "checkov",
        literals: &["checkov", "bridgecrew"],
        pattern: Pattern::new(r#"\b(?:checkov|bridgecrew)["']?\s*:"#),
        reads: manifests,
        place: Place::Data,
        read: |piece, matches, found| {
            static SKIP: Pattern = Pattern::new(r#"\bskip["']?\s*:"#);
            static ID: Pattern = Pattern::new(r#"\bid["']?\s*:\s*["']?([A-Za-z_\d-]+)"#);
            listed(piece, matches, Some(&SKIP), &ID, found);
        },
    },
    Grammar {
        tool: "checkov",
        literals: &["checkov"],
        pattern: Pattern::new(r#"["'](checkov["']\s*(?::|$))|(?:^|\{)\s*(checkov\s*:)(?:\s|$)"#),
        reads: |_, path| path.ends_with(".json"),
        place: Place::Data,
        read: arm,
    },
    Grammar {
        tool: "kube-linter",
        literals: &["kube-linter.io/", "kube-linter.io~1"],
        pattern: Pattern::new(concat!(
            r"(?:ignore-check\.kube-linter\.io(?:/|(~1))([a-z0-9-]+)",
            r"|kube-linter\.io(?:/|(~1))ignore-all)"
        )),
        reads: manifests,
        place: Place::Data,
        read: kube_linter,
    },
    Grammar {
        tool: "kubescape",
        literals: &["kubescape.io/skip-controls"],
        pattern: Pattern::new(r#"kubescape\.io/skip-controls(?:["']?\s*:|([^:\n]*$|["']?\s*[,}\]]))"#),
        reads: manifests,
        place: Place::Data,
        read: |piece, matches, found| {
            static IDS: Pattern = Pattern::new(r"^([A-Za-z\d, _-]+)");
            annotation(piece, matches, &IDS, found);
        },
    },
    Grammar {
        tool: "terrascan",
        literals: &["runterrascan.io/skip"],
        pattern: Pattern::new(r"runterrascan\.io/skip"),
        reads: manifests,
        place: Place::Data,
        read: |piece, matches, found| {
            static RULE: Pattern = Pattern::new(r#"\\?["']?rule\\?["']?\s*:\s*\\?["']?([A-Za-z0-9_.\-]+)"#);
            listed(piece, matches, None, &RULE, found);
        },
    },
    Grammar {
        tool: "cfn-nag",
        literals: &["rules_to_suppress"],
        pattern: Pattern::new("rules_to_suppress"),
        reads: manifests,
        place: Place::Data,
        read: |piece, matches, found| {
            static ID: Pattern = Pattern::new(r#"["']?\bid["']?\s*:\s*["']?([A-Z]+\d+)"#);
            listed(piece, matches, None, &ID, found);
        },
    },
    Grammar {
        tool: "checkov",
        literals: &["checkov.io~1skip", "bridgecrew.io~1skip", "cortex.io~1skip"],
        pattern: Pattern::new(r"(?:checkov|bridgecrew|cortex)\.io~1skip"),
        reads: manifests,
        place: Place::Data,
        read: |piece, matches, found| {
            static ID: Pattern = Pattern::new(r"^([A-Za-z_\d-]+)");
            patched(piece, matches, &ID, found);
        },
    },
    Grammar {
        tool: "kubescape",
        literals: &["kubescape.io~1skip-controls"],
        pattern: Pattern::new(r"kubescape\.io~1skip-controls"),
        reads: manifests,
        place: Place::Data,
        read: |piece, matches, found| {
            static IDS: Pattern = Pattern::new(r"^([A-Za-z\d, _-]+)");
            patched(piece, matches, &IDS, found);
        },
    },
    Grammar {
        tool: "terrascan",
        literals: &["runterrascan.io~1skip"],
        pattern: Pattern::new(r"runterrascan\.io~1skip"),
        reads: manifests,
        place: Place::Data,
        read: |piece, matches, found| {
            static RULE: Pattern = Pattern::new(r#"\\?["']?rule\\?["']?\s*:\s*\\?["']?([A-Za-z0-9_.\-]+)"#);
            patched(piece, matches, &RULE, found);
        },
    },
    // `SuppressWarningFilter.java` of sonar-java and sonar-php, `IssueSuppressionVisitor.kt` of sonar-kotlin.
    Grammar {
        tool: "sonar",
        literals: &["suppresswarnings", "suppress(", "suppress`", "suppress ", "suppress/"],
        pattern: Pattern::new(SUPPRESS),
        reads: |language, path| matches!(language, Language::Kotlin | Language::Php) || path.ends_with(".java"),
        place: Place::Code,
        read: |piece, matches, found| {
            static ID: Pattern =
                Pattern::new(r#"["']\s*((?:java|kotlin|php)(?:security|bugs)?:\w+|squid:\w+|all)["']"#);
            suppress(piece, matches, &ID, found);
        },
    },
    // CodeQL's `java/alert-suppression-annotations`.
    Grammar {
        tool: "codeql",
        literals: &["suppresswarnings"],
        pattern: Pattern::new(r"\bSuppressWarnings\b"),
        reads: |_, path| path.ends_with(".java"),
        place: Place::Code,
        read: |piece, matches, found| {
            static ID: Pattern = Pattern::new(r#"(?i)\blgtm\s*\[([^\]"]*)\]"#);
            suppress(piece, matches, &ID, found);
        },
    },
];

/// The annotation of Java and PHP that silences warnings, and the one of Kotlin, whatever stands between it and its `@`:
/// a target, a package, a bracket, a backtick.
const SUPPRESS: &str = r"\b(SuppressWarnings)\b|\b(Suppress)[(` /]";

/// A value is read up to so many bytes.
const LONGEST: usize = 16 * 1024;

fn manifests(language: Language, path: &str) -> bool {
    matches!(language, Language::Yaml | Language::Json) || path.ends_with(".tpl") || path.ends_with(".template")
}

/// A commented line is not an annotation.
fn is_comment(text: &str) -> bool {
    text.trim_start().starts_with(['#', '/'])
}

/// `checkov.io/skip1: CKV_K8S_1=reason`, `kubescape.io/skip-controls: C-0016,C-0017`. A value that cannot be told, such
/// as an alias, may be any.
fn annotation(piece: Piece<'_>, matches: Matches<'_, '_>, ids: &Pattern, found: &mut Vec<Match>) {
    if is_comment(piece.text) {
        return;
    }
    static ANCHOR: Pattern = Pattern::new(r#"&[^\s,\[\]{}]+\s+(?:!\S*\s+)?["']?$"#);
    let above = piece.above.lines().rev().find(|line| !line.trim().is_empty() && !is_comment(line)).unwrap_or_default();
    let is_explicit = is_key_sign(piece.text, |rest| rest.starts_with(' '))
        || is_key_sign(above, |rest| rest.trim().is_empty() || rest.trim_start().starts_with(['|', '>', '&', '!']));
    // JSON may hold all of it on one line.
    for captures in matches {
        let key = range(&captures, 0);
        // An alias of it may be a key anywhere, with any value.
        if ANCHOR.first(&piece.text[..key.start]).is_some() {
            rules(std::iter::empty(), &key, Reach::Block, found);
            continue;
        }
        if !is_explicit && captures.get(1).is_some() {
            continue;
        }
        let mut value = scalar(&piece.text[key.end..]).to_owned();
        if value.is_empty() {
            let own = indent(piece.text);
            let goes_on = |line: &&str| indent(line) > own || is_explicit && line.trim_start().starts_with(':');
            let below = piece.below.lines().find(|line| !line.trim().is_empty() && !is_comment(line));
            value = scalar(&unescaped(below.filter(goes_on).unwrap_or_default())).to_owned();
        }
        let end = piece.text.find(&value).filter(|at| *at >= key.end).unwrap_or(key.end);
        let named = ids.first(&value);
        let named = named.as_ref().map_or("", |named| group(named, 1));
        rules(named.split(','), &(key.start..end + if end > key.end { named.len() } else { 0 }), Reach::Block, found);
    }
}

/// Tells whether a line begins with the sign of an explicit key, and `is_meant` by what follows it.
fn is_key_sign(line: &str, is_meant: impl Fn(&str) -> bool) -> bool {
    line.trim_start().trim_start_matches("- ").trim_start().strip_prefix('?').is_some_and(is_meant)
}

/// Returns a value without the indicators before it: of a block, an anchor, a tag, a quote.
fn scalar(text: &str) -> &str {
    static SIGNS: Pattern = Pattern::new(r#"^\s*(?::\s+)?(?:(?:[|>][-+\d]*|[&!][^\s]*)(?:\s+|$))*(?:#.*$)?["']?\s*"#);
    let signs = SIGNS.first(text).map_or(0, |signs| range(&signs, 0).end);
    &text[signs..]
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// `ignore-check.kube-linter.io/run-as-non-root: reason`, `kube-linter.io/ignore-all: reason`.
fn kube_linter(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    for captures in matches.filter(|_| !is_comment(piece.text)) {
        let is_pointer = captures.get(1).or(captures.get(3)).is_some();
        if !is_pointer || !operation(piece).is_some_and(|operation| removes(&operation)) {
            rules(captures.get(2).iter().map(|id| id.as_str()), &range(&captures, 0), Reach::Block, found);
        }
    }
}

/// A patch of Kustomize (RFC 6902), whose path names the annotation with `~1` for `/`, and which has the value beside that.
/// Where the value cannot be told, it may be any.
fn patched(piece: Piece<'_>, matches: Matches<'_, '_>, ids: &Pattern, found: &mut Vec<Match>) {
    static VALUE: Pattern = Pattern::new(r#"(?m)(?:^|[\s{,"'-])value["']?\s*:\s*["']?([^\n]*)"#);
    let operation = operation(piece);
    for captures in matches.filter(|_| !is_comment(piece.text)) {
        let Some(operation) = &operation else {
            rules(std::iter::empty(), &range(&captures, 0), Reach::Block, found);
            continue;
        };
        if removes(operation) {
            continue;
        }
        let value = VALUE.first(operation);
        let named: Vec<_> = value.iter().flat_map(|value| ids.all(group(value, 1))).collect();
        let ids = named.iter().flat_map(|named| group(named, 1).split(','));
        rules(ids, &range(&captures, 0), Reach::Block, found);
    }
}

/// Tells whether an operation of a patch sets nothing.
fn removes(operation: &str) -> bool {
    static OP: Pattern = Pattern::new(r#"(?m)(?:^|[\s{,"'-])op["']?\s*:\s*["']?(?:remove|test)\b"#);
    OP.first(operation).is_some()
}

/// Returns the lines of the operation of a patch that a line belongs to; `None` if the line may belong to several.
fn operation(piece: Piece<'_>) -> Option<String> {
    const MOST: usize = 8;
    static PATH: Pattern = Pattern::new(r#"\bpath["']?\s*:"#);
    let begins = |line: &str| line.trim_start().starts_with(['-', '{', '[']);
    let ends = |line: &str| begins(line) || line.trim_start().starts_with(['}', ']']);
    match PATH.all(piece.text).count() {
        0 | 1 => {}
        _ => return None,
    }
    let is_whole = piece.text.contains('{') && piece.text.contains('}');
    if is_whole {
        return Some(piece.text.to_owned());
    }
    let mut lines = vec![Cow::Borrowed(piece.text)];
    if !begins(piece.text) {
        for line in piece.above.lines().rev().take(MOST) {
            lines.insert(0, unescaped(line));
            if begins(line) {
                break;
            }
        }
    }
    lines.extend(piece.below.lines().take(MOST).take_while(|line| !ends(line)).map(unescaped));
    Some(lines.join("\n"))
}

/// The ids in the value of a key, or of the key `inner` in it. One that is an alias may be any.
fn listed(piece: Piece<'_>, matches: Matches<'_, '_>, inner: Option<&Pattern>, ids: &Pattern, found: &mut Vec<Match>) {
    if is_comment(piece.text) {
        return;
    }
    let mut read_to = 0;
    for captures in matches {
        let key = range(&captures, 0);
        // The value of the previous one was already read with it.
        if key.start < read_to {
            continue;
        }
        let (value, is_whole) = value(piece, key.clone());
        read_to = key.end + value.len();
        let of_key = match inner {
            Some(inner) => match inner.first(&value) {
                Some(skip) => &value[range(&skip, 0).end..],
                None => continue,
            },
            None => value.as_str(),
        };
        let named: Vec<_> = ids.all(of_key).collect();
        let is_alias = of_key.trim_start().trim_start_matches([':', '"', '\'']).trim_start().starts_with('*');
        if !named.is_empty() && is_whole {
            rules(named.iter().map(|id| group(id, 1)), &key, Reach::Block, found);
        } else if is_alias || !named.is_empty() {
            rules(std::iter::empty(), &key, Reach::Block, found);
        }
    }
}

/// `checkov/arm/context_parser.py`: in each item of `metadata.checkov`, whatever it is, the first word of capital letters
/// and digits is an id. Checkov tells a template by two of its words.
fn arm(piece: Piece<'_>, matches: Matches<'_, '_>, found: &mut Vec<Match>) {
    static ID: Pattern = Pattern::new(r"[A-Z_\d]+");
    if !["$schema", "contentVersion"].iter().all(|word| piece.whole.contains(word)) {
        return;
    }
    for captures in matches {
        let key = range(&captures, if captures.get(1).is_some() { 1 } else { 2 });
        let below = &piece.below[..piece.below.floor_char_boundary(LONGEST)];
        let value = format!("{}\n{below}", &piece.text[key.end..]);
        let (items, is_whole) = items(value.trim_start_matches([':', ' ', '\t', '\r', '\n']));
        let items: Vec<Cow<'_, str>> = items.into_iter().map(unescaped).collect();
        // What begins in this way is read in any line of any file.
        let is_inline = |item: &str, id: &str| {
            let before = item.find(id).map(|at| &item[..at]).unwrap_or_default();
            ["checkov:skip=", "bridgecrew:skip=", "cortex:skip="].iter().any(|word| before.ends_with(word))
        };
        let id = |item: &'_ Cow<'_, str>| -> Option<String> {
            let id = ID.words(item).next()?;
            (!is_inline(item, id)).then(|| id.to_owned())
        };
        let ids: Vec<String> = items.iter().filter_map(id).collect();
        if !ids.is_empty() || !is_whole {
            let named = ids.iter().map(String::as_str).filter(|_| is_whole);
            rules(named, &key, Reach::Block, found);
        }
    }
}

/// Returns the items of a list in JSON with which a text begins, or the one value that there is, and whether that is
/// all of it.
fn items(text: &str) -> (Vec<&str>, bool) {
    let is_list = text.starts_with('[');
    if !is_list && !text.starts_with('{') {
        return (text.lines().take(1).collect(), true);
    }
    let (mut items, mut from, mut depth) = (Vec::new(), 1, 0_usize);
    let mut quotes = Quotes::default();
    for (at, c) in text.char_indices().filter(|(_, c)| !quotes.hold(*c)) {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' if depth <= 1 => {
                items.push(&text[from..at]);
                return (items, true);
            }
            ']' | '}' => depth -= 1,
            ',' if depth == 1 && is_list => {
                items.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    (items, false)
}

/// Whether a character is in quotes. They open only where a value may begin, so that an apostrophe does not.
#[derive(Default)]
struct Quotes {
    open: Option<char>,
    last: Option<char>,
}

impl Quotes {
    /// Takes the next character, and tells whether it is in quotes or one of them.
    fn hold(&mut self, c: char) -> bool {
        let begins = self.last.is_none_or(|last| last.is_whitespace() || "[{(,:".contains(last));
        let is_escaped = self.open == Some('"') && self.last == Some('\\');
        let was_open = self.open.is_some();
        // An escaped backslash escapes nothing.
        self.last = Some(if is_escaped { ' ' } else { c });
        match self.open {
            Some(quote) if quote == c && !is_escaped => self.open = None,
            None if begins && ['"', '\''].contains(&c) => self.open = Some(c),
            _ => {}
        }
        was_open || self.open.is_some()
    }
}

/// Returns what is behind a key and belongs to it, and whether that is all: up to the bracket that closes, or the lines
/// below that are indented more.
fn value(piece: Piece<'_>, key: Range<usize>) -> (String, bool) {
    let rest = &piece.text[key.end..];
    let after = |text: &str| text.trim_start_matches([':', '"', '\'', ' ', '\t', '\\']).to_owned();
    let next = piece.below.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let is_open = |text: &str| text.starts_with(['{', '[']);
    if is_open(&after(rest)) || after(rest).is_empty() && is_open(next.trim_start()) {
        return balanced(rest, piece.below);
    }
    let before = piece.text[..key.start].trim_end_matches(['"', '\'']);
    let own = before.len();
    let is_in = |line: &str| {
        let text = line.trim();
        text.is_empty()
            || is_comment(text)
            || indent(line) > own
            || (indent(line) == own && text.starts_with(['-', '{', '[']))
    };
    let mut value = rest.to_owned();
    for line in piece.below.lines().take_while(|line| is_in(line)) {
        if value.len() > LONGEST {
            return (value, false);
        }
        if !is_comment(line) {
            value.push('\n');
            value.push_str(&unescaped(line));
        }
    }
    (value, true)
}

/// Returns a value in brackets up to the last of them. Of the brackets in quotes only those that open are counted, so
/// that it may be too long, and never too short for that.
fn balanced(rest: &str, below: &str) -> (String, bool) {
    let mut value = String::new();
    let mut depth = 0_usize;
    let mut quotes = Quotes::default();
    for line in std::iter::once(rest).chain(below.lines()) {
        for (at, c) in line.char_indices() {
            let is_quoted = quotes.hold(c);
            match c {
                '{' | '[' => depth += 1,
                '}' | ']' if is_quoted => {}
                '}' | ']' if depth <= 1 => {
                    value.push_str(&unescaped(&line[..at]));
                    return (value, true);
                }
                '}' | ']' => depth -= 1,
                _ => {}
            }
            if value.len() + at > LONGEST {
                value.push_str(&unescaped(&line[..at]));
                return (value, false);
            }
        }
        quotes.hold('\n');
        value.push_str(&unescaped(line));
        value.push('\n');
    }
    (value, true)
}

/// The ids in the texts of an annotation, which may go over several lines.
fn suppress(piece: Piece<'_>, matches: Matches<'_, '_>, ids: &Pattern, found: &mut Vec<Match>) {
    const MOST_LINES: usize = 64;
    for captures in matches {
        let name = captures.get(1).map_or_else(|| range(&captures, 2), |name| name.range());
        let below = piece.below.split('\n').take(MOST_LINES).collect::<Vec<_>>().join("\n");
        let rest = piece.text[name.end..].trim_start_matches('`');
        let value = arguments(&format!("{rest}\n{}", unescaped(&below)));
        let named: Vec<_> = ids.all(&value).collect();
        if !named.is_empty() {
            let listed = named.iter().flat_map(|ids| group(ids, 1).split(','));
            rules(listed, &(name.start..piece.text.trim_end().len()), Reach::Block, found);
        }
    }
}

/// Returns what is in the parentheses with which a text begins, without comments; nothing if it begins otherwise.
fn arguments(text: &str) -> String {
    let (mut value, mut depth, mut at, mut quoted) = (String::new(), 0_usize, 0, false);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let ends = [("//", "\n"), ("/*", "*/")].into_iter().find(|(sign, _)| !quoted && rest.starts_with(sign));
        if let Some((sign, end)) = ends {
            let length = rest[sign.len()..].find(end).map_or(rest.len(), |found| sign.len() + found + end.len());
            at += length;
            continue;
        }
        match c {
            '\\' if quoted => {
                let escaped = rest.chars().take(2).map(char::len_utf8).sum();
                value.push_str(&rest[..escaped]);
                at += escaped;
                continue;
            }
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth <= 1 => break,
            ')' if !quoted => depth -= 1,
            c if depth == 0 && !c.is_whitespace() => break,
            _ => {}
        }
        value.push(c);
        at += c.len_utf8();
    }
    value
}
