//! `stopgap show`: the case file of one exception.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::opened::{self, Opened};
use crate::commands::{World, book, history, place, write};
use crate::error::Error;
use crate::files::{ReadFile, Repository};
use crate::git::{Commit, Git};
use crate::history::Home;
use crate::history::base;
use crate::history::case::{self, Act, Sources, Step};
use crate::history::past::{self, Gone};
use crate::history::timeline::{self, Event};
use crate::history::trail::{self, Trail};
use crate::output::Report;
use crate::output::show::{Sheet, Slip, render};
use crate::policy::{Policy, RuleBook};
use crate::register::{Exception, FileRef, Register, Status, Term, stem};
use crate::replay::{self, Between, Past};
use crate::rule::Finding;
use crate::rules::{self, Case};
use crate::signoff::Pulls;
use crate::time::Today;

/// Shows one exception.
pub(super) fn run(arguments: &cli::Show, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let outputs = write::parse_outputs(&arguments.output, "html=case.html")?;
    let mut opened = Opened::open_at(&arguments.place, &arguments.past, arguments.today.as_deref(), world)?;
    let pulls = history::read_pulls(&arguments.pulls, &world.folder)?;
    let inputs: Vec<&Path> = arguments.pulls.iter().map(PathBuf::as_path).collect();
    write::spare_inputs(&outputs, &inputs, &world.folder, &opened.root, &opened.judge.policy)?;
    let removed_in = add_removed(&mut opened, arguments, world)?;
    let Opened { root, judge, files: read, .. } = &opened;
    let (today, folder) = (judge.today, &judge.policy.exceptions);
    let register = opened.register();
    let found = opened::find(&register, &arguments.id, "show")?;
    let Some(first) = found.first().copied() else { return Ok(ExitCode::SUCCESS) };
    // Whoever looks at one exception wants to know what it lacks, tolerated or not.
    let mut findings = Case::whole(judge, &register, None, read).run_strictly();
    findings.narrow();
    let exception = register.exception(first.id);
    let file = CaseFile::open(&opened, (arguments, world), &register, first, removed_in.as_ref(), pulls.as_ref())?;
    let counts = (register.files.len(), register.live());
    let prefix = &place::below_work_tree(root);
    let report = Report { prefix, ..Report::new(&findings, read, counts, folder, today) };
    let said = exception.map_or_else(|| "the file cannot be read".to_owned(), |it| standing(it, &judge.policy, today));
    let sheet = Sheet {
        view: opened.view(&register),
        exception,
        file: first,
        paths: found.iter().map(|file| file.path).collect(),
        standing: match &removed_in {
            Some(commit) => format!("no longer in the register: removed in {}; before that {said}", commit.short()),
            None => said,
        },
        max_renewals: judge.policy.max_renewals,
        in_a_row: rules::taken_up(first.id, judge, &register),
        report: &report,
        findings: findings
            .iter()
            .filter(|finding| removed_in.is_none() && found.iter().any(|file| file.id == finding.file))
            .collect(),
        removed_in,
        story: file.story,
        slips: file.slips,
        remarks: file.remarks,
        timeline: file.timeline,
        in_terminal: world.terminal || world.width.is_some(),
        in_git: file.in_git,
    };
    write::outputs(&outputs, world, |format, look, file| render(format, &sheet, look, file))?;
    render(arguments.format, &sheet, world.look(), out)?;
    Ok(ExitCode::SUCCESS)
}

/// Adds the last version of an exception that is no longer in the register, and returns the commit that removed it.
fn add_removed(opened: &mut Opened, arguments: &cli::Show, world: &World) -> Result<Option<Commit>, Error> {
    let id = arguments.id.as_str();
    let wanted = if crate::register::is_named_like_one(id) { stem(id) } else { id };
    let wanted = wanted.rsplit('/').next().unwrap_or(wanted).to_lowercase();
    let is_it = |path: &str| stem(path).to_lowercase() == wanted;
    if opened.files.own().iter().any(|file| is_it(opened.files.source(*file).path())) {
        return Ok(None);
    }
    let Some(git) = opened.git()? else { return Ok(None) };
    let Some(tip) = opened.tip(&git)? else { return Ok(None) };
    let gone = opened.at_home((&arguments.place, world), &git, |home| past::gone(home, &tip))?;
    let Some(Gone { last, removed_in, .. }) = gone.into_iter().find(|gone| is_it(gone.last.source.path())) else {
        return Ok(None);
    };
    opened.files.put_all(vec![last]);
    Ok(Some(removed_in))
}

/// What git tells about an exception, beside its record.
#[derive(Default)]
struct CaseFile {
    story: Vec<Step>,
    slips: Vec<Slip>,
    remarks: Vec<String>,
    timeline: Vec<Event>,
    in_git: bool,
}

