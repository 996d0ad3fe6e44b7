//! What a request has won: the only key to the upstream.
//!
//! A [`Grant`] is made from an open path, from a rule that lets anybody through, from a verdict on
//! a visitor, or from a rule that merely reports; each maker wants the proof in its hand. Nothing
//! else in this crate can make a [`Forward`].

use std::borrow::Cow;

use crate::forward::headers::{Identity, Organization, Told, custom_values, to_remove, to_set};
use crate::request::address::Address;
use crate::request::{Incoming, RequestPath};
use crate::rules::{Names, OpenPath, Requirement, Rule, Truth};
use crate::settings::{Settings, Upstream};

use super::visitor::Visitor;
use super::who::{Asked, Who};

/// Holding one means: this request may go on.
#[derive(Debug)]
pub(super) struct Grant {
    guarded: bool,
}

/// What judging a visitor came to.
#[derive(Debug)]
pub(super) enum Verdict {
    /// May go on.
    Granted(Grant),
    /// May not.
    Refused,
    /// It depends on a claim that the token lacks.
    Unknown,
}

impl Grant {
    /// From a rule that says `anyone`: no answer of it depends on who asked.
    pub(super) const fn open(_: &OpenPath) -> Self {
        Self { guarded: false }
    }

    /// A preflight asks for no file, and carries nothing that could be judged.
    pub(super) fn preflight(upstream: &Upstream) -> Option<Self> {
        (*upstream != Upstream::Assets).then_some(Self { guarded: false })
    }

    /// From a rule that says `optional`: whoever it is goes on.
    pub(super) const fn optional(_: &OpenPath) -> Self {
        Self { guarded: true }
    }

    /// From a rule that says `report_only`.
    pub(super) fn reported(rule: &Rule) -> Option<Self> {
        rule.report_only().then_some(Self { guarded: true })
    }

    /// From a visitor with a session.
    pub(super) fn judge(
        requirement: &Requirement,
        visitor: &Visitor<'_>,
        names: &Names,
    ) -> Verdict {
        let truth = match requirement {
            Requirement::Anyone(_) | Requirement::Optional(_) | Requirement::SignedIn => {
                Truth::Holds
            }
            Requirement::Condition(condition) => condition.judge(visitor, names),
        };
        match truth {
            Truth::Holds => Verdict::Granted(Self { guarded: true }),
            Truth::Fails => Verdict::Refused,
            Truth::Unknown => Verdict::Unknown,
        }
    }

    /// The request as it goes on.
    pub(super) fn forward<'a>(
        self,
        asked: &Asked<'_>,
        settings: &'a Settings,
        request: &impl Incoming,
        path: &RequestPath,
        address: &Address<'_>,
    ) -> Forward<'a> {
        let mut set = headers(&asked.who, settings);
        if matches!(settings.upstream, Upstream::Url(_)) {
            set.extend(forwarded(request, address));
        }
        Forward {
            url: target(&settings.upstream, path, address),
            set,
            append: asked.headers.clone(),
            guarded: self.guarded,
            settings,
        }
    }
}

/// A request that may go on: what changes on its way, and what must happen to its answer.
#[derive(Debug)]
pub struct Forward<'a> {
    /// The address, where it is not the one that came.
    pub url: Option<String>,
    /// Request headers to set.
    pub set: Vec<(String, String)>,
    /// Headers to append to the upstream's answer.
    pub append: Vec<(&'static str, String)>,
    /// Whether the answer depends on who asked, and must be kept from shared caches.
    pub guarded: bool,
    settings: &'a Settings,
}

impl Forward<'_> {
    /// Where it goes.
    #[must_use]
    pub fn upstream(&self) -> &Upstream {
        &self.settings.upstream
    }

    /// Which of the names that came in (each on a line) are taken away.
    #[must_use]
    pub fn remove<'n>(&self, names: &'n str) -> Vec<&'n str> {
        to_remove(names, &self.settings.claim_headers, &self.settings.upstream)
    }
}

/// Another origin is told what the gate saw. Whatever a client wrote there is overwritten.
fn forwarded(request: &impl Incoming, address: &Address<'_>) -> Vec<(String, String)> {
    let peer = request.header("cf-connecting-ip").map(Cow::into_owned);
    let headers = [
        ("x-forwarded-host", Some(address.authority.to_owned())),
        ("x-forwarded-proto", Some(address.scheme.to_owned())),
        ("x-forwarded-for", peer),
    ];
    headers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Files need no headers: a request for one goes on untouched.
fn headers(who: &Who<'_>, settings: &Settings) -> Vec<(String, String)> {
    if settings.upstream == Upstream::Assets {
        return Vec::new();
    }
    match who {
        Who::NotAsked => Vec::new(),
        Who::Unavailable { .. } => to_set(Told::Unavailable, &[]),
        Who::SignedOut { .. } | Who::Handshake { .. } => to_set(Told::SignedOut, &[]),
        Who::SignedIn(visitor) => identity_headers(visitor, settings),
    }
}

/// What would be sent for this visitor.
pub(super) fn identity_headers(
    visitor: &Visitor<'_>,
    settings: &Settings,
) -> Vec<(String, String)> {
    let session = visitor.session();
    let claims = session.claims().all();
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
        roles: visitor.names(),
        organization,
        actor: session.actor_subject(),
        claims: Some(session.claims()),
    };
    let custom = custom_values(&settings.claim_headers, claims, visitor.looked_up());
    to_set(Told::SignedIn(&identity), &custom)
}

/// Judge the bytes you send: the canonical path, whatever form it came in.
fn target(upstream: &Upstream, path: &RequestPath, address: &Address<'_>) -> Option<String> {
    let query = address.query.map(|it| format!("?{it}")).unwrap_or_default();
    match upstream {
        Upstream::Url(base) => Some(format!("{base}{}{query}", path.as_str())),
        _ if path.as_str() == address.path => None,
        _ => Some(format!("{}://{}{}{query}", address.scheme, address.authority, path.as_str())),
    }
}
