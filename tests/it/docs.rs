//! The documentation says what the program does: every command that a page shows prints what the page says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stopgap::internal::rules;

use crate::support::recorded::assert_page;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn stopgap(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    let output = command.env_clear().current_dir(root()).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn explain_knows_every_rule() {
    let list = stopgap(&["explain"]);
    for rule in rules::all() {
        assert!(list.contains(rule.id), "{}", rule.id);
        let text = stopgap(&["explain", rule.id]);
        assert!(text.contains(&rule.why()) && text.contains(&rule.what_to_do()), "{}", rule.id);
    }
}

/// Pages show real output: what is below a `$ stopgap …` line is what that command prints, whole or with `[...]` for
/// what is left out.
#[test]
fn the_pages_show_what_the_commands_print() {
    let others = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let others = others.map(|name| format!("docs/{}", name.to_str().unwrap())).filter(|name| name.ends_with(".md"));
    let mut shown = 0;
    for name in others.chain(["README.md".to_owned()]) {
        let page = fs::read_to_string(root().join(&name)).unwrap();
        let mut current = page.clone();
        for block in page.split("```console\n$ stopgap ").skip(1) {
            let (command, expected) = block.split("```").next().unwrap().split_once('\n').unwrap();
            let arguments: Vec<&str> = command.split_whitespace().collect();
            let printed = printed_now(expected.trim_end(), &stopgap(&arguments), &format!("{name}: `{command}`"));
            current = current.replace(expected, &(printed + "\n"));
            shown += 1;
        }
        assert_page(&name, &current);
    }
    assert!(shown > 1, "the pages show {shown} commands");
}

/// Returns what a block should show. Of a block with several gaps, only the beginning and the end can be found again
/// once they have changed.
fn printed_now(expected: &str, printed: &str, context: &str) -> String {
    let pieces: Vec<&str> = expected.split("\n[...]\n").collect();
    let mut rest = printed.trim_end();
    let mut current = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let (lines, first, last) = (piece.lines().count(), index == 0, index + 1 == pieces.len());
        let all: Vec<&str> = rest.lines().collect();
        let piece = match rest.find(piece) {
            Some(at) if !last || rest.len() == at + piece.len() => {
                rest = &rest[at + piece.len()..];
                (*piece).to_owned()
            }
            _ if first && last => rest.to_owned(),
            _ if first => all[..lines.min(all.len())].join("\n"),
            _ if last => all[all.len().saturating_sub(lines)..].join("\n"),
            _ => panic!("{context} does not print\n{piece}\nbut\n{printed}"),
        };
        current.push(piece);
    }
    current.join("\n[...]\n")
}

/// Words that must not differ between the parts of the product.
#[test]
fn every_policy_key_is_documented() {
    let schema: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(root().join("schema/policy.schema.json")).unwrap()).unwrap();
    let docs = fs::read_to_string(root().join("docs/policy.md")).unwrap();
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(docs.contains(&format!("`{key}`")), "docs/policy.md does not name `{key}`");
    }
}

#[test]
fn the_hooks_install_the_wheel_of_this_version() {
    let project = fs::read_to_string(root().join("pyproject.toml")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    for line in [format!("version = \"{version}\""), format!("dependencies = [\"stopgap=={version}\"]")] {
        assert!(project.lines().any(|found| found == line), "pyproject.toml lacks `{line}`");
    }
}

/// Returns the YAML blocks of a page.
fn yaml_blocks(page: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join(page)).unwrap();
    page.split("```yaml\n").skip(1).map(|block| block.split_once("```").unwrap().0.to_owned()).collect()
}

