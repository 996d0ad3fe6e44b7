//! Whose tokens are taken, and where the keys to them are: both follow from the Frontend API.

use crate::settings::bindings::Bindings;
use crate::settings::clerk_hosts::frontend_host;
use crate::settings::urls::may_give_keys;
use crate::settings::value_reader::ValueReader;
use crate::settings::{Instance, InstanceKind};
use clerk_edge_token::policy::Issuers;

/// What the Frontend API's addresses follow from.
pub(super) struct FrontendApi<'a> {
    pub(super) instance: &'a Instance,
    pub(super) proxy_url: Option<&'a str>,
    pub(super) satellite_domain: Option<&'a str>,
}

impl FrontendApi<'_> {
    /// Where the key set is public. A proxy that is a path has no address of its own before a
    /// request is there, and keys are not fetched in the clear: the key's host serves for both.
    pub(super) fn jwks_url(&self) -> String {
        let development = self.instance.kind == InstanceKind::Development;
        match self.proxy_url.filter(|proxy| may_give_keys(proxy, development)) {
            Some(proxy) => format!("{proxy}{JWKS_PATH}"),
            None => format!("{}{JWKS_PATH}", self.direct()),
        }
    }

    /// The instance itself, its proxy and its satellite. A proxy that is a path stays one: its
    /// origin is known when a request is there.
    pub(super) fn issuers(&self) -> Vec<String> {
        let mut issuers = vec![format!("https://{}", self.instance.frontend_host)];
        let proxy = self.proxy_url.map(str::to_owned);
        for issuer in proxy.into_iter().chain([self.direct()]) {
            if !issuers.contains(&issuer) {
                issuers.push(issuer);
            }
        }
        issuers
    }

    /// The Frontend API without a proxy.
    fn direct(&self) -> String {
        format!("https://{}", frontend_host(self.instance, self.satellite_domain))
    }
}

/// `CLERK_ISSUER`: `any`, or a list in which `any` has no place.
pub(super) fn read<B: Bindings>(reader: &ValueReader<'_, B>) -> Option<Issuers> {
    let entries = reader.list(ISSUER)?;
    if let [only] = entries.as_slice()
        && only.text == ANY
    {
        return Some(Issuers::Any);
    }
    for entry in entries.iter().filter(|entry| entry.text == ANY) {
        reader.note(&entry.place, "is `any`, which stands alone or not at all");
    }
    if entries.is_empty() {
        return reader.refuse(ISSUER, "is an empty list: name an issuer, or leave the binding out");
    }
    Some(Issuers::Only(entries.into_iter().map(|entry| entry.text).collect()))
}

const JWKS_PATH: &str = "/.well-known/jwks.json";
const ISSUER: &str = "CLERK_ISSUER";
const ANY: &str = "any";
