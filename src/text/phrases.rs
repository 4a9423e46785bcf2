//! Texts that fill a field without saying anything (stock phrases, placeholders, values that cover everything), and the
//! words that reveal an exposure.
//!
//! The lists are English, with the most common phrases of German, French and Spanish, and are matched word by word on
//! the folded text. A text in another language is never vague just for that: words that are in no list count as
//! meaningful.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::keyboard::is_keyboard_run;
use super::look_alike::name_key;
use super::month::is_month;
use super::normalise::{Kind, Token, bare, fold, is_ignorable, is_simple, spans, tokens};
use super::word_list::WordList;

/// A word list that is asked so often that its words are hashed.
type Words = FxHashSet<&'static str>;

fn hashed(lines: &'static str) -> Words {
    /// Hardly a word is shorter, so that the set never grows.
    const SHORTEST: usize = 5;
    let mut words = Words::with_capacity_and_hasher(lines.len() / SHORTEST, rustc_hash::FxBuildHasher);
    words.extend(WordList::new(lines).iter());
    words
}

fn all_in(words: &str, set: &Words) -> bool {
    words.split(' ').all(|word| set.contains(word))
}

/// Phrases that could be in any request.
const STOCK: WordList = WordList::new(include_str!("words/stock-phrases.txt"));

/// Words that carry no meaning of their own, the fragments that contractions leave included.
static STOP_WORDS: LazyLock<Words> = LazyLock::new(|| hashed(include_str!("words/stop-words.txt")));

/// Words that mean something and yet could be in any record, because each is about an exception.
static EMPTY_WORDS: LazyLock<Words> = LazyLock::new(|| hashed(include_str!("words/empty-words.txt")));

/// The stock phrases of a policy: the built-in list and its own.
#[derive(Debug)]
pub struct Phrases {
    /// In the order of their words, so that those with the same first word are neighbours.
    phrases: Vec<Phrase>,
    by_first_word: FxHashMap<Cow<'static, str>, Range<usize>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Phrase {
    text: Cow<'static, str>,
    /// Joined by single spaces.
    words: Cow<'static, str>,
    length: usize,
}

impl Phrases {
    /// Builds the matcher from the built-in phrases and the policy's `vague_phrases`; an empty phrase matches nothing.
    #[must_use]
    pub fn new(extra: &[String]) -> Self {
        let own = extra.iter().filter_map(|text| Phrase::folded(text.clone().into()));
        let stock = STOCK.iter().filter_map(|line| Phrase::plain(line).or_else(|| Phrase::folded(line.into())));
        let mut phrases: Vec<Phrase> = Vec::with_capacity(512);
        phrases.extend(stock.chain(own));
        phrases.sort_by(|a, b| a.words.cmp(&b.words));
        phrases.dedup_by(|a, b| a.words == b.words);
        let mut by_first_word: FxHashMap<Cow<'static, str>, Range<usize>> = FxHashMap::default();
        by_first_word.reserve(phrases.len());
        let mut start = 0;
        for group in phrases.chunk_by(|a, b| a.first_word() == b.first_word()) {
            let first = match &group[0].words {
                Cow::Borrowed(words) => Cow::Borrowed(first_word(words)),
                Cow::Owned(words) => Cow::Owned(first_word(words).to_owned()),
            };
            by_first_word.insert(first, start..start + group.len());
            start += group.len();
        }
        Self { phrases, by_first_word }
    }

    /// Returns the distinct words of a text, in order, that are not in a stock phrase, not stop words, not in the
    /// title, and would not fit every other exception ("decided", "risk").
    ///
    /// Names with digits (`oauth2`) count as words here; numbers, dates, ticket ids, URLs, single letters and runs on
    /// the keyboard do not. A reason with fewer than three of them is vague.
    #[must_use]
    pub fn remaining(&self, reason: &str, title: &str) -> Vec<String> {
        self.first_remaining(reason, title, usize::MAX)
    }

    /// Returns the first of the words that [`Self::remaining`] returns.
    #[must_use]
    pub fn first_remaining(&self, reason: &str, title: &str, most: usize) -> Vec<String> {
        let (reason, title) = (fold(reason), fold(title));
        let title_tokens = tokens(&title);
        let mut seen: FxHashSet<&str> = title_tokens.iter().map(|token| token.text).collect();
        let tokens = tokens(&reason);
        let mut stock_until = 0;
        let mut remaining = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if remaining.len() >= most {
                break;
            }
            if let Some(phrase) = self.phrase_at(&tokens[at..]) {
                stock_until = stock_until.max(at + phrase.length);
            }
            let says_something = matches!(token.kind, Kind::Word | Kind::Name) && !is_empty(token.text);
            if at >= stock_until && says_something && seen.insert(token.text) {
                remaining.push(token.text.to_owned());
            }
        }
        remaining
    }

    /// Returns the first stock phrase in a reason, the longest if several start at the same place, as its list spells
    /// it.
    #[must_use]
    pub fn first_phrase(&self, reason: &str) -> Option<&str> {
        let folded = fold(reason);
        let tokens = tokens(&folded);
        (0..tokens.len()).find_map(|at| self.phrase_at(&tokens[at..])).map(|phrase| &*phrase.text)
    }

    /// Returns the longest phrase that a text begins with.
    fn phrase_at(&self, tokens: &[Token<'_>]) -> Option<&Phrase> {
        let candidates = self.by_first_word.get(tokens.first()?.text)?;
        let matching = self.phrases[candidates.clone()].iter().filter(|phrase| phrase.starts(tokens));
        matching.max_by_key(|phrase| phrase.length)
    }
}

