//! Rules by people: what becomes of a page of each rule.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use clerk_edge_rules::condition::Condition;
use clerk_edge_rules::rule::{Requirement, Rule};

use crate::arguments::Arguments;
use crate::claims::needed::Needed;
use crate::config::load::Configuration;
use crate::host::Host;
use crate::look::table;
use crate::people::{Person, words};
use crate::report::Failure;
use crate::routes::list::sorted;
use crate::tests;
use crate::world::World;
use crate::world::request::{Asked, HOST};

/// The table.
pub struct Matrix {
    people: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

impl Matrix {
    /// Of signed-out, signed-in, every role that is named, and whoever is named with `--as`.
    ///
    /// # Errors
    /// Where a person is not known.
    pub fn of<H: Host>(
        host: &H,
        world: &World<'_, Configuration>,
        configuration: &Configuration,
        arguments: &Arguments,
    ) -> Result<Self, Failure> {
        let settings = world.settings();
        let mut people: Vec<(Person, bool)> = Vec::new();
        let roles = Needed::of(settings).roles.into_iter().map(|role| format!("role:{role}"));
        let usual = ["signed-out", "signed-in"].into_iter().map(str::to_owned).chain(roles);
        people.extend(
            usual.filter_map(|word| Some((words::person(&word, &settings.role_claims)?, false))),
        );
        for word in arguments.values("as") {
            people.push((tests::person_named(host, configuration, settings, word)?, true));
        }
        let rules = sorted(&settings.rules);
        let rows = rules.iter().map(|rule| {
            let asked = example(rule);
            let cell = |(person, is_named): &(Person, bool)| {
                if !is_named && depends_on_more(rule, person) {
                    return "?".to_owned();
                }
                let decided = world.decide(&asked, person);
                decided.map_or_else(|| "?".to_owned(), |it| it.outcome.to_string())
            };
            (label(rule), people.iter().map(cell).collect())
        });
        let rows = rows.collect();
        Ok(Self { people: people.into_iter().map(|(person, _)| person.name).collect(), rows })
    }

    /// The names of the people.
    #[must_use]
    pub fn people(&self) -> &[String] {
        &self.people
    }

    /// As `result.matrix`.
    #[must_use]
    pub fn json(&self) -> Value {
        let row =
            |(rule, cells): &(String, Vec<String>)| json!({ "rule": rule, "outcomes": cells });
        self.rows.iter().map(row).collect()
    }

    /// As a table.
    #[must_use]
    pub fn text(&self, markdown: bool) -> String {
        let head = std::iter::once(String::new()).chain(self.people.iter().cloned()).collect();
        let rows = self.rows.iter().map(|(rule, cells)| {
            std::iter::once(rule.clone()).chain(cells.iter().cloned()).collect()
        });
        let all: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
        table(&all, markdown)
    }
}

fn label(rule: &Rule) -> String {
    let methods = rule.methods().join(",");
    let parts = [methods.as_str(), rule.host().unwrap_or_default(), rule.path_text()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A request under the rule: names are filled in with themselves.
fn example(rule: &Rule) -> Asked {
    let path: Vec<&str> =
        rule.path_text().split('/').map(|it| it.trim_start_matches(':')).collect();
    let path = path.join("/");
    let path = path.strip_suffix("/*").unwrap_or(&path);
    let method = rule.methods().first().map_or("GET", String::as_str);
    Asked {
        method: method.to_owned(),
        host: rule.host().unwrap_or(HOST).to_owned(),
        path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        is_page: matches!(method, "GET" | "HEAD"),
    }
}

/// Whether something about a signed-in person decides that the word does not say.
fn depends_on_more(rule: &Rule, person: &Person) -> bool {
    let Requirement::Condition(condition) = rule.requirement() else { return false };
    let mut asks = BTreeSet::new();
    kinds(condition, &mut asks);
    person.name != "signed-out" && asks.contains("more")
}

fn kinds(condition: &Condition, found: &mut BTreeSet<&'static str>) {
    match condition {
        Condition::Role(_) => {
            found.insert("role");
        }
        Condition::All(_) | Condition::Any(_) | Condition::Not(_) => {
            condition.parts().iter().for_each(|part| kinds(part, found));
        }
        _ => {
            found.insert("more");
        }
    }
}
