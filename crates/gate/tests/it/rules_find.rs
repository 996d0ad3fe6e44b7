//! Which rule wins, against a plain scan; and what holds of any set of rules.
#![allow(clippy::panic, reason = "a test may stop")]

use std::collections::BTreeSet;

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::rule_set::{Context, Rules};

use crate::conditions::random;
use crate::paths::{read, rule_of};
use clerk_edge_testing::dice::Dice;

/// A rule as the test wrote it, and all that the scan has to know of it.
#[derive(Clone, PartialEq)]
struct Line {
    path: String,
    host: Option<&'static str>,
    methods: &'static [&'static str],
    rest: String,
}

impl Line {
    fn json(&self) -> String {
        let host = self.host.map_or(String::new(), |host| format!(r#","host":"{host}""#));
        let methods = match self.methods {
            [] => String::new(),
            methods => format!(r#","methods":{methods:?}"#),
        };
        format!(r#"{{"path":"{}"{host}{methods}{}}}"#, self.path, self.rest)
    }

    /// How narrowly it matches: by segment, then host, then methods; none where it does not.
    fn rank(&self, host: &str, method: &str, path: &str) -> Option<(Vec<u8>, bool, bool)> {
        let method = if method == "HEAD" { "GET" } else { method };
        let other_host = self.host.is_some_and(|own| own != host);
        if other_host || !(self.methods.is_empty() || self.methods.contains(&method)) {
            return None;
        }
        let full = |path: &str| -> Vec<String> {
            path.split('/').filter(|s| !s.is_empty()).map(str::to_owned).collect()
        };
        let (given, mut own) = (full(path), full(&self.path));
        let open = own.last().is_some_and(|last| last == "*");
        if open {
            own.pop();
        }
        let fits = own.len() == given.len() || open && own.len() < given.len();
        let mut rank = Vec::new();
        for (own, given) in own.iter().zip(&given) {
            rank.push(match own.strip_prefix(':') {
                Some(_) => 1,
                None if own == given => 2,
                None => return None,
            });
        }
        rank.push(if open { 0 } else { 3 });
        fits.then_some((rank, self.host.is_some(), !self.methods.is_empty()))
    }
}

const HOSTS: [Option<&str>; 4] = [None, None, Some("a.test"), Some("b.test")];
const METHODS: [&[&str]; 2] = [&["GET"], &["POST", "PUT"]];
const WORDS: [&str; 5] = ["a", "b", "admin", ":x", ":y"];

/// Some rules that do not tie. With redirects they may still be wrong; without, they are right.
fn lines(dice: &mut Dice, outcomes: bool) -> Vec<Line> {
    let mut shapes = BTreeSet::new();
    let mut lines = Vec::new();
    for _ in 0..=dice.below(12) {
        let mut words: Vec<&str> = Vec::new();
        for _ in 0..dice.below(4) {
            let word = *dice.pick(&WORDS);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        if dice.one_in(3) {
            words.push("*");
        }
        let path = format!("/{}", words.join("/"));
        let host = *dice.pick(&HOSTS);
        if !shapes.insert((path.replace(":y", ":x"), host)) {
            continue;
        }
        let narrowed: &[&[&str]] = if dice.one_in(4) { &METHODS } else { &[] };
        for methods in [&[] as &[&str]].iter().chain(narrowed) {
            let allow = match dice.below(6) {
                0 => r#","allow":"anyone""#.to_owned(),
                1 => r#","allow":"optional""#.to_owned(),
                2 => String::new(),
                _ => format!(r#","allow":{}"#, random(dice, 2)),
            };
            let outcome = if outcomes { random_outcome(dice, &words) } else { String::new() };
            lines.push(Line { path: path.clone(), host, methods, rest: allow + &outcome });
        }
    }
    lines
}

fn random_outcome(dice: &mut Dice, words: &[&str]) -> String {
    let name = words.iter().find(|word| word.starts_with(':')).unwrap_or(&"z");
    let target = format!("/t/{name}/%C3%A9?q=1#f");
    match dice.below(7) {
        0 => r#","signed_out":404"#.to_owned(),
        1 => format!(r#","signed_out":"https://example.com/x","otherwise":"{target}""#),
        2 => r#","otherwise":404,"report_only":true"#.to_owned(),
        3 => r#","signed_out":401,"otherwise":"https://example.com:8443""#.to_owned(),
        _ => String::new(),
    }
}

fn json(lines: &[Line]) -> String {
    format!("[{}]", lines.iter().map(Line::json).collect::<Vec<_>>().join(","))
}

/// Rules, unless one of them cannot be reached.
fn reachable(text: &str) -> Option<Rules> {
    match Rules::read(text, &Context::default()) {
        Ok(rules) => Some(rules),
        Err(problems) => {
            let expected = |message: &str| {
                message.starts_with("no request can fall under it")
                    || message.contains("may not open the page")
                    || message.contains("in a loop")
            };
            assert!(problems.iter().all(|p| expected(&p.message)), "{text}: {problems:?}");
            None
        }
    }
}

fn some_path(dice: &mut Dice) -> String {
    let words: Vec<&str> =
        (0..dice.below(5)).map(|_| *dice.pick(&["a", "b", "admin", "c", "a"])).collect();
    format!("/{}{}", words.join("/"), if words.is_empty() || dice.one_in(2) { "" } else { "/" })
}

fn winner(lines: &[Line], host: &str, method: &str, path: &str) -> Option<usize> {
    let ranked = lines.iter().enumerate();
    let ranked = ranked.filter_map(|(at, line)| Some((line.rank(host, method, path)?, at)));
    ranked.max().map(|(_, at)| at)
}

#[test]
fn the_tree_agrees_with_a_plain_scan() {
    let (mut dice, mut asked, mut matched) = (Dice::new(21), 0_u32, 0_u32);
    for _ in 0..1_200 {
        let lines = lines(&mut dice, false);
        let Some(rules) = reachable(&json(&lines)) else { continue };
        for _ in 0..25 {
            let path = some_path(&mut dice);
            let host = dice.pick(&["a.test", "b.test", "c.test"]);
            let method = dice.pick(&["GET", "HEAD", "POST", "PUT", "DELETE"]);
            let expected = winner(&lines, host, method, &path);
            let Ok(parsed) = RequestPath::parse(&path) else { panic!("{path}") };
            let found = rules.find(host, method, &parsed).map(|found| found.rule.index());
            assert_eq!(found, Ok(expected), "{host} {method} {path} in {}", json(&lines));
            asked = asked.saturating_add(1);
            matched = matched.saturating_add(u32::from(expected.is_some()));
        }
    }
    assert!(asked > 10_000 && matched > asked / 3, "{matched} of {asked}");
}

#[test]
fn the_printed_form_of_any_rules_reads_back_as_the_same_rules() {
    let (mut dice, mut read_back) = (Dice::new(22), 0_u32);
    for _ in 0..1_500 {
        let Some(rules) = reachable(&json(&lines(&mut dice, true))) else { continue };
        let text = rules.to_string();
        let again = read(&text, false);
        assert_eq!(again, rules, "{text}");
        assert_eq!(again.to_string(), text);
        assert_eq!(again.hash(), rules.hash());
        read_back = read_back.saturating_add(1);
    }
    assert!(read_back > 500, "only {read_back}");
}

#[test]
fn adding_a_rule_changes_only_paths_that_it_matches() {
    let (mut dice, mut changed) = (Dice::new(23), 0_u32);
    for _ in 0..1_500 {
        let before = lines(&mut dice, false);
        let mut after = before.clone();
        let added = lines(&mut dice, false);
        let Some(added) = added.iter().find(|line| line.methods.is_empty()) else { continue };
        let same = |line: &Line| {
            (line.path.replace(":y", ":x"), line.host)
                == (added.path.replace(":y", ":x"), added.host)
        };
        if before.iter().any(same) {
            continue;
        }
        after.push(added.clone());
        let (Some(old), Some(new)) = (reachable(&json(&before)), reachable(&json(&after))) else {
            continue;
        };
        for _ in 0..20 {
            let (path, host) = (some_path(&mut dice), dice.pick(&["a.test", "b.test", "c.test"]));
            let Ok(parsed) = RequestPath::parse(&path) else { panic!("{path}") };
            let index = |rules: &Rules| rules.find(host, "GET", &parsed).map(|f| f.rule.index());
            if index(&old) != index(&new) {
                assert_eq!(index(&new), Ok(Some(before.len())), "{path} by {}", json(&after));
                assert!(added.rank(host, "GET", &path).is_some(), "{path} by {}", json(&after));
                changed = changed.saturating_add(1);
            }
        }
    }
    assert!(changed > 500, "only {changed}");
}

#[test]
fn the_order_of_the_list_means_nothing() {
    let (mut dice, mut compared) = (Dice::new(24), 0_u32);
    for _ in 0..400 {
        let lines = lines(&mut dice, false);
        let turned: Vec<Line> = lines.iter().rev().cloned().collect();
        let one = reachable(&json(&lines));
        let other = reachable(&json(&turned));
        let (Some(one), Some(other)) = (one, other) else { continue };
        for _ in 0..20 {
            let path = some_path(&mut dice);
            assert_eq!(rule_of(&one, &path), rule_of(&other, &path), "{path} in {one}");
            compared = compared.saturating_add(1);
        }
    }
    assert!(compared > 1_000, "only {compared}");
}

#[test]
fn methods_fall_to_the_brother_and_head_follows_get() {
    let rules = read(
        r#"[{ "path": "/a", "methods": ["GET"], "allow": "anyone" },
            { "path": "/a", "methods": ["PATCH"], "allow": { "role": "admin" } },
            { "path": "/a" }]"#,
        false,
    );
    let Ok(path) = RequestPath::parse("/a") else { panic!() };
    let index = |method: &str| rules.find("", method, &path).map(|found| found.rule.index());
    for (method, expected) in [
        ("GET", 0),
        ("HEAD", 0),
        ("head", 0),
        ("PATCH", 1),
        ("patch", 1),
        ("POST", 2),
        ("", 2),
        ("GETT", 2),
    ] {
        assert_eq!(index(method), Ok(Some(expected)), "{method}");
    }
}

#[test]
fn what_no_rule_matches_needs_a_session() {
    for rules in [Rules::default(), read("[]", true)] {
        let Ok(path) = RequestPath::parse("/a") else { panic!() };
        let Ok(found) = rules.find("", "GET", &path) else { panic!() };
        assert_eq!((found.rule.index(), found.rule.path_text()), (None, "default"));
        assert_eq!(found.rule.requirement(), &clerk_edge_rules::rule::Requirement::SignedIn);
        assert_eq!((rules.len(), rules.is_empty()), (0, true));
    }
}

#[test]
fn names_are_captured_decoded_and_never_empty() {
    let rules = read(r#"[{ "path": "/:a/x/:b/*" }]"#, false);
    let names = |raw: &str| {
        let path = RequestPath::parse(raw).ok();
        let found = path.as_ref().and_then(|path| rules.find("", "GET", path).ok());
        let names = found.map(|found| found.params);
        names.map(|names| {
            let shown = names.iter().map(|(n, v)| format!("{n}={}", String::from_utf8_lossy(v)));
            shown.collect::<Vec<_>>().join(" ")
        })
    };
    assert_eq!(names("/1/x/2/3").as_deref(), Some("a=1 b=2"));
    assert_eq!(names("/1/x/2").as_deref(), Some("a=1 b=2"));
    assert_eq!(names("/%C3%A9/x/a%20b/").as_deref(), Some("a=é b=a b"));
    assert_eq!(names("/1/x/").as_deref(), Some(""));
    assert_eq!(names("//x/2"), Some(String::new()), "an empty segment is no value");
    assert_eq!(names("/1/x/2%2F3"), None);
    assert_eq!(names("/1/x/2/3%2F4").as_deref(), Some("a=1 b=2"));
}