impl Phrase {
    /// Takes a phrase whose words are in it as they are compared: lower-case letters with single spaces between.
    fn plain(text: &'static str) -> Option<Self> {
        let (mut length, mut is_between) = (1, true);
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' => is_between = false,
                b' ' if !is_between => (length, is_between) = (length + 1, true),
                _ => return None,
            }
        }
        (!is_between).then_some(Self { text: text.into(), words: text.into(), length })
    }

    fn folded(text: Cow<'static, str>) -> Option<Self> {
        let folded = fold(&text);
        let words: Vec<&str> = tokens(&folded).iter().map(|token| token.text).collect();
        let length = words.len();
        let words = words.join(" ").into();
        let text = match text {
            Cow::Borrowed(text) => text.trim().into(),
            Cow::Owned(text) => text.trim().to_owned().into(),
        };
        (length > 0).then_some(Self { text, words, length })
    }

    fn first_word(&self) -> &str {
        first_word(&self.words)
    }

    fn starts(&self, tokens: &[Token<'_>]) -> bool {
        tokens.len() >= self.length && self.words.split(' ').zip(tokens).all(|(word, token)| word == token.text)
    }
}

fn first_word(words: &str) -> &str {
    words.split_once(' ').map_or(words, |(first, _)| first)
}

/// Tells whether a text holds a number, of any kind but a ticket's or a name's.
#[must_use]
pub fn has_number(text: &str) -> bool {
    tokens(&fold(text)).iter().any(|token| token.kind == Kind::Number)
}

fn is_empty(word: &str) -> bool {
    STOP_WORDS.contains(word) || EMPTY_WORDS.contains(word) || word.len() == 1 || is_keyboard_run(word)
}

/// Values that stand for a missing one when they are the whole text.
static PLACEHOLDERS: LazyLock<Words> = LazyLock::new(|| hashed(include_str!("words/placeholders.txt")));

/// Longer values are not placeholders as a whole; leaves room for the longest entry in any case, width and punctuation.
const LONGEST_PLACEHOLDER: usize = 128;

/// Finds a placeholder: the whole text, or in it a marker word in capitals (TBD, TODO, FIXME, XXX), `???` or "lorem
/// ipsum".
///
/// Returns the slice of the text to point at. A text without a letter or digit is a placeholder; an empty one is not.
#[must_use]
pub fn is_placeholder(text: &str) -> Option<&str> {
    if is_plainly_none(text) {
        return None;
    }
    let trimmed = text.trim();
    // A Hangul filler is an invisible letter.
    let says_nothing = !trimmed.contains(|c: char| c.is_alphanumeric() && !is_ignorable(c));
    if !text.is_empty() && (says_nothing || is_slot(trimmed) || is_known_placeholder(trimmed)) {
        return Some(if trimmed.is_empty() { text } else { trimmed });
    }
    marker(text).or_else(|| question_marks(text)).map(|range| &text[range])
}

/// Tells whether a whole text is a word or phrase that stands for a missing value, whatever its punctuation.
pub(crate) fn is_known_placeholder(text: &str) -> bool {
    text.len() <= LONGEST_PLACEHOLDER
        && match text.is_ascii() {
            true => is_known_ascii(text.as_bytes()),
            false => PLACEHOLDERS.contains(bare(text).as_str()),
        }
}

/// No built-in placeholder has more letters and digits in ASCII.
const MOST_LETTERS: usize = 24;

/// How many bytes of a text are looked at together; the two after them belong to whatever begins with the last ones.
const WINDOW: usize = 64;

/// Rules out most texts cheaply: not a known placeholder, and nothing that begins like a slot or a marker.
fn is_plainly_none(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut letters = 0;
    for start in (0..bytes.len()).step_by(WINDOW) {
        let part = &bytes[start..bytes.len().min(start + WINDOW + 2)];
        let mut window = [0; WINDOW + 2];
        window[..part.len()].copy_from_slice(part);
        if begins_something(&window) {
            return false;
        }
        if start == 0 {
            letters = window[..WINDOW].iter().map(|byte| u8::from(byte.is_ascii_alphanumeric())).sum();
        }
    }
    let letters = usize::from(letters);
    // Other characters may fold to the letters of a marker, and to fewer letters or none.
    if letters > MOST_LETTERS {
        text.is_ascii() || text.chars().all(|c| c.is_ascii() || is_simple(c))
    } else {
        text.is_ascii() && letters > 0 && !is_known_ascii(bytes)
    }
}

