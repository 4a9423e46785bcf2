//! The safe YAML subset and the one spanned tree that schema, model, rules and snippets share.
//!
//! A second reader of the same file would be a hole: wherever two YAML parsers disagree, one of them has approved
//! something that the other never saw. Nothing here knows what an exception is.

mod ambiguous;
mod comments;
pub mod edit;
mod json;
mod node;
mod parse;
mod place;
mod pointer;
pub mod write;

pub use ambiguous::ambiguous;
pub use comments::{Comment, comments};
pub use json::Tree;
pub use node::{Entry, Kind, Node, Style};
pub use parse::{MAX_BYTES, MAX_LISTED, Problem, Related, check_text, parse};
pub use place::{On, Place, Spot};
pub use pointer::{escaped, field_at, key_at, lookup, unescaped};
