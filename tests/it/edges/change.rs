//! What a change does: the days, the words and the people on each side of a boundary.

use super::*;

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
        let ended = "the term it extends had ended by then";
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
        brought("label-printer").is_told(RULE, "the baseline names `label-printer`, which is already in the register");
        brought("label-writer").is_told(RULE, "the baseline names `label-writer`, which does not exist");
    }

    #[test]
    fn what_is_tolerated_now_is_named_with_how_much_more_there_is() {
        let grown = |lines| {
            let old = Edge::of(&[]).with("baseline.yaml", &baseline("2026-12-31", "schema: [/owner]"));
            old.then(&[]).with("baseline.yaml", &baseline("2026-12-31", lines))
        };
        grown("schema: [/owner]").is_silent(RULE);
        grown("schema: [/owner, /]").is_told(RULE, "now tolerates `schema` in `label-printer`, at `the file` |");
        grown("schema: [/owner, /title]").is_told(RULE, "now tolerates `schema` in `label-printer`, at `title` |");
        grown("schema: [/removal, /owner, /title]").is_told(RULE, "in `label-printer`, at `removal` and `1` more |");
    }

    #[test]
    fn the_same_suppression_twice_is_one_more() {
        let listed = |lines: &str| format!("until: 2026-12-31\nsuppressions:\n  app/run.py:\n{lines}");
        let one = "  - {tool: bandit, id: B605, code: 1f0c2b3a4d5e6f70}\n";
        let other = "  - {tool: bandit, id: B307, code: 0f0c2b3a4d5e6f71}\n";
        let path = "suppressions.yaml";
        let grown = |lines: &str| Edge::of(&[]).with(path, &listed(one)).then(&[]).with(path, &listed(lines));
        grown(one).is_silent(RULE);
        grown(&[one, one].concat()).is_told(RULE, "the baseline adds `1` suppression in `app/run.py`");
        grown(&[one, one, other].concat()).is_told(RULE, "the baseline adds `2` suppressions in `app/run.py`");
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
            .is_told(RULE, "`olek@example.com` may sign decisions with another key");
    }

    #[test]
    fn the_key_of_a_signer_may_be_held_to_more_but_not_to_less() {
        let line = |options: &str| format!("mei@example.com {options} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBq\n");
        let edit = |before: &str, after: &str| {
            let policy = Edge::of(&[]).with("stopgap.yaml", "signed_decisions: true\n");
            policy.with("allowed_signers", &line(before)).then(&[]).with("allowed_signers", &line(after))
        };
        edit("", "valid-before=\"20261231\"").is_silent(RULE);
        edit("valid-before=\"20261231\"", "valid-before=\"20261130\",namespaces=\"git\"").is_silent(RULE);
        edit("valid-before=\"20261231\"", "").is_told(
            RULE,
            "the key of `mei@example.com` may sign more than before: `valid-before=\"20261231\"` is gone",
        );
        edit("", "cert-authority").is_told(RULE, "may sign more than before: `cert-authority` is new");
    }

    #[test]
    fn a_limit_that_is_gone_is_loosened_where_it_was() {
        let before = Edge::of(&[]).with("stopgap.yaml", "renewals: {max: 1}\n").then(&[]);
        let said = "an exception may be renewed `2` times instead of `1` | keep `max: 1`";
        before.clone().with("stopgap.yaml", "renewals: {max: 2}\n").is_told(RULE, said);
        let gone = before.with("stopgap.yaml", "version: 1\n");
        gone.is_told(RULE, said);
        assert!(gone.says(RULE).concat().ends_with("| /renewals/max"), "{:?}", gone.says(RULE));
    }

    #[test]
    fn a_policy_at_the_root_takes_the_place_of_another() {
        let policy = "version: 1\n";
        let hidden = Edge::of(&[]).with(".github/stopgap.yaml", policy);
        let said = "this file replaces `.github/stopgap.yaml`, which is no longer read";
        hidden.clone().then(&[]).with("stopgap.yaml", policy).is_told(RULE, said);
        hidden.clone().then(&[]).with(".github/stopgap.yaml", "version: 1 # still\n").is_silent(RULE);
        hidden.with("stopgap.yaml", policy).then(&[]).is_silent(RULE);
        Edge::of(&[]).with("stopgap.yaml", policy).then(&[]).with(".github/stopgap.yaml", policy).is_silent(RULE);
    }

    #[test]
    fn a_zone_in_which_days_end_later_is_looser() {
        let edit = |before: &str, after: &str| {
            let policy = |zone: &str| format!("timezone: {zone}\n");
            Edge::of(&[]).with("stopgap.yaml", &policy(before)).then(&[]).with("stopgap.yaml", &policy(after))
        };
        edit("UTC", "America/New_York")
            .is_told(RULE, "a day ends up to `5 hours` later in `America/New_York` than in `UTC`");
        edit("Asia/Kolkata", "UTC")
            .is_told(RULE, "a day ends up to `330 minutes` later in `UTC` than in `Asia/Kolkata`");
        edit("Europe/London", "UTC").is_told(RULE, "a day ends up to `1 hour` later in `UTC` than in `Europe/London`");
        edit("UTC", "Europe/London").is_silent(RULE);
    }

    #[test]
    fn a_zone_counts_from_today_on() {
        // Clocks in Pyongyang were half an hour behind those in Seoul until 2018-05-04, 23:30.
        let moved = |today| {
            let seoul = Edge::of(&[]).with("stopgap.yaml", "timezone: Asia/Seoul\n").then(&[]);
            Edge { today, ..seoul.with("stopgap.yaml", "timezone: Asia/Pyongyang\n") }
        };
        moved("2018-05-03").is_told(RULE, "a day ends up to `30 minutes` later in `Asia/Pyongyang`");
        moved("2018-05-04").is_silent(RULE);
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
        complete.opened(TODAY, Some(&["stranger"])).is_told(RULE, "nobody but its author has approved it");
        taken_over("", &format!("complete: false\n{people}")).opened(TODAY, Some(&["stranger"])).is_silent(RULE);
        taken_over("", "").opened(TODAY, Some(&["stranger"])).is_silent(RULE);
    }

    #[test]
    fn five_owners_are_named_at_most() {
        let owned = taken_over("/baseline.yaml @ada @ben @cleo @dan @eve @finn\n", "").opened(TODAY, Some(&[]));
        owned.is_told(RULE, "ask an owner to approve the pull request: `@ada`, `@ben`, `@cleo`, `@dan`, `@eve` |");
    }

    #[test]
    fn a_team_that_nobody_knows_owns_it_all_the_same() {
        let unknown = taken_over("/baseline.yaml @acme/risk\n", "").opened(TODAY, Some(&["stranger"]));
        unknown.is_told(RULE, "no owner of `baseline.yaml` has approved it | list the people of `@acme/risk`");
        let other = taken_over("/exceptions/ @acme/risk\n", "").opened(TODAY, Some(&["stranger"]));
        other.is_told(RULE, "no owner of the exceptions has approved it | list the people of `@acme/risk`");
    }

    #[test]
    fn what_the_baseline_does_not_name_is_not_taken_over() {
        let two = taken_over("", "").with("exceptions/scale.yaml", &exception(&[("scope.system", "scale sc-02")]));
        two.opened(TODAY, Some(&[])).is_told(RULE, "`1` exception is taken over without a sign-off of its own");
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
        let by_forge = signed("forge_signer: forge\n").with("people.yaml", "teams: {}\n");
        let unasked = "counts only with an approval by `Mei Tanaka`; no reviews are known here | pass `--event`";
        by_forge.is_told(RULE, unasked);
        by_forge.clone().opened(TODAY, None).is_told(RULE, unasked);
        by_forge
            .opened(TODAY, Some(&["olek"]))
            .is_told(RULE, "; that approval is missing | ask `Mei Tanaka` to approve");
        signed("").is_told(RULE, "is not signed by them: commit d3b07384d113 is signed by `forge`");
    }

    #[test]
    fn the_first_register_brings_its_own_keys() {
        Edge { is_first: true, ..signed("") }.is_silent(RULE);
    }
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
    by(mei, olek).is_told(rule, "`Mei Tanaka` decided on renewal 1, but is not a code owner of this file |");
    by(mei, "@ada @ben @cleo @dan @eve @finn")
        .is_told(rule, "| have one of its owners decide: `@ada`, `@ben`, `@cleo`, `@dan`, `@eve` |");
    by(olek, mei).is_told(rule, "of `exceptions/old/label-printer.yaml`, where the exception is without this change |");
}

