//! Settings for tests: of a publishable key, of an ordinary instance, and of the SDK's options.

use clerk_edge_gate::secret::Secret;
use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use clerk_edge_gate::settings::organization_sync::OrganizationSync;
use clerk_edge_gate::settings::{Instance, LogLevel, Settings, Upstream};
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::policy::{Issuers, Policy};
use serde_json::Value;

use crate::mint::TEST_KEY;

/// The settings of a publishable key, with a Backend API that does not exist and without a log.
pub fn of_key(key: &str) -> Settings {
    Settings {
        api_url: "https://api.clerk.test".to_owned(),
        log: LogLevel::Off,
        debug_role: false,
        ..Settings::new(Instance::parse(key).unwrap())
    }
}

/// A development instance with a secret key, assets and a store.
pub fn development() -> Settings {
    let mut settings = Settings {
        secret_key: Some(Secret::new("sk_test_deadbeef".to_owned())),
        upstream: Upstream::Assets,
        debug_role: false,
        has_store: true,
        role_claims: Vec::new(),
        ..Settings::new(Instance::parse(TEST_KEY).unwrap())
    };
    settings.session_policy.issuers = Issuers::Any;
    settings
}

/// The settings for recorded options of the SDK. Settings that are off by default are on, because
/// the SDK cannot turn them off. `CLERK_ISSUER` is `any` unless the options name issuers. `None` if
/// the options have problems that keep the gate closed.
pub fn of_options(options: &Value) -> Option<Settings> {
    let text =
        |name: &str| options[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let key = text("publishableKey").unwrap_or_else(|| "pk_live_Y2xlcmsubXlhcHAuY29tJA".to_owned());
    let issuers = list(&options["issuer"]);
    let jwt_key = match text("jwtKey") {
        Some(pem) => Some(PublicKey::from_pem(&pem).ok()?),
        None => None,
    };
    let organization_sync = organization_sync(&options["organizationSyncOptions"])?;
    Some(Settings {
        organization_sync,
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
        ..of_key(&key)
    })
}

/// `organizationSyncOptions` as `CLERK_ORGANIZATION_SYNC`; `None` if that is a problem.
#[expect(clippy::option_option, reason = "a problem, or nothing set")]
fn organization_sync(options: &Value) -> Option<Option<OrganizationSync>> {
    struct Bound(String);
    impl Bindings for Bound {
        fn get(&self, name: &str) -> Option<Binding> {
            match name {
                "CLERK_PUBLISHABLE_KEY" => Some(Binding::Text(TEST_KEY.to_owned())),
                "CLERK_ORGANIZATION_SYNC" => Some(Binding::Json(self.0.clone())),
                _ => None,
            }
        }
    }
    if options.is_null() {
        return Some(None);
    }
    let settings = Settings::read(&Bound(options.to_string())).ok()?;
    Some(settings.organization_sync)
}

fn list(option: &Value) -> Vec<String> {
    match option {
        Value::String(text) if !text.is_empty() => vec![text.clone()],
        Value::Array(texts) => texts.iter().map(|text| text.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// The URL of the Frontend API's key set in [`development`].
pub const FRONTEND_KEYS: &str = "https://clerk.inspired.puma-74.lcl.dev/.well-known/jwks.json";
/// The URL of the Backend API's key set in [`development`].
pub const BACKEND_KEYS: &str = "https://api.clerk.com/v1/jwks";
