//! The lists and mappings of a file that hold entries, and how they are edited in place.
//!
//! ```text
//! text -> tree -> shelves with their slots -> what becomes of each slot, what comes -> splices -> text
//! ```

use std::ops::Range;

use super::bracket::{self, Bracket, Fate, Style};
use super::datum::{Datum, yaml_pair};
use super::formats::{Format, Holder, Syntax, Wanted};
use super::permit::MARK;
use super::tree::{self, Kind, Pair, Tree, Unreadable};
use crate::tools::folded_key;
use crate::yaml;

/// The replacement of a range of bytes.
pub(super) type Splice = (Range<usize>, String);

/// An entry as a file holds it.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// Where a reader is shown it.
    pub(super) at: Range<usize>,
    /// What it suppresses, and where.
    pub(super) identity: String,
    /// What it suppresses, in a word; none if it does not say.
    pub(super) id: Option<String>,
    /// Whether an exception's mark is on it.
    pub(super) is_ours: bool,
    /// Whether it is switched off.
    pub(super) is_off: bool,
    /// Its value; in a mapping without the key.
    pub(super) value: Tree,
    /// Where its details are, if that is not the value itself.
    pub(super) details: Tree,
}

/// A list or mapping that holds entries; `at` and the slots are missing where the file has none yet.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    pub(super) path: Vec<String>,
    /// The last key as the file writes it.
    name: String,
    kind: Shape,
    node: Option<Tree>,
    pub(super) slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    List,
    Map,
    Tables,
    /// A list that goes when it is empty, together with its key.
    Lists,
}

/// Reads a text in a format.
pub(super) fn parse(text: &str, format: &Format) -> Result<Tree, Unreadable> {
    let mut root = match format.syntax {
        Syntax::Json { strict } => tree::of_json(text, strict),
        Syntax::Toml => tree::of_toml(text),
        _ => tree::of_yaml(text),
    }?;
    if format.any_case {
        root.respell(&|key| format.key(key).into_owned())?;
    }
    Ok(root)
}

/// Finds the shelves of a file.
pub(super) fn shelves(text: &str, root: &Tree, format: &Format) -> Result<Vec<Shelf>, Unreadable> {
    let single = root.pairs().iter().find(|pair| format.tool == "gitleaks" && folded_key(&pair.key) == "allowlist");
    if let Some(at) = single.map(|pair| pair.key_at.start) {
        let why = "gitleaks refuses `[allowlist]` next to `[[allowlists]]`; rename it to `[[allowlists]]`";
        return Err(Unreadable { at, why: why.to_owned() });
    }
    let mut shelves = Vec::new();
    for holder in format.holders {
        let (path, shape): (&[&str], Shape) = match holder {
            Holder::List(path) => (path, Shape::List),
            Holder::Map(path) => (path, Shape::Map),
            Holder::Lists(path) => (path, Shape::Lists),
            Holder::Tables(name) => (std::slice::from_ref(name), Shape::Tables),
            Holder::File => continue,
        };
        let node = root.down(path);
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        if let Some(node) = node.filter(|node| !node.is_empty()) {
            let fits = matches!((&node.kind, shape), (Kind::List(_), Shape::List | Shape::Tables))
                || matches!((&node.kind, shape), (Kind::Map(_), Shape::Map | Shape::Lists));
            if !fits {
                let what = if matches!(shape, Shape::List | Shape::Tables) { "list" } else { "mapping" };
                let name = path.last().map_or("the file", String::as_str);
                return Err(Unreadable { at: node.at.start, why: format!("`{name}` is not a {what}") });
            }
        }
        if shape == Shape::Lists {
            for pair in node.map(Tree::pairs).unwrap_or_default() {
                let path = path.iter().cloned().chain([pair.key.clone()]).collect();
                shelves.push(Shelf::new(text, path, Shape::List, Some(&pair.value), format));
            }
        }
        let mut shelf = Shelf::new(text, path, shape, node, format);
        let key = root.pairs().iter().find(|pair| Some(&pair.key) == shelf.path.last());
        let written = key.and_then(|pair| text.get(pair.key_at.clone())).map(str::trim);
        if let Some(written) = written.filter(|written| format.key(written) == shelf.name) {
            shelf.name = written.to_owned();
        }
        shelves.push(shelf);
    }
    Ok(shelves)
}

