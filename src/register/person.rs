//! Who is the same person, and what is no person at all.
//!
//! A spelling is compared in two ways. Folded texts ([`fold_person`]) follow the rule of the register's documentation.
//! Look-alikes (Unicode Technical Standard 39, section 4) catch what only a reader's eye would take for the same name:
//! they count only where characters outside ASCII make the difference, so `@burns` and `@bums` stay two people.
//! Nothing is known here of entries, rules or files.

use std::borrow::Cow;
use std::collections::BTreeMap;

use caseless::Caseless;
use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use super::moment::Day;

/// Folds a written person to the text by which people are compared.
///
/// Trims, drops leading `@` and characters that show nothing, folds case (Unicode full case folding), compatibility
/// forms (NFKC, UAX 15), white space and, outside ASCII, confusable characters (UTS 39 section 4). Folding twice
/// changes nothing; therefore every leading `@` goes, not the first alone. The result is for comparing, not for display.
pub fn fold_person(text: &str) -> Cow<'_, str> {
    fold_handle(text).0
}

/// Tells whether two spellings are equal when folded, or look alike through characters outside ASCII.
fn same_person(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (plain_a, plain_b) = (fold_plain(a), fold_plain(b));
    if plain_a == plain_b || plain_a.is_ascii() && plain_b.is_ascii() {
        return plain_a == plain_b;
    }
    !plainly_differ(&plain_a, &plain_b)
        && (fold_person(a) == fold_person(b) || foreign_differs(&plain_a, &plain_b) && share_a_key(a, b))
}

/// Folds without confusables: what two spellings share that differ in nothing but case, form and blanks.
fn fold_plain(text: &str) -> Cow<'_, str> {
    match fold_ascii(text) {
        Some(folded) => folded,
        None => Cow::Owned(without_at(&fold_to_end(text, Confusables::Kept)).to_owned()),
    }
}

/// Folds a text of printable ASCII, the usual case, without tables; gives nothing for other texts.
fn fold_ascii(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return None;
    }
    let bare = without_at(text);
    Some(if bare.contains("  ") {
        let words: Vec<&str> = bare.split_ascii_whitespace().collect();
        Cow::Owned(words.join(" ").to_ascii_lowercase())
    } else if bare.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(bare.to_ascii_lowercase())
    } else {
        Cow::Borrowed(bare)
    })
}

fn without_at(text: &str) -> &str {
    text.trim_start_matches(['@', ' ']).trim_end_matches(' ')
}

