//! What is judged is what is merged: the commit, and not what git makes of it when it checks it out. Each attack is beside
//! its honest neighbour, in which nothing is said. Real repositories, the command as it ships.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

const ENTRY: &str = "exceptions/label-printer.yaml";
const JOB: &[(&str, &str)] = &[("TF_BUILD", "True")];
const CLAIMED: &[(&str, &str)] = &[("CI", "true")];
const DEVELOPER: &[(&str, &str)] = &[];
const LATER: [(&str, &str); 1] = [("expires", "2026-12-10")];

/// Another exception, which nobody objects to, with some fields written otherwise.
fn door(fields: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("title", "The back door of hall 3 keeps its old lock"),
        ("control", "PHY-02 Doors lock by themselves"),
        ("reason", "The locksmith comes on Tuesday of next week and brings the part."),
        ("scope.system", "back door of hall 3"),
        ("risk.statement", "Somebody could walk in at night and take a parcel."),
        ("removal", "Let the locksmith build the lock in and try it."),
    ];
    all.retain(|(key, _)| fields.iter().all(|(other, _)| other != key));
    all.extend(fields);
    exception(&all)
}

fn run(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().stdin(Stdio::null()).current_dir(folder);
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path))).envs(variables.iter().copied());
    Run::of(command.arg("check").args(arguments).args(["--today", TODAY, "--format", "concise"]))
}

/// A repository with a register on `main`, with further files, and a branch that is about to change it.
fn register(files: &[(&str, &str)]) -> Repo {
    let repo = Repo::new();
    repo.write("stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n").write(ENTRY, &exception(&[]));
    for (path, text) in files {
        repo.write(path, text);
    }
    repo.commit("Begin");
    repo.branch("topic");
    repo
}

/// Takes the work tree's files away and checks them out again, so that git does to them what the attributes say.
fn check_out(repo: &Repo) {
    repo.git(&["rm", "-r", "-q", "--cached", "."]);
    repo.git(&["reset", "--hard", "-q", "HEAD"]);
}

/// Commits, checks out anew and asks the gate and the scheduled check of a job, and the gate of a developer.
fn everywhere(repo: &Repo) -> [Run; 3] {
    repo.commit("Change");
    check_out(repo);
    [(JOB, &["--base", "main"][..]), (JOB, &[]), (DEVELOPER, &["--base", "main"])]
        .map(|(variables, arguments)| run(repo.path(), variables, arguments))
}

#[track_caller]
fn says(run: &Run, code: i32, lines: &[&str]) {
    let said: Vec<&str> =
        run.stdout.lines().filter(|line| line.contains(": error[") || line.contains(": warning[")).collect();
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    assert_eq!(said.len(), lines.len(), "{}", run.stdout);
    assert!(said.iter().zip(lines).all(|(said, line)| said.contains(line)), "{}", run.stdout);
}

/// Nothing is found and nothing is left out.
#[track_caller]
fn is_silent(run: &Run) {
    says(run, 0, &[]);
    assert!(!run.stdout.contains("not judged"), "{}", run.stdout);
}

mod ident {
    use super::*;

    const TITLE: (&str, &str) = ("title", "\"The back door $Id$ keeps its old lock\"");

    #[test]
    fn an_identifier_in_a_value_is_said_and_what_is_stored_is_judged() {
        let repo = register(&[]);
        repo.write(".gitattributes", "*.yaml ident\n").write("exceptions/door.yaml", &door(&[TITLE]));
        for run in everywhere(&repo) {
            assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
            let line = "exceptions/door.yaml:1:8: error[stored-text-differs] `title` differs between the commit and \
                        the checkout";
            assert!(run.stdout.contains(line), "{}", run.stdout);
        }
    }

    #[test]
    fn an_identifier_in_a_comment_is_no_value() {
        let repo = register(&[]);
        repo.write(".gitattributes", "*.yaml ident\n").write(ENTRY, &format!("# $Id$\n{}", exception(&[])));
        let runs = everywhere(&repo);
        let text = fs::read_to_string(repo.path().join(ENTRY)).unwrap();
        assert!(text.starts_with("# $Id: "), "{text}");
        runs.iter().for_each(is_silent);
    }

