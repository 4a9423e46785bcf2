//! `stopgap list`: the register as a table, the most urgent first.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::io::{self, Write};
use std::process::ExitCode;

use crate::cli;
use crate::cli::list::{Sort, StatusName, TierName};
use crate::commands::gathered::{Gathered, Part, Wanted};
use crate::commands::opened::Opened;
use crate::commands::then::Then;
use crate::commands::{World, registers, write};
use crate::error::{Argument, Error, GitError, Named};
use crate::files::{self, ReadFile};
use crate::git::{Commit, Git, Identity};
use crate::history::past::{self, Gone};
use crate::output::list::{Format, Listing, Row, render};
use crate::output::{Look, Severity, Snippet, render_snippet};
use crate::people::fold_person;
use crate::register::{Exception, Register, Status, Text, Tier, control_key, is_named_like_one, stem};
use crate::report::Item;
use crate::rules::Judge;
use crate::text::{counted, nearest, normalise, shown};
use crate::time::Day;
use crate::time::typed::{self, Toward};

/// Lists exceptions.
pub(super) fn run(arguments: &cli::List, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let cli::List { place, several, past, .. } = arguments;
    let wanted = Wanted { place, several, past, today: arguments.today.as_deref() };
    let mut opened = Gathered::open(&wanted, world)?;
    let period = arguments.in_force.as_deref().map(|text| period(text, opened.first().today.day)).transpose()?;
    let removed = match period {
        Some(_) => add_gone(&mut opened, world)?,
        None => BTreeMap::new(),
    };
    let outputs = write::parse_outputs(&arguments.output, "csv=register.csv")?;
    opened.spare_inputs(&outputs, &[], world)?;
    let filter = Filter::new(arguments, &opened, period)?;
    let formats = || outputs.iter().map(|(format, _)| *format).chain([arguments.format]);
    let register = opened.records(formats().any(|format| format == Format::Json));
    filter.refuse_strangers(&register)?;
    let mut rows: Vec<Row<'_>> = register
        .exceptions()
        .filter(|exception| filter.lets_through(exception))
        .map(|exception| {
            let judge = filter.judge(exception);
            let term = exception.term(judge.policy.timezone, judge.today);
            Row { exception, term, max_renewals: judge.policy.max_renewals, people: &judge.people }
        })
        .collect();
    rows.sort_by(|a, b| a.urgency().cmp(&b.urgency()).then_with(|| a.exception.id.cmp(b.exception.id)));
    sort(&mut rows, arguments.sort, opened.first());
    let trees = register.exceptions().len();
    let shown: BTreeSet<&str> = rows.iter().map(|row| opened.files.source(row.exception.file).path()).collect();
    let removed = removed.into_iter().filter(|(path, _)| shown.contains(path.as_str())).collect();
    let listing = Listing {
        view: opened.view(&register),
        unreadable: register.files.iter().filter(|file| register.exception(file.id).is_none()).copied().collect(),
        left_out: trees - rows.len(),
        period,
        removed,
        rows,
        max_renewals: opened.first().policy.max_renewals,
        columns: arguments.columns.clone(),
        quiet: arguments.quiet,
    };
    write::outputs(&outputs, world, |format, look, file| {
        render(format, &listing, Look { width: usize::MAX, ..look }, file)
    })?;
    // Cells are shortened to fit a terminal, but never in a file or a pipe.
    let look = world.look();
    let width = world.width.map(|width| width.max(look.width));
    let width = width.unwrap_or(if world.terminal { look.width } else { usize::MAX });
    render(arguments.format, &listing, Look { width, ..look }, out)?;
    if formats().any(|format| format == Format::Csv) {
        warn_of_unreadable(&listing, world);
    }
    Ok(opened.exit_code())
}

/// Says on standard error which files have no row, where the format has no place for them.
fn warn_of_unreadable(listing: &Listing<'_>, world: &World) {
    const SHOWN: usize = 10;
    let count = listing.unreadable.len();
    if count == 0 {
        return;
    }
    let named = listing.unreadable.iter().take(SHOWN).map(|file| format!("`{}`", shown(file.path)));
    let more = count.checked_sub(SHOWN).filter(|more| *more > 0).map(|more| format!("`{more}` more"));
    let names: Vec<String> = named.chain(more).collect();
    let have = if count == 1 { "has" } else { "have" };
    let warning = Snippet {
        severity: Severity::Warning,
        head: "warning".to_owned(),
        message: format!("{} cannot be read and {have} no row: {}", counted(count, "file"), names.join(", ")),
        help: Some("run `stopgap check` for details".to_owned()),
        place: None,
        labels: Vec::new(),
    };
    let _ = io::stderr().lock().write_all(render_snippet(&warning, world.look_of_errors()).as_bytes());
}

