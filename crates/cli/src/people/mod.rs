//! People: whom `explain`, `routes` and `test` ask about.

pub mod flags;
pub mod table;
pub mod time;
pub mod words;

use clerk_edge_rules::claim_path::ClaimPath;
use serde_json::{Map, Value, json};

/// Somebody who might ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// As people call them.
    pub name: String,
    /// What they bring.
    pub session: PersonSession,
    /// What a look-up of their public metadata finds.
    pub metadata: LookedUp,
}

/// What somebody brings.
#[derive(Clone, Debug, PartialEq)]
pub enum PersonSession {
    /// Nothing.
    SignedOut,
    /// A token with these claims, beside those that every token has.
    Claims(Map<String, Value>),
    /// This token.
    Token(String),
}

/// What a look-up finds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum LookedUp {
    /// No public metadata.
    #[default]
    Absent,
    /// This.
    Found(Value),
    /// Nothing, since Clerk does not answer.
    Unavailable,
}

impl Person {
    /// Nobody.
    #[must_use]
    pub fn signed_out() -> Self {
        Self {
            name: "signed-out".to_owned(),
            session: PersonSession::SignedOut,
            metadata: LookedUp::Absent,
        }
    }

    /// Somebody with these claims.
    #[must_use]
    pub fn with_claims(name: &str, claims: Map<String, Value>) -> Self {
        Self {
            name: name.to_owned(),
            session: PersonSession::Claims(claims),
            metadata: LookedUp::Absent,
        }
    }

    /// All claims of the token at a moment; none where there is no token of ours.
    #[must_use]
    pub fn claims_at(&self, now_seconds: i64) -> Option<Map<String, Value>> {
        let PersonSession::Claims(own) = &self.session else { return None };
        let mut all = json!({
            "azp": "https://example.com",
            "exp": now_seconds.saturating_add(55),
            "fva": [0, -1],
            "iat": now_seconds.saturating_sub(5),
            "iss": "https://clerk.example.com",
            "nbf": now_seconds.saturating_sub(15),
            "sid": "sess_2example",
            "sub": self.user_id(),
        });
        merge(&mut all, &Value::Object(own.clone()));
        all.as_object().cloned()
    }

    /// The id, where the claims say none.
    fn user_id(&self) -> String {
        let letters = self.name.chars().filter(char::is_ascii_alphanumeric);
        format!("user_2{}", letters.take(40).collect::<String>())
    }
}

/// Puts a value at a dotted path, through objects that are made on the way.
pub fn put(claims: &mut Map<String, Value>, path: &ClaimPath, value: Value) {
    let mut parts: Vec<&str> = path.as_str().split('.').collect();
    let last = parts.pop().unwrap_or_default();
    let mut at = claims;
    for part in parts {
        let inner = at.entry(part).or_insert_with(|| Value::Object(Map::new()));
        if !inner.is_object() {
            *inner = Value::Object(Map::new());
        }
        let Value::Object(members) = inner else { return };
        at = members;
    }
    at.insert(last.to_owned(), value);
}

/// Merges objects; everything else is replaced.
pub fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}
