//! Why nobody is signed in, in Clerk's words: users search for them, and Clerk's own Frontend API
//! counts them.
//!
//! The list is closed but for one thing: a refusal to refresh carries the code of Clerk's API,
//! which is taken only where it is a short plain name.

use std::borrow::Cow;

use clerk_edge_token::error::TokenError;

/// Why a visitor is signed out, or sent through a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Clerk's cookie says that somebody is signed in, but there is no token.
    ClientUatWithoutSession,
    /// A page of another origin led here, and that origin may know of a newer session.
    CrossOriginSync,
    /// A development instance's browser has no mark yet.
    DevBrowserMissing,
    /// A development instance's browser brings its mark in the address.
    DevBrowserSync,
    /// The token has run out and was not refreshed.
    Expired(RefreshError),
    /// The token is older than the newest sign-in or sign-out.
    IssuedBeforeClientUat,
    /// The token says that it was made in the future.
    IssuedInTheFuture,
    /// The token's time has not come.
    NotActiveYet,
    /// The primary domain answers a satellite.
    PrimaryResponds,
    /// A satellite asks its primary domain.
    SatelliteNeedsSyncing,
    /// There is neither token nor cookie.
    SessionAndClientUatMissing,
    /// The handshake brought no session.
    SessionMissing,
    /// There is a token, but Clerk's cookie does not say that anybody is signed in.
    SessionWithoutClientUat,
    /// The token was refused.
    Token(TokenError),
}

/// Why an expired token was not refreshed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshError {
    /// Clerk said no, with this code.
    Api(ApiCode),
    /// Clerk did not answer.
    FetchError,
    /// What Clerk gave is no session for us.
    InvalidSessionToken,
    /// There is no secret key to ask with.
    MissingApiClient,
    /// The token does not name its session.
    MissingSessionId,
    /// The browser brings no refresh token.
    NoRefreshCookie,
    /// Only a `GET` is refreshed.
    NotGet,
    /// The token cannot even be decoded.
    Undecodable,
    /// Clerk said no without a code.
    UnexpectedApiError,
    /// Clerk said yes without a token.
    UnexpectedSdkError,
}

/// Holding one means: a code of Clerk's API, short and of plain characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCode(String);

impl ApiCode {
    /// Takes a code if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let fits = (1..=CODE_BYTES_MAX).contains(&text.len()) && text.bytes().all(plain);
        fits.then(|| Self(text.to_owned()))
    }
}

impl Reason {
    /// Clerk's word for it.
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
            Self::NotActiveYet => "session-token-nbf",
            Self::PrimaryResponds => "primary-responds-to-syncing",
            Self::SatelliteNeedsSyncing => "satellite-needs-syncing",
            Self::SessionAndClientUatMissing => "session-token-and-uat-missing",
            Self::SessionMissing => "session-token-missing",
            Self::SessionWithoutClientUat => "session-token-but-no-client-uat",
            Self::Token(flaw) => flaw_as_str(*flaw),
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

const fn flaw_as_str(flaw: TokenError) -> &'static str {
    match flaw {
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

/// Clerk's codes are some thirty characters long.
const CODE_BYTES_MAX: usize = 64;
