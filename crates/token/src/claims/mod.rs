//! What a token says about a person: Clerk's two forms of claims, read into one.
//!
//! Form 1 names the organization in plain claims, form 2 (`v` is the number 2) packs it into `o`,
//! `fea` and a bit map. Reading is tolerant of claims that are not ours and strict in Clerk's own
//! grammar: where that is broken the claims are [`Malformed`] as a whole, and nobody is signed in.
//! Nothing here says whether a token is genuine; that is the business of its stages.

pub mod entitlements;
pub mod factor_ages;
pub mod organization;
pub mod permission_bits;

use crate::claims::entitlements::Scopes;
use crate::claims::factor_ages::FactorAges;
use crate::claims::organization::Organization;
use std::cell::OnceCell;

use clerk_edge_jws::segment;
use serde_json::{Map, Value};

/// Holding one means: a token had an object of claims. Whether they are believed is said by the
/// type that holds them.
#[derive(Clone, Debug)]
pub struct Claims {
    all: Value,
    encoded: OnceCell<String>,
    organization: OnceCell<Result<Option<Organization>, Malformed>>,
}

/// Clerk's own grammar is broken in the claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Claims {
    /// Takes an object of claims over.
    #[must_use]
    pub fn new(all: Map<String, Value>) -> Self {
        Self { all: Value::Object(all), encoded: OnceCell::new(), organization: OnceCell::new() }
    }

    /// All of them, as JSON.
    #[must_use]
    pub fn all(&self) -> &Value {
        &self.all
    }

    /// The same as base64url, for a header. Written once: a token is used by dozens of requests,
    /// and this is dearer than all else that one of them costs.
    #[must_use]
    pub fn encoded(&self) -> &str {
        self.encoded.get_or_init(|| segment::text(self.all.to_string().as_bytes()))
    }

    /// One claim; `null` is a value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.all.get(name)
    }

    /// One claim, if it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// Whether Clerk's grammar holds.
    ///
    /// # Errors
    /// [`Malformed`] where it does not.
    pub fn well_formed(&self) -> Result<(), Malformed> {
        self.read_organization().as_ref().map(|_| ()).map_err(|malformed| *malformed)
    }

    /// The active organization, if there is one.
    #[must_use]
    pub fn organization(&self) -> Option<&Organization> {
        self.read_organization().as_ref().ok()?.as_ref()
    }

    /// Whether the person has this role in the active organization. Any number of leading `org:`
    /// counts as one, on both sides.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.acting_for().and_then(Organization::role).is_some_and(|own| {
            !own.is_empty() && organization::bare(own) == organization::bare(role)
        })
    }

    /// Whether the person has this permission in the active organization.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        let asked = organization::bare(permission);
        self.acting_for().is_some_and(|organization| {
            organization
                .permissions()
                .iter()
                .any(|own| own.strip_prefix("org:").is_some_and(|own| own == asked))
        })
    }

    /// Whether the person or the organization has this feature: `name`, `org:name`, `user:name`.
    #[must_use]
    pub fn has_feature(&self, feature: &str) -> bool {
        self.has_entitlement("fea", feature)
    }

    /// Whether the person or the organization is on this plan, written as a feature is.
    #[must_use]
    pub fn has_plan(&self, plan: &str) -> bool {
        self.has_entitlement("pla", plan)
    }

    /// How long ago the person proved who they are.
    #[must_use]
    pub fn factor_ages(&self) -> Option<FactorAges> {
        FactorAges::read(self.value("fva"))
    }

    fn has_entitlement(&self, claim: &str, asked: &str) -> bool {
        let listed = self.text(claim).filter(|listed| !listed.is_empty() && self.names_somebody());
        let scopes = listed.map(Scopes::read);
        matches!(scopes, Some(Ok(scopes)) if scopes.hold(asked))
    }

    /// An organization that has an id; without one a role means nothing.
    fn acting_for(&self) -> Option<&Organization> {
        self.organization().filter(|organization| {
            self.names_somebody() && organization.id().is_some_and(|id| !id.is_empty())
        })
    }

    fn names_somebody(&self) -> bool {
        self.text("sub").is_some_and(|subject| !subject.is_empty())
    }

    fn read_organization(&self) -> &Result<Option<Organization>, Malformed> {
        self.organization.get_or_init(|| Organization::read(&self.all))
    }
}

/// Whether JavaScript would take the value for true.
#[must_use]
pub fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// The texts of a list that holds texts and nothing else.
#[must_use]
pub fn texts(list: &[Value]) -> Option<Vec<String>> {
    list.iter().map(|each| each.as_str().map(str::to_owned)).collect()
}
