//! What was looked up, kept in memory and as text for the store.
//!
//! Both are bounded: memory in users and in bytes, each finding in time, by its own stamp and not
//! by the store's mercy. It refuses to keep what is too large, and to replace a newer finding by
//! an older one.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::limits::{
    ANSWER_BYTES_MAX, LOOKUP_KEPT_BYTES_MAX, LOOKUP_TIMEOUT_MS, LOOKUPS_KEPT_BYTES_MAX,
    LOOKUPS_KEPT_MAX,
};
use crate::settings::Settings;

/// Holding one means: Clerk said this about a user then. No metadata is a finding too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CachedMetadata {
    pub(super) metadata: Option<Rc<Value>>,
    pub(super) fetched_at_ms: i64,
}

/// The findings in memory.
#[derive(Debug, Default)]
pub(super) struct MetadataCache {
    findings: BTreeMap<String, (CachedMetadata, usize)>,
    bytes: usize,
}

impl CachedMetadata {
    /// Reads the store's text; `None` where it is not what is written here.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > ANSWER_BYTES_MAX {
            return None;
        }
        let wire: CachedMetadataJson = serde_json::from_str(text).ok()?;
        let metadata = wire.metadata.map(|metadata| Rc::new(Value::Object(metadata)));
        (wire.v == VERSION).then_some(Self { metadata, fetched_at_ms: wire.fetched_at })
    }

    /// The text for the store.
    pub(super) fn to_text(&self) -> String {
        let metadata = self.metadata.as_ref().and_then(|metadata| metadata.as_object().cloned());
        let wire = CachedMetadataJson { v: VERSION, fetched_at: self.fetched_at_ms, metadata };
        // JSON that was read can be written: there is nothing in it that could fail.
        serde_json::to_string(&wire).unwrap_or_default()
    }

    /// Whether it may still be used. One of the very moment is, even where nothing is to be kept.
    pub(super) fn is_fresh(&self, ttl_seconds: u32, now_ms: i64) -> bool {
        let ttl_ms = i64::from(ttl_seconds).saturating_mul(1_000);
        let age = now_ms.saturating_sub(self.fetched_at_ms);
        // Requests side by side: one may read what another, that came later, was told.
        let ahead_max = i64::from(LOOKUP_TIMEOUT_MS).saturating_neg();
        age == 0 || (age >= ahead_max && age < ttl_ms)
    }

    fn size_bytes(&self) -> usize {
        self.metadata.as_ref().map_or(0, |metadata| metadata.to_string().len())
    }
}

impl MetadataCache {
    /// What is known under this name, if it is fresh.
    pub(super) fn get(&self, name: &str, ttl_seconds: u32, now_ms: i64) -> Option<CachedMetadata> {
        let (finding, _) = self.findings.get(name)?;
        finding.is_fresh(ttl_seconds, now_ms).then(|| finding.clone())
    }

    /// Keeps a finding, at the cost of the oldest ones.
    pub(super) fn put(&mut self, name: String, finding: &CachedMetadata, now_ms: i64) {
        let size = name.len().saturating_add(finding.size_bytes());
        let newer = self.findings.get(&name).is_some_and(|(known, _)| {
            known.fetched_at_ms > finding.fetched_at_ms && known.fetched_at_ms <= now_ms
        });
        if newer || size > LOOKUP_KEPT_BYTES_MAX {
            return;
        }
        self.remove(&name);
        while self.findings.len() >= LOOKUPS_KEPT_MAX
            || self.bytes.saturating_add(size) > LOOKUPS_KEPT_BYTES_MAX
        {
            let Some(oldest) = self.oldest() else { break };
            self.remove(&oldest);
        }
        self.bytes = self.bytes.saturating_add(size);
        self.findings.insert(name, (finding.clone(), size));
    }

    fn remove(&mut self, name: &str) {
        if let Some((_, size)) = self.findings.remove(name) {
            self.bytes = self.bytes.saturating_sub(size);
        }
    }

    fn oldest(&self) -> Option<String> {
        let oldest = self.findings.iter().min_by_key(|(_, (finding, _))| finding.fetched_at_ms);
        oldest.map(|(name, _)| name.clone())
    }
}

/// Under which name a user's claims are kept: by instance, then by user.
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

    fn finding(metadata: Value, fetched_at_ms: i64) -> CachedMetadata {
        CachedMetadata { metadata: Some(Rc::new(metadata)), fetched_at_ms }
    }

    #[test]
    fn memory_is_bounded_in_users_and_the_oldest_goes() {
        let mut kept = MetadataCache::default();
        for at in 0..=1_000 {
            kept.put(format!("u{at}"), &finding(json!({ "role": "x" }), at), at);
        }
        assert_eq!(kept.findings.len(), LOOKUPS_KEPT_MAX);
        assert_eq!(kept.get("u0", 60, 1_000), None);
        assert!(kept.get("u1", 60, 1_000).is_some());
        assert!(kept.get("u1000", 60, 1_000).is_some());
    }

    #[test]
    fn memory_is_bounded_in_bytes_and_what_is_too_large_is_not_kept() {
        let large = |bytes: usize| finding(json!({ "a": "x".repeat(bytes) }), 5);
        let mut kept = MetadataCache::default();
        kept.put("u".to_owned(), &large(LOOKUP_KEPT_BYTES_MAX), 5);
        assert_eq!((kept.findings.len(), kept.bytes), (0, 0));
        for at in 0..100 {
            kept.put(format!("u{at}"), &large(60_000), 5);
        }
        assert!(kept.bytes <= LOOKUPS_KEPT_BYTES_MAX, "{}", kept.bytes);
        assert_eq!(kept.findings.len(), 17);
        let counted: usize = kept.findings.values().map(|(_, size)| size).sum();
        assert_eq!(counted, kept.bytes);
    }

    #[test]
    fn an_older_finding_does_not_replace_a_newer_one() {
        let mut kept = MetadataCache::default();
        kept.put("u".to_owned(), &finding(json!({ "role": "new" }), 2_000), 2_000);
        kept.put("u".to_owned(), &finding(json!({ "role": "old" }), 1_000), 2_000);
        assert_eq!(kept.get("u", 60, 2_000), Some(finding(json!({ "role": "new" }), 2_000)));
        // One from a clock that was ahead does not stay for ever.
        kept.put("u".to_owned(), &finding(json!({ "role": "then" }), 1_000), 1_000);
        assert_eq!(kept.get("u", 60, 1_000), Some(finding(json!({ "role": "then" }), 1_000)));
    }

    #[test]
    fn freshness_ends_with_the_time_that_the_operator_set() {
        let is_fresh = |age: i64, ttl| finding(json!({}), 100_000 - age).is_fresh(ttl, 100_000);
        assert!(is_fresh(0, 0) && !is_fresh(1, 0));
        assert!(is_fresh(59_999, 60) && !is_fresh(60_000, 60));
        assert!(is_fresh(-2_000, 60) && !is_fresh(-2_001, 60));
    }

    #[test]
    fn text_is_read_back_and_nothing_else_is() {
        for metadata in [None, Some(Rc::new(json!({ "role": "admin" })))] {
            let finding = CachedMetadata { metadata, fetched_at_ms: 7 };
            assert_eq!(CachedMetadata::parse(&finding.to_text()), Some(finding));
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
            assert_eq!(CachedMetadata::parse(text), None, "{text}");
        }
    }
}
