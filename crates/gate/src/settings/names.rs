//! Names that look like those of settings and are not: a misspelt binding would have no effect.

use crate::settings::bindings::{Binding, NAMES};
use crate::settings::value_reader::ValueReader;
use clerk_edge_rules::spelling::distance;

/// Adds a problem for each variable or secret whose name is near that of a setting, or begins with
/// `CLERK_` and is known neither here nor to Clerk's SDKs. Where the gate is part of a program the
/// environment is the program's, and a note is enough.
pub(super) fn check(reader: &mut ValueReader<'_>, is_program: bool) {
    for name in reader.names() {
        let is_known = |list: &[&str]| list.contains(&name.as_str());
        if is_known(&NAMES) || is_known(&ANNOUNCED) || is_known(&OF_CLERKS_SDKS) {
            continue;
        }
        if !matches!(reader.bound(&name), Some(Binding::Text(_) | Binding::Json(_))) {
            continue;
        }
        let message = match meant(&name) {
            Some(meant) => format!("is no setting: did you mean `{meant}`?"),
            None if name.starts_with("CLERK_") => UNKNOWN.to_owned(),
            None => continue,
        };
        if is_program {
            reader.add_note(&format!("{name} {message}"));
        } else {
            reader.add(name, message);
        }
    }
}

fn meant(name: &str) -> Option<&'static str> {
    if name.chars().count() < LETTERS_MIN {
        return None;
    }
    let known = NAMES.into_iter().chain(ANNOUNCED).map(|known| (distance(name, known), known));
    let near = known.filter(|(distance, _)| *distance <= DISTANCE_MAX);
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

const UNKNOWN: &str = "is a setting neither of the gate nor of Clerk's SDKs: take it out, or see \
                       the names in docs/settings.md";
/// Shorter names are near too many others.
const LETTERS_MIN: usize = 6;
const DISTANCE_MAX: usize = 2;
/// Names of settings that are reserved.
const ANNOUNCED: [&str; 8] = [
    "ASSERTION_AUDIENCE",
    "ASSERTION_KEY",
    "CLERK_FRONTEND_API_PROXY",
    "CLERK_MACHINE_ID",
    "CLERK_MACHINE_SECRET_KEY",
    "CLERK_ORGANIZATION_SYNC",
    "MACHINE_TTL_SECONDS",
    "UPSTREAM_KIND",
];
/// What Clerk's SDKs read besides.
const OF_CLERKS_SDKS: [&str; 22] = [
    "CLERK_AFTER_SIGN_IN_URL",
    "CLERK_AFTER_SIGN_UP_URL",
    "CLERK_API_KEY",
    "CLERK_API_VERSION",
    "CLERK_ENCRYPTION_KEY",
    "CLERK_FAPI",
    "CLERK_FRONTEND_API",
    "CLERK_JS",
    "CLERK_JS_URL",
    "CLERK_JS_VERSION",
    "CLERK_JS_VARIANT",
    "CLERK_KEYLESS_DISABLED",
    "CLERK_PREFETCH_UI",
    "CLERK_SIGN_IN_FALLBACK_REDIRECT_URL",
    "CLERK_SIGN_IN_FORCE_REDIRECT_URL",
    "CLERK_SIGN_UP_FALLBACK_REDIRECT_URL",
    "CLERK_SIGN_UP_FORCE_REDIRECT_URL",
    "CLERK_TELEMETRY_DEBUG",
    "CLERK_TELEMETRY_DISABLED",
    "CLERK_UI_URL",
    "CLERK_UI_VERSION",
    "CLERK_WAITLIST_URL",
];
