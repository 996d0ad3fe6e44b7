//! The bodies of the fuzz targets: what must hold for every input. The ordinary tests run them with
//! the inputs that fuzzing has found.

use std::cell::OnceCell;

use clerk_edge_gate::session::cookies::Cookies;
use clerk_edge_gate::session::state::RequestState;
use clerk_edge_token::unverified::UnverifiedToken;

use crate::isolate::Isolate;
use crate::mint::{LIVE_KEY, LIVE_SUFFIX, NOW_MS, TEST_KEY};
use crate::platform::FakePlatform;
use crate::request::Request;
use crate::{settings, visitor};

/// A token: it is decoded and its claims are read, as before its signature is verified.
pub fn token(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Ok(token) = UnverifiedToken::read(&text) else { return };
    let verifiable = token.check();
    assert!(verifiable.is_err() || (token.check_kind().is_ok() && token.key_id().is_ok()));
    let claims = token.claims();
    assert!(claims.all().is_object());
    assert!(claims.well_formed().is_ok() || claims.organization().is_none());
    assert!(!claims.has_role("") && !claims.has_permission(""));
    let _ = claims.has_feature("org:a:b") | claims.has_plan(":") | claims.has_feature("");
}

/// A cookie header, compared with a simple reader.
pub fn cookies(input: &[u8]) {
    let header = String::from_utf8_lossy(input);
    let read = Cookies::read(&header, LIVE_SUFFIX);
    let first = |name: &str| {
        let mut pairs = header.split(';').filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(each, _)| each.trim_matches([' ', '\t']) == name)?;
        let value = found.1.trim_matches([' ', '\t']);
        (!value.is_empty() && !value.contains('%')).then(|| value.to_owned())
    };
    let own = |name: &str| first(&format!("{name}_{LIVE_SUFFIX}"));
    let expected = [
        (&read.session.plain, first("__session")),
        (&read.session.suffixed, own("__session")),
        (&read.client_uat.plain, first("__client_uat")),
        (&read.client_uat.suffixed, own("__client_uat")),
        (&read.dev_browser.plain, first("__clerk_db_jwt")),
        (&read.dev_browser.suffixed, own("__clerk_db_jwt")),
        (&read.refresh, own("__refresh")),
        (&read.handshake, first("__clerk_handshake")),
        (&read.handshake_nonce, first("__clerk_handshake_nonce")),
        (&read.redirect_count, first("__clerk_redirect_count")),
    ];
    for (found, expected) in expected {
        if let Some(expected) = expected {
            assert_eq!(found.as_deref(), Some(expected.as_str()));
        }
    }
}

/// A request: one line each for the query, `authorization`, `cookie`, `referer`, `sec-fetch-dest`
/// and `accept`. The first byte chooses the instance.
pub fn decision(input: &[u8]) {
    thread_local! {
        static ISOLATES: OnceCell<(Isolate, Isolate, FakePlatform)> = const { OnceCell::new() };
    }
    let (choice, text) = input.split_first().unwrap_or((&0, &[]));
    let text = String::from_utf8_lossy(text);
    let mut parts = text.split('\n');
    let mut line = || parts.next().unwrap_or_default();
    let query: String = line().chars().filter(char::is_ascii_graphic).collect();
    let mut request = Request::get(&format!("https://www.myapp.com/p?{query}"), &[]);
    for name in ["authorization", "cookie", "referer", "sec-fetch-dest", "accept"] {
        let value = line();
        if !value.is_empty() {
            request.headers.push((name.into(), value.into()));
        }
    }
    ISOLATES.with(|isolates| {
        let (production, development, clerk) = isolates.get_or_init(production_and_development);
        let isolate = if choice % 2 == 0 { production } else { development };
        let state = isolate.state(&request, clerk, NOW_MS).unwrap();
        for (name, value) in state.headers() {
            let is_fit = value.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
            assert!(is_fit, "{name}: {value:?}");
        }
        if let RequestState::Handshake(handshake) = &state {
            assert!(handshake.location.starts_with("http"));
        }
    });
}

fn production_and_development() -> (Isolate, Isolate, FakePlatform) {
    let plain = |key: &str| {
        let mut settings = settings::of_key(key);
        settings.cross_origin_sync = true;
        Isolate::new(settings)
    };
    (plain(LIVE_KEY), plain(TEST_KEY), visitor::clerk())
}
