//! Key sets: what one entry is cannot spoil another, and each refused entry stands beside the
//! accepted one that differs in one thing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::key::jwks::{JwksError, KeySet, SetEntry};
use clerk_edge_token::limits::{KEY_ID_BYTES_MAX, KEYS_MAX};
use serde_json::{Value, json};

use super::{entry, modulus, with};

/// A set of a good key and this entry.
fn beside_a_good_one(other: &Value) -> KeySet {
    let set = json!({ "keys": [entry("good", 1), other] });
    KeySet::parse(set.to_string().as_bytes()).unwrap()
}

/// What becomes of a good entry called `k` when a member is set to something else, or taken out.
#[track_caller]
fn check(member: &str, value: Value, usable: bool) {
    let other = with(entry("k", 2), member, value);
    let set = beside_a_good_one(&other);
    assert!(matches!(set.get("good"), Some(SetEntry::Usable(_))), "it spoiled its neighbour");
    assert_eq!(matches!(set.get("k"), Some(SetEntry::Usable(_))), usable, "{other}");
    assert_eq!(set.count(), 1 + usize::from(usable));
}

#[test]
fn an_entry_is_usable_if_it_is_an_rsa_public_key_for_signatures() {
    check("kty", json!("RSA"), true);
    for kty in [json!("EC"), json!("oct"), json!("OKP"), json!("rsa"), json!("new"), json!(1)] {
        check("kty", kty, false);
    }
    check("kty", Value::Null, false);

    check("use", Value::Null, true);
    check("use", json!("sig"), true);
    for other in [json!("enc"), json!("SIG"), json!(""), json!(["sig"])] {
        check("use", other, false);
    }

    check("key_ops", json!(["verify"]), true);
    check("key_ops", json!(["sign", "verify"]), true);
    for other in [json!([]), json!(["sign"]), json!(["encrypt"]), json!("verify"), json!({})] {
        check("key_ops", other, false);
    }

    check("alg", Value::Null, true);
    for alg in ["RS256", "RS384", "RS512"] {
        check("alg", json!(alg), true);
    }
    for alg in ["PS256", "RSA-OAEP", "HS256", "none", "rs256", ""] {
        check("alg", json!(alg), false);
    }
    check("alg", json!(256), false);

    check("x5c", json!(["MIIB"]), true);
    check("d", json!("AQAB"), false);
    check("oth", json!([]), false);
}

#[test]
fn the_numbers_are_strict_base64url_of_a_fit_key() {
    check("e", json!("AQAB"), true);
    check("e", json!("Aw"), true);
    for e in ["AQ", "AA", "", "Ag", "AAEAAQ", "AQAB=", "AQ AB", "AQA", "_____w8"] {
        check("e", json!(e), false);
    }
    check("e", json!(65_537), false);

    let number = |bytes: usize, first: u8| {
        let mut number = vec![0xa5; bytes];
        *number.first_mut().unwrap() = first;
        Base64UrlUnpadded::encode_string(&number)
    };
    check("n", json!(number(128, 0x80)), false);
    check("n", json!(number(256, 0x7f)), false);
    check("n", json!(number(256, 0x80)), true);
    check("n", json!(number(1_024, 0x80)), true);
    check("n", json!(number(1_025, 0x01)), false);
    check("n", json!(number(256, 0x80).replace('p', "+")), false);
    check("n", json!(number(256, 0x80) + "="), false);
    check("n", json!(number(257, 0x00)), false);
    check("n", Value::Null, false);
}

#[test]
fn an_unfit_entry_is_known_by_its_id_and_one_without_an_id_is_not_known_at_all() {
    let other = with(entry("k", 2), "use", json!("enc"));
    let set = beside_a_good_one(&other);
    assert_eq!(set.get("k"), Some(SetEntry::Unfit));
    assert_eq!(set.get("other"), None);

    for id in [json!(null), json!(""), json!(1), json!("k".repeat(KEY_ID_BYTES_MAX + 1))] {
        let other = with(entry("k", 2), "kid", id.clone());
        let set = beside_a_good_one(&other);
        assert_eq!(set.count(), 1);
        assert_eq!(set.get(id.as_str().unwrap_or_default()), None);
    }
    let longest = "k".repeat(KEY_ID_BYTES_MAX);
    let set = beside_a_good_one(&entry(&longest, 2));
    assert!(matches!(set.get(&longest), Some(SetEntry::Usable(_))));
    for rubbish in [json!(null), json!(7), json!("key"), json!([]), json!({})] {
        assert_eq!(beside_a_good_one(&rubbish).count(), 1);
    }
    assert_eq!(set.get("constructor"), None);
    assert_eq!(set.get("__proto__"), None);
}