impl Shelf {
    fn new(text: &str, path: Vec<String>, kind: Shape, node: Option<&Tree>, format: &Format) -> Self {
        let name = path.last().cloned().unwrap_or_default();
        let mut shelf = Self { path, name, kind, node: node.cloned(), slots: Vec::new() };
        let Some(node) = node else { return shelf };
        shelf.slots = match (&node.kind, kind) {
            (Kind::List(items), _) => {
                let marks = shelf.marks(text, node, items, format.syntax);
                let slot = |(item, is_marked): (&Tree, bool)| shelf.item(text, item, is_marked, format);
                items.iter().zip(marks).map(slot).collect()
            }
            (Kind::Map(pairs), Shape::Map) => pairs
                .iter()
                .filter(|pair| pair.key != "$schema" && !pair.key.starts_with("//"))
                .map(|pair| Slot {
                    at: pair.key_at.clone(),
                    identity: format.identity(&shelf.path, Some(&pair.key), &pair.value),
                    id: Some(pair.key.clone()),
                    is_ours: is_marked(&pair.value),
                    is_off: is_off(text, &pair.value, format),
                    details: pair.value.clone(),
                    value: pair.value.clone(),
                })
                .collect(),
            _ => Vec::new(),
        };
        shelf
    }

    fn item(&self, text: &str, item: &Tree, is_behind: bool, format: &Format) -> Slot {
        let (id, at, details) = match item.pairs() {
            [pair] if format.names_by_key() && matches!(pair.value.kind, Kind::Map(_)) => {
                let is_record = self.path.len() == 1;
                let id = if is_record { pair.key.clone() } else { self.path.last().cloned().unwrap_or_default() };
                (Some(id), pair.key_at.clone(), pair.value.clone())
            }
            pairs => {
                let named = NAMES.iter().find_map(|path| first_text(item, path));
                let id = named.and_then(Tree::text).or(item.text()).map(str::to_owned);
                let first = pairs.first().map(|pair| pair.key_at.clone());
                (id, named.map(|named| named.at.clone()).or(first).unwrap_or(item.at.clone()), item.clone())
            }
        };
        Slot {
            at,
            identity: format.identity(&self.path, None, item),
            id,
            is_ours: is_behind || is_marked(item),
            is_off: is_off(text, &details, format),
            value: item.clone(),
            details,
        }
    }

    /// Tells for each item of a list whether our mark is behind it.
    fn marks(&self, text: &str, node: &Tree, items: &[Tree], syntax: Syntax) -> Vec<bool> {
        if is_bracketed(text, node) {
            let ranges: Vec<_> = items.iter().map(|item| item.at.clone()).collect();
            let bracket = Bracket::new(text, &node.at, &ranges, style(syntax));
            return (0..items.len()).map(|index| bracket.is_marked(index)).collect();
        }
        let behind = |item: &Tree| item.text().is_some() && trail(text, item.at.end).contains(MARK);
        items.iter().map(behind).collect()
    }

    /// Returns where the items or pairs are.
    fn ranges(&self) -> Vec<Range<usize>> {
        let Some(node) = &self.node else { return Vec::new() };
        match &node.kind {
            Kind::List(items) => items.iter().map(|item| item.at.clone()).collect(),
            Kind::Map(pairs) => pairs.iter().map(whole_pair).collect(),
            Kind::Scalar(_) => Vec::new(),
        }
    }

