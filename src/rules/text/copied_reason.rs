use std::cmp::Ordering;

use rustc_hash::FxHashSet;

use crate::cores::{Cores, FEW};
use crate::register::{Exception, Text};
use crate::rule::Level;
use crate::rules::declare_rule;
use crate::rules::{Check, Context};
use crate::text::normalise::fold;
use crate::text::shown;
use crate::text::similarity::{Closest, Copies, Said, closest_older, is_said_alike, said};
use crate::time::Day;

declare_rule! {
    /// Reports a reason that repeats an older one, or an example from stopgap's documentation, word for word or nearly
    /// so.
    ///
    /// ## Why
    ///
    /// A reason that fits twice explains neither case. Copied from the last request with a new date, it shows that
    /// nobody looked again, and that breaking the rule has become a habit. Making it longer does not make it a new
    /// reason.
    ///
    /// Only words are compared. Numbers, dates, ticket ids, addresses and names with a digit in them (`sftp-hr-01`) do
    /// not count, because they are what changes from copy to copy.
    ///
    /// ## What to do
    ///
    /// Say what is different this time: what has been tried since, what is still missing, and when it arrives. If
    /// nothing is different, the need is not temporary, and the rule or the system has to change.
    id: "copied-reason",
    family: Text,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

/// One reason of the register.
struct Given<'e, 'a> {
    exception: &'e Exception<'a>,
    text: &'e Text<'a>,
    /// 0 is the entry's own, the others are those of its renewals.
    position: u32,
    age: Age,
}

/// What tells which of two reasons is the older one, before the exceptions' ids and the reasons' positions do.
#[derive(Clone, Copy)]
struct Age {
    /// Whether a change adds it: then it is newer than what was there, whatever its date.
    is_new: bool,
    /// The day of its own decision; a reason without one counts as the newest.
    decided: Option<Day>,
    starts: Option<Day>,
}

impl Age {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |it: &Self| (it.is_new, it.decided.is_none(), it.decided, it.starts.is_none(), it.starts);
        key(self).cmp(&key(other))
    }
}

impl Given<'_, '_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |it: &Self| (it.exception.id, it.position);
        self.age.cmp(&other.age).then_with(|| key(self).cmp(&key(other)))
    }
}

impl AsRef<str> for Given<'_, '_> {
    fn as_ref(&self) -> &str {
        self.text.as_str()
    }
}

fn check(cx: &mut Context<'_>) {
    judge(cx, |reasons, wanted, threshold| closest_older(reasons, wanted, threshold));
}

fn judge(cx: &mut Context<'_>, search: impl Fn(&[Given<'_, '_>], &(dyn Fn(usize) -> bool + Sync), f64) -> Copies) {
    let register = cx.register;
    let threshold = cx.policy().similarity;
    let zone = cx.policy().timezone;
    let is_new = |exception: &Exception<'_>, position, text: &Text<'_>| {
        cx.changes.is_some_and(|changes| changes.adds_reason(exception.file, position, text.as_str()))
    };
    let count = register.exceptions().map(|exception| 1 + exception.renewals.len()).sum();
    let mut all: Vec<Given<'_, '_>> = Vec::with_capacity(count);
    for exception in register.exceptions() {
        let starts = exception.starts.as_ref().map(|starts| zone.first_day(starts.value));
        all.extend((0..).zip(exception.reasons()).map(|(position, (text, decided))| {
            let age = Age { is_new: is_new(exception, position as usize, text), decided, starts };
            Given { exception, text, position, age }
        }));
    }
    Cores::for_items(all.len(), FEW).sort_by(&mut all, Given::cmp);
    let copies = search(&all, &|at| cx.judges_grant(all[at].exception), threshold);
    let examples: FxHashSet<Said> = EXAMPLES.lines().map(said).collect();
    for (at, given) in all.iter().enumerate() {
        if !cx.judges_grant(given.exception) {
            continue;
        }
        if examples.contains(&said(given.as_ref())) {
            report_example(given, cx);
        } else if let Some(closest) = copies.closest.get(&at) {
            report(given, &all[closest.of], *closest, threshold, cx);
        }
    }
    let unsure: Vec<_> =
        copies.incomplete.iter().map(|at| &all[*at]).filter(|given| cx.judges_grant(given.exception)).collect();
    report_incomplete(&unsure, cx);
}

