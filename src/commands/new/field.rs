//! The answers that make an exception, in the order in which a person thinks of them.

use serde_json::Value;

use crate::register::draft::Draft;
use crate::schema::Shipped;

/// One answer of a new exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Control,
    Reason,
    System,
    Environment,
    Statement,
    Exposure,
    Tier,
    Incident,
    Alternatives,
    Removal,
    Requester,
    Owner,
    Approver,
    Starts,
    Expires,
    References,
}

/// How an answer is asked for.
pub(super) struct Words {
    /// What a list of answers calls it.
    pub(super) name: &'static str,
    /// The argument that gives it.
    pub(super) argument: &'static str,
    /// The question.
    pub(super) ask: &'static str,
    /// What a good answer holds.
    pub(super) help: &'static str,
    /// JSON Pointer of the field in the file.
    pub(super) pointer: &'static str,
}

impl Field {
    /// All answers, in the order of the questions.
    pub(super) const ALL: [Self; 17] = [
        Self::Title,
        Self::Control,
        Self::Reason,
        Self::System,
        Self::Environment,
        Self::Statement,
        Self::Exposure,
        Self::Tier,
        Self::Incident,
        Self::Alternatives,
        Self::Removal,
        Self::Requester,
        Self::Owner,
        Self::Approver,
        Self::Starts,
        Self::Expires,
        Self::References,
    ];

    /// Returns how the answer is asked for.
    pub(super) fn words(self) -> Words {
        let words = |name, argument, ask, help, pointer| Words { name, argument, ask, help, pointer };
        match self {
            Self::Title => words(
                "title",
                "--title LINE",
                "What is to be allowed?",
                "a line that a colleague from another team understands",
                "/title",
            ),
            Self::Control => words(
                "control",
                "--control RULE",
                "Which exact rule is not followed?",
                "its id first, then its own words; a topic such as MFA is no rule",
                "/control",
            ),
            Self::Reason => words(
                "reason",
                "--reason SENTENCE",
                "Why now?",
                "one sentence about this case: what would fail, for whom, and until what happens",
                "/reason",
            ),
            Self::System => words(
                "system",
                "--system SYSTEM",
                "On which system?",
                "the one system, named so that its owner could log in to it",
                "/scope/system",
            ),
            Self::Environment => words(
                "environment",
                "--environment ENVIRONMENT",
                "In which environment?",
                "the one that was looked at, such as production, staging or the build network",
                "/scope/environment",
            ),
            Self::Statement => words(
                "statement",
                "--statement SENTENCE",
                "What could happen?",
                "the worst plausible case, and how many it would hit: the approver signs this sentence",
                "/risk/statement",
            ),
            Self::Exposure => words(
                "exposure",
                "--exposure KIND",
                "Does it open any of these?",
                "space marks, enter goes on; none of them is an answer too",
                "/risk/exposure",
            ),
            Self::Tier => words(
                "tier",
                "--tier TIER",
                "How much harm is possible?",
                "it decides how long an approval is good for",
                "/risk/tier",
            ),
            Self::Incident => words(
                "incident",
                "--incident ID",
                "Which incident is it to end?",
                "its id in the system that tracks it",
                "/incident/id",
            ),
            Self::Alternatives => words(
                "alternatives",
                "--alternative OPTION --rejected WHY",
                "Which safer way was considered?",
                "concrete enough to be tried; less access, a shorter time, by hand, or waiting",
                "/alternatives",
            ),
            Self::Removal => words(
                "removal",
                "--removal SENTENCE",
                "What must be removed at the end?",
                "an instruction to the owner that somebody else can verify",
                "/removal",
            ),
            Self::Requester => words(
                "requester",
                "--requester PERSON",
                "Who asks?",
                "the one person who explains the need: @handle, mail address or full name",
                "/requester",
            ),
            Self::Owner => words(
                "owner",
                "--owner PERSON",
                "Who removes it in the end?",
                "the one person who answers for it and is reminded; no team, no shared mailbox",
                "/owner",
            ),
            Self::Approver => words(
                "approver",
                "--approver PERSON",
                "Who decides?",
                "the one person who accepts the risk and approves the pull request; not who asks",
                "/approver",
            ),
            Self::Starts => words(
                "starts",
                "--starts DATE",
                "From when?",
                "a day, or a date-time such as 2026-11-23T09:00; not before the decision, which is today",
                "/starts",
            ),
            Self::Expires => {
                words("expires", "--expires DATE", "Until when?", "the last day that it may last", "/expires")
            }
            Self::References => words(
                "references",
                "--reference TICKET",
                "Where can more be read?",
                "tickets or addresses with blanks between; enter alone for none",
                "/references",
            ),
        }
    }

    /// Returns the schema's own example of an answer; empty where the question says enough.
    pub(super) fn example(self) -> String {
        let parts: Vec<&str> = match self {
            Self::Environment | Self::Exposure | Self::Tier | Self::Starts | Self::Expires => return String::new(),
            Self::Requester | Self::Owner | Self::Approver => return String::new(),
            Self::Alternatives => vec!["alternatives", "option"],
            Self::References => vec!["references"],
            _ => self.words().pointer.split('/').skip(1).collect(),
        };
        example_at(&parts)
    }

