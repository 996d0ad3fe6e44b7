//! Why a token is refused.

/// Why a token is refused, in the words that Clerk's users search for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenError {
    /// It has run out.
    Expired,
    /// It says that it was made in the future.
    IssuedInTheFuture,
    /// No JWT that we read.
    Invalid,
    /// `alg` is none that we take.
    InvalidAlgorithm,
    /// `azp` is no party of ours.
    InvalidAuthorizedParties,
    /// `iss` is not our issuer.
    InvalidIssuer,
    /// The signature is not the key's.
    InvalidSignature,
    /// No key of ours has its `kid`.
    KeyIdMismatch,
    /// Its time has not come.
    NotActiveYet,
    /// A machine's token, or one made from a template.
    TypeMismatch,
    /// Nothing that has a name.
    Unexpected,
    /// A claim is missing or wrong, or the key does not fit.
    VerificationFailed,
}
