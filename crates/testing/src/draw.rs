//! Draws questions at random: options, requests and cookies in all combinations, ordinary and
//! hostile. The same seed draws the same questions.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::mint;
use crate::mint::{LIVE_KEY, LIVE_SUFFIX, NOW_MS, TEST_KEY};
use crate::pool::Pool;

const TEST_SUFFIX: &str = "vWCgMp3A";

/// Draws one question.
pub fn question(dice: &mut Dice, pool: &Pool) -> Value {
    let is_live = dice.one_in(2);
    let options = options(dice, is_live);
    let request = request(dice, pool, if is_live { LIVE_SUFFIX } else { TEST_SUFFIX });
    json!({
        "options": options, "request": request,
        "now_ms": NOW_MS + dice.pick(&[0, 0, 0, 999]),
        "jwks": keys(dice), "bapi": routes(dice, pool),
    })
}

fn keys(dice: &mut Dice) -> Value {
    if !dice.one_in(50) {
        return mint::jwks();
    }
    dice.pick_cloned(&[
        Value::Null,
        json!({ "keys": [] }),
        json!({}),
        json!({ "keys": [{ "kid": "ins_x", "kty": "EC" }] }),
    ])
}

fn options(dice: &mut Dice, is_live: bool) -> Value {
    let mut options = json!({
        "publishableKey": if is_live { LIVE_KEY } else { TEST_KEY },
        "secretKey": if is_live { "sk_live_deadbeef" } else { "sk_test_deadbeef" },
    });
    if dice.one_in(5) {
        options["isSatellite"] = true.into();
        options["signInUrl"] = "https://primary.com/sign-in?a=b c".into();
        options["satelliteAutoSync"] = dice.one_in(2).into();
        options["domain"] = "sat.com".into();
    }
    let mut set = |dice: &mut Dice, odds: usize, name: &str, values: &[Value]| {
        if dice.one_in(odds) {
            options[name] = dice.pick_cloned(values);
        }
    };
    let proxies =
        ["https://www.myapp.com/__clerk", "/__clerk", "http://proxy.myapp.com/x/"].map(Value::from);
    set(dice, 8, "proxyUrl", &proxies);
    set(dice, 8, "audience", &[json!("https://api.myapp.com"), json!(["x", "y"]), json!("")]);
    set(
        dice,
        8,
        "authorizedParties",
        &[json!(["https://www.myapp.com"]), json!(["https://x"]), json!([])],
    );
    set(
        dice,
        8,
        "issuer",
        &[json!(mint::ISSUER), json!(["https://x", mint::ISSUER]), json!("https://x")],
    );
    set(dice, 10, "clockSkewInMs", &[json!(0), json!(6_000), json!(300_000)]);
    options
}

fn request(dice: &mut Dice, pool: &Pool, suffix: &str) -> Value {
    let method = dice.pick_cloned(&["GET", "GET", "GET", "GET", "GET", "HEAD", "POST", "OPTIONS"]);
    let url = url(dice, pool);
    let mut headers = vec![json!(["host", "www.myapp.com"])];
    let mut add = |dice: &mut Dice, odds: usize, name: &str, values: &[&str]| {
        if dice.one_in(odds) {
            headers.push(json!([name, dice.pick_cloned(values)]));
        }
    };
    if !dice.one_in(4) {
        let dests = [
            "document", "document", "document", "iframe", "empty", "image", "", "Document", "frame",
        ];
        add(dice, 1, "sec-fetch-dest", &dests);
    }
    add(
        dice,
        2,
        "accept",
        &["text/html,*/*", "*/*", "text/html", "application/json, text/html", "TEXT/HTML", ""],
    );
    add(dice, 3, "referer", REFERRERS);
    add(
        dice,
        6,
        "origin",
        &["https://www.myapp.com", "https://evil.com", "null", "https://primary.com"],
    );
    add(dice, 6, "user-agent", &["Mozilla/5.0"]);
    add(
        dice,
        8,
        "x-forwarded-host",
        &[
            "app.example.com",
            "a.com, b.com",
            "",
            "user:pw@c.com",
            "d.com:8443",
            "e.com/inject",
            "A.COM",
            "x y",
            "a.com:443",
        ],
    );
    add(dice, 8, "x-forwarded-proto", &["https", "http", "https,http", "", "HTTPS", "ftp://"]);
    if dice.one_in(3) {
        let token = pool.session(dice);
        let scheme = dice
            .pick_cloned(&["Bearer ", "Bearer ", "Bearer ", "", "bearer ", "Basic ", "Bearer  "]);
        let end = dice.pick_cloned(&["", "", "", " more"]);
        headers.push(json!(["authorization", format!("{scheme}{token}{end}")]));
    }
    let cookies = cookies(dice, pool, suffix);
    json!({ "method": method, "url": url, "headers": headers, "cookies": cookies })
}

