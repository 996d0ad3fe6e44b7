//! Findings: what Clerk said of a user's public metadata, in memory, and as text for the store.
//!
//! Bounded in users, bytes and time. Expiry is checked by the entry's own timestamp and is not left
//! to the store. What is too large is not kept, and a newer finding is not replaced by an older
//! one.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::limits::{
    LOOKUP_KEPT_BYTES_MAX, LOOKUP_TIMEOUT_MS, LOOKUPS_KEPT_BYTES_MAX, LOOKUPS_KEPT_MAX,
    REQUEST_ORDER_SECONDS,
};
use crate::settings::Settings;
use crate::store::{EntryError, parse_json};
use crate::until::{age_ms, millis};

/// The public metadata of a user, or that there is none, and when Clerk said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// An object that is not empty; `None` where the user has no metadata or does not exist.
    pub(crate) metadata: Option<Rc<Value>>,
    /// When it was fetched or pushed.
    pub(crate) fetched_at_ms: i64,
    /// What orders findings: when the user was changed, as Clerk says it.
    pub(crate) updated_at_ms: i64,
    /// The user was deleted, which no other finding takes back.
    pub(crate) is_deleted: bool,
}

/// The findings in memory, by user.
#[derive(Debug, Default)]
pub(super) struct FindingCache {
    entries: BTreeMap<String, Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    /// `None` where the store has nothing.
    finding: Option<Finding>,
    kept_at_ms: i64,
    /// The latest time of issue of the tokens for which the store was read.
    read_for: Option<i64>,
    bytes: usize,
}

impl Finding {
    /// From an answer of Clerk's API. Without a time of change the moment of the call counts.
    pub(crate) fn fetched(metadata: Option<Value>, updated_at: Option<i64>, now_ms: i64) -> Self {
        let updated_at_ms = updated_at.unwrap_or(now_ms);
        let metadata = metadata.map(Rc::new);
        Self { metadata, fetched_at_ms: now_ms, updated_at_ms, is_deleted: false }
    }

    /// From a webhook. Without a time of change it is older than every other.
    pub(crate) fn pushed(
        metadata: Map<String, Value>,
        updated_at: Option<i64>,
        now_ms: i64,
    ) -> Self {
        let metadata = (!metadata.is_empty()).then_some(Value::Object(metadata));
        Self::fetched(metadata, Some(updated_at.unwrap_or_default()), now_ms)
    }

    /// There is no such user any more.
    pub(crate) fn deleted(now_ms: i64) -> Self {
        Self { is_deleted: true, ..Self::fetched(None, None, now_ms) }
    }

    /// Parses an entry of the store.
    pub(super) fn parse(text: &str) -> Result<Self, EntryError> {
        let json: FindingJson = parse_json(text, VERSION)?;
        Ok(Self {
            metadata: json.metadata.map(|metadata| Rc::new(Value::Object(metadata))),
            fetched_at_ms: json.fetched_at,
            updated_at_ms: json.updated_at,
            is_deleted: json.deleted,
        })
    }

    /// The text for the store.
    pub(super) fn to_text(&self) -> String {
        let json = FindingJson {
            v: VERSION,
            fetched_at: self.fetched_at_ms,
            updated_at: self.updated_at_ms,
            deleted: self.is_deleted,
            metadata: self.metadata.as_ref().and_then(|metadata| metadata.as_object().cloned()),
        };
        // JSON that was parsed can always be written.
        serde_json::to_string(&json).unwrap_or_default()
    }

    /// Whether it may still be used. A finding made at this time is fresh even with a TTL of 0. One
    /// made by a request that arrived later, but answered earlier, is fresh, too. That a user was
    /// deleted stays true.
    pub(crate) fn is_fresh(&self, ttl_seconds: u32, now_ms: i64) -> bool {
        self.is_deleted || is_within(self.fetched_at_ms, ttl_seconds, now_ms)
    }

    /// Whether the other one says more recent things.
    pub(crate) fn is_older_than(&self, other: &Self) -> bool {
        !self.is_deleted && (other.is_deleted || self.updated_at_ms < other.updated_at_ms)
    }

    /// Whether it says more recent things than claims that were read at this time. Claims without a
    /// time are older than any finding.
    pub(crate) fn is_later_than_claims(&self, read_at_seconds: Option<i64>) -> bool {
        let is_later = |seconds: i64| self.updated_at_ms > millis(seconds);
        self.is_deleted || read_at_seconds.is_none_or(is_later)
    }

    fn size_bytes(&self) -> usize {
        self.metadata.as_ref().map_or(0, |metadata| metadata.to_string().len())
    }
}

/// The one of two that says more recent things.
pub(super) fn newer(one: Option<Finding>, other: Option<Finding>) -> Option<Finding> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if one.is_older_than(&other) { other } else { one }),
        (one, other) => one.or(other),
    }
}

