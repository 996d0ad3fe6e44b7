//! A key set with the moment at which Clerk gave it, and its text in the store.
//!
//! The text carries a version, and its name carries the instance, the hosts that were asked and
//! the version again, so that neither another instance's keys nor another release's text is ever
//! read as ours. It refuses what it does not know in full rather than reading the part it knows.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits::ANSWER_BYTES_MAX;
use crate::settings::Settings;
use clerk_edge_token::key::jwks::{JwksError, KeySet};

/// Holding one means: Clerk gave this set then, or whoever may write the store says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StoredSet {
    pub(super) set: KeySet,
    pub(super) fetched_at_ms: i64,
}

/// Why the store's text is nothing to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoredSetError {
    /// It is not what we write.
    Rubbish,
    /// It is what another release writes.
    Version,
    /// It is ours, but what is in it is no usable set.
    Set(JwksError),
}

impl StoredSet {
    pub(super) fn parse(text: &str) -> Result<Self, StoredSetError> {
        if text.len() > ANSWER_BYTES_MAX {
            return Err(StoredSetError::Rubbish);
        }
        let mark: Mark = serde_json::from_str(text).map_err(|_| StoredSetError::Rubbish)?;
        if mark.v != VERSION {
            return Err(StoredSetError::Version);
        }
        let wire: StoredSetJson =
            serde_json::from_str(text).map_err(|_| StoredSetError::Rubbish)?;
        let set = KeySet::from_entries(&wire.keys).map_err(StoredSetError::Set)?;
        Ok(Self { set, fetched_at_ms: wire.fetched_at })
    }

    pub(super) fn to_text(&self) -> String {
        let wire =
            StoredSetJson { v: VERSION, fetched_at: self.fetched_at_ms, keys: self.set.entries() };
        // Numbers, texts and lists alone: there is nothing in it that could fail to be written.
        serde_json::to_string(&wire).unwrap_or_default()
    }
}

/// Under which name this instance's keys stand in the store.
pub(super) fn name(settings: &Settings) -> String {
    let hosts = format!("{}\n{}", settings.jwks_url, settings.api_url);
    let hosts = sha1_smol::Sha1::from(hosts).digest();
    format!("clerk-edge:keys:{VERSION}:{}:{hosts}", settings.instance.frontend_host)
}

impl std::fmt::Display for StoredSetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rubbish => f.write_str("it is not in the form that is written here"),
            Self::Version => f.write_str("it has another version's form"),
            Self::Set(unusable) => unusable.fmt(f),
        }
    }
}

const VERSION: u32 = 1;

/// Read before all else: what follows may look different in another version.
#[derive(Deserialize)]
struct Mark {
    v: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSetJson {
    v: u32,
    fetched_at: i64,
    keys: Vec<Value>,
}
