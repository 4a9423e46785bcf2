//! The table.

use super::{Ids, Selector, folded};

/// A tool that stopgap knows by name.
#[derive(Debug)]
pub struct Tool {
    /// What `covers` and the policy call it.
    pub key: &'static str,
    /// What its makers call it.
    pub name: &'static str,
    /// What its SARIF logs and its other editions are called, apart from `key` and `name`.
    pub others: &'static [&'static str],
    /// The selectors that a cover of it may have: those that its own ignore file can express, so that nothing is
    /// overlooked there that was not approved.
    pub selectors: &'static [Selector],
    /// How it spells the ids of its findings.
    pub ids: Ids,
}

const PATHS: &[Selector] = &[Selector::Paths];

/// A tool that finds things in files, and is told by comments or paths what to overlook.
const fn files(key: &'static str, name: &'static str, others: &'static [&'static str]) -> Tool {
    Tool { key, name, others, selectors: PATHS, ids: Ids::Plain }
}

/// Known to `covers` in this order.
static TABLE: &[Tool] = &[
    Tool {
        key: "trivy",
        name: "Trivy",
        others: &["aqua-security-trivy"],
        selectors: &[Selector::Paths, Selector::Purls, Selector::Kind, Selector::UntilFixed],
        ids: Ids::Trivy,
    },
    Tool {
        key: "osv-scanner",
        name: "OSV-Scanner",
        others: &[],
        selectors: &[Selector::Package, Selector::UntilFixed],
        ids: Ids::Plain,
    },
    Tool {
        key: "grype",
        name: "Grype",
        others: &["Anchore Container Vulnerability Report (T0)"],
        selectors: &[Selector::Package, Selector::Paths, Selector::UntilFixed],
        ids: Ids::Plain,
    },
    Tool { key: "cargo-deny", name: "cargo-deny", others: &[], selectors: &[Selector::UntilFixed], ids: Ids::Plain },
    Tool {
        key: "cargo-audit",
        name: "cargo-audit",
        others: &["rustsec"],
        selectors: &[Selector::UntilFixed],
        ids: Ids::Plain,
    },
    Tool {
        key: "snyk",
        name: "Snyk",
        others: &["Snyk Open Source", "Snyk Container", "SnykCode", "Snyk Code", "Snyk IaC"],
        selectors: &[Selector::Paths, Selector::UntilFixed],
        ids: Ids::Plain,
    },
    Tool {
        key: "dependency-check",
        name: "OWASP dependency-check",
        others: &["dependencycheck"],
        selectors: &[Selector::Purls, Selector::Paths],
        ids: Ids::Plain,
    },
    Tool { key: "audit-ci", name: "audit-ci", others: &[], selectors: PATHS, ids: Ids::Plain },
    Tool { key: "better-npm-audit", name: "better-npm-audit", others: &["nsprc"], selectors: &[], ids: Ids::Plain },
    Tool { key: "npm-audit", name: "npm audit", others: &[], selectors: &[], ids: Ids::Plain },
    Tool { key: "pip-audit", name: "pip-audit", others: &[], selectors: &[], ids: Ids::Plain },
    Tool { key: "uv-audit", name: "uv audit", others: &[], selectors: &[Selector::UntilFixed], ids: Ids::Plain },
    Tool { key: "bundler-audit", name: "bundler-audit", others: &["bundle-audit"], selectors: &[], ids: Ids::Plain },
    Tool { key: "govulncheck", name: "govulncheck", others: &[], selectors: PATHS, ids: Ids::Plain },
    files("gitleaks", "Gitleaks", &[]),
    files("trufflehog", "TruffleHog", &[]),
    files("kingfisher", "Kingfisher", &[]),
    files("detect-secrets", "detect-secrets", &[]),
    files("kubescape", "Kubescape", &[]),
    files("kube-linter", "KubeLinter", &[]),
    files("checkov", "Checkov", &["bridgecrew", "Prisma Cloud"]),
    Tool {
        key: "semgrep",
        name: "Semgrep",
        others: &["Semgrep OSS", "Semgrep PRO", "opengrep", "Opengrep OSS"],
        selectors: PATHS,
        ids: Ids::Dotted,
    },
    files("bandit", "Bandit", &[]),
    files("gosec", "gosec", &["Golang security checks by gosec"]),
    files("hadolint", "Hadolint", &["Haskell Dockerfile Linter"]),
    files("eslint", "ESLint", &[]),
    files("kics", "KICS", &["Keeping Infrastructure as Code Secure"]),
    files("zizmor", "zizmor", &[]),
    Tool { key: "tfsec", name: "tfsec", others: &["defsec"], selectors: PATHS, ids: Ids::Trivy },
    files("tflint", "TFLint", &[]),
    files("terrascan", "Terrascan", &[]),
    files("cfn-nag", "cfn_nag", &[]),
    files("brakeman", "Brakeman", &[]),
    files("bearer", "Bearer", &[]),
    files("devskim", "DevSkim", &[]),
    files("ash", "ASH", &["Automated Security Helper"]),
    files("codeql", "CodeQL", &["CodeQL command-line toolchain"]),
    files("ruff", "Ruff", &["flake8", "flake8-bandit"]),
    files("pylint", "Pylint", &[]),
    files("shellcheck", "ShellCheck", &[]),
    files("rubocop", "RuboCop", &[]),
    files("sonar", "SonarQube", &["SonarCloud", "SonarLint"]),
    Tool { key: "inspec", name: "InSpec", others: &["Chef InSpec"], selectors: &[], ids: Ids::Plain },
    Tool {
        key: "kyverno",
        name: "Kyverno",
        others: &[],
        selectors: &[Selector::Kind, Selector::Namespace, Selector::Match],
        ids: Ids::Plain,
    },
    Tool {
        key: "azure",
        name: "Azure Policy",
        others: &[],
        selectors: &[Selector::Scope, Selector::Assignment],
        ids: Ids::Plain,
    },
];

impl Tool {
    /// Returns all tools, in the order of the documentation.
    #[must_use]
    pub fn all() -> &'static [Self] {
        TABLE
    }

    /// Finds a tool by its key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<&'static Self> {
        TABLE.iter().find(|tool| tool.key == key)
    }

    /// Finds a tool by any of its names, whatever their case.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = folded(name);
        TABLE.iter().find(|tool| tool.key == name || tool.names().any(|other| folded(other) == name))
    }

    /// Returns its names that differ by more than case.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let name = Some(self.name).filter(|name| folded(name) != self.key);
        let key = std::iter::once(self.key);
        key.chain(name).chain(self.others.iter().copied().filter(|other| folded(other) != self.key))
    }

    /// Returns whether a cover of it may have a selector.
    #[must_use]
    pub fn has(&self, selector: Selector) -> bool {
        self.selectors.contains(&selector)
    }
}
