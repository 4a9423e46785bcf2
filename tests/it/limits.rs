//! What becomes of a run that the system holds to a limit: of memory, of a file's size, of processes, of room on a disk; and
//! of one whose reader has stopped reading.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::git::Repo;
use crate::support::{Run, Sandbox, TODAY, exception};

fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\nsync: {trivy: .trivyignore.yaml}\n");
    repo.write("exceptions/label-printer.yaml", &exception(&[("covers", "[{tool: trivy, id: CVE-2026-1}]")]));
    repo.write("app.py", "assert x  # noqa: S101\n").write("clean.sarif", CLEAN).commit("Begin");
    repo.branch("topic");
    repo.write("exceptions/badge-reader.yaml", &exception(&[("title", "Badge reader without TLS")])).commit("Ask");
    repo
}

const CLEAN: &str = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Trivy"}}, "results": []}]}"#;

fn path() -> String {
    std::env::var("PATH").unwrap()
}

/// Prepares a run of `stopgap` in a shell that has set a limit.
fn limited(folder: &Path, limit: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("bash");
    command.env_clear().current_dir(folder).env("PATH", path()).stdin(Stdio::null());
    command.args(["-c", &format!("{limit} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_stopgap")]).args(arguments);
    command
}

#[test]
fn a_register_that_cannot_fit_into_memory_is_refused_before_it_is_read() {
    let repo = repository();
    let check = ["check", "--today", TODAY];
    let fits = Run::of(&mut limited(repo.path(), "ulimit -v 262144", &check));
    assert!(fits.code < 2, "{fits:?}");
    for number in 0..600 {
        let file = fs::File::create(repo.path().join(format!("exceptions/large-{number}.yaml"))).unwrap();
        file.set_len(4 << 20).unwrap();
    }
    let large = Run::of(&mut limited(repo.path(), "ulimit -v 262144", &check));
    assert!(large.code == 2 && large.stderr.contains("MiB of memory, and this process may have 256"), "{large:?}");
}

/// Runs `stopgap` where no further thread and no process is to be had. The system holds nobody to that who is root, so
/// that root becomes a user that has nothing else running.
fn alone(repo: &Repo, arguments: &[&str]) -> Run {
    let sandbox = repo.sandbox.path();
    let mut command = Command::new("bash");
    command.env_clear().current_dir(repo.path()).env("PATH", path()).env("RAYON_NUM_THREADS", "4");
    let mut program = PathBuf::from(env!("CARGO_BIN_EXE_stopgap"));
    if fs::metadata(sandbox).unwrap().uid() == 0 {
        fs::set_permissions(sandbox, fs::Permissions::from_mode(0o755)).unwrap();
        // The folder that it was built in may be root's alone. A copy that we had written ourselves could be open still in
        // what another test starts, and would then not run.
        let copy = sandbox.join("stopgap");
        assert!(Command::new("cp").args([&program, &copy]).status().unwrap().success());
        program = copy;
        command.uid(61_234).gid(61_234);
    }
    command.args(["-c", "ulimit -u 1 && exec \"$0\" \"$@\""]).arg(program);
    Run::of(command.args(arguments))
}