/// The rule `copied-reason` knows the reasons that the pages show, so that nobody files one of them as theirs. The page
/// of the rules is left out: its examples are the fixtures.
#[test]
fn the_reasons_on_the_pages_are_known() {
    let mut examples = BTreeSet::new();
    let mut pages: Vec<_> = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|page| page.extension().is_some_and(|it| it == "md") && !page.ends_with("rules.md"));
    pages.extend(["README.md", "src/commands/init/readme.md"].map(|page| root().join(page)));
    for page in pages {
        // What is between two fences.
        for line in fs::read_to_string(page).unwrap().split("```").skip(1).step_by(2).flat_map(str::lines) {
            let record = line.trim_start_matches(['+', '-', ' ']).strip_prefix("reason: ");
            let argument = line.split_once("--reason '").and_then(|(_, rest)| rest.split_once('\'')).map(|(it, _)| it);
            let text = record.or(argument).map(|text| text.trim_matches('"'));
            examples.extend(text.filter(|text| text.contains(' ')).map(str::to_owned));
        }
    }
    let schema = fs::read_to_string(root().join("schema/exception.schema.json")).unwrap();
    collect_reasons(&serde_json::from_str(&schema).unwrap(), &mut examples);
    assert!(examples.len() >= 4, "{examples:?}");
    let list: String = examples.iter().map(|text| format!("{text}\n")).collect();
    assert_page("src/rules/text/examples.txt", &list);
}

/// Collects the examples of every property `reason`, and the reasons in the examples of what contains one.
fn collect_reasons(schema: &Value, examples: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                let own = value["examples"].as_array().into_iter().flatten().chain([value]);
                let own = own.filter(|_| key == "reason").filter_map(Value::as_str);
                examples.extend(own.map(str::to_owned));
                collect_reasons(value, examples);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect_reasons(value, examples)),
        _ => {}
    }
}

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Returns what the pages call the repository on GitHub: the one of `Cargo.toml`, or a name that nobody can register there.
fn home() -> String {
    let repository = env!("CARGO_PKG_REPOSITORY").trim_end_matches('/').trim_end_matches(".git");
    repository.strip_prefix("https://github.com/").unwrap_or("<OWNER>/stopgap").to_owned()
}

/// Whoever copies a place that is left open must see it fail: an account `OWNER` may exist, and offer a program.
#[test]
fn a_page_names_our_repository_or_nobodys() {
    let mut files = vec!["README.md".to_owned()];
    files.extend(fs::read_dir("docs").unwrap().map(|it| it.unwrap().path().display().to_string()));
    let mut named = 0;
    // The reference of the commands has what the help shows, each name in angle brackets.
    for file in files.iter().filter(|file| file.ends_with(".md") && !file.ends_with("commands.md")) {
        let text = fs::read_to_string(file).unwrap();
        for before in ["uses: ", "https://github.com/", "--action "] {
            for (at, _) in text.match_indices(before) {
                let rest = &text[at + before.len()..];
                let name = rest.split(|c: char| c.is_whitespace() || "@`'\")".contains(c)).next().unwrap_or_default();
                if name == "stopgap" || name.ends_with("/stopgap") {
                    assert_eq!(name, home(), "{file}");
                    named += 1;
                }
            }
        }
        for open in ["OWNER", "GROUP", "REGISTRY", "COMMIT", "DIGEST"] {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            for (at, _) in text.match_indices(open) {
                let (before, after) = (&text[..at], &text[at + open.len()..]);
                let is_place =
                    after.starts_with("/stopgap") || before.ends_with("stopgap@") || before.ends_with("sha256:");
                assert!(!is_place || before.ends_with(is_part), "{file}: `{open}` is not in angle brackets");
            }
        }
    }
    assert!(named >= 7, "{named}");
}

