use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::history::{Change, Changes};
use crate::register::precedent::Subject;
use crate::register::{Exception, Inner, Status, Text, stem};
use crate::rules::chain::Chain;
use crate::rules::declare_rule;
use crate::rules::{Check, Context, Judge};
use crate::source::FileId;
use crate::text::{counted, shown};
use crate::time::Day;
use crate::yaml::Spot;

declare_rule! {
    /// Reports a new request for something that was refused recently, if it does not name the refusal or names another
    /// approver; and an amendment of a refusal that somebody else approves.
    ///
    /// ## Why
    ///
    /// A refusal is an answer. Asking a second person, who knows nothing about it, gets around the first one, and the
    /// register then holds both a no and a yes to the same question.
    ///
    /// ## What to do
    ///
    /// Name the refusal in `follows` (or in `references`), and say in `reason` what is different this time. The person
    /// who refused must decide, or somebody above them in the roster's chain of `manager`. A refusal has to be answered
    /// for as long as `asked_again` in the policy says. Until then the same people must approve amendments of its
    /// `decided`, `approver`, `control` or `scope`: changing those could undo the refusal. A refusal by somebody who is
    /// not a code owner of it, and has nobody above them, only has to be named.
    id: "asked-again",
    family: Renewals,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

/// A request that was refused.
struct Refusal<'r> {
    exception: &'r Exception<'r>,
    decided: Day,
}

type Refusals<'r> = FxHashMap<Subject, Vec<Refusal<'r>>>;

fn check(cx: &mut Context<'_>) {
    let (judge, register, changes) = (cx.judge, cx.register, cx.changes);
    let controls = judge.controls.as_ref();
    let refused = refusals(cx);
    if refused.is_empty() {
        return;
    }
    judge_amended(cx);
    let all: Follows<'_> = register.exceptions().filter(|it| !it.follows.is_empty()).map(|it| (it.id, it)).collect();
    for exception in register.exceptions() {
        if !cx.judges_grant(exception) {
            continue;
        }
        let subject = Subject::of(exception, controls);
        let Some(refusals) = refused.get(&subject) else { continue };
        let is_new = changes.is_some_and(|changes| {
            let before = changes.before(exception.file);
            changes.adds(exception.file) || before.is_some_and(|before| Subject::of(before, controls) != subject)
        });
        // What a change requests is requested now, whatever its date.
        let decided = exception.decided.as_ref().map(|decided| decided.value);
        let Some(asked) = decided.filter(|_| !is_new).or(is_new.then_some(judge.today.day)) else { continue };
        for refusal in refusals.iter().filter(|refusal| refusal.exception.id != exception.id) {
            let days = refusal.decided.days_until(asked);
            if days > i64::from(judge.policy.asked_again) || (days < 0 && !is_new) {
                continue;
            }
            if !is_named(exception, refusal.exception.id, &all) {
                report_unnamed(exception, refusal, days, cx);
            }
            report_other(exception, refusal, cx);
        }
    }
}

/// Collects what was refused, by what it was about, if there is a request for it.
fn refusals<'c>(cx: &Context<'c>) -> Refusals<'c> {
    let mut refused = Refusals::default();
    if cx.policy().asked_again == 0 {
        return refused;
    }
    // The refusal as it was before the change comes first: editing or removing it does not answer it.
    for exception in cx.changes.into_iter().flat_map(edited).chain(cx.register.exceptions()) {
        let decided = exception.decided.as_ref().filter(|_| exception.is(&[Status::Rejected]));
        let subject = decided.map(|_| Subject::of(exception, cx.judge.controls.as_ref()));
        if let (Some(decided), Some(subject)) = (decided, subject.filter(Subject::is_whole)) {
            let known = refused.entry(subject).or_default();
            if known.iter().all(|known| known.exception.id != exception.id) {
                known.push(Refusal { exception, decided: decided.value });
            }
        }
    }
    refused
}

/// Lists the exceptions as they were before a change edits or removes them.
fn edited<'r>(changes: &'r Changes<'r>) -> impl Iterator<Item = &'r Exception<'r>> {
    changes.list.iter().filter_map(|change| change.base.as_ref()?.exception)
}

/// The exceptions that follow others, by id.
type Follows<'r> = BTreeMap<&'r str, &'r Exception<'r>>;

/// Tells whether an exception names another one, or one that names it.
fn is_named(exception: &Exception<'_>, id: &str, all: &Follows<'_>) -> bool {
    let own = exception.follows.iter().map(Text::as_str);
    let mut open: Vec<&str> = own.chain(exception.references.iter().map(|it| last_part(it.as_str()))).collect();
    let mut seen = BTreeSet::new();
    while let Some(named) = open.pop() {
        let named = named.trim();
        if named.eq_ignore_ascii_case(id) {
            return true;
        }
        if seen.insert(named) {
            open.extend(all.get(named).into_iter().flat_map(|it| &it.follows).map(Text::as_str));
        }
    }
    false
}

/// Returns what a reference ends with: the id, where it is one or the address of its file.
fn last_part(reference: &str) -> &str {
    let path = reference.split(['?', '#']).next().unwrap_or_default();
    match path.contains('/') {
        true => stem(path),
        false => reference,
    }
}

