//! Which rules count: `--select` and `--ignore`.

use crate::cli;
use crate::commands::explain;
use crate::error::{Argument, Error};
use crate::rule::{Findings, Rule};
use crate::rules;

/// Which rules' findings are reported, as `--select` and `--ignore` say; never as a file says.
pub(super) struct Chosen {
    select: Vec<&'static Rule>,
    ignore: Vec<&'static Rule>,
}

impl Chosen {
    pub(super) fn read(arguments: &cli::Check) -> Result<Self, Error> {
        let named = |ids: &[String], typed: &str| -> Result<Vec<&'static Rule>, Error> {
            ids.iter().map(|id| explain::rule(id, typed)).collect()
        };
        let chosen =
            Self { select: named(&arguments.select, "--select")?, ignore: named(&arguments.ignore, "--ignore")? };
        if rules::all().iter().any(|rule| chosen.counts(rule.id)) {
            return Ok(chosen);
        }
        Err(Error::from(Argument::Form {
            option: "--ignore",
            value: typed(&chosen.ignore),
            fault: "leaves no rule that counts, so the check could not fail",
            help: "leave out fewer rules; `--fail-on never` reports everything and passes".to_owned(),
        }))
    }

    /// Returns the options as they are typed, each with a space before it.
    pub(super) fn options(&self) -> String {
        let option = |name: &str, rules: &[&Rule]| match rules {
            [] => String::new(),
            rules => format!(" {name} {}", typed(rules)),
        };
        option("--select", &self.select) + &option("--ignore", &self.ignore)
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

/// Returns rules as one value of an option.
fn typed(rules: &[&Rule]) -> String {
    rules.iter().map(|rule| rule.id).collect::<Vec<_>>().join(",")
}
