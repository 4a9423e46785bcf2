//! The one process that reads objects, whatever their number: `git cat-file --batch`. It also says which object a
//! revision names, so that no other process need be asked.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::sync::PoisonError;

use super::process::{MOST_ANSWER, Running};
use super::{Commit, CommitInfo, Git, commit, commit_of, trim};
use crate::error::{Error, GitError};

/// How many bytes of requests are under way at once. A pipe holds that many everywhere, so that neither side waits for
/// the other to read.
const UNDER_WAY: usize = 4096;

/// The longest name of an object or a revision that is asked for, in bytes.
const LONGEST_NAME: usize = 2048;

/// The full name and the bytes of an object; nothing where it is not here, or is of another kind.
type Object = Option<(String, Vec<u8>)>;

/// A `git cat-file --batch` that runs until it is dropped.
#[derive(Debug)]
pub(super) struct Reader(Running);

/// Which objects are asked for.
#[derive(Clone, Copy)]
struct Wanted<'w> {
    names: &'w [&'w str],
    kind: &'w str,
    /// The largest that is read whole, in bytes.
    limit: u64,
}

impl Reader {
    fn start(git: &Git) -> Result<Self, Error> {
        Running::start(git.command(&["cat-file", "--batch"]), "git cat-file".to_owned(), true).map(Self)
    }

    fn read(&mut self, wanted: Wanted<'_>) -> io::Result<Vec<Object>> {
        self.0.begin();
        let Some(input) = &mut self.0.input else { return Err(ErrorKind::BrokenPipe.into()) };
        let mut read = Vec::with_capacity(wanted.names.len());
        let mut sent = 0;
        let mut under_way = 0;
        for name in wanted.names {
            if under_way <= UNDER_WAY / 2 {
                let mut request = String::new();
                while let Some(next) = wanted.names.get(sent)
                    && (under_way + request.len() + next.len() < UNDER_WAY || sent == read.len())
                {
                    request.push_str(next);
                    request.push('\n');
                    sent += 1;
                }
                under_way += request.len();
                // If it has stopped listening, its last words say more.
                input.write_all(request.as_bytes()).or_else(unless_deaf)?;
            }
            read.push(read_object(&mut self.0.output, wanted)?);
            under_way -= name.len() + 1;
        }
        Ok(read)
    }
}

fn unless_deaf(error: io::Error) -> io::Result<()> {
    if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

impl Git {
    /// Returns the commit that a revision names; `None` if this clone has none of that name.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started, or the repository cannot be read.
    pub fn commit(&self, revision: &str) -> Result<Option<Commit>, Error> {
        if revision.is_empty() || revision.len() > LONGEST_NAME || revision.contains(['\0', '\n']) {
            return Ok(None);
        }
        let spec = format!("{revision}^{{commit}}");
        if revision.contains("@{") {
            // The reader ends where there is no upstream, or the log of a reference is too short.
            let ended = self.end(&["rev-parse", "--verify", "--quiet", "--end-of-options", &spec])?;
            return Ok(commit_of(trim(&ended.output)).filter(|_| ended.status.success()));
        }
        let found = self.ask_reader(Wanted { names: &[&spec], kind: "commit", limit: 0 })?.pop().flatten();
        Ok(found.and_then(|(oid, _)| commit_of(oid.as_bytes())))
    }

    /// Returns the commit that a revision names, as [`Git::commit`] does; `option` is what it was given with.
    ///
    /// # Errors
    ///
    /// If it names several: a tag `main` or `origin/main` would silently take the place of the branch.
    pub fn only_commit(&self, revision: &str, option: &'static str) -> Result<Option<Commit>, Error> {
        let mut found: Vec<(String, Commit)> = Vec::new();
        for kind in ["refs/tags/", "refs/heads/", "refs/remotes/"] {
            let name = format!("{kind}{revision}");
            found.extend(self.commit(&name)?.map(|commit| (name, commit)));
        }
        match found.as_slice() {
            [(first, a), .., (last, b)] if found.iter().any(|(_, other)| other != a) => {
                let named = |name: &str, commit: &Commit| Box::new((name.to_owned(), commit.short().to_owned()));
                let (first, last) = (named(first, a), named(last, b));
                Err(GitError::Ambiguous { revision: revision.to_owned(), option, first, last }.into())
            }
            _ => self.commit(revision),
        }
    }

    /// Returns what a commit object says; `None` if the object is not in this clone.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started.
    pub fn info(&self, commit: &Commit) -> Result<Option<CommitInfo>, Error> {
        Ok(self.infos(&[commit])?.pop().flatten())
    }

    /// Returns what commit objects say; `None` where one is not here.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or ends early.
    pub fn infos(&self, commits: &[&Commit]) -> Result<Vec<Option<CommitInfo>>, Error> {
        let names: Vec<&str> = commits.iter().map(|commit| commit.as_str()).collect();
        let read = self.objects(&names, "commit", MOST_ANSWER)?;
        Ok(read.into_iter().map(|bytes| Some(commit::read(&String::from_utf8_lossy(&bytes?)))).collect())
    }

    /// Reads blobs in the order asked for; `None` where one is not here. Of a blob
    /// larger than `limit` bytes only one byte more than that comes back.
    ///
    /// # Errors
    ///
    /// If `git` cannot be started or ends early.
    pub fn blobs(&self, oids: &[&str], limit: u64) -> Result<Vec<Option<Vec<u8>>>, Error> {
        self.objects(oids, "blob", limit)
    }

    /// Reads objects of a kind in the order asked for, as [`Git::blobs`] does.
    pub(crate) fn objects(&self, names: &[&str], kind: &str, limit: u64) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let read = self.ask_reader(Wanted { names, kind, limit })?;
        Ok(read.into_iter().map(|object| object.map(|(_, bytes)| bytes)).collect())
    }

    fn ask_reader(&self, wanted: Wanted<'_>) -> Result<Vec<Object>, Error> {
        if wanted.names.is_empty() {
            return Ok(Vec::new());
        }
        let mut kept = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reader = match kept.take() {
            Some(reader) => reader,
            None => Reader::start(self)?,
        };
        match reader.read(wanted) {
            Ok(read) => {
                *kept = Some(reader);
                Ok(read)
            }
            // One that broke off is not asked again.
            Err(error) => Err(reader.0.broke_off(&error)),
        }
    }
}

