//! `stopgap sync`: the ignore files of scanners, written from the exceptions in force.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::lock::Lock;
use crate::commands::opened::Opened;
use crate::commands::{World, book, write};
use crate::error::{Argument, Error, Named, Refusal};
use crate::files::{Repository, read_up_to};
use crate::output::sync::{Format, Row, json};
use crate::output::{Look, Severity, Snippet, diff, escape, render_snippet};
use crate::policy::Target;
use crate::rules::UNREGISTERED;
use crate::source::Source;
use crate::suppressions::{Inventory, Item, Permits, Standing, entries_in};
use crate::sync::{Allowed, Plan, Stray, Unsaid, lists, tools_with_files, tools_with_flags};
use crate::text::{counted, nearest, shown};
use crate::tools::Tool;

/// The largest ignore file, in bytes; one of YAML is limited as an exception is.
const LARGEST: u64 = 8 << 20;

/// What a target is called in an error.
const KIND: &str = "the ignore file";

/// Writes the policy's targets, or compares them.
pub(super) fn run(arguments: &cli::Sync, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let today = arguments.today.as_deref();
    let (opened, lock) = match arguments.check || arguments.print.is_some() {
        true => (Opened::open(&arguments.place, today, world)?, None),
        false => {
            let (opened, lock) = Opened::open_to_edit(&arguments.place, today, world)?;
            (opened, Some(lock))
        }
    };
    match &arguments.print {
        Some(tool) => print(tool, &opened, world, out),
        None => targets(arguments, &opened, lock.as_ref(), world, out),
    }
}

/// Prints flags for a tool without a file.
fn print(tool: &str, opened: &Opened, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let known = Tool::named(tool);
    let Some(tool) = known.filter(|tool| tools_with_flags().contains(&tool.key)) else {
        let help = match usual_file(known) {
            Some((key, usual)) => {
                format!("it reads a file: `sync: {{{key}: {usual}}}` in the policy, then `stopgap sync`")
            }
            None => format!("the tools with flags are {}", tools_with_flags().join(", ")),
        };
        let what = if known.is_some() { Named::ToolWithFlags } else { Named::Tool };
        return Err(Error::from(Argument::NotFound { what, name: tool.to_owned(), help }));
    };
    let register = opened.register();
    let judge = &opened.judge;
    let allowed = Allowed::new(tool.key, &register, judge.policy.timezone, judge.today);
    let (flags, unsaid) = allowed.flags();
    for flag in flags {
        writeln!(out, "{flag}")?;
    }
    warn(tool.name, "a flag", &unsaid.iter().collect::<Vec<_>>(), opened, world);
    Ok(ExitCode::SUCCESS)
}

/// Returns the key of a tool that has a file, and the file's usual name.
fn usual_file(tool: Option<&Tool>) -> Option<(&'static str, &'static str)> {
    tools_with_files().into_iter().find(|(key, _)| tool.is_some_and(|tool| tool.key == *key))
}

/// A target, what it holds and what it is to hold.
struct Compared<'p> {
    target: &'p Target,
    source: Source,
    there: bool,
    plan: Plan,
}

