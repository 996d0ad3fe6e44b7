//! Why a token is refused. The names of the reasons, as clients see them, belong in the gate.

/// Why a token is refused. The variants are the reasons of Clerk's SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenError {
    /// `exp` is in the past.
    Expired,
    /// `iat` is in the future.
    IssuedInTheFuture,
    /// Not a JWT, or one that cannot be decoded.
    Invalid,
    /// `alg` is not in the table of algorithms.
    InvalidAlgorithm,
    /// `azp` is not an authorized party.
    InvalidAuthorizedParties,
    /// `iss` is not an accepted issuer.
    InvalidIssuer,
    /// The signature is not valid for the key.
    InvalidSignature,
    /// No key of the instance has its `kid`.
    KeyIdMismatch,
    /// `nbf` is in the future.
    NotActiveYet,
    /// A machine token, or one made from a JWT template.
    TypeMismatch,
    /// Any other fault: Clerk's `unexpected-error`.
    Unexpected,
    /// A claim is missing or wrong, or the key cannot be used.
    VerificationFailed,
}
