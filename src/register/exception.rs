//! One exception as rules read it: every text and date with the bytes that wrote it.
//!
//! The model is lenient: a field that is missing or of the wrong shape is `None`, the rule `schema` reports it, and
//! every other rule still judges the fields that are there. A person who opens a pull request then sees all defects at
//! once.

use crate::register::cover::{self, Cover};
use crate::register::spanned::{At, Inner, Spanned, Text, pattern};
use crate::register::tier::Tier;
use crate::register::values::{List, entries, inner_texts, items, read, text, texts};
use crate::source::{FileId, Span};
use crate::time::{Day, Moment, Zone};
use crate::yaml::{Entry, Node};

/// The state of an exception: its `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Approved, and the rule is or will be broken.
    Active,
    /// Past its expiry, and not closed yet.
    Expired,
    /// Over: the rule is followed again.
    Closed,
    /// Never approved.
    Rejected,
}

impl Status {
    const ALL: [Self; 4] = [Self::Active, Self::Expired, Self::Closed, Self::Rejected];

    /// Reads the word in the file.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }

    /// Returns the word in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
        }
    }
}

/// One exception of the register.
#[derive(Clone, Debug)]
pub struct Exception<'a> {
    /// Its file.
    pub file: FileId,
    /// Its id: the stem of the file's name.
    pub id: &'a str,
    /// What it is, in a line.
    pub title: Option<Text<'a>>,
    /// The exact rule that is not followed.
    pub control: Option<Text<'a>>,
    /// Why.
    pub reason: Option<Text<'a>>,
    /// Where the rule is broken.
    pub scope: Scope<'a>,
    /// How bad it can get.
    pub risk: Risk<'a>,
    /// Safer options that were considered.
    pub alternatives: Box<[Alternative<'a>]>,
    /// What must happen before it can be closed.
    pub removal: Option<Text<'a>>,
    /// The day of the request.
    pub requested: Option<Spanned<Day>>,
    /// Who explains the need.
    pub requester: Option<Text<'a>>,
    /// The one person who removes it.
    pub owner: Option<Text<'a>>,
    /// Who accepted or rejected the risk.
    pub approver: Option<Text<'a>>,
    /// The day of the decision.
    pub decided: Option<Spanned<Day>>,
    /// The state it is in.
    pub status: Option<Spanned<Status>>,
    /// When it begins.
    pub starts: Option<Spanned<Moment>>,
    /// The first agreed end; see [`Exception::current_expiry`].
    pub expires: Option<Spanned<Moment>>,
    /// Tickets and pages.
    pub references: Box<[Text<'a>]>,
    /// Ids of earlier exceptions that it answers.
    pub follows: List<Text<'a>>,
    /// The incident behind an emergency.
    pub incident: Option<Box<Incident<'a>>>,
    /// What was seen along the way.
    pub reviews: List<Review<'a>>,
    /// Fresh requests to go on.
    pub renewals: List<Renewal<'a>>,
    /// The findings of tools that may be suppressed.
    pub covers: List<Cover<'a>>,
    /// Corrections of the record.
    pub amendments: List<Amendment<'a>>,
    /// How it ended.
    pub closure: Option<Box<Closure<'a>>>,
}

/// `scope`.
#[derive(Clone, Debug, Default)]
pub struct Scope<'a> {
    /// The system.
    pub system: Option<Text<'a>>,
    /// The environment.
    pub environment: Option<Text<'a>>,
    /// What most exceptions leave out.
    pub detail: Option<Box<Detail<'a>>>,
}

/// What `scope` may say in addition.
#[derive(Clone, Debug, Default)]
pub struct Detail<'a> {
    /// The team, if it matters.
    pub team: Option<Text<'a>>,
    /// The process, if it matters.
    pub process: Option<Text<'a>>,
}

/// `risk`.
#[derive(Clone, Debug, Default)]
pub struct Risk<'a> {
    /// The tier.
    pub tier: Option<Spanned<Tier>>,
    /// What is exposed.
    pub exposure: Box<[Text<'a>]>,
    /// Whether `exposure` was written, if only as an empty list.
    pub exposure_stated: bool,
    /// What could happen.
    pub statement: Option<Text<'a>>,
}

