//! Proofs against brute force: drawn rule sets and their mutations, all small paths, hosts,
//! methods and people.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop loudly"
)]

use clerk_edge_cli::arguments::{Asked as Typed, read};
use clerk_edge_cli::config::load::Configuration;
use clerk_edge_cli::people::Person;
use clerk_edge_cli::people::table;
use clerk_edge_cli::proof::against::{Sides, compare};
use clerk_edge_cli::world::World;
use clerk_edge_cli::world::outcome::Outcome;
use clerk_edge_cli::world::request::Asked;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::double::{Double, NOW_MS};

fn condition(dice: &mut Dice, depth: usize) -> Value {
    let many = if depth == 0 { 7 } else { 10 };
    match dice.below(many) {
        0 | 1 => json!({ "role": dice.of(&["admin", "editor"]) }),
        2 => json!({ "role": ["admin", "editor"] }),
        3 => json!({ "permission": dice.of(&["org:team:read", "team:write"]) }),
        4 => json!({ "org": dice.of(&[json!(true), json!("acme"), json!("org_1")]) }),
        5 => {
            json!({ "claim": { *dice.of(&["metadata.plan", "metadata.role"]): dice.of(&[json!("pro"), json!("admin"), json!({ "exists": true })]) } })
        }
        6 => json!({ "feature": dice.of(&["org:x", "x", "user:x"]) }),
        7 => json!({ "not": condition(dice, 0) }),
        8 => json!({ "any": [condition(dice, 0), condition(dice, 0)] }),
        _ => json!({ "all": [condition(dice, 0), condition(dice, 0)] }),
    }
}

fn allow(dice: &mut Dice, path: &str) -> Value {
    match dice.below(8) {
        0 => json!("anyone"),
        1 => json!("optional"),
        2 => json!("signed-in"),
        3 if path.contains(":a") => json!({ "org": ":a" }),
        _ => condition(dice, 1),
    }
}

fn rules(dice: &mut Dice) -> Vec<Value> {
    let paths =
        ["/", "/*", "/x", "/x/*", "/:a", "/:a/*", "/x/y", "/:a/y", "/x/:b", "/:a/:b/*", "/acme/y"];
    let mut rules = Vec::new();
    for path in paths {
        if dice.once_in(2) {
            continue;
        }
        let mut rule = json!({ "path": path, "allow": allow(dice, path) });
        if dice.once_in(5) {
            let mut narrow = rule.clone();
            narrow["methods"] = json!(["POST"]);
            narrow["allow"] = allow(dice, path);
            rules.push(narrow);
        }
        if dice.once_in(6) {
            let mut narrow = rule.clone();
            narrow["host"] = json!("a.test");
            narrow["allow"] = allow(dice, path);
            rules.push(narrow);
        }
        if dice.once_in(12) {
            rule["report_only"] = json!(true);
        }
        rules.push(rule);
    }
    rules
}

fn mutated(dice: &mut Dice, rules: &[Value]) -> Vec<Value> {
    let mut rules = rules.to_vec();
    if rules.is_empty() {
        return rules;
    }
    let at = dice.below(rules.len());
    let path = rules[at]["path"].as_str().unwrap_or_default().to_owned();
    match dice.below(3) {
        0 => {
            rules.remove(at);
        }
        _ => rules[at]["allow"] = allow(dice, &path),
    }
    rules
}

fn configuration(rules: &[Value]) -> Option<Configuration> {
    let host = Double::default().file("rules.json", &json!(rules).to_string());
    let words = ["routes", "--rules", "rules.json"].map(str::to_owned);
    let Ok(Typed::Run(arguments)) = read(&words) else { panic!("these arguments are right") };
    let configuration = Configuration::read(&host, &arguments).ok()?;
    configuration.settings().ok()?;
    Some(configuration)
}

fn requests() -> Vec<Asked> {
    let segments = ["x", "y", "z", "acme", "org_1"];
    let mut paths = vec!["/".to_owned()];
    for first in segments {
        paths.push(format!("/{first}"));
        for second in segments {
            paths.push(format!("/{first}/{second}"));
            paths.push(format!("/{first}/{second}/z"));
        }
    }
    let mut requests = Vec::new();
    for path in paths {
        for (host, method) in
            [("example.com", "GET"), ("example.com", "POST"), ("a.test", "GET"), ("a.test", "POST")]
        {
            requests.push(Asked {
                method: method.to_owned(),
                host: host.to_owned(),
                path: path.clone(),
                is_page: false,
            });
        }
    }
    requests
}

