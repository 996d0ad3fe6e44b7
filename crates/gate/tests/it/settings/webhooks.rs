//! The settings of webhooks and `fresh`: values that are refused, beside those that are accepted.

use super::*;

const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const BASE64: &str = "must be a signing secret in base64, such as Clerk shows it (`whsec_…`), \
                      without white space";

#[test]
fn a_signing_secret_is_base64_with_or_without_prefix_and_padding() {
    let message = format!("CLERK_WEBHOOK_SIGNING_SECRET: {BASE64}");
    for wrong in [
        "whsec_",
        "whsec_!!!",
        "whsec_whsec_MDEy",
        "MDEy\nMDEy",
        "MDEy-_==",
        "M",
        " MDEy",
        "MDEy\n",
    ] {
        check("CLERK_WEBHOOK_SIGNING_SECRET", text(wrong), &message, text(SECRET));
    }
    let message = format!("CLERK_WEBHOOK_SIGNING_SECRET[1]: {BASE64}");
    check("CLERK_WEBHOOK_SIGNING_SECRET", text("MDEy,!!!"), &message, text("MDEy, MDEz"));
    for right in ["MDEyMzQ1", "whsec_MDEyMzQ", "whsec_MDEyMzQ1,whsec_MDEy, MDEy"] {
        let settings = Bound::development().with("CLERK_WEBHOOK_SIGNING_SECRET", text(right));
        assert!(settings.settings().webhooks.is_on(), "{right}");
    }
    let message = "CLERK_WEBHOOK_SIGNING_SECRET: must be one secret, or a list of at most 4";
    let many = text("MDEy,MDEy,MDEy,MDEy,MDEy");
    check("CLERK_WEBHOOK_SIGNING_SECRET", many, message, text("MDEy,MDEy,MDEy,MDEy"));
    check("CLERK_WEBHOOK_SIGNING_SECRET", json("[]"), message, text(""));
    assert!(!Bound::development().settings().webhooks.is_on());
}

#[test]
fn new_users_get_a_table_without_nulls() {
    let table = "NEW_USER_METADATA: must be a table of metadata, such as { \"role\" = \"member\" }";
    for wrong in [json("[]"), json("5"), text("member"), text("{")] {
        check("NEW_USER_METADATA", wrong, table, json(r#"{"role":"member","a":{"b":[1]}}"#));
    }
    let null = "NEW_USER_METADATA.a.b: is null, which writes nothing";
    check("NEW_USER_METADATA", json(r#"{"a":{"b":null}}"#), null, json("{}"));
    let twice = "NEW_USER_METADATA.a: is given twice";
    check("NEW_USER_METADATA", json(r#"{"a":1,"a":2}"#), twice, json(r#"{"a":1,"b":2}"#));
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(8_192));
    let message = "NEW_USER_METADATA: has more than 8 kB, which is more than Clerk keeps";
    check("NEW_USER_METADATA", json(&large), message, json("{}"));
}

#[test]
fn the_site_needs_an_encrypted_address_and_a_secret() {
    let base = Bound::development().with("SYNC_SECRET", text(SECRET));
    let url = "SYNC_URL: must be an absolute URL that begins with `https://`, without a fragment";
    for wrong in ["/hook", "api.example.com", "http://api.example.com", "https://a.example/#x"] {
        check_in(&base, "SYNC_URL", text(wrong), url, text("https://a.example/hook?x=1"));
    }
    check_in(&base, "SYNC_URL", text("ftp://a.example"), url, text("http://127.0.0.1:80/hook"));
    let base = Bound::development().with("SYNC_URL", text("https://a.example/hook"));
    let missing = "SYNC_SECRET: is missing: SYNC_URL needs a secret that signs what it is sent";
    assert_eq!(base.problems(), [missing]);
    check_in(&base, "SYNC_SECRET", text("!"), &format!("SYNC_SECRET: {BASE64}"), text(SECRET));
}

#[test]
fn with_webhooks_findings_are_kept_for_an_hour() {
    let base = Bound::development();
    assert_eq!(base.settings().lookup_ttl_seconds, 60);
    let base = base.with("CLERK_WEBHOOK_SIGNING_SECRET", text(SECRET));
    assert_eq!(base.settings().lookup_ttl_seconds, 3_600);
    assert_eq!(base.with("LOOKUP_TTL_SECONDS", json("5")).settings().lookup_ttl_seconds, 5);
}

#[test]
fn what_is_missing_beside_webhooks_is_noted() {
    let noted =
        |bound: &Bound, name: &str| bound.settings().notes.iter().any(|it| it.contains(name));
    let base = Bound::development().with("CLERK_WEBHOOK_SIGNING_SECRET", text(SECRET));
    assert!(noted(&base, "CLERK_WEBHOOK_SIGNING_SECRET is set and CLERK_CACHE is not bound"));
    let full = base.with("CLERK_CACHE", Binding::Store);
    assert!(!noted(&full, "CLERK_WEBHOOK_SIGNING_SECRET"));
    let writes = full.with("NEW_USER_METADATA", json(r#"{"role":"member"}"#));
    assert!(noted(&writes, "CLERK_SECRET_KEY is not"));
    let writes = writes.with("CLERK_SECRET_KEY", text("sk_test_x"));
    assert!(!noted(&writes, "NEW_USER_METADATA"));
    assert!(noted(&writes.with("CLERK_WEBHOOK_SIGNING_SECRET", text("")), "NEW_USER_METADATA"));
}

#[test]
fn fresh_needs_the_secret_key_and_somebody_who_asks() {
    let rules = |fresh: &str, allow: &str| {
        json(&format!(r#"[{{"path":"/a","allow":"{allow}","fresh":{fresh}}}]"#))
    };
    let base = Bound::development().with("CLERK_SECRET_KEY", text("sk_test_x"));
    let number =
        "ROUTES[0].fresh: must be a whole number of seconds from 0 to 86400 (rule for `/a`)";
    for wrong in ["-1", "1.5", "86401", "\"30\"", "true", "null"] {
        check_in(&base, "ROUTES", rules(wrong, "signed-in"), number, rules("30", "signed-in"));
    }
    let open =
        "ROUTES[0].fresh: needs to know who asks: use `allow = \"optional\"` (rule for `/a`)";
    check_in(&base, "ROUTES", rules("0", "anyone"), open, rules("86400", "optional"));
    let without = Bound::development().with("ROUTES", rules("30", "signed-in"));
    assert_eq!(without.problems(), ["ROUTES[0].fresh: needs CLERK_SECRET_KEY (/a)"]);
}
