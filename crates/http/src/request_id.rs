//! The name of a request, which ties an answer to its line in the log.

use crate::plain_id::is_plain_id;

/// Cloudflare's `cf-ray`, or a name of our own where there is none. Away from Cloudflare a client
/// can send that header itself, so only what looks like a name is taken.
#[must_use]
pub fn request_id(ray: Option<&str>, own: impl FnOnce() -> String) -> String {
    ray.filter(|ray| is_plain_id(ray, NAME_BYTES_MAX)).map_or_else(own, str::to_owned)
}

/// A `cf-ray` has about twenty.
const NAME_BYTES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_name_is_taken() {
        let named = |ray: &str| request_id(Some(ray), || "own".to_owned());
        assert_eq!(named("8f0a1b2c3d4e5f60-FRA"), "8f0a1b2c3d4e5f60-FRA");
        assert_eq!(named("8f0a<b>"), "own");
        assert_eq!(named(""), "own");
        assert_eq!(named(&"a".repeat(64)), "a".repeat(64));
        assert_eq!(named(&"a".repeat(65)), "own");
        assert_eq!(request_id(None, || "own".to_owned()), "own");
    }
}
