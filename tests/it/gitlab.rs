//! The gate on GitLab: CODEOWNERS in its dialect, and a merge request with its approvals as the API answers, in real
//! repositories. Each attack is next to the honest change that looks almost the same.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

const ENTRY: &str = "exceptions/label-printer.yaml";
const OWNERS: &str =
    "* @luis @hanna @ines\n!/exceptions/\n\n[Security][1] @mei @olek\n/exceptions/\n/CODEOWNERS\n/stopgap.yaml\n";
const NOTHING: [&str; 0] = [];

/// An entry that `@mei` decided on, with some fields written differently.
fn entry(fields: &[(&str, &str)]) -> String {
    let mut all = vec![("approver", "\"@mei\"")];
    all.retain(|(key, _)| fields.iter().all(|(other, _)| other != key));
    all.extend(fields);
    exception(&all)
}

/// A merge request of the branch `topic` into `main`, and what GitLab answers about it.
struct Request {
    repo: Repo,
    author: Value,
    /// Who approved at which hour of 15 November.
    approvals: Vec<(&'static str, u32)>,
    /// What was pushed at which hour, the oldest first.
    versions: Vec<(String, u32)>,
    /// Where CODEOWNERS is.
    place: &'static str,
}

impl Request {
    fn onto(place: &'static str, owners: &str, files: &[(&str, &str)]) -> Self {
        let repo = Repo::new();
        repo.write(place, owners).write("stopgap.yaml", "back_dating: 30d\n");
        for (path, text) in files {
            repo.write(path, text);
        }
        repo.commit("base");
        repo.branch("topic");
        Self { repo, author: user("hanna", 11), approvals: Vec::new(), versions: Vec::new(), place }
    }

    /// Opens a merge request at eight that asks for one exception.
    fn asking(fields: &[(&str, &str)]) -> Self {
        let mut request = Self::onto("CODEOWNERS", OWNERS, &[]);
        request.push(8, &[(ENTRY, &entry(fields))]);
        request
    }

    fn push(&mut self, hour: u32, files: &[(&str, &str)]) -> &mut Self {
        for (path, text) in files {
            self.repo.write(path, text);
        }
        let head = self.repo.commit("change");
        self.versions.push((head, hour));
        self
    }

    fn approve(&mut self, login: &'static str, hour: u32) -> &mut Self {
        self.approvals.push((login, hour));
        self
    }

    fn head(&self) -> &str {
        &self.versions.last().unwrap().0
    }

    /// `GET /projects/:id/merge_requests/:iid`.
    fn merge_request(&self) -> Value {
        json!({
            "id": 5107, "iid": 8, "project_id": 42, "title": "Ask", "description": null, "state": "opened",
            "created_at": time(8), "updated_at": time(9), "target_branch": "main", "source_branch": "topic",
            "author": self.author, "assignees": [], "reviewers": [], "draft": false, "sha": self.head(),
            "merge_commit_sha": null, "squash": false, "detailed_merge_status": "mergeable",
            "web_url": "https://gitlab.example.com/acme/register/-/merge_requests/8",
        })
    }

    /// `GET …/approvals`, as GitLab Premium answers; the Free edition names fewer keys.
    fn approvals(&self) -> Value {
        let approved_by: Vec<Value> = self
            .approvals
            .iter()
            .map(|(login, hour)| json!({"user": user(login, number(login)), "approved_at": time(*hour)}))
            .collect();
        json!({
            "id": 5107, "iid": 8, "project_id": 42, "title": "Ask", "state": "opened", "created_at": time(8),
            "updated_at": time(9), "merge_status": "can_be_merged", "approved": !approved_by.is_empty(),
            "approvals_required": 1, "approvals_left": 0, "require_password_to_approve": false,
            "approved_by": approved_by, "suggested_approvers": [], "approvers": [], "approver_groups": [],
            "user_has_approved": false, "user_can_approve": false, "approval_rules_left": [], "has_approval_rules": true,
        })
    }

