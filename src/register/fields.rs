//! The fields of an exception: one table, with a row for each property of the schema, in its order.
//!
//! The name of a field, its content, who may change it after the decision, which spreadsheet column fills it
//! and how `stopgap new` asks for it is said here and nowhere else. A new field is a row, and the same property in
//! `schema/exception.schema.json`; the tests compare the two. Code that reads its value by name needs it in
//! [`crate::register::Exception`] too.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

pub use crate::register::row::{Argument, Change, Kind, Need, Question};

use crate::register::exception::Status;
use crate::register::row::Row;
use crate::register::tier::Tier;
use crate::time::typed::{self, Toward};
use crate::time::{Day, MomentError};

/// A field: its row in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(usize);

/// Names the rows that some code refers to; a path without a row does not compile.
macro_rules! named {
    ($($name:ident $path:literal)*) => {
        $(
            #[doc = concat!("`", $path, "`.")]
            pub const $name: Field = Field::named($path);
        )*
    };
}

named! {
    TITLE "title"
    CONTROL "control"
    REASON "reason"
    SYSTEM "scope.system"
    ENVIRONMENT "scope.environment"
    TIER "risk.tier"
    EXPOSURE "risk.exposure"
    STATEMENT "risk.statement"
    REQUESTED "requested"
    REQUESTER "requester"
    OWNER "owner"
    APPROVER "approver"
    DECIDED "decided"
    STATUS "status"
    STARTS "starts"
    EXPIRES "expires"
    REFERENCES "references"
    FOLLOWS "follows"
    INCIDENT_ID "incident.id"
    RENEWALS "renewals"
    COVERS "covers"
    CLOSURE "closure"
    CLOSURE_DATE "closure.date"
}

const TIERS: [&str; 4] = [Tier::Low.name(), Tier::Moderate.name(), Tier::High.name(), Tier::Emergency.name()];

const STATUSES: [&str; 4] =
    [Status::Active.name(), Status::Expired.name(), Status::Closed.name(), Status::Rejected.name()];

