//! `stopgap remind`: lists the reminders due today.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli;
use crate::commands::gathered::{Gathered, Wanted};
use crate::commands::{World, write};
use crate::error::{Argument, Error, Input};
use crate::files;
use crate::github::Issue;
use crate::output::escape;
use crate::output::remind::{Format, Item, Page, render};
use crate::remind::{self, Concern, Reminder, Settings, Step, Tracking};

/// The largest list of issues that is read, in bytes.
const MOST_ISSUES: u64 = 256 * 1024 * 1024;

/// Says who must be told.
pub(super) fn run(arguments: &cli::Remind, world: &World, out: &mut dyn Write) -> Result<ExitCode, Error> {
    let outputs = write::parse_outputs(&arguments.output, "markdown=reminders.md")?;
    let settings = settings(arguments, &outputs)?;
    let issues = arguments.existing.as_deref().map(|path| read(path, &world.folder)).transpose()?;
    let cli::Remind { place, several, past, .. } = arguments;
    let wanted = Wanted { place, several, past, today: arguments.today.as_deref() };
    let opened = Gathered::open(&wanted, world)?;
    opened.spare_inputs(&outputs, arguments.existing.as_deref().as_slice(), world)?;
    let register = opened.register();
    let reminders = remind::due_each(&|path| opened.judge_of(path), &register);
    let tracking = match &issues {
        Some(issues) => remind::track(&reminders, &register, issues, settings),
        None => Tracking::default(),
    };
    let items = if issues.is_some() { untold(&tracking, &reminders) } else { reminders.iter().map(whole).collect() };
    let view = opened.view(&register);
    let page = Page { view, items, tracking: &tracking, settings };
    write::outputs(&outputs, world, |format, _, file| render(format, &page, file))?;
    render(arguments.format, &page, out)?;
    if matches!(arguments.format, Format::Text | Format::Markdown) {
        remark(&tracking.remarks);
    }
    Ok(opened.exit_code())
}

fn settings<'a>(arguments: &'a cli::Remind, outputs: &[(Format, PathBuf)]) -> Result<Settings<'a>, Error> {
    let cli::Remind { bot, label, .. } = arguments;
    let plans = outputs.iter().map(|(format, _)| *format).chain([arguments.format]).any(|it| it == Format::GithubPlan);
    if plans && arguments.existing.is_none() {
        return Err(Error::from(Argument::Needs {
            given: "github-plan",
            needed: "--existing",
            because: "or each run would open every issue again",
            help: "save all pages first: `gh api --paginate \
                   'repos/{owner}/{repo}/issues?labels=stopgap&state=all&per_page=100' > issues.json`",
        }));
    }
    let plain = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_control() || c == ',');
    if !plain(label) || label.chars().count() > 50 {
        return Err(Error::from(Argument::Form {
            option: "--label",
            value: label.clone(),
            fault: "is not a label of GitHub",
            help: "write a name of 1 to 50 characters without a comma, such as `stopgap`".into(),
        }));
    }
    let bot = bot.strip_prefix('@').unwrap_or(bot);
    let login = bot.strip_suffix("[bot]").unwrap_or(bot);
    if login.is_empty() || !login.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(Error::from(Argument::Form {
            option: "--bot",
            value: bot.to_owned(),
            fault: "is not a login",
            help: "write the login that opens the issues, such as `github-actions[bot]`".into(),
        }));
    }
    Ok(Settings { bot, label, max_new: arguments.max_new.into() })
}

fn read(path: &Path, folder: &Path) -> Result<Vec<Issue>, Error> {
    let bytes = files::read_named(&folder.join(path), MOST_ISSUES).map_err(|error| Error::Unreadable {
        kind: "the issues",
        path: path.display().to_string(),
        why: error.to_string(),
        help: "name a file that was saved before".into(),
    })?;
    Issue::parse_list(&bytes).map_err(|error| {
        let (path, why) = (path.to_path_buf(), error.sentence());
        Error::from(Input::Answer { path, what: "list of issues", why, help: error.help })
    })
}

fn whole<'r>(reminder: &'r Reminder<'r>) -> Item<'r> {
    item(reminder, reminder.concerns.iter().collect())
}

fn item<'r>(reminder: &'r Reminder<'r>, concerns: Vec<&'r Concern>) -> Item<'r> {
    let people = reminder.people(&concerns).iter().collect();
    Item { reminder, concerns, people }
}

/// Returns what the tracking issues do not record yet, most urgent first; then what no issue can be about, because
/// another file has its id.
fn untold<'r>(tracking: &'r Tracking<'r>, reminders: &'r [Reminder<'r>]) -> Vec<Item<'r>> {
    let mut items = Vec::new();
    let mut held: BTreeSet<&str> = BTreeSet::new();
    for step in &tracking.steps {
        held.extend(step.reminders().map(|reminder| reminder.path));
        match step {
            Step::Create { reminder, .. } => items.push(whole(reminder)),
            Step::Tell { reminder, news, .. } => items.push(item(reminder, news.clone())),
            Step::Introduce { reminder, newcomers, .. } => {
                items.push(Item { people: newcomers.clone(), ..whole(reminder) });
            }
            Step::Digest { waiting, .. } => items.extend(waiting.iter().copied().map(whole)),
            Step::Keep { .. } | Step::End { .. } => {}
        }
    }
    items.extend(reminders.iter().filter(|reminder| !held.contains(reminder.path)).map(whole));
    items
}

/// Reports on standard error what is odd about the issues, so that no mail of the output is sent when nobody must act.
fn remark(remarks: &[String]) {
    let lines: String = remarks.iter().map(|remark| format!("{}\n", escape::line(remark))).collect();
    let _ = io::stderr().lock().write_all(lines.as_bytes());
}
