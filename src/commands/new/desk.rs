//! The register around a new exception: what the gate would say about an answer, immediately.
//!
//! A register of 10,000 files is parsed once. An answer is then judged by the real rules among only those files that
//! can matter to it: the same system, which may be the same exception filed again, and the reason that is nearest to
//! the new one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::commands::ask::Choice;
use crate::commands::candidate::{self, Before};
use crate::commands::deciders;
use crate::commands::new::shelf::Shelf;
use crate::commands::opened::Opened;
use crate::commands::signoff::{self, Owners};
use crate::files::{self, ReadFile};
use crate::register::draft::Draft;
use crate::register::fields::{CONTROL, FOLLOWS, Field, REASON, STARTS, SYSTEM, TIER};
use crate::register::precedent::{Common, Precedent, Precedents, Subject};
use crate::register::{self, Controls, Status, Tier};
use crate::register::{Exception, Files, Register};
use crate::rule::{Finding, Level};
use crate::rules;
use crate::rules::Judge;
use crate::schema::Schema;
use crate::signoff::Ownership;
use crate::source::FileId;
use crate::text::look_alike::name_key;
use crate::text::normalise::fold;
use crate::text::shown;
use crate::text::similarity::closest_older;
use crate::time::{Day, Moment, Today};
use crate::yaml;

/// A register and its rule book, ready to judge one draft after another.
pub(super) struct Desk {
    /// The repository's root.
    pub(super) root: PathBuf,
    /// Where new files go.
    pub(super) shelf: Shelf,
    /// Who owns which file, in a git work tree.
    pub(super) ownership: Option<Ownership>,
    /// The environments that the register names, most frequent first.
    pub(super) environments: Vec<String>,
    /// The environment of each system, by its folded name, as the newest file has it.
    environment_of: BTreeMap<String, String>,
    judge: Judge,
    own: Option<Schema>,
    files: Files,
    /// The files about each system, by its name without look-alikes.
    systems: BTreeMap<String, Vec<FileId>>,
    /// What each file is about.
    subjects: Vec<(Subject, FileId)>,
    /// Every reason with its file.
    reasons: Vec<(FileId, String)>,
    /// The last reason that was looked up, and the file with the nearest one.
    nearest: RefCell<(String, Option<FileId>)>,
}

/// What was asked for before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Earlier {
    /// Its id.
    pub(super) id: String,
    /// What it has in common with the new request.
    pub(super) common: Common,
    /// The id and what became of it.
    pub(super) line: String,
    /// Who refused it, if it was refused not long ago.
    pub(super) refused_by: Option<String>,
}

/// What a rule says about a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    /// How much it weighs.
    pub(super) level: Level,
    /// The rule.
    pub(super) rule: &'static str,
    /// JSON Pointer of the field; a path for another file's.
    pub(super) field: String,
    /// Whether the remark is that the field is missing.
    pub(super) missing: bool,
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) help: String,
}

impl Remark {
    /// Returns what an answer causes: what is found on its own field, and what is newly found on others. That others
    /// are still missing is not news.
    pub(super) fn caused(before: &[Self], after: Vec<Self>, pointer: &str) -> Vec<Self> {
        let is_new = |remark: &Self| {
            let known = before.iter().any(|other| (other.rule, &other.field) == (remark.rule, &remark.field));
            remark.is_about(pointer) || !(known || remark.missing)
        };
        after.into_iter().filter(is_new).collect()
    }

    /// Returns whether it is about a field or a part of it.
    pub(super) fn is_about(&self, pointer: &str) -> bool {
        self.field.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Returns both sentences.
    pub(super) fn text(&self) -> String {
        if self.help.is_empty() { self.message.clone() } else { format!("{}\n{}", self.message, self.help) }
    }
}

impl Desk {
    /// Prepares an opened register.
    ///
    /// # Errors
    ///
    /// If CODEOWNERS cannot be read.
    pub(super) fn new(opened: Opened) -> Result<Self, crate::error::Error> {
        let Opened { root, judge, own, files, .. } = opened;
        let ownership = signoff::ownership(judge.policy.forge(), &Owners::WorkTree(&root), &mut Files::default())?;
        let (register, _) = Register::parse_unjudged(&files, &[]);
        let mut systems: BTreeMap<String, Vec<FileId>> = BTreeMap::new();
        let mut environments: BTreeMap<String, usize> = BTreeMap::new();
        let mut environment_of = BTreeMap::new();
        let mut reasons = Vec::new();
        let controls = judge.controls.as_ref();
        let subjects = register.exceptions().map(|it| (Subject::of(it, controls), it.file)).collect();
        for exception in register.exceptions() {
            let file = exception.file;
            if let Some(system) = &exception.scope.system {
                systems.entry(name_key(system.as_str())).or_default().push(file);
            }
            if let Some(environment) = exception.scope.environment.as_ref().filter(|_| exception.is_live()) {
                *environments.entry(environment.value.trim().to_owned()).or_default() += 1;
            }
            if let (Some(system), Some(environment)) = (&exception.scope.system, &exception.scope.environment) {
                let newest = environment_of.entry(fold(system.as_str()).into_owned()).or_insert((None, String::new()));
                let decided = exception.decided.as_ref().map(|decided| decided.value);
                if decided >= newest.0 {
                    *newest = (decided, environment.value.trim().to_owned());
                }
            }
            reasons.extend(exception.reasons().map(|(reason, _)| (file, reason.as_str().to_owned())));
        }
        let mut environments: Vec<(usize, String)> =
            environments.into_iter().map(|(name, count)| (count, name)).collect();
        environments.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let shelf = Shelf::of(&register, &judge.policy.exceptions, judge.today.day);
        Ok(Self {
            shelf,
            ownership,
            environments: environments.into_iter().map(|(_, name)| name).collect(),
            environment_of: environment_of.into_iter().map(|(system, (_, name))| (system, name)).collect(),
            systems,
            subjects,
            reasons,
            nearest: RefCell::default(),
            root,
            judge,
            own,
            files,
        })
    }

