//! The edges of the rules: the last value on each side of a boundary, and the words that depend on it. Registers and
//! changes are judged from texts in this process, without git.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use stopgap::internal::files::{self, Repository};
use stopgap::internal::gate::{Gate, Judged, Reach};
use stopgap::internal::git::ObjectFormat;
use stopgap::internal::history::{Changes, Circumstances, Document, Signatures, Signed};
use stopgap::internal::policy::{Forge, Policy, RuleBook, load_signers};
use stopgap::internal::register::{self, Register};
use stopgap::internal::rule::{Finding, Findings};
use stopgap::internal::rules::{self, Case, Judge};
use stopgap::internal::signoff::{Evidence, Ownership, ReviewState, Verdict, Worth};
use stopgap::internal::time::Today;
use tempfile::TempDir;

use crate::support::{TODAY, exception};

const PRINTER: &str = "exceptions/label-printer.yaml";
const SCANNER: &str = "exceptions/gate-scanner.yaml";
const CODEOWNERS: &str = ".github/CODEOWNERS";

#[path = "../fixtures/places.rs"]
mod places;

/// The files of a repository, by path.
type Texts = BTreeMap<&'static str, String>;

/// A register that is judged whole, or against what it was before.
#[derive(Clone)]
struct Edge {
    base: Option<Texts>,
    head: Texts,
    today: &'static str,
    evidence: Option<Evidence>,
    /// Whether the forge has signed the head's decisions.
    signed: bool,
    /// Files of the head that are checked out as another text.
    checked_out: Texts,
    /// Whether the change brings the first register.
    is_first: bool,
}

impl Edge {
    /// A register of one exception, some of whose fields are written differently.
    fn of(fields: &[(&str, &str)]) -> Self {
        let head = Texts::from([(PRINTER, exception(fields))]);
        Self {
            base: None,
            head,
            today: TODAY,
            evidence: None,
            signed: false,
            checked_out: Texts::new(),
            is_first: false,
        }
    }

    /// Makes it what the register was before a change, which writes the exception with these fields.
    fn then(mut self, fields: &[(&str, &str)]) -> Self {
        self.base = Some(self.head.clone());
        self.with(PRINTER, &exception(fields))
    }

    /// Writes a file; into the head, if there are both.
    fn with(mut self, path: &'static str, text: &str) -> Self {
        self.head.insert(path, text.to_owned());
        self
    }

    /// Says when the pull request was opened, and who has approved it as it is, if that is known.
    fn opened(mut self, day: &str, approvals: Option<&[&str]>) -> Self {
        let moment = format!("{day}T12:00:00Z").parse().unwrap();
        let verdict = |login: &&str| Verdict {
            login: (*login).to_owned(),
            state: ReviewState::Approved,
            commit: Some("0".repeat(40)),
            submitted_at: moment,
            worth: Some(Worth::default()),
        };
        let verdicts = approvals.map(|logins| logins.iter().map(verdict).collect());
        self.evidence = Some(Evidence { author: None, opened: Some(moment), verdicts });
        self
    }

