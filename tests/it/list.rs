//! `list`, `completions` and `man`: what is shown about a register and about the commands.

use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::support::{Run, Sandbox, TODAY, exception};

/// Five exceptions at five stages of their term, and one that cannot be read.
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

/// The ids of a list, in order.
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
fn each_filter_leaves_out_the_others() {
    let sandbox = register();
    assert_eq!(ids(&sandbox, &["--status", "closed"]), ["e-closed"]);
    assert_eq!(ids(&sandbox, &["--tier", "high", "--tier", "emergency"]), ["c-overdue"]);
    assert_eq!(ids(&sandbox, &["--owner", "Hanna Vogel"]), ["a-later"]);
    assert_eq!(ids(&sandbox, &["--days-left", "0"]), ["c-overdue"]);
    assert_eq!(ids(&sandbox, &["--days-left", "1"]), ["c-overdue", "b-soon"]);
    assert_eq!(ids(&sandbox, &["--days-left", "1", "--tier", "low"]), ["b-soon"]);
}

#[test]
fn a_misspelt_owner_does_not_look_like_one_who_owns_nothing() {
    let run = list(&register(), &["--owner", "Hana Vogel"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("did you mean `Hanna Vogel`?"), "{}", run.stderr);
}

#[test]
fn whoever_is_not_in_a_roster_that_lacks_people_is_not_a_stranger() {
    let sandbox = register();
    sandbox.file("people.yaml", "people:\n  - {name: Somebody Else}\ncomplete: false\n");
    sandbox.file("home/.gitconfig", "[user]\n\temail = nobody@example.com\n");
    let mine = |sandbox: &Sandbox| {
        let mut command = sandbox.command();
        command.env("HOME", sandbox.path("home")).env("PATH", std::env::var_os("PATH").unwrap());
        Run::of(command.args(["list", "--mine"]))
    };
    let run = mine(&sandbox);
    assert_eq!(run.code, 0, "{}", run.stderr);
    sandbox.file("people.yaml", "people:\n  - {name: Somebody Else}\n");
    let run = mine(&sandbox);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stderr.contains("git knows you by `user.email`"), "{}", run.stderr);
}

#[test]
fn days_that_have_passed_are_a_number_in_csv() {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/label-printer.yaml", exception(&[("status", "expired")]));
    let mut command = sandbox.command();
    command.args(["list", "--format", "csv", "--columns", "id,left", "--today", "2027-01-10"]);
    assert_eq!(Run::of(&mut command).stdout, "id,days_left\r\nlabel-printer,-25\r\n");
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
not readable: exceptions/f-broken.yaml
run `stopgap check` for details

4 exceptions, 1 overdue, on 2026-11-23, 1 more left out
"
    );
}

fn list_in(columns: usize, sandbox: &Sandbox, arguments: &[&str]) -> String {
    let mut command = sandbox.command();
    command.env("COLUMNS", columns.to_string()).args(["list", "--today", TODAY, "--quiet"]).args(arguments);
    Run::of(&mut command).stdout
}

