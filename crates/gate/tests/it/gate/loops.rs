//! Handshakes that lead nowhere: the loop page says why, where the gate can see it.

use serde_json::json;

use super::*;

fn rules() -> Value {
    json!([{ "path": "/member" }, { "path": "/maybe", "allow": "optional" }])
}

/// A page that Clerk has sent back for the third time, with a nonce.
fn third(path: &str, extra: &str) -> Request {
    let cookie = format!("__clerk_redirect_count=3; __client_uat={}{extra}", NOW - 100);
    page(path, &[("cookie", &cookie)])
}

#[track_caller]
fn says(seen: &Seen, words: &[&str]) {
    seen.is_refused(508, "redirect-loop");
    let body = seen.body();
    for word in words {
        assert!(body.contains(word), "{word}: {body}");
    }
}

#[test]
fn a_nonce_without_a_secret_key_or_with_a_wrong_one_is_named() {
    let with_nonce = third("/member", "; __clerk_handshake_nonce=n");
    let site = Bound::live(&rules()).without("CLERK_SECRET_KEY").open();
    says(&site.ask(&with_nonce), &["__clerk_handshake_nonce", "without CLERK_SECRET_KEY"]);

    let site = Bound::live(&rules()).text("HEALTH_DETAILS", "true").open();
    let exchange = "https://api.clerk.com/v1/clients/handshake_payload?nonce=n";
    site.double.says(exchange, Ok(reply(401, "{}")));
    let health = || site.ask(&get("/.clerk-edge/health", &[])).json()["notes"].to_string();
    assert!(!health().contains("nonce:"));
    let words = ["__clerk_handshake_nonce", "Clerk refuses CLERK_SECRET_KEY"];
    says(&site.ask(&with_nonce), &words);
    // The same nonce is not sent again, and the page says the same.
    let again = site.ask(&with_nonce);
    says(&again, &words);
    assert_eq!(again.calls.len(), 0);
    assert!(health().contains("nonce: Clerk refuses CLERK_SECRET_KEY"), "{}", health());

    // Without a nonce nothing is known, and nothing is said.
    let plain = site.ask(&third("/member", ""));
    plain.is_refused(508, "redirect-loop");
    assert!(!plain.body().contains("What the gate saw"));
}

/// A handshake of a production instance that sets these cookies.
fn brought(cookies: &[String]) -> String {
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let header = json!({ "alg": "RS256", "kid": "a", "typ": "JWT" });
    let message = format!("{}.{}", part(&header), part(&json!({ "handshake": cookies })));
    let signature = fake_signature(&modulus(1), Algorithm::Rs256, message.as_bytes());
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature))
}

/// A session cookie of so many bytes, name and value together.
fn sized(bytes: usize) -> String {
    let with = |filler: usize| {
        token(&json!({ "bio": "x".repeat(filler), "metadata": { "a": "y".repeat(300) } }))
    };
    let base = with(0).len();
    let mut filler = (bytes.saturating_sub(base).saturating_sub(9)) * 3 / 4 - 8;
    loop {
        let cookie = format!("__session={}", with(filler));
        if cookie.len() - 1 >= bytes {
            return cookie;
        }
        filler += 1;
    }
}

#[test]
fn a_session_cookie_that_browsers_drop_ends_at_once_and_names_its_claims() {
    let site = Bound::live(&rules()).open();
    let ask = |path: &str, cookie: &str| {
        let handshake = brought(&[format!("{cookie}; Path=/; Secure"), "__client_uat=5".into()]);
        site.ask(&page(path, &[("cookie", &format!("a=b; __clerk_handshake={handshake}"))]))
    };
    let large = sized(4_097);
    let seen = ask("/member", &large);
    says(&seen, &["above 4096 bytes", "bio (", "metadata (", "Customize session token"]);
    assert!(seen.body().find("bio (") < seen.body().find("metadata ("), "the largest first");
    assert_eq!(seen.header("set-cookie"), None);
    // Where a session is optional the request goes on without one.
    assert_eq!(ask("/maybe", &large).is_forwarded().told("x-clerk-user-id"), None);
    let fits = sized(4_000);
    assert!(fits.len() - 1 <= 4_096);
    let seen = ask("/member", &fits);
    assert_eq!(
        seen.is_forwarded().appended("set-cookie"),
        Some(&*format!("{fits}; Path=/; Secure"))
    );
    // With the suffix in its name the same value may be one too many.
    let suffixed = fits.replacen("__session", &format!("__session_{}", "x".repeat(200)), 1);
    assert!(suffixed.len() - 1 > 4_096, "{}", suffixed.len());
    says(&ask("/member", &suffixed), &["above 4096 bytes"]);
}

