//! Public metadata as Clerk merges it: objects member by member, and `null` takes a member away.

use serde_json::{Map, Value};

type Members = Map<String, Value>;

/// The members of `wanted` that `there` lacks, at every depth. What is `null` counts as lacking.
pub(super) fn absent(wanted: &Members, there: &Members) -> Members {
    let mut absent = Members::new();
    for (name, value) in wanted {
        let lacking = match (value, there.get(name)) {
            (_, None | Some(Value::Null)) => Some(value.clone()),
            (Value::Object(value), Some(Value::Object(there))) => {
                object(self::absent(value, there))
            }
            _ => None,
        };
        if let Some(value) = lacking {
            absent.insert(name.clone(), value);
        }
    }
    absent
}

/// The changes that make `there` agree with `wanted`. Empty where it does already, so that a change
/// that follows from a change comes to an end.
pub(super) fn changes(wanted: &Members, there: &Members) -> Members {
    let mut changes = Members::new();
    for (name, value) in wanted {
        let change = match (value, there.get(name)) {
            (Value::Null, None | Some(Value::Null)) => None,
            (Value::Null, Some(_)) => Some(Value::Null),
            (Value::Object(value), Some(Value::Object(there))) => {
                object(self::changes(value, there))
            }
            // An empty object in place of nothing is no change, whether or not Clerk keeps it.
            (Value::Object(value), None | Some(Value::Null)) => {
                object(self::changes(value, &Members::new()))
            }
            (value, Some(there)) if is_same(value, there) => None,
            (value, _) => Some(value.clone()),
        };
        if let Some(change) = change {
            changes.insert(name.clone(), change);
        }
    }
    changes
}

/// Puts `over` on top of `under`. Where both name a member, `over` wins.
pub(super) fn overlay(under: &mut Members, over: &Members) {
    for (name, value) in over {
        match (under.get_mut(name), value) {
            (Some(Value::Object(under)), Value::Object(over)) => overlay(under, over),
            _ => {
                under.insert(name.clone(), value.clone());
            }
        }
    }
}

fn object(members: Members) -> Option<Value> {
    (!members.is_empty()).then_some(Value::Object(members))
}

/// JSON has one kind of number: `5` is `5.0`.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) if one.is_f64() || other.is_f64() => {
            one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |name: &String, value: &Value| {
                other.get(name).is_some_and(|other| is_same(value, other))
            };
            one.len() == other.len() && one.iter().all(|(name, value)| same(name, value))
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn members(value: Value) -> Members {
        let Value::Object(members) = value else { return Members::new() };
        members
    }

    #[test]
    fn what_is_there_is_not_absent() {
        for (wanted, there, expected) in [
            (json!({ "role": "member" }), json!({}), json!({ "role": "member" })),
            (json!({ "role": "member" }), json!({ "role": null }), json!({ "role": "member" })),
            (json!({ "role": "member" }), json!({ "role": "admin" }), json!({})),
            (json!({ "role": "member" }), json!({ "role": "" }), json!({})),
            (
                json!({ "a": { "b": 1, "c": 2 } }),
                json!({ "a": { "b": 5 } }),
                json!({ "a": { "c": 2 } }),
            ),
            (json!({ "a": { "b": 1 } }), json!({ "a": { "b": 1 } }), json!({})),
            (json!({ "a": { "b": 1 } }), json!({ "a": 5 }), json!({})),
        ] {
            let found = absent(&members(wanted.clone()), &members(there.clone()));
            assert_eq!(found, members(expected), "{wanted} in {there}");
        }
    }

    #[test]
    fn a_change_that_was_made_is_no_change_any_more() {
        for (wanted, there, expected) in [
            (json!({ "plan": "pro" }), json!({ "role": "admin" }), json!({ "plan": "pro" })),
            (json!({ "plan": "pro" }), json!({ "plan": "pro", "role": 1 }), json!({})),
            (json!({ "plan": null }), json!({ "plan": "pro" }), json!({ "plan": null })),
            (json!({ "plan": null }), json!({}), json!({})),
            (json!({ "a": { "b": null } }), json!({}), json!({})),
            (json!({ "a": { "b": { "c": null }, "d": 1 } }), json!({}), json!({ "a": { "d": 1 } })),
            (json!({ "a": {} }), json!({}), json!({})),
            (json!({ "a": { "b": 1 } }), json!({ "a": 5 }), json!({ "a": { "b": 1 } })),
            (
                json!({ "n": 1.0, "l": [1, { "x": 2.0 }] }),
                json!({ "n": 1, "l": [1.0, { "x": 2 }] }),
                json!({}),
            ),
            (json!({ "l": [1, 2] }), json!({ "l": [2, 1] }), json!({ "l": [1, 2] })),
            (json!({ "n": "1" }), json!({ "n": 1 }), json!({ "n": "1" })),
        ] {
            let found = changes(&members(wanted.clone()), &members(there.clone()));
            assert_eq!(found, members(expected), "{wanted} in {there}");
        }
    }

    #[test]
    fn where_both_name_a_member_the_upper_one_wins() {
        let mut all = members(json!({ "role": "member", "a": { "b": 1, "c": 2 }, "x": 1 }));
        overlay(&mut all, &members(json!({ "role": null, "a": { "b": 5 }, "x": { "y": 1 } })));
        let expected = json!({ "role": null, "a": { "b": 5, "c": 2 }, "x": { "y": 1 } });
        assert_eq!(all, members(expected));
    }
}
