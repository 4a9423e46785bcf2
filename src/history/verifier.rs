//! Who signed a commit, as git itself verifies it: by keys of a file that is given, and by nothing of the machine.
//!
//! The repository's own configuration names programs (`gpg.program`, `gpg.ssh.program`) and files, so each of those keys
//! is overruled. OpenPGP keys are read into a keyring of their own; that of the user is never looked at.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;

use chrono::DateTime;
use data_encoding::BASE64;
use tempfile::TempDir;

use crate::error::{Error, GitError};
use crate::git::{Commit, Git};
use crate::history::signers::Signer;

/// How much earlier than what it builds on a commit may be dated, in seconds: clocks differ.
const MOST_SKEW: i64 = 86_400;

/// The keys that may sign, ready to verify.
#[derive(Debug)]
pub struct Verifier {
    folder: TempDir,
    /// The lines of the SSH keys.
    ssh: String,
    /// The newest date below each commit, once somebody has asked.
    below: RefCell<HashMap<Commit, i64>>,
    /// The principal of each OpenPGP key, by the fingerprint of its primary key.
    openpgp: Vec<(String, String)>,
    /// What is wrong with lines of the file.
    faults: Vec<String>,
    /// Whether the file names no key at all.
    empty: bool,
}

impl Verifier {
    /// Takes the keys of a text in the format of `allowed_signers` (ssh-keygen(1), "ALLOWED SIGNERS"); a line
    /// `PRINCIPAL openpgp BASE64` has an OpenPGP key as `gpg --export` writes it.
    ///
    /// # Errors
    ///
    /// When no temporary folder can be written, or a program that verifies cannot be started.
    pub fn new(git: &Git, allowed: &str) -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix("stopgap").tempdir().map_err(Error::no_temporary)?;
        let mut verifier = Self {
            folder,
            ssh: String::new(),
            below: RefCell::default(),
            openpgp: Vec::new(),
            faults: Vec::new(),
            empty: allowed.trim().is_empty(),
        };
        let mut number = 0;
        for line in allowed.lines() {
            number += 1;
            match Signer::read(line).filter(Signer::is_openpgp) {
                Some(Signer { principals, key, .. }) => {
                    let key = BASE64.decode(key.as_bytes()).ok();
                    match key.map(|key| git.import(&verifier.ring(), &key)).transpose()? {
                        Some(Some(fingerprint)) => verifier.openpgp.push((principals.to_owned(), fingerprint)),
                        _ => verifier.faults.push(format!("line {number} has no OpenPGP key that gpg reads")),
                    }
                }
                None => verifier.ssh.extend([line, "\n"]),
            }
        }
        std::fs::write(verifier.ssh(), &verifier.ssh).map_err(Error::no_temporary)?;
        Ok(verifier)
    }

    /// Returns what is wrong with lines of the file.
    #[must_use]
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    fn ssh(&self) -> PathBuf {
        self.folder.path().join("allowed_signers")
    }

    fn ring(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// Returns the newest date among the commits that one builds on; all of them are asked for at once.
    fn newest_below(&self, git: &Git, commit: &Commit) -> Result<Option<i64>, Error> {
        let known = |below: &HashMap<Commit, i64>| below.get(commit).copied();
        if let Some(below) = known(&self.below.borrow()) {
            return Ok(Some(below));
        }
        let below = git.newest_below(commit)?;
        let newest = known(&below);
        *self.below.borrow_mut() = below;
        Ok(newest)
    }

    /// Writes the keys that had not ended at a moment, and returns the file.
    fn without_ended(&self, moment: i64) -> Result<PathBuf, Error> {
        let left = self.ssh.lines().filter(|line| end_of(line).is_none_or(|end| end > moment));
        let text: String = left.flat_map(|line| [line, "\n"]).collect();
        let path = self.folder.path().join("allowed_signers_later");
        std::fs::write(&path, text).map_err(Error::no_temporary)?;
        Ok(path)
    }
}

impl Git {
    /// Returns the principal whose key made a commit's signature, or why there is none.
    ///
    /// # Errors
    ///
    /// When `git`, or the program that it needs for this, cannot be started.
    pub fn signer(&self, commit: &Commit, verifier: &Verifier) -> Result<Result<String, String>, Error> {
        let object = self.objects(&[commit.as_str()], "commit", u64::MAX - 1)?.pop().flatten().unwrap_or_default();
        let object = String::from_utf8_lossy(&object);
        let head = object.split("\n\n").next().unwrap_or_default();
        let key = if self.format().digits() == 40 { "gpgsig " } else { "gpgsig-sha256 " };
        let mut signatures = head.lines().filter_map(|line| line.strip_prefix(key));
        let Some(signature) = signatures.next() else { return Ok(Err("it carries no signature".to_owned())) };
        let is_ssh = signature.contains("BEGIN SSH SIGNATURE");
        if !is_ssh && !signature.contains("BEGIN PGP") {
            return Ok(Err("its signature is neither of SSH nor of OpenPGP".to_owned()));
        }
        if verifier.empty {
            return Ok(Err("it is signed, but `allowed_signers` has no key to verify it".to_owned()));
        }
        let (verified, said) = self.verify(commit, &verifier.ssh(), &verifier.ring())?;
        let program = if is_ssh { "ssh-keygen" } else { "gpg" };
        if said.lines().any(|line| line.contains(&format!("cannot run {program}"))) {
            return Err(GitError::NoVerifier { program }.into());
        }
        if !verified {
            return Ok(Err("its signature is not by a key of `allowed_signers`, or is invalid".to_owned()));
        }
        if !is_ssh {
            return Ok(verifier.openpgp_signer(&said));
        }
        let signer = ssh_signer(&said);
        match &signer {
            Ok(principal) => Ok(self.dated_back(commit, principal, verifier)?.map_or(signer, Err)),
            Err(_) => Ok(signer),
        }
    }