/// Returns whether a slot or a marker may begin here. Has a fixed length and no early exit from the loop, so that the
/// compiler can process many bytes at a time.
fn begins_something(window: &[u8; WINDOW + 2]) -> bool {
    let mut found = 0;
    for at in 0..WINDOW {
        let (a, b, c) = (window[at], window[at + 1], window[at + 2]);
        let marker = (a == b'T') & ((b == b'B') | (b == b'O'))
            | (a == b'F') & (b == b'I')
            | ((a == b'X') | (a == b'?')) & (a == b);
        let in_ipsum = (a | 0x20 == b'p') & (b | 0x20 == b's') & (c | 0x20 == b'u');
        found |= u8::from(marker | in_ipsum | (a == b'<') | (a == b'{'));
    }
    found > 0
}

/// Looks up an ASCII text as [`bare`] would write it, without allocating.
fn is_known_ascii(text: &[u8]) -> bool {
    let mut bare = [0_u8; 2 * MOST_LETTERS];
    let (mut length, mut is_between) = (0, false);
    for byte in text {
        if !byte.is_ascii_alphanumeric() {
            is_between = length > 0;
            continue;
        }
        let next = length + usize::from(is_between);
        let Some(place) = bare.get_mut(next) else { return false };
        *place = byte.to_ascii_lowercase();
        if is_between {
            bare[length] = b' ';
        }
        (length, is_between) = (next + 1, false);
    }
    let stands_for_nothing = |bare: &str| PLACEHOLDERS.contains(bare) || bare.split(' ').all(is_keyboard_run);
    std::str::from_utf8(&bare[..length]).is_ok_and(stands_for_nothing)
}

/// A slot that a template leaves open: `<reason>`, `{{ reason }}`.
fn is_slot(text: &str) -> bool {
    let inside = |open, close| text.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    inside("<", ">").or_else(|| inside("{{", "}}")).is_some_and(|name| !name.contains(['<', '>', '{', '}', '@', '/']))
}

fn marker(text: &str) -> Option<Range<usize>> {
    let mut previous: Option<Range<usize>> = None;
    for span in spans(text) {
        let word = &text[span.clone()];
        if !(3..=64).contains(&word.len()) {
            previous = None;
            continue;
        }
        let is_part = text[..span.start].ends_with('_') || text[span.end..].starts_with('_');
        if !is_part && is_capital_marker(word) {
            return Some(span);
        }
        if is_word(word, "ipsum")
            && let Some(lorem) = previous
        {
            return Some(lorem.start..span.end);
        }
        previous = is_word(word, "lorem").then_some(span);
    }
    None
}

fn is_capital_marker(word: &str) -> bool {
    const MARKERS: [&str; 4] = ["TBD", "TODO", "FIXME", "XXX"];
    if word.is_ascii() {
        return MARKERS.contains(&word);
    }
    MARKERS.iter().any(|marker| is_word(word, marker)) && !word.contains(char::is_lowercase)
}

/// Returns whether a word of the original text equals the given ASCII word once both are folded.
fn is_word(word: &str, expected: &str) -> bool {
    if word.is_ascii() { word.eq_ignore_ascii_case(expected) } else { fold(word).eq_ignore_ascii_case(expected) }
}

fn question_marks(text: &str) -> Option<Range<usize>> {
    let is_mark = |c: char| matches!(c, '?' | '？');
    let start = text.find("???").or_else(|| text.find("？？？"))?;
    let length = text[start..].find(|c| !is_mark(c)).unwrap_or(text.len() - start);
    Some(start..start + length)
}

/// Words that go with "no" and add nothing to it.
static NO_ALTERNATIVE_FILLERS: LazyLock<Words> = LazyLock::new(|| hashed(include_str!("words/no-alternative.txt")));

/// Returns whether an option only says that there is none: "none", "not applicable", "no alternatives were considered".
#[must_use]
pub fn is_no_alternative(text: &str) -> bool {
    let bare = bare(text);
    let said = ["there is ", "there are ", "there was ", "there were ", "we have ", "we had ", "we found "]
        .iter()
        .find_map(|start| bare.strip_prefix(start))
        .unwrap_or(&bare);
    let (first, rest) = said.split_once(' ').unwrap_or((said, ""));
    match first {
        "na" | "nil" | "null" => rest.is_empty(),
        "n" => rest == "a",
        "no" | "none" | "not" | "nothing" => rest.is_empty() || all_in(rest, &NO_ALTERNATIVE_FILLERS),
        _ => false,
    }
}

