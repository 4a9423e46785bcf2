//! `cargo xtask site`: the pages of `docs/` as a site, built by mdBook.
//!
//! Every page is read where it is kept for the forge. The site differs in three ways only: each rule and each command
//! has a page of its own, links go to where a page is on the site, and files that a page links to come along.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{failed, write};

/// Pages that are kept outside of `docs/`, and what they are called on the site.
const OUTSIDE: [(&str, &str); 3] =
    [("README.md", "README.md"), ("SECURITY.md", "reporting.md"), ("CHANGELOG.md", "changelog.md")];

/// Pages of which each section is a page of its own, in a folder of the page's name.
const SPLIT: [&str; 2] = ["rules", "commands"];

/// What mdBook reads besides pages.
const EXTRA: [&str; 3] = ["book.toml", "site.css", "site.js"];

/// Builds the site into `target/site`.
pub(crate) fn build(root: &Path) -> Result<(), String> {
    let target = root.join("target");
    let (source, output) = (target.join("site-source"), target.join("site"));
    let site = Site::read(root)?;
    if source.exists() {
        fs::remove_dir_all(&source).map_err(|error| failed(&source, &error))?;
    }
    for (name, text) in site.pages()? {
        write(&source.join(name), text.as_bytes())?;
    }
    for file in &site.files() {
        let bytes = fs::read(root.join(file)).map_err(|error| failed(&root.join(file), &error))?;
        write(&source.join(kept_as(file)), &bytes)?;
    }
    let mdbook = std::env::var_os("MDBOOK").unwrap_or_else(|| "mdbook".into());
    let status = Command::new(&mdbook).arg("build").arg(&source).arg("--dest-dir").arg(&output).status();
    match status {
        Ok(status) if status.success() => {
            println!("wrote {}/index.html", output.display());
            Ok(())
        }
        Ok(status) => Err(format!("{} ended with {status}", mdbook.display())),
        Err(error) => Err(format!(
            "cannot start {}: {error}\ninstall it with `cargo install --locked mdbook@0.5.4`, or name it in MDBOOK",
            mdbook.display()
        )),
    }
}

/// The pages as they are kept, by their path in the repository.
struct Site<'a> {
    root: &'a Path,
    kept: BTreeMap<String, String>,
}

