//! When an exception ends: its last day and its last minute, in the register's time zone.

use crate::support::{Run, Sandbox, exception};

/// Returns what a check at a moment says about an exception, without its notes.
fn found(zone: &str, fields: &[(&str, &str)], today: &str) -> Vec<String> {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", format!("timezone: {zone}\nrules: {{expiring-soon: off}}\n"));
    sandbox.file("exceptions/label-printer.yaml", exception(fields));
    let run = sandbox.check(&["-q", "--format", "concise", "--today", today]);
    assert_eq!((run.code < 2, run.stderr.as_str()), (true, ""), "{run:?}");
    run.stdout.lines().map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
}

/// Asserts that an expiry still covers the first moment and no longer covers the second.
fn ends_between(zone: &str, expires: &str, covered: &str, ended: &str) {
    let fields = [("decided", "2026-10-01"), ("starts", "2026-10-20"), ("expires", expires)];
    assert_eq!(found(zone, &fields, covered), [""; 0], "{expires} in {zone} at {covered}");
    let findings = found(zone, &fields, ended);
    assert!(
        findings.len() == 1 && findings[0].starts_with("error[expired] "),
        "{expires} in {zone} at {ended}: {findings:?}"
    );
}

#[test]
fn an_exception_is_good_on_the_day_that_it_expires_and_not_on_the_next() {
    for zone in ["UTC", "Pacific/Auckland", "America/New_York", "Asia/Kathmandu"] {
        ends_between(zone, "2026-11-12", "2026-11-12", "2026-11-13");
        ends_between(zone, "2026-11-12", "2026-11-12T23:59:59", "2026-11-13T00:00");
    }
    ends_between("UTC", "2026-11-12", "2026-11-12T23:59:59Z", "2026-11-13T00:00Z");
    ends_between("Pacific/Auckland", "2026-11-12", "2026-11-12T10:59:59Z", "2026-11-12T11:00Z");
    ends_between("America/New_York", "2026-11-12", "2026-11-13T04:59:59Z", "2026-11-13T05:00Z");
}

#[test]
fn the_last_day_ends_at_local_midnight_when_the_clocks_change() {
    // Berlin leaves summer time on 25 October at 01:00 UTC, New York on 1 November at 06:00 UTC.
    for (zone, expires, last, first) in [
        ("Europe/Berlin", "2026-10-24", "2026-10-24T21:59:59Z", "2026-10-24T22:00Z"),
        ("Europe/Berlin", "2026-10-25", "2026-10-25T22:59:59Z", "2026-10-25T23:00Z"),
        ("America/New_York", "2026-10-31", "2026-11-01T03:59:59Z", "2026-11-01T04:00Z"),
        ("America/New_York", "2026-11-01", "2026-11-02T04:59:59Z", "2026-11-02T05:00Z"),
        // Local midnight occurs twice in Havana: the clocks go from 01:00 back to 00:00.
        ("America/Havana", "2026-10-31", "2026-11-01T03:59:59Z", "2026-11-01T04:00Z"),
    ] {
        ends_between(zone, expires, last, first);
    }
}

#[test]
fn a_date_time_ends_at_its_minute() {
    ends_between("UTC", "2026-11-12T09:00", "2026-11-12T08:59:59", "2026-11-12T09:00");
    ends_between("Europe/Berlin", "2026-11-12T09:00", "2026-11-12T07:59:59Z", "2026-11-12T08:00Z");
    // Without quotes, other readers take it for a time in UTC.
    ends_between("Europe/Berlin", "\"2026-11-12T09:00:30\"", "2026-11-12T09:00:29", "2026-11-12T09:00:30");
    // Before the change 09:00 in Berlin is 07:00 UTC, and 02:30 occurs twice: the first counts.
    ends_between("Europe/Berlin", "2026-10-24T09:00", "2026-10-24T06:59:59Z", "2026-10-24T07:00Z");
    ends_between("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:29:59Z", "2026-10-25T00:30Z");
}