    /// Judges a draft as if it were at a path. A CODEOWNERS that cannot be read is left for the judgement of the
    /// finished file.
    pub(super) fn judge(&self, draft: &Draft, path: &str) -> Vec<Remark> {
        let mut files = self.related(draft);
        let file = files::decode(draft.to_yaml(None).into_bytes(), path.to_owned());
        let judge = &self.judge;
        let Ok((new, findings)) =
            candidate::weigh(judge, self.own.as_ref(), &self.root, &mut files, file, Before::AsItIs)
        else {
            return Vec::new();
        };
        let about_it = |finding: &&Finding| finding.file == new || finding.labels.iter().any(|label| label.file == new);
        let remark = |finding: &Finding| {
            let (field, message) = if finding.file == new {
                (finding.place.pointer.clone(), finding.message.clone())
            } else {
                let other = files.source(finding.file).path();
                (other.to_owned(), format!("in `{}`: {}", shown(other), finding.message))
            };
            Remark {
                level: finding.level,
                rule: finding.rule.id,
                field,
                missing: finding.place.missing().is_some(),
                message,
                help: finding.help.clone().unwrap_or_default(),
            }
        };
        findings.iter().filter(about_it).map(remark).collect()
    }

    /// Returns what an answer causes.
    pub(super) fn caused_by(&self, field: Field, draft: &Draft, path: &str) -> Vec<Remark> {
        let mut without = draft.clone();
        without.clear(field);
        Remark::caused(&self.judge(&without, path), self.judge(draft, path), &field.pointer())
    }

    /// Returns which exception a draft takes up again, and how many renewals and re-filings there are then in a row.
    pub(super) fn taken_up(&self, draft: &Draft, path: &str) -> Option<(usize, String)> {
        let mut files = self.related(draft);
        let (new, _) = files.put(files::decode(draft.to_yaml(None).into_bytes(), path.to_owned()));
        let register = Register::parse_unjudged(&files, &[]).0;
        let judge = &self.judge;
        let (count, id) = rules::taken_up(new, judge, &register)?;
        Some((count, id.to_owned()))
    }

    /// Lists what was asked for before a draft, for the same control or system: what is most alike first.
    pub(super) fn asked_before(&self, draft: &Draft) -> Vec<Earlier> {
        let judge = &self.judge;
        let controls = judge.controls.as_ref();
        let subject = Subject::new(draft.text(CONTROL), draft.text(SYSTEM), controls);
        let alike = self.subjects.iter().filter(|(other, _)| subject.common(other).is_some());
        let read = |(_, file): &(Subject, FileId)| {
            let source = self.files.source(*file);
            Some(Exception::from_node(*file, register::stem(source.path()), yaml::parse(source.text()).ok()?))
        };
        let exceptions: Vec<Exception<'_>> = alike.filter_map(read).collect();
        let (zone, today) = (judge.policy.timezone, judge.today);
        let recent = |decided: Day| decided.days_until(today.day) <= i64::from(judge.policy.asked_again);
        let earlier = |it: Precedent<'_, '_>| {
            let refused = it.exception.decided.as_ref().filter(|_| it.exception.is(&[Status::Rejected]));
            let refused = refused.is_some_and(|decided| recent(decided.value));
            Earlier {
                id: it.exception.id.to_owned(),
                common: it.common,
                line: it.line(zone, today),
                refused_by: it.exception.approver.as_ref().filter(|_| refused).map(|by| by.as_str().to_owned()),
            }
        };
        Precedents::new(&exceptions, controls).of(&subject, "").into_iter().map(earlier).collect()
    }

