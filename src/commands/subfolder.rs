//! `--folder`: the folder below the register in which a command writes new files.

use std::path::Path;

use crate::error::{Argument, Error};
use crate::files::Repository;
use crate::output::escape;
use crate::text::shown;

/// Reads `--folder`, named below the register's folder or from the root: `2026-q4` and `exceptions/2026-q4` are the
/// same. Returns it relative to the root.
///
/// # Errors
///
/// If it leads out of the register or through a link, or if git would not track a file in it on every system.
pub(super) fn read(named: &str, register: &str, root: &Path) -> Result<String, Error> {
    let parts: Vec<&str> = named.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let own: Vec<&str> = register.split('/').collect();
    let below = parts.strip_prefix(own.as_slice()).unwrap_or(&parts);
    let full = [own.as_slice(), below].concat().join("/");
    let outside = named.starts_with('/') || parts.contains(&"..");
    let why = if outside {
        Some("the folder must be in the register".to_owned())
    } else if escape::line(named) != named {
        Some("its name would not be shown as it is".to_owned())
    } else {
        let unusable = below.iter().find_map(|part| problem(part));
        unusable.or_else(|| Repository::Folder(root.to_path_buf()).path_problem(&full))
    };
    match why {
        None => Ok(full),
        Some(why) => Err(Error::from(Argument::Value {
            option: "--folder".to_owned(),
            value: named.to_owned(),
            why,
            help: format!("name a folder below `{}`, such as `2026-q4`", shown(register)),
        })),
    }
}

/// Returns why a folder of this name may not be tracked everywhere: git leaves out whatever a file system takes for
/// `.git`, and Windows removes full stops and blanks at the end.
fn problem(part: &str) -> Option<String> {
    if is_git(part) {
        return Some("git tracks nothing below such a folder".to_owned());
    }
    if part.contains(['\\', ':']) {
        return Some("`\\` and `:` cannot be in a folder's name on Windows".to_owned());
    }
    if part.ends_with(['.', ' ']) {
        return Some("Windows removes a full stop or a space at the end of a name".to_owned());
    }
    None
}

/// Returns whether a file system may take a name for `.git`: in another case, with what Windows removes at the end, as
/// the stream of a file there, or by its short name. Characters that macOS ignores in a name are refused earlier.
fn is_git(name: &str) -> bool {
    let name = name.split(':').next().unwrap_or(name).trim_end_matches(['.', ' ']);
    name.eq_ignore_ascii_case(".git") || name.eq_ignore_ascii_case("git~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(named: &str, register: &str) -> Result<String, String> {
        let root = tempfile::tempdir().unwrap();
        read(named, register, root.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_folder_is_named_with_or_without_the_register() {
        for (named, register, full) in [
            ("2026-q4", "exceptions", "exceptions/2026-q4"),
            ("exceptions/2026-q4", "exceptions", "exceptions/2026-q4"),
            ("./exceptions//2026-q4/", "exceptions", "exceptions/2026-q4"),
            ("exceptions", "exceptions", "exceptions"),
            ("./", "exceptions", "exceptions"),
            ("exceptions-2026", "exceptions", "exceptions/exceptions-2026"),
            ("2026/exceptions", "exceptions", "exceptions/2026/exceptions"),
            ("sec/waivers/hall 3", "sec/waivers", "sec/waivers/hall 3"),
            ("waivers/hall 3", "sec/waivers", "sec/waivers/waivers/hall 3"),
            (".github", "exceptions", "exceptions/.github"),
            ("bücher/v1.2", "exceptions", "exceptions/bücher/v1.2"),
        ] {
            assert_eq!(folder(named, register).as_deref(), Ok(full), "{named}");
        }
    }

    #[test]
    fn a_folder_that_leads_elsewhere_or_is_not_tracked_by_git_is_refused() {
        for (named, why) in [
            ("..", "must be in the register"),
            ("../elsewhere", "must be in the register"),
            ("exceptions/../..", "must be in the register"),
            ("/exceptions/a", "must be in the register"),
            ("x/.git/y", "git tracks nothing"),
            ("exceptions/.GIT", "git tracks nothing"),
            (".git.", "git tracks nothing"),
            ("x/.git ", "git tracks nothing"),
            (".git . /x", "git tracks nothing"),
            (".git::$INDEX_ALLOCATION/x", "git tracks nothing"),
            ("GIT~1", "git tracks nothing"),
            ("x\\..\\y", "on Windows"),
            ("a:b", "on Windows"),
            ("a./b", "Windows removes"),
            ("a /b", "Windows removes"),
            (".g\u{200c}it", "not be shown as it is"),
            (".git\u{206a}", "not be shown as it is"),
            ("\u{feff}.git", "not be shown as it is"),
            ("a\nb", "not be shown as it is"),
        ] {
            let refused = folder(named, "exceptions").unwrap_err();
            assert!(refused.contains(why), "{named}: {refused}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_behind_a_link_is_refused() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("exceptions/real")).unwrap();
        std::os::unix::fs::symlink("real", root.path().join("exceptions/linked")).unwrap();
        assert!(read("real/a", "exceptions", root.path()).is_ok());
        let refused = read("linked/a", "exceptions", root.path()).unwrap_err().to_string();
        assert!(refused.contains("goes through a link"), "{refused}");
    }
}