/// Words of a control text that name no rule.
static EMPTY_CONTROL_WORDS: LazyLock<Words> = LazyLock::new(|| hashed(include_str!("words/empty-control-words.txt")));

/// What a rule may be about: alone no rule, together with a document one ("password policy").
static TOPICS: LazyLock<Words> = LazyLock::new(|| hashed(include_str!("words/control-topics.txt")));

/// What rules are written in.
static DOCUMENTS: LazyLock<Words> = LazyLock::new(|| hashed(include_str!("words/control-documents.txt")));

/// Returns whether a control text names no exact rule: "security check skipped", "access issue", "policy", "MFA" alone.
///
/// A text that contains a number, an id or a word outside the lists gets the benefit of the doubt.
#[must_use]
pub fn is_vague_control(text: &str) -> bool {
    let bare = bare(text);
    if bare.is_empty() {
        return false;
    }
    let (mut meaningful, mut topics, mut documents) = (0, 0, 0);
    for word in bare.split(' ').filter(|word| !STOP_WORDS.contains(word)) {
        meaningful += 1;
        let is_topic = TOPICS.contains(word);
        topics += usize::from(is_topic);
        documents += usize::from(DOCUMENTS.contains(word));
        if !is_topic && !EMPTY_CONTROL_WORDS.contains(word) {
            return false;
        }
    }
    meaningful < 4 && (topics == 0 || documents == 0)
}

/// Words that make a scope of everything or of nothing in particular.
static QUANTIFIERS: LazyLock<Words> = LazyLock::new(|| hashed(include_str!("words/quantifiers.txt")));

/// Words that add nothing next to a quantifier.
static SCOPE_NOUNS: LazyLock<Words> = LazyLock::new(|| hashed(include_str!("words/scope-nouns.txt")));

/// Finds a scope that covers everything or nothing in particular: one that contains `*`, or whose whole value is "all",
/// "any system", "everywhere", "the app", "various".
///
/// Returns the slice of the text to point at.
#[must_use]
pub fn is_broad_scope(text: &str) -> Option<&str> {
    if let Some((at, star)) = text.char_indices().find(|(_, c)| matches!(c, '*' | '＊' | '∗')) {
        return Some(&text[at..at + star.len_utf8()]);
    }
    let is_broad = says_everything(&bare(text)) || !text.is_ascii() && says_everything(&name_key(text));
    is_broad.then(|| text.trim())
}

fn says_everything(bare: &str) -> bool {
    let is_quantified = bare.split(' ').any(|word| QUANTIFIERS.contains(word));
    let is_bare_noun = bare
        .split_once(' ')
        .is_some_and(|(article, noun)| matches!(article, "the" | "our" | "this" | "my") && !noun.contains(' '));
    let is_broad = (is_quantified || is_bare_noun)
        && bare.split(' ').all(|word| QUANTIFIERS.contains(word) || SCOPE_NOUNS.contains(word));
    is_broad || bare == "etc"
}

/// Finds the first word that reveals an exposure: remote access, authentication, privileged or vendor access, a public
/// service, customer or personal data. Returns its byte range in the text.
///
/// Names that only sound like one ("root cause", "public holiday") are skipped.
#[must_use]
pub fn exposure_term(text: &str) -> Option<(usize, usize)> {
    let word = exposure_word(text);
    let network = ["0.0.0.0/0", "::/0"].iter().filter_map(|network| find_network(text, network)).min();
    word.into_iter().chain(network).min()
}

fn exposure_word(text: &str) -> Option<(usize, usize)> {
    let mut rest = spans(text);
    let mut previous = 0..0;
    while let Some(span) = rest.next() {
        let word = fold(&text[span.clone()]);
        let mut following = rest.clone().map(|span| (fold(&text[span.clone()]), span.end));
        if EXPOSURES.contains(&*word) {
            let next = following.next().map_or(Cow::Borrowed(""), |(next, _)| next);
            if !only_sounds(&fold(&text[previous]), &word, &next) {
                return Some((span.start, span.end));
            }
        } else if let Some(end) = speaks_together(&word, following) {
            return Some((span.start, end));
        }
        previous = span;
    }
    None
}

/// Words that speak of an exposure by themselves.
static EXPOSURES: LazyLock<Words> = LazyLock::new(|| hashed(include_str!("words/exposures.txt")));

/// What comes before a root that is not an account.
const BEFORE_ROOT: WordList = WordList::new(include_str!("words/before-root.txt"));
/// What follows such a root.
const AFTER_ROOT: WordList = WordList::new(include_str!("words/after-root.txt"));
/// What is public without being a service.
const AFTER_PUBLIC: WordList = WordList::new(include_str!("words/after-public.txt"));

