//! What GitLab's project settings let through.
//!
//! The shapes are those of GitLab's REST API: projects, protected branches, merge request approvals, pipeline
//! schedules.

use crate::ci::matches;
use crate::doctor::keys::{
    Object, flag, list, number, optional_flag, optional_list, optional_number, optional_text, text,
};
use crate::doctor::line::{Check, Line};
use crate::doctor::{Facts, PIPELINE};
use crate::text::shown;

/// What was saved of a project's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::doctor) struct GitLab {
    pub(in crate::doctor) project: Option<Project>,
    branches: Vec<Branch>,
    approvals: Option<Approvals>,
    rules: Vec<ApprovalRule>,
    pub(in crate::doctor) schedules: Vec<Schedule>,
}

/// `GET /projects/:id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::doctor) struct Project {
    pub(in crate::doctor) default_branch: Option<String>,
    must_succeed: bool,
    skipped_counts: bool,
    /// The depth of a clone if a job names none.
    pub(in crate::doctor) depth: Option<i64>,
    /// The pipeline's file if it is not the usual one.
    pipeline: Option<String>,
    /// Whether a merge needs all of the branch: merge trains, or a fast-forward.
    up_to_date: bool,
    /// From which role on somebody may give a pipeline variables; `None` if the answer does not say it.
    variables: Option<String>,
}

/// An item of `GET /projects/:id/protected_branches`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Branch {
    name: String,
    /// Who may push without a merge request.
    pushers: Vec<String>,
    force: bool,
    /// `None` if this GitLab has no such setting.
    code_owners: Option<bool>,
}

/// `GET /projects/:id/approvals`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Approvals {
    reset: bool,
    reset_of_owners: bool,
    by_author: bool,
    by_committers: Option<bool>,
}

/// An item of `GET /projects/:id/approval_rules`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ApprovalRule {
    name: String,
    kind: String,
    required: i64,
    eligible: usize,
}

/// An item of `GET /projects/:id/pipeline_schedules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::doctor) struct Schedule {
    reference: String,
    pub(in crate::doctor) cron: String,
    pub(in crate::doctor) active: bool,
}

impl Schedule {
    /// Returns whether it runs on a branch.
    pub(in crate::doctor) fn is_on(&self, branch: &str) -> bool {
        self.reference == branch || self.reference.strip_prefix("refs/heads/") == Some(branch)
    }
}

/// No access, as GitLab numbers it.
const NO_ONE: i64 = 0;

impl GitLab {
    pub(in crate::doctor) fn take_project(&mut self, object: &Object) -> Result<(), String> {
        let usual = |path: &String| !path.is_empty() && path != PIPELINE;
        let method = optional_text(object, "merge_method")?;
        let restricted = optional_flag(object, "restrict_user_defined_variables")?;
        let role = optional_text(object, "ci_pipeline_variables_minimum_override_role")?;
        let trains = optional_flag(object, "merge_trains_enabled")?.unwrap_or_default();
        self.project = Some(Project {
            default_branch: optional_text(object, "default_branch")?,
            must_succeed: flag(object, "only_allow_merge_if_pipeline_succeeds")?,
            skipped_counts: optional_flag(object, "allow_merge_on_skipped_pipeline")?.unwrap_or_default(),
            depth: optional_number(object, "ci_default_git_depth")?,
            pipeline: optional_text(object, "ci_config_path")?.filter(usual),
            // The older setting, where it is off, lets everybody whom the role would keep from it.
            variables: if restricted == Some(false) { Some("developer".to_owned()) } else { role },
            up_to_date: trains || method.is_some_and(|method| method != "merge"),
        });
        Ok(())
    }

    pub(in crate::doctor) fn take_branch(&mut self, object: &Object) -> Result<(), String> {
        let mut pushers = Vec::new();
        for level in list(object, "push_access_levels")? {
            if optional_number(level, "access_level")? != Some(NO_ONE) {
                pushers.push(text(level, "access_level_description")?);
            }
        }
        self.branches.push(Branch {
            name: text(object, "name")?,
            pushers,
            force: flag(object, "allow_force_push")?,
            code_owners: optional_flag(object, "code_owner_approval_required")?,
        });
        Ok(())
    }

    pub(in crate::doctor) fn take_approvals(&mut self, object: &Object) -> Result<(), String> {
        self.approvals = Some(Approvals {
            reset: flag(object, "reset_approvals_on_push")?,
            reset_of_owners: optional_flag(object, "selective_code_owner_removals")?.unwrap_or_default(),
            by_author: flag(object, "merge_requests_author_approval")?,
            by_committers: optional_flag(object, "merge_requests_disable_committers_approval")?
                .map(|disabled| !disabled),
        });
        Ok(())
    }

