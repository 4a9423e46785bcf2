//! What came of several registers, put together: all paths are from the top of the work tree.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::files;
use crate::register::Files;
use crate::rule::Findings;
use crate::source::{FileId, Span};

/// Files and findings of several registers.
#[derive(Default)]
pub(super) struct Union {
    pub(super) files: Files,
    pub(super) findings: Findings,
    seen: BTreeSet<(&'static str, String, Span, String)>,
}

impl Union {
    /// Adds those of a register, and returns where its files are among all.
    pub(super) fn add(&mut self, root: &str, files: Files, mut findings: Findings) -> Range<usize> {
        let first = self.files.count();
        let added = first..first + files.count();
        self.files.absorb(files, |path| files::below(root, path));
        // What is beside all registers is judged with each, and is one finding.
        findings.retain(|finding| {
            let path = self.files.source(FileId::new(finding.file.index() + first)).path().to_owned();
            self.seen.insert((finding.rule.id, path, finding.span, finding.message.clone()))
        });
        self.findings.absorb(findings, first);
        added
    }
}

/// What is said of all registers or of some.
#[derive(Default)]
pub(super) struct Remarks {
    /// Each remark with the registers that it is about.
    said: BTreeMap<String, Vec<String>>,
    registers: usize,
}

impl Remarks {
    /// Adds what is said of a register.
    pub(super) fn add(&mut self, name: &str, remarks: impl IntoIterator<Item = String>) {
        self.registers += 1;
        for remark in remarks {
            self.said.entry(remark).or_default().push(name.to_owned());
        }
    }

    /// Returns what is said of all registers, and then what is said of some.
    pub(super) fn lines(self) -> Vec<String> {
        let all = self.registers;
        let (shared, own): (Vec<_>, Vec<_>) = self.said.into_iter().partition(|(_, names)| names.len() == all);
        let own = own.into_iter().map(|(remark, names)| format!("{}: {remark}", names.join(", ")));
        shared.into_iter().map(|(remark, _)| remark).chain(own).collect()
    }
}
