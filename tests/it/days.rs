//! Each comparison of days: the day before, the day itself and the day after, in two time zones that never share a date
//! at the moment of the check.

use crate::support::{Sandbox, TODAY, exception};

/// Midday of [`TODAY`] in a time zone; in each it is a different day in the other one's morning or evening.
const ZONES: [(&str, &str); 2] =
    [("Pacific/Auckland", "2026-11-23T00:30"), ("America/Los_Angeles", "2026-11-23T23:30")];

/// Returns whether a rule finds something in a register of one exception and a roster.
fn fires(zone: (&str, &str), rule: &str, fields: &[(&str, &str)], roster: &str) -> bool {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", format!("timezone: {}\n", zone.0));
    sandbox.file("exceptions/label-printer.yaml", exception(fields));
    if !roster.is_empty() {
        sandbox.file("people.yaml", roster);
    }
    let run = sandbox.check(&["--format", "concise", "--today", zone.1]);
    assert_eq!(run.stderr, "", "{run:?}");
    run.stdout.contains(&format!("[{rule}]"))
}

/// Asserts what a rule says where `DAY` in the fields is each of three days in a row.
#[track_caller]
fn around(rule: &str, days: [&str; 3], expected: [bool; 3], fields: &[(&str, &str)]) {
    for zone in ZONES {
        let found = days.map(|day| {
            let written: Vec<(&str, String)> =
                fields.iter().map(|(key, value)| (*key, value.replace("DAY", day))).collect();
            let written: Vec<(&str, &str)> = written.iter().map(|(key, value)| (*key, value.as_str())).collect();
            fires(zone, rule, &written, "")
        });
        assert_eq!(found, expected, "{rule} in {} on {days:?}: {fields:?}", zone.0);
    }
}

const AROUND_TODAY: [&str; 3] = ["2026-11-22", TODAY, "2026-11-24"];
const FROM_TODAY_ON: [bool; 3] = [false, true, true];
const AFTER: [bool; 3] = [false, false, true];
const BEFORE: [bool; 3] = [true, false, false];

#[test]
fn the_end() {
    around("expired", AROUND_TODAY, BEFORE, &[("expires", "DAY")]);
    around("status-mismatch", AROUND_TODAY, FROM_TODAY_ON, &[("status", "expired"), ("expires", "DAY")]);
    // Seven days before the end, and one.
    let long = [("decided", "2026-11-01"), ("starts", "2026-11-02"), ("expires", "DAY")];
    around("expiring-soon", ["2026-11-29", "2026-11-30", "2026-12-01"], [true, true, false], &long);
}

#[test]
fn terms() {
    around("term-too-long", ["2026-12-15", "2026-12-16", "2026-12-17"], AFTER, &[("expires", "DAY")]);
    let renewal = "[{requested: 2026-11-20, requester: Luis Prado, reason: The tool comes a week later., risk_check: \
                   Nothing was printed wrongly., approver: Mei Tanaka, decided: 2026-11-20, expires: DAY}]";
    let fields = [("expires", "2026-11-30"), ("renewals", renewal)];
    around("renewal-too-long", ["2026-12-19", "2026-12-20", "2026-12-21"], AFTER, &fields);
}

#[test]
fn the_start() {
    around("recorded-late", ["2026-11-15", "2026-11-16", "2026-11-17"], AFTER, &[("decided", "DAY")]);
    let order = "dates-out-of-order";
    around(order, ["2026-11-15", "2026-11-16", "2026-11-17"], BEFORE, &[("expires", "DAY")]);
    around(order, ["2026-12-15", "2026-12-16", "2026-12-17"], AFTER, &[("starts", "DAY")]);
    // With a time of day the end is that moment, and not one of the day before.
    let at = |expires| [("starts", "2026-11-20T09:00"), ("expires", expires)];
    for zone in ZONES {
        assert!(fires(zone, order, &at("2026-11-20T08:59"), ""));
        assert!(fires(zone, order, &at("2026-11-20T09:00"), ""));
        assert!(!fires(zone, order, &at("2026-11-20T09:01"), ""));
    }
}

#[test]
fn what_was_done_after_the_decision() {
    let order = "dates-out-of-order";
    let around_decision = ["2026-11-14", "2026-11-15", "2026-11-16"];
    around(
        order,
        around_decision,
        BEFORE,
        &[("reviews", "[{date: DAY, by: Luis Prado, note: The tool is on its way.}]")],
    );
    let amendment = "[{date: DAY, by: Luis Prado, approver: Mei Tanaka, fields: [scope.system], note: Renamed.}]";
    around(order, around_decision, BEFORE, &[("amendments", amendment)]);
    let closure = "{date: DAY, by: Luis Prado, verified_by: Mei Tanaka, note: The new certificate is in use.}";
    around(order, around_decision, BEFORE, &[("status", "closed"), ("closure", closure)]);
    around(order, around_decision, AFTER, &[("requested", "DAY")]);
}

