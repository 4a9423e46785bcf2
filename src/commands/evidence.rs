//! `stopgap evidence`: writes an evidence pack for an audit period, and verifies one.

use std::io::{Write, stderr};
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use walkdir::WalkDir;

use crate::cli;
use crate::commands::signoff::{self, Owners};
use crate::commands::then::{DaysEnd, Then};
use crate::commands::{World, book, history, place, write};
use crate::error::{Argument, Error, Input};
use crate::evidence::{self, Collected, Difference, Pack, Period, Sources, Verdict};
use crate::files::{self, CommitFiles, Repository};
use crate::git::{Commit, Git};
use crate::history::base::CiEnvironment;
use crate::output::escape;
use crate::output::evidence::{HEADER, Header, Milestone, PULLS, pack, read_header};
use crate::policy::{Forge, Policy};
use crate::register::Files;
use crate::rule::total;
use crate::signoff::Pulls;
use crate::text::{counted, shown};
use crate::time::typed::{self, Toward};
use crate::time::{Day, Zone};

/// The largest file of a pack that is read, in bytes.
const MOST: u64 = 1024 * 1024 * 1024;

/// How the names of the files begin that say something of approvals.
const OF_ANSWERS: [&str; 5] = ["decisions.", "slips.", "evidence.", PULLS, evidence::Manifest::NAME];

/// How many differences from the manifest are named.
const NAMED: usize = 10;

/// Writes a pack, or verifies one.
pub(super) fn run(arguments: &cli::Evidence, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    if let Some(cli::OfPack::Verify(arguments)) = &arguments.command {
        return verify(arguments, world, out);
    }
    let (from, to) = (day("--from", &arguments.from, world)?, day("--to", &arguments.to, world)?);
    if from > to {
        return Err(value(
            "--from",
            &from.to_string(),
            format!("the period ends before that, with `--to {to}`"),
            "name the first day of the period",
        ));
    }
    let root = place::root(&arguments.place, &world.folder)?;
    let (then, end) = Then::on_day((&arguments.place, root), world, "--to", to)?;
    let period = period((from, to), &then, end, &arguments.place, world)?;
    let output = arguments.output.clone().unwrap_or_default();
    let folder = world.folder.join(&output);
    write::sweep_new(&folder);
    refuse_folder(&output, &folder)?;
    let maker = Maker { place: &arguments.place, world, root: &then.root };
    let policy = maker.policy(&then).unwrap_or_default();
    let inputs: Vec<&Path> = arguments.pulls.iter().map(PathBuf::as_path).collect();
    write::spare_inputs(&[((), output.clone())], &inputs, &world.folder, &then.root, &policy)?;
    let answers = history::read_answers(&arguments.pulls, &world.folder)?;
    let (collected, pack) = maker.make(&then, &then.commit, period, &answers)?;
    let files: Vec<(PathBuf, &[u8])> = pack.iter().map(|(name, bytes)| (folder.join(name), bytes.as_slice())).collect();
    let above = folder.parent().map_or_else(|| folder.clone(), Path::to_path_buf);
    write::new(&files, &above)?;
    then.remark();
    told(&collected, &output, pack.len(), out)?;
    Ok(ExitCode::SUCCESS)
}

/// Finds when a period begins that ends with a day: where the one before it ends.
fn period(
    (from, to): (Day, Day),
    then: &Then,
    end: DaysEnd,
    place: &cli::Place,
    world: &World,
) -> Result<Period, Error> {
    let before = then.end_of(place, world, from.plus(-1))?;
    Ok(Period { from, to, zone: end.zone, eve: before.instant, zone_before: before.zone })
}

fn day(option: &'static str, text: &Option<String>, world: &World) -> Result<Day, Error> {
    let text = text.as_deref().unwrap_or_default();
    typed::read_day(text, Zone::UTC.day_of(world.now), Toward::Past)
        .map_err(|error| value(option, text, error.to_string(), "write a day such as `2026-03-31`"))
}

fn value(option: &str, value: &str, why: String, help: &str) -> Error {
    Argument::Value { option: option.to_owned(), value: value.to_owned(), why, help: help.to_owned() }.into()
}

/// Refuses a folder that holds something already.
fn refuse_folder(named: &Path, folder: &Path) -> Result<(), Error> {
    let is_empty = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    let is_link = std::fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink());
    if is_empty && !is_link {
        return Ok(());
    }
    let why = if is_link { "is a link, and links are never followed" } else { "is not an empty folder" };
    let help = "name a folder that does not exist yet: nothing is ever replaced";
    Err(value("--output", &named.display().to_string(), why.to_owned(), help))
}

/// Makes packs.
struct Maker<'m> {
    place: &'m cli::Place,
    world: &'m World,
    root: &'m Path,
}

