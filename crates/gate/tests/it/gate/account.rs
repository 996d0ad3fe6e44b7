//! The addresses for the caller's own account: whole requests, with Clerk's Backend API in memory.

mod bodies;
mod cross_site;
mod errors;
mod metadata;
mod refresh;
mod revoke;
mod session;
mod sessions;
mod sign_out;
mod switched_off;

use clerk_edge_gate::platform::ClerkMethod;
use serde_json::json;

use super::*;
use clerk_edge_testing::mint::LIVE_SUFFIX;

const API: &str = "https://api.clerk.com/v1";

/// A production instance whose visitors may write a few fields.
fn bound() -> Bound {
    let fields = json!({
        "onboardingComplete": [true],
        "plan": { "one_of": ["free", "pro"], "once": true },
        "profile.name": { "type": "text", "max": 20 },
    });
    Bound::live(&json!([{ "path": "/", "allow": "anyone" }]))
        .text("SELF_METADATA", &fields.to_string())
}

/// Clerk knows the caller's session, another of the same user, and one of somebody else.
fn site() -> Site {
    let site = bound().open();
    let list = json!({ "data": [session("sess_1", "user_1"), session("sess_2", "user_1")] });
    site.clerk("/sessions?user_id=user_1&status=active&paginated=true&limit=100", 200, &list);
    for (id, user) in [("sess_1", "user_1"), ("sess_2", "user_1"), ("sess_9", "user_9")] {
        site.clerk(&format!("/sessions/{id}"), 200, &session(id, user));
        site.clerk(&format!("/sessions/{id}/revoke"), 200, &session(id, user));
    }
    let sessions = [session("sess_1", "user_1"), session("sess_9", "user_9")];
    site.clerk("/clients/client_1", 200, &json!({ "id": "client_1", "sessions": sessions }));
    let user = json!({ "id": "user_1", "public_metadata": { "role": "member" } });
    site.clerk("/users/user_1", 200, &user);
    site.clerk("/users/user_1/metadata", 200, &user);
    site
}

/// A session as the Backend API shows it.
fn session(id: &str, user: &str) -> Value {
    json!({
        "id": id, "user_id": user, "client_id": "client_1", "status": "active",
        "last_active_at": NOW_MS,
        "latest_activity": {
            "device_type": "Macintosh", "browser_name": "Firefox", "browser_version": "130.0",
            "city": "Köln", "country": "DE", "ip_address": "192.0.2.1",
        },
    })
}

impl Site {
    /// From now on Clerk's Backend API answers this.
    fn clerk(&self, path: &str, status: u16, body: &Value) {
        self.double.says(&format!("{API}{path}"), Ok(reply(status, &body.to_string())));
    }

    /// A form that a page of this site sends.
    fn form(&self, path: &str, body: &str) -> Seen {
        self.ask(&form(path, body, &own_cookies()))
    }

    /// What a script of this site sends.
    fn json(&self, path: &str, body: &Value) -> Seen {
        self.ask(&json_post(path, body, &own_cookies()))
    }
}

impl Seen {
    /// Methods and addresses of the calls made.
    fn asked(&self) -> Vec<String> {
        let short =
            |call: &ClerkRequest| call.url.strip_prefix(API).unwrap_or(&call.url).to_owned();
        self.made.iter().map(|call| format!("{} {}", call.method.as_str(), short(call))).collect()
    }

    /// The names of the cookies that are set.
    fn cookies(&self) -> Vec<&str> {
        let headers = self.answer.iter().flat_map(|answer| &answer.headers);
        headers.filter(|(name, _)| *name == "set-cookie").map(|(_, value)| value.as_str()).collect()
    }

    #[track_caller]
    fn comes_back_to(&self, location: &str) -> &Self {
        assert_eq!((self.status, self.location()), (303, location), "{}", self.body());
        self
    }

    /// A refusal that changed nothing.
    #[track_caller]
    fn refuses(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.body());
        assert_eq!(self.header("cache-control"), Some("no-store"));
        self
    }

    #[track_caller]
    fn asks_nobody(&self) -> &Self {
        assert_eq!(self.asked(), [""; 0]);
        self
    }
}

/// The cookies of a session that may be renewed.
fn own_cookies() -> String {
    session_cookies(&token(&json!({})))
}

fn session_cookies(token: &str) -> String {
    format!("__session={token}; __client_uat={}; __refresh_{LIVE_SUFFIX}=rt", NOW - 100)
}

/// A `POST` of a form from a page of this site.
fn form(path: &str, body: &str, cookie: &str) -> Request {
    let headers = [
        ("cookie", cookie),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    Request { body: body.into(), ..method("POST", get(path, &headers)) }
}

/// A `POST` of JSON from a script of this site.
fn json_post(path: &str, body: &Value, cookie: &str) -> Request {
    let headers = [
        ("cookie", cookie),
        ("sec-fetch-dest", "empty"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/json; charset=utf-8"),
    ];
    Request { body: body.to_string().into(), ..method("POST", get(path, &headers)) }
}

const SIGN_OUT: &str = "/.clerk-edge/sign-out";
const REFRESH: &str = "/.clerk-edge/refresh";
const SESSION: &str = "/.clerk-edge/session";
const SESSIONS: &str = "/.clerk-edge/sessions";
const REVOKE: &str = "/.clerk-edge/sessions/revoke";
const METADATA: &str = "/.clerk-edge/metadata";
