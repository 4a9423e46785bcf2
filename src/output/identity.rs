//! Where stopgap itself is at home: every link that an output has to the program, or to a page of its documentation,
//! begins with one of two addresses of `Cargo.toml`.

/// The addresses; an empty one in `Cargo.toml` is not known, and then there is no link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The page of the repository, `repository` in `Cargo.toml`.
    pub repository: Option<&'static str>,
    /// The first page of the documentation, `homepage` in `Cargo.toml`.
    pub docs: Option<&'static str>,
}

impl Identity {
    /// What this build says of itself.
    pub const OWN: Self =
        Self { repository: known(env!("CARGO_PKG_REPOSITORY")), docs: known(env!("CARGO_PKG_HOMEPAGE")) };

    /// Returns the page that tells most about the program.
    #[must_use]
    pub fn page(self) -> Option<&'static str> {
        self.docs.or(self.repository)
    }

    /// Returns what a workflow of GitHub calls the action, without its commit.
    #[must_use]
    pub fn action(self) -> Option<&'static str> {
        let path = self.repository?.strip_prefix("https://github.com/")?.trim_end_matches('/');
        Some(path.strip_suffix(".git").unwrap_or(path))
    }

    /// Returns the page of a rule.
    #[must_use]
    pub fn rule(self, id: &str) -> Option<String> {
        self.docs.map(|docs| format!("{}/rules/{id}.html", docs.trim_end_matches('/')))
    }
}

const fn known(address: &'static str) -> Option<&'static str> {
    if address.is_empty() { None } else { Some(address) }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;
    use crate::output::{self, Format, Look, Setting, testing};

    #[test]
    fn a_rule_has_a_page_where_the_documentation_has_an_address() {
        let known = Identity { docs: Some("https://stopgap.example/docs/"), ..Identity::default() };
        assert_eq!(known.rule("expired").as_deref(), Some("https://stopgap.example/docs/rules/expired.html"));
        assert_eq!(Identity::default().rule("expired"), None);
    }

    #[test]
    fn an_action_is_known_where_the_repository_is_on_github() {
        let action = |repository| Identity { repository: Some(repository), docs: None }.action();
        assert_eq!(action("https://github.com/acme/stopgap"), Some("acme/stopgap"));
        assert_eq!(action("https://github.com/acme/stopgap.git"), Some("acme/stopgap"));
        assert_eq!(action("https://code.example/acme/stopgap"), None);
        assert_eq!(Identity::default().action(), None);
    }

    #[test]
    fn every_format_that_can_leads_to_the_page_of_a_rule_and_none_without_an_address() {
        let setting = |identity| Setting { identity, ..Setting::default() };
        let known =
            Identity { docs: Some("https://stopgap.example"), repository: Some("https://code.example/stopgap") };
        let look = Look { links: true, ..Look::default() };
        let print = |format: Format, identity| {
            testing::printed(&setting(identity), "title: N/A\n", |report, out| {
                output::render(format, report, look, out)
            })
        };
        for format in Format::value_variants() {
            let linked = print(*format, known);
            let can = [Format::Text, Format::Sarif, Format::Gitlab, Format::Rdjson, Format::Markdown].contains(format);
            assert_eq!(linked.contains("https://stopgap.example/rules/placeholder-text.html"), can, "{linked}");
            let plain = print(*format, Identity::default());
            assert!(!plain.contains("stopgap.example") && !plain.contains("rules/"), "{plain}");
            assert!(!plain.contains("]8;;") && !plain.contains("elpUri") && !plain.contains("\"url\""), "{plain}");
        }
        assert!(print(Format::Sarif, known).contains("\"informationUri\": \"https://stopgap.example\""));
        let only = Identity { docs: None, ..known };
        assert!(print(Format::Rdjson, only).contains("\"url\": \"https://code.example/stopgap\""));
        // The link is around the word, and the rest is what it is without.
        let (linked, plain) = (print(Format::Text, known), print(Format::Text, Identity::default()));
        let word = "\u{1b}]8;;https://stopgap.example/rules/placeholder-text.html\u{1b}\\error[placeholder-text]\u{1b}]8;;\u{1b}\\";
        assert!(linked.contains(word), "{linked}");
        assert!(plain.contains("error[placeholder-text]: "));
    }

    #[test]
    fn what_this_build_says_of_itself_is_on_the_web() {
        for address in [Identity::OWN.repository, Identity::OWN.docs].into_iter().flatten() {
            assert!(crate::report::is_address(address) && address.starts_with("https://"), "{address}");
        }
    }
}
