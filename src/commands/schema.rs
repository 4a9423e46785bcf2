//! `stopgap schema`: prints a JSON Schema.

use std::io::Write;
use std::process::ExitCode;

use crate::error::Error;
use crate::output::{Identity, schemas};

/// Prints the schema of a name that the arguments have checked.
pub(super) fn run(name: &str, out: &mut dyn Write) -> Result<ExitCode, Error> {
    if let Some(text) = schemas::of_name(name, Identity::OWN) {
        out.write_all(text.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}
