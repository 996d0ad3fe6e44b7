//! The ceilings of this crate, each with its unit and its source.

/// More rules than anybody writes by hand; a Worker's variable holds far fewer.
pub const RULES_MAX: usize = 10_000;
