//! The results of a scanner, as covers of a new exception.

use std::io::Write;
use std::path::PathBuf;

use crate::cli;
use crate::commands::ask::{Dialogue, Question};
use crate::commands::opened::Opened;
use crate::commands::{World, scan};
use crate::error::{Argument, Error, Input};
use crate::files::ReadFile;
use crate::output::escape;
use crate::register::{Files, typed_cover};
use crate::scan::Group;
use crate::source::Source;
use crate::text::{counted, shell_word, shown};
use crate::tools::is_every_rule;
use crate::yaml::write::Value;

/// An item of `covers`.
type Item = Vec<(String, Value)>;

/// So many groups are listed.
const MOST_LISTED: usize = 30;

/// So many files of a group are named.
const MOST_FILES: usize = 2;

/// A text that nobody has a name for; the file that it stands for is not written yet.
const NAME: &str = "the new exception";

/// The results of some logs that no exception covers.
pub(super) struct Scanned {
    logs: Vec<PathBuf>,
    folder: PathBuf,
    opened: Opened,
    groups: Vec<Group>,
    beyond: usize,
}

impl Scanned {
    /// Reads the logs that the arguments name; `None` if they name none.
    ///
    /// # Errors
    ///
    /// If a log cannot be used.
    pub(super) fn open(arguments: &cli::New, world: &World) -> Result<Option<Self>, Error> {
        if arguments.scan.is_empty() {
            return Ok(None);
        }
        let opened = Opened::open(&arguments.place, arguments.today.as_deref(), world)?;
        let register = opened.register();
        let mut scan = scan::begin(&register, &opened.judge, &opened.root).grouping();
        scan::read_all(&arguments.scan, &world.folder, &mut scan)?;
        let groups = scan.groups.unwrap_or_default();
        let (list, beyond) = (groups.list().into_iter().cloned().collect(), groups.beyond);
        drop(register);
        let (logs, folder) = (arguments.scan.clone(), world.folder.clone());
        Ok(Some(Self { logs, folder, opened, groups: list, beyond }))
    }

    /// Lets somebody pick what is to be covered.
    ///
    /// # Errors
    ///
    /// If nothing is there to be picked, nobody is there to pick, or the question is left.
    pub(super) fn choose(&self, world: &World, out: &mut dyn Write) -> Result<Vec<Item>, Error> {
        if self.groups.is_empty() {
            return Err(Error::from(Input::Answer {
                path: self.logs.first().cloned().unwrap_or_default(),
                what: "SARIF log",
                why: "it contains no result that needs an exception".to_owned(),
                help: "`stopgap enforce` shows how each is treated; without `--scan`, give a cover with `--cover`"
                    .to_owned(),
            }));
        }
        self.list(world, out)?;
        if !world.interactive {
            for group in self.groups.iter().take(MOST_LISTED) {
                let cover = typed_cover::typed(&group.cover());
                // What would be refused, or mean something else as it is shown, is not offered.
                if !is_every_rule(&group.id) && escape::line(&cover) == cover {
                    writeln!(out, "--cover {}", shell_word(&cover))?;
                }
            }
            return Err(Error::from(Argument::Form {
                option: "--scan",
                value: self.logs.first().map(|log| log.display().to_string()).unwrap_or_default(),
                fault: "has results to choose from, but this is not an interactive terminal",
                help: "add the printed `--cover` options that you need".to_owned(),
            }));
        }
        let dialogue = Dialogue::new(world, "");
        let question = Question {
            ask: "Which of them should be covered?".to_owned(),
            help: "numbers, such as `1` or `1 3-5`; as few as one reason can explain".to_owned(),
            ..Question::default()
        };
        let count = self.groups.len();
        let check = |typed: &str| numbers(typed, count).err();
        let typed = dialogue.line(question, &check, out)?;
        let picked = numbers(&typed, count).unwrap_or_default();
        Ok(picked.into_iter().map(|at| self.groups[at].cover()).collect())
    }

