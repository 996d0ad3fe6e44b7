//! Webhooks: whole deliveries, with store, Clerk's Backend API and the site behind `SYNC_URL` in
//! memory.

mod beside_token;
mod findings;
mod metadata;
mod recorded;
mod sync;

use base64ct::Base64;
use clerk_edge_http::incoming::Incoming;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::*;

const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const OTHER_SECRET: &str = "whsec_YW5vdGhlci1zZWNyZXQtb2Ytc29tZS1sZW5ndGg=";
const WEBHOOK: &str = "/.clerk-edge/webhook";

/// A production instance with webhooks, a store and rules.
fn bound() -> Bound {
    let rules = json!([
        { "path": "/", "allow": "anyone" },
        { "path": "/admin", "allow": { "role": "admin" } },
        { "path": "/pro", "allow": { "claim": { "metadata.plan": "pro" } } },
        { "path": "/verified", "allow": { "claim": { "verified": true } } },
        { "path": "/not", "allow": { "not": { "role": "banned" } } },
        { "path": "/member" },
    ]);
    Bound::live(&rules)
        .text("CLERK_WEBHOOK_SIGNING_SECRET", SECRET)
        .with("CLERK_CACHE", Binding::Store)
}

/// A change of the user, so many seconds after the time of the tests.
fn changed_user(event: &str, seconds: i64, metadata: &Value) -> Value {
    let updated_at = NOW_MS + seconds * 1_000;
    json!({
        "object": "event", "type": event, "timestamp": updated_at, "instance_id": "ins_1",
        "data": {
            "id": "user_1", "object": "user", "public_metadata": metadata, "updated_at": updated_at,
            "private_metadata": { "role": "private" }, "unsafe_metadata": { "role": "unsafe" },
        },
    })
}

fn created(seconds: i64, metadata: &Value) -> Value {
    changed_user("user.created", seconds, metadata)
}

fn updated(seconds: i64, metadata: &Value) -> Value {
    changed_user("user.updated", seconds, metadata)
}

fn deleted() -> Value {
    json!({
        "object": "event", "type": "user.deleted", "timestamp": NOW_MS, "instance_id": "ins_1",
        "data": { "object": "user", "id": "user_1", "deleted": true },
    })
}

/// `v1,` and the signature as Svix makes it.
fn signature(secret: &str, id: &str, timestamp: i64, body: &str) -> String {
    let key = Base64::decode_vec(secret.trim_start_matches("whsec_")).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", Base64::encode_string(&mac.finalize().into_bytes()))
}

/// A delivery that is signed with this secret at this time.
fn delivery(secret: &str, id: &str, timestamp: i64, body: &str) -> Request {
    let headers = [
        ("content-type", "application/json"),
        ("svix-id", id),
        ("svix-timestamp", &timestamp.to_string()),
        ("svix-signature", &signature(secret, id, timestamp, body)),
    ];
    Request { body: body.into(), ..method("POST", get(WEBHOOK, &headers)) }
}

impl Site {
    /// Delivers an event under an id, and does what is left for after the answer.
    fn deliver(&self, id: &str, event: &Value) -> Seen {
        let seconds = self.now_ms.div_euclid(1_000);
        self.ask_to_the_end(&delivery(SECRET, id, seconds, &event.to_string()))
    }

    /// From now on another isolate of the same Worker answers.
    fn other_isolate(&mut self, bound: &Bound) {
        self.gate = Gate::open(bound);
    }

    /// What Clerk's API says of the user, and of a write.
    fn clerk_user(&self, seconds: i64, metadata: &Value) {
        let user = json!({
            "id": "user_1", "public_metadata": metadata, "updated_at": NOW_MS + seconds * 1_000,
        });
        self.user(Ok(reply(200, &user.to_string())));
        self.double.says(&format!("{USER}/metadata"), Ok(reply(200, &user.to_string())));
    }
}

impl Seen {
    #[track_caller]
    fn did(&self, did: &[&str]) -> &Self {
        assert_eq!(self.status, 200, "{} {:?}", self.body(), self.lines);
        assert_eq!(self.json()["did"], json!(did), "{:?}", self.lines);
        assert_eq!(self.header("cache-control"), Some("no-store"));
        self
    }

    #[track_caller]
    fn has_to_come_again(&self, code: &str) -> &Self {
        assert_eq!((self.status, &self.json()["code"]), (503, &json!(code)), "{}", self.body());
        assert_eq!(self.json()["retryable"], true);
        assert!(self.header("retry-after").is_some());
        self
    }

    /// The bodies that were written to Clerk.
    fn written(&self) -> Vec<Value> {
        let writes = self.made.iter().filter(|call| call.url.ends_with("/metadata"));
        writes.map(|call| serde_json::from_str(call.body.as_deref().unwrap()).unwrap()).collect()
    }
}
