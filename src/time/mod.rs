//! Days, moments and time zones: the only arithmetic on dates in the product.
//!
//! Texts are read strictly, because two readers that disagree about a date are a way around an expiry: chrono's own
//! parsers accept `2026-1-1`, ` 2026-11-23` and `+2026-11-23`, so they are not used. What was meant is still guessed,
//! for the message and for a fix that somebody reads before it is made. The clock is not read here; it arrives as a
//! value in [`Today`].

mod day;
pub mod foreign;
mod moment;
mod spelling;
mod today;
pub mod typed;
pub mod until;
mod zone;

pub use day::{Day, parse_days};
pub use moment::{Moment, MomentError};
pub use today::Today;
pub use zone::Zone;

#[cfg(test)]
mod tests;
