//! Results of scanners as findings, for the rules that report them.

use crate::register::typed_cover;
use crate::rules::Context;
use crate::scan::{Hit, Hits, Place as Where, Scan};
use crate::source::Span;
use crate::text::{argument, shown};
use crate::tools::{Name, Pattern, Selector, has_wildcard, is_every_rule};
use crate::yaml::{Place, Spot, escaped};

/// Reports the results that no exception covers.
pub(super) fn unregistered(cx: &mut Context<'_>) {
    let Some(scan) = cx.scan else { return };
    each(cx, scan, &scan.unregistered, |hit| {
        let words = if hit.message.is_empty() { String::new() } else { format!(": {}", hit.message) };
        format!("{} reports {}, which no exception in force covers{words}", shown(&hit.driver), id(hit))
    });
}

/// Reports the results that are suppressed in a tool.
pub(super) fn suppressed(cx: &mut Context<'_>) {
    let Some(scan) = cx.scan else { return };
    each(cx, scan, &scan.suppressed, |hit| {
        let place = match hit.suppression.as_deref() {
            Some("inSource") => "in the source",
            _ => "elsewhere",
        };
        let reason = hit.justification.as_deref().map(|text| format!(" (`{}`)", shown(text))).unwrap_or_default();
        let tool = shown(&hit.driver);
        format!("{tool} reports {} as suppressed {place}{reason}, and no exception in force covers it", id(hit))
    });
}

/// Reports the results whose cover no longer applies because there is a fix.
pub(super) fn fixable(cx: &mut Context<'_>) {
    let Some(scan) = cx.scan else { return };
    each(cx, scan, &scan.fixable, |hit| {
        let fixed = hit.fixed.as_deref().unwrap_or_default();
        format!("{} is fixed in `{}`, so its cover no longer applies", id(hit), shown(fixed))
    });
}

fn id(hit: &Hit) -> String {
    if hit.id.is_empty() { "a result without an id".to_owned() } else { format!("`{}`", shown(&hit.id)) }
}

fn each(cx: &mut Context<'_>, scan: &Scan, hits: &Hits, message: impl Fn(&Hit) -> String) {
    for hit in &hits.list {
        let Some((file, span)) = hit.spot else { continue };
        let outside = match &hit.place {
            Some(Where::Inside(_)) => String::new(),
            Some(place) => format!(", at `{}`", shown(place.text())),
            None => ", without a location".to_owned(),
        };
        let spot = spot(hit, span);
        let finding = cx.report_in(file, spot, message(hit) + &outside);
        let Some(cover) = hit.cover.map(|at| &scan.covers.list[at]) else {
            finding.help(match cover(hit) {
                Some(cover) => format!("fix it, or request an exception: `stopgap new --cover {cover}`"),
                None if hit.id.is_empty() => "fix it: no cover can name a result without an id of its own".to_owned(),
                None if has_wildcard(&hit.id) => "fix it: no cover can name an id with a wildcard".to_owned(),
                None => "fix it: no cover can be advised for a result with this id and place".to_owned(),
            });
            continue;
        };
        let name = shown(&cover.exception);
        match (&hit.fixed, cover.in_force) {
            (Some(fixed), true) => {
                finding.help(format!("install `{}`, and `stopgap close {}`", shown(fixed), argument(&cover.exception)));
                finding.label_in(cover.file, cover.span, format!("`{name}` covered it until there was a fix"));
            }
            _ => {
                finding.help(cover.remedy.clone());
                finding.label_in(cover.file, cover.span, format!("`{name}` would cover it, but {}", cover.standing));
            }
        }
    }
    let Some(last) = hits.list.last().filter(|_| hits.count > hits.list.len()) else { return };
    let Some((file, span)) = last.spot else { return };
    let more = hits.count - hits.list.len();
    let message = format!("and `{more}` more results like those listed");
    cx.report_in(file, spot(last, span), message).help("fix the listed ones first, then scan again").stands_for = more;
}

/// Names the result, so that another result of the same rule in the same file differs only by its number.
fn spot(hit: &Hit, span: Span) -> Spot {
    Spot { span, place: Place::value(format!("/{}/{}", escaped(hit.tool.key()), escaped(&hit.id))) }
}

/// Returns the cover for a result, as `--cover` takes it; `None` if no cover can match it, and nothing else.
fn cover(hit: &Hit) -> Option<String> {
    let tool = match &hit.tool {
        Name::Known(key) => key,
        Name::Other(_) => hit.driver.as_str(),
    };
    let has_files = hit.tool.selectors().contains(&Selector::Paths) && !hit.tool.has_routes();
    let paths = match &hit.place {
        Some(Where::Inside(path)) if has_files => vec![Pattern::literal(path)],
        _ => Vec::new(),
    };
    typed_cover::advised(tool, &hit.id, paths).filter(|_| !is_every_rule(&hit.id))
}