    /// `GET …/approval_state`.
    fn state(&self) -> Value {
        let users: Vec<Value> = self.approvals.iter().map(|(login, _)| user(login, number(login))).collect();
        json!({
            "approval_rules_overwritten": false,
            "rules": [{
                "id": 1, "name": "/exceptions/", "rule_type": "code_owner", "eligible_approvers": [user("mei", 21)],
                "approvals_required": 1, "users": [user("mei", 21)], "groups": [], "contains_hidden_groups": false,
                "section": "Security", "source_rule": null, "overridden": false, "code_owner": true,
                "approved_by": users, "approved": true,
            }],
        })
    }

    /// `GET …/versions`, the newest first.
    fn versions(&self) -> Vec<Value> {
        let version = |(index, (head, hour)): (usize, &(String, u32))| {
            json!({
                "id": 110 + index, "head_commit_sha": head, "base_commit_sha": self.repo.rev("main"),
                "start_commit_sha": self.repo.rev("main"), "created_at": time(*hour), "merge_request_id": 5107,
                "state": "collected", "real_size": "1", "patch_id_sha": "d504412d5b6e6739647e752aff8e468dde093f2f",
            })
        };
        self.versions.iter().enumerate().map(version).rev().collect()
    }

    fn save(&self, name: &str, text: &str) -> String {
        let path = self.repo.path().parent().unwrap().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs the gate in a GitLab job.
    fn gate(&self, arguments: &[&str]) -> Run {
        self.gate_with(&[("GITLAB_CI", "true")], arguments)
    }

    fn gate_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).envs(variables.iter().copied());
        command.current_dir(self.repo.path()).args(["check", "--today", TODAY, "--base", "main"]);
        Run::of(command.args(arguments))
    }

    fn with(&self, event: &str, reviews: &str) -> Run {
        let (event, reviews) = (self.save("merge-request.json", event), self.save("approvals.json", reviews));
        self.gate(&["--event", &event, "--reviews", &reviews, "--format", "json"])
    }

    /// All answers in one file.
    fn saved(&self) -> String {
        format!("{}\n{}\n{}\n", self.approvals(), Value::from(self.versions()), self.state())
    }

    /// Returns what gates, as `rule: message (help)`.
    fn said(&self) -> Vec<String> {
        said(&self.with(&self.merge_request().to_string(), &self.saved()))
    }

    /// Returns the message of an exit with code 2, in one line.
    fn refused(&self, event: &str, reviews: &str) -> String {
        let run = self.with(event, reviews);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        run.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn user(login: &str, number: u64) -> Value {
    json!({
        "id": number, "username": login, "public_email": null, "name": login, "state": "active", "locked": false,
        "avatar_url": null, "web_url": format!("https://gitlab.example.com/{login}"),
    })
}

fn number(login: &str) -> u64 {
    login.bytes().map(u64::from).sum()
}

fn time(hour: u32) -> String {
    format!("2026-11-15T{hour:02}:00:00.000Z")
}

fn said(run: &Run) -> Vec<String> {
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let line = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        format!("{}: {} ({})", text("rule"), text("message"), text("help"))
    };
    findings.filter(|finding| finding["gates"] == true).map(line).collect()
}

mod approvals {
    use super::*;

    const UNAPPROVED: &str =
        "approval-missing: `@mei` has not approved the exception (ask `@mei` to approve the merge request)";

    #[test]
    fn an_approval_of_the_head_signs_off() {
        let mut request = Request::asking(&[]);
        assert_eq!(request.said(), [UNAPPROVED]);
        assert_eq!(request.approve("olek", 9).said(), [UNAPPROVED]);
        assert_eq!(request.approve("mei", 9).said(), NOTHING);
        request.approvals.pop();
        assert_eq!(request.said(), [UNAPPROVED], "revoked");
    }

    #[test]
    fn what_is_dated_after_the_approval_is_still_approved_and_nothing_else() {
        let asked = [("decided", "2026-11-13"), ("starts", "2026-11-13"), ("expires", "2026-12-13")];
        for (edits, field) in [
            (&[("decided", "2026-11-15"), ("starts", "2026-11-15"), ("expires", "2026-12-13")][..], None),
            (&[("decided", "2026-11-15"), ("starts", "2026-11-15"), ("expires", "2026-12-01")], None),
            (&[("decided", "2026-11-15"), ("starts", "2026-11-15"), ("expires", "2026-12-13T23:00")], None),
            (&[("decided", "2026-11-14"), ("starts", "2026-11-15"), ("expires", "2026-12-13")], Some("decided")),
            (&[("decided", "2026-11-15"), ("starts", "2026-11-15"), ("expires", "2026-12-14")], Some("expires")),
            (
                &[
                    ("decided", "2026-11-15"),
                    ("starts", "2026-11-15"),
                    ("expires", "2026-12-13"),
                    ("reason", "The maker is late."),
                ],
                Some("reason"),
            ),
        ] {
            let mut request = Request::asking(&asked);
            request.approve("mei", 9);
            request.push(10, &[(ENTRY, &entry(edits))]);
            let said = request.said();
            let says =
                |line: &String| field.is_some_and(|field| line.contains(&format!("and `{field}` has been edited")));
            assert!(field.map_or(said.is_empty(), |_| said.iter().any(says)), "{edits:?}: {said:?}");
        }
    }