#[test]
fn without_threads_there_is_still_one() {
    let repo = repository();
    let at = |arguments: &[&'static str]| [arguments, &["--today", TODAY]].concat();
    for arguments in [&["list"][..], &["check"], &["export", "--format", "jsonl"], &["card", "label-printer"]] {
        let run = alone(&repo, &at(arguments));
        assert!(run.code < 2 && run.stdout.contains("label-printer"), "{arguments:?}: {run:?}");
    }
    let enforced = alone(&repo, &at(&["enforce", "clean.sarif", "--baseline", "clean.sarif"]));
    assert_eq!(enforced.code, 0, "{enforced:?}");
    for arguments in [
        &at(&["check", "--base", "main"])[..],
        &at(&["suppressions"]),
        &at(&["report"]),
        &at(&["show", "label-printer"]),
        &["history"],
        &["doctor"],
        &["list", "--at", "2026-01-05"],
        &["evidence", "--from", "2026-01-01", "--to", "2026-01-31", "--output", "pack"],
        &["new", "--git"],
    ] {
        let run = alone(&repo, arguments);
        assert!(run.code == 2 && run.stderr.contains("`git` cannot be started"), "{arguments:?}: {run:?}");
    }
}

/// A register whose files more than one thread reads.
fn many() -> Repo {
    let repo = repository();
    for number in 0..300 {
        repo.write(&format!("exceptions/system-{number}.yaml"), &exception(&[]));
    }
    repo
}

#[test]
fn more_threads_than_are_of_use_are_not_started() {
    let repo = many();
    for threads in ["0", "1", "2000", "999999", "18446744073709551616"] {
        let limit = format!("export RAYON_NUM_THREADS={threads}");
        let run = Run::of(&mut limited(repo.path(), &limit, &["list", "--today", TODAY]));
        assert!(run.code == 0 && run.stdout.contains("system-299"), "{threads}: {run:?}");
    }
}

#[test]
fn a_run_that_may_have_too_few_files_open_says_so_and_finds_nothing_in_them() {
    let repo = many();
    for arguments in
        [&["check"][..], &["export", "--format", "csv"], &["remind"], &["enforce", "clean.sarif"], &["suppressions"]]
    {
        let arguments = [arguments, &["--today", TODAY]].concat();
        let whole = Run::of(&mut limited(repo.path(), "true", &arguments));
        for most in 4..9 {
            let limit = format!("export RAYON_NUM_THREADS=16 && ulimit -n {most}");
            let run = Run::of(&mut limited(repo.path(), &limit, &arguments));
            let says_so =
                run.code == 2 && run.stderr.contains("Too many open files") && run.stderr.contains("`ulimit -n`");
            assert!(says_so || run.stdout == whole.stdout, "{arguments:?}, {most}: {run:?}");
        }
    }
}

#[test]
fn a_folder_that_was_removed_is_not_looked_at() {
    let repo = repository();
    for arguments in [&["doctor"][..], &["init", "--dry-run"], &["check"]] {
        let gone = "mkdir gone && cd gone && rmdir ../gone";
        let run = Run::of(&mut limited(repo.path(), gone, arguments));
        assert!(run.code == 2 && run.stderr.contains("cannot read the current folder"), "{arguments:?}: {run:?}");
    }
}

#[test]
fn a_limit_of_memory_is_named_without_proc_too() {
    // Only who may change what is mounted can take it away.
    let hidden = "umount -l /proc && ulimit -v 65536 && exec \"$0\" \"$@\"";
    let run = |folder: &Path, script: &str, arguments: &[&str]| {
        let mut command = Command::new("unshare");
        command.env_clear().current_dir(folder).env("PATH", path()).stdin(Stdio::null());
        command.args(["--mount", "bash", "-c", script, env!("CARGO_BIN_EXE_stopgap")]).args(arguments);
        command.output().ok().filter(|output| output.status.success() || output.status.code() == Some(2))
    };
    let repo = repository();
    if run(repo.path(), hidden, &["explain"]).is_none_or(|output| !output.status.success()) {
        return;
    }
    let notes = "  - {note: The belt was looked at, by: Luis Prado}\n".repeat(1500);
    for number in 0..200 {
        repo.write(&format!("exceptions/large-{number}.yaml"), &format!("{}x-notes:\n{notes}", exception(&[])));
    }
    let output = run(repo.path(), hidden, &["check", "--today", TODAY]).expect("no signal ends it");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("`ulimit -v`"), "{said}");
}

/// What is run with too little memory, whatever it then says.
const READERS: [&[&str]; 9] = [
    &["check"],
    &["check", "--base", "main", "--format", "sarif"],
    &["list"],
    &["report", "--format", "json"],
    &["export", "--format", "csv"],
    &["export", "--format", "oscal-ar"],
    &["show", "label-printer"],
    &["suppressions", "--check"],
    &["enforce", "clean.sarif"],
];

