//! `remind --format github-plan`: one tracking issue per exception, from its first reminder to its end.

use std::fs;

use serde_json::{Value, json};

use crate::support::hub::{BOT, Book, Hub, deeds, record};
use crate::support::{Run, Sandbox, exception};

type Register = Vec<(String, String)>;

/// The register of one exception, which ends on 16 December 2026.
fn one(fields: &[(&str, &str)]) -> Register {
    vec![("exceptions/label-printer.yaml".to_owned(), exception(fields))]
}

const RENEWAL: &str = "[{requested: 2026-12-13, requester: Luis Prado, reason: The courier lost the first tool., \
                       risk_check: Nobody else reached the printer., approver: Mei Tanaka, decided: 2026-12-14, \
                       expires: 2027-01-10}]";

const CLOSURE: &str = "{date: 2026-12-18, by: Luis Prado, verified_by: Mei Tanaka, note: The certificate is new.}";

fn closed() -> Register {
    one(&[("status", "closed"), ("closure", CLOSURE)])
}

mod life {
    use super::*;

    #[test]
    fn each_stage_is_told_once_in_one_issue() {
        let (book, mut hub) = (Book::new(), Hub::default());
        for (today, done) in [
            ("2026-12-08", &[][..]),
            ("2026-12-09", &["create label-printer"]),
            ("2026-12-09", &[]),
            ("2026-12-12", &[]),
            ("2026-12-15", &["comment label-printer", "update label-printer"]),
            ("2026-12-16", &[]),
            ("2026-12-17", &["comment label-printer", "update label-printer"]),
            ("2026-12-18", &["comment label-printer", "update label-printer"]),
            ("2026-12-19", &[]),
            ("2026-12-24", &["comment label-printer", "update label-printer"]),
            ("2026-12-25", &[]),
        ] {
            assert_eq!(deeds(&book.run(&one(&[]), today, &mut hub)), done, "{today}");
        }
        assert_eq!(hub.threads.len(), 1);
        assert_eq!(hub.threads[0].comments.len(), 4);
        let found = record(&hub.threads[0].body).unwrap();
        assert_eq!(
            (&found["told"], &found["stage"], &found["expiry"]),
            (&json!(5), &json!("expired-7"), &json!("2026-12-16"))
        );
    }

    #[test]
    fn a_missed_day_is_made_up_for_and_only_the_last_stage_is_told() {
        for (days, told) in [
            (&["2026-12-13", "2026-12-16"][..], 2),
            (&["2026-12-16", "2026-12-17"], 2),
            (&["2026-12-10", "2026-12-30"], 2),
            (&["2026-12-30"], 1),
            (&["2026-12-20", "2026-12-30", "2027-01-30"], 3),
        ] {
            let (book, mut hub) = (Book::new(), Hub::default());
            days.iter().for_each(|day| drop(book.run(&one(&[]), day, &mut hub)));
            assert_eq!((hub.threads.len(), hub.threads[0].comments.len() + 1), (1, told), "{days:?}");
        }
    }

    #[test]
    fn a_renewal_closes_the_issue_and_its_own_end_opens_it_again() {
        let (book, mut hub) = (Book::new(), Hub::default());
        let renewed = one(&[("renewals", RENEWAL)]);
        book.run(&one(&[]), "2026-12-09", &mut hub);
        let ended = ["comment label-printer", "close label-printer"];
        assert_eq!(deeds(&book.run(&renewed, "2026-12-14", &mut hub)), ended);
        assert!(!hub.threads[0].open);
        assert!(hub.threads[0].comments[0].1.starts_with("The exception was renewed and now ends with 2027-01-10."));
        assert_eq!(deeds(&book.run(&renewed, "2026-12-20", &mut hub)), [""; 0]);
        // Stages begin again, although the record has had them all for the old end.
        for (today, does) in [("2027-01-03", "reopen"), ("2027-01-09", "update"), ("2027-01-11", "update")] {
            let done = deeds(&book.run(&renewed, today, &mut hub));
            assert_eq!(done, ["comment label-printer".to_owned(), format!("{does} label-printer")], "{today}");
            assert!(hub.threads[0].open);
        }
        assert_eq!(hub.threads.len(), 1);
    }

