//! What `auth()` and `getAuth()` of `@clerk/nextjs` read where its middleware ran before them
//! (`UPSTREAM_KIND = nextjs`): the session token, its signature with the secret key, and the public
//! URL. They are internals of Clerk's; the tests build an app with each version that is pinned.
//!
//! The app takes these headers at their word, so it must be reachable through the gate alone.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_rules::caller_kind::CallerKind;
use sha1_smol::Sha1;

use crate::auth::{Auth, AuthStatus};
use crate::limits::CLAIM_HEADERS_BYTES_MAX;
use crate::secret::Secret;
use crate::session::context::browser_url;
use crate::settings::Settings;
use clerk_edge_http::percent;

/// Adds the headers to those that say who asks.
#[cold]
pub(super) fn add(
    set: &mut Vec<(String, String)>,
    auth: &Auth<'_>,
    settings: &Settings,
    request: &impl Incoming,
) {
    // Without a status the app answers 500, on open pages too.
    if matches!(auth.status, AuthStatus::NotAsked) {
        put(set, "x-clerk-auth-status", "signed-out".to_owned());
    }
    if let (Some(token), Some(secret)) = (token(auth), &settings.secret_key) {
        put(set, "x-clerk-auth-signature", signature(secret, token));
        put(set, "x-clerk-auth-token", token.to_owned());
    }
    if let Some(url) = browser_url(settings, request) {
        put(set, "x-clerk-clerk-url", percent::encode(&url.href(), percent::VISIBLE));
    }
    let bytes = |set: &[(String, String)]| {
        set.iter().fold(0, |sum: usize, (name, value)| {
            sum.saturating_add(name.len()).saturating_add(value.len())
        })
    };
    let claims = set.iter().position(|(name, _)| name == CLAIMS);
    if let Some(at) = claims.filter(|_| bytes(set) > CLAIM_HEADERS_BYTES_MAX) {
        set.remove(at);
        put(set, "x-clerk-claims-omitted", "too-large".to_owned());
    }
}

/// The token that the app decodes. For a machine it is only told the kind: an app of this kind
/// takes a machine's token for somebody who is signed out, and answers 500 where there is none.
fn token<'a>(auth: &'a Auth<'_>) -> Option<&'a str> {
    match &auth.status {
        AuthStatus::SignedIn(user) => Some(user.token()),
        AuthStatus::Machine(machine) => Some(match machine.identity().kind {
            CallerKind::Machine => "mt_",
            CallerKind::OAuth => "oat_",
            CallerKind::ApiKey | CallerKind::Session => "ak_",
        }),
        _ => None,
    }
}

fn put(set: &mut Vec<(String, String)>, name: &str, value: String) {
    set.push((name.to_owned(), value));
}

/// HMAC-SHA1 (RFC 2104) in hexadecimal. By hand over the SHA-1 that is here anyway: WebCrypto's is
/// asynchronous, and the crates for it bring another SHA-1.
fn signature(secret: &Secret, token: &str) -> String {
    let mut block = [0_u8; BLOCK_BYTES];
    let hashed = secret.with_text(|key| {
        let long = key.len() > BLOCK_BYTES;
        let digest = Sha1::from(key).digest().bytes();
        let key = if long { digest.as_slice() } else { key.as_bytes() };
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte = *key);
        let padded = |pad: u8| block.map(|byte| byte ^ pad);
        let mut inner = Sha1::from(padded(0x36));
        inner.update(token.as_bytes());
        let mut outer = Sha1::from(padded(0x5c));
        outer.update(&inner.digest().bytes());
        outer.digest()
    });
    hashed.to_string()
}

const CLAIMS: &str = "x-clerk-claims";
const BLOCK_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_rfc_2202() {
        let signed = |key: &str, text: &str| signature(&Secret::new(key.to_owned()), text);
        let expected = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        assert_eq!(signed("Jefe", "what do ya want for nothing?"), expected);
        // RFC 2202, 6: a key longer than a block, here of letters since keys are text.
        let long = signed(&"a".repeat(80), "x");
        assert_eq!(long, signed_by_openssl());
        assert_ne!(signed("Jefe", "what do ya want for nothing"), expected);
    }

    /// `printf x | openssl dgst -sha1 -hmac aaaa…` with eighty letters.
    fn signed_by_openssl() -> String {
        "39fd2ecd5d6cc8b38467589cf3d3abb82ecff7c6".to_owned()
    }
}
