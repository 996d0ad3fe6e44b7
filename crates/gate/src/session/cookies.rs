//! Clerk's cookies, read from the header in one pass, and the choice between plain and suffixed
//! ones.
//!
//! The rules are those of the `cookie` package that Clerk's SDK uses: pairs end at `;`, names at
//! the first `=`, spaces and tabs around both are removed, the first of one name counts, values are
//! percent-decoded after splitting and stay as they are if that fails. Empty counts as absent.
//!
//! Plain and suffixed cookies may both be there: from an older version of Clerk, from another
//! instance on the same domain, after a sign-out that removed only one of them. The choice follows
//! Clerk's SDK. It rests on cookies that anybody can write and on tokens that are not verified, so
//! it decides which cookies are read, never whether they are trusted.

use std::borrow::Cow;

use clerk_edge_http::percent::decode_strictly;
use memchr::memchr;
use serde_json::Value;

use crate::session::verify::InspectedToken;
use clerk_edge_token::claims::Claims;
use clerk_edge_token::js_number;
use clerk_edge_token::js_number::is_truthy;

/// The values of Clerk's cookies. None is empty.
#[derive(Clone, Debug, Default)]
pub struct Cookies<'a> {
    /// `__session` and `__session_<suffix>`.
    pub session: CookiePair<'a>,
    /// `__client_uat` and `__client_uat_<suffix>`.
    pub client_uat: CookiePair<'a>,
    /// `__clerk_db_jwt` and `__clerk_db_jwt_<suffix>`.
    pub dev_browser: CookiePair<'a>,
    /// `__refresh_<suffix>`; the plain one is never read.
    pub refresh: Option<Cow<'a, str>>,
    /// `__clerk_handshake`.
    pub handshake: Option<Cow<'a, str>>,
    /// `__clerk_handshake_nonce`.
    pub handshake_nonce: Option<Cow<'a, str>>,
    /// `__clerk_redirect_count`.
    pub redirect_count: Option<Cow<'a, str>>,
}

/// A cookie that exists without and with the instance's suffix.
#[derive(Clone, Debug, Default)]
pub struct CookiePair<'a> {
    /// Without suffix.
    pub plain: Option<Cow<'a, str>>,
    /// With this instance's suffix.
    pub suffixed: Option<Cow<'a, str>>,
}

/// What decides between plain and suffixed cookies.
pub(super) struct CookieSuffixChoice<'a> {
    /// The token of the plain session cookie.
    pub(super) plain: Option<&'a InspectedToken>,
    /// The token of the suffixed session cookie.
    pub(super) suffixed: Option<&'a InspectedToken>,
    pub(super) client_uat: &'a CookiePair<'a>,
    /// The host of the instance's Frontend API, without a proxy.
    pub(super) frontend_host: &'a str,
    pub(super) is_production: bool,
    pub(super) now_seconds: i64,
}

impl<'a> Cookies<'a> {
    /// Reads the header for the instance with this cookie suffix.
    #[must_use]
    pub fn read(header: &'a str, suffix: &str) -> Self {
        let mut found = FoundCookies::default();
        let mut rest = header;
        while !rest.is_empty() {
            let (pair, after) = split_at_byte(rest, b';').unwrap_or((rest, ""));
            rest = after;
            let pair = pair.trim_start_matches(BLANKS);
            // All of Clerk's names begin like this; other names are not even searched for `=`.
            let parts = if pair.starts_with("__") { split_at_byte(pair, b'=') } else { None };
            let Some((name, value)) = parts else { continue };
            let Some(slot) = found.slot(name.trim_end_matches(BLANKS), suffix) else { continue };
            if slot.is_none() {
                *slot = Some(decoded(value.trim_matches(BLANKS)));
            }
        }
        found.into()
    }
}

impl CookieSuffixChoice<'_> {
    /// Whether the suffixed cookies are read.
    pub(super) fn is_suffixed(&self) -> bool {
        if let Some(plain) = self.plain {
            match plain.claims().and_then(|claims| claims.value("iss")).filter(|iss| is_truthy(iss))
            {
                None => return false,
                Some(issuer) if !self.is_of_this_instance(issuer) => return true,
                Some(_) => {}
            }
        }
        let suffixed_uat = self.client_uat.suffixed.as_deref();
        let plain_uat = self.client_uat.plain.as_deref();
        if suffixed_uat.is_none() && self.suffixed.is_none() {
            return false;
        }
        let plain_is_newer = js_number::is_less(&issued_at(self.suffixed), &issued_at(self.plain));
        if suffixed_uat != Some("0") && plain_uat != Some("0") && plain_is_newer {
            return false;
        }
        if suffixed_uat == Some("0") && plain_uat != Some("0") {
            return false;
        }
        if !self.is_production
            && suffixed_uat != Some("0")
            && plain_uat == Some("0")
            && self.is_suffixed_expired()
        {
            return false;
        }
        !(suffixed_uat.is_none() && self.suffixed.is_some())
    }

    fn is_of_this_instance(&self, issuer: &Value) -> bool {
        let Some(issuer) = issuer.as_str() else { return false };
        // Nearly all issuers are written like this; only the others are searched for schemes.
        issuer.strip_prefix("https://") == Some(self.frontend_host)
            || without_schemes(issuer) == self.frontend_host
    }

    fn is_suffixed_expired(&self) -> bool {
        let expires =
            self.suffixed.and_then(InspectedToken::claims).and_then(|claims| claims.value("exp"));
        let now = i32::try_from(self.now_seconds).map_or(f64::MAX, f64::from);
        expires.and_then(js_number::to_number).is_some_and(|expires| expires <= now)
    }
}

