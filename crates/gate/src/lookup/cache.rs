//! The public metadata that was looked up: in memory, and as text for the store.
//!
//! Bounded in users, bytes and time. Expiry is checked by the entry's own timestamp and is not left
//! to the store. What is too large is not kept, and a newer entry is not replaced by an older one.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::limits::{
    LOOKUP_KEPT_BYTES_MAX, LOOKUP_TIMEOUT_MS, LOOKUPS_KEPT_BYTES_MAX, LOOKUPS_KEPT_MAX,
};
use crate::settings::Settings;
use crate::store::{EntryError, parse_json};
use crate::until::{age_ms, millis};

/// The public metadata of a user, or that there is none, and when Clerk said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CachedMetadata {
    pub(super) metadata: Option<Rc<Value>>,
    pub(super) fetched_at_ms: i64,
}

/// The entries in memory.
#[derive(Debug, Default)]
pub(super) struct MetadataCache {
    entries: BTreeMap<String, (CachedMetadata, usize)>,
    bytes: usize,
}

impl CachedMetadata {
    /// Parses an entry of the store.
    pub(super) fn parse(text: &str) -> Result<Self, EntryError> {
        let json: CachedMetadataJson = parse_json(text, VERSION)?;
        let metadata = json.metadata.map(|metadata| Rc::new(Value::Object(metadata)));
        Ok(Self { metadata, fetched_at_ms: json.fetched_at })
    }

    /// The text for the store.
    pub(super) fn to_text(&self) -> String {
        let metadata = self.metadata.as_ref().and_then(|metadata| metadata.as_object().cloned());
        let json = CachedMetadataJson { v: VERSION, fetched_at: self.fetched_at_ms, metadata };
        // JSON that was parsed can always be written.
        serde_json::to_string(&json).unwrap_or_default()
    }

    /// Whether it may still be used. An entry made at this time is fresh even with a TTL of 0. One
    /// made by a request that arrived later, but answered earlier, is fresh, too.
    pub(super) fn is_fresh(&self, ttl_seconds: u32, now_ms: i64) -> bool {
        let age = age_ms(self.fetched_at_ms, i64::from(LOOKUP_TIMEOUT_MS), now_ms);
        age.is_some_and(|age| age == 0 || age < millis(i64::from(ttl_seconds)))
    }

    fn size_bytes(&self) -> usize {
        self.metadata.as_ref().map_or(0, |metadata| metadata.to_string().len())
    }
}

impl MetadataCache {
    /// The entry of this name, if it is fresh.
    pub(super) fn get(&self, name: &str, ttl_seconds: u32, now_ms: i64) -> Option<CachedMetadata> {
        let (entry, _) = self.entries.get(name)?;
        entry.is_fresh(ttl_seconds, now_ms).then(|| entry.clone())
    }

    /// Keeps an entry; the oldest ones make room for it.
    pub(super) fn put(&mut self, name: String, entry: &CachedMetadata, now_ms: i64) {
        let size = name.len().saturating_add(entry.size_bytes());
        let is_older = self.entries.get(&name).is_some_and(|(held, _)| {
            held.fetched_at_ms > entry.fetched_at_ms && held.fetched_at_ms <= now_ms
        });
        if is_older || size > LOOKUP_KEPT_BYTES_MAX {
            return;
        }
        self.remove(&name);
        while self.entries.len() >= LOOKUPS_KEPT_MAX
            || self.bytes.saturating_add(size) > LOOKUPS_KEPT_BYTES_MAX
        {
            let Some(oldest) = self.oldest() else { break };
            self.remove(&oldest);
        }
        self.bytes = self.bytes.saturating_add(size);
        self.entries.insert(name, (entry.clone(), size));
    }

    fn remove(&mut self, name: &str) {
        if let Some((_, size)) = self.entries.remove(name) {
            self.bytes = self.bytes.saturating_sub(size);
        }
    }

    fn oldest(&self) -> Option<String> {
        let oldest = self.entries.iter().min_by_key(|(_, (entry, _))| entry.fetched_at_ms);
        oldest.map(|(name, _)| name.clone())
    }
}

