//! A line of `allowed_signers` (ssh-keygen(1), "ALLOWED SIGNERS"): who may sign, by which key, and within what limits.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::text::shown;

/// The word in place of a key's type that makes a line one for an OpenPGP key.
const OPENPGP: &str = "openpgp";

/// The option that lets a key sign certificates of further keys: the only one that does not narrow.
const AUTHORITY: &str = "cert-authority";

/// One line with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer<'a> {
    /// Who may sign by it.
    pub principals: &'a str,
    options: Vec<&'a str>,
    kind: &'a str,
    /// The key, in base64.
    pub key: &'a str,
}

impl<'a> Signer<'a> {
    /// Reads a line; `None` for an empty one, a comment, and what has no key.
    #[must_use]
    pub fn read(line: &'a str) -> Option<Self> {
        let mut words = split(line.trim(), char::is_whitespace).filter(|word| !word.is_empty());
        let principals = words.next().filter(|first| !first.starts_with('#'))?;
        let second = words.next()?;
        let is_kind = |word: &str| word == OPENPGP || ["ssh-", "ecdsa-", "sk-"].iter().any(|it| word.starts_with(it));
        let (options, kind) = if is_kind(second) { ("", second) } else { (second, words.next()?) };
        let options = split(options, |c| c == ',').filter(|option| !option.is_empty()).collect();
        Some(Self { principals, options, kind, key: words.next()? })
    }

    /// Tells whether it has an OpenPGP key, as `gpg --export` writes it.
    #[must_use]
    pub fn is_openpgp(&self) -> bool {
        self.kind == OPENPGP && self.options.is_empty()
    }

    /// Tells whether another line is about the same people and the same key.
    #[must_use]
    pub fn is_of_the_key_of(&self, other: &Self) -> bool {
        (self.principals, self.kind, self.key) == (other.principals, other.kind, other.key)
    }

    /// Returns when its key stops being good, in seconds since 1970-01-01 UTC (`valid-before`).
    #[must_use]
    pub fn end(&self) -> Option<i64> {
        instant(self.value("valid-before")?)
    }

    /// Returns how it allows more than an earlier line of the same key.
    #[must_use]
    pub fn widens(&self, before: &Self) -> Option<String> {
        if self.has(AUTHORITY) && !before.has(AUTHORITY) {
            return Some(format!("`{AUTHORITY}` is new"));
        }
        before.options.iter().find_map(|option| {
            let (name, was) = parts(option);
            if name.eq_ignore_ascii_case(AUTHORITY) {
                return None;
            }
            let Some(is) = self.value(name) else { return Some(format!("`{}` is gone", shown(option))) };
            let is_narrower = match (instant(was), instant(is)) {
                (Some(was), Some(is)) if name.eq_ignore_ascii_case("valid-before") => is <= was,
                (Some(was), Some(is)) if name.eq_ignore_ascii_case("valid-after") => is >= was,
                _ => was == is,
            };
            (!is_narrower).then(|| format!("`{name}` is `{}` instead of `{}`", shown(is), shown(was)))
        })
    }

    fn has(&self, name: &str) -> bool {
        self.options.iter().any(|option| parts(option).0.eq_ignore_ascii_case(name))
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        self.options.iter().map(|option| parts(option)).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|it| it.1)
    }
}

/// Splits a text where nothing is quoted.
fn split(text: &str, is_end: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |c: char| {
        is_quoted ^= c == '"';
        !is_quoted && is_end(c)
    })
}

/// Returns the name of an option and its value, without quotes.
fn parts(option: &str) -> (&str, &str) {
    let (name, value) = option.split_once('=').unwrap_or((option, ""));
    (name, value.trim_matches('"'))
}

/// Reads `YYYYMMDD` or `YYYYMMDDHHMM[SS]`, a `Z` behind it or not, as seconds since 1970-01-01 UTC.
fn instant(written: &str) -> Option<i64> {
    let written = written.trim_end_matches(['Z', 'z']);
    let number = |from: usize, to: usize| written.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let day = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(4, 6)?, number(6, 8)?)?;
    let [hour, minute, second] = [8, 10, 12].map(|from| number(from, from + 2).unwrap_or_default());
    let time = NaiveTime::from_hms_opt(hour, minute, second).unwrap_or_default();
    Some(NaiveDateTime::new(day, time).and_utc().timestamp())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn the_end_of_a_key_is_among_its_options() {
        let end =
            |line: &str| Signer::read(line)?.end().map(|end| DateTime::from_timestamp(end, 0).unwrap().to_string());
        for (line, day) in [
            ("mei@example.com valid-before=\"20260110\" ssh-ed25519 AAAA", Some("2026-01-10 00:00:00 UTC")),
            (
                "mei@example.com namespaces=\"git, file\",Valid-Before=\"202601101230Z\" ssh-rsa A",
                Some("2026-01-10 12:30:00 UTC"),
            ),
            (
                "mei@example.com valid-before=\"20260110123059\" sk-ssh-ed25519@openssh.com A",
                Some("2026-01-10 12:30:59 UTC"),
            ),
            ("mei@example.com valid-after=\"20260110\" ecdsa-sha2-nistp256 AAAA", None),
            ("mei@example.com ssh-ed25519 AAAA valid-before=\"20260110\"", None),
            ("mei@example.com valid-before=\"soon\" ssh-ed25519 AAAA", None),
            ("# valid-before=\"20260110\" ssh-ed25519 AAAA", None),
            ("mei@example.com", None),
        ] {
            assert_eq!(end(line).as_deref(), day, "{line}");
        }
    }

    #[test]
    fn an_option_that_goes_allows_more_and_one_that_comes_less() {
        let line = |options: &str| format!("mei@example.com {options} ssh-ed25519 AAAA mei's");
        for (before, after, said) in [
            ("", "valid-before=\"20261231\"", None),
            ("", "namespaces=\"git\",valid-after=20260101", None),
            ("", "cert-authority", Some("`cert-authority` is new")),
            ("cert-authority", "", None),
            ("Cert-Authority", "cert-authority", None),
            ("valid-before=\"20261231\"", "", Some("`valid-before=\"20261231\"` is gone")),
            ("valid-before=\"20261231\"", "Valid-Before=\"20261130\"", None),
            (
                "valid-before=\"20261231\"",
                "valid-before=\"20270101\"",
                Some("`valid-before` is `20270101` instead of `20261231`"),
            ),
            ("valid-after=\"20260101\"", "valid-after=\"202601020000Z\"", None),
            ("valid-after=\"20260101\"", "valid-after=\"202601010000\"", None),
            ("valid-before=\"20260101\"", "valid-before=\"20260101000000\"", None),
            (
                "valid-after=\"20260101\"",
                "valid-after=\"20250101\"",
                Some("`valid-after` is `20250101` instead of `20260101`"),
            ),
            ("namespaces=\"git\"", "namespaces=\"*\"", Some("`namespaces` is `*` instead of `git`")),
        ] {
            let [before, after] = [before, after].map(line);
            let [before, after] = [&before, &after].map(|line| Signer::read(line).unwrap());
            assert!(after.is_of_the_key_of(&before));
            assert_eq!(after.widens(&before).as_deref(), said, "{before:?} {after:?}");
        }
        let other = Signer::read("olek@example.com ssh-ed25519 AAAA").unwrap();
        assert!(!other.is_of_the_key_of(&Signer::read("mei@example.com ssh-ed25519 AAAA").unwrap()));
    }
}
