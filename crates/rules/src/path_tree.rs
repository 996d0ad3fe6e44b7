//! Finds the rule of a path: a tree over segments, so that the most specific rule wins and a
//! thousand rules cost what ten do.
//!
//! At each segment the literal is tried first, then `:name`, then the `/*` that stands here. A node
//! is entered at most once for a path, because only one path leads to it; so the rules bound the
//! work, whatever the request's path.

use crate::path_params::is_capturable;
use crate::pattern::Segment;
use crate::rule::Rule;
use clerk_edge_http::host::without_port;

/// The rules' paths, by segment. It holds places in the list that it was made of.
#[derive(Clone, Debug, Default)]
pub(super) struct PathTree {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Sorted by their bytes.
    literals: Vec<(Vec<u8>, usize)>,
    name: Option<usize>,
    here: Vec<usize>,
    below: Vec<usize>,
}

/// What besides the path narrows a rule, as a request gives it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostAndMethod<'a> {
    host: &'a str,
    method: &'a str,
}

impl<'a> HostAndMethod<'a> {
    /// The host without port and final dot; `HEAD` counts as `GET`.
    pub(crate) fn new(host: &'a str, method: &'a str) -> Self {
        let host = without_port(host);
        let host = host.strip_suffix('.').unwrap_or(host);
        let method = if method.eq_ignore_ascii_case("HEAD") { "GET" } else { method };
        Self { host, method }
    }

    /// How narrow a rule is: `None` where it does not fit; a host counts before methods.
    fn fit(&self, rule: &Rule) -> Option<(bool, bool)> {
        // Case is ignored, because an upstream may read `patch` as `PATCH`.
        let method = rule.methods.iter().any(|known| known.eq_ignore_ascii_case(self.method));
        let host = rule.host.as_ref().map(|known| known.eq_ignore_ascii_case(self.host));
        let fits = host != Some(false) && (method || rule.methods.is_empty());
        fits.then_some((host.is_some(), method))
    }
}

impl PathTree {
    /// The tree over a list of rules; folded, it wants paths in lower case.
    pub(super) fn of(list: &[Rule], folded: bool) -> Self {
        let mut tree = Self { nodes: vec![Node::default()] };
        for (index, rule) in list.iter().enumerate() {
            let mut at = 0;
            for segment in rule.pattern.segments() {
                at = tree.child(at, segment, folded);
            }
            if let Some(node) = tree.nodes.get_mut(at) {
                let rules = if rule.pattern.has_rest() { &mut node.below } else { &mut node.here };
                rules.push(index);
            }
        }
        tree
    }

    /// The rules of each place: those that match the same paths.
    pub(super) fn places(&self) -> impl Iterator<Item = &[usize]> {
        self.nodes.iter().flat_map(|node| [node.here.as_slice(), node.below.as_slice()])
    }

    /// The most specific rule that fits.
    pub(super) fn find<'r, 's, S>(
        &self,
        list: &'r [Rule],
        asked: &HostAndMethod<'_>,
        segments: S,
    ) -> Option<&'r Rule>
    where
        S: Iterator<Item = &'s [u8]> + Clone,
    {
        self.find_below(0, list, asked, segments)
    }

    fn find_below<'r, 's, S>(
        &self,
        at: usize,
        list: &'r [Rule],
        asked: &HostAndMethod<'_>,
        mut segments: S,
    ) -> Option<&'r Rule>
    where
        S: Iterator<Item = &'s [u8]> + Clone,
    {
        let node = self.nodes.get(at)?;
        let narrower = match segments.next() {
            None => narrowest(&node.here, list, asked),
            Some(segment) => node
                .literal(segment)
                .and_then(|next| self.find_below(next, list, asked, segments.clone()))
                .or_else(|| {
                    let next = node.name.filter(|_| is_capturable(segment))?;
                    self.find_below(next, list, asked, segments)
                }),
        };
        narrower.or_else(|| narrowest(&node.below, list, asked))
    }

    fn child(&mut self, at: usize, segment: &Segment, folded: bool) -> usize {
        let new = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let child = match segment {
            Segment::Name(_) => *node.name.get_or_insert(new),
            Segment::Literal(bytes) => {
                let bytes = if folded { bytes.to_ascii_lowercase() } else { bytes.clone() };
                match node.place(&bytes) {
                    Ok(place) => node.literals.get(place).map_or(at, |(_, child)| *child),
                    Err(place) => {
                        node.literals.insert(place, (bytes, new));
                        new
                    }
                }
            }
        };
        if child == new {
            self.nodes.push(Node::default());
        }
        child
    }
}

impl Node {
    fn place(&self, segment: &[u8]) -> Result<usize, usize> {
        self.literals.binary_search_by(|(known, _)| known.as_slice().cmp(segment))
    }

    fn literal(&self, segment: &[u8]) -> Option<usize> {
        let place = self.place(segment).ok()?;
        self.literals.get(place).map(|(_, child)| *child)
    }
}

fn narrowest<'r>(
    places: &[usize],
    list: &'r [Rule],
    asked: &HostAndMethod<'_>,
) -> Option<&'r Rule> {
    let rules = places.iter().filter_map(|place| list.get(*place));
    let fitting = rules.filter_map(|rule| asked.fit(rule).map(|fit| (fit, rule)));
    fitting.max_by_key(|(fit, _)| *fit).map(|(_, rule)| rule)
}
