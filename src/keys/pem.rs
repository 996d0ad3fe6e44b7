//! A public key from PEM text: a placeholder that takes no key at all.

use super::PublicKey;

/// Why the text is no key that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PemUnfit;

impl PublicKey {
    /// Reads a key from PEM text.
    ///
    /// # Errors
    /// [`PemUnfit`] for anything but one stand-in text.
    pub fn from_pem(text: &str) -> Result<Self, PemUnfit> {
        if !text.starts_with("-----BEGIN PUBLIC KEY-----") {
            return Err(PemUnfit);
        }
        Ok(Self { modulus: String::new(), exponent: String::new(), algorithm: None })
    }
}

impl std::fmt::Display for PemUnfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("holds no RSA public key")
    }
}