impl FindingCache {
    /// The finding for a user, if it is fresh and has not been in memory for too long.
    pub(super) fn get(
        &self,
        user_id: &str,
        ttl_seconds: u32,
        memory_seconds: u32,
        now_ms: i64,
    ) -> Option<Finding> {
        let kept = self.entries.get(user_id)?;
        let finding = kept.finding.as_ref()?;
        let is_usable = finding.is_fresh(ttl_seconds, now_ms)
            && is_within(kept.kept_at_ms, memory_seconds, now_ms);
        is_usable.then(|| finding.clone())
    }

    /// The finding for a user, whatever its age.
    pub(super) fn latest(&self, user_id: &str) -> Option<Finding> {
        self.entries.get(user_id)?.finding.clone()
    }

    /// What the store was found to have for a user; `None` if it has to be read for a token of this
    /// time of issue.
    pub(super) fn read_for(
        &self,
        user_id: &str,
        issued_at: i64,
        memory_seconds: u32,
        now_ms: i64,
    ) -> Option<Option<Finding>> {
        let kept = self.entries.get(user_id)?;
        let is_known = kept.read_for.is_some_and(|latest| latest >= issued_at)
            && is_within(kept.kept_at_ms, memory_seconds, now_ms);
        is_known.then(|| kept.finding.clone())
    }

    /// Keeps a finding.
    pub(super) fn put(&mut self, user_id: &str, finding: &Finding, now_ms: i64) {
        let read_for = self.entries.get(user_id).and_then(|held| held.read_for);
        let held = self.held(user_id, now_ms);
        if held.is_some_and(|held| finding.is_older_than(held)) {
            return;
        }
        self.keep(user_id, Some(finding.clone()), read_for, now_ms);
    }

    /// Keeps what the store has, read for a token of this time of issue.
    pub(super) fn put_read(
        &mut self,
        user_id: &str,
        stored: Option<Finding>,
        issued_at: i64,
        now_ms: i64,
    ) -> Option<Finding> {
        let before = self.entries.get(user_id).and_then(|held| held.read_for);
        let finding = newer(stored, self.held(user_id, now_ms).cloned());
        self.keep(user_id, finding.clone(), before.max(Some(issued_at)), now_ms);
        finding
    }

    /// The finding in memory, unless its time says that the clock was set back since.
    fn held(&self, user_id: &str, now_ms: i64) -> Option<&Finding> {
        let held = self.entries.get(user_id)?.finding.as_ref()?;
        age_ms(held.fetched_at_ms, millis(REQUEST_ORDER_SECONDS), now_ms).map(|_| held)
    }

    /// The oldest entries make room.
    fn keep(
        &mut self,
        user_id: &str,
        finding: Option<Finding>,
        read_for: Option<i64>,
        now_ms: i64,
    ) {
        let bytes = finding.as_ref().map_or(0, Finding::size_bytes);
        let bytes = user_id.len().saturating_add(bytes);
        self.remove(user_id);
        if bytes > LOOKUP_KEPT_BYTES_MAX {
            return;
        }
        while self.entries.len() >= LOOKUPS_KEPT_MAX
            || self.bytes.saturating_add(bytes) > LOOKUPS_KEPT_BYTES_MAX
        {
            let Some(oldest) = self.oldest() else { break };
            self.remove(&oldest);
        }
        self.bytes = self.bytes.saturating_add(bytes);
        let kept = Kept { finding, kept_at_ms: now_ms, read_for, bytes };
        self.entries.insert(user_id.to_owned(), kept);
    }

    fn remove(&mut self, user_id: &str) {
        if let Some(removed) = self.entries.remove(user_id) {
            self.bytes = self.bytes.saturating_sub(removed.bytes);
        }
    }

    fn oldest(&self) -> Option<String> {
        let oldest = self.entries.iter().min_by_key(|(_, kept)| kept.kept_at_ms);
        oldest.map(|(user_id, _)| user_id.clone())
    }
}

fn is_within(at_ms: i64, seconds: u32, now_ms: i64) -> bool {
    let age = age_ms(at_ms, i64::from(LOOKUP_TIMEOUT_MS), now_ms);
    age.is_some_and(|age| age == 0 || age < millis(i64::from(seconds)))
}

/// The name of a user's entry in the store: by instance, then by user.
pub(super) fn name(settings: &Settings, user_id: &str) -> String {
    format!("clerk-edge:claims:{VERSION}:{}:{user_id}", settings.instance.frontend_host)
}