fn report_unnamed(exception: &Exception<'_>, refusal: &Refusal<'_>, days: i64, cx: &mut Context<'_>) {
    let id = shown(refusal.exception.id);
    let ago = if days > 0 { format!(", `{}` before", counted(days, "day")) } else { String::new() };
    let by = refusal.exception.approver.as_ref().map(|by| format!("`{}` ", shown(by.as_str())));
    let message = format!(
        "repeats a request that {}refused in `{id}` on `{}`{ago}, without saying so",
        by.unwrap_or_else(|| "somebody ".to_owned()),
        refusal.decided
    );
    let spot = exception.control.as_ref().map_or_else(Spot::file, Spot::from);
    let help = format!("add `follows: [{id}]`, and say in `reason` what is different this time");
    let finding = cx.report_in(exception.file, spot, message).help(help);
    if let Some(control) = &refusal.exception.control {
        finding.label_in(refusal.exception.file, control.span(), format!("refused in `{id}`, on the same system"));
    }
}

/// The fields of a refusal that say whom it binds, to what and for how long.
const BINDING: [&str; 4] = ["decided", "approver", "control", "scope"];

/// Reports amendments that a change adds to a refusal, if their approver could not answer it.
fn judge_amended(cx: &mut Context<'_>) {
    let (judge, changes) = (cx.judge, cx.changes);
    for edit in changes.into_iter().flat_map(|changes| changes.list.iter().filter_map(Change::edit)) {
        let (Some(decided), Some(refuser)) = (&edit.base.decided, &edit.base.approver) else { continue };
        let is_over = decided.value.days_until(judge.today.day) > i64::from(judge.policy.asked_again);
        if is_over || !edit.base.is(&[Status::Rejected]) {
            continue;
        }
        let answer = Answer::new(refuser, edit.base_file, cx);
        for amendment in edit.head.amendments.iter().skip(edit.base.amendments.len()) {
            let binds = |field: &Inner<'_>| BINDING.contains(&field.as_str().split('.').next().unwrap_or_default());
            let Some(approver) = amendment.approver.as_ref().filter(|_| amendment.fields.iter().any(binds)) else {
                continue;
            };
            if answer.is_free || answer.may(approver, judge) {
                continue;
            }
            let (name, by) = (shown(approver.as_str()), shown(refuser.as_str()));
            let message =
                format!("`{name}` approves an amendment of a request that `{by}` refused on `{}`", decided.value);
            let help = answer.help("approve it", judge);
            cx.report_in(edit.head.file, approver, message)
                .label_in(edit.base_file, refuser.span(), "refused it")
                .help(help);
        }
    }
}

/// Who may answer a refusal: the person who refused, or somebody above them.
struct Answer<'r> {
    refuser: &'r Text<'r>,
    chain: Option<Chain<'r>>,
    /// Whether the person who refused has left.
    left: bool,
    /// Whether nobody who could answer it is left.
    is_free: bool,
}

impl<'r> Answer<'r> {
    fn new(refuser: &'r Text<'r>, file: FileId, cx: &Context<'r>) -> Self {
        let judge = cx.judge;
        let today = judge.today.day;
        let roster = judge.people.roster();
        let chain = roster.and_then(|roster| Chain::new(roster, refuser.as_str(), today));
        let left =
            roster.and_then(|roster| roster.left(roster.find(refuser.as_str())?)).is_some_and(|left| left <= today);
        let decides = cx.ownership.and_then(|ownership| {
            let owners = ownership.people(&ownership.codeowners()?, &judge.people, cx.source(file).path());
            Some(!owners.unknown_teams.is_empty() || owners.has(&judge.people, refuser.as_str()))
        });
        let is_free = chain.is_none() && (left || decides == Some(false));
        Self { refuser, chain, left, is_free }
    }

    fn may(&self, person: &Text<'_>, judge: &Judge) -> bool {
        let above = self.chain.as_ref().is_some_and(|chain| chain.rises_to(person.as_str()));
        above || judge.people.same(person.as_str(), self.refuser.as_str())
    }

    /// Says whom to ask to do something.
    fn help(&self, act: &str, judge: &Judge) -> String {
        let by = shown(self.refuser.as_str());
        match &self.chain {
            Some(chain) if self.left => format!("ask `{}`, or somebody further up, to {act}", shown(chain.superior)),
            Some(chain) => format!("ask `{by}` to {act}, or somebody above them: `{}`", shown(chain.superior)),
            None => {
                format!("ask `{by}` to {act}, or list in `{}` who is above them", shown(judge.policy.people_path()))
            }
        }
    }
}

/// Reports an approver who neither refused nor is above the person who did.
fn report_other(exception: &Exception<'_>, refusal: &Refusal<'_>, cx: &mut Context<'_>) {
    let judge = cx.judge;
    let (Some(approver), Some(refuser)) = (&exception.approver, &refusal.exception.approver) else { return };
    let answer = Answer::new(refuser, refusal.exception.file, cx);
    let may = |person: &Text<'_>| answer.may(person, judge);
    if answer.is_free || may(approver) || exception.last_approver().is_some_and(may) {
        return;
    }
    let (name, by, id) = (shown(approver.as_str()), shown(refuser.as_str()), shown(refusal.exception.id));
    let help = answer.help("decide", judge);
    let message =
        format!("`{name}` is named to decide on a request that `{by}` refused in `{id}` on `{}`", refusal.decided);
    cx.report_in(exception.file, approver, message)
        .label_in(refusal.exception.file, refuser.span(), "refused it")
        .help(help);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_to_the_file_names_the_exception() {
        for reference in [
            "label-printer",
            "exceptions/label-printer.yaml",
            "https://github.com/acme/register/blob/main/exceptions/label-printer.yaml?plain=1#L3",
        ] {
            assert_eq!(last_part(reference), "label-printer", "{reference}");
        }
        assert_eq!(last_part("acme/register#12"), "register");
        assert_eq!(last_part("#12"), "#12");
    }
}
