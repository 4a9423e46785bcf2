//! The SARIF logs that a command names: opened, read, and the places of their results found.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Input};
use crate::files::{ReadFile, Repository};
use crate::register::{Files, Register};
use crate::rules::Judge;
use crate::scan::{Covers, Hit, LogError, Place, Scan};
use crate::source::{FileId, Source, Span};
use crate::text::{counted, shown};

/// The longest log that is read from a pipe, in bytes: it takes as much of the temporary folder.
const MOST_SPOOLED: u64 = 1 << 30;

/// A log that can be read twice.
pub(super) struct Log {
    path: PathBuf,
    /// How many bytes it has.
    length: u64,
    /// What came through a pipe.
    spooled: Option<File>,
    /// The index of an earlier log of the same content. It is not read: each result would count twice.
    pub(super) copy_of: Option<usize>,
}

impl Log {
    /// Opens logs.
    ///
    /// # Errors
    ///
    /// If one cannot be read.
    pub(super) fn open_all(paths: &[PathBuf], folder: &Path) -> Result<Vec<Self>, Error> {
        let mut logs: Vec<Self> = Vec::with_capacity(paths.len());
        for path in paths {
            let mut log = Self::open(path, folder)?;
            for (at, other) in logs.iter().enumerate().filter(|(_, other)| other.copy_of.is_none()) {
                let is_same = log.is_same(other, folder).map_err(|error| unusable(path, &LogError::unread(&error)))?;
                if is_same {
                    log.copy_of = Some(at);
                    break;
                }
            }
            logs.push(log);
        }
        Ok(logs)
    }

    /// Opens a log; what cannot be read twice is kept in a temporary file.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn open(path: &Path, folder: &Path) -> Result<Self, Error> {
        let full = folder.join(path);
        let fail = |error: &io::Error| unusable(path, &LogError::unread(error));
        let metadata = std::fs::metadata(&full).map_err(|error| fail(&error))?;
        if metadata.is_dir() {
            return Err(fail(&io::ErrorKind::IsADirectory.into()));
        }
        let spool = || {
            let mut spooled = tempfile::tempfile()?;
            let length = io::copy(&mut File::open(&full)?.take(MOST_SPOOLED + 1), &mut spooled)?;
            match length {
                ..=MOST_SPOOLED => Ok(spooled),
                _ => Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    format!("more than {} MiB came through the pipe; write the log to a file", MOST_SPOOLED >> 20),
                )),
            }
        };
        let spooled = if metadata.is_file() { None } else { Some(spool().map_err(|error: io::Error| fail(&error))?) };
        let length = match &spooled {
            Some(file) => file.metadata().map_err(|error| fail(&error))?.len(),
            None => metadata.len(),
        };
        Ok(Self { path: path.to_path_buf(), length, spooled, copy_of: None })
    }

    /// Tells whether another log has the same content.
    fn is_same(&self, other: &Self, folder: &Path) -> io::Result<bool> {
        if self.length != other.length {
            return Ok(false);
        }
        let (mut mine, mut others) = (self.reader(folder)?, other.reader(folder)?);
        loop {
            let (one, two) = (mine.fill_buf()?, others.fill_buf()?);
            let length = one.len().min(two.len());
            if one[..length] != two[..length] || length == 0 {
                return Ok(one.len() == two.len() && length == 0);
            }
            mine.consume(length);
            others.consume(length);
        }
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn reader(&self, folder: &Path) -> io::Result<Box<dyn BufRead>> {
        const BUFFER: usize = 1 << 18;
        let file = match &self.spooled {
            Some(file) => {
                let mut file = file.try_clone()?;
                file.rewind()?;
                file
            }
            None => File::open(folder.join(&self.path))?,
        };
        Ok(Box::new(BufReader::with_capacity(BUFFER, file)))
    }

    /// Judges its results.
    ///
    /// # Errors
    ///
    /// If it is no SARIF log that can be used.
    pub(super) fn read(&self, folder: &Path, scan: &mut Scan, out: Option<&mut dyn Write>) -> Result<(), Error> {
        scan.read(&self.name(), &|| self.reader(folder), out).map_err(|error| unusable(&self.path, &error))
    }

    /// Notes its results as those that were there before.
    ///
    /// # Errors
    ///
    /// If it is no SARIF log that can be used.
    pub(super) fn read_before(&self, folder: &Path, scan: &mut Scan) -> Result<(), Error> {
        scan.read_before(&|| self.reader(folder)).map_err(|error| unusable(&self.path, &error))
    }
}

fn unusable(path: &Path, error: &LogError) -> Error {
    let why = match error.line {
        0 => error.why.clone(),
        line => format!("line {line}: {}", error.why),
    };
    Error::from(Input::Answer { path: path.to_path_buf(), what: "SARIF log", why, help: error.help.to_owned() })
}

/// Prepares the judging of results by a register.
pub(super) fn begin(register: &Register<'_>, judge: &Judge, root: &Path) -> Scan {
    let covers = Covers::of(register, judge.policy.timezone, judge.today);
    let root = root.to_string_lossy().replace('\\', "/");
    Scan::new(covers, &judge.policy.enforcement, &root)
}

/// Counts what the covers of a register silence in the results of some logs.
///
/// # Errors
///
/// If a log cannot be used.
pub(super) fn count(
    logs: &[PathBuf],
    register: &Register<'_>,
    judge: &Judge,
    root: &Path,
    folder: &Path,
) -> Result<Scan, Error> {
    let mut scan = begin(register, judge, root).counting();
    read_all(logs, folder, &mut scan)?;
    Ok(scan)
}

