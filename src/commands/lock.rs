//! One edit of a register at a time.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use walkdir::WalkDir;

use crate::commands::then;
use crate::commands::write::{self, LeftOver};
use crate::error::Error;

/// The right to edit a register, until it is dropped or the process ends.
///
/// It is an advisory lock of the operating system on the register's folder, so a process that is killed leaves nothing
/// after. If a folder cannot be locked (Windows, some network file systems), there is no lock, and only the comparison
/// right before a file is replaced protects it.
#[derive(Debug)]
pub(super) struct Lock {
    folder: Option<File>,
    root: PathBuf,
}

/// How often to retry while another edit is running: ten seconds in all.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

impl Lock {
    /// Waits for the right to edit the register in a folder below a root, and removes what killed edits left there and in
    /// the root, where the rule book is.
    ///
    /// # Errors
    ///
    /// If another edit holds it for longer than ten seconds.
    pub(super) fn take(root: &Path, folder: &str) -> Result<Self, Error> {
        let folder = root.join(folder);
        let lock = |folder| Self { folder, root: root.to_path_buf() };
        // Opening a pipe in the folder's place would wait for a writer.
        if !std::fs::symlink_metadata(&folder).is_ok_and(|metadata| metadata.is_dir()) {
            return Ok(lock(None));
        }
        let Ok(file) = File::open(&folder) else { return Ok(lock(None)) };
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => {
                    let lock = lock(Some(file));
                    lock.sweep_each(WalkDir::new(root).max_depth(1));
                    lock.sweep_each(WalkDir::new(&folder));
                    return Ok(lock);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(_)) => return Ok(lock(None)),
            }
        }
        Err(Error::Locked { folder })
    }

    /// Removes what killed edits left beside files that are about to be written: temporary files that nobody can be
    /// writing, because this edit has the lock, and files that were to be replaced. What somebody saved meanwhile is named
    /// on standard error instead.
    pub(super) fn sweep_beside<'p>(&self, files: impl Iterator<Item = &'p Path>) {
        let folders: BTreeSet<&Path> = files.filter_map(Path::parent).collect();
        // That was done at once.
        let others = folders.into_iter().filter(|folder| *folder != self.root);
        others.for_each(|folder| self.sweep_each(WalkDir::new(folder).max_depth(1)));
    }

    fn sweep_each(&self, walk: WalkDir) {
        if self.folder.is_none() {
            return;
        }
        let files = walk.into_iter().flatten().filter(|entry| entry.file_type().is_file());
        for path in files.map(walkdir::DirEntry::into_path) {
            if write::clear(&path) == Some(LeftOver::Saved) {
                then::remark(&format!(
                    "an edit was killed before it could restore what somebody had just saved: that is in `{}`; take \
                     from it what you need, and remove it",
                    path.display()
                ));
            }
        }
    }
}
