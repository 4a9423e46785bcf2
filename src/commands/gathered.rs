//! One register or several, read as one: what `list`, `report` and `remind` begin with.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli;
use crate::commands::opened::Opened;
use crate::commands::registers::{self, Registers};
use crate::commands::{World, describe};
use crate::error::Error;
use crate::files::ReadFile;
use crate::output::escape;
use crate::output::record::{Home, View};
use crate::policy::NAMES;
use crate::register::{Files, Register};
use crate::rules::Judge;
use crate::schema::Schema;
use crate::source::{Source, Span};
use crate::yaml::Problem;

/// Registers that were read.
pub(super) struct Gathered {
    /// The root of the one register, or the top of the work tree.
    pub(super) root: PathBuf,
    /// The rule book of each, by where it is; at least one.
    parts: Vec<Part>,
    /// The organisation's own schema, where there is only one register.
    own: Option<Schema>,
    /// All files: with several registers their paths are from the top of the work tree. The policy of a register that
    /// could not be read is a file that cannot be.
    pub(super) files: Files,
    /// Where each register is, if there are several.
    homes: Vec<Home>,
    is_broken: bool,
}

/// A register among others.
struct Part {
    /// Where it is from the top of the work tree: empty, or ending in `/`; empty where it is the only one.
    root: String,
    judge: Judge,
}

impl Gathered {
    /// Finds and reads what the arguments name. Registers that cannot be read are named on standard error.
    ///
    /// # Errors
    ///
    /// If there is none, or the arguments make no sense.
    pub(super) fn open(
        place: &cli::Place,
        several: &cli::Several,
        today: Option<&str>,
        world: &World,
    ) -> Result<Self, Error> {
        if !several.all_registers {
            let Opened { root, judge, own, files } = Opened::open(place, today, world)?;
            let parts = vec![Part { root: String::new(), judge }];
            return Ok(Self { root, parts, own, files, homes: Vec::new(), is_broken: false });
        }
        let found = Registers::find(several, world)?;
        let (mut parts, mut files, mut broken, mut last) = (Vec::new(), Files::default(), Vec::new(), None);
        for root in &found.roots {
            let place = cli::Place { root: Some(found.top.join(root)), policy: None };
            match Opened::open(&place, today, world) {
                Ok(opened) => {
                    files.absorb(opened.files, |path| format!("{root}{path}"));
                    parts.push(Part { root: root.clone(), judge: opened.judge });
                }
                Err(error @ (Error::Argument(_) | Error::Input(_))) => return Err(error),
                Err(error) => {
                    let head = format!("in the register `{}`:\n", escape::line(&registers::name(root)));
                    let text = head + &describe(&error, world.look_of_errors());
                    let _ = std::io::stderr().lock().write_all(text.as_bytes());
                    broken.push(unread(root, &error));
                    last = Some(error);
                }
            }
        }
        if let (true, Some(error)) = (parts.is_empty(), last) {
            return Err(error);
        }
        let is_broken = !broken.is_empty();
        files.absorb(Files::from_read(broken), str::to_owned);
        let home = |part: &Part| {
            let (zone, today) = (part.judge.policy.timezone, part.judge.today);
            Home { root: part.root.clone(), name: registers::name(&part.root), zone, today }
        };
        let homes = parts.iter().map(home).collect();
        Ok(Self { root: found.top, parts, own: None, files: files.in_order(), homes, is_broken })
    }

    /// Tells whether this is about several registers.
    pub(super) fn are_several(&self) -> bool {
        !self.homes.is_empty()
    }

    /// Returns the rule book that stands for all: that of the first register.
    pub(super) fn first(&self) -> &Judge {
        &self.parts[0].judge
    }

    /// Returns all rule books.
    pub(super) fn judges(&self) -> impl Iterator<Item = &Judge> {
        self.parts.iter().map(|part| &part.judge)
    }

    /// Returns the rule book for a file.
    pub(super) fn judge_of(&self, path: &str) -> &Judge {
        let holds = |part: &&Part| path.starts_with(part.root.as_str());
        // The innermost folder is the one that the file belongs to.
        let part = self.parts.iter().filter(holds).max_by_key(|part| part.root.len());
        part.map_or_else(|| self.first(), |part| &part.judge)
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
        let folders: Vec<String> =
            self.parts.iter().map(|part| format!("{}{}", part.root, part.judge.policy.exceptions)).collect();
        folders.join(", ")
    }

    /// Returns the exit code of a run that has printed everything there is.
    pub(super) fn exit_code(&self) -> ExitCode {
        if self.is_broken { ExitCode::from(2) } else { ExitCode::SUCCESS }
    }
}

/// Makes a file that cannot be read of a register that cannot be.
fn unread(root: &str, error: &Error) -> ReadFile {
    let help = error.help().unwrap_or_else(|| "`stopgap check --all-registers` says more".to_owned());
    let message = format!("the register `{}` could not be read: {error}", registers::name(root));
    let source = Source::new(format!("{root}{}", NAMES[0]), String::new());
    ReadFile { fault: Some(Problem::new(Span::default(), message, help)), ..ReadFile::from(source) }
}
