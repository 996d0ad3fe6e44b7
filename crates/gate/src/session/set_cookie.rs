//! The `Set-Cookie` values that a handshake or a refresh returns.

use crate::limits::COOKIES_BYTES_MAX;

/// The session cookie among these values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionCookie<'a> {
    /// No session cookie, or an empty one: signed out.
    SignedOut,
    /// A session cookie without `=`.
    Malformed,
    /// A session token.
    Token(&'a str),
}

/// The session cookie. As in Clerk's SDK, the last one whose name begins with `__session` counts.
pub(super) fn session_cookie(cookies: &[String]) -> SessionCookie<'_> {
    let mut pairs = cookies.iter().rev().map(|cookie| cookie.split(';').next().unwrap_or_default());
    let last = pairs.find(|pair| pair.starts_with("__session"));
    match last.map(|pair| pair.split('=').nth(1)) {
        None | Some(Some("")) => SessionCookie::SignedOut,
        Some(None) => SessionCookie::Malformed,
        Some(Some(token)) => SessionCookie::Token(token),
    }
}

/// Whether all of these values can be sent in headers as they are.
pub(super) fn fit_in_headers(cookies: &[String]) -> bool {
    let is_allowed = |byte: u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
    let bytes: usize = cookies.iter().map(String::len).sum();
    bytes <= COOKIES_BYTES_MAX && cookies.iter().all(|cookie| cookie.bytes().all(is_allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(cookies: &[&str]) -> String {
        let cookies: Vec<String> = cookies.iter().map(|&cookie| cookie.to_owned()).collect();
        format!("{:?}", session_cookie(&cookies))
    }

    #[test]
    fn the_last_session_cookie_counts() {
        assert_eq!(
            found(&["__session=a; Path=/", "x=y", "__session_Qv=b=c; Path=/"]),
            "Token(\"b\")"
        );
        assert_eq!(found(&["__session=a", "__session=; Max-Age=0"]), "SignedOut");
        assert_eq!(found(&["__client_uat=0", "a=__session"]), "SignedOut");
        assert_eq!(found(&["__session; Path=/"]), "Malformed");
        assert_eq!(found(&[]), "SignedOut");
    }

    #[test]
    fn a_cookie_that_would_break_a_header_does_not_fit() {
        for cookie in ["__session=a; Path=/", "a=b\tc", "a= ~"] {
            assert!(fit_in_headers(&[cookie.to_owned()]), "{cookie}");
        }
        for cookie in ["a=b\r\nx: y", "a=\0", "a=é", "a=\u{7f}"] {
            assert!(!fit_in_headers(&["__session=a".to_owned(), cookie.to_owned()]), "{cookie}");
        }
        let large = "a".repeat(65_536);
        assert!(fit_in_headers(std::slice::from_ref(&large)));
        assert!(!fit_in_headers(&[large, "b".to_owned()]));
    }
}
