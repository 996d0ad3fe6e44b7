//! The request headers for the upstream: which of a client's are removed, and which are set.
//!
//! On every route, all `x-clerk-` headers of a client are removed in every spelling before the
//! gate's are set. So a client cannot send one that the gate itself does not set.

use memchr::memchr;
use serde_json::Value;

use crate::auth::principal::User;
use crate::limits::CLAIM_HEADERS_BYTES_MAX;
use crate::settings::Upstream;
use crate::settings::claim_headers::{has_header_prefix, same_header_name};
use clerk_edge_http::percent::{header_list, header_value};
use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::facts::Known;
use clerk_edge_token::claims::Claims;

/// What the upstream may know of the user. Texts are raw; they are encoded in this file only.
#[derive(Clone, Debug, Default)]
pub struct Identity<'a> {
    /// `sub`.
    pub user_id: &'a str,
    /// `sid`.
    pub session_id: Option<&'a str>,
    /// The roles, from the token or from a look-up.
    pub roles: &'a [String],
    /// The active organization.
    pub organization: Option<Organization<'a>>,
    /// `act.sub` of an impersonated session.
    pub actor: Option<&'a str>,
    /// All claims of the token.
    pub claims: Option<&'a Claims>,
}

/// The active organization of Clerk's auth object.
#[derive(Clone, Debug, Default)]
pub struct Organization<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its slug.
    pub slug: Option<&'a str>,
    /// The user's role in it, such as `org:admin`.
    pub role: Option<&'a str>,
    /// The user's permissions in it.
    pub permissions: &'a [String],
}

/// Which headers the upstream gets.
#[derive(Clone, Copy, Debug)]
pub enum AuthHeaders<'a> {
    /// No headers: the rule does not need to know who asks.
    NotAsked,
    /// The visitor is signed out.
    SignedOut,
    /// It is unknown whether the visitor is signed in.
    Unavailable,
    /// This user is signed in.
    SignedIn(&'a Identity<'a>),
}

/// The headers to set, the most important first, at most 16 kB together. A header that does not fit
/// is left out; for the last two, `NAME-omitted` says so.
#[must_use]
pub fn headers_to_set(
    wanted: AuthHeaders<'_>,
    custom: &[(String, Option<Value>)],
) -> Vec<(String, String)> {
    let mut headers = HeaderBudget::new();
    match wanted {
        AuthHeaders::NotAsked => {}
        AuthHeaders::SignedOut => headers.put("x-clerk-auth-status", "signed-out".to_owned()),
        AuthHeaders::Unavailable => headers.put("x-clerk-auth-status", "unavailable".to_owned()),
        AuthHeaders::SignedIn(identity) => headers.put_identity(identity, custom),
    }
    headers.set
}

/// The value of each `CLAIM_HEADERS` entry, from the token or else from the public metadata. It is
/// the value that a condition on the same path sees.
pub(crate) fn custom_values(
    wanted: &[(String, ClaimPath)],
    user: &User<'_>,
) -> Vec<(String, Option<Value>)> {
    let find = |path: &ClaimPath| match user.claim_value(path) {
        Known::Yes(value) => Some(value.clone()),
        Known::No | Known::NotInToken => None,
    };
    wanted.iter().map(|(name, path)| (name.clone(), find(path))).collect()
}

/// The names, of those in the request (one on each line), that are removed. They are compared by
/// `same_header_name`.
#[must_use]
pub fn headers_to_remove<'a>(
    names: &'a str,
    custom: &[(String, ClaimPath)],
    upstream: &Upstream,
) -> Vec<&'a str> {
    let is_unsafe = |name: &str| match upstream {
        Upstream::Assets => false,
        Upstream::Service | Upstream::Passthrough | Upstream::Handler => skips_checks(name),
        Upstream::Url(_) => {
            skips_checks(name) || is_hop_by_hop(name) || has_header_prefix(name, "x-forwarded-")
        }
    };
    lines(names).filter(|name| is_set_by_gate(name, custom) || is_unsafe(name)).collect()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let line = rest.get(..end).filter(|_| !rest.is_empty());
        rest = rest.get(end.saturating_add(1)..).unwrap_or_default();
        line
    })
}

fn is_set_by_gate(name: &str, custom: &[(String, ClaimPath)]) -> bool {
    has_header_prefix(name, "x-clerk-")
        || custom.iter().any(|(header, _)| same_header_name(name, header))
}

