//! The rule book in force along a line of commits.

use crate::error::Error;
use crate::git::Commit;

/// Reads the rule books of commits, oldest first, each only where it can be another one than before. One that cannot be
/// used leaves the one before it in force.
#[derive(Debug, Default)]
pub(crate) struct RuleBooks {
    is_due: bool,
    /// What is wrong with the newest one.
    fault: Option<String>,
}

impl RuleBooks {
    /// Creates a reader that has read none yet.
    pub(crate) fn new() -> Self {
        Self { is_due: true, fault: None }
    }

    /// Tells whether the next commit's must be read, whatever the commit changes.
    pub(crate) fn is_due(&self) -> bool {
        self.is_due
    }

    /// Has the next commit's read if a commit `changes` one of its files.
    pub(crate) fn note(&mut self, changes: bool) {
        self.is_due |= changes;
    }

    /// Reads that of a commit. Where it cannot be used, a remark tells so, once for each fault.
    ///
    /// # Errors
    ///
    /// If git fails.
    pub(crate) fn read<B>(
        &mut self,
        commit: Option<&Commit>,
        has_earlier: bool,
        load: impl FnOnce() -> Result<B, Error>,
        remarks: &mut Vec<String>,
    ) -> Result<Option<B>, Error> {
        let fault = match load() {
            Ok(book) => {
                *self = Self::default();
                return Ok(Some(book));
            }
            Err(error @ Error::Git(_)) => return Err(error),
            Err(error) => error.to_string(),
        };
        // Which of its files has the fault is not known, so any later commit may correct it.
        self.is_due = true;
        if self.fault.as_ref() != Some(&fault) {
            let commit = commit.map_or("", Commit::short);
            let then = match has_earlier {
                true => "the previous one stayed in force",
                false => "nothing was judged until there was a usable one",
            };
            remarks.push(format!("the rule book of commit {commit} was not usable, so {then}: {fault}"));
            self.fault = Some(fault);
        }
        Ok(None)
    }
}
