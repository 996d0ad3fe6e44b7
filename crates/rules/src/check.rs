//! Problems between rules: two that tie, methods that no rule covers, a rule that no request
//! reaches.

use std::collections::BTreeMap;

use crate::pattern::Segment;
use crate::problem::Problem;
use crate::problem_place::{Place, Problems};
use crate::rule::Rule;
use crate::rule_set::Rules;
use clerk_edge_http::path::RequestPath;

/// Every such problem.
pub(super) fn problems(rules: &Rules) -> Vec<Problem> {
    let mut problems = ties_and_gaps(rules);
    if problems.is_empty() {
        unreachable(rules, &mut problems);
    }
    in_order(problems)
}

/// Rules that tie, methods without a rule, and paths that an upstream may read in more ways.
pub(super) fn ties_and_gaps(rules: &Rules) -> Vec<Problem> {
    let mut problems = Problems::default();
    let mut groups: BTreeMap<_, Vec<&Rule>> = BTreeMap::new();
    for rule in &rules.list {
        let shape = shape(rule, rules.folded.is_some());
        groups.entry((shape, rule.host.as_deref())).or_default().push(rule);
    }
    if rules.folded.is_some() {
        beyond_ascii(rules, &mut problems);
    }
    for group in groups.values() {
        ties(group, &mut problems);
        uncovered_methods(group, &mut problems);
    }
    problems.list
}

/// By rule, and as they were found within each. Few, so by hand: the library's algorithm is 5 kB.
fn in_order(found: Vec<Problem>) -> Vec<Problem> {
    let mut list: Vec<Problem> = Vec::with_capacity(found.len());
    for problem in found {
        let index = index_in(&problem.place);
        let place = list.partition_point(|before| index_in(&before.place) <= index);
        list.insert(place, problem);
    }
    list
}

/// What examples of a rule set's paths are made with.
pub(super) struct Examples<'r> {
    rules: &'r Rules,
    /// A beginning of captured values that no rule writes out.
    fresh: String,
    /// Deeper than any rule goes.
    depth: usize,
}

impl<'r> Examples<'r> {
    /// Looks through the rules once.
    pub(super) fn of(rules: &'r Rules) -> Self {
        let segments = || rules.list.iter().flat_map(|rule| rule.pattern.segments());
        let starts = |segment: &Segment, fresh: &str| match segment {
            Segment::Literal(bytes) => bytes.starts_with(fresh.as_bytes()),
            Segment::Name(_) => false,
        };
        let mut fresh = "~".to_owned();
        while segments().any(|segment| starts(segment, &fresh)) {
            fresh.push('~');
        }
        let depth = rules.list.iter().map(|rule| rule.pattern.segments().len()).max();
        Self { rules, fresh, depth: depth.unwrap_or_default().saturating_add(1) }
    }

    /// Whether a request can fall under a rule.
    pub(super) fn reach(&self, rule: &Rule) -> bool {
        let host = rule.host.as_deref().unwrap_or("");
        let method = rule.methods.first().map_or(OTHER_METHOD, String::as_str);
        self.under(rule, host, method).is_some()
    }

    /// A path that falls under a rule, on this host and with this method, if there is one: below
    /// a `/*` either the first step, or the path itself, or a step beyond all other rules does.
    pub(super) fn under(&self, rule: &Rule, host: &str, method: &str) -> Option<String> {
        let below = if rule.pattern.has_rest() { self.depth } else { 0 };
        // One segment below first, then the path itself, then deeper ones.
        let first = below.min(1);
        for more in std::iter::once(first).chain((0..=below).filter(|more| *more != first)) {
            let example = rule.pattern.example(&self.fresh, more);
            let path = RequestPath::parse(&example).ok();
            let found = path.as_ref().and_then(|path| self.rules.find(host, method, path).ok());
            if found.is_some_and(|found| found.rule.index == rule.index) {
                return Some(example);
            }
        }
        None
    }
}

/// The path without its names: rules of one shape match the same paths.
fn shape(rule: &Rule, folded: bool) -> (Vec<Option<Vec<u8>>>, bool) {
    let segments = rule.pattern.segments().iter().map(|segment| match segment {
        Segment::Literal(bytes) if folded => Some(bytes.to_ascii_lowercase()),
        Segment::Literal(bytes) => Some(bytes.clone()),
        Segment::Name(_) => None,
    });
    (segments.collect(), rule.pattern.has_rest())
}

/// Which letters beyond ASCII are one for an upstream that ignores case, each decides for itself.
fn beyond_ascii(rules: &Rules, problems: &mut Problems) {
    for rule in &rules.list {
        let is_plain = |segment: &Segment| match segment {
            Segment::Literal(bytes) => bytes.is_ascii(),
            Segment::Name(_) => true,
        };
        if !rule.pattern.segments().iter().all(is_plain) {
            let message = "with PATH_CASE = \"insensitive\" a path is written in plain letters: \
                           what else an upstream takes for the same is not known";
            problems.tell(&Place::ROUTES.index(number(rule)).key("path"), message);
        }
    }
}

fn ties(group: &[&Rule], problems: &mut Problems) {
    for (at, rule) in group.iter().enumerate() {
        for earlier in group.iter().take(at) {
            let (index, first) = (number(rule), number(earlier));
            let place = &Place::ROUTES.index(index);
            let shared = rule.methods.iter().find(|method| earlier.methods.contains(method));
            if rule.methods.is_empty() && earlier.methods.is_empty() {
                let message = format!("it matches exactly what ROUTES[{first}] matches");
                problems.tell(&place.key("path"), message);
            } else if let Some(method) = shared {
                let message = format!("ROUTES[{first}] has the same path for `{method}`");
                problems.tell(&place.key("methods"), message);
            }
        }
    }
}

fn uncovered_methods(group: &[&Rule], problems: &mut Problems) {
    if group.iter().any(|rule| rule.methods.is_empty()) {
        return;
    }
    for rule in group {
        let place = &Place::ROUTES.index(number(rule));
        let of_host = if rule.host.is_some() { " and host" } else { "" };
        let message = format!(
            "all other methods fall through to a looser rule: add a rule with the same \
             path{of_host} and without `methods`"
        );
        problems.tell(&place.key("methods"), message);
    }
}

/// A rule is reachable if an example of its path falls under it.
fn unreachable(rules: &Rules, found: &mut Vec<Problem>) {
    let mut problems = Problems::default();
    let examples = Examples::of(rules);
    for rule in &rules.list {
        if !examples.reach(rule) {
            let message = "no request can fall under it: all its paths fall under narrower rules, \
                           or can be read in several ways and are refused";
            problems.tell(&Place::ROUTES.index(number(rule)).key("path"), message);
        }
    }
    found.append(&mut problems.list);
}

fn number(rule: &Rule) -> usize {
    rule.index.unwrap_or_default()
}

/// The number in `ROUTES[3].path`, to bring problems into the order of the text.
fn index_in(place: &str) -> usize {
    let digits = place.split(['[', ']']).nth(1).unwrap_or_default();
    digits.parse().unwrap_or_default()
}

/// A method that no rule names, since rules write capitals and hyphens alone.
const OTHER_METHOD: &str = "~";
