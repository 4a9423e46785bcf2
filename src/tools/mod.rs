//! The scanners and policy engines that stopgap knows by name: one table for covers, results, inline suppressions and
//! ignore files.
//!
//! A row says what `covers` calls the tool, what its SARIF logs call it, which selectors a cover of it may have, and
//! how it spells the ids of its findings. Any other tool is known only by the name of its SARIF driver. Nothing here
//! knows a format.

mod glob;
mod id;
mod key;
mod pattern;
mod table;

pub use id::Ids;
pub(crate) use key::folded_key;
pub use pattern::Pattern;
pub use table::Tool;

use std::borrow::Cow;

/// The id of a cover that is about every rule of its tool, in any case.
pub const EVERY_RULE: &str = "all";

/// Returns whether the id of a cover means every rule of its tool.
#[must_use]
pub fn is_every_rule(id: &str) -> bool {
    id.trim().eq_ignore_ascii_case(EVERY_RULE)
}

/// What narrows a cover, as a key next to `tool` and `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector {
    /// Files, or for some tools the paths by which a package is depended on.
    Paths,
    /// Package URLs.
    Purls,
    /// A package by name and version.
    Package,
    /// What the id names.
    Kind,
    /// A namespace of Kubernetes.
    Namespace,
    /// Expressions about a resource.
    Match,
    /// A resource of Azure.
    Scope,
    /// An assignment of an Azure policy.
    Assignment,
    /// Whether the cover ends once there is a version that fixes the finding.
    UntilFixed,
}

impl Selector {
    /// All selectors, in the order of the schema.
    pub const ALL: [Self; 9] = [
        Self::Paths,
        Self::Purls,
        Self::Package,
        Self::Kind,
        Self::Namespace,
        Self::Match,
        Self::Scope,
        Self::Assignment,
        Self::UntilFixed,
    ];

    /// Returns the key in `covers`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Paths => "paths",
            Self::Purls => "purls",
            Self::Package => "package",
            Self::Kind => "kind",
            Self::Namespace => "namespace",
            Self::Match => "match",
            Self::Scope => "scope",
            Self::Assignment => "assignment",
            Self::UntilFixed => "until_fixed",
        }
    }
}

/// A tool: one of the table, or any other by the name of its SARIF driver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// A key of the table.
    Known(&'static str),
    /// Another driver's name, folded.
    Other(String),
}

impl Name {
    /// Reads the name that a cover, a policy or a SARIF driver gives, in any case and with any of its other names.
    #[must_use]
    pub fn read(name: &str) -> Self {
        Tool::named(name).map_or_else(|| Self::Other(folded(name).into_owned()), |tool| Self::Known(tool.key))
    }

    /// Returns the row of the table.
    #[must_use]
    pub fn tool(&self) -> Option<&'static Tool> {
        match self {
            Self::Known(key) => Tool::of_key(key),
            Self::Other(_) => None,
        }
    }

    /// Returns the name as a cover writes it.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Known(key) => key,
            Self::Other(name) => name,
        }
    }

    /// Returns the selectors that a cover may have: of a tool that is not in the table, `paths` alone.
    #[must_use]
    pub fn selectors(&self) -> &'static [Selector] {
        self.tool().map_or(&[Selector::Paths], |tool| tool.selectors)
    }

    /// Returns whether the `paths` of a cover are those by which a package is depended on, and not files.
    #[must_use]
    pub fn has_routes(&self) -> bool {
        matches!(self.key(), "snyk" | "audit-ci")
    }

    /// Returns whether a cover may be about every rule. What a tool outside the table finds is unknown, or
    /// whether it has a rule of that name.
    #[must_use]
    pub fn has_every_rule(&self) -> bool {
        self.tool().is_some_and(|tool| tool.has_every_rule)
    }

    /// Returns how the tool spells ids.
    #[must_use]
    pub fn ids(&self) -> Ids {
        self.tool().map_or(Ids::Plain, |tool| tool.ids)
    }

    /// Returns whether two spellings of an id mean one finding, such as `AVD-DS-0002` and `DS002` of trivy.
    #[must_use]
    pub fn is_same_id(&self, one: &str, other: &str) -> bool {
        let ids = self.ids();
        ids.form(one) == ids.form(other)
    }
}

/// Tells whether a text is not the id of one finding: it stands for several, as Trivy and kyverno read it.
pub(crate) fn has_wildcard(id: &str) -> bool {
    id.contains('*')
}

/// Returns a tool's name for comparison: without case, and with a hyphen for each run of spaces, `_` and `-`.
pub(crate) fn folded(name: &str) -> Cow<'_, str> {
    let is_plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '/' | '+');
    if name.chars().all(is_plain) {
        return Cow::Borrowed(name);
    }
    let parts = name.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_')).filter(|part| !part.is_empty());
    Cow::Owned(parts.map(str::to_lowercase).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_tools_share_a_name() {
        let mut seen = BTreeSet::new();
        for tool in Tool::all() {
            assert_eq!(folded(tool.key), tool.key);
            for name in tool.names() {
                assert!(seen.insert(folded(name).into_owned()), "{name}");
                assert_eq!(Tool::named(name).map(|found| found.key), Some(tool.key));
            }
        }
        assert!(seen.len() > 40);
    }

    #[test]
    fn a_driver_is_found_by_any_of_its_names() {
        for (name, key) in [
            ("Trivy", "trivy"),
            ("Semgrep OSS", "semgrep"),
            ("SEMGREP_OSS", "semgrep"),
            ("Snyk Open Source", "snyk"),
            ("SnykCode", "snyk"),
            ("Grype", "grype"),
            ("ESLint", "eslint"),
            ("cfn_nag", "cfn-nag"),
            ("My Scanner", "my-scanner"),
        ] {
            assert_eq!(Name::read(name).key(), key, "{name}");
        }
        assert_eq!(Name::read("trivy2"), Name::Other("trivy2".into()));
        assert_eq!(Name::read("my scanner").selectors(), [Selector::Paths]);
    }

    #[test]
    fn every_rule_is_meant_only_of_tools_that_find_mistakes_in_files() {
        for tool in Tool::all().iter().filter(|tool| tool.has_every_rule) {
            let name = Name::read(tool.key);
            assert!(tool.has(Selector::Paths) && !name.has_routes(), "{name:?}");
        }
        for (name, has) in [("Bandit", true), ("Semgrep OSS", true), ("trivy", false), ("snyk", false), ("x", false)] {
            assert_eq!(Name::read(name).has_every_rule(), has, "{name}");
        }
        for (id, is) in [("all", true), (" ALL ", true), ("a.all", false), ("all-rules", false), ("", false)] {
            assert_eq!(is_every_rule(id), is, "{id}");
        }
    }
}