    #[test]
    fn an_attribute_that_comes_later_gates_and_one_that_was_there_does_not() {
        let entry = door(&[TITLE]);
        let later = register(&[("exceptions/door.yaml", &entry)]);
        later.write(".gitattributes", "*.yaml ident\n");
        let [gate, ..] = everywhere(&later);
        says(&gate, 1, &["exceptions/door.yaml:1:8: error[stored-text-differs]"]);
        let before = register(&[("exceptions/door.yaml", &entry), (".gitattributes", "*.yaml ident\n")]);
        before.write("readme.md", "Another text.\n");
        let [gate, scheduled, developer] = everywhere(&before);
        says(&gate, 0, &[]);
        assert!(gate.stdout.contains("1 finding that the change did not cause"), "{}", gate.stdout);
        says(&scheduled, 1, &["exceptions/door.yaml:1:8: error[stored-text-differs]"]);
        says(&developer, 0, &[]);
    }
}

mod encoding {
    use super::*;

    #[test]
    fn a_text_that_is_checked_out_as_utf_16_is_said_and_judged_as_it_is_stored() {
        let repo = register(&[]);
        repo.write(".gitattributes", "exceptions/* working-tree-encoding=UTF-16 text eol=lf\n");
        let stored = door(&[("expires", "2026-11-20")]);
        let bytes: Vec<u8> = [0xfe, 0xff].into_iter().chain(stored.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        fs::remove_file(repo.path().join(ENTRY)).unwrap();
        fs::write(repo.path().join("exceptions/door.yaml"), bytes).unwrap();
        for run in everywhere(&repo) {
            assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
            assert!(
                run.stdout.contains("door.yaml:1:1: error[stored-text-differs] the file can be read in the commit"),
                "{}",
                run.stdout
            );
            assert!(run.stdout.contains("error[expired] expired on `2026-11-20`"), "{}", run.stdout);
        }
    }

    #[test]
    fn another_name_of_the_same_encoding_is_not_said() {
        let repo = register(&[(".gitattributes", "exceptions/* working-tree-encoding=UTF-8 text\n")]);
        repo.write("exceptions/door.yaml", &door(&[("title", "Die Tür der Halle bleibt mit altem Schloss offen")]));
        everywhere(&repo).iter().for_each(is_silent);
    }
}

mod line_endings {
    use super::*;

    #[test]
    fn carriage_returns_alone_are_no_difference() {
        let repo = register(&[]);
        repo.write(".gitattributes", "* text eol=crlf\n").write("exceptions/door.yaml", &door(&[]));
        repo.write(".github/CODEOWNERS", "* @mei @olek\n# A second line.\n");
        let runs = everywhere(&repo);
        for path in ["exceptions/door.yaml", ".github/CODEOWNERS", "stopgap.yaml"] {
            assert!(fs::read_to_string(repo.path().join(path)).unwrap().contains("\r\n"), "{path}");
        }
        runs.iter().for_each(is_silent);
    }
}

mod filter {
    use super::*;

    /// Configures a filter that checks another end out than is stored.
    fn configure(repo: &Repo, clean: &str) {
        repo.git(&["config", "filter.later.smudge", "sed s/2026-11-20/2026-12-10/"]);
        repo.git(&["config", "filter.later.clean", clean]);
        repo.git(&["config", "filter.later.required", "true"]);
    }

    /// Lets the index be younger than what was checked out, as it is a second later.
    fn settle(repo: &Repo) {
        let long_ago = fs::FileTimes::new().set_modified(std::time::SystemTime::UNIX_EPOCH);
        for path in [ENTRY, ".gitattributes", "stopgap.yaml"] {
            fs::File::options().write(true).open(repo.path().join(path)).unwrap().set_times(long_ago).unwrap();
        }
        repo.git(&["update-index", "--refresh"]);
    }

    #[test]
    fn an_end_that_a_filter_moves_is_said_and_the_stored_one_is_judged() {
        let repo = register(&[]);
        configure(&repo, "sed s/2026-12-10/2026-11-20/");
        repo.write(".gitattributes", "exceptions/*.yaml filter=later\n").write(ENTRY, &exception(&LATER));
        repo.commit("Change");
        check_out(&repo);
        settle(&repo);
        assert!(fs::read_to_string(repo.path().join(ENTRY)).unwrap().contains("expires: 2026-12-10"));
        for (variables, arguments) in [(JOB, &["--base", "main"][..]), (JOB, &[]), (DEVELOPER, &["--base", "main"])] {
            let run = run(repo.path(), variables, arguments);
            assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
            let line =
                "error[stored-text-differs] `expires` is `2026-11-20` in the commit and `2026-12-10` in the checkout";
            assert!(run.stdout.contains(line) && run.stdout.contains("error[expired]"), "{}", run.stdout);
        }
    }

