//! The table of the gate's own addresses. Everything below `/.clerk-edge/` is the gate's, in every
//! reading of a path, so that nothing below it ever reaches the upstream.

use clerk_edge_http::path::RequestPath;

use crate::settings::Settings;

/// One of the gate's own addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointId {
    /// What the caller may reach.
    Access,
    /// What the caller may do with the own account.
    Account(AccountEndpoint),
    /// Why the gate decides as it does.
    DebugRole,
    /// Whether the gate can do its work.
    Health,
    /// The way to a page.
    Page,
    /// An address below `/.clerk-edge/` that means nothing.
    Unknown,
    /// Where Clerk delivers events.
    Webhook,
}

/// The addresses for the caller's own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountEndpoint {
    /// Writes fields of the caller's public metadata.
    Metadata,
    /// Brings a token with the claims of this moment.
    Refresh,
    /// Ends sessions of the caller.
    Revoke,
    /// What the session token says.
    Session,
    /// Elements for pages.
    SessionJs,
    /// The caller's sessions.
    Sessions,
    /// Ends the caller's session.
    SignOut,
}

/// A row of the table. `GET` implies `HEAD`.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// Which address it is.
    pub(crate) id: EndpointId,
    /// Its path.
    path: &'static str,
    /// The methods that it answers.
    methods: &'static [&'static str],
    /// Whether the settings switch it on.
    is_on: fn(&Settings) -> bool,
}

impl Endpoint {
    /// The row of a path. A slash at its end means nothing.
    pub(crate) fn of(path: &RequestPath, settings: &Settings) -> Option<&'static Self> {
        let text = path.as_str();
        let is_folder = text.get(..FOLDER.len()).is_some_and(|it| it.eq_ignore_ascii_case(FOLDER));
        if !is_folder && !text.starts_with(DEBUG_ROLE) {
            // A path with one reading begins with something else; others are looked at.
            let is_odd = path.single().is_none() && path.may_begin_with(SEGMENT);
            return is_odd.then_some(&UNKNOWN);
        }
        let text = text.strip_suffix('/').unwrap_or(text);
        let row = TABLE.iter().find(|row| row.path == text && (row.is_on)(settings));
        row.or_else(|| path.may_begin_with(SEGMENT).then_some(&UNKNOWN))
    }

    /// Whether the address answers a method.
    pub(crate) fn answers(&self, method: &str) -> bool {
        self.id == EndpointId::Unknown || self.methods.contains(&method)
    }

    /// The methods as the `Allow` header writes them.
    pub(crate) fn allow(&self) -> String {
        self.methods.join(", ")
    }
}

/// Whether the gate has this address.
pub(crate) fn is_on(path: &str, settings: &Settings) -> bool {
    TABLE.iter().any(|row| row.path == path && (row.is_on)(settings))
}

/// Health answers before the settings are known to be complete.
pub(crate) const HEALTH: &str = "/.clerk-edge/health";
/// Where a page gets a token with the claims of this moment.
pub(crate) const REFRESH: &str = "/.clerk-edge/refresh";
/// Where a session is ended.
pub(crate) const SIGN_OUT: &str = "/.clerk-edge/sign-out";
/// The list of the caller's sessions.
pub(crate) const SESSIONS: &str = "/.clerk-edge/sessions";
/// Where one of them is ended.
pub(crate) const REVOKE: &str = "/.clerk-edge/sessions/revoke";
/// The way to a page, for frameworks whose data request was refused.
pub(crate) const PAGE: &str = "/.clerk-edge/page";
const FOLDER: &str = "/.clerk-edge";
const SEGMENT: &[u8] = b".clerk-edge";
const DEBUG_ROLE: &str = "/debug-role";
/// The methods of an address that is only read.
pub(crate) const READ: &[&str] = &["GET", "HEAD"];
const WRITE: &[&str] = &["POST"];
const READ_AND_WRITE: &[&str] = &["GET", "HEAD", "POST"];

const fn account(
    id: AccountEndpoint,
    path: &'static str,
    methods: &'static [&'static str],
) -> Endpoint {
    Endpoint { id: EndpointId::Account(id), path, methods, is_on: |settings| settings.account.on }
}

static UNKNOWN: Endpoint =
    Endpoint { id: EndpointId::Unknown, path: "", methods: &[], is_on: |_| true };

static TABLE: [Endpoint; 12] = [
    Endpoint { id: EndpointId::Health, path: HEALTH, methods: READ, is_on: |_| true },
    Endpoint {
        id: EndpointId::Access,
        path: "/.clerk-edge/access",
        methods: READ,
        is_on: |_| true,
    },
    Endpoint { id: EndpointId::Page, path: PAGE, methods: READ, is_on: |_| true },
    Endpoint {
        id: EndpointId::DebugRole,
        path: DEBUG_ROLE,
        methods: READ,
        is_on: |settings| settings.debug_role,
    },
    Endpoint {
        id: EndpointId::Webhook,
        path: "/.clerk-edge/webhook",
        methods: WRITE,
        is_on: |settings| settings.webhooks.is_on(),
    },
    account(AccountEndpoint::Session, "/.clerk-edge/session", READ),
    account(AccountEndpoint::SessionJs, "/.clerk-edge/session.js", READ),
    account(AccountEndpoint::Refresh, REFRESH, READ),
    account(AccountEndpoint::SignOut, SIGN_OUT, READ_AND_WRITE),
    account(AccountEndpoint::Sessions, SESSIONS, READ),
    account(AccountEndpoint::Revoke, REVOKE, WRITE),
    Endpoint {
        is_on: |settings| settings.account.on && !settings.account.self_metadata.is_empty(),
        ..account(AccountEndpoint::Metadata, "/.clerk-edge/metadata", WRITE)
    },
];
