//! Exceptions that a change takes over: they were decided elsewhere, and the change's baseline names them for the first
//! time.
//!
//! Such an exception has no sign-off of its own, so an owner of the baseline must agree to all of them.

use crate::history::Changes;
use crate::policy::Forge;
use crate::policy::places::BASELINE;
use crate::rules::{Judge, Tolerance};
use crate::signoff::{Codeowners, OwnerPeople, ReviewState, Verdict, people_of};
use crate::source::FileId;
use crate::text::shown;

/// The exceptions that a change takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Takeover {
    /// Their files, at least one.
    pub files: Vec<FileId>,
    /// The head's baseline, where it is among the files of the run.
    pub baseline: Option<FileId>,
}

/// Whether somebody agrees to the takeover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// This account.
    By(String),
    /// Unknown: no reviews are given.
    Unknown,
    /// Nobody who may, with the reason and what to do.
    No(String, String),
}

/// A request whose reviews are known.
pub(crate) struct Request<'r> {
    /// The account that opened it.
    pub(crate) author: Option<&'r str>,
    /// The state of each reviewer.
    pub(crate) verdicts: &'r [Verdict],
    /// Whether it is merged. Then an approval of a commit that this clone lacks counts.
    pub(crate) is_merged: bool,
}

impl Takeover {
    /// Works out what a change takes over; `None` for nothing.
    #[must_use]
    pub fn of(judge: &Judge, changes: &Changes<'_>) -> Option<Self> {
        let tolerance = Tolerance::of(judge, Some(changes)).filter(|tolerance| !tolerance.is_over)?;
        let head = |file: FileId| (changes.adds(file) && tolerance.imports(file, changes.files)).then_some(file);
        let sides = changes.list.iter().filter_map(|change| change.head.as_ref());
        let files: Vec<FileId> = sides.filter_map(|side| head(side.file)).collect();
        let documents = changes.documents.iter().filter_map(|document| document.head);
        let mut baselines = documents.filter(|file| changes.files.source(*file).path() == BASELINE);
        (!files.is_empty()).then(|| Self { files, baseline: baselines.next() })
    }

    /// Lists the files that an agreeing reviewer must have seen.
    pub fn approvable(&self) -> impl Iterator<Item = FileId> {
        self.files.iter().copied().chain(self.baseline)
    }

    /// Says how many exceptions are taken over.
    #[must_use]
    pub fn counted(&self) -> String {
        match self.files.len() {
            1 => "`1` exception is taken over".to_owned(),
            count => format!("`{count}` exceptions are taken over"),
        }
    }

