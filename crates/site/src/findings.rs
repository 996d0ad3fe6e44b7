//! What a site's operator is told beside the map, and what a leak scan judges by rules.

/// Text of a page that stands in a file. Whether that is a leak depends on who may read which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The address of the file; of an HTML file, that of its page.
    pub file: String,
    /// The page whose text it holds.
    pub page: String,
    /// A sentence of it; `None` where the file is an index and holds its words alone.
    pub sentence: Option<String>,
}

/// What no map can mend, or could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// No page has text of its own: scripts make it. Rules by page guard nothing here, since the
    /// scripts hold the text of all.
    SinglePageApplication {
        /// The pages, or the fallback in their place.
        pages: Vec<String>,
    },
    /// A file holds text of a page and is loaded by other pages too. Who may not read the one does
    /// not get the file, so the others lack it.
    TextInSharedFile {
        /// The file.
        file: String,
        /// The pages whose text it holds.
        holds: Vec<String>,
        /// How many pages load it.
        loaded_by: usize,
    },
    /// A file holds text of several pages: a search index, a feed, or a script with the first words
    /// of each. Who may not read one of them does not get the file.
    TextOfSeveralPages {
        /// The file.
        file: String,
        /// The pages whose text it holds.
        holds: Vec<String>,
    },
    /// A file, or what is compressed in it, is larger than is looked at. What it holds beyond that
    /// is not known.
    NotLookedAt {
        /// The file.
        file: String,
    },
    /// The site has so many different words that search indexes cannot be told.
    WordsNotCompared,
}