/// Everybody whom the drawn conditions can tell apart.
fn people(role_claims: &[clerk_edge_rules::claim_path::ClaimPath]) -> Vec<Person> {
    let mut people = vec![Person::signed_out()];
    let roles =
        [json!(null), json!("admin"), json!("editor"), json!(["admin", "editor"]), json!("pro")];
    let orgs = [
        json!({}),
        json!({ "org": "acme" }),
        json!({ "org": "z" }),
        json!({ "org": "z", "org_id": "org_1" }),
        json!({ "org": "acme", "org_id": "org_1" }),
        json!({ "org": "x" }),
        json!({ "org": "y" }),
    ];
    let permissions = [
        json!(null),
        json!("org:team:read"),
        json!("org:team:write"),
        json!(["org:team:read", "org:team:write"]),
    ];
    let plans =
        [json!(null), json!("pro"), json!("admin"), json!(["pro", "admin"]), json!("other")];
    let features = [json!(null), json!("org:x"), json!("user:x")];
    for (number, role) in roles.iter().enumerate() {
        for org in &orgs {
            for permission in &permissions {
                if !permission.is_null() && org == &json!({}) {
                    continue;
                }
                for plan in &plans {
                    for feature in &features {
                        for place in ["metadata.role", "role"] {
                            let mut table = org.clone();
                            if !permission.is_null() {
                                table["permission"] = permission.clone();
                            }
                            if !feature.is_null() {
                                table["feature"] = feature.clone();
                            }
                            let mut claims = json!({});
                            if !plan.is_null() {
                                claims["metadata"]["plan"] = plan.clone();
                            }
                            if !role.is_null() {
                                if place == "role" {
                                    claims["role"] = role.clone();
                                } else {
                                    claims["metadata"]["role"] = role.clone();
                                }
                            }
                            table["claims"] = claims;
                            let name = format!("p{number}x{}", people.len());
                            people
                                .push(table::person(&name, &table, role_claims).expect("a person"));
                        }
                    }
                }
            }
        }
    }
    people
}

fn forwards(world: &World<'_, Configuration>, asked: &Asked, person: &Person) -> bool {
    world.decide(asked, person).is_some_and(|it| it.outcome == Outcome::Forward)
}

/// Whether somebody of these people gains on one of these requests.
fn somebody_gains(
    from: &World<'_, Configuration>,
    to: &World<'_, Configuration>,
    people: &[Person],
    requests: &[Asked],
) -> Option<String> {
    for asked in requests {
        for person in people {
            if forwards(to, asked, person) && !forwards(from, asked, person) {
                return Some(format!("{asked:?} {person:?}"));
            }
        }
    }
    None
}

#[test]
fn proofs_agree_with_brute_force() {
    let (mut compared, mut gains) = (0_usize, 0_usize);
    let requests = requests();
    let mut seed = 0;
    while compared < sets() {
        seed += 1;
        let mut dice = Dice::new(seed);
        let before = rules(&mut dice);
        let after = mutated(&mut dice, &before);
        let (Some(old), Some(new)) = (configuration(&before), configuration(&after)) else {
            continue;
        };
        let old_settings = old.settings().expect("read before");
        let people = people(&old_settings.role_claims);
        let old_world = World::open(&old, old_settings, NOW_MS, false);
        let new_world = World::open(&new, new.settings().expect("read before"), NOW_MS, false);
        let sides = Sides { before: &old_world, after: &new_world };
        let changes = compare(&sides).expect("few facts");
        compared += 1;
        // A few people for each set, drawn, so that all kinds come up over the sets.
        let some: Vec<Person> =
            (0..25).map(|_| dice.of(&people).clone()).chain([Person::signed_out()]).collect();
        for (from, to, found) in
            [(&old_world, &new_world, &changes.gained), (&new_world, &old_world, &changes.lost)]
        {
            let brute = somebody_gains(from, to, &some, &requests);
            if let Some(example) = &brute {
                gains += 1;
                assert!(!found.is_empty(), "seed {seed}: missed {example}\n{before:?}\n{after:?}");
            }
        }
    }
    assert!(gains > sets() / 4, "the drawn sets hardly differ: {gains}");
}

/// How many rule sets are drawn.
fn sets() -> usize {
    std::env::var("CLERK_EDGE_DRAWN").ok().and_then(|it| it.parse().ok()).unwrap_or(8)
}

#[test]
fn a_thousand_rules_are_compared_in_a_moment() {
    let many = |last: &str| -> Vec<Value> {
        let rule = |at: usize| json!({ "path": format!("/area{}/page{at}/*", at % 40), "allow": { "role": format!("r{}", at % 30) } });
        (0..999)
            .map(rule)
            .chain([json!({ "path": "/:x/last", "allow": { "role": last } })])
            .collect()
    };
    let (old, new) =
        (configuration(&many("a")).expect("right"), configuration(&many("b")).expect("right"));
    let old_world = World::open(&old, old.settings().expect("right"), NOW_MS, false);
    let new_world = World::open(&new, new.settings().expect("right"), NOW_MS, false);
    let changes = compare(&Sides { before: &old_world, after: &new_world }).expect("few facts");
    assert_eq!(changes.gained.len(), 1);
    assert_eq!(changes.gained[0].person, json!({ "role": "b" }));
    assert!(changes.gained[0].path.ends_with("/last"), "{:?}", changes.gained);
}

#[test]
fn a_permission_in_place_of_a_role_is_found() {
    let before = [json!({ "path": "/x/y", "allow": { "role": ["admin", "editor"] } })];
    let after = [json!({ "path": "/x/y", "allow": { "permission": "team:write" } })];
    let (old, new) =
        (configuration(&before).expect("right"), configuration(&after).expect("right"));
    let old_world = World::open(&old, old.settings().expect("right"), NOW_MS, false);
    let new_world = World::open(&new, new.settings().expect("right"), NOW_MS, false);
    let changes = compare(&Sides { before: &old_world, after: &new_world }).expect("few facts");
    assert_eq!(changes.gained.len(), 1);
    assert_eq!(
        changes.gained[0].person,
        json!({ "org": "example", "permission": "org:team:write" })
    );
}
