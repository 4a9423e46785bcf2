//! `stopgap schema`: prints a shipped JSON Schema.

use std::io::Write;
use std::process::ExitCode;

use crate::error::Error;
use crate::schema::Shipped;

/// Prints the schema of a name that the arguments have checked.
pub(super) fn run(name: &str, out: &mut dyn Write) -> Result<ExitCode, Error> {
    for (_, schema) in Shipped::ALL.iter().filter(|(known, _)| *known == name) {
        out.write_all(schema.text().as_bytes())?;
    }
    for (_, text) in Shipped::OUTPUTS.iter().filter(|(known, _)| *known == name) {
        out.write_all(text.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}