    /// Returns why a signature that holds on the date of its commit does not count: the date is for the committer to
    /// write, and on that of a commit below it the key had ended. gpg asks whether a key has expired by now.
    fn dated_back(&self, commit: &Commit, principal: &str, verifier: &Verifier) -> Result<Option<String>, Error> {
        if !verifier.ssh.lines().any(|line| end_of(line).is_some()) {
            return Ok(None);
        }
        let date = self.info(commit)?.map(|info| info.committed).unwrap_or_default();
        let Some(below) = verifier.newest_below(self, commit)?.filter(|below| *below > date + MOST_SKEW) else {
            return Ok(None);
        };
        let later = verifier.without_ended(below)?;
        let (verified, said) = self.verify(commit, &later, &verifier.ring())?;
        if verified && ssh_signer(&said).is_ok_and(|signer| signer == principal) {
            return Ok(None);
        }
        let day = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default().date_naive();
        let (date, below) = (day(date), day(below));
        Ok(Some(format!(
            "it is dated `{date}`, before a commit of `{below}` that it builds on, when its key had expired"
        )))
    }
}

fn end_of(line: &str) -> Option<i64> {
    Signer::read(line)?.end()
}

/// Reads what ssh-keygen says of a good signature: `Good "git" signature for PRINCIPAL with ED25519 key SHA256:…`.
fn ssh_signer(said: &str) -> Result<String, String> {
    let good = said.lines().filter_map(|line| line.strip_prefix("Good \"git\" signature for "));
    let signers: Vec<&str> = good.filter_map(|line| Some(line.rsplit_once(" with ")?.0)).collect();
    match signers.as_slice() {
        [one] => Ok((*one).to_owned()),
        _ => Err("its signature names nobody in `allowed_signers`".to_owned()),
    }
}

impl Verifier {
    /// Reads gpg's status lines (GnuPG, doc/DETAILS): one good signature by a key that is neither expired nor revoked.
    fn openpgp_signer(&self, said: &str) -> Result<String, String> {
        let status: Vec<Vec<&str>> =
            said.lines().filter_map(|line| Some(line.strip_prefix("[GNUPG:] ")?.split(' ').collect())).collect();
        let count = |word: &str| status.iter().filter(|words| words.first() == Some(&word)).count();
        let bad = ["BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG"].iter().any(|word| count(word) > 0);
        if bad || count("GOODSIG") != 1 || count("VALIDSIG") != 1 {
            return Err("its signature is invalid, or its key has expired or was revoked".to_owned());
        }
        let valid = status.iter().find(|words| words.first() == Some(&"VALIDSIG"));
        let primary = valid.and_then(|words| words.last().copied()).unwrap_or_default();
        let known = self.openpgp.iter().find(|(_, fingerprint)| fingerprint == primary);
        known.map(|(principal, _)| principal.clone()).ok_or_else(|| "its key is not in `allowed_signers`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_good_line_names_a_signer() {
        let good = "Good \"git\" signature for mei@example.com with ED25519 key SHA256:abc\n";
        assert_eq!(ssh_signer(good), Ok("mei@example.com".to_owned()));
        for bad in [
            "Good \"git\" signature with ED25519 key SHA256:abc\nNo principal matched.\n".to_owned(),
            format!("{good}{good}"),
            format!(" {good}"),
            String::new(),
        ] {
            assert!(ssh_signer(&bad).is_err(), "{bad}");
        }
    }

    /// The lines are those of GnuPG 2.4, shortened.
    #[test]
    fn an_openpgp_signature_is_one_good_one_by_a_key_that_is_valid_and_known() {
        let verifier = Verifier {
            folder: tempfile::tempdir().unwrap(),
            ssh: String::new(),
            below: RefCell::default(),
            openpgp: vec![
                ("olek@example.com".to_owned(), "B0B".to_owned()),
                ("mei@example.com".to_owned(), "A11".to_owned()),
            ],
            faults: Vec::new(),
            empty: false,
        };
        let good = "gpg: noise\n[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 1 Mei\n[GNUPG:] VALIDSIG C0C 2026-01-03 0 A11\n";
        assert_eq!(verifier.openpgp_signer(good), Ok("mei@example.com".to_owned()));
        assert_eq!(
            verifier.openpgp_signer(&good.replace("A11", "D00")),
            Err("its key is not in `allowed_signers`".to_owned())
        );
        for word in ["BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG"] {
            let said = format!("{good}[GNUPG:] {word} 1 Mei\n");
            assert!(verifier.openpgp_signer(&said).is_err(), "{said}");
        }
        for said in [
            String::new(),
            format!("{good}{good}"),
            good.replace("GOODSIG", "OTHER"),
            good.replace("VALIDSIG", "OTHER"),
            format!("{good}[GNUPG:] GOODSIG 2 Olek\n"),
            format!("{good}[GNUPG:] VALIDSIG C0C 2026-01-03 0 B0B\n"),
            good.replace("[GNUPG:] GOODSIG", "[GNUPG:]GOODSIG"),
        ] {
            let why = "its signature is invalid, or its key has expired or was revoked";
            assert_eq!(verifier.openpgp_signer(&said), Err(why.to_owned()), "{said}");
        }
    }
}
