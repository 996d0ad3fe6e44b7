//! Hostile requests, by name: each comes to a clear refusal, beside its neighbour that is taken.

use clerk_edge_gate::settings::Settings;
use clerk_edge_token::policy::Policy;
use serde_json::{Value, json};

use clerk_edge_testing::isolate::Isolate;
use clerk_edge_testing::mint;
use clerk_edge_testing::mint::{LIVE_KEY, LIVE_SUFFIX, NOW, NOW_MS};
use clerk_edge_testing::request::Request;
use clerk_edge_testing::settings::of_key;
use clerk_edge_testing::visitor;
use clerk_edge_testing::visitor::{PAGE, bearer, clerk, cookies, live, outcome, page};

#[track_caller]
fn check(request: &Request, expected: &str) {
    check_at(&live(), request, expected);
}

#[track_caller]
fn check_at(isolate: &Isolate, request: &Request, expected: &str) {
    assert_eq!(outcome(&isolate.state(request, &clerk(), NOW_MS)), expected);
}

/// A token whose header differs from the ordinary one.
fn headed(changes: &Value) -> String {
    mint::token(&mint::changed(mint::header(), changes), &mint::claims())
}

/// A token with the text of header and claims changed, signed as it then is.
fn spelt(header: impl Fn(String) -> String, claims: impl Fn(String) -> String) -> String {
    let header = header(mint::header().to_string());
    mint::of_bytes(header.as_bytes(), claims(mint::claims().to_string()).as_bytes())
}

fn same(text: String) -> String {
    text
}

/// One more member at the end.
fn last(member: &'static str) -> impl Fn(String) -> String {
    move |json| json.replacen('}', &format!(",{member}}}"), 1)
}

/// One more member at the beginning.
fn first(member: &'static str) -> impl Fn(String) -> String {
    move |json| json.replacen('{', &format!("{{{member},"), 1)
}

#[test]
fn a_megabyte_of_dots() {
    let dots = ".".repeat(1024 * 1024);
    check(&bearer(&dots), "signed-out token-invalid");
    check(&page(&cookies(&dots)), "signed-out token-invalid");
    check(&bearer(".."), "signed-out token-invalid");
}

#[test]
fn a_token_has_three_parts() {
    let token = mint::session(&json!({}));
    check(&bearer(&token), "signed-in user_1");
    let (message, signature) = token.rsplit_once('.').unwrap();
    for odd in [
        format!("{token}."),
        format!("{token}.{signature}"),
        format!(".{token}"),
        format!("{message}..{signature}"),
        message.to_owned(),
    ] {
        check(&bearer(&odd), "signed-out token-invalid");
        check(&page(&cookies(&odd)), "signed-out token-invalid");
    }
    check(&bearer(&format!("{message}.")), "signed-out token-invalid-signature");
}

#[test]
fn cookies_of_64_kilobytes() {
    let good = cookies(&mint::session(&json!({})));
    for junk in ["=", ";", "__session", "a=b; ", "%", "\"", "__session_x=y; ", " "] {
        let junk = junk.repeat(64 * 1024 / junk.len());
        check(&page(&format!("{good}; {junk}")), "signed-in user_1");
        check(&page(&junk), "signed-out session-token-and-uat-missing");
    }
}

#[test]
fn of_two_cookies_with_one_name_the_first_counts() {
    let (good, bad) = (mint::session(&json!({})), mint::forged(&json!({})));
    check(&page(&format!("{}; __session={bad}", cookies(&good))), "signed-in user_1");
    check(
        &page(&format!("{}; __session={good}", cookies(&bad))),
        "signed-out token-invalid-signature",
    );
    check(
        &page(&format!("__client_uat=0; {}", cookies(&good))),
        "handshake session-token-but-no-client-uat",
    );
}

#[test]
fn of_two_members_with_one_name_the_last_counts() {
    check(&bearer(&spelt(same, last("\"sub\":\"last\""))), "signed-in last");
    check(&bearer(&spelt(same, first("\"sub\":\"first\""))), "signed-in user_1");
    check(&bearer(&spelt(last("\"alg\":\"none\""), same)), "signed-out token-invalid-algorithm");
    check(&bearer(&spelt(first("\"alg\":\"none\""), same)), "signed-in user_1");
    check(&bearer(&spelt(last("\"kid\":\"other\""), same)), "signed-out jwk-kid-mismatch");
    check(
        &bearer(&spelt(same, last("\"exp\":1"))),
        "signed-out session-token-expired-refresh-non-eligible-no-refresh-cookie",
    );
}

