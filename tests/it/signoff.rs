//! Who signed off a change: CODEOWNERS of the base, the event and the saved reviews, in real repositories. Each attack
//! is next to the honest change that looks almost the same.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::git::Repo;
use crate::support::{Run, Sandbox, TODAY, exception};

pub(crate) const ENTRY: &str = "exceptions/label-printer.yaml";
pub(crate) const OWNERS: &str = "/exceptions/ @mei @olek\n/.github/ @mei @olek\n/.gitattributes @mei @olek\n/stopgap.yaml @mei @olek\n\
     /people.yaml @mei @olek\n";
const HOUR: &str = "2026-11-15T10:00:00Z";

/// An entry that `@mei` decided on, with some fields written differently.
pub(crate) fn entry(fields: &[(&str, &str)]) -> String {
    let mut all = vec![("approver", "\"@mei\"")];
    all.retain(|(key, _)| fields.iter().all(|(other, _)| other != key));
    all.extend(fields);
    exception(&all)
}

pub(crate) fn renewal(approver: &str, decided: &str, expires: &str) -> String {
    format!(
        "\n  - requested: {decided}\n    requester: Hanna Vogel\n    \
         reason: The maker moved its visit to {expires} because the roads were closed.\n    \
         risk_check: The printer's log of {decided} shows no stranger.\n    \
         approver: \"{approver}\"\n    decided: {decided}\n    expires: {expires}"
    )
}

pub(crate) fn amendment(approver: &str, note: &str) -> String {
    format!(
        "\n  - {{date: 2026-11-20, by: Luis Prado, approver: \"{approver}\", fields: [scope.system], note: {note}}}"
    )
}

/// A pull request of the branch `topic` into `main`, and what GitHub would say about it.
pub(crate) struct Pull {
    pub(crate) repo: Repo,
    /// Where the register is: empty, or ending in `/`.
    below: &'static str,
    pub(crate) author: Value,
    pub(crate) reviews: Vec<Value>,
    pub(crate) head: String,
    pub(crate) opened: &'static str,
}

impl Pull {
    /// Creates the base; the files' paths are from the register's root.
    pub(crate) fn onto(files: &[(&str, &str)]) -> Self {
        Self::below("", OWNERS, files)
    }

    fn below(below: &'static str, owners: &str, files: &[(&str, &str)]) -> Self {
        let repo = Repo::new();
        repo.write(".github/CODEOWNERS", owners).write(&format!("{below}stopgap.yaml"), "back_dating: 30d\n");
        for (path, text) in files {
            repo.write(&format!("{below}{path}"), text);
        }
        let head = repo.commit("base");
        repo.branch("topic");
        Self { repo, below, author: account("hanna", 1), reviews: Vec::new(), head, opened: "2026-11-14T08:00:00Z" }
    }

    /// Opens a pull request that asks for one exception.
    fn asking(fields: &[(&str, &str)]) -> Self {
        let mut pull = Self::onto(&[]);
        pull.push(&[(ENTRY, &entry(fields))]);
        pull
    }

    /// Adds a commit, which becomes the head.
    pub(crate) fn push(&mut self, files: &[(&str, &str)]) -> &mut Self {
        for (path, text) in files {
            self.repo.write(&format!("{}{path}", self.below), text);
        }
        self.head = self.repo.commit("change");
        self
    }

    /// Adds a review of the head as it is now.
    pub(crate) fn review(&mut self, login: &str, state: &str) -> &mut Self {
        let commit = self.head.clone();
        self.review_of(login, state, &commit, HOUR)
    }

    pub(crate) fn review_of(&mut self, login: &str, state: &str, commit: &str, time: &str) -> &mut Self {
        let id = 100 + self.reviews.len();
        let number = login.bytes().map(u64::from).sum();
        self.reviews.push(json!({
            "id": id, "user": account(login, number), "body": "", "state": state, "commit_id": commit,
            "submitted_at": time, "author_association": "MEMBER",
        }));
        self
    }

    pub(crate) fn event(&self) -> Value {
        let head = json!({"ref": "topic", "sha": self.head});
        let base = json!({"ref": "main", "sha": self.repo.rev("main")});
        json!({
            "action": "synchronize", "number": 7,
            "pull_request": {
                "number": 7, "draft": false, "user": self.author, "created_at": self.opened, "head": head, "base": base,
            },
        })
    }

    pub(crate) fn save(&self, name: &str, text: &str) -> PathBuf {
        let path = self.repo.path().parent().unwrap().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Runs the gate with its own arguments.
    pub(crate) fn gate(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(self.repo.path());
        command.args(["check", "--today", TODAY, "--root"]).arg(self.repo.path().join(self.below));
        Run::of(command.args(arguments))
    }

    /// Runs the gate with the event and the reviews as saved.
    pub(crate) fn signed(&self, format: &str, reviews: &str) -> Run {
        let event = self.save("event.json", &self.event().to_string());
        let reviews = self.save("reviews.json", reviews);
        let (event, reviews) = (event.to_str().unwrap(), reviews.to_str().unwrap());
        self.gate(&["--base", "main", "--event", event, "--reviews", reviews, "--format", format])
    }

    /// Returns what gates, as `rule: message (help)`.
    pub(crate) fn said(&self) -> Vec<String> {
        said(&self.signed("json", &Value::from(self.reviews.clone()).to_string()))
    }

    pub(crate) fn text(&self) -> String {
        self.signed("text", &Value::from(self.reviews.clone()).to_string()).stdout
    }
}

pub(crate) fn account(login: &str, number: u64) -> Value {
    json!({"login": login, "id": number, "type": "User", "site_admin": false})
}

pub(crate) fn said(run: &Run) -> Vec<String> {
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let line = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        format!("{}: {} ({})", text("rule"), text("message"), text("help"))
    };
    findings.filter(|finding| finding["gates"] == true).map(line).collect()
}

const NOTHING: [&str; 0] = [];

mod approval_missing {
    use super::*;

    const UNAPPROVED: &str =
        "approval-missing: `@mei` has not approved the exception (ask `@mei` to approve the pull request)";

    #[test]
    fn an_approval_of_the_head_signs_off() {
        let mut pull = Pull::asking(&[]);
        assert_eq!(pull.said(), [UNAPPROVED]);
        assert_eq!(pull.review("mei", "APPROVED").said(), NOTHING);
    }

    #[test]
    fn somebody_elses_approval_is_not_the_approvers() {
        let mut pull = Pull::asking(&[]);
        assert_eq!(pull.review("olek", "APPROVED").said(), [UNAPPROVED]);
    }

    #[test]
    fn a_later_opinion_takes_the_approval_back_and_a_comment_does_not() {
        for (later, says) in [
            (
                "DISMISSED",
                Some(
                    "the approval of the exception by `@mei` was dismissed (ask `@mei` to approve the pull request again)",
                ),
            ),
            (
                "CHANGES_REQUESTED",
                Some(
                    "`@mei` requests changes, and so does not approve the exception \
                     (make the changes that `@mei` requests, or leave the exception out)",
                ),
            ),
            ("COMMENTED", None),
            ("PENDING", None),
        ] {
            let mut pull = Pull::asking(&[]);
            let said = pull.review("mei", "APPROVED").review("mei", later).said();
            let expected: Vec<String> = says.map(|says| format!("approval-missing: {says}")).into_iter().collect();
            assert_eq!(said, expected, "{later}");
        }
    }

