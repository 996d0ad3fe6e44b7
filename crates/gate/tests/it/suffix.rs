//! The choice between plain and suffixed cookies, where several instances or versions of Clerk set
//! some: each row beside one that differs in a single cookie.

use clerk_edge_gate::session::state::RequestState;
use serde_json::json;

use clerk_edge_gate::settings::Instance;
use clerk_edge_testing::isolate::Isolate;
use clerk_edge_testing::mint;
use clerk_edge_testing::mint::{LIVE_KEY, LIVE_SUFFIX, NOW, NOW_MS, TEST_KEY};
use clerk_edge_testing::settings::of_key;
use clerk_edge_testing::visitor::{clerk, outcome, page};

/// The outcome of these cookies. `$` is the suffix; `old`, `new` and so on are sessions.
fn outcome_of(key: &str, cookies: &str) -> String {
    let suffix = Instance::parse(key).unwrap().cookie_suffix;
    let session = |name: &str, begins: i64, ends: i64| {
        mint::session(&json!({ "sub": name, "iat": begins, "exp": ends }))
    };
    let cookies = cookies
        .replace('$', &suffix)
        .replace("=old", &format!("={}", session("old", NOW - 20, NOW + 40)))
        .replace("=new", &format!("={}", session("new", NOW, NOW + 60)))
        .replace("=over", &format!("={}", session("over", NOW - 100, NOW - 40)))
        .replace("=ends", &format!("={}", session("ends", NOW - 60, NOW)))
        .replace("=first", &format!("={}", mint::session(&json!({ "iat": 1 }))))
        .replace("=never", &format!("={}", mint::session(&json!({ "iat": null }))))
        .replace("=odd", &format!("={}", mint::session(&json!({ "iss": 5 }))))
        .replace("=else", &format!("={}", mint::session(&json!({ "iss": "https://x.com" }))))
        .replace("=last", &format!("={}", session("last", NOW - 60, NOW + 1)));
    let marked = format!("{cookies}; __clerk_db_jwt=d; __clerk_db_jwt_{suffix}=d");
    let state = Isolate::new(of_key(key)).state(&page(&marked), &clerk(), NOW_MS);
    let choice = match &state {
        Ok(RequestState::Handshake(state)) if state.location.contains("suffixed_cookies=true") => {
            " $"
        }
        _ => "",
    };
    format!("{}{choice}", outcome(&state))
}

#[test]
fn the_newer_session_counts_unless_one_cookie_says_signed_out() {
    assert_eq!(Instance::parse(LIVE_KEY).unwrap().cookie_suffix, LIVE_SUFFIX);
    for key in [LIVE_KEY, TEST_KEY] {
        for (cookies, expected) in [
            ("__client_uat=5; __session=new; __client_uat_$=5; __session_$=old", "signed-in new"),
            ("__client_uat=5; __session=old; __client_uat_$=5; __session_$=new", "signed-in new"),
            ("__client_uat=5; __session=new; __client_uat_$=5; __session_$=new", "signed-in new"),
            // A token without `iat` is older than any other.
            ("__client_uat=5; __session=first; __client_uat_$=5; __session_$=never", OLDER),
            ("__client_uat=5; __session=never; __client_uat_$=5; __session_$=first", OWN_OLDER),
            // No `__client_uat` says that the user signed out.
            ("__session=new; __client_uat_$=5; __session_$=old", BUT_NO_UAT),
            ("__session=old; __client_uat_$=5; __session_$=new", "signed-in new"),
            // Signed out by the plain cookie, whose newer token was not removed.
            ("__client_uat=0; __session=new; __client_uat_$=5; __session_$=old", "signed-in old"),
            // Signed out by the suffixed cookie; then by both.
            ("__client_uat=5; __session=old; __client_uat_$=0; __session_$=new", "signed-in old"),
            ("__session=old; __client_uat_$=0; __session_$=new", BUT_NO_UAT),
            ("__client_uat=0; __session=new; __client_uat_$=0; __session_$=old", OWN_BUT_NO_UAT),
        ] {
            assert_eq!(outcome_of(key, cookies), expected, "{cookies}");
        }
    }
}

#[test]
fn a_plain_session_of_another_instance_is_ignored() {
    for key in [LIVE_KEY, TEST_KEY] {
        for (cookies, expected) in [
            ("__client_uat=5; __session=new", "signed-in new"),
            ("__client_uat=5; __session=else", NOBODY),
            ("__client_uat=5; __session=odd", NOBODY),
            ("__client_uat=5; __session=odd; __client_uat_$=5; __session_$=old", "signed-in old"),
        ] {
            assert_eq!(outcome_of(key, cookies), expected, "{cookies}");
        }
    }
}

#[test]
fn an_expired_suffixed_session_is_ignored_in_development_alone() {
    let own = "__client_uat_$=5; __session_$";
    let expired = "handshake session-token-expired-refresh-non-eligible-no-refresh-cookie $";
    for (key, cookies, expected) in [
        (TEST_KEY, format!("{own}=over; __client_uat=0"), NOBODY),
        (LIVE_KEY, format!("{own}=over; __client_uat=0"), expired),
        // Expired at this second; not expired a second earlier.
        (TEST_KEY, format!("{own}=ends; __client_uat=0"), NOBODY),
        (TEST_KEY, format!("{own}=last; __client_uat=0"), "signed-in last"),
        // The plain cookie does not say signed out.
        (TEST_KEY, format!("{own}=over; __client_uat=5"), expired),
        (TEST_KEY, format!("{own}=over"), expired),
        // Both cookies do.
        (TEST_KEY, "__client_uat_$=0; __session_$=over; __client_uat=0".into(), OWN_BUT_NO_UAT),
    ] {
        assert_eq!(outcome_of(key, &cookies), expected, "{key} {cookies}");
    }
}

#[test]
fn one_suffixed_cookie_is_enough_and_a_session_needs_its_client_uat() {
    for key in [LIVE_KEY, TEST_KEY] {
        for (cookies, expected) in [
            ("__client_uat_$=5", "handshake client-uat-but-no-session-token $"),
            ("__client_uat=5", "handshake client-uat-but-no-session-token"),
            ("__session_$=new", NOBODY),
            ("__session_$=new; __client_uat_$=5", "signed-in new"),
            ("__session_$=new; __client_uat=5", "handshake client-uat-but-no-session-token"),
        ] {
            assert_eq!(outcome_of(key, cookies), expected, "{cookies}");
        }
    }
}

const NOBODY: &str = "signed-out session-token-and-uat-missing";
const OLDER: &str = "handshake session-token-iat-before-client-uat";
const OWN_OLDER: &str = "handshake session-token-iat-before-client-uat $";
const BUT_NO_UAT: &str = "handshake session-token-but-no-client-uat";
const OWN_BUT_NO_UAT: &str = "handshake session-token-but-no-client-uat $";