/// Gives the folded text and whether an `@` stood before it.
fn fold_handle(text: &str) -> (Cow<'_, str>, bool) {
    match fold_ascii(text) {
        Some(bare) => (bare, text.trim_start_matches(' ').starts_with('@')),
        None => {
            let folded = fold_to_end(text, Confusables::Folded);
            (Cow::Owned(without_at(&folded).to_owned()), folded.starts_with('@'))
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Confusables {
    Kept,
    Folded,
}

/// Folds until nothing changes, because a prototype may be an upper-case letter, a blank or an `@` again.
fn fold_to_end(text: &str, confusables: Confusables) -> String {
    let mut folded = fold_once(text, confusables);
    // Each step maps single characters, and no chain of mappings is longer than a few; the bound only makes that plain.
    for _ in 0..8 {
        let again = fold_once(&folded, confusables);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

fn fold_once(text: &str, confusables: Confusables) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().default_case_fold().nfkd() {
        if confusables == Confusables::Folded && !c.is_ascii() {
            push_prototype(c, &mut folded);
        } else {
            push_visible(c, &mut folded);
        }
    }
    folded.truncate(folded.trim_end_matches(' ').len());
    folded
}

/// Appends a character unless it shows nothing, and a run of white space as one space.
fn push_visible(c: char, folded: &mut String) {
    let blank = c.is_whitespace() || c == '\u{2800}';
    // A dot over `i` or `j` is drawn already: the letters are soft-dotted (Unicode PropList).
    let second_dot = c == '\u{307}' && folded.ends_with(['i', 'j']);
    if blank {
        if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    } else if !second_dot && !c.is_control() && !is_default_ignorable(c) {
        folded.push(c);
    }
}

fn push_prototype(c: char, folded: &mut String) {
    match small_capital(c) {
        Some(letter) => folded.push(letter),
        None => skeleton(c.encode_utf8(&mut [0; 4])).for_each(|c| push_visible(c, folded)),
    }
}

/// Tells whether a character is a `Default_Ignorable_Code_Point` (Unicode 18, `DerivedCoreProperties.txt`).
fn is_default_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Gives the letter of a small capital that the confusables table leaves without an ASCII prototype.
///
/// Lower-case Cyrillic letters have these as prototypes, which makes `В` and `в` one letter.
fn small_capital(c: char) -> Option<char> {
    Some(match c {
        'ᴀ' => 'a',
        'ʙ' | 'в' => 'b',
        'ᴅ' => 'd',
        'ᴇ' => 'e',
        'ꜰ' => 'f',
        'ɢ' => 'g',
        'ʜ' | 'н' => 'h',
        'ᴊ' => 'j',
        'ᴋ' | 'ĸ' | 'к' => 'k',
        'ʟ' => 'l',
        'ᴍ' | 'м' => 'm',
        'ɴ' => 'n',
        'ᴘ' => 'p',
        'ꞯ' => 'q',
        'ʀ' => 'r',
        'ᴛ' | 'т' => 't',
        _ => return None,
    })
}

/// Tells cheaply that two plainly folded texts cannot look alike: they begin or end with two different ASCII letters.
fn plainly_differ(plain_a: &str, plain_b: &str) -> bool {
    let letters = |a: Option<char>, b: Option<char>| a.filter(char::is_ascii).zip(b.filter(char::is_ascii));
    let differ =
        |pair: Option<(char, char)>, m: char| pair.is_some_and(|(a, b)| coarse_letter(a, m) != coarse_letter(b, m));
    differ(letters(plain_a.chars().next(), plain_b.chars().next()), 'r')
        || differ(letters(plain_a.chars().next_back(), plain_b.chars().next_back()), 'n')
}

/// Tells whether two plainly folded texts differ in characters outside ASCII.
///
/// Where they do not, the difference lies within ASCII, and `José Burns` is not `José Bums`.
fn foreign_differs(plain_a: &str, plain_b: &str) -> bool {
    let foreign = |c: &char| !c.is_ascii();
    !plain_a.chars().filter(foreign).eq(plain_b.chars().filter(foreign))
}

fn share_a_key(a: &str, b: &str) -> bool {
    let keys = look_alike_keys(a);
    look_alike_keys(b).iter().any(|key| keys.contains(key))
}

/// Gives the keys of which two look-alikes share one: confusables of the text as written, and of its lower case.
///
/// Both are needed: a Greek `Ν` looks like `N`, but its lower case `ν` like `v`. Letters that are one prototype in
/// UTS 39 (`i` `l` `1`, `o` `0`, `m` `rn`) are one here.
fn look_alike_keys(text: &str) -> [String; 2] {
    let mut as_written = String::with_capacity(text.len());
    for c in text.nfkd() {
        if c.is_ascii() { as_written.push(c) } else { push_prototype(c, &mut as_written) }
    }
    [coarse(&fold_person(&as_written)), coarse(&fold_person(text))]
}

fn coarse(folded: &str) -> String {
    let mut key = String::with_capacity(folded.len());
    for c in folded.chars() {
        if c == 'm' {
            key.push('r');
        }
        key.push(coarse_letter(c, 'n'));
    }
    key
}

/// Gives the letter that stands for all its look-alikes, and for `m` the wanted half of `rn`.
fn coarse_letter(c: char, half_of_m: char) -> char {
    match c {
        'i' | '1' | '|' => 'l',
        '0' => 'o',
        'm' => half_of_m,
        _ => c,
    }
}

/// Is a person of the roster, by place in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(usize);

impl PersonId {
    /// Gives the place in the roster's list, from 0.
    pub fn index(self) -> usize {
        self.0
    }
}

/// Holds what the roster says of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonRecord {
    /// The `@handle`.
    pub handle: Option<String>,
    /// The full name.
    pub name: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// Further spellings.
    pub aliases: Vec<String>,
    /// Any spelling of the person directly above.
    pub manager: Option<String>,
    /// The day on which the person left.
    pub left: Option<Day>,
}

impl PersonRecord {
    fn spellings(&self) -> impl Iterator<Item = &String> + Clone {
        [&self.handle, &self.name, &self.email].into_iter().flatten().chain(&self.aliases)
    }
}

/// Says why a list of people is no roster; the numbers are places in the list, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RosterProblem {
    /// Two people claim one spelling.
    Claimed {
        /// The spelling as the second wrote it.
        spelling: String,
        /// The earlier person.
        first: usize,
        /// The later person.
        second: usize,
    },
    /// A manager is not in the roster.
    UnknownManager {
        /// The person whose manager it is.
        person: usize,
    },
    /// People are above one another in a circle: each one's manager is the next, the last one's the first.
    ManagerCycle {
        /// The people of the circle, starting with the earliest in the list.
        people: Vec<usize>,
    },
    /// Two teams have the same handle apart from case.
    TeamTwice {
        /// The earlier team.
        first: usize,
        /// The later team.
        second: usize,
    },
}

/// The number of look-alike spellings from which on they mean nobody; it bounds the work on a hostile roster.
const MOST_LOOK_ALIKES: usize = 16;

/// Knows every spelling of every person, who stands above whom, and the teams.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    records: Vec<PersonRecord>,
    managers: Vec<Option<PersonId>>,
    /// Spellings as written and plainly folded.
    spellings: FxHashMap<String, PersonId>,
    /// Spellings by their look-alike keys.
    look_alikes: FxHashMap<String, Vec<(String, PersonId)>>,
    teams: BTreeMap<String, Vec<String>>,
    /// Spellings, as written, that name one person by their form too.
    one_person: FxHashSet<String>,
}

impl Roster {
    /// Builds the roster from its people and its teams (handle, members), or says what contradicts itself.
    pub fn new(people: Vec<PersonRecord>, teams: Vec<(String, Vec<String>)>) -> Result<Self, RosterProblem> {
        let mut roster = Self { records: people, teams: index_teams(teams)?, ..Self::default() };
        roster.index_spellings()?;
        let plain = roster.spellings().filter(|spelling| not_a_person(spelling).is_none()).map(str::to_owned);
        roster.one_person = plain.collect();
        roster.index_managers()?;
        match roster.manager_cycle() {
            Some(people) => Err(RosterProblem::ManagerCycle { people }),
            None => Ok(roster),
        }
    }

    /// Finds the one person that a spelling means.
    ///
    /// A person with that very spelling comes before one whose spelling only looks like it; a spelling that looks like
    /// those of several people means none of them.
    pub fn find(&self, written: &str) -> Option<PersonId> {
        if let Some(id) = self.spellings.get(written) {
            return Some(*id);
        }
        let plain = fold_plain(written);
        if let Some(id) = self.spellings.get(plain.as_ref()) {
            return Some(*id);
        }
        self.find_look_alike(written, &plain)
    }

    /// Lists every spelling of every person as the roster writes it, in the order of the list.
    pub fn spellings(&self) -> impl Iterator<Item = &str> + Clone {
        self.records.iter().flat_map(PersonRecord::spellings).map(String::as_str)
    }

    /// Lists the people in the order of the list.
    pub fn people(&self) -> impl Iterator<Item = PersonId> + use<> {
        (0..self.records.len()).map(PersonId)
    }

    /// Lists the spellings of one person as the roster writes them.
    pub fn spellings_of(&self, id: PersonId) -> impl Iterator<Item = &str> + Clone {
        self.record(id).into_iter().flat_map(PersonRecord::spellings).map(String::as_str)
    }

    /// Gives the spelling to call a person by in messages: handle, else name, else mail address, else first alias.
    pub fn display(&self, id: PersonId) -> &str {
        self.record(id).and_then(|record| record.spellings().next()).map_or("", String::as_str)
    }

    /// Tells whether `upper` is in the chain of managers of `lower`; nobody stands above themselves.
    pub fn stands_above(&self, upper: PersonId, lower: PersonId) -> bool {
        let mut above = self.manager(lower);
        while let Some(id) = above {
            if id == upper {
                return true;
            }
            above = self.manager(id);
        }
        false
    }

    /// Gives the person directly above.
    pub fn manager(&self, id: PersonId) -> Option<PersonId> {
        self.managers.get(id.0).copied().flatten()
    }

    /// Gives the nearest person above who has not left by a day.
    pub fn superior(&self, id: PersonId, day: Day) -> Option<PersonId> {
        let gone = |id: &PersonId| self.left(*id).is_some_and(|left| left <= day);
        std::iter::successors(self.manager(id), |above| self.manager(*above)).find(|above| !gone(above))
    }

    /// Tells whether anybody stands above a person.
    pub fn has_manager(&self, id: PersonId) -> bool {
        self.manager(id).is_some()
    }

    /// Gives the day on which a person left.
    pub fn left(&self, id: PersonId) -> Option<Day> {
        self.record(id).and_then(|record| record.left)
    }

    /// Gives the `@handle` of a person.
    pub fn handle(&self, id: PersonId) -> Option<&str> {
        self.record(id)?.handle.as_deref()
    }

    /// Tells whether a text is a spelling of the roster, letter by letter, that [`not_a_person`] has nothing against.
    pub fn is_one_person(&self, written: &str) -> bool {
        self.one_person.contains(written)
    }

    /// Gives the members of a team as they are written; handles are compared without case and leading `@`.
    pub fn team(&self, handle: &str) -> Option<&[String]> {
        self.teams.get(&team_key(handle)).map(Vec::as_slice)
    }

    fn record(&self, id: PersonId) -> Option<&PersonRecord> {
        self.records.get(id.0)
    }

    fn find_look_alike(&self, written: &str, plain: &str) -> Option<PersonId> {
        let mut candidates: Vec<(bool, PersonId)> = Vec::new();
        let folded = fold_person(written);
        for key in look_alike_keys(written) {
            let Some(known) = self.look_alikes.get(&key) else { continue };
            if known.len() == MOST_LOOK_ALIKES {
                return None;
            }
            for (spelling, id) in known {
                let equal = fold_person(spelling) == folded;
                if equal || foreign_differs(spelling, plain) {
                    candidates.push((equal, *id));
                }
            }
        }
        let nearest = candidates.iter().any(|(equal, _)| *equal);
        let mut ids = candidates.iter().filter(|(equal, _)| *equal == nearest).map(|(_, id)| *id);
        let id = ids.next()?;
        ids.all(|other| other == id).then_some(id)
    }

    fn index_spellings(&mut self) -> Result<(), RosterProblem> {
        for (index, record) in self.records.iter().enumerate() {
            let id = PersonId(index);
            for written in record.spellings() {
                let plain = fold_plain(written).into_owned();
                if plain.is_empty() {
                    continue;
                }
                match self.spellings.insert(plain.clone(), id) {
                    Some(first) if first != id => {
                        let spelling = written.clone();
                        return Err(RosterProblem::Claimed { spelling, first: first.0, second: index });
                    }
                    _ => self.spellings.insert(written.clone(), id),
                };
                for key in look_alike_keys(written) {
                    let known = self.look_alikes.entry(key).or_default();
                    if known.len() < MOST_LOOK_ALIKES && !known.iter().any(|(spelling, _)| *spelling == plain) {
                        known.push((plain.clone(), id));
                    }
                }
            }
        }
        Ok(())
    }

    fn index_managers(&mut self) -> Result<(), RosterProblem> {
        for (person, record) in self.records.iter().enumerate() {
            let manager = match &record.manager {
                Some(written) => Some(self.find(written).ok_or(RosterProblem::UnknownManager { person })?),
                None => None,
            };
            self.managers.push(manager);
        }
        Ok(())
    }

    fn manager_cycle(&self) -> Option<Vec<usize>> {
        // Each person remembers the walk that came by first: meeting one's own walk again closes a circle.
        let mut walk_of: Vec<Option<usize>> = vec![None; self.records.len()];
        for start in 0..self.records.len() {
            let mut next = Some(PersonId(start));
            while let Some(id) = next {
                match walk_of[id.0] {
                    Some(walk) if walk == start => return Some(self.circle_through(id)),
                    Some(_) => break,
                    None => walk_of[id.0] = Some(start),
                }
                next = self.manager(id);
            }
        }
        None
    }

    fn circle_through(&self, id: PersonId) -> Vec<usize> {
        let mut people = vec![id.0];
        let mut next = self.manager(id);
        while let Some(above) = next.filter(|above| *above != id) {
            people.push(above.0);
            next = self.manager(above);
        }
        let earliest = people.iter().enumerate().min_by_key(|(_, person)| **person).map_or(0, |(place, _)| place);
        people.rotate_left(earliest);
        people
    }
}

fn index_teams(teams: Vec<(String, Vec<String>)>) -> Result<BTreeMap<String, Vec<String>>, RosterProblem> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut index = BTreeMap::new();
    for (second, (handle, members)) in teams.into_iter().enumerate() {
        let key = team_key(&handle);
        if let Some(first) = places.insert(key.clone(), second) {
            return Err(RosterProblem::TeamTwice { first, second });
        }
        index.insert(key, members);
    }
    Ok(index)
}

