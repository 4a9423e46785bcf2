//! What a rule and its findings are, independent of how rules judge.

mod finding;
mod legacy;
mod level;

pub use finding::{Finding, Findings, Label, total};
pub use legacy::Legacy;
pub use level::Level;

/// The families of rules, in the order of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The file itself.
    Record,
    /// Dates and terms.
    Time,
    /// Who asks, approves, owns.
    People,
    /// Renewals.
    Renewals,
    /// What the texts say.
    Text,
    /// What a change does to the register.
    Change,
    /// Who signed a change off.
    SignOff,
    /// Suppressions in scanners.
    Enforcement,
}

impl Family {
    /// Returns the folder of its rules in `src/rules/`.
    #[must_use]
    pub fn folder(self) -> String {
        self.name().to_lowercase().replace('-', "")
    }

    /// Returns what the findings of a rule of this family weigh, unless the rule says otherwise.
    #[must_use]
    pub const fn weight(self) -> Weight {
        match self {
            Self::Change | Self::SignOff | Self::Enforcement => Weight::Open,
            Self::People => Weight::People,
            Self::Time | Self::Renewals => Weight::Terms,
            Self::Record | Self::Text => Weight::Form,
        }
    }

    /// Returns the family's name as headings write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Record => "Record",
            Self::Time => "Time",
            Self::People => "People",
            Self::Renewals => "Renewals",
            Self::Text => "Text",
            Self::Change => "Change",
            Self::SignOff => "Sign-off",
            Self::Enforcement => "Enforcement",
        }
    }
}

/// What a finding weighs for a reader who sees only the first few, the heaviest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something is open although it has ended, or although nobody signed it.
    Open,
    /// Nobody, or the wrong person, answers for it.
    People,
    /// Its terms are not those that are allowed.
    Terms,
    /// It is not written as it should be.
    Form,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooksAt {
    /// One exception, and nothing else.
    Entry,
    /// The whole register.
    Register,
    /// A change, and never the register as it is.
    Change,
    /// A change of the past and what merged it; the gate never runs it.
    Merge,
}

/// A rule. Declare one with `declare_rule!`.
pub struct Rule {
    /// Kebab-case name of the defect.
    pub id: &'static str,
    /// The family it belongs to.
    pub family: Family,
    /// Its level unless the policy says otherwise.
    pub level: Level,
    /// What its findings weigh.
    pub weight: Weight,
    /// The version that introduced it.
    pub since: &'static str,
    /// Rules that are narrower: if one of them names the same value, this one is silent.
    pub yields_to: &'static [&'static str],
    /// The doc comment: a summary line, `## Why`, `## What to do`.
    pub doc: &'static str,
    /// What it looks at.
    pub looks_at: LooksAt,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Rule {
    /// Returns whether the rule judges a change and never the register as it is.
    #[must_use]
    pub fn judges_changes(&self) -> bool {
        matches!(self.looks_at, LooksAt::Change | LooksAt::Merge)
    }

    /// Returns whether the rule's answer for an exception depends on that exception alone.
    #[must_use]
    pub fn looks_at_one_entry(&self) -> bool {
        self.looks_at == LooksAt::Entry
    }

    /// Returns the first paragraph of the documentation.
    #[must_use]
    pub fn summary(&self) -> String {
        self.section(None)
    }

    /// Returns why the rule exists.
    #[must_use]
    pub fn why(&self) -> String {
        self.section(Some("## Why"))
    }

    /// Returns what to do about a finding.
    #[must_use]
    pub fn what_to_do(&self) -> String {
        self.section(Some("## What to do"))
    }

    fn section(&self, heading: Option<&str>) -> String {
        let mut lines = self.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        if let Some(heading) = heading {
            lines.find(|line| *line == heading);
        }
        let text: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
        text.join("\n").trim().to_owned()
    }
}
