//! The SDK's options as our settings, as a user would set the bindings for the same behaviour.

use base64ct::{Base64, Base64Unpadded, Encoding};
use clerk_edge_gate::secret::Secret;
use clerk_edge_gate::settings::clerk_hosts::portal;
use clerk_edge_gate::settings::{Instance, InstanceKind, LogLevel, Settings, Upstream};
use clerk_edge_rules::rule_set::Rules;
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::policy::{Issuers, Policy};
use serde_json::Value;

/// The settings for recorded options. The switches that are off by default are on, since the SDK
/// has no such switches; `CLERK_ISSUER` is `any` unless the options name issuers. None where the
/// gate would stay closed instead.
pub(crate) fn of(options: &Value) -> Option<Settings> {
    let text =
        |name: &str| options[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let key = text("publishableKey").unwrap_or_else(|| "pk_live_Y2xlcmsubXlhcHAuY29tJA".to_owned());
    let instance = instance(&key);
    let jwks_url = format!("https://{}/.well-known/jwks.json", instance.frontend_host);
    let issuers = list(&options["issuer"]);
    let jwt_key = match text("jwtKey") {
        Some(pem) => Some(PublicKey::from_pem(&pem).ok()?),
        None => None,
    };
    Some(Settings {
        jwks_url,
        secret_key: text("secretKey").map(Secret::new),
        jwt_key,
        session_policy: Policy {
            authorized_parties: list(&options["authorizedParties"]),
            audience: list(&options["audience"]),
            issuers: if issuers.is_empty() { Issuers::Any } else { Issuers::Only(issuers) },
            clock_skew_ms: options["clockSkewInMs"].as_i64().unwrap_or(5_000),
        },
        sign_in_url: text("signInUrl"),
        sign_up_url: text("signUpUrl"),
        proxy_url: text("proxyUrl"),
        domain: text("domain"),
        is_satellite: options["isSatellite"] == Value::Bool(true),
        satellite_auto_sync: options["satelliteAutoSync"] == Value::Bool(true),
        cross_origin_sync: true,
        trust_forwarded_host: true,
        ..plain(instance)
    })
}

/// Settings with all their defaults for a publishable key.
pub(crate) fn plain(instance: Instance) -> Settings {
    let issuer = format!("https://{}", instance.frontend_host);
    Settings {
        secret_key: None,
        jwt_key: None,
        api_url: "https://api.clerk.test".to_owned(),
        jwks_url: format!("{issuer}/.well-known/jwks.json"),
        session_policy: Policy {
            authorized_parties: Vec::new(),
            audience: Vec::new(),
            issuers: Issuers::Only(vec![issuer]),
            clock_skew_ms: 5_000,
        },
        sign_in_url: None,
        sign_up_url: None,
        proxy_url: None,
        domain: None,
        is_satellite: false,
        satellite_auto_sync: false,
        cross_origin_sync: false,
        trust_forwarded_host: false,
        rules: Rules::default(),
        role_claims: Vec::new(),
        claim_headers: Vec::new(),
        log: LogLevel::Off,
        lookup_ttl_seconds: 60,
        upstream: Upstream::Passthrough,
        debug_role: false,
        notes: Vec::new(),
        has_store: false,
        instance,
    }
}

/// The instance of a publishable key.
pub(crate) fn instance(key: &str) -> Instance {
    let (kind, encoded) = match key.strip_prefix("pk_test_") {
        Some(encoded) => (InstanceKind::Development, encoded),
        None => (InstanceKind::Production, key.strip_prefix("pk_live_").unwrap()),
    };
    let host = Base64Unpadded::decode_vec(encoded.trim_end().trim_end_matches('=')).unwrap();
    let host = String::from_utf8(host).unwrap();
    let hash = Base64::encode_string(&sha1_smol::Sha1::from(key).digest().bytes());
    let suffix = hash.get(..8).unwrap().replace('+', "-").replace('/', "_");
    Instance {
        publishable_key: key.to_owned(),
        kind,
        frontend_host: host.trim_end_matches('$').to_owned(),
        portal: portal(host.trim_end_matches('$')),
        cookie_suffix: suffix,
    }
}

fn list(option: &Value) -> Vec<String> {
    match option {
        Value::String(text) if !text.is_empty() => vec![text.clone()],
        Value::Array(texts) => texts.iter().map(|text| text.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    }
}
