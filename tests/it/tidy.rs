//! The shape of the code that reviews would otherwise have to watch.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every source file with its path below `src/`, without its unit tests.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
    files
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "rs"))
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
            let path = entry.path().strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            (path, code)
        })
        .collect()
}

fn places_of(needle: &str) -> Vec<String> {
    sources().into_iter().filter(|(_, code)| code.contains(needle)).map(|(path, _)| path).collect()
}

#[test]
fn only_git_the_steps_of_a_request_the_editor_of_an_answer_and_the_program_itself_are_processes() {
    let mut named = places_of("process::Command");
    named.sort();
    // What `git/mod.rs` runs is made by the other one.
    assert_eq!(named, ["commands/limits.rs", "git/mod.rs", "git/process.rs"]);
    let starts = |code: &str| code.replace("clap::Command::new(", "").contains("Command::new(");
    let mut places: Vec<String> =
        sources().into_iter().filter(|(_, code)| starts(code)).map(|(path, _)| path).collect();
    places.sort();
    assert_eq!(places, ["commands/ask/compose.rs", "commands/limits.rs", "commands/steps/run.rs", "git/process.rs"]);
}

#[test]
fn threads_are_shared_in_one_place() {
    assert_eq!(places_of("rayon::"), ["cores.rs"]);
}

#[test]
fn only_the_edge_reads_the_clock_and_the_environment() {
    assert_eq!(places_of("Utc::now"), ["commands/mod.rs"]);
    assert_eq!(places_of("SystemTime::now"), Vec::<String>::new());
    let variables: Vec<String> = places_of("env::var").into_iter().filter(|path| path != "git/process.rs").collect();
    assert_eq!(variables, ["commands/mod.rs"]);
}

/// The modules in the order in which `lib.rs` lists them, from the ground up.
fn floors() -> Vec<String> {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let name = |line: &str| line.strip_suffix(';')?.split_once("mod ").map(|(_, name)| name.to_owned());
    lib.lines().filter_map(name).collect()
}

/// Every name after `crate::` in a text, also within braces: `use crate::{git, yaml}`.
fn used(code: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => names.extend(group.split('}').next().unwrap().split(',').map(|part| word(part.trim()))),
            None => drop(names.insert(word(rest))),
        }
    }
    names
}

#[test]
fn each_module_uses_only_those_above_it_in_lib_rs() {
    let floors = floors();
    assert!(floors.len() > 15, "{floors:?}");
    let floor = |name: &str| floors.iter().position(|other| other == name);
    for (path, code) in sources().into_iter().filter(|(path, _)| path != "main.rs" && path != "lib.rs") {
        let own = path.split(['/', '.']).next().unwrap();
        let own_floor = floor(own).unwrap_or_else(|| panic!("{path} is in no module of lib.rs"));
        for name in used(&code) {
            if let Some(other) = floor(&name) {
                assert!(other <= own_floor, "{path} uses `{name}`, which stands below `{own}` in lib.rs");
            }
        }
    }
}

#[test]
fn modules_with_parts_are_written_as_mod_rs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (path, _) in sources() {
        let folder = root.join(path.trim_end_matches(".rs"));
        assert!(!folder.is_dir(), "{path} has a folder beside it: move it to {}/mod.rs", path.trim_end_matches(".rs"));
    }
}

#[test]
fn rules_do_not_read_files_or_start_processes() {
    for (path, code) in sources().into_iter().filter(|(path, _)| path.starts_with("rules/")) {
        for outside in ["std::fs", "std::env", "std::process", "std::io", "crate::git::", "crate::files"] {
            assert!(!code.contains(outside), "{path} names {outside}");
        }
    }
}

#[test]
fn the_world_outside_is_not_named() {
    for (path, code) in sources() {
        for word in ["http://localhost", "/home/", "/root/", "127.0.0.1"] {
            assert!(!code.contains(word), "{path} names {word}");
        }
    }
}

/// A template escapes every value by itself, unless it is told not to.
#[test]
fn only_the_frame_of_a_page_writes_what_is_not_escaped() {
    assert_eq!(places_of("PreEscaped"), ["output/html.rs"]);
}

/// They are searched where they lie. A line of some lists says what its word means: `word = meaning`.
#[test]
fn word_lists_are_sorted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
    let lists: Vec<_> =
        files.map(walkdir::DirEntry::into_path).filter(|path| path.parent().unwrap().ends_with("words")).collect();
    assert!(lists.len() > 20, "{lists:?}");
    for path in lists {
        let text = fs::read_to_string(&path).unwrap();
        let words: Vec<&str> = text.lines().map(|line| line.split(" = ").next().unwrap()).collect();
        assert!(text.ends_with('\n') && words.iter().all(|word| !word.is_empty() && word.trim() == *word), "{path:?}");
        assert!(words.is_sorted_by(|a, b| a < b), "{path:?}: {:?}", words.windows(2).find(|pair| pair[0] >= pair[1]));
    }
}
