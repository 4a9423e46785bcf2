//! From Friday to Monday: a request that is approved after a weekend and dated by `stopgap decide` needs one approval.
//! Each dishonest twin edits a little more than that.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::signoff::{ENTRY, Pull, account, amendment, entry, renewal};
use crate::support::{Run, TODAY};

const FRIDAY: &str = "2026-11-20";
/// [`TODAY`] is a Monday.
const REVIEWED: &str = "2026-11-23T08:15:00Z";
const NOTHING: [&str; 0] = [];

const DATES: [(&str, &str); 3] = [("decided", FRIDAY), ("starts", FRIDAY), ("expires", "2026-12-04")];

/// A request of Friday, as it was approved on Monday.
fn approved_on_monday() -> Pull {
    let mut pull = Pull::onto(&[]);
    pull.opened = "2026-11-20T14:00:00Z";
    pull.push(&[(ENTRY, &entry(&DATES))]);
    let head = pull.head.clone();
    pull.review_of("mei", "APPROVED", &head, REVIEWED);
    pull
}

/// Runs `stopgap decide` on the entry.
fn decide(pull: &Pull, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(pull.repo.path());
    Run::of(command.args(["decide", "label-printer", "--today", TODAY]).args(arguments))
}

/// Dates the entry by the saved reviews, and pushes that.
fn decided(pull: &mut Pull) -> String {
    let reviews = pull.save("reviews.json", &Value::from(pull.reviews.clone()).to_string());
    let run = decide(pull, &["--reviews", reviews.to_str().unwrap()]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    pull.push(&[]);
    run.stdout
}

fn text(pull: &Pull) -> String {
    fs::read_to_string(pull.repo.path().join(ENTRY)).unwrap()
}

/// Replaces parts of the entry, each of which is there, and pushes that.
fn edit(pull: &mut Pull, edits: &[(&str, &str)]) {
    let text = edits.iter().fold(text(pull), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    pull.push(&[(ENTRY, &text)]);
}

#[test]
fn a_request_of_friday_is_approved_on_monday_and_dated_with_one_approval() {
    let mut pull = approved_on_monday();
    assert_eq!(
        pull.said(),
        ["decision-date-mismatch: the exception is dated `2026-11-20`, and `@mei` approved on `2026-11-23`, `3` days \
          apart (run `stopgap decide label-printer --on 2026-11-23` to write the day of the review; the approval \
          remains valid)"]
    );
    let before = text(&pull);
    let said = decided(&mut pull);
    assert!(said.contains("label-printer is decided on 2026-11-23\n"), "{said}");
    assert!(said.contains("the approval of @mei remains valid for it\n"), "{said}");
    let expected = before
        .replace("decided: 2026-11-20", "decided: 2026-11-23")
        .replace("starts: 2026-11-20", "starts: 2026-11-23");
    assert_eq!(text(&pull), expected, "exactly that edit");
    assert_eq!(pull.said(), NOTHING);
    assert_eq!(pull.reviews.len(), 1);
}

#[test]
fn the_command_of_the_finding_does_the_same() {
    let mut pull = approved_on_monday();
    let said = pull.said().concat();
    let command = said.split('`').find(|part| part.starts_with("stopgap decide ")).unwrap();
    let run = decide(&pull, &command.split(' ').skip(3).collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("it counts if @mei approves the pull request on that day"), "{}", run.stdout);
    assert_eq!(pull.push(&[]).said(), NOTHING);
}

#[test]
fn whoever_decides_twice_is_named_once() {
    for (second, approve, have) in [
        ("@mei", "if @mei approves the", "`@mei` has not approved renewal 1, amendment 1 yet"),
        ("@olek", "if @mei and @olek approve the", "`@mei` and `@olek` have not approved renewal 1, amendment 1 yet"),
    ] {
        let mut pull = Pull::onto(&[(ENTRY, &entry(&DATES))]);
        let renewals = renewal("@mei", FRIDAY, "2026-12-18");
        let amendments = amendment(second, "The printer has moved to hall 4.");
        let fields =
            [("renewals", renewals.as_str()), ("amendments", &amendments), ("scope.system", "label printer lp-08")];
        pull.push(&[(ENTRY, &entry(&[&DATES[..], &fields].concat()))]);
        let reviews = pull.save("reviews.json", "[]");
        let run = decide(&pull, &["--reviews", reviews.to_str().unwrap()]);
        assert!(run.stderr.contains(have), "{}", run.stderr);
        let run = decide(&pull, &[]);
        assert!(run.stdout.contains(approve), "{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn it_may_be_dated_before_it_is_approved_on_that_day() {
    let mut pull = approved_on_monday();
    pull.reviews.clear();
    assert_eq!(decide(&pull, &[]).code, 0);
    assert!(text(&pull).contains("decided: 2026-11-23\n"), "{}", text(&pull));
    pull.push(&[]);
    let head = pull.head.clone();
    pull.review_of("mei", "APPROVED", &head, REVIEWED);
    assert_eq!(pull.said(), NOTHING);
    let run = decide(&pull, &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`label-printer` is dated `2026-11-23` already"), "{}", run.stderr);
}

#[test]
fn what_narrows_further_is_approved_as_well() {
    for edits in [
        &[("expires: 2026-12-04", "expires: 2026-11-30")][..],
        &[("starts: 2026-11-23", "starts: 2026-11-24T09:00"), ("expires: 2026-12-04", "expires: 2026-12-04T12:00")],
        &[(
            "expires: 2026-12-04\n",
            "expires: 2026-12-04\nreviews: [{date: 2026-11-23, by: \"@mei\", note: The label queue holds no plain password any more.}]\n",
        )],
        &[("status: active", "status: 'active' # since Monday")],
    ] {
        let mut pull = approved_on_monday();
        decided(&mut pull);
        edit(&mut pull, edits);
        assert_eq!(pull.said(), NOTHING, "{edits:?}");
    }
}

#[test]
fn whoever_edits_more_than_that_needs_another_approval() {
    for (from, to, field) in [
        // Widened while it is narrowed.
        ("system: label printer lp-07 in hall 3", "system: label printers lp-07 and lp-08", "scope.system"),
        ("expires: 2026-12-04", "expires: 2026-12-05", "expires"),
        ("expires: 2026-12-04", "expires: 2026-12-04T24:00", "expires"),
        ("starts: 2026-11-23", "starts: 2026-11-19", "starts"),
        ("reason: The maker ships", "reason: The maker brings", "reason"),
        ("tier: low", "tier: moderate", "risk.tier"),
        ("decided: 2026-11-23", "decided: 2026-11-21", "decided"),
        ("requester: Hanna Vogel", "requester: Ines Falk", "requester"),
        ("owner: Luis Prado", "owner: Ines Falk", "owner"),
        ("expires: 2026-12-04\n", "expires: 2026-12-04\nreferences: [SEC-1]\n", "references"),
        ("expires: 2026-12-04\n", "expires: 2026-12-04\nx-more: all printers\n", "x-more"),
    ] {
        let mut pull = approved_on_monday();
        decided(&mut pull);
        edit(&mut pull, &[(from, to)]);
        let said = pull.said();
        let unapproved =
            said.iter().find(|line| line.starts_with("approval-missing: `@mei` approved the exception at"));
        let named = unapproved.is_some_and(|line| line.contains(&format!("and `{field}` has been edited since")));
        assert!(named, "{from} -> {to}: {said:?}");
        let head = pull.head.clone();
        pull.review_of("mei", "APPROVED", &head, REVIEWED);
        let said = pull.said();
        assert!(!said.iter().any(|line| line.starts_with("approval-missing")), "{from} -> {to}: {said:?}");
    }
}

#[test]
fn a_second_entry_in_the_file_or_a_file_in_its_place_was_not_approved() {
    let mut pull = approved_on_monday();
    decided(&mut pull);
    edit(&mut pull, &[("title: Label", "title: &t Label")]);
    assert!(!pull.said().is_empty());
    let mut pull = approved_on_monday();
    decided(&mut pull);
    edit(&mut pull, &[("expires: 2026-12-04", "expires: 2026-12-04\nexpires: 2026-12-24")]);
    assert!(!pull.said().is_empty());
}

#[test]
fn another_approver_is_asked_for_their_own_approval() {
    let mut pull = approved_on_monday();
    decided(&mut pull);
    edit(&mut pull, &[("approver: \"@mei\"", "approver: \"@olek\"")]);
    let unapproved =
        "approval-missing: `@olek` has not approved the exception (ask `@olek` to approve the pull request)";
    assert_eq!(pull.said(), [unapproved]);
    // Olek's approval of another day does not let Mei's name stand on it.
    let head = pull.head.clone();
    pull.review_of("olek", "APPROVED", &head, "2026-11-22T08:00:00Z");
    edit(&mut pull, &[("approver: \"@olek\"", "approver: \"@mei\""), ("decided: 2026-11-23", "decided: 2026-11-22")]);
    let said = pull.said();
    assert!(said.len() == 1 && said[0].contains("and `decided` has been edited since"), "{said:?}");
    assert!(
        said[0].contains("run `stopgap decide label-printer --on 2026-11-23` to set the decision date"),
        "{said:?}"
    );
}

#[test]
fn an_approval_that_was_withdrawn_dates_nothing() {
    for state in ["DISMISSED", "CHANGES_REQUESTED"] {
        let mut pull = approved_on_monday();
        decided(&mut pull);
        pull.review("mei", state);
        pull.reviews[1]["submitted_at"] = Value::from("2026-11-23T09:00:00Z");
        let said = pull.said();
        assert!(said.len() == 1 && said[0].starts_with("approval-missing"), "{state}: {said:?}");
        let reviews = pull.save("reviews.json", &Value::from(pull.reviews.clone()).to_string());
        let run = decide(&pull, &["--reviews", reviews.to_str().unwrap()]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains("`@mei` has not approved the exception yet"), "{}", run.stderr);
    }
}

/// Adds a renewal that @mei decided on a day, and an amendment that @olek decides on.
fn renewed_and_amended(base: &str, decided: &str) -> String {
    let renewal = renewal("@mei", decided, "2026-12-18");
    let amendment = amendment("@olek", "The hall was renumbered.");
    format!("{base}renewals:{renewal}\namendments:{amendment}\n").replacen("hall 3", "hall 4", 1)
}

#[test]
fn a_renewal_and_an_amendment_are_dated_by_their_own_approvals() {
    let base = entry(&[("expires", "2026-11-30")]);
    let asked = renewed_and_amended(&base, FRIDAY);
    let mut pull = Pull::onto(&[(ENTRY, &base)]);
    pull.push(&[(ENTRY, &asked)]);
    let head = pull.head.clone();
    pull.review_of("mei", "APPROVED", &head, "2026-11-22T20:00:00Z");
    let said = decided(&mut pull);
    assert!(said.contains("label-printer is decided on 2026-11-22: renewal 1\n"), "{said}");
    assert!(said.contains("amendment 1 still waits for @olek\n"), "{said}");
    assert!(text(&pull).contains("decided: 2026-11-22\n    expires: 2026-12-18"), "{}", text(&pull));
    pull.review_of("olek", "APPROVED", &head, REVIEWED);
    let said = decided(&mut pull);
    assert!(said.contains("label-printer is decided: renewal 1 on 2026-11-22, amendment 1 on 2026-11-23\n"), "{said}");
    assert!(text(&pull).contains("{date: 2026-11-23, by: Luis Prado"), "{}", text(&pull));
    assert!(text(&pull).contains("decided: 2026-11-15\n"), "what was merged stays: {}", text(&pull));
    assert_eq!(pull.said(), NOTHING);
    // What was merged is no part of it.
    edit(&mut pull, &[("decided: 2026-11-15", "decided: 2026-11-23")]);
    let said = pull.said();
    assert!(said.iter().any(|line| line.starts_with("approval-missing: `@mei` approved renewal 1")), "{said:?}");
    assert!(said.iter().any(|line| line.starts_with("approved-content-changed")), "{said:?}");
}

#[test]
fn two_approvers_are_told_of_the_command_that_gives_each_decision_its_own_day() {
    let base = entry(&[("expires", "2026-11-30")]);
    let asked = renewed_and_amended(&base, "2026-11-18");
    let mut pull = Pull::onto(&[(ENTRY, &base)]);
    pull.push(&[(ENTRY, &asked)]);
    let head = pull.head.clone();
    pull.review_of("mei", "APPROVED", &head, "2026-11-22T20:00:00Z");
    pull.review_of("olek", "APPROVED", &head, REVIEWED);
    let said = pull.said();
    assert_eq!(said.len(), 2, "{said:?}");
    for line in &said {
        assert!(line.contains("(run `stopgap decide label-printer --reviews FILE` to write the day"), "{line}");
    }
    assert!(decided(&mut pull).contains("renewal 1 on 2026-11-22, amendment 1 on 2026-11-23\n"));
    assert_eq!(pull.said(), NOTHING);
}

#[test]
fn a_merged_record_without_a_day_or_an_end_is_closed_by_whoever_verifies_it() {
    for gap in ["decided", "expires"] {
        let whole = entry(&[]);
        let line = whole.lines().find(|line| line.starts_with(gap)).unwrap();
        let base = whole.replace(&format!("{line}\n"), "");
        let baseline = format!("until: 2026-12-31\nentries:\n  label-printer:\n    schema: [/{gap}]\n");
        let mut pull = Pull::onto(&[(ENTRY, &base), ("baseline.yaml", &baseline)]);
        let closed = base.replace("status: active", "status: closed")
            + "closure: {date: 2026-11-23, by: Hanna Vogel, verified_by: \"@olek\", note: A test label was printed.}\n";
        pull.push(&[(ENTRY, &closed)]);
        let said = pull.review("olek", "APPROVED").said();
        assert!(said.iter().all(|line| !line.starts_with("appro")), "{gap}: {said:?}");
        pull.push(&[(ENTRY, &whole)]);
        let said = pull.said();
        assert!(said.iter().any(|line| line.starts_with("approval-missing: `@mei`")), "{gap} is filled in: {said:?}");
    }
}

#[test]
fn what_is_merged_is_not_dated_again() {
    let pull = Pull::onto(&[(ENTRY, &entry(&DATES))]);
    let run = decide(&pull, &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`label-printer` has no open decision"), "{}", run.stderr);
}

#[test]
fn a_day_that_cannot_be_is_refused() {
    let pull = approved_on_monday();
    let before = text(&pull);
    let run = decide(&pull, &["--on", "2026-11-24"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`--on 2026-11-24` is 1 day ahead"), "{}", run.stderr);
    for (day, says) in [("2026-12-32", "--on"), ("yesterday or so", "--on")] {
        assert!(decide(&pull, &["--on", day]).stderr.contains(says), "{day}");
    }
    assert_eq!(text(&pull), before);
    // A request that nobody decided in time has ended before it could begin.
    let mut late = approved_on_monday();
    late.push(&[(ENTRY, &entry(&[("decided", FRIDAY), ("starts", FRIDAY), ("expires", "2026-11-22")]))]);
    let run = decide(&late, &[]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    let says = "`label-printer` requests a term until 2026-11-22, but is decided only on 2026-11-23";
    assert!(run.stderr.contains(says), "{}", run.stderr);
}

#[test]
fn the_reviews_must_be_reviews() {
    let pull = approved_on_monday();
    let event = pull.save("event.json", &pull.event().to_string());
    let reviews = pull.save("reviews.json", &Value::from(pull.reviews.clone()).to_string());
    let (event, reviews) = (event.to_str().unwrap(), reviews.to_str().unwrap());
    let gitlab = pull.save("approvals.json", "{\"approved_by\": []}");
    let run = decide(&pull, &["--reviews", gitlab.to_str().unwrap()]);
    assert!(run.code == 2 && run.stderr.contains("for GitLab add `--event`"), "{}", run.stderr);
    let run = decide(&pull, &["--reviews", reviews, "--on", TODAY]);
    assert_eq!(run.code, 2);
    let run = decide(&pull, &["--event", event]);
    assert!(run.code == 2 && run.stderr.contains("--reviews"), "{}", run.stderr);
    assert_eq!(decide(&pull, &["--reviews", reviews, "--event", event, "--dry-run"]).code, 0);
    // The author's own review is nobody's.
    let mut own = approved_on_monday();
    own.author = account("mei", 319);
    let event = own.save("event.json", &own.event().to_string());
    let run = decide(&own, &["--reviews", reviews, "--event", event.to_str().unwrap()]);
    assert!(run.stderr.contains("`@mei` has not approved the exception yet"), "{}", run.stderr);
}

/// A merge request that closes an exception of a tier, verified by `@olek`.
fn closing(tier: &str, verifier: &str) -> Pull {
    let fields = [("risk.tier", tier), ("expires", "2026-11-22"), ("starts", "2026-11-15"), ("status", "expired")];
    let mut pull = Pull::onto(&[(ENTRY, &entry(&fields))]);
    let closure =
        format!("{{date: 2026-11-23, by: \"@luis\", verified_by: \"{verifier}\", note: A scan finds nothing.}}");
    let fields = [fields[0], fields[1], fields[2], ("status", "closed"), ("closure", &closure)];
    pull.push(&[(ENTRY, &entry(&fields))]);
    pull
}

#[test]
fn a_closure_is_verified_by_the_approval_of_the_one_who_verified_it() {
    let unverified =
        "closure-unverified: `@olek` has not approved the closure (ask `@olek` to approve the pull request)";
    for tier in ["low", "moderate", "high"] {
        let mut pull = closing(tier, "@olek");
        assert_eq!(pull.said(), [unverified], "{tier}");
        assert_eq!(pull.signed("text", &Value::from(pull.reviews.clone()).to_string()).code, i32::from(tier == "high"));
        assert_eq!(pull.review("mei", "APPROVED").said(), [unverified], "somebody else's");
        assert_eq!(pull.review("olek", "APPROVED").said(), NOTHING, "{tier}");
        let said = pull.review("olek", "DISMISSED").said();
        assert!(
            said.len() == 1 && said[0].contains("the approval of the closure by `@olek` was dismissed"),
            "{said:?}"
        );
    }
    let mut edited = closing("high", "@olek");
    edited.review("olek", "APPROVED");
    edit(&mut edited, &[("A scan finds nothing.", "A scan found the port open.")]);
    let said = edited.said();
    assert!(said.len() == 1 && said[0].contains("and `closure.note` has been edited since"), "{said:?}");
    assert!(said[0].contains("ask `@olek` to approve the pull request again"), "{said:?}");
}

#[test]
fn nobody_verifies_what_they_removed_or_what_they_propose() {
    let mut own = closing("high", "@luis");
    assert_eq!(
        own.review("luis", "APPROVED").said(),
        ["closure-unverified: `@luis` verified their own removal (have somebody else verify that the rule is \
             followed again, \
          and name them as `verified_by`)"]
    );
    let mut author = closing("high", "@hanna");
    let said = author.review("hanna", "APPROVED").said();
    assert!(
        said.len() == 1 && said[0].contains("`@hanna` verified the closure, and also opened this pull request"),
        "{said:?}"
    );
    // A tier that is lowered on the way out does not make it milder.
    let mut lowered = closing("high", "@olek");
    edit(&mut lowered, &[("tier: high", "tier: low")]);
    let run = lowered.signed("text", "[]");
    assert!(run.stdout.contains("error[closure-unverified]"), "{}", run.stdout);
}

#[test]
fn whoever_asks_does_not_reject_in_another_name() {
    for (email, refused) in [("hanna@example.com", true), ("mei@example.com", false), ("luis@example.com", false)] {
        let pull = Pull::onto(&[(
            "people.yaml",
            "people:\n  - {handle: \"@hanna\", name: Hanna Vogel, email: hanna@example.com}\n  \
             - {handle: \"@mei\", email: mei@example.com}\n  - {name: Luis Prado, email: luis@example.com}\n",
        )]);
        pull.repo.write(ENTRY, &entry(&[]));
        pull.repo.git(&["config", "user.email", email]);
        for more in [&[][..], &["--approver", "@mei"]] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
            command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(pull.repo.path());
            let run = Run::of(command.args(["reject", "label-printer", "--today", TODAY, "--dry-run"]).args(more));
            assert_eq!(run.code, if refused { 2 } else { 0 }, "{email}: {}{}", run.stdout, run.stderr);
            assert_eq!(
                run.stderr.contains("is your own request, and only @mei can reject it"),
                refused,
                "{}",
                run.stderr
            );
        }
    }
}

const REFUSED: &str = "exceptions/printer-certificate.yaml";

/// What the gate says of who refused.
fn refusal_said(pull: &Pull) -> Vec<String> {
    let mut said = pull.said();
    said.retain(|line| line.starts_with("approval-missing") || line.starts_with("approver-not-code-owner"));
    said
}

#[test]
fn a_refusal_in_somebodys_name_is_their_own() {
    let refusing = || {
        let mut pull = Pull::onto(&[]);
        pull.push(&[(REFUSED, &refused(&[("decided", TODAY)]))]);
        pull
    };
    let forged = "approval-missing: `@mei` has not approved the refusal (ask `@mei` to approve the pull request; to \
                  withdraw the request, close the pull request)";
    assert_eq!(refusal_said(&refusing()), [forged]);
    assert_eq!(refusal_said(refusing().review("olek", "APPROVED")), [forged]);
    assert_eq!(refusal_said(refusing().review("mei", "COMMENTED")), [forged]);
    for state in ["APPROVED", "CHANGES_REQUESTED"] {
        assert_eq!(refusal_said(refusing().review("mei", state)), NOTHING, "{state}");
    }
    let taken_back = refusal_said(refusing().review("mei", "CHANGES_REQUESTED").review("mei", "DISMISSED"));
    assert!(
        taken_back.len() == 1 && taken_back[0].contains("of the refusal by `@mei` was dismissed"),
        "{taken_back:?}"
    );
    let mut own = refusing();
    own.author = account("mei", 319);
    assert_eq!(refusal_said(&own), NOTHING);
    // An approval of the request is none of its refusal; a request for changes is.
    for (state, said) in [("APPROVED", Some("and `status` has been edited since")), ("CHANGES_REQUESTED", None)] {
        let mut pull = Pull::onto(&[]);
        pull.push(&[(REFUSED, &refused(&[("decided", TODAY), ("status", "active")]))]);
        pull.review("mei", state).push(&[(REFUSED, &refused(&[("decided", TODAY)]))]);
        let found = refusal_said(&pull);
        assert!(found.len() == usize::from(said.is_some()), "{state}: {found:?}");
        assert!(said.is_none_or(|said| found[0].contains(said)), "{state}: {found:?}");
    }
    // What is known of nobody's reviews is said of no refusal either, as of an approval.
    let run = refusing().gate(&["--base", "main", "--format", "concise"]);
    assert!(!run.stdout.contains("[approval-missing]"), "{}", run.stdout);
}

#[test]
fn a_refusal_that_is_there_asks_for_no_approval_unless_it_gets_another_name() {
    let before = refused(&[]);
    let mut pull = Pull::onto(&[(REFUSED, &before)]);
    pull.push(&[(REFUSED, &refused(&[("owner", "Ines Prado")]))]);
    assert_eq!(refusal_said(&pull), NOTHING);
    let amended =
        "\n  - {date: 2026-11-20, by: Luis Prado, approver: \"@mei\", fields: [approver], note: Olek said it.}\n";
    pull.push(&[(REFUSED, &(refused(&[("approver", "\"@olek\"")]) + "amendments:" + amended))]);
    let said = refusal_said(pull.review("mei", "APPROVED"));
    assert!(said.len() == 1 && said[0].contains("`@olek` has not approved the refusal"), "{said:?}");
    assert_eq!(refusal_said(pull.review("olek", "APPROVED")), NOTHING);
}

fn refused(fields: &[(&str, &str)]) -> String {
    let mut all = vec![("status", "rejected"), ("decided", "2026-10-20"), ("title", "Printer certificate")];
    all.retain(|(key, _)| fields.iter().all(|(other, _)| other != key));
    all.extend(fields);
    entry(&all)
}

/// Asks for what was refused, in a pull request that `approver` has approved.
fn asking_again(before: &[(&str, &str)], fields: &[(&str, &str)], approver: &str) -> Vec<String> {
    let people = "people:\n  - {handle: \"@mei\", manager: \"@ines\"}\n  - {handle: \"@olek\"}\n  - {handle: \"@ines\"}\n  \
                  - {name: Hanna Vogel}\n  - {name: Luis Prado}\n";
    let mut files = vec![("people.yaml", people)];
    files.extend(before);
    let mut pull = Pull::onto(&files);
    let quoted = format!("\"@{approver}\"");
    let mut all = vec![("approver", quoted.as_str()), ("decided", TODAY), ("starts", TODAY)];
    all.extend(fields);
    pull.push(&[(ENTRY, &entry(&all))]);
    let head = pull.head.clone();
    pull.review_of(approver, "APPROVED", &head, REVIEWED);
    let mut said = pull.said();
    said.retain(|line| line.starts_with("asked-again"));
    said
}

#[test]
fn a_refusal_is_answered_by_naming_it_and_by_whoever_refused_or_stands_above() {
    let before = refused(&[]);
    let before = [(REFUSED, before.as_str())];
    let unnamed = "asked-again: repeats a request that `@mei` refused in `printer-certificate` on `2026-10-20`, `34 \
                   days` before, without saying so (add `follows: [printer-certificate]`, and say in `reason` what is \
                   different this time)";
    let other = "asked-again: `@olek` is named to decide on a request that `@mei` refused in `printer-certificate` on \
                 `2026-10-20` (ask \
                 `@mei` to decide, or somebody above them: `@ines`)";
    let named = ("follows", "[Printer-Certificate]");
    assert_eq!(asking_again(&before, &[], "mei"), [unnamed]);
    assert_eq!(asking_again(&before, &[], "olek"), [unnamed, other]);
    assert_eq!(asking_again(&before, &[named], "olek"), [other]);
    for approver in ["mei", "ines"] {
        assert_eq!(asking_again(&before, &[named], approver), NOTHING, "{approver}");
        let referenced = [("references", "[SEC-1, printer-certificate]")];
        assert_eq!(asking_again(&before, &referenced, approver), NOTHING, "{approver}");
    }
    // Another place, another rule, and a refusal of long ago are other questions.
    for fields in [("scope.system", "label printer lp-08 in hall 3"), ("control", "CRY-05 Keys are longer")] {
        assert_eq!(asking_again(&before, &[fields], "olek"), NOTHING, "{fields:?}");
    }
    let old = refused(&[("decided", "2026-08-24")]);
    assert_eq!(asking_again(&[(REFUSED, &old)], &[], "olek"), NOTHING);
    let recent = refused(&[("decided", "2026-08-25")]);
    assert_eq!(asking_again(&[(REFUSED, &recent)], &[], "olek").len(), 2);
}

#[test]
fn a_refusal_is_not_got_around_by_a_spelling_a_date_or_an_edit_of_it() {
    let before = refused(&[]);
    let before = [(REFUSED, before.as_str())];
    for fields in [
        &[("scope.system", "LABEL PRINTER lp 07, in hall 3")][..],
        &[("scope.system", "lаbel printer lp-07 in hall 3")],
        &[("control", "\"cry-04: young\"")],
        &[("decided", "2026-10-19"), ("starts", "2026-10-19"), ("expires", "2026-11-24")],
        &[("references", "[printer-certificate-2]")],
        &[("follows", "[other]")],
    ] {
        assert_eq!(asking_again(&before, fields, "mei").len(), 1, "{fields:?}");
    }
    // The refusal is moved out of the way in the same change.
    for edited in
        [Some(refused(&[("scope.system", "label printer lp-70")])), Some(refused(&[("decided", "2026-06-01")])), None]
    {
        let mut pull = Pull::onto(&before);
        match edited {
            Some(text) => pull.push(&[(REFUSED, &text), (ENTRY, &entry(&[]))]),
            None => {
                pull.repo.git(&["rm", "--quiet", REFUSED]);
                pull.push(&[(ENTRY, &entry(&[]))])
            }
        };
        let said = pull.said();
        assert!(said.iter().any(|line| line.starts_with("asked-again: repeats a request")), "{said:?}");
    }
    // An older exception is turned into the refused one by an amendment.
    let old = entry(&[("scope.system", "label printer lp-70")]);
    let mut pull = Pull::onto(&[before[0], (ENTRY, &old)]);
    let amended = entry(&[]) + "amendments:" + &amendment("@olek", "The printer got its number back.") + "\n";
    let said = pull.push(&[(ENTRY, &amended)]).said();
    assert!(said.iter().any(|line| line.starts_with("asked-again: repeats a request")), "{said:?}");
}

#[test]
fn a_refusal_by_somebody_who_could_not_decide_either_is_only_to_be_named() {
    let before = refused(&[("approver", "\"@priya\"")]);
    let before = [(REFUSED, before.as_str())];
    let said = asking_again(&before, &[], "mei");
    assert!(said.len() == 1 && said[0].contains("refused in `printer-certificate`"), "{said:?}");
    assert_eq!(asking_again(&before, &[("follows", "[printer-certificate]")], "mei"), NOTHING);
}

#[test]
fn only_who_refused_or_stands_above_amends_what_a_refusal_says() {
    let people = "people:\n  - {handle: \"@mei\", manager: \"@ines\"}\n  - {handle: \"@olek\"}\n  - {handle: \"@ines\"}\n  \
                  - {name: Hanna Vogel}\n  - {name: Luis Prado}\n";
    let said = |decided: &str, (field, value): (&str, &str), (named, approver): (&str, &str)| {
        let before = refused(&[("decided", decided)]);
        let mut pull = Pull::onto(&[("people.yaml", people), (REFUSED, &before)]);
        let mut fields = vec![("decided", decided)];
        fields.retain(|(key, _)| *key != field);
        fields.push((field, value));
        let amendment = format!(
            "amendments: [{{date: {TODAY}, by: \"@olek\", approver: \"{approver}\", fields: [{named}], note: A slip of the pen.}}]\n"
        );
        pull.push(&[(REFUSED, &(refused(&fields) + &amendment))]);
        let mut said = pull.said();
        said.retain(|line| line.starts_with("asked-again"));
        said
    };
    let by_olek = "asked-again: `@olek` approves an amendment of a request that `@mei` refused on `2026-10-20` (ask \
                   `@mei` to approve \
                   it, or somebody above them: `@ines`)";
    for (field, value, named) in [
        ("decided", "2026-06-01", "decided"),
        ("approver", "\"@olek\"", "approver"),
        ("scope.system", "label printer lp-70", "scope.system"),
        ("scope.system", "label printer lp-70", "scope"),
        ("control", "CRY-05 Keys are longer", "control"),
    ] {
        assert_eq!(said("2026-10-20", (field, value), (named, "@olek")), [by_olek], "{named}");
        for approver in ["@mei", "@ines"] {
            assert_eq!(said("2026-10-20", (field, value), (named, approver)), NOTHING, "{named} {approver}");
        }
    }
    // The reason decides nothing about who is asked, and neither does a refusal that needs no answer any more.
    assert_eq!(said("2026-10-20", ("reason", "The tool came late."), ("reason", "@olek")), NOTHING);
    assert_eq!(said("2026-08-24", ("decided", "2026-06-01"), ("decided", "@olek")), NOTHING);
}

#[test]
fn a_refusal_that_follows_another_carries_it_along() {
    let first = refused(&[]);
    let second = refused(&[("follows", "[printer-certificate]"), ("decided", "2026-11-02")]);
    let before = [(REFUSED, first.as_str()), ("exceptions/printer-again.yaml", second.as_str())];
    assert_eq!(asking_again(&before, &[("follows", "[printer-again]")], "mei"), NOTHING);
    let said = asking_again(&before, &[("follows", "[printer-certificate]")], "mei");
    assert!(said.len() == 1 && said[0].contains("refused in `printer-again`"), "{said:?}");
}

#[test]
fn the_gate_lists_what_was_asked_for_before() {
    let note = "[{date: 2026-10-20, by: \"@mei\", note: \"Use hall 2. <img src=x> `rm`\"}]";
    let old = refused(&[("reviews", note)]);
    let other = entry(&[("scope.system", "label printer lp-09"), ("title", "Other printer")]);
    let mut pull = Pull::onto(&[(REFUSED, &old), ("exceptions/other.yaml", &other)]);
    pull.push(&[(ENTRY, &entry(&[("follows", "[printer-certificate]")]))]);
    let text = pull.text();
    let line = "before `label-printer`, for the same control and system: `printer-certificate`, refused by @mei on \
                2026-10-20: Use hall 2. <img src=x> 'rm'\n";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("before `label-printer`, more: 1 for the control\n"), "{text}");
    let page = pull.signed("markdown", "[]").stdout;
    assert!(page.contains("refused by") && !page.contains("<img"), "{page}");
    let edited = pull.push(&[(ENTRY, &entry(&[]))]).gate(&["--base", "HEAD~1"]);
    assert!(!edited.stdout.contains("before `label-printer`"), "{}", edited.stdout);
}
