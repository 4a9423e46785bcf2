//! Which column of a spreadsheet is which field, guessed from its heading.
//!
//! English and German headings are known. The guess is only ever a proposal: it is printed before
//! anything is written, and `--map` overrules it.

use unicode_normalization::UnicodeNormalization;

use crate::import::field::Field;
use crate::text::normalise;

/// What a heading may be called, folded as [`plain`] folds: a field, its names, best known first.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &[
            "id",
            "exception id",
            "exception no",
            "exception nr",
            "exception number",
            "exception ref",
            "waiver id",
            "record id",
            "request id",
            "register id",
            "no",
            "nr",
            "number",
            "key",
            "ref",
            "ausnahme id",
            "ausnahme nr",
            "ausnahmenummer",
            "antragsnummer",
            "kennung",
            "lfd nr",
            "laufende nummer",
            "nummer",
        ],
    ),
    (
        Field::Title,
        &[
            "title",
            "exception title",
            "exception name",
            "name",
            "short description",
            "summary",
            "subject",
            "exception",
            "headline",
            "topic",
            "titel",
            "bezeichnung",
            "kurzbeschreibung",
            "betreff",
            "thema",
            "ausnahme",
        ],
    ),
    (
        Field::Control,
        &[
            "control",
            "control id",
            "control reference",
            "violated control",
            "control violated",
            "policy violated",
            "violated policy",
            "policy reference",
            "security policy",
            "policy",
            "rule",
            "standard",
            "requirement",
            "policy requirement",
            "policy statement",
            "verletzte regel",
            "richtlinie",
            "regel",
            "vorgabe",
            "anforderung",
            "kontrolle",
            "norm",
            "sicherheitsrichtlinie",
        ],
    ),
    (
        Field::Reason,
        &[
            "reason",
            "justification",
            "business justification",
            "business reason",
            "business need",
            "rationale",
            "reason for exception",
            "exception reason",
            "explanation",
            "why",
            "begruendung",
            "grund",
            "geschaeftliche begruendung",
            "rechtfertigung",
            "grund der ausnahme",
        ],
    ),
    (
        Field::System,
        &[
            "scope system",
            "system",
            "system name",
            "affected system",
            "affected systems",
            "asset",
            "asset name",
            "affected asset",
            "affected assets",
            "application",
            "application name",
            "app",
            "host",
            "hostname",
            "server",
            "service",
            "component",
            "resource",
            "configuration item",
            "repository",
            "target",
            "scope",
            "betroffenes system",
            "betroffene systeme",
            "systemname",
            "anwendung",
            "applikation",
            "it system",
            "geltungsbereich",
            "komponente",
        ],
    ),
    (Field::Environment, &["scope environment", "environment", "env", "stage", "umgebung"]),
    (
        Field::Team,
        &[
            "scope team",
            "team",
            "department",
            "business unit",
            "division",
            "org unit",
            "unit",
            "abteilung",
            "fachbereich",
            "bereich",
            "organisationseinheit",
        ],
    ),
    (Field::Process, &["scope process", "process", "business process", "geschaeftsprozess", "prozess"]),
    (
        Field::Tier,
        &[
            "risk tier",
            "tier",
            "risk level",
            "risk rating",
            "severity",
            "risk severity",
            "criticality",
            "risk class",
            "residual risk",
            "residual risk rating",
            "inherent risk",
            "risk",
            "risikostufe",
            "risikoklasse",
            "schweregrad",
            "kritikalitaet",
            "risikobewertung",
            "risikoeinstufung",
            "restrisiko",
            "risiko",
        ],
    ),
    (Field::Exposure, &["risk exposure", "exposure", "exposition"]),
    (
        Field::Statement,
        &[
            "risk statement",
            "statement",
            "risk description",
            "description of risk",
            "risk summary",
            "risk details",
            "impact",
            "potential impact",
            "business impact",
            "consequence",
            "risikobeschreibung",
            "beschreibung des risikos",
            "auswirkung",
            "auswirkungen",
            "folgen",
        ],
    ),
    (
        Field::Option,
        &[
            "alternatives option",
            "alternatives",
            "alternatives considered",
            "alternative",
            "options considered",
            "considered alternatives",
            "alternativen",
            "gepruefte alternativen",
            "alternative massnahmen",
        ],
    ),
    (
        Field::OptionRejected,
        &[
            "alternatives rejected",
            "why alternatives rejected",
            "alternatives rejected because",
            "alternativen verworfen",
        ],
    ),
    (
        Field::Removal,
        &[
            "removal",
            "removal steps",
            "remediation",
            "remediation plan",
            "remediation action",
            "remediation steps",
            "exit plan",
            "exit criteria",
            "exit",
            "action plan",
            "corrective action",
            "cleanup",
            "closure criteria",
            "rueckbau",
            "behebung",
            "behebungsplan",
            "massnahmenplan",
            "abloesung",
            "beseitigung",
        ],
    ),
    (
        Field::Requester,
        &[
            "requester",
            "requested by",
            "requestor",
            "submitted by",
            "applicant",
            "raised by",
            "opened by",
            "created by",
            "author",
            "reporter",
            "antragsteller",
            "antragstellerin",
            "beantragt von",
            "anforderer",
            "angefordert von",
            "ersteller",
        ],
    ),
    (
        Field::Owner,
        &[
            "owner",
            "exception owner",
            "risk owner",
            "responsible",
            "responsible person",
            "person responsible",
            "remediation owner",
            "action owner",
            "system owner",
            "assigned to",
            "assignee",
            "accountable",
            "contact",
            "verantwortlich",
            "verantwortlicher",
            "verantwortliche",
            "verantwortliche person",
            "zustaendig",
            "risikoeigner",
            "risikoeigentuemer",
            "eigentuemer",
            "ansprechpartner",
            "bearbeiter",
        ],
    ),
    (
        Field::Approver,
        &[
            "approver",
            "approved by",
            "approval by",
            "accepted by",
            "risk accepted by",
            "signed off by",
            "authorised by",
            "authorized by",
            "decided by",
            "decision maker",
            "genehmigt von",
            "genehmigt durch",
            "genehmiger",
            "freigegeben von",
            "freigabe durch",
            "bewilligt von",
            "entscheider",
        ],
    ),
    (
        Field::Decided,
        &[
            "decided",
            "decided on",
            "decision date",
            "date of decision",
            "approved on",
            "approved at",
            "approval date",
            "date approved",
            "approved date",
            "date of approval",
            "accepted on",
            "acceptance date",
            "sign off date",
            "genehmigt am",
            "genehmigungsdatum",
            "freigabedatum",
            "freigegeben am",
            "entscheidungsdatum",
            "entschieden am",
            "bewilligt am",
        ],
    ),
    (Field::Status, &["status", "state", "exception status", "approval status", "zustand"]),
    (
        Field::Starts,
        &[
            "starts",
            "start",
            "start date",
            "starts on",
            "valid from",
            "effective from",
            "effective date",
            "date from",
            "from",
            "begin",
            "begins",
            "gueltig ab",
            "gueltig von",
            "startdatum",
            "beginn",
            "ab",
            "von",
        ],
    ),
    (
        Field::Expires,
        &[
            "expires",
            "expires on",
            "expires at",
            "expiry",
            "expiry date",
            "expiration",
            "expiration date",
            "expired at",
            "valid until",
            "valid to",
            "valid through",
            "end date",
            "ends",
            "ends on",
            "end",
            "until",
            "date to",
            "sunset",
            "due date",
            "deadline",
            "gueltig bis",
            "befristet bis",
            "ablaufdatum",
            "ablauf",
            "laeuft ab am",
            "laeuft ab",
            "enddatum",
            "ende",
            "bis",
            "frist",
        ],
    ),
    (
        Field::References,
        &[
            "references",
            "reference",
            "ticket",
            "tickets",
            "ticket id",
            "ticket no",
            "jira",
            "jira key",
            "issue",
            "change request",
            "change",
            "link",
            "links",
            "url",
            "referenz",
            "referenzen",
            "verweis",
            "vorgang",
            "ticket nr",
            "ticketnummer",
        ],
    ),
    (Field::Incident, &["incident id", "incident", "incident no", "stoerung", "vorfall", "sicherheitsvorfall"]),
    (
        Field::ClosedOn,
        &[
            "closure date",
            "closed on",
            "closed",
            "closed at",
            "date closed",
            "closed date",
            "closing date",
            "resolved on",
            "geschlossen am",
            "abgeschlossen am",
            "erledigt am",
        ],
    ),
    (Field::ClosedBy, &["closure by", "closed by", "resolved by", "geschlossen von", "erledigt von"]),
    (Field::VerifiedBy, &["closure verified by", "verified by", "closure verified", "verifiziert von", "geprueft von"]),
    (
        Field::ClosureNote,
        &[
            "closure note",
            "closure comment",
            "closing comment",
            "closing note",
            "resolution",
            "resolution note",
            "resolution notes",
            "abschlussnotiz",
            "abschlussbemerkung",
        ],
    ),
];

