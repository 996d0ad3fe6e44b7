//! The token's size against Clerk's limits: a browser drops a cookie that is too large, and with it
//! the session.

use serde::Serialize;
use serde_json::Value;

use crate::auth::principal::User;

/// How much room is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TokenSize {
    /// The whole token, as it stands in the cookie.
    pub bytes: usize,
    /// What a browser keeps.
    pub bytes_max: usize,
    /// The claims that are not Clerk's own, as JSON.
    pub custom_claims_bytes: usize,
    /// What Clerk leaves for them.
    pub custom_claims_bytes_max: usize,
}

impl TokenSize {
    /// Of the visitor's token.
    pub(crate) fn of(visitor: &User<'_>) -> Self {
        Self::of_claims(visitor.session().claims().all(), visitor.token_bytes())
    }

    /// Of a token with these claims that is so long as a text.
    #[must_use]
    pub fn of_claims(claims: &Value, token_bytes: usize) -> Self {
        Self {
            bytes: token_bytes,
            bytes_max: COOKIE_BYTES_MAX,
            custom_claims_bytes: custom_bytes(claims),
            custom_claims_bytes_max: CUSTOM_BYTES_MAX,
        }
    }

    /// Whether little room is left.
    pub(crate) const fn is_tight(self) -> bool {
        self.bytes.saturating_mul(10) > self.bytes_max.saturating_mul(9)
            || self.custom_claims_bytes > self.custom_claims_bytes_max
    }
}

fn custom_bytes(claims: &Value) -> usize {
    let all = claims.as_object().into_iter().flatten();
    let custom = all.filter(|(name, _)| !CLERKS_OWN.contains(&name.as_str()));
    custom.map(|(name, value)| claim_bytes(name, value)).fold(0, usize::saturating_add)
}

/// What one claim takes: `"name":value,`.
#[must_use]
pub fn claim_bytes(name: &str, value: &Value) -> usize {
    name.len().saturating_add(value.to_string().len()).saturating_add(4)
}

/// A browser keeps 4,096 bytes of a cookie, its name included.
const COOKIE_BYTES_MAX: usize = 4_096;
/// What Clerk's documentation leaves for custom claims.
const CUSTOM_BYTES_MAX: usize = 1_200;
/// What Clerk puts into every session token.
pub const CLERKS_OWN: [&str; 20] = [
    "act",
    "azp",
    "exp",
    "fea",
    "fva",
    "iat",
    "iss",
    "jti",
    "nbf",
    "o",
    "org_id",
    "org_permissions",
    "org_role",
    "org_slug",
    "pla",
    "sid",
    "sts",
    "sub",
    "rol",
    "v",
];
