//! `stopgap check`: checks the register, or what a change does to it.

mod base;
mod chosen;
mod several;
mod undone;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::card::Cards;
use crate::cli;
use crate::commands::World;
use crate::commands::check::base::Base;
use crate::commands::check::chosen::Chosen;
use crate::commands::check::undone::Past;
use crate::commands::fix::{Fixes, Verdict};
use crate::commands::lock::Lock;
use crate::commands::place::{self, Selection};
use crate::commands::signoff::Owners;
use crate::commands::then::{self, Then};
use crate::commands::{book, scan, setting, signoff, surroundings, write};
use crate::error::{Argument, Error};
use crate::files::Repository;
use crate::gate::{Gate, Judged, Reach};
use crate::git::{Commit, Git};
use crate::history::{Approved, Circumstances, Head, Home, Snapshot};
use crate::output::{self, Report, Setting, Several};
use crate::policy::places::BASELINE;
use crate::policy::{Forge, Policy, RuleBook};
use crate::register::{Files, Register};
use crate::rule::{Findings, Level};
use crate::rules::{Case, Judge};
use crate::scan::Scan;
use crate::schema::Schema;
use crate::source::Source;
use crate::text::shell_word;
use crate::time::Today;

/// Checks the register.
pub(super) fn run(arguments: &cli::Check, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let outputs = write::parse_outputs(&arguments.output, "sarif=stopgap.sarif")?;
    let rules = Chosen::read(arguments)?;
    let run = |root: PathBuf, then| Run { arguments, world, outputs: &outputs, rules: &rules, root, then };
    if arguments.several.all_registers {
        return several::run(&run, arguments, world, out);
    }
    let then = Then::find(&arguments.place, &arguments.past, world)?;
    let root = match &then {
        Some(then) => then.root.clone(),
        None => place::root(&arguments.place, &world.folder)?,
    };
    let run = run(root, then);
    run.refuse_nonsense()?;
    let checked = run.judged()?;
    if arguments.diff {
        return run.show(&checked.fixes, out);
    }
    // A reader of a report in CI needs paths from the checkout's top; elsewhere paths start at the root.
    let ci = &world.ci;
    let prefix = if ci.is_of_a_system() { place::below_work_tree(&run.root) } else { String::new() };
    run.finish(checked, &prefix, None, out)
}

/// What came of the check of a register.
struct Checked {
    files: Files,
    findings: Findings,
    /// What the compared change asks somebody to approve.
    cards: Cards,
    /// Exception files, and how many of them are live.
    counts: (usize, usize),
    folder: String,
    today: Today,
    base: Option<String>,
    remarks: Vec<String>,
    /// What was or would be fixed.
    fixes: Fixes,
    /// What scanners found, if their logs were judged.
    scan: Option<Scan>,
    /// The levels that the policy gives to rules.
    levels: BTreeMap<&'static str, Level>,
    /// The forge that the policy names.
    forge: Forge,
}

