//! Clerk's secret key, in a type that cannot be printed.
//!
//! The only way out is [`Secret::bearer`], called where a request to the configured API is made.

/// Holding one means: the text was a secret; its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text over. Whether it fits the publishable key is the settings' business.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The value of the `Authorization` header of a call to Clerk's API.
    #[must_use]
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// Whether the secret says of itself that it belongs to a development instance.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.0.starts_with("sk_test_") || self.0.starts_with("test_")
    }

    /// Whether the secret says of itself that it belongs to a production instance.
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
    fn a_secret_prints_nothing_of_itself() {
        let secret = Secret::new("sk_test_abc".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.bearer(), "Bearer sk_test_abc");
    }
}
