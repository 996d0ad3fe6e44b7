//! A token that was decoded and proves nothing.
//!
//! Clerk's decision tree looks into tokens before their signature is checked: to choose between
//! cookies, to compare ages, to name the session that is to be refreshed. Such looks have this
//! type. There is no way from here to a session but through a key.

use std::rc::Rc;

use clerk_edge_jws::segment;
use memchr::memchr;
use serde_json::Value;

use crate::claims::Claims;
use crate::error::TokenError;
use crate::limits::TOKEN_BYTES_MAX;
use crate::verifiable::VerifiableToken;

/// Holding one means: somebody sent a text that decodes as a JWT. Nothing in it is believed.
#[derive(Clone, Debug)]
pub struct UnverifiedToken {
    text: Rc<str>,
    header: Value,
    claims: Rc<Claims>,
    signature: Vec<u8>,
}

/// Why a text is not even that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// Larger than any token of Clerk's; it was not looked at.
    TooLarge,
    /// Not three parts of base64url, JSON and an object of claims.
    Undecodable,
}

impl UnverifiedToken {
    /// Decodes a text.
    ///
    /// # Errors
    /// [`DecodeError`] where it is too large or no JWT.
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
        let claims = Rc::new(Claims::new(claims));
        Some(Self { text: text.into(), header, claims, signature: segment::bytes(signature)? })
    }

    /// What it claims.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The key that it names. A header without members cannot even be asked.
    ///
    /// # Errors
    /// [`TokenError::Unexpected`] where the header is `null`.
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

    /// Refuses what is no session's token by its kind: a machine's, or one made from a template.
    /// [`Self::present`] does the same; the tree asks early because its order is a promise.
    ///
    /// # Errors
    /// [`TokenError::TypeMismatch`].
    pub fn kind(&self) -> Result<(), TokenError> {
        let machine = self.claims.text("sub").is_some_and(|sub| sub.starts_with("mch_"))
            || matches!(self.header_text("typ"), Some("at+jwt" | "application/at+jwt"));
        let category = match self.header.get("cat") {
            None => true,
            Some(Value::String(name)) => SESSION_CATEGORIES.contains(&name.as_str()),
            Some(_) => false,
        };
        if machine || !category {
            return Err(TokenError::TypeMismatch);
        }
        Ok(())
    }

    /// The next stage: a token of a kind and with an algorithm that we take.
    ///
    /// # Errors
    /// The first [`TokenError`] of kind, `crit`, `typ` and `alg`.
    pub fn present(&self) -> Result<VerifiableToken, TokenError> {
        self.kind()?;
        VerifiableToken::of(self)
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

/// Clerk's categories of a session's token: the session itself, and "do not look at this".
const SESSION_CATEGORIES: [&str; 2] = ["cl_B7d4PD111AAA", "cl_I7d4PD111III"];
