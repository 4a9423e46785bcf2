//! `unsigned-decision`: signatures that git verifies, by keys of the base and nothing of the machine.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::git::Repo;
use crate::support::{Run, exception};

const FILE: &str = "exceptions/printer.yaml";
const POLICY: &str = "signed_decisions: true\nrules: {not-code-owned: off, recorded-late: off, back-dated: off}\n";
const ROSTER: &str = "people:\n  - {name: Mei Tanaka, handle: '@mei', email: mei@example.com}\n  - {name: Luis Prado, handle: '@luis', email: luis@example.com}\n  - {name: Hanna Vogel, handle: '@hanna', email: hanna@example.com}\n";

fn printer(fields: &[(&str, &str)]) -> String {
    let usual = [("decided", "2026-01-03"), ("starts", "2026-01-03"), ("expires", "2026-02-01")];
    exception(&[fields, &usual[..]].concat())
}

fn stopgap(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().current_dir(repo.path()).stdin(Stdio::null());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    Run::of(command.args(arguments))
}

/// Tells whether there is no such program here: these tests need more than Rust and git. Where everything has to run,
/// as in the project's own CI, a missing one is a failure.
fn is_missing(program: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|folder| folder.join(program).is_file());
    assert!(found || std::env::var_os("CI").is_none(), "`{program}` is not installed");
    !found
}

/// A register whose policy asks for signatures, with keys of Mei and Luis and, if it is asked for, of the forge.
struct Signed {
    repo: Repo,
    keys: PathBuf,
}

impl Signed {
    fn new(more: &str) -> Self {
        Self::of(Repo::new(), more)
    }

