use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::history::{Change, Changes, Side};
use crate::register::{Exception, Text};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::normalise::fold;
use crate::text::shown;
use crate::yaml::{self, Node, Spot};

declare_rule! {
    /// Reports an exception that a change deletes or files under another id.
    ///
    /// ## Why
    ///
    /// The register is the record of every risk that was ever accepted or refused. A deleted file takes its decision,
    /// its renewals and its closure with it, and a new id starts counting from zero.
    ///
    /// ## What to do
    ///
    /// Restore the file. An exception that is over is closed: `status: closed` with a `closure`. Moving the file to
    /// another folder is not a change, because its name is the id. If an id was used twice, one of two files with the same
    /// content may be removed, and another exception of that id may be renamed.
    id: "record-removed",
    family: Change,
    level: Error,
    since: "0.1.0",
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let removed: Vec<&Change<'_>> = changes.list.iter().filter(|change| change.head.is_none()).collect();
    if removed.is_empty() {
        return;
    }
    let heirs = Heirs::new(changes, cx);
    for change in removed {
        let Some(base) = &change.base else { continue };
        if heirs.hold_the_copy(change.id, base) || has_twin(change.id, base, changes, cx) {
            continue;
        }
        let id = shown(change.id);
        let Some(heir) = base.exception.and_then(|exception| heirs.find(exception)) else {
            let message = format!("the record `{id}` is gone from the register");
            cx.report_in(base.file, Spot::file(), message).help(if_over(base.exception));
            continue;
        };
        let new = shown(heir.id);
        let message = format!("the record `{id}` is gone, and `{new}` repeats it under another id");
        let place = heir.title.as_ref().or(heir.reason.as_ref()).map(|text| text.span()).unwrap_or_default();
        cx.report_in(base.file, Spot::file(), message)
            .label_in(heir.file, place, "refiled here")
            .help(format!("rename it back to `{id}`: a record keeps its id, whatever its folder"));
    }
}

fn if_over(exception: Option<&Exception<'_>>) -> &'static str {
    match exception {
        Some(exception) if exception.is_judged_as_live() => {
            "put the file back; once the removal is done, close it: `status: closed` and a `closure`"
        }
        _ => "put the file back: ended exceptions stay in the register as its history",
    }
}

/// Returns whether the base had the same record in a second file of the same id, and that one stays. What the change
/// makes of it is judged as an edit.
fn has_twin(id: &str, removed: &Side<'_>, changes: &Changes<'_>, cx: &Context<'_>) -> bool {
    let Some(removed) = &removed.tree else { return false };
    let id = id.to_lowercase();
    cx.register.files.iter().filter(|file| !changes.adds(file.id) && file.stem().to_lowercase() == id).any(|file| {
        match changes.edit_of(file.id) {
            Some(edit) => removed.same_value(edit.base_tree),
            None => yaml::parse(cx.source(file.id).text()).is_ok_and(|tree| removed.same_value(&tree)),
        }
    })
}

/// The exceptions of the head that may continue a removed one.
struct Heirs<'c, 'a> {
    added: Vec<&'c Side<'a>>,
    by_text: HashMap<(&'static str, Cow<'a, str>), &'a Exception<'a>>,
    /// The ids that were there before and still are, in lower case.
    kept: HashSet<String>,
}

impl<'c, 'a> Heirs<'c, 'a> {
    fn new(changes: &'c Changes<'a>, cx: &Context<'_>) -> Self {
        let added: Vec<_> = changes
            .list
            .iter()
            .filter(|change| change.base.is_none())
            .filter_map(|change| change.head.as_ref())
            .collect();
        let new: HashSet<_> = added.iter().map(|side| side.file).collect();
        let kept = cx.register.files.iter().filter(|file| !new.contains(&file.id));
        let mut by_text = HashMap::new();
        for exception in added.iter().filter_map(|side| side.exception) {
            for (key, text) in texts(exception) {
                by_text.entry((key, fold(text.as_str()))).or_insert(exception);
            }
        }
        Self { kept: kept.map(|file| file.stem().to_lowercase()).collect(), added, by_text }
    }

    fn find(&self, removed: &Exception<'_>) -> Option<&'a Exception<'a>> {
        texts(removed).find_map(|(key, text)| self.by_text.get(&(key, fold(text.as_str()))).copied())
    }

    /// Returns whether the base had the id twice, one of them stays, and the value of the other is still there under
    /// another name: the only way to fix `duplicate-id`.
    fn hold_the_copy(&self, id: &str, removed: &Side<'_>) -> bool {
        let same = |tree: &Node<'_>| removed.tree.as_ref().is_some_and(|removed| removed.same_value(tree));
        self.kept.contains(&id.to_lowercase()) && self.added.iter().filter_map(|side| side.tree.as_ref()).any(same)
    }
}

fn texts<'e, 'a>(exception: &'e Exception<'a>) -> impl Iterator<Item = (&'static str, &'e Text<'a>)> {
    [("reason", &exception.reason), ("title", &exception.title)]
        .into_iter()
        .filter_map(|(key, text)| Some((key, text.as_ref()?)))
}