fn targets(
    arguments: &cli::Sync,
    opened: &Opened,
    lock: Option<&Lock>,
    world: &World,
    out: &mut dyn Write,
) -> Result<ExitCode, Error> {
    let policy = &opened.judge.policy;
    let chosen = chosen(arguments, &policy.sync)?;
    let register = opened.register();
    let permits = Permits::new(&register, policy, opened.judge.today);
    let mut compared = Vec::with_capacity(chosen.len());
    let mut left_out: Vec<(&Target, Vec<Unsaid>)> = Vec::new();
    for target in chosen {
        let (source, there) = read(target, &opened.root)?;
        let allowed = Allowed::new(target.tool, &register, policy.timezone, opened.judge.today);
        let text = there.then(|| source.text());
        let (mut plan, unsaid) = match allowed.plan(target, text, arguments.prune) {
            Ok(planned) => planned,
            Err(problem) => return Err(Error::config(KIND, source, vec![problem])),
        };
        // What is not there yet tells nobody anything.
        let more = text.filter(|text| !text.trim().is_empty()).map(|text| beside(target, text, &permits, opened));
        plan.strays.extend(more.unwrap_or_default());
        plan.strays.sort_by_key(|stray| stray.span.start);
        left_out.push((target, unsaid));
        compared.push(Compared { target, source, there, plan });
    }
    for (target, unsaid) in &left_out {
        // What one file of a tool cannot say, another may.
        let others: Vec<&Vec<Unsaid>> =
            left_out.iter().filter(|(other, _)| other.tool == target.tool).map(|(_, unsaid)| unsaid).collect();
        let nowhere = |one: &&Unsaid| others.iter().all(|other| other.iter().any(|two| two.is_same(one)));
        let is_first =
            left_out.iter().find(|(other, _)| other.tool == target.tool).is_some_and(|(other, _)| other == target);
        let unsaid: Vec<&Unsaid> = unsaid.iter().filter(nowhere).filter(|_| is_first).collect();
        warn(name(target.tool), &target.path, &unsaid, opened, world);
    }
    if let Some(lock) = lock {
        let paths: Vec<PathBuf> = compared.iter().map(|one| opened.root.join(&one.target.path)).collect();
        lock.sweep_beside(paths.iter().map(PathBuf::as_path));
        store(&compared, &opened.root)?;
    }
    let is_wrong =
        compared.iter().any(|one| !one.plan.strays.is_empty() || (arguments.check && one.plan.text.is_some()));
    match arguments.format {
        Format::Json => {
            let rows = compared.iter().zip(&left_out).map(|(one, (_, unsaid))| Row {
                tool: one.target.tool,
                source: &one.source,
                plan: &one.plan,
                unsaid,
            });
            json(&rows.collect::<Vec<_>>(), UNREGISTERED.id, opened.judge.today, out)?;
        }
        Format::Text => {
            let mut both = compared.iter().zip(&left_out);
            both.try_for_each(|(one, (_, unsaid))| report(one, unsaid, arguments, world.look(), out))?;
        }
    }
    Ok(if is_wrong { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Finds what a tool is told beside the lists that `sync` writes: by keys that leave out more than a cover can say. What
/// the baseline of suppressions lets be is in order here, too.
fn beside(target: &Target, text: &str, permits: &Permits<'_, '_>, opened: &Opened) -> Vec<Stray> {
    let Some((usual, listed)) = lists(target, text) else { return Vec::new() };
    let items = entries_in(target.tool, &target.path, usual, text);
    let is_open = |item: &&Item| {
        let is_listed = listed.iter().any(|at| at.contains(&item.found.span.range().start));
        !is_listed && !matches!(permits.standing(item, None), Standing::InForce(_) | Standing::Over)
    };
    let open: Vec<&Item> = items.iter().filter(is_open).collect();
    let baseline = opened.judge.suppressed.as_ref().filter(|it| opened.judge.today.day <= it.until);
    let let_be = baseline.map_or_else(|| vec![false; open.len()], |it| it.lets_be(&Inventory::default(), &open));
    let strays = open.into_iter().zip(let_be).filter(|(_, let_be)| !let_be);
    strays
        .map(|(item, _)| {
            let what = item.found.what.of(name(target.tool));
            Stray {
                span: item.found.span,
                message: format!("this suppresses {what}, and no exception in force covers it"),
                help: "delete it by hand: `stopgap sync --prune` only removes entries of its own lists".to_owned(),
            }
        })
        .collect()
}

/// Returns the targets that the arguments choose.
fn chosen<'p>(arguments: &cli::Sync, targets: &'p [Target]) -> Result<Vec<&'p Target>, Error> {
    let tools: Vec<&str> = targets.iter().map(|target| target.tool).collect();
    for tool in &arguments.tool {
        if !tools.contains(&tool.as_str()) {
            let known = Tool::named(tool);
            let with_flags = known.filter(|tool| tools_with_flags().contains(&tool.key));
            let help = match (nearest(tool, tools.iter().copied()), usual_file(known), with_flags) {
                (Some(best), ..) => format!("did you mean `{best}`?"),
                (None, Some((key, usual)), _) => format!("name its file in the policy: `sync: {{{key}: {usual}}}`"),
                (None, None, Some(tool)) => {
                    format!("it has no file: `stopgap sync --print {}` prints its flags", tool.key)
                }
                (None, None, None) => {
                    let keys: Vec<&str> = tools_with_files().into_iter().map(|(key, _)| key).collect();
                    format!("the tools with files are {}", keys.join(", "))
                }
            };
            let what = if known.is_some() { Named::Target } else { Named::Tool };
            return Err(Error::from(Argument::NotFound { what, name: tool.clone(), help }));
        }
    }
    if targets.is_empty() {
        return Err(Error::NoTargets);
    }
    let is_chosen =
        |target: &&Target| arguments.tool.is_empty() || arguments.tool.iter().any(|tool| tool == target.tool);
    Ok(targets.iter().filter(is_chosen).collect())
}

/// Reads a target; an empty text if it is not there.
fn read(target: &Target, root: &Path) -> Result<(Source, bool), Error> {
    let path = target.path.clone();
    let unreadable = |why: String| {
        let help = "put a regular file there, or correct `sync` in the policy".to_owned();
        Error::Unreadable { kind: KIND, path: path.clone(), why, help }
    };
    if let Some(why) = Repository::Folder(root.to_path_buf()).path_problem(&target.path) {
        return Err(unreadable(why));
    }
    let full = root.join(&target.path);
    if std::fs::symlink_metadata(&full).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        book::refuse_left_out(root, |path| path == target.path)?;
        return Ok((Source::new(target.path.as_str(), String::new()), false));
    }
    let read = read_up_to(&full, target.path.clone(), None, LARGEST)?;
    match read.fault {
        Some(fault) if !read.opened => Err(unreadable(fault.message)),
        Some(fault) => Err(Error::config(KIND, read.source, vec![*fault])),
        None => Ok((read.source, true)),
    }
}

