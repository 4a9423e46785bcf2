//! Git is missing, or a clone lacks what the run needs.

use crate::text::{argument, counted, said, shown};

/// Git does not deliver. Commits are named by their first digits.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no such program, or the system refuses to start it.
    #[error("`{program}` cannot be started: {why}")]
    NotStarted {
        /// The program.
        program: String,
        /// What the system says.
        why: String,
    },
    /// The system has no process, no thread, no memory or no file left.
    #[error("`{program}` cannot be started: {why}")]
    NoRoom {
        /// The program.
        program: String,
        /// What the system says.
        why: String,
        /// What to do.
        help: &'static str,
    },
    /// A program does not end.
    #[error("`{program}` timed out after {} and was killed", counted(*seconds, "second"))]
    TooLong {
        /// The program, with its command.
        program: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A program prints without end.
    #[error("`{program}` printed more than {mebibytes} MiB and was killed")]
    TooMuch {
        /// The program, with its command.
        program: String,
        /// How much of it is read at most.
        mebibytes: u64,
    },
    /// The trees of a commit have no end.
    #[error("a commit lists more files than can be read")]
    TooManyFiles,
    /// A tree was lost.
    #[error("{tree} is not in this clone")]
    NoTree {
        /// Which one.
        tree: TreeName,
    },
    /// A tree does not have the form of one.
    #[error("{tree} is malformed")]
    BrokenTree {
        /// Which one.
        tree: TreeName,
    },
    /// A signature cannot be verified, because the program that does it is missing.
    #[error("a signature cannot be verified: `{program}` cannot be started")]
    NoVerifier {
        /// The program.
        program: &'static str,
    },
    /// A command of git fails.
    #[error("`{program}` failed: {}", said(why))]
    Failed {
        /// The program, with its command.
        program: String,
        /// What it says.
        why: String,
    },
    /// Git finds no repository although there is a `.git`.
    #[error("`{program}` failed: {}", said(why))]
    BrokenRepository {
        /// The program, with its command.
        program: String,
        /// What it says.
        why: String,
    },
    /// A file's content was not fetched.
    #[error("the content `{oid}` of `{}` is not in this clone", shown(path))]
    NoContent {
        /// The content's object name.
        oid: String,
        /// The file, below the work tree's top.
        path: String,
    },
    /// The commit that is checked out was lost.
    #[error("the commit `{oid}`, which is checked out, is not in this clone")]
    LostHead {
        /// Its object name.
        oid: String,
    },
    /// What is checked out cannot be read.
    #[error("`HEAD` cannot be read: {}", said(why))]
    BrokenHead {
        /// What git says.
        why: String,
    },
    /// The commit of a branch was lost.
    #[error("the commit `{oid}`, which `{}` names, is not in this clone", shown(name))]
    LostTip {
        /// The whole name of the branch's reference.
        name: String,
        /// The commit's object name.
        oid: String,
    },
    /// A branch, or a folder of branches, cannot be read.
    #[error("`{}` cannot be read", shown(name))]
    BrokenReference {
        /// The whole name of its reference.
        name: String,
    },
    /// The index was lost.
    #[error("the index lists no files, but the checked-out commit has some")]
    LostIndex,
    /// There is no commit, so nothing can be compared.
    #[error("there is no commit to compare: `HEAD` names none")]
    NothingToCompare,
    /// There is no commit, so nothing can be replayed.
    #[error("there is no history to replay: `HEAD` names no commit in this repository")]
    NothingToReplay,
    /// A shallow clone ends before the history does.
    #[error("the history ends early: `{parent}`, the first parent of `{first}`, is not in this shallow clone")]
    EndsEarly {
        /// The oldest commit that is in the clone.
        first: String,
        /// Its first parent.
        parent: String,
    },
    /// What was removed, and evidence, need the whole history.
    #[error("this clone is shallow: some of the commits that this needs are missing")]
    Shallow,
    /// A history cannot begin after something that is not a commit.
    #[error("`--since {}` names no commit in this clone", shown(since))]
    NoSince {
        /// The revision as typed.
        since: String,
        /// Whether the clone is shallow.
        shallow: bool,
    },
    /// A history cannot begin after a commit that is not part of it.
    #[error("`--since {}` is not part of the history of `HEAD` (`{head}`)", shown(since))]
    SinceElsewhere {
        /// The revision as typed.
        since: String,
        /// The commit that is checked out.
        head: String,
        /// Whether the clone is shallow.
        shallow: bool,
    },
    /// A history cannot begin after a commit that the branch never had as its last one.
    #[error("the commit `{since}` of `--since` is not on the branch's main line: it was merged in")]
    SinceBeside {
        /// The commit.
        since: String,
    },
    /// What `--at` names is neither a day nor a commit.
    #[error("`--at {}` is neither a date nor a commit in this clone", shown(at))]
    NoThen {
        /// The value as typed.
        at: String,
        /// Whether the clone is shallow.
        shallow: bool,
    },
    /// The default branch had no commit yet.
    #[error("`{option} {}` is before the first commit that {}, `{first}`", shown(at), if *shallow { "this shallow clone has" } else { "the default branch has" })]
    NothingThen {
        /// The option that names the moment.
        option: &'static str,
        /// The value as typed.
        at: String,
        /// The first commit.
        first: String,
        /// Whether the clone is shallow.
        shallow: bool,
    },
    /// A revision means several commits.
    #[error(
        "`{}` is ambiguous: it names several commits, such as {} and {}",
        shown(revision),
        reference(first),
        reference(last)
    )]
    Ambiguous {
        /// The revision as typed.
        revision: String,
        /// The option that it was given with.
        option: &'static str,
        /// One reference and its commit.
        first: Box<(String, String)>,
        /// Another.
        last: Box<(String, String)>,
    },
    /// The commit to compare with is known but was not fetched.
    #[error("the base is missing: commit `{}`, {role}, is not in {}", short(commit), clone(deepen.as_ref()))]
    BaseNotHere {
        /// The commit, in full.
        commit: String,
        /// What makes it the base.
        role: String,
        /// In a shallow clone, the setting that makes it deeper.
        deepen: Option<String>,
    },
    /// The name that was given for the base means nothing.
    #[error("the base is missing: `{}` names no commit in this clone", shown(revision))]
    NoBase {
        /// The revision as typed.
        revision: String,
        /// In a shallow clone, the setting that makes it deeper.
        deepen: Option<String>,
    },
    /// A shallow clone lacks the commit where two branches separate.
    #[error(
        "the base is missing: this shallow clone does not reach back to where `HEAD` (`{head}`) left `{}`",
        shown(base)
    )]
    TooShallow {
        /// The commit that is checked out.
        head: String,
        /// What it is compared with.
        base: String,
        /// The setting that makes the clone deeper.
        deepen: String,
    },
    /// Two branches have no history in common.
    #[error("`HEAD` (`{head}`) and `{}` have no commit in common", shown(base))]
    Unrelated {
        /// The commit that is checked out.
        head: String,
        /// What it is compared with.
        base: String,
    },
    /// The branch that pull requests are merged into was not fetched.
    #[error("the base is missing: {} is not in this clone", default_branch(named.as_deref()))]
    NoDefaultBranch {
        /// Its name, if known.
        named: Option<String>,
        /// In a shallow clone, the setting that makes it deeper.
        deepen: Option<String>,
    },
    /// Something other than what the event is about is checked out.
    #[error("`HEAD` (`{head}`) does not contain {role}, `{}`", short(commit))]
    OtherCheckout {
        /// The commit that is checked out.
        head: String,
        /// What the event is about.
        role: &'static str,
        /// The commit that the event is about, in full.
        commit: String,
    },
    /// Something other than the pull request is checked out.
    #[error("`HEAD` (`{head}`) does not contain the pull request's head `{}`", short(commit))]
    OtherPullRequest {
        /// The commit that is checked out.
        head: String,
        /// The head of the pull request, in full.
        commit: String,
        /// The reference of the merge that GitHub creates for it.
        reference: String,
        /// Whether the event is one that checks the base branch out.
        target: bool,
    },
    /// A variable of the CI system has an unexpected value.
    #[error("`{variable}` is `{}`, which is not {wanted}", shown(value))]
    Variable {
        /// The variable.
        variable: String,
        /// Its value.
        value: String,
        /// What its value should be: `a full commit name`.
        wanted: &'static str,
        /// Who sets it.
        by: &'static str,
    },
    /// The branch that a variable of the CI system names was not fetched.
    #[error("the base is missing: `origin/{name}`, which `{variable}` names, is not in this clone")]
    NoTarget {
        /// The branch.
        name: String,
        /// The variable.
        variable: String,
        /// In a shallow clone, the setting that makes it deeper.
        deepen: Option<String>,
    },
    /// Somebody has pushed since the merge request was saved.
    #[error(
        "the newest commit of the merge request is `{}`, and `HEAD` is `{head}`: somebody has pushed since",
        short(newest)
    )]
    PushedSince {
        /// The merge request's newest commit, in full.
        newest: String,
        /// The commit that is checked out.
        head: String,
    },
    /// What the change is compared with already contains the change.
    #[error("`{}` already contains `HEAD`, so nothing is left to compare", shown(base))]
    HeldAlready {
        /// What it is compared with.
        base: String,
        /// Whether the user named it.
        is_named: bool,
    },
}

