//! What the meeting talks about, in order: a card for each item, with its facts and the command that settles it.

use maud::{Markup, html};

use crate::output::escape::brief;
use crate::output::html::{date, day, thousands};
use crate::output::report::html::{chip, counted, links, or_none, register, section};
use crate::output::report::{settle, words};
use crate::report::pending::Request;
use crate::report::{Against, Fault, Item, LetBe, Meeting, Slip, Standing};
use crate::text::counted as number_of;

/// Cards of a topic; the register below has the rest.
const CARDS: usize = 100;

/// The facts of a card: what each is called, and what it says.
type Facts = Vec<(&'static str, Markup)>;

/// Shows the agenda.
pub(super) fn agenda(meeting: &Meeting<'_>) -> Markup {
    let agenda = &meeting.agenda;
    let topic = |id: &str,
                 name: &str,
                 advice: &str,
                 items: &[&Item<'_>],
                 settle: fn(&Meeting<'_>, &Item<'_>) -> Vec<String>| {
        let card = |item: &&Item<'_>| card(&head(meeting, item), to_decide(item), &settle(meeting, item));
        self::topic(id, name, advice, items.len(), items.iter().map(card))
    };
    let until = format!("Ending by {}", date(meeting.until));
    html! {
        (topic("expired", "Expired", words::EXPIRED, &agenda.expired, settle::expired))
        (topic("expiring", &until, words::EXPIRING, &agenda.expiring, settle::ending))
        (topic("reviews", "Emergencies to review", words::REVIEWS, &agenda.reviews, settle::review))
        (against(meeting))
        (slips(meeting))
        (to_mend(meeting))
        (let_be(meeting))
        (changes(meeting))
    }
}

fn topic(id: &str, name: &str, advice: &str, count: usize, cards: impl Iterator<Item = Markup>) -> Markup {
    let content = html! {
        @if count > 0 && !advice.is_empty() { p.advice { (advice) } }
        (list(count, cards))
    };
    section(id, &counted(name, &or_none(count)), &content)
}

fn list(count: usize, cards: impl Iterator<Item = Markup>) -> Markup {
    let more = count.saturating_sub(CARDS);
    html! {
        @if count > 0 { "\n" ul.cards { @for card in cards.take(CARDS) { "\n" li { (card) } } } }
        @if more > 0 { p.note { (thousands(more)) " more are left out here; the register below lists them." } }
    }
}

/// Returns a card: what it is about, its facts, and commands of which one settles it.
fn card(head: &Markup, facts: Facts, commands: &[String]) -> Markup {
    card_of(head, facts, commands, " or ")
}

/// Returns a card whose commands settle one error each.
fn card_of_errors(head: &Markup, facts: Facts, commands: &[String]) -> Markup {
    card_of(head, facts, commands, " and ")
}

fn card_of(head: &Markup, facts: Facts, commands: &[String], between: &str) -> Markup {
    html! {
        div.head { (head) }
        dl {
            @for (name, value) in facts { div { dt { (name) } dd { (value) } } }
            div.do {
                dt { "Do" }
                dd { @for (at, command) in commands.iter().enumerate() { @if at > 0 { (between) } code { (command) } } }
            }
        }
    }
}

/// Names an exception, with its state in a word and in days.
fn head(meeting: &Meeting<'_>, item: &Item<'_>) -> Markup {
    let state = super::when(item);
    let doubt = words::doubt(item, date).filter(|_| item.standing == Standing::Unclear);
    let last = item.last_day.filter(|_| item.live).map(|last| html! { "last day " (day(last)) });
    let known = [
        (state != words::standing(item.standing)).then(|| html! { b { (state) } }),
        last,
        words::closed_late(item).map(|late| html! { (late) }),
        item.tier().map(|tier| html! { "tier " (tier.name()) }),
        (item.live || item.renewals() > 0).then(|| html! { "renewals " (words::renewals(item)) }),
    ];
    let parts: Vec<Markup> = known.into_iter().flatten().collect();
    html! {
        (register::name(item))
        p.state {
            (chip(item.standing))
            @for (at, part) in parts.iter().enumerate() { @if at > 0 { ", " } @else { " " } (part) }
        }
        @if let Some(review) = item.review { p.state.late { (words::review(review, meeting.today, date)) } }
        @if let Some(doubt) = doubt { p.state { (doubt) } }
        (links::of(meeting, item))
    }
}

fn text(text: &str) -> Markup {
    html! { (brief(text)) }
}

/// Returns what is known of an item about which the meeting decides.
fn to_decide(item: &Item<'_>) -> Facts {
    let it = item.exception;
    vec![
        ("Control", text(words::text(it.control.as_ref()))),
        ("To be removed", text(words::text(it.removal.as_ref()))),
        ("Owner", register::owner(item)),
        ("Approver", register::approver(item)),
    ]
}

/// Returns what is known of an item that is new, renewed or rejected, so that nobody has to open the file.
fn taken(item: &Item<'_>, renewed: bool) -> Facts {
    let it = item.exception;
    vec![
        ("Control", text(words::text(it.control.as_ref()))),
        ("System", text(&words::system(item))),
        ("Reason", text(words::reason(item, renewed))),
        ("Worst case", text(words::text(it.risk.statement.as_ref()))),
        ("Term", text(&words::term(item, renewed, date))),
        ("Owner", register::owner(item)),
        ("Approver", register::approver(item)),
    ]
}

fn closed(item: &Item<'_>) -> Facts {
    let control = text(words::text(item.exception.control.as_ref()));
    vec![("Control", control), ("Closure", text(&words::closure(item)))]
}

fn changes(meeting: &Meeting<'_>) -> Markup {
    let agenda = &meeting.agenda;
    let show = |id: &str, name: &str, items: &[&Item<'_>], facts: &dyn Fn(&Item<'_>) -> Facts| {
        let card = |item: &&Item<'_>| card(&head(meeting, item), facts(item), &settle::changed(meeting, item));
        html! {
            h3 id=(id) { (counted(name, &or_none(items.len()))) }
            (list(items.len(), items.iter().map(card)))
        }
    };
    let content = html! {
        (show("closed", "Closed", &agenda.closed, &closed))
        (pending(meeting))
        (show("new", "New", &agenda.new, &|item| taken(item, false)))
        (show("renewed", "Renewed", &agenda.renewed, &|item| taken(item, true)))
        (show("rejected", "Rejected", &agenda.rejected, &|item| taken(item, false)))
    };
    section("changes", &html! { "Changes since " (day(meeting.since)) }, &content)
}

fn pending(meeting: &Meeting<'_>) -> Markup {
    let Some(pending) = meeting.pending else { return html! {} };
    let count = pending.requests.len();
    let card = |it: &Request| {
        let stated = |text: &Option<String>| self::text(&words::name(text.as_deref().unwrap_or("not stated")));
        let head = html! {
            span { (stated(&it.title)) } span.sub { code { (brief(&it.id)) } (register::home(meeting.register_of(&it.path))) }
            p.state {
                b { (words::asks(it, meeting.today)) }
                @if let Some(tier) = it.tier { ", tier " (tier.name()) }
            }
        };
        let facts = vec![
            ("System", stated(&it.system)),
            ("Reason", stated(&it.reason)),
            ("Worst case", stated(&it.worst)),
            ("Term", self::text(&words::asked_term(it, date))),
            ("Requested by", stated(&it.requester)),
            ("Approver", stated(&it.approver)),
        ];
        self::card(&head, facts, &[settle::request(meeting, it)])
    };
    html! {
        h3 #pending { (counted("Waiting for a decision", &or_none(count))) }
        @if count > 0 { p.advice { (words::PENDING) } }
        (list(count, pending.requests.iter().map(card)))
        @if pending.left_out > 0 {
            p.note { (number_of(pending.left_out, "branch")) " were not checked, because they are older." }
        }
    }
}

fn against(meeting: &Meeting<'_>) -> Markup {
    let card = |it: &Against<'_>| {
        let head = match it.item {
            Some(item) => head(meeting, item),
            None => html! { code { (brief(it.path)) } },
        };
        card_of_errors(&head, faults(&it.faults), &settle::faults(meeting, &it.faults, it.item, it.path))
    };
    let all = &meeting.against;
    topic("against", "Against the rules", words::AGAINST, all.len(), all.iter().map(card))
}

/// Returns the errors of a file, each with who must act.
fn faults(faults: &[Fault<'_>]) -> Facts {
    let one = |fault: &Fault<'_>| {
        let error = html! { b.late { (fault.finding.rule.id) } ": " (message(&fault.finding.message)) };
        [("Error", error), ("Who must act", message(&words::who(fault)))]
    };
    faults.iter().flat_map(one).collect()
}

/// Shows a message: what is between backticks is code.
fn message(text: &str) -> Markup {
    let text = brief(text);
    let parts: Vec<&str> = text.split('`').collect();
    let whole = parts.len() % 2 == 1;
    html! {
        @for (at, part) in parts.iter().enumerate() {
            @if at % 2 == 1 && (whole || at + 1 < parts.len()) { code { (part) } } @else { (part) }
        }
    }
}

fn slips(meeting: &Meeting<'_>) -> Markup {
    let Some(slips) = &meeting.slips else { return html! {} };
    let card = |slip: &Slip<'_>| {
        let head = html! { span { (brief(slip.id())) } span.sub { code { (brief(slip.path)) } } };
        let commit = html! { (brief(&words::commit(slip, date))) (links::of_commit(meeting, slip)) };
        let error = html! { b.late { (slip.finding.rule.id) } ": " (message(&slip.finding.message)) };
        card(&head, vec![("Error", error), ("Commit", commit)], &[settle::slip(meeting, slip)])
    };
    topic("slips", "Bypassed the gate", words::SLIPS, slips.len(), slips.iter().map(card))
}

