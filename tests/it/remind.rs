//! `remind`: which stage is due on which day, who is told, and how each format says it.

use serde_json::{Value, json};

use crate::support::{Run, Sandbox, exception};

/// Runs `remind` on a sandbox, which must succeed.
fn remind(sandbox: &Sandbox, today: &str, arguments: &[&str]) -> String {
    let run = Run::of(sandbox.command().args(["remind", "--today", today]).args(arguments));
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    run.stdout
}

fn reminders(sandbox: &Sandbox, today: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(&remind(sandbox, today, &["--format", "json"])).unwrap();
    assert_eq!((&document["version"], &document["remarks"]), (&json!(1), &json!([])));
    document["reminders"].as_array().unwrap().clone()
}

/// The stages that are due, in order.
fn stages(sandbox: &Sandbox, today: &str) -> Vec<String> {
    reminders(sandbox, today).iter().map(|reminder| reminder["stage"].as_str().unwrap().to_owned()).collect()
}

/// A register of one exception.
fn register(policy: &str, fields: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", policy);
    sandbox.file("exceptions/label-printer.yaml", exception(fields));
    sandbox
}

/// Everybody who is told about the only reminder, as `mention or name/parts`.
fn told(sandbox: &Sandbox, today: &str) -> Vec<String> {
    let reminders = reminders(sandbox, today);
    assert_eq!(reminders.len(), 1, "{reminders:?}");
    let words = |value: &Value| value.as_str().map(str::to_owned);
    let people = reminders[0]["people"].as_array().unwrap();
    let one = |person: &Value| {
        let parts: Vec<&str> = person["parts"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let name = words(&person["mention"]).unwrap_or_else(|| format!("no {}", person["name"].as_str().unwrap()));
        format!("{name}/{}", parts.join("+"))
    };
    people.iter().map(one).collect()
}

const RENEWAL: &str = "[{requested: 2026-12-13, requester: Luis Prado, reason: The courier lost the first tool., \
                       risk_check: Nobody else reached the printer., approver: Ines Falkenhagen, decided: 2026-12-14, \
                       expires: 2026-12-24}]";

mod stages {
    use super::*;

    #[test]
    fn each_day_has_the_stage_that_was_reached_last() {
        let sandbox = register("", &[]);
        for (today, stage, since, left, message) in [
            ("2026-12-08", "", "", 0, ""),
            ("2026-12-09", "reminder-7", "2026-12-09", 7, "ends on 2026-12-16, in 7 days"),
            ("2026-12-12", "reminder-7", "2026-12-09", 4, "ends on 2026-12-16, in 4 days"),
            ("2026-12-14", "reminder-7", "2026-12-09", 2, "ends on 2026-12-16, in 2 days"),
            ("2026-12-15", "reminder-1", "2026-12-15", 1, "ends on 2026-12-16, tomorrow"),
            ("2026-12-16", "reminder-1", "2026-12-15", 0, "ends on 2026-12-16, today"),
            ("2026-12-16T23:59:59", "reminder-1", "2026-12-15", 0, "ends on 2026-12-16, today"),
            ("2026-12-17", "expired-0", "2026-12-17", -1, "expired on 2026-12-16, yesterday"),
            ("2026-12-18", "expired-1", "2026-12-18", -2, "expired on 2026-12-16, 2 days ago"),
            ("2026-12-23", "expired-1", "2026-12-18", -7, "expired on 2026-12-16, 7 days ago"),
            ("2026-12-24", "expired-7", "2026-12-24", -8, "expired on 2026-12-16, 8 days ago"),
            ("2026-12-31", "expired-14", "2026-12-31", -15, "expired on 2026-12-16, 15 days ago"),
            ("2027-12-31", "expired-378", "2027-12-30", -380, "expired on 2026-12-16, 380 days ago"),
        ] {
            let found = reminders(&sandbox, today);
            let Some(found) = found.first() else {
                assert_eq!(stage, "", "{today}");
                continue;
            };
            let keys = ["stage", "since", "days_left", "message", "last_day", "concern"].map(|key| &found[key]);
            assert_eq!(
                keys,
                [&json!(stage), &json!(since), &json!(left), &json!(message), &json!("2026-12-16"), &json!("end")],
                "{today}"
            );
        }
    }

    /// The first day on which each stage is due, from a year's days one after another.
    fn first_days(policy: &str, fields: &[(&str, &str)], days: &[&str]) -> Vec<String> {
        let sandbox = register(policy, fields);
        let mut found: Vec<String> = Vec::new();
        for day in days {
            for stage in stages(&sandbox, day) {
                if !found.iter().any(|known| known.ends_with(&stage)) {
                    found.push(format!("{day} {stage}"));
                }
            }
        }
        found
    }

    #[test]
    fn a_reminder_of_more_than_half_the_term_comes_at_its_half() {
        let days: Vec<String> = (16..=30).map(|day| format!("2026-11-{day}")).collect();
        let days: Vec<&str> = days.iter().map(String::as_str).collect();
        for (policy, expires, found) in [
            ("", "2026-11-30", &["2026-11-23 reminder-7", "2026-11-29 reminder-1"][..]),
            ("", "2026-11-29", &["2026-11-23 reminder-6", "2026-11-28 reminder-1", "2026-11-30 expired-0"]),
            ("", "2026-11-23", &["2026-11-20 reminder-3", "2026-11-22 reminder-1", "2026-11-24 expired-0"]),
            ("", "2026-11-19", &["2026-11-18 reminder-1", "2026-11-20 expired-0"]),
            ("", "2026-11-18", &["2026-11-17 reminder-1", "2026-11-19 expired-0", "2026-11-20 expired-1"]),
            (
                "",
                "2026-11-17",
                &["2026-11-17 reminder-0", "2026-11-18 expired-0", "2026-11-19 expired-1", "2026-11-25 expired-7"],
            ),
            ("reminders: []\n", "2026-11-28", &["2026-11-29 expired-0", "2026-11-30 expired-1"]),
            (
                "reminders: [3, 5, 14]\n",
                "2026-11-28",
                &["2026-11-22 reminder-6", "2026-11-23 reminder-5", "2026-11-25 reminder-3", "2026-11-29 expired-0"],
            ),
        ] {
            assert_eq!(first_days(policy, &[("expires", expires)], &days)[..found.len()], *found, "{policy}{expires}");
        }
    }

    #[test]
    fn the_term_is_that_of_the_last_approval() {
        // Ten days from the renewal's decision: the reminder of seven days comes at the half of them.
        let sandbox = register("", &[("renewals", RENEWAL)]);
        for (today, stage) in
            [("2026-12-18", None), ("2026-12-19", Some("reminder-5")), ("2026-12-23", Some("reminder-1"))]
        {
            assert_eq!(stages(&sandbox, today).first().map(String::as_str), stage, "{today}");
        }
    }

    #[test]
    fn days_begin_where_the_register_is() {
        for (zone, today, stage) in [
            ("UTC", "2026-12-15T00:00Z", "reminder-1"),
            ("UTC", "2026-12-14T23:59Z", "reminder-7"),
            ("Pacific/Auckland", "2026-12-14T11:00Z", "reminder-1"),
            ("Pacific/Auckland", "2026-12-14T10:59Z", "reminder-7"),
            ("Pacific/Auckland", "2026-12-16T11:00Z", "expired-0"),
            ("America/New_York", "2026-12-17T04:59Z", "reminder-1"),
            ("America/New_York", "2026-12-17T05:00Z", "expired-0"),
        ] {
            let sandbox = register(&format!("timezone: {zone}\n"), &[]);
            assert_eq!(stages(&sandbox, today), [stage], "{zone} at {today}");
        }
    }

    #[test]
    fn a_date_time_ends_in_the_middle_of_its_day() {
        let sandbox = register("timezone: Europe/Berlin\n", &[("expires", "2026-12-16T09:00")]);
        for (today, stage, message) in [
            ("2026-12-16T07:59:59Z", "reminder-1", "ends at 2026-12-16T09:00, today"),
            ("2026-12-16T08:00Z", "expired-0", "expired at 2026-12-16T09:00, today"),
            ("2026-12-17", "expired-1", "expired at 2026-12-16T09:00, yesterday"),
            ("2026-12-23", "expired-7", "expired at 2026-12-16T09:00, 7 days ago"),
        ] {
            let found = &reminders(&sandbox, today)[0];
            assert_eq!((&found["stage"], &found["message"]), (&json!(stage), &json!(message)), "{today}");
        }
        // Midnight ends the day before it.
        let sandbox = register("", &[("expires", "2026-12-17T00:00")]);
        assert_eq!(stages(&sandbox, "2026-12-16T23:59"), ["reminder-1"]);
        assert_eq!(stages(&sandbox, "2026-12-17"), ["expired-0"]);
    }

    #[test]
    fn the_check_reports_soon_and_expired_on_the_same_days() {
        for (expires, renewals) in
            [("2026-12-16", ""), ("2026-11-21", ""), ("2026-11-29T12:00", ""), ("2026-12-16", RENEWAL)]
        {
            let sandbox = register("", &[("expires", expires), ("renewals", renewals)]);
            for day in
                (16..=30).map(|day| format!("2026-11-{day}")).chain((1..=28).map(|day| format!("2026-12-{day:02}")))
            {
                let found = sandbox.check(&["--today", &day, "--format", "concise", "--quiet"]).stdout;
                let stage = stages(&sandbox, &day).pop().unwrap_or_default();
                assert_eq!(found.contains("[expiring-soon]"), stage.starts_with("reminder"), "{day}: {stage}\n{found}");
                assert_eq!(found.contains("[expired]"), stage.starts_with("expired"), "{day}: {stage}\n{found}");
            }
        }
    }

    #[test]
    fn only_live_exceptions_give_reminders() {
        let closure = "{date: 2026-12-17, by: Luis Prado, verified_by: Mei Tanaka, note: The certificate is new.}";
        for (fields, due) in [
            (&[("status", "expired")][..], true),
            (&[("status", "actve")], false),
            (&[("status", "")], false),
            (&[("status", "closed"), ("closure", closure)], false),
            (&[("status", "rejected")], false),
            (&[("expires", "")], false),
            (&[("expires", "soon")], false),
        ] {
            assert_eq!(!stages(&register("", fields), "2026-12-20").is_empty(), due, "{fields:?}");
        }
        let sandbox = register("", &[]);
        sandbox.file("exceptions/broken.yaml", "title: [\n").file("exceptions/empty.yaml", "");
        assert_eq!(stages(&sandbox, "2026-12-20"), ["expired-1"]);
    }

    #[test]
    fn an_ended_incident_asks_for_a_review() {
        let emergency = |incident: &str, reviews: &str| {
            let fields = [
                ("risk.tier", "emergency"),
                ("decided", "2026-11-16"),
                ("expires", "2026-11-28"),
                ("incident", incident),
                ("reviews", reviews),
            ];
            register("reminders: []\n", &fields)
        };
        let ended = "{id: INC-311, ended: 2026-11-20}";
        let sandbox = emergency(ended, "");
        for (today, stage, message) in [
            ("2026-11-19", "", ""),
            ("2026-11-20", "review-due", "needs a review by 2026-11-21: its incident ended on 2026-11-20"),
            ("2026-11-21", "review-due", "needs a review by 2026-11-21: its incident ended on 2026-11-20"),
            ("2026-11-22", "review-overdue", "has had no review or closure since its incident ended on 2026-11-20"),
            ("2026-11-28", "review-overdue", "has had no review or closure since its incident ended on 2026-11-20"),
        ] {
            let found = reminders(&sandbox, today);
            let keys = found.first().map(|found| (found["stage"].clone(), found["message"].clone()));
            assert_eq!(keys.unwrap_or((json!(""), json!(""))), (json!(stage), json!(message)), "{today}");
            let checked = sandbox.check(&["--today", today, "--format", "concise"]).stdout;
            assert_eq!(checked.contains("[review-overdue]"), stage == "review-overdue", "{today}");
        }
        for (incident, reviews, due) in [
            ("{id: INC-311}", "", false),
            (ended, "[{date: 2026-11-20, by: Luis Prado, note: The gateway still needs it.}]", false),
            (ended, "[{date: 2026-11-19, by: Luis Prado, note: The gateway still needs it.}]", true),
        ] {
            assert_eq!(!stages(&emergency(incident, reviews), "2026-11-22").is_empty(), due, "{incident}{reviews}");
        }
        // The end of the exception and the review are two things to tell.
        assert_eq!(stages(&sandbox, "2026-11-29"), ["expired-0", "review-overdue-7"]);
    }

    #[test]
    fn an_end_at_midnight_is_counted_to_the_day_that_it_names() {
        let sandbox = register("", &[("expires", "2026-12-17T00:00")]);
        for (today, message) in [
            ("2026-12-15", "ends at 2026-12-17T00:00, in 2 days"),
            ("2026-12-16", "ends at 2026-12-17T00:00, tomorrow"),
            ("2026-12-17", "expired at 2026-12-17T00:00, today"),
            ("2026-12-18", "expired at 2026-12-17T00:00, yesterday"),
        ] {
            assert_eq!(reminders(&sandbox, today)[0]["message"], json!(message), "{today}");
        }
    }

    #[test]
    fn a_start_or_a_renewal_that_cannot_be_read_silences_nothing() {
        let renewal = "[{requested: 2026-11-20, decided: 20 Nov 2026, approver: Mei Tanaka, expires: 2026-12-20}]";
        for (fields, days) in [
            (&[("renewals", renewal)][..], ["2026-12-13", "2026-12-19"]),
            (&[("starts", "19 Nov 2026")], ["2026-12-09", "2026-12-15"]),
        ] {
            let found = days.map(|day| stages(&register("", fields), day));
            assert_eq!(found, [["reminder-7"], ["reminder-1"]], "{fields:?}");
        }
    }

    #[test]
    fn a_text_of_several_lines_is_written_on_one() {
        let sandbox = register("", &[("removal", "|\n  Remove the account.\n  Close the port.")]);
        assert!(remind(&sandbox, "2026-12-17", &[]).contains("removal  Remove the account. Close the port.\n"));
    }

    #[test]
    fn what_is_late_comes_first_and_then_what_ends_soonest() {
        let sandbox = Sandbox::new();
        for (name, expires) in
            [("a", "2026-12-20"), ("b", "2026-12-14"), ("c", "2026-12-19"), ("d", "2026-12-19"), ("e", "2026-12-16")]
        {
            sandbox.file(format!("exceptions/{name}.yaml"), exception(&[("expires", expires)]));
        }
        let ids: Vec<String> = reminders(&sandbox, "2026-12-17").iter().map(|one| one["id"].to_string()).collect();
        assert_eq!(ids.join(""), r#""b""e""c""d""a""#);
    }
}

mod people {
    use super::*;

    const ROSTER: &str = r#"
people:
  - {handle: "@luis", name: Luis Prado, email: luis@example.com, manager: "@mei"}
  - {handle: "@mei", name: Mei Tanaka, manager: Ines Falkenhagen}
  - {name: Ines Falkenhagen, email: ines@example.com}
  - {handle: "@left", name: Pavel Dvorak, manager: "@gone", left: 2026-12-15}
  - {handle: "@gone", name: Gone Before, manager: "@mei", left: 2026-12-01}
  - {handle: dot.ted, name: Dot Ted, manager: "@left"}
"#;

    fn with_roster(fields: &[(&str, &str)]) -> Sandbox {
        let sandbox = register("", fields);
        sandbox.file("people.yaml", ROSTER);
        sandbox
    }

    #[test]
    fn owner_manager_and_approver_are_told_of_every_end_alike() {
        let sandbox = with_roster(&[("approver", "Ines Falkenhagen")]);
        let everybody = ["@luis/owner", "@mei/manager", "no Ines Falkenhagen/approver"];
        for today in ["2026-12-09", "2026-12-15", "2026-12-17", "2026-12-30"] {
            assert_eq!(told(&sandbox, today), everybody, "{today}");
        }
        let week = with_roster(&[("expires", "2026-11-23"), ("approver", "Ines Falkenhagen")]);
        assert_eq!(told(&week, "2026-11-20"), everybody);
    }

    /// An emergency whose incident ended on the tenth, and whose end is far away.
    fn to_review(fields: &[(&str, &str)]) -> Vec<String> {
        let emergency = [("risk.tier", "emergency"), ("incident", "{id: INC-311, ended: 2026-12-10}")];
        told(&with_roster(&[&emergency[..], fields].concat()), "2026-12-10")
    }

    #[test]
    fn a_review_that_is_due_is_the_owners_or_whoever_stands_in_for_them() {
        let far = ("expires", "2027-02-16");
        assert_eq!(to_review(&[far]), ["@luis/owner"]);
        assert_eq!(to_review(&[far, ("owner", "\"@gone\"")]), ["no @gone/owner", "@mei/manager+approver"]);
        assert_eq!(to_review(&[far, ("owner", "")]), ["@mei/approver"]);
    }

    #[test]
    fn the_approver_is_the_one_of_the_last_renewal() {
        let sandbox = with_roster(&[("approver", "Dot Ted"), ("renewals", RENEWAL)]);
        assert_eq!(told(&sandbox, "2026-12-23"), ["@luis/owner", "@mei/manager", "no Ines Falkenhagen/approver"]);
    }

    #[test]
    fn one_person_is_told_once() {
        let sandbox = with_roster(&[("approver", "mei tanaka")]);
        assert_eq!(told(&sandbox, "2026-12-15"), ["@luis/owner", "@mei/manager+approver"]);
        let alone = register("", &[("approver", "LUIS PRADO")]);
        assert_eq!(told(&alone, "2026-12-15"), ["no Luis Prado/owner+approver"]);
    }

    #[test]
    fn a_mention_is_the_rosters_handle_else_the_handle_as_written_else_there_is_none() {
        for (owner, people) in [
            ("luis@example.com", "@luis/owner"),
            ("\"@LUIS\"", "@luis/owner"),
            ("ines@example.com", "no Ines Falkenhagen/owner"),
            ("\"@nobody-knows\"", "@nobody-knows/owner"),
            ("Nobody Knows", "no Nobody Knows/owner"),
            ("nobody@example.com", "no nobody@example.com/owner"),
            ("\"@acme/security\"", "no @acme/security/owner"),
            ("\"@dana, @olek\"", "no @dana, @olek/owner"),
            ("Dot Ted", "no dot.ted/owner"),
        ] {
            assert_eq!(told(&with_roster(&[("owner", owner)]), "2026-12-10")[0], people, "{owner}");
        }
    }

    #[test]
    fn whoever_has_left_is_not_mentioned_and_the_next_above_is() {
        let sandbox = with_roster(&[("owner", "\"@left\""), ("approver", "\"@gone\"")]);
        assert_eq!(told(&sandbox, "2026-12-10"), ["@left/owner", "@mei/manager", "no @gone/approver"]);
        assert_eq!(told(&sandbox, "2026-12-15"), ["no @left/owner", "@mei/manager", "no @gone/approver"]);
        let sandbox = with_roster(&[("owner", "\"@gone\"")]);
        assert_eq!(told(&sandbox, "2026-12-10"), ["no @gone/owner", "@mei/manager+approver"]);
        let text = remind(&sandbox, "2026-12-10", &[]);
        assert!(text.contains("tell     @gone (owner, has left), @mei (manager and approver)\n"), "{text}");
    }

    #[test]
    fn a_record_without_an_owner_says_so() {
        let sandbox = register("", &[("owner", ""), ("approver", "")]);
        assert_eq!(told(&sandbox, "2026-12-10"), [""; 0]);
        assert!(remind(&sandbox, "2026-12-10", &[]).contains("tell     nobody: the record names no owner\n"));
    }

    #[test]
    fn the_approver_is_told_if_there_is_no_owner_or_manager() {
        let sandbox = register("", &[("owner", "")]);
        assert_eq!(told(&sandbox, "2026-12-10"), ["no Mei Tanaka/approver"]);
        let sandbox = register("", &[("owner", "\"@dana\""), ("approver", "\"@olek\"")]);
        sandbox.file("people.yaml", "people: [{handle: \"@dana\", left: 2026-12-01}, {handle: \"@olek\"}]\n");
        assert_eq!(told(&sandbox, "2026-12-10"), ["no @dana/owner", "@olek/approver"]);
    }

    #[test]
    fn a_renewal_without_an_approver_leaves_the_first_one() {
        let renewal = "[{requested: 2026-12-10, decided: 2026-12-10, expires: 2026-12-20}]";
        let sandbox = register("", &[("renewals", renewal)]);
        assert_eq!(told(&sandbox, "2026-12-21"), ["no Luis Prado/owner", "no Mei Tanaka/approver"]);
    }
}

mod formats {
    use super::*;

    #[test]
    fn text_and_markdown_say_nothing_when_nobody_must_act() {
        let sandbox = register("", &[]);
        assert_eq!(remind(&sandbox, "2026-12-01", &[]), "");
        assert_eq!(remind(&sandbox, "2026-12-01", &["--format", "markdown"]), "");
        assert_eq!(reminders(&sandbox, "2026-12-01"), [json!(null); 0]);
    }

    #[test]
    fn text_says_who_must_do_what() {
        assert_eq!(
            remind(&register("", &[]), "2026-12-15", &[]),
            "label-printer: Label printer keeps its old certificate\n  due      ends on 2026-12-16, tomorrow\n  tell     \
             Luis Prado (owner), Mei Tanaka (approver)\n  removal  Install the new certificate and print a test \
             label.\n  file     exceptions/label-printer.yaml\n\n1 exception needs action, on 2026-12-15\n"
        );
    }

    #[test]
    fn markdown_mentions_those_who_are_told() {
        let sandbox = register("", &[("owner", "\"@luis\"")]);
        assert_eq!(
            remind(&sandbox, "2026-12-17", &["--format", "markdown"]),
            "**1 exception needs action, on 2026-12-17**\n\n- `label-printer` **expired on 2026-12-16, \
             yesterday**: Label printer keeps its old certificate\n  - tell @luis (owner), Mei Tanaka (approver)\n  - to \
             do: carry out the removal and close it; a renewal had to be requested by 2026-12-16\n  - removal: Install \
             the new certificate and print a test label.\n"
        );
    }

    #[test]
    fn the_json_has_the_keys_of_the_contract() {
        let sandbox = register("", &[("owner", "\"@luis\"")]);
        let whole = reminders(&sandbox, "2026-12-17");
        assert_eq!(
            whole,
            [json!({
                "id": "label-printer",
                "path": "exceptions/label-printer.yaml",
                "live": true,
                "in_force": false,
                "ended": true,
                "days_left": -1,
                "first_day": "2026-11-16",
                "last_day": "2026-12-16",
                "current_expiry": "2026-12-16",
                "ends_at": "2026-12-17T00:00:00Z",
                "current_approver": "Mei Tanaka",
                "renewals_used": 0,
                "problem": null,
                "record": whole[0]["record"],
                "concern": "end",
                "stage": "expired-0",
                "since": "2026-12-17",
                "message": "expired on 2026-12-16, yesterday",
                "advice": "carry out the removal and close it; a renewal had to be requested by 2026-12-16",
                "people": [
                    {"name": "@luis", "mention": "@luis", "parts": ["owner"], "left": false},
                    {"name": "Mei Tanaka", "mention": null, "parts": ["approver"], "left": false},
                ],
            })]
        );
        assert_eq!(whole[0]["record"]["removal"], "Install the new certificate and print a test label.");
    }

    #[test]
    fn the_day_and_the_place_are_read_as_by_the_other_commands() {
        let sandbox = register("", &[]);
        sandbox.file("strict.yaml", "reminders: [10]\n");
        let run = |arguments: &[&str]| Run::of(sandbox.command().arg("remind").args(arguments));
        for (arguments, says) in [
            (&["--today", "soon"][..], "`--today soon`: not a date"),
            (&["--root", "nowhere"], "`--root nowhere` is not a folder"),
            (&["--format", "csv"], "[possible values: text, json, markdown, github-plan]"),
            (&["--max-new", "0"], "0 is not in 1..=500"),
            (&["--label", "a,b", "--existing", "gone.json"], "`--label a,b` is not a label"),
            (&["--label", "", "--existing", "gone.json"], "is not a label"),
            (&["--bot", "the bot", "--existing", "gone.json"], "`--bot the bot` is not a login"),
            (&["--label", "risk"], "were not provided:\n  --existing <FILE>"),
            (&["--bot", "helper"], "were not provided:\n  --existing <FILE>"),
            (&["--max-new", "5"], "were not provided:\n  --existing <FILE>"),
            (&["--format", "github-plan"], "`github-plan` needs `--existing`"),
            (&["--existing", "gone.json"], "cannot read the issues `gone.json`"),
            (&["--existing", "stopgap.yaml"], "`stopgap.yaml` is not a usable list of issues: it is empty"),
        ] {
            let run = run(arguments);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
            assert!(run.stderr.contains(says), "{says}\n{}", run.stderr);
        }
        let strict = remind(&sandbox, "2026-12-08", &["--policy", "strict.yaml", "--root", "."]);
        assert!(strict.contains("ends on 2026-12-16, in 8 days"), "{strict}");
    }
}

mod hostile {
    use super::*;

    const TEXTS: [&str; 12] = [
        "\u{1b}[2J\u{1b}]0;owned\u{7}",
        "::error::x",
        "##[set-output name=exit-code;]0",
        "two\nlines\r\n\n# a heading\n- @everyone",
        "@everyone @acme/security fixes #12, acme/x#3 and GH-4",
        "\u{202e}detrever\u{2066} \u{200b}zero @\u{200b}@dana",
        "[link](https://evil.example) ![x](y) www.evil.example https://evil.example/?a=@b",
        "<script>alert(1)</script> <img src=x> `code` ```\nfence",
        "--> <!-- stopgap:v1 {\"id\":\"x\",\"told\":9,\"expiry\":\"2026-12-16\",\"stage\":\"expired-7\"} -->",
        "\n\n<!-- stopgap:v1 {\"id\":\"x\",\"told\":9} -->\n\n",
        "a | b \\ $x$ **c** __d__ ~~e~~",
        "&lt;b&gt; &#64;dana &commat;dana",
    ];

    /// A register in which every text is one of the hostile ones, in people, paths and ids too.
    fn register() -> Sandbox {
        let sandbox = Sandbox::new();
        for (at, text) in TEXTS.iter().enumerate() {
            let written = Value::from(*text).to_string();
            let keys =
                ["title", "control", "reason", "scope.system", "scope.environment", "removal", "owner", "approver"];
            let fields: Vec<(&str, &str)> = keys.map(|key| (key, written.as_str())).to_vec();
            sandbox.file(format!("exceptions/entry-{at}.yaml"), exception(&fields));
            let name: String = text.chars().filter(|c| *c != '/' && *c != '\0').collect();
            sandbox.file(format!("exceptions/{name}.yaml"), exception(&fields));
        }
        sandbox.file("none.json", "[]");
        sandbox
    }

    /// Returns the places at which GitHub would find a mention: an `@` before a letter or a digit, and not inside a
    /// word.
    fn mentions(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for (at, _) in text.match_indices('@') {
            let before = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            if before && text[at + 1..].starts_with(|c: char| c.is_ascii_alphanumeric()) {
                found.push(&text[at..]);
            }
        }
        found
    }

    fn is_quiet(text: &str) {
        let acts = |c: char| c != '\n' && stopgap::internal::output::escape::is_hostile(c);
        assert!(!text.contains(acts), "{:?}", text.find(acts).map(|at| &text[at..]));
        assert!(!text.contains("##["), "{text}");
        for line in text.lines() {
            assert!(!line.trim_start().starts_with("::"), "{line}");
        }
    }

    #[test]
    fn no_format_does_anything_to_whoever_prints_it() {
        let sandbox = register();
        for arguments in [
            &["--format", "text"][..],
            &["--format", "markdown"],
            &["--format", "json"],
            &["--format", "github-plan", "--existing", "none.json", "--max-new", "5"],
        ] {
            let printed = remind(&sandbox, "2026-12-17", arguments);
            assert!(printed.len() > 5000, "{arguments:?}");
            is_quiet(&printed);
        }
    }

    #[test]
    fn markdown_mentions_links_and_hides_nothing() {
        is_plain(&remind(&register(), "2026-12-17", &["--format", "markdown"]));
    }

    /// Code spans show their content unchanged, so only the text outside them is looked at.
    fn is_plain(markdown: &str) {
        let outside: String = markdown.split('\n').map(|line| without_code(line) + "\n").collect();
        // A dollar is in a `span`, so that no two of them enclose a formula.
        assert_eq!(outside.matches('$').count(), outside.matches("<span>$</span>").count(), "{outside}");
        let outside = outside.replace("<span>$</span>", "");
        assert!(!outside.contains(['<', '>', '[', ']', '|', '*', '_', '~']) || own_markup(&outside), "{outside}");
        // GitHub looks for references in the text as it is shown, entities decoded.
        let shown = read_entities(&outside);
        assert_eq!(mentions(&shown), [""; 0]);
        for piece in ["https:/", "www.e", "#1", "#3", "GH-4"] {
            assert!(!shown.contains(piece), "{piece}\n{shown}");
        }
        for line in outside.lines() {
            let starts = ["# ", "```", "~~~", "| ", "> "];
            assert!(!starts.iter().any(|start| line.trim_start().starts_with(start)), "{line}");
        }
    }

    /// Returns whether the only Markdown is the format's own bold words.
    fn own_markup(outside: &str) -> bool {
        let without_bold = outside.replace("**", "");
        !without_bold.contains(['<', '>', '[', ']', '|', '*', '_', '~'])
    }

    /// Decodes numeric entities as a page would.
    fn read_entities(text: &str) -> String {
        let mut parts = text.split("&#");
        let mut shown = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once(';').and_then(|(number, rest)| Some((char::from_u32(number.parse().ok()?)?, rest))) {
                Some((c, rest)) => {
                    shown.push(c);
                    shown.push_str(rest);
                }
                None => {
                    shown.push_str("&#");
                    shown.push_str(part);
                }
            }
        }
        shown
    }

    /// Removes code spans, each from a run of backticks that is not escaped to the next run of its length.
    fn without_code(line: &str) -> String {
        let mut kept = String::new();
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
            if rest[..at].ends_with('\\') {
                kept.push_str(&rest[..=at]);
                rest = &rest[at + 1..];
                continue;
            }
            kept.push_str(&rest[..at]);
            let inside = &rest[at + run..];
            let fence = "`".repeat(run);
            let ends =
                |(end, _): &(usize, &str)| !inside[..*end].ends_with('`') && !inside[end + run..].starts_with('`');
            match inside.match_indices(fence.as_str()).find(ends) {
                Some((end, _)) => rest = &inside[end + run..],
                None => panic!("an open code span: {line}"),
            }
        }
        kept + rest
    }

    #[test]
    fn an_issue_has_one_record_and_mentions_nobody_but_those_who_are_told() {
        let sandbox = register();
        let arguments = ["--format", "github-plan", "--existing", "none.json", "--max-new", "20"];
        let plan: Value = serde_json::from_str(&remind(&sandbox, "2026-12-17", &arguments)).unwrap();
        let calls = plan["calls"].as_array().unwrap();
        assert_eq!(calls.len(), 21);
        for call in calls {
            let (title, body) = (call["body"]["title"].as_str().unwrap(), call["body"]["body"].as_str().unwrap());
            assert!(!title.contains(['\n', '\u{1b}']) && mentions(title).is_empty(), "{title}");
            assert!(!title.contains("#1") && !title.contains("GH-4"), "{title}");
            let (text, record) = body.rsplit_once("\n\n").unwrap();
            assert!(record.starts_with("<!-- stopgap:v1 {") && record.ends_with("} -->") && !record.contains('\n'));
            assert_eq!(record.matches("-->").count(), 1, "{record}");
            assert!(mentions(record).is_empty(), "{record}");
            is_plain(text);
        }
    }
}

