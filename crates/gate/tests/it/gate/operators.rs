//! What an operator sees from outside where a setting is not what was meant.

use serde_json::json;

use super::*;

#[test]
fn a_live_key_on_a_preview_is_said() {
    let rules = json!([{ "path": "/*", "allow": "anyone" }]);
    let live = Bound::live(&rules).text("HEALTH_DETAILS", "true").open();
    let development = Bound::development(&rules).open();
    let on =
        |host: &str, headers: &[(&str, &str)]| Request::get(&format!("https://{host}/x"), headers);
    let document = [("sec-fetch-dest", "document")];
    for host in ["app.team.workers.dev", "x.pages.dev", "App.Workers.DEV:8443"] {
        let seen = live.ask(&on(host, &document));
        seen.is_refused(400, "host-invalid");
        assert!(seen.body().contains("Use a development key"), "{}", seen.body());
        // All else goes on, and so does everything with a development key.
        live.ask(&on(host, &[])).is_forwarded();
        development.ask(&on(host, &document)).is_forwarded();
    }
    for host in ["www.example.com", "workers.dev.example.com", "notworkers.dev"] {
        live.ask(&on(host, &document)).is_forwarded();
    }
    let notes = |host: &str| {
        let health = Request::get(&format!("https://{host}/.clerk-edge/health"), &[]);
        live.ask(&health).json()["notes"].to_string()
    };
    assert!(notes("a.workers.dev").contains("previews"));
    assert!(!notes("www.example.com").contains("previews"));
}

#[test]
fn a_request_that_comes_back_is_answered_at_once() {
    let rules = json!([{ "path": "/*", "allow": "anyone" }]);
    let bound = Bound::live(&rules).without("ORIGIN").text("HEALTH_DETAILS", "true");
    let site = bound.open();
    let sent = site.page("/x");
    assert_eq!(sent.is_forwarded().told("x-clerk-edge-hop"), Some("1"));
    let back = site.ask(&page("/x", &[("x-clerk-edge-hop", "1")]));
    back.is_refused(502, "upstream-unreachable");
    assert!(
        back.lines.iter().any(|line| line.contains("binding = \"ASSETS\"")),
        "{:?}",
        back.lines
    );
    let notes = site.ask(&get("/.clerk-edge/health", &[])).json()["notes"].to_string();
    assert!(notes.contains("Neither ASSETS nor ORIGIN is bound"), "{notes}");
    // Where it is said what stands behind, nothing is marked and nobody is stopped.
    for site in [Bound::live(&rules).open(), bound.text("UPSTREAM", "passthrough").open()] {
        let seen = site.ask(&page("/x", &[("x-clerk-edge-hop", "1")]));
        assert_eq!(seen.is_forwarded().told("x-clerk-edge-hop"), None);
    }
}
