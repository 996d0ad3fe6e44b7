//! Proofs about rules: who newly gets in, and who never does.
//!
//! Rules tell finitely many paths, hosts and methods apart ([`cells`]) and ask finitely many facts
//! about a caller ([`facts`]). So all of them are looked at, none is sampled, and "nobody" is a
//! proof. A path that can be read in several ways enters only where all its readings fall under
//! one rule, so each of them is found among the cells too.
//!
//! What is found is confirmed by the gate itself before it is told.

pub mod against;
pub mod assumption;
pub mod cells;
pub mod facts;
pub mod never;
pub mod search;

use serde_json::{Value, json};

/// One path and one person that show something.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The method.
    pub method: String,
    /// The host; none where any will do.
    pub host: Option<String>,
    /// The path.
    pub path: String,
    /// The person as a test file writes one.
    pub person: Value,
    /// The rule that counts before, and the one that counts after; one alone for a promise.
    pub rules: Vec<String>,
}

impl Witness {
    /// `GET /admin/any as { "role": "member" }`.
    #[must_use]
    pub fn line(&self) -> String {
        let host = self.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
        let person = self.person.as_str().map_or_else(|| self.person.to_string(), str::to_owned);
        format!("{} {}{host} as {person}", self.method, self.path)
    }

    /// The same in lines.
    #[must_use]
    pub fn text(&self) -> String {
        format!("  example   {}\n  rule      {}\n", self.line(), self.rules.join(" → "))
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "method": self.method, "host": self.host, "path": self.path, "person": self.person,
            "rules": self.rules,
        })
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// A sentence.
    pub why: String,
}

/// How many facts may meet in one cell.
pub const FACTS_MAX: usize = 12;
/// How many cells are looked at.
pub const CELLS_MAX: usize = 500_000;
