//! The first stage: a decoded token whose signature is not verified.
//!
//! Clerk's decision tree reads tokens before that: to choose between cookies, to compare ages, to
//! name the session of a refresh. Code that does so uses this type. Only verification with a key
//! turns it into a session.

use std::rc::Rc;

use clerk_edge_jws::segment;
use memchr::memchr;
use serde_json::Value;

use crate::claims::Claims;
use crate::error::TokenError;
use crate::limits::TOKEN_BYTES_MAX;

/// The kinds of machines' tokens that exist as JWTs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineTokenKind {
    /// `sub` begins with `mch_`.
    M2m,
    /// `typ` is `at+jwt`.
    OAuth,
}

/// A decoded JWT whose signature is not verified. None of its claims may be trusted.
#[derive(Clone, Debug)]
pub struct UnverifiedToken {
    text: Rc<str>,
    header: Value,
    claims: Rc<Claims>,
    signature: Vec<u8>,
}

/// Why a text cannot be decoded as a JWT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// Longer than [`TOKEN_BYTES_MAX`]; it was not parsed.
    TooLarge,
    /// Not three parts of base64url, of which the first is JSON and the second a JSON object.
    Undecodable,
}

impl UnverifiedToken {
    /// Decodes a text.
    ///
    /// # Errors
    /// [`DecodeError`] if it is too long or not a JWT.
    pub fn read(text: &str) -> Result<Self, DecodeError> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(DecodeError::TooLarge);
        }
        Self::decode(text).ok_or(DecodeError::Undecodable)
    }

    fn decode(text: &str) -> Option<Self> {
        let (header, rest) = cut(text)?;
        let (claims, signature) = cut(rest)?;
        if cut(signature).is_some() {
            return None;
        }
        let header = segment::value(header)?;
        let Value::Object(claims) = segment::value(claims)? else {
            return None;
        };
        let claims = Claims::new(claims).with_original_issue(header.get("oiat"));
        let claims = Rc::new(claims);
        Some(Self { text: text.into(), header, claims, signature: segment::bytes(signature)? })
    }

    /// Its claims, which are not verified.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The `kid` of the header, if there is one. A number is taken as its text, as in JavaScript.
    ///
    /// # Errors
    /// [`TokenError::Unexpected`] if the header is `null`, which throws in Clerk's SDK.
    pub fn key_id(&self) -> Result<Option<String>, TokenError> {
        if self.header.is_null() {
            return Err(TokenError::Unexpected);
        }
        Ok(match self.header.get("kid") {
            Some(Value::String(name)) => Some(name.clone()),
            Some(Value::Number(name)) => Some(name.to_string()),
            _ => None,
        })
    }

    /// Checks that it is a session token and neither a machine token nor one made from a JWT
    /// template. The next stage checks the same; the decision tree has to check this earlier.
    ///
    /// # Errors
    /// [`TokenError::TypeMismatch`] if it is another kind of token.
    pub fn check_kind(&self) -> Result<(), TokenError> {
        let is_machine = self.machine_kind().is_some();
        let is_session = match self.header.get("cat") {
            None => true,
            Some(Value::String(name)) => SESSION_CATEGORIES.contains(&name.as_str()),
            Some(_) => false,
        };
        if is_machine || !is_session {
            return Err(TokenError::TypeMismatch);
        }
        Ok(())
    }

    /// Which kind of machine's token it says it is.
    #[must_use]
    pub fn machine_kind(&self) -> Option<MachineTokenKind> {
        if self.claims.text("sub").is_some_and(|sub| sub.starts_with("mch_")) {
            return Some(MachineTokenKind::M2m);
        }
        let is_oauth = self.header_text("typ").is_some_and(|typ| OAUTH_TYPES.contains(&typ));
        is_oauth.then_some(MachineTokenKind::OAuth)
    }

    pub(super) fn text(&self) -> &Rc<str> {
        &self.text
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }

    pub(super) fn shared_claims(&self) -> Rc<Claims> {
        Rc::clone(&self.claims)
    }

    pub(super) fn header(&self, name: &str) -> Option<&Value> {
        self.header.get(name)
    }

    fn header_text(&self, name: &str) -> Option<&str> {
        self.header(name)?.as_str()
    }
}

/// The texts before and after the first dot.
fn cut(text: &str) -> Option<(&str, &str)> {
    let (before, after) = text.split_at_checked(memchr(b'.', text.as_bytes())?)?;
    Some((before, after.get(1..)?))
}

/// Clerk's `cat` of a session token: its session token, and the one that says "do not inspect".
const SESSION_CATEGORIES: [&str; 2] = ["cl_B7d4PD111AAA", "cl_I7d4PD111III"];
/// The types of an OAuth access token (RFC 9068, 2.1).
pub(crate) const OAUTH_TYPES: [&str; 2] = ["at+jwt", "application/at+jwt"];
