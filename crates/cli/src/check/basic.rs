//! `check basic`: what can be told from the files alone. `cargo xtask build` asks it too.

use clerk_edge_gate::settings::{InstanceKind, Settings};

use crate::check::{Check, assets, files, ignored, leaks, vars};
use crate::config::load::Configuration;
use crate::config::tree::Node;
use crate::diagnostics;
use crate::host::Files;
use crate::look::Look;
use crate::world::World;

/// All checks of the kind `basic` that need no network.
#[must_use]
pub fn checks(host: &impl Files, configuration: &Configuration) -> Vec<Check> {
    let mut checks = vars::checks(configuration);
    checks.push(ignored::check(host, configuration));
    let settings = match configuration.settings() {
        Ok(settings) => {
            checks.insert(0, Check::pass("basic.settings", "every setting can be read"));
            settings
        }
        Err(failure) => {
            let faults = failure.problems.iter().map(|problem| {
                let text = diagnostics::render(problem, Look::plain());
                let message = text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned();
                Check::fail(
                    "basic.settings",
                    message,
                    "Until it is mended the gate answers 500 to everybody.",
                )
            });
            checks.splice(0..0, faults);
            return checks;
        }
    };
    checks.push(previews(configuration, &settings));
    checks.push(parties(&settings));
    checks.push(cache(&settings));
    let world = World::open(configuration, settings, 0, false);
    checks.extend(assets::checks(host, configuration, &world));
    checks.extend(files::checks(host, configuration, &world));
    checks.extend(leaks::checks(host, configuration, &world));
    checks.push(notes(world.settings()));
    checks
}

fn previews(configuration: &Configuration, settings: &Settings) -> Check {
    let id = "basic.previews";
    if settings.instance.kind == InstanceKind::Development {
        return Check::pass(id, "a development key works at every address");
    }
    let Some(wrangler) = &configuration.wrangler else {
        return Check::skip(id, "there is no wrangler file");
    };
    let is_off = |name: &str| wrangler.inherited(name).and_then(Node::truth) == Some(false);
    match (is_off("workers_dev"), is_off("preview_urls")) {
        (true, true) => Check::pass(id, "workers_dev and preview_urls are off"),
        _ => Check::warn(
            id,
            "a live key, and addresses under workers.dev may be on",
            "Clerk's live keys work on your own domain alone: set `workers_dev` and `preview_urls` \
             to false, and use a development key for previews.",
        ),
    }
}

fn parties(settings: &Settings) -> Check {
    let id = "basic.parties";
    match (settings.session_policy.authorized_parties.is_empty(), settings.instance.kind) {
        (false, _) => Check::pass(id, "CLERK_AUTHORIZED_PARTIES is set"),
        (true, InstanceKind::Development) => {
            Check::pass(id, "CLERK_AUTHORIZED_PARTIES is not needed with a development key")
        }
        (true, InstanceKind::Production) => Check::warn(
            id,
            "session tokens made for your other sites are accepted here",
            "Set CLERK_AUTHORIZED_PARTIES to the origins of this site.",
        ),
    }
}

fn cache(settings: &Settings) -> Check {
    let id = "basic.cache";
    if settings.has_store || settings.jwt_key.is_some() {
        return Check::pass(id, "keys outlive an isolate");
    }
    match settings.instance.kind {
        InstanceKind::Development => Check::pass(id, "KV is not needed with a development key"),
        InstanceKind::Production => Check::warn(
            id,
            "every new isolate fetches the keys anew",
            "Bind a KV namespace as CLERK_CACHE, or set CLERK_JWT_KEY.",
        ),
    }
}

fn notes(settings: &Settings) -> Check {
    let known = [
        "CLERK_SECRET_KEY is not set",
        "CLERK_CACHE",
        "CLERK_AUTHORIZED_PARTIES is not",
        "The publishable key is a development",
    ];
    let notes: Vec<&str> = settings
        .notes
        .iter()
        .map(String::as_str)
        .filter(|note| !known.iter().any(|known| note.starts_with(known)))
        .collect();
    if notes.is_empty() {
        return Check::pass("basic.notes", "health would note nothing more");
    }
    Check::warn("basic.notes", notes.join(" "), "Each note says what helps.")
}
