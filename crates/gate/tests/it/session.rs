//! Authentication, where the recordings of Clerk's SDK have no case: intended differences,
//! defaults, how often Clerk is called, and hostile requests.

use std::collections::BTreeMap;

use clerk_edge_gate::keys::KeysUnavailable;
use clerk_edge_gate::session::state::RequestState;
use clerk_edge_gate::settings::Settings;
use clerk_edge_rules::code::Code;
use clerk_edge_token::limits::TOKEN_BYTES_MAX;
use clerk_edge_token::policy::Issuers;
use serde_json::{Value, json};

use clerk_edge_testing::dice::Dice;
use clerk_edge_testing::draw;
use clerk_edge_testing::isolate::Isolate;
use clerk_edge_testing::mint;
use clerk_edge_testing::mint::{LIVE_KEY, LIVE_SUFFIX, NOW_MS, TEST_KEY};
use clerk_edge_testing::platform::FakePlatform;
use clerk_edge_testing::pool::Pool;
use clerk_edge_testing::recorded;
use clerk_edge_testing::request::Request;
use clerk_edge_testing::settings;
use clerk_edge_testing::settings::of_key;
use clerk_edge_testing::visitor;
use clerk_edge_testing::visitor::{PAGE, bearer, clerk, cookies, live, outcome, page};

#[track_caller]
fn check(isolate: &Isolate, request: &Request, expected: &str) {
    assert_eq!(outcome(&isolate.state(request, &clerk(), NOW_MS)), expected);
}

#[test]
fn the_issuer_is_checked_by_default() {
    check(&live(), &bearer(&mint::session(&json!({}))), "signed-in user_1");
    for other in [
        json!("https://clerk.other.com"),
        json!(null),
        json!(5),
        json!(format!("{}/", mint::ISSUER)),
    ] {
        let token = mint::session(&json!({ "iss": other }));
        check(&live(), &bearer(&token), "signed-out token-invalid-issuer");
        let any = Isolate::new(any_issuer());
        check(&any, &bearer(&token), "signed-in user_1");
    }
}

#[test]
fn a_page_of_another_origin_starts_a_handshake_only_if_the_settings_say_so() {
    let mut request = page(&cookies(&mint::session(&json!({}))));
    request.headers.push(("referer".into(), "https://www.google.com/".into()));
    check(&live(), &request, "signed-in user_1");
    let on = Isolate::new(Settings { cross_origin_sync: true, ..of_key(LIVE_KEY) });
    check(&on, &request, "handshake primary-domain-cross-origin-sync");
}

#[test]
fn the_loop_guard_stops_at_three_redirects_and_above() {
    for (count, expected) in [
        ("2", None),
        ("2.9", None),
        ("3", Some(Code::RedirectLoop)),
        ("3.5", Some(Code::RedirectLoop)),
        ("4", Some(Code::RedirectLoop)),
        ("Infinity", Some(Code::RedirectLoop)),
        ("x", None),
    ] {
        let request = page(&format!("__client_uat=5; __clerk_redirect_count={count}"));
        match (live().state(&request, &clerk(), NOW_MS).unwrap(), expected) {
            (RequestState::Handshake(_), None) => {}
            (RequestState::SignedOut(state), halt) => assert_eq!(state.refusal, halt, "{count}"),
            (state, _) => panic!("{count}: {state:?}"),
        }
    }
    // A request that cannot be redirected is not in a loop.
    let mut call = page("__client_uat=5; __clerk_redirect_count=9");
    call.headers.retain(|(name, _)| name != "sec-fetch-dest");
    match live().state(&call, &clerk(), NOW_MS).unwrap() {
        RequestState::SignedOut(state) => assert_eq!(state.refusal, None),
        state => panic!("{state:?}"),
    }
}

