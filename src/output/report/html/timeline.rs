//! The timeline: one row an exception, drawn as SVG whose positions are shares of its width, so that it
//! fits every screen and sheet of paper without a script.

use std::fmt::Write as _;

use crate::output::report::html::{class, clean, date, register, short_date, short_month, thousands, when};
use crate::output::report::words;
use crate::report::{Item, Kind, Meeting, Standing, Stretch};
use crate::time::Day;

/// Rows of the timeline; the register below it has the rest.
const ROWS: usize = 120;

/// Closed exceptions are drawn for so many days after their closure.
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

/// The fewest and the most days that are drawn before and after today.
const BEFORE: [i64; 2] = [21, 120];
const AFTER: [i64; 2] = [21, 120];

impl Axis {
    fn new(items: &[&Item<'_>], today: Day) -> Self {
        let first = items.iter().filter_map(|item| item.first_day).min().unwrap_or(today);
        let last = items.iter().flat_map(|item| [item.last_day, item.closed_on]).flatten().max().unwrap_or(today);
        let before = first.days_until(today).clamp(BEFORE[0], BEFORE[1]) + 1;
        let after = today.days_until(last).clamp(AFTER[0], AFTER[1]) + 2;
        Self { from: today.plus(-before), days: before + after, today }
    }

    /// Returns how far a day's first moment lies from the left edge, in percent of the width.
    fn at(&self, day: Day) -> f64 {
        self.from.days_until(day) as f64 * 100.0 / self.days as f64
    }

    fn to(&self) -> Day {
        self.from.plus(self.days)
    }

    /// Returns the days with a line, each with its name: the first of each month, or each Monday where
    /// there are few months.
    fn ticks(&self) -> Vec<(Day, String)> {
        let days = (1..self.days).map(|days| self.from.plus(days));
        if self.days <= 70 {
            return days.filter(|day| day.is_monday()).map(|day| (day, short_date(day))).collect();
        }
        let first = days.filter(|day| day.year_month_day().2 == 1);
        let name = |day: Day| {
            let (year, month, _) = day.year_month_day();
            if month == 1 { format!("{} {year}", short_month(month)) } else { short_month(month).to_owned() }
        };
        first.map(|day| (day, name(day))).collect()
    }
}

/// Draws the timeline.
pub(super) fn draw(meeting: &Meeting<'_>, page: &mut String) {
    let recent = meeting.since.min(meeting.today.plus(-RECENT));
    let drawn = |item: &&Item<'_>| match item.standing {
        Standing::Rejected => false,
        Standing::Closed => item.closed_on.is_some_and(|day| day >= recent),
        _ => true,
    };
    let all: Vec<&Item<'_>> = meeting.items.iter().filter(drawn).collect();
    let rows = &all[..all.len().min(ROWS)];
    page.push_str("<section aria-labelledby=\"timeline\">\n<h2 id=\"timeline\">Timeline</h2>\n");
    if rows.is_empty() {
        page.push_str("<p class=\"none\">Nothing is live, and nothing was closed lately.</p>\n</section>\n");
        return;
    }
    let axis = Axis::new(rows, meeting.today);
    page.push_str("<div class=\"timeline\">\n");
    legend(page);
    draw_axis(&axis, true, page);
    for group in rows.chunk_by(|a, b| words::standing(a.standing) == words::standing(b.standing)) {
        let Some(first) = group.first() else { continue };
        let name = words::standing(first.standing);
        let _ = writeln!(
            page,
            "<h3 class=\"{}\">{name} <span class=\"count\">{}</span></h3>\n<ol>",
            class(first.standing),
            thousands(group.len())
        );
        for item in group {
            row(meeting, item, &axis, page);
        }
        page.push_str("</ol>\n");
    }
    draw_axis(&axis, false, page);
    page.push_str("</div>\n");
    left_out(meeting, &all, recent, page);
    page.push_str("</section>\n");
}

/// Says what the timeline does not show.
fn left_out(meeting: &Meeting<'_>, all: &[&Item<'_>], recent: Day, page: &mut String) {
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
    if !parts.is_empty() {
        let _ = writeln!(page, "<p class=\"note\">Not drawn: {}.</p>", parts.join(", "));
    }
}

fn legend(page: &mut String) {
    page.push_str("<ul class=\"legend\">");
    for (class, name) in [("term", "first term"), ("renewal", "renewal"), ("lapsed", "without approval")] {
        let _ = write!(
            page,
            "<li><svg aria-hidden=\"true\" width=\"26\" height=\"12\"><rect class=\"{class}\" width=\"26\" height=\"12\" rx=\"2\"/></svg>{name}</li>"
        );
    }
    page.push_str(
        "<li><svg aria-hidden=\"true\" width=\"12\" height=\"12\"><circle class=\"closure\" cx=\"6\" cy=\"6\" r=\"4.5\"/></svg>closed</li>\
         <li><svg aria-hidden=\"true\" width=\"4\" height=\"12\"><rect class=\"today\" width=\"4\" height=\"12\"/></svg>today</li></ul>\n",
    );
}