/// One item of `alternatives`.
#[derive(Clone, Debug, Default)]
pub struct Alternative<'a> {
    /// The safer option.
    pub option: Option<Text<'a>>,
    /// Why it was not taken.
    pub rejected: Option<Text<'a>>,
}

/// `incident`.
#[derive(Clone, Debug)]
pub struct Incident<'a> {
    /// The incident's id.
    pub id: Option<Text<'a>>,
    /// The day on which it ended.
    pub ended: Option<Spanned<Day>>,
}

/// One item of `reviews`.
#[derive(Clone, Debug, Default)]
pub struct Review<'a> {
    /// The day.
    pub date: Option<Spanned<Day>>,
    /// Who looked.
    pub by: Option<Text<'a>>,
    /// What was seen.
    pub note: Option<Text<'a>>,
}

/// One item of `renewals`.
#[derive(Clone, Debug, Default)]
pub struct Renewal<'a> {
    /// The item as a whole.
    pub item: Spanned<()>,
    /// The day of the request.
    pub requested: Option<Spanned<Day>>,
    /// Who asks.
    pub requester: Option<Text<'a>>,
    /// Why it must go on.
    pub reason: Option<Text<'a>>,
    /// What was checked about the risk.
    pub risk_check: Option<Text<'a>>,
    /// Who decided.
    pub approver: Option<Text<'a>>,
    /// The day of the decision.
    pub decided: Option<Spanned<Day>>,
    /// The new end.
    pub expires: Option<Spanned<Moment>>,
}

/// One item of `amendments`.
#[derive(Clone, Debug, Default)]
pub struct Amendment<'a> {
    /// The day.
    pub date: Option<Spanned<Day>>,
    /// Who corrected the record.
    pub by: Option<Text<'a>>,
    /// Who agreed.
    pub approver: Option<Text<'a>>,
    /// The corrected fields, as dotted paths.
    pub fields: Box<[Inner<'a>]>,
    /// What was corrected.
    pub note: Option<Text<'a>>,
}

/// `closure`.
#[derive(Clone, Debug)]
pub struct Closure<'a> {
    /// The key's bytes.
    pub key: Span,
    /// The day.
    pub date: Option<Spanned<Day>>,
    /// Who removed the exception.
    pub by: Option<Text<'a>>,
    /// Who saw that it is gone.
    pub verified_by: Option<Text<'a>>,
    /// How.
    pub note: Option<Text<'a>>,
}

/// The part that a person plays in an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Explains the need, of the entry or of a renewal.
    Requester,
    /// Removes it.
    Owner,
    /// Accepts or rejects the risk, of the entry, a renewal or an amendment.
    Approver,
    /// Wrote a review, an amendment or a closure.
    Author,
    /// Verified a closure.
    Verifier,
}

impl Role {
    /// Returns the word for messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Owner => "owner",
            Self::Approver => "approver",
            Self::Author => "author",
            Self::Verifier => "verifier",
        }
    }
}

impl<'a> Exception<'a> {
    /// Reads a tree, leaving out anything missing or of the wrong shape.
    #[must_use]
    pub fn from_node(file: FileId, id: &'a str, root: Node<'a>) -> Self {
        let mut it = Self::empty(file, id);
        for Entry { key, key_span, value } in entries(root) {
            match &*key {
                "title" => it.title = text(value, At::field(const { pattern("/title") })),
                "control" => it.control = text(value, At::field(const { pattern("/control") })),
                "reason" => it.reason = text(value, At::field(const { pattern("/reason") })),
                "scope" => it.scope = Scope::from_node(value),
                "risk" => it.risk = Risk::from_node(value),
                "alternatives" => it.alternatives = items(value, |item| Some(Alternative::from_node(item))),
                "removal" => it.removal = text(value, At::field(const { pattern("/removal") })),
                "requested" => it.requested = day(&value, At::field(const { pattern("/requested") })),
                "requester" => it.requester = text(value, At::field(const { pattern("/requester") })),
                "owner" => it.owner = text(value, At::field(const { pattern("/owner") })),
                "approver" => it.approver = text(value, At::field(const { pattern("/approver") })),
                "decided" => it.decided = day(&value, At::field(const { pattern("/decided") })),
                "status" => it.status = read(&value, At::field(const { pattern("/status") }), Status::parse),
                "starts" => it.starts = moment(&value, At::field(const { pattern("/starts") })),
                "expires" => it.expires = moment(&value, At::field(const { pattern("/expires") })),
                "references" => {
                    it.references = texts(value, |index| At::item(const { pattern("/references/*") }, index));
                }
                "follows" => {
                    it.follows = texts(value, |index| At::item(const { pattern("/follows/*") }, index)).into();
                }
                "incident" if !value.is_empty() => it.incident = Some(Box::new(Incident::from_node(value))),
                "reviews" => it.reviews = items(value, |item| Some(Review::from_node(item))).into(),
                "renewals" => it.renewals = items(value, |item| Some(Renewal::from_node(item))).into(),
                "covers" => it.covers = cover::from_list(value).into(),
                "amendments" => it.amendments = items(value, |item| Some(Amendment::from_node(item))).into(),
                "closure" if !value.is_empty() => it.closure = Some(Box::new(Closure::from_node(key_span, value))),
                _ => {}
            }
        }
        it
    }

