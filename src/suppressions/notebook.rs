//! The code of a notebook, which is data in JSON.

use std::ops::Range;

use crate::yaml::Node;

/// Finds the strings that hold the code of a notebook: the `source` of its cells of that type, and in the third version
/// of the format their `input`. `None` where the file is not a notebook that can be read.
pub(super) fn code(text: &str) -> Option<Vec<Range<usize>>> {
    let root = crate::sync::json(text, false).ok()?;
    let sheets = root.get("worksheets").and_then(Node::as_seq).unwrap_or_default();
    let lists: Vec<&[Node<'_>]> =
        std::iter::once(&root).chain(sheets).filter_map(|sheet| sheet.get("cells")?.as_seq()).collect();
    if lists.is_empty() {
        return None;
    }
    let cells = lists.into_iter().flatten();
    let code = cells.filter(|cell| cell.get("cell_type").and_then(Node::as_text) == Some("code"));
    let sources = code.flat_map(|cell| ["source", "input"].into_iter().filter_map(|key| cell.get(key)));
    let strings = sources.flat_map(|source| source.as_seq().unwrap_or(std::slice::from_ref(source)));
    let mut ranges: Vec<Range<usize>> = strings.map(|string| string.span.range()).collect();
    ranges.sort_by_key(|range| range.start);
    Some(ranges)
}
