//! Where one of several registers is.

use crate::files::is_below;
use crate::time::{Today, Zone};

/// One of several registers of a repository.
#[derive(Clone, Debug)]
pub struct Home {
    /// Its root from the top of the work tree: empty, or ending in `/`.
    pub root: String,
    /// The name that people are shown, `.` for the top.
    pub name: String,
    /// The folder of its exceptions, relative to its root.
    pub folder: String,
    /// Its time zone.
    pub zone: Zone,
    /// The moment that it is seen from.
    pub today: Today,
}

impl Home {
    /// Returns the register that a file is in, by its path from the top: that of the innermost folder. `None` if none is,
    /// or there is only one.
    #[must_use]
    pub fn of<'h>(homes: &'h [Self], path: &str) -> Option<&'h Self> {
        homes.iter().filter(|home| path.starts_with(home.root.as_str())).max_by_key(|home| home.root.len())
    }

    /// Tells whether a file is one of its exceptions.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        path.strip_prefix(self.root.as_str()).is_some_and(|path| is_below(path, &self.folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_innermost_register_and_to_its_folder() {
        let home = |root: &str| Home {
            root: root.to_owned(),
            name: root.trim_end_matches('/').to_owned(),
            folder: "exceptions".to_owned(),
            zone: Zone::UTC,
            today: Today::parse("2026-11-23", Zone::UTC).unwrap(),
        };
        let homes = [home("a/b/"), home("a/"), home("c/")];
        for (path, name, holds) in [
            ("a/exceptions/x.yaml", Some("a"), true),
            ("a/b/exceptions/x.yaml", Some("a/b"), true),
            ("a/b/stopgap.yaml", Some("a/b"), false),
            ("a/exceptions-old/x.yaml", Some("a"), false),
            ("d/exceptions/x.yaml", None, false),
        ] {
            let found = Home::of(&homes, path);
            assert_eq!(found.map(|home| home.name.as_str()), name, "{path}");
            assert_eq!(found.is_some_and(|home| home.holds(path)), holds, "{path}");
        }
        assert!(!homes[2].holds("a/exceptions/x.yaml"));
    }
}