impl<'a> Site<'a> {
    fn read(root: &'a Path) -> Result<Self, String> {
        let docs = root.join("docs");
        let listed = fs::read_dir(&docs).map_err(|error| failed(&docs, &error))?;
        let names = listed.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let inside = names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}"));
        let mut kept = BTreeMap::new();
        for name in inside.chain(OUTSIDE.map(|(name, _)| name.to_owned())) {
            let place = root.join(&name);
            kept.insert(name, fs::read_to_string(&place).map_err(|error| failed(&place, &error))?);
        }
        Ok(Self { root, kept })
    }

    /// Returns the pages of the site, by their path there.
    fn pages(&self) -> Result<BTreeMap<String, String>, String> {
        let mut pages = BTreeMap::new();
        for (path, text) in &self.kept {
            let name = self.place_of(path).ok_or_else(|| format!("{path} has no place on the site"))?;
            match self.split(path) {
                Some(folder) => {
                    let (head, sections) = sections(text);
                    pages.insert(name, self.relinked(path, "", &head));
                    for (id, section) in sections {
                        let inside = format!("{folder}/");
                        pages.insert(format!("{folder}/{id}.md"), self.relinked(path, &inside, &raised(&section)));
                    }
                }
                None if name == "SUMMARY.md" => {
                    pages.insert(name, self.contents(path, text));
                }
                None => {
                    pages.insert(name, self.relinked(path, "", text));
                }
            }
        }
        Ok(pages)
    }

    /// Returns the folder of a page's sections, if it is split.
    fn split(&self, path: &str) -> Option<&'static str> {
        SPLIT.into_iter().find(|name| path == format!("docs/{name}.md"))
    }

    /// Returns the table of contents, with a line for each section of a page that is split.
    fn contents(&self, path: &str, text: &str) -> String {
        let mut result = String::new();
        for line in self.relinked(path, "", text).lines() {
            result.push_str(line);
            result.push('\n');
            let Some(folder) = SPLIT.into_iter().find(|name| line.ends_with(&format!("]({name}.md)"))) else {
                continue;
            };
            let indent = line.len() - line.trim_start().len() + 2;
            let page = self.kept.get(&format!("docs/{folder}.md")).map_or("", String::as_str);
            for (id, section) in sections(page).1 {
                let title = section.lines().next().unwrap_or_default().trim_start_matches('#').trim();
                result.push_str(&format!("{:indent$}- [{title}]({folder}/{id}.md)\n", ""));
            }
        }
        result
    }

    /// Returns where a page of the repository is on the site; `None` for what is no page.
    fn place_of(&self, path: &str) -> Option<String> {
        if let Some((_, name)) = OUTSIDE.into_iter().find(|(outside, _)| *outside == path) {
            return Some(name.to_owned());
        }
        if path == "CONTRIBUTING.md" {
            return Some("contributing.md".to_owned());
        }
        path.strip_prefix("docs/").filter(|_| self.kept.contains_key(path)).map(str::to_owned)
    }

    /// Writes the links of a page as they are on the site; `inside` is the folder of the page there.
    fn relinked(&self, path: &str, inside: &str, text: &str) -> String {
        let up = "../".repeat(inside.matches('/').count());
        // mdBook's highlighter does not know Jenkins' language, and complains in the browser's console.
        let text = text.replace("```groovy\n", "```text\n");
        links(&text, |words, target| match self.target(path, target) {
            Found::Site(place) => Some((self.words(path, words, target), format!("{up}{place}"))),
            Found::Elsewhere => Some((words.to_owned(), target.to_owned())),
            Found::Nowhere => None,
        })
    }

    /// Returns the text of a link: the title of a page instead of the name of its file, which no reader of a site knows.
    fn words(&self, page: &str, words: &str, target: &str) -> String {
        let path = joined(page, target.split('#').next().unwrap_or_default());
        let is_name = words.ends_with(".md") && path.ends_with(words.trim_start_matches("docs/"));
        let title = || self.kept.get(&path)?.lines().find_map(|line| line.strip_prefix("# "));
        match title().filter(|_| is_name) {
            Some(title) => format!("*{}*", title.trim()),
            None => words.to_owned(),
        }
    }

    /// Returns what a link of a page leads to.
    fn target(&self, page: &str, target: &str) -> Found {
        if target.contains("://") || target.starts_with("mailto:") {
            return Found::Elsewhere;
        }
        let (file, anchor) = target.split_once('#').map_or((target, ""), |(file, anchor)| (file, anchor));
        let path = if file.is_empty() { page.to_owned() } else { joined(page, file) };
        if let Some(folder) = self.split(&path) {
            let text = self.kept.get(&path).map_or("", String::as_str);
            if sections(text).1.iter().any(|(id, _)| id == anchor) {
                return Found::Site(format!("{folder}/{anchor}.md"));
            }
        }
        let hash = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
        match self.place_of(&path) {
            Some(_) if file.is_empty() => Found::Elsewhere,
            Some(place) => Found::Site(format!("{place}{hash}")),
            None if self.root.join(&path).is_file() => Found::Site(kept_as(&path)),
            None => Found::Nowhere,
        }
    }

    /// Returns the files that come along: what mdBook needs, and what pages link to.
    fn files(&self) -> BTreeSet<String> {
        let mut files: BTreeSet<String> = EXTRA.map(|name| format!("docs/{name}")).into();
        for (path, text) in &self.kept {
            links(text, |_, target| {
                let file = joined(path, target.split('#').next().unwrap_or_default());
                let is_file =
                    !target.contains("://") && self.place_of(&file).is_none() && self.root.join(&file).is_file();
                files.extend(is_file.then_some(file));
                None
            });
        }
        files
    }
}

/// Where a link leads to.
enum Found {
    Site(String),
    Elsewhere,
    Nowhere,
}

/// Returns the name on the site of a file that is no page. mdBook leaves out names that begin with a dot.
fn kept_as(path: &str) -> String {
    match path.strip_prefix("docs/") {
        Some(name) => name.to_owned(),
        None => format!("files/{}", path.trim_start_matches('.')),
    }
}

