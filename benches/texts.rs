//! What the search for copies costs where it is hard, and what looking at one text costs.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use stopgap::internal::text::Phrases;
use stopgap::internal::text::phrases::{
    exposure_term, is_broad_scope, is_no_alternative, is_placeholder, is_vague_control, sentences,
};
use stopgap::internal::text::similarity::closest_older;

use crate::Outcome;
use crate::generate::{Random, SEED};

/// What is hard about the reasons of a register.
const KINDS: [&str; 8] =
    ["realistic", "accents", "identical", "template", "loose template", "200 words", "40 words", "giant"];

/// Prints the costs for registers of so many entries.
pub(crate) fn run(entries: usize, out: &mut impl Write) -> Outcome<()> {
    writeln!(out, "{:20}{:>10}{:>10}{:>10}", "reasons", "ms", "copies", "given up")?;
    for kind in KINDS {
        // A giant reason is as large as two hundred others.
        let reasons = reasons(kind, if kind == "giant" { entries / 200 } else { entries });
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        let start = Instant::now();
        let copies = closest_older(&reasons, |_| true, 0.8);
        let millis = start.elapsed().as_secs_f64() * 1e3;
        let found = copies.closest.len();
        writeln!(out, "{kind:20}{millis:>10.1}{found:>10}{:>10}", copies.incomplete.len())?;
    }
    writeln!(out)?;
    one_text(out)
}

/// Prints what each look at a text of the usual length costs.
fn one_text(out: &mut impl Write) -> Outcome<()> {
    const CALLS: u32 = 10_000;
    let reason = "The payroll vendor must read failed imports to correct the new file format before the December run.";
    let title = "Payroll vendor reads the HR export folder";
    let phrases = Phrases::new(&[]);
    let looks: [(&str, &dyn Fn() -> bool); 7] = [
        ("remaining", &|| phrases.remaining(reason, title).len() < 3),
        ("placeholder", &|| is_placeholder(reason).is_some()),
        ("vague control", &|| is_vague_control("ACC-07 Vendors hold no access to HR data")),
        ("no alternative", &|| is_no_alternative("Send the vendor redacted samples by hand")),
        ("broad scope", &|| is_broad_scope("HR export folder on sftp-hr-01").is_some()),
        ("exposure term", &|| exposure_term("The failures show only on full-size files of the run.").is_some()),
        ("sentences", &|| sentences(reason) > 1),
    ];
    writeln!(out, "{:20}{:>10}", "one text", "us")?;
    for (name, look) in looks {
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box(look());
        }
        writeln!(out, "{name:20}{:>10.2}", start.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS))?;
    }
    writeln!(out)?;
    Ok(())
}

fn word(random: &mut Random) -> String {
    (0..3 + random.below(8)).map(|_| char::from(b"abcdefghijklmnopqrstuvwxyz"[random.below(26)])).collect()
}

/// Picks by Zipf's law, as words of a language occur.
#[expect(clippy::cast_precision_loss, clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "drawn data")]
fn zipf<'v>(random: &mut Random, vocabulary: &'v [String]) -> &'v str {
    let fraction = random.below(1 << 30) as f64 / f64::from(1 << 30);
    &vocabulary[((vocabulary.len() as f64).powf(fraction) as usize - 1).min(vocabulary.len() - 1)]
}

/// Picks so many words, each once.
fn distinct(random: &mut Random, vocabulary: &[String], count: usize) -> String {
    let mut picked: Vec<&str> = vocabulary.iter().map(String::as_str).collect();
    for at in 0..count {
        let other = at + random.below(picked.len() - at);
        picked.swap(at, other);
    }
    picked[..count].join(" ")
}

fn reasons(kind: &str, count: usize) -> Vec<String> {
    let random = &mut Random(SEED);
    let vocabulary: Vec<String> = (0..3_000).map(|_| word(random)).collect();
    let few = &vocabulary[..if kind == "200 words" { 200 } else { 40 }];
    let template: Vec<String> = distinct(random, &vocabulary, 18).split(' ').map(str::to_owned).collect();
    let mut reasons: Vec<String> = Vec::with_capacity(count);
    for at in 0..count {
        let chance = random.below(100);
        reasons.push(match kind {
            "realistic" | "accents" if at > 10 && chance < 3 => {
                let changed = if chance == 0 { "." } else { " changed." };
                reasons[random.below(at)].replacen('.', changed, 1)
            }
            "realistic" | "accents" => {
                let accent = if kind == "accents" { "é" } else { "" };
                let words = (0..14 + random.below(17)).map(|_| format!("{}{accent}", zipf(random, &vocabulary)));
                words.collect::<Vec<_>>().join(" ") + "."
            }
            "identical" => template.join(" "),
            "template" | "loose template" => {
                let mut words = template.clone();
                let slots: &[usize] = if kind == "template" { &[3, 9] } else { &[1, 4, 7, 10] };
                for slot in slots {
                    words[*slot] = word(random) + "x" + &word(random);
                }
                words.join(" ")
            }
            "giant" => distinct(random, &vocabulary, 2_500) + " " + &distinct(random, &vocabulary, 2_500),
            _ => distinct(random, few, 20),
        });
    }
    reasons
}
