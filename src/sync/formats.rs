//! The formats of ignore files: where each has its entries, and how it writes a cover.

use std::borrow::Cow;

use super::datum::Datum;
use super::permit::Permit;
use super::tree::{Kind, Pair, Tree};
use crate::register::{Cover, Package};
use crate::text::is_hostile;
use crate::time::rfc3339;
use crate::tools::{Ids, Selector, Tool, folded_key};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Yaml,
    /// JSON; strict unless comments and commas at the end are allowed.
    Json {
        strict: bool,
    },
    Toml,
    Xml,
    /// One entry a line, comments after `#` on lines of their own.
    Lines,
    /// Documents of Kubernetes, separated by `---`.
    Documents,
}

/// What holds the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// A list below these keys.
    List(&'static [&'static str]),
    /// A mapping below these keys, one entry a key.
    Map(&'static [&'static str]),
    /// A mapping below these keys that holds a list for each id.
    Lists(&'static [&'static str]),
    /// `[[name]]` of TOML.
    Tables(&'static str),
    /// The file as a whole.
    File,
}

/// An entry that a file is to hold.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The keys of the list or mapping that holds it.
    pub(super) path: Vec<String>,
    /// Its key, in a mapping.
    pub(super) key: Option<String>,
    pub(super) value: Datum,
    /// The comment next to a value that has no room for words.
    pub(super) comment: Option<String>,
    /// What it suppresses, and where: of two with the same the tool reads one.
    pub(super) identity: String,
    /// The id that the cover names, and whether it is narrowed to a place.
    pub(super) id: String,
    pub(super) is_narrow: bool,
    /// The id of the exception behind it; of several the one that ends last.
    pub(super) exception: String,
}

/// A kind of ignore file.
pub(super) struct Format {
    pub(super) tool: &'static str,
    /// How the file's name ends; the first row of a tool that fits counts, and the last fits any name.
    endings: &'static [&'static str],
    pub(super) usual: &'static str,
    pub(super) syntax: Syntax,
    pub(super) holders: &'static [Holder],
    /// The keys by which an entry is told from others; none where its key or text does.
    identity: &'static [&'static str],
    /// The keys that the tool reads in an entry; none where they are not checked.
    known: &'static [&'static str],
    /// The key of the end.
    pub(super) end: Option<&'static str>,
    /// Whether the tool refuses the whole file for a key that it does not know.
    pub(super) refuses_unknown: bool,
    /// Whether the tool reads keys in any case.
    pub(super) any_case: bool,
    /// The key that switches an entry off where it is `false`.
    pub(super) switch: Option<&'static str>,
    /// What a new file begins with.
    pub(super) skeleton: &'static str,
    write: fn(&Cover<'_>, &Permit) -> Entries,
}

/// The entries of a cover, without what the format adds; or why the file cannot say as much.
type Entries = Result<Vec<Entry>, String>;

/// An entry as a format's writer makes it.
struct Entry {
    path: Vec<String>,
    key: Option<String>,
    value: Datum,
}

fn item(path: &[&str], value: Datum) -> Entry {
    Entry { path: path.iter().map(|key| (*key).to_owned()).collect(), key: None, value }
}

fn keyed(path: &[&str], key: &str, value: Datum) -> Entry {
    Entry { key: Some(key.to_owned()), ..item(path, value) }
}

const JSON: Syntax = Syntax::Json { strict: true };
const JSON5: Syntax = Syntax::Json { strict: false };
const MAP: Holder = Holder::Map(&[]);

