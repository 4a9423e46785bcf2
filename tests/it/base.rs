//! The base of a change, in real repositories.

use serde_json::{Value, json};
use stopgap::internal::error::Error;
use stopgap::internal::history::base::{self, Base, CiEnvironment};

use crate::support::git::{FULL_NAME, Repo};

/// `main` goes first, second, third; `topic` left it at first and has two commits.
struct History {
    repo: Repo,
    first: String,
    second: String,
    third: String,
    topic: String,
    topic_before: String,
}

impl History {
    fn new() -> Self {
        Self::of(Repo::new())
    }

    fn of(repo: Repo) -> Self {
        let first = repo.write("stopgap.yaml", "version: 1\n").commit("first");
        repo.branch("topic");
        let topic_before = repo.write("exceptions/a.yaml", "title: a\n").commit("ask");
        let topic = repo.write("exceptions/a.yaml", "title: b\n").commit("ask better");
        repo.switch("main");
        let second = repo.write("exceptions/b.yaml", "title: c\n").commit("second");
        let third = repo.write("exceptions/c.yaml", "title: d\n").commit("third");
        Self { repo, first, second, third, topic, topic_before }
    }

    /// The payload of a pull request whose `base.sha` is as old as the request.
    fn pull_request(&self) -> Value {
        json!({
            "action": "synchronize",
            "number": 7,
            "pull_request": {
                "number": 7,
                "head": {"ref": "topic", "sha": self.topic, "repo": {"full_name": FULL_NAME}},
                "base": {"ref": "main", "sha": self.first, "repo": {"full_name": FULL_NAME}},
            },
            "repository": repository(),
        })
    }

    fn push(&self, reference: &str, before: &str, after: &str) -> Value {
        json!({
            "ref": reference, "before": before, "after": after, "base_ref": null,
            "created": false, "deleted": false, "forced": false,
            "head_commit": {"id": after},
            "repository": repository(),
        })
    }
}

fn repository() -> Value {
    json!({"full_name": FULL_NAME, "default_branch": "main"})
}

fn zeros() -> String {
    "0".repeat(40)
}

fn nowhere() -> CiEnvironment {
    CiEnvironment::default()
}

fn github(event: &str, payload: &Value) -> CiEnvironment {
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", event),
        ("GITHUB_EVENT_PATH", "/runner/event.json"),
        ("CI", "true"),
    ];
    CiEnvironment { github_event: Some(payload.to_string().into_bytes()), ..environment(&variables) }
}

fn gitlab(more: &[(&str, &str)]) -> CiEnvironment {
    let usual = [("GITLAB_CI", "true"), ("CI_DEFAULT_BRANCH", "main")];
    environment(&[&usual, more].concat())
}

