//! `stopgap check`: checks the register, or what a change does to it.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::card::Cards;
use crate::cli;
use crate::commands::World;
use crate::commands::fix::{Fixes, Verdict};
use crate::commands::lock::Lock;
use crate::commands::place::{self, Selection};
use crate::commands::signoff::Owners;
use crate::commands::then::{self, Then};
use crate::commands::{book, explain, scan, signoff, surroundings, write};
use crate::error::{self, Argument, Error};
use crate::files::Repository;
use crate::gate::{Gate, Judged, Reach};
use crate::git::{Commit, Git};
use crate::history::{Approved, Change, Changes, Circumstances, Document, Head, Signatures, Snapshot, Verifier, base};
use crate::output::{self, Report};
use crate::policy::Policy;
use crate::policy::RuleBook;
use crate::policy::places::{BASELINE, SUPPRESSIONS};
use crate::register::{Files, Register};
use crate::rule::{Findings, Rule};
use crate::rules::{self, Case, Judge};
use crate::scan::Scan;
use crate::schema::Schema;
use crate::source::{FileId, Source};
use crate::text::shown;
use crate::time::{Day, Zone};

/// Checks the register.
pub(super) fn run(arguments: &cli::Check, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let outputs = write::parse_outputs(&arguments.output, "sarif=stopgap.sarif")?;
    let rules = Rules::read(arguments)?;
    let then = Then::find(&arguments.place, &arguments.past, world)?;
    let root = match &then {
        Some(then) => then.root.clone(),
        None => place::root(&arguments.place, &world.folder)?,
    };
    let run = Run { arguments, world, outputs, rules, root, then };
    run.refuse_nonsense()?;
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
    rules: Rules,
    root: PathBuf,
    /// The commit of the past that is judged.
    then: Option<Then>,
}

