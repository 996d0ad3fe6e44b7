//! A short test that finds most rule sets free of ties and redirect circles.
//!
//! What passes has no such problem, and the search of [`crate::check`] and
//! [`crate::redirect_circles`] need not run. What does not pass may be right or wrong: the search
//! finds out, and names the problems. The search is long code, and a fresh isolate reads its rules
//! while a visitor waits.

use crate::check::Examples;
use crate::condition::Condition;
use crate::redirect_circles::hosts;
use crate::rule::{Otherwise, RedirectByRole, Requirement, Rule, SignedOut};
use crate::rule_set::{Match, Rules};
use crate::target::Target;
use clerk_edge_http::path::RequestPath;

/// A caller who arrives at a page, as far as the test tells callers apart.
#[derive(Clone, Copy)]
enum Arriving<'a> {
    SignedOut,
    SignedIn,
    WithRole(&'a str),
}

/// Whether the short test finds the rules right.
pub(super) fn pass(rules: &Rules, sign_in: Option<&str>) -> bool {
    // An upstream that ignores case makes more rules tie than the tree shows.
    rules.folded.is_none() && has_no_ties(rules) && {
        let examples = Examples::of(rules);
        rules.list.iter().all(|rule| examples.reach(rule))
            && redirects_arrive(rules, sign_in, &examples)
    }
}

/// Whether no two rules tie, and none leaves methods to a looser rule. Exact: it is `false` where
/// there is such a problem, and only there.
fn has_no_ties(rules: &Rules) -> bool {
    rules.places().all(|places| places.iter().all(|place| has_no_tie(rules, *place, places)))
}

/// Whether a rule ties with none of its place and leaves no method to a looser rule.
fn has_no_tie(rules: &Rules, own: usize, places: &[usize]) -> bool {
    let Some(rule) = rules.list.get(own) else { return true };
    let mut rest_is_covered = rule.methods.is_empty();
    for place in places.iter().filter(|place| **place != own) {
        let Some(other) = rules.list.get(*place).filter(|other| other.host == rule.host) else {
            continue;
        };
        let both_take_all = rule.methods.is_empty() && other.methods.is_empty();
        if both_take_all || rule.methods.iter().any(|method| other.methods.contains(method)) {
            return false;
        }
        rest_is_covered |= other.methods.is_empty();
    }
    rest_is_covered
}

/// Whether every redirect leads to a page that lets in whomever it sends, and the sign-in page of
/// this site is open.
fn redirects_arrive(rules: &Rules, sign_in: Option<&str>, examples: &Examples<'_>) -> bool {
    let hosts = hosts(rules);
    let sign_in = sign_in.map(|address| address.split(['?', '#']).next().unwrap_or_default());
    let sign_in_is_open =
        |host: &str| sign_in.is_none_or(|path| lets_in(rules, host, path, Arriving::SignedOut));
    hosts.iter().all(|host| sign_in_is_open(host))
        && rules.list.iter().filter(|rule| may_redirect(rule)).all(|rule| {
            let own = rule.host.as_deref();
            let mut asked = hosts.iter().filter(|host| own.is_none_or(|own| own == **host));
            asked.all(|host| rule_arrives(rules, rule, host, examples))
        })
}

fn may_redirect(rule: &Rule) -> bool {
    rule.send.is_some()
        || matches!(rule.signed_out, SignedOut::Redirect(_))
        || matches!(rule.otherwise, Otherwise::Redirect(_))
}

/// Whether each redirect of a rule arrives, from an example of its path.
fn rule_arrives(rules: &Rules, rule: &Rule, host: &str, examples: &Examples<'_>) -> bool {
    // None on a host, or for a method, with a rule of its own.
    let Some(path) = examples.under(rule, host, "GET") else { return true };
    let Ok(path) = RequestPath::parse(&path) else { return false };
    let Ok(from) = rules.find(host, "GET", &path) else { return false };
    let arrives = |target: &Target, who: Arriving<'_>| {
        target.path(&from.params).is_none_or(|path| lets_in(rules, host, &path, who))
    };
    (match &rule.signed_out {
        SignedOut::Redirect(target) => arrives(target, Arriving::SignedOut),
        SignedOut::SignIn | SignedOut::Status(_) => true,
    }) && (match &rule.otherwise {
        Otherwise::Redirect(target) => arrives(target, Arriving::SignedIn),
        Otherwise::Status(_) => true,
    }) && rule.send.as_ref().is_none_or(|send| sent_arrive(send, &arrives))
}