    /// Returns what a rule says, each finding as `message | help | labels`.
    fn says(&self, rule: &str) -> Vec<String> {
        let sides = self.base.iter().chain([&self.head]).map(written).collect::<Vec<_>>();
        let (judging, head) = (sides[0].path(), sides[sides.len() - 1].path());
        let book = rule_book(judging);
        let mut files = register::read(head, &book.policy.exceptions).unwrap();
        let today = Today::parse(self.today, book.policy.timezone).unwrap();
        let mut judge = Judge::new(book, today);
        let text = |findings: &Findings| findings.iter().filter(|it| it.rule.id == rule).map(said).collect();
        if self.base.is_none() {
            let place = Repository::Folder(head.to_path_buf());
            for (path, text) in &self.checked_out {
                let own = files.own().iter().copied().find(|file| files.source(*file).path() == *path);
                let stored = own.unwrap_or_else(|| files.add(place.read(path).unwrap()));
                files.add_twin(stored, files::decode(text.clone().into(), (*path).to_owned()), false);
            }
            if let Some(baseline) = &mut judge.baseline {
                baseline.file = Some(files.add(place.read("baseline.yaml").unwrap()));
            }
            let register = Register::parse(&files, None);
            let findings = Case::whole(&judge, &register, None, &files).run();
            places::assert_right(&findings, &files);
            return text(&findings);
        }
        let before = register::read(judging, &judge.policy.exceptions).unwrap();
        let read = |id| files::decode(before.source(id).text().into(), before.source(id).path().into());
        let base: Vec<_> = before.own().iter().map(|id| files.add(read(*id))).collect();
        let mut side = |folder: &Path, path: &str| {
            let place = Repository::Folder(folder.to_path_buf());
            place.exists(path).then(|| files.add(place.read(path).unwrap()))
        };
        let paths = self.base.iter().chain([&self.head]).flat_map(BTreeMap::keys);
        let mut paths: Vec<&str> = paths.copied().filter(|path| !path.starts_with("exceptions/")).collect();
        paths.sort_unstable();
        paths.dedup();
        let document =
            |path: &&str| Document { base: side(judging, path), head: side(head, path), path: (*path).to_owned() };
        let documents: Vec<Document> = paths.iter().map(document).collect();
        let owners = documents.iter().find(|document| document.path == CODEOWNERS).and_then(|document| document.base);
        let ownership = owners.map(|file| Ownership {
            forge: Forge::GitHub,
            file,
            text: Some(files.source(file).text().to_owned()),
            unread: None,
            path: CODEOWNERS.to_owned(),
            prefix: String::new(),
        });
        let signed = |file: &_| {
            let source = files.source(*file);
            let id = source.path().rsplit('/').next().unwrap_or_default().trim_end_matches(".yaml").to_owned();
            (id, source.text().to_owned(), Signed { commit: "d3b07384d113".to_owned(), by: Ok("forge".to_owned()) })
        };
        judge.signatures = self.signed.then(|| Signatures::known(ObjectFormat::Sha1, files.own().iter().map(signed)));
        let circumstances = Circumstances {
            base_day: Some(today.day),
            head: (!self.is_first).then(|| rule_book(head)),
            documents,
            former_baseline: None,
        };
        let evidence = |changes: &Changes<'_>| {
            let mut evidence = self.evidence.clone();
            for verdict in evidence.iter_mut().filter_map(|it| it.verdicts.as_mut()).flatten() {
                let sides = changes.list.iter().filter_map(|change| Some(change.head.as_ref()?.file));
                let covers = sides.chain(changes.documents.iter().filter_map(|document| document.head)).collect();
                verdict.worth = Some(Worth { covers, ..Worth::default() });
            }
            Ok(evidence)
        };
        let gate = Gate {
            judge: &judge,
            ownership: ownership.as_ref(),
            files: &files,
            base: &base,
            circumstances,
            around: None,
            is_last: false,
            reach: Reach::All { schema: None, evidence: &evidence, scan: &|_| Ok(None) },
        };
        gate.judge(|Judged { findings, .. }| text(&findings)).unwrap()
    }

    #[track_caller]
    fn is_silent(&self, rule: &str) {
        assert_eq!(self.says(rule), [""; 0]);
    }

    /// Asserts that a rule says one thing, which contains a text.
    #[track_caller]
    fn is_told(&self, rule: &str, text: &str) {
        let said = self.says(rule);
        assert!(said.len() == 1 && said[0].contains(text), "{text}: {said:#?}");
    }
}

fn said(finding: &Finding) -> String {
    let labels: Vec<&str> = finding.labels.iter().map(|label| label.message.as_str()).collect();
    format!("{} | {} | {}", finding.message, finding.help.as_deref().unwrap_or_default(), labels.join(", "))
}

