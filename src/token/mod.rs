//! A session token, in stages that cannot be skipped: unbelieved, presented, signed, session.
//!
//! ```text
//! text ── Unbelieved::read ──> Unbelieved     decoded; says what it claims, proves nothing
//!         Unbelieved::present ──> Presented   of a kind and an algorithm that we take
//!         Presented::verify ──> Signed        the instance's key covers exactly these bytes
//!         Signed::admit ──> Session           for us, from our issuer, now
//! ```
//!
//! Each has one maker and private fields; leaving a stage out does not compile. What is read is
//! what Clerk's own server SDK reads, with JavaScript's tolerance for odd JSON; what it cannot
//! read has the same reason here. Nothing in this folder knows of HTTP, cookies or keys' sources.

mod algorithm;
mod attested;
mod crypto;
pub mod key;
mod policy;
mod presented;
mod remembered;
mod session;
mod signed;
mod unbelieved;

pub use algorithm::Algorithm;
pub use crypto::{Crypto, KeyUnfit, VerifierFailed};
pub use presented::Presented;
pub use remembered::Remembered;
pub use policy::{Issuers, Policy};
pub use session::Session;
pub use signed::Signed;
pub use unbelieved::{Unbelieved, Unreadable};

/// Why a token is refused, in the words that Clerk's users search for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
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