    #[test]
    fn bots_the_author_and_a_deleted_account_sign_nothing_off() {
        let mut bot = Pull::asking(&[]);
        bot.review("mei", "APPROVED").reviews[0]["user"]["type"] = json!("Bot");
        assert_eq!(bot.said(), [UNAPPROVED]);
        let mut gone = Pull::asking(&[]);
        gone.review("mei", "APPROVED").reviews[0]["user"] = Value::Null;
        assert_eq!(gone.said(), [UNAPPROVED]);
        let mut own = Pull::asking(&[]);
        own.author = account("Mei", 9);
        let said = own.review("mei", "APPROVED").said();
        assert!(said.iter().all(|line| line.starts_with("author-is-approver: ")) && said.len() == 1, "{said:?}");
    }

    #[test]
    fn every_page_of_the_answer_counts() {
        let mut pull = Pull::asking(&[]);
        pull.review("olek", "COMMENTED").review("mei", "APPROVED");
        let (first, second) = (json!([pull.reviews[0]]), json!([pull.reviews[1]]));
        for saved in [format!("{first}{second}"), format!("{first}\n{second}\n"), json!([first, second]).to_string()] {
            assert_eq!(said(&pull.signed("json", &saved)), NOTHING, "{saved}");
        }
        assert_eq!(said(&pull.signed("json", &first.to_string())), [UNAPPROVED]);
    }

    #[test]
    fn an_approval_of_an_older_text_does_not_count() {
        let mut pull = Pull::asking(&[("risk.statement", "A forged printer could print a wrong label.")]);
        let old = pull.head.clone();
        let said = pull
            .review("mei", "APPROVED")
            .push(&[(ENTRY, &entry(&[("title", "Label printer keeps its former certificate")]))])
            .said();
        let message = format!(
            "approval-missing: `@mei` approved the exception at `{}`, and `risk.statement` has been edited since \
             (ask `@mei` to approve the pull request again)",
            &old[..12]
        );
        assert_eq!(said, [message]);
        assert_eq!(pull.review("mei", "APPROVED").said(), NOTHING);
    }

    #[test]
    fn an_older_approval_counts_while_the_entry_says_the_same() {
        let text = entry(&[]);
        let quoted = text.replace("status: active", "# Checked with the maker.\nstatus: 'active'");
        let other = ("docs/printers.md", "# Printers\n");
        for (case, path, again) in [("other files", ENTRY, text.as_str()), ("comments and quotes", ENTRY, &quoted)] {
            let mut pull = Pull::asking(&[]);
            assert_eq!(pull.review("mei", "APPROVED").push(&[other, (path, again)]).said(), NOTHING, "{case}");
        }
    }

    #[test]
    fn an_older_approval_counts_when_the_entry_moved_to_another_folder() {
        let mut pull = Pull::asking(&[]);
        // A note of the same name comes before the entry in the order of paths.
        pull.push(&[("docs/label-printer.yaml", "title: Where the printer stands\n")]).review("mei", "APPROVED");
        pull.repo.git(&["rm", "--quiet", ENTRY]);
        assert_eq!(pull.push(&[("exceptions/hall-3/label-printer.yaml", &entry(&[]))]).said(), NOTHING);
    }

    #[test]
    fn a_text_outside_the_register_was_never_approved_as_an_exception() {
        let mut pull = Pull::onto(&[]);
        pull.push(&[("docs/label-printer.yaml", &entry(&[]))]).review("mei", "APPROVED");
        let said = pull.push(&[(ENTRY, &entry(&[]))]).said();
        assert!(said.len() == 1 && said[0].contains("where no file of the register has this id"), "{said:?}");
    }

    #[test]
    fn an_approval_of_another_id_is_not_called_an_approval_before_an_edit() {
        let mut pull = Pull::asking(&[]);
        pull.review("mei", "APPROVED");
        pull.repo.git(&["mv", ENTRY, "exceptions/hall-printer.yaml"]);
        let approved = pull.head.clone();
        let said = pull.push(&[]).said();
        let expected = format!(
            "approval-missing: `@mei` approved the pull request at `{}`, where no file of the register has this id: it \
             was added or renamed since (ask `@mei` to approve the pull request again)",
            &approved[..12]
        );
        assert_eq!(said, [expected]);
    }

    #[test]
    fn a_commit_that_is_missing_here_cannot_be_judged() {
        let mut pull = Pull::asking(&[]);
        let commit = "1234567890abcdef1234567890abcdef12345678";
        let said = pull.review_of("mei", "APPROVED", commit, HOUR).said();
        assert_eq!(
            said,
            ["approval-missing: `@mei` approved the exception at `1234567890ab`, which is not in this clone \
              (fetch the whole history with `fetch-depth: 0`; if a force-push removed that commit, ask `@mei` to \
              approve again)"]
        );
        pull.reviews[0]["commit_id"] = Value::Null;
        let said = pull.said();
        assert!(said.len() == 1 && said[0].contains("does not say which commit"), "{said:?}");
    }

    #[test]
    fn the_head_that_was_approved_must_be_the_one_that_is_judged() {
        let mut pull = Pull::asking(&[]);
        pull.review("mei", "APPROVED");
        let event = pull.event();
        pull.push(&[(ENTRY, &entry(&[("removal", "Throw the old printer away and test its successor.")]))]);
        let event = pull.save("older.json", &event.to_string());
        let reviews = pull.save("reviews.json", &Value::from(pull.reviews.clone()).to_string());
        let (event, reviews) = (event.to_str().unwrap(), reviews.to_str().unwrap());
        let run = pull.gate(&["--base", "main", "--event", event, "--reviews", reviews, "--format", "json"]);
        let said = said(&run);
        assert!(said.len() == 1 && said[0].contains("and `removal` has been edited since"), "{said:?}");
    }

    #[test]
    fn a_merge_with_the_base_branch_keeps_the_approval_of_the_head() {
        let mut pull = Pull::onto(&[(ENTRY, &entry(&[]))]);
        let renewed = format!("renewals:{}", renewal("@mei", "2026-11-20", "2026-12-20"));
        pull.push(&[(ENTRY, &(entry(&[]) + &renewed))]);
        let head = pull.head.clone();
        pull.review_of("mei", "APPROVED", &head, "2026-11-20T08:00:00Z");
        pull.repo.switch("main");
        let text = entry(&[("owner", "Luis Prado")]).replace("Luis Prado", "Ines Prado");
        pull.repo.write(ENTRY, &text).commit("Ines takes over");
        pull.repo.pull_request("main", "topic");
        pull.repo.git(&["checkout", "--quiet", "--detach", "refs/pull/7/merge"]);
        assert_eq!(pull.said(), NOTHING);
    }

    #[test]
    fn an_approval_of_one_file_is_none_of_another_one_with_its_id() {
        let mut pull = Pull::asking(&[]);
        pull.review("mei", "APPROVED");
        let other = entry(&[("removal", "Throw the old printer away and test its successor.")]);
        pull.push(&[("exceptions/hall-3/label-printer.yaml", &other)]);
        pull.repo.pull_request("main", "topic");
        pull.repo.git(&["checkout", "--quiet", "--detach", "refs/pull/7/merge"]);
        let missing = pull.said().into_iter().filter(|said| said.starts_with("approval-missing")).count();
        assert_eq!(missing, 2, "{:?}", pull.said());
    }

