//! CODEOWNERS as the repository's forge reads it: which lines decide who must approve a change of a file.
//!
//! What a rule asks is answered here in the same way for every forge; the dialects are [`github`] and [`gitlab`]. A
//! line that the forge skips is skipped here and reported. Nothing here knows about people: an owner is a text of a
//! certain form.

mod github;
mod gitlab;

use crate::policy::Forge;
use crate::source::Span;

/// The number of problems that are kept; it bounds the memory that a hostile file can take.
const MOST_PROBLEMS: usize = 100;

/// A CODEOWNERS file.
#[derive(Clone, Debug, Default)]
pub struct Codeowners<'a> {
    forge: Forge,
    rules: Vec<Rule<'a>>,
    /// The indices in `rules` of each section's lines. GitHub has one section.
    sections: Vec<Vec<usize>>,
    problems: Vec<Problem>,
}

/// One line: a pattern and who owns what it matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<'a> {
    /// The line, from 1.
    pub line: usize,
    /// The line's bytes without blanks and comments at its ends.
    pub span: Span,
    /// The pattern as it is written.
    pub pattern: &'a str,
    /// The owners; none if the line leaves its files without owners.
    pub owners: Box<[Owner<'a>]>,
    /// The name of GitLab's section, in its first spelling; `None` for a line before the first section.
    pub section: Option<&'a str>,
    /// What the line requires.
    pub demand: Demand,
    matcher: Matcher<'a>,
}

/// What a line requires for a change of its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// This many approvals by its owners, at least one.
    Approvals(usize),
    /// Nothing: GitLab only shows the owners of an optional section.
    Nothing,
    /// Less: GitLab asks nobody in this section about the files that an exclusion matches.
    Exclusion,
}

/// One owner of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner<'a> {
    /// The owner as it is written, with its `@`.
    pub text: &'a str,
    /// What it means.
    pub kind: OwnerKind,
    /// Its bytes.
    pub span: Span,
}

/// What an owner means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerKind {
    /// `@user`; in GitLab a group of the top level looks the same.
    User,
    /// `@org/team`; in GitLab `@group/subgroup`.
    Team,
    /// GitLab's `@@maintainer`: the direct members of the project with this role.
    Role,
    /// A mail address.
    Mail,
    /// Two handles without a blank between them: GitHub keeps the line, and nobody has such a name.
    Nobody,
}

/// What is wrong in a CODEOWNERS file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The bytes that are at fault.
    pub span: Span,
    /// What is wrong, one lower-case sentence.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// A pattern in its dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Matcher<'a> {
    GitHub(github::Pattern<'a>),
    GitLab(gitlab::Pattern),
}

impl<'a> Codeowners<'a> {
    /// The size from which files are not read, in bytes: GitHub loads a file "under 3 MB", and GitLab names no limit.
    pub const TOO_LARGE: usize = 3_000_000;

    /// Reads a file in the dialect of a forge; a byte order mark at its start is skipped.
    #[must_use]
    pub fn parse(forge: Forge, text: &'a str) -> Self {
        let mut file = Self { forge, ..Self::default() };
        if text.len() >= Self::TOO_LARGE {
            file.report(too_large(forge, text.len()));
            return file;
        }
        match forge {
            Forge::GitHub => github::read(&mut file, text),
            Forge::GitLab => gitlab::read(&mut file, text),
            // Its lines ask for reviews and require none.
            Forge::Forgejo => {}
        }
        file
    }

    /// Returns the rules that decide about a file, given its path from the repository's top with `/` between its parts:
    /// at most one from each section. GitHub's whole file is one section.
    #[must_use]
    pub fn deciding(&self, path: &str) -> Vec<&Rule<'a>> {
        self.sections.iter().filter_map(|section| self.deciding_in(section, path)).collect()
    }

    /// Returns the rules because of which somebody must approve a change of a file: those of [`Codeowners::deciding`]
    /// that ask for approvals and have owners to give them.
    #[must_use]
    pub fn binding(&self, path: &str) -> Vec<&Rule<'a>> {
        let mut rules = self.deciding(path);
        rules.retain(|rule| rule.is_binding());
        rules
    }

    /// The last line that matches decides, but an exclusion holds whatever follows it.
    fn deciding_in(&self, section: &[usize], path: &str) -> Option<&Rule<'a>> {
        let mut last = None;
        for rule in section.iter().rev().filter_map(|place| self.rules.get(*place)) {
            let excludes = rule.demand == Demand::Exclusion;
            if (last.is_none() || excludes) && rule.matches(path) {
                if excludes {
                    return Some(rule);
                }
                last = Some(rule);
            }
        }
        last
    }

    /// Returns the forge in whose dialect the file was read.
    #[must_use]
    pub fn forge(&self) -> Forge {
        self.forge
    }

    /// Returns the rules in the order of their lines.
    #[must_use]
    pub fn rules(&self) -> &[Rule<'a>] {
        &self.rules
    }

    /// Returns what is wrong, at most the first 100.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn report(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

