//! The results that no exception covers, by tool and rule: the choices of somebody who requests an exception.

use std::collections::{BTreeMap, BTreeSet};

use super::place::Place;
use crate::register::typed_cover;
use crate::tools::{Name, Pattern, Selector};
use crate::yaml::write::Value;

/// So many groups are kept; the results of others are counted.
const MOST_GROUPS: usize = 1000;

/// So many files of a group are kept.
const MOST_FILES: usize = 1000;

/// A cover that would have to name more files names the folder that they are in.
const MOST_LISTED: usize = 50;

/// All groups.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    by_rule: BTreeMap<(Name, String), Group>,
    /// How many results are in no group, because there are too many.
    pub beyond: usize,
}

/// The results of one rule of one tool.
#[derive(Clone, Debug)]
pub struct Group {
    /// The tool.
    pub tool: Name,
    /// The driver's name, as the log writes it.
    pub driver: String,
    /// The rule's id.
    pub id: String,
    /// How many results there are.
    pub results: usize,
    /// How many of them are, at least in part, at no path: no cover with `paths` holds them.
    pub elsewhere: usize,
    /// The files that they are in.
    pub files: BTreeSet<String>,
    /// Whether there are more files than are kept.
    pub is_cut: bool,
}

impl Groups {
    pub(super) fn add(&mut self, tool: &Name, driver: &str, id: &str, places: &[Place]) {
        let key = (tool.clone(), id.to_owned());
        if self.by_rule.len() >= MOST_GROUPS && !self.by_rule.contains_key(&key) {
            self.beyond += 1;
            return;
        }
        let group = self.by_rule.entry(key).or_insert_with(|| Group {
            tool: tool.clone(),
            driver: driver.to_owned(),
            id: id.to_owned(),
            results: 0,
            elsewhere: 0,
            files: BTreeSet::new(),
            is_cut: false,
        });
        group.results += 1;
        let paths: Vec<&str> = places.iter().filter_map(Place::path).collect();
        group.elsewhere += usize::from(paths.len() < places.len().max(1));
        for path in paths {
            if group.files.len() < MOST_FILES {
                group.files.insert(path.to_owned());
            } else {
                group.is_cut |= !group.files.contains(path);
            }
        }
    }

    /// Returns the groups, those with the most results first.
    #[must_use]
    pub fn list(&self) -> Vec<&Group> {
        let mut list: Vec<&Group> = self.by_rule.values().collect();
        list.sort_by(|a, b| b.results.cmp(&a.results).then_with(|| (&a.tool, &a.id).cmp(&(&b.tool, &b.id))));
        list
    }
}

impl Group {
    /// Returns the tool as a cover names it.
    #[must_use]
    pub fn tool(&self) -> &str {
        match &self.tool {
            Name::Known(key) => key,
            Name::Other(_) => &self.driver,
        }
    }

    /// Returns the cover that holds these results and as little else as can be written.
    #[must_use]
    pub fn cover(&self) -> Vec<(String, Value)> {
        let is_of_files = self.tool.selectors().contains(&Selector::Paths) && !self.tool.has_routes();
        let paths = if is_of_files { self.patterns() } else { Vec::new() };
        typed_cover::item(self.tool(), self.id.as_str(), paths)
    }

    fn patterns(&self) -> Vec<String> {
        if self.files.len() <= MOST_LISTED && !self.is_cut {
            return self.files.iter().map(|path| Pattern::literal(path)).collect();
        }
        // The files are in their order, so that the first and the last differ the most.
        let folders = |path: &str| -> Vec<String> {
            let mut steps: Vec<String> = path.split('/').map(str::to_owned).collect();
            steps.pop();
            steps
        };
        let (first, last) = (self.files.first(), self.files.last());
        let shared = match (first, last) {
            (Some(first), Some(last)) if !self.is_cut => {
                let pairs = folders(first).into_iter().zip(folders(last));
                pairs.take_while(|(one, other)| one == other).map(|(step, _)| Pattern::literal(&step)).collect()
            }
            _ => Vec::new(),
        };
        if shared.iter().all(String::is_empty) {
            return self.files.iter().map(|path| Pattern::literal(path)).collect();
        }
        vec![format!("{}/**", shared.join("/"))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::write::{self, Quotes};

    fn cover(tool: &str, places: &[Place]) -> String {
        let mut groups = Groups::default();
        for place in places {
            groups.add(&Name::read(tool), tool, "B602", std::slice::from_ref(place));
        }
        write::flow(&Value::Map(groups.list()[0].cover()), Quotes::Double)
    }

    #[test]
    fn a_cover_is_as_narrow_as_its_results() {
        let inside = |path: &str| Place::Inside(path.to_owned());
        assert_eq!(
            cover("bandit", &[inside("b.py"), inside("a.py"), inside("a.py")]),
            "{tool: bandit, id: B602, paths: [a.py, b.py]}"
        );
        assert_eq!(cover("bandit", &[inside("a[1].py")]), "{tool: bandit, id: B602, paths: [\"a[[]1].py\"]}");
        assert_eq!(cover("My Scanner", &[inside("a")]), "{tool: My Scanner, id: B602, paths: [a]}");
        assert_eq!(cover("cargo-deny", &[inside("Cargo.lock")]), "{tool: cargo-deny, id: B602}");
        assert_eq!(cover("bandit", &[Place::Elsewhere("x:".to_owned())]), "{tool: bandit, id: B602}");
        let many: Vec<Place> = (0..60).map(|at| inside(&format!("app/{at}/x.py"))).collect();
        assert_eq!(cover("bandit", &many), "{tool: bandit, id: B602, paths: [app/**]}");
        // There is no folder that is narrower than everything.
        let apart: Vec<Place> = (0..60).map(|at| inside(&format!("{at}/x.py"))).collect();
        assert_eq!(cover("bandit", &apart).matches("x.py").count(), 60);
    }
}
