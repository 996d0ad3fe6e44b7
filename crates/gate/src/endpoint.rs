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

impl Endpoint {
    /// The row of a path.
    pub(crate) fn of(path: &RequestPath, settings: &Settings) -> Option<&'static Self> {
        let path = path.as_str();
        if !path.starts_with(FOLDER) && !path.starts_with(DEBUG_ROLE) {
            return None;
        }
        TABLE.iter().find(|row| row.path == path && (row.is_on)(settings))
    }

    /// Whether the address answers a method.
    pub(crate) fn answers(&self, method: &str) -> bool {
        self.methods.contains(&method)
    }
}

/// Health answers before the settings are known to be complete.
pub(crate) const HEALTH: &str = "/.clerk-edge/health";
const FOLDER: &str = "/.clerk-edge";
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
