//! A key set with the time at which Clerk returned it, and its text in the store.
//!
//! The text carries a version. Its name carries the instance, the hosts that were asked and the
//! version, so that the keys of another instance or the text of another release are never read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits::KEYS_STALE_SECONDS;
use crate::settings::Settings;
use crate::store::{EntryError, parse_json};
use crate::until::millis;
use clerk_edge_http::sha1::sha1_hex;
use clerk_edge_token::key::jwks::{JwksError, KeySet};

/// A key set and the time at which Clerk returned it. One from the store is trusted as much as
/// whoever can write to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StoredSet {
    pub(super) set: KeySet,
    pub(super) fetched_at_ms: i64,
}

/// Why a stored text cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoredSetError {
    /// It is not an entry that can be read.
    Entry(EntryError),
    /// It holds no usable key set.
    Set(JwksError),
    /// The set is too old, or its timestamp lies too far ahead.
    TooOld,
}

impl StoredSet {
    /// Parses an entry of the store. Its set is usable now.
    pub(super) fn parse(text: &str, now_ms: i64) -> Result<Self, StoredSetError> {
        let json: StoredSetJson = parse_json(text, VERSION).map_err(StoredSetError::Entry)?;
        let set = KeySet::from_entries(&json.keys).map_err(StoredSetError::Set)?;
        let stored = Self { set, fetched_at_ms: json.fetched_at };
        if stored.is_usable(now_ms) { Ok(stored) } else { Err(StoredSetError::TooOld) }
    }

    /// Whether it may be used now.
    pub(super) fn is_usable(&self, now_ms: i64) -> bool {
        is_usable(self.fetched_at_ms, now_ms)
    }

    /// The text for the store.
    pub(super) fn to_text(&self) -> String {
        let json =
            StoredSetJson { v: VERSION, fetched_at: self.fetched_at_ms, keys: self.set.entries() };
        // Numbers, texts and lists can always be written.
        serde_json::to_string(&json).unwrap_or_default()
    }
}

/// A set is usable up to an age of one day. A timestamp in the future means that a clock is wrong:
/// up to one day ahead the set counts as stale, beyond that it is not usable.
fn is_usable(fetched_at_ms: i64, now_ms: i64) -> bool {
    now_ms.saturating_sub(fetched_at_ms).saturating_abs() <= millis(KEYS_STALE_SECONDS)
}

/// The name of this instance's key set in the store.
pub(super) fn name(settings: &Settings) -> String {
    let hosts = format!("{}\n{}", settings.jwks_url, settings.api_url);
    let hosts = sha1_hex(hosts.as_bytes());
    format!("clerk-edge:keys:{VERSION}:{}:{hosts}", settings.instance.frontend_host)
}

impl std::fmt::Display for StoredSetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Entry(error) => error.fmt(f),
            Self::Set(error) => error.fmt(f),
            Self::TooOld => f.write_str("its timestamp is more than a day off"),
        }
    }
}

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSetJson {
    v: u32,
    fetched_at: i64,
    keys: Vec<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_usable_for_a_day_and_not_longer() {
        let day = KEYS_STALE_SECONDS * 1_000;
        assert!(is_usable(0, day) && !is_usable(0, day + 1));
        assert!(is_usable(day, 0) && !is_usable(day + 1, 0));
    }
}
