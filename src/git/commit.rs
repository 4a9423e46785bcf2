//! Commits: their names, and what their objects say.

/// The full object name of a commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit(String);

impl Commit {
    /// Returns the object name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a full object name.
    #[must_use]
    pub fn from_digits(text: &str) -> Option<Self> {
        commit_of(text.as_bytes())
    }

    /// Returns the first twelve digits, as messages show it.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

/// The header of a commit object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    /// The parents that the object itself names; a shallow clone has their names even where it lacks the objects.
    pub parents: Vec<Commit>,
    /// Committer time, in seconds since 1970-01-01 UTC.
    pub committed: i64,
    /// The author's name and address, as the object holds them.
    pub author: String,
    /// The first line of the message.
    pub subject: String,
    /// The pull or merge request that the message names as a forge writes it: `#12`, `!12`.
    pub request: Option<String>,
    /// The names and addresses in the message's `Co-authored-by:` lines.
    pub co_authors: Vec<String>,
    /// Whether the committer is GitHub itself, as for anything merged, squashed or edited there.
    pub by_forge: bool,
}

pub(super) fn commit_of(bytes: &[u8]) -> Option<Commit> {
    let text = std::str::from_utf8(bytes).ok()?;
    let whole = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| Commit(text.to_owned()))
}

/// Reads a commit object.
pub(super) fn read(text: &str) -> CommitInfo {
    let (head, message) = text.split_once("\n\n").unwrap_or((text, ""));
    let values = |key: &'static str| head.lines().filter_map(move |line| line.strip_prefix(key)?.strip_prefix(' '));
    let seconds = |line: &str| line.rsplit(' ').nth(1).and_then(|seconds| seconds.parse().ok());
    let name = |line: &str| line.rsplitn(3, ' ').nth(2).unwrap_or_default().to_owned();
    CommitInfo {
        parents: values("parent").filter_map(|oid| commit_of(oid.as_bytes())).collect(),
        committed: values("committer").find_map(seconds).unwrap_or_default(),
        author: values("author").map(name).next().unwrap_or_default(),
        subject: message.lines().next().unwrap_or_default().to_owned(),
        request: request_of(message),
        co_authors: message.lines().filter_map(co_author).map(str::to_owned).collect(),
        by_forge: values("committer").any(|line| line.contains(" <noreply@github.com> ")),
    }
}

/// Finds the pull or merge request in a message as GitHub writes it, `Merge pull request #12 from …` or `Subject (#12)`,
/// as Forgejo does, `Merge pull request 'Title' (#12) from …`, and as GitLab does, `See merge request group/project!12`.
fn request_of(message: &str) -> Option<String> {
    fn number(text: &str) -> Option<&str> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        (1..=10).contains(&digits).then(|| &text[..digits])
    }
    let subject = message.lines().next().unwrap_or_default().trim_end();
    let of_forgejo = || subject.strip_prefix("Merge pull request '")?.rsplit_once("' (#")?.1.split_once(") from ");
    let merged = subject.strip_prefix("Merge pull request #").or_else(|| Some(of_forgejo()?.0)).and_then(number);
    let squashed = subject.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (#"));
    let squashed = squashed.and_then(|(_, digits)| number(digits).filter(|found| found.len() == digits.len()));
    if let Some(digits) = merged.or(squashed) {
        return Some(format!("#{digits}"));
    }
    let named = message.lines().find_map(|line| line.strip_prefix("See merge request ")?.rsplit_once('!'));
    named.and_then(|(_, digits)| number(digits)).map(|digits| format!("!{digits}"))
}

/// Returns whom a line `Co-authored-by: NAME <ADDRESS>` names.
fn co_author(line: &str) -> Option<&str> {
    const KEY: &str = "co-authored-by:";
    let (key, name) = line.trim_start().split_at_checked(KEY.len())?;
    key.eq_ignore_ascii_case(KEY).then(|| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_object_is_read_by_its_header_alone() {
        let parent = "a".repeat(40);
        let text = format!(
            "tree {0}\nparent {parent}\nauthor A B <a@b> 1 +0100\ncommitter C <c@d> 1700000000 +0000\ngpgsig x\n parent {0}\n\nsubject\n\nparent {0}\n",
            "b".repeat(40)
        );
        let info = read(&text);
        assert_eq!(info.parents, [Commit(parent)]);
        assert_eq!((info.committed, info.subject.as_str()), (1_700_000_000, "subject"));
        assert_eq!(info.author, "A B <a@b>");
    }

    #[test]
    fn a_request_is_found_where_a_forge_writes_it() {
        for (message, request) in [
            ("Merge pull request #12 from acme/topic\n\nTitle", Some("#12")),
            ("Close the printer (#345)\n\n* one", Some("#345")),
            ("Merge branch 'x' into 'main'\n\nTitle\n\nSee merge request acme/register!7", Some("!7")),
            ("Merge pull request 'Ask (again)' (#31) from ask into main\n\nReviewed-on: x", Some("#31")),
            ("Fixes (#345) and more", None),
            ("Merge pull request 'x' (#31) into main", None),
            ("See #12", None),
            ("x (#)", None),
            ("x (#1x)", None),
            ("", None),
        ] {
            assert_eq!(request_of(message).as_deref(), request, "{message}");
        }
    }
}
