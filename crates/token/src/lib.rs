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

pub mod algorithm;
pub mod claims;
pub mod crypto;
pub mod error;
pub mod js_decimal;
pub mod js_number;
pub mod key;
pub mod limits;
pub mod policy;
pub mod session;
pub mod signature_accepted;
pub mod unverified;
pub mod verifiable;
pub mod verified;
pub mod verified_cache;