    #[test]
    fn a_renewal_that_already_ends_soon_is_told_in_the_open_issue() {
        let (book, mut hub) = (Book::new(), Hub::default());
        book.run(&one(&[]), "2026-12-30", &mut hub);
        let renewed = one(&[("renewals", RENEWAL)]);
        let done = ["comment label-printer", "update label-printer"];
        assert_eq!(deeds(&book.run(&renewed, "2027-01-05", &mut hub)), done);
        assert!(hub.threads[0].comments[0].1.contains("**ends on 2027-01-10, in 5 days**"));
    }

    #[test]
    fn whatever_ends_an_exception_closes_its_issue_with_one_comment() {
        let rejected = one(&[("status", "rejected")]);
        let quiet = one(&[("expires", "2027-06-01")]);
        for (register, says) in [
            (closed(), "The exception was closed on 2026-12-18."),
            (rejected, "The exception was rejected."),
            (Vec::new(), "The exception's file is no longer in the register."),
            (quiet, "No action is needed at the moment."),
        ] {
            let (book, mut hub) = (Book::new(), Hub::default());
            book.run(&one(&[]), "2026-12-17", &mut hub);
            assert_eq!(deeds(&book.run(&register, "2026-12-18", &mut hub)).len(), 2, "{says}");
            assert_eq!(deeds(&book.run(&register, "2026-12-19", &mut hub)), [""; 0], "{says}");
            let thread = &hub.threads[0];
            assert!(!thread.open && thread.comments.len() == 1 && thread.comments[0].1.starts_with(says), "{thread:?}");
        }
    }

    #[test]
    fn what_comes_back_is_told_again_in_the_same_issue() {
        let (book, mut hub) = (Book::new(), Hub::default());
        book.run(&one(&[]), "2026-12-17", &mut hub);
        book.run(&closed(), "2026-12-18", &mut hub);
        let again = deeds(&book.run(&one(&[]), "2026-12-18", &mut hub));
        assert_eq!(again, ["comment label-printer", "reopen label-printer"]);
        assert_eq!((hub.threads.len(), hub.threads[0].open, hub.threads[0].comments.len()), (1, true, 2));
    }

    #[test]
    fn a_file_that_cannot_be_read_ends_nothing() {
        for text in
            ["title: [\n".to_owned(), String::new(), exception(&[("expires", "")]), exception(&[("expires", "soon")])]
        {
            let (book, mut hub) = (Book::new(), Hub::default());
            book.run(&one(&[]), "2026-12-17", &mut hub);
            let register = vec![("exceptions/label-printer.yaml".to_owned(), text)];
            assert_eq!(deeds(&book.run(&register, "2026-12-18", &mut hub)), [""; 0]);
        }
    }

    #[test]
    fn another_folder_is_the_same_exception() {
        let (book, mut hub) = (Book::new(), Hub::default());
        book.run(&one(&[]), "2026-12-17", &mut hub);
        let moved = vec![("exceptions/2026/Label-Printer.yml".to_owned(), exception(&[]))];
        assert_eq!(deeds(&book.run(&moved, "2026-12-17", &mut hub)), ["update label-printer"]);
        assert!(hub.threads[0].body.contains("`exceptions/2026/Label-Printer.yml`"));
    }