/// `init` and the pages have one text, but for the pins and the comment that names the release of a commit.
#[test]
fn the_workflows_on_the_pages_are_what_init_writes() {
    let (ci, reminders) = (yaml_blocks("docs/ci.md"), yaml_blocks("docs/reminders.md"));
    let written = |arguments: &[&str], file: &str| {
        let sandbox = crate::support::Sandbox::new();
        let init = crate::support::Run::of(sandbox.command().arg("init").args(arguments));
        assert_eq!(init.code, 0, "{}", init.stderr);
        fs::read_to_string(sandbox.path(file)).unwrap_or_default()
    };
    let (gates, remind) = (".github/workflows/stopgap.yml", ".github/workflows/stopgap-reminders.yml");
    let pin = format!("acme/stopgap@{COMMIT}");
    let release = format!("{}@<COMMIT> # v{}", home(), env!("CARGO_PKG_VERSION"));
    let action = ["--action", pin.as_str()];
    let with_action = written(&action, gates);
    assert_eq!(ci[0], with_action.replace(&pin, &release));
    assert_eq!(reminders[0], written(&action, remind).replace(&pin, &release));
    let common = with_action.split_once("      - uses: acme/stopgap").unwrap().0;
    let source = format!("https://github.com/acme/stopgap@{COMMIT}");
    let image = format!("registry.example.com/stopgap@sha256:{}", "0123456789abcdef".repeat(4)).to_lowercase();
    for (arguments, reminds) in
        [(&["--source", source.as_str()][..], true), (&["--image", &image], false), (&[], false)]
    {
        let steps = written(arguments, gates);
        let steps = steps.strip_prefix(common).unwrap();
        assert_eq!(!written(arguments, remind).is_empty(), reminds, "{arguments:?}");
        if reminds {
            let steps = steps.replace("acme/stopgap", &home());
            assert!(ci.contains(&steps), "docs/ci.md does not show\n{steps}");
            continue;
        }
        let (get, rest) = steps.split_at(steps.find("      - name: Pull request\n").unwrap());
        let past = &rest[rest.find("      - name: Past the gate\n").unwrap()..];
        let get = &get.replace("registry.example.com/", "<REGISTRY>/");
        let shown = |text: &str| ci.iter().any(|block| block.contains(text));
        assert!(shown(get) && shown(past), "docs/ci.md does not show\n{get}{past}");
    }
    for says in
        ["types: [opened, synchronize, reopened, edited]\n", "  merge_group:\n", "  schedule:\n", "permissions: {}\n"]
    {
        assert!(common.contains(says), "{says}");
    }
    let component = format!("acme/stopgap/stopgap@{COMMIT}");
    let pipeline = written(&["--ci", "gitlab", "--component", &component, "--image", &image], ".gitlab-ci.yml");
    let pipeline = pipeline.replace(&image, "<REGISTRY>/stopgap@sha256:<DIGEST>").replace(COMMIT, "<COMMIT>");
    let pipeline = pipeline.replace("acme/", "<GROUP>/");
    assert!(ci.contains(&pipeline), "docs/ci.md does not show\n{pipeline}");
    assert!(ci.contains(&written(&["--ci", "gitlab", "--source", &source], ".gitlab-ci.yml")));
}

/// Where no component can be taken in, GitLab's job is the component's, word for word.
#[test]
fn the_job_that_init_writes_for_gitlab_is_the_components() {
    let sandbox = crate::support::Sandbox::new();
    let source = format!("https://gitlab.example.com/acme/stopgap@{COMMIT}");
    let init = sandbox.command().args(["init", "--ci", "gitlab", "--source", &source]).output().unwrap();
    assert!(init.status.success());
    let job = fs::read_to_string(sandbox.path(".gitlab/stopgap.yml")).unwrap();
    let component = fs::read_to_string(root().join("templates/stopgap.yml")).unwrap();
    let scripts = |text: &str| -> Vec<String> {
        text.split("  script:\n")
            .skip(1)
            .map(|part| part.split("\n  artifacts:").next().unwrap().trim().to_owned())
            .collect()
    };
    let inputs = [("root", ""), ("policy", ""), ("all-registers", "false"), ("sign-off", "required"), ("today", "")];
    let given = |text: String| {
        inputs.iter().fold(text, |text, (name, value)| text.replace(&format!("$[[ inputs.{name} ]]"), value))
    };
    let expected: Vec<String> = scripts(&component).into_iter().map(given).collect();
    assert_eq!(scripts(&job), expected);
    assert_eq!(scripts(&job).len(), 2);
    assert!(!job.contains("inputs") && job.contains("STOPGAP_SIGN_OFF='required'\n"), "{job}");
}