/// Tells whether a target would have more than is read of one.
fn is_too_large(one: &Compared<'_>) -> bool {
    one.plan.text.as_ref().is_some_and(|text| text.len() as u64 > LARGEST)
}

/// Writes what differs, each file whole or not at all.
fn store(compared: &[Compared<'_>], root: &Path) -> Result<(), Error> {
    if let Some(path) = compared.iter().find_map(|one| is_too_large(one).then(|| one.target.path.clone())) {
        let help = "close exceptions, or move some of them to another register";
        return Err(Error::from(Refusal::TooLarge { path, most: LARGEST, help }));
    }
    let text = |one: &Compared<'_>| one.plan.text.clone().map(|text| (root.join(&one.target.path), text));
    let new: Vec<(PathBuf, String)> = compared.iter().filter(|one| !one.there).filter_map(text).collect();
    let bytes: Vec<(PathBuf, &[u8])> = new.iter().map(|(path, text)| (path.clone(), text.as_bytes())).collect();
    write::new(&bytes, root)?;
    for one in compared.iter().filter(|one| one.there) {
        if let Some((path, text)) = text(one) {
            write::replace(&path, one.source.text(), &text)?;
        }
    }
    Ok(())
}

/// Says what became of a target, in which `unsaid` cannot be written.
fn report(
    one: &Compared<'_>,
    unsaid: &[Unsaid],
    arguments: &cli::Sync,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let plan = &one.plan;
    let path = escape::line(&one.target.path);
    let differs = plan.text.is_some();
    let counts = [(plan.added, "added"), (plan.changed, "changed"), (plan.removed, "removed")];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let held = counted(plan.held, "entry");
    if arguments.check && differs {
        writeln!(out, "{path}: differs from the register: {}; run `stopgap sync`", counts.join(", "))?;
        diff::render(&one.target.path, one.source.text(), plan.text.as_deref().unwrap_or_default(), look, out)?;
    } else if !arguments.quiet {
        match (differs, one.there) {
            (true, _) => writeln!(out, "{path}: {}, {held} in force", counts.join(", "))?,
            (false, true) => writeln!(out, "{path}: nothing to do, {held} in force")?,
            (false, false) => {
                let tool = name(one.target.tool);
                match unsaid {
                    [] => writeln!(out, "{path}: not needed, nothing is in force for {tool}")?,
                    _ => writeln!(out, "{path}: not needed, nothing that is in force for {tool} can be written there")?,
                }
            }
        }
    }
    for stray in &plan.strays {
        let snippet = Snippet {
            severity: Severity::Error,
            head: format!("error[{}]", UNREGISTERED.id),
            message: stray.message.clone(),
            help: Some(stray.help.clone()),
            place: Some((&one.source, one.source.first_line(stray.span))),
            labels: Vec::new(),
        };
        writeln!(out, "{}", render_snippet(&snippet, look))?;
    }
    Ok(())
}

fn name(tool: &'static str) -> &'static str {
    Tool::of_key(tool).map_or(tool, |tool| tool.name)
}

/// Names on standard error the covers that a target does not hold.
fn warn(tool: &str, place: &str, unsaid: &[&Unsaid], opened: &Opened, world: &World) {
    let look = world.look_of_errors();
    for one in unsaid {
        let source = opened.files.source(one.file);
        let snippet = Snippet {
            severity: Severity::Warning,
            head: "warning".to_owned(),
            message: format!(
                "`{}` covers `{}`, which is not written for {tool} ({}): {}",
                shown(&one.exception),
                shown(&one.id),
                shown(place),
                one.why
            ),
            help: Some(
                "the scanner continues to report it; `stopgap enforce` checks its results against the \
                 register"
                    .to_owned(),
            ),
            place: Some((source, source.first_line(one.span))),
            labels: Vec::new(),
        };
        let _ = io::stderr().lock().write_all(format!("{}\n", render_snippet(&snippet, look)).as_bytes());
    }
}
