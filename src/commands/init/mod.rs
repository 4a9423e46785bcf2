//! `stopgap init`: sets up a repository for a register without changing existing files.

mod jobs;
mod roster;
mod supply;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::jobs::{File, Register};
use self::roster::Draft;
use self::supply::Supply;
use crate::cli::{self, Ci, Place};
use crate::commands::ask::{Choice, Dialogue, Question, Terminal};
use crate::commands::lock::Lock;
use crate::commands::steps::Tool;
use crate::commands::{World, doctor, new, place, write};
use crate::doctor::{PIPELINE, Status};
use crate::error::{Argument, Error};
use crate::files::Repository;
use crate::git::Git;
use crate::output::doctor::{Diagnosis, text};
use crate::output::{Identity, escape, schemas, wrap};
use crate::policy::places::{self, GITLAB_JOB, WORKFLOWS};
use crate::policy::{self, Forge, Policy};
use crate::rules;
use crate::schema::{Shipped, modeline};
use crate::signoff::{Codeowners, pattern_of};

const POLICY: &str = include_str!("policy.yaml");
const README: &str = include_str!("readme.md");

/// What the questions are for.
const PURPOSE: &str = "This sets up a register. Existing files are not changed; press enter to accept a proposal.";

/// No line of prose is wider, in columns.
const WIDEST: usize = 80;

/// Sets a repository up.
pub(super) fn run(arguments: &cli::Init, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let root = place::root(&Place { root: arguments.root.clone(), policy: None }, &world.folder)?;
    let dialogue = (world.interactive && !arguments.dry_run).then(|| Dialogue::new(world, PURPOSE));
    let setup = match &dialogue {
        Some(asks) => asks.run(|| Setup::plan(arguments, &root, world, Some(asks), out))?,
        None => Setup::plan(arguments, &root, world, None, out)?,
    };
    drop(dialogue);
    writeln!(out, "in {}", escape::line(&setup.top.display().to_string()))?;
    let width = setup.files.iter().map(|file| file.path.len()).max().unwrap_or_default();
    for file in &setup.files {
        let word = match (setup.is_stub(file), setup.is_there(file)) {
            (true, _) => "again",
            (false, true) => "there",
            (false, false) => "new  ",
        };
        writeln!(out, "  {word}  {:width$}  {}", escape::line(&file.path), file.what)?;
    }
    if arguments.dry_run {
        writeln!(out, "\nnothing was written (`--dry-run`)")?;
        return Ok(ExitCode::SUCCESS);
    }
    let count = setup.write()?;
    let rest =
        if setup.stub.is_some() { "other existing files were not changed" } else { "existing files were not changed" };
    match count {
        0 => writeln!(out, "\neverything already exists, and nothing was written")?,
        1 => writeln!(out, "\n1 file was written; {rest}")?,
        count => writeln!(out, "\n{count} files were written; {rest}")?,
    }
    match doctor::after_setup(&root, world) {
        Ok((lines, _)) if lines.is_empty() => {}
        Ok((lines, branch)) => {
            let wrong = lines.iter().any(|line| line.status == Status::Wrong);
            let what = if wrong { "still wrong" } else { "still open" };
            writeln!(out, "\n{what}, according to `stopgap doctor`:\n")?;
            text(&Diagnosis { lines: &lines, branch: &branch }, world.look(), out)?;
        }
        Err(error) => writeln!(out, "\n`stopgap doctor` could not run: {}\n", escape::line(&error.to_string()))?,
    }
    setup.say_what_is_left(out, count > 0)?;
    if !world.interactive || !is_asked_at_once(world, out)? {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out)?;
    let first = cli::New { place: Place { root: arguments.root.clone(), policy: None }, ..cli::New::default() };
    new::run(&first, world, out, &mut std::io::stderr().lock())
}

