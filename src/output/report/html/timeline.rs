//! The timeline: one row per exception, drawn as SVG whose positions are percentages of its width, so that it fits
//! every screen and sheet of paper without a script.

use maud::{Markup, html};

use crate::output::escape::brief;
use crate::output::html::{date, short_date, thousands};
use crate::output::report::html::{class, counted, register, section, when};
use crate::output::report::words;
use crate::report::{Item, Kind, Meeting, Standing, Stretch};
use crate::time::Day;

/// Rows of the timeline; the register below has the rest.
const ROWS: usize = 120;

/// For how many days after their closure closed exceptions are drawn.
const RECENT: i64 = 30;

/// The height of a row, in pixels.
const HEIGHT: i64 = 38;

/// The height of its bars.
const BAR: i64 = 12;

/// The axis: which days are drawn, and where.
struct Axis {
    from: Day,
    days: i64,
    today: Day,
}

/// The days that are drawn before and after today.
const AROUND: i64 = 31;

impl Axis {
    fn new(today: Day) -> Self {
        Self { from: today.plus(-AROUND), days: 2 * AROUND + 1, today }
    }

    /// Returns how far a day's first moment is from the left edge, in percent of the width.
    fn at(&self, day: Day) -> f64 {
        self.from.days_until(day) as f64 * 100.0 / self.days as f64
    }

    /// Returns how far a day's noon is from the left edge, in percent of the width.
    fn middle(&self, day: Day) -> f64 {
        (self.at(day) + self.at(day.plus(1))) / 2.0
    }

    fn to(&self) -> Day {
        self.from.plus(self.days)
    }

    /// Returns the days with a line, each with its name: the Mondays.
    fn ticks(&self) -> Vec<(Day, String)> {
        let days = (1..self.days).map(|days| self.from.plus(days));
        days.filter(|day| day.is_monday()).map(|day| (day, short_date(day))).collect()
    }
}

/// Draws the timeline.
pub(super) fn timeline(meeting: &Meeting<'_>) -> Markup {
    let recent = meeting.since.min(meeting.today.plus(-RECENT));
    let drawn = |item: &&Item<'_>| match item.standing {
        Standing::Rejected => false,
        Standing::Closed => item.closed_on.is_some_and(|day| day >= recent),
        _ => true,
    };
    let all: Vec<&Item<'_>> = meeting.items.iter().filter(drawn).collect();
    let rows = &all[..all.len().min(ROWS)];
    let content = html! {
        @if rows.is_empty() {
            p.none { "Nothing is live, and nothing was closed lately." }
        } @else {
            (drawing(meeting, rows))
            (left_out(meeting, &all, recent))
        }
    };
    section("timeline", &html! { "Timeline" }, &content)
}

fn drawing(meeting: &Meeting<'_>, rows: &[&Item<'_>]) -> Markup {
    let axis = Axis::new(meeting.today);
    let groups = rows.chunk_by(|a, b| words::standing(a.standing) == words::standing(b.standing));
    html! {
        "\n" div.timeline {
            (legend())
            (axis_above(&axis))
            @for (standing, group) in groups.filter_map(|group| Some((group.first()?.standing, group))) {
                "\n" h3 class=(class(standing)) { (counted(words::standing(standing), &thousands(group.len()))) }
                ol { @for item in group { (row(meeting, item, &axis)) } }
            }
            (axis_below(&axis))
        }
    }
}

