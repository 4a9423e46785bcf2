//! The package that a result is about, and whether a cover matches it.

use percent_encoding::percent_decode_str;

use super::model::Outcome;
use super::rule::{Rule, is_version, purls};

/// A package as a tool reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reported {
    /// Its name.
    pub(super) name: Option<String>,
    /// Its version.
    pub(super) version: Option<String>,
    /// What kind of package it is.
    pub(super) kind: Option<String>,
    /// Its package URLs.
    pub(super) purls: Vec<Purl>,
    /// A version that fixes the finding.
    pub(super) fixed: Option<String>,
}

impl Reported {
    /// Reads the package of a result where its tool writes it.
    pub(super) fn read(tool: &str, outcome: &Outcome<'_>, rule: Option<&Rule>) -> Self {
        let text = outcome.message.as_ref().and_then(|message| message.text.as_deref()).unwrap_or_default();
        let mut it = match tool {
            "trivy" => trivy(text),
            "osv-scanner" => osv_scanner(text),
            "grype" => grype(text),
            "cargo-deny" => cargo_deny(outcome),
            "snyk" => logical(outcome),
            _ => Self::default(),
        };
        let properties = outcome.properties.and_then(|raw| serde_json::from_str(raw.get()).ok());
        let names = outcome.locations.iter().flatten().flat_map(|location| location.logical_locations.iter().flatten());
        let names = names.flat_map(|logical| [&logical.fully_qualified_name, &logical.name]).flatten();
        let own = purls(properties.as_ref())
            .into_iter()
            .chain(names.filter(|name| name.starts_with("pkg:")).map(|name| name.to_string()));
        let own: Vec<Purl> = own.filter_map(|text| Purl::read(&text)).collect();
        // A rule of grype is about every version, and has the package URL of the first one that was found.
        let is_reported = |purl: &Purl| it.version.is_none() || purl.version == it.version;
        let of_rule = || rule.into_iter().flat_map(|rule| &rule.purls).filter_map(|text| Purl::read(text));
        it.purls = if own.is_empty() { of_rule().filter(is_reported).collect() } else { own };
        let is_ours = |package: &Option<String>| package.is_none() || *package == it.name;
        let of_rule = rule.and_then(|rule| rule.fixes.iter().find(|(package, _)| is_ours(package)));
        it.fixed = it.fixed.or_else(|| of_rule.map(|(_, version)| version.clone()));
        it
    }

    /// Returns whether a cover's `package` means it; what the tool does not report beyond the name cannot differ.
    pub(super) fn is(&self, name: &str, version: Option<&str>, kind: Option<&str>) -> bool {
        let same = |reported: &Option<String>, wanted: Option<&str>| match (reported, wanted) {
            (Some(reported), Some(wanted)) => reported.eq_ignore_ascii_case(wanted),
            _ => true,
        };
        let of_purls = || self.purls.iter().any(|purl| purl.names().any(|other| other == name));
        let named = self.name.as_deref().map_or_else(of_purls, |own| own == name);
        let version_known = self.version.is_some() || version.is_none();
        let by_purl = || self.purls.iter().any(|purl| purl.version.as_deref() == version);
        named && (version_known || by_purl()) && same(&self.version, version) && same(&self.kind, kind)
    }

    /// Returns whether it is one of the packages that a package URL means.
    pub(super) fn is_of(&self, wanted: &Purl) -> bool {
        if !self.purls.is_empty() {
            return self.purls.iter().any(|purl| wanted.means(purl));
        }
        let Some(name) = &self.name else { return false };
        let version = wanted.version.is_none() || wanted.version == self.version;
        version && wanted.names().any(|other| other == *name)
    }
}

/// Trivy: `Package: NAME`, `Installed Version: VERSION`, `Fixed Version: VERSION`, a line each, in this order.
fn trivy(text: &str) -> Reported {
    let mut lines = text.lines();
    let name = lines.next().and_then(|line| line.strip_prefix("Package: "));
    let version = lines.next().and_then(|line| line.strip_prefix("Installed Version: "));
    let (Some(name), Some(version)) = (name, version) else { return Reported::default() };
    let fixed = lines.nth(2).and_then(|line| line.strip_prefix("Fixed Version: "));
    let fixed = fixed.map(str::trim).filter(|version| is_version(version)).map(str::to_owned);
    Reported { name: filled(name), version: filled(version), fixed, ..Reported::default() }
}

/// OSV-Scanner: `Package 'NAME@VERSION' is vulnerable to 'ID'`.
fn osv_scanner(text: &str) -> Reported {
    let inner = text.strip_prefix("Package '").and_then(|rest| rest.split_once("' is vulnerable to"));
    at_version(inner.map(|(package, _)| package).unwrap_or_default())
}

