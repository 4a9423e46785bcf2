//! The register: every exception file, read, parsed and checked against the schemas on all cores.

mod controls;
mod cover;
mod cut;
mod differences;
pub mod draft;
mod exception;
mod faults;
pub mod fields;
mod home;
mod load;
pub mod precedent;
mod row;
mod spanned;
mod term;
mod tier;
pub mod typed_cover;
mod values;

pub use controls::{Control, Controls, control_key};
pub use cover::{Cover, Package};
pub use differences::{Lists, correction, differences, value};
pub use exception::{Amendment, Closure, Exception, Renewal, Review, Role, Status};
pub use faults::{Faults, Form};
pub use home::Home;
pub use load::{FOLDER, Files, Twin, ids, is_named_like_one, paths, read, read_each};
pub use spanned::{Inner, Spanned, Text};
pub use term::{Phase, Term};
pub use tier::Tier;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::cores::Cores;
use crate::schema::{Schema, Shipped};
use crate::source::{FileId, Span};
use crate::yaml::{Node, Problem, Spot};

/// All exceptions and what is wrong with their files.
#[derive(Debug, Default)]
pub struct Register<'a> {
    /// The files, sorted by path.
    pub files: Vec<FileRef<'a>>,
    /// The exception of every file that has a tree, sorted by path. Those of the base are mostly the head's.
    exceptions: Vec<Arc<Exception<'a>>>,
    /// What is wrong in files that have faults.
    pub faults: BTreeMap<FileId, Faults>,
    /// The place of each file's exception, by the number of the file.
    by_file: Vec<Option<u32>>,
    /// The trees of the exceptions, if they were kept.
    trees: FxHashMap<FileId, Node<'a>>,
    /// The ids in lower case, once one was requested.
    ids: OnceLock<FxHashSet<String>>,
}

/// One file of the register.
#[derive(Clone, Copy, Debug)]
pub struct FileRef<'a> {
    /// Its id in the run's list of files.
    pub id: FileId,
    /// Its path, relative to the root.
    pub path: &'a str,
}

impl<'a> FileRef<'a> {
    /// Returns its stem: the exception's id.
    #[must_use]
    pub fn stem(self) -> &'a str {
        stem(self.path)
    }
}

impl<'a> Register<'a> {
    /// Parses and checks all files.
    #[must_use]
    pub fn parse(files: &'a Files, own: Option<&Schema>) -> Self {
        Self::parse_with_base(files, own, &[]).0
    }

    /// Parses and checks all files once, and creates two registers from them: the own files, and those of the base.
    #[must_use]
    pub fn parse_with_base(files: &'a Files, own: Option<&Schema>, base: &[FileId]) -> (Self, Self) {
        Self::read_with_base(files, &[Some(&schema()), own], base)
    }

    /// Parses all files as [`Register::parse_with_base`] does, without a schema: for the rules that
    /// judge only what changed.
    #[must_use]
    pub fn parse_unjudged(files: &'a Files, base: &[FileId]) -> (Self, Self) {
        Self::read_with_base(files, &[], base)
    }

    /// Parses all files without a schema, and keeps their trees for formats that write whole records.
    #[must_use]
    pub fn parse_with_trees(files: &'a Files) -> Self {
        Self::of(parse_all(files, files.own(), &[], true))
    }

    /// Parses all files without a schema. `look` sees the register each time that there is another part of them, whose
    /// trees it then has, and whose files alone are its [`Register::files`].
    ///
    /// # Errors
    ///
    /// Those of `look`.
    pub fn parse_in_parts<E>(files: &'a Files, mut look: impl FnMut(&Self) -> Result<(), E>) -> Result<Self, E> {
        /// How many files are a part.
        const PART: usize = 1024;
        let mut register = Self::default();
        let mut seen = Vec::with_capacity(files.own().len());
        register.exceptions.reserve_exact(files.own().len());
        for ids in files.own().chunks(PART) {
            register.append(parse_all(files, ids, &[], true));
            look(&register)?;
            seen.append(&mut register.files);
            register.trees.clear();
        }
        register.files = seen;
        Ok(register)
    }

    /// Parses and checks all files as [`Register::parse`] does, and keeps their trees.
    #[must_use]
    pub fn parse_whole(files: &'a Files, own: Option<&Schema>) -> Self {
        Self::of(parse_all(files, files.own(), &[Some(&schema()), own], true))
    }

