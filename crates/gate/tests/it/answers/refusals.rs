//! Refusals and redirects: each code as a page and as problem JSON.

use clerk_edge_gate::answer::refusal::refuse;
use clerk_edge_gate::answer::{Answer, Refusal, redirect};
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::problem::Problem;
use serde_json::json;

use super::body;

const CODES: [Code; 12] = [
    Code::ClaimsUnavailable,
    Code::Configuration,
    Code::HostInvalid,
    Code::Internal,
    Code::KeysUnavailable,
    Code::NotAllowed,
    Code::NotFound,
    Code::PathAmbiguous,
    Code::RedirectLoop,
    Code::SignedOut,
    Code::TokenTooLarge,
    Code::UpstreamUnreachable,
];

fn other(code: Code) -> Answer {
    refuse(&Refusal::new(code, "ray-1"), RequestKind::Other)
}

fn page(code: Code) -> Answer {
    refuse(&Refusal::new(code, "ray-1"), RequestKind::Page)
}

#[test]
fn programs_get_problem_json_with_the_code() {
    for (code, status, title) in [
        (Code::ClaimsUnavailable, 503, "Service Unavailable"),
        (Code::Configuration, 500, "Internal Server Error"),
        (Code::HostInvalid, 400, "Bad Request"),
        (Code::Internal, 500, "Internal Server Error"),
        (Code::KeysUnavailable, 503, "Service Unavailable"),
        (Code::NotAllowed, 403, "Forbidden"),
        (Code::NotFound, 404, "Not Found"),
        (Code::PathAmbiguous, 400, "Bad Request"),
        (Code::RedirectLoop, 508, "Loop Detected"),
        (Code::SignedOut, 401, "Unauthorized"),
        (Code::TokenTooLarge, 400, "Bad Request"),
        (Code::UpstreamUnreachable, 502, "Bad Gateway"),
    ] {
        let answer = other(code);
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let expected = json!({
            "type": "about:blank",
            "title": title,
            "status": status,
            "code": code.as_str(),
            "request_id": "ray-1",
        });
        assert_eq!(body(&answer), expected);
    }
}

#[test]
fn no_cache_may_store_a_refusal_and_each_has_the_headers_of_its_status() {
    for code in CODES {
        for answer in [other(code), page(code)] {
            let name = code.as_str();
            assert_eq!(answer.status, code.status(), "{name}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{name}");
            let challenge = (code.status() == 401).then_some("Bearer");
            assert_eq!(answer.header("www-authenticate"), challenge, "{name}");
            let retry = (code.status() == 503).then_some("5");
            assert_eq!(answer.header("retry-after"), retry, "{name}");
        }
    }
}

#[test]
fn retry_after_is_what_was_given() {
    let after = |seconds: u32| {
        let mut refusal = Refusal::new(Code::KeysUnavailable, "ray-1");
        refusal.retry_after_seconds = Some(seconds);
        refuse(&refusal, RequestKind::Other).header("retry-after").map(str::to_owned)
    };
    assert_eq!(after(30).as_deref(), Some("30"));
    assert_eq!(after(0).as_deref(), Some("1"), "at least one second");
}

#[test]
fn pages_are_accessible_and_load_nothing() {
    for code in CODES {
        let answer = page(code);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline';"), "{policy}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        let html = answer.body.unwrap_or_default();
        for once in ["<!doctype html><html lang=\"en\">", "<title>", "<h1>", "<main>", "viewport"] {
            assert_eq!(html.matches(once).count(), 1, "{once} in {html}");
        }
        let never =
            ["<script", "<img", "<link", "src=", "url(", "@import", "http", "onload", "javascript"];
        for never in never {
            assert!(!html.contains(never), "{never} in {html}");
        }
        for tag in ["html", "head", "body", "main", "h1", "h2", "p", "ul", "li", "a", "code"] {
            let opened = html.matches(&format!("<{tag}>")).count()
                + html.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag} in {html}");
        }
        assert!(html.contains(code.as_str()) && html.contains("ray-1"));
        assert!(html.len() < 4_096, "{} bytes", html.len());
    }
}

