//! The generated register of the benchmark has no findings, so that its timings are those of a register in good order.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::generate;

const ENTRIES: usize = 300;

fn generated() -> TempDir {
    let folder = TempDir::new().unwrap();
    generate::write(folder.path(), ENTRIES, generate::SEED).unwrap();
    folder
}

/// Returns the contents of every file below a folder, sorted by path.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| if path.is_dir() { files(path) } else { vec![fs::read(path).unwrap()] }).collect()
}

#[test]
fn the_generated_register_has_no_errors_and_no_warnings() {
    let folder = generated();
    let output = Command::new(env!("CARGO_BIN_EXE_stopgap"))
        .env_clear()
        .args(["check", "--today", generate::TODAY, "--format", "json", "--root"])
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    let summary = &report["summary"];
    assert_eq!((&summary["errors"], &summary["warnings"]), (&0.into(), &0.into()), "{said}");
    assert_eq!(summary["exceptions"], ENTRIES);
    let live = summary["live"].as_u64().unwrap();
    assert!((30..60).contains(&live), "{live} live");
}

#[test]
fn the_same_seed_gives_the_same_register_of_believable_files() {
    let (one, other) = (generated(), generated());
    let files = files(&one.path().join("exceptions"));
    assert_eq!(files, self::files(&other.path().join("exceptions")));
    let average = files.iter().map(Vec::len).sum::<usize>() / files.len();
    assert!((1_400..1_800).contains(&average), "{average} bytes");
}