/// Returns what the timeline does not show.
fn left_out(meeting: &Meeting<'_>, all: &[&Item<'_>], recent: Day) -> Markup {
    let count = |fits: &dyn Fn(&Item<'_>) -> bool| meeting.items.iter().filter(|item| fits(item)).count();
    let closed = count(&|item| item.standing == Standing::Closed && item.closed_on.is_none_or(|day| day < recent));
    let rejected = count(&|item| item.standing == Standing::Rejected);
    let parts = [
        (all.len().saturating_sub(ROWS), "less urgent than these".to_owned()),
        (closed, format!("closed before {}", date(recent))),
        (rejected, "rejected".to_owned()),
        (meeting.unreadable.len(), "unreadable".to_owned()),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", thousands(*count)))
        .collect();
    html! { @if !parts.is_empty() { p.note { "Not drawn: " (parts.join(", ")) "." } } }
}

fn legend() -> Markup {
    html! {
        ul.legend {
            @for (class, name) in [("term", "first term"), ("renewal", "renewal"), ("lapsed", "without approval")] {
                li {
                    svg aria-hidden="true" width="26" height="12" {
                        rect class=(class) width="26" height="12" rx="2" {}
                    }
                    (name)
                }
            }
            li {
                svg aria-hidden="true" width="12" height="12" { circle.closure cx="6" cy="6" r="4.5" {} }
                "closed"
            }
            li {
                svg aria-hidden="true" width="4" height="12" { rect.today width="4" height="12" {} }
                "today"
            }
        }
    }
}

fn axis_above(axis: &Axis) -> Markup {
    html! {
        "\n" div.axis.above aria-hidden="true" {
            svg width="100%" height="38" {
                // The pattern of the bars below is in the first drawing.
                defs {
                    pattern #hatch width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                        rect.hatch-under width="6" height="6" {}
                        rect.hatch-over width="2.5" height="6" {}
                    }
                }
                (names(axis, 32, 13))
            }
        }
    }
}

fn axis_below(axis: &Axis) -> Markup {
    html! {
        "\n" div.axis.below aria-hidden="true" { svg width="100%" height="38" { (names(axis, 14, 29)) } }
    }
}

/// Names the days with a line, and today, at these heights.
fn names(axis: &Axis, days: u32, today: u32) -> Markup {
    html! {
        @for (day, name) in axis.ticks() { text x=(percent(axis.at(day))) y=(days) { (name) } }
        text.now x=(percent(axis.middle(axis.today))) y=(today) { "today, " (short_date(axis.today)) }
    }
}

fn row(meeting: &Meeting<'_>, item: &Item<'_>, axis: &Axis) -> Markup {
    let who = item.owner.map_or("no owner".into(), |owner| words::name(owner.written));
    html! {
        "\n" li {
            span.name {
                (register::link(item))
                span.sub { (brief(&who)) @if let Some(tier) = item.tier() { ", " (tier.name()) } }
            }
            (bars(meeting, item, axis))
            span.when.(class(item.standing)) { (when(item)) }
        }
    }
}

fn bars(meeting: &Meeting<'_>, item: &Item<'_>, axis: &Axis) -> Markup {
    let stretches = item.stretches(meeting.today);
    let closed = item.closed_on.filter(|day| axis.from <= *day && *day < axis.to());
    let now = axis.at(axis.today);
    html! {
        svg.bars role="img" width="100%" height=(HEIGHT) {
            title { (brief(words::text(item.exception.title.as_ref()))) }
            desc { (describe(item, &stretches)) }
            @for (day, _) in axis.ticks() {
                @let x = percent(axis.at(day));
                line.tick x1=(x) x2=(x) y1="0" y2=(HEIGHT) {}
            }
            @for stretch in &stretches { (bar(stretch, axis)) }
            (outside(&stretches, axis))
            @if let Some(closed) = closed {
                circle.closure cx=(percent(axis.middle(closed))) cy=(HEIGHT / 2) r="4.5" {
                    title { "closed " (date(closed)) }
                }
            }
            rect.today x=(percent(now)) width=(percent(axis.at(axis.today.plus(1)) - now)) height=(HEIGHT) {}
        }
    }
}

/// Draws a stretch, cut to the axis; an arrow shows that it continues beyond it.
fn bar(stretch: &Stretch, axis: &Axis) -> Markup {
    let (from, end) = (stretch.from.max(axis.from), stretch.to.plus(1).min(axis.to()));
    let class = match stretch.kind {
        Kind::Term => "term",
        Kind::Renewal(_) => "renewal",
        Kind::Lapsed => "lapsed",
    };
    let (x, width) = (axis.at(from), axis.at(end) - axis.at(from));
    html! {
        @if from < end {
            rect class=(class) x=(percent(x)) y=((HEIGHT - BAR) / 2) width=(percent(width)) height=(BAR) rx="2" {
                title { (say(stretch)) }
            }
            @if stretch.from < axis.from { path.beyond d="M9 15.5 5 19l4 3.5" {} }
            @if stretch.to >= axis.to() {
                svg.edge x="100%" { path.beyond d="M-9 15.5-5 19l-4 3.5" {} }
            }
        }
    }
}

/// Draws an arrow where all that there is lies outside the axis.
fn outside(stretches: &[Stretch], axis: &Axis) -> Markup {
    let (first, last) = (stretches.first().map(|it| it.from), stretches.last().map(|it| it.to));
    html! {
        @if last.is_some_and(|last| last < axis.from) { path.away d="M9 14.5 4 19l5 4.5M4 19h14" {} }
        @if first.is_some_and(|first| first >= axis.to()) {
            svg.edge x="100%" { path.away d="M-9 14.5-4 19l-5 4.5M-4 19h-14" {} }
        }
    }
}

fn percent(share: f64) -> String {
    format!("{share:.3}%")
}

/// Returns what a row shows.
fn describe(item: &Item<'_>, stretches: &[Stretch]) -> String {
    let mut parts: Vec<String> = stretches.iter().map(say).collect();
    parts.extend(item.closed_on.map(|day| format!("closed {}", date(day))));
    if parts.is_empty() {
        parts.push("no dates to draw".to_owned());
    }
    parts.join("; ")
}

fn say(stretch: &Stretch) -> String {
    let name = match stretch.kind {
        Kind::Term => "first term".to_owned(),
        Kind::Renewal(number) => format!("renewal {number}"),
        Kind::Lapsed => "without approval".to_owned(),
    };
    if stretch.from == stretch.to {
        return format!("{name} on {}", date(stretch.from));
    }
    format!("{name} from {} to {}", date(stretch.from), date(stretch.to))
}