/// Sorts rows, which are in the order of urgency, by something else; equal rows keep their order.
fn sort(rows: &mut [Row<'_>], key: Sort, judge: &Judge) {
    let person = |text: Option<&Text<'_>>| {
        let name = text.map(|text| fold_person(judge.people.name_of(text.as_str())).into_owned());
        (name.is_none(), name)
    };
    let words = |text: &Option<Text<'_>>| {
        let folded = text.as_ref().map(|text| normalise::fold(text.as_str()).into_owned());
        (folded.is_none(), folded)
    };
    match key {
        Sort::Urgency => {}
        Sort::Tier => rows.sort_by_key(|row| Reverse(row.exception.risk.tier.as_ref().map(|tier| tier.value))),
        Sort::Owner => rows.sort_by_cached_key(|row| person(row.exception.owner.as_ref())),
        Sort::Approver => rows.sort_by_cached_key(|row| person(row.exception.last_approver())),
        Sort::Control => rows.sort_by_cached_key(|row| {
            let key =
                row.exception.control.as_ref().map(|it| control_key(it.as_str(), judge.controls.as_ref()).into_owned());
            (key.is_none(), key)
        }),
        Sort::System => rows.sort_by_cached_key(|row| words(&row.exception.scope.system)),
        Sort::Title => rows.sort_by_cached_key(|row| words(&row.exception.title)),
        Sort::Id => rows.sort_by_key(|row| row.exception.id),
        Sort::Starts => rows.sort_by_key(|row| {
            Reverse(row.exception.starts.as_ref().map(|starts| judge.policy.timezone.first_day(starts.value)))
        }),
        Sort::Decided => rows.sort_by_key(|row| Reverse(row.exception.decided.as_ref().map(|day| day.value))),
    }
}

/// What to list from a register.
struct Filter<'f> {
    arguments: &'f cli::List,
    opened: &'f Gathered,
    /// The user's spellings, if only their own exceptions are listed.
    me: Option<Vec<String>>,
    /// The control's key, if only one is listed.
    control: Option<String>,
    /// The first and the last day of which something was in force on one.
    period: Option<(Day, Day)>,
}

impl<'f> Filter<'f> {
    fn new(arguments: &'f cli::List, opened: &'f Gathered, period: Option<(Day, Day)>) -> Result<Self, Error> {
        let judge = opened.first();
        let me = if arguments.mine { Some(me(opened)?) } else { None };
        let control = arguments.control.as_deref().map(|text| control_key(text, judge.controls.as_ref()).into_owned());
        Ok(Self { arguments, opened, me, control, period })
    }

    /// Refuses a person whom neither a roster nor a record knows: a misspelt one must not look like one who has nothing.
    fn refuse_strangers(&self, register: &Register<'_>) -> Result<(), Error> {
        let (owner, approver) = (self.arguments.owner.as_deref(), self.arguments.approver.as_deref());
        for (argument, person) in [("--owner", owner), ("--approver", approver)] {
            let Some(person) = person else { continue };
            let is_it = |it: &Exception<'_>| {
                let named = if argument == "--owner" { it.owner.as_ref() } else { it.last_approver() };
                named.is_some_and(|text| self.judge(it).people.same(text.as_str(), person))
            };
            if !self.opened.judges().any(|judge| may_be(judge, person)) && !register.exceptions().any(is_it) {
                let path = self.opened.first().policy.people_path();
                let help = format!("write a handle, a name or an email address from `{path}`");
                return Err(not_found(argument, person, self.opened.first(), help));
            }
        }
        Ok(())
    }

    /// Returns the rule book for an exception.
    fn judge(&self, exception: &Exception<'_>) -> &'f Judge {
        self.opened.judge_of(self.opened.files.source(exception.file).path())
    }

    fn lets_through(&self, exception: &Exception<'_>) -> bool {
        let (arguments, judge) = (self.arguments, self.judge(exception));
        let item = || Item::new(exception, judge, judge.today.day);
        let status = match (self.period, arguments.all, arguments.status.as_slice()) {
            (Some(period), ..) => item().is_in_force_within(period, judge.today.day),
            (None, true, _) => true,
            (None, false, []) => exception.is_live(),
            (None, false, names) => names.iter().any(|name| exception.is(&[status(*name)])),
        };
        let tier = exception.risk.tier.as_ref().map(|tier| tier.value);
        let tiers = arguments.tier.is_empty() || arguments.tier.iter().any(|name| tier == Some(self::tier(*name)));
        let is =
            |text: Option<&Text<'_>>, person: &str| text.is_some_and(|text| judge.people.same(text.as_str(), person));
        let owner = arguments.owner.as_deref().is_none_or(|person| is(exception.owner.as_ref(), person));
        let approver = arguments.approver.as_deref().is_none_or(|person| is(exception.last_approver(), person));
        let mine = |me: &String| is(exception.owner.as_ref(), me) || is(exception.requester.as_ref(), me);
        let mine = self.me.as_ref().is_none_or(|me| me.iter().any(mine));
        let key = exception.control.as_ref().map(|control| control_key(control.as_str(), judge.controls.as_ref()));
        let control = self.control.is_none() || key.as_deref() == self.control.as_deref();
        let left = exception.term(judge.policy.timezone, judge.today).map(|term| term.days_left);
        let near = |most: u32| exception.is_live() && left.is_some_and(|left| left <= i64::from(most));
        status && tiers && owner && approver && mine && control && arguments.days_left.is_none_or(near)
    }
}

