//! The last stage: a verified token whose claims fit the policy and the time.
//!
//! The order of the checks is that of Clerk's SDK, and so is its leniency: `aud` counts only if
//! both sides have one, seconds are truncated to whole ones, and `null` does not count as absent.
//! Time is an argument. Times beyond JavaScript's range of dates are refused.

use std::rc::Rc;

use serde_json::Value;

use crate::claims::Claims;
use crate::claims::malformed::Malformed;
use crate::error::TokenError;
use crate::policy::{Issuers, Policy};

/// A session token that is valid for this site at the time of the request.
#[derive(Clone, Debug)]
pub struct Session {
    claims: Rc<Claims>,
}

impl Session {
    /// Checks the claims of a verified token, in the order of Clerk's SDK.
    pub(super) fn admit(
        claims: &Rc<Claims>,
        policy: &Policy,
        origin: &dyn Fn() -> Option<String>,
        now_ms: i64,
    ) -> Result<Self, TokenError> {
        claims.text("sub").ok_or(TokenError::VerificationFailed)?;
        audience(claims.value("aud"), &policy.audience)?;
        party(claims.text("azp"), &policy.authorized_parties)?;
        issuer(claims.text("iss"), policy, origin)?;
        times(claims, policy.clock_skew_ms, now_ms)?;
        Ok(Self { claims: Rc::clone(claims) })
    }

    /// All claims of the token.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The user's id.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.claims.text("sub").unwrap_or_default()
    }

    /// The session's id.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.claims.text("sid")
    }

    /// The user who impersonates the subject (`act.sub`), if there is one.
    #[must_use]
    pub fn actor_subject(&self) -> Option<&str> {
        self.claims.value("act")?.get("sub")?.as_str()
    }

    /// Whether the session has a pending task, such as choosing an organization.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.claims.text("sts") == Some("pending")
    }

    /// When its token was made, in whole seconds since 1970.
    #[must_use]
    pub fn issued_at_seconds(&self) -> Option<i64> {
        date_ms_of(self.claims.value("iat")?).map(|ms| ms.div_euclid(1_000))
    }

    /// When the token expires, in whole seconds since 1970.
    #[must_use]
    pub fn expires_at_seconds(&self) -> i64 {
        let seconds = self.claims.value("exp").and_then(|exp| date_ms(exp).ok()).unwrap_or(0.0);
        whole(seconds / 1_000.0)
    }

    /// Checks the claims that have a grammar of Clerk's.
    ///
    /// # Errors
    /// [`Malformed`] if one of them breaks it.
    pub fn well_formed(&self) -> Result<(), Malformed> {
        self.claims.well_formed()
    }
}

/// Whether it has begun and not ended, with what clocks may differ by.
pub(super) fn times(claims: &Claims, skew_ms: i64, now_ms: i64) -> Result<(), TokenError> {
    let expires = claims.value("exp").ok_or(TokenError::VerificationFailed)?;
    if date_ms(expires)? <= number(now_ms.saturating_sub(skew_ms)) {
        return Err(TokenError::Expired);
    }
    let latest = number(now_ms.saturating_add(skew_ms));
    if claims.value("nbf").map(date_ms).transpose()?.is_some_and(|start| start > latest) {
        return Err(TokenError::NotActiveYet);
    }
    if claims.value("iat").map(date_ms).transpose()?.is_some_and(|issued| issued > latest) {
        return Err(TokenError::IssuedInTheFuture);
    }
    Ok(())
}

pub(super) fn audience(claimed: Option<&Value>, ours: &[String]) -> Result<(), TokenError> {
    let is_ours = |name: &str| ours.iter().any(|each| each == name);
    let fits = match claimed {
        _ if ours.is_empty() => true,
        Some(Value::String(name)) => name.is_empty() || is_ours(name),
        Some(Value::Array(names)) => {
            let texts: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
            texts.is_none_or(|texts| {
                texts.iter().all(|name| name.is_empty()) || texts.into_iter().any(is_ours)
            })
        }
        _ => true,
    };
    if fits { Ok(()) } else { Err(TokenError::VerificationFailed) }
}

fn party(claimed: Option<&str>, ours: &[String]) -> Result<(), TokenError> {
    let fits = ours.is_empty()
        || claimed.is_some_and(|name| !name.is_empty() && ours.iter().any(|each| each == name));
    if fits { Ok(()) } else { Err(TokenError::InvalidAuthorizedParties) }
}

pub(super) fn issuer(
    claimed: Option<&str>,
    policy: &Policy,
    origin: &dyn Fn() -> Option<String>,
) -> Result<(), TokenError> {
    let origin = if policy.needs_origin() { origin() } else { None };
    let is_ours = |name: &str, ours: &str| {
        if !ours.starts_with('/') {
            return name == ours;
        }
        origin.as_deref().and_then(|origin| name.strip_prefix(origin)) == Some(ours)
    };
    let fits = match &policy.issuers {
        Issuers::Any => true,
        Issuers::Only(ours) => claimed.is_some_and(|name| ours.iter().any(|it| is_ours(name, it))),
    };
    if fits { Ok(()) } else { Err(TokenError::InvalidIssuer) }
}

/// A time claim in whole milliseconds since 1970.
pub(super) fn date_ms_of(claimed: &Value) -> Option<i64> {
    date_ms(claimed).ok().map(whole)
}

/// A time claim in milliseconds since 1970, truncated to whole seconds; an error if it is not a
/// number or is beyond the range of dates.
fn date_ms(claimed: &Value) -> Result<f64, TokenError> {
    let seconds = claimed.as_f64().ok_or(TokenError::VerificationFailed)?;
    let date = seconds.trunc() * 1_000.0;
    if date.abs() <= DATE_MS_MAX { Ok(date) } else { Err(TokenError::VerificationFailed) }
}

#[expect(clippy::cast_precision_loss, reason = "clocks are far below 2^53 milliseconds")]
fn number(ms: i64) -> f64 {
    ms as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a date in range fits, and the cast saturates")]
fn whole(seconds: f64) -> i64 {
    seconds as i64
}

/// ECMA-262, 21.4.1.1: a hundred million days before and after 1970.
const DATE_MS_MAX: f64 = 8.64e15;