    fn empty(file: FileId, id: &'a str) -> Self {
        Self {
            file,
            id,
            title: None,
            control: None,
            reason: None,
            scope: Scope::default(),
            risk: Risk::default(),
            alternatives: Box::default(),
            removal: None,
            requested: None,
            requester: None,
            owner: None,
            approver: None,
            decided: None,
            status: None,
            starts: None,
            expires: None,
            references: Box::default(),
            follows: List::default(),
            incident: None,
            reviews: List::default(),
            renewals: List::default(),
            covers: List::default(),
            amendments: List::default(),
            closure: None,
        }
    }

    /// Returns whether the status is one of `any`.
    #[must_use]
    pub fn is(&self, any: &[Status]) -> bool {
        self.status.as_ref().is_some_and(|status| any.contains(&status.value))
    }

    /// Returns whether the status is `active` or `expired`. One that is missing or misspelt is none of the four, so the
    /// exception counts as neither live nor over.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.is(&[Status::Active, Status::Expired])
    }

    /// Returns whether the rules for live exceptions apply: to those, and to one whose status cannot be read, unless
    /// there is a closure. The most common slip then does not hide the other findings.
    #[must_use]
    pub fn is_judged_as_live(&self) -> bool {
        self.is_live() || (self.status.is_none() && self.closure.is_none())
    }

    /// Returns the end that is agreed now: the last renewal's, otherwise the entry's own.
    #[must_use]
    pub fn current_expiry(&self) -> Option<&Spanned<Moment>> {
        match self.renewals.last() {
            Some(renewal) => renewal.expires.as_ref(),
            None => self.expires.as_ref(),
        }
    }

    /// Returns the day from which the last approval counts: the start, or the last renewal's
    /// decision.
    #[must_use]
    pub fn approved_from(&self, zone: Zone) -> Option<Day> {
        match self.renewals.last() {
            Some(renewal) => renewal.decided.as_ref().map(|day| day.value),
            None => self.starts.as_ref().map(|starts| zone.first_day(starts.value)),
        }
    }

    /// Returns who approved last: the last renewal's approver, otherwise the entry's own.
    #[must_use]
    pub fn last_approver(&self) -> Option<&Text<'a>> {
        match self.renewals.last() {
            Some(Renewal { approver: Some(approver), .. }) => Some(approver),
            _ => self.approver.as_ref(),
        }
    }

    /// Returns the day on which the incident behind an emergency ended, unless there is a review or closure of that day
    /// or later. A review by somebody who `is_agent` does not count.
    #[must_use]
    pub fn unreviewed_incident(&self, is_agent: impl Fn(&str) -> bool) -> Option<&Spanned<Day>> {
        let emergency = self.risk.tier.as_ref().is_some_and(|tier| tier.value == Tier::Emergency);
        let ended = self.incident.as_ref().filter(|_| emergency)?.ended.as_ref()?;
        let by_agent = |review: &Review<'_>| review.by.as_ref().is_some_and(|by| is_agent(by.as_str()));
        let reviewed = self.reviews.iter().filter(|review| !by_agent(review)).filter_map(|review| review.date.as_ref());
        let closed = self.closure.iter().filter_map(|closure| closure.date.as_ref());
        (!reviewed.chain(closed).any(|day| day.value >= ended.value)).then_some(ended)
    }

    /// Returns the expiry that the renewal at `index` extends.
    #[must_use]
    pub fn expiry_before(&self, index: usize) -> Option<&Spanned<Moment>> {
        match index.checked_sub(1) {
            Some(before) => self.renewals.get(before)?.expires.as_ref(),
            None => self.expires.as_ref(),
        }
    }

    /// Returns whether anything is missing without which no decision could be in force: an approver, a day, an end or a
    /// status.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        self.decision_parts().contains(&false)
    }

    /// Tells of each part without which no decision could be in force whether it is there: the approver, the day, the end
    /// and the status.
    #[must_use]
    pub fn decision_parts(&self) -> [bool; 4] {
        [self.approver.is_some(), self.decided.is_some(), self.expires.is_some(), self.status.is_some()]
    }

    /// Returns everyone who is named, with the part that they play, in the order of the fields.
    #[must_use]
    pub fn people(&self) -> Vec<(Role, &Text<'a>)> {
        let own = [(Role::Requester, &self.requester), (Role::Owner, &self.owner), (Role::Approver, &self.approver)];
        let reviews = self.reviews.iter().map(|review| (Role::Author, &review.by));
        let renewals = self
            .renewals
            .iter()
            .flat_map(|renewal| [(Role::Requester, &renewal.requester), (Role::Approver, &renewal.approver)]);
        let amendments = self
            .amendments
            .iter()
            .flat_map(|amendment| [(Role::Author, &amendment.by), (Role::Approver, &amendment.approver)]);
        let closure = self
            .closure
            .iter()
            .flat_map(|closure| [(Role::Author, &closure.by), (Role::Verifier, &closure.verified_by)]);
        own.into_iter()
            .chain(reviews)
            .chain(renewals)
            .chain(amendments)
            .chain(closure)
            .filter_map(|(role, text)| Some((role, text.as_ref()?)))
            .collect()
    }

    /// Returns the reasons that were given: the entry's and its renewals', each with the day of its decision.
    pub fn reasons(&self) -> impl Iterator<Item = (&Text<'a>, Option<Day>)> {
        let day = |day: &Option<Spanned<Day>>| day.as_ref().map(|day| day.value);
        let own = self.reason.iter().map(move |reason| (reason, day(&self.decided)));
        let renewed =
            self.renewals.iter().filter_map(move |renewal| Some((renewal.reason.as_ref()?, day(&renewal.decided))));
        own.chain(renewed)
    }
}

