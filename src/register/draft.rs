//! An exception on its way into the register: what is known of it, written as a file.
//!
//! The one place that writes a new file, for every command that makes one. What is missing is
//! written as a key without a value, so that `check` names it where it belongs.

use crate::yaml::write::{self, Layout, Value};

/// What is known of a new exception. An empty text is a missing one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What is being allowed, in a line.
    pub title: String,
    /// The exact rule that is not followed.
    pub control: String,
    /// Why.
    pub reason: String,
    /// The one system.
    pub system: String,
    /// The environment.
    pub environment: String,
    /// The team, if it matters; left out where empty.
    pub team: String,
    /// The process, if it matters; left out where empty.
    pub process: String,
    /// `low`, `moderate`, `high` or `emergency`.
    pub tier: String,
    /// The kinds of exposure; `None` leaves the key out, an empty list states that there is none.
    pub exposure: Option<Vec<String>>,
    /// What goes wrong in the worst plausible case.
    pub statement: String,
    /// Safer options and why each does not do.
    pub alternatives: Vec<Alternative>,
    /// What must happen before it can be closed.
    pub removal: String,
    /// Who explains the need.
    pub requester: String,
    /// The one person who removes it.
    pub owner: String,
    /// Who accepted or rejected the risk.
    pub approver: String,
    /// The day of the decision.
    pub decided: String,
    /// `active` unless it is another.
    pub status: String,
    /// Whether the status is not known either: an empty one is then missing instead of `active`.
    pub status_open: bool,
    /// When it begins.
    pub starts: String,
    /// The agreed end.
    pub expires: String,
    /// Tickets and pages.
    pub references: Vec<String>,
    /// The incident's id; left out where empty.
    pub incident: String,
    /// How it ended; written where it says something, or where the status is `closed`.
    pub closure: Closure,
    /// The suppressions that it licenses, each with its keys in their order.
    pub covers: Vec<Vec<(String, Value)>>,
    /// The organisation's own keys, each beginning with `x-`.
    pub own: Vec<(String, Value)>,
}

/// How an exception ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    /// The day from which the rule is followed again.
    pub date: String,
    /// Who removed the exception.
    pub by: String,
    /// Who checked that it is gone.
    pub verified_by: String,
    /// What was done and how it was checked.
    pub note: String,
}

/// A safer option that was considered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alternative {
    /// The option.
    pub option: String,
    /// Why it does not do.
    pub rejected: String,
}

impl Draft {
    /// Writes the file. `schema` is the path of the schema's copy as an editor finds it from the
    /// file; without one there is no line for the editor.
    #[must_use]
    pub fn to_yaml(&self, schema: Option<&str>) -> String {
        let modeline = schema.map(|path| format!("# yaml-language-server: $schema={path}\n")).unwrap_or_default();
        modeline + &write::entries(&self.entries(), 0, Layout::default())
    }

    fn entries(&self) -> Vec<(String, Value)> {
        let text = |key: &str, text: &String| (key.to_owned(), Value::text(text.as_str()));
        let map = |key: &str, entries| (key.to_owned(), Value::Map(entries));
        let given = |key: &str, value: &String| (!value.is_empty()).then(|| text(key, value));
        let rejected = self.status == "rejected";
        // A request that was turned down needs no more than its core; what is known is kept.
        let needed = |entry: (String, Value)| match &entry.1 {
            Value::Text(text) if text.is_empty() && rejected => None,
            _ => Some(entry),
        };
        let mut entries =
            vec![text("title", &self.title), text("control", &self.control), text("reason", &self.reason)];
        let mut scope = vec![text("system", &self.system), text("environment", &self.environment)];
        scope.extend(given("team", &self.team));
        scope.extend(given("process", &self.process));
        entries.push(map("scope", scope));
        if !(rejected && self.tier.is_empty() && self.statement.is_empty()) {
            let mut risk = vec![text("tier", &self.tier)];
            risk.extend(self.exposure.iter().map(|kinds| ("exposure".to_owned(), Value::flow_list(kinds))));
            risk.push(text("statement", &self.statement));
            entries.push(map("risk", risk));
        }
        entries.extend(needed(("alternatives".to_owned(), self.alternatives())));
        entries.extend(needed(text("removal", &self.removal)));
        entries.push(text("requester", &self.requester));
        entries.extend(needed(text("owner", &self.owner)));
        entries.extend([text("approver", &self.approver), text("decided", &self.decided)]);
        let status = if self.status.is_empty() && !self.status_open { "active" } else { &self.status };
        entries.push(text("status", &status.to_owned()));
        entries.extend(needed(text("starts", &self.starts)));
        entries.extend(needed(text("expires", &self.expires)));
        if !self.references.is_empty() {
            entries.push(("references".to_owned(), Value::List(self.references.iter().map(Value::text).collect())));
        }
        if !self.incident.is_empty() {
            entries.push(("incident".to_owned(), Value::flow_map([("id", self.incident.as_str())])));
        }
        if self.closure != Closure::default() || self.status == "closed" {
            let Closure { date, by, verified_by, note } = &self.closure;
            let closure = [("date", date), ("by", by), ("verified_by", verified_by), ("note", note)];
            entries.push(map("closure", closure.map(|(key, value)| text(key, value)).to_vec()));
        }
        if !self.covers.is_empty() {
            let covers = self.covers.iter().map(|cover| Value::Flow(Box::new(Value::Map(cover.clone()))));
            entries.push(("covers".to_owned(), Value::List(covers.collect())));
        }
        entries.extend(self.own.iter().cloned());
        entries
    }

