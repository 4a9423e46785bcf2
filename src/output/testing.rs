//! A result for the tests of the formats.

use std::io::{self, Write};

use crate::files::ReadFile;
use crate::output::{Report, Setting};
use crate::policy::RuleBook;
use crate::register::{Files, Register};
use crate::rules::{Case, Judge};
use crate::source::Source;
use crate::time::{Today, Zone};

/// Prints what the rules find in a register of one file.
pub(super) fn printed(
    setting: &Setting,
    text: &str,
    render: impl Fn(&Report<'_>, &mut dyn Write) -> io::Result<()>,
) -> String {
    let files = Files::from_read(vec![ReadFile::from(Source::new("exceptions/one.yaml", text.to_owned()))]);
    let judge = Judge::new(RuleBook::default(), Today::parse("2026-11-23", Zone::UTC).unwrap());
    let register = Register::parse(&files, None);
    let findings = Case::whole(&judge, &register, None, &files).run();
    let counts = (register.files.len(), register.live());
    let report = Report {
        base: Some("0123456789abcdef0123456789abcdef01234567"),
        again: Some("check"),
        setting,
        ..Report::new(&findings, &files, counts, "exceptions", judge.today)
    };
    let mut out = Vec::new();
    render(&report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
