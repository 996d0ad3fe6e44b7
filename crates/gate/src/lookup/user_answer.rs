//! What a response to `GET /v1/users/{id}` means: a user, no such user, or an error.
//!
//! An error is never taken for "no such user", because a rule may admit users who do *not* have a
//! role. JSON is read whatever its media type, and a response about another user is an error.

use serde_json::Value;

use crate::clerk_api::{ClerkApiError, time_ms};
use crate::limits::{RATE_LIMIT_SECONDS, USER_ID_BYTES_MAX};
use crate::lookup::cache::Finding;
use crate::lookup::lookup_error::LookupError;
use crate::platform::ClerkResponse;
use clerk_edge_http::plain_id::is_plain_id;

/// What the API says about a user.
#[derive(Debug, PartialEq)]
pub(super) enum UserAnswer {
    /// There is no user with this id.
    Unknown,
    /// There is one, with or without public metadata.
    Known {
        /// An object that is not empty.
        metadata: Option<Value>,
        /// When the user was changed.
        updated_at_ms: Option<i64>,
    },
}

/// A response that says nothing about the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UserAnswerError {
    pub(super) why: LookupError,
    /// For how long the API asks not to be called, if it does.
    pub(super) retry_after_seconds: Option<i64>,
}

impl UserAnswer {
    pub(super) fn into_finding(self, now_ms: i64) -> Finding {
        match self {
            Self::Unknown => Finding::fetched(None, None, now_ms),
            Self::Known { metadata, updated_at_ms } => {
                Finding::fetched(metadata, updated_at_ms, now_ms)
            }
        }
    }
}

impl From<LookupError> for UserAnswerError {
    fn from(why: LookupError) -> Self {
        Self { why, retry_after_seconds: None }
    }
}

/// Whether a token's `sub` is a user id, which can be put into the path of a call as it is.
pub(crate) fn is_user_id(text: &str) -> bool {
    is_plain_id(text, USER_ID_BYTES_MAX)
}

/// Reads a response about this user.
pub(super) fn read(response: &ClerkResponse, user_id: &str) -> Result<UserAnswer, UserAnswerError> {
    let status = response.status;
    let retry_after_seconds = match status {
        200 => {
            return read_user(&response.body, user_id).ok_or(LookupError::NotUnderstood.into());
        }
        404 if is_of_clerk(&response.body) => return Ok(UserAnswer::Unknown),
        429 => Some(read_seconds(response).unwrap_or(RATE_LIMIT_SECONDS)),
        503 => read_seconds(response),
        _ => None,
    };
    let why = LookupError::Clerk(ClerkApiError::of_status(status, true));
    Err(UserAnswerError { why, retry_after_seconds })
}

fn read_user(body: &[u8], user_id: &str) -> Option<UserAnswer> {
    let mut user: Value = serde_json::from_slice(body).ok()?;
    if user.get("id")?.as_str()? != user_id {
        return None;
    }
    let updated_at_ms = user.get("updated_at").and_then(time_ms);
    let metadata = match user.get_mut("public_metadata").map(Value::take) {
        None | Some(Value::Null) => None,
        Some(Value::Object(metadata)) if metadata.is_empty() => None,
        Some(metadata @ Value::Object(_)) => Some(metadata),
        Some(_) => return None,
    };
    Some(UserAnswer::Known { metadata, updated_at_ms })
}

/// Whether an error comes from Clerk's API: a proxy, or another host at a mistyped URL, can answer
/// 404, too.
fn is_of_clerk(body: &[u8]) -> bool {
    let answer: Option<Value> = serde_json::from_slice(body).ok();
    let errors = answer.as_ref().and_then(|answer| answer.get("errors")?.as_array());
    errors.is_some_and(|errors| !errors.is_empty())
}

/// `Retry-After` in seconds; the API does not use its other form, a date.
fn read_seconds(response: &ClerkResponse) -> Option<i64> {
    let text = response.retry_after.as_deref()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(i64::MAX))
}
