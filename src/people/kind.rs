//! What a value is if it does not name one person: a team, a list, a mailbox, a placeholder.

use unicode_normalization::char::is_combining_mark;

use crate::people::spelling::fold_handle;
use crate::text::WordList;
use crate::text::phrases::is_known_placeholder;

/// Suffixes after a comma that belong to the one name before it.
const SUFFIXES: WordList = WordList::new(include_str!("words/suffixes.txt"));
/// Words and phrases that stand for a person to come; those for a value to come are [`is_known_placeholder`]'s.
const PLACEHOLDERS: WordList = WordList::new(include_str!("words/placeholders.txt"));
/// Placeholders that may also be handles of real people, so not after an `@`.
const PLACEHOLDERS_WITHOUT_AT: WordList = WordList::new(include_str!("words/placeholders-without-at.txt"));
/// Words that leave the person open, wherever they are in a value.
const ALWAYS_PLACEHOLDERS: WordList = WordList::new(include_str!("words/open-words.txt"));
/// Words that name a group wherever they are in a value, because nobody has them as a name.
const ALWAYS_GROUP: WordList = WordList::new(include_str!("words/groups-anywhere.txt"));
/// Words that name a group or an office if a value has no other words.
const GROUP: WordList = WordList::new(include_str!("words/groups-alone.txt"));
/// Words that join the words of a group's name.
const JOINING: WordList = WordList::new(include_str!("words/joining-words.txt"));
/// Endings that turn a listed word before them into a group, as in `securityteam`.
const ENDINGS: WordList = WordList::new(include_str!("words/group-endings.txt"));

/// Why a text does not name one person.
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
    /// A word or character that stands in for a name to be filled in later.
    Placeholder,
    /// More than one spelling, or a name with something next to it: `Dana Ortiz <dana@example.com>`. It could not be
    /// compared with anything.
    Mixed,
    /// A handle or a mail address with a character that is not allowed in one: it would only look like somebody else's.
    Malformed,
}

/// Returns the name of somebody in phone-book order without the comma: `Dana Ortiz` of `Ortiz, Dana`. Two people by their
/// first names look the same.
#[must_use]
pub fn without_comma(text: &str) -> Option<String> {
    let (family, given) = text.split_once(", ")?;
    // A suffix follows its name.
    not_a_person(text).filter(|kind| *kind == NotAPerson::Several)?;
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphabetic() || c == '-');
    (is_name(family) && is_name(given)).then(|| format!("{given} {family}"))
}

/// Returns why a text is something other than one person, as `@handle`, mail address or full name; `None` if it may be
/// one.
///
/// Any comma outside an academic or family suffix means several people: `Ortiz, Dana` cannot be told from `Dana, Olek`,
/// and `Dana Ortiz` is the one spelling of a full name. A word such as `security` or `support` counts only if every
/// word of the value is one, because people have such names; `team` or `on-call` counts anywhere.
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
    let is_login = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let is_of_domain = |c: char| c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '.' | '-');
    let is_odd = match bare.rsplit_once('@') {
        Some((_, domain)) => !domain.chars().all(is_of_domain) || domain.ends_with('.'),
        None => handle && !bare.chars().all(is_login),
    };
    let malformed = is_odd.then_some(NotAPerson::Malformed);
    judge_mail(bare).or(mixed.then_some(NotAPerson::Mixed)).or(malformed)
}

fn is_team_handle(bare: &str) -> bool {
    bare.split_once('/').is_some_and(|(org, team)| !org.is_empty() && !team.is_empty()) && !bare.contains([' ', ','])
}

/// Drops a note in brackets after a name: `Dana Ortiz (Platform Team)` is Dana Ortiz.
fn without_note(bare: &str) -> &str {
    match bare.split_once(" (") {
        Some((name, note)) if note.ends_with(')') => name,
        _ => bare,
    }
}

