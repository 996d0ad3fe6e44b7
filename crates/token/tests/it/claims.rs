//! Claims in the cases that the recorded ones of Clerk's SDK lack: no subject, other names, scopes
//! without names, roles of unusual types, permissions without names.

use clerk_edge_token::claims::Claims;
use clerk_edge_token::claims::organization::Organization;
use serde_json::{Value, json};

fn claims(all: &Value) -> Claims {
    Claims::new(all.as_object().unwrap().clone())
}

#[test]
fn without_a_subject_nothing_is_granted() {
    let read = |subject: Value| {
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
    assert_eq!(read(json!("user_1")), [true; 4]);
    for subject in [json!(""), json!(null), json!(5)] {
        assert_eq!(read(subject.clone()), [false; 4], "{subject}");
    }
}

#[test]
fn only_the_exact_name_is_granted() {
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
fn a_scope_without_a_name_is_a_name() {
    // As in Clerk's SDK: `user:` looks for the name `user` in the user's list.
    let claims = claims(&json!({ "sub": "u", "fea": "u:user,o:org,u:chat" }));
    for granted in ["user:", "org:", "user:chat", "user:user", "chat"] {
        assert!(claims.has_feature(granted), "{granted}");
    }
    for other in ["u:", "organization:", "org:chat", "chat:", "chat:chat", ":chat", ":", ""] {
        assert!(!claims.has_feature(other), "{other}");
    }
}

#[test]
fn without_an_organization_its_features_are_not_read() {
    let read = |organization: Value| {
        let claims = claims(&json!({ "sub": "u", "v": 2, "o": organization, "fea": "broken" }));
        (claims.well_formed().is_ok(), claims.organization().is_some())
    };
    for absent in [json!(null), json!(""), json!(0), json!(false)] {
        assert_eq!(read(absent.clone()), (true, false), "{absent}");
    }
    assert_eq!(read(json!({})), (false, false));
}

#[test]
fn a_version_2_role_counts_if_javascript_treats_it_as_true() {
    let read = |role: &Value| {
        let claims = claims(&json!({ "sub": "u", "v": 2, "o": { "id": "org_1", "rol": role } }));
        claims.organization().and_then(Organization::role).map(str::to_owned)
    };
    for (role, expected) in
        [(json!("admin"), "org:admin"), (json!(5), "org:5"), (json!(true), "org:true")]
    {
        assert_eq!(read(&role).as_deref(), Some(expected));
    }
    for absent in [json!(""), json!(0), json!(-0.0), json!(false), json!(null)] {
        assert_eq!(read(&absent), None, "{absent}");
    }
}

#[test]
fn a_bit_without_a_name_grants_nothing() {
    let read = |names: &Value, map: &Value| {
        let packed = json!({ "id": "org_1", "per": names, "fpm": map });
        let claims = claims(&json!({ "sub": "u", "v": 2, "o": packed, "fea": "o:chat" }));
        claims.organization().unwrap().permissions().to_vec()
    };
    assert_eq!(read(&json!("read"), &json!("1")), ["org:chat:read"]);
    assert_eq!(read(&json!("read"), &json!("3")), ["org:chat:read"]);
    for (names, map) in [("", "1"), ("read", ""), ("read", "0"), ("", "")] {
        assert_eq!(read(&json!(names), &json!(map)), [""; 0], "{names} {map}");
    }
    assert_eq!(read(&json!(null), &json!("1")), [""; 0]);
}