    /// Returns the splices that edit it: a fate for each slot, and what comes.
    pub(super) fn edit(
        &self,
        text: &str,
        root: &Tree,
        format: &Format,
        fates: &[Option<&Wanted>],
        goes: &[bool],
        new: &[&Wanted],
    ) -> Result<Vec<Splice>, Unreadable> {
        let is_untouched = fates.iter().all(Option::is_none) && !goes.contains(&true) && new.is_empty();
        if is_untouched {
            return Ok(Vec::new());
        }
        let there = self.node.as_ref();
        match format.syntax {
            Syntax::Toml if self.kind == Shape::Tables && !there.is_some_and(|node| is_bracketed(text, node)) => {
                self.edit_tables(text, fates, goes, new)
            }
            Syntax::Toml | Syntax::Json { .. } => match there {
                Some(node) if is_bracketed(text, node) => {
                    Ok(vec![self.in_brackets(text, node, format, fates, goes, new)])
                }
                Some(node) => Err(unwritable(node.at.start)),
                None => self.add_bracket(text, root, format, new),
            },
            _ => match there {
                // Content of brackets, even if only a comment, stays in them.
                Some(node)
                    if is_bracketed(text, node) && !text[node.at.start + 1..node.at.end - 1].trim().is_empty() =>
                {
                    Ok(vec![self.in_brackets(text, node, format, fates, goes, new)])
                }
                _ => self.edit_block(text, root, fates, goes, new),
            },
        }
    }

    fn in_brackets(
        &self,
        text: &str,
        node: &Tree,
        format: &Format,
        fates: &[Option<&Wanted>],
        goes: &[bool],
        new: &[&Wanted],
    ) -> Splice {
        let style = style(format.syntax);
        let bracket = Bracket::new(text, &node.at, &self.ranges(), style);
        let unit = unit(text);
        let pad = bracket.pad(&unit);
        let written = |wanted: &Wanted| match (format.syntax, &wanted.key) {
            (Syntax::Toml, _) => wanted.value.toml(),
            (Syntax::Json { .. }, None) => wanted.value.json(&pad, &unit),
            (Syntax::Json { .. }, Some(key)) => {
                format!("{}: {}", Datum::text(&**key).json("", ""), wanted.value.json(&pad, &unit))
            }
            (_, None) => wanted.value.yaml_flow(),
            (_, Some(key)) => format!("{}: {}", Datum::text(&**key).yaml_flow(), wanted.value.yaml_flow()),
        };
        let is_slot = self.slot_indices();
        let mut after = vec![Fate::Stays; self.ranges().len()];
        for ((index, fate), goes) in is_slot.iter().zip(fates).zip(goes) {
            if *goes {
                after[*index] = Fate::Goes;
            } else if let Some(wanted) = fate {
                after[*index] = Fate::Becomes(written(wanted), wanted.comment.clone());
            }
        }
        let new: Vec<_> = new.iter().map(|wanted| (written(wanted), wanted.comment.clone())).collect();
        bracket.rewritten(&after, &new, &unit)
    }

    /// Returns which items or pairs the slots are.
    fn slot_indices(&self) -> Vec<usize> {
        let Some(node) = &self.node else { return Vec::new() };
        match &node.kind {
            Kind::Map(pairs) => {
                let of = |pair: &Pair| self.slots.iter().any(|slot| slot.at == pair.key_at);
                pairs.iter().enumerate().filter(|(_, pair)| of(pair)).map(|(index, _)| index).collect()
            }
            _ => (0..self.slots.len()).collect(),
        }
    }

