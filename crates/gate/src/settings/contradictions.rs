//! Settings that contradict each other.

use crate::settings::bindings::{
    CLERK_DOMAIN, CLERK_IS_SATELLITE, CLERK_PROXY_URL, CLERK_SECRET_KEY, CLERK_SIGN_IN_URL,
};
use crate::settings::urls::host_and_port;
use crate::settings::value_reader::ValueReader;
use crate::settings::{InstanceKind, Settings, self_given_roles};

/// Adds a problem for each contradiction. If the publishable key is not valid, nothing is compared
/// with it.
pub(super) fn check(reader: &mut ValueReader<'_>, settings: &Settings, key_is_valid: bool) {
    if key_is_valid {
        instance_kinds(reader, settings);
    }
    reader.refuse_all::<()>(self_given_roles::problems(settings));
    if settings.is_satellite {
        satellite(reader, settings, key_is_valid);
    }
}

/// Both keys must be of development, or both of production.
fn instance_kinds(reader: &mut ValueReader<'_>, settings: &Settings) {
    let Some(secret) = &settings.secret_key else { return };
    match settings.instance.kind {
        InstanceKind::Production if secret.is_development() => reader.add(
            CLERK_SECRET_KEY,
            "belongs to a development instance, but the publishable key is a production one: \
             take both from the same instance",
        ),
        InstanceKind::Development if secret.is_production() => reader.add(
            CLERK_SECRET_KEY,
            "belongs to a production instance, but the publishable key is a development one: \
             take both from the same instance",
        ),
        _ => {}
    }
}

/// A satellite needs a domain or a proxy, and in development a sign-in page on another site.
fn satellite(reader: &mut ValueReader<'_>, settings: &Settings, key_is_valid: bool) {
    // Not `settings.domain`: a value that could not be read has a problem already.
    if reader.bound(CLERK_DOMAIN).is_none() && reader.bound(CLERK_PROXY_URL).is_none() {
        reader.add(CLERK_IS_SATELLITE, "is `true`, which needs CLERK_DOMAIN or CLERK_PROXY_URL");
    }
    if !key_is_valid || settings.instance.kind == InstanceKind::Production {
        return;
    }
    match settings.sign_in_url.as_deref().map(host_and_port) {
        // If it is bound but could not be read, its place has a problem already: this one is not
        // added.
        None => reader.add(
            CLERK_SIGN_IN_URL,
            "is missing: a satellite of a development instance needs the primary site's \
             sign-in URL",
        ),
        Some(None) => reader.add(
            CLERK_SIGN_IN_URL,
            "must be absolute: a satellite of a development instance signs in on the primary site",
        ),
        Some(Some(host)) if settings.domain.as_ref() == Some(&host) => reader.add(
            CLERK_SIGN_IN_URL,
            "must be on another site than CLERK_DOMAIN: a satellite of a development instance \
             signs in on the primary site",
        ),
        Some(Some(_)) => {}
    }
}
