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
    for file in &cx.register.files {
        let first = *first_with.entry(file.stem().to_lowercase()).or_insert(*file);
        if first.id == file.id {
            continue;
        }
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
