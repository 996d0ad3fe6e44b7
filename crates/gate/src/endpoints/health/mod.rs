//! The health answer: whether the gate can do its work, for monitors and people.
//!
//! No secret, no identity, no host. With faulty bindings it says so, and says what is wrong only
//! where that may be shown. Without `HEALTH_DETAILS` everybody sees `status` and `version` alone.

pub mod page;

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_http::url_parts::UrlParts;
use serde::Serialize;

use crate::answer::Answer;
use crate::answer::problem_json::ProblemEntry;
use crate::clerk_api::ClerkApiError;
use crate::context::{KeySource, RequestContext};
use crate::gate::Gate;
use crate::platform::Platform;
use crate::settings::previews::LIVE_ON_PREVIEW;
use crate::settings::problems::SettingsProblems;
use crate::settings::{InstanceKind, Settings};

/// What the gate knows of itself.
#[derive(Clone, Debug)]
pub struct Health<'a> {
    /// Which half of Clerk.
    pub instance: InstanceKind,
    /// How many rules there are.
    pub rules_count: usize,
    /// A short hash of them, to see whether two deployments have the same.
    pub rules_hash: &'a str,
    /// The keys at hand; `None` where none can be had.
    pub keys: Option<Keys>,
    /// How often a missing claim was looked up by this isolate.
    pub lookups: u64,
    /// How many of these got no answer.
    pub lookup_failures: u64,
    /// Where allowed requests go.
    pub upstream: &'static str,
    /// What is not configured or worth mending, and why Clerk cannot be reached.
    pub notes: &'a [String],
    /// Whether more is shown than `status` and `version`.
    pub has_details: bool,
}

/// The keys at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Where they came from.
    pub source: &'static str,
    /// How long ago.
    pub age_seconds: u64,
    /// How many.
    pub count: usize,
}

/// The health answer of a gate that is open.
pub(crate) async fn answer<K, P>(
    gate: &Gate<K>,
    settings: &Settings,
    request: &impl Incoming,
    ctx: &RequestContext<'_, P>,
) -> Answer
where
    K: Clone + 'static,
    P: Platform<Key = K>,
{
    let keys = gate.keys.ensure_loaded(settings, ctx).await.ok().map(|status| Keys {
        source: status.source.map_or("none", KeySource::as_str),
        age_seconds: status.age_seconds.map_or(0, u64::from),
        count: status.count,
    });
    let counters = gate.lookups.status();
    let nonce =
        gate.strangers.nonce_failure().filter(|failure| is_of_operator(*failure)).map(|failure| {
            format!("Handshakes fail, because Clerk does not exchange their nonce: {failure}.")
        });
    let host = UrlParts::of(request.url()).and_then(|url| url.host());
    let preview = host.filter(|host| settings.is_live_on_preview(host));
    let preview = preview.map(|_| LIVE_ON_PREVIEW.to_owned());
    let notes = settings.notes.iter().cloned().chain(gate.keys.failures());
    let mut notes: Vec<String> = notes.chain(nonce).chain(preview).collect();
    notes.extend(gate.site_map.notes(settings, ctx).await);
    let health = Health {
        instance: settings.instance.kind,
        rules_count: settings.rules.len(),
        rules_hash: &settings.rules.hash(),
        keys,
        lookups: counters.count,
        lookup_failures: counters.failures,
        upstream: settings.upstream.as_str(),
        notes: &notes,
        has_details: settings.health_details,
    };
    health.answer(RequestKind::of(request))
}

/// Whether the operator can do something about it. A stranger can send a nonce that Clerk does not
/// know.
const fn is_of_operator(failure: ClerkApiError) -> bool {
    matches!(failure, ClerkApiError::NoAnswer(_) | ClerkApiError::SecretRefused)
}

impl Health<'_> {
    /// 200 where keys are at hand, else 503.
    #[must_use]
    pub fn answer(&self, kind: RequestKind) -> Answer {
        let (status, word) = if self.keys.is_some() { (200, "ok") } else { (503, "unavailable") };
        let wire = HealthJson::new(word);
        if !self.has_details {
            return wire.answer(status, kind);
        }
        let wire = HealthJson {
            instance: Some(self.instance.as_str()),
            rules: Some(WireRules { count: self.rules_count, hash: self.rules_hash }),
            keys: self.keys.map(|keys| WireKeys {
                source: keys.source,
                age_seconds: keys.age_seconds,
                count: keys.count,
            }),
            lookups: Some(WireLookups { count: self.lookups, failures: self.lookup_failures }),
            upstream: Some(self.upstream),
            notes: Some(self.notes),
            ..wire
        };
        wire.answer(status, kind)
    }
}

/// The health of a gate that faulty bindings keep closed: always 503.
#[must_use]
pub fn misconfigured(faulty: &SettingsProblems, kind: RequestKind) -> Answer {
    let shown = faulty.problems().filter(|_| faulty.may_be_shown());
    let problems: Vec<ProblemEntry<'_>> =
        shown.map(|problem| ProblemEntry::from(&problem)).collect();
    HealthJson { problems, ..HealthJson::new("misconfigured") }.answer(503, kind)
}

#[derive(Serialize)]
struct HealthJson<'a> {
    status: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<WireRules<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<WireKeys>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lookups: Option<WireLookups>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ProblemEntry<'a>>,
}

#[derive(Serialize)]
struct WireRules<'a> {
    count: usize,
    hash: &'a str,
}

#[derive(Serialize)]
struct WireKeys {
    source: &'static str,
    age_seconds: u64,
    count: usize,
}

#[derive(Serialize)]
struct WireLookups {
    count: u64,
    failures: u64,
}

impl HealthJson<'_> {
    fn new(status: &'static str) -> Self {
        Self {
            status,
            version: env!("CARGO_PKG_VERSION"),
            instance: None,
            rules: None,
            keys: None,
            lookups: None,
            upstream: None,
            notes: None,
            problems: Vec::new(),
        }
    }

    fn answer(&self, status: u16, kind: RequestKind) -> Answer {
        match kind {
            RequestKind::Page => page::answer(status, self),
            RequestKind::Other => {
                Answer::json(status, serde_json::to_string(self).unwrap_or_default())
            }
        }
    }
}
