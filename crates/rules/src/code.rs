//! The codes of every answer that is not the upstream's, with their statuses. The client sees the
//! code and nothing else.

/// Why the gate itself answers. Kebab-case in [`Code::as_str`] is a promise to operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A parameter or a body that cannot be read.
    BadRequest,
    /// An address to return to that is not on this site.
    BadTarget,
    /// A role or claim that the rule needs could not be looked up.
    ClaimsUnavailable,
    /// Clerk's API refuses a call.
    ClerkRefused,
    /// Clerk's API does not answer.
    ClerkUnavailable,
    /// The bindings are faulty; the gate is closed.
    Configuration,
    /// A request that must come from this site and does not.
    CrossSite,
    /// The host is neither a plain name nor an address.
    HostInvalid,
    /// A fault of the gate.
    Internal,
    /// No key could be fetched.
    KeysUnavailable,
    /// Metadata that the caller may not write.
    MetadataInvalid,
    /// One of the gate's own addresses does not answer the method.
    MethodNotAllowed,
    /// Signed in, but not allowed.
    NotAllowed,
    /// A secret is missing that this needs.
    NotConfigured,
    /// The rule says 404.
    NotFound,
    /// Another organization is active than the page needs.
    OrganizationMismatch,
    /// The path has readings that fall under different rules.
    PathAmbiguous,
    /// Too many calls in a short time.
    RateLimited,
    /// The browser was redirected to Clerk and back without success.
    RedirectLoop,
    /// Nobody is signed in.
    SignedOut,
    /// The token is larger than any that Clerk makes.
    TokenTooLarge,
    /// A body above the limit.
    TooLarge,
    /// The upstream did not answer.
    UpstreamUnreachable,
}

impl Code {
    /// The name in answers and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::BadTarget => "bad-target",
            Self::ClaimsUnavailable => "claims-unavailable",
            Self::ClerkRefused => "clerk-refused",
            Self::ClerkUnavailable => "clerk-unavailable",
            Self::Configuration => "configuration",
            Self::CrossSite => "cross-site",
            Self::HostInvalid => "host-invalid",
            Self::Internal => "internal",
            Self::KeysUnavailable => "keys-unavailable",
            Self::MetadataInvalid => "metadata-invalid",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::NotAllowed => "not-allowed",
            Self::NotConfigured => "not-configured",
            Self::NotFound => "not-found",
            Self::OrganizationMismatch => "organization-mismatch",
            Self::PathAmbiguous => "path-ambiguous",
            Self::RateLimited => "rate-limited",
            Self::RedirectLoop => "redirect-loop",
            Self::SignedOut => "signed-out",
            Self::TokenTooLarge => "token-too-large",
            Self::TooLarge => "too-large",
            Self::UpstreamUnreachable => "upstream-unreachable",
        }
    }

    /// The HTTP status that goes with the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest
            | Self::BadTarget
            | Self::HostInvalid
            | Self::PathAmbiguous
            | Self::TokenTooLarge => 400,
            Self::SignedOut => 401,
            Self::CrossSite | Self::NotAllowed | Self::OrganizationMismatch => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::MetadataInvalid => 422,
            Self::Configuration | Self::Internal => 500,
            Self::ClerkRefused | Self::UpstreamUnreachable => 502,
            Self::ClaimsUnavailable
            | Self::ClerkUnavailable
            | Self::KeysUnavailable
            | Self::NotConfigured
            | Self::RateLimited => 503,
            Self::RedirectLoop => 508,
        }
    }

    /// Whether the same request may succeed a moment later, so that a program may repeat it.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::ClerkUnavailable | Self::RateLimited)
    }
}
