//! Who signed what the commits of a change write.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::git::{Commit, Git, ObjectFormat};
use crate::history::Verifier;
use crate::register::{is_named_like_one, stem};

/// A commit that wrote a version of an exception, and who signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The commit, by its first digits.
    pub commit: String,
    /// The principal whose key signed it, or why there is none.
    pub by: Result<String, String>,
}

/// The signatures of a change, by the id and the content that a commit wrote. A signature covers exactly what its commit
/// says: one before the last edit covers nothing that came after it.
#[derive(Clone, Debug)]
pub struct Signatures {
    format: ObjectFormat,
    by_content: BTreeMap<(String, String), Vec<Signed>>,
    /// What is wrong with the file of keys.
    pub faults: Vec<String>,
}

impl Signatures {
    /// Verifies the commits of a change that touch exceptions in a folder, from the top of the work tree. Each commit
    /// comes with the one that it is compared with.
    ///
    /// # Errors
    ///
    /// When `git`, or the program that verifies, cannot be started.
    pub fn of(
        git: &Git,
        verifier: &Verifier,
        commits: &[(&Commit, Option<&Commit>)],
        folder: &str,
    ) -> Result<Self, Error> {
        let mut by_content: BTreeMap<(String, String), Vec<Signed>> = BTreeMap::new();
        for ((commit, _), changes) in commits.iter().zip(git.tree_changes(commits, &[folder])?) {
            let files: Vec<(String, String)> = changes
                .into_iter()
                .filter_map(|change| Some((crate::files::name_of(&change.path).into_owned(), change.file?.oid)))
                .filter(|(path, _)| is_named_like_one(path))
                .map(|(path, oid)| (stem(&path).to_owned(), oid))
                .collect();
            if files.is_empty() {
                continue;
            }
            let signed = Signed { commit: commit.short().to_owned(), by: git.signer(commit, verifier)? };
            for key in files {
                by_content.entry(key).or_default().push(signed.clone());
            }
        }
        Ok(Self { format: git.format(), by_content, faults: verifier.faults().to_vec() })
    }

    /// Creates signatures that somebody else has verified: the text of an id, and who signed it.
    #[must_use]
    pub fn known(format: ObjectFormat, list: impl IntoIterator<Item = (String, String, Signed)>) -> Self {
        let mut by_content: BTreeMap<(String, String), Vec<Signed>> = BTreeMap::new();
        for (id, text, signed) in list {
            by_content.entry((id, format.oid(text.as_bytes()))).or_default().push(signed);
        }
        Self { format, by_content, faults: Vec::new() }
    }

    /// Returns the commits that wrote a text of an exception.
    #[must_use]
    pub fn of_text(&self, path: &str, text: &str) -> &[Signed] {
        let key = (stem(path).to_owned(), self.format.oid(text.as_bytes()));
        self.by_content.get(&key).map_or(&[], Vec::as_slice)
    }
}