fn environment(variables: &[(&str, &str)]) -> CiEnvironment {
    CiEnvironment::from_variables(|name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

/// Returns the base's object name, empty for none, and how it was found.
fn found(repo: &Repo, revision: &str, ci: &CiEnvironment) -> (String, String) {
    let Base { commit, how, .. } = base::find(&repo.open(), revision, ci).unwrap();
    (commit.map(|commit| commit.as_str().to_owned()).unwrap_or_default(), how)
}

/// Returns the message and the help of the error.
fn refused(repo: &Repo, revision: &str, ci: &CiEnvironment) -> (String, String) {
    let error: Error = base::find(&repo.open(), revision, ci).unwrap_err();
    (error.to_string(), error.help().unwrap())
}

fn at(commit: &str, how: &str) -> (String, String) {
    (commit.to_owned(), how.to_owned())
}

mod pull_request {
    use super::*;

    const MERGED: &str = "the first parent of the pull request's merge commit";
    const BRANCHED: &str = "the merge base of `HEAD` and the pull request's base `main`";

    #[test]
    fn a_merge_commit_is_compared_with_its_own_first_parent_and_not_with_the_stale_base() {
        let history = History::new();
        let merged = history.repo.pull_request("main", "topic");
        for event in ["pull_request", "pull_request_review", "pull_request_review_comment"] {
            let ci = CiEnvironment { github_sha: Some(merged.clone()), ..github(event, &history.pull_request()) };
            for depth in [2, 0] {
                let checkout = history.repo.actions_checkout("refs/pull/7/merge", depth);
                assert_eq!(found(&checkout, "auto", &ci), at(&history.third, MERGED), "{event} {depth}");
            }
        }
    }

    #[test]
    fn the_usual_shallow_checkout_is_told_which_depth_to_set() {
        let history = History::new();
        history.repo.pull_request("main", "topic");
        let checkout = history.repo.actions_checkout("refs/pull/7/merge", 1);
        let (message, help) = refused(&checkout, "auto", &github("pull_request", &history.pull_request()));
        let third = &history.third;
        assert_eq!(
            message,
            format!("the base is missing: commit `{}`, {MERGED}, is not in this shallow clone", &third[..12])
        );
        assert_eq!(
            help,
            format!("set `fetch-depth: 2` on actions/checkout (`0` for other events); the full name is `{third}`")
        );
    }

    #[test]
    fn the_head_of_the_branch_is_compared_with_where_it_left_the_base_branch() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        let ci = CiEnvironment {
            github_sha: Some(history.third.clone()),
            ..github("pull_request", &history.pull_request())
        };
        assert_eq!(found(&checkout, "auto", &ci), at(&history.first, BRANCHED));
    }

    #[test]
    fn a_branch_that_merged_the_newer_base_branch_is_not_blamed_for_it() {
        let mut history = History::new();
        history.repo.switch("topic");
        history.topic = history.repo.merge("main");
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        let ci = github("pull_request", &history.pull_request());
        assert_eq!(found(&checkout, "auto", &ci), at(&history.third, BRANCHED));
    }

    #[test]
    fn the_base_branch_of_a_fork_proves_nothing() {
        let history = History::new();
        history.repo.switch("topic");
        history.repo.git(&["branch", "--force", "main", "topic~1"]);
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        for name in ["upstream/register", "me/register"] {
            let mut payload = history.pull_request();
            payload["repository"]["full_name"] = json!(name);
            assert_eq!(found(&checkout, "auto", &github("pull_request", &payload)), at(&history.first, BRANCHED));
        }
    }

    #[test]
    fn a_merge_commit_that_the_author_pushed_meanwhile_does_not_choose_the_base() {
        let history = History::new();
        let repo = &history.repo;
        repo.git(&["switch", "--quiet", "-c", "bait", &history.first]);
        repo.write("stopgap.yaml", "rules: {expired: off}\n").commit("loosen everything");
        let merged = repo.merge("topic");
        let genuine = repo.git(&["rev-parse", "main"]);
        let ci = CiEnvironment { github_sha: Some(genuine), ..github("pull_request", &history.pull_request()) };
        let checkout = repo.actions_checkout("refs/heads/bait", 0);
        assert_eq!(checkout.rev("HEAD^2"), history.topic);
        assert_eq!(checkout.rev("HEAD"), merged);
        assert_eq!(found(&checkout, "auto", &ci), at(&history.first, BRANCHED));
    }

    #[test]
    fn a_merge_commit_on_the_event_s_own_commit_is_genuine() {
        let history = History::new();
        history.repo.pull_request("main", "topic");
        let checkout = history.repo.actions_checkout("refs/pull/7/merge", 2);
        let on_target = CiEnvironment {
            github_sha: Some(history.third.clone()),
            ..github("pull_request_target", &history.pull_request())
        };
        assert_eq!(found(&checkout, "auto", &on_target), at(&history.third, MERGED));
        let elsewhere =
            CiEnvironment { github_sha: on_target.github_sha, ..github("pull_request", &history.pull_request()) };
        assert!(refused(&checkout, "auto", &elsewhere).1.starts_with("set `fetch-depth: 0` on actions/checkout"));
        let mut payload = history.pull_request();
        payload["pull_request"]["base"]["sha"] = json!(history.third);
        let older = CiEnvironment { github_sha: Some("5".repeat(40)), ..github("pull_request", &payload) };
        assert_eq!(found(&checkout, "auto", &older), at(&history.third, MERGED));
    }

    #[test]
    fn a_shallow_head_of_the_branch_needs_the_whole_history() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 2);
        let (message, help) = refused(&checkout, "auto", &github("pull_request", &history.pull_request()));
        let first = &history.first;
        assert_eq!(
            message,
            format!(
                "the base is missing: commit `{}`, the pull request's base, is not in this shallow clone",
                &first[..12]
            )
        );
        assert_eq!(help, format!("set `fetch-depth: 0` on actions/checkout; the full name is `{first}`"));
    }

    #[test]
    fn a_shallow_history_is_not_an_unrelated_one() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 1);
        checkout.git(&["fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main"]);
        let mut payload = history.pull_request();
        payload["pull_request"]["base"]["sha"] = json!(history.third);
        let (message, help) = refused(&checkout, "auto", &github("pull_request", &payload));
        assert!(message.contains("does not reach back to where `HEAD`"), "{message}");
        assert_eq!(help, "set `fetch-depth: 0` on actions/checkout");
    }

    #[test]
    fn a_checkout_of_something_else_is_refused() {
        let history = History::new();
        let (head, topic) = (&history.third[..12], &history.topic[..12]);
        let message = format!("`HEAD` (`{head}`) does not contain the pull request's head `{topic}`");
        for depth in [0, 1] {
            let checkout = history.repo.actions_checkout("refs/heads/main", depth);
            for event in ["pull_request", "pull_request_review", "pull_request_target"] {
                let ci = github(event, &history.pull_request());
                let (said, help) = refused(&checkout, "auto", &ci);
                assert_eq!(said, message);
                assert!(help.contains("refs/pull/7/merge"), "{help}");
                assert_eq!(event == "pull_request_target", help.contains("checks the base branch out"), "{help}");
            }
        }
    }

    #[test]
    fn a_merge_of_an_older_head_is_refused() {
        let history = History::new();
        history.repo.pull_request("main", "topic~1");
        let checkout = history.repo.actions_checkout("refs/pull/7/merge", 2);
        let (message, help) = refused(&checkout, "auto", &github("pull_request_review", &history.pull_request()));
        assert!(message.contains("does not contain the pull request's head"), "{message}");
        assert!(help.ends_with("the newer run checks it"), "{help}");
    }

    #[test]
    fn a_request_that_is_already_merged_keeps_its_older_base() {
        let history = History::new();
        history.repo.merge("topic");
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        assert_eq!(
            found(&checkout, "auto", &github("pull_request", &history.pull_request())),
            at(&history.first, BRANCHED)
        );
        let mut payload = history.pull_request();
        payload["pull_request"]["base"]["sha"] = json!(history.repo.rev("main"));
        assert_eq!(
            found(&checkout, "auto", &github("pull_request", &payload)),
            at(&history.topic, "`HEAD` itself, as `main` already contains the whole pull request")
        );
    }
}