    fn alternatives(&self) -> Value {
        if self.alternatives.is_empty() {
            return Value::text("");
        }
        let one = |it: &Alternative| {
            let pair = [("option", &it.option), ("rejected", &it.rejected)];
            Value::Map(pair.map(|(key, text)| (key.to_owned(), Value::text(text.as_str()))).to_vec())
        };
        Value::List(self.alternatives.iter().map(one).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::Exception;
    use crate::schema::{Schema, Shipped};
    use crate::source::FileId;
    use crate::yaml::parse;

    fn full() -> Draft {
        let owned = str::to_owned;
        Draft {
            title: owned("Label printer keeps its old certificate"),
            control: owned("CRY-04 Certificates are younger than a year"),
            reason: owned("The maker ships the tool: \"certinst\" on Thursday #2."),
            system: owned("label printer lp-07"),
            environment: owned("production"),
            team: owned("Warehouse"),
            tier: owned("low"),
            exposure: Some(Vec::new()),
            statement: owned("A forged printer could print wrong labels."),
            alternatives: vec![Alternative {
                option: owned("Print in hall 2"),
                rejected: owned("- full until Friday"),
            }],
            removal: owned("Install the new certificate."),
            requester: owned("@hanna"),
            owner: owned("Luis Prado"),
            approver: owned("mei@example.com"),
            decided: owned("2026-11-15"),
            starts: owned("2026-11-16"),
            expires: owned("2026-12-16T09:00+01:00"),
            references: vec![owned("#123"), owned("https://example.com/a")],
            covers: vec![vec![
                (owned("tool"), Value::text("trivy")),
                (owned("id"), Value::text("CVE-2026-1234")),
                (owned("paths"), Value::List(vec![Value::text("app/*.lock")])),
            ]],
            own: vec![(owned("x-cost-centre"), Value::text("4711"))],
            ..Draft::default()
        }
    }

    #[test]
    fn a_full_draft_satisfies_the_schema_and_says_what_was_given() {
        let text = full().to_yaml(Some("../schema/exception.schema.json"));
        assert!(text.starts_with("# yaml-language-server: $schema=../schema/exception.schema.json\ntitle: Label"));
        let tree = parse(&text).unwrap();
        assert_eq!(Schema::shipped(Shipped::Exception).check(&tree), Vec::new(), "{text}");
        let it = Exception::from_node(FileId(0), "x", tree);
        assert_eq!(it.reason.as_ref().unwrap().as_str(), full().reason);
        assert_eq!(it.requester.as_ref().unwrap().as_str(), "@hanna");
        assert!(it.risk.exposure_stated);
        assert_eq!(it.alternatives[0].rejected.as_ref().unwrap().as_str(), "- full until Friday");
    }

    fn missing(draft: &Draft) -> Vec<String> {
        let text = draft.to_yaml(None);
        let tree = parse(&text).unwrap();
        let problems = Schema::shipped(Shipped::Exception).check(&tree);
        problems.into_iter().filter_map(|problem| problem.missing).collect()
    }

    #[test]
    fn a_closed_draft_asks_for_its_closure_and_an_unknown_status_for_one() {
        let closed = Draft { status: "closed".into(), ..full() };
        let keys = ["/closure/date", "/closure/by", "/closure/verified_by", "/closure/note"];
        assert_eq!(missing(&closed), keys);
        let by = Closure {
            date: "2026-12-01".into(),
            by: "@hanna".into(),
            verified_by: "@mei".into(),
            note: "Gone.".into(),
        };
        assert_eq!(missing(&Draft { closure: by, ..closed }), Vec::<String>::new());
        assert_eq!(missing(&Draft { status_open: true, ..full() }), ["/status"]);
    }

    #[test]
    fn what_is_missing_is_a_key_that_the_schema_asks_for() {
        let text = Draft::default().to_yaml(None);
        let tree = parse(&text).unwrap();
        let problems = Schema::shipped(Shipped::Exception).check(&tree);
        for key in ["title", "reason", "owner", "approver", "decided", "starts", "expires", "alternatives"] {
            assert!(problems.iter().any(|problem| problem.message.contains(key)), "{key}: {problems:?}");
        }
    }
}
