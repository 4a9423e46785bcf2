//! The arguments of `stopgap new`.

use clap::Args;

use crate::cli::Place;

/// Arguments of `new`.
#[derive(Args, Debug, Default)]
pub struct New {
    /// What is to be allowed, in a line that a colleague from another team understands.
    #[arg(long, value_name = "LINE", help_heading = "Answers")]
    pub title: Option<String>,
    /// The exact rule that is not followed, its id first; of a catalogue's rule the id will do.
    #[arg(long, value_name = "RULE", help_heading = "Answers")]
    pub control: Option<String>,
    /// Why now, in one sentence: what would fail, for whom, and until what happens.
    #[arg(long, value_name = "SENTENCE", help_heading = "Answers")]
    pub reason: Option<String>,
    /// The one system.
    #[arg(long, value_name = "SYSTEM", help_heading = "Answers")]
    pub system: Option<String>,
    /// The environment.
    #[arg(long, value_name = "ENVIRONMENT", help_heading = "Answers")]
    pub environment: Option<String>,
    /// The team that works under it, if that matters.
    #[arg(long, value_name = "TEAM", help_heading = "Answers")]
    pub team: Option<String>,
    /// The business process that needs it, if that matters.
    #[arg(long, value_name = "PROCESS", help_heading = "Answers")]
    pub process: Option<String>,
    /// What could happen in the worst plausible case, and to how many.
    #[arg(long, value_name = "SENTENCE", help_heading = "Answers")]
    pub statement: Option<String>,
    /// What it opens; repeatable, or several with commas between; `none` states that it is nothing.
    #[arg(long, value_name = "KIND", value_delimiter = ',', help_heading = "Answers",
          value_parser = ["remote-access", "authentication", "data", "vendor-access", "none"])]
    pub exposure: Vec<String>,
    /// How much harm is possible, and so how long an approval is good for.
    #[arg(long, value_name = "TIER", help_heading = "Answers",
          value_parser = ["low", "moderate", "high", "emergency"])]
    pub tier: Option<String>,
    /// The incident's id, for the tier `emergency`.
    #[arg(long, value_name = "ID", help_heading = "Answers")]
    pub incident: Option<String>,
    /// A safer way that was considered; repeatable, each with its `--rejected` in the same order.
    #[arg(long, value_name = "OPTION", help_heading = "Answers")]
    pub alternative: Vec<String>,
    /// Why the safer way does not do.
    #[arg(long, value_name = "WHY", help_heading = "Answers")]
    pub rejected: Vec<String>,
    /// What must be removed at the end, as an instruction to the owner.
    #[arg(long, value_name = "SENTENCE", help_heading = "Answers")]
    pub removal: Option<String>,
    /// Who asks. Default: the person of git's `user.email` or `user.name`.
    #[arg(long, value_name = "PERSON", help_heading = "Answers")]
    pub requester: Option<String>,
    /// The one person who removes it.
    #[arg(long, value_name = "PERSON", help_heading = "Answers")]
    pub owner: Option<String>,
    /// Who decides: a code owner of the register, never the requester.
    #[arg(long, value_name = "PERSON", help_heading = "Answers")]
    pub approver: Option<String>,
    /// The day of the decision. Default: today, because the approval of the pull request is it.
    #[arg(long, value_name = "DAY", help_heading = "Answers")]
    pub decided: Option<String>,
    /// From when. Default: today.
    #[arg(long, value_name = "DATE", help_heading = "Answers")]
    pub starts: Option<String>,
    /// Until when, the last day covered: `2026-11-23`, or a date-time for an exact end.
    #[arg(long, value_name = "DATE", help_heading = "Answers")]
    pub expires: Option<String>,
    /// A ticket or a page where more can be read; repeatable.
    #[arg(long, value_name = "TICKET", help_heading = "Answers")]
    pub reference: Vec<String>,
    /// The exception's id, which is the file's name. Default: made of the title.
    #[arg(long, value_name = "ID", help_heading = "File")]
    pub id: Option<String>,
    /// The folder below the register. Default: the register's, or this period's where the newest
    /// files lie in one of a year, quarter or month.
    #[arg(long, value_name = "FOLDER", help_heading = "File")]
    pub folder: Option<String>,
    /// Print the file and write nothing.
    #[arg(long, help_heading = "File")]
    pub dry_run: bool,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// The day to write it on: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
}