fn written(texts: &Texts) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in texts {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn rule_book(folder: &Path) -> RuleBook {
    let place = Repository::Folder(folder.to_path_buf());
    let mut policy = Policy::load(&place, None, rules::all()).unwrap();
    policy.signers = load_signers(&place, &policy).unwrap();
    RuleBook::read(&place, policy, rules::all()).unwrap()
}

/// A baseline that names one exception, with what it tolerates in it.
fn baseline(until: &str, lines: &str) -> String {
    format!("until: {until}\nentries:\n  label-printer: {{{lines}}}\n")
}

fn renewal(requested: &str, decided: &str, expires: &str) -> String {
    format!(
        "[{{requested: {requested}, requester: Luis Prado, reason: The tool comes a week later., risk_check: Nothing was \
         printed wrongly., approver: Mei Tanaka, decided: {decided}, expires: {expires}}}]"
    )
}

mod content {
    use super::*;

    const RULE: &str = "approved-content-changed";

    #[test]
    fn a_key_of_the_organisation_s_own_may_change_wherever_it_is() {
        for key in ["x-ticket", "scope.x-site", "risk.x-score"] {
            Edge::of(&[(key, "12")]).then(&[(key, "13")]).is_silent(RULE);
        }
        Edge::of(&[("scope.team", "12")]).then(&[("scope.team", "13")]).is_told(RULE, "`scope.team` was approved as");
    }

    #[test]
    fn a_gap_may_be_filled_on_the_last_day_of_the_baseline() {
        let filled = |until| {
            let gap = Edge::of(&[("risk.statement", "")])
                .with("baseline.yaml", &baseline(until, "schema: [/risk/statement]"));
            gap.then(&[])
        };
        filled(TODAY).is_silent(RULE);
        filled("2026-11-22").is_told(RULE, "`risk.statement` was added after the decision");
    }

    #[test]
    fn a_text_of_forty_eight_characters_is_repeated_and_a_longer_one_is_not() {
        let title = |length: usize| "T".repeat(length);
        let edit = |length| Edge::of(&[]).then(&[("title", &title(length))]);
        edit(48).is_told(RULE, &format!("and now says `{}`", title(48)));
        edit(49).is_told(RULE, "`title` was rewritten after the decision");
    }
}

mod back_dated {
    use super::*;

    const REQUEST: &str = "the request for renewal `1` is dated `2026-11-10`";

    fn renewed(expires: &str) -> Edge {
        Edge::of(&[("expires", expires)])
            .then(&[("expires", expires), ("renewals", &renewal("2026-11-10", TODAY, "2026-12-20"))])
    }

    #[test]
    fn without_the_pull_request_a_renewal_is_asked_for_in_time_until_the_last_day() {
        renewed(TODAY).is_silent("back-dated");
        renewed("2026-11-22").is_told("back-dated", REQUEST);
    }

    #[test]
    fn an_approval_of_the_day_or_of_one_beside_it_shows_that_the_date_is_right() {
        let roster = "people:\n  - {name: Mei Tanaka, handle: '@mei'}\n";
        let before =
            Edge::of(&[]).with("people.yaml", roster).with("stopgap.yaml", "rules: {decision-date-mismatch: off}\n");
        let decided = exception(&[("decided", "2026-11-10"), ("starts", "2026-11-10")]);
        let approved = |day: &str| before.clone().then(&[]).with(SCANNER, &decided).opened(day, Some(&["mei"]));
        for day in ["2026-11-09", "2026-11-10", "2026-11-11"] {
            approved(day).is_silent("back-dated");
        }
        for day in ["2026-11-08", "2026-11-12"] {
            approved(day).is_told("back-dated", "the decision is dated `2026-11-10`, `13` days before");
        }
    }

    #[test]
    fn the_end_is_shown_where_it_was_over_when_the_pull_request_was_opened() {
        let said = |opened| renewed("2026-11-20").opened(opened, None).says("back-dated").concat();
        let ended = "what it extends had ended by then";
        assert!(said("2026-11-20").contains(REQUEST) && !said("2026-11-20").contains(ended), "{}", said("2026-11-20"));
        assert!(said("2026-11-21").contains(REQUEST) && said("2026-11-21").contains(ended), "{}", said("2026-11-21"));
    }
}

mod longer_baseline {
    use super::*;

    const RULE: &str = "baseline-extended";

    #[test]
    fn what_the_first_one_names_is_new_or_known_or_nowhere() {
        let brought = |id: &str| {
            let first = format!("until: 2026-12-31\nentries:\n  {id}: {{}}\n");
            Edge::of(&[]).then(&[]).with(SCANNER, &exception(&[])).with("baseline.yaml", &first)
        };
        brought("gate-scanner").is_silent(RULE);
        brought("label-printer").is_told(RULE, "the baseline names `label-printer`, which is in the register already");
        brought("label-writer").is_told(RULE, "the baseline names `label-writer`, and there is no such exception");
    }

    #[test]
    fn what_is_tolerated_now_is_named_with_how_much_more_there_is() {
        let grown = |lines| {
            let old = Edge::of(&[]).with("baseline.yaml", &baseline("2026-12-31", "schema: [/owner]"));
            old.then(&[]).with("baseline.yaml", &baseline("2026-12-31", lines))
        };
        grown("schema: [/owner]").is_silent(RULE);
        grown("schema: [/owner, /]").is_told(RULE, "tolerates `schema` in `label-printer` now, at `the file` |");
        grown("schema: [/owner, /title]").is_told(RULE, "tolerates `schema` in `label-printer` now, at `title` |");
        grown("schema: [/removal, /owner, /title]")
            .is_told(RULE, "in `label-printer` now, at `removal` and `1` more |");
    }

    #[test]
    fn the_same_suppression_twice_is_one_more() {
        let listed = |lines: &str| format!("until: 2026-12-31\nsuppressions:\n  app/run.py:\n{lines}");
        let one = "  - {tool: bandit, id: B605, code: 1f0c2b3a4d5e6f70}\n";
        let other = "  - {tool: bandit, id: B307, code: 0f0c2b3a4d5e6f71}\n";
        let path = "suppressions.yaml";
        let grown = |lines: &str| Edge::of(&[]).with(path, &listed(one)).then(&[]).with(path, &listed(lines));
        grown(one).is_silent(RULE);
        grown(&[one, one].concat()).is_told(RULE, "the baseline lets `1` suppression more be in `app/run.py`");
        grown(&[one, one, other].concat()).is_told(RULE, "the baseline lets `2` suppressions more be in `app/run.py`");
    }
}

#[test]
fn an_end_that_is_no_date_has_moved_where_its_words_have() {
    let vague = Edge::of(&[("expires", "soon")]);
    vague.clone().then(&[("expires", "'soon '"), ("removal", "Install it.")]).is_silent("expiry-moved");
    vague.clone().then(&[("expires", "later")]).is_told("expiry-moved", "was moved from `soon` to `later`, instead");
    vague.then(&[("expires", "2026-12-16")]).is_told("expiry-moved", "was moved from `soon` to `2026-12-16`, instead");
}

#[test]
fn a_status_that_is_none_does_not_become_a_refusal() {
    let unknown = Edge::of(&[("status", "pending")]);
    let said = "`status` went to `rejected` from a value that is not a status";
    unknown.clone().then(&[("status", "rejected")]).is_told("forbidden-transition", said);
    unknown.then(&[("status", "active")]).is_silent("forbidden-transition");
}

mod policy {
    use super::*;

    const RULE: &str = "policy-loosened";

    #[test]
    fn comments_and_empty_lines_of_the_signers_are_no_keys() {
        let (key, path) = ("mei@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBq\n", "allowed_signers");
        let before = Edge::of(&[]).with("stopgap.yaml", "signed_decisions: true\n");
        let before = before.with(path, &format!("# keys\n\n{key}")).then(&[]);
        let edit = |text: &str| before.clone().with(path, text);
        edit(&format!("# the keys of all who decide\n\n\n{key}")).is_silent(RULE);
        edit(&format!("# keys\n\n{key}{}", key.replace("mei", "olek")))
            .is_told(RULE, "`olek@example.com` may sign decisions");
    }

    #[test]
    fn a_check_that_asks_for_no_sign_off_passes_whoever_approved() {
        let workflow = |sign_off: &str, fail_on: &str| {
            format!(
                "on: pull_request\njobs:\n  gate:\n    steps:\n      - uses: acme/stopgap@v1\n        with:\n          \
                 sign-off: {sign_off}\n          fail-on: {fail_on}\n"
            )
        };
        let path = ".github/workflows/gate.yml";
        let edit = |text: &str| Edge::of(&[]).with(path, &workflow("required", "error")).then(&[]).with(path, text);
        edit(&workflow("optional", "error"))
            .is_told(RULE, "`sign-off: optional` lets the check pass whoever approved |");
        edit(&workflow("required", "never")).is_told(RULE, "`fail-on: never` lets the check pass whatever it finds |");
    }
}

mod takeover {
    use super::*;

    const RULE: &str = "baseline-unapproved";

    fn taken_over(owners: &str, roster: &str) -> Edge {
        let entries = "until: 2026-12-31\nentries:\n  gate-scanner: {}\n";
        let mut before = Edge::of(&[]);
        for (path, text) in [(CODEOWNERS, owners), ("people.yaml", roster)] {
            if !text.is_empty() {
                before = before.with(path, text);
            }
        }
        before.then(&[]).with(SCANNER, &exception(&[])).with("baseline.yaml", entries)
    }

    #[test]
    fn where_nobody_owns_the_baseline_whoever_is_in_a_complete_roster_may_approve() {
        let people = "people:\n  - {name: Luis Prado, handle: '@luis'}\n";
        let complete = taken_over("", people);
        complete.clone().opened(TODAY, Some(&["luis"])).is_silent(RULE);
        complete.opened(TODAY, Some(&["stranger"])).is_told(RULE, "nobody but its author has approved that");
        taken_over("", &format!("complete: false\n{people}")).opened(TODAY, Some(&["stranger"])).is_silent(RULE);
        taken_over("", "").opened(TODAY, Some(&["stranger"])).is_silent(RULE);
    }

    #[test]
    fn a_team_that_nobody_knows_owns_it_all_the_same() {
        let unknown = taken_over("/baseline.yaml @acme/risk\n", "").opened(TODAY, Some(&["stranger"]));
        unknown.is_told(RULE, "no owner of `baseline.yaml` has approved that | list the people of `@acme/risk`");
        let other = taken_over("/exceptions/ @acme/risk\n", "").opened(TODAY, Some(&["stranger"]));
        other.is_told(RULE, "no owner of the exceptions has approved that | list the people of `@acme/risk`");
    }

    #[test]
    fn what_the_baseline_named_before_is_not_taken_over_again() {
        let entries = "until: 2026-12-31\nentries:\n  gate-scanner: {}\n";
        let named = Edge::of(&[]).with("baseline.yaml", entries).then(&[]).with(SCANNER, &exception(&[]));
        named.opened(TODAY, Some(&[])).is_silent(RULE);
    }
}

mod signatures {
    use super::*;

    const RULE: &str = "unsigned-decision";

    fn signed(policy: &str) -> Edge {
        let policy = format!("signed_decisions: true\n{policy}");
        let edge = Edge::of(&[]).with("stopgap.yaml", &policy).then(&[]).with(SCANNER, &exception(&[]));
        Edge { signed: true, ..edge }
    }

    #[test]
    fn the_forge_s_signature_counts_with_the_approval_of_who_decided() {
        let by_forge = signed("forge_signer: forge\n").with("people.yaml", "");
        let unasked =
            "counts only with the approval of `Mei Tanaka`; no reviews are known here | give the check `--event`";
        by_forge.is_told(RULE, unasked);
        by_forge.clone().opened(TODAY, None).is_told(RULE, unasked);
        by_forge.opened(TODAY, Some(&["olek"])).is_told(RULE, "; that is missing | ask `Mei Tanaka` to approve");
        signed("").is_told(RULE, "is not signed by them: commit d3b07384d113 is signed by `forge`");
    }

    #[test]
    fn the_first_register_brings_its_own_keys() {
        Edge { is_first: true, ..signed("") }.is_silent(RULE);
    }
}

mod gaps {
    use super::*;

    #[test]
    fn the_days_that_are_left_are_counted() {
        let left = |until: &str| Edge::of(&[("owner", "")]).with("baseline.yaml", &baseline(until, "schema: [/owner]"));
        left(TODAY).is_told("baseline", "tolerated until `2026-11-23`, until tonight: `1` finding in `1` exception |");
        left("2026-11-24").is_told("baseline", "tolerated until `2026-11-24`, for `1` more day: ");
        left("2026-11-25").is_told("baseline", "tolerated until `2026-11-25`, for `2` more days: ");
        left("2026-11-22").is_told("baseline", "the baseline ended on `2026-11-22`, so all that it names counts");
    }

    #[test]
    fn a_policy_without_baselines_says_so() {
        let long = |policy: &str, until: &str| {
            Edge::of(&[]).with("stopgap.yaml", policy).with("baseline.yaml", &baseline(until, ""))
        };
        let rule = "baseline-too-long";
        long("baseline: {max: 0d}\n", "2026-11-24").is_told(rule, "| the policy allows no baseline: delete the file");
        long("baseline: {max: 1d}\n", "2026-11-25").is_told(rule, "| write `until: 2026-11-24` or an earlier day");
        long("baseline: {max: 1d}\n", "2026-11-24").is_silent(rule);
    }

    #[test]
    fn three_fixed_fields_are_named_and_the_rest_is_counted() {
        let fixed = |fields: &str| {
            let lines = format!("schema: [/owner, {fields}]");
            Edge::of(&[("owner", "")]).with("baseline.yaml", &baseline("2026-12-31", &lines))
        };
        let rule = "baseline-unused";
        fixed("/title").is_told(rule, "nothing any more in `title` of `label-printer` |");
        fixed("/title, /reason, /removal").is_told(rule, "nothing any more in `title, reason, removal` of ");
        fixed("/title, /reason, /removal, /control").is_told(rule, "in `title, reason, removal and 1 more` of ");
    }
}

#[test]
fn a_text_of_invisible_characters_contains_nothing_visible() {
    Edge::of(&[("removal", "\"\\u200B\"")]).is_told("placeholder-text", "`removal` contains nothing visible");
    Edge::of(&[("removal", "'-'")]).is_told("placeholder-text", "`removal` is a placeholder: `-`");
}

#[test]
fn a_file_that_is_no_record_is_compared_by_its_lines() {
    let checked_out = |path: &'static str, stored: &str, text: &str| {
        let edge = Edge::of(&[]).with(path, stored);
        Edge { checked_out: Texts::from([(path, text.to_owned())]), ..edge }
    };
    let (rule, line) = ("stored-text-differs", "line `1` says something else in the commit than as it is checked out");
    checked_out(CODEOWNERS, "a: b\n", "a: b\n").is_silent(rule);
    checked_out(CODEOWNERS, "a: b\n", "a: c\n").is_told(rule, line);
    checked_out(CODEOWNERS, "a: b\n", "a: [\n").is_told(rule, line);
    checked_out(CODEOWNERS, "a: [\n", "a: b\n").is_told(rule, line);
    let can = |a: &str, b: &str| format!("the file can be read {a}, but not {b}: ");
    let (committed, lying) = ("in the commit", "as it is checked out");
    checked_out(PRINTER, "title: b\n", "title: c\n").is_told(rule, "`title` is `b` in the commit and `c` as it is");
    checked_out(PRINTER, "title: b\n", "title: [\n").is_told(rule, &can(committed, lying));
    checked_out(PRINTER, "title: [\n", "title: b\n").is_told(rule, &can(lying, committed));
    checked_out(PRINTER, "title: [\n", "title: {\n").is_told(rule, line);
}

