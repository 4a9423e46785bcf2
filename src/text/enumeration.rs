//! Short texts in a row, such as tickets and addresses.

/// Splits a text at its white space, and at commas and semicolons. One within a web address belongs to that.
pub fn enumerated(text: &str) -> Vec<&str> {
    text.split_whitespace().flat_map(parts).filter(|part| !part.is_empty()).collect()
}

fn parts(word: &str) -> Vec<&str> {
    const PARTING: [char; 2] = [',', ';'];
    if word.contains("://") { vec![word.trim_end_matches(PARTING)] } else { word.split(PARTING).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_split() {
        for (text, parts) in [
            ("SEC-1, SEC-2", &["SEC-1", "SEC-2"][..]),
            ("SEC-1,SEC-2;SEC-3  SEC-4;", &["SEC-1", "SEC-2", "SEC-3", "SEC-4"]),
            ("https://example.com/a,b; SEC-2", &["https://example.com/a,b", "SEC-2"]),
            (" , ", &[]),
        ] {
            assert_eq!(enumerated(text), parts, "{text}");
        }
    }
}
