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

/// Returns the number of a request that a commit's message names, as a forge writes it: `#12`, `!12`. Of the two only the
/// one of this forge counts: a number in another one's writing is about another place.
#[must_use]
pub fn number_of(request: &str, forge: Forge) -> Option<u64> {
    let sign = if forge == Forge::GitLab { '!' } else { '#' };
    request.strip_prefix(sign)?.parse().ok()
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
    fn a_request_of_another_forge_has_no_page_here() {
        for (request, forge, number) in [
            ("#12", Forge::GitHub, Some(12)),
            ("#12", Forge::Forgejo, Some(12)),
            ("!7", Forge::GitLab, Some(7)),
            ("#12", Forge::GitLab, None),
            ("!7", Forge::GitHub, None),
            ("#", Forge::GitHub, None),
        ] {
            assert_eq!(number_of(request, forge), number, "{request} {forge:?}");
        }
    }
}
