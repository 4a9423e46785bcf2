//! What an approval is still worth after the text that was approved has been edited.
//!
//! An approver has agreed to everything in the text. So an approval remains valid for what only narrows it: the day of
//! the decision becomes that of the approving review, the start moves later, an end moves earlier, a review is noted.
//! Each other difference, however small, is one that nobody has agreed to. What was decided before the change is not
//! open to any of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::decisions::{Decided, Decision};
use crate::people::People;
use crate::register::{Lists, differences};
use crate::source::FileId;
use crate::time::{Day, Moment, Zone};
use crate::yaml::{self, Node};

/// The decisions of a change that are still open, and the days on which their approvers approved it.
#[derive(Clone, Debug)]
pub struct Pending {
    files: BTreeMap<FileId, BTreeMap<Decided, Vec<Day>>>,
    zone: Zone,
}

impl Pending {
    /// Takes the decisions of a change, and the approvals of it that stand: each account with the day of its review.
    #[must_use]
    pub fn new(decisions: &[Decision<'_>], approvals: &[(&str, Day)], people: &People, zone: Zone) -> Self {
        let mut files: BTreeMap<FileId, BTreeMap<Decided, Vec<Day>>> = BTreeMap::new();
        for decision in decisions {
            let account = people.account(decision.approver.as_str());
            let own = approvals.iter().filter(|(login, _)| account.is_some_and(|own| own.eq_ignore_ascii_case(login)));
            files.entry(decision.file).or_default().insert(decision.on, own.map(|(_, day)| *day).collect());
        }
        Self { files, zone }
    }

    /// Returns the first place, as a JSON Pointer, where a file says something else than what was approved and does not
    /// only narrow it; `None` if the approval is good for the file as it is.
    #[must_use]
    pub fn beyond(&self, file: FileId, approved: &str, now: &str) -> Option<String> {
        match (yaml::parse(approved), yaml::parse(now)) {
            (Ok(approved), Ok(now)) => self.of(file).beyond(&approved, &now),
            _ => Some(String::new()),
        }
    }

    fn of(&self, file: FileId) -> Open<'_> {
        Open { decisions: self.files.get(&file), zone: self.zone }
    }
}

/// What is open in one file.
struct Open<'p> {
    decisions: Option<&'p BTreeMap<Decided, Vec<Day>>>,
    zone: Zone,
}

impl Open<'_> {
    fn beyond(&self, approved: &Node<'_>, now: &Node<'_>) -> Option<String> {
        edits("", approved, now).into_iter().find_map(|edit| {
            let Edit { pointer, key, before, after } = &edit;
            let narrower = match (key.as_str(), *before, *after) {
                ("decided", _, Some(after)) => self.is_day_of(Decided::Entry, after),
                ("starts", Some(before), Some(after)) => {
                    self.is_open(Decided::Entry) && self.starts_later(before, after)
                }
                ("expires", Some(before), Some(after)) => {
                    self.is_open(Decided::Entry) && self.ends_earlier(before, after)
                }
                ("reviews", before, Some(after)) => is_longer(before, after),
                ("renewals", Some(before), Some(after)) => {
                    return self.beyond_items(pointer, before, after, Decided::Renewal);
                }
                ("amendments", Some(before), Some(after)) => {
                    return self.beyond_items(pointer, before, after, Decided::Amendment);
                }
                _ => false,
            };
            (!narrower).then(|| edit.innermost())
        })
    }

    /// Compares the items of a list of decisions, each with its own at the same place.
    fn beyond_items(
        &self,
        list: &str,
        before: &Node<'_>,
        after: &Node<'_>,
        of: fn(usize) -> Decided,
    ) -> Option<String> {
        let (before, after) = (before.as_seq().unwrap_or_default(), after.as_seq().unwrap_or_default());
        if before.len() != after.len() || before.is_empty() {
            return Some(list.to_owned());
        }
        before.iter().zip(after).enumerate().find_map(|(index, (before, after))| {
            let of = of(index);
            edits(&format!("{list}/{index}"), before, after).into_iter().find_map(|edit| {
                let narrower = match (edit.key.as_str(), of, edit.before, edit.after) {
                    ("decided", Decided::Renewal(_), _, Some(after)) => self.is_day_of(of, after),
                    ("date", Decided::Amendment(_), _, Some(after)) => self.is_day_of(of, after),
                    ("expires", Decided::Renewal(_), Some(before), Some(after)) => {
                        self.is_open(of) && self.ends_earlier(before, after)
                    }
                    _ => false,
                };
                (!narrower).then(|| edit.innermost())
            })
        })
    }

    fn is_open(&self, of: Decided) -> bool {
        self.decisions.is_some_and(|decisions| decisions.contains_key(&of))
    }

    /// Tells whether a date is a day on which the approver of a decision that is open approved it.
    fn is_day_of(&self, of: Decided, date: &Node<'_>) -> bool {
        let day = date.as_text().and_then(|text| Day::parse(text).ok());
        let days = self.decisions.and_then(|decisions| decisions.get(&of));
        day.zip(days).is_some_and(|(day, days)| days.contains(&day))
    }

    fn starts_later(&self, before: &Node<'_>, after: &Node<'_>) -> bool {
        moments(before, after).is_some_and(|(before, after)| self.zone.starts_at(before) <= self.zone.starts_at(after))
    }

    fn ends_earlier(&self, before: &Node<'_>, after: &Node<'_>) -> bool {
        moments(before, after).is_some_and(|(before, after)| self.zone.ends_at(before) >= self.zone.ends_at(after))
    }
}