mod merge_group {
    use super::*;

    fn payload(history: &History, head: &str) -> Value {
        json!({
            "action": "checks_requested",
            "merge_group": {
                "head_sha": head,
                "head_ref": format!("refs/heads/gh-readonly-queue/main/pr-7-{}", history.third),
                "base_sha": history.third,
                "base_ref": "refs/heads/main",
            },
            "repository": repository(),
        })
    }

    #[test]
    fn a_group_is_compared_with_the_commit_below_it() {
        let history = History::new();
        let head = history.repo.pull_request("main", "topic");
        let ci = github("merge_group", &payload(&history, &head));
        for depth in [2, 0] {
            let checkout = history.repo.actions_checkout("refs/pull/7/merge", depth);
            let expected = at(&history.third, "the commit that the merge group is based on");
            assert_eq!(found(&checkout, "auto", &ci), expected);
        }
        let (message, help) = refused(&history.repo.actions_checkout("refs/pull/7/merge", 1), "auto", &ci);
        assert!(message.ends_with("the commit that the merge group is based on, is not in this shallow clone"));
        assert!(help.starts_with("set `fetch-depth: 2` on actions/checkout (`0` for other events)"), "{help}");
    }

    #[test]
    fn another_checkout_is_refused() {
        let history = History::new();
        let head = history.repo.pull_request("main", "topic");
        let ci = github("merge_group", &payload(&history, &head));
        let (message, _) = refused(&history.repo.actions_checkout("refs/heads/main", 0), "auto", &ci);
        assert!(message.contains("does not contain the merge group's head"), "{message}");
    }
}

mod push {
    use super::*;

    const BEFORE: &str = "the commit before this push";

    #[test]
    fn a_push_is_compared_with_what_was_there_before() {
        let history = History::new();
        let main = history.push("refs/heads/main", &history.first, &history.third);
        let checkout = history.repo.actions_checkout("refs/heads/main", 0);
        assert_eq!(found(&checkout, "auto", &github("push", &main)), at(&history.first, BEFORE));
        let topic = history.push("refs/heads/topic", &history.topic_before, &history.topic);
        let checkout = history.repo.actions_checkout("refs/heads/topic", 2);
        assert_eq!(found(&checkout, "auto", &github("push", &topic)), at(&history.topic_before, BEFORE));
    }

    #[test]
    fn a_shallow_checkout_is_told_how_much_is_enough() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/main", 1);
        let one = history.push("refs/heads/main", &history.second, &history.third);
        let (message, help) = refused(&checkout, "auto", &github("push", &one));
        assert!(message.contains(&history.second[..12]), "{message}");
        assert!(help.contains("`fetch-depth: 2`") && help.contains(&history.second), "{help}");
        let two = history.push("refs/heads/main", &history.first, &history.third);
        let (_, help) = refused(&checkout, "auto", &github("push", &two));
        assert!(help.contains("`fetch-depth: 0`") && help.contains(&history.first), "{help}");
    }

    #[test]
    fn a_new_branch_is_compared_with_where_it_left_the_default_branch() {
        let history = History::new();
        let ci = github("push", &history.push("refs/heads/topic", &zeros(), &history.topic));
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        assert_eq!(found(&checkout, "auto", &ci), at(&history.first, "the merge base of `HEAD` and `origin/main`"));
        let (message, help) = refused(&history.repo.actions_checkout("refs/heads/topic", 1), "auto", &ci);
        assert_eq!(message, "the base is missing: the default branch `main` is not in this clone");
        assert_eq!(help, "set `fetch-depth: 0` on actions/checkout");
    }

    #[test]
    fn a_new_branch_or_tag_on_the_default_branch_is_compared_with_the_commit_before() {
        let history = History::new();
        history.repo.git(&["tag", "-a", "-m", "release", "v1", "main"]);
        let tag = history.repo.rev("refs/tags/v1");
        let mut payload = history.push("refs/tags/v1", &zeros(), &tag);
        payload["head_commit"]["id"] = json!(history.third);
        let checkout = history.repo.actions_checkout("refs/tags/v1", 0);
        let expected = at(&history.second, "the first parent of `HEAD`, as `origin/main` already contains `HEAD`");
        assert_eq!(found(&checkout, "auto", &github("push", &payload)), expected);
    }

    #[test]
    fn an_annotated_tag_is_resolved_to_its_commit() {
        let history = History::new();
        let mut payload = history.push("refs/tags/v1", &zeros(), &"5".repeat(40));
        payload["head_commit"]["id"] = json!(history.third);
        payload["repository"] = json!({});
        let checkout = history.repo.actions_checkout("refs/heads/main", 2);
        let expected = at(&history.second, "the first parent of `HEAD`, as `origin/main` already contains `HEAD`");
        assert_eq!(found(&checkout, "auto", &github("push", &payload)), expected);
    }

    #[test]
    fn the_first_push_of_all_adds_everything() {
        let history = History::new();
        let ci = github("push", &history.push("refs/heads/main", &zeros(), &history.third));
        for depth in [1, 0] {
            let checkout = history.repo.actions_checkout("refs/heads/main", depth);
            assert_eq!(found(&checkout, "auto", &ci), at("", "nothing: this push created the default branch"));
        }
    }

    #[test]
    fn a_rewritten_branch_is_compared_with_where_it_left_the_default_branch() {
        let history = History::new();
        let repo = &history.repo;
        repo.git(&["switch", "--quiet", "-c", "rebased", "main~1"]);
        let rebased = repo.write("exceptions/a.yaml", "title: b\n").commit("ask on a newer base");
        let how = "the merge base of `HEAD` and `origin/main`; this push rewrote the branch";
        let checkout = repo.actions_checkout("refs/heads/rebased", 0);
        for before in [history.topic.clone(), "5".repeat(40)] {
            let ci = github("push", &history.push("refs/heads/rebased", &before, &rebased));
            assert_eq!(found(&checkout, "auto", &ci), at(&history.second, how));
        }
        let ci = github("push", &history.push("refs/heads/rebased", &history.topic, &rebased));
        let (_, help) = refused(&repo.actions_checkout("refs/heads/rebased", 1), "auto", &ci);
        assert!(help.starts_with("set `fetch-depth: 0` on actions/checkout; "), "{help}");
    }

    #[test]
    fn a_rewritten_default_branch_is_compared_with_what_it_lost() {
        let history = History::new();
        history.repo.git(&["branch", "lost", "main"]);
        history.repo.git(&["reset", "--quiet", "--hard", &history.first]);
        let rewritten = history.repo.commit("instead");
        let ci = github("push", &history.push("refs/heads/main", &history.third, &rewritten));
        let checkout = history.repo.actions_checkout("refs/heads/main", 0);
        assert_eq!(found(&checkout, "auto", &ci), at(&history.third, BEFORE));
        let gone = "5".repeat(40);
        let ci = github("push", &history.push("refs/heads/main", &gone, &rewritten));
        let (message, help) = refused(&checkout, "auto", &ci);
        assert_eq!(
            message,
            "the base is missing: commit `555555555555`, the commit before this push, is not in this clone"
        );
        assert!(help.starts_with(&format!("run `git fetch origin {gone}` first")), "{help}");
    }

    #[test]
    fn a_checkout_of_another_branch_is_refused() {
        let history = History::new();
        let ci = github("push", &history.push("refs/heads/topic", &history.topic_before, &history.topic));
        let (message, _) = refused(&history.repo.actions_checkout("refs/heads/main", 0), "auto", &ci);
        assert!(message.contains("does not contain the pushed commit"), "{message}");
    }
}

