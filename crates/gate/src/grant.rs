//! Permission to forward a request, or the response that a decision gives instead. Nothing but a
//! `Grant` makes a [`crate::forward::Forward`].

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::decide::{Decided, Decision, decide};
use clerk_edge_rules::matches::Matches;
use clerk_edge_rules::rule::Rule;

use crate::auth::{Auth, AuthHints};
use crate::early_response::EarlyResponse;
use crate::session::sign_in_redirect::SignInRedirect;
use crate::settings::{Settings, Upstream};

/// The request may go on: the decision allowed it, or its rule merely reports.
#[derive(Debug)]
pub(crate) struct Grant {
    kind: GrantKind,
}

/// What a request is that may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GrantKind {
    /// Anybody may make it.
    Open,
    /// Its answer depends on who asks; `shared` where it is the same for all who may ask.
    Guarded { shared: bool },
    /// A CORS preflight.
    Preflight,
}

/// How much of the upstream's answer comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Passes {
    /// All of it, unchanged.
    #[default]
    Unchanged,
    /// All of it, but no shared cache may keep it.
    Guarded,
    /// What permits the request that follows a preflight: status and a few headers, no body.
    Permission,
}

impl Passes {
    /// As the note of a request in flight has it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "",
            Self::Guarded => "guarded",
            Self::Permission => "permission",
        }
    }
}

impl Grant {
    /// Where the decision allows the request; else the decision.
    pub(crate) fn of<'m, 'r>(
        matches: &'m Matches<'r>,
        auth: &mut Auth<'_>,
        kind: RequestKind,
    ) -> Result<Self, Decided<'m, 'r>> {
        let decided = decide(matches, auth.caller(matches.fresh()), kind);
        match decided.decision {
            Decision::Allow if matches.is_open() => Ok(Self { kind: GrantKind::Open }),
            Decision::Allow => Ok(Self::guarded(matches.first().rule)),
            _ => Err(decided),
        }
    }

    /// Of a rule that says `report_only`.
    pub(crate) fn reported(rule: &Rule) -> Option<Self> {
        rule.report_only().then(|| Self::guarded(rule))
    }

    /// Of a CORS preflight, which asks for no file and carries nothing that could be judged.
    pub(crate) fn preflight(upstream: &Upstream) -> Option<Self> {
        (*upstream != Upstream::Assets).then_some(Self { kind: GrantKind::Preflight })
    }

    fn guarded(rule: &Rule) -> Self {
        Self { kind: GrantKind::Guarded { shared: rule.is_shared() } }
    }

    /// Whether the request is a CORS preflight.
    pub(crate) fn is_preflight(&self) -> bool {
        self.kind == GrantKind::Preflight
    }

    /// Whether Cloudflare's cache must neither answer the request nor keep the answer: it depends
    /// on who asks.
    pub(crate) fn is_past_cache(&self) -> bool {
        self.kind == GrantKind::Guarded { shared: false }
    }

    /// How much of the upstream's answer comes back.
    pub(crate) const fn passes(&self) -> Passes {
        match self.kind {
            GrantKind::Open => Passes::Unchanged,
            GrantKind::Guarded { .. } => Passes::Guarded,
            GrantKind::Preflight => Passes::Permission,
        }
    }
}

/// The response of a decision that does not allow the request.
#[cold]
#[inline(never)]
pub(crate) fn early_response(
    Decided { decision, by: matched }: &Decided<'_, '_>,
    hints: AuthHints,
    settings: &Settings,
    request: &impl Incoming,
    kind: RequestKind,
) -> EarlyResponse {
    let sign_in = || sign_in_url(hints, settings, request, kind);
    match decision {
        Decision::Redirect { target, .. } => EarlyResponse::redirect(target.fill(&matched.params)),
        Decision::SignIn => {
            sign_in().map_or_else(|| EarlyResponse::signed_out(None), EarlyResponse::redirect)
        }
        Decision::Refuse(Code::SignedOut) => EarlyResponse::signed_out(sign_in()),
        Decision::Refuse(code) => match (*code, hints.retry_after_seconds) {
            (Code::KeysUnavailable | Code::ClaimsUnavailable, Some(seconds)) => {
                EarlyResponse::unavailable(*code, seconds)
            }
            _ => EarlyResponse::code(*code),
        },
        // Decided a second time, with what was looked up: neither can come here.
        Decision::Allow | Decision::NeedsLookup => EarlyResponse::code(Code::Internal),
    }
}

/// Where a page sends a visitor to sign in. `None` where the request's URL cannot be read.
fn sign_in_url(
    hints: AuthHints,
    settings: &Settings,
    request: &impl Incoming,
    kind: RequestKind,
) -> Option<String> {
    let redirect = (kind == RequestKind::Page).then(|| SignInRedirect::from(settings, request))?;
    redirect.map(|it| it.to_sign_in(hints.pending))
}
