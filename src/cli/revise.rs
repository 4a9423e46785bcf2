//! The arguments of the commands that edit one exception: `renew`, `review`, `close`, `reject`,
//! `amend` and `decide`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Place;

/// Arguments that these commands share.
#[derive(Args, Debug, Default)]
pub struct Revise {
    /// The exception's id: its file name without the extension.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Where the register is.
    #[command(flatten)]
    pub place: Place,
    /// The date of the edit: `2026-11-23`, or a date-time such as `2026-11-23T09:00`. Default: now.
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// Show the edit and its check results without writing it.
    #[arg(long)]
    pub dry_run: bool,
    /// Commit to a new branch, push it and open the pull request: shows the commands that are otherwise only printed,
    /// asks once (in a terminal) and runs them. The checkout, staged changes and uncommitted edits stay as they are.
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
    /// What was checked to confirm that the risk is still the accepted one.
    #[arg(long, value_name = "TEXT")]
    pub risk_check: Option<String>,
    /// Who requests it. Default: you, if the roster knows your git identity.
    #[arg(long, value_name = "PERSON")]
    pub requester: Option<String>,
    /// Who decides; for tiers high and emergency, someone above the first approver.
    #[arg(long, value_name = "PERSON")]
    pub approver: Option<String>,
    /// The new end: a day, a date-time, a number of days from the decision such as `7d`, or the next
    /// `friday`.
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
    /// The date of the request. Default: today.
    #[arg(long, value_name = "DATE")]
    pub requested: Option<String>,
    /// The date of the decision. Default: today.
    #[arg(long, value_name = "DATE")]
    pub decided: Option<String>,
}

/// Arguments of `review`.
#[derive(Args, Debug, Default)]
pub struct Review {
    /// Which exception, and how.
    #[command(flatten)]
    pub revise: Revise,
    /// What was observed, and what happens next.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Who reviewed it. Default: you, if the roster knows your git identity.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<String>,
    /// The date of the review. Default: today.
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    /// For an emergency: the date on which its incident ended.
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
    /// Who verified the removal: somebody else, without exception for the tiers high and emergency.
    #[arg(long, value_name = "PERSON")]
    pub verified_by: Option<String>,
    /// The date from which the rule is followed again. Default: today.
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
}

/// Arguments of `reject`.
#[derive(Args, Debug, Default)]
pub struct Reject {
    /// Which exception, and how.
    #[command(flatten)]
    pub revise: Revise,
    /// Who rejected the request. Default: the approver named in the file.
    #[arg(long, value_name = "PERSON")]
    pub approver: Option<String>,
    /// Why, for anyone who makes the same request again; kept as a review.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// The date of the decision. Default: today.
    #[arg(long, value_name = "DATE")]
    pub decided: Option<String>,
}

/// Arguments of `amend`.
#[derive(Args, Debug, Default)]
pub struct Amend {
    /// Which exception, and how.
    #[command(flatten)]
    pub revise: Revise,
    /// A field and its correct value, such as `scope.system=sftp-hr-02`; repeatable.
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// A field that you have already corrected by hand; repeatable.
    #[arg(long, value_name = "FIELD")]
    pub field: Vec<String>,
    /// One more finding that a scanner may ignore, written as in `covers`: `tool=bandit,id=B602,paths=app/run.py`;
    /// repeatable.
    #[arg(long, value_name = "COVER")]
    pub cover: Vec<String>,
    /// What was wrong or has changed.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Who corrects the record. Default: you, if the roster knows your git identity.
    #[arg(long, value_name = "PERSON")]
    pub by: Option<String>,
    /// Who approves the correction; must be someone else.
    #[arg(long, value_name = "PERSON")]
    pub approver: Option<String>,
    /// The date of the correction. Default: today.
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
}

/// Arguments of `decide`.
#[derive(Args, Debug, Default)]
pub struct Decide {
    /// Which exception, and how.
    #[command(flatten)]
    pub revise: Revise,
    /// The date of the approval. Default: today, or the date from `--reviews`.
    #[arg(long, value_name = "DATE", conflicts_with = "reviews")]
    pub on: Option<String>,
    /// The saved response of `GET /repos/{owner}/{repo}/pulls/{number}/reviews`, or for GitLab those of `approvals` and
    /// `versions` of the merge request in one file; takes the date from there.
    #[arg(long, value_name = "FILE")]
    pub reviews: Option<PathBuf>,
    /// GitHub's event payload, or the saved GitLab response of `GET /projects/:id/merge_requests/:iid`, which is needed
    /// to interpret the reviews. Not needed on GitHub.
    #[arg(long, value_name = "FILE", requires = "reviews")]
    pub event: Option<PathBuf>,
}
