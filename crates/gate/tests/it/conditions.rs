//! Conditions: what they say of a visitor, and when they cannot say.
#![allow(clippy::panic, reason = "a test may stop")]

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::condition::{ClaimWanted, Condition};
use clerk_edge_rules::decide::Caller;
use clerk_edge_rules::evaluate::evaluate;
use clerk_edge_rules::explain::conditions;
use clerk_edge_rules::facts::{Facts, Known, Lookup, Truth};
use clerk_edge_rules::path_params::PathParams;
use clerk_edge_rules::reverification::{Level, Reverification};
use clerk_edge_rules::rule::{Requirement, Rule};
use clerk_edge_rules::rule_set::{Match, Rules};
use serde_json::{Value, json};

use crate::paths::read;
use Truth::{Fails, Holds, Unknown};
use clerk_edge_testing::dice::Dice;

/// A visitor made up for a test.
struct Visitor {
    roles: Known<Vec<String>>,
    org: Option<(&'static str, &'static str)>,
    claims: Value,
    /// Whether everything has been looked up.
    asked: bool,
}

impl Default for Visitor {
    fn default() -> Self {
        Self { roles: Known::No, org: None, claims: json!({}), asked: true }
    }
}

impl Facts for Visitor {
    fn roles(&self) -> Known<&[String]> {
        match &self.roles {
            Known::Yes(roles) => Known::Yes(roles),
            Known::No => Known::No,
            Known::NotInToken => Known::NotInToken,
        }
    }
    fn permission(&self, name: &str) -> Truth {
        (name == "org:billing:manage" && self.org.is_some()).into()
    }
    fn feature(&self, name: &str) -> Truth {
        (name == "chat").into()
    }
    fn plan(&self, name: &str) -> Truth {
        (name == "pro").into()
    }
    fn organization(&self, wanted: Option<&[u8]>) -> Truth {
        let Some((id, slug)) = self.org else { return Fails };
        wanted
            .is_none_or(|wanted| {
                let name = if wanted.starts_with(b"org_") { id } else { slug };
                name.as_bytes() == wanted
            })
            .into()
    }
    fn claim(&self, path: &ClaimPath, wanted: &ClaimWanted) -> Truth {
        match path.read(&self.claims) {
            Some(value) => wanted.admits(value).into(),
            None if self.asked => Fails,
            None => Unknown,
        }
    }
    fn reverified(&self, wanted: &Reverification) -> Truth {
        (wanted.after_minutes > 30.0 && wanted.level != Level::MultiFactor).into()
    }
    fn lookup(&self) -> Lookup {
        if self.asked { Lookup::Done } else { Lookup::NotTried }
    }
    fn lacks_a_header(&self) -> bool {
        false
    }
}

fn role(name: &str) -> Visitor {
    Visitor { roles: Known::Yes(vec![name.to_owned()]), ..Visitor::default() }
}