#[test]
fn a_narrow_terminal_loses_columns_before_ids_and_titles_are_shortened() {
    let sandbox = register();
    let heading = |columns| {
        list_in(columns, &sandbox, &[])
            .lines()
            .next()
            .unwrap()
            .split("  ")
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(heading(200), "LEFT LAST DAY TIER STATUS OWNER RENEWED ID TITLE");
    assert_eq!(heading(95), "LEFT LAST DAY TIER STATUS OWNER RENEWED ID TITLE");
    assert_eq!(heading(80), "LEFT LAST DAY TIER OWNER ID TITLE");
    assert_eq!(heading(60), "LEFT OWNER ID TITLE");
    assert!(list_in(60, &sandbox, &[]).contains("c-overdue"));
    assert!(list_in(90, &sandbox, &[]).contains("…\n"));
}

#[test]
fn no_row_is_wider_than_the_terminal_in_any_script() {
    let sandbox = Sandbox::new();
    let titles = [
        "会计系统的供应商在迁移完成之前可以读取所有的工资单据和附件并且保留它们",
        "e\u{301}".repeat(90).leak(),
        "👩‍👩‍👧‍👦 ".repeat(30).leak(),
        "❤️".repeat(60).leak(),
        "नमस्ते ".repeat(30).leak(),
        "\u{202e}reversed\u{202c} text that goes on for a good while, longer than any terminal would be wide",
    ];
    for (at, title) in titles.iter().enumerate() {
        let id = ["a", "an-id", "an-id-as-long-as-a-name-of-a-file-may-well-become-when-titles-are-long-1"][at % 3];
        let owner = ["\"@hanna\"", "Somebody with a Rather Long Name of Many Words", "\"山田太郎\""][at % 3];
        sandbox.file(
            format!("exceptions/{id}-{at}.yaml"),
            exception(&[("title", &format!("\"{title}\"")), ("owner", owner)]),
        );
    }
    let every = "left,last-day,tier,status,owner,approver,requester,renewed,id,title,control,system,environment,starts,decided,path";
    for columns in [60, 80, 120, 200] {
        for arguments in [&[][..], &["--columns", every], &["--columns", "title,id"]] {
            let printed = list_in(columns, &sandbox, arguments);
            assert_eq!(printed.lines().count(), titles.len() + 1, "{printed}");
            for line in printed.lines() {
                assert!(width(line) <= columns, "{columns} columns, {} wide: {line}", width(line));
            }
        }
    }
}

/// The most columns that any terminal gives a line: some draw a sequence of emoji as one, some draw each of its parts.
fn width(line: &str) -> usize {
    let parts: usize = line.chars().map(|c| UnicodeWidthChar::width(c).unwrap_or_default()).sum();
    parts.max(UnicodeWidthStr::width(line))
}

#[test]
fn a_person_has_one_name_in_every_row() {
    let sandbox = register();
    sandbox.file("exceptions/g.yaml", exception(&[("owner", "Hanna Vogel"), ("expires", "2026-11-25")]));
    let table = list(&sandbox, &["--quiet", "--columns", "id,owner"]).stdout;
    assert!(table.contains("g            @hanna\n") && table.contains("a-later      @hanna\n"), "{table}");
    let csv = list(&sandbox, &["--format", "csv", "--columns", "id,owner"]).stdout;
    assert!(csv.starts_with("id,owner\r\n") && csv.contains("g,Hanna Vogel\r\n"), "{csv}");
}

#[test]
fn filters_by_owner_approver_and_control() {
    let sandbox = register();
    let ids = |arguments: &[&str]| ids(&sandbox, arguments);
    assert_eq!(ids(&["--approver", "Mei Tanaka"]), ids(&[]));
    assert!(ids(&["--approver", "@hanna"]).is_empty());
    assert_eq!(ids(&["--control", "cry-04"]).len() + ids(&["--control", "ZZ-1"]).len(), ids(&[]).len());
    assert_eq!(ids(&["--sort", "id"]), ["a-later", "b-soon", "c-overdue", "d-not-begun"]);
    assert_eq!(ids(&["--sort", "tier"])[0], "c-overdue");
    assert_eq!(ids(&["--sort", "owner"])[0], "a-later");
    assert_eq!(ids(&["--sort", "starts"])[0], "d-not-begun");

    let mine = |name: &str| {
        sandbox.file("home/.gitconfig", format!("[user]\n\tname = {name}\n"));
        let mut command = sandbox.command();
        command.env("HOME", sandbox.path("home")).env("PATH", std::env::var_os("PATH").unwrap());
        Run::of(command.args(["list", "--today", TODAY, "--mine", "--quiet", "--columns", "id"]))
    };
    let run = mine("Luis Prado");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("ID\nc-overdue\nb-soon\nd-not-begun\nnot readable: "), "{}", run.stdout);
    let run = mine("Hanna Vogl");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("did you mean `Hanna Vogel`?"), "{}", run.stderr);
    let run = mine("");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("git config user.email"), "{}", run.stderr);
}

