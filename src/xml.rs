//! The one reader of XML: of files that anybody may have written, so it refuses what makes them costly.
//!
//! A document type is refused, so no entity is ever expanded and nothing is fetched. Elements with many attributes and
//! deep nesting are refused before the parser compares each of them with all others.

use roxmltree::{Document, ParsingOptions};

use crate::text::shown;

/// More elements and texts than any real file has.
const MOST_NODES: u32 = 1_000_000;

/// More attributes than any element has.
const MOST_ATTRIBUTES: usize = 64;

/// More elements around an element than there are in any real file.
const MOST_DEPTH: usize = 64;

/// Why a text is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte at which it shows.
    pub at: usize,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It has a document type.
    #[error("a document type (`<!DOCTYPE`) is not allowed: its entities could expand endlessly")]
    DocumentType,
    /// An element has too many attributes.
    #[error("an element with more than {MOST_ATTRIBUTES} attributes")]
    Crowded,
    /// Elements are nested too deep.
    #[error("more than {MOST_DEPTH} elements within each other")]
    Deep,
    /// It is no XML.
    #[error("not valid XML: {0}")]
    Syntax(String),
}

/// Parses a text.
///
/// # Errors
///
/// If it is no XML, or would cost too much to read.
pub fn parse(text: &str) -> Result<Document<'_>, Fault> {
    if let Some(fault) = costly(text) {
        return Err(fault);
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| {
        let row = usize::try_from(error.pos().row).unwrap_or_default();
        let at = text.split_inclusive('\n').take(row.saturating_sub(1)).map(str::len).sum();
        let why = match error {
            roxmltree::Error::DtdDetected => Why::DocumentType,
            error => Why::Syntax(shown(&error.to_string()).into_owned()),
        };
        Fault { at, why }
    })
}

/// Finds what would take too long, in one pass over the tags.
fn costly(text: &str) -> Option<Fault> {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|found| at + found) {
        let rest = &text[start..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        if let Some((open, close)) = skipped.iter().find(|(open, _)| rest.starts_with(open)) {
            at = start + open.len() + rest[open.len()..].find(close)? + close.len();
            continue;
        }
        let (signs, len) = tag(rest);
        if signs > MOST_ATTRIBUTES {
            return Some(Fault { at: start, why: Why::Crowded });
        }
        let inner = &rest[..len];
        if inner.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !inner.ends_with("/>") && !inner.starts_with("<!") {
            depth += 1;
        }
        if depth > MOST_DEPTH {
            return Some(Fault { at: start, why: Why::Deep });
        }
        at = start + len;
    }
    None
}

/// Returns how many equals signs outside quotes a tag has, up to one more than allowed, and its length.
fn tag(rest: &str) -> (usize, usize) {
    let (mut signs, mut quote) = (0, None);
    for (at, byte) in rest.bytes().enumerate() {
        match (byte, quote) {
            (b'=', None) => signs += 1,
            (b'"' | b'\'', None) if signs > 0 => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            (b'>', None) => return (signs, at + 1),
            _ => {}
        }
        if signs > MOST_ATTRIBUTES {
            return (signs, at + 1);
        }
    }
    (signs, rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<Why> {
        parse(text).err().map(|fault| fault.why)
    }

    #[test]
    fn what_costs_too_much_is_refused_and_its_neighbour_is_read() {
        let attributes = |count: usize| {
            let all: String = (0..count).map(|index| format!(" a{index}='='")).collect();
            format!("<a{all}/>")
        };
        assert_eq!(fault(&attributes(MOST_ATTRIBUTES)), None);
        assert_eq!(fault(&attributes(MOST_ATTRIBUTES + 1)), Some(Why::Crowded));
        let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert_eq!(fault(&nested(MOST_DEPTH)), None);
        assert_eq!(fault(&nested(MOST_DEPTH + 1)), Some(Why::Deep));
        assert_eq!(fault("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"), Some(Why::DocumentType));
        let text = "<?xml version='1.0'?><!-- <b <b = --><a b='>'><![CDATA[<c><d =]]></a>";
        assert_eq!(fault(text), None);
        let flat = format!("<a>{}</a>", "<b c='d'/>x".repeat(10_000));
        assert_eq!(fault(&flat), None);
    }

    #[test]
    fn no_text_makes_it_fail() {
        for text in ["", "<", "<a", "<!--", "<![CDATA[", "<?", "<a b='", "</a>", "</a></a>", "<é", "<a>\u{0}</a>", "<!"]
        {
            assert!(fault(text).is_some(), "{text}");
        }
        let broken = parse("<a>\n<b>\n</a>").unwrap_err();
        assert_eq!((broken.at, matches!(broken.why, Why::Syntax(_))), (8, true));
    }
}
