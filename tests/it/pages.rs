//! The pages among themselves: the reference of the commands is made from the arguments, every link leads somewhere,
//! and what a page names by its words is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use stopgap::cli;

use crate::support::recorded::assert_page;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every page that somebody reads, by its path.
fn pages() -> BTreeMap<String, String> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let docs = docs.map(|name| format!("docs/{}", name.to_str().unwrap())).filter(|name| name.ends_with(".md"));
    let top = ["README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"].map(str::to_owned);
    docs.chain(top).map(|name| (name.clone(), read(&name))).collect()
}

/// Returns the lines of a page that are no code.
fn prose(page: &str) -> String {
    let mut fence = 0;
    let mut text = String::new();
    for line in page.lines() {
        let marks = line.trim_start().bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            0 if marks >= 3 => fence = marks,
            0 => text.extend([line, "\n"]),
            open if marks >= open && line.trim().len() == marks => fence = 0,
            _ => {}
        }
    }
    text
}

// ---- the reference of the commands

#[test]
fn the_reference_of_the_commands_is_made_from_their_arguments() {
    assert_page("docs/commands.md", &reference_of_the_commands());
}

fn reference_of_the_commands() -> String {
    let mut page = String::from(
        "# Commands\n\n<!-- Generated from the arguments: INSTA_UPDATE=always cargo test reference_of_the_commands -->\n\n\
         `stopgap COMMAND --help` and `stopgap man COMMAND` say the same in a terminal. `--color WHEN` (`auto`, `always`,\n\
         `never`) works with every command.\n\n| command | |\n|---|---|\n",
    );
    let whole = cli::command();
    let commands: Vec<_> = whole.get_subcommands().filter(|it| it.get_name() != "help").collect();
    for command in &commands {
        let name = command.get_name();
        let _ = writeln!(page, "| [`{name}`](#{name}) | {} |", command.get_about().unwrap());
    }
    for command in commands {
        describe(&mut page, command, "##", command.get_name());
    }
    page
}

fn describe(page: &mut String, command: &clap::Command, mark: &str, name: &str) {
    let about = command.get_long_about().or(command.get_about()).unwrap().to_string();
    let _ = write!(page, "\n{mark} {name}\n\n{}\n", paragraphs(&about));
    let usage = command.clone().render_usage().to_string();
    let _ = write!(page, "\n```text\n{}\n```\n", usage.trim_start_matches("Usage: ").replace("\n       ", "\n"));
    let examples = cli::help::examples(name);
    if !examples.is_empty() {
        page.push_str("\n```sh\n");
        for (line, what) in examples {
            let _ = writeln!(page, "# {what}\n{line}");
        }
        page.push_str("```\n");
    }
    let shown = |it: &&clap::Arg| !it.is_hide_set() && !["help", "color"].contains(&it.get_id().as_str());
    let arguments: Vec<_> = command.get_arguments().filter(shown).collect();
    // As in the help, what has no heading comes first.
    let mut headings = vec![""];
    headings.extend(arguments.iter().filter_map(|it| it.get_help_heading()));
    let mut seen = BTreeSet::new();
    for heading in headings.into_iter().filter(|it| seen.insert(*it)) {
        if !heading.is_empty() {
            let _ = write!(page, "\n\n**{heading}**\n");
        }
        for argument in arguments.iter().filter(|it| it.get_help_heading().unwrap_or_default() == heading) {
            let _ = write!(page, "\n- {}", option(argument));
        }
    }
    page.push('\n');
    for nested in command.get_subcommands().filter(|it| it.get_name() != "help") {
        describe(page, nested, &format!("{mark}#"), &format!("{name} {}", nested.get_name()));
    }
}

/// Writes one argument: how it is typed, and what its help says.
fn option(argument: &clap::Arg) -> String {
    let shown = argument.to_string();
    let long = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = format!("`{shown}`: {}", paragraphs(&long).replace('\n', "\n  "));
    if let Some(short) = argument.get_short() {
        text = format!("`-{short}`, {text}");
    }
    let values: Vec<_> = argument.get_possible_values().into_iter().filter(|it| !it.is_hide_set()).collect();
    if argument.get_action().takes_values() && !argument.is_hide_possible_values_set() {
        for value in values {
            let help = value.get_help().map(|help| format!(": {help}")).unwrap_or_default();
            let _ = write!(text, "\n  - `{}`{help}", value.get_name());
        }
    }
    let defaults: Vec<_> = argument.get_default_values().iter().map(|it| it.to_str().unwrap()).collect();
    if argument.get_action().takes_values() && !defaults.is_empty() && !argument.is_hide_default_value_set() {
        let _ = write!(text, "\n\n  Default: `{}`", defaults.join(" "));
    }
    text
}

