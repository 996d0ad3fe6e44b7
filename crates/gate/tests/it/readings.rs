//! The readings are complete: an upstream that treats an accepted path in any of the known ways,
//! in any order, serves what the rule speaks of. The upstreams here are written anew, in the
//! plainest way, and know nothing of the code they judge.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop"
)]

use std::sync::LazyLock;

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::rule_set::Rules;
use serde::Deserialize;

use crate::paths::{read, rule_of};
use clerk_edge_testing::dice::Dice;

/// A path in the middle of an upstream's work.
type Segments = Vec<Vec<u8>>;

/// Pieces that have made trouble somewhere.
#[derive(Deserialize)]
struct Hostile {
    starts: Vec<String>,
    names: Vec<String>,
    between: Vec<String>,
    pieces: Vec<String>,
}

static HOSTILE: LazyLock<Hostile> = LazyLock::new(|| {
    match serde_json::from_str(include_str!("../../../../tests/vectors/paths-pieces.json")) {
        Ok(pieces) => pieces,
        Err(error) => panic!("{error}"),
    }
});

/// A path made of them.
pub(crate) fn hostile(dice: &mut Dice) -> String {
    let Hostile { starts, names, between, pieces } = &*HOSTILE;
    let mut path = dice.pick::<String>(starts).to_owned();
    let orderly = dice.one_in(2);
    for _ in 0..=dice.below(9) {
        if orderly {
            path.push_str(dice.pick::<String>(names));
            path.push_str(dice.pick::<String>(between));
        } else {
            path.push_str(dice.pick::<String>(pieces));
        }
    }
    path
}

/// The steps of servers; each is harmless where there is nothing to do.
const STEPS: [fn(Segments) -> Segments; 13] = [
    |path| path.iter().map(|segment| decoded(segment)).collect(),
    |path| split(&path, b'/'),
    |path| split(&path, b'\\'),
    |path| path.into_iter().map(|s| until(&s, b';')).collect(),
    |path| {
        let last = path.len().saturating_sub(1);
        let full = |(at, s): &(usize, Vec<u8>)| !s.is_empty() || *at == last;
        path.into_iter().enumerate().filter(full).map(|(_, s)| s).collect()
    },
    dots,
    |path| cut(path, 0),
    |path| cut(path, b'#'),
    |path| cut(path, b'?'),
    |path| path.iter().map(|segment| trimmed(segment)).collect(),
    |path| path.into_iter().filter(|segment| !is_session(segment)).collect(),
    |path| path.iter().map(|segment| laxly_read(segment)).collect(),
    without_host,
];

fn decoded(segment: &[u8]) -> Vec<u8> {
    let hex = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (mut out, mut at) = (Vec::new(), 0);
    while at < segment.len() {
        let pair = segment.get(at + 1).zip(segment.get(at + 2));
        let byte = pair.and_then(|(high, low)| Some(hex(*high)? * 16 + hex(*low)?));
        if let Some(byte) = byte.filter(|_| segment[at] == b'%') {
            out.push(byte);
            at += 3;
        } else {
            out.push(segment[at]);
            at += 1;
        }
    }
    out
}

fn split(path: &[Vec<u8>], at: u8) -> Segments {
    path.iter().flat_map(|s| s.split(|byte| *byte == at).map(<[u8]>::to_vec)).collect()
}

fn until(segment: &[u8], end: u8) -> Vec<u8> {
    segment.split(|byte| *byte == end).next().unwrap_or_default().to_vec()
}

fn cut(path: Segments, at: u8) -> Segments {
    let mut kept = Vec::new();
    for segment in path {
        kept.push(until(&segment, at));
        if segment.contains(&at) {
            break;
        }
    }
    kept
}

fn dots(path: Segments) -> Segments {
    let mut kept = Segments::new();
    let last = path.len().saturating_sub(1);
    for (at, segment) in path.into_iter().enumerate() {
        match segment.as_slice() {
            b"." => {}
            b".." => {
                kept.pop();
            }
            _ => {
                kept.push(segment);
                continue;
            }
        }
        if at == last {
            kept.push(Vec::new());
        }
    }
    kept
}

fn trimmed(segment: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(segment) {
        Ok(text) => text.trim_end_matches(|c: char| c.is_whitespace() || c.is_control()).into(),
        Err(_) => segment.trim_ascii_end().to_vec(),
    }
}

fn is_session(segment: &[u8]) -> bool {
    let text = String::from_utf8_lossy(segment);
    text.len() > 4 && text.starts_with("(S(") && text.find("))") == Some(text.len() - 2)
}

/// Two or three bytes, of which only the low bits count.
fn laxly_read(segment: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < segment.len() {
        match &segment[at..] {
            [0xC0, low @ 0x80..=0xBF, ..] | [0xE0, 0x80, low @ 0x80..=0xBF, ..] => {
                out.push(low & 0x3F);
            }
            [other, ..] => out.push(*other),
            [] => {}
        }
        at += match &segment[at..] {
            [0xC0, 0x80..=0xBF, ..] => 2,
            [0xE0, 0x80, 0x80..=0xBF, ..] => 3,
            _ => 1,
        };
    }
    out
}