    fn read_with_base(files: &'a Files, schemas: &[Option<&Schema>], base: &[FileId]) -> (Self, Self) {
        let parse = |ids: &[FileId]| parse_all(files, ids, schemas, false);
        let parsed = parse(files.own());
        let in_base: FxHashSet<FileId> = base.iter().copied().collect();
        let mut before: Vec<Parsed<'a>> =
            parsed.iter().filter(|parsed| in_base.contains(&parsed.file.id)).cloned().collect();
        let shared: FxHashSet<FileId> = before.iter().map(|parsed| parsed.file.id).collect();
        before.extend(parse(&base.iter().copied().filter(|id| !shared.contains(id)).collect::<Vec<_>>()));
        before.sort_by(|a, b| a.file.path.cmp(b.file.path));
        (Self::of(parsed), Self::of(before))
    }

    /// Creates a register from files sorted by path.
    fn of(files: Vec<Parsed<'a>>) -> Self {
        let mut register = Self::default();
        register.files.reserve_exact(files.len());
        register.exceptions.reserve_exact(files.len());
        register.append(files);
        register
    }

    /// Adds files, sorted by path, behind all others.
    fn append(&mut self, files: Vec<Parsed<'a>>) {
        let count = files.iter().map(|parsed| parsed.file.id.index() + 1).max().unwrap_or_default();
        self.by_file.resize(count.max(self.by_file.len()), None);
        for Parsed { file, exception, faults, tree } in files {
            self.files.push(file);
            self.trees.extend(tree.map(|tree| (file.id, tree)));
            self.faults.extend(faults.map(|faults| (file.id, *faults)));
            if let Some(exception) = exception {
                self.by_file[file.id.index()] = u32::try_from(self.exceptions.len()).ok();
                self.exceptions.push(exception);
            }
        }
    }

    /// Returns the exception of every file that has a tree, in the order of their paths.
    pub fn exceptions(&self) -> impl ExactSizeIterator<Item = &Exception<'a>> + Clone {
        self.exceptions.iter().map(|exception| &**exception)
    }

    /// Returns the exception of a file, if the file has a tree.
    #[must_use]
    pub fn exception(&self, file: FileId) -> Option<&Exception<'a>> {
        let place = *self.by_file.get(file.index())?;
        self.exceptions.get(place? as usize).map(|exception| &**exception)
    }

    /// Returns the tree of an exception, if it was kept.
    #[must_use]
    pub fn tree(&self, file: FileId) -> Option<&Node<'a>> {
        self.trees.get(&file)
    }

    /// Returns why a file cannot be read; `None` where it holds an exception.
    #[must_use]
    pub fn problem(&self, file: FileId) -> Option<&Problem> {
        self.faults.get(&file)?.yaml.first().filter(|_| self.exception(file).is_none())
    }

    /// Tells whether there is an exception of an id; ids that differ only in case are the same.
    #[must_use]
    pub fn holds(&self, id: &str) -> bool {
        let ids = self.ids.get_or_init(|| self.files.iter().map(|file| file.stem().to_lowercase()).collect());
        ids.contains(&id.to_lowercase())
    }

    /// Counts the exceptions whose status is `active` or `expired`.
    #[must_use]
    pub fn live(&self) -> usize {
        self.exceptions().filter(|exception| exception.is_live()).count()
    }
}

/// Compiles the schema of an exception, which also knows what else people call its keys.
#[must_use]
pub fn schema() -> Schema {
    Schema::shipped(Shipped::Exception).with_other_keys(fields::Field::keys_called)
}

/// One file after parsing.
#[derive(Clone, Debug)]
struct Parsed<'a> {
    file: FileRef<'a>,
    exception: Option<Arc<Exception<'a>>>,
    faults: Option<Box<Faults>>,
    tree: Option<Node<'a>>,
}

fn parse_all<'a>(files: &'a Files, ids: &[FileId], schemas: &[Option<&Schema>], keep: bool) -> Vec<Parsed<'a>> {
    Cores::for_items(ids.len(), 32).map(ids, |id| read_one(files, *id, schemas, keep))
}

fn read_one<'a>(files: &'a Files, id: FileId, schemas: &[Option<&Schema>], keep: bool) -> Parsed<'a> {
    let (source, fault) = (files.source(id), files.fault(id));
    let (path, text) = (source.path(), source.text());
    let file = FileRef { id, path };
    let (mut faults, tree) = match fault {
        Some(fault) => {
            let fault = Problem { place: Spot::found_in(text, fault.span).place, ..fault.clone() };
            (Faults { yaml: vec![fault], ..Faults::default() }, None)
        }
        None => Faults::of(text, schemas),
    };
    faults.keep_fixes_that_hold(text, schemas);
    if let Some(problem) = id_problem(file.stem()) {
        faults.schema.insert(0, problem);
    }
    let kept = tree.as_ref().filter(|_| keep).cloned();
    let exception = tree.map(|root| Arc::new(Exception::from_node(file.id, file.stem(), root)));
    Parsed { file, exception, faults: (!faults.is_empty()).then(|| Box::new(faults)), tree: kept }
}