/// An exception that takes up another one has fewer renewals left than its own record says.
#[test]
fn a_renewal_is_advised_only_where_one_is_left() {
    let fields = |starts: &str, expires: &str| {
        let days = [("decided", starts), ("starts", starts), ("expires", expires)];
        exception(&days.map(|(key, value)| (key, value)))
    };
    let one = |policy: &str| {
        let sandbox = Sandbox::new();
        sandbox.file("stopgap.yaml", policy);
        sandbox.file("exceptions/first.yaml", fields("2026-11-01", "2026-11-20"));
        sandbox.file("exceptions/second.yaml", fields("2026-11-21", "2026-12-16T02:30"));
        let advice =
            reminders(&sandbox, "2026-12-15").iter().find(|it| it["id"] == "second").unwrap()["advice"].clone();
        let check = Run::of(sandbox.command().args(["check", "--today", "2026-12-15"])).stdout;
        let report = Run::of(sandbox.command().args(["report", "--today", "2026-12-15"])).stdout;
        (advice.as_str().unwrap().to_owned(), check, report)
    };
    let (advice, check, report) = one("version: 1\n");
    assert_eq!(advice, "carry out the removal by 2026-12-16T02:30, or request a renewal by then");
    assert!(check.contains(&advice) && report.contains("stopgap renew second"), "{check} {report}");
    let (advice, check, report) = one("renewals: {max: 1}\n");
    assert_eq!(advice, "carry out the removal by 2026-12-16T02:30; no renewal is left");
    assert!(check.contains(&advice), "{check}");
    assert!(report.contains("0 of 1, none left") && !report.contains("stopgap renew second"), "{report}");
    assert!(report.contains("1 without one left"), "{report}");
}