/// Reads a period: its first and its last day, of which the last is today unless it is named.
fn period(text: &str, today: Day) -> Result<(Day, Day), Error> {
    let refused = |why: String| {
        Error::from(Argument::Value {
            option: "--in-force".to_owned(),
            value: text.to_owned(),
            why,
            help: "write the first and the last day, such as `2026-01-01..2026-03-31`, or one day".to_owned(),
        })
    };
    let day = |text: &str| typed::read_day(text, today, Toward::Past).map_err(|error| refused(error.to_string()));
    let (from, to) = match text.split_once("..") {
        None => (day(text)?, day(text)?),
        Some((from, "")) => (day(from)?, today),
        Some((from, to)) => (day(from)?, day(to)?),
    };
    if to < from {
        return Err(refused(format!("`{from}` is after `{to}`")));
    }
    Ok((from, to))
}

/// Adds the last versions of exceptions that the history has and a register has not, and returns their paths and the
/// commits that removed them. Outside git there is nothing to add.
fn add_gone(opened: &mut Gathered, world: &World) -> Result<BTreeMap<String, Commit>, Error> {
    let mut removed = BTreeMap::new();
    let mut added: Vec<ReadFile> = Vec::new();
    let mut brought = Brought::new();
    for part in &opened.parts {
        let folder = format!("{}{}/", part.below, part.opened.judge.policy.exceptions);
        let paths = opened.files.own().iter().map(|id| opened.files.source(*id).path());
        let here: BTreeSet<String> =
            paths.filter(|path| path.starts_with(&folder)).map(|path| stem(path).to_lowercase()).collect();
        for Gone { last, removed_in, .. } in gone(part, world)?.into_iter().filter(|gone| !gone.goes_on) {
            let path = last.source.path();
            // What the work tree has and no commit yet may be one of them, put back.
            let id = stem(path).to_lowercase();
            if here.contains(&id) || (opened.are_several() && has_moved(part, &removed_in, &id, &mut brought)?) {
                continue;
            }
            let path = format!("{}{path}", part.below);
            added.push(ReadFile { source: last.source.renamed(&path), ..last });
            removed.insert(path, removed_in);
        }
    }
    if opened.are_several() {
        add_gone_registers(opened, world, &mut brought, (&mut added, &mut removed))?;
    }
    opened.files.put_all(added);
    Ok(removed)
}

/// Adds what registers had that are no more, unless it went on under another root.
fn add_gone_registers(
    opened: &mut Gathered,
    world: &World,
    brought: &mut Brought,
    (added, removed): (&mut Vec<ReadFile>, &mut BTreeMap<String, Commit>),
) -> Result<(), Error> {
    let first = &opened.parts[0].opened;
    let Some(git) = first.git()? else { return Ok(()) };
    let Some(tip) = first.tip(&git)? else { return Ok(()) };
    let here: BTreeSet<String> = opened.parts.iter().map(|part| part.below.clone()).collect();
    for (below, last) in registers::gone(&git, &tip, world.now.timestamp())? {
        if here.contains(&below) || !registers::is_kept(&below, &opened.skipped) {
            continue;
        }
        let root = opened.root.join(below.trim_end_matches('/'));
        let place = registers::place_of(&root);
        let then = Then::of_commit(git.clone(), last, root);
        let part = Opened::open_gone(&place, then, opened.first().today, world)?;
        let gone = part.at_home((&place, world), &git, |home| past::gone(home, &tip))?;
        for Gone { last, removed_in, .. } in gone.into_iter().filter(|gone| !gone.goes_on) {
            if !is_brought(&git, &removed_in, &stem(last.source.path()).to_lowercase(), brought)? {
                let path = format!("{below}{}", last.source.path());
                added.push(ReadFile { source: last.source.renamed(&path), ..last });
                removed.insert(path, removed_in);
            }
        }
        opened.add_part(Part { below, place, opened: part });
    }
    Ok(())
}