impl<'a> Scope<'a> {
    fn from_node(node: Node<'a>) -> Self {
        let mut it = Self::default();
        for Entry { key, value, .. } in entries(node) {
            match &*key {
                "system" => it.system = text(value, At::field(const { pattern("/scope/system") })),
                "environment" => it.environment = text(value, At::field(const { pattern("/scope/environment") })),
                "team" => it.detail().team = text(value, At::field(const { pattern("/scope/team") })),
                "process" => it.detail().process = text(value, At::field(const { pattern("/scope/process") })),
                _ => {}
            }
        }
        it
    }

    fn detail(&mut self) -> &mut Detail<'a> {
        self.detail.get_or_insert_default()
    }

    /// Returns the parts that are there, with their keys.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &Text<'a>)> {
        let detail = self.detail.iter().flat_map(|it| [("team", &it.team), ("process", &it.process)]);
        let all = [("system", &self.system), ("environment", &self.environment)].into_iter().chain(detail);
        all.filter_map(|(key, text)| Some((key, text.as_ref()?)))
    }
}

impl<'a> Risk<'a> {
    fn from_node(node: Node<'a>) -> Self {
        let mut it = Self::default();
        for Entry { key, value, .. } in entries(node) {
            match &*key {
                "tier" => it.tier = read(&value, At::field(const { pattern("/risk/tier") }), Tier::parse),
                "exposure" => {
                    it.exposure_stated = !value.is_empty();
                    it.exposure = texts(value, |index| At::item(const { pattern("/risk/exposure/*") }, index));
                }
                "statement" => it.statement = text(value, At::field(const { pattern("/risk/statement") })),
                _ => {}
            }
        }
        it
    }
}