    /// A merge that the author made is the head, and no trial merge of it.
    #[test]
    fn a_head_that_is_a_merge_itself_is_what_was_approved() {
        let mut pull = Pull::asking(&[]);
        pull.repo.switch("main");
        pull.repo.write("docs/printers.md", "# Printers\n").commit("Something else");
        pull.repo.switch("topic");
        pull.head = pull.repo.merge("main");
        assert_eq!(pull.said(), [UNAPPROVED]);
        assert_eq!(pull.review("mei", "APPROVED").said(), NOTHING);
    }

    #[test]
    fn a_name_needs_a_handle_in_the_roster() {
        let roster = "people:\n  - {handle: \"@mei\", name: Mei Tanaka, email: mei@example.com}\n  \
            - {name: Hanna Vogel}\n  - {name: Luis Prado}\n";
        for (approver, people, account) in [
            ("Mei Tanaka", roster, true),
            ("mei@example.com", roster, true),
            ("\"@MEI\"", roster, true),
            ("Mei Tanaka", "people:\n  - {name: Mei Tanaka}\n  - {name: Hanna Vogel}\n  - {name: Luis Prado}\n", false),
        ] {
            let mut pull = Pull::onto(&[("people.yaml", people)]);
            let said = pull.push(&[(ENTRY, &entry(&[("approver", approver)]))]).review("mei", "APPROVED").said();
            let name = approver.trim_matches('"');
            pull.reviews.clear();
            let unreviewed = format!("approval-missing: `{name}` (`@mei`) has not approved the exception");
            let named = pull.said().iter().any(|line| line.starts_with(&unreviewed));
            assert_eq!(named, account && !name.starts_with('@'), "{:?}", pull.said());
            let unsigned = said.iter().any(|line| line.starts_with("approval-missing: "));
            assert_eq!(unsigned, !account, "{approver}: {said:?}");
            assert!(said.is_empty() || !account, "{said:?}");
        }
        for approver in ["Mei Tanaka", "mei@example.com"] {
            let mut pull = Pull::asking(&[("approver", approver)]);
            let said = pull.review("mei", "APPROVED").said();
            let message = format!(
                "approval-missing: `{approver}` has no known GitHub account, so the exception cannot be signed off \
                 (write the approver as `@handle`, or give `{approver}` a `handle` in `people.yaml`)"
            );
            assert!(said.contains(&message), "{said:?}");
        }
    }

    #[test]
    fn only_the_renewals_and_amendments_that_the_change_adds_are_asked_about() {
        let first = renewal("@olek", "2026-11-18", "2026-12-10");
        let base = entry(&[("expires", "2026-11-30")]) + "renewals:" + &first;
        let second = renewal("@mei", "2026-11-20", "2026-12-20").replace("roads were closed", "office stays shut");
        let mut pull = Pull::onto(&[(ENTRY, &base)]);
        pull.push(&[(ENTRY, &format!("{base}{second}\n"))]);
        assert_eq!(pull.said(), [UNAPPROVED.replace("the exception", "renewal 2")]);
        let head = pull.head.clone();
        assert_eq!(pull.review_of("mei", "APPROVED", &head, "2026-11-20T16:00:00Z").said(), NOTHING);
    }

    #[test]
    fn an_amendment_needs_its_own_approver() {
        let first = amendment("@olek", "The hall was renumbered.");
        let base = entry(&[]) + "amendments:" + &first;
        let second = amendment("@mei", "The printer got a new number.");
        let head = base.replace("lp-07", "lp-70") + &second + "\n";
        let mut pull = Pull::onto(&[(ENTRY, &base)]);
        pull.push(&[(ENTRY, &head)]);
        assert_eq!(pull.said(), [UNAPPROVED.replace("the exception", "amendment 2")]);
        let head = pull.head.clone();
        assert_eq!(pull.review_of("mei", "APPROVED", &head, "2026-11-20T16:00:00Z").said(), NOTHING);
    }

    #[test]
    fn a_copied_amendment_is_a_new_one() {
        let first = amendment("@olek", "The hall was renumbered.");
        let base = entry(&[]) + "amendments:" + &first;
        let mut pull = Pull::onto(&[(ENTRY, &base)]);
        pull.push(&[(ENTRY, &(base.replace("lp-07", "lp-70") + &first + "\n"))]);
        assert_eq!(pull.said(), [UNAPPROVED.replace("the exception", "amendment 2").replace("@mei", "@olek")]);
    }

    #[test]
    fn a_decision_that_the_base_lacks_is_new() {
        let mut pull = Pull::onto(&[(ENTRY, &entry(&[("approver", "")]))]);
        pull.push(&[(ENTRY, &entry(&[]))]);
        assert!(pull.said().contains(&UNAPPROVED.to_owned()), "{:?}", pull.said());
    }

    #[test]
    fn a_rejected_entry_needs_no_approval_of_a_risk() {
        assert_eq!(Pull::asking(&[("status", "rejected")]).review("mei", "CHANGES_REQUESTED").said(), NOTHING);
        let mut revived = Pull::onto(&[(ENTRY, &entry(&[("status", "rejected")]))]);
        revived.push(&[(ENTRY, &entry(&[]))]);
        assert!(revived.said().contains(&UNAPPROVED.to_owned()), "{:?}", revived.said());
    }

    #[test]
    fn an_amendment_of_a_refusal_needs_its_approver() {
        let base = entry(&[("status", "rejected")]) + "amendments:";
        let mut pull = Pull::onto(&[(ENTRY, &(base.clone() + " []\n"))]);
        pull.push(&[(
            ENTRY,
            &(base.replace("lp-07", "lp-70") + &amendment("@mei", "The hall was renumbered.") + "\n"),
        )]);
        assert_eq!(pull.said(), [UNAPPROVED.replace("the exception", "amendment 1")]);
    }

    #[test]
    fn a_draft_that_is_put_in_force_is_signed_off_and_judged_whole() {
        for (lacking, approver) in [("status", "@mei"), ("expires", "@mei"), ("status", "Security Team")] {
            let approver = format!("\"{approver}\"");
            let mut pull = Pull::onto(&[(ENTRY, &entry(&[(lacking, ""), ("approver", &approver)]))]);
            pull.push(&[(ENTRY, &entry(&[("approver", &approver)]))]);
            let rules = if approver.contains("Team") { "owner-not-a-person" } else { "approval-missing" };
            assert!(pull.said().iter().any(|said| said.starts_with(rules)), "{lacking} {approver}: {:?}", pull.said());
        }
    }

    #[test]
    fn a_narrower_warning_does_not_hide_a_missing_approval() {
        let policy = "version: 1\nrules: {owner-not-a-person: warning, author-is-approver: warning}\n";
        let mut pull = Pull::onto(&[("stopgap.yaml", policy)]);
        pull.push(&[(ENTRY, &entry(&[("approver", "\"@hanna\"")]))]);
        assert!(pull.said().iter().any(|said| said.starts_with("approval-missing")), "{:?}", pull.said());
    }