/// Returns the path in the repository of a link on a page.
fn joined(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Splits a page at its headings of the second level; each section goes by the anchor that a forge gives its heading.
fn sections(text: &str) -> (String, Vec<(String, String)>) {
    let (mut head, mut sections) = (String::new(), Vec::<(String, String)>::new());
    for (line, in_code) in lines(text) {
        if let Some(title) = line.strip_prefix("## ").filter(|_| !in_code) {
            sections.push((title.trim().replace(' ', "-").to_lowercase(), String::new()));
        }
        let into = sections.last_mut().map_or(&mut head, |(_, section)| section);
        into.push_str(line);
        into.push('\n');
    }
    (head, sections)
}

/// Makes a section a page: each heading is one level higher.
fn raised(section: &str) -> String {
    let raised = lines(section).map(|(line, in_code)| match line.strip_prefix("##") {
        Some(rest) if !in_code => format!("#{rest}\n"),
        _ => format!("{line}\n"),
    });
    raised.collect()
}

/// Returns the lines of a page, each with whether it is code.
fn lines(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut fence: Option<&str> = None;
    text.lines().map(move |line| {
        let marks = line.trim_start();
        let marks = &marks[..marks.len() - marks.trim_start_matches('`').len()];
        match fence {
            Some(open) if marks.len() >= open.len() && line.trim() == marks => {
                fence = None;
                (line, true)
            }
            None if marks.len() >= 3 => {
                fence = Some(marks);
                (line, true)
            }
            _ => (line, fence.is_some()),
        }
    })
}

/// Writes each link and picture of a page as `to` says, which is given its text and target; what leads nowhere is only its
/// text.
fn links(text: &str, mut to: impl FnMut(&str, &str) -> Option<(String, String)>) -> String {
    let mut result = String::new();
    for (line, in_code) in lines(text) {
        result.push_str(&if in_code { line.to_owned() } else { relinked_line(line, &mut to) });
        result.push('\n');
    }
    result
}

fn relinked_line(line: &str, to: &mut impl FnMut(&str, &str) -> Option<(String, String)>) -> String {
    const STARTS: [(&str, char); 3] = [("](", ')'), (" src=\"", '"'), (" srcset=\"", '"')];
    let mut result = String::new();
    let mut rest = line;
    while let Some((at, start, end)) =
        STARTS.iter().filter_map(|(start, end)| Some((rest.find(start)?, *start, *end))).min_by_key(|(at, ..)| *at)
    {
        let (before, after) = (&rest[..at], &rest[at + start.len()..]);
        let Some(length) = after.find(end) else { break };
        result.push_str(before);
        // The text of a link that began on the line above stays as it is.
        let open = result.rfind('[').filter(|_| start == "](");
        let words = open.map_or("", |open| &result[open + 1..]).to_owned();
        match to(&words, &after[..length]) {
            Some((words, target)) => {
                open.inspect(|open| result.replace_range(open + 1.., &words));
                result.extend([start, &target, &after[length..=length]]);
            }
            None => drop(open.map(|open| result.remove(open))),
        }
        rest = &after[length + 1..];
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_split_at_its_headings_and_not_in_code() {
        let (head, sections) =
            sections("# R\n\n```\n## no\n```\n## evidence verify\n### x\n````text\n```\n## no\n````\n");
        assert_eq!(head, "# R\n\n```\n## no\n```\n");
        assert_eq!(sections.len(), 1);
        assert_eq!(sections[0].0, "evidence-verify");
        assert_eq!(raised(&sections[0].1), "# evidence verify\n## x\n````text\n```\n## no\n````\n");
    }

    #[test]
    fn links_go_to_where_a_page_is_on_the_site() {
        let kept = [
            ("README.md", ""),
            ("docs/a.md", "# All about a\n"),
            ("docs/rules.md", "# Rules\n\n## expired\n"),
            ("docs/commands.md", "## check\n"),
        ];
        let kept = kept.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        let root = crate::root();
        let site = Site { root: &root, kept };
        for (page, inside, text, expected) in [
            ("README.md", "", "[a](docs/a.md#b) [c](Cargo.toml)", "[a](a.md#b) [c](files/Cargo.toml)"),
            ("docs/a.md", "", "[a](../README.md) [e](rules.md#expired)", "[a](README.md) [e](rules/expired.md)"),
            (
                "docs/a.md",
                "",
                "[src](../src/) and [w](https://example.com/a#b)",
                "src and [w](https://example.com/a#b)",
            ),
            ("docs/rules.md", "", "[e](#expired) [t](#top)", "[e](rules/expired.md) [t](#top)"),
            ("docs/rules.md", "rules/", "[a](a.md) [c](commands.md#check)", "[a](../a.md) [c](../commands/check.md)"),
            ("docs/a.md", "", "```\n[a](../README.md)\n```", "```\n[a](../README.md)\n```"),
            ("docs/a.md", "", "<img src=\"report-light.png\" alt=\"x\">", "<img src=\"report-light.png\" alt=\"x\">"),
            (
                "README.md",
                "",
                "<img src=\"docs/report-light.png\" alt=\"x\">",
                "<img src=\"report-light.png\" alt=\"x\">",
            ),
        ] {
            assert_eq!(site.relinked(page, inside, text).trim_end(), expected, "{page}: {text}");
        }
        let contents = site.contents("docs/SUMMARY.md", "- [Rules](rules.md)\n- [A](a.md)\n");
        assert_eq!(contents, "- [Rules](rules.md)\n  - [expired](rules/expired.md)\n- [A](a.md)\n");
    }
}