/// A row with what most have in common.
const fn row(tool: &'static str, endings: &'static [&'static str], usual: &'static str, syntax: Syntax) -> Format {
    Format {
        tool,
        endings,
        usual,
        syntax,
        holders: &[],
        identity: &[],
        known: &[],
        end: None,
        refuses_unknown: false,
        any_case: false,
        switch: None,
        skeleton: "",
        write: |_, _| Ok(Vec::new()),
    }
}

/// Exemptions of Azure Policy, with comments or without.
const AZURE: Format = Format {
    holders: &[Holder::List(&["exemptions"])],
    identity: &[
        "scope",
        "policyAssignmentId",
        "policyDefinitionReferenceIds",
        "policyDefinitionName",
        "policyDefinitionId",
        "policySetDefinitionName",
        "policySetDefinitionId",
        "resourceSelectors",
    ],
    known: &[
        "name",
        "displayName",
        "description",
        "exemptionCategory",
        "expiresOn",
        "scope",
        "policyAssignmentId",
        "policyDefinitionReferenceIds",
        "policyDefinitionName",
        "policyDefinitionId",
        "policySetDefinitionName",
        "policySetDefinitionId",
        "resourceSelectors",
        "assignmentScopeValidation",
        "metadata",
    ],
    end: Some("expiresOn"),
    skeleton: "{\n  \"$schema\": \"https://raw.githubusercontent.com/Azure/enterprise-azure-policy-as-code/main/Schemas/policy-exemption-schema.json\"\n}\n",
    write: azure,
    ..row("azure", &[".jsonc"], "exemptions.jsonc", JSON5)
};

/// All kinds; those of one tool are together.
static FORMATS: &[Format] = &[
    Format {
        holders: &[
            Holder::List(&["vulnerabilities"]),
            Holder::List(&["misconfigurations"]),
            Holder::List(&["secrets"]),
            Holder::List(&["licenses"]),
        ],
        identity: &["id", "paths", "purls"],
        known: &["id", "paths", "purls", "expired_at", "statement"],
        end: Some("expired_at"),
        write: trivy,
        ..row("trivy", &[".yaml", ".yml"], ".trivyignore.yaml", Syntax::Yaml)
    },
    Format { holders: &[Holder::File], write: trivy_lines, ..row("trivy", &[], ".trivyignore", Syntax::Lines) },
    Format {
        holders: &[Holder::Tables("IgnoredVulns")],
        identity: &["id"],
        known: &["id", "ignoreUntil", "reason"],
        end: Some("ignoreUntil"),
        refuses_unknown: true,
        any_case: true,
        write: osv_scanner,
        ..row("osv-scanner", &[], "osv-scanner.toml", Syntax::Toml)
    },
    Format {
        holders: &[Holder::List(&["ignore"])],
        identity: &[
            "vulnerability",
            "package",
            "namespace",
            "fix-state",
            "vex-status",
            "vex-justification",
            "match-type",
        ],
        known: &[
            "vulnerability",
            "include-aliases",
            "reason",
            "namespace",
            "fix-state",
            "package",
            "vex-status",
            "vex-justification",
            "match-type",
        ],
        any_case: true,
        write: grype,
        ..row("grype", &[], ".grype.yaml", Syntax::Yaml)
    },
    Format {
        holders: &[Holder::List(&["advisories", "ignore"])],
        identity: &["id", "crate"],
        known: &["id", "crate", "reason"],
        refuses_unknown: true,
        write: |cover, permit| {
            Ok(vec![item(
                &["advisories", "ignore"],
                Datum::map([("id", Datum::text(text(cover))), ("reason", reason(permit))]),
            )])
        },
        ..row("cargo-deny", &[], "deny.toml", Syntax::Toml)
    },
    Format {
        holders: &[Holder::List(&["advisories", "ignore"])],
        refuses_unknown: true,
        write: |cover, _| Ok(vec![item(&["advisories", "ignore"], Datum::text(text(cover)))]),
        ..row("cargo-audit", &[], ".cargo/audit.toml", Syntax::Toml)
    },
    Format {
        holders: &[Holder::Lists(&["ignore"])],
        end: Some("expires"),
        known: &["reason", "expires", "created", "disregardIfFixable", "ignoredBy", "reasonType", "source"],
        skeleton: "# Snyk (https://snyk.io) policy file\nversion: v1.25.0\n",
        write: snyk,
        ..row("snyk", &[], ".snyk", Syntax::Yaml)
    },
    Format {
        holders: &[Holder::File],
        end: Some("until"),
        skeleton: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n</suppressions>\n",
        write: dependency_check,
        ..row("dependency-check", &[], "dependency-check-suppressions.xml", Syntax::Xml)
    },
    Format {
        holders: &[Holder::List(&["allowlist"])],
        known: &["active", "expiry", "notes"],
        end: Some("expiry"),
        switch: Some("active"),
        skeleton: "{}\n",
        write: audit_ci,
        ..row("audit-ci", &[], "audit-ci.jsonc", JSON5)
    },
    Format {
        holders: &[MAP],
        known: &["active", "expiry", "notes"],
        end: Some("expiry"),
        switch: Some("active"),
        skeleton: "{}\n",
        write: nsprc,
        ..row("better-npm-audit", &[], ".nsprc", JSON)
    },
    Format {
        holders: &[Holder::List(&["ignore"])],
        write: |cover, _| Ok(vec![item(&["ignore"], Datum::text(text(cover)))]),
        ..row("bundler-audit", &[], ".bundler-audit.yml", Syntax::Yaml)
    },
    Format {
        holders: &[Holder::Tables("allowlists")],
        identity: &["targetRules", "paths", "regexes", "stopwords", "commits", "condition", "regexTarget"],
        any_case: true,
        skeleton: "[extend]\nuseDefault = true\n",
        write: gitleaks,
        ..row("gitleaks", &[".toml"], ".gitleaks.toml", Syntax::Toml)
    },
    Format {
        holders: &[Holder::File],
        write: gitleaks_lines,
        ..row("gitleaks", &[], ".gitleaksignore", Syntax::Lines)
    },
    Format {
        holders: &[MAP],
        known: &["expiration_date", "justification", "run"],
        end: Some("expiration_date"),
        write: |cover, permit| {
            let waiver = Datum::map([
                ("expiration_date", Datum::Raw(permit.end_instant())),
                ("justification", reason(permit)),
                ("run", Datum::Raw("false".to_owned())),
            ]);
            Ok(vec![keyed(&[], text(cover), waiver)])
        },
        ..row("inspec", &[], "waivers.yaml", Syntax::Yaml)
    },
    Format {
        holders: &[Holder::File],
        end: Some("expiresAt"),
        write: kyverno,
        ..row("kyverno", &[], "policy-exceptions.yaml", Syntax::Documents)
    },
    Format {
        holders: &[Holder::List(&[])],
        identity: &["posturePolicies", "resources"],
        skeleton: "[]\n",
        write: kubescape,
        ..row("kubescape", &[], "kubescape-exceptions.json", JSON)
    },
    AZURE,
    Format { endings: &[], usual: "exemptions.json", syntax: JSON, ..AZURE },
];

impl Format {
    /// Finds the kind of a tool's file by its name.
    pub(super) fn of(tool: &str, path: &str) -> Option<&'static Self> {
        let name = path.to_ascii_lowercase();
        let fits = |format: &&Self| {
            format.tool == tool
                && (format.endings.is_empty() || format.endings.iter().any(|ending| name.ends_with(ending)))
        };
        FORMATS.iter().find(fits)
    }

    /// Returns the tools that have a file, each once, with its usual name.
    pub(super) fn tools() -> Vec<(&'static str, &'static str)> {
        let mut tools: Vec<(&str, &str)> = FORMATS.iter().map(|format| (format.tool, format.usual)).collect();
        tools.dedup_by_key(|(tool, _)| *tool);
        tools
    }

    /// Returns a key as the format writes it, where the tool reads it in any case.
    pub(super) fn key<'k>(&self, key: &'k str) -> Cow<'k, str> {
        if !self.any_case {
            return Cow::Borrowed(key);
        }
        let of_holders = self.holders.iter().flat_map(|holder| match holder {
            Holder::List(path) | Holder::Map(path) | Holder::Lists(path) => path,
            Holder::Tables(name) => std::slice::from_ref(name),
            Holder::File => &[],
        });
        let mut names = of_holders.chain(self.identity).chain(self.known);
        let folded = folded_key(key);
        names.find(|name| folded_key(name) == folded).map_or(Cow::Borrowed(key), |name| Cow::Borrowed(*name))
    }

    /// Returns whether the first key of an entry in a list is what it suppresses.
    pub(super) fn names_by_key(&self) -> bool {
        self.identity.is_empty()
    }

    fn ids(&self) -> Ids {
        Tool::of_key(self.tool).map_or(Ids::Plain, |tool| tool.ids)
    }

    /// Returns what makes an entry this one, in a form that can be compared.
    pub(super) fn identity(&self, path: &[String], key: Option<&str>, value: &Tree) -> String {
        let own = match (key, &value.kind) {
            (Some(key), _) => self.form(key).into_owned(),
            (None, Kind::Scalar(text)) => {
                // The end is after the id on a line of Trivy.
                let has_end = self.syntax == Syntax::Lines && self.tool == "trivy";
                let id = if has_end { text.split(" exp:").next().unwrap_or(text) } else { text };
                self.form(id).into_owned()
            }
            (None, Kind::Map(pairs)) if self.names_by_key() => {
                pairs.first().map(|pair| self.form(&pair.key).into_owned()).unwrap_or_default()
            }
            (None, _) => self.parts(value),
        };
        format!("{}\n{own}", path.iter().map(|key| key.to_ascii_lowercase()).collect::<Vec<_>>().join("\n"))
    }

    fn parts(&self, value: &Tree) -> String {
        let parts: Vec<String> = self
            .identity
            .iter()
            .filter_map(|key| Some((*key, value.get(key).filter(|value| !value.is_empty())?)))
            .map(|(key, value)| match &value.kind {
                Kind::Scalar(text) if ["id", "vulnerability"].contains(&key) => self.form(text).into_owned(),
                Kind::List(items) => {
                    let mut items: Vec<String> = items.iter().map(Tree::canonical).collect();
                    items.sort_unstable();
                    format!("{key}={}", items.join(","))
                }
                _ => format!("{key}={}", value.canonical()),
            })
            .collect();
        // An entry of cargo-deny is a text or a table.
        if let [only] = parts.as_slice() { only.clone() } else { parts.join("\n") }
    }

    fn form<'t>(&self, id: &'t str) -> Cow<'t, str> {
        self.ids().form(id)
    }

    /// Returns what an entry suppresses, in a form that can be compared: everything but its end and words for people.
    pub(super) fn overlooked(&self, value: &Tree) -> String {
        const WORDS: [&str; 6] = ["reason", "statement", "notes", "description", "justification", "created"];
        let is_told = |pair: &&Pair| {
            let key = pair.key.as_str();
            pair.value.text().is_some() && (WORDS.contains(&key) || self.end == Some(key))
        };
        let kept = |pair: &Pair| format!("{:?}: {}", pair.key, self.overlooked(&pair.value));
        match &value.kind {
            Kind::Scalar(_) => value.canonical(),
            Kind::List(items) => format!("{:?}", items.iter().map(|item| self.overlooked(item)).collect::<Vec<_>>()),
            Kind::Map(pairs) => {
                let mut kept: Vec<String> = pairs.iter().filter(|pair| !is_told(pair)).map(kept).collect();
                kept.sort_unstable();
                format!("{kept:?}")
            }
        }
    }

    /// Returns a key of an entry that the tool does not read.
    pub(super) fn unknown_key<'t>(&self, details: &'t Tree) -> Option<&'t str> {
        let pairs = details.pairs().iter().filter(|_| !self.known.is_empty());
        pairs.map(|pair| pair.key.as_str()).find(|key| !self.known.contains(key) && !key.starts_with('#'))
    }

    /// Returns the entries that a cover becomes.
    ///
    /// # Errors
    ///
    /// If the file can say no more than would suppress too much.
    pub(super) fn entries(&self, cover: &Cover<'_>, permit: &Permit) -> Result<Vec<Wanted>, String> {
        let writes_until_fixed = ["grype", "snyk"].contains(&self.tool);
        if cover.until_fixed.as_ref().is_some_and(|flag| flag.value) && !writes_until_fixed {
            return Err("it cannot end an entry when a fix appears".to_owned());
        }
        let is_narrow = cover.selectors().any(|selector| selector != Selector::Kind);
        let wanted = |entry: Entry| {
            let value = entry.value.tree();
            Wanted {
                identity: match self.syntax {
                    Syntax::Xml => xml_identity(&value),
                    Syntax::Documents => document_identity(&value),
                    _ => self.identity(&entry.path, entry.key.as_deref(), &value),
                },
                comment: matches!(entry.value, Datum::Text(_)).then(|| permit.mark()),
                path: entry.path,
                key: entry.key,
                value: entry.value,
                id: text(cover).to_owned(),
                is_narrow,
                exception: permit.ids.first().cloned().unwrap_or_default(),
            }
        };
        let entries = (self.write)(cover, permit)?;
        match entries.iter().find_map(|entry| self.unwritable(entry, permit)) {
            Some(why) => Err(why),
            None => Ok(entries.into_iter().map(wanted).collect()),
        }
    }

    /// Says why an entry could not be read back from the file; `None` if it can.
    fn unwritable(&self, entry: &Entry, permit: &Permit) -> Option<String> {
        let said = |whose: &str, c: char| format!("{whose} contains the invisible character U+{:04X}", u32::from(c));
        if let Some(c) = permit.names().chars().find(|c| is_hostile(*c)) {
            return Some(said("the name of the exception", c));
        }
        // An expression of Kyverno may have several lines.
        let is_layout = |c: char| self.syntax == Syntax::Documents && matches!(c, '\n' | '\t');
        let hidden = |text: &str| text.chars().find(|c| is_hostile(*c) && !is_layout(*c));
        let keys = entry.path.iter().chain(&entry.key).map(String::as_str);
        if let Some(c) = keys.chain(entry.value.each_text()).find_map(hidden) {
            return Some(said("it", c));
        }
        let is_comment = self.syntax == Syntax::Lines && entry.value.each_text().iter().any(|it| it.starts_with('#'));
        is_comment.then(|| "a line that begins with `#` is a comment there".to_owned())
    }
}

