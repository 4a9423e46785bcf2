//! Targets that break at a word, with which the runner is tried.

use std::hint::black_box;
use std::thread;
use std::time::Duration;

use crate::seeds::Seeds;
use crate::{Outcome, Target};

/// All of them; no run tries them unless they are named.
pub const TARGETS: [&Target; 4] = [
    &Target { name: "panics", run: |data| breaks(data, || panic!("at the word")), ..MODEL },
    &Target { name: "aborts", run: |data| breaks(data, || std::process::abort()), ..MODEL },
    &Target { name: "overflows", run: |data| breaks(data, || _ = black_box(deep(0))), ..MODEL },
    &Target { name: "hangs", run: |data| breaks(data, || thread::sleep(Duration::MAX)), ..MODEL },
];

const MODEL: Target = Target {
    name: "",
    about: "no input holds the word `bad`",
    seeds: || Seeds {
        texts: vec![b"one\ntwo\nthree\nfour\n".to_vec()],
        tokens: vec!["bad", "good", "\n", " "],
        ..Seeds::default()
    },
    run: |_| Outcome::Taken,
    quick: None,
};

fn breaks(data: &[u8], how: fn()) -> Outcome {
    if data.windows(3).any(|word| word == b"bad") {
        how();
    }
    Outcome::Taken
}

/// Takes more of the stack than there is.
fn deep(depth: u64) -> u64 {
    let room = black_box([depth; 512]);
    if depth == u64::MAX { 0 } else { deep(depth + 1) + room[0] }
}