    #[test]
    fn a_review_is_told_separately_from_the_end() {
        let emergency = |reviews: &str| {
            let incident = "{id: INC-311, ended: 2026-11-20}";
            let fields =
                [("risk.tier", "emergency"), ("expires", "2026-11-24"), ("incident", incident), ("reviews", reviews)];
            one(&fields)
        };
        let (book, mut hub) = (Book::new(), Hub::default());
        let mut run = |reviews: &str, today: &str| {
            let done = deeds(&book.run(&emergency(reviews), today, &mut hub)).len();
            let last = hub.threads[0].comments.last().map(|(_, text)| text.clone()).unwrap_or_default();
            (done, hub.threads[0].open, last)
        };
        assert_eq!(run("", "2026-11-20"), (1, true, String::new()));
        let (done, _, says) = run("", "2026-11-22");
        assert!(done == 2 && says.contains("This exception **has had no review"), "{says}");
        let (done, _, says) = run("", "2026-11-23");
        assert!(
            done == 2 && says.contains("**ends on 2026-11-24, tomorrow**") && !says.contains("review or"),
            "{says}"
        );
        // Reviewed: the text changes without a comment, because the end is still near.
        let review = "[{date: 2026-11-23, by: Luis Prado, note: The gateway still needs it.}]";
        assert_eq!(run(review, "2026-11-23").0, 1);
        assert_eq!(run(review, "2026-11-23").0, 0);
    }

    #[test]
    fn a_review_alone_closes_the_issue() {
        let (book, mut hub) = (Book::new(), Hub::default());
        let emergency = |reviews: &str| {
            let incident = "{id: INC-311, ended: 2026-11-20}";
            one(&[("risk.tier", "emergency"), ("incident", incident), ("reviews", reviews)])
        };
        book.run(&emergency(""), "2026-11-21", &mut hub);
        let review = "[{date: 2026-11-21, by: Luis Prado, note: The gateway still needs it.}]";
        book.run(&emergency(review), "2026-11-21", &mut hub);
        let thread = &hub.threads[0];
        assert!(!thread.open && thread.comments[0].1.starts_with("The incident was reviewed."), "{thread:?}");
    }
}

mod people_beside_us {
    use super::*;

    #[test]
    fn a_new_owner_is_told_once_and_what_others_add_stays() {
        let (book, mut hub) = (Book::new(), Hub::default());
        book.run(&one(&[]), "2026-12-09", &mut hub);
        let added = hub.threads[0].body.replace("This exception", "We order it today.\r\n\r\nThis exception");
        hub.threads[0].body = added.replace('\n', "\r\n").replace("\r\r", "\r");
        assert_eq!(deeds(&book.run(&one(&[]), "2026-12-10", &mut hub)), [""; 0]);
        assert!(hub.threads[0].body.contains("We order it today."));
        // Whoever has no login cannot be told by a comment.
        let named = one(&[("owner", "Hanna Vogel")]);
        assert_eq!(deeds(&book.run(&named, "2026-12-10", &mut hub)), ["update label-printer"]);
        let dana = one(&[("owner", "\"@dana\"")]);
        let done = deeds(&book.run(&dana, "2026-12-10", &mut hub));
        assert_eq!(done, ["comment label-printer", "update label-printer"]);
        assert!(hub.threads[0].body.starts_with("@dana (owner), Mei Tanaka (approver)\n"), "{}", hub.threads[0].body);
        let comment = &hub.threads[0].comments[0].1;
        assert!(comment.starts_with("@dana (owner)\n\nThis exception **ends on 2026-12-16, in 6 days**."), "{comment}");
        assert_eq!(deeds(&book.run(&dana, "2026-12-11", &mut hub)), [""; 0]);
        // Handed on and back, it is told to each again, and to nobody else.
        let maria = one(&[("owner", "\"@maria\"")]);
        for (register, login) in [(&maria, "@maria (owner)\n"), (&dana, "@dana (owner)\n")] {
            assert_eq!(deeds(&book.run(register, "2026-12-11", &mut hub)).len(), 2);
            assert!(hub.threads[0].comments.last().unwrap().1.starts_with(login));
        }
        // The next stage is told as ever, and an issue that somebody has closed is not opened for a new owner.
        assert_eq!(deeds(&book.run(&dana, "2026-12-15", &mut hub)).len(), 2);
        hub.threads[0].open = false;
        assert_eq!(deeds(&book.run(&maria, "2026-12-15", &mut hub)), [""; 0]);
    }

