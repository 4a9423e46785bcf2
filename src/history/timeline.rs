//! What became of one exception: its own steps, and all other edits.
//!
//! Two versions are compared as values, so comments, quoting and the order of keys are not events.

use std::collections::BTreeSet;

use chrono::DateTime;

use crate::files::ReadFile;
use crate::git::{Commit, CommitInfo};
use crate::history::Change;
use crate::history::trail::{Trail, Version};
use crate::register::{self, Exception, Files, Lists, Status, Text, differences};
use crate::source::FileId;
use crate::text::shown;
use crate::time::Day;
use crate::yaml::{self, Kind, Node};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The file was added to the register.
    Added,
    /// The file was there where the history of a shallow clone begins.
    Present,
    /// The file was moved to another folder.
    Moved,
    /// A renewal.
    Renewed,
    /// A review.
    Reviewed,
    /// A correction that is recorded as such.
    Amended,
    /// The status was set to expired.
    Expired,
    /// A closure.
    Closed,
    /// Another edit.
    Edited,
    /// The file was removed.
    Removed,
    /// The file was not readable YAML.
    Broken,
}

impl What {
    /// Returns the word for people and scripts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Present => "present",
            Self::Moved => "moved",
            Self::Renewed => "renewed",
            Self::Reviewed => "reviewed",
            Self::Amended => "amended",
            Self::Expired => "expired",
            Self::Closed => "closed",
            Self::Edited => "edited",
            Self::Removed => "removed",
            Self::Broken => "broken",
        }
    }
}

/// One thing that happened, without when and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// What.
    pub what: What,
    /// More, in a few words; may be empty.
    pub details: String,
    /// The edited or amended fields, with dots.
    pub fields: Vec<String>,
}

impl Deed {
    fn new(what: What, details: impl Into<String>) -> Self {
        Self { what, details: details.into(), fields: Vec::new() }
    }

    fn on(what: What, fields: Vec<String>) -> Self {
        Self { what, details: String::new(), fields }
    }
}

/// One line of a timeline.
#[derive(Clone, Debug)]
pub struct Event {
    /// What.
    pub deed: Deed,
    /// The day; `None` for what is not committed yet.
    pub day: Option<Day>,
    /// The commit; `None` for what is not committed yet or known from the record alone.
    pub commit: Option<(Commit, CommitInfo)>,
    /// Whom the record names for it; only without a commit.
    pub by: Option<String>,
}

/// Lists what happened to an exception in its versions, and since then to the file as it is now, if it is there.
#[must_use]
pub fn of_trail(trail: &Trail, current: Option<&ReadFile>) -> Vec<Event> {
    let mut events = Vec::new();
    let mut history = Steps::default();
    for (at, Version { commit, info, file, zone, .. }) in trail.versions.iter().enumerate() {
        let day = DateTime::from_timestamp_secs(info.committed).map(|instant| zone.day_of(instant));
        for mut deed in history.go_on(file.as_ref()) {
            if deed.what == What::Added && at == 0 && trail.begins_cut_off {
                deed = Deed::new(What::Present, "the history of this shallow clone does not go back further");
            }
            events.push(Event { deed, day, commit: Some((commit.clone(), info.clone())), by: None });
        }
    }
    if let Some(now) = current {
        let deeds = history.go_on(Some(now)).into_iter();
        events.extend(deeds.map(|deed| Event { deed, day: None, commit: None, by: None }));
    }
    events
}

/// The version before, if there was one that could be read.
#[derive(Default)]
struct Steps<'v> {
    path: Option<&'v str>,
    readable: Option<&'v ReadFile>,
    broken: bool,
}

impl<'v> Steps<'v> {
    fn go_on(&mut self, file: Option<&'v ReadFile>) -> Vec<Deed> {
        let Some(file) = file else {
            self.broken = false;
            return self
                .path
                .take()
                .map(|path| Deed::new(What::Removed, format!("`{}`", shown(path))))
                .into_iter()
                .collect();
        };
        let mut deeds = Vec::new();
        let path = file.source.path();
        let tree = if file.fault.is_none() { yaml::parse(file.source.text()).ok() } else { None };
        let tree = tree.filter(|tree| tree.as_map().is_some());
        match self.path {
            None => deeds.push(Deed::new(What::Added, first_status(tree.as_ref()))),
            Some(before) if before != path => {
                deeds.push(Deed::new(What::Moved, format!("from `{}` to `{}`", shown(before), shown(path))));
            }
            Some(_) => {}
        }
        let readable = tree.is_some();
        if let Some(tree) = &tree
            && let Some(before) = self.readable
            && let Ok(before) = yaml::parse(before.source.text())
        {
            deeds.extend(compare(&before, tree));
        }
        if !readable && !self.broken {
            deeds.push(Deed::new(What::Broken, "the file is not readable as YAML"));
        }
        drop(tree);
        self.path = Some(path);
        self.broken = !readable;
        if readable {
            self.readable = Some(file);
        }
        deeds
    }
}

