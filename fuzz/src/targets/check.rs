//! The whole check of a register that holds the input.

use stopgap::internal::register::Register;
use stopgap::internal::rules::Case;

use super::register::{JUDGE, check_formats, check_places, with};
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "check",
    about: "each finding is at its field; each format can write it, and nothing in it acts on a terminal",
    seeds: seeds::exceptions,
    run,
    quick: None,
};

fn run(data: &[u8]) -> Outcome {
    let files = with([data]);
    let register = Register::parse(&files, None);
    let findings = Case::whole(&JUDGE, &register, None, &files).run();
    check_places(&findings, &files);
    check_formats(&findings, &files, &register, None);
    let input = files.find("exceptions/input-0.yaml").expect("it was put there");
    Outcome::taken(register.exception(input).is_some())
}
