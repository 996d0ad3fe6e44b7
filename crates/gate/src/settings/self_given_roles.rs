//! Roles that visitors could give themselves: a rule that asks for one protects nothing.

use clerk_edge_rules::problem::Problem;

use crate::settings::Settings;
use crate::settings::account::MetadataField;
use crate::settings::bindings::SELF_METADATA;

/// A problem for each field of `SELF_METADATA` that can hold a role which a rule asks for. It names
/// the field and the rule.
pub(super) fn problems(settings: &Settings) -> Vec<Problem> {
    let holds_roles = |field: &&MetadataField| {
        settings.role_claims.iter().any(|claim| claim.in_metadata() == field.path)
    };
    let fields = settings.account.self_metadata.fields().iter().filter(holds_roles);
    fields.filter_map(|field| problem(settings, field)).collect()
}

fn problem(settings: &Settings, field: &MetadataField) -> Option<Problem> {
    let rule = settings
        .rules
        .iter()
        .find(|rule| rule.requirement().roles().iter().any(|role| field.kind.can_be(role)))?;
    let place = format!("{SELF_METADATA}.{}", field.path);
    let number = rule.index().unwrap_or_default();
    let message = format!(
        "lets visitors give themselves a role that ROUTES[{number}] ({}) asks for: take the role \
         out of the allowed values, or ask for something else there",
        rule.path_text(),
    );
    Some(Problem::new(place, message))
}