    /// Adds a list to a file in JSON or TOML that has none.
    fn add_bracket(
        &self,
        text: &str,
        root: &Tree,
        format: &Format,
        new: &[&Wanted],
    ) -> Result<Vec<Splice>, Unreadable> {
        let Some((name, above)) = self.path.split_last() else { return Err(unwritable(0)) };
        let parents: Vec<&str> = above.iter().map(String::as_str).collect();
        if format.syntax == Syntax::Toml {
            let list = format!(
                "{name} = [\n{}]\n",
                lines(new, |wanted| {
                    let comment = wanted.comment.as_ref().map(|comment| format!(" # {comment}")).unwrap_or_default();
                    format!("  {},{comment}\n", wanted.value.toml())
                })
            );
            let Some(table) = root.down(&parents).filter(|_| !above.is_empty()) else {
                let gap = if text.trim().is_empty() { "" } else { "\n" };
                return Ok(vec![at_end(text, &format!("{gap}[{}]\n{list}", parents.join(".")))]);
            };
            let header = table.at.start;
            if text.as_bytes().get(header) != Some(&b'[') {
                return Err(unwritable(header));
            }
            let line_end = text[header..].find('\n').map_or(text.len(), |at| header + at + 1);
            let gap = if line_end > 0 && text.as_bytes().get(line_end - 1) != Some(&b'\n') { "\n" } else { "" };
            return Ok(vec![(line_end..line_end, format!("{gap}{list}"))]);
        }
        // The list is a key of the object at the top.
        let unit = unit(text);
        let pairs: Vec<_> = root.pairs().iter().map(whole_pair).collect();
        let style = style(format.syntax);
        let bracket = Bracket::new(text, &root.at, &pairs, style);
        let pad = bracket.pad(&unit);
        let items = Datum::List(new.iter().map(|wanted| wanted.value.clone()).collect());
        let pair = format!("{}: {}", Datum::text(&**name).json("", ""), items.json(&pad, &unit));
        Ok(vec![bracket.rewritten(&vec![Fate::Stays; pairs.len()], &[(pair, None)], &unit)])
    }

    fn edit_tables(
        &self,
        text: &str,
        fates: &[Option<&Wanted>],
        goes: &[bool],
        new: &[&Wanted],
    ) -> Result<Vec<Splice>, Unreadable> {
        let name = self.name.as_str();
        let written = |wanted: &Wanted| format!("[[{name}]]\n{}", wanted.value.toml_table());
        let mut splices = Vec::new();
        let mut last = None;
        for ((slot, fate), goes) in self.slots.iter().zip(fates).zip(goes) {
            let start = line_start(text, slot.value.at.start);
            let values = slot.value.pairs().iter().map(|pair| pair.value.at.end);
            let end = line_end(text, values.max().unwrap_or(slot.value.at.end).max(slot.value.at.start));
            last = Some(end);
            if *goes {
                // The blank line that sets it apart goes too.
                let blanks = ["\n", "\r\n"];
                let after = blanks.iter().find(|blank| text[end..].starts_with(**blank)).map(|blank| end + blank.len());
                let is_apart =
                    |blank: &&&str| text[..start].strip_suffix(**blank).is_some_and(|rest| rest.ends_with('\n'));
                let before = blanks.iter().rev().filter(|_| after.is_none()).find(is_apart);
                let before = before.map(|blank| start - blank.len());
                splices.push((before.unwrap_or(start)..after.unwrap_or(end), String::new()));
            } else if let Some(wanted) = fate {
                splices.push((start..end, written(wanted)));
            }
        }
        let added: Vec<String> = new.iter().map(|wanted| written(wanted)).collect();
        if !added.is_empty() {
            let added = added.join("\n");
            match last {
                Some(end) => splices.push((end..end, format!("\n{added}"))),
                None if text.trim().is_empty() => splices.push(at_end(text, &added)),
                None => splices.push(at_end(text, &format!("\n{added}"))),
            }
        }
        Ok(splices)
    }

