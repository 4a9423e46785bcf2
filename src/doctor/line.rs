//! What is said about one thing that was looked at.

use crate::ci::command::{Command, is_no_base};
use crate::ci::origin::{Origin, has_digest, is_commit};
use crate::doctor::Facts;
use crate::text::shown;

/// Returns how a job certainly fails when the check does, in which `what` makes that uncertain.
pub(super) fn remedy(what: &str) -> &'static str {
    let (name, _) = what.split_once([':', ' ', '=']).unwrap_or((what, ""));
    let is_variable = |name: &str| name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let is_file = |word: &str| word.ends_with(".yaml") || word.ends_with(".yml");
    match name {
        "--select" | "--ignore" => "leave it out; if a rule is not ready, lower its level in the policy",
        "--skip" => "leave it out: every register is then judged",
        "--fail-on" | "fail-on" => {
            "write `error`, `warning` or `note` there; if a rule is not ready, lower its level in the policy"
        }
        "--base" | "base" => "write `auto` there",
        "--policy" | "policy" => "leave it out, or let `stopgap doctor` look at the same policy with `--policy`",
        "root" => "write the folder itself there",
        "mode" | "sign-off" | "all-registers" => "write one of the values that the input takes there",
        "if" if what.starts_with("if:") => "leave it out, or let it depend on `github.event_name` alone",
        "shell" | "runs-on" => "write `shell: bash` in the step",
        name if what.contains(':') && is_variable(name) => "leave the variable out",
        _ if what.split(' ').all(is_file) => "leave the files out: the whole change is then judged",
        _ => {
            "put `stopgap check` on a line of its own with nothing around it, and before it nothing that changes the \
             checkout, the shell or the program"
        }
    }
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It is as it should be.
    Ok,
    /// It must be changed.
    Wrong,
    /// It would be better if it were changed.
    Advice,
    /// What was given does not show it.
    Unknown,
}

impl Status {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Wrong, Self::Advice, Self::Unknown];

    /// Returns the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Wrong => "wrong",
            Self::Advice => "advice",
            Self::Unknown => "unknown",
        }
    }
}

/// Where a thing is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// In the workflow or pipeline.
    Job,
    /// In the other files of the repository.
    Files,
    /// In the settings of the forge.
    Settings,
}

impl Group {
    /// Returns its heading.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Job => "the job",
            Self::Files => "the files",
            Self::Settings => "the settings of the branch",
        }
    }
}

macro_rules! checks {
    ($($group:ident { $($variant:ident $id:literal $question:literal,)+ })+) => {
        /// A thing that is looked at.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Check {
            $($(#[doc = $question] $variant,)+)+
        }

        impl Check {
            /// All of them in the order of their groups.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// Returns its stable name.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $($(Self::$variant => $id,)+)+ }
            }

            /// Returns what must be true, in one sentence.
            #[must_use]
            pub fn question(self) -> &'static str {
                match self { $($(Self::$variant => $question,)+)+ }
            }

            /// Returns where it is configured.
            #[must_use]
            pub fn group(self) -> Group {
                match self { $($(Self::$variant => Group::$group,)+)+ }
            }
        }
    };
}

