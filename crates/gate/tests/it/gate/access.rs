//! What the caller may reach, for menus.

use serde_json::json;

use super::*;

const ACCESS: &str = "/.clerk-edge/access";

fn rules() -> Value {
    json!([
        { "path": "/", "allow": "anyone" },
        { "path": "/maybe", "allow": "optional" },
        { "path": "/member" },
        { "path": "/admin/*", "allow": { "role": "admin" } },
        { "path": "/org/:org", "allow": { "org": ":org" } },
    ])
}

fn allowed(seen: &Seen) -> Vec<bool> {
    let areas = seen.json()["areas"].as_array().unwrap().clone();
    areas.iter().map(|area| area["allowed"].as_bool().unwrap()).collect()
}

#[test]
fn everybody_sees_their_own() {
    let site = Bound::live(&rules()).open();
    let nobody = site.ask(&get(ACCESS, &[]));
    assert_eq!((nobody.status, allowed(&nobody)), (200, vec![true, true, false, false]));
    let told = nobody.json();
    assert_eq!(
        (&told["status"], &told["user_id"], &told["role"], &told["org_id"]),
        (&json!("signed-out"), &Value::Null, &Value::Null, &Value::Null)
    );
    let admin = site.api_with(ACCESS, &with_role("admin"));
    assert_eq!(allowed(&admin), [true, true, true, true]);
    let told = admin.json();
    assert_eq!(
        (&told["status"], &told["user_id"], &told["role"]),
        (&json!("signed-in"), &json!("user_1"), &json!("admin"))
    );
    assert_eq!(told["areas"][3]["path"], "/admin/*");
    let user = site.api_with(ACCESS, &with_role("user"));
    assert_eq!(allowed(&user), [true, true, true, false]);
    assert_eq!(
        site.api_with(ACCESS, &token(&json!({ "sts": "pending" }))).json()["status"],
        "signed-out"
    );
}

#[test]
fn a_role_is_looked_up_once_where_a_rule_needs_it() {
    let site = Bound::live(&rules()).open();
    site.user(user(&json!({ "role": "admin" })));
    let seen = site.api_with(ACCESS, &token(&json!({})));
    assert_eq!((allowed(&seen), seen.calls.len()), (vec![true, true, true, true], 1));
    assert_eq!(seen.json()["role"], "admin");
    let plain = Bound::live(&json!([{ "path": "/member" }])).open();
    assert_eq!(plain.api_with(ACCESS, &token(&json!({}))).calls.len(), 0);
    let failing = Bound::live(&rules()).open();
    failing.user(Err(ClerkCallError::TimedOut));
    failing.api_with(ACCESS, &token(&json!({}))).is_refused(503, "claims-unavailable");
}

#[test]
fn where_nobody_could_look_it_does_not_say_signed_out() {
    let site = Bound::live(&rules()).open();
    site.double.says(FRONTEND_KEYS, Err(ClerkCallError::Unreachable));
    site.api_with(ACCESS, &with_role("admin")).is_refused(503, "keys-unavailable");
    assert_eq!(site.ask(&get(ACCESS, &[])).status, 200);
}

#[test]
fn a_page_that_has_to_ask_clerk_is_sent_there() {
    let site = Bound::live(&rules()).open();
    let seen = site.ask(&page(ACCESS, &[("cookie", "__client_uat=1")]));
    assert_eq!((seen.status, &seen.log["outcome"]), (307, &json!("handshake")));
    assert_eq!(site.ask(&get(ACCESS, &[("cookie", "__client_uat=1")])).status, 200);
}