    #[test]
    fn a_filter_that_changes_nothing_is_not_said() {
        let repo = register(&[]);
        configure(&repo, "cat");
        repo.write(".gitattributes", "exceptions/*.yaml filter=later\n").write(ENTRY, &exception(&LATER));
        everywhere(&repo)[1..2].iter().for_each(is_silent);
    }

    #[test]
    fn no_filter_of_the_repository_runs() {
        let repo = register(&[]);
        let witness = repo.path().join("witness");
        repo.write(".gitattributes", "* filter=a=b.c ident\n");
        repo.write(ENTRY, &format!("# $Id$\n{}", exception(&[])));
        repo.commit("Change");
        check_out(&repo);
        let command = format!("touch {}; cat", witness.display());
        let config = repo.path().join(".git/config");
        let text = fs::read_to_string(&config).unwrap();
        for key in ["clean", "process", "smudge"] {
            let section = format!("[filter \"a=b.c\"]\n\t{key} = \"{command}\"\n\trequired = true\n");
            fs::write(&config, format!("{text}{section}")).unwrap();
            let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
            let times = fs::FileTimes::new().set_modified(later);
            fs::File::options().write(true).open(repo.path().join(ENTRY)).unwrap().set_times(times).unwrap();
            for (variables, arguments) in [(JOB, &["--base", "main"][..]), (JOB, &[]), (DEVELOPER, &["--base", "main"])]
            {
                let run = run(repo.path(), variables, arguments);
                assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{key}: {}", run.stdout);
                assert!(!witness.exists(), "{key}");
            }
        }
    }

    #[test]
    fn a_pointer_of_large_file_storage_is_no_exception_whatever_is_checked_out() {
        let repo = register(&[]);
        let pointer = "version https://git-lfs.github.com/spec/v1\n\
                       oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
        repo.write("exceptions/door.yaml", pointer).write(".gitattributes", "exceptions/door.yaml filter=lfs -text\n");
        repo.commit("Change");
        repo.write("exceptions/door.yaml", &door(&[]));
        for arguments in [&["--base", "main"][..], &[]] {
            let run = run(repo.path(), JOB, arguments);
            says(
                &run,
                1,
                &["door.yaml:1:1: error[invalid-yaml]", "door.yaml:1:1: error[stored-text-differs] the file"],
            );
        }
        // Nobody has fetched it: both are the pointer, which is no exception either.
        repo.write("exceptions/door.yaml", pointer);
        says(&run(repo.path(), JOB, &["--base", "main"]), 1, &["door.yaml:1:1: error[invalid-yaml]"]);
    }
}

mod rule_book {
    use super::*;

    #[test]
    fn the_stored_policy_roster_and_catalogue_judge() {
        let repo = register(&[]);
        repo.write("stopgap.yaml", "rules: {not-code-owned: off}\ntiers: {low: 30d}\n");
        repo.write("controls.yaml", "controls:\n  - {id: CRY-04, name: Certificates are younger than a year}\n");
        repo.write("people.yaml", "people:\n  - {name: Mei Tanaka}\n  - {name: Luis Prado}\n  - {name: Hanna Vogel}\n");
        repo.write(".github/CODEOWNERS", "* @mei @olek\n");
        repo.commit("Change");
        // What a filter could check out.
        repo.write(
            "stopgap.yaml",
            "rules: {not-code-owned: off, expired: off, stored-text-differs: off}\ntiers: {low: 90d}\n",
        );
        repo.write("controls.yaml", "controls:\n  - {id: CRY-04, name: Certificates are green}\n");
        repo.write("people.yaml", "people:\n  - {name: Mei Tanaka, left: 2026-01-01}\n");
        repo.write(".github/CODEOWNERS", "* @eve\n");
        let run = run(repo.path(), JOB, &[]);
        says(
            &run,
            1,
            &[
                ".github/CODEOWNERS:1:1: error[stored-text-differs] line `1` differs between the commit and the checkout",
                "controls.yaml:2:24: error[stored-text-differs] `controls.0.name` is `Certificates are younger than a year`",
                "people.yaml:2:3: error[stored-text-differs] `people` differs between the commit and the checkout",
                "stopgap.yaml:1:1: error[stored-text-differs] `rules.expired` exists only in the checkout",
                "stopgap.yaml:1:1: error[stored-text-differs] `rules.stored-text-differs` exists only in the checkout",
                "stopgap.yaml:2:14: error[stored-text-differs] `tiers.low` is `30d` in the commit and `90d` in the \
                 checkout",
            ],
        );
    }