    /// Returns the example of why an alternative does not do.
    pub(super) fn rejected_example() -> String {
        example_at(&["alternatives", "rejected"])
    }

    /// Tells whether an exception cannot do without the answer.
    pub(super) fn is_required(self, draft: &Draft) -> bool {
        match self {
            Self::Exposure | Self::References | Self::Starts => false,
            Self::Incident => draft.tier == "emergency",
            _ => true,
        }
    }

    /// Tells whether there is an answer.
    pub(super) fn is_given(self, draft: &Draft) -> bool {
        match self {
            Self::Exposure => draft.exposure.is_some(),
            _ => !self.get(draft).is_empty(),
        }
    }

    /// Returns the answer on one line; the alternatives' options alone.
    pub(super) fn get(self, draft: &Draft) -> String {
        match self {
            Self::Title => draft.title.clone(),
            Self::Control => draft.control.clone(),
            Self::Reason => draft.reason.clone(),
            Self::System => draft.system.clone(),
            Self::Environment => draft.environment.clone(),
            Self::Statement => draft.statement.clone(),
            Self::Exposure => match draft.exposure.as_deref() {
                Some([]) => "none".to_owned(),
                kinds => kinds.unwrap_or_default().join(","),
            },
            Self::Tier => draft.tier.clone(),
            Self::Incident => draft.incident.clone(),
            Self::Alternatives => draft.alternatives.iter().map(|it| it.option.as_str()).collect::<Vec<_>>().join("; "),
            Self::Removal => draft.removal.clone(),
            Self::Requester => draft.requester.clone(),
            Self::Owner => draft.owner.clone(),
            Self::Approver => draft.approver.clone(),
            Self::Starts => draft.starts.clone(),
            Self::Expires => draft.expires.clone(),
            Self::References => draft.references.join(" "),
        }
    }

    /// Takes an answer that is one line; the alternatives are pairs and take none.
    pub(super) fn set(self, draft: &mut Draft, answer: &str) {
        let text = answer.to_owned();
        match self {
            Self::Title => draft.title = text,
            Self::Control => draft.control = text,
            Self::Reason => draft.reason = text,
            Self::System => draft.system = text,
            Self::Environment => draft.environment = text,
            Self::Statement => draft.statement = text,
            Self::Exposure => {
                let kinds = answer.split(',').filter(|kind| !matches!(*kind, "" | "none"));
                draft.exposure = Some(kinds.map(str::to_owned).collect());
            }
            Self::Tier => {
                draft.tier = text;
                if draft.tier != "emergency" {
                    draft.incident.clear();
                }
            }
            Self::Incident => draft.incident = text,
            Self::Alternatives => {}
            Self::Removal => draft.removal = text,
            Self::Requester => draft.requester = text,
            Self::Owner => draft.owner = text,
            Self::Approver => draft.approver = text,
            Self::Starts => draft.starts = text,
            Self::Expires => draft.expires = text,
            Self::References => draft.references = answer.split_whitespace().map(str::to_owned).collect(),
        }
    }

    /// Takes the answer away.
    pub(super) fn clear(self, draft: &mut Draft) {
        match self {
            Self::Exposure => draft.exposure = None,
            Self::Alternatives => draft.alternatives.clear(),
            _ => self.set(draft, ""),
        }
    }
}

/// Returns the first example that the shipped schema gives for a key, named by the keys above it.
fn example_at(keys: &[&str]) -> String {
    let schema: Value = serde_json::from_str(Shipped::Exception.text()).unwrap_or_default();
    let mut place = &schema;
    for key in keys {
        let items = place.get("items").unwrap_or(place);
        place = &items["properties"][key];
    }
    let place = place.get("items").unwrap_or(place);
    place["examples"][0].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_written_where_its_pointer_says() {
        for field in Field::ALL {
            let mut draft = Draft::default();
            field.set(&mut draft, "data");
            if field == Field::Alternatives {
                draft
                    .alternatives
                    .push(crate::register::draft::Alternative { option: "data".into(), rejected: "data".into() });
            }
            let text = draft.to_yaml(None);
            let tree = crate::yaml::parse(&text).unwrap();
            let (_, node) = crate::yaml::lookup(&tree, field.words().pointer).unwrap();
            assert!(!node.is_empty(), "{field:?}: {text}");
            assert!(field.is_given(&draft), "{field:?}");
            field.clear(&mut draft);
            assert!(!field.is_given(&draft), "{field:?}");
            assert_eq!(draft, Draft::default(), "{field:?}");
        }
    }

    #[test]
    fn the_schema_has_an_example_for_every_sentence() {
        let sentences = Field::ALL.into_iter().filter(|field| !field.example().is_empty());
        assert_eq!(sentences.count(), 9);
        assert!(Field::rejected_example().contains("full-size"));
    }
}