impl Maker<'_> {
    /// What a job's environment says must not make a pack another one.
    fn nowhere(&self) -> World {
        World { ci: CiEnvironment::from_variables(|_| None), ..self.world.clone() }
    }

    fn policy(&self, then: &Then) -> Result<Policy, Error> {
        book::policy(self.place, &self.nowhere(), self.root, &then.head()?.place)
    }

    fn make(
        &self,
        then: &Then,
        head: &Commit,
        period: Period,
        answers: &[(String, Vec<u8>)],
    ) -> Result<(Collected, Pack), Error> {
        let world = self.nowhere();
        let load = |place: &Repository| book::load(self.place, &world, self.root, place);
        let owners = |top: &CommitFiles, forge: Forge, files: &mut Files| {
            signoff::ownership(forge, &Owners::Commit(top, self.root), files)
        };
        let pulls = history::parse_pulls(answers)?;
        let sources = Sources {
            git: &then.git,
            root: self.root,
            head,
            policy: &book::policy_file(self.place, &world, self.root),
            load: &load,
            owners: &owners,
            pulls: pulls.as_ref(),
        };
        let mut milestones = Vec::new();
        let collected = evidence::collect(sources, period, &mut |state| {
            milestones.push(Milestone::of(state, period)?);
            Ok(())
        })?;
        let pack = pack(&collected, &milestones, pulls.is_some().then(|| joined(answers)))?;
        Ok((collected, pack))
    }
}

/// Joins files of lines.
fn joined(answers: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut all = Vec::new();
    for (_, bytes) in answers {
        all.extend_from_slice(bytes);
        if !bytes.ends_with(b"\n") {
            all.push(b'\n');
        }
    }
    all
}

/// Says what was written.
fn told(collected: &Collected, output: &Path, files: usize, out: &mut dyn Write) -> Result<(), Error> {
    let Collected { period, decisions, stood, past, remarks, .. } = collected;
    let objected = decisions.iter().filter(|it| it.verdict == Verdict::Objected).count();
    let unknown = decisions.iter().filter(|it| it.verdict == Verdict::Unknown).count();
    let standing = stood.iter().filter(|it| it.standing).count();
    let slips: usize = past.verdicts.iter().map(|verdict| total(verdict.findings.iter())).sum();
    let output = output.display().to_string();
    let files = counted(files, "file");
    let root = match collected.root.as_str() {
        "." => String::new(),
        root => format!(" of the register in `{}`", shown(root)),
    };
    writeln!(out, "wrote {files}{root} to `{}`, from {} to {}:", shown(&output), period.from, period.to)?;
    let mut more = Vec::new();
    if objected > 0 {
        more.push(format!("{objected} with violations"));
    }
    if unknown > 0 {
        more.push(format!("{unknown} with unknown approval (`--pulls`)"));
    }
    let more = if more.is_empty() { String::new() } else { format!(": {}", more.join(", ")) };
    writeln!(out, "  {}{more}", counted(decisions.len(), "decision"))?;
    writeln!(out, "  {}", evidence::open_findings(stood.len(), standing))?;
    writeln!(out, "  {} in changes that bypassed the gate", counted(slips, "finding"))?;
    for remark in remarks {
        writeln!(out, "{}", escape::line(remark))?;
    }
    writeln!(out, "start with `{}/evidence.html`", shown(&output))?;
    Ok(())
}

/// Compares a pack with its manifest, then with what the clone says.
fn verify(arguments: &cli::Verify, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let folder = world.folder.join(&arguments.pack);
    let (mut pack, mut found) = read(&arguments.pack, &folder)?;
    found.extend(evidence::differences(&pack));
    let of_manifest = found.len();
    let (header, from, to) = header(&pack, &arguments.pack)?;
    let (place, root) = place_of_pack(&header, arguments, world)?;
    let (then, end) = Then::on_day((&place, root), world, "--to", to)?;
    let head = match then.git.commit(&header.head)? {
        Some(head) if head == then.commit => head,
        there => {
            found.push(other_head(&header, &then, there.as_ref())?);
            // What the branch says now is compared: it names what is new or gone.
            then.commit.clone()
        }
    };
    let maker = Maker { place: &place, world, root: &then.root };
    let given = history::read_answers(&arguments.pulls, &world.folder)?;
    let fresh = !given.is_empty();
    let own = pack.get(PULLS).filter(|_| header.approvals).map(|bytes| (PULLS.to_owned(), bytes.clone()));
    let answers: Vec<(String, Vec<u8>)> = if fresh { given } else { own.into_iter().collect() };
    let period = period((from, to), &then, end, &place, world)?;
    let whole = if fresh { pack.clone() } else { Pack::new() };
    let mut derived = match maker.make(&then, &head, period, &answers) {
        // The answers are about commits that the branch no longer has, and the steps tell where that begins.
        Err(Error::Input(Input::Unanswered { .. })) if found.len() > of_manifest => {
            let is_of_answers = |name: &str| OF_ANSWERS.iter().any(|start| name.starts_with(start));
            pack.retain(|name, _| !is_of_answers(name));
            let mut derived = maker.make(&then, &head, period, &[])?.1;
            derived.retain(|name, _| !is_of_answers(name));
            derived
        }
        // Answers that were altered may no longer be readable; the manifest has named them.
        Err(Error::Input(_)) if !fresh && of_manifest > 0 => {
            return verdict(&found, of_manifest, (&header, fresh), out);
        }
        made => made?.1,
    };
    if fresh {
        // Answers that were fetched at another time have other bytes: what they say is compared, here and in the decisions.
        for name in [PULLS, evidence::Manifest::NAME] {
            pack.remove(name);
            derived.remove(name);
        }
    }
    let mut new = Vec::from_iter(evidence::first_difference(&pack, &derived));
    if fresh && header.approvals {
        let is_whole = found.is_empty() && new.is_empty();
        let make = |own: (String, Vec<u8>)| maker.make(&then, &head, period, &[own]).map(|made| made.1);
        new.extend(of_own_answers(&whole, &answers, is_whole.then_some(&make))?);
    }
    let is_known = |it: &Difference| it.is_of_file() && found.iter().any(|known| known.file == it.file);
    new.retain(|it| !is_known(it));
    found.extend(new);
    verdict(&found, of_manifest, (&header, fresh), out)
}

