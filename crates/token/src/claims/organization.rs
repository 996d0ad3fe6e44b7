//! The active organization, from either version of Clerk's claims.

use serde_json::Value;

use crate::claims::entitlements::Scopes;
use crate::claims::malformed::Malformed;
use crate::claims::permission_bits;
use crate::js_number::is_truthy;

/// The organization that was active when the token was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    id: Option<String>,
    slug: Option<String>,
    role: Option<String>,
    permissions: Vec<String>,
}

impl Organization {
    /// Parses the organization; `None` if the token names none.
    pub(super) fn read(claims: &Value) -> Result<Option<Self>, Malformed> {
        if claims.get("v").and_then(Value::as_f64) != Some(2.0) {
            return Ok(Self::from_version_1(claims));
        }
        match claims.get("o").filter(|packed| is_truthy(packed)) {
            Some(packed) => Self::from_version_2(packed, claims.get("fea")).map(Some),
            None => Ok(None),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its slug.
    #[must_use]
    pub fn slug(&self) -> Option<&str> {
        self.slug.as_deref()
    }

    /// The user's role in it, in the form of Clerk's auth object: `org:admin`.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }

    /// The user's permissions in it: `org:feature:permission`.
    #[must_use]
    pub fn permissions(&self) -> &[String] {
        &self.permissions
    }

    fn from_version_1(claims: &Value) -> Option<Self> {
        let text = |name| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let permissions = claims.get("org_permissions").and_then(Value::as_array);
        let found = Self {
            id: text("org_id"),
            slug: text("org_slug"),
            role: text("org_role"),
            permissions: permissions
                .map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                .unwrap_or_default(),
        };
        (found != Self::default()).then_some(found)
    }

    fn from_version_2(packed: &Value, features: Option<&Value>) -> Result<Self, Malformed> {
        let text = |name| packed.get(name).and_then(Value::as_str).map(str::to_owned);
        let scopes = Scopes::read(list(features)?)?;
        let names = list(packed.get("per"))?;
        let map = list(packed.get("fpm"))?;
        Ok(Self {
            id: text("id"),
            slug: text("slg"),
            role: role(packed.get("rol")),
            permissions: permissions(scopes.organization(), names, map),
        })
    }
}

/// A role or permission without any number of leading `org:`.
pub(super) fn without_org_prefix(name: &str) -> &str {
    let mut name = name;
    while let Some(rest) = name.strip_prefix("org:") {
        name = rest;
    }
    name
}

/// A comma list; empty if it is absent, malformed if it is not a text.
fn list(claim: Option<&Value>) -> Result<&str, Malformed> {
    match claim.filter(|claim| is_truthy(claim)) {
        None => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Malformed),
    }
}

fn role(claim: Option<&Value>) -> Option<String> {
    match claim? {
        Value::String(name) if !name.is_empty() => Some(format!("org:{name}")),
        Value::Number(number) if number.as_f64() != Some(0.0) => Some(format!("org:{number}")),
        Value::Bool(true) => Some("org:true".to_owned()),
        _ => None,
    }
}

/// The granted permissions: `map` has one number for each feature of the organization, in order,
/// and its bit `i` grants the `i`-th of `names`.
fn permissions(features: &[&str], names: &str, map: &str) -> Vec<String> {
    if names.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    let mut granted = Vec::new();
    for (feature, number) in features.iter().zip(map.split(',')) {
        let bits = permission_bits::low_bits(number.trim(), names.len());
        let set = names.iter().zip(bits).filter(|(_, is_set)| *is_set);
        granted.extend(set.map(|(name, _)| format!("org:{feature}:{name}")));
    }
    granted
}
