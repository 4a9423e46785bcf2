//! `stopgap explain`: what a rule's doc comment says.

use std::io::Write;
use std::process::ExitCode;

use crate::error::{Argument, Error, Named};
use crate::output::explain::{self, Format};
use crate::output::{Identity, Look};
use crate::rule::Rule;
use crate::rules;
use crate::text::nearest;

/// Prints one rule, or a list of all.
pub(super) fn run(id: Option<&str>, format: Format, look: Look, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let one = id.map(|id| rule(id, "stopgap explain")).transpose()?;
    match (one, format) {
        (Some(one), Format::Text) => explain::one(one, Identity::OWN, look, out)?,
        (Some(one), Format::Json) => explain::json(&[one], Identity::OWN, out)?,
        (None, Format::Text) => explain::list(rules::all(), look, out)?,
        (None, Format::Json) => explain::json(rules::all(), Identity::OWN, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Finds a rule by its id, which was typed behind `typed`.
///
/// # Errors
///
/// When there is none.
pub(super) fn rule(id: &str, typed: &str) -> Result<&'static Rule, Error> {
    rules::find(id).ok_or_else(|| {
        let help = match nearest(id, rules::all().iter().map(|rule| rule.id)) {
            Some(best) => format!("did you mean `{typed} {best}`?"),
            None => "`stopgap explain` lists the rules".into(),
        };
        Error::from(Argument::NotFound { what: Named::Rule, name: id.to_owned(), help })
    })
}
