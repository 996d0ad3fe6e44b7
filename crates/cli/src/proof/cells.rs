//! The cells of paths: all paths of one cell fall under the same rules of every given rule set.
//!
//! A walk from segment to segment over all rules at once. What tells the next segments apart is
//! which literals the rules that still fit have there; every other segment is like any other. Two
//! beginnings with the same rules ahead and behind lead to the same cells, so the second is left
//! out.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use clerk_edge_http::percent::push_segment;
use clerk_edge_rules::condition::{Condition, OrgWanted};
use clerk_edge_rules::rule::{Requirement, Rule};
use clerk_edge_rules::rule_set::Rules;
use clerk_edge_rules::shape::PathSegment;

use crate::proof::{CELLS_MAX, Undecided};

/// One cell of paths, with the hosts and methods that its rules tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// A path of the cell.
    pub path: String,
    /// Hosts, the first of which stands for every host that is not named.
    pub hosts: Vec<String>,
    /// Methods, the first of which stands for every method that is not named.
    pub methods: Vec<String>,
}

/// A rule of one of the sets.
struct Entry<'r> {
    id: usize,
    rule: &'r Rule,
    segments: Vec<PathSegment<'r>>,
}

/// A beginning of a path: how many segments it has, and which rules lie ahead and behind.
type Beginning = (usize, Vec<usize>, Vec<usize>, Vec<Vec<u8>>);

struct Walk {
    fresh: String,
    /// Organizations that conditions name: a captured segment may be one of them.
    organizations: Vec<Vec<u8>>,
    seen: HashSet<Beginning>,
    cells: Vec<Cell>,
    /// What tells the cells apart that were found already.
    known: HashSet<(Vec<usize>, Vec<Vec<u8>>)>,
}

/// All cells of these rule sets.
///
/// # Errors
/// Where there are too many.
pub fn of(sets: &[&Rules], organizations: &BTreeSet<String>) -> Result<Vec<Cell>, Undecided> {
    let rules = sets.iter().flat_map(|rules| rules.iter()).enumerate();
    let entry = |(id, rule): (usize, _)| {
        let rule: &Rule = rule;
        Entry { id, rule, segments: rule.path_segments().collect() }
    };
    let entries: Vec<Entry<'_>> = rules.map(entry).collect();
    let mut named = organizations.clone();
    for condition in entries.iter().filter_map(|entry| condition(entry.rule)) {
        organizations_of(condition, &mut named);
    }
    let mut walk = Walk {
        fresh: fresh(&entries),
        organizations: named.into_iter().map(String::into_bytes).collect(),
        seen: HashSet::new(),
        cells: Vec::new(),
        known: HashSet::new(),
    };
    walk.step(&mut Vec::new(), entries.iter().collect(), &[])?;
    Ok(walk.cells)
}

