//! From bindings to settings: every binding is read, whatever is wrong with the others.

use crate::secret::Secret;
use crate::settings::bindings::{Binding, Bindings};
use crate::settings::issuers::FrontendApi;
use crate::settings::problems::SettingsProblems;
use crate::settings::value_reader::ValueReader;
use crate::settings::{
    Instance, InstanceKind, LogLevel, Settings, Upstream, claim_headers, contradictions, issuers,
    notes, upstream, urls,
};
use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::problem::Problem;
use clerk_edge_rules::rule_set::{Context, Rules};
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::policy::{Issuers, Policy};

impl Settings {
    /// Reads all bindings.
    ///
    /// # Errors
    /// [`SettingsProblems`] with every problem at once, each with its place.
    pub fn read(bindings: &impl Bindings) -> Result<Self, SettingsProblems> {
        let reader = ValueReader::new(bindings);
        let key = reader.text(PUBLISHABLE_KEY);
        let may_be_shown = !key.as_deref().is_some_and(is_production);
        let (instance, unread) = match instance(&reader, key) {
            Ok(instance) => (instance, None),
            Err(problem) => (nameless(may_be_shown), Some(problem)),
        };
        let mut settings = all(&reader, instance);
        contradictions::note(&reader, &settings, unread.is_none());
        let (problems, remarks) = reader.into_findings();
        let others = problems.into_iter().filter(|other| other.place != PUBLISHABLE_KEY);
        let mut problems = unread.into_iter().chain(others);
        if let Some(first) = problems.next() {
            return Err(SettingsProblems::new(first, problems.collect(), may_be_shown));
        }
        settings.notes = notes::of(&settings, remarks);
        Ok(settings)
    }
}

/// Reads every binding. What cannot be read has a problem noted and its default here, so what
/// comes out counts only where no problem was noted.
fn all<B: Bindings>(reader: &ValueReader<'_, B>, instance: Instance) -> Settings {
    let development = instance.kind == InstanceKind::Development;
    let sign_in_url = urls::page(reader, SIGN_IN_URL);
    let proxy_url = urls::proxy(reader, PROXY_URL);
    let domain = urls::domain(reader, DOMAIN);
    let is_satellite = flag(reader, IS_SATELLITE);
    let frontend = FrontendApi {
        instance: &instance,
        proxy_url: proxy_url.as_deref(),
        satellite_domain: domain.as_deref().filter(|_| is_satellite),
    };
    let upstream = upstream::read(reader);
    Settings {
        secret_key: secret_key(reader),
        jwt_key: jwt_key(reader),
        api_url: urls::trusted(reader, "CLERK_API_URL", development)
            .unwrap_or_else(|| API_URL.to_owned()),
        jwks_url: urls::trusted(reader, "CLERK_JWKS_URL", development)
            .unwrap_or_else(|| frontend.jwks_url()),
        session_policy: Policy {
            authorized_parties: texts(reader, PARTIES),
            audience: texts(reader, "CLERK_AUDIENCE"),
            issuers: issuers::read(reader).unwrap_or_else(|| Issuers::Only(frontend.issuers())),
            clock_skew_ms: clock_skew_ms(reader),
        },
        sign_up_url: urls::page(reader, "CLERK_SIGN_UP_URL"),
        satellite_auto_sync: flag(reader, "CLERK_SATELLITE_AUTO_SYNC"),
        cross_origin_sync: flag(reader, "CLERK_CROSS_ORIGIN_SYNC"),
        trust_forwarded_host: flag(reader, "CLERK_TRUST_FORWARDED_HOST"),
        rules: rules(reader, &upstream, sign_in_url.as_deref()),
        role_claims: role_claims(reader),
        claim_headers: claim_headers::read(reader),
        log: log(reader),
        lookup_ttl_seconds: reader
            .whole_number("LOOKUP_TTL_SECONDS", 1, LOOKUP_TTL_SECONDS_MAX)
            .unwrap_or(LOOKUP_TTL_SECONDS),
        debug_role: reader.boolean("DEBUG_ROLE").unwrap_or(development),
        has_store: has_store(reader),
        notes: Vec::new(),
        instance,
        sign_in_url,
        proxy_url,
        domain,
        is_satellite,
        upstream,
    }
}

/// Stands where the key could not be read, so that the other bindings are read all the same.
fn nameless(development: bool) -> Instance {
    Instance {
        publishable_key: String::new(),
        kind: if development { InstanceKind::Development } else { InstanceKind::Production },
        frontend_host: String::new(),
        portal: None,
        cookie_suffix: String::new(),
    }
}

fn instance<B: Bindings>(
    reader: &ValueReader<'_, B>,
    key: Option<String>,
) -> Result<Instance, Problem> {
    let Some(key) = key else {
        let message = match reader.bound(PUBLISHABLE_KEY) {
            None => "is missing: copy it from the Clerk dashboard, API keys; \
                 it begins with `pk_test_` or `pk_live_`"
                .to_owned(),
            Some(other) => format!("must be a text, but {} is bound", other.shape()),
        };
        return Err(Problem::new(PUBLISHABLE_KEY, message));
    };
    Instance::parse(&key).map_err(|unread| Problem::new(PUBLISHABLE_KEY, unread.advice()))
}

