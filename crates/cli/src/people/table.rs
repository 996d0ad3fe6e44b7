//! A person as a table: `{ "role": "member", "org": "acme" }`.

use clerk_edge_rules::claim_path::ClaimPath;
use serde_json::{Map, Value, json};

use crate::nearest::nearest;
use crate::people::{LookedUp, Person, merge, put};

/// The fields that describe a person.
pub const FIELDS: [&str; 12] = [
    "user",
    "role",
    "org",
    "org_id",
    "org_role",
    "permission",
    "feature",
    "plan",
    "reverified",
    "actor",
    "claims",
    "looked_up",
];

/// Reads a table; the role is put where the rules look for it first.
///
/// # Errors
/// A sentence that names the field.
pub fn person(name: &str, table: &Value, role_claims: &[ClaimPath]) -> Result<Person, String> {
    let Value::Object(fields) = table else {
        return Err("a person is a table, or a word such as `role:admin`".to_owned());
    };
    let mut claims = Map::new();
    for (field, value) in fields {
        if !FIELDS.contains(&field.as_str()) {
            let hint = nearest(field, FIELDS).map_or_else(
                || format!("; there are {}", FIELDS.join(", ")),
                |hint| format!(": did you mean `{hint}`?"),
            );
            return Err(format!("a person has no `{field}`{hint}"));
        }
        claim(field, value, role_claims, &mut claims)?;
    }
    organization(fields, &mut claims)?;
    scoped("feature", "fea", fields, &mut claims)?;
    scoped("plan", "pla", fields, &mut claims)?;
    let mut all = Value::Object(claims);
    if let Some(last) = fields.get("claims") {
        if !last.is_object() {
            return Err("`claims` is a table".to_owned());
        }
        merge(&mut all, last);
    }
    let mut person = Person::with_claims(name, all.as_object().cloned().unwrap_or_default());
    person.metadata = match fields.get("looked_up") {
        None | Some(Value::Null) => LookedUp::Absent,
        Some(Value::String(word)) if word == "unavailable" => LookedUp::Unavailable,
        Some(found @ Value::Object(_)) => LookedUp::Found(found.clone()),
        Some(_) => return Err("`looked_up` is a table, null or \"unavailable\"".to_owned()),
    };
    Ok(person)
}

fn claim(
    field: &str,
    value: &Value,
    role_claims: &[ClaimPath],
    claims: &mut Map<String, Value>,
) -> Result<(), String> {
    match field {
        "user" => {
            claims.insert("sub".to_owned(), json!(text(field, value)?));
        }
        "actor" => {
            claims.insert("act".to_owned(), json!({ "sub": text(field, value)? }));
        }
        "role" => {
            texts(field, value)?;
            if let Some(path) = role_claims.first() {
                put(claims, path, value.clone());
            }
        }
        "reverified" => {
            let ages: Vec<f64> =
                value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
            let [_, _] = ages.as_slice() else {
                return Err(
                    "`reverified` is a list of two numbers of minutes; -1 for none".to_owned()
                );
            };
            claims.insert("fva".to_owned(), value.clone());
        }
        _ => {}
    }
    Ok(())
}

fn organization(
    fields: &Map<String, Value>,
    claims: &mut Map<String, Value>,
) -> Result<(), String> {
    let is_active = ["org", "org_id", "org_role", "permission"];
    if !is_active.iter().any(|field| fields.get(*field).is_some_and(|it| *it != Value::Bool(false)))
    {
        return Ok(());
    }
    let slug = match fields.get("org") {
        Some(Value::Bool(true)) | None => "example".to_owned(),
        Some(value) => text("org", value)?,
    };
    let (slug, by_id) =
        if slug.starts_with("org_") { ("example".to_owned(), Some(slug)) } else { (slug, None) };
    let id = match fields.get("org_id") {
        Some(value) => text("org_id", value)?,
        None => by_id.unwrap_or_else(|| "org_2example".to_owned()),
    };
    claims.insert("org_id".to_owned(), json!(id));
    claims.insert("org_slug".to_owned(), json!(slug));
    let role = fields.get("org_role").map(|value| text("org_role", value)).transpose()?;
    let role = role.unwrap_or_else(|| "org:member".to_owned());
    claims.insert("org_role".to_owned(), json!(prefixed(&role)));
    let permissions =
        fields.get("permission").map(|value| texts("permission", value)).transpose()?;
    let permissions: Vec<String> =
        permissions.unwrap_or_default().iter().map(|it| prefixed(it)).collect();
    claims.insert("org_permissions".to_owned(), json!(permissions));
    Ok(())
}

/// Features and plans: `name` and `org:name` of the organization, `user:name` of the person.
fn scoped(
    field: &str,
    claim: &str,
    fields: &Map<String, Value>,
    claims: &mut Map<String, Value>,
) -> Result<(), String> {
    let Some(value) = fields.get(field) else { return Ok(()) };
    let has_org = claims.contains_key("org_id");
    let names = texts(field, value)?.into_iter().map(|name| match name.split_once(':') {
        Some(("user" | "u", name)) => format!("u:{name}"),
        Some((_, name)) => format!("o:{name}"),
        None if has_org => format!("o:{name}"),
        None => format!("u:{name}"),
    });
    claims.insert(claim.to_owned(), json!(names.collect::<Vec<_>>().join(",")));
    Ok(())
}

fn prefixed(name: &str) -> String {
    if name.starts_with("org:") { name.to_owned() } else { format!("org:{name}") }
}

fn text(field: &str, value: &Value) -> Result<String, String> {
    match value.as_str() {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("`{field}` is a text")),
    }
}

fn texts(field: &str, value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::Array(items) => items.iter().map(|item| text(field, item)).collect(),
        other => text(field, other).map(|text| vec![text]),
    }
}
