//! The report as one page: a timeline, the agenda, a table that sorts and filters, the figures.
//!
//! The page needs nothing but itself. Its policy (Content Security Policy, level 3) allows the one style
//! sheet and the one script below by their hashes and nothing else: no request, no inline handler, no
//! style attribute. Entry text reaches the page through [`escape::html`] alone, as text or as a quoted
//! attribute, and the script reads it from there.

mod agenda;
mod figures;
mod register;
mod timeline;

use std::fmt::Write as _;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use crate::output::escape;
use crate::output::report::{brief, words};
use crate::report::{Item, Meeting, Standing};
use crate::time::{Day, month_name};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes a meeting.
pub(super) fn render(meeting: &Meeting<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = String::new();
    head(meeting, &mut page);
    figures::glance(meeting, &mut page);
    timeline::draw(meeting, &mut page);
    agenda::write(meeting, &mut page);
    register::table(meeting, &mut page);
    figures::tables(meeting, &mut page);
    foot(meeting, &mut page);
    out.write_all(page.as_bytes())
}

fn head(meeting: &Meeting<'_>, page: &mut String) {
    let (year, month, day) = meeting.today.year_month_day();
    let today = format!("{day} {} {year}", month_name(month));
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(&unix(STYLE)),
        hash(&unix(SCRIPT))
    );
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"stopgap {}\">\n\
         <title>Security exceptions on {today}</title>\n<style>{}</style>\n</head>\n<body>\n",
        env!("CARGO_PKG_VERSION"),
        unix(STYLE)
    );
    let files = if meeting.metrics.exceptions == 1 { "file" } else { "files" };
    let _ = write!(
        page,
        "<header>\n<p class=\"kind\">Weekly review</p>\n<h1>Security exceptions on <time datetime=\"{}\">{today}</time></h1>\n\
         <p class=\"lead\">Changes since {}. {} {files} in <code>{}</code>, days in {}.</p>\n</header>\n",
        meeting.today,
        time(meeting.since),
        thousands(meeting.metrics.exceptions),
        clean(meeting.folder),
        clean(meeting.zone.name())
    );
    let links = [
        ("timeline", "Timeline"),
        ("expired", "Expired"),
        ("expiring", "Ending soon"),
        ("changes", "Changes"),
        ("reviews", "Emergencies"),
        ("mend", "To mend"),
        ("register", "Register"),
        ("owners", "Owners"),
        ("figures", "Figures"),
    ];
    page.push_str("<nav aria-label=\"On this page\">\n<ul>\n");
    for (id, name) in links {
        let _ = writeln!(page, "<li><a href=\"#{id}\">{name}</a></li>");
    }
    page.push_str("</ul>\n</nav>\n<main>\n");
}

fn foot(meeting: &Meeting<'_>, page: &mut String) {
    let _ = write!(
        page,
        "</main>\n<footer>\n<p>Written by stopgap {} for {}. The page holds no link to another one and loads nothing.</p>\n\
         </footer>\n<script>{}</script>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
        time(meeting.today),
        unix(SCRIPT)
    );
}

/// Returns a text with the line ends that a browser hashes (HTML, section 13.2.3.5), however the source
/// was checked out.
fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Returns the source expression that allows an element with this content.
fn hash(content: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digest = Sha256::digest(content.as_bytes());
    let mut text = "sha256-".to_owned();
    for three in digest.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize % 64];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

/// Makes a text of an entry fit for an element or an attribute.
fn clean(text: &str) -> String {
    escape::html(&brief(text)).into_owned()
}

/// Writes a day for people.
fn date(day: Day) -> String {
    let (year, _, _) = day.year_month_day();
    format!("{} {year}", short_date(day))
}

/// Writes a day without its year.
fn short_date(day: Day) -> String {
    let (_, month, day) = day.year_month_day();
    format!("{day} {}", short_month(month))
}

/// Returns the first three letters of a month, counted from 1.
fn short_month(month: u32) -> &'static str {
    &month_name(month)[..3]
}

/// Writes a day for people and for machines.
fn time(day: Day) -> String {
    format!("<time datetime=\"{day}\">{}</time>", date(day))
}

/// Writes a number with a thin space between its thousands.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// Says where an exception stands in days, with its dates as people write them.
fn when(item: &Item<'_>) -> String {
    match item.standing {
        Standing::Waiting => item.first_day.map_or_else(String::new, |day| format!("begins {}", date(day))),
        Standing::Closed => item.closed_on.map_or_else(String::new, |day| format!("closed {}", date(day))),
        Standing::Rejected => item.decided().map_or_else(String::new, |day| format!("rejected {}", date(day))),
        Standing::Unclear => words::standing(item.standing).to_owned(),
        _ => words::when(item),
    }
}

/// Returns the class that gives a standing its colour.
fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Expired { .. } => "late",
        Standing::Unclear | Standing::Expiring { .. } => "soon",
        Standing::InForce { .. } => "on",
        Standing::Waiting => "ahead",
        Standing::Closed => "done",
        Standing::Rejected => "no",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes are those of `printf … | openssl dgst -sha256 -binary | base64`.
    #[test]
    fn a_hash_is_what_browsers_compare() {
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hash("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn a_closing_tag_in_the_style_or_the_script_would_end_it() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"));
        }
    }

    #[test]
    fn thousands_are_parted() {
        let parted = [0, 999, 1_000, 1_234_567].map(thousands);
        assert_eq!(parted, ["0", "999", "1\u{2009}000", "1\u{2009}234\u{2009}567"]);
    }
}
