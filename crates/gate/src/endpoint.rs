//! The table of the gate's own addresses. Everything below `/.clerk-edge/` is the gate's, in every
//! reading of a path, so that nothing below it ever reaches the upstream.

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::caller_kind::CallerKind;
use clerk_edge_rules::rule_set::Rules;

use crate::machine::resource::{self, SERVER};
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
    /// What an OAuth resource of this site is called, and who gives out tokens for it.
    OAuthResource,
    /// Where the instance's authorization server describes itself.
    OAuthServer,
    /// An address below `/.clerk-edge/` that means nothing.
    Unknown,
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
        if path.as_str().starts_with(WELL_KNOWN) {
            let id = oauth_id(path, settings)?;
            return OAUTH.iter().find(|row| row.id == id);
        }
        let text = path.as_str();
        if !text.starts_with(FOLDER) && !text.starts_with(DEBUG_ROLE) {
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

/// Which of the two documents a path asks for, where a rule names `oauth` and no rule of the
/// operator's below `/.well-known` is for that path.
fn oauth_id(path: &RequestPath, settings: &Settings) -> Option<EndpointId> {
    let is_below = |base: &str| {
        let rest = path.as_str().strip_prefix(base);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let id = match () {
        () if is_below(resource::WELL_KNOWN) => EndpointId::OAuthResource,
        () if is_below(SERVER) => EndpointId::OAuthServer,
        () => return None,
    };
    let names_oauth = settings.rules.iter().any(|rule| rule.accepts().has(CallerKind::OAuth));
    (names_oauth && !is_operators(&settings.rules, path)).then_some(id)
}

/// Whether a rule that begins with `/.well-known/` covers the path, whatever host and method.
fn is_operators(rules: &Rules, path: &RequestPath) -> bool {
    rules.iter().any(|rule| {
        let covers = || rules.find(rule.host().unwrap_or_default(), "GET", path);
        rule.path_text().starts_with("/.well-known/")
            && covers().is_ok_and(|found| found.rule.index() == rule.index())
    })
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
const FOLDER: &str = "/.clerk-edge";
const SEGMENT: &[u8] = b".clerk-edge";
const DEBUG_ROLE: &str = "/debug-role";
const WELL_KNOWN: &str = "/.well-known/oauth-";
/// Pages of other sites may read them, so preflights are answered too.
const READ_ANYWHERE: &[&str] = &["GET", "HEAD", "OPTIONS"];

/// The rows below `/.well-known`, where a rule names `oauth`; each also answers below its path.
static OAUTH: [Endpoint; 2] = [
    Endpoint {
        id: EndpointId::OAuthResource,
        path: resource::WELL_KNOWN,
        methods: READ_ANYWHERE,
        is_on: |_| true,
    },
    Endpoint { id: EndpointId::OAuthServer, path: SERVER, methods: READ_ANYWHERE, is_on: |_| true },
];
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

static TABLE: [Endpoint; 10] = [
    Endpoint { id: EndpointId::Health, path: HEALTH, methods: READ, is_on: |_| true },
    Endpoint {
        id: EndpointId::Access,
        path: "/.clerk-edge/access",
        methods: READ,
        is_on: |_| true,
    },
    Endpoint {
        id: EndpointId::DebugRole,
        path: DEBUG_ROLE,
        methods: READ,
        is_on: |settings| settings.debug_role,
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
