//! The `stopgap` command.

use std::ffi::OsString;
use std::process::ExitCode;

use clap_complete::CompleteEnv;
use stopgap::cli;
use stopgap::commands::{self, World, completions};

/// The released binaries for Linux. With musl's own allocator, where the cores wait for each other, a check of 10,000
/// entries takes half as long again (docs/performance.md). glibc's is left in place: it is slower by a twentieth then, and
/// faster by a tenth for one entry.
#[cfg(all(target_os = "linux", target_env = "musl"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A shell that asks for completions sets the variable; the process then answers and ends here.
    let words: Vec<OsString> = std::env::args_os().collect();
    CompleteEnv::with_factory(|| completions::command(&words)).var(completions::VARIABLE).complete();
    let words = cli::join_dashed(words);
    let cli = match cli::parse(&words) {
        Ok(cli) => cli,
        Err(error) => return commands::misused(&cli::with_tip(error, &words)),
    };
    commands::run(cli, &World::from_process())
}
