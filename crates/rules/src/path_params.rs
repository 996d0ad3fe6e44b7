//! The values that a rule's `:name` segments captured from a path.
//!
//! A value is the decoded bytes of one segment, never empty and never a dot segment. Code that puts
//! one into a URL encodes it ([`crate::target::Target::fill`] does).

/// The names of a rule with the values that a path has for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathParams(Vec<(String, Vec<u8>)>);

impl PathParams {
    /// No parameters, as of a path without captures.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The decoded bytes that were captured under a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// Names and values in the path's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    pub(super) fn captured(values: impl Iterator<Item = (String, Vec<u8>)>) -> Self {
        Self(values.collect())
    }
}

/// Whether a segment can be captured at all.
pub(super) fn is_capturable(segment: &[u8]) -> bool {
    !matches!(segment, b"" | b"." | b"..")
}
