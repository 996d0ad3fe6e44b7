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
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("auth", self.fields());
        put("status", self.status().into());
        put("reason", self.reason().into());
        put("roles", self.roles().into());
        match &self.status {
            AuthObjectStatus::SignedIn(person) => {
                put("token", person.token.as_str().into());
                put("metadata", metadata_to_json(&person.metadata));
            }
            AuthObjectStatus::SignedOut { refusal, .. } => {
                put("refusal", refusal.map(Code::as_str).into());
            }
            AuthObjectStatus::Unavailable { retry_after_seconds } => {
                put("retry_after_seconds", (*retry_after_seconds).into());
            }
        }
        Value::Object(members).to_string()
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
            "signed-in" => AuthObjectStatus::SignedIn(person(&mut value)?),
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
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("isAuthenticated", self.person().is_some().into());
        put("tokenType", "session_token".into());
        let Some(person) = self.person() else {
            for name in NAMES {
                put(name, Value::Null);
            }
            if matches!(self.status, AuthObjectStatus::SignedOut { pending: true, .. }) {
                put("sessionStatus", "pending".into());
            }
            return Value::Object(fields);
        };
        let claims = &person.claims;
        put("sessionClaims", claims.all().clone());
        put("sessionStatus", claims.value("sts").cloned().unwrap_or_default());
        put("factorVerificationAge", claims.value("fva").cloned().unwrap_or_default());
        for (name, claim) in [("userId", "sub"), ("sessionId", "sid"), ("actor", "act")] {
            claims.value(claim).map(|value| put(name, value.clone()));
        }
        if let Some(organization) = claims.organization() {
            organization.id().map(|id| put("orgId", id.into()));
            organization.slug().map(|slug| put("orgSlug", slug.into()));
            organization.role().map(|role| put("orgRole", role.into()));
            put("orgPermissions", organization.permissions().into());
        }
        Value::Object(fields)
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
