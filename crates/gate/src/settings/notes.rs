//! Notes for the log and the health answer: what is missing or should be changed.

use crate::settings::{InstanceKind, LogLevel, Settings, webhook_bindings};
use clerk_edge_token::policy::Issuers;

/// The notes made while reading, and those on the settings as a whole.
pub(super) fn of(settings: &Settings, reader_notes: Vec<String>) -> Vec<String> {
    let sentences = [
        (settings.instance.kind == InstanceKind::Development, DEVELOPMENT),
        (settings.secret_key.is_none(), NO_SECRET),
        (!settings.has_store && settings.jwt_key.is_none(), NO_STORE),
        (settings.session_policy.authorized_parties.is_empty(), NO_PARTIES),
        (settings.session_policy.issuers == Issuers::Any, ANY_ISSUER),
        (settings.upstream_is_implied, IMPLIED_UPSTREAM),
        (settings.trust_forwarded_host, FORWARDED_HOST),
        (settings.log == LogLevel::Off, LOG_OFF),
        (is_debug_in_production(settings), DEBUG),
        (
            settings.instance.publishable_key.trim_ascii() != settings.instance.publishable_key,
            SPACE,
        ),
    ];
    let found = sentences.into_iter().filter(|(applies, _)| *applies);
    let found = found.map(|(_, sentence)| sentence.to_owned());
    let found = reader_notes.into_iter().chain(found).chain(case(settings));
    found.chain(webhook_bindings::notes(settings)).collect()
}

/// Some origins ignore the case of a path.
fn case(settings: &Settings) -> Option<String> {
    let path = settings.rules.open_in_capitals()?.path_text();
    Some(format!(
        "The rule for `{path}` does not cover the same path in capitals. If what stands behind the \
         gate ignores case, set PATH_CASE = \"insensitive\"."
    ))
}

fn is_debug_in_production(settings: &Settings) -> bool {
    settings.debug_role && settings.instance.kind == InstanceKind::Production
}

const DEVELOPMENT: &str = "The publishable key is a development one: not for production.";
const NO_SECRET: &str = "CLERK_SECRET_KEY is not set: missing claims are not looked up, sessions \
                         are not refreshed, handshakes that answer with a nonce fail, and the \
                         account addresses answer 503.";
const NO_STORE: &str = "CLERK_CACHE is not bound: keys and looked-up claims are kept only in \
                        memory, and every new isolate fetches them again.";
const NO_PARTIES: &str = "CLERK_AUTHORIZED_PARTIES is not set: session tokens made for your other \
                          sites are accepted here.";
const ANY_ISSUER: &str = "CLERK_ISSUER is `any`: the issuer is not checked.";
const FORWARDED_HOST: &str = "CLERK_TRUST_FORWARDED_HOST is on: whoever can reach this Worker \
                              directly can choose the URL that sign-in returns to.";
const IMPLIED_UPSTREAM: &str = "Neither ASSETS nor ORIGIN is bound, and UPSTREAM is not set: \
                                requests go to what stands behind this address without the Worker. \
                                For a static site set binding = \"ASSETS\" under [assets]; for a \
                                zone set UPSTREAM = \"passthrough\".";
const LOG_OFF: &str = "LOG is `off`: decisions are not logged.";
const DEBUG: &str = "DEBUG_ROLE is on with a production key: signed-in people can see how their \
                     own requests are decided.";
const SPACE: &str = "CLERK_PUBLISHABLE_KEY has white space around it, which changes the names of \
                     its cookies: set it again.";
