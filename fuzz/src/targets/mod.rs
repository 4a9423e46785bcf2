//! The targets, one file each.

pub mod broken;
pub mod check;
pub mod codeowners;
pub mod editor;
pub mod forge;
pub mod gate;
pub mod history;
pub mod import;
pub mod parser;
pub mod policy;
pub mod sarif;
pub mod suppressions;
pub mod sync;

mod oracle;
mod register;

use fastrand::Rng;

/// Returns choices that an input decides alone, so that it does the same whenever it is tried again.
fn choices(data: &[u8]) -> Rng {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    Rng::with_seed(data.iter().fold(0xcbf2_9ce4_8422_2325, step))
}
