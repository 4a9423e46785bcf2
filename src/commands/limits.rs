//! Limits that end a process: of its memory and of the size of a file. A process that hits one can no longer report it,
//! so the work is done by a second process, and this one only waits for it.

use std::process::ExitCode;

use crate::error::Error;

/// Tells the second process that it is one.
pub(super) const VARIABLE: &str = "STOPGAP_APART";

/// Does the work in a second process where the system limits the memory or the files of this one (`ulimit -v`, `-d`,
/// `-f`). `None` where there is no limit, in the second process itself, and where none is to be had.
/// `is_second` is whether [`VARIABLE`] is set.
///
/// # Errors
///
/// When a limit ended the work.
#[cfg(target_os = "linux")]
pub(super) fn apart(is_second: bool) -> Option<Result<ExitCode, Error>> {
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::path::PathBuf;
    use std::process::Command;

    use rustix::process::{Resource, Signal, getrlimit, set_parent_process_death_signal};

    let (memory, size) = (memory(), getrlimit(Resource::Fsize).current);
    if memory.is_none() && size.is_none() {
        return None;
    }
    if is_second {
        // Nobody would wait for it any longer.
        let _ = set_parent_process_death_signal(Some(Signal::TERM));
        return None;
    }
    let mut words = std::env::args_os();
    let own = words.next()?;
    // Without `/proc` the system does not say where the program is, but whoever started it has named it.
    let mut command = Command::new(std::env::current_exe().unwrap_or_else(|_| PathBuf::from(&own)));
    command.arg0(own).args(words).env(VARIABLE, "1");
    let status = command.status().ok()?;
    let signal = status.signal().unwrap_or_default();
    let ended_by = |ends: &[Signal]| ends.iter().any(|end| end.as_raw() == signal);
    Some(match (memory, size) {
        (_, Some(bytes)) if ended_by(&[Signal::XFSZ]) => Err(Error::FileLimit { limit: bytes >> 10 }),
        // Where no memory is to be had Rust aborts, and where there is none for the stack the system ends the process.
        (Some(bytes), _) if ended_by(&[Signal::ABORT, Signal::SEGV, Signal::BUS]) => {
            Err(Error::MemoryLimit { limit: bytes >> 20 })
        }
        // As a shell says that a signal ended a process.
        _ => Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(128 + signal)).unwrap_or(u8::MAX))),
    })
}

/// Returns how many bytes of memory the system lets this process have; `None` where it sets no limit.
#[cfg(target_os = "linux")]
pub(super) fn memory() -> Option<u64> {
    use rustix::process::{Resource, getrlimit};
    [Resource::As, Resource::Data].into_iter().filter_map(|resource| getrlimit(resource).current).min()
}

/// No other system ends a process so.
#[cfg(not(target_os = "linux"))]
pub(super) fn apart(_: bool) -> Option<Result<ExitCode, Error>> {
    None
}

/// No other system is asked.
#[cfg(not(target_os = "linux"))]
pub(super) fn memory() -> Option<u64> {
    None
}