#[test]
fn a_key_id_of_an_odd_kind_is_no_key_of_ours() {
    for odd in [
        json!(null),
        json!(""),
        json!(5),
        json!(true),
        json!({}),
        json!(["a"]),
        json!("constructor"),
        json!("__proto__"),
        json!("../../jwks"),
        json!("x".repeat(5_000)),
    ] {
        let mut header = mint::header();
        header["kid"] = odd.clone();
        check(&bearer(&mint::token(&header, &mint::claims())), "signed-out jwk-kid-mismatch");
        check(&bearer(&headed(&json!({ "kid": odd }))), "signed-out jwk-kid-mismatch");
    }
}

#[test]
fn a_number_is_a_key_id_as_it_is_for_clerk() {
    let mut jwks = mint::jwks();
    jwks["keys"][0]["kid"] = json!("5");
    let clerk = visitor::clerk_of(jwks, Vec::new());
    for (key_id, expected) in [
        (json!("5"), "signed-in user_1"),
        (json!(5), "signed-in user_1"),
        (json!(6), "signed-out jwk-kid-mismatch"),
        (json!([5]), "signed-out jwk-kid-mismatch"),
        (json!(true), "signed-out jwk-kid-mismatch"),
    ] {
        let token = headed(&json!({ "kid": key_id }));
        assert_eq!(outcome(&live().state(&bearer(&token), &clerk, NOW_MS)), expected, "{key_id}");
    }
}

#[test]
fn no_spelling_of_none_is_an_algorithm() {
    for odd in [
        "none", "None", "NONE", "nOnE", "", " none", "rs256", "RS256 ", "HS256", "ES256", "PS256",
        "EdDSA", "RS1",
    ] {
        check(&bearer(&headed(&json!({ "alg": odd }))), "signed-out token-invalid-algorithm");
        let unsigned = headed(&json!({ "alg": odd }));
        let (message, _) = unsigned.rsplit_once('.').unwrap();
        check(&bearer(&format!("{message}.")), "signed-out token-invalid-algorithm");
    }
    for odd in [json!(null), json!(256), json!(["RS256"]), json!({ "RS256": 1 })] {
        check(&bearer(&headed(&json!({ "alg": odd }))), "signed-out token-invalid-algorithm");
    }
    check(&bearer(&headed(&json!({ "alg": "RS256" }))), "signed-in user_1");
    // The key says that it is for RS256.
    check(&bearer(&headed(&json!({ "alg": "RS512" }))), "signed-out token-verification-failed");
}

#[test]
fn the_other_rows_of_the_table_where_the_key_allows_them() {
    let mut jwks = mint::jwks();
    jwks["keys"][0].as_object_mut().unwrap().remove("alg");
    for name in ["RS256", "RS384", "RS512"] {
        let clerk = visitor::clerk_of(jwks.clone(), Vec::new());
        let token = headed(&json!({ "alg": name }));
        assert_eq!(outcome(&live().state(&bearer(&token), &clerk, NOW_MS)), "signed-in user_1");
        let (message, _) = token.rsplit_once('.').unwrap();
        let other = mint::signed(message, if name == "RS256" { b"RS512" } else { b"RS256" });
        let state = live().state(&bearer(&other), &clerk, NOW_MS);
        assert_eq!(outcome(&state), "signed-out token-invalid-signature", "{name}");
    }
}

#[test]
fn a_key_in_the_token_itself_is_nobodys() {
    let jwk = mint::jwks()["keys"][0].clone();
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://evil.com/jwks.json")),
        ("x5u", json!("https://evil.com/x5u")),
        ("x5c", json!(["MIIB"])),
    ] {
        let clerk = clerk();
        let forged = mint::forged_with(
            &mint::changed(mint::header(), &json!({ name: value })),
            &mint::claims(),
        );
        let state = live().state(&bearer(&forged), &clerk, NOW_MS);
        assert_eq!(outcome(&state), "signed-out token-invalid-signature", "{name}");
        assert_eq!((clerk.api_calls().len(), clerk.key_set_calls()), (0, 1), "{name}");
    }
}

