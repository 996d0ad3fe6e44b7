//! Writing the own metadata: the allowed fields, once where it says so, and nothing else.

use super::*;

const CALL: &str = "https://api.clerk.com/v1/sessions/sess_1/refresh";

/// The bodies that were written.
fn written(seen: &Seen) -> Vec<Value> {
    let writes = seen.made.iter().filter(|call| call.method == ClerkMethod::Patch);
    writes.map(|call| serde_json::from_str(call.body.as_deref().unwrap()).unwrap()).collect()
}

fn renews(site: &Site) {
    let fresh = token(&json!({ "metadata": { "onboardingComplete": true } }));
    let body = json!({ "cookies": [format!("__session={fresh}; Path=/")] });
    site.double.says(CALL, Ok(reply(200, &body.to_string())));
}

#[test]
fn an_allowed_field_is_merged_and_the_token_renewed() {
    let site = site();
    renews(&site);
    let seen = site.json(METADATA, &json!({ "onboardingComplete": true }));
    let asked = ["PATCH /users/user_1/metadata", "POST /sessions/sess_1/refresh"];
    assert_eq!(seen.asked(), asked);
    assert_eq!(written(&seen), [json!({ "public_metadata": { "onboardingComplete": true } })]);
    let told = seen.json();
    assert_eq!(
        (seen.status, &told["refreshed"], &told["status"]),
        (200, &json!(true), &json!("signed-in"))
    );
    assert_eq!(seen.cookies().len(), 1);
}

#[test]
fn a_page_goes_on_to_refresh_whether_or_not_it_has_just_been_there() {
    let cookie = format!("{}; __clerk_edge_refreshed=1", own_cookies());
    let seen = site().ask(&form(METADATA, "onboardingComplete=true&to=/member?a=b", &cookie));
    seen.comes_back_to("/.clerk-edge/refresh?to=%2Fmember%3Fa%3Db");
    assert_eq!(seen.asked(), ["PATCH /users/user_1/metadata"]);
    assert!(seen.cookies()[0].starts_with("__clerk_edge_refreshed=; Path=/; Max-Age=0"));
}

