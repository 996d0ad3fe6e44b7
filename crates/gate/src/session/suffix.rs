//! Plain cookies or suffixed ones? Clerk's rule, in Clerk's order.
//!
//! Both may be there: from an older version of Clerk's, from another instance on the same domain,
//! from a sign-out that reached one of them only. The choice rests on cookies that anybody can
//! write and on tokens that nobody has verified; it decides which cookies are read, never whether
//! they are believed.

use serde_json::Value;

use crate::session::cookies::CookiePair;
use crate::session::inspected_token::InspectedToken;
use clerk_edge_token::claims::{Claims, is_truthy};
use clerk_edge_token::js_number;

/// What the choice rests on.
pub(super) struct CookieSuffixChoice<'a> {
    /// The plain and the suffixed session, as far as they are there.
    pub(super) plain: Option<&'a InspectedToken>,
    pub(super) suffixed: Option<&'a InspectedToken>,
    pub(super) client_uat: &'a CookiePair<'a>,
    /// The instance's host, satellite domain applied.
    pub(super) instance_host: &'a str,
    pub(super) is_production: bool,
    pub(super) now_seconds: i64,
}

impl CookieSuffixChoice<'_> {
    /// Whether the suffixed cookies are read.
    pub(super) fn is_suffixed(&self) -> bool {
        if let Some(plain) = self.plain {
            match plain.claims().and_then(|claims| claims.value("iss")).filter(|iss| is_truthy(iss))
            {
                None => return false,
                Some(issuer) if !self.is_ours(issuer) => return true,
                Some(_) => {}
            }
        }
        let own_uat = self.client_uat.suffixed.as_deref();
        let uat = self.client_uat.plain.as_deref();
        if own_uat.is_none() && self.suffixed.is_none() {
            return false;
        }
        let plain_is_newer = js_number::is_less(&issued(self.suffixed), &issued(self.plain));
        if own_uat != Some("0") && uat != Some("0") && plain_is_newer {
            return false;
        }
        if own_uat == Some("0") && uat != Some("0") {
            return false;
        }
        if !self.is_production && own_uat != Some("0") && uat == Some("0") && self.is_over() {
            return false;
        }
        !(own_uat.is_none() && self.suffixed.is_some())
    }

    fn is_ours(&self, issuer: &Value) -> bool {
        let Some(issuer) = issuer.as_str() else { return false };
        // Nearly all are spelt like this, and need not be taken to pieces.
        issuer.strip_prefix("https://") == Some(self.instance_host)
            || without_schemes(issuer) == self.instance_host
    }

    fn is_over(&self) -> bool {
        let expires =
            self.suffixed.and_then(InspectedToken::claims).and_then(|claims| claims.value("exp"));
        let now = i32::try_from(self.now_seconds).map_or(f64::MAX, f64::from);
        expires.and_then(js_number::to_number).is_some_and(|expires| expires <= now)
    }
}

/// `iat || 0`.
fn issued(look: Option<&InspectedToken>) -> Value {
    let claimed =
        look.and_then(InspectedToken::claims).and_then(|claims: &Claims| claims.value("iat"));
    claimed.filter(|iat| is_truthy(iat)).cloned().unwrap_or(Value::from(0))
}

/// The text with every `http://` and `https://` taken out, in any case.
fn without_schemes(text: &str) -> String {
    let mut rest = text;
    let mut out = String::with_capacity(text.len());
    while let Some(next) = rest.chars().next() {
        let scheme = ["https://", "http://"].into_iter().find(|scheme| {
            rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        if scheme.is_none() {
            out.push(next);
        }
        let length = scheme.map_or(next.len_utf8(), str::len);
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_schemes;

    #[test]
    fn schemes_fall_away_wherever_they_stand() {
        assert_eq!(without_schemes("https://clerk.a.com"), "clerk.a.com");
        assert_eq!(without_schemes("HTTP://a/https://b"), "a/b");
        assert_eq!(without_schemes("httphttp://s://x"), "https://x");
        assert_eq!(without_schemes("ftp://é"), "ftp://é");
    }
}
