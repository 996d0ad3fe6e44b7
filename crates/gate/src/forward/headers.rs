//! The claims headers: which of a client's headers are taken away, and which are ours.
//!
//! A whole namespace is removed in every spelling before ours is set, on every route, so that a
//! header that we do not send today cannot be sent by a client either.

use memchr::memchr;
use serde_json::Value;

use crate::auth::principal::User;
use crate::limits::CLAIM_HEADERS_BYTES_MAX;
use crate::settings::Upstream;
use crate::settings::claim_headers::folded_byte;
use clerk_edge_http::percent::{header_list, header_value};
use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::facts::Known;
use clerk_edge_token::claims::Claims;

/// What is known of who asked, for the upstream's eyes. Text fields are raw; they are encoded
/// here and nowhere else.
#[derive(Clone, Debug, Default)]
pub struct Identity<'a> {
    /// `sub`.
    pub user_id: &'a str,
    /// `sid`.
    pub session_id: Option<&'a str>,
    /// The roles, wherever they were found.
    pub roles: &'a [String],
    /// The active organization.
    pub organization: Option<Organization<'a>>,
    /// `act.sub` of an impersonated session.
    pub actor: Option<&'a str>,
    /// All claims of the token.
    pub claims: Option<&'a Claims>,
}

/// The active organization as Clerk's auth object has it.
#[derive(Clone, Debug, Default)]
pub struct Organization<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its slug.
    pub slug: Option<&'a str>,
    /// The role in it, `org:admin`.
    pub role: Option<&'a str>,
    /// The permissions in it.
    pub permissions: &'a [String],
}

/// Who the upstream is told is asking.
#[derive(Clone, Copy, Debug)]
pub enum AuthHeaders<'a> {
    /// Nobody was asked for: the route is open.
    Nothing,
    /// Nobody is signed in.
    SignedOut,
    /// It could not be found out.
    Unavailable,
    /// This person.
    SignedIn(&'a Identity<'a>),
}

/// The headers to set, in the order of their worth, 16 kB together: what does not fit is left out
/// from the end, and its absence is said.
#[must_use]
pub fn to_set(told: AuthHeaders<'_>, custom: &[(String, Option<Value>)]) -> Vec<(String, String)> {
    let mut room = HeaderBudget { left: CLAIM_HEADERS_BYTES_MAX, set: Vec::new() };
    match told {
        AuthHeaders::Nothing => {}
        AuthHeaders::SignedOut => room.put("x-clerk-auth-status", "signed-out".to_owned()),
        AuthHeaders::Unavailable => room.put("x-clerk-auth-status", "unavailable".to_owned()),
        AuthHeaders::SignedIn(identity) => room.put_identity(identity, custom),
    }
    room.set
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

/// Which of the names that came in (each on a line) are taken away. Compared lower-cased and with
/// every byte that is neither letter nor digit read as `-`: servers that speak CGI make the same
/// variable of `x-clerk-role`, `x_clerk_role` and `x.clerk~role`.
#[must_use]
pub fn to_remove<'a>(
    names: &'a str,
    custom: &[(String, ClaimPath)],
    upstream: &Upstream,
) -> Vec<&'a str> {
    let is_theirs = |name: &str| match upstream {
        Upstream::Assets => false,
        Upstream::Service | Upstream::Passthrough => skips_checks(name),
        Upstream::Url(_) => {
            skips_checks(name) || ends_here(name) || has_prefix(name, "x-forwarded-")
        }
    };
    lines(names).filter(|name| is_ours(name, custom) || is_theirs(name)).collect()
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

fn is_ours(name: &str, custom: &[(String, ClaimPath)]) -> bool {
    has_prefix(name, "x-clerk-") || custom.iter().any(|(ours, _)| is_same(name, ours))
}

/// Headers by which frameworks skip their own checks, or take another path or method than the
/// request's; a client has no business with them.
fn skips_checks(name: &str) -> bool {
    OVERRIDE_PREFIXES.iter().any(|prefix| has_prefix(name, prefix))
        || OVERRIDES.iter().any(|it| is_same(name, it))
}

/// Headers that speak to the next hop alone, and must not be sent to another host. What a client's
/// `Connection` names is not taken away for it: ours are set afterwards, the rest is the client's.
fn ends_here(name: &str) -> bool {
    HOP_BY_HOP.iter().any(|it| name.eq_ignore_ascii_case(it))
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    let start = name.as_bytes().get(..prefix.len());
    start.is_some_and(|start| {
        start.iter().zip(prefix.bytes()).all(|(byte, it)| folded_byte(*byte) == it)
    })
}

fn is_same(name: &str, wanted: &str) -> bool {
    let mut pairs = name.bytes().zip(wanted.bytes());
    name.len() == wanted.len() && pairs.all(|(byte, it)| folded_byte(byte) == folded_byte(it))
}

struct HeaderBudget {
    left: usize,
    set: Vec<(String, String)>,
}