    #[test]
    fn a_fault_of_a_stored_policy_is_the_commit_s() {
        let repo = register(&[]);
        repo.write("stopgap.yaml", "tiers: {low: many}\n");
        let commit = repo.commit("Change");
        repo.write("stopgap.yaml", "tiers: {low: 30d}\n");
        let job = run(repo.path(), JOB, &[]);
        assert_eq!(job.code, 2, "{}", job.stdout);
        assert!(job.stderr.contains(&format!("stopgap.yaml as {} has it", &commit[..12])), "{}", job.stderr);
        // A developer has put it right already.
        assert_eq!(run(repo.path(), DEVELOPER, &["--base", "main"]).code, 0);
    }
}

mod uncommitted {
    use super::*;

    #[test]
    fn a_developer_s_work_is_judged_before_the_commit_and_a_job_judges_the_commit() {
        let repo = register(&[]);
        let expired = door(&[("expires", "2026-11-20")]);
        repo.write("exceptions/door.yaml", &expired);
        let untracked = run(repo.path(), DEVELOPER, &["--base", "main"]);
        assert!(untracked.code == 1 && untracked.stdout.contains("error[expired]"), "{}", untracked.stdout);
        let job = run(repo.path(), JOB, &[]);
        says(&job, 0, &[]);
        assert!(
            job.stdout.contains("not checked, because the commit does not contain it: `exceptions/door.yaml`"),
            "{}",
            job.stdout
        );

        repo.git(&["add", "--all"]);
        let staged = run(repo.path(), DEVELOPER, &["--base", "main"]);
        assert!(staged.code == 1 && staged.stdout.contains("error[expired]"), "{}", staged.stdout);

        repo.commit("Change");
        repo.write("exceptions/door.yaml", &expired.replace("expires: 2026-11-20", "expires: 2026-12-10"));
        let edited = run(repo.path(), DEVELOPER, &["--base", "main"]);
        says(&edited, 0, &[]);
        let job = run(repo.path(), JOB, &[]);
        assert!(
            job.stdout.contains("error[expired]") && job.stdout.contains("error[stored-text-differs]"),
            "{}",
            job.stdout
        );

        fs::remove_file(repo.path().join("exceptions/door.yaml")).unwrap();
        says(&run(repo.path(), DEVELOPER, &["--base", "main"]), 0, &[]);
        let job = run(repo.path(), JOB, &[]);
        says(&job, 1, &["error[expired]"]);
    }

    /// A development container may set `CI`, and a hook must see there what is about to be committed.
    #[test]
    fn where_only_ci_is_set_work_is_judged_before_the_commit_and_the_commit_after_it() {
        let repo = register(&[]);
        let good = door(&[]);
        repo.write("exceptions/door.yaml", &good).commit("Change");
        says(&run(repo.path(), CLAIMED, &["--base", "main"]), 0, &[]);

        repo.write("exceptions/door.yaml", &good.replace("expires: ", "expires: 2026-11-20 # "));
        for arguments in [&["--base", "main"][..], &[]] {
            let edited = run(repo.path(), CLAIMED, arguments);
            assert!(edited.code == 1 && edited.stdout.contains("error[expired]"), "{}", edited.stdout);
        }

        repo.git(&["checkout", "--quiet", "--", "."]);
        repo.write(".gitattributes", "exceptions/*.yaml ident\n");
        repo.write("exceptions/door.yaml", &door(&[("title", "\"The back door $Id$ keeps its old lock\"")]))
            .commit("Attributes");
        check_out(&repo);
        let stored = run(repo.path(), CLAIMED, &["--base", "main"]);
        assert!(stored.stdout.contains("error[stored-text-differs]"), "{}", stored.stdout);
    }