#[test]
fn a_run_that_runs_out_of_memory_says_so() {
    let repo = repository();
    let notes = "  - {note: The belt was looked at, by: Luis Prado}\n".repeat(1500);
    let large = format!("{}x-notes:\n{notes}", exception(&[]));
    for number in 0..60 {
        repo.write(&format!("exceptions/large-{number}.yaml"), &large);
    }
    let within = |mebibytes: u64, arguments: &[&str]| {
        Run::of(&mut limited(repo.path(), &format!("ulimit -v {}", mebibytes * 1024), arguments))
    };
    // What the program takes before it has read anything depends on how it was built.
    let least = (8..).map(|step| 2 * step).find(|least| within(*least, &["explain"]).code == 0).unwrap();
    for arguments in READERS.into_iter().step_by(2) {
        for more in [1, 8, 32, 1024] {
            let run = within(least + more, &[arguments, &["--today", TODAY]].concat());
            let is_refused = run.code == 2 && run.stderr.contains("memory") && run.stderr.contains("`ulimit -v`");
            // The files alone have 4 MiB.
            let is_as_it_must_be = if more == 1 { is_refused } else { run.code < 2 || (is_refused && more < 1024) };
            assert!(is_as_it_must_be, "{arguments:?} in {} + {more}: {} {}", least, run.code, run.stderr);
        }
    }
}

const REVIEW: [&str; 8] =
    ["review", "label-printer", "--by", "Luis Prado", "--note", "The maker has confirmed the day.", "--today", TODAY];

/// Each command that writes, and each file that it then writes anew.
const WRITERS: [(&[&str], &[&str]); 9] = [
    (&REVIEW, &["exceptions/label-printer.yaml"]),
    (&["sync", "--today", TODAY], &[".trivyignore.yaml"]),
    (&["suppressions", "--write-baseline", "--until", "30d", "--today", TODAY], &["suppressions.yaml"]),
    (&["init", "--ci", "gitlab"], &["exceptions/README.md"]),
    (&["export", "--format", "csv", "--output", "out.csv", "--today", TODAY], &["out.csv"]),
    (
        &["check", "--output", "json=out.json", "--output", "sarif=out.sarif", "--today", TODAY],
        &["out.json", "out.sarif"],
    ),
    (&["enforce", "clean.sarif", "--annotate", "out.sarif", "--today", TODAY], &["out.sarif"]),
    (&["evidence", "--from", "2026-01-01", "--to", "2026-01-31", "--output", "pack"], &["pack/SHA256SUMS"]),
    (&["man", "--output", "."], &["stopgap.1"]),
];

/// Returns the files of a folder with their texts.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().filter_entry(|entry| entry.file_name() != ".git").flatten();
    let files = entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn a_file_that_may_not_become_so_large_leaves_the_old_one_and_nothing_beside_it() {
    for (arguments, written) in WRITERS {
        let repo = repository();
        let before = files(repo.path());
        let ended = Run::of(&mut limited(repo.path(), "ulimit -f 0", arguments));
        let says_so = ended.stderr.starts_with("error: a file would exceed the size limit (0 KiB)");
        assert!(ended.code == 2 && says_so, "{arguments:?}: {ended:?}");
        let left: Vec<PathBuf> = files(repo.path()).into_keys().filter(|path| !before.contains_key(path)).collect();
        assert!(left.iter().all(|path| path.to_string_lossy().contains("/.stopgap-")), "{arguments:?}: {left:?}");
        assert!(before.iter().all(|(path, text)| fs::read(path).unwrap() == *text), "{arguments:?}");
        let next = Run::of(&mut limited(repo.path(), "true", arguments));
        assert!(next.code < 2, "{arguments:?}: {next:?}");
        let after = files(repo.path());
        let left: Vec<&PathBuf> = after.keys().filter(|path| path.to_string_lossy().contains("/.stopgap-")).collect();
        assert!(left.is_empty(), "{arguments:?}: {left:?}");
        for file in written {
            assert_ne!(
                after.get(&repo.path().join(file)),
                before.get(&repo.path().join(file)),
                "{arguments:?}: {file}"
            );
        }
    }
}

