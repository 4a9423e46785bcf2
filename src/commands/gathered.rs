//! One register or several, read as one: what `list`, `report` and `remind` begin with.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::opened::Opened;
use crate::commands::registers::{self, Registers};
use crate::commands::together::Union;
use crate::commands::{World, surroundings, write};
use crate::error::Error;
use crate::files::ReadFile;
use crate::history::Head;
use crate::output::escape;
use crate::output::record::View;
use crate::policy::NAMES;
use crate::register::{Files, Home, Register};
use crate::report::LetBe;
use crate::rule::Findings;
use crate::rules::{Case, Judge};
use crate::schema::Schema;
use crate::source::{Source, Span};
use crate::yaml::Problem;

/// Registers that were read.
pub(super) struct Gathered {
    /// The root of the one register, or the top of the work tree.
    pub(super) root: PathBuf,
    /// At least one.
    pub(super) parts: Vec<Part>,
    /// The organisation's own schema, where there is only one register.
    own: Option<Schema>,
    /// The folders whose registers are left out.
    pub(super) skipped: Vec<String>,
    /// All files: with several registers their paths are from the top of the work tree. The policy of a register that
    /// could not be read is a file that cannot be.
    pub(super) files: Files,
    /// Where each register is, if there are several.
    pub(super) homes: Vec<Home>,
    is_broken: bool,
}

/// A register, by itself or among others.
pub(super) struct Part {
    /// Where it is from the top of the work tree: empty, or ending in `/`; empty where it is the only one.
    pub(super) below: String,
    /// How it is named on the command line.
    pub(super) place: cli::Place,
    /// Everything but its files.
    pub(super) opened: Opened,
}

/// What is looked for, and when.
pub(super) struct Wanted<'w> {
    pub(super) place: &'w cli::Place,
    pub(super) several: &'w cli::Several,
    pub(super) past: &'w cli::Past,
    pub(super) today: Option<&'w str>,
}

/// What is done with each register once it is read.
type Look = dyn Fn(&mut Opened) -> Result<Seen, Error>;

/// What was seen of a register besides its records.
#[derive(Default)]
pub(super) struct Seen {
    /// What is wrong with it.
    pub(super) findings: Findings,
    /// What is tolerated in it.
    pub(super) let_be: Vec<LetBe>,
}

impl Gathered {
    /// Finds and reads what the arguments name. Registers that cannot be read are named on standard error.
    ///
    /// # Errors
    ///
    /// If there is none, or the arguments make no sense.
    pub(super) fn open(wanted: &Wanted<'_>, world: &World) -> Result<Self, Error> {
        Ok(Self::gather(wanted, world, &|_| Ok(Seen::default()))?.0)
    }

    /// Does the same, and checks each register by its own rule book; the suppressions of the tracked files too, if it
    /// says so.
    ///
    /// # Errors
    ///
    /// Those of [`Gathered::open`].
    pub(super) fn judge(wanted: &Wanted<'_>, world: &World) -> Result<(Self, Seen), Error> {
        let (gathered, mut seen) = Self::gather(wanted, world, &judged)?;
        seen.findings.shorten();
        Ok((gathered, seen))
    }

    fn gather(wanted: &Wanted<'_>, world: &World, look: &Look) -> Result<(Self, Seen), Error> {
        let Wanted { place, several, past, today } = *wanted;
        if several.all_registers {
            return Self::gather_all(&Registers::find(several, past, world)?, today, world, look);
        }
        let mut opened = Opened::open_at(place, past, today, world)?;
        let seen = look(&mut opened)?;
        let (root, files, own) = (opened.root.clone(), std::mem::take(&mut opened.files), opened.own.take());
        let place = cli::Place { root: place.root.clone(), policy: place.policy.clone() };
        let (parts, skipped) = (vec![Part { below: String::new(), place, opened }], Vec::new());
        Ok((Self { root, parts, own, skipped, files, homes: Vec::new(), is_broken: false }, seen))
    }

    fn gather_all(found: &Registers, today: Option<&str>, world: &World, look: &Look) -> Result<(Self, Seen), Error> {
        found.remark(today, world);
        let mut let_be = Vec::new();
        let (mut parts, mut union, mut broken, mut last) = (Vec::new(), Union::default(), Vec::new(), None);
        let read = |root: &str, place: &cli::Place| {
            let mut opened = match found.then(root, world)? {
                Some(then) => Opened::open_then(place, then, today, world)?,
                None => Opened::open(place, today, world)?,
            };
            let seen = look(&mut opened)?;
            Ok((opened, seen))
        };
        for below in &found.roots {
            let place = registers::place_of(&found.top.join(below));
            match read(below, &place) {
                Ok((mut opened, seen)) => {
                    let name = registers::name(below);
                    let word = escape::shell_word(&name).to_string();
                    let_be.extend(seen.let_be.into_iter().map(|it| it.of_register(&name, &word)));
                    union.add(below, std::mem::take(&mut opened.files), seen.findings);
                    parts.push(Part { below: below.clone(), place, opened });
                }
                Err(error @ (Error::Argument(_) | Error::Input(_))) => return Err(error),
                Err(error) => {
                    registers::say_broken(below, &error, world);
                    broken.push(unread(below, &error));
                    last = Some(error);
                }
            }
        }
        if let (true, Some(error)) = (parts.is_empty(), last) {
            return Err(error);
        }
        let is_broken = !broken.is_empty();
        let Union { mut files, mut findings, .. } = union;
        files.absorb(Files::from_read(broken), str::to_owned);
        let (files, numbers) = files.in_order();
        findings.renumber(|file| numbers[file.index()]);
        let homes = parts.iter().map(home).collect();
        let (root, skipped) = (found.top.clone(), found.skipped.clone());
        let gathered = Self { root, parts, own: None, skipped, files, homes, is_broken };
        Ok((gathered, Seen { findings, let_be }))
    }

