//! `stopgap check`: checks the register, or what a change does to it.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::World;
use crate::commands::place::{self, Selection};
use crate::commands::{book, signoff, write};
use crate::error::Error;
use crate::files::Repository;
use crate::gate::{Gate, Judged, Reach};
use crate::git::{Commit, Git};
use crate::history::{Approved, Change, Changes, Circumstances, Snapshot, base};
use crate::output::{self, Report};
use crate::policy::Policy;
use crate::policy::RuleBook;
use crate::register::{self, Files, Register};
use crate::rule::{Findings, Level};
use crate::rules::{Case, Judge};
use crate::schema::Schema;
use crate::text::shown;
use crate::time::{Day, Zone};

/// Checks the register.
pub(super) fn run(arguments: &cli::Check, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let run = Run {
        arguments,
        world,
        outputs: write::parse_outputs(&arguments.output, "sarif=stopgap.sarif")?,
        root: place::root(&arguments.place, &world.folder)?,
    };
    match &arguments.base {
        None => run.whole(out),
        Some(revision) => run.change(revision, out),
    }
}

/// One run of the command.
struct Run<'r> {
    arguments: &'r cli::Check,
    world: &'r World,
    outputs: Vec<(output::Format, PathBuf)>,
    root: PathBuf,
}

impl Run<'_> {
    /// The whole register: the scheduled job.
    fn whole(&self, out: &mut dyn Write) -> Result<ExitCode, Error> {
        let (book, own) = self.rule_book(&Repository::Folder(self.root.clone()))?;
        let folder = book.policy.exceptions.clone();
        let judge = self.judge(book)?;
        let selection = self.selection(&folder)?;
        let mut files = register::read(&self.root, &folder)?;
        let ownership = signoff::ownership(judge.policy.forge(), None, &self.root, &mut files)?;
        let register = Register::parse(&files, own.as_ref());
        let mut findings = Case::whole(&judge, &register, ownership.as_ref(), &files).run();
        selection.narrow(&mut findings, &files);
        self.finish(findings, &files, &register, &judge, &[], None, out)
    }

    /// The pull-request gate: what a change does, judged by the base's rule book.
    fn change(&self, revision: &str, out: &mut dyn Write) -> Result<ExitCode, Error> {
        let given =
            signoff::Given::read(self.arguments.event.as_deref(), self.arguments.reviews.as_deref(), self.world)?;
        let base = Base::find(revision, &self.root, self.world)?;
        self.refuse_moved_root(&base.snapshot)?;
        let (head, own) = self.rule_book(&Repository::Folder(self.root.clone()))?;
        // In a repository that had no register and no policy before, the change brings both.
        let (book, head, own) =
            if base.snapshot.is_without_register(&book::policy_file(&self.arguments.place, self.world, &self.root)) {
                (head, None, own)
            } else {
                let (book, own) = self.rule_book(&base.snapshot.place).map_err(|error| base.owns(error))?;
                (book, Some(head), own)
            };
        let folder = book.policy.exceptions.clone();
        let judge = self.judge(book)?;
        let selection = self.selection(&folder)?;
        let now = head.as_ref().map_or(&folder, |head| &head.policy.exceptions).clone();
        let mut files = base.read_head(&self.root, &folder, &now)?;
        let before = base.snapshot.join(&mut files, &folder)?;
        let books: Vec<&Policy> = head.iter().map(|head| &head.policy).chain([&judge.policy]).collect();
        let documents = base.snapshot.documents(&base.git, &books, &mut files)?;
        let ownership = signoff::ownership(judge.policy.forge(), Some(&base.snapshot), &self.root, &mut files)?;
        let approved = Approved { git: &base.git, prefix: base.snapshot.prefix(), folder: &now };
        let gate = Gate {
            judge: &judge,
            ownership: ownership.as_ref(),
            files: &files,
            base: &before,
            circumstances: Circumstances { base_day: base.day(judge.policy.timezone), head, documents },
            reach: Reach::All { schema: own.as_ref(), evidence: &|changes| given.evidence(&approved, changes) },
        };
        gate.judge(|Judged { register, changes, mut findings }| {
            selection.narrow(&mut findings, &files);
            let commit = base.snapshot.commit.as_ref().map_or("", Commit::as_str);
            let remarks: Vec<String> =
                std::iter::once(base.remark()).chain(uncompared(changes)).chain(given.remark()).collect();
            self.finish(findings, &files, register, &judge, &remarks, Some(commit), out)
        })?
    }

    /// Refuses a change after which the register is looked for in another place than before: nobody would judge what
    /// the base has there.
    fn refuse_moved_root(&self, base: &Snapshot) -> Result<(), Error> {
        if self.arguments.place.root.is_some() {
            return Ok(());
        }
        let folder = std::fs::canonicalize(&self.world.folder).unwrap_or_else(|_| self.world.folder.clone());
        let before = base.root_for(&place::below_work_tree(&folder));
        let policy = book::policy_file(&self.arguments.place, self.world, &self.root);
        if before == base.prefix() || base.is_without_register_at(&policy, &before) {
            return Ok(());
        }
        Err(Error::RootMoved { base: before, head: base.prefix().to_owned() })
    }

    #[expect(clippy::too_many_arguments, reason = "each is one part of the report")]
    fn finish(
        &self,
        mut findings: Findings,
        files: &Files,
        register: &Register<'_>,
        judge: &Judge,
        remarks: &[String],
        base: Option<&str>,
        out: &mut dyn Write,
    ) -> Result<ExitCode, Error> {
        findings.shorten();
        // Whoever reads a report in CI needs paths from the checkout's top; elsewhere paths start at the root.
        let ci = &self.world.ci;
        let prefix = if ci.github_actions || ci.gitlab_ci { place::below_work_tree(&self.root) } else { String::new() };
        let report = Report {
            findings: &findings,
            files,
            register,
            folder: &judge.policy.exceptions,
            prefix: &prefix,
            today: judge.today,
            base,
            remarks,
            quiet: self.arguments.quiet,
        };
        write::outputs(&self.outputs, self.world, |format, look, file| output::render(format, &report, look, file))?;
        match output::render(self.arguments.format, &report, self.world.look(), out) {
            // A reader that has seen enough, such as `head`, does not change the answer.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
        let failed = findings.count(Level::Error) > 0;
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    /// Reads policy, roster, catalogue and the organisation's schema.
    fn rule_book(&self, place: &Repository) -> Result<(RuleBook, Option<Schema>), Error> {
        book::load(&self.arguments.place, self.world, &self.root, place)
    }

    /// Adds the moment of the check to a rule book, once no output can replace any of it.
    fn judge(&self, book: RuleBook) -> Result<Judge, Error> {
        write::spare_inputs(&self.outputs, &self.world.folder, &self.root, &book.policy)?;
        let today = book::read_today(self.arguments.today.as_deref(), book.policy.timezone, self.world)?;
        Ok(Judge::new(book, today))
    }

    fn selection(&self, folder: &str) -> Result<Selection, Error> {
        Selection::new(&self.arguments.paths, &self.world.folder, &self.root, folder)
    }
}

/// The base of a change.
struct Base {
    git: Git,
    snapshot: Snapshot,
    /// How it was found.
    how: String,
}

impl Base {
    fn find(revision: &str, root: &Path, world: &World) -> Result<Self, Error> {
        let Some(git) = Git::open(root)? else {
            return Err(Error::NoWorkTree { root: root.to_path_buf() });
        };
        let mut ci = world.ci.clone();
        if let Some(path) = ci.github_event_path.as_ref().filter(|_| revision == "auto") {
            ci.github_event = Some(read_event(&world.folder.join(path))?);
        }
        let found = base::find(&git, revision, &ci)?;
        let snapshot = Snapshot::open(&git, root, found.commit)?;
        Ok(Self { git, snapshot, how: found.how })
    }

    /// Returns what the change was compared with.
    fn remark(&self) -> String {
        match &self.snapshot.commit {
            Some(commit) => format!("compared with {}, {}", commit.short(), self.how),
            None => format!("compared with {}", self.how),
        }
    }

    /// Adds to the error of a faulty rule book that it is the base's: the work tree may contain a fixed one.
    fn owns(&self, error: Error) -> Error {
        match error {
            Error::Config { kind, source_text, problems } => {
                let commit = self.snapshot.commit.as_ref().map_or("the base", Commit::short);
                let name = format!("{} as {commit} has it", source_text.path());
                Error::Config { kind, source_text: Box::new(source_text.renamed(&name)), problems }
            }
            other => other,
        }
    }

    /// Reads the head's register: the folder that the head's own policy names, so that a change which points it
    /// elsewhere is judged by what it brings and by what it leaves behind. A folder that is gone, and is in the base,
    /// counts as empty: all its exceptions are then removed, which is for a rule to report.
    fn read_head(&self, root: &Path, before: &str, now: &str) -> Result<Files, Error> {
        match register::read_hashed(root, now, Some(self.git.format())) {
            Err(Error::NoRegister { .. }) if now == before && !self.snapshot.exceptions(before).is_empty() => {
                Ok(Files::default())
            }
            result => result,
        }
    }

    fn day(&self, zone: Zone) -> Option<Day> {
        let committed = chrono::DateTime::from_timestamp(self.snapshot.committed?, 0)?;
        Some(zone.day_of(committed))
    }
}

/// Returns which edits could not be compared, because the base's text is outside the safe YAML subset.
fn uncompared(changes: &Changes<'_>) -> Option<String> {
    let lost = |change: &&Change<'_>| change.base.as_ref().is_some_and(|base| base.tree.is_none());
    let ids: Vec<String> = changes.list.iter().filter(lost).map(|change| shown(change.id).into_owned()).collect();
    let (first, rest) = ids.split_first()?;
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    Some(format!("`{first}`{more} could not be compared: the base's text is not readable YAML, so read the whole file"))
}

/// Reads the payload of GitHub's event.
fn read_event(path: &Path) -> Result<Vec<u8>, Error> {
    crate::files::read_named(path, signoff::MOST_PAYLOAD).map_err(|error| Error::Unreadable {
        kind: "the event's payload",
        path: path.display().to_string(),
        why: error.to_string(),
        help: "`GITHUB_EVENT_PATH` must name the payload, or name the base with `--base REV`".into(),
    })
}