    #[test]
    fn a_misspelt_status_does_not_end_an_issue() {
        let (book, mut hub) = (Book::new(), Hub::default());
        book.run(&one(&[]), "2026-12-17", &mut hub);
        let closure = "{date: 2026-12-17, by: Luis Prado, verified_by: Hanna Vogel, note: Done.}";
        let done = one(&[("status", "done"), ("closure", closure)]);
        assert_eq!(deeds(&book.run(&done, "2026-12-18", &mut hub)), [""; 0]);
        assert!(hub.threads[0].open);
    }

    #[test]
    fn an_issue_that_somebody_closed_is_opened_again_at_the_next_stage() {
        let (book, mut hub) = (Book::new(), Hub::default());
        book.run(&one(&[]), "2026-12-17", &mut hub);
        hub.threads[0].open = false;
        assert_eq!(deeds(&book.run(&one(&[]), "2026-12-17", &mut hub)), [""; 0]);
        assert_eq!(
            deeds(&book.run(&one(&[]), "2026-12-18", &mut hub)),
            ["comment label-printer", "reopen label-printer"]
        );
        // Closed by hand and by the record: nothing is left to say.
        hub.threads[0].open = false;
        assert_eq!(deeds(&book.run(&closed(), "2026-12-19", &mut hub)), [""; 0]);
    }

    #[test]
    fn an_issue_that_somebody_opens_again_after_the_end_is_left_alone() {
        let (book, mut hub) = (Book::new(), Hub::default());
        book.run(&one(&[]), "2026-12-17", &mut hub);
        book.run(&closed(), "2026-12-18", &mut hub);
        hub.threads[0].open = true;
        assert_eq!(deeds(&book.run(&closed(), "2026-12-19", &mut hub)), [""; 0]);
    }

    #[test]
    fn a_forged_record_is_ignored_and_named() {
        let (book, mut hub) = (Book::new(), Hub::default());
        let forged = "<!-- stopgap:v1 {\"id\":\"label-printer\",\"told\":9,\"expiry\":\"2026-12-16\",\"stage\":\"expired-700\"} -->";
        hub.open("mallory", "x", &format!("hello\n\n{forged}"), &["stopgap"]);
        hub.open("github-actions", "x", forged, &["stopgap"]);
        hub.open("other[bot]", "x", forged, &["stopgap"]);
        hub.open("dana", "an honest issue", "nothing hidden", &["stopgap"]);
        let plan = book.run(&one(&[("owner", "\"@luis\"")]), "2026-12-17", &mut hub);
        assert_eq!(deeds(&plan), ["create label-printer"]);
        let ignored = |number: u64, who: &str| {
            json!(format!("issue {number} contains a record written by `{who}`, not `{BOT}`: ignored"))
        };
        assert_eq!(
            plan["remarks"],
            json!([ignored(1, "mallory"), ignored(2, "github-actions"), ignored(3, "other[bot]")])
        );
        // A comment in the bot's own issue is not a record either.
        hub.thread(5).comments.push(("mallory", forged.to_owned()));
        assert_eq!(deeds(&book.run(&one(&[("owner", "\"@luis\"")]), "2026-12-18", &mut hub)).len(), 2);
        // Nor does it stop the bot from saying what it would say.
        let next = book.plan(&one(&[("owner", "\"@luis\"")]), "2026-12-24", &hub);
        let key = next["calls"][0]["unless"]["holds"].as_str().unwrap().to_owned();
        hub.thread(5).comments.push(("mallory", key));
        assert!(hub.apply(&next["calls"][0]));
    }

