//! The session of the caller: whose it is, its role, its token.

use serde::Serialize;
use serde_json::Value;

use crate::auth::principal::User;
use crate::explain::role::RoleFound;
use crate::explain::token_size::TokenSize;
use crate::settings::Settings;

/// Who is signed in.
#[derive(Debug, Serialize)]
pub(crate) struct SessionReport<'a> {
    pub(crate) user_id: &'a str,
    pub(crate) session_id: Option<&'a str>,
    pub(crate) expires_in_seconds: i64,
    /// How long ago Clerk read the claims from its database.
    pub(crate) claims_age_seconds: Option<i64>,
    pub(crate) role: RoleFound,
    pub(crate) token: TokenSize,
    pub(crate) claims: &'a Value,
}

impl<'a> SessionReport<'a> {
    pub(super) fn of(settings: &Settings, user: &'a User<'_>, now_seconds: i64) -> Self {
        let session = user.session();
        Self {
            user_id: session.subject(),
            session_id: session.session_id(),
            expires_in_seconds: session.expires_at_seconds().saturating_sub(now_seconds).max(0),
            claims_age_seconds: user.claims_age_seconds(),
            role: RoleFound::of(settings, user),
            token: TokenSize::of(user),
            claims: session.claims().all(),
        }
    }
}