#[test]
fn what_is_over_is_not_renewed() {
    let (_, closure) = log("closure", "", "");
    let closed = [("status", "closed"), ("closure", closure.as_str())];
    let renewals = renewal("2026-11-20", "2026-11-20", "2026-12-20");
    let renewed = [("renewals", renewals.as_str())];
    let (rule, said) = ("log-rewritten", "a renewal was added after the exception was closed");
    Edge::of(&closed).then(&[&closed[..], &renewed].concat()).is_told(rule, said);
    Edge::of(&[]).then(&[&closed[..], &renewed].concat()).is_silent(rule);
    let again = Edge::of(&closed).then(&renewed).says(rule);
    assert!(!again.concat().contains(said), "{again:?}");
}

mod recorded_later {
    use super::*;

    #[test]
    fn what_a_change_adds_to_the_log_is_not_dated_back() {
        for (list, field, what) in [
            ("reviews", "date", "review `1`"),
            ("renewals", "decided", "renewal `1`"),
            ("amendments", "date", "amendment `1`"),
            ("closure", "date", "the closure"),
        ] {
            let (key, value) = log(list, field, "2026-11-18");
            let (_, honest) = log(list, field, "2026-11-20");
            let status = if list == "closure" { "closed" } else { "active" };
            let edit = |value: &str| Edge::of(&[]).then(&[(&key, value), ("status", status)]);
            edit(&value).is_told("back-dated", &format!("{what} is dated `2026-11-18`, `5` days before"));
            edit(&honest).is_silent("back-dated");
            // So is what a new entry brings, unless its own decision is dated back already.
            let brought = |days: &[(&str, &str)]| {
                let fields = [&[(key.as_str(), value.as_str()), ("status", status)][..], days].concat();
                Edge::of(&[]).then(&[]).with(SCANNER, &exception(&fields))
            };
            brought(&[("decided", "2026-11-20")]).is_told("back-dated", &format!("{what} is dated"));
            brought(&[]).is_told("back-dated", "the decision is dated `2026-11-15`, `8` days before");
        }
    }
}

