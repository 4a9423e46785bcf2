//! `--git`: the steps are shown, agreed to, and run.
//!
//! What runs here is what the user would type, so the user's own configuration, hooks, keys and credentials count, unlike
//! in `git`. A new branch is made without a checkout: an index of its own and `git commit-tree` touch neither the
//! branch that is checked out nor what is staged or edited, take no copy of a large work tree, and leave nothing behind
//! when they fail. So the hooks of `git commit` do not run for it, which would look at what is checked out; those of
//! `git push` do.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::commands::ask::{Choice, Terminal};
use crate::commands::steps::act::{self, Act, Course, Left, Word};
use crate::commands::steps::{By, CardOf, Steps};
use crate::commands::{World, card, place};
use crate::error::{Argument, Error};
use crate::git::{self, Git};
use crate::history::base;
use crate::output::escape;

/// What says where a repository is, and would lead elsewhere than to the one that the register is in
/// (<https://git-scm.com/docs/git#_the_git_repository>).
const ELSEWHERE: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// Refuses to promise git steps where there is no repository, or one that is damaged: what git cannot read would look like
/// a branch without a commit, and the new one would begin at nothing.
///
/// # Errors
///
/// If they are wanted and cannot be.
pub(in crate::commands) fn refuse_without_git(is_wanted: bool, root: &Path) -> Result<(), Error> {
    if !is_wanted {
        return Ok(());
    }
    let outside = || Error::from(Argument::GitOutside { root: root.to_path_buf() });
    let git = Git::open(root)?.filter(|_| place::work_tree_top(root).is_some()).ok_or_else(outside)?;
    git.head()?;
    base::default_branch(&git, None).map(drop)
}

/// Tells whether the user signs commits, as the user's own configuration says.
pub(super) fn signs(root: &Path) -> bool {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(["config", "--type=bool", "--get", "commit.gpgSign"]);
    unset(&mut command);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command.output().is_ok_and(|output| output.stdout.starts_with(b"true"))
}

fn unset(command: &mut Command) {
    for name in ELSEWHERE {
        command.env_remove(name);
    }
}

/// The longest text of a pull request, in bytes: less than GitHub's 65,536 characters.
const MOST_TEXT: usize = 65_000;

/// A command that did not succeed.
struct Failure {
    name: String,
    why: String,
}

