//! Which of Clerk's shortcodes fills a claim: `metadata.role` is `{{user.public_metadata.role}}`.

use clerk_edge_gate::explain::token_size::CLERKS_OWN;

/// What stands behind a claim path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Clerk puts it into every session token.
    Clerks,
    /// This shortcode fills it.
    Shortcode(String),
    /// It may not be put into a token, for this reason.
    Forbidden(&'static str),
    /// It cannot be derived.
    Unknown,
}

/// Where the value of a claim path comes from.
#[must_use]
pub fn of(path: &str) -> Origin {
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    if is_any(first, "private_metadata") {
        return Origin::Forbidden(PRIVATE);
    }
    if is_any(first, "unsafe_metadata") {
        return Origin::Forbidden(UNSAFE);
    }
    if CLERKS_OWN.contains(&first) {
        return Origin::Clerks;
    }
    if !path.split('.').all(is_name) {
        return Origin::Unknown;
    }
    if METADATA.contains(&first) {
        return shortcode("user.public_metadata", &rest);
    }
    if ORG_METADATA.contains(&first) {
        return shortcode("org.public_metadata", &rest);
    }
    if !rest.is_empty() {
        return Origin::Unknown;
    }
    let known = KNOWN.iter().find(|(name, _)| is_any(first, name));
    known.map_or_else(
        || shortcode("user.public_metadata", &[first]),
        |(_, code)| shortcode(code, &[]),
    )
}

/// Whether a name is this one, in either of the usual spellings.
fn is_any(name: &str, snake: &str) -> bool {
    name == snake || name == camel(snake)
}

fn camel(snake: &str) -> String {
    let mut words = snake.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

fn shortcode(root: &str, rest: &[&str]) -> Origin {
    let path: Vec<&str> = std::iter::once(root).chain(rest.iter().copied()).collect();
    Origin::Shortcode(format!("{{{{{}}}}}", path.join(".")))
}

fn is_name(part: &str) -> bool {
    let mut bytes = part.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

const METADATA: [&str; 3] = ["metadata", "publicMetadata", "public_metadata"];
const ORG_METADATA: [&str; 4] =
    ["org_metadata", "orgMetadata", "organization_metadata", "organizationMetadata"];
/// Names that people give to what Clerk knows of a person.
const KNOWN: [(&str, &str); 15] = [
    ("email", "user.primary_email_address"),
    ("primary_email", "user.primary_email_address"),
    ("email_verified", "user.email_verified"),
    ("first_name", "user.first_name"),
    ("last_name", "user.last_name"),
    ("full_name", "user.full_name"),
    ("name", "user.full_name"),
    ("username", "user.username"),
    ("image_url", "user.image_url"),
    ("phone_number", "user.primary_phone_number"),
    ("user_id", "user.id"),
    ("external_id", "user.external_id"),
    ("two_factor_enabled", "user.two_factor_enabled"),
    ("org_name", "org.name"),
    ("org_image_url", "org.image_url"),
];
const PRIVATE: &str = "private metadata is for your backend alone, and every visitor can read the \
                       own token: use public metadata";
const UNSAFE: &str = "unsafe metadata can be written by its owner, so nothing may be decided by it: \
                      use public metadata";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn filled(path: &str, code: &str) {
        assert_eq!(of(path), Origin::Shortcode(format!("{{{{{code}}}}}")), "{path}");
    }

    #[test]
    fn paths_lead_to_shortcodes() {
        filled("metadata.role", "user.public_metadata.role");
        filled("publicMetadata", "user.public_metadata");
        filled("role", "user.public_metadata.role");
        filled("firstName", "user.first_name");
        filled("org_metadata.tier", "org.public_metadata.tier");
    }

    #[test]
    fn what_may_not_or_cannot_be_derived_is_told_apart() {
        assert_eq!(of("org_role"), Origin::Clerks);
        assert_eq!(of("o.rol"), Origin::Clerks);
        assert!(matches!(of("privateMetadata.x"), Origin::Forbidden(_)));
        assert!(matches!(of("unsafe_metadata.x"), Origin::Forbidden(_)));
        assert_eq!(of("membership.level"), Origin::Unknown);
        assert_eq!(of("https://example"), Origin::Unknown);
    }
}
