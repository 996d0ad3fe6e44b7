//! Claims that the recordings do not contain: empty claims, names that almost match,
//! scopes without names, unusual roles, permissions without names.

use clerk_edge_token::claims::Claims;
use clerk_edge_token::claims::organization::Organization;
use serde_json::{Value, json};

fn claims(all: &Value) -> Claims {
    Claims::new(all.as_object().unwrap().clone())
}

#[test]
fn empty_claims_have_nothing() {
    let told = |subject: Value| {
        let claims = claims(&json!({
            "sub": subject, "fea": "u:chat", "pla": "u:pro",
            "org_id": "org_1", "org_role": "org:admin", "org_permissions": ["org:a:read"],
        }));
        [
            claims.has_feature("chat"),
            claims.has_plan("pro"),
            claims.has_role("admin"),
            claims.has_permission("a:read"),
        ]
    };
    assert_eq!(told(json!("user_1")), [true; 4]);
    for nobody in [json!(""), json!(null), json!(5)] {
        assert_eq!(told(nobody.clone()), [false; 4], "{nobody}");
    }
}

#[test]
fn roles_permissions_features_and_plans_match_exactly() {
    let claims = claims(&json!({
        "sub": "u", "fea": "u:chat", "pla": "u:pro",
        "org_id": "org_1", "org_role": "org:admin", "org_permissions": ["org:a:read"],
    }));
    assert!(claims.has_role("admin") && claims.has_role("org:admin"));
    assert!(claims.has_permission("a:read") && claims.has_permission("org:a:read"));
    for other in ["member", "org:member", "org:", "", "Admin", "adminx"] {
        assert!(!claims.has_role(other), "{other}");
    }
    for other in ["a:write", "b:read", "read", "org:", "", "a:READ"] {
        assert!(!claims.has_permission(other), "{other}");
    }
    assert!(claims.has_feature("chat") && !claims.has_feature("pro"));
    assert!(claims.has_plan("pro") && !claims.has_plan("chat"));
}

#[test]
fn a_scope_without_a_name_after_it_is_a_name() {
    // As Clerk's SDK reads it: `user:` asks the user's list for `user`.
    let claims = claims(&json!({ "sub": "u", "fea": "u:user,o:org,u:chat" }));
    for held in ["user:", "org:", "user:chat", "user:user", "chat"] {
        assert!(claims.has_feature(held), "{held}");
    }
    for not_held in ["u:", "organization:", "org:chat", "chat:", "chat:chat", ":chat", ":", ""] {
        assert!(!claims.has_feature(not_held), "{not_held}");
    }
}

#[test]
fn claims_of_an_organization_are_read_only_if_there_is_one() {
    let told = |organization: Value| {
        let claims = claims(&json!({ "sub": "u", "v": 2, "o": organization, "fea": "broken" }));
        (claims.well_formed().is_ok(), claims.organization().is_some())
    };
    for none in [json!(null), json!(""), json!(0), json!(false)] {
        assert_eq!(told(none.clone()), (true, false), "{none}");
    }
    assert_eq!(told(json!({})), (false, false));
}

#[test]
fn a_packed_role_counts_if_javascript_reads_it_as_true() {
    let told = |role: &Value| {
        let claims = claims(&json!({ "sub": "u", "v": 2, "o": { "id": "org_1", "rol": role } }));
        claims.organization().and_then(Organization::role).map(str::to_owned)
    };
    for (role, expected) in
        [(json!("admin"), "org:admin"), (json!(5), "org:5"), (json!(true), "org:true")]
    {
        assert_eq!(told(&role).as_deref(), Some(expected));
    }
    for none in [json!(""), json!(0), json!(-0.0), json!(false), json!(null)] {
        assert_eq!(told(&none), None, "{none}");
    }
}

#[test]
fn a_bit_without_a_name_grants_nothing() {
    let told = |names: &Value, map: &Value| {
        let packed = json!({ "id": "org_1", "per": names, "fpm": map });
        let claims = claims(&json!({ "sub": "u", "v": 2, "o": packed, "fea": "o:chat" }));
        claims.organization().unwrap().permissions().to_vec()
    };
    assert_eq!(told(&json!("read"), &json!("1")), ["org:chat:read"]);
    assert_eq!(told(&json!("read"), &json!("3")), ["org:chat:read"]);
    for (names, map) in [("", "1"), ("read", ""), ("read", "0"), ("", "")] {
        assert_eq!(told(&json!(names), &json!(map)), [""; 0], "{names} {map}");
    }
    assert_eq!(told(&json!(null), &json!("1")), [""; 0]);
}
