//! What other readers make of a plain value or key.

use chrono::{NaiveDate, NaiveTime};

/// Returns what another YAML version makes of a plain scalar, if that differs from what this one makes of it.
///
/// Sources: YAML 1.1 type repository (`bool`, `int`, `float`, `merge`, `value`), YAML 1.2.2 section 10.3.2.
pub(super) fn other_reading(text: &str) -> Option<&'static str> {
    if matches!(
        text,
        "y" | "Y" | "yes" | "Yes" | "YES" | "n" | "N" | "no" | "No" | "NO" | "on" | "On" | "ON" | "off" | "Off" | "OFF"
    ) {
        return Some("true or false");
    }
    match text {
        "<<" => return Some("a merge key"),
        "=" => return Some("a default value"),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let bytes = digits.as_bytes();
    let is_signed = digits.len() < text.len();
    if !matches!(bytes.first()?, b'0'..=b'9' | b'.') {
        return None;
    }
    if is_newer_float(digits, is_signed) {
        return Some("a number, others for a string");
    }
    let all = |allowed: fn(&u8) -> bool, from: usize| bytes.len() > from && bytes[from..].iter().all(allowed);
    let begins = |sign: &str| digits.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(sign));
    let is_upper = || bytes[1].is_ascii_uppercase();
    if begins("0o") && all(|b| matches!(b, b'0'..=b'7' | b'_'), 2) {
        Some("an octal number")
    } else if begins("0b") && all(|b| matches!(b, b'0' | b'1' | b'_'), 2) {
        Some("a binary number")
    } else if begins("0x")
        && (is_signed || is_upper() || bytes.contains(&b'_'))
        && all(|b| b.is_ascii_hexdigit() || *b == b'_', 2)
    {
        Some("a hexadecimal number")
    } else if is_number_with_underscores(digits) {
        Some("a number without its underscores")
    } else if bytes[0] == b'0' && bytes.len() > 1 && all(u8::is_ascii_digit, 0) {
        Some("an octal number, others for a decimal one")
    } else if is_sexagesimal(digits) {
        Some("a number to the base of sixty")
    } else {
        None
    }
}

/// Returns whether an unsigned text is a number by YAML 1.2 alone: with an exponent, YAML 1.1 wants a point before it
/// and a sign in it, and without a digit before the point its readers want no sign.
fn is_newer_float(digits: &str, is_signed: bool) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = digits.split_once(['e', 'E']).map_or((digits, None), |(it, rest)| (it, Some(rest)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(it, rest)| (it, Some(rest)));
    let is_float = match (whole, fraction) {
        ("", Some(fraction)) => is_number(fraction),
        (whole, fraction) => is_number(whole) && fraction.is_none_or(|it| it.is_empty() || is_number(it)),
    };
    let has_exponent = exponent.is_none_or(|it| is_number(it.strip_prefix(['-', '+']).unwrap_or(it)));
    let is_older_too = (fraction.is_some() || exponent.is_none())
        && exponent.is_none_or(|it| it.starts_with(['-', '+']))
        && !(whole.is_empty() && is_signed);
    is_float && has_exponent && !is_older_too
}

/// Returns whether an unsigned text is a number of YAML 1.1 but for the underscores in it.
fn is_number_with_underscores(digits: &str) -> bool {
    digits.contains('_')
        && digits.bytes().all(|b| b.is_ascii_digit() || b"_.eE+-".contains(&b))
        && digits.replace('_', "").parse::<f64>().is_ok()
}

/// Says what another reader makes of a plain text that has the form of a time stamp, if that is not this text.
pub(super) fn other_time(text: &str) -> Option<&'static str> {
    match timestamp(text)? {
        Timestamp { is_real: false, .. } => Some("a date, or refuse the file"),
        Timestamp { is_local: true, .. } => Some("a time in UTC"),
        Timestamp { .. } => None,
    }
}

/// A text that YAML 1.1 takes for a date or a time.
struct Timestamp {
    /// Whether there is such a day, and such a time on it.
    is_real: bool,
    /// Whether it is a time without an offset.
    is_local: bool,
}

