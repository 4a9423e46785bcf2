use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::register::FileRef;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::source::Span;
use crate::text::shown;
use crate::yaml::Spot;

declare_rule! {
    /// Reports a file whose name gives an id that another file of the register already has.
    ///
    /// ## Why
    ///
    /// Tickets, markers in the code and reports refer to the id. If two records share it, an old approval can be shown
    /// for a new exception. Folders and upper case make no difference: some file systems cannot keep two such files
    /// apart.
    ///
    /// ## What to do
    ///
    /// Rename the newer file. An id is used once and never again, so name what is special about this exception, or add
    /// the month.
    id: "duplicate-id",
    family: Record,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    let mut first_with: FxHashMap<String, FileRef<'_>> = FxHashMap::default();
    let is_new = |file: &FileRef<'_>| cx.changes.is_some_and(|changes| changes.adds(file.id));
    let mut taken = Vec::new();
    for file in &cx.register.files {
        match first_with.entry(file.stem().to_lowercase()) {
            Entry::Vacant(free) => drop(free.insert(*file)),
            Entry::Occupied(mut first) => {
                let is_older = is_new(first.get()) && !is_new(file);
                taken.push(if is_older { (first.insert(*file), *file) } else { (*file, *first.get()) });
            }
        }
    }
    for (file, first) in taken {
        let (stem, path) = (shown(file.stem()), shown(first.path));
        let message = if first.stem() == file.stem() {
            format!("the id `{stem}` is taken by `{path}`")
        } else {
            format!("the id `{stem}` differs only in case from that of `{path}`")
        };
        cx.report_in(file.id, Spot::file(), message)
            .label_in(first.id, Span::default(), "the id was first used here")
            .help("rename this file: an id must be unique in the whole register, whatever the folder");
    }
}
