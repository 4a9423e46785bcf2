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

/// Returns whether the filter of a workflow lets a branch through, where the last pattern that matches decides and `!` takes
/// back
/// (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet>).
/// `None` if that is up to a pattern of characters that is not read here.
#[must_use]
pub fn lets_through(patterns: &[String], name: &str) -> Option<bool> {
    let mut through = Some(false);
    for pattern in patterns {
        let (taken, pattern) = pattern.strip_prefix('!').map_or((true, pattern.as_str()), |rest| (false, rest));
        let plain = pattern.replace("\\+", "").replace("\\!", "");
        if plain.contains(['?', '+', '[', ']', '\\']) {
            through = through.filter(|through| *through == taken);
        } else if matches(&pattern.replace('\\', ""), name, false) {
            through = Some(taken);
        }
    }
    through
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_that_matches_decides() {
        for (patterns, through) in [
            (&["main"][..], Some(true)),
            (&["dev"], Some(false)),
            (&["**", "!ma*"], Some(false)),
            (&["main", "!main"], Some(false)),
            (&["**", "!ma*", "main"], Some(true)),
            (&["!main", "**"], Some(true)),
            (&["!dev"], Some(false)),
            (&["ma+in"], None),
            (&["**", "!m[a]in"], None),
            (&["ma?in", "main"], Some(true)),
            (&["main", "ma+in"], Some(true)),
        ] {
            let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
            assert_eq!(lets_through(&patterns, "main"), through, "{patterns:?}");
        }
        assert_eq!(lets_through(&["a\\+b".to_owned()], "a+b"), Some(true));
    }

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
