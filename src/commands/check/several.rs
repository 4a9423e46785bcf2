//! `--all-registers`: each register is checked by itself, and they are reported on as one.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::card::Cards;
use crate::commands::check::base::Base;
use crate::commands::check::{Checked, Run};
use crate::commands::registers::{self, Registers};
use crate::commands::then::Then;
use crate::commands::together::{Remarks, Union};
use crate::commands::{World, book, setting};
use crate::error::{Error, GitError};
use crate::output::{Named, Several};
use crate::policy::{Forge, Policy};
use crate::rule::Level;
use crate::time::Today;
use crate::{cli, commands::fix::Fixes};

/// Checks every register of the work tree.
pub(super) fn run<'r>(
    run: &dyn Fn(PathBuf, Option<Then>) -> Run<'r>,
    arguments: &cli::Check,
    world: &World,
    out: &mut dyn Write,
) -> Result<ExitCode, Error> {
    let found = Registers::find(&arguments.several, &arguments.past, world)?;
    let whole = run(found.top.clone(), None);
    whole.refuse_nonsense()?;
    // What a change is compared with is said of each register.
    if arguments.base.is_none() {
        found.remark(arguments.today.as_deref(), world);
    }
    let mut together = Together::default();
    together.several.skipped = found.skipped.iter().map(|folder| registers::name(folder)).collect();
    if let Some(revision) = &arguments.base {
        let base = Base::find(revision, &found.top, world)?;
        for (root, count) in base.registers(&found)? {
            if !found.roots.contains(&root) {
                together.break_off(&root, &found.top, &Error::RegisterRemoved { root: root.clone(), count });
            }
        }
    }
    let judged = |root: &str| {
        let then = found.then(root, world)?;
        run(found.top.join(root), then).judged()
    };
    for root in &found.roots {
        match judged(root) {
            Ok(checked) => together.add(root, checked),
            // The same for every register.
            Err(error @ (Error::Argument(_) | Error::Input(_) | Error::Git(GitError::NotStarted { .. }))) => {
                return Err(error);
            }
            Err(error) => {
                registers::say_broken(root, &error, world);
                together.break_off(root, &found.top, &error);
            }
        }
    }
    let today = match together.first {
        Some((today, ..)) => today,
        // No register could be judged.
        None => book::read_today(arguments.today.as_deref(), Policy::default().timezone, world)?,
    };
    let (checked, several) = together.checked(today);
    let code = whole.finish(checked, "", Some(&several), out)?;
    Ok(if several.broken.is_empty() { code } else { ExitCode::from(2) })
}

/// What came of the check of several registers.
#[derive(Default)]
struct Together {
    union: Union,
    cards: Cards,
    several: Several,
    remarks: Remarks,
    /// The levels that each policy gives to rules.
    levels: Vec<BTreeMap<&'static str, Level>>,
    /// The moment, the base and the forge of the first one.
    first: Option<(Today, Option<String>, Forge)>,
}

impl Together {
    /// Adds a register.
    fn add(&mut self, root: &str, other: Checked) {
        let name = registers::name(root);
        let Checked { files, findings, cards, counts: (exceptions, live), folder, remarks, .. } = other;
        self.first.get_or_insert((other.today, other.base, other.forge));
        self.levels.push(other.levels);
        let files = self.union.add(root, files, findings);
        self.cards.absorb(cards, files.start);
        self.remarks.add(&name, remarks);
        self.several.registers.push(Named { name, folder: format!("{root}{folder}"), files, exceptions, live });
    }

    /// Notes a register that could not be judged.
    fn break_off(&mut self, root: &str, top: &Path, error: &Error) {
        self.several.broken.push(registers::broken(root, top, error));
    }

    /// Returns all of them as one.
    fn checked(self, today: Today) -> (Checked, Several) {
        let Self { union: Union { files, findings, .. }, cards, several, remarks, levels, first } = self;
        let (base, forge) = first.map_or((None, Forge::default()), |(_, base, forge)| (base, forge));
        let checked = Checked {
            files,
            findings,
            cards,
            counts: (0, 0),
            folder: String::new(),
            today,
            base,
            remarks: remarks.lines(),
            fixes: Fixes::default(),
            scan: None,
            levels: setting::heaviest(&levels),
            forge,
        };
        (checked, several)
    }
}
