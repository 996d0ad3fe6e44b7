//! A token as it will be: shortcodes filled with a person's values, and its size.

use clerk_edge_gate::explain::token_size::{TokenSize, claim_bytes};
use clerk_edge_gate::settings::Settings;
use serde_json::{Map, Value, json};

use crate::claims::needed::Needed;

/// Whose values fill the shortcodes.
#[derive(Clone, Debug)]
pub struct Sample {
    metadata: Value,
}

impl Sample {
    /// A person with this public metadata.
    #[must_use]
    pub fn new(metadata: Value) -> Self {
        Self { metadata }
    }

    /// A person with values of usual lengths: the longest role that is named, the longest value
    /// of each claim that rules compare, else twelve letters.
    #[must_use]
    pub fn usual(needed: &Needed, fields: &[String]) -> Self {
        let mut metadata = Value::Object(Map::new());
        for (path, values) in &needed.paths {
            let longest = values.iter().max_by_key(|value| value.to_string().len()).cloned();
            let inner = path.split_once('.').map_or(path.as_str(), |(_, inner)| inner);
            put(&mut metadata, inner, longest.unwrap_or_else(|| json!("x".repeat(USUAL_CHARS))));
        }
        for field in fields {
            if metadata.get(field).is_none() {
                put(&mut metadata, field, json!("x".repeat(USUAL_CHARS)));
            }
        }
        let role = needed.roles.iter().max_by_key(|role| role.len()).cloned();
        put(&mut metadata, "role", json!(role.unwrap_or_else(|| "member".to_owned())));
        Self { metadata }
    }

    /// The claims with every shortcode filled.
    #[must_use]
    pub fn fill(&self, claims: &Value) -> Value {
        match claims {
            Value::String(text) => self.value(text),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.fill(value))).collect()
            }
            other => other.clone(),
        }
    }

    /// The size of the whole token with these custom claims.
    #[must_use]
    pub fn size(&self, claims: &Value, needed: &Needed, settings: &Settings) -> TokenSize {
        let mut all = clerks_own(settings, needed.organization);
        if let (Value::Object(all), Value::Object(custom)) = (&mut all, self.fill(claims)) {
            all.extend(custom);
        }
        let header = json!({
            "alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": id("ins_"), "oiat": 1_700_000_000,
            "typ": "JWT",
        });
        let parts = [header.to_string().len(), all.to_string().len(), SIGNATURE_BYTES];
        let bytes = parts.into_iter().map(base64_chars).fold(DOTS, usize::saturating_add);
        TokenSize::of_claims(&all, bytes)
    }

    /// The claims with what each takes, the largest first.
    #[must_use]
    pub fn largest(&self, claims: &Value) -> Vec<(String, usize)> {
        let filled = self.fill(claims);
        let members = filled.as_object().into_iter().flatten();
        let mut sizes: Vec<(String, usize)> =
            members.map(|(name, value)| (name.clone(), claim_bytes(name, value))).collect();
        sizes.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        sizes
    }

    fn value(&self, text: &str) -> Value {
        let code = text.strip_prefix("{{").and_then(|it| it.strip_suffix("}}"));
        let Some(code) = code else { return Value::from(text) };
        if let Some(path) = code.strip_prefix("user.public_metadata") {
            let path = path.strip_prefix('.').unwrap_or(path);
            if path.is_empty() {
                return self.metadata.clone();
            }
            let found = path.split('.').try_fold(&self.metadata, |value, part| value.get(part));
            return found.cloned().unwrap_or(Value::Null);
        }
        let usual = USUAL.iter().find(|(known, _)| *known == code).map(|(_, chars)| *chars);
        match code {
            "user.id" => id("user_"),
            "user.email_verified" | "user.two_factor_enabled" => Value::Bool(true),
            "org.public_metadata" => json!({}),
            _ => Value::from("x".repeat(usual.unwrap_or(USUAL_CHARS))),
        }
    }
}

/// What Clerk puts into every session token, in usual lengths.
fn clerks_own(settings: &Settings, organization: bool) -> Value {
    let mut own = json!({
        "azp": "https://www.example.com", "exp": 1_700_000_060, "fva": [0, -1],
        "iat": 1_700_000_000, "iss": format!("https://{}", settings.instance.frontend_host),
        "jti": "x".repeat(20), "nbf": 1_700_000_000, "sid": id("sess_"), "sts": "active",
        "sub": id("user_"), "v": 2,
    });
    if let (true, Value::Object(own)) = (organization, &mut own) {
        own.insert(
            "o".to_owned(),
            json!({ "id": id("org_"), "rol": "admin", "slg": "x".repeat(12),
            "per": "read,manage", "fpm": "3,3" }),
        );
        own.insert("fea".to_owned(), json!("o:billing,o:reports"));
    }
    own
}

fn put(root: &mut Value, path: &str, value: Value) {
    let mut at = root;
    for part in path.split('.') {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(members) = at else { return };
        at = members.entry(part).or_insert(Value::Null);
    }
    *at = value;
}

fn id(prefix: &str) -> Value {
    Value::from(format!("{prefix}{}", "x".repeat(ID_CHARS)))
}

/// Base64 without padding.
fn base64_chars(bytes: usize) -> usize {
    bytes.saturating_mul(4).div_ceil(3)
}

/// Clerk's ids behind their prefix.
const ID_CHARS: usize = 27;
/// A value of which nothing is known.
const USUAL_CHARS: usize = 12;
/// RS256 with a key of 2,048 bits.
const SIGNATURE_BYTES: usize = 256;
const DOTS: usize = 2;
/// Usual lengths.
const USUAL: [(&str, usize); 6] = [
    ("user.primary_email_address", 24),
    ("user.full_name", 16),
    ("user.first_name", 8),
    ("user.last_name", 8),
    ("user.image_url", 160),
    ("org.image_url", 160),
];
