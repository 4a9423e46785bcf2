//! What breaks a target is caught, made smaller, kept and tried again.

use std::fs;
use std::process::{Command, Stdio};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_stopgap-fuzz"))
}

/// Runs a target that breaks until it does, and returns what was kept and what was said.
fn broken(target: &str, patience: &str) -> (Vec<u8>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let options = ["--seed", "1", "--count", "1000", "--patience", patience, "--keep"];
    let output = program().args(options).arg(folder.path()).arg(target).stderr(Stdio::null()).output();
    let output = output.expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let kept: Vec<_> = fs::read_dir(folder.path()).expect("it was made").flatten().map(|entry| entry.path()).collect();
    let [path] = &kept[..] else { panic!("{kept:?}\n{said}") };
    assert!(said.contains(&format!("--replay {} {target}", path.display())), "{said}");
    let mut again = program();
    again.arg("--replay").arg(path).arg(target).stdout(Stdio::null()).stderr(Stdio::null());
    if target != "hangs" {
        assert!(!again.status().expect("the program starts").success(), "{target} is not broken again");
    }
    (fs::read(path).expect("it was listed"), said)
}

#[test]
fn a_panic_is_caught() {
    let (kept, said) = broken("panics", "30");
    assert_eq!(kept, b"bad", "{said}");
    assert!(said.contains("broken by input") && said.contains("at the word"), "{said}");
    assert!(said.contains("1000 inputs"), "the others are still tried: {said}");
}

#[test]
fn the_end_of_the_process_is_caught() {
    for target in ["aborts", "overflows"] {
        let (kept, said) = broken(target, "30");
        assert_eq!(kept, b"bad", "{said}");
        assert!(said.contains("ends the process"), "{said}");
    }
}

#[test]
fn a_loop_without_end_is_caught() {
    let (kept, said) = broken("hangs", "2");
    assert!(kept.windows(3).any(|word| word == b"bad"), "{said}");
    assert!(said.contains("takes longer than 2 s"), "{said}");
}
