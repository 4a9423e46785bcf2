//! GitLab: its pipeline, and the settings of its projects.

pub(super) mod pipeline;
pub(super) mod settings;

use std::collections::BTreeMap;

use super::PIPELINE;
use crate::ci::gitlab::{Include, Pipeline};
use crate::files::ReadFile;

/// Returns the files of this repository that the pipeline includes.
pub(super) fn references(files: &BTreeMap<String, ReadFile>) -> Vec<Vec<String>> {
    let pipeline = files.get(PIPELINE).and_then(|file| Pipeline::parse(&file.source).ok());
    let includes = pipeline.map(|pipeline| pipeline.includes).unwrap_or_default();
    let local = |include| match include {
        Include::Local { path, .. } => Some(vec![path]),
        Include::Component { .. } | Include::Elsewhere { .. } => None,
    };
    includes.into_iter().filter_map(local).collect()
}
