//! Texts that begin with a dash, such as `--note '- moved to hall 3'`.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Joins an option and the text behind it if that begins with a dash and contains a blank, which no option does:
/// `--note`, `- moved` becomes `--note=- moved`.
#[must_use]
pub fn join_dashed(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let words: Vec<OsString> = words.into_iter().collect();
    if !words.iter().any(|word| is_text(word)) {
        return words;
    }
    let options = options(&super::command());
    let takes_text = |word: &OsString| word.to_str().is_some_and(|word| options.contains(word));
    let mut joined: Vec<OsString> = Vec::with_capacity(words.len());
    let mut is_over = false;
    for word in words {
        match joined.last_mut().filter(|last| !is_over && is_text(&word) && takes_text(last)) {
            Some(last) => {
                last.push("=");
                last.push(word);
            }
            None => {
                is_over |= word == "--";
                joined.push(word);
            }
        }
    }
    joined
}

/// Says how a value that begins with a dash is given, where the parser took it for an option.
#[must_use]
pub fn with_tip(mut error: clap::Error, words: &[OsString]) -> clap::Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let (Some(ContextValue::String(word)), Some(ContextValue::StyledStrs(tips))) =
        (error.get(ContextKind::InvalidArg), error.get(ContextKind::Suggested))
    else {
        return error;
    };
    let word = word.clone();
    let is_about_values = |tip: &StyledStr| tip.to_string().starts_with("to pass ");
    let whole = super::command();
    // An option of another command is no value.
    let is_option = options(&whole).contains(&word);
    let command = called(&whole, &error);
    let (before, word) = given_behind(&word, words, &options(command)).unwrap_or((None, word));
    let usual = || ["note", "reason"].into_iter().find(|name| command.get_opts().any(|it| it.get_long() == Some(name)));
    let taking = before.or_else(|| usual().map(|name| format!("--{name}")));
    let mut tips: Vec<StyledStr> = tips.clone();
    match (tips.iter().position(is_about_values), taking) {
        (Some(at), _) if is_option => drop(tips.remove(at)),
        (Some(at), Some(name)) => {
            let how = format!("write it after an equals sign: '{name}={word}'");
            tips[at] = StyledStr::from(format!("to pass '{word}' as the value of an option, {how}"));
        }
        _ => return error,
    }
    match tips.is_empty() {
        true => drop(error.remove(ContextKind::Suggested)),
        false => drop(error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips))),
    }
    error
}

/// Returns the option that a word stands behind, if it takes a value, and the whole word of which the parser refused the
/// beginning: `-1` of `-1d`.
fn given_behind(refused: &str, words: &[OsString], options: &BTreeSet<String>) -> Option<(Option<String>, String)> {
    let texts: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let at = texts.iter().position(|text| *text == refused);
    let at = at.or_else(|| texts.iter().position(|text| text.starts_with(refused) && !text.starts_with("--")))?;
    let before = at.checked_sub(1).and_then(|before| options.get(texts[before]).cloned());
    Some((before, texts[at].to_owned()))
}

/// Returns the command whose arguments were refused, as its usage names it.
fn called<'c>(whole: &'c clap::Command, error: &clap::Error) -> &'c clap::Command {
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let words = usage.split_whitespace().skip_while(|word| *word != whole.get_name()).skip(1);
    words
        .map_while(|word| Some(word).filter(|word| !word.starts_with(['[', '<', '-'])))
        .fold(whole, |command, word| command.find_subcommand(word).unwrap_or(command))
}

fn is_text(word: &OsStr) -> bool {
    word.to_str().is_some_and(|word| word.starts_with('-') && word.contains(char::is_whitespace))
}

/// Returns the options of a command and those below it that take a value, as they are typed.
fn options(command: &clap::Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter(|it| it.get_action().takes_values());
    let mut all: BTreeSet<String> = own.filter_map(|it| Some(format!("--{}", it.get_long()?))).collect();
    all.extend(command.get_subcommands().flat_map(options));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_behind_an_option_may_begin_with_a_dash() {
        for (line, joined) in [
            (&["--note", "- moved"][..], &["--note=- moved"][..]),
            (&["--note", "-- moved\nback", "--dry-run"], &["--note=-- moved\nback", "--dry-run"]),
            (&["--set", "-a b"], &["--set=-a b"]),
            (&["--note=x", "- moved"], &["--note=x", "- moved"]),
            (&["--dry-run", "- moved"], &["--dry-run", "- moved"]),
            (&["--note", "--dry-run"], &["--note", "--dry-run"]),
            (&["--", "--note", "- moved"], &["--", "--note", "- moved"]),
        ] {
            let found = join_dashed(line.iter().map(OsString::from));
            assert_eq!(found, joined.iter().map(OsString::from).collect::<Vec<_>>(), "{line:?}");
        }
    }

    #[test]
    fn an_option_of_another_command_is_not_advised_as_a_value() {
        let said = |line: &str| {
            let error = crate::cli::command().try_get_matches_from(line.split(' ')).unwrap_err();
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            with_tip(error, &words).to_string()
        };
        let other = said("stopgap renew label-printer --by x");
        assert!(other.contains("'--by'") && !other.contains("tip:") && !other.contains("\n\n\n"), "{other}");
        assert!(said("stopgap renew label-printer --moved").contains("'--reason=--moved'"));
        assert!(said("stopgap close label-printer --moved").contains("'--note=--moved'"));
        // The option that it stands behind is the one that is meant.
        assert!(said("stopgap renew label-printer --expires -1d").contains("'--expires=-1d'"));
        assert!(said("stopgap renew label-printer --risk-check --moved").contains("'--risk-check=--moved'"));
        assert!(said("stopgap renew label-printer --dry-run -1d").contains("'--reason=-1d'"));
        let shown = said("stopgap show --moved");
        assert!(shown.contains("'-- --moved'") && !shown.contains("'--note"), "{shown}");
        let nested = said("stopgap evidence verify --moved");
        assert!(nested.contains("'-- --moved'") && !nested.contains("'--note"), "{nested}");
    }
}