fn team_key(handle: &str) -> String {
    let trimmed = handle.trim();
    trimmed.strip_prefix('@').unwrap_or(trimmed).to_lowercase()
}

/// Answers who is who, with the roster where there is one and by the spelling alone where there is none.
#[derive(Clone, Debug, Default)]
pub struct People(Option<Roster>);

impl People {
    /// Takes the roster, if one is given.
    pub fn new(roster: Option<Roster>) -> Self {
        Self(roster)
    }

    /// Gives the roster.
    pub fn roster(&self) -> Option<&Roster> {
        self.0.as_ref()
    }

    /// Tells whether two spellings mean one person: by the roster when it knows both, else by their folded texts and look-alikes.
    pub fn same(&self, a: &str, b: &str) -> bool {
        if a == b {
            return true;
        }
        let known = self.0.as_ref().and_then(|roster| Some((roster.find(a)?, roster.find(b)?)));
        match known {
            Some((a, b)) => a == b,
            None => same_person(a, b),
        }
    }
}

/// Says why a text does not name one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAPerson {
    /// A team's handle, `@org/team`.
    Team,
    /// More than one person.
    Several,
    /// A mail address that several people read.
    Mailbox,
    /// A group or an office instead of a name; holds the word that says so, from the built-in list.
    Group(&'static str),
    /// A word or sign that stands for a name to come.
    Placeholder,
    /// More than one spelling, or a name with something beside it: `Dana Ortiz <dana@example.com>`. Nothing could be
    /// compared with it.
    Mixed,
}