    /// Edits a list or mapping of YAML that has one entry a line.
    fn edit_block(
        &self,
        text: &str,
        root: &Tree,
        fates: &[Option<&Wanted>],
        goes: &[bool],
        new: &[&Wanted],
    ) -> Result<Vec<Splice>, Unreadable> {
        let mut splices = Vec::new();
        let mut last = None;
        let mut column = None;
        let indices = self.slot_indices();
        let ranges = self.ranges();
        let left = ranges.len() - goes.iter().filter(|goes| **goes).count() + new.len();
        for (index, range) in ranges.iter().enumerate() {
            let (start, own) = self.first_line(text, range)?;
            let end = line_end(text, range.end);
            (last, column) = (Some(end), column.or(Some(own)));
            let Some(slot) = indices.iter().position(|at| *at == index) else { continue };
            if goes[slot] {
                splices.push((start..end, String::new()));
            } else if let Some(wanted) = fates[slot] {
                let kept = comments_within(text, start..end, own);
                splices.push((start..end, kept + &block(wanted, own)));
            }
        }
        let depth = self.path.len();
        let written: String = new.iter().map(|wanted| block(wanted, column.unwrap_or(depth * 2))).collect();
        match (last, &self.node) {
            (Some(last), _) if !written.is_empty() => splices.push(on_line(text, last, &written)),
            (None, _) if written.is_empty() => {}
            (None, Some(node)) if node.is_empty() && depth > 0 => {
                let key_end = self.key_end(root).ok_or_else(|| unwritable(node.at.start))?;
                let colon = text[key_end..].find(':').map_or(key_end, |at| key_end + at + 1);
                let value_end = node.at.end.max(colon);
                splices.push((colon..value_end, String::new()));
                let written: String =
                    new.iter().map(|wanted| block(wanted, self.child_column(text, key_end))).collect();
                splices.push(on_line(text, line_end(text, value_end), &written));
            }
            (None, Some(node)) if depth == 0 => splices.extend(at_top(text, node, &written)),
            (None, _) => splices.extend(self.add_block(text, root, &written)?),
            _ => {}
        }
        if left == 0 && last.is_some() {
            splices.extend(self.emptied(text, root)?);
        }
        Ok(splices)
    }

    /// Returns where the first line of an item or a pair begins, and the column of its dash or key.
    fn first_line(&self, text: &str, range: &Range<usize>) -> Result<(usize, usize), Unreadable> {
        let own = match self.kind {
            Shape::List => {
                let before = text[..range.start].trim_end();
                before.ends_with('-').then(|| before.len() - 1).ok_or_else(|| unwritable(range.start))?
            }
            _ => range.start,
        };
        let start = line_start(text, own);
        let is_first = text[start..own].bytes().all(|byte| byte == b' ');
        if is_first { Ok((start, own - start)) } else { Err(unwritable(range.start)) }
    }

    /// Returns the end of the key that holds it.
    fn key_end(&self, root: &Tree) -> Option<usize> {
        let (name, above) = self.path.split_last()?;
        let above: Vec<&str> = above.iter().map(String::as_str).collect();
        root.down(&above)?.pairs().iter().find(|pair| pair.key == *name).map(|pair| pair.key_at.end)
    }

    fn child_column(&self, text: &str, key_end: usize) -> usize {
        let start = line_start(text, key_end);
        let line = &text[start..key_end];
        line.len() - line.trim_start_matches(' ').len() + 2
    }

    /// Says that nothing is left in it.
    fn emptied(&self, text: &str, root: &Tree) -> Result<Vec<Splice>, Unreadable> {
        let nothing = if matches!(self.kind, Shape::List) { " []" } else { " {}" };
        match self.key_end(root) {
            Some(key_end) => {
                let colon = text[key_end..].find(':').map_or(key_end, |at| key_end + at + 1);
                Ok(vec![(colon..colon, nothing.to_owned())])
            }
            None => Ok(vec![on_line(text, document_end(text), "{}\n")]),
        }
    }

    /// Adds it to a file of YAML that does not have it.
    fn add_block(&self, text: &str, root: &Tree, written: &str) -> Result<Vec<Splice>, Unreadable> {
        match self.path.as_slice() {
            [] => Ok(at_top(text, root, written)),
            [name] if root.is_empty() || !is_bracketed(text, root) => {
                Ok(at_top(text, root, &format!("{name}:\n{written}")))
            }
            _ => Err(unwritable(root.at.start)),
        }
    }

    /// Returns the key under which a list of lists is to hold something new.
    pub(super) fn holds_lists(&self) -> bool {
        self.kind == Shape::Lists
    }

