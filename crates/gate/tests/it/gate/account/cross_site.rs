//! Nothing that another site sends changes anything, and nobody is sent to another site.

use super::*;

const WRITES: [(&str, &str); 4] = [
    (SIGN_OUT, ""),
    (SIGN_OUT, "scope=everywhere"),
    (REVOKE, "id=sess_2"),
    (METADATA, "onboardingComplete=true"),
];

fn with(path: &str, body: &str, headers: &[(&str, &str)]) -> Request {
    let cookies = own_cookies();
    let own = [
        ("cookie", cookies.as_str()),
        ("accept", "text/html"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    Request { body: body.into(), ..method("POST", get(path, &[&own, headers].concat())) }
}

#[test]
fn what_comes_from_this_site_is_taken() {
    for (path, body) in WRITES {
        for headers in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("sec-fetch-site", "same-origin"), ("origin", HERE)],
            // A page whose referrer policy is `no-referrer`.
            &[("sec-fetch-site", "same-origin"), ("origin", "null")],
            &[("origin", HERE)],
        ] {
            let seen = site().ask(&with(path, body, headers));
            assert_eq!(seen.status, 303, "{path} {headers:?}: {}", seen.body());
            assert!(!seen.asked().is_empty());
        }
    }
}

#[test]
fn what_comes_from_elsewhere_changes_nothing() {
    let origins = [
        "null",
        "",
        "https://evil.test",
        "http://www.example.com",
        "https://www.example.com:444",
        "https://www.example.com.evil.test",
        "https://evil.test https://www.example.com",
        "https://www.example.com, https://evil.test",
        "https://www.example.com/",
        "HTTPS://WWW.EXAMPLE.COM",
        "//www.example.com",
    ];
    let sites = ["cross-site", "same-site", "none", "", "same-origin, cross-site", "Same-Origin"];
    let mut cases: Vec<Vec<(&str, &str)>> = vec![vec![]];
    cases.extend(origins.iter().map(|origin| vec![("origin", *origin)]));
    for site in sites {
        cases.push(vec![("sec-fetch-site", site)]);
        cases.push(vec![("sec-fetch-site", site), ("origin", HERE)]);
        cases.push(vec![("sec-fetch-site", site), ("referer", HERE)]);
    }
    let site = site();
    for (path, body) in WRITES {
        for headers in &cases {
            let seen = site.ask(&with(path, body, headers));
            seen.refuses(403, "cross-site").asks_nobody();
            assert_eq!(seen.cookies(), [""; 0], "{path} {headers:?}");
        }
    }
}

#[test]
fn a_session_in_the_authorization_header_needs_no_origin() {
    let bearer = format!("Bearer {}", token(&json!({})));
    let own = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    for (path, body) in [
        (SIGN_OUT, json!({})),
        (REVOKE, json!({ "id": "sess_2" })),
        (METADATA, json!({ "onboardingComplete": true })),
    ] {
        let request = Request { body: body.to_string().into(), ..method("POST", get(path, &own)) };
        assert_eq!(site().ask(&request).status, 200, "{path}");
        // Another scheme is what a browser may send by itself: the session comes from cookies.
        let basic = [("authorization", "Basic eDp5"), ("content-type", "application/json")];
        let mut request = Request { body: request.body, ..method("POST", get(path, &basic)) };
        request.headers.push(("cookie".to_owned(), own_cookies()));
        site().ask(&request).refuses(403, "cross-site").asks_nobody();
    }
}

#[test]
fn reading_needs_no_origin_and_gives_none_to_others() {
    let cookies = own_cookies();
    for path in [SESSION, SESSIONS, SIGN_OUT] {
        let headers = [("cookie", cookies.as_str()), ("origin", "https://evil.test")];
        let seen = site().ask(&get(path, &headers));
        assert_eq!(seen.status, 200);
        let headers = &seen.answer.as_ref().unwrap().headers;
        assert!(!headers.iter().any(|(name, _)| name.starts_with("access-control-")));
        let preflight = [("origin", "https://evil.test"), ("access-control-request-method", "GET")];
        let seen = site().ask(&method("OPTIONS", get(path, &preflight)));
        seen.refuses(405, "method-not-allowed");
    }
}

#[test]
fn nobody_is_sent_to_another_site() {
    let site = site();
    let corpus = crate::redirects::corpus();
    let (mut taken, mut refused) = (0, 0);
    for to in &corpus {
        let mut query = String::new();
        clerk_edge_http::query::append(&mut query, "to", to);
        for seen in [
            site.ask(&form(SIGN_OUT, &query, "")),
            site.ask(&form(&format!("{SIGN_OUT}?{query}"), "", "")),
            site.ask(&page(&format!("{REFRESH}?{query}"), &[("cookie", REFRESHED)])),
        ] {
            if seen.status == 400 {
                seen.refuses(400, "bad-target").asks_nobody();
                refused += 1;
            } else {
                assert_eq!(seen.status, 303, "{to}");
                assert!(
                    crate::redirects::stays(seen.location()),
                    "{to} became {}",
                    seen.location()
                );
                taken += 1;
            }
        }
    }
    assert!(refused > 1_000 && taken > 0, "{refused} refused, {taken} taken");
}

const REFRESHED: &str = "__clerk_edge_refreshed=1";
