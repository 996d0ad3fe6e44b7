//! The page that explains: whom the gate takes the caller for, why, and what a path would come to.
//!
//! For a developer who wonders and an operator with a problem. It shows a caller nothing but the
//! caller's own: never a token, a secret or another person's data. Off unless the settings say
//! otherwise, and with a production instance for the signed-in alone.

pub mod page;
pub mod style;

use crate::answer::Answer;
use crate::auth::principal::{PublicMetadata, User};
use crate::auth::{Auth, AuthStatus};
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::explain::Report;
use crate::explain::path::PathQuestion;
use crate::explain::role::LookupState;
use crate::gate::Gate;
use crate::judge::nobody;
use crate::lookup::LookedUp;
use crate::platform::Platform;
use crate::settings::{InstanceKind, Settings};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_http::query;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::facts::{Facts, Known};
use clerk_edge_rules::path_params::PathParams;
use clerk_edge_rules::rule_set::{Match, Rule};

impl<K: Clone + 'static> Gate<K> {
    pub(super) async fn debug<P, R>(
        &self,
        settings: &Settings,
        request: &R,
        ctx: &RequestContext<'_, P>,
    ) -> EarlyResponse
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        let mut asked = self.ask(settings, request, ctx).await;
        let end = match elsewhere(settings, request, &asked) {
            Some(stop) => stop,
            None => self.explain(settings, request, &mut asked, ctx).await,
        };
        end.with(&asked.headers)
    }

    async fn explain<P, R>(
        &self,
        settings: &Settings,
        request: &R,
        asked: &mut Auth<'_>,
        ctx: &RequestContext<'_, P>,
    ) -> EarlyResponse
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        let path = asked_path(request.url());
        let question = path.as_deref().map(|it| PathQuestion::read(it, settings, request));
        let looked = match &mut asked.who {
            AuthStatus::SignedIn(visitor) if wants_more(visitor, question.as_ref()) => {
                self.look_closer(settings, visitor, ctx).await
            }
            _ => LookupState::NotAsked,
        };
        let judged = question.map(|it| it.judge(settings, request, asked, looked));
        let report = Report::of(settings, asked, looked, judged, ctx.now_seconds());
        EarlyResponse::own(match RequestKind::of(request) {
            RequestKind::Page => page::answer(&report),
            RequestKind::Other => Answer::json(report.http_status(), report.to_json()),
        })
    }

    /// What Clerk's API knows of the caller. That it does not answer is shown, not suffered.
    async fn look_closer<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        visitor: &mut User<'_>,
        ctx: &RequestContext<'_, P>,
    ) -> LookupState {
        let user_id = visitor.session().subject().to_owned();
        match self.lookups.public_metadata(settings, &user_id, ctx).await {
            Ok(LookedUp::Found(metadata)) => {
                visitor.learn(PublicMetadata::Found(metadata));
                LookupState::Found
            }
            Ok(LookedUp::Absent) => {
                visitor.learn(PublicMetadata::Absent);
                LookupState::Absent
            }
            Ok(LookedUp::NotConfigured) => {
                visitor.learn(PublicMetadata::Absent);
                LookupState::NotConfigured
            }
            Err(failed) => LookupState::Failed(failed),
        }
    }
}

/// Trips of Clerk's are made here as on any page; and with a production instance a caller who is
/// not signed in is treated as on a route that needs a session.
fn elsewhere(
    settings: &Settings,
    request: &impl Incoming,
    asked: &Auth<'_>,
) -> Option<EarlyResponse> {
    if let Some(location) = &asked.cleaned {
        return Some(EarlyResponse::handshake(location.clone()));
    }
    match &asked.who {
        AuthStatus::Handshake { location } => Some(EarlyResponse::handshake(location.clone())),
        AuthStatus::SignedIn(_) => None,
        _ if settings.instance.kind == InstanceKind::Development => None,
        who => {
            let rule = Rule::default();
            let matched = Match { rule: &rule, names: PathParams::none() };
            Some(nobody(who, settings, request, &matched, RequestKind::of(request)))
        }
    }
}

/// The path that the form asks about; an empty field asks about none.
fn asked_path(url: &str) -> Option<String> {
    let query = UrlParts::of(url)?.query?;
    let (_, path) = query::pairs(query).find(|(name, _)| name == "path")?;
    let path = path.trim();
    (!path.is_empty()).then(|| path.to_owned())
}

fn wants_more(visitor: &User<'_>, question: Option<&PathQuestion<'_>>) -> bool {
    matches!(visitor.roles(), Known::NotInToken) || question.is_some_and(|it| it.lacks(visitor))
}