fn text<'c>(cover: &'c Cover<'_>) -> &'c str {
    cover.id.as_ref().map_or("", |id| id.as_str().trim())
}

fn reason(permit: &Permit) -> Datum {
    Datum::text(permit.reason())
}

fn paths(cover: &Cover<'_>) -> Vec<String> {
    cover.paths.iter().map(|path| path.as_str().trim().trim_start_matches("./").to_owned()).collect()
}

fn purls(cover: &Cover<'_>) -> Vec<String> {
    cover.purls.iter().map(|purl| purl.as_str().trim().to_owned()).collect()
}

fn some_texts(texts: Vec<String>) -> Option<Datum> {
    (!texts.is_empty()).then(|| Datum::texts(texts))
}

/// Returns the section of a `.trivyignore.yaml` for a cover's `kind`.
pub(crate) fn trivy_section(kind: &str) -> Option<&'static str> {
    match kind {
        "vulnerability" => Some("vulnerabilities"),
        "misconfiguration" => Some("misconfigurations"),
        "secret" => Some("secrets"),
        "license" => Some("licenses"),
        _ => None,
    }
}

fn trivy(cover: &Cover<'_>, permit: &Permit) -> Entries {
    let id = text(cover);
    // The number of a check has leading zeros, or `AVD-` before it.
    let is_check = Ids::Trivy.form(id) != id.to_ascii_lowercase();
    let section = match cover.kind.as_ref().map(|kind| kind.as_str()) {
        Some(kind) => trivy_section(kind).unwrap_or("vulnerabilities"),
        None if is_check => "misconfigurations",
        None => "vulnerabilities",
    };
    let end = Datum::Raw(permit.end_day().unwrap_or_else(|| permit.end_instant()));
    // A folder of the register means what lies below it.
    let paths = paths(cover).into_iter().map(|path| if path.ends_with('/') { path + "**" } else { path }).collect();
    let entry = Datum::map([("id", Datum::text(id))])
        .with("paths", some_texts(paths))
        .with("purls", some_texts(purls(cover)))
        .with("expired_at", Some(end))
        .with("statement", Some(reason(permit)));
    Ok(vec![item(&[section], entry)])
}

