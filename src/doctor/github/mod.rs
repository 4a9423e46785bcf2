//! GitHub: its workflows, and the settings of its branches.

mod history;
pub(super) mod settings;
pub(super) mod usage;
pub(super) mod workflow;

use std::collections::BTreeMap;

use crate::ci::github::{Job, Workflow};
use crate::files::ReadFile;

/// Returns the files of this repository that workflows refer to.
pub(super) fn references(files: &BTreeMap<String, ReadFile>) -> Vec<Vec<String>> {
    let workflows = files.iter().filter(|(path, _)| super::is_workflow(path));
    let parsed = workflows.filter_map(|(_, file)| Workflow::parse(&file.source).ok());
    parsed.flat_map(|workflow| workflow.jobs.iter().flat_map(Job::references).collect::<Vec<_>>()).collect()
}
