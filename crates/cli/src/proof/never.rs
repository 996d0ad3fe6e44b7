//! Promises: nobody whom `who` describes reaches a path below `reaches`.
//!
//! Words describe people as the tests do: `signed-in` has no role and no organization, `role:NAME`
//! has that role alone, `org:SLUG` is in that organization; everything else about them is open. A
//! table is a condition of the rules and describes everybody of whom it holds.

use std::collections::BTreeSet;

use clerk_edge_gate::settings::Settings;
use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::rule::Requirement;
use clerk_edge_rules::rule_set::{Context, Match, Rules};
use serde_json::{Value, json};

use crate::config::load::Configuration;
use crate::people::{Person, words};
use crate::proof::against::{asked, pairs};
use crate::proof::assumption::Assumption;
use crate::proof::search::{self, Candidate, lets_in};
use crate::proof::{Undecided, Witness, cells};
use crate::tests::file::Promise;
use crate::world::World;
use crate::world::outcome::Outcome;
use crate::world::request::{Asked, HOST};

/// Why a promise is neither kept nor broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoProof {
    /// It cannot be understood.
    Unclear(String),
    /// The rules tell too much apart.
    Undecided(Undecided),
}

impl From<String> for NoProof {
    fn from(why: String) -> Self {
        Self::Unclear(why)
    }
}

impl From<Undecided> for NoProof {
    fn from(undecided: Undecided) -> Self {
        Self::Undecided(undecided)
    }
}

/// Whom a promise is about.
enum Who {
    SignedOut,
    /// Nobody signed in as far as the gate is concerned.
    Person(Box<Person>),
    /// Without roles and without an organization.
    Plain,
    /// With this role alone; the rules ask for it.
    Role(String, Box<Rules>),
    /// Everybody whom these rules let in.
    Condition(Box<Rules>),
}

/// Proves a promise; what breaks it where it is broken.
///
/// # Errors
/// Where the promise cannot be understood or decided.
pub fn prove(
    world: &World<'_, Configuration>,
    promise: &Promise,
    people: &[Person],
) -> Result<Option<Witness>, NoProof> {
    let settings = world.settings();
    let who = Who::read(&promise.who, people, settings)?;
    let below = below(&promise.reaches, settings.rules.are_of_assets())?;
    let organizations = who.organizations();
    let cells = cells::of(&[&settings.rules, &below], &organizations)?;
    for cell in cells {
        let Ok(path) = RequestPath::parse(&cell.path) else { continue };
        for (host, method) in pairs(&cell) {
            let inside = search::find(&below, host, method, &path);
            if inside.and_then(|it| it.rule.index()).is_none() {
                continue;
            }
            let Some(matched) = search::find(&settings.rules, host, method, &path) else {
                continue;
            };
            let asked = asked(&cell, host, method);
            if let Some(person) = who.reaching(&matched, &asked, world)? {
                return Ok(Some(Witness {
                    method: method.to_owned(),
                    host: (host != HOST).then(|| host.to_owned()),
                    path: cell.path.clone(),
                    person,
                    rules: vec![matched.rule.path_text().to_owned()],
                }));
            }
        }
    }
    Ok(None)
}

/// The paths that a promise is about, as rules with one rule.
fn below(reaches: &str, assets: bool) -> Result<Rules, String> {
    let text = json!([{ "path": reaches, "allow": "anyone" }]).to_string();
    let context = Context { assets, ..Context::default() };
    Rules::read(&text, &context).map_err(|problems| {
        problems.first().map_or_else(String::new, |it| format!("`reaches`: {}", it.message))
    })
}

impl Who {
    fn read(who: &Value, people: &[Person], settings: &Settings) -> Result<Self, String> {
        let Value::String(word) = who else {
            return condition(who, settings).map(Self::Condition);
        };
        if let Some(person) = people.iter().find(|person| person.name == *word) {
            return Ok(Self::Person(Box::new(person.clone())));
        }
        match word.split_once(':') {
            Some(("role", name)) if !name.is_empty() => {
                let rules = condition(&json!({ "role": name }), settings)?;
                return Ok(Self::Role(name.to_owned(), rules));
            }
            Some(("org", slug)) if !slug.is_empty() => {
                return condition(&json!({ "org": slug }), settings).map(Self::Condition);
            }
            _ => {}
        }
        match word.as_str() {
            "signed-out" => Ok(Self::SignedOut),
            "signed-in" => Ok(Self::Plain),
            _ => words::person(word, &settings.role_claims)
                .map(|person| Self::Person(Box::new(person)))
                .ok_or_else(|| words::unknown(word)),
        }
    }

    fn organizations(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let rules = self.rules().into_iter().flat_map(Rules::iter);
        for rule in rules {
            if let Requirement::Condition(condition) = rule.requirement() {
                cells::organizations_of(condition, &mut found);
            }
        }
        found
    }

    /// Somebody of these people who gets in, as a test file writes them.
    fn reaching(
        &self,
        matched: &Match<'_>,
        asked: &Asked,
        world: &World<'_, Configuration>,
    ) -> Result<Option<Value>, NoProof> {
        let forwards = |person: &Person| {
            world.decide(asked, person).is_some_and(|it| it.outcome == Outcome::Forward)
        };
        if let Self::Person(person) = self {
            return Ok(forwards(person).then(|| json!(person.name)));
        }
        let reaches = |candidate: &Candidate| {
            lets_in(matched, candidate)
                && candidate.person(world.settings()).is_some_and(|person| forwards(&person))
        };
        if let Self::SignedOut = self {
            return Ok(reaches(&Candidate::SignedOut).then(|| json!("signed-out")));
        }
        let root = RequestPath::parse("/").map_err(|_| String::new())?;
        let condition = self.rules().and_then(|rules| search::find(rules, HOST, "GET", &root));
        let all: Vec<&Match<'_>> = std::iter::once(matched).chain(condition.as_ref()).collect();
        let found = search::first(&all, &asked.path, world.settings(), |candidate| {
            let Candidate::Assumed(assumed) = candidate else { return false };
            self.describes(assumed)
                && condition.as_ref().is_none_or(|it| lets_in(it, candidate))
                && reaches(candidate)
        });
        Ok(found?.map(|candidate| candidate.table()))
    }

    fn describes(&self, assumed: &Assumption) -> bool {
        match self {
            Self::Plain => assumed.roles.is_empty() && assumed.organization.is_none(),
            Self::Role(name, _) => assumed.roles == [name.as_str()],
            Self::Condition(_) | Self::SignedOut | Self::Person(_) => true,
        }
    }
}

impl Who {
    fn rules(&self) -> Option<&Rules> {
        match self {
            Self::Role(_, rules) | Self::Condition(rules) => Some(rules),
            Self::SignedOut | Self::Person(_) | Self::Plain => None,
        }
    }
}

/// A condition as rules with one rule.
fn condition(who: &Value, settings: &Settings) -> Result<Box<Rules>, String> {
    let text = json!([{ "path": "/", "allow": who }]).to_string();
    let context = Context { assets: settings.rules.are_of_assets(), ..Context::default() };
    Rules::read(&text, &context).map(Box::new).map_err(|problems| {
        problems.first().map_or_else(String::new, |it| {
            let place = it.place.replacen("ROUTES[0].allow", "", 1);
            format!("`who`{place}: {}", it.message)
        })
    })
}