const REFERRERS: &[&str] = &[
    "https://www.myapp.com/before",
    "https://www.google.com/",
    "http://www.myapp.com/",
    "https://www.myapp.com:8443/",
    "https://clerk.inspired.puma-74.lcl.dev/x",
    "https://accounts.inspired.puma-74.lcl.dev/sign-in",
    "https://foo-bar-13.accounts.dev/",
    "https://foo.clerk.accounts.dev/",
    "https://accounts.foo.lcl.dev/",
    "about:client",
    "android-app://com.google.android.gm/",
    "not a url",
    "/relative",
    "https://",
    "",
    "HTTPS://WWW.MYAPP.COM/",
    "https://user:pw@www.myapp.com/",
    "https://clerk.sat.com/",
    "https://proxy.myapp.com/",
];

fn url(dice: &mut Dice, pool: &Pool) -> String {
    let origin = dice.pick_cloned(&[
        "https://www.myapp.com",
        "https://www.myapp.com",
        "http://localhost:3000",
        "https://sat.com",
    ]);
    let path = dice.pick_cloned(&[
        "/",
        "/page",
        "/a%20b/c",
        "/p;x=1",
        "/a//b",
        "/%E2%9C%93",
        "/~user/",
        "/a%2Fb",
        "//evil.com/x",
    ]);
    let mut query: Vec<String> = Vec::new();
    let mut add = |dice: &mut Dice, odds: usize, member: String| {
        if dice.one_in(odds) {
            query.push(member);
        }
    };
    let handshake = dice.pick_cloned(&pool.handshakes);
    let plain = dice.pick_cloned(&[
        "a=b+c&f=%2F&g",
        "x=1",
        "q=%E2%9C%93&q=%zz",
        "&&a==b&",
        "u=~*-._!'()",
        "x=%FF",
        "sp=a%20b",
    ]);
    add(dice, 3, plain.to_owned());
    add(dice, 12, format!("__clerk_handshake={handshake}"));
    add(dice, 40, "__clerk_handshake_nonce=n1".to_owned());
    let mark = dice.pick_cloned(&[
        "__clerk_db_jwt=dbq",
        "__clerk_db_jwt=",
        "%5F_clerk_db_jwt=esc",
        "__clerk_db_jwt=a%20b&__clerk_db_jwt=2",
    ]);
    add(dice, 10, mark.to_owned());
    let synced = dice.pick_cloned(&["true", "false", "x", ""]);
    add(dice, 10, format!("__clerk_synced={synced}"));
    let back = dice.pick_cloned(&[
        "https%3A%2F%2Fsat.com%2Fp%3Fz%3D1%26__clerk_synced%3Dfalse",
        "https://sat.com",
        "HTTP://SAT.com:80/../x?a=b c#f",
        "https%3A%2F%2Fsat.com%2F%3F__clerk_db_jwt%3Dold",
        "",
        "/relative",
        "javascript:alert(1)",
    ]);
    add(dice, 12, format!("__clerk_redirect_url={back}"));
    add(dice, 20, "__dev_session=old&__clerk_help=1".to_owned());
    let mark = if query.is_empty() { dice.pick_cloned(&["", "", "", "?"]) } else { "?" };
    format!("{origin}{path}{mark}{}", query.join("&"))
}