/// Reads a time stamp (YAML 1.1 type repository, `timestamp`).
fn timestamp(text: &str) -> Option<Timestamp> {
    let is_year = |start: &[u8]| start[..4].iter().all(u8::is_ascii_digit) && start[4] == b'-';
    text.as_bytes().first_chunk::<8>().filter(|start| is_year(&start[..]))?;
    let number = |text: &str, most: usize| {
        let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { text.parse::<u32>().ok() } else { None }
    };
    let (day, time) = text.split_at(text.find(['T', 't', ' ', '\t']).unwrap_or(text.len()));
    let (month_at, is_short) = (day.get(5..)?, day.len() < 10);
    let (month, of_month) = month_at.split_once('-')?;
    let date = NaiveDate::from_ymd_opt(day[..4].parse().ok()?, number(month, 2)?, number(of_month, 2)?);
    if time.is_empty() {
        return (!is_short).then_some(Timestamp { is_real: date.is_some(), is_local: false });
    }
    let time = time.strip_prefix(['T', 't']).unwrap_or(time).trim_start_matches([' ', '\t']);
    let (clock, zone) = time.split_at(time.find([' ', '\t', 'Z', '+', '-']).unwrap_or(time.len()));
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let [Some(hour), Some(minute), Some(second), None] = [parts.next(), parts.next(), parts.next(), parts.next()]
    else {
        return None;
    };
    let of_day = NaiveTime::from_hms_opt(number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
    let zone = zone.trim_start_matches([' ', '\t']);
    let is_offset = |offset: &str| {
        let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "0"));
        number(hours, 2).is_some() && number(minutes, 2).is_some()
    };
    let is_zone = zone.is_empty() || zone == "Z" || zone.strip_prefix(['+', '-']).is_some_and(is_offset);
    let is_whole = is_zone && fraction.bytes().all(|byte| byte.is_ascii_digit()) && minute.len() == 2;
    is_whole.then_some(Timestamp { is_real: date.is_some() && of_day.is_some(), is_local: zone.is_empty() })
}

/// Tells whether YAML 1.1 takes a plain text for a date or a time.
pub(super) fn is_timestamp(text: &str) -> bool {
    timestamp(text).is_some()
}

/// Returns whether a text is `[0-9][0-9_]*(:[0-5]?[0-9])+`, or the same with a fraction: YAML 1.1, of which some
/// readers take a zero at the start, too.
fn is_sexagesimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = whole.split(':');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let first = parts.next().unwrap_or_default();
    let leads = digits(first);
    let rest: Vec<&str> = parts.collect();
    let sixtieth = |part: &&str| {
        part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u8>().is_ok_and(|n| n < 60) && part.len() <= 2
    };
    leads && !rest.is_empty() && rest.iter().all(sixtieth) && (fraction.is_empty() || digits(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_versions_read_differently_are_named_and_others_are_not() {
        for text in [
            "y",
            "No",
            "ON",
            "off",
            "012",
            "08",
            "-017",
            "0o17",
            "0b11",
            "1_000",
            "0x_1F",
            "1:30",
            "190:20:30",
            "09:30",
            ".5_0",
            "685.230_15e+03",
            "0X1F",
            "0O17",
            "0B1",
            "1:30.5",
            "1e3",
            "1E+3",
            "123e4567",
            "1.5e3",
            "-.5",
            "+.5e-3",
            "+0x1F",
            "-0xff",
            "=",
            "<<",
        ] {
            assert!(other_reading(text).is_some(), "{text}");
        }
        for text in [
            "yellow",
            "nO",
            "0",
            "10",
            "0.5",
            ".5",
            "1.",
            "1.5e+3",
            ".5e-3",
            "+1",
            "-0",
            "1e",
            "e3",
            "1e3x",
            "==",
            "a<<",
            "2026-11-23",
            "2026-11-23T09:00",
            "1.2.3",
            "0xFF",
            "a_b",
            "_1",
            "1:75",
            "1_a",
            "0X",
            "10.0.0.0/8",
            "",
            "-",
            "true",
        ] {
            assert!(other_reading(text).is_none(), "{text}");
        }
    }

    #[test]
    fn times_that_other_readers_take_for_others_are_named() {
        for (text, other) in [
            ("2026-02-30", Some("a date, or refuse the file")),
            ("2026-13-01", Some("a date, or refuse the file")),
            ("2026-12-01T25:00:00Z", Some("a date, or refuse the file")),
            ("2016-12-31T23:59:60Z", Some("a date, or refuse the file")),
            ("2026-12-01T09:00:00", Some("a time in UTC")),
            ("2026-12-01 09:00:00", Some("a time in UTC")),
            ("2026-1-1t9:00:00.5", Some("a time in UTC")),
            ("2026-12-01T09:00:00Z", None),
            ("2026-12-01T09:00:00 +01:00", None),
            ("2026-12-01T09:00:00-5", None),
            ("2026-12-01T09:00", None),
            ("2026-12-01", None),
            ("2026-1-1", None),
            ("2026-12", None),
            ("2026-12-01 in the morning", None),
            ("2026-12-01T09:00:00 and later", None),
            ("1234.5678", None),
            ("20261201", None),
            ("2026-Ä-01", None),
            ("", None),
        ] {
            assert_eq!(other_time(text), other, "{text}");
        }
        assert!(is_timestamp("2026-12-01") && is_timestamp("2026-02-30") && !is_timestamp("2026-12"));
    }
}