/// Judges whether a text is something other than one person, as `@handle`, mail address or full name.
///
/// Any comma outside an academic or family suffix means several people: `Ortiz, Dana` cannot be told from
/// `Dana, Olek`, and `Dana Ortiz` is the one spelling of a full name. A word such as `security` or `support` counts
/// only where every word of the value is one, for people have such names; `team` or `on-call` counts anywhere.
pub fn not_a_person(text: &str) -> Option<NotAPerson> {
    let line_end = |c: char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && text.split(line_end).filter(|line| !line.trim().is_empty()).count() > 1
    {
        return Some(NotAPerson::Several);
    }
    let (folded, handle) = fold_handle(text);
    let bare = folded.as_ref();
    if is_placeholder(bare, handle) {
        return Some(NotAPerson::Placeholder);
    }
    let others = bare.matches('@').count();
    if handle && others == 0 && is_team_handle(bare) {
        return Some(NotAPerson::Team);
    }
    if others == 0
        && let Some(word) = group_word(without_note(bare), handle)
    {
        return Some(NotAPerson::Group(word));
    }
    if others + usize::from(handle) > 1 || is_list(bare) {
        return Some(NotAPerson::Several);
    }
    let mixed = bare.contains(['<', '>', '(', ')', ':', '/']) || (others == 1 && bare.contains(' '));
    let mail = if others == 1 { judge_mail(bare) } else { None };
    mail.or(mixed.then_some(NotAPerson::Mixed))
}

fn is_team_handle(bare: &str) -> bool {
    bare.split_once('/').is_some_and(|(org, team)| !org.is_empty() && !team.is_empty()) && !bare.contains([' ', ','])
}

/// Drops a note in brackets after a name: `Dana Ortiz (Platform Team)` is Dana Ortiz.
fn without_note(bare: &str) -> &str {
    match bare.split_once(" (") {
        Some((name, note)) if note.ends_with(')') && !name.is_empty() => name,
        _ => bare,
    }
}

fn judge_mail(bare: &str) -> Option<NotAPerson> {
    // `Security Team <x@example.com>` is judged by its name where it has one, else by the address.
    let (name, address) = match bare.split_once('<') {
        Some((name, rest)) => (name.trim_matches([' ', '"']), rest.trim_end_matches('>')),
        None => ("", bare),
    };
    if !name.is_empty() {
        return group_word(without_note(name), false).map(NotAPerson::Group);
    }
    let (local, _) = address.rsplit_once('@')?;
    let local = local.split('+').next().unwrap_or(local);
    if local.contains(' ') {
        return None;
    }
    if is_placeholder(local, true) {
        return Some(NotAPerson::Placeholder);
    }
    let unread = ["noreply", "no-reply", "no_reply", "no.reply", "donotreply", "do-not-reply"].contains(&local);
    (unread || group_word(local, true).is_some()).then_some(NotAPerson::Mailbox)
}

/// Suffixes after a comma that belong to the one name before it.
const SUFFIXES: &[&str] =
    &["ccsp", "cisa", "cism", "cissp", "dr", "esq", "ii", "iii", "iv", "jr", "mba", "md", "msc", "ph.d", "phd", "sr"];

fn is_list(bare: &str) -> bool {
    if bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'@')) {
        return false;
    }
    let mut words = bare.split(' ').skip(1).peekable();
    while let Some(word) = words.next() {
        if words.peek().is_some() && ["and", "et", "oder", "or", "und", "+"].contains(&word) {
            return true;
        }
    }
    // `&`, `+` and `/` are also parts of addresses.
    let address = bare.contains('@') || bare.contains("://");
    let separator =
        |c: char| matches!(c, ',' | ';' | '、' | '،' | '؛' | '|' | '•') || !address && matches!(c, '&' | '+' | '/');
    let parts = bare.split(separator).map(|part| part.trim_matches([' ', '.'])).filter(|part| !part.is_empty());
    let mut others = parts.skip(1);
    others.any(|part| listed(SUFFIXES, part).is_none())
}