checks! {
    Job {
    GateReadable "gate-readable" "The workflow or pipeline can be read.",
    GatePresent "gate-present" "A workflow or pipeline runs stopgap.",
    OnRequests "on-requests" "It runs on every pull or merge request.",
    OnEdited "on-edited" "It runs again when a pull request is pushed to, reopened or retargeted.",
    OnReviews "on-reviews" "It runs again when an approval is given or dismissed.",
    OnQueue "on-queue" "It runs in the merge queue, if there is one.",
    RequestGate "request-gate" "On a request it checks the change: `check --base`.",
    SignOff "sign-off" "It reads who approved.",
    OnSchedule "on-schedule" "It runs on a schedule.",
    RegisterCheck "register-check" "On the schedule it checks the whole register: `check`.",
    History "history" "`stopgap history` runs on the schedule.",
    Fails "fails" "The job fails when stopgap does.",
    Beside "beside" "Ignore files and scanner results that the policy names are checked: `sync --check`, `enforce`.",
    WholeHistory "whole-history" "The job has the whole history of the repository.",
    Pinned "pinned" "What runs is pinned to a commit or digest.",
    Permissions "permissions" "The job's token has only the permissions that it needs.",
    }
    Files {
    Register "register" "There is a register.",
    Schemas "schemas" "The repository's copies of the schemas match this version of stopgap.",
    CodeOwners "code-owners" "At least two people own everything that affects the gate.",
    Roster "roster" "The roster knows every code owner, and none of them has left.",
    }
    Settings {
    CheckRequired "check-required" "The branch requires the check.",
    CodeOwnerReview "code-owner-review" "The branch requires a request with the approval of a code owner.",
    StaleApprovals "stale-approvals" "An approval does not survive a push.",
    Bypass "bypass" "Nobody may bypass the rules, or those who may are known.",
    Reviewers "reviewers" "Required reviewers are able to approve.",
    ForcePush "force-push" "The branch cannot be overwritten.",
    Deletion "deletion" "The branch cannot be deleted.",
    UpToDate "up-to-date" "A request is checked together with the current state of the branch.",
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, from the top of the work tree.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

/// What is said about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The thing.
    pub check: Check,
    /// Its state.
    pub status: Status,
    /// One lower-case sentence, with values in backticks.
    pub message: String,
    /// The setting to change, or the way to find out.
    pub fix: Option<String>,
    /// Lines to copy: from the file that the fix names, or commands.
    pub snippet: Option<String>,
    /// Where it is written.
    pub place: Option<Place>,
    /// Where the same is written besides.
    pub also: Vec<Place>,
}

impl Line {
    /// Creates a line about something that is right.
    pub(super) fn ok(check: Check, message: impl Into<String>) -> Self {
        let also = Vec::new();
        Self { check, status: Status::Ok, message: message.into(), fix: None, snippet: None, place: None, also }
    }

    /// Creates a line about something that must be changed, with its fix.
    pub(super) fn wrong(check: Check, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { status: Status::Wrong, fix: Some(fix.into()), ..Self::ok(check, message) }
    }

    /// Creates a line about something that could be better.
    pub(super) fn advice(check: Check, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { status: Status::Advice, ..Self::wrong(check, message, fix) }
    }

    /// Creates a line about something that is not known, with the way to find out.
    pub(super) fn unknown(check: Check, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { status: Status::Unknown, ..Self::wrong(check, message, fix) }
    }

    /// Adds lines to copy.
    pub(super) fn with_snippet(self, snippet: impl Into<String>) -> Self {
        Self { snippet: Some(snippet.into()), ..self }
    }

    /// Sets where it is written.
    pub(super) fn at(self, path: &str, line: usize) -> Self {
        Self { place: Some(Place { path: path.to_owned(), line }), ..self }
    }
}

/// Makes one line of those that say the same, wherever it is written and whatever it affects: the first of them.
pub(super) fn merged(lines: Vec<Line>) -> Vec<Line> {
    let mut merged: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        let says = |line: &Line| (line.status, line.message.clone(), line.fix.clone(), line.snippet.clone());
        let same = merged.iter_mut().find(|other| line.status != Status::Ok && says(other) == says(&line));
        match same {
            Some(other) => {
                let is_new = |place: &Place| other.place.as_ref() != Some(place) && !other.also.contains(place);
                let further = line.place.filter(is_new);
                other.also.extend(further);
            }
            None => merged.push(line),
        }
    }
    merged
}

/// Says that a history begins where the branch already is, or where that moves with it; nothing if it begins elsewhere.
pub(super) fn idle_history(command: &Command, branch: &str) -> Option<Line> {
    let since = command.option("--since")?;
    let bare = since.trim_matches(['$', '{', '}', ' ']);
    let name = ["refs/heads/", "refs/remotes/origin/", "origin/"].iter().find_map(|way| bare.strip_prefix(way));
    let name = name.unwrap_or(bare).trim_matches(['$', '{', '}', ' ']);
    let fix = "delete it, or name a tag or commit up to which everything has been dealt with";
    if is_no_base(since) || name == branch || BRANCHES.contains(&name) {
        let message =
            format!("`--since {}` is the commit that is checked out, so no commit is looked at", shown(since));
        return Some(Line::wrong(Check::History, message, fix));
    }
    let moves =
        ["HEAD", "@"].iter().any(|head| bare.strip_prefix(head).is_some_and(|rest| rest.starts_with(['~', '^', '@'])));
    moves.then(|| {
        let message =
            format!("`--since {}` moves with the branch, so what came before it is never looked at", shown(since));
        Line::wrong(Check::History, message, fix)
    })
}

/// Says that the history of one register is looked at, and the check judges them all.
pub(super) fn partial_history() -> Line {
    let message = "the check judges every register, and `stopgap history` only one of them";
    Line::wrong(Check::History, message, "write `stopgap history --all-registers`")
}

/// Says that no job looks at the history; `elsewhere` if one looks at that of another register.
pub(super) fn no_history(facts: &Facts<'_>, elsewhere: bool) -> String {
    match facts.ownership.prefix.trim_end_matches('/') {
        _ if !elsewhere => "nothing looks for changes that bypass the gate".to_owned(),
        "" => "`stopgap history` runs, but not on the register at the top".to_owned(),
        folder => format!("`stopgap history` runs, but not on the register in `{}`", shown(folder)),
    }
}

