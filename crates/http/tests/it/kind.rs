//! What a request is for: page, document, handshake, preflight.

use std::borrow::Cow;

use clerk_edge_http::incoming::{BodyError, Incoming};
use clerk_edge_http::kind::{RequestKind, is_document, is_eligible_for_handshake, is_preflight};

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

    async fn body(&self, _: usize) -> Result<Vec<u8>, BodyError> {
        panic!("nobody asks for the body")
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
fn a_page_is_a_get_or_head_for_a_document_or_a_frame() {
    check("GET", &[(DESTINATION, "document")], RequestKind::Page);
    check("HEAD", &[(DESTINATION, "iframe")], RequestKind::Page);
    check("POST", &[(DESTINATION, "document"), HTML], RequestKind::Other);
    check("GET", &[(DESTINATION, "empty")], RequestKind::Other);
    check("GET", &[(DESTINATION, "frame")], RequestKind::Other);
}

#[test]
fn accept_counts_only_without_sec_fetch_dest() {
    check("GET", &[HTML], RequestKind::Page);
    check("GET", &[("accept", "application/json, text/html;q=0.1")], RequestKind::Page);
    check("GET", &[("accept", "*/*")], RequestKind::Other);
    check("GET", &[], RequestKind::Other);
    check("GET", &[(DESTINATION, "empty"), HTML], RequestKind::Other);
    check("GET", &[(DESTINATION, ""), HTML], RequestKind::Other);
    check("PUT", &[HTML], RequestKind::Other);
}

#[test]
fn a_prefetch_counts_as_what_it_fetches() {
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

#[test]
fn page_document_and_handshake_differ_where_clerks_sdk_does() {
    let document = (DESTINATION, "document");
    let frame = (DESTINATION, "iframe");
    let empty = (DESTINATION, "");
    let second = ("accept", "application/json, text/html;q=0.1");
    for (method, headers, expected) in [
        ("GET", &[document][..], [true, true, true]),
        ("GET", &[frame], [true, false, true]),
        ("HEAD", &[document], [true, true, false]),
        ("POST", &[document], [false, true, false]),
        ("GET", &[HTML], [true, false, true]),
        ("GET", &[second], [true, false, false]),
        ("GET", &[empty, HTML], [false, false, true]),
        ("GET", &[(DESTINATION, "empty"), HTML], [false, false, false]),
        ("GET", &[], [false, false, false]),
    ] {
        let request = request(method, headers);
        let found = [
            RequestKind::of(&request) == RequestKind::Page,
            is_document(&request),
            is_eligible_for_handshake(&request),
        ];
        assert_eq!(found, expected, "{method} {headers:?}");
    }
}