/// White space around the secret is a leftover of the file or the prompt that it came from.
fn secret_key<B: Bindings>(reader: &ValueReader<'_, B>) -> Option<Secret> {
    let text = reader.text(SECRET_KEY)?;
    let key = text.trim_ascii();
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return reader.refuse(
            SECRET_KEY,
            "holds white space or characters that no secret key has: set it again",
        );
    }
    if !SECRET_PREFIXES.iter().any(|prefix| key.starts_with(prefix)) {
        reader.remark(
            "CLERK_SECRET_KEY does not look like a secret key (`sk_test_…` or `sk_live_…`): \
             Clerk's API will refuse it.",
        );
    }
    Some(Secret::new(key.to_owned()))
}

fn jwt_key<B: Bindings>(reader: &ValueReader<'_, B>) -> Option<PublicKey> {
    match PublicKey::from_pem(&reader.text(JWT_KEY)?) {
        Ok(key) => Some(key),
        Err(unfit) => reader.refuse(JWT_KEY, unfit.to_string()),
    }
}

fn rules<B: Bindings>(
    reader: &ValueReader<'_, B>,
    upstream: &Upstream,
    sign_in: Option<&str>,
) -> Rules {
    let (ignores_case, suffixes) = upstream::reading(reader, upstream);
    let context = Context {
        assets: *upstream == Upstream::Assets,
        ignores_case,
        suffixes,
        sign_in: sign_in.and_then(urls::path_on_site),
    };
    let text = match reader.bound(ROUTES) {
        None => "[]".to_owned(),
        Some(Binding::Text(text) | Binding::Json(text)) => text,
        Some(other) => {
            let message = format!("must be a list of rules, but {} is bound", other.shape());
            reader.note(ROUTES, message);
            return Rules::default();
        }
    };
    Rules::read(&text, &context).unwrap_or_else(|problems| {
        reader.note_all(problems);
        Rules::default()
    })
}

fn role_claims<B: Bindings>(reader: &ValueReader<'_, B>) -> Vec<ClaimPath> {
    let Some(entries) = reader.list("ROLE_CLAIMS") else {
        return ROLE_CLAIMS.iter().filter_map(|text| ClaimPath::parse(text).ok()).collect();
    };
    let mut paths = Vec::new();
    for entry in entries {
        match ClaimPath::parse(&entry.text) {
            Ok(path) => paths.push(path),
            Err(_) => reader.note(entry.place, "must be a claim path, such as `metadata.role`"),
        }
    }
    paths
}

fn log<B: Bindings>(reader: &ValueReader<'_, B>) -> LogLevel {
    let level = reader.text("LOG").map(|text| match text.trim() {
        "all" => Some(LogLevel::All),
        "decisions" => Some(LogLevel::Decisions),
        "refusals" => Some(LogLevel::Refusals),
        "off" => Some(LogLevel::Off),
        _ => reader.refuse("LOG", "must be `all`, `decisions`, `refusals` or `off`"),
    });
    level.flatten().unwrap_or(LogLevel::Decisions)
}

fn has_store<B: Bindings>(reader: &ValueReader<'_, B>) -> bool {
    match reader.bound("CLERK_CACHE") {
        None => false,
        Some(Binding::Store) => true,
        Some(other) => {
            let message = format!("must be a KV namespace, but {} is bound", other.shape());
            reader.note("CLERK_CACHE", message);
            false
        }
    }
}

fn clock_skew_ms<B: Bindings>(reader: &ValueReader<'_, B>) -> i64 {
    let seconds = reader.whole_number("CLERK_CLOCK_SKEW_SECONDS", 0, CLOCK_SKEW_SECONDS_MAX);
    i64::from(seconds.unwrap_or(CLOCK_SKEW_SECONDS)).saturating_mul(1_000)
}

fn texts<B: Bindings>(reader: &ValueReader<'_, B>, name: &str) -> Vec<String> {
    reader.list(name).into_iter().flatten().map(|entry| entry.text).collect()
}

fn flag<B: Bindings>(reader: &ValueReader<'_, B>, name: &str) -> bool {
    reader.boolean(name).unwrap_or(false)
}

/// Whether the text claims to belong to a production instance, be it a key or not.
fn is_production(key: &str) -> bool {
    let key = key.trim_start();
    key.starts_with("pk_live_") || key.starts_with("sk_live_")
}

pub(super) const PUBLISHABLE_KEY: &str = "CLERK_PUBLISHABLE_KEY";
pub(super) const SECRET_KEY: &str = "CLERK_SECRET_KEY";
pub(super) const SIGN_IN_URL: &str = "CLERK_SIGN_IN_URL";
pub(super) const PROXY_URL: &str = "CLERK_PROXY_URL";
pub(super) const DOMAIN: &str = "CLERK_DOMAIN";
pub(super) const IS_SATELLITE: &str = "CLERK_IS_SATELLITE";
pub(super) const PARTIES: &str = "CLERK_AUTHORIZED_PARTIES";
const JWT_KEY: &str = "CLERK_JWT_KEY";
const ROUTES: &str = "ROUTES";
const API_URL: &str = "https://api.clerk.com";
const SECRET_PREFIXES: [&str; 4] = ["sk_test_", "sk_live_", "test_", "live_"];
const ROLE_CLAIMS: [&str; 4] =
    ["metadata.role", "publicMetadata.role", "public_metadata.role", "role"];
/// As Clerk's SDKs.
const CLOCK_SKEW_SECONDS: u32 = 5;
const CLOCK_SKEW_SECONDS_MAX: u32 = 300;
const LOOKUP_TTL_SECONDS: u32 = 60;
const LOOKUP_TTL_SECONDS_MAX: u32 = 86_400;
