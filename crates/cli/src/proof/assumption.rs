//! A caller who is assumed: one combination of facts, and the person who has exactly these.

use std::collections::{BTreeMap, BTreeSet};

use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::condition::ClaimWanted;
use clerk_edge_rules::facts::{Facts, Known, Lookup, Truth};
use clerk_edge_rules::reverification::Reverification;
use serde_json::{Map, Value, json};

use crate::people::{Person, put, table};
use crate::proof::facts::{FactSet, bare, scoped};

/// One combination of facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assumption {
    /// The roles.
    pub roles: Vec<String>,
    /// The slug and id of the active organization.
    pub organization: Option<(String, String)>,
    permissions: BTreeSet<String>,
    features: BTreeSet<String>,
    plans: BTreeSet<String>,
    /// Claims that are there, with the compared values that are in them.
    claims: BTreeMap<String, Vec<Value>>,
    /// Claims that are not there.
    absent: BTreeSet<String>,
    ages: Ages,
    /// Whether a look-up of what the token lacks fails.
    lookup_fails: bool,
}

/// When the factors were verified.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Ages {
    /// No condition asks for it.
    #[default]
    NotAsked,
    /// Never, as far as the token says.
    Never,
    /// So many minutes ago; -1 for a factor that is not enrolled.
    Minutes(f64, f64),
}

/// All combinations of these facts.
#[must_use]
pub fn all(facts: &FactSet) -> Vec<Assumption> {
    let mut all = vec![Assumption::default()];
    let roles = subsets(facts.roles.iter());
    all = each(all, &roles, |it, roles| {
        it.roles = roles.iter().map(|role| (*role).clone()).collect()
    });
    all = each(all, &organizations(facts), |it, organization| {
        it.organization.clone_from(organization)
    });
    let permissions = subsets(facts.permissions.iter());
    all = each(all, &permissions, |it, names| it.permissions = owned(names));
    // Nobody has a permission without an organization.
    all.retain(|it| it.organization.is_some() || it.permissions.is_empty());
    all = each(all, &subsets(facts.features.iter()), |it, names| it.features = owned(names));
    all = each(all, &subsets(facts.plans.iter()), |it, names| it.plans = owned(names));
    for (path, values) in &facts.claims {
        let present = subsets(values.iter()).into_iter().map(Some);
        let states: Vec<Option<Vec<&Value>>> = std::iter::once(None).chain(present).collect();
        all = each(all, &states, |it, state| match state {
            Some(values) => {
                let values = values.iter().map(|value| (*value).clone()).collect();
                it.claims.insert(path.clone(), values);
            }
            None => {
                it.absent.insert(path.clone());
            }
        });
    }
    all = each(all, &ages(facts), |it, ages| it.ages = *ages);
    if facts.roles.is_empty() && facts.claims.is_empty() {
        return all;
    }
    each(all, &[false, true], |it, fails| it.lookup_fails = *fails)
}

fn each<T>(
    all: Vec<Assumption>,
    choices: &[T],
    choose: impl Fn(&mut Assumption, &T),
) -> Vec<Assumption> {
    let chosen = all.into_iter().flat_map(|assumed| {
        choices
            .iter()
            .map(|choice| {
                let mut assumed = assumed.clone();
                choose(&mut assumed, choice);
                assumed
            })
            .collect::<Vec<_>>()
    });
    chosen.collect()
}

fn subsets<'a, T>(items: impl Iterator<Item = &'a T>) -> Vec<Vec<&'a T>> {
    let mut all = vec![Vec::new()];
    for item in items {
        let with: Vec<Vec<&T>> = all
            .iter()
            .map(|chosen| {
                let mut chosen = chosen.clone();
                chosen.push(item);
                chosen
            })
            .collect();
        all.extend(with);
    }
    all
}

fn organizations(facts: &FactSet) -> Vec<Option<(String, String)>> {
    if !facts.organization {
        return vec![None];
    }
    let slugs: Vec<&str> =
        std::iter::once("example").chain(facts.slugs.iter().map(String::as_str)).collect();
    let ids: Vec<&str> =
        std::iter::once("org_2example").chain(facts.ids.iter().map(String::as_str)).collect();
    let pairs = slugs
        .iter()
        .flat_map(|slug| ids.iter().map(|id| Some(((*slug).to_owned(), (*id).to_owned()))));
    std::iter::once(None).chain(pairs).collect()
}

/// Never verified, and every way in which both ages can lie between the thresholds.
fn ages(facts: &FactSet) -> Vec<Ages> {
    if facts.ages.is_empty() {
        return vec![Ages::NotAsked];
    }
    let states: Vec<f64> = [-1.0, 0.0].into_iter().chain(facts.ages.iter().copied()).collect();
    let pairs =
        states.iter().flat_map(|first| states.iter().map(|second| Ages::Minutes(*first, *second)));
    std::iter::once(Ages::Never).chain(pairs).collect()
}

fn owned(names: &[&String]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).clone()).collect()
}

