//! JSON Lines: one object per file, with what the file says and its state today.

use std::io::{self, Write};

use serde::Serialize;

use crate::output::escape;
use crate::output::export::Export;
use crate::output::record::Described;
use crate::register::FileRef;

/// The version of the contract; removing a key or changing its meaning increments it.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Line<'e> {
    version: u32,
    today: &'e str,
    #[serde(flatten)]
    exception: Described<'e>,
}

/// Writes one line per file.
pub(super) fn render(export: &Export<'_>, out: &mut dyn Write) -> io::Result<()> {
    let today = export.view.today.day.to_string();
    let make = |file: &FileRef<'_>| {
        let line = Line { version: VERSION, today: &today, exception: export.view.describe(file) };
        let mut bytes = Vec::new();
        escape::json_line(&line, &mut bytes).map(|()| bytes)
    };
    export.each(make, |bytes| out.write_all(&bytes?))
}