    /// Edits a mapping of lists: whole keys come and go.
    pub(super) fn edit_lists(
        &self,
        text: &str,
        root: &Tree,
        gone: &[&str],
        new: &[(&str, Vec<&Wanted>)],
    ) -> Result<Vec<Splice>, Unreadable> {
        if gone.is_empty() && new.is_empty() {
            return Ok(Vec::new());
        }
        let pairs = self.node.as_ref().map(Tree::pairs).unwrap_or_default();
        if self.node.as_ref().is_some_and(|node| !node.is_empty() && is_bracketed(text, node)) {
            return Err(unwritable(self.node.as_ref().map_or(0, |node| node.at.start)));
        }
        let mut splices = Vec::new();
        let (mut last, mut column) = (None, None);
        for pair in pairs {
            let (start, own) = self.first_line(text, &pair.key_at)?;
            let end = line_end(text, whole_pair(pair).end);
            (last, column) = (Some(end), column.or(Some(own)));
            if gone.contains(&pair.key.as_str()) {
                splices.push((start..end, String::new()));
            }
        }
        let key_end = self.key_end(root);
        let column = column.unwrap_or_else(|| key_end.map_or(2, |end| self.child_column(text, end)));
        let list = |(key, wanted): &(&str, Vec<&Wanted>)| {
            let items = Datum::List(wanted.iter().map(|wanted| wanted.value.clone()).collect());
            format!("{}{}\n", " ".repeat(column), yaml_pair(key, &items, column))
        };
        let written: String = new.iter().map(list).collect();
        match (last, &self.node, key_end) {
            (Some(last), ..) if !written.is_empty() => splices.push(on_line(text, last, &written)),
            (None, Some(node), Some(key_end)) => {
                let colon = text[key_end..].find(':').map_or(key_end, |at| key_end + at + 1);
                let value_end = node.at.end.max(colon);
                splices.push((colon..value_end, String::new()));
                splices.push(on_line(text, line_end(text, value_end), &written));
            }
            (None, ..) => splices.extend(self.add_block(text, root, &written)?),
            _ => {}
        }
        if !pairs.is_empty() && gone.len() == pairs.len() && new.is_empty() {
            splices.extend(self.emptied(text, root)?);
        }
        Ok(splices)
    }
}

/// Where an entry says what it suppresses; of a list the first item.
const NAMES: &[&[&str]] = &[
    &["id"],
    &["vulnerability"],
    &["posturePolicies", "controlID"],
    &["policyDefinitionReferenceIds"],
    &["policyDefinitionName"],
    &["policyDefinitionId"],
    &["targetRules"],
];

fn first_text<'t>(tree: &'t Tree, path: &[&str]) -> Option<&'t Tree> {
    let first = |tree: &'t Tree| if tree.text().is_some() { Some(tree) } else { tree.items().first() };
    let mut tree = tree;
    for key in path {
        tree = tree.get(key)?;
        tree = tree.items().first().unwrap_or(tree);
    }
    first(tree).filter(|tree| tree.text().is_some())
}

fn whole_pair(pair: &Pair) -> Range<usize> {
    pair.key_at.start..pair.value.at.end.max(pair.key_at.end)
}

/// Tells whether an entry is switched off: by `false`, and not by a text of that name.
fn is_off(text: &str, details: &Tree, format: &Format) -> bool {
    let flag = format.switch.and_then(|key| details.get(key));
    flag.is_some_and(|flag| text.get(flag.at.clone()).and_then(yaml::boolean) == Some(false))
}

/// Tells whether our mark is in one of the texts of an entry.
fn is_marked(value: &Tree) -> bool {
    match &value.kind {
        Kind::Scalar(text) => text.starts_with(MARK),
        Kind::List(items) => items.iter().any(is_marked),
        Kind::Map(pairs) => pairs.iter().any(|pair| is_marked(&pair.value)),
    }
}