fn cookies(dice: &mut Dice, pool: &Pool, suffix: &str) -> Value {
    let mut cookies: Vec<(String, String)> = Vec::new();
    let mut add = |dice: &mut Dice, odds: usize, name: String, value: String| {
        if !dice.one_in(odds) {
            return;
        }
        cookies.push((name, value));
    };
    let both = dice.one_in(3);
    let token = pool.session(dice);
    if !dice.one_in(4) {
        add(dice, 1, "__session".into(), token.clone());
    }
    let own = if both { token } else { pool.session(dice) };
    add(dice, 2, format!("__session_{suffix}"), own);
    if !dice.one_in(4) {
        let uat = dice.pick_cloned(CLIENT_UATS);
        add(dice, 1, "__client_uat".into(), uat.into());
    }
    let uat = dice.pick_cloned(CLIENT_UATS);
    add(dice, 2, format!("__client_uat_{suffix}"), uat.into());
    let mark = dice.pick_cloned(&["d", "mark 1", "%41", "\"q\""]);
    if !dice.one_in(5) {
        add(dice, 1, "__clerk_db_jwt".into(), mark.into());
    }
    add(dice, 3, format!("__clerk_db_jwt_{suffix}"), "own".into());
    add(dice, 4, format!("__refresh_{suffix}"), "rt".into());
    add(dice, 10, "__refresh".into(), "plain".into());
    let handshake = dice.pick_cloned(&pool.handshakes);
    add(dice, 10, "__clerk_handshake".into(), handshake);
    add(dice, 25, "__clerk_handshake_nonce".into(), "n2".into());
    let count = dice.pick_cloned(COUNTS);
    add(dice, 4, "__clerk_redirect_count".into(), count.into());
    let second = pool.session(dice);
    add(dice, 12, "__session".into(), second);
    add(dice, 12, "__session_AAAAAAAA".into(), "x".into());
    add(dice, 15, "junk; __client_uat".into(), "7".into());
    add(dice, 15, "sid".into(), "x%3B__session%3Dforged".into());
    if dice.one_in(6) {
        cookies.reverse();
    }
    json!(cookies)
}

const CLIENT_UATS: &[&str] = &[
    "1749999990",
    "1750000000",
    "1750000001",
    "5",
    "0",
    "0",
    "",
    "abc",
    "-5",
    "12abc",
    "1.9e9",
    "0x10",
    "%30",
    "1750000000%20",
    "00",
    "0 ",
    "99999999999999999999",
];

const COUNTS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "2.5",
    "-1",
    "abc",
    "",
    "0x2",
    "1e-7",
    "-Infinity",
    " 2 ",
    "-1e21",
    "4",
    "10",
    "3.5",
];

fn routes(dice: &mut Dice, pool: &Pool) -> Value {
    let token = pool.session(dice);
    let suffixed = format!("__session_{LIVE_SUFFIX}={token}; Path=/");
    let brought = json!([format!("__session={token}; Path=/"), suffixed, "__client_uat=5; Path=/"]);
    let nonce = dice.pick_cloned(&[
        json!({ "status": 200, "body": { "directives": brought } }),
        json!({ "status": 200, "body": { "directives": brought } }),
        json!({ "status": 200, "body": { "directives": [] } }),
        json!({ "status": 200, "body": { "directives": ["__session=; Max-Age=0"] } }),
        json!({ "status": 404, "body": {} }),
        json!({ "status": 200, "body": "<html>", "content_type": "text/html" }),
        json!({ "network_error": "down" }),
        json!({ "status": 200, "body": { "directives": brought }, "content_type": CHARSET }),
    ]);
    let mut nonce = nonce;
    nonce["method"] = "GET".into();
    nonce["path"] = "/v1/clients/handshake_payload".into();
    let refresh = dice.pick_cloned(&[
        json!({ "status": 200, "body": { "object": "cookies", "cookies": brought } }),
        json!({ "status": 200, "body": { "object": "cookies", "cookies": brought } }),
        json!({ "status": 200, "body": { "object": "cookies", "cookies": [] } }),
        json!({ "status": 200, "body": { "object": "cookies", "cookies": ["a=b"] } }),
        refused("refresh_token_invalid"),
        refused("unexpected_error"),
        json!({ "status": 422, "body": { "errors": [] } }),
        json!({ "status": 500, "body": {} }),
        json!({ "status": 500, "body": "<html>", "content_type": "text/html" }),
        json!({ "status": 404, "body": {} }),
        json!({ "network_error": "down" }),
        refused("bad code"),
        json!({ "status": 422, "body": { "errors": [{ "message": "m" }] } }),
        json!({ "status": 200, "body": { "cookies": brought }, "content_type": CHARSET }),
    ]);
    let mut refresh = refresh;
    refresh["method"] = "POST".into();
    refresh["path"] = "/v1/sessions/sess_1/refresh".into();
    json!([nonce, refresh])
}

/// A refresh that Clerk refuses with this code.
fn refused(code: &str) -> Value {
    json!({ "status": 422, "body": { "errors": [{ "code": code, "message": "m" }] } })
}

const CHARSET: &str = "application/json; charset=utf-8";
