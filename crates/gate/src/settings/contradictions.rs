//! Settings that are right one by one and wrong together.

use crate::settings::bindings::Bindings;
use crate::settings::from_bindings::{IS_SATELLITE, SECRET_KEY, SIGN_IN_URL};
use crate::settings::urls::host_and_port;
use crate::settings::value_reader::ValueReader;
use crate::settings::{InstanceKind, Settings};

/// Notes what contradicts. Where the publishable key could not be read, nothing is compared
/// with it.
pub(super) fn note<B: Bindings>(
    reader: &ValueReader<'_, B>,
    settings: &Settings,
    key_was_read: bool,
) {
    if key_was_read {
        halves(reader, settings);
    }
    if settings.is_satellite {
        satellite(reader, settings, key_was_read);
    }
}

/// Both keys belong to the same half of Clerk.
fn halves<B: Bindings>(reader: &ValueReader<'_, B>, settings: &Settings) {
    let Some(secret) = &settings.secret_key else { return };
    match settings.instance.kind {
        InstanceKind::Production if secret.is_development() => reader.note(
            SECRET_KEY,
            "belongs to a development instance, but the publishable key is a production one: \
             take both from the same instance",
        ),
        InstanceKind::Development if secret.is_production() => reader.note(
            SECRET_KEY,
            "belongs to a production instance, but the publishable key is a development one: \
             take both from the same instance",
        ),
        _ => {}
    }
}

/// A satellite needs an address of its own, and in development a sign-in page elsewhere.
fn satellite<B: Bindings>(reader: &ValueReader<'_, B>, settings: &Settings, key_was_read: bool) {
    let unset = |name| reader.bound(name).is_none();
    if unset("CLERK_DOMAIN") && unset("CLERK_PROXY_URL") {
        reader.note(IS_SATELLITE, "is `true`, which needs CLERK_DOMAIN or CLERK_PROXY_URL");
    }
    if !key_was_read || settings.instance.kind == InstanceKind::Production {
        return;
    }
    match settings.sign_in_url.as_deref().map(host_and_port) {
        // One that is there and unreadable has its problem already, and a place is named once.
        None => reader.note(
            SIGN_IN_URL,
            "is missing: a satellite of a development instance needs the primary site's \
             sign-in address",
        ),
        Some(None) => reader.note(
            SIGN_IN_URL,
            "must be absolute: a satellite of a development instance signs in on the primary site",
        ),
        Some(Some(host)) if settings.domain.as_ref() == Some(&host) => reader.note(
            SIGN_IN_URL,
            "must be on another site than CLERK_DOMAIN: a satellite of a development instance \
             signs in on the primary site",
        ),
        Some(Some(_)) => {}
    }
}
