//! Steps 8 and 9 of the line: may they, and where do they belong.

use crate::auth::principal::{Metadata, Visitor};
use crate::auth::{Asked, Who};
use crate::context::Turn;
use crate::early_response::Stop;
use crate::gate::Gate;
use crate::grant::{Grant, Verdict};
use crate::lookup::LookedUp;
use crate::platform::Platform;
use crate::session::sign_in_redirect::Departure;
use crate::session::state::Halt;
use crate::settings::Settings;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::Kind;
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
        asked: &mut Asked<'_>,
        turn: &Turn<'_, P>,
    ) -> Result<Grant, Stop>
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        let rule = matched.rule;
        if let Some(location) = &asked.cleaned {
            return Err(Stop::handshake(location.clone()));
        }
        let visitor = match &mut asked.who {
            Who::Handshake { location } => return Err(Stop::handshake(location.clone())),
            Who::SignedIn(visitor) => visitor,
            who => {
                return match rule.requirement() {
                    Requirement::Optional(open) => Ok(Grant::optional(open)),
                    _ => Err(nobody(who, settings, request, matched, Kind::of(request))),
                };
            }
        };
        let kind = Kind::of(request);
        let verdict = Grant::judge(rule.requirement(), visitor, &matched.names);
        let wanted = match verdict {
            Verdict::Unknown => true,
            Verdict::Granted(_) => lacks_a_role(rule, visitor, kind),
            Verdict::Refused => false,
        };
        let goes_on = !matches!(verdict, Verdict::Refused) || rule.report_only();
        if wanted || (goes_on && rule.lookup() && visitor.lacks_a_header()) {
            match self.look_up(settings, visitor, turn).await {
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
        visitor: &Visitor<'_>,
        turn: &Turn<'_, P>,
    ) -> Result<Metadata, Stop>
    where
        P: Platform<Key = K>,
    {
        let user_id = visitor.session().subject();
        match self.lookups.public_metadata(settings, user_id, turn).await {
            Ok(LookedUp::Found(metadata)) => Ok(Metadata::Found(metadata)),
            Ok(LookedUp::Absent | LookedUp::NotConfigured) => Ok(Metadata::Absent),
            Err(failed) => Err(Stop::later(Code::ClaimsUnavailable, failed.retry_after_seconds)),
        }
    }
}

/// What becomes of somebody of whom all is known that can be.
pub(super) fn settle(
    visitor: &Visitor<'_>,
    matched: &Match<'_>,
    kind: Kind,
) -> Result<Grant, Stop> {
    let rule = matched.rule;
    let Verdict::Granted(grant) = Grant::judge(rule.requirement(), visitor, &matched.names) else {
        return Err(not_allowed(rule, matched, kind));
    };
    match rule.send().filter(|_| kind == Kind::Page).and_then(|it| it.target(visitor.names())) {
        Some(target) => Err(Stop::redirect(target.fill(&matched.names))),
        None => Ok(grant),
    }
}

/// Nobody is signed in, or it could not be found out, and the route asks for somebody.
pub(super) fn nobody(
    who: &Who<'_>,
    settings: &Settings,
    request: &impl Incoming,
    matched: &Match<'_>,
    kind: Kind,
) -> Stop {
    let pending = match who {
        Who::Unavailable { retry_after_seconds } => {
            return Stop::later(Code::KeysUnavailable, *retry_after_seconds);
        }
        Who::SignedOut { halt: Some(Halt::RedirectLoop), .. } => {
            return Stop::code(Code::RedirectLoop);
        }
        Who::SignedOut { halt: Some(Halt::TokenTooLarge), .. } => {
            return Stop::code(Code::TokenTooLarge);
        }
        Who::SignedOut { pending, .. } => *pending,
        Who::NotAsked | Who::Handshake { .. } | Who::SignedIn(_) => false,
    };
    let is_page = kind == Kind::Page;
    let sign_in = || {
        let departure = is_page.then(|| Departure::from(settings, request))??;
        Some(departure.to_sign_in(pending))
    };
    match matched.rule.signed_out() {
        SignedOut::SignIn => sign_in().map_or_else(|| Stop::signed_out(None), Stop::redirect),
        SignedOut::Redirect(target) if is_page => Stop::redirect(target.fill(&matched.names)),
        SignedOut::Redirect(_) => Stop::signed_out(None),
        SignedOut::Status(404) => Stop::code(Code::NotFound),
        SignedOut::Status(_) => Stop::signed_out(sign_in()),
    }
}

/// A page that sends people by role has to know the role, unless it sends everybody alike.
pub(super) fn lacks_a_role(rule: &Rule, visitor: &Visitor<'_>, kind: Kind) -> bool {
    let by_role = rule.send().is_some_and(|it| it.by_role().next().is_some());
    kind == Kind::Page && by_role && matches!(visitor.roles(), Known::NotInToken)
}

fn not_allowed(rule: &Rule, matched: &Match<'_>, kind: Kind) -> Stop {
    match rule.otherwise() {
        Otherwise::Redirect(target) if kind == Kind::Page => {
            Stop::redirect(target.fill(&matched.names))
        }
        Otherwise::Status(404) => Stop::code(Code::NotFound),
        Otherwise::Redirect(_) | Otherwise::Status(_) => Stop::code(Code::NotAllowed),
    }
}
