//! Writes a result with the suppressions that the register grants it; every other byte stays as it is.

use serde::Serialize;
use serde_json::value::RawValue;

use super::covers::Known;
use super::model::Suppression;
use crate::text::shown;

/// The key of a suppression's property bag that says which exception it comes from.
const OURS: &str = "stopgap";

#[derive(Serialize)]
struct Granted<'k> {
    kind: &'static str,
    status: &'static str,
    justification: String,
    properties: Properties<'k>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'k> {
    /// As the .NET SDK of SARIF writes an end (`sarif suppress --expiryInDays`).
    expiry_utc: &'k str,
    stopgap: Exception<'k>,
}

#[derive(Serialize)]
struct Exception<'k> {
    exception: &'k str,
    expires: &'k str,
    approver: &'k str,
}

/// The suppressions of a result, as the log has them.
pub(super) struct Suppressions<'r> {
    raw: Option<&'r RawValue>,
    /// Those that stopgap did not write, with their JSON.
    pub(super) foreign: Vec<(Suppression<'r>, &'r str)>,
    has_ours: bool,
}

impl<'r> Suppressions<'r> {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// When they are not a list of suppressions.
    pub(super) fn read(raw: Option<&'r RawValue>) -> serde_json::Result<Self> {
        let list: Option<Vec<&'r RawValue>> = raw.map(|raw| serde_json::from_str(raw.get())).transpose()?.flatten();
        let mut it = Self { raw, foreign: Vec::new(), has_ours: false };
        for raw in list.unwrap_or_default() {
            let one: Suppression<'r> = serde_json::from_str(raw.get())?;
            let is_ours = one.properties.as_ref().is_some_and(|bag| bag.contains_key(OURS));
            it.has_ours |= is_ours;
            if !is_ours {
                it.foreign.push((one, raw.get()));
            }
        }
        Ok(it)
    }

    /// Returns those that the tool obeyed (section 3.35.3: no status means accepted).
    pub(super) fn obeyed(&self) -> impl Iterator<Item = &Suppression<'r>> {
        let is_obeyed = |one: &&Suppression<'_>| matches!(one.status.as_deref(), None | Some("accepted"));
        self.foreign.iter().map(|(one, _)| one).filter(is_obeyed)
    }

    /// Writes a result anew: with the covers' suppressions added, and the foreign ones kept or not. `None` if nothing
    /// changes.
    pub(super) fn edited(&self, json: &str, covers: &[&Known], keep_foreign: bool) -> Option<Vec<u8>> {
        let drops = self.has_ours || (!keep_foreign && !self.foreign.is_empty());
        if covers.is_empty() && !drops {
            return None;
        }
        let kept = self.foreign.iter().filter(|_| keep_foreign).map(|(_, raw)| (*raw).to_owned());
        let granted = covers.iter().filter_map(|cover| serde_json::to_string(&granted(cover)).ok());
        let list = format!("[{}]", kept.chain(granted).collect::<Vec<_>>().join(","));
        let mut edited = Vec::with_capacity(json.len() + list.len() + 20);
        match self.raw {
            Some(raw) => {
                let start = (raw.get().as_ptr() as usize).wrapping_sub(json.as_ptr() as usize);
                edited.extend_from_slice(json.get(..start)?.as_bytes());
                edited.extend_from_slice(list.as_bytes());
                edited.extend_from_slice(json.get(start + raw.get().len()..)?.as_bytes());
            }
            None => {
                let body = json.trim_end().strip_suffix('}')?.trim_end();
                let comma = if body.ends_with('{') { "" } else { "," };
                edited.extend_from_slice(format!("{body}{comma}\"suppressions\":{list}}}").as_bytes());
            }
        }
        Some(edited)
    }
}

fn granted(cover: &Known) -> Granted<'_> {
    let permit = &cover.permit;
    let justification = format!(
        "Exception {} until {}, approved by {}: {}",
        cover.exception,
        permit.expires,
        shown(&permit.approver),
        shown(&permit.title)
    );
    Granted {
        kind: "external",
        status: "accepted",
        justification,
        properties: Properties {
            expiry_utc: &permit.ends,
            stopgap: Exception { exception: &cover.exception, expires: &permit.expires, approver: &permit.approver },
        },
    }
}
