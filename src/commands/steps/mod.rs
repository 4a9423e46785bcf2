//! From a file of the register to the pull request: commands that can be pasted into a shell unchanged, and that `--git`
//! runs after it has shown them.

mod act;
mod run;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use crate::cli;
use crate::commands::place;
use crate::files;
use crate::git::Git;
use crate::history::base;
use crate::output::escape;
use crate::text::slug::untaken;

use act::{Act, Course, Left};
pub(super) use run::refuse_without_git;

/// Files that were just written, and the message of the commit that adds them.
pub(super) struct Steps<'s> {
    pub(super) root: &'s Path,
    /// The folder in which the commands are typed.
    pub(super) current: &'s Path,
    /// Their paths, or those of folders that hold nothing else to commit, relative to the root.
    pub(super) paths: &'s [String],
    /// The name of a new branch.
    pub(super) branch: &'s str,
    /// The paragraphs of the commit's message, the title first; those of the pull request too.
    pub(super) message: &'s [String],
    /// The register's folder for a request that has nothing to do with the branch that is checked out: if the default
    /// branch has the register, it begins there.
    pub(super) register: Option<&'s str>,
    /// The forges' own tools that can be started.
    pub(super) tools: &'s [Tool],
    /// The exception whose approval card is the text of the pull request; otherwise that is the commit's.
    pub(super) card: Option<CardOf<'s>>,
    /// The repository, once somebody has asked for it.
    pub(super) opened: OnceCell<Option<Git>>,
}

/// An exception, as `stopgap card` is asked for it in the current folder.
pub(super) struct CardOf<'s> {
    pub(super) place: &'s cli::Place,
    pub(super) id: &'s str,
    pub(super) today: Option<&'s str>,
}

impl CardOf<'_> {
    /// Returns the command that prints the card.
    fn act(&self) -> Act {
        let path = |act: Act, option: &'static str, path: Option<&Path>| match path {
            Some(path) => act.with(option).text(&path.to_string_lossy()),
            None => act,
        };
        let act = Act::of("stopgap", ["card"]).text(self.id).with("--format").with("markdown");
        let act = path(path(act, "--root", self.place.root.as_deref()), "--policy", self.place.policy.as_deref());
        self.today.iter().fold(act, |act, today| act.with("--today").text(today))
    }
}

/// Who goes through the steps.
#[derive(Clone, Debug, PartialEq, Eq)]
enum By {
    /// A person, in the folder as it is: a new branch is checked out.
    Hand,
    /// `--git`: nothing is checked out. A new branch is made beside the work tree, from an index of its own. With
    /// the approval card, if there is one.
    Run(Option<String>),
}

/// A forge's own tool, which opens a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// GitHub's.
    Gh,
    /// GitLab's.
    Glab,
}

impl Tool {
    /// All of them.
    pub(super) const ALL: [Self; 2] = [Self::Gh, Self::Glab];

    /// Returns the name of the program.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gh => "gh",
            Self::Glab => "glab",
        }
    }

    /// Tells whether a repository that is fetched from there is on its forge, as far as the name says.
    pub(super) fn serves(self, origin: &str) -> bool {
        match self {
            Self::Gh => origin.contains("github"),
            Self::Glab => origin.contains("gitlab"),
        }
    }

    /// Returns the command that shows the pull request of the branch that is checked out, if it has one.
    fn shows(self) -> Act {
        match self {
            Self::Gh => Act::of("gh", ["pr", "view"]),
            Self::Glab => Act::of("glab", ["mr", "view"]),
        }
    }

    /// Returns the command that opens a pull request for the branch that is checked out, with the title and the text
    /// of the commit.
    fn fills(self) -> Act {
        match self {
            Self::Gh => Act::of("gh", ["pr", "create", "--fill"]),
            Self::Glab => Act::of("glab", ["mr", "create", "--fill", "--yes"]),
        }
    }

    /// Returns the command that opens a pull request for a branch, whatever is checked out, with the title of its commit
    /// and the text that `card` adds: the card, or that of the commit
    /// (<https://cli.github.com/manual/gh_pr_create>, <https://docs.gitlab.com/cli/mr/create/>).
    fn opens(self, branch: &str, card: Option<&dyn Fn(Act) -> Act>) -> Act {
        let (act, [head, body], last) = match self {
            Self::Gh => (Act::of("gh", ["pr", "create"]), ["--head", "--body"], None),
            Self::Glab => (Act::of("glab", ["mr", "create"]), ["--source-branch", "--description"], Some("--yes")),
        };
        let part = |format: &'static str| Act::of("git", ["log", "-1", format]).text(branch).with("--");
        let act = act.with(head).text(branch).with("--title").output(part("--format=%s"));
        let act = match card {
            Some(card) => card(act.with(body)),
            None => act.with(body).output(part("--format=%b")),
        };
        last.into_iter().fold(act, Act::with)
    }
}