/// As a reference is resolved: what follows two slashes or more is a host.
fn without_host(path: Segments) -> Segments {
    let host = path.iter().position(|segment| !segment.is_empty());
    match host {
        Some(host @ 1..) => path.into_iter().skip(host + 1).collect(),
        _ => path,
    }
}

/// Works on the path as sent, with so many random steps; at least one of them decodes.
fn served(sent: &str, dice: &mut Dice) -> Segments {
    let mut path: Segments =
        sent.split('/').skip(1).map(|segment| segment.as_bytes().to_vec()).collect();
    let (steps, decode_at) = (dice.below(7) + 1, dice.below(7));
    for step in 0..steps {
        let which = if step == decode_at.min(steps - 1) { 0 } else { dice.below(STEPS.len()) };
        path = STEPS[which](path);
    }
    path
}

/// What the plainest reading of the rules says of segments: the first of these that fits.
fn expected(path: &Segments, assets: bool) -> &'static str {
    let mut path: Vec<&[u8]> = path.iter().map(Vec::as_slice).collect();
    if path.last() == Some(&b"".as_slice()) {
        path.pop();
    }
    while let Some(last) = path.pop() {
        if !assets {
            path.push(last);
            break;
        }
        if matches!(last, b"" | b"index" | b"index.html") {
            continue;
        }
        let stem = last.strip_suffix(b".html".as_slice());
        path.push(stem.unwrap_or(last));
        if stem.is_none() {
            break;
        }
    }
    match path.as_slice() {
        [b"admin", ..] => "/admin/*",
        [b"public", b"a", b"b"] => "/public/a/b",
        [b"public", b"x", ..] => "/public/x/*",
        [b"public", ..] => "/public/*",
        [b"files", name] if !matches!(*name, b"" | b"." | b"..") => "/files/:name",
        _ => "default",
    }
}

fn rules(assets: bool) -> Rules {
    read(
        r#"[{ "path": "/admin/*", "allow": { "role": "admin" } }, { "path": "/public/a/b" },
            { "path": "/public/x/*" }, { "path": "/public/*", "allow": "anyone" },
            { "path": "/files/:name" }]"#,
        assets,
    )
}

#[test]
fn an_accepted_path_is_served_under_its_rule_whatever_the_upstream_does_to_it() {
    for assets in [false, true] {
        let (rules, mut dice) = (rules(assets), Dice::new(1));
        let (mut accepted, mut refused) = (0, 0);
        for _ in 0..5_000 {
            let raw = hostile(&mut dice);
            let rule = rule_of(&rules, &raw);
            let Ok(path) = RequestPath::parse(&raw) else { continue };
            if rule == "400" {
                refused += 1;
                continue;
            }
            accepted += 1;
            for _ in 0..6 {
                let served = served(path.as_str(), &mut dice);
                assert_eq!(expected(&served, assets), rule, "{raw} → {path} → {served:?}");
            }
        }
        assert!(accepted > 2_000 && refused > 500, "{accepted} accepted, {refused} refused");
    }
}

#[test]
fn an_accepted_path_captures_one_value_whatever_the_upstream_does_to_it() {
    let (rules, mut dice, mut seen) = (rules(false), Dice::new(2), 0);
    for _ in 0..10_000 {
        let raw = hostile(&mut dice).replacen('/', "/files/", 1);
        let Ok(path) = RequestPath::parse(&raw) else { continue };
        let Ok(found) = rules.find("example.com", "GET", &path) else { continue };
        let Some(value) = found.params.get("name") else { continue };
        seen += 1;
        for _ in 0..6 {
            let served = served(path.as_str(), &mut dice);
            assert_eq!(served.get(1).map(Vec::as_slice), Some(value), "{raw} → {served:?}");
        }
    }
    assert!(seen > 200, "only {seen}");
}

/// Refusal is not the easy way out: a path whose upstreams all agree is accepted. (Known by
/// trying many ways; a path that no sampled upstream reads differently but that is refused must
/// hold one of the characters that some upstream might.)
#[test]
fn a_path_without_doubtful_characters_is_never_refused() {
    const PIECES: [&str; 14] =
        ["a", "admin", "/b", "/é", "%20", "%C3%A9", "-", ".x", "+", "@", ":", "~", "%2B", "%7E"];
    let (rules, mut dice) = (rules(false), Dice::new(3));
    for _ in 0..5_000 {
        let mut raw = "/x".to_owned();
        for _ in 0..dice.below(8) {
            raw.push_str(dice.pick::<&str>(&PIECES));
        }
        assert_ne!(rule_of(&rules, &raw), "400", "{raw}");
    }
}
