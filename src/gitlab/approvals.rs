//! The saved answers about who approved a merge request: `GET …/approvals`, `GET …/approval_state` and `GET …/versions`
//! of `/projects/:id/merge_requests/:iid`, one after another in one file.
//!
//! GitLab does not store a commit with an approval, and whether a push removes approvals is a setting of the project.
//! So what somebody approved is the version of the merge request that was newest at the moment of the approval
//! (<https://docs.gitlab.com/api/merge_request_approvals/>,
//! <https://docs.gitlab.com/api/merge_requests/#list-merge-request-diff-versions>).

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess};
use serde_json::Value;

use super::merge_request::{MergeRequest, time};
use super::{User, account, refusal};
use crate::github::json::{Field, Object, commit};
use crate::github::pages::{self, Listed};
use crate::github::{Account, InputError};
use crate::text::shown;

/// Who approved a merge request, and which commit each of them approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvals {
    list: Vec<Approval>,
}

/// An approval that has not been revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who approved.
    pub user: Account,
    /// When.
    pub approved_at: DateTime<FixedOffset>,
    /// The newest commit of the merge request at that moment; `None` if the saved versions begin later.
    pub commit: Option<String>,
}

impl Approvals {
    /// Reads the saved answers about a merge request, in any order and however their pages were saved.
    ///
    /// # Errors
    ///
    /// If they are not JSON, contain something else, contradict one another or the merge request, or lack what decides.
    pub fn parse(json: &[u8], request: &MergeRequest) -> Result<Self, InputError> {
        pages::read::<Answer>(json).and_then(|answers| Answers::sort(answers)?.approvals(request)).map_err(|why| {
            let merge_request = format!("projects/:id/merge_requests/{}", request.iid);
            InputError {
                why,
                help: format!(
                    "save all of it at the same time: `glab api {merge_request}/approvals > approvals.json` and \
                     `glab api --paginate {merge_request}/versions >> approvals.json`"
                ),
            }
        })
    }

    /// Returns the approvals in the order in which they were given.
    #[must_use]
    pub fn list(&self) -> &[Approval] {
        &self.list
    }
}

/// One answer, or one item of an answer that is a list.
enum Answer {
    Approvals { users: Vec<Approved>, iid: Option<u64>, project: Option<u64> },
    State(Vec<Approved>),
    Version(Version),
}

/// What is read from any of the answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    approved_by: Field<Vec<Field<Approver>>>,
    iid: Field<u64>,
    project_id: Field<u64>,
    approval_rules_overwritten: Field<bool>,
    rules: Field<Vec<Field<Rule>>>,
    head_commit_sha: Field<String>,
    created_at: Field<String>,
    id: Field<u64>,
    merge_request_id: Field<u64>,
    message: Option<Value>,
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Rule {
    approved_by: Field<Vec<Field<Approver>>>,
}

/// Somebody who approved, with `user` or, in the approval state, without it; GitLab writes `approved_at` since 18.5.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Approver {
    user: Field<User>,
    id: Field<u64>,
    username: Field<String>,
    approved_at: Field<String>,
}

impl Object for Written {}
impl Object for Rule {}
impl Object for Approver {}

/// An account that approved, and when, if that is told.
type Approved = (Account, Option<DateTime<FixedOffset>>);

impl Approver {
    /// Reads one of `approved_by` whose user is a key of its own.
    fn of_approvals(&self) -> Result<Approved, String> {
        Ok((self.user.required("approved_by.user")?.account("approved_by.user")?, self.at()?))
    }

    /// Reads one of a rule's `approved_by`, which is the user itself.
    fn of_state(&self) -> Result<Approved, String> {
        let login = self.username.required("rules.approved_by.username")?.clone();
        let id = self.id.optional("rules.approved_by.id")?.copied();
        Ok((account(login, id), self.at()?))
    }

    fn at(&self) -> Result<Option<DateTime<FixedOffset>>, String> {
        self.approved_at.optional("approved_at")?.map(|text| time("approved_at", text)).transpose()
    }
}

struct Version {
    id: u64,
    merge_request: Option<u64>,
    head: String,
    created_at: DateTime<FixedOffset>,
}

impl Listed for Answer {
    const NOUN: &'static str = "approvals";

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        Written::deserialize(MapAccessDeserializer::new(map))?.answer().map_err(A::Error::custom)
    }
}