#[test]
fn a_token_is_decoded_up_to_the_size_limit() {
    let long = |length: usize| {
        let token = mint::session(&json!({ "x": "" }));
        let short = token.len();
        // Three letters of the claims become four of the token.
        let text = "x".repeat((length - short) / 4 * 3);
        let token = mint::session(&json!({ "x": text }));
        format!("{token}{}", "=".repeat(length - token.len()))
    };
    let fits = long(TOKEN_BYTES_MAX);
    assert_eq!(fits.len(), TOKEN_BYTES_MAX);
    check(&live(), &bearer(&fits), "signed-in user_1");
    for request in [bearer(&long(TOKEN_BYTES_MAX + 1)), page(&cookies(&long(TOKEN_BYTES_MAX + 1)))]
    {
        match live().state(&request, &clerk(), NOW_MS).unwrap() {
            RequestState::SignedOut(state) => assert_eq!(state.refusal, Some(Code::TokenTooLarge)),
            state => panic!("{state:?}"),
        }
    }
}

#[test]
fn a_machine_token_is_never_a_session() {
    let odd =
        |changes: Value| mint::token(&mint::changed(mint::header(), &changes), &mint::claims());
    let mut tokens = vec![mint::session(&json!({ "sub": "mch_1" }))];
    tokens.push(format!("{}==", tokens[0]));
    tokens.push(odd(json!({ "typ": "at+jwt" })));
    tokens.push(odd(json!({ "typ": "application/at+jwt" })));
    tokens.push(odd(json!({ "cat": "cl_B7d4PD222AAA" })));
    tokens.push(odd(json!({ "cat": "cl_B7d4PD333AAA" })));
    tokens.push(odd(json!({ "cat": "" })));
    tokens.push(odd(json!({ "cat": ["cl_B7d4PD111AAA"] })));
    for token in tokens {
        check(&live(), &bearer(&token), "signed-out token-type-mismatch");
        check(&live(), &page(&cookies(&token)), "signed-out token-type-mismatch");
    }
    check(&live(), &bearer(&mint::session(&json!({ "sub": "mchx" }))), "signed-in mchx");
    for category in ["cl_B7d4PD111AAA", "cl_I7d4PD111III"] {
        check(&live(), &bearer(&odd(json!({ "cat": category }))), "signed-in user_1");
    }
}

#[test]
fn keys_are_fetched_once_and_tokens_verified_once() {
    let (isolate, clerk) = (live(), clerk());
    let token = mint::session(&json!({}));
    for _ in 0..100 {
        assert_eq!(
            outcome(&isolate.state(&page(&cookies(&token)), &clerk, NOW_MS)),
            "signed-in user_1"
        );
        assert_eq!(outcome(&isolate.state(&bearer(&token), &clerk, NOW_MS)), "signed-in user_1");
    }
    assert_eq!((clerk.key_set_calls(), clerk.checks.get()), (1, 1));
    assert_eq!(isolate.remembered.count(), 1);
    // The time is checked again, and an expired token is forgotten.
    let later = isolate.state(&bearer(&token), &clerk, NOW_MS + 65_000);
    assert!(outcome(&later).starts_with("signed-out session-token-expired"), "{later:?}");
    assert_eq!((isolate.remembered.count(), clerk.checks.get()), (0, 1));
}

#[test]
fn a_verified_token_is_accepted_no_longer_than_the_keys_that_verified_it() {
    const DAY_MS: i64 = 86_400_000;
    let (isolate, nobody) = (live(), FakePlatform::default());
    let request = bearer(&mint::session(&json!({ "exp": mint::NOW + 300_000 })));
    check(&isolate, &request, "signed-in user_1");
    let at = |clerk: &FakePlatform, ms: i64| outcome(&isolate.state(&request, clerk, NOW_MS + ms));
    assert_eq!(at(&nobody, DAY_MS), "signed-in user_1");
    assert!(at(&nobody, DAY_MS + 1).starts_with("KeysUnavailable"));
    // The key has changed meanwhile.
    let mut others = mint::jwks();
    others["keys"][0]["kid"] = json!("ins_other");
    let others = visitor::clerk_of(others, Vec::new());
    assert_eq!(at(&others, 2 * DAY_MS), "signed-out jwk-kid-mismatch");
}

