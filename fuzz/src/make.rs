//! Inputs by number: the same target, seed and number give the same bytes on every machine.

use fastrand::Rng;

use crate::seeds::{SEPARATOR, Seeds};

/// The largest input, in bytes.
const LARGEST: usize = 16 * 1024;

/// Makes an input.
#[must_use]
pub fn input(seeds: &Seeds, seed: u64, number: u64) -> Vec<u8> {
    let mut maker =
        Maker { seeds, random: Rng::with_seed(seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15))) };
    let mut text = maker.begin();
    maker.change(&mut text);
    let mut data = text.clone();
    for _ in 1..seeds.versions {
        maker.change(&mut text);
        data.push(SEPARATOR);
        data.extend_from_slice(&text);
    }
    data
}

struct Maker<'s> {
    seeds: &'s Seeds,
    random: Rng,
}

impl Maker<'_> {
    /// Begins with a whole text, or with a few pieces.
    fn begin(&mut self) -> Vec<u8> {
        let Seeds { texts, pieces, .. } = self.seeds;
        if pieces.is_empty() || self.random.u8(..) < 8 {
            return pick(&mut self.random, texts).cloned().unwrap_or_default();
        }
        let mut text = Vec::new();
        for _ in 0..self.random.usize(1..=4) {
            if self.random.u8(..) < 24 {
                text.extend_from_slice(self.token().as_bytes());
            }
            text.extend_from_slice(pick(&mut self.random, pieces).map_or(&[][..], Vec::as_slice));
        }
        text
    }

    /// Makes up to six changes, mostly few: each makes it likelier that the text is refused before it gets far.
    fn change(&mut self, text: &mut Vec<u8>) {
        let changes = [0, 1, 1, 1, 2, 2, 3, 6][self.random.usize(..8)];
        for _ in 0..changes {
            self.change_once(text);
            text.truncate(floor(text, LARGEST));
        }
    }

    fn change_once(&mut self, text: &mut Vec<u8>) {
        let at = self.place(text);
        match self.random.u8(..32) {
            0..=9 => self.put(text, at, 0),
            10..=13 => {
                let length = self.random.usize(1..8);
                self.put(text, at, length);
            }
            14..=16 => {
                let end = floor(text, at + self.random.usize(1..12));
                text.drain(at..end.max(at));
            }
            17..=23 => self.change_line(text, at),
            24 | 25 => {
                let other = pick(&mut self.random, &self.seeds.texts).cloned().unwrap_or_default();
                let from = self.place(&other);
                let end = floor(&other, from + self.random.usize(1..60));
                text.splice(at..at, other[from..end.max(from)].iter().copied());
            }
            26 | 27 => self.change_number(text, at),
            28 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= 1 << self.random.u8(..7);
                }
            }
            29 => {
                let (from, length) = (self.place(text), self.random.usize(1..40));
                let copied = text[from..floor(text, from + length).max(from)].to_vec();
                text.splice(at..at, copied);
            }
            30 => text.truncate(at),
            _ if self.random.u8(..8) == 0 => {
                let times = self.random.usize(2..200);
                let copies = self.token().repeat(times);
                text.splice(at..at, copies.into_bytes());
            }
            _ => {
                let byte = self.random.u8(..);
                text.insert(at, byte);
            }
        }
    }

    /// Writes a token over some bytes.
    fn put(&mut self, text: &mut Vec<u8>, at: usize, over: usize) {
        let end = floor(text, at + over).max(at);
        text.splice(at..end, self.token().bytes());
    }

    fn change_line(&mut self, text: &mut Vec<u8>, at: usize) {
        let start = text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let end = text[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |length| at + length + 1);
        match self.random.u8(..6) {
            0 => drop(text.drain(start..end)),
            1 => {
                let line = text[start..end].to_vec();
                text.splice(end..end, line);
            }
            2 => {
                let line: Vec<u8> = text.drain(start..end).collect();
                let place = self.place(text);
                let to = text[..place].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
                text.splice(to..to, line);
            }
            3 => {
                let blanks = self.random.usize(1..4);
                text.splice(start..start, std::iter::repeat_n(b' ', blanks));
            }
            4 => {
                let blanks = text[start..end].iter().take_while(|byte| **byte == b' ').count();
                let fewer = self.random.usize(..=blanks.min(3));
                text.drain(start..start + fewer);
            }
            _ => {
                if let Some(byte) = text.get_mut(end.saturating_sub(1)) {
                    *byte = b' ';
                }
            }
        }
    }

    /// Writes another number where the next one stands.
    fn change_number(&mut self, text: &mut Vec<u8>, at: usize) {
        const NUMBERS: [&str; 12] =
            ["0", "1", "00", "29", "31", "99", "2024", "9999", "-1", "4294967296", "18446744073709551616", "1e400"];
        let Some(start) = text[at..].iter().position(u8::is_ascii_digit).map(|length| at + length) else { return };
        let length = text[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = NUMBERS[self.random.usize(..NUMBERS.len())];
        text.splice(start..start + length, number.bytes());
    }

    /// Returns a place between two characters.
    fn place(&mut self, text: &[u8]) -> usize {
        floor(text, self.random.usize(..=text.len()))
    }

    fn token(&mut self) -> &'static str {
        pick(&mut self.random, &self.seeds.tokens).copied().unwrap_or_default()
    }
}

fn pick<'a, T>(random: &mut Rng, list: &'a [T]) -> Option<&'a T> {
    (!list.is_empty()).then(|| &list[random.usize(..list.len())])
}

/// Returns the start of the character that a byte belongs to.
fn floor(text: &[u8], at: usize) -> usize {
    let mut at = at.min(text.len());
    while at > 0 && text.get(at).is_some_and(|byte| byte & 0xC0 == 0x80) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds::{exceptions, versions};

    #[test]
    fn an_input_follows_from_its_number() {
        let seeds = Seeds { versions: 3, ..exceptions() };
        let made: Vec<_> = (0..50).map(|number| input(&seeds, 7, number)).collect();
        assert!(made.iter().enumerate().all(|(number, data)| *data == input(&seeds, 7, number as u64)));
        assert!(made.iter().any(|data| *data != made[0]), "all are the same");
        assert!(made.iter().any(|data| versions(data).count() == 3));
        assert_ne!(made[0], input(&seeds, 8, 0));
    }
}