impl Assumption {
    /// The person as a test file writes one.
    #[must_use]
    pub fn table(&self) -> Value {
        let mut fields = Map::new();
        let mut list = |field: &str, names: Vec<Value>| match names.as_slice() {
            [] => {}
            [only] => {
                fields.insert(field.to_owned(), only.clone());
            }
            _ => {
                fields.insert(field.to_owned(), Value::Array(names));
            }
        };
        list("role", self.roles.iter().map(|it| json!(it)).collect());
        list("permission", self.permissions.iter().map(|it| json!(format!("org:{it}"))).collect());
        list("feature", self.features.iter().map(|it| spelt(it)).collect());
        list("plan", self.plans.iter().map(|it| spelt(it)).collect());
        if let Some((slug, id)) = &self.organization {
            fields.insert("org".to_owned(), json!(slug));
            if id != "org_2example" {
                fields.insert("org_id".to_owned(), json!(id));
            }
        }
        let mut claims = Map::new();
        for (path, values) in &self.claims {
            let value = match values.as_slice() {
                [] => json!("any"),
                [only] => only.clone(),
                several => json!(several),
            };
            if let Ok(path) = ClaimPath::parse(path) {
                put(&mut claims, &path, value);
            }
        }
        match self.ages {
            Ages::NotAsked => {}
            Ages::Never => {
                claims.insert("fva".to_owned(), Value::Null);
            }
            Ages::Minutes(first, second) => {
                fields.insert("reverified".to_owned(), json!([first, second]));
            }
        }
        if !claims.is_empty() {
            fields.insert("claims".to_owned(), Value::Object(claims));
        }
        if self.lookup_fails {
            fields.insert("looked_up".to_owned(), json!("unavailable"));
        }
        Value::Object(fields)
    }

    /// The person who has these facts.
    #[must_use]
    pub fn person(&self, role_claims: &[ClaimPath]) -> Option<Person> {
        let table = self.table();
        let free = self.free_role_claims(role_claims);
        let mut person = table::person("example", &table, &free).ok()?;
        // The name makes the user's id, and the gate remembers look-ups by it.
        person.name = format!("example{}", sum(&table));
        Some(person)
    }

    /// Where the role can stand without touching a claim that something is assumed about.
    fn free_role_claims(&self, all: &[ClaimPath]) -> Vec<ClaimPath> {
        let is_free = |path: &&ClaimPath| {
            let mut assumed = self.claims.keys().chain(&self.absent);
            !assumed.any(|claim| overlap(claim, path.as_str()))
        };
        let free: Vec<ClaimPath> = all.iter().filter(is_free).cloned().collect();
        if free.is_empty() { all.to_vec() } else { free }
    }

    fn if_absent(&self) -> Truth {
        if self.lookup_fails { Truth::Unknown } else { Truth::Fails }
    }
}

/// Whether one claim lies inside the other.
fn overlap(left: &str, right: &str) -> bool {
    let inside = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    inside(left, right) || inside(right, left)
}

fn sum(table: &Value) -> u64 {
    table.to_string().bytes().fold(14_695_981_039_346_656_037, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
    })
}

/// `o:name` as `org:name`.
fn spelt(scoped: &str) -> Value {
    match scoped.split_once(':') {
        Some(("u", name)) => json!(format!("user:{name}")),
        Some((_, name)) => json!(format!("org:{name}")),
        None => json!(scoped),
    }
}

impl Facts for Assumption {
    fn roles(&self) -> Known<&[String]> {
        match self.roles.as_slice() {
            [] if self.lookup_fails => Known::NotInToken,
            [] => Known::No,
            roles => Known::Yes(roles),
        }
    }

    fn permission(&self, name: &str) -> Truth {
        self.permissions.contains(bare(name)).into()
    }

    fn feature(&self, name: &str) -> Truth {
        scoped(name).iter().any(|name| self.features.contains(name)).into()
    }

    fn plan(&self, name: &str) -> Truth {
        scoped(name).iter().any(|name| self.plans.contains(name)).into()
    }

    fn organization(&self, wanted: Option<&[u8]>) -> Truth {
        let Some((slug, id)) = &self.organization else { return Truth::Fails };
        match wanted {
            None => Truth::Holds,
            Some(wanted) if wanted.starts_with(b"org_") => (id.as_bytes() == wanted).into(),
            Some(wanted) => (slug.as_bytes() == wanted).into(),
        }
    }

    fn claim(&self, path: &ClaimPath, wanted: &ClaimWanted) -> Truth {
        match self.claims.get(path.as_str()) {
            Some(values) => match wanted {
                ClaimWanted::Exists => Truth::Holds,
                ClaimWanted::OneOf(_) => wanted.admits(&Value::Array(values.clone())).into(),
            },
            None => self.if_absent(),
        }
    }

    fn reverified(&self, wanted: &Reverification) -> Truth {
        let age = |age: f64| Some(age).filter(|age| *age >= 0.0);
        match self.ages {
            Ages::Minutes(first, second) => wanted.holds(age(first), age(second)).into(),
            Ages::NotAsked | Ages::Never => Truth::Fails,
        }
    }

    fn lookup(&self) -> Lookup {
        if self.lookup_fails { Lookup::Failed } else { Lookup::Done }
    }

    fn lacks_a_header(&self) -> bool {
        false
    }
}