    pub(in crate::doctor) fn take_approval_rule(&mut self, object: &Object) -> Result<(), String> {
        self.rules.push(ApprovalRule {
            name: text(object, "name")?,
            kind: text(object, "rule_type")?,
            required: number(object, "approvals_required")?,
            eligible: optional_list(object, "eligible_approvers")?.unwrap_or_default().len(),
        });
        Ok(())
    }

    pub(in crate::doctor) fn take_schedule(&mut self, object: &Object) -> Result<(), String> {
        let (reference, cron, active) = (text(object, "ref")?, text(object, "cron")?, flag(object, "active")?);
        self.schedules.push(Schedule { reference, cron, active });
        Ok(())
    }

    /// Returns the protections that apply to a branch: the most permissive one counts, except for code owners.
    fn protections(&self, branch: &str) -> Vec<&Branch> {
        self.branches.iter().filter(|one| matches(&one.name, branch, true)).collect()
    }
}

const PROTECTED: &str = "Settings > Repository > Protected branches";
const APPROVALS: &str = "Settings > Merge requests > Merge request approvals";

/// Examines the settings.
pub(in crate::doctor) fn examine(facts: &Facts<'_>) -> Vec<Line> {
    let nothing = GitLab::default();
    let branch = facts.branch;
    let gitlab = match &facts.settings.gitlab {
        Some(gitlab) => gitlab,
        None if facts.settings.empty_list => &nothing,
        None => return vec![nothing_saved(branch)],
    };
    let mut lines = Vec::new();
    lines.extend(project(gitlab));
    lines.extend(protection(gitlab, branch, facts.settings.empty_list));
    lines.extend(approvals(gitlab));
    lines.extend(reviewers(gitlab));
    lines
}

fn nothing_saved(branch: &str) -> Line {
    let message =
        format!("the files do not show whether `{}` requires the pipeline and a code owner's approval", shown(branch));
    Line::unknown(Check::CheckRequired, message, "save the API responses and pass them with `--rulesets`:")
        .with_snippet(concat!(
            "for of in '' /protected_branches /approvals /approval_rules \\\n",
            "  /pipeline_schedules\n",
            "do glab api --paginate \"projects/:id$of\"; done > settings.json\n",
            "stopgap doctor --rulesets settings.json",
        ))
}

/// Returns the line that an answer is missing.
fn unsaved(check: Check, what: &str, endpoint: &str) -> Line {
    let command = format!("glab api 'projects/:id{endpoint}' > more.json");
    Line::unknown(check, format!("{what} is not in the saved responses"), "save it as well:").with_snippet(command)
}

fn project(gitlab: &GitLab) -> Vec<Line> {
    let Some(project) = &gitlab.project else {
        return vec![unsaved(Check::CheckRequired, "whether a merge request needs its pipeline", "")];
    };
    let mut lines = Vec::new();
    if let Some(path) = &project.pipeline {
        let message = format!("the project's pipeline is `{}`, and `{PIPELINE}` has no effect", shown(path));
        let fix = "in Settings > CI/CD > General pipelines, empty *CI/CD configuration file*";
        lines.push(Line::wrong(Check::GatePresent, message, fix));
    }
    let checks = "in Settings > Merge requests > Merge checks,";
    lines.push(match (project.must_succeed, project.skipped_counts) {
        (true, false) => Line::ok(Check::CheckRequired, "a merge request needs a pipeline that has passed"),
        (true, true) => {
            let message = "a skipped pipeline counts as passed: `[skip ci]` in a commit's message is enough to merge";
            Line::wrong(
                Check::CheckRequired,
                message,
                format!("{checks} turn off *Skipped pipelines are considered successful*"),
            )
        }
        (false, _) => {
            let message = "a merge request can be merged while its pipeline fails";
            Line::wrong(Check::CheckRequired, message, format!("{checks} turn on *Pipelines must succeed*"))
        }
    });
    lines.push(pipeline_variables(project.variables.as_deref()));
    lines.push(if project.up_to_date {
        Line::ok(Check::UpToDate, "a merge request is checked together with the current state of the branch")
    } else {
        let message = "two changes that pass separately may be merged although they fail together";
        let fix = "in Settings > Merge requests, turn on merge trains, or choose a fast-forward merge";
        Line::advice(Check::UpToDate, message, fix)
    });
    lines
}

/// Describes who may give a pipeline variables. They take the place of those that GitLab itself sets, such as the base of a
/// merge request (<https://docs.gitlab.com/ci/variables/#cicd-variable-precedence>).
fn pipeline_variables(role: Option<&str>) -> Line {
    const FIX: &str =
        "in Settings > CI/CD > Variables, set *Minimum role to use pipeline variables* to *No one allowed*";
    match role {
        Some("no_one_allowed") => Line::ok(Check::Bypass, "nobody may start a pipeline with their own variables"),
        Some(role) => {
            let message = format!(
                "anyone with the role `{}` may start a pipeline with variables that replace what the check relies on",
                shown(role)
            );
            Line::wrong(Check::Bypass, message, FIX)
        }
        None => {
            let message = "the saved data does not show who may start a pipeline with their own variables";
            Line::unknown(Check::Bypass, message, format!("save the project as a maintainer; {FIX}"))
        }
    }
}