    #[test]
    fn the_type_of_the_account_counts_too() {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/label-printer.yaml", exception(&[]));
        let body = "<!-- stopgap:v1 {\"id\":\"label-printer\",\"told\":1,\"expiry\":\"2026-12-16\",\"stage\":\"expired-0\"} -->";
        for (bot, login, kind, calls) in [
            (BOT, BOT, json!("Bot"), 1),
            (BOT, "GitHub-Actions[BOT]", json!("Bot"), 1),
            (BOT, BOT, json!("User"), 1),
            (BOT, BOT, json!(null), 1),
            ("stopgap-robot", "stopgap-robot", json!("User"), 1),
            ("@stopgap-robot", "stopgap-robot", json!("User"), 1),
            ("stopgap-robot", "stopgap-robot", json!("Bot"), 1),
        ] {
            let believed = (kind == json!("Bot")) == bot.ends_with("[bot]");
            let issue = json!([{"number": 4, "title": "x", "body": body, "state": "open", "labels": ["stopgap"],
                "user": {"login": login, "id": 1, "type": kind}}]);
            sandbox.file("issues.json", issue.to_string());
            let arguments = ["remind", "--today", "2026-12-17", "--format", "github-plan", "--existing", "issues.json"];
            let run = Run::of(sandbox.command().args(arguments).args(["--bot", bot]));
            let plan: Value = serde_json::from_str(&run.stdout).unwrap();
            let does = if believed { "update label-printer" } else { "create label-printer" };
            assert_eq!((deeds(&plan).len(), deeds(&plan)[0].as_str()), (calls, does), "{bot} {login} {kind}");
            assert_eq!(plan["remarks"].as_array().unwrap().is_empty(), believed);
        }
    }

    #[test]
    fn an_issue_without_the_label_or_with_a_damaged_record_is_named() {
        let (book, mut hub) = (Book::new(), Hub::default());
        book.run(&one(&[("owner", "\"@luis\"")]), "2026-12-17", &mut hub);
        hub.threads[0].body = hub.threads[0].body.replace("\"told\":1", "\"told\":one");
        let plan = book.plan(&one(&[("owner", "\"@luis\"")]), "2026-12-17", &hub);
        assert_eq!(deeds(&plan), ["create label-printer"]);
        assert_eq!(plan["remarks"], json!(["issue 1 contains a record that cannot be read: ignored"]));
    }

    #[test]
    fn of_two_issues_the_one_that_told_more_continues() {
        let (book, mut hub) = (Book::new(), Hub::default());
        book.run(&one(&[]), "2026-12-09", &mut hub);
        let twin = hub.threads[0].clone();
        let number = hub.open(BOT, &twin.title, &twin.body, &["stopgap"]);
        book.run(&one(&[]), "2026-12-10", &mut hub);
        let states: Vec<bool> = hub.threads.iter().map(|thread| thread.open).collect();
        assert_eq!((states, number), (vec![true, false], 2));
        assert!(hub.thread(2).comments[0].1.starts_with("The exception has another issue: #1."));
        assert_eq!(deeds(&book.run(&one(&[]), "2026-12-11", &mut hub)), [""; 0]);
        book.run(&one(&[]), "2026-12-15", &mut hub);
        assert_eq!((hub.thread(1).comments.len(), hub.thread(2).comments.len()), (1, 1));
    }