fn trivy_lines(cover: &Cover<'_>, permit: &Permit) -> Entries {
    if !cover.paths.is_empty() || !cover.purls.is_empty() {
        return Err("a plain file cannot narrow an entry to paths or packages; name a `.trivyignore.yaml`".to_owned());
    }
    if text(cover).contains(char::is_whitespace) {
        return Err("an id with white space is not read there".to_owned());
    }
    Ok(vec![item(&[], Datum::text(format!("{} exp:{}", text(cover), permit.end_day_after())))])
}

fn osv_scanner(cover: &Cover<'_>, permit: &Permit) -> Entries {
    if cover.package.is_some() {
        let why = "it ignores an id in every package, or every id of a package, but the cover names both";
        return Err(why.to_owned());
    }
    let end = Datum::Raw(permit.end_instant());
    let entry = Datum::map([("id", Datum::text(text(cover))), ("ignoreUntil", end), ("reason", reason(permit))]);
    Ok(vec![item(&["IgnoredVulns"], entry)])
}

/// What grype takes for a regular expression that matches the whole name.
pub(super) fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if "\\.+*?()|[]{}^$".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

fn grype(cover: &Cover<'_>, permit: &Permit) -> Entries {
    let package = |location: Option<String>| {
        let own = cover.package.as_ref();
        let part = |of: fn(&Package<'_>) -> Option<String>| own.and_then(of).map(Datum::text);
        let map = Datum::map([])
            .with("name", part(|it| it.name.as_ref().map(|name| escaped(name.as_str()))))
            .with("version", part(|it| it.version.as_ref().map(|text| text.as_str().to_owned())))
            .with("type", part(|it| it.kind.as_ref().map(|text| text.as_str().to_owned())))
            .with("location", location.map(Datum::text));
        (map != Datum::map([])).then_some(map)
    };
    if cover.package.as_ref().is_some_and(|package| package.ecosystem.is_some()) {
        return Err("it knows a package's `type`, not its `ecosystem`".to_owned());
    }
    let places: Vec<Option<Datum>> = match paths(cover) {
        none if none.is_empty() => vec![package(None)],
        some => some.into_iter().map(|path| package(Some(path))).collect(),
    };
    let is_until_fixed = cover.until_fixed.as_ref().is_some_and(|flag| flag.value);
    // As long as it is none of these there is a fix.
    let states: &[Option<&str>] =
        if is_until_fixed { &[Some("not-fixed"), Some("wont-fix"), Some("unknown")] } else { &[None] };
    let rules = places.into_iter().flat_map(|place| states.iter().map(move |state| (place.clone(), *state)));
    let rule = |(place, state): (Option<Datum>, Option<&str>)| {
        let entry = Datum::map([("vulnerability", Datum::text(text(cover)))])
            .with("fix-state", state.map(Datum::text))
            .with("package", place)
            .with("reason", Some(reason(permit)));
        item(&["ignore"], entry)
    };
    Ok(rules.map(rule).collect())
}

fn snyk(cover: &Cover<'_>, permit: &Permit) -> Entries {
    let is_until_fixed = cover.until_fixed.as_ref().is_some_and(|flag| flag.value);
    let millis = |instant: String| Datum::Quoted(instant.replace('Z', ".000Z"));
    let details = Datum::map([("reason", reason(permit)), ("expires", millis(permit.end_instant()))])
        .with("created", permit.start.map(|start| millis(rfc3339(start))))
        .with("disregardIfFixable", is_until_fixed.then(|| Datum::Raw("true".to_owned())));
    let places = match paths(cover) {
        none if none.is_empty() => vec!["*".to_owned()],
        some => some,
    };
    let entry = |path: String| item(&["ignore", text(cover)], Datum::Map(vec![(path, details.clone())]));
    Ok(places.into_iter().map(entry).collect())
}

fn dependency_check(cover: &Cover<'_>, permit: &Permit) -> Entries {
    let (paths, purls) = (paths(cover), purls(cover));
    if !paths.is_empty() && !purls.is_empty() {
        return Err("an entry there is narrowed to a file or to a package, not to both".to_owned());
    }
    let id = text(cover);
    let is_cve = {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = id.split('-');
        parts.next().is_some_and(|part| part.eq_ignore_ascii_case("CVE"))
            && parts.next().is_some_and(|year| year.len() == 4 && digits(year))
            && parts.next().is_some_and(digits)
            && parts.next().is_none()
    };
    let what = if is_cve { ("cve", id.to_ascii_uppercase()) } else { ("vulnerabilityName", id.to_owned()) };
    let mut places: Vec<Vec<(&str, String)>> = Vec::new();
    for purl in purls {
        let has_version = purl.rsplit('/').next().is_some_and(|name| name.contains('@'));
        places.push(match has_version {
            true => vec![("packageUrl", purl)],
            false => vec![("packageUrl regex", format!("^{}(@.*)?$", escaped(&purl)))],
        });
    }
    for path in paths {
        let pattern = path_regex(&path).ok_or_else(|| format!("`{path}` is not a pattern that it can match"))?;
        places.push(vec![("filePath regex", format!("^(.*[\\\\/])?{}$", pattern.replace('/', "[\\\\/]")))]);
    }
    if places.is_empty() {
        places.push(Vec::new());
    }
    // A day with an offset begins at any instant that is a whole minute.
    let until = day_with_offset(permit.end);
    let entry = |place: Vec<(&str, String)>| {
        let place = place.into_iter().map(|(key, value)| (key.to_owned(), Datum::Text(value)));
        let pairs = [("until".to_owned(), Datum::text(until.clone())), ("notes".to_owned(), reason(permit))];
        item(
            &[],
            Datum::Map(
                pairs.into_iter().chain(place).chain([(what.0.to_owned(), Datum::text(what.1.clone()))]).collect(),
            ),
        )
    };
    Ok(places.into_iter().map(entry).collect())
}

/// Writes an instant as the day of XML Schema that begins with it, in the zone where it is midnight (XML Schema part 2,
/// 3.2.9): offsets go to 14 hours, so there always is one.
fn day_with_offset(end: chrono::DateTime<chrono::Utc>) -> String {
    use chrono::Timelike as _;
    let minutes = i64::from(end.hour() * 60 + end.minute());
    // East of Greenwich the day begins before it does in UTC.
    let (day, offset) = if minutes <= 12 * 60 {
        (end.date_naive(), -minutes)
    } else {
        (end.date_naive().succ_opt().unwrap_or(end.date_naive()), 24 * 60 - minutes)
    };
    let day = rfc3339(day.and_time(chrono::NaiveTime::MIN).and_utc());
    let day = &day[.."2026-06-01".len()];
    let sign = if offset < 0 { '-' } else { '+' };
    match offset.abs() {
        0 => format!("{day}Z"),
        offset => format!("{day}{sign}{:02}:{:02}", offset / 60, offset % 60),
    }
}

/// Turns a glob into a regular expression that Go, Java and Rust read alike, without anchors; `None` for one that needs
/// more than `*`, `**` and `?`.
fn path_regex(path: &str) -> Option<String> {
    if path.contains(['[', ']', '{', '}', '\\']) {
        return None;
    }
    let whole = if path.ends_with('/') { format!("{path}**") } else { path.to_owned() };
    let mut pattern = String::new();
    let mut rest = whole.as_str();
    while let Some(c) = rest.chars().next() {
        let (written, len) = match c {
            '*' if rest.starts_with("**/") => ("(.*/)?".to_owned(), 3),
            '*' if rest.starts_with("**") => (".*".to_owned(), 2),
            '*' => ("[^/]*".to_owned(), 1),
            '?' => ("[^/]".to_owned(), 1),
            c => (escaped(&c.to_string()), c.len_utf8()),
        };
        pattern.push_str(&written);
        rest = &rest[len..];
    }
    Some(pattern)
}

fn notes(permit: &Permit) -> Datum {
    Datum::map([
        ("active", Datum::Raw("true".to_owned())),
        ("expiry", Datum::Quoted(permit.end_instant())),
        ("notes", reason(permit)),
    ])
}

fn audit_ci(cover: &Cover<'_>, permit: &Permit) -> Entries {
    let ids = match paths(cover) {
        none if none.is_empty() => vec![text(cover).to_owned()],
        some => some.into_iter().map(|path| format!("{}|{path}", text(cover))).collect(),
    };
    Ok(ids.into_iter().map(|id| item(&["allowlist"], Datum::Map(vec![(id, notes(permit))]))).collect())
}

fn nsprc(cover: &Cover<'_>, permit: &Permit) -> Entries {
    Ok(vec![keyed(&[], text(cover), notes(permit))])
}

fn gitleaks(cover: &Cover<'_>, permit: &Permit) -> Entries {
    if is_fingerprint(text(cover)) {
        return Err("a single finding belongs in a `.gitleaksignore`".to_owned());
    }
    if cover.paths.is_empty() {
        return Err("it has no entry for a rule in every file; narrow the cover with `paths`".to_owned());
    }
    let mut patterns = Vec::new();
    for path in paths(cover) {
        let pattern = path_regex(&path).ok_or_else(|| format!("`{path}` is not a pattern that it can match"))?;
        patterns.push(format!("^{pattern}$"));
    }
    // Without `targetRules` it is for every rule.
    let rules = (!cover.is_of_every_rule()).then(|| Datum::texts([text(cover)]));
    let entry = Datum::map([("description", reason(permit))])
        .with("targetRules", rules)
        .with("paths", Some(Datum::texts(patterns)));
    Ok(vec![item(&["allowlists"], entry)])
}

/// Returns whether an id is `[commit:]file:rule:line`.
fn is_fingerprint(id: &str) -> bool {
    let mut parts = id.rsplitn(3, ':');
    let line = parts.next().unwrap_or_default();
    !line.is_empty()
        && line.bytes().all(|byte| byte.is_ascii_digit())
        && parts.next().is_some()
        && parts.next().is_some()
}

fn gitleaks_lines(cover: &Cover<'_>, _: &Permit) -> Entries {
    if !is_fingerprint(text(cover)) {
        return Err(
            "it names single findings, `file:rule:line`; name a `.gitleaks.toml` for rules and paths".to_owned()
        );
    }
    if !cover.paths.is_empty() {
        return Err("the id already names the file; leave `paths` out".to_owned());
    }
    Ok(vec![item(&[], Datum::text(text(cover)))])
}

/// A name that Kubernetes and Azure take: lower-case letters, digits and hyphens, and a few characters of a hash where
/// that is not all that the parts say.
fn object_name(parts: &[&str], longest: usize) -> String {
    let whole = parts.join("-");
    let mut name = String::new();
    for c in whole.to_ascii_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => name.push(c),
            _ if !name.ends_with('-') && !name.is_empty() => name.push('-'),
            _ => {}
        }
    }
    let name = name.trim_end_matches('-');
    if name == whole && name.len() <= longest {
        return name.to_owned();
    }
    let hash = sha1_hex(&whole);
    let kept: String = name.chars().take(longest.saturating_sub(9)).collect();
    format!("{}-{}", kept.trim_end_matches('-'), &hash[..8])
}

