//! The names of all bindings, and the kinds of value that the platform can bind to a name.
//!
//! The platform is asked for one name at a time, so a misspelt name looks like a missing one. What
//! a value means belongs in `from_bindings`.

/// Declares a constant for the name of each binding, and the list of them all.
macro_rules! names {
    ($($name:ident)*) => {
        $(
            #[doc = concat!("The name of the binding `", stringify!($name), "`.")]
            pub const $name: &str = stringify!($name);
        )*

        /// Every name that a setting can have. No other name is read.
        pub const NAMES: [&str; [$($name),*].len()] = [$($name),*];
    };
}

names! {
    ACCOUNT
    ASSETS
    CLAIM_HEADERS
    CLERK_API_URL
    CLERK_AUDIENCE
    CLERK_AUTHORIZED_PARTIES
    CLERK_CACHE
    CLERK_CLOCK_SKEW_SECONDS
    CLERK_CROSS_ORIGIN_SYNC
    CLERK_DOMAIN
    CLERK_ISSUER
    CLERK_IS_SATELLITE
    CLERK_JWKS_URL
    CLERK_JWT_KEY
    CLERK_MACHINE_ID
    CLERK_MACHINE_SECRET_KEY
    CLERK_ORGANIZATION_SYNC
    CLERK_PROXY_URL
    CLERK_PUBLISHABLE_KEY
    CLERK_SATELLITE_AUTO_SYNC
    CLERK_SECRET_KEY
    CLERK_SIGN_IN_URL
    CLERK_SIGN_UP_URL
    CLERK_TRUST_FORWARDED_HOST
    DEBUG_ROLE
    LOG
    LOOKUP_TTL_SECONDS
    MACHINE_TTL_SECONDS
    ORIGIN
    PATH_CASE
    PATH_SUFFIXES
    ROLE_CLAIMS
    ROUTES
    SELF_METADATA
    UPSTREAM
    UPSTREAM_KIND
}

/// The bindings of the Worker.
pub trait Bindings {
    /// The value that is bound to this name, if there is one.
    fn get(&self, name: &str) -> Option<Binding>;
}

/// The value of a binding.
#[derive(Clone, PartialEq, Eq)]
pub enum Binding {
    /// A text: a var or a secret.
    Text(String),
    /// A var that is not a text, as JSON: a number, a boolean, a list or a table.
    Json(String),
    /// A KV namespace.
    Store,
    /// Assets, a service (another Worker), or a Secrets Store secret.
    Service,
    /// Anything else.
    Other,
}

impl Binding {
    /// The kind of value, for messages.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
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
    /// The kind of value only, because the text may be a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}
