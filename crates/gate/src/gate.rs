//! What one isolate keeps between requests: the settings, and all that is remembered.
//!
//! The steps of a request are in [`crate::line`].

use clerk_edge_rules::problem::Problem;
use clerk_edge_token::verified_cache::VerifiedCache;
use serde_json::json;

use crate::clerk_api::budget::Budget;
use crate::clerk_api::failed_nonces::FailedNonces;
use crate::context::{BackgroundTask, RequestContext};
use crate::keys::Keys;
use crate::lookup::Lookups;
use crate::machine::seen::Seen;
use crate::platform::Platform;
use crate::settings::bindings::Bindings;
use crate::settings::in_code::InCode;
use crate::settings::problems::SettingsProblems;
use crate::settings::{InstanceKind, Settings};

/// What one isolate knows: the settings, and all that is remembered between requests.
pub struct Gate<K> {
    pub(crate) settings: Result<Settings, SettingsProblems>,
    pub(crate) keys: Keys<K>,
    pub(crate) remembered: VerifiedCache,
    pub(crate) nonces: FailedNonces,
    pub(crate) lookups: Lookups,
    pub(crate) account_calls: Budget,
    pub(crate) machines: Seen,
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
            Err(faulty) => {
                let problems: Vec<String> = faulty.problems().map(ToString::to_string).collect();
                vec![json!({ "code": "configuration", "problems": problems }).to_string()]
            }
            Ok(settings) if settings.notes.is_empty() => Vec::new(),
            Ok(settings) => vec![json!({ "notes": settings.notes }).to_string()],
        }
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
            nonces: FailedNonces::default(),
            lookups: Lookups::default(),
            account_calls: Budget::default(),
            machines: Seen::default(),
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
                if ctx.platform.store(&name, &text, keep_seconds).await.is_err() {
                    ctx.note("CLERK_CACHE could not be written; the isolate's memory serves alone");
                }
            }
        }
    }

    pub(crate) fn is_development(&self) -> bool {
        let kind = self.settings.as_ref().map(|it| it.instance.kind);
        kind == Ok(InstanceKind::Development)
    }
}