    fn list(&self, world: &World, out: &mut dyn Write) -> Result<(), Error> {
        let width = world.look().width;
        writeln!(out, "No exception covers these results:\n")?;
        for (at, group) in self.groups.iter().enumerate().take(MOST_LISTED) {
            let name = format!("{} {}", shown(group.tool()), shown(&group.id));
            let line = format!("{:>3}  {name}: {}", at + 1, self.words(group));
            writeln!(out, "{}", escape::fit(&escape::line(&line), width))?;
        }
        for line in unlisted(self.groups.len(), self.beyond) {
            writeln!(out, "     {line}")?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// Says how many results a group has, and where.
    fn words(&self, group: &Group) -> String {
        let more = if group.is_cut { " or more" } else { "" };
        let mut words = format!("{} in {}{more}", counted(group.results, "result"), counted(group.files.len(), "file"));
        let named: Vec<String> = group.files.iter().take(MOST_FILES).map(|path| shown(path).into_owned()).collect();
        if !named.is_empty() {
            words.push_str(&format!(": {}", named.join(", ")));
        }
        if group.files.len() > MOST_FILES {
            words.push_str(&format!(" and {} more", group.files.len() - MOST_FILES));
        }
        if group.elsewhere > 0 && !group.files.is_empty() {
            words.push_str(&format!("; {} without a path, which a cover with paths cannot match", group.elsewhere));
        }
        words
    }

    /// Says what each cover of a text silences in the logs.
    ///
    /// # Errors
    ///
    /// If a log cannot be used.
    pub(super) fn reach(&self, text: &str) -> Result<Vec<String>, Error> {
        let files = files(text);
        let register = crate::register::Register::parse_unjudged(&files, &[]).0;
        let Opened { judge, root, .. } = &self.opened;
        let scan = scan::count(&self.logs, &register, judge, root, &self.folder)?;
        let lines = scan.covers.list.iter().zip(&scan.uses).map(|(known, used)| {
            let (results, files) = (counted(used.results, "result"), counted(used.files(), "file"));
            format!("cover {} ({}) silences {results} in {files}", known.index + 1, known.name())
        });
        Ok(lines.collect())
    }
}

fn files(text: &str) -> Files {
    Files::from_read(vec![ReadFile::from(Source::new(format!("{NAME}.yaml"), text.to_owned()))])
}

/// Says what each cover of a text names.
pub(super) fn words(text: &str) -> Vec<String> {
    let files = files(text);
    let register = crate::register::Register::parse_unjudged(&files, &[]).0;
    let covers = register.exceptions().flat_map(|exception| &exception.covers).enumerate();
    covers.map(|(at, cover)| format!("cover {}: {}", at + 1, cover.words())).collect()
}

/// Proposes a title for what is covered.
pub(super) fn title(covers: &[Item]) -> String {
    let Some(first) = covers.first() else { return String::new() };
    let texts = |key: &str| first.iter().find(|(other, _)| other == key).map_or_else(Vec::new, |(_, it)| it.texts());
    let place = match texts("paths").as_slice() {
        [] => String::new(),
        [path] => format!(" in {path}"),
        paths => format!(" in {} files", paths.len()),
    };
    let more = match covers.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let id = texts("id").concat();
    let what = if is_every_rule(&id) { "anything" } else { &*id };
    format!("{} reports {what}{place}{more}", texts("tool").concat())
}

/// Says what is not listed of `groups`, and of the results `beyond` them.
fn unlisted(groups: usize, beyond: usize) -> Vec<String> {
    let mut lines = Vec::new();
    match groups.saturating_sub(MOST_LISTED) {
        0 => {}
        1 => lines.push(format!("and one more rule, number {groups}")),
        more => lines.push(format!("and {more} more rules, numbered {} to {groups}", MOST_LISTED + 1)),
    }
    if beyond > 0 {
        lines.push(format!("and {} of other rules, which have no numbers", counted(beyond, "result")));
    }
    lines
}

/// Reads numbers from 1 to `count`, and ranges of them, as indices; each once, in their order.
fn numbers(typed: &str, count: usize) -> Result<Vec<usize>, String> {
    let fault = |word: &str| format!("`{}` is not a number from 1 to {count}", shown(word));
    let number = |word: &str| word.parse().ok().filter(|number| (1..=count).contains(number));
    let mut picked = Vec::new();
    for word in typed.split([',', ' ']).filter(|word| !word.is_empty()) {
        let (from, to) = word.split_once('-').unwrap_or((word, word));
        let (Some(from), Some(to)) = (number(from), number(to)) else { return Err(fault(word)) };
        if from > to {
            return Err(fault(word));
        }
        picked.extend(from - 1..to);
    }
    picked.sort_unstable();
    picked.dedup();
    if picked.is_empty() { Err(format!("type one or more numbers from 1 to {count}")) } else { Ok(picked) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ranges_are_read_and_nothing_else() {
        assert_eq!(numbers("2", 3), Ok(vec![1]));
        assert_eq!(numbers("3, 1-2 2", 3), Ok(vec![0, 1, 2]));
        for typed in ["", "0", "4", "2-1", "1-4", "a", "1-", "-1", "99999999999999999999"] {
            assert!(numbers(typed, 3).is_err(), "{typed}");
        }
    }

    #[test]
    fn what_is_not_listed_is_said() {
        assert!(unlisted(MOST_LISTED, 0).is_empty());
        assert_eq!(unlisted(31, 0), ["and one more rule, number 31"]);
        assert_eq!(
            unlisted(42, 1),
            ["and 12 more rules, numbered 31 to 42", "and 1 result of other rules, which have no numbers"]
        );
    }

    #[test]
    fn a_title_is_proposed() {
        let cover = |text: &str| typed_cover::read(text).unwrap();
        assert_eq!(title(&[cover("tool=bandit,id=B602,paths=a.py,b.py")]), "bandit reports B602 in 2 files");
        assert_eq!(title(&[cover("tool=bandit,id=B602,paths=a.py")]), "bandit reports B602 in a.py");
        assert_eq!(title(&[cover("tool=a,id=b"), cover("tool=a,id=c")]), "a reports b and 1 more");
        assert_eq!(title(&[cover("tool=bandit,id=all,paths=a.py")]), "bandit reports anything in a.py");
    }
}
