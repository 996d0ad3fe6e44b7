//! Answers of Clerk's Backend API, as far as sessions need them.
//!
//! JSON is read as JSON whatever parameters its media type has; anything else is no answer.

pub mod breaker;
pub mod failed_nonces;

use serde_json::Value;

use crate::platform::ClerkResponse;

/// The body of a success.
pub(super) fn success(reply: &ClerkResponse) -> Option<Value> {
    (200..300).contains(&reply.status).then(|| json(reply))?
}

/// The JSON in an answer, if it says that it is JSON.
pub(super) fn json(reply: &ClerkResponse) -> Option<Value> {
    let media_type = reply.content_type.as_deref()?.split(';').next()?.trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return None;
    }
    serde_json::from_slice(&reply.body).ok()
}

/// A list of texts and nothing else.
pub(super) fn texts(list: Option<&Value>) -> Option<Vec<String>> {
    list?.as_array()?.iter().map(|each| each.as_str().map(str::to_owned)).collect()
}
