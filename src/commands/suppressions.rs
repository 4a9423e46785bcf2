//! `stopgap suppressions`: lists scanner suppressions and the exceptions that cover them.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli;
use crate::commands::lock::Lock;
use crate::commands::opened::Opened;
use crate::commands::{World, check, import, surroundings, write};
use crate::error::{Argument, Error, Named};
use crate::git::Git;
use crate::output::suppressions::{Listing, Row, State, render};
use crate::output::{Format, Look};
use crate::policy::places::SUPPRESSIONS;
use crate::policy::{Allowed, Suppressing, SuppressionBaseline};
use crate::rules;
use crate::suppressions::{Identity, Inventory, Item, Permits, Reader, Standing, Tracked, tools};
use crate::text::{counted, nearest};
use crate::tools::Tool;

/// Lists suppressions, judges them, or writes their baseline.
pub(super) fn run(arguments: &cli::Suppressions, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    if arguments.tools {
        for tool in tools() {
            writeln!(out, "{tool:<17} {}", Tool::of_key(tool).map_or(tool, |tool| tool.name))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.check {
        return check::run(&as_check(arguments), world, out);
    }
    let outputs = listed_outputs(arguments)?;
    let open = if arguments.write_baseline { Opened::open } else { Opened::open_or_none };
    let mut opened = open(&arguments.place, arguments.today.as_deref(), world)?;
    write::spare_inputs(&outputs, &[], &world.folder, &opened.root, &opened.judge.policy)?;
    let reader = reader(arguments, &opened)?;
    let inventory = inventory(&mut opened, &reader)?;
    if arguments.write_baseline {
        return write_baseline(arguments, &opened, &inventory, out);
    }
    let register = opened.register();
    let permits = Permits::new(&register, &opened.judge.policy, opened.judge.today);
    let permits = permits.with_entries(&register, &inventory, &opened.files);
    let rows = rows(&inventory, &permits, opened.judge.suppressed.as_ref(), &opened);
    let listing = Listing {
        files: &opened.files,
        rows: rows.into_iter().filter(|row| !arguments.open || !row.state.is_in_order()).collect(),
        tags: &inventory.tags,
        unread: &inventory.unread,
        looked_at: inventory.looked_at,
        baseline: opened.judge.suppressed.as_ref(),
        looked_for: opened.judge.suppressed.as_ref().map_or(0, |baseline| baseline.looked_for(&inventory)),
        policy: &opened.judge.policy,
        today: opened.judge.today,
        permits: &permits,
        is_part: arguments.open,
        quiet: arguments.quiet,
    };
    write::outputs(&outputs, world, |format, look, file| {
        render(format, &listing, Look { width: usize::MAX, ..look }, file)
    })?;
    let look = world.look();
    let width = if world.width.is_some() || world.terminal { look.width } else { DEFAULT_WIDTH };
    render(arguments.format, &listing, Look { width, ..look }, out)?;
    Ok(ExitCode::SUCCESS)
}

/// The width of a listing that goes nowhere in particular.
const DEFAULT_WIDTH: usize = 80;

/// Returns the arguments of the check that reports on suppressions alone.
fn as_check(arguments: &cli::Suppressions) -> cli::Check {
    let place = cli::Place { root: arguments.place.root.clone(), policy: arguments.place.policy.clone() };
    cli::Check {
        place,
        base: arguments.base.clone(),
        today: arguments.today.clone(),
        select: rules::OF_SUPPRESSIONS.iter().map(|id| (*id).to_owned()).collect(),
        format: arguments.format,
        output: arguments.output.clone(),
        quiet: arguments.quiet,
        suppressions: true,
        ..cli::Check::default()
    }
}

/// Reads the outputs of a list, which has two formats.
fn listed_outputs(arguments: &cli::Suppressions) -> Result<Vec<(Format, PathBuf)>, Error> {
    let outputs = write::parse_outputs(&arguments.output, "json=suppressions.json")?;
    let mut formats = outputs.iter().map(|(format, _)| *format).chain([arguments.format]);
    match formats.find(|format| !matches!(format, Format::Text | Format::Json)) {
        None => Ok(outputs),
        Some(format) => Err(Error::from(Argument::Form {
            option: "--format",
            value: format!("{format:?}").to_lowercase(),
            fault: "is a format for findings, and this is a list",
            help: "add `--check`, or write `--format text` or `json`".to_owned(),
        })),
    }
}

fn reader(arguments: &cli::Suppressions, opened: &Opened) -> Result<Reader, Error> {
    let known = tools();
    let mut named = Vec::new();
    for name in &arguments.tool {
        match Tool::named(name).filter(|tool| known.contains(&tool.key)) {
            Some(tool) => named.push(tool.key.to_owned()),
            None => {
                let help = match nearest(name, known.iter().copied()) {
                    Some(best) => format!("did you mean `{best}`?"),
                    None => "`stopgap suppressions --tools` lists the tools".to_owned(),
                };
                return Err(Error::from(Argument::NotFound { what: Named::Tool, name: name.clone(), help }));
            }
        }
    }
    let of_policy = match opened.judge.policy.suppressing(true) {
        Some(Suppressing::Tools(tools)) => Some(tools),
        Some(Suppressing::All) | None => None,
    };
    Ok(Reader::new(if named.is_empty() { of_policy } else { Some(named) }))
}

fn inventory(opened: &mut Opened, reader: &Reader) -> Result<Inventory, Error> {
    let git = Git::open(&opened.root)?;
    let tracked = git.as_ref().map_or(Tracked::Folder, Tracked::Index);
    surroundings::read(tracked, &opened.root, &[&opened.judge.policy], reader, &mut opened.files)
}

/// Says of each suppression what is behind it.
fn rows<'i>(
    inventory: &'i Inventory,
    permits: &Permits<'i, 'i>,
    baseline: Option<&SuppressionBaseline>,
    opened: &Opened,
) -> Vec<Row<'i>> {
    let standings: Vec<Standing<'_, '_>> =
        inventory.items.iter().map(|item| permits.standing(item, item.marker.as_deref())).collect();
    let without: Vec<&Item> =
        inventory.items.iter().zip(&standings).filter(|(_, it)| needs(it)).map(|(item, _)| item).collect();
    let mut listed = baseline
        .map_or_else(|| vec![false; without.len()], |baseline| baseline.lets_be(inventory, &without))
        .into_iter();
    let is_over = baseline.is_some_and(|baseline| opened.judge.today.day > baseline.until);
    let state = |standing: Standing<'i, 'i>, listed: &mut dyn Iterator<Item = bool>| {
        if needs(&standing) && listed.next().unwrap_or_default() && !is_over {
            return State::Baseline;
        }
        match standing {
            Standing::InForce(exception) => State::InForce(exception),
            Standing::Over => State::Over,
            Standing::Ended(exception) => State::Ended(exception),
            Standing::NotYet(exception) => State::NotYet(exception),
            Standing::Wider(exception) => State::Wider(exception),
            Standing::NotCovered(exception, _) => State::NotCovered(exception),
            Standing::Unknown => State::Unknown,
            Standing::Nothing => State::Nothing,
        }
    };
    let pairs = inventory.items.iter().zip(standings);
    pairs.map(|(item, standing)| Row { item, state: state(standing, &mut listed) }).collect()
}