    /// Returns the word in a draft that reveals an exposure, and the kind that it most likely means.
    pub(super) fn spoken_of(&self, draft: &Draft) -> Option<(String, &'static str)> {
        let text = draft.to_yaml(None);
        let exception = Exception::from_node(FileId(0), "", yaml::parse(&text).ok()?);
        rules::spoken_of(&exception).map(|(word, kind)| (word.to_owned(), kind))
    }

    /// Returns the environment that a system was in before.
    pub(super) fn environment_of(&self, system: &str) -> Option<&str> {
        self.environment_of.get(&*fold(system)).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Tells whether there is a catalogue with controls in it.
    pub(super) fn has_controls(&self) -> bool {
        self.with_controls(|controls| controls.iter().len() > 0) == Some(true)
    }

    /// Tells whether CODEOWNERS says who owns which file.
    pub(super) fn has_code_owners(&self) -> bool {
        self.ownership.as_ref().is_some_and(|ownership| ownership.codeowners().is_some())
    }

    /// Returns the last day that a tier allows for a start, if both can be read.
    pub(super) fn latest(&self, draft: &Draft) -> Option<(Tier, i64, Day)> {
        let judge = &self.judge;
        let tier = Tier::parse(draft.text(TIER))?;
        Moment::parse(draft.text(STARTS)).ok()?;
        let limit = judge.policy.limit(tier);
        Some((tier, limit, self.start(draft).plus(limit)))
    }

    /// Returns the first day of a draft; today where it cannot be read.
    pub(super) fn start(&self, draft: &Draft) -> Day {
        let starts = Moment::parse(draft.text(STARTS));
        starts.map_or(self.today().day, |starts| self.judge.policy.timezone.first_day(starts))
    }

    /// Returns the longest approval of a tier, in days.
    pub(super) fn limit(&self, tier: Tier) -> i64 {
        self.judge.policy.limit(tier)
    }

    /// Returns the lowest tier of an exception with an exposure.
    pub(super) fn exposure_tier(&self) -> Tier {
        self.judge.policy.exposure_tier
    }

    /// Returns how often an exception may be renewed.
    pub(super) fn max_renewals(&self) -> usize {
        self.judge.policy.max_renewals
    }

    /// Returns the moment of the run.
    pub(super) fn today(&self) -> Today {
        self.judge.today
    }

    /// Works with the catalogue of controls, if there is one.
    pub(super) fn with_controls<T>(&self, work: impl FnOnce(&Controls) -> T) -> Option<T> {
        self.judge.controls.as_ref().map(work)
    }

    /// Works with the people who are known.
    pub(super) fn with_people<T>(&self, work: impl FnOnce(&crate::people::People) -> T) -> T {
        work(&self.judge.people)
    }

    /// Lists who may decide on a request.
    pub(super) fn deciders(&self, requester: &str, path: &str) -> Vec<String> {
        deciders::deciders(&self.judge.people, self.ownership.as_ref(), self.today().day, requester, path)
    }

    /// Lists the people to choose from, those of `first` before the others.
    pub(super) fn to_choose(&self, first: &[String]) -> Vec<Choice> {
        deciders::to_choose(&self.judge.people, self.today().day, first)
    }

    /// Copies the files that can matter to a draft.
    fn related(&self, draft: &Draft) -> Files {
        let mut related: Vec<FileId> = self.systems.get(&name_key(draft.text(SYSTEM))).cloned().unwrap_or_default();
        let followed = draft.list(FOLLOWS).unwrap_or_default();
        let is_followed =
            |file: &FileId| followed.iter().any(|id| register::stem(self.files.source(*file).path()) == id);
        if !followed.is_empty() {
            related.extend(self.files.own().iter().copied().filter(is_followed));
        }
        related.extend(self.nearest(draft.text(REASON)));
        related.sort_unstable();
        related.dedup();
        let copy = |file: &FileId| -> ReadFile {
            let source = self.files.source(*file);
            files::decode(source.text().as_bytes().to_vec(), source.path().to_owned())
        };
        Files::from_read(related.iter().map(copy).collect())
    }

    /// Finds the file whose reason is nearest to the new one, whichever of them is older.
    fn nearest(&self, reason: &str) -> Option<FileId> {
        if reason.is_empty() {
            return None;
        }
        let mut last = self.nearest.borrow_mut();
        if last.0 != reason {
            let texts: Vec<&str> = self.reasons.iter().map(|(_, text)| text.as_str()).chain([reason]).collect();
            let new = self.reasons.len();
            let threshold = self.judge.policy.similarity;
            let copies = closest_older(&texts, |at| at == new, threshold);
            let closest = copies.closest.get(&new);
            *last = (reason.to_owned(), closest.and_then(|it| self.reasons.get(it.of)).map(|(file, _)| *file));
        }
        last.1
    }
}
