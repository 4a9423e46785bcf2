//! OSCAL, NIST's format for assessments (<https://pages.nist.gov/OSCAL/>, version 1.2.1): the live exceptions as a plan of
//! action and milestones, and as the results of an assessment together with what the rules object to.
//!
//! A subject has the same UUID in each document, made from its id as RFC 9562, section 5.5, says; that of a document is
//! made from what it says. Texts for people are Markdown in OSCAL, so they are escaped for it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::output::escape;
use crate::output::export::Export;
use crate::output::export::uuid::uuid;
use crate::register::{Exception, Text};
use crate::rule::Finding;
use crate::time::{Moment, rfc3339};

/// The version of OSCAL.
const VERSION: &str = "1.2.1";

/// The names of properties that are our own.
const NAMES: &str = "urn:stopgap:property";

/// Writes the plan of action and milestones.
pub(super) fn plan(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let live = Live::of(export);
    let mut items: Vec<Value> = live.list.iter().map(|it| live.item(it)).collect();
    if items.is_empty() {
        // OSCAL knows no plan without an item.
        let (title, text) = ("No live exception", "The register holds no live exception.");
        items.push(json!({"uuid": uuid("item", ""), "title": title, "description": text}));
    }
    let mut body = json!({
        "metadata": live.metadata("Plan of action and milestones of the temporary security exceptions"),
        "system-id": {"id": "stopgap-register"},
        "poam-items": items,
    });
    live.add(&mut body, false);
    document("plan-of-action-and-milestones", body, out)
}

/// Writes the results of an assessment.
pub(super) fn results(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let live = Live::of(export);
    let controls: BTreeSet<String> = live.list.iter().map(|it| control(it)).collect();
    let controls: Vec<Value> = controls.iter().map(|id| json!({"control-id": id})).collect();
    let selection =
        if controls.is_empty() { json!({"include-all": {}}) } else { json!({"include-controls": controls}) };
    let plan = uuid("plan", "");
    let mut result = json!({
        "uuid": uuid("result", &live.at),
        "title": "Temporary security exceptions",
        "description": "The live exceptions of the register, and the findings about them.",
        "start": live.at,
        "reviewed-controls": {"control-selections": [selection]},
    });
    live.add(&mut result, true);
    let body = json!({
        "metadata": live.metadata("Assessment of the temporary security exceptions"),
        "import-ap": {"href": format!("#{plan}")},
        "results": [result],
        "back-matter": {"resources": [{
            "uuid": plan,
            "title": "The rules of stopgap",
            "description": "stopgap explain lists the rules by which the register is assessed.",
        }]},
    });
    document("assessment-results", body, out)
}

fn document(name: &str, mut body: Value, out: &mut dyn Write) -> io::Result<()> {
    body["uuid"] = json!(uuid(name, &body.to_string()));
    escape::json(&json!({name: body}), out)
}

/// The live exceptions on the day of the export.
struct Live<'e> {
    export: &'e Export<'e>,
    list: Vec<&'e Exception<'e>>,
    /// When the day began, in UTC: an export of another hour of the day has the same bytes.
    at: String,
}

impl<'e> Live<'e> {
    fn of(export: &'e Export<'e>) -> Self {
        let view = &export.view;
        let list = view.register.exceptions().filter(|it| it.is_judged_as_live()).collect();
        let at = rfc3339(view.zone.starts_at(Moment::Day(view.today.day)));
        Self { export, list, at }
    }

    fn metadata(&self, title: &str) -> Value {
        let people = self.list.iter().flat_map(|it| people(it)).map(|(_, name)| (party(&name), name));
        let people: BTreeMap<String, String> = people.collect();
        let parties: Vec<Value> =
            people.iter().map(|(uuid, name)| json!({"uuid": uuid, "type": "person", "name": name})).collect();
        let mut metadata = json!({
            "title": title,
            "last-modified": self.at,
            "version": self.export.view.today.day.to_string(),
            "oscal-version": VERSION,
            "roles": [
                {"id": "owner", "title": "Removes the exception"},
                {"id": "approver", "title": "Accepted the risk"},
                {"id": "requester", "title": "Explained the need"},
            ],
        });
        if !parties.is_empty() {
            metadata["parties"] = json!(parties);
        }
        metadata
    }

    /// Adds observations, risks and, to the results of an assessment, the findings about controls.
    fn add(&self, to: &mut Value, with_findings: bool) {
        let (mut observations, mut risks, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        for (it, objections) in self.by_file() {
            let mut related = vec![json!({"observation-uuid": uuid("observation", it.id)})];
            observations.push(self.observation(it));
            for (at, objection) in objections.iter().enumerate() {
                let observation = self.objection(it, at, objection);
                related.push(json!({"observation-uuid": observation["uuid"]}));
                observations.push(observation);
            }
            risks.push(self.risk(it, &related));
            findings.push(finding(it, &related));
        }
        for (key, list) in [("observations", observations), ("risks", risks)] {
            if !list.is_empty() {
                to[key] = json!(list);
            }
        }
        if with_findings && !findings.is_empty() {
            to["findings"] = json!(findings);
        }
    }

    fn by_file(&self) -> Vec<(&'e Exception<'e>, Vec<&'e Finding>)> {
        let mut by_file: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
        for finding in self.export.findings.iter().flat_map(|all| all.iter()) {
            by_file.entry(finding.file).or_default().push(finding);
        }
        self.list.iter().map(|it| (*it, by_file.remove(&it.file).unwrap_or_default())).collect()
    }

    fn props(&self, it: &Exception<'_>) -> Vec<Value> {
        let facts = self.export.view.facts(Some(it));
        let tier = it.risk.tier.as_ref().map(|tier| tier.value.name().to_owned());
        let text = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.as_str().to_owned());
        let list = [
            ("exception", Some(it.id.to_owned())),
            ("control", text(&it.control)),
            ("system", text(&it.scope.system)),
            ("environment", text(&it.scope.environment)),
            ("tier", tier),
            ("first-day", facts.first_day),
            ("last-day", facts.last_day),
            ("renewals", facts.renewals_used.map(|count| count.to_string())),
            ("file", Some(self.export.view.files.source(it.file).path().to_owned())),
        ];
        list.into_iter().filter_map(|(name, value)| prop(name, &value?)).collect()
    }

