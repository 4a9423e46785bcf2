//! Files that a command names, written whole or not at all.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::commands::{World, book, place};
use crate::error::{Argument, Error, Named, Refusal};
use crate::files::{MAX_BYTES_BESIDE, read_named};
use crate::output::Look;
use crate::policy::Policy;
use crate::text::nearest;

/// How the name of a temporary file of an edit begins; six random letters and digits follow.
const TEMPORARY: &str = ".stopgap-part-";

/// How the name of a temporary file of an output begins. The register's lock does not guard it: whoever writes it has
/// locked it.
const OUTPUT: &str = ".stopgap-output-";

/// How the name of a file that is exchanged for another one begins, until what it was exchanged for was looked at. The
/// digests of what the edit expects there and of what it brings follow, then six random letters and digits.
const EXCHANGED: &str = ".stopgap-was-";

/// What an edit that was killed left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeftOver {
    /// What the edit was to replace, or a part or all of what it was to write.
    Ours,
    /// What somebody saved a moment before it was exchanged; there may be no other copy.
    Saved,
}

/// Tells what a file is whose name an edit made, as no person would; `None` for any other file.
fn left_over(path: &Path) -> Option<LeftOver> {
    let name = path.file_name()?.to_str()?;
    let is_random = |text: &str| text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if let Some(random) = name.strip_prefix(TEMPORARY) {
        return is_random(random).then_some(LeftOver::Ours);
    }
    if let Some(random) = name.strip_prefix(OUTPUT) {
        let is_idle = || File::open(path).is_ok_and(|file| file.try_lock().is_ok());
        return (is_random(random) && is_idle()).then_some(LeftOver::Ours);
    }
    let rest = name.strip_prefix(EXCHANGED)?;
    let (known, random) = rest.rsplit_once('-').unwrap_or(("", rest));
    let found = || Some(digest(&read_named(path, MAX_BYTES_BESIDE).ok()?));
    let is_known = || found().is_some_and(|found| known.split('-').any(|known| known == found));
    is_random(random).then(|| if is_known() { LeftOver::Ours } else { LeftOver::Saved })
}

/// Returns the beginning of the SHA-256 of a file: enough to tell two versions of it apart.
fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes)[..8])
}

/// Removes the file at a path if a killed run left it and nobody else wrote it, and tells what it was.
pub(super) fn clear(path: &Path) -> Option<LeftOver> {
    let left = left_over(path);
    if left == Some(LeftOver::Ours) {
        // One that cannot be removed does no harm.
        let _ = std::fs::remove_file(path);
    }
    left
}

/// Removes from a folder what killed runs left whose names begin so.
fn sweep(folder: &Path, prefix: &str) {
    let is_ours = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with(prefix);
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten().filter(is_ours) {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            clear(&entry.path());
        }
    }
}

/// Removes from a folder that is to hold new files only what a killed run left of such.
pub(super) fn sweep_new(folder: &Path) {
    sweep(folder, TEMPORARY);
}

/// Reads each `FORMAT=FILE`, such as `example`.
///
/// # Errors
///
/// If one does not have that form, does not name a format, or names the file of another.
pub(super) fn parse_outputs<F: ValueEnum>(arguments: &[String], example: &str) -> Result<Vec<(F, PathBuf)>, Error> {
    let mut outputs: Vec<(F, PathBuf)> = Vec::new();
    for argument in arguments {
        let (format, path) = parse_output(argument, example)?;
        if path.as_os_str() == "-" {
            return Err(Error::from(Argument::Value {
                option: "--output".to_owned(),
                value: argument.clone(),
                why: "`-` is not a file".to_owned(),
                help: "use `--format` for standard output".to_owned(),
            }));
        }
        if outputs.iter().any(|(_, other)| *other == path) {
            return Err(Error::from(Argument::FileTwice { path }));
        }
        outputs.push((format, path));
    }
    Ok(outputs)
}

fn parse_output<F: ValueEnum>(argument: &str, example: &str) -> Result<(F, PathBuf), Argument> {
    let names: Vec<String> = F::value_variants()
        .iter()
        .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
        .collect();
    let formats = || format!("write `--output {example}`; the formats are {}", names.join(", "));
    let Some((name, file)) = argument.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        let (option, value) = ("--output", argument.to_owned());
        let is_format = F::from_str(argument.trim_end_matches('='), false).is_ok();
        let fault = if is_format { "does not name a file" } else { "does not name a format" };
        return Err(Argument::Form { option, value, fault, help: formats() });
    };
    F::from_str(name, false).map(|format| (format, PathBuf::from(file))).map_err(|_| {
        let best = nearest(name, names.iter().map(String::as_str));
        let help = best.map_or_else(formats, |best| format!("did you mean `{best}`?"));
        Argument::NotFound { what: Named::Format, name: name.to_owned(), help }
    })
}

