//! `stopgap card`: what an approver agrees to.

use std::io::Write;
use std::process::ExitCode;

use crate::card::Cards;
use crate::cli;
use crate::commands::opened::{self, Opened};
use crate::commands::{World, place, scan};
use crate::error::Error;
use crate::output::card::render;

/// Shows the card of what was last asked about an exception.
pub(super) fn run(arguments: &cli::Card, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let opened = Opened::open_at(&arguments.place, &arguments.past, arguments.today.as_deref(), world)?;
    let Opened { root, judge, .. } = &opened;
    let register = opened.register();
    let found = opened::find(&register, &arguments.id, "card")?;
    let Some(first) = found.first().copied() else { return Ok(ExitCode::SUCCESS) };
    let Some(exception) = register.exception(first.id) else {
        return Err(Error::Unreadable {
            kind: "the exception",
            path: first.path.to_owned(),
            why: "it is not readable YAML".to_owned(),
            help: format!("`stopgap check {}` says where", first.path),
        });
    };
    let scan = match arguments.scan.as_slice() {
        [] => None,
        logs => Some(scan::count(logs, &register, judge, root, &world.folder)?),
    };
    let card = Cards::of_record(judge, &register, exception, scan.as_ref());
    render(arguments.format, &card, &format!("{}{}", place::below_work_tree(root), first.path), out)?;
    Ok(ExitCode::SUCCESS)
}