const VERSION: u32 = 2;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingJson {
    v: u32,
    fetched_at: i64,
    updated_at: i64,
    deleted: bool,
    metadata: Option<Map<String, Value>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(metadata: Value, fetched_at_ms: i64) -> Finding {
        Finding::fetched(Some(metadata), None, fetched_at_ms)
    }

    #[test]
    fn memory_is_bounded_in_users_and_the_oldest_goes() {
        let mut cache = FindingCache::default();
        for at in 0..=1_000 {
            cache.put(&format!("u{at}"), &entry(json!({ "role": "x" }), at), at);
        }
        assert_eq!(cache.entries.len(), LOOKUPS_KEPT_MAX);
        assert_eq!(cache.get("u0", 60, 60, 1_000), None);
        assert!(cache.get("u1", 60, 60, 1_000).is_some());
        assert!(cache.get("u1000", 60, 60, 1_000).is_some());
    }

    #[test]
    fn memory_is_bounded_in_bytes_and_what_is_too_large_is_not_kept() {
        let large = |bytes: usize| entry(json!({ "a": "x".repeat(bytes) }), 5);
        let mut cache = FindingCache::default();
        cache.put("u", &large(LOOKUP_KEPT_BYTES_MAX), 5);
        assert_eq!((cache.entries.len(), cache.bytes), (0, 0));
        for at in 0..100 {
            cache.put(&format!("u{at}"), &large(60_000), 5);
        }
        assert!(cache.bytes <= LOOKUPS_KEPT_BYTES_MAX, "{}", cache.bytes);
        assert_eq!(cache.entries.len(), 17);
        let counted: usize = cache.entries.values().map(|kept| kept.bytes).sum();
        assert_eq!(counted, cache.bytes);
    }

    #[test]
    fn an_older_entry_does_not_replace_a_newer_one() {
        let mut cache = FindingCache::default();
        cache.put("u", &entry(json!({ "role": "new" }), 2_000), 2_000);
        cache.put("u", &entry(json!({ "role": "old" }), 1_000), 2_000);
        assert_eq!(cache.get("u", 60, 60, 2_000), Some(entry(json!({ "role": "new" }), 2_000)));
        // A request that arrived earlier may end later.
        cache.put("u", &entry(json!({ "role": "old" }), 1_000), 1_000);
        assert_eq!(cache.get("u", 60, 60, 2_000), Some(entry(json!({ "role": "new" }), 2_000)));
        // An entry from a clock that was ahead is replaced.
        cache.put("u", &entry(json!({ "role": "now" }), 90_000), 90_000);
        cache.put("u", &entry(json!({ "role": "then" }), 1_000), 1_000);
        assert_eq!(cache.get("u", 60, 60, 1_000), Some(entry(json!({ "role": "then" }), 1_000)));
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
        let full = Finding::fetched(Some(json!({ "role": "admin" })), Some(3), 7);
        for entry in [Finding::deleted(7), Finding::fetched(None, None, 7), full] {
            assert_eq!(Finding::parse(&entry.to_text()), Ok(entry));
        }
        for text in [
            "",
            "null",
            "<html>",
            r#"{"v":1,"fetched_at":7,"updated_at":7,"deleted":false,"metadata":null}"#,
            r#"{"v":2,"fetched_at":7,"updated_at":7,"deleted":false,"metadata":"admin"}"#,
            r#"{"v":2,"fetched_at":7,"updated_at":7,"deleted":false,"metadata":null,"more":1}"#,
            r#"{"v":2,"fetched_at":7,"deleted":false,"metadata":null}"#,
        ] {
            assert!(Finding::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_time_of_change_orders_findings_and_a_deletion_is_the_last() {
        let at = |updated_at| Finding::pushed(Map::new(), updated_at, 7);
        assert!(
            at(Some(1)).is_older_than(&at(Some(2))) && !at(Some(2)).is_older_than(&at(Some(2)))
        );
        assert!(at(None).is_older_than(&at(Some(1))) && !at(Some(1)).is_older_than(&at(None)));
        let deleted = Finding::deleted(1);
        assert!(at(Some(9)).is_older_than(&deleted) && !deleted.is_older_than(&at(Some(9))));
        assert!(deleted.is_fresh(0, 1_000_000_000) && !at(Some(9)).is_fresh(0, 8));
    }

    #[test]
    fn a_finding_counts_against_claims_that_were_read_before_it() {
        let at = |updated_at| Finding::pushed(Map::new(), updated_at, 7);
        assert!(at(Some(10_001)).is_later_than_claims(Some(10)));
        assert!(!at(Some(10_000)).is_later_than_claims(Some(10)));
        assert!(!at(None).is_later_than_claims(Some(10)) && at(None).is_later_than_claims(None));
        assert!(Finding::deleted(1).is_later_than_claims(Some(10)));
    }

    #[test]
    fn the_store_is_read_once_for_a_token() {
        let mut cache = FindingCache::default();
        assert_eq!(cache.read_for("u", 10, 60, 0), None);
        assert_eq!(cache.put_read("u", None, 10, 0), None);
        assert_eq!(cache.read_for("u", 10, 60, 0), Some(None));
        assert_eq!(cache.read_for("u", 9, 60, 59_999), Some(None), "an earlier token of the user");
        assert_eq!(cache.read_for("u", 11, 60, 0), None, "a later one");
        assert_eq!(cache.read_for("u", 10, 60, 60_000), None, "too long ago");
        // What is pushed into this isolate counts beside what was read, and is not read as such.
        let pushed = Finding::pushed(Map::new(), Some(5), 1);
        cache.put("u", &pushed, 1);
        assert_eq!(cache.read_for("u", 10, 60, 1), Some(Some(pushed.clone())));
        cache.put("v", &pushed, 1);
        assert_eq!(cache.read_for("v", 10, 60, 1), None);
        let older = Finding::pushed(Map::new(), Some(4), 2);
        assert_eq!(cache.put_read("v", Some(older), 10, 2), Some(pushed));
    }
}
