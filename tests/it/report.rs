//! `report`: the agenda and the figures in each format, for the registers that ship, an empty one, a
//! hostile one and one that is too large for a page.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::recorded::assert_recorded;
use crate::support::{Run, Sandbox, TODAY, exception};

const FORMATS: [&str; 4] = ["text", "markdown", "html", "json"];

/// Copies a register that ships to where no git knows it.
fn copied(register: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(register);
    for file in walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap).filter(|it| it.file_type().is_file()) {
        let path = file.path().strip_prefix(&root).unwrap().to_str().unwrap();
        sandbox.file(path, fs::read_to_string(file.path()).unwrap());
    }
    sandbox
}

/// Runs `report` on a register that ships.
fn shipped(register: &str, format: &str) -> String {
    let copied = copied(register);
    let root = copied.path("");
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().args(["report", "--today", TODAY, "--format", format, "--root"]).arg(root);
    let run = Run::of(&mut command);
    assert_eq!((run.code, run.errors().as_str()), (0, ""), "{run:?}");
    run.stdout
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    Run::of(sandbox.command().args(["report", "--today", TODAY]).args(arguments))
}

/// Runs `report` on a sandbox, which must succeed.
fn report(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let run = run(sandbox, arguments);
    assert_eq!((run.code, run.errors().as_str()), (0, ""), "{run:?}");
    run.stdout
}

fn json(printed: &str) -> Value {
    serde_json::from_str(printed).unwrap()
}