#[test]
fn forgeries_are_not_remembered() {
    let (isolate, clerk) = (live(), clerk());
    let token = mint::session(&json!({}));
    assert_eq!(outcome(&isolate.state(&bearer(&token), &clerk, NOW_MS)), "signed-in user_1");
    for index in 0..50 {
        let forged = mint::forged(&json!({ "jti": index }));
        let state = isolate.state(&bearer(&forged), &clerk, NOW_MS);
        assert_eq!(outcome(&state), "signed-out token-invalid-signature");
    }
    assert_eq!(isolate.remembered.count(), 1);
    // The same signature after other claims is another token.
    let (message, signature) = token.rsplit_once('.').unwrap();
    let other = mint::session(&json!({ "sub": "user_2" }));
    let spliced = format!("{}.{signature}", other.rsplit_once('.').unwrap().0);
    assert_ne!(spliced.rsplit_once('.').unwrap().0, message);
    let state = isolate.state(&bearer(&spliced), &clerk, NOW_MS);
    assert_eq!(outcome(&state), "signed-out token-invalid-signature");
}

#[test]
fn without_any_source_of_keys_the_result_is_an_error_and_never_signed_out() {
    let isolate = live();
    let state =
        isolate.state(&bearer(&mint::session(&json!({}))), &FakePlatform::default(), NOW_MS);
    assert!(matches!(state, Err(KeysUnavailable { retry_after_seconds: 1.. })), "{state:?}");
    let state = isolate.state(
        &page(&cookies(&mint::session(&json!({})))),
        &FakePlatform::default(),
        NOW_MS,
    );
    assert!(matches!(state, Err(KeysUnavailable { .. })), "{state:?}");
    // Without a token no key is fetched.
    assert_eq!(
        outcome(&live().state(&page(""), &FakePlatform::default(), NOW_MS)),
        "signed-out session-token-and-uat-missing"
    );
}

#[test]
fn a_satellite_is_answered_at_absolute_urls_alone() {
    let to = |back: &str| {
        let request = Request::get(
            &format!("{PAGE}?__clerk_redirect_url={back}"),
            &[("sec-fetch-dest", "document"), ("cookie", "__clerk_db_jwt=d")],
        );
        Isolate::new(of_key(TEST_KEY)).state(&request, &clerk(), NOW_MS).unwrap()
    };
    let state = to("https%3A%2F%2Fsat.com%2Fx");
    assert_eq!(state.location(), Some("https://sat.com/x?__clerk_db_jwt=d&__clerk_synced=true"));
    for back in
        ["/x", "x", "//sat.com", "javascript:alert(1)", "data:,x", "https://", "ftp://sat.com"]
    {
        assert_eq!(outcome(&Ok(to(back))), "signed-out session-token-and-uat-missing", "{back}");
    }
    // A production instance has no such answer.
    let request = Request::get(
        &format!("{PAGE}?__clerk_redirect_url=https://sat.com"),
        &[("sec-fetch-dest", "document")],
    );
    check(&live(), &request, "signed-out session-token-and-uat-missing");
}

#[test]
fn a_pending_session_is_signed_out_without_status_headers() {
    let token = mint::session(&json!({ "sts": "pending" }));
    let state = live().state(&page(&cookies(&token)), &clerk(), NOW_MS).unwrap();
    assert_eq!(outcome(&Ok(state.clone())), "pending");
    assert_eq!(state.headers(), []);
    check(&live(), &bearer(&mint::session(&json!({ "sts": "active" }))), "signed-in user_1");
}

#[test]
fn claims_that_break_clerks_grammar_are_signed_out() {
    let broken = [json!({ "id": "o" }), json!({ "id": "o", "per": "a", "fpm": 5 })];
    for (organization, features) in broken.iter().zip(["x", "o:x"]) {
        let token = mint::session(&json!({ "v": 2, "o": organization, "fea": features }));
        check(&live(), &bearer(&token), "signed-out unexpected-error");
        check(&live(), &page(&cookies(&token)), "signed-out unexpected-error");
    }
    let token = mint::session(&json!({ "v": 2, "o": { "id": "o" }, "fea": "o:x" }));
    check(&live(), &bearer(&token), "signed-in user_1");
}

