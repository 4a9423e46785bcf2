//! Which column of a spreadsheet is which field, guessed from its heading.
//!
//! English and German headings are known: the table of fields has them. The guess is only ever a proposal: it is
//! printed before anything is written, and `--map` overrules it.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::import::Target;
use crate::register::fields::{self, Field};
use crate::text::normalise;

/// What a column with the exception's id may be called; `=` as in the table of fields.
const ID: &str = "id, exception id, exception no, exception nr, exception number, exception ref, waiver id, \
                  record id, request id, register id, no, nr, =number, key, ref, ausnahme id, ausnahme nr, \
                  ausnahmenummer, antragsnummer, kennung, lfd nr, laufende nummer, =nummer, \
                  identifiant, numero de derogation, identificador, numero de excepcion, uitzonderingsnummer";

/// A name that a heading may have, folded as [`plain`] folds.
struct Name {
    target: Target,
    text: &'static str,
    /// Whether it fills its field even if a better one exists.
    first_choice: bool,
    /// Whether it is recognised as part of a longer heading.
    in_parts: bool,
}

/// All names, in the order of the fields.
static NAMES: LazyLock<Vec<Name>> = LazyLock::new(|| {
    let name = |target, (text, whole): (&'static str, bool), first_choice| Name {
        target,
        text,
        first_choice,
        in_parts: !whole,
    };
    let of_id = fields::headings(ID).map(|heading| name(Target::Id, heading, true));
    let of_field = |field: Field| {
        let first = field.headings().map(move |heading| name(Target::Field(field), heading, true));
        first.chain(field.second_choice().map(move |text| name(Target::Field(field), (text, false), false)))
    };
    of_id.chain(Field::importable().flat_map(of_field)).collect()
});

/// The longest heading; a longer cell is a text.
const LONGEST_HEADING: usize = 120;

/// Returns a heading as it is compared: words in lower case without accents, with single spaces between.
#[must_use]
pub(super) fn plain(heading: &str) -> String {
    let mut parted = String::with_capacity(heading.len() + 4);
    let mut lower = false;
    for c in heading.chars() {
        if c.is_uppercase() && lower {
            parted.push(' ');
        }
        lower = c.is_lowercase();
        parted.push(c);
    }
    let mut plain = String::with_capacity(parted.len());
    for c in normalise::bare(&parted).chars() {
        match c {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            c if c.is_ascii() => plain.push(c),
            c => plain.extend(c.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c))),
        }
    }
    plain
}

/// How well a heading names a field; the larger, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    first_choice: bool,
    whole: bool,
    words: usize,
    letters: usize,
}

/// Guesses what each heading fills. Each field is guessed once, except a control's id and its words, which belong
/// together.
#[must_use]
pub(super) fn guess(headings: &[String]) -> Vec<Option<Target>> {
    let plain: Vec<String> = headings.iter().map(|heading| heading_of(heading)).collect();
    let mut fits: Vec<(Fit, usize, &Target)> = plain
        .iter()
        .enumerate()
        .filter(|(_, heading)| beside(heading).is_none())
        .flat_map(|(at, heading)| NAMES.iter().filter_map(move |name| Some((fit(heading, name)?, at, &name.target))))
        .collect();
    fits.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut guessed: Vec<Option<&Target>> = vec![None; headings.len()];
    for (_, at, target) in fits {
        let taken = guessed.contains(&Some(target));
        if let Some(free @ None) = guessed.get_mut(at).filter(|_| !taken) {
            *free = Some(target);
        }
    }
    let second = |heading: &String| beside(heading).map(Target::Field);
    guessed.into_iter().zip(&plain).map(|(target, heading)| second(heading).or_else(|| target.cloned())).collect()
}

/// Counts the headings that name something.
#[must_use]
pub(super) fn known(headings: &[String]) -> usize {
    guess(headings).iter().flatten().count()
}

fn heading_of(heading: &str) -> String {
    if heading.len() > LONGEST_HEADING { String::new() } else { plain(heading) }
}

