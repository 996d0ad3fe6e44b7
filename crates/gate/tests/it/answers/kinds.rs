//! Page or not, preflight or not.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::{RequestKind, is_preflight};
use std::borrow::Cow;

struct Request {
    method: &'static str,
    headers: Vec<(&'static str, &'static str)>,
}

impl Incoming for Request {
    fn method(&self) -> &str {
        self.method
    }

    fn url(&self) -> &'static str {
        "https://a.example/"
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let found = self.headers.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| Cow::Borrowed(*value))
    }

    fn header_names(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }
}

fn request(method: &'static str, headers: &[(&'static str, &'static str)]) -> Request {
    Request { method, headers: headers.to_vec() }
}

#[track_caller]
fn check(method: &'static str, headers: &[(&'static str, &'static str)], expected: RequestKind) {
    assert_eq!(RequestKind::of(&request(method, headers)), expected);
}

const DESTINATION: &str = "sec-fetch-dest";
const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[test]
fn a_page_is_got_for_a_document_or_a_frame() {
    check("GET", &[(DESTINATION, "document")], RequestKind::Page);
    check("HEAD", &[(DESTINATION, "iframe")], RequestKind::Page);
    check("POST", &[(DESTINATION, "document"), HTML], RequestKind::Other);
    check("GET", &[(DESTINATION, "empty")], RequestKind::Other);
    check("GET", &[(DESTINATION, "frame")], RequestKind::Other);
}

#[test]
fn accept_counts_only_where_the_browser_does_not_say() {
    check("GET", &[HTML], RequestKind::Page);
    check("GET", &[("accept", "application/json, text/html;q=0.1")], RequestKind::Page);
    check("GET", &[("accept", "*/*")], RequestKind::Other);
    check("GET", &[], RequestKind::Other);
    check("GET", &[(DESTINATION, "empty"), HTML], RequestKind::Other);
    check("GET", &[(DESTINATION, ""), HTML], RequestKind::Other);
    check("PUT", &[HTML], RequestKind::Other);
}

#[test]
fn a_prefetch_is_what_it_fetches() {
    let prefetch = ("sec-purpose", "prefetch");
    check("GET", &[(DESTINATION, "document"), prefetch], RequestKind::Page);
    check("GET", &[(DESTINATION, "empty"), prefetch], RequestKind::Other);
}

#[test]
fn a_preflight_has_an_origin_and_asks_for_a_method() {
    let origin = ("origin", "https://b.example");
    let asks = ("access-control-request-method", "PUT");
    assert!(is_preflight(&request("OPTIONS", &[origin, asks])));
    assert!(!is_preflight(&request("OPTIONS", &[asks])));
    assert!(!is_preflight(&request("OPTIONS", &[origin])));
    assert!(!is_preflight(&request("GET", &[origin, asks])));
}