fn only_sounds(previous: &str, word: &str, next: &str) -> bool {
    match word {
        "root" => BEFORE_ROOT.find(previous).is_some() || AFTER_ROOT.find(next).is_some(),
        "public" => AFTER_PUBLIC.find(next).is_some(),
        _ => false,
    }
}

/// Returns where the term ends that starts with `first` and continues in the following words.
fn speaks_together<'t>(first: &str, mut following: impl Iterator<Item = (Cow<'t, str>, usize)>) -> Option<usize> {
    let mut next_in =
        |words: &[&str]| following.next().filter(|(next, _)| words.contains(&&**next)).map(|(_, end)| end);
    match first {
        "third" | "3rd" => next_in(&["party", "parties"]),
        "two" | "multi" => next_in(&["factor"]),
        "remote" => next_in(&["desktop", "desktops"]),
        "single" => next_in(&["sign"]).and_then(|_| next_in(&["on"])),
        "customer" | "customers" | "personal" => data_after(following),
        _ => None,
    }
}

/// Finds the data that "customer" or "personal" is about: `customer data`, `customers' records`, `customer or
/// personal data`.
fn data_after<'t>(following: impl Iterator<Item = (Cow<'t, str>, usize)>) -> Option<usize> {
    for (word, end) in following.take(4) {
        match &*word {
            "data" | "information" | "records" | "details" => return Some(end),
            "s" | "or" | "and" | "personal" | "customer" | "account" | "payment" | "contact" | "employee" => {}
            _ => return None,
        }
    }
    None
}

fn find_network(text: &str, network: &str) -> Option<(usize, usize)> {
    text.match_indices(network).map(|(start, found)| (start, start + found.len())).find(|&(start, end)| {
        let before = text[..start].chars().next_back();
        let after = text[end..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | ':')) && !after.is_some_and(char::is_numeric)
    })
}

/// Counts the sentences of a text.
///
/// A sentence ends with `.`, `!` or `?` before white space and a capital, digit or ideograph; with `。` and its like;
/// or with a blank line. Abbreviations, version numbers, host names, dates and ellipses end nothing; neither does a
/// semicolon.
#[must_use]
pub fn sentences(text: &str) -> usize {
    let says_something = |part: &str| part.contains(char::is_alphanumeric);
    let (mut count, mut start) = (0, 0);
    for (at, c) in text.char_indices().filter(|(_, c)| is_terminator(*c)) {
        let end = at + c.len_utf8();
        if ends_sentence(&text[start..at], c, &text[end..]) {
            count += usize::from(says_something(&text[start..end]));
            start = end;
        }
    }
    count + usize::from(says_something(&text[start..]))
}

fn is_terminator(c: char) -> bool {
    matches!(c, '\n' | '.' | '!' | '?' | '。' | '！' | '？' | '｡' | '।' | '؟' | '۔')
}

fn ends_sentence(before: &str, terminator: char, after: &str) -> bool {
    match terminator {
        '\n' => after.split_once('\n').is_some_and(|(line, _)| line.trim().is_empty()),
        '.' | '!' | '?' => {
            let rest = after.trim_start_matches(['"', '\'', ')', ']', '»', '”', '’']);
            let next = rest.trim_start().trim_start_matches(['"', '\'', '(', '[', '«', '“', '‘']);
            let starts_anew = next.starts_with(|c: char| c.is_alphanumeric() && !c.is_lowercase());
            let is_ellipsis = terminator == '.' && before.ends_with('.');
            rest.starts_with(char::is_whitespace)
                && starts_anew
                && !is_ellipsis
                && !(terminator == '.' && is_abbreviated(before, next))
        }
        _ => true,
    }
}

/// Words that are written with a full stop.
const ABBREVIATIONS: WordList = WordList::new(include_str!("words/abbreviations.txt"));
/// What a German ordinal number counts, whose full stop ends nothing: `in der 50. Woche`.
const COUNTED: WordList = WordList::new(include_str!("words/counted-by-ordinals.txt"));
/// Words that are so written before a number alone.
const BEFORE_NUMBERS: WordList = WordList::new(include_str!("words/abbreviations-before-numbers.txt"));

