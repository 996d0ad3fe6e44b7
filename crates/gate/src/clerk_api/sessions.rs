//! Sessions at the Backend API: a user's, a browser's, and how one is ended.

use serde_json::Value;

use crate::clerk_api::backend::{BackendApi, BackendError};
use crate::limits::{SESSION_ID_BYTES_MAX, SESSIONS_LISTED_MAX, USER_ID_BYTES_MAX};
use crate::platform::Platform;
use clerk_edge_http::plain_id::is_plain_id;

/// A session as Clerk knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClerkSession {
    pub(crate) id: String,
    pub(crate) user_id: String,
    /// The browser.
    pub(crate) client_id: Option<String>,
    /// `active` while it counts.
    pub(crate) status: String,
    /// Milliseconds since 1970.
    pub(crate) last_active_at: Option<i64>,
    /// Of the device's last visit.
    pub(crate) device: Option<String>,
    pub(crate) browser: Option<String>,
    pub(crate) place: Option<String>,
}

impl ClerkSession {
    fn read(session: &Value) -> Option<Self> {
        let text = |value: &Value, name: &str| {
            value.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let activity = session.get("latest_activity").unwrap_or(&Value::Null);
        let joined = |names: [&str; 2], between: &str| {
            let parts: Vec<String> = names.iter().filter_map(|name| text(activity, name)).collect();
            (!parts.is_empty()).then(|| parts.join(between))
        };
        let id = text(session, "id").filter(|id| is_plain_id(id, SESSION_ID_BYTES_MAX))?;
        Some(Self {
            id,
            user_id: text(session, "user_id")?,
            client_id: text(session, "client_id"),
            status: text(session, "status")?,
            last_active_at: session.get("last_active_at").and_then(Value::as_i64),
            device: text(activity, "device_type"),
            browser: joined(["browser_name", "browser_version"], " "),
            place: joined(["city", "country"], ", "),
        })
    }

    /// Whether it counts.
    pub(crate) fn is_active(&self) -> bool {
        self.status == "active"
    }
}

impl<P: Platform> BackendApi<'_, P> {
    /// A user's active sessions, the newest first.
    pub(crate) async fn active_sessions(
        &self,
        user_id: &str,
    ) -> Result<Vec<ClerkSession>, BackendError> {
        let user_id = plain(user_id, USER_ID_BYTES_MAX)?;
        let path = format!(
            "/v1/sessions?user_id={user_id}&status=active&paginated=true\
             &limit={SESSIONS_LISTED_MAX}"
        );
        let answer = self.get(&path).await?;
        let sessions = all(answer.get("data"))?;
        // Whatever was answered, nobody else's session is shown or ended.
        if sessions.iter().any(|session| session.user_id != user_id) {
            return Err(BackendError::NOT_UNDERSTOOD);
        }
        Ok(sessions.into_iter().filter(ClerkSession::is_active).collect())
    }

    /// One session, whatever became of it.
    pub(crate) async fn session(&self, id: &str) -> Result<ClerkSession, BackendError> {
        let id = plain(id, SESSION_ID_BYTES_MAX)?;
        let answer = self.get(&format!("/v1/sessions/{id}")).await?;
        let session = ClerkSession::read(&answer).filter(|session| session.id == id);
        session.ok_or(BackendError::NOT_UNDERSTOOD)
    }

    /// The sessions of a browser, of all users who are signed in there.
    pub(crate) async fn client_sessions(
        &self,
        client_id: &str,
    ) -> Result<Vec<ClerkSession>, BackendError> {
        let client_id = plain(client_id, SESSION_ID_BYTES_MAX)?;
        let client = self.get(&format!("/v1/clients/{client_id}")).await?;
        if client.get("id").and_then(Value::as_str) != Some(client_id) {
            return Err(BackendError::NOT_UNDERSTOOD);
        }
        let sessions = all(client.get("sessions"))?;
        Ok(sessions.into_iter().filter(ClerkSession::is_active).collect())
    }

    /// Ends a session. One that Clerk does not know is ended already.
    pub(crate) async fn revoke(&self, id: &str) -> Result<(), BackendError> {
        let id = plain(id, SESSION_ID_BYTES_MAX)?;
        match self.post(&format!("/v1/sessions/{id}/revoke")).await {
            Ok(_) | Err(BackendError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// An id that can stand in the path of a call as it is.
fn plain(id: &str, bytes_max: usize) -> Result<&str, BackendError> {
    is_plain_id(id, bytes_max).then_some(id).ok_or(BackendError::NotFound)
}

fn all(list: Option<&Value>) -> Result<Vec<ClerkSession>, BackendError> {
    let sessions = list.and_then(Value::as_array).map(|list| list.iter().map(ClerkSession::read));
    sessions.and_then(Iterator::collect).ok_or(BackendError::NOT_UNDERSTOOD)
}
