//! What a register says: each text and each day at the edge of a rule.

use super::*;

mod gaps {
    use super::*;

    #[test]
    fn the_days_that_are_left_are_counted() {
        let left = |until: &str| Edge::of(&[("owner", "")]).with("baseline.yaml", &baseline(until, "schema: [/owner]"));
        left(TODAY).is_told("baseline", "tolerated until `2026-11-23`, until tonight: `1` finding in `1` exception |");
        left("2026-11-24").is_told("baseline", "tolerated until `2026-11-24`, for `1` more day: ");
        left("2026-11-25").is_told("baseline", "tolerated until `2026-11-25`, for `2` more days: ");
        left("2026-11-22").is_told("baseline", "the baseline ended on `2026-11-22`, so everything it names counts");
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
        fixed("/title").is_told(rule, "no longer finds anything in `title` of `label-printer` |");
        fixed("/title, /reason, /removal").is_told(rule, "no longer finds anything in `title, reason, removal` of ");
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
    let (rule, line) = ("stored-text-differs", "line `1` differs between the commit and the checkout");
    checked_out(CODEOWNERS, "a: b\n", "a: b\n").is_silent(rule);
    checked_out(CODEOWNERS, "a: b\n", "a: c\n").is_told(rule, line);
    checked_out(CODEOWNERS, "a: b\n", "a: [\n").is_told(rule, line);
    checked_out(CODEOWNERS, "a: [\n", "a: b\n").is_told(rule, line);
    let can = |a: &str, b: &str| format!("the file can be read {a}, but not {b}: ");
    let (committed, lying) = ("in the commit", "in the checkout");
    checked_out(PRINTER, "title: b\n", "title: c\n")
        .is_told(rule, "`title` is `b` in the commit and `c` in the checkout");
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
        let unnamed = "repeats a request that `Mei Tanaka` refused in `label-printer` on";
        again("2026-11-10", "2026-11-12", "asked_again: 2d\n", &[]).is_told(RULE, "on `2026-11-10`, `2 days` before");
        again("2026-11-10", "2026-11-11", "asked_again: 2d\n", &[]).is_told(RULE, "on `2026-11-10`, `1 day` before");
        again("2026-11-10", "2026-11-10", "asked_again: 2d\n", &[]).is_told(RULE, "on `2026-11-10`, without");
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
        circle.clone().with("exceptions/scale.yaml", &other).is_told(RULE, "without saying so");
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
        let other = "`Olek Mazur` is named to decide on a request that `Mei Tanaka` refused in `label-printer` on \
                     `2026-11-10` | ask ";
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
    reason(301).is_told("long-reason", "`301` characters; a reason has at most `300`");
}

#[test]
fn a_copy_says_how_its_words_differ_from_the_older_ones() {
    let old = "The maker ships the tool that installs a new certificate on Thursday 12 March.";
    let copied = |reason: &str| {
        let newer = [("reason", reason), ("decided", "2026-11-20"), ("starts", "2026-11-20")];
        Edge::of(&[("reason", old)]).with(SCANNER, &exception(&newer)).says("copied-reason").concat()
    };
    for (reason, says) in [
        (
            "the maker  SHIPS the tool that installs a new certificate on thursday 12 march.",
            "the same words as the reason of",
        ),
        (
            "On Thursday 12 March the maker ships the tool that installs a new certificate.",
            "the same words as the reason of `label-printer`, in another order or spelling |",
        ),
        (
            "The maker ships the tool that installs a new certificate on Thursday 19 March.",
            "the same as the reason of `label-printer` except for names, numbers and dates |",
        ),
    ] {
        assert!(copied(reason).starts_with(says), "{reason}: {}", copied(reason));
    }
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
    for link in ["mailto:luis@example.com", "https://github.com/luis"] {
        Edge::of(&[("owner", link)]).is_told("owner-not-a-person", "is a link, not a person");
    }
    let roster =
        |name: &str| format!("people:\n  - {{name: {name}}}\n  - {{name: Mei Tanaka}}\n  - {{name: Hanna Vogel}}\n");
    owner.clone().with("people.yaml", &roster("Luis Prado (Logistics)")).is_silent("owner-not-a-person");
    owner.with("people.yaml", &roster("Luis Prado")).is_told("owner-not-a-person", "is more than one spelling");
}

mod placeholders {
    use super::*;

