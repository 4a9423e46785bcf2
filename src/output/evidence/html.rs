//! The pack as one page, to read and to print.

use std::io::{self, Write};

use maud::{Markup, html};

use crate::evidence::{Collected, Decided, Stood, Verdict, open_findings};
use crate::git::Commit;
use crate::output::escape;
use crate::output::evidence::Milestone;
use crate::output::evidence::json::{events_of, slips_of};
use crate::output::history::name_of;
use crate::output::html::{Document, date, day, long_date, wide};
use crate::text::counted;
use crate::time::Day;

const STYLE: &str = concat!(include_str!("../show/case.css"), include_str!("evidence.css"));

/// Writes the page.
pub(super) fn render(collected: &Collected, milestones: &[Milestone], out: &mut dyn Write) -> io::Result<()> {
    let period = collected.period;
    let title = format!("Security exceptions from {} to {}", long_date(period.from), long_date(period.to));
    let body = html! {
        "\n" header {
            p.kind { "Evidence, from commit " code { (short(Some(collected.head.as_str()))) } " of the register" @if collected.root != "." { " in " code { (collected.root) } } }
            h1 { (title) }
        }
        "\n" main {
            (summary(collected))
            (part("register", "The register", "when the period began, at the end of each month and when it ended", &register(milestones)))
            (part("decisions", "Decisions", "every decision that reached the branch, and who is known to have approved it", &decisions(collected)))
            (part("events", "What became of the exceptions", "each step, by commit", &events(collected)))
            (part("findings", "What was wrong, and for how long", "checked at the end of each day by the rules of that day", &findings(collected)))
            (part("slips", "What bypassed the gate", "changes that the gate would have refused", &slips(collected)))
            @if !collected.remarks.is_empty() {
                (part("remarks", "Remarks", "what could not be fully determined", &html! {
                    ul { @for remark in &collected.remarks { li { (remark) } } }
                }))
            }
        }
        "\n" footer {
            p {
                "Written by stopgap " (env!("CARGO_PKG_VERSION")) " from the commits up to " code { (collected.head.as_str()) }
                ". " code { "SHA256SUMS" } " lists the files of this pack; " code { "stopgap evidence verify" }
                " regenerates them from a clone and reports the first difference. The page loads nothing."
            }
        }
    };
    Document { title, style: STYLE, script: "", body }.write(out)
}

fn part(id: &str, title: &str, what: &str, body: &Markup) -> Markup {
    html! {
        "\n" section aria-labelledby=(id) {
            h2 id=(id) { (title) }
            p.kind { (what) }
            (body)
        }
    }
}

fn summary(collected: &Collected) -> Markup {
    let objected = collected.decisions.iter().filter(|it| it.verdict == Verdict::Objected).count();
    let unknown = collected.decisions.iter().filter(|it| it.verdict == Verdict::Unknown).count();
    let standing = collected.stood.iter().filter(|it| it.standing).count();
    html! {
        "\n" dl.sum {
            dt { "Decisions" }
            dd {
                (collected.decisions.len())
                @if objected > 0 { ", " strong.doubt { (objected) " with violations" } }
                @if unknown > 0 { ", " (unknown) " with unknown approval" }
            }
            dt { "Findings" } dd { (open_findings(collected.stood.len(), standing)) }
            dt { "Bypassed the gate" } dd { (counted(slips_of(collected).count(), "finding")) }
            dt { "Commits" } dd { (collected.past.commits) ", " (collected.past.judged.len()) " of them touch the register or its rule book" }
            dt { "Approvals" }
            dd {
                @if collected.with_pulls { "as the saved pull requests and reviews in " code { "pulls.jsonl" } " have them" }
                @else { "not known: no saved pull requests were given" }
            }
        }
    }
}

