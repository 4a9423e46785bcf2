//! Where a cover applies: a pattern of paths.
//!
//! The syntax is that of globs: `*` and `?` stay within one step, `**` crosses steps, `{a,b}` and `[ab]` choose. A
//! pattern that ends in `/` means everything below that folder.

use globset::{GlobBuilder, GlobMatcher};

use super::glob::Steps;
use crate::text::is_hostile;

/// A pattern of paths with `/` between their steps.
#[derive(Clone, Debug)]
pub struct Pattern {
    matcher: Matcher,
    text: String,
    steps: Option<Steps>,
}

/// What a pattern matches. Nearly all name a file or a folder, which takes no compiled glob: one of those is some 7 kB.
#[derive(Clone, Debug)]
enum Matcher {
    /// The path that the text is.
    Whole,
    /// What is below the folder before the `**` at the end of the text.
    Below,
    Glob(Box<GlobMatcher>),
}

impl Matcher {
    fn of(text: &str) -> Result<Self, PatternError> {
        let is_plain = |text: &str| !text.contains(['*', '?', '[', ']', '{', '}']);
        match text.strip_suffix("/**") {
            Some(folder) if is_plain(folder) && !folder.is_empty() => return Ok(Self::Below),
            None if is_plain(text) => return Ok(Self::Whole),
            _ => {}
        }
        let glob = GlobBuilder::new(text)
            .literal_separator(true)
            .backslash_escape(false)
            .empty_alternates(true)
            .build()
            .map_err(|error| PatternError::Syntax(error.kind().to_string()))?;
        Ok(Self::Glob(Box::new(glob.compile_matcher())))
    }

    fn matches(&self, text: &str, path: &str) -> bool {
        match self {
            Self::Whole => path == text,
            Self::Below => path.starts_with(text.trim_end_matches('*')),
            Self::Glob(glob) => glob.is_match(path),
        }
    }
}

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It would match whatever there is.
    #[error("it matches everything")]
    Everything,
    /// No path has a step without a name.
    #[error("it has an empty path segment")]
    Empty,
    /// It leaves the place that it starts from.
    #[error("it leads out of the repository")]
    Outside,
    /// It is not a glob.
    #[error("{0}")]
    Syntax(String),
}

