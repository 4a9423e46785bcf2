//! What `stopgap history` asks git for: each content once, and no process for each commit.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use chrono::DateTime;
use serde_json::json;

use crate::support::git::Repo;
use crate::support::{Run, exception};

const FIRST: i64 = 1_767_261_600;

/// A register to which so many branches were merged, each with one decision that its approver approved.
struct Merged {
    repo: Repo,
    /// GitHub's answers about the merges.
    answers: String,
}

impl Merged {
    fn new(merges: i64) -> Self {
        let repo = Repo::new();
        let mut stream = String::new();
        commit(&mut stream, "main", 1, FIRST, &[], ("stopgap.yaml", "version: 1\n"));
        for number in 1..=merges {
            // Some four merges a day.
            let committed = FIRST + number * 6 * 3600;
            let day = DateTime::from_timestamp(committed, 0).unwrap().format("%Y-%m-%d").to_string();
            let title = format!("Label printer {number} keeps its old certificate");
            let text = exception(&[
                ("title", &title),
                ("scope.system", &format!("label printer lp-{number}")),
                ("approver", "\"@mei\""),
                ("decided", &day),
                ("starts", &day),
            ]);
            let file = (&*format!("exceptions/printer-{number}.yaml"), &*text);
            commit(&mut stream, "ask", 2 * number, committed - 60, &[2 * number - 1], file);
            commit(&mut stream, "main", 2 * number + 1, committed, &[2 * number - 1, 2 * number], file);
        }
        let mut import = Command::new("git")
            .args(["fast-import", "--quiet"])
            .current_dir(repo.path())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        import.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
        assert!(import.wait().unwrap().success());
        let answers = answers(&repo);
        Self { repo, answers }
    }

    /// Runs `stopgap history` with a git that notes its arguments and what it is asked for.
    fn history(&self, arguments: &[&str]) -> Asked {
        let aside = self.repo.path().parent().unwrap();
        let (calls, objects) = (aside.join("calls"), aside.join("objects"));
        fs::write(&calls, "").unwrap();
        fs::write(&objects, "").unwrap();
        let path = std::env::var("PATH").unwrap();
        let mut folders = std::env::split_paths(&path).map(|folder| folder.join("git"));
        let git = folders.find(|git| git.is_file()).unwrap();
        let script = format!(
            "#!/bin/sh\necho \"$*\" >> '{calls}'\ncase \"$*\" in\n*'cat-file --batch') tee -a '{objects}' | '{git}' \"$@\" ;;\n\
             *) exec '{git}' \"$@\" ;;\nesac\n",
            calls = calls.display(),
            objects = objects.display(),
            git = git.display(),
        );
        fs::create_dir_all(aside.join("bin")).unwrap();
        fs::write(aside.join("bin/git"), script).unwrap();
        fs::set_permissions(aside.join("bin/git"), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().current_dir(self.repo.path()).stdin(Stdio::null());
        command.env("PATH", format!("{}:{path}", aside.join("bin").display()));
        let run = Run::of(command.arg("history").args(arguments));
        let mut asked = BTreeMap::new();
        for name in fs::read_to_string(objects).unwrap().lines() {
            *asked.entry(name.to_owned()).or_default() += 1;
        }
        Asked { run, processes: fs::read_to_string(calls).unwrap().lines().count(), asked }
    }

    fn pulls(&self) -> String {
        let file = self.repo.path().with_extension("jsonl");
        fs::write(&file, &self.answers).unwrap();
        file.to_str().unwrap().to_owned()
    }

    /// The contents of all exceptions.
    fn blobs(&self) -> Vec<String> {
        let listing = self.repo.git(&["ls-tree", "-r", "main", "exceptions/"]);
        listing.lines().map(|line| line.split_whitespace().nth(2).unwrap().to_owned()).collect()
    }
}

/// What a run asked git for.
struct Asked {
    run: Run,
    processes: usize,
    /// How often each object was asked for.
    asked: BTreeMap<String, usize>,
}

/// Adds a commit that writes one file to a stream for `git fast-import`.
fn commit(stream: &mut String, branch: &str, mark: i64, time: i64, parents: &[i64], (path, text): (&str, &str)) {
    let message = match parents {
        [_, _] => "Merge pull request",
        _ => "Ask",
    };
    stream.push_str(&format!("commit refs/heads/{branch}\nmark :{mark}\n"));
    stream.push_str(&format!("committer Dana Ortiz <dana@example.com> {time} +0000\n"));
    stream.push_str(&format!("data {}\n{message}\n", message.len()));
    for (word, parent) in ["from", "merge"].iter().zip(parents) {
        stream.push_str(&format!("{word} :{parent}\n"));
    }
    stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
}

/// GitHub's answers about all merges: `@mei` had approved the head of each.
fn answers(repo: &Repo) -> String {
    let mut lines = String::new();
    let log = repo.git(&["log", "--first-parent", "--min-parents=2", "--format=%H %P %ct", "main"]);
    for (number, line) in log.lines().enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        let &[merge, _, head, time] = words.as_slice() else { panic!("{line}") };
        let at = |minutes: i64| {
            let time = DateTime::from_timestamp(time.parse::<i64>().unwrap() - minutes * 60, 0).unwrap();
            time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
        };
        let user = |name: &str, id: u32| json!({"login": name, "id": id, "type": "User"});
        let pull = json!({
            "number": number, "user": user("hanna", 1), "head": {"sha": head}, "merged_at": at(0),
            "merge_commit_sha": merge,
        });
        let review = json!({
            "id": number, "user": user("mei", 2), "state": "APPROVED", "commit_id": head, "submitted_at": at(1),
        });
        for mut line in [json!({"commit": merge, "pulls": [pull]}), json!({"pull": number, "reviews": [review]})] {
            for (key, value) in [("repository", json!("acme/register")), ("page", json!(1)), ("last", json!(true))] {
                line[key] = value;
            }
            lines += &format!("{line}\n");
        }
    }
    lines
}

#[test]
fn each_content_is_read_once() {
    let merged = Merged::new(25);
    let Asked { run, asked, .. } = merged.history(&[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let blobs = merged.blobs();
    assert_eq!(blobs.len(), 25);
    let times: Vec<usize> = blobs.iter().map(|blob| asked.get(blob).copied().unwrap_or_default()).collect();
    assert_eq!(times, [1; 25]);
}

#[test]
fn more_merges_are_no_more_processes() {
    let (few, many) = (Merged::new(3), Merged::new(30));
    let counts = [&few, &many].map(|merged| {
        let signed = merged.history(&["--pulls", &merged.pulls()]);
        assert_eq!((signed.run.code, signed.run.stderr.as_str()), (0, ""), "{:?}", signed.run);
        let plain = merged.history(&[]);
        (plain.processes, signed.processes)
    });
    assert_eq!(counts[0], counts[1]);
    assert!(counts[1].1 < 20, "{counts:?}");
}

#[test]
fn answers_are_not_replaced_by_an_output() {
    let merged = Merged::new(1);
    let pulls = merged.pulls();
    let run = merged.history(&["--pulls", &pulls, "--output", &format!("json={pulls}")]).run;
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains(&format!("`--output` would replace `{pulls}`")), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&pulls).unwrap(), merged.answers);
    let beside = format!("{pulls}.json");
    assert_eq!(merged.history(&["--pulls", &pulls, "--output", &format!("json={beside}")]).run.code, 0);
}
