//! Suppressions of OWASP dependency-check.

use roxmltree::{Document, Node};

use super::formats::{Wanted, xml_identity};
use super::permit::MARK;
use super::shelf::{Slot, Splice, line_end, line_start};
use super::tree::{Kind, Pair, Tree, Unreadable};
use crate::xml;

fn document(text: &str) -> Result<Document<'_>, Unreadable> {
    let document = xml::parse(text).map_err(|fault| Unreadable { at: fault.at, why: fault.why.to_string() })?;
    if document.root_element().tag_name().name() != "suppressions" {
        return Err(Unreadable { at: 0, why: "there is no `<suppressions>` in it".to_owned() });
    }
    Ok(document)
}

/// Lists the suppressions.
pub(super) fn slots(text: &str) -> Result<Vec<Slot>, Unreadable> {
    let document = document(text)?;
    let suppressions = document.descendants().filter(|node| node.is_element() && node.tag_name().name() == "suppress");
    Ok(suppressions.map(slot).collect())
}

fn slot(node: Node<'_, '_>) -> Slot {
    let range = node.range();
    let scalar = |text: &str| Tree { at: range.clone(), kind: Kind::Scalar(text.trim().to_owned()) };
    let mut pairs = Vec::new();
    let mut add = |key: String, value: &str| {
        pairs.push(Pair { key, key_at: range.clone(), value: scalar(value) });
    };
    for attribute in node.attributes() {
        add(attribute.name().to_owned(), attribute.value());
    }
    let mut id = None;
    for child in node.children().filter(Node::is_element) {
        let name = child.tag_name().name();
        let is_regex = child.attribute("regex").is_some_and(|flag| ["true", "1"].contains(&flag.trim()));
        let text: String = child.descendants().filter_map(|node| node.text().filter(|_| node.is_text())).collect();
        if ["cve", "vulnerabilityName"].contains(&name) && id.is_none() {
            id = Some(text.trim().to_owned());
        }
        add(if is_regex { format!("{name} regex") } else { name.to_owned() }, &text);
    }
    let value = Tree { at: range.clone(), kind: Kind::Map(pairs) };
    Slot {
        at: range.start..range.start + "<suppress".len(),
        identity: xml_identity(&value),
        id,
        is_ours: value.get("notes").and_then(Tree::text).is_some_and(|notes| notes.starts_with(MARK)),
        is_off: false,
        details: value.clone(),
        value,
    }
}

/// Edits the file.
pub(super) fn edit(
    text: &str,
    slots: &[Slot],
    fates: &[Option<&Wanted>],
    goes: &[bool],
    new: &[&Wanted],
) -> Result<Vec<Splice>, Unreadable> {
    let mut splices = Vec::new();
    for ((slot, fate), goes) in slots.iter().zip(fates).zip(goes) {
        let range = slot.value.at.clone();
        if *goes {
            let (start, end) = (line_start(text, range.start), line_end(text, range.end));
            let is_alone = text[start..range.start].trim().is_empty() && text[range.end..end].trim().is_empty();
            splices.push((if is_alone { start..end } else { range }, String::new()));
        } else if let Some(wanted) = fate {
            let column = range.start - line_start(text, range.start);
            splices.push((range, written(wanted, column)));
        }
    }
    if new.is_empty() {
        return Ok(splices);
    }
    let document = document(text)?;
    let root = document.root_element();
    let range = root.range();
    let column = slots.first().map_or(2, |slot| slot.at.start - line_start(text, slot.at.start));
    let pad = " ".repeat(column);
    let added: String = new.iter().map(|wanted| format!("{pad}{}\n", written(wanted, column))).collect();
    match text[range.clone()].rfind("</") {
        Some(close) if !text[..range.end].ends_with("/>") || root.has_children() => {
            let at = range.start + close;
            let start = line_start(text, at);
            let is_alone = text[start..at].trim().is_empty();
            splices.push(if is_alone { (start..start, added) } else { (at..at, format!("\n{added}")) });
        }
        // `<suppressions … />`
        _ => {
            let end = range.end - "/>".len();
            let tag = &text[range.start + 1..end];
            let name = tag.split(|c: char| c.is_whitespace()).next().unwrap_or("suppressions");
            splices.push((end..range.end, format!(">\n{added}</{name}>")));
        }
    }
    Ok(splices)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn written(wanted: &Wanted, column: usize) -> String {
    let tree = wanted.value.tree();
    let pad = " ".repeat(column);
    let until = tree.get("until").and_then(Tree::text).unwrap_or_default();
    let mut text = format!("<suppress until=\"{}\">\n", escaped(until));
    for pair in tree.pairs().iter().filter(|pair| pair.key != "until") {
        let value = escaped(pair.value.text().unwrap_or_default());
        let (name, regex) = match pair.key.split_once(' ') {
            Some((name, _)) => (name, " regex=\"true\""),
            None if pair.key == "packageUrl" => (pair.key.as_str(), " regex=\"false\""),
            None => (pair.key.as_str(), ""),
        };
        text.push_str(&format!("{pad}  <{name}{regex}>{value}</{name}>\n"));
    }
    text.push_str(&format!("{pad}</suppress>"));
    text
}
