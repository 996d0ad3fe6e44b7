//! Hosts of previews: Clerk's live keys work on their own domain alone.

use crate::settings::{InstanceKind, Settings};

impl Settings {
    /// Whether a live key is used on a host where it cannot work.
    pub(crate) fn is_live_on_preview(&self, host: &str) -> bool {
        if self.instance.kind != InstanceKind::Production {
            return false;
        }
        let ends_in = |suffix: &str| {
            let start = host.len().checked_sub(suffix.len());
            start.and_then(|at| host.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
        };
        PREVIEWS.iter().any(|suffix| ends_in(suffix))
    }
}

/// What is wrong, and what to do; for the page, the log and health.
pub(crate) const LIVE_ON_PREVIEW: &str = "A live key of Clerk's works on its own domain alone, and \
    this host is one of Cloudflare's previews. Use a development key (pk_test_…) for previews, or \
    route the Worker to your domain and set workers_dev = false and preview_urls = false.";
const PREVIEWS: [&str; 2] = [".workers.dev", ".pages.dev"];