#[test]
fn cookies_that_do_not_come_back_are_named() {
    let ask = |site: &Site, session: &str, headers: &[(&str, &str)]| {
        let session = format!("__session={}", token(&json!({ "sid": session })));
        let path = format!("/member?__clerk_handshake={}", brought(&[session]));
        site.ask(&page(&path, headers))
    };
    let mut site = Bound::development(&rules()).open();
    for session in ["sess_1", "sess_2", "sess_1", "sess_3"] {
        let seen = ask(&site, session, &[]);
        seen.leads_to(&format!("{HERE}/member"));
    }
    says(&ask(&site, "sess_1", &[]), &["sent none of them back", "Allow cookies"]);
    // A browser that sends any cookie keeps cookies.
    let kept = [("cookie", "__clerk_redirect_count=1")];
    ask(&site, "sess_1", &kept).leads_to(&format!("{HERE}/member"));
    site.now_ms += 10_000;
    ask(&site, "sess_1", &[]).leads_to(&format!("{HERE}/member"));
    // Nobody is signed in: then the address and the name of the browser tell it from others.
    let nobody = |address: &str| {
        let path = format!("/member?__clerk_handshake={}", brought(&["a=b".to_owned()]));
        site.ask(&page(&path, &[("cf-connecting-ip", address), ("user-agent", "UA")]))
    };
    for address in ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"] {
        nobody(address).leads_to(&format!("{HERE}/member"));
    }
    says(&nobody("192.0.2.1"), &["sent none of them back"]);
}

#[test]
fn an_old_handshake_brings_nothing() {
    let ask = |ended: i64| {
        let session = format!("__session={}", token(&json!({ "exp": NOW - ended })));
        let path = format!("/member?__clerk_handshake={}", brought(&[session]));
        Bound::development(&rules()).open().ask(&page(&path, &[("cookie", "a=b")]))
    };
    let fresh = ask(59);
    fresh.leads_to(&format!("{HERE}/member"));
    assert!(fresh.header("set-cookie").unwrap().starts_with("__session="));
    let old = ask(60);
    assert_eq!(old.log["outcome"], "handshake");
    assert!(old.header("set-cookie").unwrap().starts_with("__clerk_redirect_count=1"));
    // What failed is not tried again.
    assert!(!old.location().contains("__clerk_handshake"), "{}", old.location());
}

#[test]
fn a_refusal_page_leads_on() {
    let rules = json!([
        { "path": "/", "allow": "anyone" },
        { "path": "/admin/*", "allow": { "role": "admin" } },
        { "path": "/closed", "signed_out": 401 },
    ]);
    let refused = |bound: Bound| {
        let seen = bound.open().page_with("/admin/a b", &with_role("user"));
        seen.is_refused(403, "not-allowed");
        seen.body()
    };
    let development = refused(Bound::development(&rules));
    for link in ["href=\"/\"", "href=\"/debug-role?path=%2Fadmin%2Fa%2520b\"", "another account"] {
        assert!(development.contains(link), "{link}: {development}");
    }
    let live = refused(Bound::live(&rules).text("DEBUG_ROLE", "true"));
    assert!(live.contains("href=\"/\"") && !live.contains("/debug-role"), "{live}");
    let off = refused(Bound::development(&rules).text("DEBUG_ROLE", "false"));
    assert!(!off.contains("/debug-role"));
    let nobody = Bound::live(&rules).open().page("/closed");
    nobody.is_refused(401, "signed-out");
    assert!(nobody.body().contains("Sign in</a>") && !nobody.body().contains("another account"));
    // The start page does not lead to itself, and programs get no links.
    let home = Bound::live(&json!([{ "path": "/", "allow": { "role": "a" } }])).open();
    assert!(!home.page_with("/", &with_role("b")).body().contains("href=\"/\""));
    assert!(!home.api_with("/", &with_role("b")).body().contains("href"));
}