mod other_events {
    use super::*;

    #[test]
    fn a_schedule_has_no_base() {
        let history = History::new();
        let scheduled = github("schedule", &json!({"schedule": "0 6 * * *"}));
        for ci in [scheduled, gitlab(&[("CI_PIPELINE_SOURCE", "schedule")])] {
            let (message, help) = refused(&history.repo, "auto", &ci);
            assert_eq!(message, "`--base auto` has no base in a scheduled run: nothing was changed");
            assert!(help.starts_with("leave `--base` out for the scheduled check"), "{help}");
            assert_eq!(found(&history.repo, "HEAD~1", &ci), at(&history.second, "`HEAD~1`"));
        }
    }

    #[test]
    fn a_manual_run_of_the_default_branch_changes_nothing_either() {
        let history = History::new();
        let payload = json!({"ref": "refs/heads/main", "repository": repository()});
        let by_hand = [("CI_PIPELINE_SOURCE", "web"), ("CI_DEFAULT_BRANCH", "main")];
        for ci in [github("workflow_dispatch", &payload), github("repository_dispatch", &payload), gitlab(&by_hand)] {
            let checkout = history.repo.actions_checkout("refs/heads/main", 0);
            for clone in [&checkout, &history.repo.clone_shallow(1)] {
                let (message, help) = refused(clone, "auto", &ci);
                assert!(message.starts_with("`--base auto` has no base in a"), "{message}");
                assert!(message.ends_with("the default branch: nothing was changed"), "{message}");
                assert!(help.starts_with("leave `--base` out for the scheduled check"), "{help}");
            }
        }
    }

    #[test]
    fn the_tip_of_the_default_branch_is_never_compared_with_itself() {
        let history = History::new();
        let ci = github("deployment", &json!({"ref": "refs/heads/main", "repository": repository()}));
        let checkout = history.repo.actions_checkout("refs/heads/main", 0);
        let expected = at(&history.second, "the first parent of `HEAD`, as `origin/main` already contains `HEAD`");
        assert_eq!(found(&checkout, "auto", &ci), expected);
        let shallow = history.repo.clone_shallow(1);
        let (message, help) = refused(&shallow, "auto", &ci);
        assert!(message.contains(&history.second[..12]), "{message}");
        assert!(help.starts_with("set `fetch-depth: 2`"), "{help}");
    }

    #[test]
    fn the_payload_names_a_default_branch_that_no_guess_would_find() {
        let history = History::new();
        history.repo.git(&["branch", "trunk", "topic~1"]);
        let ci = github("workflow_dispatch", &json!({"repository": {"default_branch": "trunk"}}));
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        assert_eq!(
            found(&checkout, "auto", &ci),
            at(&history.topic_before, "the merge base of `HEAD` and `origin/trunk`")
        );
    }
}

mod gitlab_pipelines {
    use super::*;