fn sent_arrive(send: &RedirectByRole, arrives: &dyn Fn(&Target, Arriving<'_>) -> bool) -> bool {
    send.by_role().all(|(role, target)| arrives(target, Arriving::WithRole(role)))
        && send.rest().is_none_or(|target| arrives(target, Arriving::SignedIn))
}

/// Whether the rule of a page lets every such caller in, whatever else is true of them.
fn lets_in(rules: &Rules, host: &str, path: &str, who: Arriving<'_>) -> bool {
    let Ok(path) = RequestPath::parse(path) else { return false };
    let Ok(Match { rule, .. }) = rules.find(host, "GET", &path) else { return false };
    match (&rule.requirement, who) {
        (Requirement::Anyone, _) | (Requirement::Optional, Arriving::SignedOut) => true,
        // It may send them on.
        _ if rule.send.is_some() => false,
        (Requirement::Optional, _) => true,
        (Requirement::SignedIn, who) => !matches!(who, Arriving::SignedOut),
        (Requirement::Condition(Condition::Role(wanted)), Arriving::WithRole(role)) => {
            wanted.iter().any(|wanted| wanted == role)
        }
        (Requirement::Condition(_), _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule_set::Context;
    use crate::{check, redirect_circles};

    /// Drawn rule sets: few paths, hosts, methods and targets, so that they meet.
    struct Draw(u64);

    impl Draw {
        fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            of[usize::try_from(self.0 >> 33).unwrap() % of.len()]
        }

        fn rule(&mut self) -> String {
            let paths = ["/", "/*", "/a", "/a/*", "/:x", "/a/:x", "/a/:x/*", "/b", "/b/*", "/b/.c"];
            let mut rule = format!("\"path\": {:?}", self.one(&paths));
            let mut add = |field: &str, values: &[&str]| {
                let value = self.one(values);
                if !value.is_empty() {
                    rule.push_str(&format!(", \"{field}\": {value}"));
                }
            };
            let often = |value| ["", "", "", "", "", value];
            add("host", &often("\"one.example\""));
            add(
                "methods",
                &["", "", "", "", "", "", "[\"GET\"]", "[\"POST\"]", "[\"GET\", \"PUT\"]"],
            );
            let allow = ["\"anyone\"", "\"anyone\"", "\"optional\"", "", "{\"role\":\"x\"}"];
            add(
                "allow",
                &[&allow[..], &["{\"role\":[\"x\",\"y\"]}", "{\"permission\":\"p\"}"]].concat(),
            );
            let target =
                ["\"/\"", "\"/a\"", "\"/b\"", "\"/b/.c\"", "\"/a/b\"", "\"https://x.example/\""];
            add("signed_out", &[&["", "", "", "404"][..], &target].concat());
            add("otherwise", &[&["", "", "", "404"][..], &target].concat());
            if self.one(&["", "", "", "send"]) == "send" {
                let (role, rest) = (self.one(&target), self.one(&target));
                rule.push_str(&format!(", \"send\": {{\"x\": {role}, \"*\": {rest}}}"));
            }
            format!("{{{rule}}}")
        }

        fn rules(&mut self) -> (Option<Rules>, Option<&'static str>) {
            let count: usize = self.one(&["1", "2", "3", "4", "5"]).parse().unwrap();
            let list: Vec<String> = (0..count).map(|_| self.rule()).collect();
            let assets = self.one(&["", "assets"]) == "assets";
            let context = Context { assets, ..Context::default() };
            let sign_in = Some(self.one(&["", "", "/a", "/b?x=1"])).filter(|it| !it.is_empty());
            let text = format!("[{}]", list.join(", "));
            (crate::read::rules(&text, &context).ok().map(|it| Rules::of(it, &context)), sign_in)
        }
    }

    #[test]
    fn what_passes_is_right_and_ties_are_told_exactly() {
        let mut draw = Draw(17);
        let (mut right, mut passed, mut tied) = (0, 0, 0);
        for _ in 0..6_000 {
            let (Some(rules), sign_in) = draw.rules() else { continue };
            let places = check::ties_and_gaps(&rules);
            assert_eq!(has_no_ties(&rules), places.is_empty(), "{rules}");
            tied += usize::from(!places.is_empty());
            let mut found = check::problems(&rules);
            if found.is_empty() {
                found = redirect_circles::problems(&rules, sign_in);
            }
            let passes = pass(&rules, sign_in);
            assert!(found.is_empty() || !passes, "{rules}\n{sign_in:?}\n{found:?}");
            right += usize::from(found.is_empty());
            passed += usize::from(passes);
        }
        // It would be no help if it passed little of what is right.
        assert!(tied > 300 && right > 300 && passed * 2 > right, "{passed} of {right}");
    }

    #[test]
    fn rules_of_an_ordinary_site_pass() {
        let text = r#"[{ "path": "/", "allow": "anyone" },
            { "path": "/welcome", "send": { "admin": "/admin", "*": "/" } },
            { "path": "/admin/*", "allow": { "role": "admin" }, "otherwise": "/" },
            { "path": "/api/*", "methods": ["GET"] }, { "path": "/api/*", "allow": "anyone" },
            { "path": "/teams/:team/*", "allow": { "org": ":team" }, "otherwise": "/join/:team" },
            { "path": "/join/:team", "allow": "optional", "host": "one.example" }]"#;
        let context = Context::default();
        let list = crate::read::rules(text, &context).unwrap_or_default();
        assert_eq!(list.len(), 7);
        assert!(pass(&Rules::of(list, &context), Some("/")));
        assert!(!pass(&Rules::of(Vec::new(), &context), Some("/sign-in")));
    }
}
