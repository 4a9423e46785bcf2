//! The resource that a line of YAML or JSON is in, by its indentation, because many manifests are templates, which are
//! neither before they are filled in.

use super::statement;

/// The blocks of a text: lines below one key, or in one item of a list, that are indented in the same way.
#[derive(Debug)]
pub(super) struct Outline {
    /// The block of each line.
    of_line: Vec<Option<usize>>,
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Block {
    parent: Option<usize>,
    /// The key that it is below.
    key: String,
    /// What its lines say of the kind and the name of a resource.
    said: Vec<String>,
}

/// A block in which more lines may follow.
struct Open {
    indent: usize,
    block: usize,
    last_key: String,
}

/// What tells resources apart.
const SAID: [&str; 4] = ["kind", "name", "generateName", "namespace"];

/// So many blocks around a line are looked at.
const DEEPEST: usize = 32;

impl Outline {
    /// Finds the blocks of a text.
    pub(super) fn of(text: &str) -> Self {
        let mut outline = Self { of_line: Vec::new(), blocks: Vec::new() };
        let mut open: Vec<Open> = Vec::new();
        for line in text.split('\n') {
            let block = outline.take(line, &mut open);
            outline.of_line.push(block);
        }
        outline
    }

    fn take(&mut self, line: &str, open: &mut Vec<Open>) -> Option<usize> {
        if line.starts_with("---") {
            open.clear();
            return None;
        }
        let mut inner = line.trim_start();
        let is_item = inner.starts_with("- ");
        while let Some(rest) = inner.strip_prefix("- ") {
            inner = rest.trim_start();
        }
        // The lines of a template are indented as it likes.
        if inner.trim().is_empty() || inner.starts_with('#') || inner.starts_with("{{") {
            return None;
        }
        let indent = line.len() - inner.len();
        while open.last().is_some_and(|last| last.indent > indent || is_item && last.indent == indent) {
            open.pop();
        }
        if open.last().is_none_or(|last| last.indent < indent) {
            let (parent, key) = open.last().map(|last| (last.block, last.last_key.clone())).unzip();
            self.blocks.push(Block { parent, key: key.unwrap_or_default(), said: Vec::new() });
            open.push(Open { indent, block: self.blocks.len() - 1, last_key: String::new() });
        }
        let last = open.last_mut()?;
        inner.trim_start_matches(['"', '\'']).split([':', '"', '\'']).next()?.trim().clone_into(&mut last.last_key);
        if SAID.contains(&last.last_key.as_str()) {
            let plain: String = inner.chars().filter(|c| !c.is_whitespace() && !"\"\',".contains(*c)).collect();
            self.blocks.get_mut(last.block)?.said.push(plain);
        }
        Some(last.block)
    }

    /// Names the resource that a line is in: the keys above it, and the kinds and names beside those.
    pub(super) fn resource(&self, line: usize) -> String {
        let block = |at: usize| self.blocks.get(at);
        let own = self.of_line.get(line).copied().flatten().and_then(block);
        let Some(own) = own.filter(|own| own.parent.is_some()) else { return statement::NONE.to_owned() };
        let around = std::iter::successors(own.parent.and_then(block), |one| one.parent.and_then(block));
        let parts = around.take(DEEPEST).map(|one| format!("{}\n{}\n", one.key, one.said.join("\n")));
        statement::in_file(&format!("{}\n{}", own.key, parts.collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names the resource of the first line that holds `skip`.
    fn of(text: &str) -> String {
        Outline::of(text).resource(text.lines().position(|line| line.contains("skip")).unwrap())
    }

    #[test]
    fn a_line_is_known_by_the_resource_that_it_is_in() {
        let pod =
            |name: &str| format!("kind: Pod\nmetadata:\n  name: {name}\n  annotations:\n    skip: x\nspec: {{}}\n");
        assert_ne!(of(&pod("a")), of(&pod("b")));
        assert_ne!(of(&pod("a")), statement::NONE);
        for same in [
            "spec: {b: c}\nmetadata:\n    annotations:\n        other: y\n        skip: z\n    name: \"a\"\nkind:   Pod\n",
            "kind: Pod\nmetadata:\n  name: z\n---\n# one\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    {{- if .x }}\n    skip: x\n",
        ] {
            assert_eq!(of(same), of(&pod("a")), "{same}");
        }
        let list = |first: &str, second: &str| {
            format!(
                "items:\n- kind: Pod\n  metadata:\n    name: a\n    annotations: {{}}\n{first}- kind: Pod\n  metadata:\n    name: b\n{second}"
            )
        };
        let skip = "    annotations:\n      skip: x\n";
        let third = "- kind: Pod\n  metadata:\n    name: c\n";
        assert_eq!(of(&list("", skip)), of(&list(third, skip)));
        assert_ne!(of(&list("", skip)), of(&list("", &skip.replace("annotations", "labels"))));
        let json = |name: &str| {
            format!("{{\n  \"Resources\": {{\n    \"{name}\": {{\n      \"Metadata\": {{\n        \"skip\": []\n")
        };
        assert_ne!(of(&json("a")), of(&json("b")));
        assert_eq!(of("{\"a\": {\"skip\": []}}"), statement::NONE);
    }
}