#[test]
fn an_unknown_control_is_answered_with_what_the_catalogue_has() {
    let said = |ids: &[&str]| {
        let lines: String = ids.iter().map(|id| format!("  - {{id: {id}, name: The rule {id}}}\n")).collect();
        let edge =
            Edge::of(&[("control", "CRY-04 Certificates")]).with("controls.yaml", &format!("controls:\n{lines}"));
        edge.says("unknown-control").concat()
    };
    for (ids, help) in [
        (&["BLD-1234"][..], "`controls.yaml` lists one control, `BLD-1234`: begin with it, or add this one there"),
        (&["BLD-1234", "NET-9876"], "`controls.yaml` lists 2 ids, from `BLD-1234` to `NET-9876`: begin with one of"),
        (&["CRY-0417"], "`controls.yaml` has `CRY-0417` under that prefix"),
        (&["CRY-41", "CRY-42", "CRY-43", "CRY-44", "CRY-45", "CRY-46"], "`CRY-45` and `CRY-46` under that prefix"),
        (&["CRY-41", "CRY-42", "CRY-43", "CRY-44", "CRY-45", "CRY-46", "CRY-47"], "did you mean `CRY-4"),
    ] {
        assert!(said(ids).contains(help), "{ids:?}: {}", said(ids));
    }
}

