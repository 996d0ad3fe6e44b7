//! The claims of a token: both versions of Clerk's claims, read into one form.
//!
//! Version 1 names the organization in plain claims; version 2 (`v` is the number 2) packs it into
//! `o`, `fea` and a bit map. Claims that are not Clerk's are kept as they are. If the grammar of
//! Clerk's own claims is broken, the claims are [`Malformed`] as a whole and nobody is signed in.
//! Whether a token is genuine is shown by its stage ([`crate::verified`]), not here.

pub mod entitlements;
pub mod factor_ages;
pub mod malformed;
pub mod organization;
pub mod permission_bits;

use std::cell::OnceCell;

use clerk_edge_jws::segment;
use serde_json::{Map, Value};

use crate::claims::entitlements::Scopes;
use crate::claims::factor_ages::FactorAges;
use crate::claims::malformed::Malformed;
use crate::claims::organization::Organization;

/// The claims of a token. The type that holds them says whether they are verified.
#[derive(Clone, Debug)]
pub struct Claims {
    all: Value,
    encoded: OnceCell<String>,
    organization: OnceCell<Result<Option<Organization>, Malformed>>,
    original_issue: Option<i64>,
}

impl Claims {
    /// Wraps an object of claims.
    #[must_use]
    pub fn new(all: Map<String, Value>) -> Self {
        let (encoded, organization) = (OnceCell::new(), OnceCell::new());
        Self { all: Value::Object(all), encoded, organization, original_issue: None }
    }

    /// With `oiat` of the token's header: when Clerk last read the claims from its database.
    pub(super) fn with_original_issue(mut self, oiat: Option<&Value>) -> Self {
        self.original_issue = oiat.and_then(seconds);
        self
    }

    /// When Clerk read these claims from its database, in seconds since 1970: `oiat` of the
    /// header, else `iat`. A header that says later than `iat` is not believed.
    #[must_use]
    pub fn read_at_seconds(&self) -> Option<i64> {
        let issued = self.value("iat").and_then(seconds);
        match (self.original_issue, issued) {
            (Some(original), Some(issued)) => Some(original.min(issued)),
            (original, issued) => original.or(issued),
        }
    }

    /// All claims, as JSON.
    #[must_use]
    pub fn all(&self) -> &Value {
        &self.all
    }

    /// All claims as base64url of their JSON, for a header. Encoded once: a token is used by dozens
    /// of requests, and encoding costs more than all the rest of such a request.
    #[must_use]
    pub fn encoded(&self) -> &str {
        self.encoded.get_or_init(|| segment::text(self.all.to_string().as_bytes()))
    }

    /// The claim with this name; `null` counts as a value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.all.get(name)
    }

    /// The claim with this name, if it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// Checks the claims that have a grammar of Clerk's.
    ///
    /// # Errors
    /// [`Malformed`] if one of them breaks it.
    pub fn well_formed(&self) -> Result<(), Malformed> {
        self.read_organization().as_ref().map(|_| ()).map_err(|malformed| *malformed)
    }

    /// The active organization, if there is one.
    #[must_use]
    pub fn organization(&self) -> Option<&Organization> {
        self.read_organization().as_ref().ok()?.as_ref()
    }

    /// Whether the user has this role in the active organization. Any number of leading `org:` is
    /// ignored on both sides.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.active_organization().and_then(Organization::role).is_some_and(|own| {
            !own.is_empty()
                && organization::without_org_prefix(own) == organization::without_org_prefix(role)
        })
    }

    /// Whether the user has this permission in the active organization.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        let asked = organization::without_org_prefix(permission);
        self.active_organization().is_some_and(|organization| {
            organization
                .permissions()
                .iter()
                .any(|own| own.strip_prefix("org:").is_some_and(|own| own == asked))
        })
    }

    /// Whether the user or the organization has this feature: `name`, `org:name`, `user:name`.
    #[must_use]
    pub fn has_feature(&self, feature: &str) -> bool {
        self.has_entitlement("fea", feature)
    }

    /// Whether the user or the organization has this plan: `name`, `org:name`, `user:name`.
    #[must_use]
    pub fn has_plan(&self, plan: &str) -> bool {
        self.has_entitlement("pla", plan)
    }

    /// How long ago the user verified each factor.
    #[must_use]
    pub fn factor_ages(&self) -> Option<FactorAges> {
        FactorAges::read(self.value("fva"))
    }

    fn has_entitlement(&self, claim: &str, asked: &str) -> bool {
        let listed = self.text(claim).filter(|listed| !listed.is_empty() && self.has_subject());
        let scopes = listed.map(Scopes::read);
        matches!(scopes, Some(Ok(scopes)) if scopes.contains(asked))
    }

    /// The active organization, if it has an id and the token a subject: only then its role counts.
    fn active_organization(&self) -> Option<&Organization> {
        self.organization().filter(|organization| {
            self.has_subject() && organization.id().is_some_and(|id| !id.is_empty())
        })
    }

    fn has_subject(&self) -> bool {
        self.text("sub").is_some_and(|subject| !subject.is_empty())
    }

    fn read_organization(&self) -> &Result<Option<Organization>, Malformed> {
        self.organization.get_or_init(|| Organization::read(&self.all))
    }
}

/// A time in whole seconds, as far as it is a number of a size that a clock can show.
#[expect(clippy::cast_possible_truncation, reason = "checked to be far below 2^63")]
fn seconds(value: &Value) -> Option<i64> {
    value.as_f64().filter(|seconds| seconds.abs() <= 8.64e12).map(|seconds| seconds as i64)
}

/// The texts of a list that holds texts and nothing else.
#[must_use]
pub fn texts(list: &[Value]) -> Option<Vec<String>> {
    list.iter().map(|each| each.as_str().map(str::to_owned)).collect()
}
