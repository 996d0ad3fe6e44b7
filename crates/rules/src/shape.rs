//! The shape of a rule's path, for those who reason about rules instead of requests.

use crate::asset_names::page_of_segments;
use crate::path_params::is_capturable;
use crate::path_tree::HostAndMethod;
use crate::pattern::Segment;
use crate::rule::Rule;
use crate::rule_set::Rules;

/// One segment of a rule's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathSegment<'r> {
    /// These bytes, decoded.
    Literal(&'r [u8]),
    /// Any segment, captured under this name.
    Param(&'r str),
}

impl Rule {
    /// The segments as they are compared, without a final `/*`. With assets they are the page's.
    pub fn path_segments(&self) -> impl Iterator<Item = PathSegment<'_>> {
        self.pattern.segments().iter().map(|segment| match segment {
            Segment::Literal(bytes) => PathSegment::Literal(bytes),
            Segment::Name(name) => PathSegment::Param(name),
        })
    }

    /// Whether the path ends in `/*`.
    #[must_use]
    pub fn covers_below(&self) -> bool {
        self.pattern.has_rest()
    }
}

impl Rules {
    /// Whether static assets are the upstream.
    #[must_use]
    pub fn are_of_assets(&self) -> bool {
        self.assets
    }

    /// The rule for one reading of a path, given as decoded segments.
    #[must_use]
    pub fn find_reading(&self, host: &str, method: &str, segments: &[&[u8]]) -> &Rule {
        let mut segments = segments.to_vec();
        if self.assets {
            page_of_segments(&mut segments);
        }
        self.matched(&HostAndMethod::new(host, method), segments.iter().copied()).rule
    }

    /// Whether the path of a rule covers one reading of a path, given as decoded segments; whether
    /// another rule covers it more closely is not asked.
    #[must_use]
    pub fn covers(&self, rule: &Rule, segments: &[&[u8]]) -> bool {
        let mut segments = segments.to_vec();
        if self.assets {
            page_of_segments(&mut segments);
        }
        let own: Vec<PathSegment<'_>> = rule.path_segments().collect();
        let fits = own.iter().zip(&segments).all(|(own, given)| match own {
            PathSegment::Literal(bytes) => bytes == given,
            PathSegment::Param(_) => is_capturable(given),
        });
        fits && (own.len() == segments.len() || own.len() < segments.len() && rule.covers_below())
    }
}
