//! What is unusual about a request, which its own text would not say.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::card::Subject;
use crate::card::before::Before;
use crate::history::Changes;
use crate::people::{People, fold_person};
use crate::register::{self, Exception, Text, Tier};
use crate::rules::{self, Judge};
use crate::source::FileId;
use crate::text::similarity::{Closest, closest_older};
use crate::text::{ordinal, shown};

/// From this share of common words an approver may want to see the other reason, whatever counts as a copy.
const ALIKE: f64 = 0.6;

/// From so many live exceptions one person owns remarkably many.
const MANY: usize = 3;

/// What is known of the rest of the register; collected once for all cards.
pub(super) struct Register<'r> {
    /// Live exceptions of each owner.
    owned: FxHashMap<String, usize>,
    /// How often an exception takes up an older one, and that one's id.
    taken_up: FxHashMap<FileId, (usize, &'r str)>,
    /// The closest other reason of each reason: by its file and position.
    alike: FxHashMap<(FileId, usize), (&'r str, Closest)>,
}

impl<'r> Register<'r> {
    pub(super) fn new(
        judge: &'r Judge,
        register: &'r register::Register<'r>,
        changes: Option<&Changes<'_>>,
        subjects: &[(Subject, &Exception<'_>)],
    ) -> Self {
        let mut it = Self {
            owned: FxHashMap::default(),
            taken_up: rules::all_taken_up(judge, register.exceptions(), changes)
                .into_iter()
                .filter_map(|taken| Some((taken.up, (taken.count, register.exception(taken.from)?.id))))
                .collect(),
            alike: alike(register, subjects),
        };
        for exception in register.exceptions() {
            if let Some(owner) = exception.owner.as_ref().filter(|_| exception.is_live()) {
                *it.owned.entry(key(owner.as_str(), &judge.people)).or_default() += 1;
            }
        }
        it
    }

    /// Returns what is unusual, a sentence each.
    pub(super) fn unusual(
        &self,
        subject: Subject,
        exception: &Exception<'_>,
        before: &Before<'_>,
        judge: &Judge,
    ) -> Vec<String> {
        let mut said = Vec::new();
        if matches!(subject, Subject::Closure | Subject::Refusal) {
            return said;
        }
        let policy = &judge.policy;
        if let Some(tier) = exception.risk.tier.as_ref().filter(|tier| tier.value >= Tier::High) {
            said.push(format!(
                "tier {}, whose approval lasts {} days at most",
                tier.value.name(),
                policy.limit(tier.value)
            ));
        }
        if !exception.risk.exposure.is_empty() {
            let kinds: Vec<&str> = exception.risk.exposure.iter().map(Text::as_str).collect();
            said.push(format!("exposes {}", kinds.join(", ")));
        }
        let of_every_rule = exception.covers.iter().filter(|cover| cover.is_of_every_rule());
        said.extend(of_every_rule.map(|cover| format!("silences {}", cover.words())));
        if let Subject::Renewal(at) = subject
            && at > 0
        {
            said.push(format!("the {} renewal; the policy allows {}", nth(at + 1), policy.max_renewals));
        }
        if let Some((count, before)) = self.taken_up.get(&exception.file) {
            said.push(format!(
                "refiles {}, which makes {count} in a row; the policy allows {}",
                shown(before),
                policy.max_renewals
            ));
        }
        if before.is_asked_again(subject, exception, judge) {
            said.push("requested again: the same request was refused before".to_owned());
        }
        let owned = exception.owner.as_ref().and_then(|owner| self.owned.get(&key(owner.as_str(), &judge.people)));
        if let Some((count, owner)) = owned.filter(|count| **count >= MANY).zip(exception.owner.as_ref()) {
            said.push(format!("{} owns {count} live exceptions", shown(owner.as_str())));
        }
        said.extend(self.likeness(subject, exception));
        said
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share between 0 and 1")]
    fn likeness(&self, subject: Subject, exception: &Exception<'_>) -> Option<String> {
        let (id, closest) = self.alike.get(&(exception.file, position(subject)?))?;
        let per_cent = (closest.similarity * 100.0 + 1e-9) as u32;
        let whose = if *id == exception.id {
            "an older reason of the same exception".to_owned()
        } else {
            format!("the reason of {}", shown(id))
        };
        Some(match closest.added {
            None => format!("{per_cent} % of the words of its reason are those of {whose}"),
            Some(added) => format!("{per_cent} % of the words of {whose} are in its reason, with {added} more"),
        })
    }
}

/// Returns which of an exception's reasons a subject gives: 0 is the entry's, the others are those of its renewals.
fn position(subject: Subject) -> Option<usize> {
    match subject {
        Subject::Entry => Some(0),
        Subject::Renewal(at) => Some(at + 1),
        _ => None,
    }
}

/// Finds, for each of the given reasons, the closest one among all others.
fn alike<'r>(
    register: &'r register::Register<'r>,
    subjects: &[(Subject, &Exception<'_>)],
) -> FxHashMap<(FileId, usize), (&'r str, Closest)> {
    let wanted: FxHashSet<(FileId, usize)> =
        subjects.iter().filter_map(|(subject, it)| Some((it.file, position(*subject)?))).collect();
    let reasons = register.exceptions().flat_map(|exception| {
        let own = exception.reason.iter().map(|text| (0, text));
        let renewed = exception.renewals.iter().enumerate();
        let renewed = renewed.filter_map(|(at, renewal)| Some((at + 1, renewal.reason.as_ref()?)));
        own.chain(renewed).map(move |(at, text)| (exception, at, text.as_str()))
    });
    let (new, mut all): (Vec<_>, Vec<_>) = reasons.partition(|(it, at, _)| wanted.contains(&(it.file, *at)));
    let old = all.len();
    all.extend(new);
    let texts: Vec<&str> = all.iter().map(|(.., text)| *text).collect();
    let copies = closest_older(&texts, |at| at >= old, ALIKE);
    let found = copies.closest.into_iter();
    found
        .filter_map(|(new, closest)| {
            let (exception, at, _) = all.get(new)?;
            Some(((exception.file, *at), (all.get(closest.of)?.0.id, closest)))
        })
        .collect()
}

/// Returns what two spellings of one person have in common.
fn key(written: &str, people: &People) -> String {
    let known = people.roster().and_then(|roster| roster.find(written));
    known.map_or_else(|| fold_person(written).to_string(), |id| format!("#{}", id.index()))
}

fn nth(count: usize) -> String {
    match count {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        count => ordinal(count),
    }
}
