//! The settings: a complete configuration without contradictions.
//!
//! All bindings are read, also after a problem, and wrong values are never guessed at. Messages
//! never contain a value.

pub mod account;
pub mod bindings;
pub mod claim_headers;
pub mod clerk_hosts;
pub mod contradictions;
pub mod defaults;
pub mod from_bindings;
pub mod in_code;
pub mod issuers;
pub mod names;
pub mod notes;
pub mod parties;
pub(crate) mod previews;
pub mod problems;
pub mod publishable_key;
pub mod self_given_roles;
pub mod site_map;
pub mod upstream;
pub mod urls;
pub mod value_reader;
pub mod webhook_bindings;
pub mod webhooks;

use std::cell::OnceCell;

use crate::limits::PUSHED_MEMORY_SECONDS;
use crate::secret::Secret;
use crate::settings::account::AccountSettings;
use crate::settings::site_map::SiteMapSettings;
use crate::settings::webhooks::WebhookSettings;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url::Url;
use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::rule_set::Rules;
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::policy::Policy;

/// The configuration. [`Settings::read`] returns it only if every binding could be read and none
/// contradicts another.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting")]
pub struct Settings {
    /// The Clerk instance, from the publishable key.
    pub instance: Instance,
    /// `CLERK_SECRET_KEY`.
    pub secret_key: Option<Secret>,
    /// `CLERK_JWT_KEY`: if set, keys are never fetched.
    pub jwt_key: Option<PublicKey>,
    /// `CLERK_API_URL`, without a trailing slash.
    pub api_url: String,
    /// `CLERK_JWKS_URL`, or the key set of the Frontend API.
    pub jwks_url: String,
    /// `CLERK_AUTHORIZED_PARTIES`, `CLERK_AUDIENCE`, `CLERK_ISSUER`, `CLERK_CLOCK_SKEW_SECONDS`.
    pub session_policy: Policy,
    /// `CLERK_SIGN_IN_URL`.
    pub sign_in_url: Option<String>,
    /// `CLERK_SIGN_UP_URL`.
    pub sign_up_url: Option<String>,
    /// `CLERK_PROXY_URL`: absolute, or a path on the request's own origin.
    pub proxy_url: Option<String>,
    /// `CLERK_DOMAIN`.
    pub domain: Option<String>,
    /// `CLERK_IS_SATELLITE`.
    pub is_satellite: bool,
    /// `CLERK_SATELLITE_AUTO_SYNC`.
    pub satellite_auto_sync: bool,
    /// `CLERK_CROSS_ORIGIN_SYNC`.
    pub cross_origin_sync: bool,
    /// `CLERK_TRUST_FORWARDED_HOST`.
    pub trust_forwarded_host: bool,
    /// `ROUTES`.
    pub rules: Rules,
    /// `ROLE_CLAIMS`, in order.
    pub role_claims: Vec<ClaimPath>,
    /// `CLAIM_HEADERS`: lower-case header name and claim.
    pub claim_headers: Vec<(String, ClaimPath)>,
    /// `LOG`.
    pub log: LogLevel,
    /// `LOOKUP_TTL_SECONDS`.
    pub lookup_ttl_seconds: u32,
    /// `UPSTREAM`.
    pub upstream: Upstream,
    /// How files of a site are judged.
    pub site_map: SiteMapSettings,
    /// `DEBUG_ROLE`.
    pub debug_role: bool,
    /// Whether nothing says what stands behind: neither `UPSTREAM` nor a binding.
    pub upstream_is_implied: bool,
    /// `HEALTH_DETAILS`.
    pub health_details: bool,
    /// `ACCOUNT` and `SELF_METADATA`.
    pub account: AccountSettings,
    /// `CLERK_WEBHOOK_SIGNING_SECRET`, `NEW_USER_METADATA`, `SYNC_URL` and `SYNC_SECRET`.
    pub webhooks: WebhookSettings,
    /// Whether `CLERK_CACHE` is bound.
    pub has_store: bool,
    /// What is missing or should be changed, one sentence each, for the log and the health answer.
    pub notes: Vec<String>,
}

impl Settings {
    /// How long a finding is used from memory. With webhooks not for long: a push reaches the store
    /// and one isolate.
    pub(crate) fn memory_ttl_seconds(&self) -> u32 {
        if self.webhooks.is_on() {
            self.lookup_ttl_seconds.min(PUSHED_MEMORY_SECONDS)
        } else {
            u32::MAX
        }
    }

    /// Whether findings that webhooks have pushed may be in the store.
    pub(crate) fn reads_pushed_findings(&self) -> bool {
        self.has_store && self.webhooks.is_on()
    }
}

/// The Clerk instance that the publishable key names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The key as configured. The cookie suffix is a hash of its bytes.
    pub publishable_key: String,
    /// Development or production.
    pub kind: InstanceKind,
    /// The host of the Frontend API in the key; satellite domain and proxy do not change it.
    pub frontend_host: String,
    /// `account_portal`, once it was asked for.
    pub portal: OnceCell<Option<Url>>,
    /// The eight characters at the end of the names of this instance's cookies.
    pub cookie_suffix: String,
}

impl Instance {
    /// The Account Portal, from the key alone: a proxy or satellite has none of its own. `None` if
    /// the host makes no URL.
    pub(crate) fn account_portal(&self) -> Option<&Url> {
        self.portal.get_or_init(|| clerk_hosts::portal(&self.frontend_host)).as_ref()
    }
}

/// Development or production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceKind {
    /// `pk_test_`.
    Development,
    /// `pk_live_`.
    Production,
}

impl InstanceKind {
    /// The word in the health answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// Which decisions are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// All.
    All,
    /// All but requests that a rule with `anyone` forwards.
    Decisions,
    /// Only requests that are not forwarded, or that `report_only` forwards.
    Refusals,
    /// None.
    Off,
}

/// Where allowed requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// The assets binding `ASSETS`.
    Assets,
    /// The service binding `ORIGIN`.
    Service,
    /// What Cloudflare has for the URL without the Worker.
    Passthrough,
    /// Another origin: an absolute URL; a base path has no trailing slash.
    Url(String),
    /// The program that the gate is part of.
    Handler,
}

impl Upstream {
    /// The name in the health answer: its kind, and no address.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Assets => "assets",
            Self::Service => "service",
            Self::Passthrough => "passthrough",
            Self::Url(_) => "url",
            Self::Handler => "handler",
        }
    }

    /// Whether a path stays where it belongs under every reading: with a base path, no `..` that
    /// the upstream may find in it leads above its root.
    pub(crate) fn holds(&self, path: &RequestPath) -> bool {
        let Self::Url(address) = self else { return true };
        let rest = address.split_once("://").map_or("", |(_, rest)| rest);
        !rest.contains('/') || !path.climbs()
    }
}
