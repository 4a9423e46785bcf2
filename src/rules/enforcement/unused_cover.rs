use std::collections::BTreeSet;

use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::scan::Known;
use crate::source::{FileId, Span};
use crate::sync::Allowed;
use crate::text::{argument, shown};
use crate::yaml::{Place, Spot};

declare_rule! {
    /// Reports a cover of an exception in force that matches nothing in the results of its tool.
    ///
    /// ## Why
    ///
    /// The finding is gone, so the risk that was accepted is gone too. If the exception stays open, it covers the
    /// finding when it comes back.
    ///
    /// ## What to do
    ///
    /// Close the exception, or remove the cover from the file if its other covers are still needed, and record that with
    /// `stopgap amend ID --field covers`. If the finding is still there, compare the cover with what the scanner
    /// reports: an id, a path or a package may be written differently.
    ///
    /// A tool that reads an ignore file does not report what is listed there. Covers that are written to a file of the
    /// policy's `sync` are therefore not reported; for any other ignore file, give `enforce` a log that was made
    /// without it.
    id: "unused-cover",
    family: Enforcement,
    level: Warning,
    weight: Form,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    let Some(scan) = cx.scan else { return };
    let unread = written(cx);
    let is_seen = |known: &Known| scan.is_complete(known.tool()) && !unread.contains(&(known.file, known.span));
    let mut last = None;
    for (known, used) in scan.covers.list.iter().zip(&scan.uses) {
        // In the register before a change, only covers that the head has too are judged.
        let is_here = cx.register.exception(known.file).is_some();
        if !known.in_force || !is_here || used.results > 0 || !is_seen(known) {
            continue;
        }
        // All covers of a file stand in a row.
        let (others, unseen) = match last {
            Some((file, others, unseen)) if file == known.file => (others, unseen),
            _ => (
                scan.uses_of(known.file).any(|(other, used)| other.in_force && used.results > 0),
                scan.uses_of(known.file).any(|(other, _)| !is_seen(other)),
            ),
        };
        last = Some((known.file, others, unseen));
        let name = argument(&known.exception);
        let help = match (others, unseen) {
            (false, false) => format!("close the exception: `stopgap close {name}`"),
            (false, true) => format!("if its other covers are not needed either: `stopgap close {name}`"),
            (true, _) => format!("remove it from `covers`: `stopgap amend {name}`"),
        };
        let driver = scan.tools.get(known.tool()).map(|seen| seen.driver.clone()).unwrap_or_default();
        let driver = shown(&driver);
        let message = match known.is_of_every_rule {
            true => format!("{driver} no longer reports anything in the scope of this cover"),
            false => format!("{driver} no longer reports `{}` in the scope of this cover", shown(&known.id)),
        };
        let spot = Spot { span: known.span, place: Place::value(format!("/covers/{}", known.index)) };
        cx.report_in(known.file, spot, message).help(help);
    }
}

/// Returns the covers in ignore files of the policy: a tool that reads those files does not report what the covers
/// match.
fn written(cx: &Context<'_>) -> BTreeSet<(FileId, Span)> {
    let mut written = BTreeSet::new();
    for target in &cx.policy().sync {
        let allowed = Allowed::new(target.tool, cx.register, cx.policy().timezone, cx.today());
        written.extend(allowed.written(target));
    }
    written
}
