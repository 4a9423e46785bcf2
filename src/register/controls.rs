//! The catalogue of controls: the rules that an exception may name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::text::normalise::fold;
use crate::text::shown;
use crate::yaml::{Node, Place, Problem, Related};

/// One control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// Its id, with which an exception's `control` begins.
    pub id: String,
    /// What it requires.
    pub name: String,
    /// False for a rule without exceptions.
    pub waivable: bool,
}

/// The catalogue.
#[derive(Clone, Debug, Default)]
pub struct Controls {
    list: Vec<Control>,
    /// Positions in the list, by the id in lower case.
    by_id: BTreeMap<String, usize>,
    /// Every length that an id has, in bytes.
    lengths: BTreeSet<usize>,
}

impl Controls {
    /// Reads a tree that fits the schema.
    ///
    /// # Errors
    ///
    /// If a control is listed twice.
    pub fn from_node(node: Option<&Node<'_>>) -> Result<Self, Vec<Problem>> {
        let mut seen = BTreeMap::new();
        let mut problems = Vec::new();
        let mut list = Vec::new();
        for item in node.and_then(|node| node.get("controls")?.as_seq()).unwrap_or_default() {
            let text = |key: &str| item.get(key).and_then(Node::as_text).unwrap_or_default().trim().to_owned();
            let id = text("id");
            let span = item.get("id").map_or(item.span, |id| id.span);
            if let Some(first) = seen.insert(id.to_lowercase(), span) {
                let related = Some(Box::new(Related { span: first, message: "first written here".into() }));
                let message = format!("the control `{}` is listed twice", shown(&id));
                problems.push(Problem {
                    span,
                    message,
                    help: Some("keep one of the two".into()),
                    related,
                    place: Place::default(),
                    fix: None,
                });
            }
            let waivable = item.get("waivable").and_then(Node::as_bool) != Some(false);
            list.push(Control { id, name: text("name"), waivable });
        }
        if problems.is_empty() { Ok(Self::new(list)) } else { Err(Problem::first_of(problems)) }
    }

    fn new(list: Vec<Control>) -> Self {
        let by_id = list.iter().enumerate().map(|(place, control)| (control.id.to_ascii_lowercase(), place)).collect();
        let lengths = list.iter().map(|control| control.id.len()).collect();
        Self { list, by_id, lengths }
    }

    /// Returns the control whose id begins a text, the longest id if several do. The id ends where the text does, or
    /// before a character that cannot be part of it.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Control> {
        let heads = self.lengths.iter().rev().filter_map(|end| text.split_at_checked(*end));
        let heads = heads.filter(|(_, rest)| ends_before(rest));
        let place = heads.filter_map(|(id, _)| self.by_id.get(&id.to_ascii_lowercase())).next()?;
        self.list.get(*place)
    }

    /// Returns all controls in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Control> {
        self.list.iter()
    }
}

/// Returns whether an id ends before `rest`: a dash or a full stop continues it only before a letter or a digit.
fn ends_before(rest: &str) -> bool {
    let mut characters = rest.chars();
    match characters.next() {
        Some('-' | '.') => characters.next().is_none_or(|c| !c.is_alphanumeric()),
        first => first.is_none_or(|c| !c.is_alphanumeric() && c != '_'),
    }
}

/// Returns what two controls share if they are the same: the id that begins the text, otherwise the whole text.
pub fn control_key<'t>(text: &'t str, controls: Option<&Controls>) -> Cow<'t, str> {
    let folded = fold(text);
    if let Some(control) = controls.and_then(|controls| controls.find(text)) {
        return Cow::Owned(fold(&control.id).into_owned());
    }
    match leading_id(&folded) {
        Some(id) => Cow::Owned(id.to_owned()),
        None => folded,
    }
}

/// Returns the id that begins a text, such as `acc-07`, `a.5.17` or `ac-2(1)`: joined parts, the last of which contains
/// a digit. A word such as `2-factor` is not one. An id right after it belongs to it, as in `iso-27001 a.5.1`.
fn leading_id(folded: &str) -> Option<&str> {
    let text = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    let first = one_id(text)?;
    let rest = text[first.len()..].trim_start_matches([' ', ':', ',']);
    let behind = text.len() - rest.len();
    Some(one_id(rest).map_or(first, |second| &text[..behind + second.len()]))
}