#[test]
fn where_there_is_no_room_nothing_changes() {
    // Only who may mount a file system can make one that is full.
    let mounted = "mount -t tmpfs -o size=512k none \"$1\" && cp -r \"$0/.\" \"$1\" && cd \"$1\" && shift &&
        { cat /dev/zero > fill; true; } 2>/dev/null && program=$1 && shift && \"$program\" \"$@\"; code=$?;
        ls -A . exceptions pack 2>/dev/null | grep '^[.]stopgap-'; sha256sum exceptions/label-printer.yaml; exit $code";
    let can = Command::new("unshare").args(["--mount", "true"]).output().is_ok_and(|output| output.status.success());
    if !can {
        return;
    }
    for (arguments, written) in WRITERS {
        let repo = repository();
        fs::remove_dir_all(repo.path().join(".git/hooks")).unwrap();
        let room = Sandbox::new();
        let mut command = Command::new("unshare");
        command.env_clear().env("PATH", path()).stdin(Stdio::null()).args(["--mount", "bash", "-c", mounted]);
        command.args([repo.path(), &room.path(""), Path::new(env!("CARGO_BIN_EXE_stopgap"))]);
        let run = Run::of(command.args(arguments));
        let says_so = run.stderr.contains("the disk is full") && !run.stderr.contains(".stopgap-");
        assert!(run.code == 2 && says_so, "{arguments:?}, {written:?}: {run:?}");
        let as_it_was =
            Command::new("sha256sum").arg(repo.path().join("exceptions/label-printer.yaml")).output().unwrap();
        let digest = String::from_utf8(as_it_was.stdout).unwrap();
        assert_eq!(run.stdout.split_whitespace().next_back(), Some("exceptions/label-printer.yaml"), "{run:?}");
        assert!(run.stdout.contains(digest.split_whitespace().next().unwrap()), "{arguments:?}: {run:?}");
        assert!(!run.stdout.contains(".stopgap-"), "{arguments:?}: {run:?}");
    }
}

/// What prints something, with the exit code that it has.
fn printers() -> Vec<Vec<&'static str>> {
    let of_today = READERS.iter().copied().chain([
        &["card", "label-printer"][..],
        &["report", "--format", "html"],
        &["export", "--format", "jsonl"],
        &["export", "--format", "ics"],
        &["export", "--format", "cyclonedx-vex"],
        &["suppressions"],
        &["sync", "--check"],
        &["review", "label-printer", "--by", "Luis Prado", "--note", "Looked at once more.", "--dry-run"],
    ]);
    let of_today = of_today.map(|arguments| [arguments, &["--today", TODAY]].concat());
    let others =
        [&["history"][..], &["doctor"], &["explain"], &["schema", "exception"], &["man"], &["init", "--dry-run"]];
    let of_clap = [&["--help"][..], &["--version"], &["help", "check"], &["completions", "bash"]];
    of_today.chain(others.into_iter().chain(of_clap).map(<[&str]>::to_vec)).collect()
}

#[test]
fn a_reader_that_stops_reading_changes_nothing_and_a_disk_that_is_full_is_an_error() {
    let repo = repository();
    let run = |arguments: &[&str], stdout: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().current_dir(repo.path()).env("PATH", path()).stdin(Stdio::null()).stdout(stdout);
        let output = command.stderr(Stdio::piped()).args(arguments).spawn().unwrap().wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for arguments in printers() {
        let read = run(&arguments, Stdio::null());
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        assert_eq!(run(&arguments, writer.into()), read, "{arguments:?}");
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let (code, said) = run(&arguments, full.into());
        let says_so = said.contains("error: cannot write the result: No space left on device");
        assert!(code == Some(2) && says_so, "{arguments:?}: {code:?} {said}");
        assert!(said.contains("help: free some space where the output goes"), "{arguments:?}: {said}");
    }
}

#[test]
fn an_edit_whose_words_nobody_reads_is_made_and_never_takes_a_commit_for_done_that_is_not() {
    let repo = repository();
    repo.git(&["init", "--quiet", "--bare", "../origin.git"]);
    repo.git(&["remote", "add", "origin", "../origin.git"]);
    for with_git in [false, true] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
        command.env_clear().current_dir(repo.path()).env("PATH", path()).args(REVIEW).args(with_git.then_some("--git"));
        let output = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let output = output.wait_with_output().unwrap();
        let record = fs::read_to_string(repo.path().join("exceptions/label-printer.yaml")).unwrap();
        // The same review is not recorded twice.
        repo.git(&["restore", "exceptions/label-printer.yaml"]);
        let is_pushed = repo.git(&["ls-remote", "origin"]).contains("refs/heads/");
        assert_eq!(record.matches("The maker has confirmed the day.").count(), 1, "{record}");
        assert_eq!(output.status.success(), is_pushed || !with_git, "{output:?}");
    }
}
