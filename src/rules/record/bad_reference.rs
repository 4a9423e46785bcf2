use crate::register::Exception;
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::text::shown;

declare_rule! {
    /// Reports a reference that is neither a web address nor the id of a ticket or an exception, and an id in `follows`
    /// that is not in the register.
    ///
    /// ## Why
    ///
    /// A reference is there to be followed, years later and by somebody else. "See the chat" leads
    /// nowhere.
    ///
    /// ## What to do
    ///
    /// Write the address (`https://…`), the ticket's id (`SEC-482`, `#482`, `org/repo#482`) or the id of an exception
    /// in the register, which is all that `follows` accepts. Move anything worth keeping from chats and mails into a
    /// ticket first.
    id: "bad-reference",
    family: Record,
    level: Warning,
    since: "0.1.0",
    check: Check::Entry(Applies::Granted, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    for reference in &exception.references {
        let text = reference.value.trim();
        let fault = match without_scheme(text) {
            Some(rest) => url_fault(rest),
            None if is_ticket(text) || cx.register.holds(text) => None,
            None => Some("is neither an http(s) address nor a ticket id"),
        };
        if let Some(fault) = fault {
            cx.report(reference, format!("`{}` {fault}", shown(text))).help(suggestion(text));
        }
    }
    follows(exception, cx);
}

fn follows(exception: &Exception<'_>, cx: &mut Context<'_>) {
    for id in &exception.follows {
        let text = id.value.trim();
        if text.eq_ignore_ascii_case(exception.id) {
            cx.report(id, "an exception cannot follow itself").help("name the earlier one");
        } else if !cx.register.holds(text) {
            cx.report(id, format!("the register has no exception `{}`", shown(text)))
                .help("write the id of an earlier exception: its file name without the extension");
        }
    }
}

fn without_scheme(text: &str) -> Option<&str> {
    ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)))
        .map(|scheme| &text[scheme.len()..])
}

/// Returns what keeps the rest of a URL from being followed.
fn url_fault(rest: &str) -> Option<&'static str> {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.is_empty() || host.starts_with(':') {
        Some("has no host")
    } else if rest.contains(char::is_whitespace) {
        Some("contains white space")
    } else {
        None
    }
}

/// Returns whether a text is `ABC-123`, `#123` or `org/repo#123`.
fn is_ticket(text: &str) -> bool {
    if let Some((repository, number)) = text.split_once('#') {
        return is_number(number) && (repository.is_empty() || is_repository(repository));
    }
    text.split_once('-').is_some_and(|(key, number)| is_key(key) && number.split('-').all(is_number))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// GitLab nests groups, so there may be more than one slash.
fn is_repository(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    text.contains('/') && text.split('/').all(is_name)
}

fn suggestion(text: &str) -> String {
    let upper = text.to_uppercase();
    let host = text.split('/').next().unwrap_or_default();
    if is_ticket(&upper) {
        format!("write the ticket's key in capitals: `{}`", shown(&upper))
    } else if host.contains('.') && !host.ends_with('.') && !text.contains([' ', ':', '@']) {
        format!("write the full address: `https://{}`", shown(text))
    } else {
        "write `https://…`, or a ticket id such as `SEC-482`, `#482` or `org/repo#482`".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_id_has_a_key_and_a_number() {
        for text in ["ABC-123", "A1_B-7", "CHG-2026-118", "#123", "org/repo#123", "group/sub.group/re_po#1"] {
            assert!(is_ticket(text), "{text}");
        }
        for text in ["abc-123", "ABC", "ABC-", "-1", "ABC-12a", "#", "#12a", "repo#1", "/repo#1", "org/#1", "1-2", ""] {
            assert!(!is_ticket(text), "{text}");
        }
    }

    #[test]
    fn what_could_be_a_ticket_or_an_address_is_told_how_it_is_written() {
        for (text, help) in [
            ("sec-12", "write the ticket's key in capitals: `SEC-12`"),
            ("wiki.example.com/a", "write the full address: `https://wiki.example.com/a`"),
            ("chat", "write `https://…`, or"),
            ("Said so. By mail", "write `https://…`, or"),
            ("chat/a.b", "write `https://…`, or"),
            ("later.", "write `https://…`, or"),
            ("wiki.example.com/a b", "write `https://…`, or"),
            ("ftp://wiki.example.com", "write `https://…`, or"),
            ("mei@example.com", "write `https://…`, or"),
        ] {
            assert!(suggestion(text).starts_with(help), "{text}: {}", suggestion(text));
        }
    }

    #[test]
    fn an_address_has_a_host_and_no_white_space() {
        let fault = |text| without_scheme(text).map(url_fault);
        assert_eq!(fault("HTTPS://tickets.example.com/INC-311?a=b#c"), Some(None));
        assert_eq!(fault("http://localhost:8080"), Some(None));
        assert_eq!(fault("http://user@[::1]/x"), Some(None));
        for text in ["https://", "https:///path", "http://:80/", "https://user@/", "https://#x"] {
            assert_eq!(fault(text), Some(Some("has no host")), "{text}");
        }
        assert!(fault("https://a.example/b c").flatten().is_some());
        assert_eq!(fault("ftp://example.com"), None);
        assert_eq!(fault("éhttps://example.com"), None);
    }
}