/// Refuses an output that would replace what the run has read, or git's own files. `named` are the other files that
/// arguments name to be read.
///
/// # Errors
///
/// If one would.
pub(super) fn spare_inputs<F>(
    outputs: &[(F, PathBuf)],
    named: &[&Path],
    current: &Path,
    root: &Path,
    policy: &Policy,
) -> Result<(), Error> {
    // A terminal or a pipe may be both.
    let file = |path: &Path| std::fs::canonicalize(current.join(path)).ok().filter(|path| path.is_file());
    let named: Vec<PathBuf> = named.iter().filter_map(|path| file(path)).collect();
    for (_, path) in outputs {
        if file(path).is_some_and(|file| named.contains(&file)) {
            return Err(Error::from(Argument::WouldReplace { option: "--output", path: path.clone() }));
        }
        let whole = current.join(path);
        let is_input =
            place::inside(&whole, root).is_some_and(|inside| policy.is_in_register(&inside) || policy.is_book(&inside));
        if is_input || is_gits_own(&whole) {
            return Err(Error::from(Argument::WouldReplace { option: "--output", path: path.clone() }));
        }
    }
    Ok(())
}

/// Tells whether a file is in a folder of git's own, whatever repository that belongs to.
fn is_gits_own(path: &Path) -> bool {
    let folder = path.parent().and_then(|folder| std::fs::canonicalize(folder).ok());
    folder.is_some_and(|folder| folder.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git")))
}

/// Renders each output and writes them all or none; files are never coloured.
///
/// # Errors
///
/// If one cannot be written; earlier files are then still there, unchanged.
pub(super) fn outputs<F: Copy>(
    outputs: &[(F, PathBuf)],
    world: &World,
    mut render: impl FnMut(F, Look, &mut dyn Write) -> std::io::Result<()>,
) -> Result<(), Error> {
    let look = Look { color: false, links: false, wraps: false, ..world.look() };
    let mut files = Vec::with_capacity(outputs.len());
    for (format, path) in outputs {
        let mut bytes = Vec::new();
        render(*format, look, &mut bytes)?;
        files.push((world.folder.join(path), bytes));
    }
    all(&files, &world.folder)
}

/// Writes files, all of them or none: each into a temporary one next to it first, then they are renamed. A device or
/// pipe is written to directly.
///
/// # Errors
///
/// If one cannot be written; earlier files are then still there, unchanged.
pub(super) fn all(files: &[(PathBuf, Vec<u8>)], current: &Path) -> Result<(), Error> {
    let waiting: Vec<Waiting<'_>> =
        files.iter().map(|(path, bytes)| prepare(path, bytes, current, OUTPUT)).collect::<Result<_, _>>()?;
    waiting.into_iter().try_for_each(Waiting::take_its_place)
}

/// A file that is written piece by piece, and takes its place once it is whole.
pub(super) enum Stream {
    /// In a temporary file, for a target.
    Whole { path: PathBuf, target: PathBuf, file: std::io::BufWriter<NamedTempFile> },
    /// A device or a pipe.
    Device { path: PathBuf, file: std::io::BufWriter<File> },
}

impl Stream {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// If it cannot be written where it is to be.
    pub(super) fn begin(path: &Path, current: &Path) -> Result<Self, Error> {
        let fail = |error: &std::io::Error| unwritable(path, &reason(error));
        Ok(match prepare(path, &[], current, OUTPUT)? {
            Waiting::Whole { target, file, .. } => {
                Self::Whole { path: path.to_path_buf(), target, file: std::io::BufWriter::new(file) }
            }
            Waiting::Stream { .. } => {
                let file = std::fs::OpenOptions::new().write(true).open(path).map_err(|error| fail(&error))?;
                Self::Device { path: path.to_path_buf(), file: std::io::BufWriter::new(file) }
            }
        })
    }

    /// Lets it take its place.
    ///
    /// # Errors
    ///
    /// If it cannot be written; an earlier file is then still there, unchanged.
    pub(super) fn finish(self) -> Result<(), Error> {
        let (path, done) = match self {
            Self::Whole { path, target, file } => {
                let whole = file.into_inner().map_err(std::io::IntoInnerError::into_error);
                (path, whole.and_then(|file| file.persist(&target).map(drop).map_err(|error| error.error)))
            }
            Self::Device { path, mut file } => (path, file.flush()),
        };
        done.map_err(|error| unwritable(&path, &reason(&error)))
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Whole { file, .. } => file.write(bytes),
            Self::Device { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Whole { file, .. } => file.flush(),
            Self::Device { file, .. } => file.flush(),
        }
    }
}

/// Returns a file of the register another text, keeping a byte order mark, unless it no longer contains the text with
/// which the edit began.
///
/// # Errors
///
/// If it was changed in the meantime, or cannot be written; the old file is then still there.
pub(super) fn replace(path: &Path, before: &str, after: &str) -> Result<(), Error> {
    replaced(path, before, after).map_err(|error| match error {
        Error::Unwritable { why, .. } => Error::from(Refusal::NotReplaced { path: path.to_path_buf(), why }),
        other => other,
    })
}

fn replaced(path: &Path, before: &str, after: &str) -> Result<(), Error> {
    const MARK: &str = "\u{feff}";
    let read = || {
        std::fs::read(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::Changed { path: path.to_path_buf() },
            _ => unwritable(path, &reason(&error)),
        })
    };
    // A rename would not check that: it only needs the folder.
    if std::fs::metadata(path).is_ok_and(|found| found.permissions().readonly()) {
        return Err(unwritable(path, "it is read-only"));
    }
    let mark = if read()?.starts_with(MARK.as_bytes()) { MARK } else { "" };
    let bytes = format!("{mark}{after}").into_bytes();
    let before = format!("{mark}{before}").into_bytes();
    let waiting = prepare(path, &bytes, Path::new(""), TEMPORARY)?;
    if let Waiting::Whole { file, .. } = &waiting {
        file.as_file().sync_all().map_err(|error| unwritable(path, &reason(&error)))?;
    }
    if read()? != before {
        return Err(Error::Changed { path: path.to_path_buf() });
    }
    match waiting {
        Waiting::Whole { path, target, file } => match swap(file, &target, &before, &bytes) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::Changed { path: path.to_path_buf() }),
            Err(error) => Err(unwritable(path, &reason(&error))),
        },
        waiting @ Waiting::Stream { .. } => waiting.take_its_place(),
    }
}