    #[test]
    fn a_merge_request_is_compared_with_its_diff_base() {
        let history = History::new();
        let ci = gitlab(&[
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &history.first),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", ""),
            ("CI_COMMIT_BEFORE_SHA", &zeros()),
        ]);
        history.repo.switch("topic");
        assert_eq!(found(&history.repo, "auto", &ci), at(&history.first, "the merge request's diff base"));
        let (message, help) = refused(&history.repo.clone_shallow(2), "auto", &ci);
        assert!(message.contains(&history.first[..12]) && message.ends_with("this shallow clone"), "{message}");
        let expected =
            format!("set `GIT_DEPTH: \"0\"` among the job's `variables`; the full name is `{}`", history.first);
        assert_eq!(help, expected);
    }

    #[test]
    fn a_merged_result_is_compared_with_the_target_and_not_with_the_older_diff_base() {
        let history = History::new();
        history.repo.pull_request("main", "topic");
        let ci = gitlab(&[
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &history.first),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &history.third),
        ]);
        let checkout = history.repo.actions_checkout("refs/pull/7/merge", 2);
        let role = "the target branch that the merge request was merged into";
        assert_eq!(found(&checkout, "auto", &ci), at(&history.third, role));
        let elsewhere = history.repo.actions_checkout("refs/heads/topic", 0);
        let (message, _) = refused(&elsewhere, "auto", &ci);
        assert!(message.contains("does not contain the target branch"), "{message}");
    }

    #[test]
    fn without_a_diff_base_the_target_branch_counts() {
        let history = History::new();
        history.repo.git(&["branch", "stable", "topic~1"]);
        let ci = gitlab(&[("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "stable")]);
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        assert_eq!(
            found(&checkout, "auto", &ci),
            at(&history.topic_before, "the merge base of `HEAD` and `origin/stable`")
        );
    }

    #[test]
    fn a_push_is_compared_with_what_was_there_before() {
        let history = History::new();
        let ci = |before: &str| {
            gitlab(&[("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main"), ("CI_COMMIT_BEFORE_SHA", before)])
        };
        let expected = at(&history.first, "the commit before this push");
        assert_eq!(found(&history.repo, "auto", &ci(&history.first)), expected);
        let (message, _) = refused(&history.repo, "auto", &ci("main"));
        assert_eq!(message, "`CI_COMMIT_BEFORE_SHA` is `main`, which is not a full commit name");
    }

    #[test]
    fn a_pipeline_without_a_change_uses_the_default_branch() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        let ci = gitlab(&[("CI_PIPELINE_SOURCE", "web")]);
        assert_eq!(found(&checkout, "auto", &ci), at(&history.first, "the merge base of `HEAD` and `origin/main`"));
    }
}

/// Azure Pipelines, Bitbucket, Jenkins, Forgejo and Gitea name the target of a pull request in their own variables.
mod other_ci_systems {
    use super::*;

    const TARGETS: [(&str, &str); 4] = [
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
        ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        ("CHANGE_TARGET", "main"),
        ("GITHUB_BASE_REF", "main"),
    ];

    #[test]
    fn a_branch_is_compared_with_where_it_left_its_target() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        for variable in TARGETS {
            let expected = at(&history.first, "the merge base of `HEAD` and `origin/main`");
            assert_eq!(found(&checkout, "auto", &environment(&[variable])), expected, "{variable:?}");
        }
    }

    #[test]
    fn a_trial_merge_is_compared_with_the_target_that_it_contains() {
        let history = History::new();
        history.repo.pull_request("main", "topic");
        let azure = history.repo.actions_checkout("refs/pull/7/merge", 0);
        history.repo.switch("main");
        history.repo.write("exceptions/d.yaml", "title: e\n").commit("the target goes on");
        for variable in TARGETS {
            let (commit, _) = found(&azure, "auto", &environment(&[variable]));
            assert_eq!(commit, history.third, "{variable:?}");
        }
    }

    /// Bitbucket merges the destination into the branch, and names it by twelve digits.
    #[test]
    fn bitbuckets_destination_is_the_second_parent() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        checkout.merge(&history.third);
        let commit = ("BITBUCKET_PR_DESTINATION_COMMIT", &history.third[..12]);
        let role = format!("the merge base of `HEAD` and the pull request's destination `{}`", commit.1);
        let ci = environment(&[commit, ("BITBUCKET_PR_DESTINATION_BRANCH", "gone")]);
        assert_eq!(found(&checkout, "auto", &ci), at(&history.third, &role));
        checkout.git(&["tag", &history.third[..12], &history.topic]);
        let (message, _) = refused(&checkout, "auto", &ci);
        assert!(message.contains("which `BITBUCKET_PR_DESTINATION_COMMIT` names, is not in this clone"), "{message}");
        // Nor does one that holds all of `HEAD` mean that nothing has changed.
        let checkout = history.repo.actions_checkout("refs/heads/main", 0);
        checkout.git(&["switch", "--quiet", "--detach", &history.second]);
        let (message, _) = refused(&checkout, "auto", &environment(&[commit]));
        assert_eq!(message, format!("`{}` already contains `HEAD`, so nothing is left to compare", commit.1));
    }

    #[test]
    fn a_local_branch_of_the_target_s_name_does_not_choose_the_base() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        checkout.git(&["branch", "--force", "stable", "HEAD"]);
        for (variable, value) in TARGETS {
            let (message, help) =
                refused(&checkout, "auto", &environment(&[(variable, &value.replace("main", "stable"))]));
            assert!(
                message.contains(&format!("`origin/stable`, which `{variable}` names, is not in this clone")),
                "{message}"
            );
            assert!(help.contains("git fetch origin +refs/heads/stable:refs/remotes/origin/stable"), "{help}");
        }
    }

    #[test]
    fn a_target_that_already_contains_head_never_means_no_change() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/main", 0);
        for variable in TARGETS {
            let (message, _) = refused(&checkout, "auto", &environment(&[variable]));
            assert_eq!(message, "`origin/main` already contains `HEAD`, so nothing is left to compare", "{variable:?}");
        }
    }

    #[test]
    fn a_shallow_clone_is_told_the_setting_of_its_system() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 1);
        for (variable, says) in
            TARGETS.into_iter().zip(["fetchDepth: 0", "clone: {depth: full}", "Git behaviours", "unshallow"])
        {
            let (_, help) = refused(&checkout, "auto", &environment(&[variable]));
            assert!(help.contains(says), "{variable:?}: {help}");
        }
    }

    #[test]
    fn a_forgejo_runner_need_not_write_a_payload() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        let usual = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_BASE_REF", "main")];
        let forgejo = environment(&[&usual[..], &[("FORGEJO_ACTIONS", "true")]].concat());
        assert_eq!(found(&checkout, "auto", &forgejo).0, history.first);
        let (message, _) = refused(&checkout, "auto", &environment(&usual));
        assert!(message.contains("`GITHUB_EVENT_PATH` is not set"), "{message}");
    }

    #[test]
    fn a_value_that_is_not_a_name_is_refused_and_does_nothing() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        let proof = checkout.path().join("proof");
        let option = format!("--output={}", proof.display());
        for value in [
            "-x",
            &option,
            "--upload-pack=touch proof",
            "main topic",
            "main\ttopic",
            "main\nx",
            "a\u{1b}[31mb",
            "a..b",
            "@{1}",
            "refs/heads/",
        ] {
            for (variable, _) in TARGETS.into_iter().chain([("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "")]) {
                let (message, _) = refused(&checkout, "auto", &environment(&[(variable, value)]));
                assert!(message.starts_with(&format!("`{variable}` is `")), "{message}");
                assert!(message.ends_with("which is not the name of a branch"), "{message}");
                assert!(!message.contains(['\n', '\t', '\u{1b}']), "{message:?}");
            }
            let (message, _) = refused(&checkout, "auto", &environment(&[("BITBUCKET_PR_DESTINATION_COMMIT", value)]));
            assert!(message.ends_with("which is not the name of a commit"), "{message}");
        }
        assert!(!proof.exists());
        let (message, _) = refused(&checkout, "auto", &environment(&[("BITBUCKET_PR_DESTINATION_COMMIT", "HEAD~1")]));
        assert_eq!(message, "`BITBUCKET_PR_DESTINATION_COMMIT` is `HEAD~1`, which is not the name of a commit");
    }
}