fn draw_axis(axis: &Axis, above: bool, page: &mut String) {
    let (text, today) = if above { (32, 13) } else { (14, 29) };
    // The pattern of the bars below stands in the first drawing.
    let pattern = if above {
        "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect class=\"hatch-under\" width=\"6\" height=\"6\"/><rect class=\"hatch-over\" width=\"2.5\" height=\"6\"/></pattern></defs>"
    } else {
        ""
    };
    let class = if above { "axis above" } else { "axis below" };
    let _ = write!(page, "<div class=\"{class}\" aria-hidden=\"true\"><svg width=\"100%\" height=\"38\">{pattern}");
    let now = axis.at(axis.today);
    for (day, name) in axis.ticks() {
        let x = axis.at(day);
        let _ = write!(page, "<text x=\"{x:.3}%\" y=\"{text}\">{name}</text>");
    }
    let middle = (now + axis.at(axis.today.plus(1))) / 2.0;
    let _ = writeln!(
        page,
        "<text class=\"now\" x=\"{middle:.3}%\" y=\"{today}\">today, {}</text></svg></div>",
        short_date(axis.today)
    );
}

fn row(meeting: &Meeting<'_>, item: &Item<'_>, axis: &Axis, page: &mut String) {
    let stretches = item.stretches(meeting.zone, meeting.today);
    let who = item.owner.map_or("no owner", |owner| owner.written);
    let tier = item.tier().map(|tier| format!(", {}", tier.name())).unwrap_or_default();
    let title = clean(words::text(item.exception.title.as_ref()));
    let _ = write!(
        page,
        "<li><span class=\"name\">{}<span class=\"sub\">{}{tier}</span></span>\
         <svg class=\"bars\" role=\"img\" width=\"100%\" height=\"{HEIGHT}\"><title>{title}</title><desc>{}</desc>",
        register::link(item, &title),
        clean(who),
        describe(item, &stretches)
    );
    for (day, _) in axis.ticks() {
        let x = axis.at(day);
        let _ = write!(page, "<line class=\"tick\" x1=\"{x:.3}%\" x2=\"{x:.3}%\" y1=\"0\" y2=\"{HEIGHT}\"/>");
    }
    for stretch in &stretches {
        bar(stretch, axis, page);
    }
    if let Some(closed) = item.closed_on.filter(|day| axis.from <= *day && *day < axis.to()) {
        let x = (axis.at(closed) + axis.at(closed.plus(1))) / 2.0;
        let _ = write!(
            page,
            "<circle class=\"closure\" cx=\"{x:.3}%\" cy=\"{}\" r=\"4.5\"><title>closed {}</title></circle>",
            HEIGHT / 2,
            date(closed)
        );
    }
    let (now, next) = (axis.at(axis.today), axis.at(axis.today.plus(1)));
    let _ = writeln!(
        page,
        "<rect class=\"today\" x=\"{now:.3}%\" width=\"{:.3}%\" height=\"{HEIGHT}\"/></svg>\
         <span class=\"when {}\">{}</span></li>",
        next - now,
        class(item.standing),
        when(item)
    );
}

/// Draws a stretch, cut to the axis; an arrow tells that it goes on beyond it.
fn bar(stretch: &Stretch, axis: &Axis, page: &mut String) {
    let (from, end) = (stretch.from.max(axis.from), stretch.to.plus(1).min(axis.to()));
    if from >= end {
        return;
    }
    let class = match stretch.kind {
        Kind::Term => "term",
        Kind::Renewal(_) => "renewal",
        Kind::Lapsed => "lapsed",
    };
    let (x, width) = (axis.at(from), axis.at(end) - axis.at(from));
    let _ = write!(
        page,
        "<rect class=\"{class}\" x=\"{x:.3}%\" y=\"{}\" width=\"{width:.3}%\" height=\"{BAR}\" rx=\"2\"><title>{}</title></rect>",
        (HEIGHT - BAR) / 2,
        say(stretch)
    );
    if stretch.from < axis.from {
        page.push_str("<path class=\"beyond\" d=\"M9 15.5 5 19l4 3.5\"/>");
    }
    if stretch.to >= axis.to() {
        page.push_str("<svg class=\"edge\" x=\"100%\"><path class=\"beyond\" d=\"M-9 15.5-5 19l-4 3.5\"/></svg>");
    }
}

/// Says what a row shows.
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
