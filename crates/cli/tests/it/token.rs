//! `token`: the gate's verdict on a token, without the token.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::double::{Double, NOW_MS};

fn token(changes: &Value) -> String {
    let now = NOW_MS / 1_000;
    let mut claims = json!({
        "exp": now + 60, "iat": now, "nbf": now - 10, "iss": "https://example.clerk.accounts.dev",
        "sid": "sess_1", "sub": "user_1", "metadata": { "role": "admin" },
    });
    clerk_edge_cli::people::merge(&mut claims, changes);
    let header = json!({ "alg": "RS256", "kid": "ins_1", "typ": "JWT" });
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    // `signature`, which no output may hold.
    format!("{}.{}.c2lnbmF0dXJl", part(&header), part(&claims))
}

const JWKS: &str = r#"{ "keys": [{ "kid": "ins_1", "kty": "RSA", "alg": "RS256", "use": "sig", "e": "AQAB",
  "n": "kzfKtoRVizu2x_zb4200o3v95W35seExj_KuL900Kx23317ougG1YvY-AEkZuXN7cRXKHypogD1usU2Y3xODvGGi2I7LF1Qu3cdyAQZcslbdU9lP0QanzYTjITcFnSxD4R3bpIsqy4bb7aDqw8oft_skxJlpcYjoAjPju9EyxHD-osYF_dzm5wemc-xlmhjDfcer7zUejEXywrk6EI9KGtho4jIkCk7QFEUFjZFfjnsJJ6EM9Szm9JRplMWE7jwxBxWcjNhZy8_vh4d0JhZGdhBafto25ob9y5-yILVVuB98A5wI5ZvpcldsASbF4Suo1M13bbdKEyI0QErg6OiQsw" }] }"#;

fn host(changes: &Value) -> Double {
    let input = token(changes).into_bytes();
    Double { input, ..Double::with_rules("[]").file("jwks.json", JWKS) }
}

#[test]
fn a_good_token_is_accepted() {
    let ran = host(&json!({})).run("token --jwks jwks.json --json");
    assert_eq!(ran.exit, 0, "{}", ran.out);
    let result = &ran.json()["result"];
    assert_eq!((&result["valid"], &result["verified"]), (&json!(true), &json!(true)));
    assert_eq!(result["role"]["names"], json!(["admin"]));
    assert_eq!(result["expires_in_seconds"], 60);
    assert_eq!(result["header"]["kid"], "ins_1");
    let text = host(&json!({})).run("token --jwks jwks.json").out;
    assert!(text.contains("exp      2026-11-25T12:01:00Z    in 60 s"), "{text}");
}

#[test]
fn what_is_wrong_has_clerks_word_and_a_way_out() {
    let refused = |changes: Value, flags: &str, reason: &str| {
        let ran = host(&changes).run(&format!("token --jwks jwks.json --json {flags}"));
        assert_eq!((ran.exit, &ran.json()["result"]["reason"]), (1, &json!(reason)));
    };
    refused(json!({ "exp": NOW_MS / 1_000 - 60 }), "", "token-expired");
    refused(json!({}), "--at 2026-11-25T13:00:00Z", "token-expired");
    refused(json!({ "iss": "https://other.clerk.accounts.dev" }), "", "token-invalid-issuer");
    let double = host(&json!({}));
    double.signatures_hold.set(false);
    let ran = double.run("token --jwks jwks.json");
    assert_eq!(ran.exit, 1);
    assert!(
        ran.out.starts_with("The gate refuses this token: token-invalid-signature\n"),
        "{}",
        ran.out
    );
}

#[test]
fn without_verification_it_says_so_first() {
    let ran = host(&json!({})).run("token --no-verify");
    assert_eq!(ran.exit, 0);
    assert!(ran.out.starts_with("NOT VERIFIED"), "{}", ran.out);
    let double = Double { input: b"nothing".to_vec(), ..Double::with_rules("[]") };
    assert_eq!(double.run("token --no-verify").exit, 1);
    let double = Double { input: Vec::new(), ..Double::with_rules("[]") };
    assert_eq!(double.run("token").exit, 3);
}

#[test]
fn keys_come_from_the_instance_and_nowhere_else() {
    let double = host(&json!({}));
    let ran = double.run("token");
    assert_eq!(ran.exit, 4, "{}", ran.out);
    let urls: Vec<String> = double.calls.borrow().iter().map(|call| call.url.clone()).collect();
    assert_eq!(urls, ["https://example.clerk.accounts.dev/.well-known/jwks.json"]);
    double.says("GET https://example.clerk.accounts.dev/.well-known/jwks.json", 200, JWKS);
    assert_eq!(double.run("token").exit, 0);
    let double = host(&json!({}));
    assert_eq!(double.run("token --offline").exit, 4);
    assert!(double.calls.borrow().is_empty());
}
