//! What GitHub's rulesets and branch protection let through.
//!
//! The shapes are those of GitHub's OpenAPI description (`repository-rule-detailed`, `repository-ruleset`,
//! `branch-protection`).

use std::collections::BTreeSet;

use crate::ci::matches;
use crate::doctor::Facts;
use crate::doctor::keys::{
    Object, flag, list, number, optional_flag, optional_list, optional_number, optional_object, optional_text, text,
};
use crate::doctor::line::{Check, Line, quotable};
use crate::text::shown;

/// What was saved of a repository's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::doctor) struct GitHub {
    /// The rules of all rulesets that apply to the branch; `None` if no answer lists them.
    rules: Option<Vec<Rule>>,
    /// The rulesets themselves, which say who may bypass them.
    rulesets: Vec<Ruleset>,
    /// The branch's protection; `Some(None)` if it is known to have none.
    pub(in crate::doctor) protection: Option<Option<Protection>>,
    /// The protections as they were saved, of whichever branches.
    protections: Vec<Protection>,
    /// What was saved of something other than the branch, each as a sentence, and the answer that was meant.
    foreign: Vec<(String, Answer)>,
}

/// An answer about a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Rules,
    Protection,
}

impl Answer {
    /// Returns the command that prints it.
    fn command(self, branch: &str) -> String {
        let branch = quotable(branch);
        match self {
            Self::Rules => format!("gh api 'repos/{{owner}}/{{repo}}/rules/branches/{branch}'"),
            Self::Protection => format!("gh api 'repos/{{owner}}/{{repo}}/branches/{branch}/protection'"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    ruleset: i64,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    PullRequest(Reviews),
    Checks(Checks),
    /// The paths of the workflows that an organisation requires.
    Workflows(Vec<String>),
    Queue,
    NoForce,
    NoDeletion,
    Other,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reviews {
    code_owners: bool,
    dismiss_stale: bool,
    last_push: bool,
    /// The teams that must review some files, with how many of their members must approve.
    teams: Vec<(i64, i64)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Checks {
    /// Each required check with the app that must report it.
    required: Vec<(String, Option<i64>)>,
    strict: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Ruleset {
    id: i64,
    name: String,
    enforcement: String,
    /// Patterns of the branches that it is about; `None` if it does not say.
    branches: Option<Vec<String>>,
    /// Patterns of those that it is not about all the same.
    excluded: Vec<String>,
    /// Who may bypass it; `None` if that was hidden from the token.
    bypass: Option<Vec<Actor>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Actor {
    kind: String,
    id: Option<i64>,
    mode: String,
}

/// A branch's protection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::doctor) struct Protection {
    /// The branch, as its address names it; `None` if there is none.
    branch: Option<String>,
    reviews: Option<Reviews>,
    checks: Option<Checks>,
    /// The people, teams and apps that need no pull request.
    exempt: Vec<String>,
    admins: Option<bool>,
    force: Option<bool>,
    deletion: Option<bool>,
}

/// The app under which GitHub Actions reports its checks.
const ACTIONS: i64 = 15368;

/// The built-in roles of a repository as bypass lists number them.
const ROLES: [(i64, &str); 3] = [(2, "maintain"), (4, "write"), (5, "admin")];

impl GitHub {
    pub(in crate::doctor) fn take_rule(&mut self, object: &Object) -> Result<(), String> {
        let parameters = optional_object(object, "parameters")?;
        let needed = || parameters.ok_or_else(|| "has a rule without its `parameters`".to_owned());
        let kind = match text(object, "type")?.as_str() {
            "pull_request" => Kind::PullRequest(rule_reviews(needed()?)?),
            "required_status_checks" => Kind::Checks(rule_checks(needed()?)?),
            "workflows" => {
                let workflows = list(needed()?, "workflows")?;
                Kind::Workflows(workflows.into_iter().map(|workflow| text(workflow, "path")).collect::<Result<_, _>>()?)
            }
            "merge_queue" => Kind::Queue,
            "non_fast_forward" => Kind::NoForce,
            "deletion" => Kind::NoDeletion,
            _ => Kind::Other,
        };
        let rule = Rule { ruleset: number(object, "ruleset_id")?, kind };
        self.rules.get_or_insert_default().push(rule);
        Ok(())
    }

    pub(in crate::doctor) fn take_ruleset(&mut self, object: &Object) -> Result<(), String> {
        if !object.contains_key("rules") {
            return Err("is an item of the list of rulesets, which does not include what they require".to_owned());
        }
        if optional_text(object, "target")?.is_some_and(|target| target != "branch") {
            return Ok(());
        }
        let actor = |object: &Object| -> Result<Actor, String> {
            let mode = optional_text(object, "bypass_mode")?.unwrap_or_else(|| "always".to_owned());
            Ok(Actor { kind: text(object, "actor_type")?, id: optional_number(object, "actor_id")?, mode })
        };
        let bypass = optional_list(object, "bypass_actors")?;
        self.rulesets.push(Ruleset {
            id: number(object, "id")?,
            name: text(object, "name")?,
            enforcement: text(object, "enforcement")?,
            branches: conditions(object, "include")?,
            excluded: conditions(object, "exclude")?.unwrap_or_default(),
            bypass: bypass.map(|actors| actors.into_iter().map(actor).collect::<Result<_, _>>()).transpose()?,
        });
        Ok(())
    }

    pub(in crate::doctor) fn take_protection(&mut self, object: &Object) -> Result<(), String> {
        let enabled = |key: &str| optional_object(object, key)?.map(|inner| flag(inner, "enabled")).transpose();
        let reviews = optional_object(object, "required_pull_request_reviews")?;
        let allowances = match reviews {
            Some(reviews) => optional_object(reviews, "bypass_pull_request_allowances")?,
            None => None,
        };
        let checks = optional_object(object, "required_status_checks")?;
        self.protections.push(Protection {
            branch: optional_text(object, "url")?.as_deref().and_then(branch_of),
            reviews: reviews.map(protection_reviews).transpose()?,
            checks: checks.map(protection_checks).transpose()?,
            exempt: allowances.map(exempt).transpose()?.unwrap_or_default(),
            admins: enabled("enforce_admins")?,
            force: enabled("allow_force_pushes")?,
            deletion: enabled("allow_deletions")?,
        });
        Ok(())
    }

    /// Leaves out what was saved of other branches, and rules that are not enforced.
    fn keep_own(&mut self, branch: &str) {
        let on = shown(branch);
        let is_own = |protection: &&Protection| protection.branch.as_deref().is_none_or(|name| name == branch);
        match self.protections.iter().rev().find(is_own) {
            Some(own) => self.protection = Some(Some(own.clone())),
            None => {
                let others = self.protections.iter().filter_map(|other| other.branch.as_deref());
                let said = |other| format!("the saved branch protection is that of `{}`, not of `{on}`", shown(other));
                self.foreign.extend(others.map(|other| (said(other), Answer::Protection)));
            }
        }
        let Some(rules) = &mut self.rules else { return };
        let of_others = |id: i64| self.rulesets.iter().find(|other| other.id == id && other.is_elsewhere(branch));
        let others: BTreeSet<i64> =
            rules.iter().map(|rule| rule.ruleset).filter(|id| of_others(*id).is_some()).collect();
        self.foreign.extend(others.iter().filter_map(|id| of_others(*id)).map(|other| {
            let name = shown(&other.name);
            (format!("the saved rules include those of the ruleset `{name}`, which is not about `{on}`"), Answer::Rules)
        }));
        let is_idle = |id: i64| self.rulesets.iter().any(|other| other.id == id && other.enforcement != "active");
        let is_foreign = !others.is_empty() && rules.iter().all(|rule| others.contains(&rule.ruleset));
        rules.retain(|rule| !others.contains(&rule.ruleset) && !is_idle(rule.ruleset));
        if is_foreign {
            self.rules = None;
        }
    }

    /// Returns whether merges go through a queue.
    pub(in crate::doctor) fn has_queue(&self) -> bool {
        self.kinds().any(|kind| *kind == Kind::Queue)
    }

    /// Returns the path of the workflow with stopgap's name that an organisation requires.
    pub(in crate::doctor) fn required_workflow(&self) -> Option<&str> {
        self.kinds().find_map(|kind| match kind {
            Kind::Workflows(paths) => paths.iter().map(String::as_str).find(|path| path.contains("stopgap")),
            _ => None,
        })
    }

    fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.rules.iter().flatten().map(|rule| &rule.kind)
    }

    fn protection(&self) -> Option<&Protection> {
        self.protection.as_ref()?.as_ref()
    }

    fn reviews(&self) -> impl Iterator<Item = &Reviews> {
        let rules = self.kinds().filter_map(|kind| match kind {
            Kind::PullRequest(reviews) => Some(reviews),
            _ => None,
        });
        rules.chain(self.protection().and_then(|protection| protection.reviews.as_ref()))
    }

    fn checks(&self) -> impl Iterator<Item = &Checks> {
        let rules = self.kinds().filter_map(|kind| match kind {
            Kind::Checks(checks) => Some(checks),
            _ => None,
        });
        rules.chain(self.protection().and_then(|protection| protection.checks.as_ref()))
    }

    /// Returns what was not saved and might add what the rest does not say.
    fn unsaved(&self) -> Option<(&'static str, Answer)> {
        match (&self.rules, &self.protection) {
            (Some(_), Some(_)) => None,
            (None, _) => Some(("its rulesets were not saved", Answer::Rules)),
            (_, None) => {
                let why = "its branch protection was not saved, which only an administrator may read";
                Some((why, Answer::Protection))
            }
        }
    }
}

/// Returns the patterns of the branches that a ruleset is about, or is not about.
fn conditions(ruleset: &Object, which: &str) -> Result<Option<Vec<String>>, String> {
    let conditions = optional_object(ruleset, "conditions")?;
    let names = conditions.map(|conditions| optional_object(conditions, "ref_name")).transpose()?.flatten();
    let patterns = names.and_then(|names| names.get(which)?.as_array());
    Ok(patterns.map(|patterns| patterns.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()))
}

/// Returns the branch of the address of its protection: `…/branches/release%2F1/protection`.
fn branch_of(address: &str) -> Option<String> {
    let (_, name) = address.strip_suffix("/protection")?.rsplit_once("/branches/")?;
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

fn rule_reviews(parameters: &Object) -> Result<Reviews, String> {
    let team = |object: &Object| -> Result<(i64, i64), String> {
        let reviewer = optional_object(object, "reviewer")?.ok_or("has a required reviewer without `reviewer`")?;
        Ok((number(reviewer, "id")?, number(object, "minimum_approvals")?))
    };
    let teams = optional_list(parameters, "required_reviewers")?.unwrap_or_default();
    Ok(Reviews {
        code_owners: flag(parameters, "require_code_owner_review")?,
        dismiss_stale: flag(parameters, "dismiss_stale_reviews_on_push")?,
        last_push: flag(parameters, "require_last_push_approval")?,
        teams: teams.into_iter().map(team).collect::<Result<_, _>>()?,
    })
}

fn rule_checks(parameters: &Object) -> Result<Checks, String> {
    let check = |object: &Object| Ok((text(object, "context")?, optional_number(object, "integration_id")?));
    let required = list(parameters, "required_status_checks")?;
    Ok(Checks {
        required: required.into_iter().map(check).collect::<Result<_, String>>()?,
        strict: flag(parameters, "strict_required_status_checks_policy")?,
    })
}

fn protection_reviews(object: &Object) -> Result<Reviews, String> {
    Ok(Reviews {
        code_owners: flag(object, "require_code_owner_reviews")?,
        dismiss_stale: flag(object, "dismiss_stale_reviews")?,
        last_push: optional_flag(object, "require_last_push_approval")?.unwrap_or_default(),
        teams: Vec::new(),
    })
}

fn protection_checks(object: &Object) -> Result<Checks, String> {
    let check =
        |object: &Object| Ok((text(object, "context")?, optional_number(object, "app_id")?.filter(|id| *id > 0)));
    let checks = optional_list(object, "checks")?.unwrap_or_default();
    let mut required = checks.into_iter().map(check).collect::<Result<Vec<_>, String>>()?;
    if required.is_empty() {
        let contexts = object.get("contexts").and_then(serde_json::Value::as_array).ok_or("has no `contexts`")?;
        required.extend(contexts.iter().filter_map(|context| Some((context.as_str()?.to_owned(), None))));
    }
    Ok(Checks { required, strict: optional_flag(object, "strict")?.unwrap_or_default() })
}

fn exempt(allowances: &Object) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for (kind, key, name) in [("", "users", "login"), ("the team ", "teams", "slug"), ("the app ", "apps", "slug")] {
        for one in optional_list(allowances, key)?.unwrap_or_default() {
            names.push(format!("{kind}`{}`", shown(&text(one, name)?)));
        }
    }
    Ok(names)
}

/// Where the settings are.
const RULESETS: &str = "Settings > Rules > Rulesets";

/// Examines the settings. `checks` are the names of the gate on a pull request.
pub(in crate::doctor) fn examine(facts: &Facts<'_>, checks: &[String]) -> Vec<Line> {
    let branch = facts.branch;
    let Some(github) = saved(facts) else { return vec![nothing_saved(branch)] };
    let mut lines: Vec<Line> =
        github.foreign.iter().map(|(what, answer)| foreign(&github, branch, what, *answer)).collect();
    lines.extend(check_required(&github, branch, checks));
    lines.push(code_owner_review(&github, branch));
    lines.push(stale_approvals(&github, branch));
    lines.extend(bypass(&github, branch));
    lines.extend(reviewers(&github));
    lines.push(force_push(&github, branch));
    lines.push(deletion(&github, branch));
    lines.push(up_to_date(&github, branch));
    let mut told = BTreeSet::new();
    for line in &mut lines {
        // The same answer may be missing for several lines; it is saved once.
        if let Some(command) = line.snippet.clone()
            && !told.insert(command)
        {
            (line.fix, line.snippet) = (Some("save it as well, see above".to_owned()), None);
        }
    }
    lines
}

/// Says that something was saved of another branch.
fn foreign(github: &GitHub, branch: &str, what: &str, answer: Answer) -> Line {
    let is_there = match answer {
        Answer::Rules => github.rules.is_some(),
        Answer::Protection => github.protection.is_some(),
    };
    match is_there {
        true => Line::advice(Check::CheckRequired, what, "it is left out: save only what is about the branch"),
        false => Line::unknown(Check::CheckRequired, what, format!("save that of `{}`:", shown(branch)))
            .with_snippet(format!("{} > more.json", answer.command(branch))),
    }
}

/// Returns what was saved; an empty list is the answer for a branch without rules.
pub(in crate::doctor) fn saved(facts: &Facts<'_>) -> Option<GitHub> {
    let settings = facts.settings;
    let mut github = match &settings.github {
        Some(github) => github.clone(),
        None if settings.empty_list => GitHub::default(),
        None => return None,
    };
    if settings.empty_list {
        github.rules.get_or_insert_default();
    }
    github.keep_own(facts.branch);
    Some(github)
}

fn nothing_saved(branch: &str) -> Line {
    let message =
        format!("the files do not show whether `{}` requires the check and a code owner's approval", shown(branch));
    Line::unknown(Check::CheckRequired, message, "save the API response and pass it with `--rulesets`:").with_snippet(
        format!(
            "gh api --paginate 'repos/{{owner}}/{{repo}}/rules/branches/{}' \\\n  > rules.json\n\
         stopgap doctor --rulesets rules.json",
            quotable(branch)
        ),
    )
}

/// Returns the line that something is not required: unknown as long as an answer is missing that could say otherwise.
fn not_required(github: &GitHub, branch: &str, check: Check, message: String, fix: String) -> Line {
    match github.unsaved() {
        Some((why, answer)) => {
            Line::unknown(check, format!("{message}, as far as the given data shows: {why}"), "save it as well:")
                .with_snippet(format!("{} > more.json", answer.command(branch)))
        }
        None => Line::wrong(check, message, fix),
    }
}

fn check_required(github: &GitHub, branch: &str, checks: &[String]) -> Vec<Line> {
    let on = shown(branch);
    let required = || github.checks().flat_map(|checks| &checks.required);
    let rank = |(_, app): &&(String, Option<i64>)| (*app != Some(ACTIONS), app.is_some());
    let found = required().filter(|(context, _)| checks.contains(context)).min_by_key(rank);
    match (found, github.required_workflow()) {
        (Some((context, Some(ACTIONS))), _) => {
            vec![Line::ok(Check::CheckRequired, format!("`{on}` requires the check `{}`", shown(context)))]
        }
        (Some((context, Some(app))), _) => {
            let message = format!(
                "`{on}` requires the check `{}` from the app {app}, and on github.com the job reports it as the app {ACTIONS}, \
                 GitHub Actions",
                shown(context)
            );
            let fix =
                format!("in {RULESETS}, choose GitHub Actions as the source of the check; this prints its number:");
            vec![Line::unknown(Check::CheckRequired, message, fix).with_snippet("gh api apps/github-actions --jq .id")]
        }
        (Some((context, None)), _) => vec![
            Line::ok(Check::CheckRequired, format!("`{on}` requires the check `{}`", shown(context))),
            Line::advice(
                Check::CheckRequired,
                format!("any token with commit-status permission can report `{}` as passed", shown(context)),
                format!("in {RULESETS}, choose GitHub Actions as the source of the check"),
            ),
        ],
        (None, Some(path)) => {
            vec![Line::ok(Check::CheckRequired, format!("`{on}` requires the workflow `{}`", shown(path)))]
        }
        (None, None) => vec![check_missing(github, branch, checks, &required().map(|(context, _)| context).collect())],
    }
}

fn check_missing(github: &GitHub, branch: &str, checks: &[String], required: &BTreeSet<&String>) -> Line {
    let on = shown(branch);
    let listed: Vec<String> = required.iter().take(5).map(|context| format!("`{}`", shown(context))).collect();
    let others = if listed.is_empty() { "none".to_owned() } else { listed.join(", ") };
    let Some(check) = checks.first() else {
        let message = format!("no job is known that could be required; `{on}` requires {others}");
        let fix = "give the job a fixed `name` and no `matrix`, and fix what else is wrong with it, see above";
        return Line::unknown(Check::CheckRequired, message, fix);
    };
    let check = shown(check);
    let message = format!("`{on}` does not require the check `{check}`; it requires {others}");
    let fix = format!("in {RULESETS}, under *Require status checks to pass*, add `{check}` from GitHub Actions");
    not_required(github, branch, Check::CheckRequired, message, fix)
}

fn code_owner_review(github: &GitHub, branch: &str) -> Line {
    let on = shown(branch);
    if github.reviews().any(|reviews| reviews.code_owners) {
        return Line::ok(
            Check::CodeOwnerReview,
            format!("`{on}` requires a pull request with a code owner's approval"),
        );
    }
    let (message, fix) = match github.reviews().next() {
        None => (
            format!("`{on}` accepts pushes without a pull request"),
            format!(
                "in {RULESETS}, turn on *Require a pull request before merging* and *Require review from Code Owners*"
            ),
        ),
        Some(_) => (
            format!("`{on}` accepts anybody's approval: code owners are requested, but not required"),
            format!("in {RULESETS}, turn on *Require review from Code Owners*"),
        ),
    };
    not_required(github, branch, Check::CodeOwnerReview, message, fix)
}

fn stale_approvals(github: &GitHub, branch: &str) -> Line {
    let fix = format!("in {RULESETS}, turn on *Dismiss stale pull request approvals when new commits are pushed*");
    if github.reviews().any(|reviews| reviews.dismiss_stale) {
        return Line::ok(Check::StaleApprovals, "a push dismisses earlier approvals");
    }
    // The approval of the last push may be that of anybody who may write.
    if github.reviews().any(|reviews| reviews.last_push) {
        let message = "a code owner's approval survives a push: the last push needs an approval, but not an owner's";
        return Line::advice(Check::StaleApprovals, message, fix);
    }
    let message = "commits that are pushed after an approval can be merged with it".to_owned();
    not_required(github, branch, Check::StaleApprovals, message, fix)
}

fn force_push(github: &GitHub, branch: &str) -> Line {
    let blocked = github.kinds().any(|kind| *kind == Kind::NoForce);
    if blocked || github.protection().is_some_and(|protection| protection.force == Some(false)) {
        return Line::ok(Check::ForcePush, format!("nobody may overwrite `{}`", shown(branch)));
    }
    let message = format!("a force push may overwrite `{}` and its history", shown(branch));
    not_required(github, branch, Check::ForcePush, message, format!("in {RULESETS}, turn on *Block force pushes*"))
}

fn deletion(github: &GitHub, branch: &str) -> Line {
    let blocked = github.kinds().any(|kind| *kind == Kind::NoDeletion);
    if blocked || github.protection().is_some_and(|protection| protection.deletion == Some(false)) {
        return Line::ok(Check::Deletion, format!("nobody may delete `{}`", shown(branch)));
    }
    let message = format!("`{}` may be deleted", shown(branch));
    not_required(github, branch, Check::Deletion, message, format!("in {RULESETS}, turn on *Restrict deletions*"))
}

fn up_to_date(github: &GitHub, branch: &str) -> Line {
    if github.has_queue() {
        return Line::ok(Check::UpToDate, "a merge queue checks each change on top of the others");
    }
    if github.checks().any(|checks| checks.strict) {
        return Line::ok(
            Check::UpToDate,
            format!("a pull request must be up to date with `{}` when it is merged", shown(branch)),
        );
    }
    let message = "two changes that pass separately may be merged although they fail together";
    let fix = format!("in {RULESETS}, turn on *Require branches to be up to date before merging*, or a merge queue");
    Line::advice(Check::UpToDate, message, fix)
}

/// Returns who may bypass the rules, ruleset by ruleset.
fn bypass(github: &GitHub, branch: &str) -> Vec<Line> {
    let relevant: BTreeSet<i64> =
        github.rules.iter().flatten().filter(|rule| rule.kind != Kind::Other).map(|rule| rule.ruleset).collect();
    let mut lines: Vec<Line> = relevant.iter().filter_map(|id| bypass_of(github, *id)).collect();
    let idle = github.rulesets.iter().filter(|ruleset| ruleset.enforcement != "active" && ruleset.is_about(branch));
    lines.extend(idle.map(|ruleset| {
        let message = format!(
            "the ruleset `{}` is set to `{}`, so it is not enforced",
            shown(&ruleset.name),
            shown(&ruleset.enforcement)
        );
        Line::advice(Check::Bypass, message, format!("in {RULESETS}, set its enforcement to *Active*, or delete it"))
    }));
    if let Some(protection) = github.protection() {
        lines.extend(bypass_of_protection(protection));
    }
    let any = !relevant.is_empty() || github.protection().is_some();
    if lines.is_empty() && any {
        lines.push(Line::ok(Check::Bypass, format!("nobody may bypass the rules of `{}`", shown(branch))));
    }
    lines
}

fn bypass_of(github: &GitHub, id: i64) -> Option<Line> {
    let ruleset = github.rulesets.iter().find(|ruleset| ruleset.id == id);
    let name = ruleset.map_or_else(|| id.to_string(), |ruleset| ruleset.name.clone());
    let Some(actors) = ruleset.and_then(|ruleset| ruleset.bypass.as_ref()) else {
        let message = format!("who may bypass the ruleset `{}` is visible only to those who may edit it", shown(&name));
        let fix = "have one of them save it as well:";
        let command = format!("gh api 'repos/{{owner}}/{{repo}}/rulesets/{id}' > ruleset-{id}.json");
        return Some(Line::unknown(Check::Bypass, message, fix).with_snippet(command));
    };
    if actors.is_empty() {
        return None;
    }
    let listed: Vec<String> = actors.iter().take(10).map(Actor::describe).collect();
    let message = format!("the ruleset `{}` may be bypassed by {}", shown(&name), listed.join(", "));
    if actors.iter().any(Actor::is_everybody) {
        let fix = format!(
            "in {RULESETS} > {}, remove the role from the bypass list: everybody with push access has it",
            shown(&name)
        );
        return Some(Line::wrong(Check::Bypass, message, fix));
    }
    let fix =
        format!("empty the bypass list in {RULESETS} > {}, or let `stopgap history` detect bypasses", shown(&name));
    Some(Line::advice(Check::Bypass, message, fix))
}

impl Ruleset {
    /// Returns whether it would apply to a branch, assumed to be the default branch, if it were active.
    fn is_about(&self, branch: &str) -> bool {
        let whole = format!("refs/heads/{branch}");
        let has = |patterns: &[String]| {
            let special = |pattern: &str| matches!(pattern, "~DEFAULT_BRANCH" | "~ALL");
            patterns.iter().any(|pattern| special(pattern) || matches(pattern, &whole, false))
        };
        self.branches.as_deref().is_some_and(has) && !has(&self.excluded)
    }

    /// Returns whether it says that it is about other branches only.
    fn is_elsewhere(&self, branch: &str) -> bool {
        self.branches.is_some() && !self.is_about(branch)
    }
}

impl Actor {
    fn describe(&self) -> String {
        let id = self.id.unwrap_or_default();
        let who = match self.kind.as_str() {
            "OrganizationAdmin" => "the owners of the organisation".to_owned(),
            "DeployKey" => "every deploy key".to_owned(),
            "RepositoryRole" => match ROLES.iter().find(|(role, _)| *role == id) {
                Some((_, name)) => format!("the role `{name}`"),
                None => format!("the role {id}"),
            },
            "Team" => format!("the team {id}"),
            "Integration" => format!("the app {id}"),
            "User" => format!("the user {id}"),
            other => format!("`{}` {id}", shown(other)),
        };
        match self.mode.as_str() {
            "pull_request" => format!("{who} (in pull requests)"),
            "exempt" => format!("{who} (without a trace)"),
            _ => who,
        }
    }

    /// Returns whether it includes everybody who may push at all.
    fn is_everybody(&self) -> bool {
        self.kind == "RepositoryRole" && self.id == Some(4)
    }
}

fn bypass_of_protection(protection: &Protection) -> Vec<Line> {
    const FIX: &str = "in Settings > Branches, turn on *Do not allow bypassing the above settings*";
    let mut lines = Vec::new();
    if protection.admins != Some(true) {
        let message = "the branch protection does not apply to administrators";
        lines.push(Line::advice(Check::Bypass, message, format!("{FIX}, or let `stopgap history` detect bypasses")));
    }
    if !protection.exempt.is_empty() {
        let message =
            format!("the branch protection lets these merge without a pull request: {}", protection.exempt.join(", "));
        let fix = "in Settings > Branches, empty *Allow specified actors to bypass required pull requests*";
        lines.push(Line::advice(Check::Bypass, message, fix));
    }
    lines
}

/// Returns what can be said about required reviewers, whom rulesets name by number.
fn reviewers(github: &GitHub) -> Vec<Line> {
    let teams: BTreeSet<(i64, i64)> = github.reviews().flat_map(|reviews| &reviews.teams).copied().collect();
    let line = |(team, approvals): &(i64, i64)| match approvals {
        0 => Line::advice(
            Check::Reviewers,
            format!("the team {team} is requested to review, but its approval is not required"),
            format!("in {RULESETS}, under *Require review from specific teams*, require 1 approval or more"),
        ),
        _ => Line::unknown(
            Check::Reviewers,
            format!(
                "{approvals} of the team {team} must approve: if it has no more members than that, none of them can \
                 merge"
            ),
            "this prints its members, who must be more than the required approvals:",
        )
        .with_snippet(format!("gh api 'teams/{team}/members' --jq '.[].login'")),
    };
    teams.iter().map(line).collect()
}
