//! The cookies of a session that was ended at Clerk: which are removed, and which say so.
//!
//! `__client_uat` is not removed but set to 0, and only on the domain on which Clerk sets it: a
//! second one beside Clerk's would win or lose by chance.

use crate::settings::{InstanceKind, Settings};

/// `Set-Cookie` for each. A cookie that is partitioned is another one than its namesake, so each
/// is removed twice.
pub(super) fn headers(settings: &Settings, host: &str) -> Vec<(&'static str, String)> {
    let suffix = &settings.instance.cookie_suffix;
    let names = [
        "__session".to_owned(),
        format!("__session_{suffix}"),
        format!("__refresh_{suffix}"),
        "clerk_active_context".to_owned(),
    ];
    let removed = ["SameSite=Lax", "SameSite=None; Partitioned"].into_iter().flat_map(|site| {
        names.iter().map(move |name| format!("{name}=; Path=/; Max-Age=0; Secure; {site}"))
    });
    let ended = client_uat_domain(settings, host).into_iter().flat_map(|domain| {
        ["__client_uat".to_owned(), format!("__client_uat_{suffix}")].map(|name| {
            format!(
                "{name}=0; Path=/; Domain={domain}; Max-Age={YEAR_SECONDS}; Secure; SameSite=Lax"
            )
        })
    });
    removed.chain(ended).map(|cookie| ("set-cookie", cookie)).collect()
}

/// The domain of Clerk's own `__client_uat`, where it is known and holds the request's host.
fn client_uat_domain<'a>(settings: &'a Settings, host: &str) -> Option<&'a str> {
    let is_live = settings.instance.kind == InstanceKind::Production;
    if !is_live || settings.proxy_url.is_some() {
        return None;
    }
    let domain = match settings.domain.as_deref() {
        Some(domain) if settings.is_satellite => domain,
        _ => settings.instance.frontend_host.strip_prefix("clerk.")?,
    };
    let host = host.to_ascii_lowercase();
    let is_below = host.strip_suffix(domain).is_some_and(|name| name.ends_with('.'));
    (host == domain || is_below).then_some(domain)
}

const YEAR_SECONDS: u32 = 31_536_000;
