//! Whatever a file of the register contains, the others are still judged: no input panics, hangs or hides a finding,
//! and each fault is shown where it is.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rayon::prelude::*;

use crate::support::{Sandbox, exception};

/// The finding that every register here has, in addition to whatever is hostile.
const KNOWN: &str = "exceptions/z-known.yaml:18:10: error[expired] expired on `2026-11-02`, `21` days ago";

fn canteen() -> String {
    exception(&[
        ("title", "Canteen till stays on the office network"),
        ("reason", "The electrician lays the second cable of the canteen on Saturday."),
        ("scope.system", "canteen till kt-02"),
        ("decided", "2026-10-15"),
        ("starts", "2026-10-16"),
        ("expires", "2026-11-02"),
    ])
}

/// An exception of 18 lines that differs from the honest ones, followed by a text.
fn scale(extra: &str) -> String {
    let text = exception(&[
        ("title", "Scale keeps its old firmware"),
        ("reason", "Calibration ends when the engineer is back from leave on Monday."),
        ("scope.system", "parcel scale sc-01"),
    ]);
    text + extra
}

/// Returns the scale's text with a piece of it written differently.
fn changed(from: &str, to: &str) -> String {
    let text = scale("");
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

fn register() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("exceptions/a-honest.yaml", exception(&[])).file("exceptions/z-known.yaml", canteen());
    sandbox
}

/// Checks the register, finds the known finding in the result and returns the other ones.
fn others(sandbox: &Sandbox, what: &str) -> Vec<String> {
    let run = sandbox.check(&["--format", "concise", "--quiet"]);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{what}: {run:?}");
    let (known, others): (Vec<&str>, Vec<&str>) = run.stdout.lines().partition(|line| *line == KNOWN);
    assert_eq!(known.len(), 1, "{what}: {}", run.stdout);
    others.into_iter().map(str::to_owned).collect()
}

/// What is in the file, the bytes, and the place, rule and words of its first finding; no finding at all if that is
/// empty.
type Case = (&'static str, Vec<u8>, &'static str, &'static str);

fn case(what: &'static str, bytes: impl AsRef<[u8]>, place: &'static str, words: &'static str) -> Case {
    (what, bytes.as_ref().to_vec(), place, words)
}

fn check_cases(cases: Vec<Case>) {
    cases.into_par_iter().for_each(|(what, bytes, place, words)| {
        let sandbox = register();
        sandbox.file("exceptions/m.yaml", bytes);
        let others = others(&sandbox, what);
        match others.first() {
            None => assert_eq!(place, "", "{what} has no finding"),
            Some(first) => {
                let start = match place.split_once(' ') {
                    Some((at, rule)) => format!("exceptions/m.yaml:{at}: {rule} "),
                    None => panic!("{what}: {first}"),
                };
                assert!(first.starts_with(&start) && first.contains(words), "{what}: {start}{words}\n{first}");
            }
        }
        assert!(others.len() <= 505, "{what} has {} findings", others.len());
    });
}

#[test]
fn aliases_and_anchors_are_refused_and_never_expanded() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..=9 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        let _ = writeln!(bomb, "a{level}: &a{level} [{aliases}]");
    }
    check_cases(vec![
        case("an alias bomb of nine levels", bomb, "1:5 error[invalid-yaml]", "an anchor"),
        case("an alias of itself", "a: &a [*a]\n", "1:4 error[invalid-yaml]", "an anchor"),
        case("an unknown alias", scale("x-a: *b\n"), "19:6 error[invalid-yaml]", "an alias"),
        case("an anchor alone", scale("x-a: &a\n"), "19:6 error[invalid-yaml]", "an anchor"),
        case("a merge key", scale("<<: {x-a: b}\n"), "19:1 error[invalid-yaml]", "a merge key"),
        case("a tag", changed("owner: ", "owner: !!str "), "13:8 error[invalid-yaml]", "a tag"),
        case("a tag of one's own", format!("!exception\n{}", scale("")), "1:1 error[invalid-yaml]", "a tag"),
        case("a directive", format!("%YAML 1.2\n---\n{}", scale("")), "1:1 error[invalid-yaml]", "a directive"),
    ]);
}