/// Reads one answer: `<oid> <type> <size>`, the bytes, a line feed; or a name and why there is no such object.
fn read_object(output: &mut impl BufRead, wanted: Wanted<'_>) -> io::Result<Object> {
    let mut head = Vec::new();
    output.by_ref().take(2 * LONGEST_NAME as u64).read_until(b'\n', &mut head)?;
    if head.is_empty() {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let head = String::from_utf8_lossy(&head);
    let Some((oid, kind, size)) = head_of(&head) else {
        let is_absent = [" missing\n", " ambiguous\n"].iter().any(|why| head.ends_with(why));
        return if is_absent { Ok(None) } else { Err(io::Error::other("git returned an unexpected response")) };
    };
    let kept = size.min(wanted.limit.saturating_add(1));
    if kept > MOST_ANSWER {
        return Err(ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(kept).unwrap_or_default());
    output.by_ref().take(kept).read_to_end(&mut bytes)?;
    // The part that is not kept, and the line feed after it.
    let rest = size - kept + 1;
    if bytes.len() as u64 != kept || io::copy(&mut output.by_ref().take(rest), &mut io::sink())? != rest {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok((kind == wanted.kind).then(|| (oid.to_owned(), bytes)))
}

/// Takes the first line of an object apart. What was asked for stands in the line that says it is not there, and may look
/// like anything but that.
fn head_of(line: &str) -> Option<(&str, &str, u64)> {
    let mut words = line.strip_suffix('\n')?.split(' ');
    let (oid, kind, size) = (words.next()?, words.next()?, words.next()?);
    let is_name = matches!(oid.len(), 40 | 64) && oid.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_name && words.next().is_none()).then_some(())?;
    Some((oid, kind, size.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str) -> io::Result<Object> {
        read_object(&mut answer.as_bytes(), Wanted { names: &[], kind: "blob", limit: 3 })
    }

    #[test]
    fn an_answer_is_an_object_or_says_that_there_is_none() {
        let oid = "a".repeat(40);
        assert_eq!(read(&format!("{oid} blob 2\nab\n")).unwrap(), Some((oid.clone(), b"ab".to_vec())));
        assert_eq!(read(&format!("{oid} blob 9\nabcdefghi\n")).unwrap(), Some((oid.clone(), b"abcd".to_vec())));
        assert_eq!(read(&format!("{oid} commit 2\nab\n")).unwrap(), None);
        assert_eq!(read("main^{commit} missing\n").unwrap(), None);
        assert_eq!(read("abc^{commit} ambiguous\n").unwrap(), None);
        // A revision may have the form of an answer.
        assert_eq!(read(&format!("{oid} blob 2^{{commit}} missing\n")).unwrap(), None);
        assert!(read("anything\n").is_err() && read("").is_err() && read(&format!("{oid} blob 2\na")).is_err());
    }
}
