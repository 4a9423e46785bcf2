use crate::register::{Lists, Twin, differences, is_named_like_one};
use crate::rules::change::approved_content_changed::{short, value};
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::source::Span;
use crate::text::shown;
use crate::yaml::{self, Node, Place, Problem, Spot};

declare_rule! {
    /// Reports a file of the register, its rule book or CODEOWNERS whose content in the commit differs from the
    /// checkout.
    ///
    /// ## Why
    ///
    /// Attributes in a `.gitattributes` (`ident`, `working-tree-encoding`, `filter`) let git store one text and check
    /// out another. The reviewer of a pull request sees one, a reader of the files the other, and only the stored one
    /// is merged. In a CI job, and with `--base` if everything is committed, the stored one is judged.
    ///
    /// ## What to do
    ///
    /// Remove the attribute from the file, check it out again and correct its content; `-ident -filter
    /// -working-tree-encoding` in the `.gitattributes` of the register's own folder overrides attributes that are set
    /// elsewhere. In a job no earlier step may edit the register. Line endings make no difference, nor does anything
    /// else that is not part of a value, such as a comment.
    id: "stored-text-differs",
    family: Record,
    level: Error,
    weight: Open,
    since: "0.1.0",
    check: Check::Register(check),
}

const HELP: &str = "remove `ident`, `filter` and `working-tree-encoding` from the file in `.gitattributes`, and let no \
                    earlier step of the job edit it";

fn check(cx: &mut Context<'_>) {
    for twin in cx.twins() {
        let (stored, checked_out) = (cx.source(twin.stored), cx.source(twin.checked_out).text());
        let has_fields = is_named_like_one(stored.path()) || stored.path().ends_with(".json");
        let parse = |file, text| match cx.fault(file) {
            None => yaml::parse(text),
            Some(fault) => Err(vec![fault.clone()]),
        };
        match (parse(twin.stored, stored.text()), parse(twin.checked_out, checked_out)) {
            (Ok(stored), Ok(checked_out)) if has_fields => fields(twin, &stored, &checked_out, cx),
            (Ok(_), Err(why)) if has_fields => unreadable(twin, ("in the commit", "in the checkout"), &why, cx),
            (Err(why), Ok(_)) if has_fields => unreadable(twin, ("in the checkout", "in the commit"), &why, cx),
            _ => lines(twin, stored.text(), checked_out, cx),
        }
    }
}

fn fields(twin: Twin, stored: &Node<'_>, checked_out: &Node<'_>, cx: &mut Context<'_>) {
    for pointer in differences(Some(stored), Some(checked_out), "", Lists::Items) {
        let (before, after) = (value(stored, &pointer), value(checked_out, &pointer));
        let name = pointer.get(1..).unwrap_or_default().replace('/', ".");
        let name = if name.is_empty() { "the file".to_owned() } else { format!("`{}`", shown(&name)) };
        let message = match (before, after) {
            (Some(_), None) => format!("{name} exists only in the commit, not in the checkout"),
            (None, _) => format!("{name} exists only in the checkout, not in the commit"),
            (before, after) => match (short(before), short(after)) {
                (Some(before), Some(after)) => {
                    format!("{name} is `{before}` in the commit and `{after}` in the checkout")
                }
                _ => format!("{name} differs between the commit and the checkout"),
            },
        };
        let spot = match before {
            Some(node) => Spot { span: node.span, place: Place::value(&*pointer) },
            None => {
                let key = yaml::key_at(stored, &pointer).map(|(_, key)| key);
                let first = || stored.as_map().and_then(<[_]>::first).map(|entry| entry.key_span);
                Spot { span: key.or_else(first).unwrap_or_default(), place: Place::absent(&*pointer) }
            }
        };
        let finding = cx.report_in(twin.stored, spot, message).help(HELP);
        if let Some(after) = after {
            finding.label_in(twin.checked_out, after.span, "checked out as this");
        }
    }
}

fn unreadable(twin: Twin, (can, cannot): (&str, &str), problems: &[Problem], cx: &mut Context<'_>) {
    let why = problems.first().map(|problem| problem.message.as_str()).unwrap_or_default();
    let message = format!("the file can be read {can}, but not {cannot}: {why}");
    cx.report_in(twin.stored, Spot::file(), message).help(HELP);
}

/// Compares files without fields, and unreadable ones, by their lines.
fn lines(twin: Twin, stored: &str, checked_out: &str, cx: &mut Context<'_>) {
    let (mut before, mut after, mut start) = (stored.lines(), checked_out.lines(), 0);
    for number in 1.. {
        let (old, new) = (before.next(), after.next());
        if old != new {
            let span = Span::new(start, start + old.unwrap_or_default().len());
            let message = format!("line `{number}` differs between the commit and the checkout");
            cx.report_in(twin.stored, Spot::without_field(span), message).help(HELP);
            return;
        }
        let Some(line) = old else { return };
        start += stored[start..].find('\n').map_or(line.len(), |end| end + 1);
    }
}