/// Lists what a change did to one exception; `is_back` says that the base does not have it, and that it is compared with
/// what it was before it was removed.
#[must_use]
pub fn deeds(change: &Change<'_>, is_back: bool, files: &Files) -> Vec<Deed> {
    let head = change.head.as_ref().and_then(|side| side.tree.as_ref()).filter(|_| is_back || change.arrives);
    let from = change.base.as_ref().filter(|_| change.arrives);
    let from = from.map(|base| format!("from `{}`", shown(files.source(base.file).path()))).unwrap_or_default();
    let added = head.map(|head| Deed::new(What::Added, joined(&first_status(Some(head)), &from)));
    added.into_iter().chain(compared(change)).collect()
}

/// Lists what a commit did that puts back a record as it was.
#[must_use]
pub fn deeds_of_return(text: &str) -> Vec<Deed> {
    vec![Deed::new(What::Added, first_status(yaml::parse(text).ok().as_ref()))]
}

fn compared(change: &Change<'_>) -> Vec<Deed> {
    let head = change.head.as_ref().map(|side| side.tree.as_ref());
    match (change.base.as_ref().map(|side| side.tree.as_ref()), head) {
        (_, None) => vec![Deed::new(What::Removed, "")],
        (None, Some(Some(head))) => {
            let mut deeds = vec![Deed::new(What::Added, first_status(Some(head)))];
            deeds.extend(brought(head));
            deeds
        }
        (Some(Some(base)), Some(Some(head))) => compare(base, head),
        (None | Some(None), Some(None)) => vec![Deed::new(What::Broken, "the file is not readable as YAML")],
        (Some(Some(_)), Some(None)) => vec![Deed::new(What::Broken, "the file is no longer readable as YAML")],
        (Some(None), Some(Some(_))) => vec![Deed::new(What::Edited, "the file is readable as YAML again")],
    }
}

/// Returns what a record that is new has behind it already.
fn brought(head: &Node<'_>) -> Vec<Deed> {
    let bare = Node { kind: Kind::Map(Vec::new()), ..head.clone() };
    let mut deeds = compare(&bare, head);
    deeds.retain(|deed| !matches!(deed.what, What::Edited | What::Expired));
    deeds
}

/// Returns what an exception was when it was added, unless it was as usual.
fn first_status(tree: Option<&Node<'_>>) -> String {
    let status = tree.and_then(|tree| tree.get("status")).and_then(Node::as_text).and_then(Status::parse);
    status
        .filter(|status| *status != Status::Active)
        .map(|status| format!("as `{}`", status.name()))
        .unwrap_or_default()
}

/// Returns what happened between two versions.
fn compare(base: &Node<'_>, head: &Node<'_>) -> Vec<Deed> {
    let (old, new) =
        (Exception::from_node(FileId(0), "", base.clone()), Exception::from_node(FileId(0), "", head.clone()));
    let found = differences(Some(base), Some(head), "", Lists::Whole);
    let mut edited: BTreeSet<String> = found.iter().map(|pointer| dotted(pointer)).collect();
    let mut deeds = Vec::new();
    if grown(base, head, "amendments", &mut edited) {
        for amendment in new.amendments.iter().skip(old.amendments.len()) {
            let fields: Vec<String> = amendment.fields.iter().map(|field| shown(field.as_str()).into_owned()).collect();
            edited.retain(|name| !fields.iter().any(|field| holds(field, name)));
            deeds.push(Deed { details: by("approved by", &amendment.approver), ..Deed::on(What::Amended, fields) });
        }
    }
    if grown(base, head, "renewals", &mut edited) {
        for renewal in new.renewals.iter().skip(old.renewals.len()) {
            let until = renewal.expires.as_ref().map(|expires| format!("until {}", expires.value)).unwrap_or_default();
            deeds.push(Deed::new(What::Renewed, joined(&until, &by("approved by", &renewal.approver))));
        }
        if old.is(&[Status::Expired]) && new.is(&[Status::Active]) {
            edited.remove("status");
        }
    }
    if grown(base, head, "reviews", &mut edited) {
        for review in new.reviews.iter().skip(old.reviews.len()) {
            deeds.push(Deed::new(What::Reviewed, by("by", &review.by)));
        }
    }
    if old.is(&[Status::Active]) && new.is(&[Status::Expired]) {
        edited.remove("status");
        deeds.push(Deed::new(What::Expired, ""));
    }
    if old.closure.is_none()
        && let Some(closure) = &new.closure
    {
        edited.remove("closure");
        if old.is_judged_as_live() && new.is(&[Status::Closed]) {
            edited.remove("status");
        }
        let verified = by("verified by", &closure.verified_by);
        deeds.push(Deed::new(What::Closed, joined(&by("by", &closure.by), &verified)));
    }
    if !edited.is_empty() {
        deeds.push(Deed::on(What::Edited, edited.into_iter().collect()));
    }
    deeds
}