/// Paths that do not exist; a pattern that matches one of the last two matches everything, or everything deep enough.
const NOBODYS: [&str; 4] = ["q7z-vw", "q7z-vw/kx.9j", ".q7z/kx-9j/w.vq", "/q7z/.kx/9j.vw/q_z"];

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// If it is not a glob, or one that matches everything.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let text = text.trim().replace('\\', "/");
        let plain = text.strip_prefix("./").unwrap_or(&text);
        if plain.split('/').any(|step| step == "..") {
            return Err(PatternError::Outside);
        }
        if plain.contains("//") {
            return Err(PatternError::Empty);
        }
        let whole = if plain.ends_with('/') { format!("{plain}**") } else { plain.to_owned() };
        let matcher = Matcher::of(&whole)?;
        let says_nothing = !whole.chars().any(char::is_alphanumeric);
        if says_nothing || NOBODYS.iter().any(|path| matcher.matches(&whole, path)) {
            return Err(PatternError::Everything);
        }
        let steps = Steps::read(&whole);
        Ok(Self { matcher, text: whole, steps })
    }

    /// Returns the pattern that matches one path.
    #[must_use]
    pub fn literal(path: &str) -> String {
        let mut pattern = String::with_capacity(path.len());
        for c in path.chars() {
            match c {
                '*' | '?' | '[' | '{' | '}' => pattern.extend(['[', c, ']']),
                // No cover may contain invisible characters.
                c if is_hostile(c) => pattern.push('*'),
                // A command is shown between two of these.
                '`' => pattern.push('?'),
                c => pattern.push(c),
            }
        }
        pattern
    }

    /// Returns whether a path matches, without a `./` before it.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.matches(&self.text, path)
    }

    /// Returns whether every path that another pattern matches is matched. In doubt it is not: of two patterns with
    /// brackets or braces only the same text is.
    #[must_use]
    pub fn contains(&self, other: &str) -> bool {
        let plain = other.strip_prefix("./").unwrap_or(other);
        let is_same = self.text == plain && !plain.contains(['\\', '!', '[']);
        let steps = self.steps.as_ref().zip(Steps::read(plain));
        is_same || steps.is_some_and(|(own, other)| own.contain(&other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_name_matches_what_its_glob_matches(text in "[ab./ é]{1,6}(/\\*\\*)?", path in "[ab./ é]{0,6}") {
            let plain = text.strip_prefix("./").unwrap_or(&text);
            if let Ok(pattern) = Pattern::parse(plain) {
                let mut glob = GlobBuilder::new(&pattern.text);
                let glob = glob.literal_separator(true).backslash_escape(false).empty_alternates(true).build().unwrap();
                proptest::prop_assert_eq!(pattern.matches(&path), glob.compile_matcher().is_match(&path));
            }
        }
    }

    #[test]
    fn a_pattern_matches_whole_paths() {
        for (pattern, path, is_match) in [
            ("app/Gemfile.lock", "app/Gemfile.lock", true),
            ("app/Gemfile.lock", "other/app/Gemfile.lock", false),
            ("./main.tf", "main.tf", true),
            ("services/*/package-lock.json", "services/a/package-lock.json", true),
            ("services/*/package-lock.json", "services/a/b/package-lock.json", false),
            ("**/*.tf", "main.tf", true),
            ("**/*.tf", "a/b/main.tf", true),
            ("modules/", "modules/a/main.tf", true),
            ("modules/", "modules.tf", false),
            ("modules", "modules/a/main.tf", false),
            ("a{,b}.tf", "a.tf", true),
            ("/usr/lib/**", "/usr/lib/x", true),
            ("/usr/lib/**", "usr/lib/x", false),
            ("a\\b.tf", "a/b.tf", true),
            ("Main.tf", "main.tf", false),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(path), is_match, "{pattern} {path}");
        }
    }

    #[test]
    fn every_path_has_a_pattern_of_its_own() {
        for path in [
            "a/b.py",
            "a[1]{x,y}*?.tf",
            "{{cookiecutter.slug}}/run.py",
            "x}y",
            "a]b",
            "a,b",
            "!a",
            "^a-z",
            "a\u{200d}\u{feff}b",
            "a`b",
        ] {
            let literal = Pattern::literal(path);
            assert!(Pattern::parse(&literal).unwrap().matches(path), "{path}");
            assert!(!literal.contains(is_hostile), "{literal:?}");
        }
        assert!(!Pattern::parse(&Pattern::literal("a*")).unwrap().matches("ab"));
    }

    #[test]
    fn a_pattern_contains_what_is_narrower_for_certain() {
        for (wide, narrow, is_within) in [
            ("app/**", "app/x.py", true),
            ("app/**", "app/*", true),
            ("app/**", "app/**/x.py", true),
            ("app/**", "app/**", true),
            ("app/", "app/**", true),
            ("./app/*", "app/*", true),
            ("app/*", "app/**", false),
            ("app/*.py", "app/?.py", true),
            ("app/?.py", "app/*.py", false),
            ("app/*", "app/*x*", true),
            ("app/a*b*c", "app/a*bc*c", true),
            ("app/a*b*c", "app/a*c", false),
            ("**/x/**", "a/**/x/y", true),
            ("**/x/**", "a/**/x", false),
            ("**/x", "**/a/x", true),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/**", false),
            ("app/**", "**", false),
            ("app/**", "*/x", false),
            ("app/**", "app/../x", false),
            ("app/**", "app/{a,b}", false),
            ("app/{a,b}", "app/{a,b}", true),
            ("app/[ab]", "app/[ab]", false),
            ("app/**", "app", false),
            ("app/**", "app/", false),
        ] {
            assert_eq!(Pattern::parse(wide).unwrap().contains(narrow), is_within, "{wide} {narrow}");
        }
    }

    #[test]
    fn a_pattern_that_matches_everything_is_none() {
        for pattern in [
            "*",
            "**",
            "**/*",
            "/**",
            "./**",
            "*.*",
            "**/",
            "/",
            "{*,**}",
            "{a,**}",
            "?*",
            "[!a]**",
            "[!a]*/**",
            "**/**",
            "{**/*,x.tf}",
            "*/**",
            "",
            " ",
            ".",
            "**/*/**",
        ] {
            assert_eq!(Pattern::parse(pattern).map(|_| ()), Err(PatternError::Everything), "{pattern}");
        }
        assert_eq!(Pattern::parse("../x").map(|_| ()), Err(PatternError::Outside));
        assert!(matches!(Pattern::parse("a[").map(|_| ()), Err(PatternError::Syntax(_))));
    }
}
