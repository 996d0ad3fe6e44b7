//! What an answer of `GET /v1/users/{id}` means.
//!
//! A user, an unknown user, or nothing that could be relied on; the third is never taken for the
//! second, since a rule may let those in who do *not* have a role. JSON is read as JSON whatever
//! its media type says, and an answer about somebody else is refused.

use serde_json::Value;

use crate::limits::USER_ID_BYTES_MAX;
use crate::lookup::LookupError;
use crate::platform::ClerkResponse;

/// What the API says about a user.
#[derive(Debug, PartialEq)]
pub(super) enum UserAnswer {
    /// There is none of this id.
    Unknown,
    /// There is one, with or without metadata.
    Known(Option<Value>),
}

/// An answer that says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UserAnswerError {
    pub(super) why: LookupError,
    /// How long the API wants to be left alone, where it says so.
    pub(super) retry_after_seconds: Option<i64>,
}

impl UserAnswer {
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    pub(super) fn into_metadata(self) -> Option<Value> {
        match self {
            Self::Unknown => None,
            Self::Known(metadata) => metadata,
        }
    }
}

impl From<LookupError> for UserAnswerError {
    fn from(why: LookupError) -> Self {
        Self { why, retry_after_seconds: None }
    }
}

/// Whether this can stand in an address as it is.
pub(super) fn is_user_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= USER_ID_BYTES_MAX
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Reads an answer to the question about this user.
pub(super) fn read(reply: &ClerkResponse, user_id: &str) -> Result<UserAnswer, UserAnswerError> {
    match reply.status {
        200 => read_user(&reply.body, user_id).ok_or(LookupError::NotUnderstood.into()),
        404 if is_of_clerk(&reply.body) => Ok(UserAnswer::Unknown),
        401 | 403 => Err(LookupError::SecretRefused.into()),
        429 => {
            let wait = read_seconds(reply).unwrap_or(RATE_LIMIT_SECONDS);
            Err(UserAnswerError { why: LookupError::RateLimited, retry_after_seconds: Some(wait) })
        }
        status => {
            let retry_after_seconds = if status == 503 { read_seconds(reply) } else { None };
            Err(UserAnswerError { why: LookupError::Status(status), retry_after_seconds })
        }
    }
}

fn read_user(body: &[u8], user_id: &str) -> Option<UserAnswer> {
    let mut user: Value = serde_json::from_slice(body).ok()?;
    if user.get("id")?.as_str()? != user_id {
        return None;
    }
    match user.get_mut("public_metadata").map(Value::take) {
        None | Some(Value::Null) => Some(UserAnswer::Known(None)),
        Some(Value::Object(metadata)) if metadata.is_empty() => Some(UserAnswer::Known(None)),
        Some(metadata @ Value::Object(_)) => Some(UserAnswer::Known(Some(metadata))),
        Some(_) => None,
    }
}

/// Whether an error is the API's own: anybody on the way, or at a mistyped address, can say 404.
fn is_of_clerk(body: &[u8]) -> bool {
    let errors: Option<Value> = serde_json::from_slice(body).ok();
    let errors = errors.as_ref().and_then(|answer| answer.get("errors")?.as_array());
    errors.is_some_and(|errors| !errors.is_empty())
}

/// `Retry-After` in seconds; the API does not use its other form, a date.
fn read_seconds(reply: &ClerkResponse) -> Option<i64> {
    let text = reply.retry_after.as_deref()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(i64::MAX))
}

/// Clerk counts calls per ten seconds; without a word from it, half of that.
const RATE_LIMIT_SECONDS: i64 = 5;