    fn item(&self, it: &Exception<'_>) -> Value {
        let actors: Vec<Value> = people(it)
            .into_iter()
            .map(|(role, name)| json!({"type": "party", "actor-uuid": party(&name), "role-id": role}))
            .collect();
        let mut item = json!({
            "uuid": uuid("item", it.id),
            "title": title(it),
            "description": prose(&it.reason, "No reason is given."),
            "props": self.props(it),
            "related-observations": [{"observation-uuid": uuid("observation", it.id)}],
            "related-risks": [{"risk-uuid": uuid("risk", it.id)}],
        });
        if !actors.is_empty() {
            item["origins"] = json!([{"actors": actors}]);
        }
        item
    }

    fn observation(&self, it: &Exception<'_>) -> Value {
        json!({
            "uuid": uuid("observation", it.id),
            "title": title(it),
            "description": format!("Exception {} of the register.", escape::markdown(it.id)),
            "props": self.props(it),
            "methods": ["EXAMINE"],
            "collected": self.at,
        })
    }

    fn objection(&self, it: &Exception<'_>, at: usize, objection: &Finding) -> Value {
        let props = [("rule", objection.rule.id), ("level", objection.level.name())];
        json!({
            "uuid": uuid("objection", &format!("{}\0{}\0{at}", it.id, objection.rule.id)),
            "title": objection.rule.id,
            "description": escape::markdown(&objection.message),
            "props": props.into_iter().filter_map(|(name, value)| prop(name, value)).collect::<Vec<_>>(),
            "methods": ["TEST"],
            "collected": self.at,
        })
    }

    fn risk(&self, it: &Exception<'_>, related: &[Value]) -> Value {
        let facts = self.export.view.facts(Some(it));
        let is_approved = it.decided.is_some() && it.approver.is_some() && facts.ended == Some(false);
        let mut risk = json!({
            "uuid": uuid("risk", it.id),
            "title": title(it),
            "description": prose(&it.reason, "No reason is given."),
            "statement": prose(&it.risk.statement, "No worst case is given."),
            "status": if is_approved { "deviation-approved" } else { "open" },
            "related-observations": related,
        });
        if let Some(ends) = facts.ends_at {
            risk["deadline"] = json!(ends);
        }
        if it.removal.is_some() {
            risk["remediations"] = json!([{
                "uuid": uuid("removal", it.id),
                "lifecycle": "planned",
                "title": "Removal",
                "description": prose(&it.removal, "Not stated."),
            }]);
        }
        risk
    }
}

/// Returns that the control of an exception is not followed.
fn finding(it: &Exception<'_>, related: &[Value]) -> Value {
    json!({
        "uuid": uuid("finding", it.id),
        "title": title(it),
        "description": prose(&it.reason, "No reason is given."),
        "target": {"type": "objective-id", "target-id": control(it), "status": {"state": "not-satisfied"}},
        "related-observations": related,
        "related-risks": [{"risk-uuid": uuid("risk", it.id)}],
    })
}

fn people(it: &Exception<'_>) -> Vec<(&'static str, String)> {
    let list = [("owner", &it.owner), ("approver", &it.approver), ("requester", &it.requester)];
    list.into_iter().filter_map(|(role, who)| Some((role, string(who.as_ref()?.as_str())?))).collect()
}

fn party(name: &str) -> String {
    uuid("party", name)
}

/// Returns the control as a token: its first word, with a hyphen for each character that a token cannot have.
fn control(it: &Exception<'_>) -> String {
    let text = it.control.as_ref().map_or("", |text| text.as_str());
    let word = text.split_whitespace().next().unwrap_or("unknown");
    let token: String = word
        .trim_end_matches([':', ',', '.'])
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect();
    if token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { token } else { format!("_{token}") }
}

fn title(it: &Exception<'_>) -> String {
    let title = it.title.as_ref().map(|title| escape::markdown(title.as_str().trim()));
    title.filter(|title| !title.is_empty()).unwrap_or_else(|| escape::markdown(it.id))
}

fn prose(text: &Option<Text<'_>>, otherwise: &str) -> String {
    let text = text.as_ref().map(|text| escape::markdown(text.as_str().trim())).filter(|text| !text.is_empty());
    text.unwrap_or_else(|| otherwise.to_owned())
}

/// Returns a text as OSCAL's datatype `string`: on one line, without white space around it.
fn string(text: &str) -> Option<String> {
    let folded = escape::folded(text);
    let line = escape::line(folded.trim()).trim().to_owned();
    (!line.is_empty()).then_some(line)
}

fn prop(name: &str, value: &str) -> Option<Value> {
    Some(json!({"name": name, "ns": NAMES, "value": string(value)?}))
}
