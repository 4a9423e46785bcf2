use crate::register::Tier;
use crate::register::{Exception, Text};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::normalise::fold;
use crate::text::phrases::exposure_term;
use crate::text::shown;

declare_rule! {
    /// Reports a low or moderate entry that mentions an exposure, such as VPN or vendor, but states none.
    ///
    /// ## Why
    ///
    /// An exposure that is not stated does not raise the tier: the entry lasts weeks where days were intended, and no
    /// report counts it.
    ///
    /// ## What to do
    ///
    /// Add `risk.exposure` and raise the tier to the policy's `exposure_tier`. If the word means
    /// something harmless here, say so with an empty list: `exposure: []` is a statement that the
    /// approver signs.
    id: "unstated-exposure",
    family: Text,
    level: Warning,
    since: "0.1.0",
    yields_to: &["owner-not-a-person", "no-alternative", "vague-reason", "vague-control", "broad-scope"],
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let Some(tier) = &exception.risk.tier else { return };
    if tier.value > Tier::Moderate || exception.risk.exposure_stated {
        return;
    }
    let Some((text, word)) = first_term(exception) else { return };
    let name = tier.value.name();
    let least = cx.policy().exposure_tier;
    let raise = if tier.value < least { format!(" and `tier: {}`", least.name()) } else { String::new() };
    let message = format!("`{}` suggests an exposure, but tier `{name}` is stated without one", shown(word));
    cx.report(text.part(word), message)
        .label(tier.span(), "without `exposure`")
        .help(format!("under `risk`, write `exposure: [{}]`{raise}; `exposure: []` if nothing is exposed", kind(word)));
}

/// Returns the first word of an exception that reveals an exposure, and the text that it is in.
fn first_term<'e, 'a>(exception: &'e Exception<'a>) -> Option<(&'e Text<'a>, &'e str)> {
    let own = [&exception.title, &exception.control, &exception.reason].into_iter().flatten();
    let scope = exception.scope.parts().map(|(_, text)| text);
    own.chain(scope).find_map(|text| {
        let (start, end) = exposure_term(text.as_str())?;
        Some((text, text.value.get(start..end)?))
    })
}

/// Returns the first word of an exception that reveals an exposure, and the kind that it most likely means.
pub(crate) fn spoken_of<'e>(exception: &'e Exception<'_>) -> Option<(&'e str, &'static str)> {
    first_term(exception).map(|(_, word)| (word, kind(word)))
}

/// The exposure that a word most likely means.
fn kind(word: &str) -> &'static str {
    let word = fold(word);
    let is_about = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    if is_about(&["vendor", "third", "3rd"]) {
        "vendor-access"
    } else if is_about(&["customer", "personal", "pii"]) {
        "data"
    } else if is_about(&["vpn", "ssh", "rdp", "remote", "firewall", "public", "/0"]) {
        "remote-access"
    } else {
        "authentication"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml;

    #[test]
    fn what_is_spoken_of_is_the_first_word_that_reveals_an_exposure() {
        let spoken = |text: &str| {
            let exception = Exception::from_node(FileId(0), "a", yaml::parse(text).unwrap());
            spoken_of(&exception).map(|(word, kind)| format!("{word}: {kind}"))
        };
        let text = "title: The VPN stays open\nreason: The vendor asks for it.\n";
        assert_eq!(spoken(text).as_deref(), Some("VPN: remote-access"));
        assert_eq!(spoken("title: The door stays open\n"), None);
    }

    #[test]
    fn a_word_has_the_kind_that_it_most_likely_means() {
        for (word, likely) in [
            ("Vendor", "vendor-access"),
            ("third party", "vendor-access"),
            ("3rd-party", "vendor-access"),
            ("customer data", "data"),
            ("personal", "data"),
            ("PII", "data"),
            ("VPN", "remote-access"),
            ("ssh", "remote-access"),
            ("RDP", "remote-access"),
            ("remote", "remote-access"),
            ("firewall", "remote-access"),
            ("public", "remote-access"),
            ("0.0.0.0/0", "remote-access"),
            ("MFA", "authentication"),
            ("password", "authentication"),
        ] {
            assert_eq!(kind(word), likely, "{word}");
        }
    }
}