impl CaseFile {
    fn open(
        opened: &Opened,
        run: (&cli::Show, &World),
        register: &Register<'_>,
        first: FileRef<'_>,
        removed_in: Option<&Commit>,
        pulls: Option<&Pulls>,
    ) -> Result<Self, Error> {
        let current = opened.files.copy(first.id);
        let (policy, root) = (&opened.judge.policy, &opened.root);
        let git = opened.git()?;
        let tip = git.as_ref().map(|git| opened.tip(git)).transpose()?.flatten();
        let now = run.1.now.timestamp();
        let trail = match git.as_ref().zip(tip.as_ref()) {
            Some((git, tip)) => {
                let follow = |home: Home<'_>| trail::follow(home, stem(first.path), tip, now);
                opened.at_home((&run.0.place, run.1), git, follow)?
            }
            None => Trail::default(),
        };
        let timeline = match (&git, register.exception(first.id)) {
            (Some(_), _) => timeline::of_trail(&trail, Some(&current).filter(|_| removed_in.is_none())),
            (None, exception) => exception.map(timeline::of_record).unwrap_or_default(),
        };
        // A branch is judged as a whole, by the gate: its commits are drafts of one change.
        let unmerged = match git.as_ref().zip(tip.as_ref()) {
            Some((git, tip)) if !opened.is_of_the_past() => Unmerged::find(git, tip)?,
            _ => None,
        };
        let is_draft =
            unmerged.as_ref().zip(trail.versions.first()).is_some_and(|(it, first)| it.own.contains(&first.commit));
        let sources = Sources {
            git: git.as_ref(),
            prefix: &place::below_work_tree(root),
            trail: &trail,
            events: if git.is_some() { &timeline } else { &[] },
            people: &opened.judge.people,
            zone: policy.timezone,
            today: opened.judge.today,
            is_draft,
        };
        let story = case::tell(sources, Some(&current))?;
        let mut file = Self { story, timeline, in_git: git.is_some(), ..Self::default() };
        if let Some(unmerged) = &unmerged {
            unmerged.mark(&mut file.story, is_draft);
        }
        if let Some((git, tip)) = git.as_ref().zip(tip.as_ref()) {
            file.judge(opened, run, (git, tip, unmerged.as_ref()), (&trail, &current), pulls)?;
        }
        Ok(file)
    }

    /// Adds what the rules say about the commits, and who had approved them.
    fn judge(
        &mut self,
        opened: &Opened,
        (arguments, world): (&cli::Show, &World),
        (git, tip, unmerged): (&Git, &Commit, Option<&Unmerged>),
        (trail, current): (&Trail, &ReadFile),
        pulls: Option<&Pulls>,
    ) -> Result<(), Error> {
        let load = |repository: &Repository| -> Result<RuleBook, Error> {
            Ok(book::load(&arguments.place, world, &opened.root, repository)?.0)
        };
        let policy = book::policy_file(&arguments.place, world, &opened.root);
        let mut ids: BTreeSet<String> = trail
            .versions
            .iter()
            .filter_map(|it| it.file.as_ref())
            .map(|it| stem(it.source.path()).to_lowercase())
            .collect();
        ids.insert(stem(current.source.path()).to_lowercase());
        let tip = unmerged.map_or(tip, |unmerged| &unmerged.fork);
        let between =
            Between { tip: Some(tip), only: Some(&ids), now: Some(world.now.timestamp()), ..Between::default() };
        let past = match replay::replay(git, &opened.root, between, &policy, &load, pulls) {
            Ok(past) => past,
            Err(Error::NoRegister { .. }) if unmerged.is_some() => Past::default(),
            Err(error) if pulls.is_some() || error.is_failure_of_git() => return Err(error),
            Err(error) => {
                self.remarks.push(format!("its commits could not be checked: {error}"));
                return Ok(());
            }
        };
        let is_it = |path: &str| ids.contains(&stem(path).to_lowercase());
        for verdict in &past.verdicts {
            let of_it = verdict.findings.iter().filter(|it| is_it(verdict.files.source(it.file).path()));
            for finding in of_it {
                let wrote = |step: &&mut Step| step.written.as_ref().is_some_and(|it| it.landed == verdict.commit);
                let steps = self.story.iter_mut().filter(wrote);
                if let Some(step) = steps.min_by_key(|step| distance(finding, step)) {
                    step.doubts.push(format!("{}[{}] {}", finding.level.name(), finding.rule.id, finding.message));
                }
                self.slips.push(Slip {
                    commit: verdict.commit.clone(),
                    day: verdict.day,
                    level: finding.level,
                    rule: finding.rule.id,
                    message: finding.message.clone(),
                });
            }
        }
        self.add_approvals(&past, opened);
        Ok(())
    }

