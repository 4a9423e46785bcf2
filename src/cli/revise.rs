//! The arguments of the commands that edit one exception: `renew`, `review`, `close`, `reject`,
//! `amend` and `decide`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Place;

/// Arguments that these commands share.
#[derive(Args, Debug, Default)]
pub struct Revise {
    /// The exception's id: the name of its file, without the ending.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// The day of the edit: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// Show the edit and what the check says about it, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Commit it to a branch of its own, push that and open the pull request: runs the commands that are
    /// otherwise only printed, after showing them (and, in a terminal, asking once). What is checked out,
    /// staged or edited stays as it is.
    #[arg(long, conflicts_with = "dry_run")]
    pub git: bool,
}

/// Arguments of `renew`.
#[derive(Args, Debug, Default)]
pub struct Renew {
    /// Which exception, and how.
    #[command(flatten)]
    pub revise: Revise,
    /// Why the first term was not enough, in one new sentence.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// What was looked at to be sure that the risk is still the accepted one.
    #[arg(long, value_name = "TEXT")]
    pub risk_check: Option<String>,
    /// Who asks. Default: you, if the roster knows your git identity.
    #[arg(long, value_name = "PERSON")]
    pub requester: Option<String>,
    /// Who decides; for tier high and emergency somebody above the first approver.
    #[arg(long, value_name = "PERSON")]
    pub approver: Option<String>,
    /// The new end: a day, a date-time, a number of days from the decision such as `7d`, or the next
    /// `friday`.
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
    /// The day of the request. Default: today.
    #[arg(long, value_name = "DATE")]
    pub requested: Option<String>,
    /// The day of the decision. Default: today.
    #[arg(long, value_name = "DATE")]
    pub decided: Option<String>,
}

/// Arguments of `review`.
#[derive(Args, Debug, Default)]
pub struct Review {
    /// Which exception, and how.
    #[command(flatten)]
    pub revise: Revise,
    /// What was seen, and what happens next.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Who looked. Default: you, if the roster knows your git identity.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<String>,
    /// The day of the review. Default: today.
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    /// For an emergency: the day on which its incident ended.
    #[arg(long, value_name = "DATE")]
    pub incident_ended: Option<String>,
}

/// Arguments of `close`.
#[derive(Args, Debug, Default)]
pub struct Close {
    /// Which exception, and how.
    #[command(flatten)]
    pub revise: Revise,
    /// What was done, and how it was checked.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Who removed the exception. Default: you, if the roster knows your git identity.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<String>,
    /// Who saw that it is gone; somebody else.
    #[arg(long, value_name = "PERSON")]
    pub verified_by: Option<String>,
    /// The day from which the rule is followed again. Default: today.
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
}

/// Arguments of `reject`.
#[derive(Args, Debug, Default)]
pub struct Reject {
    /// Which exception, and how.
    #[command(flatten)]
    pub revise: Revise,
    /// Who turned the request down. Default: the approver that the file names.
    #[arg(long, value_name = "PERSON")]
    pub approver: Option<String>,
    /// Why, for whoever asks the same again; kept as a review.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// The day of the decision. Default: today.
    #[arg(long, value_name = "DATE")]
    pub decided: Option<String>,
}

/// Arguments of `amend`.
#[derive(Args, Debug, Default)]
pub struct Amend {
    /// Which exception, and how.
    #[command(flatten)]
    pub revise: Revise,
    /// A field and its right value, such as `scope.system=sftp-hr-02`; may be given several times.
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// A field that you have corrected by hand already; may be given several times.
    #[arg(long, value_name = "FIELD")]
    pub field: Vec<String>,
    /// One more finding that a scanner may overlook, as `covers` names it: `tool=bandit,id=B602,paths=app/run.py`; may be
    /// given several times.
    #[arg(long, value_name = "COVER")]
    pub cover: Vec<String>,
    /// What was wrong or has changed.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Who corrects the record. Default: you, if the roster knows your git identity.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<String>,
    /// Who agrees to it; somebody else.
    #[arg(long, value_name = "PERSON")]
    pub approver: Option<String>,
    /// The day of the correction. Default: today.
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
}

/// Arguments of `decide`.
#[derive(Args, Debug, Default)]
pub struct Decide {
    /// Which exception, and how.
    #[command(flatten)]
    pub revise: Revise,
    /// The day of the approval. Default: today, or what `--reviews` says.
    #[arg(long, value_name = "DATE", conflicts_with = "reviews")]
    pub on: Option<String>,
    /// The saved answer of `GET /repos/{owner}/{repo}/pulls/{number}/reviews`, or for GitLab those of
    /// `approvals` and `versions` of the merge request in one file: takes the day from there.
    #[arg(long, value_name = "FILE")]
    pub reviews: Option<PathBuf>,
    /// GitHub's event payload, or GitLab's saved answer of `GET /projects/:id/merge_requests/:iid`, which tells how
    /// to read the reviews. Not needed on GitHub.
    #[arg(long, value_name = "FILE", requires = "reviews")]
    pub event: Option<PathBuf>,
}
