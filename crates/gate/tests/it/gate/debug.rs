//! The page that explains: who is shown what, and that what it says is what the gate does.

use serde_json::json;

use super::*;

const DEBUG: &str = "/debug-role";

fn rules() -> Value {
    json!([
        { "path": "/", "allow": "anyone" },
        { "path": "/maybe", "allow": "optional" },
        { "path": "/member" },
        { "path": "/admin/*", "otherwise": "/",
          "allow": { "any": [{ "role": "admin" }, { "all": [{ "org": "acme" }, { "feature": "x" }] }] } },
        { "path": "/plain/:who", "allow": { "role": "admin" } },
        { "path": "/seen", "allow": { "role": "admin" }, "report_only": true },
    ])
}

fn site() -> Site {
    let site = Bound::development(&rules()).open();
    site.user(user(&json!({})));
    site
}

fn told(site: &Site, query: &str, token: &str) -> Value {
    let seen = site.api_with(&format!("{DEBUG}{query}"), token);
    assert_eq!(seen.status, 200);
    seen.json()
}

#[test]
fn it_is_off_unless_the_settings_say_otherwise() {
    let admin = with_role("admin");
    let on =
        |bound: Bound| bound.open().page_with(DEBUG, &admin).body().contains("What the gate sees");
    assert!(on(Bound::development(&rules())));
    assert!(!on(Bound::development(&rules()).text("DEBUG_ROLE", "false")));
    assert!(!on(Bound::live(&rules())));
    assert!(on(Bound::live(&rules()).text("DEBUG_ROLE", "true")));
    // Off, the path is one like any other.
    let off = Bound::live(&rules()).open();
    assert_eq!(off.page_with(DEBUG, &admin).is_forwarded().log["rule"], "default");
}

#[test]
fn a_production_instance_shows_it_to_the_signed_in_alone() {
    let site = Bound::live(&rules()).text("DEBUG_ROLE", "true").open();
    assert!(site.page(DEBUG).location().starts_with(&format!("{PORTAL}/sign-in?")));
    site.ask(&get(DEBUG, &[])).is_refused(401, "signed-out");
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    site.page_with(DEBUG, &with_role("admin")).is_refused(503, "keys-unavailable");
    let loop_cookie = "__client_uat=1; __clerk_redirect_count=3";
    site.ask(&page(DEBUG, &[("cookie", loop_cookie)])).is_refused(508, "redirect-loop");
}

#[test]
fn a_development_instance_tells_a_visitor_why_nobody_is_signed_in() {
    let site = site();
    let seen = site.ask(&get(DEBUG, &[]));
    let told = seen.json();
    assert_eq!(
        (seen.status, &told["status"], &told["reason"]),
        (200, &json!("signed-out"), &json!("dev-browser-missing"))
    );
    assert_eq!(told["session"], Value::Null);
    let seen = site.api_with(DEBUG, &signed_by(2, &json!({})));
    assert_eq!(seen.json()["reason"], "token-invalid-signature");
    assert!(!seen.body().contains("user_1"), "nothing of a token that was refused");
    let azp =
        Bound::development(&rules()).text("CLERK_AUTHORIZED_PARTIES", "https://other.example");
    let seen = azp.open().api_with(DEBUG, &token(&json!({})));
    assert_eq!(seen.json()["reason"], "token-invalid-authorized-parties");
    assert!(seen.body().contains("CLERK_AUTHORIZED_PARTIES"));
    let cookie = "__clerk_db_jwt=mark; __client_uat=1; __clerk_redirect_count=3";
    let seen = site.ask(&page(DEBUG, &[("cookie", cookie)]));
    assert_eq!(seen.status, 200);
    assert!(seen.body().contains("client-uat-but-no-session-token"));
    let seen = site.page(DEBUG);
    assert_eq!((seen.status, &seen.log["outcome"]), (307, &json!("handshake")));
}

#[test]
fn without_keys_it_says_so() {
    let site = site();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    let seen = site.api_with(DEBUG, &token(&json!({})));
    assert_eq!((seen.status, &seen.json()["status"]), (503, &json!("unavailable")));
}

