//! [`Auth`]: who asks, for a closure behind the gate.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use web_sys::CryptoKey;
use worker::{Env, Error, Request, Response, Result};

use crate::platform::Workers;
use crate::request::EdgeRequest;
use crate::{clock, upstream};
use clerk_edge_gate::auth_object::AuthObject;
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::guard;
use clerk_edge_rules::code::Code;

/// Who asks.
#[derive(Clone)]
pub struct Auth {
    gate: Rc<Gate<CryptoKey>>,
    env: Env,
    object: Option<Box<AuthObject>>,
}

/// Whether somebody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Somebody is.
    SignedIn,
    /// Nobody is.
    SignedOut,
    /// It could not be found out.
    Unavailable,
    /// The rule says `anyone`, so nobody was asked for.
    NotAsked,
}

/// Why a closure refuses a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody is signed in: pages go to sign-in, anything else gets 401.
    SignedOut,
    /// Signed in, but not allowed: 403.
    NotAllowed,
    /// There is nothing here for this person: 404.
    NotFound,
}

impl Auth {
    pub(crate) fn new(
        gate: Rc<Gate<CryptoKey>>,
        env: &Env,
        object: Option<Box<AuthObject>>,
    ) -> Self {
        Self { gate, env: env.clone(), object }
    }

    /// Whether somebody is signed in.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.object.as_deref().map(AuthObject::status) {
            Some("signed-in") => Status::SignedIn,
            Some("signed-out") => Status::SignedOut,
            Some(_) => Status::Unavailable,
            None => Status::NotAsked,
        }
    }

    /// Clerk's reason why nobody is signed in.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.object()?.reason()
    }

    /// The user's id.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.object()?.user_id()
    }

    /// The session's id.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.object()?.claims()?.text("sid")
    }

    /// The id of the active organization.
    #[must_use]
    pub fn org_id(&self) -> Option<&str> {
        self.object()?.claims()?.organization()?.id()
    }

    /// The slug of the active organization.
    #[must_use]
    pub fn org_slug(&self) -> Option<&str> {
        self.object()?.claims()?.organization()?.slug()
    }

    /// The role in the active organization, `org:admin`.
    #[must_use]
    pub fn org_role(&self) -> Option<&str> {
        self.object()?.claims()?.organization()?.role()
    }

    /// The role that rules see, as far as known without asking; the first of several.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        self.roles().first().map(String::as_str)
    }

    /// All roles that rules see, as far as known without asking.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        self.object().map_or(&[], AuthObject::roles)
    }

    /// The user who impersonates this one.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        self.object()?.actor()
    }

    /// Whether this is one of the roles that rules see, as far as known without asking.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.object().is_some_and(|object| object.has_role(role))
    }

    /// Whether this is the role in the active organization, with or without `org:`.
    #[must_use]
    pub fn has_org_role(&self, role: &str) -> bool {
        self.claims_of().is_some_and(|claims| claims.has_role(role))
    }

    /// Whether the active organization grants this permission, `org:billing:manage`.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        self.claims_of().is_some_and(|claims| claims.has_permission(permission))
    }

    /// Whether the user or the organization has this feature.
    #[must_use]
    pub fn has_feature(&self, feature: &str) -> bool {
        self.claims_of().is_some_and(|claims| claims.has_feature(feature))
    }

    /// Whether the user or the organization has this plan.
    #[must_use]
    pub fn has_plan(&self, plan: &str) -> bool {
        self.claims_of().is_some_and(|claims| claims.has_plan(plan))
    }

    /// Whether a condition of the rules holds. A claim that the token lacks is looked up.
    ///
    /// # Errors
    /// A condition that cannot be read; `claims-unavailable` where a look-up failed.
    pub async fn can(&self, allow: &Value) -> Result<bool> {
        let Some(object) = self.object() else { return Ok(false) };
        let platform = Workers::new(&self.env);
        let context = RequestContext::new(&platform, clock::now_ms());
        let result = object.clone().can(&allow.to_string(), &self.gate, &context).await;
        result.map_err(|error| Error::RustError(format!("{}: {error}", error.as_str())))
    }

    /// The claims of the session token.
    #[must_use]
    pub fn claims(&self) -> Option<&Value> {
        Some(self.object()?.claims()?.all())
    }

    /// A claim by its path: `metadata.plan`.
    #[must_use]
    pub fn claim(&self, path: &str) -> Option<&Value> {
        self.object()?.claim(path)
    }

    /// The claims of the session token in a type of your own.
    ///
    /// # Errors
    /// Nobody is signed in, or the claims have another form.
    pub fn claims_as<T: DeserializeOwned>(&self) -> Result<T> {
        let claims = self.claims().ok_or_else(|| Error::RustError("signed-out".to_owned()))?;
        Ok(T::deserialize(claims)?)
    }

    /// The session token.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.object()?.token()
    }

    /// The gate's answer to a request that you refuse: a page for browsers, else a JSON problem.
    ///
    /// # Errors
    /// Those of the platform.
    pub fn refuse(&self, request: &Request, refusal: Refusal) -> Result<Response> {
        let code = match refusal {
            Refusal::SignedOut => Code::SignedOut,
            Refusal::NotAllowed => Code::NotAllowed,
            Refusal::NotFound => Code::NotFound,
        };
        let request = EdgeRequest::new(request.inner().clone()?);
        let answer = guard::refuse(&self.gate, self.object(), code, &request);
        Ok(upstream::answer(&answer)?.into())
    }

    fn object(&self) -> Option<&AuthObject> {
        self.object.as_deref()
    }

    fn claims_of(&self) -> Option<&clerk_edge_token::claims::Claims> {
        self.object()?.claims()
    }
}

impl std::fmt::Debug for Auth {
    /// The status alone: a claim or a token has no place in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").field("status", &self.status()).finish_non_exhaustive()
    }
}
