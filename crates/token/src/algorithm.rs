//! The table of algorithms. A name that is not in it is refused: there is no row for `none` and
//! none for shared secrets, so no token can ask for them. Verification itself is behind
//! [`crate::crypto`].

/// An algorithm that a session token may be signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, which Clerk uses.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
}

impl Algorithm {
    /// The algorithm with this JOSE name, compared byte by byte.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "RS384" => Some(Self::Rs384),
            "RS512" => Some(Self::Rs512),
            _ => None,
        }
    }

    /// The JOSE name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }

    /// The name of its hash in WebCrypto.
    #[must_use]
    pub const fn hash(self) -> &'static str {
        match self {
            Self::Rs256 => "SHA-256",
            Self::Rs384 => "SHA-384",
            Self::Rs512 => "SHA-512",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_its_hash_and_other_names_have_no_row() {
        for (name, hash) in [("RS256", "SHA-256"), ("RS384", "SHA-384"), ("RS512", "SHA-512")] {
            let row = Algorithm::named(name).map(|row| (row.name(), row.hash()));
            assert_eq!(row, Some((name, hash)));
        }
        for other in ["none", "HS256", "PS256", "rs256", ""] {
            assert_eq!(Algorithm::named(other), None, "{other}");
        }
    }
}
