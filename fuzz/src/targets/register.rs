//! A register to judge inputs in.

use std::path::PathBuf;
use std::sync::LazyLock;

use stopgap::internal::error::Error;
use stopgap::internal::files::{self, ReadFile, Repository};
use stopgap::internal::output::escape::is_hostile;
use stopgap::internal::output::{Format, Look, Report, render};
use stopgap::internal::policy::{Policy, RuleBook};
use stopgap::internal::register::{self, Files, Register};
use stopgap::internal::rule::{Finding, Findings};
use stopgap::internal::rules::{self, Judge};
use stopgap::internal::source::Span;
use stopgap::internal::time::Today;
use stopgap::internal::yaml::{self, On};

use crate::seeds;

/// The day of every run.
pub(super) const TODAY: &str = "2026-11-23";

/// Where the register is.
pub(super) fn root() -> PathBuf {
    seeds::root().join("fixtures/registers/acme")
}

/// Its rule book, and the day.
pub(super) static JUDGE: LazyLock<Judge> = LazyLock::new(|| {
    let book = rule_book(&Repository::Folder(root())).expect("the fixtures can be read");
    let today = Today::parse(TODAY, book.policy.timezone).expect("a day");
    Judge::new(book, today)
});

pub(super) fn rule_book(place: &Repository) -> Result<RuleBook, Error> {
    RuleBook::read(place, Policy::load(place, None, rules::all())?, rules::all())
}

/// The texts of its first exceptions, which an input stands beside.
static OTHERS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let files = register::read(&root(), &JUDGE.policy.exceptions).expect("the fixtures can be read");
    let few = files.own().iter().take(3);
    few.map(|id| (files.source(*id).path().to_owned(), files.source(*id).text().to_owned())).collect()
});

/// Returns some exceptions of the register and those that are given, which are named `exceptions/input-N.yaml`.
pub(super) fn with<'d>(inputs: impl IntoIterator<Item = &'d [u8]>) -> Files {
    let decode = |bytes: &[u8], path: String| files::decode(bytes.to_vec(), path);
    let others = OTHERS.iter().map(|(path, text)| decode(text.as_bytes(), path.clone()));
    let inputs = inputs.into_iter().enumerate().map(|(at, input)| decode(input, name(at)));
    Files::from_read(others.chain(inputs).collect())
}

/// Exceptions that cover something for many tools.
pub(super) static COVERING: LazyLock<Register<'static>> = LazyLock::new(|| Register::parse(&COVERS, None));

static COVERS: LazyLock<Files> = LazyLock::new(|| {
    let texts = seeds::files("fixtures", |name| name.ends_with(".yaml"));
    let covers = |text: &&Vec<u8>| text.windows(8).any(|window| window == b"\ncovers:");
    with(texts.iter().filter(covers).map(Vec::as_slice))
});

fn name(at: usize) -> String {
    format!("exceptions/input-{at}.yaml")
}

/// Reads one input as it stands in the register at the base.
pub(super) fn file(input: &[u8], at: usize) -> ReadFile {
    files::decode(input.to_vec(), name(at))
}

/// Checks that each finding is where it says it is.
pub(super) fn check_places(findings: &Findings, files: &Files) {
    for finding in findings.iter() {
        let text = files.source(finding.file).text();
        assert!(text.get(finding.span.range()).is_some(), "{finding:?} is not in its file");
        assert!(!finding.message.is_empty(), "{finding:?}");
        assert!(is_right(finding, text), "not at its field: {finding:?}");
    }
}

fn is_right(finding: &Finding, text: &str) -> bool {
    let pointer = finding.place.pointer.as_str();
    // A text with a character that is refused everywhere has no tree to look the character's field up in.
    let Ok(tree) = yaml::parse(text) else { return pointer.is_empty() || yaml::check_text(text).is_some() };
    if tree.as_map().is_none() && pointer.is_empty() {
        return true;
    }
    let is_file_as_a_whole = pointer.is_empty() && finding.span == Span::default();
    match (finding.place.on, yaml::lookup(&tree, pointer)) {
        _ if is_file_as_a_whole => true,
        (On::Key, Some((Some(key), _))) => key.contains(finding.span),
        (On::Value, Some((_, node))) => node.span.contains(finding.span),
        (On::Absent, there) => there.is_none_or(|(_, node)| node.is_empty()),
        (On::Key | On::Value, _) => false,
    }
}

/// Checks that each format can write the findings, that what is JSON is JSON, and that nothing in them acts on what shows
/// them.
pub(super) fn check_formats(findings: &Findings, files: &Files, register: &Register<'_>, base: Option<&str>) {
    let counts = (register.files.len(), register.live());
    let report = Report { base, ..Report::new(findings, files, counts, &JUDGE.policy.exceptions, JUDGE.today) };
    let formats = [
        Format::Text,
        Format::Concise,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Azure,
        Format::Gitlab,
        Format::Junit,
        Format::Rdjson,
        Format::Markdown,
    ];
    for format in formats {
        let mut bytes = Vec::new();
        render(format, &report, Look::default(), &mut bytes).expect("memory takes all that is written");
        let text = String::from_utf8(bytes).expect("each format is UTF-8");
        let is_json = matches!(format, Format::Json | Format::Sarif | Format::Gitlab | Format::Rdjson);
        if is_json {
            serde_json::from_str::<serde_json::Value>(&text)
                .unwrap_or_else(|error| panic!("{format:?}: {error}\n{text}"));
        }
        let acts = text.chars().find(|c| is_hostile(*c) && *c != '\n');
        assert!(acts.is_none(), "{format:?} prints {acts:?}\n{text}");
    }
}
