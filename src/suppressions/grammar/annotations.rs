//! What is written into the resource itself: annotations of Kubernetes and metadata of CloudFormation.

use std::sync::LazyLock;

use regex::Regex;

use super::{Grammar, Match, Piece, Place, Reach, rules};
use crate::suppressions::language::Language;

pub(super) static ALL: &[Grammar] = &[
    Grammar {
        tool: "checkov",
        literals: &["checkov.io/skip"],
        reads: manifests,
        place: Place::Lines,
        read: |piece, found| annotation(piece, &CHECKOV, found),
    },
    Grammar {
        tool: "kube-linter",
        literals: &["kube-linter.io/"],
        reads: manifests,
        place: Place::Lines,
        read: kube_linter,
    },
    Grammar {
        tool: "kubescape",
        literals: &["kubescape.io/skip-controls"],
        reads: manifests,
        place: Place::Lines,
        read: |piece, found| annotation(piece, &KUBESCAPE, found),
    },
    Grammar {
        tool: "terrascan",
        literals: &["runterrascan.io/skip"],
        reads: manifests,
        place: Place::Lines,
        read: |piece, found| listed(piece, "runterrascan.io/skip", &TERRASCAN, found),
    },
    Grammar {
        tool: "cfn-nag",
        literals: &["rules_to_suppress"],
        reads: manifests,
        place: Place::Lines,
        read: |piece, found| listed(piece, "rules_to_suppress", &CFN_NAG, found),
    },
];

type Pattern = LazyLock<Option<Regex>>;

static CHECKOV: Pattern = LazyLock::new(|| Regex::new(r#"checkov\.io/skip\d*["']?\s*:\s*["']?([A-Za-z_\d-]+)"#).ok());
static KUBESCAPE: Pattern =
    LazyLock::new(|| Regex::new(r#"kubescape\.io/skip-controls["']?\s*:\s*["']?([A-Za-z\d, _-]+)"#).ok());
static TERRASCAN: Pattern =
    LazyLock::new(|| Regex::new(r#"\\?["']?rule\\?["']?\s*:\s*\\?["']?([A-Za-z0-9_.\-]+)"#).ok());
static CFN_NAG: Pattern = LazyLock::new(|| Regex::new(r#"["']?\bid["']?\s*:\s*["']?([A-Z]+\d+)"#).ok());

fn manifests(language: Language, path: &str) -> bool {
    matches!(language, Language::Yaml | Language::Json) || path.ends_with(".tpl") || path.ends_with(".template")
}

/// A commented line is no annotation.
fn is_comment(piece: Piece<'_>) -> bool {
    piece.text.trim_start().starts_with(['#', '/'])
}

/// `checkov.io/skip1: CKV_K8S_1=reason`, `kubescape.io/skip-controls: C-0016,C-0017`.
fn annotation(piece: Piece<'_>, pattern: &Pattern, found: &mut Vec<Match>) {
    if is_comment(piece) {
        return;
    }
    // JSON may hold all of it on one line.
    for captures in pattern.iter().flat_map(|pattern| pattern.captures_iter(piece.text)) {
        let (Some(whole), Some(ids)) = (captures.get(0), captures.get(1)) else { continue };
        rules(ids.as_str().split(','), &whole.range(), Reach::Block, found);
    }
}

/// `ignore-check.kube-linter.io/run-as-non-root: reason`, `kube-linter.io/ignore-all: reason`.
fn kube_linter(piece: Piece<'_>, found: &mut Vec<Match>) {
    static CHECK: Pattern =
        LazyLock::new(|| Regex::new(r"(?:ignore-check\.kube-linter\.io/([a-z0-9-]+)|kube-linter\.io/ignore-all)").ok());
    if is_comment(piece) {
        return;
    }
    for captures in CHECK.iter().flat_map(|check| check.captures_iter(piece.text)) {
        let Some(whole) = captures.get(0) else { continue };
        rules(captures.get(1).iter().map(|id| id.as_str()), &whole.range(), Reach::Block, found);
    }
}

/// The ids behind a key, on its line and in the list below it.
fn listed(piece: Piece<'_>, key: &str, pattern: &Pattern, found: &mut Vec<Match>) {
    const LONGEST: usize = 60;
    if is_comment(piece) {
        return;
    }
    let Some(at) = piece.text.find(key) else { return };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(piece.text);
    let is_in = |line: &&str| {
        let text = line.trim();
        text.is_empty() || indent(line) > own || (indent(line) == own && text.starts_with(['-', '{', '[']))
    };
    let below = piece.below.lines().take(LONGEST).take_while(is_in);
    let ids: Vec<&str> = std::iter::once(&piece.text[at..])
        .chain(below)
        .flat_map(|line| pattern.iter().flat_map(move |pattern| pattern.captures_iter(line)))
        .filter_map(|captures| Some(captures.get(1)?.as_str()))
        .collect();
    if !ids.is_empty() {
        rules(ids.into_iter(), &(at..at + key.len()), Reach::Block, found);
    }
}
