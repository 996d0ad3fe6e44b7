//! The signature: what Clerk's SDK makes of a delivery, and what we make of it.

use super::*;
use clerk_edge_testing::dice::Dice;

const RECORDED: &str = include_str!("../../../../../../tests/vectors/webhooks.json");

/// What the SDK accepts and we refuse.
const STRICTER: [&str; 6] = [
    // The time is digits: what is signed and what was sent are then the same.
    "fraction: whole seconds are signed",
    "digits then letters",
    "plus sign",
    // An event is an object with a text `type` and an object `data`.
    "body list",
    "body number",
    "body without type",
];
/// What the SDK refuses and we accept: the names of Standard Webhooks, as the package `svix` does.
const WIDER: [&str; 1] = ["standard header names"];

fn request_of(row: &Value) -> Request {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let headers = row["headers"].as_array().unwrap();
    Request {
        method: text(&row["method"]),
        url: format!("{HERE}{WEBHOOK}"),
        headers: headers.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
        body: text(&row["body"]).into(),
    }
}

fn is_accepted(seen: &Seen) -> bool {
    (200..300).contains(&seen.status)
}

#[test]
fn every_recorded_delivery() {
    let all: Value = serde_json::from_str(RECORDED).unwrap();
    let rows = all["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 44);
    for row in rows {
        let name = row["name"].as_str().unwrap();
        let secret = row["secret"].as_str().unwrap();
        assert_eq!(row["now_s"], NOW);
        let site = bound().text("CLERK_WEBHOOK_SIGNING_SECRET", secret).open();
        let seen = site.ask(&request_of(row));
        let expected = row["ok"] == true;
        let expected = (expected || WIDER.contains(&name)) && !STRICTER.contains(&name);
        assert_eq!(is_accepted(&seen), expected, "{name}: {} {}", seen.status, seen.body());
        let differs = STRICTER.contains(&name) || WIDER.contains(&name);
        assert_eq!(differs, is_accepted(&seen) != (row["ok"] == true), "{name} is listed");
        let statuses = [200, 204, 400, 404, 405, 500];
        assert!(statuses.contains(&seen.status), "{name}: {}", seen.status);
    }
}

#[test]
fn a_refusal_does_not_say_which_part_is_wrong() {
    let site = bound().open();
    let event = updated(1, &json!({})).to_string();
    let right = delivery(SECRET, "msg_1", NOW, &event);
    let wrong = [
        delivery(OTHER_SECRET, "msg_1", NOW, &event),
        delivery(SECRET, "msg_1", NOW - 301, &event),
        delivery(SECRET, "msg_1", NOW + 301, &event),
        delivery(SECRET, "msg_1", NOW, "[]"),
        Request { body: b"{}".to_vec(), ..right.clone() },
        Request { headers: Vec::new(), ..right.clone() },
    ];
    for request in &wrong {
        let seen = site.ask(request);
        assert_eq!((seen.status, seen.code()), (400, "webhook-signature"), "{request:?}");
        assert_eq!(seen.json()["code"], "webhook-signature");
        assert_eq!(
            seen.calls.len() + site.double.reads.get() + site.double.writes.borrow().len(),
            0
        );
    }
    for seconds in [NOW - 300, NOW, NOW + 300] {
        let id = format!("msg_{seconds}");
        assert_eq!(site.ask(&delivery(SECRET, &id, seconds, &event)).status, 200, "{seconds}");
    }
}

#[test]
fn one_of_several_secrets_suffices() {
    let both = format!("{OTHER_SECRET}, {SECRET}");
    let event = updated(1, &json!({})).to_string();
    let requests = [SECRET, OTHER_SECRET].map(|secret| delivery(secret, "msg_1", NOW, &event));
    let statuses =
        |bound: &Bound| requests.clone().map(|request| bound.open().ask(&request).status);
    assert_eq!(statuses(&bound().text("CLERK_WEBHOOK_SIGNING_SECRET", &both)), [200, 200]);
    assert_eq!(statuses(&bound()), [200, 400]);
}

#[test]
fn of_ten_thousand_changed_deliveries_none_is_accepted() {
    let site = bound().open();
    let event = updated(1, &json!({ "role": "admin" })).to_string();
    let right = delivery(SECRET, "msg_2abcdefgh", NOW, &event);
    let mut dice = Dice::new(13);
    for round in 0..10_000 {
        let mut request = right.clone();
        let part = dice.below(4);
        match part {
            0 => change(&mut request.body, &mut dice),
            part => {
                let mut value = std::mem::take(&mut request.headers[part].1).into_bytes();
                change(&mut value, &mut dice);
                request.headers[part].1 = String::from_utf8(value).unwrap();
            }
        }
        let seen = site.ask(&request);
        assert_eq!(seen.status, 400, "{round}: {request:?}");
    }
    assert_eq!(site.double.writes.borrow().len(), 0);
    assert_eq!(site.ask(&right).status, 200, "the one that is not changed");
}

/// Replaces or takes away one byte, or adds one that is no digit and no blank.
fn change(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len());
    let byte = *dice.pick(b"!#$&'()*,-./:;<=>?@ABCXYZ[]^_abcxyz{|}~");
    match dice.below(3) {
        0 if bytes[at] != byte => bytes[at] = byte,
        0 => bytes[at] = b'%',
        1 => {
            bytes.remove(at);
        }
        _ => bytes.insert(at, byte),
    }
}

#[test]
fn the_address_is_there_where_the_secret_is() {
    let event = updated(1, &json!({})).to_string();
    let request = delivery(SECRET, "msg_1", NOW, &event);
    let off = bound().without("CLERK_WEBHOOK_SIGNING_SECRET").open();
    assert_eq!(off.ask(&request).status, 404);
    let site = bound().open();
    assert_eq!(site.ask(&request).status, 200);
    for name in ["GET", "HEAD", "PUT", "OPTIONS"] {
        let seen = site.ask(&Request { method: name.to_owned(), ..request.clone() });
        assert_eq!((seen.status, seen.header("allow")), (405, Some("POST")), "{name}");
    }
}

#[test]
fn a_body_above_a_megabyte_is_not_read() {
    let site = bound().open();
    let event =
        |bytes: usize| format!("{{\"type\":\"x\",\"data\":{{}}}}{}", " ".repeat(bytes - 22));
    for (bytes, status) in [(1_000_000, 204), (1_000_001, 413)] {
        let body = event(bytes);
        assert_eq!(body.len(), bytes);
        assert_eq!(site.ask(&delivery(SECRET, "msg_1", NOW, &body)).status, status, "{bytes}");
    }
    // A delivery whose headers cannot be right costs no body.
    let mut request = delivery(SECRET, "msg_1", NOW, &event(1_000_001));
    request.headers.retain(|(name, _)| name != "svix-signature");
    assert_eq!(site.ask(&request).status, 400);
    assert!(request.header("svix-id").is_some());
}
