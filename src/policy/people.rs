//! The roster's file: from its tree to the roster.

use crate::people::{People, PersonRecord, Roster, RosterProblem};
use crate::policy::day;
use crate::source::Span;
use crate::text::shown;
use crate::yaml::{Entry, Node, Place, Problem, Related};

/// Reads a tree that fits the schema.
pub(super) fn from_node(node: &Node<'_>) -> Result<People, Vec<Problem>> {
    let people = node.get("people").and_then(Node::as_seq).unwrap_or_default();
    let teams = node.get("teams").and_then(Node::as_map).unwrap_or_default();
    let records = people.iter().map(record).collect();
    let members = teams.iter().map(|team| (team.key.to_string(), members(team))).collect();
    let said = node.get("complete").and_then(Node::as_bool);
    let complete = said.unwrap_or_else(|| node.get("people").is_some());
    match Roster::new(records, members) {
        Ok(roster) if complete => Ok(People::new(Some(roster))),
        Ok(roster) => Ok(People::new(Some(roster.with_people_missing()))),
        Err(problem) => Err(vec![explain(&problem, people, teams)]),
    }
}

fn record(node: &Node<'_>) -> PersonRecord {
    let text = |key: &str| node.get(key).and_then(Node::as_text).map(str::to_owned);
    PersonRecord {
        handle: text("handle"),
        name: text("name"),
        email: text("email"),
        aliases: super::texts(node.get("aliases")),
        manager: text("manager"),
        left: day(node.get("left")),
    }
}

fn members(team: &Entry<'_>) -> Vec<String> {
    super::texts(Some(&team.value))
}

fn explain(problem: &RosterProblem, people: &[Node<'_>], teams: &[Entry<'_>]) -> Problem {
    let person = |index: usize| people.get(index).map_or(Span::default(), first_value);
    let manager = |index: usize| {
        people.get(index).and_then(|person| person.get("manager")).map_or(person(index), |manager| manager.span)
    };
    let manager_of = |index: usize| -> &str {
        people.get(index).and_then(|person| person.get("manager")?.as_text()).unwrap_or_default()
    };
    let team = |index: usize| teams.get(index).map_or(Span::default(), |team| team.key_span);
    let (span, message, help, related) = match problem {
        RosterProblem::Claimed { spelling, first, second } => (
            person(*second),
            format!("two people have the spelling `{}`", shown(spelling)),
            "give each spelling to one person; if two share a name, leave `name` out and keep the handles",
            Some((person(*first), "the first one")),
        ),
        RosterProblem::UnknownManager { person } => (
            manager(*person),
            format!("the manager `{}` is not in the roster", shown(manager_of(*person))),
            "add the manager to `people`, or delete the key",
            None,
        ),
        RosterProblem::ManagerCycle { people } => {
            let ends = (people.first().copied().unwrap_or_default(), people.last().copied().unwrap_or_default());
            let message = "the managers form a circle, so nobody is above the others".to_owned();
            (
                manager(ends.1),
                message,
                "remove the manager of one of them",
                Some((person(ends.0), "back to this person")),
            )
        }
        RosterProblem::TeamIsPerson { team: index, person: other } => (
            team(*index),
            "the team has the handle of a person, so it is ambiguous in CODEOWNERS".to_owned(),
            "give the team its full path, such as `@group/subgroup`",
            Some((person(*other), "the person")),
        ),
        RosterProblem::TeamTwice { first, second } => (
            team(*second),
            "the team is listed twice".to_owned(),
            "keep one of the two",
            Some((team(*first), "first written here")),
        ),
    };
    let related = related.map(|(span, message)| Box::new(Related { span, message: message.to_owned() }));
    Problem { span, message, help: Some(help.to_owned()), related, place: Place::default(), fix: None }
}

fn first_value(person: &Node<'_>) -> Span {
    person.as_map().and_then(<[Entry<'_>]>::first).map_or(person.span, |entry| entry.value.span)
}
