//! The hosts and URLs of an instance: its Frontend API, its Account Portal, the handshake.
//!
//! All of them follow from the settings and, if the proxy is a path, from the origin of the
//! request. No host is taken from anything else that a client sends.

use std::borrow::Cow;

use crate::settings::{Instance, InstanceKind, Settings};
use clerk_edge_http::url::Url;

impl Settings {
    /// The host of the Frontend API without a proxy: the issuer's host, too.
    #[must_use]
    pub fn frontend_host(&self) -> Cow<'_, str> {
        let satellite_domain = self.domain.as_deref().filter(|_| self.is_satellite);
        frontend_host(&self.instance, satellite_domain)
    }

    /// The Frontend API as Clerk's SDK names it: the proxy's URL, or else a host. `url` is the URL
    /// of the request, for a proxy that is a path.
    fn frontend_api(&self, url: &Url) -> String {
        match self.proxy_url.as_deref() {
            Some(path) if path.starts_with('/') => format!("{}{path}", url.origin()),
            Some(proxy) => proxy.to_owned(),
            None => self.frontend_host().into_owned(),
        }
    }

    /// The Frontend API's URL, without a slash at its end. `url` is the URL of the request.
    pub(crate) fn frontend_url(&self, url: &Url) -> String {
        let api = self.frontend_api(url);
        let base = if api.starts_with("http") { api } else { format!("https://{api}") };
        base.trim_end_matches('/').to_owned()
    }

    /// The URL at which a handshake begins.
    pub(crate) fn handshake_url(&self, url: &Url) -> String {
        let handshake = format!("{}/v1/client/handshake", self.frontend_url(url));
        Url::parse(&handshake).map_or(handshake, |handshake| handshake.href())
    }

    /// Whether a page is one of Clerk's: of the Frontend API or of the Account Portal.
    pub(crate) fn is_page_of_clerk(&self, page: &Url, url: &Url) -> bool {
        let api = self.frontend_api(url);
        let api_host = Url::parse(&api).map_or_else(|| api.clone(), |api| api.host().to_owned());
        if page.host() == api_host {
            return true;
        }
        let is_development = self.instance.kind == InstanceKind::Development;
        if is_development && is_development_portal(page.host()) {
            return true;
        }
        Url::parse(&account_portal(&api)).is_some_and(|portal| portal.origin() == page.origin())
    }
}

/// The host of the Frontend API without a proxy, given the satellite's domain. The domain counts
/// only in production: development instances have no subdomains of their users' sites.
#[must_use]
pub fn frontend_host<'a>(instance: &'a Instance, satellite_domain: Option<&str>) -> Cow<'a, str> {
    match (satellite_domain, instance.kind) {
        (Some(domain), InstanceKind::Production) => Cow::Owned(format!("clerk.{domain}")),
        _ => Cow::Borrowed(&instance.frontend_host),
    }
}

/// The Account Portal of a Frontend API's host; empty if the host is.
#[must_use]
pub fn account_portal(frontend_host: &str) -> String {
    if frontend_host.is_empty() {
        return String::new();
    }
    let host = frontend_host.replacen("clerk.accountsstage.", "accountsstage.", 1);
    match host.split_once("clerk.") {
        Some((name, domain)) => {
            let domain = domain.strip_prefix("accounts.").unwrap_or(domain);
            format!("https://{name}accounts.{domain}")
        }
        None => format!("https://{host}"),
    }
}

/// The URL of [`account_portal`]; `None` if it is not a valid one.
#[must_use]
pub fn portal(frontend_host: &str) -> Option<Url> {
    Url::parse(&account_portal(frontend_host))
}

/// Whether the host is an Account Portal of a development instance: `accounts.<name>` below one of
/// the old domains, or `<name>` below one of today's, where `<name>.clerk` is a Frontend API.
#[must_use]
pub fn is_development_portal(host: &str) -> bool {
    let is_old =
        host.starts_with("accounts.") && OLD_SUFFIXES.iter().any(|suffix| host.ends_with(suffix));
    let is_frontend_api = |name: &str| name.rsplit_once('.').is_some_and(|(_, it)| it == "clerk");
    let mut names = NEW_SUFFIXES.iter().filter_map(|suffix| host.strip_suffix(suffix));
    is_old || names.any(|name| !is_frontend_api(name))
}

const OLD_SUFFIXES: [&str; 3] = [".lcl.dev", ".lclstage.dev", ".lclclerk.com"];
const NEW_SUFFIXES: [&str; 3] = [".accounts.dev", ".accountsstage.dev", ".accounts.lclclerk.com"];
