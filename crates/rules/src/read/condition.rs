//! Which texts are conditions. Several keys in one table must all hold, so they become one `all`.
//!
//! It refuses what could never hold or always would: an empty table, an empty list, `false`.

use serde_json::Value;

use crate::accepted::possible;
use crate::claim_path::ClaimPath;
use crate::condition::{ClaimWanted, Condition, IdsWanted, OrgWanted};
use crate::ordered_json::Json;
use crate::problem_place::{Place, Problems, did_you_mean, member};
use crate::reverification::{Level, Reverification};

/// Reads a condition; `names` are those that the rule's path captures.
pub(super) fn read(
    json: &Json,
    place: &Place<'_>,
    names: &[&str],
    problems: &mut Problems,
) -> Option<Condition> {
    if let Json::Single(Value::String(text)) = json {
        return match text.as_str() {
            "signed-in" => Some(Condition::SignedIn),
            _ => problems.note(place, "a condition or `signed-in` is wanted here"),
        };
    }
    let members = problems.table(json, place, &KEYS)?;
    let mut parts = Vec::new();
    for (key, json) in members.iter().filter(|(key, _)| KEYS.contains(&key.as_str())) {
        parts.push(keyed(key, json, &place.key(key), names, problems));
    }
    if members.is_empty() {
        return problems.note(
            place,
            "is an empty condition: write `\"signed-in\"`, or name a role, permission, …",
        );
    }
    let all = together(parts)?;
    fits_one_kind(&all, place, problems).then_some(all)
}

/// Whether what must hold together can hold for one kind of caller.
fn fits_one_kind(condition: &Condition, place: &Place<'_>, problems: &mut Problems) -> bool {
    let fits = !matches!(condition, Condition::All(_)) || !possible(condition).is_empty();
    if !fits {
        let message = "no caller is of two kinds: what is asked of sessions, of API keys, of \
                       OAuth tokens and of machines stands in an `any`";
        problems.tell(place, message);
    }
    fits
}

/// One condition of several that must all hold; nothing where one of them is no good.
fn together(parts: Vec<Option<Condition>>) -> Option<Condition> {
    let mut parts: Vec<Condition> = parts.into_iter().collect::<Option<_>>()?;
    if parts.len() == 1 { parts.pop() } else { Some(Condition::All(parts)) }
}

fn keyed(
    key: &str,
    json: &Json,
    place: &Place<'_>,
    names: &[&str],
    problems: &mut Problems,
) -> Option<Condition> {
    match key {
        "role" => problems.texts(json, place).map(Condition::Role),
        "permission" => problems.texts(json, place).map(Condition::Permission),
        "feature" => problems.texts(json, place).map(Condition::Feature),
        "plan" => problems.texts(json, place).map(Condition::Plan),
        "api_key" => truth(json, place, problems).map(|()| Condition::ApiKey),
        "oauth" => ids(json, place, problems).map(Condition::OAuth),
        "machine" => ids(json, place, problems).map(Condition::Machine),
        "scope" => scopes(json, place, problems).map(Condition::Scope),
        "org" => org(json, place, names, problems).map(Condition::Org),
        "claim" => claims(json, place, problems),
        "reverified" => reverified(json, place, problems).map(Condition::Reverified),
        "all" => {
            let all = Condition::All(list(json, place, names, problems)?);
            fits_one_kind(&all, place, problems).then_some(all)
        }
        "any" => list(json, place, names, problems).map(Condition::Any),
        _ => read(json, place, names, problems).map(|part| Condition::Not(Box::new(part))),
    }
}

fn list(
    json: &Json,
    place: &Place<'_>,
    names: &[&str],
    problems: &mut Problems,
) -> Option<Vec<Condition>> {
    let Json::List(items) = json else {
        return problems
            .note(place, format!("a list of conditions is wanted here, not {}", json.kind()));
    };
    if items.is_empty() {
        return problems.note(place, "an empty list of conditions asks nothing");
    }
    let items = items.iter().enumerate();
    let parts: Vec<_> =
        items.map(|(at, item)| read(item, &place.index(at), names, problems)).collect();
    parts.into_iter().collect()
}

/// What RFC 6749 allows in a scope, so that it can stand in a challenge.
fn scopes(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let names = problems.texts(json, place)?;
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    if names.iter().all(|name| name.bytes().all(fits)) {
        return Some(names);
    }
    problems.note(place, "a scope has neither blanks nor quotes, `\\` or letters beyond ASCII")
}