#[test]
fn variable_text_in_a_page_is_escaped() {
    let hostile = "\"><script>alert('1')</script>&";
    let problem = Problem::new(hostile, hostile);
    let link = format!("/sign-in?{hostile}");
    for code in [Code::SignedOut, Code::Configuration] {
        let refusal = Refusal {
            sign_in: Some(&link),
            problems: vec![&problem],
            ..Refusal::new(code, hostile)
        };
        let html = refuse(&refusal, RequestKind::Page).body.unwrap_or_default();
        assert!(!html.contains("<script") && !html.contains("\">\">"), "{html}");
        assert!(html.contains("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)"), "{html}");
        let other = refuse(&refusal, RequestKind::Other);
        assert_eq!(body(&other)["request_id"], hostile);
    }
}

#[test]
fn only_the_page_for_signed_out_visitors_links_to_sign_in() {
    let shows = |code: Code, link: &str| {
        let refusal = Refusal { sign_in: Some(link), ..Refusal::new(code, "ray-1") };
        refuse(&refusal, RequestKind::Page).body.unwrap_or_default().contains("<a ")
    };
    assert!(shows(Code::SignedOut, "https://accounts.example.com/sign-in?redirect_url=x"));
    assert!(shows(Code::SignedOut, "/sign-in"));
    assert!(!shows(Code::SignedOut, "javascript:alert(1)"));
    assert!(!shows(Code::NotAllowed, "/sign-in"));
    assert!(!page(Code::SignedOut).body.unwrap_or_default().contains("<a "));
}

#[test]
fn configuration_problems_are_listed_if_they_are_given() {
    let problem = Problem::new("ROUTES[3].allow", "is empty");
    let listed = Refusal { problems: vec![&problem], ..Refusal::new(Code::Configuration, "ray-1") };
    let answer = refuse(&listed, RequestKind::Other);
    let list = json!([{ "place": "ROUTES[3].allow", "message": "is empty" }]);
    assert_eq!(body(&answer)["problems"], list);
    let html = refuse(&listed, RequestKind::Page).body.unwrap_or_default();
    assert!(html.contains("<li><code>ROUTES[3].allow</code> is empty</li>"), "{html}");
    assert_eq!(body(&other(Code::Configuration)).get("problems"), None);
    assert!(!page(Code::Configuration).body.unwrap_or_default().contains("<li>"));
}

#[test]
fn the_page_of_a_redirect_loop_says_how_to_fix_it() {
    let html = page(Code::RedirectLoop).body.unwrap_or_default();
    for help in ["cookies of this site", "publishable key and the secret key", "date and time"] {
        assert!(html.contains(help), "{help}");
    }
    assert!(!page(Code::SignedOut).body.unwrap_or_default().contains("secret key"));
}

#[test]
fn head_gets_the_headers_without_a_body() {
    let whole = page(Code::SignedOut);
    let head = whole.clone().to_method("HEAD");
    assert_eq!((head.status, &head.headers), (whole.status, &whole.headers));
    assert_eq!(head.body, None);
    assert_eq!(whole.clone().to_method("GET"), whole);
}

#[test]
fn redirects_keep_the_method_and_are_not_stored() {
    let location =
        |target: &str| redirect(target).header("location").unwrap_or_default().to_owned();
    let answer = redirect("/sign-in?redirect_url=https%3A%2F%2Fa.example%2F");
    assert_eq!(answer.status, 307);
    assert_eq!(answer.header("location"), Some("/sign-in?redirect_url=https%3A%2F%2Fa.example%2F"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.body, None);
    assert_eq!(location("/a\r\nset-cookie: b=ü\0"), "/a%0D%0Aset-cookie:%20b=%C3%BC%00");
    assert_eq!(location("/a%20b?c=d#e"), "/a%20b?c=d#e");
}

#[test]
fn preflights_and_wrong_methods_get_an_empty_answer() {
    let preflight = Answer::preflight();
    assert_eq!((preflight.status, &preflight.body), (204, &None));
    assert!(preflight.headers.iter().all(|(name, _)| !name.starts_with("access-control-")));
}