/// A key whose value differs; `None` stands for one that is missing or empty.
struct Edit<'n, 'a> {
    pointer: String,
    key: String,
    before: Option<&'n Node<'a>>,
    after: Option<&'n Node<'a>>,
}

impl Edit<'_, '_> {
    /// Returns the innermost place that differs.
    fn innermost(&self) -> String {
        let places = differences(self.before, self.after, &self.pointer, Lists::Items);
        places.into_iter().next().unwrap_or_else(|| self.pointer.clone())
    }
}

/// Lists the keys of two mappings whose values differ; anything but mappings differs as a whole.
fn edits<'n, 'a>(above: &str, before: &'n Node<'a>, after: &'n Node<'a>) -> Vec<Edit<'n, 'a>> {
    let (Some(old), Some(new)) = (before.as_map(), after.as_map()) else {
        let whole = || Edit { pointer: above.to_owned(), key: String::new(), before: Some(before), after: Some(after) };
        return (!before.same_value(after)).then(whole).into_iter().collect();
    };
    let keys: BTreeSet<&str> = old.iter().chain(new).map(|entry| &*entry.key).collect();
    let edit = |key: &str| {
        let (before, after) = (before.get(key), after.get(key));
        let same = match (before, after) {
            (Some(before), Some(after)) => before.same_value(after),
            (before, after) => before.is_none() && after.is_none(),
        };
        let pointer = format!("{above}/{}", yaml::escaped(key));
        (!same).then(|| Edit { pointer, key: key.to_owned(), before, after })
    };
    keys.into_iter().filter_map(edit).collect()
}

/// Returns whether a list begins with all that it held before.
fn is_longer(before: Option<&Node<'_>>, after: &Node<'_>) -> bool {
    let Some(after) = after.as_seq() else { return false };
    let before = match before {
        None => &[][..],
        Some(before) => match before.as_seq() {
            Some(before) => before,
            None => return false,
        },
    };
    before.len() <= after.len() && before.iter().zip(after).all(|(before, after)| before.same_value(after))
}

