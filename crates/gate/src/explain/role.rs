//! How the role was found, step by step: each configured place in the token, then the user object.

use serde::Serialize;
use serde_json::Value;

use crate::auth::principal::{User, full};
use crate::lookup::LookupFailed;
use crate::settings::Settings;

/// What became of the look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LookupState {
    /// None was needed.
    NotAsked,
    /// The user has public metadata.
    Found,
    /// No such user, or no public metadata.
    Absent,
    /// There is no secret key to ask with.
    NotConfigured,
    /// Nobody could look.
    Failed(LookupFailed),
}

/// The role, and the way to it.
#[derive(Debug, Serialize)]
pub(crate) struct RoleFound {
    /// The roles; none where there is none.
    pub(crate) names: Vec<String>,
    /// The claim, or `lookup`.
    pub(crate) source: Option<String>,
    /// Every place that was looked at, in order.
    pub(crate) steps: Vec<RolePlace>,
    /// The name of what became of the look-up.
    pub(crate) lookup: &'static str,
}

/// One place.
#[derive(Debug, Serialize)]
pub(crate) struct RolePlace {
    /// A claim of the token, or the user object.
    pub(crate) place: String,
    /// What stands there.
    pub(crate) value: Option<Value>,
    /// Whether the role was taken from there.
    pub(crate) hit: bool,
    /// In words.
    pub(crate) note: String,
}

impl RoleFound {
    /// The way that the gate went for this visitor.
    pub(crate) fn of(settings: &Settings, visitor: &User<'_>, looked: LookupState) -> Self {
        let source = visitor.role_source();
        let claims = visitor.session().claims().all();
        let mut is_settled = false;
        let in_token = settings.role_claims.iter().map(|path| {
            let place = path.to_string();
            let value = path.read(claims);
            let hit = source == Some(place.as_str()) && !is_settled;
            let note = if hit { TAKEN } else { note(value, is_settled) };
            is_settled |= full(value).is_some();
            RolePlace { place, value: value.cloned(), hit, note: note.to_owned() }
        });
        let steps = in_token.chain([user_object(settings, visitor, looked)]).collect();
        Self {
            names: visitor.names().to_vec(),
            source: source.map(str::to_owned),
            steps,
            lookup: looked.as_str(),
        }
    }
}

impl LookupState {
    /// The name in the JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotAsked => "not-asked",
            Self::Found => "found",
            Self::Absent => "absent",
            Self::NotConfigured => "not-configured",
            Self::Failed(_) => "failed",
        }
    }
}

fn user_object(settings: &Settings, visitor: &User<'_>, looked: LookupState) -> RolePlace {
    let metadata = visitor.looked_up();
    let value = metadata.and_then(|it| {
        settings.role_claims.iter().find_map(|path| path.read_in_metadata(it)).cloned()
    });
    let hit = visitor.role_source() == Some("lookup");
    let note = match looked {
        _ if hit => TAKEN.to_owned(),
        LookupState::NotAsked => "not asked: the token says enough".to_owned(),
        LookupState::Found if value.is_some() => {
            "found, but it is not where the role came from".into()
        }
        LookupState::Found => "the user has public metadata, but no role in it".to_owned(),
        LookupState::Absent => "the user has no public metadata".to_owned(),
        LookupState::NotConfigured => "not configured: CLERK_SECRET_KEY is not set".to_owned(),
        LookupState::Failed(failed) => format!("failed: {}", failed.why),
    };
    RolePlace { place: "user object: public_metadata".to_owned(), value, hit, note }
}

fn note(value: Option<&Value>, is_settled: bool) -> &'static str {
    match value {
        None => "nothing stands there",
        Some(_) if is_settled => "passed over: an earlier place counts",
        Some(value) if full(Some(value)).is_none() => "empty, which counts as nothing",
        Some(_) => "no role: neither a text nor a list of texts, and later places do not count",
    }
}

const TAKEN: &str = "the role comes from here";
