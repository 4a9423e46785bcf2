//! Where the page leads to: the file, the pull request and the ticket, if the address of the repository is known.

use maud::{Markup, html};

use crate::output::escape::{brief, uri};
use crate::policy::Forge;
use crate::report::{Item, Links, Meeting, Slip, is_address, number_of};

/// Links an exception's file, the pull request that changed it last, and its references.
pub(super) fn of(meeting: &Meeting<'_>, item: &Item<'_>) -> Markup {
    let Some(links) = meeting.links else { return html! {} };
    let file = links.file(item.path);
    let pull = meeting.trend.and_then(|trend| trend.pulls.get(item.path));
    let pull = pull.and_then(|request| Some((request, links.pull(number_of(request, links.forge)?)?)));
    let tickets = item.exception.references.iter().map(|text| text.as_str().trim()).filter(|text| is_address(text));
    html! {
        p.links {
            @if let Some(file) = file { a href=(file) { "file" } }
            @if let Some((request, address)) = pull { " " a href=(address) { (links.forge.request()) " " (request) } }
            @for ticket in tickets.take(5) { " " a href=(ticket) { (brief(ticket)) } }
        }
    }
}

/// Links a commit of the past.
pub(super) fn of_commit(meeting: &Meeting<'_>, slip: &Slip<'_>) -> Markup {
    let address = meeting.links.and_then(|links| links.commit(slip.commit.as_str()));
    html! { @if let Some(address) = address { " " a href=(address) { "commit" } } }
}

impl Links {
    /// Returns the address of a file, by its path relative to the root.
    fn file(&self, path: &str) -> Option<String> {
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

    fn pull(&self, number: u64) -> Option<String> {
        let base = self.base.as_ref()?;
        Some(match self.forge {
            Forge::GitHub => format!("{base}/pull/{number}"),
            Forge::GitLab => format!("{base}/-/merge_requests/{number}"),
            Forge::Forgejo => format!("{base}/pulls/{number}"),
        })
    }

    fn commit(&self, commit: &str) -> Option<String> {
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
        links.prefix = Some("https://code.example/tree/".to_owned());
        assert_eq!(file(&links), "https://code.example/tree/exceptions/a%20b%231.yaml");
    }
}