#[test]
fn no_csv_cell_is_a_formula_and_no_table_line_does_anything() {
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
    assert_eq!(complete(&["stopgap", "show", "e-"]), ["e-closed"]);
    assert!(!complete(&["stopgap", "close", "e"]).contains(&"e-closed".to_owned()));
    assert_eq!(complete(&["stopgap", "list", "--owner", "@"]), ["@hanna"]);
    assert_eq!(complete(&["stopgap", "amend", "a-later", "--set", "scope.s"]), ["scope.system="]);
    assert_eq!(complete(&["stopgap", "amend", "a-later", "--field", "scope.s"]), ["scope.system"]);
    assert_eq!(complete(&["stopgap", "new", "--tier", "e"]), ["emergency"]);
    sandbox.file("controls.yaml", "controls: [{id: ACC-07, name: Access}, {id: \"A C\", name: Other}]\n");
    assert_eq!(complete(&["stopgap", "list", "--control", "A"]), ["ACC-07"]);
    assert_eq!(complete(&["stopgap", "new", "--control", "A"]), ["ACC-07"]);
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
        help.lines().skip_while(|line| !line.starts_with("Exceptions:")).take_while(|line| *line != "Options:");
    let names = commands.filter(|line| line.starts_with("  ")).filter_map(|line| line.split_whitespace().next());
    let names: Vec<&str> = names.filter(|name| *name != "help").collect();
    assert!(names.len() > 15, "{help}");
    for name in names {
        let page = std::fs::read_to_string(sandbox.path(format!("pages/stopgap-{name}.1"))).unwrap();
        assert!(page.contains(&format!(".SH EXAMPLES\n.TP\n\\fBstopgap {name}")), "{page}");
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
    for folder in [".git", "../other/.git/hooks"] {
        std::fs::create_dir_all(sandbox.path(folder)).unwrap();
    }
    for (output, words) in [
        ("csv=exceptions/a-later.yaml", "would replace"),
        ("csv=people.yaml", "would replace"),
        ("csv=.github/stopgap.yaml", "would replace"),
        ("csv=.git/config", "would replace"),
        ("csv=../other/.git/hooks/pre-push", "would replace"),
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

#[test]
fn a_table_for_a_spreadsheet_says_which_files_have_no_row() {
    let sandbox = register();
    let run = list(&sandbox, &["--format", "csv"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("1 file cannot be read and has no row: `exceptions/f-broken.yaml`"), "{run:?}");
    let run = list(&sandbox, &["--output", "csv=all.csv"]);
    assert!(run.stderr.contains("has no row"), "{run:?}");
    assert_eq!(list(&sandbox, &[]).stderr, "");
}

#[test]
fn a_person_whom_only_a_record_names_is_not_a_stranger() {
    let sandbox = register();
    sandbox.file("people.yaml", "people: [{handle: \"@hanna\", name: Hanna Vogel}]\n");
    sandbox.file("exceptions/g-team.yaml", exception(&[("owner", "ops@acme.example")]));
    assert_eq!(ids(&sandbox, &["--owner", "ops@acme.example"]), ["g-team"]);
    assert_eq!(list(&sandbox, &["--owner", "oops@acme.example"]).code, 2);
    assert!(!ids(&sandbox, &["--approver", "Mei Tanaka"]).is_empty());
    assert_eq!(list(&sandbox, &["--approver", "Mei Tanake"]).code, 2);
}

#[test]
fn a_title_goes_before_an_id_is_shortened_and_a_wide_terminal_is_used() {
    let sandbox = register();
    let id = "label-printer-of-hall-three-keeps-it";
    sandbox.file(format!("exceptions/{id}.yaml"), exception(&[("title", &"A long title ".repeat(10))]));
    let narrow = list_in(60, &sandbox, &[]);
    assert!(narrow.contains(id) && !narrow.contains("TITLE"), "{narrow}");
    assert!(
        list_in(250, &sandbox, &[]).contains("A long title ".repeat(10).trim_end()),
        "{}",
        list_in(250, &sandbox, &[])
    );
}

#[test]
fn a_shell_completes_the_ids_of_the_root_that_is_named() {
    let sandbox = register();
    sandbox.file("other/stopgap.yaml", "version: 1\n").file("other/exceptions/elsewhere.yaml", exception(&[]));
    let complete = |words: &[&str]| {
        let mut command = sandbox.command();
        command.env("STOPGAP_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
        command.env("_CLAP_IFS", "\n").arg("--").args(words);
        Run::of(&mut command).stdout
    };
    assert_eq!(complete(&["stopgap", "show", "--root", "other", "e"]).trim(), "elsewhere");
    assert_eq!(complete(&["stopgap", "renew", "--root=other", "e"]).trim(), "elsewhere");
    assert_eq!(complete(&["stopgap", "show", "e-"]).trim(), "e-closed");
}
