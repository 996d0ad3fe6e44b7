//! `key=text key:=json key=`: changes of public metadata.

use serde_json::{Map, Value};

use crate::people::merge;

/// What is to be set.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    patch: Map<String, Value>,
}

impl Change {
    /// Reads the pairs; `a.b=c` sets a field inside an object.
    ///
    /// # Errors
    /// A sentence that names the pair.
    pub fn read(pairs: &[String]) -> Result<Self, String> {
        if pairs.is_empty() {
            return Err("there is nothing to set: write key=text, key:=json or key=".to_owned());
        }
        let mut patch = Value::Object(Map::new());
        for pair in pairs {
            let (key, value) = read_pair(pair)?;
            let mut inner = value;
            for part in key.rsplit('.') {
                let mut outer = Map::new();
                outer.insert(part.to_owned(), inner);
                inner = Value::Object(outer);
            }
            merge(&mut patch, &inner);
        }
        Ok(Self { patch: patch.as_object().cloned().unwrap_or_default() })
    }

    /// What is sent: `null` takes a field away.
    #[must_use]
    pub fn patch(&self) -> Value {
        Value::Object(self.patch.clone())
    }

    /// The metadata as they are afterwards.
    #[must_use]
    pub fn applied_to(&self, before: &Value) -> Value {
        let mut after = before.clone();
        merge(&mut after, &self.patch());
        without_null(&mut after);
        after
    }

    /// The roles that it sets.
    #[must_use]
    pub fn roles(&self) -> Vec<String> {
        match self.patch.get("role") {
            Some(Value::String(role)) => vec![role.clone()],
            Some(Value::Array(roles)) => {
                roles.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn read_pair(pair: &str) -> Result<(&str, Value), String> {
    let is_key = |key: &str| {
        !key.is_empty()
            && key.split('.').all(|part| {
                !part.is_empty()
                    && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
            })
    };
    let wrong = || "a change is written key=text, key:=json, or key= to remove it".to_owned();
    let (key, value) = pair.split_once('=').ok_or_else(wrong)?;
    let (key, value) = match key.strip_suffix(':') {
        Some(key) => {
            let value = serde_json::from_str(value);
            (key, value.map_err(|_| format!("what follows `{key}:=` is no JSON"))?)
        }
        None if value.is_empty() => (key, Value::Null),
        None => (key, Value::from(value)),
    };
    if is_key(key) { Ok((key, value)) } else { Err(wrong()) }
}

fn without_null(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, value| !value.is_null());
        members.values_mut().for_each(without_null);
    }
}
