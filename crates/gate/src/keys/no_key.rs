//! Why there is no key for a token.

/// Why there is no key for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// The instance has no key with this id, as far as any source that answered knows.
    Unknown,
    /// There is a key with this id, but not for this algorithm, or not for signatures.
    Unfit,
    /// No source answered, so it is not known whether there is one.
    Unavailable(KeysUnavailable),
}

/// No source of the instance's keys answered: the one way in which it cannot be found out who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysUnavailable {
    /// When it is worth trying again; at least 1.
    pub retry_after_seconds: u32,
}

impl From<KeysUnavailable> for NoKey {
    fn from(unavailable: KeysUnavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}
