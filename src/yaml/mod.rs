//! The safe YAML subset and the one spanned tree that schema, model, rules and snippets share.
//!
//! A second reader of the same file would be a hole: wherever two YAML parsers disagree, one of them has approved
//! something that the other never saw. Nothing here knows what an exception is.

mod ambiguous;
mod apply;
mod comments;
pub mod edit;
mod fix;
mod json;
mod node;
mod parse;
mod place;
mod plain;
mod plain_part;
mod pointer;
mod problem;
mod read;
mod repair;
mod signs;
pub mod write;

pub use ambiguous::{ambiguous, other_numbers};
pub use apply::apply;
pub use comments::comments;
pub use fix::{Fix, Replacement};
pub use json::Tree;
pub use node::{Entry, Kind, Node, Scalar, Style, boolean};
#[cfg(test)]
pub(crate) use parse::counted;
pub use parse::{by_each_reader, parse, parse_checked};
pub use place::{On, Place, Spot};
pub use pointer::{escaped, key_at, lookup, unescaped};
pub use problem::{MAX_LISTED, Problem, Related};
pub use read::{MAX_BYTES, check_text, is_blank};
pub use signs::SIGNS;
