//! `list`, `completions` and `man`: what is shown of a register and of the commands.

use serde_json::Value;

use crate::support::{Run, Sandbox, TODAY, exception};

/// Five exceptions that stand in five places of their term, and one that cannot be read.
fn register() -> Sandbox {
    let sandbox = Sandbox::new();
    let overdue =
        [("decided", "2026-10-15"), ("starts", "2026-10-16"), ("expires", "2026-11-02"), ("risk.tier", "high")];
    let closed = [
        ("status", "closed"),
        ("closure", "{date: 2026-11-20, by: Luis Prado, verified_by: Hanna Vogel, note: Done.}"),
    ];
    sandbox
        .file("exceptions/b-soon.yaml", exception(&[("expires", "2026-11-24")]))
        .file("exceptions/a-later.yaml", exception(&[("owner", "\"@hanna\"")]))
        .file("exceptions/q4/c-overdue.yaml", exception(&overdue))
        .file("exceptions/d-not-begun.yml", exception(&[("starts", "2026-11-30")]))
        .file("exceptions/e-closed.yaml", exception(&closed))
        .file("exceptions/f-broken.yaml", "title: [\n")
        .file(
            "people.yaml",
            "people: [{handle: \"@hanna\", name: Hanna Vogel}, {name: Luis Prado}, {name: Mei Tanaka}]\n",
        );
    sandbox
}

fn list(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let mut command = sandbox.command();
    Run::of(command.args(["list", "--today", TODAY]).args(arguments))
}