/// `iat || 0`.
fn issued_at(token: Option<&InspectedToken>) -> Value {
    let claimed =
        token.and_then(InspectedToken::claims).and_then(|claims: &Claims| claims.value("iat"));
    claimed.filter(|iat| is_truthy(iat)).cloned().unwrap_or(Value::from(0))
}

/// Cookies as they were found: an empty value still hides a later one of the same name.
#[derive(Default)]
struct FoundCookies<'a> {
    plain: [Option<Cow<'a, str>>; 6],
    suffixed: [Option<Cow<'a, str>>; 4],
}

impl<'a> FoundCookies<'a> {
    /// Where the value of this name is kept, if it is one of Clerk's.
    fn slot(&mut self, name: &str, suffix: &str) -> Option<&mut Option<Cow<'a, str>>> {
        if let Some(index) = PLAIN.iter().position(|each| *each == name) {
            return self.plain.get_mut(index);
        }
        let base = name.strip_suffix(suffix)?.strip_suffix('_')?;
        let index = SUFFIXED.iter().position(|each| *each == base)?;
        self.suffixed.get_mut(index)
    }
}

impl<'a> From<FoundCookies<'a>> for Cookies<'a> {
    fn from(found: FoundCookies<'a>) -> Self {
        let [session, uat, dev_browser, handshake, nonce, count] = found.plain.map(filled);
        let [suffixed_session, suffixed_uat, suffixed_dev_browser, refresh] =
            found.suffixed.map(filled);
        Self {
            session: CookiePair { plain: session, suffixed: suffixed_session },
            client_uat: CookiePair { plain: uat, suffixed: suffixed_uat },
            dev_browser: CookiePair { plain: dev_browser, suffixed: suffixed_dev_browser },
            refresh,
            handshake,
            handshake_nonce: nonce,
            redirect_count: count,
        }
    }
}

fn filled(value: Option<Cow<'_, str>>) -> Option<Cow<'_, str>> {
    value.filter(|value| !value.is_empty())
}

/// The texts before and after the first such byte, which must be ASCII.
fn split_at_byte(text: &str, byte: u8) -> Option<(&str, &str)> {
    let (before, after) = text.split_at_checked(memchr(byte, text.as_bytes())?)?;
    Some((before, after.get(1..)?))
}

/// The value, percent-decoded if all of it can be.
fn decoded(value: &str) -> Cow<'_, str> {
    if memchr(b'%', value.as_bytes()).is_none() {
        return Cow::Borrowed(value);
    }
    let decoded = decode_strictly(value.as_bytes()).and_then(|it| String::from_utf8(it).ok());
    decoded.map_or(Cow::Borrowed(value), Cow::Owned)
}

/// The text with every `http://` and `https://` removed, in upper or lower case.
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

const BLANKS: [char; 2] = [' ', '\t'];
const PLAIN: [&str; 6] = [
    "__session",
    "__client_uat",
    "__clerk_db_jwt",
    "__clerk_handshake",
    "__clerk_handshake_nonce",
    "__clerk_redirect_count",
];
const SUFFIXED: [&str; 4] = ["__session", "__client_uat", "__clerk_db_jwt", "__refresh"];

#[cfg(test)]
mod tests {
    use super::*;

    fn session(header: &str) -> Option<String> {
        Cookies::read(header, "QvfNY2dr").session.plain.map(Cow::into_owned)
    }

    #[test]
    fn a_value_is_read_as_the_cookie_package_reads_it() {
        let read = |text: &str| Some(text.to_owned());
        assert_eq!(session("__session=a"), read("a"));
        assert_eq!(session("a;__session = b=c \t; x"), read("b=c"));
        assert_eq!(session("__session=\"q\""), read("\"q\""));
        assert_eq!(session("__session=%C3%A9%41"), read("éA"));
        assert_eq!(session("__session=%C0"), read("%C0"));
        assert_eq!(session("__session=%4"), read("%4"));
        assert_eq!(session("__session=%zz%41"), read("%zz%41"));
        assert_eq!(session("__session=%6F%6f"), read("oo"));
        assert_eq!(session("__session=%6g"), read("%6g"));
        assert_eq!(session("__session=a\tb"), read("a\tb"));
    }

    #[test]
    fn without_a_value_there_is_no_cookie() {
        for header in ["", "__session", "__session=", "a=__session=b", "__Session=a"] {
            assert_eq!(session(header), None, "{header}");
        }
        assert_eq!(session("sid=x%3B__session%3Dforged"), None);
        assert_eq!(session("__session=; __session=late"), None);
        assert_eq!(session("__session=first; __session=late").as_deref(), Some("first"));
    }

    #[test]
    fn only_the_suffix_of_this_instance_counts() {
        let header = "__session_QvfNY2dr=own; __session_other=x; __sessionQvfNY2dr=y; \
                      __refresh=z; __refresh_QvfNY2dr=r; __clerk_handshake_QvfNY2dr=h";
        let cookies = Cookies::read(header, "QvfNY2dr");
        assert_eq!(cookies.session.suffixed.as_deref(), Some("own"));
        assert_eq!(cookies.session.plain, None);
        assert_eq!(cookies.refresh.as_deref(), Some("r"));
        assert_eq!(cookies.handshake, None);
    }

    #[test]
    fn schemes_are_removed_everywhere() {
        assert_eq!(without_schemes("https://clerk.a.com"), "clerk.a.com");
        assert_eq!(without_schemes("HTTP://a/https://b"), "a/b");
        assert_eq!(without_schemes("httphttp://s://x"), "https://x");
        assert_eq!(without_schemes("ftp://é"), "ftp://é");
    }
}
