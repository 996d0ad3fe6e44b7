//! The tokens of drawn questions: ordinary ones, odd ones, handshakes, and those that the gate
//! decides differently from the SDK on purpose.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::mint;
use crate::mint::{LIVE_SUFFIX, NOW};

/// The tokens of drawn questions.
pub struct Pool {
    /// Ordinary tokens of sessions.
    pub usual: Vec<String>,
    /// Tokens with one thing that is wrong or unusual.
    odd: Vec<String>,
    /// Tokens that are decided differently on purpose, with the name of the reason.
    pub listed: Vec<(&'static str, String)>,
    /// Handshakes, for the query and the cookie.
    pub handshakes: Vec<String>,
}

impl Pool {
    /// Makes all tokens.
    pub fn new() -> Self {
        let usual = usual();
        let handshakes = handshakes(&usual);
        Self { odd: odd(&usual[0]), listed: listed(&usual[0]), handshakes, usual }
    }

    /// Every token that the instance's key signed, and some with other signatures.
    pub fn genuine(&self) -> impl Iterator<Item = &str> {
        let listed = self.listed.iter().map(|(_, token)| token);
        self.usual.iter().chain(&self.odd).chain(listed).map(String::as_str)
    }

    /// Draws a token for a session.
    pub fn session(&self, dice: &mut Dice) -> String {
        match dice.below(40) {
            0 => dice.pick(&self.listed).1.clone(),
            1..=14 => dice.pick_cloned(&self.odd),
            _ => dice.pick_cloned(&self.usual),
        }
    }
}

fn usual() -> Vec<String> {
    let with = |changes: Value| mint::session(&changes);
    let v2 = json!({
        "v": 2, "sts": "active", "fva": [5, -1], "fea": "o:posts,u:vip", "pla": "o:pro",
        "o": { "id": "org_1", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3" },
    });
    vec![
        with(json!({})),
        with(json!({ "iat": NOW - 20, "jti": "older" })),
        with(json!({ "iat": NOW + 2, "jti": "newer" })),
        with(json!({ "exp": NOW - 100, "iat": NOW - 200 })),
        with(json!({ "exp": NOW - 5 })),
        with(json!({ "exp": NOW - 4 })),
        with(json!({ "nbf": NOW + 60 })),
        with(json!({ "nbf": NOW + 5 })),
        with(json!({ "nbf": NOW + 6 })),
        with(json!({ "iat": NOW + 60 })),
        with(json!({ "iat": NOW + 5 })),
        with(json!({ "iat": NOW + 6 })),
        with(json!({ "azp": null })),
        with(json!({ "azp": "https://evil.com" })),
        with(json!({ "iss": "https://clerk.other.com" })),
        with(json!({ "iss": null })),
        with(json!({ "aud": "https://api.myapp.com" })),
        with(json!({ "aud": ["x", "https://api.myapp.com"] })),
        with(v2),
        with(json!({
            "org_id": "org_1", "org_role": "org:admin", "org_slug": "acme",
            "org_permissions": ["org:a:b"],
        })),
        with(json!({ "sts": "pending" })),
        with(json!({ "act": { "sub": "user_admin" } })),
        with(json!({ "exp": NOW - 100, "sid": null })),
    ]
}

fn odd(usual: &str) -> Vec<String> {
    let with = |changes: Value| mint::session(&changes);
    let head =
        |changes: Value| mint::token(&mint::changed(mint::header(), &changes), &mint::claims());
    let null = |name: &str| {
        let mut claims = mint::claims();
        claims[name] = Value::Null;
        mint::token(&mint::header(), &claims)
    };
    let raw = |header: &str, claims: &str| mint::of_bytes(header.as_bytes(), claims.as_bytes());
    let header = mint::header().to_string();
    let claims = mint::claims().to_string();
    let (message, signature) = usual.rsplit_once('.').unwrap();
    let mut odd = vec![
        mint::forged(&json!({})),
        mint::forged(&json!({ "exp": NOW - 100 })),
        format!("{message}."),
        format!("{message}.{signature}="),
        format!("{message}.{signature}AAAA"),
        format!("{usual}.x"),
        format!(" {usual}"),
        message.to_owned(),
        "a.b.c".to_owned(),
        "x".to_owned(),
        "..".to_owned(),
        "ak_LCWGdaM8mv8K4PC_57IICZQXAeW".to_owned(),
        raw(&header, "[]x"),
        raw("null", &claims),
        raw("\"RS256\"", &claims),
        raw("[]", &claims),
        raw(&header.replacen('{', "{\"alg\":\"none\",", 1), &claims),
        raw(&header.replacen('}', ",\"alg\":\"none\"}", 1), &claims),
        raw(&header, &claims.replacen('{', "{\"sub\":\"other\",\"exp\":5,", 1)),
        raw(&header, &claims.replacen('}', ",\"sub\":\"last\"}", 1)),
        raw(&header, &format!("\u{feff}{claims}")),
        raw(&header, &format!(" {claims}\n")),
        raw(&header, &claims.replacen('{', "{\"x\":\"\\ud800\",\"y\":1e400,", 1)),
        raw(&header, &claims.replacen('{', "{\"x\":'a',", 1)),
        mint::of_bytes(header.as_bytes(), claims.replacen("user_1", "us\u{7f}er", 1).as_bytes()),
        mint::of_bytes(header.as_bytes(), &[claims.as_bytes(), b"\xff"].concat()),
        mint::of_bytes(header.as_bytes(), &claims.replacen("user_1", "user\u{1}", 1).into_bytes()),
        mint::of_bytes(
            header.as_bytes(),
            &[b"{\"x\":\"\xff\xfe\",", &claims.as_bytes()[1..]].concat(),
        ),
    ];
    odd.extend(ODD_HEADERS.iter().map(|text| head(serde_json::from_str(text).unwrap())));
    odd.extend(ODD_CLAIMS.iter().map(|text| with(serde_json::from_str(text).unwrap())));
    odd.extend(["sub", "exp", "nbf", "iat", "aud", "azp", "iss", "sid", "sts", "fva"].map(null));
    odd
}

const ODD_HEADERS: &[&str] = &[
    r#"{"alg":"none"}"#,
    r#"{"alg":"None"}"#,
    r#"{"alg":"NONE"}"#,
    r#"{"alg":""}"#,
    r#"{"alg":"HS256"}"#,
    r#"{"alg":"ES256"}"#,
    r#"{"alg":"PS256"}"#,
    r#"{"alg":"rs256"}"#,
    r#"{"alg":"RS384"}"#,
    r#"{"alg":"RS512"}"#,
    r#"{"alg":["RS256"]}"#,
    r#"{"alg":256}"#,
    r#"{"alg":null}"#,
    r#"{"alg":{}}"#,
    r#"{"typ":null}"#,
    r#"{"typ":"jwt"}"#,
    r#"{"typ":""}"#,
    r#"{"typ":5}"#,
    r#"{"typ":"at+jwt"}"#,
    r#"{"typ":"application/at+jwt"}"#,
    r#"{"typ":["JWT"]}"#,
    r#"{"cat":"cl_B7d4PD111AAA"}"#,
    r#"{"cat":"cl_I7d4PD111III"}"#,
    r#"{"cat":"cl_B7d4PD222AAA"}"#,
    r#"{"cat":"cl_B7d4PD333AAA"}"#,
    r#"{"cat":""}"#,
    r#"{"cat":"x"}"#,
    r#"{"cat":5}"#,
    r#"{"kid":null}"#,
    r#"{"kid":"ins_other"}"#,
    r#"{"kid":""}"#,
    r#"{"kid":5}"#,
    r#"{"kid":true}"#,
    r#"{"kid":{"a":1}}"#,
    r#"{"kid":["ins_x"]}"#,
    r#"{"kid":"../../x"}"#,
    r#"{"kid":"ins_other","alg":"none"}"#,
    r#"{"kid":"ins_other","typ":"x"}"#,
    r#"{"jwk":{"kty":"RSA"}}"#,
    r#"{"jku":"https://evil.com/jwks"}"#,
    r#"{"x5u":"https://evil.com/x"}"#,
    r#"{"x5c":["MII"]}"#,
    r#"{"x5t":"!"}"#,
    r#"{"cty":"JWT"}"#,
    r#"{"b64":false}"#,
    r#"{"zip":"DEF"}"#,
    r#"{"enc":"A128GCM"}"#,
];

const ODD_CLAIMS: &[&str] = &[
    r#"{"sub":5}"#,
    r#"{"sub":""}"#,
    r#"{"sub":["user_1"]}"#,
    r#"{"sub":{}}"#,
    r#"{"sub":true}"#,
    r#"{"sub":"mch_1"}"#,
    r#"{"exp":"1750000060"}"#,
    r#"{"exp":1750000060.9}"#,
    r#"{"exp":1749999995.5}"#,
    r#"{"exp":1749999995.999}"#,
    r#"{"exp":0}"#,
    r#"{"exp":-1}"#,
    r#"{"exp":-0.5}"#,
    r#"{"exp":true}"#,
    r#"{"exp":[1750000060]}"#,
    r#"{"exp":8640000000000}"#,
    r#"{"exp":1e3}"#,
    r#"{"nbf":"x"}"#,
    r#"{"nbf":1750000005.9}"#,
    r#"{"nbf":-8640000000000}"#,
    r#"{"nbf":8640000000000}"#,
    r#"{"nbf":0}"#,
    r#"{"iat":"1750000000"}"#,
    r#"{"iat":"abc"}"#,
    r#"{"iat":1749999999.5}"#,
    r#"{"iat":-5}"#,
    r#"{"iat":0}"#,
    r#"{"iat":[]}"#,
    r#"{"iat":["1750000000"]}"#,
    r#"{"iat":true}"#,
    r#"{"iat":{}}"#,
    r#"{"iat":1750000005.9}"#,
    r#"{"aud":""}"#,
    r#"{"aud":[]}"#,
    r#"{"aud":[""]}"#,
    r#"{"aud":5}"#,
    r#"{"aud":{}}"#,
    r#"{"aud":["x",5]}"#,
    r#"{"aud":["https://api.myapp.com",5]}"#,
    r#"{"aud":"x"}"#,
    r#"{"aud":["x","y"]}"#,
    r#"{"aud":["","x"]}"#,
    r#"{"aud":[["https://api.myapp.com"]]}"#,
    r#"{"aud":true}"#,
    r#"{"azp":""}"#,
    r#"{"azp":5}"#,
    r#"{"azp":["https://www.myapp.com"]}"#,
    r#"{"azp":"HTTPS://WWW.MYAPP.COM"}"#,
    r#"{"iss":""}"#,
    r#"{"iss":5}"#,
    r#"{"iss":0}"#,
    r#"{"iss":[]}"#,
    r#"{"iss":{"a":1}}"#,
    r#"{"iss":"http://clerk.inspired.puma-74.lcl.dev"}"#,
    r#"{"iss":"HTTPS://clerk.inspired.puma-74.lcl.dev"}"#,
    r#"{"iss":"clerk.inspired.puma-74.lcl.dev"}"#,
    r#"{"iss":"https://clerk.inspired.puma-74.lcl.dev/"}"#,
    r#"{"iss":"https://clerk.sat.com"}"#,
    r#"{"sid":"","exp":1749999900}"#,
    r#"{"sts":"ended"}"#,
    r#"{"sts":5}"#,
    r#"{"v":2}"#,
    r#"{"v":2,"o":{"id":"o"},"fea":"x"}"#,
    r#"{"v":2,"fea":"x"}"#,
    r#"{"v":"2","o":{"id":"o"}}"#,
    r#"{"v":2,"o":{"id":"o","rol":"admin","per":"a,b","fpm":"5"},"fea":"o:f,u:g"}"#,
    r#"{"v":2,"o":{"id":"o","per":5,"fpm":"1"},"fea":"o:f"}"#,
    r#"{"v":2,"o":{"id":"o"},"fea":5}"#,
    r#"{"v":2,"o":"o"}"#,
    r#"{"v":2,"o":0}"#,
    r#"{"fva":[0,0]}"#,
    r#"{"fva":"x"}"#,
];

fn listed(usual: &str) -> Vec<(&'static str, String)> {
    let head =
        |changes: Value| mint::token(&mint::changed(mint::header(), &changes), &mint::claims());
    let header = mint::header().to_string();
    let raw = |claims: &str| mint::of_bytes(header.as_bytes(), claims.as_bytes());
    let (message, signature) = usual.rsplit_once('.').unwrap();
    let machine = mint::session(&json!({ "sub": "mch_1" }));
    let deep = format!("{{\"x\":{}{},", "[".repeat(200), "]".repeat(200));
    vec![
        ("payload", raw("null")),
        ("payload", raw("\"x\"")),
        ("payload", raw("[]")),
        ("payload", raw("5")),
        ("crit", head(json!({ "crit": ["exp"] }))),
        ("crit", head(json!({ "crit": [], "b64": false }))),
        ("key-id", head(json!({ "kid": "constructor" }))),
        ("key-id", head(json!({ "kid": "toString" }))),
        ("dates", mint::session(&json!({ "exp": 1e20 }))),
        ("dates", mint::session(&json!({ "nbf": 1e20 }))),
        ("dates", mint::session(&json!({ "exp": 8_640_000_000_001_i64 }))),
        ("dates", mint::session(&json!({ "iat": -8_640_000_000_001_i64 }))),
        ("dates", raw(&mint::claims().to_string().replacen("1750000060", "1e999", 1))),
        ("machine-shape", format!("{machine}=")),
        ("token-too-large", format!("{message}.{signature}{}", "A".repeat(16 * 1024))),
        ("nesting", raw(&mint::claims().to_string().replacen('{', &deep, 1))),
        ("session-id", mint::session(&json!({ "sid": 5, "exp": NOW - 100 }))),
        ("session-id", mint::session(&json!({ "sid": "../users", "exp": NOW - 100 }))),
        ("session-id", mint::session(&json!({ "sid": "a/b", "exp": NOW - 100 }))),
    ]
}

fn handshakes(usual: &[String]) -> Vec<String> {
    let of = |list: Value| mint::token(&mint::header(), &json!({ "handshake": list, "iat": NOW }));
    let session = |token: &str| format!("__session={token}; Path=/; Secure; SameSite=Lax");
    let good = of(json!([session(&usual[0]), "__client_uat=5; Path=/"]));
    let other_header = mint::changed(mint::header(), &json!({ "cat": "cl_B7d4PD333AAA" }));
    let other_key = mint::changed(mint::header(), &json!({ "kid": "ins_other" }));
    let (message, _) = good.rsplit_once('.').unwrap();
    let claims = json!({ "handshake": [session(&usual[0])] });
    vec![
        good.clone(),
        of(json!([format!("__session_{LIVE_SUFFIX}={}", usual[0]), session(&usual[1])])),
        of(json!([session(&usual[3])])),
        of(json!([session(&usual[6])])),
        of(json!([session(&usual[9])])),
        of(json!([session(&usual[13])])),
        of(json!([session(&usual[20])])),
        of(json!(["__session=; Path=/; Max-Age=0", "__client_uat=0; Path=/"])),
        of(json!(["__session"])),
        of(json!(["__sessionx=abc"])),
        of(json!([session("a.b.c")])),
        of(json!([])),
        of(json!("x")),
        of(json!(null)),
        of(json!([session(&usual[0]), 5])),
        of(json!(["a=b\r\nx: y"])),
        mint::token(&mint::header(), &claims),
        mint::token(&other_header, &claims),
        mint::token(&other_key, &claims),
        format!("{message}."),
        usual[0].clone(),
        "a.b.c".to_owned(),
        "x".to_owned(),
    ]
}
