//! `stopgap list`: the register as a table, the most urgent first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::ExitCode;

use crate::cli;
use crate::cli::list::{Sort, StatusName, TierName};
use crate::commands::opened::Opened;
use crate::commands::{World, write};
use crate::error::{Argument, Error, Named};
use crate::git::{Commit, Identity};
use crate::history::past::{self, Gone};
use crate::output::Look;
use crate::output::list::{Format, Listing, Row, render};
use crate::people::fold_person;
use crate::register::{Exception, Status, Text, Tier, control_key, stem};
use crate::report::Item;
use crate::rules::Judge;
use crate::text::{nearest, normalise, shown};
use crate::time::Day;
use crate::time::typed::{self, Toward};

/// Lists exceptions.
pub(super) fn run(arguments: &cli::List, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let mut opened = Opened::open_at(&arguments.place, &arguments.past, arguments.today.as_deref(), world)?;
    let period = arguments.in_force.as_deref().map(|text| period(text, opened.judge.today.day)).transpose()?;
    let removed = match period {
        Some(_) => add_gone(&mut opened)?,
        None => BTreeMap::new(),
    };
    let judge = &opened.judge;
    let outputs = write::parse_outputs(&arguments.output, "csv=register.csv")?;
    write::spare_inputs(&outputs, &[], &world.folder, &opened.root, &judge.policy)?;
    let filter = Filter::new(arguments, &opened, period)?;
    let mut formats = outputs.iter().map(|(format, _)| *format).chain([arguments.format]);
    let register = opened.records(formats.any(|format| format == Format::Json));
    let mut rows: Vec<Row<'_>> = register
        .exceptions
        .iter()
        .filter(|exception| filter.lets_through(exception))
        .map(|exception| Row { exception, term: exception.term(judge.policy.timezone, judge.today) })
        .collect();
    rows.sort_by(|a, b| a.urgency().cmp(&b.urgency()).then_with(|| a.exception.id.cmp(b.exception.id)));
    sort(&mut rows, arguments.sort, judge);
    let trees = register.exceptions.len();
    let removed = removed.into_iter().filter(|(id, _)| rows.iter().any(|row| row.exception.id == id)).collect();
    let listing = Listing {
        view: opened.view(&register),
        unreadable: register.files.iter().filter(|file| register.exception(file.id).is_none()).copied().collect(),
        left_out: trees - rows.len(),
        period,
        removed,
        rows,
        max_renewals: judge.policy.max_renewals,
        people: &judge.people,
        columns: arguments.columns.clone(),
        quiet: arguments.quiet,
    };
    write::outputs(&outputs, world, |format, look, file| {
        render(format, &listing, Look { width: usize::MAX, ..look }, file)
    })?;
    // Cells are shortened to fit a terminal, but never in a file or a pipe.
    let look = world.look();
    let width = if world.width.is_some() || world.terminal { look.width } else { usize::MAX };
    render(arguments.format, &listing, Look { width, ..look }, out)?;
    Ok(ExitCode::SUCCESS)
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
    judge: &'f Judge,
    /// The user's spellings, if only their own exceptions are listed.
    me: Option<Vec<String>>,
    /// The control's key, if only one is listed.
    control: Option<String>,
    /// The first and the last day of which something was in force on one.
    period: Option<(Day, Day)>,
}

impl<'f> Filter<'f> {
    fn new(arguments: &'f cli::List, opened: &'f Opened, period: Option<(Day, Day)>) -> Result<Self, Error> {
        let judge = &opened.judge;
        refuse_stranger("--owner", arguments.owner.as_deref(), judge)?;
        refuse_stranger("--approver", arguments.approver.as_deref(), judge)?;
        let me = if arguments.mine { Some(me(opened)?) } else { None };
        let control = arguments.control.as_deref().map(|text| control_key(text, judge.controls.as_ref()).into_owned());
        Ok(Self { arguments, judge, me, control, period })
    }

    fn lets_through(&self, exception: &Exception<'_>) -> bool {
        let Self { arguments, judge, .. } = self;
        let item = || Item::new(exception, &judge.policy, judge.today, judge.today.day);
        let in_force = |period| item().is_in_force_within(period, judge.policy.timezone, judge.today.day);
        let status = match (self.period, arguments.all, arguments.status.as_slice()) {
            (Some(period), ..) => in_force(period),
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

/// Adds the last versions of exceptions that the history has and the register has not, and returns the ids and the
/// commits that removed them. Outside git there is nothing to add.
fn add_gone(opened: &mut Opened) -> Result<BTreeMap<String, Commit>, Error> {
    let Some(git) = opened.git()? else { return Ok(BTreeMap::new()) };
    let Some(tip) = opened.tip(&git)? else { return Ok(BTreeMap::new()) };
    let gone = past::gone(&git, &opened.root, &opened.judge.policy.exceptions, &tip)?;
    let here: BTreeSet<String> =
        opened.files.own().iter().map(|id| stem(opened.files.source(*id).path()).to_lowercase()).collect();
    // What the work tree has and no commit yet may be one of them, put back.
    let gone: Vec<Gone> =
        gone.into_iter().filter(|gone| !here.contains(&stem(gone.last.source.path()).to_lowercase())).collect();
    let removed = gone.iter().map(|gone| (stem(gone.last.source.path()).to_owned(), gone.removed_in.clone()));
    let removed = removed.collect();
    opened.files.put_all(gone.into_iter().map(|gone| gone.last).collect());
    Ok(removed)
}

/// Returns the spellings by which git knows the user.
fn me(opened: &Opened) -> Result<Vec<String>, Error> {
    let Identity { name, email } = Identity::of(&opened.root);
    let known: Vec<String> = [email, name].into_iter().flatten().collect();
    match opened.judge.people.roster() {
        _ if known.is_empty() => Err(Error::from(Argument::WhoAreYou)),
        Some(roster) if !known.iter().any(|spelling| roster.find(spelling).is_some()) => {
            Err(not_found("--mine", known.first().map_or("", String::as_str), &opened.judge))
        }
        _ => Ok(known),
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

/// A misspelt person must not look like one who has nothing.
fn refuse_stranger(argument: &'static str, person: Option<&str>, judge: &Judge) -> Result<(), Error> {
    match (person, judge.people.roster()) {
        (Some(person), Some(roster)) if roster.is_complete() && roster.find(person).is_none() => {
            Err(not_found(argument, person, judge))
        }
        _ => Ok(()),
    }
}

fn not_found(argument: &'static str, person: &str, judge: &Judge) -> Error {
    let best = judge.people.roster().and_then(|roster| nearest(person, roster.spellings()));
    Error::from(Argument::NotFound {
        what: Named::Person(argument),
        name: person.to_owned(),
        help: match best {
            Some(best) => format!("did you mean `{}`?", shown(best)),
            None => format!("write a handle, a name or a mail address of `{}`", judge.policy.people_path()),
        },
    })
}
