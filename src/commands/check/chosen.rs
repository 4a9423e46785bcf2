//! Which rules count: `--select` and `--ignore`.

use crate::cli;
use crate::commands::explain;
use crate::error::Error;
use crate::rule::{Findings, Rule};
use crate::rules;

/// Which rules' findings are reported, as `--select` and `--ignore` say; never as a file says.
pub(super) struct Chosen {
    select: Vec<&'static Rule>,
    ignore: Vec<&'static Rule>,
}

impl Chosen {
    pub(super) fn read(arguments: &cli::Check) -> Result<Self, Error> {
        let rules = |ids: &[String], typed: &str| -> Result<Vec<&'static Rule>, Error> {
            ids.iter().map(|id| explain::rule(id, typed)).collect()
        };
        Ok(Self { select: rules(&arguments.select, "--select")?, ignore: rules(&arguments.ignore, "--ignore")? })
    }

    pub(super) fn narrow(&self, findings: &mut Findings) {
        findings.retain(|finding| self.counts(finding.rule.id));
    }

    /// Tells whether the findings of a rule are reported.
    pub(super) fn counts(&self, id: &str) -> bool {
        let among = |rules: &[&Rule]| rules.iter().any(|rule| rule.id == id);
        (self.select.is_empty() || among(&self.select)) && !among(&self.ignore)
    }

    /// Says what a result without other findings does not mean.
    pub(super) fn remark(&self) -> Option<String> {
        if self.select.iter().map(|rule| rule.id).eq(rules::OF_SUPPRESSIONS) {
            return None;
        }
        let list = |rules: &[&Rule]| rules.iter().map(|rule| format!("`{}`", rule.id)).collect::<Vec<_>>().join(", ");
        let only = (!self.select.is_empty()).then(|| format!("only {} counted", list(&self.select)));
        let without = (!self.ignore.is_empty()).then(|| format!("{} left out", list(&self.ignore)));
        let said: Vec<String> = only.into_iter().chain(without).collect();
        (!said.is_empty()).then(|| said.join(", "))
    }
}
