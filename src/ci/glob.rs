//! Branch names, matched as CI systems and forges match them.

/// Returns whether a pattern with `*` matches a name. A single `*` matches `/` only if `across` says so, as on GitLab;
/// `**` always does.
#[must_use]
pub fn matches(pattern: &str, name: &str, across: bool) -> bool {
    let name: Vec<char> = name.chars().collect();
    // Which prefixes of the name the pattern has matched so far, by their length.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let stars = rest.len() - rest.trim_start_matches('*').len();
        let mut next = vec![false; name.len() + 1];
        if stars > 0 {
            let across = across || stars > 1;
            let mut open = false;
            for at in 0..=name.len() {
                open &= at == 0 || across || name[at - 1] != '/';
                open |= reached[at];
                next[at] = open;
            }
            rest = &rest[stars..];
        } else {
            for at in 0..name.len() {
                next[at + 1] = reached[at] && name[at] == first;
            }
            rest = &rest[first.len_utf8()..];
        }
        reached = next;
    }
    reached[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_in_its_part_unless_told_otherwise() {
        for (pattern, name, within, across) in [
            ("main", "main", true, true),
            ("main", "main2", false, false),
            ("*", "main", true, true),
            ("*", "a/b", false, true),
            ("**", "a/b", true, true),
            ("release/*", "release/1", true, true),
            ("release/*", "release/1/x", false, true),
            ("*-stable", "a-stable", true, true),
            ("*git*", "a/git/b", false, true),
            ("", "", true, true),
            ("a*", "", false, false),
        ] {
            assert_eq!(matches(pattern, name, false), within, "{pattern} {name}");
            assert_eq!(matches(pattern, name, true), across, "{pattern} {name}");
        }
        assert!(!matches(&"*a".repeat(2000), &"a".repeat(200), true));
    }
}
