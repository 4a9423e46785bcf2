//! Whether one pattern of paths matches only what another one matches.
//!
//! The answer is yes only if that is certain: brackets and braces are not analysed.

/// A pattern, step by step.
#[derive(Clone, Debug)]
pub(super) struct Steps(Vec<Step>);

#[derive(Clone, Debug)]
enum Step {
    /// `**`: any number of steps.
    Any,
    /// Characters, `?` and `*`.
    One(Vec<char>),
}

/// Patterns that are longer are not compared.
const LONGEST: usize = 1024;

impl Steps {
    /// Reads a pattern of plain characters, `?`, `*` and whole steps of `**`.
    pub(super) fn read(glob: &str) -> Option<Self> {
        let glob = glob.strip_prefix("./").unwrap_or(glob);
        if glob.len() > LONGEST || glob.contains(['[', ']', '{', '}', '\\', '!']) {
            return None;
        }
        let step = |step: &str| match step {
            "" | "." | ".." => None,
            "**" => Some(Step::Any),
            step if step.contains("**") => None,
            step => Some(Step::One(step.chars().collect())),
        };
        Some(Self(glob.split('/').map(step).collect::<Option<_>>()?))
    }

    /// Returns whether every path that `other` matches is matched.
    pub(super) fn contain(&self, other: &Self) -> bool {
        contains(&self.0, &other.0, |step| matches!(step, Step::Any), holds, true)
    }
}

fn holds(wide: &Step, narrow: &Step) -> bool {
    match (wide, narrow) {
        (Step::One(wide), Step::One(narrow)) => contains(wide, narrow, |c| *c == '*', holds_char, false),
        _ => false,
    }
}

fn holds_char(wide: &char, narrow: &char) -> bool {
    (*wide == '?' || wide == narrow) && *narrow != '*'
}

/// Compares two sequences in which a wildcard stands for any number of items. At the end of a path `**` stands for at
/// least one step (`is_path`).
fn contains<T>(
    wide: &[T],
    narrow: &[T],
    is_wild: impl Fn(&T) -> bool,
    holds: impl Fn(&T, &T) -> bool,
    is_path: bool,
) -> bool {
    // `below[at]`: whether what is left of `wide` holds `narrow[at..]`.
    let mut below: Vec<bool> = (0..=narrow.len()).map(|at| at == narrow.len()).collect();
    for (index, item) in wide.iter().enumerate().rev() {
        let mut here = vec![false; narrow.len() + 1];
        for at in (0..=narrow.len()).rev() {
            here[at] = if is_wild(item) {
                let is_last = is_path && index + 1 == wide.len();
                let (takes_one, takes_none) = (at < narrow.len() && here[at + 1], below[at]);
                if is_last { at < narrow.len() } else { takes_none || takes_one }
            } else {
                // Whether one item holds another may cost more than what is known of the rest.
                at < narrow.len() && !is_wild(&narrow[at]) && below[at + 1] && holds(item, &narrow[at])
            };
        }
        below = here;
    }
    below[0]
}
