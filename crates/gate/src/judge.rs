//! Steps 8 and 9 of the line: may they, and where do they belong.

use crate::auth::principal::{PublicMetadata, User};
use crate::auth::{Auth, AuthStatus};
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::gate::Gate;
use crate::grant::{Grant, Verdict};
use crate::lookup::LookedUp;
use crate::platform::Platform;
use crate::session::sign_in_redirect::SignInRedirect;
use crate::settings::Settings;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::facts::{Facts, Known};
use clerk_edge_rules::response::{Otherwise, SignedOut};
use clerk_edge_rules::rule_set::{Match, Requirement, Rule};

impl<K: Clone + 'static> Gate<K> {
    /// Whether the request may go on. What is looked up on the way is added to the visitor.
    pub(super) async fn judge<P, R>(
        &self,
        settings: &Settings,
        request: &R,
        matched: &Match<'_>,
        asked: &mut Auth<'_>,
        ctx: &RequestContext<'_, P>,
    ) -> Result<Grant, EarlyResponse>
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        let rule = matched.rule;
        if let Some(location) = &asked.cleaned {
            return Err(EarlyResponse::handshake(location.clone()));
        }
        let visitor = match &mut asked.who {
            AuthStatus::Handshake { location } => {
                return Err(EarlyResponse::handshake(location.clone()));
            }
            AuthStatus::SignedIn(visitor) => visitor,
            who => {
                return match rule.requirement() {
                    Requirement::Optional(open) => Ok(Grant::optional(open)),
                    _ => Err(nobody(who, settings, request, matched, RequestKind::of(request))),
                };
            }
        };
        let kind = RequestKind::of(request);
        let verdict = Grant::judge(rule.requirement(), visitor, &matched.names);
        let wanted = match verdict {
            Verdict::Unknown => true,
            Verdict::Granted(_) => lacks_a_role(rule, visitor, kind),
            Verdict::Refused => false,
        };
        let goes_on = !matches!(verdict, Verdict::Refused) || rule.report_only();
        if wanted || (goes_on && rule.lookup() && visitor.lacks_a_header()) {
            match self.look_up(settings, visitor, ctx).await {
                Ok(metadata) => visitor.learn(metadata),
                Err(stop) if wanted => return Err(stop),
                Err(_) => {}
            }
        }
        settle(visitor, matched, kind)
    }

    /// What Clerk's API knows of the visitor beyond the token.
    pub(super) async fn look_up<P>(
        &self,
        settings: &Settings,
        visitor: &User<'_>,
        ctx: &RequestContext<'_, P>,
    ) -> Result<PublicMetadata, EarlyResponse>
    where
        P: Platform<Key = K>,
    {
        let user_id = visitor.session().subject();
        match self.lookups.public_metadata(settings, user_id, ctx).await {
            Ok(LookedUp::Found(metadata)) => Ok(PublicMetadata::Found(metadata)),
            Ok(LookedUp::Absent | LookedUp::NotConfigured) => Ok(PublicMetadata::Absent),
            Err(failed) => {
                Err(EarlyResponse::later(Code::ClaimsUnavailable, failed.retry_after_seconds))
            }
        }
    }
}

/// What becomes of somebody of whom all is known that can be.
pub(super) fn settle(
    visitor: &User<'_>,
    matched: &Match<'_>,
    kind: RequestKind,
) -> Result<Grant, EarlyResponse> {
    let rule = matched.rule;
    let Verdict::Granted(grant) = Grant::judge(rule.requirement(), visitor, &matched.names) else {
        return Err(not_allowed(rule, matched, kind));
    };
    match rule
        .send()
        .filter(|_| kind == RequestKind::Page)
        .and_then(|it| it.target(visitor.names()))
    {
        Some(target) => Err(EarlyResponse::redirect(target.fill(&matched.names))),
        None => Ok(grant),
    }
}

/// Nobody is signed in, or it could not be found out, and the route asks for somebody.
pub(super) fn nobody(
    who: &AuthStatus<'_>,
    settings: &Settings,
    request: &impl Incoming,
    matched: &Match<'_>,
    kind: RequestKind,
) -> EarlyResponse {
    let pending = match who {
        AuthStatus::Unavailable { retry_after_seconds } => {
            return EarlyResponse::later(Code::KeysUnavailable, *retry_after_seconds);
        }
        AuthStatus::SignedOut { refusal: Some(code), .. } => return EarlyResponse::code(*code),
        AuthStatus::SignedOut { pending, .. } => *pending,
        AuthStatus::NotAsked | AuthStatus::Handshake { .. } | AuthStatus::SignedIn(_) => false,
    };
    let is_page = kind == RequestKind::Page;
    let sign_in = || {
        let departure = is_page.then(|| SignInRedirect::from(settings, request))??;
        Some(departure.to_sign_in(pending))
    };
    match matched.rule.signed_out() {
        SignedOut::SignIn => {
            sign_in().map_or_else(|| EarlyResponse::signed_out(None), EarlyResponse::redirect)
        }
        SignedOut::Redirect(target) if is_page => {
            EarlyResponse::redirect(target.fill(&matched.names))
        }
        SignedOut::Redirect(_) => EarlyResponse::signed_out(None),
        SignedOut::Status(404) => EarlyResponse::code(Code::NotFound),
        SignedOut::Status(_) => EarlyResponse::signed_out(sign_in()),
    }
}

/// A page that sends people by role has to know the role, unless it sends everybody alike.
pub(super) fn lacks_a_role(rule: &Rule, visitor: &User<'_>, kind: RequestKind) -> bool {
    let by_role = rule.send().is_some_and(|it| it.by_role().next().is_some());
    kind == RequestKind::Page && by_role && matches!(visitor.roles(), Known::NotInToken)
}

fn not_allowed(rule: &Rule, matched: &Match<'_>, kind: RequestKind) -> EarlyResponse {
    match rule.otherwise() {
        Otherwise::Redirect(target) if kind == RequestKind::Page => {
            EarlyResponse::redirect(target.fill(&matched.names))
        }
        Otherwise::Status(404) => EarlyResponse::code(Code::NotFound),
        Otherwise::Redirect(_) | Otherwise::Status(_) => EarlyResponse::code(Code::NotAllowed),
    }
}
