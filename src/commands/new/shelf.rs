//! Where a new file of the register goes: its folder, its id, and the line for the editor.

use std::collections::BTreeMap;

use crate::register::{self, FileRef, Register};
use crate::text::shown;
use crate::text::slug::{slug, untaken};
use crate::time::Day;

/// The register's ids and folders.
#[derive(Debug)]
pub(super) struct Shelf {
    /// The register's folder, relative to the root.
    pub(super) register: String,
    /// The folder for a new file, relative to the root.
    pub(super) folder: String,
    /// Paths of the files, by their id in lower case.
    ids: BTreeMap<String, String>,
}

impl Shelf {
    /// Reads where the files are. A new one goes in the folder for today's year, quarter or month if the most recently
    /// decided one is in such a folder, otherwise in the register's own.
    pub(super) fn of(register: &Register<'_>, folder: &str, today: Day) -> Self {
        let decided = |file: &FileRef<'_>| {
            let day = register.exception(file.id).and_then(|it| it.decided.as_ref()).map(|decided| decided.value);
            (day, file.path.to_owned())
        };
        let newest = register.files.iter().map(decided).max().map(|(_, path)| path).unwrap_or_default();
        let below = newest.strip_prefix(folder).and_then(|rest| rest.trim_start_matches('/').rsplit_once('/'));
        let period = below.and_then(|(below, _)| same_style(below, today));
        let ids = register.files.iter().map(|file| (file.stem().to_lowercase(), file.path.to_owned())).collect();
        Self {
            register: folder.to_owned(),
            folder: period.map_or_else(|| folder.to_owned(), |period| format!("{folder}/{period}")),
            ids,
        }
    }

    /// Proposes an id for a title.
    pub(super) fn propose(&self, title: &str) -> String {
        let name = slug(title);
        let name = if name.is_empty() { "exception" } else { &name };
        untaken(name, |id| self.ids.contains_key(id) || register::is_device(id))
    }

    /// Returns why an id cannot be used for the new exception.
    pub(super) fn id_problem(&self, id: &str) -> Option<String> {
        if register::id_problem(id).is_some() {
            let allowed = "letters, digits, `.`, `_` and `-`, a letter or digit first, at most 100 in all";
            return Some(format!("`{}` is not an id: {allowed}", shown(id)));
        }
        if register::is_device(id) {
            return Some(format!(
                "`{}` is a device name on Windows, where the file could not be checked out",
                shown(id)
            ));
        }
        let path = self.ids.get(&id.to_lowercase())?;
        Some(format!("the id `{}` is taken by `{}`: an id is never used again", shown(id), shown(path)))
    }

    /// Returns the path of an id's file, relative to the root.
    pub(super) fn path(&self, id: &str) -> String {
        format!("{}/{id}.yaml", self.folder)
    }
}

/// Writes a folder name for a year, quarter or month (`2026`, `2026-q4`, `2026/11`) for another day; `None` if it is
/// anything else.
fn same_style(folder: &str, day: Day) -> Option<String> {
    let date = day.to_string();
    let (year, month) = (date.get(..4)?, date.get(5..7)?);
    let quarter = (month.parse::<u32>().ok()?.checked_sub(1)? / 3 + 1).to_string();
    let is_year = |text: &str| text.len() == 4 && text.starts_with("20") && text.bytes().all(|b| b.is_ascii_digit());
    let part_of_year = |text: &str| match text.as_bytes() {
        [q @ (b'q' | b'Q'), b'1'..=b'4'] => Some(format!("{}{quarter}", char::from(*q))),
        [b'0' | b'1', b'0'..=b'9'] => Some(month.to_owned()),
        _ => None,
    };
    let mut dated = false;
    let mut parts = Vec::new();
    for part in folder.split('/') {
        let (head, tail) = part.split_at_checked(4).unwrap_or((part, ""));
        let joint = tail.get(..1).filter(|joint| matches!(*joint, "-" | "_")).unwrap_or_default();
        parts.push(match is_year(head) {
            true if tail.is_empty() => year.to_owned(),
            true => format!("{year}{joint}{}", part_of_year(&tail[joint.len()..])?),
            false if dated => part_of_year(part)?,
            false => return None,
        });
        dated = true;
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folder_of_a_period_is_written_for_today() {
        let day = Day::parse("2027-05-03").unwrap();
        for (newest, today) in [
            ("2026-q4", Some("2027-q2")),
            ("2026Q4", Some("2027Q2")),
            ("2026", Some("2027")),
            ("2026-11", Some("2027-05")),
            ("2026_11", Some("2027_05")),
            ("2026/11", Some("2027/05")),
            ("2026/q4", Some("2027/q2")),
            ("payments", None),
            ("payments/2026", None),
            ("2026/payments", None),
            ("2026-payments", None),
            ("1999", None),
            ("q4", None),
            ("é026-q4", None),
        ] {
            assert_eq!(same_style(newest, day).as_deref(), today, "{newest}");
        }
    }
}
