//! `stopgap enforce`: checks the results of scanners against the register.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::scan::{self, Log};
use crate::commands::{World, book, check, place, setting, write};
use crate::error::{Argument, Error};
use crate::files::Repository;
use crate::output::{self, Report, Setting};
use crate::register::Register;
use crate::rules::{Case, Judge};
use crate::scan::Scan;
use crate::text::{counted, shown};

/// Judges the results of scanners.
pub(super) fn run(arguments: &cli::Enforce, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let outputs = write::parse_outputs(&arguments.output, "sarif=stopgap.sarif")?;
    check::refuse_limit(arguments.limit, arguments.format)?;
    let root = place::root(&arguments.place, &world.folder)?;
    let mut head = check::head(&arguments.place, world, &root)?;
    let (book, own) = book::load(&arguments.place, world, &root, &head.place).map_err(|error| head.owns(error))?;
    let folder = book.policy.exceptions.clone();
    let annotated = targets(arguments)?;
    let named: Vec<&Path> = arguments.logs.iter().chain(&arguments.baseline).map(PathBuf::as_path).collect();
    write::spare_inputs(&outputs, &named, &world.folder, &root, &book.policy)?;
    let targets: Vec<((), PathBuf)> = annotated.iter().flatten().map(|path| ((), path.clone())).collect();
    write::spare_inputs(&targets, &named, &world.folder, &root, &book.policy).map_err(of_annotate)?;
    let today = book::read_today(arguments.today.as_deref(), book.policy.timezone, world)?;
    let judge = Judge::new(book, today);
    let mut files = head.register(&folder)?;
    head.refuse_unfetched(&folder, &files)?;
    let mut scan = scan::begin(&Register::parse(&files, own.as_ref()), &judge, &root);
    read(arguments, &annotated, world, &mut scan)?;
    scan::locate(&mut scan, &mut files, &Repository::Folder(root.clone()));
    let register = Register::parse(&files, own.as_ref());
    let mut findings = Case::whole(&judge, &register, None, &files).with_scan(Some(&scan)).run_scan();
    let failed = arguments.fail_on.levels().iter().any(|level| findings.count(*level) > 0);
    findings.shorten();
    let ci = &world.ci;
    let prefix = if ci.github_actions || ci.gitlab_ci { place::below_work_tree(&root) } else { String::new() };
    let remarks: Vec<String> = head.remark().into_iter().chain(said(&scan)).collect();
    let origin = setting::Origin { root: &root, forge: judge.policy.forge(), commit: None };
    let formats = setting::formats(arguments.format, &outputs);
    let setting = setting::of(world, &origin, judge.policy.rules.clone(), formats);
    let counts = (register.files.len(), register.live());
    let report = Report {
        prefix: &prefix,
        failing: arguments.fail_on.levels(),
        remarks: &remarks,
        quiet: arguments.quiet,
        limit: arguments.limit,
        scan: Some(&scan),
        setting: &Setting { part: "enforce", ..setting },
        ..Report::new(&findings, &files, counts, &judge.policy.exceptions, judge.today)
    };
    write::outputs(&outputs, world, |format, look, file| output::render(format, &report, look, file))?;
    output::render(arguments.format, &report, world.look(), out)?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Reads what was there before, then the logs, each annotated into its file. The files take their place once all logs
/// could be read.
fn read(arguments: &cli::Enforce, annotated: &[Option<PathBuf>], world: &World, scan: &mut Scan) -> Result<(), Error> {
    for base in Log::open_all(&arguments.baseline, &world.folder)?.iter().filter(|log| log.copy_of.is_none()) {
        base.read_before(&world.folder, scan)?;
    }
    let logs = Log::open_all(&arguments.logs, &world.folder)?;
    let mut waiting = Vec::new();
    for (at, log) in logs.iter().enumerate().filter(|(_, log)| log.copy_of.is_none()) {
        let is_same = |(other, log): &(usize, &Log)| *other == at || log.copy_of == Some(at);
        let same = logs.iter().enumerate().filter(is_same).map(|(other, _)| other);
        let targets = same.filter_map(|other| annotated.get(other)?.as_ref());
        let begin = |target: &PathBuf| write::Stream::begin(&world.folder.join(target), &world.folder);
        let mut files = Files(targets.map(begin).collect::<Result<_, _>>()?);
        let out = if files.0.is_empty() { None } else { Some(&mut files as &mut dyn Write) };
        log.read(&world.folder, scan, out)?;
        waiting.extend(files.0);
    }
    scan::note_copies(&logs, scan);
    waiting.into_iter().try_for_each(write::Stream::finish)
}

/// Files that get the same content.
struct Files(Vec<write::Stream>);

impl Write for Files {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.iter_mut().try_for_each(|file| file.write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.iter_mut().try_for_each(Write::flush)
    }
}

/// Says by which option a file would be replaced.
fn of_annotate(error: Error) -> Error {
    match error {
        Error::Argument(Argument::WouldReplace { path, .. }) => {
            Argument::WouldReplace { option: "--annotate", path }.into()
        }
        other => other,
    }
}

/// Returns the file that each log is annotated into.
fn targets(arguments: &cli::Enforce) -> Result<Vec<Option<PathBuf>>, Error> {
    let Some(target) = &arguments.annotate else { return Ok(vec![None; arguments.logs.len()]) };
    if let [_] = arguments.logs.as_slice() {
        return Ok(vec![Some(target.clone())]);
    }
    let mut seen = BTreeSet::new();
    let within = |log: &PathBuf| {
        let path = target.join(log.file_name().unwrap_or_default());
        if seen.insert(path.clone()) {
            return Ok(Some(path));
        }
        let name = log.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Err(Error::from(Argument::LogTwice { name, path }))
    };
    arguments.logs.iter().map(within).collect()
}

/// Says what became of the results.
fn said(scan: &Scan) -> Vec<String> {
    let tools: Vec<String> = scan
        .tools
        .values()
        .map(|seen| format!("{} of {}", counted(seen.results, "result"), shown(&seen.driver)))
        .collect();
    let counts = scan.counts;
    let parts = [
        (counts.covered, "covered"),
        (counts.below, "below the policy's level"),
        (counts.before, "in the baseline"),
        (counts.undecided, "undecided (`open` or `review`)"),
        (scan.suppressed.count + scan.unregistered.count + scan.fixable.count, "without an exception"),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let what = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    let mut lines = vec![format!("{}{what}", tools.join(", "))];
    lines.extend(scan::copies(scan));
    let failed = scan.tools.values().filter(|seen| seen.failed);
    lines.extend(
        failed.map(|seen| format!("{} reports that its run failed, so results may be missing", shown(&seen.driver))),
    );
    lines
}