#[test]
fn nesting_is_refused_where_it_gets_too_deep() {
    let ladder: String = (0..300).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let inside = |depth: usize| scale(&format!("x-a: {}{}\n", "[".repeat(depth), "]".repeat(depth)));
    check_cases(vec![
        case("10,000 open lists", "[".repeat(10_000), "1:65 error[invalid-yaml]", "64 levels"),
        case("10,000 dashes", "- ".repeat(10_000), "1:129 error[invalid-yaml]", "64 levels"),
        case("10,000 question marks", "? ".repeat(10_000), "1:3 error[invalid-yaml]", "itself a list or a mapping"),
        case("10,000 open mappings", "{a: ".repeat(10_000), "1:257 error[invalid-yaml]", "64 levels"),
        case("300 levels of keys", ladder, "65:65 error[invalid-yaml]", "64 levels"),
        case("70 levels in a key of one's own", inside(70), "19:70 error[invalid-yaml]", "64 levels"),
        case("60 levels in a key of one's own", inside(60), "", ""),
    ]);
}

#[test]
fn characters_that_readers_treat_differently_are_refused() {
    let mut broken = scale("").into_bytes();
    let at = scale("").find("Luis").unwrap() + 2;
    broken[at] = 0xef;
    let utf16 = |mark: &[u8]| [mark, &scale("").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    check_cases(vec![
        case("NUL", scale("x-a: b\0c\n"), "19:7 error[invalid-yaml]", "U+0000"),
        case("a terminal escape", scale("x-a: \u{1b}[2J\n"), "19:6 error[invalid-yaml]", "U+001B"),
        case("a broken character", broken, "13:10 error[invalid-yaml]", "byte 0xef is not UTF-8"),
        case("UTF-16 with its mark", utf16(b"\xff\xfe"), "1:1 error[invalid-yaml]", "UTF-16"),
        case("UTF-16 without its mark", utf16(b""), "1:2 error[invalid-yaml]", "U+0000"),
        case("a byte order mark", format!("\u{feff}{}", scale("")), "", ""),
        case(
            "a byte order mark inside",
            changed("Luis", "\u{feff}Luis"),
            "13:8 error[invalid-yaml]",
            "byte order mark",
        ),
        case("CRLF", scale("").replace('\n', "\r\n"), "", ""),
        case("CR alone", scale("").replace('\n', "\r"), "1:36 error[invalid-yaml]", "a carriage return"),
        case("one CR", changed("\nowner", "\rowner"), "12:23 error[invalid-yaml]", "a carriage return"),
        case("a line separator", changed("Luis", "Lu\u{2028}is"), "13:10 error[invalid-yaml]", "U+2028"),
        case("a next line", changed("Luis", "Lu\u{85}is"), "13:10 error[invalid-yaml]", "U+0085"),
    ]);
}

#[test]
fn what_is_not_a_single_mapping_is_refused() {
    check_cases(vec![
        case("two documents", scale("---\ntitle: b\n"), "19:1 error[invalid-yaml]", "a second document"),
        case("50,000 documents", "---\n".repeat(50_000), "2:1 error[invalid-yaml]", "a second document"),
        case("an end mark", scale("...\n"), "", ""),
        case("text after the end mark", scale("...\nand more\n"), "20:1 error[invalid-yaml]", ""),
        case("an empty file", "", "1:1 error[invalid-yaml]", "contains no value"),
        case("blanks alone", "  \n\n", "1:1 error[invalid-yaml]", "contains no value"),
        case("a comment alone", "# later\n", "1:1 error[invalid-yaml]", "contains no value"),
        case("a null", "~\n", "1:1 error[invalid-yaml]", "contains no value"),
        case("a list", "- title: a\n", "1:1 error[invalid-yaml]", "a list, not a mapping"),
        case("a text", "none\n", "1:1 error[invalid-yaml]", "a string, not a mapping"),
        case("an empty mapping", "{}\n", "1:1 error[schema]", "is missing"),
        case("a key twice", scale("owner: Mei Tanaka\n"), "19:1 error[invalid-yaml]", "`owner` is written twice"),
        case("a key that is a list", scale("? [a, b]\n: c\n"), "19:3 error[invalid-yaml]", "itself a list"),
        case("a key that is a number", scale("1: a\n"), "19:1 error[invalid-yaml]", "not a string"),
        case(
            "a merge conflict",
            changed("owner:", "<<<<<<< HEAD\nowner:"),
            "13:1 error[invalid-yaml]",
            "a merge conflict",
        ),
        case("a colon without a space", changed("owner: ", "owner:"), "13:1 error[invalid-yaml]", "not `key: value`"),
        case("a list left open", scale("x-a: [b\n"), "19:6 error[invalid-yaml]", "this `[` is never closed"),
        case(
            "text after a quote",
            changed("Luis Prado", "'Luis' Prado"),
            "13:15 error[invalid-yaml]",
            "after a closing quote",
        ),
        case("a quote left open", scale("x-a: \"b\n"), "20:1 error[invalid-yaml]", "quote"),
        case("a tab as indentation", scale("x-a:\n\tb: c\n"), "20:1 error[invalid-yaml]", "a tab"),
    ]);
}

#[test]
fn sheer_size_costs_neither_time_nor_a_long_list() {
    let many = |count: usize, piece: &dyn Fn(usize) -> String| (0..count).map(piece).collect::<String>();
    let keys = many(35_000, &|n| format!("{n:x}x:\n"));
    let renewals = many(5_000, &|n| format!("- {{reason: r{n}, expires: 2026-12-17}}\n"));
    let reviews = many(4_000, &|_| "- {date: 2027-01-01, by: A B, note: TBD}\n".to_owned());
    let references = scale(&format!("references: [{}]\n", "a,".repeat(80_000)));
    let covers = scale(&format!("covers: [{}]\n", "{},".repeat(60_000)));
    let scalars = scale(&format!("x-a: [{}]\n", "no,".repeat(20_000)));
    let word = "a".repeat(200_000);
    check_cases(vec![
        case(
            "a line of 10 MB",
            format!("x-a: {}", "a".repeat(10_000_000)),
            "1:1 error[invalid-yaml]",
            "10000005 bytes",
        ),
        case("300 KB", scale(&format!("# {}\n", "a".repeat(300_000))), "1:1 error[invalid-yaml]", "262144"),
        case("a value of 200 KB", scale(&format!("x-a: {word}\n")), "", ""),
        case("a date of 200 KB", changed("2026-12-16", &word), "18:10 error[schema]", "`expires`"),
        case("a reference of 200 KB", scale(&format!("references: ['{word}']\n")), "19:14 warning[bad-reference]", "…"),
        case("35,000 keys", keys, "1:1 error[schema]", ""),
        case("20,000 ambiguous values", scalars, "19:7 warning[ambiguous-scalar]", "`no`"),
        case("5,000 renewals", scale(&format!("renewals:\n{renewals}")), "20:4 error[schema]", "is missing"),
        case("4,000 reviews", scale(&format!("reviews:\n{reviews}")), "20:10 error[dates-out-of-order]", ""),
        case("80,000 references", references, "19:14 warning[bad-reference]", "`a`"),
        case("60,000 covers", covers, "19:10 error[schema]", ""),
        case(
            "a key of 2,000 characters",
            scale(&format!("{}: b\n", "k".repeat(2_000))),
            "19:1 error[invalid-yaml]",
            "",
        ),
        case("a long key behind ?", scale(&format!("? {}\n: b\n", "k".repeat(2_000))), "19:1 error[invalid-yaml]", ""),
        case("120,000 comments", "#\n".repeat(120_000) + &scale(""), "", ""),
    ]);
}

/// A finding for each value would bury the others: the rest are counted.
#[test]
fn a_long_list_ends_with_the_number_that_is_left_out() {
    for (content, last) in [
        (
            scale(&format!("references: [{}]\n", "a, ".repeat(250))),
            "exceptions/m.yaml:19:314: warning[bad-reference] and `150` more findings of `bad-reference` from here on",
        ),
        (
            scale(&format!("x-a: [{}]\n", "no, ".repeat(250))),
            "exceptions/m.yaml:19:407: warning[ambiguous-scalar] `100` problems in this file are listed, and there \
             are more from here on",
        ),
    ] {
        let sandbox = register();
        sandbox.file("exceptions/m.yaml", content);
        let others = others(&sandbox, last);
        assert_eq!((others.len(), others.last().unwrap().as_str()), (101, last));
    }
}

#[test]
fn a_name_that_is_not_an_id_is_a_finding_at_the_top_of_its_file() {
    let long = format!("{}.yaml", "n".repeat(200));
    for (name, shown, words) in [
        ("two words.yaml", "two words.yaml", "`two words`"),
        (".yaml", ".yaml", "no id"),
        (".hidden.yml", ".hidden.yml", "`.hidden`"),
        ("-dash.yaml", "-dash.yaml", "`-dash`"),
        ("café.yaml", "café.yaml", "`café`"),
        ("line\nend.yaml", "line\\u{a}end.yaml", "`line end`"),
        ("::error::x.yaml", "\\u{3a}\\u{3a}error\\u{3a}\\u{3a}x.yaml", "gives the id"),
        (&long, &long, "200 characters"),
    ] {
        let sandbox = register();
        sandbox.file(Path::new("exceptions").join(name), scale(""));
        let others = others(&sandbox, name);
        assert_eq!(others.len(), 1, "{name}: {others:?}");
        let start = format!("exceptions/{shown}:1:1: error[schema] ");
        assert!(others[0].starts_with(&start) && others[0].contains(words), "{name}: {}", others[0]);
    }
}

#[test]
fn an_upper_case_ending_hides_nothing() {
    for name in ["M.YAML", "m.Yml"] {
        let sandbox = register();
        sandbox.file(format!("exceptions/{name}"), changed("status: active", "status: open"));
        let others = others(&sandbox, name);
        assert!(others[0].starts_with(&format!("exceptions/{name}:16:9: error[schema] ")), "{others:?}");
    }
}

#[test]
fn a_folder_named_like_an_exception_is_a_folder() {
    let sandbox = register();
    sandbox.file("exceptions/x.yaml/m.yaml", changed("status: active", "status: open"));
    let others = others(&sandbox, "a folder");
    assert!(others.len() == 1 && others[0].starts_with("exceptions/x.yaml/m.yaml:16:9: error[schema]"), "{others:?}");
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    /// Returns the only finding that a name among the exceptions gives.
    fn refused(sandbox: &Sandbox, name: &str, words: &str) {
        let others = others(sandbox, name);
        let start = format!("exceptions/{name}:1:1: error[invalid-yaml] ");
        assert_eq!(others.len(), 1, "{name}: {others:?}");
        assert!(others[0].starts_with(&start) && others[0].contains(words), "{name}: {}", others[0]);
    }

    #[test]
    fn a_link_is_refused_wherever_it_points() {
        let outside = Sandbox::new();
        outside.file("secret.yaml", "password: hunter2\n").file("folder/other.yaml", scale(""));
        for (name, target) in [
            ("outside.yaml", outside.path("secret.yaml")),
            ("inside.yaml", "a-honest.yaml".into()),
            ("itself.yaml", "itself.yaml".into()),
            ("dangling.yaml", "nowhere.yaml".into()),
            ("device.yaml", "/dev/zero".into()),
            ("folder", outside.path("folder")),
            ("folder.yaml", outside.path("folder")),
            ("loop", "..".into()),
        ] {
            let sandbox = register();
            symlink(target, sandbox.path("exceptions").join(name)).unwrap();
            refused(&sandbox, name, "the file is a link");
            let text = sandbox.check(&[]).stdout;
            assert!(!text.contains("hunter2") && !text.contains("password"), "{text}");
        }
    }

    #[test]
    fn a_pipe_and_a_socket_are_refused_without_waiting() {
        let sandbox = register();
        assert!(Command::new("mkfifo").arg(sandbox.path("exceptions/pipe.yaml")).status().unwrap().success());
        refused(&sandbox, "pipe.yaml", "not a regular file");
        let sandbox = register();
        let _socket = UnixListener::bind(sandbox.path("exceptions/socket.yaml")).unwrap();
        refused(&sandbox, "socket.yaml", "not a regular file");
    }

    #[test]
    fn a_file_that_may_not_be_read_is_a_finding() {
        let sandbox = register();
        sandbox.file("exceptions/closed.yaml", scale(""));
        let path = sandbox.path("exceptions/closed.yaml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        // An administrator can read it anyway.
        if fs::read(&path).is_err() {
            refused(&sandbox, "closed.yaml", "permission denied");
        }
    }

    #[test]
    fn a_folder_that_may_not_be_listed_ends_the_run() {
        let sandbox = register();
        sandbox.file("exceptions/closed/m.yaml", scale(""));
        let path = sandbox.path("exceptions/closed");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        if fs::read_dir(&path).is_err() {
            let run = sandbox.check(&[]);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""));
            assert!(run.stderr.contains("closed"), "{}", run.stderr);
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    }

    #[test]
    fn a_name_of_other_bytes_is_a_finding() {
        let sandbox = register();
        let name = OsStr::from_bytes(b"exceptions/caf\xe9.yaml");
        sandbox.file(name, scale(""));
        let others = others(&sandbox, "a name of other bytes");
        assert!(
            others.len() == 1 && others[0].starts_with("exceptions/caf\u{fffd}e9.yaml:1:1: error[schema]"),
            "{others:?}"
        );
    }

    #[test]
    fn a_register_behind_a_link_is_refused() {
        let outside = register();
        let sandbox = Sandbox::new();
        symlink(outside.path("exceptions"), sandbox.path("exceptions")).unwrap();
        let run = sandbox.check(&[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.stderr.contains("is a link"), "{}", run.stderr);
    }

    #[test]
    fn a_policy_roster_or_catalogue_that_is_not_a_plain_file_ends_the_run() {
        for name in ["stopgap.yaml", "people.yaml", "controls.yaml"] {
            for kind in ["link", "pipe", "folder"] {
                let sandbox = register();
                let path = sandbox.path(name);
                match kind {
                    "link" => symlink("exceptions/a-honest.yaml", path).unwrap(),
                    "pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
                    _ => fs::create_dir(path).unwrap(),
                }
                let run = sandbox.check(&[]);
                assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{kind} {name}: {run:?}");
                assert!(run.stderr.contains(name), "{kind} {name}: {}", run.stderr);
            }
        }
    }

    #[test]
    fn a_policy_behind_a_linked_folder_ends_the_run() {
        let outside = Sandbox::new();
        outside.file("stopgap.yaml", "rules: {expired: off}\n");
        let sandbox = register();
        symlink(outside.path(""), sandbox.path(".github")).unwrap();
        let run = sandbox.check(&[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        assert!(run.stderr.contains("link"), "{}", run.stderr);
    }
}

/// The file, what is wrong with it, and the place that the message names.
#[test]
fn a_hostile_policy_roster_catalogue_or_schema_ends_the_run_with_its_position() {
    let hostile: [(&str, Vec<u8>, &str, &str); 10] = [
        ("an alias", b"a: &a [*a]\n".into(), ":1:4]", "an anchor"),
        ("10,000 lists", "[".repeat(10_000).into(), ":1:65]", "64 levels"),
        ("10,000 dashes", "- ".repeat(10_000).into(), ":1:129]", "64 levels"),
        ("NUL", b"version: 1\0\n".into(), ":1:11]", "U+0000"),
        ("Latin-1", b"version: 1\n# caf\xe9\n".into(), ":2:6]", "not UTF-8"),
        ("a lone CR", b"version: 1\rrules: {}\n".into(), ":1:11]", "a carriage return"),
        ("a key twice", b"version: 1\nversion: 1\n".into(), ":2:1]", "written twice"),
        ("two documents", b"version: 1\n---\nversion: 1\n".into(), ":2:1]", "a second document"),
        ("a list", b"- version\n".into(), ":1:1]", "a mapping"),
        ("a text", b"version\n".into(), ":1:1]", "a mapping"),
    ];
    for name in ["stopgap.yaml", ".github/stopgap.yaml", "people.yaml", "controls.yaml"] {
        for (what, bytes, place, words) in &hostile {
            let sandbox = register();
            sandbox.file(name, bytes);
            let run = sandbox.check(&["--format", "json"]);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{what} as {name}: {run:?}");
            let shown = run.stderr.contains(&format!("{name}{place}")) && run.stderr.contains(words);
            assert!(shown, "{what} as {name} at {place}:\n{}", run.stderr);
        }
        let sandbox = register();
        sandbox.file(name, "# a comment\n");
        fs::File::options().write(true).open(sandbox.path(name)).unwrap().set_len(64 * 1024 * 1024 + 1).unwrap();
        let run = sandbox.check(&[]);
        assert!(run.code == 2 && run.stderr.contains("67108865 bytes"), "{name}: {run:?}");
    }
}

#[test]
fn a_side_file_full_of_faults_gives_a_short_list() {
    let keys: String = (0..20_000).map(|n| format!("k{n}: 1\n")).collect();
    let people = format!("people: [{}]\n", "{},".repeat(60_000));
    for (name, content) in [("stopgap.yaml", &keys), ("people.yaml", &people), ("controls.yaml", &keys)] {
        let sandbox = register();
        sandbox.file(name, content);
        let run = sandbox.check(&[]);
        let listed = run.stderr.matches("error:").count();
        assert!(run.code == 2 && (1..=101).contains(&listed), "{name}: {listed}");
    }
}

#[test]
fn an_own_schema_cannot_hang_or_crash_the_run() {
    let doubling: String = (1..40)
        .map(|n| {
            format!("\"d{n}\": {{\"allOf\": [{{\"$ref\": \"#/$defs/d{0}\"}}, {{\"$ref\": \"#/$defs/d{0}\"}}]}},", n - 1)
        })
        .collect();
    let doubling = format!("{{\"$ref\": \"#/$defs/d39\", \"$defs\": {{{doubling} \"d0\": {{}}}}}}");
    for (what, schema) in [
        ("a reference to itself", r##"{"$ref": "#"}"##.to_owned()),
        (
            "a circle",
            r##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}"##.into(),
        ),
        ("itself in allOf", r##"{"allOf": [{"$ref": "#"}]}"##.into()),
        ("itself in not", r##"{"not": {"$ref": "#"}}"##.into()),
        ("a million-fold reference", doubling),
        ("10,000 lists", "[".repeat(10_000)),
        ("10,000 nots", format!("{}true{}", "{\"not\":".repeat(10_000), "}".repeat(10_000))),
        ("a pattern of nested repeats", r#"{"properties": {"title": {"pattern": "((a{1000}){1000}){1000}"}}}"#.into()),
        ("a pattern that backtracks", r#"{"properties": {"title": {"pattern": "^(([a-zA-Z ]+)+)+$"}}}"#.into()),
    ] {
        let sandbox = register();
        sandbox.file("stopgap.yaml", "schema: own.json\n").file("own.json", &schema);
        let run = sandbox.check(&["--format", "concise"]);
        let refused = run.code == 2 && run.stdout.is_empty() && run.stderr.contains("own.json");
        let judged = run.code == 1 && run.stdout.contains(KNOWN) && run.stderr.is_empty();
        assert!(refused || judged, "{what}: {} {} {}", run.code, run.stdout, run.stderr);
    }
}
