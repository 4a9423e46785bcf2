//! Who must sign off a change, and who has: CODEOWNERS, the forge's event, and the saved reviews.
//!
//! Everything here judges texts that it is given. It does not know where they come from, nor anything about rules,
//! findings or git.

mod change_request;
mod codeowners;
pub mod coverage;
mod evidence;
mod merge;
mod owners;
mod ownership;
mod pulls;
mod reviews;

pub use change_request::{ChangeRequest, Opinions, Saved};
pub use codeowners::{Codeowners, Demand, Owner, OwnerKind, Problem, Rule, pattern_of};
pub use evidence::{Evidence, Verdict, Worth};
pub use merge::{Merge, MergedPull};
pub use owners::{OwnerPeople, people_of};
pub use ownership::Ownership;
pub use pulls::{Candidate, Landed, Pulls, Unanswered};
pub use reviews::{Review, ReviewState, Reviews, Standing};
