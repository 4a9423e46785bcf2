//! One edit of a register at a time.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::commands::{then, write};
use crate::error::Error;
use crate::text::shown;

/// The right to edit a register, until it is dropped or the process ends.
///
/// It is an advisory lock of the operating system on the register's folder, so a process that is killed leaves nothing
/// after. If a folder cannot be locked (Windows, some network file systems), there is no lock, and only the comparison
/// right before a file is replaced protects it.
#[derive(Debug)]
pub(super) struct Lock {
    folder: Option<File>,
}

/// How often to retry while another edit is running: ten seconds in all.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

impl Lock {
    /// Waits for the right to edit.
    ///
    /// # Errors
    ///
    /// If another edit holds it for longer than ten seconds.
    pub(super) fn take(folder: &Path) -> Result<Self, Error> {
        // Opening a pipe in the folder's place would wait for a writer.
        if !std::fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir()) {
            return Ok(Self { folder: None });
        }
        let Ok(file) = File::open(folder) else { return Ok(Self { folder: None }) };
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { folder: Some(file) }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(_)) => return Ok(Self { folder: None }),
            }
        }
        Err(Error::Locked { folder: folder.to_path_buf() })
    }

    /// Removes what killed edits left behind in a folder of the register: temporary files that nobody can be writing,
    /// because this edit has the lock. What may hold something that somebody saved is named on standard error instead.
    pub(super) fn sweep(&self, folder: &Path) {
        if self.folder.is_none() {
            return;
        }
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (is_file, name) = (entry.file_type().is_ok_and(|kind| kind.is_file()), entry.file_name());
            let name = name.to_string_lossy();
            if is_file && write::is_temporary(&name) {
                // One that cannot be removed does no harm.
                let _ = std::fs::remove_file(entry.path());
            } else if is_file && write::is_exchanged(&name) {
                then::remark(&format!(
                    "an edit that was killed left `{}`: a file as it was, or as it was to be; look at it and remove it",
                    shown(&entry.path().to_string_lossy())
                ));
            }
        }
    }
}