    /// Adds a register that is no more, without files.
    pub(super) fn add_part(&mut self, part: Part) {
        self.homes.push(home(&part));
        self.parts.push(part);
    }

    /// Tells whether this is about several registers.
    pub(super) fn are_several(&self) -> bool {
        !self.homes.is_empty()
    }

    /// Returns the rule book that stands for all: that of the first register.
    pub(super) fn first(&self) -> &Judge {
        &self.parts[0].opened.judge
    }

    /// Returns all rule books.
    pub(super) fn judges(&self) -> impl Iterator<Item = &Judge> {
        self.parts.iter().map(|part| &part.opened.judge)
    }

    /// Returns the rule book for a file.
    pub(super) fn judge_of(&self, path: &str) -> &Judge {
        let holds = |part: &&Part| path.starts_with(part.below.as_str());
        // The innermost folder is the one that the file belongs to.
        let part = self.parts.iter().filter(holds).max_by_key(|part| part.below.len());
        part.map_or_else(|| self.first(), |part| &part.opened.judge)
    }

    /// Refuses outputs that would replace what a run reads.
    ///
    /// # Errors
    ///
    /// If one would.
    pub(super) fn spare_inputs<F>(
        &self,
        outputs: &[(F, PathBuf)],
        named: &[&Path],
        world: &World,
    ) -> Result<(), Error> {
        let spare = |part: &Part| {
            write::spare_inputs(outputs, named, &world.folder, &part.opened.root, &part.opened.judge.policy)
        };
        self.parts.iter().try_for_each(spare)
    }

    /// Returns the view from which exceptions are described.
    pub(super) fn view<'v>(&'v self, register: &'v Register<'v>) -> View<'v> {
        let Judge { policy, today, .. } = self.first();
        View { register, files: &self.files, zone: policy.timezone, today: *today, homes: &self.homes }
    }

    /// Parses the files without judging them; keeps their trees if whole records will be written.
    pub(super) fn records(&self, whole: bool) -> Register<'_> {
        match whole {
            true => Register::parse_with_trees(&self.files),
            false => Register::parse_unjudged(&self.files, &[]).0,
        }
    }

    /// Parses and judges the files.
    pub(super) fn register(&self) -> Register<'_> {
        Register::parse(&self.files, self.own.as_ref())
    }

    /// Returns the folders of the exceptions, as people are told where all of this is.
    pub(super) fn folders(&self) -> String {
        let folder = |part: &Part| format!("{}{}", part.below, part.opened.judge.policy.exceptions);
        self.parts.iter().map(folder).collect::<Vec<_>>().join(", ")
    }

    /// Returns the exit code of a run that has printed everything there is.
    pub(super) fn exit_code(&self) -> ExitCode {
        if self.is_broken { ExitCode::from(2) } else { ExitCode::SUCCESS }
    }
}

/// Checks a whole register.
fn judged(opened: &mut Opened) -> Result<Seen, Error> {
    let ownership = opened.look_beside()?;
    let head = match &opened.then {
        Some(then) => then.head()?,
        None => Head::of_work_tree(&opened.root, None),
    };
    surroundings::place_baseline(&mut opened.judge, &mut opened.files);
    let count = opened.files.count();
    let around = surroundings::of_register(&head, &opened.root, &opened.judge, false, &mut opened.files)?;
    let register = opened.register();
    let mut findings = Case::whole(&opened.judge, &register, ownership.as_ref(), &opened.files).with(&around).run();
    drop(register);
    let left = surroundings::left(&around, opened.judge.suppressed.as_ref());
    let let_be = LetBe::list(&mut findings, &opened.files, &opened.judge, left);
    // The participants of a meeting do not read the code.
    opened.files.shorten(count);
    Ok(Seen { findings, let_be })
}

fn home(part: &Part) -> Home {
    let Judge { policy, today, .. } = &part.opened.judge;
    Home {
        root: part.below.clone(),
        name: registers::name(&part.below),
        folder: policy.exceptions.clone(),
        zone: policy.timezone,
        today: *today,
    }
}

/// Makes a file that cannot be read of a register that cannot be.
fn unread(root: &str, error: &Error) -> ReadFile {
    let help = error.help().unwrap_or_else(|| "run `stopgap check --all-registers` for details".to_owned());
    let message = format!("the register `{}` could not be read: {error}", registers::name(root));
    let source = Source::new(format!("{root}{}", NAMES[0]), String::new());
    ReadFile { fault: Some(Box::new(Problem::new(Span::default(), message, help))), ..ReadFile::from(source) }
}
