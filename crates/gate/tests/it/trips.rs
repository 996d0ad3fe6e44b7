//! Handshakes: which requests start none, and which spellings of Clerk's parameters count.

use clerk_edge_gate::session::state::RequestState;
use clerk_edge_gate::settings::Settings;
use serde_json::{Value, json};

use clerk_edge_testing::isolate::Isolate;
use clerk_edge_testing::mint;
use clerk_edge_testing::mint::{LIVE_KEY, NOW, NOW_MS, TEST_KEY};
use clerk_edge_testing::request::Request;
use clerk_edge_testing::settings::of_key;
use clerk_edge_testing::visitor;
use clerk_edge_testing::visitor::{PAGE, clerk, cookies, live, outcome, page, with_secret};

#[test]
fn a_page_of_the_proxy_starts_no_handshake() {
    let ask = |proxy: Option<&str>, referrer: &str| {
        let on = Settings {
            cross_origin_sync: true,
            proxy_url: proxy.map(str::to_owned),
            ..of_key(LIVE_KEY)
        };
        let mut request = page(&cookies(&mint::session(&json!({}))));
        request.headers.push(("referer".into(), referrer.into()));
        let state = Isolate::new(on).state(&request, &clerk(), NOW_MS).unwrap();
        matches!(state, RequestState::Handshake(_))
    };
    let proxy = Some("https://proxy.myapp.com/__clerk");
    // The host alone is compared, as in Clerk's SDK: neither the scheme nor the port.
    for own in ["https://proxy.myapp.com/x", "http://proxy.myapp.com:8080/"] {
        assert!(!ask(proxy, own), "{own}");
        assert!(ask(None, own), "{own}");
    }
    let instance = "https://clerk.inspired.puma-74.lcl.dev/";
    assert!(ask(proxy, instance) && !ask(None, instance));
}

#[test]
fn only_a_document_request_starts_a_handshake() {
    let comes = |method: &str, headers: &[(&str, &str)]| {
        let mut request = Request::get(PAGE, headers);
        request.method = method.into();
        request.headers.push(("cookie".into(), "__client_uat=5".into()));
        outcome(&live().state(&request, &clerk(), NOW_MS))
    };
    let document = ("sec-fetch-dest", "document");
    for headers in [
        &[document][..],
        &[("sec-fetch-dest", "iframe")],
        &[("accept", "text/html")],
        &[("accept", "text/html,application/xhtml+xml"), ("sec-fetch-dest", "")],
        &[document, ("accept", "*/*")],
    ] {
        assert_eq!(comes("GET", headers), "handshake client-uat-but-no-session-token");
        for other in ["HEAD", "POST", "get"] {
            let found = comes(other, headers);
            assert_eq!(found, "signed-out client-uat-but-no-session-token", "{other}");
        }
    }
    for headers in [
        &[][..],
        &[("sec-fetch-dest", "empty"), ("accept", "text/html")],
        &[("sec-fetch-dest", "frame")],
        &[("sec-fetch-dest", "Document")],
        &[("accept", "application/xml,text/html")],
        &[("accept", "Text/html")],
        &[("accept", "*/*")],
        &[("accept", "")],
    ] {
        let found = comes("GET", headers);
        assert_eq!(found, "signed-out client-uat-but-no-session-token", "{headers:?}");
    }
}

#[test]
fn a_parameter_counts_in_any_spelling() {
    for (query, expected) in [
        ("__clerk_db_jwt=d", "handshake dev-browser-sync"),
        ("%5F_clerk_db_jwt=d", "handshake dev-browser-sync"),
        ("%5f%5fclerk%5Fdb%5Fjwt", "handshake dev-browser-sync"),
        ("%255F_clerk_db_jwt=d", "handshake dev-browser-missing"),
        ("_clerk_db_jwt=d", "handshake dev-browser-missing"),
        ("a=%5F_clerk_db_jwt", "handshake dev-browser-missing"),
        ("a=1#&__clerk_db_jwt=d", "handshake dev-browser-missing"),
    ] {
        let request = Request::get(&format!("{PAGE}?{query}"), &[("sec-fetch-dest", "document")]);
        let state = Isolate::new(of_key(TEST_KEY)).state(&request, &clerk(), NOW_MS);
        assert_eq!(outcome(&state), expected, "{query}");
    }
}