fn moments(before: &Node<'_>, after: &Node<'_>) -> Option<(Moment, Moment)> {
    let moment = |node: &Node<'_>| Moment::parse(node.as_text()?).ok();
    moment(before).zip(moment(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRIDAY: &str = "\
title: Label printer keeps its certificate
reason: The maker comes on Thursday.
approver: '@mei'
decided: 2026-11-20
starts: 2026-11-20
expires: 2026-11-30
covers:
  - {tool: trivy, id: CVE-2026-1}
  - {tool: trivy, id: CVE-2026-2}
reviews:
  - {date: 2026-11-20, by: '@luis', note: Seen.}
renewals:
  - {requested: 2026-11-20, approver: '@mei', decided: 2026-11-20, expires: 2026-12-10}
amendments:
  - {date: 2026-11-20, by: '@luis', approver: '@olek', fields: [title], note: A slip.}
";

    /// Returns what goes beyond the approvals of `@mei` on Monday and `@olek` on Tuesday of everything.
    fn beyond(edits: &[(&str, &str)]) -> Option<String> {
        beyond_of(&[Decided::Entry, Decided::Renewal(0), Decided::Amendment(0)], edits)
    }

    fn beyond_of(open: &[Decided], edits: &[(&str, &str)]) -> Option<String> {
        let day = |text| Day::parse(text).unwrap();
        let days =
            |of: &Decided| vec![day(if matches!(of, Decided::Amendment(_)) { "2026-11-24" } else { "2026-11-23" })];
        let open = open.iter().map(|of| (*of, days(of))).collect();
        let pending = Pending { files: BTreeMap::from([(FileId(0), open)]), zone: Zone::UTC };
        let now = edits.iter().fold(FRIDAY.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        pending.beyond(FileId(0), FRIDAY, &now)
    }

    #[test]
    fn what_narrows_is_still_approved() {
        for edits in [
            &[][..],
            &[("decided: 2026-11-20", "decided: 2026-11-23")],
            &[
                ("\ndecided: 2026-11-20\n", "\ndecided: '2026-11-23' # Monday\n"),
                ("starts: 2026-11-20", "starts: 2026-11-23"),
            ],
            &[("starts: 2026-11-20", "starts: 2026-11-20T09:00")],
            &[("starts: 2026-11-20", "starts: 2026-11-20T00:00Z")],
            &[("expires: 2026-11-30", "expires: 2026-11-30T18:00")],
            &[("expires: 2026-11-30", "expires: 2026-11-25")],
            // The same moment, written otherwise.
            &[("expires: 2026-11-30", "expires: 2026-12-01T00:00")],
            &[("note: Seen.}", "note: Seen.}\n  - {date: 2026-11-23, by: '@mei', note: Agreed.}")],
            &[(", decided: 2026-11-20, expires: 2026-12-10", ", decided: 2026-11-23, expires: 2026-12-05")],
            &[("{date: 2026-11-20, by: '@luis', approver", "{date: 2026-11-24, by: '@luis', approver")],
        ] {
            assert_eq!(beyond(edits), None, "{edits:?}");
        }
    }

    #[test]
    fn what_widens_or_says_something_else_is_named() {
        for (from, to, place) in [
            ("\ndecided: 2026-11-20", "\ndecided: 2026-11-24", "/decided"),
            ("\ndecided: 2026-11-20", "\ndecided: 2026-11-21", "/decided"),
            ("\ndecided: 2026-11-20", "\ndecided:", "/decided"),
            ("starts: 2026-11-20", "starts: 2026-11-19", "/starts"),
            ("starts: 2026-11-20", "starts: 2026-11-20T00:00+01:00", "/starts"),
            ("starts: 2026-11-20", "starts: monday", "/starts"),
            ("starts: 2026-11-20\n", "", "/starts"),
            ("expires: 2026-11-30", "expires: 2026-12-01", "/expires"),
            ("expires: 2026-11-30", "expires: 2026-12-01T00:01", "/expires"),
            ("expires: 2026-11-30\n", "", "/expires"),
            ("expires: 2026-11-30", "expires: [2026-11-25]", "/expires"),
            ("  - {tool: trivy, id: CVE-2026-2}\n", "", "/covers"),
            ("on Thursday", "on Friday", "/reason"),
            ("approver: '@mei'\n", "approver: '@olek'\n", "/approver"),
            ("title:", "x-note: more\ntitle:", "/x-note"),
            ("title:", "requested: 2026-11-20\ntitle:", "/requested"),
            ("note: Seen.", "note: Agreed.", "/reviews/0/note"),
            (
                "  - {date: 2026-11-20, by: '@luis', note: Seen.}\n",
                "  - {date: 2026-11-23, by: '@mei', note: Agreed.}\n  - {date: 2026-11-20, by: '@luis', note: Seen.}\n",
                "/reviews",
            ),
            ("reviews:\n  - {date: 2026-11-20, by: '@luis', note: Seen.}\n", "", "/reviews"),
            ("expires: 2026-12-10", "expires: 2026-12-11", "/renewals/0/expires"),
            (", decided: 2026-11-20, expires", ", decided: 2026-11-24, expires", "/renewals/0/decided"),
            ("{requested: 2026-11-20", "{requested: 2026-11-21", "/renewals/0/requested"),
            ("{requested: 2026-11-20, ap", "{requested: 2026-11-20, x-a: 1, ap", "/renewals/0/x-a"),
            ("renewals:\n", "renewals:\n  - {approver: '@mei'}\n", "/renewals"),
            ("amendments:\n", "amendments:\n  - {approver: '@mei'}\n", "/amendments"),
            (
                "{date: 2026-11-20, by: '@luis', approver",
                "{date: 2026-11-23, by: '@luis', approver",
                "/amendments/0/date",
            ),
            ("fields: [title]", "fields: [title, scope]", "/amendments/0/fields"),
            ("title: Label", "title: Label\ntitle: Other", ""),
        ] {
            assert_eq!(beyond(&[(from, to)]).as_deref(), Some(place), "{from} -> {to}");
            // Beside an honest edit it is found all the same.
            let honest = ("note: Seen.}", "note: Seen.}\n  - {date: 2026-11-23, by: '@mei', note: Agreed.}");
            if !place.starts_with("/reviews") {
                assert_eq!(beyond(&[(from, to), honest]).as_deref(), Some(place), "{from} -> {to}");
            }
        }
    }

    #[test]
    fn what_is_no_mapping_is_compared_as_a_whole() {
        let pending = Pending { files: BTreeMap::new(), zone: Zone::UTC };
        for (approved, now, place) in [
            ("text", "'text'", None),
            ("text", "other", Some("")),
            ("[a]", "[a]", None),
            ("[a]", "a: b", Some("")),
            ("renewals: [x]", "renewals: [x] # same", None),
            ("renewals: [x]", "renewals: [y]", Some("/renewals/0")),
        ] {
            assert_eq!(pending.beyond(FileId(0), approved, now).as_deref(), place, "{approved} -> {now}");
        }
    }

    #[test]
    fn what_was_decided_before_is_not_open() {
        let edits = [("\ndecided: 2026-11-20", "\ndecided: 2026-11-23"), ("starts: 2026-11-20", "starts: 2026-11-23")];
        for edit in edits {
            assert!(beyond_of(&[Decided::Renewal(0), Decided::Amendment(0)], &[edit]).is_some(), "{edit:?}");
        }
        let renewed = (", decided: 2026-11-20, expires", ", decided: 2026-11-23, expires");
        assert!(beyond_of(&[Decided::Entry, Decided::Renewal(1)], &[renewed]).is_some());
        assert_eq!(beyond_of(&[], &[]), None);
    }
}