    /// Each of these systems says it by one variable, whatever the run is about.
    #[test]
    fn a_job_of_a_known_system_judges_the_commit_and_a_variable_that_says_no_does_not() {
        let repo = register(&[]);
        repo.write("exceptions/door.yaml", &door(&[]).replace("expires: ", "expires: 2026-11-20 # "));
        for name in ["TF_BUILD", "BITBUCKET_BUILD_NUMBER", "CIRCLECI", "JENKINS_URL"] {
            let value = if name == "BITBUCKET_BUILD_NUMBER" { "17" } else { "true" };
            let job = run(repo.path(), &[(name, value), ("CI", "true")], &[]);
            assert!(job.code == 0 && job.stdout.contains("door.yaml"), "{name}: {}{}", job.stdout, job.stderr);
            let shell = run(repo.path(), &[(name, "false"), ("CI", "true")], &[]);
            assert!(shell.code == 1 && shell.stdout.contains("error[expired]"), "{name}: {}", shell.stdout);
        }
    }

    #[test]
    fn without_a_commit_or_a_repository_the_files_are_judged() {
        let repo = Repo::new();
        repo.write(ENTRY, &exception(&[("expires", "2026-11-20")]))
            .write("stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n");
        says(&run(repo.path(), JOB, &[]), 1, &["error[expired]"]);
        fs::remove_dir_all(repo.path().join(".git")).unwrap();
        says(&run(repo.path(), JOB, &[]), 1, &["error[expired]"]);
    }
}

mod elsewhere {
    use super::*;

    /// Makes a submodule of a path without fetching anything.
    fn submodule(repo: &Repo, path: &str) {
        let commit = repo.rev("HEAD");
        repo.git(&["rm", "-r", "-q", "--cached", "--ignore-unmatch", path]);
        let _ = fs::remove_dir_all(repo.path().join(path));
        let _ = fs::remove_file(repo.path().join(path));
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},{path}")]);
        fs::create_dir_all(repo.path().join(path)).unwrap();
        repo.git(&["commit", "-q", "-m", "A submodule"]);
    }

    #[test]
    fn a_submodule_in_the_place_of_the_register_or_of_what_judges_it_ends_the_run() {
        for path in ["exceptions", ENTRY, "exceptions/2026-q4", "stopgap.yaml", "people.yaml", "controls.yaml"] {
            let repo = register(&[]);
            submodule(&repo, path);
            for arguments in [&["--base", "main"][..], &[]] {
                let run = run(repo.path(), JOB, arguments);
                assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{path}: {}", run.stdout);
                assert!(run.stderr.contains(&format!("`{path}` is a submodule")), "{path}: {}", run.stderr);
                assert!(run.stderr.contains("commit the files themselves"), "{}", run.stderr);
            }
        }
    }

    #[test]
    fn a_submodule_that_was_fetched_ends_the_run_of_a_developer_too() {
        let repo = register(&[]);
        let other = repo.clone_whole();
        fs::remove_dir_all(repo.path().join("exceptions")).unwrap();
        fs::rename(other.path(), repo.path().join("exceptions")).unwrap();
        let run = run(repo.path(), DEVELOPER, &[]);
        assert!(run.code == 2 && run.stderr.contains("is a submodule"), "{}{}", run.stdout, run.stderr);
    }

    #[test]
    fn a_submodule_that_nobody_fetched_is_no_empty_register() {
        let repo = register(&[]);
        submodule(&repo, "exceptions");
        let found = run(repo.path(), DEVELOPER, &[]);
        assert!(
            found.code == 2 && found.stderr.contains("`exceptions` is a submodule"),
            "{}{}",
            found.stdout,
            found.stderr
        );
        let empty = Repo::new();
        empty
            .write("stopgap.yaml", "rules: {not-code-owned: off}\nback_dating: 30d\n")
            .write("exceptions/readme.md", "")
            .commit("Begin");
        is_silent(&run(empty.path(), DEVELOPER, &[]));
        is_silent(&run(empty.path(), JOB, &[]));
    }

    #[test]
    fn a_folder_in_the_place_of_a_file_that_judges_ends_the_run() {
        for path in ["stopgap.yaml", "people.yaml", "controls.yaml"] {
            let repo = register(&[]);
            let _ = fs::remove_file(repo.path().join(path));
            repo.write(&format!("{path}/readme.md"), "").commit("Change");
            let run = run(repo.path(), JOB, &["--base", "main"]);
            assert!(run.code == 2 && run.stderr.contains("not a regular file"), "{path}: {}{}", run.stdout, run.stderr);
        }
    }

