//! What is wrong with the command line.

use std::path::PathBuf;

use crate::text::{counted, shown};
use crate::time::Day;

/// An argument makes no sense, alone or together with the others.
#[derive(Debug, thiserror::Error)]
pub enum Argument {
    /// A value cannot be read, or must not be used.
    #[error("`{}`: {why}", given(option, value))]
    Value {
        /// The option, with its dashes, or a variable of the environment.
        option: String,
        /// The value as typed.
        value: String,
        /// What the reader of such values says.
        why: String,
        /// What to type instead.
        help: String,
    },
    /// A value does not have the form that the option takes.
    #[error("`{option} {}` {fault}", shown(value))]
    Form {
        /// The option, with its dashes.
        option: &'static str,
        /// The value as typed.
        value: String,
        /// What it is not or lacks, as the end of a sentence.
        fault: &'static str,
        /// What to type instead.
        help: String,
    },
    /// An id cannot be used for the new exception.
    #[error("`--id`: {why}")]
    Id {
        /// Why not.
        why: String,
    },
    /// The root is not a folder.
    #[error("`--root {}` is not a folder", path.display())]
    NoRoot {
        /// The path as typed.
        path: PathBuf,
    },
    /// Several registers are wanted where there is no repository.
    #[error("`--all-registers`: `{}` is not in a git work tree", folder.display())]
    RegistersOutside {
        /// The folder of the run.
        folder: PathBuf,
    },
    /// Git steps are wanted where there is no repository.
    #[error("`--git`: `{}` is not in a git work tree", root.display())]
    GitOutside {
        /// The register's root.
        root: PathBuf,
    },
    /// `--root` goes through a link of the repository.
    #[error("`--root {}` leads through the link `{}`, and links are never followed", root.display(), shown(link))]
    RootThroughLink {
        /// The root as typed.
        root: PathBuf,
        /// The link, from the top of the work tree.
        link: String,
    },
    /// A name that nothing has.
    #[error("{}", what.missing(name))]
    NotFound {
        /// What was looked for.
        what: Named,
        /// The name as typed.
        name: String,
        /// The name that was probably meant, or where they are listed.
        help: String,
    },
    /// Git does not know who is at the keyboard.
    #[error("`--mine` needs to know who you are, and git has neither your email address nor your name")]
    WhoAreYou,
    /// A path is of nothing.
    #[error("`{}` does not exist", path.display())]
    NoSuchPath {
        /// The path as typed.
        path: PathBuf,
        /// The register's folder.
        folder: String,
    },
    /// A path that is not in the register.
    #[error("`{}` is not an exception file of this register", path.display())]
    OutsideRegister {
        /// The path as typed.
        path: PathBuf,
        /// The register's folder.
        folder: String,
    },
    /// An output would replace a file that the run reads.
    #[error("`{option}` would replace `{}`, which this run reads", path.display())]
    WouldReplace {
        /// The option that names it.
        option: &'static str,
        /// The path as typed.
        path: PathBuf,
    },
    /// Two logs would be written to one file.
    #[error("`--annotate` would write two logs to `{}`: both are named `{name}`", path.display())]
    LogTwice {
        /// The name of both.
        name: String,
        /// Where they would go.
        path: PathBuf,
    },
    /// Two outputs go to one file.
    #[error("`--output` names the file `{}` twice", path.display())]
    FileTwice {
        /// The path as typed.
        path: PathBuf,
    },
    /// A column is mapped to two fields.
    #[error("`--map` names the column `{}` twice", shown(column))]
    ColumnTwice {
        /// The heading.
        column: String,
        /// The two fields.
        fields: [String; 2],
    },
    /// A field is given two values.
    #[error("`--set` gives `{}` two values", shown(field))]
    TwoValues {
        /// The field.
        field: String,
    },
    /// An argument that has no meaning without another.
    #[error("`{given}` needs `{needed}`, {because}")]
    Needs {
        /// What was given.
        given: &'static str,
        /// What is missing.
        needed: &'static str,
        /// Why it is needed.
        because: &'static str,
        /// How to get the other one.
        help: &'static str,
    },
    /// Arguments that come in pairs, such as alternatives and the reasons against them.
    #[error("`--{}` is given {} but `--{}` {}", flags[0], times(counts[0]), flags[1], times(counts[1]))]
    Unpaired {
        /// How many of each there are.
        counts: [usize; 2],
        /// What they are called, without dashes.
        flags: [&'static str; 2],
        /// What their values are called.
        values: [&'static str; 2],
    },
    /// A list that is stated to be empty, and has items.
    #[error("`--{flag} {none}` states that there is none, but others are given too")]
    NoneAndMore {
        /// What the argument is called, without dashes.
        flag: &'static str,
        /// The word that states it.
        none: &'static str,
    },
    /// An option for spreadsheets, with a file of another kind.
    #[error("`--map` and `--date-order` are for a spreadsheet, but `{}` is read as {format}", shown(file))]
    NoSpreadsheet {
        /// The file as typed.
        file: String,
        /// What it is read as.
        format: &'static str,
    },
    /// Two columns for a field that holds one value.
    #[error("`{field}` can be only one of the columns `{}` and `{}`", shown(&columns[0]), shown(&columns[1]))]
    TwoColumns {
        /// The field.
        field: String,
        /// The headings.
        columns: [String; 2],
    },
    /// One value for a field that differs from exception to exception.
    #[error("`--set {field}`: every exception has its own, and decisions are never made up")]
    NotShared {
        /// The field.
        field: String,
    },
    /// A day that has not come.
    #[error("`{option} {day}` is {} ahead", counted(today.days_until(*day), "day"))]
    Ahead {
        /// The option, with its dashes.
        option: String,
        /// The day as typed.
        day: Day,
        /// The day of the run.
        today: Day,
    },
    /// A report from a day after its own.
    #[error("`--since {since}` is after the day of the meeting, `{today}`")]
    SinceAfterToday {
        /// The day as typed.
        since: Day,
        /// The day of the report.
        today: Day,
    },
    /// A next meeting before this one.
    #[error("`--until {until}` is before the day of the meeting, `{today}`")]
    UntilBeforeToday {
        /// The day as typed.
        until: Day,
        /// The day of the report.
        today: Day,
    },
    /// A person who had left by then.
    #[error("`{option} {}`: they left on {left}, before {day}", shown(person))]
    Departed {
        /// The option, with its dashes.
        option: String,
        /// The person as typed.
        person: String,
        /// The day on which they left.
        left: Day,
        /// The day on which they are said to have acted.
        day: Day,
    },
    /// What changes files, in a job whose checkout nobody keeps.
    #[error("`{option}` does not run in a CI job")]
    NotInCi {
        /// The option, with its dashes.
        option: &'static str,
    },
    /// The end of an incident for an exception without one.
    #[error("`--incident-ended`: this exception names no incident")]
    NoIncident,
}

/// What a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A rule.
    Rule,
    /// A command of stopgap.
    Command,
    /// An exception, by its id.
    Exception,
    /// A tool that reads suppressions.
    Tool,
    /// A tool with flags for what it is to ignore.
    ToolWithFlags,
    /// A tool whose ignore file the policy names.
    Target,
    /// A format of an output.
    Format,
    /// A column of a spreadsheet.
    Column,
    /// A field of an exception, which this option names.
    Field(&'static str),
    /// A field of an exception that can be set.
    SettableField,
    /// A field of an exception that can be amended.
    AmendableField(&'static str),
    /// A register that is to be left out, by its folder.
    SkippedRegister,
    /// Somebody of the roster, whom this option names.
    Person(&'static str),
}

impl Named {
    /// Returns the message that there is nothing of this name.
    fn missing(self, name: &str) -> String {
        let name = shown(name);
        match self {
            Self::Rule => format!("there is no rule `{name}`"),
            Self::Command => format!("there is no command `{name}`"),
            Self::Exception => format!("there is no exception `{name}`"),
            Self::Tool => format!("there is no known tool `{name}`"),
            Self::ToolWithFlags => format!("`{name}` takes no such flags"),
            Self::Target => format!("the policy names no ignore file of `{name}`"),
            Self::Format => format!("`--output`: there is no format `{name}`"),
            Self::Column => format!("`--map`: there is no column `{name}`"),
            Self::Field(option) => format!("`{option}`: there is no field `{name}`"),
            Self::SettableField => format!("`--set`: there is no field `{name}` with a single string"),
            Self::AmendableField(option) => format!("`{option}`: an exception has no field `{name}`"),
            Self::SkippedRegister => format!("`--skip {name}`: there is no register in that folder"),
            Self::Person(option) => format!("`{option} {name}`: nobody in the roster has that name"),
        }
    }
}

/// Says how often something is given.
fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { counted(count, "time") }
}

/// Returns an option or a variable with its value, as people write it.
fn given(name: &str, value: &str) -> String {
    let between = if name.starts_with('-') { ' ' } else { '=' };
    format!("{name}{between}{}", shown(value))
}

impl Argument {
    /// Returns what to type instead.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Value { help, .. } | Self::Form { help, .. } | Self::NotFound { help, .. } => help.clone(),
            Self::NoRoot { .. } => "name the folder that contains `stopgap.yaml` or the register".into(),
            Self::RegistersOutside { .. } => "name one register with `--root`".into(),
            Self::GitOutside { .. } => "leave `--git` out, or put the register under git first: `git init`".into(),
            Self::RootThroughLink { .. } => "name the folder itself, as it is in the repository".into(),
            Self::FileTwice { .. } => "give each format a file of its own".into(),
            Self::LogTwice { .. } => "give each log a name of its own, or annotate each in a run of its own".into(),
            Self::ColumnTwice { fields: [one, other], .. } => format!("keep one of `{one}` and `{other}`"),
            Self::Needs { help, .. } => (*help).to_owned(),
            Self::Id { .. } => "choose another, or leave `--id` out: it is then made from the title".into(),
            Self::WhoAreYou => "`git config user.email` sets it; or name yourself with `--owner`".into(),
            Self::NoSuchPath { folder, .. } | Self::OutsideRegister { folder, .. } => {
                format!("name files or folders below `{folder}`, or none for the whole register")
            }
            Self::WouldReplace { .. } => "name a file that is not read".into(),
            Self::TwoValues { .. } => "keep the right one".into(),
            Self::Unpaired { flags: [flag, other], values: [value, its], .. } => {
                format!("give each `--{flag} {value}` its own `--{other} {its}`")
            }
            Self::NoneAndMore { .. } => "leave one of them out".into(),
            Self::NoSpreadsheet { .. } => "leave them out, or use `--from csv`".into(),
            Self::TwoColumns { .. } => "map one of them; the other is kept under its own key".into(),
            Self::NotShared { .. } => "give the column that says it with `--map`, or fill it in file by file".into(),
            Self::Ahead { today, .. } => format!("name a day no later than {today}"),
            Self::SinceAfterToday { .. } => {
                "write the day of the last meeting, or the day of this one as `--today`".into()
            }
            Self::UntilBeforeToday { .. } => {
                "write the day of the next meeting, or the day of this one as `--today`".into()
            }
            Self::Departed { .. } => "name somebody who had not left by then".into(),
            Self::NotInCi { .. } => {
                "the job would use fixes that are in no commit: show them with `--diff`, and apply them where you \
                 commit"
                    .into()
            }
            Self::NoIncident => "only tier emergency has one".into(),
        }
    }
}