#[test]
fn an_empty_parameter_is_ignored_and_the_cookie_counts() {
    let session = format!("__session={}", mint::session(&json!({})));
    let handshake = mint::token(&mint::header(), &json!({ "handshake": [session] }));
    let route = json!({
        "method": "GET", "path": "/v1/clients/handshake_payload",
        "body": { "directives": [session] },
    });
    for (name, cookie) in [("__clerk_handshake", &*handshake), ("__clerk_handshake_nonce", "n")] {
        let come = |query: &str| {
            let clerk = visitor::clerk_with(vec![route.clone()]);
            let mut request = page(&format!("{name}={cookie}"));
            request.url = format!("{PAGE}?{query}");
            let state = with_secret(LIVE_KEY).state(&request, &clerk, NOW_MS);
            let asked = clerk.api_calls().pop().map_or(cookie.to_owned(), |call| call.url);
            (outcome(&state), asked.ends_with(cookie))
        };
        for none in ["a=1", name, &format!("{name}=")] {
            assert_eq!(come(none), ("signed-in user_1".to_owned(), true), "{none}");
        }
        // A parameter that is not empty counts before the cookie.
        assert_ne!(come(&format!("{name}=x")), ("signed-in user_1".to_owned(), true));
    }
}

#[test]
fn a_development_instance_removes_the_parameters_of_a_handshake() {
    let session = format!("__session={}", mint::session(&json!({})));
    let handshake = mint::token(&mint::header(), &json!({ "handshake": [session] }));
    let come = |key: &str, query: &str| {
        let url = format!("{PAGE}?__clerk_handshake={handshake}{query}");
        let state = Isolate::new(of_key(key)).state(&Request::get(&url, &[]), &clerk(), NOW_MS);
        assert_eq!(outcome(&state), "signed-in user_1");
        state.unwrap().location().map(str::to_owned)
    };
    for put in ["", "&__clerk_help=1", "&__clerk_db_jwt=d", "&__clerk_handshake_nonce="] {
        assert_eq!(come(TEST_KEY, put).as_deref(), Some(PAGE), "{put}");
        assert_eq!(come(LIVE_KEY, put), None, "{put}");
    }
    for own in ["__clerk_synced=true", "__clerk_helped=1", "a=__clerk_help"] {
        assert_eq!(come(TEST_KEY, &format!("&{own}")), Some(format!("{PAGE}?{own}")));
    }
}

#[test]
fn the_clock_of_a_development_machine_may_be_a_day_behind() {
    const DAY: i64 = 86_400;
    let comes = |key: &str, times: &Value| {
        let session = mint::session(times);
        let brought = json!({ "handshake": [format!("__session={session}")] });
        let handshake = mint::token(&mint::header(), &brought);
        let request = Request::get(&format!("{PAGE}?__clerk_handshake={handshake}"), &[]);
        let state = Isolate::new(of_key(key)).state(&request, &clerk(), NOW_MS);
        outcome(&state) == "signed-in user_1"
    };
    for (name, within, beyond) in
        // A token that has ended is accepted for a minute alone: the link may be an old one.
        [("exp", -59, -60), ("nbf", DAY, DAY + 1), ("iat", DAY, DAY + 1)]
    {
        let at = |seconds: i64| json!({ name: NOW + seconds });
        assert!(comes(TEST_KEY, &at(within)) && !comes(TEST_KEY, &at(beyond)), "{name}");
        // In production the tolerance is five seconds.
        let (within, beyond) = if name == "exp" { (-4, -5) } else { (5, 6) };
        assert!(comes(LIVE_KEY, &at(within)) && !comes(LIVE_KEY, &at(beyond)), "{name}");
    }
    // Only the time is tolerated.
    assert!(!comes(TEST_KEY, &json!({ "exp": NOW - 60, "iss": "https://x.com" })));
}
