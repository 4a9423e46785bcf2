//! The addresses of files, commits and pull requests as each forge forms them.

use crate::output::escape::uri;
use crate::policy::Forge;
use crate::report::Links;

impl Links {
    /// Returns the address of a file, by its path relative to the root.
    pub(in crate::output) fn file(&self, path: &str) -> Option<String> {
        if let Some(prefix) = &self.prefix {
            return Some(format!("{prefix}{}", uri(path)));
        }
        let path = uri(&format!("{}{path}", self.below));
        let (base, commit) = (self.base.as_ref()?, &self.commit);
        Some(match self.forge {
            Forge::GitHub => format!("{base}/blob/{commit}/{path}"),
            Forge::GitLab => format!("{base}/-/blob/{commit}/{path}"),
            Forge::Forgejo => format!("{base}/src/commit/{commit}/{path}"),
        })
    }

    /// Returns the address of a line of a file, from 1.
    pub(in crate::output) fn line(&self, path: &str, line: usize) -> Option<String> {
        Some(format!("{}#L{line}", self.file(path)?))
    }

    pub(in crate::output) fn pull(&self, number: u64) -> Option<String> {
        let base = self.base.as_ref()?;
        Some(match self.forge {
            Forge::GitHub => format!("{base}/pull/{number}"),
            Forge::GitLab => format!("{base}/-/merge_requests/{number}"),
            Forge::Forgejo => format!("{base}/pulls/{number}"),
        })
    }

    pub(in crate::output) fn commit(&self, commit: &str) -> Option<String> {
        let base = self.base.as_ref()?;
        Some(match self.forge {
            Forge::GitLab => format!("{base}/-/commit/{commit}"),
            Forge::GitHub | Forge::Forgejo => format!("{base}/commit/{commit}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_where_its_forge_shows_it() {
        let mut links = Links {
            base: Some("https://github.com/acme/register".to_owned()),
            forge: Forge::GitHub,
            commit: "c0ffee".to_owned(),
            below: "sec/".to_owned(),
            prefix: None,
        };
        let file = |links: &Links| links.file("exceptions/a b#1.yaml").unwrap();
        assert_eq!(file(&links), "https://github.com/acme/register/blob/c0ffee/sec/exceptions/a%20b%231.yaml");
        links.forge = Forge::GitLab;
        assert_eq!(file(&links), "https://github.com/acme/register/-/blob/c0ffee/sec/exceptions/a%20b%231.yaml");
        assert!(links.line("a.yaml", 7).is_some_and(|address| address.ends_with("/-/blob/c0ffee/sec/a.yaml#L7")));
        links.prefix = Some("https://code.example/tree/".to_owned());
        assert_eq!(file(&links), "https://code.example/tree/exceptions/a%20b%231.yaml");
    }
}
