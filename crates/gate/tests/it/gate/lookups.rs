//! Claims that the token lacks: when Clerk's API is called, how often, and what a failure means.

use serde_json::json;

use super::*;

fn rules() -> Value {
    json!([
        { "path": "/admin", "allow": { "role": "admin" } },
        { "path": "/both", "allow": { "all": [{ "permission": "org:a:b" }, { "role": "admin" }] } },
        { "path": "/either", "allow": { "any": [{ "org": "acme" }, { "role": "admin" }] } },
        { "path": "/not", "allow": { "not": { "role": "banned" } } },
        { "path": "/plan", "allow": { "claim": { "metadata.plan": "pro" } } },
        { "path": "/member" },
        { "path": "/filled", "lookup": true },
        { "path": "/locked", "allow": { "permission": "org:a:b" }, "lookup": true },
        { "path": "/sent", "allow": { "permission": "org:a:b" }, "send": { "admin": "/admin" } },
    ])
}

fn roleless() -> String {
    token(&json!({}))
}

#[test]
fn an_unknown_condition_is_looked_up_once_and_decided_again() {
    let site = Bound::live(&rules()).open();
    site.user(user(&json!({ "role": "admin", "plan": "pro" })));
    let seen = site.api_with("/admin", &roleless());
    assert_eq!(seen.is_forwarded().told("x-clerk-role"), Some("admin"));
    assert_eq!(seen.calls, [USER]);
    assert_eq!((&seen.log["lookups"], &seen.log["role_source"]), (&json!(1), &json!("lookup")));
    assert!(seen.lines.iter().any(|it| it.contains("{{user.public_metadata}}")));
    let seen = site.api_with("/plan", &roleless());
    assert_eq!((seen.is_forwarded().calls.len(), &seen.log["lookups"]), (0, &json!(0)));
    site.user(user(&json!({ "role": "user" })));
    let fresh = Bound::live(&rules()).open();
    fresh.user(user(&json!({ "role": "user" })));
    fresh.api_with("/admin", &roleless()).is_refused(403, "not-allowed");
    fresh.api_with("/not", &roleless()).is_forwarded();
}

#[test]
fn no_lookup_is_made_if_the_outcome_does_not_depend_on_it() {
    let site = Bound::live(&rules()).text("HEALTH_DETAILS", "true").open();
    site.user(Err(ClerkCallError::Unreachable));
    let acme = token(&json!({ "v": 2, "o": { "id": "org_1", "slg": "acme", "rol": "admin" } }));
    site.api_with("/admin", &with_role("admin")).is_forwarded();
    site.api_with("/admin", &with_role("user")).is_refused(403, "not-allowed");
    site.api_with("/both", &roleless()).is_refused(403, "not-allowed");
    site.api_with("/either", &acme).is_forwarded();
    site.api_with("/member", &roleless()).is_forwarded();
    site.page_with("/sent", &roleless()).is_refused(403, "not-allowed");
    site.api_with("/locked", &roleless()).is_refused(403, "not-allowed");
    assert_eq!(site.gate_lookups(), 0);
}

#[test]
fn a_failed_lookup_is_503_if_the_rule_needs_it() {
    let failures = [
        Err(ClerkCallError::Unreachable),
        Err(ClerkCallError::TimedOut),
        Err(ClerkCallError::TooLarge),
        Ok(reply(500, "{}")),
        Ok(reply(200, "rubbish")),
        Ok(reply(401, "{}")),
        Ok(reply(429, "{}")),
    ];
    for failure in failures {
        let site = Bound::live(&rules()).open();
        site.user(failure);
        let seen = site.api_with("/admin", &roleless());
        seen.is_refused(503, "claims-unavailable");
        assert!(seen.header("retry-after").is_some_and(|it| it.parse::<u32>().unwrap() > 0));
        assert_eq!(seen.calls.len(), 1);
        // A rule that only wants the header filled goes on without.
        let seen = site.api_with("/filled", &roleless());
        assert_eq!(seen.is_forwarded().told("x-clerk-role"), None);
    }
}

#[test]
fn an_absent_claim_is_not_a_failure() {
    let unknown = json!({ "errors": [{ "code": "resource_not_found" }] }).to_string();
    for absent in [user(&json!({})), user(&Value::Null), Ok(reply(404, &unknown))] {
        let site = Bound::live(&rules()).open();
        site.user(absent);
        let seen = site.api_with("/admin", &roleless());
        seen.is_refused(403, "not-allowed");
        assert_eq!(seen.calls.len(), 1);
        assert_eq!(site.api_with("/not", &roleless()).is_forwarded().calls.len(), 0);
    }
}

#[test]
fn without_a_secret_key_what_the_token_lacks_is_absent() {
    let site = Bound::live(&rules()).without("CLERK_SECRET_KEY").open();
    let seen = site.api_with("/admin", &roleless());
    seen.is_refused(403, "not-allowed");
    assert_eq!(seen.calls.len(), 0);
    assert!(seen.lines.iter().any(|it| it.contains("CLERK_SECRET_KEY")));
    site.api_with("/admin", &with_role("admin")).is_forwarded();
}

#[test]
fn lookup_always_fills_the_role_header() {
    let site = Bound::live(&rules()).text("CLAIM_HEADERS", r#"{"x-plan":"metadata.plan"}"#).open();
    site.user(user(&json!({ "role": "admin", "plan": "pro" })));
    let seen = site.api_with("/filled", &roleless());
    assert_eq!(seen.is_forwarded().told("x-clerk-role"), Some("admin"));
    assert_eq!((seen.told("x-plan"), seen.calls.len()), (Some("pro"), 1));
    let site = Bound::live(&rules()).open();
    let seen = site.api_with("/member", &roleless());
    assert_eq!((seen.is_forwarded().told("x-clerk-role"), seen.calls.len()), (None, 0));
    let seen = site.api_with("/filled", &with_role("user"));
    assert_eq!((seen.told("x-clerk-role"), seen.calls.len()), (Some("user"), 0));
}

#[test]
fn an_empty_role_in_the_token_counts_as_absent() {
    let site = Bound::live(&rules()).open();
    site.user(user(&json!({ "role": "admin" })));
    for empty in [json!(""), json!([]), Value::Null] {
        site.api_with("/admin", &token(&json!({ "metadata": { "role": empty } }))).is_forwarded();
    }
}

impl Site {
    fn gate_lookups(&self) -> u64 {
        self.ask(&get("/.clerk-edge/health", &[])).json()["lookups"]["count"].as_u64().unwrap()
    }
}
