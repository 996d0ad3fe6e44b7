//! Claims that break Clerk's own grammar.

/// The claims break Clerk's grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;
