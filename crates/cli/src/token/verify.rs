//! The gate's verdict on a token: a request that carries it, asked through the gate itself.

use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::endpoints::debug_role;
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use serde_json::Value;

use crate::config::load::Configuration;
use crate::host::Host;
use crate::online::Network;
use crate::online::platform::Keys;
use crate::report::Failure;
use crate::world::request::{Asked, HOST, Invented};

/// What the gate says.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The gate would accept it now.
    pub is_valid: bool,
    /// A key was asked, and the signature is the instance's.
    pub is_verified: bool,
    /// Clerk's word for why not.
    pub reason: Option<String>,
    /// The report of `/debug-role`.
    pub report: Value,
}

/// Asks the gate.
///
/// # Errors
/// Where no key can be had.
pub async fn ask<H: Host>(
    network: &Network<'_, H>,
    configuration: &Configuration,
    token: &str,
    jwks: Option<String>,
    now_ms: i64,
) -> Result<Verdict, Failure> {
    let bindings = WithoutSecrets { inner: configuration, without_jwt_key: jwks.is_some() };
    let gate: Gate<H::Key> = Gate::open(&bindings);
    let platform = Keys { network, jwks };
    let ctx = RequestContext::new(&platform, now_ms);
    let asked = Asked {
        method: "GET".to_owned(),
        host: HOST.to_owned(),
        path: "/".to_owned(),
        is_page: false,
    };
    let request = Invented::new(&asked, Some(token));
    let report = debug_role::report(&gate, &request, None, &ctx).await;
    let report: Value = report.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default();
    let status = report.get("status").and_then(Value::as_str).unwrap_or_default();
    if status == "unavailable" {
        return Err(Failure::outside("keys-unavailable", "keys", "no key can be had")
            .help("Name a key set with `--jwks FILE`, or set CLERK_JWT_KEY."));
    }
    let reason = report.get("reason").and_then(Value::as_str).map(of_token);
    let is_valid = status == "signed-in";
    let is_verified = is_valid || reason.as_deref().is_some_and(|it| AFTER_SIGNATURE.contains(&it));
    Ok(Verdict { is_valid, is_verified, reason, report })
}

/// Clerk's word for the token itself, where the gate's tells of the session that it belongs to.
fn of_token(reason: &str) -> String {
    let token = match reason {
        "session-token-iat-in-the-future" => "token-iat-in-the-future",
        "session-token-nbf" => "token-not-active-yet",
        _ if reason.starts_with("session-token-expired") => "token-expired",
        other => other,
    };
    token.to_owned()
}

/// A token needs no secret key; with `--jwks` no other key counts.
struct WithoutSecrets<'c> {
    inner: &'c Configuration,
    without_jwt_key: bool,
}

impl Bindings for WithoutSecrets<'_> {
    fn get(&self, name: &str) -> Option<Binding> {
        match name {
            "CLERK_SECRET_KEY" => None,
            "CLERK_JWT_KEY" if self.without_jwt_key => None,
            _ => self.inner.get(name),
        }
    }
}

/// Reasons that Clerk gives once the signature is good.
const AFTER_SIGNATURE: [&str; 7] = [
    "session-pending",
    "token-expired",
    "token-iat-in-the-future",
    "token-invalid-audience",
    "token-invalid-authorized-parties",
    "token-invalid-issuer",
    "token-not-active-yet",
];