/// Words and phrases that stand for a name to come; the short ones are handles of real people, so not with an `@`.
const PLACEHOLDERS: &[&str] = &[
    "anybody",
    "anyone",
    "first last",
    "fixme",
    "full name",
    "handle",
    "nil",
    "no one",
    "no-one",
    "nobody",
    "none",
    "none given",
    "noone",
    "not applicable",
    "not assigned",
    "null",
    "pending",
    "placeholder",
    "same",
    "some one",
    "somebody",
    "someone",
    "tba",
    "tbc",
    "tbd",
    "to be assigned",
    "to be confirmed",
    "to be decided",
    "to be defined",
    "to be determined",
    "todo",
    "unassigned",
    "undefined",
    "unknown",
    "unset",
    "vacant",
    "your handle",
    "your name",
];
const PLACEHOLDERS_WITHOUT_AT: &[&str] =
    &["me", "myself", "n.a", "n.n", "n/a", "na", "name", "nn", "same as above", "self", "x", "xx", "xxx"];

/// Words that leave the person open wherever they stand in a value.
const ALWAYS_PLACEHOLDERS: &[&str] = &["anyone", "fixme", "somebody", "someone", "tba", "tbd", "todo", "whoever"];

fn is_placeholder(bare: &str, handle: bool) -> bool {
    let before_domain = bare.split('@').next().unwrap_or(bare);
    if before_domain.split(|c: char| !c.is_alphanumeric()).any(|word| listed(ALWAYS_PLACEHOLDERS, word).is_some()) {
        return true;
    }
    let core = bare.trim_matches(|c: char| !c.is_alphanumeric());
    core.is_empty()
        || listed(PLACEHOLDERS, core).is_some()
        || !handle && listed(PLACEHOLDERS_WITHOUT_AT, core).is_some()
}

/// Words that name a group wherever they stand in a value, for nobody has them as a name.
const ALWAYS_GROUP: &[&str] = &[
    "abteilung",
    "administrators",
    "admins",
    "afdeling",
    "appsec",
    "arbeitsgruppe",
    "avdeling",
    "committee",
    "contractors",
    "departamento",
    "departement",
    "department",
    "dept",
    "developers",
    "devops",
    "devsecops",
    "dipartimento",
    "employees",
    "engineers",
    "equipe",
    "equipo",
    "everybody",
    "everyone",
    "helpdesk",
    "infosec",
    "mailbox",
    "mitarbeiter",
    "netops",
    "oncall",
    "oncallers",
    "rota",
    "secops",
    "servicedesk",
    "squad",
    "squadra",
    "sre",
    "sres",
    "stakeholders",
    "subteam",
    "sysadmins",
    "team",
    "teams",
    "vendors",
];

/// Words that name a group or an office where a value has no other words.
const GROUP: &[&str] = &[
    "access",
    "account",
    "accounting",
    "accounts",
    "admin",
    "administration",
    "administrator",
    "alerts",
    "all",
    "app",
    "application",
    "applications",
    "approver",
    "approvers",
    "apps",
    "architecture",
    "audit",
    "automation",
    "backend",
    "betrieb",
    "billing",
    "board",
    "bot",
    "both",
    "bots",
    "business",
    "cab",
    "ceo",
    "cert",
    "channel",
    "chief",
    "ci",
    "cio",
    "ciso",
    "client",
    "cloud",
    "company",
    "compliance",
    "consultant",
    "consultants",
    "contact",
    "contractor",
    "core",
    "council",
    "crew",
    "csirt",
    "cto",
    "customer",
    "customers",
    "data",
    "database",
    "dba",
    "dbas",
    "delivery",
    "desk",
    "dev",
    "developer",
    "development",
    "devs",
    "digital",
    "director",
    "division",
    "duty",
    "einkauf",
    "engineer",
    "engineering",
    "entwicklung",
    "external",
    "finance",
    "frontend",
    "governance",
    "grc",
    "group",
    "groups",
    "grupo",
    "gruppe",
    "gruppo",
    "guild",
    "head",
    "hello",
    "help",
    "here",
    "hr",
    "iam",
    "identity",
    "incident",
    "info",
    "informatik",
    "infra",
    "infrastructure",
    "internal",
    "it",
    "lead",
    "leader",
    "leaders",
    "leadership",
    "leads",
    "legal",
    "mail",
    "management",
    "manager",
    "managers",
    "marketing",
    "mobile",
    "network",
    "networking",
    "networks",
    "noc",
    "office",
    "officer",
    "operations",
    "operator",
    "operators",
    "ops",
    "organisation",
    "organization",
    "owner",
    "owners",
    "partner",
    "partners",
    "payroll",
    "people",
    "platform",
    "platforms",
    "postmaster",
    "privacy",
    "procurement",
    "product",
    "project",
    "provider",
    "psirt",
    "qa",
    "rechenzentrum",
    "release",
    "requester",
    "response",
    "risk",
    "root",
    "sales",
    "sec",
    "securite",
    "security",
    "seguranca",
    "seguridad",
    "service",
    "servicio",
    "servizio",
    "sicherheit",
    "sicurezza",
    "soc",
    "staff",
    "supplier",
    "support",
    "sysadmin",
    "systems",
    "tech",
    "technology",
    "user",
    "vendor",
    "vertrieb",
    "verwaltung",
    "webmaster",
];

/// Words that join the words of a group's name.
const JOINING: &[&str] = &[
    "a",
    "an",
    "and",
    "call",
    "de",
    "der",
    "des",
    "di",
    "die",
    "du",
    "for",
    "human",
    "in",
    "la",
    "le",
    "of",
    "on",
    "our",
    "party",
    "resources",
    "the",
    "third",
];

/// Endings that make a group of a listed word before them, as in `securityteam`.
const ENDINGS: &[&str] = &["team", "squad", "group", "ops", "admins", "desk"];