fn sha1_hex(text: &str) -> String {
    use sha1::{Digest as _, Sha1};
    data_encoding::HEXLOWER.encode(&Sha1::digest(text.as_bytes()))
}

fn kyverno(cover: &Cover<'_>, permit: &Permit) -> Entries {
    let policy = text(cover);
    let matches: Vec<&str> = cover.matches.iter().map(|text| text.as_str()).collect();
    let key = permit.ids.first().map(String::as_str).unwrap_or_default();
    let namespace = cover.namespace.as_ref().map(|name| Datum::text(name.as_str().trim()));
    let distinct = if matches.is_empty() { String::new() } else { sha1_hex(&matches.join("\n"))[..8].to_owned() };
    let parts: Vec<&str> = [key, policy, &distinct].into_iter().filter(|part| !part.is_empty()).collect();
    let metadata = Datum::map([("name", Datum::text(object_name(&parts, 200)))])
        .with("namespace", namespace)
        .with("annotations", Some(Datum::Map(vec![("stopgap/exception".to_owned(), reason(permit))])));
    let kind = cover.kind.as_ref().map_or("ValidatingPolicy", |kind| kind.as_str());
    let conditions = matches.iter().enumerate().map(|(index, expression)| {
        Datum::map([("name", Datum::text(format!("covered-{}", index + 1))), ("expression", Datum::text(*expression))])
    });
    let conditions: Vec<Datum> = conditions.collect();
    let spec = Datum::map([(
        "policyRefs",
        Datum::List(vec![Datum::map([("name", Datum::text(policy)), ("kind", Datum::text(kind))])]),
    )])
    .with("matchConditions", (!conditions.is_empty()).then_some(Datum::List(conditions)))
    .with("expiresAt", Some(Datum::Quoted(permit.end_instant())))
    .with("reportResult", Some(Datum::text("skip")));
    let document = Datum::map([
        ("apiVersion", Datum::text("policies.kyverno.io/v1")),
        ("kind", Datum::text("PolicyException")),
        ("metadata", metadata),
        ("spec", spec),
    ]);
    Ok(vec![item(&[], document)])
}