/// Finds the register that a pack is of: it names its root.
fn place_of_pack(header: &Header, arguments: &cli::Verify, world: &World) -> Result<(cli::Place, PathBuf), Error> {
    let cli::Place { root, policy } = &arguments.place;
    let Some(of_pack) = &header.root else {
        let found = place::root(&arguments.place, &world.folder)?;
        return Ok((cli::Place { root: root.clone(), policy: policy.clone() }, found));
    };
    let start = match root {
        Some(_) => place::root(&arguments.place, &world.folder)?,
        None => world.folder.clone(),
    };
    let Some(git) = Git::open(&start)? else { return Err(Error::NoHistory { root: start }) };
    let top = std::fs::canonicalize(git.top()).unwrap_or_else(|_| git.top().to_path_buf());
    let wanted = if of_pack == "." { top } else { top.join(of_pack) };
    if root.is_some() && start != wanted {
        let why = format!("the pack is of another register, whose root is `{}`", shown(of_pack));
        return Err(value("--root", &start.display().to_string(), why, "leave `--root` out: the pack names it"));
    }
    Ok((cli::Place { root: Some(wanted.clone()), policy: policy.clone() }, wanted))
}

/// Makes a pack from answers.
type Make<'m> = dyn Fn((String, Vec<u8>)) -> Result<Pack, Error> + 'm;

/// Compares the answers that a pack holds with those that were given, and, with `make`, the whole pack with the one that
/// its own answers make: whoever reads it takes them for the ones that its decisions follow from.
fn of_own_answers(
    pack: &Pack,
    given: &[(String, Vec<u8>)],
    make: Option<&Make<'_>>,
) -> Result<Option<Difference>, Error> {
    let of_file = |what: String| Ok(Some(Difference::of_file(PULLS, what)));
    let Some(bytes) = pack.get(PULLS) else {
        return of_file("it is missing: the approvals of the pack come from it".to_owned());
    };
    let own = (PULLS.to_owned(), bytes.clone());
    let answers = match Pulls::parse(std::slice::from_ref(&own)) {
        Ok(answers) => answers,
        Err((_, error)) => return of_file(format!("it is not a pull-request file: {}", error.sentence())),
    };
    let given = history::parse_pulls(given)?.unwrap_or_default();
    if let Some(what) = answers.beyond(&given) {
        return of_file(format!("its data for {what} is missing from the API responses given"));
    }
    let Some(make) = make else { return Ok(None) };
    match make(own) {
        Ok(made) => Ok(evidence::first_difference(pack, &made).map(|it| match it.file.as_str() {
            PULLS | evidence::Manifest::NAME => it,
            file => Difference::of_file(
                PULLS,
                format!("regenerating the pack from it gives a different result: {file}: {}", it.what),
            ),
        })),
        Err(Error::Input(error)) => of_file(format!("the pack cannot be regenerated from it: {error}")),
        Err(error) => Err(error),
    }
}

/// Returns what it means that a pack ends with another commit than the branch had then.
fn other_head(header: &Header, then: &Then, there: Option<&Commit>) -> Result<Difference, Error> {
    let is_before = match there {
        Some(head) => then.git.merge_base(head, &then.commit)?.as_ref() == Some(head),
        None => false,
    };
    let what = match there {
        None => "`head`: this clone does not have that commit; the history was rewritten or not fetched",
        Some(_) if is_before => "`head`: the branch had more commits when the period ended",
        Some(_) => "`head`: the default branch did not have that commit when the period ended",
    };
    let (pack, clone) = (Some(shown(&header.head).into_owned()), Some(then.commit.as_str().to_owned()));
    Ok(Difference { file: HEADER.to_owned(), what: what.to_owned(), pack, clone })
}