fn judge_mail(bare: &str) -> Option<NotAPerson> {
    // `Security Team <x@example.com>` is judged by its name if it has one, otherwise by the address.
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
    others.any(|part| SUFFIXES.find(part).is_none())
}

fn is_placeholder(bare: &str, handle: bool) -> bool {
    let before_domain = bare.split('@').next().unwrap_or(bare);
    if before_domain.split(|c: char| !c.is_alphanumeric()).any(|word| ALWAYS_PLACEHOLDERS.find(word).is_some()) {
        return true;
    }
    let core = bare.trim_matches(|c: char| !c.is_alphanumeric());
    // `@none` may be somebody's login; no login contains a space.
    let is_open = |core: &str| PLACEHOLDERS_WITHOUT_AT.find(core).is_some() || is_known_placeholder(core);
    let no_login = !handle || core.contains(' ');
    core.is_empty() || PLACEHOLDERS.find(core).is_some() || no_login && is_open(core)
}

/// Finds the word that makes a value a group's name, if it is one.
///
/// In a handle or a mailbox the words are also separated by `-`, `_` and `.`, and digits at their ends are dropped.
fn group_word(bare: &str, joined: bool) -> Option<&'static str> {
    if bare.ends_with("[bot]") {
        return Some("bot");
    }
    // `équipe` and `equipe` are one word; in a folded text, an accent is a separate character.
    let unaccented: String = bare.chars().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).collect();
    let words = unaccented
        .split(|c: char| c != '\'' && !c.is_alphanumeric())
        .map(|word| if joined { word.trim_end_matches(|c: char| c.is_ascii_digit()) } else { word })
        .filter(|word| !word.is_empty());
    let (mut previous, mut on_call) = ("", false);
    for word in words.clone() {
        if let Some(group) = ALWAYS_GROUP.find(word).or_else(|| compound(word)) {
            return Some(group);
        }
        on_call |= previous == "on" && word == "call";
        previous = word;
    }
    if on_call {
        return Some("oncall");
    }
    if joined && previous == "bot" {
        return Some("bot");
    }
    let mut first = None;
    for word in words.filter(|word| JOINING.find(word).is_none()) {
        let group = group_of(word)?;
        first = first.or(Some(group));
    }
    first
}

/// Finds the group in a compound word, as in German: `Sicherheitsteam`, `Fachabteilung`.
fn compound(word: &str) -> Option<&'static str> {
    const LEAST: usize = 3;
    let ends = |ending: &&str| word.strip_suffix(*ending).is_some_and(|start| start.chars().count() >= LEAST);
    ["team", "abteilung"].into_iter().find(ends)
}

/// Articles and what stands in their place, in the languages of the lists.
const ARTICLES: WordList = WordList::new(include_str!("words/articles.txt"));

/// More words than that say something about a group.
const LONGEST_GROUP: usize = 4;

/// Tells whether folded words only name a group or an office: `it department`, `the facility team`, `everyone`.
pub(crate) fn is_group_name(words: &[&str]) -> bool {
    match words {
        [first, .., last]
            if words.len() <= LONGEST_GROUP && ARTICLES.find(first).is_some() && is_always_group(last) =>
        {
            true
        }
        words => words.iter().all(|word| begins_group_name(word)) && words.iter().any(|word| is_of_group(word)),
    }
}

/// Tells whether a folded word may be the first one of the name of a group, as few are.
pub(crate) fn begins_group_name(word: &str) -> bool {
    JOINING.find(word).is_some() || ARTICLES.find(word).is_some() || is_of_group(word)
}

fn is_of_group(word: &str) -> bool {
    is_always_group(word) || group_of(word).is_some()
}

fn is_always_group(word: &str) -> bool {
    ALWAYS_GROUP.find(word).is_some() || compound(word).is_some()
}