/// The ids of a list of the agenda.
fn ids(report: &Value, list: &str) -> Vec<String> {
    report["agenda"][list].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Commands alone are never broken, so that they can be copied.
#[test]
fn a_narrow_terminal_has_no_longer_lines_but_commands() {
    for register in ["acme", "drift"] {
        let copied = copied(register);
        let mut command = copied.command();
        let run = Run::of(command.env("COLUMNS", "80").args(["report", "--today", TODAY]));
        assert!(run.stdout.contains("by control") && run.stdout.contains("\n  files "), "{}", run.stdout);
        let long = |line: &&str| line.chars().count() > 80 && !line.contains("stopgap ");
        assert_eq!(run.stdout.lines().filter(long).collect::<Vec<_>>(), [""; 0], "{register}");
    }
}

mod shipped_registers {
    use super::*;

    #[test]
    fn the_agendas_are_as_recorded() {
        for register in ["acme", "drift"] {
            for format in ["text", "markdown"] {
                assert_recorded("fixtures/report", &format!("{register}.{format}"), &shipped(register, format));
            }
        }
    }

    /// Counted by hand from the files, day by day.
    #[test]
    fn drift_has_the_figures_that_its_files_give() {
        let report = json(&shipped("drift", "json"));
        // 14 October, 9 November and 13 November were the last days: 40 + 14 + 10 days overdue.
        assert_eq!(
            ids(&report, "expired"),
            ["office-door-controller", "harbour-gateway-break-glass", "gpu-node-kernel-hold"]
        );
        let metrics = &report["metrics"];
        assert_eq!(metrics["overdue_days"], 64);
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.md");
        assert!(fs::read_to_string(page).unwrap().contains("so 40 + 14 + 10 = 64 days are overdue"));
        assert_eq!(metrics["most_overdue"]["days"], 40);
        assert_eq!(metrics["most_overdue"]["id"], "office-door-controller");
        // As `check` counts: 40 files, 31 live; 4 closed, 1 rejected, one `approved`, 3 that cannot be read.
        let files = ["exceptions", "live", "closed", "rejected", "without_status", "unreadable"];
        assert_eq!(files.map(|key| metrics[key].as_u64().unwrap()), [40, 31, 4, 1, 1, 3]);
        // Not begun: the December restore. Unclear: `expired` before its time, and no `expires` at all.
        let live = ["in_force", "not_begun", "expired", "unclear"];
        assert_eq!(live.map(|key| metrics[key].as_u64().unwrap()), [25, 1, 3, 2]);
        // 3 of the payroll bureau, 1 each of the cold store, the label PCs and the reporting image. None is left for the
        // payroll bureau, and for the carrier portal, which was asked for again too often.
        assert_eq!((&metrics["renewals_used"], &metrics["without_renewal_left"]), (&Value::from(6), &Value::from(2)));
        // 556 days of 33 exceptions; the mailer's closure is before its start.
        let life = &metrics["life"];
        let counted = ["counted", "left_out", "days"].map(|key| life[key].as_u64().unwrap());
        assert_eq!((counted, life["average"].as_f64()), ([33, 1, 556], Some(16.8)));
        assert_eq!((&life["longest"]["id"], &life["longest"]["days"]), (&"office-door-controller".into(), &54.into()));
        // One day before the end, one day before the end, on the last day.
        let closing = &metrics["closing"];
        assert_eq!((closing["median"].as_f64(), &closing["worst"]["days"]), (Some(-1.0), &0.into()));
        assert_eq!((&closing["counted"], &closing["left_out"], &closing["late"]), (&3.into(), &1.into(), &0.into()));
    }

    #[test]
    fn drift_has_its_emergency_its_unreadable_files_and_its_leaver() {
        let drift = json(&shipped("drift", "json"));
        assert_eq!(ids(&drift, "reviews"), ["harbour-gateway-break-glass"]);
        let paths: Vec<&str> =
            drift["unreadable"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
        let of = |name: &str| format!("exceptions/2026-q4/{name}.yaml");
        assert_eq!(paths, ["canteen-kiosk-no-lock", "mail-gateway-attachment-filter", "scanner-broker-tls"].map(of));
        // The owner has left, so the manager is asked.
        let gpu = &drift["agenda"]["expired"][2];
        assert_eq!((&gpu["owner_left"], &gpu["manager"]), (&"2026-10-30".into(), &"@lukasz".into()));
    }

    #[test]
    fn every_exception_is_on_the_page() {
        for register in ["acme", "drift"] {
            let page = shipped(register, "html");
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(register);
            let files = walkdir::WalkDir::new(root.join("exceptions")).into_iter().map(Result::unwrap);
            for file in files.filter(|file| file.file_type().is_file()) {
                let id = file.path().file_stem().unwrap().to_string_lossy().into_owned();
                assert!(
                    page.contains(&format!("<code>{id}</code>")) || page.contains(&format!("<span>{id}</span>")),
                    "{id}"
                );
            }
        }
    }
}

mod pages {
    use super::*;

    /// Templates allow both, and a browser silently drops or nests what it finds.
    #[test]
    fn no_attribute_is_repeated_and_no_element_is_left_open() {
        for register in ["acme", "drift"] {
            let page = shipped(register, "html");
            let body = page.split("</style>").nth(1).unwrap().split("<script>").next().unwrap();
            let mut open = vec!["html", "head"];
            for tag in body.split('<').skip(1).map(|tag| tag.split('>').next().unwrap()) {
                if let Some(name) = tag.strip_prefix('/') {
                    assert_eq!(open.pop(), Some(name), "{register}");
                    continue;
                }
                let mut words = tag.split('"').step_by(2).flat_map(str::split_whitespace);
                let name = words.next().unwrap();
                let attributes: Vec<&str> = words.collect();
                assert_eq!(attributes.iter().collect::<BTreeSet<_>>().len(), attributes.len(), "{register}: {tag}");
                if !["col", "input"].contains(&name) {
                    open.push(name);
                }
            }
            assert_eq!(open, ["html", "body"], "{register}");
        }
    }
}

mod meetings {
    use super::*;

    fn register() -> Sandbox {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/label-printer.yaml", exception(&[]));
        sandbox
    }

    #[test]
    fn what_is_expired_ends_soon_or_needs_a_review_is_what_check_says() {
        let sandbox = Sandbox::new();
        let written = |number: usize, fields: &[(&str, &str)]| {
            let sandbox: &Sandbox = &sandbox;
            sandbox.file(format!("exceptions/e-{number}.yaml"), exception(fields));
        };
        for (number, expires) in
            ["2026-11-20", "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-30", "2026-12-01", "2026-12-16"]
                .into_iter()
                .enumerate()
        {
            written(number, &[("expires", expires), ("title", &format!("Printer {expires}"))]);
        }
        let emergency = [("risk.tier", "emergency"), ("starts", "2026-11-20"), ("expires", "2026-11-24")];
        for (number, ended) in [(7, "2026-11-21"), (8, "2026-11-22")] {
            let incident = format!("{{id: INC-1, ended: {ended}}}");
            written(number, &[&emergency[..], &[("incident", &incident)]].concat());
        }
        let found = json(&sandbox.check(&["--format", "json"]).stdout);
        let of = |rule: &str| -> BTreeSet<String> {
            let findings = found["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule);
            findings.map(|finding| finding["exception"].as_str().unwrap().to_owned()).collect()
        };
        let report = json(&report(&sandbox, &["--format", "json"]));
        let listed = |list: &str| -> BTreeSet<String> { ids(&report, list).into_iter().collect() };
        assert_eq!(listed("expired"), BTreeSet::from(["e-0".to_owned(), "e-1".to_owned()]));
        assert_eq!(listed("expired"), of("expired"));
        assert_eq!(listed("expiring"), of("expiring-soon"));
        assert!(listed("expiring").len() > 2, "{report}");
        // On the day after the incident the review is due, and not late yet.
        assert_eq!(listed("reviews"), BTreeSet::from(["e-7".to_owned(), "e-8".to_owned()]));
        assert_eq!(of("review-overdue"), BTreeSet::from(["e-7".to_owned()]));
    }

    #[test]
    fn the_last_one_was_a_week_ago_unless_its_day_is_named() {
        let sandbox = register();
        for (since, new) in [("2026-11-16", 0), ("2026-11-15", 1), ("2026-11-23", 0)] {
            let report = json(&report(&sandbox, &["--format", "json", "--since", since]));
            assert_eq!((&report["since"], ids(&report, "new").len()), (&since.into(), new));
        }
        assert_eq!(json(&report(&sandbox, &["--format", "json"]))["since"], "2026-11-16");
    }

    #[test]
    fn a_day_that_is_invalid_or_in_the_future_is_refused() {
        let sandbox = register();
        for (since, words) in [("soon", "`--since soon`"), ("2026-11-24", "is after the day of the meeting")] {
            let run = run(&sandbox, &["--since", since]);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
            assert!(run.stderr.contains(words), "{}", run.stderr);
        }
    }

    #[test]
    fn an_empty_register_has_nothing_to_decide() {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/README.md", "Nothing yet.\n");
        let printed = FORMATS.map(|format| report(&sandbox, &["--format", format]));
        assert!(printed[0].starts_with("weekly review of 2026-11-23, changes since 2026-11-16\nnothing to decide\n"));
        assert!(printed[1].contains("**nothing to decide**"), "{}", printed[1]);
        assert!(printed[2].contains("There is no exception in <code>exceptions</code>"));
        assert_eq!(json(&printed[3])["metrics"]["exceptions"], 0);
        assert!(json(&printed[3])["metrics"]["life"]["average"].is_null());
    }

    #[test]
    fn a_folder_without_a_register_is_not_an_empty_meeting() {
        let run = run(&Sandbox::new(), &[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains("no register"), "{}", run.stderr);
    }

    #[test]
    fn color_is_for_terminals_and_never_in_a_file() {
        let sandbox = register();
        assert!(report(&sandbox, &["--color", "always"]).contains("\u{1b}[1m"));
        assert!(!report(&sandbox, &[]).contains('\u{1b}'));
        report(&sandbox, &["--color", "always", "--output", "weekly.txt"]);
        assert!(!fs::read_to_string(sandbox.path("weekly.txt")).unwrap().contains('\u{1b}'));
    }
}

mod outputs {
    use super::*;

    fn register() -> Sandbox {
        let sandbox = Sandbox::new();
        sandbox.file("exceptions/label-printer.yaml", exception(&[]));
        sandbox
    }

    #[test]
    fn a_plain_file_replaces_standard_output_in_the_format_of_its_ending() {
        let sandbox = register();
        for (file, begins) in
            [("weekly.html", "<!doctype html>"), ("weekly.md", "# Weekly"), ("weekly.json", "{"), ("weekly", "weekly")]
        {
            assert_eq!(report(&sandbox, &["--output", file]), "");
            assert!(fs::read_to_string(sandbox.path(file)).unwrap().starts_with(begins), "{file}");
        }
        // What --format says takes precedence over the ending.
        assert_eq!(report(&sandbox, &["--output", "weekly.txt", "--format", "markdown"]), "");
        assert!(fs::read_to_string(sandbox.path("weekly.txt")).unwrap().starts_with("# Weekly"));
    }

    #[test]
    fn one_run_writes_several_and_prints_one() {
        let sandbox = register();
        let printed = report(&sandbox, &["--output", "html=a.page", "--output", "markdown=b.page"]);
        assert!(printed.starts_with("weekly review"));
        assert!(fs::read_to_string(sandbox.path("a.page")).unwrap().starts_with("<!doctype html>"));
        assert!(fs::read_to_string(sandbox.path("b.page")).unwrap().starts_with("# Weekly"));
    }

    #[test]
    fn no_output_replaces_what_is_read_or_hides_a_slip() {
        let sandbox = register();
        sandbox.file("stopgap.yaml", "version: 1\n");
        let before = fs::read(sandbox.path("exceptions/label-printer.yaml")).unwrap();
        for (output, words) in [
            ("html=exceptions/label-printer.yaml", "would replace"),
            ("weekly.pdf", "does not name a format of the report"),
            ("json=stopgap.yaml", "would replace"),
            ("htm=a.html", "did you mean `html`?"),
            ("html=", "does not name a file"),
            ("nowhere/weekly.html", "its folder does not exist"),
        ] {
            let run = run(&sandbox, &["--output", output]);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{output}: {run:?}");
            assert!(run.stderr.contains(words), "{output}: {}", run.stderr);
        }
        assert_eq!(fs::read(sandbox.path("exceptions/label-printer.yaml")).unwrap(), before);
    }

    #[test]
    fn the_same_register_gives_the_same_bytes() {
        for format in FORMATS {
            assert_eq!(shipped("drift", format), shipped("drift", format), "{format}");
        }
    }
}

mod hostile {
    use super::*;

    const TEXTS: [&str; 8] = [
        "\u{1b}[2J\u{1b}]0;owned\u{7}",
        "::error::x",
        "##[set-output name=exit-code;]0",
        "two\nlines\r\n::error::x",
        "\u{202e}detrever\u{2066} \u{200b}zero \u{e0041}",
        "[link](https://evil.example) ![image](x) `code` | cell | *b* _i_ ~s~ $1$",
        "<script>alert(1)</script><img src=x onerror=alert(1)> </title></style></svg> \" onload=\"x ' &lt;",
        "@everyone o/r#12 GH-7 https://evil.example www.evil.example a@evil.example :bomb:",
    ];

    /// A register in which each text is in every field that a report repeats.
    fn register() -> Sandbox {
        let sandbox = Sandbox::new();
        for (number, text) in TEXTS.iter().enumerate() {
            let quoted = serde_json::to_string(text).unwrap();
            let quoted = quoted.as_str();
            let people =
                [("title", quoted), ("control", quoted), ("removal", quoted), ("owner", quoted), ("approver", quoted)];
            let expired = [("decided", "2026-10-15"), ("starts", "2026-10-16"), ("expires", "2026-11-02")];
            let file = format!("exceptions/late-{number}.yaml");
            sandbox.file(file, exception(&[&people[..], &expired[..]].concat()));
            sandbox.file(
                format!("exceptions/new-{number}.yaml"),
                exception(&[&people[..], &[("decided", "2026-11-16")]].concat()),
            );
        }
        // File names are texts of the pull request too; the first one is an unreadable file's.
        sandbox.file("exceptions/a\u{1b}[2J##[x]<script>alert(1)<|@all `x`.yaml", "title: [");
        sandbox.file("exceptions/b<b>*x*.yaml", exception(&[("status", "approved")]));
        sandbox
    }

    #[test]
    fn no_text_does_anything_to_a_terminal_or_a_log() {
        let sandbox = register();
        for format in FORMATS {
            let printed = report(&sandbox, &["--format", format]);
            let acts = |c: char| c != '\n' && stopgap::internal::output::escape::is_hostile(c);
            assert_eq!(printed.chars().find(|c| acts(*c)), None, "{format}");
            for line in printed.lines() {
                assert!(!line.contains("##[") && !line.trim_start().starts_with("::"), "{format}: {line}");
            }
        }
    }

    #[test]
    fn no_text_becomes_an_element_or_attribute_of_the_page() {
        let sandbox = register();
        let page = report(&sandbox, &["--format", "html"]);
        let harmless = Sandbox::new();
        harmless.file("exceptions/late.yaml", exception(&[]));
        // The script and the style sheet are ours, and are the same in every page.
        let names = |page: &str| -> BTreeSet<String> {
            let body = page.split("</style>").nth(1).unwrap();
            let body = body.split("<script>").next().unwrap();
            let tags = body.split('<').skip(1).map(|tag| tag.split('>').next().unwrap().to_owned());
            tags.map(|tag| {
                let quoted = tag.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
                quoted.trim_end_matches('/').trim().to_owned()
            })
            .collect()
        };
        assert_eq!(page.matches("<script>").count(), 1);
        assert_eq!(page.matches("<style>").count(), 1);
        for tag in names(&page) {
            let word = tag.trim_start_matches('/').split(' ').next().unwrap().to_owned();
            let known = [
                "b", "body", "caption", "dd", "dl", "dt", "circle", "code", "col", "colgroup", "defs", "desc", "div",
                "footer", "form", "h1", "h2", "h3", "head", "header", "input", "label", "li", "line", "main", "nav",
                "ol", "option", "p", "path", "pattern", "rect", "section", "select", "small", "span", "svg", "table",
                "tbody", "td", "text", "th", "thead", "time", "title", "tr", "ul", "a",
            ];
            assert!(known.contains(&word.as_str()), "{tag}");
            assert!(!tag.contains(" on") && !tag.contains(" style=") && !tag.contains("javascript:"), "{tag}");
        }
        for href in page.split("href=\"").skip(1) {
            assert!(href.starts_with('#'), "{}", &href[..20]);
        }
    }

    #[test]
    fn no_text_becomes_a_mention_link_or_reference_in_markdown() {
        let sandbox = register();
        let whole = report(&sandbox, &["--format", "markdown"]);
        // Code shows as it is; every backtick of a text is written otherwise.
        let printed: String = whole.split('`').step_by(2).collect();
        for forbidden in [
            "<script",
            "<img",
            "@everyone",
            "@evil",
            "r#12",
            "GH-7",
            "https://",
            "www.evil",
            "](",
            "![",
            ":bomb:",
            "$1$",
        ] {
            let found = printed.find(forbidden).map(|at| printed[at..].chars().take(40).collect::<String>());
            assert!(found.is_none(), "{forbidden}: {found:?}");
        }
        let columns = |line: &str| line.replace("\\|", "").matches('|').count();
        let mut table = 0;
        for line in printed.lines() {
            if line.starts_with('|') {
                let first = if table == 0 { columns(line) } else { table };
                assert_eq!(columns(line), first, "{line}");
                table = first;
            } else {
                table = 0;
            }
        }
    }

    #[test]
    fn json_has_the_texts_as_they_are() {
        let report = json(&report(&register(), &["--format", "json"]));
        let expired = report["agenda"]["expired"].as_array().unwrap();
        let texts: BTreeSet<&str> = expired.iter().map(|item| item["record"]["removal"].as_str().unwrap()).collect();
        assert_eq!(texts, BTreeSet::from(TEXTS));
    }

    #[test]
    fn a_long_text_is_cut_and_a_long_page_of_markdown_says_what_it_leaves_out() {
        let sandbox = Sandbox::new();
        let long = format!("\"{}\"", "$".repeat(4_000));
        let long = long.as_str();
        for number in 0..240 {
            let fields = [("title", long), ("control", long), ("removal", long), ("owner", long), ("approver", long)];
            let expired = [("decided", "2026-10-15"), ("starts", "2026-10-16"), ("expires", "2026-11-02")];
            let file = format!("exceptions/entry-{number:03}.yaml");
            sandbox.file(file, exception(&[&fields[..], &expired[..]].concat()));
        }
        sandbox.file("exceptions/soon.yaml", exception(&[("title", "Can still be saved"), ("expires", "2026-11-24")]));
        let printed = report(&sandbox, &["--format", "markdown"]);
        assert!(printed.len() <= 1 << 20, "{}", printed.len());
        assert!(printed.contains("| **Can still be saved**<br>soon |"), "the expired ones hide nothing else");
        let expired = printed.split("\n## ").find(|part| part.starts_with("Expired")).unwrap();
        let shown = expired.lines().filter(|line| line.starts_with("| **<span>$</span>")).count();
        assert!(shown > 10 && shown < 240, "{shown}");
        assert!(printed.contains(&format!("\n{} more are left out", 240 - shown)));
        assert!(printed.contains("\n## Figures\n"));
        assert!(report(&sandbox, &["--format", "text"]).lines().all(|line| line.chars().count() < 1_000));
    }
}

mod large {
    use super::*;

    /// More than the page draws or lists: each part says what it leaves out, and the figures count everything.
    #[test]
    fn a_page_says_what_it_leaves_out() {
        let sandbox = Sandbox::new();
        let live = exception(&[]);
        let closed = exception(&[
            ("decided", "2026-08-01"),
            ("starts", "2026-08-01"),
            ("expires", "2026-08-20"),
            ("status", "closed"),
            ("closure", "{date: 2026-08-19, by: Luis Prado, verified_by: Mei Tanaka, note: New certificate.}"),
        ]);
        for number in 0..2_100 {
            sandbox.file(format!("exceptions/e-{number}.yaml"), if number < 150 { &live } else { &closed });
        }
        let page = report(&sandbox, &["--format", "html"]);
        assert_eq!(page.matches("class=\"bars\"").count(), 120);
        assert!(page.contains("Not drawn: 30 less urgent than these, 1\u{2009}950 closed before 24 Oct 2026."));
        assert_eq!(page.matches("<tr id=\"e").count(), 2_000);
        assert!(page.contains("The 2\u{2009}000 most urgent are listed; 100 more, the oldest, are left out"));
        assert!(page.len() < 3 << 20, "{}", page.len());
        assert_eq!(json(&report(&sandbox, &["--format", "json"]))["metrics"]["closed"], 1_950);
    }
}

/// Its commands are typed in the folder in which it was asked for.
#[test]
fn the_commands_name_files_as_they_are_called_in_the_current_folder() {
    let repo = crate::support::git::Repo::new();
    let printer = |expires: &str, status: &str| {
        let dates = [("decided", "2026-01-02"), ("starts", "2026-01-02"), ("expires", expires), ("status", status)];
        exception(&dates)
    };
    repo.write("exceptions/printer.yaml", &printer("2026-01-20", "active")).commit("Ask");
    repo.write("exceptions/printer.yaml", &printer("2026-01-25", "active")).commit("Tidy up");
    repo.write("exceptions/broken.yaml", "title: [\n").write("docs/a.md", "a\n").commit("Write");
    let run = |folder: &str, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        Run::of(command.current_dir(repo.path().join(folder)).args(arguments))
    };
    let report = |folder: &str| run(folder, &["report", "--today", "2026-01-06"]).stdout;
    let (root, below) = (report(""), report("docs"));
    assert!(root.contains(" -- exceptions/printer.yaml\n") && root.contains("stopgap check exceptions/broken.yaml\n"));
    assert!(below.contains(" -- ../exceptions/printer.yaml\n"), "{below}");
    assert!(below.contains("stopgap check ../exceptions/broken.yaml\n"), "{below}");
    let checked = run("docs", &["check", "../exceptions/broken.yaml", "--today", "2026-01-06"]);
    assert_eq!(checked.code, 1, "{checked:?}");
}

#[test]
fn an_id_of_two_files_is_settled_by_the_check_of_each() {
    let sandbox = Sandbox::new();
    for folder in ["a", "b"] {
        sandbox.file(format!("exceptions/{folder}/printer.yaml"), exception(&[("expires", "2026-11-20")]));
    }
    let report = json(&report(&sandbox, &["--format", "json"]));
    let commands: Vec<&str> = report["agenda"]["expired"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|it| it["commands"].as_array().unwrap())
        .map(|it| it.as_str().unwrap())
        .collect();
    assert_eq!(commands, ["stopgap check exceptions/a/printer.yaml", "stopgap check exceptions/b/printer.yaml"]);
}

#[test]
fn markdown_names_an_empty_table_and_shows_commands_as_code() {
    let sandbox = Sandbox::new();
    sandbox.file("stopgap.yaml", "version: 1\n");
    fs::create_dir(sandbox.path("exceptions")).unwrap();
    let repo = crate::support::git::Repo::new();
    repo.write("stopgap.yaml", "version: 1\n").write("exceptions/.gitkeep", "").commit("Begin");
    let mut command = sandbox.command();
    let page = Run::of(command.args(["report", "--today", TODAY, "--format", "markdown", "--root"]).arg(repo.path()));
    assert!(page.stdout.contains("\nControl: none\n"), "{}", page.stdout);
    assert!(page.stdout.contains("`action/fetch-pulls`"), "{}", page.stdout);
}
