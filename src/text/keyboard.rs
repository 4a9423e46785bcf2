//! Words that a hand makes by running along the keyboard: `asdf`, `qwertz`, `azerty`, `aaaa`.

/// The rows of the American, the German and the French keyboard.
const ROWS: [&[u8]; 7] =
    [b"qwertyuiop", b"qwertzuiop", b"azertyuiop", b"asdfghjkl", b"qsdfghjklm", b"zxcvbnm", b"yxcvbnm"];

/// What a run must have of a row, and what a word must have of runs.
const SHORTEST_RUN: usize = 3;
const SHORTEST: usize = 4;

/// For each letter its neighbours in a row, one bit each.
const BESIDE: [u32; 26] = {
    let mut beside = [0; 26];
    let mut rows: &[&[u8]] = &ROWS;
    while let [row, others @ ..] = rows {
        let mut keys: &[u8] = row;
        while let [left, rest @ ..] = keys {
            if let [right, ..] = rest {
                beside[(*left - b'a') as usize] |= 1 << (*right - b'a');
                beside[(*right - b'a') as usize] |= 1 << (*left - b'a');
            }
            keys = rest;
        }
        rows = others;
    }
    beside
};

/// Words of a language that happen to lie side by side.
const WORDS: [&str; 2] = ["wert", "ytre"];

/// Tells whether a folded word is a run of neighbouring keys, there and back again, or one letter repeated.
#[must_use]
pub fn is_keyboard_run(word: &str) -> bool {
    let keys = word.as_bytes();
    let [first @ b'a'..=b'z', second @ b'a'..=b'z', ..] = keys else { return false };
    // Most words are no run from their second letter on.
    if first != second && BESIDE[usize::from(first - b'a')] >> (second - b'a') & 1 == 0 {
        return false;
    }
    if !keys.iter().all(u8::is_ascii_lowercase) || keys.len() < SHORTEST_RUN || WORDS.contains(&word) {
        return false;
    }
    if keys.iter().all(|key| key == first) {
        return true;
    }
    if keys.len() < SHORTEST {
        return false;
    }
    let mut rest = keys;
    while !rest.is_empty() {
        let longest = ROWS.iter().map(|row| run(rest, row)).max().unwrap_or(0);
        if longest < SHORTEST_RUN {
            return false;
        }
        rest = &rest[longest..];
    }
    true
}

/// Counts the keys that follow each other in a row, from left to right or from right to left.
fn run(keys: &[u8], row: &[u8]) -> usize {
    let Some(start) = row.iter().position(|key| *key == keys[0]) else { return 0 };
    let same =
        |beside: &mut dyn Iterator<Item = &u8>| keys.iter().zip(beside).take_while(|(key, row)| key == row).count();
    same(&mut row[start..].iter()).max(same(&mut row[..=start].iter().rev()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_along_the_keyboard_makes_no_word() {
        for word in [
            "asdf", "qwertz", "qwerty", "azerty", "yxcvb", "zxcvbn", "asdasd", "qweqwe", "lkjhg", "asdffdsa", "xxx",
            "aaaa",
        ] {
            assert!(is_keyboard_run(word), "{word}");
        }
    }

    #[test]
    fn words_are_words() {
        for word in [
            "",
            "a",
            "asd",
            "wert",
            "were",
            "tree",
            "power",
            "property",
            "repertoire",
            "poll",
            "treaty",
            "weed",
            "oil",
            "www2",
            "assess",
            "rewrite",
            "typewriter",
            "queue",
            "öäü",
            "sdk",
            "ux",
            "ii",
            "dad",
            "saas",
            "fred",
        ] {
            assert!(!is_keyboard_run(word), "{word}");
        }
    }
}