impl Steps<'_> {
    /// Returns the commands for a person, one a line, as a POSIX shell reads them; none runs if the one before it
    /// failed. A new branch begins at the remote's default one, and whatever else is staged stays staged. On a branch
    /// other than the default one an edit continues there, as for a request that is still open.
    ///
    /// There are none if there is no git work tree to commit to, or if they could not be shown unchanged: a
    /// file's name may contain characters that no terminal should be sent.
    pub(super) fn lines(&self) -> Vec<String> {
        act::lines(&self.acts(By::Hand).acts)
    }

    /// Returns the commands. There are none if there is no git work tree.
    fn acts(&self, by: By) -> Course {
        if place::work_tree_top(self.root).is_none() {
            return Course::default();
        }
        let own = self.own_branch().filter(|_| !self.is_apart());
        let branch = own.clone().unwrap_or_else(|| self.new_branch());
        let start = self.start();
        let message: Vec<&String> = self.message.iter().filter(|text| escape::line(text) == **text).collect();
        let said = |act: Act| message.iter().fold(act, |act, paragraph| act.with("-m").text(paragraph));
        let named = |act: Act| self.paths.iter().fold(act.with("--"), |act, path| act.text(&self.seen_from_here(path)));
        let push = self.git("push").with("-u").text("origin").text(&branch).leaves(Left::Pushed);
        let is_new = own.is_none();
        let beside = (is_new && matches!(by, By::Run(_))).then(|| self.index(&branch)).flatten();
        let mut acts = match &beside {
            Some(index) => self.beside(index, &branch, start.as_deref(), &said, &named),
            None => {
                let switch = is_new.then(|| match &start {
                    Some(start) => self.git("switch").with("--no-track").with("-c").text(&branch).text(start),
                    None => self.git("switch").with("-c").text(&branch),
                });
                let commit = named(said(self.git("commit"))).leaves(Left::Committed);
                switch.into_iter().chain([named(self.git("add")), commit]).collect()
            }
        };
        acts.push(push);
        let told = |act: Act| match (&self.card, &by) {
            (Some(card), By::Hand) => act.output(card.act()),
            (Some(card), By::Run(Some(text))) => act.known(card.act(), text.clone()),
            _ => act,
        };
        let has_card = self.card.is_some() && by != By::Run(None);
        let card: Option<&dyn Fn(Act) -> Act> = if has_card { Some(&told) } else { None };
        let opens = |tool: Tool| if has_card || beside.is_some() { tool.opens(&branch, card) } else { tool.fills() };
        acts.extend(self.tool().map(|tool| match !is_new && self.is_pushed(&branch) {
            true => opens(tool).unless(tool.shows()),
            false => opens(tool),
        }));
        Course { acts, branch, start, index: beside }
    }

    /// Returns the commands that commit to a new branch without a look at what is checked out or staged: the commit is
    /// made of the start's files and ours, in an index of its own.
    fn beside(
        &self,
        index: &Path,
        branch: &str,
        start: Option<&str>,
        said: &dyn Fn(Act) -> Act,
        named: &dyn Fn(Act) -> Act,
    ) -> Vec<Act> {
        let parent = start.map(str::to_owned).or_else(|| self.has_commit().then(|| "HEAD".to_owned()));
        let tree = self.git("write-tree").in_index(index);
        let commit = self.git("commit-tree");
        let commit = if run::signs(self.root) { commit.with("-S") } else { commit };
        let commit = match &parent {
            Some(parent) => commit.with("-p").text(parent),
            None => commit,
        };
        let read = self.git("read-tree").in_index(index);
        vec![
            match &parent {
                Some(parent) => read.text(parent),
                None => read.with("--empty"),
            },
            named(self.git("add").in_index(index)),
            self.git("branch")
                .with("--no-track")
                .text(branch)
                .output(said(commit).output(tree))
                .leaves(Left::Committed),
        ]
    }

    /// Returns a command of git, called from the current folder. A path means itself, whatever is in it.
    fn git(&self, command: &'static str) -> Act {
        let act = Act::of("git", []);
        let act = match self.is_here() {
            true => act,
            false => act.with("-C").text(&self.root.to_string_lossy()),
        };
        let is_pattern = |path: &String| path.starts_with(':') || path.contains(['*', '?', '[', '\\']);
        let literal = matches!(command, "add" | "commit") && self.paths.iter().any(is_pattern);
        if literal { act.with("--literal-pathspecs").with(command) } else { act.with(command) }
    }

    /// Returns the repository; `None` where git cannot open one.
    fn repository(&self) -> Option<&Git> {
        self.opened.get_or_init(|| Git::open(self.root).ok().flatten()).as_ref()
    }

    /// Returns a place for an index in git's own folder.
    fn index(&self, branch: &str) -> Option<PathBuf> {
        let git = self.repository()?;
        let folder = git.own_folder().ok()?;
        // At the top of the work tree, and only there, git takes a path of the current folder.
        let is_top = std::fs::canonicalize(self.current).is_ok_and(|current| current.join(".git") == folder);
        let folder = if is_top { PathBuf::from(".git") } else { folder };
        Some(folder.join(format!("stopgap-{}", branch.replace('/', "-"))))
    }

    /// Tells whether anything is checked out; of what cannot be read git says so, once it is told to begin there.
    fn has_commit(&self) -> bool {
        self.repository().is_some_and(|git| !git.head().is_ok_and(|head| head.is_none()))
    }

    /// Tells whether the remote has a branch, as far as this clone knows.
    fn is_pushed(&self, branch: &str) -> bool {
        let reference = format!("refs/remotes/origin/{branch}");
        self.repository().is_some_and(|git| git.reference(&reference).is_ok_and(|tip| tip.is_some()))
    }

    /// Returns the tool that opens the pull request, if it can be started from here.
    pub(super) fn tool(&self) -> Option<Tool> {
        let origin = self.repository()?.origin().ok()??.to_lowercase();
        // In another folder it would look at another repository.
        self.tools.iter().copied().find(|tool| self.is_here() && tool.serves(&origin))
    }

    /// Tells whether the request begins at the default branch whatever is checked out.
    fn is_apart(&self) -> bool {
        let has = |register: &str| {
            let git = self.repository()?;
            let (_, tip) = base::default_branch(git, None).ok()??;
            let top = std::fs::canonicalize(git.top()).ok()?;
            let folder = std::fs::canonicalize(self.root).ok()?.strip_prefix(top).ok()?.join(register);
            Some(!git.tree_below(&tip, folder.to_str()?, &|_| true).ok()?.is_empty())
        };
        self.register.and_then(has) == Some(true)
    }

    /// Returns the default branch, unless it is checked out as it is.
    fn start(&self) -> Option<String> {
        let git = self.repository()?;
        let (default, tip) = base::default_branch(git, None).ok()??;
        (git.head().ok()?? != tip).then_some(default)
    }

    /// Returns a name that no branch here has: the branch of the last review may still exist.
    fn new_branch(&self) -> String {
        let Some(git) = self.repository() else { return self.branch.to_owned() };
        let taken = |name: &str| {
            let is = |reference: String| git.reference(&reference).is_ok_and(|commit| commit.is_some());
            is(format!("refs/heads/{name}")) || is(format!("refs/remotes/origin/{name}"))
        };
        untaken(self.branch, taken)
    }

    /// Returns the branch that is checked out, unless it is the default one, or nobody can say which one that is.
    fn own_branch(&self) -> Option<String> {
        let git = self.repository()?;
        let branch = git.branch().ok()??;
        let (default, _) = base::default_branch(git, None).ok()??;
        let is_default = match default.strip_prefix("origin/") {
            Some("HEAD") => matches!(branch.as_str(), "main" | "master") || git.default_name().ok()?? == branch,
            Some(name) => name == branch,
            None => default == branch,
        };
        (!is_default).then_some(branch)
    }

    /// Tells whether the current folder is in the repository.
    fn is_here(&self) -> bool {
        let current = std::fs::canonicalize(self.current).unwrap_or_else(|_| self.current.to_path_buf());
        current.starts_with(place::work_tree_top(self.root).unwrap_or(self.root))
    }

    /// Returns how a file is named to git.
    fn seen_from_here(&self, path: &str) -> String {
        let current = std::fs::canonicalize(self.current).unwrap_or_else(|_| self.current.to_path_buf());
        let top = place::work_tree_top(self.root).unwrap_or(self.root);
        if !current.starts_with(top) {
            return path.to_owned();
        }
        files::seen_from(&current, &self.root.join(path)).unwrap_or_else(|| path.to_owned())
    }
}

/// Creates a branch name from what is done and an id, as git allows it (git-check-ref-format).
pub(super) fn branch(verb: &str, id: &str) -> String {
    let allowed = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let mut name: String = id.chars().map(allowed).collect::<String>().replace("..", "-");
    name = name.trim_start_matches(['-', '.']).to_owned();
    while let Some(shorter) = name.strip_suffix('.').or_else(|| name.strip_suffix(".lock")) {
        name = shorter.to_owned();
    }
    format!("{verb}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_one_that_git_allows() {
        assert_eq!(branch("exception", "label-printer"), "exception/label-printer");
        assert_eq!(branch("exception", "a..b"), "exception/a-b");
        assert_eq!(branch("exception", "a.lock."), "exception/a");
        assert_eq!(branch("review", "we ird~^:?*[\\@{"), "review/we-ird---------");
    }
}
