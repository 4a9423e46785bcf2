//! Who is the same person, and what is not a person at all.
//!
//! Knows nothing about exceptions, rules or files. The word lists are in `words/`, one word a line and sorted.

mod agents;
mod kind;
mod roster;
mod spelling;

pub use agents::Agents;
pub use kind::{NotAPerson, not_a_person, without_comma};
pub(crate) use kind::{begins_group_name, is_group_name};
pub use roster::{People, PersonId, PersonRecord, Roster, RosterProblem, team_key};
pub use spelling::fold_person;

#[cfg(test)]
mod tests;
