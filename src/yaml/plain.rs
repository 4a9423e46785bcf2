//! What other readers make of a plain value.

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
        return Some("a number, others for a text");
    }
    if bytes[0] == b'.' {
        return None;
    }
    let all = |allowed: fn(&u8) -> bool, from: usize| bytes.len() > from && bytes[from..].iter().all(allowed);
    let number = |b: &u8| b.is_ascii_digit() || matches!(b, b'_' | b'.');
    if bytes.starts_with(b"0o") && all(|b| matches!(b, b'0'..=b'7' | b'_'), 2) {
        Some("an octal number")
    } else if bytes.starts_with(b"0b") && all(|b| matches!(b, b'0' | b'1' | b'_'), 2) {
        Some("a binary number")
    } else if bytes.starts_with(b"0x")
        && (is_signed || bytes.contains(&b'_'))
        && all(|b| b.is_ascii_hexdigit() || *b == b'_', 2)
    {
        Some("a hexadecimal number")
    } else if bytes.contains(&b'_') && all(number, 0) {
        Some("a number without its underscores")
    } else if bytes[0] == b'0' && bytes.len() > 1 && all(u8::is_ascii_digit, 0) {
        Some("an octal number, others for a decimal one")
    } else if is_sexagesimal(digits) {
        Some("a number to the base of sixty")
    } else {
        None
    }
}

/// Returns whether an unsigned text is a number by YAML 1.2 alone: with an exponent, YAML 1.1 wants a point before it and
/// a sign in it, and without a digit before the point its readers want no sign.
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

/// Returns whether a text is `[1-9][0-9_]*(:[0-5]?[0-9])+`, or the same with a fraction (YAML 1.1).
fn is_sexagesimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = whole.split(':');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let first = parts.next().unwrap_or_default();
    let leads = digits(first) && (!first.starts_with('0') || text.contains('.'));
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
            "09:00",
            "1:75",
            "10.0.0.0/8",
            "",
            "-",
            "true",
        ] {
            assert!(other_reading(text).is_none(), "{text}");
        }
    }
}
