//! The policy and the catalogue of controls.

use std::collections::{BTreeMap, BTreeSet};

use super::places::{Page, Places, report};
use crate::history::Signer;
use crate::policy::RuleBook;
use crate::policy::places::SIGNERS;
use crate::policy::{NAMES, Policy, Suppressing};
use crate::register::Tier;
use crate::register::{Control, Controls};
use crate::rule::{Finding, Level};
use crate::rules;
use crate::rules::{Context, Judge};
use crate::source::Span;
use crate::text::normalise::fold;
use crate::text::{counted, shown};
use crate::time::{Day, Moment};
use crate::tools::Name;
use crate::yaml::{Place, Spot, escaped};

/// Both policies and where they are written.
struct Books<'c> {
    base: &'c Policy,
    head: &'c Policy,
    pages: (Option<Page<'c>>, Option<Page<'c>>),
}

impl Books<'_> {
    fn report<'c>(&self, cx: &'c mut Context<'_>, key: &str, message: String) -> &'c mut Finding {
        let (base, head) = (self.pages.0.as_ref(), self.pages.1.as_ref());
        let at = |page: Option<&Page<'_>>| page.and_then(|page| page.find(key));
        let finding = report(cx, (base, head), (at(base), at(head)), message);
        if head.is_some() && at(head).is_none() {
            finding.place = Place::absent(key);
        }
        finding
    }
}

pub(super) fn compare(head: &RuleBook, places: &Places<'_>, cx: &mut Context<'_>) {
    let judge = cx.judge;
    let (before, after) = (&judge.policy, &head.policy);
    let pages = (places.base(before.path.as_deref()), places.head(after.path.as_deref()));
    let books = Books { base: before, head: after, pages };
    shadow(&books, places, cx);
    limits(&books, cx);
    timezone(&books, cx);
    reminders(&books, cx);
    forge(&books, cx);
    signatures(&books, cx);
    signers(&books, places, cx);
    levels(&books, cx);
    enforcement(&books, cx);
    phrases(&books, cx);
    suppressions(judge, head, &books, cx);
    targets(&books, cx);
    pointers(judge, head, &books, places, cx);
    controls(judge, head, places, cx);
}

/// A policy at the root hides the one in `.github/`.
fn shadow(books: &Books<'_>, places: &Places<'_>, cx: &mut Context<'_>) {
    let [first, second] = NAMES;
    if books.base.path.as_deref() != Some(second) || books.head.path.as_deref() != Some(first) {
        return;
    }
    let (Some(hidden), Some(page)) = (places.head(Some(second)), &books.pages.1) else { return };
    let finding =
        cx.report_in(page.file, Spot::file(), format!("this file replaces `{second}`, which is no longer read"));
    finding.help(format!("keep one policy: edit `{second}`, or move it with `git mv {second} {first}`"));
    finding.label_in(hidden.file, Span::default(), "in force until now");
}

fn limits(books: &Books<'_>, cx: &mut Context<'_>) {
    let (base, head) = (books.base, books.head);
    for tier in Tier::ALL {
        let (before, after, name) = (base.limit(tier), head.limit(tier), tier.name());
        if after > before {
            let message = format!("an approval of tier `{name}` lasts `{after}` days instead of `{before}`");
            books.report(cx, &format!("/tiers/{name}"), message).help(meant(&format!("`{name}: {before}d`")));
        }
    }
    let (before, after) = (base.max_renewals, head.max_renewals);
    if after > before {
        let message = format!("an exception may be renewed `{after}` times instead of `{before}`");
        books.report(cx, "/renewals/max", message).help(meant(&format!("`max: {before}`")));
    }
    let (before, after) = (base.back_dating, head.back_dating);
    if after > before {
        let message = format!("entries may be back-dated by `{after}` days instead of `{before}`");
        books.report(cx, "/back_dating", message).help(meant(&format!("`back_dating: {before}d`")));
    }
    let (before, after) = (base.asked_again, head.asked_again);
    if after < before {
        let message = format!("a refusal has to be answered for `{after}` days instead of `{before}`");
        books.report(cx, "/asked_again", message).help(meant(&format!("`asked_again: {before}d`")));
    }
    let (before, after) = (base.baseline, head.baseline);
    if after > before {
        let message = format!("a baseline may last `{after}` days instead of `{before}`");
        books.report(cx, "/baseline/max", message).help(meant(&format!("`max: {before}d`")));
    }
    let (before, after) = (base.similarity, head.similarity);
    if after > before {
        let message = format!("a reason counts as a copy from a similarity of `{after}` instead of `{before}`");
        books.report(cx, "/copied_reason/similarity", message).help(meant(&format!("`similarity: {before}`")));
    }
    let (before, after) = (base.exposure_tier.name(), head.exposure_tier.name());
    if head.exposure_tier < base.exposure_tier {
        let message = format!("an exception with any exposure may have tier `{after}`; `{before}` was required");
        books.report(cx, "/exposure_tier", message).help(meant(&format!("`exposure_tier: {before}`")));
    }
}

