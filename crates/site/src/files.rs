//! The port: where a site's files come from. [`Memory`] is a site in memory; a folder of the file
//! system is `folder.rs`.

use std::collections::BTreeMap;

/// A site's files. Names are relative to the site's folder, with `/` between segments, as bytes:
/// not every name is UTF-8.
pub trait SiteFiles {
    /// The names of all files, in any order.
    ///
    /// # Errors
    /// A message, where the site cannot be listed.
    fn names(&mut self) -> Result<Vec<Vec<u8>>, String>;

    /// One file; [`Content::TooLarge`] above `bytes_max`, without reading it whole.
    ///
    /// # Errors
    /// A message, where the file cannot be read.
    fn read(&mut self, name: &[u8], bytes_max: usize) -> Result<Content, String>;
}

/// What reading a file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// All of its bytes.
    Whole(Vec<u8>),
    /// It is larger than was asked for.
    TooLarge,
}

/// A site that is held in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Memory {
    /// A site without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces it.
    pub fn insert(&mut self, name: impl Into<Vec<u8>>, content: impl Into<Vec<u8>>) {
        self.files.insert(name.into(), content.into());
    }
}

impl SiteFiles for Memory {
    fn names(&mut self) -> Result<Vec<Vec<u8>>, String> {
        Ok(self.files.keys().cloned().collect())
    }

    fn read(&mut self, name: &[u8], bytes_max: usize) -> Result<Content, String> {
        match self.files.get(name) {
            Some(bytes) if bytes.len() > bytes_max => Ok(Content::TooLarge),
            Some(bytes) => Ok(Content::Whole(bytes.clone())),
            None => Err("there is no such file".to_owned()),
        }
    }
}

/// Why a site has no map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SiteError {
    /// The folder cannot be listed.
    List(String),
    /// A file cannot be read.
    Read {
        /// Its name, as far as it is text.
        file: String,
        /// The system's own message.
        message: String,
    },
    /// The site has more pages, or more sets of pages that share text, than are counted.
    TooManyPages,
    /// The map would be larger than the gate reads.
    MapTooLarge {
        /// Bytes that it would have.
        bytes: usize,
    },
}

impl std::fmt::Display for SiteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::List(message) => write!(f, "the site's folder cannot be listed: {message}"),
            Self::Read { file, message } => write!(f, "{file} cannot be read: {message}"),
            Self::TooManyPages => f.write_str("the site has more than 1,048,576 pages"),
            Self::MapTooLarge { bytes } => write!(
                f,
                "the site map would have {bytes} bytes, and the gate reads at most {}: serve \
                 parts of the site from Workers of their own",
                crate::limits::MAP_BYTES_MAX
            ),
        }
    }
}

impl std::error::Error for SiteError {}