/// Asks whether the first exception is asked for now.
fn is_asked_at_once(world: &World, out: &mut dyn Write) -> Result<bool, Error> {
    let choices = [Choice::plain("yes"), Choice::plain("no")];
    let help = "the questions of `stopgap new`; Ctrl-C quits them, and the files of the setup stay";
    match Terminal::new(world).choose("Request a first exception now?", help, &choices, 1, out) {
        Ok(chosen) => Ok(chosen == 0),
        Err(Error::Left) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Tells whether the repository's remote is a GitLab, as far as its name says.
fn comes_from_gitlab(root: &Path) -> bool {
    let origin = Git::open(root).ok().flatten().and_then(|git| git.origin().ok().flatten());
    origin.is_some_and(|origin| Tool::Glab.serves(&origin.to_lowercase()))
}

/// What belongs to a set-up repository.
struct Setup {
    /// The top of the work tree, or the root where there is none.
    top: PathBuf,
    /// The register's folder, from there.
    register: String,
    files: Vec<File>,
    /// The lines that CODEOWNERS lacks, and the file that they go into.
    lines: Vec<String>,
    owners_file: String,
    /// Whether the lines name owners.
    owned: bool,
    /// The job that was written before anybody had said where stopgap comes from, and that is written again now.
    stub: Option<File>,
    /// The job that is there, and that a place to get stopgap from was named for.
    kept: Option<String>,
    /// The lines that the user's own pipeline needs.
    pipeline: String,
    /// The root that no job names yet, because its name would need quotes.
    unnamed: Option<String>,
    /// The roster that was wished for and that there is nobody for yet.
    unknown_people: Option<String>,
    in_git: bool,
    /// What the forge calls a request to merge.
    request: &'static str,
    /// The options by which other commands find the register.
    place: String,
}

/// What is known of the repository before anything is planned.
struct Ground<'g> {
    root: &'g Path,
    top: PathBuf,
    below: String,
    policy: Policy,
    forge: Forge,
    ci: Ci,
    branch: String,
    owners: Vec<String>,
    /// The CODEOWNERS that is there.
    owners_file: Option<&'static str>,
    codeowners: String,
}

impl<'g> Ground<'g> {
    fn look(
        arguments: &cli::Init,
        root: &'g Path,
        world: &World,
        asks: Option<&Dialogue>,
        out: &mut dyn Write,
    ) -> Result<Self, Error> {
        let mut policy = Policy::load(&Repository::Folder(root.to_path_buf()), None, rules::all())?;
        policy.path.get_or_insert_with(|| policy::NAMES[0].to_owned());
        let top = place::work_tree_top(root).unwrap_or(root).to_path_buf();
        let lying = Repository::Folder(top.clone());
        let is_gitlab = policy.forge == Some(Forge::GitLab) || lying.exists(PIPELINE)?;
        // What the policy says counts, and a workflow that is there; only then where the repository comes from.
        let is_settled = policy.forge.is_some() || is_gitlab || lying.exists(WORKFLOWS.trim_end_matches('/'))?;
        let usual = if is_gitlab || (!is_settled && comes_from_gitlab(root)) { Ci::Gitlab } else { Ci::Github };
        let ci = arguments.ci.unwrap_or(usual);
        let guess = if ci == Ci::Gitlab { Forge::GitLab } else { Forge::GitHub };
        let forge = policy.forge.unwrap_or(guess);
        let owners_file = lying.first_held(forge.codeowners())?;
        let codeowners = owners_file.and_then(|name| std::fs::read_to_string(top.join(name)).ok()).unwrap_or_default();
        let given = owners(forge, &arguments.owners)?;
        let owners = match asks.filter(|_| given.is_empty() && owners_file.is_none()) {
            Some(asks) => ask_for_owners(forge, asks, out)?,
            None => given,
        };
        Ok(Self {
            root,
            below: place::below_work_tree(root),
            forge,
            ci,
            branch: doctor::protected_branch(root, world),
            owners,
            owners_file,
            codeowners,
            policy,
            top,
        })
    }

    fn is_there(&self, path: &str) -> bool {
        std::fs::symlink_metadata(self.top.join(path)).is_ok()
    }

    /// Returns the path of a file of the root, from the top.
    fn path(&self, name: &str) -> String {
        format!("{}{name}", self.below)
    }
}

impl Setup {
    fn plan(
        arguments: &cli::Init,
        root: &Path,
        world: &World,
        asks: Option<&Dialogue>,
        out: &mut dyn Write,
    ) -> Result<Self, Error> {
        let ground = Ground::look(arguments, root, world, asks, out)?;
        let register = Register { branch: &ground.branch, below: &ground.below };
        let unnamed = (!register.can_be_named()).then(|| ground.below.clone());
        let ci = if unnamed.is_some() { Ci::None } else { ground.ci };
        let stub = stub(&ground, ci, register);
        let supply = match stub.is_none() && is_job_there(&ground, ci, register) {
            // Nothing about it is written, so nobody needs to say it; what is said must still make sense.
            true => supply::named(arguments, ci).map(|_| Supply::Unknown)?,
            false => Supply::find(arguments, ci, asks, out)?,
        };
        let stub = stub.filter(|_| supply != Supply::Unknown);
        let named = [&arguments.action, &arguments.component, &arguments.image, &arguments.source];
        let ignored = named.iter().any(|option| option.is_some()) && supply == Supply::Unknown;
        let mut files = register_files(&ground);
        let roster = roster_file(arguments, &ground, asks, out)?;
        let unknown_people = (arguments.people && roster.is_none()).then(|| ground.policy.people_path().to_owned());
        files.extend(roster);
        let (job_files, pipeline) = job_files(&ground, ci, &supply, register, stub.is_some());
        let kept = job_files.first().map(|file| file.path.clone()).filter(|_| ignored);
        let (owners_path, lines) = owner_lines(&ground, &job_files);
        let what = "who approves changes";
        let made = ground.owners_file.is_none() && !ground.owners.is_empty();
        if ground.owners_file.is_some() || made {
            let text = if made { lines.join("\n") + "\n" } else { String::new() };
            files.push(File { path: owners_path.clone(), text, what });
        }
        files.extend(job_files);
        Ok(Self {
            register: ground.path(&ground.policy.exceptions),
            files,
            lines: if made { Vec::new() } else { lines },
            owners_file: owners_path,
            owned: !ground.owners.is_empty(),
            pipeline,
            stub,
            kept,
            unnamed,
            unknown_people,
            in_git: place::work_tree_top(root).is_some(),
            request: ground.forge.request(),
            place: place::options(&Place { root: arguments.root.clone(), policy: None }),
            top: ground.top,
        })
    }

    fn is_there(&self, file: &File) -> bool {
        std::fs::symlink_metadata(self.top.join(&file.path)).is_ok()
    }

    fn is_stub(&self, file: &File) -> bool {
        self.stub.as_ref().is_some_and(|stub| stub.path == file.path)
    }

    /// Writes what is not there, and what was written before anybody had said enough; returns how many files.
    fn write(&self) -> Result<usize, Error> {
        let new: Vec<&File> = self.files.iter().filter(|file| !self.is_there(file)).collect();
        let bytes: Vec<(PathBuf, &[u8])> =
            new.iter().map(|file| (self.top.join(&file.path), file.text.as_bytes())).collect();
        let lock = Lock::take(&self.top, &self.register)?;
        lock.sweep_beside(bytes.iter().map(|(path, _)| path.as_path()));
        write::new(&bytes, &self.top)?;
        let Some(stub) = &self.stub else { return Ok(new.len()) };
        for file in self.files.iter().filter(|file| self.is_stub(file)) {
            write::replace(&self.top.join(&file.path), &stub.text, &file.text)?;
        }
        Ok(new.len() + 1)
    }

    /// Prints what only people can do.
    fn say_what_is_left(&self, out: &mut dyn Write, written: bool) -> Result<(), Error> {
        let mut step = 0;
        let mut next = |out: &mut dyn Write, text: &str| -> std::io::Result<()> {
            step += 1;
            writeln!(out, "  {}", wrap(&format!("{step}. {text}"), "     ", WIDEST - 2))
        };
        writeln!(out, "next:")?;
        if !self.lines.is_empty() {
            let who = if self.owned { "" } else { ", with your own team, or at least two people, in place of OWNERS" };
            next(out, &format!("put these lines into {}{who}:", self.owners_file))?;
            copied(out, &self.lines.join("\n"))?;
        }
        if !self.pipeline.is_empty() {
            next(out, &format!("add these lines to {PIPELINE}:"))?;
            copied(out, &self.pipeline)?;
        }
        if let Some(path) = &self.kept {
            next(out, &format!("{path} already existed: to get stopgap from elsewhere, delete it and run this again"))?;
        }
        if let Some(root) = &self.unnamed {
            next(out, &format!("run both gates from a job at the top, with `--root` and `{root}`"))?;
        }
        if let Some(path) = &self.unknown_people {
            next(
                out,
                &format!(
                    "{path} was not written, because CODEOWNERS and git name nobody yet: name owners with `--owners`"
                ),
            )?;
        }
        if written && self.in_git {
            next(out, &format!("`git add` the files above and open a {} with them", self.request))?;
        }
        let place = &self.place;
        let first = format!(
            "request the first exception with `stopgap new{place}`, and check the register with `stopgap check{place}`"
        );
        next(out, &first)?;
        Ok(())
    }
}

/// Prints lines to copy.
fn copied(out: &mut dyn Write, lines: &str) -> std::io::Result<()> {
    lines.lines().try_for_each(|line| writeln!(out, "       {}", escape::line(line)))
}

/// Returns the policy, the register's folder, and the schemas for editors.
fn register_files(ground: &Ground<'_>) -> Vec<File> {
    let mut files = Vec::new();
    let mut file = |path: &str, text: String, what| files.push(File { path: ground.path(path), text, what });
    let policy_path = ground.policy.path.as_deref().unwrap_or(policy::NAMES[0]);
    let text = schema_line(policy_path, Shipped::Policy) + &policy_for(ground.forge);
    file(policy_path, text, "limits, levels, the time zone");
    let readme = format!("{}/README.md", ground.policy.exceptions);
    let text = README.replace("MODELINE\n", &schema_line(&readme, Shipped::Exception));
    file(&readme, text, "how to write an exception");
    for (_, schema) in Shipped::ALL {
        file(&schema.copy(), schemas::of_file(schema, Identity::OWN), "keys, for editors");
    }
    files
}

/// Returns the line by which an editor finds the schema of a file of the root.
fn schema_line(file: &str, schema: Shipped) -> String {
    modeline(&("../".repeat(file.matches('/').count()) + &schema.copy()))
}

/// Returns the policy to begin with.
fn policy_for(forge: Forge) -> String {
    match forge {
        Forge::GitLab => POLICY.replace("# forge: github", "forge: gitlab"),
        Forge::GitHub | Forge::Forgejo => POLICY.to_owned(),
    }
}

/// Returns the roster, where it is wished for; one that is there is only named.
fn roster_file(
    arguments: &cli::Init,
    ground: &Ground<'_>,
    asks: Option<&Dialogue>,
    out: &mut dyn Write,
) -> Result<Option<File>, Error> {
    let teams: Vec<(String, Vec<String>)> =
        arguments.teams.iter().map(|given| team(given)).collect::<Result<_, _>>()?;
    let inside = ground.policy.people_path();
    let (path, what) = (ground.path(inside), "who may be named");
    if ground.is_there(&path) {
        return Ok(Some(File { path, text: String::new(), what }));
    }
    let wished = arguments.people || !teams.is_empty();
    let written = match asks.filter(|_| !wished) {
        Some(asks) => is_roster_wished(inside, asks, out)?,
        None => wished,
    };
    if !written {
        return Ok(None);
    }
    let given = ground.owners.iter().map(|owner| format!("/x {owner}\n")).collect::<String>();
    let mut draft = Draft::default();
    for text in [given.as_str(), ground.codeowners.as_str()] {
        let codeowners = Codeowners::parse(ground.forge, text);
        let owners = codeowners.rules().iter().flat_map(|rule| rule.owners.iter().copied());
        draft.add_owners(roster::once(owners));
    }
    teams.iter().for_each(|(team, members)| draft.add_members(team, members));
    for (team, asks) in draft.unknown_teams().iter().zip(asks.into_iter().cycle()) {
        draft.add_members(team, &ask_for_members(team, asks, out)?);
    }
    if (arguments.people || !wished)
        && let Some(git) = Git::open(ground.root)?
    {
        draft.add_authors(&git.authors(roster::MOST_COMMITS)?);
    }
    let text = draft.text(&schema_line(inside, Shipped::People));
    Ok((!draft.is_empty()).then_some(File { path, text, what }))
}

fn is_roster_wished(path: &str, asks: &Dialogue, out: &mut dyn Write) -> Result<bool, Error> {
    let ask = format!("Write a first `{path}`?");
    let choices = [Choice::plain("yes"), Choice::plain("no")];
    let help = "the people in CODEOWNERS and the authors in git";
    Ok(asks.choose(&ask, help, &choices, 0, out)? == 0)
}

fn ask_for_owners(forge: Forge, asks: &Dialogue, out: &mut dyn Write) -> Result<Vec<String>, Error> {
    let question = Question {
        ask: "Who approves exceptions?".to_owned(),
        help: "at least two people, or a team: @olek, @priya or @acme/security; empty: not known yet".to_owned(),
        ..Question::default()
    };
    let read = |answer: &str| owners(forge, &answer.split(',').map(str::to_owned).collect::<Vec<_>>());
    let check = |answer: &str| read(answer).err().map(|error| error.to_string());
    read(&asks.line(question, &check, out)?)
}

fn ask_for_members(team: &str, asks: &Dialogue, out: &mut dyn Write) -> Result<Vec<String>, Error> {
    let ask = format!("Who is in {team}?");
    let help = "such as @olek, @priya; empty: not known yet".to_owned();
    let question = Question { ask, help, ..Question::default() };
    let read = |answer: &str| -> Option<Vec<String>> {
        if answer.is_empty() { Some(Vec::new()) } else { answer.split(',').map(roster::member).collect() }
    };
    let check = |answer: &str| match read(answer) {
        Some(_) => None,
        None => Some("name people, separated by commas".to_owned()),
    };
    let answer = asks.line(question, &check, out)?;
    Ok(read(&answer).unwrap_or_default())
}

fn team(given: &str) -> Result<(String, Vec<String>), Error> {
    roster::team(given).ok_or_else(|| {
        Error::from(Argument::Form {
            option: "--team",
            value: given.to_owned(),
            fault: "must be TEAM=PERSON,…",
            help: "write `--team @organisation/team=@person,@other-person`".to_owned(),
        })
    })
}

/// Returns the job that `init` writes where nobody has said where stopgap comes from, if it is there as it was written.
fn stub(ground: &Ground<'_>, ci: Ci, register: Register<'_>) -> Option<File> {
    let files = match ci {
        Ci::Github => jobs::github(&Supply::Unknown, register),
        Ci::Gitlab => jobs::gitlab(&Supply::Unknown, register).files,
        Ci::None => Vec::new(),
    };
    let is_there =
        |file: &File| std::fs::read_to_string(ground.top.join(&file.path)).is_ok_and(|text| text == file.text);
    files.into_iter().next().filter(is_there)
}

/// Tells whether the job of this register is written already.
fn is_job_there(ground: &Ground<'_>, ci: Ci, register: Register<'_>) -> bool {
    match ci {
        Ci::Github => ground.is_there(&jobs::workflow_path(register)),
        Ci::Gitlab => ground.is_there(GITLAB_JOB) || ground.has_component(),
        Ci::None => true,
    }
}

impl Ground<'_> {
    fn pipeline(&self) -> String {
        std::fs::read_to_string(self.top.join(PIPELINE)).unwrap_or_default()
    }

    /// Tells whether the pipeline takes in the component.
    fn has_component(&self) -> bool {
        self.pipeline().lines().any(|line| line.contains("component:") && line.contains("/stopgap@"))
    }
}

