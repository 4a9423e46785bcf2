//! The weeks: a small chart for each series, drawn as bars whose positions are percentages of its width.

use maud::{Markup, html};

use crate::output::html::date;
use crate::output::report::html::section;
use crate::output::report::trend::{Series, series};
use crate::output::report::words;
use crate::report::{Meeting, Trend};

/// The height of a chart, in pixels.
const HEIGHT: f64 = 44.0;

/// Shows the trend, if it is known.
pub(super) fn weeks(meeting: &Meeting<'_>) -> Markup {
    let Some(trend) = meeting.trend else { return html! {} };
    let content = html! {
        ul.charts { @for series in series(trend) { "\n" li { (chart(trend, &series)) } } }
        p.note { "One bar for each week, the last one up to " (date(meeting.today)) ". A gap is a week in which there was nothing to count." }
    };
    section("trend", &html! { "The " (words::last_weeks(trend.weeks.len())) }, &content)
}

fn chart(trend: &Trend, series: &Series) -> Markup {
    let known = || series.twice.iter().flatten().copied();
    let (low, high) = (known().min().unwrap_or(0).min(0), known().max().unwrap_or(0).max(1));
    let scale = HEIGHT / (high - low) as f64;
    let slot = 100.0 / series.twice.len().max(1) as f64;
    html! {
        h3 { (series.name) }
        svg.chart role="img" aria-label={ (series.name) ": " (series.difference()) } width="100%" height=(HEIGHT) {
            @for (at, (twice, week)) in series.twice.iter().zip(&trend.weeks).enumerate() {
                @if let Some(twice) = twice {
                    @let tall = (twice.abs() as f64 * scale).max(1.0);
                    @let y = if *twice < 0 { high as f64 * scale } else { (high - twice) as f64 * scale };
                    rect.week.last[at + 1 == series.twice.len()] x={ (format!("{:.3}", at as f64 * slot)) "%" }
                        y=(format!("{:.1}", y.min(HEIGHT - 1.0))) width={ (format!("{:.3}", slot * 0.8)) "%" }
                        height=(format!("{tall:.1}")) {
                        title { (date(week.end)) ": " (series.number(*twice)) }
                    }
                }
            }
        }
        p { (series.difference()) }
    }
}