    #[test]
    fn whoever_asked_must_not_approve_an_amendment() {
        let base = entry(&[("requester", "\"@olek\"")]) + "amendments:";
        let mut pull = Pull::onto(&[(ENTRY, &(base.clone() + " []\n"))]);
        pull.push(&[(
            ENTRY,
            &(base.replace("lp-07", "lp-70") + &amendment("@olek", "The hall was renumbered.") + "\n"),
        )]);
        let said = pull.review("olek", "APPROVED").text();
        assert!(said.contains("`@olek` requested the exception and approved its amendment"), "{said}");
    }

    #[test]
    fn whoever_asked_must_not_approve_a_renewal_that_somebody_else_asks_for() {
        let fields = |requester: &'static str| [("requester", requester), ("expires", "2026-11-30")];
        let renewed = |requester: &'static str, approver: &str| {
            entry(&fields(requester)) + "renewals:" + &renewal(approver, TODAY, "2026-12-18") + "\n"
        };
        let judged = |requester: &'static str, base: &[(&str, &str)], approver: &str| {
            let mut pull = Pull::onto(base);
            pull.push(&[(ENTRY, &renewed(requester, approver))]);
            let head = pull.head.clone();
            pull.review_of(approver.trim_start_matches('@'), "APPROVED", &head, "2026-11-23T10:00:00Z");
            pull.review_of("mei", "APPROVED", &head, "2026-11-15T10:00:00Z");
            let mut said = pull.said();
            said.retain(|line| line.starts_with("self-approval"));
            said
        };
        let own = "self-approval: `@olek` requested the exception and approved its renewal (have somebody else \
                   decide, and name them as `approver`)";
        let base = entry(&fields("\"@olek\""));
        let base = [(ENTRY, base.as_str())];
        assert_eq!(judged("\"@olek\"", &base, "@olek"), [own]);
        assert_eq!(judged("\"@olek\"", &base, "@mei"), NOTHING);
        // Nor by another name that the same change writes, or in a file that it adds.
        assert_eq!(judged("\"@luis\"", &base, "@olek"), [own]);
        assert_eq!(judged("\"@olek\"", &[], "@olek"), [own]);
        // What was merged like that stays, and hinders nobody's next edit.
        let merged = renewed("\"@olek\"", "@olek");
        let mut pull = Pull::onto(&[(ENTRY, &merged)]);
        let said = pull.push(&[(ENTRY, &merged.replacen("owner: Luis Prado", "owner: Ines Prado", 1))]).said();
        assert_eq!(said, NOTHING);
        assert!(!pull.gate(&["--format", "concise"]).stdout.contains("self-approval"));
    }

    #[test]
    fn whoever_asked_for_a_renewal_must_not_approve_an_amendment() {
        let renewed = |requester: &str| {
            let renewal = renewal("@mei", "2026-11-20", "2026-12-18").replace("Hanna Vogel", requester);
            entry(&[("expires", "2026-11-30")]) + "renewals:" + &renewal + "\namendments:"
        };
        for (requester, said) in [
            (
                "\"@olek\"",
                &["self-approval: `@olek` requested renewal `1` of the exception and approved its amendment"][..],
            ),
            ("Hanna Vogel", &[]),
        ] {
            let base = renewed(requester);
            for before in [Some(base.clone() + " []\n"), None] {
                let kept = before.clone().unwrap_or_else(|| entry(&[("expires", "2026-11-30")]));
                let mut pull = Pull::onto(&[(ENTRY, &kept)]);
                let amended = base.replace("lp-07", "lp-70") + &amendment("@olek", "The hall was renumbered.") + "\n";
                pull.push(&[(ENTRY, &amended)]);
                let found = pull.review("mei", "APPROVED").review("olek", "APPROVED").said();
                let found = found.iter().filter(|line| line.starts_with("self-approval"));
                let found: Vec<&str> = found.map(|line| line.split(" (").next().unwrap()).collect();
                assert_eq!(found, said, "{before:?}");
            }
        }
    }

    #[test]
    fn an_edit_that_decides_nothing_needs_nobodys_approval() {
        let mut pull = Pull::onto(&[(ENTRY, &entry(&[]))]);
        assert_eq!(pull.push(&[(ENTRY, &entry(&[("owner", "Ines Prado")]))]).said(), NOTHING);
    }
}

mod owners {
    use super::*;

    #[test]
    fn the_approver_must_own_the_file() {
        let mut pull = Pull::asking(&[("approver", "\"@ilse\"")]);
        assert_eq!(
            pull.review("ilse", "APPROVED").said(),
            ["approver-not-code-owner: `@ilse` decided on the exception, but is not a code owner of this file \
              (have one of its owners decide: `@mei`, `@olek`)"]
        );
    }

    #[test]
    fn the_last_line_that_matches_decides() {
        let owners = format!("{OWNERS}/exceptions/payroll/ @ilse @priya\n");
        let mut pull = Pull::below("", &owners, &[]);
        pull.push(&[("exceptions/payroll/label-printer.yaml", &entry(&[]))]);
        let said = pull.review("mei", "APPROVED").said();
        assert!(said.len() == 1 && said[0].ends_with("(have one of its owners decide: `@ilse`, `@priya`)"), "{said:?}");
    }

    #[test]
    fn a_file_that_nobody_owns_has_no_approver() {
        let owners = format!("{OWNERS}/exceptions/payroll/\n");
        let mut pull = Pull::below("", &owners, &[]);
        pull.push(&[("exceptions/payroll/label-printer.yaml", &entry(&[]))]);
        let said = pull.review("mei", "APPROVED").said();
        let help = "(give `/exceptions/payroll/label-printer.yaml` owners in `.github/CODEOWNERS` first)";
        assert!(said.iter().any(|line| line.ends_with(help)), "{said:?}");
    }

    #[test]
    fn a_move_does_not_choose_the_approver() {
        const THERE: &str = "exceptions/payroll/label-printer.yaml";
        let owners = format!("{OWNERS}/exceptions/payroll/ @ilse @mei\n");
        let hall = "exceptions/hall-3/label-printer.yaml";
        for (approver, from, to, owns) in [
            ("ilse", THERE, THERE, true),
            ("ilse", hall, THERE, false),
            ("olek", hall, ENTRY, true),
            ("mei", hall, THERE, true),
        ] {
            let mut pull = Pull::below("", &owners, &[(from, &entry(&[]))]);
            pull.repo.git(&["rm", "--quiet", from]);
            let renewed = format!("renewals:{}", renewal(&format!("@{approver}"), "2026-11-22", "2026-12-20"));
            pull.push(&[(to, &(entry(&[]) + &renewed))]);
            let head = pull.head.clone();
            let mut said = pull.review_of(approver, "APPROVED", &head, "2026-11-22T08:00:00Z").said();
            // Other owners there are a matter of the move alone, whoever decides.
            said.retain(|line| !line.starts_with("policy-loosened: `@ilse` may now approve"));
            let stranger = format!(
                "approver-not-code-owner: `@{approver}` decided on renewal 1, but is not a code owner of `{from}`, \
                 where the \
                 exception is without this change (have one of its owners decide: `@mei`, `@olek`)"
            );
            assert_eq!(said, Some(stranger).filter(|_| !owns).into_iter().collect::<Vec<_>>(), "{from} to {to}");
        }
    }