    #[test]
    fn two_registers_of_a_repository_keep_apart_by_their_labels() {
        let (book, mut hub) = (Book::new(), Hub::default());
        let other = Book { label: "stopgap: infra/eu", ..Book::new() };
        book.run(&one(&[]), "2026-12-17", &mut hub);
        let plan = other.run(&one(&[]), "2026-12-17", &mut hub);
        assert_eq!(deeds(&plan), ["create label-printer"]);
        let path = plan["calls"][0]["unless"]["path"].as_str().unwrap();
        assert!(path.contains("?labels=stopgap%3A%20infra%2Feu&state=all&"), "{path}");
        assert_eq!(deeds(&other.run(&Vec::new(), "2026-12-18", &mut hub)).len(), 2);
        assert_eq!(hub.threads.iter().map(|thread| thread.open).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn of_two_files_with_one_id_the_more_urgent_is_tracked() {
        let register = vec![
            ("exceptions/a/label-printer.yaml".to_owned(), exception(&[])),
            (
                "exceptions/b/LABEL-printer.yaml".to_owned(),
                exception(&[("expires", "2026-12-01"), ("owner", "\"@luis\"")]),
            ),
        ];
        let (book, mut hub) = (Book::new(), Hub::default());
        let plan = book.run(&register, "2026-12-17", &mut hub);
        assert_eq!(deeds(&plan), ["create LABEL-printer"]);
        let remark = "`exceptions/a/label-printer.yaml` has the id of `exceptions/b/LABEL-printer.yaml`, which is more \
                      urgent: ignored";
        assert_eq!(plan["remarks"], json!([remark]));
        assert_eq!(deeds(&book.run(&register, "2026-12-17", &mut hub)), [""; 0]);
    }

    #[test]
    fn an_issue_that_mentions_nobody_is_named() {
        let (book, mut hub) = (Book::new(), Hub::default());
        let plan = book.run(&one(&[]), "2026-12-17", &mut hub);
        let remark =
            "the issue of `label-printer` mentions nobody, because no handle of `Luis Prado` or `Mei Tanaka` is known";
        assert_eq!(plan["remarks"], json!([remark]));
    }
}

mod limits {
    use super::*;

    fn many(count: usize) -> Register {
        let expires = |at: usize| format!("2026-12-{:02}", 10 + at % 5);
        let text = |at: usize| exception(&[("expires", &expires(at))]);
        (0..count).map(|at| (format!("exceptions/printer-{at:04}.yaml"), text(at))).collect()
    }

    #[test]
    fn beyond_the_limit_of_new_issues_the_others_wait_in_one_list() {
        let book = Book { max_new: 3, ..Book::new() };
        let mut hub = Hub::default();
        let register = many(8);
        let plan = book.run(&register, "2026-12-20", &mut hub);
        let first = ["create printer-0000", "create printer-0005", "create printer-0001", "create -"];
        assert_eq!(deeds(&plan), first);
        assert_eq!(hub.threads[3].body.matches("\n- `printer-").count(), 5);
        assert!(hub.threads[3].body.contains("- `printer-0006` expired on 2026-12-11: Luis Prado\n"));
        // The same day again opens the next ones; nothing is told twice.
        let second = ["create printer-0006", "create printer-0002", "create printer-0007", "update -"];
        assert_eq!(deeds(&book.run(&register, "2026-12-20", &mut hub)), second);
        assert_eq!(
            deeds(&book.run(&register, "2026-12-20", &mut hub)),
            ["create printer-0003", "create printer-0004", "close -"]
        );
        assert_eq!(deeds(&book.run(&register, "2026-12-20", &mut hub)), [""; 0]);
        assert_eq!(hub.threads.iter().filter(|thread| thread.open).count(), 8);
        // The list is used again.
        let again = deeds(&book.run(&many(13), "2026-12-20", &mut hub));
        assert_eq!(again.last().unwrap(), "reopen -");
    }

    #[test]
    fn a_list_of_thousands_fits_into_an_issue() {
        let book = Book { max_new: 1, ..Book::new() };
        let mut hub = Hub::default();
        book.run(&many(3000), "2026-12-20", &mut hub);
        let list = &hub.threads[1].body;
        assert!(list.chars().count() < 65_536 && list.contains(" more\n"), "{}", list.len());
    }

    #[test]
    fn the_longest_texts_of_an_entry_fit() {
        for letter in ["a", "#", "<", "😀", "\u{202e}", "`", "@a"] {
            let long = |count: usize| Value::from(letter.repeat(count)).to_string();
            let (name, text) = (long(2000), long(20_000));
            let fields: Vec<(&str, &str)> =
                ["title", "control", "scope.system", "scope.environment", "owner", "approver"]
                    .into_iter()
                    .map(|key| (key, name.as_str()))
                    .chain([("removal", text.as_str()), ("reason", text.as_str())])
                    .collect();
            let register = vec![(format!("exceptions/{}.yaml", letter.repeat(80)), exception(&fields))];
            let (book, mut hub) = (Book::new(), Hub::default());
            for today in ["2026-12-09", "2026-12-17", "2026-12-24"] {
                book.run(&register, today, &mut hub);
            }
            hub.threads[0].body = format!("{}\n{}", "x".repeat(65_000), record_line(&hub.threads[0].body));
            book.run(&Vec::new(), "2026-12-25", &mut hub);
            assert_eq!((hub.threads.len(), hub.threads[0].open), (1, false), "{letter}");
        }
    }

    fn record_line(text: &str) -> &str {
        text.lines().last().unwrap()
    }

    #[test]
    fn every_shape_of_saved_pages_gives_the_same_plan() {
        let sandbox = Sandbox::new();
        for (path, text) in many(4) {
            sandbox.file(path, text);
        }
        let mut hub = Hub::default();
        Book::new().run(&many(3), "2026-12-20", &mut hub);
        let answer = hub.answer("stopgap");
        let issues: Vec<String> = answer.as_array().unwrap().iter().map(Value::to_string).collect();
        let pull = r#"{"number": 99, "title": "x", "body": "y", "state": "open", "labels": [], "user": null, "pull_request": {"url": "z"}}"#;
        let (first, second) = (format!("[{},{pull}]", issues[0]), format!("[{}]", issues[1..].join(",")));
        let mut plans: Vec<String> = Vec::new();
        for saved in
            [answer.to_string(), format!("{first}{second}"), format!("[{first},\n{second}]"), issues.join("\n")]
        {
            fs::write(sandbox.path("issues.json"), saved).unwrap();
            let arguments = ["remind", "--today", "2026-12-20", "--format", "github-plan", "--existing", "issues.json"];
            let run = Run::of(sandbox.command().args(arguments));
            assert_eq!((run.code, run.stderr.as_str()), (0, ""));
            plans.push(run.stdout);
        }
        assert!(plans.iter().all(|plan| *plan == plans[0]));
        assert_eq!(deeds(&serde_json::from_str(&plans[0]).unwrap()), ["create printer-0003"]);
    }

    #[test]
    fn the_formats_for_people_leave_out_what_the_issues_record() {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/label-printer.yaml", exception(&[]));
        let mut hub = Hub::default();
        Book::new().run(&one(&[]), "2026-12-17", &mut hub);
        sandbox.file("issues.json", hub.answer("stopgap").to_string());
        for (today, told) in [("2026-12-17", false), ("2026-12-18", true)] {
            for format in ["text", "markdown", "json"] {
                let arguments = ["remind", "--today", today, "--format", format, "--existing", "issues.json"];
                let run = Run::of(sandbox.command().args(arguments));
                assert_eq!(run.stdout.contains("expired on 2026-12-16"), told, "{today} {format}: {run:?}");
            }
        }
    }
}

mod crashes {
    use super::*;

    #[test]
    fn a_run_that_breaks_off_anywhere_is_completed_by_the_next() {
        let (book, mut hub) = (Book::new(), Hub::default());
        let renewed = one(&[("renewals", RENEWAL)]);
        let days: [(&str, Register); 6] = [
            ("2026-12-09", one(&[])),
            ("2026-12-15", one(&[])),
            ("2026-12-18", renewed.clone()),
            ("2027-01-04", renewed),
            ("2027-01-30", one(&[])),
            ("2027-01-30", closed()),
        ];
        for (today, register) in days {
            let plan = book.plan(&register, today, &hub);
            let calls = plan["calls"].as_array().unwrap();
            let mut whole = hub.clone();
            for call in calls {
                whole.apply(call);
            }
            for broken in 0..calls.len() {
                let mut other = hub.clone();
                for call in &calls[..broken] {
                    other.apply(call);
                }
                book.run(&register, today, &mut other);
                assert_eq!(other, whole, "{today} after {broken} calls");
            }
            hub = whole;
        }
    }

    #[test]
    fn a_call_that_is_made_twice_says_nothing_twice() {
        let (book, mut hub) = (Book::new(), Hub::default());
        for (today, register) in [("2026-12-09", one(&[])), ("2026-12-17", one(&[])), ("2026-12-18", closed())] {
            let plan = book.plan(&register, today, &hub);
            for call in plan["calls"].as_array().unwrap() {
                hub.apply(call);
                let once = hub.clone();
                hub.apply(call);
                assert_eq!(hub, once, "{call}");
            }
        }
    }
}
