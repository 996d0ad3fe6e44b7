//! Redirect targets: no captured value can lead to another site.
#![allow(clippy::panic, reason = "a test may stop")]

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::path_params::PathParams;
use clerk_edge_rules::rule::Otherwise;
use clerk_edge_rules::rule_set::{Context, Rules};
use clerk_edge_rules::target::Target;

use crate::paths::read;

fn otherwise(path: &str, target: &str) -> Result<Target, String> {
    let text = format!(
        r#"[{{ "path": {path:?}, "report_only": true, "otherwise": {} }}]"#,
        serde_json::Value::from(target)
    );
    match Rules::read(&text, &Context::default()) {
        Err(problems) => Err(problems.into_iter().map(|p| p.message).collect()),
        Ok(rules) => match rules.iter().next().map(|rule| rule.otherwise().clone()) {
            Some(Otherwise::Redirect(target)) => Ok(target),
            other => panic!("{other:?}"),
        },
    }
}

/// What a list of addresses is made of.
#[derive(serde::Deserialize)]
struct Pieces {
    before: Vec<String>,
    sites: Vec<String>,
    after: Vec<String>,
}

/// Ways to name another site that parsers have been taken in by, built piece by piece.
pub(crate) fn corpus() -> Vec<String> {
    let text = include_str!("../../../../tests/vectors/redirects-pieces.json");
    let Ok(pieces) = serde_json::from_str::<Pieces>(text) else { panic!("{text}") };
    let Pieces { before, sites, after } = &pieces;
    let mut all = Vec::new();
    for before in before {
        for site in sites {
            all.extend(after.iter().map(|after| format!("{before}{site}{after}")));
        }
    }
    all
}

/// A browser on this page, following this address.
pub(crate) fn stays(address: &str) -> bool {
    let Ok(base) = url::Url::parse("https://example.com/here/now") else { panic!() };
    base.join(address).is_ok_and(|url| url.origin() == base.origin())
}

#[test]
fn r1_r2_a_target_on_this_site_stays_on_it_or_is_refused() {
    let corpus = corpus();
    assert!(corpus.len() >= 500, "{}", corpus.len());
    let mut taken = 0_u32;
    for text in &corpus {
        if let Ok(target) = otherwise("/a", text) {
            taken = taken.saturating_add(1);
            assert!(stays(&target.fill(&PathParams::none())), "{text:?} became {target}");
        }
    }
    assert!(taken > 0 && taken < 150, "{taken} taken");
    assert!(!stays("//evil.test") && !stays("/\\evil.test"), "the judge knows its trade");
}

#[test]
fn r2_a_captured_value_stays_one_segment_of_this_site() {
    let rules = read(
        r#"[{ "path": "/go/:to", "allow": "anyone", "otherwise": "/:to" },
            { "path": "/go/:to/on", "allow": "anyone", "otherwise": "/see/:to/?q=1" }]"#,
        false,
    );
    let mut filled = 0_u32;
    for text in corpus() {
        let escaped: String =
            text.bytes().fold(String::new(), |out, byte| format!("{out}%{byte:02X}"));
        let twice = escaped.replace('%', "%25");
        for (raw, tail) in
            [&text, &escaped, &twice].into_iter().flat_map(|raw| [(raw, ""), (raw, "/on")])
        {
            let Ok(path) = RequestPath::parse(&format!("/go/{raw}{tail}")) else { continue };
            let Ok(found) = rules.find("example.com", "GET", &path) else { continue };
            let Otherwise::Redirect(target) = found.rule.otherwise() else { continue };
            let to = target.fill(&found.params);
            filled = filled.saturating_add(1);
            assert!(stays(&to), "{path} leads to {to}");
            assert!(to.is_ascii() && !to.contains(['\\', '\r', '\n', ' ']), "{to}");
            assert!(!to.starts_with("//") && !to.contains("/../"), "{to}");
            let slashes = if found.rule.index() == Some(0) { 1 } else { 3 };
            assert_eq!(to.matches('/').count(), slashes, "{to}");
        }
    }
    assert!(filled > 60, "only {filled}");
}

