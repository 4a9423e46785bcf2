//! The fields of an exception that a column or a `--set` can fill.

use crate::register::draft::{Alternative, Draft};
use crate::text::nearest;

/// A field of an exception, or the file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The file's name.
    Id,
    /// `title`.
    Title,
    /// `control`.
    Control,
    /// `reason`.
    Reason,
    /// `scope.system`.
    System,
    /// `scope.environment`.
    Environment,
    /// `scope.team`.
    Team,
    /// `scope.process`.
    Process,
    /// `risk.tier`.
    Tier,
    /// `risk.exposure`.
    Exposure,
    /// `risk.statement`.
    Statement,
    /// `alternatives[].option`.
    Option,
    /// `alternatives[].rejected`.
    OptionRejected,
    /// `removal`.
    Removal,
    /// `requester`.
    Requester,
    /// `owner`.
    Owner,
    /// `approver`.
    Approver,
    /// `decided`.
    Decided,
    /// `status`.
    Status,
    /// `starts`.
    Starts,
    /// `expires`.
    Expires,
    /// `references`.
    References,
    /// `incident.id`.
    Incident,
    /// `closure.date`.
    ClosedOn,
    /// `closure.by`.
    ClosedBy,
    /// `closure.verified_by`.
    VerifiedBy,
    /// `closure.note`.
    ClosureNote,
}

/// What a cell of a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A text on one line.
    Line,
    /// One person.
    Person,
    /// A day.
    Day,
    /// A day or a date-time.
    Moment,
    /// One of a few words, or a list of them.
    Words,
    /// Several texts.
    List,
}

impl Field {
    /// All fields in the order of an exception, each by the name that `--map` and `--set` take.
    pub const ALL: [(&'static str, Self); 27] = [
        ("id", Self::Id),
        ("title", Self::Title),
        ("control", Self::Control),
        ("reason", Self::Reason),
        ("scope.system", Self::System),
        ("scope.environment", Self::Environment),
        ("scope.team", Self::Team),
        ("scope.process", Self::Process),
        ("risk.tier", Self::Tier),
        ("risk.exposure", Self::Exposure),
        ("risk.statement", Self::Statement),
        ("alternatives.option", Self::Option),
        ("alternatives.rejected", Self::OptionRejected),
        ("removal", Self::Removal),
        ("requester", Self::Requester),
        ("owner", Self::Owner),
        ("approver", Self::Approver),
        ("decided", Self::Decided),
        ("status", Self::Status),
        ("starts", Self::Starts),
        ("expires", Self::Expires),
        ("references", Self::References),
        ("incident.id", Self::Incident),
        ("closure.date", Self::ClosedOn),
        ("closure.by", Self::ClosedBy),
        ("closure.verified_by", Self::VerifiedBy),
        ("closure.note", Self::ClosureNote),
    ];

    /// Returns the name: the keys joined by dots.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }

    /// Finds a field by its name, or by its last part where no other field ends so: `tier`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let wanted = name.trim().to_ascii_lowercase();
        let whole = Self::ALL.iter().find(|(name, _)| *name == wanted);
        let mut parts = Self::ALL.iter().filter(|(name, _)| name.rsplit('.').next() == Some(wanted.as_str()));
        let part = parts.next().filter(|_| parts.next().is_none());
        match (whole, wanted.as_str()) {
            (Some((_, field)), _) => Some(*field),
            (None, "alternatives") => Some(Self::Option),
            (None, "incident") => Some(Self::Incident),
            (None, _) => part.map(|(_, field)| *field),
        }
    }

