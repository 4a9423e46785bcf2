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
    /// A program in the checkout, which a change may bring along.
    Checkout(String),
    /// The script that `init` writes where nobody has said it: it fails.
    Unsaid,
}

/// Programs that install packages or run them; `install` alone copies files.
const MANAGERS: [&str; 14] =
    ["apk", "apt", "apt-get", "brew", "cargo", "conda", "dnf", "mise", "npm", "pip", "pip3", "pipx", "uv", "yum"];

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
        let named = words.iter().copied().find(|word| is_stopgap(word))?;
        let runs = has("uvx") || has("pipx") && has("run") || has("uv") && (has("tool") || has("--with"));
        let installs = has("install") && words.iter().any(|word| is_manager(word));
        if !runs && !installs {
            return None;
        }
        if let Some(address) = words.iter().find_map(|word| word.strip_prefix("git+")) {
            let address = address.split('#').next().unwrap_or(address);
            let host = address.find("://").map_or(0, |at| at + 3);
            let (url, reference) = match address[host..].rsplit_once('@') {
                Some((path, reference)) if !reference.contains('/') => (&address[..host + path.len()], reference),
                _ => (address, ""),
            };
            return Some(Self::Source { url: url.to_owned(), reference: reference.to_owned() });
        }
        if let Some(url) = after("--git") {
            let reference = ["--rev", "--tag", "--branch"].into_iter().find_map(after).unwrap_or_default();
            return Some(Self::Source { url, reference });
        }
        if line.contains("./") || has("--path") {
            return None;
        }
        let option = |name: &str| {
            let equal = words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            equal.map(str::to_owned).or_else(|| after(name))
        };
        let own = words.iter().any(|word| is_stopgap(word) && is_exact(word));
        let given = has("cargo") && ["--version", "--vers"].into_iter().filter_map(option).any(|it| is_version(&it));
        let versioned = own || given || is_exact(named);
        Some(Self::Registry { line: line.trim().to_owned(), versioned })
    }

    /// Returns the place that a program's own path names: a file of the checkout.
    #[must_use]
    pub fn of_program(program: &str) -> Option<Self> {
        let path = program.trim_matches(['"', '\'']);
        let is_relative = path.contains('/') && !path.starts_with(['/', '$', '~']) && !path.contains(['$', '(', '`']);
        is_relative.then(|| Self::Checkout(path.to_owned()))
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
            Self::Registry { .. } | Self::Checkout(_) | Self::Unsaid => None,
        }
    }
}

fn is_manager(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    MANAGERS.contains(&name) || name.starts_with("python")
}

/// Tells whether a package is named at one version: `stopgap==0.1.0`, `stopgap@0.1.0`.
fn is_exact(package: &str) -> bool {
    let version = package.split_once("==").or_else(|| package.split_once('@'));
    version.is_some_and(|(_, version)| is_version(version))
}

/// Tells whether a version is a whole one, and no range.
fn is_version(version: &str) -> bool {
    let version = version.trim_start_matches('=');
    version.starts_with(|c: char| c.is_ascii_digit())
        && version.contains('.')
        && !version.contains(['*', ',', '<', '>'])
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
            ("pip install 'stopgap>=0.1'", registry("pip install 'stopgap>=0.1'", false)),
            ("pip install stopgap~=0.1.0", registry("pip install stopgap~=0.1.0", false)),
            ("pip install stopgap==0.*", registry("pip install stopgap==0.*", false)),
            ("python3 -m pip install stopgap==0.1.0", registry("python3 -m pip install stopgap==0.1.0", true)),
            ("cargo install stopgap --version 0.1.0", registry("cargo install stopgap --version 0.1.0", true)),
            ("cargo install stopgap --version=^0.1.0", registry("cargo install stopgap --version=^0.1.0", false)),
            ("uvx stopgap check", registry("uvx stopgap check", false)),
            ("uvx --from stopgap==0.1.0 stopgap check", registry("uvx --from stopgap==0.1.0 stopgap check", true)),
            ("pipx run stopgap check", registry("pipx run stopgap check", false)),
            ("pip install git+https://a.b/c/stopgap@abc", source("https://a.b/c/stopgap", "abc")),
            ("pip install git+ssh://git@a.b/c/stopgap", source("ssh://git@a.b/c/stopgap", "")),
            ("uvx --from git+https://a.b/c/stopgap@abc stopgap check", source("https://a.b/c/stopgap", "abc")),
            ("install stopgap /usr/local/bin", None),
            ("sudo install -m 755 stopgap /usr/local/bin/stopgap", None),
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
