//! Sign-out: revoked at Clerk first, and only then are the cookies ended.

use super::*;

const REMOVED: [&str; 4] =
    ["__session", "__session_MqCvchyS", "__refresh_MqCvchyS", "clerk_active_context"];

#[test]
fn a_page_has_one_button_and_asks_nobody() {
    let site = site();
    for request in [page(SIGN_OUT, &[]), get(SIGN_OUT, &[("cookie", &own_cookies())])] {
        let seen = site.ask(&request);
        assert_eq!(seen.asks_nobody().status, 200);
        let body = seen.body();
        assert_eq!(body.matches("<button>").count(), 1);
        assert!(body.contains("method=\"post\" action=\"/.clerk-edge/sign-out\""));
        let policy = seen.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("form-action 'self'; frame-ancestors 'none'"), "{policy}");
        assert!(!body.contains("<script"));
    }
    let body = site.page(&format!("{SIGN_OUT}?to=/a%22%3E&scope=everywhere")).body();
    assert!(body.contains("name=\"to\" value=\"/a%22%3E\""), "{body}");
    assert!(body.contains("name=\"scope\" value=\"everywhere\""), "{body}");
    let seen = site.ask(&method("HEAD", page(SIGN_OUT, &[])));
    assert_eq!((seen.status, seen.body().as_str()), (200, ""));
    site.page(&format!("{SIGN_OUT}?scope=all")).refuses(400, "bad-request");
    site.page(&format!("{SIGN_OUT}?to=//evil.test")).refuses(400, "bad-target");
}

#[test]
fn the_session_is_revoked_and_its_cookies_end() {
    let site = site();
    let seen = site.form(SIGN_OUT, "to=%2Fgoodbye");
    seen.comes_back_to("/goodbye");
    assert_eq!(seen.asked(), ["POST /sessions/sess_1/revoke"]);
    assert!(seen.made.iter().all(|call| call.body.is_none()));
    let cookies = seen.cookies();
    for attributes in ["SameSite=Lax", "SameSite=None; Partitioned"] {
        for name in REMOVED {
            let cookie = format!("{name}=; Path=/; Max-Age=0; Secure; {attributes}");
            assert!(cookies.contains(&cookie.as_str()), "{cookie}: {cookies:?}");
        }
    }
    assert_eq!(cookies.len(), 8, "the host is not below Clerk's domain: {cookies:?}");
    let seen = site.json(SIGN_OUT, &json!({}));
    assert_eq!((seen.status, seen.json()), (200, json!({ "revoked": ["sess_1"] })));
    assert_eq!(seen.cookies().len(), 8);
    site.form(SIGN_OUT, "").comes_back_to("/");
}

#[test]
fn client_uat_becomes_0_where_its_domain_is_known_and_nowhere_else() {
    let ended_with = |site: &Site, host: &str, token: &str| {
        let mut request = form(SIGN_OUT, "", &session_cookies(token));
        request.url = format!("https://{host}{SIGN_OUT}");
        let seen = site.ask(&request);
        seen.comes_back_to("/");
        let cookies = seen.cookies();
        let uat: Vec<String> =
            cookies.iter().filter(|it| it.contains("uat")).map(ToString::to_string).collect();
        uat
    };
    let ended = |site: &Site, host: &str| ended_with(site, host, &token(&json!({})));
    let domain = "inspired.puma-74.lcl.dev";
    let expected = ["__client_uat", "__client_uat_MqCvchyS"].map(|name| {
        format!("{name}=0; Path=/; Domain={domain}; Max-Age=31536000; Secure; SameSite=Lax")
    });
    assert_eq!(ended(&site(), domain), expected);
    assert_eq!(ended(&site(), &format!("www.{domain}")), expected);
    assert_eq!(ended(&site(), &format!("WWW.{domain}:8443")), expected);
    for host in ["www.example.com", "notinspired.puma-74.lcl.dev", "puma-74.lcl.dev"] {
        assert_eq!(ended(&site(), host), [""; 0], "{host}");
    }
    let revoked = |site: &Site| site.clerk("/sessions/sess_1/revoke", 200, &json!({}));
    let bound = || bound().text("CLERK_JWKS_URL", FRONTEND_KEYS);
    let proxied = bound().text("CLERK_PROXY_URL", "https://www.example.com/__clerk").open();
    revoked(&proxied);
    assert_eq!(ended(&proxied, domain), [""; 0]);
    let satellite = bound().text("CLERK_IS_SATELLITE", "true").text("CLERK_DOMAIN", "other.test");
    let satellite = satellite.open();
    revoked(&satellite);
    let token = token(&json!({ "iss": "https://clerk.other.test" }));
    assert_eq!(ended_with(&satellite, domain, &token), [""; 0]);
    assert_eq!(ended_with(&satellite, "a.other.test", &token).len(), 2);
    let development = Bound::development(&json!([])).open();
    revoked(&development);
    let mut request = form(SIGN_OUT, "", &format!("{}; __clerk_db_jwt=m", own_cookies()));
    request.url = format!("https://{domain}{SIGN_OUT}");
    let seen = development.ask(&request);
    assert_eq!((seen.status, seen.cookies().len()), (303, 8), "{}", seen.body());
}

