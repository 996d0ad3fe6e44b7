//! The members of the query that Clerk's handshakes put there.
//!
//! Most addresses have none; they are not even cut up. A name may be written with escapes, so an
//! escape is reason enough to look.

use std::borrow::Cow;

use clerk_edge_http::query;

/// Holding one means: the query was read. The first of one name counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters<'a> {
    /// `__clerk_handshake`, not empty.
    pub(super) handshake: Option<Cow<'a, str>>,
    /// `__clerk_handshake_nonce`, not empty.
    pub(super) handshake_nonce: Option<Cow<'a, str>>,
    /// `__clerk_db_jwt`, empty or not.
    pub(super) dev_browser: Option<Cow<'a, str>>,
    /// `__clerk_synced`.
    pub(super) synced: Option<Cow<'a, str>>,
    /// `__clerk_redirect_url`; an empty one is no address.
    pub(super) redirect_url: Option<Cow<'a, str>>,
}

impl<'a> Parameters<'a> {
    pub(super) fn read(url: &'a str) -> Self {
        let mut found = Self::default();
        let Some((_, query)) = url.split_once('?') else {
            return found;
        };
        let query = query.split('#').next().unwrap_or_default();
        if !query.contains("__clerk") && !query.contains('%') {
            return found;
        }
        for (name, value) in query::pairs(query) {
            let slot = match name.as_ref() {
                "__clerk_handshake" => &mut found.handshake,
                "__clerk_handshake_nonce" => &mut found.handshake_nonce,
                "__clerk_db_jwt" => &mut found.dev_browser,
                "__clerk_synced" => &mut found.synced,
                "__clerk_redirect_url" => &mut found.redirect_url,
                _ => continue,
            };
            slot.get_or_insert(value);
        }
        let filled = |value: &Cow<'_, str>| !value.is_empty();
        found.handshake = found.handshake.filter(filled);
        found.handshake_nonce = found.handshake_nonce.filter(filled);
        found
    }
}
