//! The gate judges what is merged: the register of the base, by what the commit contains.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

fn run(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().stdin(Stdio::null()).current_dir(folder);
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path))).envs(variables.iter().copied());
    Run::of(command.arg("check").args(arguments).args(["--today", TODAY, "--format", "concise"]))
}

mod root {
    use super::*;

    /// A repository with a register in `team/`, on a branch that is about to change it.
    fn team() -> Repo {
        let repo = Repo::new();
        repo.write("team/stopgap.yaml", "version: 1\n").write("team/exceptions/a.yaml", &exception(&[]));
        repo.write("readme.md", "The team's register.\n").commit("Begin");
        repo.branch("topic");
        repo
    }

    fn gate(repo: &Repo, folder: &str, more: &[&str]) -> Run {
        repo.commit("Change");
        run(&repo.path().join(folder), &[], &[&["--base", "main"], more].concat())
    }

    fn is_moved(run: &Run, base: &str, head: &str) {
        assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
        let line = format!("the base has it in {base}, and this change puts it in {head}");
        let words = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&line), "{}", run.stderr);
    }

    #[test]
    fn a_removed_policy_does_not_take_the_register_with_it() {
        let repo = team();
        repo.git(&["rm", "-q", "team/stopgap.yaml"]);
        is_moved(&gate(&repo, "team", &[]), "`team`", "the top of the work tree");
        // Whoever names the root means it, and the exceptions are still judged.
        let named = gate(&repo, "team", &["--root", "."]);
        assert_eq!(named.code, 0, "{}{}", named.stdout, named.stderr);
    }

    #[test]
    fn a_policy_nearer_to_the_job_does_not_hide_the_register() {
        let repo = Repo::new();
        repo.write("stopgap.yaml", "version: 1\n").write("exceptions/a.yaml", &exception(&[])).write("ci/x", "");
        repo.commit("Begin");
        repo.branch("topic");
        repo.write("ci/stopgap.yaml", "version: 1\n").write("ci/exceptions/a.yaml", &exception(&[]));
        is_moved(&gate(&repo, "ci", &[]), "the top of the work tree", "`ci`");
        let github = Repo::new();
        github.write("exceptions/a.yaml", &exception(&[])).write("ci/x", "").commit("Begin");
        github.branch("topic");
        github.write("ci/.github/stopgap.yaml", "version: 1\n").write("ci/exceptions/b.yaml", &exception(&[]));
        is_moved(&gate(&github, "ci", &[]), "the top of the work tree", "`ci`");
    }

    #[test]
    fn a_policy_that_moves_up_or_down_is_reported() {
        let repo = team();
        repo.git(&["mv", "team/stopgap.yaml", "stopgap.yaml"]);
        is_moved(&gate(&repo, "team", &[]), "`team`", "the top of the work tree");
    }

    #[test]
    fn a_first_register_may_be_anywhere_and_another_one_is_left_alone() {
        let repo = Repo::new();
        repo.write("readme.md", "Nothing yet.\n").commit("Begin");
        repo.branch("topic");
        repo.write("team/stopgap.yaml", "version: 1\n").write("team/exceptions/a.yaml", &exception(&[]));
        let first = gate(&repo, "team", &[]);
        assert_eq!(first.code, 0, "{}{}", first.stdout, first.stderr);
        let other = team();
        other.write("other/stopgap.yaml", "version: 1\n").write("other/exceptions/b.yaml", &exception(&[]));
        let kept = gate(&other, "team", &[]);
        assert_eq!(kept.code, 0, "{}{}", kept.stdout, kept.stderr);
    }

    #[cfg(unix)]
    #[test]
    fn a_root_behind_a_link_is_refused_and_a_checkout_behind_one_is_not() {
        let repo = team();
        repo.write("decoy/stopgap.yaml", "version: 1\n").write("decoy/exceptions/b.yaml", &exception(&[]));
        std::os::unix::fs::symlink("decoy", repo.path().join("register")).unwrap();
        for root in ["register", "team/../register", "./register/."] {
            let run = gate(&repo, ".", &["--root", root]);
            assert_eq!(run.code, 2, "{root}: {}", run.stdout);
            assert!(run.stderr.contains("link `register`"), "{}", run.stderr);
        }
        let checkout = repo.path().parent().unwrap().join("checkout");
        std::os::unix::fs::symlink(repo.path(), &checkout).unwrap();
        let run = run(&checkout, &[], &["--root", checkout.join("team").to_str().unwrap()]);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    }

    #[test]
    fn the_scheduled_check_looks_at_the_owners_of_a_register_below_the_top() {
        let repo = team();
        let found = |owners: &str| {
            repo.write(".github/CODEOWNERS", owners);
            run(&repo.path().join("team"), &[], &[]).stdout
        };
        let two = "/team/ @mei @luis\n/.github/ @mei @luis\n";
        assert!(!found(two).contains("not-code-owned"), "{}", found(two));
        assert!(found("/other/ @mei @luis\n").contains("not-code-owned"), "{}", found("/other/ @mei @luis\n"));
        fs::remove_file(repo.path().join(".github/CODEOWNERS")).unwrap();
        assert!(!run(&repo.path().join("team"), &[], &[]).stdout.contains("not-code-owned"));
    }
}
