//! The facts that conditions ask about: what tells callers apart.

use std::collections::{BTreeMap, BTreeSet};

use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::condition::{ClaimWanted, Condition, OrgWanted};
use clerk_edge_rules::path_params::PathParams;
use serde_json::Value;

use crate::proof::{FACTS_MAX, Undecided};

/// The facts of one cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FactSet {
    /// Roles.
    pub roles: BTreeSet<String>,
    /// Permissions, without `org:`.
    pub permissions: BTreeSet<String>,
    /// Features of the organization or the person: `o:name`, `u:name`.
    pub features: BTreeSet<String>,
    /// Plans, in the same way.
    pub plans: BTreeSet<String>,
    /// Whether it matters that some organization is active.
    pub organization: bool,
    /// Organizations by slug.
    pub slugs: BTreeSet<String>,
    /// Organizations by id.
    pub ids: BTreeSet<String>,
    /// Claims, each with the values that they are compared with.
    pub claims: BTreeMap<String, Vec<Value>>,
    /// Ages of factors, in minutes, from which on they are stale.
    pub ages: Vec<f64>,
}

impl FactSet {
    /// Adds what a condition asks on a path with these parameters.
    pub fn add(&mut self, condition: &Condition, params: &PathParams) {
        match condition {
            Condition::Role(roles) => self.roles.extend(roles.iter().cloned()),
            Condition::Permission(names) => {
                self.organization = true;
                self.permissions.extend(names.iter().map(|name| bare(name).to_owned()));
            }
            Condition::Feature(names) => {
                self.features.extend(names.iter().flat_map(|name| scoped(name)));
            }
            Condition::Plan(names) => {
                self.plans.extend(names.iter().flat_map(|name| scoped(name)));
            }
            Condition::Org(wanted) => self.organization(wanted, params),
            Condition::Claim(path, wanted) => {
                let values = self.claims.entry(path.to_string()).or_default();
                if let ClaimWanted::OneOf(wanted) = wanted {
                    let new: Vec<Value> =
                        wanted.iter().filter(|value| !values.contains(value)).cloned().collect();
                    values.extend(new);
                }
            }
            Condition::Reverified(wanted) => {
                if !self.ages.contains(&wanted.after_minutes) {
                    self.ages.push(wanted.after_minutes);
                    self.ages.sort_by(f64::total_cmp);
                }
            }
            // The same for every person.
            Condition::SignedIn
            | Condition::ApiKey
            | Condition::Machine(_)
            | Condition::OAuth(_)
            | Condition::Scope(_) => {}
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| self.add(part, params));
            }
            Condition::Not(part) => self.add(part, params),
        }
    }

    /// A claim that the role is read from may hold each of the roles too.
    pub fn add_roles_to_claims(&mut self, role_claims: &[ClaimPath]) {
        for (path, values) in &mut self.claims {
            if role_claims.iter().any(|it| it.as_str() == path) {
                let new = self.roles.iter().map(|role| Value::from(role.as_str()));
                let new: Vec<Value> = new.filter(|role| !values.contains(role)).collect();
                values.extend(new);
            }
        }
    }

    /// Whether there are few enough to look at all combinations.
    ///
    /// # Errors
    /// Where there are more than twelve.
    pub fn check(&self, path: &str) -> Result<(), Undecided> {
        let claims = self.claims.values().map(|values| values.len().saturating_add(1));
        let counts = [
            self.roles.len(),
            self.permissions.len(),
            self.features.len(),
            self.plans.len(),
            usize::from(self.organization),
            self.slugs.len(),
            self.ids.len(),
            self.ages.len(),
        ];
        let count = counts.into_iter().chain(claims).fold(0, usize::saturating_add);
        if count <= FACTS_MAX {
            return Ok(());
        }
        let why = format!(
            "{count} facts about a caller meet at {path}, and more than {FACTS_MAX} \
                           are not looked at"
        );
        Err(Undecided { why })
    }

    fn organization(&mut self, wanted: &OrgWanted, params: &PathParams) {
        self.organization = true;
        let name = match wanted {
            OrgWanted::Any => return,
            OrgWanted::Named(name) => Some(name.clone()),
            OrgWanted::Captured(name) => {
                params.get(name).and_then(|value| String::from_utf8(value.to_vec()).ok())
            }
        };
        match name {
            Some(name) if name.starts_with("org_") => self.ids.insert(name),
            Some(name) => self.slugs.insert(name),
            None => false,
        };
    }
}

/// A permission without the `org:` that may stand before it.
#[must_use]
pub fn bare(name: &str) -> &str {
    let mut bare = name;
    while let Some(rest) = bare.strip_prefix("org:") {
        bare = rest;
    }
    bare
}

/// The lists in which a feature or plan is looked for, as Clerk's SDK does.
#[must_use]
pub fn scoped(asked: &str) -> Vec<String> {
    let mut parts = asked.split(':');
    let first = parts.next().unwrap_or_default();
    let Some(second) = parts.next() else {
        return vec![format!("o:{first}"), format!("u:{first}")];
    };
    let name = if second.is_empty() { first } else { second };
    match first {
        "o" | "org" | "organization" => vec![format!("o:{name}")],
        "u" | "user" => vec![format!("u:{name}")],
        _ => Vec::new(),
    }
}