    #[test]
    fn a_merge_request_is_dated_by_its_approval() {
        let mut request =
            Request::asking(&[("decided", "2026-11-13"), ("starts", "2026-11-13"), ("expires", "2026-12-13")]);
        request.approve("mei", 9);
        let event = request.save("merge-request.json", &request.merge_request().to_string());
        let reviews = request.save("approvals.json", &request.saved());
        let decide = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
            command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("GITLAB_CI", "true");
            command.current_dir(request.repo.path());
            Run::of(command.args(["decide", "label-printer", "--today", TODAY]).args(arguments))
        };
        let run = decide(&["--reviews", &reviews]);
        assert!(run.code == 2 && run.stderr.contains("for GitLab add `--event`"), "{run:?}");
        let run = decide(&["--reviews", &reviews, "--event", &event]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains("label-printer is decided on 2026-11-15\n"), "{}", run.stdout);
        assert_eq!(request.push(10, &[]).said(), NOTHING);
    }

    #[test]
    fn what_was_pushed_after_the_approval_was_not_approved() {
        let mut request = Request::asking(&[]);
        let approved = request.head()[..12].to_owned();
        request.approve("mei", 9);
        request.push(10, &[(ENTRY, &entry(&[("removal", "Throw the old printer away and test its successor.")]))]);
        assert_eq!(
            request.said(),
            [format!(
                "approval-missing: `@mei` approved the exception at `{approved}`, and `removal` has been edited since \
                 (ask `@mei` to approve the merge request again)"
            )]
        );
        request.approvals[0].1 = 11;
        assert_eq!(request.said(), NOTHING);
    }

    #[test]
    fn an_older_approval_counts_while_the_entry_says_the_same() {
        let mut request = Request::asking(&[]);
        request.approve("mei", 9).push(10, &[("docs/printers.md", "# Printers\n")]);
        assert_eq!(request.said(), NOTHING);
    }

    #[test]
    fn it_is_unknown_what_an_approval_before_the_saved_versions_was_of() {
        let mut request = Request::asking(&[]);
        request.approve("mei", 9).push(10, &[("docs/printers.md", "# Printers\n")]);
        let newest = json!([request.versions()[0]]);
        let saved = format!("{}{newest}", request.approvals());
        let said = said(&request.with(&request.merge_request().to_string(), &saved));
        assert!(said.len() == 1 && said[0].contains("does not say which commit"), "{said:?}");
    }

    #[test]
    fn bots_and_the_author_sign_nothing_off() {
        let mut bot = Request::asking(&[("approver", "\"@project_42_bot_9f\"")]);
        let said = bot.approve("project_42_bot_9f", 9).said();
        assert!(said.iter().any(|line| line.contains("has not approved the exception")), "{said:?}");
        let mut own = Request::asking(&[]);
        own.author = user("Mei", number("mei"));
        let said = own.approve("mei", 9).said();
        let expected = "author-is-approver: `@mei` decided on the exception, and also opened this merge request";
        assert!(said.len() == 1 && said[0].starts_with(expected), "{said:?}");
    }

    #[test]
    fn the_day_of_the_approval_is_the_day_of_the_decision() {
        let mut request = Request::asking(&[("decided", "2026-11-12"), ("starts", "2026-11-16")]);
        let said = request.approve("mei", 9).said();
        let expected =
            "decision-date-mismatch: the exception is dated `2026-11-12`, and `@mei` approved on `2026-11-15`";
        assert!(said.iter().any(|line| line.starts_with(expected)), "{said:?}");
    }