    const RULE: &str = "placeholder-text";

    #[test]
    fn each_text_is_looked_at_and_told_what_belongs_there() {
        let (person, seen) = ("name the person", "say what was looked at and what was seen");
        let why = "say who must do what, and why now";
        // Elsewhere it yields to what says the same of one field alone.
        let others = ["owner-not-a-person", "vague-reason", "vague-control", "broad-scope", "no-alternative"];
        let alone = format!("rules: {{{}}}\n", others.map(|rule| format!("{rule}: off")).join(", "));
        for (field, help) in [
            ("title", "say what the exception is, in a line"),
            ("control", "name the exact rule that is not followed"),
            ("reason", why),
            ("scope.system", "name the one system"),
            ("scope.environment", "name the one environment"),
            ("scope.team", "name the team, or leave the key out"),
            ("scope.process", "name the process, or leave the key out"),
            ("risk.statement", "say what could happen, to whom or to how much"),
            ("alternatives.option", "name the safer alternative that was considered"),
            ("alternatives.rejected", "say why this option is not sufficient"),
            ("removal", "say what must happen before it can be closed"),
            ("requester", person),
            ("owner", person),
            ("approver", person),
            ("incident.id", "write the number of the incident"),
            ("reviews.by", person),
            ("reviews.note", seen),
            ("renewals.requester", person),
            ("renewals.reason", why),
            ("renewals.risk_check", seen),
            ("renewals.approver", person),
            ("amendments.by", person),
            ("amendments.approver", person),
            ("amendments.note", "say what was corrected"),
            ("closure.by", person),
            ("closure.verified_by", person),
            ("closure.note", "say how it was removed"),
        ] {
            let edge = with_text(field, "TODO").with("stopgap.yaml", &alone);
            let name = if field.starts_with("scope.") || field.starts_with("risk.") || field.starts_with("incident.") {
                field
            } else {
                field.rsplit('.').next().unwrap()
            };
            edge.is_told(RULE, &format!("`{name}` is a placeholder: `TODO` | {help} |"));
        }
    }

    #[test]
    fn what_answers_a_field_is_none_there() {
        let tbd =
            |field: &str, text: &str| with_text(field, text).with("stopgap.yaml", "rules: {no-alternative: off}\n");
        tbd("alternatives.option", "none").is_silent(RULE);
        tbd("alternatives.option", "TBD").is_told(RULE, "`option` is a placeholder: `TBD`");
        tbd("removal", "none").is_told(RULE, "`removal` is a placeholder: `none`");
        tbd("owner", "'@none'").is_silent(RULE);
        tbd("removal", "'@none'").is_told(RULE, "`removal` is a placeholder: `@none`");
    }
}

mod repeated {
    use super::*;

    const RULE: &str = "vague-text";

    #[test]
    fn a_text_that_repeats_another_field_is_found_whatever_its_punctuation() {
        let title = "Éclair printer keeps its old certificate";
        let edge = |removal: &str| Edge::of(&[("title", title), ("removal", removal)]);
        for removal in
            [title, "'ÉCLAIR PRINTER, keeps its old certificate!'", "'E\u{301}clair printer keeps its old certificate'"]
        {
            edge(removal).is_told(RULE, "`removal` only repeats `title`");
        }
        edge("Eclair printer keeps its new certificate").is_silent(RULE);
        let plain = |removal: &str| Edge::of(&[("removal", removal)]);
        plain("label printer keeps its old certificate.").is_told(RULE, "`removal` only repeats `title`");
        plain("'(Label printer) keeps its old certificate'").is_told(RULE, "`removal` only repeats `title`");
        plain("Print in hall 2").is_told(RULE, "`removal` only repeats `option`");
        plain("'CRY 04: certificates are younger than a year'").is_told(RULE, "`removal` only repeats `control`");
    }

    #[test]
    fn signs_count_where_they_make_a_text_longer_by_more_than_half() {
        // `Fit the new belt` has 16 characters.
        let padded = |signs: usize| {
            let title = format!("'Fit the new belt{}'", "!".repeat(signs));
            Edge::of(&[("title", &title), ("removal", "Fit the new belt")])
        };
        padded(8).is_told(RULE, "`removal` only repeats `title`");
        padded(9).is_silent(RULE);
    }

