//! The replay of a generated repository: each version in the input is a commit.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use stopgap::internal::error::Error;
use stopgap::internal::git::Git;
use stopgap::internal::history::PolicyFile;
use stopgap::internal::replay::{Between, replay};
use tempfile::TempDir;

use super::choices;
use super::register::{check_places, rule_book};
use crate::seeds::{Seeds, versions};
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "history",
    about: "every commit is judged, whatever its files hold, and findings are at their fields",
    seeds: || Seeds { versions: 5, ..seeds::exceptions() },
    run,
    quick: None,
};

fn run(data: &[u8]) -> Outcome {
    let folder = TempDir::new().expect("a folder");
    let commits = write(folder.path(), data);
    let git = Git::open(folder.path()).expect("a repository").expect("a repository");
    let past = match replay(&git, folder.path(), Between::default(), &PolicyFile::Usual, &rule_book, None) {
        Ok(past) => past,
        Err(Error::NoRegister { .. }) => return Outcome::Refused,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(past.commits, commits, "commits are passed over");
    for verdict in &past.verdicts {
        check_places(&verdict.findings, &verdict.files);
    }
    Outcome::taken(!past.verdicts.is_empty())
}

/// Writes a repository by `git fast-import`, in which each version is a commit, and returns how many there are. Some
/// versions go to the policy or to a second file, some remove the file, and some merge the commit before the last one.
fn write(folder: &Path, data: &[u8]) -> usize {
    let mut random = choices(data);
    let (mut stream, mut count) = (Vec::new(), 0);
    for (at, version) in versions(data).take(12).enumerate() {
        let mark = at + 1;
        let mut head = format!(
            "commit refs/heads/main\nmark :{mark}\ncommitter Dana <dana@acme.example> {} +0000\ndata 5\ninput\n",
            1_795_000_000 + at * 90_000
        );
        if at > 0 {
            let _ = writeln!(head, "from :{at}");
        }
        if at > 1 && random.u8(..4) == 0 {
            let _ = writeln!(head, "merge :{}", at - 1);
        }
        let path = match random.u8(..12) {
            0 => "exceptions/b.yaml",
            1 => "people.yaml",
            2 => "stopgap.yaml",
            _ => "exceptions/a.yaml",
        };
        match random.u8(..10) {
            0 if at > 0 => head.push_str("D exceptions/a.yaml\n"),
            _ => {
                let _ = writeln!(head, "M 100644 inline {path}\ndata {}", version.len());
                stream.extend_from_slice(head.as_bytes());
                stream.extend_from_slice(version);
                head = "\n".to_owned();
            }
        }
        head.push('\n');
        stream.extend_from_slice(head.as_bytes());
        count += 1;
    }
    git(folder, &["init", "--quiet", "--initial-branch=main"], &[]);
    git(folder, &["fast-import", "--quiet"], &stream);
    count
}

fn git(folder: &Path, arguments: &[&str], input: &[u8]) {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments).stdin(Stdio::piped()).stdout(Stdio::null());
    command.env_remove("GIT_DIR").env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let mut child = command.spawn().expect("git");
    child.stdin.take().expect("it was asked for").write_all(input).expect("git reads");
    assert!(child.wait().expect("git").success(), "git {arguments:?}");
}