/// Returns the files of CI, and the lines that the user's own pipeline needs.
fn job_files(ground: &Ground<'_>, ci: Ci, supply: &Supply, register: Register<'_>, again: bool) -> (Vec<File>, String) {
    match ci {
        Ci::None => (Vec::new(), String::new()),
        Ci::Github => {
            let mut files = jobs::github(supply, register);
            // Of a workflow that is there nobody knows here whether it also reminds.
            if ground.is_there(&files[0].path) && !again {
                files.truncate(1);
            }
            (files, String::new())
        }
        Ci::Gitlab => gitlab_files(ground, supply, register),
    }
}

fn gitlab_files(ground: &Ground<'_>, supply: &Supply, register: Register<'_>) -> (Vec<File>, String) {
    let what = "the pipeline";
    let named = |text: String| File { path: PIPELINE.to_owned(), text, what };
    if ground.has_component() {
        return (vec![named(String::new())], String::new());
    }
    let jobs::Pipeline { mut files, include } = jobs::gitlab(supply, register);
    if !ground.is_there(PIPELINE) {
        files.push(named(include));
        return (files, String::new());
    }
    files.push(named(String::new()));
    let pipeline = ground.pipeline();
    let mut lines = String::new();
    if !pipeline.contains(GITLAB_JOB) || matches!(supply, Supply::Component { .. }) {
        lines.push_str(&include);
    }
    let job = std::fs::read_to_string(ground.top.join(GITLAB_JOB)).unwrap_or_default();
    let is_there = jobs::gitlab_roots(register).iter().any(|root| job.contains(root) || pipeline.contains(root));
    if !job.is_empty() && !ground.below.is_empty() && !is_there {
        lines.push_str(&jobs::gitlab_beside(register, &job));
    }
    (files, lines)
}