/// In another time zone a day may end later, and with it every exception whose expiry is only a day.
fn timezone(books: &Books<'_>, cx: &mut Context<'_>) {
    let (before, after) = (books.base.timezone, books.head.timezone);
    let later = |day: &Day| {
        let end = Moment::Day(*day);
        (after.ends_at(end) - before.ends_at(end)).num_minutes()
    };
    // Clocks change within a year, and two zones at different times.
    let days = (0..DAYS_OF_A_YEAR).map(|days| cx.today().day.plus(days));
    let Some(day) = days.rev().max_by_key(later).filter(|day| later(day) > 0) else { return };
    let by = match later(&day) {
        minutes if minutes % 60 == 0 => counted(minutes / 60, "hour"),
        minutes => counted(minutes, "minute"),
    };
    let message = format!(
        "a day ends up to `{by}` later in `{}` than in `{}`, and so does every exception that ends with it",
        after.name(),
        before.name()
    );
    books.report(cx, "/timezone", message).help(meant(&format!("`timezone: {}`", before.name())));
}

const DAYS_OF_A_YEAR: i64 = 366;

/// Whether people are reminded later, or less often.
fn reminders(books: &Books<'_>, cx: &mut Context<'_>) {
    let (before, after) = (&books.base.reminders, &books.head.reminders);
    let mut pairs = before.iter().zip(after);
    if after.len() >= before.len() && pairs.all(|(before, after)| after >= before) {
        return;
    }
    let list = |days: &[u32]| days.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let (old, new) = (list(before), list(after));
    let message = match after.as_slice() {
        [] => format!("nobody is reminded before an exception ends; reminders were sent `{old}` days before"),
        [1] => format!("people are reminded `1` day before the end instead of `{old}`"),
        _ => format!("people are reminded `{new}` days before the end instead of `{old}`"),
    };
    books.report(cx, "/reminders", message).help(meant(&format!("`reminders: [{old}]`")));
}

/// Another forge looks for CODEOWNERS elsewhere and reads it differently.
fn forge(books: &Books<'_>, cx: &mut Context<'_>) {
    let (before, after) = (books.base.forge(), books.head.forge());
    if before != after {
        let message = format!("CODEOWNERS is read by the rules of {} instead of {}", after.name(), before.name());
        books.report(cx, "/forge", message).help(meant(&format!("`forge: {}`", before.name().to_lowercase())));
    }
}

/// Decisions that no longer require a signature, or that somebody else may sign.
fn signatures(books: &Books<'_>, cx: &mut Context<'_>) {
    let (base, head) = (books.base, books.head);
    if !base.signed_decisions {
        return;
    }
    if !head.signed_decisions {
        let message = "decisions no longer require a signature".to_owned();
        books.report(cx, "/signed_decisions", message).help(meant("`signed_decisions: true`"));
    } else if let Some(after) = head.forge_signer.as_ref().filter(|after| Some(*after) != base.forge_signer.as_ref()) {
        let before = base.forge_signer.as_deref();
        let instead = before.map(|before| format!(" instead of `{}`", crate::text::shown(before))).unwrap_or_default();
        let message = format!("`{}` signs for the forge{instead}", crate::text::shown(after));
        let kept = before.map_or_else(|| "no `forge_signer`".to_owned(), |before| format!("`forge_signer: {before}`"));
        books.report(cx, "/forge_signer", message).help(meant(&kept));
    }
}