/// Grype: `A high vulnerability in deb package: NAME, version VERSION was found at: PATH`, or `… was found in image IMAGE
/// at: PATH`, or `… was found from purl literal …`.
fn grype(text: &str) -> Reported {
    let read = || {
        let (before, rest) = text.split_once(" package: ")?;
        let kind = before.rsplit_once(" vulnerability in ").map(|(_, kind)| kind)?;
        let (name, rest) = rest.split_once(", version ")?;
        let (version, _) = rest.split_once(" was found")?;
        Some(Reported { name: filled(name), version: filled(version), kind: filled(kind), ..Reported::default() })
    };
    read().unwrap_or_default()
}

/// cargo-deny: the fingerprint `cargo-deny/krate`, which is `NAME@VERSION` with its source before a `#`.
fn cargo_deny(outcome: &Outcome<'_>) -> Reported {
    let of = |key: &str| outcome.partial_fingerprints.iter().flatten().find(|(name, _)| *name == key);
    let krate = of("cargo-deny/krate").map(|(_, value)| value.to_string()).unwrap_or_default();
    let markdown = outcome.message.as_ref().and_then(|message| message.markdown.as_deref()).unwrap_or_default();
    let patched = markdown.split_once("## Patched\n").map(|(_, rest)| rest.lines().next().unwrap_or_default());
    let fixed = patched.map(|line| line.trim_matches(['-', ' ', '`'])).filter(|line| is_version(line));
    let own = at_version(krate.rsplit('#').next().unwrap_or_default());
    Reported { fixed: fixed.map(str::to_owned), ..own }
}

/// Snyk: the logical location `NAME@VERSION`.
fn logical(outcome: &Outcome<'_>) -> Reported {
    let mut all = outcome.locations.iter().flatten().flat_map(|location| location.logical_locations.iter().flatten());
    let name = all.find_map(|logical| logical.fully_qualified_name.as_deref());
    name.filter(|name| !name.starts_with("pkg:")).map(at_version).unwrap_or_default()
}