/// One run of the command.
struct Run<'r> {
    arguments: &'r cli::Check,
    world: &'r World,
    outputs: &'r [(output::Format, PathBuf)],
    rules: &'r Chosen,
    root: PathBuf,
    /// The commit of the past that is judged.
    then: Option<Then>,
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
        let selection = self.selection(&folder, &head.place)?;
        if !self.arguments.several.all_registers {
            match &self.then {
                Some(then) => then.remark(),
                None => {
                    let moment = (judge.today, judge.policy.timezone);
                    then::remark_today(self.arguments.today.as_deref(), moment, || Git::open(&self.root));
                }
            }
        }
        let lock = if self.arguments.fix { Some(Lock::take(&self.root, &folder)?) } else { None };
        let mut files = head.register(&folder).map_err(|error| judge.policy.shown(error))?;
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
        let find = |register: &Register<'_>, files: &Files, counted: Option<&Scan>| {
            let case = Case::whole(&judge, register, ownership.as_ref(), files);
            let mut findings = case.with(&around).with_scan(counted).run();
            selection.narrow(&mut findings, files);
            self.rules.narrow(&mut findings);
            findings
        };
        let mut made = Fixes::default();
        let mut fixed = None;
        if self.arguments.fix || self.arguments.diff {
            let fixes = Fixes::make(&mut files, |files| {
                let register = Register::parse(files, own.as_ref());
                let counted = self.count(&register, &judge)?;
                Ok(Verdict::new(find(&register, files, counted.as_ref()), &register))
            })?;
            if self.arguments.fix {
                fixes.write(&self.root)?;
                let nothing = || "nothing to fix".to_owned();
                fixed = Some(if fixes.is_empty() { nothing() } else { format!("made {}", fixes.count()) });
            }
            made = fixes;
        }
        drop(lock);
        let register = Register::parse(&files, own.as_ref());
        let counted = self.count(&register, &judge)?;
        let findings = find(&register, &files, counted.as_ref());
        let counts = (register.files.len(), register.live());
        self.leave(register);
        let silenced = counted.iter().flat_map(scan::silenced);
        let around = surroundings::remarks(&around, judge.suppressed.as_ref(), judge.today.day);
        let stale = if self.then.is_none() { place::stale_schema(&self.root)? } else { None };
        let remarks = head.remark().into_iter().chain(silenced).chain(around).chain(stale).chain(fixed).collect();
        let (today, levels, forge) = (judge.today, judge.policy.rules.clone(), judge.policy.forge());
        Ok(Checked {
            files,
            findings,
            cards: Cards::default(),
            counts,
            folder,
            today,
            base: None,
            remarks,
            fixes: made,
            scan: counted,
            levels,
            forge,
        })
    }

    /// Finds what the check of the whole register looks at: a commit of the past, in a job the commit, elsewhere the work
    /// tree.
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
        let selection = self.selection(&folder, &place.place)?;
        let now = head.as_ref().map_or(&folder, |head| &head.policy.exceptions).clone();
        let mut files = base.read_head(&mut place, &folder, &now)?;
        let before = base.snapshot.join(&mut files, &folder)?;
        let books: Vec<&Policy> = head.iter().map(|head| &head.policy).chain([&judge.policy]).collect();
        let documents = base.snapshot.documents(&place, &books, &mut files)?;
        place.add_twins(&books, Some(&base.snapshot), &mut files)?;
        base::place_baselines(&documents, &files, &mut judge, head.as_mut());
        let around = surroundings::of_change(
            (&place, &base.snapshot, &base.git),
            base.commits()?,
            &self.root,
            (&judge, head.as_ref()),
            self.arguments.suppressions,
            &mut files,
        )?;
        let left = surroundings::remarks(
            &around,
            judge.suppressed.as_ref().or(head.as_ref().and_then(|head| head.suppressed.as_ref())),
            judge.today.day,
        );
        let ownership = signoff::ownership(judge.policy.forge(), &Owners::Base(&base.snapshot), &mut files)?;
        judge.signatures = base.signatures(&judge.policy, &now)?;
        let approved = Approved { git: &base.git, prefix: base.snapshot.prefix(), folder: &now };
        let gate = Gate {
            judge: &judge,
            ownership: ownership.as_ref(),
            files: &files,
            base: &before,
            circumstances: Circumstances {
                base_day: base.day(judge.policy.timezone, self.world.now, judge.today.day),
                former_baseline: base.former_baseline(&judge, head.as_ref())?,
                head,
                documents,
                elsewhere: BTreeSet::new(),
            },
            around: Some(&around),
            is_last: !self.arguments.several.all_registers,
            reach: Reach::All {
                schema: own.as_ref(),
                evidence: &|changes| given.evidence(&approved, changes, &judge),
                scan: &|register| self.count(register, &judge),
            },
        };
        let policy = book::policy_file(&self.arguments.place, self.world, &self.root);
        let load = |place: &Repository| book::policy(&self.arguments.place, self.world, &self.root, place);
        let home = Home { git: &base.git, root: &self.root, policy: &policy, load: &load };
        let now = self.world.now.timestamp();
        let past = base.snapshot.commit.as_ref().map(|tip| Past { home, tip, now, judge: &judge });
        let (findings, cards, counts, remarks) = gate.judge(|Judged { register, changes, scan, mut findings }| {
            selection.narrow(&mut findings, &files);
            self.rules.narrow(&mut findings);
            let undone = past.map(|past| past.drop_undone(&mut findings, changes)).unwrap_or_default();
            let remarks: Vec<String> = std::iter::once(base.remark())
                .chain(place.remark())
                .chain(base::uncompared(changes))
                .chain(undone)
                .chain(given.remark().filter(|_| signoff::RULES.iter().any(|id| self.rules.counts(id))))
                .chain(left)
                .collect();
            let cards = Cards::of_change(&judge, register, changes, scan);
            (findings, cards, (register.files.len(), register.live()), remarks)
        })?;
        let base = Some(base.snapshot.commit.as_ref().map_or("", Commit::as_str).to_owned());
        let (today, levels, forge) = (judge.today, judge.policy.rules.clone(), judge.policy.forge());
        Ok(Checked {
            files,
            findings,
            cards,
            counts,
            folder,
            today,
            base,
            remarks,
            fixes: Fixes::default(),
            scan: None,
            levels,
            forge,
        })
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
        let commit = self.then.as_ref().map(|then| &then.commit);
        let origin = setting::Origin { root: &self.root, forge: checked.forge, commit };
        let formats = setting::formats(self.arguments.format, self.outputs);
        let part = if self.arguments.suppressions { "suppressions" } else { "" };
        let setting = Setting { part, ..setting::of(self.world, &origin, checked.levels, formats) };
        let again = self.again();
        let report = Report {
            findings,
            files: &checked.files,
            counts: checked.counts,
            folder: &checked.folder,
            prefix,
            today: checked.today,
            base: checked.base.as_deref(),
            again: again.as_deref(),
            failing: self.arguments.fail_on.levels(),
            remarks: &remarks,
            quiet: self.arguments.quiet,
            limit: self.arguments.limit,
            several,
            cards: &checked.cards,
            scan: checked.scan.as_ref(),
            setting: &setting,
        };
        write::outputs(self.outputs, self.world, |format, look, file| output::render(format, &report, look, file))?;
        match self.arguments.statistics {
            true => output::render_statistics(&report, out)?,
            false => output::render(self.arguments.format, &report, self.world.look(), out)?,
        }
        self.leave(checked.files);
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    /// Returns the subcommand and the arguments that decide what is found, without the register and the base; `None` where
    /// some of them are files that only this run has, or depend on the folder it is in.
    fn again(&self) -> Option<String> {
        let Self { arguments, rules, .. } = self;
        if !arguments.paths.is_empty() || !arguments.scan.is_empty() || arguments.place.policy.is_some() {
            return None;
        }
        let mut again = if arguments.suppressions { "suppressions --check" } else { "check" }.to_owned();
        let today = arguments.today.as_deref().map(|today| format!(" --today {}", shell_word(today)));
        let fail_on = (arguments.fail_on != Default::default())
            .then(|| arguments.fail_on.to_possible_value())
            .flatten()
            .map(|level| format!(" --fail-on {}", level.get_name()));
        let rules = if arguments.suppressions { String::new() } else { rules.options() };
        again.extend([rules, fail_on.unwrap_or_default(), today.unwrap_or_default()]);
        Some(again)
    }

    /// Leaves what is no longer needed to the end of the process, which is near: giving back each text of a large register
    /// takes as long as reading it did. Of several registers each is given back before the next.
    fn leave<T>(&self, it: T) {
        if self.arguments.several.all_registers { drop(it) } else { std::mem::forget(it) }
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
        write::spare_inputs(self.outputs, &named, &world.folder, &self.root, &book.policy)?;
        let (today, zone) = (arguments.today.as_deref(), book.policy.timezone);
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

/// Refuses a limit that would hide findings from programs.
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
            fault: "would hide findings from programs",
            help: "use it with `--format text` or `concise`; the other formats list everything".to_owned(),
        })),
        _ => Ok(()),
    }
}
