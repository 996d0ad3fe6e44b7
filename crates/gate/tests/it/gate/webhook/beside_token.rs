//! A finding beside a token: it counts where it is later than the token's claims, and costs nothing
//! where no rule asks.

use super::*;

/// A token whose claims Clerk read so many seconds after the time of the tests, as its header says.
fn read_at(seconds: i64, changes: &Value) -> String {
    let claims = json!({
        "azp": HERE, "exp": NOW + 60, "iat": NOW, "iss": ISSUER, "nbf": NOW - 10,
        "sid": "sess_1", "sub": "user_1",
    });
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let header = json!({ "alg": "RS256", "kid": "a", "typ": "JWT", "oiat": NOW + seconds });
    let message = format!("{}.{}", part(&header), part(&changed(claims, changes)));
    let signature = fake_signature(&modulus(1), Algorithm::Rs256, message.as_bytes());
    format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature))
}

fn admin(read_at_seconds: i64) -> String {
    read_at(
        read_at_seconds,
        &json!({ "metadata": { "role": "admin", "plan": "pro" }, "verified": true }),
    )
}

/// An isolate that has not received the event, and a store that has it.
fn after(seconds: i64, metadata: &Value) -> Site {
    let mut site = bound().open();
    site.deliver("msg_1", &updated(seconds, metadata)).did(&["finding"]);
    site.other_isolate(&bound());
    site.double.reads.set(0);
    site
}

#[test]
fn a_role_that_was_taken_away_does_not_come_back_with_a_renewed_token() {
    let site = after(-30, &json!({}));
    // Renewed now, from claims that were read before the change.
    let seen = site.api_with("/admin", &admin(-40));
    seen.is_refused(403, "not-allowed");
    assert_eq!(seen.calls.len(), 0);
    site.api_with("/pro", &admin(-40)).is_refused(403, "not-allowed");
    // Read after the change: the token counts.
    site.api_with("/admin", &admin(-20)).is_forwarded();
    site.api_with("/pro", &admin(-20)).is_forwarded();
    // Without `oiat` the time of issue counts, and a later `oiat` than `iat` is not believed.
    site.api_with("/admin", &with_role("admin")).is_forwarded();
    let later = after(10, &json!({}));
    later.api_with("/admin", &admin(20)).is_refused(403, "not-allowed");
    later.api_with("/admin", &with_role("admin")).is_refused(403, "not-allowed");
}

#[test]
fn a_role_that_was_given_counts_at_once_and_an_old_finding_restores_none() {
    let user = read_at(-40, &json!({ "metadata": { "role": "user" } }));
    let site = after(-30, &json!({ "role": "admin" }));
    let seen = site.api_with("/admin", &user);
    assert_eq!(seen.is_forwarded().told("x-clerk-role"), Some("admin"));
    assert_eq!((seen.calls.len(), &seen.log["role_source"]), (0, &json!("lookup")));
    let site = after(-50, &json!({ "role": "admin" }));
    site.api_with("/admin", &user).is_refused(403, "not-allowed");
    let site = after(-30, &json!({ "role": "banned" }));
    site.api_with("/not", &user).is_refused(403, "not-allowed");
}

