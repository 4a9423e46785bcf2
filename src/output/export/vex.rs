//! What customers are told of vulnerabilities that are accepted for a while: OpenVEX 0.2.0
//! (<https://github.com/openvex/spec>) and CycloneDX 1.6 (<https://cyclonedx.org/docs/1.6/json/>).
//!
//! An exception never says that a product is not affected. It says that it is, and that nothing is done before a day.
//! Reasons, risks and people stay inside. The same register gives the same bytes until the next start or end in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::Export;
use super::uuid::uuid;
use crate::output::escape;
use crate::register::fields::COVERS;
use crate::register::{Cover, Exception, Status};
use crate::text::is_hostile;
use crate::time::{Day, Moment, rfc3339};

/// What the ids of vulnerabilities begin with, before the first hyphen.
const DATABASES: [&str; 20] = [
    "ALAS", "ALPINE", "BIT", "CGA", "CVE", "DLA", "DSA", "ELSA", "GHSA", "GO", "GSD", "MAL", "OSV", "PYSEC", "RHSA",
    "RUSTSEC", "SNYK", "SUSE", "USN", "UVI",
];

/// A vulnerability that an exception accepts in a system.
struct Statement {
    id: String,
    exception: String,
    system: String,
    /// The packages that it is accepted in; none where that is not narrowed.
    purls: BTreeSet<String>,
    /// The last day or moment.
    until: String,
    action: String,
    decided: String,
}

/// Returns whether any exception in force accepts a vulnerability.
pub(super) fn has_statements(export: &Export<'_>) -> bool {
    !statements(export).is_empty()
}

/// Returns a vulnerability's id as its database writes it; `None` if a cover names something else.
fn vulnerability(cover: &Cover<'_>) -> Option<String> {
    let id = cover.id.as_ref()?.as_str().trim();
    let (database, rest) = id.split_once('-')?;
    let other_kind = cover.kind.as_ref().is_some_and(|kind| kind.as_str() != "vulnerability");
    let database = database.to_ascii_uppercase();
    let is_one = !other_kind && DATABASES.contains(&database.as_str()) && !rest.contains(char::is_whitespace);
    is_one.then(|| match database.as_str() {
        // GitHub's letters are small, all others' are not.
        "GHSA" => format!("GHSA-{}", rest.to_ascii_lowercase()),
        "CVE" => id.to_ascii_uppercase(),
        _ => format!("{database}-{rest}"),
    })
}

fn statements(export: &Export<'_>) -> Vec<Statement> {
    let view = &export.view;
    let mut found: BTreeMap<(String, &str), Statement> = BTreeMap::new();
    let mut unnarrowed = BTreeSet::new();
    let in_force = view.register.exceptions();
    let in_force = in_force.filter(|it| it.grants(view.zone, view.today));
    for exception in in_force {
        for cover in exception.covers.iter().filter(|cover| cover.is_whole()) {
            let Some(id) = vulnerability(cover) else { continue };
            let key = (id.clone(), exception.id);
            let entry = found.entry(key.clone()).or_insert_with(|| Statement::new(id, exception));
            if cover.purls.is_empty() {
                unnarrowed.insert(key);
            }
            entry.purls.extend(cover.purls.iter().map(|purl| tidy(purl.as_str())));
        }
    }
    for key in unnarrowed {
        if let Some(statement) = found.get_mut(&key) {
            statement.purls.clear();
        }
    }
    found.into_values().collect()
}

impl Statement {
    fn new(id: String, exception: &Exception<'_>) -> Self {
        let text = |text: Option<&str>| tidy(text.unwrap_or_default());
        let until = exception.current_expiry().map(|end| end.value.to_string()).unwrap_or_default();
        let removal = text(exception.removal.as_ref().map(|removal| removal.as_str()));
        let decided = match exception.renewals.last() {
            Some(renewal) => renewal.decided.as_ref(),
            None => exception.decided.as_ref(),
        };
        let is_day = exception.current_expiry().is_some_and(|end| matches!(end.value, Moment::Day(_)));
        let before = if is_day { "the end of " } else { "" };
        let action = if removal.is_empty() {
            format!("No fix is planned before {before}{until}.")
        } else {
            format!("No fix is planned before {before}{until}. What ends it: {removal}")
        };
        Self {
            id,
            exception: exception.id.to_owned(),
            system: text(exception.scope.system.as_ref().map(|system| system.as_str())),
            purls: BTreeSet::new(),
            until,
            action,
            decided: decided.map(|day| day.value.to_string()).unwrap_or_default(),
        }
    }

    fn timestamp(&self) -> String {
        format!("{}T00:00:00Z", self.decided)
    }

    /// Returns the system's name; that of the exception if it names none.
    fn name(&self) -> &str {
        if self.system.is_empty() { &self.exception } else { &self.system }
    }

    /// Returns the system as a package URL, by which a document that knows only those can name it.
    fn product(&self) -> String {
        let mut purl = "pkg:generic/".to_owned();
        for byte in self.name().bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' => purl.push(char::from(byte)),
                _ => {
                    let _ = write!(purl, "%{byte:02X}");
                }
            }
        }
        purl
    }

    fn notes(&self) -> String {
        format!("Accepted until {} by the exception {}.", self.until, self.exception)
    }
}

