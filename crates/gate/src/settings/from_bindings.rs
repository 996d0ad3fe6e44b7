//! Reads all bindings and returns settings or all problems: a table with a row for each setting.
//!
//! How a kind of value is read belongs in `value_reader`, defaults in `defaults`.

use crate::secret::{Secret, is_production_key};
use crate::settings::account::SelfMetadata;
use crate::settings::bindings::{
    ACCOUNT, Binding, Bindings, CLAIM_HEADERS, CLERK_API_URL, CLERK_AUDIENCE,
    CLERK_AUTHORIZED_PARTIES, CLERK_CACHE, CLERK_CLOCK_SKEW_SECONDS, CLERK_CROSS_ORIGIN_SYNC,
    CLERK_DOMAIN, CLERK_IS_SATELLITE, CLERK_ISSUER, CLERK_JWKS_URL, CLERK_JWT_KEY,
    CLERK_MACHINE_ID, CLERK_MACHINE_SECRET_KEY, CLERK_ORGANIZATION_SYNC, CLERK_PROXY_URL,
    CLERK_PUBLISHABLE_KEY, CLERK_SATELLITE_AUTO_SYNC, CLERK_SECRET_KEY, CLERK_SIGN_IN_URL,
    CLERK_SIGN_UP_URL, CLERK_TRUST_FORWARDED_HOST, DEBUG_ROLE, LOG, LOOKUP_TTL_SECONDS,
    MACHINE_TTL_SECONDS, ROLE_CLAIMS, ROUTES, SELF_METADATA, UPSTREAM, UPSTREAM_KIND,
};
use crate::settings::in_code::{Beside, InCode};
use crate::settings::problems::SettingsProblems;
use crate::settings::value_reader::ValueReader;
use crate::settings::{
    Instance, InstanceKind, LogLevel, Settings, Upstream, claim_headers, contradictions, issuers,
    notes, organization_sync, upstream, urls,
};
use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::rule_set::{Context, Rules};
use clerk_edge_token::key::PublicKey;

impl Settings {
    /// Reads all bindings.
    ///
    /// # Errors
    /// [`SettingsProblems`] with every problem and its place.
    pub fn read(bindings: &dyn Bindings) -> Result<Self, SettingsProblems> {
        Self::read_beside(bindings, &InCode::default())
    }

    /// Reads all bindings, and the settings that are in code beside them.
    ///
    /// # Errors
    /// As [`Self::read`]. A name that is set in both places is a problem.
    pub fn read_beside(env: &dyn Bindings, code: &InCode) -> Result<Self, SettingsProblems> {
        let bindings = &Beside { env, code };
        let mut reader = ValueReader::new(bindings);
        code.problems(env).into_iter().for_each(|it| reader.add(it.place, it.message));
        let key = reader.text(CLERK_PUBLISHABLE_KEY);
        let may_be_shown = !key.as_deref().is_some_and(is_production_key);
        let instance = instance(&mut reader, key.as_deref());
        let key_is_valid = instance.is_some();
        let instance = instance.unwrap_or_else(|| placeholder_instance(may_be_shown));
        let mut settings = Self::new(instance);
        if code.has_handler() {
            settings.upstream = Upstream::Handler;
        }
        for (name, read) in TABLE {
            read(&mut reader, name, &mut settings);
        }
        contradictions::check(&mut reader, &settings, key_is_valid);
        let reader_notes = reader.finish(may_be_shown)?;
        settings.notes = notes::of(&settings, reader_notes);
        Ok(settings)
    }
}

/// Reads one binding into its field of the settings. The field keeps its default where nothing is
/// bound; where a problem was added, its value does not matter, because no settings are returned.
type Read = fn(&mut ValueReader<'_>, &'static str, &mut Settings);

