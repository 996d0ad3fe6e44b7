//! A person as the gate sees them: metadata, role, what the token will carry, areas, sessions.

use std::fmt::Write;

use clerk_edge_gate::settings::Settings;
use serde_json::{Map, Value, json};

use crate::bars;
use crate::claims::needed::Needed;
use crate::claims::sample::Sample;
use crate::claims::variants;
use crate::config::load::Configuration;
use crate::host::Host;
use crate::people::{LookedUp, Person, time};
use crate::report::Report;
use crate::routes::list::sorted;
use crate::world::World;
use crate::world::outcome::Outcome;
use crate::world::request::{Asked, HOST};

/// The report.
#[must_use]
pub fn report<H: Host>(
    host: &H,
    settings: &Settings,
    configuration: &Configuration,
    user: &Value,
    sessions: &[Value],
) -> Report {
    let id = user.get("id").and_then(Value::as_str).unwrap_or_default();
    let metadata = user.get("public_metadata").cloned().unwrap_or_else(|| json!({}));
    let needed = Needed::of(settings);
    let sample = Sample::new(metadata.clone());
    let made = variants::variant("needed", &needed, &[], &[]);
    let claims = sample.fill(&made.claims);
    let size = sample.size(&made.claims, &needed, settings);
    let mut person = Person::with_claims(id, Map::new());
    if let crate::people::PersonSession::Claims(own) = &mut person.session {
        own.insert("sub".to_owned(), json!(id));
    }
    person.metadata = LookedUp::Found(metadata.clone());
    let world = World::open(configuration, settings.clone(), host.now_ms(), false);
    let areas = areas(&world, &person);
    let role =
        settings.role_claims.iter().find_map(|path| path.read_present_in_metadata(&metadata));
    let listed: Vec<Value> = sessions.iter().map(session).collect();
    let mut out = format!("{id}\n  public metadata  {metadata}\n");
    let _ =
        writeln!(out, "  role             {}", role.map_or("none".to_owned(), Value::to_string));
    let _ = writeln!(out, "  token's claims   {claims}");
    for (path, outcome) in &areas {
        let _ = writeln!(out, "  {path:<16} {outcome}");
    }
    for session in &listed {
        let text = |name: &str| session.get(name).and_then(Value::as_str).unwrap_or_default();
        let _ = writeln!(out, "  {}   {}   {}", text("id"), text("status"), text("last_active_at"));
    }
    let result = json!({
        "user": {
            "id": id, "public_metadata": metadata, "role": role, "claims": claims, "size": size,
            "areas": areas.iter().map(|(path, outcome)| json!({
                "path": path, "outcome": outcome,
            })).collect::<Vec<_>>(),
            "sessions": listed,
        },
        "before": null, "after": null, "error": null,
    });
    Report { result, out, notes: bars::of(size), ..Report::default() }
}

/// Every rule without names in its path, with what becomes of this person there.
fn areas(world: &World<'_, Configuration>, person: &Person) -> Vec<(String, String)> {
    let rules = sorted(&world.settings().rules).into_iter();
    let plain = rules.filter(|rule| !rule.has_params() && rule.host().is_none());
    let area = plain.filter_map(|rule| {
        let path = rule.path_text();
        let base = path.strip_suffix("/*").unwrap_or(path);
        let asked = Asked {
            method: rule.methods().first().map_or("GET", String::as_str).to_owned(),
            host: HOST.to_owned(),
            path: if base.is_empty() { "/".to_owned() } else { base.to_owned() },
            is_page: false,
        };
        let decided = world.decide(&asked, person)?;
        let outcome = match decided.outcome {
            Outcome::Forward => "allowed".to_owned(),
            other => other.to_string(),
        };
        Some((path.to_owned(), outcome))
    });
    area.collect()
}

fn session(session: &Value) -> Value {
    let seen = session.get("last_active_at").and_then(Value::as_i64);
    json!({
        "id": session.get("id"),
        "status": session.get("status"),
        "last_active_at": seen.map(|ms| time::written(ms.div_euclid(1_000))),
    })
}
