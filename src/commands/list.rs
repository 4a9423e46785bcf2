//! `stopgap list`: the register as a table, the most urgent first.

use std::io::Write;
use std::process::ExitCode;

use crate::cli;
use crate::cli::list::{StatusName, TierName};
use crate::commands::opened::Opened;
use crate::commands::{World, write};
use crate::error::{Argument, Error, Named};
use crate::output::Look;
use crate::output::list::{Listing, Row, render};
use crate::register::Tier;
use crate::register::{Exception, Status};
use crate::rules::Judge;
use crate::text::{nearest, shown};

/// Lists exceptions.
pub(super) fn run(arguments: &cli::List, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let opened = Opened::open(&arguments.place, arguments.today.as_deref(), world)?;
    let judge = &opened.judge;
    let outputs = write::parse_outputs(&arguments.output, "csv=register.csv")?;
    write::spare_inputs(&outputs, &world.folder, &opened.root, &judge.policy)?;
    refuse_unknown_owner(arguments.owner.as_deref(), judge)?;
    let register = opened.register();
    let mut rows: Vec<Row<'_>> = register
        .exceptions
        .iter()
        .filter(|exception| wanted(arguments, exception, judge))
        .map(|exception| Row { exception, term: exception.term(judge.policy.timezone, judge.today) })
        .collect();
    rows.sort_by(|a, b| a.urgency().cmp(&b.urgency()).then_with(|| a.exception.id.cmp(b.exception.id)));
    let trees = register.exceptions.len();
    let listing = Listing {
        view: opened.view(&register),
        unreadable: register.files.iter().filter(|file| register.exception(file.id).is_none()).copied().collect(),
        left_out: trees - rows.len(),
        rows,
        max_renewals: judge.policy.max_renewals,
        quiet: arguments.quiet,
    };
    write::outputs(&outputs, world, |format, look, file| {
        render(format, &listing, Look { width: usize::MAX, ..look }, file)
    })?;
    // A title is cut to fit a terminal, never on its way into a file or a pipe.
    let look = world.look();
    let width = if world.width.is_some() || world.terminal { look.width } else { usize::MAX };
    render(arguments.format, &listing, Look { width, ..look }, out)?;
    Ok(ExitCode::SUCCESS)
}

fn wanted(arguments: &cli::List, exception: &Exception<'_>, judge: &Judge) -> bool {
    let status = match (arguments.all, arguments.status.as_slice()) {
        (true, _) => true,
        (false, []) => exception.is_live(),
        (false, names) => names.iter().any(|name| exception.is(&[status(*name)])),
    };
    let tier = exception.risk.tier.as_ref().map(|tier| tier.value);
    let tiers = arguments.tier.is_empty() || arguments.tier.iter().any(|name| tier == Some(self::tier(*name)));
    let owner = |person: &str| exception.owner.as_ref().is_some_and(|owner| judge.people.same(owner.as_str(), person));
    let left = exception.term(judge.policy.timezone, judge.today).map(|term| term.days_left);
    let near = |most: u32| exception.is_live() && left.is_some_and(|left| left <= i64::from(most));
    status && tiers && arguments.owner.as_deref().is_none_or(owner) && arguments.days_left.is_none_or(near)
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

/// A misspelt owner must not look like one who owns nothing.
fn refuse_unknown_owner(owner: Option<&str>, judge: &Judge) -> Result<(), Error> {
    let (Some(owner), Some(roster)) = (owner, judge.people.roster()) else { return Ok(()) };
    if !roster.is_complete() || roster.find(owner).is_some() {
        return Ok(());
    }
    Err(Error::from(Argument::NotFound {
        what: Named::Person("--owner"),
        name: owner.to_owned(),
        help: match nearest(owner, roster.spellings()) {
            Some(best) => format!("did you mean `{}`?", shown(best)),
            None => format!("write a handle, a name or a mail address of `{}`", judge.policy.people_path()),
        },
    }))
}
