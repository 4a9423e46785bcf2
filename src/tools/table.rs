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
    /// suppressed there without an approval.
    pub selectors: &'static [Selector],
    /// How it spells the ids of its findings.
    pub ids: Ids,
    /// Whether a cover of it may be about every rule: it finds mistakes in files. Of a tool that looks up the
    /// vulnerabilities of packages that would be everything that becomes known of the packages in a file.
    pub has_every_rule: bool,
}

const PATHS: &[Selector] = &[Selector::Paths];

/// A tool that finds things in files, and suppresses them by comments or paths.
const fn files(key: &'static str, name: &'static str, others: &'static [&'static str]) -> Tool {
    Tool { selectors: PATHS, has_every_rule: true, ..tool(key, name, others) }
}

/// A row with what most others have in common.
const fn tool(key: &'static str, name: &'static str, others: &'static [&'static str]) -> Tool {
    Tool { key, name, others, selectors: &[], ids: Ids::Plain, has_every_rule: false }
}

/// Known to `covers` in this order.
static TABLE: &[Tool] = &[
    Tool {
        selectors: &[Selector::Paths, Selector::Purls, Selector::Kind, Selector::UntilFixed],
        ids: Ids::Trivy,
        ..tool("trivy", "Trivy", &["aqua-security-trivy"])
    },
    Tool { selectors: &[Selector::Package, Selector::UntilFixed], ..tool("osv-scanner", "OSV-Scanner", &[]) },
    Tool {
        selectors: &[Selector::Package, Selector::Paths, Selector::UntilFixed],
        ..tool("grype", "Grype", &["Anchore Container Vulnerability Report (T0)"])
    },
    Tool { selectors: &[Selector::UntilFixed], ..tool("cargo-deny", "cargo-deny", &[]) },
    Tool { selectors: &[Selector::UntilFixed], ..tool("cargo-audit", "cargo-audit", &["rustsec"]) },
    Tool {
        selectors: &[Selector::Paths, Selector::UntilFixed],
        ..tool("snyk", "Snyk", &["Snyk Open Source", "Snyk Container", "SnykCode", "Snyk Code", "Snyk IaC"])
    },
    Tool {
        selectors: &[Selector::Purls, Selector::Paths],
        ..tool("dependency-check", "OWASP dependency-check", &["dependencycheck"])
    },
    Tool { selectors: PATHS, ..tool("audit-ci", "audit-ci", &[]) },
    tool("better-npm-audit", "better-npm-audit", &["nsprc"]),
    tool("npm-audit", "npm audit", &[]),
    tool("pnpm-audit", "pnpm audit", &[]),
    tool("yarn-audit", "yarn npm audit", &[]),
    tool("composer-audit", "composer audit", &[]),
    tool("pip-audit", "pip-audit", &[]),
    Tool { selectors: &[Selector::UntilFixed], ..tool("uv-audit", "uv audit", &[]) },
    tool("bundler-audit", "bundler-audit", &["bundle-audit"]),
    Tool { selectors: PATHS, ..tool("govulncheck", "govulncheck", &[]) },
    files("gitleaks", "Gitleaks", &[]),
    files("trufflehog", "TruffleHog", &[]),
    files("kingfisher", "Kingfisher", &[]),
    files("detect-secrets", "detect-secrets", &[]),
    files("kubescape", "Kubescape", &[]),
    files("kube-linter", "KubeLinter", &[]),
    files("checkov", "Checkov", &["bridgecrew", "Prisma Cloud"]),
    Tool {
        ids: Ids::Dotted,
        ..files("semgrep", "Semgrep", &["Semgrep OSS", "Semgrep PRO", "opengrep", "Opengrep OSS"])
    },
    files("bandit", "Bandit", &[]),
    files("gosec", "gosec", &["Golang security checks by gosec"]),
    files("hadolint", "Hadolint", &["Haskell Dockerfile Linter"]),
    files("eslint", "ESLint", &[]),
    files("kics", "KICS", &["Keeping Infrastructure as Code Secure"]),
    files("zizmor", "zizmor", &[]),
    Tool { ids: Ids::Trivy, ..files("tfsec", "tfsec", &["defsec"]) },
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
    tool("inspec", "InSpec", &["Chef InSpec"]),
    Tool { selectors: &[Selector::Kind, Selector::Namespace, Selector::Match], ..tool("kyverno", "Kyverno", &[]) },
    Tool { selectors: &[Selector::Scope, Selector::Assignment], ..tool("azure", "Azure Policy", &[]) },
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
