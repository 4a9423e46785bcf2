//! A register as a command finds it: the root, the rule book on its day, and the files.

use std::cell::OnceCell;
use std::path::PathBuf;

use crate::cli;
use crate::commands::lock::Lock;
use crate::commands::signoff::{self, Owners};
use crate::commands::then::{self, Then};
use crate::commands::{World, book, place};
use crate::error::{Argument, Error, Named};
use crate::files::Repository;
use crate::git::{Commit, Git};
use crate::history::Home;
use crate::output::record::View;
use crate::policy::places::BASELINE;
use crate::register::{self, FileRef, Files, Register};
use crate::rules::Judge;
use crate::schema::Schema;
use crate::signoff::Ownership;
use crate::source::Source;
use crate::text::{argument, nearest};
use crate::time::Today;

/// What every command about the register as it is begins with.
pub(super) struct Opened {
    /// The repository's root.
    pub(super) root: PathBuf,
    /// The rule book and the moment of the run.
    pub(super) judge: Judge,
    /// The organisation's own schema.
    pub(super) own: Option<Schema>,
    /// The files of the register.
    pub(super) files: Files,
    /// The commit of the past that they are from; `None` for the files as they are.
    pub(super) then: Option<Then>,
    /// The clone that holds it, once somebody has asked for it.
    clone: OnceCell<Option<Git>>,
}

impl Opened {
    /// Finds and reads a register.
    ///
    /// # Errors
    ///
    /// If there is none, its rule book makes no sense, or `today` is not a day.
    pub(super) fn open(arguments: &cli::Place, today: Option<&str>, world: &World) -> Result<Self, Error> {
        Self::unread(arguments, today, world)?.read()
    }

    /// Finds and reads a register as [`Opened::open`] does, or as it stood in the past, and says on standard error where
    /// the one may be taken for the other.
    ///
    /// # Errors
    ///
    /// Those of [`Opened::open`], and when there is no such commit.
    pub(super) fn open_at(
        arguments: &cli::Place,
        past: &cli::Past,
        today: Option<&str>,
        world: &World,
    ) -> Result<Self, Error> {
        let Some(then) = Then::find(arguments, past, world)? else {
            let opened = Self::open(arguments, today, world)?;
            then::remark_today(today, (opened.judge.today, opened.judge.policy.timezone), || opened.git());
            return Ok(opened);
        };
        let opened = Self::open_then(arguments, then, today, world)?;
        opened.then.iter().for_each(Then::remark);
        Ok(opened)
    }

    /// Reads a register from a commit of the past.
    ///
    /// # Errors
    ///
    /// Those of [`Opened::open`].
    pub(super) fn open_then(
        arguments: &cli::Place,
        then: Then,
        today: Option<&str>,
        world: &World,
    ) -> Result<Self, Error> {
        let mut head = then.head()?;
        let (book, own) = book::load(arguments, world, &then.root, &head.place).map_err(|error| head.owns(error))?;
        let files = head.register(&book.policy.exceptions)?;
        let today = then.today(today, book.policy.timezone, world)?;
        let (root, clone) = (then.root.clone(), OnceCell::new());
        Ok(Self { root, judge: Judge::new(book, today), own, files, then: Some(then), clone })
    }

    /// Reads the rule book of a register that is no more from the last commit that had it, and none of its files; it is
    /// judged at a moment.
    ///
    /// # Errors
    ///
    /// When its rule book makes no sense.
    pub(super) fn open_gone(arguments: &cli::Place, then: Then, now: Today, world: &World) -> Result<Self, Error> {
        let head = then.head()?;
        let (book, own) = book::load(arguments, world, &then.root, &head.place).map_err(|error| head.owns(error))?;
        let judge = Judge::new(book.clone(), Today::from_clock(book.policy.timezone, now.instant));
        let (root, clone) = (then.root.clone(), OnceCell::new());
        Ok(Self { root, judge, own, files: Files::default(), then: Some(then), clone })
    }

    /// Finds and reads a register that is about to be edited: no other edit of it can run until the returned lock is
    /// dropped.
    ///
    /// # Errors
    ///
    /// Those of [`Opened::open`], and if another edit is still running.
    pub(super) fn open_to_edit(
        arguments: &cli::Place,
        today: Option<&str>,
        world: &World,
    ) -> Result<(Self, Lock), Error> {
        let unread = Self::unread(arguments, today, world)?;
        let lock = Lock::take(&unread.root, &unread.judge.policy.exceptions)?;
        Ok((unread.read()?, lock))
    }

    /// Finds and reads a register as [`Opened::open`] does; if its folder does not exist yet, the register has no
    /// files. No other edit of it can run until the returned lock is dropped.
    ///
    /// # Errors
    ///
    /// If its rule book makes no sense, its folder cannot be read, or `today` is not a day.
    pub(super) fn open_or_begin(
        arguments: &cli::Place,
        today: Option<&str>,
        world: &World,
    ) -> Result<(Self, Lock), Error> {
        let unread = Self::unread(arguments, today, world)?;
        let lock = Lock::take(&unread.root, &unread.judge.policy.exceptions)?;
        Ok((unread.read_if_there()?, lock))
    }

    /// Finds and reads a register as [`Opened::open`] does; where there is none, it has no files.
    ///
    /// # Errors
    ///
    /// Those of [`Opened::open_or_begin`].
    pub(super) fn open_or_none(arguments: &cli::Place, today: Option<&str>, world: &World) -> Result<Self, Error> {
        Self::unread(arguments, today, world)?.read_if_there()
    }