    fn of(repo: Repo, more: &str) -> Self {
        let keys = repo.sandbox.path().join("keys");
        fs::create_dir(&keys).unwrap();
        let mut allowed = String::new();
        for name in ["mei", "luis", "stranger", "forge"] {
            let key = keys.join(name);
            let made =
                Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]).arg(&key).status();
            assert!(made.unwrap().success());
            let public = fs::read_to_string(key.with_extension("pub")).unwrap();
            if name != "stranger" {
                allowed.push_str(&format!("{name}@example.com {public}"));
            }
        }
        repo.write("stopgap.yaml", &format!("{POLICY}{more}")).write("people.yaml", ROSTER);
        repo.write("allowed_signers", &allowed).write("exceptions/.keep", "").commit("Begin");
        repo.branch("ask");
        Self { repo, keys }
    }

    /// Commits the work tree, signed by a key.
    fn commit(&self, by: &str, message: &str) -> String {
        self.repo.commits.set(self.repo.commits.get() + 1);
        self.repo.git(&["add", "--all"]);
        let key = format!("user.signingKey={}", self.keys.join(by).display());
        let arguments = ["-c", "gpg.format=ssh", "-c", &key, "commit", "-S", "--quiet", "-m", message];
        self.repo.git(&arguments);
        self.repo.rev("HEAD")
    }

    /// What the gate says of signatures.
    fn gate(&self) -> String {
        self.gate_with(&[])
    }

    fn gate_with(&self, more: &[&str]) -> String {
        let arguments = ["check", "--base", "main", "--today", "2026-01-04", "--format", "concise", "-q"];
        let run = stopgap(&self.repo, &[&arguments[..], more].concat());
        assert!(run.code < 2, "{run:?}");
        run.stdout.lines().filter(|line| line.contains("unsigned-decision")).collect::<Vec<_>>().join("\n")
    }

    fn history(&self) -> String {
        let run = stopgap(&self.repo, &["history", "--format", "concise", "-q"]);
        assert!(run.code < 2, "{run:?}");
        run.stdout.lines().filter(|line| line.contains("unsigned-decision")).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn the_approvers_key_passes_and_nobody_elses() {
    if is_missing("ssh-keygen") {
        return;
    }
    for (by, says) in [
        ("mei", ""),
        ("luis", "is signed by `luis@example.com`"),
        ("forge", "is signed by `forge@example.com`"),
        ("stranger", "its signature is not by a key of `allowed_signers`"),
    ] {
        let signed = Signed::new("");
        signed.repo.write(FILE, &printer(&[]));
        signed.commit(by, "Ask");
        let found = signed.gate();
        assert!(if says.is_empty() { found.is_empty() } else { found.contains(says) }, "{by}: {found}");
        // Merged as it is, the past says the same.
        signed.repo.switch("main");
        signed.repo.git(&["merge", "--quiet", "--ff-only", "ask"]);
        assert_eq!(signed.history().is_empty(), says.is_empty(), "{by}: {}", signed.history());
    }
    let signed = Signed::new("");
    signed.repo.write(FILE, &printer(&[])).commit("Ask without a signature");
    assert!(signed.gate().contains("error[unsigned-decision]") && signed.gate().contains("it carries no signature"));
}

#[test]
fn a_signature_of_sha_256_is_a_signature_too() {
    if is_missing("ssh-keygen") {
        return;
    }
    for (by, says) in [("mei", ""), ("luis", "is signed by `luis@example.com`")] {
        let signed = Signed::of(Repo::with_format("sha256"), "");
        signed.repo.write(FILE, &printer(&[]));
        signed.commit(by, "Ask");
        let found = signed.gate();
        assert!(if says.is_empty() { found.is_empty() } else { found.contains(says) }, "{by}: {found}");
    }
}

#[test]
fn what_no_key_verifies_is_said_to_be_what_it_is() {
    if is_missing("ssh-keygen") {
        return;
    }
    let line = "mei@example.com openpgp bm9uc2Vuc2U=\n";
    for (keys, fault) in [
        ("", "it is signed, but `allowed_signers` has no key to verify it"),
        (" \n", "it is signed, but `allowed_signers` has no key to verify it"),
        ("# nobody\n", "its signature is not by a key of `allowed_signers`, or is invalid"),
        ("mei@example.com openpgp ?\n", "or is invalid; `allowed_signers`: line 1 has no OpenPGP key that gpg reads"),
    ] {
        let signed = Signed::new("");
        signed.repo.switch("main");
        signed.repo.write("allowed_signers", keys).commit("Change the keys");
        signed.repo.git(&["switch", "--quiet", "-C", "ask"]);
        signed.repo.write(FILE, &printer(&[]));
        signed.commit("mei", "Ask");
        assert!(signed.gate().contains(fault), "{keys}: {}", signed.gate());
    }
    // A certificate's signature is none that a key of the file could make.
    let signed = Signed::new("");
    signed.repo.write(FILE, &printer(&[])).commit("Ask");
    let commit = signed.repo.git(&["cat-file", "commit", "HEAD"]);
    let certified = "\ngpgsig -----BEGIN SIGNED MESSAGE-----\n x\n -----END SIGNED MESSAGE-----\n\n";
    signed.repo.write("../commit", &(commit.replacen("\n\n", certified, 1) + "\n"));
    let made = signed.repo.git(&["hash-object", "-t", "commit", "-w", "--no-filters", "../commit"]);
    signed.repo.git(&["reset", "--quiet", "--hard", &made]);
    assert!(signed.gate().contains("its signature is neither of SSH nor of OpenPGP"), "{}", signed.gate());
    if is_missing("gpg") {
        return;
    }
    let signed = Signed::new("");
    signed.repo.switch("main");
    let before = fs::read_to_string(signed.repo.path().join("allowed_signers")).unwrap();
    signed.repo.write("allowed_signers", &format!("{before}{line}")).commit("Add nonsense");
    signed.repo.git(&["switch", "--quiet", "-C", "ask"]);
    signed.repo.write(FILE, &printer(&[]));
    signed.commit("stranger", "Ask");
    let fault = "`allowed_signers`: line 4 has no OpenPGP key that gpg reads";
    assert!(signed.gate().contains(fault), "{}", signed.gate());
}

#[test]
fn an_edit_after_the_signature_is_signed_by_nobody() {
    if is_missing("ssh-keygen") {
        return;
    }
    let signed = Signed::new("");
    signed.repo.write(FILE, &printer(&[]));
    signed.commit("mei", "Ask");
    signed.repo.write(FILE, &printer(&[("reason", "Something that Mei has never read.")])).commit("Slip in");
    assert!(signed.gate().contains("it carries no signature"), "{}", signed.gate());
    // Nor is it by a signed commit that touches something else, or by a signed merge.
    signed.repo.write("README.md", "x\n");
    signed.commit("mei", "Unrelated");
    assert!(!signed.gate().is_empty());
    signed.repo.write(FILE, &printer(&[("reason", "Something that Mei has read by now.")]));
    signed.commit("mei", "Agree");
    assert_eq!(signed.gate(), "");
}

#[test]
fn a_key_that_has_ended_signs_nothing_by_a_date_of_the_past() {
    if is_missing("ssh-keygen") {
        return;
    }
    // Mei's key ended on 10 January, and 41 days after New Year she has another.
    let ending = |signed: &Signed| {
        let keys = fs::read_to_string(signed.repo.path().join("allowed_signers")).unwrap();
        let ended = keys.replacen("mei@example.com ", "mei@example.com valid-before=\"20260110\" ", 1);
        let newer = fs::read_to_string(signed.keys.join("stranger.pub")).unwrap();
        signed.repo.switch("main");
        signed.repo.commits.set(40);
        signed.repo.write("allowed_signers", &format!("{ended}mei@example.com {newer}")).commit("End a key");
    };
    let back = "it is dated `2026-01-08`, before a commit of `2026-02-11` that it builds on, when its key had expired";
    let ended = "its signature is not by a key of `allowed_signers`, or is invalid";
    for (by, day, between, says) in [
        ("mei", 42, false, ended),
        ("mei", 6, false, back),
        ("mei", 6, true, back),
        ("stranger", 42, false, ""),
        ("stranger", 6, true, ""),
    ] {
        let signed = Signed::new("");
        ending(&signed);
        signed.repo.git(&["switch", "--quiet", "-C", "ask"]);
        if between {
            signed.repo.commits.set(4);
            signed.repo.write("README.md", "x\n").commit("Dated back without a signature");
        }
        signed.repo.commits.set(day);
        signed.repo.write(FILE, &printer(&[]));
        signed.commit(by, "Ask");
        let found = signed.gate();
        assert!(if says.is_empty() { found.is_empty() } else { found.contains(says) }, "{by} {day}: {found}");
        signed.repo.switch("main");
        signed.repo.git(&["merge", "--quiet", "--ff-only", "ask"]);
        assert_eq!(signed.history().is_empty(), says.is_empty(), "{by} {day}: {}", signed.history());
    }
    // What she signed while it was good stays signed, however late it is merged.
    let signed = Signed::new("");
    signed.repo.write(FILE, &printer(&[]));
    signed.commit("mei", "Ask");
    ending(&signed);
    signed.repo.merge("ask");
    assert_eq!(signed.history(), "");
}

#[test]
fn the_forge_signs_by_merging_where_the_policy_names_it() {
    if is_missing("ssh-keygen") {
        return;
    }
    for (policy, passes) in [("forge_signer: forge@example.com\n", true), ("", false)] {
        let signed = Signed::new(policy);
        signed.repo.write(FILE, &printer(&[])).commit("Ask");
        signed.repo.switch("main");
        signed.repo.git(&["merge", "--quiet", "--squash", "ask"]);
        signed.commit("forge", "Ask (#1)");
        assert_eq!(signed.history().is_empty(), passes, "{}", signed.history());
    }
}

/// The forge signs what anybody edits in the browser, so in the gate its key counts only with the approver's approval of
/// what it signed.
#[test]
fn in_the_gate_the_forges_key_counts_only_with_the_approval() {
    if is_missing("ssh-keygen") {
        return;
    }
    let signed = Signed::new("forge_signer: forge@example.com\n");
    signed.repo.write(FILE, &printer(&[]));
    let head = signed.commit("forge", "Edit in the browser");
    let outside = signed.repo.path().join("..");
    let reviews = |login: &str, commit: &str| {
        let event = json!({"pull_request": {"number": 1, "user": {"login": "luis", "id": 2, "type": "User"},
            "head": {"sha": signed.repo.rev("HEAD")}, "base": {"sha": signed.repo.rev("main"), "ref": "main"}}});
        let reviews = json!([{"id": 1, "user": {"login": login, "id": 3, "type": "User"}, "state": "APPROVED",
            "commit_id": commit, "submitted_at": "2026-01-03T09:00:00Z"}]);
        fs::write(outside.join("event.json"), event.to_string()).unwrap();
        fs::write(outside.join("reviews.json"), reviews.to_string()).unwrap();
        signed.gate_with(&["--event", "../event.json", "--reviews", "../reviews.json"])
    };
    let unknown = signed.gate();
    assert!(unknown.contains("counts only with an approval by `Mei Tanaka`; no reviews are known here"), "{unknown}");
    assert_eq!(reviews("mei", &head), "");
    for (login, commit) in [("hanna", head.as_str()), ("luis", &head), ("mei", &signed.repo.rev("main"))] {
        let found = reviews(login, commit);
        assert!(
            found.contains("is signed by `forge@example.com` alone") && found.contains("that approval is missing"),
            "{found}"
        );
    }
    // Her own signature needs no reviews.
    signed.repo.write(FILE, &printer(&[("reason", "Something that Mei has read by now.")]));
    signed.commit("mei", "Agree");
    assert_eq!(signed.gate(), "");
}

/// Nobody asks the forge about the past unless the answers are given; until then it is said that nobody has.
#[test]
fn in_the_past_the_forges_key_counts_and_the_answers_decide_where_they_are_known() {
    if is_missing("ssh-keygen") {
        return;
    }
    for (approver, passes) in [("mei", true), ("hanna", false)] {
        let signed = Signed::new("forge_signer: forge@example.com\n");
        signed.repo.write(FILE, &printer(&[]));
        let head = signed.repo.commit("Ask");
        signed.repo.switch("main");
        signed.repo.git(&["merge", "--quiet", "--squash", "ask"]);
        let merge = signed.commit("forge", "Ask (#1)");
        let run = stopgap(&signed.repo, &["history", "--format", "text"]);
        let words = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("1 decision counts as signed by the forge's key"), "{run:?}");
        let user = |login: &str| json!({"login": login, "id": login.len(), "type": "User"});
        let pulls = json!([{"number": 1, "user": user("luis"), "head": {"sha": head},
            "merged_at": "2030-01-01T00:00:00Z", "merge_commit_sha": merge}]);
        let reviews = json!([{"id": 1, "user": user(approver), "state": "APPROVED", "commit_id": head,
            "submitted_at": "2026-01-01T00:00:00Z"}]);
        let saved = [
            json!({"repository": "acme/register", "commit": merge, "page": 1, "last": true, "pulls": pulls}),
            json!({"repository": "acme/register", "pull": 1, "page": 1, "last": true, "reviews": reviews}),
        ];
        let path = signed.repo.path().join("../pulls.jsonl");
        fs::write(&path, saved.map(|line| format!("{line}\n")).concat()).unwrap();
        let run = stopgap(&signed.repo, &["history", "--pulls", "../pulls.jsonl", "--format", "concise"]);
        assert_eq!(!run.stdout.contains("[unsigned-decision]"), passes, "{run:?}");
        assert!(!run.stdout.contains("counts as signed by the forge's key"), "{run:?}");
        // What somebody else has signed does not count, and what Mei has signed counts without anybody's trust.
        for (by, id) in [("luis", "scale"), ("mei", "lamp")] {
            let title = format!("The {id} keeps its old certificate");
            let other = [("title", title.as_str()), ("scope.system", id)];
            signed.repo.write(&format!("exceptions/{id}.yaml"), &printer(&other));
            signed.commit(by, id);
        }
        let run = stopgap(&signed.repo, &["history", "--format", "concise"]);
        assert!(run.stdout.contains("1 decision counts as signed by the forge's key"), "{run:?}");
    }
}