#[test]
fn claims_that_are_no_metadata_stay_those_of_the_token() {
    let site = after(-30, &json!({}));
    site.api_with("/verified", &admin(-40)).is_forwarded();
    let org = bound().text("ROLE_CLAIMS", r#"["o.rol"]"#);
    let mut site = org.open();
    site.deliver("msg_1", &updated(-30, &json!({}))).did(&["finding"]);
    let o = json!({ "v": 2, "o": { "id": "org_1", "slg": "acme", "rol": "admin" } });
    site.other_isolate(&org);
    site.api_with("/admin", &read_at(-40, &o)).is_forwarded();
}

#[test]
fn the_store_is_read_once_for_a_token_and_only_where_a_rule_asks() {
    let site = after(-30, &json!({ "role": "user" }));
    let token = admin(-20);
    site.api_with("/member", &token).is_forwarded();
    assert_eq!(site.double.reads.replace(0), 1, "the keys");
    for path in ["/member", "/", "/member"] {
        site.api_with(path, &token).is_forwarded();
    }
    assert_eq!(site.double.reads.get(), 0, "no rule asks");
    for _ in 0..3 {
        site.api_with("/admin", &token).is_forwarded();
        site.api_with("/pro", &token).is_forwarded();
    }
    assert_eq!(site.double.reads.get(), 1);
    let renewed = read_at(-20, &json!({ "iat": NOW + 1, "metadata": { "role": "admin" } }));
    for _ in 0..3 {
        site.api_with("/admin", &renewed).is_forwarded();
        site.api_with("/admin", &token).is_forwarded();
    }
    assert_eq!(site.double.reads.get(), 2, "the next token reads it again");
    let other = read_at(-20, &json!({ "sub": "user_2", "metadata": { "role": "admin" } }));
    site.api_with("/admin", &other).is_forwarded();
    assert_eq!(site.double.reads.get(), 3, "another user");
}

#[test]
fn without_webhooks_or_a_store_nothing_is_read() {
    for bound in [bound().without("CLERK_WEBHOOK_SIGNING_SECRET"), bound().without("CLERK_CACHE")] {
        let site = bound.open();
        site.api_with("/member", &admin(-40)).is_forwarded();
        let before = site.double.reads.get();
        site.api_with("/admin", &admin(-40)).is_forwarded();
        assert_eq!(site.double.reads.get(), before);
    }
}

#[test]
fn a_store_that_fails_or_is_slow_leaves_what_the_token_says() {
    let note =
        |seen: &Seen| seen.lines.iter().any(|line| line.contains("could not be read in time"));
    for (slow_ms, fails, forwarded) in
        [(0, false, false), (500, false, false), (501, false, true), (0, true, true)]
    {
        let site = after(-30, &json!({}));
        site.api_with("/member", &admin(-40)).is_forwarded();
        site.double.store_takes_ms.set(slow_ms);
        site.double.store_fails.set(fails);
        let seen = site.api_with("/admin", &admin(-40));
        assert_eq!((seen.status == 0, note(&seen)), (forwarded, forwarded), "{slow_ms} {fails}");
        let reads = site.double.reads.get();
        site.api_with("/admin", &admin(-40));
        assert_eq!(site.double.reads.get(), reads, "not again for this token");
    }
}

#[test]
fn a_finding_that_may_not_be_used_any_more_still_says_that_the_token_is_out_of_date() {
    let mut site = after(-30, &json!({ "role": "user" }));
    site.now_ms += 3_600_000;
    site.clerk_user(-30, &json!({ "role": "admin" }));
    let changes =
        json!({ "iat": NOW + 3_600, "exp": NOW + 3_660, "metadata": { "role": "admin" } });
    let seen = site.api_with("/admin", &read_at(-40, &changes));
    assert_eq!(seen.is_forwarded().calls, [USER], "Clerk is asked");
    site.other_isolate(&bound());
    site.user(Err(ClerkCallError::Unreachable));
    site.api_with("/admin", &read_at(-40, &changes)).is_refused(503, "claims-unavailable");
}

#[test]
fn the_isolate_that_receives_the_event_knows_at_once() {
    let site = bound().open();
    let token = admin(-40);
    site.api_with("/admin", &token).is_forwarded();
    site.deliver("msg_1", &updated(-30, &json!({}))).did(&["finding"]);
    site.api_with("/admin", &token).is_refused(403, "not-allowed");
}

#[test]
fn access_and_debug_role_know_it_too() {
    let site = after(-30, &json!({}));
    let headers = [("authorization", format!("Bearer {}", admin(-40)))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let access = site.ask(&get("/.clerk-edge/access", &headers)).json();
    let areas = access["areas"].as_array().unwrap();
    let allowed =
        |path: &str| areas.iter().find(|area| area["path"] == path).unwrap()["allowed"].clone();
    assert_eq!((allowed("/admin"), allowed("/member")), (json!(false), json!(true)), "{access}");
    let site = bound().text("DEBUG_ROLE", "true").open();
    site.deliver("msg_1", &updated(-30, &json!({}))).did(&["finding"]);
    let report = site.ask(&get("/debug-role?path=/admin", &headers)).json();
    assert_eq!(report["session"]["claims_age_seconds"], 40);
    assert_eq!(report["path"]["outcome_unless_page"]["code"], "not-allowed", "{report}");
    let step = &report["session"]["role"]["steps"][0];
    assert!(step["note"].as_str().unwrap().starts_with("passed over"), "{step}");
}
