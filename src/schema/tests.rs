//! What the messages suggest to type.

use super::{Schema, Shipped};
use crate::yaml;

/// An exception that fits the schema.
const EXCEPTION: &str = include_str!("../../fixtures/schema/valid/full.yaml");

/// Says what is found in a text, a line each: the message, and the help behind a bar.
fn said(schema: Shipped, text: &str) -> String {
    let tree = yaml::parse(text).unwrap();
    let schema = Schema::shipped(schema).with_other_keys(|key| match key {
        "expiry" => vec![("expires", true)],
        _ => Vec::new(),
    });
    let problems = schema.check(text, &tree).into_iter();
    let lines = problems.map(|problem| format!("{} | {}", problem.message, problem.help.unwrap_or_default()));
    lines.collect::<Vec<_>>().join("\n")
}

/// Says which fixes are offered for a text.
fn fixes(text: &str) -> Vec<String> {
    let tree = yaml::parse(text).unwrap();
    let problems = Schema::shipped(Shipped::Exception).check(text, &tree).into_iter();
    problems.filter_map(|problem| problem.fix).map(|fix| fix.description).collect()
}

/// Returns the exception with another line for a key at the top, or one line more.
fn with(line: &str) -> String {
    let key = line.split([':', '：']).next().unwrap_or_default();
    let mut is_own = false;
    let kept = EXCEPTION.lines().filter(|old| {
        is_own = if old.starts_with(' ') { is_own } else { old.split(':').next() == Some(key) };
        !is_own
    });
    format!("{}\n{line}\n", kept.collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_key_that_its_mapping_has_already_is_not_taken_for_another_one() {
    for (line, help) in [
        ("exposure: []", "it belongs under `risk`, where it already exists: keep one of the two"),
        ("statement: It could be read.", "it belongs under `risk`, where it already exists: keep one of the two"),
        ("expiry: 2026-12-01", "`expires` already exists: keep one of the two"),
    ] {
        let said = said(Shipped::Exception, &with(line));
        assert_eq!(said.split_once(" | ").unwrap().1, help, "{said}");
    }
    let room = with("team: Platform").replace("  team: Payroll\n", "");
    assert!(said(Shipped::Exception, &room).ends_with("it belongs under `scope`: indent it below that key"));
    // It resembles a key that is there, and is another.
    let said = said(Shipped::Exception, &with("experts: 4711"));
    assert!(said.contains("write `x-experts` if it is your own"), "{said}");
    let said = self::said(Shipped::Exception, &with("id: wing-3"));
    assert!(said.contains("delete it: the id of an exception is the name of its file"), "{said}");
    assert!(!self::said(Shipped::Policy, "id: x\n").contains("the name of its file"));
}

#[test]
fn an_id_is_not_put_in_the_place_of_a_tool() {
    for (line, help, fix) in [
        ("covers: CVE-2026-1234", "write `covers: [{tool: …, id: CVE-2026-1234}]`", None),
        ("covers: [CVE-2026-1234]", "write `{tool: …, id: CVE-2026-1234}`", None),
        ("covers: [bandit B602]", "write `{tool: bandit, id: B602}`", None),
        ("covers: the finding of Trivy", "write `covers: [{tool: …, id: …}]`", None),
        ("covers: trivy", "write `covers: [{tool: trivy, id: …}]`", Some("write it as a list: `[{tool: trivy}]`")),
    ] {
        let text = with(line);
        let said = said(Shipped::Exception, &text);
        assert_eq!(said.split_once(" | ").unwrap().1, help, "{said}");
        assert_eq!(fixes(&text).first().map(String::as_str), fix, "{line}");
    }
}

#[test]
fn a_value_of_another_type_is_shown_in_the_right_shape() {
    for (schema, text, help) in [
        (Shipped::Policy, "renewals: 2", "renewals: {max: 2}"),
        (Shipped::Policy, "markers: yes", "markers: true"),
        (Shipped::Policy, "markers: maybe", "markers: true|false"),
        (Shipped::Policy, "tiers: 30d", "tiers: {emergency: 3d, high: 7d, low: 30d, moderate: 14d}"),
        (Shipped::Policy, "baseline: 30d", "baseline: {max: 30d}"),
        (Shipped::Policy, "rules: off", "rules: {…: off}"),
        (Shipped::Policy, "rules: none", "rules: {…: error|warning|note|off}"),
        (Shipped::Policy, "renewals: {max: two}", "max: 2"),
        (Shipped::Policy, "renewals: {max: \"3\"}", "max: 3"),
        (Shipped::Policy, "reminders: 7d", "reminders: [7]"),
        (Shipped::Policy, "copied_reason: 0.8", "copied_reason: {similarity: 0.8}"),
        (Shipped::Policy, "enforce: note", "enforce: {level: note}"),
        (Shipped::Policy, "agents: helper", "agents: {logins: […], mails: […], trailers: […]}"),
        (Shipped::People, "teams: {\"@a/b\": \"@dana\"}", "\"@a/b\": [\"@dana\"]"),
        (Shipped::People, "people: [\"@dana\"]", "{handle: \"@dana\"}"),
        (Shipped::People, "people: [Dana Ortiz]", "{name: Dana Ortiz}"),
        (Shipped::People, "people: Dana Ortiz", "people: [{name: Dana Ortiz}]"),
        (Shipped::Controls, "controls: [{id: a, waivable: no}]", "waivable: false"),
        (Shipped::Controls, "controls: [\"IAM-04: Defaults\"]", "{id: \"IAM-04: Defaults\"}"),
    ] {
        assert_eq!(said(schema, text).split_once(" | ").unwrap().1, format!("write `{help}`"), "{text}");
    }
    for (line, help) in [
        ("exposure: vendor access and data", "exposure: [vendor-access, data]"),
        ("exposure: the vendor sees it", "exposure: [remote-access|authentication|data|vendor-access]"),
    ] {
        let text = EXCEPTION.replace("exposure: [vendor-access, data]", line);
        assert_eq!(said(Shipped::Exception, &text).split_once(" | ").unwrap().1, format!("write `{help}`"), "{line}");
    }
    assert_eq!(
        said(Shipped::Policy, "version: 2"),
        "`version` must be `1`, not `2` | write `version: 1`. The version of this file's layout"
    );
}

#[test]
fn an_empty_item_is_shown_with_what_it_may_hold() {
    let said = |line: &str| said(Shipped::Exception, &with(line)).split_once(" | ").unwrap().1.to_owned();
    assert_eq!(said("references:\n  - #123"), "a `#` begins a comment: write `\"#123\"`");
    assert_eq!(
        said("references:\n  - # none yet"),
        "An http or https address, or a ticket id: ABC-123, #123 or org/repo#123, such as \
         `https://tickets.example.com/INC-311`"
    );
    assert_eq!(said("references:\n  - #PROJ-1"), "a `#` begins a comment: write `\"#PROJ-1\"`");
    assert_eq!(
        said("renewals:\n  -"),
        "write `{requested: YYYY-MM-DD, requester: \"@…\", reason: …, risk_check: …, approver: \"@…\", decided: \
         YYYY-MM-DD, expires: YYYY-MM-DD}`"
    );
}

#[test]
fn an_own_key_is_offered_where_there_may_be_one() {
    let in_policy = said(Shipped::Policy, "x-note: 1");
    assert!(in_policy.contains("unknown key `x-note` | the keys here are `agents`"), "{in_policy}");
    let said = said(Shipped::Exception, &with("x_cost_centre: \"4711\""));
    assert!(said.contains("write `x-cost_centre` if it is your own"), "{said}");
}

#[test]
fn a_day_with_a_time_is_the_day_where_that_is_certain() {
    for (written, help, fix) in [
        ("2026-11-09T10:30", "write `2026-11-09`", Some("write `2026-11-09T10:30` as `2026-11-09`")),
        ("2026-11-09 10:30", "write `2026-11-09`", Some("write `2026-11-09 10:30` as `2026-11-09`")),
        ("2026-11-09T23:30Z", "write `2026-11-09`, or the day that it was in the register's time zone", None),
        ("Tuesday, 9 November 2026", "write the intended day as YYYY-MM-DD", None),
        ("2026-11-09T10:30:99", "", None),
    ] {
        let text = with(&format!("decided: {written}"));
        let said = said(Shipped::Exception, &text);
        assert_eq!(said.split_once(" | ").unwrap().1, help, "{said}");
        assert_eq!(fixes(&text).first().map(String::as_str), fix, "{written}");
    }
    let said = said(Shipped::Exception, &with("expires: 2026-12-09T10:30 CET"));
    assert!(said.ends_with(
        "write `2026-12-09T10:30`, in the register's time zone, or with an offset such as `+01:00` after it"
    ));
}

#[test]
fn a_sign_that_only_looks_like_yaml_is_named() {
    for (line, help) in [
        ("risk:\n  tier:low", "write `tier: low`, with a plain colon and a plain space after it"),
        ("risk:\n  tier：low", "write `tier: low`, with a plain colon and a plain space after it"),
        ("scope:\n  system:\u{a0}hr-01", "write `system: hr-01`, with a plain colon and a plain space after it"),
    ] {
        let text = with(line);
        assert_eq!(said(Shipped::Exception, &text).split_once(" | ").unwrap().1, help, "{line}");
        assert!(fixes(&text).is_empty(), "{line}");
    }
    let said = said(Shipped::Exception, &format!("{EXCEPTION}team\u{a0}name: Platform\n"));
    assert!(said.ends_with("it contains a no-break space (U+00A0): write a plain one"), "{said}");
}

#[test]
fn of_keys_of_which_one_is_needed_only_those_are_named() {
    for text in ["people: [{}]\n", "people: [{left: 2026-12-01}]\n", "people: [{aliases: [zed]}]\n"] {
        let said = said(Shipped::People, text);
        assert!(said.contains("`people[0]` needs one of `handle`, `name`, `email`"), "{said}");
    }
    let said = said(Shipped::People, "complete: false\n");
    assert!(said.contains("the file needs one of `people`, `teams`"), "{said}");
}

#[test]
fn advice_for_words_and_numbers_is_right_when_it_is_followed() {
    for (line, help) in [
        ("status: pending", "a request uses `active` too: it is in force once it is approved and merged"),
        ("risk: {tier: critical, statement: x}", "did you mean `high`?"),
        ("risk: {tier:low, statement: x}", "write a space after the colon: `tier: low`"),
        ("risk: {tier: high, statement: x, exposure: none}", "write `exposure: []`"),
        ("risk: {tier: high, statement: x, exposure: [none]}", "write `exposure: []`"),
    ] {
        let said = said(Shipped::Exception, &with(line));
        assert!(said.contains(help), "{line}: {said}");
    }
    assert_eq!(fixes(&with("risk: {tier: high, statement: x, exposure: none}")), ["write it as a list: `[]`"]);
}

#[test]
fn the_help_for_a_value_of_the_policy_says_what_to_write() {
    for (text, help) in [
        ("vague_phrases: [\"\"]\n", "One phrase, such as `operational necessity`"),
        ("reminders: [-1]\n", "Days before the current expiry, at least 1, such as `7`"),
        ("sync: {trivy: [a, a]}\n", "remove the repeated one"),
        ("back_dating: 3\n", "write `3d`"),
        ("forge: bitbucket\n", "| CODEOWNERS can require an approval only on these two forges"),
        ("forge: gitea\n", "| CODEOWNERS can require"),
        ("forge: GitLab\n", "did you mean `gitlab`?"),
        ("agents: {logins: [acme-*]}\n", "One account, not a pattern or a team, such as `@acme-coder`"),
        ("agents: {logins: ['*']}\n", "One account"),
        ("agents: {logins: ['@acme/bots']}\n", "One account"),
        ("agents: {mails: [acme]}\n", "One address, or a pattern"),
        ("agents: {mails: ['*@*.*']}\n", "One address, or a pattern"),
        ("agents: {trailers: ['Acme *']}\n", "One name"),
        ("exposure_tier: critical\n", "did you mean `high`?"),
    ] {
        let said = said(Shipped::Policy, text);
        assert!(said.contains(help), "{text}: {said}");
    }
}

#[test]
fn an_organisation_hears_what_its_own_schema_refuses() {
    let said = |schema: &str| {
        let schema = Schema::organisation(serde_json::from_str(schema).unwrap(), "own.json").unwrap();
        let text = "x-mail: nobody\nx-cost: 12\n";
        let problems = schema.check(text, &yaml::parse(text).unwrap());
        problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        said(r#"{"properties": {"x-mail": {"format": "email"}}}"#),
        "`x-mail` is `nobody`, which does not have the format `email` (by `own.json`)"
    );
    assert_eq!(
        said(r#"{"properties": {"x-mail": {"anyOf": [{"minLength": 9}, {"const": "me"}]}}}"#),
        "`x-mail` matches none of the allowed forms (by `own.json`)"
    );
    assert_eq!(
        said(r#"{"anyOf": [{"required": ["x-a"]}, {"required": ["x-b"]}]}"#),
        "the file needs one of `x-a`, `x-b` (by `own.json`)"
    );
    assert_eq!(
        said(r#"{"additionalProperties": false}"#),
        "unknown key `x-mail` (by `own.json`); unknown key `x-cost` (by `own.json`)"
    );
}

#[test]
fn an_agent_is_named_as_people_name_it() {
    for text in [
        "agents: {logins: ['@acme-coder', acme-coder, 'acme[bot]', acme_coder.2]}\n",
        "agents: {mails: [bot@acme.example, '*@agents.example.com', 'acme-*', '*bot*']}\n",
        "agents: {trailers: [Acme Coder, 'Acme (Coder) 4.5']}\n",
    ] {
        assert!(Schema::shipped(Shipped::Policy).check(text, &yaml::parse(text).unwrap()).is_empty(), "{text}");
    }
}
