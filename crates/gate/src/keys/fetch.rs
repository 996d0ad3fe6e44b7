//! Fetches the key set from Clerk.
//!
//! The Frontend API is asked first, because its set is public; then the Backend API, if there is a
//! secret key. Each is asked at most once, redirects are not followed, and only a 200 with a usable
//! set counts. The URLs come from the settings alone.

use crate::clerk_api::ClerkApiError;
use crate::context::{KeySource, RequestContext};
use crate::limits::{ANSWER_BYTES_MAX, KEYS_TIMEOUT_MS};
use crate::platform::{ClerkMethod, ClerkRequest, Platform};
use crate::settings::Settings;
use clerk_edge_token::key::jwks::{JwksError, KeySet};

/// No source returned a key set; why not, a sentence for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AllSourcesFailed(pub(super) Vec<String>);

/// Asks one source after the other until one returns a set. A note says why a source did not.
pub(super) async fn fetch<P: Platform>(
    settings: &Settings,
    ctx: &RequestContext<'_, P>,
) -> Result<(KeySet, KeySource), AllSourcesFailed> {
    let mut why_not = Vec::new();
    for (source, call) in calls(settings) {
        match ask(ctx.platform, &call).await {
            Ok(set) => return Ok((set, source)),
            Err(why) => {
                let source = source.as_str();
                let note = format!("keys: {source} returned no usable key set: {why}");
                ctx.note(note.clone());
                why_not.push(note);
            }
        }
    }
    Err(AllSourcesFailed(why_not))
}

fn calls(settings: &Settings) -> impl Iterator<Item = (KeySource, ClerkRequest)> {
    let call = |url: String| ClerkRequest {
        method: ClerkMethod::Get,
        url,
        secret: None,
        headers: Vec::new(),
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

async fn ask<P: Platform>(platform: &P, call: &ClerkRequest) -> Result<KeySet, FetchError> {
    let response = platform.call(call).await.map_err(ClerkApiError::NoAnswer);
    match response.map_err(FetchError::Clerk)? {
        response if response.status == 200 => {
            KeySet::parse(&response.body).map_err(FetchError::Set)
        }
        response => {
            let has_secret = call.secret.is_some();
            Err(FetchError::Clerk(ClerkApiError::of_status(response.status, has_secret)))
        }
    }
}

/// Why one source returned no usable set.
enum FetchError {
    Clerk(ClerkApiError),
    Set(JwksError),
}

impl std::fmt::Display for FetchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Clerk(error) => error.fmt(f),
            Self::Set(error) => error.fmt(f),
        }
    }
}
