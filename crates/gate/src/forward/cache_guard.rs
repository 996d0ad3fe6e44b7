//! Makes the answer of a guarded route private to the caches of one browser.
//!
//! An answer that depends on the visitor gets `private` and a `Vary`, and loses the headers for
//! shared caches. What the upstream sends is never weakened.

/// The new headers of a guarded answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachePlan {
    /// The new `Cache-Control`.
    pub cache_control: String,
    /// The new `Vary`.
    pub vary: String,
}

impl CachePlan {
    /// The new values for those that the upstream sent.
    #[must_use]
    pub fn new(cache_control: Option<&str>, vary: Option<&str>) -> Self {
        Self { cache_control: private(cache_control), vary: varied(vary) }
    }
}

/// Whether a header speaks to shared caches alone; on guarded answers such headers are removed.
#[must_use]
pub fn is_for_shared_caches(name: &str) -> bool {
    let start = name.len().checked_sub(CDN_SUFFIX.len());
    SHARED_CACHE_HEADERS.iter().any(|known| name.eq_ignore_ascii_case(known))
        || start
            .and_then(|at| name.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(CDN_SUFFIX))
}

fn private(sent: Option<&str>) -> String {
    let kept: Vec<&str> = sent
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|directive| !directive.is_empty() && !is_shared(directive))
        .collect();
    if kept.is_empty() {
        // `public, s-maxage=…` alone permits a private cache nothing.
        return "private, no-store".to_owned();
    }
    if kept.iter().any(|directive| directive.eq_ignore_ascii_case("private")) {
        return kept.join(", ");
    }
    format!("private, {}", kept.join(", "))
}

fn is_shared(directive: &str) -> bool {
    let name = directive.split('=').next().unwrap_or_default().trim();
    // `private="x-name"` is about one header; the whole answer must be private.
    (name.eq_ignore_ascii_case("private") && directive.contains('='))
        || ["public", "s-maxage", "proxy-revalidate"].iter().any(|it| name.eq_ignore_ascii_case(it))
}

fn varied(sent: Option<&str>) -> String {
    let sent = sent.map(str::trim).unwrap_or_default();
    if sent.split(',').any(|name| name.trim() == "*") {
        return "*".to_owned();
    }
    let has = |wanted: &str| sent.split(',').any(|name| name.trim().eq_ignore_ascii_case(wanted));
    let missing = ["Cookie", "Authorization"].into_iter().filter(|name| !has(name));
    std::iter::once(sent).filter(|it| !it.is_empty()).chain(missing).collect::<Vec<_>>().join(", ")
}

/// Of nginx, Akamai and the CDN working group; the rest end in [`CDN_SUFFIX`].
const SHARED_CACHE_HEADERS: [&str; 4] =
    ["cdn-cache-control", "surrogate-control", "x-accel-expires", "edge-control"];
/// Each CDN has one with its name before it (RFC 9213).
const CDN_SUFFIX: &str = "-cdn-cache-control";

#[cfg(test)]
mod tests {
    use super::{CachePlan, is_for_shared_caches};

    #[test]
    fn headers_for_shared_caches_are_known_by_name_or_ending() {
        for name in [
            "cdn-cache-control",
            "Cloudflare-CDN-Cache-Control",
            "vercel-cdn-cache-control",
            "surrogate-control",
            "X-Accel-Expires",
            "edge-control",
        ] {
            assert!(is_for_shared_caches(name), "{name}");
        }
        for name in ["cache-control", "x-accel-buffering", "expires", "my-cdn-cache-controls", ""] {
            assert!(!is_for_shared_caches(name), "{name}");
        }
    }

    #[track_caller]
    fn check(sent: Option<&str>, wanted: &str) {
        assert_eq!(CachePlan::new(sent, None).cache_control, wanted);
    }

    #[test]
    fn an_answer_becomes_private_and_keeps_its_other_directives() {
        check(None, "private, no-store");
        check(Some(""), "private, no-store");
        check(Some("public, max-age=0, must-revalidate"), "private, max-age=0, must-revalidate");
        check(Some("PUBLIC, S-MaxAge=600"), "private, no-store");
        check(Some("private, max-age=60"), "private, max-age=60");
        check(Some("private=\"x-a\", max-age=60"), "private, max-age=60");
        check(Some("no-cache"), "private, no-cache");
        check(Some("max-age=60"), "private, max-age=60");
    }

    #[test]
    fn an_answer_varies_by_the_headers_it_depends_on() {
        let vary = |sent| CachePlan::new(None, sent).vary;
        assert_eq!(vary(None), "Cookie, Authorization");
        assert_eq!(vary(Some("Accept, cookie")), "Accept, cookie, Authorization");
        assert_eq!(vary(Some("*")), "*");
    }
}
