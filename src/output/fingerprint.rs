//! Names by which code scanning and merge requests recognise a finding.

use std::collections::BTreeMap;

use crate::output::Report;
use crate::rule::Finding;

/// Names of findings that stay the same while lines move and files grow: rule, register, exception and field, hashed,
/// and a number that distinguishes equal ones in a run.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: BTreeMap<u64, usize>,
}

impl Fingerprints {
    /// Returns the name of the next finding, in the order of the report.
    pub(super) fn next(&mut self, report: &Report<'_>, finding: &Finding) -> String {
        // The same id may be in several registers; the same one in whatever folder of its register.
        let owner = match (report.exception(finding.file), report.root(finding.file)) {
            (Some(id), "") => id.to_owned(),
            (Some(id), root) => format!("{root}/{id}"),
            (None, _) => report.repository_path(finding.file),
        };
        let hash = fnv1a([finding.rule.id, &owner, &finding.place.pointer]);
        let number = self.seen.entry(hash).and_modify(|number| *number += 1).or_insert(1);
        format!("{hash:016x}:{number}")
    }
}

/// Returns the name by which a register that cannot be judged is recognised.
pub(super) fn of_register(name: &str) -> String {
    format!("{:016x}", fnv1a(["", name, ""]))
}

/// Hashes texts with 64-bit FNV-1a, each one followed by a byte that does not occur in UTF-8 text.
fn fnv1a(texts: [&str; 3]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xff]));
    bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_never_changes() {
        assert_eq!(fnv1a(["expired", "payroll-vendor", "/expires"]), 0x81cb_8195_cb22_9eae);
    }
}