/// The reasons that stopgap's own pages, schemas and help texts show, a line each; a test collects them.
const EXAMPLES: &str = include_str!("examples.txt");

fn report_example(given: &Given<'_, '_>, cx: &mut Context<'_>) {
    cx.report_in(given.exception.file, given.text, "copied from an example in stopgap's documentation")
        .help("write the reason for this case: who must do what, why now, and until what happens");
}

fn report(given: &Given<'_, '_>, older: &Given<'_, '_>, closest: Closest, threshold: f64, cx: &mut Context<'_>) {
    let is_own = older.exception.file == given.exception.file;
    let whose = match (is_own, older.position) {
        (true, 0) => "the entry's own reason".to_owned(),
        (true, _) => "an earlier renewal of its own".to_owned(),
        (false, 0) => format!("the reason of `{}`", shown(older.exception.id)),
        (false, _) => format!("a renewal of `{}`", shown(older.exception.id)),
    };
    let message = compared(given.text.as_str(), older.text.as_str(), &whose, closest, threshold);
    let label = match older.age.decided {
        Some(day) => format!("decided on {day}"),
        None => "the older text".to_owned(),
    };
    let label = if is_own { label } else { format!("`{}`, {label}", shown(older.exception.id)) };
    cx.report_in(given.exception.file, given.text, message)
        .label_in(older.exception.file, older.text.span(), label)
        .help("say what is different this time: what was tried since, what is missing, and when it arrives");
}

/// Says what was compared, and how much of it is alike.
fn compared(newer: &str, older: &str, whose: &str, closest: Closest, threshold: f64) -> String {
    let alike = per_cent(closest.similarity);
    match closest.added {
        Some(added) if alike == 100 => format!("all words of {whose}, and `{added}` more"),
        Some(added) => format!("`{alike}%` of the words of {whose}, and `{added}` more"),
        None if alike < 100 => {
            let limit = per_cent(threshold);
            format!(
                "`{alike}%` of its words are in {whose}, ignoring names, numbers and dates; `{limit}%` counts as a copy"
            )
        }
        None if fold(newer) == fold(older) => format!("the same words as {whose}"),
        None if is_said_alike(newer, older) => format!("the same words as {whose}, in another order or spelling"),
        None => format!("the same as {whose} except for names, numbers and dates"),
    }
}

/// Rounded down, so that a near copy never reads as an exact one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share between 0 and 1")]
fn per_cent(share: f64) -> u32 {
    (share * 100.0 + 1e-9) as u32
}

