//! Ignore files, and suppression lists in the configuration of tools.
//!
//! An entry is known by what it suppresses and by what narrows that; the reason and the order do not matter.

mod kubernetes;
mod lines;
mod manifests;
mod toml;
mod trees;

use std::ops::Range;

pub(super) use toml::{RULES as GITLEAKS_RULES, expressions_of_gitleaks};

use super::grammar::{End, What};
use crate::time::until::Until;

/// An entry of an ignore file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) what: What,
    /// Where it is in the file.
    pub(super) at: Range<usize>,
    /// What it says of its end.
    end: Option<String>,
    /// The paths that narrow it.
    pub(super) paths: Vec<String>,
    /// What else narrows it.
    pub(super) narrowed: Vec<(String, Vec<String>)>,
    /// What it suppresses and what narrows that, in a form that can be compared.
    pub(super) selectors: String,
}

impl Entry {
    fn new(what: What, at: Range<usize>) -> Self {
        let selectors = match &what {
            What::Rule(id) => id.clone(),
            What::All => "*".to_owned(),
            What::Unnamed | What::Unread { .. } => "?".to_owned(),
        };
        Self { what, at, end: None, paths: Vec::new(), narrowed: Vec::new(), selectors }
    }

    fn rule(id: impl Into<String>, at: Range<usize>) -> Self {
        Self::new(What::Rule(id.into()), at)
    }

    /// Returns the rule that it names.
    fn id(&self) -> Option<&str> {
        if let What::Rule(id) = &self.what { Some(id) } else { None }
    }

    /// Adds what narrows it.
    fn narrowed(mut self, key: &str, values: &[String]) -> Self {
        let mut values = values.to_vec();
        values.sort_unstable();
        if !values.is_empty() {
            self.selectors.push_str(&format!("\n{key}: {}", values.join(", ")));
            self.narrowed.push((key.to_owned(), values));
        }
        self
    }

    /// Narrows it by what narrows another one.
    fn narrowed_as(self, other: &Self) -> Self {
        other.narrowed.iter().fold(self, |entry, (key, values)| entry.narrowed(key, values))
    }

    fn with_paths(self, paths: Vec<String>) -> Self {
        let narrowed = self.narrowed("paths", &paths);
        Self { paths, ..narrowed }
    }

    /// Adds what it says of its end.
    fn until(self, text: Option<&str>) -> Self {
        let end = text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Self { end, ..self }
    }

    /// Returns its end as a tool reads it.
    pub(super) fn end(&self, tool: &str) -> Option<End> {
        let text = self.end.as_ref()?;
        Some(Until::of_entry(text, tool).map_or_else(|| End::Unread(text.clone()), End::At))
    }
}

/// Why a file cannot be read, and where.
pub(super) type Unreadable = (usize, String);

/// Reads the entries of a file.
type Read = fn(&str) -> Result<Vec<Entry>, Unreadable>;

/// A kind of ignore file.
pub(super) struct Kind {
    /// The tool's key.
    pub(super) tool: &'static str,
    /// The names of the file; with a `/` also the folder's.
    names: &'static [&'static str],
    pub(super) read: Read,
}

