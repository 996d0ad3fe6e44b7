//! Entries of the store: reading one, and the format that all of them have in common.
//!
//! An entry is JSON with a version `v`. An entry of another version, or with a member that is
//! unknown, is not read at all. What else is in it belongs to its user.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::context::RequestContext;
use crate::limits::{ANSWER_BYTES_MAX, KEYS_TIMEOUT_MS};
use crate::platform::Platform;

/// Why the text of an entry cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryError {
    /// It is not what this crate writes.
    UnknownFormat,
    /// It is what another release writes.
    OtherVersion,
}

impl std::fmt::Display for EntryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::UnknownFormat => "its format is unknown",
            Self::OtherVersion => "another version wrote it",
        })
    }
}

/// Reads an entry and checks it with `parse`. `None` also if the store cannot be read: what is
/// missing is then fetched from Clerk, and a note that begins with `topic` says why.
pub(crate) async fn read_entry<P: Platform, T, E: std::fmt::Display>(
    topic: &str,
    name: &str,
    ctx: &RequestContext<'_, P>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let Ok(text) = ctx.platform.load(name, KEYS_TIMEOUT_MS).await else {
        ctx.note(format!("{topic}: CLERK_CACHE could not be read, so Clerk is asked"));
        return None;
    };
    let parsed = parse(&text?);
    if let Err(why) = &parsed {
        ctx.note(format!("{topic}: the entry in CLERK_CACHE is ignored: {why}"));
    }
    parsed.ok()
}

/// Parses the JSON of an entry. The version is read first: the rest may look different in another
/// version.
pub(crate) fn parse_json<T: DeserializeOwned>(text: &str, version: u32) -> Result<T, EntryError> {
    if text.len() > ANSWER_BYTES_MAX {
        return Err(EntryError::UnknownFormat);
    }
    let read: EntryVersion = serde_json::from_str(text).map_err(|_| EntryError::UnknownFormat)?;
    if read.v != version {
        return Err(EntryError::OtherVersion);
    }
    serde_json::from_str(text).map_err(|_| EntryError::UnknownFormat)
}

#[derive(Deserialize)]
struct EntryVersion {
    v: u32,
}
