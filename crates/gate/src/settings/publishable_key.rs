//! The publishable key: which Clerk instance this is, and what its cookies are called.
//!
//! The key is `pk_test_` or `pk_live_` and the Frontend API's host with a `$` behind it, in
//! base64. White space and padding inside the base64 are let through as browsers do, since keys
//! are pasted; but the host must be a host, because the keys that tokens are judged by come from
//! there.

use base64ct::{Base64Unpadded, Base64Url, Encoding};

use crate::settings::clerk_hosts::portal;
use crate::settings::{Instance, InstanceKind};
use clerk_edge_http::host::is_exact_with_port;

/// The text names no instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUnreadable {
    /// It begins with neither `pk_test_` nor `pk_live_`.
    Prefix,
    /// It begins like a secret key.
    Secret,
    /// What follows the prefix is no base64 of a host and a `$`.
    Host,
}

impl KeyUnreadable {
    /// What to do about it; never the key.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Prefix => {
                "must begin with `pk_test_` or `pk_live_`: copy it from the Clerk dashboard, \
                 API keys"
            }
            Self::Secret => {
                "holds a secret key: put it into CLERK_SECRET_KEY with `wrangler secret put`, \
                 and replace it in the Clerk dashboard if it was ever deployed as a var"
            }
            Self::Host => {
                "is damaged, it names no Frontend API: copy it again from the Clerk dashboard, \
                 API keys"
            }
        }
    }
}

impl Instance {
    /// Reads a publishable key.
    ///
    /// # Errors
    /// [`KeyUnreadable`] where it names no instance.
    pub fn parse(key: &str) -> Result<Self, KeyUnreadable> {
        let (kind, encoded) = split_prefix(key)?;
        let frontend_host = decode_host(encoded).ok_or(KeyUnreadable::Host)?;
        Ok(Self {
            publishable_key: key.to_owned(),
            kind,
            portal: portal(&frontend_host),
            frontend_host,
            cookie_suffix: cookie_suffix(key),
        })
    }
}

/// The eight characters at the end of an instance's cookies: a hash of the key exactly as it is
/// configured, so that two spellings of one key have different cookies.
#[must_use]
pub fn cookie_suffix(key: &str) -> String {
    let hash = sha1_smol::Sha1::from(key.as_bytes()).digest().bytes();
    Base64Url::encode_string(&hash).chars().take(COOKIE_SUFFIX_CHARS).collect()
}

fn split_prefix(key: &str) -> Result<(InstanceKind, &str), KeyUnreadable> {
    if let Some(encoded) = key.strip_prefix(DEVELOPMENT) {
        Ok((InstanceKind::Development, encoded))
    } else if let Some(encoded) = key.strip_prefix(PRODUCTION) {
        Ok((InstanceKind::Production, encoded))
    } else if key.starts_with("sk_") {
        Err(KeyUnreadable::Secret)
    } else {
        Err(KeyUnreadable::Prefix)
    }
}

fn decode_host(encoded: &str) -> Option<String> {
    let mut compact: String = encoded.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let padding = compact.chars().rev().take_while(|c| *c == '=').count();
    if padding > 0 {
        if padding > 2 || compact.len().checked_rem(4) != Some(0) {
            return None;
        }
        compact.truncate(compact.len().saturating_sub(padding));
    }
    let text = String::from_utf8(Base64Unpadded::decode_vec(&compact).ok()?).ok()?;
    let host = text.strip_suffix('$')?;
    (host.contains('.') && is_exact_with_port(host)).then(|| host.to_owned())
}

const DEVELOPMENT: &str = "pk_test_";
const PRODUCTION: &str = "pk_live_";
const COOKIE_SUFFIX_CHARS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_padding_changes_the_cookies_but_not_the_host() {
        let host = |key: &str| Instance::parse(key).map(|i| (i.frontend_host, i.cookie_suffix));
        let of = |host: &str, suffix: &str| Ok((host.to_owned(), suffix.to_owned()));
        let bare = "pk_live_Y2xlcmsubXlhcHAuY29tJA";
        assert_eq!(host(bare), of("clerk.myapp.com", "qlbZh9z9"));
        assert_eq!(host(&format!("{bare}==")), of("clerk.myapp.com", "w5szmd88"));
        assert_eq!(host(&format!("{bare}=")), Err(KeyUnreadable::Host));
        assert_eq!(host(&format!("{bare}===")), Err(KeyUnreadable::Host));
        let whole = "pk_live_YS5leGFtcGwk";
        assert_eq!(host(whole).map(|(host, _)| host), Ok("a.exampl".to_owned()));
        assert_eq!(host(&format!("{whole}====")), Err(KeyUnreadable::Host));
    }

    #[test]
    fn what_is_encoded_must_be_a_host_and_one_dollar() {
        let kind = |text: &str| {
            let key = format!("pk_test_{}", Base64Unpadded::encode_string(text.as_bytes()));
            Instance::parse(&key).map(|i| i.frontend_host)
        };
        assert_eq!(kind("a.example$"), Ok("a.example".to_owned()));
        assert_eq!(kind("127.0.0.1:4000$"), Ok("127.0.0.1:4000".to_owned()));
        for damaged in [
            "a.example",
            "a.example$$",
            "a$.example$",
            "localhost$",
            "a.example/x$",
            "u@a.b$",
            ".$",
        ] {
            assert_eq!(kind(damaged), Err(KeyUnreadable::Host), "{damaged}");
        }
    }
}