mod developer {
    use super::*;

    #[test]
    fn a_branch_is_compared_with_where_it_left_the_remote_s_default_branch() {
        let history = History::new();
        history.repo.git(&["branch", "-m", "main", "trunk"]);
        let clone = history.repo.clone_whole();
        clone.git(&["switch", "--quiet", "topic"]);
        assert_eq!(found(&clone, "auto", &nowhere()), at(&history.first, "the merge base of `HEAD` and `origin/HEAD`"));
    }

    #[test]
    fn without_a_remote_the_local_branch_counts() {
        let history = History::new();
        history.repo.switch("topic");
        let expected = at(&history.first, "the merge base of `HEAD` and `main`");
        assert_eq!(found(&history.repo, "auto", &nowhere()), expected);
        history.repo.git(&["branch", "-m", "main", "master"]);
        let expected = at(&history.first, "the merge base of `HEAD` and `master`");
        assert_eq!(found(&history.repo, "auto", &nowhere()), expected);
        history.repo.git(&["branch", "-m", "master", "trunk"]);
        let (message, help) = refused(&history.repo, "auto", &nowhere());
        assert!(message.contains("a default branch (`origin/HEAD`, `origin/main`, `origin/master`)"), "{message}");
        assert!(help.starts_with("name the base: `--base REV`; if the remote is called `origin`"), "{help}");
    }

    #[test]
    fn unpushed_commits_on_the_default_branch_count() {
        let history = History::new();
        let clone = history.repo.clone_whole();
        clone.commit("not pushed");
        assert_eq!(found(&clone, "auto", &nowhere()), at(&history.third, "the merge base of `HEAD` and `origin/HEAD`"));
    }

    #[test]
    fn what_is_not_committed_is_compared_with_a_published_head_and_nobody_else_is_blamed() {
        let history = History::new();
        let clone = history.repo.clone_whole();
        let before = "the first parent of `HEAD`, as `origin/HEAD` already contains `HEAD`";
        assert_eq!(found(&clone, "auto", &nowhere()), at(&history.second, before));
        clone.write("exceptions/c.yaml", "title: e\n");
        let own = "`HEAD` itself, as `origin/HEAD` already contains `HEAD`: only what is not committed yet is a change";
        assert_eq!(found(&clone, "auto", &nowhere()), at(&history.third, own));
        // A job edits nothing that would be merged.
        assert_eq!(found(&clone, "auto", &environment(&[("CI", "true")])), at(&history.second, before));
    }