const fn row(tool: &'static str, names: &'static [&'static str], read: Read) -> Kind {
    Kind { tool, names, read }
}

/// All kinds.
pub(super) static KINDS: &[Kind] = &[
    row("trivy", &[".trivyignore"], lines::trivy),
    row("trivy", &[".trivyignore.yaml", ".trivyignore.yml"], trees::trivy),
    row("trivy", &["trivy.yaml", "trivy.yml"], trees::trivy_config),
    row("trivy", &["trivy-secret.yaml", "trivy-secret.yml"], trees::trivy_secret),
    row("osv-scanner", &["osv-scanner.toml", ".osv-scanner.toml"], toml::osv_scanner),
    // `finders.go` of anchore/fangs: any ending that viper knows.
    row(
        "grype",
        &[".grype.yaml", ".grype.yml", ".grype.json", ".grype/config.yaml", ".grype/config.yml", ".grype/config.json"],
        trees::grype,
    ),
    row("grype", &[".grype.toml", ".grype/config.toml"], toml::grype),
    row(
        "grype",
        &[
            ".grype.hcl",
            ".grype.tfvars",
            ".grype.ini",
            ".grype.properties",
            ".grype.props",
            ".grype.prop",
            ".grype.env",
            ".grype.dotenv",
            ".grype/config.hcl",
            ".grype/config.tfvars",
            ".grype/config.ini",
            ".grype/config.properties",
            ".grype/config.props",
            ".grype/config.prop",
            ".grype/config.env",
            ".grype/config.dotenv",
        ],
        lines::unknown,
    ),
    row("kics", &["kics.config"], trees::kics),
    row("bearer", &["bearer.yml"], trees::bearer),
    row("bearer", &["bearer.ignore"], trees::bearer_ignore),
    row("cargo-deny", &["deny.toml", ".deny.toml"], toml::cargo_deny),
    row("cargo-audit", &[".cargo/audit.toml", "audit.toml"], toml::cargo_audit),
    row("snyk", &[".snyk"], trees::snyk),
    row("better-npm-audit", &[".nsprc"], trees::nsprc),
    row(
        "audit-ci",
        &["audit-ci.json", "audit-ci.jsonc", "audit-ci.json5", ".audit-ci.json", ".audit-ci.jsonc", ".audit-ci.json5"],
        trees::audit_ci,
    ),
    row("npm-audit", &["audit-resolve.json", "audit-resolv.json"], trees::audit_resolve),
    row("pnpm-audit", &["package.json"], manifests::pnpm_manifest),
    row("pnpm-audit", &["pnpm-workspace.yaml"], manifests::pnpm_workspace),
    row("yarn-audit", &[".yarnrc.yml"], manifests::yarn),
    row("composer-audit", &["composer.json"], manifests::composer),
    row("bundler-audit", &[".bundler-audit.yml"], trees::bundler_audit),
    row("gitleaks", &[".gitleaksignore"], lines::gitleaks),
    row("gitleaks", &[".gitleaks.toml", "gitleaks.toml"], toml::gitleaks),
    row("semgrep", &[".semgrepignore"], lines::patterns),
    row("snyk", &[".dcignore"], lines::patterns),
    row("checkov", &[".checkov.yaml", ".checkov.yml"], trees::checkov),
    row("checkov", &[".checkov.baseline"], trees::checkov_baseline),
    row("tfsec", &[".tfsec/config.yml", ".tfsec/config.yaml", ".tfsec/config.json"], trees::tfsec),
    row("hadolint", &[".hadolint.yaml", ".hadolint.yml"], trees::hadolint),
    row("kube-linter", &[".kube-linter.yaml", ".kube-linter.yml"], trees::kube_linter),
    row("zizmor", &["zizmor.yml", "zizmor.yaml", ".github/zizmor.yml", ".github/zizmor.yaml"], trees::zizmor),
    row("bandit", &[".bandit"], lines::bandit),
    row("bandit", &["pyproject.toml"], toml::bandit),
    row("brakeman", &["config/brakeman.ignore", "brakeman.ignore"], trees::brakeman),
    row("eslint", &["eslint-suppressions.json"], trees::eslint),
    row("detect-secrets", &[".secrets.baseline"], trees::detect_secrets),
    row("ash", &[".ash/.ash.yaml", ".ash/ash.yaml"], trees::ash),
    row("dependency-check", &[], trees::dependency_check),
    row("gitleaks", &[], toml::part_of_gitleaks),
    row("kyverno", &[], kubernetes::kyverno),
    row("kubescape", &[], kubernetes::kubescape),
];

/// A key with its texts, and where they stand.
type Said = (String, Vec<String>, Range<usize>);

/// The keys of Grype's configuration by which it leaves out what it finds.
const GRYPE_SWITCHES: [&str; 5] = ["only-fixed", "only-notfixed", "ignore-wontfix", "vex-documents", "distro"];

/// The kinds of packages of which Grype looks for vulnerabilities by CPE as well, unless it is told otherwise.
const GRYPE_BY_CPE: [&str; 2] = ["jvm", "stock"];

/// Tells whether an address is that of the vulnerabilities that Grype looks up unless it is told otherwise.
fn is_grypes_own(url: &str) -> bool {
    ["https://grype.anchore.io/", "https://toolbox-data.anchore.io/"].iter().any(|own| url.starts_with(own))
}

/// Tells whether an address is that of RustSec's database.
fn is_rustsecs_own(url: &str) -> bool {
    let url = url.trim().to_ascii_lowercase();
    url.trim_end_matches('/').trim_end_matches(".git") == "https://github.com/rustsec/advisory-db"
}

/// What a file of any name holds that is an ignore file all the same: the word, the tool, and the endings of such files.
pub(super) const LITERALS: &[(&str, &str, &[&str])] = &[
    ("<suppressions", "dependency-check", XML),
    (":suppressions", "dependency-check", XML),
    ("allowlist", "gitleaks", TOML),
    ("disabledRules", "gitleaks", TOML),
    ("[[rules]]", "gitleaks", TOML),
    ("PolicyException", "kyverno", kubernetes::ENDINGS),
    ("postureExceptionPolicy", "kubescape", kubernetes::ENDINGS),
    ("kubescape.io/v1", "kubescape", kubernetes::ENDINGS),
];

const XML: &[&str] = &[".xml"];
const TOML: &[&str] = &[".toml"];

/// Tells by its name what ignore file a file is.
pub(super) fn kind(path: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| {
        kind.names
            .iter()
            .any(|name| path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/')))
    })
}

/// Lists the lines of an ignore file that except something from the patterns above them, as `.gitignore` has it, each with
/// its number from 1.
pub(super) fn excepted(kind: &Kind, text: &str) -> Vec<(usize, String)> {
    let is_like_git = kind.names.iter().any(|name| [".semgrepignore", ".dcignore"].contains(name));
    if is_like_git { lines::excepted(text) } else { Vec::new() }
}

/// Tells whether a kind of file is the configuration that gitleaks finds by itself.
pub(super) fn has_rules_of_gitleaks(kind: &Kind) -> bool {
    kind.names.contains(&".gitleaks.toml")
}

/// Returns the files that a link puts in the place of an ignore file, where `target` is what it leads to: the target
/// itself, or files in it if it is the folder that a tool looks in.
pub(super) fn behind_link(link: &str, target: &str) -> Vec<(String, &'static Kind)> {
    let itself = kind(link).map(|kind| (target.to_owned(), kind));
    let folder = |name: &'static str| {
        let (folder, file) = name.split_once('/')?;
        let before = link.strip_suffix(folder)?;
        (before.is_empty() || before.ends_with('/')).then(|| format!("{target}/{file}"))
    };
    let inside = KINDS.iter().flat_map(|kind| kind.names.iter().filter_map(move |name| Some((folder(name)?, kind))));
    itself.into_iter().chain(inside).collect()
}

/// Tells by its name or its content which ignore files a file is: one of any name may be read by several tools.
pub(super) fn kinds_of(path: &str, text: &str) -> Vec<&'static Kind> {
    if let Some(kind) = kind(path) {
        return vec![kind];
    }
    let is_xml = XML.iter().any(|ending| path.ends_with(ending));
    let is_toml = TOML.iter().any(|ending| path.ends_with(ending));
    let tools = match () {
        () if is_xml && trees::is_dependency_check(text) => vec!["dependency-check"],
        () if is_toml && toml::is_gitleaks(text) => vec!["gitleaks"],
        () => kubernetes::tools(path, text),
    };
    KINDS.iter().filter(|kind| kind.names.is_empty() && tools.contains(&kind.tool)).collect()
}

/// Tells whether a file may be an ignore file although it has neither the name of one nor any of [`LITERALS`].
pub(super) fn may_hide(path: &str, content: &[u8]) -> bool {
    kubernetes::may_hide(path, content)
}

/// Tells by its name whether a file is an ignore file of any tool.
pub(super) fn is_one(path: &str) -> bool {
    kind(path).is_some()
}

#[cfg(test)]
mod tests;
