//! The auth object as a text, which the host keeps while a handler runs. `auth` in it has the
//! fields of Clerk's auth object with Clerk's values, so that a host can show it as it is.

use std::rc::Rc;

use clerk_edge_rules::code::Code;
use clerk_edge_token::claims::Claims;
use serde_json::{Map, Value, json};

use super::{AuthObject, AuthObjectStatus, Person};
use crate::auth::principal::PublicMetadata;
use crate::lookup::{LookupError, LookupFailed};

impl AuthObject {
    /// As a text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut members = Members::default();
        members.put("auth", self.fields());
        members.put("status", self.status());
        members.put("reason", self.reason());
        members.put("roles", self.roles());
        match &self.status {
            AuthObjectStatus::SignedIn(person) => {
                members.put("token", person.token.as_str());
                members.put("metadata", metadata_to_json(&person.metadata));
            }
            AuthObjectStatus::SignedOut { refusal, .. } => {
                members.put("refusal", refusal.map(Code::as_str));
            }
            AuthObjectStatus::Unavailable { retry_after_seconds } => {
                members.put("retry_after_seconds", *retry_after_seconds);
            }
        }
        Value::Object(members.0).to_string()
    }

    /// From a text of [`Self::to_text`]; none from any other.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut value: Value = serde_json::from_str(text).ok()?;
        let seconds = |value: &Value| {
            value.get("retry_after_seconds")?.as_u64().and_then(|it| u32::try_from(it).ok())
        };
        let reason = value.get("reason")?.as_str().map(str::to_owned);
        let status = match value.get("status")?.as_str()? {
            "signed-in" => AuthObjectStatus::SignedIn(Box::new(person(&mut value)?)),
            "signed-out" => AuthObjectStatus::SignedOut {
                pending: value.pointer("/auth/sessionStatus")?.as_str() == Some("pending"),
                refusal: value.get("refusal")?.as_str().map(refusal),
            },
            _ => AuthObjectStatus::Unavailable { retry_after_seconds: seconds(&value)? },
        };
        Some(Self { status, reason })
    }

    /// The fields of Clerk's auth object: a claim that is absent is no member, and nobody is all
    /// null.
    fn fields(&self) -> Value {
        let mut fields = Members::default();
        fields.put("isAuthenticated", self.person().is_some());
        fields.put("tokenType", "session_token");
        let Some(person) = self.person() else {
            for name in NAMES {
                fields.put(name, Value::Null);
            }
            if matches!(self.status, AuthObjectStatus::SignedOut { pending: true, .. }) {
                fields.put("sessionStatus", "pending");
            }
            return Value::Object(fields.0);
        };
        let claims = &person.claims;
        fields.put("sessionClaims", claims.all().clone());
        for (name, claim) in OF_CLAIMS {
            fields.put_some(name, claims.value(claim).cloned());
        }
        for (name, claim) in NULL_WITHOUT_CLAIM {
            fields.put(name, claims.value(claim).cloned());
        }
        if let Some(organization) = claims.organization() {
            fields.put_some("orgId", organization.id());
            fields.put_some("orgSlug", organization.slug());
            fields.put_some("orgRole", organization.role());
            fields.put("orgPermissions", organization.permissions());
        }
        Value::Object(fields.0)
    }
}

/// The members of a JSON object.
#[derive(Default)]
struct Members(Map<String, Value>);

impl Members {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.insert(name, value.into());
    }

    fn put_some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.insert(name, value.into());
        }
    }

    /// Apart, so that it is compiled once.
    #[inline(never)]
    fn insert(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

fn person(value: &mut Value) -> Option<Person> {
    let metadata = metadata_from_json(value.get_mut("metadata")?.take())?;
    let Value::Object(claims) = value.pointer_mut("/auth/sessionClaims")?.take() else {
        return None;
    };
    let roles = clerk_edge_token::claims::texts(value.get("roles")?.as_array()?)?;
    let token = value.get("token")?.as_str()?.to_owned();
    Some(Person { token, claims: Claims::new(claims), roles, metadata })
}

fn refusal(code: &str) -> Code {
    if code == Code::TokenTooLarge.as_str() { Code::TokenTooLarge } else { Code::RedirectLoop }
}

fn metadata_to_json(metadata: &PublicMetadata) -> Value {
    match metadata {
        PublicMetadata::Found(found) => json!([found.as_ref()]),
        PublicMetadata::Failed(failed) => failed.retry_after_seconds.into(),
        other => other.as_str().into(),
    }
}

fn metadata_from_json(value: Value) -> Option<PublicMetadata> {
    match value {
        Value::Array(mut found) => Some(PublicMetadata::Found(Rc::new(found.pop()?))),
        Value::Number(seconds) => Some(PublicMetadata::Failed(LookupFailed {
            why: LookupError::AskedAlready,
            retry_after_seconds: u32::try_from(seconds.as_u64()?).ok()?,
        })),
        other => [PublicMetadata::NotAsked, PublicMetadata::Absent, PublicMetadata::NotConfigured]
            .into_iter()
            .find(|it| other == it.as_str()),
    }
}

/// Fields that are absent with their claim.
const OF_CLAIMS: [(&str, &str); 3] = [("userId", "sub"), ("sessionId", "sid"), ("actor", "act")];
/// Fields that are null without their claim.
const NULL_WITHOUT_CLAIM: [(&str, &str); 2] =
    [("sessionStatus", "sts"), ("factorVerificationAge", "fva")];
/// The fields of nobody.
const NAMES: [&str; 10] = [
    "sessionClaims",
    "sessionId",
    "sessionStatus",
    "userId",
    "actor",
    "orgId",
    "orgRole",
    "orgSlug",
    "orgPermissions",
    "factorVerificationAge",
];