/// Returns the path of CODEOWNERS, and the lines that it needs and does not have.
fn owner_lines(ground: &Ground<'_>, job_files: &[File]) -> (String, Vec<String>) {
    let path = ground.owners_file.unwrap_or(ground.forge.codeowners()[0]);
    let folder = ground.path(&ground.policy.exceptions);
    let books = ground.policy.books().map(|(_, name)| ground.path(name));
    let rest = books.chain([path.to_owned()]).chain(places::attributes(&ground.below));
    let mut paths = vec![(format!("/{folder}/"), format!("{folder}/x.yaml"))];
    paths.extend(rest.map(|path| (format!("/{path}"), path)));
    paths.dedup();
    for file in job_files {
        let folder = file.path.starts_with(WORKFLOWS);
        let pattern = if folder { format!("/{WORKFLOWS}") } else { format!("/{}", file.path) };
        if paths.iter().all(|(other, _)| *other != pattern) {
            paths.push((pattern, file.path.clone()));
        }
    }
    (path.to_owned(), lines(ground.forge, &ground.codeowners, paths.into_iter(), &ground.owners))
}

/// Reads `--owners`.
fn owners(forge: Forge, given: &[String]) -> Result<Vec<String>, Error> {
    let given: Vec<&str> = given.iter().map(|owner| owner.trim()).filter(|owner| !owner.is_empty()).collect();
    for owner in &given {
        let line = format!("/x {owner}");
        let parsed = Codeowners::parse(forge, &line);
        let one = !owner.contains(char::is_whitespace);
        let owned = one && parsed.deciding("x").first().is_some_and(|rule| rule.owners.len() == 1);
        if !owned || !parsed.problems().is_empty() {
            return Err(Error::from(Argument::Value {
                option: "--owners".to_owned(),
                value: (*owner).to_owned(),
                why: "not an owner that CODEOWNERS accepts".to_owned(),
                help: "write `@handle`, `@organisation/team` or an email address, separated by commas".to_owned(),
            }));
        }
    }
    Ok(given.into_iter().map(str::to_owned).collect())
}

/// Returns the lines that CODEOWNERS needs and does not have: one for each path that it leaves without an owner, or without
/// those that were asked for. Each comes as the pattern and a path that it covers.
fn lines(forge: Forge, text: &str, paths: impl Iterator<Item = (String, String)>, owners: &[String]) -> Vec<String> {
    let codeowners = Codeowners::parse(forge, text);
    let covered = |path: &str| {
        let rules = codeowners.binding(path);
        let has = |owner: &String| {
            rules.iter().flat_map(|rule| &rule.owners).any(|there| there.text.eq_ignore_ascii_case(owner))
        };
        !rules.is_empty() && owners.iter().all(has)
    };
    let patterns: Vec<String> =
        paths.filter(|(_, path)| !covered(path)).map(|(pattern, _)| pattern_of(forge, &pattern)).collect();
    let width = patterns.iter().map(String::len).max().unwrap_or_default();
    let who = if owners.is_empty() { "OWNERS".to_owned() } else { owners.join(" ") };
    patterns.iter().map(|pattern| format!("{pattern:width$}  {who}")).collect()
}