    #[test]
    fn before_the_first_commit_and_at_it_there_is_nothing() {
        let repo = Repo::new();
        assert_eq!(found(&repo, "auto", &nowhere()), at("", "nothing: there is no commit yet"));
        let (message, _) = refused(&repo, "main", &nowhere());
        assert_eq!(message, "there is no commit to compare: `HEAD` names none");
        refused(&repo, "auto", &gitlab(&[]));
        repo.commit("first");
        assert_eq!(found(&repo, "auto", &nowhere()), at("", "nothing: `HEAD` is the first commit"));
    }
}

mod named {
    use super::*;

    #[test]
    fn a_revision_is_compared_where_head_left_it() {
        let history = History::new();
        history.repo.git(&["tag", "v1", &history.first]);
        history.repo.switch("topic");
        let main = at(&history.first, "the merge base of `HEAD` and `main`");
        assert_eq!(found(&history.repo, "main", &nowhere()), main);
        assert_eq!(found(&history.repo, "v1", &nowhere()), at(&history.first, "`v1`"));
        let own = "`HEAD` itself: only what is not committed yet is a change";
        assert_eq!(found(&history.repo, "HEAD", &nowhere()), at(&history.topic, own));
        // In a job, nothing would be judged.
        history.repo.switch("main");
        for (revision, ci) in [("HEAD", &[("GITHUB_ACTIONS", "true")][..]), ("main", &[("CI", "true")])] {
            let (message, help) = refused(&history.repo, revision, &environment(ci));
            assert_eq!(message, format!("`{revision}` already contains `HEAD`, so nothing is left to compare"));
            assert!(help.contains("or write `--base auto`"), "{help}");
        }
        // A job of an unknown system may be a developer's container.
        history.repo.write("exceptions/c.yaml", "title: e\n");
        assert_eq!(found(&history.repo, "HEAD", &environment(&[("CI", "true")])), at(&history.third, own));
    }

    #[test]
    fn a_revision_that_looks_like_an_option_does_nothing() {
        let history = History::new();
        let mark = history.repo.path().join("mark");
        let write = format!("--output={}", mark.display());
        let upload = format!("--upload-pack=touch {}", mark.display());
        for revision in [write.as_str(), upload.as_str(), "-x", "--all", "--", "", "^main", "main..topic", "a\0b"] {
            let (message, _) = refused(&history.repo, revision, &nowhere());
            assert!(message.contains("names no commit in this clone"), "{revision}: {message}");
        }
        assert!(!mark.exists());
    }

    #[test]
    fn what_is_not_here_comes_with_the_setting_that_fetches_it() {
        let history = History::new();
        let shallow = history.repo.clone_shallow(1);
        let actions = environment(&[("GITHUB_ACTIONS", "true")]);
        for (ci, setting) in [
            (actions, "set `fetch-depth: 0` on actions/checkout"),
            (gitlab(&[]), "set `GIT_DEPTH: \"0\"` among the job's `variables`"),
            (nowhere(), "run `git fetch --unshallow origin \"+refs/heads/*:refs/remotes/origin/*\"` first"),
        ] {
            let (message, help) = refused(&shallow, "origin/topic", &ci);
            assert_eq!(message, "the base is missing: `origin/topic` names no commit in this clone");
            assert_eq!(help, format!("this clone is shallow: {setting}"));
            let (message, help) = refused(&shallow, &history.first, &ci);
            assert!(message.contains(&history.first[..12]), "{message}");
            assert_eq!(help, format!("{setting}; the full name is `{}`", history.first));
        }
        let (_, help) = refused(&history.repo.actions_checkout("refs/heads/main", 0), "origin/nope", &nowhere());
        assert_eq!(help, "run `git fetch origin +refs/heads/nope:refs/remotes/origin/nope` first, or correct the name");
    }

    #[test]
    fn histories_without_a_common_commit_are_refused() {
        let history = History::new();
        history.repo.git(&["switch", "--quiet", "--orphan", "island"]);
        let island = history.repo.commit("alone");
        let (message, help) = refused(&history.repo, "main", &nowhere());
        assert_eq!(message, format!("`HEAD` (`{}`) and `main` have no commit in common", &island[..12]));
        assert_eq!(help, "name a base that `HEAD` descends from");
    }

    #[test]
    fn a_tag_does_not_take_the_place_of_a_remote_branch() {
        let history = History::new();
        let checkout = history.repo.actions_checkout("refs/heads/topic", 0);
        assert_eq!(found(&checkout, "origin/main", &nowhere()).0, history.first);
        // Two names of one commit leave nothing open.
        checkout.git(&["tag", "origin/main", "refs/remotes/origin/main"]);
        assert_eq!(found(&checkout, "origin/main", &nowhere()).0, history.first);
        checkout.git(&["tag", "--force", "origin/main", "HEAD"]);
        let (message, help) = refused(&checkout, "origin/main", &nowhere());
        assert!(message.starts_with("`origin/main` is ambiguous: it names several commits"), "{message}");
        assert_eq!(help, "write the full name, such as `--base refs/remotes/origin/main`");
        assert_eq!(found(&checkout, "refs/remotes/origin/main", &nowhere()).0, history.first);
        assert_eq!(found(&checkout, "auto", &nowhere()).0, history.first);
    }
}