/// Headers that make frameworks skip their own checks, or take another path or method than the
/// request's. A client must not send them.
fn skips_checks(name: &str) -> bool {
    OVERRIDE_PREFIXES.iter().any(|prefix| has_header_prefix(name, prefix))
        || OVERRIDES.iter().any(|header| same_header_name(name, header))
}

/// Headers for the next hop only, which must not be sent to another host. Headers that a client's
/// `Connection` names are kept: the gate's are set afterwards, and the others are the client's.
fn is_hop_by_hop(name: &str) -> bool {
    HOP_BY_HOP.iter().any(|it| name.eq_ignore_ascii_case(it))
}

/// The headers so far, and how many bytes are left.
pub(super) struct HeaderBudget {
    left: usize,
    pub(super) set: Vec<(String, String)>,
}

impl HeaderBudget {
    pub(super) fn new() -> Self {
        Self { left: CLAIM_HEADERS_BYTES_MAX, set: Vec::new() }
    }

    fn put_identity(&mut self, identity: &Identity<'_>, custom: &[(String, Option<Value>)]) {
        self.put("x-clerk-auth-status", "signed-in".to_owned());
        self.put("x-clerk-user-id", header_value(identity.user_id));
        self.put_some("x-clerk-session-id", identity.session_id.map(header_value));
        let roles = (!identity.roles.is_empty()).then(|| header_list(identity.roles));
        self.put_some("x-clerk-role", roles);
        if let Some(organization) = &identity.organization {
            self.put("x-clerk-org-id", header_value(organization.id));
            self.put_some("x-clerk-org-slug", organization.slug.map(header_value));
            self.put_some("x-clerk-org-role", organization.role.map(header_value));
        }
        self.put_some("x-clerk-actor", identity.actor.map(header_value));
        for (name, value) in custom {
            self.put_some(name, value.as_ref().map(claim_value));
        }
        if let Some(organization) = &identity.organization {
            self.put_or_mark_omitted(
                "x-clerk-org-permissions",
                header_list(organization.permissions),
            );
        }
        if let Some(claims) = identity.claims {
            self.put_or_mark_omitted("x-clerk-claims", claims.encoded().to_owned());
        }
    }

