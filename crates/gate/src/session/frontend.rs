//! Clerk's hosts as a request meets them: the Frontend API, and which pages that lead here are
//! Clerk's own.
//!
//! All of them come from the settings and, where a proxy is given as a path, from the origin of
//! the request. It refuses to take a host from anything that a client sent.

use std::borrow::Cow;

use crate::settings::clerk_hosts::{account_portal, is_development_portal};
use crate::settings::{InstanceKind, Settings};
use clerk_edge_http::url::Url;

/// The instance's host, satellite domain applied, proxy not: the issuer's, and what cookies are
/// compared with.
pub(super) fn instance_host(settings: &Settings) -> Cow<'_, str> {
    let is_live = settings.instance.kind == InstanceKind::Production;
    match settings.domain.as_deref() {
        Some(domain) if settings.is_satellite && is_live => Cow::Owned(format!("clerk.{domain}")),
        _ => Cow::Borrowed(&settings.instance.frontend_host),
    }
}

/// The Frontend API as Clerk's SDK names it: the proxy's address, or a host alone.
pub(super) fn frontend_api(settings: &Settings, here: &Url) -> String {
    match settings.proxy_url.as_deref() {
        Some(path) if path.starts_with('/') => format!("{}{path}", here.origin()),
        Some(address) => address.to_owned(),
        None => instance_host(settings).into_owned(),
    }
}

/// Where a handshake begins.
pub(super) fn handshake_address(settings: &Settings, here: &Url) -> String {
    let api = frontend_api(settings, here);
    let base = if api.starts_with("http") { api } else { format!("https://{api}") };
    let address = format!("{}/v1/client/handshake", base.trim_end_matches('/'));
    Url::parse(&address).map_or(address, |address| address.href())
}

/// Whether the page that led here is Clerk's own, so that it can know nothing newer.
pub(super) fn is_clerks_own(referrer: &Url, settings: &Settings, here: &Url) -> bool {
    let api = frontend_api(settings, here);
    let api_host =
        Url::parse(&api).map_or_else(|| api.clone(), |address| address.host().to_owned());
    if referrer.host() == api_host {
        return true;
    }
    let is_development = settings.instance.kind == InstanceKind::Development;
    if is_development && is_development_portal(referrer.host()) {
        return true;
    }
    Url::parse(&account_portal(&api)).is_some_and(|portal| portal.origin() == referrer.origin())
}
