//! What is worth mending about a session, each with the way out and, where there is one, the JSON
//! to paste.

use serde::Serialize;
use serde_json::{Value, json};

use crate::auth::principal::PublicMetadata;
use crate::explain::session::SessionReport;
use crate::lookup::ADD_TO_SESSION_TOKEN;
use crate::settings::Settings;

/// One piece of advice.
#[derive(Debug, Serialize)]
pub(crate) struct Advice {
    /// What is wrong, and what helps.
    pub(crate) text: String,
    /// What to paste.
    pub(crate) paste: Option<String>,
}

/// All of it for a session.
pub(crate) fn of(
    settings: &Settings,
    session: &SessionReport<'_>,
    metadata: &PublicMetadata,
) -> Vec<Advice> {
    let mut all = Vec::new();
    let role = &session.role;
    let claim = |text: &str| Advice {
        text: format!("{text}{ADD_TO_SESSION_TOKEN}"),
        paste: Some(token_claim(settings)),
    };
    if is_unfilled(session) {
        all.push(advice(UNFILLED, None));
    }
    match metadata {
        PublicMetadata::Found(_) if role.source.as_deref() == Some("lookup") => {
            all.push(claim(NOT_IN_TOKEN));
        }
        PublicMetadata::NotAsked | PublicMetadata::Found(_) if !role.names.is_empty() => {}
        PublicMetadata::NotConfigured => all.push(claim(NO_SECRET)),
        PublicMetadata::Failed(failed) => {
            all.push(claim(&format!("The user could not be looked up: {}. ", failed.why)));
        }
        PublicMetadata::NotAsked | PublicMetadata::Found(_) | PublicMetadata::Absent => {
            all.push(advice(NO_ROLE, Some(json!({ "role": "admin" }).to_string())));
            all.push(claim(""));
        }
    }
    if session.token.is_tight() {
        all.push(advice(TIGHT, None));
    }
    if !all.is_empty() {
        all.push(advice(RENEW, None));
    }
    all
}

fn advice(text: &str, paste: Option<String>) -> Advice {
    Advice { text: text.to_owned(), paste }
}

/// The claim that puts the first place of `ROLE_CLAIMS` into the session token.
fn token_claim(settings: &Settings) -> String {
    let path = settings.role_claims.first().map(ToString::to_string).unwrap_or_default();
    let first = path.split('.').next().filter(|it| !it.is_empty()).unwrap_or("metadata");
    let template = match first {
        "metadata" | "publicMetadata" | "public_metadata" => "{{user.public_metadata}}".to_owned(),
        other => format!("{{{{user.public_metadata.{other}}}}}"),
    };
    json!({ first: template }).to_string()
}

/// Whether a template's braces arrived where its value should be.
fn is_unfilled(session: &SessionReport<'_>) -> bool {
    let has_braces = |value: &Value| value.as_str().is_some_and(|text| text.contains("{{"));
    session.role.steps.iter().filter_map(|step| step.value.as_ref()).any(has_braces)
        || session.claims.as_object().into_iter().flatten().any(|(_, value)| has_braces(value))
}

const NOT_IN_TOKEN: &str = "The role is in the user's public metadata, but not in the session \
    token, so it is looked up at Clerk's API. ";
const NO_SECRET: &str = "The token has no role, and without CLERK_SECRET_KEY the user's metadata \
    cannot be looked up. Set the secret: wrangler secret put CLERK_SECRET_KEY. ";
const NO_ROLE: &str = "This user has no role. Give one in the public metadata: Clerk Dashboard, \
    Users, the user, Metadata, Public. Private metadata never reaches the token or the gate.";
const TIGHT: &str = "The token is close to its limit. A browser drops a cookie of more than 4,096 \
    bytes, and everybody it happens to is signed out. Put single values into the token in place of \
    whole metadata.";
const UNFILLED: &str = "A claim holds the text of its template. Clerk does not know the name \
    inside the braces: compare it with user.public_metadata, letter by letter.";
const RENEW: &str = "A token says what was true when it was made, and lives for a minute. After a \
    change wait that long, or sign out and in.";
