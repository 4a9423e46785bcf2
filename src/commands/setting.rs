//! What surrounds a result: the levels of the policy, and where its files can be looked at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::commands::{World, place};
use crate::git::{Commit, Git};
use crate::output::{Format, Identity, Setting};
use crate::policy::Forge;
use crate::report::{Links, page_of};
use crate::rule::Level;
use crate::rules;

/// Where a result comes from.
pub(super) struct Origin<'o> {
    /// The register's root, or the top of the work tree for several registers.
    pub(super) root: &'o Path,
    /// The forge that the policy names.
    pub(super) forge: Forge,
    /// The commit of the past that was judged.
    pub(super) commit: Option<&'o Commit>,
}

/// Returns what surrounds a result; where files are is found out only for a format that says it.
pub(super) fn of(
    world: &World,
    origin: &Origin<'_>,
    levels: BTreeMap<&'static str, Level>,
    formats: impl IntoIterator<Item = Format>,
) -> Setting {
    let wanted = formats.into_iter().any(|format| matches!(format, Format::Markdown | Format::Sarif));
    let links = if wanted { links(world, origin) } else { None };
    let below = place::below_work_tree(origin.root);
    Setting { identity: Identity::OWN, links, below, levels, part: "" }
}

/// Returns the formats that a run prints and writes.
pub(super) fn formats(printed: Format, written: &[(Format, PathBuf)]) -> impl Iterator<Item = Format> {
    written.iter().map(|(format, _)| *format).chain([printed])
}

/// Finds where the judged commit can be looked at: on the page that the CI system names, otherwise on that of `origin`
/// if the commit is there too. Without git, or with a git that does not answer, it is not known.
fn links(world: &World, origin: &Origin<'_>) -> Option<Links> {
    let git = Git::open(origin.root).ok()??;
    let commit = match origin.commit {
        Some(commit) => commit.clone(),
        None => git.head().ok()??,
    };
    let ci = &world.ci;
    let base = match ci.page.as_deref().and_then(page_of) {
        Some(page) => page,
        None => page_of(&git.origin().ok()??)?,
    };
    if !ci.is_of_a_system() && !git.is_published(&commit).ok()? {
        return None;
    }
    Some(Links {
        prefix: None,
        base: Some(base),
        forge: ci.forge().unwrap_or(origin.forge),
        commit: commit.as_str().to_owned(),
        below: place::below_work_tree(origin.root),
    })
}

/// Returns for each rule the heaviest of the levels that several policies give it.
pub(super) fn heaviest(policies: &[BTreeMap<&'static str, Level>]) -> BTreeMap<&'static str, Level> {
    let named = policies.iter().flat_map(|levels| levels.keys().copied());
    let level = |id: &'static str| {
        let usual = rules::find(id).map(|rule| rule.level);
        policies.iter().filter_map(|levels| levels.get(id).copied().or(usual)).max()
    };
    named.filter_map(|id| Some((id, level(id)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_policies_the_strictest_counts() {
        let policies = [BTreeMap::from([("expired", Level::Note), ("long-reason", Level::Error)]), BTreeMap::new()];
        let found = heaviest(&policies);
        assert_eq!(found["expired"], Level::Error);
        assert_eq!(found["long-reason"], Level::Error);
        assert_eq!(heaviest(&policies[..1])["expired"], Level::Note);
    }
}