/// An additional key in whose name decisions can be signed.
fn signers(books: &Books<'_>, places: &Places<'_>, cx: &mut Context<'_>) {
    let (base, head) = (books.base, books.head);
    if !base.signed_decisions || !head.signed_decisions {
        return;
    }
    let known: Vec<&str> = keys(base.signers.as_deref()).collect();
    let (before, after) = (places.base(Some(SIGNERS)), places.head(Some(SIGNERS)));
    for key in keys(head.signers.as_deref()).filter(|key| !known.contains(key)) {
        let signer = Signer::read(key);
        let earlier = known.iter().filter_map(|known| Signer::read(known));
        let wider: Vec<Option<String>> = signer
            .iter()
            .flat_map(|signer| {
                let same = earlier.clone().filter(|earlier| signer.is_of_the_key_of(earlier));
                same.map(|earlier| signer.widens(&earlier)).collect::<Vec<_>>()
            })
            .collect();
        if wider.contains(&None) {
            continue;
        }
        let principals = shown(key.split_whitespace().next().unwrap_or_default());
        let message = match wider.into_iter().flatten().next() {
            Some(how) => format!("the key of `{principals}` may sign more than before: {how}"),
            None => format!("`{principals}` may sign decisions with another key"),
        };
        let spot = after.as_ref().and_then(|page| {
            let at = places.text(page.file).find(key)?;
            Some(Spot::without_field(Span::new(at, at + key.len())))
        });
        report(cx, (before.as_ref(), after.as_ref()), (None, spot), message)
            .help("ask that person whether the key is theirs, or have the owners of the rule book agree to it");
    }
}