/// All settings but the publishable key, in the order in which their problems are listed. A row
/// may use what the rows above it have read.
const TABLE: [(&str, Read); 31] = [
    (CLERK_SIGN_IN_URL, |reader, name, to| to.sign_in_url = urls::page(reader, name)),
    (CLERK_PROXY_URL, |reader, name, to| to.proxy_url = urls::proxy(reader, name)),
    (CLERK_DOMAIN, |reader, name, to| to.domain = urls::domain(reader, name)),
    (CLERK_IS_SATELLITE, |reader, name, to| reader.boolean(name, &mut to.is_satellite)),
    (UPSTREAM, |reader, name, to| upstream::read(reader, name, &mut to.upstream)),
    (CLERK_SECRET_KEY, |reader, name, to| to.secret_key = secret_key(reader, name)),
    (CLERK_JWT_KEY, |reader, name, to| to.jwt_key = jwt_key(reader, name)),
    (UPSTREAM_KIND, |reader, name, to| to.upstream_kind = upstream::kind(reader, name, to)),
    (CLERK_MACHINE_SECRET_KEY, |reader, name, to| to.machines.secret = secret(reader, name)),
    (CLERK_MACHINE_ID, |reader, name, to| to.machines.id = reader.text(name)),
    (MACHINE_TTL_SECONDS, machine_ttl),
    (CLERK_ORGANIZATION_SYNC, |reader, name, to| {
        to.organization_sync = organization_sync::read(reader, name);
    }),
    (CLERK_API_URL, api_url),
    (CLERK_JWKS_URL, jwks_url),
    (CLERK_AUTHORIZED_PARTIES, |reader, name, to| {
        reader.texts(name, &mut to.session_policy.authorized_parties);
    }),
    (CLERK_AUDIENCE, |reader, name, to| reader.texts(name, &mut to.session_policy.audience)),
    (CLERK_ISSUER, issuers::read),
    (CLERK_CLOCK_SKEW_SECONDS, clock_skew),
    (CLERK_SIGN_UP_URL, |reader, name, to| to.sign_up_url = urls::page(reader, name)),
    (CLERK_SATELLITE_AUTO_SYNC, |reader, name, to| {
        reader.boolean(name, &mut to.satellite_auto_sync);
    }),
    (CLERK_CROSS_ORIGIN_SYNC, |reader, name, to| reader.boolean(name, &mut to.cross_origin_sync)),
    (CLERK_TRUST_FORWARDED_HOST, |reader, name, to| {
        reader.boolean(name, &mut to.trust_forwarded_host);
    }),
    (ROUTES, |reader, name, to| to.rules = rules(reader, name, to).unwrap_or_default()),
    (ROLE_CLAIMS, role_claims),
    (CLAIM_HEADERS, |reader, name, to| to.claim_headers = claim_headers::read(reader, name)),
    (LOG, log),
    (LOOKUP_TTL_SECONDS, lookup_ttl),
    (DEBUG_ROLE, |reader, name, to| reader.boolean(name, &mut to.debug_role)),
    (ACCOUNT, |reader, name, to| reader.boolean(name, &mut to.account.on)),
    (SELF_METADATA, |reader, name, to| {
        to.account.self_metadata = self_metadata(reader, name).unwrap_or_default();
    }),
    (CLERK_CACHE, |reader, name, to| {
        to.has_store = reader.is_bound(name, &Binding::Store, "must be a KV namespace");
    }),
];

/// The instance of the publishable key; `None` with a problem if the key cannot be read.
fn instance(reader: &mut ValueReader<'_>, key: Option<&str>) -> Option<Instance> {
    let Some(key) = key else { return reader.refuse(CLERK_PUBLISHABLE_KEY, NO_PUBLISHABLE_KEY) };
    match Instance::parse(key) {
        Ok(instance) => Some(instance),
        Err(error) => reader.refuse(CLERK_PUBLISHABLE_KEY, error.advice()),
    }
}

/// Used where the publishable key cannot be read, so that the other bindings are checked too.
fn placeholder_instance(development: bool) -> Instance {
    Instance {
        publishable_key: String::new(),
        kind: if development { InstanceKind::Development } else { InstanceKind::Production },
        frontend_host: String::new(),
        portal: None,
        cookie_suffix: String::new(),
    }
}

/// White space around the key is ignored: it often comes from the file or prompt that was copied.
fn secret_key(reader: &mut ValueReader<'_>, name: &str) -> Option<Secret> {
    let secret = secret(reader, name)?;
    if !secret.is_development() && !secret.is_production() {
        reader.add_note(SECRET_KEY_PREFIX);
    }
    Some(secret)
}