/// Finds the word that makes a value a group's name, if it is one.
///
/// In a handle or a mailbox the words are also parted by `-`, `_` and `.`, and lose the digits at their ends.
fn group_word(bare: &str, joined: bool) -> Option<&'static str> {
    if bare.ends_with("[bot]") {
        return Some("bot");
    }
    // `équipe` and `equipe` are one word; an accent is a character of its own in a folded text.
    let unaccented: String = bare.chars().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).collect();
    let words = unaccented
        .split(|c: char| c != '\'' && !c.is_alphanumeric())
        .map(|word| if joined { word.trim_end_matches(|c: char| c.is_ascii_digit()) } else { word })
        .filter(|word| !word.is_empty());
    let (mut previous, mut on_call) = ("", false);
    for word in words.clone() {
        if let Some(group) = listed(ALWAYS_GROUP, word).or_else(|| compound(word)) {
            return Some(group);
        }
        on_call |= previous == "on" && word == "call";
        previous = word;
    }
    if on_call {
        return Some("oncall");
    }
    if joined && previous == "bot" && words.clone().nth(1).is_some() {
        return Some("bot");
    }
    let mut first = None;
    for word in words.filter(|word| listed(JOINING, word).is_none()) {
        let group = group_of(word)?;
        first = first.or(Some(group));
    }
    first
}

/// Finds the group in a word that languages such as German join: `Sicherheitsteam`, `Fachabteilung`.
fn compound(word: &str) -> Option<&'static str> {
    const LEAST: usize = 3;
    let ends = |ending: &&str| word.strip_suffix(*ending).is_some_and(|start| start.chars().count() >= LEAST);
    ["team", "abteilung"].into_iter().find(ends)
}

fn group_of(word: &str) -> Option<&'static str> {
    listed(GROUP, word).or_else(|| {
        ENDINGS.iter().copied().find(|ending| {
            let start = word.strip_suffix(ending);
            start.is_some_and(|start| listed(GROUP, start).is_some())
        })
    })
}

