//! Tokens of machines that are JWTs: M2M tokens and OAuth access tokens, in stages of their own.
//!
//! ```text
//! UnverifiedToken::check_machine   ──> VerifiableMachineToken  of a machine's kind
//! VerifiableMachineToken::verify   ──> VerifiedMachineToken    the instance's key has signed it
//! VerifiedMachineToken::admit      ──> MachineClaims           for this site, valid now
//! ```
//!
//! No stage of a machine's token leads to a session, and none of a session's leads here. Opaque
//! tokens are no tokens in this sense: Clerk is asked about them.

use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::crypto::Crypto;
use crate::error::TokenError;
use crate::policy::Policy;
use crate::session;
use crate::unverified::{MachineTokenKind, OAUTH_TYPES, UnverifiedToken};
use crate::verifiable::VerifiableToken;
use crate::verified::VerifiedToken;

/// For whom the token must have been made.
#[derive(Clone, Copy, Debug)]
pub enum AudienceWanted<'a> {
    /// As Clerk's SDK compares it with `CLERK_AUDIENCE`.
    Policy,
    /// For one of these.
    OneOf(&'a [String]),
    /// For one of these, or for nobody in particular.
    OneOfOrNone(&'a [String]),
}

/// A machine's token whose header permits verification. Nothing in it is verified yet.
#[derive(Clone, Debug)]
pub struct VerifiableMachineToken {
    kind: MachineTokenKind,
    token: VerifiableToken,
}

/// A machine's token whose signature is valid for a key of the instance.
#[derive(Clone, Debug)]
pub struct VerifiedMachineToken {
    kind: MachineTokenKind,
    token: VerifiedToken,
}

/// The claims of a machine's token that is valid for this site at the time of the request.
#[derive(Clone, Debug)]
pub struct MachineClaims {
    kind: MachineTokenKind,
    token: VerifiedToken,
}

impl UnverifiedToken {
    /// The next stage of a machine's token.
    ///
    /// # Errors
    /// [`TokenError::TypeMismatch`] if it is none, [`TokenError::Invalid`] if its category is
    /// another one, else [`TokenError::VerificationFailed`].
    pub fn check_machine(&self) -> Result<VerifiableMachineToken, TokenError> {
        VerifiableMachineToken::of(self)
    }
}

impl VerifiableMachineToken {
    /// The category is checked first: its error has a reason of its own.
    fn of(token: &UnverifiedToken) -> Result<Self, TokenError> {
        let kind = token.machine_kind().ok_or(TokenError::TypeMismatch)?;
        if kind == MachineTokenKind::M2m {
            let fits = token.header("cat").is_none_or(|category| category == M2M_CATEGORY);
            fits.then_some(()).ok_or(TokenError::Invalid)?;
        }
        let types: &[&str] = match kind {
            MachineTokenKind::M2m => &["JWT"],
            MachineTokenKind::OAuth => &OAUTH_TYPES,
        };
        let token = VerifiableToken::of_type(token, types);
        Ok(Self { kind, token: token.map_err(|_| TokenError::VerificationFailed)? })
    }

    /// The algorithm that its header names.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.token.algorithm()
    }

    /// The next stage: verifies the signature with this key.
    ///
    /// # Errors
    /// [`TokenError`] if it is not valid, or if the host's cryptography failed.
    pub async fn verify<C: Crypto>(
        self,
        key: &C::Key,
        crypto: &C,
    ) -> Result<VerifiedMachineToken, TokenError> {
        let token = self.token.verify(key, crypto).await?;
        Ok(VerifiedMachineToken { kind: self.kind, token })
    }
}

