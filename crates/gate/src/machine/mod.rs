//! Tokens of machines: API keys, M2M tokens and OAuth access tokens. Opaque ones are verified by
//! Clerk's Backend API, JWTs by the instance's keys. Which of them a rule accepts is decided
//! before, in [`crate::auth::for_machines`].

pub mod jwt;
pub mod opaque;
pub mod opaque_answer;
pub mod resource;
pub mod seen;

use clerk_edge_rules::caller_kind::CallerKind;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::rule::{Audience, Rule};
use clerk_edge_token::error::TokenError;
use clerk_edge_token::machine::AudienceWanted;
use serde_json::Value;

/// What a verified token says. Plain data, so that requests can share it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MachineIdentity {
    /// Which kind of token it is.
    pub(crate) kind: CallerKind,
    /// The token's id; empty where it has none.
    pub(crate) id: String,
    /// Whose it is: a user, an organization or a machine.
    pub(crate) subject: String,
    /// The application of an OAuth token.
    pub(crate) client_id: Option<String>,
    /// Its scopes, each not empty.
    pub(crate) scopes: Vec<String>,
    /// Its own claims.
    pub(crate) claims: Option<Value>,
    /// For whom an opaque OAuth token was made.
    pub(crate) audience: Option<Value>,
    /// When it ends, in milliseconds since 1970.
    pub(crate) expires_ms: Option<i64>,
}

/// Why a machine's token makes nobody known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MachineError {
    /// It is not accepted.
    Refused(TokenError),
    /// It could not be verified.
    Unavailable {
        /// The code of the answer.
        code: Code,
        /// When it may be worth trying again.
        retry_after_seconds: u32,
    },
}

impl MachineError {
    /// A token that Clerk, or a look at it, says is no good.
    pub(crate) const INVALID: Self = Self::Refused(TokenError::Invalid);
    /// Nobody could say whether it is good.
    pub(crate) const UNKNOWN: Self = Self::unavailable(Code::ClaimsUnavailable, RETRY_SECONDS);

    pub(crate) const fn unavailable(code: Code, retry_after_seconds: u32) -> Self {
        Self::Unavailable { code, retry_after_seconds }
    }
}

impl MachineIdentity {
    /// The user who made the key or gave the access.
    pub(crate) fn user_id(&self) -> Option<&str> {
        self.subject.starts_with("user_").then_some(&self.subject)
    }

    /// The organization whose key it is.
    pub(crate) fn org_id(&self) -> Option<&str> {
        let is_key = self.kind == CallerKind::ApiKey;
        (is_key && self.subject.starts_with("org_")).then_some(&self.subject)
    }

    /// The machine that an M2M token names.
    pub(crate) fn machine_id(&self) -> Option<&str> {
        (self.kind == CallerKind::Machine).then_some(&self.subject)
    }
}

/// For whom a token must have been made, by the rule's `audience`; `own` are the addresses that
/// `self` means.
pub(crate) fn audience<'a>(rule: &'a Rule, own: &'a [String]) -> AudienceWanted<'a> {
    match rule.machines().and_then(|machines| machines.audience.as_ref()) {
        None => AudienceWanted::Policy,
        Some(Audience::Itself) => AudienceWanted::OneOf(own),
        Some(Audience::Optional) => AudienceWanted::OneOfOrNone(own),
        Some(Audience::OneOf(names)) => AudienceWanted::OneOf(names),
    }
}

/// Long enough for a short fault to pass.
pub(crate) const RETRY_SECONDS: u32 = 5;
