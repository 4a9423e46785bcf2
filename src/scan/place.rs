//! Where a result is: its URI as a path of the repository.

use std::collections::BTreeMap;
use std::path::Path;

use percent_encoding::percent_decode_str;

/// Where a result is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file below the root, by its path from there.
    Inside(String),
    /// A file elsewhere, by its absolute path.
    Absolute(String),
    /// Anything else, as it is written.
    Elsewhere(String),
}

impl Place {
    /// Returns the path or URI.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Inside(path) | Self::Absolute(path) | Self::Elsewhere(path) => path,
        }
    }

    /// Returns the path that a pattern is compared with; `None` where no pattern of paths can mean it.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Inside(path) | Self::Absolute(path) => Some(path),
            Self::Elsewhere(_) => None,
        }
    }
}

/// What URIs are relative to (SARIF 2.1.0, section 3.14.14).
#[derive(Clone, Debug, Default)]
pub(super) struct Bases {
    /// For each name its URI and the name that this is relative to.
    pub(super) named: BTreeMap<String, (String, Option<String>)>,
}

/// Names that refer to one another in a circle end somewhere.
const DEEPEST: usize = 8;

impl Bases {
    /// Resolves a URI into the place that it names, and those that it names if its tool does not encode names, as Semgrep
    /// does not: a file may be called `legac%79` or `a\b`. Only what is there counts as a second one. `root` is the
    /// absolute path of the register's root, without a `/` at its end.
    pub(super) fn places(&self, uri: &str, base: Option<&str>, root: &str) -> Vec<Place> {
        let mut places = vec![self.resolve(uri, base, root, Reading::Usual)];
        if uri.contains(['%', '\\', '?', '#']) || uri.trim() != uri {
            for reading in [Reading::Decoded, Reading::Raw] {
                let place = self.resolve(uri, base, root, reading);
                let is_there = |path: &str| Path::new(root).join(path).symlink_metadata().is_ok();
                if !places.contains(&place) && place.path().is_some_and(is_there) {
                    places.push(place);
                }
            }
        }
        places
    }

    /// Resolves a URI in one of its readings.
    fn resolve(&self, uri: &str, base: Option<&str>, root: &str, reading: Reading) -> Place {
        let elsewhere = || Place::Elsewhere(uri.to_owned());
        let Some(written) = Written::read(uri, reading) else { return elsewhere() };
        match written {
            Written::Absolute(path) => below(&path, root).unwrap_or(Place::Absolute(path)),
            Written::Relative(path) => {
                let whole = match base.map_or(Folder::Foreign, |base| self.folder(base, DEEPEST)) {
                    Folder::Circle => return elsewhere(),
                    Folder::Relative(folder) => format!("{folder}/{path}"),
                    // A scanner in a container sees the repository in another place; its paths are then the repository's.
                    Folder::Absolute(folder) => match inside(&folder, root) {
                        Some(below) if !below.is_empty() => format!("{below}/{path}"),
                        // The register is below the folder that was scanned. `file:///` is what Trivy writes for any.
                        None if folder != "/" && inside(root, &folder).is_some() => {
                            let Some(path) = normal(&path) else { return elsewhere() };
                            let path = format!("{}/{path}", folder.trim_end_matches('/'));
                            return below(&path, root).unwrap_or(Place::Absolute(path));
                        }
                        _ => path,
                    },
                    Folder::Foreign => path,
                };
                normal(&whole).filter(|path| !path.is_empty()).map_or_else(elsewhere, Place::Inside)
            }
        }
    }

    /// Finds the folder that a named base is.
    fn folder(&self, name: &str, depth: usize) -> Folder {
        let Some((uri, base)) = self.named.get(name) else { return Folder::Foreign };
        let Some(depth) = depth.checked_sub(1) else { return Folder::Circle };
        match (Written::read(uri, Reading::Usual), base.as_deref().map(|base| self.folder(base, depth))) {
            (Some(Written::Absolute(path)), _) => Folder::Absolute(path),
            (Some(Written::Relative(path)), Some(Folder::Absolute(above))) => {
                let joined = normal(&format!("{}/{path}", above.trim_start_matches('/')));
                joined.map_or(Folder::Circle, |path| Folder::Absolute(format!("/{path}")))
            }
            (Some(Written::Relative(path)), Some(Folder::Relative(above))) => {
                Folder::Relative(format!("{above}/{path}"))
            }
            (Some(Written::Relative(_)), Some(Folder::Circle)) => Folder::Circle,
            (Some(Written::Relative(path)), None | Some(Folder::Foreign)) => Folder::Relative(path),
            (None, _) => Folder::Foreign,
        }
    }
}