/// The table.
const TABLE: &[Row] = &[
    Row::new("title", Kind::Line)
        .needed(Need::Always)
        .changes(Change::Amended)
        .column(
            "=title, exception title, exception name, name, short description, =summary, =subject, =exception, \
             headline, =topic, =titel, bezeichnung, kurzbeschreibung, betreff, =thema, =ausnahme, \
             titre, intitule, titulo, onderwerp",
        )
        .argument("title", "LINE", "What is allowed, in one line that a colleague from another team understands")
        .question(10, "What should be allowed?", "one line that a colleague from another team understands"),
    Row::new("control", Kind::Line)
        .needed(Need::Always)
        .changes(Change::Amended)
        .column(
            "=control, control id, control reference, violated control, control violated, policy violated, \
             violated policy, policy reference, security policy, =policy, rule, =standard, =requirement, \
             policy requirement, policy statement, verletzte regel, richtlinie, =regel, vorgabe, =anforderung, \
             =kontrolle, norm, sicherheitsrichtlinie, \
             politique, regle, exigence, mesure de securite, politica, =regla, requisito, beleid, \
             beleidsregel, maatregel, beveiligingseis",
        )
        .beside(
            "control name, control title, control description, control text, policy name, rule name, \
             name der kontrolle, name der regel, regelname",
        )
        .shared()
        .argument(
            "control",
            "RULE",
            "The exact rule that is not followed, its id first; for a rule of the catalogue, the id is enough",
        )
        .question(
            20,
            "Which exact rule is not followed?",
            "its id first, then its own words; a topic such as MFA is not a rule",
        ),
    Row::new("reason", Kind::Line)
        .needed(Need::Always)
        .changes(Change::Amended)
        .column(
            "reason, justification, business justification, business reason, business need, rationale, \
             reason for exception, exception reason, explanation, why, begruendung, =grund, \
             geschaeftliche begruendung, rechtfertigung, grund der ausnahme, \
             motif, raison, motivo, justificacion, razon, =reden, rechtvaardiging, motivering, onderbouwing",
        )
        .second_choice("description, details, beschreibung, erlaeuterung, descripcion, omschrijving, toelichting")
        .vague_keys("statement")
        .argument("reason", "SENTENCE", "Why now, in one sentence: what would fail, for whom, and until what happens")
        .question(30, "Why now?", "one sentence about this case: what would fail, for whom, and until what happens"),
    Row::new("scope", Kind::Mapping).needed(Need::Always).changes(Change::Amended),
    Row::new("scope.system", Kind::Line)
        .needed(Need::Always)
        .column(
            "scope system, =system, system name, affected system, affected systems, =asset, asset name, \
             affected asset, affected assets, =application, application name, app, host, hostname, =server, \
             =service, =component, =resource, configuration item, repository, =target, =scope, betroffenes system, \
             betroffene systeme, systemname, anwendung, applikation, it system, geltungsbereich, komponente, \
             systeme concerne, actif concerne, application concernee, sistema, sistema afectado, \
             activo afectado, aplicacion, systeem, betrokken systeem, applicatie, systeme",
        )
        .shared()
        .argument("system", "SYSTEM", "The one system")
        .question(40, "On which system?", "the one system, named so that its owner could log in to it"),
    Row::new("scope.environment", Kind::Line)
        .needed(Need::Always)
        .column("scope environment, environment, env, =stage, umgebung, \
             environnement, entorno, omgeving")
        .shared()
        .argument("environment", "ENVIRONMENT", "The environment")
        .question(
            50,
            "In which environment?",
            "the one environment, such as production, staging or the build network",
        )
        .follows(),
    Row::new("scope.team", Kind::Line)
        .column(
            "scope team, team, department, business unit, =division, org unit, unit, abteilung, fachbereich, \
             =bereich, organisationseinheit",
        )
        .shared()
        .argument("team", "TEAM", "The team that works under the exception, if that matters"),
    Row::new("scope.process", Kind::Line)
        .column("scope process, =process, business process, geschaeftsprozess, =prozess")
        .shared()
        .argument("process", "PROCESS", "The business process that needs it, if that matters"),
    Row::new("risk", Kind::Mapping).needed(Need::Approved).changes(Change::Amended),
    Row::new("risk.tier", Kind::Word(&TIERS))
        .needed(Need::Always)
        .column(
            "risk tier, tier, risk level, risk rating, severity, risk severity, criticality, risk class, \
             residual risk, residual risk rating, inherent risk, risk, risikostufe, risikoklasse, schweregrad, \
             kritikalitaet, risikobewertung, risikoeinstufung, restrisiko, risiko, \
             criticite, niveau de risque, risque, gravite, riesgo, nivel de riesgo, criticidad, severidad, \
             niveau, risico, risiconiveau, risicoklasse, ernst",
        )
        .other_keys("level, rating")
        .shared()
        .argument("tier", "TIER", "How much harm is possible, which limits how long an approval lasts")
        .question(80, "How much harm is possible?", "this limits how long an approval lasts")
        .follows(),
    Row::new("risk.exposure", Kind::Words(&["remote-access", "authentication", "data", "vendor-access"]))
        .column("risk exposure, exposure, exposition")
        .shared()
        .argument(
            "exposure",
            "KIND",
            "What it exposes; repeatable or comma-separated; `none` states that nothing is exposed",
        )
        .question(
            70,
            "Does it expose any of these?",
            "those that apply, separated by spaces, or their first letters; Enter alone accepts the proposal",
        ),
    Row::new("risk.statement", Kind::Line)
        .needed(Need::Always)
        .column(
            "risk statement, =statement, risk description, description of risk, risk summary, risk details, =impact, \
             potential impact, business impact, consequence, risikobeschreibung, beschreibung des risikos, \
             auswirkung, auswirkungen, =folgen, \
             description du risque, consequences, descripcion del riesgo, impacto, consecuencias, \
             risicobeschrijving, omschrijving van het risico, gevolgen",
        )
        .argument("statement", "SENTENCE", "What could happen in the worst plausible case, and to how many")
        .question(
            60,
            "What could happen?",
            "the worst plausible case, and how many it would affect: the approver signs this sentence",
        ),
    Row::new("alternatives", Kind::Mappings).needed(Need::Approved).changes(Change::Free).question(
        100,
        "Which safer alternative was considered?",
        "concrete enough to be tried; less access, a shorter time, by hand, or waiting",
    ),
    Row::new("alternatives[].option", Kind::Line)
        .needed(Need::Always)
        .column(
            "alternatives option, alternatives, alternatives considered, alternative, options considered, \
             considered alternatives, alternativen, gepruefte alternativen, alternative massnahmen, \
             alternatives envisagees, solutions alternatives, alternativas, alternativas consideradas, \
             alternatieven, overwogen alternatieven",
        )
        .argument(
            "alternative",
            "OPTION",
            "A safer alternative that was considered; repeatable, each with its `--rejected` in the same order",
        ),
    Row::new("alternatives[].rejected", Kind::Line)
        .needed(Need::Always)
        .column(
            "alternatives rejected, why alternatives rejected, alternatives rejected because, alternativen verworfen",
        )
        .other_keys("why not, rejected because, reason")
        .argument("rejected", "WHY", "Why the alternative was rejected")
        .question(0, "Why is it not sufficient?", "the fact that rules it out here"),
    Row::new("removal", Kind::Line)
        .needed(Need::Approved)
        .changes(Change::Free)
        .column(
            "removal, removal steps, remediation, remediation plan, remediation action, remediation steps, \
             exit plan, exit criteria, exit, action plan, corrective action, cleanup, closure criteria, rueckbau, \
             behebung, behebungsplan, massnahmenplan, abloesung, beseitigung, \
             plan de remediation, plan d action, mesures correctives, remediacion, plan de remediacion, \
             plan de accion, herstelplan, oplossing",
        )
        .shared()
        .argument("removal", "SENTENCE", "What must be removed at the end, as an instruction to the owner")
        .question(110, "What must be removed at the end?", "an instruction to the owner that somebody else can verify"),
    Row::new("requested", Kind::Day)
        .changes(Change::Amended)
        .column(
            "=requested, requested on, requested at, request date, date requested, date of request, submitted on, \
             submission date, date submitted, =submitted, raised on, date raised, beantragt am, antragsdatum, \
             eingereicht am, datum des antrags, \
             date de demande, date de la demande, demande le, fecha de solicitud, solicitado el, \
             aanvraagdatum, datum aanvraag, aangevraagd op",
        )
        .argument("requested", "DAY", "The day of the request. Default: today"),
    Row::new("requester", Kind::Person)
        .needed(Need::Always)
        .changes(Change::Amended)
        .column(
            "requester, requested by, requestor, submitted by, applicant, raised by, opened by, created by, =author, \
             reporter, antragsteller, antragstellerin, beantragt von, anforderer, angefordert von, =ersteller, \
             demandeur, demandeuse, demande par, solicitante, solicitado por, aanvrager, aangevraagd door",
        )
        .other_keys("requestedby")
        .shared()
        .argument(
            "requester",
            "PERSON",
            "Who asks. Default: the person of git's `user.email` or `user.name`",
        )
        .question(
            120,
            "Who asks?",
            "the one person who explains the need: @handle, mail address or full name",
        )
        .follows(),
    Row::new("owner", Kind::Person)
        .needed(Need::Approved)
        .changes(Change::Free)
        .column(
            "owner, exception owner, risk owner, =responsible, responsible person, person responsible, \
             remediation owner, action owner, system owner, assigned to, assignee, accountable, =contact, \
             verantwortlich, verantwortlicher, verantwortliche, verantwortliche person, zustaendig, risikoeigner, \
             risikoeigentuemer, eigentuemer, ansprechpartner, bearbeiter, \
             responsable, proprietaire, proprietaire du risque, propietario, propietario del riesgo, dueno, \
             eigenaar, risico eigenaar, verantwoordelijke, actiehouder",
        )
        .shared()
        .argument("owner", "PERSON", "The one person who removes it")
        .question(
            130,
            "Who removes it in the end?",
            "the one person who answers for it and is reminded; not a team or a shared mailbox",
        )
        .follows(),
    Row::new("approver", Kind::Person)
        .needed(Need::Always)
        .changes(Change::Amended)
        .column(
            "approver, approved by, approval by, accepted by, risk accepted by, signed off by, authorised by, \
             authorized by, decided by, decision maker, genehmigt von, genehmigt durch, genehmiger, freigegeben von, \
             freigabe durch, bewilligt von, entscheider, \
             approbateur, approuve par, valide par, accepte par, aprobador, aprobado por, autorizado por, \
             goedkeurder, goedgekeurd door, geaccepteerd door",
        )
        .other_keys("approvedby")
        .argument("approver", "PERSON", "Who decides: a code owner of the register, never the requester")
        .question(
            140,
            "Who decides?",
            "the one person who accepts the risk and approves the pull request; not the requester",
        )
        .follows(),
    Row::new("decided", Kind::Day)
        .needed(Need::Always)
        .changes(Change::Amended)
        .column(
            "=decided, decided on, decision date, date of decision, approved on, approved at, approval date, \
             date approved, approved date, date of approval, accepted on, acceptance date, sign off date, \
             genehmigt am, genehmigungsdatum, freigabedatum, freigegeben am, entscheidungsdatum, entschieden am, \
             bewilligt am, \
             date d approbation, date de decision, date de validation, approuve le, valide le, \
             fecha de aprobacion, fecha de decision, aprobado el, goedgekeurd op, goedkeuringsdatum, \
             datum goedkeuring, besluitdatum",
        )
        .other_keys("approved")
        .vague_keys("date")
        .argument(
            "decided",
            "DAY",
            "The day of the decision. Default: today, because the approval of the pull request is the decision",
        ),
    Row::new("status", Kind::Word(&STATUSES))
        .needed(Need::Always)
        .changes(Change::Stepped)
        .column("=status, =state, exception status, approval status, =zustand, \
             statut, estado, =etat"),
    Row::new("starts", Kind::Moment)
        .needed(Need::Approved)
        .changes(Change::Amended)
        .column(
            "=starts, =start, start date, starts on, valid from, effective from, effective date, date from, from, \
             =begin, begins, gueltig ab, gueltig von, startdatum, =beginn, ab, von, \
             date de debut, =debut, valable a partir du, fecha de inicio, =inicio, valido desde, =desde, \
             ingangsdatum, geldig vanaf, =vanaf",
        )
        .shared()
        .argument("starts", "DATE", "The start. Default: today")
        .question(
            150,
            "From when?",
            "a day such as 2026-11-23 or monday, or a date-time such as 2026-11-23T09:00; not before the decision: today",
        )
        .follows(),
    Row::new("expires", Kind::Moment)
        .needed(Need::Approved)
        .changes(Change::Renewed)
        .column(
            "expires, expires on, expires at, expiry, expiry date, expiration, expiration date, expired at, \
             valid until, valid to, valid through, end date, ends, ends on, end, =until, date to, sunset, due date, \
             deadline, gueltig bis, befristet bis, ablaufdatum, =ablauf, laeuft ab am, laeuft ab, enddatum, ende, \
             bis, =frist, \
             date de fin, =fin, echeance, date d echeance, date d expiration, valable jusqu au, fecha de fin, \
             fecha de vencimiento, vencimiento, fecha de caducidad, caducidad, valido hasta, =hasta, \
             vervaldatum, geldig tot, geldig tot en met, verloopt op, einddatum",
        )
        .other_keys("ignoreuntil, due")
        .shared()
        .argument(
            "expires",
            "DATE",
            "The end, as the last day covered: `2026-11-23`, `7d` from the start, the next `friday`, or a date-time",
        )
        .question(160, "Until when?", "the last day covered"),
    Row::new("references", Kind::Texts)
        .changes(Change::Free)
        .column(
            "references, =reference, =ticket, tickets, ticket id, ticket no, jira, jira key, =issue, change request, \
             =change, link, =links, url, referenz, referenzen, verweis, =vorgang, ticket nr, ticketnummer",
        )
        .shared()
        .argument("reference", "TICKET", "A ticket or page with more details; repeatable")
        .question(170, "Where can more details be found?", "tickets or addresses, separated by spaces")
        .follows(),
    Row::new("follows", Kind::Texts)
        .changes(Change::Free)
        .argument("follows", "ID", "An earlier exception or refusal that this request answers; repeatable")
        .question(
            175,
            "Which earlier ones does it answer?",
            "their ids, separated by spaces; the reason says what is different this time",
        )
        .follows(),
    Row::new("incident", Kind::Mapping).needed(Need::Emergency).changes(Change::Apart),
    Row::new("incident.id", Kind::Line)
        .needed(Need::Always)
        .changes(Change::Amended)
        .column("incident id, =incident, incident no, stoerung, =vorfall, sicherheitsvorfall")
        .argument("incident", "ID", "The incident's id, for the tier `emergency`")
        .question(90, "Which incident does it help to end?", "its id in the system that tracks it"),
    Row::new("incident.ended", Kind::Day).changes(Change::Once),
    Row::new("reviews", Kind::Mappings).changes(Change::Appended("review")),
    Row::new("reviews[].date", Kind::Day).needed(Need::Always).other_keys("on, day, when"),
    Row::new("reviews[].by", Kind::Person).needed(Need::Always).other_keys("reviewer, author"),
    Row::new("reviews[].note", Kind::Line).needed(Need::Always).other_keys("comment, notes, text"),
    Row::new("renewals", Kind::Mappings).changes(Change::Appended("renewal")),
    Row::new("renewals[].requested", Kind::Day).needed(Need::Always),
    Row::new("renewals[].requester", Kind::Person).needed(Need::Always),
    Row::new("renewals[].reason", Kind::Line).needed(Need::Always),
    Row::new("renewals[].risk_check", Kind::Line).needed(Need::Always),
    Row::new("renewals[].approver", Kind::Person).needed(Need::Always),
    Row::new("renewals[].decided", Kind::Day).needed(Need::Always),
    Row::new("renewals[].expires", Kind::Moment).needed(Need::Always),
    Row::new("covers", Kind::Mappings).changes(Change::Amended),
    Row::new("covers[].tool", Kind::Line).needed(Need::Always),
    Row::new("covers[].id", Kind::Line).needed(Need::Always),
    Row::new("covers[].paths", Kind::Texts),
    Row::new("covers[].purls", Kind::Texts),
    Row::new("covers[].package", Kind::Mapping),
    Row::new("covers[].package.name", Kind::Line).needed(Need::Always),
    Row::new("covers[].package.version", Kind::Line),
    Row::new("covers[].package.type", Kind::Line),
    Row::new("covers[].package.ecosystem", Kind::Line),
    Row::new(
        "covers[].kind",
        Kind::Word(&[
            "vulnerability",
            "misconfiguration",
            "secret",
            "license",
            "ValidatingPolicy",
            "ImageValidatingPolicy",
            "MutatingPolicy",
            "GeneratingPolicy",
            "DeletingPolicy",
        ]),
    ),
    Row::new("covers[].namespace", Kind::Line),
    Row::new("covers[].match", Kind::Texts),
    Row::new("covers[].scope", Kind::Line),
    Row::new("covers[].assignment", Kind::Line),
    Row::new("covers[].until_fixed", Kind::Flag),
    Row::new("amendments", Kind::Mappings).changes(Change::Appended("amendment")),
    Row::new("amendments[].date", Kind::Day).needed(Need::Always),
    Row::new("amendments[].by", Kind::Person).needed(Need::Always),
    Row::new("amendments[].approver", Kind::Person).needed(Need::Always),
    Row::new("amendments[].fields", Kind::Texts).needed(Need::Always),
    Row::new("amendments[].note", Kind::Line).needed(Need::Always),
    Row::new("closure", Kind::Mapping).needed(Need::Closed).changes(Change::Once),
    Row::new("closure.date", Kind::Day).needed(Need::Always).column(
        "closure date, closed on, =closed, closed at, date closed, closed date, closing date, resolved on, \
             geschlossen am, abgeschlossen am, erledigt am",
    ),
    Row::new("closure.by", Kind::Person)
        .needed(Need::Always)
        .column("closure by, closed by, resolved by, geschlossen von, erledigt von"),
    Row::new("closure.verified_by", Kind::Person)
        .needed(Need::Always)
        .column("closure verified by, verified by, closure verified, verifiziert von, geprueft von"),
    Row::new("closure.note", Kind::Line).needed(Need::Always).column(
        "closure note, closure comment, closing comment, closing note, resolution, resolution note, \
             resolution notes, abschlussnotiz, abschlussbemerkung",
    ),
];

