//! Why a handshake leads nowhere, as far as the gate can see it. The loop page says it.

use clerk_edge_token::session::Session;

use crate::clerk_api::ClerkApiError;
use crate::limits::{COOKIE_BYTES_MAX, LOOP_CLAIMS_MAX};

/// Why a handshake leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoopCause {
    /// Clerk answers with a nonce, and without `CLERK_SECRET_KEY` it cannot be exchanged.
    NoSecretKey,
    /// Clerk did not exchange the nonce.
    Nonce(ClerkApiError),
    /// Clerk exchanged the nonce before, or calls of strangers are limited.
    NonceNotSent,
    /// The session token that Clerk sent has ended, by this machine's clock.
    TokenEnded,
    /// Browsers drop the session cookie: it is too large.
    CookieTooLarge {
        /// Its name and value together.
        bytes: usize,
        /// The largest claims of the token with their sizes as JSON, the largest first.
        claims: Vec<(String, usize)>,
    },
    /// Handshakes have just set cookies, and the browser sends none.
    CookiesNotReturned,
}

impl LoopCause {
    /// If browsers drop one of these session cookies.
    pub(super) fn of_size(cookies: &[String], session: &Session) -> Option<Self> {
        let sizes = cookies.iter().filter_map(|cookie| {
            let (name, value) = cookie.split(';').next()?.split_once('=')?;
            let (name, value) = (name.trim(), value.trim());
            name.starts_with("__session").then(|| name.len().saturating_add(value.len()))
        });
        let bytes = sizes.max().filter(|bytes| *bytes > COOKIE_BYTES_MAX)?;
        let all = session.claims().all().as_object().into_iter().flatten();
        let mut claims: Vec<(String, usize)> =
            all.map(|(name, value)| (name.clone(), value.to_string().len())).collect();
        claims.sort_by(|(a, left), (b, right)| right.cmp(left).then_with(|| a.cmp(b)));
        claims.truncate(LOOP_CLAIMS_MAX);
        Some(Self::CookieTooLarge { bytes, claims })
    }
}