impl<'a> Alternative<'a> {
    fn from_node((index, node): (usize, Node<'a>)) -> Self {
        let at = |pattern| At::item(pattern, index);
        let mut it = Self::default();
        for Entry { key, value, .. } in entries(node) {
            match &*key {
                "option" => it.option = text(value, at(const { pattern("/alternatives/*/option") })),
                "rejected" => it.rejected = text(value, at(const { pattern("/alternatives/*/rejected") })),
                _ => {}
            }
        }
        it
    }
}

impl<'a> Incident<'a> {
    fn from_node(node: Node<'a>) -> Self {
        let mut it = Self { id: None, ended: None };
        for Entry { key, value, .. } in entries(node) {
            match &*key {
                "id" => it.id = text(value, At::field(const { pattern("/incident/id") })),
                "ended" => it.ended = day(&value, At::field(const { pattern("/incident/ended") })),
                _ => {}
            }
        }
        it
    }
}

impl<'a> Review<'a> {
    fn from_node((index, node): (usize, Node<'a>)) -> Self {
        let at = |pattern| At::item(pattern, index);
        let mut it = Self::default();
        for Entry { key, value, .. } in entries(node) {
            match &*key {
                "date" => it.date = day(&value, at(const { pattern("/reviews/*/date") })),
                "by" => it.by = text(value, at(const { pattern("/reviews/*/by") })),
                "note" => it.note = text(value, at(const { pattern("/reviews/*/note") })),
                _ => {}
            }
        }
        it
    }
}

impl<'a> Renewal<'a> {
    fn from_node((index, node): (usize, Node<'a>)) -> Self {
        let at = |pattern| At::item(pattern, index);
        let item = Spanned::new((), node.span, at(const { pattern("/renewals/*") }));
        let mut it = Self { item, ..Self::default() };
        for Entry { key, value, .. } in entries(node) {
            match &*key {
                "requested" => it.requested = day(&value, at(const { pattern("/renewals/*/requested") })),
                "requester" => it.requester = text(value, at(const { pattern("/renewals/*/requester") })),
                "reason" => it.reason = text(value, at(const { pattern("/renewals/*/reason") })),
                "risk_check" => it.risk_check = text(value, at(const { pattern("/renewals/*/risk_check") })),
                "approver" => it.approver = text(value, at(const { pattern("/renewals/*/approver") })),
                "decided" => it.decided = day(&value, at(const { pattern("/renewals/*/decided") })),
                "expires" => it.expires = moment(&value, at(const { pattern("/renewals/*/expires") })),
                _ => {}
            }
        }
        it
    }
}

impl<'a> Amendment<'a> {
    fn from_node((index, node): (usize, Node<'a>)) -> Self {
        let at = |pattern| At::item(pattern, index);
        let mut it = Self::default();
        for Entry { key, value, .. } in entries(node) {
            match &*key {
                "date" => it.date = day(&value, at(const { pattern("/amendments/*/date") })),
                "by" => it.by = text(value, at(const { pattern("/amendments/*/by") })),
                "approver" => it.approver = text(value, at(const { pattern("/amendments/*/approver") })),
                "fields" => {
                    it.fields = inner_texts(value, const { pattern("/amendments/*/fields/*") }, index);
                }
                "note" => it.note = text(value, at(const { pattern("/amendments/*/note") })),
                _ => {}
            }
        }
        it
    }
}

impl<'a> Closure<'a> {
    fn from_node(key: Span, node: Node<'a>) -> Self {
        let mut it = Self { key, date: None, by: None, verified_by: None, note: None };
        for Entry { key, value, .. } in entries(node) {
            match &*key {
                "date" => it.date = day(&value, At::field(const { pattern("/closure/date") })),
                "by" => it.by = text(value, At::field(const { pattern("/closure/by") })),
                "verified_by" => it.verified_by = text(value, At::field(const { pattern("/closure/verified_by") })),
                "note" => it.note = text(value, At::field(const { pattern("/closure/note") })),
                _ => {}
            }
        }
        it
    }
}

fn day(node: &Node<'_>, at: At) -> Option<Spanned<Day>> {
    read(node, at, |text| Day::parse(text).ok())
}

fn moment(node: &Node<'_>, at: At) -> Option<Spanned<Moment>> {
    read(node, at, |text| Moment::parse(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::yaml;

    const EVERYTHING: &str = "\
title: t
control: c
reason: r
scope: {system: s, environment: e, team: t, process: p}
risk: {tier: low, exposure: ['', data], statement: s}
alternatives: [{}, {option: o, rejected: r}]
removal: r
requested: 2026-01-01
requester: r
owner: o
approver: a
decided: 2026-01-01
status: active
starts: 2026-01-01
expires: 2026-02-01
references: [a, {}, b]
follows: [c]
incident: {id: i, ended: 2026-01-01}
reviews: [{date: 2026-01-01, by: b, note: n}]
renewals:
- x
- requested: 2026-01-01
  requester: r
  reason: r
  risk_check: c
  approver: a
  decided: 2026-01-01
  expires: 2026-01-01
amendments: [{}, {}, {date: 2026-01-01, by: b, approver: a, fields: [a, b], note: n}]
closure: {date: 2026-01-01, by: b, verified_by: v, note: n}
";

    /// Places where values state themselves to be.
    #[derive(Default)]
    struct Said(Vec<(String, Span)>);

    impl Said {
        fn add<'v, T: 'v>(&mut self, values: impl IntoIterator<Item = &'v Spanned<T>>) {
            self.0.extend(values.into_iter().map(|it| (it.pointer(), it.span())));
        }

        fn of(it: &Exception<'_>) -> Self {
            let mut said = Self::default();
            let texts = [&it.title, &it.control, &it.reason, &it.removal, &it.requester, &it.owner, &it.approver];
            said.add(texts.into_iter().flatten());
            said.add(it.scope.parts().map(|(_, text)| text));
            said.add(&it.risk.tier);
            said.add(it.risk.exposure.iter().chain(&it.risk.statement).chain(&it.references).chain(&it.follows));
            said.add(it.alternatives.iter().flat_map(|it| it.option.iter().chain(&it.rejected)));
            said.add(it.requested.iter().chain(&it.decided));
            said.add(&it.status);
            said.add(it.starts.iter().chain(&it.expires));
            said.add(it.incident.iter().flat_map(|it| &it.id));
            said.add(it.incident.iter().flat_map(|it| &it.ended));
            said.add(it.reviews.iter().flat_map(|it| &it.date));
            said.add(it.reviews.iter().flat_map(|it| it.by.iter().chain(&it.note)));
            for it in &it.renewals {
                said.add([&it.item]);
                said.add(it.requested.iter().chain(&it.decided));
                said.add([&it.requester, &it.reason, &it.risk_check, &it.approver].into_iter().flatten());
                said.add(&it.expires);
            }
            said.add(it.amendments.iter().flat_map(|it| &it.date));
            said.add(it.amendments.iter().flat_map(|it| it.by.iter().chain(&it.approver).chain(&it.note)));
            said.0.extend(it.amendments.iter().flat_map(|it| &it.fields).map(|it| (it.pointer(), it.span())));
            said.add(it.closure.iter().flat_map(|it| &it.date));
            said.add(it.closure.iter().flat_map(|it| it.by.iter().chain(&it.verified_by).chain(&it.note)));
            said
        }
    }

    #[test]
    fn a_key_without_a_value_is_no_closure_and_no_incident() {
        let read = |text| Exception::from_node(FileId(0), "x", yaml::parse(text).unwrap());
        let it = read("closure:\nincident:\n");
        assert!(it.closure.is_none() && it.incident.is_none() && it.is_judged_as_live());
        let it = read("closure: {by: '@dana'}\nincident: {id: I-1}\n");
        assert!(it.closure.is_some() && it.incident.is_some() && !it.is_judged_as_live());
        assert!(read("closure: {by: '@dana'}\nstatus: active\n").is_judged_as_live());
    }

    #[test]
    fn the_last_approver_is_that_of_the_last_renewal() {
        for (renewals, approver) in
            [("[]", "@mei"), ("[{approver: '@olek'}]", "@olek"), ("[{approver: '@olek'}, {reason: r}]", "@mei")]
        {
            let text = format!("approver: '@mei'\nrenewals: {renewals}\n");
            let it = Exception::from_node(FileId(0), "x", yaml::parse(&text).unwrap());
            assert_eq!(it.last_approver().map(Text::as_str), Some(approver), "{renewals}");
        }
    }

    #[test]
    fn everyone_who_is_named_has_a_part() {
        let text = "\
requester: a
owner: b
approver: c
reviews: [{by: d}, {note: n}]
renewals: [{requester: e, approver: f}]
amendments: [{by: g, approver: h}]
closure: {by: i, verified_by: j}
";
        let it = Exception::from_node(FileId(0), "x", yaml::parse(text).unwrap());
        let said: Vec<String> =
            it.people().into_iter().map(|(role, who)| format!("{} {}", role.name(), who.as_str())).collect();
        assert_eq!(
            said,
            [
                "requester a",
                "owner b",
                "approver c",
                "author d",
                "requester e",
                "approver f",
                "author g",
                "approver h",
                "author i",
                "verifier j"
            ]
        );
    }

    #[test]
    fn a_reason_has_the_day_of_its_decision() {
        let text =
            "reason: a\ndecided: 2026-01-01\nrenewals: [{reason: b, decided: 2026-02-01}, {note: n}, {reason: c}]\n";
        let it = Exception::from_node(FileId(0), "x", yaml::parse(text).unwrap());
        let said: Vec<_> =
            it.reasons().map(|(reason, day)| (reason.as_str(), day.map(|day| day.to_string()))).collect();
        let day = |day: &str| Some(day.to_owned());
        assert_eq!(said, [("a", day("2026-01-01")), ("b", day("2026-02-01")), ("c", None)]);
    }

    #[test]
    fn an_incident_is_reviewed_on_its_last_day_or_later() {
        let emergency = "risk: {tier: emergency}\nincident: {ended: 2026-11-10}\n";
        for (more, is_open) in [
            ("", true),
            ("reviews: [{date: 2026-11-09}]\n", true),
            ("reviews: [{date: 2026-11-09}, {date: 2026-11-10}]\n", false),
            ("reviews: [{date: 2026-11-10, by: '@bot'}]\n", true),
            ("reviews: [{date: 2026-11-10, by: '@dana'}]\n", false),
            ("reviews: [{note: n}]\n", true),
            ("closure: {date: 2026-11-10}\n", false),
            ("closure: {date: 2026-11-09}\n", true),
        ] {
            for (text, is_open) in [(emergency.to_owned(), is_open), (emergency.replace("emergency", "high"), false)] {
                let text = text + more;
                let it = Exception::from_node(FileId(0), "x", yaml::parse(&text).unwrap());
                assert_eq!(it.unreviewed_incident(|by| by == "@bot").is_some(), is_open, "{text}");
            }
        }
    }

    #[test]
    fn each_renewal_extends_the_end_before_it() {
        let text = "expires: 2026-01-01\nrenewals: [{expires: 2026-02-01}, {expires: 2026-03-01}]\n";
        let it = Exception::from_node(FileId(0), "x", yaml::parse(text).unwrap());
        let before = |index| it.expiry_before(index).map(|end| end.value.to_string());
        assert_eq!(
            [0, 1, 2, 3].map(before),
            ["2026-01-01", "2026-02-01", "2026-03-01", ""].map(|end| match end {
                "" => None,
                end => Some(end.to_owned()),
            })
        );
        assert_eq!(it.current_expiry().map(|end| end.value.to_string()).as_deref(), Some("2026-03-01"));
    }

    #[test]
    fn nothing_is_decided_without_an_approver_a_day_an_end_and_a_status() {
        let lines = ["approver: '@mei'\n", "decided: 2026-01-01\n", "expires: 2026-02-01\n", "status: active\n"];
        let is_undecided = |text: &str| Exception::from_node(FileId(0), "x", yaml::parse(text).unwrap()).is_undecided();
        assert!(!is_undecided(&lines.concat()));
        for line in lines {
            assert!(is_undecided(&lines.concat().replace(line, "title: t\n")), "{line}");
        }
    }

    #[test]
    fn each_value_knows_its_field() {
        let tree = yaml::parse(EVERYTHING).unwrap();
        let Said(said) = Said::of(&Exception::from_node(FileId(0), "x", tree.clone()));
        assert_eq!(said.len(), 48, "{said:?}");
        for (pointer, span) in said {
            assert_eq!(yaml::lookup(&tree, &pointer).map(|(_, node)| node.span), Some(span), "{pointer}");
        }
    }
}