fn one_rule(path: &str, allow: &str) -> Rules {
    read(&format!(r#"[{{ "path": "{path}", "allow": {allow} }}]"#), false)
}

fn condition(rules: &Rules) -> &Condition {
    match rules.iter().next().map(Rule::requirement) {
        Some(Requirement::Condition(condition)) => condition,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn says(visitor: &Visitor, cases: &[(&str, Truth)]) {
    for (allow, truth) in cases {
        let rules = one_rule("/a", allow);
        assert_eq!(evaluate(condition(&rules), visitor, &PathParams::none()), *truth, "{allow}");
    }
}

#[test]
fn roles_and_what_an_organization_grants() {
    says(
        &role("admin"),
        &[
            (r#"{ "role": "admin" }"#, Holds),
            (r#"{ "role": ["editor", "admin"] }"#, Holds),
            (r#"{ "role": "Admin" }"#, Fails),
            (r#"{ "role": "admin", "permission": "org:billing:manage" }"#, Fails),
            (r#"{ "feature": "chat", "plan": ["free", "pro"] }"#, Holds),
            (r#"{ "feature": ["calls"] }"#, Fails),
            (r#"{ "reverified": "lax" }"#, Holds),
            (r#"{ "reverified": "strict" }"#, Fails),
            (r#"{ "reverified": { "level": "multi_factor", "after_minutes": 90 } }"#, Fails),
        ],
    );
    let several = Visitor { roles: Known::Yes(vec!["a".into(), "b".into()]), ..Visitor::default() };
    says(&several, &[(r#"{ "role": "b" }"#, Holds), (r#"{ "role": "c" }"#, Fails)]);
    says(&several, &[(r#"{ "all": [{ "role": "a" }, { "role": "b" }] }"#, Holds)]);
}

#[test]
fn an_absent_role_is_absent_once_that_is_known() {
    let not_admin = r#"{ "not": { "role": "admin" } }"#;
    let unknown = Visitor { roles: Known::NotInToken, ..Visitor::default() };
    says(&Visitor::default(), &[(not_admin, Holds), (r#"{ "role": "admin" }"#, Fails)]);
    says(&unknown, &[(not_admin, Unknown), (r#"{ "role": "admin" }"#, Unknown)]);
    says(&role("admin"), &[(not_admin, Fails)]);
}

#[test]
fn unknown_is_said_only_where_the_outcome_hangs_on_it() {
    let unknown = Visitor { roles: Known::NotInToken, asked: false, ..Visitor::default() };
    says(
        &unknown,
        &[
            (r#"{ "role": "a", "feature": "calls" }"#, Fails),
            (r#"{ "any": [{ "role": "a" }, { "feature": "chat" }] }"#, Holds),
            (r#"{ "any": [{ "role": "a" }, { "feature": "calls" }] }"#, Unknown),
            (r#"{ "all": [{ "role": "a" }, { "feature": "chat" }] }"#, Unknown),
            (r#"{ "not": { "any": [{ "role": "a" }, { "feature": "chat" }] } }"#, Fails),
            (r#"{ "claim": { "a": 1 }, "plan": "free" }"#, Fails),
            (r#"{ "claim": { "a": 1 } }"#, Unknown),
        ],
    );
}

#[test]
fn organizations_by_id_slug_and_name_of_the_path() {
    let member = Visitor { org: Some(("org_1", "acme")), ..Visitor::default() };
    says(
        &member,
        &[
            (r#"{ "org": true }"#, Holds),
            (r#"{ "org": "acme" }"#, Holds),
            (r#"{ "org": "org_1" }"#, Holds),
            (r#"{ "org": "org_2" }"#, Fails),
            (r#"{ "org": "beta" }"#, Fails),
            (r#"{ "permission": "org:billing:manage" }"#, Holds),
        ],
    );
    says(&Visitor::default(), &[(r#"{ "org": true }"#, Fails), (r#"{ "org": "acme" }"#, Fails)]);
    let posing = Visitor { org: Some(("org_2", "org_1")), ..Visitor::default() };
    says(&posing, &[(r#"{ "org": "org_1" }"#, Fails)]);

    let rules = one_rule("/o/:slug/*", r#"{ "org": ":slug" }"#);
    let on = |raw: &str| {
        let path = RequestPath::parse(raw);
        let Ok(Match { rule, params: names }) = path.as_ref().map_or_else(
            |_| Err(clerk_edge_rules::rule_set::Ambiguous),
            |path| rules.find("", "GET", path),
        ) else {
            panic!("{raw}")
        };
        assert_eq!(rule.index(), Some(0), "{raw}");
        evaluate(condition(&rules), &member, &names)
    };
    assert_eq!(on("/o/acme/x"), Holds);
    assert_eq!(on("/o/%61cme"), Holds);
    assert_eq!(on("/o/org_1"), Holds);
    assert_eq!(on("/o/Acme/x"), Fails);
    assert_eq!(on("/o/beta/acme"), Fails);
}

#[test]
fn claims_are_compared_as_json() {
    let claims =
        json!({ "n": 5, "t": "5", "b": true, "l": ["x", 7], "o": { "p": "q" }, "z": null });
    let visitor = Visitor { claims, ..Visitor::default() };
    says(
        &visitor,
        &[
            (r#"{ "claim": { "n": 5 } }"#, Holds),
            (r#"{ "claim": { "n": 5.0 } }"#, Holds),
            (r#"{ "claim": { "n": "5" } }"#, Fails),
            (r#"{ "claim": { "t": 5 } }"#, Fails),
            (r#"{ "claim": { "b": true } }"#, Holds),
            (r#"{ "claim": { "b": "true" } }"#, Fails),
            (r#"{ "claim": { "l": "x" } }"#, Holds),
            (r#"{ "claim": { "l": ["y", 7] } }"#, Holds),
            (r#"{ "claim": { "l": "y" } }"#, Fails),
            (r#"{ "claim": { "o.p": "q" } }"#, Holds),
            (r#"{ "claim": { "o.p": "q", "n": 6 } }"#, Fails),
            (r#"{ "claim": { "o": { "exists": true } } }"#, Holds),
            (r#"{ "claim": { "z": { "exists": true } } }"#, Fails),
            (r#"{ "not": { "claim": { "gone": { "exists": true } } } }"#, Holds),
        ],
    );
}

#[test]
fn an_explanation_goes_line_by_line() {
    let rules = one_rule("/a", r#"{ "any": [{ "role": "a" }, { "not": { "plan": "pro" } }] }"#);
    let rule = rules.iter().next().unwrap();
    let matched = Match { rule, params: PathParams::none() };
    let lines = conditions(&matched, Caller::Known(&role("a")));
    let shown: Vec<_> = lines.iter().map(|l| (l.depth, l.text.as_str(), l.truth)).collect();
    assert_eq!(
        shown,
        [
            (0, "any", Holds),
            (1, r#"{ role = "a" }"#, Holds),
            (1, "not", Fails),
            (2, r#"{ plan = "pro" }"#, Holds),
        ]
    );
}

/// Unknown means exactly that looking up could decide either way: whoever is looked up after an
/// answer that was not Unknown gets the same answer.
#[test]
fn what_is_said_before_a_look_up_is_said_after_it() {
    let mut dice = Dice::new(11);
    let mut settled = 0_u32;
    for _ in 0..3_000 {
        let text = random(&mut dice, 3);
        let rules = one_rule("/a", &text);
        let before = Visitor { roles: Known::NotInToken, asked: false, ..Visitor::default() };
        let said = evaluate(condition(&rules), &before, &PathParams::none());
        let mut after = Vec::new();
        for make in [Visitor::default, || role("a"), || role("b")] {
            for claims in [json!({}), json!({ "x": 1 }), json!({ "x": 2 })] {
                let visitor = Visitor { claims, ..make() };
                after.push(evaluate(condition(&rules), &visitor, &PathParams::none()));
            }
        }
        assert!(!after.contains(&Unknown), "{text}");
        if said != Unknown {
            settled = settled.saturating_add(1);
            assert!(after.iter().all(|truth| *truth == said), "{text}: {said:?}, then {after:?}");
        }
    }
    assert!((500..2_900).contains(&settled), "{settled}");
}

#[test]
fn a_preset_is_shown_by_its_name() {
    let shown = |allow: &str| condition(&one_rule("/a", allow)).to_string();
    for name in ["strict_mfa", "strict", "moderate", "lax"] {
        let preset = format!(r#"{{"reverified":"{name}"}}"#);
        assert_eq!(shown(&preset), preset);
    }
    let spelt = |level: &str, minutes: &str| {
        format!(r#"{{"reverified":{{"level":"{level}","after_minutes":{minutes}}}}}"#)
    };
    assert_eq!(shown(&spelt("second_factor", "60")), r#"{"reverified":"moderate"}"#);
    for (level, minutes) in [("second_factor", "61"), ("first_factor", "60")] {
        assert_eq!(shown(&spelt(level, minutes)), spelt(level, minutes));
    }
}

/// A condition in JSON, so deep at most.
pub(crate) fn random(dice: &mut Dice, depth: usize) -> String {
    const SINGLE: [&str; 11] = [
        r#"{"role":"a"}"#,
        r#"{"role":["a","b"]}"#,
        r#"{"permission":"org:billing:manage"}"#,
        r#"{"feature":"chat"}"#,
        r#"{"plan":["free","team"]}"#,
        r#"{"org":true}"#,
        r#"{"org":"acme"}"#,
        r#"{"claim":{"x":1}}"#,
        r#"{"claim":{"x":{"exists":true}}}"#,
        r#"{"reverified":"strict_mfa"}"#,
        r#"{"reverified":{"level":"first_factor","after_minutes":2.5}}"#,
    ];
    if depth == 0 || dice.one_in(3) {
        return (*dice.pick(&SINGLE)).to_owned();
    }
    let below = depth.saturating_sub(1);
    match dice.below(3) {
        0 => format!(r#"{{"not":{}}}"#, random(dice, below)),
        kind => {
            let key = if kind == 1 { "all" } else { "any" };
            let parts: Vec<String> = (0..=dice.below(3)).map(|_| random(dice, below)).collect();
            format!(r#"{{"{key}":[{}]}}"#, parts.join(","))
        }
    }
}