    fn read_if_there(self) -> Result<Self, Error> {
        let files = match register::read(&self.root, &self.judge.policy.exceptions) {
            Err(Error::NoRegister { .. }) => Files::default(),
            read => read?,
        };
        Ok(Self { files, ..self })
    }

    /// Reads the rule book, but no exceptions yet.
    fn unread(arguments: &cli::Place, today: Option<&str>, world: &World) -> Result<Self, Error> {
        let root = place::root(arguments, &world.folder)?;
        let (book, own) = book::load(arguments, world, &root, &Repository::Folder(root.clone()))?;
        let today = book::read_today(today, book.policy.timezone, world)?;
        let judge = Judge::new(book, today);
        Ok(Self { root, judge, own, files: Files::default(), then: None, clone: OnceCell::new() })
    }

    fn read(self) -> Result<Self, Error> {
        let policy = &self.judge.policy;
        let files = register::read(&self.root, &policy.exceptions).map_err(|error| policy.shown(error))?;
        Ok(Self { files, ..self })
    }

    /// Opens the clone that holds the register; `None` outside git.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started or refuses the repository.
    pub(super) fn git(&self) -> Result<Option<Git>, Error> {
        match (&self.then, self.clone.get()) {
            (Some(then), _) => Ok(Some(then.git.clone())),
            (None, Some(opened)) => Ok(opened.clone()),
            (None, None) => {
                let opened = Git::open(&self.root)?;
                Ok(self.clone.get_or_init(|| opened).clone())
            }
        }
    }

    /// Asks something of the history of the register, wherever it was.
    pub(super) fn at_home<T>(
        &self,
        (arguments, world): (&cli::Place, &World),
        git: &Git,
        ask: impl FnOnce(Home<'_>) -> T,
    ) -> T {
        let policy = book::policy_file(arguments, world, &self.root);
        let load = |place: &Repository| book::policy(arguments, world, &self.root, place);
        ask(Home { git, root: &self.root, policy: &policy, load: &load })
    }

    /// Tells whether a commit of the past was read, and not what is here now.
    pub(super) fn is_of_the_past(&self) -> bool {
        self.then.is_some()
    }

    /// Returns the newest commit of what was read: that of the past, otherwise `HEAD`.
    ///
    /// # Errors
    ///
    /// When `git` cannot be started.
    pub(super) fn tip(&self, git: &Git) -> Result<Option<Commit>, Error> {
        match &self.then {
            Some(then) => Ok(Some(then.commit.clone())),
            None => git.head(),
        }
    }

    /// Adds to the files what the check of the whole register looks at beside the exceptions.
    ///
    /// # Errors
    ///
    /// If CODEOWNERS cannot be looked for.
    pub(super) fn look_beside(&mut self) -> Result<Option<Ownership>, Error> {
        if let Some(baseline) = &mut self.judge.baseline {
            baseline.file = Some(self.files.add(Source::new(BASELINE, baseline.text.clone()).into()));
        }
        let then = self.then.as_ref().map(Then::head).transpose()?;
        let owners = then.as_ref().map_or(Owners::WorkTree(&self.root), |head| Owners::Head(head, &self.root));
        signoff::ownership(self.judge.policy.forge(), &owners, &mut self.files)
    }

    /// Returns the view from which exceptions are described.
    pub(super) fn view<'v>(&'v self, register: &'v Register<'v>) -> View<'v> {
        let Self { judge, files, .. } = self;
        View { register, files, zone: judge.policy.timezone, today: judge.today, homes: &[] }
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
}

/// Finds the files of an id, the first by path first; a file's name works as its id too.
///
/// # Errors
///
/// If there is none. `command` is what the help then says to type.
pub(super) fn find<'a>(register: &Register<'a>, id: &str, command: &str) -> Result<Vec<FileRef<'a>>, Error> {
    let of =
        |id: &str| -> Vec<FileRef<'a>> { register.files.iter().filter(|file| file.stem() == id).copied().collect() };
    let found = of(id);
    let found = if found.is_empty() && register::is_named_like_one(id) { of(register::stem(id)) } else { found };
    let found: Vec<FileRef<'a>> = match found.first() {
        // With folders before it, it is the name of a single file.
        Some(_) if id.contains('/') => {
            found.into_iter().filter(|file| file.path.ends_with(id.trim_start_matches("./"))).collect()
        }
        // Ids that differ only in case are the same, as for `duplicate-id`.
        Some(first) => {
            let stem = first.stem().to_lowercase();
            register.files.iter().filter(|file| file.stem().to_lowercase() == stem).copied().collect()
        }
        None => found,
    };
    if found.is_empty() { Err(not_found(register, id, command)) } else { Ok(found) }
}

/// Says that there is no exception of an id. `command` is what the help then says to type.
pub(super) fn not_found(register: &Register<'_>, id: &str, command: &str) -> Error {
    let help = match nearest(id, register.files.iter().map(|file| file.stem())) {
        Some(best) => format!("did you mean `stopgap {command} {}`?", argument(best)),
        None => "an exception's id is its file name without the extension".to_owned(),
    };
    Error::from(Argument::NotFound { what: Named::Exception, name: id.to_owned(), help })
}
