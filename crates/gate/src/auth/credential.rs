//! The token in the `Authorization` header, as Clerk's SDK finds it.
//!
//! The header is cut at its first blank and no further rules of any scheme apply. It refuses to
//! guess: another scheme than `Bearer`, exactly spelt, is not for us, and cookies are used.

/// The token that the header presents, whatever it is.
#[must_use]
pub fn presented(authorization: &str) -> Option<&str> {
    let mut words = authorization.split(' ');
    let first = words.next().filter(|word| !word.is_empty());
    match words.next().filter(|word| !word.is_empty()) {
        None => first,
        Some(token) => (first == Some("Bearer")).then_some(token),
    }
}

#[cfg(test)]
mod tests {
    use super::presented;

    #[test]
    fn a_bare_token_and_a_bearer_are_taken() {
        assert_eq!(presented("Bearer a.b.c"), Some("a.b.c"));
        assert_eq!(presented("Bearer a.b.c more"), Some("a.b.c"));
        assert_eq!(presented("a.b.c"), Some("a.b.c"));
        assert_eq!(presented("Bearer"), Some("Bearer"));
        assert_eq!(presented("Bearer  x"), Some("Bearer"));
        assert_eq!(presented("Basic "), Some("Basic"));
    }

    #[test]
    fn other_schemes_are_left_alone() {
        for header in ["", " ", "bearer a", "BEARER a", "Basic a", " a", "Bearer, a"] {
            assert_eq!(presented(header), None, "{header}");
        }
    }
}