/// Finds a word in one of the lists above, which are sorted.
fn listed(list: &[&'static str], word: &str) -> Option<&'static str> {
    list.binary_search(&word).ok().and_then(|place| list.get(place).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(handle: &str, name: &str, manager: Option<&str>) -> PersonRecord {
        PersonRecord {
            handle: Some(handle.to_owned()),
            name: Some(name.to_owned()),
            manager: manager.map(str::to_owned),
            ..PersonRecord::default()
        }
    }

    fn roster(people: Vec<PersonRecord>) -> Roster {
        Roster::new(people, Vec::new()).unwrap()
    }

    #[test]
    fn spellings_that_show_the_same_fold_alike() {
        for text in [
            "@dana",
            "dana",
            " @Dana ",
            "＠dana",
            "@DANA",
            "\u{200b}@dana",
            "@\u{200d}da\u{ad}na\u{fe0f}",
            "@d\u{0}ana",
            "@dаnа",
            "@𝐝𝐚𝐧𝐚",
            "ｄａｎａ",
            "@ᴅᴀɴᴀ",
            "@\u{200b}@dana",
            "@ dana",
            "dana\u{2800}",
            "\u{202e}dana\u{202c}",
            "@DАNА",
            "\u{feff}dana\n",
            "@dαna",
        ] {
            assert_eq!(fold_person(text), "dana", "{text:?}");
        }
        assert_eq!(fold_person("Dana\u{a0}\u{3000} Ortiz"), "dana ortiz");
        assert_eq!(fold_person("Straße"), fold_person("STRASSE"));
        assert_eq!(fold_person("Jose\u{301}"), fold_person("JOSÉ"));
        assert_eq!(fold_person("@"), "");
    }

    #[test]
    fn two_ascii_handles_stay_two_people() {
        for (a, b) in [
            ("@burns", "@bums"),
            ("@dev1", "@devl"),
            ("@devI", "@dev1"),
            ("@bob0", "@bobo"),
            ("@d-ana", "@dana"),
            ("josé", "jose"),
        ] {
            assert!(!same_person(a, b), "{a} {b}");
        }
        assert!(!same_person("José Burns", "José Bums"));
    }

    #[test]
    fn look_alikes_are_one_person() {
        for (a, b) in [
            ("@dana", "@dаna"),
            ("@danа", "@dаna"),
            ("Nick", "Νick"),
            ("@nick", "@Νick"),
            ("vera", "νera"),
            ("ΝΙΚΟΣ", "Νικος"),
            ("@ilse", "@ꓲlse"),
            ("@Ilse", "@ӏlse"),
            ("@bob0", "@bob߀"),
            ("Boris", "Воris"),
            ("BORIS", "вoris"),
            ("@tom", "@т\u{43e}м"),
            ("@ivan", "@i\u{307}van"),
            ("İlker", "ilker"),
            ("Olek Chmiel", "Olek Сhmiel"),
            ("@burns", "@buʀns"),
            ("dana@example.com", "dana@ехample.com"),
            ("@kim", "@\u{212a}im"),
        ] {
            assert!(same_person(a, b) && same_person(b, a), "{a} {b}");
        }
        assert!(!same_person("@дана", "@dana"));
        assert!(!same_person("Łukasz Kim", "Lukasz Kim"));
    }

    #[test]
    fn the_ignorable_characters_are_those_of_the_confusables_tables() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_default_ignorable(c), skeleton(c.encode_utf8(&mut [0; 4])).next().is_none(), "{c:?}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        let blocks = ['\0'..='\u{33FF}', '\u{A000}'..='\u{ABFF}', '\u{F900}'..='\u{1FFFF}', '\u{E0000}'..='\u{E01FF}'];
        for c in blocks.into_iter().flatten() {
            for text in [format!("@{c}a"), format!("i{c}\u{307} \u{345}")] {
                let once = fold_person(&text).into_owned();
                assert_eq!(fold_person(&once), once, "{text:?}");
            }
        }
    }

    #[test]
    fn folding_mixed_texts_twice_changes_nothing() {
        let pieces = [
            "@", " ", "\u{200b}", "＠", "İ", "ß", "\u{345}", "\u{301}", "\u{307}", "ꓲ", "Ν", "м", "i", "M", "ﬃ",
            "\u{2800}", "가", "\u{1160}",
        ];
        let mut seed = 1_u64;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..seed % 9 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let once = fold_person(&text).into_owned();
            assert_eq!(fold_person(&once), once, "{text:?}");
            assert!(same_person(&text, &once), "{text:?}");
        }
    }

    #[test]
    fn long_hostile_texts_are_folded_in_reasonable_time() {
        for piece in ["@", "@ ", "\u{301}", "İ", "\u{200b}@", "ꓲ", "A  "] {
            let text = piece.repeat(100_000 / piece.len());
            assert!(fold_person(&text).len() <= text.len() * 3);
            not_a_person(&text);
        }
    }

    #[test]
    fn the_roster_knows_every_spelling() {
        let mut dana = person("@dana", "Dana Ortiz", Some("Olek Kim"));
        dana.email = Some("dana@example.com".to_owned());
        dana.aliases = vec!["dortiz".to_owned()];
        dana.left = Day::parse("2026-12-01").ok();
        let roster = roster(vec![dana, person("@olek", "Olek Kim", None)]);
        let id = roster.find("@dana").unwrap();
        for text in ["DANA", "dana ortiz", "Dana  Ortiz", "Dana@Example.com", "@dortiz", "dаna"] {
            assert_eq!(roster.find(text), Some(id), "{text}");
        }
        assert_eq!(roster.find("@maria"), None);
        assert_eq!(roster.find(""), None);
        assert_eq!((roster.display(id), id.index()), ("@dana", 0));
        assert_eq!(roster.left(id), Day::parse("2026-12-01").ok());
        assert!(roster.has_manager(id));
    }

    #[test]
    fn an_exact_spelling_comes_before_a_look_alike() {
        let roster = roster(vec![person("@dana", "Dana Ortiz", None), person("@dаna", "Dana Petrova", None)]);
        assert_eq!(roster.find("@DANA"), Some(PersonId(0)));
        assert_eq!(roster.find("@dАna"), Some(PersonId(1)));
        assert_eq!(roster.find("@danа"), None);
        assert!(!People::new(Some(roster)).same("@dana", "@dаna"));
    }

    #[test]
    fn a_look_alike_finds_the_person_that_it_folds_to() {
        let roster =
            roster(vec![person("@burns", "A B", None), person("@bums", "C D", None), person("@Сhmiel", "E F", None)]);
        assert_eq!(roster.find("@bυrns"), Some(PersonId(0)));
        assert_eq!(roster.find("@bυms"), Some(PersonId(1)));
        assert_eq!(roster.find("@chmiel"), Some(PersonId(2)));
        assert_eq!(roster.find("@burn5"), None);
    }

    #[test]
    fn contradictions_in_the_roster_are_named() {
        let problem = |people| Roster::new(people, Vec::new()).unwrap_err();
        let twice = vec![person("@dana", "Dana Ortiz", None), person("@olek", "dana  ortiz", None)];
        let spelling = "dana  ortiz".to_owned();
        assert_eq!(problem(twice), RosterProblem::Claimed { spelling, first: 0, second: 1 });
        let unknown = vec![person("@dana", "Dana Ortiz", None), person("@olek", "Olek Kim", Some("@priya"))];
        assert_eq!(problem(unknown), RosterProblem::UnknownManager { person: 1 });
        let alone = vec![person("@dana", "Dana Ortiz", Some("dana"))];
        assert_eq!(problem(alone), RosterProblem::ManagerCycle { people: vec![0] });
        let circle = vec![
            person("@a1", "A A", Some("@b1")),
            person("@b1", "B B", Some("@d1")),
            person("@c1", "C C", Some("@b1")),
            person("@d1", "D D", Some("@c1")),
        ];
        assert_eq!(problem(circle), RosterProblem::ManagerCycle { people: vec![1, 3, 2] });
        let teams = vec![("@Acme/Security".to_owned(), vec![]), ("acme/security".to_owned(), vec![])];
        assert_eq!(Roster::new(Vec::new(), teams).unwrap_err(), RosterProblem::TeamTwice { first: 0, second: 1 });
    }

    #[test]
    fn one_person_may_repeat_a_spelling() {
        let mut dana = person("@dana", "Dana", None);
        dana.aliases = vec!["DANA".to_owned()];
        assert_eq!(roster(vec![dana]).find("dana"), Some(PersonId(0)));
    }

    #[test]
    fn the_chain_of_managers_is_transitive() {
        let chain: Vec<_> = (0..50_000)
            .map(|n| {
                person(&format!("@p{n}"), &format!("Person {n}"), (n > 0).then(|| format!("@p{}", n - 1)).as_deref())
            })
            .collect();
        let roster = roster(chain);
        let (top, middle, low) = (PersonId(0), PersonId(7), PersonId(49_999));
        assert!(roster.stands_above(top, low) && roster.stands_above(middle, low));
        assert!(!roster.stands_above(low, top) && !roster.stands_above(top, top));
        assert!(!roster.has_manager(top));
    }

    #[test]
    fn teams_are_found_without_case() {
        let teams = vec![("@acme/security".to_owned(), vec!["@olek".to_owned()])];
        let roster = Roster::new(Vec::new(), teams).unwrap();
        assert_eq!(roster.team("@Acme/Security"), Some(&["@olek".to_owned()][..]));
        assert_eq!(roster.team("acme/security").map(<[String]>::len), Some(1));
        assert_eq!(roster.team("@acme/ops"), None);
    }

    #[test]
    fn people_are_compared_by_the_roster_and_else_by_spelling() {
        let none = People::default();
        assert!(none.same("@dana", "Dana") && !none.same("@dana", "Dana Ortiz"));
        let people =
            People::new(Some(roster(vec![person("@dana", "Dana Ortiz", None), person("@olek", "Olek Kim", None)])));
        assert!(people.same("@dana", "dana ortiz"));
        assert!(!people.same("@dana", "@olek"));
        assert!(people.same("@maria", "MARIA") && !people.same("@maria", "@dana"));
    }

    #[test]
    fn real_names_are_people() {
        for text in [
            "@dana",
            "Dana Ortiz",
            "dana",
            "dana@example.com",
            "dana+security@example.com",
            "Jo Banks",
            "Tom Cook",
            "Mark Security",
            "Pat Engineer",
            "Ana Support",
            "ana.support@example.com",
            "Dana Ortiz, Jr.",
            "Dana Ortiz, PhD, CISSP",
            "Jean-Luc O'Neil",
            "Or Cohen",
            "@steam",
            "@head42x",
            "李明",
            "José Ortega y Gasset",
            "@dana-ops",
            "Иван Петров",
            "@na",
            "Anders Andersson",
            "A. B. Orson",
            "Al Lee",
            "Le Thi Hoa",
            "Wei Ou Zhang",
            "Leo Di Servi",
            "Nn Okafor",
        ] {
            assert_eq!(not_a_person(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_with_something_beside_it_is_no_one_spelling() {
        for text in [
            "Dana Ortiz (Platform Team)",
            "Dana Ortiz <dana@example.com>",
            "Dana Ortiz @dana",
            "https://github.com/dana",
            "mailto:dana@example.com",
            "Dana Ortiz (backup: Olek)",
        ] {
            assert_eq!(not_a_person(text), Some(NotAPerson::Mixed), "{text}");
        }
    }

    #[test]
    fn a_team_handle_is_no_person() {
        for text in ["@acme/security", "＠acme/security", " @Acme/dana", "@acme∕security", "\u{200b}@acme/security"]
        {
            assert_eq!(not_a_person(text), Some(NotAPerson::Team), "{text}");
        }
    }

    #[test]
    fn several_people_are_no_person() {
        for text in [
            "@dana, @olek",
            "@dana @olek",
            "@dana/@olek",
            "Dana and Olek",
            "Dana AND Olek",
            "Dana & Olek",
            "Dana&Olek",
            "Dana / Olek",
            "Dana + Olek",
            "Dana; Olek",
            "Dana\nOlek",
            "Dana, Olek",
            "Ortiz, Dana",
            "dana@example.com olek@example.com",
            "Dana or Olek",
            "dana@example.com,olek@example.com",
            "Dana，Olek",
            "李明、王芳",
            "@dana@olek",
            "Dana | Olek",
            "Dana Ortiz, Olek Kim, PhD",
            "Dana/Olek",
            "https://github.com/dana, Olek",
            "Dana Ortiz und Olek Nowak",
            "Dana et Olek",
        ] {
            assert_eq!(not_a_person(text), Some(NotAPerson::Several), "{text}");
        }
    }

    #[test]
    fn a_shared_mailbox_is_no_person() {
        for text in [
            "security@example.com",
            "SECURITY@example.com",
            "security-team@example.com",
            "ops.team@example.com",
            "it@example.com",
            "platform-payments-team@example.com",
            "no-reply@example.com",
            "noreply@example.com",
            "root@localhost",
            "ops2@example.com",
            "admin+waivers@example.com",
            "<support@example.com>",
            "sеcurity@example.com",
            "on-call@example.com",
            "it-ops@example.com",
        ] {
            assert_eq!(not_a_person(text), Some(NotAPerson::Mailbox), "{text}");
        }
    }

    #[test]
    fn a_group_is_no_person() {
        for (text, word) in [
            ("team", "team"),
            ("Platform", "platform"),
            ("everyone", "everyone"),
            ("The Security Team", "team"),
            ("Payments team", "team"),
            ("Head of Security", "head"),
            ("Risk & Compliance", "risk"),
            ("IT/Ops", "it"),
            ("on-call", "oncall"),
            ("On call engineer", "oncall"),
            ("@security-team", "team"),
            ("@platform", "platform"),
            ("@devops-bot", "devops"),
            ("@renovate[bot]", "bot"),
            ("@acme-bot", "bot"),
            ("@SecurityTeam", "team"),
            ("Human Resources and IT", "it"),
            ("third party vendor", "vendor"),
            ("@it_ops", "it"),
            ("Tеаm", "team"),
            ("Security Team <dana@example.com>", "team"),
            ("(Platform Team)", "team"),
            ("Platform (Dana)", "platform"),
            ("CISO", "ciso"),
            ("Équipe sécurité", "equipe"),
            ("Service de sécurité", "service"),
            ("equipo de seguridad", "equipo"),
            ("Sicherheitsteam", "team"),
            ("IT-Abteilung", "abteilung"),
            ("Fachabteilung Lohn", "abteilung"),
        ] {
            assert_eq!(not_a_person(text), Some(NotAPerson::Group(word)), "{text}");
        }
    }

    #[test]
    fn a_placeholder_is_no_person() {
        for text in [
            "TBD",
            "tbd.",
            "N/A",
            "n.a.",
            "-",
            "?",
            "???",
            "@",
            "<name>",
            "nobody",
            "To be decided",
            "@todo",
            "\u{200b}",
            "me",
            "ТВD",
            "someone from IT",
            "TBD (Dana?)",
            "tba@example.com",
        ] {
            assert_eq!(not_a_person(text), Some(NotAPerson::Placeholder), "{text}");
        }
    }

    #[test]
    fn word_lists_are_sorted_for_the_search() {
        for list in [SUFFIXES, PLACEHOLDERS, PLACEHOLDERS_WITHOUT_AT, ALWAYS_PLACEHOLDERS, ALWAYS_GROUP, GROUP, JOINING]
        {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
