//! What waits for a decision: exceptions and renewals on branches of the remote that are not merged.
//!
//! Read with git alone, from what this clone has fetched. A branch whose change came to the main line in another way,
//! squashed for example, asks for nothing: what it has is there already.

use std::collections::HashMap;
use std::path::Path;

use chrono::DateTime;

use crate::error::Error;
use crate::files;
use crate::git::{Commit, Git, TreeFile};
use crate::history::snapshot::prefix;
use crate::register::{self, Exception, Text, Tier, is_named_like_one};
use crate::source::FileId;
use crate::time::{Day, Zone};
use crate::yaml;

/// The most branches that are looked at, the newest first.
pub const MOST_BRANCHES: usize = 200;

/// The most requests that are kept.
const MOST_REQUESTS: usize = 500;

/// A request that is not merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The exception's id.
    pub id: String,
    /// Its file on the branch, relative to the root.
    pub path: String,
    /// The branch, such as `origin/ask-vendor`.
    pub branch: String,
    /// The number of the renewal that it asks for, from 1; `None` if the exception is new.
    pub renewal: Option<usize>,
    /// What is to be allowed.
    pub title: Option<String>,
    /// On which system.
    pub system: Option<String>,
    /// Why; for a renewal, why it must go on.
    pub reason: Option<String>,
    /// What could happen.
    pub worst: Option<String>,
    /// The tier.
    pub tier: Option<Tier>,
    /// Who asks.
    pub requester: Option<String>,
    /// Who is to decide.
    pub approver: Option<String>,
    /// The first covered day of a new exception.
    pub first_day: Option<Day>,
    /// The last day that it would cover.
    pub last_day: Option<Day>,
    /// The day of the branch's oldest commit that is not merged.
    pub asked: Day,
}

/// The requests, the oldest first, and how many branches were not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// The requests.
    pub requests: Vec<Request>,
    /// How many branches of the remote are older than the ones that were looked at.
    pub left_out: usize,
}

impl Pending {
    /// Adds the requests of another register of the repository, whose root is `below` the top of the work tree.
    pub(super) fn absorb(&mut self, below: &str, other: Self) {
        let moved = |request: Request| Request { path: format!("{below}{}", request.path), ..request };
        self.requests.extend(other.requests.into_iter().map(moved));
        self.sort();
        // The branches are those of the repository.
        self.left_out = self.left_out.max(other.left_out);
    }

    fn sort(&mut self) {
        self.requests.sort_by(|a, b| (a.asked, &a.id, &a.branch, &a.path).cmp(&(b.asked, &b.id, &b.branch, &b.path)));
    }
}

/// Finds what the branches of the remotes ask for beyond the main line.
///
/// # Errors
///
/// If `git` cannot deliver a branch.
pub fn read(git: &Git, root: &Path, folder: &str, zone: Zone) -> Result<Pending, Error> {
    let Some(trunk) = trunk(git)? else { return Ok(Pending::default()) };
    let mut branches = git.unmerged(&trunk)?;
    let left_out = branches.len().saturating_sub(MOST_BRANCHES);
    branches.truncate(MOST_BRANCHES);
    let mut based: Vec<(String, Commit, Commit)> = Vec::with_capacity(branches.len());
    for (name, tip) in branches {
        // Pages and other branches that share nothing with the register have no base.
        if let Some(base) = git.merge_base(&tip, &trunk)? {
            based.push((name, tip, base));
        }
    }
    let below = format!("{}{folder}", prefix(git, root));
    let steps: Vec<(&Commit, Option<&Commit>)> = based.iter().map(|(_, tip, base)| (tip, Some(base))).collect();
    let changes = git.tree_changes(&steps, &[&below])?;
    let merged = git.tree_below(&trunk, &below, &is_named_like_one)?;
    let merged: HashMap<String, TreeFile> = merged.into_iter().map(|file| (key(&file), file)).collect();
    let mut found: Vec<(&str, &Commit, TreeFile)> = Vec::new();
    for ((name, tip, _), changes) in based.iter().zip(changes) {
        let files = changes.into_iter().filter_map(|change| change.file);
        let is_one = |file: &TreeFile| is_named_like_one(&files::name_of(&file.path));
        let is_new = |file: &TreeFile| merged.get(&key(file)).is_none_or(|merged| merged.oid != file.oid);
        found.extend(files.filter(|file| is_one(file) && is_new(file)).map(|file| (name.as_str(), tip, file)));
    }
    found.truncate(MOST_REQUESTS);
    let mut oids: Vec<&str> = found.iter().map(|(_, _, file)| file.oid.as_str()).collect();
    oids.extend(found.iter().filter_map(|(_, _, file)| Some(merged.get(&key(file))?.oid.as_str())));
    oids.sort_unstable();
    oids.dedup();
    let blobs = git.blobs(&oids, yaml::MAX_BYTES)?;
    let blobs: HashMap<&str, Option<Vec<u8>>> = oids.into_iter().zip(blobs).collect();
    let text = |file: &TreeFile| -> Result<Option<String>, Error> {
        let bytes = blobs.get(file.oid.as_str()).cloned().flatten();
        let path = files::name_of(&file.path).into_owned();
        let read = files::from_blob(&path, file, bytes, yaml::MAX_BYTES)?;
        Ok(read.fault.is_none().then(|| read.source.text().to_owned()))
    };
    let mut since: HashMap<&Commit, Option<Day>> = HashMap::new();
    let mut requests = Vec::new();
    for (branch, tip, file) in &found {
        let before = merged.get(&key(file)).map(&text).transpose()?.flatten();
        let Some(text) = text(file)? else { continue };
        let whole = files::name_of(&file.path).into_owned();
        let path = whole.strip_prefix(&prefix(git, root)).unwrap_or(&whole);
        let Some(request) = request(path, branch, &text, before.as_deref(), zone) else { continue };
        let asked = match since.get(tip) {
            Some(known) => *known,
            None => {
                let day = first_day(git, tip, &trunk, zone)?;
                since.insert(tip, day);
                day
            }
        };
        requests.extend(asked.map(|asked| Request { asked, ..request }));
    }
    let mut pending = Pending { requests, left_out };
    pending.sort();
    Ok(pending)
}

