//! Word lists that are searched in place, so that they cost nothing at start-up.

/// A sorted list of words or phrases, one a line, as its data file holds it.
#[derive(Clone, Copy, Debug)]
pub struct WordList(&'static str);

impl WordList {
    /// Takes the text of a data file. Its lines are sorted by bytes and none is blank.
    #[must_use]
    pub const fn new(lines: &'static str) -> Self {
        Self(lines)
    }

    /// Returns the words in their order.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.lines()
    }

    /// Returns the list's own copy of a word, if the word is in the list.
    #[must_use]
    pub fn find(self, word: &str) -> Option<&'static str> {
        let mut rest = self.0.trim_ascii_end();
        while !rest.is_empty() {
            let middle = rest.len() / 2;
            let start = rest.as_bytes()[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let end =
                rest.as_bytes()[middle..].iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| middle + at);
            match word.cmp(&rest[start..end]) {
                std::cmp::Ordering::Equal => return Some(&rest[start..end]),
                std::cmp::Ordering::Less => rest = rest[..start].trim_ascii_end(),
                std::cmp::Ordering::Greater => rest = rest[end..].trim_ascii_start(),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_of_the_list_are_found() {
        let list = WordList::new("a\nab\nb c\né\n");
        for word in list.iter() {
            assert_eq!(list.find(word), Some(word));
        }
        for word in ["", "aa", "abc", "b", "b c\n", "\n", "e", "z", "a\nab"] {
            assert_eq!(list.find(word), None, "{word:?}");
        }
        assert_eq!(WordList::new("").find(""), None);
    }
}
