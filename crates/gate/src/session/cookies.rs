//! The few cookies of Clerk's, read out of the one header in one pass.
//!
//! The rules are those of the `cookie` package that Clerk's SDK uses: pairs end at `;`, names at
//! the first `=`, blanks and tabs around both fall away, the first of one name wins, values are
//! percent-decoded after splitting and stay as they are where that fails. Empty counts as absent.

use std::borrow::Cow;

use clerk_edge_http::percent::decode_strictly;
use memchr::memchr;

/// Holding one means: the header was read; each field is a value that is not empty.
#[derive(Clone, Debug, Default)]
pub struct Cookies<'a> {
    /// `__session` and `__session_<suffix>`.
    pub session: CookiePair<'a>,
    /// `__client_uat` and its twin.
    pub client_uat: CookiePair<'a>,
    /// `__clerk_db_jwt` and its twin.
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

/// A cookie that comes plain and with the instance's suffix.
#[derive(Clone, Debug, Default)]
pub struct CookiePair<'a> {
    /// Without suffix.
    pub plain: Option<Cow<'a, str>>,
    /// With this instance's suffix.
    pub suffixed: Option<Cow<'a, str>>,
}

impl<'a> Cookies<'a> {
    /// Reads the header for the instance with this cookie suffix.
    #[must_use]
    pub fn read(header: &'a str, suffix: &str) -> Self {
        let mut found = Found::default();
        let mut rest = header;
        while !rest.is_empty() {
            let (pair, after) = cut(rest, b';').unwrap_or((rest, ""));
            rest = after;
            let pair = pair.trim_start_matches(BLANKS);
            // All of Clerk's begin like this; of the others, not even the name is read.
            let parts = if pair.starts_with("__") { cut(pair, b'=') } else { None };
            let Some((name, value)) = parts else { continue };
            let Some(slot) = found.slot(name.trim_end_matches(BLANKS), suffix) else { continue };
            if slot.is_none() {
                *slot = Some(decoded(value.trim_matches(BLANKS)));
            }
        }
        found.into()
    }
}

/// As found: an empty first occurrence still hides a later one.
#[derive(Default)]
struct Found<'a> {
    plain: [Option<Cow<'a, str>>; 6],
    suffixed: [Option<Cow<'a, str>>; 4],
}

impl<'a> Found<'a> {
    fn slot(&mut self, name: &str, suffix: &str) -> Option<&mut Option<Cow<'a, str>>> {
        if let Some(index) = PLAIN.iter().position(|each| *each == name) {
            return self.plain.get_mut(index);
        }
        let base = name.strip_suffix(suffix)?.strip_suffix('_')?;
        let index = SUFFIXED.iter().position(|each| *each == base)?;
        self.suffixed.get_mut(index)
    }
}

impl<'a> From<Found<'a>> for Cookies<'a> {
    fn from(found: Found<'a>) -> Self {
        let [session, uat, dev_browser, handshake, nonce, count] = found.plain.map(filled);
        let [own_session, own_uat, own_dev_browser, refresh] = found.suffixed.map(filled);
        Self {
            session: CookiePair { plain: session, suffixed: own_session },
            client_uat: CookiePair { plain: uat, suffixed: own_uat },
            dev_browser: CookiePair { plain: dev_browser, suffixed: own_dev_browser },
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

/// The texts before and after the first such byte, which is an ASCII character.
fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let (before, after) = text.split_at_checked(memchr(mark, text.as_bytes())?)?;
    Some((before, after.get(1..)?))
}

/// Percent-decoded as a whole, or not at all.
fn decoded(value: &str) -> Cow<'_, str> {
    if memchr(b'%', value.as_bytes()).is_none() {
        return Cow::Borrowed(value);
    }
    let decoded = decode_strictly(value.as_bytes()).and_then(|it| String::from_utf8(it).ok());
    decoded.map_or(Cow::Borrowed(value), Cow::Owned)
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
    fn a_value_is_what_the_cookie_package_reads() {
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
    fn no_value_is_none() {
        for header in ["", "__session", "__session=", "a=__session=b", "__Session=a"] {
            assert_eq!(session(header), None, "{header}");
        }
        assert_eq!(session("sid=x%3B__session%3Dforged"), None);
        assert_eq!(session("__session=; __session=late"), None);
        assert_eq!(session("__session=first; __session=late").as_deref(), Some("first"));
    }

    #[test]
    fn a_suffix_is_this_instances_alone() {
        let header = "__session_QvfNY2dr=own; __session_other=x; __sessionQvfNY2dr=y; \
                      __refresh=z; __refresh_QvfNY2dr=r; __clerk_handshake_QvfNY2dr=h";
        let cookies = Cookies::read(header, "QvfNY2dr");
        assert_eq!(cookies.session.suffixed.as_deref(), Some("own"));
        assert_eq!(cookies.session.plain, None);
        assert_eq!(cookies.refresh.as_deref(), Some("r"));
        assert_eq!(cookies.handshake, None);
    }
}
