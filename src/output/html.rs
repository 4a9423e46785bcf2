//! What all HTML pages share: its frame, and the pieces that pages are made of.
//!
//! Pages are written with [`maud`], which escapes every value in a template. What a text could still do to a terminal
//! or a log that the page passes through, [`escape::page`] undoes for the page as a whole. So values never have to be
//! escaped by hand.
//!
//! A page is self-contained. Its policy (Content Security Policy, level 3) allows its one style sheet and its one
//! script by their hashes and nothing else: no request, no inline handler, no style attribute. The script gets no data:
//! it reads the texts from the elements of the page.
//!
//! An empty SVG element is written `rect {}`: `rect;` would leave it open, because HTML has no such void element.

use std::io::{self, Write};

use data_encoding::BASE64;
use maud::{Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::output::escape;
use crate::text::month_name;
use crate::time::Day;

/// A page. Its style sheet and its script are part of the program: only they are written unescaped.
pub(super) struct Document {
    pub(super) title: String,
    pub(super) style: &'static str,
    pub(super) script: &'static str,
    /// What its body contains before the script.
    pub(super) body: Markup,
}

impl Document {
    /// Writes the page.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(escape::page(&self.markup().into_string()).as_bytes())
    }

    fn markup(&self) -> Markup {
        let (style, script) = (unix(self.style), unix(self.script));
        let policy = format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
            hash(&style),
            hash(&script)
        );
        html! {
            (PreEscaped("<!doctype html>\n"))
            html lang="en" {
                head {
                    "\n" meta charset="utf-8";
                    "\n" meta http-equiv="Content-Security-Policy" content=(policy);
                    "\n" meta name="viewport" content="width=device-width, initial-scale=1";
                    "\n" meta name="referrer" content="no-referrer";
                    "\n" meta name="color-scheme" content="light dark";
                    "\n" meta name="generator" content={ "stopgap " (env!("CARGO_PKG_VERSION")) };
                    "\n" title { (self.title) }
                    "\n" style { (PreEscaped(&style)) }
                }
                body {
                    (self.body)
                    "\n" script { (PreEscaped(&script)) }
                }
            }
            "\n"
        }
    }
}

/// Returns a text with the line ends that a browser hashes (HTML, section 13.2.3.5), however the source was checked
/// out.
fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Returns the source expression that allows an element with this content.
fn hash(content: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(content)))
}

/// Shows a day, for machines too.
pub(super) fn day(day: Day) -> Markup {
    html! { time datetime=(maud::display(day)) { (date(day)) } }
}

/// Writes a day for people.
pub(super) fn date(day: Day) -> String {
    let (year, _, _) = day.year_month_day();
    format!("{} {year}", short_date(day))
}

/// Writes a day without its year.
pub(super) fn short_date(day: Day) -> String {
    let (_, month, day) = day.year_month_day();
    format!("{day} {}", short_month(month))
}

/// Writes a day with the whole name of its month.
pub(super) fn long_date(day: Day) -> String {
    let (year, month, day) = day.year_month_day();
    format!("{day} {} {year}", month_name(month))
}

/// Returns the first three letters of a month, counted from 1.
pub(super) fn short_month(month: u32) -> &'static str {
    &month_name(month)[..3]
}

/// Writes a number with a thin space between its thousands.
pub(super) fn thousands(number: usize) -> String {
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

/// Wraps a table that may be wider than the screen, so that it scrolls separately and by keyboard.
pub(super) fn wide(name: &str, table: &Markup) -> Markup {
    html! {
        "\n" div.wide tabindex="0" role="region" aria-label={ (name) ", table" } { (table) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes are the output of `printf … | openssl dgst -sha256 -binary | base64`.
    #[test]
    fn a_hash_is_what_browsers_compare() {
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hash("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn thousands_are_separated() {
        let parted = [0, 999, 1_000, 1_234_567].map(thousands);
        assert_eq!(parted, ["0", "999", "1\u{2009}000", "1\u{2009}234\u{2009}567"]);
    }

    #[test]
    fn a_text_that_nobody_prepared_is_still_escaped() {
        let text = "</p><script>x</script>\"\n::error::x\n##[group]\u{1b}[2J\u{202e}";
        let (style, script) = ("p { color: red }\n", "\"use strict\";\n");
        let body = html! { p title=(text) { (text) } };
        let mut page = Vec::new();
        Document { title: text.to_owned(), style, script, body }.write(&mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        let safe = "&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;&quot;\n&#58;:error::x\n&#35;#[group]\\u{1b}[2J\\u{202e}";
        assert!(page.contains(&format!("<title>{safe}</title>")), "{page}");
        assert!(page.contains(&format!("<p title=\"{safe}\">{safe}</p>")), "{page}");
        assert!(page.contains(&format!("<style>{style}</style>")), "{page}");
        assert!(page.contains(&format!("<script>{script}</script>")), "{page}");
    }
}
