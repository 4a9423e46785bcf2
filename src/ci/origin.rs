//! Where a script gets stopgap, and whether somebody could exchange it.

/// A place that a line gets stopgap from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A git repository, at this commit, tag or branch; empty where none is named.
    Source {
        /// Its URL.
        url: String,
        /// What of it.
        reference: String,
    },
    /// An image, with its tag or digest.
    Image(String),
    /// A name in a registry of packages.
    Registry {
        /// The line.
        line: String,
        /// Whether it names a version.
        versioned: bool,
    },
    /// The script that `init` writes where nobody has said it: it fails.
    Unsaid,
}

/// What `init` lets a job say where nobody has said where stopgap comes from.
const UNSAID: &str = "say where stopgap comes from";

impl Origin {
    /// Reads a line.
    #[must_use]
    pub fn of(line: &str) -> Option<Self> {
        let cleaned = line.replace(['"', '\'', '(', ')'], " ");
        let words: Vec<&str> = cleaned.split_whitespace().collect();
        if words.first() == Some(&"#") {
            return None;
        }
        if words.first() == Some(&"echo") {
            return line.contains(UNSAID).then_some(Self::Unsaid);
        }
        let has = |word: &str| words.contains(&word);
        let after = |option: &str| {
            let at = words.iter().position(|word| *word == option)?;
            words.get(at + 1).map(|word| (*word).to_owned())
        };
        if has("git") && has("fetch") {
            let at = words.iter().position(|word| word.contains("://"))?;
            let reference = words.get(at + 1).map_or(String::new(), |word| (*word).to_owned());
            return Some(Self::Source { url: words[at].to_owned(), reference }).filter(|_| is_stopgap(words[at]));
        }
        let engine = ["docker", "podman"].into_iter().any(has);
        if engine && ["create", "pull", "run"].into_iter().any(has) {
            let image = words.iter().find(|word| is_stopgap(word) && !word.starts_with(['$', '-']));
            return image.map(|image| Self::Image((*image).to_owned()));
        }
        if !has("install") || !words.iter().any(|word| is_stopgap(word)) {
            return None;
        }
        if let Some(url) = after("--git") {
            let reference = ["--rev", "--tag", "--branch"].into_iter().find_map(after).unwrap_or_default();
            return Some(Self::Source { url, reference });
        }
        if line.contains("./") || has("--path") {
            return None;
        }
        let versioned = line.chars().any(|c| c.is_ascii_digit());
        Some(Self::Registry { line: line.trim().to_owned(), versioned })
    }

    /// Finds the places in a script, in the order of its lines.
    pub fn all(script: &str) -> impl Iterator<Item = Self> {
        script.lines().map(str::trim).filter(|line| !line.starts_with('#')).filter_map(Self::of)
    }

    /// Returns the place without what of it is meant, which changes with every version.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Source { url, .. } => Some(url),
            Self::Image(image) => Some(image_name(image)),
            Self::Registry { .. } | Self::Unsaid => None,
        }
    }
}

/// Tells whether a path, URL or image is named stopgap, whatever its version.
#[must_use]
pub fn is_stopgap(text: &str) -> bool {
    let last = text.rsplit('/').next().unwrap_or_default();
    let name = last.split(['@', ':', '=', '[', '<', '>', '~']).next().unwrap_or_default();
    name.trim_end_matches(".git") == "stopgap"
}

/// Returns an image's name without its tag and digest.
#[must_use]
pub fn image_name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// Tells whether a reference is a whole commit.
#[must_use]
pub fn is_commit(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Tells whether an image is named by its digest.
#[must_use]
pub fn has_digest(image: &str) -> bool {
    image.rsplit_once("@sha256:").is_some_and(|(_, digest)| digest.len() == 64 && is_commit(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_get_it_is_known() {
        let source =
            |url: &str, reference: &str| Some(Origin::Source { url: url.to_owned(), reference: reference.to_owned() });
        let registry = |line: &str, versioned| Some(Origin::Registry { line: line.to_owned(), versioned });
        for (line, origin) in [
            (
                "git -C \"$built/source\" fetch --depth 1 https://a.b/c/stopgap abc",
                source("https://a.b/c/stopgap", "abc"),
            ),
            ("git fetch file:///srv/stopgap.git abc", source("file:///srv/stopgap.git", "abc")),
            ("git fetch https://a.b/c/other abc", None),
            ("cargo install --git https://a.b/stopgap --rev abc --locked", source("https://a.b/stopgap", "abc")),
            ("cargo install --git https://a.b/stopgap stopgap", source("https://a.b/stopgap", "")),
            (
                "container=$(docker create a.b:5000/c/stopgap:1@sha256:0)",
                Some(Origin::Image("a.b:5000/c/stopgap:1@sha256:0".to_owned())),
            ),
            ("cargo install --locked stopgap@0.1.0", registry("cargo install --locked stopgap@0.1.0", true)),
            ("pip install stopgap", registry("pip install stopgap", false)),
            ("cargo install --locked --path stopgap-source --root stopgap", None),
            ("pip install ./stopgap", None),
            ("stopgap check", None),
            ("echo \"::error::say where stopgap comes from: x\"", Some(Origin::Unsaid)),
        ] {
            assert_eq!(Origin::of(line), origin, "{line}");
        }
    }

    #[test]
    fn a_place_is_the_same_in_every_version() {
        for (image, name) in [
            ("a.b:5000/c/stopgap:1@sha256:0", "a.b:5000/c/stopgap"),
            ("a.b:5000/c/stopgap", "a.b:5000/c/stopgap"),
            ("stopgap:1", "stopgap"),
        ] {
            assert_eq!(image_name(image), name);
            assert!(is_stopgap(image), "{image}");
        }
        assert!(!is_stopgap("stopgap-source") && !is_stopgap("acme/notstopgap"));
    }
}