    /// Returns whose sign-off they lack.
    #[must_use]
    pub fn own(&self) -> &'static str {
        if self.files.len() == 1 { "its own" } else { "their own" }
    }

    /// Returns who agrees to the takeover in the gate.
    #[must_use]
    pub fn agreed(&self, judge: &Judge, changes: &Changes<'_>, prefix: &str) -> Agreed {
        let evidence = changes.evidence.as_ref();
        let Some(verdicts) = evidence.and_then(|evidence| evidence.verdicts.as_deref()) else {
            return Agreed::Unknown;
        };
        let author = evidence.and_then(|evidence| Some(evidence.author.as_ref()?.login.as_str()));
        self.agreed_on(&Request { author, verdicts, is_merged: false }, judge, changes, prefix)
    }

    /// Returns who agrees to the takeover on one request.
    pub(crate) fn agreed_on(
        &self,
        request: &Request<'_>,
        judge: &Judge,
        changes: &Changes<'_>,
        prefix: &str,
    ) -> Agreed {
        let people = &judge.people;
        let owned = self.owned(judge, changes, prefix);
        let is_author =
            |login: &str| request.author.is_some_and(|author| people.same(&format!("@{author}"), &format!("@{login}")));
        let may = |login: &str| {
            let handle = format!("@{login}");
            let known = || people.roster().is_none_or(|roster| !roster.is_complete() || roster.find(&handle).is_some());
            !is_author(login)
                && match &owned {
                    Some((_, owners)) => owners.has(people, &handle),
                    None => known(),
                }
        };
        let approved = |verdict: &&Verdict| verdict.state == ReviewState::Approved && may(&verdict.login);
        let mut approvals = request.verdicts.iter().filter(approved).peekable();
        let older = approvals.peek().copied();
        let is_unseen = |verdict: &Verdict| request.is_merged && verdict.worth.is_none();
        let holds = |verdict: &Verdict| self.approvable().all(|file| verdict.holds_for(file));
        if let Some(verdict) = approvals.find(|verdict| is_unseen(verdict) || holds(verdict)) {
            return Agreed::By(verdict.login.clone());
        }
        let (why, help) = match older {
            Some(verdict) => unfit(verdict, request.is_merged, judge.policy.forge()),
            None => unasked(owned.as_ref(), request.is_merged, judge, &is_author),
        };
        Agreed::No(why, help)
    }

    /// Returns the people who own the baseline, or else the exceptions that it names, with which of the two they own;
    /// `None` if neither has an owner. CODEOWNERS is the base's, or the head's where the base has none.
    fn owned<'a>(
        &self,
        judge: &'a Judge,
        changes: &'a Changes<'_>,
        prefix: &str,
    ) -> Option<(&'static str, OwnerPeople<'a>)> {
        let forge = judge.policy.forge();
        let base = changes.codeowners(forge, |document| document.base);
        let file = base.or_else(|| changes.codeowners(forge, |document| document.head))?;
        let codeowners = Codeowners::parse(forge, changes.files.source(file).text());
        let of = |path: &str| {
            let path = format!("{prefix}{path}");
            let owners: Vec<_> =
                codeowners.binding(&path).iter().flat_map(|rule| rule.owners.iter().copied()).collect();
            let people = people_of(&owners, &judge.people);
            (!people.people.is_empty() || !people.unknown_teams.is_empty()).then_some(people)
        };
        let entry = || of(changes.files.source(*self.files.first()?).path());
        of(BASELINE).map(|owners| ("`baseline.yaml`", owners)).or_else(|| Some(("the exceptions", entry()?)))
    }
}

/// Returns why an approval by an authorised person does not count, and what to do.
fn unfit(verdict: &Verdict, is_merged: bool, forge: Forge) -> (String, String) {
    let (login, request) = (shown(&verdict.login), forge.request());
    let again = format!("ask `@{login}` to approve the {request} again");
    let approved = |had: &str| format!("`@{login}` {had}approved the {request}");
    match (verdict.short_commit(), &verdict.worth) {
        (None, _) => (format!("{}, but the review does not say which commit", approved("")), again),
        (Some(commit), Some(_)) if is_merged => {
            (format!("{} at `{commit}`, but what was taken over had been edited since", approved("had ")), again)
        }
        (Some(commit), Some(_)) => {
            (format!("{} at `{commit}`, but what is taken over has been edited since", approved("")), again)
        }
        (Some(commit), None) => {
            (format!("{} at `{commit}`, which is not in this clone", approved("")), verdict.unfetched(forge))
        }
    }
}

/// Returns that nobody authorised has approved, and what to do.
fn unasked(
    owned: Option<&(&'static str, OwnerPeople<'_>)>,
    is_merged: bool,
    judge: &Judge,
    is_author: &dyn Fn(&str) -> bool,
) -> (String, String) {
    let (request, has) = (judge.policy.forge().request(), if is_merged { "had" } else { "has" });
    let Some((what, owners)) = owned else {
        return (
            format!("nobody but its author {has} approved it"),
            format!("have somebody else approve the {request}, and give `/{BASELINE}` owners in CODEOWNERS"),
        );
    };
    let account = |person: &&&str| judge.people.account(person).is_none_or(|login| !is_author(login));
    let named: Vec<String> =
        owners.people.iter().filter(account).take(5).map(|person| format!("`{}`", shown(person))).collect();
    let help = match (named.as_slice(), owners.unknown_teams.first()) {
        ([], Some(team)) => {
            format!("list the people of `{}` under `teams` in `{}`", shown(team), shown(judge.policy.people_path()))
        }
        ([], None) => format!("only the author owns {what}: add another owner in CODEOWNERS first"),
        (named, _) => format!("ask an owner to approve the {request}: {}", named.join(", ")),
    };
    (format!("no owner of {what} {has} approved it"), help)
}