/// Returns the field whose second column has this heading.
fn beside(heading: &str) -> Option<Field> {
    Field::importable().find(|field| field.beside().any(|name| name == heading))
}

fn fit(heading: &str, name: &Name) -> Option<Fit> {
    const SHORTEST_PART: usize = 5;
    let whole = heading == name.text;
    let found = whole || (name.text.len() >= SHORTEST_PART && name.in_parts && holds_words(heading, name.text));
    let words = name.text.split(' ').count();
    found.then_some(Fit { first_choice: name.first_choice, whole, words, letters: name.text.len() })
}

/// Returns whether `name` is in `heading` from the start of a word to the end of one.
fn holds_words(heading: &str, name: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == b' ');
    heading.match_indices(name).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| heading.as_bytes().get(at));
        edge(before) && edge(heading.as_bytes().get(at + name.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(headings: &[&str]) -> Vec<&'static str> {
        let owned: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
        let name = |target: Option<Target>| match target {
            Some(Target::Field(field)) => field.name(),
            Some(Target::Id) => "id",
            _ => "-",
        };
        guess(&owned).into_iter().map(name).collect()
    }

    #[test]
    fn an_english_header_is_recognised() {
        let headings = [
            "Exception ID",
            "Title",
            "Policy violated",
            "Business Justification",
            "Affected system",
            "Env",
            "Severity",
            "Requested by",
            "Risk Owner",
            "Approved By",
            "Approval Date",
            "Status",
            "Valid from",
            "Expiry date",
            "Jira",
            "Comment",
        ];
        let fields = [
            "id",
            "title",
            "control",
            "reason",
            "scope.system",
            "scope.environment",
            "risk.tier",
            "requester",
            "owner",
            "approver",
            "decided",
            "status",
            "starts",
            "expires",
            "references",
            "-",
        ];
        assert_eq!(guessed(&headings), fields);
    }

    #[test]
    fn a_german_header_is_recognised_with_any_spelling_of_umlauts() {
        let fields = [
            "id",
            "title",
            "control",
            "reason",
            "scope.system",
            "risk.tier",
            "requester",
            "owner",
            "approver",
            "decided",
            "expires",
            "-",
        ];
        for headings in [
            [
                "Ausnahme-Nr.",
                "Bezeichnung",
                "Richtlinie",
                "Begründung",
                "Betroffenes System",
                "Risikostufe",
                "Antragsteller/in",
                "Verantwortlich",
                "Genehmigt von",
                "Genehmigt am",
                "Gültig bis (TT.MM.JJJJ)",
                "Bemerkung",
            ],
            [
                "AUSNAHME-NR",
                "BEZEICHNUNG",
                "RICHTLINIE",
                "BEGRUENDUNG",
                "BETROFFENES SYSTEM",
                "RISIKOSTUFE",
                "ANTRAGSTELLER:IN",
                "VERANTWORTLICHE/R",
                "GENEHMIGT VON",
                "GENEHMIGT AM",
                "GUELTIG BIS",
                "BEMERKUNG",
            ],
        ] {
            assert_eq!(guessed(&headings), fields);
        }
    }

    #[test]
    fn the_register_s_own_names_are_recognised_and_so_are_joined_ones() {
        for name in Target::names() {
            assert_eq!(guessed(&[name]), [name]);
        }
        assert_eq!(guessed(&["validUntil", "approvedBy", "risk_level"]), ["expires", "approver", "risk.tier"]);
    }

    #[test]
    fn the_better_heading_takes_the_field() {
        assert_eq!(guessed(&["Description", "Reason"]), ["-", "reason"]);
        assert_eq!(guessed(&["Description"]), ["reason"]);
        assert_eq!(guessed(&["Owner e-mail", "Owner"]), ["-", "owner"]);
        assert_eq!(guessed(&["Owner name", "Owner e-mail"]), ["owner", "-"]);
        assert_eq!(guessed(&["Status date", "Last reviewed", "Created on"]), ["-", "-", "-"]);
        assert_eq!(guessed(&["Control ID", "Control Name", "Title"]), ["control", "control", "title"]);
    }
}