mod refusals {
    use super::*;

    const RULE: &str = "asked-again";

    /// A refused request and the same one again, which others may approve.
    fn again(refused: &str, decided: &str, policy: &str, more: &[(&str, &str)]) -> Edge {
        let refusal = [("status", "rejected"), ("decided", refused), ("starts", ""), ("expires", "")];
        let asked = [&[("decided", decided), ("starts", decided)][..], more].concat();
        Edge::of(&refusal).with("stopgap.yaml", policy).with(SCANNER, &exception(&asked))
    }

    #[test]
    fn what_is_asked_after_the_refusal_says_so_for_as_long_as_the_policy_wants() {
        let unnamed = "asks again for what `Mei Tanaka` refused in `label-printer` on";
        again("2026-11-10", "2026-11-12", "asked_again: 2d\n", &[]).is_told(RULE, "on `2026-11-10`, `2 days` before");
        again("2026-11-10", "2026-11-10", "asked_again: 2d\n", &[]).is_told(RULE, "on `2026-11-10`, and does not");
        again("2026-11-10", "2026-11-12", "asked_again: 1d\n", &[]).is_silent(RULE);
        again("2026-11-10", "2026-11-10", "asked_again: 0d\n", &[]).is_silent(RULE);
        // What was asked for before the refusal is no answer to it, unless a change brings it now.
        let earlier = again("2026-11-10", "2026-11-09", "", &[]);
        earlier.is_silent(RULE);
        let refused = earlier.head.clone();
        let before =
            Edge { head: refused.into_iter().filter(|(path, _)| *path != SCANNER).collect(), ..earlier.clone() };
        Edge { base: Some(before.head), ..earlier }.is_told(RULE, unnamed);
    }

