//! Who asks, as rules and headers see it: the session, and what was looked up where its token was
//! silent.
//!
//! The role is looked for in the token first, at each configured place in turn, and only then in
//! what Clerk's API said. It refuses to guess: what was not asked for is "not in the token", which
//! is something else than "nowhere".

use std::rc::Rc;

use serde_json::Value;

use crate::settings::Settings;
use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::facts::{Facts, Known};
use clerk_edge_rules::reverification::Reverification;
use clerk_edge_token::session::Session;

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
    /// Nobody asked yet.
    NotAsked,
    /// Asked for, and this is what it holds.
    Found(Rc<Value>),
    /// Asked for, and there is none.
    Absent,
}

impl<'a> User<'a> {
    /// From the token alone.
    pub(super) fn new(settings: &'a Settings, session: Session, token_bytes: usize) -> Self {
        let mut visitor = Self {
            settings,
            session,
            token_bytes,
            metadata: PublicMetadata::NotAsked,
            roles: Vec::new(),
            role_source: None,
        };
        visitor.find_role();
        visitor
    }

    /// Adds what was looked up.
    pub(crate) fn learn(&mut self, metadata: PublicMetadata) {
        self.metadata = metadata;
        self.find_role();
    }

    /// The session itself.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// How long the token's text is.
    pub(crate) const fn token_bytes(&self) -> usize {
        self.token_bytes
    }

    /// The roles, as far as they are known.
    pub(crate) fn names(&self) -> &[String] {
        &self.roles
    }

    /// Where the role came from: the claim, or `lookup`.
    pub(crate) fn role_source(&self) -> Option<&'a str> {
        self.role_source
    }

    /// What was looked up, where anything was found.
    pub(crate) fn looked_up(&self) -> Option<&Value> {
        match &self.metadata {
            PublicMetadata::Found(value) => Some(value),
            PublicMetadata::NotAsked | PublicMetadata::Absent => None,
        }
    }

    /// Whether a header would have to stay empty for want of a look-up.
    pub(crate) fn lacks_a_header(&self) -> bool {
        let lacks = |path: &ClaimPath| matches!(self.claim(path), Known::NotInToken);
        matches!(self.roles(), Known::NotInToken)
            || self.settings.claim_headers.iter().any(|(_, path)| lacks(path))
    }

    fn find_role(&mut self) {
        let claims = self.session.claims().all();
        // The first place where anything stands counts, whether or not it is a role.
        let mut places = self.settings.role_claims.iter();
        let in_token = places.find_map(|path| Some((path, full(path.read(claims))?)));
        let in_token = in_token.and_then(|(path, value)| Some((texts(value)?, path.as_str())));
        let found = in_token.or_else(|| {
            let metadata = self.looked_up()?;
            let mut places = self.settings.role_claims.iter();
            let value = places.find_map(|path| full(path.read_in_metadata(metadata)))?;
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
            PublicMetadata::NotAsked => Known::NotInToken,
            PublicMetadata::Found(_) | PublicMetadata::Absent => Known::No,
        }
    }

    fn permission(&self, name: &str) -> bool {
        self.session.claims().has_permission(name)
    }

    fn feature(&self, name: &str) -> bool {
        self.session.claims().has_feature(name)
    }

    fn plan(&self, name: &str) -> bool {
        self.session.claims().has_plan(name)
    }

    fn org_id(&self) -> Option<&str> {
        self.session.claims().organization()?.id()
    }

    fn org_slug(&self) -> Option<&str> {
        self.session.claims().organization()?.slug()
    }

    fn claim(&self, path: &ClaimPath) -> Known<&Value> {
        if let Some(value) = full(path.read(self.session.claims().all())) {
            return Known::Yes(value);
        }
        match &self.metadata {
            PublicMetadata::NotAsked => Known::NotInToken,
            PublicMetadata::Absent => Known::No,
            PublicMetadata::Found(metadata) => {
                path.read_in_metadata(metadata).map_or(Known::No, Known::Yes)
            }
        }
    }

    fn reverified(&self, wanted: &Reverification) -> bool {
        let ages = self.session.claims().factor_ages();
        ages.is_some_and(|ages| wanted.holds(ages.first, ages.second))
    }
}

/// A text, or the texts of a list; an empty one counts as nothing.
fn texts(value: &Value) -> Option<Vec<String>> {
    let names: Vec<String> = match value {
        Value::String(name) => vec![name.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => return None,
    };
    let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then_some(names)
}

/// An empty text or list counts as nothing.
pub(crate) fn full(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    })
}
