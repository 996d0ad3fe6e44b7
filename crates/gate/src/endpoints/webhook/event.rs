//! An event, strictly parsed: an object with a text `type` and an object `data`.

use serde_json::{Map, Value};

use crate::clerk_api::time_ms;
use crate::lookup::user_answer::is_user_id;

/// An event of Clerk's.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    /// Its `type`.
    pub(super) name: String,
    /// What it says of a user; `None` for events that mean nothing here.
    pub(super) user_event: Option<UserEvent>,
}

/// What an event says of a user.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum UserEvent {
    /// It names no user.
    Nobody,
    /// The user was deleted.
    Deleted {
        /// The user's id.
        user_id: String,
    },
    /// The user is there, and is like this.
    Changed(ChangedUser),
}

/// A user as an event shows one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ChangedUser {
    /// The user's id.
    pub(super) id: String,
    /// Whether the user is new.
    pub(super) is_new: bool,
    /// The public metadata; empty where there is none.
    pub(super) metadata: Map<String, Value>,
    /// When the user was changed.
    pub(super) updated_at_ms: Option<i64>,
}

impl Event {
    /// Parses the body of a delivery.
    pub(super) fn parse(body: &str) -> Option<Self> {
        let Value::Object(mut event) = serde_json::from_str(body).ok()? else { return None };
        let Some(Value::String(name)) = event.remove("type") else { return None };
        let Some(Value::Object(data)) = event.remove("data") else { return None };
        let user_event = match name.as_str() {
            "user.created" => Some(changed(data, true)),
            "user.updated" => Some(changed(data, false)),
            "user.deleted" => Some(match user_id(&data) {
                Some(user_id) => UserEvent::Deleted { user_id },
                None => UserEvent::Nobody,
            }),
            _ => None,
        };
        Some(Self { name, user_event })
    }
}

fn changed(mut data: Map<String, Value>, is_new: bool) -> UserEvent {
    let metadata = match data.remove("public_metadata") {
        None | Some(Value::Null) => Some(Map::new()),
        Some(Value::Object(metadata)) => Some(metadata),
        Some(_) => None,
    };
    let updated_at_ms = data.get("updated_at").and_then(time_ms);
    match (user_id(&data), metadata) {
        (Some(id), Some(metadata)) => {
            UserEvent::Changed(ChangedUser { id, is_new, metadata, updated_at_ms })
        }
        _ => UserEvent::Nobody,
    }
}

fn user_id(data: &Map<String, Value>) -> Option<String> {
    data.get("id")?.as_str().filter(|id| is_user_id(id)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(event: &Value) -> Option<Option<UserEvent>> {
        Event::parse(&event.to_string()).map(|event| event.user_event)
    }

    #[test]
    fn only_an_object_with_type_and_data_is_an_event() {
        for event in [
            json!([]),
            json!(5),
            json!(null),
            json!({ "data": {} }),
            json!({ "type": "x" }),
            json!({ "type": 5, "data": {} }),
            json!({ "type": "x", "data": [] }),
        ] {
            assert_eq!(parse(&event), None, "{event}");
        }
        for body in ["", "hello", "\u{feff}{\"type\":\"x\",\"data\":{}}"] {
            assert_eq!(Event::parse(body), None, "{body}");
        }
        assert_eq!(parse(&json!({ "type": "x", "data": {} })), Some(None));
    }

    #[test]
    fn a_user_has_an_id_and_metadata() {
        let event = |data: Value| parse(&json!({ "type": "user.created", "data": data })).flatten();
        let user = |metadata: Value, updated_at_ms| {
            let Value::Object(metadata) = metadata else { return None };
            let id = "user_1".to_owned();
            Some(UserEvent::Changed(ChangedUser { id, is_new: true, metadata, updated_at_ms }))
        };
        let full = json!({
            "id": "user_1", "public_metadata": { "a": 1 }, "updated_at": 1_750_000_000_123_i64,
        });
        assert_eq!(event(full), user(json!({ "a": 1 }), Some(1_750_000_000_123)));
        let seconds =
            json!({ "id": "user_1", "public_metadata": null, "updated_at": 1_750_000_000 });
        assert_eq!(event(seconds), user(json!({}), Some(1_750_000_000_000)));
        let timeless = json!({ "id": "user_1", "updated_at": "today" });
        assert_eq!(event(timeless), user(json!({}), None));
        for data in [
            json!({}),
            json!({ "id": null }),
            json!({ "id": "../user_1" }),
            json!({ "id": "user_1", "public_metadata": "admin" }),
        ] {
            assert_eq!(event(data.clone()), Some(UserEvent::Nobody), "{data}");
        }
    }
}
