//! The rules that cover a path too, but less closely than the one that counts.

use clerk_edge_http::path::RequestPath;
use clerk_edge_http::percent::push_segment;
use clerk_edge_rules::rule::Rule;
use clerk_edge_rules::rule_set::Rules;

use crate::world::request::Asked;

/// The paths of these rules, the closest first, as far as they fit host and method.
#[must_use]
pub fn of(rules: &Rules, rule: &Rule, path: &RequestPath, asked: &Asked) -> Vec<String> {
    let readings: Vec<Vec<&[u8]>> = path.readings().collect();
    let Some(segments) = readings.first() else { return Vec::new() };
    let covers = |other: &&Rule| {
        other.index() != rule.index()
            && other.host().is_none_or(|host| host.eq_ignore_ascii_case(&asked.host))
            && (other.methods().is_empty() || other.methods().contains(&asked.method))
            && rules.covers(other, segments)
    };
    let mut others: Vec<&Rule> = rules.iter().filter(covers).collect();
    others.sort_by_key(|other| std::cmp::Reverse(other.path_segments().count()));
    let mut texts: Vec<String> = others.iter().map(|other| other.path_text().to_owned()).collect();
    texts.dedup();
    texts
}

/// Decoded segments as a path.
#[must_use]
pub fn path_of(segments: &[&[u8]]) -> String {
    let mut path = String::new();
    for segment in segments {
        path.push('/');
        push_segment(segment, &mut path);
    }
    if path.is_empty() { "/".to_owned() } else { path }
}
