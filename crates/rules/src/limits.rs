//! The ceilings of this crate, each with its unit and its source.

/// More rules than anybody writes by hand; a Worker's variable holds far fewer.
pub const RULES_MAX: usize = 10_000;
/// Bytes of a site map. What writes one writes none that is larger.
pub const SITE_MAP_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Pages that load a file; one that more load is shared, and the map does not name it.
pub const SITE_MAP_LOADERS_MAX: usize = 16;
/// Pages of a file that are named in log and explanation; more would only be a longer line.
pub const PAGES_TOLD_MAX: usize = 16;
/// The longest time for which `fresh` accepts claims: a day.
pub const FRESH_SECONDS_MAX: u32 = 86_400;