/// How messages name the tree of a folder.
#[derive(Debug)]
pub enum TreeName {
    /// The top folder of a commit, by the commit's object name.
    Top(String),
    /// Another folder, by the tree's object name.
    Folder(String),
}

impl std::fmt::Display for TreeName {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Top(commit) => write!(out, "the top folder of the commit `{commit}`"),
            Self::Folder(tree) => write!(out, "a folder of a commit, the tree `{tree}`,"),
        }
    }
}

impl GitError {
    /// Returns what to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NotStarted { program, .. } => format!("install {program} and put it on the PATH"),
            Self::NoRoom { help, .. } => (*help).to_owned(),
            Self::TooLong { .. } => {
                "run the same in the repository to see what it waits for; if it only needs more time, set \
                 `STOPGAP_TIMEOUT` to more seconds"
                    .into()
            }
            Self::BrokenRepository { .. } => {
                "there is a `.git`, but it is damaged or you may not read it: run `git fsck` for details, or clone the \
                 repository again"
                    .into()
            }
            Self::TooMuch { .. } => "run the same in the repository to see what it prints".into(),
            Self::TooManyFiles => "`git ls-tree -r HEAD` shows them; a recursively nested tree may be an attack".into(),
            Self::BrokenTree { .. } => {
                "run `git fsck` for details; git never writes such a tree: do not check it out".into()
            }
            Self::NoTree { .. } => {
                "fetch the whole history without a `filter`; if it has none, the clone is damaged: run `git fsck` for \
                 details"
                    .into()
            }
            Self::NoVerifier { program: "ssh-keygen" } => "install OpenSSH's client and put it on the PATH".into(),
            Self::NoVerifier { .. } => "install GnuPG and put it on the PATH".into(),
            Self::Failed { .. } => "run the same in the repository to see more".into(),
            Self::NoContent { .. } => "fetch the whole history: `fetch-depth: 0`, and no `filter`".into(),
            Self::LostHead { .. } | Self::LostTip { .. } => {
                "an object of this clone is gone: clone the repository again".into()
            }
            Self::BrokenHead { .. } | Self::BrokenReference { .. } => {
                "the repository is damaged: run `git fsck` for details; clone it again, or repair the branch".into()
            }
            Self::LostIndex => "`git reset` rebuilds it and leaves the files as they are".into(),
            Self::NothingToCompare => {
                "commit or check out something first, or leave `--base` out to check the whole register".into()
            }
            Self::NothingToReplay => "check out the default branch first".into(),
            Self::EndsEarly { .. } => "set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab), or run \
                 `git fetch --unshallow`; `stopgap history --since COMMIT` begins with a later commit"
                .into(),
            Self::Shallow => {
                "run `git fetch --unshallow`, or set `fetch-depth: 0` (GitHub) or `GIT_DEPTH: 0` (GitLab)".into()
            }
            Self::NoSince { shallow, .. } | Self::SinceElsewhere { shallow, .. } => {
                let more = if *shallow { ", or fetch the whole history: `fetch-depth: 0`" } else { "" };
                format!("name an ancestor of `HEAD`, such as a tag{more}")
            }
            Self::SinceBeside { .. } => {
                "name a commit that was once the tip of the branch: if this one was, a merge has hidden it, so check \
                 the whole history without `--since`"
                    .into()
            }
            Self::NoThen { shallow: false, .. } => {
                "write a day such as `2026-03-31`, a date-time such as `2026-03-31T09:00`, a tag or a commit".into()
            }
            Self::NothingThen { shallow: false, .. } => "name a later day".into(),
            Self::NoThen { shallow: true, .. } | Self::NothingThen { shallow: true, .. } => {
                "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in a job".into()
            }
            Self::Ambiguous { option, last, .. } => {
                format!("write the full name, such as `{option} {}`", argument(&last.0))
            }
            Self::BaseNotHere { commit, deepen: Some(deepen), .. } => format!("{deepen}; the full name is `{commit}`"),
            Self::BaseNotHere { commit, deepen: None, .. } => {
                format!("run `git fetch origin {commit}` first, or name another base with `--base`")
            }
            Self::NoBase { deepen: Some(deepen), .. } => format!("this clone is shallow: {deepen}"),
            Self::NoBase { revision, deepen: None } => {
                match revision.strip_prefix("origin/").filter(|branch| !branch.is_empty()) {
                    Some(branch) => {
                        format!("run `git fetch origin {}` first, or correct the name", argument(&tracking(branch)))
                    }
                    None => "name a branch such as `origin/main`, a tag or a commit, or write `--base auto`".into(),
                }
            }
            Self::TooShallow { deepen, .. } | Self::NoDefaultBranch { deepen: Some(deepen), .. } => deepen.clone(),
            Self::NoDefaultBranch { deepen: None, named: Some(name) } => {
                format!("run `git fetch origin {}` first, or name the base: `--base REV`", argument(&tracking(name)))
            }
            Self::NoDefaultBranch { deepen: None, named: None } => {
                "name the base: `--base REV`; if the remote is called `origin`, `git remote set-head origin --auto` \
                 finds its default branch"
                    .into()
            }
            Self::Unrelated { .. } => "name a base that `HEAD` descends from".into(),
            Self::OtherCheckout { .. } => {
                "check out what the event is about (actions/checkout without `ref:`), or name the base: `--base REV`"
                    .into()
            }
            Self::OtherPullRequest { reference, target: true, .. } => format!(
                "`pull_request_target` checks the base branch out: run this on `pull_request`, or check out \
                 `{reference}`"
            ),
            Self::OtherPullRequest { reference, target: false, .. } => format!(
                "check out the pull request (actions/checkout without `ref:`, or `ref: {reference}`); if it is \
                 checked out, it was pushed to meanwhile: the newer run checks it"
            ),
            Self::Variable { by, .. } => {
                format!("leave the variable as {by} sets it, or name the base: `--base REV`")
            }
            Self::NoTarget { deepen: Some(deepen), .. } => deepen.clone(),
            Self::NoTarget { name, deepen: None, .. } => {
                format!("run `git fetch origin {}` first", argument(&tracking(name)))
            }
            Self::PushedSince { .. } => {
                "leave it to the pipeline of that commit, or save the merge request and its approvals again".into()
            }
            Self::HeldAlready { is_named: true, .. } => {
                "check out what is to be merged, and name what it is to be merged into, or write `--base auto`; to check \
                 the whole register, leave `--base` out"
                    .into()
            }
            Self::HeldAlready { is_named: false, .. } => {
                "let `origin` be the repository that the pull request is for; after the merge, \
                 name the base: `--base REV`"
                    .into()
            }
        }
    }
}

/// Returns what `git fetch` needs to bring a branch of `origin` as `origin/…`, in a clone of one branch too.
fn tracking(branch: &str) -> String {
    format!("+refs/heads/{branch}:refs/remotes/origin/{branch}")
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

fn clone(deepen: Option<&String>) -> &'static str {
    if deepen.is_some() { "this shallow clone" } else { "this clone" }
}

fn reference((name, commit): &(String, String)) -> String {
    format!("`{}` (`{commit}`)", shown(name))
}

fn default_branch(named: Option<&str>) -> String {
    match named {
        Some(name) => format!("the default branch `{}`", shown(name)),
        None => "a default branch (`origin/HEAD`, `origin/main`, `origin/master`)".to_owned(),
    }
}
