//! Clerk as a source of keys: whom to ask in which order, and what counts as an answer.
//!
//! The Frontend API first, since its set is public; then the Backend API where there is a secret.
//! Anything but a 200 with a usable set counts as no answer. It refuses to follow redirects, to
//! try twice, and to ask at any address that the configuration does not name.

use crate::context::{KeySource, RequestContext};
use crate::limits::{ANSWER_BYTES_MAX, KEYS_TIMEOUT_MS};
use crate::platform::{ClerkCallError, ClerkRequest, Platform};
use crate::settings::Settings;
use clerk_edge_token::key::jwks::{JwksError, KeySet};

/// One round: each source is asked at most once, until one answers. `None` means that nobody
/// could be asked; each source's reason is in the turn's log.
pub(super) async fn fetch<P: Platform>(
    settings: &Settings,
    ctx: &RequestContext<'_, P>,
) -> Option<(KeySet, KeySource)> {
    for (source, call) in calls(settings) {
        match ask(ctx.platform, &call).await {
            Ok(set) => return Some((set, source)),
            Err(why) => ctx.note(format!("keys: {} gave none: {why}", source.as_str())),
        }
    }
    None
}

fn calls(settings: &Settings) -> impl Iterator<Item = (KeySource, ClerkRequest)> {
    let call = |url: String| ClerkRequest {
        url,
        secret: None,
        body: None,
        timeout_ms: KEYS_TIMEOUT_MS,
        bytes_max: ANSWER_BYTES_MAX,
    };
    let public = (KeySource::FrontendApi, call(settings.jwks_url.clone()));
    let private = settings.secret_key.clone().map(|secret| {
        let url = format!("{}/v1/jwks", settings.api_url);
        (KeySource::BackendApi, ClerkRequest { secret: Some(secret), ..call(url) })
    });
    std::iter::once(public).chain(private)
}

async fn ask<P: Platform>(platform: &P, call: &ClerkRequest) -> Result<KeySet, NoSet> {
    let reply = platform.call(call).await.map_err(NoSet::ClerkRequest)?;
    match reply.status {
        200 => KeySet::parse(&reply.body).map_err(NoSet::Set),
        401 | 403 if call.secret.is_some() => Err(NoSet::SecretRefused),
        status => Err(NoSet::Status(status)),
    }
}

/// Why one source gave no set.
enum NoSet {
    ClerkRequest(ClerkCallError),
    Status(u16),
    SecretRefused,
    Set(JwksError),
}

impl std::fmt::Display for NoSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ClerkRequest(ClerkCallError::Unreachable) => f.write_str("it cannot be reached"),
            Self::ClerkRequest(ClerkCallError::TimedOut) => {
                f.write_str("it did not answer in time")
            }
            Self::ClerkRequest(ClerkCallError::TooLarge) => f.write_str("the answer is too large"),
            Self::Status(status) => write!(f, "it answered {status}"),
            Self::SecretRefused => f.write_str(
                "it refuses CLERK_SECRET_KEY; take the secret of the instance that \
                 CLERK_PUBLISHABLE_KEY names",
            ),
            Self::Set(unusable) => unusable.fmt(f),
        }
    }
}
