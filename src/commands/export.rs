//! `stopgap export`: the register for spreadsheets, scripts and calendars.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::cli;
use crate::commands::import::baseline::{self, Gaps};
use crate::commands::opened::Opened;
use crate::commands::{World, write};
use crate::error::{Argument, Error};
use crate::output::export::{Export, Format, has_content, render, render_gaps, unheld};
use crate::output::{Severity, Snippet, render_snippet};
use crate::rules::Case;
use crate::text::shown;

/// How many files missing from an export are shown; the others are counted.
const SHOWN: usize = 10;

/// Exports the register. What the format cannot contain is reported on standard error.
pub(super) fn run(arguments: &cli::Export, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let opened = Opened::open_at(&arguments.place, &arguments.past, arguments.today.as_deref(), world)?;
    let policy = &opened.judge.policy;
    if arguments.gaps && arguments.format != Format::Csv {
        return Err(Error::from(Argument::Value {
            option: "--format".to_owned(),
            value: arguments.format.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default(),
            why: "only a table can be filled in".to_owned(),
            help: "export it with `--format csv --gaps`".to_owned(),
        }));
    }
    // Findings are for `check`, and for whoever assesses; no other export needs a schema.
    let is_assessed = arguments.format == Format::OscalAr;
    let register = if is_assessed { opened.register() } else { opened.records(arguments.format == Format::Jsonl) };
    let findings = is_assessed.then(|| Case::whole(&opened.judge, &register, None, &opened.files).run());
    let export = Export { view: opened.view(&register), reminders: &policy.reminders, findings: findings.as_ref() };
    if !has_content(arguments.format, &export) {
        return Err(Error::NoStatements);
    }
    let gaps = arguments.gaps.then(|| gaps(&opened));
    let render = |out: &mut dyn Write| match &gaps {
        Some(gaps) => render_gaps(&export, gaps, out),
        None => render(arguments.format, &export, out),
    };
    match &arguments.output {
        None => render(out)?,
        Some(path) => {
            write::spare_inputs(&[((), path.clone())], &[], &world.folder, &opened.root, policy)?;
            let mut bytes = Vec::new();
            render(&mut bytes)?;
            write::all(&[(world.folder.join(path), bytes)], &world.folder)?;
        }
    }
    let _ = io::stderr().lock().write_all(warnings(arguments, &export, world).as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// Says what each exception lacks, whether a baseline tolerates it or not.
fn gaps(opened: &Opened) -> Gaps {
    let register = opened.register();
    baseline::gaps(&Case::whole(&opened.judge, &register, None, &opened.files).run_strictly(), &opened.files)
}

/// Returns what the export does not contain.
fn warnings(arguments: &cli::Export, export: &Export<'_>, world: &World) -> String {
    let look = world.look_of_errors();
    let warning = |message: String, help, place| Snippet {
        severity: Severity::Warning,
        head: "warning".to_owned(),
        message,
        help: Some(help),
        place,
        labels: Vec::new(),
    };
    let unheld = unheld(arguments.format, export);
    let mut drawn: Vec<String> = Vec::new();
    for file in unheld.iter().take(SHOWN) {
        let source = export.view.files.source(file.file);
        let message = format!("`{}` {}", shown(source.path()), file.why);
        let place = Some((source, source.first_line(file.span)));
        drawn.push(render_snippet(&warning(message, file.help.clone(), place), look));
    }
    if let Some(more @ 1..) = unheld.len().checked_sub(SHOWN) {
        let message = match more {
            1 => "1 more file is exported by its name alone, or left out".to_owned(),
            more => format!("`{more}` more files are exported by their names alone, or left out"),
        };
        drawn.push(render_snippet(&warning(message, "`stopgap check` names them all".to_owned(), None), look));
    }
    drawn.join("\n")
}