#[test]
fn an_offset_wins_over_the_time_zone() {
    for zone in ["UTC", "Pacific/Auckland"] {
        ends_between(zone, "2026-11-12T09:00+01:00", "2026-11-12T07:59:59Z", "2026-11-12T08:00Z");
        ends_between(zone, "2026-11-12T09:00Z", "2026-11-12T09:59:59+01:00", "2026-11-12T10:00+01:00");
        ends_between(zone, "2026-11-12T09:00-05:00", "2026-11-12T13:59:59Z", "2026-11-12T14:00Z");
    }
}

#[test]
fn the_message_counts_days_where_the_register_is() {
    for (zone, expires, today, words) in [
        ("UTC", "2026-11-12", "2026-11-13", "expired yesterday, on `2026-11-12`"),
        ("UTC", "2026-11-12", "2026-11-14", "`2` days ago"),
        ("UTC", "2026-11-12T09:00", "2026-11-12T10:00", "expired today, at `2026-11-12T09:00`"),
        ("Pacific/Auckland", "2026-11-12", "2026-11-12T11:00Z", "expired yesterday"),
        ("Pacific/Auckland", "2026-11-12T09:00Z", "2026-11-12T10:30Z", "expired today"),
        ("Pacific/Auckland", "2026-11-12T09:00Z", "2026-11-12T11:30Z", "expired yesterday, on `2026-11-12`"),
        ("UTC", "2026-11-12T00:00", "2026-11-12", "expired yesterday, on `2026-11-11`"),
    ] {
        let fields = [("decided", "2026-10-01"), ("starts", "2026-10-20"), ("expires", expires)];
        let findings = found(zone, &fields, today);
        assert!(findings.len() == 1 && findings[0].contains(words), "{expires} in {zone} at {today}: {findings:?}");
    }
}

#[test]
fn a_term_is_counted_in_calendar_days_whatever_the_clocks_do() {
    let long = |zone, starts, expires| {
        let fields = [("decided", "2026-10-01"), ("starts", starts), ("expires", expires)];
        let findings = found(zone, &fields, "2026-10-26");
        findings.iter().any(|finding| finding.starts_with("error[term-too-long]"))
    };
    for zone in ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland"] {
        assert!(!long(zone, "2026-10-10", "2026-11-09"), "30 days in {zone}");
        assert!(long(zone, "2026-10-10", "2026-11-10"), "31 days in {zone}");
        assert!(!long(zone, "2026-10-10T23:59", "2026-11-09T23:59"), "30 days and times in {zone}");
        // An end at midnight belongs to the day before.
        assert!(!long(zone, "2026-10-10", "2026-11-10T00:00"), "up to midnight in {zone}");
        assert!(long(zone, "2026-10-10", "2026-11-10T00:01"), "past midnight in {zone}");
    }
    // 23:30 UTC on 9 October is 10 October in Berlin, and 9 October in New York.
    assert!(!long("Europe/Berlin", "2026-10-09T23:30Z", "2026-11-09"));
    assert!(long("America/New_York", "2026-10-09T23:30Z", "2026-11-09"));
}

#[test]
fn the_day_before_is_the_last_for_an_end_that_was_renewed() {
    let fields = [
        ("decided", "2026-10-01"),
        ("starts", "2026-10-02"),
        ("expires", "2026-10-25"),
        (
            "renewals",
            "[{requested: 2026-10-23, requester: Luis Prado, reason: The courier lost the first tool., risk_check: \
             Nobody else reached the printer., approver: Mei Tanaka, decided: 2026-10-24, expires: 2026-11-12}]",
        ),
    ];
    assert_eq!(found("Europe/Berlin", &fields, "2026-11-12T22:59:59Z"), [""; 0]);
    let findings = found("Europe/Berlin", &fields, "2026-11-12T23:00Z");
    assert!(findings.len() == 1 && findings[0].starts_with("error[expired]"), "{findings:?}");
}

#[test]
fn the_clock_is_used_when_no_day_is_given() {
    let sandbox = Sandbox::new();
    sandbox.file(
        "exceptions/label-printer.yaml",
        exception(&[("decided", "2001-01-01"), ("starts", "2001-01-01"), ("expires", "2001-01-20")]),
    );
    let run = Run::of(sandbox.command().args(["check", "-q", "--format", "concise"]));
    assert!(run.code == 1 && run.stdout.contains("error[expired] expired on `2001-01-20`"), "{run:?}");
}
