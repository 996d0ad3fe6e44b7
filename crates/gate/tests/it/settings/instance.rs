//! Publishable keys, cookie suffixes and hosts, compared with recorded results of Clerk's SDK.

use clerk_edge_gate::settings::Instance;
use clerk_edge_gate::settings::clerk_hosts::{
    account_portal, frontend_host, is_development_portal,
};
use clerk_edge_gate::settings::publishable_key::cookie_suffix;
use serde_json::Value;

#[test]
fn publishable_keys_are_read_as_clerks_sdk_reads_them() {
    for row in rows("publishable_keys") {
        let key = row["key"].as_str().unwrap_or_default();
        let options = &row["options"];
        let found = Instance::parse(key).ok().map(|instance| {
            let kind = instance.kind.as_str();
            let domain = options["domain"].as_str();
            let satellite = options["isSatellite"].as_bool().unwrap_or(false);
            let domain = domain.filter(|_| satellite);
            let host = frontend_host(&instance, domain);
            let api = options["proxyUrl"].as_str().unwrap_or(&host);
            serde_json::json!({ "instanceType": kind, "frontendApi": api })
        });
        assert_eq!(found.unwrap_or(Value::Null), row["value"], "{row}");
    }
}

#[test]
fn cookie_suffixes_are_those_of_clerks_sdk() {
    for row in rows("cookie_suffixes") {
        assert_eq!(
            Value::from(cookie_suffix(row["key"].as_str().unwrap_or_default())),
            row["suffix"]
        );
    }
}

#[test]
fn account_portals_are_found_as_clerks_sdk_finds_them() {
    for row in rows("account_portals") {
        let host = row["frontend_api"].as_str().unwrap_or_default();
        assert_eq!(Value::from(account_portal(host)), row["accounts_base_url"], "{row}");
    }
    for row in rows("development_portals") {
        let host = row["host"].as_str().unwrap_or_default();
        let is_portal = row["legacy"] == true || row["current"] == true;
        assert_eq!(is_development_portal(host), is_portal, "{row}");
    }
}

/// The rows of one table; at least one.
#[track_caller]
fn rows(table: &str) -> Vec<Value> {
    let Ok(mut all) =
        serde_json::from_str::<Value>(include_str!("../../../../../tests/vectors/instance.json"))
    else {
        panic!("the vectors are JSON")
    };
    match all[table].take() {
        Value::Array(rows) if !rows.is_empty() => rows,
        other => panic!("{table}: {other}"),
    }
}
