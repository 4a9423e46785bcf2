//! `stopgap export`: the register for spreadsheets, scripts and calendars.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::cli;
use crate::commands::import::baseline;
use crate::commands::opened::Opened;
use crate::commands::{World, write};
use crate::error::{Argument, Error};
use crate::output::export::{Export, Format, Parts, has_content, render, render_gaps, unheld};
use crate::output::{Severity, Snippet, render_snippet};
use crate::register::Register;
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
    let Some(path) = &arguments.output else {
        let said = write_to(arguments, &opened, world, out)?;
        let _ = io::stderr().lock().write_all(said.as_bytes());
        return Ok(ExitCode::SUCCESS);
    };
    write::spare_inputs(&[((), path.clone())], &[], &world.folder, &opened.root, policy)?;
    let mut bytes = Vec::new();
    let said = write_to(arguments, &opened, world, &mut bytes)?;
    write::all(&[(world.folder.join(path), bytes)], &world.folder)?;
    let _ = io::stderr().lock().write_all(said.as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// Writes the export, and returns what it does not contain. Each file is parsed once.
fn write_to(arguments: &cli::Export, opened: &Opened, world: &World, out: &mut dyn Write) -> Result<String, Error> {
    let format = arguments.format;
    if arguments.gaps {
        let register = Register::parse_whole(&opened.files, opened.own.as_ref());
        let case = Case::whole(&opened.judge, &register, None, &opened.files);
        // What each exception lacks, whether a baseline tolerates it or not.
        render_gaps(&export(opened, &register), &baseline::gaps(&case.run_strictly(), &opened.files), out)?;
        return Ok(warnings(arguments, &export(opened, &register), world));
    }
    if let Some(mut parts) = Parts::begin(format, &opened.files, out) {
        let register = Register::parse_in_parts(&opened.files, |part| parts.add(&export(opened, part)))?;
        parts.finish()?;
        return Ok(warnings(arguments, &export(opened, &register), world));
    }
    // Findings are for `check` and for assessments; no other export needs a schema.
    let is_assessed = format == Format::OscalAr;
    let register = if is_assessed { opened.register() } else { opened.records(false) };
    let findings = is_assessed.then(|| Case::whole(&opened.judge, &register, None, &opened.files).run());
    let export = Export { findings: findings.as_ref(), ..export(opened, &register) };
    if !has_content(format, &export) {
        return Err(Error::NoStatements);
    }
    render(format, &export, out)?;
    Ok(warnings(arguments, &export, world))
}

/// Returns the export of a register, or of a part of it.
fn export<'e>(opened: &'e Opened, register: &'e Register<'e>) -> Export<'e> {
    Export { view: opened.view(register), reminders: &opened.judge.policy.reminders, findings: None }
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
            1 => "1 more file is exported with its name only, or left out".to_owned(),
            more => format!("`{more}` more files are exported with their names only, or left out"),
        };
        drawn.push(render_snippet(&warning(message, "`stopgap check` lists them all".to_owned(), None), look));
    }
    drawn.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::counted;

    /// Exports three files, one of them with a key of the organisation's own, and returns how often each was parsed.
    fn parsed(format: Format, gaps: bool) -> Vec<usize> {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("exceptions");
        std::fs::create_dir(&folder).unwrap();
        let names = ["plain", "own", "closed"].map(|name| format!("{format:?} {gaps} {name}"));
        let texts = ["status: active\n", "status: active\nx-ticket: SEC-1\n", "status: closed\nx-other: [a, b]\n"];
        let covers = "approver: Mei Tanaka\ndecided: 2026-11-15\nexpires: 2026-12-16\nstarts: 2026-11-16\ncovers: [{tool: trivy, id: CVE-2026-1}]\n";
        for (name, text) in names.iter().zip(texts) {
            let path = folder.join(format!("{}.yaml", name.replace(' ', "-").to_lowercase()));
            std::fs::write(path, format!("{}{name}\ntitle: Label printer\n{text}{covers}", counted::MARK)).unwrap();
        }
        let arguments = cli::Export {
            format,
            gaps,
            output: None,
            place: cli::Place { root: Some(root.path().to_path_buf()), policy: None },
            today: Some("2026-11-23".to_owned()),
            past: cli::Past::default(),
        };
        let mut out = Vec::new();
        run(&arguments, &World::from_process(), &mut out).unwrap();
        assert!(!out.is_empty());
        names.iter().map(|name| counted::times(name)).collect()
    }

    #[test]
    fn each_file_is_parsed_once() {
        for format in Format::value_variants() {
            assert_eq!(parsed(*format, false), [1, 1, 1], "{format:?}");
        }
        assert_eq!(parsed(Format::Csv, true), [1, 1, 1]);
    }
}