fn keys(signers: Option<&str>) -> impl Iterator<Item = &str> {
    signers.unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn meant(stricter: &str) -> String {
    format!("keep {stricter}, or have the owners of the policy agree to it")
}

fn levels(books: &Books<'_>, cx: &mut Context<'_>) {
    for rule in rules::all() {
        let (before, after) = (books.base.level(rule), books.head.level(rule));
        if after < before {
            let message =
                format!("the level of rule `{}` is lowered from `{}` to `{}`", rule.id, before.name(), after.name());
            let help = meant(&format!("`{}: {}`", rule.id, before.name()));
            books.report(cx, &format!("/rules/{}", rule.id), message).help(help);
        }
    }
}

/// Which results of scanners need an exception.
fn enforcement(books: &Books<'_>, cx: &mut Context<'_>) {
    let (base, head) = (&books.base.enforcement, &books.head.enforcement);
    // Nothing is stricter than to require an exception from the lowest level on; `off` requires none.
    let looseness = |level: Level| if level == Level::Off { u8::MAX } else { level as u8 };
    let mut report = |tool: Option<&Name>, before: Level, after: Level| {
        if looseness(after) <= looseness(before) {
            return;
        }
        let whose = tool.map_or_else(String::new, |tool| format!(" of `{}`", shown(tool.key())));
        let message = match after {
            Level::Off => format!("results{whose} no longer require an exception"),
            after => {
                format!("results{whose} require an exception from `{}` on instead of `{}`", after.name(), before.name())
            }
        };
        let (pointer, key) = match tool {
            Some(tool) => (format!("/enforce/tools/{}", escaped(tool.key())), tool.key()),
            None => ("/enforce/level".to_owned(), "level"),
        };
        books.report(cx, &pointer, message).help(meant(&format!("`{}: {}`", shown(key), before.name())));
    };
    report(None, base.lowest, head.lowest);
    let tools: BTreeSet<&Name> = base.tools.keys().chain(head.tools.keys()).collect();
    for tool in tools {
        let moves_alone = base.level(tool) != base.lowest || head.level(tool) != head.lowest;
        if moves_alone {
            report(Some(tool), base.level(tool), head.level(tool));
        }
    }
    let (before, after) = (base.most_covered, head.most_covered);
    if after > before {
        let message = format!("a cover may silence `{after}` results instead of `{before}`");
        books.report(cx, "/enforce/most_covered", message).help(meant(&format!("`most_covered: {before}`")));
    }
}

fn phrases(books: &Books<'_>, cx: &mut Context<'_>) {
    let kept: BTreeSet<_> = books.head.vague_phrases.iter().map(|phrase| fold(phrase)).collect();
    for (index, phrase) in books.base.vague_phrases.iter().enumerate() {
        if kept.contains(&fold(phrase)) {
            continue;
        }
        let message = format!("`{}` is no longer listed as a vague phrase", shown(phrase));
        let (base, head) = (books.pages.0.as_ref(), books.pages.1.as_ref());
        let before = base.and_then(|page| page.find(&format!("/vague_phrases/{index}")));
        let list = head.and_then(|page| page.find("/vague_phrases"));
        let finding = report(cx, (base, head), (before, list), message);
        finding.help(meant("the phrase"));
        finding.place = Place::absent(format!("/vague_phrases/{index}"));
    }
}

/// Whose suppressions need an exception, and who counts as an agent.
fn suppressions(judge: &Judge, head: &RuleBook, books: &Books<'_>, cx: &mut Context<'_>) {
    let before = judge.policy.suppressing(judge.suppressed.is_some());
    let after = head.policy.suppressing(head.suppressed.is_some());
    // Tools that still need one where all did.
    let still: Vec<&str> = match (&before, &after) {
        (Some(Suppressing::All), Some(Suppressing::Tools(after))) => after.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let gone: Vec<&str> = match (&before, &after) {
        (None, _) | (_, Some(Suppressing::All)) => Vec::new(),
        (Some(Suppressing::All), _) => vec!["all"],
        (Some(Suppressing::Tools(before)), after) => {
            let kept = |tool: &&String| !matches!(after, Some(Suppressing::Tools(after)) if after.contains(tool));
            before.iter().filter(kept).map(String::as_str).collect()
        }
    };
    // Without its baseline nothing is tolerated, but nothing is judged either.
    if let Some(first) = gone.first() {
        let named = match (*first, still.as_slice()) {
            ("all", []) => "of every tool".to_owned(),
            ("all", still) => format!("of all tools except `{}`", still.join("`, `")),
            _ => format!("of `{}`", gone.join("`, `")),
        };
        let message = format!("suppressions {named} no longer require an exception");
        books.report(cx, "/suppressions", message).help(meant(&format!("`suppressions: [{}]`", gone.join(", "))));
    }
    let is_on = |policy: &Policy, suppressing: bool| policy.markers.unwrap_or(suppressing);
    if is_on(books.base, before.is_some()) && !is_on(books.head, after.is_some()) {
        books.report(cx, "/markers", "markers are no longer judged".to_owned()).help(meant("`markers: true`"));
    }
    let (old, new) = (&books.base.agents, &books.head.agents);
    for (key, old, new) in [
        ("logins", &old.logins, &new.logins),
        ("mails", &old.mails, &new.mails),
        ("trailers", &old.trailers, &new.trailers),
    ] {
        let kept: BTreeSet<_> = new.iter().map(|name| fold(name)).collect();
        for name in old.iter().filter(|name| !kept.contains(&fold(name))) {
            let message = format!("`{}` is no longer listed as an agent", shown(name));
            books.report(cx, &format!("/agents/{key}"), message).help(meant("the agent"));
        }
    }
}

/// The ignore files that must match what the register says.
fn targets(books: &Books<'_>, cx: &mut Context<'_>) {
    for target in books.base.sync.iter().filter(|target| !books.head.sync.contains(target)) {
        let (tool, path) = (target.tool, shown(&target.path));
        let message = format!("`{path}` is no longer compared with the register");
        books.report(cx, &format!("/sync/{tool}"), message).help(meant(&format!("`sync: {{{tool}: {path}}}`")));
    }
}

/// The keys that say where the rest of the rule book is.
fn pointers(judge: &Judge, head: &RuleBook, books: &Books<'_>, places: &Places<'_>, cx: &mut Context<'_>) {
    let (base, after) = (books.base, books.head);
    let people = judge.people.roster().map(|_| base.people_path());
    let new_people = head.people.roster().map(|_| after.people_path());
    let controls = judge.controls.as_ref().map(|_| base.controls_path());
    let new_controls = head.controls.as_ref().map(|_| after.controls_path());
    for (key, what, before, now) in [
        ("exceptions", "the register is", Some(base.exceptions.as_str()), Some(after.exceptions.as_str())),
        ("people", "the roster is", people, new_people),
        ("controls", "the catalogue of controls is", controls, new_controls),
        ("schema", "the organisation's schema is", base.schema.as_deref(), after.schema.as_deref()),
    ] {
        let Some(before) = before.filter(|before| now != Some(*before)) else { continue };
        let old = shown(before);
        let message = match now {
            Some(now) => format!("{what} read from `{}` instead of `{old}`", shown(now)),
            None => format!("{what} no longer read: `{old}` is gone or not named"),
        };
        let pointer = format!("/{key}");
        let named = [&books.pages.0, &books.pages.1].into_iter().flatten().any(|page| page.find(&pointer).is_some());
        let finding = match places.base(Some(before)).filter(|_| !named) {
            Some(gone) => cx.report_in(gone.file, Spot::file(), message),
            None => books.report(cx, &pointer, message),
        };
        finding.help(meant(&format!("`{old}` where it was")));
    }
}

/// A new control whose id begins with that of one that cannot be waived: the longest id that begins a text counts.
fn shadowed(base: &Controls, after: &Controls, pages: (Option<&Page<'_>>, Option<&Page<'_>>), cx: &mut Context<'_>) {
    for (new, control) in after.iter().enumerate().filter(|(_, control)| control.waivable) {
        let Some(old) = base.find(&control.id).filter(|old| !old.waivable) else { continue };
        if old.id.eq_ignore_ascii_case(&control.id) {
            continue;
        }
        let (id, old) = (shown(&control.id), shown(&old.id));
        let message =
            format!("a `control` that begins with `{id}` may now be waived; it counted as `{old}`, which cannot");
        let spot = pages.1.and_then(|page| page.find(&format!("/controls/{new}/id")));
        report(cx, pages, (None, spot), message)
            .help(format!("mark `{id}` as `waivable: false` too, or give it an id that does not begin with `{old}`"));
    }
}

fn controls(judge: &Judge, head: &RuleBook, places: &Places<'_>, cx: &mut Context<'_>) {
    let (Some(base), Some(after)) = (&judge.controls, &head.controls) else { return };
    let before_page = places.base(Some(judge.policy.controls_path()));
    let after_page = places.head(Some(head.policy.controls_path()));
    let pages = (before_page.as_ref(), after_page.as_ref());
    shadowed(base, after, pages, cx);
    let after: BTreeMap<String, (usize, &Control)> =
        after.iter().enumerate().map(|(index, control)| (control.id.to_lowercase(), (index, control))).collect();
    for (old, control) in base.iter().enumerate() {
        let id = shown(&control.id);
        let at = |page: Option<&Page<'_>>, pointer: String| page.and_then(|page| page.find(&pointer));
        match after.get(&control.id.to_lowercase()) {
            None => {
                let message = format!("the control `{id}` is gone from the catalogue");
                let span = at(pages.0, format!("/controls/{old}/id"));
                let finding = report(cx, pages, (span, None), message);
                finding.help(meant("the control"));
                finding.place = Place::absent(format!("/controls/{old}"));
            }
            Some((new, now)) if now.waivable && !control.waivable => {
                let message = format!("the control `{id}` may now be waived, and could not be before");
                let key = at(pages.1, format!("/controls/{new}/waivable"));
                let key = key.or_else(|| at(pages.1, format!("/controls/{new}/id")));
                report(cx, pages, (at(pages.0, format!("/controls/{old}/waivable")), key), message)
                    .help(meant("`waivable: false`"));
            }
            Some(_) => {}
        }
    }
}