fn is_bracketed(text: &str, node: &Tree) -> bool {
    let opens = text.as_bytes().get(node.at.start);
    let open = match node.kind {
        Kind::List(_) => b'[',
        Kind::Map(_) => b'{',
        Kind::Scalar(_) => return false,
    };
    let closes = node.at.end.checked_sub(1).and_then(|end| text.as_bytes().get(end));
    let is_header = text.get(node.at.start..).is_some_and(|rest| rest.starts_with("[["));
    opens == Some(&open)
        && matches!(closes, Some(b']' | b'}'))
        && !(is_header && matches!(node.items().first().map(|item| &item.kind), Some(Kind::Map(_))))
        && node.items().first().is_none_or(|item| item.at.start > node.at.start)
        && node.pairs().first().is_none_or(|pair| pair.key_at.start > node.at.start)
}

fn style(syntax: Syntax) -> Style {
    let json = Style { comment: None, blocks: false, last_comma: false, end_is_inside: false };
    match syntax {
        Syntax::Toml => Style { comment: Some("#"), last_comma: true, ..json },
        Syntax::Json { strict: true } => json,
        Syntax::Json { strict: false } => Style { comment: Some("//"), blocks: true, ..json },
        _ => Style { comment: Some("#"), end_is_inside: true, ..json },
    }
}

/// Returns by how much a file indents.
fn unit(text: &str) -> String {
    let indents = text.lines().map(|line| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]);
    match indents.into_iter().find(|indent| !indent.is_empty()) {
        Some(indent) if indent.starts_with('\t') => "\t".to_owned(),
        Some(indent) if indent.len() <= 8 => indent.to_owned(),
        _ => "  ".to_owned(),
    }
}

/// Writes an entry as lines of YAML whose dash or key is in a column.
fn block(wanted: &Wanted, column: usize) -> String {
    let pad = " ".repeat(column);
    let comment = wanted.comment.as_ref().map(|comment| format!(" # {comment}")).unwrap_or_default();
    match &wanted.key {
        Some(key) => format!("{pad}{}{comment}\n", yaml_pair(key, &wanted.value, column)),
        None => format!("{pad}- {}{comment}\n", wanted.value.yaml_block(column + 2)),
    }
}

/// Returns the comments on lines of their own within an entry, for the line above what takes its place.
fn comments_within(text: &str, range: Range<usize>, column: usize) -> String {
    let own = text[range].lines().skip(1).map(str::trim).filter(|line| line.starts_with('#'));
    own.map(|line| format!("{}{line}\n", " ".repeat(column))).collect()
}

fn lines(new: &[&Wanted], line: impl Fn(&Wanted) -> String) -> String {
    new.iter().map(|wanted| line(wanted)).collect()
}

/// Returns the comment behind a value on its line.
fn trail(text: &str, from: usize) -> &str {
    bracket::trail(text, from, text.len(), style(Syntax::Yaml))
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// Returns the end of the line on which something ends, with its line end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    if at > 0 && text.as_bytes().get(at - 1) == Some(&b'\n') {
        return at;
    }
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Puts lines in where a line begins.
fn on_line(text: &str, at: usize, written: &str) -> Splice {
    let gap = if at > 0 && text.as_bytes().get(at - 1) != Some(&b'\n') { "\n" } else { "" };
    (at..at, format!("{gap}{written}"))
}

pub(super) fn at_end(text: &str, written: &str) -> Splice {
    on_line(text, text.len(), written)
}

/// Puts keys in at the end of the mapping at the top, in the place of an empty one in braces.
fn at_top(text: &str, root: &Tree, written: &str) -> Vec<Splice> {
    let braces = is_bracketed(text, root).then(|| root.at.clone());
    match braces {
        Some(at) => {
            let after = line_end(text, at.end);
            vec![(at.start..after, String::new()), (after..after, written.to_owned())]
        }
        None => vec![on_line(text, document_end(text), written)],
    }
}

/// Returns where a document of YAML ends: before the mark of that, if there is one.
fn document_end(text: &str) -> usize {
    let rest = text.trim_end();
    let start = line_start(text, rest.len());
    if rest.get(start..) == Some("...") { start } else { text.len() }
}

fn unwritable(at: usize) -> Unreadable {
    Unreadable { at, why: "the layout here leaves no place for an entry".to_owned() }
}