#[test]
fn where_clerk_cannot_be_reached_nothing_is_pretended() {
    for (outcome, status, code) in [
        (Err(ClerkCallError::Unreachable), 503, "clerk-unavailable"),
        (Err(ClerkCallError::TimedOut), 503, "clerk-unavailable"),
        (Ok(reply(500, "{}")), 503, "clerk-unavailable"),
        (Ok(reply(429, "{}")), 503, "rate-limited"),
        (Ok(reply(401, "{}")), 502, "clerk-refused"),
    ] {
        let site = site();
        site.double.says(&format!("{API}/sessions/sess_1/revoke"), outcome);
        for seen in [site.form(SIGN_OUT, ""), site.json(SIGN_OUT, &json!({}))] {
            seen.refuses(status, code);
            assert_eq!(seen.cookies(), [""; 0]);
        }
    }
    let site = bound().without("CLERK_SECRET_KEY").open();
    for seen in [site.form(SIGN_OUT, ""), site.page(SIGN_OUT)] {
        seen.refuses(503, "not-configured").asks_nobody();
        assert_eq!(seen.cookies(), [""; 0]);
    }
    let site = site_without_keys();
    let seen = site.form(SIGN_OUT, "");
    seen.refuses(503, "keys-unavailable").asks_nobody();
    assert_eq!(seen.cookies(), [""; 0]);
}

fn site_without_keys() -> Site {
    let site = site();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    site.double.says(BACKEND_KEYS, Err(ClerkCallError::Unreachable));
    site
}

#[test]
fn a_session_that_clerk_does_not_know_is_signed_out() {
    let site = site();
    let gone = json!({ "errors": [{ "code": "resource_not_found" }] });
    site.clerk("/sessions/sess_1/revoke", 404, &gone);
    site.form(SIGN_OUT, "").comes_back_to("/");
    // Somebody else's 404 is none of Clerk's.
    site.double.says(&format!("{API}/sessions/sess_1/revoke"), Ok(reply(404, "<html>")));
    site.form(SIGN_OUT, "").refuses(503, "clerk-unavailable");
}

#[test]
fn a_token_that_has_ended_still_names_its_session_and_any_other_fault_names_none() {
    let site = site();
    let asked = |token: &str| {
        let seen = site.ask(&form(SIGN_OUT, "", &session_cookies(token)));
        seen.comes_back_to("/");
        (seen.asked().len(), seen.cookies().len())
    };
    let ended = json!({ "iat": NOW - 90, "nbf": NOW - 90, "exp": NOW - 30 });
    assert_eq!(asked(&token(&ended)), (1, 8));
    assert_eq!(asked(&token(&json!({ "sts": "pending" }))), (1, 8));
    let none = (0, 0);
    assert_eq!(asked(&signed_by(2, &ended)), none, "forged");
    for (claim, value) in [("iss", json!("https://evil.test")), ("nbf", json!(NOW + 60))] {
        let mut changes = ended.clone();
        changes[claim] = value;
        assert_eq!(asked(&token(&changes)), none, "{claim}");
    }
    assert_eq!(asked(&token(&json!({ "nbf": NOW + 60 }))), none);
    assert_eq!(asked("rubbish"), none);
    // Nobody is signed in.
    let seen = site.ask(&form(SIGN_OUT, "to=/x", ""));
    seen.comes_back_to("/x").asks_nobody();
    assert_eq!(seen.cookies(), [""; 0]);
    let seen = site.ask(&json_post(SIGN_OUT, &json!({}), ""));
    assert_eq!((seen.status, seen.json()), (200, json!({ "revoked": [] })));
    let old = token(&json!({ "iat": NOW - 200 }));
    assert_eq!(asked(&old), none, "the browser has a newer state");
}

