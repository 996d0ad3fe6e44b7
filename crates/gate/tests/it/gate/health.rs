//! The health endpoint.

use serde_json::json;

use super::*;

const HEALTH: &str = "/.clerk-edge/health";

#[test]
fn health_is_ok_and_contains_no_secret() {
    let rules = json!([{ "path": "/", "allow": "anyone" }, { "path": "/x" }]);
    let site = Bound::live(&rules).text("HEALTH_DETAILS", "true").open();
    let seen = site.ask(&get(HEALTH, &[]));
    let health = seen.json();
    assert_eq!(seen.status, 200);
    assert_eq!((&health["status"], &health["instance"]), (&json!("ok"), &json!("production")));
    assert_eq!(health["rules"]["count"], 2);
    assert_eq!(health["keys"]["source"], "frontend-api");
    assert_eq!((&health["keys"]["count"], &health["keys"]["age_seconds"]), (&json!(1), &json!(0)));
    assert_eq!(health["lookups"], json!({ "count": 0, "failures": 0 }));
    assert!(health["notes"].is_array() && health["version"].is_string());
    assert_eq!(health.get("problems"), None);
    for secret in ["deadbeef", "pk_live", "user_", "puma"] {
        assert!(!seen.body().contains(secret), "{secret}");
    }
}

#[test]
fn health_says_when_keys_are_unavailable() {
    let site = Bound::live(&json!([])).text("HEALTH_DETAILS", "true").open();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    site.double.says(BACKEND_KEYS, Ok(reply(401, "{}")));
    let seen = site.ask(&get(HEALTH, &[]));
    assert_eq!((seen.status, &seen.json()["status"]), (503, &json!("unavailable")));
    assert_eq!(seen.json().get("keys"), None);
    let notes = seen.json()["notes"].to_string();
    for why in ["frontend-api returned no usable key set: Clerk cannot be reached", "Clerk refuses"]
    {
        assert!(notes.contains(why), "{notes}");
    }
    // Whoever may not see details sees no more than that.
    let site = Bound::live(&json!([])).open();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    let told = site.ask(&get(HEALTH, &[])).json();
    assert_eq!(told, json!({ "status": "unavailable", "version": env!("CARGO_PKG_VERSION") }));
    assert!(site.ask(&page(HEALTH, &[])).body().contains("Health: unavailable"));
}

#[test]
fn health_counts_lookups_and_their_failures() {
    let rules = json!([{ "path": "/a", "allow": { "role": "a" } }]);
    let site = Bound::live(&rules).text("HEALTH_DETAILS", "true").open();
    site.user(Ok(reply(500, "{}")));
    site.api_with("/a", &token(&json!({}))).is_refused(503, "claims-unavailable");
    let lookups = site.ask(&get(HEALTH, &[])).json()["lookups"].clone();
    assert_eq!(lookups, json!({ "count": 1, "failures": 1 }));
}
