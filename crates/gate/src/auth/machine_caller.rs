//! A machine, as rules and headers see it. No question about a session holds for it, under `not`
//! as well: each such question stays open.

use std::rc::Rc;

use clerk_edge_rules::caller_kind::CallerKind;
use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::condition::ClaimWanted;
use clerk_edge_rules::facts::{Facts, Known, Lookup, Truth};
use clerk_edge_rules::reverification::Reverification;
use serde_json::Value;

use crate::machine::MachineIdentity;
use crate::settings::Settings;

/// A machine with a verified token.
#[derive(Clone, Debug)]
pub(crate) struct Machine<'a> {
    settings: &'a Settings,
    identity: Rc<MachineIdentity>,
    keeps_token: bool,
}

impl<'a> Machine<'a> {
    /// From what the token says, and whether the rule leaves it on the request.
    pub(crate) fn new(
        settings: &'a Settings,
        identity: Rc<MachineIdentity>,
        keeps_token: bool,
    ) -> Self {
        Self { settings, identity, keeps_token }
    }

    /// Whether the token stays on the request to the upstream.
    pub(crate) const fn keeps_token(&self) -> bool {
        self.keeps_token
    }

    /// The same identity, for whoever keeps it.
    pub(crate) fn shared_identity(&self) -> Rc<MachineIdentity> {
        Rc::clone(&self.identity)
    }

    /// What the token says.
    pub(crate) fn identity(&self) -> &MachineIdentity {
        &self.identity
    }

    /// The value of each `CLAIM_HEADERS` entry, from its own claims.
    pub(crate) fn custom_values(&self) -> Vec<(String, Option<Value>)> {
        let wanted = self.settings.claim_headers.iter();
        wanted.map(|(name, path)| (name.clone(), self.claim_value(path).cloned())).collect()
    }

    fn claim_value(&self, path: &ClaimPath) -> Option<&Value> {
        path.read_present(self.identity.claims.as_ref()?)
    }
}

impl Facts for Machine<'_> {
    fn kind(&self) -> CallerKind {
        self.identity.kind
    }

    fn machine_id(&self) -> Option<&str> {
        match self.identity.kind {
            CallerKind::OAuth => self.identity.client_id.as_deref(),
            _ => self.identity.machine_id(),
        }
    }

    fn has_scope(&self, name: &str) -> bool {
        self.identity.scopes.iter().any(|scope| scope == name)
    }

    fn roles(&self) -> Known<&[String]> {
        Known::NotInToken
    }

    fn permission(&self, _name: &str) -> Truth {
        Truth::Unknown
    }

    fn feature(&self, _name: &str) -> Truth {
        Truth::Unknown
    }

    fn plan(&self, _name: &str) -> Truth {
        Truth::Unknown
    }

    fn organization(&self, wanted: Option<&[u8]>) -> Truth {
        let own = self.identity.org_id();
        own.is_some_and(|own| wanted.is_none_or(|wanted| wanted == own.as_bytes())).into()
    }

    fn claim(&self, path: &ClaimPath, wanted: &ClaimWanted) -> Truth {
        self.claim_value(path).is_some_and(|value| wanted.admits(value)).into()
    }

    fn reverified(&self, _wanted: &Reverification) -> Truth {
        Truth::Unknown
    }

    /// There is nothing to look up for a machine.
    fn lookup(&self) -> Lookup {
        Lookup::Done
    }

    fn lacks_a_header(&self) -> bool {
        false
    }
}
