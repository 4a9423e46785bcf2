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
    /// A request that was approved and merged can no longer be rejected.
    #[error("`{}` cannot be rejected: it was approved and merged, so the rule was broken", shown(id))]
    Merged {
        /// The exception.
        id: String,
    },
    /// Requesters do not reject their own request in somebody else's name.
    #[error("`{}` is your own request, and only {} can reject it", shown(id), shown(approver))]
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
        /// What makes it smaller.
        help: &'static str,
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
    #[error("nothing to amend")]
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
    #[error("`{}` cannot be amended", shown(field))]
    NeverCorrected {
        /// The field.
        field: String,
    },
    /// A field that other commands write.
    #[error("`{}` is not a field that can be amended", shown(field))]
    WrittenByCommands {
        /// The field.
        field: String,
    },
    /// A key of the organisation's own that contains a list or a mapping.
    #[error("`--set`: `{}` contains more than one string", shown(field))]
    SeveralTexts {
        /// The field.
        field: String,
    },
    /// A record whose decisions are all merged.
    #[error("`{}` has no open decision", shown(id))]
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
    #[error("`{}` requests a term until {last}, but is decided only on {day}", shown(id))]
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
    /// It was rejected.
    Rejected,
}

impl Over {
    fn why(self) -> &'static str {
        match self {
            Self::Closed => "it is closed, and a closed record is not reopened",
            Self::Rejected => "it was rejected, and a rejection is final",
        }
    }
}

impl Refusal {
    /// Returns what to do instead.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Over { .. } => "if it is needed again, request a new exception: `stopgap new`".into(),
            Self::Merged { id } => format!("`stopgap close {}` ends it and keeps that on record", argument(id)),
            Self::OwnRequest { approver, .. } => format!(
                "to withdraw it, close the pull request; a rejection is written by {}, because it is in the register \
                 under that name",
                shown(approver)
            ),
            Self::NoRenewalLeft { id, .. } => format!(
                "fix the root cause: carry out the removal and `stopgap close {}`, or change the control that cannot \
                 be followed",
                argument(id)
            ),
            Self::SeveralFiles { .. } => "give one of them another name first".into(),
            Self::Unread { help: Some(help), .. } => help.clone(),
            Self::Unread { .. } | Self::NoYaml { .. } => "`stopgap check` shows the place; fix it first".into(),
            Self::TooLarge { help, .. } => format!("nothing was written; {help}"),
            Self::NotReplaced { .. } => {
                "fix that, then run the command again; the file itself and its folder must be writable".into()
            }
            Self::NothingToCorrect | Self::SaidAlready => {
                "name a field and its correct value: `--set scope.system=sftp-hr-02`".into()
            }
            Self::FreeToEdit { .. } => {
                "commit the file as it is; to record an amendment anyway, use `--approver` and `--note`".into()
            }
            Self::NeverCorrected { .. } => {
                "use `stopgap renew` to extend an exception, or `stopgap close` to end it".into()
            }
            Self::WrittenByCommands { field } => format!(
                "the commands `review`, `close` and `reject` write it, once; if what is merged is wrong, leave it and say \
                 what is right in the `--note` of an amendment with `--field {}`",
                shown(field)
            ),
            Self::SeveralTexts { .. } => "edit it in the file; a custom key needs no amendment".into(),
            Self::NothingOpen { .. } => {
                "a merged decision keeps its date; use `stopgap amend` to correct a record".into()
            }
            Self::Unapproved { .. } => {
                "ask for the approval, then save the reviews again; or give its date with `--on`".into()
            }
            Self::DecidedTooLate { .. } => {
                "request another end: it needs a new approval, because it is later than the requested end".into()
            }
            Self::NoApprover { .. } => {
                "name the person who decides as `approver` in the file, then run the command again".into()
            }
            Self::ReviewedAlready { .. } => "nothing to do; a different `--note` adds another review".into(),
            Self::DatedAlready { .. } => "nothing to do; to set another date, use `--on`".into(),
            Self::Unchanged { .. } => {
                "correct the file first, or give the correct value with `--set`: an amendment is never withdrawn".into()
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