fn at_version(text: &str) -> Reported {
    // The first `@` of `@scope/name@1.0` belongs to the name.
    match text.get(1..).and_then(|rest| rest.rfind('@')).map(|at| at + 1) {
        Some(at) => Reported { name: filled(&text[..at]), version: filled(&text[at + 1..]), ..Reported::default() },
        None => Reported { name: filled(text), ..Reported::default() },
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A package URL (<https://github.com/package-url/purl-spec>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Purl {
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    /// The qualifiers that have a value, sorted.
    qualifiers: Vec<(String, String)>,
    subpath: Option<String>,
}

impl Purl {
    /// Reads a package URL; `None` if it is not one.
    pub(super) fn read(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("pkg:")?.trim_start_matches('/');
        let (rest, subpath) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, rest) = rest.split_once('/')?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
        let qualifier = |text: &str| {
            let (key, value) = text.split_once('=')?;
            Some((key.to_ascii_lowercase(), decoded(value)?)).filter(|(_, value)| !value.is_empty())
        };
        let mut qualifiers: Vec<(String, String)> = qualifiers.split('&').filter_map(qualifier).collect();
        qualifiers.sort_unstable();
        let subpath = decoded(subpath.trim_matches('/'))?;
        let subpath = Some(subpath).filter(|path| !path.is_empty());
        let (path, version) = match rest.rfind('@').filter(|at| *at > rest.rfind('/').unwrap_or_default()) {
            Some(at) if at > 0 => (&rest[..at], Some(decoded(&rest[at + 1..])?)),
            _ => (rest, None),
        };
        let path = path.trim_matches('/');
        let (namespace, name) = match path.rsplit_once('/') {
            Some((namespace, name)) => (Some(decoded(namespace)?), name),
            None => (None, path),
        };
        let name = decoded(name).filter(|name| !name.is_empty())?;
        let version = version.filter(|version| !version.is_empty());
        Some(Self { kind: kind.to_ascii_lowercase(), namespace, name, version, qualifiers, subpath })
    }

    /// Returns whether it means another one: with no version, qualifier or subpath of its own, any of them.
    fn means(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.namespace == other.namespace
            && self.name == other.name
            && (self.version.is_none() || self.version == other.version)
            && self.qualifiers.iter().all(|qualifier| other.qualifiers.contains(qualifier))
            && (self.subpath.is_none() || self.subpath == other.subpath)
    }

    /// Returns the names by which tools call the package: `libc6`, `@scope/name`, `group:artifact`.
    fn names(&self) -> impl Iterator<Item = String> + '_ {
        const OF_SYSTEMS: [&str; 5] = ["deb", "apk", "rpm", "alpm", "conda"];
        let namespace = self.namespace.as_deref().filter(|_| !OF_SYSTEMS.contains(&self.kind.as_str()));
        let joined = namespace.map(|namespace| ["/", ":"].map(|between| format!("{namespace}{between}{}", self.name)));
        let alone = namespace.is_none().then(|| self.name.clone());
        joined.into_iter().flatten().chain(alone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(tool: &str, json: &str) -> Reported {
        Reported::read(tool, &serde_json::from_str(json).unwrap(), None)
    }

    #[test]
    fn a_package_is_read_as_each_tool_reports_it() {
        let trivy = reported(
            "trivy",
            r#"{"message": {"text": "Package: @a/b\nInstalled Version: 1.0\nVulnerability CVE-1\nSeverity: HIGH\nFixed Version: 1.1, 2.0\nLink: x"}}"#,
        );
        assert_eq!(trivy.name.as_deref(), Some("@a/b"));
        assert_eq!(trivy.fixed.as_deref(), Some("1.1, 2.0"));
        assert!(trivy.is_of(&Purl::read("pkg:npm/%40a/b@1.0").unwrap()));
        assert!(trivy.is_of(&Purl::read("pkg:npm/%40a/b").unwrap()));
        assert!(!trivy.is_of(&Purl::read("pkg:npm/%40a/b@1.1").unwrap()));
        assert!(!trivy.is_of(&Purl::read("pkg:npm/b").unwrap()));
        let unfixed =
            reported("trivy", r#"{"message": {"text": "Package: a\nInstalled Version: 1\nV\nS\nFixed Version: \n"}}"#);
        assert_eq!(unfixed.fixed, None);

        let osv = reported("osv-scanner", r#"{"message": {"text": "Package '@a/b@1.0' is vulnerable to 'CVE-1'."}}"#);
        assert!(osv.is("@a/b", Some("1.0"), None) && osv.is("@a/b", None, None));
        assert!(!osv.is("@a/b", Some("1.1"), None) && !osv.is("b", None, None));

        let text = "A high vulnerability in deb package: libssl3, version 3.0.13-1 was found at: /var/lib/dpkg/status";
        let grype = reported("grype", &format!(r#"{{"message": {{"text": "{text}"}}}}"#));
        assert!(grype.is("libssl3", Some("3.0.13-1"), Some("deb")) && !grype.is("libssl3", None, Some("rpm")));

        for found in ["in image shop:1 at: /a", "from purl literal pkg:deb/debian/libssl3@3"] {
            let text = format!("A high vulnerability in deb package: libssl3, version 3.0.13-1 was found {found}");
            let json = format!(r#"{{"message": {{"text": "{text}"}}}}"#);
            let first = Rule { purls: vec!["pkg:deb/debian/libssl3@1.1.1".to_owned()], ..Rule::default() };
            let grype = Reported::read("grype", &serde_json::from_str(&json).unwrap(), Some(&first));
            assert!(grype.is("libssl3", Some("3.0.13-1"), Some("deb")), "{grype:?}");
            assert!(!grype.is("libssl3", Some("1.1.1"), None), "{grype:?}");
            assert!(!grype.is_of(&Purl::read("pkg:deb/debian/libssl3@1.1.1").unwrap()), "{grype:?}");
        }

        let deny = reported(
            "cargo-deny",
            r#"{"partialFingerprints": {"cargo-deny/krate": "git+https://x#time@0.1.0"}, "message": {"text": "t", "markdown": "\u0023# Patched\n- `>=0.2.23`\n"}}"#,
        );
        assert_eq!((deny.name.as_deref(), deny.fixed.as_deref()), (Some("time"), Some(">=0.2.23")));

        let jar = reported("dependency-check", r#"{"properties": {"purl": "pkg:maven/a/lib@1?Classifier=prod#src"}}"#);
        for (wanted, is_it) in [
            ("pkg:maven/a/lib@1", true),
            ("pkg:maven/a/lib@1?classifier=prod", true),
            ("pkg:maven/a/lib?classifier=", true),
            ("pkg:maven/a/lib#/src/", true),
            ("pkg:maven/a/lib@1?classifier=tests", false),
            ("pkg:maven/a/lib@1?classifier=prod&type=jar", false),
            ("pkg:maven/a/lib#test", false),
        ] {
            assert_eq!(jar.is_of(&Purl::read(wanted).unwrap()), is_it, "{wanted}");
        }

        let bag = reported("my-scanner", r#"{"properties": {"purl": "pkg:maven/org.example/lib@1.0?type=jar"}}"#);
        assert!(bag.is_of(&Purl::read("pkg:maven/org.example/lib").unwrap()));
        assert!(bag.is("org.example:lib", Some("1.0"), None) && !bag.is("org.example:lib", Some("2"), None));
    }

    #[test]
    fn nothing_is_a_package_of_a_result_that_names_none() {
        let none = reported("trivy", r#"{"message": {"text": "Artifact: main.tf\nType: terraform"}}"#);
        assert!(!none.is("main.tf", None, None) && !none.is_of(&Purl::read("pkg:npm/a").unwrap()));
        for text in ["pkg:", "pkg:npm", "pkg:npm/", "npm/a", "pkg:npm/%ff", ""] {
            assert_eq!(Purl::read(text), None, "{text}");
        }
        let scoped = Purl::read("pkg:npm/%40a/b").unwrap();
        assert_eq!((scoped.name.as_str(), scoped.version), ("b", None));
    }
}