/// Judges the results of some logs.
///
/// # Errors
///
/// If a log cannot be used.
pub(super) fn read_all(logs: &[PathBuf], folder: &Path, scan: &mut Scan) -> Result<(), Error> {
    let logs = Log::open_all(logs, folder)?;
    for log in logs.iter().filter(|log| log.copy_of.is_none()) {
        log.read(folder, scan, None)?;
    }
    note_copies(&logs, scan);
    Ok(())
}

/// Notes which logs are not read because others have their content.
pub(super) fn note_copies(logs: &[Log], scan: &mut Scan) {
    let copies = logs.iter().filter_map(|log| Some((log.name(), logs.get(log.copy_of?)?.name())));
    scan.copies.extend(copies);
}

/// Says which logs were not read.
pub(super) fn copies(scan: &Scan) -> impl Iterator<Item = String> {
    scan.copies.iter().map(|(copy, log)| match copy == log {
        true => format!("`{}` is given twice; its results count once", shown(copy)),
        false => format!("`{}` has the content of `{}`; the results count once", shown(copy), shown(log)),
    })
}

/// Says what each cover silences, a line for each exception that silences something, after the logs that were not read.
pub(crate) fn silenced(scan: &Scan) -> Vec<String> {
    let mut lines: Vec<String> = copies(scan).collect();
    let mut last = None;
    for known in &scan.covers.list {
        if !known.in_force || last == Some(known.file) {
            continue;
        }
        last = Some(known.file);
        let uses = scan.uses_of(known.file).filter(|(known, used)| known.in_force && used.results > 0);
        for (known, used) in uses {
            let (results, files) = (counted(used.results, "result"), counted(used.files(), "file"));
            let which = known.index + 1;
            lines.push(format!("`{}` silences {results} in {files} with cover {which}", known.exception));
        }
    }
    lines
}

/// Finds the place of each hit among the files, and reads those files for it.
pub(super) fn locate(scan: &mut Scan, files: &mut Files, place: &Repository) {
    let mut known: BTreeMap<String, Option<FileId>> = BTreeMap::new();
    let mut blank: BTreeMap<String, (usize, Option<FileId>)> = BTreeMap::new();
    let logs = scan.logs.clone();
    let mut all: Vec<&mut Hit> = [&mut scan.unregistered, &mut scan.suppressed, &mut scan.fixable]
        .into_iter()
        .flat_map(|hits| &mut hits.list)
        .collect();
    // A file that cannot be read is shown by its line numbers alone.
    for hit in &mut all {
        let (path, line) = shown_at(hit, &logs);
        if matches!(hit.place, Some(Place::Inside(_))) {
            let file = *known.entry(path.clone()).or_insert_with(|| read(place, &path).map(|file| files.add(file)));
            if let Some(file) = file.filter(|file| reaches(files.source(*file), line)) {
                hit.spot = Some((file, span(files.source(file), hit.region)));
                continue;
            }
        }
        let lines = &mut blank.entry(path).or_default().0;
        *lines = line.max(*lines);
    }
    for (path, (lines, file)) in &mut blank {
        const MOST: usize = 1 << 20;
        let text = "\n".repeat((*lines).min(MOST).saturating_sub(1));
        *file = Some(files.add(Source::new(path.clone(), text).into()));
    }
    for hit in all.into_iter().filter(|hit| hit.spot.is_none()) {
        let (path, line) = shown_at(hit, &logs);
        let Some(file) = blank.get(&path).and_then(|(_, file)| *file) else { continue };
        let start = files.source(file).line_start(line) as usize;
        hit.spot = Some((file, Span::new(start, start)));
    }
}

/// Returns the file and the line at which a hit is reported: its own, else where its log has it.
fn shown_at(hit: &Hit, logs: &[String]) -> (String, usize) {
    match &hit.place {
        Some(Place::Inside(path)) => (path.clone(), hit.region[0].unwrap_or(1)),
        _ => (logs.get(hit.log).cloned().unwrap_or_default(), hit.log_line),
    }
}

fn read(place: &Repository, path: &str) -> Option<ReadFile> {
    let file = place.read(path).ok()?;
    // What is no text hides or ends something when it is shown.
    (file.opened && file.fault.is_none()).then_some(file)
}

fn reaches(source: &Source, line: usize) -> bool {
    line == 1 || source.line_start(line) > 0
}

/// Returns the bytes of a region on its first line; the whole line if it names no columns.
fn span(source: &Source, region: [Option<usize>; 4]) -> Span {
    let [first, from, last, to] = region;
    let line = source.line_at(source.line_start(first.unwrap_or(1)));
    let text = source.slice(line);
    let byte = |column: usize| text.char_indices().nth(column - 1).map_or(text.len(), |(at, _)| at);
    let indent = text.len() - text.trim_start().len();
    let is_one_line = last.is_none_or(|last| Some(last) == first);
    let (start, end) = match (from, to.filter(|_| is_one_line)) {
        (Some(from), Some(to)) if to > from => (byte(from), byte(to)),
        (Some(from), None) if from > 1 => (byte(from), text.trim_end().len()),
        _ => (indent, text.trim_end().len()),
    };
    line.within(start, end.max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_shown_on_its_first_line() {
        let source = Source::new("a.tf", "one\n  two é three\nfour\n".to_owned());
        for (region, text) in [
            ([Some(2), None, None, None], "two é three"),
            ([Some(2), Some(3), Some(2), Some(6)], "two"),
            ([Some(2), Some(9), None, Some(14)], "three"),
            ([Some(2), Some(3), Some(3), Some(1)], "two é three"),
            ([Some(2), Some(1), Some(2), Some(1)], "two é three"),
            ([Some(2), Some(900), Some(2), Some(901)], ""),
            ([None, None, None, None], "one"),
        ] {
            assert_eq!(source.slice(span(&source, region)), text, "{region:?}");
        }
        assert!(reaches(&source, 3) && !reaches(&source, 30));
    }
}
