//! The reader of the safe subset.

use std::str::from_utf8;

use stopgap::internal::source::Span;
use stopgap::internal::yaml::{Kind, Node, Problem, by_each_reader, check_text, parse};

use super::{choices, oracle};
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "parser",
    about: "the quick reader, the general one and libyaml see the same; spans fit; a refusal says where",
    seeds: seeds::exceptions,
    run,
    quick: Some(quick),
};

fn run(data: &[u8]) -> Outcome {
    look(data, true)
}

/// Compares the two readers alone.
fn quick(data: &[u8]) -> Outcome {
    look(data, false)
}

fn look(data: &[u8], asks_others: bool) -> Outcome {
    let Ok(text) = from_utf8(data) else { return Outcome::Refused };
    let (quick, general) = by_each_reader(text);
    let is_text = check_text(text).is_none();
    assert!(quick.is_none() || is_text, "the quick reader takes what is no text");
    let tree = match general {
        Ok(tree) => tree,
        Err(problems) => {
            assert!(quick.is_none(), "only the quick reader takes it: {problems:?}");
            check_refusal(text, &problems);
            // To list the slips behind a fault takes several readings.
            if asks_others && choices(data).u8(..4) == 0 {
                check_refusal(text, &parse(text).expect_err("only the general reader refuses it"));
            }
            return Outcome::Refused;
        }
    };
    if let Some(quick) = quick {
        assert!(quick == tree, "the readers disagree:\n{quick:?}\n{tree:?}");
    }
    check_spans(text, &tree);
    // A file is a mapping; what libyaml makes of a block of text at the top is nobody's business.
    if asks_others
        && is_text
        && tree.as_map().is_some()
        && let Some(other) = oracle::read(text)
    {
        assert!(oracle::agrees(&tree, &other), "the other reader disagrees:\n{tree:?}\n{other:?}");
    }
    Outcome::Taken
}

fn check_refusal(text: &str, problems: &[Problem]) {
    assert!((1..=20).contains(&problems.len()), "{} problems", problems.len());
    for problem in problems {
        let spans = [problem.span].into_iter().chain(problem.related.iter().map(|related| related.span));
        for span in spans {
            assert!(text.get(span.range()).is_some(), "{problem:?} is not in the text");
        }
        assert!(!problem.message.is_empty());
    }
}

/// Checks that spans lie in the text and in each other, and that keys come in the order of their bytes.
fn check_spans(text: &str, node: &Node<'_>) {
    let inside = |span: Span| node.span.contains(span);
    assert!(text.get(node.span.range()).is_some(), "{:?} is not in the text", node.span);
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Seq(items) => {
            for pair in items.windows(2) {
                assert!(pair[0].span.end <= pair[1].span.start, "{pair:?}");
            }
            for item in items {
                assert!(inside(item.span), "{:?} is not in {:?}", item.span, node.span);
                check_spans(text, item);
            }
        }
        Kind::Map(entries) => {
            for pair in entries.windows(2) {
                assert!(pair[0].value.span.end <= pair[1].key_span.start, "{pair:?}");
            }
            for entry in entries {
                assert!(inside(entry.key_span) && inside(entry.value.span), "{entry:?} is not in {:?}", node.span);
                assert!(text.get(entry.key_span.range()).is_some(), "{entry:?} is not in the text");
                assert!(entry.key_span.end <= entry.value.span.start, "{entry:?}");
                check_spans(text, &entry.value);
            }
        }
    }
}