/// The ids, in lower case, of the files that commits bring or edit.
type Brought = BTreeMap<Commit, BTreeSet<String>>;

/// Tells whether the commit that took an exception from one of several registers brought it to another.
fn has_moved(part: &Part, removed_in: &Commit, id: &str, brought: &mut Brought) -> Result<bool, Error> {
    match part.opened.git()? {
        Some(git) => is_brought(&git, removed_in, id, brought),
        None => Ok(false),
    }
}

fn is_brought(git: &Git, commit: &Commit, id: &str, brought: &mut Brought) -> Result<bool, Error> {
    let stems = match brought.entry(commit.clone()) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(unread) => unread.insert(stems_brought_by(git, commit)?),
    };
    Ok(stems.contains(id))
}

/// Lists the ids, in lower case, of the files that a commit brings or edits.
fn stems_brought_by(git: &Git, commit: &Commit) -> Result<BTreeSet<String>, Error> {
    let parent = git.info(commit)?.and_then(|info| info.parents.into_iter().next());
    let changes = git.tree_changes(&[(commit, parent.as_ref())], &[])?.pop().unwrap_or_default();
    let paths = changes.into_iter().filter(|change| change.file.is_some()).map(|change| change.path);
    let paths = paths.map(|path| files::name_of(&path).into_owned());
    Ok(paths.filter(|path| is_named_like_one(path)).map(|path| stem(&path).to_lowercase()).collect())
}

/// Finds what the history of a register has and the register has not; what a shallow clone lacks is missing without a
/// trace, so it is refused.
fn gone(part: &Part, world: &World) -> Result<Vec<Gone>, Error> {
    let Part { opened, place, .. } = part;
    let Some(git) = opened.git()? else { return Ok(Vec::new()) };
    let Some(tip) = opened.tip(&git)? else { return Ok(Vec::new()) };
    if git.is_shallow() {
        return Err(GitError::Shallow.into());
    }
    opened.at_home((place, world), &git, |home| past::gone(home, &tip))
}

/// Returns the spellings by which git knows the user.
fn me(opened: &Gathered) -> Result<Vec<String>, Error> {
    let Identity { name, email } = Identity::of(&opened.root)?;
    let known: Vec<String> = [email, name].into_iter().flatten().collect();
    if known.is_empty() {
        return Err(Error::from(Argument::WhoAreYou));
    }
    match opened.judges().any(|judge| known.iter().any(|spelling| may_be(judge, spelling))) {
        true => Ok(known),
        false => {
            let path = opened.first().policy.people_path();
            let help = format!(
                "git knows you by `user.email` and `user.name`: add that spelling to `{path}`, or name yourself with \
                 `--owner`"
            );
            Err(not_found("--mine", &known[0], opened.first(), help))
        }
    }
}

fn status(name: StatusName) -> Status {
    match name {
        StatusName::Active => Status::Active,
        StatusName::Expired => Status::Expired,
        StatusName::Closed => Status::Closed,
        StatusName::Rejected => Status::Rejected,
    }
}

fn tier(name: TierName) -> Tier {
    match name {
        TierName::Low => Tier::Low,
        TierName::Moderate => Tier::Moderate,
        TierName::High => Tier::High,
        TierName::Emergency => Tier::Emergency,
    }
}

/// Tells whether a register may name a person: where a roster is complete, only the people in it.
fn may_be(judge: &Judge, person: &str) -> bool {
    judge.people.roster().is_none_or(|roster| !roster.is_complete() || roster.find(person).is_some())
}

fn not_found(argument: &'static str, person: &str, judge: &Judge, otherwise: String) -> Error {
    let best = judge.people.roster().and_then(|roster| nearest(person, roster.spellings()));
    Error::from(Argument::NotFound {
        what: Named::Person(argument),
        name: person.to_owned(),
        help: match best {
            Some(best) => format!("did you mean `{}`?", shown(best)),
            None => otherwise,
        },
    })
}