    /// Returns the name of the field that was probably meant.
    #[must_use]
    pub fn nearest(name: &str) -> Option<&'static str> {
        nearest(name, Self::ALL.iter().map(|(name, _)| *name))
    }

    /// Returns what its cells hold.
    #[must_use]
    pub fn holds(self) -> Holds {
        match self {
            Self::Requester | Self::Owner | Self::Approver | Self::ClosedBy | Self::VerifiedBy => Holds::Person,
            Self::Decided | Self::ClosedOn => Holds::Day,
            Self::Starts | Self::Expires => Holds::Moment,
            Self::Tier | Self::Status | Self::Exposure => Holds::Words,
            Self::References | Self::Option | Self::OptionRejected => Holds::List,
            _ => Holds::Line,
        }
    }

    /// Tells whether one value may stand for all entries. A decision is made for each on its own,
    /// and so are its name, its reason, its risk and what was considered instead.
    #[must_use]
    pub fn can_be_set(self) -> bool {
        matches!(
            self,
            Self::Control
                | Self::System
                | Self::Environment
                | Self::Team
                | Self::Process
                | Self::Tier
                | Self::Exposure
                | Self::Removal
                | Self::Requester
                | Self::Owner
                | Self::Starts
                | Self::Expires
                | Self::References
        )
    }

    /// Puts a value into a draft. Lists take one item a line.
    pub fn put(self, draft: &mut Draft, value: &str) {
        if let Some(place) = self.text(draft) {
            return value.clone_into(place);
        }
        let lines = || value.lines().map(str::trim).filter(|line| !line.is_empty());
        match self {
            Self::References => draft.references.extend(lines().map(str::to_owned)),
            Self::Option => fill(draft, lines(), |it| &mut it.option),
            Self::OptionRejected => fill(draft, lines(), |it| &mut it.rejected),
            Self::Exposure => {
                let kinds = value.split([',', ' ', '\n']).filter(|kind| !kind.is_empty());
                draft.exposure = Some(kinds.map(str::to_owned).collect());
            }
            _ => {}
        }
    }

    /// Puts a value behind what is there already: a list takes more items, a text more words.
    pub fn add(self, draft: &mut Draft, value: &str) {
        match self.text(draft) {
            Some(text) if !text.is_empty() => {
                text.push(' ');
                text.push_str(value);
            }
            _ => self.put(draft, value),
        }
    }

    /// Puts a value into a draft that says nothing of this field.
    pub fn put_if_open(self, draft: &mut Draft, value: &str) {
        let open = match self {
            Self::References => draft.references.is_empty(),
            Self::Option | Self::OptionRejected => draft.alternatives.is_empty(),
            Self::Exposure => draft.exposure.is_none(),
            _ => self.text(draft).is_some_and(|text| text.is_empty()),
        };
        if open {
            self.put(draft, value);
        }
    }

    fn text(self, draft: &mut Draft) -> Option<&mut String> {
        Some(match self {
            Self::Title => &mut draft.title,
            Self::Control => &mut draft.control,
            Self::Reason => &mut draft.reason,
            Self::System => &mut draft.system,
            Self::Environment => &mut draft.environment,
            Self::Team => &mut draft.team,
            Self::Process => &mut draft.process,
            Self::Tier => &mut draft.tier,
            Self::Statement => &mut draft.statement,
            Self::Removal => &mut draft.removal,
            Self::Requester => &mut draft.requester,
            Self::Owner => &mut draft.owner,
            Self::Approver => &mut draft.approver,
            Self::Decided => &mut draft.decided,
            Self::Status => &mut draft.status,
            Self::Starts => &mut draft.starts,
            Self::Expires => &mut draft.expires,
            Self::Incident => &mut draft.incident,
            Self::ClosedOn => &mut draft.closure.date,
            Self::ClosedBy => &mut draft.closure.by,
            Self::VerifiedBy => &mut draft.closure.verified_by,
            Self::ClosureNote => &mut draft.closure.note,
            Self::Id | Self::Exposure | Self::Option | Self::OptionRejected | Self::References => return None,
        })
    }
}

/// Puts each text into the first option that has none there.
fn fill<'v>(draft: &mut Draft, lines: impl Iterator<Item = &'v str>, part: fn(&mut Alternative) -> &mut String) {
    let mut at = 0;
    for line in lines {
        while draft.alternatives.get_mut(at).is_some_and(|it| !part(it).is_empty()) {
            at += 1;
        }
        if at == draft.alternatives.len() {
            draft.alternatives.push(Alternative::default());
        }
        if let Some(option) = draft.alternatives.get_mut(at) {
            line.clone_into(part(option));
        }
    }
}
