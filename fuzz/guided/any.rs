//! The target that `FUZZ_TARGET` names, for libFuzzer.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use stopgap_fuzz::{Target, find};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    find(&name).unwrap_or_else(|| panic!("set FUZZ_TARGET to the name of a target, not to `{name}`"))
});

fuzz_target!(|data: &[u8]| {
    (TARGET.run)(data);
});
