//! What helps the reader of a refusal page: sentences and links, as plain data. Which of them fit
//! is decided where the refusal is known.

/// Sentences and links below the text of a refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// Sentences about this refusal, as text.
    pub notes: Vec<String>,
    /// Links, the most useful first.
    pub links: Vec<Link>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its text.
    pub label: &'static str,
    /// Its URL, or path on this site.
    pub href: String,
}

impl Help {
    /// Adds a link, if its URL leads to a page and runs nothing.
    pub(crate) fn link(&mut self, label: &'static str, href: impl Into<String>) {
        let href = href.into();
        if ["https://", "http://", "/"].iter().any(|start| href.starts_with(start)) {
            self.links.push(Link { label, href });
        }
    }
}