/// The fields as people name them, in the order of the table.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| TABLE.iter().map(|row| row.path.replace("[]", "")).collect());

/// What contains each field, in the order of the table.
static PARENTS: LazyLock<Vec<Option<Field>>> = LazyLock::new(|| {
    let parent = |name: &String| Field::of_name(name.rsplit_once('.')?.0);
    NAMES.iter().map(parent).collect()
});

impl Field {
    /// Returns all fields, in the order of the table.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + Clone {
        (0..TABLE.len()).map(Self)
    }

    /// Finds a row at compile time.
    const fn named(path: &str) -> Self {
        let mut at = 0;
        while !same(TABLE[at].path, path) {
            at += 1;
        }
        Self(at)
    }

    /// Finds a field by its exact name; `None` if there is none.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        static PLACES: LazyLock<FxHashMap<&str, Field>> =
            LazyLock::new(|| Field::all().map(|field| (field.name(), field)).collect());
        PLACES.get(name).copied()
    }

    /// Returns the field at a place in a file, or the nearest one that contains the place. The place is written with
    /// dots, slashes or brackets: `/covers/0/id`, `renewals[1].expires`, `scope.other`.
    #[must_use]
    pub fn at(place: &str) -> Option<Self> {
        let is_index = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        let keys: Vec<&str> = place.split(['.', '/', '[', ']']).filter(|part| !is_index(part)).collect();
        (0..keys.len()).rev().find_map(|last| Self::of_name(&keys[..=last].join(".")))
    }

    /// Returns the keys that another register may mean by a name, in the order of the table, and of each whether it
    /// hardly means anything else.
    #[must_use]
    pub fn keys_called(name: &str) -> Vec<(&'static str, bool)> {
        let plain = name.trim().to_lowercase().replace(['_', '-'], " ");
        let called = |field: Self| {
            let is_sure = field.sure_names().any(|other| other == plain);
            (is_sure || field.vague_names().any(|other| other == plain)).then(|| (field.key(), is_sure))
        };
        Self::all().filter_map(called).collect()
    }

    fn row(self) -> &'static Row {
        &TABLE[self.0]
    }

    /// Returns the keys joined by dots, with `[]` after a list whose items have keys.
    #[must_use]
    pub fn path(self) -> &'static str {
        self.row().path
    }

    /// Returns the name: the keys joined by dots.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.get(self.0).map_or("", String::as_str)
    }

    /// Returns the last key.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.path().rsplit('.').next().unwrap_or_default()
    }

    /// Returns its label next to the others: the last key, and for an `id` what it is the id of.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self.parent() {
            Some(parent) if self.key() == "id" => parent.key(),
            _ => self.key(),
        }
    }

    /// Returns the JSON Pointer of a field that is not in a list.
    #[must_use]
    pub fn pointer(self) -> String {
        format!("/{}", self.name().replace('.', "/"))
    }

    /// Returns the mapping that contains it, or the list whose items do; `None` at the top.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        PARENTS.get(self.0).copied().flatten()
    }

    /// Returns the fields that a mapping, or each item of a list, contains.
    pub fn parts(self) -> impl Iterator<Item = Self> + Clone {
        Self::all().filter(move |field| field.parent() == Some(self))
    }

    /// Returns the fields at the top, in the order of the table.
    pub fn tops() -> impl Iterator<Item = Self> + Clone {
        Self::all().filter(|field| !field.path().contains('.'))
    }

    /// Returns whether it belongs to the items of a list.
    #[must_use]
    pub fn is_in_list(self) -> bool {
        self.path().contains("[]")
    }

    /// Returns what it holds.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.row().kind
    }

    /// Returns when an exception needs it.
    #[must_use]
    pub fn need(self) -> Need {
        self.row().need
    }

    /// Returns how it may change after the decision: as its row says, otherwise as what contains it may.
    #[must_use]
    pub fn change(self) -> Change {
        let above = || self.parent().map_or(Change::Free, Self::change);
        self.row().change.unwrap_or_else(above)
    }

    /// Returns the fields that change in a given way, each without its parts.
    pub fn outermost(way: impl Fn(Change) -> bool + Copy) -> impl Iterator<Item = Self> {
        let is = move |field: Self| way(field.change());
        Self::all().filter(move |field| is(*field) && !field.parent().is_some_and(is))
    }

    /// Returns the fields that a column of a spreadsheet can fill.
    pub fn importable() -> impl Iterator<Item = Self> + Clone {
        Self::all().filter(|field| field.row().column.is_some())
    }

    /// Returns whether one value may apply to all entries of an import.
    #[must_use]
    pub fn is_shared(self) -> bool {
        self.row().is_shared
    }

    /// Returns the headings of the columns that fill it, best known first; `true` with one that must be the whole
    /// heading.
    pub fn headings(self) -> impl Iterator<Item = (&'static str, bool)> {
        headings(self.row().column.map_or("", |column| column.headings))
    }

    /// Returns the headings that fill it only if no other column does.
    pub fn second_choice(self) -> impl Iterator<Item = &'static str> {
        names(self.row().column.map_or("", |column| column.second_choice))
    }

    /// Returns the headings of a second column, whose text goes after that of the first.
    pub fn beside(self) -> impl Iterator<Item = &'static str> {
        names(self.row().column.map_or("", |column| column.beside))
    }

    /// Returns what other registers call it, and hardly anything else.
    fn sure_names(self) -> impl Iterator<Item = &'static str> {
        self.headings().map(|(name, _)| name).chain(names(self.row().other_keys))
    }

    /// Returns what other registers call it, among other things.
    fn vague_names(self) -> impl Iterator<Item = &'static str> {
        self.second_choice().chain(names(self.row().vague_keys))
    }

    /// Returns the argument of `stopgap new` that gives it.
    #[must_use]
    pub fn argument(self) -> Option<&'static Argument> {
        self.row().argument.as_ref()
    }

    /// Returns how `stopgap new` asks for it.
    #[must_use]
    pub fn question(self) -> Option<&'static Question> {
        self.row().question.as_ref()
    }

    /// Writes a date as the file holds it that a person types: a day counts back from a day, a moment ahead. Any other
    /// field's text stays as it is, and so does an empty one.
    ///
    /// # Errors
    ///
    /// If it is not a date, or could be one of two.
    pub fn typed(self, text: &str, from: Day) -> Result<String, MomentError> {
        match self.kind() {
            _ if text.is_empty() => Ok(String::new()),
            Kind::Day => typed::read_day(text, from, Toward::Past).map(|day| day.to_string()),
            Kind::Moment => typed::read(text, from, Toward::Future).map(|moment| moment.to_string()),
            _ => Ok(text.to_owned()),
        }
    }

    /// Writes a date as [`Field::typed`] does; what is not a date stays as it is, for the schema to judge.
    #[must_use]
    pub fn as_typed(self, text: &str, from: Day) -> String {
        self.typed(text, from).unwrap_or_else(|_| text.to_owned())
    }

    /// Says what to type for a date.
    #[must_use]
    pub fn dates(self) -> &'static str {
        if self.kind() == Kind::Day { typed::PAST_DAY } else { typed::FUTURE_MOMENT }
    }

    /// Returns the fields that `stopgap new` asks for, in the order of its questions. Those in the items of a list are
    /// requested with the list.
    #[must_use]
    pub fn asked() -> Vec<Self> {
        let turn = |field: &Self| field.question().map(|question| question.turn).filter(|_| !field.is_in_list());
        let mut asked: Vec<Self> = Self::all().filter(|field| turn(field).is_some()).collect();
        asked.sort_by_key(turn);
        asked
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.path())
    }
}

