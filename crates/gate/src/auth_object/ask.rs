//! What a program asks of an auth object that the token may not answer: whether a condition holds,
//! and a token made from a template.

use clerk_edge_http::kind::RequestKind;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::plain_id::is_plain_id;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::decide::{Decision, decide};
use clerk_edge_rules::problem::Problem;
use clerk_edge_rules::rule_set::{Match, Rules};
use serde_json::{Value, json};

use super::{AuthObject, AuthObjectStatus};
use crate::clerk_api;
use crate::context::RequestContext;
use crate::gate::Gate;
use crate::limits::{ANSWER_BYTES_MAX, SESSION_CALL_TIMEOUT_MS, SESSION_ID_BYTES_MAX};
use crate::platform::{ClerkMethod, ClerkRequest, Platform};

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskError {
    /// The condition cannot be read.
    Condition(Vec<Problem>),
    /// Whoever asked could not be found out, or what the condition needs could not be looked up;
    /// or the bindings are faulty.
    Code(Code),
    /// A token from a template needs `CLERK_SECRET_KEY`.
    SecretKeyMissing,
    /// Clerk has no such template.
    TemplateNotFound,
    /// Clerk cannot be reached, or gives no token.
    ClerkUnavailable,
}

impl AskError {
    /// The code that a program sees.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Condition(_) => "condition-invalid",
            Self::Code(code) => code.as_str(),
            Self::SecretKeyMissing => "secret-key-missing",
            Self::TemplateNotFound => "template-not-found",
            Self::ClerkUnavailable => "clerk-unavailable",
        }
    }
}

impl std::fmt::Display for AskError {
    /// One sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Condition(problems) => {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                return f.write_str(&problems.join("; "));
            }
            Self::Code(Code::ClaimsUnavailable) => {
                "A claim that the condition needs is not in the token and could not be looked up."
            }
            Self::Code(Code::Configuration) => {
                "The bindings are faulty: the log and /.clerk-edge/health say what is wrong."
            }
            Self::Code(_) => "It could not be found out who asks.",
            Self::SecretKeyMissing => "A token from a template needs CLERK_SECRET_KEY.",
            Self::TemplateNotFound => "Clerk has no JWT template of this name.",
            Self::ClerkUnavailable => "Clerk gave no token.",
        })
    }
}

/// Which token is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenWanted<'a> {
    /// The name of a JWT template.
    pub template: Option<&'a str>,
    /// How long it is valid.
    pub expires_in_seconds: Option<u32>,
}

impl AuthObject {
    /// Whether a condition of the rules holds. A claim that the token lacks is looked up.
    ///
    /// # Errors
    /// [`AskError`] where that cannot be known.
    pub async fn can<K, P>(
        &mut self,
        allow: &str,
        gate: &Gate<K>,
        ctx: &RequestContext<'_, P>,
    ) -> Result<bool, AskError>
    where
        K: Clone + 'static,
        P: Platform<Key = K>,
    {
        let text = format!("{{\"allow\":{allow}}}");
        let rules = Rules::for_every_path(&text).map_err(AskError::Condition)?;
        let matched = only(&rules).ok_or(AskError::Code(Code::Internal))?;
        match self.decide(&matched, RequestKind::Other, gate, ctx).await {
            Decision::Allow => Ok(true),
            Decision::Refuse(code) if is_unknown(code) => Err(AskError::Code(code)),
            _ => Ok(false),
        }
    }

    /// Decides a rule, with what it needs looked up.
    pub(crate) async fn decide<'r, K, P>(
        &mut self,
        matched: &Match<'r>,
        kind: RequestKind,
        gate: &Gate<K>,
        ctx: &RequestContext<'_, P>,
    ) -> Decision<'r>
    where
        K: Clone + 'static,
        P: Platform<Key = K>,
    {
        let decision = decide(matched, self.caller(), kind);
        if decision != Decision::NeedsLookup {
            return decision;
        }
        let Ok(settings) = &gate.settings else { return Decision::Refuse(Code::Configuration) };
        if let AuthObjectStatus::SignedIn(person) = &mut self.status {
            let result = gate.lookups.public_metadata(settings, person.subject(), ctx).await;
            person.add_metadata(settings, result.into());
        }
        decide(matched, self.caller(), kind)
    }

    /// The session token; with a template or a lifetime, one that Clerk makes for this session and
    /// that nobody keeps. None where nobody is signed in.
    ///
    /// # Errors
    /// [`AskError`] where there is none to be had.
    pub async fn find_token<K, P>(
        &self,
        wanted: &TokenWanted<'_>,
        gate: &Gate<K>,
        ctx: &RequestContext<'_, P>,
    ) -> Result<Option<String>, AskError>
    where
        K: Clone + 'static,
        P: Platform<Key = K>,
    {
        if let AuthObjectStatus::Unavailable { .. } = self.status {
            return Err(AskError::Code(Code::KeysUnavailable));
        }
        let Some(person) = self.person() else { return Ok(None) };
        if *wanted == TokenWanted::default() {
            return Ok(Some(person.token.clone()));
        }
        let settings = gate.settings.as_ref().map_err(|_| AskError::Code(Code::Configuration))?;
        let secret = settings.secret_key.clone().ok_or(AskError::SecretKeyMissing)?;
        let is_id = |id: &&str| is_plain_id(id, SESSION_ID_BYTES_MAX);
        let session = person.claims.text("sid").filter(is_id).ok_or(AskError::ClerkUnavailable)?;
        let mut url = format!("{}/v1/sessions/{session}/tokens", settings.api_url);
        if let Some(name) = wanted.template {
            // Any other name would alter the path of the call, and Clerk has none.
            let name = Some(name).filter(is_id).ok_or(AskError::TemplateNotFound)?;
            url = format!("{url}/{name}");
        }
        let body = wanted
            .expires_in_seconds
            .map_or_else(|| json!({}), |seconds| json!({ "expires_in_seconds": seconds }));
        let call = ClerkRequest {
            url,
            method: ClerkMethod::Post,
            secret: Some(secret),
            body: Some(body.to_string()),
            timeout_ms: SESSION_CALL_TIMEOUT_MS,
            bytes_max: ANSWER_BYTES_MAX,
        };
        let response = ctx.platform.call(&call).await.map_err(|_| AskError::ClerkUnavailable)?;
        if response.status == 404 && wanted.template.is_some() {
            return Err(AskError::TemplateNotFound);
        }
        let made = clerk_api::success(&response);
        let made = made.as_ref().and_then(|made| made.get("jwt")).and_then(Value::as_str);
        made.map(|token| Some(token.to_owned())).ok_or(AskError::ClerkUnavailable)
    }
}

/// The only rule of a set, which holds for every path.
pub(crate) fn only(rules: &Rules) -> Option<Match<'_>> {
    rules.find("", "GET", &RequestPath::parse("/").ok()?).ok()
}

/// Whether the code says that something could not be found out.
const fn is_unknown(code: Code) -> bool {
    matches!(
        code,
        Code::KeysUnavailable | Code::ClaimsUnavailable | Code::Configuration | Code::Internal
    )
}