impl Walk {
    fn step<'e>(
        &mut self,
        prefix: &mut Vec<Vec<u8>>,
        live: Vec<&'e Entry<'e>>,
        behind: &[&'e Entry<'e>],
    ) -> Result<(), Undecided> {
        let depth = prefix.len();
        let (ends, ahead): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) =
            live.into_iter().partition(|entry| entry.segments.len() == depth);
        let mut here = behind.to_vec();
        here.extend(&ends);
        let mut behind = behind.to_vec();
        behind.extend(ends.iter().filter(|entry| entry.rule.covers_below()));
        self.cell(prefix, &here)?;
        if ahead.is_empty() {
            // Whatever follows falls under the rules behind, and one path stands for all.
            prefix.push(self.fresh_at(depth));
            self.cell(prefix, &behind)?;
            prefix.pop();
            return Ok(());
        }
        let all = ahead.iter().chain(&behind).copied();
        let ids = |entries: &[&Entry<'_>]| entries.iter().map(|entry| entry.id).collect();
        if !self.seen.insert((depth, ids(&ahead), ids(&behind), captured(prefix, all))) {
            return Ok(());
        }
        for segment in self.next_segments(&ahead, prefix) {
            let fits = |entry: &&&Entry<'_>| match entry.segments.get(depth) {
                Some(PathSegment::Literal(bytes)) => *bytes == segment,
                Some(PathSegment::Param(_)) => true,
                None => false,
            };
            let live = ahead.iter().filter(fits).copied().collect();
            prefix.push(segment.clone());
            self.step(prefix, live, &behind)?;
            prefix.pop();
        }
        Ok(())
    }

    /// Every segment that some rule tells apart, one that none does, and, where a rule compares
    /// the captured segment with the caller's organization, what may be equal to it.
    fn next_segments(&self, ahead: &[&Entry<'_>], prefix: &[Vec<u8>]) -> BTreeSet<Vec<u8>> {
        let depth = prefix.len();
        let mut segments = BTreeSet::new();
        let mut compared = false;
        for entry in ahead {
            match entry.segments.get(depth) {
                Some(PathSegment::Literal(bytes)) => {
                    segments.insert(bytes.to_vec());
                }
                Some(PathSegment::Param(name)) => compared |= compares(entry.rule, name),
                None => {}
            }
        }
        let fresh = self.fresh_at(depth);
        if compared {
            segments.extend(self.organizations.iter().cloned());
            segments.extend(prefix.iter().cloned());
            segments.insert([b"org_", fresh.as_slice()].concat());
        }
        segments.insert(fresh);
        segments
    }

    /// A segment that no rule writes out, another one at each depth.
    fn fresh_at(&self, depth: usize) -> Vec<u8> {
        let number = if depth == 0 { String::new() } else { depth.saturating_add(1).to_string() };
        format!("{}{number}", self.fresh).into_bytes()
    }

    fn cell(&mut self, prefix: &[Vec<u8>], here: &[&Entry<'_>]) -> Result<(), Undecided> {
        let mut covering: Vec<usize> = here.iter().map(|entry| entry.id).collect();
        covering.sort_unstable();
        if !self.known.insert((covering, captured(prefix, here.iter().copied()))) {
            return Ok(());
        }
        if self.cells.len() >= CELLS_MAX {
            let why = format!("the rules tell more than {CELLS_MAX} kinds of paths apart");
            return Err(Undecided { why });
        }
        let hosts: BTreeSet<&str> = here.iter().filter_map(|entry| entry.rule.host()).collect();
        let methods = here.iter().flat_map(|entry| entry.rule.methods()).map(String::as_str);
        let mut path = String::new();
        for segment in prefix {
            path.push('/');
            push_segment(segment, &mut path);
        }
        if path.is_empty() {
            path.push('/');
        }
        self.cells.push(Cell {
            path,
            hosts: with_other(&hosts, &OTHER_HOSTS),
            methods: with_other(&methods.collect(), &OTHER_METHODS),
        });
        Ok(())
    }
}

/// The captured segments that conditions compare with an organization: they belong to what tells
/// two beginnings apart.
fn captured<'e>(prefix: &[Vec<u8>], entries: impl Iterator<Item = &'e Entry<'e>>) -> Vec<Vec<u8>> {
    let mut found: BTreeMap<usize, &[u8]> = BTreeMap::new();
    for entry in entries {
        for (depth, segment) in entry.segments.iter().enumerate() {
            let PathSegment::Param(name) = segment else { continue };
            if let Some(value) = prefix.get(depth).filter(|_| compares(entry.rule, name)) {
                found.insert(depth, value);
            }
        }
    }
    let written =
        found.iter().map(|(depth, value)| [depth.to_string().as_bytes(), b" ", value].concat());
    written.collect()
}

/// The first that is not named, then those that are.
fn with_other(named: &BTreeSet<&str>, others: &[&str]) -> Vec<String> {
    let is_free = |it: &&&str| !named.iter().any(|named| named.eq_ignore_ascii_case(it));
    let other = others.iter().find(is_free).copied().unwrap_or("~");
    std::iter::once(other).chain(named.iter().copied()).map(str::to_owned).collect()
}

/// A segment that no rule begins a literal with, so that none can tell it from others.
fn fresh(entries: &[Entry<'_>]) -> String {
    let mut fresh = "any".to_owned();
    let is_taken = |fresh: &str| {
        entries.iter().flat_map(|entry| &entry.segments).any(|segment| match segment {
            PathSegment::Literal(bytes) => {
                let bytes = bytes.strip_prefix(b"org_").unwrap_or(bytes);
                bytes.starts_with(fresh.as_bytes())
            }
            PathSegment::Param(_) => false,
        })
    };
    while is_taken(&fresh) {
        fresh.push('-');
    }
    fresh
}

fn condition(rule: &Rule) -> Option<&Condition> {
    match rule.requirement() {
        Requirement::Condition(condition) => Some(condition),
        _ => None,
    }
}

/// Whether the rule compares this captured segment with the caller's organization.
fn compares(rule: &Rule, name: &str) -> bool {
    condition(rule).is_some_and(|it| captures(it, name))
}

fn captures(condition: &Condition, name: &str) -> bool {
    match condition {
        Condition::Org(OrgWanted::Captured(own)) => own == name,
        other => other.parts().iter().any(|part| captures(part, name)),
    }
}

/// Adds the organizations that a condition names.
pub fn organizations_of(condition: &Condition, found: &mut BTreeSet<String>) {
    if let Condition::Org(OrgWanted::Named(name)) = condition {
        found.insert(name.clone());
    }
    condition.parts().iter().for_each(|part| organizations_of(part, found));
}

const OTHER_HOSTS: [&str; 3] = ["example.com", "other.example", "third.example"];
const OTHER_METHODS: [&str; 9] =
    ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "REPORT", "SEARCH"];
