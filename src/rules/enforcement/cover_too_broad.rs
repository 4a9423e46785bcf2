use crate::register::{Cover, Exception};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::{counted, shown};
use crate::tools::Selector;

declare_rule! {
    /// Reports a cover that silences more than it should: one without a path, package or package URL although its tool
    /// supports them, or one that silences more results than the policy allows.
    ///
    /// ## Why
    ///
    /// An approver looks at one case. A cover without a path also silences the same finding in a file that somebody
    /// adds next week, which nobody has looked at.
    ///
    /// ## What to do
    ///
    /// Name the files in `paths`, or the package. If there are really that many results, fix the cause in one place, or
    /// accept them in several exceptions with their own owners. `enforce.most_covered` in the policy limits how many
    /// results a cover may silence; `stopgap check --scan` counts them.
    id: "cover-too-broad",
    family: Enforcement,
    level: Warning,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    let register = cx.register;
    for exception in register.exceptions().filter(|exception| exception.is_judged_as_live()) {
        for cover in &exception.covers {
            // The scan gate judges results, not the register.
            if !count(exception, cover, cx) && cx.scan.is_none_or(|scan| !scan.is_gate) {
                no_place(exception, cover, cx);
            }
        }
    }
}

/// Reports a cover that silences too many results.
fn count(exception: &Exception<'_>, cover: &Cover<'_>, cx: &mut Context<'_>) -> bool {
    let Some(scan) = cx.scan else { return false };
    let most = cx.policy().enforcement.most_covered;
    let mut uses = scan.uses_of(exception.file);
    let Some((known, used)) = uses.find(|(known, _)| known.span == cover.item.span()) else { return false };
    let ended = exception.term(cx.policy().timezone, cx.today()).is_some_and(|term| term.ended);
    if used.results <= most || (ended && !known.in_force) {
        return false;
    }
    let message =
        format!("this silences `{}` results in {}, the limit is `{most}`", used.results, counted(used.files(), "file"));
    cx.report_in(exception.file, &cover.item, message)
        .help("list the files that were looked at in `paths`, or fix the cause");
    true
}

/// Reports a cover that is not narrowed although it could be.
fn no_place(exception: &Exception<'_>, cover: &Cover<'_>, cx: &mut Context<'_>) {
    const NARROWING: [Selector; 3] = [Selector::Paths, Selector::Purls, Selector::Package];
    let (Some(name), Some(id)) = (cover.name().filter(|_| cover.is_whole()), &cover.id) else { return };
    let could: Vec<&str> =
        NARROWING.into_iter().filter(|selector| name.selectors().contains(selector)).map(Selector::key).collect();
    // The id of a leak that gitleaks has found names its file and line.
    let is_one_place = name.key() == "gitleaks" && id.as_str().contains(':');
    if could.is_empty() || is_one_place || cover.selectors().any(|selector| NARROWING.contains(&selector)) {
        return;
    }
    let message = format!("this ignores `{}` everywhere `{}` reports it", shown(id.as_str()), shown(name.key()));
    cx.report_in(exception.file, id, message).help(format!("narrow it with `{}`", could.join("` or `")));
}
