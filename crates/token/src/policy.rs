//! What a session's token must say: whose it may be, for whom and with which allowance for clocks.

/// The parties, audience and issuers that are accepted, and the allowance for clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Accepted `azp`; empty means any.
    pub authorized_parties: Vec<String>,
    /// Accepted `aud`; empty means any.
    pub audience: Vec<String>,
    /// Accepted `iss`.
    pub issuers: Issuers,
    /// How far clocks may differ.
    pub clock_skew_ms: i64,
}

/// Whose tokens are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuers {
    /// `any`: `iss` is not compared (keys are still this instance's alone).
    Any,
    /// One of these, exactly. One that begins with `/` means that path on the request's origin.
    Only(Vec<String>),
}

impl Policy {
    /// The same with another allowance for clocks.
    #[must_use]
    pub fn with_clock_skew_ms(&self, clock_skew_ms: i64) -> Self {
        Self { clock_skew_ms, ..self.clone() }
    }

    /// Whether an issuer is a path, so that the request's origin is needed.
    pub(super) fn needs_origin(&self) -> bool {
        match &self.issuers {
            Issuers::Any => false,
            Issuers::Only(ours) => ours.iter().any(|each| each.starts_with('/')),
        }
    }
}
