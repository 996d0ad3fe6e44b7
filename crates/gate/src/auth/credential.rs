//! The token in the `Authorization` header, as Clerk's SDK finds it.
//!
//! The header is cut at its first blank and no further rules of any scheme apply. It refuses to
//! guess: another scheme than `Bearer`, exactly spelt, is not for us, and cookies are used.

use clerk_edge_rules::caller_kind::CallerKind;
use clerk_edge_token::unverified::{MachineTokenKind, UnverifiedToken};

/// What a request presents, told apart by its text before anything is verified.
#[derive(Debug)]
pub(crate) enum Credential<'a> {
    /// No token in the header: cookies may say who asks.
    Cookies,
    /// A token that is none of a machine's: a session's, or anything.
    Bearer,
    /// An API key, which is always opaque.
    ApiKey(&'a str),
    /// An M2M token.
    M2m(MachineToken<'a>),
    /// An OAuth access token.
    OAuth(MachineToken<'a>),
}

/// The two forms of a machine's token.
#[derive(Debug)]
pub(crate) enum MachineToken<'a> {
    /// Only Clerk knows what it means.
    Opaque(&'a str),
    /// A decoded JWT, believed of nobody.
    Jwt(Box<UnverifiedToken>),
}

impl<'a> Credential<'a> {
    /// From the `Authorization` header: Clerk's prefixes first, then what a decoded JWT says.
    pub(crate) fn of(authorization: Option<&'a str>) -> Self {
        let Some(text) = authorization.and_then(presented) else { return Self::Cookies };
        if text.starts_with("mt_") {
            return Self::M2m(MachineToken::Opaque(text));
        }
        if text.starts_with("oat_") {
            return Self::OAuth(MachineToken::Opaque(text));
        }
        if text.starts_with("ak_") {
            return Self::ApiKey(text);
        }
        let Ok(token) = UnverifiedToken::read(text) else { return Self::Bearer };
        match token.machine_kind() {
            None => Self::Bearer,
            Some(MachineTokenKind::M2m) => Self::M2m(MachineToken::Jwt(Box::new(token))),
            Some(MachineTokenKind::OAuth) => Self::OAuth(MachineToken::Jwt(Box::new(token))),
        }
    }

    /// The kind of caller that it is one of.
    pub(crate) const fn kind(&self) -> CallerKind {
        match self {
            Self::Cookies | Self::Bearer => CallerKind::Session,
            Self::ApiKey(_) => CallerKind::ApiKey,
            Self::M2m(_) => CallerKind::Machine,
            Self::OAuth(_) => CallerKind::OAuth,
        }
    }
}

/// The token that the header presents, whatever it is.
#[must_use]
pub fn presented(authorization: &str) -> Option<&str> {
    let mut words = authorization.split(' ');
    let first = words.next().filter(|word| !word.is_empty());
    match words.next().filter(|word| !word.is_empty()) {
        None => first,
        Some(token) => (first == Some("Bearer")).then_some(token),
    }
}

#[cfg(test)]
mod tests {
    use super::presented;

    #[test]
    fn a_bare_token_and_a_bearer_are_taken() {
        assert_eq!(presented("Bearer a.b.c"), Some("a.b.c"));
        assert_eq!(presented("Bearer a.b.c more"), Some("a.b.c"));
        assert_eq!(presented("a.b.c"), Some("a.b.c"));
        assert_eq!(presented("Bearer"), Some("Bearer"));
        assert_eq!(presented("Bearer  x"), Some("Bearer"));
        assert_eq!(presented("Basic "), Some("Basic"));
    }

    #[test]
    fn other_schemes_are_left_alone() {
        for header in ["", " ", "bearer a", "BEARER a", "Basic a", " a", "Bearer, a"] {
            assert_eq!(presented(header), None, "{header}");
        }
    }
}