#[test]
fn the_way_of_the_role_is_told_step_by_step() {
    let role = |site: &Site, token: &str| told(site, "", token)["session"]["role"].clone();
    let places = |role: &Value| -> Vec<(String, bool)> {
        let steps = role["steps"].as_array().unwrap().clone();
        let step = |it: &Value| (it["place"].as_str().unwrap().to_owned(), it["hit"] == true);
        steps.iter().map(step).collect()
    };
    let found = role(&site(), &token(&json!({ "publicMetadata": { "role": "mod" }, "role": "x" })));
    assert_eq!(
        (&found["names"], &found["source"]),
        (&json!(["mod"]), &json!("publicMetadata.role"))
    );
    let names = ["metadata.role", "publicMetadata.role", "public_metadata.role", "role"];
    let expected: Vec<(String, bool)> = names
        .iter()
        .map(|it| ((*it).to_owned(), *it == "publicMetadata.role"))
        .chain([("user object: public_metadata".to_owned(), false)])
        .collect();
    assert_eq!(places(&found), expected);
    assert_eq!(found["lookup"], "not-asked");
    let odd =
        token(&json!({ "metadata": { "role": 5 }, "publicMetadata": { "role": "" }, "role": "x" }));
    let notes: Vec<String> = role(&site(), &odd)["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["note"].as_str().unwrap().split([':', ',']).next().unwrap().to_owned())
        .collect();
    let last = "the user has no public metadata";
    assert_eq!(notes, ["no role", "passed over", "nothing stands there", "passed over", last]);
    let looked = |outcome, expected: &str| {
        let site = site();
        site.user(outcome);
        let found = role(&site, &token(&json!({})));
        assert_eq!(found["lookup"], expected);
        found
    };
    let found = looked(user(&json!({ "role": "admin" })), "found");
    assert_eq!((&found["names"], &found["source"]), (&json!(["admin"]), &json!("lookup")));
    assert_eq!(looked(user(&json!({ "plan": "pro" })), "found")["names"], json!([]));
    looked(user(&json!({})), "absent");
    looked(Err(ClerkCallError::TimedOut), "failed");
    let bare = Bound::development(&rules()).without("CLERK_SECRET_KEY").open();
    assert_eq!(role(&bare, &token(&json!({})))["lookup"], "not-configured");
}

#[test]
fn what_is_wrong_comes_with_the_way_out() {
    let advice = |site: &Site, token: &str| told(site, "", token)["advice"].to_string();
    let paste = r#"{\"metadata\":\"{{user.public_metadata}}\"}"#;
    let in_metadata = site();
    in_metadata.user(user(&json!({ "role": "admin" })));
    let text = advice(&in_metadata, &token(&json!({})));
    assert!(text.contains(paste) && text.contains("not in the session token"), "{text}");
    let text = advice(&site(), &token(&json!({})));
    assert!(text.contains("Private metadata never reaches") && text.contains("sign out and in"));
    let bare = Bound::development(&rules()).without("CLERK_SECRET_KEY").open();
    assert!(advice(&bare, &token(&json!({}))).contains("wrangler secret put CLERK_SECRET_KEY"));
    let unfilled = token(&json!({ "metadata": "{{user.public_meta}}" }));
    assert!(advice(&site(), &unfilled).contains("template"));
    let own = Bound::development(&rules()).text("ROLE_CLAIMS", r#"["level"]"#).open();
    own.user(user(&json!({ "level": "x" })));
    let own = advice(&own, &token(&json!({})));
    assert!(own.contains(r#"{\"level\":\"{{user.public_metadata.level}}\"}"#), "{own}");
    assert_eq!(advice(&site(), &with_role("admin")), "[]");
}

#[test]
fn the_tokens_size_and_time_are_told() {
    let text = token(&json!({ "metadata": { "role": "admin" }, "v": 2 }));
    let session = told(&site(), "", &text)["session"].clone();
    assert_eq!(session["expires_in_seconds"], 60);
    assert_eq!(session["token"]["bytes"], text.len());
    assert_eq!(session["token"]["bytes_max"], 4_096);
    // "metadata":{"role":"admin"},
    assert_eq!(session["token"]["custom_claims_bytes"], 28);
    let large = told(&site(), "", &token(&json!({ "bio": "x".repeat(3_000), "role": "a" })));
    assert!(large["advice"].to_string().contains("close to its limit"));
}

#[test]
fn a_path_is_explained_as_it_is_decided() {
    let site = site();
    let user = with_role("user");
    let path = |query: &str| told(&site, query, &user)["path"].clone();
    let admin = path("?path=%2Fadmin%2Fusers%3Fq%3D1");
    assert_eq!((&admin["rule"], &admin["canonical"]), (&json!("/admin/*"), &json!("/admin/users")));
    let result =
        |line: &Value| (line["depth"].clone(), line["text"].clone(), line["result"].clone());
    let lines: Vec<_> = admin["conditions"].as_array().unwrap().iter().map(result).collect();
    let line = |depth: u8, text: &str| (json!(depth), json!(text), json!("miss"));
    let expected = [
        line(0, "any"),
        line(1, r#"{ role = "admin" }"#),
        line(1, "all"),
        line(2, r#"{ org = "acme" }"#),
        line(2, r#"{ feature = "x" }"#),
    ];
    assert_eq!(lines, expected);
    assert_eq!(
        (&admin["outcome"]["action"], &admin["outcome"]["location"]),
        (&json!("redirect"), &json!("/"))
    );
    assert_eq!(admin["outcome_unless_page"]["code"], "not-allowed");
    assert_eq!(admin["headers"], json!([]));
    site.page_with("/admin/users", &user).leads_to("/");
    site.api_with("/admin/users", &user).is_refused(403, "not-allowed");
    let action = |query: &str| path(query)["outcome"]["action"].clone();
    assert_eq!(action("?path=/member"), "forward");
    assert_eq!(action("?path=member"), "forward");
    assert_eq!(action("?path=https://www.example.com/member%23x"), "forward");
    assert_eq!(action("?path=/debug-role"), "own");
    assert_eq!(path("?path=/public%252F..%252Fadmin")["outcome"]["code"], "path-ambiguous");
    assert_eq!(path("?path=/nowhere")["rule"], "default");
    let seen = path("?path=/seen");
    assert_eq!(
        (&seen["outcome"]["action"], &seen["outcome"]["report_only"]),
        (&json!("refuse"), &json!(true))
    );
    assert_eq!(path("?path="), Value::Null);
    assert_eq!(path("?other=1"), Value::Null);
}

#[test]
fn the_headers_are_those_that_are_sent() {
    let site = site();
    let admin = with_role("admin");
    let shown = told(&site, "?path=/plain/me", &admin)["path"]["headers"].clone();
    let sent = site.page_with("/plain/me", &admin);
    assert_eq!(shown, json!(sent.is_forwarded().set));
    assert_eq!(told(&site, "?path=/", &admin)["path"]["headers"], json!([]));
}

#[test]
fn a_lookup_that_fails_shows_in_the_outcome() {
    let site = site();
    site.user(Err(ClerkCallError::TimedOut));
    let path = told(&site, "?path=/plain/me", &token(&json!({})))["path"].clone();
    assert_eq!(path["outcome"]["code"], "claims-unavailable");
    assert_eq!(path["conditions"][0]["result"], "not-known");
}

#[test]
fn a_visitor_is_told_the_outcome_of_a_path_too() {
    let seen = site().ask(&get(&format!("{DEBUG}?path=/member"), &[]));
    let path = seen.json()["path"].clone();
    assert_eq!(path["outcome"]["location"], format!("{PORTAL}/sign-in"));
    assert_eq!(path["outcome_unless_page"]["code"], "signed-out");
    let seen = site().ask(&get(&format!("{DEBUG}?path=/maybe"), &[]));
    assert_eq!(seen.json()["path"]["outcome"]["action"], "forward");
}

#[test]
fn the_page_runs_nothing_and_escapes_everything() {
    let site = site();
    let odd = token(&json!({
        "metadata": { "role": "<script>alert(1)</script>" }, "sid": "\"><img src=x>",
    }));
    let seen = site.page_with("/debug-role?path=%2F%3Cscript%3E%22%27", &odd);
    let body = seen.body();
    assert_eq!(seen.status, 200);
    for bad in ["<script", "<img", "<link", "<iframe", "javascript:", "@import", "url(", "://"] {
        assert_eq!(body.replace("https://", "").find(bad), None, "{bad}");
    }
    assert!(body.contains("&lt;script&gt;") && body.contains("&quot;&gt;&lt;img"));
    let policy = seen.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"));
    assert!(!policy.contains("script-src"));
    assert_eq!(body.matches("<h1>").count(), 1);
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    for part in ["<html lang=\"en\">", "<label for=\"path\">", "<meter id=\"size\"", "--from:60"] {
        assert!(body.contains(part), "{part}");
    }
    let head = site.ask(&method("HEAD", page(DEBUG, &[("cookie", &cookies(&odd))])));
    assert_eq!((head.status, head.body().as_str()), (200, ""));
    assert_eq!(site.ask(&method("POST", page(DEBUG, &[]))).status, 405);
}

#[test]
fn every_label_and_heading_names_what_is_there() {
    let body = site().page_with("/debug-role?path=/admin/x", &with_role("admin")).body();
    for id in ["path", "size", "custom"] {
        assert_eq!(body.matches(&format!("for=\"{id}\"")).count(), 1, "{id}");
        assert_eq!(body.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
    }
    assert_eq!(body.matches("<table>").count(), body.matches("<caption>").count());
    assert_eq!(body.matches("<table>").count(), 3);
}
