//! A session token, in three stages that cannot be skipped: presented, signed, session.

mod algorithm;

pub use algorithm::Algorithm;