/// Leaves a help text as it is, but for what Markdown would take for a tag outside of code.
fn paragraphs(text: &str) -> String {
    let parts = text.trim_end().split('`').enumerate();
    let parts: Vec<String> =
        parts.map(|(place, part)| if place % 2 == 0 { part.replace('<', "&lt;") } else { part.to_owned() }).collect();
    parts.join("`")
}

// ---- links

/// Returns the anchors of a page: those that a forge gives its headings, and those that it sets itself.
fn anchors(page: &str) -> BTreeSet<String> {
    let prose = prose(page);
    let mut found: BTreeSet<String> = BTreeSet::new();
    for title in prose.lines().filter(|line| line.starts_with('#')) {
        let title = title.trim_start_matches('#').trim();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let anchor: String = kept.collect::<String>().to_lowercase().replace(' ', "-");
        let number = (1..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.clone()).chain(number).find(|it| !found.contains(it)).unwrap();
        found.insert(free);
    }
    found.extend(prose.split("<a id=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    found
}

/// Returns what the links of a page lead to.
fn targets(page: &str) -> Vec<String> {
    let prose = prose(page);
    let mut targets = Vec::new();
    for (start, end) in [("](", ')'), (" src=\"", '"'), (" srcset=\"", '"')] {
        targets.extend(prose.split(start).skip(1).filter_map(|rest| Some(rest.split_once(end)?.0.to_owned())));
    }
    targets
}

#[test]
fn every_link_leads_to_a_file_and_to_an_anchor_in_it() {
    let pages = pages();
    let mut broken = Vec::new();
    let mut followed = 0;
    for (name, page) in &pages {
        for target in targets(page).into_iter().filter(|it| !it.contains("://")) {
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let place = match file {
                "" => root().join(name),
                file => root().join(name).parent().unwrap().join(file),
            };
            let leads = match anchor {
                "" => place.exists(),
                anchor => fs::read_to_string(&place).is_ok_and(|text| anchors(&text).contains(anchor)),
            };
            followed += 1;
            if !leads {
                broken.push(format!("{name}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(followed > 200, "{followed}");
}

#[test]
fn a_link_into_a_page_is_held_against_its_headings() {
    let found = anchors(
        "# Let it open `--git`\n\n```sh\n# no heading\n```\n\n## What's new?\n\n<a id=\"order\"></a>\n## Let it open --git\n",
    );
    let expected = ["let-it-open---git", "let-it-open---git-1", "order", "whats-new"];
    assert_eq!(found, expected.map(str::to_owned).into());
    assert_eq!(targets("[a](b.md#c), ![d](e.png) <img src=\"f\">\n```\n[no](no.md)\n```\n"), ["b.md#c", "e.png", "f"]);
}

/// A sign that divides cells divides them in code too, and what is left over at the end of a row is not shown.
#[test]
fn every_row_of_a_table_has_as_many_cells_as_its_head() {
    let mut rows = 0;
    for (name, page) in pages() {
        let mut head = None;
        for line in prose(&page).lines() {
            let cells = line.trim_start().starts_with('|').then(|| line.replace("\\|", "").matches('|').count());
            head = head.or(cells).filter(|_| cells.is_some());
            assert_eq!(cells, head, "{name}: {line}");
            rows += usize::from(cells.is_some());
        }
    }
    assert!(rows > 500, "{rows}");
}

/// Nobody finds a page that no list names.
#[test]
fn every_page_is_in_the_table_of_contents_once() {
    let contents: Vec<String> = targets(&read("docs/SUMMARY.md"));
    let listed: BTreeSet<PathBuf> = contents
        .iter()
        .map(|target| root().join("docs").join(target).canonicalize().unwrap_or_else(|_| panic!("{target}")))
        .collect();
    assert_eq!(listed.len(), contents.len(), "{contents:?}");
    for name in pages().keys().filter(|name| *name != "docs/SUMMARY.md" && *name != "CONTRIBUTING.md") {
        assert!(listed.contains(&root().join(name).canonicalize().unwrap()), "docs/SUMMARY.md does not list {name}");
    }
}

#[test]
fn the_first_page_names_the_oldest_rust_that_builds_it() {
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    assert!(read("README.md").contains(&format!(") {oldest} or newer")), "README.md has no `{oldest} or newer`");
}

// ---- what pages name

/// Returns the names of the tests of this crate, each behind its module.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root().join("tests/it")).unwrap() {
        let path = entry.unwrap().path();
        let Some(module) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".rs")) else { continue };
        let text = fs::read_to_string(&path).unwrap();
        for rest in text.split("#[test]\n").skip(1) {
            let declared = rest.split_once("fn ").and_then(|(_, rest)| rest.split_once('(')).map(|(name, _)| name);
            names.extend(declared.map(|name| format!("{module}::{name}")));
        }
    }
    names
}

#[test]
fn each_promise_of_the_threat_model_has_its_test() {
    let tests = tests();
    let page = read("docs/security.md");
    let promises: Vec<&str> =
        page.lines().filter(|line| line.starts_with("| ") && line.matches(" | ").count() == 2).collect();
    let mut held = 0;
    for line in page.lines() {
        for name in line.split('`').skip(1).step_by(2) {
            let is_there = match name {
                "module::test" | "tests/it/" => continue,
                _ if name.starts_with("fixtures/rules/") => root().join(name).join("fail").is_dir(),
                _ if name.starts_with("tests/ecosystem/") => root().join(name).is_file(),
                _ if name.contains("::") => tests.contains(name),
                _ => continue,
            };
            assert!(is_there, "docs/security.md names `{name}`, which is no test");
            held += 1;
        }
    }
    assert!(held >= 60, "{held}");
    // The first table says who somebody is, not what is promised to them.
    for line in promises.iter().skip_while(|line| !line.starts_with("| approve one")) {
        let names = ["::", "`fixtures/rules/", "`tests/ecosystem/", "| held by"];
        assert!(names.iter().any(|name| line.contains(name)), "nothing holds {line}");
    }
}

/// A page quotes a message by its fixed words, with `…` for what differs; the source still says them in this order.
#[test]
fn each_message_of_the_troubleshooting_page_is_still_said() {
    let sources: Vec<String> = walkdir::WalkDir::new(root().join("src"))
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.path().extension().is_some_and(|it| it == "rs"))
        .map(|entry| joined(&fs::read_to_string(entry.path()).unwrap()))
        .collect();
    let page = read("docs/troubleshooting.md");
    let (messages, _) = page.split_once("\n## Nothing is found").unwrap();
    let mut quoted = 0;
    for row in messages.lines().filter(|line| line.starts_with("| `")) {
        let cell = row[2..].split(" | ").next().unwrap();
        for message in code_spans(cell) {
            let words: Vec<&str> = message.split('…').map(|it| it.trim_matches([' ', ','])).collect();
            let words: Vec<&str> = words.into_iter().filter(|it| it.len() > 2).collect();
            assert!(sources.iter().any(|source| says(source, &words)), "nothing says `{message}` any more");
            quoted += 1;
        }
    }
    assert!(quoted >= 25, "{quoted}");
    assert!(!sources.iter().any(|source| says(source, &["the base is missing: ", "is on holiday"])));
}

/// Puts the parts of a text together that a backslash at the end of a line separates.
fn joined(source: &str) -> String {
    let mut parts = source.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.trim_start())
}

fn code_spans(cell: &str) -> Vec<&str> {
    match cell.strip_prefix("`` ").and_then(|rest| rest.strip_suffix(" ``")) {
        Some(whole) => vec![whole],
        None => cell.split('`').skip(1).step_by(2).collect(),
    }
}

/// Returns whether a source has the words close to each other and in this order.
fn says(source: &str, words: &[&str]) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    source.match_indices(first).any(|(at, _)| {
        let mut near = at + first.len();
        rest.iter().all(|word| {
            let found = source[near..].find(word).filter(|distance| *distance < 400);
            found.inspect(|distance| near += distance + word.len()).is_some()
        })
    })
}

