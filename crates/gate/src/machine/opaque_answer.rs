//! What Clerk answers when it is asked about an opaque token.
//!
//! Stricter than Clerk's SDK, which takes any 2xx for a yes: the answer must be the whole object of
//! the kind, neither revoked nor expired. What cannot be understood makes nobody known, and is no
//! refusal either.

use clerk_edge_rules::caller_kind::CallerKind;
use clerk_edge_rules::code::Code;
use clerk_edge_token::machine::scopes;
use serde_json::Value;

use crate::clerk_api::json;
use crate::machine::{MachineError, MachineIdentity, RETRY_SECONDS};
use crate::platform::ClerkResponse;

/// Reads an answer about a token of this kind.
pub(super) fn read(
    kind: CallerKind,
    answer: &ClerkResponse,
    now_ms: i64,
) -> Result<MachineIdentity, MachineError> {
    match answer.status {
        200 => {}
        // Clerk's own refusals are JSON; anybody at a mistyped address can say 404.
        400 | 404 | 410 | 422 if json(answer).is_some() => return Err(MachineError::INVALID),
        _ => {
            let seconds = answer.retry_after.as_deref().and_then(|text| text.trim().parse().ok());
            let seconds = seconds.map_or(RETRY_SECONDS, |it: u32| it.clamp(1, RETRY_SECONDS_MAX));
            return Err(MachineError::unavailable(Code::ClaimsUnavailable, seconds));
        }
    }
    let body = json(answer).ok_or(MachineError::UNKNOWN)?;
    if body.get("active") == Some(&Value::Bool(false)) {
        return Err(MachineError::INVALID);
    }
    identity(kind, &body, now_ms)
}

fn identity(kind: CallerKind, body: &Value, now_ms: i64) -> Result<MachineIdentity, MachineError> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).ok_or(MachineError::UNKNOWN);
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).ok_or(MachineError::UNKNOWN);
    let shape = Shape::of(kind);
    let (object, id, subject) = (text("object")?, text("id")?, text("subject")?);
    let (revoked, expired) = (flag("revoked")?, flag("expired")?);
    let expires_ms = match body.get("expiration") {
        None | Some(Value::Null) => None,
        Some(at) => Some(at.as_i64().ok_or(MachineError::UNKNOWN)?.saturating_mul(shape.unit_ms)),
    };
    let fits = object == shape.object
        && id.starts_with(shape.id)
        && shape.subjects.iter().any(|prefix| subject.starts_with(prefix));
    if !fits || revoked || expired || expires_ms.is_some_and(|at_ms| at_ms <= now_ms) {
        return Err(MachineError::INVALID);
    }
    let client_id = body.get("client_id").and_then(Value::as_str);
    let client_id = client_id.filter(|it| kind == CallerKind::OAuth && !it.is_empty());
    Ok(MachineIdentity {
        kind,
        id: id.to_owned(),
        subject: subject.to_owned(),
        client_id: client_id.map(str::to_owned),
        scopes: body.get("scopes").map(scopes).unwrap_or_default(),
        claims: body.get("claims").filter(|claims| claims.is_object()).cloned(),
        audience: body.get("aud").filter(|aud| !aud.is_null()).cloned(),
        expires_ms,
    })
}

/// What an object of a kind looks like.
struct Shape {
    object: &'static str,
    id: &'static str,
    subjects: &'static [&'static str],
    unit_ms: i64,
}

impl Shape {
    const fn of(kind: CallerKind) -> Self {
        match kind {
            CallerKind::Machine => Self {
                object: "machine_to_machine_token",
                id: "mt_",
                subjects: &["mch_"],
                unit_ms: 1,
            },
            CallerKind::OAuth => Self {
                object: "clerk_idp_oauth_access_token",
                id: "oat_",
                subjects: &["user_"],
                unit_ms: 1_000,
            },
            CallerKind::ApiKey | CallerKind::Session => Self {
                object: "api_key",
                id: "ak_",
                subjects: &["user_", "org_", "mch_"],
                unit_ms: 1,
            },
        }
    }
}

const RETRY_SECONDS_MAX: u32 = 120;
