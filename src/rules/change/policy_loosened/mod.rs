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
    /// stopgap comes from. What a script, a condition, a trigger or another commit of an action does is not worked out:
    /// where a job that runs the check is edited, or what starts it, a note names the keys and steps, unless it is a
    /// newer version, a further trigger, a further step behind the check, or how the findings are told. Look there yourself; of
    /// what is merged, `stopgap history` gives no such note. An
    /// included file is not seen, and neither is the content of a further JSON Schema, only that it is there.
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
    owners::compare(changes, head, &places, cx);
    workflow::compare(changes, cx);
}
