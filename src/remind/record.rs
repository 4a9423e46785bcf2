//! What has been told, as a hidden line in the text of a tracking issue: `<!-- stopgap:v1 {…} -->`.
//!
//! The line is our own data, and only as trustworthy as the author of the text that contains it; who that is, is judged
//! elsewhere.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

use crate::remind::Stage;

const BEFORE: &str = "<!-- stopgap:v1 ";
const BEHIND: &str = " -->";

/// The stage that was told last, and what about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The expiry, or the day on which the incident ended.
    pub of: String,
    /// The stage.
    pub stage: Stage,
}

/// Why no action is needed any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Over {
    /// The exception is closed.
    Closed,
    /// The exception was never approved.
    Rejected,
    /// The exception has another end, which is not near.
    Renewed,
    /// The incident was reviewed.
    Reviewed,
    /// The file is gone.
    Removed,
    /// Nothing is due, for any other reason.
    NothingDue,
    /// Another issue tracks the exception.
    Duplicate,
}

/// The record of one tracking issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The exception's id; `None` for the digest of those without an issue.
    pub id: Option<String>,
    /// How often something was told here; it makes the record of each telling unique.
    pub told: u32,
    /// What was told about its end.
    pub end: Option<Told>,
    /// What was told about the review of its incident.
    pub review: Option<Told>,
    /// The logins of the people currently involved who were told; `None` in a record of an older version.
    pub to: Option<Vec<String>>,
    /// Set once the issue has been closed.
    pub over: Option<Over>,
    /// A hash of the title and the text that were written last, so that they are only rewritten if the register's words
    /// have changed, and not if somebody has added theirs.
    pub text: Option<String>,
}

impl Record {
    /// Finds the record in a text: the last line that is one. Returns `None` if there is none, and an error if what
    /// looks like one cannot be read.
    pub fn find(text: &str) -> Option<Result<Self, ()>> {
        text.lines().rev().map(str::trim).filter(|line| line.starts_with("<!-- stopgap:v")).map(read).next()
    }

    /// Returns a text with its record replaced by this one.
    #[must_use]
    pub fn replace_in(&self, text: &str) -> String {
        let own = |line: &str| line.trim().starts_with(BEFORE);
        let kept: Vec<&str> = text.lines().filter(|line| !own(line)).collect();
        format!("{}\n\n{self}", kept.join("\n").trim_end())
    }
}

fn read(line: &str) -> Result<Record, ()> {
    let json = line.strip_prefix(BEFORE).and_then(|rest| rest.strip_suffix(BEHIND)).ok_or(())?;
    serde_json::from_str::<Written>(json).map_err(|_| ())?.try_into()
}

/// The keys as written.
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    digest: bool,
    told: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<String>,
    /// Logins, separated by blanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<Over>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl TryFrom<Written> for Record {
    type Error = ();

    fn try_from(written: Written) -> Result<Self, ()> {
        let told = |of: Option<String>, stage: Option<String>| match (of, stage) {
            (Some(of), Some(stage)) => stage.parse().map(|stage| Some(Told { of, stage })),
            (None, None) => Ok(None),
            _ => Err(()),
        };
        if written.id.is_some() == written.digest {
            return Err(());
        }
        Ok(Self {
            id: written.id,
            told: written.told,
            end: told(written.expiry, written.stage)?,
            review: told(written.incident, written.review)?,
            to: written.to.map(|to| to.split_whitespace().map(str::to_owned).collect()),
            over: written.over,
            text: written.text,
        })
    }
}

impl From<&Record> for Written {
    fn from(record: &Record) -> Self {
        let of = |told: &Option<Told>| told.as_ref().map(|told| told.of.clone());
        let stage = |told: &Option<Told>| told.as_ref().map(|told| told.stage.to_string());
        Self {
            id: record.id.clone(),
            digest: record.id.is_none(),
            told: record.told,
            expiry: of(&record.end),
            stage: stage(&record.end),
            incident: of(&record.review),
            review: stage(&record.review),
            to: record.to.as_ref().map(|to| to.join(" ")),
            over: record.over,
            text: record.text.clone(),
        }
    }
}

