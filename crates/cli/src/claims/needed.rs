//! Which claims the rules, `ROLE_CLAIMS` and `CLAIM_HEADERS` read, and with which values.

use std::collections::BTreeMap;

use clerk_edge_gate::settings::Settings;
use clerk_edge_rules::condition::{ClaimWanted, Condition};
use clerk_edge_rules::rule::Requirement;
use serde_json::Value;

/// What is read.
#[derive(Clone, Debug, Default)]
pub struct Needed {
    /// Claim paths, each with the values that rules compare it with.
    pub paths: BTreeMap<String, Vec<Value>>,
    /// Every role that a rule names.
    pub roles: Vec<String>,
    /// Whether a rule reads the active organization.
    pub organization: bool,
}

impl Needed {
    /// Of these settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let mut needed = Self::default();
        for rule in settings.rules.iter() {
            if let Requirement::Condition(condition) = rule.requirement() {
                needed.condition(condition);
            }
            let sent = rule.send().map(|send| send.by_role().map(|(role, _)| role.to_owned()));
            for role in sent.into_iter().flatten() {
                needed.role(role);
            }
        }
        for (_, path) in &settings.claim_headers {
            needed.paths.entry(path.to_string()).or_default();
        }
        if let Some(first) = settings.role_claims.first() {
            needed.paths.entry(first.to_string()).or_default();
        }
        needed.roles.sort();
        needed
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Role(roles) => roles.iter().for_each(|role| self.role(role.clone())),
            Condition::Claim(path, wanted) => {
                let values = self.paths.entry(path.to_string()).or_default();
                if let ClaimWanted::OneOf(wanted) = wanted {
                    let new = wanted.iter().filter(|value| !values.contains(value));
                    let new: Vec<Value> = new.cloned().collect();
                    values.extend(new);
                }
            }
            Condition::Permission(_) | Condition::Org(_) => self.organization = true,
            Condition::Feature(_) | Condition::Plan(_) | Condition::Reverified(_) => {}
            // Of machines: nothing stands in the session token.
            Condition::SignedIn
            | Condition::ApiKey
            | Condition::Machine(_)
            | Condition::OAuth(_)
            | Condition::Scope(_) => {}
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| self.condition(part));
            }
            Condition::Not(part) => self.condition(part),
        }
    }

    fn role(&mut self, role: String) {
        if !self.roles.contains(&role) {
            self.roles.push(role);
        }
    }
}
