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
    /// The base's rule book judges this change, so a new limit cannot help an exception in the same change. It helps
    /// every later one: a longer tier, a lowered rule level or a workflow that no longer fails is a decision about all
    /// exceptions at once and should be recognisable as one.
    ///
    /// ## What to do
    ///
    /// If it is intended, have the owners of the policy approve it, preferably in a separate pull request. It remains a
    /// warning, so it blocks nobody.
    ///
    /// It compares the policy, the roster, the catalogue of controls, the owners in CODEOWNERS (also those of an exception
    /// that the change moves, which `stopgap history` does not report), new lines there that the forge skips, and what in `.github/workflows/`, `.gitlab-ci.yml`
    /// and `.gitlab/stopgap.yml` runs `stopgap check`, `history`, `enforce`, `suppressions --check` or `sync --check`, uses
    /// its action or component, or says where stopgap comes from. That includes the actions and workflows of the
    /// repository that a step or job uses, what `.gitlab-ci.yml` says of jobs that the component or `.gitlab/stopgap.yml`
    /// defines, and other jobs that take the name of the one that runs stopgap.
    ///
    /// The effect of a script, a condition, a trigger or another commit of an action is not analysed: if a job that runs
    /// the check, or what starts it, is edited, a note names the keys and steps, unless the edit is a newer version, an
    /// additional trigger, an additional step after the check, or how the findings are presented. Look there yourself;
    /// for merged changes, `stopgap history` gives no such note. A file outside the safe YAML subset (with tags or
    /// anchors) is compared line by line. Other included files are not read, and neither is the content of an additional
    /// JSON Schema, only whether it exists.
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
