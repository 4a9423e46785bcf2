//! `stopgap check`: checks the register, or what a change does to it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::World;
use crate::commands::fix::{Fixes, Verdict};
use crate::commands::lock::Lock;
use crate::commands::place::{self, Selection};
use crate::commands::registers::{self, Registers};
use crate::commands::signoff::Owners;
use crate::commands::{book, describe, explain, signoff, write};
use crate::error::{self, Argument, Error, GitError};
use crate::files::Repository;
use crate::gate::{Gate, Judged, Reach};
use crate::git::{Commit, Git};
use crate::history::{Approved, Change, Changes, Circumstances, Document, Head, Snapshot, base};
use crate::output::{self, Broken, Named, Report, Several, escape};
use crate::policy::NAMES;
use crate::policy::Policy;
use crate::policy::RuleBook;
use crate::policy::places::BASELINE;
use crate::register::{Files, Register, is_named_like_one};
use crate::rule::{Findings, Rule};
use crate::rules::{self, Case, Judge};
use crate::schema::Schema;
use crate::source::{FileId, Source, Span};
use crate::text::shown;
use crate::time::{Day, Today, Zone};

/// Checks the register.
pub(super) fn run(arguments: &cli::Check, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let outputs = write::parse_outputs(&arguments.output, "sarif=stopgap.sarif")?;
    let rules = Rules::read(arguments)?;
    let run = |root: PathBuf| Run { arguments, world, outputs: &outputs, rules: &rules, root };
    if arguments.several.all_registers {
        return several(&run, arguments, world, out);
    }
    let run = run(place::root(&arguments.place, &world.folder)?);
    run.refuse_nonsense()?;
    let checked = run.judged()?;
    if arguments.diff {
        return run.show(&checked.fixes, out);
    }
    // Whoever reads a report in CI needs paths from the checkout's top; elsewhere paths start at the root.
    let ci = &world.ci;
    let prefix = if ci.is_of_a_system() { place::below_work_tree(&run.root) } else { String::new() };
    run.finish(checked, &prefix, None, out)
}

/// Checks every register of the work tree, and reports on them as one.
fn several<'r>(
    run: &dyn Fn(PathBuf) -> Run<'r>,
    arguments: &cli::Check,
    world: &World,
    out: &mut dyn Write,
) -> Result<ExitCode, Error> {
    let found = Registers::find(&arguments.several, world)?;
    let whole = run(found.top.clone());
    whole.refuse_nonsense()?;
    let mut together = Together::default();
    if let Some(revision) = &arguments.base {
        let base = Base::find(revision, &found.top, world)?;
        for root in base.registers(&found)? {
            if !found.roots.contains(&root.0) {
                together.break_off(&root.0, &Error::RegisterRemoved { root: root.0.clone(), count: root.1 });
            }
        }
    }
    for root in &found.roots {
        match run(found.top.join(root)).judged() {
            Ok(checked) => together.add(root, checked),
            // The same for every register.
            Err(error @ (Error::Argument(_) | Error::Input(_) | Error::Git(GitError::NotStarted { .. }))) => {
                return Err(error);
            }
            Err(error) => {
                let text = describe(&error, world.look_of_errors());
                let head = format!("in the register `{}`:\n", escape::line(&registers::name(root)));
                let _ = std::io::stderr().lock().write_all((head + &text).as_bytes());
                together.break_off(root, &error);
            }
        }
    }
    let remarks = together.remarks();
    let Together { checked, several, .. } = together;
    let mut checked = match checked {
        Some(checked) => checked,
        None => Checked::nothing(read_clock(arguments, world)?),
    };
    checked.remarks = remarks;
    let code = whole.finish(checked, "", Some(&several), out)?;
    Ok(if several.broken.is_empty() { code } else { ExitCode::from(2) })
}

/// Returns the moment of a check of which no register could be judged.
fn read_clock(arguments: &cli::Check, world: &World) -> Result<Today, Error> {
    book::read_today(arguments.today.as_deref(), Policy::default().timezone, world)
}

