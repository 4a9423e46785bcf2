//! How tools spell the ids of their findings.

use std::borrow::Cow;

/// How a tool spells the ids of its findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// As it is; only the case of letters does not matter.
    Plain,
    /// Vulnerabilities as they are, and checks with or without `AVD-`, hyphens and leading zeros: `AVD-DS-0002`,
    /// `DS-0002` and `DS002` are one check.
    Trivy,
    /// Steps with dots between them, of which a log may put those of the rule's folder in front: `rules.no-eval`.
    Dotted,
}

/// An id is known by so many ends; those of semgrep's registry have up to ten.
const MOST_ENDS: usize = 32;

impl Ids {
    /// Returns the form in which ids are compared.
    #[must_use]
    pub fn form(self, id: &str) -> Cow<'_, str> {
        let id = id.trim();
        match self {
            Self::Trivy => trivy(id).map_or_else(|| lower(id), Cow::Owned),
            Self::Plain | Self::Dotted => lower(id),
        }
    }

    /// Returns the forms under which a cover may name a reported id: the whole one, and with [`Ids::Dotted`] each end
    /// of it that begins after one of the last 32 dots (semgrep's own `nosemgrep` reads them alike).
    pub fn reported(self, id: &str) -> impl Iterator<Item = String> {
        let form = self.form(id).into_owned();
        let ends: Vec<String> = match self {
            Self::Dotted => {
                let dots: Vec<usize> = form.rmatch_indices('.').take(MOST_ENDS).map(|(at, _)| at).collect();
                dots.iter().rev().map(|at| form[at + 1..].to_owned()).collect()
            }
            Self::Plain | Self::Trivy => Vec::new(),
        };
        std::iter::once(form).chain(ends).filter(|form| !form.is_empty())
    }
}

fn lower(id: &str) -> Cow<'_, str> {
    if id.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(id.to_ascii_lowercase())
    } else {
        Cow::Borrowed(id)
    }
}

/// Returns a check's provider and number, such as `ds-2`; `None` if the id is of another kind.
fn trivy(id: &str) -> Option<String> {
    const VULNERABILITIES: [&str; 6] = ["cve", "ghsa", "rustsec", "pysec", "osv", "snyk"];
    let id = id.to_ascii_lowercase();
    let short = id.strip_prefix("avd-").unwrap_or(&id);
    let digits = short.find(|c: char| c.is_ascii_digit())?;
    let (provider, number) = short.split_at(digits);
    let provider = provider.trim_end_matches('-');
    let is_check = !provider.is_empty()
        && provider.bytes().all(|byte| byte.is_ascii_lowercase())
        && number.len() <= 6
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !VULNERABILITIES.contains(&provider);
    is_check.then(|| format!("{provider}-{}", number.trim_start_matches('0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_a_trivy_check_are_one() {
        for one in ["AVD-DS-0002", "DS-0002", "DS002", "ds0002", "avd-ds-0002"] {
            assert_eq!(Ids::Trivy.form(one), "ds-2", "{one}");
        }
        assert_eq!(Ids::Trivy.form("AVD-AWS-0107"), Ids::Trivy.form("AWS107"));
        assert_ne!(Ids::Trivy.form("DS-0002"), Ids::Trivy.form("DS-0020"));
        for other in ["CVE-2026-1234", "GHSA-8c26-wmh5-6g9v", "aws-access-key-id", "DS-0002-x", "0002", "AVD-"] {
            assert_eq!(Ids::Trivy.form(other), other.to_lowercase(), "{other}");
        }
        assert_ne!(Ids::Trivy.form("CVE-2026"), Ids::Trivy.form("CVE2026"));
    }

    #[test]
    fn semgrep_reports_a_rule_below_its_folder() {
        let forms: Vec<String> = Ids::Dotted.reported("rules.local.No-Eval").collect();
        assert_eq!(forms, ["rules.local.no-eval", "local.no-eval", "no-eval"]);
        assert_eq!(Ids::Plain.reported("a.b").collect::<Vec<_>>(), ["a.b"]);
        assert_eq!(Ids::Dotted.reported("a.").collect::<Vec<_>>(), ["a."]);
        let long = "a.".repeat(100_000) + "no-eval";
        let forms: Vec<String> = Ids::Dotted.reported(&long).collect();
        assert_eq!((forms.len(), forms.last().map(String::as_str)), (MOST_ENDS + 1, Some("no-eval")));
    }
}
