//! A repository that is damaged is never one without a commit, and git's own last word reaches whoever reads the log.

use std::fs;
#[cfg(unix)]
use std::path::Path;

use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

/// Where a job and a developer are.
const PLACES: [&[(&str, &str)]; 4] =
    [&[], &[("CI", "true")], &[("TF_BUILD", "True")], &[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "push")]];

fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n");
    repo.write("exceptions/label-printer.yaml", &exception(&[])).commit("Begin");
    repo.write("readme.md", "A text.\n").commit("Go on");
    repo
}

fn run(repo: &Repo, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.envs(variables.iter().copied()).args(arguments))
}

/// The gate everywhere ends with exit code 2 and its words, and so does what reads the past.
fn is_refused(repo: &Repo, of_the_gate: &[&str], of_the_past: &[&str]) {
    let gate: &[&str] = &["check", "--base", "auto", "--today", TODAY];
    let gates = PLACES.iter().map(|place| run(repo, place, gate));
    let job = run(repo, PLACES[2], &["check", "--today", TODAY]);
    let suppressions = run(repo, &[], &["suppressions", "--check", "--base", "auto", "--today", TODAY]);
    let pack = repo.sandbox.path().join("pack");
    let evidence = ["evidence", "--from", "2026-01-01", "--to", "2026-03-31", "--output", pack.to_str().unwrap()];
    let past = [
        &["history"][..],
        &["show", "label-printer"],
        &["report", "--today", TODAY],
        &["report", "--today", TODAY, "--format", "json"],
        &["list", "--at", "2026-01-05"],
        &["list", "--at", "HEAD"],
        &["report", "--at", "2026-01-05"],
        &["check", "--at", "2026-01-05"],
        &["card", "label-printer", "--at", "2026-01-05"],
        &["card", "label-printer", "--at", "HEAD"],
        &["doctor"],
        &["new", "--git"],
        &["import", "old.csv", "--git"],
        &["review", "label-printer", "--by", "Luis Prado", "--note", "Still there.", "--git", "--today", TODAY],
        &evidence,
    ];
    let gates = gates.chain([job, suppressions]).map(|run| (run, of_the_gate));
    let past = past.map(|arguments| (run(repo, &[], arguments), of_the_past));
    for (run, words) in gates.chain(past) {
        assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
        for word in words {
            assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
        }
    }
    assert!(!pack.exists());
    // A branch that begins at nothing would take the place of all that there is.
    let branches = fs::read_dir(repo.path().join(".git/refs/heads")).unwrap();
    assert!(branches.into_iter().all(|branch| branch.unwrap().file_name() == "main"));
    assert_eq!(fs::read_to_string(repo.path().join("exceptions/label-printer.yaml")).unwrap(), exception(&[]));
    // What needs nothing but the files and the index goes on.
    for arguments in [&["card", "label-printer", "--today", TODAY][..], &["suppressions", "--check", "--today", TODAY]]
    {
        let here = run(repo, &[], arguments);
        assert_eq!(here.code, 0, "{here:?}");
    }
}

fn object(repo: &Repo, revision: &str) -> std::path::PathBuf {
    let oid = repo.git(&["rev-parse", revision]);
    let oid = oid.trim();
    repo.path().join(format!(".git/objects/{}/{}", &oid[..2], &oid[2..]))
}

#[test]
fn a_branch_whose_file_is_empty_is_damaged() {
    let repo = repository();
    fs::write(repo.path().join(".git/refs/heads/main"), "").unwrap();
    is_refused(&repo, &["`HEAD` cannot be read", "git fsck"], &["` cannot be read", "git fsck"]);
}

#[test]
fn a_lost_commit_is_not_the_absence_of_one() {
    let repo = repository();
    fs::remove_file(object(&repo, "HEAD")).unwrap();
    is_refused(&repo, &["which is checked out, is not in this clone"], &["the commit `", "is not in this clone"]);
}