    #[test]
    fn a_new_folder_for_the_register_does_not_choose_the_approver() {
        let owners = format!("{OWNERS}/waivers/ @ilse @mei\n");
        for (approver, expected) in [("ilse", false), ("mei", true)] {
            let mut pull = Pull::below("", &owners, &[(ENTRY, &entry(&[]))]);
            pull.repo.git(&["mv", "exceptions", "waivers"]);
            let text = entry(&[
                ("title", "Belt scales keep their old firmware"),
                ("reason", "The weights office seals the scales again only after its visit in December."),
                ("scope.system", "belt scales bs-2"),
                ("approver", &format!("\"@{approver}\"")),
            ]);
            pull.push(&[("stopgap.yaml", "version: 1\nexceptions: waivers\n"), ("waivers/belt-scales.yaml", &text)]);
            let said = pull.review(approver, "APPROVED").said();
            let said: Vec<&str> = said.iter().map(String::as_str).filter(|line| line.contains("code-owner")).collect();
            let stranger = "approver-not-code-owner: `@ilse` decided on the exception, but is not a code owner of \
                            `exceptions/belt-scales.yaml`, where it would be without this change (have one of its \
                            owners decide: `@mei`, `@olek`)";
            assert_eq!(said, Some(stranger).filter(|_| !expected).into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn codeowners_of_the_same_pull_request_is_judged_by_the_bases() {
        let mut pull = Pull::asking(&[("approver", "\"@ilse\"")]);
        pull.push(&[(".github/CODEOWNERS", &format!("{OWNERS}/exceptions/ @ilse @priya\n"))]);
        let said = pull.review("ilse", "APPROVED").said();
        assert!(said.iter().any(|line| line.starts_with("approver-not-code-owner: ")), "{said:?}");
        let mut merged = Pull::below("", &format!("{OWNERS}/exceptions/ @ilse @priya\n"), &[]);
        merged.push(&[(ENTRY, &entry(&[("approver", "\"@ilse\"")]))]);
        assert_eq!(merged.review("ilse", "APPROVED").said(), NOTHING);
    }

    #[test]
    fn a_team_is_the_people_whom_the_roster_lists() {
        let owners = OWNERS.replace("/exceptions/ @mei @olek", "/exceptions/ @acme/security");
        let people = "people:\n  - {handle: \"@mei\", name: Mei Tanaka}\n  - {handle: \"@olek\"}\n  \
            - {name: Hanna Vogel}\n  - {name: Luis Prado}\n";
        let teams = "teams: {\"@acme/security\": [Mei Tanaka, \"@olek\"]}\n";
        let mut pull = Pull::below("", &owners, &[("people.yaml", &format!("{people}{teams}"))]);
        pull.push(&[(ENTRY, &entry(&[]))]);
        assert_eq!(pull.review("mei", "APPROVED").said(), NOTHING);
        let mut unknown = Pull::below("", &owners, &[("people.yaml", people)]);
        unknown.push(&[(ENTRY, &entry(&[]))]);
        assert_eq!(
            unknown.review("mei", "APPROVED").said(),
            ["approver-not-code-owner: `@mei` decided on the exception, but is not a code owner of this file \
              (list the people of `@acme/security` under `teams` in `people.yaml`)"]
        );
    }

    #[test]
    fn without_codeowners_nobody_is_called_a_stranger() {
        let mut pull = Pull::onto(&[]);
        pull.repo.switch("main");
        pull.repo.git(&["rm", "--quiet", ".github/CODEOWNERS"]);
        pull.repo.commit("no owners");
        pull.repo.git(&["branch", "--force", "topic", "main"]);
        pull.repo.switch("topic");
        pull.push(&[(ENTRY, &entry(&[]))]);
        assert_eq!(pull.review("mei", "APPROVED").said(), NOTHING);
    }

    #[test]
    fn a_register_below_the_top_is_owned_by_its_whole_path() {
        let owners = "/sub/ @mei @olek\n/.github/ @mei @olek\n/exceptions/ @ilse @priya\n";
        for (approver, login, owns) in [("\"@mei\"", "mei", true), ("\"@ilse\"", "ilse", false)] {
            let mut pull = Pull::below("sub/", owners, &[]);
            pull.push(&[(ENTRY, &entry(&[("approver", approver)]))]);
            let said = pull.review(login, "APPROVED").said();
            assert_eq!(said.is_empty(), owns, "{said:?}");
        }
        let mut older = Pull::below("sub/", owners, &[]);
        older.push(&[(ENTRY, &entry(&[]))]);
        assert_eq!(older.review("mei", "APPROVED").push(&[("notes.md", "Later.\n")]).said(), NOTHING);
    }
}

mod author {
    use super::*;

    const DECIDED: &str = "author-is-approver: `@mei` decided on the exception, and also opened this pull request";

    #[test]
    fn nobody_signs_off_their_own_pull_request() {
        let mut pull = Pull::asking(&[]);
        pull.author = account("MEI", 5);
        let said = pull.review("olek", "APPROVED").said();
        assert!(said.len() == 1 && said[0].starts_with(DECIDED), "{said:?}");
        pull.author = account("olek", 6);
        assert_eq!(pull.review("mei", "APPROVED").said(), NOTHING);
    }

    #[test]
    fn the_roster_knows_the_author_under_another_name() {
        let people =
            "people:\n  - {handle: \"@mei\", name: Mei Tanaka}\n  - {name: Hanna Vogel}\n  - {name: Luis Prado}\n";
        let mut pull = Pull::onto(&[("people.yaml", people)]);
        pull.push(&[(ENTRY, &entry(&[("approver", "Mei Tanaka")]))]);
        pull.author = account("mei", 5);
        let said = pull.said();
        assert!(said.len() == 1 && said[0].starts_with("author-is-approver: `Mei Tanaka` decided"), "{said:?}");
    }

    #[test]
    fn a_deleted_author_is_nobody() {
        let mut pull = Pull::asking(&[]);
        pull.author = Value::Null;
        assert_eq!(pull.review("mei", "APPROVED").said(), NOTHING);
    }

    #[test]
    fn the_author_may_reject() {
        let mut pull = Pull::asking(&[("status", "rejected")]);
        pull.author = account("mei", 5);
        assert_eq!(pull.said(), NOTHING);
    }
}

mod dates {
    use super::*;

    #[test]
    fn the_day_in_the_file_is_the_day_of_the_review() {
        for (time, days) in [
            ("2026-11-14T00:00:00Z", 0),
            ("2026-11-16T23:59:59Z", 0),
            ("2026-11-13T23:59:59Z", 2),
            ("2026-11-17T00:00:00Z", 2),
            ("2026-11-22T12:00:00Z", 7),
        ] {
            let mut pull = Pull::asking(&[]);
            let head = pull.head.clone();
            let said = pull.review_of("mei", "APPROVED", &head, time).said();
            let expected = format!(
                "decision-date-mismatch: the exception is dated `2026-11-15`, and `@mei` approved on `{}`, `{days}` days apart \
                 (run `stopgap decide label-printer --on {0}` to write the day of the review; the approval remains \
                 valid)",
                &time[..10]
            );
            let expected: Vec<String> = Some(expected).filter(|_| days > 0).into_iter().collect();
            assert_eq!(said, expected, "{time}");
        }
    }

    #[test]
    fn the_registers_time_zone_decides_on_the_day() {
        for (zone, apart) in [("Pacific/Auckland", true), ("UTC", false)] {
            let mut pull = Pull::onto(&[("stopgap.yaml", &format!("version: 1\ntimezone: {zone}\n"))]);
            pull.push(&[(ENTRY, &entry(&[]))]);
            let head = pull.head.clone();
            let said = pull.review_of("mei", "APPROVED", &head, "2026-11-16T20:00:00Z").said();
            assert_eq!(!said.is_empty(), apart, "{zone}: {said:?}");
        }
    }

    /// Returns the findings on a renewal that was asked for on a day, in a pull request that was opened at noon.
    fn asked(zone: &str, requested: &str) -> Vec<String> {
        let policy = format!("timezone: {zone}\n");
        let mut pull = Pull::onto(&[("stopgap.yaml", &policy), (ENTRY, &entry(&[("expires", "2026-11-19")]))]);
        pull.opened = "2026-11-20T12:00:00Z";
        let renewal = renewal("@mei", "2026-11-21", "2026-12-16");
        let renewal = renewal.replacen("requested: 2026-11-21", &format!("requested: {requested}"), 1);
        pull.push(&[(ENTRY, &format!("{}renewals:{renewal}\n", entry(&[("expires", "2026-11-19")])))]);
        let head = pull.head.clone();
        let said = pull.review_of("mei", "APPROVED", &head, "2026-11-21T08:00:00Z").said();
        said.into_iter().filter(|line| !line.starts_with("renewal-decided-late")).collect()
    }

    #[test]
    fn a_request_is_not_much_older_than_its_pull_request() {
        for (zone, opened, days) in [
            ("Pacific/Auckland", "2026-11-21", ["2026-11-17", "2026-11-18", "2026-11-19"]),
            ("America/Los_Angeles", "2026-11-20", ["2026-11-16", "2026-11-17", "2026-11-18"]),
        ] {
            let said = format!(
                "back-dated: the request for renewal `1` is dated `{}`, `4` days before the pull request was opened \
                 (`{opened}`); the policy allows `3` (write the day on which it really happened; if the date is \
                 right, explain the delay in the pull request)",
                days[0]
            );
            assert_eq!(days.map(|day| asked(zone, day)), [vec![said], vec![], vec![]], "{zone}");
        }
    }

    #[test]
    fn a_decision_that_its_approver_approved_on_that_day_is_not_dated_back() {
        let dated = |time: &str| {
            let mut pull = Pull::onto(&[("stopgap.yaml", "version: 1\n")]);
            pull.push(&[(ENTRY, &entry(&[]))]);
            let head = pull.head.clone();
            let said = pull.review_of("mei", "APPROVED", &head, time).said();
            said.iter().map(|line| line.split_once(':').unwrap().0.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(dated("2026-11-15T10:00:00Z"), [""; 0]);
        assert_eq!(dated("2026-11-16T10:00:00Z"), [""; 0]);
        // The approval says more precisely what is wrong.
        assert_eq!(dated("2026-11-17T10:00:00Z"), ["decision-date-mismatch"]);
        let mut pull = Pull::onto(&[("stopgap.yaml", "version: 1\n")]);
        pull.push(&[(ENTRY, &entry(&[]))]);
        let said = pull.review_of("mei", "DISMISSED", &pull.head.clone(), HOUR).said();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[1].starts_with("back-dated: the decision is dated `2026-11-15`, `8` days before it was recorded"));
    }

    #[test]
    fn it_does_not_fail_the_check() {
        let mut pull = Pull::asking(&[]);
        let head = pull.head.clone();
        pull.review_of("mei", "APPROVED", &head, "2026-11-22T12:00:00Z");
        let run = pull.signed("concise", &Value::from(pull.reviews.clone()).to_string());
        assert!(run.code == 0 && run.stdout.contains("warning[decision-date-mismatch]"), "{}", run.stdout);
    }
}

mod given {
    use super::*;

    fn last_line(run: &Run) -> &str {
        run.stdout.lines().last().unwrap_or_default()
    }

    #[test]
    fn what_was_not_given_is_reported_in_one_line() {
        let pull = Pull::asking(&[]);
        let run = pull.gate(&["--base", "main"]);
        assert_eq!(run.code, 0, "{}", run.stdout);
        assert_eq!(
            last_line(&run),
            "sign-off was not checked: author-is-approver, approval-missing, decision-date-mismatch and closure-unverified need --event and --reviews"
        );
        // Only where it would count.
        let some =
            |id: &str| pull.gate(&["--base", "main", "--select", id]).stdout.contains("sign-off was not checked");
        assert_eq!(["expired", "closure-unverified"].map(some), [false, true]);
        let event = pull.save("event.json", &pull.event().to_string());
        let run = pull.gate(&["--base", "main", "--event", event.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{}", run.stdout);
        assert_eq!(
            last_line(&run),
            "approvals were not checked: approval-missing, decision-date-mismatch and closure-unverified need --reviews"
        );
        assert!(!pull.text().contains("not checked"));
    }

    #[test]
    fn an_event_that_is_not_about_a_pull_request_is_reported() {
        let pull = Pull::asking(&[]);
        let (main, head) = (pull.repo.rev("main"), pull.head.clone());
        let push = json!({"ref": "refs/heads/main", "before": main, "after": head});
        let group = json!({"action": "checks_requested", "merge_group":
            {"base_sha": main, "head_sha": head, "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-x"}});
        for (event, name) in [
            (push, "a push"),
            (group, "a merge queue"),
            (json!({"schedule": "17 5 * * *"}), "something other than a pull request"),
        ] {
            let event = pull.save("event.json", &event.to_string());
            let run = pull.gate(&["--base", "main", "--event", event.to_str().unwrap()]);
            assert_eq!(run.code, 0, "{}", run.stdout);
            let expected = format!(
                "sign-off was not checked: the event is about {name}, so author-is-approver, approval-missing, \
                 decision-date-mismatch and closure-unverified did not run"
            );
            assert_eq!(last_line(&run), expected);
        }
    }

    #[test]
    fn what_is_no_event_never_turns_sign_off_off() {
        let mut pull = Pull::asking(&[]);
        pull.review("mei", "APPROVED");
        let reviews = pull.save("reviews.json", &Value::from(pull.reviews.clone()).to_string());
        let reviews = reviews.to_str().unwrap();
        let request = pull.event()["pull_request"].clone();
        let repository = json!({"full_name": "acme/register"});
        for (event, says, alone) in [
            (json!({}), "is neither the event of a forge nor GitLab's response about a merge request", 2),
            (json!({"a": 1, "b": {}}), "but an object with `a`, `b`", 2),
            (json!({"pull_request": null}), "is neither the event of a forge nor GitLab's", 2),
            (request.clone(), "is a pull request as the API returns it, not the event of one", 2),
            (
                json!({"action": "created", "issue": {"number": 7}, "comment": {"id": 1}, "repository": repository}),
                "is about something other than a pull request",
                0,
            ),
        ] {
            let file = pull.save("event.json", &event.to_string());
            let file = file.to_str().unwrap();
            let run = pull.gate(&["--base", "main", "--event", file, "--reviews", reviews]);
            let stderr: String = run.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{event}: {stderr}");
            assert!(stderr.contains("is not a usable event: it ") && stderr.contains(says), "{event}: {stderr}");
            let run = pull.gate(&["--base", "main", "--event", file]);
            assert_eq!(run.code, alone, "{event}: {run:?}");
            assert!(alone == 2 || last_line(&run).starts_with("sign-off was not checked"), "{run:?}");
        }
        // Wrapped as the help says, it is as good as the event.
        let wrapped = pull.save("event.json", &json!({"pull_request": request}).to_string());
        let run = pull.gate(&["--base", "main", "--event", wrapped.to_str().unwrap(), "--reviews", reviews]);
        assert_eq!(run.code, 0, "{run:?}");
    }

    #[test]
    fn no_output_replaces_the_event_or_the_reviews() {
        let mut pull = Pull::asking(&[]);
        pull.review("mei", "APPROVED");
        let event = pull.save("event.json", &pull.event().to_string());
        let reviews = pull.save("reviews.json", &Value::from(pull.reviews.clone()).to_string());
        let (event, reviews) = (event.to_str().unwrap(), reviews.to_str().unwrap());
        for (file, code) in [(event, 2), (reviews, 2), (&*format!("{event}.new"), 0)] {
            let output = format!("json={file}");
            let run = pull.gate(&["--base", "main", "--event", event, "--reviews", reviews, "--output", &output]);
            assert_eq!(run.code, code, "{file}: {run:?}");
        }
    }

    #[test]
    fn reviews_without_an_event_are_refused() {
        let pull = Pull::asking(&[]);
        let reviews = pull.save("reviews.json", "[]");
        let run = pull.gate(&["--base", "main", "--reviews", reviews.to_str().unwrap()]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains("`--reviews` needs `--event`"), "{}", run.stderr);
        for lone in ["--event", "--reviews"] {
            let run = pull.gate(&[lone, reviews.to_str().unwrap()]);
            assert_eq!(run.code, 2, "{lone}: {}", run.stdout);
            assert!(run.stderr.contains("--base"), "{}", run.stderr);
        }
    }

    #[test]
    fn what_is_not_an_event_or_not_reviews_is_refused_in_words() {
        let pull = Pull::asking(&[]);
        let event = pull.event().to_string();
        let mut headless = pull.event();
        headless["pull_request"].as_object_mut().unwrap().remove("head");
        let refusal = r#"{"message": "Not Found", "status": "404"}"#;
        for (event, reviews, says) in [
            ("", "[]", "`event.json` is not a usable event: it is empty"),
            ("not json", "[]", "`event.json` is not a usable event: it is not JSON"),
            (&event[..40], "[]", "`event.json` is not a usable event: it breaks off"),
            ("[]", "[]", "`event.json` is not a usable event"),
            (&headless.to_string(), "[]", "`event.json` is not a usable event: it has no `pull_request.head.sha`"),
            (&event, "", "`reviews.json` is not a usable list of reviews: it is empty"),
            (
                &event,
                refusal,
                "`reviews.json` is not a usable list of reviews: it contains GitHub's error response `Not Found`",
            ),
            (&event, "[{\"id\": 4}]", "`reviews.json` is not a usable list of reviews: review 4: has no `state`"),
        ] {
            pull.save("event.json", event);
            pull.save("reviews.json", reviews);
            let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
            command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
            command.current_dir(pull.repo.path().parent().unwrap()).args(["check", "--today", TODAY, "--root"]);
            command.arg(pull.repo.path()).args([
                "--base",
                "main",
                "--event",
                "event.json",
                "--reviews",
                "reviews.json",
            ]);
            let run = Run::of(&mut command);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{says}");
            let stderr: String = run.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(stderr.contains(says), "{says}:\n{}", run.stderr);
        }
        let run = pull.gate(&["--base", "main", "--event", "missing.json"]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("missing.json"), "{}", run.stderr);
    }
}

mod code_owned {
    use super::*;

    /// Creates a repository with a whole register and such a CODEOWNERS.
    fn whole(owners: Option<&str>, files: &[(&str, &str)]) -> Repo {
        let repo = Repo::new();
        repo.write("stopgap.yaml", "version: 1\n").write(ENTRY, &exception(&[]));
        if let Some(owners) = owners {
            repo.write(".github/CODEOWNERS", owners);
        }
        for (path, text) in files {
            repo.write(path, text);
        }
        repo.commit("all");
        repo
    }

    fn check(repo: &Repo, root: &str, format: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(repo.path());
        Run::of(command.args(["check", "--today", TODAY, "--format", format, "--root"]).arg(repo.path().join(root)))
    }

    fn messages(owners: Option<&str>, files: &[(&str, &str)]) -> Vec<String> {
        said(&check(&whole(owners, files), "", "json"))
    }

    #[test]
    fn two_owners_for_everything_are_enough() {
        assert_eq!(messages(Some(OWNERS), &[]), NOTHING);
        assert_eq!(messages(Some("* @mei @olek\n"), &[]), NOTHING);
    }

    #[test]
    fn a_missing_codeowners_is_reported_in_every_format() {
        let repo = whole(None, &[]);
        assert_eq!(
            said(&check(&repo, "", "json")),
            ["not-code-owned: there is no CODEOWNERS file, so nobody has to approve an exception \
              (write `.github/CODEOWNERS` with the line `/exceptions/ @person @other-person`)"]
        );
        let report: Value = serde_json::from_str(&check(&repo, "", "json").stdout).unwrap();
        let finding = &report["findings"][0];
        assert_eq!(
            (&finding["path"], &finding["line"], &finding["column"]),
            (&json!(".github/CODEOWNERS"), &json!(1), &json!(1))
        );
        let sarif: Value = serde_json::from_str(&check(&repo, "", "sarif").stdout).unwrap();
        let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], ".github/CODEOWNERS");
        assert_eq!(place["region"], json!({"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}));
        let github = check(&repo, "", "github").stdout;
        assert!(
            github.starts_with("::warning title=not-code-owned (warning),file=.github/CODEOWNERS,line=1,"),
            "{github}"
        );
        let concise = check(&repo, "", "concise").stdout;
        assert!(concise.starts_with(".github/CODEOWNERS:1:1: warning[not-code-owned] there is no"), "{concise}");
        let text = check(&repo, "", "text");
        assert!(text.code == 0 && text.stdout.contains("there is no CODEOWNERS file"), "{}", text.stdout);
    }

    #[test]
    fn each_part_needs_two_people() {
        for (owners, says) in [
            (
                "* @mei\n",
                "the register `exceptions/`, the policy `stopgap.yaml`, CODEOWNERS itself and the attributes `.gitattributes` have no second owner \
                 besides `@mei`, who cannot approve their own change (name two people or more in this line)",
            ),
            (
                "/exceptions/ @mei @olek\n/.github/ @mei @olek\n/.gitattributes @mei @olek\n",
                "no line covers the policy `stopgap.yaml` (add `/stopgap.yaml @person @other-person`)",
            ),
            (
                "/exceptions/ @mei @olek\n",
                "no line covers the policy `stopgap.yaml`, CODEOWNERS itself and the attributes `.gitattributes` (add \
                 `/stopgap.yaml @person @other-person` and `/.github/CODEOWNERS @person @other-person` and \
                 `/.gitattributes @person @other-person`)",
            ),
            (
                "* @mei @olek\n/exceptions/\n",
                "the register `exceptions/` is left without owners by this line (name two people or more in this line)",
            ),
            (
                "* @mei @olek\n/exceptions/label* @Olek @olek\n",
                "the exception `exceptions/label-printer.yaml` has no second owner besides `@Olek`, who cannot approve \
                 their own change (name two people or more in this line)",
            ),
            (
                "* @mei@olek @acme/security\n",
                "the register `exceptions/`, the policy `stopgap.yaml`, CODEOWNERS itself and the attributes `.gitattributes` have no known owner \
                 (list the people of `@acme/security` under `teams` in `people.yaml`)",
            ),
        ] {
            let said = messages(Some(owners), &[]);
            assert!(said.contains(&format!("not-code-owned: {says}")), "{owners}: {said:?}");
        }
    }

    #[test]
    fn the_gate_names_the_lines_of_codeowners_that_a_change_breaks() {
        let broken = format!("{OWNERS}/docs/ mei\n");
        let mut pull = Pull::onto(&[(".github/CODEOWNERS", &broken), (ENTRY, &entry(&[]))]);
        let worse = format!("{broken}/exceptions/ maria\n/more/ mei\n");
        let said = pull.push(&[(".github/CODEOWNERS", &worse)]).said();
        let named = |name: &str| {
            let message = format!("policy-loosened: `{name}` is not an owner, so GitHub skips the line");
            said.iter().filter(|line| line.starts_with(&message)).count()
        };
        assert_eq!((named("mei"), named("maria")), (1, 1), "{said:?}");
    }

    #[test]
    fn the_roster_and_the_catalogue_are_parts_where_they_are() {
        let people = "people:\n  - {name: Hanna Vogel}\n  - {name: Luis Prado}\n  - {name: Mei Tanaka}\n  \
            - {handle: \"@mei\"}\n  - {handle: \"@olek\"}\n";
        let controls = "controls:\n  - {id: CRY-04, name: Certificates are younger than a year}\n";
        let owners = OWNERS.replace("/people.yaml @mei @olek\n", "");
        let said = messages(Some(&owners), &[("people.yaml", people), ("controls.yaml", controls)]);
        let parts: Vec<&str> = said.iter().map(|line| line.split('`').nth(1).unwrap()).collect();
        assert_eq!(parts, ["people.yaml"], "{said:?}");
        assert!(said[0].contains("the roster `people.yaml` and the catalogue `controls.yaml`"), "{said:?}");
    }

    #[test]
    fn the_organisation_s_schema_is_a_part_if_it_is_named() {
        let files = [("stopgap.yaml", "schema: rules/house.json\n"), ("rules/house.json", "{}")];
        assert_eq!(
            messages(Some(OWNERS), &files),
            [
                "not-code-owned: no line covers the schema `rules/house.json` (add `/rules/house.json @person @other-person`)"
            ]
        );
        assert_eq!(messages(Some(&format!("{OWNERS}/rules/ @mei @olek\n")), &files), NOTHING);
    }

    #[test]
    fn a_team_counts_as_its_people() {
        let people = |teams: &str| {
            format!(
                "people:\n  - {{name: Hanna Vogel}}\n  - {{name: Luis Prado}}\n  - {{name: Mei Tanaka, handle: \"@mei\"}}\n  \
                 - {{handle: \"@olek\"}}\n{teams}"
            )
        };
        let full = people("teams: {\"@acme/security\": [\"@mei\", \"@olek\"]}\n");
        assert_eq!(messages(Some("* @acme/security\n"), &[("people.yaml", &full)]), NOTHING);
        let said = messages(Some("* @acme/security\n"), &[("people.yaml", &people(""))]);
        let help = "(list the people of `@acme/security` under `teams` in `people.yaml`)";
        assert!(said.len() == 1 && said[0].ends_with(help), "{said:?}");
    }

    #[test]
    fn a_line_that_github_skips_is_reported() {
        let said = messages(Some(&format!("{OWNERS}docs/[ab] @mei\n")), &[]);
        assert!(said.len() == 1 && said[0].contains("GitHub skips the line"), "{said:?}");
    }

    #[test]
    fn codeowners_is_found_where_github_looks() {
        for place in ["CODEOWNERS", "docs/CODEOWNERS"] {
            let owners = format!("{OWNERS}/{place} @mei @olek\n");
            assert_eq!(messages(None, &[(place, &owners)]), NOTHING, "{place}");
        }
        let said = messages(Some("* @mei @olek\n"), &[("CODEOWNERS", "* @mei\n")]);
        assert_eq!(said, NOTHING);
        // A folder is no file.
        let there = [(".github/CODEOWNERS/a", ""), ("CODEOWNERS", "* @mei @olek\n")];
        assert_eq!(messages(None, &there), NOTHING);
    }

    /// What a commit has behind a link, the forge does not look for, and the work tree says the same.
    #[cfg(unix)]
    #[test]
    fn a_codeowners_behind_a_link_is_none() {
        let repo = whole(None, &[("hidden/CODEOWNERS", "* @luis\n"), ("CODEOWNERS", "* @mei @olek\n")]);
        std::os::unix::fs::symlink("hidden", repo.path().join(".github")).unwrap();
        assert_eq!(said(&check(&repo, "", "json")), NOTHING);
        repo.commit("Link");
        assert_eq!(said(&check(&repo, "", "json")), NOTHING);
        repo.write("readme.md", "Hello.\n").commit("Greet");
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(repo.path());
        command.args(["check", "--base", "HEAD~1", "--format", "concise", "--today", TODAY]);
        let run = Run::of(&mut command);
        assert!(run.code == 0 && !run.stdout.contains("CODEOWNERS"), "{run:?}");
    }

    #[test]
    fn a_folder_that_is_not_the_top_of_a_work_tree_is_left_alone() {
        let repo = whole(None, &[("sub/exceptions/x.yaml", &exception(&[])), ("sub/stopgap.yaml", "version: 1\n")]);
        assert_eq!(said(&check(&repo, "sub", "json")), NOTHING);
        let loose = Sandbox::new();
        loose.file(ENTRY, exception(&[]));
        let run = loose.check(&["--format", "json"]);
        assert_eq!(said(&run), NOTHING);
    }

    #[test]
    fn a_codeowners_larger_than_an_exception_is_read() {
        let filler = "# One line of a long file.\n".repeat(20_000);
        assert_eq!(messages(Some(&format!("{OWNERS}{filler}")), &[]), NOTHING);
        let mut pull = Pull::below("", &format!("{OWNERS}{filler}"), &[]);
        pull.push(&[(ENTRY, &entry(&[]))]);
        assert_eq!(pull.review("mei", "APPROVED").said(), NOTHING);
    }

    #[cfg(unix)]
    #[test]
    fn a_codeowners_that_github_cannot_read_owns_nothing() {
        let repo = whole(None, &[("OWNERS", OWNERS)]);
        std::fs::create_dir_all(repo.path().join(".github")).unwrap();
        std::os::unix::fs::symlink("../OWNERS", repo.path().join(".github/CODEOWNERS")).unwrap();
        let run = check(&repo, "", "json");
        let said = said(&run);
        assert_eq!(run.code, 0);
        assert!(said.len() == 1 && said[0].contains("the file is a link"), "{said:?}");
    }
}