/// `true`, and nothing else.
fn truth(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<()> {
    match json {
        Json::Single(Value::Bool(true)) => Some(()),
        _ => problems.note(place, "it is `true`"),
    }
}

/// `true`, or ids.
fn ids(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<IdsWanted> {
    match json {
        Json::Single(Value::Bool(true)) => Some(IdsWanted::Any),
        Json::Single(Value::Bool(false)) => problems.note(place, "it is `true`, or ids"),
        ids => problems.texts(ids, place).map(IdsWanted::OneOf),
    }
}

fn org(
    json: &Json,
    place: &Place<'_>,
    names: &[&str],
    problems: &mut Problems,
) -> Option<OrgWanted> {
    if let Json::Single(Value::Bool(any)) = json {
        return match any {
            true => Some(OrgWanted::Any),
            false => problems.note(place, "write `not = { org = true }` for none"),
        };
    }
    let text = problems.text(json, place)?;
    match text.strip_prefix(':') {
        None => Some(OrgWanted::Named(text.to_owned())),
        Some(name) if names.contains(&name) => Some(OrgWanted::Captured(name.to_owned())),
        Some(name) => {
            let hint = did_you_mean(name, names);
            problems.note(place, format!("the rule's path has no `:{name}`{hint}"))
        }
    }
}

fn claims(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<Condition> {
    let members = problems.table(json, place, &[])?;
    if members.is_empty() {
        return problems.note(place, "an empty table of claims asks nothing");
    }
    let mut parts = Vec::new();
    for (name, json) in members {
        let place = &place.key(name);
        let path = match ClaimPath::parse(name) {
            Ok(path) => Some(path),
            Err(_) => problems.note(place, "is not a claim path; write it like `metadata.plan`"),
        };
        let wanted = claim_wanted(json, place, problems);
        parts.push(path.zip(wanted).map(|(path, wanted)| Condition::Claim(path, wanted)));
    }
    together(parts)
}

fn claim_wanted(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<ClaimWanted> {
    match json {
        Json::Single(_) => claim_value(json, place, problems).map(|v| ClaimWanted::OneOf(vec![v])),
        Json::List(items) if items.is_empty() => {
            problems.note(place, "is an empty list, which never holds: add a value or leave it out")
        }
        Json::List(items) => {
            let items = items.iter().enumerate();
            let values: Vec<_> =
                items.map(|(at, item)| claim_value(item, &place.index(at), problems)).collect();
            values.into_iter().collect::<Option<_>>().map(ClaimWanted::OneOf)
        }
        Json::Table(members) if member(members, "exists").is_none() => problems.note(
            place,
            "`{ exists = true }` is the only table here; a path is one key, in quotes \
             (`\"metadata.plan\"`)",
        ),
        Json::Table(_) => {
            let members = problems.table(json, place, &["exists"])?;
            match member(members, "exists")? {
                Json::Single(Value::Bool(true)) => Some(ClaimWanted::Exists),
                _ => problems.note(
                    &place.key("exists"),
                    "it is `true`; write `not = { claim = … }` for an absent claim",
                ),
            }
        }
    }
}

fn claim_value(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<Value> {
    match json {
        Json::Single(Value::Null) => problems.note(place, "`null` counts as absent"),
        Json::Single(value) => Some(value.clone()),
        other => {
            problems.note(place, format!("a text, number or truth value, not {}", other.kind()))
        }
    }
}

fn reverified(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<Reverification> {
    if !matches!(json, Json::Table(_)) {
        let name = problems.text(json, place)?;
        return Reverification::preset(name).or_else(|| {
            let presets = Reverification::PRESETS.map(|(name, _)| name);
            let hint = did_you_mean(name, &presets);
            problems.note(place, format!("Clerk's presets are {}{hint}", presets.join(", ")))
        });
    }
    let members = problems.table(json, place, &["level", "after_minutes"])?;
    let level = match member(members, "level") {
        Some(json) => level(json, &place.key("level"), problems),
        None => problems.note(&place.key("level"), "it is needed beside `after_minutes`"),
    };
    let minutes = match member(members, "after_minutes") {
        Some(Json::Single(Value::Number(number))) => number.as_f64().filter(|m| *m > 0.0),
        _ => None,
    };
    if minutes.is_none() {
        return problems.note(&place.key("after_minutes"), "a number above 0 is needed");
    }
    level.zip(minutes).map(|(level, after_minutes)| Reverification { level, after_minutes })
}

fn level(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<Level> {
    let name = problems.text(json, place)?;
    Level::named(name).or_else(|| {
        let known = Level::ALL.map(Level::as_str);
        let hint = did_you_mean(name, &known);
        problems.note(place, format!("Clerk's levels are {}{hint}", known.join(", ")))
    })
}

/// The keys of a condition.
pub const KEYS: [&str; 14] = [
    "role",
    "permission",
    "feature",
    "plan",
    "org",
    "claim",
    "reverified",
    "api_key",
    "oauth",
    "machine",
    "scope",
    "all",
    "any",
    "not",
];
