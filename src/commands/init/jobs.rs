//! The files of CI that run both gates, one text for each way to get stopgap.

use super::supply::Supply;
use crate::output::Identity;
use crate::policy::places::GITLAB_JOB;
use crate::yaml::write::{Quotes, scalar};

const GATES: &str = include_str!("github.yml");
const ACTION: &str = include_str!("github-action.yml");
const SOURCE: &str = include_str!("github-source.yml");
const IMAGE: &str = include_str!("github-image.yml");
const MISSING: &str = include_str!("github-missing.yml");
const CHECK: &str = include_str!("github-check.yml");
const HISTORY: &str = include_str!("github-history.yml");
const HISTORY_WITH_PULLS: &str = include_str!("github-pulls.yml");
const REMINDERS: &str = include_str!("reminders.yml");
const REMIND_BY_ACTION: &str = include_str!("reminders-action.yml");
const REMIND: &str = include_str!("reminders-check.yml");

/// GitLab's component, whose job `init` writes where the component itself cannot be taken in.
const COMPONENT: &str = include_str!("../../../templates/stopgap.yml");
const GITLAB_HEAD: &str = include_str!("gitlab.yml");
const GITLAB_SOURCE: &str = include_str!("gitlab-source.yml");
const GITLAB_MISSING: &str = include_str!("gitlab-missing.yml");
const INCLUDE_JOB: &str = include_str!("gitlab-include.yml");
const INCLUDE_COMPONENT: &str = include_str!("gitlab-component.yml");

/// The image in which GitLab's job builds stopgap.
const BUILDER: &str = "rust:1";
/// The image of a job that fails before it needs anything.
const PLAIN: &str = "alpine:3";

/// A file to write.
#[derive(Debug)]
pub(super) struct File {
    /// From the top of the work tree.
    pub(super) path: String,
    pub(super) text: String,
    /// What it is for, in a few words.
    pub(super) what: &'static str,
}

/// The register that the job is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Register<'r> {
    /// The branch that the gates protect.
    pub(super) branch: &'r str,
    /// Where the root lies below the top of the work tree: empty, or ending in `/`.
    pub(super) below: &'r str,
}

impl Register<'_> {
    fn folder(&self) -> &str {
        self.below.trim_end_matches('/')
    }

    /// Returns what tells this register's files from those of others: empty, or beginning with `-`.
    fn suffix(&self) -> String {
        self.folder().split('/').filter(|part| !part.is_empty()).map(|part| format!("-{part}")).collect()
    }

    /// Tells whether a job can name the root without quotes of any kind.
    pub(super) fn can_be_named(&self) -> bool {
        self.below.chars().all(|c| c.is_ascii_alphanumeric() || "-._/".contains(c)) && !self.below.starts_with('-')
    }
}

/// Returns the workflow's path.
pub(super) fn workflow_path(register: Register<'_>) -> String {
    format!(".github/workflows/stopgap{}.yml", register.suffix())
}

/// Writes GitHub's workflows: both gates and the daily check, and the reminders where their scripts come along.
pub(super) fn github(supply: &Supply, register: Register<'_>) -> Vec<File> {
    let path = workflow_path(register);
    let source = |url: &str, commit: &str| SOURCE.replace("COMMIT", commit).replace("SOURCE", url);
    let (steps, reminders) = match supply {
        Supply::Action(action) => (
            format!("{}{HISTORY_WITH_PULLS}", ACTION.replace("ACTION", action)),
            Some(REMIND_BY_ACTION.replace("ACTION", action)),
        ),
        Supply::Source { url, commit } => (
            format!("{}{CHECK}{HISTORY_WITH_PULLS}", source(url, commit)),
            Some(format!("{}{REMIND}", source(url, commit))),
        ),
        Supply::Image(image) => (format!("{}{CHECK}{HISTORY}", IMAGE.replace("IMAGE", image)), None),
        Supply::Component { .. } | Supply::Unknown => {
            let action = Identity::OWN.action().unwrap_or("<OWNER>/stopgap");
            let missing = MISSING.replace("WORKFLOW", &path).replace("ACTION", action);
            (format!("{missing}{CHECK}{HISTORY}"), None)
        }
    };
    let gates = GATES.replace("branches: [main]", &format!("branches: [{}]", branch_pattern(register.branch)));
    let mut files =
        vec![File { path, text: for_root(&format!("{gates}{steps}"), register), what: "both gates, the daily check" }];
    files.extend(reminders.map(|steps| File {
        path: format!(".github/workflows/stopgap{}-reminders.yml", register.suffix()),
        text: for_root(&format!("{REMINDERS}{steps}"), register),
        what: "reminders as issues",
    }));
    files
}

/// Returns the pattern that matches one branch alone, as it stands in a list.
fn branch_pattern(branch: &str) -> String {
    // What a pattern gives a meaning, of what git allows in a name.
    let escaped: String = branch.chars().flat_map(|c| if "+!".contains(c) { vec!['\\', c] } else { vec![c] }).collect();
    scalar(&escaped, Quotes::Double, true)
}

