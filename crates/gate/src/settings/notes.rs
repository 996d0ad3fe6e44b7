//! Notes for the log and the health answer: what is missing or should be changed.

use clerk_edge_rules::caller_kind::CallerKind;

use crate::settings::{InstanceKind, LogLevel, Settings};
use clerk_edge_token::policy::Issuers;

/// The notes made while reading, and those on the settings as a whole.
pub(super) fn of(settings: &Settings, reader_notes: Vec<String>) -> Vec<String> {
    let sentences = [
        (settings.instance.kind == InstanceKind::Development, DEVELOPMENT),
        (settings.secret_key.is_none(), NO_SECRET),
        (!settings.has_store && settings.jwt_key.is_none(), NO_STORE),
        (names_without_secret(settings), NO_MACHINE_SECRET),
        (takes_any_key(settings), ANY_KEY),
        (settings.session_policy.authorized_parties.is_empty(), NO_PARTIES),
        (settings.session_policy.authorized_parties.iter().any(|p| p.ends_with('/')), PARTY_SLASH),
        (settings.session_policy.issuers == Issuers::Any, ANY_ISSUER),
        (settings.trust_forwarded_host, FORWARDED_HOST),
        (settings.log == LogLevel::Off, LOG_OFF),
        (is_debug_in_production(settings), DEBUG),
        (
            settings.instance.publishable_key.trim_ascii() != settings.instance.publishable_key,
            SPACE,
        ),
    ];
    let found = sentences.into_iter().filter(|(applies, _)| *applies);
    reader_notes.into_iter().chain(found.map(|(_, sentence)| sentence.to_owned())).collect()
}

/// Whether a rule names a kind of machine about which Clerk cannot be asked.
fn names_without_secret(settings: &Settings) -> bool {
    let kinds = [CallerKind::ApiKey, CallerKind::OAuth, CallerKind::Machine];
    let missing = |kind: &CallerKind| {
        settings.machines.secret_for(*kind, settings.secret_key.as_ref()).is_none()
    };
    let mut kinds = kinds.into_iter().filter(missing);
    kinds.any(|kind| settings.rules.iter().any(|rule| rule.accepts().has(kind)))
}

/// Whether a rule accepts API keys and checks neither scope nor claim.
fn takes_any_key(settings: &Settings) -> bool {
    settings.rules.iter().any(|rule| {
        let asks = rule.machines().is_some_and(|it| !it.scopes.is_empty());
        rule.accepts().has(CallerKind::ApiKey) && !asks && !rule.requirement().reads_claims()
    })
}

fn is_debug_in_production(settings: &Settings) -> bool {
    settings.debug_role && settings.instance.kind == InstanceKind::Production
}

const DEVELOPMENT: &str = "The publishable key is a development one: not for production.";
const NO_SECRET: &str = "CLERK_SECRET_KEY is not set: missing claims are not looked up, sessions \
                         are not refreshed, handshakes that answer with a nonce fail, and the \
                         account addresses answer 503.";
const NO_MACHINE_SECRET: &str = "A rule names API keys, OAuth or M2M tokens, and CLERK_SECRET_KEY \
                                 is not set: those that are not JWTs are answered 503.";
const ANY_KEY: &str = "A rule accepts every API key: users make keys by themselves, so check a \
                       `scope` or a `claim` too.";
const NO_STORE: &str = "CLERK_CACHE is not bound: keys and looked-up claims are kept only in \
                        memory, and every new isolate fetches them again.";
const NO_PARTIES: &str = "CLERK_AUTHORIZED_PARTIES is not set: session tokens made for your other \
                          sites are accepted here.";
const PARTY_SLASH: &str = "CLERK_AUTHORIZED_PARTIES has an entry that ends in `/`: it never \
                           matches, because parties are origins.";
const ANY_ISSUER: &str = "CLERK_ISSUER is `any`: the issuer is not checked.";
const FORWARDED_HOST: &str = "CLERK_TRUST_FORWARDED_HOST is on: whoever can reach this Worker \
                              directly can choose the URL that sign-in returns to.";
const LOG_OFF: &str = "LOG is `off`: decisions are not logged.";
const DEBUG: &str = "DEBUG_ROLE is on with a production key: signed-in people can see how their \
                     own requests are decided.";
const SPACE: &str = "CLERK_PUBLISHABLE_KEY has white space around it, which changes the names of \
                     its cookies: set it again.";
