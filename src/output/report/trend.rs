//! The weeks as a few series of numbers: a row of blocks for a terminal, and the last week's difference in words.

use crate::output::report::words::days;
use crate::report::Trend;
use crate::report::trend::Week;

/// A number for each week, and what it counts.
pub(super) struct Series {
    pub(super) name: &'static str,
    /// Twice each number, the oldest first; `None` where the week has none.
    pub(super) twice: Vec<Option<i64>>,
    /// Whether the number is one of days.
    in_days: bool,
    /// Whether a week without a number repeats nothing: the number is about what happened in it.
    pub(super) of_week: bool,
}

/// Returns all series, in the order in which they are shown.
pub(super) fn series(trend: &Trend) -> Vec<Series> {
    let of = |name, in_days, of_week, number: fn(&Week) -> Option<i64>| Series {
        name,
        twice: trend.weeks.iter().map(number).collect(),
        in_days,
        of_week,
    };
    vec![
        of("live", false, false, |week| Some(week.live as i64 * 2)),
        of("expired", false, false, |week| Some(week.expired as i64 * 2)),
        of("median age", true, false, |week| week.twice_age),
        of("renewals", false, true, |week| Some(week.renewals as i64 * 2)),
        of("time to decision", true, true, |week| week.twice_decision),
        of("end to closure", true, true, |week| week.twice_closing),
    ]
}

impl Series {
    /// Returns the last number and how it differs from that of the week before, in words.
    pub(super) fn difference(&self) -> String {
        let (last, before) = match self.twice.as_slice() {
            [.., before, last] => (*last, Some(*before)),
            [last] => (*last, None),
            [] => (None, None),
        };
        let when = if self.of_week { " this week" } else { "" };
        let Some(last) = last else {
            return match self.twice.iter().rev().flatten().next() {
                Some(known) => format!("none{when}, {} the last time", self.number(*known)),
                None => "none so far".to_owned(),
            };
        };
        let now = format!("{}{when}", self.number(last));
        match before {
            None => format!("{now}, the first week"),
            Some(None) => format!("{now}, none the week before"),
            Some(Some(before)) if before == last => format!("{now}, as the week before"),
            Some(Some(before)) => {
                let by = half((last - before).abs());
                let more = if last > before { "more" } else { "fewer" };
                format!("{now}, {by} {more} than the week before")
            }
        }
    }

    /// Writes one of its numbers.
    pub(super) fn number(&self, twice: i64) -> String {
        match self.in_days {
            true if twice % 2 == 0 => days(twice / 2),
            true => format!("{} days", half(twice)),
            false => half(twice),
        }
    }
}

/// Writes half of a number.
fn half(twice: i64) -> String {
    let sign = if twice < 0 { "-" } else { "" };
    let size = twice.abs();
    if size % 2 == 0 { format!("{sign}{}", size / 2) } else { format!("{sign}{}.5", size / 2) }
}

/// Draws a series with a character for each week, from its lowest number to its highest; a gap where there is none.
pub(super) fn spark(series: &Series, unicode: bool) -> String {
    let signs: &[char] = if unicode {
        &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
    } else {
        &['_', '.', '-', '=', '+', '*', '#']
    };
    let known = || series.twice.iter().flatten();
    // Zero is the ground unless something is below it.
    let low = known().min().copied().unwrap_or_default().min(0);
    let high = known().max().copied().unwrap_or_default().max(low + 1);
    let top = signs.len() as i64 - 1;
    let sign = |twice: &Option<i64>| match twice {
        None => ' ',
        Some(twice) => usize::try_from(((twice - low) * top + (high - low) / 2) / (high - low))
            .ok()
            .and_then(|at| signs.get(at))
            .copied()
            .unwrap_or(' '),
    };
    series.twice.iter().map(sign).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(twice: &[Option<i64>], of_week: bool) -> Series {
        Series { name: "median age", twice: twice.to_vec(), in_days: true, of_week }
    }

    #[test]
    fn the_week_is_compared_in_words() {
        for (twice, of_week, words) in [
            (&[Some(8), Some(12)][..], false, "6 days, 2 more than the week before"),
            (&[Some(7), Some(2)], true, "1 day this week, 2.5 fewer than the week before"),
            (&[Some(2), Some(2)], false, "1 day, as the week before"),
            (&[None, Some(3)], true, "1.5 days this week, none the week before"),
            (&[Some(-2), None], true, "none this week, -1 days the last time"),
            (&[Some(4)], false, "2 days, the first week"),
            (&[None, None], true, "none so far"),
        ] {
            assert_eq!(of(twice, of_week).difference(), words, "{twice:?}");
        }
    }

    #[test]
    fn the_lowest_number_is_the_ground_and_a_week_without_one_a_gap() {
        let drawn = |twice: &[Option<i64>]| spark(&of(twice, true), true);
        assert_eq!(drawn(&[Some(0), Some(7), None, Some(14)]), "▁▅ █");
        assert_eq!(drawn(&[Some(0), Some(0)]), "▁▁");
        assert_eq!(drawn(&[Some(-14), Some(0)]), "▁█");
        assert_eq!(spark(&of(&[Some(0), Some(6)], true), false), "_#");
    }
}
