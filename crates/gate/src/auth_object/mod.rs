//! The auth object: who asked, for the program behind the gate. Its fields are those of Clerk's
//! SDK. Made where a request goes on to a handler and the caller was asked for.
//!
//! It outlives the request's decision as a text ([`text`]), because nothing of the gate is held
//! while a handler runs. It never lets a request go on to an upstream: a `Grant`
//! alone does.

pub mod ask;
pub mod has;
pub mod text;

use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::condition::ClaimWanted;
use clerk_edge_rules::decide::Caller;
use clerk_edge_rules::facts::{Facts, Known, Lookup, Truth};
use clerk_edge_rules::reverification::Reverification;
use clerk_edge_token::claims::Claims;
use serde_json::Value;

use crate::auth::principal::{
    PublicMetadata, claim_value, find_roles, has_organization, is_reverified, known_roles,
};
use crate::auth::{Auth, AuthHints, AuthStatus};
use crate::settings::Settings;

/// Who asked.
#[derive(Clone)]
pub struct AuthObject {
    pub(crate) status: AuthObjectStatus,
    /// Clerk's reason why nobody is signed in.
    pub(crate) reason: Option<String>,
}

/// The three results of asking.
#[derive(Clone)]
pub(crate) enum AuthObjectStatus {
    /// It could not be found out.
    Unavailable {
        /// When it may be worth trying again.
        retry_after_seconds: u32,
    },
    /// Nobody is signed in.
    SignedOut {
        /// Somebody is, but has a task of Clerk's left to do.
        pending: bool,
        /// The code that ends the request wherever a session is needed.
        refusal: Option<Code>,
    },
    /// This person.
    SignedIn(Box<Person>),
}

/// The person who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    /// The verified session token.
    pub(crate) token: String,
    /// Its claims.
    pub(crate) claims: Claims,
    /// The roles, as far as they are known.
    pub(crate) roles: Vec<String>,
    /// What was looked up.
    pub(crate) metadata: PublicMetadata,
    /// Role and metadata of the token do not count any more.
    is_out_of_date: bool,
}

impl AuthObject {
    /// Of an authenticated request; none where nobody was asked for.
    pub(crate) fn of(auth: &Auth<'_>) -> Option<Self> {
        let status = match &auth.status {
            AuthStatus::NotAsked => return None,
            AuthStatus::Unavailable { retry_after_seconds } => {
                AuthObjectStatus::Unavailable { retry_after_seconds: *retry_after_seconds }
            }
            AuthStatus::Handshake { .. } => {
                AuthObjectStatus::SignedOut { pending: false, refusal: None }
            }
            AuthStatus::SignedOut { pending, refusal } => {
                AuthObjectStatus::SignedOut { pending: *pending, refusal: *refusal }
            }
            AuthStatus::SignedIn(user) => AuthObjectStatus::SignedIn(Box::new(Person {
                token: user.token().to_owned(),
                claims: user.session().claims().clone(),
                roles: user.roles().to_vec(),
                metadata: user.metadata().clone(),
                is_out_of_date: user.token_is_out_of_date(),
            })),
        };
        let reason = auth.reason.as_ref().map(|reason| reason.as_str().into_owned());
        Some(Self { status, reason })
    }

