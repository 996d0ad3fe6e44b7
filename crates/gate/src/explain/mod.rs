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
use crate::explain::role::{LookupState, RoleFound};
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
    /// What was asked about a path, if something was.
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
        asked: &'a Auth<'_>,
        looked: LookupState,
        path: Option<PathExplanation>,
        now_seconds: i64,
    ) -> Self {
        let ReasonText { explanation, way_out } = reasons::of(asked);
        let session = match &asked.who {
            AuthStatus::SignedIn(visitor) => {
                Some(SessionReport::of(settings, visitor, looked, now_seconds))
            }
            _ => None,
        };
        let advice =
            session.as_ref().map(|it| advice::of(settings, it, looked)).unwrap_or_default();
        Self {
            status: status(&asked.who),
            reason: asked.reason.as_ref().map(ToString::to_string),
            explanation,
            way_out,
            session,
            advice,
            path,
        }
    }

    /// The page is an answer to a question, whatever it says; only where nobody could look is it
    /// none.
    pub(crate) fn http_status(&self) -> u16 {
        if self.status == UNAVAILABLE { 503 } else { 200 }
    }

    /// As JSON.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl<'a> SessionReport<'a> {
    fn of(
        settings: &Settings,
        visitor: &'a User<'_>,
        looked: LookupState,
        now_seconds: i64,
    ) -> Self {
        let session = visitor.session();
        Self {
            user_id: session.subject(),
            session_id: session.session_id(),
            expires_in_seconds: session.expires_at_seconds().saturating_sub(now_seconds).max(0),
            role: RoleFound::of(settings, visitor, looked),
            token: TokenSize::of(visitor),
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