#[test]
fn references_that_cannot_be_read_are_damage() {
    let repo = repository();
    repo.git(&["pack-refs", "--all"]);
    fs::write(repo.path().join(".git/packed-refs"), "garbage\n").unwrap();
    let words = ["fatal: unexpected line in .git/packed-refs"];
    is_refused(&repo, &words, &words);
}

#[test]
fn a_folder_of_a_commit_that_was_lost_is_named() {
    let repo = repository();
    fs::remove_file(object(&repo, "HEAD:exceptions")).unwrap();
    let job = run(&repo, PLACES[2], &["check", "--today", TODAY]);
    assert_eq!(job.code, 2, "{}", job.stdout);
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    assert!(!tree.is_empty() && job.stderr.contains("is not in this clone"), "{}", job.stderr);
    assert!(job.stderr.contains("git fsck") && !job.stderr.contains("hint"), "{}", job.stderr);
    assert!(job.stderr.contains("a folder of a commit, the tree `"), "{}", job.stderr);
    fs::remove_file(object(&repo, "HEAD^{tree}")).unwrap();
    let top = run(&repo, PLACES[2], &["check", "--today", TODAY]);
    let words = format!("the top folder of the commit `{}` is not in this clone", repo.rev("HEAD"));
    assert!(top.code == 2 && top.stderr.contains(&words), "{top:?}");
}

#[test]
fn a_branch_of_the_remote_whose_file_is_empty_is_not_one_that_was_not_fetched() {
    let repo = repository();
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
    let gate: &[&str] = &["check", "--base", "auto", "--today", TODAY];
    assert!(run(&repo, &[], gate).stdout.contains("`origin/main`"));
    fs::write(repo.path().join(".git/refs/remotes/origin/main"), "").unwrap();
    let damaged = run(&repo, &[], gate);
    assert!(damaged.code == 2 && damaged.stderr.contains("`refs/remotes/origin/main` cannot be read"), "{damaged:?}");
    // What is asked for first is there.
    repo.git(&["update-ref", "refs/remotes/origin/trunk", "HEAD~1"]);
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    assert_eq!(run(&repo, &[], gate).code, 0);
}

#[test]
fn a_default_branch_that_was_renamed_is_no_damage() {
    let repo = repository();
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone"]);
    let gate: &[&str] = &["check", "--base", "auto", "--today", TODAY];
    let renamed = run(&repo, &[], gate);
    assert!(renamed.code == 0 && renamed.stdout.contains("`origin/main`"), "{renamed:?}");
}

#[test]
fn a_commit_that_was_lost_on_the_way_to_the_base_is_said() {
    let repo = repository();
    repo.write("readme.md", "B\n").commit("Once more");
    fs::remove_file(object(&repo, "HEAD~1")).unwrap();
    let gate = run(&repo, &[], &["check", "--base", "HEAD~2", "--today", TODAY]);
    assert_eq!(gate.code, 2, "{gate:?}");
    let history = run(&repo, &[], &["history"]);
    assert_eq!(history.code, 2, "{history:?}");
}

#[test]
fn a_branch_without_a_commit_is_the_honest_neighbour() {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n");
    repo.write("exceptions/label-printer.yaml", &exception(&[]));
    let gate: &[&str] = &["check", "--base", "auto", "--today", TODAY];
    let developer = run(&repo, &[], gate);
    assert!(developer.code == 0 && developer.stdout.contains("there is no commit yet"), "{}", developer.stdout);
    // In a job there is always something checked out.
    for place in &PLACES[2..] {
        let job = run(&repo, place, gate);
        assert!(job.code == 2 && job.stderr.contains("there is no commit to compare"), "{}", job.stderr);
    }
}

/// Puts in the place of a folder what nobody can list, not even root: a file, or a link that leads to itself.
#[cfg(unix)]
fn hide(folder: &Path, behind_a_link: bool) {
    fs::remove_dir_all(folder).unwrap();
    match behind_a_link {
        true => std::os::unix::fs::symlink(folder.file_name().unwrap(), folder).unwrap(),
        false => fs::write(folder, "").unwrap(),
    }
}

