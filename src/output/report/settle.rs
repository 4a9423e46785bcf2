//! The command that resolves each item of the agenda. What else it needs, the command itself says.

use crate::output::escape::shell_word;
use crate::register::Home;
use crate::register::fields::{Change, Field, Kind};
use crate::report::pending::Request;
use crate::report::{Fault, Item, Meeting, Slip};
use crate::rule::Family;

/// Returns how an exception that has expired is settled.
pub(super) fn expired(item: &Item<'_>) -> Vec<String> {
    vec![of("close", item)]
}

/// Returns how an exception that ends is settled: it is removed or, if a renewal is left, renewed.
pub(super) fn ending(item: &Item<'_>) -> Vec<String> {
    let renew = (!item.is_used_up()).then(|| of("renew", item));
    std::iter::once(of("close", item)).chain(renew).collect()
}

/// Returns how an emergency without a review is settled.
pub(super) fn review(item: &Item<'_>) -> Vec<String> {
    vec![of("close", item), of("review", item)]
}

/// Returns how one looks at an exception that has changed.
pub(super) fn changed(item: &Item<'_>) -> Vec<String> {
    vec![of("show", item)]
}

/// Returns how the errors of a file are settled: each command once.
pub(super) fn faults(meeting: &Meeting<'_>, faults: &[Fault<'_>], item: Option<&Item<'_>>, path: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for command in faults.iter().map(|one| fault(meeting, one, item, path)) {
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
        Some(home) => format!("stopgap check{option} {}{}", shell_word(path), root(Some(&home.name))),
        None if meeting.homes.is_empty() => format!("stopgap check{option} {}", shell_word(path)),
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
    let Some(item) = item.filter(|item| item.live) else { return check(meeting, path) };
    if finding.rule.family == Family::Renewals || fault.ends {
        return of("close", item);
    }
    let field = finding.place.pointer.trim_start_matches('/').replace('/', ".");
    let Some(known) = Field::at(&field) else { return check(meeting, path) };
    let is_one = !known.is_in_list() && !matches!(known.kind(), Kind::Texts | Kind::Mapping | Kind::Mappings);
    match known.change() {
        Change::Amended | Change::Free if is_one => format!("{} --set {}=VALUE", of("amend", item), known.name()),
        Change::Amended => format!("{} --field {}", of("amend", item), shell_word(&field)),
        Change::Renewed | Change::Appended("renewal") => of("close", item),
        _ => check(meeting, path),
    }
}

/// Returns the command that shows a change that bypassed the gate.
pub(super) fn slip(slip: &Slip<'_>) -> String {
    format!("git show {} -- {}", slip.commit.short(), shell_word(slip.path))
}

/// Returns how one looks at what a branch asks for.
pub(super) fn request(meeting: &Meeting<'_>, request: &Request) -> String {
    let home = root(meeting.register_of(&request.path));
    format!("stopgap card {}{home} --at {}", shell_word(&request.id), shell_word(&request.branch))
}

fn of(verb: &str, item: &Item<'_>) -> String {
    format!("stopgap {verb} {}{}", shell_word(item.exception.id), root(item.home.map(|home| home.name.as_str())))
}

/// Names one of several registers to a command that is typed at the top of the work tree.
fn root(home: Option<&str>) -> String {
    home.map(|home| format!(" --root {}", shell_word(home))).unwrap_or_default()
}