impl Rule<'_> {
    /// Returns whether the rule's pattern matches a file's path.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        match &self.matcher {
            Matcher::GitHub(pattern) => pattern.matches(path),
            Matcher::GitLab(pattern) => pattern.matches(path),
        }
    }

    /// Returns whether somebody must approve because of this rule.
    #[must_use]
    pub fn is_binding(&self) -> bool {
        matches!(self.demand, Demand::Approvals(_)) && !self.owners.is_empty()
    }
}

/// Returns the pattern of a path that begins with `/`: each sign that means something there is escaped. GitHub has no
/// escape for `#`, so any sign may stand in its place.
#[must_use]
pub fn pattern_of(forge: Forge, path: &str) -> String {
    let mut pattern = String::new();
    for sign in path.chars() {
        match (sign, forge) {
            ('#', Forge::GitHub | Forge::Forgejo) => pattern.push('?'),
            (' ' | '*' | '?' | '[' | ']' | '\\', _) => pattern.extend(['\\', sign]),
            _ => pattern.push(sign),
        }
    }
    pattern
}

fn too_large(forge: Forge, bytes: usize) -> Problem {
    let who = match forge {
        Forge::GitHub => "GitHub loads",
        Forge::GitLab | Forge::Forgejo => "stopgap reads",
    };
    Problem {
        line: 1,
        span: Span::new(0, 0),
        message: format!("the file has {bytes} bytes, and {who} no file of {} or more", Codeowners::TOO_LARGE),
        help: "join rules with `*` until the file is smaller".to_owned(),
    }
}

/// Returns the words of a text and the bytes at which they start.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(|c: char| c.is_ascii_whitespace()).filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((start, word))
    })
}

/// Returns the number of bytes of the character with which a text begins.
fn character(text: &[u8]) -> usize {
    let more = text.iter().skip(1).take_while(|byte| **byte & 0xC0 == 0x80);
    1 + more.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_of_a_path_matches_that_path_and_no_other() {
        for (path, github, gitlab, other) in [
            ("/team b/exceptions/", r"/team\ b/exceptions/", r"/team\ b/exceptions/", "team/exceptions/a.yaml"),
            ("/a  b/", r"/a\ \ b/", r"/a\ \ b/", "a b/a.yaml"),
            ("/c#/exceptions/", "/c?/exceptions/", "/c#/exceptions/", "c/exceptions/a.yaml"),
            ("/[x]*?/", r"/\[x\]\*\?/", r"/\[x\]\*\?/", "xab/a.yaml"),
            (r"/a\b/", r"/a\\b/", r"/a\\b/", "ab/a.yaml"),
        ] {
            for (forge, expected) in [(Forge::GitHub, github), (Forge::GitLab, gitlab)] {
                let pattern = pattern_of(forge, path);
                assert_eq!(pattern, expected, "{forge:?}");
                let text = format!("{pattern} @dana @olek\n");
                let file = Codeowners::parse(forge, &text);
                assert_eq!(file.problems(), [], "{text}");
                assert_eq!(file.binding(&format!("{}a.yaml", &path[1..])).len(), 1, "{forge:?} {text}");
                assert!(file.binding(other).is_empty(), "{forge:?} {text}");
            }
        }
    }

    #[test]
    fn a_file_is_read_as_long_as_it_is_smaller_than_the_limit() {
        let rule = "* @dana\n";
        let sized = |bytes: usize| format!("{rule}#{}", "x".repeat(bytes - rule.len() - 1));
        for (forge, who) in [(Forge::GitHub, "GitHub loads"), (Forge::GitLab, "stopgap reads")] {
            // GitLab has no comments after a pattern, and a line of them is not a rule.
            let (read, large) = (sized(Codeowners::TOO_LARGE - 1), sized(Codeowners::TOO_LARGE));
            assert_eq!(Codeowners::parse(forge, &read).rules().len(), 1);
            assert_eq!(Codeowners::parse(forge, &read).problems(), []);
            let file = Codeowners::parse(forge, &large);
            let [problem] = file.problems() else { panic!("{:?}", file.problems()) };
            assert_eq!((file.rules().len(), problem.line, problem.span), (0, 1, Span::default()));
            assert_eq!(problem.message, format!("the file has 3000000 bytes, and {who} no file of 3000000 or more"));
        }
    }
}
