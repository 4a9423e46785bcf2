//! Where findings are: in registers drawn at random, each span lies in its file, on the field that the finding names, and
//! holds the text that it speaks of.

use proptest::collection::vec;
use proptest::prelude::*;
use stopgap::internal::files::{self, Repository};
use stopgap::internal::policy::{Policy, RuleBook};
use stopgap::internal::register::{Files, Register};
use stopgap::internal::rule::Finding;
use stopgap::internal::rules::{self, Case, Judge};
use stopgap::internal::source::Source;
use stopgap::internal::text::shown;
use stopgap::internal::time::Today;
use stopgap::internal::yaml::{self, On};

use crate::support::TODAY;
use crate::support::records::{Choices, record, written};

/// The rules whose message quotes what the span holds.
const QUOTING: [&str; 9] = [
    "bad-reference",
    "broad-scope",
    "departed-owner",
    "no-alternative",
    "owner-not-a-person",
    "placeholder-text",
    "unknown-person",
    "unstated-exposure",
    "vague-control",
];

fn judge() -> Judge {
    let people = "people:\n  - {handle: \"@lprado\", left: 2026-11-01}\n  - {name: Mei Tanaka}\n";
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("people.yaml"), people).unwrap();
    let place = Repository::Folder(folder.path().to_path_buf());
    let policy = Policy::load(&place, None, rules::all()).unwrap();
    let today = Today::parse(TODAY, policy.timezone).unwrap();
    Judge::new(RuleBook::read(&place, policy, rules::all()).unwrap(), today)
}

/// Returns the text that a span holds; of a scalar as a whole, what it means.
fn held(source: &Source, finding: &Finding) -> String {
    let tree = yaml::parse(source.text()).unwrap();
    let node = yaml::lookup(&tree, &finding.place.pointer).map(|(_, node)| node);
    let whole = node.filter(|node| node.span == finding.span).and_then(|node| node.as_text());
    whole.map_or_else(|| source.slice(finding.span).to_owned(), str::to_owned)
}

fn check(finding: &Finding, files: &Files) -> Result<(), TestCaseError> {
    let source = files.source(finding.file);
    let text = source.text();
    prop_assert!(text.get(finding.span.range()).is_some(), "{:?}", finding);
    for label in &finding.labels {
        let other = files.source(label.file).text();
        prop_assert!(other.get(label.span.range()).is_some_and(|held| !held.is_empty()), "{:?}", label);
    }
    let tree = yaml::parse(text).unwrap();
    let pointer = finding.place.pointer.as_str();
    let key = pointer.rsplit('/').next().unwrap();
    match (finding.place.on, yaml::lookup(&tree, pointer)) {
        (On::Key, Some((Some(span), _))) => {
            prop_assert!(span.contains(finding.span), "{:?}", finding);
            prop_assert_eq!(source.slice(span).trim_matches(['\'', '"']), key);
        }
        (On::Value, Some((_, node))) => prop_assert!(node.span.contains(finding.span), "{:?}", finding),
        (On::Absent, there) => prop_assert!(there.is_none_or(|(_, node)| node.is_empty()), "{:?}", finding),
        (On::Key | On::Value, _) => prop_assert!(pointer.is_empty(), "{:?}", finding),
    }
    if QUOTING.contains(&finding.rule.id) && finding.place.on == On::Value {
        let held = held(source, finding);
        // Where a text is written with escapes, the part that is meant has no bytes of its own.
        let mut quotes = finding.message.split('`').skip(1).step_by(2);
        let quoted = quotes.any(|part| part == shown(&held) || held.contains(part));
        prop_assert!(quoted, "`{}` is not in {}: {}", held, finding.rule.id, finding.message);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_finding_is_where_the_text_is_that_it_speaks_of(
        numbers in vec(vec(any::<u16>(), 0..120), 1..4),
        styles in vec(any::<u16>(), 0..60),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut style = Choices::new(styles);
        let mut read = Vec::new();
        for (at, numbers) in numbers.into_iter().enumerate() {
            let mut text = written(&record(&mut Choices::new(numbers)), &mut style);
            // A record from which a line was lost.
            if let Some(cut) = cut {
                let mut lines: Vec<&str> = text.lines().collect();
                lines.remove(cut.index(lines.len()));
                text = lines.join("\n") + "\n";
            }
            read.push(files::decode(text.into_bytes(), format!("exceptions/printer-{at}.yaml")));
        }
        let judge = judge();
        let files = Files::from_read(read);
        let register = Register::parse(&files, None);
        for finding in Case::whole(&judge, &register, None, &files).run_strictly().iter() {
            check(finding, &files)?;
        }
    }
}
