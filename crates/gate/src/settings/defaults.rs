//! The value of every setting that is not bound.

use crate::settings::account::AccountSettings;
use crate::settings::machines::MachineSettings;
use crate::settings::{Instance, InstanceKind, LogLevel, Settings, Upstream, UpstreamKind};
use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::rule_set::Rules;
use clerk_edge_token::policy::{Issuers, Policy};

impl Settings {
    /// The settings of an instance where nothing but its publishable key is bound.
    #[must_use]
    pub fn new(instance: Instance) -> Self {
        let issuer = format!("https://{}", instance.frontend_host);
        Self {
            secret_key: None,
            jwt_key: None,
            api_url: "https://api.clerk.com".to_owned(),
            jwks_url: format!("{issuer}{JWKS_PATH}"),
            session_policy: Policy {
                authorized_parties: Vec::new(),
                audience: Vec::new(),
                issuers: Issuers::Only(vec![issuer]),
                clock_skew_ms: CLOCK_SKEW_MS,
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
            role_claims: ROLE_CLAIMS
                .iter()
                .filter_map(|path| ClaimPath::parse(path).ok())
                .collect(),
            claim_headers: Vec::new(),
            log: LogLevel::Decisions,
            lookup_ttl_seconds: LOOKUP_TTL_SECONDS,
            organization_sync: None,
            upstream_kind: UpstreamKind::Plain,
            machines: MachineSettings::default(),
            upstream: Upstream::Passthrough,
            debug_role: instance.kind == InstanceKind::Development,
            account: AccountSettings::default(),
            has_store: false,
            notes: Vec::new(),
            instance,
        }
    }
}

/// Where a Frontend API publishes its key set.
pub(super) const JWKS_PATH: &str = "/.well-known/jwks.json";
const ROLE_CLAIMS: [&str; 4] =
    ["metadata.role", "publicMetadata.role", "public_metadata.role", "role"];
/// As in Clerk's SDKs.
const CLOCK_SKEW_MS: i64 = 5_000;
const LOOKUP_TTL_SECONDS: u32 = 60;
