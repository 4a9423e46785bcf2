//! The names of months.

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Returns the English name of a month, counted from 1.
pub(crate) fn month_name(month: u32) -> &'static str {
    MONTHS[(month as usize).saturating_sub(1) % MONTHS.len()]
}