    #[test]
    fn a_submodule_beside_the_register_is_nobody_s_business() {
        let repo = register(&[]);
        submodule(&repo, "vendor/exceptions");
        submodule(&repo, "exceptions-of-old");
        for arguments in [&["--base", "main"][..], &[]] {
            is_silent(&run(repo.path(), JOB, arguments));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_register_ends_the_run_and_one_beside_it_does_not() {
        use std::os::unix::fs::symlink;
        let repo = register(&[("old/a.yaml", &exception(&[]))]);
        repo.git(&["rm", "-r", "-q", "exceptions"]);
        symlink("old", repo.path().join("exceptions")).unwrap();
        repo.commit("Change");
        for (variables, arguments) in [(JOB, &["--base", "main"][..]), (JOB, &[]), (DEVELOPER, &["--base", "main"])] {
            let run = run(repo.path(), variables, arguments);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stdout);
            assert!(run.stderr.contains("is a link"), "{}", run.stderr);
        }
        let honest = register(&[]);
        symlink("../readme.md", honest.path().join("exceptions/readme.md")).unwrap();
        honest.commit("Change");
        is_silent(&run(honest.path(), JOB, &["--base", "main"]));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_an_exception_or_a_folder_is_a_finding() {
        use std::os::unix::fs::symlink;
        let repo = register(&[("old/a.yaml", &exception(&[]))]);
        symlink("../old/a.yaml", repo.path().join("exceptions/a.yaml")).unwrap();
        symlink("../old", repo.path().join("exceptions/old")).unwrap();
        repo.commit("Change");
        let lines = ["exceptions/a.yaml:1:1: error[invalid-yaml]", "exceptions/old:1:1: error[invalid-yaml]"];
        says(&run(repo.path(), JOB, &["--base", "main"]), 1, &lines);
    }
}

mod places {
    use super::*;

    #[test]
    fn a_register_below_the_top_is_read_from_the_commit_too() {
        let repo = Repo::new();
        repo.write("team/stopgap.yaml", "rules: {not-code-owned: warning}\nback_dating: 30d\n")
            .write("team/exceptions/a.yaml", &exception(&[]));
        repo.write(".github/CODEOWNERS", "* @mei @olek\n");
        repo.commit("Begin");
        repo.branch("topic");
        let entry = door(&[("title", "\"Lock $Id$ of the door stays open\""), ("approver", "\"@mei\"")]);
        repo.write("team/exceptions/door.yaml", &entry).write("team/.gitattributes", "*.yaml ident\n");
        repo.commit("Change");
        check_out(&repo);
        repo.write(".github/CODEOWNERS", "* @eve\n");
        for arguments in [&["--base", "main"][..], &[]] {
            let run = run(&repo.path().join("team"), JOB, arguments);
            says(
                &run,
                1,
                &[
                    "CODEOWNERS:1:1: error[stored-text-differs] line `1`",
                    "exceptions/door.yaml:1:8: error[stored-text-differs] `title`",
                ],
            );
        }
    }

    #[test]
    fn a_shallow_clone_holds_enough_and_a_bare_one_says_what_is_missing() {
        let repo = register(&[]);
        repo.write("exceptions/door.yaml", &door(&[("expires", "2026-11-20")]));
        repo.commit("Change");
        let shallow = repo.clone_shallow(1);
        says(&run(shallow.path(), JOB, &[]), 1, &["error[expired]"]);
        let bare = repo.path().join("bare");
        repo.git(&["clone", "-q", "--bare", ".", "bare"]);
        for arguments in [&["--base", "HEAD~1", "--root", "."][..], &["--root", "."]] {
            let run = run(&bare, JOB, arguments);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        }
    }

    #[test]
    fn what_is_not_checked_out_is_judged_all_the_same() {
        let repo = register(&[]);
        repo.write("exceptions/2026-q4/door.yaml", &door(&[("expires", "2026-11-20")]));
        repo.commit("Change");
        repo.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/exceptions/2026-q4/"]);
        assert!(!repo.path().join("exceptions/2026-q4/door.yaml").exists());
        for (variables, arguments) in [(JOB, &["--base", "main"][..]), (JOB, &[]), (DEVELOPER, &["--base", "main"])] {
            says(&run(repo.path(), variables, arguments), 1, &["exceptions/2026-q4/door.yaml:18:10: error[expired]"]);
        }
    }
}
