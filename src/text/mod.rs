//! What a text says, apart from how it is written: the comparison form, stock phrases, and copies among many reasons.
//!
//! Knows nothing about exceptions, rules or files: text goes in, facts about it come out.

mod confusable;
mod enumeration;
pub(crate) mod keyboard;
pub(crate) mod look_alike;
mod month;
mod nearest;
mod noun;
pub mod normalise;
pub mod phrases;
mod shell;
mod shown;
pub mod similarity;
pub mod slug;
mod word_list;

pub use enumeration::enumerated;
pub use look_alike::written_out;
pub(crate) use month::{month_name, month_of};
pub use nearest::nearest;
pub use normalise::is_hostile;
pub(crate) use noun::{counted, marked, ordinal};
pub use phrases::Phrases;
pub use shell::{argument, shell_word};
pub(crate) use shown::{is_space, space_name};
pub use shown::{said, shown};
pub use word_list::{Glossary, WordList};