/// What came of the check of a register.
struct Checked {
    files: Files,
    findings: Findings,
    /// Exception files, and how many of them are live.
    counts: (usize, usize),
    folder: String,
    today: Today,
    base: Option<String>,
    remarks: Vec<String>,
    /// What was or would be fixed.
    fixes: Fixes,
}

impl Checked {
    fn nothing(today: Today) -> Self {
        let (findings, folder) = (Findings::default(), String::new());
        Self {
            files: Files::default(),
            findings,
            counts: (0, 0),
            folder,
            today,
            base: None,
            remarks: Vec::new(),
            fixes: Fixes::default(),
        }
    }
}

/// The checkeds of several registers as one.
#[derive(Default)]
struct Together {
    checked: Option<Checked>,
    several: Several,
    /// Each with the registers that it is about.
    remarks: BTreeMap<String, Vec<String>>,
    seen: BTreeSet<(&'static str, String, Span, String)>,
}

impl Together {
    /// Adds a checked: from here on its paths are from the top of the work tree.
    fn add(&mut self, root: &str, other: Checked) {
        let name = registers::name(root);
        let Checked { files, mut findings, counts: (exceptions, live), folder, today, base, remarks, .. } = other;
        let checked = self.checked.get_or_insert_with(|| Checked { base, ..Checked::nothing(today) });
        let first = checked.files.count();
        let named =
            Named { name, folder: format!("{root}{folder}"), files: first..first + files.count(), exceptions, live };
        checked.files.absorb(files, |path| from_top(root, path));
        // What is beside all registers is judged with each, and is one finding.
        findings.retain(|finding| {
            let path = checked.files.source(FileId::new(finding.file.index() + first)).path().to_owned();
            self.seen.insert((finding.rule.id, path, finding.span, finding.message.clone()))
        });
        checked.findings.absorb(findings, first);
        for remark in remarks {
            self.remarks.entry(remark).or_default().push(named.name.clone());
        }
        self.several.registers.push(named);
    }

    /// Returns what is said of all registers, and then what is said of some.
    fn remarks(&self) -> Vec<String> {
        let all = self.several.registers.len();
        let (shared, own): (Vec<_>, Vec<_>) = self.remarks.iter().partition(|(_, names)| names.len() == all);
        let own = own.into_iter().map(|(remark, names)| format!("{}: {remark}", names.join(", ")));
        shared.into_iter().map(|(remark, _)| remark.clone()).chain(own).collect()
    }

    /// Notes a register that could not be judged.
    fn break_off(&mut self, root: &str, error: &Error) {
        self.several.broken.push(Broken {
            name: registers::name(root),
            path: format!("{root}{}", NAMES[0]),
            why: sentence(error),
            help: error.help(),
        });
    }
}

/// Returns an error with what is wrong in a faulty file.
fn sentence(error: &Error) -> String {
    match error {
        Error::Config { problems, source_text, .. } => match problems.first() {
            Some(problem) => format!("{error}: {}: {}", source_text.path(), problem.message),
            None => error.to_string(),
        },
        _ => error.to_string(),
    }
}

/// Returns a path from the top of the work tree.
fn from_top(root: &str, path: &str) -> String {
    let (mut root, mut path) = (root, path);
    while let Some(above) = path.strip_prefix("../").filter(|_| !root.is_empty()) {
        path = above;
        root = root[..root.len() - 1].rfind('/').map_or("", |at| &root[..=at]);
    }
    format!("{root}{path}")
}

/// One run of the command.
struct Run<'r> {
    arguments: &'r cli::Check,
    world: &'r World,
    outputs: &'r [(output::Format, PathBuf)],
    rules: &'r Rules,
    root: PathBuf,
}