/// What CI systems call the branch that a scheduled run is for, and its newest commit.
const BRANCHES: [&str; 10] = [
    "CI_COMMIT_BRANCH",
    "CI_COMMIT_REF_NAME",
    "CI_COMMIT_SHORT_SHA",
    "CI_DEFAULT_BRANCH",
    "GITHUB_REF",
    "GITHUB_REF_NAME",
    "HEAD",
    "github.event.repository.default_branch",
    "github.ref",
    "github.ref_name",
];

/// Returns a name for a command that somebody will copy into a shell: anything that a shell could act on becomes `_`.
pub(super) fn quotable(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-._/".contains(c) { c } else { '_' };
    name.chars().take(200).map(plain).collect()
}

/// Says that something lets a job or pipeline pass.
pub(super) fn softened(what: &str, who: &str) -> Line {
    if what.starts_with("sign-off:") {
        let message = format!("with `{}` the {who} passes without any approval", shown(what));
        return Line::wrong(Check::Fails, message, "delete it: an approval is then required");
    }
    let message = format!("`{}` lets the {who} pass whatever stopgap finds", shown(what));
    Line::wrong(Check::Fails, message, "delete it; if a rule is not ready, lower its level in the policy")
}

/// Says what of the places that a job gets stopgap from somebody could exchange; nothing where nobody can. `program` is
/// how it is started, and `scripts` and `actions` are what the job runs besides.
pub(super) fn unpinned_source(origins: &[Origin], program: &str, scripts: &str, actions: bool) -> Option<Line> {
    if let Some(line) = origins.iter().find_map(unpinned) {
        return Some(line);
    }
    if !origins.is_empty() {
        return None;
    }
    let own = Origin::of_program(program).filter(|_| !actions && !is_made(program, scripts));
    own.as_ref().and_then(unpinned).or_else(|| {
        let message = "nothing in the job says where stopgap comes from";
        Some(Line::unknown(Check::Pinned, message, PIN))
    })
}

/// Tells whether a line of a script may put a program where it is started.
fn is_made(program: &str, scripts: &str) -> bool {
    let path = program.trim_start_matches("./");
    let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    scripts.lines().any(|line| line.contains(folder) && Command::read(line).is_none())
}

const PIN: &str = "name a commit or a digest, as `stopgap init` does with `--action`, `--image` or `--source`";

/// Says what is wrong with a place that stopgap comes from; nothing where nobody can exchange it.
pub(super) fn unpinned(origin: &Origin) -> Option<Line> {
    match origin {
        Origin::Source { reference, .. } if is_commit(reference) => None,
        Origin::Source { url, reference } => {
            let message = match reference.as_str() {
                "" => format!("`{}` is built from the newest commit", shown(url)),
                named => {
                    format!("`{}` is built from `{}`, which can be moved to another commit", shown(url), shown(named))
                }
            };
            Some(Line::wrong(Check::Pinned, message, "write the full commit"))
        }
        Origin::Image(image) if has_digest(image) => None,
        Origin::Image(image) => {
            let message = format!("the image `{}`, which contains stopgap, can be moved by its owner", shown(image));
            Some(Line::wrong(Check::Pinned, message, "name its digest: `IMAGE@sha256:…`"))
        }
        Origin::Registry { line, versioned: false } => {
            Some(Line::wrong(Check::Pinned, format!("`{}` takes the newest version", shown(line)), PIN))
        }
        Origin::Registry { line, versioned: true } => {
            let message = format!("`{}` takes what a registry has under that name, whoever owns it", shown(line));
            Some(Line::advice(Check::Pinned, message, PIN))
        }
        Origin::Checkout(path) => {
            let message = format!("`{}` is a file of the checkout, which a change may replace", shown(path));
            Some(Line::wrong(Check::Pinned, message, PIN))
        }
        Origin::Unsaid => {
            let message = "the source of stopgap is not set, so the job fails in every run";
            let fix = "run `stopgap init` again with `--action`, `--image` or `--source`";
            Some(Line::wrong(Check::Pinned, message, fix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_fits_what_makes_it_uncertain_whether_a_job_fails() {
        for (what, says) in [
            ("--select expired", "lower its level"),
            ("--ignore expired", "leave it out"),
            ("--fail-on $LEVEL", "`error`"),
            ("fail-on: ${{ inputs.level }}", "`error`"),
            ("policy: other.yaml", "the same policy"),
            ("--base origin/x", "`auto`"),
            ("GIT_STRATEGY: none", "the variable"),
            ("shell: pwsh", "`shell: bash`"),
            ("if: github.actor != 'x'", "`github.event_name`"),
            ("exceptions/a.yaml exceptions/b.yaml", "the files"),
            ("if", "on a line of its own"),
            ("cd decoy", "before it nothing"),
            ("| tee log", "on a line of its own"),
        ] {
            assert!(remedy(what).contains(says), "{what}: {}", remedy(what));
        }
    }
}
