//! All that the page tells, as one value: its JSON form and its HTML form say the same.

pub mod advice;
pub mod path;
pub mod reasons;
pub mod role;
pub mod session;
pub mod token_size;

use serde::Serialize;

use crate::auth::{Auth, AuthStatus};
use crate::explain::advice::Advice;
use crate::explain::path::PathExplanation;
use crate::explain::reasons::ReasonText;
use crate::explain::session::SessionReport;
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

const fn status(who: &AuthStatus<'_>) -> &'static str {
    match who {
        AuthStatus::SignedIn(_) | AuthStatus::Machine(_) => "signed-in",
        AuthStatus::Unavailable { .. } => UNAVAILABLE,
        AuthStatus::NotAsked
        | AuthStatus::MachineRefused
        | AuthStatus::SignedOut { .. }
        | AuthStatus::Handshake { .. } => "signed-out",
    }
}

const UNAVAILABLE: &str = "unavailable";