impl Run<'_> {
    /// Judges the register, or what a change does to it.
    fn judged(&self) -> Result<Checked, Error> {
        match &self.arguments.base {
            None => self.whole(),
            Some(revision) => self.change(revision),
        }
    }

    /// The whole register: the scheduled job.
    fn whole(&self) -> Result<Checked, Error> {
        let mut head = self.head()?;
        let (book, own) = self.rule_book(&head.place).map_err(|error| head.owns(error))?;
        let folder = book.policy.exceptions.clone();
        let mut judge = self.judge(book)?;
        let selection = self.selection(&folder)?;
        let lock = if self.arguments.fix { Some(Lock::take(&self.root.join(&folder))?) } else { None };
        let mut files = head.register(&folder)?;
        head.refuse_unfetched(&folder, &files)?;
        head.add_twins(&[&judge.policy], None, &mut files)?;
        if let Some(baseline) = &mut judge.baseline {
            baseline.file = Some(files.add(Source::new(BASELINE, baseline.text.clone()).into()));
        }
        let ownership = signoff::ownership(judge.policy.forge(), &Owners::Head(&head, &self.root), &mut files)?;
        let find = |register: &Register<'_>, files: &Files| {
            let mut findings = Case::whole(&judge, register, ownership.as_ref(), files).run();
            selection.narrow(&mut findings, files);
            self.rules.narrow(&mut findings);
            findings
        };
        let mut remarks: Vec<String> = head.remark().into_iter().collect();
        let mut made = Fixes::default();
        if self.arguments.fix || self.arguments.diff {
            let fixes = Fixes::make(&mut files, |files| {
                let register = Register::parse(files, own.as_ref());
                Ok(Verdict::new(find(&register, files), &register))
            })?;
            if self.arguments.fix {
                fixes.write(&self.root)?;
                let nothing = || "nothing to fix".to_owned();
                remarks.push(if fixes.is_empty() { nothing() } else { format!("made {}", fixes.count()) });
            }
            made = fixes;
        }
        drop(lock);
        let register = Register::parse(&files, own.as_ref());
        let findings = find(&register, &files);
        let counts = (register.files.len(), register.live());
        drop(register);
        Ok(Checked { files, findings, counts, folder, today: judge.today, base: None, remarks, fixes: made })
    }

    /// Finds what the check of the whole register looks at: in a job the commit, elsewhere the work tree.
    fn head(&self) -> Result<Head, Error> {
        match Some(&self.root).filter(|_| self.world.ci.is_job()).map(|root| Git::open(root)).transpose()?.flatten() {
            Some(git) => self.changed_head(&git),
            None => Ok(Head::of_work_tree(&self.root, None)),
        }
    }

    /// Finds what the gate looks at: in a job the commit, elsewhere what is not committed yet before it. `CI` alone may
    /// be set where somebody works, and a hook that judged the commit there would never see what is about to be
    /// committed.
    fn changed_head(&self, git: &Git) -> Result<Head, Error> {
        if self.world.ci.is_of_a_system() {
            return Head::of_commit(&self.root, git);
        }
        Head::of_developer(&self.root, git, |place| book::policy(&self.arguments.place, self.world, &self.root, place))
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
        let is_listed = matches!(self.arguments.format, output::Format::Text | output::Format::Concise);
        match self.arguments.limit {
            Some(limit) if !is_listed => Err(Error::from(Argument::Form {
                option: "--limit",
                value: limit.to_string(),
                fault: "would keep findings from a program",
                help: "it is for `--format text` and `concise`; the other formats list everything".to_owned(),
            })),
            _ => Ok(()),
        }
    }

    /// The pull-request gate: what a change does, judged by the base's rule book.
    fn change(&self, revision: &str) -> Result<Checked, Error> {
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
        let selection = self.selection(&folder)?;
        let now = head.as_ref().map_or(&folder, |head| &head.policy.exceptions).clone();
        let mut files = base.read_head(&mut place, &folder, &now)?;
        let before = base.snapshot.join(&mut files, &folder)?;
        let books: Vec<&Policy> = head.iter().map(|head| &head.policy).chain([&judge.policy]).collect();
        let documents = base.snapshot.documents(&place, &books, &mut files)?;
        place.add_twins(&books, Some(&base.snapshot), &mut files)?;
        place_baselines(&documents, &files, &mut judge, head.as_mut());
        let ownership = signoff::ownership(judge.policy.forge(), &Owners::Base(&base.snapshot), &mut files)?;
        let approved = Approved { git: &base.git, prefix: base.snapshot.prefix(), folder: &now };
        let gate = Gate {
            judge: &judge,
            ownership: ownership.as_ref(),
            files: &files,
            base: &before,
            circumstances: Circumstances { base_day: base.day(judge.policy.timezone), head, documents },
            reach: Reach::All { schema: own.as_ref(), evidence: &|changes| given.evidence(&approved, changes) },
        };
        let (findings, counts, remarks) = gate.judge(|Judged { register, changes, mut findings }| {
            selection.narrow(&mut findings, &files);
            self.rules.narrow(&mut findings);
            let remarks: Vec<String> = std::iter::once(base.remark())
                .chain(place.remark())
                .chain(uncompared(changes))
                .chain(given.remark())
                .collect();
            (findings, (register.files.len(), register.live()), remarks)
        })?;
        let base = Some(base.snapshot.commit.as_ref().map_or("", Commit::as_str).to_owned());
        Ok(Checked { files, findings, counts, folder, today: judge.today, base, remarks, fixes: Fixes::default() })
    }

    /// Refuses a change after which the register is looked for in another place than before: nobody would judge what
    /// the base has there.
    fn refuse_moved_root(&self, base: &Snapshot) -> Result<(), Error> {
        if self.arguments.place.root.is_some() || self.arguments.several.all_registers {
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

    /// Prints the result, and writes it into the files that are named.
    fn finish(
        &self,
        mut checked: Checked,
        prefix: &str,
        several: Option<&Several>,
        out: &mut dyn Write,
    ) -> Result<ExitCode, Error> {
        let findings = &mut checked.findings;
        let failed = self.arguments.fail_on.levels().iter().any(|level| findings.count(*level) > 0);
        findings.shorten();
        let remarks: Vec<String> = checked.remarks.iter().cloned().chain(self.rules.remark()).collect();
        let report = Report {
            findings,
            files: &checked.files,
            counts: checked.counts,
            folder: &checked.folder,
            prefix,
            today: checked.today,
            base: checked.base.as_deref(),
            remarks: &remarks,
            quiet: self.arguments.quiet,
            limit: self.arguments.limit,
            several,
        };
        write::outputs(self.outputs, self.world, |format, look, file| output::render(format, &report, look, file))?;
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
        let named: Vec<&Path> = named.into_iter().flatten().collect();
        write::spare_inputs(self.outputs, &named, &world.folder, &self.root, &book.policy)?;
        let today = book::read_today(self.arguments.today.as_deref(), book.policy.timezone, self.world)?;
        Ok(Judge::new(book, today))
    }

    fn selection(&self, folder: &str) -> Result<Selection, Error> {
        Selection::new(&self.arguments.paths, &self.world.folder, &self.root, folder)
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

    /// Returns the registers of the base with the number of their exceptions, those without any left out.
    fn registers(&self, found: &Registers) -> Result<Vec<(String, usize)>, Error> {
        let top = self.snapshot.top();
        let mut registers = Vec::new();
        for root in found.kept(registers::roots(top.files().keys().map(String::as_str))) {
            let place = Repository::Commit(top.below(&root));
            // Whatever is wrong with its policy, it had one.
            let folder = Policy::load(&place, None, rules::all()).unwrap_or_default().exceptions;
            let below = format!("{root}{folder}/");
            let count = top.files().keys().filter(|path| path.starts_with(&below) && is_named_like_one(path)).count();
            if count > 0 {
                registers.push((root, count));
            }
        }
        Ok(registers)
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

    fn day(&self, zone: Zone) -> Option<Day> {
        let committed = chrono::DateTime::from_timestamp(self.snapshot.committed?, 0)?;
        Some(zone.day_of(committed))
    }
}

/// Tells the baselines of base and head where they lie among the files.
fn place_baselines(documents: &[Document], files: &Files, judge: &mut Judge, head: Option<&mut RuleBook>) {
    let find = |version: fn(&Document) -> Option<FileId>| {
        documents.iter().filter_map(version).find(|file| files.source(*file).path() == BASELINE)
    };
    let (before, after) = (find(|document| document.base), find(|document| document.head));
    // In a repository that had no register, the judge's book is the head's.
    let judging = if head.is_some() { before } else { after };
    if let Some(baseline) = &mut judge.baseline {
        baseline.file = judging;
    }
    if let Some(baseline) = head.and_then(|head| head.baseline.as_mut()) {
        baseline.file = after;
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