#[test]
fn a_verified_token_is_ready_at_the_first_poll_without_the_platform() {
    let (isolate, token) = (live(), mint::session(&json!({})));
    check(&isolate, &bearer(&token), "signed-in user_1");
    // This platform returns neither keys nor signatures: `ready` polls once.
    let nobody = FakePlatform::default();
    assert_eq!(
        outcome(&isolate.state(&page(&cookies(&token)), &nobody, NOW_MS)),
        "signed-in user_1"
    );
    assert_eq!((nobody.key_set_calls(), nobody.checks.get()), (0, 0));
}

#[test]
fn hostile_requests_are_refused_without_a_panic() {
    let dots = ".".repeat(1024 * 1024);
    let many = "__session=a; ".repeat(4_000);
    let names = format!("{}=x; __client_uat=5", "_".repeat(64 * 1024));
    let percents = format!("__client_uat=5; __session={}", "%".repeat(64 * 1024));
    for text in [dots.as_str(), "..", "...", "\u{0}", "é.é.é", "Bearer Bearer", &"=".repeat(10_000)]
    {
        let state = live().state(&bearer(text), &clerk(), NOW_MS);
        assert!(
            outcome(&state).starts_with("signed-out token-"),
            "{:.40}: {}",
            text,
            outcome(&state)
        );
    }
    for cookies in
        [format!("__client_uat=5; __session={dots}"), format!("__client_uat=5; {many}"), percents]
    {
        check(&live(), &page(&cookies), "signed-out token-invalid");
    }
    check(&live(), &page(&names), "handshake client-uat-but-no-session-token");
    check(&live(), &page(&";".repeat(64 * 1024)), "signed-out session-token-and-uat-missing");
    let query = format!("{PAGE}?{}", "__clerk_handshake=&".repeat(10_000));
    check(&live(), &Request::get(&query, &[]), "signed-out session-token-and-uat-missing");
    let nested = format!("{{\"x\":{}}}", "[".repeat(10_000));
    let token = mint::of_bytes(mint::header().to_string().as_bytes(), nested.as_bytes());
    check(&live(), &bearer(&token), "signed-out token-invalid");
}

#[test]
fn an_isolate_with_full_caches_decides_the_same() {
    let pool = Pool::new();
    let mut dice = Dice::new(7);
    let questions: Vec<Value> = (0..600).map(|_| draw::question(&mut dice, &pool)).collect();
    let mut isolates: BTreeMap<String, Isolate> = BTreeMap::new();
    for question in questions.iter().filter(|question| question["jwks"] == mint::jwks()) {
        let fresh = recorded::decide(question);
        let options = &question["options"];
        let isolate = isolates
            .entry(options.to_string())
            .or_insert_with(|| Isolate::new(settings::of_options(options).unwrap()));
        // A nonce that failed before is not sent again; everything else is as in a new isolate.
        if !question.to_string().contains("handshake_nonce\"")
            && !question.to_string().contains("handshake_nonce=")
        {
            for _ in 0..2 {
                assert_eq!(recorded::decide_at(isolate, question), fresh, "{question}");
            }
        }
    }
}

