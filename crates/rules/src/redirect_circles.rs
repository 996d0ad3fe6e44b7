//! Redirects that lead nowhere, found when the rules are read.
//!
//! Two problems: a redirect loop for some visitor, and a redirect to a page that none of its
//! visitors may open. Each is reported with the path of redirects. A target that only some visitors
//! may open is no problem.

use crate::path_params::PathParams;
use std::collections::BTreeSet;

use crate::check::Examples;
use crate::problem::Problem;
use crate::problem_place::{Place, Problems};
use crate::redirect_walk::{AssumedCaller, RedirectPath, Walk, WalkEnd};
use crate::rule::{Otherwise, Rule, SignedOut};
use crate::rule_set::Rules;
use crate::target::Target;

/// Every such problem; `sign_in` is the path of the sign-in page where it is on this site.
pub(super) fn problems(rules: &Rules, sign_in: Option<&str>) -> Vec<Problem> {
    let mut problems = Problems::default();
    let hosts = hosts(rules);
    if let Some(sign_in) = sign_in {
        closed_sign_in(rules, &hosts, sign_in, &mut problems);
    }
    let examples = Examples::of(rules);
    for rule in rules.list.iter().filter(|rule| redirects(rule)) {
        let own = rule.host.as_deref();
        for host in hosts.iter().filter(|host| own.is_none_or(|own| own == **host)) {
            // None on a host, or for a method, with a rule of its own.
            if let Some(path) = examples.under(rule, host, "GET") {
                from_rule(rules, rule, host, &path, &mut problems);
            }
        }
    }
    problems.list
}

/// Every host that a rule names, and the empty name for all others; each once.
pub(super) fn hosts(rules: &Rules) -> Vec<&str> {
    let mut hosts = vec![""];
    for host in rules.list.iter().filter_map(|rule| rule.host.as_deref()) {
        if let Err(place) = hosts.binary_search(&host) {
            hosts.insert(place, host);
        }
    }
    hosts
}

/// The sign-in page must be open to those who have yet to sign in.
fn closed_sign_in(rules: &Rules, hosts: &[&str], sign_in: &str, problems: &mut Problems) {
    let path = sign_in.split(['?', '#']).next().unwrap_or_default();
    for host in hosts {
        let (ways, _) = Walk::new(rules, host, &AssumedCaller::SignedOut).from(path, path);
        let closed = ways.iter().find(|way| way.end != WalkEnd::Arrived);
        if let Some(way) = closed {
            let trail = way.trail.join(" → ").replace(" (sign-in)", &format!(" → {path}"));
            let message = format!(
                "the sign-in page is closed to those who are not signed in: {trail}; add \
                 {{ path = \"{path}/*\", allow = \"anyone\" }}"
            );
            return problems.tell(&Place::ROUTES, message);
        }
    }
}

/// Whether a page under the rule can lead to another page of this site.
fn redirects(rule: &Rule) -> bool {
    let stays = |target: &Target| target.path(&PathParams::none()).is_some();
    let signed_out = matches!(&rule.signed_out, SignedOut::Redirect(target) if stays(target));
    let otherwise = matches!(&rule.otherwise, Otherwise::Redirect(target) if stays(target));
    let send = rule
        .send
        .as_ref()
        .is_some_and(|send| send.by_role().map(|(_, target)| target).chain(send.rest()).any(stays));
    signed_out || otherwise || send
}

/// Walks with each kind of visitor that the rules on the way can tell apart.
fn from_rule(rules: &Rules, rule: &Rule, host: &str, path: &str, problems: &mut Problems) {
    let mut visitors = vec![AssumedCaller::SignedOut, AssumedCaller::NoRole];
    let mut reported: BTreeSet<String> = BTreeSet::new();
    let mut next = 0_usize;
    while let Some(visitor) = visitors.get(next).cloned() {
        let (ways, named) = Walk::new(rules, host, &visitor).from(path, rule.path_text());
        for (field, message) in faults(&ways, &visitor) {
            if reported.insert(field.clone()) {
                let place = Place::ROUTES.index(rule.index.unwrap_or_default());
                let problem = Problem::new(format!("{place}.{field}"), message);
                if !problems.list.contains(&problem) {
                    problems.list.push(problem);
                }
            }
        }
        for role in named.into_iter().map(AssumedCaller::Role) {
            if !visitors.contains(&role) {
                visitors.push(role);
            }
        }
        next = next.saturating_add(1);
    }
}

/// What is wrong with the ways of one visitor, by the field that each began with.
fn faults(ways: &[RedirectPath], visitor: &AssumedCaller) -> Vec<(String, String)> {
    let mut fields = BTreeSet::new();
    fields.extend(ways.iter().filter_map(|way| way.field.as_ref()));
    let fault = |field: &String| {
        let own = || ways.iter().filter(|way| way.field.as_ref() == Some(field));
        let circle = own().find(|way| way.end == WalkEnd::Circle);
        let closed = own().next().filter(|_| own().all(|way| way.end == WalkEnd::Refused));
        let (way, what) = match (circle, closed) {
            (Some(way), _) => (way, "is redirected in a loop"),
            (None, Some(way)) => (way, "may not open the page that it is redirected to"),
            (None, None) => return None,
        };
        Some((field.clone(), format!("{} {what}: {}", who(visitor), way.trail.join(" → "))))
    };
    fields.into_iter().filter_map(fault).collect()
}

fn who(visitor: &AssumedCaller) -> String {
    match visitor {
        AssumedCaller::SignedOut => "a visitor who is not signed in".to_owned(),
        AssumedCaller::NoRole => "a signed-in visitor without a role".to_owned(),
        AssumedCaller::Role(role) => format!("a signed-in visitor with the role {role:?}"),
    }
}
