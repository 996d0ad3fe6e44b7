//! Keys: which are usable, and when which source is asked.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop loudly"
)]

mod chance;
mod faults;
mod find;
mod jwks;
mod side_by_side;

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_gate::context::{BackgroundTask, RequestContext};
use clerk_edge_gate::keys::{Keys, NoKey};
use clerk_edge_gate::settings::Settings;
use clerk_edge_token::algorithm::Algorithm;
use serde_json::{Value, json};

use clerk_edge_testing::platform::{FakePlatform, json as reply};
use clerk_edge_testing::settings::{FRONTEND_KEYS, development as settings};
use clerk_edge_testing::signature::Imported;

/// One isolate, its settings and its platform.
struct Site {
    double: FakePlatform,
    settings: Settings,
    keys: Keys<Imported>,
}

impl Site {
    fn new() -> Self {
        Self { double: FakePlatform::default(), settings: settings(), keys: Keys::new(1) }
    }

    /// With a set in the store that was fetched then, while Clerk cannot be reached.
    fn with_stored(fetched_at_ms: i64, key_ids: &[&str]) -> Self {
        let site = Self::new();
        site.double.says(FRONTEND_KEYS, Ok(reply(200, &set(key_ids))));
        let keys = Keys::new(0);
        let ctx = RequestContext::new(&site.double, fetched_at_ms);
        site.double.run(keys.renew(&site.settings, &ctx));
        let (name, text) = site.double.kept().pop_first().unwrap();
        let site = Self { double: FakePlatform::default(), ..site };
        site.double.keeps(&name, &text);
        site
    }

    /// One request with a token that names this key: its modulus, and the request's context.
    fn find(
        &self,
        now_ms: i64,
        key_id: &str,
    ) -> (Result<String, NoKey>, RequestContext<'_, FakePlatform>) {
        let ctx = RequestContext::new(&self.double, now_ms);
        let found = self.keys.find(&self.settings, Some(key_id), Algorithm::Rs256, &ctx);
        let found = self.double.run(found).map(|found| found.key.modulus);
        (found, ctx)
    }

    /// What the host does after the response.
    fn run_tasks(&self, ctx: &RequestContext<'_, FakePlatform>) {
        use clerk_edge_gate::platform::Platform;
        for chore in ctx.take_tasks() {
            match chore {
                BackgroundTask::RenewKeys => self.double.run(self.keys.renew(&self.settings, ctx)),
                BackgroundTask::Store { name, text, keep_seconds }
                | BackgroundTask::StoreFinding { name, text, keep_seconds } => {
                    let _ = self.double.run(self.double.store(&name, &text, keep_seconds));
                }
            }
        }
    }
}

/// Some 2048-bit number that could be a modulus, another one for each `which`.
pub(crate) fn modulus(which: u8) -> String {
    let mut number = [0xa5; 256];
    if let Some(second) = number.get_mut(1) {
        *second = which;
    }
    Base64UrlUnpadded::encode_string(&number)
}

/// A usable entry of a set.
fn entry(key_id: &str, which: u8) -> Value {
    json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id,
        "n": modulus(which), "e": "AQAB",
    })
}

/// An entry with one member changed, or without it where the value is null.
fn with(mut entry: Value, member: &str, value: Value) -> Value {
    let members = entry.as_object_mut().unwrap();
    members.remove(member);
    if !value.is_null() {
        members.insert(member.to_owned(), value);
    }
    entry
}

/// A set of usable keys; the key called `a` has the first modulus, `b` the second, and so on.
pub(crate) fn set(key_ids: &[&str]) -> String {
    let which = |id: &str| id.bytes().next().unwrap().saturating_sub(b'a' - 1);
    let keys: Vec<Value> = key_ids.iter().map(|id| entry(id, which(id))).collect();
    json!({ "keys": keys }).to_string()
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// A time in the year 2026.
const NOW: i64 = 1_790_000_000_000;
