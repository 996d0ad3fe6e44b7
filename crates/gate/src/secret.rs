//! Clerk's secret key, in a type that cannot be printed.
//!
//! Its text can be read with [`Secret::bearer`] alone, which belongs where a call to the configured
//! API is made.

/// A secret key. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// From its text. Whether it fits the publishable key is checked by the settings.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The value of the `Authorization` header of a call to Clerk's API.
    #[must_use]
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// Whether its prefix is that of a development instance.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.0.starts_with("sk_test_") || self.0.starts_with("test_")
    }

    /// Whether its prefix is that of a production instance.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.0.starts_with("sk_live_") || self.0.starts_with("live_")
    }
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
    fn debug_shows_nothing_of_a_secret() {
        let secret = Secret::new("sk_test_abc".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.bearer(), "Bearer sk_test_abc");
    }
}
