//! All that the page tells, as one value: its JSON form and its HTML form say the same.

pub mod advice;
pub mod path;
pub mod reasons;
pub mod role;
pub mod token_size;

use serde::Serialize;
use serde_json::Value;

use crate::auth::principal::User;
use crate::auth::{Auth, AuthStatus};
use crate::explain::advice::Advice;
use crate::explain::path::PathExplanation;
use crate::explain::reasons::ReasonText;
use crate::explain::role::RoleFound;
use crate::explain::token_size::TokenSize;
use crate::settings::Settings;

/// What is told.
#[derive(Debug, Serialize)]
pub(crate) struct Report<'a> {
    /// `signed-in`, `signed-out` or `unavailable`.
    pub(crate) status: &'static str,
    /// Clerk's word for why nobody is signed in.
    pub(crate) reason: Option<String>,
    /// The same as a sentence.
    pub(crate) explanation: &'static str,
    /// What helps.
    pub(crate) way_out: &'static str,
    /// Who is signed in, if somebody is.
    pub(crate) session: Option<SessionReport<'a>>,
    /// What is worth mending.
    pub(crate) advice: Vec<Advice>,
    /// What was auth about a path, if something was.
    pub(crate) path: Option<PathExplanation>,
}

/// Who is signed in.
#[derive(Debug, Serialize)]
pub(crate) struct SessionReport<'a> {
    pub(crate) user_id: &'a str,
    pub(crate) session_id: Option<&'a str>,
    pub(crate) expires_in_seconds: i64,
    pub(crate) role: RoleFound,
    pub(crate) token: TokenSize,
    pub(crate) claims: &'a Value,
}

impl<'a> Report<'a> {
    /// From what was found out.
    pub(crate) fn of(
        settings: &Settings,
        auth: &'a Auth<'_>,
        path: Option<PathExplanation>,
        now_seconds: i64,
    ) -> Self {
        let ReasonText { explanation, way_out } = reasons::of(auth);
        let user = auth.user();
        let session = user.map(|user| SessionReport::of(settings, user, now_seconds));
        let advice = user
            .zip(session.as_ref())
            .map(|(user, session)| advice::of(settings, session, user.metadata()));
        Self {
            status: status(&auth.status),
            reason: auth.reason.as_ref().map(ToString::to_string),
            explanation,
            way_out,
            session,
            advice: advice.unwrap_or_default(),
            path,
        }
    }

    /// 200 whatever the report says; 503 if the keys could not be fetched.
    pub(crate) fn http_status(&self) -> u16 {
        if self.status == UNAVAILABLE { 503 } else { 200 }
    }

    /// As JSON.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl<'a> SessionReport<'a> {
    fn of(settings: &Settings, user: &'a User<'_>, now_seconds: i64) -> Self {
        let session = user.session();
        Self {
            user_id: session.subject(),
            session_id: session.session_id(),
            expires_in_seconds: session.expires_at_seconds().saturating_sub(now_seconds).max(0),
            role: RoleFound::of(settings, user),
            token: TokenSize::of(user),
            claims: session.claims().all(),
        }
    }
}

const fn status(who: &AuthStatus<'_>) -> &'static str {
    match who {
        AuthStatus::SignedIn(_) => "signed-in",
        AuthStatus::Unavailable { .. } => UNAVAILABLE,
        AuthStatus::NotAsked | AuthStatus::SignedOut { .. } | AuthStatus::Handshake { .. } => {
            "signed-out"
        }
    }
}

const UNAVAILABLE: &str = "unavailable";
