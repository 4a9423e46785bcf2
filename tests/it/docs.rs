//! The documentation says what the program does: every command that a page shows prints what the page says.

use std::fs;
use std::path::Path;
use std::process::Command;

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

/// `init` and the page have one text, except for the comment that names the release of a commit.
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
    let action = "      - uses: OWNER/stopgap@COMMIT";
    let with_action = written(&["--action", "OWNER/stopgap@COMMIT"]);
    let release = format!("{action} # v{}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(blocks[0], with_action.replace(&format!("{action}\n"), &release));
    let (common, steps) = (with_action.split_once(action).unwrap().0, written(&[]));
    let steps = steps.strip_prefix(common).unwrap();
    assert!(blocks.contains(&steps), "docs/ci.md does not show\n{steps}");
    for says in
        ["types: [opened, synchronize, reopened, edited]\n", "  merge_group:\n", "  schedule:\n", "permissions: {}\n"]
    {
        assert!(common.contains(says), "{says}");
    }
}
