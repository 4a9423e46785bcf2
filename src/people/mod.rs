//! Who is the same person, and what is not a person at all.
//!
//! Nothing is known here of entries, rules or files. The word lists are in `words/`, one word a line and sorted.

mod kind;
mod roster;
mod spelling;

pub use kind::{NotAPerson, not_a_person};
pub use roster::{People, PersonId, PersonRecord, Roster, RosterProblem};
pub use spelling::fold_person;
