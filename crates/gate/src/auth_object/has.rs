//! `has()` of Clerk's auth object: `role` is the role in the active organization here. What rules
//! call a role is in [`super::ask`].

use clerk_edge_rules::reverification::{Level, Reverification};
use serde_json::Value;

use super::{AuthObject, Person};

impl AuthObject {
    /// Whether all that is asked holds; false where nothing is asked or nobody is signed in.
    #[must_use]
    pub fn has(&self, params: &Value) -> bool {
        let Some(person) = self.person().filter(|person| !person.subject().is_empty()) else {
            return false;
        };
        let mut asked = 0_usize;
        let all = QUESTIONS.iter().all(|(name, holds)| {
            let Some(wanted) = params.get(name).filter(|wanted| is_asked(wanted)) else {
                return true;
            };
            asked = asked.saturating_add(1);
            holds(person, wanted)
        });
        all && asked > 0
    }
}

/// JavaScript's truth: Clerk's SDK does not see what is false.
fn is_asked(wanted: &Value) -> bool {
    match wanted {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    }
}

/// Whether a person has what is wanted.
type Question = fn(&Person, &Value) -> bool;

const QUESTIONS: [(&str, Question); 5] = [
    ("role", |person, wanted| wanted.as_str().is_some_and(|it| person.claims.has_role(it))),
    ("permission", |person, wanted| {
        wanted.as_str().is_some_and(|it| person.claims.has_permission(it))
    }),
    ("feature", |person, wanted| wanted.as_str().is_some_and(|it| person.claims.has_feature(it))),
    ("plan", |person, wanted| wanted.as_str().is_some_and(|it| person.claims.has_plan(it))),
    ("reverification", |person, wanted| {
        let ages = person.claims.factor_ages();
        reverification(wanted)
            .zip(ages)
            .is_some_and(|(wanted, ages)| wanted.holds(ages.first, ages.second))
    }),
];

/// A preset, or `{ level, afterMinutes }`.
fn reverification(wanted: &Value) -> Option<Reverification> {
    if let Some(name) = wanted.as_str() {
        return Reverification::preset(name);
    }
    let level = Level::named(wanted.get("level")?.as_str()?)?;
    let after_minutes = wanted.get("afterMinutes")?.as_f64().filter(|it| *it > 0.0)?;
    Some(Reverification { level, after_minutes })
}