    /// `signed-in`, `signed-out` or `unavailable`.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self.status {
            AuthObjectStatus::SignedIn(_) => "signed-in",
            AuthObjectStatus::SignedOut { .. } => "signed-out",
            AuthObjectStatus::Unavailable { .. } => "unavailable",
        }
    }

    /// Clerk's reason why nobody is signed in.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Whether the role is one of those that rules see, as far as they are known without asking.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles().iter().any(|known| known == role)
    }

    /// The user's id.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.person().map(Person::subject)
    }

    /// The user who impersonates this one.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        self.claims()?.value("act")?.get("sub")?.as_str()
    }

    /// A claim by its path, `metadata.plan`: of the token or, where it has none, of what was looked
    /// up.
    #[must_use]
    pub fn claim(&self, path: &str) -> Option<&Value> {
        let person = self.person()?;
        let path = ClaimPath::parse(path).ok()?;
        match claim_value(&person.claims, person.token_counts(&path), &person.metadata, &path) {
            Known::Yes(value) => Some(value),
            Known::No | Known::NotInToken => None,
        }
    }

    /// The claims of the session token.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        self.person().map(|person| &person.claims)
    }

    /// The session token.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.person().map(|person| person.token.as_str())
    }

    /// The roles that rules see, as far as they are known without asking.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        self.person().map_or(&[], |person| &person.roles)
    }

    /// Who asked, for a decision.
    pub(crate) const fn caller(&self) -> Caller<'_> {
        match &self.status {
            AuthObjectStatus::SignedIn(person) => Caller::Known(&**person),
            AuthObjectStatus::Unavailable { .. } => Caller::Unknown(Code::KeysUnavailable),
            AuthObjectStatus::SignedOut { refusal: Some(code), .. } => Caller::Unknown(*code),
            AuthObjectStatus::SignedOut { .. } => Caller::SignedOut,
        }
    }

    /// What the answer to a refused request says besides its code.
    pub(crate) fn hints(&self) -> AuthHints {
        let pending = matches!(self.status, AuthObjectStatus::SignedOut { pending: true, .. });
        let retry_after_seconds = match &self.status {
            AuthObjectStatus::Unavailable { retry_after_seconds } => Some(*retry_after_seconds),
            AuthObjectStatus::SignedIn(person) => person.metadata.retry_after_seconds(),
            AuthObjectStatus::SignedOut { .. } => None,
        };
        AuthHints { pending, retry_after_seconds }
    }

    pub(crate) const fn person(&self) -> Option<&Person> {
        match &self.status {
            AuthObjectStatus::SignedIn(person) => Some(person),
            _ => None,
        }
    }
}

impl Person {
    /// The user's id.
    pub(crate) fn subject(&self) -> &str {
        self.claims.text("sub").unwrap_or_default()
    }

    /// Adds what was looked up.
    pub(crate) fn add_metadata(&mut self, settings: &Settings, metadata: PublicMetadata) {
        self.metadata = metadata;
        self.find_roles(settings);
    }

    /// From now on this is asked for a rule that accepts claims of at most this age in seconds.
    pub(crate) fn judge_by(&mut self, fresh: Option<u32>, now_seconds: i64, settings: &Settings) {
        let Some(fresh) = fresh else { return };
        let age = self.claims.read_at_seconds().map(|at| now_seconds.saturating_sub(at));
        if !self.is_out_of_date && age.is_none_or(|age| age > i64::from(fresh)) {
            self.is_out_of_date = true;
            self.find_roles(settings);
        }
    }

    /// Whether what the token says at a path counts.
    fn token_counts(&self, path: &ClaimPath) -> bool {
        !self.is_out_of_date || !path.names_metadata()
    }

    fn find_roles(&mut self, settings: &Settings) {
        let found = find_roles(settings, &self.claims, self.is_out_of_date, &self.metadata);
        self.roles = found.map(|(roles, _)| roles).unwrap_or_default();
    }
}

impl std::fmt::Debug for AuthObject {
    /// The status alone: a claim or a token has no place in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthObject").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl Facts for Person {
    fn roles(&self) -> Known<&[String]> {
        known_roles(&self.roles, &self.metadata)
    }

    fn permission(&self, name: &str) -> Truth {
        self.claims.has_permission(name).into()
    }

    fn feature(&self, name: &str) -> Truth {
        self.claims.has_feature(name).into()
    }

    fn plan(&self, name: &str) -> Truth {
        self.claims.has_plan(name).into()
    }

    fn organization(&self, wanted: Option<&[u8]>) -> Truth {
        has_organization(&self.claims, wanted).into()
    }

    fn claim(&self, path: &ClaimPath, wanted: &ClaimWanted) -> Truth {
        let counts = self.token_counts(path);
        claim_value(&self.claims, counts, &self.metadata, path)
            .truth(|value: &Value| wanted.admits(value))
    }

    fn reverified(&self, wanted: &Reverification) -> Truth {
        is_reverified(&self.claims, wanted).into()
    }

    fn lookup(&self) -> Lookup {
        self.metadata.lookup()
    }

    /// Headers were set when the request went on; none is set after that.
    fn lacks_a_header(&self) -> bool {
        false
    }
}
