//! Signatures: git verifies a commit's, with keys of ours.

use std::collections::HashMap;
use std::path::Path;

use super::process::{self, Running};
use super::{Commit, Git, commit_of};
use crate::error::{Error, GitError};

impl Git {
    /// Lets git verify a commit's signature with keys from a file and a keyring, and returns whether it holds and what git
    /// says. Every key of the configuration that names a program or a file for this is overruled.
    pub(crate) fn verify(&self, commit: &Commit, ssh: &Path, ring: &Path) -> Result<(bool, String), Error> {
        let mut command = self.command(&[]);
        let none = if cfg!(windows) { "NUL" } else { "/dev/null" };
        let signers = format!("gpg.ssh.allowedSignersFile={}", ssh.display());
        let revoked = format!("gpg.ssh.revocationFile={none}");
        let settings = [
            signers.as_str(),
            &revoked,
            "gpg.ssh.program=ssh-keygen",
            "gpg.program=gpg",
            "gpg.openpgp.program=gpg",
            "gpg.x509.program=gpgsm",
            "gpg.minTrustLevel=undefined",
        ];
        for setting in settings {
            command.args(["-c", setting]);
        }
        command.args(["verify-commit", "--raw", commit.as_str()]).env("GNUPGHOME", ring);
        let ended = Running::start(command, "git verify-commit".to_owned(), false)?.finish(Vec::new())?;
        let said = [ended.output, ended.words].concat();
        Ok((ended.status.success(), String::from_utf8_lossy(&said).into_owned()))
    }

    /// Returns for each commit that `HEAD` or another one reaches the newest committer time among those that it builds on,
    /// in seconds since 1970-01-01 UTC; nothing for one that builds on none.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started, or one of them cannot be read.
    pub(crate) fn newest_below(&self, tip: &Commit) -> Result<HashMap<Commit, i64>, Error> {
        let listing =
            self.run(&["rev-list", "--topo-order", "--reverse", "--format=%H %ct %P", "HEAD", tip.as_str()])?;
        let mut newest: HashMap<Commit, i64> = HashMap::new();
        let mut dates: HashMap<Commit, i64> = HashMap::new();
        for line in listing.split(|byte| *byte == b'\n') {
            let mut words = line.split(|byte| *byte == b' ');
            // Each line of the format comes below one that begins with `commit`.
            let Some(commit) = words.next().and_then(commit_of) else { continue };
            let date = words.next().and_then(|date| std::str::from_utf8(date).ok()?.parse().ok()).unwrap_or_default();
            let below = words.filter_map(commit_of).filter_map(|it| dates.get(&it).max(newest.get(&it)).copied()).max();
            newest.extend(below.map(|below| (commit.clone(), below)));
            dates.insert(commit, date);
        }
        Ok(newest)
    }

    /// Adds an OpenPGP key to a keyring and returns the fingerprint of its primary key; `None` where gpg cannot read it.
    pub(crate) fn import(&self, ring: &Path, key: &[u8]) -> Result<Option<String>, Error> {
        let run = |arguments: &[&str]| -> Result<Option<String>, Error> {
            let mut command = process::command("gpg");
            command.env("GNUPGHOME", ring).current_dir(ring);
            command.args(["--batch", "--quiet", "--no-autostart", "--no-options"]).args(arguments);
            let running = Running::start(command, "gpg".to_owned(), true).map_err(|error| match error {
                Error::Git(GitError::NotStarted { .. }) => GitError::NoVerifier { program: "gpg" }.into(),
                other => other,
            })?;
            let ended = running.finish(key.to_vec())?;
            Ok(ended.status.success().then(|| String::from_utf8_lossy(&ended.output).into_owned()))
        };
        let shown = run(&["--with-colons", "--import-options", "show-only", "--import"])?.unwrap_or_default();
        let keys = shown.lines().filter(|line| line.starts_with("pub:")).count();
        let fingerprint = shown.lines().find_map(|line| line.strip_prefix("fpr:")?.split(':').nth(8));
        let Some(fingerprint) = fingerprint.filter(|_| keys == 1) else { return Ok(None) };
        Ok(run(&["--import"])?.map(|_| fingerprint.to_owned()))
    }
}
