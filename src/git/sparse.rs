//! Sparse checkouts: what git tracks and has left out of the work tree
//! (<https://git-scm.com/docs/git-sparse-checkout>).

use std::path::{Path, PathBuf};

use super::{Git, path_of};
use crate::error::Error;

impl Git {
    /// Opens the work tree that contains a folder if files may be left out of it; `None` otherwise, for which no
    /// process is started.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or refuses the repository.
    pub fn open_sparse(folder: &Path) -> Result<Option<Self>, Error> {
        let Some(top) = folder.ancestors().find(|folder| Self::is_top(folder)) else { return Ok(None) };
        if own_folder(top).join("info/sparse-checkout").is_file() { Self::open(folder) } else { Ok(None) }
    }

    /// Lists the files below a folder that are left out of its work tree, named from that folder.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or the index cannot be read.
    pub fn left_out(&self, folder: &Path) -> Result<Vec<Vec<u8>>, Error> {
        // Paths are shown from the folder in which git is started.
        let here = Self { top: folder.to_path_buf(), ..self.clone() };
        let listing = here.run(&["ls-files", "-t", "-z"])?;
        let left_out = listing.split(|byte| *byte == 0).filter_map(|line| line.strip_prefix(b"S "));
        Ok(left_out.filter(|path| is_missing(&folder.join(path_of(path)))).map(<[u8]>::to_vec).collect())
    }
}

/// Tells whether nothing is at a path: a file that was put back by hand is read as it is.
pub(super) fn is_missing(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_err()
}

/// Returns the folder that git keeps for the work tree with this top (gitrepository-layout(5)).
fn own_folder(top: &Path) -> PathBuf {
    let own = top.join(".git");
    let link = std::fs::read_to_string(&own).unwrap_or_default();
    link.strip_prefix("gitdir: ").map_or(own, |path| top.join(path.trim_end()))
}