fn one_id(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphanumeric() && !"-._()".contains(c)).unwrap_or(text.len());
    let id = text[..end].trim_end_matches(|c: char| !c.is_alphanumeric());
    let (_, last) = id.rsplit_once(['-', '.'])?;
    last.contains(|c: char| c.is_ascii_digit()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(ids: &[&str]) -> Controls {
        let control = |id: &&str| Control { id: (*id).to_owned(), name: String::new(), waivable: true };
        Controls::new(ids.iter().map(control).collect())
    }

    #[test]
    fn the_whole_id_must_begin_the_text() {
        let controls = catalogue(&["ACC-7", "ACC-07", "A.5", "A.5.17"]);
        let find = |text| controls.find(text).map(|control| control.id.as_str());
        assert_eq!(find("ACC-07 Vendors hold no access"), Some("ACC-07"));
        assert_eq!(find("acc-7: short"), Some("ACC-7"));
        assert_eq!(find("ACC-7"), Some("ACC-7"));
        assert_eq!(find("ACC-70 other"), None);
        assert_eq!(find("A.5.17 Authentication"), Some("A.5.17"));
        assert_eq!(find("A.5. Organisational"), Some("A.5"));
        assert_eq!(find("A.5.18 other"), None);
        assert_eq!(find("break ACC-07"), None);
    }

    #[test]
    fn an_id_ends_before_what_cannot_be_part_of_it() {
        let controls = catalogue(&["ACC-7"]);
        for (text, is_found) in [
            ("ACC-7.", true),
            ("ACC-7-", true),
            ("ACC-7. More", true),
            ("ACC-7 - more", true),
            ("ACC-7(1)", true),
            ("ACC-7-b", false),
            ("ACC-7.1", false),
            ("ACC-7_b", false),
            ("ACC-7é", false),
            ("ACC-", false),
        ] {
            assert_eq!(controls.find(text).is_some(), is_found, "{text}");
        }
    }

    #[test]
    fn a_catalogue_lists_each_control_once() {
        let read = |text: &str| Controls::from_node(Some(&crate::yaml::parse(text).unwrap()));
        let controls = read("controls:\n- {id: ' ACC-7 ', name: One}\n- {id: ACC-8, waivable: false}\n").unwrap();
        let list: Vec<_> = controls.iter().map(|it| (it.id.as_str(), it.name.as_str(), it.waivable)).collect();
        assert_eq!(list, [("ACC-7", "One", true), ("ACC-8", "", false)]);
        let text = "controls: [{id: ACC-7}, {id: ACC-8}, {id: acc-7}]\n";
        let problems = read(text).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].message, "the control `acc-7` is listed twice");
        assert_eq!(&text[problems[0].span.range()], "acc-7");
        let first = problems[0].related.as_ref().unwrap();
        assert_eq!((&text[first.span.range()], first.message.as_ref()), ("ACC-7", "first written here"));
        assert_eq!(Controls::from_node(None).unwrap().iter().count(), 0);
    }

    #[test]
    fn controls_are_the_same_by_their_id() {
        let same = |a, b| control_key(a, None) == control_key(b, None);
        assert!(same("ACC-07 Vendors hold no access", "acc-07: no vendors"));
        assert!(same("A.5.17 Authentication", "A.5.17. Passwords"));
        assert!(same("[MFA-01] Second factor", "MFA-01"));
        assert!(same("Disks are  encrypted", "disks are encrypted"));
        assert!(!same("AC-2(1) Accounts", "AC-2(12) Accounts"));
        assert!(!same("A.5.17 Authentication", "A.5.18 Authentication"));
        assert!(!same("ISO-27001 A.5.1 Policies", "ISO-27001 A.8.24 Cryptography"));
        assert!(!same("ISO-27001 A.5.1 Policies", "ISO-27001 A.8.2 Privileged access"));
        assert!(same("ISO-27001 A.5.1 Policies", "ISO-27001 A.5.1: other words"));
        assert!(!same("2-factor sign-in for staff", "2-factor sign-in for vendors"));
        assert!(!same("Patches within 14 days", "Patches within 30 days"));
    }
}
