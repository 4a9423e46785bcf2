//! One item of `covers`.

use crate::register::spanned::{At, Inner, Spanned, Text, pattern};
use crate::register::values::{entries, flag, inner_texts, items, text};
use crate::text::shown;
use crate::tools::{Name, Pattern, Selector, has_wildcard, is_every_rule};
use crate::yaml::{Entry, Node};

/// A finding of a tool that may be suppressed while the exception is in force.
#[derive(Clone, Debug, Default)]
pub struct Cover<'a> {
    /// The item as a whole.
    pub item: Spanned<()>,
    /// The tool.
    pub tool: Option<Text<'a>>,
    /// What the tool calls the finding; see [`Cover::is_of_every_rule`].
    pub id: Option<Text<'a>>,
    /// Files, or paths by which a package is depended on.
    pub paths: Box<[Inner<'a>]>,
    /// Package URLs.
    pub purls: Box<[Inner<'a>]>,
    /// The package.
    pub package: Option<Package<'a>>,
    /// What the id names.
    pub kind: Option<Text<'a>>,
    /// The namespace.
    pub namespace: Option<Text<'a>>,
    /// Expressions about a resource.
    pub matches: Box<[Inner<'a>]>,
    /// The exempt resource.
    pub scope: Option<Text<'a>>,
    /// The assignment that it is exempt from.
    pub assignment: Option<Text<'a>>,
    /// Whether it ends once there is a version that fixes the finding.
    pub until_fixed: Option<Spanned<bool>>,
    /// Whether something in it cannot be read, so that it would cover more than was meant.
    pub is_damaged: bool,
}

/// `covers[].package`.
#[derive(Clone, Debug, Default)]
pub struct Package<'a> {
    /// Its name.
    pub name: Option<Text<'a>>,
    /// The one version that is meant.
    pub version: Option<Text<'a>>,
    /// What kind of package it is, in grype's words.
    pub kind: Option<Text<'a>>,
    /// Its ecosystem, in the words of the OSV schema.
    pub ecosystem: Option<Text<'a>>,
}

impl<'a> Cover<'a> {
    /// Reads an item, with its place in the list.
    pub(crate) fn from_node((index, node): (usize, Node<'a>)) -> Self {
        let at = |pattern| At::item(pattern, index);
        let item = Spanned::new((), node.span, at(const { pattern("/covers/*") }));
        let mut it = Self { item, is_damaged: node.as_map().is_none(), ..Self::default() };
        for Entry { key, value, .. } in entries(node) {
            if key.starts_with("x-") {
                continue;
            }
            let count = value.as_seq().map(<[Node<'_>]>::len);
            let is_read = match &*key {
                "tool" => set(&mut it.tool, text(value, at(const { pattern("/covers/*/tool") }))),
                "id" => set(&mut it.id, text(value, at(const { pattern("/covers/*/id") }))),
                "paths" => {
                    it.paths = inner_texts(value, const { pattern("/covers/*/paths/*") }, index);
                    all(&it.paths, count)
                }
                "purls" => {
                    it.purls = inner_texts(value, const { pattern("/covers/*/purls/*") }, index);
                    all(&it.purls, count)
                }
                "match" => {
                    it.matches = inner_texts(value, const { pattern("/covers/*/match/*") }, index);
                    all(&it.matches, count)
                }
                "package" => {
                    let (package, is_read) = Package::from_node(value, index);
                    it.package = Some(package);
                    is_read
                }
                "kind" => set(&mut it.kind, text(value, at(const { pattern("/covers/*/kind") }))),
                "namespace" => set(&mut it.namespace, text(value, at(const { pattern("/covers/*/namespace") }))),
                "scope" => set(&mut it.scope, text(value, at(const { pattern("/covers/*/scope") }))),
                "assignment" => set(&mut it.assignment, text(value, at(const { pattern("/covers/*/assignment") }))),
                "until_fixed" => {
                    it.until_fixed = flag(&value, at(const { pattern("/covers/*/until_fixed") }));
                    it.until_fixed.is_some()
                }
                _ => false,
            };
            it.is_damaged |= !is_read;
        }
        it
    }

    /// Returns the tool, if it is written.
    #[must_use]
    pub fn name(&self) -> Option<Name> {
        self.tool.as_ref().map(|tool| Name::read(tool.as_str()))
    }

    /// Says in a line what it means: the tool, the id, and how far it reaches.
    #[must_use]
    pub fn words(&self) -> String {
        const LISTED: usize = 3;
        let one = |text: &Option<Text<'a>>| text.as_ref().map(|text| shown(text.as_str()).into_owned());
        let list = |texts: &[Inner<'a>]| {
            let mut listed: Vec<String> = texts.iter().take(LISTED).map(|it| shown(it.as_str()).into_owned()).collect();
            if texts.len() > LISTED {
                listed.push(format!("{} more", texts.len() - LISTED));
            }
            (!listed.is_empty()).then(|| listed.join(", "))
        };
        let package = self.package.as_ref().and_then(|package| {
            let version = one(&package.version).map(|version| format!(" {version}")).unwrap_or_default();
            one(&package.name).map(|name| format!("{name}{version}"))
        });
        let name = match one(&self.tool).filter(|_| self.is_of_every_rule()) {
            Some(tool) => format!("every rule of {tool}"),
            None => one(&self.tool).into_iter().chain(one(&self.id)).collect::<Vec<_>>().join(" "),
        };
        let reach = [
            (" in ", list(&self.paths)),
            (" for ", list(&self.purls)),
            (" for ", package),
            (", kind ", one(&self.kind)),
            (", namespace ", one(&self.namespace)),
            (", scope ", one(&self.scope)),
            (", assignment ", one(&self.assignment)),
            (", where ", list(&self.matches)),
        ];
        let reach: String =
            reach.into_iter().filter_map(|(word, text)| text.map(|text| format!("{word}{text}"))).collect();
        let everywhere = if reach.is_empty() { " wherever it is found" } else { "" };
        let fixed = self.until_fixed.as_ref().filter(|fixed| fixed.value);
        format!("{name}{reach}{everywhere}{}", fixed.map_or("", |_| ", until there is a fix"))
    }

    /// Returns the selectors that it has.
    pub fn selectors(&self) -> impl Iterator<Item = Selector> + '_ {
        Selector::ALL.into_iter().filter(|selector| match selector {
            Selector::Paths => !self.paths.is_empty(),
            Selector::Purls => !self.purls.is_empty(),
            Selector::Package => self.package.is_some(),
            Selector::Kind => self.kind.is_some(),
            Selector::Namespace => self.namespace.is_some(),
            Selector::Match => !self.matches.is_empty(),
            Selector::Scope => self.scope.is_some(),
            Selector::Assignment => self.assignment.is_some(),
            Selector::UntilFixed => self.until_fixed.is_some(),
        })
    }

    /// Returns whether it is about every rule of its tool.
    #[must_use]
    pub fn is_of_every_rule(&self) -> bool {
        self.id.as_ref().is_some_and(|id| is_every_rule(id.as_str()))
    }

    /// Returns whether it may cover anything: all of it can be read, it names one finding, and its tool has its
    /// selectors. One about every rule must name files.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let has = |name: &Name| self.selectors().all(|selector| name.selectors().contains(&selector));
        let is_bound = |name: &Name| {
            let names_files = || self.paths.iter().all(|path| Pattern::parse(path.as_str()).is_ok());
            !self.is_of_every_rule() || (name.has_every_rule() && !self.paths.is_empty() && names_files())
        };
        let names_one = self.id.as_ref().is_some_and(|id| !has_wildcard(id.as_str()));
        !self.is_damaged && names_one && self.name().is_some_and(|name| has(&name) && is_bound(&name))
    }
}

impl<'a> Package<'a> {
    /// Reads a package, and tells whether all of it could be read.
    fn from_node(node: Node<'a>, index: usize) -> (Self, bool) {
        let at = |pattern| At::item(pattern, index);
        let mut it = Self::default();
        if node.as_text().is_some() {
            let is_read = set(&mut it.name, text(node, at(const { pattern("/covers/*/package") })));
            return (it, is_read);
        }
        let mut is_read = true;
        for Entry { key, value, .. } in entries(node) {
            is_read &= match &*key {
                "name" => set(&mut it.name, text(value, at(const { pattern("/covers/*/package/name") }))),
                "version" => set(&mut it.version, text(value, at(const { pattern("/covers/*/package/version") }))),
                "type" => set(&mut it.kind, text(value, at(const { pattern("/covers/*/package/type") }))),
                "ecosystem" => {
                    set(&mut it.ecosystem, text(value, at(const { pattern("/covers/*/package/ecosystem") })))
                }
                other => other.starts_with("x-"),
            };
        }
        is_read &= it.name.is_some();
        (it, is_read)
    }
}

pub(super) fn from_list(node: Node<'_>) -> Box<[Cover<'_>]> {
    items(node, |item| Some(Cover::from_node(item)))
}

fn set<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    *slot = value;
    slot.is_some()
}

/// Tells whether a list has items and each of them is a text.
fn all(texts: &[Inner<'_>], count: Option<usize>) -> bool {
    !texts.is_empty() && count == Some(texts.len())
}

#[cfg(test)]
mod tests {
    use crate::register::Exception;
    use crate::source::FileId;
    use crate::yaml;

    #[test]
    fn a_cover_that_is_not_understood_as_a_whole_covers_nothing() {
        for (cover, is_whole) in [
            ("{tool: trivy, id: CVE-2026-1}", true),
            ("{tool: trivy, id: 'aws-s3-*'}", false),
            ("{tool: trivy, id: CVE-2026-1, x-note: n, paths: [a], purls: ['pkg:npm/a']}", true),
            ("{tool: trivy, id: CVE-2026-1, path: [a]}", false),
            ("{tool: trivy, id: CVE-2026-1, paths: a}", false),
            ("{tool: trivy, id: CVE-2026-1, paths: []}", false),
            ("{tool: trivy, id: CVE-2026-1, paths: [a, [b]]}", false),
            ("{tool: trivy, id: CVE-2026-1, paths: }", false),
            ("{tool: trivy, id: CVE-2026-1, package: a}", false),
            ("{tool: grype, id: CVE-2026-1, package: a}", true),
            ("{tool: grype, id: CVE-2026-1, package: {version: 1}}", false),
            ("{tool: grype, id: CVE-2026-1, package: {name: a, versions: 1}}", false),
            ("{tool: trivy, id: CVE-2026-1, until_fixed: true}", true),
            ("{tool: trivy, id: CVE-2026-1, until_fixed: True}", true),
            ("{tool: trivy, id: CVE-2026-1, until_fixed: FALSE}", true),
            ("{tool: trivy, id: CVE-2026-1, until_fixed: yes}", false),
            ("{tool: semgrep, id: x, until_fixed: true}", false),
            ("{tool: my scanner, id: x, paths: [a]}", true),
            ("{tool: my scanner, id: x, purls: ['pkg:npm/a']}", false),
            ("{tool: kyverno, id: x, kind: Pod, namespace: a, match: [b]}", true),
            ("{tool: kyverno, id: x, kind: [Pod]}", false),
            ("{tool: kyverno, id: x, namespace: }", false),
            ("{tool: kyverno, id: x, match: b}", false),
            ("{tool: azure, id: x, scope: a, assignment: b}", true),
            ("{tool: azure, id: x, scope: [a]}", false),
            ("{tool: azure, id: x, assignment: {a: b}}", false),
            ("{tool: grype, id: CVE-2026-1, package: {name: a, version: [1]}}", false),
            ("{tool: grype, id: CVE-2026-1, package: {name: a, type: }}", false),
            ("{tool: grype, id: CVE-2026-1, package: {name: a, x-note: n}}", true),
            ("{tool: bandit, id: all, paths: [a]}", true),
            ("{tool: bandit, id: ' All', paths: [a]}", true),
            ("{tool: bandit, id: all}", false),
            ("{tool: bandit, id: all, paths: ['**']}", false),
            ("{tool: bandit, id: all, paths: [a, '**/*']}", false),
            ("{tool: trivy, id: all, paths: [a]}", false),
            ("{tool: kyverno, id: all, match: [b]}", false),
            ("{tool: my scanner, id: all, paths: [a]}", false),
            ("{id: x}", false),
            ("{tool: trivy}", false),
            ("trivy", false),
        ] {
            let source = format!("covers: [{cover}]\n");
            let exception = Exception::from_node(FileId(0), "x", yaml::parse(&source).unwrap());
            assert_eq!(exception.covers[0].is_whole(), is_whole, "{cover}");
        }
    }

    #[test]
    fn a_cover_is_said_in_a_line() {
        for (cover, words) in [
            ("{tool: trivy, id: CVE-2026-1}", "trivy CVE-2026-1 wherever it is found"),
            ("{tool: trivy, id: CVE-2026-1, paths: [a, b, c]}", "trivy CVE-2026-1 in a, b, c"),
            ("{tool: trivy, id: CVE-2026-1, paths: [a, b, c, d, e]}", "trivy CVE-2026-1 in a, b, c, 2 more"),
            ("{tool: trivy, id: x, purls: ['pkg:npm/a']}", "trivy x for pkg:npm/a"),
            ("{tool: grype, id: x, package: {name: a, version: 1.0-2}}", "grype x for a 1.0-2"),
            ("{tool: grype, id: x, package: a, until_fixed: true}", "grype x for a, until there is a fix"),
            ("{tool: grype, id: x, package: a, until_fixed: TRUE}", "grype x for a, until there is a fix"),
            ("{tool: trivy, id: x, until_fixed: false}", "trivy x wherever it is found"),
            ("{tool: trivy, id: x, until_fixed: False}", "trivy x wherever it is found"),
            (
                "{tool: kyverno, id: x, kind: Pod, namespace: a, match: ['b']}",
                "kyverno x, kind Pod, namespace a, where b",
            ),
            ("{tool: azure, id: x, scope: a, assignment: b}", "azure x, scope a, assignment b"),
            ("{tool: bandit, id: All, paths: [a, b/]}", "every rule of bandit in a, b/"),
            ("{id: x}", "x wherever it is found"),
        ] {
            let source = format!("covers: [{cover}]\n");
            let exception = Exception::from_node(FileId(0), "x", yaml::parse(&source).unwrap());
            assert_eq!(exception.covers[0].words(), words, "{cover}");
        }
    }
}
