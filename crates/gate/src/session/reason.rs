//! Why no user is signed in, in Clerk's words: users search for them, and Clerk's Frontend API
//! counts them.
//!
//! The list is closed with one exception: a failed refresh carries the error code of Clerk's API,
//! if that is a short plain text.

use std::borrow::Cow;

use crate::limits::API_CODE_BYTES_MAX;
use clerk_edge_http::plain_id::is_plain_id;
use clerk_edge_token::error::TokenError;

/// Why a request is signed out, or needs a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `__client_uat` says that a user is signed in, but there is no session token.
    ClientUatWithoutSession,
    /// A page of another origin links here, and that origin may have a newer session.
    CrossOriginSync,
    /// Development instance: the browser has no `__clerk_db_jwt` yet.
    DevBrowserMissing,
    /// Development instance: `__clerk_db_jwt` is in the URL.
    DevBrowserSync,
    /// The token has expired and was not refreshed.
    Expired(RefreshError),
    /// The token is older than the newest sign-in or sign-out.
    IssuedBeforeClientUat,
    /// The token's `iat` is in the future.
    IssuedInTheFuture,
    /// Another organization is active than the page needs.
    OrganizationMismatch,
    /// A rule for machines, and no token in the header.
    NoTokenInHeader,
    /// The token's `nbf` is in the future.
    NotActiveYet,
    /// The primary domain answers a satellite.
    PrimaryResponds,
    /// A satellite asks its primary domain.
    SatelliteNeedsSyncing,
    /// There is neither a session token nor `__client_uat`.
    SessionAndClientUatMissing,
    /// The handshake returned no session.
    SessionMissing,
    /// There is a session token, but `__client_uat` does not say that a user is signed in.
    SessionWithoutClientUat,
    /// The token was refused.
    Token(TokenError),
}

/// Why an expired token was not refreshed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshError {
    /// Clerk answered with this error code.
    Api(ApiCode),
    /// Clerk did not answer.
    FetchError,
    /// What Clerk returned is not a valid session token for this site.
    InvalidSessionToken,
    /// There is no secret key for the call.
    MissingApiClient,
    /// The token has no `sid`.
    MissingSessionId,
    /// There is no refresh cookie.
    NoRefreshCookie,
    /// Only a `GET` request is refreshed.
    NotGet,
    /// The token cannot be decoded.
    Undecodable,
    /// Clerk answered with an error without a usable code.
    UnexpectedApiError,
    /// Clerk's answer has no cookies.
    UnexpectedSdkError,
}

/// An error code of Clerk's API, which is a short plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCode(String);

impl ApiCode {
    /// The code, if the text is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_plain_id(text, API_CODE_BYTES_MAX).then(|| Self(text.to_owned()))
    }
}

impl Reason {
    /// Clerk's name of the reason.
    #[must_use]
    pub fn as_str(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::ClientUatWithoutSession => "client-uat-but-no-session-token",
            Self::CrossOriginSync => "primary-domain-cross-origin-sync",
            Self::DevBrowserMissing => "dev-browser-missing",
            Self::DevBrowserSync => "dev-browser-sync",
            Self::Expired(why) => {
                return format!("session-token-expired-refresh-{}", why.as_str()).into();
            }
            Self::IssuedBeforeClientUat => "session-token-iat-before-client-uat",
            Self::IssuedInTheFuture => "session-token-iat-in-the-future",
            Self::OrganizationMismatch => "active-organization-mismatch",
            Self::NoTokenInHeader => "No token in header",
            Self::NotActiveYet => "session-token-nbf",
            Self::PrimaryResponds => "primary-responds-to-syncing",
            Self::SatelliteNeedsSyncing => "satellite-needs-syncing",
            Self::SessionAndClientUatMissing => "session-token-and-uat-missing",
            Self::SessionMissing => "session-token-missing",
            Self::SessionWithoutClientUat => "session-token-but-no-client-uat",
            Self::Token(error) => token_error_as_str(*error),
        })
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.as_str())
    }
}

impl RefreshError {
    fn as_str(&self) -> &str {
        match self {
            Self::Api(code) => &code.0,
            Self::FetchError => "fetch-error",
            Self::InvalidSessionToken => "invalid-session-token",
            Self::MissingApiClient => "missing-api-client",
            Self::MissingSessionId => "expired-session-token-missing-sid-claim",
            Self::NoRefreshCookie => "non-eligible-no-refresh-cookie",
            Self::NotGet => "non-eligible-non-get",
            Self::Undecodable => "expired-session-token-decode-failed",
            Self::UnexpectedApiError => "unexpected-bapi-error",
            Self::UnexpectedSdkError => "unexpected-sdk-error",
        }
    }
}

const fn token_error_as_str(error: TokenError) -> &'static str {
    match error {
        TokenError::Expired => "token-expired",
        TokenError::Invalid => "token-invalid",
        TokenError::InvalidAlgorithm => "token-invalid-algorithm",
        TokenError::InvalidAuthorizedParties => "token-invalid-authorized-parties",
        TokenError::InvalidIssuer => "token-invalid-issuer",
        TokenError::InvalidSignature => "token-invalid-signature",
        TokenError::IssuedInTheFuture => "token-iat-in-the-future",
        TokenError::KeyIdMismatch => "jwk-kid-mismatch",
        TokenError::NotActiveYet => "token-not-active-yet",
        TokenError::TypeMismatch => "token-type-mismatch",
        TokenError::Unexpected => "unexpected-error",
        TokenError::VerificationFailed => "token-verification-failed",
    }
}