/// Lets a file take the place of another one, if that still holds what is expected. Where the system can exchange the two,
/// what an editor saved after the last look comes back, whether it wrote the file or replaced it; elsewhere that moment
/// between the look and the rename is not guarded.
fn swap(file: NamedTempFile, target: &Path, expected: &[u8], brought: &[u8]) -> io::Result<bool> {
    swap_by(exchange, file, target, (expected, brought))
}

fn swap_by(
    exchange: impl Fn(&Path, &Path) -> io::Result<()>,
    file: NamedTempFile,
    target: &Path,
    (expected, brought): (&[u8], &[u8]),
) -> io::Result<bool> {
    let folder = target.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    // If the process is killed before it has looked, the name tells whether what is in it is anything else than these two.
    let prefix = format!("{EXCHANGED}{}-{}-", digest(expected), digest(brought));
    let second = tempfile::Builder::new().prefix(&prefix).make_in(folder, |path| std::fs::hard_link(file.path(), path));
    let exchanged = second.and_then(|second| exchange(second.path(), target).map(|()| second));
    let Ok(second) = exchanged else { return file.persist(target).map(|_| true).map_err(|error| error.error) };
    drop(file);
    // That name is now the one of what was there.
    if std::fs::read(second.path()).is_ok_and(|found| found == expected) {
        return Ok(true);
    }
    let (why, what) = match exchange(second.path(), target) {
        Ok(()) if std::fs::read(second.path()).is_ok_and(|found| found == brought) => return Ok(false),
        // An editor has saved once more in between.
        Ok(()) => ("it was saved twice in the meantime".to_owned(), "what was saved last"),
        Err(error) => (error.to_string(), "what was there before"),
    };
    let (_, kept) = second.keep().map_err(|error| error.error)?;
    Err(io::Error::other(format!("{why}; {what} is in `{}`", kept.display())))
}

/// Exchanges two files in one step.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