impl HeaderBudget {
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
            self.put_some(name, value.as_ref().map(plain));
        }
        if let Some(organization) = &identity.organization {
            self.put_or_say("x-clerk-org-permissions", header_list(organization.permissions));
        }
        if let Some(claims) = identity.claims {
            self.put_or_say("x-clerk-claims", claims.encoded().to_owned());
        }
    }

    fn put_some(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// Our own names are short and few; one that does not fit is said to be missing.
    fn put_or_say(&mut self, name: &str, value: String) {
        if !self.fits(name, &value) {
            return self.put(&format!("{name}-omitted"), "too-large".to_owned());
        }
        self.put(name, value);
    }

    fn put(&mut self, name: &str, value: String) {
        if !self.fits(name, &value) {
            return;
        }
        let size = name.len().saturating_add(value.len());
        self.left = self.left.saturating_sub(size);
        self.set.push((name.to_owned(), value));
    }

    /// Room for one `…-omitted: too-large` is kept back, so that an absence can be said.
    fn fits(&self, name: &str, value: &str) -> bool {
        let kept = if value == "too-large" { 0 } else { 2 * OMITTED_BYTES };
        name.len().saturating_add(value.len()).saturating_add(kept) <= self.left
    }
}

/// Strings go as they are, all else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => header_value(text),
        other => header_value(&other.to_string()),
    }
}

/// What Next.js, and middleware of Express, Rack and Symfony, do as they are told by.
const OVERRIDE_PREFIXES: [&str; 3] = ["x-middleware-", "x-invoke-", "x-http-method"];
const OVERRIDES: [&str; 6] = [
    "x-matched-path",
    "x-nextjs-data",
    "next-resume",
    "x-original-url",
    "x-rewrite-url",
    "x-method-override",
];
/// RFC 9110, 7.6.1, but for `Upgrade`: a WebSocket goes through.
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
    fn the_whole_namespace_goes_in_every_spelling() {
        let names =
            "x-clerk-role\nX_Clerk_Role\nx-clerk\nX-CLERK-new\ncookie\nx-middleware-subrequest";
        assert_eq!(
            to_remove(names, &[], &Upstream::Assets),
            ["x-clerk-role", "X_Clerk_Role", "X-CLERK-new"]
        );
        let custom = [("x-plan".to_owned(), ClaimPath::parse("plan").unwrap())];
        assert_eq!(
            to_remove(
                "x_plan\nx-plans\nx-matched-path\nx-invoke-path",
                &custom,
                &Upstream::Service
            ),
            ["x_plan", "x-matched-path", "x-invoke-path"]
        );
    }

    #[test]
    fn every_byte_of_a_token_between_the_words_is_a_hyphen() {
        let custom = [("x-plan".to_owned(), ClaimPath::parse("plan").unwrap())];
        for byte in "!#$%&'*+-.^_`|~".chars() {
            for name in [format!("X{byte}Clerk{byte}new"), format!("x{byte}PLAN")] {
                assert_eq!(to_remove(&name, &custom, &Upstream::Assets), [name.as_str()]);
            }
            let others = [
                format!("x0clerk{byte}role"),
                format!("{byte}x-clerk-role"),
                format!("x{byte}plan{byte}"),
                format!("x{byte}clerk"),
            ];
            assert!(to_remove(&others.join("\n"), &custom, &Upstream::Assets).is_empty());
        }
    }

    #[test]
    fn headers_that_override_path_or_method_stay_away_from_what_may_obey_them() {
        let names = "x-middleware-rewrite\nx_invoke.path\nx-matched-path\nx-nextjs-data\n\
                     next-resume\nX-Original-URL\nx_rewrite_url\nx-http-method\n\
                     X-HTTP-Method-Override\nx-method-override";
        let kept = "x-nextjs\nx-original-urls\nx-rewrite\nx-method\nx-http\naccept";
        let all: Vec<&str> = names.lines().collect();
        let url = Upstream::Url("https://origin.example".to_owned());
        for upstream in [Upstream::Service, Upstream::Passthrough, url] {
            assert_eq!(to_remove(names, &[], &upstream), all);
            assert!(to_remove(kept, &[], &upstream).is_empty());
        }
        assert!(to_remove(names, &[], &Upstream::Assets).is_empty());
    }

    #[test]
    fn claims_that_do_not_fit_are_said_to_be_missing() {
        let small = json!({ "sub": "user_1" });
        let large = json!({ "sub": "user_1", "bio": "x".repeat(CLAIM_HEADERS_BYTES_MAX) });
        let names = |claims: &Value| {
            let claims = Claims::new(claims.as_object().unwrap().clone());
            let identity =
                Identity { user_id: "user_1", claims: Some(&claims), ..Identity::default() };
            let set = to_set(AuthHeaders::SignedIn(&identity), &[]);
            assert!(set.iter().map(|(n, v)| n.len() + v.len()).sum::<usize>() <= 16 * 1024);
            set.last().cloned().unwrap()
        };
        assert_eq!(names(&small).0, "x-clerk-claims");
        assert_eq!(names(&large), ("x-clerk-claims-omitted".into(), "too-large".into()));
    }

    #[test]
    fn permissions_that_do_not_fit_leave_room_to_say_so() {
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
        let set = to_set(AuthHeaders::SignedIn(&identity), &[]);
        let has = |name: &str| set.iter().any(|(it, _)| it == name);
        assert!(has("x-clerk-org-id") && !has("x-clerk-org-permissions"));
        assert!(has("x-clerk-org-permissions-omitted"));
    }

    #[test]
    fn a_route_that_asks_for_nobody_says_nothing() {
        assert!(to_set(AuthHeaders::Nothing, &[]).is_empty());
        assert_eq!(
            to_set(AuthHeaders::Unavailable, &[]),
            [("x-clerk-auth-status".to_owned(), "unavailable".to_owned())]
        );
    }
}
