//! A gate that is closed because of its bindings, and the log lines when an isolate starts.

use serde_json::json;

use super::*;

#[test]
fn every_path_except_health_is_closed() {
    let faulty = Bound::development(&json!([{ "path": "/", "alow": "anyone" }]));
    let site = faulty.text("LOG", "loud").open();
    for path in ["/", "/admin", "/.clerk-edge/access", "/debug-role", "/%", "/.clerk-edge/health/x"]
    {
        for request in [get(path, &[]), page(path, &[]), method("POST", get(path, &[]))] {
            site.ask(&request).is_refused(500, "configuration");
        }
    }
    for path in ["/.clerk-edge/health", "/.clerk-edge/health/"] {
        let health = site.ask(&get(path, &[]));
        assert_eq!((health.status, &health.json()["status"]), (503, &json!("misconfigured")));
    }
    assert_eq!(site.ask(&method("POST", get("/.clerk-edge/health", &[]))).status, 405);
    assert_eq!(site.double.call_count(), 0);
}

#[test]
fn problems_are_shown_only_without_a_live_key() {
    let rules = json!([{ "path": "/", "alow": "anyone" }]);
    let shown = Bound::development(&rules).open();
    for path in ["/", "/.clerk-edge/health"] {
        let problems = shown.ask(&get(path, &[])).json()["problems"].clone();
        assert_eq!(problems[0]["place"], "ROUTES[0].alow");
    }
    assert!(shown.page("/").body().contains("ROUTES[0].alow"));
    let hidden = Bound::live(&rules).open();
    for path in ["/", "/.clerk-edge/health"] {
        let body = hidden.ask(&get(path, &[])).body();
        assert!(!body.contains("ROUTES") && !body.contains("alow"), "{body}");
    }
    assert!(!hidden.page("/").body().contains("alow"));
}

#[test]
fn the_log_lists_every_problem() {
    let rules = json!([{ "path": "/", "alow": "anyone" }, { "path": "nowhere" }]);
    let site = Bound::live(&rules).text("LOG", "loud").open();
    let lines = site.gate.announcements();
    assert_eq!(lines.len(), 1);
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(line["code"], "configuration");
    let problems = line["problems"].as_array().unwrap();
    for place in ["ROUTES[0].alow: ", "ROUTES[1].path: ", "LOG: "] {
        let is_named = problems.iter().any(|it| it.as_str().unwrap().starts_with(place));
        assert!(is_named, "{place} in {problems:?}");
    }
    assert!(!lines[0].contains("loud") && !lines[0].contains("deadbeef"));
}

#[test]
fn the_log_lists_the_notes() {
    let bound = Bound::live(&json!([])).without("CLERK_SECRET_KEY");
    let told = bound.open().gate.announcements();
    let site = bound.text("HEALTH_DETAILS", "true").open();
    let lines = site.gate.announcements();
    assert_eq!((lines.len(), told.len()), (1, 1));
    assert!(lines[0].contains("CLERK_SECRET_KEY is not set"));
    // What health does not show stands in the log.
    let told: Value = serde_json::from_str(&told[0]).unwrap();
    assert_eq!((&told["upstream"], &told["rules"]["count"]), (&json!("service"), &json!(0)));
    let notes = site.ask(&get("/.clerk-edge/health", &[])).json()["notes"].clone();
    assert_eq!(serde_json::from_str::<Value>(&lines[0]).unwrap()["notes"], notes);
}