/// Returns whether a list only grew at its end; if so, removes it from the edited fields.
fn grown(base: &Node<'_>, head: &Node<'_>, key: &str, edited: &mut BTreeSet<String>) -> bool {
    let items = |tree| Node::get(tree, key).and_then(Node::as_seq).unwrap_or_default();
    let (old, new) = (items(base), items(head));
    let only = old.len() < new.len() && old.iter().zip(new).all(|(old, new)| old.same_value(new));
    if only {
        edited.remove(key);
    }
    only
}

/// Writes a place in a file as people write it.
fn dotted(pointer: &str) -> String {
    let keys: Vec<String> = pointer.split('/').skip(1).map(|key| shown(&yaml::unescaped(key)).into_owned()).collect();
    keys.join(".")
}

/// Returns whether a field is another or contains it.
fn holds(field: &str, name: &str) -> bool {
    let field = field.trim_start_matches('/').replace('/', ".");
    name.strip_prefix(field.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn by(word: &str, who: &Option<Text<'_>>) -> String {
    who.as_ref().map(|who| format!("{word} `{}`", shown(who.as_str()))).unwrap_or_default()
}

fn joined(a: &str, b: &str) -> String {
    let parts: Vec<&str> = [a, b].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// Lists what the record itself says, for a register outside git.
#[must_use]
pub fn of_record(exception: &Exception<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    let mut add = |day: Option<Day>, deed: Deed, by: &Option<Text<'_>>| {
        let by = by.as_ref().map(|by| by.as_str().to_owned());
        events.extend(day.map(|day| Event { deed, day: Some(day), commit: None, by }));
    };
    let decided = if exception.is(&[Status::Rejected]) { "as `rejected`" } else { "" };
    let day = |day: &Option<register::Spanned<Day>>| day.as_ref().map(|day| day.value);
    add(day(&exception.decided), Deed::new(What::Added, decided), &exception.approver);
    for amendment in &exception.amendments {
        let fields = amendment.fields.iter().map(|field| shown(field.as_str()).into_owned()).collect();
        add(day(&amendment.date), Deed::on(What::Amended, fields), &amendment.by);
    }
    for renewal in &exception.renewals {
        let until = renewal.expires.as_ref().map(|expires| format!("until {}", expires.value)).unwrap_or_default();
        add(day(&renewal.decided), Deed::new(What::Renewed, until), &renewal.approver);
    }
    for review in &exception.reviews {
        add(day(&review.date), Deed::new(What::Reviewed, ""), &review.by);
    }
    if let Some(closure) = &exception.closure {
        add(day(&closure.date), Deed::new(What::Closed, by("verified by", &closure.verified_by)), &closure.by);
    }
    events.sort_by_key(|event| event.day);
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(base: &str, head: &str) -> Vec<String> {
        let deeds = compare(&yaml::parse(base).unwrap(), &yaml::parse(head).unwrap());
        deeds
            .iter()
            .map(|it| format!("{} {}{}", it.what.name(), it.details, it.fields.join(" ")).trim().to_owned())
            .collect()
    }

    #[test]
    fn steps_are_distinguished_from_edits() {
        let base = "status: active\nreason: a\nscope: {system: s}\n";
        assert_eq!(told(base, "# new\nscope: {system: 's'}\nreason: a\nstatus: active\n"), [""; 0]);
        assert_eq!(told(&format!("{base}covers: []\nnotes:\n"), base), [""; 0]);
        assert_eq!(
            told(base, "status: active\nreason: b\nscope: {system: t, team: x}\n"),
            ["edited reason scope.system scope.team"]
        );
        assert_eq!(told(base, &format!("{base}reviews: [{{date: 2026-01-01, by: '@a'}}]\n")), ["reviewed by `@a`"]);
        let amended =
            "status: active\nreason: b\nscope: {system: t}\namendments: [{fields: [scope], approver: '@o'}]\n";
        assert_eq!(told(base, amended), ["amended approved by `@o`scope", "edited reason"]);
        let closed = "status: closed\nreason: a\nscope: {system: s}\nclosure: {by: '@i', verified_by: '@d'}\n";
        assert_eq!(told(base, closed), ["closed by `@i`, verified by `@d`"]);
        assert_eq!(told(closed, base), ["edited closure status"]);
        let expired = base.replace("active", "expired");
        assert_eq!(told(base, &expired), ["expired"]);
        let renewed = format!("{base}renewals: [{{expires: 2026-12-01, approver: '@p'}}]\n");
        assert_eq!(told(&expired, &renewed), ["renewed until 2026-12-01, approved by `@p`"]);
        assert_eq!(told(&renewed, &renewed.replace("2026-12-01", "2027-12-01")), ["edited renewals"]);
        assert_eq!(told(&renewed, base), ["edited renewals"]);
    }

    #[test]
    fn a_list_that_was_rewritten_is_edited_and_a_status_needs_its_step() {
        for key in ["amendments", "renewals", "reviews"] {
            let list = |items: &str| format!("{key}: [{items}]\n");
            let rewritten = told(&list("{note: a}"), &list("{note: b}, {note: c}"));
            assert_eq!(rewritten, [format!("edited {key}")]);
            assert_eq!(told(&list("{note: a}"), &list("{note: a}")), [""; 0]);
        }
        assert_eq!(told("status: expired\n", "status: active\n"), ["edited status"]);
        let renewed = "renewals: [{expires: 2026-12-01}]\n";
        assert_eq!(
            told("status: rejected\n", &format!("status: active\n{renewed}")),
            ["renewed until 2026-12-01", "edited status"]
        );
        assert_eq!(
            told("status: expired\n", &format!("status: closed\n{renewed}")),
            ["renewed until 2026-12-01", "edited status"]
        );
    }

    #[test]
    fn a_closure_explains_the_status_only_of_what_was_open() {
        let closed = "status: closed\nclosure: {by: '@i'}\n";
        assert_eq!(told("status: rejected\n", closed), ["closed by `@i`", "edited status"]);
        assert_eq!(told("status: expired\n", closed), ["closed by `@i`"]);
        let rejected = "status: rejected\nclosure: {by: '@i'}\n";
        assert_eq!(told("status: active\n", rejected), ["closed by `@i`", "edited status"]);
    }

    const WHOLE: &str = "\
status: closed
decided: 2026-01-02
approver: '@mei'
closure: {date: 2026-03-04, by: '@luis', verified_by: '@mei'}
reviews: [{date: 2026-01-10, by: '@luis'}]
renewals: [{decided: 2026-01-31, approver: '@olek', expires: 2026-03-01}, {approver: '@olek'}]
amendments: [{date: 2026-01-05, by: '@luis', fields: [reason, scope.system]}]
";

    #[test]
    fn what_a_new_record_has_behind_it_is_told_but_not_as_edits() {
        let told: Vec<String> = brought(&yaml::parse(WHOLE).unwrap())
            .iter()
            .map(|it| format!("{} {}{}", it.what.name(), it.details, it.fields.join(" ")).trim().to_owned())
            .collect();
        assert_eq!(
            told,
            [
                "amended reason scope.system",
                "renewed until 2026-03-01, approved by `@olek`",
                "renewed approved by `@olek`",
                "reviewed by `@luis`",
                "closed by `@luis`, verified by `@mei`",
            ]
        );
        assert_eq!(brought(&yaml::parse("status: expired\nreason: a\n").unwrap()), []);
    }

    #[test]
    fn a_record_outside_git_tells_what_has_a_day_in_the_order_of_days() {
        let record = |text: &str| {
            let it = Exception::from_node(FileId(0), "", yaml::parse(text).unwrap());
            let line = |event: Event| {
                assert!(event.commit.is_none());
                let words = [event.deed.details, event.deed.fields.join(" "), event.by.unwrap_or_default()];
                let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
                format!("{} {} {}", event.day.unwrap(), event.deed.what.name(), words.join(", ")).trim().to_owned()
            };
            of_record(&it).into_iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(
            record(WHOLE),
            [
                "2026-01-02 added @mei",
                "2026-01-05 amended reason scope.system, @luis",
                "2026-01-10 reviewed @luis",
                "2026-01-31 renewed until 2026-03-01, @olek",
                "2026-03-04 closed verified by `@mei`, @luis",
            ]
        );
        assert_eq!(record("status: rejected\ndecided: 2026-01-02\n"), ["2026-01-02 added as `rejected`"]);
        assert_eq!(record("status: active\n"), [""; 0]);
    }
}