    fn add_approvals(&mut self, past: &Past, opened: &Opened) {
        let zone = opened.judge.policy.timezone;
        for step in &mut self.story {
            let Some(merge) = step.written.as_ref().and_then(|written| past.merges.get(&written.landed)) else {
                continue;
            };
            let numbers: Vec<String> = merge.pulls.iter().map(|pull| format!("#{}", pull.number)).collect();
            if !numbers.is_empty() {
                step.request = Some(numbers.join(", "));
            }
            step.approvals = Some(case::approvals(merge, zone));
        }
    }
}

/// Tells how little a finding about a commit is about a step that the commit wrote: the step of the field that the finding
/// is on comes first.
fn distance(finding: &Finding, step: &Step) -> u8 {
    let mut keys = finding.place.pointer.split('/').skip(1);
    let (key, number) = (keys.next(), keys.next().and_then(|at| at.parse::<usize>().ok()).map(|at| at + 1));
    let is_of_field = match step.act {
        Act::Decided => matches!(key, Some("approver" | "decided")),
        Act::Began => matches!(key, Some("starts" | "expires")),
        Act::Closed => key == Some("closure"),
        Act::Renewed => key == Some("renewals") && step.number == number,
        Act::Reviewed => key == Some("reviews") && step.number == number,
        Act::Amended => key == Some("amendments") && step.number == number,
        Act::Asked | Act::Ended | Act::Changed(_) => false,
    };
    let is_of_decision = rules::is_of_decision(finding.rule);
    match step.act {
        _ if is_of_field => 0,
        Act::Changed(_) if !is_of_decision => 1,
        Act::Decided | Act::Renewed | Act::Amended if is_of_decision => 1,
        _ => 2,
    }
}

/// The commits of a branch that the default branch lacks.
struct Unmerged {
    /// The default branch, as people call it.
    trunk: String,
    /// The commit where the branch left it.
    fork: Commit,
    own: HashSet<Commit>,
}

impl Unmerged {
    fn find(git: &Git, tip: &Commit) -> Result<Option<Self>, Error> {
        let Some((trunk, newest)) = base::default_branch(git, None)? else { return Ok(None) };
        let Some(fork) = git.merge_base(&newest, tip)?.filter(|fork| fork != tip) else { return Ok(None) };
        let own = git.commits(tip, Some(&newest))?.into_iter().collect();
        Ok(Some(Self { trunk, fork, own }))
    }

    /// Marks the steps that they wrote. Of an exception that is new with them the drafts that a later one replaced came to
    /// nobody, and are left out.
    fn mark(&self, story: &mut Vec<Step>, is_draft: bool) {
        let own = |step: &Step| step.written.as_ref().is_some_and(|it| self.own.contains(&it.landed));
        if is_draft {
            let last: HashMap<_, usize> =
                story.iter().enumerate().map(|(at, step)| ((step.act.name(), step.number), at)).collect();
            let mut at = 0;
            story.retain(|step| {
                let is_last = last.get(&(step.act.name(), step.number)) == Some(&at);
                at += 1;
                is_last && !matches!(step.act, Act::Changed(_))
            });
            story.iter_mut().for_each(|step| step.doubts.clear());
        }
        let remark = format!("not merged yet: `{}` lacks it", self.trunk);
        story.iter_mut().filter(|step| own(step)).for_each(|step| step.remarks.push(remark.clone()));
    }
}

/// Returns the state of an exception, in words.
fn standing(exception: &Exception<'_>, policy: &Policy, today: Today) -> String {
    let zone = policy.timezone;
    let Some(status) = exception.status.as_ref().map(|status| status.value) else { return "without a status".into() };
    let closed = exception.closure.as_ref().and_then(|closure| closure.date.as_ref());
    match status {
        Status::Closed => closed.map_or_else(|| "closed".to_owned(), |date| format!("closed on {}", date.value)),
        Status::Rejected => "rejected".to_owned(),
        Status::Active | Status::Expired => {
            let Some(Term { last_day: last, days_left: days, started, ended }) = exception.term(zone, today) else {
                return format!("{}, without an end", status.name());
            };
            if ended {
                return format!("{}, ended on {last}, {}", status.name(), overdue(-days));
            }
            let waiting = exception.starts.as_ref().filter(|_| !started);
            let waiting =
                waiting.map(|starts| format!("begins on {}, ", zone.first_day(starts.value))).unwrap_or_default();
            let left = match days {
                0 => "its last day is today".to_owned(),
                1 => "1 day left".to_owned(),
                days => format!("{days} days left"),
            };
            format!("{}, {waiting}ends on {last}, {left}", status.name())
        }
    }
}

fn overdue(days: i64) -> String {
    match days {
        0 => "earlier today".to_owned(),
        1 => "1 day overdue".to_owned(),
        days => format!("{days} days overdue"),
    }
}
