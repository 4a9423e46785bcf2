//! The case file as one page, to print or to keep.

use std::io::{self, Write};

use maud::{Markup, html};

use crate::history::case::Step;
use crate::output::escape;
use crate::output::html::{Document, day, long_date};
use crate::output::show::{Sheet, entry, facts, findings, heading, known, source, title, untold, verdict};

const STYLE: &str = include_str!("case.css");

/// Writes a case file.
pub(super) fn render(sheet: &Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("{}: {}", escape::brief(sheet.file.stem()), escape::brief(title(sheet)));
    let today = sheet.report.today.day;
    let body = html! {
        "\n" header {
            p.kind { "Case file of " time datetime=(maud::display(today)) { (long_date(today)) } }
            h1 { (title) }
        }
        "\n" main {
            "\n" section aria-labelledby="facts" {
                h2 id="facts" { "The record" }
                dl { @for (key, value) in facts(sheet) { dt { (key) } dd { (value) } } }
            }
            "\n" section aria-labelledby="findings" {
                h2 id="findings" { "Findings" }
                @if sheet.findings.is_empty() { p { "None." } }
                @else { ul { @for finding in findings(sheet) { li { (finding) } } } }
            }
            "\n" section aria-labelledby="story" {
                h2 id="story" { "The story" }
                @if sheet.story.is_empty() { p { "Nothing is known." } }
                @else { ol.story { @for step in &sheet.story { (told(step)) } } }
                @for slip in untold(sheet) {
                    p.doubt { (day(slip.day)) " " code { (slip.commit.short()) } " " (slip.level.name()) " " code { (slip.rule) } " " (slip.message) }
                }
                @for remark in &sheet.remarks { p { (remark) } }
            }
            "\n" section aria-labelledby="timeline" {
                h2 id="timeline" { "Timeline, " (source(sheet)) }
                ul { @for event in &sheet.timeline { li { (entry(event)) } } }
            }
        }
        "\n" footer {
            p { "Written by stopgap " (env!("CARGO_PKG_VERSION")) " for " (day(today)) ". The page loads nothing." }
        }
    };
    Document { title, style: STYLE, script: "", body }.write(out)
}

fn told(step: &Step) -> Markup {
    html! {
        "\n" li {
            h3 { @if let Some(on) = step.day { (day(on)) " " } (heading(step)) }
            @if !step.says.is_empty() {
                dl { @for (name, text) in &step.says { dt { (name) } dd { (text) } } }
            }
            @for text in known(step).iter().chain(&step.remarks) { p.git { (text) } }
            @if let Some(verdict) = verdict(step) { p.verdict { (verdict) } }
            @if !step.doubts.is_empty() {
                ul.doubts { @for doubt in &step.doubts { li.doubt { (doubt) } } }
            }
        }
    }
}
