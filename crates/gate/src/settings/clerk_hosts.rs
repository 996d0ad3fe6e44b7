//! The hosts of an instance: where its Frontend API and its Account Portal are found.

use crate::settings::{Instance, InstanceKind, Settings};
use clerk_edge_http::url::Url;

impl Settings {
    /// The Frontend API as Clerk's SDK names it: the proxy address as configured, or a bare host.
    /// A proxy comes before a satellite's domain, and that before the key's host.
    #[must_use]
    pub fn frontend_api(&self) -> String {
        frontend_api(
            &self.instance,
            self.proxy_url.as_deref(),
            self.domain.as_deref().filter(|_| self.is_satellite),
        )
    }
}

/// The Frontend API, given the proxy and the satellite's domain. A domain counts in production
/// alone: development instances have no subdomains of their users' sites.
#[must_use]
pub fn frontend_api(
    instance: &Instance,
    proxy_url: Option<&str>,
    satellite_domain: Option<&str>,
) -> String {
    match (proxy_url, satellite_domain, instance.kind) {
        (Some(proxy), _, _) => proxy.to_owned(),
        (None, Some(domain), InstanceKind::Production) => format!("clerk.{domain}"),
        _ => instance.frontend_host.clone(),
    }
}

/// The Account Portal that belongs to a Frontend API's host; nothing for nothing.
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

/// The same as an address. None where it is none.
#[must_use]
pub fn portal(frontend_host: &str) -> Option<Url> {
    Url::parse(&account_portal(frontend_host))
}

/// Whether the host is an Account Portal of a development instance, in the old or the new form.
#[must_use]
pub fn is_development_portal(host: &str) -> bool {
    is_old_portal(host) || is_new_portal(host)
}

/// `accounts.<name>` below one of the old development domains.
#[must_use]
pub fn is_old_portal(host: &str) -> bool {
    host.starts_with("accounts.") && OLD_SUFFIXES.iter().any(|suffix| host.ends_with(suffix))
}

/// `<name>` below one of today's development domains, but not its Frontend API.
#[must_use]
pub fn is_new_portal(host: &str) -> bool {
    NEW_SUFFIXES
        .iter()
        .any(|suffix| host.strip_suffix(suffix).is_some_and(|name| !is_frontend_api(name)))
}

/// `<name>.clerk`: what stands before a development domain where its Frontend API is.
fn is_frontend_api(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, last)| last == "clerk")
}

const OLD_SUFFIXES: [&str; 3] = [".lcl.dev", ".lclstage.dev", ".lclclerk.com"];
const NEW_SUFFIXES: [&str; 3] = [".accounts.dev", ".accountsstage.dev", ".accounts.lclclerk.com"];