fn kubescape(cover: &Cover<'_>, permit: &Permit) -> Entries {
    if !cover.paths.is_empty() {
        return Err("it narrows an entry to resources, not to files".to_owned());
    }
    let everywhere = Datum::map([
        ("designatorType", Datum::text("Attributes")),
        ("attributes", Datum::map([("kind", Datum::text(".*"))])),
    ]);
    let key = permit.ids.first().map(String::as_str).unwrap_or_default();
    let entry = Datum::map([
        ("name", Datum::text(object_name(&[key, text(cover)], 200))),
        ("policyType", Datum::text("postureExceptionPolicy")),
        ("reason", reason(permit)),
        ("actions", Datum::texts(["alertOnly"])),
        ("resources", Datum::List(vec![everywhere])),
        ("posturePolicies", Datum::List(vec![Datum::map([("controlID", Datum::text(escaped(text(cover))))])])),
    ]);
    Ok(vec![item(&[], entry)])
}

fn azure(cover: &Cover<'_>, permit: &Permit) -> Entries {
    let Some(scope) = cover.scope.as_ref().map(|scope| scope.as_str().trim()) else {
        return Err("an exemption needs a `scope`".to_owned());
    };
    let key = permit.ids.first().map(String::as_str).unwrap_or_default();
    let name = object_name(&[key, &sha1_hex(&format!("{scope}\n{}", text(cover)))[..8]], 64);
    let title: String = if permit.title.is_empty() { key.to_owned() } else { permit.title.clone() };
    let entry = Datum::map([
        ("name", Datum::text(name)),
        ("displayName", Datum::text(title.chars().take(128).collect::<String>())),
        ("description", Datum::text(permit.reason().chars().take(512).collect::<String>())),
        ("exemptionCategory", Datum::text("Waiver")),
        ("expiresOn", Datum::Quoted(permit.end_instant())),
        ("scope", Datum::text(scope)),
    ]);
    let entry = match cover.assignment.as_ref() {
        Some(assignment) => entry
            .with("policyAssignmentId", Some(Datum::text(assignment.as_str().trim())))
            .with("policyDefinitionReferenceIds", Some(Datum::texts([text(cover)]))),
        None => entry.with("policyDefinitionName", Some(Datum::text(text(cover)))),
    };
    let metadata = Datum::map([
        ("requestedBy", Datum::text(&*permit.requester)),
        ("approvedBy", Datum::text(&*permit.approver)),
        ("approvedOn", Datum::Quoted(permit.decided.clone())),
    ]);
    Ok(vec![item(&["exemptions"], entry.with("metadata", Some(metadata)))])
}