    #[test]
    fn a_circle_of_exceptions_that_follow_each_other_leads_nowhere() {
        let other = exception(&[("follows", "[gate-scanner]"), ("scope.system", "scale sc-02")]);
        let circle = again("2026-11-10", "2026-11-12", "", &[("follows", "[scale]")]);
        circle.clone().with("exceptions/scale.yaml", &other).is_told(RULE, "and does not say so");
        let named = other.replace("[gate-scanner]", "[gate-scanner, label-printer]");
        circle.with("exceptions/scale.yaml", &named).is_silent(RULE);
    }

    #[test]
    fn whoever_refused_is_asked_until_they_have_left() {
        let asked = |roster: &str| {
            let more = [("follows", "[label-printer]"), ("approver", "Olek Mazur")];
            again("2026-11-10", "2026-11-12", "", &more).with("people.yaml", roster)
        };
        let people = |left: &str, manager: &str| {
            format!(
                "people:\n  - {{name: Mei Tanaka, left: {left}{manager}}}\n  - {{name: Olek Mazur}}\n  \
                 - {{name: Kari Nes}}\n  - {{name: Luis Prado}}\n  - {{name: Hanna Vogel}}\n"
            )
        };
        let other = "`Olek Mazur` is to decide on what `Mei Tanaka` refused in `label-printer` on `2026-11-10` | ask ";
        asked(&people("2026-11-24", "")).is_told(RULE, &format!("{other}`Mei Tanaka` to decide, or list in"));
        asked(&people(TODAY, "")).is_silent(RULE);
        asked(&people("2026-11-22", "")).is_silent(RULE);
        let above = ", manager: Kari Nes";
        asked(&people("2026-11-24", above)).is_told(RULE, &format!("{other}`Mei Tanaka` to decide, or somebody above"));
        asked(&people(TODAY, above)).is_told(RULE, &format!("{other}`Kari Nes`, or somebody further up"));
    }
}