#[test]
fn without_an_issuer_plain_cookies_are_used_and_with_a_foreign_one_suffixed() {
    let any = || Isolate::new(any_issuer());
    let own = mint::session(&json!({ "sub": "suffixed" }));
    let check_choice = |issuer: &str, expected: &str| {
        let claims = mint::claims().to_string().replacen(&format!("{:?}", mint::ISSUER), issuer, 1);
        let token = mint::of_bytes(mint::header().to_string().as_bytes(), claims.as_bytes());
        let cookies = format!(
            "{}; __client_uat_{LIVE_SUFFIX}={}; __session_{LIVE_SUFFIX}={own}",
            cookies(&token),
            mint::NOW
        );
        check(&any(), &page(&cookies), expected);
    };
    for none in ["\"\"", "0", "0.0", "null", "false"] {
        check_choice(none, "signed-in user_1");
    }
    for foreign in ["\"x\"", "5", "true", "[]", "{}", "\"https://clerk.other.com\""] {
        check_choice(foreign, "signed-in suffixed");
    }
    // Our own issuer: the suffixed cookies are used if they are as new.
    check_choice(&format!("{:?}", mint::ISSUER), "signed-in suffixed");
    check_choice(&format!("{:?}", mint::ISSUER.replace("https", "HTTP")), "signed-in suffixed");
}

#[test]
fn only_a_page_of_another_origin_that_is_not_clerks_starts_a_handshake() {
    let ask = |key: &str, referrer: &str| {
        let on = Isolate::new(Settings { cross_origin_sync: true, ..of_key(key) });
        let mut request =
            page(&format!("{}; __clerk_db_jwt=d", cookies(&mint::session(&json!({})))));
        request.headers.push(("referer".into(), referrer.into()));
        matches!(on.state(&request, &clerk(), NOW_MS).unwrap(), RequestState::Handshake(_))
    };
    for other in [
        "https://www.google.com/",
        "http://www.myapp.com/",
        "https://www.myapp.com:8443/",
        "about:client",
        "android-app://com.google/",
    ] {
        assert!(ask(LIVE_KEY, other) && ask(TEST_KEY, other), "{other}");
    }
    for none in [
        "https://www.myapp.com/x",
        "HTTPS://WWW.MYAPP.COM:443/",
        "https://clerk.inspired.puma-74.lcl.dev/",
        "https://accounts.inspired.puma-74.lcl.dev/",
        "not a url",
        "/relative",
        "https://",
        "HTTP:",
        "1abc:x",
        "a b:c",
        ":x",
        "",
    ] {
        assert!(!ask(LIVE_KEY, none) && !ask(TEST_KEY, none), "{none}");
    }
    // Only development instances trust the portals of development instances.
    for portal in ["https://foo-bar-13.accounts.dev/", "https://accounts.foo.lcl.dev/"] {
        assert!(ask(LIVE_KEY, portal) && !ask(TEST_KEY, portal), "{portal}");
    }
    assert!(ask(TEST_KEY, "https://foo.clerk.accounts.dev/"));
}

#[test]
fn a_session_has_its_user_and_its_end() {
    let told = |changes: &Value| {
        let state = live().state(&bearer(&mint::session(changes)), &clerk(), NOW_MS).unwrap();
        let RequestState::SignedIn(state) = state else { panic!("{state:?}") };
        let session = &state.session;
        (
            session.subject().to_owned(),
            session.session_id().map(str::to_owned),
            session.actor_subject().map(str::to_owned),
            session.expires_at_seconds(),
            session.is_pending(),
        )
    };
    let own = |text: &str| Some(text.to_owned());
    let until = mint::NOW + 60;
    assert_eq!(told(&json!({})), ("user_1".into(), own("sess_1"), None, until, false));
    let acting =
        json!({ "sub": "u", "sid": null, "act": { "sub": "admin" }, "exp": 1_750_000_100.9 });
    assert_eq!(told(&acting), ("u".into(), None, own("admin"), 1_750_000_100, false));
    for odd in [json!({}), json!("admin"), json!({ "sub": 5 })] {
        assert_eq!(told(&json!({ "act": odd })).2, None);
    }
    assert_eq!(told(&json!({ "sid": 5, "exp": 8_640_000_000_000_i64 })).3, 8_640_000_000_000);
    assert_eq!(told(&json!({ "sid": 5 })).1, None);
}

/// A production instance that accepts tokens of every issuer.
fn any_issuer() -> Settings {
    let mut settings = of_key(LIVE_KEY);
    settings.session_policy.issuers = Issuers::Any;
    settings
}
