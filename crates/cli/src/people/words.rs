//! People as words: `signed-out`, `signed-in`, `pending`, `role:NAME`, `org:SLUG`.

use clerk_edge_rules::claim_path::ClaimPath;
use serde_json::{Map, json};

use crate::nearest::nearest;
use crate::people::{Person, table};

/// The words without a name behind them.
pub const WORDS: [&str; 3] = ["signed-out", "signed-in", "pending"];

/// The person of a word; none where it is no such word.
#[must_use]
pub fn person(word: &str, role_claims: &[ClaimPath]) -> Option<Person> {
    let of_table = |value| table::person(word, &value, role_claims).ok();
    match word.split_once(':') {
        Some(("role", name)) if !name.is_empty() => of_table(json!({ "role": name })),
        Some(("org", slug)) if !slug.is_empty() => of_table(json!({ "org": slug })),
        Some(_) => None,
        None => match word {
            "signed-out" => Some(Person::signed_out()),
            "signed-in" => Some(Person::with_claims(word, Map::new())),
            "pending" => of_table(json!({ "claims": { "sts": "pending" } })),
            _ => None,
        },
    }
}

/// What to say of a word that is none.
#[must_use]
pub fn unknown(word: &str) -> String {
    match nearest(word, WORDS) {
        Some(hint) => format!("there is no person `{word}`: did you mean `{hint}`?"),
        None => format!(
            "there is no person `{word}`: write signed-out, signed-in, pending, role:NAME or \
             org:SLUG"
        ),
    }
}