#[cfg(unix)]
#[test]
fn branches_that_nobody_can_list_are_not_branches_that_were_never_fetched() {
    let gate: &[&str] = &["check", "--base", "auto", "--today", TODAY];
    let past = [
        &["check", "--at", "2026-01-05"][..],
        &["list", "--at", "2026-01-05"],
        &["evidence", "--from", "2026-01-01", "--to", "2026-01-31", "--output", "../pack"],
        &["report", "--today", TODAY],
    ];
    let places = PLACES.into_iter().chain([&[("CIRCLECI", "true"), ("CIRCLE_BRANCH", "main")][..]]);
    for (folder, behind_a_link) in
        ["refs/remotes", "refs/remotes/origin"].into_iter().flat_map(|folder| [(folder, false), (folder, true)])
    {
        let repo = repository();
        repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
        assert!(run(&repo, &[], gate).stdout.contains("`origin/main`"));
        hide(&repo.path().join(".git").join(folder), behind_a_link);
        let gates = places.clone().map(|place| run(&repo, place, gate));
        for refused in gates.chain(past.map(|arguments| run(&repo, &[], arguments))) {
            let words = format!("`{folder}` cannot be read");
            assert!(refused.code == 2 && refused.stderr.contains(&words), "{folder}: {refused:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_branch_that_is_a_link_to_nowhere_is_not_one_that_was_never_fetched() {
    let repo = repository();
    for target in ["main", "nowhere"] {
        repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
        let branch = repo.path().join(".git/refs/remotes/origin/main");
        fs::remove_file(&branch).unwrap();
        std::os::unix::fs::symlink(target, &branch).unwrap();
        let gate = run(&repo, &[], &["check", "--base", "auto", "--today", TODAY]);
        assert!(gate.code == 2 && gate.stderr.contains("`refs/remotes/origin/main` cannot be read"), "{gate:?}");
        fs::remove_file(&branch).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_folder_of_branches_that_nobody_can_list_is_not_a_branch_without_a_commit() {
    for behind_a_link in [false, true] {
        let repo = repository();
        hide(&repo.path().join(".git/refs/heads"), behind_a_link);
        let gate = run(&repo, &[], &["check", "--base", "auto", "--today", TODAY]);
        assert!(gate.code == 2 && gate.stderr.contains("cannot be read"), "{gate:?}");
    }
}

/// Where references are kept in tables, a file lies in the place of the folder of branches.
#[test]
fn references_in_tables_are_no_damage() {
    let repo = Repo::new();
    if !repo.try_git(&["init", "--quiet", "--ref-format=reftable", "-b", "main", "tables"]).status.success() {
        return;
    }
    fs::remove_dir_all(repo.path().join(".git")).unwrap();
    fs::rename(repo.path().join("tables/.git"), repo.path().join(".git")).unwrap();
    repo.write("stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n");
    let gate: &[&str] = &["check", "--base", "auto", "--today", TODAY];
    repo.write("exceptions/label-printer.yaml", &exception(&[]));
    assert_eq!(run(&repo, &[], gate).code, 0);
    repo.commit("Begin");
    repo.write("readme.md", "A text.\n").commit("Go on");
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD~1"]);
    for arguments in [gate, &["report", "--today", TODAY]] {
        let run = run(&repo, &[], arguments);
        assert_eq!(run.code, 0, "{run:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_nobody_can_look_into_is_not_one_without_a_policy() {
    let repo = Repo::new();
    repo.write(".github/stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n");
    repo.write(".github/CODEOWNERS", "* @mei\n").write("exceptions/label-printer.yaml", &exception(&[]));
    repo.write("team-a/stopgap.yaml", "back_dating: 30d\n").commit("Begin");
    let check: &[&str] = &["check", "--today", TODAY];
    assert_eq!(run(&repo, &[], check).code, 0);
    hide(&repo.path().join(".github"), true);
    for arguments in
        [check, &["check", "--base", "auto", "--today", TODAY], &["list"], &["export", "--format", "csv"], &["doctor"]]
    {
        let refused = run(&repo, &[], arguments);
        let words = "cannot read the folder of `.github/";
        assert!(refused.code == 2 && refused.stderr.contains(words), "{arguments:?}: {refused:?}");
    }
    // With a policy that is seen first, the code owners are still behind it.
    repo.write("stopgap.yaml", "back_dating: 30d\n");
    for arguments in [check, &["doctor"]] {
        let refused = run(&repo, &[], arguments);
        assert!(refused.code == 2 && refused.stderr.contains("cannot read the folder"), "{arguments:?}: {refused:?}");
    }
    repo.git(&["checkout", "--quiet", "--force", "HEAD", "--", ".github"]);
    hide(&repo.path().join("team-a"), true);
    let several = run(&repo, &[], &["list", "--all-registers"]);
    assert!(several.code == 2 && several.stderr.contains("the folder of `team-a/stopgap.yaml`"), "{several:?}");
}

#[cfg(unix)]
#[test]
fn a_git_folder_that_leads_nowhere_is_not_the_absence_of_one() {
    let repo = repository();
    fs::remove_dir_all(repo.path().join(".git")).unwrap();
    std::os::unix::fs::symlink("nowhere", repo.path().join(".git")).unwrap();
    for arguments in [&["check", "--today", TODAY][..], &["check", "--base", "auto", "--today", TODAY], &["history"]] {
        let refused = run(&repo, PLACES[2], arguments);
        let words = "`git rev-parse` failed: fatal: not a git repository";
        assert!(refused.code == 2 && refused.stderr.contains(words), "{arguments:?}: {refused:?}");
    }
}

#[test]
fn a_damaged_repository_is_named_as_one() {
    for (file, text) in [("HEAD", ""), ("HEAD", "nothing\n"), ("config", "[core\n")] {
        let repo = repository();
        fs::write(repo.path().join(".git").join(file), text).unwrap();
        let refused = run(&repo, &[], &["check", "--base", "auto", "--today", TODAY]);
        let help = "help: there is a `.git`, but it is damaged";
        assert!(refused.code == 2 && refused.stderr.contains(help), "{file}: {refused:?}");
    }
}

#[test]
fn a_branch_that_is_damaged_is_not_one_that_asks_for_nothing() {
    let report: &[&str] = &["report", "--today", TODAY, "--format", "json"];
    for damage in ["none", "emptied", "lost"] {
        let repo = repository();
        repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        repo.branch("ask");
        repo.write("exceptions/badge-reader.yaml", &exception(&[])).commit("Ask");
        repo.git(&["update-ref", "refs/remotes/origin/ask", "HEAD"]);
        let commit = object(&repo, "HEAD");
        repo.switch("main");
        repo.git(&["branch", "--quiet", "-D", "ask"]);
        match damage {
            "emptied" => fs::write(repo.path().join(".git/refs/remotes/origin/ask"), "").unwrap(),
            "lost" => fs::remove_file(commit).unwrap(),
            _ => {}
        }
        let report = run(&repo, &[], report);
        let is_damaged = damage != "none";
        assert_eq!(report.code, if is_damaged { 2 } else { 0 }, "{damage}: {report:?}");
        assert_eq!(report.stdout.contains("badge-reader"), !is_damaged, "{damage}: {report:?}");
        assert_eq!(report.stdout.contains("what waits on a branch is not known"), is_damaged, "{damage}: {report:?}");
        assert_eq!(report.stderr.contains("`refs/remotes/origin/ask`"), is_damaged, "{damage}: {report:?}");
    }
}

#[test]
fn a_report_of_which_git_does_not_tell_a_part_is_printed_and_ends_as_an_error() {
    for lost in ["HEAD~1", "HEAD~1^{tree}", "HEAD~1:exceptions", "HEAD~1:exceptions/label-printer.yaml"] {
        let repo = repository();
        repo.write("exceptions/label-printer.yaml", &exception(&[("owner", "Hanna Vogel")])).commit("Hand over");
        repo.git(&["update-ref", "refs/heads/main", &repo.rev("HEAD")]);
        // The root commit is the one that is lost, or has what is lost.
        let lost = lost.replace("HEAD~1", "HEAD~2");
        fs::remove_file(object(&repo, &lost)).unwrap();
        let report = run(&repo, &[], &["report", "--today", TODAY, "--format", "json"]);
        assert!(report.code == 2 && report.stderr.starts_with("error: "), "{lost}: {report:?}");
        assert!(report.stdout.contains(" is not known: "), "{lost}: {report:?}");
    }
}

#[test]
fn an_index_that_was_lost_is_not_a_repository_without_files() {
    let suppressions: &[&str] = &["suppressions", "--check", "--today", TODAY];
    let repo = repository();
    repo.write("app.py", "assert x  # noqa: S101\n").commit("Add");
    let before = run(&repo, &[], suppressions);
    fs::remove_file(repo.path().join(".git/index")).unwrap();
    for arguments in [suppressions, &["suppressions", "--today", TODAY]] {
        let after = run(&repo, &[], arguments);
        assert!(after.code == 2 && after.stderr.contains("the index lists no file"), "{after:?}");
    }
    // A job judges the commit.
    assert_eq!(run(&repo, &[("CI", "true")], suppressions).stdout, before.stdout);
    // Without a commit there is nothing that could be missing.
    let new = Repo::new();
    new.write("stopgap.yaml", "back_dating: 30d\n").write("exceptions/label-printer.yaml", &exception(&[]));
    assert_eq!(run(&new, &[], suppressions).code, 0);
}

#[test]
fn a_history_since_a_commit_says_first_that_the_branch_is_damaged() {
    let repo = repository();
    fs::write(repo.path().join(".git/refs/heads/main"), "").unwrap();
    let history = run(&repo, &[], &["history", "--since", "HEAD~1"]);
    assert!(history.code == 2 && history.stderr.contains("`HEAD` cannot be read"), "{history:?}");
}

/// Anybody may commit files that look like a repository, nearer to a register than the real one.
#[cfg(unix)]
#[test]
fn committed_files_that_look_like_a_repository_are_not_taken_for_one() {
    let repo = Repo::new();
    repo.write("team-a/stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n");
    repo.write("team-a/exceptions/label-printer.yaml", &exception(&[])).commit("Begin");
    let check = ["check", "--root", "team-a", "--today", TODAY];
    let gate = [&check[..], &["--base", "HEAD"]].concat();
    for arguments in [&check[..], &gate] {
        assert_eq!(run(&repo, &[], arguments).code, 0);
    }
    repo.write("team-a/HEAD", "ref: refs/heads/main\n");
    repo.write("team-a/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n");
    for name in ["refs", "objects"] {
        std::os::unix::fs::symlink(format!("../.git/{name}"), repo.path().join("team-a").join(name)).unwrap();
    }
    // Git looks into the top folder, whose exceptions would then be judged.
    repo.write("exceptions/readme.md", "A text.\n").commit("Tidy up");
    let gate = [&check[..], &["--base", "HEAD~1"]].concat();
    let history = ["history", "--root", "team-a"];
    for arguments in [&gate[..], &["check", "--all-registers", "--base", "HEAD~1", "--today", TODAY], &history] {
        let refused = run(&repo, &[("CI", "true")], arguments);
        assert_eq!(refused.code, 2, "{arguments:?}: {}{}", refused.stdout, refused.stderr);
        assert!(refused.stderr.contains("cannot use bare repository"), "{arguments:?}: {}", refused.stderr);
    }
    let scheduled = run(&repo, &[("CI", "true")], &["check", "--root", "team-a", "--today", "2027-06-01"]);
    assert!(scheduled.code == 2 || scheduled.stdout.contains("[expired]"), "{scheduled:?}");
}
