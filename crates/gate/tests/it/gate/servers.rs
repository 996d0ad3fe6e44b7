//! The recorded servers below a base path: what of the gate's they route out of it.

use super::*;

#[test]
fn nothing_goes_on_that_a_server_takes_out_of_the_base_path() {
    let record: Value =
        serde_json::from_str(include_str!("../../../../../tests/vectors/servers.json")).unwrap();
    let bound = Bound::live(&json!([{ "path": "/*", "allow": "anyone" }]));
    let site = bound.text("UPSTREAM", "https://origin.example/base").open();
    let mut left = 0;
    for row in record["climbs"].as_array().unwrap() {
        let target = row["target"].as_str().unwrap();
        let seen = site.ask(&get(target, &[]));
        // What is sent in another form stands in a row of that form, or stays where it belongs.
        let as_sent = seen.url == Some(format!("https://origin.example/base{target}"));
        let guarded = row["guarded"].as_str().unwrap();
        left += usize::from(!guarded.is_empty());
        assert!(!as_sent || guarded.is_empty(), "{target} leaves the base path at {guarded}");
    }
    assert!(left > 10, "only {left} targets leave it anywhere: not the record");
}