/// Returns the commit that counts as merged: the remote's default branch where `HEAD` is only behind it, otherwise
/// `HEAD`.
fn trunk(git: &Git) -> Result<Option<Commit>, Error> {
    let Some(head) = git.head()? else { return Ok(None) };
    let Some(name) = git.default_name()? else { return Ok(Some(head)) };
    let Some(default) = git.reference(&format!("refs/remotes/origin/{name}"))? else { return Ok(Some(head)) };
    let is_behind = git.merge_base(&head, &default)?.as_ref() == Some(&head);
    Ok(Some(if is_behind { default } else { head }))
}

/// Ids that differ only in case are the same, as for `duplicate-id`.
fn key(file: &TreeFile) -> String {
    register::stem(&files::name_of(&file.path)).to_lowercase()
}

/// Returns the day of the oldest commit of a branch that is not merged.
fn first_day(git: &Git, tip: &Commit, trunk: &Commit, zone: Zone) -> Result<Option<Day>, Error> {
    let own = git.commits(tip, Some(trunk))?;
    let infos = git.infos(&own.iter().collect::<Vec<_>>())?;
    let first = infos.into_iter().flatten().map(|info| info.committed).min();
    Ok(first.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).map(|instant| zone.day_of(instant)))
}

/// Reads what a file asks for beyond what is merged; its day is filled in later.
fn request(path: &str, branch: &str, text: &str, before: Option<&str>, zone: Zone) -> Option<Request> {
    let tree = yaml::parse(text).ok().filter(|tree| tree.as_map().is_some())?;
    let it = Exception::from_node(FileId(0), register::stem(path), tree);
    let merged = before.map(|text| {
        let tree = yaml::parse(text).ok()?;
        Some(Exception::from_node(FileId(0), "", tree).renewals.len())
    });
    let renewal = match merged {
        None => None,
        // What cannot be compared is nothing that a meeting could decide.
        Some(None) => return None,
        Some(Some(renewals)) if it.renewals.len() > renewals => Some(it.renewals.len()),
        Some(Some(_)) => return None,
    };
    if !it.is_live() {
        return None;
    }
    let own = |text: Option<&Text<'_>>| text.map(|text| text.as_str().to_owned());
    let last = it.renewals.last().filter(|_| renewal.is_some());
    Some(Request {
        id: it.id.to_owned(),
        path: path.to_owned(),
        branch: branch.to_owned(),
        renewal,
        title: own(it.title.as_ref()),
        system: own(it.scope.system.as_ref()),
        reason: own(last.map_or(it.reason.as_ref(), |renewal| renewal.reason.as_ref())),
        worst: own(it.risk.statement.as_ref()),
        tier: it.risk.tier.as_ref().map(|tier| tier.value),
        requester: own(last.map_or(it.requester.as_ref(), |renewal| renewal.requester.as_ref())),
        approver: own(last.map_or(it.approver.as_ref(), |renewal| renewal.approver.as_ref())),
        first_day: it.starts.as_ref().filter(|_| renewal.is_none()).map(|starts| zone.first_day(starts.value)),
        last_day: it.current_expiry().map(|expiry| zone.last_day(expiry.value)),
        asked: Day::FIRST,
    })
}