/// The name of a user's entry: by instance, then by user.
pub(super) fn name(settings: &Settings, user_id: &str) -> String {
    format!("clerk-edge:claims:{VERSION}:{}:{user_id}", settings.instance.frontend_host)
}

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CachedMetadataJson {
    v: u32,
    fetched_at: i64,
    metadata: Option<Map<String, Value>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(metadata: Value, fetched_at_ms: i64) -> CachedMetadata {
        CachedMetadata { metadata: Some(Rc::new(metadata)), fetched_at_ms }
    }

    #[test]
    fn memory_is_bounded_in_users_and_the_oldest_goes() {
        let mut cache = MetadataCache::default();
        for at in 0..=1_000 {
            cache.put(format!("u{at}"), &entry(json!({ "role": "x" }), at), at);
        }
        assert_eq!(cache.entries.len(), LOOKUPS_KEPT_MAX);
        assert_eq!(cache.get("u0", 60, 1_000), None);
        assert!(cache.get("u1", 60, 1_000).is_some());
        assert!(cache.get("u1000", 60, 1_000).is_some());
    }

    #[test]
    fn memory_is_bounded_in_bytes_and_what_is_too_large_is_not_kept() {
        let large = |bytes: usize| entry(json!({ "a": "x".repeat(bytes) }), 5);
        let mut cache = MetadataCache::default();
        cache.put("u".to_owned(), &large(LOOKUP_KEPT_BYTES_MAX), 5);
        assert_eq!((cache.entries.len(), cache.bytes), (0, 0));
        for at in 0..100 {
            cache.put(format!("u{at}"), &large(60_000), 5);
        }
        assert!(cache.bytes <= LOOKUPS_KEPT_BYTES_MAX, "{}", cache.bytes);
        assert_eq!(cache.entries.len(), 17);
        let counted: usize = cache.entries.values().map(|(_, size)| size).sum();
        assert_eq!(counted, cache.bytes);
    }

    #[test]
    fn an_older_entry_does_not_replace_a_newer_one() {
        let mut cache = MetadataCache::default();
        cache.put("u".to_owned(), &entry(json!({ "role": "new" }), 2_000), 2_000);
        cache.put("u".to_owned(), &entry(json!({ "role": "old" }), 1_000), 2_000);
        assert_eq!(cache.get("u", 60, 2_000), Some(entry(json!({ "role": "new" }), 2_000)));
        // An entry from a clock that was ahead is replaced.
        cache.put("u".to_owned(), &entry(json!({ "role": "then" }), 1_000), 1_000);
        assert_eq!(cache.get("u", 60, 1_000), Some(entry(json!({ "role": "then" }), 1_000)));
    }

    #[test]
    fn freshness_ends_with_the_time_that_the_operator_set() {
        let is_fresh = |age: i64, ttl| entry(json!({}), 100_000 - age).is_fresh(ttl, 100_000);
        assert!(is_fresh(0, 0) && !is_fresh(1, 0));
        assert!(is_fresh(59_999, 60) && !is_fresh(60_000, 60));
        assert!(is_fresh(-2_000, 60) && !is_fresh(-2_001, 60));
    }

    #[test]
    fn only_text_that_is_written_here_is_read_back() {
        for metadata in [None, Some(Rc::new(json!({ "role": "admin" })))] {
            let entry = CachedMetadata { metadata, fetched_at_ms: 7 };
            assert_eq!(CachedMetadata::parse(&entry.to_text()), Ok(entry));
        }
        for text in [
            "",
            "null",
            "<html>",
            r#"{"v":2,"fetched_at":7,"metadata":null}"#,
            r#"{"v":1,"fetched_at":7,"metadata":"admin"}"#,
            r#"{"v":1,"fetched_at":7,"metadata":null,"more":1}"#,
            r#"{"v":1,"metadata":null}"#,
        ] {
            assert!(CachedMetadata::parse(text).is_err(), "{text}");
        }
    }
}