fn protection(gitlab: &GitLab, branch: &str, empty_list: bool) -> Vec<Line> {
    let on = shown(branch);
    let protections = gitlab.protections(branch);
    if protections.is_empty() {
        if gitlab.branches.is_empty() && empty_list {
            let message =
                format!("whether `{on}` is protected is not known: an empty list does not show which answer was saved");
            return vec![Line::unknown(Check::CodeOwnerReview, message, format!("look in {PROTECTED}"))];
        }
        if gitlab.branches.is_empty() {
            return vec![unsaved(Check::CodeOwnerReview, "whether the branch is protected", "/protected_branches")];
        }
        let message = format!("`{on}` is not protected: anybody with push access can do without a merge request");
        return vec![Line::wrong(Check::CodeOwnerReview, message, format!("protect it in {PROTECTED}"))];
    }
    let mut lines = vec![code_owner_review(&protections, branch)];
    let pushers: Vec<String> =
        protections.iter().flat_map(|one| &one.pushers).map(|who| format!("`{}`", shown(who))).collect();
    lines.push(if pushers.is_empty() {
        Line::ok(Check::Bypass, format!("nobody may push to `{on}` without a merge request"))
    } else {
        let message = format!("these may push to `{on}` without a merge request: {}", pushers.join(", "));
        Line::wrong(Check::Bypass, message, format!("in {PROTECTED}, set *Allowed to push and merge* to *No one*"))
    });
    lines.push(if protections.iter().any(|one| one.force) {
        let message = format!("a force push may overwrite `{on}` and its history");
        Line::wrong(Check::ForcePush, message, format!("in {PROTECTED}, turn off *Allowed to force push*"))
    } else {
        Line::ok(Check::ForcePush, format!("nobody may overwrite `{on}`"))
    });
    lines
}

fn code_owner_review(protections: &[&Branch], branch: &str) -> Line {
    let on = shown(branch);
    if protections.iter().any(|one| one.code_owners == Some(true)) {
        return Line::ok(
            Check::CodeOwnerReview,
            format!("`{on}` requires a merge request with a code owner's approval"),
        );
    }
    if protections.iter().all(|one| one.code_owners.is_none()) {
        let message = "this GitLab has no code owner approval, which is part of Premium and Ultimate";
        return Line::wrong(Check::CodeOwnerReview, message, "without it, only `stopgap check` looks at who approved");
    }
    let message = format!("`{on}` accepts anybody's approval: code owners are requested, but not required");
    Line::wrong(Check::CodeOwnerReview, message, format!("in {PROTECTED}, turn on *Code owner approval*"))
}

fn approvals(gitlab: &GitLab) -> Vec<Line> {
    let Some(approvals) = &gitlab.approvals else {
        return vec![unsaved(Check::StaleApprovals, "whether an approval survives a push", "/approvals")];
    };
    let mut lines = vec![match (approvals.reset, approvals.reset_of_owners) {
        (true, _) => Line::ok(Check::StaleApprovals, "a push removes earlier approvals"),
        (false, true) => {
            Line::ok(Check::StaleApprovals, "a push removes the code owners' approvals of the files that it changes")
        }
        (false, false) => {
            let message = "commits that are pushed after an approval can be merged with it";
            Line::wrong(Check::StaleApprovals, message, format!("in {APPROVALS}, choose *Remove all approvals*"))
        }
    }];
    if approvals.by_author {
        let message = "the author of a merge request may approve it";
        let fix = format!("in {APPROVALS}, turn on *Prevent approval by merge request creator*");
        lines.push(Line::wrong(Check::Reviewers, message, fix));
    }
    if approvals.by_committers == Some(true) {
        let message = "anybody who adds a commit to a merge request may approve it";
        let fix = format!("in {APPROVALS}, turn on *Prevent approvals by users who add commits*");
        lines.push(Line::advice(Check::Reviewers, message, fix));
    }
    lines
}

/// Returns the rules that too few people can meet: GitLab then treats them as met.
fn reviewers(gitlab: &GitLab) -> Vec<Line> {
    let named = gitlab.rules.iter().filter(|rule| rule.kind != "any_approver" && rule.required > 0);
    let short = named.filter(|rule| i64::try_from(rule.eligible).is_ok_and(|eligible| eligible <= rule.required));
    short
        .map(|rule| {
            let message = format!(
                "the rule `{}` asks for {} approvals and names {} people: GitLab treats a rule that too few people can satisfy as \
                 satisfied",
                shown(&rule.name),
                rule.required,
                rule.eligible
            );
            Line::wrong(Check::Reviewers, message, format!("in {APPROVALS}, name more people than must approve"))
        })
        .collect()
}