/// Returns whether a suppression needs an exception that it does not have.
fn needs(standing: &Standing<'_, '_>) -> bool {
    !matches!(standing, Standing::InForce(_) | Standing::Over | Standing::Ended(_))
}

/// Writes the baseline, or shortens the one that is there.
fn write_baseline(
    arguments: &cli::Suppressions,
    opened: &Opened,
    inventory: &Inventory,
    out: &mut dyn Write,
) -> Result<ExitCode, Error> {
    let judge = &opened.judge;
    let before = judge.suppressed.as_ref();
    let until = import::baseline::until("--until", arguments.until.as_deref(), before.map(|it| it.until), judge)?;
    if let Some(before) = before.filter(|before| until > before.until) {
        return Err(Error::from(Argument::Value {
            option: "--until".to_owned(),
            value: until.to_string(),
            why: format!("the baseline ends on {}, and may only get shorter", before.until),
            help: "leave it out, or name an earlier day".to_owned(),
        }));
    }
    let register = opened.register();
    let permits = Permits::new(&register, &judge.policy, judge.today);
    let permits = permits.with_entries(&register, inventory, &opened.files);
    let without: Vec<&Item> =
        inventory.items.iter().filter(|item| needs(&permits.standing(item, item.marker.as_deref()))).collect();
    let listed = before.map_or_else(|| vec![true; without.len()], |before| before.lets_be(inventory, &without));
    let kept: Vec<Allowed> =
        without.iter().zip(&listed).filter(|(_, listed)| **listed).map(|(item, _)| allowed(item)).collect();
    let not_looked_for =
        before.iter().flat_map(|before| &before.entries).filter(|entry| !inventory.looked_for(entry)).cloned();
    let kept = kept.into_iter().chain(not_looked_for).collect();
    let more = listed.iter().filter(|listed| !**listed).count();
    let text = before.map_or_else(String::new, |before| before.text.clone());
    let after = SuppressionBaseline { text, ..SuppressionBaseline::new(until, kept) };
    let path = opened.root.join(SUPPRESSIONS);
    let _lock = Lock::take(&opened.root, &judge.policy.exceptions)?;
    match before {
        Some(before) => write::replace(&path, &before.text, &after.to_yaml())?,
        None => write::new(&[(path, after.to_yaml().as_bytes())], &opened.root)?,
    }
    let count = after.entries.len();
    if !arguments.quiet {
        let gone = before.map_or(0, |before| before.entries.len().saturating_sub(count));
        let dropped = if gone > 0 { format!(", {gone} dropped") } else { String::new() };
        let these = counted(count, "suppression");
        writeln!(out, "wrote `{SUPPRESSIONS}`: {these} until {until}{dropped}")?;
        if more > 0 {
            let these = counted(more, "suppression");
            let they = if more == 1 { "is" } else { "are" };
            writeln!(out, "{these} {they} not in it, because it may only get shorter: `stopgap suppressions --open`")?;
        }
        if before.is_none() {
            writeln!(out, "commit it; from then on each new suppression needs an exception")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn allowed(item: &Item) -> Allowed {
    let Identity { path, tool, id, code } = item.identity();
    let breadth = (!item.found.is_entry).then(|| item.extent().breadth);
    Allowed { path: path.to_owned(), tool: tool.to_owned(), id: id.to_owned(), breadth, code: code.to_owned() }
}
