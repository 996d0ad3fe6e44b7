//! A user's public metadata at the Backend API: read and merged.

use serde_json::{Map, Value, json};

use crate::clerk_api::backend::{BackendApi, BackendError};
use crate::limits::USER_ID_BYTES_MAX;
use crate::platform::Platform;
use clerk_edge_http::plain_id::is_plain_id;

impl<P: Platform> BackendApi<'_, P> {
    /// The user's public metadata; empty where there is none.
    pub(crate) async fn public_metadata(
        &self,
        user_id: &str,
    ) -> Result<Map<String, Value>, BackendError> {
        let path = format!("/v1/users/{}", plain(user_id)?);
        metadata(self.get(&path).await?, user_id)
    }

    /// Merges an object into the user's public metadata; what is there afterwards.
    pub(crate) async fn merge_public_metadata(
        &self,
        user_id: &str,
        changes: &Map<String, Value>,
    ) -> Result<Map<String, Value>, BackendError> {
        let path = format!("/v1/users/{}/metadata", plain(user_id)?);
        metadata(self.patch(&path, &json!({ "public_metadata": changes })).await?, user_id)
    }
}

fn plain(user_id: &str) -> Result<&str, BackendError> {
    is_plain_id(user_id, USER_ID_BYTES_MAX).then_some(user_id).ok_or(BackendError::NotFound)
}

/// The metadata in an answer about this user.
fn metadata(mut user: Value, user_id: &str) -> Result<Map<String, Value>, BackendError> {
    if user.get("id").and_then(Value::as_str) != Some(user_id) {
        return Err(BackendError::NOT_UNDERSTOOD);
    }
    match user.get_mut("public_metadata").map(Value::take) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(metadata)) => Ok(metadata),
        Some(_) => Err(BackendError::NOT_UNDERSTOOD),
    }
}
