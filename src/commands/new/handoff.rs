//! From the file to the pull request: commands that can be pasted into a shell unchanged.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli;
use crate::commands::new::answer;
use crate::commands::steps::{Steps, branch};
use crate::error::Error;
use crate::output::escape::{self, shell_word};
use crate::register::draft::Draft;
use crate::register::fields::{APPROVER, DECIDED, Field, Kind, STARTS, TITLE};
use crate::text::shown;

/// A file that was just written.
pub(super) struct Handoff<'h> {
    pub(super) root: &'h Path,
    pub(super) current: &'h Path,
    /// Its path, relative to the root.
    pub(super) path: &'h str,
    pub(super) id: &'h str,
    pub(super) draft: &'h Draft,
}

impl Handoff<'_> {
    /// Prints where the file is and how to ask for its approval.
    pub(super) fn print(&self, out: &mut dyn Write) -> Result<(), Error> {
        writeln!(out, "wrote {}", escape::line(self.path))?;
        let message = self.message();
        let Self { root, current, path, id, .. } = *self;
        let steps =
            Steps { root, current, path, beside: None, branch: &branch("exception", id), message: &message }.lines();
        if steps.is_empty() {
            writeln!(out, "this is not a git repository: an exception counts once it is committed and approved")?;
            return Ok(());
        }
        let approver = shown(self.draft.text(APPROVER));
        writeln!(out, "\nto ask for it:\n")?;
        for line in steps {
            writeln!(out, "  {line}")?;
        }
        writeln!(out, "\nthen open the pull request (with GitHub's own tool: gh pr create --fill);")?;
        writeln!(out, "the approval of `{}` there is the sign-off", escape::line(&approver))?;
        Ok(())
    }

    /// A title that would look different in a terminal stays in the file.
    fn message(&self) -> String {
        const LONGEST: usize = 72;
        let whole = format!("Ask for {}: {}", self.id, self.draft.text(TITLE));
        let fits = whole.chars().count() <= LONGEST && escape::line(&whole) == whole;
        if fits { whole } else { format!("Ask for {}", self.id) }
    }
}

/// Returns the command that continues with the answers so far.
pub(super) fn command(draft: &Draft, id: &str, arguments: &cli::New) -> String {
    let mut words = vec!["stopgap".to_owned(), "new".to_owned()];
    let mut add = |name: &str, value: &str| {
        // An answer that would be displayed differently from what it is cannot be pasted.
        if !value.is_empty() && escape::line(value) == value {
            words.extend([format!("--{name}"), shell_word(value)]);
        }
    };
    for (name, value) in answers(draft, arguments) {
        add(name, &value);
    }
    let given = |text: &Option<String>| text.clone().unwrap_or_default();
    let path = |path: &Option<PathBuf>| path.as_deref().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    for (name, value) in [
        ("id", id.to_owned()),
        ("folder", given(&arguments.folder)),
        ("today", given(&arguments.today)),
        ("root", path(&arguments.place.root)),
        ("policy", path(&arguments.place.policy)),
    ] {
        add(name, &value);
    }
    words.join(" ")
}

/// Returns the arguments that set the answers of a draft: what is asked for, then the rest.
fn answers(draft: &Draft, arguments: &cli::New) -> Vec<(&'static str, String)> {
    let unasked = Field::all().filter(|field| field.question().is_none() && !field.is_in_list());
    let is_default = |field: Field| match field {
        STARTS => draft.text(STARTS) == draft.text(DECIDED),
        field => field == DECIDED,
    };
    let mut given = Vec::new();
    for field in Field::asked().into_iter().chain(unasked) {
        let flag = field.argument().map_or("", |argument| argument.flag);
        match field.kind() {
            _ if arguments.answers.of(field).is_none() && is_default(field) => {}
            Kind::Mappings => {
                for at in 0..draft.count(field) {
                    let part = |part: Field| Some((part.argument()?.flag, draft.item(part, at).to_owned()));
                    let item: Vec<_> = field.parts().filter_map(part).collect();
                    // Half an item is refused.
                    if item.iter().all(|(_, text)| !text.is_empty()) {
                        given.extend(item);
                    }
                }
            }
            Kind::Texts => given.extend(draft.list(field).unwrap_or_default().iter().map(|it| (flag, it.clone()))),
            _ if flag.is_empty() => {}
            _ => given.push((flag, answer::get(field, draft))),
        }
    }
    given
}