    #[test]
    fn each_text_needs_what_is_true_of_its_case() {
        for (field, name, good) in [
            ("risk.statement", "risk.statement", "say who could do what"),
            ("alternatives.rejected", "rejected", "say the fact that rules this option out"),
            ("removal", "removal", "say what must be done before it can be closed"),
            ("reviews.note", "note", "say what was looked at and what was seen: how far the removal is"),
            ("renewals.risk_check", "risk_check", "say what was looked at since the last decision"),
            ("amendments.note", "note", "say what was corrected, and how it was noticed"),
            ("closure.note", "note", "say how it was removed, and what shows that it is gone"),
        ] {
            let edge = with_text(field, "As discussed");
            // Closed entries are judged where a change closes them.
            let edge = match edge.head[PRINTER].contains("closure: ") {
                true => Edge { base: Some(Texts::from([(PRINTER, exception(&[]))])), ..edge },
                false => edge,
            };
            let said = edge.says(RULE);
            let is_right =
                said.len() == 1 && said[0].contains(&format!("`{name}`")) && said[0].contains(&format!("| {good}"));
            assert!(is_right, "{field}: {said:?}");
        }
    }
}

#[test]
fn nobody_but_one_person_asks_owns_decides_and_corrects() {
    let rule = "owner-not-a-person";
    for (field, role, task) in [
        ("requester", "requester", "name the one person who explains the need"),
        ("owner", "owner", "name the one person who carries out the removal"),
        ("approver", "approver", "name the one person who decided"),
        ("renewals.requester", "renewal's requester", "name the one person who explains the need"),
        ("renewals.approver", "renewal's approver", "name the one person who decided"),
        ("amendments.by", "amendment's author", "name the one person who corrected the record"),
        ("amendments.approver", "amendment's approver", "name the one person who decided"),
    ] {
        let team = with_text(field, "'@acme/ops'");
        team.is_told(rule, &format!("the {role} `@acme/ops` is a team, not one person | {task}"));
    }
    for (name, hint) in [
        ("Ortiz, Dana", "; if this is one person, write it without a comma: `Dana Ortiz`"),
        ("Ortiz-Mayer, Dana", "; if this is one person, write it without a comma: `Dana Ortiz-Mayer`"),
        ("Ortiz, Dana O.", ", as `@handle`, mail address or full name"),
        ("Ortiz 2, Dana", ", as `@handle`, mail address or full name"),
    ] {
        Edge::of(&[("owner", &format!("'{name}'"))]).is_told(rule, &format!("carries out the removal{hint} |"));
    }
}

/// One day, and more than one.
#[test]
fn days_are_told_as_people_say_them() {
    let zone = "timezone: UTC\n";
    let told = |fields: &[(&str, &str)], rule: &str, says: &str| {
        Edge::of(fields).with("stopgap.yaml", zone).is_told(rule, says);
    };
    for (day, says) in
        [("2026-11-24", "is dated `2026-11-24`, tomorrow |"), ("2026-11-25", "`2026-11-25`, `2` days ahead |")]
    {
        told(&[("decided", day), ("starts", "2026-11-26")], "dates-out-of-order", says);
    }
    let long = [("decided", "2026-11-01"), ("starts", "2026-11-02")];
    for (day, says) in
        [(TODAY, "ends today |"), ("2026-11-24", "ends tomorrow |"), ("2026-11-25", "ends in `2` days |")]
    {
        told(&[&long[..], &[("expires", day)]].concat(), "expiring-soon", says);
    }
    for (day, says) in [
        (TODAY, "but it ends at the end of `2026-11-23` |"),
        ("2026-11-24", "but it ends tomorrow |"),
        ("2026-11-25", "but it ends in `2` days |"),
    ] {
        told(
            &[("status", "expired"), ("expires", day)],
            "status-mismatch",
            &format!("the status is `expired`, {says}"),
        );
    }
    for (day, says) in [
        ("2026-11-22", "expired yesterday, on `2026-11-22` |"),
        ("2026-11-21", "expired on `2026-11-21`, `2` days ago |"),
        ("2026-11-23T00:00", "expired yesterday, on `2026-11-22` |"),
    ] {
        told(&[("expires", day)], "expired", says);
    }
    for (requested, says) in [
        ("2026-11-16", "decided `2` days after it began |"),
        ("2026-11-17", "requested `1` day after it began, and decided `2` days after it |"),
    ] {
        told(&[("requested", requested), ("decided", "2026-11-18")], "recorded-late", says);
    }
    let renewed = |decided: &str| renewal("2026-11-20", decided, "2026-12-19");
    for (max, says) in [("0", "a renewal, the policy allows none |"), ("1", "")] {
        let policy = format!("renewals: {{max: {max}}}\n");
        let edge = Edge::of(&[("renewals", &renewed("2026-11-20"))]).with("stopgap.yaml", &policy);
        assert_eq!(edge.says("too-many-renewals").len(), usize::from(!says.is_empty()));
        assert!(edge.says("too-many-renewals").concat().starts_with(says));
    }
    let late = |requested: &str, decided: &str| {
        let renewals = renewal(requested, decided, "2026-12-19");
        Edge::of(&[("expires", "2026-11-20")]).then(&[("expires", "2026-11-20"), ("renewals", &renewals)])
    };
    let rule = "renewal-decided-late";
    late("2026-11-20", "2026-11-20").is_silent(rule);
    late("2026-11-20", "2026-11-21").is_told(rule, "decided `1` day after the end of the term it extends");
    late("2026-11-20", "2026-11-22").is_told(rule, "decided `2` days after the end of the term it extends");
    late("2026-11-21", "2026-11-22").is_silent(rule);
}

/// What ended sooner and was filed less often does not hide what went on longer.
#[test]
fn the_longest_row_of_filings_counts() {
    let filed = |id: &str, starts: &str, expires: &str, more: &[(&str, &str)]| {
        let reason = format!("The {id} one waits for its tool, which the maker ships on Thursday.");
        let fields = [("reason", reason.as_str()), ("decided", starts), ("starts", starts), ("expires", expires)];
        exception(&[&fields[..], more].concat())
    };
    let row = |more: &[(&str, &str)]| {
        let first = Edge::of(&[]).with(PRINTER, &filed("first", "2026-10-01", "2026-10-20", &[]));
        let second = first.with("exceptions/second.yaml", &filed("second", "2026-10-10", "2026-11-10", &[]));
        second.with("exceptions/third.yaml", &filed("third", "2026-11-01", "2026-11-30", more))
    };
    let rule = "refiled-exception";
    row(&[])
        .with("stopgap.yaml", "renewals: {max: 1}\n")
        .is_told(rule, "refiles `second`, which counts as a renewal: `2` in a row");
    row(&[]).with("stopgap.yaml", "renewals: {max: 2}\n").is_silent(rule);
    let renewed = [("renewals", renewal("2026-11-20", "2026-11-20", "2026-12-20"))];
    let renewed = renewed.each_ref().map(|(key, value)| (*key, value.as_str()));
    row(&renewed).with("stopgap.yaml", "renewals: {max: 2}\n").is_told(rule, "`3` in a row, the policy allows `2`");
}

#[test]
fn a_gap_that_the_baseline_does_not_name_counts() {
    let gaps = Edge::of(&[("owner", ""), ("removal", "")]);
    let rule = "schema";
    gaps.clone().with("baseline.yaml", &baseline("2026-12-31", "schema: [/owner]")).is_told(rule, "`removal`");
    gaps.with("baseline.yaml", &baseline("2026-12-31", "schema: [/owner, /removal]")).is_silent(rule);
}

#[test]
fn an_agent_in_a_record_that_is_over_asks_for_nothing_any_more() {
    let (_, closure) = log("closure", "", "");
    let agent = ("requester", "'@dependabot[bot]'");
    Edge::of(&[agent]).is_told("agent-decided", "is an agent, and nobody else requests the exception");
    Edge::of(&[agent, ("status", "closed"), ("closure", &closure)]).is_silent("agent-decided");
    Edge::of(&[agent, ("status", "rejected"), ("starts", ""), ("expires", "")]).is_silent("agent-decided");
}

#[test]
fn a_group_is_no_removal_in_whatever_letters() {
    for group in ["the security team", "F\u{fc}hrungsteam", "\u{ff34}\u{ff45}\u{ff41}\u{ff4d}"] {
        Edge::of(&[("removal", group)]).is_told("vague-text", "is a group; `removal` must be specific to this case");
    }
}