#[test]
fn a_critical_extension_is_not_understood() {
    for odd in [json!(["exp"]), json!([]), json!("exp"), json!(null), json!(0)] {
        let mut header = mint::header();
        header["crit"] = odd;
        check(&bearer(&mint::token(&header, &mint::claims())), "signed-out token-invalid");
    }
    check(&bearer(&headed(&json!({ "b64": false, "crits": [] }))), "signed-in user_1");
}

#[test]
fn times_at_every_limit() {
    let expired = "signed-out session-token-expired-refresh-non-eligible-no-refresh-cookie";
    let (early, future) =
        ("signed-out session-token-nbf", "signed-out session-token-iat-in-the-future");
    let (failed, fine) = ("signed-out token-verification-failed", "signed-in user_1");
    for (name, value, expected) in [
        ("exp", "1749999995", expired),
        ("exp", "1749999996", fine),
        ("exp", "1749999995.999", expired),
        ("exp", "1749999996.0", fine),
        ("exp", "0", expired),
        ("exp", "-1", expired),
        ("exp", "-0.0", expired),
        ("exp", "8640000000000", fine),
        ("exp", "8640000000001", failed),
        ("exp", "1e308", failed),
        ("exp", "1e999", failed),
        ("exp", "-8640000000000", expired),
        ("exp", "-8640000000000.5", expired),
        ("exp", "-8640000000001", failed),
        ("exp", "-1e999", failed),
        ("exp", "9223372036854775807", failed),
        ("exp", "18446744073709551615", failed),
        ("exp", "null", failed),
        ("exp", "\"1750000060\"", failed),
        ("exp", "true", failed),
        ("exp", "[1750000060]", failed),
        ("exp", "{}", failed),
        ("nbf", "1750000005", fine),
        ("nbf", "1750000006", early),
        ("nbf", "1750000005.999", fine),
        ("nbf", "null", failed),
        ("nbf", "8640000000000", early),
        ("nbf", "8640000000001", failed),
        ("nbf", "-8640000000000", fine),
        ("nbf", "-8640000000001", failed),
        ("nbf", "\"x\"", failed),
        ("iat", "1750000005", fine),
        ("iat", "1750000006", future),
        ("iat", "1750000005.999", fine),
        ("iat", "null", failed),
        ("iat", "8640000000000", future),
        ("iat", "8640000000001", failed),
        ("iat", "-1", fine),
        ("iat", "\"x\"", failed),
    ] {
        let member = format!("\"{name}\":{value}");
        let token = spelt(same, |claims| claims.replacen('}', &format!(",{member}}}"), 1));
        let state = live().state(&bearer(&token), &clerk(), NOW_MS);
        assert_eq!(outcome(&state), expected, "{member}");
    }
    let absent = mint::session(&json!({ "nbf": null, "iat": null }));
    check(&bearer(&absent), fine);
    check(&bearer(&mint::session(&json!({ "exp": null }))), failed);
}

#[test]
fn the_clock_may_be_off_by_what_is_configured() {
    let skewed =
        |clock_skew_ms| Isolate::new(policy(|policy| policy.clock_skew_ms = clock_skew_ms));
    let token = |exp: i64, nbf: i64, iat: i64| {
        bearer(&mint::session(&json!({ "exp": exp, "nbf": nbf, "iat": iat })))
    };
    check_at(&skewed(0), &token(NOW + 1, NOW, NOW), "signed-in user_1");
    check_at(&skewed(300_000), &token(NOW - 299, NOW + 300, NOW + 300), "signed-in user_1");
    let expired = "signed-out session-token-expired-refresh-non-eligible-no-refresh-cookie";
    check_at(&skewed(0), &token(NOW, NOW, NOW), expired);
    check_at(&skewed(300_000), &token(NOW - 300, NOW, NOW), expired);
    check_at(&skewed(0), &token(NOW + 1, NOW + 1, NOW), "signed-out session-token-nbf");
    check_at(
        &skewed(0),
        &token(NOW + 1, NOW, NOW + 1),
        "signed-out session-token-iat-in-the-future",
    );
}