#[test]
fn only_the_keys_of_the_base_count() {
    if is_missing("ssh-keygen") {
        return;
    }
    let signed = Signed::new("");
    let public = fs::read_to_string(signed.keys.join("stranger.pub")).unwrap();
    let before = fs::read_to_string(signed.repo.path().join("allowed_signers")).unwrap();
    signed.repo.write("allowed_signers", &format!("{before}mei@example.com {public}")).write(FILE, &printer(&[]));
    signed.commit("stranger", "Bring a key of my own");
    assert!(signed.gate().contains("its signature is not by a key of `allowed_signers`"), "{}", signed.gate());
    let turned_off = stopgap(&signed.repo, &["check", "--base", "main", "--today", "2026-01-04", "-q"]);
    assert_eq!(turned_off.code, 1);
    assert!(turned_off.stdout.contains("`mei@example.com` may sign decisions with another key"), "{turned_off:?}");
    // Without the rule there is nothing to say, and turning it off is said.
    signed.repo.write("stopgap.yaml", "rules: {not-code-owned: off}\n").commit("Turn it off");
    let run = stopgap(&signed.repo, &["check", "--base", "main", "--today", "2026-01-04", "--format", "concise"]);
    assert!(run.stdout.contains("decisions no longer require a signature"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn no_program_of_the_repository_runs_and_no_setting_of_it_counts() {
    use std::os::unix::fs::PermissionsExt;
    if is_missing("ssh-keygen") {
        return;
    }
    let signed = Signed::new("");
    signed.repo.write(FILE, &printer(&[]));
    signed.commit("stranger", "Ask");
    let (evil, ran) = (signed.repo.sandbox.path().join("evil"), signed.repo.sandbox.path().join("ran"));
    let script = format!(
        "#!/bin/sh\ntouch {}\necho 'Good \"git\" signature for mei@example.com with ED25519 key SHA256:x'\n",
        ran.display()
    );
    fs::write(&evil, script).unwrap();
    fs::set_permissions(&evil, fs::Permissions::from_mode(0o755)).unwrap();
    let own = signed.repo.sandbox.path().join("own");
    let public = fs::read_to_string(signed.keys.join("stranger.pub")).unwrap();
    fs::write(&own, format!("mei@example.com {public}")).unwrap();
    for key in
        ["gpg.program", "gpg.ssh.program", "gpg.openpgp.program", "gpg.x509.program", "gpg.ssh.defaultKeyCommand"]
    {
        signed.repo.git(&["config", key, evil.to_str().unwrap()]);
    }
    for key in ["gpg.ssh.allowedSignersFile", "gpg.ssh.revocationFile"] {
        signed.repo.git(&["config", key, own.to_str().unwrap()]);
    }
    assert!(signed.gate().contains("its signature is not by a key"), "{}", signed.gate());
    assert!(!ran.exists(), "a program of the repository has run");
    // The honest neighbour, under the same settings: a revocation list of the repository says nothing either.
    fs::write(&own, fs::read_to_string(signed.keys.join("mei.pub")).unwrap()).unwrap();
    signed.repo.write(FILE, &printer(&[("reason", "The maker has told us when the tool is shipped to us.")]));
    signed.repo.git(&["config", "--unset", "gpg.ssh.program"]);
    signed.commit("mei", "Agree");
    signed.repo.git(&["config", "gpg.ssh.program", evil.to_str().unwrap()]);
    assert_eq!(signed.gate(), "");
    assert!(!ran.exists());
}

#[cfg(unix)]
#[test]
fn a_removed_baseline_is_found_whatever_git_log_is_set_to() {
    use std::os::unix::fs::PermissionsExt;
    if is_missing("ssh-keygen") {
        return;
    }
    let signed = Signed::new("");
    let (evil, ran) = (signed.repo.sandbox.path().join("evil"), signed.repo.sandbox.path().join("ran"));
    fs::write(&evil, format!("#!/bin/sh\ntouch {}\n", ran.display())).unwrap();
    fs::set_permissions(&evil, fs::Permissions::from_mode(0o755)).unwrap();
    let baseline = "until: 2027-01-31\nentries:\n  till-drawer: {schema: [/removal]}\n";
    signed.repo.switch("main");
    signed.repo.write("baseline.yaml", baseline);
    signed.commit("mei", "Begin with a baseline");
    signed.repo.git(&["rm", "-q", "baseline.yaml"]);
    signed.commit("mei", "Remove it");
    signed.repo.branch("again");
    signed.repo.write("baseline.yaml", baseline);
    signed.commit("mei", "Bring it back");
    for (key, value) in [
        ("log.showSignature", "true"),
        ("log.follow", "true"),
        ("gpg.format", "ssh"),
        ("gpg.ssh.program", evil.to_str().unwrap()),
        ("gpg.ssh.allowedSignersFile", "/dev/null"),
    ] {
        signed.repo.git(&["config", key, value]);
    }
    let run = stopgap(&signed.repo, &["check", "--base", "main", "--today", "2026-01-04", "--format", "concise"]);
    assert!(run.stdout.contains("error[baseline-extended]"), "{run:?}");
    assert!(!ran.exists(), "a program of the repository has run");
}

#[cfg(unix)]
#[test]
fn without_the_program_that_verifies_the_gate_says_what_to_install() {
    if is_missing("ssh-keygen") {
        return;
    }
    let signed = Signed::new("");
    signed.repo.write(FILE, &printer(&[]));
    signed.commit("mei", "Ask");
    let programs = signed.repo.sandbox.path().join("programs");
    fs::create_dir(&programs).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let git = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.is_file()).unwrap();
    std::os::unix::fs::symlink(git, programs.join("git")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.env_clear().env("PATH", &programs).current_dir(signed.repo.path()).stdin(Stdio::null());
    let run = Run::of(command.args(["check", "--base", "main", "--today", "2026-01-04"]));
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("ssh-keygen") && run.stderr.contains("install OpenSSH's client"), "{run:?}");
}

/// Runs gpg with a keyring of its own.
#[cfg(unix)]
fn gpg(ring: &std::path::Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("gpg");
    command.env("GNUPGHOME", ring).args(["--batch", "--quiet", "--passphrase", ""]).args(arguments);
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[cfg(unix)]
#[test]
fn an_openpgp_key_of_the_file_counts_and_one_of_the_users_keyring_does_not() {
    use std::os::unix::fs::PermissionsExt;
    if is_missing("ssh-keygen") || is_missing("gpg") {
        return;
    }
    let signed = Signed::new("");
    let ring = signed.repo.sandbox.path().join("g");
    fs::create_dir(&ring).unwrap();
    fs::set_permissions(&ring, fs::Permissions::from_mode(0o700)).unwrap();
    gpg(&ring, &["--quick-generate-key", "Mei Tanaka <mei@example.com>", "ed25519", "sign", "never"]);
    let key = data_encoding::BASE64.encode(&gpg(&ring, &["--export", "mei@example.com"]));
    let wrapper = signed.repo.sandbox.path().join("gpg-of-mei");
    fs::write(&wrapper, format!("#!/bin/sh\nGNUPGHOME={} exec gpg \"$@\"\n", ring.display())).unwrap();
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    let commit = |message: &str| {
        signed.repo.commits.set(signed.repo.commits.get() + 1);
        signed.repo.git(&["add", "--all"]);
        let program = format!("gpg.program={}", wrapper.display());
        signed.repo.git(&[
            "-c",
            &program,
            "-c",
            "user.signingKey=mei@example.com",
            "commit",
            "-S",
            "-q",
            "-m",
            message,
        ]);
    };
    signed.repo.write(FILE, &printer(&[]));
    commit("Ask");
    assert!(signed.gate().contains("its signature is not by a key of `allowed_signers`"), "{}", signed.gate());
    // With the key in the base, the same signature holds.
    signed.repo.switch("main");
    let before = fs::read_to_string(signed.repo.path().join("allowed_signers")).unwrap();
    signed.repo.write("allowed_signers", &format!("{before}mei@example.com openpgp {key}\n")).commit("Add the key");
    signed.repo.switch("ask");
    signed.repo.git(&["rebase", "--quiet", "main"]);
    signed.repo.write(FILE, &printer(&[("reason", "The maker has told us when the tool is shipped to us.")]));
    commit("Agree");
    assert_eq!(signed.gate(), "");
}
