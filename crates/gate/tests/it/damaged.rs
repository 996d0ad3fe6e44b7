//! Requests damaged byte by byte: each ends in a decision, never in a panic, and a text that the
//! instance did not sign signs no user in.
//!
//! `CLERK_EDGE_DAMAGED` sets how many; the default is a few thousand. Requests that once failed are
//! in `tests/vectors/damaged.json` and tested first.

use std::collections::{BTreeMap, BTreeSet};

use clerk_edge_gate::session::reason::Reason;
use clerk_edge_gate::session::state::RequestState;
use serde_json::Value;

use clerk_edge_testing::dice::Dice;
use clerk_edge_testing::draw;
use clerk_edge_testing::isolate::Isolate;
use clerk_edge_testing::mint::NOW_MS;
use clerk_edge_testing::pool::Pool;
use clerk_edge_testing::request::Request;
use clerk_edge_testing::settings;
use clerk_edge_testing::visitor;

const KEPT: &str = include_str!("../../../../tests/vectors/damaged.json");

#[test]
fn damaged_requests_end_in_a_decision() {
    let pool = Pool::new();
    let genuine: BTreeSet<&str> = pool.genuine().map(|token| token.trim_end_matches('=')).collect();
    let kept: Vec<Value> = serde_json::from_str(KEPT).unwrap();
    let mut dice = Dice::new(11);
    let count = std::env::var("CLERK_EDGE_DAMAGED").map_or(6_000, |text| text.parse().unwrap());
    let drawn = std::iter::repeat_with(|| draw::question(&mut dice, &pool));
    let mut damage = Dice::new(12);
    let mut isolates: BTreeMap<String, Isolate> = BTreeMap::new();
    let mut signed_in = 0;
    for question in kept.into_iter().chain(drawn).take(count) {
        let options = &question["options"];
        let isolate = isolates
            .entry(options.to_string())
            .or_insert_with(|| Isolate::new(settings::of_options(options).unwrap()));
        let clerk = visitor::clerk_with(question["bapi"].as_array().unwrap().clone());
        let mut request = Request::of(&question["request"]);
        for _ in 0..damage.below(4) {
            damaged(&mut request, &mut damage);
        }
        let state = isolate.state(&request, &clerk, NOW_MS).unwrap();
        if let RequestState::SignedIn(state) = &state {
            let token = state.token.trim_end_matches('=');
            assert!(genuine.contains(token), "signed in by {token:?}: {request:?}");
            signed_in += 1;
        }
        for (name, value) in state.headers() {
            let is_fit = value.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
            assert!(is_fit, "{name}: {value:?} of {request:?}");
        }
        check_location(&state, &request, options);
    }
    assert!(signed_in > count / 50, "{signed_in} of {count} signed in");
}

/// A browser is redirected to a host of the instance or of the settings, or back, never elsewhere.
fn check_location(state: &RequestState, request: &Request, options: &Value) {
    let Some(location) = state.location() else { return };
    let location = url::Url::parse(location).unwrap();
    assert!(matches!(location.scheme(), "http" | "https"), "{location} of {request:?}");
    let RequestState::Handshake(handshake) = state else { return };
    // A development instance answers its satellites at their own hosts.
    if handshake.reason == Reason::PrimaryResponds || options["proxyUrl"] == "/__clerk" {
        return;
    }
    let host = location.host_str().unwrap();
    let known = [
        "clerk.inspired.puma-74.lcl.dev",
        "clerk.sat.com",
        "primary.com",
        "www.myapp.com",
        "proxy.myapp.com",
    ];
    assert!(known.contains(&host), "{location} of {request:?}");
}

fn damaged(request: &mut Request, dice: &mut Dice) {
    if dice.below(6) == 0 {
        // The platform passes valid URLs; a client chooses the query.
        let url = request.url.clone();
        let (start, query) = url.split_once('?').unwrap_or((&url, "x"));
        let query: String = torn(query, dice).chars().filter(char::is_ascii_graphic).collect();
        request.url = format!("{start}?{}", query.replace('#', "%23"));
        return;
    }
    let count = request.headers.len();
    let (_, value) = &mut request.headers[dice.below(count)];
    *value = torn(value, dice);
}

fn torn(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let place = dice.below(bytes.len() + 1);
    let end = place + dice.below(bytes.len() - place + 1).min(40);
    match dice.below(7) {
        0 if place < bytes.len() => bytes[place] ^= 1 << dice.below(8),
        1 => drop(bytes.drain(place..end)),
        2 => bytes.truncate(place),
        3 => {
            let again = bytes[place..end].to_vec();
            bytes.splice(place..place, again);
        }
        4 => {
            let special = dice.pick(SPECIAL).bytes();
            drop(bytes.splice(place..end, special));
        }
        5 => bytes.rotate_left(place),
        _ => {
            let special = dice.pick(SPECIAL).bytes();
            drop(bytes.splice(place..place, special));
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const SPECIAL: &[&str] = &[
    ".",
    "..",
    "=",
    ";",
    "; ",
    "%",
    "%00",
    "%0d%0a",
    "\r\nx: y",
    "\0",
    "&",
    "?",
    "#",
    "é",
    "\u{feff}",
    " ",
    "\t",
    "\"",
    "__session=",
    "__client_uat=0; ",
    "__clerk_handshake=",
    "eyJ",
    "null",
    "-",
    "+",
    "/",
    "//evil.com/",
    "\\",
    "@",
    ":",
    "Bearer ",
    ",",
    "https://evil.com",
    "9999999999999999999999",
    "-1",
    "1e999",
    "0x",
    "NaN",
    "Infinity",
    "\u{7f}",
];
