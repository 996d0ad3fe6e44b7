//! The signed-in user, as rules and headers see it: the session, and what was looked up where its
//! token lacks a claim.
//!
//! The role is read in the token first, at each configured place in turn, and only then in the
//! user's public metadata. "Not in the token" and "nowhere" are different answers.

use std::rc::Rc;

use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::condition::ClaimWanted;
use clerk_edge_rules::facts::{Facts, Known, Lookup, Truth};
use clerk_edge_rules::reverification::Reverification;
use clerk_edge_token::claims::Claims;
use clerk_edge_token::session::Session;
use serde_json::Value;

use crate::lookup::{LookedUp, LookupFailed};
use crate::settings::Settings;

/// A person with a session.
#[derive(Clone, Debug)]
pub(crate) struct User<'a> {
    settings: &'a Settings,
    session: Session,
    token: Rc<str>,
    metadata: PublicMetadata,
    roles: Vec<String>,
    role_source: Option<&'a str>,
}

/// What is known of the user's public metadata beyond the token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PublicMetadata {
    /// Nothing was looked up yet.
    NotAsked,
    /// The metadata.
    Found(Rc<Value>),
    /// There is no such user, or one without metadata.
    Absent,
    /// Without a secret key nothing can be looked up.
    NotConfigured,
    /// The look-up failed.
    Failed(LookupFailed),
}

impl PublicMetadata {
    /// The name in the JSON of `/debug-role`.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::NotAsked => "not-asked",
            Self::Found(_) => "found",
            Self::Absent => "absent",
            Self::NotConfigured => "not-configured",
            Self::Failed(_) => "failed",
        }
    }

    /// When the look-up may be tried again, if it failed.
    pub(crate) const fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::Failed(failed) => Some(failed.retry_after_seconds),
            _ => None,
        }
    }

    /// What became of the look-up.
    pub(crate) const fn lookup(&self) -> Lookup {
        match self {
            Self::NotAsked => Lookup::NotTried,
            Self::Found(_) | Self::Absent => Lookup::Done,
            Self::NotConfigured => Lookup::NotConfigured,
            Self::Failed(_) => Lookup::Failed,
        }
    }
}

impl From<Result<LookedUp, LookupFailed>> for PublicMetadata {
    fn from(result: Result<LookedUp, LookupFailed>) -> Self {
        match result {
            Ok(LookedUp::Found(metadata)) => Self::Found(metadata),
            Ok(LookedUp::Absent) => Self::Absent,
            Ok(LookedUp::NotConfigured) => Self::NotConfigured,
            Err(failed) => Self::Failed(failed),
        }
    }
}

impl<'a> User<'a> {
    /// From the token alone.
    pub(super) fn new(settings: &'a Settings, session: Session, token: Rc<str>) -> Self {
        let mut user = Self {
            settings,
            session,
            token,
            metadata: PublicMetadata::NotAsked,
            roles: Vec::new(),
            role_source: None,
        };
        user.find_role();
        user
    }

    /// Adds what was looked up.
    pub(crate) fn add_metadata(&mut self, metadata: PublicMetadata) {
        self.metadata = metadata;
        self.find_role();
    }

    /// The session itself.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// The token's text.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// The length of the token's text.
    pub(crate) fn token_bytes(&self) -> usize {
        self.token.len()
    }

    /// The roles, as far as they are known.
    pub(crate) fn roles(&self) -> &[String] {
        &self.roles
    }

    /// Where the role came from: the claim, or `lookup`.
    pub(crate) fn role_source(&self) -> Option<&'a str> {
        self.role_source
    }

    /// What is known of the public metadata.
    pub(crate) fn metadata(&self) -> &PublicMetadata {
        &self.metadata
    }

    /// What was looked up, where anything was found.
    pub(crate) fn looked_up(&self) -> Option<&Value> {
        match &self.metadata {
            PublicMetadata::Found(value) => Some(value),
            _ => None,
        }
    }

    /// A claim of the token or, where the token has none, of the public metadata.
    pub(crate) fn claim_value(&self, path: &ClaimPath) -> Known<&Value> {
        claim_value(self.session.claims(), &self.metadata, path)
    }

    fn find_role(&mut self) {
        let found = find_roles(self.settings, self.session.claims(), &self.metadata);
        if let Some((roles, source)) = found {
            self.roles = roles;
            self.role_source = Some(source);
        }
    }
}