#[test]
fn a_captured_value_may_hold_any_byte_and_still_stays_one_segment() {
    let rules = read(r#"[{ "path": "/go/:to", "allow": "anyone", "otherwise": "/:to" }]"#, false);
    let (mut dice, mut filled) = (clerk_edge_testing::dice::Dice::new(31), 0_u32);
    for _ in 0..3_000 {
        let bytes = (0..=dice.below(5)).map(|_| dice.below(256));
        let raw = bytes.fold("/go/".to_owned(), |raw, byte| format!("{raw}%{byte:02x}"));
        let Ok(path) = RequestPath::parse(&raw) else { continue };
        let Ok(found) = rules.find("example.com", "GET", &path) else { continue };
        let (Otherwise::Redirect(target), Some(value)) =
            (found.rule.otherwise(), found.params.get("to"))
        else {
            continue;
        };
        let to = target.fill(&found.params);
        filled = filled.saturating_add(1);
        assert!(stays(&to), "{path} leads to {to}");
        let Ok(back) = RequestPath::parse(&to) else { panic!("{to}") };
        assert_eq!(back.readings().next(), Some(vec![value]), "{to}");
    }
    assert!(filled > 2_000, "only {filled}");
}

#[test]
fn targets_are_written_like_paths() {
    let written = |target: &str| otherwise("/a/:id", target).map(|target| target.to_string());
    for good in [
        "/",
        "/a",
        "/a/",
        "/a?b=c",
        "/a#b",
        "/?x",
        "/a/:id/b",
        "/:id/",
        "/%C3%A9",
        "https://example.com",
        "https://example.com:8443/a?b#c",
        "https://a.b.test/:80",
    ] {
        assert_eq!(written(good).as_deref(), Ok(good));
    }
    assert_eq!(written("/%61/%2f").as_deref(), Ok("/a/%2F"));
    for (bad, why) in [
        ("", "must not be empty"),
        ("//evil.test", "a target holds no empty segment (`//`)"),
        ("/a//b", "a target holds no empty segment (`//`)"),
        ("/a/../b", "a target is written without `.` and `..`"),
        ("/a/%2e%2E", "a target is written without `.` and `..`"),
        ("/a/%zz", "a target is a path with whole escapes"),
        ("/\\evil.test", "'\\\\' is not allowed in a URL; percent-encode it"),
        ("/a b", "' ' is not allowed in a URL; percent-encode it"),
        ("/a\r\nx", "'\\r' is not allowed in a URL; percent-encode it"),
        ("/é", "'é' is not allowed in a URL; percent-encode it"),
        ("/a?id=:id", "`:id` is filled in as a whole segment of the path alone"),
        ("/:other", "the rule's path has no `:other`"),
        ("/:", "`:` is no name; write `%3A` for a literal colon"),
        ("https://", "the URL has no valid host"),
        ("https://user@evil.test", "the URL has no valid host"),
        ("https://evil.test:x", "the URL has no valid host"),
        (
            "https://example.com/:id",
            "`:name` is filled in on this site alone; write the address out",
        ),
        (
            "HTTPS://example.com",
            "a target is a path on this site (`/…`) or an address that begins \
         with `https://`",
        ),
    ] {
        assert_eq!(written(bad), Err(why.to_owned()), "{bad}");
    }
}

#[test]
fn captured_values_are_encoded() {
    let rules =
        read(r#"[{ "path": "/a/:id", "report_only": true, "otherwise": "/b/:id?x=id" }]"#, false);
    let filled = |raw: &str| {
        let path = RequestPath::parse(raw).ok()?;
        let found = rules.find("", "GET", &path).ok()?;
        match found.rule.otherwise() {
            Otherwise::Redirect(target) => Some(target.fill(&found.params)),
            Otherwise::Status(_) => None,
        }
    };
    assert_eq!(filled("/a/1").as_deref(), Some("/b/1?x=id"));
    assert_eq!(filled("/a/é ü").as_deref(), Some("/b/%C3%A9%20%C3%BC?x=id"));
    assert_eq!(filled("/a/x@y:z").as_deref(), Some("/b/x%40y%3Az?x=id"));
    assert_eq!(filled("/a/100%25").as_deref(), Some("/b/100%25?x=id"));
    assert_eq!(filled("/a/..%2f"), None);
}