    pub(super) fn put_some(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// Adds a header, or `NAME-omitted: too-large` if it does not fit.
    pub(super) fn put_or_mark_omitted(&mut self, name: &str, value: String) {
        if !self.fits(name, &value) {
            return self.put(&format!("{name}-omitted"), "too-large".to_owned());
        }
        self.put(name, value);
    }

    /// Adds a header if it fits.
    pub(super) fn put(&mut self, name: &str, value: String) {
        if !self.fits(name, &value) {
            return;
        }
        let size = name.len().saturating_add(value.len());
        self.left = self.left.saturating_sub(size);
        self.set.push((name.to_owned(), value));
    }

    /// Whether a header fits. Room for two `NAME-omitted: too-large` is kept free.
    fn fits(&self, name: &str, value: &str) -> bool {
        let kept = if value == "too-large" { 0 } else { 2 * OMITTED_BYTES };
        name.len().saturating_add(value.len()).saturating_add(kept) <= self.left
    }
}

/// The value of a header for a claim: a string as it is, anything else as JSON.
pub(super) fn claim_value(value: &Value) -> String {
    match value {
        Value::String(text) => header_value(text),
        other => header_value(&other.to_string()),
    }
}

/// Headers that Next.js, and middleware of Express, Rack and Symfony, obey.
const OVERRIDE_PREFIXES: [&str; 3] = ["x-middleware-", "x-invoke-", "x-http-method"];
const OVERRIDES: [&str; 6] = [
    "x-matched-path",
    "x-nextjs-data",
    "next-resume",
    "x-original-url",
    "x-rewrite-url",
    "x-method-override",
];
/// RFC 9110, 7.6.1, without `Upgrade`, so that a `WebSocket` is forwarded.
const HOP_BY_HOP: [&str; 7] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
];
/// `x-clerk-org-permissions-omitted` and `too-large`, rounded up.
const OMITTED_BYTES: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn x_clerk_headers_are_removed_in_every_spelling() {
        let names =
            "x-clerk-role\nX_Clerk_Role\nx-clerk\nX-CLERK-new\ncookie\nx-middleware-subrequest";
        assert_eq!(
            headers_to_remove(names, &[], &Upstream::Assets),
            ["x-clerk-role", "X_Clerk_Role", "X-CLERK-new"]
        );
        let custom = [("x-plan".to_owned(), ClaimPath::parse("plan").unwrap())];
        assert_eq!(
            headers_to_remove(
                "x_plan\nx-plans\nx-matched-path\nx-invoke-path",
                &custom,
                &Upstream::Service
            ),
            ["x_plan", "x-matched-path", "x-invoke-path"]
        );
    }

    #[test]
    fn every_byte_that_is_not_a_letter_or_digit_counts_as_a_hyphen() {
        let custom = [("x-plan".to_owned(), ClaimPath::parse("plan").unwrap())];
        for byte in "!#$%&'*+-.^_`|~".chars() {
            for name in [format!("X{byte}Clerk{byte}new"), format!("x{byte}PLAN")] {
                assert_eq!(headers_to_remove(&name, &custom, &Upstream::Assets), [name.as_str()]);
            }
            let others = [
                format!("x0clerk{byte}role"),
                format!("{byte}x-clerk-role"),
                format!("x{byte}plan{byte}"),
                format!("x{byte}clerk"),
            ];
            assert!(headers_to_remove(&others.join("\n"), &custom, &Upstream::Assets).is_empty());
        }
    }

    #[test]
    fn headers_that_override_path_or_method_are_removed() {
        let names = "x-middleware-rewrite\nx_invoke.path\nx-matched-path\nx-nextjs-data\n\
                     next-resume\nX-Original-URL\nx_rewrite_url\nx-http-method\n\
                     X-HTTP-Method-Override\nx-method-override";
        let kept = "x-nextjs\nx-original-urls\nx-rewrite\nx-method\nx-http\naccept";
        let all: Vec<&str> = names.lines().collect();
        let url = Upstream::Url("https://origin.example".to_owned());
        for upstream in [Upstream::Service, Upstream::Passthrough, url] {
            assert_eq!(headers_to_remove(names, &[], &upstream), all);
            assert!(headers_to_remove(kept, &[], &upstream).is_empty());
        }
        assert!(headers_to_remove(names, &[], &Upstream::Assets).is_empty());
    }

    #[test]
    fn claims_that_do_not_fit_are_marked_omitted() {
        let small = json!({ "sub": "user_1" });
        let large = json!({ "sub": "user_1", "bio": "x".repeat(CLAIM_HEADERS_BYTES_MAX) });
        let names = |claims: &Value| {
            let claims = Claims::new(claims.as_object().unwrap().clone());
            let identity =
                Identity { user_id: "user_1", claims: Some(&claims), ..Identity::default() };
            let set = headers_to_set(AuthHeaders::SignedIn(&identity), &[]);
            assert!(set.iter().map(|(n, v)| n.len() + v.len()).sum::<usize>() <= 16 * 1024);
            set.last().cloned().unwrap()
        };
        assert_eq!(names(&small).0, "x-clerk-claims");
        assert_eq!(names(&large), ("x-clerk-claims-omitted".into(), "too-large".into()));
    }

    #[test]
    fn permissions_that_do_not_fit_are_marked_omitted() {
        let permissions: Vec<String> = (0..2_000).map(|i| format!("org:feature:do_{i}")).collect();
        let organization =
            Organization { id: "org_1", permissions: &permissions, ..<_>::default() };
        let bio = ("bio".to_owned(), json!("x".repeat(12_000)));
        let claims = Claims::new([bio].into_iter().collect());
        let identity = Identity {
            user_id: "user_1",
            organization: Some(organization),
            claims: Some(&claims),
            ..Identity::default()
        };
        let set = headers_to_set(AuthHeaders::SignedIn(&identity), &[]);
        let has = |name: &str| set.iter().any(|(it, _)| it == name);
        assert!(has("x-clerk-org-id") && !has("x-clerk-org-permissions"));
        assert!(has("x-clerk-org-permissions-omitted"));
    }

    #[test]
    fn a_rule_with_anyone_sets_no_header() {
        assert!(headers_to_set(AuthHeaders::NotAsked, &[]).is_empty());
        assert_eq!(
            headers_to_set(AuthHeaders::Unavailable, &[]),
            [("x-clerk-auth-status".to_owned(), "unavailable".to_owned())]
        );
    }
}
