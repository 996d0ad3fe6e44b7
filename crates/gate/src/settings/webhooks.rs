//! The settings of webhooks: who may sign them, what a new user gets, and the site that is told.
//!
//! How they are read belongs in `webhook_bindings`, what a delivery does in `endpoints::webhook`.

use base64ct::{Base64, Encoding};
use serde_json::{Map, Value};

/// The settings of webhooks.
#[derive(Clone, Debug, Default)]
pub struct WebhookSettings {
    /// `CLERK_WEBHOOK_SIGNING_SECRET`: any of these may sign. Without one there are no webhooks.
    pub signing_secrets: Vec<SigningSecret>,
    /// `NEW_USER_METADATA`.
    pub new_user_metadata: Map<String, Value>,
    /// `SYNC_URL` and `SYNC_SECRET`.
    pub sync: Option<SyncSite>,
}

/// The site that is sent events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncSite {
    /// `SYNC_URL`.
    pub url: String,
    /// `SYNC_SECRET`: signs what is sent.
    pub secret: SigningSecret,
}

/// The key of a signature as Svix makes it.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret {
    key: Vec<u8>,
}

impl SigningSecret {
    /// Parses a secret as Clerk's SDK does: standard base64, with or without padding, after one
    /// `whsec_` that may be absent. `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("whsec_").unwrap_or(text);
        let padding = match text.len().rem_euclid(4) {
            2 => "==",
            3 => "=",
            _ => "",
        };
        let key = Base64::decode_vec(&[text, padding].concat()).ok()?;
        (!key.is_empty()).then_some(Self { key })
    }

    /// The bytes of the key.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }
}

impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningSecret")
    }
}

impl WebhookSettings {
    /// Whether there are webhooks.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.signing_secrets.is_empty()
    }
}
