//! What the platform has bound under a name: the shapes that a setting can come in.
//!
//! The platform cannot be asked for a list, only for one name at a time, so a misspelt name looks
//! like a missing one. Nothing is interpreted here.

/// Every name that a setting can have; no other is ever asked for.
pub const NAMES: [&str; 29] = [
    "ASSETS",
    "CLAIM_HEADERS",
    "CLERK_API_URL",
    "CLERK_AUDIENCE",
    "CLERK_AUTHORIZED_PARTIES",
    "CLERK_CACHE",
    "CLERK_CLOCK_SKEW_SECONDS",
    "CLERK_CROSS_ORIGIN_SYNC",
    "CLERK_DOMAIN",
    "CLERK_ISSUER",
    "CLERK_IS_SATELLITE",
    "CLERK_JWKS_URL",
    "CLERK_JWT_KEY",
    "CLERK_PROXY_URL",
    "CLERK_PUBLISHABLE_KEY",
    "CLERK_SATELLITE_AUTO_SYNC",
    "CLERK_SECRET_KEY",
    "CLERK_SIGN_IN_URL",
    "CLERK_SIGN_UP_URL",
    "CLERK_TRUST_FORWARDED_HOST",
    "DEBUG_ROLE",
    "LOG",
    "LOOKUP_TTL_SECONDS",
    "ORIGIN",
    "PATH_CASE",
    "PATH_SUFFIXES",
    "ROLE_CLAIMS",
    "ROUTES",
    "UPSTREAM",
];

/// The bindings of the Worker, asked by name.
pub trait Bindings {
    /// What is bound under this name; `None` where nothing is.
    fn get(&self, name: &str) -> Option<Binding>;
}

/// One binding, by its shape.
#[derive(Clone, PartialEq, Eq)]
pub enum Binding {
    /// A text: a var or a secret.
    Text(String),
    /// A var that is no text, as JSON: a number, a boolean, a list or a table.
    Json(String),
    /// A KV namespace.
    Store,
    /// Something that can be fetched from: assets, another Worker, or a Secrets Store secret.
    Service,
    /// Anything else.
    Other,
}

impl Binding {
    /// The shape in the words of a message.
    #[must_use]
    pub const fn shape(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Json(_) => "a number, a boolean, a list or a table",
            Self::Store => "a KV namespace",
            Self::Service => "a service or a Secrets Store secret",
            Self::Other => "something else",
        }
    }
}

impl std::fmt::Debug for Binding {
    /// The shape alone: the text may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.shape())
    }
}