    #[test]
    fn every_way_to_save_the_answers_gives_the_same_result() {
        let mut request = Request::asking(&[]);
        request.push(9, &[("docs/printers.md", "# Printers\n")]).approve("mei", 10);
        let (approvals, state, versions) = (request.approvals(), request.state(), request.versions());
        let free = json!({"user_has_approved": false, "user_can_approve": true, "approved": true,
            "approved_by": approvals["approved_by"]});
        let mut timed = state.clone();
        timed["rules"][0]["approved_by"][0]["approved_at"] = json!(time(10));
        let list = Value::from(versions.clone());
        for saved in [
            format!("{approvals}{list}"),
            format!("{list}\n{approvals}\n"),
            format!("{approvals}[{}][{}][]", versions[0], versions[1]),
            format!("{}\n{}\n{approvals}", versions[1], versions[0]),
            json!([[versions[0]], [versions[1]], [approvals]]).to_string(),
            format!("\u{feff}{free}{list}"),
            format!("{timed}{list}"),
            format!("{state}{list}{approvals}"),
        ] {
            assert_eq!(said(&request.with(&request.merge_request().to_string(), &saved)), NOTHING, "{saved}");
        }
    }

    #[test]
    fn a_merged_result_contains_what_was_approved() {
        let mut request = Request::asking(&[]);
        request.approve("mei", 9);
        request.repo.switch("main");
        request.repo.write("docs/other.md", "# Other\n").commit("others go on");
        request.repo.pull_request("main", "topic");
        request.repo.git(&["checkout", "--quiet", "--detach", "refs/pull/7/merge"]);
        let saved = request.saved();
        assert_eq!(said(&request.with(&request.merge_request().to_string(), &saved)), NOTHING);
    }

    #[test]
    fn a_result_that_was_rebased_on_trial_is_known_by_the_commit_that_it_was_started_for() {
        let mut request = Request::asking(&[]);
        request.approve("mei", 9);
        let (event, saved) = (request.merge_request().to_string(), request.saved());
        let head = request.head().to_owned();
        request.repo.switch("main");
        request.repo.write("docs/other.md", "# Other\n").commit("others go on");
        request.repo.git(&["checkout", "--quiet", "--detach", "main"]);
        request.repo.git(&["cherry-pick", &head]);
        let refused = request.refused(&event, &saved);
        assert!(refused.contains(&format!("the newest commit of the merge request is `{}`", &head[..12])), "{refused}");
        let (event, reviews) = (request.save("e.json", &event), request.save("r.json", &saved));
        let started = [("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", head.as_str())];
        let run = request.gate_with(&started, &["--event", &event, "--reviews", &reviews, "--format", "json"]);
        assert_eq!(said(&run), NOTHING);
    }
}

mod bad_input {
    use super::*;

    #[test]
    fn a_pipeline_of_an_outdated_merge_request_judges_nothing() {
        let mut request = Request::asking(&[]);
        request.approve("mei", 9);
        request.push(10, &[(ENTRY, &entry(&[("owner", "Ines Prado")]))]);
        request.repo.git(&["checkout", "--quiet", "--detach", "HEAD^"]);
        let refused = request.refused(&request.merge_request().to_string(), &request.saved());
        assert!(refused.contains("somebody has pushed since"), "{refused}");
        let event = request.save("merge-request.json", &request.merge_request().to_string());
        let run = request.gate(&["--event", &event]);
        assert!(run.code == 2 && run.stderr.contains("somebody has pushed since"), "{run:?}");
    }

