use std::collections::BTreeSet;

use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::scan::Known;
use crate::source::{FileId, Span};
use crate::sync::Allowed;
use crate::text::{argument, shown};
use crate::yaml::{Place, Spot};

declare_rule! {
    /// Reports a cover of an exception in force that means nothing in the results of its tool.
    ///
    /// ## Why
    ///
    /// The finding is gone, so the risk that was accepted is gone too. An exception that stays open all the same
    /// covers the finding when it comes back.
    ///
    /// ## What to do
    ///
    /// Close the exception, or take the cover out with `stopgap amend` if others of its covers are still needed. If the
    /// finding is still there, compare the cover with what the scanner reports: an id, a path or a package may be
    /// written differently.
    ///
    /// A tool that obeys an ignore file does not report what stands there. So nothing is said of a cover that stands in a
    /// file of the policy's `sync`; for any other ignore file, give `enforce` a log that was made without it.
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
    for (known, used) in scan.covers.list.iter().zip(&scan.uses) {
        // The register before a change is asked about what it shares with the head.
        let is_here = cx.register.exception(known.file).is_some();
        if !known.in_force || !is_here || used.results > 0 || !is_seen(known) {
            continue;
        }
        let others = scan.uses_of(known.file).any(|(other, used)| other.in_force && used.results > 0);
        let unseen = scan.uses_of(known.file).any(|(other, _)| !is_seen(other));
        let name = argument(&known.exception);
        let help = match (others, unseen) {
            (false, false) => format!("nothing is left of it: `stopgap close {name}`"),
            (false, true) => format!("if its other covers are not needed either: `stopgap close {name}`"),
            (true, _) => format!("take it out of `covers`: `stopgap amend {name}`"),
        };
        let driver = scan.tools.get(known.tool()).map(|seen| seen.driver.clone()).unwrap_or_default();
        let driver = shown(&driver);
        let message = match known.is_of_every_rule {
            true => format!("{driver} finds nothing any more where this covers every rule"),
            false => format!("{driver} finds `{}` no more where this covers it", shown(&known.id)),
        };
        let spot = Spot { span: known.span, place: Place::value(format!("/covers/{}", known.index)) };
        cx.report_in(known.file, spot, message).help(help);
    }
}

/// Returns the covers that ignore files of the policy hold: a tool that obeys them does not report what they mean.
fn written(cx: &Context<'_>) -> BTreeSet<(FileId, Span)> {
    let mut written = BTreeSet::new();
    for target in &cx.policy().sync {
        let allowed = Allowed::new(target.tool, cx.register, cx.policy().timezone, cx.today());
        written.extend(allowed.written(target));
    }
    written
}