/// Headings that fill a field only where no better one does.
const SECOND_CHOICE: &[(Field, &[&str])] =
    &[(Field::Reason, &["description", "details", "beschreibung", "erlaeuterung"])];

/// A second column of the control: its words beside its id.
const CONTROL_WORDS: &[&str] = &[
    "control name",
    "control title",
    "control description",
    "control text",
    "policy name",
    "rule name",
    "name der kontrolle",
    "name der regel",
    "regelname",
];

/// Names that say too little to be recognised as a part of a longer heading.
const WEAK: &[&str] = &[
    "ablauf",
    "application",
    "asset",
    "author",
    "ausnahme",
    "beginn",
    "bereich",
    "change",
    "closed",
    "component",
    "contact",
    "control",
    "division",
    "ersteller",
    "exception",
    "folgen",
    "frist",
    "grund",
    "impact",
    "incident",
    "issue",
    "kontrolle",
    "nummer",
    "number",
    "policy",
    "process",
    "prozess",
    "regel",
    "requirement",
    "resource",
    "scope",
    "server",
    "service",
    "stage",
    "standard",
    "start",
    "state",
    "status",
    "subject",
    "summary",
    "system",
    "target",
    "thema",
    "ticket",
    "titel",
    "title",
    "topic",
    "until",
    "vorfall",
    "vorgang",
    "zustand",
    "begin",
    "links",
    "reference",
    "responsible",
    "statement",
    "anforderung",
    "decided",
    "starts",
];