fn secret(reader: &mut ValueReader<'_>, name: &str) -> Option<Secret> {
    let text = reader.text(name)?;
    let key = text.trim_ascii();
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return reader.refuse(name, SECRET_KEY_CHARACTERS);
    }
    Some(Secret::new(key.to_owned()))
}

fn jwt_key(reader: &mut ValueReader<'_>, name: &str) -> Option<PublicKey> {
    match PublicKey::from_pem(&reader.text(name)?) {
        Ok(key) => Some(key),
        Err(error) => reader.refuse(name, error.to_string()),
    }
}

fn api_url(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    if let Some(url) = urls::clerk_url(reader, name, to.instance.kind) {
        to.api_url = url;
    }
}

fn jwks_url(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    let url = urls::clerk_url(reader, name, to.instance.kind);
    to.jwks_url = url.unwrap_or_else(|| issuers::default_jwks_url(to));
}

fn self_metadata(reader: &mut ValueReader<'_>, name: &str) -> Option<SelfMetadata> {
    match reader.bound(name)? {
        Binding::Text(text) | Binding::Json(text) => match SelfMetadata::read(name, &text) {
            Ok(fields) => Some(fields),
            Err(problems) => reader.refuse_all(problems),
        },
        other => reader.refuse_kind(name, "must be a table of fields", &other),
    }
}

fn clock_skew(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    if let Some(seconds) = reader.seconds(name, 0, CLOCK_SKEW_SECONDS_MAX) {
        to.session_policy.clock_skew_ms = i64::from(seconds).saturating_mul(1_000);
    }
}

fn lookup_ttl(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    if let Some(seconds) = reader.seconds(name, 1, LOOKUP_TTL_SECONDS_MAX) {
        to.lookup_ttl_seconds = seconds;
    }
}

fn machine_ttl(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    if let Some(seconds) = reader.seconds(name, 0, MACHINE_TTL_SECONDS_MAX) {
        to.machines.ttl_seconds = seconds;
    }
}

fn rules(reader: &mut ValueReader<'_>, name: &str, settings: &Settings) -> Option<Rules> {
    let (ignores_case, suffixes) = upstream::reading(reader, &settings.upstream);
    let context = Context {
        assets: settings.upstream == Upstream::Assets,
        ignores_case,
        suffixes,
        sign_in: settings.sign_in_url.as_deref().and_then(urls::path_on_site),
    };
    let text = match reader.bound(name) {
        // Without rules, too, the sign-in page of this site may be closed.
        None => "[]".to_owned(),
        Some(Binding::Text(text) | Binding::Json(text)) => text,
        Some(other) => return reader.refuse_kind(name, "must be a list of rules", &other),
    };
    match Rules::read(&text, &context) {
        Ok(rules) => Some(rules),
        Err(problems) => reader.refuse_all(problems),
    }
}

fn role_claims(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    let Some(entries) = reader.list(name) else { return };
    to.role_claims.clear();
    for entry in entries {
        match ClaimPath::parse(&entry.text) {
            Ok(path) => to.role_claims.push(path),
            Err(_) => reader.add(entry.place, "must be a claim path, such as `metadata.role`"),
        }
    }
}

fn log(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    let Some(text) = reader.text(name) else { return };
    to.log = match text.trim() {
        "all" => LogLevel::All,
        "decisions" => LogLevel::Decisions,
        "refusals" => LogLevel::Refusals,
        "off" => LogLevel::Off,
        _ => return reader.add(name, "must be `all`, `decisions`, `refusals` or `off`"),
    };
}

const CLOCK_SKEW_SECONDS_MAX: u32 = 300;
const LOOKUP_TTL_SECONDS_MAX: u32 = 86_400;
const MACHINE_TTL_SECONDS_MAX: u32 = 60;
const NO_PUBLISHABLE_KEY: &str = "is missing: copy it from the Clerk dashboard, API keys; \
                                  it begins with `pk_test_` or `pk_live_`";
const SECRET_KEY_CHARACTERS: &str =
    "contains white space or characters that a secret key cannot contain: set it again";
const SECRET_KEY_PREFIX: &str = "CLERK_SECRET_KEY does not look like a secret key \
                                 (`sk_test_…` or `sk_live_…`): Clerk's API will refuse it.";
