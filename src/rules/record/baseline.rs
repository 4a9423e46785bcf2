use std::collections::BTreeSet;

use crate::rules::declare_rule;
use crate::rules::{Agreed, BaselineUse, Check, Context, Takeover};
use crate::text::shown;
use crate::yaml::{Place, Spot, lookup, parse};

declare_rule! {
    /// Reports that a baseline tolerates gaps in imported exceptions, how many, and until when.
    ///
    /// ## Why
    ///
    /// A register that is imported from a spreadsheet cannot be complete on its first day. What is missing is tolerated
    /// for a while; the approver of the import must see that, and it must stay visible until it is over. The exceptions
    /// that a change takes over with the baseline have no sign-off of their own, so the finding says who accepts them.
    ///
    /// ## What to do
    ///
    /// Fill the gaps: `stopgap export --format csv --gaps` lists them for a spreadsheet, and `stopgap import --update`
    /// reads the answers back. Delete `baseline.yaml` once it no longer names anything. After its last day all findings
    /// count.
    id: "baseline",
    family: Record,
    level: Warning,
    since: "0.1.0",
    check: Check::Baseline(check),
}

fn check(used: &BaselineUse<'_>, cx: &mut Context<'_>) {
    let BaselineUse { baseline, file, is_over, .. } = used;
    if used.is_dropped {
        return;
    }
    let (findings, until) = (used.found.len(), baseline.until);
    let entries: BTreeSet<&str> = used.found.iter().map(|(id, ..)| *id).collect();
    let gaps = format!("{} in {}", counted(findings, "finding"), counted(entries.len(), "exception"));
    let (message, help) = match (*is_over, findings) {
        (false, 0) if cx.takeover.is_some() => (
            format!("there is nothing to tolerate until `{until}`"),
            "delete the entries of `baseline.yaml` as soon as this is merged".to_owned(),
        ),
        (false, 0) if !used.brought.is_empty() => (
            "the baseline tolerates only findings of the change that adds the exceptions".to_owned(),
            "delete `baseline.yaml` once that is merged".to_owned(),
        ),
        (_, 0) => (
            "the baseline is no longer needed: everything it names is fixed".to_owned(),
            "delete `baseline.yaml`".to_owned(),
        ),
        (true, _) => (
            format!("the baseline ended on `{until}`, so everything it names counts: {gaps}"),
            "fill the gaps or close the exceptions, then delete `baseline.yaml`".to_owned(),
        ),
        (false, _) => {
            let days = cx.today().day.days_until(until);
            let left = if days == 1 { "for `1` more day".to_owned() } else { format!("for `{days}` more days") };
            let left = if days == 0 { "until tonight".to_owned() } else { left };
            (
                format!("tolerated until `{until}`, {left}: {gaps}"),
                "fill the gaps: `stopgap export --format csv --gaps` lists them".to_owned(),
            )
        }
    };
    let message = format!("{message}{}", cx.takeover.map(taken_over).unwrap_or_default());
    let text = cx.source(*file).text();
    let at = parse(text).ok().and_then(|tree| Some(lookup(&tree, "/until")?.1.span));
    let spot = at.map_or_else(Spot::file, |span| Spot { span, place: Place::value("/until") });
    cx.report_in(*file, spot, message).help(help);
}

/// Says who answers for the exceptions that the change takes over.
fn taken_over((takeover, agreed): &(Takeover, Agreed)) -> String {
    let (own, them) = (takeover.own(), if takeover.files.len() == 1 { "it" } else { "all of them" });
    let counted = takeover.counted();
    match agreed {
        Agreed::By(login) => format!("; {counted} on the approval of `@{}`", shown(login)),
        Agreed::Unknown => {
            format!("; {counted} without a sign-off of {own}, and merging this accepts {them}")
        }
        Agreed::No(..) => format!("; {counted}"),
    }
}

fn counted(count: usize, one: &str) -> String {
    format!("`{count}` {one}{}", if count == 1 { "" } else { "s" })
}
