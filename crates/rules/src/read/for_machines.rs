//! Which texts say what a rule wants of machines: `audience` and `forward_token`.

use crate::accepted::scopes;
use crate::caller_kind::{CallerKind, CallerKinds};
use crate::ordered_json::Json;
use crate::problem_place::{Place, Problems, member};
use crate::rule::{Audience, ForMachines, Requirement, Rule};

/// Reads `audience`.
pub(super) fn audience(
    json: &Json,
    place: &Place<'_>,
    problems: &mut Problems,
) -> Option<Audience> {
    match json.text() {
        Some("self") => Some(Audience::Itself),
        Some("optional") => Some(Audience::Optional),
        _ => problems.texts(json, place).map(Audience::OneOf),
    }
}

/// What a rule says of machines; nothing where it names no kind of them.
pub(super) fn read(
    requirement: &Requirement,
    accepts: CallerKinds,
    audience: Option<Audience>,
    forward_token: bool,
) -> Option<Box<ForMachines>> {
    let Requirement::Condition(condition) = requirement else { return None };
    let mut machines = ForMachines { scopes: Vec::new(), audience, forward_token };
    scopes(condition, &mut machines.scopes);
    accepts.has_machines().then(|| Box::new(machines))
}

/// What cannot be meant: a rule that accepts nobody, and fields that no accepted kind has.
pub(super) fn contradictions(
    rule: &Rule,
    members: &[(String, Json)],
    place: &Place<'_>,
    problems: &mut Problems,
) {
    if rule.accepts.is_empty() {
        let message = "it can hold for no caller: `scope` needs `api_key`, `oauth` or `machine` \
                       beside it";
        problems.tell(&place.key("allow"), message);
    }
    let has_audience = [CallerKind::OAuth, CallerKind::Machine].map(|kind| rule.accepts.has(kind));
    let needed = [
        ("audience", has_audience.contains(&true), "`oauth` or `machine`"),
        ("forward_token", rule.accepts.has_machines(), "`api_key`, `oauth` or `machine`"),
    ];
    for (key, fits, kinds) in needed {
        if member(members, key).is_some() && !fits {
            let message = format!("it means nothing here: `allow` does not name {kinds}");
            problems.tell(&place.key(key), message);
        }
    }
}