    #[test]
    fn answers_that_cannot_be_used_are_refused_in_words() {
        let mut request = Request::asking(&[]);
        request.push(9, &[("docs/printers.md", "# Printers\n")]).approve("mei", 10);
        let event = request.merge_request().to_string();
        let (approvals, state, versions) = (request.approvals(), request.state(), request.versions());
        let list = Value::from(versions.clone());
        let mut untimed = approvals.clone();
        untimed["approved_by"][0].as_object_mut().unwrap().remove("approved_at");
        let mut other = approvals.clone();
        other["iid"] = json!(9);
        let mut foreign = versions[0].clone();
        foreign["merge_request_id"] = json!(5108);
        let mut revoked = approvals.clone();
        revoked["approved_by"] = json!([]);
        let whole = format!("{approvals}{list}");
        for (reviews, says) in [
            (String::new(), "it is empty"),
            ("<html>".to_owned(), "it is not JSON"),
            (whole[..whole.len() - 30].to_owned(), "it breaks off"),
            (r#"{"message": "404 Not found"}"#.to_owned(), "it contains the error response `404 Not found`"),
            (
                format!(r#"{approvals}{list}{{"message": "401 Unauthorized"}}"#),
                "it contains the error response `401 Unauthorized`",
            ),
            (r#"{"error": "insufficient_scope"}"#.to_owned(), "it contains the error response `insufficient_scope`"),
            ("[]".to_owned(), "it contains neither the approvals nor the approval state"),
            (list.to_string(), "it contains neither the approvals nor the approval state"),
            (r#"[{"id": 1, "user": {"login": "mei"}, "state": "APPROVED"}]"#.to_owned(), "neither approvals, nor an"),
            (
                approvals.to_string(),
                "it contains no versions of the merge request, so it cannot be determined what was approved",
            ),
            (format!("{approvals}[{}]", versions[1]), "a page is missing, or somebody pushed in between"),
            (
                format!("{untimed}{list}"),
                "it does not say when `@mei` approved (`approved_at`), as GitLab does since 18.5",
            ),
            (format!("{other}{list}"), "it is not of merge request !8"),
            (format!("{approvals}[{foreign}]"), "it is not of merge request !8"),
            (format!("{approvals}{approvals}{list}"), "it contains two responses of `approvals`"),
            (format!("{revoked}{state}{list}"), "it names `@mei` as an approver in one response and not in the other"),
            (format!("{approvals}{}", list.to_string().replace(request.head(), "HEAD")), "`head_commit_sha` is `HEAD`"),
        ] {
            let refused = request.refused(&event, &reviews);
            let says = format!("`approvals.json` is not a usable list of approvals: {says}");
            let (start, end) = says.split_once("list of approvals: ").unwrap();
            assert!(refused.replace(' ', "").contains(&end.replace(' ', "")), "{start} {end}:\n{refused}");
            assert!(refused.contains("glab api"), "{refused}");
        }
    }

    #[test]
    fn a_merge_request_that_is_gone_or_cut_off_is_refused() {
        let request = Request::asking(&[]);
        let event = request.merge_request().to_string();
        for (event, says) in [
            (r#"{"message": "404 Not found"}"#, "contains the error response `404 Not found`"),
            (
                r#"{"message": "403 Forbidden - Authentication by CI/CD job token not allowed"}"#,
                "contains the error response `403",
            ),
            (r#"{"error": "invalid_token", "error_description": "x"}"#, "contains the error response `invalid_token`"),
            (&event[..60], "breaks off"),
            (&event.replace("\"sha\"", "\"shaa\""), "has no `sha`"),
            ("", "is empty"),
            ("[]", "not an object"),
        ] {
            let refused = request.refused(event, &request.saved());
            assert!(refused.contains(says), "{says}: {refused}");
        }
    }

    #[test]
    fn a_field_of_another_kind_is_named_in_words() {
        let mut request = Request::asking(&[]);
        request.approve("mei", 10);
        let whole = request.merge_request();
        for (key, value, says) in [
            ("author", json!(7), "is not a usable merge request: `author` is a number, not an object"),
            ("author", json!({"id": 1}), "is not a usable merge request: it has no `author.username`"),
            ("iid", json!("8"), "is not a usable merge request: `iid` is a string, not a whole number"),
            ("sha", json!([]), "is not a usable merge request: `sha` is a list, not a string"),
        ] {
            let mut event = whole.clone();
            event[key] = value;
            let refused = request.refused(&event.to_string(), &request.saved());
            assert!(refused.contains(says) && refused.contains("glab api"), "{says}: {refused}");
            assert!(!refused.contains("GITHUB"), "{refused}");
        }
        for (approved, says) in [
            (json!("mei"), "`approved_by` is a string, not a list"),
            (json!(["mei"]), "`approved_by` is a string, not an object"),
            (json!([{"user": "mei"}]), "`approved_by.user` is a string, not an object"),
            (json!([{"user": {"id": 1}}]), "has no `approved_by.user.username`"),
        ] {
            let mut approvals = request.approvals();
            approvals["approved_by"] = approved;
            let refused = request.refused(&whole.to_string(), &approvals.to_string());
            assert!(
                refused.contains("is not a usable list of approvals: ") && refused.contains(says),
                "{says}: {refused}"
            );
            assert!(!refused.contains("struct") && !refused.contains("GITHUB"), "{refused}");
        }
    }

    #[test]
    fn gitlab_approvals_are_not_github_reviews() {
        let request = Request::asking(&[]);
        let head = json!({"ref": "topic", "sha": request.head()});
        let base = json!({"ref": "main", "sha": request.repo.rev("main")});
        let pull = json!({"number": 7, "pull_request": {"number": 7, "user": null, "head": head, "base": base}});
        let refused = request.refused(&pull.to_string(), &request.saved());
        assert!(refused.contains("is not a usable list of reviews"), "{refused}");
    }
}

mod owners {
    use super::*;

    #[test]
    fn the_approver_must_be_asked_by_a_section() {
        let mut request = Request::asking(&[("approver", "\"@luis\""), ("owner", "Ines Prado")]);
        assert_eq!(
            request.approve("luis", 9).said(),
            ["approver-not-code-owner: `@luis` decided on the exception, but is not a code owner of this file \
              (have one of its owners decide: `@mei`, `@olek`)"]
        );
    }

    #[test]
    fn an_owner_in_any_section_that_asks_may_decide_and_one_in_an_optional_section_may_not() {
        let owners = "[Security]\n* @mei @olek\n[Hall 3]\n/exceptions/ @ines @luis\n^[Docs]\n* @ada @noor\n";
        for (login, owns) in [("mei", true), ("ines", true), ("ada", false)] {
            let mut request = Request::onto(".gitlab/CODEOWNERS", owners, &[]);
            let approver = format!("\"@{login}\"");
            request.push(8, &[(ENTRY, &entry(&[("approver", &approver)]))]).approve(login, 9);
            assert_eq!(request.said().is_empty(), owns, "{login}: {:?}", request.said());
        }
    }

    #[test]
    fn a_role_and_a_group_are_whom_the_roster_lists() {
        let owners = "* @@maintainers @security\n";
        let people = |teams: &str| {
            format!(
                "people:\n  - {{handle: \"@mei\", name: Mei Tanaka}}\n  - {{handle: \"@olek\"}}\n  - {{handle: \"@ines\"}}\n  \
                 - {{name: Hanna Vogel}}\n  - {{name: Luis Prado}}\n{teams}"
            )
        };
        let teams = "teams: {\"@@maintainer\": [Mei Tanaka], \"@security\": [\"@olek\", \"@ines\"]}\n";
        let mut request = Request::onto("docs/CODEOWNERS", owners, &[("people.yaml", &people(teams))]);
        request.push(8, &[(ENTRY, &entry(&[]))]);
        assert_eq!(request.approve("mei", 9).said(), NOTHING);
        let mut unknown = Request::onto("docs/CODEOWNERS", "* @@maintainers\n", &[("people.yaml", &people(""))]);
        let said = unknown.push(8, &[(ENTRY, &entry(&[]))]).approve("mei", 9).said();
        let help = "(list the people of `@@maintainers` under `teams` in `people.yaml`)";
        assert!(
            said.iter().any(|line| line.starts_with("approver-not-code-owner") && line.ends_with(help)),
            "{said:?}"
        );
    }

    /// Returns the parts of a work tree's register that such a CODEOWNERS leaves uncovered.
    fn covered(place: &'static str, owners: &str) -> Vec<String> {
        let request = Request::onto(place, owners, &[(ENTRY, &exception(&[]))]);
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("GITLAB_CI", "true").current_dir(request.repo.path());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        let run = Run::of(command.args(["check", "--today", TODAY, "--format", "json"]));
        said(&run).iter().map(|line| line.trim_start_matches("not-code-owned: ").to_owned()).collect()
    }

    #[test]
    fn each_part_needs_one_owner_more_than_approvals() {
        assert_eq!(covered("CODEOWNERS", OWNERS), NOTHING);
        for (owners, says) in [
            (
                "[Security][2] @mei @olek\n*\n",
                "the register `exceptions/`, the policy `stopgap.yaml`, CODEOWNERS itself and the attributes `.gitattributes` have `2` owners for `2` \
                 approvals, and nobody can approve their own change (name more than `2` people in this line)",
            ),
            (
                "[Security] @mei\n*\n",
                "the register `exceptions/`, the policy `stopgap.yaml`, CODEOWNERS itself and the attributes `.gitattributes` have no second owner besides \
                 `@mei`, who cannot approve their own change (name two people or more in this line)",
            ),
            (
                "* @mei @olek\n!/exceptions/\n",
                "nobody has to approve a change of the register `exceptions/`: this line excludes them (remove the line; \
                 no other line of its section can include them again)",
            ),
            (
                "^[Security] @mei @olek\n*\n",
                "nobody has to approve a change of the register `exceptions/`, the policy `stopgap.yaml`, CODEOWNERS \
                 itself and the attributes `.gitattributes`: the section is optional (take the `^` off `[Security]`, or add lines to a section without it)",
            ),
            (
                "[Security] @mei @olek\n/exceptions\n/CODEOWNERS\n/stopgap.yaml\n/.gitattributes\n",
                "no line covers the register `exceptions/` (add `/exceptions/ @person @other-person`)",
            ),
            (
                "* @mei @olek\n/exceptions/**/ @@maintainer\n",
                "the register `exceptions/` has no known owner (list the people of `@@maintainer` under `teams` in \
                 `people.yaml`)",
            ),
        ] {
            let said = covered("CODEOWNERS", owners);
            assert!(said.contains(&says.to_owned()), "{owners}: {said:?}");
        }
    }

    #[test]
    fn it_is_looked_for_where_gitlab_looks() {
        for place in ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"] {
            assert_eq!(covered(place, "* @mei @olek\n"), NOTHING, "{place}");
        }
        let said = covered(".github/CODEOWNERS", "* @mei @olek\n");
        assert!(said.len() == 1 && said[0].starts_with("there is no CODEOWNERS file"), "{said:?}");
        assert!(
            said[0].ends_with("(write `CODEOWNERS` with the line `/exceptions/ @person @other-person`)"),
            "{said:?}"
        );
    }

    #[test]
    fn the_policy_names_the_forge_if_no_ci_system_does() {
        let mut request = Request::onto("CODEOWNERS", OWNERS, &[("stopgap.yaml", "forge: gitlab\n")]);
        request.push(8, &[(ENTRY, &entry(&[("approver", "\"@luis\""), ("owner", "Ines Prado")]))]);
        let run = request.gate_with(&[], &["--format", "json"]);
        assert!(said(&run).iter().any(|line| line.starts_with("approver-not-code-owner: `@luis`")), "{:?}", said(&run));
        let mut github = Request::onto("CODEOWNERS", OWNERS, &[("stopgap.yaml", "forge: github\n")]);
        github.push(8, &[(ENTRY, &entry(&[("approver", "\"@luis\""), ("owner", "Ines Prado")]))]);
        let run = github.gate(&["--format", "json"]);
        let expected = "give `/exceptions/label-printer.yaml` owners in `CODEOWNERS` first";
        assert!(said(&run).iter().any(|line| line.contains(expected)), "{:?}", said(&run));
    }

    #[test]
    fn forgejo_and_gitea_are_refused_as_a_value_and_need_nobodys_approval() {
        for value in ["forgejo", "gitea"] {
            let mut request = Request::onto("CODEOWNERS", OWNERS, &[("stopgap.yaml", &format!("forge: {value}\n"))]);
            let run = request.push(8, &[(ENTRY, &entry(&[]))]).gate(&[]);
            assert_eq!(run.code, 2, "{run:?}");
            let stderr: String = run.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(stderr.contains("`forge` must be `github` or `gitlab`, not"), "{stderr}");
            assert!(stderr.contains("on any other, leave the key out"), "{stderr}");
        }
        let mut request = Request::onto("CODEOWNERS", "* @mei @olek\n", &[]);
        request.push(8, &[(ENTRY, &entry(&[("approver", "\"@ilse\""), ("owner", "Ines Prado")]))]);
        for variable in ["GITEA_ACTIONS", "FORGEJO_ACTIONS"] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
            command.env_clear().env(variable, "true").env("GITHUB_ACTIONS", "true").current_dir(request.repo.path());
            let run = Run::of(command.args(["check", "--today", TODAY, "--format", "json"]));
            let said = said(&run);
            let expected = "not-code-owned: CODEOWNERS has no effect, so nobody has to approve an exception: on Forgejo \
                and Gitea its lines only request reviews";
            assert!(said.len() == 1 && said[0].starts_with(expected), "{said:?}");
        }
    }
}

mod loosened {
    use super::*;

    fn warned(before: &str, after: &str) -> Vec<String> {
        let request = Request::onto("CODEOWNERS", before, &[(ENTRY, &exception(&[]))]);
        request.repo.write(request.place, after);
        request.repo.commit("change");
        let said = said(&request.gate(&["--format", "json"]));
        let loosened = said.iter().filter_map(|line| line.strip_prefix("policy-loosened: "));
        loosened.map(|line| line.split(" (").next().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_section_that_asks_less_is_named() {
        let owners = "* @luis @hanna\n\n[Security][2] @mei @olek @ines\n/exceptions/\n";
        for (from, to, says) in [
            ("[Security][2]", "^[Security]", "approval is no longer required for `exceptions/` and `1` more file"),
            (
                "[Security][2]",
                "[Security]",
                "`1` of `@mei @olek @ines` is now enough for `exceptions/` and `1` more file",
            ),
            ("@ines\n", "@ines @luis\n", "`@luis` may now approve `exceptions/` and `1` more file; only `@mei @olek"),
            (
                "/exceptions/\n",
                "/exceptions/\n!/exceptions/label-*\n",
                "approval is no longer required for `exceptions/label-printer.yaml`",
            ),
            ("\n[Security]", "\n# [Security]", "`2` of"),
        ] {
            let after = owners.replace(from, to);
            let said = warned(owners, &after);
            if says == "`2` of" {
                assert!(!said.is_empty(), "{after}");
                continue;
            }
            assert!(said.len() == 1 && said[0].starts_with(says), "{after}: {said:?}");
        }
        for (from, to) in [
            ("[Security][2]", "[Keepers of the register][3]"),
            ("@mei @olek @ines", "@olek @ines"),
            ("[Security][2]", "[SECURITY][2]"),
            ("[Security]", "[Docs]\n*.md @ada\n[Security]"),
            ("* @luis @hanna\n", "* @hanna\n"),
        ] {
            assert_eq!(warned(owners, &owners.replace(from, to)), NOTHING, "{to}");
        }
    }

    #[test]
    fn a_file_in_an_earlier_place_replaces_the_other() {
        let request = Request::onto(".gitlab/CODEOWNERS", "* @mei @olek\n", &[(ENTRY, &exception(&[]))]);
        request.repo.write("CODEOWNERS", "* @luis @hanna\n").commit("change");
        let said = said(&request.gate(&["--format", "json"]));
        assert!(said.iter().any(|line| line.contains("`@luis` may now approve `exceptions/`")), "{said:?}");
        let github = Request::onto("CODEOWNERS", "* @mei @olek\n", &[(ENTRY, &exception(&[]))]);
        github.repo.write(".github/CODEOWNERS", "* @luis @hanna\n").commit("change");
        assert_eq!(super::said(&github.gate(&["--format", "json"])), NOTHING);
    }

    #[test]
    fn another_forge_reads_codeowners_differently() {
        let policy = |before: &str, after: &str, variables: &[(&str, &str)]| {
            let request =
                Request::onto("CODEOWNERS", "* @mei @olek\n", &[("stopgap.yaml", before), (ENTRY, &exception(&[]))]);
            request.repo.write("stopgap.yaml", after).commit("change");
            said(&request.gate_with(variables, &["--format", "json"]))
        };
        let gitlab = [("GITLAB_CI", "true")];
        let said = policy("version: 1\n", "forge: github\n", &gitlab);
        let expected =
            "policy-loosened: CODEOWNERS is read by the rules of GitHub instead of GitLab (keep `forge: gitlab`";
        assert!(said.len() == 1 && said[0].starts_with(expected), "{said:?}");
        assert_eq!(policy("version: 1\n", "forge: gitlab\n", &gitlab), NOTHING);
        assert_eq!(policy("version: 1\n", "forge: github\n", &[]), NOTHING);
    }
}
