//! `stopgap card`: what an approval agrees to.

use std::io::Write;
use std::process::ExitCode;

use crate::card::{Card, Cards};
use crate::cli;
use crate::commands::opened::{self, Opened};
use crate::commands::{World, place, scan};
use crate::error::Error;
use crate::files::ReadFile;
use crate::history::trail;
use crate::output::card::{markdown, render};
use crate::register::{Exception, FileRef, stem};
use crate::source::FileId;
use crate::text::argument;
use crate::yaml;

/// Shows the card of what was last asked about an exception.
pub(super) fn run(arguments: &cli::Card, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let (card, path) = find(arguments, world)?;
    render(arguments.format, &card, &path, out)?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the card of what was last asked about an exception as Markdown.
///
/// # Errors
///
/// If there is no such exception, or its file cannot be read.
pub(super) fn page(place: &cli::Place, id: &str, today: Option<&str>, world: &World) -> Result<String, Error> {
    let place = cli::Place { root: place.root.clone(), policy: place.policy.clone() };
    let arguments = cli::Card { id: id.to_owned(), place, today: today.map(str::to_owned), ..cli::Card::default() };
    let (card, path) = find(&arguments, world)?;
    // As a shell hands over what a command prints.
    Ok(markdown(&card, None, &path).trim_end().to_owned())
}

/// Returns the card with the path of its file from the repository's top.
fn find(arguments: &cli::Card, world: &World) -> Result<(Card, String), Error> {
    let opened = Opened::open_at(&arguments.place, &arguments.past, arguments.today.as_deref(), world)?;
    let id = arguments.id.as_str();
    let Opened { root, judge, .. } = &opened;
    let register = opened.register();
    let found = opened::find(&register, id, "card")?;
    let [first, ..] = found.as_slice() else { return Err(opened::not_found(&register, id, "card")) };
    let Some(exception) = register.exception(first.id) else {
        return Err(Error::Unreadable {
            kind: "the exception",
            path: first.path.to_owned(),
            why: register.problem(first.id).map_or("it contains no exception", |problem| &problem.message).to_owned(),
            help: format!("`stopgap check {}` says where", argument(first.path)),
        });
    };
    let scan = match arguments.scan.as_slice() {
        [] => None,
        logs => Some(scan::count(logs, &register, judge, root, &world.folder)?),
    };
    let before = before_amendment((&arguments.place, world), &opened, *first, exception)?;
    let was = before.as_ref().and_then(|file| yaml::parse(file.source.text()).ok());
    let now = yaml::parse(opened.files.source(first.id).text()).ok();
    let card = Cards::of_record(judge, &register, exception, (was.as_ref(), now.as_ref()), scan.as_ref());
    Ok((card, format!("{}{}", place::below_work_tree(root), first.path)))
}

/// Finds how a record was before its last amendment: its last version in git that has fewer of them.
fn before_amendment(
    run: (&cli::Place, &World),
    opened: &Opened,
    first: FileRef<'_>,
    exception: &Exception<'_>,
) -> Result<Option<ReadFile>, Error> {
    if exception.amendments.is_empty() {
        return Ok(None);
    }
    let Some(git) = opened.git()? else { return Ok(None) };
    let Some(tip) = opened.tip(&git)? else { return Ok(None) };
    // The order of the versions is all that matters here.
    let trail = opened.at_home(run, &git, |home| trail::follow(home, stem(first.path), &tip, i64::MAX))?;
    let is_before = |file: &ReadFile| {
        let tree = yaml::parse(file.source.text()).ok();
        tree.is_some_and(|tree| Exception::from_node(FileId(0), "", tree).amendments.len() < exception.amendments.len())
    };
    Ok(trail.versions.into_iter().rev().filter_map(|version| version.file).find(is_before))
}
