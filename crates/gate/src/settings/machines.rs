//! The settings of machines: `CLERK_MACHINE_SECRET_KEY`, `CLERK_MACHINE_ID` and
//! `MACHINE_TTL_SECONDS`.

use clerk_edge_rules::caller_kind::CallerKind;

use crate::secret::Secret;

/// What the bindings say of machines.
#[derive(Clone, Debug, Default)]
pub struct MachineSettings {
    /// `CLERK_MACHINE_SECRET_KEY`: Clerk is asked about M2M tokens with it.
    pub secret: Option<Secret>,
    /// `CLERK_MACHINE_ID`: an M2M token's scopes must contain it.
    pub id: Option<String>,
    /// `MACHINE_TTL_SECONDS`: how long a verified opaque token is not asked about again.
    pub ttl_seconds: u32,
}

impl MachineSettings {
    /// The secret with which Clerk is asked about a kind of token.
    pub(crate) fn secret_for<'s>(
        &'s self,
        kind: CallerKind,
        secret_key: Option<&'s Secret>,
    ) -> Option<&'s Secret> {
        match kind {
            CallerKind::Machine => self.secret.as_ref().or(secret_key),
            _ => secret_key,
        }
    }
}
