//! Reads a JWK set (RFC 7517, 5). An unusable entry does not affect the others.
//!
//! The same parser reads sets from Clerk and from the store. An entry is usable if it is an RSA
//! public key with an id that is meant for signatures. The ids of other entries are kept as unfit,
//! so that a token with such a `kid` is refused for the right reason. Two usable keys with one id
//! are both unfit, because nothing says which of them is meant.
//!
//! Fetching, caching and choosing a set belong in the gate.

use std::collections::{BTreeMap, BTreeSet};

use clerk_edge_jws::segment;
use serde_json::{Map, Value, json};

use crate::algorithm::Algorithm;
use crate::key::PublicKey;
use crate::limits::{KEY_ID_BYTES_MAX, KEYS_MAX};

/// A key set with at least one usable key, in which each id names at most one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySet {
    usable: BTreeMap<String, PublicKey>,
    unfit: BTreeSet<String>,
}

/// The entry of a set that has a certain id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetEntry<'a> {
    /// A key that may be used.
    Usable(&'a PublicKey),
    /// An entry that may not be used.
    Unfit,
}

/// Why a text is not a usable key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwksError {
    /// It is not JSON.
    NotJson,
    /// It is JSON, but not an object with a list `keys`.
    NotASet,
    /// It has more than [`KEYS_MAX`] entries.
    TooMany,
    /// No entry is a usable key.
    NoUsableKey,
}

impl KeySet {
    /// Reads `{"keys":[…]}`.
    ///
    /// # Errors
    /// [`JwksError`] if it has no usable key.
    pub fn parse(text: &[u8]) -> Result<Self, JwksError> {
        let set: Value = serde_json::from_slice(text).map_err(|_| JwksError::NotJson)?;
        let entries = set.get("keys").and_then(Value::as_array).ok_or(JwksError::NotASet)?;
        Self::from_entries(entries)
    }

    /// Reads the entries of a set.
    ///
    /// # Errors
    /// [`JwksError`] if none of them is a usable key.
    pub fn from_entries(entries: &[Value]) -> Result<Self, JwksError> {
        if entries.len() > KEYS_MAX {
            return Err(JwksError::TooMany);
        }
        let mut usable = BTreeMap::new();
        let mut unfit = BTreeSet::new();
        let mut repeated = BTreeSet::new();
        for (id, key) in entries.iter().filter_map(read_entry) {
            match key {
                None => drop(unfit.insert(id)),
                Some(key) => {
                    if usable.insert(id.clone(), key).is_some() {
                        repeated.insert(id);
                    }
                }
            }
        }
        usable.retain(|id, _| !repeated.contains(id));
        unfit.extend(repeated);
        if usable.is_empty() { Err(JwksError::NoUsableKey) } else { Ok(Self { usable, unfit }) }
    }

    /// The entry with this id, if there is one.
    #[must_use]
    pub fn get(&self, key_id: &str) -> Option<SetEntry<'_>> {
        match self.usable.get(key_id) {
            Some(key) => Some(SetEntry::Usable(key)),
            None => self.unfit.contains(key_id).then_some(SetEntry::Unfit),
        }
    }

    /// The number of usable keys; never zero.
    #[must_use]
    pub fn count(&self) -> usize {
        self.usable.len()
    }

    /// Whether both sets have the same usable keys under the same ids.
    #[must_use]
    pub fn accepts_the_same(&self, other: &Self) -> bool {
        self.usable == other.usable
    }

    /// The usable keys as entries that [`KeySet::from_entries`] reads back.
    #[must_use]
    pub fn entries(&self) -> Vec<Value> {
        self.usable.iter().map(|(id, key)| write_entry(id, key)).collect()
    }
}

impl std::fmt::Display for JwksError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotJson => "the answer is not JSON",
            Self::NotASet => "the answer is not a key set",
            Self::TooMany => "the key set has too many entries",
            Self::NoUsableKey => "the key set has no usable key",
        })
    }
}

/// The id of an entry, and its key if that is usable. Entries without an id are ignored, because
/// no token can name them.
fn read_entry(entry: &Value) -> Option<(String, Option<PublicKey>)> {
    let entry = entry.as_object()?;
    let id = entry.get("kid")?.as_str()?;
    if id.is_empty() || id.len() > KEY_ID_BYTES_MAX {
        return None;
    }
    Some((id.to_owned(), read_key(entry)))
}

fn read_key(entry: &Map<String, Value>) -> Option<PublicKey> {
    let is_rsa = entry.get("kty")?.as_str()? == "RSA";
    // A private key that is published is compromised, so its public half must not be trusted.
    let is_public = !PRIVATE_MEMBERS.iter().any(|member| entry.contains_key(*member));
    if !(is_rsa && is_public && is_for_signatures(entry)) {
        return None;
    }
    let algorithm = match entry.get("alg") {
        None => None,
        Some(name) => Some(Algorithm::named(name.as_str()?)?),
    };
    let number = |name: &str| {
        let text = entry.get(name)?.as_str()?;
        // RFC 7518, 2: base64url has no padding here.
        if text.ends_with('=') { None } else { segment::bytes(text) }
    };
    let (modulus, exponent) = (number("n")?, number("e")?);
    PublicKey::from_numbers(&modulus, &exponent, algorithm).ok()
}

/// RFC 7517, 4.2 and 4.3: both members may be absent; if one is present, it must allow this use.
fn is_for_signatures(entry: &Map<String, Value>) -> bool {
    let by_use = entry.get("use").is_none_or(|purpose| purpose == "sig");
    let by_operations = entry.get("key_ops").is_none_or(|operations| {
        operations.as_array().is_some_and(|all| all.iter().any(|one| one == "verify"))
    });
    by_use && by_operations
}

fn write_entry(id: &str, key: &PublicKey) -> Value {
    let mut entry = json!({
        "kty": "RSA", "use": "sig", "kid": id, "n": key.modulus(), "e": key.exponent(),
    });
    if let (Some(algorithm), Some(entry)) = (key.algorithm(), entry.as_object_mut()) {
        entry.insert("alg".to_owned(), algorithm.name().into());
    }
    entry
}

/// RFC 7518, 6.3.2: the members of private keys.
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];