#[test]
fn a_renewal_too_many_is_counted_wherever_its_end_is_missing() {
    let without_end = renewal("2026-11-20", "2026-11-20", "2026-12-20").replace(", expires: 2026-12-20", "");
    for expires in ["2026-12-16", ""] {
        let renewed = Edge::of(&[("expires", expires), ("renewals", &without_end)]);
        renewed
            .with("stopgap.yaml", "renewals: {max: 0}\n")
            .is_told("too-many-renewals", "a renewal, the policy allows");
    }
}

#[test]
fn a_reason_has_three_hundred_characters_at_most() {
    let reason = |length: usize| Edge::of(&[("reason", &"ä".repeat(length))]);
    reason(300).is_silent("long-reason");
    reason(301).is_told("long-reason", "`301` characters, a reason has at most `300`");
}

#[test]
fn a_reason_that_was_kept_and_made_longer_says_how_much_was_kept() {
    let old = "The maker ships the tool that installs a new certificate together with forty other parcels on Thursday";
    let more = "because customs asked again about batteries inside every single handheld unit bought last autumn";
    let longer = |kept: &str| {
        let newer =
            exception(&[("reason", &format!("{kept} {more}.")), ("decided", "2026-11-20"), ("starts", "2026-11-20")]);
        Edge::of(&[("reason", &format!("{old}."))]).with(SCANNER, &newer).says("copied-reason").concat()
    };
    assert!(longer(old).starts_with("all words of the reason of `label-printer`, and `"), "{}", longer(old));
    let fewer = old.replace("forty ", "");
    assert!(longer(&fewer).contains("%` of the words of the reason of `label-printer`, and `"), "{}", longer(&fewer));
}