#[test]
fn what_is_not_a_payload_is_refused_and_never_ignored() {
    let history = History::new();
    let request = |pointer: &str, value: Value| {
        let mut payload = history.pull_request();
        *payload.pointer_mut(pointer).unwrap() = value;
        payload.to_string()
    };
    let without_ref = json!({"before": history.first, "after": history.third, "repository": repository()});
    for (event, payload, why) in [
        ("pull_request", "{".to_owned(), "it breaks off at line 1, column 1: EOF while parsing an object"),
        ("workflow_dispatch", "[]".to_owned(), "the file is a list, not an object"),
        ("pull_request", "{}".to_owned(), "it has no `pull_request.head.sha`"),
        ("pull_request", request("/pull_request/head", Value::Null), "`pull_request.head` is null, not an object"),
        (
            "pull_request",
            request("/pull_request/base/sha", json!(7)),
            "`pull_request.base.sha` is a number, not a string",
        ),
        (
            "pull_request_review",
            request("/pull_request/base/sha", json!("--all")),
            "`pull_request.base.sha` is `--all`, not a full commit",
        ),
        ("merge_group", request("/action", json!("x")), "it has no `merge_group.base_sha`"),
        ("push", "{\"ref\": \"refs/heads/main\"}".to_owned(), "it has no `before`"),
        ("push", without_ref.to_string(), "it has no `ref`"),
    ] {
        let ci = CiEnvironment { github_event: Some(payload.into_bytes()), ..github(event, &json!({})) };
        let (message, help) = refused(&history.repo, "auto", &ci);
        assert_eq!(message, format!("cannot read the event's payload `/runner/event.json`: {why}"));
        assert!(help.ends_with("or name the base: `--base REV`"), "{help}");
        assert_eq!(base::find(&history.repo.open(), "auto", &ci).unwrap_err().exit_code(), 2.into());
    }
    let ci = environment(&[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")]);
    let (message, _) = refused(&history.repo, "auto", &ci);
    assert!(message.ends_with("`GITHUB_EVENT_PATH` is not set"), "{message}");
}

/// `--base auto` and `--event` read the same file: what one of them refuses, the other does not accept.
#[test]
fn a_payload_is_read_as_sign_off_reads_it() {
    let history = History::new();
    history.repo.pull_request("main", "topic");
    let checkout = history.repo.actions_checkout("refs/pull/7/merge", 2);
    let payload = history.pull_request().to_string();
    let with = |bytes: Vec<u8>| CiEnvironment { github_event: Some(bytes), ..github("pull_request", &json!({})) };
    let marked = [b"\xEF\xBB\xBF", payload.as_bytes()].concat();
    assert_eq!(found(&checkout, "auto", &with(marked)).0, history.third);
    let twice = payload.replacen("{", &format!("{{\"before\": \"{}\", \"before\": 1, ", history.first), 1);
    let (message, _) = refused(&checkout, "auto", &with(twice.into_bytes()));
    assert!(message.contains("it has `before` twice in one object"), "{message}");
}

#[test]
fn sha_256_names_are_names_too() {
    let history = History::of(Repo::with_format("sha256"));
    assert_eq!(history.topic.len(), 64);
    history.repo.pull_request("main", "topic");
    let ci = github("pull_request", &history.pull_request());
    let checkout = history.repo.actions_checkout("refs/pull/7/merge", 2);
    assert_eq!(found(&checkout, "auto", &ci).0, history.third);
    let (message, help) = refused(&history.repo.actions_checkout("refs/pull/7/merge", 1), "auto", &ci);
    assert!(message.contains(&format!("`{}`", &history.third[..12])) && help.contains(&history.third), "{help}");
    let new = github("push", &history.push("refs/heads/main", &zeros(), &history.third));
    assert_eq!(found(&history.repo, "auto", &new).0, "");
    let short = github("push", &history.push("refs/heads/main", &history.first[..40], &history.third));
    assert!(refused(&history.repo, "auto", &short).0.ends_with("which is not a full commit name"));
}

/// A container's job runs as a different user from the checkout. Only root can give files away.
#[cfg(unix)]
#[test]
fn a_checkout_that_belongs_to_somebody_else_is_read() {
    const SOMEBODY: u32 = 12_345;
    let history = History::new();
    let top = history.repo.path();
    let gave = walkdir::WalkDir::new(top)
        .into_iter()
        .all(|entry| std::os::unix::fs::lchown(entry.unwrap().path(), Some(SOMEBODY), Some(SOMEBODY)).is_ok());
    if !gave {
        println!("skipped: only root can make files that belong to somebody else");
        return;
    }
    let suspicious = history.repo.try_git(&["-c", "safe.directory=", "status"]);
    assert!(String::from_utf8_lossy(&suspicious.stderr).contains("dubious ownership"));
    assert_eq!(found(&history.repo, "HEAD~1", &nowhere()).0, history.second);
}

#[test]
fn a_replaced_commit_does_not_choose_the_base() {
    let history = History::new();
    let merged = history.repo.pull_request("main", "topic");
    let tree = history.repo.rev("main^{tree}");
    let forged =
        history.repo.git(&["commit-tree", "-p", &history.topic_before, "-p", &history.topic, "-m", "m", &tree]);
    history.repo.git(&["replace", &merged, &forged]);
    history.repo.git(&["checkout", "--quiet", "--detach", &merged]);
    let ci = github("pull_request", &history.pull_request());
    assert_eq!(found(&history.repo, "auto", &ci).0, history.third);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let ci = environment(&[("GITHUB_EVENT_NAME", ""), ("GITHUB_ACTIONS", "false"), ("GITHUB_SHA", "")]);
    assert_eq!(ci, nowhere());
}
