//! Permission to forward a request, or the response that a decision gives instead. Nothing but a
//! `Grant` makes a [`crate::forward::Forward`].

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::decide::{Decision, decide, not_allowed};
use clerk_edge_rules::rule::{Requirement, Rule};
use clerk_edge_rules::rule_set::Match;

use crate::auth::{Auth, AuthHints};
use crate::early_response::EarlyResponse;
use crate::session::sign_in_redirect::SignInRedirect;
use crate::session::state::Activation;
use crate::settings::{Settings, Upstream};

/// The request may go on: the decision allowed it, or its rule merely reports.
#[derive(Debug)]
pub(crate) struct Grant {
    guarded: bool,
}

impl Grant {
    /// Where the decision allows the request; else the decision.
    pub(crate) fn of<'r>(
        matched: &Match<'r>,
        auth: &Auth<'_>,
        kind: RequestKind,
    ) -> Result<Self, Decision<'r>> {
        match decide(matched, auth.caller(), kind) {
            Decision::Allow => {
                Ok(Self { guarded: !matches!(matched.rule.requirement(), Requirement::Anyone) })
            }
            other => Err(other),
        }
    }

    /// Of a rule that says `report_only`.
    pub(crate) fn reported(rule: &Rule) -> Option<Self> {
        rule.report_only().then_some(Self { guarded: true })
    }

    /// Of a CORS preflight, which asks for no file and carries nothing that could be judged.
    pub(crate) fn preflight(upstream: &Upstream) -> Option<Self> {
        (*upstream != Upstream::Assets).then_some(Self { guarded: false })
    }

    /// Whether the answer depends on who asked, and must be kept from shared caches.
    pub(crate) const fn is_guarded(&self) -> bool {
        self.guarded
    }
}

/// The response where another organization is active than the rule needs. `of` makes the response
/// of a decision.
#[cold]
pub(crate) fn not_activated<'r>(
    activation: &Activation,
    rule: &'r Rule,
    kind: RequestKind,
    of: impl FnOnce(Decision<'r>) -> EarlyResponse,
) -> EarlyResponse {
    match activation {
        Activation::Handshake(handshake) => {
            let headers = [
                ("x-clerk-auth-status", "handshake".to_owned()),
                ("x-clerk-auth-reason", handshake.reason.as_str().into_owned()),
                ("set-cookie", handshake.count_cookie.clone()),
            ];
            EarlyResponse::handshake(handshake.location.clone()).with_headers(&headers)
        }
        // It was tried, and the organization is not the person's.
        Activation::Failed => of(not_allowed(rule, kind)),
        Activation::Refused => EarlyResponse::code(Code::OrganizationMismatch),
    }
}

/// The response of a decision that does not allow the request.
pub(crate) fn early_response(
    decision: &Decision<'_>,
    matched: &Match<'_>,
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
            (code, Some(seconds)) if code.status() == 503 => {
                EarlyResponse::unavailable(code, seconds)
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