/// Returns what a suppression of dependency-check is about.
pub(super) fn xml_identity(value: &Tree) -> String {
    let parts = value.pairs().iter().filter(|pair| !["until", "notes", "base"].contains(&pair.key.as_str()));
    let mut parts: Vec<String> = parts.map(|pair| format!("{}={}", pair.key, pair.value.canonical())).collect();
    parts.sort_unstable();
    parts.join("\n")
}

/// Returns what a PolicyException is about.
pub(super) fn document_identity(value: &Tree) -> String {
    let at = |path: &[&str]| value.down(path).map(Tree::canonical).unwrap_or_default();
    let expressions = value.down(&["spec", "matchConditions"]).map(Tree::items).unwrap_or_default();
    let mut expressions: Vec<String> =
        expressions.iter().filter_map(|it| it.get("expression").map(Tree::canonical)).collect();
    expressions.sort_unstable();
    let rest = [at(&["metadata", "namespace"]), at(&["spec", "policyRefs"]), at(&["spec", "images"])];
    format!("{}\n{}", rest.join("\n"), expressions.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Moment, Zone};

    #[test]
    fn every_instant_is_a_day_of_xml_schema_somewhere() {
        for (instant, day) in [
            ("2026-06-01T00:00Z", "2026-06-01Z"),
            ("2026-05-31T22:00Z", "2026-06-01+02:00"),
            ("2026-06-01T05:00Z", "2026-06-01-05:00"),
            ("2026-06-01T12:00Z", "2026-06-01-12:00"),
            ("2026-06-01T12:01Z", "2026-06-02+11:59"),
        ] {
            let end = Zone::UTC.ends_at(Moment::parse(instant).unwrap());
            assert_eq!(day_with_offset(end), day, "{instant}");
        }
    }

    #[test]
    fn a_glob_becomes_an_expression_that_go_reads() {
        for (glob, pattern) in [
            ("app/a.b", Some("app/a\\.b")),
            ("app/*.tf", Some("app/[^/]*\\.tf")),
            ("**/x", Some("(.*/)?x")),
            ("app/", Some("app/.*")),
            ("{a,b}", None),
        ] {
            assert_eq!(path_regex(glob).as_deref(), pattern, "{glob}");
        }
    }

    #[test]
    fn names_stay_distinct() {
        assert_eq!(object_name(&["payroll-vendor", "c-0057"], 64), "payroll-vendor-c-0057");
        assert_ne!(object_name(&["a_b"], 64), object_name(&["a.b"], 64));
        assert!(object_name(&[&"x".repeat(300)], 64).len() <= 64);
    }

    #[test]
    fn every_tool_with_a_file_is_in_the_table() {
        for (tool, usual) in Format::tools() {
            assert!(Tool::of_key(tool).is_some(), "{tool}");
            assert!(Format::of(tool, usual).is_some(), "{usual}");
        }
    }
}