impl Written {
    fn answer(self) -> Result<Answer, String> {
        const HEAD: &str = "head_commit_sha";
        const CREATED: &str = "created_at";
        if self.approved_by.is_there() {
            let approvers = self.approved_by.required("approved_by")?;
            let one = |it: &Field<Approver>| it.required("approved_by").and_then(Approver::of_approvals);
            let users = approvers.iter().map(one).collect::<Result<_, _>>()?;
            let (iid, project) = (self.iid.optional("iid")?.copied(), self.project_id.optional("project_id")?.copied());
            return Ok(Answer::Approvals { users, iid, project });
        }
        if self.rules.is_there() && self.approval_rules_overwritten.is_there() {
            let mut users = Vec::new();
            for rule in self.rules.required("rules")? {
                let approvers = rule.required("rules")?.approved_by.optional("rules.approved_by")?;
                for approver in approvers.into_iter().flatten() {
                    users.push(approver.required("rules.approved_by")?.of_state()?);
                }
            }
            return Ok(Answer::State(users));
        }
        if !self.head_commit_sha.is_there() {
            return Err(refusal(self.message.as_ref(), self.error.as_ref()).unwrap_or_else(|| {
                "contains something that is neither approvals, nor an approval state, nor a version".to_owned()
            }));
        }
        if !self.id.is_there() {
            return Err("has a version without an `id`".to_owned());
        }
        let id = *self.id.required("id")?;
        let fault = |why: String| format!("version {id}: {why}");
        Ok(Answer::Version(Version {
            id,
            merge_request: self.merge_request_id.optional("merge_request_id").map_err(fault)?.copied(),
            head: self.head_commit_sha.required(HEAD).and_then(|head| commit(HEAD, head)).map_err(fault)?,
            created_at: self.created_at.required(CREATED).and_then(|text| time(CREATED, text)).map_err(fault)?,
        }))
    }
}

/// Who approved, by the number that stays when the name changes, otherwise by name.
type Users = BTreeMap<(Option<u64>, String), Approved>;

/// The answers about one merge request, each kind separately.
#[derive(Default)]
struct Answers {
    approvals: Option<Users>,
    state: Option<Users>,
    /// Newest first.
    versions: Vec<Version>,
    iid: Option<u64>,
    project: Option<u64>,
}

impl Answers {
    fn sort(answers: Vec<Answer>) -> Result<Self, String> {
        let mut sorted = Self::default();
        for answer in answers {
            match answer {
                Answer::Approvals { users, iid, project } => {
                    if sorted.approvals.replace(by_user(users)).is_some() {
                        return Err(
                            "contains two responses of `approvals`, so the newer one cannot be determined".to_owned()
                        );
                    }
                    (sorted.iid, sorted.project) = (iid, project);
                }
                Answer::State(users) => {
                    if sorted.state.replace(by_user(users)).is_some() {
                        return Err(
                            "contains two responses of `approval_state`, so the newer one cannot be determined"
                                .to_owned(),
                        );
                    }
                }
                Answer::Version(version) => sorted.versions.push(version),
            }
        }
        sorted.versions.sort_by_key(|version| std::cmp::Reverse((version.created_at, version.id)));
        Ok(sorted)
    }

    fn approvals(mut self, request: &MergeRequest) -> Result<Approvals, String> {
        self.expect(request)?;
        let users = match (self.approvals.take(), self.state.take()) {
            (None, None) => return Err("contains neither the approvals nor the approval state".to_owned()),
            (Some(users), None) | (None, Some(users)) => users,
            (Some(users), Some(state)) => agreed(users, &state)?,
        };
        match self.versions.first() {
            Some(newest) if newest.head != request.head => {
                return Err(format!(
                    "ends with the version of `{}`, and the newest commit of the merge request is `{}`: a page is \
                     missing, or somebody pushed in between",
                    short(&newest.head),
                    short(&request.head)
                ));
            }
            None if !users.is_empty() => {
                return Err("contains no versions of the merge request, so it cannot be determined what was approved"
                    .to_owned());
            }
            _ => {}
        }
        let approval = |(user, approved_at): Approved| {
            let Some(approved_at) = approved_at else {
                let name = shown(&user.login).into_owned();
                return Err(format!("does not say when `@{name}` approved (`approved_at`), as GitLab does since 18.5"));
            };
            let version = self.versions.iter().find(|version| version.created_at <= approved_at);
            Ok(Approval { user, approved_at, commit: version.map(|version| version.head.clone()) })
        };
        let mut list: Vec<Approval> = users.into_values().map(approval).collect::<Result<_, _>>()?;
        list.sort_by_key(|approval| approval.approved_at);
        Ok(Approvals { list })
    }

    /// Refuses answers about another merge request.
    fn expect(&self, request: &MergeRequest) -> Result<(), String> {
        let other = |said: Option<u64>, own: Option<u64>| said.zip(own).is_some_and(|(said, own)| said != own);
        let iid = self.iid.filter(|iid| *iid != request.iid);
        let version = self.versions.iter().any(|version| other(version.merge_request, request.id));
        if iid.is_some() || version || other(self.project, request.project) {
            return Err(format!("is not of merge request !{}", request.iid));
        }
        Ok(())
    }
}

fn by_user(approvers: Vec<Approved>) -> Users {
    let mut users = Users::new();
    for (user, approved_at) in approvers {
        let name = if user.id.is_some() { String::new() } else { user.key() };
        let known = users.entry((user.id, name)).or_insert((user, approved_at));
        known.1 = known.1.max(approved_at);
    }
    users
}

/// Returns the approvals, unless the state names somebody else: it lists fewer people, those whose approval counts by a
/// rule.
fn agreed(users: Users, state: &Users) -> Result<Users, String> {
    match state.keys().find(|key| !users.contains_key(*key)) {
        Some(key) => {
            let login = state.get(key).map_or("", |(user, _)| user.login.as_str());
            Err(format!("names `@{}` as an approver in one response and not in the other", shown(login)))
        }
        None => Ok(users
            .into_iter()
            .map(|(key, (user, at))| {
                let at = at.or_else(|| state.get(&key)?.1);
                (key, (user, at))
            })
            .collect()),
    }
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}