#[test]
fn owners_that_are_nobody_can_be_replaced_and_real_ones_cannot() {
    let edit = |before: &str, after: &str| {
        let line = |owners: &str| format!("/exceptions/ {owners}\n");
        Edge::of(&[]).with(CODEOWNERS, &line(before)).then(&[]).with(CODEOWNERS, &line(after))
    };
    edit("@dana@olek", "@mei").is_silent("policy-loosened");
    edit("@dana @olek", "@mei").is_told("policy-loosened", "`@mei` may now approve");
    edit("@dana @olek", "@dana").is_silent("policy-loosened");
    // A file without a line asks for nothing, whatever its comments say.
    let comments = Edge::of(&[]).with(CODEOWNERS, "# nobody\n").then(&[]).with(CODEOWNERS, "# nobody yet\n");
    comments.is_silent("policy-loosened");
}

#[test]
fn a_new_record_may_bring_a_renewal_that_was_decided_late() {
    let renewals = renewal("2026-11-20", "2026-11-21", "2026-12-19");
    let brought = exception(&[("expires", "2026-11-20"), ("renewals", &renewals)]);
    Edge::of(&[])
        .then(&[])
        .with(SCANNER, &brought)
        .is_told("renewal-decided-late", "decided `1` day after the end of the term it extends");
}

#[test]
fn a_comment_in_a_closed_record_does_not_open_it_again() {
    let (_, closure) = log("closure", "", "");
    let closed = [("status", "closed"), ("closure", closure.as_str()), ("references", "[chat]")];
    let text = exception(&closed);
    let edit = |text: &str| Edge::of(&closed).then(&closed).with(PRINTER, text);
    edit(&format!("# Filed in binder 4.\n{text}")).is_silent("bad-reference");
    edit(&text.replace("Label printer", "Printer")).is_told("bad-reference", "`chat` is neither");
}

#[test]
fn a_move_causes_nothing_that_was_wrong_before() {
    let wrong = [("removal", "TODO")];
    let moved = |fields: &[(&str, &str)]| {
        let mut edge = Edge::of(&wrong).then(&wrong);
        edge.head.remove(PRINTER);
        let edge = edge.with("exceptions/hall-3/label-printer.yaml", &exception(fields));
        edge.found("placeholder-text", |finding| finding.gates)
    };
    assert_eq!(moved(&wrong), [false]);
    assert_eq!(moved(&[("removal", "TBD")]), [true]);
}