/// Exchanges two files in one step, where the system can do that.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Writes files that do not exist yet, all of them or none, and the folders above them. Each is written into a
/// temporary one next to it first; a file that has been created meanwhile is not replaced.
///
/// # Errors
///
/// If one cannot be written, exists already, or exists in a part of the repository that a sparse checkout leaves out;
/// what was written and created until then is removed again.
pub(super) fn new(files: &[(PathBuf, &[u8])], root: &Path) -> Result<(), Error> {
    let names: Vec<String> = files.iter().filter_map(|(path, _)| place::inside(path, root)).collect();
    book::refuse_left_out(root, |path| names.iter().any(|name| name == path))?;
    let mut done = Done::default();
    let written = write_new(files, root, &mut done);
    if written.is_err() {
        done.undo();
    }
    written
}

/// What was created along the way.
#[derive(Default)]
struct Done {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Done {
    /// Removes it, in reverse order. What cannot be removed stays, and the first error is reported.
    fn undo(&self) {
        for file in &self.files {
            let _ = std::fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
    }

    /// Creates the missing folders above a file and below the root, none of them through a link.
    fn make_folders(&mut self, folder: &Path, root: &Path) -> Result<(), Error> {
        let mut missing: Vec<&Path> = Vec::new();
        for above in folder.ancestors().take_while(|above| *above != root && above.starts_with(root)) {
            match std::fs::symlink_metadata(above) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Err(unwritable(above, "it is not a real folder, and links are never followed")),
                Err(error) if error.kind() == ErrorKind::NotFound => missing.push(above),
                Err(error) => return Err(unwritable(above, &reason(&error))),
            }
        }
        for folder in missing.into_iter().rev() {
            std::fs::create_dir(folder).map_err(|error| unwritable(folder, &reason(&error)))?;
            self.folders.push(folder.to_path_buf());
        }
        Ok(())
    }
}

fn write_new(files: &[(PathBuf, &[u8])], root: &Path, done: &mut Done) -> Result<(), Error> {
    let mut waiting = Vec::with_capacity(files.len());
    let mut last = None;
    for (path, bytes) in files {
        let folder = path.parent().unwrap_or(root);
        if last != Some(folder) {
            done.make_folders(folder, root)?;
            last = Some(folder);
        }
        // Closed at once: a register may have more files than a process may hold open.
        let file = filled(folder, bytes, TEMPORARY).map_err(|error| unwritable(path, &reason(&error)))?;
        waiting.push((path, file.into_temp_path()));
    }
    for (path, file) in waiting {
        file.persist_noclobber(path).map_err(|error| match error.error.kind() {
            ErrorKind::AlreadyExists => Error::ThereMeanwhile { path: path.clone() },
            _ => unwritable(path, &reason(&error.error)),
        })?;
        done.files.push(path.clone());
    }
    Ok(())
}

/// Creates a temporary file next to the one that it will become.
fn filled(folder: &Path, bytes: &[u8], prefix: &str) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(OsStr::new(prefix));
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    if prefix == OUTPUT {
        // Where files cannot be locked, nobody takes it for one that was left.
        let _ = file.as_file().try_lock();
    }
    // The temporary file's own errors name a path that nobody asked for.
    file.as_file_mut().write_all(bytes)?;
    Ok(file)
}

/// Bytes on their way to a file.
enum Waiting<'f> {
    /// In a temporary file, for a target.
    Whole { path: &'f Path, target: PathBuf, file: NamedTempFile },
    /// For a device or a pipe, which nothing can be renamed to.
    Stream { path: &'f Path, bytes: &'f [u8] },
}

/// Returns why a file may not be written where a pull request could have put a link: a link that leads to a file or to
/// nothing, or a folder of a relative path that is one.
fn link_on_the_way(path: &Path, current: &Path) -> bool {
    let is_link = |place: &Path| std::fs::symlink_metadata(place).is_ok_and(|metadata| metadata.is_symlink());
    let leads_to_device = || std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
    let folders = || path.ancestors().skip(1).take_while(|folder| *folder != current && folder.starts_with(current));
    (is_link(path) && !leads_to_device()) || folders().any(is_link)
}

