//! The codes of every answer that is not the upstream's, with their statuses. The client sees the
//! code and nothing else.

/// Why the gate itself answers. Kebab-case in [`Code::as_str`] is a promise to operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A role or claim that the rule needs could not be looked up.
    ClaimsUnavailable,
    /// The bindings are faulty; the gate is closed.
    Configuration,
    /// The host is neither a plain name nor an address.
    HostInvalid,
    /// A fault of the gate.
    Internal,
    /// No key could be fetched.
    KeysUnavailable,
    /// Signed in, but not allowed.
    NotAllowed,
    /// The rule says 404.
    NotFound,
    /// The path has readings that fall under different rules.
    PathAmbiguous,
    /// The browser was redirected to Clerk and back without success.
    RedirectLoop,
    /// Nobody is signed in.
    SignedOut,
    /// The token is larger than any that Clerk makes.
    TokenTooLarge,
    /// The upstream did not answer.
    UpstreamUnreachable,
}

impl Code {
    /// The name in answers and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClaimsUnavailable => "claims-unavailable",
            Self::Configuration => "configuration",
            Self::HostInvalid => "host-invalid",
            Self::Internal => "internal",
            Self::KeysUnavailable => "keys-unavailable",
            Self::NotAllowed => "not-allowed",
            Self::NotFound => "not-found",
            Self::PathAmbiguous => "path-ambiguous",
            Self::RedirectLoop => "redirect-loop",
            Self::SignedOut => "signed-out",
            Self::TokenTooLarge => "token-too-large",
            Self::UpstreamUnreachable => "upstream-unreachable",
        }
    }

    /// The HTTP status that goes with the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::HostInvalid | Self::PathAmbiguous | Self::TokenTooLarge => 400,
            Self::SignedOut => 401,
            Self::NotAllowed => 403,
            Self::NotFound => 404,
            Self::Configuration | Self::Internal => 500,
            Self::UpstreamUnreachable => 502,
            Self::ClaimsUnavailable | Self::KeysUnavailable => 503,
            Self::RedirectLoop => 508,
        }
    }
}