/// Tells whether the full stop after `before` belongs to an abbreviation, an initial, an ordinal or a list number.
fn is_abbreviated(before: &str, next: &str) -> bool {
    let word =
        before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '“' | '«')).next().unwrap_or(before);
    let next_word = next.split(|c: char| !c.is_alphanumeric()).next().unwrap_or(next);
    let folded = fold(word);
    let mut chars = word.chars();
    let is_initial = chars.next().is_some_and(char::is_uppercase) && chars.next().is_none();
    let is_dotted = folded.contains('.')
        && folded.split('.').all(|part| part.chars().count() == 1 && part.contains(char::is_alphabetic));
    if !word.is_empty() && word.chars().all(char::is_numeric) {
        let next_word = fold(next_word);
        return before.trim() == word || is_month(&next_word) || COUNTED.find(&next_word).is_some();
    }
    let counts =
        next_word.starts_with(char::is_numeric) && (BEFORE_NUMBERS.find(&folded).is_some() || is_month(&folded));
    is_initial || is_dotted || ABBREVIATIONS.find(&folded).is_some() || counts
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    static BUILT_IN: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&[]));

    #[test]
    fn a_plain_phrase_is_its_own_words() {
        for line in STOCK.iter() {
            let plain = Phrase::plain(line);
            assert!(plain.is_none() || plain == Phrase::folded(line.into()), "{line}");
        }
        assert_eq!(Phrase::plain("as agreed").map(|phrase| phrase.length), Some(2));
        for other in ["", " as agreed", "as agreed ", "as  agreed", "As agreed", "comme discuté", "can't", "24 7"] {
            assert_eq!(Phrase::plain(other), None, "{other}");
        }
    }

    fn remaining(reason: &str, title: &str) -> Vec<String> {
        Phrases::new(&[]).remaining(reason, title)
    }

    #[test]
    fn the_built_in_list_is_long_and_folded() {
        assert!(Phrases::new(&[]).phrases.len() >= 60);
        let hashed = [
            &STOP_WORDS,
            &EMPTY_WORDS,
            &PLACEHOLDERS,
            &NO_ALTERNATIVE_FILLERS,
            &EMPTY_CONTROL_WORDS,
            &TOPICS,
            &DOCUMENTS,
        ];
        let hashed =
            hashed.into_iter().chain([&QUANTIFIERS, &SCOPE_NOUNS, &EXPOSURES]).flat_map(|set| set.iter().copied());
        let lists = [STOCK, BEFORE_ROOT, AFTER_ROOT, AFTER_PUBLIC, ABBREVIATIONS, BEFORE_NUMBERS, COUNTED];
        for entry in hashed.chain(lists.into_iter().flat_map(WordList::iter)) {
            assert_eq!(fold(entry), entry);
        }
    }

    #[test]
    fn nothing_remains_of_stock_phrases() {
        for reason in [
            "Urgent business need, as discussed.",
            "Temporary workaround until further notice.",
            "Needed for testing purposes",
            "OPERATIONAL \u{200b}NECESSITY!!",
            "We need this ASAP, see INC-311 and https://example.com/INC-311.",
            "Required by management due to time constraints on 2026-11-23",
            "It's a legacy system; there is no other way.",
            "",
            "42",
        ] {
            assert!(remaining(reason, "").is_empty(), "{reason}: {:?}", remaining(reason, ""));
        }
    }

    #[test]
    fn an_honest_reason_keeps_three_words() {
        for (reason, title) in [
            (
                "The payroll vendor must read failed imports to correct the new file format before the December run.",
                "Payroll vendor reads the HR export folder",
            ),
            ("Old switch firmware cannot speak TLS 1.2.", "Core switch keeps TLS 1.0"),
            ("Win7 PLC needs SMB1.", ""),
            ("Die Firmware der alten Weiche spricht kein TLS.", "Weiche ohne TLS"),
            ("Le fournisseur corrige le format du fichier.", "Accès du fournisseur"),
            ("供应商必须读取失败的导入文件以更正格式", "供应商读取导出文件夹"),
            ("ผู้ขายต้องอ่านไฟล์", ""),
        ] {
            assert!(remaining(reason, title).len() >= 3, "{reason}: {:?}", remaining(reason, title));
        }
    }

    #[test]
    fn the_title_repeated_is_not_a_reason() {
        let title = "Payroll vendor reads the HR export folder";
        assert_eq!(remaining("Payroll vendor reads the HR export folder urgently, on request.", title), [""; 0]);
        assert_eq!(remaining("vendor imports imports", title), ["imports"]);
    }

    #[test]
    fn the_policy_adds_phrases() {
        let phrases = Phrases::new(&["Quarter End  push".to_owned(), "...".to_owned(), "phase 2".to_owned()]);
        assert_eq!(phrases.remaining("The quarter-end push for phase 2 of phase 3", ""), ["phase"]);
        assert_eq!(phrases.first_phrase("our quarter end PUSH"), Some("Quarter End  push"));
        assert_eq!(phrases.first_phrase("An urgent need, as discussed"), Some("urgent need"));
        assert_eq!(phrases.first_phrase("nothing of the kind"), None);
    }

    #[test]
    fn placeholders_are_found_where_they_are() {
        for text in [
            "N/A",
            "n.a.",
            "None given",
            "unknown",
            "Not known.",
            "-",
            "--",
            "?",
            "…",
            "...",
            "tbd",
            "To be determined",
            "to do",
            "<reason>",
            "{{ reason }}",
            "xxx",
            "ＴＢＤ",
            "un\u{200b}known",
            "\u{200b}",
            "asdf",
            " ",
            "待定",
        ] {
            assert_eq!(is_placeholder(text), Some(if text == " " { text } else { text.trim() }), "{text}");
        }
        for (text, found) in [
            ("Owner TBD, ask Dana", "TBD"),
            ("TODO: write", "TODO"),
            ("T\u{200b}BD by Monday", "T\u{200b}BD"),
            ("because ???? later", "????"),
            ("The Lorem ipsum dolor", "Lorem ipsum"),
        ] {
            assert_eq!(is_placeholder(text), Some(found), "{text}");
        }
    }

    #[test]
    fn letters_that_nobody_sees_say_nothing() {
        for text in ["\u{3164}", "\u{115f}", "\u{1160} \u{1160}", "\u{ffa0}"] {
            assert_eq!(is_placeholder(text), Some(text), "{text:?}");
        }
    }

    #[test]
    fn a_text_that_is_ruled_out_cheaply_is_not_a_placeholder() {
        let letters = |entry: &str| entry.bytes().filter(u8::is_ascii_alphanumeric).count();
        assert!(PLACEHOLDERS.iter().all(|entry| letters(entry) <= MOST_LETTERS && bare(entry) == *entry));
        let long = "somebody must write down here what is to happen";
        for slot in [format!("<{long}>"), format!("{{{{ {long} }}}}")] {
            assert_eq!(is_placeholder(&slot), Some(slot.as_str()));
        }
        for marker in ["TBD", "TODO", "FIXME", "XXX", "???", "Lorem IPSUM", "\u{ff34}BD"] {
            assert_eq!(is_placeholder(&format!("{long} {marker} and more")), Some(marker));
        }
    }

    #[test]
    fn ordinary_texts_are_not_placeholders() {
        for text in [
            "",
            "none of the vendors supports it",
            "The unknown host sends mail",
            "test",
            "Ask: why?",
            "todo app on prod",
            "AXXXB",
            "TODO_LIST service",
            "Mastodon",
            "<a> and <b>",
            "<dana@example.com>",
            "ipsum lorem",
            "lorem. The ipsum",
        ] {
            assert_eq!(is_placeholder(text), None, "{text}");
        }
    }

    #[test]
    fn saying_there_is_none_is_not_an_alternative() {
        for text in [
            "none",
            "N/A",
            "Not applicable.",
            "No alternative",
            "no alternatives considered",
            "There is no other option.",
            "NONE FOUND",
            "No safer alternative exists",
            "nothing else possible",
        ] {
            assert!(is_no_alternative(text), "{text}");
        }
        for text in [
            "No remote access at all",
            "Do nothing and let the run fail",
            "Not using the vendor",
            "Nonexistent",
            "",
            "-",
        ] {
            assert!(!is_no_alternative(text), "{text}");
        }
    }

    #[test]
    fn a_control_must_name_a_rule() {
        for text in [
            "security check skipped",
            "access issue",
            "Policy",
            "MFA",
            "the rule",
            "security policy",
            "Compliance",
            "access control",
            "2FA disabled",
            "MFA not followed",
        ] {
            assert!(is_vague_control(text), "{text}");
        }
        for text in [
            "ACC-07 Vendors hold no access to HR data",
            "ACC-07",
            "A.5.17",
            "8.3.1",
            "Password policy",
            "MFA for every admin sign-in",
            "Backups are encrypted",
            "Sicherheitsrichtlinie",
            "CIS",
            "",
            "ISO 27001 access control",
        ] {
            assert!(!is_vague_control(text), "{text}");
        }
    }

    #[test]
    fn a_scope_must_be_something_in_particular() {
        for text in [
            "all",
            "ANY",
            "everything",
            "everywhere",
            "The app",
            "various",
            "All systems",
            "entire company",
            "global",
            "company-wide",
            "\u{430}ll systems",
        ] {
            assert_eq!(is_broad_scope(text), Some(text), "{text}");
        }
        assert_eq!(is_broad_scope(" any "), Some("any"));
        assert_eq!(is_broad_scope("*.example.com"), Some("*"));
        for text in [
            "production",
            "app",
            "HR export folder on sftp-hr-01",
            "Globalprotect",
            "all-hands wiki",
            "The payroll app",
            "the platform team",
            "",
            "company",
        ] {
            assert_eq!(is_broad_scope(text), None, "{text}");
        }
    }

    #[test]
    fn exposures_are_found_on_word_boundaries() {
        for (text, found) in [
            ("No MFA for it", "MFA"),
            ("the Vendors' folder", "Vendors"),
            ("via third-party tool", "third-party"),
            ("Third parties read", "Third parties"),
            ("open to 0.0.0.0/0 today", "0.0.0.0/0"),
            ("open to ::/0", "::/0"),
            ("shows customer or personal data", "customer or personal data"),
            ("customers' records leak", "customers' records"),
            ("root cause found by root", "root"),
            ("é: ＶＰＮ", "ＶＰＮ"),
            ("user vendor_access", "vendor"),
            ("single sign-on is off", "single sign-on"),
        ] {
            let range = exposure_term(text).map(|(start, end)| &text[start..end]);
            assert_eq!(range, Some(found), "{text}");
        }
        assert!(exposure_term("root cause found by root").is_some_and(|(start, _)| start == 20));
    }

    #[test]
    fn what_only_sounds_like_an_exposure_is_skipped() {
        for text in [
            "The root cause",
            "a public holiday",
            "public key pinning",
            "10.0.0.0/0",
            "2001:db8::/0",
            "administration fee",
            "rooted",
            "the customer waits",
            "the third part",
            "personal opinion on data",
            "adminton",
            "",
        ] {
            assert_eq!(exposure_term(text), None, "{text}");
        }
    }

    #[test]
    fn sentences_are_counted() {
        for (text, count) in [
            ("", 0),
            ("...", 0),
            ("One sentence without a stop", 1),
            ("One sentence.", 1),
            ("One. Two.", 2),
            ("Is it? Yes! 3 more.", 3),
            ("The parser (e.g. Xerces, i.e. Apache) on v1.2 of sftp-hr-01.example.com reads No. 5 approx. 3 times.", 1),
            ("Acme Inc. Berlin fixes it; then we stop.", 1),
            ("Wait... The file", 1),
            ("It fails (see below.) The vendor knows.", 2),
            ("First part\n\nsecond part", 2),
            ("Wrapped\nline", 1),
            ("一句话。第二句。", 2),
            ("Bis zum 23. November läuft es. Dann nicht.", 2),
            ("Das Modul kommt in der 50. Woche in den 3. Stock. Dann nicht mehr.", 2),
            ("1. Stop it. 2. Start it.", 2),
            ("On 15 Nov. 2026 J. Smith signs.", 1),
            ("See app/Gemfile.lock. Then go.", 2),
            ("run.The next", 1),
            ("The price in the U.S. Dollar", 1),
        ] {
            assert_eq!(sentences(text), count, "{text}");
        }
    }

    /// What the functions look for, and what may be next to it.
    const PIECES: [&str; 46] = [
        "a",
        "Z",
        "9",
        " ",
        "\n",
        ".",
        "?",
        "!",
        "-",
        "_",
        "'",
        "’",
        "/",
        "#",
        "@",
        "://",
        "é",
        "e\u{301}",
        "ß",
        "İ",
        "\u{200b}",
        "供",
        "を",
        "ไท",
        "。",
        "…",
        "TBD",
        "lorem",
        "ipsum",
        "root",
        "cause",
        "customer",
        "data",
        "0.0.0.0/0",
        "::/0",
        "ﷺ",
        "\u{fe0f}",
        "\u{1F469}\u{200D}\u{1F4BB}",
        "\0",
        "<",
        ">",
        "{{",
        "}}",
        "*",
        "no",
        "business need",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn no_text_panics_and_every_slice_is_in_the_text(pieces in vec(select(&PIECES[..]), 0..13)) {
            let text = pieces.concat();
            let phrases = &*BUILT_IN;
            let folded = fold(&text);
            prop_assert_eq!(&fold(&folded), &folded);
            prop_assert!(exposure_term(&text).is_none_or(|(start, end)| !text[start..end].is_empty()));
            for found in [is_placeholder(&text), is_broad_scope(&text)].into_iter().flatten() {
                prop_assert!(text.contains(found) && !found.is_empty());
            }
            let _ = (sentences(&text), is_vague_control(&text), is_no_alternative(&text), phrases.first_phrase(&text));
            let _ = phrases.remaining(&text, &text);
        }
    }

    /// Comparing each part with all the others would take minutes for one of these.
    #[test]
    fn a_text_of_one_part_repeated_is_judged_like_any_other() {
        let repeated = [
            ("。", 0),
            (". A", 1),
            ("A. ", 1),
            ("\n\n", 0),
            ("a.", 1),
            ("5. ", 43_691),
            ("business ", 1),
            ("root ", 1),
            ("customer ", 1),
            ("?", 0),
            ("\u{301}", 0),
            ("a@", 1),
            ("://", 0),
        ];
        for (piece, count) in repeated {
            let text = piece.repeat(256 * 1024 / piece.len());
            assert_eq!(sentences(&text), count, "{piece:?}");
            assert_eq!(is_placeholder(&text).is_some(), count == 0, "{piece:?}");
            assert_eq!(exposure_term(&text).is_some(), piece == "root ", "{piece:?}");
            assert!(is_broad_scope(&text).is_none() && !is_no_alternative(&text), "{piece:?}");
            assert!(BUILT_IN.remaining(&text, &text).is_empty(), "{piece:?}");
            assert_eq!(is_vague_control(&text), [". A", "A. ", "a.", "a@"].contains(&piece), "{piece:?}");
        }
    }
}
