//! The person that the flags of `explain` describe.

use clerk_edge_rules::claim_path::ClaimPath;
use serde_json::{Map, Value, json};

use crate::arguments::Arguments;
use crate::config::find;
use crate::host::Host;
use crate::people::{Person, PersonSession, put, table, words};
use crate::report::Failure;

/// Reads the flags; nobody where there are none. `named` finds a person of the tests.
///
/// # Errors
/// Where flags contradict each other or cannot be understood.
pub fn person<H: Host>(
    host: &H,
    arguments: &Arguments,
    role_claims: &[ClaimPath],
    named: impl FnOnce(&str) -> Result<Person, Failure>,
) -> Result<Person, Failure> {
    let described = FIELDS.iter().any(|field| arguments.has(field)) || arguments.has("claim");
    let ways = ["as", "person", "claims", "token"];
    let given: Vec<&str> = ways.into_iter().filter(|way| arguments.has(way)).collect();
    if given.len().saturating_add(usize::from(described)) > 1 {
        return Err(arguments.wrong(
            "only one of --as, --person, --claims, --token and the fields \
            of a person can say who asks",
        ));
    }
    if let Some(word) = arguments.value("as") {
        return words::person(word, role_claims)
            .ok_or_else(|| arguments.wrong(words::unknown(word)));
    }
    if let Some(name) = arguments.value("person") {
        return named(name);
    }
    if let Some(path) = arguments.value("token") {
        let text = find::text(host, path)?;
        let session = PersonSession::Token(bare(&text).to_owned());
        return Ok(Person { name: "the token".to_owned(), session, ..Person::signed_out() });
    }
    if let Some(path) = arguments.value("claims") {
        let claims: Value = serde_json::from_str(&find::text(host, path)?)
            .map_err(|_| Failure::input(path, "this is no JSON"))?;
        let claims = claims.as_object().cloned();
        let claims = claims.ok_or_else(|| Failure::input(path, "claims are an object"))?;
        return Ok(Person::with_claims("the claims", claims));
    }
    if !described {
        return Ok(Person::signed_out());
    }
    let mut person = table::person("this person", &Value::Object(fields(arguments)?), role_claims)
        .map_err(|why| arguments.wrong(why))?;
    claims(arguments, &mut person)?;
    Ok(person)
}

/// A token as it is pasted: with white space around it, or as a header.
#[must_use]
pub fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix("Bearer ").unwrap_or(text).trim()
}

fn fields(arguments: &Arguments) -> Result<Map<String, Value>, Failure> {
    let mut fields = Map::new();
    for field in FIELDS.into_iter().filter(|field| arguments.has(field)) {
        let values: Vec<&str> = arguments.values(field).collect();
        let value = match (field, values.as_slice()) {
            ("reverified", [.., last]) => ages(last),
            ("looked_up", [.., last]) if *last != "unavailable" => serde_json::from_str(last)
                .map_err(|_| arguments.wrong("--looked_up takes JSON or `unavailable`"))?,
            (_, [only]) => json!(only),
            (_, several) => json!(several),
        };
        fields.insert(field.to_owned(), value);
    }
    Ok(fields)
}

fn ages(text: &str) -> Value {
    text.split(',')
        .map(|age| age.trim().parse::<f64>().map_or(Value::Null, |it| json!(it)))
        .collect()
}

/// `--claim path=json`; what is no JSON is a text.
fn claims(arguments: &Arguments, person: &mut Person) -> Result<(), Failure> {
    let PersonSession::Claims(claims) = &mut person.session else { return Ok(()) };
    for pair in arguments.values("claim") {
        let parsed = pair.split_once('=').and_then(|(path, value)| {
            let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
            Some((ClaimPath::parse(path).ok()?, value))
        });
        let (path, value) =
            parsed.ok_or_else(|| arguments.wrong("--claim is written `path=json`"))?;
        put(claims, &path, value);
    }
    Ok(())
}

/// The flags that are fields of a person.
const FIELDS: [&str; 11] = [
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
    "looked_up",
];