fn prepare<'f>(path: &'f Path, bytes: &'f [u8], current: &Path, prefix: &str) -> Result<Waiting<'f>, Error> {
    if link_on_the_way(path, current) {
        return Err(unwritable(path, "it is a link, or is reached through one, and links are never followed"));
    }
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let present = std::fs::metadata(&target).ok();
    match &present {
        Some(metadata) if metadata.is_dir() => return Err(unwritable(path, "it is a folder")),
        Some(metadata) if !metadata.is_file() => return Ok(Waiting::Stream { path, bytes }),
        _ => {}
    }
    let fail = |error: std::io::Error| unwritable(path, &reason(&error));
    let folder = target.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    if prefix == OUTPUT {
        sweep(folder, OUTPUT);
    }
    let file = filled(folder, bytes, prefix).map_err(fail)?;
    if let Some(metadata) = present {
        file.as_file().set_permissions(metadata.permissions()).map_err(fail)?;
    }
    Ok(Waiting::Whole { path, target, file })
}

impl Waiting<'_> {
    fn take_its_place(self) -> Result<(), Error> {
        let (path, written) = match self {
            Self::Whole { path, target, file } => (path, file.persist(&target).map(drop).map_err(|error| error.error)),
            Self::Stream { path, bytes } => (path, std::fs::write(path, bytes)),
        };
        written.map_err(|error| unwritable(path, &reason(&error)))
    }
}

fn unwritable(path: &Path, why: &str) -> Error {
    Error::Unwritable { path: path.to_path_buf(), why: why.to_owned() }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "its folder does not exist".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::AlreadyExists => "it exists already, and is never replaced".into(),
        ErrorKind::NotADirectory => "a file is where its folder should be".into(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full".into(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        kind if kind != ErrorKind::Other && error.raw_os_error().is_none() => kind.to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(folder: &Path) -> NamedTempFile {
        filled(folder, b"ours", TEMPORARY).unwrap()
    }

    #[test]
    fn what_was_saved_after_the_last_look_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.yaml");
        std::fs::write(&target, "before").unwrap();
        assert!(swap(waiting(folder.path()), &target, b"before", b"ours").unwrap());
        assert_eq!(std::fs::read(&target).unwrap(), b"ours");
        if cfg!(any(target_os = "linux", target_vendor = "apple")) {
            std::fs::write(&target, "saved by an editor").unwrap();
            assert!(!swap(waiting(folder.path()), &target, b"ours", b"ours").unwrap());
            assert_eq!(std::fs::read(&target).unwrap(), b"saved by an editor");
        }
        // Nothing is left beside it.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    #[test]
    fn what_was_saved_twice_during_the_exchange_is_kept_both_times() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.yaml");
        std::fs::write(&target, "saved once").unwrap();
        let is_first = std::cell::Cell::new(true);
        let exchange = |one: &Path, other: &Path| {
            super::exchange(one, other)?;
            if is_first.replace(false) { std::fs::write(&target, "saved again") } else { Ok(()) }
        };
        let error = swap_by(exchange, waiting(folder.path()), &target, (b"before", b"ours")).unwrap_err().to_string();
        assert_eq!(std::fs::read(&target).unwrap(), b"saved once");
        let kept = error.split('`').nth(1).unwrap();
        assert!(error.starts_with("it was saved twice in the meantime; what was saved last is in `"), "{error}");
        assert_eq!(std::fs::read(kept).unwrap(), b"saved again");
        // A later edit says that it is there, and leaves it.
        assert_eq!(left_over(Path::new(kept)), Some(LeftOver::Saved));
    }

    #[test]
    fn what_a_killed_edit_left_is_ours_unless_somebody_saved_it() {
        let folder = tempfile::tempdir().unwrap();
        let left = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            left_over(&path)
        };
        let exchanged = format!("{EXCHANGED}{}-{}-aB3dE6", digest(b"before"), digest(b"ours"));
        for (name, text, what) in [
            (".stopgap-part-aB3dE6", "half a fi", Some(LeftOver::Ours)),
            (&exchanged, "before", Some(LeftOver::Ours)),
            (&exchanged, "ours", Some(LeftOver::Ours)),
            (&exchanged, "saved by an editor", Some(LeftOver::Saved)),
            (&exchanged, "", Some(LeftOver::Saved)),
            (".stopgap-was-aB3dE6", "before", Some(LeftOver::Saved)),
            (".stopgap-output-aB3dE6", "half a fi", Some(LeftOver::Ours)),
            (".stopgap-part-notes", "mine", None),
            (".stopgap-was-it-notes.yaml", "mine", None),
        ] {
            assert_eq!(left(name, text), what, "{name}: {text}");
        }
        let under_way = filled(folder.path(), b"half a fi", OUTPUT).unwrap();
        assert_eq!(left_over(under_way.path()), None);
    }
}
