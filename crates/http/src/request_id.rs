//! The id of a request, which connects a response with its line in the log.

use crate::limits::REQUEST_ID_BYTES_MAX;
use crate::plain_id::is_plain_id;

/// Cloudflare's `cf-ray`, or a generated id if there is no usable one. Outside Cloudflare clients
/// can send that header themselves, so only a plain id is accepted.
#[must_use]
pub fn request_id(ray: Option<&str>, generate: impl FnOnce() -> String) -> String {
    ray.filter(|ray| is_plain_id(ray, REQUEST_ID_BYTES_MAX)).map_or_else(generate, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unusable_ray_is_replaced() {
        let id = |ray: &str| request_id(Some(ray), || "new".to_owned());
        assert_eq!(id("8f0a1b2c3d4e5f60-FRA"), "8f0a1b2c3d4e5f60-FRA");
        assert_eq!(id("8f0a<b>"), "new");
        assert_eq!(id(""), "new");
        assert_eq!(id(&"a".repeat(64)), "a".repeat(64));
        assert_eq!(id(&"a".repeat(65)), "new");
        assert_eq!(request_id(None, || "new".to_owned()), "new");
    }
}
