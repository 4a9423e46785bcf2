//! Eight bytes of a text at a time, as lanes of one number. What a check spends most of its time on is looking for a few
//! bytes in much text; this way it is fast however much the compiler is told to optimise, also where small is wanted.

/// Eight bytes of a text. Each question is answered with the highest bit of each lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lanes(u64);

/// The highest bit of each lane.
const HIGH: u64 = each(0x80);

const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

impl Lanes {
    /// How many bytes there are.
    pub(crate) const COUNT: usize = 8;

    /// The answer that all of them are so.
    pub(crate) const ALL: u64 = HIGH;

    /// Calls for each eight bytes of a text in turn, with where they begin and with the eight that begin one byte later,
    /// until a call returns something; behind the end of the text there are zeros.
    #[inline(always)]
    pub(crate) fn find<T>(bytes: &[u8], mut look: impl FnMut(usize, Self, Self) -> Option<T>) -> Option<T> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let start = bytes.len() - rest.len();
            let (here, others) = match rest.split_first_chunk() {
                Some((eight, others)) => (u64::from_le_bytes(*eight), others),
                None => (last(rest), &[] as &[u8]),
            };
            let next = here >> 8 | u64::from(*others.first().unwrap_or(&0)) << 56;
            // The only call, so that it is compiled in here.
            if let Some(found) = look(start, Self(here), Self(next)) {
                return Some(found);
            }
            rest = others;
        }
        None
    }

    /// Tells which bytes are equal to one.
    #[inline(always)]
    pub(crate) const fn are(self, byte: u8) -> u64 {
        let other = self.0 ^ each(byte);
        !(((other & !HIGH) + !HIGH) | other) & HIGH
    }

    /// Tells which bytes are in a range of ASCII, both ends included.
    #[inline(always)]
    pub(crate) const fn are_within(self, first: u8, last: u8) -> u64 {
        let low = self.0 & !HIGH;
        (low + each(0x80 - first)) & !(low + each(0x7f - last)) & !self.0 & HIGH
    }

    /// Tells which bytes belong to characters outside of ASCII.
    #[inline(always)]
    pub(crate) const fn are_beyond_ascii(self) -> u64 {
        self.0 & HIGH
    }

    /// Returns the bytes with the letters of ASCII in lower case, and some other characters changed.
    #[inline(always)]
    pub(crate) const fn lower(self) -> Self {
        Self(self.0 | each(0x20))
    }

    /// Returns the answers for the first bytes only.
    #[inline(always)]
    pub(crate) const fn first(answers: u64, count: usize) -> u64 {
        if count >= Self::COUNT { answers } else { answers & !(u64::MAX << (8 * count)) }
    }
}

/// Reads fewer bytes than there are lanes.
#[inline(never)]
fn last(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |lanes, byte| lanes << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which lanes an answer names, as a reader counts them.
    fn places(answers: u64) -> Vec<usize> {
        assert_eq!(answers & !HIGH, 0);
        (0..Lanes::COUNT).filter(|lane| answers >> (8 * lane + 7) & 1 == 1).collect()
    }

    fn lanes(text: &[u8]) -> Lanes {
        Lanes::find(text, |_, here, _| Some(here)).unwrap_or(Lanes(0))
    }

    #[test]
    fn each_byte_gets_its_own_answer() {
        let wanted = |text: &[u8], holds: &dyn Fn(u8) -> bool| -> Vec<usize> {
            (0..Lanes::COUNT).filter(|lane| holds(*text.get(*lane).unwrap_or(&0))).collect()
        };
        for byte in 0..=u8::MAX {
            for text in [
                &[byte, byte.wrapping_add(1), byte, 0, 0xff, byte.wrapping_sub(1), 0x7f, byte][..],
                &[0x80, byte, 0x80, byte ^ 0x80],
                &[byte],
                &[],
            ] {
                let lanes = lanes(text);
                for other in [0, b'\t', b'a', 0x7f, 0x80, 0xc2, 0xff, byte] {
                    assert_eq!(places(lanes.are(other)), wanted(text, &|it| it == other), "{text:?} {other}");
                }
                for (first, last) in [(0, 0x1f), (b'a', b'z'), (b' ', b'~'), (0x7f, 0x7f), (0, 0x7f), (b'<', b'?')] {
                    let within = wanted(text, &|it| (first..=last).contains(&it));
                    assert_eq!(places(lanes.are_within(first, last)), within, "{text:?} {first}..={last}");
                }
                assert_eq!(places(lanes.are_beyond_ascii()), wanted(text, &|it| it >= 0x80));
                let letters = places(lanes.lower().are_within(b'a', b'z'));
                assert_eq!(letters, wanted(text, &|it| it.is_ascii_alphabetic()), "{text:?}");
            }
        }
    }

    #[test]
    fn every_byte_of_a_text_is_looked_at_once() {
        let text: Vec<u8> = (1..=40).collect();
        for length in 0..text.len() {
            let text = &text[..length];
            let mut seen = Vec::new();
            let none = Lanes::find(text, |start, here, next| {
                let count = (text.len() - start).min(Lanes::COUNT);
                let byte = |at: usize| text.get(at).copied().unwrap_or(0);
                for lane in 0..Lanes::COUNT {
                    assert_eq!(here.0 >> (8 * lane) & 0xff, u64::from(byte(start + lane)));
                    assert_eq!(next.0 >> (8 * lane) & 0xff, u64::from(byte(start + lane + 1)));
                }
                assert_eq!(places(Lanes::first(here.are_within(1, 40), count)).len(), count);
                seen.extend(&text[start..start + count]);
                None::<()>
            });
            assert_eq!((none, seen.as_slice()), (None, text));
        }
        assert_eq!(Lanes::find(&text, |start, here, _| (here.are(20) != 0).then_some(start)), Some(16));
    }

    #[test]
    fn answers_for_the_first_bytes_only() {
        assert_eq!(places(Lanes::first(Lanes::ALL, 2)), [0, 1]);
        assert_eq!(places(Lanes::first(Lanes::ALL, 0)), [] as [usize; 0]);
        assert_eq!(places(Lanes::first(Lanes::ALL, 99)), [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
