//! `stopgap import`: turns a foreign register or ignore file into exception files.

pub(in crate::commands) mod baseline;
mod decide;
mod namesakes;
mod update;

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustc_hash::FxHashMap;

use crate::cli;
use crate::commands::opened::Opened;
use crate::commands::steps::{self, Steps};
use crate::commands::{World, place, subfolder, write};
use crate::cores::{Cores, FEW};
use crate::error::{Argument, Error, Named};
use crate::files;
use crate::git::Git;
use crate::history::base;
use crate::import::{self, Entry, Options, Target};
use crate::output::import::{Draft, Format, Outcome, Skipped, render_reading, render_result};
use crate::output::{Folded, Look};
use crate::policy::Baseline;
use crate::policy::places::BASELINE;
use crate::register::{self, draft, is_named_like_one, stem};
use crate::rule::{Finding, Legacy, Level};
use crate::rules::Case;
use crate::schema::field_name;
use crate::source::FileId;
use crate::text::shown;
use crate::time::Day;
use crate::yaml;

/// Imports a file.
pub(super) fn run(arguments: &cli::Import, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let (opened, lock) = Opened::open_or_begin(&arguments.place, arguments.today.as_deref(), world)?;
    steps::refuse_without_git(arguments.git, &opened.root)?;
    if arguments.git && arguments.format == Format::Json {
        return Err(Error::from(Argument::Form {
            option: "--git",
            value: "--format json".to_owned(),
            fault: "would mix git's output with the JSON",
            help: "leave one of them out".to_owned(),
        }));
    }
    let name = arguments.file.to_string_lossy().into_owned();
    let options = options(arguments, &opened)?;
    let register = &opened.judge.policy.exceptions.clone();
    let named = |folder: &String| subfolder::read(folder, register, &opened.root);
    let target = arguments.folder.as_ref().map_or_else(|| Ok(register.clone()), named)?;
    let bytes = files::read_named(&world.folder.join(&arguments.file), import::MAX_BYTES).map_err(|error| {
        let help = format!("name a readable file of at most {} MiB", import::MAX_BYTES >> 20);
        Error::Unreadable { kind: "the file", path: shown(&name).into_owned(), why: error.to_string(), help }
    })?;
    let mut reading = decide::read(&name, bytes, options, arguments, world, out)?;
    let look = world.look();
    let out = &mut Folded::new(out, Look { wraps: look.wraps && arguments.format == Format::Text, ..look });
    let asked = problems_of(&draft::Draft::default());
    let asked: Vec<String> = asked.iter().filter_map(|problem| problem.place.missing()).map(field_name).collect();
    render_reading(arguments.format, &name, &reading, &asked, arguments.verbose, out)?;
    // What the columns become is on the screen before anything is written.
    out.flush()?;
    if let Some(error) = reading.stopped.take() {
        return Err(error);
    }
    if arguments.update {
        return update::run(arguments, &name, reading, opened, world, out);
    }
    let root = opened.root.clone();
    let entries = std::mem::take(&mut reading.entries);
    let plan = Plan::new(entries, &target, &opened);
    reading.unread.extend(plan.oversized.iter().cloned());
    reading.unread.sort();
    let until = arguments
        .baseline
        .as_ref()
        .map(|named| {
            baseline::until(
                "--baseline",
                named.as_deref(),
                opened.judge.baseline.as_ref().map(|it| it.until),
                &opened.judge,
            )
        })
        .transpose()?;
    let there = opened.judge.baseline.clone();
    let judged = plan.judge(opened, until)?;
    // What is there already is not written again.
    let is_new =
        |it: &&Baseline| there.as_ref().is_none_or(|there| (it.until, &it.entries) != (there.until, &there.entries));
    let changed = judged.baseline.as_ref().filter(is_new);
    if !arguments.dry_run {
        let text = changed.map(|baseline| baseline.to_yaml());
        plan.write(&root, text.as_deref().zip(changed))?;
    }
    let is_written = !arguments.dry_run && (!plan.files.is_empty() || changed.is_some());
    let baseline = judged.baseline.as_ref().filter(|_| is_written).map(|baseline| (register.as_str(), baseline));
    let paths = if is_written { paths(&root, &target, &plan.files, baseline) } else { Vec::new() };
    let message = ["Import existing exceptions".to_owned()];
    // What was printed is typed at the root, and says so; what runs can be run from anywhere.
    let current = if arguments.git { world.folder.as_path() } else { root.as_path() };
    let tools = if arguments.git { world.tools.as_slice() } else { &[] };
    let branch = "import-exceptions";
    let steps = Steps {
        root: &root,
        current,
        paths: &paths,
        branch,
        message: &message,
        // A baseline that the branch has otherwise than the default one cannot be taken there.
        register: (baseline.is_none() || !is_of_branch(&root, BASELINE)).then_some(register),
        tools,
        card: None,
        opened: OnceCell::new(),
    };
    let outcome = Outcome {
        file: &name,
        reading: &reading,
        folder: &target,
        elsewhere: elsewhere(&root, &world.folder),
        in_git: place::work_tree_top(&root).is_some(),
        steps: if is_written && !arguments.git { steps.lines() } else { Vec::new() },
        drafts: judged.drafts,
        skipped: plan.skipped,
        baseline: judged.baseline.as_ref().map(baseline::said),
        findings: judged.findings,
        dry_run: arguments.dry_run,
        verbose: arguments.verbose,
    };
    render_result(arguments.format, &outcome, out)?;
    if is_written && arguments.git {
        drop(lock);
        steps.offer(true, "to submit them for review:", world, out)?;
    }
    Ok(if reading.unread.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Returns the root in which the next commands must be typed, if that is not here.
fn elsewhere(root: &Path, current: &Path) -> Option<String> {
    let here = std::fs::canonicalize(current).unwrap_or_else(|_| current.to_path_buf());
    (here != root).then(|| root.display().to_string())
}

/// Tells whether the branch that is checked out has a file otherwise than the default one.
fn is_of_branch(root: &Path, path: &str) -> bool {
    let differs = || {
        let git = Git::open(root).ok()??;
        let (head, (_, tip)) = (git.head().ok()??, base::default_branch(&git, None).ok()??);
        let path = format!("{}{path}", place::below_work_tree(root));
        Some(!git.differing_at(&head, &tip, &[path]).ok()?.is_empty())
    };
    differs().unwrap_or(false)
}

/// Returns what `git add` is told: the folder if it holds nothing else to commit, otherwise each file. A baseline comes
/// with the exceptions of its register that it names and that are not tracked yet: those of an import before this one.
fn paths(root: &Path, folder: &str, files: &[Planned], baseline: Option<(&str, &Baseline)>) -> Vec<String> {
    let git = Git::open(root).ok().flatten();
    let above = place::below_work_tree(root);
    let mut files: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    if let (Some(git), Some((register, baseline))) = (&git, baseline) {
        let untracked = git.untracked(&[&format!("{above}{register}")]).unwrap_or_default();
        let below = untracked.iter().filter_map(|path| path.to_str()?.strip_prefix(&above).map(str::to_owned));
        let is_named = |path: &String| is_named_like_one(path) && baseline.entries.contains_key(stem(path));
        let named: Vec<String> = below.filter(|path| is_named(path) && !files.contains(path)).collect();
        files.extend(named);
    }
    let is_exact = || {
        let git = git.as_ref()?;
        let folder = format!("{above}{folder}");
        let differs = |head, tip| Some(!git.differing_at(head, tip, std::slice::from_ref(&folder)).ok()?.is_empty());
        let is_edited = match (git.head().ok()?, base::default_branch(git, None).ok()?) {
            (Some(head), Some((_, tip))) => git.is_edited(&head, &[&folder]).ok()? || differs(&head, &tip)?,
            (Some(head), None) => git.is_edited(&head, &[&folder]).ok()?,
            (None, _) => false,
        };
        Some(!is_edited && git.untracked(&[&folder]).ok()?.len() == files.len())
    };
    let own = match is_exact() {
        Some(false) => files,
        Some(true) | None => vec![folder.to_owned()],
    };
    own.into_iter().chain(baseline.map(|_| BASELINE.to_owned())).collect()
}

fn options(arguments: &cli::Import, opened: &Opened) -> Result<Options, Error> {
    Ok(Options {
        from: arguments.from.map(cli::From::format),
        map: arguments.map.iter().map(|argument| parse_map(argument)).collect::<Result<_, _>>()?,
        date_order: arguments.date_order.map(cli::DateOrder::order),
        picks: BTreeMap::new(),
        update: arguments.update,
        set: arguments
            .set
            .iter()
            .map(|argument| parse_set(argument, opened.judge.today.day))
            .collect::<Result<_, _>>()?,
        zone: opened.judge.policy.timezone,
        today: opened.judge.today,
    })
}

/// Reads `FIELD=COLUMN`.
fn parse_map(argument: &str) -> Result<(Target, String), Error> {
    let (field, column) = pair("--map", argument, "expires=\"Valid until\"")?;
    let target = if field.eq_ignore_ascii_case("ignore") { Some(Target::Ignore) } else { Target::parse(field) };
    let target = target.ok_or_else(|| no_field("--map", field, ", `ignore`"))?;
    Ok((target, column.to_owned()))
}

/// Reads `FIELD=VALUE`. What the schema would refuse is refused here, once instead of in every file.
fn parse_set(argument: &str, today: Day) -> Result<(Target, String), Error> {
    let (field, value) = pair("--set", argument, "scope.environment=production")?;
    let target = Target::parse(field).ok_or_else(|| no_field("--set", field, ""))?;
    let value = match &target {
        Target::Field(field) => field.as_typed(value, today),
        _ => value.to_owned(),
    };
    let own = match &target {
        Target::Id => target.name(),
        Target::Field(field) => Some(field.name()).filter(|_| !field.is_shared()),
        Target::Own(_) | Target::Ignore => None,
    };
    if let Some(field) = own {
        return Err(Error::from(Argument::NotShared { field: field.to_owned() }));
    }
    let mut probe = draft::Draft::default();
    import::apply(&target, &value, &mut probe);
    match problems_of(&probe).into_iter().find(|problem| problem.place.missing().is_none()) {
        None => Ok((target, value)),
        Some(problem) => Err(Error::from(Argument::Value {
            option: "--set".to_owned(),
            value: argument.to_owned(),
            why: problem.message,
            help: problem.help.unwrap_or_else(|| "give a value that the schema accepts".to_owned()),
        })),
    }
}

/// Judges a draft by the schema of exceptions.
fn problems_of(draft: &draft::Draft) -> Vec<yaml::Problem> {
    let text = draft.to_yaml(None);
    yaml::parse(&text).map(|tree| register::schema().check(&text, &tree)).unwrap_or_default()
}

fn pair<'a>(option: &'static str, argument: &'a str, example: &str) -> Result<(&'a str, &'a str), Error> {
    let parts = argument.split_once('=').map(|(field, value)| (field.trim(), value.trim()));
    parts.filter(|(field, value)| !field.is_empty() && !value.is_empty()).ok_or_else(|| {
        Error::from(Argument::Form {
            option,
            value: argument.to_owned(),
            fault: "does not have the form `FIELD=…`",
            help: format!("write for example `{option} {example}`"),
        })
    })
}

fn no_field(option: &'static str, field: &str, more: &str) -> Error {
    let help = match Target::nearest(field) {
        Some(best) => format!("did you mean `{best}`?"),
        None => {
            let names = Target::names().join("`, `");
            format!("the fields are `{names}`{more}, and any key that begins with `x-`")
        }
    };
    Error::from(Argument::NotFound { what: Named::Field(option), name: field.to_owned(), help })
}

/// What is to be written, and what is not.
struct Plan {
    files: Vec<Planned>,
    skipped: Vec<Skipped>,
    oversized: Vec<(usize, String)>,
}

struct Planned {
    entry: Entry,
    path: String,
    text: String,
}

impl Plan {
    fn new(mut entries: Vec<Entry>, target: &str, opened: &Opened) -> Self {
        namesakes::tell_apart(&mut entries, opened);
        let known: FxHashMap<String, &str> = opened
            .files
            .own()
            .iter()
            .map(|file| opened.files.source(*file).path())
            .map(|path| (register::stem(path).to_ascii_lowercase(), path))
            .collect();
        // All new files are in the same folder.
        let schema = place::schema_copy(&opened.root, &format!("{target}/x.yaml"));
        let mut plan = Self { files: Vec::new(), skipped: Vec::new(), oversized: Vec::new() };
        let text = |entry: &Entry| entry.draft.to_yaml(schema.as_deref());
        let texts: Vec<String> = Cores::for_items(entries.len(), FEW).map(&entries, text);
        for (entry, text) in entries.into_iter().zip(texts) {
            if let Some(path) = known.get(&entry.id.to_ascii_lowercase()) {
                plan.skipped.push(Skipped { line: entry.line, id: entry.id, path: (*path).to_owned() });
            } else if text.len() as u64 > yaml::MAX_BYTES {
                let why = format!("its file would have {} bytes, the limit is {}", text.len(), yaml::MAX_BYTES);
                plan.oversized.push((entry.line, why));
            } else {
                let path = format!("{target}/{}.yaml", entry.id);
                plan.files.push(Planned { entry, path, text });
            }
        }
        plan
    }

    /// Writes the new files, and the baseline with its text.
    fn write(&self, root: &Path, baseline: Option<(&str, &Baseline)>) -> Result<(), Error> {
        let mut written: Vec<(PathBuf, &[u8])> =
            self.files.iter().map(|file| (root.join(&file.path), file.text.as_bytes())).collect();
        let path = root.join(BASELINE);
        let (new, old): (Vec<_>, Vec<_>) = baseline.into_iter().partition(|(_, baseline)| baseline.text.is_empty());
        written.extend(new.iter().map(|(text, _)| (path.clone(), text.as_bytes())));
        if !written.is_empty() {
            write::new(&written, root)?;
        }
        old.iter().try_for_each(|(text, baseline)| write::replace(&path, &baseline.text, text))
    }

    /// Judges the register with the new files in it: what each lacks, by the schemas, and what the
    /// rules will say about the new ones. With a last day, all of them are named in a baseline.
    fn judge(&self, opened: Opened, until: Option<Day>) -> Result<Judged, Error> {
        if self.files.is_empty() && until.is_none() {
            return Ok(Judged { drafts: Vec::new(), findings: Vec::new(), baseline: None });
        }
        let merged = if until.is_some() { opened.merged()? } else { BTreeSet::new() };
        let Opened { judge, own, mut files, .. } = opened;
        let decode = |file: &Planned| files::decode(file.text.clone().into_bytes(), file.path.clone());
        files.put_all(self.files.iter().map(decode).collect());
        let register = register::Register::parse(&files, own.as_ref());
        let path = |file: FileId| files.source(file).path();
        let mut lacks: FxHashMap<&str, Vec<String>> = FxHashMap::default();
        for (file, faults) in &register.faults {
            let fields = faults.schema.iter().filter_map(|problem| problem.place.missing()).map(field_name);
            lacks.insert(path(*file), fields.collect());
        }
        let ours: FxHashMap<&str, usize> =
            self.files.iter().enumerate().map(|(at, file)| (file.path.as_str(), at)).collect();
        let mut rules_of: Vec<BTreeSet<&'static str>> = vec![BTreeSet::new(); self.files.len()];
        let mut found = Case::whole(&judge, &register, None, &files).run_strictly();
        let baseline = until.map(|until| {
            let there = self.skipped.iter().map(|skipped| register::stem(&skipped.path));
            let ids = self.files.iter().map(|file| file.entry.id.as_str()).chain(there).collect();
            let gaps = baseline::gaps_of_change(&judge, own.as_ref(), &files, &merged);
            baseline::extended(&judge, until, &ids, &gaps)
        });
        found.narrow();
        let told = |finding: &&Finding| {
            let is_tolerated = baseline.is_some() && finding.rule.legacy() == Legacy::Gap;
            finding.place.missing().is_none() && !is_tolerated && ours.contains_key(path(finding.file))
        };
        for finding in found.iter().filter(told) {
            rules_of[ours[path(finding.file)]].insert(finding.rule.id);
        }
        let findings = by_rule(found.iter().filter(told));
        let draft = |(file, rules): (&Planned, BTreeSet<&'static str>)| Draft {
            id: file.entry.id.clone(),
            path: file.path.clone(),
            line: file.entry.line,
            missing: lacks.remove(file.path.as_str()).unwrap_or_default(),
            rules: rules.into_iter().collect(),
            notes: file.entry.notes.clone(),
        };
        let drafts = self.files.iter().zip(rules_of).map(draft).collect();
        Ok(Judged { drafts, findings, baseline })
    }
}

/// Counts findings by their rule, the worst first.
fn by_rule<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<(Level, &'static str, usize)> {
    let mut counts: BTreeMap<(Reverse<Level>, &'static str), usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry((Reverse(finding.level), finding.rule.id)).or_default() += 1;
    }
    counts.into_iter().map(|((level, rule), count)| (level.0, rule, count)).collect()
}

struct Judged {
    drafts: Vec<Draft>,
    findings: Vec<(Level, &'static str, usize)>,
    baseline: Option<Baseline>,
}
