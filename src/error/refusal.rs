//! Why an edit of an exception is refused although the command is well formed.

use std::path::PathBuf;

use crate::text::{argument, shown};
use crate::time::Day;

/// An edit is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The record is closed or rejected.
    #[error("`{}` cannot be {done}: {}", shown(id), over.why())]
    Over {
        /// The exception.
        id: String,
        /// What was to be done to it, as a participle.
        done: &'static str,
        /// How it ended.
        over: Over,
    },
    /// A request that was approved and merged cannot be turned down any more.
    #[error("`{}` cannot be rejected: it was approved and merged, so the rule was broken", shown(id))]
    Merged {
        /// The exception.
        id: String,
    },
    /// Whoever asks does not turn their own request down in somebody else's name.
    #[error("`{}` is your own request, and only {} turns it down", shown(id), shown(approver))]
    OwnRequest {
        /// The exception.
        id: String,
        /// Who decides.
        approver: String,
    },
    /// The policy allows no further renewal.
    #[error("`{}` cannot be renewed: {}", shown(id), used_up(*used))]
    NoRenewalLeft {
        /// The exception.
        id: String,
        /// How often it was renewed.
        used: usize,
    },
    /// Several files have the same id.
    #[error("the id `{}` belongs to several files: {}", shown(id), quoted(paths).join(" and "))]
    SeveralFiles {
        /// The id.
        id: String,
        /// The files, relative to the root.
        paths: Vec<String>,
    },
    /// A file could not be read.
    #[error("`{}` cannot be edited: {why}", shown(path))]
    Unread {
        /// The file, relative to the root.
        path: String,
        /// Why not.
        why: String,
        /// What to do about it, if that is known.
        help: Option<String>,
    },
    /// A file is not YAML.
    #[error("`{}` is not readable YAML, so it cannot be edited", shown(path))]
    NoYaml {
        /// The file, relative to the root.
        path: String,
    },
    /// The file would be too large to be read again.
    #[error("`{}` would be larger than `{most}` bytes, the most that is read", shown(path))]
    TooLarge {
        /// The file, relative to the root.
        path: String,
        /// The most bytes that are read.
        most: u64,
    },
    /// The file cannot be written.
    #[error("nothing was written: `{}` cannot be replaced: {why}", path.display())]
    NotReplaced {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// An amendment of nothing.
    #[error("`stopgap amend` corrects nothing")]
    NothingToCorrect,
    /// An amendment that changes nothing.
    #[error("the record already says that")]
    SaidAlready,
    /// An amendment of a field that does not need one.
    #[error("{} may be edited without an amendment", quoted(fields).join(", "))]
    FreeToEdit {
        /// The fields.
        fields: Vec<String>,
    },
    /// A field that is never corrected.
    #[error("`{}` is never corrected", shown(field))]
    NeverCorrected {
        /// The field.
        field: String,
    },
    /// A field that other commands write.
    #[error("`{}` is not a field that is corrected", shown(field))]
    WrittenByCommands {
        /// The field.
        field: String,
    },
    /// A key of the organisation's own that contains a list or a mapping.
    #[error("`--set`: `{}` contains more than one text", shown(field))]
    SeveralTexts {
        /// The field.
        field: String,
    },
    /// A record whose decisions are all merged.
    #[error("`{}` has no decision that is still open", shown(id))]
    NothingOpen {
        /// The exception.
        id: String,
    },
    /// Decisions that nobody has approved yet.
    #[error(
        "{} {} not approved {} yet",
        quoted(approvers).join(" and "),
        if approvers.len() == 1 { "has" } else { "have" },
        shown(what)
    )]
    Unapproved {
        /// What waits for the approval.
        what: String,
        /// Who are to decide.
        approvers: Vec<String>,
    },
    /// A request that ended before anybody decided on it.
    #[error("`{}` asks for a time until {last}, and is decided only on {day}", shown(id))]
    DecidedTooLate {
        /// The exception.
        id: String,
        /// The last day that is asked for.
        last: Day,
        /// The day of the decision.
        day: Day,
    },
    /// A record that names nobody who decides.
    #[error("`{}` names no approver yet", shown(id))]
    NoApprover {
        /// The exception.
        id: String,
    },
    /// A review that is in the record already.
    #[error("`{}` has this review of `{day}` already", shown(id))]
    ReviewedAlready {
        /// The exception.
        id: String,
        /// The day of the review.
        day: Day,
    },
    /// Decisions that have the right day already.
    #[error("`{}` is dated `{day}` already", shown(id))]
    DatedAlready {
        /// The exception.
        id: String,
        /// The day.
        day: Day,
    },
    /// A field that is said to be corrected but has not changed.
    #[error("`--field {}`: nothing has changed there", shown(field))]
    Unchanged {
        /// The field.
        field: String,
    },
}