#[test]
fn a_closure_is_corrected_after_it_was_written() {
    let closure = "{date: 2026-11-20, by: Luis Prado, verified_by: Mei Tanaka, note: The new certificate is in use.}";
    let days = ["2026-11-19", "2026-11-20", "2026-11-21"];
    for (fields, expected) in
        [("closure.note", BEFORE), ("/closure", BEFORE), ("scope.system", [false; 3]), ("title, closure", BEFORE)]
    {
        let amendment =
            format!("[{{date: DAY, by: Luis Prado, approver: Mei Tanaka, fields: [{fields}], note: Renamed.}}]");
        let fields = [("status", "closed"), ("closure", closure), ("amendments", &amendment)];
        around("dates-out-of-order", days, expected, &fields);
    }
}

fn renewal(requested: &str, decided: &str, expires: &str) -> String {
    format!(
        "[{{requested: {requested}, requester: Luis Prado, reason: The tool comes a week later., risk_check: Nothing was \
         printed wrongly., approver: Mei Tanaka, decided: {decided}, expires: {expires}}}]"
    )
}

#[test]
fn renewals() {
    let order = "dates-out-of-order";
    let with = |renewals: &str, rule: &str, days: [&str; 3], expected: [bool; 3]| {
        around(rule, days, expected, &[("expires", "2026-11-20"), ("renewals", renewals)]);
    };
    let around_end = ["2026-11-19", "2026-11-20", "2026-11-21"];
    with(&renewal("2026-11-19", "DAY", "2026-12-01"), order, ["2026-11-18", "2026-11-19", "2026-11-20"], BEFORE);
    with(&renewal("2026-11-19", "2026-11-20", "DAY"), order, around_end, [true, true, false]);
    with(&renewal("DAY", "2026-11-22", "2026-12-01"), "renewal-late", around_end, AFTER);
    with(&renewal("DAY", "2026-11-19", "2026-12-01"), order, ["2026-11-14", "2026-11-15", "2026-11-16"], BEFORE);
    let closed = [
        ("status", "closed"),
        ("expires", "2026-11-20"),
        ("renewals", &renewal("2026-11-19", "2026-11-20", "2026-12-01")),
        ("closure", "{date: DAY, by: Luis Prado, verified_by: Mei Tanaka, note: The new certificate is in use.}"),
    ];
    around(order, around_end, BEFORE, &closed);
}

#[test]
fn nothing_is_done_in_the_future() {
    let order = "dates-out-of-order";
    around(order, AROUND_TODAY, AFTER, &[("decided", "DAY"), ("starts", "2026-11-25")]);
    around(order, AROUND_TODAY, AFTER, &[("reviews", "[{date: DAY, by: Luis Prado, note: The tool is on its way.}]")]);
    around(order, AROUND_TODAY, AFTER, &[("renewals", &renewal("2026-11-20", "DAY", "2026-12-24"))]);
    let amendment = "[{date: DAY, by: Luis Prado, approver: Mei Tanaka, fields: [scope.system], note: Renamed.}]";
    around(order, AROUND_TODAY, AFTER, &[("amendments", amendment)]);
    let closure = "{date: DAY, by: Luis Prado, verified_by: Mei Tanaka, note: The new certificate is in use.}";
    around(order, AROUND_TODAY, AFTER, &[("status", "closed"), ("closure", closure)]);
    let emergency = [("risk.tier", "emergency"), ("incident", "{id: INC-7, ended: DAY}")];
    around(order, AROUND_TODAY, AFTER, &emergency);
    // Without a decision, nothing else is out of order.
    around(order, AROUND_TODAY, AFTER, &[("decided", ""), ("requested", "DAY")]);
    let undecided = renewal("DAY", "2026-11-20", "2026-12-24").replace("decided: 2026-11-20, ", "");
    around(order, AROUND_TODAY, AFTER, &[("renewals", &undecided)]);
}