impl Facts for User<'_> {
    fn roles(&self) -> Known<&[String]> {
        known_roles(&self.roles, &self.metadata)
    }

    fn permission(&self, name: &str) -> Truth {
        self.session.claims().has_permission(name).into()
    }

    fn feature(&self, name: &str) -> Truth {
        self.session.claims().has_feature(name).into()
    }

    fn plan(&self, name: &str) -> Truth {
        self.session.claims().has_plan(name).into()
    }

    fn organization(&self, wanted: Option<&[u8]>) -> Truth {
        has_organization(self.session.claims(), wanted).into()
    }

    fn claim(&self, path: &ClaimPath, wanted: &ClaimWanted) -> Truth {
        self.claim_value(path).truth(|value| wanted.admits(value))
    }

    fn reverified(&self, wanted: &Reverification) -> Truth {
        is_reverified(self.session.claims(), wanted).into()
    }

    fn lookup(&self) -> Lookup {
        self.metadata.lookup()
    }

    fn lacks_a_header(&self) -> bool {
        let lacks = |path: &ClaimPath| matches!(self.claim_value(path), Known::NotInToken);
        matches!(Facts::roles(self), Known::NotInToken)
            || self.settings.claim_headers.iter().any(|(_, path)| lacks(path))
    }
}

/// The roles in the token, else in what was looked up, and where they were found.
pub(crate) fn find_roles<'a>(
    settings: &'a Settings,
    claims: &Claims,
    metadata: &PublicMetadata,
) -> Option<(Vec<String>, &'a str)> {
    // The first place that has a value counts, whether or not the value is a role.
    let mut places = settings.role_claims.iter();
    let in_token = places.find_map(|path| Some((path, path.read_present(claims.all())?)));
    let in_token = in_token.and_then(|(path, value)| Some((texts(value)?, path.as_str())));
    in_token.or_else(|| {
        let PublicMetadata::Found(metadata) = metadata else { return None };
        let mut places = settings.role_claims.iter();
        let value = places.find_map(|path| path.read_present_in_metadata(metadata))?;
        Some((texts(value)?, "lookup"))
    })
}

/// The roles, or why there are none.
pub(crate) fn known_roles<'r>(
    roles: &'r [String],
    metadata: &PublicMetadata,
) -> Known<&'r [String]> {
    if !roles.is_empty() {
        return Known::Yes(roles);
    }
    match metadata {
        PublicMetadata::Found(_) | PublicMetadata::Absent => Known::No,
        _ => Known::NotInToken,
    }
}

/// A claim of the token or, where the token has none, of the public metadata.
pub(crate) fn claim_value<'c>(
    claims: &'c Claims,
    metadata: &'c PublicMetadata,
    path: &ClaimPath,
) -> Known<&'c Value> {
    if let Some(value) = path.read_present(claims.all()) {
        return Known::Yes(value);
    }
    match metadata {
        PublicMetadata::Found(metadata) => {
            path.read_present_in_metadata(metadata).map_or(Known::No, Known::Yes)
        }
        PublicMetadata::Absent => Known::No,
        _ => Known::NotInToken,
    }
}

/// Whether an organization is active, and is the wanted one where one is named.
pub(crate) fn has_organization(claims: &Claims, wanted: Option<&[u8]>) -> bool {
    let Some(active) = claims.organization() else { return false };
    let Some(wanted) = wanted else { return active.id().is_some() };
    // Ids begin with `org_`, and slugs hold no underscore: slugs are chosen by their owners.
    let name = if wanted.starts_with(b"org_") { active.id() } else { active.slug() };
    name.is_some_and(|name| name.as_bytes() == wanted)
}

/// Whether the factors were verified as recently as this asks.
pub(crate) fn is_reverified(claims: &Claims, wanted: &Reverification) -> bool {
    claims.factor_ages().is_some_and(|ages| wanted.holds(ages.first, ages.second))
}

/// A text, or the texts of a list; an empty one counts as absent.
fn texts(value: &Value) -> Option<Vec<String>> {
    let names: Vec<String> = match value {
        Value::String(name) => vec![name.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => return None,
    };
    let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then_some(names)
}
