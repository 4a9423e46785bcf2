mod owners;
pub(super) mod places;
mod roster;
mod rulebook;
mod workflow;

use crate::history::Changes;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use places::Places;

declare_rule! {
    /// Reports a change that makes later checks of the register less strict.
    ///
    /// ## Why
    ///
    /// The base's rule book judges this change, so a new limit cannot help an exception in the same change.
    /// It helps every later one: a longer tier, a rule turned down or a workflow that no longer
    /// fails is a decision about all exceptions at once and deserves to be seen as one.
    ///
    /// ## What to do
    ///
    /// If it is meant, let the people who own the policy approve it, best in a pull request of its
    /// own. It stays a warning, so it stops nobody.
    ///
    /// It compares the policy, the roster, the catalogue of controls, the owners in CODEOWNERS and
    /// the lines of `.github/workflows/`, `.gitlab-ci.yml` and `.gitlab/stopgap.yml` that run
    /// `stopgap check`, `enforce`, `suppressions --check` or `sync --check`, use its action or component, or say where
    /// stopgap comes from. A workflow is compared by its text: what a script, a trigger or an included file does is not
    /// seen. Nor can the content of a further JSON Schema be judged, only that it is there.
    id: "policy-loosened",
    family: Change,
    level: Warning,
    since: "0.1.0",
    check: Check::Changes(check),
}

fn check(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let Some(head) = &changes.head else { return };
    let judge = cx.judge;
    let places = Places::new(changes);
    rulebook::compare(head, &places, cx);
    roster::compare(&judge.people, head, &places, cx);
    owners::compare(changes, &places, cx);
    workflow::compare(changes, cx);
}