#[test]
fn parties_audiences_and_subjects_of_odd_kinds() {
    let strict = || {
        Isolate::new(policy(|policy| {
            policy.authorized_parties = vec!["https://www.myapp.com".to_owned()];
            policy.audience = vec!["a".into(), "b".into()];
        }))
    };
    let party = "signed-out token-invalid-authorized-parties";
    let (failed, fine) = ("signed-out token-verification-failed", "signed-in user_1");
    for (changes, expected) in [
        (json!({}), fine),
        (json!({ "azp": null }), party),
        (json!({ "azp": "" }), party),
        (json!({ "azp": 5 }), party),
        (json!({ "azp": ["https://www.myapp.com"] }), party),
        (json!({ "azp": "https://www.myapp.com/" }), party),
        (json!({ "azp": "https://WWW.myapp.com" }), party),
        (json!({ "aud": "a" }), fine),
        (json!({ "aud": "b" }), fine),
        (json!({ "aud": "c" }), failed),
        (json!({ "aud": "" }), fine),
        (json!({ "aud": ["c", "a"] }), fine),
        (json!({ "aud": ["c"] }), failed),
        (json!({ "aud": ["", "c"] }), failed),
        (json!({ "aud": [] }), fine),
        (json!({ "aud": [""] }), fine),
        (json!({ "aud": ["c", 5] }), fine),
        (json!({ "aud": 5 }), fine),
        (json!({ "aud": { "c": 1 } }), fine),
        (json!({ "sub": null }), failed),
        (json!({ "sub": 5 }), failed),
        (json!({ "sub": ["user_1"] }), failed),
        (json!({ "sub": "" }), "signed-in "),
    ] {
        let state = strict().state(&bearer(&mint::session(&changes)), &clerk(), NOW_MS);
        assert_eq!(outcome(&state), expected, "{changes}");
    }
    // An empty party is nobody, on whichever side.
    let beside_none = |party: &str| {
        let parties = vec![String::new(), party.to_owned()];
        Isolate::new(policy(|policy| policy.authorized_parties = parties))
    };
    check_at(&beside_none("a"), &bearer(&mint::session(&json!({ "azp": "" }))), party);
    check_at(&beside_none("a"), &bearer(&mint::session(&json!({ "azp": "a" }))), fine);
    // Where nothing is configured, nothing is compared.
    check(&bearer(&mint::session(&json!({ "azp": "x", "aud": "c" }))), fine);
}

#[test]
fn of_several_flaws_the_first_in_clerks_order_is_named() {
    let strict = Isolate::new(policy(|policy| {
        policy.authorized_parties = vec!["https://www.myapp.com".to_owned()];
        policy.audience = vec!["a".to_owned()];
    }));
    let mut wrong = json!({
        "sub": null, "aud": "b", "azp": "b", "iss": "b",
        "exp": NOW - 100, "nbf": NOW + 100, "iat": NOW + 100,
    });
    for (repaired, expected) in [
        ("nothing", "signed-out token-verification-failed"),
        ("sub", "signed-out token-verification-failed"),
        ("aud", "signed-out token-invalid-authorized-parties"),
        ("azp", "signed-out token-invalid-issuer"),
        ("iss", "signed-out session-token-expired-refresh-non-eligible-no-refresh-cookie"),
        ("exp", "signed-out session-token-nbf"),
        ("nbf", "signed-out session-token-iat-in-the-future"),
        ("iat", "signed-in user_1"),
    ] {
        wrong.as_object_mut().unwrap().remove(repaired);
        check_at(&strict, &bearer(&mint::session(&wrong)), expected);
    }
}

#[test]
fn a_machines_token_is_no_handshake_and_nobody_is_asked_about_its_key() {
    let brought = |changes: &Value| {
        let clerk = clerk();
        let handshake = format!("__clerk_handshake={}", headed(changes));
        let state = live().state(&page(&handshake), &clerk, NOW_MS);
        (outcome(&state), clerk.key_set_calls())
    };
    let (none, taken) =
        ("signed-out session-token-and-uat-missing", "signed-out session-token-missing");
    let machine = "cl_B7d4PD333AAA";
    assert_eq!(brought(&json!({})), (taken.to_owned(), 1));
    assert_eq!(brought(&json!({ "kid": "other" })), (none.to_owned(), 1));
    assert_eq!(brought(&json!({ "cat": machine })), (none.to_owned(), 0));
    assert_eq!(brought(&json!({ "cat": machine, "kid": "other" })), (none.to_owned(), 0));
}

