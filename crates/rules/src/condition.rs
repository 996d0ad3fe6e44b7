//! The conditions of a rule, as data.
//!
//! No list is empty, every `:name` is one that the rule's path captures, and every preset is
//! written out; [`crate::read`] checks that. [`crate::evaluate`] applies them.

use serde_json::Value;

use crate::claim_path::ClaimPath;
use crate::reverification::Reverification;

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Each of these holds.
    All(Vec<Condition>),
    /// At least one of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// A person with a session.
    SignedIn,
    /// An API key.
    ApiKey,
    /// A machine with an M2M token.
    Machine(IdsWanted),
    /// An application with an OAuth access token.
    OAuth(IdsWanted),
    /// The token has each of these scopes.
    Scope(Vec<String>),
    /// The caller has one of these roles.
    Role(Vec<String>),
    /// The active organization grants one of these permissions.
    Permission(Vec<String>),
    /// One of these features is available.
    Feature(Vec<String>),
    /// One of these plans is active.
    Plan(Vec<String>),
    /// The active organization.
    Org(OrgWanted),
    /// A claim of the token.
    Claim(ClaimPath, ClaimWanted),
    /// How recently the caller proved who they are.
    Reverified(Reverification),
}

/// Which machine or application it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdsWanted {
    /// Any of the kind.
    Any,
    /// One of these.
    OneOf(Vec<String>),
}

/// Which organization has to be active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrgWanted {
    /// Any organization.
    Any,
    /// This one. What begins with `org_` is an id and never compared with a slug, nor the
    /// reverse: slugs are chosen by their owners.
    Named(String),
    /// The one that the path captured under this name.
    Captured(String),
}

/// What a claim has to be.
#[derive(Clone, Debug, PartialEq)]
pub enum ClaimWanted {
    /// There, whatever it is.
    Exists,
    /// One of these texts, numbers or truth values, or a list that contains one of them.
    OneOf(Vec<Value>),
}

impl Condition {
    /// Every role that is asked for, under `not` as well.
    #[must_use]
    pub fn roles(&self) -> Vec<&str> {
        match self {
            Self::Role(roles) => roles.iter().map(String::as_str).collect(),
            _ => self.parts().iter().flat_map(Self::roles).collect(),
        }
    }

    /// The conditions inside this one.
    #[must_use]
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) | Self::Any(parts) => parts,
            Self::Not(part) => std::slice::from_ref(part),
            _ => &[],
        }
    }
}

impl IdsWanted {
    /// Whether an id is one of those wanted.
    #[must_use]
    pub fn admits(&self, id: Option<&str>) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(ids) => id.is_some_and(|id| ids.iter().any(|wanted| wanted == id)),
        }
    }
}

impl ClaimWanted {
    /// Whether a value that is there is one of those wanted.
    #[must_use]
    pub fn admits(&self, value: &Value) -> bool {
        let Self::OneOf(wanted) = self else { return true };
        let is_wanted = |value: &Value| wanted.iter().any(|wanted| json_equal(value, wanted));
        match value {
            Value::Array(values) => values.iter().any(is_wanted),
            value => is_wanted(value),
        }
    }
}

/// JSON has one kind of number: `5` equals `5.0`, and `"5"` is a text.
fn json_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) if left.is_f64() || right.is_f64() => {
            left.as_f64() == right.as_f64()
        }
        _ => left == right,
    }
}
