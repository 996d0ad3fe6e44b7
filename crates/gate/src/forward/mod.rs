//! A request that goes on to the upstream: where to, and which headers are removed and set.
//!
//! Bodies pass untouched. Whether a request may go on is decided before ([`crate::grant`]).

pub mod cache_guard;
pub mod headers;
mod machine;
mod nextjs;

use std::borrow::Cow;

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url_parts::UrlParts;

use crate::auth::principal::User;
use crate::auth::{Auth, AuthStatus};
use crate::auth_object::AuthObject;
use crate::forward::headers::{
    AuthHeaders, Identity, Organization, custom_values, headers_to_remove, headers_to_set,
};
use crate::grant::Grant;
use crate::settings::{Settings, Upstream, UpstreamKind};

/// A request that may go on.
#[derive(Debug)]
pub struct Forward<'a> {
    /// Where it goes.
    pub upstream: &'a Upstream,
    /// The URL, where it is not the one that came.
    pub url: Option<String>,
    /// The names of request headers to remove.
    pub remove: Vec<String>,
    /// Request headers to set.
    pub set: Vec<(String, String)>,
    /// For a handler: who asked. None where nobody was asked for.
    pub auth: Option<Box<AuthObject>>,
}

impl<'a> Forward<'a> {
    /// The request as it goes on.
    pub(crate) fn new(
        _: &Grant,
        auth: &Auth<'_>,
        settings: &'a Settings,
        request: &impl Incoming,
        path: &RequestPath,
        url: &UrlParts<'_>,
    ) -> Self {
        let upstream = &settings.upstream;
        // Files need no headers: a request for one passes untouched.
        let mut set = match upstream {
            Upstream::Assets => Vec::new(),
            _ => auth_headers(&auth.status, settings),
        };
        if settings.upstream_kind == UpstreamKind::NextJs {
            nextjs::add(&mut set, auth, settings, request);
        }
        if matches!(upstream, Upstream::Url(_)) {
            set.extend(forwarded(request, url));
        }
        let names = request.header_names();
        let remove = headers_to_remove(&names, &settings.claim_headers, upstream);
        let mut remove: Vec<String> = remove.into_iter().map(str::to_owned).collect();
        if auth.hides_token() {
            remove.push("authorization".to_owned());
        }
        let auth = match upstream {
            Upstream::Handler => AuthObject::of(auth).map(Box::new),
            _ => None,
        };
        Self { upstream, url: target(upstream, path, url), remove, set, auth }
    }
}

/// Another origin is told what the gate saw. Whatever a client wrote there is overwritten.
fn forwarded(request: &impl Incoming, url: &UrlParts<'_>) -> Vec<(String, String)> {
    let peer = request.header("cf-connecting-ip").map(Cow::into_owned);
    let headers = [
        ("x-forwarded-host", Some(url.authority.to_owned())),
        ("x-forwarded-proto", Some(url.scheme.to_owned())),
        ("x-forwarded-for", peer),
    ];
    headers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The headers that say who asks.
pub(crate) fn auth_headers(status: &AuthStatus<'_>, settings: &Settings) -> Vec<(String, String)> {
    match status {
        AuthStatus::NotAsked => Vec::new(),
        AuthStatus::Unavailable { .. } => headers_to_set(AuthHeaders::Unavailable, &[]),
        AuthStatus::SignedOut { .. }
        | AuthStatus::MachineRefused
        | AuthStatus::Handshake { .. } => headers_to_set(AuthHeaders::SignedOut, &[]),
        AuthStatus::Machine(machine) => machine::machine_headers(machine),
        AuthStatus::SignedIn(user) => identity_headers(user, settings),
    }
}

/// The headers of this user.
fn identity_headers(user: &User<'_>, settings: &Settings) -> Vec<(String, String)> {
    let session = user.session();
    let organization = session.claims().organization().and_then(|it| {
        Some(Organization {
            id: it.id()?,
            slug: it.slug(),
            role: it.role(),
            permissions: it.permissions(),
        })
    });
    let identity = Identity {
        user_id: session.subject(),
        session_id: session.session_id(),
        roles: user.roles(),
        organization,
        actor: session.actor_subject(),
        claims: Some(session.claims()),
    };
    let custom = custom_values(&settings.claim_headers, user);
    headers_to_set(AuthHeaders::SignedIn(&identity), &custom)
}

/// Judge the bytes you send: the canonical path, whatever form it came in.
fn target(upstream: &Upstream, path: &RequestPath, url: &UrlParts<'_>) -> Option<String> {
    let query = url.query.map(|it| format!("?{it}")).unwrap_or_default();
    match upstream {
        Upstream::Url(base) => Some(format!("{base}{}{query}", path.as_str())),
        _ if path.as_str() == url.path => None,
        _ => Some(format!("{}://{}{}{query}", url.scheme, url.authority, path.as_str())),
    }
}
