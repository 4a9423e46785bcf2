use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::{nearest, shown};
use crate::yaml::{Place, Spot};

declare_rule! {
    /// Reports a marker `stopgap: ID` whose id belongs to no exception.
    ///
    /// ## Why
    ///
    /// A marker ties a workaround to the exception that permits it. With a wrong id nothing permits it, and nobody is
    /// reminded to remove it.
    ///
    /// ## What to do
    ///
    /// Write the exception's id: its file name without the extension. If there is no exception yet, request one with
    /// `stopgap new`. If the workaround is gone, delete the comment.
    id: "unknown-marker",
    family: Enforcement,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    let (Some(inventory), Some(permits)) = (cx.inventory(), cx.permits) else { return };
    let is_base = cx.is_base;
    for tag in inventory.tags.iter().filter(|tag| !is_base || !tag.is_new) {
        let id = tag.marker.id.as_str();
        if !names_nothing(id, cx) {
            continue;
        }
        let help = match nearest(id, permits.ids()) {
            Some(best) => format!("did you mean `stopgap: {}`?", shown(best)),
            None => {
                "write the id of an exception, or delete the marker; in a comment, the word after `stopgap:` is taken \
                     for an id, so leave the colon out of a sentence"
                    .to_owned()
            }
        };
        let spot = Spot { span: tag.marker.span, place: Place::value(tag.pointer.clone()) };
        cx.report_in(tag.file, spot, format!("there is no exception `{}`", shown(id))).help(help);
    }
}

/// Returns whether no exception has an id. A file that cannot be read still has its id.
pub(super) fn names_nothing(id: &str, cx: &Context<'_>) -> bool {
    let is_known = cx.permits.is_some_and(|permits| permits.named(id).is_some());
    !is_known && !cx.register.files.iter().any(|file| file.stem().eq_ignore_ascii_case(id))
}
