//! What one isolate keeps between requests: the settings, and all that is remembered.
//!
//! The steps of a request are in [`crate::line`].

use clerk_edge_rules::problem::Problem;
use clerk_edge_token::verified_cache::VerifiedCache;
use serde_json::json;

use crate::clerk_api::budget::Budget;
use crate::clerk_api::failed_nonces::FailedNonces;
use crate::clerk_api::handshake_returns::HandshakeReturns;
use crate::clerk_api::stranger_budget::StrangerBudget;
use crate::context::{BackgroundTask, RequestContext};
use crate::deliveries::Deliveries;
use crate::keys::Keys;
use crate::lookup::Lookups;
use crate::lookup::pushed::store_unless_older;
use crate::numbered_cookies::NumberedCookies;
use crate::platform::{Platform, StoreFailed};
use crate::settings::bindings::Bindings;
use crate::settings::in_code::InCode;
use crate::settings::problems::SettingsProblems;
use crate::settings::{InstanceKind, Settings};
use crate::site_map::KnownSiteMap;

/// What one isolate knows: the settings, and all that is remembered between requests.
pub struct Gate<K> {
    pub(crate) settings: Result<Settings, SettingsProblems>,
    pub(crate) keys: Keys<K>,
    pub(crate) remembered: VerifiedCache,
    pub(crate) numbered: NumberedCookies,
    pub(crate) nonces: FailedNonces,
    pub(crate) strangers: StrangerBudget,
    pub(crate) returns: HandshakeReturns,
    pub(crate) lookups: Lookups,
    pub(crate) account_calls: Budget,
    pub(crate) deliveries: Deliveries,
    pub(crate) site_map: KnownSiteMap,
}

impl<K> Gate<K> {
    /// Every problem of faulty bindings; none where the gate is open.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let faulty = self.settings.as_ref().err();
        faulty.map(|it| it.problems().cloned().collect()).unwrap_or_default()
    }

    /// The lines, each one JSON text: every problem of faulty bindings at once, or the notes.
    #[must_use]
    pub fn announcements(&self) -> Vec<String> {
        match &self.settings {
            Ok(settings) if settings.notes.is_empty() && settings.health_details => Vec::new(),
            settings => vec![announcement(settings)],
        }
    }
}

#[cold]
#[inline(never)]
fn announcement(settings: &Result<Settings, SettingsProblems>) -> String {
    match settings {
        Err(faulty) => {
            let problems: Vec<String> = faulty.problems().map(ToString::to_string).collect();
            json!({ "code": "configuration", "problems": problems }).to_string()
        }
        Ok(settings) if settings.health_details => json!({ "notes": settings.notes }).to_string(),
        // What health does not show is said here.
        Ok(settings) => json!({
            "version": env!("CARGO_PKG_VERSION"),
            "instance": settings.instance.kind.as_str(),
            "rules": { "count": settings.rules.len(), "hash": settings.rules.hash() },
            "upstream": settings.upstream.as_str(),
            "notes": settings.notes,
        })
        .to_string(),
    }
}

impl<K: Clone + 'static> Gate<K> {
    /// Reads the bindings. A faulty configuration makes a gate that is closed.
    pub fn open(bindings: &dyn Bindings) -> Self {
        Self::open_beside(bindings, &InCode::default())
    }

    /// The same with settings in code beside the bindings.
    pub fn open_beside(env: &dyn Bindings, code: &InCode) -> Self {
        Self {
            settings: Settings::read_beside(env, code),
            // Without randomness all isolates would renew their keys at once, which is bearable.
            keys: Keys::new(getrandom::u32().unwrap_or_default()),
            remembered: VerifiedCache::default(),
            numbered: NumberedCookies::default(),
            nonces: FailedNonces::default(),
            strangers: StrangerBudget::default(),
            returns: HandshakeReturns::default(),
            lookups: Lookups::default(),
            account_calls: Budget::default(),
            deliveries: Deliveries::default(),
            site_map: KnownSiteMap::default(),
        }
    }

    /// Does work that was left for after an answer.
    pub async fn run<P: Platform<Key = K>>(
        &self,
        chore: BackgroundTask,
        ctx: &RequestContext<'_, P>,
    ) {
        match chore {
            BackgroundTask::RenewKeys => {
                if let Ok(settings) = &self.settings {
                    self.keys.renew(settings, ctx).await;
                }
            }
            BackgroundTask::Store { name, text, keep_seconds } => {
                let stored = ctx.platform.store(&name, &text, keep_seconds).await;
                stored.unwrap_or_else(|StoreFailed| ctx.note(NOT_WRITTEN));
            }
            BackgroundTask::StoreFinding { name, text, keep_seconds } => {
                let stored = store_unless_older(&name, &text, keep_seconds, ctx).await;
                stored.unwrap_or_else(|StoreFailed| ctx.note(NOT_WRITTEN));
            }
        }
    }

    pub(crate) fn is_development(&self) -> bool {
        let kind = self.settings.as_ref().map(|it| it.instance.kind);
        kind == Ok(InstanceKind::Development)
    }
}

const NOT_WRITTEN: &str = "CLERK_CACHE could not be written; the isolate's memory serves alone";
