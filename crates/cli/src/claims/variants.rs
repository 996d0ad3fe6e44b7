//! The variants of the session token's claims, and the JWT templates.

use serde_json::{Map, Value, json};

use crate::claims::needed::Needed;
use crate::claims::shortcode::{self, Origin};

/// Claims, and the paths of which nobody knows where their values come from.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// The JSON to paste.
    pub claims: Value,
    /// Paths that need `--map`.
    pub underived: Vec<String>,
    /// Paths that may not be put into a token, each with the reason.
    pub forbidden: Vec<(String, &'static str)>,
}

/// The claims of a variant.
#[must_use]
pub fn variant(name: &str, needed: &Needed, fields: &[String], maps: &[(String, String)]) -> Made {
    match name {
        "simple" => Made { claims: simple(), ..Made::default() },
        "comprehensive" => Made { claims: comprehensive(), ..Made::default() },
        "flat" => flat(needed, fields),
        _ => wanted(needed, maps),
    }
}

/// The claims of a JWT template.
#[must_use]
pub fn template(name: &str, needed: &Needed, maps: &[(String, String)]) -> Made {
    let claims = match name {
        "hasura" => hasura(needed),
        "supabase" => json!({
            "aud": "authenticated", "role": "authenticated", "email": EMAIL,
            "app_metadata": {}, "user_metadata": {},
        }),
        "custom" => return wanted(needed, maps),
        _ => json!({
            "email": EMAIL, "name": "{{user.full_name}}", "org_id": "{{org.id}}",
            "org_role": "{{org.role}}", "role": "{{user.public_metadata.role}}",
        }),
    };
    Made { claims, ..Made::default() }
}

fn wanted(needed: &Needed, maps: &[(String, String)]) -> Made {
    let mut made = Made { claims: Value::Object(Map::new()), ..Made::default() };
    // Longer paths first would be overwritten by `metadata` as a whole, so that one goes first.
    for path in needed.paths.keys() {
        let mapped = maps.iter().find(|(known, _)| known == path);
        let origin = match mapped {
            Some((_, code)) => Origin::Shortcode(braced(code)),
            None => shortcode::of(path),
        };
        match origin {
            Origin::Clerks => {}
            Origin::Shortcode(code) => put(&mut made.claims, path, &code),
            Origin::Forbidden(why) => made.forbidden.push((path.clone(), why)),
            Origin::Unknown => made.underived.push(path.clone()),
        }
    }
    made
}

/// Puts a shortcode at a path. What a whole object's shortcode covers already needs none.
fn put(claims: &mut Value, path: &str, code: &str) {
    let mut at = claims;
    for part in path.split('.') {
        let Value::Object(members) = at else { return };
        at = members.entry(part).or_insert_with(|| Value::Object(Map::new()));
    }
    if at.is_object() {
        *at = Value::from(code);
    }
}

fn braced(code: &str) -> String {
    let bare = code.trim().trim_start_matches("{{").trim_end_matches("}}").trim();
    format!("{{{{{bare}}}}}")
}

fn simple() -> Value {
    json!({ "metadata": METADATA, "publicMetadata": METADATA })
}

fn comprehensive() -> Value {
    json!({
        "email": EMAIL, "emailVerified": "{{user.email_verified}}",
        "firstName": "{{user.first_name}}", "lastName": "{{user.last_name}}",
        "username": "{{user.username}}",
        "orgName": "{{org.name}}", "orgMetadata": "{{org.public_metadata}}",
        "metadata": METADATA,
    })
}

fn flat(needed: &Needed, fields: &[String]) -> Made {
    let mut claims = Map::new();
    let read = needed.paths.keys().filter_map(|path| match shortcode::of(path) {
        Origin::Shortcode(code) => {
            let code = code.strip_prefix("{{user.public_metadata.")?.strip_suffix("}}")?.to_owned();
            Some(code.split('.').next()?.to_owned())
        }
        _ => None,
    });
    let names: Vec<String> = if fields.is_empty() { read.collect() } else { fields.to_vec() };
    for name in names {
        let code = format!("{{{{user.public_metadata.{name}}}}}");
        claims.insert(name, Value::from(code));
    }
    Made { claims: Value::Object(claims), ..Made::default() }
}

fn hasura(needed: &Needed) -> Value {
    let mut roles = needed.roles.clone();
    if !roles.iter().any(|role| role == "user") {
        roles.insert(0, "user".to_owned());
    }
    json!({ "https://hasura.io/jwt/claims": {
        "x-hasura-allowed-roles": roles,
        "x-hasura-default-role": "user",
        "x-hasura-org-id": "{{org.id}}",
        "x-hasura-user-id": "{{user.id}}",
    } })
}

const METADATA: &str = "{{user.public_metadata}}";
const EMAIL: &str = "{{user.primary_email_address}}";