fn report_incomplete(unsure: &[&Given<'_, '_>], cx: &mut Context<'_>) {
    let order = |given: &&&Given<'_, '_>| (cx.source(given.exception.file).path(), given.position);
    let Some(first) = unsure.iter().min_by_key(order) else { return };
    let what = match unsure.len() {
        1 => "this reason shares so many words with others that it".to_owned(),
        2 => "this and another reason share so many words with others that they".to_owned(),
        count => format!("this and `{}` more reasons share so many words with others that they", count - 1),
    };
    let message = format!("{what} could not be compared with every older one");
    let finding = cx
        .report_in(first.exception.file, first.text, message)
        .help("make each reason specific: the system, the fault, the person you are waiting for");
    // A reason that was not compared is not an error.
    finding.level = finding.level.min(Level::Note);
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::files::ReadFile;
    use crate::policy::RuleBook;
    use crate::register::{Files, Register};
    use crate::rule::Finding;
    use crate::rules::{Case, Judge, Run, on};
    use crate::source::{FileId, Source};
    use crate::time::{Today, Zone};

    /// Returns the copies as `newer < older`; the files are (id, decided, starts, status).
    fn copies(entries: &[(&str, &str, &str, &str)]) -> Vec<String> {
        let source = |(id, decided, starts, status): &(&str, &str, &str, &str)| {
            let reason = "The mill stops until its bearing arrives from Linz.";
            let text = format!(
                "reason: {reason}
decided: {decided}
starts: {starts}
status: {status}
"
            );
            ReadFile::from(Source::new(format!("exceptions/{id}.yaml"), text))
        };
        let files = Files::from_read(entries.iter().map(source).collect());
        let today = Today::parse("2026-11-23", Zone::UTC).unwrap();
        let judge = Judge::new(RuleBook::default(), today);
        let findings = Case::whole(&judge, &Register::parse(&files, None), None, &files).run();
        let path = |file| files.source(file).path();
        let id = |file| path(file).trim_start_matches("exceptions/").trim_end_matches(".yaml");
        findings
            .iter()
            .filter(|finding| finding.rule.id == "copied-reason")
            .map(|finding| format!("{} < {}", id(finding.file), id(finding.labels[0].file)))
            .collect()
    }

    #[test]
    fn the_older_one_is_decided_earlier_then_starts_earlier_then_has_the_smaller_id() {
        let day = "2026-11-02";
        assert_eq!(copies(&[("a", "2026-11-03", day, "active"), ("b", day, day, "active")]), ["a < b"]);
        assert_eq!(copies(&[("a", day, "2026-11-04", "active"), ("b", day, "2026-11-03", "active")]), ["a < b"]);
        assert_eq!(copies(&[("a", day, day, "active"), ("b", day, day, "active")]), ["b < a"]);
    }

    #[test]
    fn a_reason_without_a_day_is_the_newest_and_only_live_entries_are_blamed() {
        let day = "2026-11-02";
        assert_eq!(copies(&[("a", "soon", day, "active"), ("b", day, day, "rejected")]), ["a < b"]);
        assert_eq!(copies(&[("a", "2026-11-03", day, "closed"), ("b", day, day, "active")]), [""; 0]);
    }

    #[test]
    fn what_could_not_be_compared_is_told_once_and_fails_nobody() {
        let read = |(id, status): (&str, &str)| {
            let text = format!("reason: The mill {id} stops.\nstatus: {status}\n");
            ReadFile::from(Source::new(format!("exceptions/{id}.yaml"), text))
        };
        let files =
            Files::from_read([("a", "active"), ("b", "closed"), ("c", "expired"), ("d", "active")].map(read).into());
        let register = Register::parse(&files, None);
        let book = Judge::new(RuleBook::default(), Today::parse("2026-11-23", Zone::UTC).unwrap());
        let case = Case::whole(&book, &register, None, &files);
        let run =
            Run { case, on: on(&book), touching: None, is_base: false, takeover: None, renewals: OnceLock::new() };
        let rule = run.on.iter().find(|on| on.rule.id == "copied-reason").unwrap();
        let told = |incomplete: &[usize]| {
            let mut findings = Vec::new();
            let search = |_: &[Given<'_, '_>], _: &(dyn Fn(usize) -> bool + Sync), _| Copies {
                incomplete: incomplete.to_vec(),
                ..Copies::default()
            };
            judge(&mut run.context(rule, FileId(0), &mut findings), search);
            let line = |it: &Finding| format!("{:?} {}: {}", it.level, files.source(it.file).path(), it.message);
            findings.iter().map(line).collect::<Vec<_>>()
        };
        let end = "could not be compared with every older one";
        let one = "this reason shares so many words with others that it";
        let three = "this and `2` more reasons share so many words with others that they";
        assert_eq!(told(&[]), [""; 0]);
        assert_eq!(told(&[1, 2]), [format!("Note exceptions/c.yaml: {one} {end}")]);
        let two = "this and another reason share so many words with others that they";
        assert_eq!(told(&[0, 2]), [format!("Note exceptions/a.yaml: {two} {end}")]);
        assert_eq!(told(&[0, 1, 2, 3]), [format!("Note exceptions/a.yaml: {three} {end}")]);
    }

    #[test]
    fn a_near_copy_never_reads_as_an_exact_one() {
        let told = |similarity, added| {
            let closest = Closest { of: 0, similarity, added };
            compared("It rains.", "It snows.", "the reason of `a`", closest, 0.8)
        };
        let aside = "ignoring names, numbers and dates; `80%` counts as a copy";
        assert_eq!(told(0.995, None), format!("`99%` of its words are in the reason of `a`, {aside}"));
        assert_eq!(told(1.0, None), "the same as the reason of `a` except for names, numbers and dates");
        assert_eq!(told(0.995, Some(9)), "`99%` of the words of the reason of `a`, and `9` more");
        assert_eq!(told(1.0, Some(9)), "all words of the reason of `a`, and `9` more");
    }
}