/// Reads a list of headings; `true` with one that must be the whole heading.
pub fn headings(list: &'static str) -> impl Iterator<Item = (&'static str, bool)> {
    names(list).map(|name| name.strip_prefix('=').map_or((name, false), |name| (name, true)))
}

/// Splits a list of names; an empty list has none.
fn names(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(", ").filter(|name| !name.is_empty())
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Shipped;
    use crate::yaml::{self, Node};

    /// One property of the schema. JSON is YAML, and the reader keeps the order of its keys.
    struct Property<'d> {
        path: String,
        schema: &'d Node<'d>,
        required: bool,
    }

    fn with_document<T>(work: impl FnOnce(&Node<'_>) -> T) -> T {
        work(&yaml::parse(Shipped::Exception.text()).unwrap())
    }

    /// Returns what a schema refers to, or the schema itself if it refers to nothing.
    fn resolved<'d>(document: &'d Node<'d>, schema: &'d Node<'d>) -> &'d Node<'d> {
        match schema.get("$ref").and_then(Node::as_text) {
            Some(target) => yaml::lookup(document, &target[1..]).unwrap().1,
            None => schema,
        }
    }

    fn texts<'d>(list: Option<&'d Node<'d>>) -> Vec<&'d str> {
        list.and_then(Node::as_seq).unwrap_or_default().iter().filter_map(Node::as_text).collect()
    }

    /// Lists the properties of a schema and of what they contain, in order.
    fn properties<'d>(document: &'d Node<'d>, schema: &'d Node<'d>, above: &str, found: &mut Vec<Property<'d>>) {
        let required = texts(schema.get("required"));
        for entry in schema.get("properties").and_then(Node::as_map).unwrap_or_default() {
            let path = format!("{above}{}", entry.key);
            found.push(Property {
                path: path.clone(),
                schema: &entry.value,
                required: required.contains(&&*entry.key),
            });
            let whole = resolved(document, &entry.value);
            properties(document, whole, &format!("{path}."), found);
            if let Some(items) = whole.get("items") {
                properties(document, resolved(document, items), &format!("{path}[]."), found);
            }
        }
    }

    fn all_properties<'d>(document: &'d Node<'d>) -> Vec<Property<'d>> {
        let mut found = Vec::new();
        properties(document, document, "", &mut found);
        found
    }

    #[test]
    fn the_table_has_a_row_for_each_property_of_the_schema_in_its_order() {
        let rows: Vec<&str> = Field::all().map(Field::path).collect();
        with_document(|document| {
            let properties: Vec<String> = all_properties(document).into_iter().map(|property| property.path).collect();
            assert_eq!(rows, properties);
        });
        let mut names: Vec<&str> = Field::all().map(Field::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len(), "two fields of one name");
    }

    #[test]
    fn each_row_agrees_with_the_schema() {
        let holds = |document: &Node<'_>, field: Field, schema: &Node<'_>| {
            let refers = schema.get("$ref").and_then(Node::as_text).unwrap_or_default();
            let whole = resolved(document, schema);
            let of = |node: &Node<'_>, key: &str| match node.get(key) {
                Some(kind) if kind.as_seq().is_some() => texts(Some(kind)).join(","),
                kind => kind.and_then(Node::as_text).unwrap_or_default().to_owned(),
            };
            let items = whole.get("items").map(|items| resolved(document, items));
            let of_items = |key: &str| items.map(|items| of(items, key)).unwrap_or_default();
            let (kind, words) = (of(whole, "type"), of(whole, "enum"));
            match field.kind() {
                Kind::Line => kind == "string" && words.is_empty() && refers.is_empty(),
                Kind::Person => refers == "#/$defs/person",
                Kind::Day => refers == "#/$defs/day",
                Kind::Moment => refers == "#/$defs/moment",
                Kind::Flag => kind == "boolean",
                Kind::Word(own) => words == own.join(","),
                Kind::Words(own) => of_items("enum") == own.join(","),
                Kind::Texts => of_items("type") == "string" && of_items("enum").is_empty(),
                Kind::Mapping => kind.starts_with("object"),
                Kind::Mappings => of_items("type") == "object",
            }
        };
        with_document(|document| {
            for (field, Property { schema, .. }) in Field::all().zip(all_properties(document)) {
                assert!(holds(document, field, schema), "{field:?}: {:?}", field.kind());
            }
        });
    }

    #[test]
    fn each_row_is_needed_when_the_schema_requires_it() {
        with_document(|document| {
            let then = |at: usize| texts(yaml::lookup(document, &format!("/allOf/{at}/then/required")).map(|it| it.1));
            let (approved, closed, emergency) = (then(0), then(1), then(2));
            for (field, Property { path, required, .. }) in Field::all().zip(all_properties(document)) {
                let need = match path.as_str() {
                    _ if required => Need::Always,
                    path if approved.contains(&path) => Need::Approved,
                    path if closed.contains(&path) => Need::Closed,
                    path if emergency.contains(&path) => Need::Emergency,
                    _ => Need::Optional,
                };
                assert_eq!(field.need(), need, "{field:?}");
            }
        });
    }

    #[test]
    fn every_field_says_how_it_changes() {
        for field in Field::all() {
            let own = field.row().change.is_some();
            assert!(own || field.parent().is_some(), "{field:?} does not say it");
            assert!(!own || !field.is_in_list(), "{field:?} changes as its list does");
        }
        for (place, change) in [
            ("title", Change::Amended),
            ("scope.team", Change::Amended),
            ("covers[].package.name", Change::Amended),
            ("incident", Change::Apart),
            ("incident.id", Change::Amended),
            ("incident.ended", Change::Once),
            ("expires", Change::Renewed),
            ("renewals[].expires", Change::Appended("renewal")),
            ("closure.note", Change::Once),
            ("status", Change::Stepped),
            ("owner", Change::Free),
            ("alternatives[].option", Change::Free),
        ] {
            assert_eq!(Field::at(place).map(Field::change), Some(change), "{place}");
        }
        let outermost: Vec<Field> = Field::outermost(|change| change == Change::Amended).collect();
        assert!(outermost.contains(&Field::named("scope")) && !outermost.contains(&SYSTEM));
        assert!(outermost.contains(&INCIDENT_ID));
    }

    #[test]
    fn only_fields_with_a_value_are_imported_given_and_asked_for() {
        for field in Field::all() {
            let holds = !matches!(field.kind(), Kind::Mapping | Kind::Mappings);
            assert!(holds || (field.row().column.is_none() && field.argument().is_none()), "{field:?}");
            assert!(!field.is_shared() || field.row().column.is_some(), "{field:?}");
        }
        let mut flags: Vec<&str> = Field::all().filter_map(Field::argument).map(|argument| argument.flag).collect();
        let mut turns: Vec<u8> = Field::asked().into_iter().filter_map(Field::question).map(|it| it.turn).collect();
        assert!(turns.len() > 10 && turns.is_sorted() && Field::all().any(Field::is_shared), "{turns:?}");
        let count = (flags.len(), turns.len());
        flags.sort_unstable();
        flags.dedup();
        turns.dedup();
        assert_eq!((flags.len(), turns.len()), count, "an argument or a turn twice");
    }

    #[test]
    fn a_place_in_a_file_is_in_a_field() {
        for (place, path) in [
            ("title", "title"),
            ("/scope/system", "scope.system"),
            ("scope.elsewhere", "scope"),
            ("renewals[0].expires", "renewals[].expires"),
            ("covers.0.package.name", "covers[].package.name"),
            ("/covers/3", "covers"),
            ("references/1", "references"),
            ("risk/exposure", "risk.exposure"),
        ] {
            assert_eq!(Field::at(place).map(Field::path), Some(path), "{place}");
        }
        for place in ["", "/", "0", "x-cost-centre", "elsewhere.title"] {
            assert_eq!(Field::at(place), None, "{place}");
        }
    }

    #[test]
    fn a_date_is_written_as_the_file_holds_it() {
        let from = Day::parse("2026-11-23").unwrap();
        for (field, typed, written) in [
            (DECIDED, "7d", "2026-11-16"),
            (EXPIRES, "7d", "2026-11-30"),
            (EXPIRES, "1.12.2026 9:00", "2026-12-01T09:00"),
            (EXPIRES, "soon", "soon"),
            (TITLE, "7d", "7d"),
        ] {
            assert_eq!(field.as_typed(typed, from), written, "{field:?} {typed}");
        }
        let either = EXPIRES.typed("next friday", from).unwrap_err().to_string();
        assert_eq!(either, "could be `2026-11-27` or `2026-12-04`: write one of them");
        assert!(DECIDED.typed("2026-11-20T09:00", from).is_err());
        assert_eq!(EXPIRES.typed("", from), Ok(String::new()));
        assert_eq!(format!("{DECIDED:?}"), "decided");
    }

    #[test]
    fn other_registers_keys_are_known() {
        for (name, known, ours) in [
            ("approved_by", &["requester", "approver"][..], "approver"),
            ("reason", &["option", "rejected"], "rejected"),
            ("author", &["date", "by", "note"], "by"),
            ("Valid-Until", &["starts", "expires"], "expires"),
            ("severity", &["tier", "statement"], "tier"),
        ] {
            let keys = Field::keys_called(name);
            assert_eq!(keys.into_iter().map(|(key, _)| key).find(|key| known.contains(key)), Some(ours), "{name}");
        }
        assert_eq!(Field::keys_called("colour"), []);
        for (name, is_sure) in [("end_date", true), ("date", false), ("description", false)] {
            assert!(Field::keys_called(name).iter().any(|(_, sure)| *sure == is_sure), "{name}");
        }
    }
}