#[test]
fn written_and_not_renewed_is_told_as_that() {
    let site = site();
    for outcome in [
        Err(ClerkCallError::Unreachable),
        Ok(reply(429, "{}")),
        Ok(reply(401, r#"{"errors":[{"code":"x"}]}"#)),
    ] {
        site.double.says(CALL, outcome);
        let seen = site.json(METADATA, &json!({ "onboardingComplete": true }));
        let told = seen.json();
        assert_eq!((seen.status, &told["refreshed"]), (200, &json!(false)));
        assert_eq!((&told["user_id"], seen.cookies().len()), (&json!("user_1"), 0));
    }
}

#[test]
fn a_token_that_ended_while_a_form_was_filled_in_is_renewed_first() {
    let site = site();
    renews(&site);
    let ended = token(&json!({ "iat": NOW - 90, "nbf": NOW - 90, "exp": NOW - 30 }));
    let seen = site.ask(&form(METADATA, "onboardingComplete=true", &session_cookies(&ended)));
    seen.comes_back_to("/.clerk-edge/refresh?to=%2F");
    let asked = ["POST /sessions/sess_1/refresh", "PATCH /users/user_1/metadata"];
    assert_eq!(seen.asked(), asked);
    assert_eq!(seen.cookies().len(), 2);
    site.double.says(CALL, Ok(reply(401, r#"{"errors":[{"code":"x"}]}"#)));
    // Where it cannot be renewed here, nothing is written, and the browser gets a new token and
    // comes back to the form.
    let mut request = form(METADATA, "onboardingComplete=true&to=/m", &session_cookies(&ended));
    let seen = site.ask(&request);
    seen.comes_back_to("/.clerk-edge/refresh?to=%2Fm");
    assert_eq!(written(&seen).len(), 0);
    for (page, to) in [
        ("https://www.example.com/start?step=2#x", "%2Fstart%3Fstep%3D2"),
        ("https://evil.test/start", "%2Fm"),
        ("https://www.example.com:444/start", "%2Fm"),
        ("/start", "%2Fm"),
    ] {
        request.headers.push(("referer".to_owned(), page.to_owned()));
        let seen = site.ask(&request);
        seen.comes_back_to(&format!("/.clerk-edge/refresh?to={to}"));
        request.headers.pop();
    }
}

#[test]
fn what_is_not_allowed_is_refused_as_a_whole() {
    for (body, places) in [
        (r#"{"role":"admin"}"#, &["role"][..]),
        (r#"{"onboardingComplete":true,"role":"admin"}"#, &["role"]),
        (r#"{"onboardingComplete":false}"#, &["onboardingComplete"]),
        (r#"{"onboardingComplete":true,"onboardingComplete":true}"#, &["onboardingComplete"]),
        (r#"{"profile":{"name":"a","name":"b"}}"#, &["profile.name"]),
        (r#"{"profile":{"name":"a"},"profile.name":"a"}"#, &["profile.name"]),
        (r#"{"profile":{"name":["a"]},"plan":[]}"#, &["profile.name", "plan"]),
        (r#"{"__proto__":{"role":"admin"}}"#, &["__proto__.role"]),
        (r#"{"public_metadata":{"role":"admin"}}"#, &["public_metadata.role"]),
        ("{}", &[""]),
        ("[]", &[""]),
        ("{", &[""]),
    ] {
        let mut request = json_post(METADATA, &json!({}), &own_cookies());
        request.body = body.into();
        let seen = site().ask(&request);
        seen.refuses(422, "metadata-invalid").asks_nobody();
        let told = seen.json();
        let named: Vec<&str> = told["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|problem| problem["place"].as_str().unwrap())
            .collect();
        assert_eq!(named, places, "{body}");
        assert!(told["problems"][0]["message"].as_str().is_some_and(|text| !text.is_empty()));
    }
    let seen = site().form(METADATA, "onboardingComplete=true&onboardingComplete=true");
    seen.refuses(422, "metadata-invalid").asks_nobody();
    assert!(seen.body().contains("<code>onboardingComplete</code>"));
    let odd = site().form(METADATA, "%3Cb%3E=1");
    assert!(odd.body().contains("&lt;b&gt;") && !odd.body().contains("<b>"));
    let bad = site().form(METADATA, "onboardingComplete=%FF");
    bad.refuses(422, "metadata-invalid").asks_nobody();
}

#[test]
fn once_is_once() {
    let there = |plan: Value| {
        let site = site();
        let user = json!({ "id": "user_1", "public_metadata": { "plan": plan } });
        site.clerk("/users/user_1", 200, &user);
        site.json(METADATA, &json!({ "plan": "free", "onboardingComplete": true }))
    };
    for absent in [Value::Null, json!("")] {
        let seen = there(absent);
        let both = json!({ "onboardingComplete": true, "plan": "free" });
        assert_eq!(written(&seen), [json!({ "public_metadata": both })]);
    }
    let seen = there(json!("free"));
    assert_eq!(written(&seen), [json!({ "public_metadata": { "onboardingComplete": true } })]);
    let seen = there(json!("pro"));
    seen.refuses(422, "metadata-invalid");
    assert_eq!(seen.asked(), ["GET /users/user_1"]);
    let site = site();
    let user = json!({ "id": "user_1", "public_metadata": { "plan": "free" } });
    site.clerk("/users/user_1", 200, &user);
    let seen = site.json(METADATA, &json!({ "plan": "free" }));
    assert_eq!((seen.status, written(&seen).len()), (200, 0), "the same again is no write");
    let failing = self::site();
    failing.double.says(&format!("{API}/users/user_1"), Err(ClerkCallError::Unreachable));
    let seen = failing.json(METADATA, &json!({ "plan": "free" }));
    seen.refuses(503, "clerk-unavailable");
    assert_eq!(written(&seen).len(), 0, "where it could not be seen, nothing is written");
}

#[test]
fn what_lies_beside_a_nested_field_is_not_taken_away() {
    let site = site();
    let user = json!({ "id": "user_1", "public_metadata": { "profile": "kept" } });
    site.clerk("/users/user_1", 200, &user);
    let seen = site.json(METADATA, &json!({ "profile": { "name": "Ada" } }));
    seen.refuses(422, "metadata-invalid");
    assert_eq!(written(&seen).len(), 0);
    let user = json!({ "id": "user_1", "public_metadata": { "profile": { "age": 5 } } });
    site.clerk("/users/user_1", 200, &user);
    let seen = site.json(METADATA, &json!({ "profile.name": "Ada" }));
    let expected = json!({ "public_metadata": { "profile": { "name": "Ada" } } });
    assert_eq!(written(&seen), [expected]);
}

#[test]
fn a_stranger_and_somebody_who_acts_as_the_user_write_nothing() {
    let site = site();
    let body = json!({ "onboardingComplete": true });
    site.ask(&json_post(METADATA, &body, "")).refuses(401, "signed-out").asks_nobody();
    let acting = session_cookies(&token(&json!({ "act": { "sub": "user_admin" } })));
    site.ask(&json_post(METADATA, &body, &acting)).refuses(403, "not-allowed").asks_nobody();
    let forged = session_cookies(&signed_by(2, &json!({})));
    site.ask(&json_post(METADATA, &body, &forged)).refuses(401, "signed-out").asks_nobody();
}

#[test]
fn what_clerk_answers_is_what_rules_know_from_then_on() {
    let rules = json!([{ "path": "/member", "allow": { "claim": { "metadata.done": true } } }]);
    let bound = Bound::live(&rules).text("SELF_METADATA", r#"{"done":[true]}"#);
    let site = bound.open();
    site.clerk("/users/user_1", 200, &json!({ "id": "user_1", "public_metadata": {} }));
    site.api_with("/member", &token(&json!({}))).is_refused(403, "not-allowed");
    let user = json!({ "id": "user_1", "public_metadata": { "done": true } });
    site.clerk("/users/user_1/metadata", 200, &user);
    assert_eq!(site.json(METADATA, &json!({ "done": true })).status, 200);
    let seen = site.api_with("/member", &token(&json!({})));
    assert_eq!(seen.is_forwarded().calls.len(), 0, "it is known from the answer to the write");
}