/// How an exception ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The rule is followed again.
    Closed,
    /// It was turned down.
    Rejected,
}

impl Over {
    fn why(self) -> &'static str {
        match self {
            Self::Closed => "it is closed, and a closed record is not opened again",
            Self::Rejected => "it was rejected, and a refusal is not turned into something else",
        }
    }
}

impl Refusal {
    /// Returns what to do instead.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Over { .. } => "what is needed again is a new exception: `stopgap new`".into(),
            Self::Merged { id } => format!("`stopgap close {}` ends it and keeps that on record", argument(id)),
            Self::OwnRequest { approver, .. } => format!(
                "to withdraw it, close the pull request; a refusal is written by {}, because it stands in the register \
                 under that name",
                shown(approver)
            ),
            Self::NoRenewalLeft { id, .. } => format!(
                "fix the root cause: carry out the removal and `stopgap close {}`, or change the control that cannot be kept",
                argument(id)
            ),
            Self::SeveralFiles { .. } => "give one of them another name first".into(),
            Self::Unread { help: Some(help), .. } => help.clone(),
            Self::Unread { .. } | Self::NoYaml { .. } => "`stopgap check` shows the place; fix it first".into(),
            Self::TooLarge { .. } => "nothing was written; use fewer words, and link to longer texts".into(),
            Self::NotReplaced { .. } => {
                "fix that, then run the command again; the file itself and its folder must be writable".into()
            }
            Self::NothingToCorrect | Self::SaidAlready => {
                "name a field and its right value: `--set scope.system=sftp-hr-02`".into()
            }
            Self::FreeToEdit { .. } => {
                "commit the file as it is; with `--approver` and `--note` an amendment records it all the same".into()
            }
            Self::NeverCorrected { .. } => "`stopgap renew` extends an exception, `stopgap close` ends it".into(),
            Self::WrittenByCommands { .. } => "the commands `review`, `close` and `reject` write it".into(),
            Self::SeveralTexts { .. } => "edit it in the file; a key of your own takes no amendment".into(),
            Self::NothingOpen { .. } => {
                "what was approved and merged keeps its day; `stopgap amend` corrects a record".into()
            }
            Self::Unapproved { .. } => {
                "ask for the approval, then save the reviews again; or name its day with `--on`".into()
            }
            Self::DecidedTooLate { .. } => {
                "ask for another end: it needs an approval of its own, because it is later than what was asked for"
                    .into()
            }
            Self::NoApprover { .. } => "write who decides as `approver` in the file; then run the command again".into(),
            Self::ReviewedAlready { .. } => "there is nothing to do; another `--note` adds another review".into(),
            Self::DatedAlready { .. } => "there is nothing to do; `--on` names another day".into(),
            Self::Unchanged { .. } => {
                "correct the file first, or give the right value with `--set`: an amendment is never taken back".into()
            }
        }
    }
}

fn quoted(names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("`{}`", shown(name))).collect()
}

fn used_up(used: usize) -> String {
    match used {
        0 => "the policy allows no renewal".to_owned(),
        1 => "it was renewed once, and the policy allows no more".to_owned(),
        _ => format!("it was renewed {used} times, and the policy allows no more"),
    }
}
