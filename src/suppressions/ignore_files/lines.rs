//! Files with one entry per line.

use super::{Entry, Unreadable};
use crate::suppressions::grammar::What;

/// Lists the lines that are neither blank nor comments, each with where its text begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split('\n').filter_map(move |line| {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len() + 1;
        let line = line.trim();
        (!line.is_empty() && !line.starts_with('#')).then_some((start, line))
    })
}

/// `.trivyignore`: an id, and `exp:2026-06-01` after it. What is not a date makes Trivy drop the line.
pub(super) fn trivy(text: &str) -> Result<Vec<Entry>, Unreadable> {
    let entry = |(start, line): (usize, &str)| {
        let mut words = line.split_whitespace();
        let id = words.next()?;
        let end = words.clone().find_map(|word| word.strip_prefix("exp:"));
        let odd = words.find(|word| word.contains(':') && !word.starts_with(['#']) && !word.starts_with("exp:"));
        let is_read = |end: &str| crate::time::Day::parse(end).is_ok();
        if end.is_some_and(|end| !is_read(end)) {
            return None;
        }
        // `until:2026-06-01` looks like an end, but is not one.
        let odd = odd.filter(|word| word.starts_with("until") || word.starts_with("expires"));
        Some(Entry::rule(id, start..start + id.len()).until(end.or(odd)))
    };
    Ok(lines(text).filter_map(entry).collect())
}

/// A configuration in a format of which no reader is here.
pub(super) fn unknown(text: &str) -> Result<Vec<Entry>, Unreadable> {
    match lines(text).next() {
        Some((at, _)) => Err((at, "this format is not read".to_owned())),
        None => Ok(Vec::new()),
    }
}

/// `.gitleaksignore`: `[commit:]file:rule:line`. A commit or a line that differs is another finding.
pub(super) fn gitleaks(text: &str) -> Result<Vec<Entry>, Unreadable> {
    let entry = |(start, line): (usize, &str)| {
        let mut parts = line.rsplitn(3, ':');
        let number = parts.next()?;
        number.parse::<u32>().ok()?;
        let (rule, file) = (parts.next()?, parts.next()?);
        let is_commit = |part: &str| part.len() == 40 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let file = file.split_once(':').filter(|(commit, _)| is_commit(commit)).map_or(file, |(_, file)| file);
        let at = start..start + line.len();
        Some(Entry::rule(rule, at).with_paths(vec![file.to_owned()]).narrowed("line", &[line.to_owned()]))
    };
    Ok(lines(text).filter_map(entry).collect())
}

/// `.semgrepignore`: patterns of files that are not looked at, and `:include` of a file with more of them.
pub(super) fn patterns(text: &str) -> Result<Vec<Entry>, Unreadable> {
    let entry = |(start, line): (usize, &str)| {
        let entry = Entry::new(What::All, start..start + line.len());
        match line.strip_prefix(':') {
            // What git does not track is not in the repository.
            Some(directive) if directive.split_whitespace().eq(["include", ".gitignore"]) => None,
            Some(directive) => Some(entry.narrowed("directive", &[directive.trim().to_owned()])),
            None if line.starts_with('!') => None,
            None => Some(entry.with_paths(vec![line.to_owned()])),
        }
    };
    Ok(lines(text).filter_map(entry).collect())
}

/// The lines that except something from the patterns above them, each with its number from 1.
pub(super) fn excepted(text: &str) -> Vec<(usize, String)> {
    let numbered = text.lines().enumerate();
    numbered.filter_map(|(at, line)| Some((at + 1, line.trim().strip_prefix('!')?.to_owned()))).collect()
}

/// `.bandit`, as Python's configparser reads it: keys in any case, values that go on in lines that are indented, and
/// the section `[DEFAULT]`. Of `tests` and `profile` only what they name runs; `baseline` and `configfile` name a file.
pub(super) fn bandit(text: &str) -> Result<Vec<Entry>, Unreadable> {
    let mut entries = Vec::new();
    let mut section = String::new();
    let mut key = String::new();
    for (start, line) in lines(text).filter(|(_, line)| !line.starts_with(';')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            (section, key) = (name.to_owned(), String::new());
            continue;
        }
        let is_indented = !key.is_empty() && start > 0 && text[..start].ends_with([' ', '\t']);
        let mut at = start;
        let mut values = line;
        if !is_indented {
            let Some((name, rest)) = line.split_once(['=', ':']) else { continue };
            at += name.len() + 1;
            (key, values) = (name.trim().to_ascii_lowercase(), rest);
        }
        if section != "bandit" && section != "DEFAULT" {
            continue;
        }
        if ["tests", "profile", "baseline", "configfile", "level", "confidence"].contains(&key.as_str()) {
            let entry = Entry::new(What::All, start..start + line.len()).narrowed(&key, &[values.trim().to_owned()]);
            entries.extend(Some(entry).filter(|_| !["", "1"].contains(&values.trim())));
            continue;
        }
        // A value may be put together from those of other keys.
        let is_list = ["skips", "exclude"].contains(&key.as_str()) || !KNOWN.contains(&key.as_str());
        for value in values.split(',').filter(|_| is_list) {
            let from = at + (value.len() - value.trim_start().len());
            at += value.len() + 1;
            let value = value.trim();
            let here = from..from + value.len();
            match key.as_str() {
                _ if value.is_empty() => {}
                "skips" => entries.push(Entry::rule(value, here)),
                "exclude" => entries.push(Entry::new(What::All, here).with_paths(vec![value.to_owned()])),
                key => entries
                    .extend(text.contains("%(").then(|| Entry::rule(value, here).narrowed("of", &[key.to_owned()]))),
            }
        }
    }
    Ok(entries)
}

/// Bandit's options that leave nothing out.
const KNOWN: [&str; 11] = [
    "targets",
    "recursive",
    "aggregate",
    "number",
    "format",
    "msg-template",
    "output",
    "verbose",
    "debug",
    "quiet",
    "ignore-nosec",
];