impl fmt::Display for Record {
    /// Writes the line. An id is a file name and may be anything, so only letters, digits and what JSON itself needs
    /// are written unescaped: it cannot contain the end of the comment, a mention or anything invisible.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(&Written::from(self)).map_err(|_| fmt::Error)?;
        f.write_str(BEFORE)?;
        for c in json.chars() {
            if c.is_ascii_alphanumeric() || "{}\":,-._\\+ ".contains(c) {
                f.write_char(c)?;
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(f, "\\u{unit:04x}")?;
                }
            }
        }
        f.write_str(BEHIND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(of: &str, stage: Stage) -> Option<Told> {
        Some(Told { of: of.to_owned(), stage })
    }

    #[test]
    fn a_record_is_one_hidden_line() {
        let record = Record {
            id: Some("payroll-vendor".into()),
            told: 2,
            end: told("2026-11-23", Stage::Reminder(1)),
            ..Record::default()
        };
        assert_eq!(
            record.to_string(),
            r#"<!-- stopgap:v1 {"id":"payroll-vendor","told":2,"expiry":"2026-11-23","stage":"reminder-1"} -->"#
        );
        let digest = Record { over: Some(Over::NothingDue), ..Record::default() };
        assert_eq!(digest.to_string(), r#"<!-- stopgap:v1 {"digest":true,"told":0,"over":"nothing-due"} -->"#);
    }

    #[test]
    fn any_id_is_read_back_as_it_was_written() {
        for id in ["a", "a --> b", "\n<!-- x", "@dana #1", "\"}\\", "é😀\u{202e}\u{1b}", "a&b;::x##[y]"] {
            let record = Record {
                id: Some(id.to_owned()),
                told: 7,
                end: told("2026-11-23T09:00+01:00", Stage::Expired(14)),
                review: told("2026-11-20", Stage::ReviewOverdue(0)),
                to: Some(vec!["dana".into(), "olek_acme".into()]),
                over: Some(Over::Duplicate),
                text: Some("0b7d6e4452c1a98f".into()),
            };
            let line = record.to_string();
            assert!(!line.contains('\n') && line.is_ascii() && line.matches('>').count() == 1, "{line}");
            assert!(!line.contains(['@', '#', '&']), "{line}");
            assert_eq!(Record::find(&format!("text\n\n  {line}  \r\nbehind\n")), Some(Ok(record)));
        }
    }

    #[test]
    fn the_last_line_counts_and_a_damaged_one_differs_from_none() {
        let line = |told: u32| Record { id: Some("a".into()), told, ..Record::default() }.to_string();
        let both = format!("{}\n{}\n", line(1), line(2));
        assert_eq!(Record::find(&both).unwrap().unwrap().told, 2);
        assert_eq!(Record::find(&format!("a text that names `{}` in a line", line(1))), None);
        for damaged in [
            "<!-- stopgap:v1 {} -->",
            "<!-- stopgap:v2 {\"id\":\"a\",\"told\":1} -->",
            "<!-- stopgap:v1 {\"id\":\"a\",\"told\":1}",
            "<!-- stopgap:v1 {\"id\":\"a\",\"told\":-1} -->",
            "<!-- stopgap:v1 {\"id\":\"a\",\"digest\":true,\"told\":1} -->",
            "<!-- stopgap:v1 {\"id\":\"a\",\"told\":1,\"expiry\":\"2026-11-23\"} -->",
            "<!-- stopgap:v1 {\"id\":\"a\",\"told\":1,\"expiry\":\"2026-11-23\",\"stage\":\"soon\"} -->",
        ] {
            assert_eq!(Record::find(damaged), Some(Err(())), "{damaged}");
        }
    }

    #[test]
    fn a_replaced_record_leaves_the_text() {
        let record = |told| Record { id: Some("a".into()), told, ..Record::default() };
        let text = format!("One.\r\n\r\nTwo.\r\n\r\n{}\r\n", record(1));
        assert_eq!(record(2).replace_in(&text), format!("One.\n\nTwo.\n\n{}", record(2)));
    }
}