#[test]
fn an_incident_is_reviewed_by_the_day_after_its_end() {
    let ended = [("risk.tier", "emergency"), ("incident", "{id: INC-7, ended: DAY}")];
    around("review-overdue", ["2026-11-21", "2026-11-22", TODAY], BEFORE, &ended);
    let reviewed = [
        ("risk.tier", "emergency"),
        ("incident", "{id: INC-7, ended: 2026-11-18}"),
        ("reviews", "[{date: DAY, by: Luis Prado, note: The incident is over and the printer is next.}]"),
    ];
    around("review-overdue", ["2026-11-17", "2026-11-18", "2026-11-19"], BEFORE, &reviewed);
}

#[test]
fn an_owner_who_leaves() {
    for zone in ZONES {
        let found = AROUND_TODAY.map(|day| {
            let roster = format!(
                "people:\n  - {{name: Luis Prado, left: {day}}}\n  - {{name: Mei Tanaka}}\n  - {{name: Hanna Vogel}}\n"
            );
            fires(zone, "departed-owner", &[], &roster)
        });
        assert_eq!(found, [true, true, false], "{}", zone.0);
    }
}

#[test]
fn an_approver_or_a_verifier_who_leaves() {
    let renewal = renewal("2026-11-19", "2026-11-20", "2026-12-01").replace("Mei Tanaka", "Ines Prado");
    let amendment =
        "[{date: 2026-11-20, by: Luis Prado, approver: Ines Prado, fields: [scope.system], note: Renamed.}]";
    let closure = "{date: 2026-11-20, by: Luis Prado, verified_by: Ines Prado, note: The new certificate is in use.}";
    let decided = [("approver", "Ines Prado"), ("decided", "2026-11-20"), ("starts", "2026-11-20")];
    let rejected = [&decided[..], &[("status", "rejected")]].concat();
    for fields in [
        &decided[..],
        &rejected,
        &[("expires", "2026-11-20"), ("renewals", &renewal)],
        &[("amendments", amendment)],
        &[("status", "closed"), ("closure", closure)],
    ] {
        for zone in ZONES {
            let found = ["2026-11-19", "2026-11-20", "2026-11-21"].map(|day| {
                let roster = format!(
                    "people:\n  - {{name: Ines Prado, left: {day}}}\n  - {{name: Luis Prado}}\n  - {{name: Mei Tanaka}}\n  \
                     - {{name: Hanna Vogel}}\n"
                );
                fires(zone, "departed-approver", fields, &roster)
            });
            assert_eq!(found, [true, true, false], "{}: {fields:?}", zone.0);
        }
    }
}

#[test]
fn a_pause_of_thirty_days_and_one_of_thirty_one() {
    for zone in ZONES {
        let counted = ["2026-10-16", "2026-10-17", "2026-10-18"].map(|end| {
            let sandbox = Sandbox::new();
            sandbox.file("stopgap.yaml", format!("timezone: {}\nrenewals: {{max: 0}}\n", zone.0));
            let closure = format!("{{date: {end}, by: Luis Prado, verified_by: Mei Tanaka, note: Done for now.}}");
            let older = [
                ("title", "An older certificate of the printer"),
                ("reason", "The maker had no tool for this model in the whole of September."),
                ("decided", "2026-10-01"),
                ("starts", "2026-10-01"),
                ("expires", "2026-10-30"),
                ("status", "closed"),
                ("closure", &closure),
            ];
            sandbox.file("exceptions/older.yaml", exception(&older));
            sandbox.file("exceptions/label-printer.yaml", exception(&[]));
            sandbox.check(&["--format", "concise", "--today", zone.1]).stdout.contains("[refiled-exception]")
        });
        assert_eq!(counted, [false, true, true], "{}", zone.0);
    }
}

#[test]
fn a_system_is_the_same_whatever_its_punctuation_and_letters() {
    let filed = |system: &str| {
        let sandbox = Sandbox::new();
        sandbox.file("stopgap.yaml", "renewals: {max: 0}\n");
        let older = [
            ("title", "An older certificate of the printer"),
            ("reason", "The maker had no tool for this model in the whole of September."),
            ("scope.system", system),
            ("decided", "2026-10-01"),
            ("starts", "2026-10-01"),
            ("expires", "2026-10-30"),
        ];
        sandbox.file("exceptions/older.yaml", exception(&older));
        sandbox.file("exceptions/label-printer.yaml", exception(&[]));
        sandbox.check(&["--format", "concise"]).stdout.contains("[refiled-exception]")
    };
    for same in ["Label-printer LP-07, in hall 3.", "label printer lp 07 in hall 3", "lаbel printer lp-07 in hаll 3"]
    {
        assert!(filed(same), "{same}");
    }
    for other in ["label printer lp-08 in hall 3", "label printer lp-07 in hall 31", "label printer lp-0 7 in hall 3"] {
        assert!(!filed(other), "{other}");
    }
}
