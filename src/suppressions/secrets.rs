//! What could be a secret in a text for people: a comment that allows one is a suppression only there, and elsewhere an
//! explanation.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, bytes};

use super::ignore_files::{GITLEAKS_RULES, expressions_of_gitleaks};

/// The tools that look for secrets in any text.
pub(super) const TOOLS: [&str; 3] = ["gitleaks", "kingfisher", "trufflehog"];

/// Finds in a text the private keys, the calls of curl with a password or a header, and the names of secrets with a value
/// on another line, which go over several lines.
pub(super) fn of_lines(text: &str) -> [Vec<Range<usize>>; 3] {
    static EDGE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)(-----BEGIN[^\n]*(?:\n|$))|KEY(?: BLOCK)?-----").ok());
    static CURL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let user = r#"(?:-u|--user)(?:=|[ \t]{0,5})["']?[^\s"':]*:[^\s"']"#;
        let header = r#"(?:-H|--header)(?:=|[ \t]{0,5})["'][\w-]+:"#;
        Regex::new(&format!(r"\bcurl\b(?:[^\n]*\n){{0,5}}?[^\n]*?\s(?:{user}|{header})")).ok()
    });
    // As most rules of gitleaks look for it: the word of a rule, a sign, and a value that follows soon.
    static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let vendors = GITLEAKS_RULES.iter().filter_map(|rule| rule.split('-').next()).collect::<BTreeSet<_>>();
        let vendors = vendors.into_iter().collect::<Vec<_>>().join("|");
        let words = format!("access|auth|api|credential|creds|key|passw(?:or)?d|secret|token|{vendors}");
        let sign = r"(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)";
        let value = r#"[`'"\s=]{0,5}([A-Za-z0-9_.=+/-]{10,150})"#;
        Regex::new(&format!(r#"(?i)(?:{words})[A-Za-z0-9_ \t.-]{{0,20}}[\s'"]{{0,3}}{sign}{value}"#)).ok()
    });
    let (mut keys, mut begun) = (Vec::new(), None);
    for edge in EDGE.iter().flat_map(|edge| edge.captures_iter(text)) {
        let Some(whole) = edge.get(0) else { continue };
        if edge.get(1).is_some() {
            begun = begun.or(Some(whole.start()));
        } else if let Some(start) = begun.take() {
            keys.push(start..whole.end());
        }
    }
    // A comment that allows a secret is not a user with a password.
    let plain = text.replace("gitleaks:allow", "gitleaks.allow");
    let calls = CURL.iter().flat_map(|curl| curl.find_iter(&plain)).map(|call| call.range()).collect();
    let named = NAMED.iter().flat_map(|named| named.captures_iter(text)).filter_map(|named| {
        let whole = named.get(0).filter(|whole| whole.as_str().contains('\n'))?;
        could_hold_one(named.get(1)?.as_str()).then_some(whole.range())
    });
    [keys, calls, named.collect()]
}

/// Tells whether a line of a text for people holds anything that could be a secret.
pub(super) fn could_hold_one(line: &str) -> bool {
    const SHORTEST: usize = 10;
    const LONGEST_WORD: usize = 20;
    static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)-----BEGIN|KEY(?: BLOCK)?-----|://[^\s/:@]+:[^\s/@]+@|authorization:\s*(?:basic|bearer|token)\s",
        )
        .ok()
    });
    let is_of_secret = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '+' | '=' | '.');
    // Letters alone are a secret only where no word is so long.
    let is_secret = |word: &str| {
        let is_long = |part: &str| part.len() >= LONGEST_WORD;
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        (word.len() >= SHORTEST && has_digit) || word.split(['_', '-', '/', '+', '=', '.']).any(is_long)
    };
    SHAPE.as_ref().is_some_and(|shape| shape.is_match(line)) || line.split(|c| !is_of_secret(c)).any(is_secret)
}

/// The rules of gitleaks that are the repository's own.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnRules {
    expressions: Vec<bytes::Regex>,
    /// Whether one of them cannot be read here, so that it may find anything.
    is_unclear: bool,
}

impl OwnRules {
    /// Adds those of a configuration.
    pub(super) fn add(&mut self, source: &str) {
        const MOST: usize = 200;
        const LARGEST: usize = 1 << 20;
        for expression in expressions_of_gitleaks(source) {
            // Go reads classes as those of ASCII, but for those that are named.
            let compiled = |is_unicode| {
                bytes::RegexBuilder::new(&expression)
                    .unicode(is_unicode)
                    .size_limit(LARGEST)
                    .dfa_size_limit(LARGEST / 2)
                    .build()
            };
            match compiled(false).or_else(|_| compiled(true)) {
                Ok(expression) if self.expressions.len() < MOST => self.expressions.push(expression),
                _ => self.is_unclear = true,
            }
        }
    }

    /// Returns what each of them finds in a text, in its order.
    pub(super) fn find(&self, text: &str) -> Vec<Vec<Range<usize>>> {
        if self.is_unclear {
            return vec![vec![0..text.len()]];
        }
        self.expressions
            .iter()
            .map(|expression| expression.find_iter(text.as_bytes()).map(|found| found.range()).collect())
            .collect()
    }
}

/// Tells whether something has a part of one of some ranges, which are in their order and apart.
pub(super) fn is_in(ranges: &[Range<usize>], at: &Range<usize>) -> bool {
    let last = ranges.partition_point(|range| range.start < at.end).checked_sub(1);
    last.and_then(|last| ranges.get(last)).is_some_and(|range| at.start < range.end)
}