#[test]
fn everywhere_ends_all_sessions_of_the_user_and_the_own_one_last() {
    let site = site();
    let seen = site.form(SIGN_OUT, "scope=everywhere");
    seen.comes_back_to("/");
    let last = ["POST /sessions/sess_2/revoke", "POST /sessions/sess_1/revoke"];
    assert_eq!(seen.asked()[1..], last);
    site.clerk("/sessions/sess_2/revoke", 500, &json!({}));
    let seen = site.form(SIGN_OUT, "scope=everywhere");
    seen.refuses(503, "clerk-unavailable");
    assert_eq!((seen.asked().len(), seen.cookies().len()), (2, 0));
    // A list that names somebody else's session is no answer.
    let odd = json!({ "data": [session("sess_9", "user_9")] });
    site.clerk("/sessions?user_id=user_1&status=active&paginated=true&limit=100", 200, &odd);
    let seen = site.form(SIGN_OUT, "scope=everywhere");
    seen.refuses(503, "clerk-unavailable");
    assert_eq!(seen.asked().len(), 1);
}

#[test]
fn a_user_with_more_sessions_than_a_list_holds_is_signed_out_of_all() {
    let site = site();
    let ids: Vec<String> = (0..150).map(|at| format!("sess_a{at}")).collect();
    let list = |ids: &[String]| {
        let all: Vec<Value> = ids.iter().map(|id| session(id, "user_1")).collect();
        let body = json!({ "data": all }).to_string();
        clerk_edge_testing::platform::Scene { after_ms: 0, outcome: Ok(reply(200, &body)) }
    };
    let url = format!("{API}/sessions?user_id=user_1&status=active&paginated=true&limit=100");
    site.double.plays(&url, [list(&ids[..100]), list(&ids[100..])]);
    for id in &ids {
        site.clerk(&format!("/sessions/{id}/revoke"), 200, &session(id, "user_1"));
    }
    let seen = site.json(SIGN_OUT, &json!({ "scope": "everywhere" }));
    assert_eq!(seen.json()["revoked"].as_array().unwrap().len(), 151);
    assert_eq!(seen.asked().len(), 153);
}

#[test]
fn browser_ends_the_sessions_of_all_accounts_there() {
    let site = site();
    let seen = site.json(SIGN_OUT, &json!({ "scope": "browser" }));
    assert_eq!(seen.json(), json!({ "revoked": ["sess_9", "sess_1"] }));
    let asked = [
        "GET /sessions/sess_1",
        "GET /clients/client_1",
        "POST /sessions/sess_9/revoke",
        "POST /sessions/sess_1/revoke",
    ];
    assert_eq!(seen.asked(), asked);
    let other = json!({ "id": "client_2", "sessions": [] });
    site.clerk("/clients/client_1", 200, &other);
    let seen = site.json(SIGN_OUT, &json!({ "scope": "browser" }));
    seen.refuses(503, "clerk-unavailable");
}

#[test]
fn somebody_who_acts_as_the_user_signs_out_here_and_not_everywhere() {
    let site = site();
    let acting = session_cookies(&token(&json!({ "act": { "sub": "user_admin" } })));
    let seen = site.ask(&form(SIGN_OUT, "scope=everywhere", &acting));
    seen.refuses(403, "not-allowed").asks_nobody();
    assert_eq!(seen.cookies(), [""; 0]);
    site.ask(&form(SIGN_OUT, "", &acting)).comes_back_to("/");
    site.ask(&form(SIGN_OUT, "scope=browser", &acting)).comes_back_to("/");
}
