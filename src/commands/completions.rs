//! `stopgap completions`: what a shell needs to complete a line, the ids of the register included.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Arg;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;

use crate::cli::{self, Place};
use crate::commands::{place, revise};
use crate::error::Error;
use crate::files::Repository;
use crate::people::{People, Roster};
use crate::policy::{self, Policy};
use crate::register::{self, Controls, Register};
use crate::rules;

/// The variable by which a shell asks for completions.
pub const VARIABLE: &str = "STOPGAP_COMPLETE";

/// The commands whose first argument is an id, and whether it must be a live exception's.
const BY_ID: [(&str, bool); 8] = [
    ("show", false),
    ("card", false),
    ("renew", true),
    ("review", true),
    ("close", true),
    ("reject", true),
    ("amend", true),
    ("decide", true),
];

/// Returns the command line, with completion of ids, rules, people, controls and fields; `words` are those of the process,
/// the line that is being completed among them.
#[must_use]
pub fn command(words: &[OsString]) -> clap::Command {
    let place = Place { root: named_root(words), policy: None };
    // A command has its arguments already, and they must keep their order.
    cli::command().mut_subcommands(|it| {
        let name = it.get_name().to_owned();
        it.mut_args(|argument| complete(&name, argument, &place))
    })
}

/// Completes an argument of a command by its name or by what its help calls the value.
fn complete(command: &str, argument: Arg, place: &Place) -> Arg {
    let register = |like: fn(&OsStr, &Place) -> Vec<CompletionCandidate>| {
        let place = place.clone();
        ArgValueCompleter::new(move |typed: &OsStr| like(typed, &place))
    };
    let called = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    match (command, argument.get_id().as_str(), called.as_deref()) {
        ("explain", "rule", _) | ("check", "select" | "ignore", _) => argument.add(ArgValueCompleter::new(rules_like)),
        (_, "id", _) if let Some((_, live)) = BY_ID.iter().find(|(name, _)| *name == command) => {
            argument.add(register(if *live { live_ids_like } else { ids_like }))
        }
        (_, _, Some("PERSON")) => argument.add(register(people_like)),
        (_, _, Some("CONTROL" | "RULE")) => argument.add(register(controls_like)),
        (_, "set", Some("FIELD=VALUE")) => {
            argument.add(ArgValueCompleter::new(|typed: &OsStr| fields_like(typed, "=")))
        }
        (_, "field", Some("FIELD")) => argument.add(ArgValueCompleter::new(|typed: &OsStr| fields_like(typed, ""))),
        _ => argument,
    }
}

/// Prints the lines that a shell sources.
pub(super) fn run(shell: &str, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let shells = Shells::builtins();
    if let Some(shell) = shells.completer(shell) {
        shell.write_registration(VARIABLE, "stopgap", "stopgap", "stopgap", out)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns what `--root` names on a line that is being completed.
fn named_root(words: &[OsString]) -> Option<PathBuf> {
    let mut words = words.iter();
    let mut root = None;
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--root") => root = words.next().map(PathBuf::from),
            Some(word) => root = word.strip_prefix("--root=").map(PathBuf::from).or(root),
            None => {}
        }
    }
    root
}

/// The register that is named, or the one around the current folder, as far as it can be read.
struct Around {
    root: PathBuf,
    repository: Repository,
    policy: Policy,
}

impl Around {
    fn find(place: &Place) -> Option<Self> {
        let root = place::root(place, Path::new(".")).ok()?;
        let repository = Repository::Folder(root.clone());
        let policy = Policy::load(&repository, None, rules::all()).unwrap_or_default();
        Some(Self { root, repository, policy })
    }
}

/// Offers what begins as typed. Anything that a shell could take for more than a plain word is left out: the person who
/// writes the register must not write the command line.
fn offer<T: AsRef<str>>(typed: &OsStr, words: impl IntoIterator<Item = T>) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let plain = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || "@._-+=[]".contains(c));
    let fitting = words.into_iter().filter(|word| word.as_ref().starts_with(typed) && plain(word.as_ref()));
    fitting.map(|word| CompletionCandidate::new(word.as_ref())).collect()
}

fn ids_like(typed: &OsStr, place: &Place) -> Vec<CompletionCandidate> {
    let ids = Around::find(place).map(|it| register::ids(&it.root, &it.policy.exceptions)).unwrap_or_default();
    offer(typed, ids)
}

fn live_ids_like(typed: &OsStr, place: &Place) -> Vec<CompletionCandidate> {
    let Some(around) = Around::find(place) else { return Vec::new() };
    let Ok(files) = register::read(&around.root, &around.policy.exceptions) else { return Vec::new() };
    let (register, _) = Register::parse_unjudged(&files, &[]);
    offer(typed, register.exceptions().filter(|it| it.is_live()).map(|it| it.id))
}

fn people_like(typed: &OsStr, place: &Place) -> Vec<CompletionCandidate> {
    let people = Around::find(place).and_then(|it| policy::load_people(&it.repository, &it.policy).ok());
    offer(typed, people.iter().filter_map(People::roster).flat_map(Roster::spellings))
}

fn controls_like(typed: &OsStr, place: &Place) -> Vec<CompletionCandidate> {
    let controls = Around::find(place).and_then(|it| policy::load_controls(&it.repository, &it.policy).ok()?);
    offer(typed, controls.iter().flat_map(Controls::iter).map(|control| &control.id))
}

fn fields_like(typed: &OsStr, end: &str) -> Vec<CompletionCandidate> {
    offer(typed, revise::settable().map(|field| format!("{}{end}", field.path())))
}

fn rules_like(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let like = rules::all().iter().filter(|rule| rule.id.starts_with(typed));
    like.map(|rule| CompletionCandidate::new(rule.id).help(Some(rule.summary().replace('\n', " ").into()))).collect()
}
