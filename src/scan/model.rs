//! The relevant parts of a SARIF 2.1.0 log, as they are written. Everything else is skipped unread.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A `result` (section 3.27).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome<'r> {
    #[serde(borrow, default)]
    pub(super) rule_id: Option<Cow<'r, str>>,
    #[serde(default)]
    pub(super) rule_index: Option<i64>,
    #[serde(borrow, default)]
    pub(super) rule: Option<Reference<'r>>,
    #[serde(borrow, default)]
    pub(super) kind: Option<Cow<'r, str>>,
    #[serde(borrow, default)]
    pub(super) level: Option<Cow<'r, str>>,
    #[serde(borrow, default)]
    pub(super) message: Option<Message<'r>>,
    #[serde(borrow, default)]
    pub(super) locations: Option<Vec<Location<'r>>>,
    #[serde(borrow, default)]
    pub(super) fingerprints: Option<BTreeMap<Cow<'r, str>, Cow<'r, str>>>,
    #[serde(borrow, default)]
    pub(super) partial_fingerprints: Option<BTreeMap<Cow<'r, str>, Cow<'r, str>>>,
    #[serde(borrow, default, deserialize_with = "written")]
    pub(super) suppressions: Option<&'r RawValue>,
    #[serde(borrow, default)]
    pub(super) baseline_state: Option<Cow<'r, str>>,
    #[serde(default)]
    pub(super) provenance: Option<Provenance>,
    #[serde(borrow, default)]
    pub(super) properties: Option<&'r RawValue>,
}

/// A `resultProvenance` (section 3.48).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Provenance {
    #[serde(default)]
    pub(super) invocation_index: Option<i64>,
}

/// Reads a key that is there, be it null: a copy must not get it twice.
fn written<'de: 'r, 'r, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'r RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// A `reportingDescriptorReference` (section 3.52).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference<'r> {
    #[serde(borrow, default)]
    pub(super) id: Option<Cow<'r, str>>,
    #[serde(default)]
    pub(super) index: Option<i64>,
    #[serde(default)]
    pub(super) tool_component: Option<Component>,
}

impl Reference<'_> {
    /// Returns the index of the component among the driver and its extensions.
    pub(super) fn component(&self) -> usize {
        let index = self.tool_component.as_ref().and_then(|component| component.index);
        index.and_then(|index| usize::try_from(index).ok()).map_or(0, |index| index + 1)
    }
}

/// A `toolComponentReference` (section 3.54).
#[derive(Debug, Deserialize)]
pub(super) struct Component {
    #[serde(default)]
    pub(super) index: Option<i64>,
}

/// A `message` (section 3.11).
#[derive(Debug, Default, Deserialize)]
pub(super) struct Message<'r> {
    #[serde(borrow, default)]
    pub(super) text: Option<Cow<'r, str>>,
    #[serde(borrow, default)]
    pub(super) markdown: Option<Cow<'r, str>>,
}

/// A `location` (section 3.28).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'r> {
    #[serde(borrow, default)]
    pub(super) physical_location: Option<Physical<'r>>,
    #[serde(borrow, default)]
    pub(super) logical_locations: Option<Vec<Logical<'r>>>,
}

/// A `physicalLocation` (section 3.29).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical<'r> {
    #[serde(borrow, default)]
    pub(super) artifact_location: Option<Artifact<'r>>,
    #[serde(borrow, default)]
    pub(super) region: Option<Region<'r>>,
    #[serde(borrow, default)]
    pub(super) context_region: Option<Region<'r>>,
}

/// A `logicalLocation` (section 3.33).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Logical<'r> {
    #[serde(borrow, default)]
    pub(super) fully_qualified_name: Option<Cow<'r, str>>,
    #[serde(borrow, default)]
    pub(super) name: Option<Cow<'r, str>>,
}

/// An `artifactLocation` (section 3.4).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact<'r> {
    #[serde(borrow, default)]
    pub(super) uri: Option<Cow<'r, str>>,
    #[serde(borrow, default)]
    pub(super) uri_base_id: Option<Cow<'r, str>>,
    #[serde(default)]
    pub(super) index: Option<i64>,
}

/// A `region` (section 3.30).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region<'r> {
    #[serde(default)]
    pub(super) start_line: Option<i64>,
    #[serde(default)]
    pub(super) start_column: Option<i64>,
    #[serde(default)]
    pub(super) end_line: Option<i64>,
    #[serde(default)]
    pub(super) end_column: Option<i64>,
    #[serde(borrow, default)]
    pub(super) snippet: Option<Message<'r>>,
}

/// A `suppression` (section 3.35).
#[derive(Debug, Deserialize)]
pub(super) struct Suppression<'r> {
    #[serde(borrow)]
    pub(super) kind: Cow<'r, str>,
    #[serde(borrow, default)]
    pub(super) status: Option<Cow<'r, str>>,
    #[serde(borrow, default)]
    pub(super) justification: Option<Cow<'r, str>>,
    #[serde(borrow, default)]
    pub(super) properties: Option<BTreeMap<Cow<'r, str>, &'r RawValue>>,
}

/// A `reportingDescriptor` (section 3.49).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'r> {
    #[serde(borrow)]
    pub(super) id: Cow<'r, str>,
    #[serde(borrow, default)]
    pub(super) name: Option<Cow<'r, str>>,
    #[serde(borrow, default)]
    pub(super) deprecated_ids: Option<Vec<Cow<'r, str>>>,
    #[serde(borrow, default)]
    pub(super) default_configuration: Option<Configuration<'r>>,
    #[serde(borrow, default)]
    pub(super) full_description: Option<Message<'r>>,
    #[serde(borrow, default)]
    pub(super) help: Option<Message<'r>>,
    #[serde(default)]
    pub(super) properties: Option<Value>,
}

/// A `reportingConfiguration` (section 3.50).
#[derive(Debug, Deserialize)]
pub(super) struct Configuration<'r> {
    #[serde(borrow, default)]
    pub(super) level: Option<Cow<'r, str>>,
}

/// A base of URIs in `originalUriBaseIds`, or a location of `artifacts`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnedLocation {
    #[serde(default)]
    pub(super) uri: Option<String>,
    #[serde(default)]
    pub(super) uri_base_id: Option<String>,
}

/// An `artifact` (section 3.24).
#[derive(Debug, Deserialize)]
pub(super) struct OwnedArtifact {
    #[serde(default)]
    pub(super) location: Option<OwnedLocation>,
}

/// An `invocation` (section 3.20).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'r> {
    #[serde(default)]
    pub(super) execution_successful: Option<bool>,
    #[serde(borrow, default)]
    pub(super) rule_configuration_overrides: Option<Vec<Override<'r>>>,
}

/// A `configurationOverride` (section 3.51).
#[derive(Debug, Deserialize)]
pub(super) struct Override<'r> {
    #[serde(borrow, default)]
    pub(super) descriptor: Option<Reference<'r>>,
    #[serde(borrow, default)]
    pub(super) configuration: Option<Configuration<'r>>,
}
