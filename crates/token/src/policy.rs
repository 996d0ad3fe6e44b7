//! What the claims of a session token must say: its parties, audience and issuers, and by how much
//! clocks may differ. The comparison is in [`crate::session`].

/// The accepted parties, audience and issuers, and the accepted difference of clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Accepted values of `azp`; empty means any.
    pub authorized_parties: Vec<String>,
    /// Accepted values of `aud`; empty means any.
    pub audience: Vec<String>,
    /// Accepted values of `iss`.
    pub issuers: Issuers,
    /// By how much this machine's clock and Clerk's may differ.
    pub clock_skew_ms: i64,
}

/// The issuers whose tokens are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuers {
    /// Any issuer: `iss` is not compared. The keys are still those of this instance only.
    Any,
    /// One of these, compared byte by byte. An issuer that begins with `/` is a path on the
    /// request's origin.
    Only(Vec<String>),
}

impl Policy {
    /// The same policy with another accepted difference of clocks.
    #[must_use]
    pub fn with_clock_skew_ms(&self, clock_skew_ms: i64) -> Self {
        Self { clock_skew_ms, ..self.clone() }
    }

    /// Whether an issuer is a path, so that the request's origin is needed to compare it.
    pub(super) fn needs_origin(&self) -> bool {
        match &self.issuers {
            Issuers::Any => false,
            Issuers::Only(ours) => ours.iter().any(|each| each.starts_with('/')),
        }
    }
}