/// The ids of a list, in its order.
fn ids(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let run = list(sandbox, &[arguments, &["--format", "json"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    json["exceptions"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_most_urgent_comes_first_and_what_is_over_is_left_out() {
    let sandbox = register();
    assert_eq!(ids(&sandbox, &[]), ["c-overdue", "b-soon", "a-later", "d-not-begun"]);
    assert_eq!(ids(&sandbox, &["--all"]), ["c-overdue", "b-soon", "a-later", "d-not-begun", "e-closed"]);
}

#[test]
fn each_filter_takes_away_the_others() {
    let sandbox = register();
    assert_eq!(ids(&sandbox, &["--status", "closed"]), ["e-closed"]);
    assert_eq!(ids(&sandbox, &["--tier", "high", "--tier", "emergency"]), ["c-overdue"]);
    assert_eq!(ids(&sandbox, &["--owner", "Hanna Vogel"]), ["a-later"]);
    assert_eq!(ids(&sandbox, &["--days-left", "0"]), ["c-overdue"]);
    assert_eq!(ids(&sandbox, &["--days-left", "1"]), ["c-overdue", "b-soon"]);
    assert_eq!(ids(&sandbox, &["--days-left", "1", "--tier", "low"]), ["b-soon"]);
}

#[test]
fn a_misspelt_owner_is_no_owner_of_nothing() {
    let run = list(&register(), &["--owner", "Hana Vogel"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("did you mean `Hanna Vogel`?"), "{}", run.stderr);
}

#[test]
fn the_table_says_how_long_is_left_and_names_what_cannot_be_read() {
    let run = list(&register(), &[]);
    assert_eq!(
        run.stdout,
        "\
LEFT             LAST DAY    TIER  STATUS  OWNER       RENEWED  ID           TITLE
21 days overdue  2026-11-02  high  active  Luis Prado  0/2      c-overdue    Label printer keeps its old certificate
1 day left       2026-11-24  low   active  Luis Prado  0/2      b-soon       Label printer keeps its old certificate
23 days left     2026-12-16  low   active  @hanna      0/2      a-later      Label printer keeps its old certificate
not begun        2026-12-16  low   active  Luis Prado  0/2      d-not-begun  Label printer keeps its old certificate
not readable: exceptions/f-broken.yaml (`stopgap check` says why)

4 exceptions, 1 overdue, on 2026-11-23, 1 more left out
"
    );
    let mut narrow = register().command();
    let sandbox = register();
    narrow.current_dir(sandbox.path("")).env("COLUMNS", "90").args(["list", "--today", TODAY, "--quiet"]);
    let run = Run::of(&mut narrow);
    assert!(run.stdout.contains("Label printer keeps…\n"), "{}", run.stdout);
}

#[test]
fn no_cell_of_the_csv_begins_a_formula_and_no_line_of_the_table_acts() {
    let sandbox = Sandbox::new();
    sandbox.file(
        "exceptions/x.yaml",
        exception(&[("title", "\"=HYPERLINK(\\\"http://x\\\")\\e[2J\""), ("owner", "\"@luis\"")]),
    );
    let csv = list(&sandbox, &["--format", "csv"]);
    assert!(csv.stdout.contains("'@luis") && csv.stdout.contains("\"'=HYPERLINK("), "{}", csv.stdout);
    assert!(csv.stdout.contains("\r\n") && !csv.stdout.contains('\u{1b}'));
    let table = list(&sandbox, &[]);
    assert!(table.stdout.contains("\\u{1b}[2J") && !table.stdout.contains('\u{1b}'), "{}", table.stdout);
}

#[test]
fn a_shell_completes_ids_rules_and_commands() {
    let sandbox = register();
    sandbox.file("exceptions/$(reboot).yaml", "title: x\n");
    let complete = |words: &[&str]| {
        let mut command = sandbox.command();
        command.env("STOPGAP_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
        command.env("_CLAP_IFS", "\n").arg("--").args(words);
        let run = Run::of(&mut command);
        run.stdout.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(complete(&["stopgap", "renew", "b"]), ["b-soon"]);
    let all = complete(&["stopgap", "show", ""]);
    assert!(all.contains(&"c-overdue".to_owned()) && !all.iter().any(|id| id.contains('$')), "{all:?}");
    assert_eq!(complete(&["stopgap", "explain", "expired-"]), ["expired-first"]);
    assert!(complete(&["stopgap", "re"]).contains(&"renew".to_owned()));
}

#[test]
fn each_shell_gets_lines_to_source_and_each_command_has_a_manual_page() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = Run::of(sandbox.command().args(["completions", shell]));
        assert_eq!(run.code, 0, "{shell}");
        assert!(run.stdout.contains("STOPGAP_COMPLETE"), "{shell}: {}", run.stdout);
    }
    assert_eq!(Run::of(sandbox.command().args(["completions", "cmd"])).code, 2);
    let page = Run::of(sandbox.command().args(["man", "renew"]));
    assert!(page.stdout.contains(".TH stopgap-renew 1") && page.stdout.contains("risk\\-check"), "{}", page.stdout);
    let none = Run::of(sandbox.command().args(["man", "chek"]));
    assert!(none.code == 2 && none.stderr.contains("did you mean `stopgap man check`?"), "{}", none.stderr);
    std::fs::create_dir(sandbox.path("pages")).unwrap();
    assert_eq!(Run::of(sandbox.command().args(["man", "--output", "pages"])).code, 0);
    let help = Run::of(sandbox.command().arg("--help")).stdout;
    let commands =
        help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1).take_while(|line| !line.is_empty());
    for command in commands
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
    {
        assert!(sandbox.path(format!("pages/stopgap-{command}.1")).exists(), "{command}");
    }
}

#[test]
fn one_run_writes_a_file_as_well() {
    let sandbox = register();
    let run = list(&sandbox, &["--output", "csv=live.csv", "--output", "json=live.json", "--color", "always"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (table, csv) = (list(&sandbox, &["--color", "always"]).stdout, list(&sandbox, &["--format", "csv"]).stdout);
    assert_eq!(run.stdout, table);
    let read = |file: &str| std::fs::read_to_string(sandbox.path(file)).unwrap();
    assert_eq!(read("live.csv"), csv);
    assert!(serde_json::from_str::<Value>(&read("live.json")).is_ok());
    for (output, words) in [
        ("csv=exceptions/a-later.yaml", "would replace"),
        ("csv=people.yaml", "would replace"),
        ("csv=.github/stopgap.yaml", "would replace"),
        ("cvs=live.csv", "there is no format `cvs`"),
    ] {
        let run = list(&sandbox, &["--output", output]);
        assert!(run.code == 2 && run.stderr.contains(words), "{output}: {}", run.stderr);
    }
}

#[test]
fn every_command_takes_color() {
    let sandbox = register();
    for command in [&["show", "a-later"][..], &["remind"], &["report"], &["export", "--format", "csv"], &["list"]] {
        for arguments in [[command, &["--color", "never"]].concat(), [&["--color", "never"], command].concat()] {
            let run = Run::of(sandbox.command().args(&arguments));
            assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
        }
    }
}