/// Lets a workflow for the top judge a register below it.
fn for_root(text: &str, register: Register<'_>) -> String {
    let (folder, suffix) = (register.folder(), register.suffix());
    if folder.is_empty() {
        return text.to_owned();
    }
    let mut text = text.to_owned();
    for (old, new) in [
        ("name: stopgap", format!("name: stopgap {folder}")),
        ("name: Exceptions\n", format!("name: Exceptions of {folder}\n")),
        ("job `Exceptions`", format!("job `Exceptions of {folder}`")),
        ("name: Reminders\n", format!("name: Reminders of {folder}\n")),
        ("group: stopgap-", format!("group: stopgap{suffix}-")),
        ("stopgap check ", format!("stopgap check --root {folder} ")),
        (" history --", format!(" history --root {folder} --")),
        ("stopgap remind ", format!("stopgap remind --root {folder} --label stopgap{suffix} ")),
        (
            "fetch-issues\" \"$RUNNER_TEMP/issues.json\"",
            format!("fetch-issues\" \"$RUNNER_TEMP/issues.json\" stopgap{suffix}"),
        ),
        (
            "          remind: ",
            format!("          root: {folder}\n          label: stopgap{suffix}\n          remind: "),
        ),
    ] {
        text = text.replace(old, &new);
    }
    match text.contains("        id: stopgap\n      - name: Past the gate") {
        true => text.replacen(
            "        id: stopgap\n",
            &format!("        id: stopgap\n        with:\n          root: {folder}\n"),
            1,
        ),
        false => text,
    }
}

/// What GitLab needs: files to write, and lines for a pipeline that is the user's own.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) files: Vec<File>,
    /// The pipeline's own text, or what it must take in.
    pub(super) include: String,
}

/// Writes GitLab's job, which the pipeline takes in.
pub(super) fn gitlab(supply: &Supply, register: Register<'_>) -> Pipeline {
    if let Supply::Component { reference, image } = supply {
        let mut include = INCLUDE_COMPONENT.replace("IMAGE", image).replace("COMPONENT", reference);
        if !register.below.is_empty() {
            include.push_str(&format!("      root: {}\n", register.folder()));
        }
        return Pipeline { files: Vec::new(), include };
    }
    let (image, before) = match supply {
        Supply::Image(image) => (image.as_str(), String::new()),
        Supply::Source { url, commit } => (BUILDER, GITLAB_SOURCE.replace("COMMIT", commit).replace("SOURCE", url)),
        _ => (PLAIN, GITLAB_MISSING.replace("JOB", GITLAB_JOB)),
    };
    let (_, jobs) = COMPONENT.split_once("\n---\n").unwrap_or(("", COMPONENT));
    let mut text = jobs.replace("  script:\n", &format!("{before}  script:\n"));
    for (input, value) in [
        ("image", image),
        ("stage", "test"),
        ("root", register.folder()),
        ("policy", ""),
        ("all-registers", "false"),
        ("sign-off", "required"),
        ("today", ""),
    ] {
        text = text.replace(&format!("$[[ inputs.{input} ]]"), value);
    }
    let file =
        File { path: GITLAB_JOB.to_owned(), text: format!("{GITLAB_HEAD}{text}"), what: "both gates, the daily check" };
    Pipeline { files: vec![file], include: INCLUDE_JOB.replace("JOB", GITLAB_JOB) }
}

/// Returns the jobs of a register beside another one, made of the file with that one's jobs.
pub(super) fn gitlab_beside(register: Register<'_>, jobs: &str) -> String {
    let (folder, suffix) = (register.folder(), register.suffix());
    // A root that is a variable of the job, as once it was, is another one where a job extends it.
    if !jobs.contains(ROOT) {
        let job = |name: &str| format!("{name}{suffix}:\n  extends: {name}\n  variables: {{STOPGAP_ROOT: {folder}}}\n");
        return format!("{}{}", job("stopgap"), job("stopgap-history"));
    }
    let line = |line: &str| match (line, line.trim_start().strip_prefix(ROOT)) {
        ("stopgap:" | "stopgap-history:", _) => format!("{}{suffix}:\n", line.trim_end_matches(':')),
        (_, Some(_)) => format!("{}{ROOT}'{folder}'\n", &line[..line.len() - line.trim_start().len()]),
        _ => format!("{line}\n"),
    };
    jobs.lines().filter(|line| !line.starts_with('#')).map(line).collect()
}

/// How the script of GitLab's job says which register it is about.
const ROOT: &str = "STOPGAP_ROOT=";

/// Returns how a file with GitLab's job may say that it is about a register.
pub(super) fn gitlab_roots(register: Register<'_>) -> [String; 2] {
    let folder = register.folder();
    [format!("{ROOT}'{folder}'"), format!("STOPGAP_ROOT: {folder}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jobs_of_another_register_differ_in_their_names_and_their_root() {
        let top = Register { branch: "main", below: "" };
        let there = gitlab(&Supply::Image("acme/stopgap@sha256:0".to_owned()), top).files.remove(0).text;
        let beside = gitlab_beside(Register { branch: "main", below: "team/a/" }, &there);
        assert_eq!(beside.matches("STOPGAP_ROOT='team/a'\n").count(), 2, "{beside}");
        assert!(beside.starts_with("stopgap-team-a:\n") && beside.contains("\nstopgap-history-team-a:\n"), "{beside}");
        let same = beside.replace("-team-a:\n", ":\n").replace("'team/a'", "''");
        assert!(there.replace("\n# Changes that bypassed the gate.\n", "\n").ends_with(&same), "{same}");
    }

    #[test]
    fn a_branch_is_written_as_a_pattern_of_its_own() {
        assert_eq!(branch_pattern("main"), "main");
        assert_eq!(branch_pattern("release/1.0"), "release/1.0");
        assert_eq!(branch_pattern("a+b"), "a\\+b");
    }
}