impl Steps<'_> {
    /// Shows the commands below a heading; if `is_wanted`, runs them. Returns whether there are any.
    ///
    /// # Errors
    ///
    /// If one of them fails: what was done until then, and the commands that go on.
    pub(in crate::commands) fn offer(
        &self,
        is_wanted: bool,
        heading: &str,
        world: &World,
        out: &mut dyn Write,
    ) -> Result<bool, Error> {
        let text = |card: &CardOf<'_>| card::page(card.place, card.id, card.today, world).ok();
        let text = self.card.as_ref().filter(|_| is_wanted).and_then(text).filter(|text| text.len() <= MOST_TEXT);
        let course = self.acts(if is_wanted { By::Run(text) } else { By::Hand });
        let lines = act::lines(&course.acts);
        if !lines.is_empty() {
            writeln!(out, "\n{heading}\n")?;
            lines.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        }
        if is_wanted {
            self.run(&course, lines.is_empty(), world, out)?;
        }
        Ok(!lines.is_empty())
    }

    /// Runs the commands that were shown.
    fn run(&self, course: &Course, is_hidden: bool, world: &World, out: &mut dyn Write) -> Result<(), Error> {
        if is_hidden {
            let why = "`--git`: the file's name contains control characters".to_owned();
            return Err(self.unfinished(why, course, Left::Nothing, Vec::new()));
        }
        if let Some(why) = self.would_undo(course) {
            return Err(self.unfinished(why, course, Left::Nothing, self.lines()));
        }
        if world.interactive && !agreed(world, out)? {
            writeln!(out, "\nnothing was run; you can type the commands as shown")?;
            return Ok(());
        }
        writeln!(out)?;
        out.flush()?;
        let staged = course.index.is_none().then(|| self.staged()).flatten();
        let mut left = Left::Nothing;
        let mut failed = None;
        for (at, act) in course.acts.iter().enumerate() {
            match self.go(act, world) {
                Ok(()) => left = left.max(act.leaves),
                Err(failure) => {
                    failed = Some((at, failure));
                    break;
                }
            }
        }
        if let Some(index) = &course.index {
            // Never made if the first command failed.
            let _ = std::fs::remove_file(self.current.join(index));
        }
        let Some((at, Failure { name, why })) = failed else { return self.conclude(course, out) };
        if let Some(staged) = staged.filter(|_| left == Left::Nothing) {
            self.put_back(&staged);
        }
        // What made no commit has left nothing to go on from.
        let rest = if left == Left::Nothing { 0 } else { at };
        Err(self.unfinished(format!("`{name}` failed: {why}"), course, left, act::lines(&course.acts[rest..])))
    }

    /// Returns why the commit would undo what others did: the start has another version of a file than what the edit
    /// here began from. `git switch` would refuse that too.
    fn would_undo(&self, course: &Course) -> Option<String> {
        let start = course.start.as_ref().filter(|_| course.index.is_some())?;
        let git = self.repository()?;
        let (theirs, ours) = (git.commit(start).ok()??, git.head().ok()??);
        let paths = self.paths_from_top();
        let differing = git.differing_at(&theirs, &ours, &paths).ok()?;
        let path = differing.first()?.strip_prefix(&place::below_work_tree(self.root))?;
        let path = escape::line(path);
        Some(format!("`{path}` in `{start}` differs from `HEAD`, and the commit would undo it"))
    }

    /// Says what is there now.
    fn conclude(&self, course: &Course, out: &mut dyn Write) -> Result<(), Error> {
        let branch = escape::line(&course.branch);
        if course.index.is_none() {
            writeln!(out, "\n`{branch}` is pushed with it; other staged changes are still staged")?;
            return Ok(());
        }
        writeln!(out, "\n`{branch}` is pushed with it; your checkout and staged changes are unchanged")?;
        let [path] = self.paths else { return Ok(()) };
        let is_known = self.staged().is_some_and(|staged| !staged.is_empty());
        let drop = if is_known { self.git("restore").with("--") } else { Act::of("rm", ["--"]) };
        let line = drop.text(&self.seen_from_here(path)).line();
        writeln!(out, "before you pull the merged file, delete the local copy: {line}")?;
        Ok(())
    }

    /// Creates the error that says how far things have come.
    fn unfinished(&self, why: String, course: &Course, left: Left, lines: Vec<String>) -> Error {
        let branch = escape::line(&course.branch);
        let done = match left {
            Left::Nothing => "it is written, and nothing is committed".to_owned(),
            Left::Committed => format!("it is written and committed to `{branch}`"),
            Left::Pushed => format!("it is written, committed and pushed to `{branch}`"),
        };
        let origin = self.repository().and_then(|git| git.origin().ok().flatten());
        let first = match origin {
            None if left == Left::Committed => "; there is no remote yet: `git remote add origin URL` adds one",
            _ => "",
        };
        let lines: Vec<String> = lines.into_iter().filter(|line| escape::line(line) == *line).collect();
        Error::Unfinished { why, done: format!("{done}{first}"), lines: lines.join("\n") }
    }

    /// Runs a command to its end.
    fn go(&self, act: &Act, world: &World) -> Result<(), Failure> {
        if let Some(other) = &act.unless
            && self.go(other, world).is_ok()
        {
            return Ok(());
        }
        let mut command = self.command(act, world)?;
        if world.interactive {
            return outcome(act, command.status());
        }
        // What is told on the way is not the result, and a reader of that who has gone does not stop a push.
        command.stdout(io::stderr());
        match git::run_unwatched(&mut command) {
            Ok(status) => outcome(act, Ok(status)),
            Err(error) => Err(Failure { name: act.name(), why: error.to_string() }),
        }
    }

    /// Runs a command and returns what it prints.
    fn answer(&self, act: &Act, world: &World) -> Result<OsString, Failure> {
        let failure = |error: io::Error| Failure { name: act.name(), why: error.to_string() };
        let mut command = self.command(act, world)?;
        let output = command.stdout(Stdio::piped()).spawn().and_then(Child::wait_with_output).map_err(failure)?;
        outcome(act, Ok(output.status))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().into())
    }

    fn command(&self, act: &Act, world: &World) -> Result<Command, Failure> {
        let mut command = Command::new(act.program);
        command.current_dir(self.current);
        unset(&mut command);
        command.envs(act.index.as_ref().map(|index| ("GIT_INDEX_FILE", index)));
        if !world.interactive {
            // Nobody is there to answer.
            command.stdin(Stdio::null());
            command.envs([("GIT_TERMINAL_PROMPT", "0"), ("GH_PROMPT_DISABLED", "1"), ("GLAB_NO_PROMPT", "1")]);
        }
        for word in &act.words {
            match word {
                Word::Own(word) => command.arg(word),
                Word::Text(text) => command.arg(text),
                Word::Output(act) => command.arg(self.answer(act, world)?),
                Word::Known(_, text) => command.arg(text),
            };
        }
        Ok(command)
    }

    /// Returns our paths from the top of the work tree.
    fn paths_from_top(&self) -> Vec<String> {
        let below = place::below_work_tree(self.root);
        self.paths.iter().map(|path| format!("{below}{path}")).collect()
    }

    /// Returns what is staged at our paths; `None` if that cannot be found out.
    fn staged(&self) -> Option<BTreeMap<PathBuf, String>> {
        let git = self.repository()?;
        git.staged(&self.paths_from_top()).ok()
    }

    /// Puts back what was staged at our paths before `git add`; whatever else is staged was never touched.
    fn put_back(&self, before: &BTreeMap<PathBuf, String>) {
        let (Some(now), Some(git)) = (self.staged(), self.repository()) else { return };
        let gone = now.keys().filter(|path| !before.contains_key(*path)).map(|path| (path.clone(), None));
        let changed = before.iter().filter(|(path, entry)| now.get(*path) != Some(entry));
        let changed = changed.map(|(path, entry)| (path.clone(), Some(entry.clone())));
        // The error that is reported is the one that made this necessary.
        let _ = git.stage(&gone.chain(changed).collect());
    }
}

/// Asks once.
fn agreed(world: &World, out: &mut dyn Write) -> Result<bool, Error> {
    let choices = ["yes", "no"].map(Choice::plain);
    match Terminal::new(world).choose("Run these commands?", "", &choices, 0, out) {
        Ok(chosen) => Ok(chosen == 0),
        Err(Error::Left) => Ok(false),
        Err(error) => Err(error),
    }
}

fn outcome(act: &Act, status: io::Result<ExitStatus>) -> Result<(), Failure> {
    let why = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => match status.code() {
            Some(code) => format!("exit code {code}"),
            None => status.to_string(),
        },
        Err(error) => error.to_string(),
    };
    Err(Failure { name: act.name(), why })
}