fn group_of(word: &str) -> Option<&'static str> {
    GROUP.find(word).or_else(|| {
        ENDINGS.iter().find(|ending| {
            let start = word.strip_suffix(ending);
            start.is_some_and(|start| GROUP.find(start).is_some())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::fold_person;

    #[test]
    fn long_hostile_texts_are_folded_in_reasonable_time() {
        for piece in ["@", "@ ", "\u{301}", "İ", "\u{200b}@", "ꓲ", "A  "] {
            let text = piece.repeat(100_000 / piece.len());
            assert!(fold_person(&text).len() <= text.len() * 3);
            not_a_person(&text);
        }
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
            "@none",
            "@unknown",
            "nan@example.com",
            "Anders Andersson",
            "A. B. Orson",
            "Al Lee",
            "Le Thi Hoa",
            "Wei Ou Zhang",
            "Leo Di Servi",
            "Nn Okafor",
            "Dana Bot",
            "Anna Call",
            "On Lee",
            "@joteam",
            "ops2",
        ] {
            assert_eq!(not_a_person(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_with_something_next_to_it_is_mixed() {
        for text in [
            "Dana Ortiz (Platform Team)",
            "Dana Ortiz <dana@example.com>",
            "Dana Ortiz @dana",
            "https://github.com/dana",
            "mailto:dana@example.com",
            "Dana Ortiz (backup: Olek)",
            "Platform (with Dana) Ortiz",
            "Security @dana",
            "@acme/",
            "@/dana",
        ] {
            assert_eq!(not_a_person(text), Some(NotAPerson::Mixed), "{text}");
        }
    }

    #[test]
    fn a_sign_that_no_login_and_no_domain_has_is_named_as_that() {
        for text in ["@dan a", "@dana'", "@dana·", "@dana\u{489}", "dana@example.com.", "dana@example。com"] {
            assert_eq!(not_a_person(text), Some(NotAPerson::Malformed), "{text}");
        }
        for text in ["@dana", "@dana.ortiz-2_x", "dana@müller.example", "dana+x@mail.example", "Dana Ortíz"] {
            assert_eq!(not_a_person(text), None, "{text}");
        }
    }

    #[test]
    fn a_team_handle_is_not_a_person() {
        for text in ["@acme/security", "＠acme/security", " @Acme/dana", "@acme∕security", "\u{200b}@acme/security"]
        {
            assert_eq!(not_a_person(text), Some(NotAPerson::Team), "{text}");
        }
    }

    #[test]
    fn several_people_are_not_one_person() {
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
    fn a_shared_mailbox_is_not_a_person() {
        for text in [
            "security@example.com",
            "SECURITY@example.com",
            "security-team@example.com",
            "ops.team@example.com",
            "it@example.com",
            "platform-payments-team@example.com",
            "no-reply@example.com",
            "noreply@example.com",
            "Do-Not-Reply@example.com",
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
    fn a_group_is_not_a_person() {
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
            ("renovate[bot]", "bot"),
            ("@bot", "bot"),
            ("Platform <dana>", "platform"),
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
            ("Bauabteilung", "abteilung"),
        ] {
            assert_eq!(not_a_person(text), Some(NotAPerson::Group(word)), "{text}");
        }
    }

    #[test]
    fn words_that_only_name_a_group_are_its_name() {
        for (text, is_group) in [
            ("everyone", true),
            ("it department", true),
            ("the facility team", true),
            ("the other facility team", true),
            ("the very large facility team", false),
            ("facility team", false),
            ("security", true),
            ("head of security", true),
            ("sicherheitsteam", true),
            ("the facility", false),
            ("of the", false),
            ("the security of data matters", false),
        ] {
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(is_group_name(&words), is_group, "{text}");
        }
    }

    #[test]
    fn a_placeholder_is_not_a_person() {
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
            "nobody@example.com",
            "<unassigned+waivers@example.com>",
            "unknown",
            "keine Angabe",
            "未知",
            "fill in later",
            "@to be decided",
            "@nobody",
            "@unassigned",
        ] {
            assert_eq!(not_a_person(text), Some(NotAPerson::Placeholder), "{text}");
        }
    }
}
