//! Who asks where a rule names machines: a token in the `Authorization` header, told apart as
//! Clerk's SDK does, or a session where the rule names that too.
//!
//! A kind that the rule does not name is refused before anything is asked of anybody. Rules for
//! sessions alone do not come here.

use std::rc::Rc;

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::caller_kind::CallerKind;
use clerk_edge_rules::path_params::PathParams;
use clerk_edge_rules::rule::Activate;
use clerk_edge_rules::rule_set::Match;
use clerk_edge_token::error::TokenError;

use crate::auth::credential::{Credential, MachineToken};
use crate::auth::machine_caller::Machine;
use crate::auth::{Auth, authenticate_activating};
use crate::context::RequestContext;
use crate::gate::Gate;
use crate::machine::{MachineError, MachineIdentity, audience, jwt, opaque, resource};
use crate::platform::Platform;
use crate::session::context::browser_url;
use crate::session::reason::Reason;
use crate::settings::Settings;
use crate::settings::organization_sync::WantedOrganization;

/// What came in, for a rule that names machines.
pub(crate) struct Asked<'r, R> {
    pub(crate) request: &'r R,
    pub(crate) matched: &'r Match<'r>,
    pub(crate) url: &'r UrlParts<'r>,
    pub(crate) path: &'r RequestPath,
}

/// Finds out who asks. What machines need is boxed, so that requests of people pay nothing for it.
pub(crate) async fn authenticate_by_rule<'g, K, P, R>(
    gate: &'g Gate<K>,
    settings: &'g Settings,
    asked: &Asked<'_, R>,
    ctx: &RequestContext<'_, P>,
) -> Auth<'g>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    if asked.matched.rule.accepts().has_machines() {
        return Box::pin(by_credential(gate, settings, asked, ctx)).await;
    }
    by_session(gate, settings, asked, ctx).await
}

async fn by_session<'g, K, P, R>(
    gate: &'g Gate<K>,
    settings: &'g Settings,
    asked: &Asked<'_, R>,
    ctx: &RequestContext<'_, P>,
) -> Auth<'g>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let wanted =
        asked.matched.rule.activate().map(|activate| wanted(activate, &asked.matched.params));
    authenticate_activating(gate, settings, (asked.request, wanted.as_ref()), ctx).await
}

/// Ids begin with `org_`, and slugs hold no underscore.
fn wanted<'r>(activate: &Activate, params: &'r PathParams) -> WantedOrganization<'r> {
    let Activate::Captured(name) = activate else { return WantedOrganization::Personal };
    let value = String::from_utf8_lossy(params.get(name).unwrap_or_default());
    if value.starts_with("org_") {
        WantedOrganization::Id(value)
    } else {
        WantedOrganization::Slug(value)
    }
}

async fn by_credential<'g, K, P, R>(
    gate: &'g Gate<K>,
    settings: &'g Settings,
    asked: &Asked<'_, R>,
    ctx: &RequestContext<'_, P>,
) -> Auth<'g>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let header = asked.request.header("authorization");
    let credential = Credential::of(header.as_deref());
    let accepts = asked.matched.rule.accepts();
    let kind = credential.kind();
    let token = match credential {
        // As Clerk's SDK, cookies are not looked at where no session is accepted.
        Credential::Cookies if !accepts.has(CallerKind::Session) => {
            return Auth::without_token(if accepts.is_one() {
                Reason::NoTokenInHeader
            } else {
                Reason::Token(TokenError::TypeMismatch)
            });
        }
        _ if !accepts.has(kind) => return Auth::refused(TokenError::TypeMismatch),
        Credential::Cookies | Credential::Bearer => {
            return by_session(gate, settings, asked, ctx).await;
        }
        Credential::ApiKey(text) => MachineToken::Opaque(text),
        Credential::M2m(token) | Credential::OAuth(token) => token,
    };
    let own = resource::own_addresses(asked.matched.rule, asked.path, asked.url);
    let audience = audience(asked.matched.rule, &own);
    let verified = match token {
        MachineToken::Opaque(text) => {
            let address = asked.request.header("cf-connecting-ip").unwrap_or_default();
            let call = opaque::Call { kind, token: text, settings, address: &address };
            opaque::verified(&gate.machines, &call, audience, ctx).await
        }
        MachineToken::Jwt(token) => {
            let origin = || Some(browser_url(settings, asked.request)?.origin());
            jwt::verified(&gate.keys, settings, &token, (audience, &origin), ctx).await
        }
    };
    match verified.and_then(|identity| for_this_machine(settings, identity)) {
        Ok(identity) => {
            let keeps_token = asked.matched.rule.machines().is_some_and(|it| it.forward_token);
            Auth::machine(Machine::new(settings, identity, keeps_token))
        }
        Err(MachineError::Refused(flaw)) => Auth::refused(flaw),
        Err(MachineError::Unavailable { code, retry_after_seconds }) => {
            Auth::unavailable(code, retry_after_seconds)
        }
    }
}

/// With `CLERK_MACHINE_ID`, an M2M token must have been made for this machine.
fn for_this_machine(
    settings: &Settings,
    identity: Rc<MachineIdentity>,
) -> Result<Rc<MachineIdentity>, MachineError> {
    let fits = match &settings.machines.id {
        Some(id) if identity.kind == CallerKind::Machine => identity.scopes.contains(id),
        _ => true,
    };
    fits.then_some(identity).ok_or(MachineError::INVALID)
}
