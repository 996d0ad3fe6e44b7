//! The page that explains: whom the gate takes the caller for, why, and what a path would come to.
//!
//! For a developer who wonders and an operator with a problem. It shows a caller nothing but the
//! caller's own: never a token, a secret or another person's data. Off unless the settings say
//! otherwise, and with a production instance for the signed-in alone.

pub mod page;
pub mod style;

use crate::answer::Answer;
use crate::auth::principal::{Metadata, Visitor};
use crate::auth::{Asked, Who};
use crate::context::Turn;
use crate::early_response::Stop;
use crate::explain::Report;
use crate::explain::path::Question;
use crate::explain::role::Looked;
use crate::gate::Gate;
use crate::judge::nobody;
use crate::lookup::LookedUp;
use crate::platform::Platform;
use crate::settings::{InstanceKind, Settings};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::Kind;
use clerk_edge_http::query;
use clerk_edge_http::url_parts::Address;
use clerk_edge_rules::facts::{Facts, Known};
use clerk_edge_rules::path_params::Names;
use clerk_edge_rules::rule_set::{Match, Rule};

impl<K: Clone + 'static> Gate<K> {
    pub(super) async fn debug<P, R>(
        &self,
        settings: &Settings,
        request: &R,
        turn: &Turn<'_, P>,
    ) -> Stop
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        let mut asked = self.ask(settings, request, turn).await;
        let end = match elsewhere(settings, request, &asked) {
            Some(stop) => stop,
            None => self.explain(settings, request, &mut asked, turn).await,
        };
        end.with(&asked.headers)
    }

    async fn explain<P, R>(
        &self,
        settings: &Settings,
        request: &R,
        asked: &mut Asked<'_>,
        turn: &Turn<'_, P>,
    ) -> Stop
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        let path = asked_path(request.url());
        let question = path.as_deref().map(|it| Question::read(it, settings, request));
        let looked = match &mut asked.who {
            Who::SignedIn(visitor) if wants_more(visitor, question.as_ref()) => {
                self.look_closer(settings, visitor, turn).await
            }
            _ => Looked::NotAsked,
        };
        let judged = question.map(|it| it.judge(settings, request, asked, looked));
        let report = Report::of(settings, asked, looked, judged, turn.now_seconds());
        Stop::own(match Kind::of(request) {
            Kind::Page => page::answer(&report),
            Kind::Other => Answer::json(report.http_status(), report.to_json()),
        })
    }

    /// What Clerk's API knows of the caller. That it does not answer is shown, not suffered.
    async fn look_closer<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        visitor: &mut Visitor<'_>,
        turn: &Turn<'_, P>,
    ) -> Looked {
        let user_id = visitor.session().subject().to_owned();
        match self.lookups.public_metadata(settings, &user_id, turn).await {
            Ok(LookedUp::Found(metadata)) => {
                visitor.learn(Metadata::Found(metadata));
                Looked::Found
            }
            Ok(LookedUp::Absent) => {
                visitor.learn(Metadata::Absent);
                Looked::Absent
            }
            Ok(LookedUp::NotConfigured) => {
                visitor.learn(Metadata::Absent);
                Looked::NotConfigured
            }
            Err(failed) => Looked::Failed(failed),
        }
    }
}

/// Trips of Clerk's are made here as on any page; and with a production instance a caller who is
/// not signed in is treated as on a route that needs a session.
fn elsewhere(settings: &Settings, request: &impl Incoming, asked: &Asked<'_>) -> Option<Stop> {
    if let Some(location) = &asked.cleaned {
        return Some(Stop::handshake(location.clone()));
    }
    match &asked.who {
        Who::Handshake { location } => Some(Stop::handshake(location.clone())),
        Who::SignedIn(_) => None,
        _ if settings.instance.kind == InstanceKind::Development => None,
        who => {
            let rule = Rule::default();
            let matched = Match { rule: &rule, names: Names::none() };
            Some(nobody(who, settings, request, &matched, Kind::of(request)))
        }
    }
}

/// The path that the form asks about; an empty field asks about none.
fn asked_path(url: &str) -> Option<String> {
    let query = Address::of(url)?.query?;
    let (_, path) = query::pairs(query).find(|(name, _)| name == "path")?;
    let path = path.trim();
    (!path.is_empty()).then(|| path.to_owned())
}

fn wants_more(visitor: &Visitor<'_>, question: Option<&Question<'_>>) -> bool {
    matches!(visitor.roles(), Known::NotInToken) || question.is_some_and(|it| it.lacks(visitor))
}
