//! The place of a claim: a dotted path such as `metadata.role`.
//!
//! Read in the same way for roles, conditions and headers, so that they cannot disagree. Lists are
//! not indexed.

use serde_json::Value;

/// A path of one or more names, none of them empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClaimPath {
    text: String,
    parts: Vec<String>,
}

/// The text is no claim path: it is empty, or has an empty part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAClaimPath;

impl ClaimPath {
    /// Parses `a.b.c`.
    ///
    /// # Errors
    /// [`NotAClaimPath`] where the text or one of its parts is empty.
    pub fn parse(text: &str) -> Result<Self, NotAClaimPath> {
        let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
        if parts.iter().any(String::is_empty) {
            return Err(NotAClaimPath);
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path inside a user's public metadata: without a first part that names the metadata.
    #[must_use]
    pub fn in_metadata(&self) -> &str {
        match self.text.split_once('.') {
            Some((first, rest)) if METADATA_NAMES.contains(&first) => rest,
            _ => &self.text,
        }
    }

    /// The value at this path; `null` counts as absent.
    #[must_use]
    pub fn read<'a>(&self, claims: &'a Value) -> Option<&'a Value> {
        follow(&self.parts, claims)
    }

    /// The value in a user's public metadata: a first part that names the metadata is left out,
    /// since there the metadata is the root.
    #[must_use]
    pub fn read_in_metadata<'a>(&self, metadata: &'a Value) -> Option<&'a Value> {
        match self.parts.split_first() {
            Some((first, rest)) if METADATA_NAMES.contains(&first.as_str()) => {
                follow(rest, metadata)
            }
            _ => follow(&self.parts, metadata),
        }
    }
}

impl ClaimPath {
    /// The same as [`Self::read`], but an empty text or list counts as absent.
    #[must_use]
    pub fn read_present<'a>(&self, claims: &'a Value) -> Option<&'a Value> {
        self.read(claims).filter(|value| is_present(value))
    }

    /// The same as [`Self::read_in_metadata`], but an empty text or list counts as absent.
    #[must_use]
    pub fn read_present_in_metadata<'a>(&self, metadata: &'a Value) -> Option<&'a Value> {
        self.read_in_metadata(metadata).filter(|value| is_present(value))
    }
}

/// Whether a claim's value says anything: an empty text or list does not.
#[must_use]
pub fn is_present(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

impl std::fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

fn follow<'a>(parts: &[String], root: &'a Value) -> Option<&'a Value> {
    let found = parts.iter().try_fold(root, |value, part| value.as_object()?.get(part))?;
    (!found.is_null()).then_some(found)
}

/// The names under which people put public metadata into the session token.
const METADATA_NAMES: [&str; 3] = ["metadata", "publicMetadata", "public_metadata"];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_leads_to_a_value_or_to_nothing() {
        let claims = json!({ "metadata": { "role": "admin", "none": null }, "a": [1] });
        let read = |path: &str| ClaimPath::parse(path).map(|p| p.read(&claims).cloned());
        assert_eq!(read("metadata.role"), Ok(Some(json!("admin"))));
        assert_eq!(read("metadata.rule"), Ok(None));
        assert_eq!(read("metadata.none"), Ok(None));
        assert_eq!(read("a.0"), Ok(None));
        assert_eq!(read("metadata..role"), Err(NotAClaimPath));
        assert_eq!(read(""), Err(NotAClaimPath));
    }

    #[test]
    fn in_metadata_the_first_part_falls_away_if_it_names_the_metadata() {
        let metadata = json!({ "role": "admin", "plan": { "name": "pro" } });
        let read =
            |path: &str| ClaimPath::parse(path).map(|p| p.read_in_metadata(&metadata).cloned());
        assert_eq!(read("public_metadata.role"), Ok(Some(json!("admin"))));
        assert_eq!(read("role"), Ok(Some(json!("admin"))));
        assert_eq!(read("plan.name"), Ok(Some(json!("pro"))));
        assert_eq!(read("private_metadata.role"), Ok(None));
    }
}