fn let_be(meeting: &Meeting<'_>) -> Markup {
    let card =
        |it: &LetBe| card(&html! { span { (message(&it.what)) } }, Vec::new(), std::slice::from_ref(&it.command));
    let list = meeting.let_be;
    html! {
        @if !list.is_empty() {
            (topic("let-be", "Baselines and suppressions", words::LET_BE, list.len(), list.iter().map(card)))
        }
    }
}

fn to_mend(meeting: &Meeting<'_>) -> Markup {
    let files = words::to_mend(meeting);
    let card = |file: &words::ToMend<'_>| {
        let head = html! { code { (brief(file.path)) } };
        let unread = file.unreadable.map(|why| html! { b.late { "cannot be read" } ": " (message(why)) });
        let doubt = file.item.and_then(|item| words::doubt(item, date)).map(|doubt| text(&doubt));
        let first = unread.into_iter().chain(doubt).map(|what| ("What is wrong", what));
        let commands = match file.faults {
            [] => vec![settle::check(meeting, file.path)],
            faults => settle::faults(meeting, faults, file.item, file.path),
        };
        card_of_errors(&head, first.chain(faults(file.faults)).collect(), &commands)
    };
    topic("mend", "Records to fix", words::MEND, files.len(), files.iter().map(card))
}
