//! The instance's public keys: what one is, and how the right one is found.
//!
//! A key comes from `CLERK_JWT_KEY` ([`PublicKey::from_pem`]) or from a key set of the instance
//! ([`KeySet`]), fetched or stored; both go through the same parser, because the store is as much
//! a trust anchor as the network. [`Keys`] decides when to ask whom.
//!
//! It refuses to take a key from a token, to ask at an address from a token, and to keep anything
//! but values between requests: a fetch belongs to the request that began it.

pub mod cached_set;
pub mod fetch;
pub mod fetch_permit;
pub mod find;
pub mod renew;
pub mod stored_set;