/// Returns a text without what could act on its reader.
fn tidy(text: &str) -> String {
    let plain: String = text.chars().map(|c| if is_hostile(c) { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns when the document became what it is: with the latest decision, correction, closure, start or end of the
/// exceptions that it is about now or was about. An end that has passed counts even if a closure came before it, which
/// may have been dated back: no later document has an earlier date. `None` if there was nothing to tell yet.
fn latest(export: &Export<'_>) -> Option<String> {
    let view = &export.view;
    let (zone, today) = (view.zone, view.today);
    let concerned = view.register.exceptions().filter(|it| is_concerned(it) && !it.is(&[Status::Rejected]));
    let moments = concerned.flat_map(|it| {
        let renewed = it.renewals.iter().map(|renewal| renewal.decided.as_ref());
        let amended = it.amendments.iter().map(|amendment| amendment.date.as_ref());
        let closed = it.closure.iter().map(|closure| closure.date.as_ref());
        let days = renewed.chain(amended).chain(closed).chain([it.decided.as_ref()]);
        let began = it.starts.as_ref().map(|starts| zone.starts_at(starts.value));
        let ended = it.current_expiry().map(|end| zone.ends_at(end.value));
        let passed = [began, ended].into_iter().flatten().filter(|at| *at <= today.instant).map(rfc3339);
        days.flatten().map(|day| midnight(day.value)).chain(passed).collect::<Vec<_>>()
    });
    moments.max()
}

/// Returns whether an exception accepts a vulnerability, or was corrected so that it may have accepted another one.
fn is_concerned(exception: &Exception<'_>) -> bool {
    let is_corrected = |field: &str| field.trim_start_matches('/').starts_with(COVERS.name());
    let mut corrected = exception.amendments.iter().flat_map(|amendment| &amendment.fields);
    exception.covers.iter().any(|cover| cover.is_whole() && vulnerability(cover).is_some())
        || corrected.any(|field| is_corrected(field.as_str()))
}

fn midnight(day: Day) -> String {
    format!("{day}T00:00:00Z")
}

/// Writes an OpenVEX document.
pub(super) fn openvex(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let statements = statements(export);
    let one = |statement: &Statement| {
        let mut product = Map::new();
        product.insert("@id".to_owned(), statement.product().into());
        if !statement.purls.is_empty() {
            let parts: Vec<Value> = statement.purls.iter().map(|purl| json!({"@id": purl})).collect();
            product.insert("subcomponents".to_owned(), parts.into());
        }
        json!({
            "vulnerability": {"name": statement.id},
            "timestamp": statement.timestamp(),
            "products": [product],
            "status": "affected",
            "status_notes": statement.notes(),
            "action_statement": statement.action,
            "action_statement_timestamp": statement.timestamp(),
        })
    };
    let listed: Vec<Value> = statements.iter().map(one).collect();
    let id = format!("urn:uuid:{}", uuid("openvex", &Value::from(listed.clone()).to_string()));
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": id,
        "author": "Register of security exceptions",
        "timestamp": latest(export),
        "version": 1,
        "tooling": concat!("stopgap/", env!("CARGO_PKG_VERSION")),
        "statements": listed,
    });
    escape::json(&document, out)
}

/// A system of a CycloneDX document, with the packages in it that are affected.
struct System<'s> {
    name: &'s str,
    purls: BTreeSet<&'s str>,
}

impl System<'_> {
    /// Returns its component. A package is a part of it, because its vulnerability is accepted in this system alone.
    fn component(&self, product: &str) -> Value {
        let library = |purl: &&str| {
            let name = purl.rsplit('/').next().and_then(|name| name.split(['@', '?', '#']).next()).unwrap_or(purl);
            json!({"type": "library", "bom-ref": part(product, purl), "name": name, "purl": purl})
        };
        let mut component = Map::new();
        component.insert("type".to_owned(), "application".into());
        component.insert("bom-ref".to_owned(), product.into());
        component.insert("name".to_owned(), self.name.into());
        if !self.purls.is_empty() {
            component.insert("components".to_owned(), self.purls.iter().map(library).collect());
        }
        component.into()
    }
}

/// Returns the reference to a package of a system.
fn part(product: &str, purl: &str) -> String {
    format!("{product}/{purl}")
}

/// Writes a CycloneDX document.
pub(super) fn cyclonedx(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let statements = statements(export);
    let mut systems: BTreeMap<String, System<'_>> = BTreeMap::new();
    let mut vulnerabilities = Vec::with_capacity(statements.len());
    for statement in &statements {
        let product = statement.product();
        let affected: Vec<Value> = match statement.purls.is_empty() {
            true => vec![json!({"ref": product})],
            false => statement.purls.iter().map(|purl| json!({"ref": part(&product, purl)})).collect(),
        };
        let system =
            systems.entry(product).or_insert_with(|| System { name: statement.name(), purls: BTreeSet::new() });
        system.purls.extend(statement.purls.iter().map(String::as_str));
        vulnerabilities.push(json!({
            "bom-ref": format!("{}/{}", statement.exception, statement.id),
            "id": statement.id,
            "analysis": {
                "state": "exploitable",
                "response": ["will_not_fix"],
                "detail": format!("{} {}", statement.notes(), statement.action),
                "firstIssued": statement.timestamp(),
                "lastUpdated": statement.timestamp(),
            },
            "affects": affected,
        }));
    }
    let components: Vec<Value> = systems.iter().map(|(product, system)| system.component(product)).collect();
    let serial = uuid("cyclonedx", &json!([components, vulnerabilities]).to_string());
    let tool = json!({"type": "application", "name": "stopgap", "version": env!("CARGO_PKG_VERSION")});
    let mut metadata = Map::new();
    metadata.extend(latest(export).map(|at| ("timestamp".to_owned(), at.into())));
    metadata.insert("tools".to_owned(), json!({"components": [tool]}));
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{serial}"),
        "version": 1,
        "metadata": metadata,
        "components": components,
        "vulnerabilities": vulnerabilities,
    });
    escape::json(&document, out)
}
