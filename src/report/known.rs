//! What a meeting knows beyond the records themselves.

use crate::replay::Past;
use crate::report::{LetBe, Links, Pending, Trend};
use crate::rule::Findings;

/// What is known.
#[derive(Debug, Default)]
pub struct Known {
    /// What `check` finds.
    pub findings: Findings,
    /// What `history` finds since the last meeting.
    pub past: Option<Past>,
    /// What waits on branches of the remote.
    pub pending: Option<Pending>,
    /// The weeks.
    pub trend: Option<Trend>,
    /// What is tolerated besides exceptions.
    pub let_be: Vec<LetBe>,
    /// Where files and commits can be looked at.
    pub links: Option<Links>,
    /// What could not be found out.
    pub remarks: Vec<String>,
}

impl Known {
    /// Adds what git says of another register, whose root is `below` the top of the work tree: all paths are from there
    /// then. Its findings, links and remarks are left to the caller.
    pub fn absorb(&mut self, below: &str, other: Self) {
        if let Some(past) = other.past {
            self.past.get_or_insert_default().join(below, past);
        }
        if let Some(pending) = other.pending {
            self.pending.get_or_insert_default().absorb(below, pending);
        }
        if let Some(trend) = other.trend {
            self.trend.get_or_insert_default().absorb(below, trend);
        }
    }
}
