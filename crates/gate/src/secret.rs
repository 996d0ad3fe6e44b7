//! Clerk's secret key as a type that cannot be printed, and the prefixes of Clerk's keys.
//!
//! The text of a secret leaves this file only through [`Secret::bearer`], for a request to the
//! configured API, and [`Secret::with_text`], for a signature. What a publishable key contains
//! belongs in `settings/publishable_key.rs`.

/// The prefix of a development instance's publishable key.
pub const DEVELOPMENT_PUBLISHABLE_KEY: &str = "pk_test_";
/// The prefix of a production instance's publishable key.
pub const PRODUCTION_PUBLISHABLE_KEY: &str = "pk_live_";
/// The prefix of secret keys.
pub const SECRET_KEY: &str = "sk_";
/// The prefixes of a development instance's secret key; the second is the older form.
const DEVELOPMENT_SECRET_KEYS: [&str; 2] = ["sk_test_", "test_"];
/// The prefixes of a production instance's secret key; the second is the older form.
const PRODUCTION_SECRET_KEYS: [&str; 2] = ["sk_live_", "live_"];

/// A secret key. Its `Debug` shows nothing of the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret with this text. Whether it fits the publishable key is checked by the settings.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Computes something from the text, for a signature.
    pub(crate) fn with_text<T>(&self, compute: impl FnOnce(&str) -> T) -> T {
        compute(&self.0)
    }

    /// The value of the `Authorization` header of a call to Clerk's API.
    #[must_use]
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// Whether the prefix is that of a development instance.
    #[must_use]
    pub fn is_development(&self) -> bool {
        has_prefix(&self.0, &DEVELOPMENT_SECRET_KEYS)
    }

    /// Whether the prefix is that of a production instance.
    #[must_use]
    pub fn is_production(&self) -> bool {
        has_prefix(&self.0, &PRODUCTION_SECRET_KEYS)
    }
}

/// Whether a text begins like a key of a production instance, publishable or secret.
#[must_use]
pub fn is_production_key(text: &str) -> bool {
    has_prefix(text.trim_start(), &[PRODUCTION_PUBLISHABLE_KEY, "sk_live_"])
}

fn has_prefix(text: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| text.starts_with(prefix))
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_output_does_not_contain_the_secret() {
        let secret = Secret::new("sk_test_abc".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.bearer(), "Bearer sk_test_abc");
    }
}
