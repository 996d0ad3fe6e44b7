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
use clerk_edge_token::session::Session;
use serde_json::Value;

use crate::lookup::{LookedUp, LookupFailed};
use crate::settings::Settings;

/// A person with a session.
#[derive(Clone, Debug)]
pub(crate) struct User<'a> {
    settings: &'a Settings,
    session: Session,
    token_bytes: usize,
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
    pub(super) fn new(settings: &'a Settings, session: Session, token_bytes: usize) -> Self {
        let mut user = Self {
            settings,
            session,
            token_bytes,
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

    /// The length of the token's text.
    pub(crate) const fn token_bytes(&self) -> usize {
        self.token_bytes
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
        let in_token = path.read_present(self.session.claims().all());
        if let Some(value) = in_token {
            return Known::Yes(value);
        }
        match &self.metadata {
            PublicMetadata::Found(metadata) => {
                path.read_present_in_metadata(metadata).map_or(Known::No, Known::Yes)
            }
            PublicMetadata::Absent => Known::No,
            _ => Known::NotInToken,
        }
    }

    fn find_role(&mut self) {
        let claims = self.session.claims().all();
        // The first place that has a value counts, whether or not the value is a role.
        let mut places = self.settings.role_claims.iter();
        let in_token = places.find_map(|path| Some((path, path.read_present(claims)?)));
        let in_token = in_token.and_then(|(path, value)| Some((texts(value)?, path.as_str())));
        let found = in_token.or_else(|| {
            let metadata = self.looked_up()?;
            let mut places = self.settings.role_claims.iter();
            let value = places.find_map(|path| path.read_present_in_metadata(metadata))?;
            Some((texts(value)?, "lookup"))
        });
        if let Some((roles, source)) = found {
            self.roles = roles;
            self.role_source = Some(source);
        }
    }
}

impl Facts for User<'_> {
    fn roles(&self) -> Known<&[String]> {
        if !self.roles.is_empty() {
            return Known::Yes(&self.roles);
        }
        match self.metadata {
            PublicMetadata::Found(_) | PublicMetadata::Absent => Known::No,
            _ => Known::NotInToken,
        }
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
        let Some(active) = self.session.claims().organization() else { return Truth::Fails };
        let Some(wanted) = wanted else { return active.id().is_some().into() };
        // Ids begin with `org_`, and slugs hold no underscore: slugs are chosen by their owners.
        let name = if wanted.starts_with(b"org_") { active.id() } else { active.slug() };
        name.is_some_and(|name| name.as_bytes() == wanted).into()
    }

    fn claim(&self, path: &ClaimPath, wanted: &ClaimWanted) -> Truth {
        self.claim_value(path).truth(|value| wanted.admits(value))
    }

    fn reverified(&self, wanted: &Reverification) -> Truth {
        let ages = self.session.claims().factor_ages();
        ages.is_some_and(|ages| wanted.holds(ages.first, ages.second)).into()
    }

    fn lookup(&self) -> Lookup {
        match self.metadata {
            PublicMetadata::NotAsked => Lookup::NotTried,
            PublicMetadata::Found(_) | PublicMetadata::Absent => Lookup::Done,
            PublicMetadata::NotConfigured => Lookup::NotConfigured,
            PublicMetadata::Failed(_) => Lookup::Failed,
        }
    }

    fn lacks_a_header(&self) -> bool {
        let lacks = |path: &ClaimPath| matches!(self.claim_value(path), Known::NotInToken);
        matches!(Facts::roles(self), Known::NotInToken)
            || self.settings.claim_headers.iter().any(|(_, path)| lacks(path))
    }
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
