//! Paths with literals, `:name` and a final `/*`: what covers what.

/// A path in segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    segments: Vec<String>,
    rest: bool,
}

impl Pattern {
    /// From the text of a rule's path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let (base, rest) = match path.strip_suffix("/*") {
            Some(base) => (base, true),
            None => (path, false),
        };
        let segments = base.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect();
        Self { segments, rest }
    }

    /// Whether every path of the other is one of this.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let fits = self
            .segments
            .iter()
            .zip(&other.segments)
            .all(|(own, other)| own.starts_with(':') || own == other);
        let (own, theirs) = (self.segments.len(), other.segments.len());
        fits && if self.rest { own <= theirs } else { own == theirs && !other.rest }
    }

    /// Whether some path is one of both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let fits = self
            .segments
            .iter()
            .zip(&other.segments)
            .all(|(own, other)| own.starts_with(':') || other.starts_with(':') || own == other);
        let (own, theirs) = (self.segments.len(), other.segments.len());
        fits && (own == theirs || own < theirs && self.rest || theirs < own && other.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn what_covers_and_what_overlaps() {
        let covers = |left: &str, right: &str| Pattern::of(left).covers(&Pattern::of(right));
        assert!(covers("/*", "/a/b"));
        assert!(covers("/a/*", "/a"));
        assert!(covers("/:x", "/a"));
        assert!(!covers("/a", "/:x"));
        assert!(!covers("/a", "/a/*"));
        let overlaps = |left: &str, right: &str| Pattern::of(left).overlaps(&Pattern::of(right));
        assert!(overlaps("/:x/b", "/a/*"));
        assert!(overlaps("/a/*", "/a/b/c"));
        assert!(!overlaps("/a/b", "/a"));
        assert!(!overlaps("/a/b", "/:x/c"));
    }
}