// ---- five minutes

/// Runs the page as its reader does: every block in order, in one folder, until the end.
#[cfg(unix)]
#[test]
fn the_first_five_minutes_run_as_they_are_written() {
    let sandbox = crate::support::Sandbox::new();
    let binaries = Path::new(env!("CARGO_BIN_EXE_stopgap")).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let mut folder = sandbox.path("");
    let page = read("docs/quickstart.md");
    let mut ran = 0;
    for block in page.split("```sh").skip(1) {
        let (kind, rest) = block.split_once('\n').unwrap();
        let (script, _) = rest.split_once("```").unwrap();
        let expected = match kind.trim() {
            "install" => {
                assert!(read("README.md").contains(script.trim()), "README.md installs it otherwise");
                continue;
            }
            "exits-1" => 1,
            "" => 0,
            other => panic!("`{other}` is no kind of block"),
        };
        let mut command = std::process::Command::new("sh");
        command.env_clear().env("PATH", &path).env("HOME", sandbox.path("")).current_dir(&folder);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Dana Ortiz").env(format!("GIT_{role}_EMAIL"), "dana@example.com");
        }
        let run = crate::support::Run::of(command.args(["-euc", script]));
        assert_eq!(run.code, expected, "{script}\n{}{}", run.stdout, run.stderr);
        if script.contains("cd playground") {
            folder = folder.join("playground");
        }
        if expected == 1 {
            let named = if script.contains("--base") { "error[expiry-moved]" } else { "error[expired]" };
            assert!(run.stdout.contains(named), "{}", run.stdout);
        }
        ran += 1;
    }
    assert!(ran >= 7, "{ran}");
}

