//! The cookies that Clerk wants to be set, each a whole `Set-Cookie` value.

/// The session's token among the cookies that a handshake or a refresh brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionCookie<'a> {
    /// None, or an empty one: signed out.
    Nothing,
    /// A session cookie without a value.
    Rubbish,
    /// This text.
    Token(&'a str),
}

/// The last cookie whose name begins like the session's counts, as in Clerk's SDK.
pub(super) fn session_token(cookies: &[String]) -> SessionCookie<'_> {
    let mut pairs = cookies.iter().rev().map(|cookie| cookie.split(';').next().unwrap_or_default());
    let last = pairs.find(|pair| pair.starts_with("__session"));
    match last.map(|pair| pair.split('=').nth(1)) {
        None | Some(Some("")) => SessionCookie::Nothing,
        Some(None) => SessionCookie::Rubbish,
        Some(Some(token)) => SessionCookie::Token(token),
    }
}

/// Whether each may stand in a header as it is, and all of them together are not too large.
pub(super) fn are_fit(cookies: &[String]) -> bool {
    let fit = |byte: u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
    let bytes: usize = cookies.iter().map(String::len).sum();
    bytes <= COOKIES_BYTES_MAX && cookies.iter().all(|cookie| cookie.bytes().all(fit))
}

/// Clerk sets half a dozen cookies of at most 4 kB; Cloudflare takes 128 kB of headers.
const COOKIES_BYTES_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(cookies: &[&str]) -> String {
        let cookies: Vec<String> = cookies.iter().map(|&cookie| cookie.to_owned()).collect();
        format!("{:?}", session_token(&cookies))
    }

    #[test]
    fn the_last_session_cookie_counts() {
        assert_eq!(
            found(&["__session=a; Path=/", "x=y", "__session_Qv=b=c; Path=/"]),
            "Token(\"b\")"
        );
        assert_eq!(found(&["__session=a", "__session=; Max-Age=0"]), "Nothing");
        assert_eq!(found(&["__client_uat=0", "a=__session"]), "Nothing");
        assert_eq!(found(&["__session; Path=/"]), "Rubbish");
        assert_eq!(found(&[]), "Nothing");
    }

    #[test]
    fn a_cookie_that_would_break_a_header_is_not_fit() {
        for cookie in ["__session=a; Path=/", "a=b\tc", "a= ~"] {
            assert!(are_fit(&[cookie.to_owned()]), "{cookie}");
        }
        for cookie in ["a=b\r\nx: y", "a=\0", "a=é", "a=\u{7f}"] {
            assert!(!are_fit(&["__session=a".to_owned(), cookie.to_owned()]), "{cookie}");
        }
        let large = "a".repeat(65_536);
        assert!(are_fit(std::slice::from_ref(&large)));
        assert!(!are_fit(&[large, "b".to_owned()]));
    }
}