/// What a named base stands for.
enum Folder {
    /// An absolute path.
    Absolute(String),
    /// A path that begins where the repository does.
    Relative(String),
    /// Nothing that is a folder here, as where the log does not say what a name means.
    Foreign,
    /// Nothing that anybody can find: names that refer to one another, or a path above the first folder.
    Circle,
}

/// How the characters of a URI are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Decoded, with either kind of slash between names.
    Usual,
    /// Decoded, with a backslash that is part of a name.
    Decoded,
    /// As they are.
    Raw,
}

/// A URI as it is written.
enum Written {
    Absolute(String),
    Relative(String),
}

impl Written {
    /// Reads a URI of a file; `None` for any other and one that is not text.
    fn read(uri: &str, reading: Reading) -> Option<Self> {
        let uri = if reading == Reading::Raw { uri } else { uri.trim() };
        let is_drive = uri.get(1..3).is_some_and(|rest| rest == ":\\" || rest == ":/");
        let scheme = uri.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| !is_drive && is_scheme(scheme));
        let path = match scheme {
            Some(scheme) if scheme.eq_ignore_ascii_case("file") => {
                let rest = &uri["file:".len()..];
                match rest.strip_prefix("//") {
                    Some(rest) => {
                        let host = rest.find('/').unwrap_or(rest.len());
                        // `file://relative/path` is wrong, and written by some tools.
                        let is_host = rest[..host].is_empty() || rest[..host].eq_ignore_ascii_case("localhost");
                        if is_host { &rest[host..] } else { rest }
                    }
                    None => rest,
                }
            }
            Some(_) => return None,
            None => uri,
        };
        let is_cut = scheme.is_some() && reading != Reading::Raw;
        let path = path.split(['?', '#']).next().filter(|_| is_cut).unwrap_or(path);
        let decoded = || percent_decode_str(path).decode_utf8().ok();
        let decoded = match reading {
            Reading::Usual => decoded()?.replace('\\', "/"),
            Reading::Decoded => decoded()?.into_owned(),
            Reading::Raw => path.to_owned(),
        };
        if decoded.contains('\0') {
            return None;
        }
        let is_drive = |path: &str| path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
        let plain = decoded.strip_prefix('/').filter(|rest| is_drive(rest)).unwrap_or(&decoded);
        match plain.strip_prefix('/') {
            Some(rest) => normal(rest).map(|path| Self::Absolute(format!("/{path}"))),
            None if is_drive(plain) => normal(plain).map(Self::Absolute),
            None => Some(Self::Relative(plain.to_owned())),
        }
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Takes `.` and `..` out of a path; `None` if it leads above its start.
fn normal(path: &str) -> Option<String> {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

fn below(path: &str, root: &str) -> Option<Place> {
    inside(path, root).filter(|path| !path.is_empty()).map(|path| Place::Inside(path.to_owned()))
}

/// Returns the part of an absolute path that is below the root.
fn inside<'p>(path: &'p str, root: &str) -> Option<&'p str> {
    let rest = path.trim_end_matches('/').strip_prefix(root.trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_a_path_of_the_repository_or_is_not() {
        let mut bases = Bases::default();
        for (name, uri, base) in [
            ("ROOTPATH", "file:///srv/shop/", None),
            ("MODULE", "modules/a/", Some("ROOTPATH")),
            ("CONTAINER", "file:///src/", None),
            ("CIRCLE", "a/", Some("CIRCLE")),
            ("RELATIVE", "lib/", None),
            ("BELOW", "b/", Some("RELATIVE")),
            ("HERE", "./", None),
            ("WEB", "https://git.example.com/acme/shop/", None),
        ] {
            bases.named.insert(name.to_owned(), (uri.to_owned(), base.map(str::to_owned)));
        }
        let inside = |path: &str| Place::Inside(path.to_owned());
        let absolute = |path: &str| Place::Absolute(path.to_owned());
        for (uri, base, place) in [
            ("app/main.tf", None, inside("app/main.tf")),
            ("./app//main.tf", None, inside("app/main.tf")),
            ("app/../main.tf", None, inside("main.tf")),
            ("my%20app/main.tf", None, inside("my app/main.tf")),
            ("app\\main.tf", None, inside("app/main.tf")),
            ("main.tf", Some("ROOTPATH"), inside("main.tf")),
            ("main.tf", Some("MODULE"), inside("modules/a/main.tf")),
            ("main.tf", Some("CONTAINER"), inside("main.tf")),
            ("main.tf", Some("RELATIVE"), inside("lib/main.tf")),
            ("main.tf", Some("BELOW"), inside("lib/b/main.tf")),
            ("main.tf", Some("HERE"), inside("main.tf")),
            ("main.tf", Some("WEB"), inside("main.tf")),
            ("main.tf", Some("CIRCLE"), Place::Elsewhere("main.tf".to_owned())),
            ("../main.tf", Some("HERE"), Place::Elsewhere("../main.tf".to_owned())),
            ("main.tf", Some("%SRCROOT%"), inside("main.tf")),
            ("file:///srv/shop/app/main.tf", None, inside("app/main.tf")),
            ("file://localhost/srv/shop/main.tf", None, inside("main.tf")),
            ("/srv/shop/main.tf", None, inside("main.tf")),
            ("/srv/shop/../shop/main.tf", None, inside("main.tf")),
            ("file:///srv/shopping/main.tf", None, absolute("/srv/shopping/main.tf")),
            ("/usr/lib/libssl.so", None, absolute("/usr/lib/libssl.so")),
            ("file:///C:/shop/main.tf", None, absolute("C:/shop/main.tf")),
            ("C:\\shop\\main.tf", None, absolute("C:/shop/main.tf")),
        ] {
            assert_eq!(bases.places(uri, base, "/srv/shop"), [place], "{uri}");
        }
        for uri in ["../main.tf", "app/../../main.tf", "https://example.com/main.tf", "", ".", "a%ff", "pkg:npm/a"] {
            assert_eq!(bases.places(uri, None, "/srv/shop"), [Place::Elsewhere(uri.to_owned())], "{uri}");
        }
        assert_eq!(bases.places("../b/main.tf", Some("MODULE"), "/srv/shop"), [inside("modules/b/main.tf")]);
        assert_eq!(bases.places("/srv/shop", None, "/srv/shop"), [absolute("/srv/shop")]);
        // A register below the folder that was scanned.
        for (uri, place) in [
            ("team/main.tf", inside("main.tf")),
            ("main.tf", absolute("/srv/shop/main.tf")),
            ("../main.tf", Place::Elsewhere("../main.tf".to_owned())),
        ] {
            assert_eq!(bases.places(uri, Some("ROOTPATH"), "/srv/shop/team"), [place], "{uri}");
        }
        bases.named.insert("ROOTPATH".to_owned(), ("file:///".to_owned(), None));
        assert_eq!(bases.places("main.tf", Some("ROOTPATH"), "/srv/shop/team"), [inside("main.tf")]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_called_like_another_one_encoded_is_a_second_place() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let root = root.to_str().unwrap();
        let bases = Bases::default();
        let inside = |path: &str| Place::Inside(path.to_owned());
        for (name, uri) in [
            ("legac%79", "legac%79"),
            ("a\\b", "a\\b"),
            ("c\\d", "c%5Cd"),
            (" e", " e"),
            ("f#g", "f%23g"),
            ("h%25", "h%25"),
        ] {
            assert_eq!(bases.places(uri, None, root).len(), 1, "{uri}");
            std::fs::write(Path::new(root).join(name), "").unwrap();
            assert!(bases.places(uri, None, root).contains(&inside(name)), "{uri}");
        }
        assert_eq!(bases.places("legac%79", None, root), [inside("legacy"), inside("legac%79")]);
        let absolute = format!("file://{root}/legac%79");
        assert_eq!(bases.places(&absolute, None, root), [inside("legacy"), inside("legac%79")]);
        assert_eq!(bases.places("f%23g", None, root), [inside("f#g")]);
    }
}
