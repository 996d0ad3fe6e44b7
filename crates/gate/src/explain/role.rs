//! How the role was found, step by step: each configured place in the token, then the user object.

use serde::Serialize;
use serde_json::Value;

use crate::auth::principal::{PublicMetadata, User};
use crate::settings::Settings;
use clerk_edge_rules::claim_path::is_present;

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
    /// The way that the gate went for this user.
    pub(crate) fn of(settings: &Settings, user: &User<'_>) -> Self {
        let source = user.role_source();
        let claims = user.session().claims().all();
        let mut is_settled = false;
        let in_token = settings.role_claims.iter().map(|path| {
            let place = path.to_string();
            let value = path.read(claims);
            let counts = user.token_counts(path);
            let hit = source == Some(place.as_str()) && !is_settled;
            let note = match value {
                _ if hit => TAKEN,
                Some(_) if !counts => OUT_OF_DATE,
                value => note(value, is_settled),
            };
            is_settled |= counts && value.is_some_and(is_present);
            RolePlace { place, value: value.cloned(), hit, note: note.to_owned() }
        });
        let steps = in_token.chain([user_object(settings, user)]).collect();
        Self {
            names: user.roles().to_vec(),
            source: source.map(str::to_owned),
            steps,
            lookup: user.metadata().as_str(),
        }
    }
}

fn user_object(settings: &Settings, user: &User<'_>) -> RolePlace {
    let metadata = user.looked_up();
    let value = metadata.and_then(|it| {
        settings.role_claims.iter().find_map(|path| path.read_in_metadata(it)).cloned()
    });
    let hit = user.role_source() == Some("lookup");
    let note = match user.metadata() {
        _ if hit => TAKEN.to_owned(),
        PublicMetadata::NotAsked => "not asked: the token says enough".to_owned(),
        PublicMetadata::Found(_) if value.is_some() => {
            "found, but it is not where the role came from".into()
        }
        PublicMetadata::Found(_) => "the user has public metadata, but no role in it".to_owned(),
        PublicMetadata::Absent => "the user has no public metadata".to_owned(),
        PublicMetadata::NotConfigured => "not configured: CLERK_SECRET_KEY is not set".to_owned(),
        PublicMetadata::Failed(failed) => format!("failed: {}", failed.why),
    };
    RolePlace { place: "user object: public_metadata".to_owned(), value, hit, note }
}

fn note(value: Option<&Value>, is_settled: bool) -> &'static str {
    match value {
        None => "nothing stands there",
        Some(_) if is_settled => "passed over: an earlier place counts",
        Some(value) if !is_present(value) => "empty, which counts as nothing",
        Some(_) => "no role: neither a text nor a list of texts, and later places do not count",
    }
}

const OUT_OF_DATE: &str = "passed over: the user was changed since, or the rule wants newer claims";
const TAKEN: &str = "the role comes from here";
