//! A token with the claims of this moment: by the browser for pages, by Clerk's API for the rest.

use super::*;

const CALL: &str = "https://api.clerk.com/v1/sessions/sess_1/refresh";

/// Clerk renews the session with this role.
fn renews(site: &Site, role: &str) {
    let fresh = token(&json!({ "metadata": { "role": role }, "iat": NOW, "jti": "new" }));
    let body = json!({ "cookies": [format!("__session={fresh}; Path=/"), "__client_uat=5"] });
    site.double.says(CALL, Ok(reply(200, &body.to_string())));
}

fn ask(site: &Site, cookie: &str) -> Seen {
    site.ask(&get(REFRESH, &[("cookie", cookie)]))
}

#[test]
fn a_script_gets_the_new_claims_and_cookies() {
    let site = site();
    renews(&site, "admin");
    let ended = token(&json!({ "iat": NOW - 90, "nbf": NOW - 90, "exp": NOW - 30 }));
    for token in [token(&json!({})), ended] {
        let seen = ask(&site, &session_cookies(&token));
        assert_eq!((seen.status, &seen.json()["role"]), (200, &json!("admin")), "{}", seen.body());
        assert_eq!((seen.asked().len(), seen.cookies().len()), (1, 2));
        let body = seen.made[0].body.as_deref().unwrap();
        assert_eq!(serde_json::from_str::<Value>(body).unwrap()["refresh_token"], "rt");
    }
}

#[test]
fn what_clerk_refuses_is_signed_out_and_what_it_cannot_answer_is_not() {
    let site = site();
    let no = json!({ "errors": [{ "code": "session_not_active" }] }).to_string();
    for (outcome, status, code) in [
        (Ok(reply(401, &no)), 401, "signed-out"),
        (Ok(reply(404, &no)), 401, "signed-out"),
        (Ok(reply(422, &no)), 401, "signed-out"),
        (Ok(reply(429, &no)), 503, "rate-limited"),
        (Ok(reply(500, &no)), 503, "clerk-unavailable"),
        (Ok(reply(200, "{}")), 503, "clerk-unavailable"),
        (Ok(reply(404, "<html>")), 503, "clerk-unavailable"),
        (Err(ClerkCallError::TimedOut), 503, "clerk-unavailable"),
    ] {
        site.double.says(CALL, outcome);
        let site_now = Site { now_ms: NOW_MS, ..bound().open() };
        site_now.double.says(CALL, site_outcome(&site));
        let seen = ask(&site_now, &own_cookies());
        seen.refuses(status, code);
        assert_eq!(seen.cookies(), [""; 0]);
        assert_eq!(seen.header("retry-after").is_some(), status == 503);
    }
}

/// What Clerk answers to a refresh at this site.
fn site_outcome(site: &Site) -> Result<ClerkResponse, ClerkCallError> {
    let platform = &site.double;
    let call = ClerkRequest {
        method: ClerkMethod::Post,
        url: CALL.to_owned(),
        secret: None,
        body: None,
        timeout_ms: 1,
        bytes_max: 1_000,
    };
    platform.run(clerk_edge_gate::platform::Platform::call(platform, &call))
}

#[test]
fn nobody_makes_us_call_without_a_genuine_session_of_this_browser() {
    let site = site();
    renews(&site, "admin");
    let forged = signed_by(2, &json!({ "sid": "sess_1" }));
    let other = token(&json!({ "iss": "https://evil.test" }));
    let older = token(&json!({ "iat": NOW - 200 }));
    for cookie in [
        String::new(),
        format!("__refresh_{LIVE_SUFFIX}=rt"),
        format!("__client_uat=5; __refresh_{LIVE_SUFFIX}=rt"),
        format!("__session={}; __refresh_{LIVE_SUFFIX}=rt", token(&json!({}))),
        cookies(&token(&json!({}))),
        session_cookies(&forged),
        session_cookies(&other),
        session_cookies(&older),
        session_cookies("rubbish"),
    ] {
        let seen = ask(&site, &cookie);
        seen.refuses(401, "signed-out").asks_nobody();
    }
    let bare = bound().without("CLERK_SECRET_KEY").open();
    ask(&bare, &own_cookies()).refuses(503, "not-configured").asks_nobody();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
}

#[test]
fn renewals_count_into_the_sessions_ten_calls() {
    let site = site();
    renews(&site, "admin");
    for _ in 0..10 {
        assert_eq!(ask(&site, &own_cookies()).status, 200);
    }
    ask(&site, &own_cookies()).refuses(503, "rate-limited").asks_nobody();
}

#[test]
fn a_page_goes_through_the_handshake_whatever_its_token_says_and_once() {
    let site = site();
    let to = format!("{REFRESH}?to=%2Fmember%3Fa%3Db");
    for cookie in [own_cookies(), String::new(), "__client_uat=0".to_owned()] {
        let seen = site.ask(&page(&to, &[("cookie", &cookie)]));
        assert_eq!(seen.asks_nobody().status, 303);
        let location = seen.location();
        let clerk = "https://clerk.inspired.puma-74.lcl.dev/v1/client/handshake?redirect_url=";
        let back = "https%3A%2F%2Fwww.example.com%2F.clerk-edge%2Frefresh%3Fto%3D%252Fmember";
        assert!(location.starts_with(&format!("{clerk}{back}")), "{location}");
        let mark = "__clerk_edge_refreshed=1; Path=/; Max-Age=10; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(seen.cookies(), [mark]);
        let again = format!("{cookie}; __clerk_edge_refreshed=1");
        let seen = site.ask(&page(&to, &[("cookie", &again)]));
        seen.comes_back_to("/member?a=b").asks_nobody();
    }
    site.page(REFRESH);
    site.page(&format!("{REFRESH}?to=//evil.test")).refuses(400, "bad-target");
    let seen = site.ask(&method("HEAD", page(&to, &[])));
    assert_eq!((seen.status, seen.body().as_str()), (303, ""));
}

#[test]
fn what_clerk_gave_the_page_is_set_on_the_way_back() {
    let site = site();
    let fresh = token(&json!({ "metadata": { "role": "admin" } }));
    let payload = format!("{API}/clients/handshake_payload?nonce=n");
    let directives = json!({ "directives": [format!("__session={fresh}; Path=/")] });
    site.double.says(&payload, Ok(reply(200, &directives.to_string())));
    // With the mark, and without it where the browser keeps no cookies.
    for mark in ["; __clerk_edge_refreshed=1", ""] {
        let cookie = format!("{}; __clerk_handshake_nonce=n{mark}", own_cookies());
        let seen = site.ask(&page(&format!("{REFRESH}?to=/member"), &[("cookie", &cookie)]));
        seen.comes_back_to("/member");
        assert_eq!(seen.cookies(), [format!("__session={fresh}; Path=/")]);
    }
    let name_alone = "x__clerk_edge_refreshed=1; a=__clerk_edge_refreshed";
    let seen = site.ask(&page(REFRESH, &[("cookie", name_alone)]));
    assert!(seen.location().contains("/v1/client/handshake"));
}