#[test]
fn an_exposure_raises_the_tier_where_the_policy_asks_for_more() {
    let spoken = |tier: &str| {
        let edge = Edge::of(&[("risk.tier", tier), ("title", "The label printer is open to the vendor")]);
        edge.with("stopgap.yaml", "exposure_tier: moderate\n")
    };
    let rule = "unstated-exposure";
    spoken("low").is_told(rule, "write `exposure: [vendor-access]` and `tier: moderate`; `exposure: []` if");
    spoken("moderate").is_told(rule, "write `exposure: [vendor-access]`; `exposure: []` if");
    spoken("high").is_silent(rule);
}

#[test]
fn a_person_is_written_as_the_roster_writes_them() {
    let owner = Edge::of(&[("owner", "Luis Prado (Logistics)")]);
    owner.is_told("owner-not-a-person", "is more than one spelling of a person");
    let roster =
        |name: &str| format!("people:\n  - {{name: {name}}}\n  - {{name: Mei Tanaka}}\n  - {{name: Hanna Vogel}}\n");
    owner.clone().with("people.yaml", &roster("Luis Prado (Logistics)")).is_silent("owner-not-a-person");
    owner.with("people.yaml", &roster("Luis Prado")).is_told("owner-not-a-person", "is more than one spelling");
}

#[test]
fn an_exception_that_moves_is_decided_by_the_owners_of_both_places() {
    let roster =
        "people:\n  - {name: Mei Tanaka, email: mei@example.com}\n  - {name: Olek Mazur, email: olek@example.com}\n";
    let moved = |owners: &str| {
        let mut edge = Edge::of(&[]).with(CODEOWNERS, owners).with("people.yaml", roster);
        edge.head.remove(PRINTER);
        edge = edge.with("exceptions/old/label-printer.yaml", &exception(&[]));
        let base = edge.head.clone();
        edge.head.remove("exceptions/old/label-printer.yaml");
        let renewed = exception(&[("renewals", &renewal("2026-11-20", TODAY, "2026-12-20"))]);
        Edge { base: Some(base), ..edge }.with("exceptions/new/label-printer.yaml", &renewed)
    };
    let rule = "approver-not-code-owner";
    let (mei, olek) = ("mei@example.com", "olek@example.com");
    let by = |old: &str, new: &str| moved(&format!("/exceptions/old/ {old}\n/exceptions/new/ {new}\n"));
    by(mei, mei).is_silent(rule);
    by(mei, olek).is_told(rule, "`Mei Tanaka` decided on renewal 1, and is not a code owner of this file |");
    by(olek, mei)
        .is_told(rule, "of `exceptions/old/label-printer.yaml`, where the exception lies without this change |");
}
