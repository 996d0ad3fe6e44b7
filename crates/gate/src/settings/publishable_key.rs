//! The publishable key: names the Clerk instance, and gives its cookies their suffix.
//!
//! A key is `pk_test_` or `pk_live_`, followed by base64 of the Frontend API's host and a `$`.
//! White space and padding in the base64 are accepted as browsers accept them, because keys are
//! pasted. The host is checked, because the keys that verify tokens are fetched from it.

use std::cell::OnceCell;

use crate::secret::{DEVELOPMENT_PUBLISHABLE_KEY, PRODUCTION_PUBLISHABLE_KEY, SECRET_KEY};
use crate::settings::{Instance, InstanceKind};
use clerk_edge_http::host::is_exact_with_port;
use clerk_edge_http::sha1::sha1;
use clerk_edge_jws::segment;

/// Why a text is not a publishable key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishableKeyError {
    /// It begins with neither `pk_test_` nor `pk_live_`.
    Prefix,
    /// It begins like a secret key.
    Secret,
    /// What follows the prefix is not base64 of a host and a `$`.
    Host,
}

impl PublishableKeyError {
    /// What to do about it. It does not contain the key.
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
                "is damaged, because it does not contain a host: copy it again from the Clerk \
                 dashboard, API keys"
            }
        }
    }
}

impl Instance {
    /// Reads a publishable key.
    ///
    /// # Errors
    /// [`PublishableKeyError`] if it names no instance.
    pub fn parse(key: &str) -> Result<Self, PublishableKeyError> {
        let (kind, encoded) = split_prefix(key)?;
        let frontend_host = decode_host(encoded).ok_or(PublishableKeyError::Host)?;
        Ok(Self {
            publishable_key: key.to_owned(),
            kind,
            portal: OnceCell::new(),
            frontend_host,
            cookie_suffix: cookie_suffix(key),
        })
    }
}

/// The eight characters at the end of the names of an instance's cookies: a hash of the key as
/// configured. Two spellings of one key give two suffixes.
#[must_use]
pub fn cookie_suffix(key: &str) -> String {
    let hash = sha1(key.as_bytes());
    segment::text(&hash).chars().take(COOKIE_SUFFIX_CHARS).collect()
}

fn split_prefix(key: &str) -> Result<(InstanceKind, &str), PublishableKeyError> {
    if let Some(encoded) = key.strip_prefix(DEVELOPMENT_PUBLISHABLE_KEY) {
        Ok((InstanceKind::Development, encoded))
    } else if let Some(encoded) = key.strip_prefix(PRODUCTION_PUBLISHABLE_KEY) {
        Ok((InstanceKind::Production, encoded))
    } else if key.starts_with(SECRET_KEY) {
        Err(PublishableKeyError::Secret)
    } else {
        Err(PublishableKeyError::Prefix)
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
    let text = String::from_utf8(segment::bytes_of_base64(&compact)?).ok()?;
    let host = text.strip_suffix('$')?;
    (host.contains('.') && is_exact_with_port(host)).then(|| host.to_owned())
}

const COOKIE_SUFFIX_CHARS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64Unpadded, Encoding};

    #[test]
    fn padding_changes_the_cookie_suffix_but_not_the_host() {
        let host = |key: &str| Instance::parse(key).map(|i| (i.frontend_host, i.cookie_suffix));
        let of = |host: &str, suffix: &str| Ok((host.to_owned(), suffix.to_owned()));
        let bare = "pk_live_Y2xlcmsubXlhcHAuY29tJA";
        assert_eq!(host(bare), of("clerk.myapp.com", "qlbZh9z9"));
        assert_eq!(host(&format!("{bare}==")), of("clerk.myapp.com", "w5szmd88"));
        assert_eq!(host(&format!("{bare}=")), Err(PublishableKeyError::Host));
        assert_eq!(host(&format!("{bare}===")), Err(PublishableKeyError::Host));
        let whole = "pk_live_YS5leGFtcGwk";
        assert_eq!(host(whole).map(|(host, _)| host), Ok("a.exampl".to_owned()));
        assert_eq!(host(&format!("{whole}====")), Err(PublishableKeyError::Host));
    }

    #[test]
    fn the_base64_must_contain_a_host_and_one_dollar_sign() {
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
            assert_eq!(kind(damaged), Err(PublishableKeyError::Host), "{damaged}");
        }
    }
}
