//! Where a register's files, commits and pull requests can be looked at.

use crate::policy::Forge;

/// The addresses that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// What an argument puts before a file's path relative to the root.
    pub prefix: Option<String>,
    /// The repository's page, without a slash at its end.
    pub base: Option<String>,
    /// How its addresses are formed.
    pub forge: Forge,
    /// The commit whose files are shown.
    pub commit: String,
    /// Where the root lies below the top of the work tree: empty, or ending in `/`.
    pub below: String,
}

/// Returns the page of the repository that a remote's address names: `git@host:owner/name.git`, `ssh://`, `https://`.
/// A user name or a token in it is left out. `None` for a folder or anything else.
#[must_use]
pub fn page_of(remote: &str) -> Option<String> {
    let remote = remote.trim().trim_end_matches('/');
    let remote = remote.strip_suffix(".git").unwrap_or(remote);
    let (authority, path, keeps_port) = match remote.split_once("://") {
        Some(("https" | "http", rest)) => rest.split_once('/').map(|(host, path)| (host, path, true))?,
        Some(("ssh" | "git+ssh", rest)) => rest.split_once('/').map(|(host, path)| (host, path, false))?,
        Some(_) => return None,
        None => remote.split_once(':').map(|(host, path)| (host, path, false))?,
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if keeps_port { host } else { host.split_once(':').map_or(host, |(host, _)| host) };
    let plain = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    // A drive's letter is not a host.
    let is_host = plain(host, b".-:") && host.len() > 1;
    let path = path.trim_matches('/');
    (is_host && plain(path, b"._-/~+") && path.contains('/')).then(|| format!("https://{host}/{path}"))
}

/// Returns whether a text is an address of the web and nothing else: no script, and nothing that a browser would read
/// otherwise than it looks.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric())
            && rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>`\\".contains(&byte))
            && !rest.split('/').next().unwrap_or_default().contains('@')
    })
}

/// Returns the number of the pull request that a merge's subject names: `Merge pull request #12 from …`, or the `(#12)`
/// that a squash has at its end.
#[must_use]
pub fn pull_of(subject: &str) -> Option<u64> {
    let merged = subject.strip_prefix("Merge pull request #").and_then(|rest| rest.split(' ').next());
    let squashed = || subject.trim_end().strip_suffix(')').and_then(|rest| Some(rest.rsplit_once("(#")?.1));
    merged.or_else(squashed)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_linked() {
        for text in ["https://tickets.example/OPS-7?a=b&c=d", "http://wiki/x"] {
            assert!(is_address(text), "{text}");
        }
        for text in [
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "OPS-7",
            "https://github.com@evil.example/",
            "https://a b",
            "https://x/\"onclick=",
            "https://x/\u{202e}",
            "https://\u{430}pple.com",
            "data:text/html,x",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }

    #[test]
    fn the_page_of_a_remote_has_no_secret_and_is_on_the_web() {
        for (remote, page) in [
            ("git@github.com:acme/register.git", Some("https://github.com/acme/register")),
            ("ssh://git@gitlab.example:2222/sec/ops/register.git", Some("https://gitlab.example/sec/ops/register")),
            ("https://olek:s3cret@github.com/acme/register.git/", Some("https://github.com/acme/register")),
            ("http://localhost:3000/acme/register", Some("https://localhost:3000/acme/register")),
            ("/srv/git/register.git", None),
            ("../register", None),
            ("C:\\register", None),
            ("file:///srv/register.git", None),
            ("javascript://x/%0aalert(1)", None),
            ("git@evil.example:a/b\" onclick=x", None),
        ] {
            assert_eq!(page_of(remote).as_deref(), page, "{remote}");
        }
    }

    #[test]
    fn a_merge_names_its_pull_request() {
        for (subject, number) in [
            ("Merge pull request #12 from acme/ask", Some(12)),
            ("payroll: renewed (#7)", Some(7)),
            ("fixes #12", None),
            ("odd (#12", None),
            ("odd (#-1)", None),
        ] {
            assert_eq!(pull_of(subject), number, "{subject}");
        }
    }
}
