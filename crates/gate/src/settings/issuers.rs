//! `CLERK_ISSUER`, and the defaults that follow from the Frontend API: issuers and key set URL.

use crate::settings::defaults::JWKS_PATH;
use crate::settings::value_reader::ValueReader;
use crate::settings::{Settings, urls};
use clerk_edge_token::policy::Issuers;

/// Reads `CLERK_ISSUER`: a list, or `any`, which cannot be combined with other issuers.
pub(super) fn read(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    let issuers = bound(reader, name);
    to.session_policy.issuers = issuers.unwrap_or_else(|| Issuers::Only(default_issuers(to)));
}

fn bound(reader: &mut ValueReader<'_>, name: &str) -> Option<Issuers> {
    let entries = reader.list(name)?;
    if let [only] = entries.as_slice()
        && only.text == ANY
    {
        return Some(Issuers::Any);
    }
    for entry in entries.iter().filter(|entry| entry.text == ANY) {
        reader.add(&entry.place, "`any` cannot be combined with other issuers");
    }
    if entries.is_empty() {
        return reader.refuse(name, "is an empty list: name an issuer, or leave the binding out");
    }
    Some(Issuers::Only(entries.into_iter().map(|entry| entry.text).collect()))
}

/// The URL of the public key set. A proxy that is a path has no URL before there is a request, and
/// keys are not fetched over `http:`; both cases use the host without the proxy.
pub(super) fn default_jwks_url(settings: &Settings) -> String {
    let kind = settings.instance.kind;
    match settings.proxy_url.as_deref().filter(|proxy| urls::may_serve_keys(proxy, kind)) {
        Some(proxy) => format!("{proxy}{JWKS_PATH}"),
        None => format!("{}{JWKS_PATH}", without_proxy(settings)),
    }
}

/// The instance itself, its proxy and its satellite domain. A proxy that is a path stays one; its
/// origin is that of the request.
fn default_issuers(settings: &Settings) -> Vec<String> {
    let mut issuers = vec![format!("https://{}", settings.instance.frontend_host)];
    for issuer in settings.proxy_url.clone().into_iter().chain([without_proxy(settings)]) {
        if !issuers.contains(&issuer) {
            issuers.push(issuer);
        }
    }
    issuers
}

/// The origin of the Frontend API without a proxy.
fn without_proxy(settings: &Settings) -> String {
    format!("https://{}", settings.frontend_host())
}

const ANY: &str = "any";