// ---- commands

/// Returns the words of a line as a shell would see them, up to a comment, a pipe, a redirection or another command.
fn shell_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c == ' ' => words.extend(word.take()),
            None if c == '#' && word.is_none() => break,
            None if "|>&;)".contains(c) => break,
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Returns the commands that a page shows in blocks for a shell, and in lines of the files of CI systems.
fn commands(page: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for kind in ["sh", "yaml", "groovy"] {
        for block in page.split(&format!("```{kind}")).skip(1) {
            let text = block.split_once('\n').unwrap().1.split("\n```").next().unwrap().replace("\\\n", " ");
            for line in text.lines() {
                let line = match kind {
                    "sh" => line.trim_start(),
                    // After the key of a step; what closes it is no part of the command.
                    _ => line.split(['\'', '{']).find_map(|it| it.find("stopgap ").map(|at| &it[at..])).unwrap_or(""),
                };
                let line = if kind == "sh" { line } else { line.split(", when").next().unwrap() };
                let words = shell_words(line);
                // In a CI definition the word may be a name, or a part of a sentence.
                let known = |it: &String| kind == "sh" || cli::command().find_subcommand(it).is_some();
                let is_command = words.first().is_some_and(|it| it == "stopgap") && words.get(1).is_some_and(known);
                found.extend(is_command.then_some(words));
            }
        }
    }
    found
}

/// Nobody types an option that is gone.
#[test]
fn every_command_on_a_page_is_understood() {
    let mut understood = 0;
    let all = cli::command();
    for (name, page) in pages() {
        for words in commands(&page) {
            let parsed = all.clone().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{name}: {words:?}\n{}", parsed.unwrap_err());
            understood += 1;
        }
    }
    assert!(understood > 100, "{understood}");
}

#[test]
fn words_are_read_as_a_shell_reads_them() {
    assert_eq!(shell_words("stopgap close x --note 'a # b' # c"), ["stopgap", "close", "x", "--note", "a # b"]);
    assert_eq!(shell_words("stopgap list --format json | jq ."), ["stopgap", "list", "--format", "json"]);
    let page = "```sh\nstopgap new \\\n  --git\n```\n```groovy\nsteps { sh 'stopgap check --base auto' }\n```\n";
    assert_eq!(commands(page), [vec!["stopgap", "new", "--git"], vec!["stopgap", "check", "--base", "auto"]]);
}

#[test]
fn the_help_of_each_command_says_what_its_page_says() {
    for command in cli::command().get_subcommands().filter(|it| it.get_name() != "help") {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = std::process::Command::new(env!("CARGO_BIN_EXE_stopgap"))
            .args([command.get_name(), "--help"])
            .output()
            .unwrap();
        let shown = words(&String::from_utf8_lossy(&shown.stdout));
        let long = command.get_long_about().or(command.get_about()).unwrap().to_string();
        assert!(shown.contains(&words(&long)), "{}: {shown}", command.get_name());
    }
}

#[test]
fn explanations_fit_a_terminal() {
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stopgap"));
        let output = command.env("COLUMNS", "80").arg("explain").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for line in run(&[]).lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let rule = line.split_whitespace().next().unwrap();
        for line in run(&[rule]).lines().filter(|line| !line.contains("://")) {
            assert!(line.chars().count() <= 80, "{rule}: {line}");
        }
    }
}