/// No heading is longer; a longer cell is a text.
const LONGEST_HEADING: usize = 120;

/// Returns a heading as it is compared: words in lower case without accents, one space between.
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

/// Guesses the field of each heading. Every field is guessed once, but for a control's id and its
/// words, which belong together.
#[must_use]
pub(super) fn guess(headings: &[String]) -> Vec<Option<Field>> {
    let plain: Vec<String> = headings.iter().map(|heading| heading_of(heading)).collect();
    let mut fits: Vec<(Fit, usize, Field)> = plain
        .iter()
        .enumerate()
        .flat_map(|(at, heading)| fits(heading).map(move |(fit, field)| (fit, at, field)))
        .collect();
    fits.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut guessed = vec![None; headings.len()];
    for (_, at, field) in fits {
        let taken = guessed.contains(&Some(field));
        if let Some(free @ None) = guessed.get_mut(at).filter(|_| !taken) {
            *free = Some(field);
        }
    }
    for (free, _) in guessed.iter_mut().zip(&plain).filter(|(_, heading)| CONTROL_WORDS.contains(&heading.as_str())) {
        *free = Some(Field::Control);
    }
    guessed
}

/// Counts the headings that name a field.
#[must_use]
pub(super) fn known(headings: &[String]) -> usize {
    guess(headings).iter().flatten().count()
}

fn heading_of(heading: &str) -> String {
    if heading.len() > LONGEST_HEADING { String::new() } else { plain(heading) }
}

fn fits(heading: &str) -> impl Iterator<Item = (Fit, Field)> {
    let control = CONTROL_WORDS.contains(&heading);
    let of = move |names: &'static [(Field, &'static [&'static str])], first_choice: bool| {
        names.iter().filter_map(move |(field, names)| {
            let best = names.iter().filter_map(|name| fit(heading, name, first_choice)).max()?;
            Some((best, *field))
        })
    };
    of(NAMES, true).chain(of(SECOND_CHOICE, false)).filter(move |_| !control)
}

fn fit(heading: &str, name: &str, first_choice: bool) -> Option<Fit> {
    const SHORTEST_PART: usize = 5;
    let whole = heading == name;
    let found = whole || (name.len() >= SHORTEST_PART && !WEAK.contains(&name) && holds_words(heading, name));
    let words = name.split(' ').count();
    found.then_some(Fit { first_choice, whole, words, letters: name.len() })
}

/// Tells whether `name` stands in `heading` from the start of a word to the end of one.
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
        guess(&owned).into_iter().map(|field| field.map_or("-", Field::name)).collect()
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
    fn a_german_header_is_recognised_however_umlauts_are_written() {
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
        for (name, field) in Field::ALL {
            assert_eq!(guessed(&[name]), [field.name()], "{name}");
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