/// The longest id, in characters.
pub const LONGEST_ID: usize = 100;

/// Returns why a file's stem cannot be the id of an exception.
#[must_use]
pub fn id_problem(stem: &str) -> Option<Problem> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let shown = crate::text::shown(stem);
    let message = if stem.chars().count() > LONGEST_ID {
        format!("the id `{shown}` has {} characters, the limit is {LONGEST_ID}", stem.chars().count())
    } else if stem.is_empty() {
        "the file name gives no id".to_owned()
    } else if !stem.starts_with(|c: char| c.is_ascii_alphanumeric()) || !stem.chars().all(allowed) {
        format!("the file name gives the id `{shown}`, which is not valid")
    } else {
        return None;
    };
    let help = "rename the file: letters, digits, `.`, `_` and `-`, a letter or digit first";
    Some(Problem::new(Span::default(), message, help))
}

/// Tells whether Windows reserves a file's name for a device, whatever follows after a full stop: nobody could check
/// the file out there (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
#[must_use]
pub fn is_device(stem: &str) -> bool {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
    let first = stem.split('.').next().unwrap_or(stem).to_ascii_lowercase();
    let bare = first.trim_end_matches(|c: char| c.is_ascii_digit());
    DEVICES.contains(&bare) && first.len() <= bare.len() + 1
}

/// Returns the file's name without its folder and its ending: the exception's id.
#[must_use]
pub fn stem(path: &str) -> &str {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_name_of_the_file_without_its_ending() {
        for (path, id) in [("x/a.yaml", "a"), ("x/a.b.yml", "a.b"), ("a", "a"), ("x/.yaml", ""), ("x.y/a", "a")] {
            assert_eq!(stem(path), id, "{path}");
        }
        let longest = "a".repeat(LONGEST_ID);
        for id in ["a", "9", "2026-11-printer_certificate.v2", longest.as_str()] {
            assert_eq!(id_problem(id), None, "{id}");
        }
        for (id, why) in [
            ("", "the file name gives no id".to_owned()),
            ("-a", "the file name gives the id `-a`, which is not valid".to_owned()),
            (".a", "the file name gives the id `.a`, which is not valid".to_owned()),
            ("a b", "the file name gives the id `a b`, which is not valid".to_owned()),
            ("é", "the file name gives the id `é`, which is not valid".to_owned()),
            (&"a".repeat(LONGEST_ID + 1), format!("the id `{}…` has 101 characters, the limit is 100", "a".repeat(80))),
        ] {
            assert_eq!(id_problem(id).map(|problem| problem.message), Some(why), "{id}");
        }
    }

    #[test]
    fn a_file_that_holds_no_mapping_is_not_readable() {
        let file =
            |path: &str, text: &str| crate::files::ReadFile::from(crate::source::Source::new(path, text.to_owned()));
        let files = Files::from_read(vec![file("a.yaml", "- title: x\n"), file("b.yaml", "title: x\n")]);
        let register = Register::parse_unjudged(&files, &[]).0;
        let why = |at: usize| register.problem(register.files[at].id).map(|problem| problem.message.as_str());
        assert_eq!(why(0), Some("the file contains a list, not a mapping"));
        assert_eq!((why(1), register.exceptions().len()), (None, 1));
        assert!(register.holds("B") && !register.holds("c"));
    }

    #[test]
    fn a_register_that_is_read_in_parts_is_the_whole_one() {
        let file = |number: usize| {
            let path = format!("{number:05}.yaml");
            crate::files::ReadFile::from(crate::source::Source::new(path, format!("title: {number}\n")))
        };
        let files = Files::from_read((0..2_500).map(file).collect());
        let mut shown = 0;
        let parts = Register::parse_in_parts(&files, |part| {
            shown += part.files.len();
            let has_tree = part.files.iter().all(|file| part.tree(file.id).is_some());
            if has_tree { Ok(()) } else { Err("a part has its trees") }
        });
        let (parts, whole) = (parts.unwrap(), Register::parse_unjudged(&files, &[]).0);
        let told = |register: &Register<'_>| -> Vec<(String, Option<String>)> {
            let title = |file: &FileRef<'_>| register.exception(file.id)?.title.as_ref().map(|it| it.value.to_string());
            register.files.iter().map(|file| (file.path.to_owned(), title(file))).collect()
        };
        assert_eq!((shown, told(&parts)), (2_500, told(&whole)));
        assert!(parts.tree(parts.files[0].id).is_none());
    }
}