/// Reads the files of a pack; what is no file is a difference.
fn read(named: &Path, folder: &Path) -> Result<(Pack, Vec<Difference>), Error> {
    let unreadable = |why: String| Error::Unreadable {
        kind: "the pack",
        path: named.display().to_string(),
        why,
        help: "name the folder that `stopgap evidence` wrote".to_owned(),
    };
    let (mut pack, mut found, mut folders) = (Pack::new(), Vec::new(), Vec::new());
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            unreadable(error.io_error().map_or_else(|| "it cannot be read".to_owned(), ToString::to_string))
        })?;
        let parts = entry.path().strip_prefix(folder).unwrap_or(Path::new("")).components();
        let name = parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        if entry.file_type().is_dir() {
            folders.push(format!("{name}/"));
            continue;
        }
        if !entry.file_type().is_file() {
            found.push(Difference::of_file(
                &name,
                "it is a link or not a regular file, and does not belong to the pack",
            ));
            continue;
        }
        let bytes = files::read_named(entry.path(), MOST).map_err(|error| unreadable(error.to_string()))?;
        pack.insert(name, bytes);
    }
    // What no file is in, the manifest cannot name.
    let is_empty = |folder: &&String| !pack.keys().any(|name| name.starts_with(folder.as_str()));
    let empty = folders.iter().skip(1).filter(is_empty);
    found.extend(
        empty.map(|folder| Difference::of_file(folder, "it is an empty folder, and does not belong to the pack")),
    );
    Ok((pack, found))
}

/// Reads what a pack says of itself.
fn header(pack: &Pack, named: &Path) -> Result<(Header, Day, Day), Error> {
    let unreadable = |why: String| Error::Unreadable {
        kind: "the pack's",
        path: named.join(HEADER).display().to_string(),
        why,
        help: "it names the period of the pack; get a new copy of the pack".to_owned(),
    };
    let bytes = pack.get(HEADER).ok_or_else(|| unreadable("it is missing".to_owned()))?;
    let header = read_header(bytes).map_err(unreadable)?;
    let day = |text: &str| Day::parse(text).map_err(|error| unreadable(format!("`{}`: {error}", shown(text))));
    let (from, to) = (day(&header.from)?, day(&header.to)?);
    if from > to || Commit::from_digits(&header.head).is_none() {
        return Err(unreadable("its period or its commit is not valid".to_owned()));
    }
    let is_below =
        |root: &str| root == "." || Path::new(root).components().all(|it| matches!(it, Component::Normal(_)));
    if header.root.as_deref().is_some_and(|root| root.is_empty() || !is_below(root)) {
        return Err(unreadable("its root is not a folder of a repository".to_owned()));
    }
    Ok((header, from, to))
}

/// Says what was found.
fn verdict(
    found: &[Difference],
    of_manifest: usize,
    (header, fresh): (&Header, bool),
    out: &mut dyn Write,
) -> Result<ExitCode, Error> {
    let version = env!("CARGO_PKG_VERSION");
    if header.stopgap != version {
        let made = shown(&header.stopgap);
        let note =
            format!("note: made by stopgap {made}, and this is {version}: differences may be due to the version");
        let _ = writeln!(stderr().lock(), "{}", escape::line(&note));
    }
    let (manifest, others) = found.split_at(of_manifest);
    for it in manifest.iter().take(NAMED).chain(others) {
        writeln!(out, "{}", escape::line(&format!("{}: {}", it.file, it.what)))?;
        if it.pack.is_some() || it.clone.is_some() {
            let said = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
            writeln!(out, "  the pack says:  {}", escape::line(&said(&it.pack)))?;
            writeln!(out, "  the clone says: {}", escape::line(&said(&it.clone)))?;
        }
    }
    if let Some(more @ 1..) = manifest.len().checked_sub(NAMED) {
        writeln!(out, "and {} that the manifest does not match", counted(more, "more file"))?;
    }
    if !found.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    writeln!(out, "the pack matches the commits up to {}, byte for byte", shown(&header.head))?;
    match (header.approvals, fresh) {
        (true, true) => writeln!(out, "its approvals match the API responses given")?,
        (true, false) => {
            writeln!(out, "its approvals match its own `{PULLS}`: `--pulls` compares them with new API responses")?;
        }
        (false, _) => writeln!(out, "it contains no approvals: it was made without `--pulls`")?,
    }
    Ok(ExitCode::SUCCESS)
}
