//! A session token, from text to session, in stages that cannot be skipped.
//!
//! ```text
//! text ── UnverifiedToken::read ──> UnverifiedToken     decoded; nothing is verified
//!         UnverifiedToken::check ──> VerifiableToken    a session token, with an algorithm of ours
//!         VerifiableToken::verify ──> VerifiedToken     signed by the instance's key
//!         VerifiedToken::admit ──> Session              for this site, from this issuer, now
//! ```
//!
//! Each stage has one maker and private fields, so code that skips one does not compile. A token
//! is read as Clerk's own server SDK reads it, with JavaScript's tolerance for odd JSON, and is
//! refused for the same reason. HTTP, cookies, and where keys come from belong in the gate.

pub mod algorithm;
pub mod claims;
pub mod crypto;
pub mod error;
pub mod js_number;
pub mod key;
pub mod limits;
pub mod machine;
pub mod policy;
pub mod session;
pub mod unverified;
pub mod verifiable;
pub mod verified;
pub mod verified_cache;