#[test]
fn two_usable_keys_of_one_id_are_both_refused() {
    let parse = |keys: Value| KeySet::parse(json!({ "keys": keys }).to_string().as_bytes());
    let set = parse(json!([entry("twice", 1), entry("good", 2), entry("twice", 3)])).unwrap();
    assert_eq!(set.get("twice"), Some(SetEntry::Unfit));
    assert_eq!(set.count(), 1);
    let both = parse(json!([entry("twice", 1), entry("twice", 1)]));
    assert_eq!(both, Err(JwksError::NoUsableKey));
    let thrice = parse(json!([entry("k", 1), entry("k", 2), entry("k", 3), entry("good", 4)]));
    assert_eq!(thrice.unwrap().get("k"), Some(SetEntry::Unfit));
    // RFC 7517, 4.5: keys of different kinds may share an id.
    for order in [[0, 1], [1, 0]] {
        let keys = [entry("shared", 1), json!({ "kty": "EC", "kid": "shared" })];
        let set = parse(order.iter().filter_map(|at| keys.get(*at).cloned()).collect()).unwrap();
        assert!(matches!(set.get("shared"), Some(SetEntry::Usable(_))));
    }
}

#[test]
fn a_set_without_a_usable_key_is_none() {
    let check = |text: &str, expected| {
        assert_eq!(KeySet::parse(text.as_bytes()).map(|_| ()), Err(expected), "{text}");
    };
    check("", JwksError::NotJson);
    check("<!doctype html>", JwksError::NotJson);
    check(r#"{"keys":["#, JwksError::NotJson);
    check(&"[".repeat(100_000), JwksError::NotJson);
    check("{}", JwksError::NotASet);
    check("null", JwksError::NotASet);
    check("[]", JwksError::NotASet);
    check(r#"{"keys":{}}"#, JwksError::NotASet);
    check(r#"{"keys":null}"#, JwksError::NotASet);
    check(r#"{"keys":[]}"#, JwksError::NoUsableKey);
    check(r#"{"keys":[{"kty":"oct","kid":"k","k":"AQAB"}]}"#, JwksError::NoUsableKey);
    assert_eq!(KeySet::parse(&[0xff, 0xfe]), Err(JwksError::NotJson));
}

#[test]
fn the_number_of_entries_is_bounded() {
    let set = |count: usize| {
        let keys: Vec<Value> = (0..count).map(|at| entry(&format!("k{at}"), 1)).collect();
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).map(|set| set.count())
    };
    assert_eq!(set(KEYS_MAX), Ok(KEYS_MAX));
    assert_eq!(set(KEYS_MAX + 1), Err(JwksError::TooMany));
}

#[test]
fn a_key_is_what_its_entry_says() {
    let set = beside_a_good_one(&entry("k", 2));
    let Some(SetEntry::Usable(key)) = set.get("k") else { unreachable!() };
    assert_eq!(key.modulus(), modulus(2));
    assert_eq!(key.exponent(), "AQAB");
    assert_eq!(key.algorithm(), Some(Algorithm::Rs256));
}

#[test]
fn a_set_as_clerk_gives_it_is_taken() {
    let mut key =
        json!({ "use": "sig", "kty": "RSA", "kid": "ins_2x", "alg": "RS256", "e": "AQAB" });
    key.as_object_mut().unwrap().insert("n".to_owned(), CLERKS_MODULUS.into());
    let set = KeySet::parse(json!({ "keys": [key] }).to_string().as_bytes()).unwrap();
    let Some(SetEntry::Usable(key)) = set.get("ins_2x") else { unreachable!() };
    assert_eq!(key.modulus(), CLERKS_MODULUS);
}

const CLERKS_MODULUS: &str = concat!(
    "wBJJuE24yIi6VBWjcdyV43SAM7lieRjFahmqSVwxB18lrtaDus_fRcXbhTJwJzieC4d8w6p9EeppqckK",
    "fmAJmAAWpDMsXns8uHR257fxzPNR9kuilsAgaTYyMbZJdUSJrV1ggZ4a0omrd6bVEV8vbSw8Toi4Wb4u",
    "3Pv6994qetWI_iJ5ZdtFKkDt0t-tut156ZqXT2P4ooBophryPkG0hKx9iwf-N39MMWIUSGnTcANZ-Ucg",
    "KnWEeKi37HXtkChyUECKsIFN-2jNdHFdgp2lP0j9AY2k4l9Ucl8vrb_Oga__oM9UTanfoB88jpGshO_a",
    "xSSLmLIp69XXV9XQUbMEMQ",
);
