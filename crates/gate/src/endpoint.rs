//! The table of the gate's own addresses.

use clerk_edge_http::path::RequestPath;

use crate::settings::Settings;

/// One of the gate's own addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointId {
    /// What the caller may reach.
    Access,
    /// Why the gate decides as it does.
    DebugRole,
    /// Whether the gate can do its work.
    Health,
}

/// A row of the table. `GET` implies `HEAD`.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// Which address it is.
    pub(crate) id: EndpointId,
    /// Its path.
    pub(crate) path: &'static str,
    /// The methods that it answers, as the `Allow` header writes them.
    pub(crate) methods: &'static [&'static str],
    /// Whether the settings switch it on.
    is_on: fn(&Settings) -> bool,
}

/// A path that is the gate's own: no rule is asked.
#[derive(Debug)]
pub(crate) enum OwnPath {
    /// It belongs to the gate, which has nothing there.
    Unknown,
    /// This address.
    At(&'static Endpoint),
}

impl OwnPath {
    /// `None` if a rule decides. Every path whose first segment is the gate's folder is the gate's,
    /// in any reading and any case: an upstream that reads paths loosely must not answer for it.
    pub(crate) fn of(path: &RequestPath, settings: &Settings) -> Option<Self> {
        let text = path.as_str();
        let bare = text.strip_suffix('/').unwrap_or(text);
        if let Some(single) = path.single() {
            // Most paths end here, by their second byte.
            let is_near = single.starts_with("/.") || single.starts_with(DEBUG_ROLE);
            if !is_near {
                return None;
            }
        }
        if let Some(row) = TABLE.iter().find(|row| row.path == bare && (row.is_on)(settings)) {
            return Some(Self::At(row));
        }
        let is_folder = |segments: Vec<&[u8]>| {
            segments.first().is_some_and(|first| first.eq_ignore_ascii_case(FOLDER.as_bytes()))
        };
        path.readings().any(is_folder).then_some(Self::Unknown)
    }
}

impl Endpoint {
    /// Whether the address answers a method.
    pub(crate) fn answers(&self, method: &str) -> bool {
        self.methods.contains(&method)
    }
}

/// Whether the gate has this address.
pub(crate) fn is_on(path: &str, settings: &Settings) -> bool {
    TABLE.iter().any(|row| row.path == path && (row.is_on)(settings))
}

/// Where one signs out, if the gate has such an address.
pub(crate) const SIGN_OUT: &str = "/.clerk-edge/sign-out";
/// Health answers before the settings are known to be complete.
pub(crate) const HEALTH: &str = "/.clerk-edge/health";
const FOLDER: &str = ".clerk-edge";
const DEBUG_ROLE: &str = "/debug-role";
const READ: &[&str] = &["GET", "HEAD"];

static TABLE: [Endpoint; 3] = [
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
];