impl VerifiedMachineToken {
    /// The last stage. Clerk's SDK compares neither `azp` nor `iss`; the issuer is compared here.
    ///
    /// # Errors
    /// The first [`TokenError`] of `sub`, `aud`, `iss`, `exp`, `nbf` and `iat`.
    pub fn admit(
        self,
        policy: &Policy,
        audience: AudienceWanted<'_>,
        origin: &dyn Fn() -> Option<String>,
        now_ms: i64,
    ) -> Result<MachineClaims, TokenError> {
        let claims = self.token.claims();
        claims.text("sub").ok_or(TokenError::VerificationFailed)?;
        let claimed = claims.value("aud");
        match (audience, self.kind) {
            (AudienceWanted::Policy, MachineTokenKind::M2m) => {
                session::audience(claimed, &policy.audience)?;
            }
            _ if oauth_audience_fits(claimed, audience, policy) => {}
            _ => return Err(TokenError::VerificationFailed),
        }
        session::issuer(claims.text("iss"), policy, origin)?;
        session::times(claims, policy.clock_skew_ms, now_ms)?;
        Ok(MachineClaims { kind: self.kind, token: self.token })
    }
}

impl MachineClaims {
    /// Which kind of token it is.
    #[must_use]
    pub const fn kind(&self) -> MachineTokenKind {
        self.kind
    }

    /// The token's id; empty where it names none.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text("jti")
    }

    /// The machine, or the user who gave the application access.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.text("sub")
    }

    /// The application; empty where the token names none.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.text("client_id")
    }

    /// The scopes: the texts of a list, or a text cut at its blanks. An M2M token without scopes
    /// has those of its `aud`.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let claims = self.token.claims();
        let found = match self.kind {
            MachineTokenKind::M2m => claims.value("scopes").or_else(|| claims.value("aud")),
            MachineTokenKind::OAuth => claims.value("scp").or_else(|| claims.value("scope")),
        };
        found.map(scopes).unwrap_or_default()
    }

    /// The claims of an M2M token that its maker added; nothing where there are none.
    #[must_use]
    pub fn custom(&self) -> Option<Value> {
        let all = self.token.claims().all().as_object()?;
        let own = all.iter().filter(|(name, _)| !STANDARD_CLAIMS.contains(&name.as_str()));
        let own: serde_json::Map<String, Value> =
            own.map(|(name, value)| (name.clone(), value.clone())).collect();
        (self.kind == MachineTokenKind::M2m && !own.is_empty()).then_some(Value::Object(own))
    }

    fn text(&self, name: &str) -> &str {
        self.token.claims().text(name).unwrap_or_default()
    }
}

/// Scopes from what a token or Clerk says: the texts of a list, or a text cut at its blanks.
#[must_use]
pub fn scopes(value: &Value) -> Vec<String> {
    let texts: Vec<&str> = match value {
        Value::String(text) => text.split(' ').collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// Whether an OAuth token was made for somebody who is wanted, be it opaque or not.
#[must_use]
pub fn oauth_audience_fits(
    claimed: Option<&Value>,
    wanted: AudienceWanted<'_>,
    policy: &Policy,
) -> bool {
    match wanted {
        AudienceWanted::Policy if policy.audience.is_empty() => true,
        AudienceWanted::OneOfOrNone(_) if claimed.is_none() => true,
        AudienceWanted::Policy => is_among(claimed, &policy.audience),
        AudienceWanted::OneOf(wanted) | AudienceWanted::OneOfOrNone(wanted) => {
            is_among(claimed, wanted)
        }
    }
}

/// A text that is wanted, or a list of texts of which one is.
fn is_among(claimed: Option<&Value>, wanted: &[String]) -> bool {
    let is_wanted = |name: &str| wanted.iter().any(|each| is_same_audience(each, name));
    match claimed {
        Some(Value::String(name)) => is_wanted(name),
        Some(Value::Array(names)) => {
            let texts: Option<Vec<&str>> =
                names.iter().map(|name| name.as_str().filter(|text| !text.is_empty())).collect();
            texts.is_some_and(|texts| texts.into_iter().any(is_wanted))
        }
        _ => false,
    }
}

/// Clients write the address of a site with and without its only slash.
fn is_same_audience(wanted: &str, claimed: &str) -> bool {
    !claimed.is_empty() && wanted.trim_end_matches('/') == claimed.trim_end_matches('/')
}

/// Clerk's category of an M2M token.
const M2M_CATEGORY: &str = "cl_B7d4PD333AAA";
const STANDARD_CLAIMS: [&str; 6] = ["iss", "sub", "exp", "nbf", "iat", "jti"];