fn register(milestones: &[Milestone]) -> Markup {
    wide(
        "The register",
        &html! {
            table {
                thead { tr { th { "When" } th { "Exceptions" } th { "Live" } th { "Errors" } th { "Warnings" } th { "Commit" } th { "Files" } } }
                tbody {
                    @for it in milestones {
                        tr {
                            td { (it.title()) }
                            td { (it.exceptions) } td { (it.live) } td { (it.findings[0]) } td { (it.findings[1]) }
                            td { code { (short(it.commit.as_deref())) } }
                            td {
                                a href={ "register/" (it.name) ".csv" } { "table" } " "
                                a href={ "register/" (it.name) ".json" } { "records" }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn decisions(collected: &Collected) -> Markup {
    if collected.decisions.is_empty() {
        return html! { p { "None." } };
    }
    wide(
        "Decisions",
        &html! {
            table {
                thead { tr { th { "Exception" } th { "Decided" } th { "By" } th { "Sign-off" } th { "Reviews" } th { "Signature" } th { "Commit" } } }
                tbody {
                    @for it in &collected.decisions {
                        tr {
                            td { code { (it.touch.id) } br; (it.what) }
                            td { (it.day.map(date).unwrap_or_default()) }
                            td { (it.approver) }
                            td {
                                @if it.verdict == Verdict::Objected { strong.doubt { "! " (it.verdict.name()) } }
                                @else { (it.verdict.name()) }
                                @for objection in &it.objections { p { code { (objection.rule) } " " (objection.message) } }
                            }
                            td { (approvals(it)) }
                            td { (signatures(it)) }
                            td { (commit(&it.touch.commit, it.touch.day, &it.touch.info.author)) @if let Some(request) = &it.request { " " (request) } }
                        }
                    }
                }
            }
        },
    )
}

/// Says who had reviewed a decision, on one line.
pub(super) fn approvals(it: &Decided) -> String {
    let Some(approvals) = &it.approvals else { return "not known".to_owned() };
    let one =
        |it: &crate::history::case::Approval| format!("@{} {} on {} ({})", it.login, it.state, it.day, it.request);
    match approvals.as_slice() {
        [] => "nobody".to_owned(),
        list => list.iter().map(one).collect::<Vec<_>>().join("; "),
    }
}

/// Says who signed the commits that wrote a decision, on one line.
pub(super) fn signatures(it: &Decided) -> String {
    let one = |signed: &crate::history::Signed| match &signed.by {
        Ok(who) => format!("{}: signed by {who}", signed.commit),
        Err(why) => format!("{}: {why}", signed.commit),
    };
    match it.signed.as_slice() {
        [] => "no single commit wrote this text".to_owned(),
        list => list.iter().map(one).collect::<Vec<_>>().join("; "),
    }
}

fn events(collected: &Collected) -> Markup {
    let list: Vec<_> = events_of(collected).collect();
    if list.is_empty() {
        return html! { p { "Nothing." } };
    }
    wide(
        "What became of the exceptions",
        &html! {
            table {
                thead { tr { th { "Exception" } th { "What" } th { "More" } th { "Commit" } } }
                tbody {
                    @for it in &list {
                        tr {
                            td { code { (it.touch.id) } }
                            td { (it.what) }
                            td { (it.details) @if !it.fields.is_empty() { " " (it.fields.join(", ")) } }
                            td { (commit(&it.touch.commit, it.touch.day, &it.touch.info.author)) }
                        }
                    }
                }
            }
        },
    )
}

fn findings(collected: &Collected) -> Markup {
    if collected.stood.is_empty() {
        return html! { p { "Nothing." } };
    }
    let days = |it: &Stood| {
        let more = if it.before { " or more" } else { "" };
        format!("{}{more}", counted(usize::try_from(it.days()).unwrap_or_default(), "day"))
    };
    wide(
        "Findings",
        &html! {
            table {
                thead { tr { th { "Exception" } th { "Finding" } th { "Stood" } th { "From" } th { "To" } } }
                tbody {
                    @for it in &collected.stood {
                        tr {
                            td { code { (it.id.as_deref().unwrap_or(&it.path)) } }
                            td { (it.level.name()) " " code { (it.rule) } " " (it.message) }
                            td { (days(it)) }
                            td { @if it.before { "before" } @else { (day(it.first)) } }
                            td { @if it.standing { "still open" } @else { (day(it.last)) } }
                        }
                    }
                }
            }
        },
    )
}

fn slips(collected: &Collected) -> Markup {
    let list: Vec<_> = slips_of(collected).collect();
    if list.is_empty() {
        return html! { p { "Nothing." } };
    }
    wide(
        "What bypassed the gate",
        &html! {
            table {
                thead { tr { th { "File" } th { "Finding" } th { "Commit" } } }
                tbody {
                    @for (verdict, finding) in &list {
                        tr {
                            td { code { (verdict.files.source(finding.file).path()) } }
                            td { (finding.level.name()) " " code { (finding.rule.id) } " " (finding.message) }
                            td { (commit(&verdict.commit, verdict.day, &verdict.info.author)) }
                        }
                    }
                }
            }
        },
    )
}

fn commit(commit: &Commit, on: Day, author: &str) -> Markup {
    html! { code { (commit.short()) } " " (day(on)) " " (escape::brief(name_of(author))) }
}

fn short(commit: Option<&str>) -> String {
    commit.and_then(Commit::from_digits).map_or_else(|| "none".to_owned(), |commit| commit.short().to_owned())
}
