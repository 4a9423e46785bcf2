//! Files of one entry a line.

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

/// `.trivyignore`: an id, and `exp:2026-06-01` after it. What is no date makes Trivy drop the line.
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
        // `until:2026-06-01` looks like an end and is none.
        let odd = odd.filter(|word| word.starts_with("until") || word.starts_with("expires"));
        Some(Entry::rule(id, start..start + id.len()).until(end.or(odd)))
    };
    Ok(lines(text).filter_map(entry).collect())
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

/// `.semgrepignore`: patterns of files that are not looked at.
pub(super) fn patterns(text: &str) -> Result<Vec<Entry>, Unreadable> {
    let is_pattern = |(_, line): &(usize, &str)| !line.starts_with(':') && !line.starts_with('!');
    let entry = |(start, line): (usize, &str)| {
        Entry::new(What::All, start..start + line.len()).with_paths(vec![line.to_owned()])
    };
    Ok(lines(text).filter(is_pattern).map(entry).collect())
}

/// `.bandit`: `skips` and `exclude` in the section `[bandit]`.
pub(super) fn bandit(text: &str) -> Result<Vec<Entry>, Unreadable> {
    let mut entries = Vec::new();
    for (start, line) in lines(text) {
        let Some((key, values)) = line.split_once(['=', ':']) else { continue };
        let mut at = start + key.len() + 1;
        for value in values.split(',') {
            let from = at + (value.len() - value.trim_start().len());
            at += value.len() + 1;
            let value = value.trim();
            let here = from..from + value.len();
            match key.trim() {
                _ if value.is_empty() => {}
                "skips" => entries.push(Entry::rule(value, here)),
                "exclude" => entries.push(Entry::new(What::All, here).with_paths(vec![value.to_owned()])),
                _ => {}
            }
        }
    }
    Ok(entries)
}