#[test]
fn a_handshake_brings_texts_or_nothing() {
    let cookie = format!("__session={}", mint::session(&json!({ "sub": "brought" })));
    let own = cookies(&mint::session(&json!({})));
    let none = "signed-out session-token-missing";
    for (list, expected) in [
        (json!([cookie]), "signed-in brought"),
        (json!(["a=b", cookie]), "signed-in brought"),
        (json!([cookie, 5]), "signed-in user_1"),
        (json!([cookie, null]), "signed-in user_1"),
        (json!([[cookie]]), "signed-in user_1"),
        (json!([]), none),
        (json!(cookie), none),
        (json!(null), none),
    ] {
        let handshake = mint::session(&json!({ "handshake": list }));
        check(&page(&format!("{own}; __clerk_handshake={handshake}")), expected);
    }
}

#[test]
fn a_type_is_jwt_or_absent() {
    for odd in [json!("jwt"), json!(""), json!("JWT "), json!(5), json!(["JWT"])] {
        check(&bearer(&headed(&json!({ "typ": odd }))), "signed-out token-invalid");
    }
    let mut header = mint::header();
    header["typ"] = Value::Null;
    check(&bearer(&mint::token(&header, &mint::claims())), "signed-out token-invalid");
    check(&bearer(&headed(&json!({ "typ": null }))), "signed-in user_1");
}

#[test]
fn what_is_no_text_or_no_object() {
    let of = |header: &[u8], claims: &[u8]| bearer(&mint::of_bytes(header, claims));
    let (header, claims) = (mint::header().to_string(), mint::claims().to_string());
    for odd in ["null", "5", "\"x\"", "[]", "", "{", "{}{}", "\u{feff}\u{feff}{}"] {
        check(&of(header.as_bytes(), odd.as_bytes()), "signed-out token-invalid");
    }
    for odd in ["", "{", "x"] {
        check(&of(odd.as_bytes(), claims.as_bytes()), "signed-out token-invalid");
    }
    check(&of(b"null", claims.as_bytes()), "signed-out unexpected-error");
    check(&of(b"[]", claims.as_bytes()), "signed-out jwk-kid-mismatch");
    let broken = claims.replacen("user_1", "user\u{0}", 1).replace('\0', "\\u0000");
    check(&of(header.as_bytes(), broken.as_bytes()), "signed-in user\u{0}");
    let not_utf8 = [b"{\"x\":\"\xff\",", &claims.as_bytes()[1..]].concat();
    check(&of(header.as_bytes(), &not_utf8), "signed-in user_1");
}

#[test]
fn any_change_of_one_letter_is_noticed() {
    let token = mint::session(&json!({}));
    let isolate = live();
    check_at(&isolate, &bearer(&token), "signed-in user_1");
    let clerk = clerk();
    for place in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let state = isolate.state(&bearer(&changed), &clerk, NOW_MS);
        assert!(outcome(&state).starts_with("signed-out "), "{place}: {}", outcome(&state));
    }
}

#[test]
fn the_newest_sign_in_or_out_is_newer_than_the_token() {
    let token = mint::session(&json!({}));
    let at = |uat: &str| page(&format!("__client_uat={uat}; __session={token}"));
    check(&at(&NOW.to_string()), "signed-in user_1");
    check(&at(&(NOW + 1).to_string()), "handshake session-token-iat-before-client-uat");
    check(&at("0"), "handshake session-token-but-no-client-uat");
    check(&at("x"), "handshake session-token-but-no-client-uat");
    check(&at("99999999999999999999999"), "handshake session-token-iat-before-client-uat");
    check(&at("-1"), "signed-in user_1");
}

#[test]
fn a_query_of_a_megabyte() {
    let query = "__clerk_db_jwt=%ff&".repeat(50_000);
    check(
        &Request::get(&format!("{PAGE}?{query}"), &[]),
        "signed-out session-token-and-uat-missing",
    );
    let own = format!("__session_{LIVE_SUFFIX}=%25; {}", cookies(&mint::session(&json!({}))));
    let mut request = page(&own);
    request.url = format!("{PAGE}?{query}");
    check(&request, "signed-in user_1");
}

/// A production instance whose session policy is changed.
fn policy(change: impl FnOnce(&mut Policy)) -> Settings {
    let mut settings = of_key(LIVE_KEY);
    change(&mut settings.session_policy);
    settings
}
