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
use serde::de::{Error as _, IgnoredAny, MapAccess};
use serde_json::Value;

use super::merge_request::{MergeRequest, time};
use super::{User, refusal};
use crate::github::json::commit;
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
    Approvals { users: Vec<Approver>, iid: Option<u64>, project: Option<u64> },
    State(Vec<Approver>),
    Version(Version),
}

/// What is read from any of the answers; a user has no `approved_at` before GitLab 18.5.
#[derive(Deserialize)]
struct Written {
    approved_by: Option<Vec<Approver>>,
    iid: Option<u64>,
    project_id: Option<u64>,
    approval_rules_overwritten: Option<IgnoredAny>,
    rules: Option<Vec<Rule>>,
    head_commit_sha: Option<String>,
    created_at: Option<String>,
    id: Option<u64>,
    merge_request_id: Option<u64>,
    message: Option<Value>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Rule {
    approved_by: Option<Vec<StateApprover>>,
}

#[derive(Deserialize)]
struct Approver {
    user: User,
    approved_at: Option<String>,
}

/// In the approval state the user is written without `user`.
#[derive(Deserialize)]
struct StateApprover {
    #[serde(flatten)]
    user: User,
    approved_at: Option<String>,
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
        if let Some(users) = self.approved_by {
            return Ok(Answer::Approvals { users, iid: self.iid, project: self.project_id });
        }
        if let (Some(rules), Some(_)) = (self.rules, self.approval_rules_overwritten) {
            let users = rules.into_iter().flat_map(|rule| rule.approved_by.unwrap_or_default());
            let users = users.map(|it| Approver { user: it.user, approved_at: it.approved_at });
            return Ok(Answer::State(users.collect()));
        }
        let Some(head) = self.head_commit_sha else {
            return Err(refusal(self.message.as_ref(), self.error.as_ref()).unwrap_or_else(|| {
                "contains something that is neither approvals, nor an approval state, nor a version".to_owned()
            }));
        };
        let id = self.id.ok_or("has a version without an `id`")?;
        let created_at = self.created_at.ok_or_else(|| format!("version {id}: has no `created_at`"))?;
        let fault = |why: String| format!("version {id}: {why}");
        Ok(Answer::Version(Version {
            id,
            merge_request: self.merge_request_id,
            head: commit("head_commit_sha", &head).map_err(fault)?,
            created_at: time("created_at", &created_at).map_err(fault)?,
        }))
    }
}

/// Who approved, by the number that stays when the name changes, otherwise by name.
type Users = BTreeMap<(Option<u64>, String), (Account, Option<DateTime<FixedOffset>>)>;

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
                    if sorted.approvals.replace(by_user(users)?).is_some() {
                        return Err(
                            "contains two responses of `approvals`, so the newer one cannot be determined".to_owned()
                        );
                    }
                    (sorted.iid, sorted.project) = (iid, project);
                }
                Answer::State(users) => {
                    if sorted.state.replace(by_user(users)?).is_some() {
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
        let approval = |(user, approved_at): (Account, Option<DateTime<FixedOffset>>)| {
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

fn by_user(approvers: Vec<Approver>) -> Result<Users, String> {
    let mut users = Users::new();
    for Approver { user, approved_at } in approvers {
        let user = Account::from(user);
        let approved_at = approved_at.map(|text| time("approved_at", &text)).transpose()?;
        let name = if user.id.is_some() { String::new() } else { user.key() };
        let known = users.entry((user.id, name)).or_insert((user, approved_at));
        known.1 = known.1.max(approved_at);
    }
    Ok(users)
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
