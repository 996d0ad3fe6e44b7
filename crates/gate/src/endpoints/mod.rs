//! The gate's own addresses: health for monitors, access for menus, and the page that explains.
//!
//! They answer `GET` and `HEAD` alone, are never cached, and show a caller nothing but the
//! caller's own.

pub mod debug_role;
pub mod health;

use serde::Serialize;

use crate::answer::Answer;
use crate::auth::principal::User;
use crate::auth::{Auth, AuthStatus};
use crate::context::{KeySource, RequestContext};
use crate::early_response::EarlyResponse;
use crate::endpoints::health::Health;
use crate::gate::Gate;
use crate::grant::{Grant, Verdict};
use crate::platform::Platform;
use crate::settings::Settings;
use crate::settings::problems::SettingsProblems;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::path_params::PathParams;
use clerk_edge_rules::rule_set::{Requirement, Rule};

/// One of the gate's own addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// What the caller may reach.
    Access,
    /// Why the gate decides as it does.
    Debug,
    /// Whether the gate can do its work.
    Health,
}

impl Own {
    /// The address under this path, if it is one.
    pub(super) fn of(path: &RequestPath, settings: &Settings) -> Option<Self> {
        match path.as_str() {
            HEALTH => Some(Self::Health),
            ACCESS => Some(Self::Access),
            DEBUG => settings.debug_role.then_some(Self::Debug),
            _ => None,
        }
    }
}

/// What a gate that faulty bindings keep closed answers.
pub(super) fn closed(faulty: &SettingsProblems, method: &str, raw_path: &str) -> EarlyResponse {
    match (raw_path, method) {
        (HEALTH, "GET" | "HEAD") => EarlyResponse::own(health::misconfigured(faulty)),
        (HEALTH, _) => EarlyResponse::own(Answer::method_not_allowed()),
        _ => EarlyResponse::code(Code::Configuration),
    }
}

impl<K: Clone + 'static> Gate<K> {
    pub(super) async fn own<P, R>(
        &self,
        own: Own,
        settings: &Settings,
        request: &R,
        ctx: &RequestContext<'_, P>,
    ) -> EarlyResponse
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        if !matches!(request.method(), "GET" | "HEAD") {
            return EarlyResponse::own(Answer::method_not_allowed());
        }
        match own {
            Own::Health => EarlyResponse::own(self.health(settings, ctx).await),
            Own::Access => {
                let mut asked = self.ask(settings, request, ctx).await;
                let end = self.access(settings, &mut asked, ctx).await;
                end.with(&asked.headers)
            }
            Own::Debug => self.debug(settings, request, ctx).await,
        }
    }

    async fn health<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        ctx: &RequestContext<'_, P>,
    ) -> Answer {
        let keys = self.keys.ensure_loaded(settings, ctx).await.ok().map(|status| health::Keys {
            source: status.source.map_or("none", KeySource::as_str),
            age_seconds: status.age_seconds.map_or(0, u64::from),
            count: status.count,
        });
        let counters = self.lookups.status();
        let health = Health {
            instance: settings.instance.kind,
            rules_count: settings.rules.len(),
            rules_hash: &settings.rules.hash(),
            keys,
            lookups: counters.count,
            lookup_failures: counters.failures,
            notes: &settings.notes,
        };
        health.answer()
    }

    async fn access<P: Platform<Key = K>>(
        &self,
        settings: &Settings,
        asked: &mut Auth<'_>,
        ctx: &RequestContext<'_, P>,
    ) -> EarlyResponse {
        if let Some(location) = &asked.cleaned {
            return EarlyResponse::handshake(location.clone());
        }
        let visitor = match &mut asked.who {
            AuthStatus::SignedIn(visitor) => visitor,
            AuthStatus::Handshake { location } => {
                return EarlyResponse::handshake(location.clone());
            }
            AuthStatus::Unavailable { retry_after_seconds } => {
                return EarlyResponse::later(Code::KeysUnavailable, *retry_after_seconds);
            }
            AuthStatus::NotAsked | AuthStatus::SignedOut { .. } => {
                return EarlyResponse::own(Access::of(settings, None).answer());
            }
        };
        let is_unknown = |rule: &Rule| {
            matches!(
                Grant::judge(rule.requirement(), visitor, &PathParams::default()),
                Verdict::Unknown
            )
        };
        if settings.rules.iter().any(is_unknown) {
            match self.look_up(settings, visitor, ctx).await {
                Ok(metadata) => visitor.learn(metadata),
                Err(stop) => return stop,
            }
        }
        EarlyResponse::own(Access::of(settings, Some(visitor)).answer())
    }
}

/// What the caller may reach, one area per rule.
#[derive(Serialize)]
struct Access<'a> {
    status: &'static str,
    user_id: Option<&'a str>,
    role: Option<String>,
    org_id: Option<&'a str>,
    areas: Vec<Area<'a>>,
}

#[derive(Serialize)]
struct Area<'a> {
    path: &'a str,
    allowed: bool,
}

impl<'a> Access<'a> {
    fn of(settings: &'a Settings, visitor: Option<&'a User<'_>>) -> Self {
        let roles = visitor.map(User::names).unwrap_or_default();
        let area = |rule: &'a Rule| Area { path: rule.path_text(), allowed: may(rule, visitor) };
        Self {
            status: if visitor.is_some() { "signed-in" } else { "signed-out" },
            user_id: visitor.map(|it| it.session().subject()),
            role: (!roles.is_empty()).then(|| roles.join(",")),
            org_id: visitor.and_then(|it| it.session().claims().organization()?.id()),
            areas: settings.rules.iter().map(area).collect(),
        }
    }

    fn answer(&self) -> Answer {
        Answer::json(200, serde_json::to_string(self).unwrap_or_default())
    }
}

/// A rule that asks for what the path captures is not allowed here: the path is not known.
fn may(rule: &Rule, visitor: Option<&User<'_>>) -> bool {
    match (rule.requirement(), visitor) {
        (Requirement::Anyone(_) | Requirement::Optional(_), _) => true,
        (_, None) => false,
        (requirement, Some(visitor)) => {
            matches!(
                Grant::judge(requirement, visitor, &PathParams::default()),
                Verdict::Granted(_)
            )
        }
    }
}

const ACCESS: &str = "/.clerk-edge/access";
const DEBUG: &str = "/debug-role";
const HEALTH: &str = "/.clerk-edge/health";
