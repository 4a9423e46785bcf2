//! The documentation says what the program does: every command that a page shows prints what the page says.

use std::fs;
use std::path::Path;
use std::process::Command;

use stopgap::rules;

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

/// Pages show real output: each block after a `$ stopgap …` line is what that command prints.
#[test]
fn the_pages_show_what_the_commands_print() {
    let page = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let pages = page("README.md") + &page("docs/reminders.md");
    let mut shown = 0;
    for block in pages.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for part in block.split("$ stopgap ").skip(1) {
            let (command, expected) = part.split_once('\n').unwrap();
            let arguments: Vec<&str> = command.split_whitespace().collect();
            let printed = stopgap(&arguments);
            let mut rest = printed.as_str();
            for piece in expected.split("\n[...]\n").map(str::trim_end).filter(|piece| !piece.is_empty()) {
                let at =
                    rest.find(piece).unwrap_or_else(|| panic!("`{command}` does not print\n{piece}\nbut\n{printed}"));
                rest = &rest[at + piece.len()..];
            }
            shown += 1;
        }
    }
    assert!(shown > 1, "the pages show {shown} commands");
}

/// Words that must not drift between the parts of the product.
#[test]
fn every_policy_key_is_documented() {
    let schema: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(root().join("schema/policy.schema.json")).unwrap()).unwrap();
    let docs = fs::read_to_string(root().join("docs/policy.md")).unwrap();
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(docs.contains(&format!("`{key}`")), "docs/policy.md does not name `{key}`");
    }
}

/// `init` and the page have one text, but for the comment that names the release of a commit.
#[test]
fn the_workflow_on_the_page_is_what_init_writes() {
    let page = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).map(|block| block.split_once("```").unwrap().0).collect();
    let written = |arguments: &[&str]| {
        let sandbox = crate::support::Sandbox::new();
        let init = crate::support::Run::of(sandbox.command().arg("init").args(arguments));
        assert_eq!(init.code, 0, "{}", init.stderr);
        fs::read_to_string(sandbox.path(".github/workflows/stopgap.yml")).unwrap()
    };
    let action = "      - uses: OWNER/stopgap@COMMIT\n";
    let with_action = written(&["--action", "OWNER/stopgap@COMMIT"]);
    let release = format!(" # v{}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(blocks[0], format!("{}{release}", with_action.trim_end()));
    let (common, steps) = (with_action.strip_suffix(action).unwrap(), written(&[]));
    let steps = steps.strip_prefix(common).unwrap();
    assert!(blocks.contains(&steps), "docs/ci.md does not show\n{steps}");
    for says in
        ["types: [opened, synchronize, reopened, edited]\n", "  merge_group:\n", "  schedule:\n", "permissions: {}\n"]
    {
        assert!(common.contains(says), "{says}");
    }
}