impl Run<'_> {
    /// The whole register: the scheduled job.
    fn whole(&self, out: &mut dyn Write) -> Result<ExitCode, Error> {
        let mut head = self.head()?;
        let (book, own) = self.rule_book(&head.place).map_err(|error| head.owns(error))?;
        let folder = book.policy.exceptions.clone();
        let mut judge = self.judge(book)?;
        let selection = self.selection(&folder, &head.place)?;
        match &self.then {
            Some(then) => then.remark(),
            None => then::remark_today(self.arguments.today.as_deref(), judge.today, &self.root),
        }
        let lock = if self.arguments.fix { Some(Lock::take(&self.root.join(&folder))?) } else { None };
        let mut files = head.register(&folder)?;
        head.refuse_unfetched(&folder, &files)?;
        if self.then.is_none() {
            head.add_twins(&[&judge.policy], None, &mut files)?;
        }
        if let Some(baseline) = &mut judge.baseline {
            baseline.file = Some(files.add(Source::new(BASELINE, baseline.text.clone()).into()));
        }
        let around = surroundings::of_register(&head, &self.root, &judge, self.arguments.suppressions, &mut files)?;
        surroundings::place_baseline(&mut judge, &mut files);
        let ownership = signoff::ownership(judge.policy.forge(), &Owners::Head(&head, &self.root), &mut files)?;
        let counted = match self.arguments.scan.as_slice() {
            [] => None,
            _ => self.count(&Register::parse(&files, own.as_ref()), &judge)?,
        };
        let find = |register: &Register<'_>, files: &Files| {
            let case = Case::whole(&judge, register, ownership.as_ref(), files);
            let mut findings = case.with(&around).with_scan(counted.as_ref()).run();
            selection.narrow(&mut findings, files);
            self.rules.narrow(&mut findings);
            findings
        };
        let silenced = counted.iter().flat_map(scan::silenced);
        let mut remarks: Vec<String> = head.remark().into_iter().chain(silenced).collect();
        remarks.extend(surroundings::remarks(&around, judge.suppressed.as_ref()));
        if self.arguments.fix || self.arguments.diff {
            let fixes = Fixes::make(&mut files, |files| {
                let register = Register::parse(files, own.as_ref());
                Ok(Verdict::new(find(&register, files), &register))
            })?;
            if self.arguments.diff {
                return self.show(&fixes, out);
            }
            fixes.write(&self.root)?;
            remarks.push(if fixes.is_empty() {
                "nothing to fix".to_owned()
            } else {
                format!("made {}", fixes.count())
            });
        }
        drop(lock);
        let register = Register::parse(&files, own.as_ref());
        let findings = find(&register, &files);
        self.finish(findings, &files, &register, &judge, &remarks, None, Cards::NONE, out)
    }

    /// Finds what the check of the whole register looks at: a commit of the past, in a job the commit, elsewhere the work tree.
    fn head(&self) -> Result<Head, Error> {
        if let Some(then) = &self.then {
            return then.head();
        }
        head(&self.arguments.place, self.world, &self.root)
    }

    /// Finds what the gate looks at: in a job the commit, elsewhere what is not committed yet before it.
    fn changed_head(&self, git: &Git) -> Result<Head, Error> {
        changed_head(&self.arguments.place, self.world, &self.root, git)
    }

    /// Shows what `--fix` would change.
    fn show(&self, fixes: &Fixes, out: &mut dyn Write) -> Result<ExitCode, Error> {
        fixes.show(self.world.look(), out)?;
        if !self.arguments.quiet {
            let said =
                if fixes.is_empty() { "nothing to fix".to_owned() } else { format!("would make {}", fixes.count()) };
            writeln!(out, "{said}")?;
        }
        Ok(if fixes.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Refuses arguments that would do nothing, or harm, beside others.
    fn refuse_nonsense(&self) -> Result<(), Error> {
        if self.arguments.fix && self.world.ci.is_job() {
            return Err(Error::from(Argument::NotInCi { option: "--fix" }));
        }
        refuse_limit(self.arguments.limit, self.arguments.format)
    }

    /// The pull-request gate: what a change does, judged by the base's rule book.
    fn change(&self, revision: &str, out: &mut dyn Write) -> Result<ExitCode, Error> {
        let given =
            signoff::Given::read(self.arguments.event.as_deref(), self.arguments.reviews.as_deref(), self.world)?;
        let base = Base::find(revision, &self.root, self.world)?;
        self.refuse_moved_root(&base.snapshot)?;
        let mut place = self.changed_head(&base.git)?;
        let (head, own) = self.rule_book(&place.place).map_err(|error| place.owns(error))?;
        // In a repository that had no register and no policy before, the change brings both.
        let (book, mut head, own) =
            if base.snapshot.is_without_register(&book::policy_file(&self.arguments.place, self.world, &self.root)) {
                (head, None, own)
            } else {
                let (book, own) = self.rule_book(&base.snapshot.place).map_err(|error| base.owns(error))?;
                (book, Some(head), own)
            };
        let folder = book.policy.exceptions.clone();
        let mut judge = self.judge(book)?;
        let selection = self.selection(&folder, &place.place)?;
        let now = head.as_ref().map_or(&folder, |head| &head.policy.exceptions).clone();
        let mut files = base.read_head(&mut place, &folder, &now)?;
        let before = base.snapshot.join(&mut files, &folder)?;
        let books: Vec<&Policy> = head.iter().map(|head| &head.policy).chain([&judge.policy]).collect();
        let documents = base.snapshot.documents(&place, &books, &mut files)?;
        place.add_twins(&books, Some(&base.snapshot), &mut files)?;
        place_baselines(&documents, &files, &mut judge, head.as_mut());
        let around = surroundings::of_change(
            (&place, &base.snapshot, &base.git),
            &self.root,
            (&judge, head.as_ref()),
            self.arguments.suppressions,
            &mut files,
        )?;
        let left = surroundings::remarks(
            &around,
            judge.suppressed.as_ref().or(head.as_ref().and_then(|head| head.suppressed.as_ref())),
        );
        let ownership = signoff::ownership(judge.policy.forge(), &Owners::Base(&base.snapshot), &mut files)?;
        judge.signatures = base.signatures(&judge.policy, &now)?;
        let approved = Approved { git: &base.git, prefix: base.snapshot.prefix(), folder: &now };
        let gate = Gate {
            judge: &judge,
            ownership: ownership.as_ref(),
            files: &files,
            base: &before,
            circumstances: Circumstances { base_day: base.day(judge.policy.timezone), head, documents },
            around: Some(&around),
            reach: Reach::All {
                schema: own.as_ref(),
                evidence: &|changes| given.evidence(&approved, changes, &judge),
                scan: &|register| self.count(register, &judge),
            },
        };
        gate.judge(|Judged { register, changes, scan, mut findings }| {
            selection.narrow(&mut findings, &files);
            self.rules.narrow(&mut findings);
            let commit = base.snapshot.commit.as_ref().map_or("", Commit::as_str);
            let remarks: Vec<String> = std::iter::once(base.remark())
                .chain(place.remark())
                .chain(uncompared(changes))
                .chain(given.remark())
                .chain(left)
                .collect();
            let cards = Cards::of_change(&judge, register, changes, scan);
            self.finish(findings, &files, register, &judge, &remarks, Some(commit), &cards, out)
        })?
    }

    /// Counts what covers silence in the logs that are given.
    fn count(&self, register: &Register<'_>, judge: &Judge) -> Result<Option<Scan>, Error> {
        match self.arguments.scan.as_slice() {
            [] => Ok(None),
            logs => scan::count(logs, register, judge, &self.root, &self.world.folder).map(Some),
        }
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
        cards: &Cards,
        out: &mut dyn Write,
    ) -> Result<ExitCode, Error> {
        let failed = self.arguments.fail_on.levels().iter().any(|level| findings.count(*level) > 0);
        let remarks: Vec<String> = remarks.iter().cloned().chain(self.rules.remark()).collect();
        findings.shorten();
        // Whoever reads a report in CI needs paths from the checkout's top; elsewhere paths start at the root.
        let ci = &self.world.ci;
        let prefix = if ci.is_of_a_system() { place::below_work_tree(&self.root) } else { String::new() };
        let report = Report {
            findings: &findings,
            files,
            register,
            folder: &judge.policy.exceptions,
            prefix: &prefix,
            today: judge.today,
            base,
            remarks: &remarks,
            quiet: self.arguments.quiet,
            limit: self.arguments.limit,
            cards,
        };
        write::outputs(&self.outputs, self.world, |format, look, file| output::render(format, &report, look, file))?;
        let printed = match self.arguments.statistics {
            true => output::render_statistics(&report, out),
            false => output::render(self.arguments.format, &report, self.world.look(), out),
        };
        match printed {
            // A reader that has seen enough, such as `head`, does not change the answer.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    /// Reads policy, roster, catalogue and the organisation's schema.
    fn rule_book(&self, place: &Repository) -> Result<(RuleBook, Option<Schema>), Error> {
        book::load(&self.arguments.place, self.world, &self.root, place)
    }

    /// Adds the moment of the check to a rule book, once no output can replace any of it.
    fn judge(&self, book: RuleBook) -> Result<Judge, Error> {
        let Self { arguments, world, .. } = self;
        let event = world.ci.github_event_path.as_deref().map(Path::new);
        let named = [arguments.event.as_deref(), arguments.reviews.as_deref(), event];
        let scans = arguments.scan.iter().map(PathBuf::as_path);
        let named: Vec<&Path> = named.into_iter().flatten().chain(scans).collect();
        write::spare_inputs(&self.outputs, &named, &world.folder, &self.root, &book.policy)?;
        let (today, zone) = (self.arguments.today.as_deref(), book.policy.timezone);
        let today = match &self.then {
            Some(then) => then.today(today, zone, world)?,
            None => book::read_today(today, zone, world)?,
        };
        Ok(Judge::new(book, today))
    }

    fn selection(&self, folder: &str, place: &Repository) -> Result<Selection, Error> {
        let then = self.then.as_ref().map(|_| place);
        Selection::new(&self.arguments.paths, &self.world.folder, &self.root, folder, then)
    }
}

/// Finds what is judged of the register as it is: in a job the commit, elsewhere the work tree.
///
/// # Errors
///
/// When git does not deliver, or the policy cannot be used.
pub(super) fn head(place: &cli::Place, world: &World, root: &Path) -> Result<Head, Error> {
    match Some(root).filter(|_| world.ci.is_job()).map(Git::open).transpose()?.flatten() {
        Some(git) => changed_head(place, world, root, &git),
        None => Ok(Head::of_work_tree(root, None)),
    }
}

/// Finds what the gate looks at: in a job the commit, elsewhere what is not committed yet before it. `CI` alone may
/// be set where somebody works, and a hook that judged the commit there would never see what is about to be
/// committed.
fn changed_head(place: &cli::Place, world: &World, root: &Path, git: &Git) -> Result<Head, Error> {
    if world.ci.is_of_a_system() {
        return Head::of_commit(root, git);
    }
    Head::of_developer(root, git, |files| book::policy(place, world, root, files))
}

/// Refuses a limit that would keep findings from a program.
///
/// # Errors
///
/// If it would.
pub(super) fn refuse_limit(limit: Option<usize>, format: output::Format) -> Result<(), Error> {
    let is_listed = matches!(format, output::Format::Text | output::Format::Concise);
    match limit {
        Some(limit) if !is_listed => Err(Error::from(Argument::Form {
            option: "--limit",
            value: limit.to_string(),
            fault: "would keep findings from a program",
            help: "it is for `--format text` and `concise`; the other formats list everything".to_owned(),
        })),
        _ => Ok(()),
    }
}

/// Which rules' findings are reported, as `--select` and `--ignore` say; never as a file says.
struct Rules {
    select: Vec<&'static Rule>,
    ignore: Vec<&'static Rule>,
}

impl Rules {
    fn read(arguments: &cli::Check) -> Result<Self, Error> {
        let rules = |ids: &[String], typed: &str| -> Result<Vec<&'static Rule>, Error> {
            ids.iter().map(|id| explain::rule(id, typed)).collect()
        };
        Ok(Self { select: rules(&arguments.select, "--select")?, ignore: rules(&arguments.ignore, "--ignore")? })
    }

    fn narrow(&self, findings: &mut Findings) {
        let among = |rules: &[&Rule], id: &str| rules.iter().any(|rule| rule.id == id);
        findings.retain(|finding| {
            let id = finding.rule.id;
            (self.select.is_empty() || among(&self.select, id)) && !among(&self.ignore, id)
        });
    }

    /// Says what a result without other findings does not mean.
    fn remark(&self) -> Option<String> {
        if self.select.iter().map(|rule| rule.id).eq(rules::OF_SUPPRESSIONS) {
            return None;
        }
        let list = |rules: &[&Rule]| rules.iter().map(|rule| format!("`{}`", rule.id)).collect::<Vec<_>>().join(", ");
        let only = (!self.select.is_empty()).then(|| format!("only {} counted", list(&self.select)));
        let without = (!self.ignore.is_empty()).then(|| format!("{} left out", list(&self.ignore)));
        let said: Vec<String> = only.into_iter().chain(without).collect();
        (!said.is_empty()).then(|| said.join(", "))
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
        let mut snapshot = Snapshot::open(&git, root, found.commit)?;
        snapshot.settle(&git, &found.beside)?;
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
                error::owned_by(commit, kind, *source_text, problems)
            }
            other => other,
        }
    }

    /// Reads the head's register: the folder that the head's own policy names, so that a change which
    /// points it elsewhere is judged by what it brings and by what it leaves behind. A folder that is
    /// gone, where the base has one, is an empty one: all its exceptions are then removed, and that is
    /// for a rule to say.
    fn read_head(&self, head: &mut Head, before: &str, now: &str) -> Result<Files, Error> {
        match head.register(now) {
            Err(Error::NoRegister { .. }) if now == before && !self.snapshot.exceptions(before).is_empty() => {
                Ok(Files::default())
            }
            result => result,
        }
    }

    /// Verifies the commits of the change, where the policy asks for signed decisions. A merge says nothing about who wrote
    /// what it joins, and that of a trial is nobody's.
    fn signatures(&self, policy: &Policy, folder: &str) -> Result<Option<Signatures>, Error> {
        let (Some(base), Some(head), true) = (&self.snapshot.commit, self.git.head()?, policy.signed_decisions) else {
            return Ok(None);
        };
        let commits = self.git.commits(&head, Some(base))?;
        let infos = self.git.infos(&commits.iter().collect::<Vec<_>>())?;
        let parents: Vec<Vec<Commit>> =
            infos.into_iter().map(|info| info.map(|info| info.parents).unwrap_or_default()).collect();
        let steps: Vec<(&Commit, Option<&Commit>)> = commits
            .iter()
            .zip(&parents)
            .filter(|(_, parents)| parents.len() < 2)
            .map(|(commit, parents)| (commit, parents.first()))
            .collect();
        let verifier = Verifier::new(&self.git, policy.signers.as_deref().unwrap_or_default())?;
        let folder = format!("{}{folder}", self.snapshot.prefix());
        Signatures::of(&self.git, &verifier, &steps, &folder).map(Some)
    }

    fn day(&self, zone: Zone) -> Option<Day> {
        let committed = chrono::DateTime::from_timestamp(self.snapshot.committed?, 0)?;
        Some(zone.day_of(committed))
    }
}

/// Tells the baselines of base and head where they lie among the files.
fn place_baselines(documents: &[Document], files: &Files, judge: &mut Judge, head: Option<&mut RuleBook>) {
    let find = |version: fn(&Document) -> Option<FileId>, path: &str| {
        documents.iter().filter_map(version).find(|file| files.source(*file).path() == path)
    };
    let both = |path: &str| (find(|document| document.base, path), find(|document| document.head, path));
    let ((before, after), (suppressed_before, suppressed_after)) = (both(BASELINE), both(SUPPRESSIONS));
    // In a repository that had no register, the judge's book is the head's.
    let is_first = head.is_none();
    if let Some(baseline) = &mut judge.baseline {
        baseline.file = if is_first { after } else { before };
    }
    if let Some(baseline) = &mut judge.suppressed {
        baseline.file = if is_first { suppressed_after } else { suppressed_before };
    }
    let Some(head) = head else { return };
    if let Some(baseline) = &mut head.baseline {
        baseline.file = after;
    }
    if let Some(baseline) = &mut head.suppressed {
        baseline.file = suppressed_after;
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
