//! The schema of the settings: as values, or as texts that hold them.

use clerk_edge_gate::settings::bindings::NAMES;
use serde_json::{Map, Value, json};

use crate::schema::rules;
use crate::schema::{described, object};

/// A table of settings.
#[must_use]
pub fn schema() -> Value {
    let mut schema = object(properties(), &[]);
    if let Value::Object(members) = &mut schema {
        members.insert("definitions".to_owned(), rules::definitions());
    }
    schema
}

/// Every setting that can be a var.
#[must_use]
pub fn properties() -> Map<String, Value> {
    let vars = NAMES.into_iter().filter_map(|name| {
        let (schema, sentence) = var(name)?;
        Some((name.to_owned(), described(schema, sentence)))
    });
    vars.collect()
}

/// Whether a name is a binding that is no var.
#[must_use]
pub fn is_no_var(name: &str) -> bool {
    ["ASSETS", "CLERK_CACHE", "ORIGIN"].contains(&name)
}

/// The schema and the sentence of a var; none for what is no var.
#[must_use]
pub fn var(name: &str) -> Option<(Value, &'static str)> {
    let text = || json!({ "type": "string" });
    let truth = || json!({ "type": ["boolean", "string"] });
    let number = || json!({ "type": ["integer", "string"] });
    let list = || json!({ "anyOf": [text(), { "type": "array", "items": text() }] });
    let table = |inner: Value| {
        json!({ "anyOf": [
        text(), { "type": "object", "additionalProperties": inner },
    ] })
    };
    let routes = || {
        json!({ "anyOf": [
        text(), { "type": "array", "items": { "$ref": "#/definitions/rule" } },
    ] })
    };
    Some(match name {
        "ACCOUNT" => (truth(), "false takes the account endpoints away."),
        "ASSERTION_AUDIENCE" => (text(), "`aud` of the signed word for the upstream."),
        "ASSERTION_KEY" => (text(), "Private key of the signed word for the upstream; a secret."),
        "CLAIM_HEADERS" => {
            (table(text()), "More request headers for the upstream: name → claim path.")
        }
        "CLERK_API_URL" => (text(), "Clerk's Backend API."),
        "CLERK_AUDIENCE" => (list(), "Allowed `aud`."),
        "CLERK_AUTHORIZED_PARTIES" => (list(), "Allowed `azp`: the origins of your site."),
        "CLERK_CLOCK_SKEW_SECONDS" => (number(), "How far clocks may differ, 0 to 300."),
        "CLERK_CROSS_ORIGIN_SYNC" => (truth(), "The cross-origin handshake."),
        "CLERK_DOMAIN" => (text(), "The satellite's domain."),
        "CLERK_FRONTEND_API_PROXY" => {
            (truth(), "Clerk's Frontend API on your domain: true or a path.")
        }
        "CLERK_ISSUER" => (list(), "Allowed `iss`, or `any`."),
        "CLERK_IS_SATELLITE" => (truth(), "This site is a satellite."),
        "CLERK_JWKS_URL" => (text(), "Where the instance's keys are."),
        "CLERK_JWT_KEY" => (text(), "PEM public key: no key is fetched at all."),
        "CLERK_MACHINE_ID" => (text(), "An M2M token's scopes must contain it."),
        "CLERK_MACHINE_SECRET_KEY" => (text(), "A machine's secret key; a secret."),
        "CLERK_ORGANIZATION_SYNC" => (
            json!({ "type": ["object", "string"] }),
            "Organizations by path, as Clerk's SDK takes them.",
        ),
        "CLERK_PROXY_URL" => (text(), "The proxy of the Frontend API: absolute or a path."),
        "CLERK_PUBLISHABLE_KEY" => (text(), "Clerk Dashboard, API keys; begins with `pk_`."),
        "CLERK_SATELLITE_AUTO_SYNC" => (truth(), "As Clerk's SDKs."),
        "CLERK_SECRET_KEY" => (text(), "Clerk Dashboard, API keys; a secret, never a var."),
        "CLERK_SIGN_IN_URL" => (text(), "The sign-in page: a path, or absolute."),
        "CLERK_SIGN_UP_URL" => (text(), "The sign-up page: a path, or absolute."),
        "CLERK_TRUST_FORWARDED_HOST" => (truth(), "`x-forwarded-host` and `-proto` count."),
        "CLERK_WEBHOOK_SIGNING_SECRET" => (text(), "Of the webhook endpoint; a secret."),
        "DEBUG_ROLE" => (truth(), "The page /debug-role."),
        "HEALTH_DETAILS" => (truth(), "Health shows more than status and version."),
        "LOG" => (text(), "all, decisions, refusals or off."),
        "LOOKUP_TTL_SECONDS" => (number(), "How long a looked-up claim is kept."),
        "MACHINE_TTL_SECONDS" => (number(), "How long an accepted machine token is remembered."),
        "NEW_USER_METADATA" => {
            (json!({ "type": ["object", "string"] }), "Public metadata that new people get.")
        }
        "PATH_CASE" => (text(), "`insensitive` for an upstream that ignores case."),
        "PATH_SUFFIXES" => (list(), "Suffixes that the upstream cuts from a path."),
        "ROLE_CLAIMS" => (list(), "Where the role is looked for in the token, in order."),
        "ROUTES" => (routes(), "The rules."),
        "SELF_METADATA" => (
            json!({ "type": ["object", "string"] }),
            "Public metadata that people may set for themselves.",
        ),
        "SITE_MAP" => (text(), "auto, required or off."),
        "SYNC_SECRET" => (text(), "Signs events for SYNC_URL; a secret."),
        "SYNC_URL" => (text(), "Your endpoint for people's events."),
        "UPSTREAM" => (text(), "assets, service, passthrough, or an absolute URL."),
        "UPSTREAM_KIND" => (text(), "`nextjs` for an app with @clerk/nextjs behind the gate."),
        _ => return None,
    })
}
