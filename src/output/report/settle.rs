//! The command that resolves each item of the agenda. What else it needs, the command itself says.

use crate::files::seen_from;
use crate::output::escape::shell_word;
use crate::register::Home;
use crate::register::fields::{Change, Field, Kind};
use crate::report::pending::Request;
use crate::report::{Fault, Item, Meeting, Slip};
use crate::rule::Family;

/// The command that takes an id of several files, and shows them all.
const SHOW: &str = "show";

/// Returns how an exception that has expired is settled.
pub(super) fn expired(meeting: &Meeting<'_>, item: &Item<'_>) -> Vec<String> {
    vec![of(meeting, "close", item)]
}

/// Returns how an exception that ends is settled: it is removed or, if a renewal is left, renewed.
pub(super) fn ending(meeting: &Meeting<'_>, item: &Item<'_>) -> Vec<String> {
    let renew = (!item.used_up).then(|| of(meeting, "renew", item));
    once_each(std::iter::once(of(meeting, "close", item)).chain(renew))
}

/// Returns how an emergency without a review is settled.
pub(super) fn review(meeting: &Meeting<'_>, item: &Item<'_>) -> Vec<String> {
    once_each([of(meeting, "close", item), of(meeting, "review", item)])
}

/// Returns how one looks at an exception that has changed.
pub(super) fn changed(meeting: &Meeting<'_>, item: &Item<'_>) -> Vec<String> {
    vec![of(meeting, SHOW, item)]
}

/// Returns how the errors of a file are settled: each command once.
pub(super) fn faults(meeting: &Meeting<'_>, faults: &[Fault<'_>], item: Option<&Item<'_>>, path: &str) -> Vec<String> {
    once_each(faults.iter().map(|one| fault(meeting, one, item, path)))
}

fn once_each(all: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for command in all {
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    commands
}

/// Returns how a file without an error of its own is settled.
pub(super) fn check(meeting: &Meeting<'_>, path: &str) -> String {
    checked(meeting, path, "")
}

fn checked(meeting: &Meeting<'_>, path: &str, option: &str) -> String {
    match Home::of(meeting.homes, path).filter(|home| home.holds(path)) {
        Some(home) => format!("stopgap check{option} {}{}", seen(meeting, path), root(meeting, Some(&home.name))),
        None if meeting.homes.is_empty() => {
            format!("stopgap check{option} {}{}", seen(meeting, path), root(meeting, None))
        }
        // It is in none of them.
        None => format!("stopgap check{option} --all-registers"),
    }
}

/// Returns how an error is settled, in the file `path` and, if it can be read, the exception `item`.
pub(super) fn fault(meeting: &Meeting<'_>, fault: &Fault<'_>, item: Option<&Item<'_>>, path: &str) -> String {
    let finding = fault.finding;
    if finding.fix.is_some() {
        return checked(meeting, path, " --fix");
    }
    let Some(item) = item.filter(|item| item.live && !item.is_ambiguous) else { return check(meeting, path) };
    if finding.rule.family == Family::Renewals || fault.ends {
        return of(meeting, "close", item);
    }
    let field = finding.place.pointer.trim_start_matches('/').replace('/', ".");
    let Some(known) = Field::at(&field) else { return check(meeting, path) };
    let is_one = !known.is_in_list() && !matches!(known.kind(), Kind::Texts | Kind::Mapping | Kind::Mappings);
    match known.change() {
        Change::Amended | Change::Free if is_one => {
            format!("{} --set {}=VALUE", of(meeting, "amend", item), known.name())
        }
        Change::Amended => format!("{} --field {}", of(meeting, "amend", item), shell_word(&field)),
        Change::Renewed | Change::Appended("renewal") => of(meeting, "close", item),
        _ => check(meeting, path),
    }
}

/// Returns the command that shows a change that bypassed the gate.
pub(super) fn slip(meeting: &Meeting<'_>, slip: &Slip<'_>) -> String {
    format!("git show {} -- {}", slip.commit.short(), seen(meeting, slip.path))
}

/// Returns how one looks at what a branch asks for.
pub(super) fn request(meeting: &Meeting<'_>, request: &Request) -> String {
    let home = root(meeting, meeting.register_of(&request.path));
    format!("stopgap card {}{home} --at {}", shell_word(&request.id), shell_word(&request.branch))
}

/// Returns a command about an exception. Where another file has its id too, none takes it before one of them is renamed.
fn of(meeting: &Meeting<'_>, verb: &str, item: &Item<'_>) -> String {
    if item.is_ambiguous && verb != SHOW {
        return check(meeting, item.path);
    }
    let home = root(meeting, item.home.map(|home| home.name.as_str()));
    format!("stopgap {verb} {}{home}", shell_word(item.exception.id))
}

/// Names the register to a command: one of several at the top of the work tree, otherwise as it was named to the report.
fn root(meeting: &Meeting<'_>, home: Option<&str>) -> String {
    home.map_or_else(|| meeting.place.to_owned(), |home| format!(" --root {}", shell_word(home)))
}

/// Names a file or folder as a shell takes it where the commands are typed.
fn seen(meeting: &Meeting<'_>, path: &str) -> String {
    let named = meeting.here.and_then(|(folder, root)| seen_from(folder, &root.join(path)));
    shell_word(named.as_deref().unwrap_or(path))
}
