//! What a result says of several registers at once: which is which, and which could not be judged.

use std::ops::Range;

use crate::rule::{Finding, Findings};
use crate::source::{FileId, Position, Source, Span};

/// The registers of a result.
#[derive(Debug, Default)]
pub struct Several {
    /// Those that were judged, by name.
    pub registers: Vec<Named>,
    /// Those that could not be, by name.
    pub broken: Vec<Broken>,
    /// The folders whose registers were left out, from the top of the work tree.
    pub skipped: Vec<String>,
}

/// A register that was judged.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its root from the top of the work tree, `.` for the top itself.
    pub name: String,
    /// The folder of its exceptions, from the top of the work tree.
    pub folder: String,
    /// Its files among those of the result.
    pub files: Range<usize>,
    /// Exception files.
    pub exceptions: usize,
    /// Exceptions whose status is `active` or `expired`.
    pub live: usize,
}

/// A register that could not be judged.
#[derive(Debug)]
pub struct Broken {
    /// Its root from the top of the work tree, `.` for the top itself.
    pub name: String,
    /// The file that is at fault, otherwise its policy, with its path from the top of the work tree.
    pub source: Source,
    /// Where in it.
    pub span: Span,
    /// Why.
    pub why: String,
    /// What to do.
    pub help: Option<String>,
}

impl Broken {
    /// Returns where it is at fault.
    #[must_use]
    pub fn start(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// Returns what is said of it, on one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("the register `{}` could not be judged: {}", self.name, self.why)
    }
}

impl Several {
    /// Returns the register whose check read a file.
    #[must_use]
    pub fn of(&self, file: FileId) -> Option<&Named> {
        self.registers.iter().find(|named| named.files.contains(&file.index()))
    }

    /// Counts exception files, and those that are live.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let sum = |count: fn(&Named) -> usize| self.registers.iter().map(count).sum();
        (sum(|named| named.exceptions), sum(|named| named.live))
    }

    /// Returns the findings that gate in a register.
    #[must_use]
    pub fn found_in<'f>(&self, named: &Named, findings: &'f Findings) -> Vec<&'f Finding> {
        findings.iter().filter(|finding| finding.gates && named.files.contains(&finding.file.index())).collect()
    }
}
