//! What an isolate says once, when it opens its gate: what closes it, and what is worth mending.
//!
//! One line each, for the operator's log. They name bindings and never a value of one.

use serde_json::json;

use super::Gate;

impl<K> Gate<K> {
    /// The lines, each one JSON text: every problem of faulty bindings at once, or the notes.
    #[must_use]
    pub fn announcements(&self) -> Vec<String> {
        match &self.settings {
            Err(faulty) => {
                let problems: Vec<String> = faulty.problems().map(ToString::to_string).collect();
                vec![json!({ "code": "configuration", "problems": problems }).to_string()]
            }
            Ok(settings) if settings.notes.is_empty() => Vec::new(),
            Ok(settings) => vec![json!({ "notes": settings.notes }).to_string()],
        }
    }
}
