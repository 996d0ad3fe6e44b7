//! The signed-in user, as rules and headers see it: the session, and what was looked up where its
//! token lacks a claim.
//!
//! The role is read in the token first, at each configured place in turn, and only then in the
//! user's public metadata. "Not in the token" and "nowhere" are different answers. Role and
//! metadata of the token do not count where they are older than the rule accepts, or than what
//! Clerk has said of the user since.

use std::rc::Rc;

use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::condition::ClaimWanted;
use clerk_edge_rules::facts::{Facts, Known, Lookup, Truth};
use clerk_edge_rules::reverification::Reverification;
use clerk_edge_token::claims::Claims;
use clerk_edge_token::session::Session;
use serde_json::Value;

use crate::lookup::LookupFailed;
use crate::lookup::cache::Finding;
use crate::settings::Settings;

/// A person with a session.
#[derive(Clone, Debug)]
pub(crate) struct User<'a> {
    settings: &'a Settings,
    session: Session,
    token: Rc<str>,
    now_ms: i64,
    metadata: PublicMetadata,
    /// When the metadata was fetched or pushed.
    fetched_at_ms: i64,
    /// Clerk has said something of the user since the claims were read.
    was_changed: bool,
    /// The claims are older than the rule accepts.
    is_old: bool,
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

impl From<&Finding> for PublicMetadata {
    fn from(finding: &Finding) -> Self {
        finding.metadata.as_ref().map_or(Self::Absent, |metadata| Self::Found(Rc::clone(metadata)))
    }
}

impl From<Result<Option<Finding>, LookupFailed>> for PublicMetadata {
    fn from(result: Result<Option<Finding>, LookupFailed>) -> Self {
        match result {
            Ok(Some(finding)) => Self::from(&finding),
            Ok(None) => Self::NotConfigured,
            Err(failed) => Self::Failed(failed),
        }
    }
}

impl<'a> User<'a> {
    /// From the token alone.
    pub(super) fn new(
        settings: &'a Settings,
        session: Session,
        token: Rc<str>,
        now_ms: i64,
    ) -> Self {
        let mut user = Self {
            settings,
            session,
            token,
            now_ms,
            metadata: PublicMetadata::NotAsked,
            fetched_at_ms: now_ms,
            was_changed: false,
            is_old: false,
            roles: Vec::new(),
            role_source: None,
        };
        user.find_role();
        user
    }

    /// Adds the result of a look-up; `None` if nothing can be looked up.
    pub(super) fn add_lookup(&mut self, result: Result<Option<Finding>, LookupFailed>) {
        match result {
            Ok(Some(finding)) => self.add_finding(&finding),
            other => self.metadata = other.into(),
        }
        self.find_role();
    }

    /// Adds what is known apart from the token. It counts only if it is later than the token's
    /// claims; one that may not be used any more says that they are out of date, and nothing else.
    pub(super) fn add_pushed(&mut self, finding: &Finding) {
        if !finding.is_later_than_claims(self.claims_read_at()) {
            return;
        }
        self.was_changed = true;
        if finding.is_fresh(self.settings.lookup_ttl_seconds, self.now_ms) {
            self.add_finding(finding);
        }
        self.find_role();
    }

    /// From now on this is asked for rules that accept claims of at most this age in seconds.
    pub(super) fn judge_by(&mut self, fresh: Option<u32>) {
        let is_old = fresh.is_some_and(|fresh| {
            self.claims_age_seconds().is_none_or(|age| age > i64::from(fresh))
        });
        let is_stale = fresh.is_some_and(|fresh| {
            let age_ms = self.now_ms.saturating_sub(self.fetched_at_ms);
            age_ms > i64::from(fresh).saturating_mul(1_000)
        });
        if is_stale && matches!(self.metadata, PublicMetadata::Found(_) | PublicMetadata::Absent) {
            self.metadata = PublicMetadata::NotAsked;
        } else if is_old == self.is_old {
            return;
        }
        self.is_old = is_old;
        self.find_role();
    }

    fn add_finding(&mut self, finding: &Finding) {
        self.was_changed |= finding.is_later_than_claims(self.claims_read_at());
        self.fetched_at_ms = finding.fetched_at_ms;
        self.metadata = finding.into();
    }

    fn claims_read_at(&self) -> Option<i64> {
        self.session.claims().read_at_seconds()
    }

    /// How long ago Clerk read the claims of the token.
    pub(crate) fn claims_age_seconds(&self) -> Option<i64> {
        let now_seconds = self.now_ms.div_euclid(1_000);
        self.claims_read_at().map(|at| now_seconds.saturating_sub(at).max(0))
    }

    /// Whether role and metadata of the token are out of date.
    pub(crate) const fn token_is_out_of_date(&self) -> bool {
        self.is_old || self.was_changed
    }

    /// Whether what the token says at a path counts.
    pub(crate) fn token_counts(&self, path: &ClaimPath) -> bool {
        token_counts(self.settings, path, self.token_is_out_of_date())
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
        let counts = self.token_counts(path);
        claim_value(self.session.claims(), counts, &self.metadata, path)
    }

    fn find_role(&mut self) {
        let is_out_of_date = self.token_is_out_of_date();
        let claims = self.session.claims();
        let found = find_roles(self.settings, claims, is_out_of_date, &self.metadata);
        let (roles, source) = found.unzip();
        self.roles = roles.unwrap_or_default();
        self.role_source = source;
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

    fn claims_are_old(&self) -> bool {
        self.is_old
    }
}

/// Whether what the token says at a path counts. Where the token is out of date, that does not
/// which names the metadata or holds the role. Clerk's own claims always count.
pub(crate) fn token_counts(settings: &Settings, path: &ClaimPath, is_out_of_date: bool) -> bool {
    !is_out_of_date
        || path.is_of_clerk()
        || !(path.names_metadata() || settings.role_claims.contains(path))
}

/// The roles in the token, else in what was looked up, and where they were found.
pub(crate) fn find_roles<'a>(
    settings: &'a Settings,
    claims: &Claims,
    is_out_of_date: bool,
    metadata: &PublicMetadata,
) -> Option<(Vec<String>, &'a str)> {
    // The first place that has a value counts, whether or not the value is a role.
    let counts = |path: &&ClaimPath| token_counts(settings, path, is_out_of_date);
    let mut places = settings.role_claims.iter().filter(counts);
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
    token_counts: bool,
    metadata: &'c PublicMetadata,
    path: &ClaimPath,
) -> Known<&'c Value> {
    if let Some(value) = path.read_present(claims.all()).filter(|_| token_counts) {
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
