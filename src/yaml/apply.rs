//! Applies fixes, with the proof that they do no more than they state: the new text reads as the old one except for
//! what the fixes name. Knows nothing about exceptions.

use crate::text::is_space;
use crate::yaml::fix::{Fix, splice};
use crate::yaml::node::{Kind, Node};
use crate::yaml::{check_text, comments, escaped, parse};

/// Applies as many of the fixes to a text as can be proved together, the first ones first, and says how many; those
/// that overlap wait for a next round. Without any, there is no new text.
#[must_use]
pub fn apply(text: &str, fixes: &[&Fix]) -> Option<(String, usize)> {
    let mut apart: Vec<&Fix> = Vec::new();
    for fix in fixes {
        if !apart.iter().any(|other| other.meets(fix)) {
            apart.push(fix);
        }
    }
    if let Some(fixed) = proved(text, &apart) {
        return Some((fixed, apart.len()));
    }
    let (mut done, mut chosen) = (None, Vec::new());
    for fix in apart {
        chosen.push(fix);
        match proved(text, &chosen) {
            Some(fixed) => done = Some((fixed, chosen.len())),
            None => drop(chosen.pop()),
        }
    }
    done
}

/// Returns the text after the fixes, if it differs from the one before in nothing else.
fn proved(text: &str, fixes: &[&Fix]) -> Option<String> {
    let edits = fixes.iter().flat_map(|fix| &fix.edits);
    let fixed = splice(text, edits.map(|edit| (edit.span.range(), edit.text.clone())).collect());
    let is_right = fixed != text
        && check_text(&fixed).is_none()
        && match parse(text) {
            Ok(before) => {
                parse(&fixed).is_ok_and(|after| does_no_more(&before, &after, fixes)) && same_comments(text, &fixed)
            }
            Err(before) => {
                let fewer = parse(&fixed).err().is_none_or(|after| after.len() < before.len());
                fewer && signs(text).eq(signs(&fixed))
            }
        };
    is_right.then_some(fixed)
}

fn same_comments(text: &str, fixed: &str) -> bool {
    let texts = |text| comments(text).into_iter().map(|comment| comment.text);
    texts(text).eq(texts(fixed))
}

/// Returns what of a text no change of quotes or white space touches, with a plain colon for each full-width one.
fn signs(text: &str) -> impl Iterator<Item = char> {
    let signs = text.chars().filter(|c| !matches!(c, '"' | '\\' | '\t') && !is_space(*c));
    signs.map(|c| if c == '：' { ':' } else { c })
}

fn does_no_more(before: &Node<'_>, after: &Node<'_>, fixes: &[&Fix]) -> bool {
    let touches: Vec<&str> = fixes.iter().flat_map(|fix| &fix.touches).map(String::as_str).collect();
    let spelt: Vec<&str> =
        fixes.iter().filter(|fix| fix.respells).flat_map(|fix| &fix.touches).map(String::as_str).collect();
    let kept = || {
        let mut left = values(after, "", &[]);
        values(before, "", &spelt)
            .into_iter()
            .all(|value| left.iter().position(|other| *other == value).map(|at| left.swap_remove(at)).is_some())
    };
    is_same(before, after, "", &touches) && kept()
}

/// Tells whether two values are the same to the letter but for the fields that are named.
fn is_same(before: &Node<'_>, after: &Node<'_>, pointer: &str, touches: &[&str]) -> bool {
    if touches.contains(&pointer) {
        return true;
    }
    let below = |key: &str| format!("{pointer}/{}", escaped(key));
    match (&before.kind, &after.kind) {
        (Kind::Scalar(a), Kind::Scalar(b)) => a.text == b.text,
        (Kind::Seq(a), Kind::Seq(b)) => {
            let mut pairs = a.iter().zip(b).enumerate();
            a.len() == b.len() && pairs.all(|(at, (a, b))| is_same(a, b, &below(&at.to_string()), touches))
        }
        (Kind::Map(a), Kind::Map(b)) => {
            let other = |key: &str| b.iter().find(|entry| entry.key == key);
            let kept = a.iter().all(|entry| {
                let pointer = below(&entry.key);
                let same = other(&entry.key).is_some_and(|it| is_same(&entry.value, &it.value, &pointer, touches));
                same || touches.contains(&&*pointer)
            });
            let added = b.iter().filter(|entry| !a.iter().any(|other| other.key == entry.key));
            kept && added.map(|entry| below(&entry.key)).all(|pointer| touches.contains(&&*pointer))
        }
        _ => false,
    }
}

/// Lists the texts of all values except those of the fields that are rewritten.
fn values<'n>(node: &'n Node<'_>, pointer: &str, spelt: &[&str]) -> Vec<&'n str> {
    if spelt.contains(&pointer) {
        return Vec::new();
    }
    let below = |key: &str| format!("{pointer}/{}", escaped(key));
    match &node.kind {
        Kind::Scalar(scalar) if scalar.is_empty() => Vec::new(),
        Kind::Scalar(scalar) => vec![&*scalar.text],
        Kind::Seq(items) => {
            let items = items.iter().enumerate();
            items.flat_map(|(at, item)| values(item, &below(&at.to_string()), spelt)).collect()
        }
        Kind::Map(entries) => {
            entries.iter().flat_map(|entry| values(&entry.value, &below(&entry.key), spelt)).collect()
        }
    }
}
