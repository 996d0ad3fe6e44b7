//! From a file's name to its address, and from an address to the page that rules see.
//!
//! The address is the canonical form of the gate's paths: what a browser sends for this file.

use clerk_edge_http::limits::PATH_BYTES_MAX;
use clerk_edge_http::{asset_names, path};

use crate::map::MAP_NAME;

/// The address of a file: `/`, and each byte of its name as the canonical form has it. `None`
/// where the gate accepts no path of that length.
#[must_use]
pub fn address_of(name: &[u8]) -> Option<String> {
    let address = path::address_of(name);
    (address.len() <= PATH_BYTES_MAX).then_some(address)
}

/// The page of an address, by the name that rules see: `/admin.html`, `/admin/index.html` →
/// `/admin`. `None` where the file is no page.
#[must_use]
pub fn page_of(address: &str) -> Option<&str> {
    address.strip_suffix(".html")?;
    let page = asset_names::page_of(address);
    Some(if page.is_empty() { "/" } else { page })
}

/// Whether an address is that of a page which is served for other addresses: any
/// visitor may be shown it, so its text is taken for public.
pub(crate) fn is_fallback(address: &str) -> bool {
    const AT_ROOT: [&str; 7] = [
        "/200.html",
        "/404/index.html",
        "/500.html",
        "/_error.html",
        "/_global-error.html",
        "/_not-found.html",
        "/__spa-fallback.html",
    ];
    address.ends_with("/404.html") || AT_ROOT.contains(&address)
}

/// Whether Cloudflare takes a file as configuration, or it is the map: nobody is served it.
pub(crate) fn is_never_served(name: &[u8]) -> bool {
    let configuration = ["_headers", "_redirects", "_routes.json", "_worker.js", MAP_NAME];
    configuration.iter().any(|file| file.as_bytes() == name)
        || name.rsplit(|byte| *byte == b'/').next() == Some(b".assetsignore")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_no_more_bytes_than_the_gate_accepts() {
        assert_eq!(address_of(b"a b.js").as_deref(), Some("/a%20b.js"));
        assert_eq!(address_of(&[b'a'; PATH_BYTES_MAX]), None);
        assert!(address_of(&[b'a'; PATH_BYTES_MAX - 1]).is_some());
    }

    #[test]
    fn a_page_has_the_name_that_rules_see() {
        for (address, page) in [
            ("/index.html", "/"),
            ("/admin.html", "/admin"),
            ("/admin/index.html", "/admin"),
            ("/admin/users.html", "/admin/users"),
            ("/a/index.html.html", "/a"),
        ] {
            assert_eq!(page_of(address), Some(page), "{address}");
        }
        for address in ["/admin.txt", "/admin", "/admin.HTML", "/admin.html.br", "/a.htm"] {
            assert_eq!(page_of(address), None, "{address}");
        }
    }

    #[test]
    fn a_fallback_is_served_for_other_addresses() {
        for address in ["/404.html", "/docs/404.html", "/200.html", "/404/index.html"] {
            assert!(is_fallback(address), "{address}");
        }
        for address in ["/a404.html", "/products/500.html", "/docs/404/index.html", "/index.html"] {
            assert!(!is_fallback(address), "{address}");
        }
    }

    #[test]
    fn configuration_is_not_part_of_the_site() {
        for name in ["_headers", "_clerk-edge.txt", "a/.assetsignore"] {
            assert!(is_never_served(name.as_bytes()), "{name}");
        }
        for name in ["a/_headers", "_headers.txt", "_clerk-edge.txt.js"] {
            assert!(!is_never_served(name.as_bytes()), "{name}");
        }
    }
}
