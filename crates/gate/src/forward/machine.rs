//! The headers that tell the upstream which machine asks.

use clerk_edge_http::percent::header_value;
use clerk_edge_jws::segment;

use crate::auth::machine_caller::Machine;
use crate::forward::headers::{HeaderBudget, claim_value};

/// The headers of this machine, within the same 16 kB as a person's.
pub(super) fn machine_headers(machine: &Machine<'_>) -> Vec<(String, String)> {
    let identity = machine.identity();
    let mut room = HeaderBudget::new();
    room.put("x-clerk-auth-status", "signed-in".to_owned());
    room.put("x-clerk-auth-type", identity.kind.as_str().to_owned());
    let id = Some(identity.id.as_str()).filter(|id| !id.is_empty());
    let texts = [
        ("x-clerk-token-id", id),
        ("x-clerk-subject", Some(identity.subject.as_str())),
        ("x-clerk-user-id", identity.user_id()),
        ("x-clerk-org-id", identity.org_id()),
        ("x-clerk-machine-id", identity.machine_id()),
        ("x-clerk-client-id", identity.client_id.as_deref()),
    ];
    for (name, value) in texts {
        room.put_some(name, value.map(header_value));
    }
    for (name, value) in machine.custom_values() {
        room.put_some(&name, value.as_ref().map(claim_value));
    }
    if !identity.scopes.is_empty() {
        // Joined with blanks, as OAuth writes them.
        let scopes: Vec<String> = identity.scopes.iter().map(|scope| header_value(scope)).collect();
        room.put_or_mark_omitted("x-clerk-scopes", scopes.join(" "));
    }
    if let Some(claims) = &identity.claims {
        room.put_or_mark_omitted("x-clerk-claims", segment::text(claims.to_string().as_bytes()));
    }
    room.set
}
